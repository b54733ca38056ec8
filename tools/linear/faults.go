package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/storetest"
)

// watched is one client's way to the store. It keeps what the client's operation writes, so
// that the IDs of what was made are known also where the answer is lost, and lets others run
// between one call and the next.
type watched struct {
	tenancy.Store
	random *rand.Rand
	wrote  []tenancy.Record // of the operation under way, in all its attempts
}

// pause lets others run, for a random while.
func (w *watched) pause() {
	for range w.random.IntN(4) {
		runtime.Gosched()
	}
}

func (w *watched) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	w.pause()
	return w.Store.View(ctx, fn)
}

func (w *watched) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	w.pause()
	defer w.pause()
	return w.Store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
		err := fn(ctx, writes{tx, w})
		w.pause()
		return err
	})
}

type writes struct {
	tenancy.Tx
	of *watched
}

func (w writes) Put(ctx context.Context, records ...tenancy.Record) error {
	w.of.wrote = append(w.of.wrote, records...)
	return w.Tx.Put(ctx, records...)
}

// watchedAccess is watched over a store that answers Access by itself.
type watchedAccess struct {
	*watched
	tenancy.AccessReader
}

// watch returns a client's way to a store, which is a tenancy.AccessReader if the store is.
func watch(store tenancy.Store, random *rand.Rand) (*watched, tenancy.Store) {
	w := &watched{Store: store, random: random}
	if access, ok := store.(tenancy.AccessReader); ok {
		return w, watchedAccess{w, access}
	}
	return w, w
}

// flaky is a store that is used over a bad line: faults come at random before and within
// transactions and at commits. Where the answer of a commit is lost, the question what
// became of it may fail too.
type flaky struct {
	*storetest.Faulty
	random *rand.Rand
	cut    bool // the next Update does not reach the store
}

var errCut = errors.New("linear: the line is cut")

func newFlaky(store tenancy.Store, random *rand.Rand) *flaky {
	return &flaky{Faulty: &storetest.Faulty{Store: store}, random: random}
}

func (f *flaky) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	if f.cut {
		f.cut = false
		return errCut
	}
	err := f.Faulty.Update(ctx, fn)
	f.cut = errors.Is(err, tenancy.CodeAmbiguous) && f.random.IntN(2) == 0
	return err
}

// prepare decides what goes wrong during the next operation, if anything does.
func (f *flaky) prepare(ctx context.Context) {
	f.cut = false
	f.Inject(0, 0)
	switch draw := f.random.IntN(24); draw {
	case 0:
		f.Inject(storetest.CallFails, 1+f.random.IntN(6))
	case 1:
		f.Inject(storetest.CallFailsLate, 1+f.random.IntN(6))
	case 2:
		f.Inject(storetest.Conflict, 1+f.random.IntN(6))
	case 3, 4:
		f.Inject(storetest.CommitDoubted, 1)
	case 5:
		f.Inject(storetest.CommitLost, 1)
	case 6, 7:
		f.Inject(storetest.CommitLate, 1)
	case 8, 9, 10:
		f.arrive(ctx)
	}
}

// arrive lets a commit arrive that is on its way.
func (f *flaky) arrive(ctx context.Context) {
	f.Inject(0, 0)
	_, _ = f.Arrive(ctx) // whether it did is for the checker to find out
}

// The broken stores, for the tests of the checker.

// stale is a store whose Views see what was there some Views ago.
type stale struct {
	tenancy.Store
	copies func(context.Context) (tenancy.Store, error)
	views  chan view // one: what Views see
}

// view is an old copy of the store, and how many Views will still see it.
type view struct {
	of   tenancy.Store
	left int
}

func newStale(store tenancy.Store, copies func(context.Context) (tenancy.Store, error)) *stale {
	s := &stale{store, copies, make(chan view, 1)}
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
	each int
	n    chan int // one: how many Updates there were
}

var errForgotten = errors.New("linear: forgotten")

func newForgetful(store tenancy.Store, each int) *forgetful {
	f := &forgetful{store, each, make(chan int, 1)}
	f.n <- 0
	return f
}

func (f *forgetful) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	n := <-f.n + 1
	f.n <- n
	err := f.Store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
		if err := fn(ctx, tx); err != nil || n%f.each != 0 {
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
	if err == nil && n%l.each == 0 {
		return fmt.Errorf("linear: not committed")
	}
	return err
}
