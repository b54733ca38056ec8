package sqlitestore_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/sqlitestore"
	"github.com/add4b1c6/tenancy/storetest"
)

// A test of a Store chooses how it is opened: in a file of its own, over a host's
// database, or in a host's transaction.

// fresh names a file that does not exist.
func fresh(t testing.TB) string { return filepath.Join(t.TempDir(), "directory.db") }

// opened returns a Store in a file.
func opened(t testing.TB, path string, o *sqlitestore.Options) *sqlitestore.Store {
	store, err := sqlitestore.Open(t.Context(), path, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

// openFile returns a migrated Store in a file.
func openFile(t testing.TB, path string) *sqlitestore.Store {
	store := opened(t, path, nil)
	require.NoError(t, store.Migrate(t.Context()))
	return store
}

// open returns a migrated Store in a new file.
func open(t testing.TB) *sqlitestore.Store { return openFile(t, fresh(t)) }

// asDocumented are the settings that a host's database needs.
const asDocumented = "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=secure_delete(ON)&_pragma=busy_timeout(5000)"

// hasty are settings with which SQLite itself does not wait for a lock.
var hasty = strings.Replace(asDocumented, "busy_timeout(5000)", "busy_timeout(0)", 1)

// database returns a host's database, with a table and a user_version of its own.
func database(t testing.TB, path, options string) *sql.DB {
	db, err := sql.Open("sqlite", path+options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.ExecContext(
		t.Context(),
		"CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, note TEXT NOT NULL UNIQUE); PRAGMA user_version = 7; PRAGMA application_id = 42",
	)
	require.NoError(t, err)
	return db
}

// over returns a migrated Store over a host's database.
func over(t testing.TB, db *sql.DB, o *sqlitestore.Options) *sqlitestore.Store {
	store := sqlitestore.New(db, o)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	require.NoError(t, store.Migrate(t.Context()))
	return store
}

func TestOpen(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) tenancy.Store { return open(t) })
}

// TestOpenDB holds what OpenDB opens to what a Store needs of a host's database, with the
// host's tables there first, and while another connection writes.
func TestOpenDB(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	first, err := sqlitestore.OpenDB(t.Context(), path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, first.Close()) })
	_, err = first.ExecContext(t.Context(), "CREATE TABLE plans (id INTEGER PRIMARY KEY)")
	require.NoError(t, err)
	over(t, first, nil)
	writing, err := first.Conn(t.Context())
	require.NoError(t, err)
	_, err = writing.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)

	brief, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = sqlitestore.OpenDB(brief, path)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = writing.ExecContext(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	require.NoError(t, writing.Close())

	second, err := sqlitestore.OpenDB(t.Context(), path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, second.Close()) })
	require.NoError(t, over(t, second, nil).Update(t.Context(), increment))
	_, err = second.ExecContext(t.Context(), "CREATE TABLE seats (member BLOB NOT NULL REFERENCES tenancy_users (id))")
	require.NoError(t, err)
	_, err = second.ExecContext(t.Context(), "INSERT INTO seats VALUES (?)", tenancy.UserID(newID()))
	require.ErrorContains(t, err, "FOREIGN KEY")
}

func TestRelays(t *testing.T) {
	t.Parallel()
	storetest.Relays(t, func(t *testing.T) tenancy.Store { return open(t) })
}
