//go:build !race

package sqlitestore_test

import (
	"context"
	"database/sql"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/sqlitestore"
	"github.com/add4b1c6/tenancy/storetest"
)

// Under the race detector SQLite takes ten times as long. There only TestOpen runs the
// suite; the tests of this file run without the detector.

func TestNew(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) tenancy.Store {
		db, after := weakened(t, fresh(t))
		defer after()
		return over(t, db, nil)
	})
}

// TestNewBorrows runs the suite on a Store that may keep no connection. Then it asks SQLite
// for the plan of every statement that the Store prepared: none goes through a whole table.
func TestNewBorrows(t *testing.T) {
	t.Parallel()
	var prepared sync.Map
	t.Run("suite", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) tenancy.Store {
			db, m := meddled(t, fresh(t))
			m.rewrite = func(text string) string {
				prepared.Store(text, true)
				return text
			}
			db.SetMaxOpenConns(4)
			return over(t, db, &sqlitestore.Options{Readers: 4})
		})
	})

	path := fresh(t)
	openFile(t, path)
	db := database(t, path, asDocumented)
	require.NotEmpty(t, scansOf(t, db, "SELECT id FROM tenancy_users WHERE name = ?1"))
	asked := 0
	for text := range prepared.Range {
		if text := text.(string); strings.Contains(text, "tenancy_") && planned.MatchString(text) {
			asked++
			require.Empty(t, scansOf(t, db, text), text)
		}
	}
	t.Logf("%d statements", asked)
	require.Greater(t, asked, 100)
}

// planned matches a single statement that SQLite plans.
var planned = regexp.MustCompile(`^(SELECT|INSERT|UPDATE|DELETE|WITH)\b[^;]*$`)

// scansOf asks SQLite which tables of the store a statement goes through.
func scansOf(t *testing.T, db *sql.DB, text string) (found []string) {
	// As many values as there are places are enough, whether these have numbers or not.
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, make([]any, strings.Count(text, "?"))...)
	require.NoError(t, err, text)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		require.NoError(t, rows.Scan(&id, &parent, &unused, &detail))
		if strings.HasPrefix(detail, "SCAN tenancy_") {
			found = append(found, detail)
		}
	}
	require.NoError(t, rows.Err())
	return found
}

// inTransact is a Store that runs each Update in a transaction of the host's.
type inTransact struct{ *sqlitestore.Store }

func (s inTransact) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	return s.Transact(ctx, func(ctx context.Context, _ *sql.Tx,
		store tenancy.Store) error {
		return store.Update(ctx, fn)
	})
}

func TestTransactSuite(t *testing.T) {
	t.Parallel()
	storetest.RunTransact(t, func(t *testing.T) storetest.Transacter[*sql.Tx] { return open(t) })
}

// TestBusySuite has transactions wait for one of their own Store.
func TestBusySuite(t *testing.T) {
	t.Parallel()
	t.Run("Update", func(t *testing.T) {
		storetest.RunBusy(t, func(t *testing.T) (tenancy.Store, func()) {
			store := open(t)
			return store, func() { sqlitestore.Hasten(store) }
		})
	})
	t.Run("Transact", func(t *testing.T) {
		storetest.RunBusy(t, func(t *testing.T) (tenancy.Store, func()) {
			store := open(t)
			return inTransact{store}, func() { sqlitestore.Hasten(store) }
		})
	})
}

// TestBusyReaders has a View wait for a reader, and a transaction for a connection of the
// host's database. Nobody waits without end.
func TestBusyReaders(t *testing.T) {
	t.Parallel()
	nothing := func(context.Context, tenancy.ReadTx) error { return nil }
	path := fresh(t)
	openFile(t, path)
	store := opened(t, path, &sqlitestore.Options{Readers: 1})
	require.NoError(t, store.View(t.Context(), func(context.Context, tenancy.ReadTx) error {
		sqlitestore.Hasten(store)
		require.ErrorIs(t, store.View(t.Context(), nothing), tenancy.CodeBusy)
		return nil
	}))
	db := database(t, fresh(t), asDocumented)
	db.SetMaxOpenConns(1)
	store = over(t, db, nil)
	require.NoError(t, store.Update(t.Context(), func(context.Context, tenancy.Tx) error {
		sqlitestore.Hasten(store)
		require.ErrorIs(t, store.View(t.Context(), nothing), tenancy.CodeBusy)
		return nil
	}))
}

// inTx is a Store that runs each Update in a transaction that the host begins with
// BEGIN, one after the other.
type inTx struct {
	*sqlitestore.Store
	db *sql.DB
	*turns
}

// turns let one transaction run at a time.
type turns struct {
	mu      sync.Mutex
	waiting atomic.Int32
}

// Waiting reports whether an Update waits for another one.
func (s inTx) Waiting() bool { return s.waiting.Load() > 0 }

func (s inTx) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	if !s.mu.TryLock() {
		s.waiting.Add(1)
		s.mu.Lock()
		s.waiting.Add(-1)
	}
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
		return inTx{over(t, db, nil), db, new(turns)}
	})
}

// TestRandomOperations runs random operations in memory and on a file side by side: the same answers, refusals and events, and the invariants after each
// (INV-1 to INV-13).
func TestRandomOperations(t *testing.T) {
	t.Parallel()
	reached := &storetest.Reached{}
	storetest.Random(t, func(t *testing.T) tenancy.Store { return storetest.Twin(t, memstore.New(), open(t)) }, reached)
	t.Logf("%d steps in %d runs", reached.Steps, reached.Runs)
}

// TestWeakenings takes out what the rules depend on, one thing at a time, and runs the
// tests that must find it.
func TestWeakenings(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	run := func(what, tests string) (string, error) {
		c := exec.Command(self, "-test.run="+tests)
		c.Env = append(os.Environ(), weaken+"="+what)
		out, err := c.CombinedOutput()
		return string(out), err
	}
	for what, tests := range map[string]string{
		"tenancy_users_by_address":      "^TestNew$/^Unique$/^users_by_address$",
		"tenancy_invitations_by_secret": "^TestNew$/^Unique$/^invitations_by_secret$",
		"tenancy_pending_invitations":   "^TestNew$/^Unique$/^pending_invitations$",
		"tenancy_open_requests":         "^TestNew$/^Unique$/^open_requests$",
		"tenancy_domains_by_name":       "^TestNew$/^Unique$/^domains_by_name$",
		"tenancy_verified_domains":      "^TestNew$/^Unique$/^verified_domains$",
		"ROLLBACK=COMMIT":               "^TestNew$/^Transaction$",
		"ROLLBACK TO tenancy=SELECT 1":  "^TestJoined",
		"BEGIN IMMEDIATE=BEGIN":         "^TestOnceOnly$",
		"COMMIT=ROLLBACK":               "^TestNew$/^Write$",
	} {
		t.Run(what, func(t *testing.T) {
			out, err := run("", tests)
			require.NoError(t, err, out)
			require.NotContains(t, out, "no tests to run")
			out, err = run(what, tests)
			require.Error(t, err, "nothing finds it")
			require.Contains(t, out, "--- FAIL", out)
		})
	}
}
