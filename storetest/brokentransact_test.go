package storetest_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// TestTransactSuitesCatch runs RunTransact and RunBusy over stores that have one fault
// each, as TestSuiteCatches does with Run (GEN-11).
func TestTransactSuitesCatch(t *testing.T) {
	if name := os.Getenv(brokenStore); name != "" {
		brokenTransacts[name].run(t)
		return
	}
	for name, b := range brokenTransacts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			catches(t, name, "TestTransactSuitesCatch/"+b.caught, b.hangs)
		})
	}
}

var brokenTransacts = map[string]struct {
	caught string // the case that must find the fault
	hangs  bool   // the case does not end
	run    func(*testing.T)
}{
	"a Transact that commits although its function failed": {"GEN-11 all commits, or nothing does", false,
		transacting(func(ctx context.Context, store *memstore.Store, fn transaction) error {
			var given error
			err := store.Transact(ctx, func(ctx context.Context, tx memstore.Tx, joined tenancy.Store) error {
				given = fn(ctx, tx, joined)
				return nil
			})
			if given != nil {
				return given
			}
			return err
		})},
	"a Transact whose contexts bear no mark": {"GEN-11 sessions of another directory refuse the context", false,
		transacting(unmarked)},
	"a Transact within a Transact, which no mark tells": {"GEN-11 transactions within each other", false,
		transacting(unmarked)},
	"a joined store that is of use after the end": {"GEN-11 what is kept after the end", false,
		transacting(func(ctx context.Context, store *memstore.Store, fn transaction) error {
			late := &late{during: nil, after: store}
			return store.Transact(ctx, func(_ context.Context, tx memstore.Tx, joined tenancy.Store) error {
				late.during = joined
				defer func() { late.during = nil }()
				return fn(ctx, tx, late)
			})
		})},
	"an Update that does not wait for another one": {"GEN-11 an Update within an Update", false,
		func(t *testing.T) {
			storetest.RunBusy(t, func(*testing.T) (tenancy.Store, func()) {
				s := newNaive()
				return tampered{s, isolated(s)}, func() {}
			})
		}},
	"an Update that waits without end": {"GEN-11 an Update within an Update", true,
		func(t *testing.T) {
			storetest.RunBusy(t, func(*testing.T) (tenancy.Store, func()) {
				return memstore.NewWith(&memstore.Options{WaitFor: 1000 * time.Hour}), func() {}
			})
		}},
}

// transaction is the function that a Transact runs.
type transaction = func(context.Context, memstore.Tx, tenancy.Store) error

// transacter is a memstore.Store with another Transact.
type transacter struct {
	*memstore.Store
	how func(context.Context, *memstore.Store, transaction) error
}

func (s transacter) Transact(ctx context.Context, fn transaction) error {
	if fn == nil {
		return tenancy.CodeInput
	}
	return s.how(ctx, s.Store, fn)
}

// transacting returns RunTransact over a memstore.Store with another Transact. It does
// not wait for long for what it must not wait for.
func transacting(how func(context.Context, *memstore.Store, transaction) error) func(*testing.T) {
	return func(t *testing.T) {
		storetest.RunTransact(t, func(*testing.T) storetest.Transacter[memstore.Tx] {
			return transacter{memstore.NewWith(&memstore.Options{WaitFor: time.Nanosecond}), how}
		})
	}
}

// unmarked is a Transact whose function gets the caller's own context.
func unmarked(ctx context.Context, store *memstore.Store, fn transaction) error {
	return store.Transact(ctx, func(_ context.Context, tx memstore.Tx, joined tenancy.Store) error {
		return fn(ctx, tx, joined)
	})
}

// late is a joined store that works outside of the transaction when that has ended.
type late struct{ during, after tenancy.Store }

func (s *late) now() tenancy.Store {
	if s.during != nil {
		return s.during
	}
	return s.after
}

func (s *late) View(ctx context.Context, fn reading) error   { return s.now().View(ctx, fn) }
func (s *late) Update(ctx context.Context, fn writing) error { return s.now().Update(ctx, fn) }
