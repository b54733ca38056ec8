package sqlitestore_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/sqlitestore"
	"github.com/add4b1c6/tenancy/storetest"
)

// A test of a Store says how it is opened: in a file of its own, over a host's database, or in a host's transaction.

// fresh names a file that is not there.
func fresh(t testing.TB) string { return filepath.Join(t.TempDir(), "directory.db") }

// openFile gives a Store in a file, migrated.
func openFile(t testing.TB, path string) *sqlitestore.Store {
	store, err := sqlitestore.Open(t.Context(), path, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	require.NoError(t, store.Migrate(t.Context()))
	return store
}

// open gives a Store in a fresh file.
func open(t testing.TB) *sqlitestore.Store { return openFile(t, fresh(t)) }

// asDocumented are the settings that a host's database wants.
const asDocumented = "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=secure_delete(ON)&_pragma=busy_timeout(5000)"

// database gives a host's database, with a table and a user_version of its own.
func database(t testing.TB, path, options string) *sql.DB {
	db, err := sql.Open("sqlite", path+options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.ExecContext(t.Context(), "CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, note TEXT NOT NULL UNIQUE); PRAGMA user_version = 7; PRAGMA application_id = 42")
	require.NoError(t, err)
	return db
}

// over gives a Store over a host's database.
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

func TestNew(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) tenancy.Store {
		db, after := weakened(t, fresh(t))
		defer after()
		return over(t, db, nil)
	})
}

// TestNewBorrows runs the suite where the Store may keep no connection.
func TestNewBorrows(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) tenancy.Store {
		db := database(t, fresh(t), asDocumented)
		db.SetMaxOpenConns(4)
		return over(t, db, &sqlitestore.Options{Readers: 4})
	})
}

// inTransact is a Store that does each Update in a transaction of the host's.
type inTransact struct{ *sqlitestore.Store }

func (s inTransact) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	return s.Transact(ctx, func(ctx context.Context, _ *sql.Tx, store tenancy.Store) error { return store.Update(ctx, fn) })
}

func TestTransactSuite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) tenancy.Store { return inTransact{open(t)} })
}

// inTx is a Store that does everything in transactions that the host begins, as BEGIN and one after the other.
type inTx struct {
	*sqlitestore.Store
	db *sql.DB
	mu *sync.Mutex
}

func (s inTx) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx, err := s.db.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	store, err := s.WithTx(ctx, tx)
	if err != nil {
		return err
	}
	if err := store.Update(ctx, fn); err != nil {
		return err
	}
	return tx.Commit()
}

func TestWithTxSuite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) tenancy.Store {
		db := database(t, fresh(t), asDocumented)
		return inTx{over(t, db, nil), db, new(sync.Mutex)}
	})
}

func TestRandomOperations(t *testing.T) {
	t.Parallel()
	storetest.Random(t, func(t *testing.T) tenancy.Store { return open(t) }, &storetest.Reached{})
}

// TestTwin runs random operations on a file and in memory side by side: the same answers, refusals and events.
func TestTwin(t *testing.T) {
	t.Parallel()
	storetest.Random(t, func(t *testing.T) tenancy.Store { return storetest.Twin(t, memstore.New(), open(t)) }, &storetest.Reached{})
}
