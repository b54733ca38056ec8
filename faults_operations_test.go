package tenancy_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// several are the operations that work in several transactions (GEN-3): what was
// committed before one of them failed stands, and calling again does the rest.
var several = []string{"VerifyDomain", "RecheckDomains", "ImportUsers", "Relay", "RemoveDirectory"}

// unsettled are the operations that append no events and so have no ID to be settled by
// (GEN-13): where a commit of theirs is in doubt they say so, and calling again is
// safe.
var unsettled = map[string]string{
	"Relay":        "EVT-5 what may not have been acknowledged comes again",
	"Outcome":      "GEN-13 it is what settles others",
	"ActorOutcome": "GEN-13 it is what settles others",
}

// TestOperationFaults has every call that every operation makes to its store fail, in
// every way there is. Since what is random can be drawn again, an operation that was
// tried again must leave what it leaves without a fault, to the last ID and hash.
func TestOperationFaults(t *testing.T) {
	t.Parallel()
	plain := newTenantOver(t, memstore.New())
	for _, e := range errands {
		t.Run("GEN-3 GEN-13 "+e.String(), func(t *testing.T) {
			f := faults{tenant: plain.given(t, e), errand: e}
			f.unhindered()
			f.failing(storetest.CallFails)
			f.failing(storetest.CallFailsLate)
			for _, fault := range []storetest.Fault{storetest.Conflict, storetest.CommitDoubted, storetest.CommitLost, storetest.CommitLate} {
				f.settled(fault)
			}
			switch {
			case f.several():
				f.interrupted(storetest.CommitDoubted)
				f.interrupted(storetest.CommitLost)
				f.interrupted(storetest.CommitLate)
			case f.done.Name != "":
				f.inDoubt(storetest.CommitDoubted, true, false)
				f.inDoubt(storetest.CommitLost, false, false)
				f.inDoubt(storetest.CommitLate, false, false)
				f.inDoubt(storetest.CommitLate, true, true)
			}
		})
	}
}

// faults is an errand that is done in copies of a tenant whose stores fail.
type faults struct {
	*tenant
	errand        errand
	before, after content         // without a fault, like what follows
	writes        []any           //
	result        any             //
	done          tenancy.Outcome // zero: it has no ID, or several
}

func (f faults) several() bool { return slices.Contains(several, f.errand.op) }

// content is all that a store holds: records, by identity, the heads with the hashes of
// all events among them, and where the outbox of each stream begins, by stream.
type content map[any]any

func (t *tenant) content() content {
	t.Helper()
	all := content{}
	for at, record := range t.everything() {
		all[at] = record
	}
	require.NoError(t, t.store.View(t.ctx(), func(ctx context.Context, tx tenancy.ReadTx) error {
		pending, err := tx.Outbox(ctx, tenancy.Stream{}, 1000)
		for _, e := range pending {
			all[e.Stream] = e.Sequence
		}
		return err
	}))
	return all
}

// without leaves some records out.
func (c content) without(leaves func(any) bool) content {
	some := maps.Clone(c)
	maps.DeleteFunc(some, func(_, record any) bool { return leaves(record) })
	return some
}

// isFence says whether a record only keeps an operation from being done late.
func isFence(record any) bool {
	operation, is := record.(tenancy.OperationRecord)
	return is && operation.Fence
}

// isTold says whether it depends on the IDs of events and operations. A lease does: one
// that was in doubt may be left, until it is over.
func isTold(record any) bool {
	switch record.(type) {
	case tenancy.HeadRecord, tenancy.OperationRecord, tenancy.LeaseRecord:
		return true
	}
	return false
}

// try does the errand, drawing what a first try draws: but where that may be used up.
func (f faults) try(c *tenant) (any, error) {
	c.Helper()
	if !f.several() {
		c.random.Seed([32]byte{2})
	}
	return c.run(f.errand, f.errand.by, c.names)
}

// unhindered does it without a fault.
func (f *faults) unhindered() {
	f.Helper()
	store := f.writing()
	c := f.over(store, tenancy.Options{})
	f.before = c.content()
	result, err := f.try(c)
	require.NoError(f, err)
	f.after, f.writes, f.result = c.content(), store.writes, result
	c.sound()
	for at, record := range f.after {
		if operation, is := record.(tenancy.OperationRecord); is && f.before[at] == nil && !f.several() {
			f.done, err = f.outcome(c, operation.ID)
			require.NoError(f, err)
		}
	}
}

// outcome asks for the outcome of the errand: who did it, or System, if they are
// deleted by it.
func (f faults) outcome(c *tenant, id tenancy.OperationID) (tenancy.Outcome, error) {
	f.Helper()
	if p := c.provisioner(f.errand.by); p != nil { // it has no Outcome: the host asks (PRV-1)
		return c.host.ActorOutcome(c.ctx(), tenancy.Actor{Directory: p.Directory()}, id, c.clock.Now())
	}
	outcome, err := c.actor(f.errand.by).Outcome(c.ctx(), id, c.clock.Now())
	if tenancy.CodeOf(err) == tenancy.CodeActor {
		return c.host.ActorOutcome(c.ctx(), tenancy.Actor{User: c.user(f.errand.by)}, id, c.clock.Now())
	}
	return outcome, err
}

// happened wants the errand to be done, once, with this result; that of several
// transactions, some of them done before, may be another.
func (f faults) happened(c *tenant, store *written, result any, n int) {
	f.Helper()
	same := slices.Equal(f.writes, store.writes)
	if !f.several() {
		require.True(f, same || maps.Equal(f.after, c.content()), "call %d", n)
		require.Equal(f, f.result, result, "call %d", n)
		return
	}
	if !same {
		require.True(f, maps.Equal(f.after.without(isTold), c.content().without(isTold)), "call %d", n)
		c.sound()
	}
}

// failing has one call after another fail: the error is the store's, nothing has
// happened, and the same again does it.
func (f faults) failing(fault storetest.Fault) {
	f.Helper()
	for n, hit := 1, true; hit; n++ {
		under := f.writing()
		store := &storetest.Faulty{Store: under}
		var told refusals
		c := f.over(store, told.options())
		store.Inject(fault, n)
		result, err := f.try(c)
		if hit = came(store); hit {
			f.failed(under, err, n)
			require.Zero(f, told.count.Load(), "it is no refusal")
			if f.done.Name != "" {
				require.True(f, answered(result, err).empty, "call %d", n)
			}
			result, err = f.try(c)
		}
		require.NoError(f, err, "call %d", n)
		require.True(f, hit || n > 1, "it asks the store")
		f.happened(c, under, result, n)
	}
}

// failed wants the store's error, and nothing to be changed, unless it was one of
// several transactions.
func (f faults) failed(store *written, err error, n int) {
	f.Helper()
	require.ErrorIs(f, err, storetest.ErrInjected, "call %d", n)
	e, is := errors.AsType[*tenancy.Error](err)
	require.True(f, is, "call %d", n)
	require.Equal(f, f.errand.op, e.Op, "call %d", n)
	require.Empty(f, tenancy.CodeOf(err), "call %d", n)
	if !f.several() {
		require.Empty(f, store.writes, "call %d", n)
	}
}

// came says whether the fault came; if not, it does not come any more.
func came(store *storetest.Faulty) bool {
	defer store.Inject(0, 0)
	return store.Injected()
}

// settled has others win, or one commit after another be in doubt, and the store be
// there to be asked: the operation is done, once, and a commit that arrives late
// changes nothing.
func (f faults) settled(fault storetest.Fault) {
	f.Helper()
	for n, hit := 1, true; hit; n++ {
		under := f.writing()
		store := &storetest.Faulty{Store: under}
		c := f.over(store, tenancy.Options{})
		store.Inject(fault, n)
		result, err := f.try(c)
		hit = came(store)
		if unsettled[f.errand.op] != "" && tenancy.CodeOf(err) == tenancy.CodeAmbiguous {
			result, err = f.try(c)
		}
		require.NoError(f, err, "call %d", n)
		f.happened(c, under, result, n)
		if fault == storetest.CommitLate {
			_, err = store.Arrive(c.ctx())
			require.NoError(f, err)
			f.happened(c, under, result, n)
		}
	}
}

// interrupted has one commit after another of several be in doubt, and the store be
// away when it is asked: the same again does it, and what arrives late changes nothing.
func (f faults) interrupted(fault storetest.Fault) {
	f.Helper()
	for n := 1; ; n++ {
		under := f.writing()
		store := &away{Faulty: &storetest.Faulty{Store: under}}
		var told refusals
		c := f.over(store, told.options())
		store.Inject(fault, n)
		_, err := f.try(c)
		store.Inject(0, 0)
		if !store.doubted.Load() {
			require.NoError(f, err)
			return
		}
		e, is := errors.AsType[*tenancy.Error](err)
		require.True(f, is, "commit %d", n)
		require.Equal(f, f.errand.op, e.Op, "commit %d", n)
		require.Equal(f, tenancy.CodeOf(err) != "", told.count.Load() == 1,
			"EVT-1 a refusal is told of once, not %d times", told.count.Load())
		if id := e.Operation; !id.IsZero() {
			_, err := f.outcome(c, id)
			if tenancy.CodeOf(err) == tenancy.CodeNotFound {
				_, err = c.host.Outcome(c.ctx(), id, c.clock.Now()) // to recheck another's domain is System's (DOM-3)
			}
			require.Equal(f, fault == storetest.CommitDoubted, err == nil, "commit %d", n)
		}
		if f.errand.op == "Relay" {
			c.clock.Advance(time.Minute) // a lease that was left is over
		}
		result, err := f.try(c)
		require.NoError(f, err, "commit %d", n)
		f.happened(c, under, result, n)
		_, err = store.Arrive(c.ctx())
		require.NoError(f, err)
		f.happened(c, under, result, n)
	}
}

// inDoubt has the commit be in doubt, and the store be away when it is asked: the
// caller gets an ID to ask by. What arrives late arrives before it is asked, or, after
// an answer that it was not done, never.
func (f faults) inDoubt(fault storetest.Fault, done, arrives bool) {
	f.Helper()
	under := f.writing()
	store := &away{Faulty: &storetest.Faulty{Store: under}}
	var told refusals
	c := f.over(store, told.options())
	store.Inject(fault, 1)
	result, err := f.try(c)
	refused(f, err, tenancy.CodeAmbiguous)
	e, _ := errors.AsType[*tenancy.Error](err)
	require.Equal(f,
		tenancy.Error{Op: f.errand.op, Subject: e.Subject, Err: tenancy.CodeAmbiguous, Operation: f.done.ID,
			Attempted: f.done.Time}, *e)
	require.True(f, answered(result, err).empty)
	require.EqualValues(f, 1, told.count.Load(), "EVT-1 once")
	if arrives {
		applied, err := store.Arrive(c.ctx())
		require.NoError(f, err)
		require.True(f, applied)
	}
	outcome, err := f.outcome(c, e.Operation)
	if done {
		require.NoError(f, err)
		require.Equal(f, f.done, outcome)
		require.True(f, maps.Equal(f.after, c.content()))
		return
	}
	refused(f, err, tenancy.CodeNotFound)
	applied, err := store.Arrive(c.ctx())
	require.NoError(f, err)
	require.False(f, applied, "it was said not to be done")
	require.True(f, maps.Equal(f.before, c.content().without(isFence)))
	result, err = f.try(c)
	require.NoError(f, err)
	f.happened(c, under, result, 1)
}

// written is a store that keeps what is written in another one by transactions that were
// committed. Two stores that were alike, and in which the same was written in the same
// order, are alike.
type written struct {
	tenancy.Store
	mu     sync.Mutex
	writes []any // values, which are compared with ==
}

// writing gives a copy of the tenant's store in which nothing is written yet.
func (f faults) writing() *written {
	f.Helper()
	return &written{Store: f.copied()}
}

func (w *written) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	var writes []any
	err := w.Store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
		writes = nil
		return fn(ctx, &writtenTx{tx, &writes})
	})
	if err == nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.writes = append(w.writes, writes...)
	}
	return err
}

// writtenTx is a transaction of a written.
type writtenTx struct {
	tenancy.Tx
	writes *[]any
}

type (
	deleted struct{ tenancy.Record }
	acked   struct{ tenancy.EventRecord }
)

func (w *writtenTx) Put(ctx context.Context, records ...tenancy.Record) error {
	for _, r := range records {
		*w.writes = append(*w.writes, r)
	}
	return w.Tx.Put(ctx, records...)
}

func (w *writtenTx) Delete(ctx context.Context, records ...tenancy.Record) error {
	for _, r := range records {
		*w.writes = append(*w.writes, deleted{r})
	}
	return w.Tx.Delete(ctx, records...)
}

func (w *writtenTx) Append(ctx context.Context, events ...tenancy.EventRecord) error {
	for _, e := range events {
		*w.writes = append(*w.writes, e)
	}
	return w.Tx.Append(ctx, events...)
}

func (w *writtenTx) Ack(ctx context.Context, events ...tenancy.EventRecord) error {
	for _, e := range events {
		*w.writes = append(*w.writes, acked{e})
	}
	return w.Tx.Ack(ctx, events...)
}

func (w *writtenTx) MoveAll(ctx context.Context, move tenancy.Move) error {
	*w.writes = append(*w.writes, move)
	return w.Tx.MoveAll(ctx, move)
}

// away is a store that can't be reached when it was asked to commit and did not say
// whether it did.
type away struct {
	*storetest.Faulty
	doubted atomic.Bool
}

func (a *away) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	err := a.Faulty.Update(ctx, fn)
	if errors.Is(err, tenancy.CodeAmbiguous) {
		a.doubted.Store(true)
		a.Inject(storetest.CallFails, 1)
	}
	return err
}

// refusals counts what OnRefused is told.
type refusals struct{ count atomic.Int64 }

func (r *refusals) options() tenancy.Options {
	return tenancy.Options{OnRefused: func(context.Context, tenancy.Actor, error) { r.count.Add(1) }}
}
