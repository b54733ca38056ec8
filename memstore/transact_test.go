package memstore_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest"
)

func TestTransact(t *testing.T) {
	storetest.RunTransact(t, func(*testing.T) storetest.Transacter[memstore.Tx] { return memstore.New() })
}

// transacted is a Store whose Updates are Transact's.
type transacted struct{ *memstore.Store }

func (s transacted) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	return s.Transact(ctx, func(ctx context.Context, _ memstore.Tx, joined tenancy.Store) error {
		return joined.Update(ctx, fn)
	})
}

func TestBusy(t *testing.T) {
	t.Run("Update", func(t *testing.T) {
		storetest.RunBusy(t, func(*testing.T) (tenancy.Store, func()) {
			store := memstore.New()
			return store, func() { memstore.Hasten(store) }
		})
	})
	t.Run("Transact", func(t *testing.T) {
		storetest.RunBusy(t, func(*testing.T) (tenancy.Store, func()) {
			store := memstore.New()
			return transacted{store}, func() { memstore.Hasten(store) }
		})
	})
}

// TestWaitFor has a writer wait for one that does not end: 10 seconds, or as the option
// says.
func TestWaitFor(t *testing.T) {
	for _, o := range []*memstore.Options{nil, {}, {WaitFor: time.Minute}} {
		synctest.Test(t, func(t *testing.T) {
			want := 10 * time.Second
			if o != nil && o.WaitFor != 0 {
				want = o.WaitFor
			}
			store := memstore.NewWith(o)
			update(t, store, func(ctx context.Context, tx tenancy.Tx) error {
				begun := time.Now()
				err := store.Update(t.Context(), func(context.Context, tenancy.Tx) error { panic("it ran") })
				require.Equal(t, tenancy.CodeBusy, err)
				require.Equal(t, want, time.Since(begun))
				return tx.Put(ctx, user(1, "ann@example.com"))
			})
		})
	}
}
