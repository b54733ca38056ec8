package main

import (
	"context"
	"errors"
	"runtime"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// stale is a store whose Views see what was there some Views ago.
type stale struct {
	tenancy.Store
	copies func(context.Context) (*memstore.Store, error)
	views  chan view // one: what Views see
}

// view is an old copy of the store, and how many Views will still see it.
type view struct {
	of   tenancy.Store
	left int
}

func newStale(store tenancy.Store) tenancy.Store {
	s := &stale{store, store.(*memstore.Store).Copy, make(chan view, 1)}
	s.views <- view{}
	return s
}

func (s *stale) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	v := <-s.views
	if v.left == 0 {
		of, err := s.copies(ctx)
		if err != nil {
			s.views <- v
			return err
		}
		v = view{of, 8}
	}
	s.views <- view{v.of, v.left - 1}
	return v.of.View(ctx, fn)
}

// torn is a store without isolation: an Update reads one state, and writes into another.
type torn struct{ tenancy.Store }

func (t torn) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	late := &lateWrites{}
	err := t.View(ctx, func(ctx context.Context, tx tenancy.ReadTx) error {
		late.ReadTx = tx
		return fn(ctx, late)
	})
	if err != nil {
		return err
	}
	for range 8 {
		runtime.Gosched() // others come in between
	}
	return t.Store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
		for _, write := range late.writes {
			if err := write(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// lateWrites keeps writes until the end. The log is left out, as its numbers would show
// that others came in between.
type lateWrites struct {
	tenancy.ReadTx
	writes []func(context.Context, tenancy.Tx) error
}

func (l *lateWrites) Put(_ context.Context, records ...tenancy.Record) error {
	for _, r := range records {
		l.writes = append(l.writes, func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, r) })
	}
	return nil
}

func (l *lateWrites) Delete(_ context.Context, records ...tenancy.Record) error {
	for _, r := range records {
		l.writes = append(l.writes, func(ctx context.Context, tx tenancy.Tx) error { return tx.Delete(ctx, r) })
	}
	return nil
}

func (l *lateWrites) Append(context.Context, ...tenancy.EventRecord) error { return nil }
func (l *lateWrites) Ack(context.Context, ...tenancy.EventRecord) error    { return nil }

func (l *lateWrites) MoveAll(_ context.Context, move tenancy.Move) error {
	l.writes = append(l.writes, func(ctx context.Context, tx tenancy.Tx) error { return tx.MoveAll(ctx, move) })
	return nil
}

// forgetful is a store that answers that it has committed, and now and then has not.
type forgetful struct {
	tenancy.Store
	n chan int // one: how many Updates there were
}

var errForgotten = errors.New("linear: forgotten")

// forgets is how many Updates there are for each that is forgotten.
const forgets = 40

func newForgetful(store tenancy.Store) *forgetful {
	f := &forgetful{store, make(chan int, 1)}
	f.n <- 0
	return f
}

func (f *forgetful) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	n := <-f.n + 1
	f.n <- n
	err := f.Store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
		if err := fn(ctx, tx); err != nil || n%forgets != 0 {
			return err
		}
		return errForgotten
	})
	if errors.Is(err, errForgotten) {
		return nil
	}
	return err
}

// lying is a store that says of a commit that it was not made, and it was. Where it does
// not know it has to say so (tenancy.CodeAmbiguous).
type lying struct{ *forgetful }

func (l lying) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	n := <-l.n + 1
	l.n <- n
	err := l.Store.Update(ctx, fn)
	if err == nil && n%forgets == 0 {
		return errors.New("linear: not committed")
	}
	return err
}
