package tenancy_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// watcher is an Observer that keeps what it is told.
type watcher struct {
	mu      sync.Mutex
	started []tenancy.Observation
	ended   []tenancy.Observation // without Duration
	within  []int                 // of each that ended, how many it was in
}

// depth is how many operations a context is in.
type depth struct{}

func depthOf(ctx context.Context) int {
	n, _ := ctx.Value(depth{}).(int)
	return n
}

func (w *watcher) Start(ctx context.Context, o tenancy.Observation) context.Context {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.started = append(w.started, o)
	return context.WithValue(ctx, depth{}, depthOf(ctx)+1)
}

func (w *watcher) End(ctx context.Context, o tenancy.Observation) {
	w.mu.Lock()
	defer w.mu.Unlock()
	o.Duration = 0
	w.ended = append(w.ended, o)
	w.within = append(w.within, depthOf(ctx)-1)
}

// take returns what was told of since it was last asked.
func (w *watcher) take() (ended []tenancy.Observation) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ended = w.ended
	w.started, w.ended, w.within = nil, nil, nil
	return ended
}

// only returns the one operation that was told of.
func (w *watcher) only(t require.TestingT) tenancy.Observation {
	ended := w.take()
	require.Len(t, ended, 1)
	return ended[0]
}

// seen is an operation that succeeded.
func seen(name string, kind tenancy.ActorKind, attempts, events int) tenancy.Observation {
	return tenancy.Observation{Operation: name, Actor: kind, Attempts: attempts, Events: events}
}

// failed is an operation that did not succeed.
func failed(name string, kind tenancy.ActorKind, attempts int, code tenancy.Code) tenancy.Observation {
	return tenancy.Observation{Operation: name, Actor: kind, Attempts: attempts, Failed: true, Code: code}
}

// part makes an operation a part of a block.
func part(o tenancy.Observation) tenancy.Observation {
	o.Part = true
	return o
}

// TestObserver does every errand and wants the observer to be told of it exactly once.
func TestObserver(t *testing.T) {
	t.Parallel()
	plain := newTenantOver(t, memstore.New())
	for _, e := range errands {
		t.Run("GEN-17 "+e.String(), func(t *testing.T) {
			base := plain.given(t, e)
			w := &watcher{}
			var begun atomic.Int64
			store := &scenes.Tapped{Store: base.copied()}
			c := base.over(store, tenancy.Options{Observer: w})
			before := len(c.events())
			store.Begin = func() { begun.Add(1) }
			_, err := c.run(e, e.by, c.names)
			require.NoError(t, err)
			transactions := int(begun.Load())
			appended := len(c.events()) - before
			require.Len(t, w.started, len(w.ended))
			var own, parts []tenancy.Observation
			for i, o := range w.ended {
				require.Contains(t, w.started,
					tenancy.Observation{Operation: o.Operation, Actor: o.Actor, Part: o.Part})
				require.Equal(t, o.Part, w.within[i] > 0, "a part is in its block's context")
				require.False(t, o.Failed)
				require.Empty(t, o.Code)
				if o.Part {
					require.Zero(t, o.Attempts)
					parts = append(parts, o)
				} else {
					own = append(own, o)
				}
			}
			if isList(t, e.op) { // each page is told of
				require.Len(t, own, transactions)
				for _, page := range own {
					require.Equal(t, seen(e.op, page.Actor, 1, 0), page)
				}
				return
			}
			require.Equal(t, []tenancy.Observation{seen(e.op, kindOf(e.by), transactions, appended)}, own)
			require.Equal(t, e.op == "Atomically" || e.op == "Preview", len(parts) > 0)
		})
	}
}

// isList reports whether an operation returns an iterator.
func isList(t *testing.T, op string) bool {
	method, found := operationMethod(op)
	require.True(t, found)
	return method.Type.NumOut() > 0 && method.Type.Out(0).Kind() == reflect.Func
}

// kindOf is the kind of who does an errand.
func kindOf(by string) tenancy.ActorKind {
	switch by {
	case "staff":
		return tenancy.ActorOperator
	case "host":
		return tenancy.ActorSystem
	case "idp":
		return tenancy.ActorDirectory
	}
	return tenancy.ActorUser
}

// TestObserverRefusals has each kind of actor be refused, before and after the store was
// asked.
func TestObserverRefusals(t *testing.T) {
	w := &watcher{}
	s := newScene(t, tenancy.Options{Observer: w})
	ana := s.found("ana")
	eve := s.found("eve")
	w.take()
	org := ana.Organization.ID
	for _, c := range []struct {
		name string
		call func() error
		want tenancy.Observation
	}{
		{"by the rule", func() error {
			return errOf(s.dir.As(eve.User.ID).RenameOrganization(s.ctx(), org, "Other"))
		}, failed("RenameOrganization", tenancy.ActorUser, 1, tenancy.CodeNotFound)},
		{"of the form", func() error {
			return errOf(s.dir.As(ana.User.ID).RenameOrganization(s.ctx(), org, ""))
		}, failed("RenameOrganization", tenancy.ActorUser, 0, tenancy.CodeName)},
		{"a read", func() error {
			return errOf(s.dir.As(eve.User.ID).Organization(s.ctx(), org))
		}, failed("Organization", tenancy.ActorUser, 1, tenancy.CodeNotFound)},
		{"a list", func() error {
			return failure(s.dir.As(eve.User.ID).Users(s.ctx(), org, tenancy.UserQuery{}))
		}, failed("Users", tenancy.ActorUser, 1, tenancy.CodeNotFound)},
		{"a user without an ID", func() error {
			return errOf(s.dir.As(tenancy.UserID{}).Organization(s.ctx(), org))
		}, failed("Organization", tenancy.ActorUser, 0, tenancy.CodeActor)},
		{"a user who is not there", func() error {
			return errOf(s.dir.As(tenancy.UserID{1}).Can(s.ctx(), tenancy.UserID{1}, tenancy.Build, ana.Account.ID))
		}, failed("Can", tenancy.ActorUser, 1, tenancy.CodeActor)},
		{"an Operator whose ID is malformed", func() error {
			return errOf(s.dir.Operator("").Organization(s.ctx(), org))
		}, failed("Organization", tenancy.ActorOperator, 0, tenancy.CodeReference)},
		{"an Operator", func() error {
			return errOf(s.staff.RenameOrganization(s.ctx(), org, "Other"))
		}, failed("RenameOrganization", tenancy.ActorOperator, 1, tenancy.CodeNotAllowed)},
		{"System", func() error {
			return errOf(s.host.Can(s.ctx(), ana.User.ID, "none", ana.Account.ID))
		}, failed("Can", tenancy.ActorSystem, 0, tenancy.CodePermission)},
		{"System, and a permission it asks about", func() error {
			return errOf(s.host.Correlate("\n").Can(s.ctx(), ana.User.ID, tenancy.Build, ana.Account.ID))
		}, failed("Can", tenancy.ActorSystem, 0, tenancy.CodeReference)},
		{"of several transactions", func() error {
			return errOf(s.dir.As(ana.User.ID).ImportUsers(s.ctx(), org, tenancy.UserImport{Emails: []string{"x"}}))
		}, failed("ImportUsers", tenancy.ActorUser, 1, tenancy.CodeNotEntitled)},
		{"a block without a function", func() error {
			return s.host.Atomically(s.ctx(), nil)
		}, failed("Atomically", tenancy.ActorSystem, 0, tenancy.CodeInput)},
	} {
		t.Run("GEN-17 "+c.name, func(t *testing.T) {
			err := c.call()
			refused(t, err, c.want.Code)
			require.Equal(t, c.want, w.only(t))
		})
	}
}

// TestObserverAttempts has the store run transactions again.
func TestObserverAttempts(t *testing.T) {
	w := &watcher{}
	store := &storetest.Faulty{Store: memstore.New()}
	s := newSceneOver(t, store, tenancy.Options{Observer: w})
	ana := s.found("ana")
	owner, org := s.dir.As(ana.User.ID), ana.Organization.ID
	w.take()
	rename := func(to string) error { return errOf(owner.RenameOrganization(s.ctx(), org, to)) }
	t.Run("GEN-17 one if no other transaction wins", func(t *testing.T) {
		require.NoError(t, rename("One"))
		require.Equal(t, seen("RenameOrganization", tenancy.ActorUser, 1, 1), w.only(t))
	})
	t.Run("GEN-17 two if one wins at the commit; the events of the first are not counted", func(t *testing.T) {
		// The calls before the commit can be hit too, and the number of them is not known.
		for n := 1; ; n++ {
			store.Inject(storetest.Conflict, n)
			require.NoError(t, rename(fmt.Sprint("Two ", n)))
			if !store.Injected() {
				break
			}
			require.Equal(t, seen("RenameOrganization", tenancy.ActorUser, 2, 1), w.only(t))
		}
		require.Equal(t, seen("RenameOrganization", tenancy.ActorUser, 1, 1), w.only(t))
	})
	t.Run("GEN-17 the transactions by which the outcome of a commit is found out count", func(t *testing.T) {
		store.Inject(storetest.CommitDoubted, 1)
		require.NoError(t, rename("Three"))
		require.Equal(t, seen("RenameOrganization", tenancy.ActorUser, 2, 1), w.only(t))
		store.Inject(storetest.CommitLost, 1)
		require.NoError(t, rename("Four"))
		require.Equal(t, seen("RenameOrganization", tenancy.ActorUser, 3, 1), w.only(t))
	})
	t.Run("GEN-17 a commit that stays in doubt", func(t *testing.T) {
		gone := &away{Faulty: &storetest.Faulty{Store: store}}
		gone.Inject(storetest.CommitDoubted, 1)
		dir, err := tenancy.New(gone, &tenancy.Options{Observer: w})
		require.NoError(t, err)
		refused(t, errOf(dir.As(ana.User.ID).RenameOrganization(s.ctx(), org, "Five")), tenancy.CodeAmbiguous)
		require.Equal(t, failed("RenameOrganization", tenancy.ActorUser, 1, tenancy.CodeAmbiguous), w.only(t))
	})
	t.Run("GEN-17 an error of the store has no code", func(t *testing.T) {
		for n, attempts := range []int{0, 1} { // the beginning, and the first read
			store.Inject(storetest.CallFails, 1+n)
			require.ErrorIs(t, rename("Six"), storetest.ErrInjected)
			require.Equal(t, failed("RenameOrganization", tenancy.ActorUser, attempts, ""), w.only(t))
		}
		store.Inject(storetest.CallFails, 1)
		require.ErrorIs(t, errOf(s.host.Can(s.ctx(), ana.User.ID, tenancy.Build, ana.Account.ID)), storetest.ErrInjected)
		require.Equal(t, failed("Can", tenancy.ActorSystem, 0, ""), w.only(t))
		store.Inject(storetest.CallFails, 1)
		require.ErrorIs(t, failure(s.dir.Check(s.ctx(), tenancy.CheckOptions{})), storetest.ErrInjected)
		require.Equal(t, failed("Check", tenancy.ActorSystem, 0, ""), w.only(t))
		store.Inject(0, 0)
	})
	t.Run("GEN-17 an error of the context has no code", func(t *testing.T) {
		ctx, cancel := context.WithCancel(s.ctx())
		cancel()
		require.ErrorIs(t, errOf(owner.Organization(ctx, org)), context.Canceled)
		o := w.only(t)
		require.True(t, o.Failed)
		require.Empty(t, o.Code)
	})
}

// TestObserverOfSeveral is about operations of several transactions.
func TestObserverOfSeveral(t *testing.T) {
	w := &watcher{}
	pages := 0
	store := &scenes.Tapped{Store: memstore.New(), Begin: func() { pages++ }}
	s := newSceneOver(t, store, tenancy.Options{Observer: w})
	ana := s.found("ana")
	org := ana.Organization.ID
	w.take()
	t.Run("GEN-17 each page of a list is told of", func(t *testing.T) {
		var members []tenancy.Record
		for n := range 250 {
			id := tenancy.UserID{1, byte(n >> 8), byte(n)}
			members = append(members,
				tenancy.UserRecord{ID: id, Created: 1,
					Personal: tenancy.UserPersonal{Address: tenancy.NewPersonal(fmt.Sprintf("u%d@example.com", n))}},
				tenancy.MembershipRecord{Organization: org, User: id, Since: 1})
		}
		s.set.Put(members...)
		pages = 0
		require.Len(t, items(t, s.dir.As(ana.User.ID).Users(s.ctx(), org, tenancy.UserQuery{})), 251)
		require.Greater(t, pages, 2)
		require.Equal(t, slices.Repeat([]tenancy.Observation{seen("Users", tenancy.ActorUser, 1, 0)}, pages), w.take())
		store.Begin = nil
	})
	t.Run("GEN-17 domains that are looked up at once are one operation's", func(t *testing.T) {
		const domains = 20
		for n := range domains {
			s.prove(ana.User.ID, org, fmt.Sprintf("d%d.example", n))
		}
		for _, o := range w.take() {
			if o.Operation == "VerifyDomain" {
				require.Equal(t, seen("VerifyDomain", tenancy.ActorUser, 2, 1), o)
			}
		}
		s.names.Answer(func(context.Context, string) ([]string, error) { return nil, nil })
		found, err := s.host.RecheckDomains(s.ctx())
		require.NoError(t, err)
		require.Equal(t, domains, found.Lapsing)
		require.Equal(t, seen("RecheckDomains", tenancy.ActorSystem, 1+domains, domains), w.only(t))
	})
	t.Run("GEN-17 Relay is one operation, even if the consumer fails", func(t *testing.T) {
		broken := errors.New("broken")
		n, err := s.host.Relay(s.ctx(), func(ctx context.Context, _ tenancy.Event) error {
			require.Equal(t, 1, depthOf(ctx))
			return broken
		})
		require.ErrorIs(t, err, broken)
		require.Zero(t, n)
		o := w.only(t)
		require.Greater(t, o.Attempts, 2)
		require.Equal(t, failed("Relay", tenancy.ActorSystem, o.Attempts, ""), o)
	})
	t.Run("GEN-17 Check is one operation, System's", func(t *testing.T) {
		require.Nil(t, failure(s.dir.Check(s.ctx(), tenancy.CheckOptions{})))
		require.Equal(t, seen("Check", tenancy.ActorSystem, 1, 0), w.only(t))
	})
}

// TestObserverOfBlocks is about blocks and their parts.
func TestObserverOfBlocks(t *testing.T) {
	w := &watcher{}
	store := &storetest.Faulty{Store: memstore.New()}
	s := newSceneOver(t, store, tenancy.Options{Observer: w})
	ana := s.found("ana")
	owner, org := s.dir.As(ana.User.ID), ana.Organization.ID
	w.take()
	block := func(last error) func(context.Context, *tenancy.Session) error {
		return func(ctx context.Context, in *tenancy.Session) error {
			require.Equal(t, 1, depthOf(ctx))
			if _, err := in.RenameOrganization(ctx, org, "Other "+fmt.Sprint(len(s.events()))); err != nil {
				return err
			}
			refused(t, errOf(in.RenameOrganization(ctx, org, "")), tenancy.CodeName)
			if _, err := in.Can(ctx, ana.User.ID, tenancy.Build, ana.Account.ID); err != nil {
				return err
			}
			return last
		}
	}
	parts := []tenancy.Observation{
		part(seen("RenameOrganization", tenancy.ActorUser, 0, 1)),
		part(failed("RenameOrganization", tenancy.ActorUser, 0, tenancy.CodeName)),
		part(seen("Can", tenancy.ActorUser, 0, 0)),
	}
	t.Run("GEN-17 a block has its parts' events", func(t *testing.T) {
		require.NoError(t, owner.Atomically(s.ctx(), block(nil)))
		require.Equal(t, append(slices.Clone(parts), seen("Atomically", tenancy.ActorUser, 1, 1)), w.take())
	})
	t.Run("GEN-17 parts are told of each time the function runs", func(t *testing.T) {
		for n, hit := 1, true; hit; n++ {
			store.Inject(storetest.Conflict, n)
			require.NoError(t, owner.Atomically(s.ctx(), block(nil)))
			hit = store.Injected()
			ended := w.take()
			attempts := 1
			if hit {
				attempts++
			}
			last := len(ended) - 1
			require.Equal(t, seen("Atomically", tenancy.ActorUser, attempts, 1), ended[last], n)
			require.Equal(t, parts, ended[last-len(parts):last], n)
		}
		store.Inject(0, 0)
	})
	t.Run("GEN-17 what a run that did not commit appended is not counted", func(t *testing.T) {
		reached := 0
		for n, hit := 1, true; hit; n++ {
			store.Inject(storetest.Conflict, n)
			runs := 0
			require.NoError(t, owner.Atomically(s.ctx(), func(ctx context.Context, in *tenancy.Session) error {
				if runs++; runs > 1 {
					return nil
				}
				return errOf(in.RenameOrganization(ctx, org, fmt.Sprint("First ", n)))
			}))
			hit = store.Injected()
			if ended := w.take(); runs > 1 {
				reached++
				require.Equal(t, seen("Atomically", tenancy.ActorUser, 2, 0), ended[len(ended)-1], n)
			}
		}
		store.Inject(0, 0)
		require.Positive(t, reached)
	})
	t.Run("GEN-17 a block that the function ends has its error's code, and no events", func(t *testing.T) {
		require.Error(t, owner.Atomically(s.ctx(), block(errors.New("no"))))
		require.Equal(t, append(slices.Clone(parts), failed("Atomically", tenancy.ActorUser, 1, "")), w.take())
		require.Error(t, owner.Atomically(s.ctx(), block(tenancy.CodeMerged)))
		require.Equal(t, append(slices.Clone(parts), failed("Atomically", tenancy.ActorUser, 1, tenancy.CodeMerged)), w.take())
	})
	t.Run("GEN-17 a code that the library does not have is not passed on", func(t *testing.T) {
		require.Error(t, owner.Atomically(s.ctx(), block(tenancy.Code("ana@ana.example.com"))))
		require.Equal(t, append(slices.Clone(parts), failed("Atomically", tenancy.ActorUser, 1, "")), w.take())
	})
	t.Run("GEN-17 a preview appends none, and its parts do", func(t *testing.T) {
		_, err := owner.Preview(s.ctx(), block(nil))
		require.NoError(t, err)
		require.Equal(t, append(slices.Clone(parts), seen("Preview", tenancy.ActorUser, 1, 0)), w.take())
	})
	t.Run("GEN-17 the end of what panics, or ends its goroutine, is told", func(t *testing.T) {
		require.PanicsWithValue(t, "boom", func() {
			_ = owner.Atomically(s.ctx(), func(ctx context.Context, in *tenancy.Session) error {
				require.NoError(t, errOf(in.RenameOrganization(ctx, org, "Panicked")))
				panic("boom")
			})
		})
		want := []tenancy.Observation{parts[0], failed("Atomically", tenancy.ActorUser, 1, "")}
		require.Equal(t, want, w.take())
		var wg sync.WaitGroup
		wg.Go(func() {
			_ = owner.Atomically(s.ctx(), func(context.Context, *tenancy.Session) error {
				runtime.Goexit()
				return nil
			})
		})
		wg.Wait()
		require.Equal(t, want[1], w.only(t))
		require.NoError(t, errOf(owner.Organization(s.ctx(), org)), "the store goes on")
	})
}

// TestObserverInHostsTransaction is about a directory over a transaction of the host's.
func TestObserverInHostsTransaction(t *testing.T) {
	w := &watcher{}
	s := newScene(t, tenancy.Options{Observer: w})
	ana := s.found("ana")
	w.take()
	t.Run("GEN-17 in a host's transaction events count before it is committed", func(t *testing.T) {
		own := errors.New("the host rolls back")
		before := s.everything()
		require.ErrorIs(t, s.store.Update(s.ctx(), func(_ context.Context, tx tenancy.Tx) error {
			joined := s.dir.On(joinedTo{tx})
			require.NoError(t, errOf(joined.As(ana.User.ID).RenameOrganization(s.ctx(), ana.Organization.ID, "Other")))
			return own
		}), own)
		require.Equal(t, before, s.everything())
		require.Equal(t, seen("RenameOrganization", tenancy.ActorUser, 1, 1), w.only(t))
	})
}

// joinedTo is a Store over a transaction that is under way.
type joinedTo struct{ tx tenancy.Tx }

func (j joinedTo) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	return fn(ctx, j.tx)
}

func (j joinedTo) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	return fn(ctx, j.tx)
}

// calling is an Observer of functions.
type calling struct {
	start func(context.Context, tenancy.Observation) context.Context
	end   func(context.Context, tenancy.Observation)
}

func (c calling) Start(ctx context.Context, o tenancy.Observation) context.Context {
	return c.start(ctx, o)
}
func (c calling) End(ctx context.Context, o tenancy.Observation) { c.end(ctx, o) }

func TestObserverContext(t *testing.T) {
	var order []string
	var w watcher
	store := &scenes.Tapped{Store: memstore.New()}
	s := newSceneOver(t, store, tenancy.Options{
		Observer: calling{w.Start, func(ctx context.Context, o tenancy.Observation) {
			order = append(order, "ended")
			w.End(ctx, o)
		}},
		OnRefused: func(ctx context.Context, _ tenancy.Actor, _ error) {
			order = append(order, fmt.Sprint("refused within ", depthOf(ctx)))
		},
	})
	ana := s.found("ana")
	order = nil
	t.Run("GEN-17 OnRefused gets the observer's context, and is told before the end", func(t *testing.T) {
		refused(t, errOf(s.dir.As(ana.User.ID).Organization(s.ctx(), tenancy.OrganizationID{1})), tenancy.CodeNotFound)
		require.Equal(t, []string{"refused within 1", "ended"}, order)
	})
	t.Run("GEN-17 the store gets the observer's context", func(t *testing.T) {
		dir, err := tenancy.New(contexts{s.store, func(ctx context.Context) { require.Equal(t, 1, depthOf(ctx)) }},
			&tenancy.Options{Observer: &w})
		require.NoError(t, err)
		require.NoError(t, errOf(dir.As(ana.User.ID).Organization(s.ctx(), ana.Organization.ID)))
		require.NoError(t, errOf(dir.As(ana.User.ID).RenameOrganization(s.ctx(), ana.Organization.ID, "Other")))
	})
}

// contexts is a Store that shows the contexts of its transactions.
type contexts struct {
	tenancy.Store
	look func(context.Context)
}

func (c contexts) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	c.look(ctx)
	return c.Store.View(ctx, fn)
}

func (c contexts) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	c.look(ctx)
	return c.Store.Update(ctx, fn)
}

func TestObserverPanics(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	quiet := func(ctx context.Context, _ tenancy.Observation) context.Context { return ctx }
	for _, c := range []struct {
		name     string
		observer tenancy.Observer
		done     bool
	}{
		{"Start", calling{start: func(context.Context, tenancy.Observation) context.Context { panic("boom") }}, false},
		{"End", calling{quiet, func(context.Context, tenancy.Observation) { panic("boom") }}, true},
	} {
		t.Run("GEN-17 a panic in "+c.name+" passes to the caller", func(t *testing.T) {
			dir, err := tenancy.New(s.store, &tenancy.Options{Observer: c.observer})
			require.NoError(t, err)
			before := len(s.events())
			require.PanicsWithValue(t, "boom", func() {
				_, _ = dir.As(ana.User.ID).RenameOrganization(s.ctx(), ana.Organization.ID, "Other")
			})
			require.Equal(t, c.done, len(s.events()) > before)
			s.set.Sound()
		})
	}
}

// TestObserverDuration runs on time that passes only when the store lets it.
func TestObserverDuration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var took []time.Duration
		slow := &scenes.Tapped{Store: memstore.New()}
		s := newSceneOver(t, slow, tenancy.Options{Observer: calling{
			func(ctx context.Context, _ tenancy.Observation) context.Context {
				time.Sleep(time.Hour) // Start's own time does not count
				return ctx
			},
			func(_ context.Context, o tenancy.Observation) { took = append(took, o.Duration) },
		}})
		ana := s.found("ana")
		took, slow.Begin = nil, func() { time.Sleep(3 * time.Second) }
		require.NoError(t, errOf(s.host.Organization(s.ctx(), ana.Organization.ID)))
		require.Equal(t, []time.Duration{3 * time.Second}, took,
			"GEN-17 the time is real, whatever the directory's clock says: that stands still here")
	})
}

// TestObservation holds what an observer is told to types that hold nothing personal.
func TestObservation(t *testing.T) {
	allowed := []reflect.Type{
		reflect.TypeFor[tenancy.ActorKind](), reflect.TypeFor[tenancy.Code](), reflect.TypeFor[bool](),
		reflect.TypeFor[int](), reflect.TypeFor[time.Duration](),
	}
	for field := range reflect.TypeFor[tenancy.Observation]().Fields() {
		if field.Name != "Operation" { // of the table, as TestObserver shows
			require.Contains(t, allowed, field.Type, "GEN-17 %s may be personal", field.Name)
		}
	}
}

// silent is an Observer that does nothing.
type silent struct{}

func (silent) Start(ctx context.Context, _ tenancy.Observation) context.Context { return ctx }
func (silent) End(context.Context, tenancy.Observation)                         {}

// TestObservedCanAllocatesLittle bounds what an observer costs the question that is asked
// most. Without one it allocates nothing: TestCanAllocatesNothing.
func TestObservedCanAllocatesLittle(t *testing.T) {
	c := newCrowd(t, 100, 2)
	host, q := c.observed(t, silent{}).System(), c.questions[0]
	allocations := testing.AllocsPerRun(1000, func() {
		if _, err := host.Can(t.Context(), q.user, tenancy.Build, q.account); err != nil {
			t.Error(err)
		}
	})
	require.LessOrEqual(t, allocations, 3.0, "GEN-17")
}

// observed is the crowd's directory with an observer.
func (c *crowd) observed(tb testing.TB, o tenancy.Observer) *tenancy.Directory {
	tb.Helper()
	dir, err := tenancy.New(c.store, &tenancy.Options{Observer: o})
	require.NoError(tb, err)
	return dir
}

// BenchmarkObservedCan shows what an observer that does nothing costs, beside BenchmarkCan.
func BenchmarkObservedCan(b *testing.B) {
	c := newCrowd(b, 1_000, 10)
	for name, dir := range map[string]*tenancy.Directory{"without": c.dir, "with": c.observed(b, silent{})} {
		host := dir.System()
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				q := c.questions[n%len(c.questions)]
				if _, err := host.Can(b.Context(), q.user, tenancy.Build, q.account); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
