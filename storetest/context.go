package storetest

import (
	"context"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func contextCases() []testCase {
	return []testCase{
		{"Context/over before it begins", trial.contextOver},
		{"Context/over before the commit", trial.contextEnds},
		{"Context/over while it waits", trial.contextWaits},
		{"Context/values reach the function", trial.contextValues},
	}
}

// contextOver begins with contexts that are cancelled or past their deadline.
func (c trial) contextOver() {
	m := c.spoiled()
	cancelled, cancel := context.WithCancel(c.Context())
	cancel()
	expired, cancel := context.WithDeadline(c.Context(), time.Unix(1, 0))
	defer cancel()
	for ctx, want := range map[context.Context]error{cancelled: context.Canceled,
		expired: context.DeadlineExceeded} {
		require.ErrorIs(c, c.store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
			return inTurn(ctx, tx, everyWrite())
		}), want)
		c.holds(m)
		require.ErrorIs(c, c.store.Update(ctx, func(context.Context, tenancy.Tx) error { return nil }), want)
		require.ErrorIs(c, c.store.View(ctx, func(ctx context.Context, tx tenancy.ReadTx) error {
			_, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsers, Limit: 1})
			return err
		}), want)
	}
}

// contextEnds cancels within the function. What the function wrote is rolled back even
// if it does not notice, and its own error is returned.
func (c trial) contextEnds() {
	m := c.spoiled()
	for last := range len(everyWrite()) + 1 {
		ctx, cancel := context.WithCancel(c.Context())
		err := c.store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
			if err := inTurn(ctx, tx, everyWrite()[:last]); err != nil {
				return err
			}
			cancel()
			return nil
		})
		require.ErrorIs(c, err, context.Canceled)
		c.holds(m)
	}
	ctx, cancel := context.WithCancel(c.Context())
	own := &refusal{"own"}
	require.Same(c, own, c.store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
		if err := inTurn(ctx, tx, everyWrite()); err != nil {
			return err
		}
		cancel()
		return own
	}))
	c.holds(m)

	ctx, cancel = context.WithCancel(c.Context())
	err := c.store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
		cancel()
		if err := tx.Put(ctx, tenancy.UserRecord{ID: userID(4)}); err != nil {
			return err
		}
		_, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsers, Limit: 1})
		return err
	})
	require.ErrorIs(c, err, context.Canceled)
	c.holds(m)
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return inTurn(ctx, tx, everyWrite()) })
	c.holds(m)
}

// contextWaits cancels an Update while another one runs that it may have to wait for.
// The first is rolled back, and the other one commits.
func (c trial) contextWaits() {
	m := c.spoiled()
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	inside, ended := make(chan struct{}), make(chan error, 1)
	var once, enter sync.Once
	err := c.store.Update(c.Context(), func(own context.Context, tx tenancy.Tx) error {
		if _, err := tx.Read(own, lookup(tenancy.HeadRecord{Stream: stream(1)})); err != nil {
			return err
		}
		once.Do(func() {
			go func() {
				ended <- c.store.Update(ctx, func(within context.Context, tx tenancy.Tx) error {
					enter.Do(func() { close(inside) })
					<-ctx.Done() // if both run at once
					return tx.Put(context.WithoutCancel(within),
						tenancy.HeadRecord{Stream: stream(1), Sequence: 1})
				})
			}()
			c.wait(inside)
			cancel()
		})
		return tx.Put(own, tenancy.HeadRecord{Stream: stream(1), Sequence: 2})
	})
	require.NoError(c, err)
	require.Error(c, <-ended)
	require.NoError(c, m.Put(c.Context(), tenancy.HeadRecord{Stream: stream(1), Sequence: 2}))
	c.holds(m)
}

type contextKey struct{}

func (c trial) contextValues() {
	ctx := context.WithValue(c.Context(), contextKey{}, "here")
	var inView, inUpdate any
	require.NoError(c, c.store.View(ctx, func(ctx context.Context, _ tenancy.ReadTx) error {
		inView = ctx.Value(contextKey{})
		return nil
	}))
	require.NoError(c, c.store.Update(ctx, func(ctx context.Context, _ tenancy.Tx) error {
		inUpdate = ctx.Value(contextKey{})
		return nil
	}))
	require.Equal(c, []any{"here", "here"}, []any{inView, inUpdate})
}
