package pgstore_test

import (
	"context"
	"flag"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/pgstore"
	"github.com/add4b1c6/tenancy/storetest"
)

var bouncerMode = flag.String("bouncer-mode", "exec", "the default_query_exec_mode with which TestBouncer runs the suite")

// bouncers is the PgBouncer of this package's tests, which the first one starts. It ends with this process: stop holds what it would end without.
var bouncers = sync.OnceValue(func() (b struct {
	url  func(database string) string
	stop func() error
	err  error
}) {
	b.url, b.stop, b.err = server.Bouncer("server_idle_timeout = 5")
	return b
})

// bouncer gives connection strings through it, with a mode of the driver.
func bouncer(t *testing.T, mode string) func(database string) string {
	needServer(t)
	b := bouncers()
	if b.err != nil && os.Getenv("CI") != "" {
		t.Fatal(b.err)
	}
	if b.err != nil {
		t.Skip(b.err)
	}
	return func(database string) string { return b.url(database) + " default_query_exec_mode=" + mode }
}

// through gives a pool whose statements go through PgBouncer, into an empty database of its own: connections that other tests cut would be those that
// PgBouncer keeps.
func through(t *testing.T, mode string) *pgxpool.Pool {
	url, name := bouncer(t, mode), create(t)
	direct := connect(t, server.URL(name))
	defer direct.Close()
	require.NoError(t, pgstore.New(direct, nil).Migrate(t.Context()))
	pool := connect(t, url(name))
	t.Cleanup(pool.Close)
	return pool
}

// TestBouncer holds the store to its contract through PgBouncer, where each transaction may be on another connection to the server, and what one transaction
// has prepared the next one does not find.
func TestBouncer(t *testing.T) {
	pool := through(t, *bouncerMode)
	open := func(t *testing.T) tenancy.Store {
		clear(t, pool)
		return pgstore.New(pool, nil)
	}
	if !testing.Short() { // the suite has no short form
		t.Run("contract", func(t *testing.T) { storetest.Run(t, open) })
	}
	t.Run("random operations", func(t *testing.T) {
		fewerChecks(t, 1)
		storetest.Random(t, open, &storetest.Reached{})
	})
	t.Run("Migrate", func(t *testing.T) {
		fresh := connect(t, bouncer(t, *bouncerMode)(create(t)))
		defer fresh.Close()
		store := pgstore.New(fresh, nil)
		require.NoError(t, store.Migrate(t.Context()))
		require.NoError(t, store.Migrate(t.Context()))
		require.NoError(t, see(t, store))
	})
}

// TestBouncerModes says which of the driver's modes do without prepared statements that outlive a transaction. Of them describe_exec is not one either: a
// statement outside a transaction it describes and executes in two round trips, which may be two connections. That is a race, so no test looks for it.
func TestBouncerModes(t *testing.T) {
	for mode, works := range map[string]bool{"cache_statement": false, "cache_describe": true, "exec": true, "simple_protocol": true} {
		t.Run(mode, func(t *testing.T) {
			one := through(t, mode)
			other := connect(t, one.Config().ConnString())
			t.Cleanup(other.Close)
			err := turns(t, pgstore.New(one, nil), pgstore.New(other, nil))
			if works {
				require.NoError(t, err)
			} else {
				require.Error(t, err)
			}
		})
	}
}

// turns has two stores, with a connection to PgBouncer each, take turns on what is one connection to the server, and hold one transaction each at a time,
// which then are two.
func turns(t *testing.T, one, other tenancy.Store) error {
	put := func(n byte) func(context.Context, tenancy.Tx) error {
		return func(ctx context.Context, tx tenancy.Tx) error {
			if _, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsers, Key: tenancy.Key{ID: [16]byte{n}}}); err != nil {
				return err
			}
			return tx.Put(ctx, tenancy.UserRecord{ID: tenancy.UserID{n}})
		}
	}
	for range 3 {
		for i, store := range []tenancy.Store{one, other} {
			if err := store.Update(t.Context(), put(byte(i+1))); err != nil {
				return err
			}
		}
		if err := one.View(t.Context(), func(ctx context.Context, tx tenancy.ReadTx) error {
			if _, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsers, Key: tenancy.Key{ID: [16]byte{1}}}); err != nil {
				return err
			}
			return other.Update(ctx, put(3))
		}); err != nil {
			return err
		}
	}
	return nil
}
