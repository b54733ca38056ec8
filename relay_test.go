package tenancy_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/memstore"
)

// taker is a consumer that keeps what it was given.
type taker struct {
	mu     sync.Mutex
	events map[tenancy.Stream][]uint64
}

func (k *taker) take(_ context.Context, e tenancy.Event) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.events == nil {
		k.events = map[tenancy.Stream][]uint64{}
	}
	k.events[e.Stream] = append(k.events[e.Stream], e.Sequence)
	return nil
}

// whole wants all numbers from 1, each at least once and first in order.
func (k *taker) whole(t *testing.T, stream tenancy.Stream, head uint64) {
	t.Helper()
	last := uint64(0)
	for _, n := range k.events[stream] {
		require.LessOrEqual(t, n, last+1, "an event came before the one before it")
		last = max(last, n)
	}
	require.Equal(t, head, last)
}

func TestRelay(t *testing.T) {
	head := func(s *scene, stream tenancy.Stream) uint64 {
		h, err := s.host.LogHead(s.ctx(), stream)
		require.NoError(t, err)
		return h.Sequence
	}
	two := func(t *testing.T) (s *scene, a, b tenancy.Stream) {
		s = newScene(t)
		ana, olga := s.found("ana"), s.found("olga")
		s.join(ana, "ben", tenancy.Administrator)
		return s, tenancy.Stream{Organization: ana.Organization.ID}, tenancy.Stream{Organization: olga.Organization.ID}
	}
	t.Run("EVT-5 what is pending is given in order and counted, and then it is not pending", func(t *testing.T) {
		s, a, b := two(t)
		var k taker
		n, err := s.host.Relay(s.ctx(), k.take)
		require.NoError(t, err)
		require.EqualValues(t, head(s, a)+head(s, b), n)
		k.whole(t, a, head(s, a))
		k.whole(t, b, head(s, b))
		n, err = s.host.Relay(s.ctx(), k.take)
		require.NoError(t, err)
		require.Zero(t, n)
	})
	t.Run("EVT-5 a function that fails, or panics, holds back that stream alone", func(t *testing.T) {
		for name, fail := range map[string]func() error{"fails": func() error { return errors.New("no") }, "panics": func() error { panic("no") }} {
			s, a, b := two(t)
			var k taker
			bad := true
			consumer := func(ctx context.Context, e tenancy.Event) error {
				if bad && e.Stream == a && e.Sequence == 3 {
					return fail()
				}
				return k.take(ctx, e)
			}
			n, err := s.host.Relay(s.ctx(), consumer)
			require.Error(t, err, name)
			require.EqualValues(t, 2+head(s, b), n, name)
			k.whole(t, b, head(s, b))
			bad = false
			_, err = s.host.Relay(s.ctx(), consumer)
			require.NoError(t, err, name)
			k.whole(t, a, head(s, a))
		}
	})
	t.Run("EVT-5 a consumer that hangs until its context ends loses nothing", func(t *testing.T) {
		s, a, _ := two(t)
		ctx, cancel := context.WithCancel(s.ctx())
		_, err := s.host.Relay(ctx, func(ctx context.Context, _ tenancy.Event) error {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		})
		require.ErrorIs(t, err, context.Canceled)
		var k taker
		_, err = s.host.Relay(s.ctx(), k.take)
		require.NoError(t, err)
		k.whole(t, a, head(s, a))
	})
	t.Run("EVT-5 several relays at once give everything at least once", func(t *testing.T) {
		s, a, b := two(t)
		takers := make([]taker, 4)
		var wg sync.WaitGroup
		for i := range takers {
			wg.Go(func() {
				if _, err := s.host.Relay(s.ctx(), takers[i].take); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		got := map[tenancy.Stream]map[uint64]bool{a: {}, b: {}}
		for i := range takers {
			for stream, numbers := range takers[i].events {
				for _, n := range numbers {
					got[stream][n] = true
				}
			}
		}
		require.Len(t, got[a], int(head(s, a)))
		require.Len(t, got[b], int(head(s, b)))
	})
	t.Run("EVT-5 System alone, with a function", func(t *testing.T) {
		s, _, _ := two(t)
		_, err := s.staff.Relay(s.ctx(), (&taker{}).take)
		refused(t, err, tenancy.CodeNotAllowed)
		_, err = s.host.Relay(s.ctx(), nil)
		refused(t, err, tenancy.CodeInput)
	})
}

var errDied = errors.New("died")

func TestRelayAcrossCrashes(t *testing.T) {
	t.Run("EVT-5 what was given but not acknowledged before a crash comes again, in order", func(t *testing.T) {
		dead := false // before it can acknowledge
		store := &scenes.Tapped{Store: memstore.New(), Call: func(call scenes.Call) error {
			if dead && call.Method == "Ack" {
				return errDied
			}
			return nil
		}}
		s := newSceneOver(t, store)
		ana := s.found("ana")
		stream := organizationStream(ana.Organization.ID)
		var k taker
		dead = true
		n, err := s.host.Relay(t.Context(), k.take)
		require.ErrorIs(t, err, errDied)
		require.Zero(t, n, "what was not acknowledged does not count")
		given := slices.Clone(k.events[stream])
		require.NotEmpty(t, given)
		dead = false
		n, err = s.host.Relay(t.Context(), k.take)
		require.NoError(t, err)
		require.Equal(t, int(s.head(ana.Organization.ID).Sequence), n)
		require.Equal(t, append(given, given...), k.events[stream])
	})
	t.Run(
		"EVT-5 one call delivers all that is pending, however long the stream and however many streams",
		func(t *testing.T) {
			s := newScene(t)
			ana := s.found("ana")
			s.rename(ana, 250)
			for i := range 120 {
				s.found(fmt.Sprint("f", i))
			}
			var k taker
			n, err := s.host.Relay(t.Context(), k.take)
			require.NoError(t, err)
			require.Len(t, k.events, 121)
			total := 0
			for _, numbers := range k.events {
				total += len(numbers)
				for i, number := range numbers {
					require.EqualValues(t, i+1, number)
				}
			}
			require.Equal(t, total, n)
		},
	)
	t.Run("EVT-5 what is said meanwhile waits for the next call at the latest", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		said := false
		var k taker
		consumer := func(ctx context.Context, e tenancy.Event) error {
			if !said {
				said = true
				s.rename(ana, 1)
			}
			return k.take(ctx, e)
		}
		for range 2 {
			_, err := s.host.Relay(t.Context(), consumer)
			require.NoError(t, err)
		}
		k.whole(t, organizationStream(ana.Organization.ID), s.head(ana.Organization.ID).Sequence)
	})
}
