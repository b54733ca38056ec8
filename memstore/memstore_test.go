package memstore_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) tenancy.Store { return memstore.New() })
}

func TestRelays(t *testing.T) {
	storetest.Relays(t, func(*testing.T) tenancy.Store { return memstore.New() })
}

func update(t *testing.T, store tenancy.Store, fn func(context.Context, tenancy.Tx) error) {
	t.Helper()
	require.NoError(t, store.Update(t.Context(), fn))
}

func user(n byte, address string) tenancy.UserRecord {
	return tenancy.UserRecord{ID: tenancy.UserID{n},
		Personal: tenancy.UserPersonal{Address: tenancy.NewPersonal(address)}}
}

// TestWaitingWriterLeaves has a writer wait for another one, and give up when its
// context ends.
func TestWaitingWriterLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, finish := memstore.New(), make(chan struct{})
		var first, second error
		var wg sync.WaitGroup
		wg.Go(func() {
			first = store.Update(t.Context(), func(ctx context.Context, tx tenancy.Tx) error {
				<-finish
				return tx.Put(ctx, user(1, "ann@example.com"))
			})
		})
		synctest.Wait()
		ctx, leave := context.WithCancel(t.Context())
		ran := false
		left := make(chan struct{})
		wg.Go(func() {
			defer close(left)
			second = store.Update(ctx, func(context.Context, tenancy.Tx) error { ran = true; return nil })
		})
		synctest.Wait()
		leave()
		<-left
		require.Equal(t, context.Canceled, second)
		require.False(t, ran)
		close(finish)
		wg.Wait()
		require.NoError(t, first)
		update(t, store, func(ctx context.Context, tx tenancy.Tx) error {
			return tx.Put(ctx, user(2, "ben@example.com"))
		})
	})
}

// TestExchange has records exchange an entry within one Put, in either order.
func TestExchange(t *testing.T) {
	store := memstore.New()
	ann, ben := user(1, "ann@example.com"), user(2, "ben@example.com")
	update(t, store, func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, ann, ben) })
	ann.Personal, ben.Personal = ben.Personal, ann.Personal
	update(t, store, func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, ann, ben) })
	update(t, store, func(ctx context.Context, tx tenancy.Tx) error {
		answers, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsersByAddress,
			Key: ann.Entries(nil)[1].Key})
		if err == nil && answers[0].Record != ann {
			err = errors.New("not exchanged")
		}
		return err
	})
}

// TestFailureSwallowed wants a transaction with a failed write not to commit, even if
// the error is ignored.
func TestFailureSwallowed(t *testing.T) {
	store := memstore.New()
	ann, ben := user(1, "ann@example.com"), user(2, "ben@example.com")
	update(t, store, func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, ann) })
	for _, name := range []string{"last", "first"} {
		require.Equal(t, tenancy.CodeBusy, store.Update(t.Context(),
			func(ctx context.Context, tx tenancy.Tx) error {
				if name == "last" {
					_ = tx.Put(ctx, ben)
				}
				_ = tx.Put(ctx, user(3, ann.Personal.Address.Reveal()))
				if name == "first" {
					_ = tx.Put(ctx, ben)
				}
				return nil
			}))
		require.NoError(t, store.View(t.Context(), func(ctx context.Context, tx tenancy.ReadTx) error {
			answers, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsers, Limit: 10})
			if err == nil && len(answers[0].Records) != 1 {
				err = errors.New("committed")
			}
			return err
		}))
	}
}

// TestMoveOntoAnother wants a membership not to move onto one that exists.
func TestMoveOntoAnother(t *testing.T) {
	store, ann := memstore.New(), tenancy.UserID{1}
	from, into := tenancy.OrganizationID{2}, tenancy.OrganizationID{3}
	update(t, store, func(ctx context.Context, tx tenancy.Tx) error {
		return tx.Put(ctx, tenancy.MembershipRecord{Organization: from, User: ann},
			tenancy.MembershipRecord{Organization: into, User: ann, Role: tenancy.Owner})
	})
	require.Equal(t, tenancy.CodeBusy, store.Update(t.Context(), func(ctx context.Context, tx tenancy.Tx) error {
		return tx.MoveAll(ctx, tenancy.Move{From: from, Into: into, At: 1})
	}))
}

// stranger is a record of no kind that the table of indexes has.
type stranger struct{}

func (stranger) Entries(to []tenancy.Entry) []tenancy.Entry {
	return append(to, tenancy.Entry{Index: tenancy.IndexUsers, Key: tenancy.Key{ID: [16]byte{1}}})
}

// TestRefused wants the store to refuse calls that make no sense, with an error that is
// none of the contract's.
func TestRefused(t *testing.T) {
	read := func(l tenancy.Lookup) func(context.Context, tenancy.Tx) error {
		return func(ctx context.Context, tx tenancy.Tx) error {
			_, err := tx.Read(ctx, l)
			return err
		}
	}
	ann := user(1, "ann@example.com")
	event := func(n uint64) tenancy.EventRecord {
		return tenancy.EventRecord{Stream: tenancy.Stream{User: ann.ID}, Sequence: n}
	}
	for _, c := range []struct {
		name string
		fn   func(context.Context, tenancy.Tx) error
	}{
		{"no index", read(tenancy.Lookup{Key: tenancy.Key{ID: ann.ID}})},
		{"unknown index", read(tenancy.Lookup{Index: tenancy.IndexOperations + 1})},
		{"an index of lists asked for one", read(tenancy.Lookup{Index: tenancy.IndexMembershipsOf,
			Key: tenancy.Key{In: ann.ID, ID: ann.ID}})},
		{"an index of one asked for a list", read(tenancy.Lookup{Index: tenancy.IndexInvitationsBySecret,
			Limit: 1})},
		{"limit below zero", read(tenancy.Lookup{Index: tenancy.IndexUsers, Limit: -1})},
		{"fewer than none left out", read(tenancy.Lookup{Index: tenancy.IndexUsers, Limit: 1, Skip: -1})},
		{"one left out of one", read(tenancy.Lookup{Index: tenancy.IndexUsers, Key: tenancy.Key{ID: [16]byte{1}}, Skip: 1})},
		{"a count that leaves out one", read(tenancy.Lookup{Index: tenancy.IndexUsers, Limit: 1, Skip: 1, Count: true})},
		{"pointer", func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, &ann) }},
		{"nil", func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, nil) }},
		{"unknown kind", func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, stranger{}) }},
		{"unknown kind to delete", func(ctx context.Context, tx tenancy.Tx) error {
			return tx.Delete(ctx, stranger{})
		}},
		{"gap", func(ctx context.Context, tx tenancy.Tx) error { return tx.Append(ctx, event(1), event(3)) }},
		{"no number", func(ctx context.Context, tx tenancy.Tx) error { return tx.Append(ctx, event(0)) }},
		{"no stream", func(ctx context.Context, tx tenancy.Tx) error {
			return tx.Append(ctx, tenancy.EventRecord{Sequence: 1})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := memstore.New().Update(t.Context(), c.fn)
			require.Error(t, err)
			require.Empty(t, tenancy.CodeOf(err))
		})
	}
}

// TestLogOfSnapshot appends events in the place of others that were rolled back, and
// wants no snapshot to see more than it should.
func TestLogOfSnapshot(t *testing.T) {
	store, stream := memstore.New(), tenancy.Stream{User: tenancy.UserID{1}}
	event := func(n int, name string) tenancy.EventRecord {
		return tenancy.EventRecord{Stream: stream, Sequence: uint64(n), Name: name}
	}
	names := func(ctx context.Context, tx tenancy.ReadTx) (names []string, err error) {
		events, err := tx.Events(ctx, stream, 0, 1_000)
		for _, e := range events {
			names = append(names, e.Name)
		}
		return names, err
	}
	var want []string
	for n := 1; n <= 200; n++ {
		var before, after, seen []string
		require.NoError(t, store.View(t.Context(), func(ctx context.Context, view tenancy.ReadTx) (err error) {
			if before, err = names(ctx, view); err != nil {
				return err
			}
			if err := store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
				return errors.Join(tx.Append(ctx, event(n, "lost"), event(n+1, "lost")), context.Canceled)
			}); !errors.Is(err, context.Canceled) {
				return err
			}
			if err := store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
				err := tx.Append(ctx, event(n, "kept"))
				if err == nil {
					seen, err = names(ctx, tx)
				}
				return err
			}); err != nil {
				return err
			}
			after, err = names(ctx, view)
			return err
		}))
		require.Equal(t, want, before)
		require.Equal(t, want, after)
		want = append(want, "kept")
		require.Equal(t, want, seen)
	}
}

// TestManyReaders has readers read while a writer changes everything at once, and wants
// each of them to see one state.
func TestManyReaders(t *testing.T) {
	const users, rounds = 100, 200
	store, stream := memstore.New(), tenancy.Stream{User: tenancy.UserID{1}}
	write := func(round int) error {
		return store.Update(t.Context(), func(ctx context.Context, tx tenancy.Tx) error {
			for n := range users {
				u := user(byte(n), string(rune('a'+round%7))+string(rune('a'+n))+"@example.com")
				u.Created = tenancy.Instant(round)
				if err := tx.Put(ctx, u); err != nil {
					return err
				}
			}
			return tx.Append(ctx, tenancy.EventRecord{Stream: stream, Sequence: uint64(round)})
		})
	}
	require.NoError(t, write(1))
	domain := tenancy.Key{In: user(0, "a@example.com").Entries(nil)[2].Key.In}
	look := func(ctx context.Context, tx tenancy.ReadTx) error {
		answers, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsers, Limit: 2 * users},
			tenancy.Lookup{Index: tenancy.IndexUsersOnDomain, Key: domain, Limit: 2 * users})
		if err != nil {
			return err
		}
		events, err := tx.Events(ctx, stream, 1, 2*rounds)
		for _, answer := range answers {
			if len(answer.Records) != users &&
				len(answer.Records) != users-1 { // the user of the zero ID comes after no key
				return errors.New("users missing")
			}
			for _, r := range answer.Records {
				if int(r.(tenancy.UserRecord).Created) != len(events) {
					return errors.New("not of one piece")
				}
			}
		}
		return err
	}
	var wg sync.WaitGroup
	done, failed := make(chan struct{}), make(chan error, 3)
	for range cap(failed) {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := store.View(t.Context(), look); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	for round := 2; round <= rounds; round++ {
		require.NoError(t, write(round))
	}
	close(done)
	wg.Wait()
	require.Empty(t, failed)
}
