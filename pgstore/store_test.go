package pgstore_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/pgserver"
	"github.com/add4b1c6/tenancy/internal/tables"
	"github.com/add4b1c6/tenancy/pgstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// server is the PostgreSQL of this package's tests; nil where its programs are missing, and why says so.
var (
	server *pgserver.Server
	why    error
)

// serverOf names the variable that has a process of the test binary's use the server of the one that started it.
const serverOf = "PGSTORE_TEST_SERVER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(serverOf); dir != "" {
		server = pgserver.At(dir)
		os.Exit(m.Run())
	}
	server, why = pgserver.Start("fsync=off", "full_page_writes=off")
	if server == nil && os.Getenv("CI") == "" {
		_ = flag.Set("test.skip", "^Example") // tests say what is missing; an example can't
	}
	code := m.Run()
	for _, s := range []*pgserver.Server{server, durable.Server} {
		if s == nil {
			continue
		}
		if err := s.Stop(); err != nil {
			fmt.Println(err)
			code = 1
		}
	}
	os.Exit(code)
}

// needServer skips a test where PostgreSQL is missing, which CI does not let it.
func needServer(t testing.TB) {
	t.Helper()
	if server != nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// databases are those that no test uses, with the schema and without rows.
var databases struct {
	sync.Mutex
	free []string
	made int
}

// database gives an empty database.
func database(t testing.TB) string {
	needServer(t)
	databases.Lock()
	defer databases.Unlock()
	if n := len(databases.free); n > 0 {
		name := databases.free[n-1]
		databases.free = databases.free[:n-1]
		return name
	}
	name := createLocked(t)
	pool := connect(t, server.URL(name))
	defer pool.Close()
	require.NoError(t, pgstore.New(pool, nil).Migrate(t.Context()))
	return name
}

// create makes a database without schema.
func create(t testing.TB) string {
	databases.Lock()
	defer databases.Unlock()
	return createLocked(t)
}

func createLocked(t testing.TB) string {
	databases.made++
	name := fmt.Sprintf("test%d_%d", os.Getpid(), databases.made)
	admin := connect(t, server.URL("postgres"))
	defer admin.Close()
	_, err := admin.Exec(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	return name
}

func connect(t testing.TB, url string) *pgxpool.Pool {
	pool, err := pgxpool.New(t.Context(), url)
	require.NoError(t, err)
	return pool
}

// clear removes the rows of a database.
func clear(t testing.TB, pool *pgxpool.Pool) {
	var statement strings.Builder
	statement.WriteString("DELETE FROM tenancy_events; DELETE FROM tenancy_outbox")
	for _, table := range tables.All() {
		statement.WriteString("; DELETE FROM " + table.Name)
	}
	_, err := pool.Exec(context.Background(), statement.String())
	require.NoError(t, err)
}

// empty removes the rows of a database, so that the next test can have it.
func empty(t testing.TB, name string) {
	pool, err := pgxpool.New(context.Background(), server.URL(name))
	require.NoError(t, err)
	defer pool.Close()
	_, err = pool.Exec(context.Background(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
	require.NoError(t, err)
	clear(t, pool)
	databases.Lock()
	defer databases.Unlock()
	databases.free = append(databases.free, name)
}

// open gives a store over an empty database, and its pool.
func open(t testing.TB, o *pgstore.Options) (*pgstore.Store, *pgxpool.Pool) {
	t.Helper()
	name := database(t)
	pool := connect(t, server.URL(name))
	t.Cleanup(func() {
		pool.Close()
		empty(t, name)
	})
	return pgstore.New(pool, o), pool
}

// TestStore holds the store to the contract of tenancy.Store.
func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) tenancy.Store {
		store, _ := open(t, nil)
		return store
	})
}
