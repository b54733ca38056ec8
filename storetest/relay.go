package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// Relays has several relays share the events of a store: every event is delivered once,
// those of a stream in order, and a relay that outlives its lease delivers no more and
// acknowledges nothing (EVT-5). Each test begins with an empty store.
func Relays(t *testing.T, empty func(*testing.T) tenancy.Store) {
	for _, n := range []int{2, 8} {
		t.Run(fmt.Sprintf("EVT-5 %d relays deliver each event once", n), func(t *testing.T) {
			relayTogether(t, empty(t), n)
		})
	}
	t.Run("EVT-5 a relay that outlived its lease delivers and acknowledges nothing more", func(t *testing.T) {
		relayStalled(t, empty(t))
	})
	t.Run("EVT-5 the store's clock is the time of the call", func(t *testing.T) {
		clockMoves(t, empty(t))
	})
}

// patient is longer than any machine takes for a test: no lease is over by itself.
const patient = time.Hour

// relaying returns a directory over a store, as a process of its own has it.
func relaying(t *testing.T, store tenancy.Store) *tenancy.Directory {
	dir, err := tenancy.New(store, &tenancy.Options{RelayLease: patient})
	require.NoError(t, err)
	return dir
}

// founded makes organizations that have some events each, and returns their streams with
// the number of their last event.
func founded(t *testing.T, store tenancy.Store, organizations, renames int) map[tenancy.Stream]uint64 {
	dir := relaying(t, store)
	host := dir.System()
	heads := map[tenancy.Stream]uint64{}
	for i := range organizations {
		made, err := host.SignUp(t.Context(), tenancy.NewSignUp{
			Email: tenancy.Proven(fmt.Sprintf("owner@relay%d.example", i)), Name: "O", Organization: "R", Account: "M"})
		require.NoError(t, err)
		org := made.Organization.ID
		for n := range renames {
			_, err := dir.As(made.User.ID).RenameOrganization(t.Context(), org, fmt.Sprint("R", n))
			require.NoError(t, err)
		}
		stream := tenancy.Stream{Organization: org}
		head, err := host.LogHead(t.Context(), stream)
		require.NoError(t, err)
		heads[stream] = head.Sequence
	}
	return heads
}

// delivered is what relays delivered: the numbers of each stream, in the order in which
// they came.
type delivered struct {
	mu      sync.Mutex
	numbers map[tenancy.Stream][]uint64
	total   int
}

func (d *delivered) take(_ context.Context, e tenancy.Event) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.numbers == nil {
		d.numbers = map[tenancy.Stream][]uint64{}
	}
	d.numbers[e.Stream] = append(d.numbers[e.Stream], e.Sequence)
	d.total++
	return nil
}

// count returns how many events were delivered so far.
func (d *delivered) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.total
}

// once wants every number of every stream once and in order.
func (d *delivered) once(t *testing.T, heads map[tenancy.Stream]uint64) {
	t.Helper()
	require.Len(t, d.numbers, len(heads))
	for stream, head := range heads {
		require.Equal(t, span(1, head), d.numbers[stream])
	}
}

func span(from, to uint64) (all []uint64) {
	for n := from; n <= to; n++ {
		all = append(all, n)
	}
	return all
}

func relayTogether(t *testing.T, store tenancy.Store, relays int) {
	heads := founded(t, store, 12, 9)
	all := 0
	for _, head := range heads {
		all += int(head)
	}
	var d delivered
	counts := make([]int, relays)
	var wg sync.WaitGroup
	for i := range relays {
		host := relaying(t, store).System()
		wg.Go(func() {
			for d.count() < all && t.Context().Err() == nil {
				n, err := host.Relay(t.Context(), d.take)
				if err != nil {
					t.Error(err)
					return
				}
				counts[i] += n
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
	d.once(t, heads)
	sum := 0
	for _, n := range counts {
		sum += n
	}
	require.Equal(t, all, sum, "each event is counted by one relay")
	nothingLeft(t, store)
}

// nothingLeft wants nothing to be pending or leased.
func nothingLeft(t *testing.T, store tenancy.Store) {
	t.Helper()
	var pending []tenancy.EventRecord
	var leases []tenancy.Answer
	require.NoError(t, store.View(t.Context(), func(ctx context.Context, tx tenancy.ReadTx) (err error) {
		if pending, err = tx.Outbox(ctx, tenancy.Stream{}, 10); err != nil {
			return err
		}
		leases, err = tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexLeases, Limit: 10})
		return err
	}))
	require.Empty(t, pending)
	require.Empty(t, leases[0].Records)
}

// EndLeases puts all leases of a store back by two hours, as if so much time had passed.
func EndLeases(t testing.TB, store tenancy.Store) (ended int) {
	t.Helper()
	require.NoError(t, store.Update(t.Context(), func(ctx context.Context, tx tenancy.Tx) error {
		answers, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexLeases, Limit: 1000})
		if err != nil {
			return err
		}
		ended = len(answers[0].Records)
		for _, r := range answers[0].Records {
			l := r.(tenancy.LeaseRecord)
			const back = tenancy.Instant(2 * patient / time.Microsecond)
			l.Since, l.Until = l.Since-back, l.Until-back
			if err := tx.Put(ctx, l); err != nil {
				return err
			}
		}
		return nil
	}))
	return ended
}

func relayStalled(t *testing.T, store tenancy.Store) {
	heads := founded(t, store, 1, 150)
	var stream tenancy.Stream
	for s := range heads {
		stream = s
	}
	head := heads[stream]
	stalls, wakes := make(chan struct{}), make(chan struct{})
	var first, second delivered
	type result struct {
		n   int
		err error
	}
	ends := make(chan result, 1)
	stalled := relaying(t, store).System()
	go func() {
		n, err := stalled.Relay(t.Context(), func(ctx context.Context, e tenancy.Event) error {
			if e.Sequence == 120 {
				close(stalls)
				<-wakes
			}
			return first.take(ctx, e)
		})
		ends <- result{n, err}
	}()
	<-stalls
	n, err := relaying(t, store).System().Relay(t.Context(), second.take)
	require.NoError(t, err)
	require.Zero(t, n, "another relay has the stream")

	require.Equal(t, 1, EndLeases(t, store))
	n, err = relaying(t, store).System().Relay(t.Context(), second.take)
	require.NoError(t, err)
	require.Equal(t, span(101, head), second.numbers[stream], "from where the other has acknowledged")
	require.Equal(t, int(head)-100, n)

	close(wakes)
	r := <-ends
	require.ErrorIs(t, r.err, tenancy.CodeBusy)
	e, ok := errors.AsType[*tenancy.Error](r.err)
	require.True(t, ok)
	require.Equal(t, stream.String(), e.Subject)
	require.Equal(t, 100, r.n, "what it has acknowledged in time")
	require.Equal(t, span(1, 120), first.numbers[stream], "it goes on with nothing")
	nothingLeft(t, store)
}

// clockMoves wants a store that has a clock to read it at each call.
func clockMoves(t *testing.T, store tenancy.Store) {
	now := func(tx tenancy.ReadTx) tenancy.Instant {
		at, err := tx.Now(t.Context())
		require.NoError(t, err)
		return at
	}
	moves := func(tx tenancy.ReadTx) (has bool) {
		first := now(tx)
		for first != 0 && now(tx) == first {
			runtime.Gosched()
		}
		return first != 0
	}
	var views, updates bool
	require.NoError(t, store.View(t.Context(), func(_ context.Context, tx tenancy.ReadTx) error {
		views = moves(tx)
		return nil
	}))
	require.NoError(t, store.Update(t.Context(), func(_ context.Context, tx tenancy.Tx) error {
		updates = moves(tx)
		return nil
	}))
	require.Equal(t, views, updates)
}
