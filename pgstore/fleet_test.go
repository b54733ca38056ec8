package pgstore_test

import (
	"context"
	"fmt"
	"io/fs"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/pgstore"
)

// next are migrations of two later versions, as a real one would be: what the version
// before writes goes on to fit.
var next = []string{
	"ALTER TABLE tenancy_users ADD COLUMN later bigint NOT NULL DEFAULT 0;" +
		"CREATE TABLE tenancy_later (id uuid NOT NULL, PRIMARY KEY (id));" +
		"CREATE INDEX tenancy_users_later ON tenancy_users (later, id);" +
		"INSERT INTO tenancy_schema (version, applied) VALUES (2, 0)",
	"INSERT INTO tenancy_schema (version, applied) VALUES (3, 0)",
}

// TestFleet migrates a database while processes of the version before write to it, and
// lets the new version write beside them: nothing fails, and nothing is lost (GEN-18).
// After one more step the old ones can write no more, and the new one can.
func TestFleet(t *testing.T) {
	t.Parallel()
	old, pool := openFresh(t)
	up := shared(t, old)
	var processes []*child
	for range 2 {
		processes = append(processes, start(t, "contender", pool, fmt.Sprint(ids(up), " 2 ", share()),
			func(string) {}))
	}
	for _, p := range processes {
		<-p.spoke
	}
	for _, p := range processes {
		_, err := p.stdin.Write([]byte{'\n'})
		require.NoError(t, err)
	}
	var lost retries
	later := pgstore.New(pool, lost.options())
	pgstore.Know(later, next[0])
	require.NoError(t, later.Migrate(t.Context()))
	require.NoError(t, old.Migrate(t.Context()), "there is nothing to do for the version before")
	contend(t, later, up, 2, share())
	for _, p := range processes {
		p.finish(t)
	}
	dir, err := tenancy.New(later, nil)
	require.NoError(t, err)
	sound(t, dir)
	accounts := 0
	for _, err := range dir.As(up.User.ID).Accounts(t.Context(), up.Organization.ID, tenancy.AccountQuery{}) {
		require.NoError(t, err)
		accounts++
	}
	require.Equal(t, 1+6*share()/2, accounts)

	latest := pgstore.New(pool, nil)
	pgstore.Know(latest, next...)
	require.ErrorIs(t, see(t, latest), pgstore.ErrSchema, "before its migration")
	require.NoError(t, latest.Migrate(t.Context()))
	require.ErrorIs(t, put(t, old), pgstore.ErrSchema)
	require.NoError(t, put(t, later))
	require.NoError(t, put(t, latest))
}

// TestMigrationsInTransaction runs the files of Migrations in a transaction of the
// host's: all of it commits, or nothing (GEN-18).
func TestMigrationsInTransaction(t *testing.T) {
	t.Parallel()
	store, pool := openBare(t)
	before := texts(t, pool, everyRelation)
	run := func(commit bool) {
		tx, err := pool.Begin(t.Context())
		require.NoError(t, err)
		require.NoError(t, fs.WalkDir(pgstore.Migrations(), ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			return runFile(t.Context(), tx, name)
		}))
		if commit {
			require.NoError(t, tx.Commit(t.Context()))
		} else {
			require.NoError(t, tx.Rollback(t.Context()))
		}
	}
	run(false)
	require.Equal(t, before, texts(t, pool, everyRelation))
	require.ErrorIs(t, see(t, store), pgstore.ErrSchema)
	run(true)
	require.NoError(t, put(t, store))
	require.NoError(t, store.Migrate(t.Context()))
}

// runFile runs a file of Migrations.
func runFile(ctx context.Context, tx pgx.Tx, name string) error {
	text, err := fs.ReadFile(pgstore.Migrations(), name)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, string(text))
	return err
}
