package webhook_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/add4b1c6/tenancy/internal/pgtest"
	"github.com/add4b1c6/tenancy/webhook"
)

// postgres is the server of these tests.
var postgres pgtest.Server

func TestMain(m *testing.M) { os.Exit(postgres.Main(m)) }

// stores make an empty store of each kind.
func stores() map[string]func(*testing.T) webhook.Store {
	return map[string]func(*testing.T) webhook.Store{
		"memory": func(*testing.T) webhook.Store { return webhook.NewMemory() },
		"sqlite": func(t *testing.T) webhook.Store {
			path := filepath.Join(t.TempDir(), "host.db")
			return migrated(t, "sqlite", path+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(60000)", webhook.SQLite)
		},
		"postgres": func(t *testing.T) webhook.Store {
			return migrated(t, "pgx", postgres.Database(t), webhook.PostgreSQL)
		},
	}
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
