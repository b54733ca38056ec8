package storetest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/storetest"
)

func TestFaultyWithoutFault(t *testing.T) {
	storetest.Run(t, func(*testing.T) tenancy.Store { return &storetest.Faulty{Store: newNaive()} })
}

// counter is a record in a faulty store. count adds one to it in three calls.
type counter struct {
	*storetest.Faulty
	below tenancy.Store
	runs  int // how often the function ran in the last Update
}

func newCounter() *counter {
	below := newNaive()
	return &counter{Faulty: &storetest.Faulty{Store: below}, below: below}
}

func countOf(ctx context.Context, tx tenancy.ReadTx) (tenancy.HeadRecord, error) {
	head := tenancy.HeadRecord{Stream: tenancy.Stream{User: tenancy.UserID{1}}}
	answers, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexHeads, Key: identity(head).Key})
	if err == nil && answers[0].Record != nil {
		head = answers[0].Record.(tenancy.HeadRecord)
	}
	return head, err
}

func (c *counter) count(ctx context.Context) error {
	c.runs = 0
	return c.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
		c.runs++
		head, err := countOf(ctx, tx)
		if err != nil {
			return err
		}
		head.Sequence++
		if err := tx.Put(ctx, head); err != nil {
			return err
		}
		return tx.Append(ctx, tenancy.EventRecord{Stream: head.Stream, Sequence: head.Sequence})
	})
}

// stands wants the record and the events to have reached a number.
func (c *counter) stands(t *testing.T, want int) {
	t.Helper()
	require.NoError(t, c.below.View(t.Context(), func(ctx context.Context, tx tenancy.ReadTx) error {
		head, err := countOf(ctx, tx)
		if err != nil {
			return err
		}
		events, err := tx.Events(ctx, head.Stream, 1, 1000)
		require.Len(t, events, want)
		require.EqualValues(t, want, head.Sequence)
		return err
	}))
}

func TestFaults(t *testing.T) {
	for _, is := range []struct {
		name  string
		fault storetest.Fault
		calls int   // how many calls it can hit
		err   error // the error of an Update that it hits
		done  int   // how often such an Update was applied
		runs  int   // how often the function runs if the last call is hit
	}{
		{"a call that fails", storetest.CallFails, 5, storetest.ErrInjected, 0, 1},
		{"a call that fails late", storetest.CallFailsLate, 3, storetest.ErrInjected, 0, 1},
		{"a conflict", storetest.Conflict, 4, nil, 1, 2},
		{"a commit in doubt that was made", storetest.CommitDoubted, 1, tenancy.CodeAmbiguous, 1, 1},
		{"a commit in doubt that was lost", storetest.CommitLost, 1, tenancy.CodeAmbiguous, 0, 1},
		{"a commit in doubt that is late", storetest.CommitLate, 1, tenancy.CodeAmbiguous, 0, 1},
	} {
		t.Run(is.name, func(t *testing.T) {
			c, rounds, want := newCounter(), 0, 0
			for n := range c.Each(is.fault) {
				rounds++
				require.Equal(t, rounds, n)
				err := c.count(t.Context())
				if !c.Injected() {
					require.NoError(t, err)
					c.stands(t, want+1)
					continue
				}
				if is.err == nil {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, is.err)
				}
				if n == is.calls {
					require.Equal(t, is.runs, c.runs)
				}
				want += is.done
				c.stands(t, want)
			}
			require.Equal(t, is.calls+1, rounds)
			require.NoError(t, c.count(t.Context()), "no fault is left")
			require.False(t, c.Injected())
		})
	}
}

func TestFaultsOfViews(t *testing.T) {
	c := newCounter()
	look := func() error {
		return c.View(t.Context(), func(ctx context.Context, tx tenancy.ReadTx) error {
			_, err := countOf(ctx, tx)
			if err != nil {
				return err
			}
			err = accessOne(ctx, tx, tenancy.UserID{}, tenancy.AccountID{}, tenancy.KeyID{}, new(tenancy.AccessRow))
			return err
		})
	}
	for fault, calls := range map[storetest.Fault]int{storetest.CallFails: 3, storetest.CallFailsLate: 2,
		storetest.Conflict: 0, storetest.CommitLost: 0} {
		rounds := 0
		for range c.Each(fault) {
			rounds++
			if err := look(); c.Injected() {
				require.ErrorIs(t, err, storetest.ErrInjected)
			} else {
				require.NoError(t, err)
			}
		}
		require.Equal(t, calls+1, rounds)
	}
}

// A call that fails late is made. A call that fails is not.
func TestFaultSwallowed(t *testing.T) {
	for fault, done := range map[storetest.Fault]bool{storetest.CallFails: false, storetest.CallFailsLate: true} {
		c := newCounter()
		user := tenancy.UserRecord{ID: tenancy.UserID{1}}
		c.Inject(fault, map[storetest.Fault]int{storetest.CallFails: 2, storetest.CallFailsLate: 1}[fault])
		require.NoError(t, c.Update(t.Context(), func(ctx context.Context, tx tenancy.Tx) error {
			_ = tx.Put(ctx, user)
			return nil
		}))
		require.True(t, c.Injected())
		require.NoError(t, c.View(t.Context(), func(ctx context.Context, tx tenancy.ReadTx) error {
			answers, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsers, Key: identity(user).Key})
			require.Equal(t, done, answers[0].Record != nil)
			return err
		}))
	}
}

// A function that ignores a conflict runs again all the same.
func TestConflictSwallowed(t *testing.T) {
	c := newCounter()
	c.Inject(storetest.Conflict, 1)
	runs := 0
	require.NoError(t, c.Update(t.Context(), func(ctx context.Context, tx tenancy.Tx) error {
		runs++
		_, first := countOf(ctx, tx)
		_, second := countOf(ctx, tx)
		require.Equal(t, runs == 1, first != nil)
		require.Equal(t, runs == 1, second != nil)
		return nil
	}))
	require.Equal(t, 2, runs)
}

func TestLateCommit(t *testing.T) {
	c := newCounter()
	arrive := func() bool {
		applied, err := c.Arrive(t.Context())
		require.NoError(t, err)
		return applied
	}
	require.False(t, arrive(), "none is on its way")
	require.NoError(t, c.count(t.Context()))
	c.Inject(storetest.CommitLate, 1)
	require.ErrorIs(t, c.count(t.Context()), tenancy.CodeAmbiguous)
	c.stands(t, 1)
	require.True(t, arrive())
	c.stands(t, 2)
	require.False(t, arrive(), "it has arrived")
	c.stands(t, 2)

	c.Inject(storetest.CommitLate, 1)
	require.ErrorIs(t, c.count(t.Context()), tenancy.CodeAmbiguous)
	require.NoError(t, c.count(t.Context())) // what the late one has read has changed
	require.False(t, arrive())
	c.stands(t, 3)
}

func TestFaultWithAnErrorOfOnesOwn(t *testing.T) {
	own := errors.New("own")
	c := newCounter()
	c.Err = own
	for range c.Each(storetest.CallFails) {
		if err := c.count(t.Context()); c.Injected() {
			require.Same(t, own, err)
		}
	}
}

// A loop that ends early leaves no fault behind.
func TestEachLeftEarly(t *testing.T) {
	c := newCounter()
	for range c.Each(storetest.CallFails) {
		break
	}
	require.NoError(t, c.count(t.Context()))
}
