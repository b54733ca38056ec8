package main

import (
	"context"
	"errors"
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
