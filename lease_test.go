package tenancy_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// leases returns the leases there are.
func (s *scene) leases() (all []tenancy.LeaseRecord) {
	for _, record := range s.everything() {
		if l, ok := record.(tenancy.LeaseRecord); ok {
			all = append(all, l)
		}
	}
	return all
}

func TestRelayLease(t *testing.T) {
	stranger := tenancy.NewOperationID()
	one := func(t *testing.T) (*scene, tenancy.Stream, uint64) {
		s := newScene(t)
		ana := s.found("ana")
		s.rename(ana, 10)
		return s, organizationStream(ana.Organization.ID), s.head(ana.Organization.ID).Sequence
	}
	t.Run("EVT-5 a stream that another relay has is passed over, and the others are not", func(t *testing.T) {
		s, stream, head := one(t)
		other := organizationStream(s.found("olga").Organization.ID)
		now := tenancy.Instant(s.clock.Now().UnixMicro())
		s.put(tenancy.LeaseRecord{Stream: stream, Holder: stranger, Since: now, Until: now + 30_000_000})
		var k taker
		_, err := s.host.Relay(s.ctx(), k.take)
		require.NoError(t, err, "it is no failure")
		require.Empty(t, k.events[stream])
		require.NotEmpty(t, k.events[other])

		s.clock.Advance(30*time.Second - time.Microsecond)
		n, err := s.host.Relay(s.ctx(), k.take)
		require.NoError(t, err)
		require.Zero(t, n)
		s.clock.Advance(time.Microsecond)
		n, err = s.host.Relay(s.ctx(), k.take)
		require.NoError(t, err, "the lease is over")
		require.EqualValues(t, head, n)
		require.Empty(t, s.leases(), "a stream that is done is given back")
	})
	t.Run("EVT-5 a clock that was set back keeps nobody waiting for longer than it was long, twice", func(t *testing.T) {
		for _, c := range []struct {
			back  time.Duration
			waits bool
		}{{0, true}, {10 * time.Second, true}, {30 * time.Second, true}, {31 * time.Second, false}, {time.Hour, false}} {
			s, stream, head := one(t)
			since := tenancy.Instant(s.clock.Now().Add(c.back).UnixMicro())
			s.put(tenancy.LeaseRecord{Stream: stream, Holder: stranger, Since: since, Until: since + 30_000_000})
			var k taker
			n, err := s.host.Relay(s.ctx(), k.take)
			require.NoError(t, err)
			require.Equal(t, c.waits, n == 0, c.back)
			s.clock.Advance(time.Minute)
			more, err := s.host.Relay(s.ctx(), k.take)
			require.NoError(t, err)
			require.EqualValues(t, head, n+more, c.back)
		}
	})
	t.Run("EVT-5 a clock that jumps on ends a lease, and order holds", func(t *testing.T) {
		s, stream, head := one(t)
		var first, second taker
		n, err := s.host.Relay(s.ctx(), func(ctx context.Context, e tenancy.Event) error {
			if e.Sequence == 5 {
				s.clock.Advance(31 * time.Second)
				n, err := s.host.Relay(s.ctx(), second.take)
				require.NoError(t, err)
				require.EqualValues(t, head, n)
			}
			return first.take(ctx, e)
		})
		refused(t, err, tenancy.CodeBusy)
		require.Zero(t, n, "it has acknowledged nothing")
		require.Equal(t, []uint64{1, 2, 3, 4, 5}, first.events[stream], "it looks at its lease before each event")
		require.Len(t, second.events[stream], int(head))
		n, err = s.host.Relay(s.ctx(), second.take)
		require.NoError(t, err)
		require.Zero(t, n)
	})
	t.Run("EVT-5 who lost the lease acknowledges nothing, not even what nobody else delivered", func(t *testing.T) {
		s, stream, head := one(t)
		lost := false
		var k taker
		n, err := s.host.Relay(s.ctx(), func(ctx context.Context, e tenancy.Event) error {
			if e.Sequence == head && !lost {
				lost = true
				s.clock.Advance(31 * time.Second)
			}
			return k.take(ctx, e)
		})
		refused(t, err, tenancy.CodeBusy)
		require.Zero(t, n)
		n, err = s.host.Relay(s.ctx(), k.take)
		require.NoError(t, err, "the stream was given back")
		require.EqualValues(t, head, n)
		k.whole(t, stream, head)
		require.Len(t, k.events[stream], 2*int(head))
	})
	t.Run("EVT-5 a stream whose function fails is given back at once", func(t *testing.T) {
		s, _, head := one(t)
		_, err := s.host.Relay(s.ctx(), func(context.Context, tenancy.Event) error { return errors.New("no") })
		require.Error(t, err)
		require.Empty(t, s.leases())
		n, err := s.host.Relay(s.ctx(), (&taker{}).take)
		require.NoError(t, err)
		require.EqualValues(t, head, n)
	})
	t.Run("EVT-5 Purge removes leases that were left behind a day ago", func(t *testing.T) {
		s, _, _ := one(t)
		now := tenancy.Instant(s.clock.Now().UnixMicro())
		for n := range 250 { // several pages
			of := tenancy.Stream{Organization: tenancy.OrganizationID{1, byte(n)}}
			s.put(tenancy.LeaseRecord{Stream: of, Holder: stranger, Since: now - 30_000_000, Until: now + tenancy.Instant(n%2)})
		}
		s.clock.Advance(24 * time.Hour)
		_, err := s.host.Purge(s.ctx())
		require.NoError(t, err)
		require.Len(t, s.leases(), 125)
		s.clock.Advance(time.Microsecond)
		_, err = s.host.Purge(s.ctx())
		require.NoError(t, err)
		require.Empty(t, s.leases())
	})
	t.Run("EVT-5 the lease is an option", func(t *testing.T) {
		for _, bad := range []time.Duration{-1, 1, time.Millisecond - 1} {
			_, err := tenancy.New(memstore.New(), &tenancy.Options{RelayLease: bad})
			refused(t, err, tenancy.CodeOption)
		}
		_, err := tenancy.New(memstore.New(), &tenancy.Options{RelayLease: time.Millisecond})
		require.NoError(t, err)
	})
}

// unreachable is a store that a process does not reach while it is cut off: its calls
// wait until their context ends, or until it is reached again.
type unreachable struct {
	tenancy.Store
	cut atomic.Pointer[context.Context] // nil: it is reached; ends when it is reached again
}

// cutOff cuts the store off, until again is called.
func (u *unreachable) cutOff() (again func()) {
	ctx, cancel := context.WithCancel(context.Background())
	u.cut.Store(&ctx)
	return cancel
}

func (u *unreachable) wait(ctx context.Context) error {
	cut := u.cut.Load()
	if cut == nil {
		return nil
	}
	select {
	case <-(*cut).Done():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (u *unreachable) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	if err := u.wait(ctx); err != nil {
		return err
	}
	return u.Store.Update(ctx, fn)
}

func (u *unreachable) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	if err := u.wait(ctx); err != nil {
		return err
	}
	return u.Store.View(ctx, fn)
}

// TestRelayLeaseTime lets time pass: in a bubble, so that no test waits for it.
func TestRelayLeaseTime(t *testing.T) {
	relay := func(t *testing.T, store tenancy.Store) *tenancy.Platform {
		dir, err := tenancy.New(store, nil)
		require.NoError(t, err)
		return dir.System()
	}
	founded := func(t *testing.T, store tenancy.Store) {
		_, err := relay(t, store).SignUp(t.Context(), tenancy.NewSignUp{
			Email: tenancy.Proven("ana@acme.com"), Name: "Ana", Organization: "Acme", Account: "Main"})
		require.NoError(t, err)
	}
	t.Run("EVT-5 a lease is renewed while the function works", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			store := memstore.New()
			founded(t, store)
			ends := make(chan error, 1)
			var first, second taker
			go func() {
				_, err := relay(t, store).Relay(t.Context(), func(ctx context.Context, e tenancy.Event) error {
					time.Sleep(5 * time.Minute)
					if err := ctx.Err(); err != nil {
						return err
					}
					return first.take(ctx, e)
				})
				ends <- err
			}()
			synctest.Wait()
			for done := false; !done; {
				select {
				case err := <-ends:
					require.NoError(t, err)
					done = true
				case <-time.After(time.Second):
				}
				n, err := relay(t, store).Relay(t.Context(), second.take)
				require.NoError(t, err)
				require.Zero(t, n)
			}
			for stream, numbers := range first.events {
				first.whole(t, stream, uint64(len(numbers)))
			}
			require.NotEmpty(t, first.events)
		})
	})
	t.Run("EVT-5 the function's context ends with the lease, and what wakes up acknowledges nothing", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			store := memstore.New()
			founded(t, store)
			far := &unreachable{Store: store}
			ends := make(chan error, 1)
			var first, second taker
			go func() {
				began := time.Now()
				n, err := relay(t, far).Relay(t.Context(), func(ctx context.Context, e tenancy.Event) error {
					if e.Sequence == 2 {
						again := far.cutOff()
						<-ctx.Done()
						require.Equal(t, 30*time.Second, time.Since(began))
						time.Sleep(time.Hour) // it stalls all the same
						again()
					}
					return first.take(ctx, e)
				})
				require.Zero(t, n)
				ends <- err
			}()
			time.Sleep(29 * time.Second)
			n, err := relay(t, store).Relay(t.Context(), second.take)
			require.NoError(t, err)
			require.Zero(t, n)
			time.Sleep(2 * time.Second)
			n, err = relay(t, store).Relay(t.Context(), second.take)
			require.NoError(t, err)
			require.NotZero(t, n, "another relay has taken the stream over")
			refused(t, <-ends, tenancy.CodeBusy)
			for stream, numbers := range second.events {
				require.Equal(t, []uint64{1, 2}, first.events[stream])
				second.whole(t, stream, uint64(len(numbers)))
				require.Len(t, numbers, n, "each once")
			}
			n, err = relay(t, store).Relay(t.Context(), second.take)
			require.NoError(t, err)
			require.Zero(t, n)
		})
	})
	t.Run("EVT-5 a renewal that fails is tried again", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			store := &storetest.Faulty{Store: memstore.New()}
			founded(t, store)
			var k taker
			_, err := relay(t, store).Relay(t.Context(), func(ctx context.Context, e tenancy.Event) error {
				store.Inject(storetest.CallFails, 1)
				time.Sleep(25 * time.Second)
				require.NoError(t, ctx.Err())
				time.Sleep(25 * time.Second)
				require.NoError(t, ctx.Err())
				return k.take(ctx, e)
			})
			require.NoError(t, err)
			require.NotEmpty(t, k.events)
		})
	})
	t.Run("EVT-5 a relay whose stream was taken ends the function's context when it renews", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			store := memstore.New()
			founded(t, store)
			began := time.Now()
			_, err := relay(t, store).Relay(t.Context(), func(ctx context.Context, e tenancy.Event) error {
				storetest.EndLeases(t, store)
				<-ctx.Done()
				require.Equal(t, 10*time.Second, time.Since(began))
				return ctx.Err()
			})
			refused(t, err, tenancy.CodeBusy)
		})
	})
}
