package pgstore_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/dba"
	"github.com/add4b1c6/tenancy/internal/pgserver"
	"github.com/add4b1c6/tenancy/internal/pgtest"
	"github.com/add4b1c6/tenancy/internal/tables"
	"github.com/add4b1c6/tenancy/pgstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// server is the PostgreSQL of this package's tests. It is nil if its programs are
// missing; then why says so.
var (
	server *pgserver.Server
	why    error
)

// serverOf names the variable that makes a process of the test binary use the server of
// the process that started it.
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
	flag.Parse()
	dba.ByDefault("test.parallel", "6") // a test waits for the server half of its time
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

// needServer skips a test if PostgreSQL is missing. In CI the test fails.
func needServer(t testing.TB) {
	t.Helper()
	if server == nil {
		pgtest.Missing(t, why)
	}
}

// kept is a database with the schema and without rows that no test uses at the moment,
// with a pool of connections to it. Starting connections takes much of a test's time,
// so they are used again.
type kept struct {
	name string
	pool *pgxpool.Pool
}

var databases struct {
	sync.Mutex
	free map[pgx.QueryTracer][]kept // by the tracer of their connections
	made int
}

// take returns an empty database for the length of a test.
func take(t testing.TB) kept { return takeTraced(t, nil) }

// takeTraced is take, with a tracer of what the connections are asked; nil: none.
func takeTraced(t testing.TB, tracer pgx.QueryTracer) kept {
	needServer(t)
	databases.Lock()
	defer databases.Unlock()
	var k kept
	if free := databases.free[tracer]; len(free) > 0 {
		k, databases.free[tracer] = free[len(free)-1], free[:len(free)-1]
	} else {
		k = makeKept(t, tracer)
	}
	t.Cleanup(func() { k.giveBack(t) })
	return k
}

// keeper is the application_name of a kept pool's connections. All others can be cut by
// it.
const keeper = "keeper"

func makeKept(t testing.TB, tracer pgx.QueryTracer) kept {
	k := kept{name: createLocked(t)}
	config, err := pgxpool.ParseConfig(server.URL(k.name))
	require.NoError(t, err)
	config.ConnConfig.RuntimeParams["application_name"] = keeper
	config.ConnConfig.Tracer = tracer
	k.pool, err = pgxpool.NewWithConfig(context.Background(), config)
	require.NoError(t, err)
	require.NoError(t, pgstore.New(k.pool, nil).Migrate(t.Context()))
	return k
}

// giveBack removes a database's rows, so that the next test can have it. First it ends
// what other processes and pools have begun there.
func (k kept) giveBack(t testing.TB) {
	_, err := k.pool.Exec(context.Background(),
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name <> '"+keeper+"'")
	require.NoError(t, err)
	clear(t, k.pool)
	databases.Lock()
	defer databases.Unlock()
	if databases.free == nil {
		databases.free = map[pgx.QueryTracer][]kept{}
	}
	tracer := k.pool.Config().ConnConfig.Tracer
	databases.free[tracer] = append(databases.free[tracer], k)
}

// create creates a database without a schema.
func create(t testing.TB) string {
	needServer(t)
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
	statement.WriteString("DELETE FROM tenancy_events; DELETE FROM tenancy_event_subjects; DELETE FROM tenancy_outbox")
	for _, table := range tables.All() {
		statement.WriteString("; DELETE FROM " + table.Name)
	}
	_, err := pool.Exec(context.Background(), statement.String())
	require.NoError(t, err)
}

// open returns a store over an empty database, and a pool of connections to it.
func open(t testing.TB, o *pgstore.Options) (*pgstore.Store, *pgxpool.Pool) {
	t.Helper()
	k := take(t)
	return pgstore.New(k.pool, o), k.pool
}

// TestStore runs the suite, and asks PostgreSQL for the plan of every statement that the
// store sent in it.
func TestStore(t *testing.T) {
	needServer(t)
	t.Parallel()
	sent := &sentStatements{}
	t.Run("suite", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) tenancy.Store {
			return pgstore.New(takeTraced(t, sent).pool, nil)
		})
	})
	sent.useIndexes(t)
}

// TestRelays has relays share the events of one database.
func TestRelays(t *testing.T) {
	t.Parallel()
	storetest.Relays(t, func(t *testing.T) tenancy.Store {
		store, _ := open(t, nil)
		return store
	})
}
