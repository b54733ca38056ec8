package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func transactionCases() []testCase {
	return []testCase{
		{"Transaction/an error rolls back and comes as it is", trial.rollback},
		{"Transaction/a write that failed fails it", trial.swallowed},
		{"Transaction/a panic rolls back and goes on", trial.panics},
		{"Transaction/an exit of the goroutine rolls back", trial.exits},
		{"Transaction/an error of a View comes as it is", trial.viewErrors},
		{"Transaction/later Views see what was committed", trial.laterViews},
		{"Transaction/an Update that only reads", trial.onlyReads},
		{"Transaction/over when its function has returned", trial.over},
	}
}

// swallowed wants nothing to commit after a write has failed, even if the function
// ignores the error.
func (c trial) swallowed() {
	m := newModel()
	user := func(n int) tenancy.UserRecord {
		return tenancy.UserRecord{
			ID:       userID(n),
			Personal: tenancy.UserPersonal{Address: tenancy.NewPersonal("same@sample.example")},
		}
	}
	c.both(m, putting(user(1)))
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Append(ctx, chain(stream(1), 1, 1)...) })
	for _, fails := range []writing{
		putting(user(2)),
		func(ctx context.Context, tx tenancy.Tx) error { return tx.Append(ctx, chain(stream(1), 1, 1)...) },
	} {
		c.busy(c.store.Update(c.Context(), func(ctx context.Context, tx tenancy.Tx) error {
			if err := tx.Put(ctx, tenancy.AccountRecord{ID: accountID(1), Owner: userID(1)}); err != nil {
				return err
			}
			_ = fails(ctx, tx)
			return nil
		}))
		c.holds(m)
	}
}

// spoil runs a function that writes everything that can be written and then ends in a
// given way. Nothing of it may stay.
func (c trial) spoil(end func() error) error {
	return c.store.Update(c.Context(), func(ctx context.Context, tx tenancy.Tx) error {
		if err := inTurn(ctx, tx, everyWrite()); err != nil {
			return err
		}
		return end()
	})
}

// spoiled fills the store and returns its model, which knows all places that everyWrite
// will use.
func (c trial) spoiled() *model {
	m := newModel()
	c.both(m, everyWriteNeeds)
	require.NoError(c, inTurn(c.Context(), m.clone(), everyWrite()))
	return m
}

func (c trial) rollback() {
	m := c.spoiled()
	own := &refusal{"own"}
	for _, want := range []error{own, fmt.Errorf("wrapped: %w", own), tenancy.CodeNotFound, tenancy.ErrInvalid,
		&tenancy.Error{Op: "x", Err: tenancy.CodeRole}, errors.Join(own, own)} {
		err := c.spoil(func() error { return want })
		require.True(c, any(want) == any(err), "got %v, want %v itself", err, want)
		c.holds(m)
		require.Same(c, own, c.store.Update(c.Context(), func(ctx context.Context, tx tenancy.Tx) error {
			// before anything is read or written
			return own
		}))
	}
	for last := range everyWrite() { // after each of the writes
		err := c.store.Update(c.Context(), func(ctx context.Context, tx tenancy.Tx) error {
			if err := inTurn(ctx, tx, everyWrite()[:last]); err != nil {
				return err
			}
			if _, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsers, Limit: 1}); err != nil {
				return err
			}
			return own
		})
		require.Same(c, own, err)
		c.holds(m)
	}
	// the store goes on
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return inTurn(ctx, tx, everyWrite()) })
	c.holds(m)
}

func (c trial) panics() {
	m := c.spoiled()
	value := &refusal{"a value of a panic"}
	recovered := func(fn func()) (got any) {
		defer func() { got = recover() }()
		fn()
		return nil
	}
	require.Same(c, value, recovered(func() { _ = c.spoil(func() error { panic(value) }) }))
	c.holds(m)
	require.Same(c, value, recovered(func() {
		_ = c.store.View(c.Context(), func(context.Context, tenancy.ReadTx) error { panic(value) })
	}))
	c.holds(m)
	require.Same(c, value, recovered(func() {
		_ = c.store.Update(c.Context(), func(context.Context, tenancy.Tx) error { panic(value) })
	}))
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return inTurn(ctx, tx, everyWrite()) })
	c.holds(m)
}

// exits ends the goroutine within a transaction, as a failed test does.
func (c trial) exits() {
	m := c.spoiled()
	for _, transaction := range []func(){
		func() { _ = c.spoil(func() error { runtime.Goexit(); return nil }) },
		func() {
			_ = c.store.View(c.Context(), func(context.Context, tenancy.ReadTx) error { runtime.Goexit(); return nil })
		},
	} {
		var wg sync.WaitGroup
		wg.Go(transaction)
		wg.Wait()
		c.holds(m)
	}
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return inTurn(ctx, tx, everyWrite()) })
	c.holds(m)
}

func (c trial) viewErrors() {
	own := &refusal{"own"}
	require.Same(c, own, c.store.View(c.Context(), func(ctx context.Context, tx tenancy.ReadTx) error {
		return own
	}))
	require.Same(c, own, c.store.View(c.Context(), func(ctx context.Context, tx tenancy.ReadTx) error {
		if _, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsers, Limit: 1}); err != nil {
			return err
		}
		return own
	}))
	require.Equal(c, tenancy.CodeNotFound, c.store.View(c.Context(),
		func(ctx context.Context, tx tenancy.ReadTx) error { return tenancy.CodeNotFound }))
}

// laterViews reads right after each Update, from this goroutine and from others.
func (c trial) laterViews() {
	for n := range 30 {
		want := tenancy.HeadRecord{Stream: stream(1), Sequence: uint64(n)}
		c.put(want)
		require.Equal(c, want, c.get(want))
		var elsewhere tenancy.Record
		var err error
		var wg sync.WaitGroup
		wg.Go(func() {
			err = c.store.View(c.Context(), func(ctx context.Context, tx tenancy.ReadTx) error {
				answers, err := tx.Read(ctx, lookup(want))
				if err == nil {
					elsewhere = answers[0].Record
				}
				return err
			})
		})
		wg.Wait()
		require.NoError(c, err)
		require.Equal(c, want, elsewhere)
	}
}

func (c trial) onlyReads() {
	m := c.spoiled()
	var found []string
	c.update(func(ctx context.Context, tx tenancy.Tx) (err error) {
		found, err = m.differences(ctx, tx)
		return err
	})
	c.alike(found)
	c.update(func(context.Context, tenancy.Tx) error { return nil })
	c.view(func(context.Context, tenancy.ReadTx) error { return nil })
	c.holds(m)
}

// over uses transactions after their functions have returned. Each call is an error and
// changes nothing.
func (c trial) over() {
	m := c.spoiled()
	var left []tenancy.Tx
	var leftReads []tenancy.ReadTx
	own := &refusal{"own"}
	c.update(func(_ context.Context, tx tenancy.Tx) error { left = append(left, tx); return nil })
	_ = c.store.Update(c.Context(), func(_ context.Context, tx tenancy.Tx) error {
		left = append(left, tx)
		return own
	})
	c.view(func(_ context.Context, tx tenancy.ReadTx) error { leftReads = append(leftReads, tx); return nil })
	_ = c.store.View(c.Context(), func(_ context.Context, tx tenancy.ReadTx) error {
		leftReads = append(leftReads, tx)
		return own
	})
	for _, tx := range left {
		leftReads = append(leftReads, tx)
		for i, write := range everyWrite() {
			require.Error(c, write(c.Context(), tx), "the %d. write after the end", i+1)
		}
	}
	for _, tx := range leftReads {
		_, err := tx.Read(c.Context(), tenancy.Lookup{Index: tenancy.IndexUsers, Limit: 1})
		require.Error(c, err, "Read after the end")
		err = accessOne(c.Context(), tx, userID(1), accountID(1), tenancy.KeyID{}, new(tenancy.AccessRow))
		require.Error(c, err, "Access after the end")
		_, err = tx.Events(c.Context(), stream(1), 1, 1)
		require.Error(c, err, "Events after the end")
		_, err = tx.FindEvents(c.Context(), tenancy.EventLookup{Stream: stream(1), Limit: 1})
		require.Error(c, err, "FindEvents after the end")
		_, err = tx.Outbox(c.Context(), tenancy.Stream{}, 1)
		require.Error(c, err, "Outbox after the end")
		_, err = tx.Now(c.Context())
		require.Error(c, err, "Now after the end")
	}
	c.holds(m)
	c.put(tenancy.UserRecord{ID: userID(50)}) // this would commit what was left over
	require.NoError(c, m.Put(c.Context(), tenancy.UserRecord{ID: userID(50)}))
	c.holds(m)
}
