package pgstore_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/storetest"
)

// TestManyLookups asks every question that can be asked of what there is: all of a kind
// in one call, which is one statement then, and each in a call of its own. The answers
// are the same.
func TestManyLookups(t *testing.T) {
	t.Parallel()
	store, _ := open(t, nil)
	s := newScene(t, store)
	for range 3 {
		s.member(tenancy.Administrator)
		s.invited(tenancy.StandardUser)
	}
	s.candidate(store, 6, 3)
	lookups := map[tenancy.Index][]tenancy.Lookup{}
	for _, record := range storetest.Everything(t, store) {
		for _, e := range record.Entries(nil) {
			info := tenancy.Indexes()[e.Index-1]
			ask := func(l tenancy.Lookup) {
				l.Index = e.Index
				lookups[e.Index] = append(lookups[e.Index], l)
			}
			if info.Exact {
				ask(tenancy.Lookup{Key: e.Key})
				ask(tenancy.Lookup{Key: tenancy.Key{In: [16]byte{7}, Text: "nowhere", ID: [16]byte{7}}})
			}
			if info.Listed {
				ask(tenancy.Lookup{Key: tenancy.Key{In: e.Key.In}, Limit: 2})
				ask(tenancy.Lookup{Key: tenancy.Key{In: e.Key.In}, Limit: 1000})
				ask(tenancy.Lookup{Key: e.Key, Limit: 2})
				ask(tenancy.Lookup{Key: tenancy.Key{In: e.Key.In}, Limit: 2, Count: true})
				ask(tenancy.Lookup{Key: tenancy.Key{In: e.Key.In}, Limit: 1000, Count: true})
			}
		}
	}
	require.Greater(t, len(lookups), 15)
	for index, all := range lookups {
		var together []tenancy.Answer
		require.NoError(t, store.View(t.Context(), func(ctx context.Context, tx tenancy.ReadTx) (err error) {
			together, err = tx.Read(ctx, all...)
			return err
		}))
		for i, l := range all {
			require.NoError(t, store.View(t.Context(), func(ctx context.Context, tx tenancy.ReadTx) error {
				alone, err := tx.Read(ctx, l)
				require.Equal(t, alone[0], together[i], "index %d: %v", index, l)
				return err
			}))
		}
	}
}
