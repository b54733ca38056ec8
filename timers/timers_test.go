package timers_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/tenancytest"
	"github.com/add4b1c6/tenancy/timers"
)

// Each timer runs at once, then waits from the end of one run to the next, and a run that
// fails is told and changes nothing of that.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		began, runs := time.Now(), map[string][]time.Duration{}
		var noting sync.Mutex
		timer := func(name string, every, takes time.Duration, err error) timers.Timer {
			return timers.Timer{Name: name, Every: every, Do: func(context.Context) error {
				noting.Lock()
				runs[name] = append(runs[name], time.Since(began))
				noting.Unlock()
				time.Sleep(takes)
				return err
			}}
		}
		broken := errors.New("broken")
		failed := map[string]int{}
		done := make(chan struct{})
		go func() {
			defer close(done)
			timers.Run(ctx, &timers.Options{Failed: func(_ context.Context, timer string, err error) {
				require.ErrorIs(t, err, broken)
				failed[timer]++
			}},
				timer("often", time.Second, 0, nil),
				timer("slow", time.Second, 2*time.Second, broken))
		}()
		time.Sleep(6500 * time.Millisecond)
		stop()
		<-done
		require.Equal(t, []time.Duration{0, 1e9, 2e9, 3e9, 4e9, 5e9, 6e9}, runs["often"])
		require.Equal(t, []time.Duration{0, 3e9, 6e9}, runs["slow"])
		require.Equal(t, map[string]int{"slow": 2}, failed, "what a run says after the end is told to nobody")
		require.Equal(t, 8*time.Second, time.Since(began), "it waits for the last run")
	})
}

// A context that has ended lets nothing run, and no timers are over at once.
func TestRunNothing(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	timers.Run(ctx, nil, timers.Timer{Do: func(context.Context) error {
		t.Error("it ran")
		return nil
	}})
	timers.Run(t.Context(), nil)
}

// The clock is the host's, if it says so.
func TestClock(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	tick := make(chan time.Time)
	close(tick)
	runs := 0
	var waited time.Duration
	after := func(d time.Duration) <-chan time.Time { waited = d; return tick }
	timers.Run(ctx, &timers.Options{After: after}, timers.Timer{Every: time.Hour, Do: func(context.Context) error {
		if runs++; runs == 4 {
			stop()
		}
		return nil
	}})
	require.Equal(t, 4, runs)
	require.Equal(t, time.Hour, waited)
}

// EVT-5, DOM-4, ORG-11: the directory's own timers do what it needs.
func TestOf(t *testing.T) {
	s := tenancytest.New(t, nil, nil)
	company := s.Company("acme")
	types := map[string]bool{}
	all := timers.Of(s.Dir, func(_ context.Context, e tenancy.Event) error {
		types[tenancy.EventType(e.Data)] = true
		return nil
	})
	every := map[string]time.Duration{}
	run := func() {
		for _, timer := range all {
			every[timer.Name] = timer.Every
			require.NoError(t, timer.Do(t.Context()))
		}
	}
	require.NoError(t, s.As(company.Owner).DeleteOrganization(t.Context(), company.Organization, tenancy.OrganizationDeletion{}))
	other := s.Company("beta")
	s.Clock.Advance(30 * 24 * time.Hour)
	s.Names.Remove("_tenancy.beta.example")
	run()
	run()
	require.Equal(t, map[string]time.Duration{"relay": time.Second, "recheck": 24 * time.Hour, "purge": 24 * time.Hour}, every)
	require.Subset(t, slices.Collect(maps.Keys(types)), []string{"OrganizationCreated", "DomainLapsing", "OrganizationPurged"})
	domain, err := s.Host.Domain(t.Context(), other.Domain)
	require.NoError(t, err)
	require.Equal(t, tenancy.StateLapsing, domain.State)

	for _, timer := range timers.Of(s.Dir, nil) {
		require.NotEqual(t, "relay", timer.Name)
	}
	broken, err := tenancy.New(closed{memstore.New()}, nil)
	require.NoError(t, err)
	for _, timer := range timers.Of(broken, func(context.Context, tenancy.Event) error { return nil }) {
		require.ErrorIs(t, timer.Do(t.Context()), errClosed)
	}
}

var errClosed = errors.New("closed")

// closed is a store that fails.
type closed struct{ tenancy.Store }

func (closed) View(context.Context, func(context.Context, tenancy.ReadTx) error) error {
	return errClosed
}
func (closed) Update(context.Context, func(context.Context, tenancy.Tx) error) error {
	return errClosed
}
