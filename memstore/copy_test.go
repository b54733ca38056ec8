package memstore_test

import (
	"context"
	"maps"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// TestCopyIsAStore runs the contract of a store on copies of a store that somebody used.
func TestCopyIsAStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) tenancy.Store {
		used := memstore.New()
		record := user(1, "ann@example.com")
		update(t, used, func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, record) })
		update(t, used, func(ctx context.Context, tx tenancy.Tx) error { return tx.Delete(ctx, record) })
		return copied(t, used)
	})
}

func copied(t *testing.T, store *memstore.Store) *memstore.Store {
	t.Helper()
	c, err := store.Copy(t.Context())
	require.NoError(t, err)
	return c
}

// TestCopiesAreApart has a store and its copies change at the same time, and copies of
// these. Each holds what was done in it, and each log is whole: one that two of them
// continue is of a length that ends within a block.
func TestCopiesAreApart(t *testing.T) {
	store := memstore.New()
	first := tenancytest.New(t, store, nil)
	company := first.Company("acme")
	stores := []*memstore.Store{store, copied(t, store), copied(t, store)}
	stores = append(stores, copied(t, stores[1]))
	before := tenancytest.Records(t, store)
	for _, s := range stores {
		require.True(t, maps.Equal(before, tenancytest.Records(t, s)))
	}
	const renamings = 100
	var wg sync.WaitGroup
	names := make([]string, len(stores))
	for n, s := range stores {
		dir, err := tenancy.New(s, &tenancy.Options{Now: first.Clock.Now, Random: rand.NewChaCha8([32]byte{byte(n + 2)})})
		require.NoError(t, err)
		names[n] = "Name " + strconv.Itoa(n)
		wg.Go(func() {
			for i := range renamings {
				name := names[n]
				if i < renamings-1 {
					name += " " + strconv.Itoa(i)
				}
				_, err := dir.As(company.Owner).RenameOrganization(t.Context(), company.Organization, name)
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for n, s := range stores {
		dir, err := tenancy.New(s, &tenancy.Options{Now: first.Clock.Now})
		require.NoError(t, err)
		o, err := dir.System().Organization(t.Context(), company.Organization)
		require.NoError(t, err)
		require.Equal(t, names[n], o.Name.Reveal())
		for violation, err := range dir.Check(t.Context(), tenancy.CheckOptions{Replay: true}) {
			require.NoError(t, err)
			t.Error(violation)
		}
	}
}

// TestCopyWaits wants a copy to hold what the Update before it committed, to be refused
// while one runs for too long, and to end with its context.
func TestCopyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, finish := memstore.New(), make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			update(t, store, func(ctx context.Context, tx tenancy.Tx) error {
				<-finish
				return tx.Put(ctx, user(1, "ann@example.com"))
			})
		})
		synctest.Wait()
		_, err := store.Copy(t.Context())
		require.Equal(t, tenancy.CodeBusy, err)
		ended, end := context.WithCancel(t.Context())
		end()
		_, err = store.Copy(ended)
		require.Equal(t, context.Canceled, err)
		wg.Go(func() {
			c, err := store.Copy(t.Context())
			if err != nil || len(tenancytest.Records(t, c)) != 1 {
				t.Errorf("it does not hold what was committed: %v", err)
			}
		})
		synctest.Wait()
		close(finish)
		wg.Wait()
	})
}
