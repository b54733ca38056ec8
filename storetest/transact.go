package storetest

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// Transacter is a store that puts the host's rows and operations into one transaction
// (GEN-11). Tx is what the host uses for its rows, such as a *sql.Tx.
type Transacter[Tx any] interface {
	tenancy.Store
	Transact(ctx context.Context, fn func(context.Context, Tx, tenancy.Store) error) error
}

// RunTransact checks the Transact of a store, after Run has checked the store. What it
// wants:
//
//   - Transact commits what was done if its function returns nil, and nothing otherwise.
//     The function's error comes as it is.
//   - The Store that the function gets keeps the contract of tenancy.Store, within the
//     transaction. An Update that fails leaves nothing, and the rest stands. While a
//     function runs within it, it refuses another Update: tenancy.CodeInTransaction.
//   - Contexts are marked, which tenancy.RunJoined does. Transact refuses a marked one.
//   - A nil function is tenancy.CodeInput.
//
// Every call of open returns an empty store that nothing else uses.
func RunTransact[Tx any](t *testing.T, open func(t *testing.T) Transacter[Tx]) {
	start := func(t *testing.T) host {
		store := open(t)
		return host{store, func(ctx context.Context, fn func(context.Context, tenancy.Store) error) error {
			if fn == nil {
				return store.Transact(ctx, nil)
			}
			return store.Transact(ctx, func(ctx context.Context, _ Tx, joined tenancy.Store) error {
				return fn(ctx, joined)
			})
		}}
	}
	t.Run("Contract", func(t *testing.T) {
		Run(t, func(t *testing.T) tenancy.Store { return waitingAs(within{start(t)}) })
	})
	for _, c := range transactCases {
		t.Run(c.name, func(t *testing.T) {
			h := newHosted(t, start(t))
			h.other = start
			c.run(h)
			for violation, err := range h.dir.Check(t.Context(), tenancy.CheckOptions{Replay: true}) {
				require.NoError(t, err)
				require.Fail(t, "a violation", "%v", violation)
			}
		})
	}
}

// host is a store, and its Transact without the host's rows.
type host struct {
	tenancy.Store
	transact func(ctx context.Context, fn func(context.Context, tenancy.Store) error) error
}

// within is a store that writes in a Transact.
type within struct{ host }

// Update writes in a Transact.
func (w within) Update(ctx context.Context, fn writing) error {
	return w.transact(ctx, func(ctx context.Context, joined tenancy.Store) error { return joined.Update(ctx, fn) })
}

// waitingAs returns the store, which says whether a transaction waits for another one if
// the host's does.
func waitingAs(w within) tenancy.Store {
	asked, ok := w.Store.(waiter)
	if !ok {
		return w
	}
	return struct {
		within
		waiter
	}{w, asked}
}

// hosted is a directory of one organization over a store with a Transact.
type hosted struct {
	*testing.T
	host
	dir   *tenancy.Directory
	owner tenancy.UserID
	org   tenancy.OrganizationID
	other func(*testing.T) host // opens another store
}

func newHosted(t *testing.T, h host) hosted {
	dir, err := tenancy.New(h.Store, nil)
	require.NoError(t, err)
	made, err := dir.System().SignUp(t.Context(),
		tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana", Organization: "Before"})
	require.NoError(t, err)
	return hosted{T: t, host: h, dir: dir, owner: made.User.ID, org: made.Organization.ID}
}

// rename gives the organization a name.
func (h hosted) rename(ctx context.Context, s *tenancy.Session, name string) error {
	_, err := s.RenameOrganization(ctx, h.org, name)
	return err
}

// named wants the organization to have a name.
func (h hosted) named(ctx context.Context, dir *tenancy.Directory, name string) {
	h.Helper()
	org, err := dir.As(h.owner).Organization(ctx, h.org)
	require.NoError(h, err)
	require.Equal(h, name, org.Name.Reveal())
}

// refused wants CodeInTransaction.
func (h hosted) refused(err error) {
	h.Helper()
	require.ErrorIs(h, err, tenancy.CodeInTransaction)
}

// joining runs a function with a directory that is joined to a Transact.
func (h hosted) joining(ctx context.Context, fn func(context.Context, *tenancy.Directory) error) error {
	return h.transact(ctx, func(ctx context.Context, joined tenancy.Store) error { return fn(ctx, h.dir.On(joined)) })
}

var transactCases = []struct {
	name string
	run  func(hosted)
}{
	{"GEN-11 all commits, or nothing does", hosted.allOrNothing},
	{"GEN-11 bad input", hosted.badInput},
	{"GEN-11 a context that ends", hosted.contextEnds},
	{"GEN-11 sessions of another directory refuse the context", hosted.marked},
	{"GEN-11 two stores", hosted.twoStores},
	{"GEN-11 transactions within each other", hosted.nested},
	{"GEN-11 what is kept after the end", hosted.afterTheEnd},
	{"GEN-11 a block", hosted.block},
	{"GEN-11 a block that fails", hosted.failingBlock},
	{"GEN-11 what works in transactions of its own", hosted.alone},
	{"GEN-13 operation IDs", hosted.ids},
}

func (h hosted) allOrNothing() {
	own := errors.New("own")
	twice := func(ctx context.Context, dir *tenancy.Directory) error {
		require.NoError(h, h.rename(ctx, dir.As(h.owner), "First"))
		h.named(ctx, dir, "First")
		require.NoError(h, h.rename(ctx, dir.As(h.owner), "Second"))
		h.named(ctx, dir, "Second")
		return nil
	}
	for _, end := range []func() error{
		func() error { return own },
		func() error { panic(own) },
		func() error { runtime.Goexit(); return nil },
	} {
		var got any
		var wg sync.WaitGroup
		wg.Go(func() {
			defer func() {
				if value := recover(); value != nil {
					got = value
				}
			}()
			got = h.joining(h.Context(), func(ctx context.Context, dir *tenancy.Directory) error {
				return errors.Join(twice(ctx, dir), end())
			})
		})
		wg.Wait()
		if err, ok := got.(error); ok {
			require.ErrorIs(h, err, own)
		}
		h.named(h.Context(), h.dir, "Before")
	}
	require.True(h, any(own) == any(h.joining(h.Context(),
		func(context.Context, *tenancy.Directory) error { return own })), "an error comes as it is")
	require.NoError(h, h.joining(h.Context(), twice))
	h.named(h.Context(), h.dir, "Second")

	// a refusal has changed nothing, and the rest commits
	require.NoError(h, h.joining(h.Context(), func(ctx context.Context, dir *tenancy.Directory) error {
		require.ErrorIs(h, h.rename(ctx, dir.As(h.owner), ""), tenancy.CodeName)
		_, err := dir.Operator("staff").RenameOrganization(ctx, h.org, "Refused")
		require.ErrorIs(h, err, tenancy.CodeNotAllowed)
		return h.rename(ctx, dir.As(h.owner), "Third")
	}))
	h.named(h.Context(), h.dir, "Third")
}

func (h hosted) badInput() {
	require.ErrorIs(h, h.transact(h.Context(), nil), tenancy.CodeInput)
	_, err := h.dir.On(nil).As(h.owner).Organization(h.Context(), h.org)
	require.ErrorIs(h, err, tenancy.CodeInput)
	require.ErrorIs(h, h.rename(h.Context(), h.dir.On(nil).As(h.owner), "None"), tenancy.CodeInput)
	h.named(h.Context(), h.dir, "Before")
}

func (h hosted) contextEnds() {
	ctx, cancel := context.WithCancel(h.Context())
	err := h.joining(ctx, func(ctx context.Context, dir *tenancy.Directory) error {
		require.NoError(h, h.rename(ctx, dir.As(h.owner), "Other"))
		cancel()
		require.ErrorIs(h, h.rename(ctx, dir.As(h.owner), "Another"), context.Canceled)
		return nil
	})
	require.ErrorIs(h, err, context.Canceled)
	require.ErrorIs(h, h.joining(ctx, func(context.Context, *tenancy.Directory) error {
		panic("it ran")
	}), context.Canceled)
	h.named(h.Context(), h.dir, "Before")
}

func (h hosted) marked() {
	require.False(h, tenancy.InTransaction(h.Context()))
	require.NoError(h, h.joining(h.Context(), func(ctx context.Context, joined *tenancy.Directory) error {
		require.True(h, tenancy.InTransaction(ctx))
		deeper, cancel := context.WithCancel(ctx)
		defer cancel()
		for _, ctx := range []context.Context{ctx, deeper} {
			require.NoError(h, h.rename(ctx, joined.As(h.owner), "Joined"))
			h.named(ctx, joined, "Joined")
			h.refused(h.rename(ctx, h.dir.As(h.owner), "Other"))
			_, err := h.dir.As(h.owner).Organization(ctx, h.org)
			h.refused(err)
			_, err = h.dir.System().Purge(ctx)
			h.refused(err)
			_, err = h.dir.As(h.owner).Can(ctx, h.owner, tenancy.Build, tenancy.AccountID{1})
			h.refused(err)
			h.refused(h.dir.As(h.owner).Atomically(ctx, func(context.Context, *tenancy.Session) error { panic("it ran") }))
			_, err = h.dir.As(h.owner).Preview(ctx, func(context.Context, *tenancy.Session) error { panic("it ran") })
			h.refused(err)
		}
		h.named(h.Context(), h.dir, "Before") // by the context around it, what was committed before
		h.named(h.Context(), joined, "Joined")
		return nil
	}))
	h.named(h.Context(), h.dir, "Joined")
}

// twoStores has a Transact of each of two stores at once. The context of one is no use
// for the other.
func (h hosted) twoStores() {
	other := newHosted(h.T, h.other(h.T))
	require.NoError(h, h.joining(h.Context(), func(ctx context.Context, joined *tenancy.Directory) error {
		h.refused(other.joining(ctx, func(context.Context, *tenancy.Directory) error { panic("it ran") }))
		return other.joining(h.Context(), func(otherCtx context.Context, otherJoined *tenancy.Directory) error {
			h.refused(h.rename(otherCtx, joined.As(h.owner), "Wrong"))
			h.refused(other.rename(ctx, otherJoined.As(other.owner), "Wrong"))
			require.NoError(h, h.rename(ctx, joined.As(h.owner), "Right"))
			return other.rename(otherCtx, otherJoined.As(other.owner), "Right")
		})
	}))
	h.named(h.Context(), h.dir, "Right")
	other.named(h.Context(), other.dir, "Right")
}

func (h hosted) nested() {
	never := func(context.Context, *tenancy.Directory) error { panic("it ran") }
	require.NoError(h, h.joining(h.Context(), func(ctx context.Context, joined *tenancy.Directory) error {
		h.refused(h.joining(ctx, never))
		return nil
	}))
	require.NoError(h, h.dir.As(h.owner).Atomically(h.Context(), func(ctx context.Context, s *tenancy.Session) error {
		h.refused(h.joining(ctx, never))
		return nil
	}))

	// The store refuses an Update within a function of its own, whatever the context says.
	require.NoError(h, h.transact(h.Context(), func(ctx context.Context, store tenancy.Store) error {
		nothing := func(context.Context, tenancy.Tx) error { panic("it ran") }
		require.NoError(h, store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
			h.refused(store.Update(ctx, nothing))
			h.refused(store.View(ctx, func(context.Context, tenancy.ReadTx) error { panic("it ran") }))
			return tx.Put(ctx, tenancy.HeadRecord{Stream: stream(100)})
		}))
		return store.View(ctx, func(ctx context.Context, tx tenancy.ReadTx) error {
			h.refused(store.Update(ctx, nothing))
			answer, err := read1(ctx, tx, lookup(tenancy.HeadRecord{Stream: stream(100)}))
			require.NotNil(h, answer.Record)
			return err
		})
	}))
	require.NoError(h, h.Store.Update(h.Context(), deleting(tenancy.HeadRecord{Stream: stream(100)})))
}

func (h hosted) afterTheEnd() {
	own := errors.New("own")
	for _, end := range []error{nil, own} {
		var left tenancy.Store
		var leftContext context.Context
		require.Equal(h, end, h.transact(h.Context(), func(ctx context.Context, store tenancy.Store) error {
			left, leftContext = store, ctx
			return end
		}))
		h.refused(left.View(h.Context(), func(context.Context, tenancy.ReadTx) error { panic("it ran") }))
		h.refused(left.Update(h.Context(), func(context.Context, tenancy.Tx) error { panic("it ran") }))
		for _, ctx := range []context.Context{h.Context(), leftContext} {
			h.refused(h.rename(ctx, h.dir.On(left).As(h.owner), "Late"))
			_, err := h.dir.On(left).As(h.owner).Organization(ctx, h.org)
			h.refused(err)
		}
		h.refused(h.rename(leftContext, h.dir.As(h.owner), "Late"))
	}
	h.named(h.Context(), h.dir, "Before")
}

// events returns what the organization's log has of an operation ID.
func (h hosted) events(id tenancy.OperationID) (events []tenancy.Event) {
	for e, err := range h.dir.As(h.owner).Events(h.Context(), tenancy.Stream{Organization: h.org}, tenancy.EventQuery{}) {
		require.NoError(h, err)
		if e.Operation == id {
			events = append(events, e.Event)
		}
	}
	return events
}

// block has a block of Atomically in a Transact, which is one operation, among others.
func (h hosted) block() {
	id := tenancy.OperationIDOf("block")
	require.NoError(h, h.joining(h.Context(), func(ctx context.Context, joined *tenancy.Directory) error {
		require.NoError(h, h.rename(ctx, joined.As(h.owner), "First"))
		var left *tenancy.Session
		err := joined.As(h.owner).Once(id).Atomically(ctx, func(inner context.Context, s *tenancy.Session) error {
			left = s
			require.NoError(h, h.rename(inner, s, "Second"))
			require.ErrorIs(h, h.rename(inner, s, ""), tenancy.CodeName)
			require.NoError(h, h.rename(ctx, s, "Third"))
			h.refused(h.rename(inner, joined.As(h.owner), "Wrong"))
			h.refused(h.rename(ctx, joined.As(h.owner), "Wrong"))
			h.refused(h.rename(inner, h.dir.As(h.owner), "Wrong"))
			h.refused(s.Atomically(inner, func(context.Context, *tenancy.Session) error { panic("it ran") }))
			return nil
		})
		require.NoError(h, err)
		h.refused(h.rename(ctx, left, "Late"))
		h.named(ctx, joined, "Third")
		err = joined.As(h.owner).Once(id).Atomically(ctx, func(context.Context, *tenancy.Session) error { panic("it ran") })
		require.ErrorIs(h, err, tenancy.CodeAlreadyDone)
		return nil
	}))
	h.named(h.Context(), h.dir, "Third")
	events := h.events(id)
	require.Len(h, events, 2)
	for i, e := range events {
		require.Equal(h, i+1, e.Part)
	}
	err := h.dir.As(h.owner).Once(id).Atomically(h.Context(), func(context.Context, *tenancy.Session) error { panic("it ran") })
	require.ErrorIs(h, err, tenancy.CodeAlreadyDone)
}

// failingBlock has a block undone, while what was done before and after it stands.
func (h hosted) failingBlock() {
	own, id := errors.New("own"), tenancy.OperationIDOf("failing")
	require.NoError(h, h.joining(h.Context(), func(ctx context.Context, joined *tenancy.Directory) error {
		owner := joined.As(h.owner)
		account, err := owner.CreateAccount(ctx, h.org, tenancy.NewAccount{Name: "Before"})
		require.NoError(h, err)
		require.True(h, any(own) == any(owner.Once(id).Atomically(ctx, func(ctx context.Context, s *tenancy.Session) error {
			require.NoError(h, h.rename(ctx, s, "Undone"))
			_, err := s.SuspendAccount(ctx, account.ID)
			require.NoError(h, err)
			return own
		})))
		func() {
			defer func() { require.Equal(h, "own", recover()) }()
			_ = owner.Atomically(ctx, func(ctx context.Context, s *tenancy.Session) error {
				require.NoError(h, h.rename(ctx, s, "Undone"))
				panic("own")
			})
		}()
		h.named(ctx, joined, "Before")
		read, err := owner.Account(ctx, account.ID)
		require.NoError(h, err)
		require.Equal(h, tenancy.StateActive, read.State)
		return h.rename(ctx, owner.Once(id), "After") // the ID was not used up
	}))
	h.named(h.Context(), h.dir, "After")
	require.Len(h, h.events(id), 1)
}

func (h hosted) alone() {
	require.NoError(h, h.joining(h.Context(), func(ctx context.Context, joined *tenancy.Directory) error {
		host := joined.System()
		for _, err := range []error{
			second(host.Preview(ctx, func(context.Context, *tenancy.Platform) error { panic("it ran") })),
			second(host.VerifyDomain(ctx, tenancy.DomainID{15: 1})),
			second(host.RecheckDomains(ctx)),
			second(host.Purge(ctx)),
			second(host.RemoveDirectory(ctx, tenancy.DirectoryID{15: 1}, tenancy.DirectoryRemoval{})),
			second(host.Relay(ctx, func(context.Context, tenancy.Event) error { panic("it ran") })),
			second(host.Outcome(ctx, tenancy.NewOperationID(), time.Now())),
			second(host.ActorOutcome(ctx, tenancy.Actor{}, tenancy.NewOperationID(), time.Now())),
		} {
			h.refused(err)
		}
		return nil
	}))
}

// ids gives operations IDs in a Transact. They are used up if it commits.
func (h hosted) ids() {
	own, id := errors.New("own"), tenancy.OperationIDOf("one")
	for _, end := range []error{own, nil} {
		require.Equal(h, end, h.joining(h.Context(), func(ctx context.Context, joined *tenancy.Directory) error {
			require.NoError(h, h.rename(ctx, joined.As(h.owner).Once(id), "Once"))
			err := h.rename(ctx, joined.As(h.owner).Once(id), "Twice")
			require.ErrorIs(h, err, tenancy.CodeAlreadyDone)
			return end
		}))
	}
	require.ErrorIs(h, h.rename(h.Context(), h.dir.As(h.owner).Once(id), "Twice"), tenancy.CodeAlreadyDone)
	done, err := h.dir.As(h.owner).Outcome(h.Context(), id, time.Now())
	require.NoError(h, err)
	require.Equal(h, 1, done.Events)
	require.Len(h, h.events(id), 1)
}

// RunBusy checks that a store waits for a writer only for a time, and is CodeBusy then.
// So a block that calls with the context around it ends in an error (GEN-11). Every call
// of open returns an empty store that nothing else uses, and a function that makes the
// transactions which begin later wait for a short time only, such as a nanosecond.
func RunBusy(t *testing.T, open func(t *testing.T) (store tenancy.Store, hasten func())) {
	t.Run("GEN-11 an Update within an Update", func(t *testing.T) {
		store, hasten := open(t)
		ran := false
		err := store.Update(t.Context(), func(ctx context.Context, tx tenancy.Tx) error {
			if _, err := read1(ctx, tx, lookup(tenancy.HeadRecord{Stream: stream(1)})); err != nil {
				return err
			}
			if err := tx.Put(ctx, tenancy.HeadRecord{Stream: stream(1), Sequence: 1}); err != nil {
				return err
			}
			hasten()
			err := store.Update(t.Context(), func(ctx context.Context, tx tenancy.Tx) error {
				if _, err := read1(ctx, tx, lookup(tenancy.HeadRecord{Stream: stream(1)})); err != nil {
					return err
				}
				ran = true
				return tx.Put(ctx, tenancy.HeadRecord{Stream: stream(1), Sequence: 2})
			})
			if !errors.Is(err, tenancy.CodeBusy) {
				return errors.Join(errors.New("not CodeBusy"), err)
			}
			return nil
		})
		require.NoError(t, err)
		require.False(t, ran)
		c := trial{t, store}
		require.Equal(t, tenancy.HeadRecord{Stream: stream(1), Sequence: 1}, c.get(tenancy.HeadRecord{Stream: stream(1)}))
	})
	t.Run("GEN-11 a block that calls with the context around it", func(t *testing.T) {
		store, hasten := open(t)
		h := newHosted(t, host{Store: store})
		require.NoError(t, h.dir.As(h.owner).Atomically(t.Context(), func(ctx context.Context, s *tenancy.Session) error {
			if err := h.rename(ctx, s, "Within"); err != nil {
				return err
			}
			hasten()
			require.ErrorIs(t, h.rename(t.Context(), h.dir.As(h.owner), "Around"), tenancy.CodeBusy)
			return nil
		}))
		h.named(t.Context(), h.dir, "Within")
	})
}
