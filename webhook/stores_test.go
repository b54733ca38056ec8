package webhook_test

import (
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/add4b1c6/tenancy/internal/pgserver"
	"github.com/add4b1c6/tenancy/webhook"
)

// server is the PostgreSQL of these tests. It is nil if its programs are missing; then
// why says so.
var (
	server *pgserver.Server
	why    error
)

func TestMain(m *testing.M) {
	flag.Parse()
	server, why = pgserver.Start("fsync=off", "full_page_writes=off")
	code := m.Run()
	if server != nil {
		if err := server.Stop(); err != nil {
			fmt.Println(err)
			code = 1
		}
	}
	os.Exit(code)
}

// stores make an empty store of each kind.
func stores() map[string]func(*testing.T) webhook.Store {
	return map[string]func(*testing.T) webhook.Store{
		"memory": func(*testing.T) webhook.Store { return webhook.NewMemory() },
		"sqlite": func(t *testing.T) webhook.Store {
			path := filepath.Join(t.TempDir(), "host.db")
			return migrated(t, "sqlite", path+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(60000)", webhook.SQLite)
		},
		"postgres": func(t *testing.T) webhook.Store {
			return migrated(t, "pgx", newDatabase(t), webhook.PostgreSQL)
		},
	}
}

var made atomic.Int32

// newDatabase makes a PostgreSQL database. The test is skipped if PostgreSQL is missing;
// in CI it fails.
func newDatabase(t *testing.T) string {
	if server == nil && os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	if server == nil {
		t.Skip(why)
	}
	admin, err := sql.Open("pgx", server.URL("postgres"))
	require.NoError(t, err)
	defer admin.Close()
	name := fmt.Sprint("webhook", made.Add(1))
	_, err = admin.ExecContext(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	return server.URL(name)
}

func migrated(t *testing.T, driver, at string, dialect webhook.Dialect) webhook.Store {
	db, err := sql.Open(driver, at)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	store := webhook.NewSQL(db, dialect)
	for range 2 {
		require.NoError(t, store.Migrate(t.Context()))
	}
	return store
}
