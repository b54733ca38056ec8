package sqlitestore_test

import (
	"io/fs"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy/sqlitestore"
)

// next is the migration of a later version, as a real one would be: what the version
// before writes goes on to fit.
const next = `ALTER TABLE tenancy_users ADD COLUMN later INTEGER NOT NULL DEFAULT 0;
CREATE TABLE tenancy_later (id BLOB NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE INDEX tenancy_users_later ON tenancy_users (later, id);
INSERT INTO tenancy_schema (version, applied) VALUES (2, 0);`

// TestFleet migrates a file while processes of the version before write to it, and lets
// processes of the new version write beside them: nothing fails, and nothing is lost
// (GEN-18). After one more step the old version can do nothing more.
func TestFleet(t *testing.T) {
	t.Parallel()
	const each = 60
	path := fresh(t)
	openFile(t, path)
	store := opened(t, path, &sqlitestore.Options{RetryFor: givesUp})
	count := "count " + strconv.Itoa(each)
	all := []*process{start(t, path, count), start(t, path, count)}
	require.NoError(t, start(t, path, "later migrate").Wait())
	require.NoError(t, store.Migrate(t.Context()), "there is nothing to do for the version before")
	all = append(all, start(t, path, "later "+count), start(t, path, count))
	require.NoError(t, countAlong(t, store, each))
	for _, p := range all {
		require.True(t, p.lines.Scan(), "a process gave up")
		require.Equal(t, "counted", p.lines.Text())
		require.NoError(t, p.Wait())
	}
	require.EqualValues(t, (len(all)+1)*each, counted(t, store))

	db := database(t, path, asDocumented)
	_, err := db.ExecContext(t.Context(), "INSERT INTO tenancy_schema (version, applied) VALUES (3, 0)")
	require.NoError(t, err)
	require.ErrorIs(t, countAlong(t, store, 1), sqlitestore.ErrSchema)
	require.ErrorIs(t, store.Migrate(t.Context()), sqlitestore.ErrSchema)
	last := start(t, path, "later count 1")
	require.True(t, last.lines.Scan(), "one version behind")
	require.NoError(t, last.Wait())
}

// TestMigrationsInTransaction runs the files of Migrations in a transaction of the
// host's: all of it commits, or nothing (GEN-18).
func TestMigrationsInTransaction(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	db := database(t, path, asDocumented)
	before := all(t, db, "SELECT name FROM sqlite_schema")
	for _, commit := range []bool{false, true} {
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		files, err := fs.Glob(sqlitestore.Migrations(), "*.sql")
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, name := range files {
			text, err := fs.ReadFile(sqlitestore.Migrations(), name)
			require.NoError(t, err)
			_, err = tx.ExecContext(t.Context(), string(text))
			require.NoError(t, err)
		}
		if commit {
			require.NoError(t, tx.Commit())
		} else {
			require.NoError(t, tx.Rollback())
			require.Equal(t, before, all(t, db, "SELECT name FROM sqlite_schema"))
		}
	}
	store := opened(t, path, nil)
	require.NoError(t, store.Migrate(t.Context()))
	require.NoError(t, countAlong(t, store, 1))
}
