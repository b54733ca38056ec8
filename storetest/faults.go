package storetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"sync"

	"github.com/add4b1c6/tenancy"
)

// Fault is something that goes wrong in a store. Each fault hits certain calls, and
// only these count.
type Fault uint8

// The faults.
const (
	// CallFails: the call is not made and returns an error. It hits the beginnings of
	// Views and Updates, every call within them, and the commits of Updates. An Update
	// whose commit fails is rolled back.
	CallFails Fault = 1 + iota
	// CallFailsLate: the call is made, and still returns an error. What it wrote is
	// part of the transaction. It hits the calls within Views and Updates.
	CallFailsLate
	// Conflict: another transaction wins. The Update is rolled back whatever its
	// function returns, and the function runs again. It hits the calls within Updates,
	// and their commits. At a commit the function has run to its end, so it runs twice.
	Conflict
	// CommitDoubted: the Update commits, and reports its outcome as unknown
	// (CodeAmbiguous). It hits the commits of Updates.
	CommitDoubted
	// CommitLost: the Update is rolled back, and reports its outcome as unknown
	// (CodeAmbiguous). It hits the commits of Updates.
	CommitLost
	// CommitLate: the Update reports its outcome as unknown (CodeAmbiguous), and its
	// commit is on its way until Arrive is called. It hits the commits of Updates.
	CommitLate
)

// ErrInjected is the error of CallFails and CallFailsLate, unless Faulty.Err is set.
var ErrInjected = errors.New("storetest: injected fault")

// Faulty is a Store that passes everything on to another one, except that a fault comes
// when a test asks for it. This is how to see what an operation does when each of its
// calls fails:
//
//	store := &storetest.Faulty{Store: memstore.New()}
//	for range store.Each(storetest.CallFails) {
//		err := operation()
//		if store.Injected() {
//			require.ErrorIs(t, err, storetest.ErrInjected) // nothing has changed
//			err = operation()
//		}
//		require.NoError(t, err)
//		// it has happened once: undo it
//	}
//
// It is safe for concurrent use.
type Faulty struct {
	Store tenancy.Store
	Err   error // the error of CallFails and CallFailsLate; nil: ErrInjected

	mu       sync.Mutex
	fault    Fault // zero: none will come
	left     int   // how many calls that it can hit pass before it comes
	injected bool
	late     []call // those of the transaction whose commit is on its way
}

// Inject makes a fault hit the n-th call that it can hit from now on, once. The next
// call is number 1. It replaces a fault that has not come yet.
func (f *Faulty) Inject(fault Fault, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault, f.left, f.injected = fault, n-1, false
}

// Injected reports whether a fault has come since the last Inject.
func (f *Faulty) Injected() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.injected
}

// Each runs a loop with a fault at the first call, at the second call, and so on. In
// the last round there is no such call, and no fault comes. It yields the number of the
// call.
func (f *Faulty) Each(fault Fault) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer f.Inject(0, 0)
		for n := 1; ; n++ {
			f.Inject(fault, n)
			if !yield(n) || !f.Injected() {
				return
			}
		}
	}
}

// Arrive lets the commit arrive that is on its way (CommitLate), and reports whether it
// was applied. It was not if what its transaction had read has changed, as in any
// database, or if none is on its way.
func (f *Faulty) Arrive(ctx context.Context) (applied bool, err error) {
	f.mu.Lock()
	calls := f.late
	f.late = nil
	f.mu.Unlock()
	if calls == nil {
		return false, nil
	}
	err = f.Store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
		for _, c := range calls {
			result, err := c.again(ctx, tx)
			if err != nil {
				return err
			}
			if !reflect.DeepEqual(result, c.result) {
				return errOvertaken
			}
		}
		return nil
	})
	if errors.Is(err, errOvertaken) {
		return false, nil
	}
	return err == nil, err
}

var (
	errOvertaken = errors.New("storetest: injected conflict")
	errUnknown   = fmt.Errorf("storetest: injected fault: %w", tenancy.CodeAmbiguous)
)

// moment is a kind of call that a fault can hit.
type moment uint8

const (
	beginning moment = 1 << iota
	inView
	inUpdate
	committing
)

// moments are the calls that each fault can hit.
var moments = map[Fault]moment{
	CallFails:     beginning | inView | inUpdate | committing,
	CallFailsLate: inView | inUpdate,
	Conflict:      inUpdate | committing,
	CommitDoubted: committing,
	CommitLost:    committing,
	CommitLate:    committing,
}

// hit returns the fault that hits a call, or zero.
func (f *Faulty) hit(at moment) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if moments[f.fault]&at == 0 {
		return 0
	}
	if f.left > 0 {
		f.left--
		return 0
	}
	fault := f.fault
	f.fault, f.injected = 0, true
	return fault
}

// failure returns the error of a call that fails.
func (f *Faulty) failure() error {
	if f.Err != nil {
		return f.Err
	}
	return ErrInjected
}

// View is Store.View, unless a fault comes.
func (f *Faulty) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	if f.hit(beginning) == CallFails {
		return f.failure()
	}
	return f.Store.View(ctx, func(ctx context.Context, tx tenancy.ReadTx) error {
		return fn(ctx, &faultyReadTx{reads: tx, of: f, at: inView})
	})
}

// Update is Store.Update, unless a fault comes.
func (f *Faulty) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	if f.hit(beginning) == CallFails {
		return f.failure()
	}
	for {
		var fault Fault // that hit the commit, or a Conflict
		err := f.Store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
			wrapped := &faultyTx{faultyReadTx: faultyReadTx{reads: tx, of: f, at: inUpdate}, writes: tx}
			err := fn(ctx, wrapped)
			if wrapped.overtaken {
				fault = Conflict
				return errOvertaken
			}
			if err != nil {
				return err
			}
			if hit := f.hit(committing); hit != 0 {
				fault = hit
			}
			return f.commit(fault, wrapped.calls)
		})
		switch {
		case fault == Conflict:
			continue
		case fault == CommitLost, fault == CommitLate, fault == CommitDoubted && err == nil:
			return errUnknown
		}
		return err
	}
}

// commit returns the error that rolls back an Update whose commit a fault hits.
func (f *Faulty) commit(fault Fault, calls []call) error {
	switch fault {
	case CallFails:
		return f.failure()
	case Conflict, CommitLost:
		return errOvertaken
	case CommitLate:
		f.mu.Lock()
		defer f.mu.Unlock()
		f.late = calls
		return errOvertaken
	}
	return nil
}

// call is a call within an Update, ready to be made again, and its result.
type call struct {
	again  func(context.Context, tenancy.Tx) (any, error)
	result any
}

// faultyReadTx is a transaction that reads.
type faultyReadTx struct {
	reads     tenancy.ReadTx
	of        *Faulty
	at        moment
	overtaken bool
	calls     []call
}

// faultyTx is a transaction that writes.
type faultyTx struct {
	faultyReadTx
	writes tenancy.Tx
}

// pass passes a call on, unless a fault comes.
func pass[T tenancy.ReadTx, R any](ctx context.Context, r *faultyReadTx, tx T,
	do func(context.Context, T) (R, error)) (result R, err error) {
	if r.overtaken {
		return result, errOvertaken
	}
	fault := r.of.hit(r.at)
	switch fault {
	case CallFails:
		return result, r.of.failure()
	case Conflict:
		r.overtaken = true
		return result, errOvertaken
	}
	got, err := do(ctx, tx)
	if err != nil {
		return result, err
	}
	if r.at == inUpdate {
		again := func(ctx context.Context, tx tenancy.Tx) (any, error) { return do(ctx, any(tx).(T)) }
		r.calls = append(r.calls, call{again, got})
	}
	if fault == CallFailsLate {
		return result, r.of.failure()
	}
	return got, nil
}

func (r *faultyReadTx) Read(ctx context.Context, lookups ...tenancy.Lookup) ([]tenancy.Answer, error) {
	lookups = slices.Clone(lookups)
	return pass(ctx, r, r.reads, func(ctx context.Context, tx tenancy.ReadTx) ([]tenancy.Answer, error) {
		return tx.Read(ctx, lookups...)
	})
}

func (r *faultyReadTx) Access(ctx context.Context, user tenancy.UserID, accounts []tenancy.AccountID,
	key tenancy.KeyID, rows []tenancy.AccessRow) error {
	accounts = slices.Clone(accounts)
	got, err := pass(ctx, r, r.reads, func(ctx context.Context, tx tenancy.ReadTx) ([]tenancy.AccessRow, error) {
		got := make([]tenancy.AccessRow, len(accounts))
		return got, tx.Access(ctx, user, accounts, key, got)
	})
	copy(rows, got)
	return err
}

func (r *faultyReadTx) Events(ctx context.Context, stream tenancy.Stream, from uint64,
	limit int) ([]tenancy.EventRecord, error) {
	return pass(ctx, r, r.reads, func(ctx context.Context, tx tenancy.ReadTx) ([]tenancy.EventRecord, error) {
		return tx.Events(ctx, stream, from, limit)
	})
}

func (r *faultyReadTx) FindEvents(
	ctx context.Context, lookups ...tenancy.EventLookup,
) ([][]tenancy.EventRecord, error) {
	lookups = slices.Clone(lookups)
	return pass(ctx, r, r.reads, func(ctx context.Context, tx tenancy.ReadTx) ([][]tenancy.EventRecord, error) {
		return tx.FindEvents(ctx, lookups...)
	})
}

func (r *faultyReadTx) Outbox(ctx context.Context, after tenancy.Stream, limit int) ([]tenancy.EventRecord, error) {
	return pass(ctx, r, r.reads, func(ctx context.Context, tx tenancy.ReadTx) ([]tenancy.EventRecord, error) {
		return tx.Outbox(ctx, after, limit)
	})
}

func (r *faultyReadTx) Now(ctx context.Context) (now tenancy.Instant, err error) {
	_, err = pass(ctx, r, r.reads, func(ctx context.Context, tx tenancy.ReadTx) (_ struct{}, err error) {
		now, err = tx.Now(ctx) // another time is no other result
		return struct{}{}, err
	})
	return now, err
}

// write passes a write on, unless a fault comes.
func (w *faultyTx) write(ctx context.Context, do func(context.Context, tenancy.Tx) error) error {
	_, err := pass(ctx, &w.faultyReadTx, w.writes,
		func(ctx context.Context, tx tenancy.Tx) (struct{}, error) { return struct{}{}, do(ctx, tx) })
	return err
}

func (w *faultyTx) Put(ctx context.Context, records ...tenancy.Record) error {
	records = slices.Clone(records)
	return w.write(ctx, func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, records...) })
}

func (w *faultyTx) Delete(ctx context.Context, records ...tenancy.Record) error {
	records = slices.Clone(records)
	return w.write(ctx, func(ctx context.Context, tx tenancy.Tx) error { return tx.Delete(ctx, records...) })
}

func (w *faultyTx) Append(ctx context.Context, events ...tenancy.EventRecord) error {
	events = slices.Clone(events)
	return w.write(ctx, func(ctx context.Context, tx tenancy.Tx) error { return tx.Append(ctx, events...) })
}

func (w *faultyTx) Ack(ctx context.Context, events ...tenancy.EventRecord) error {
	events = slices.Clone(events)
	return w.write(ctx, func(ctx context.Context, tx tenancy.Tx) error { return tx.Ack(ctx, events...) })
}

func (w *faultyTx) MoveAll(ctx context.Context, move tenancy.Move) error {
	return w.write(ctx, func(ctx context.Context, tx tenancy.Tx) error { return tx.MoveAll(ctx, move) })
}
