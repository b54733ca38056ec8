package migrations_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/database"
	migratepgx "github.com/golang-migrate/migrate/v4/database/pgx/v5"
	migratesqlite "github.com/golang-migrate/migrate/v4/database/sqlite"
	"github.com/golang-migrate/migrate/v4/source/iofs"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/pgserver"
	"github.com/add4b1c6/tenancy/internal/pgtest"
	"github.com/add4b1c6/tenancy/pgstore"
	"github.com/add4b1c6/tenancy/sqlitestore"
)

// empty is an empty database, and how tools and stores use it.
type empty struct {
	db      *sql.DB
	files   fs.FS
	dialect goose.Dialect
	driver  func(*testing.T, *sql.DB) database.Driver
	open    func(*testing.T) store
}

type store interface {
	tenancy.Store
	Migrate(context.Context) error
}

// TestTools lets goose and golang-migrate run the files of Migrations, twice. Then the
// database is one that Migrate would have made: a Store works on it, and Migrate has
// nothing to do. Where a table of somebody else's is in the way, they fail, and the
// Store refuses the database.
func TestTools(t *testing.T) {
	t.Parallel()
	tools := map[string]func(*testing.T, empty) error{"goose": byGoose, "golang-migrate": byMigrate}
	databases := map[string]func(*testing.T) empty{"sqlitestore": sqlite, "pgstore": postgres(t)}
	for tool, run := range tools {
		for kind, open := range databases {
			t.Run(tool+" on "+kind, func(t *testing.T) {
				t.Parallel()
				e := open(t)
				require.ErrorIs(t, use(t, e.open(t)), schema(kind))
				require.NoError(t, run(t, e))
				require.NoError(t, run(t, e), "again")
				s := e.open(t)
				require.NoError(t, use(t, s))
				require.NoError(t, s.Migrate(t.Context()))
				dir, err := tenancy.New(s, nil)
				require.NoError(t, err)
				for violation, err := range dir.Check(t.Context(), tenancy.CheckOptions{Replay: true}) {
					require.NoError(t, err)
					require.Fail(t, string(violation.Rule), violation.Detail)
				}
			})
			t.Run(tool+" on "+kind+" with a table of somebody else's", func(t *testing.T) {
				t.Parallel()
				e := open(t)
				_, err := e.db.ExecContext(t.Context(), "CREATE TABLE tenancy_users (theirs TEXT)")
				require.NoError(t, err)
				require.Error(t, run(t, e))
				require.ErrorIs(t, use(t, e.open(t)), schema(kind))
				require.ErrorIs(t, e.open(t).Migrate(t.Context()), schema(kind))
			})
		}
	}
}

// schema is what a store says of a database without its schema.
func schema(kind string) error {
	if kind == "pgstore" {
		return pgstore.ErrSchema
	}
	return sqlitestore.ErrSchema
}

// use signs somebody up.
func use(t *testing.T, s store) error {
	dir, err := tenancy.New(s, nil)
	require.NoError(t, err)
	_, err = dir.System().SignUp(t.Context(), tenancy.NewSignUp{
		Email: tenancy.Proven("ana@acme.example"), Name: "Ana", Organization: "Acme", Account: "Main"})
	return err
}

func byGoose(t *testing.T, e empty) error {
	provider, err := goose.NewProvider(e.dialect, e.db, e.files)
	require.NoError(t, err)
	_, err = provider.Up(t.Context())
	return err
}

func byMigrate(t *testing.T, e empty) error {
	source, err := iofs.New(e.files, ".")
	require.NoError(t, err)
	m, err := migrate.NewWithInstance("tenancy", source, "host", e.driver(t, e.db))
	require.NoError(t, err)
	if err := m.Up(); !errors.Is(err, migrate.ErrNoChange) {
		return err
	}
	return nil
}

func sqlite(t *testing.T) empty {
	// The settings are those that sqlitestore needs of a host's database.
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "host.db")+"?_pragma=journal_mode(WAL)"+
		"&_pragma=synchronous(FULL)&_pragma=secure_delete(ON)&_pragma=busy_timeout(5000)")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return empty{
		db: db, files: sqlitestore.Migrations(), dialect: goose.DialectSQLite3,
		driver: func(t *testing.T, db *sql.DB) database.Driver {
			driver, err := migratesqlite.WithInstance(db, &migratesqlite.Config{})
			require.NoError(t, err)
			return driver
		},
		open: func(*testing.T) store { return sqlitestore.New(db, nil) },
	}
}

// postgres starts a server, and returns what makes a database there.
func postgres(t *testing.T) func(*testing.T) empty {
	server, err := pgserver.Start("fsync=off")
	if errors.Is(err, pgserver.ErrMissing) {
		pgtest.Missing(t, err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	var made atomic.Int64
	return func(t *testing.T) empty {
		name := fmt.Sprint("host", made.Add(1))
		admin, err := pgxpool.New(t.Context(), server.URL("postgres"))
		require.NoError(t, err)
		defer admin.Close()
		_, err = admin.Exec(t.Context(), "CREATE DATABASE "+name)
		require.NoError(t, err)
		db, err := sql.Open("pgx", server.URL(name))
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		return empty{
			db: db, files: pgstore.Migrations(), dialect: goose.DialectPostgres,
			driver: func(t *testing.T, db *sql.DB) database.Driver {
				driver, err := migratepgx.WithInstance(db, &migratepgx.Config{})
				require.NoError(t, err)
				return driver
			},
			open: func(t *testing.T) store {
				pool, err := pgxpool.New(t.Context(), server.URL(name))
				require.NoError(t, err)
				t.Cleanup(pool.Close)
				return pgstore.New(pool, nil)
			},
		}
	}
}
