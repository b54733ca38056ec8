package pgstore_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/pgtest"
	"github.com/add4b1c6/tenancy/pgstore"
	"github.com/add4b1c6/tenancy/storetest"
)

var bouncerMode = flag.String("bouncer-mode", "exec",
	"the default_query_exec_mode with which TestBouncer runs the suite")

// bouncers returns the PgBouncer of this package's tests, which the first test that
// needs it starts. It ends when this process does, or when stop is called.
var bouncers = sync.OnceValue(func() (b struct {
	url  func(database string) string
	stop func() error
	err  error
}) {
	if os.Getenv(serverOf) != "" { // the process that started this one has started it too
		b.url = server.BouncerURL
		return b
	}
	admin, err := pgx.Connect(context.Background(), server.URL("postgres"))
	if err == nil {
		_, err = admin.Exec(context.Background(), "CREATE DATABASE "+inSessions)
		_ = admin.Close(context.Background())
	}
	if b.err = err; err == nil {
		b.url, b.stop, b.err = server.Bouncer("[databases]",
			inSessions+" = host="+server.Dir+" port=5432 user=postgres pool_mode=session")
	}
	return b
})

// inSessions is a database whose connections PgBouncer pools per session.
const inSessions = "in_sessions"

// bouncer returns a function that returns connection strings through PgBouncer, with a
// mode of the driver.
func bouncer(t *testing.T, mode string) func(database string) string {
	needServer(t)
	b := bouncers()
	if b.err != nil {
		pgtest.Missing(t, b.err)
	}
	return func(database string) string { return b.url(database) + " default_query_exec_mode=" + mode }
}

// through returns a pool whose statements go through PgBouncer, into an empty database
// of its own. In a database that other tests use too, they would cut connections that
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

// TestBouncer runs the suite through PgBouncer, where each transaction may be on
// another connection to the server, and does not find what the one before has prepared.
func TestBouncer(t *testing.T) {
	t.Parallel()
	pool := through(t, *bouncerMode)
	if !testing.Short() { // the suite has no short form
		storetest.Run(t, func(t *testing.T) tenancy.Store {
			clear(t, pool)
			return pgstore.New(pool, nil)
		})
	}
}

// TestBouncerOperations runs Migrate and random operations through PgBouncer.
func TestBouncerOperations(t *testing.T) {
	if os.Getenv(randomly) == "" {
		t.Parallel()
		bouncer(t, *bouncerMode) // which the process uses too
		alone(t, "^TestBouncerOperations$", append(fewerChecks(1), "-bouncer-mode="+*bouncerMode)...)
		return
	}
	pool := connect(t, bouncer(t, *bouncerMode)(create(t)))
	defer pool.Close()
	store := pgstore.New(pool, nil)
	require.NoError(t, store.Migrate(t.Context()))
	require.NoError(t, store.Migrate(t.Context()))
	require.NoError(t, see(t, store))
	storetest.Random(t, func(t *testing.T) tenancy.Store {
		clear(t, pool)
		return pgstore.New(pool, nil)
	}, &storetest.Reached{})
}

// TestBouncerModes checks which of the driver's modes do without prepared statements
// that outlive a transaction. Nor does describe_exec: it describes and executes a
// statement outside a transaction in two round trips, which may be on two connections.
// That is a race, so no test looks for it.
func TestBouncerModes(t *testing.T) {
	t.Parallel()
	for mode, works := range map[string]bool{"cache_statement": false, "cache_describe": true, "exec": true, "simple_protocol": true} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			one := through(t, mode)
			other := connect(t, one.Config().ConnString())
			t.Cleanup(other.Close)
			err := turns(t, pgstore.New(one, nil), pgstore.New(other, nil))
			if works {
				require.NoError(t, err)
			} else {
				state := ""
				if e, ok := errors.AsType[*pgconn.PgError](err); ok {
					state = e.Code
				}
				require.Contains(t, []string{"42P05", "26000"}, state, "%v", err)
			}
		})
	}
}

// turns lets two stores, each with a connection to PgBouncer of its own, take turns on
// what is one connection to the server. Then each holds a transaction at the same time,
// which are two connections.
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
