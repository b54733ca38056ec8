package sqlitestore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/sqlitestore"
)

// driversError returns an error of the driver with a code. There is no other way to
// make one.
func driversError(t testing.TB, statements ...string) error {
	db := database(t, fresh(t), asDocumented)
	db.SetMaxOpenConns(1)
	var err error
	for _, s := range statements {
		_, err = db.ExecContext(t.Context(), s)
	}
	require.Error(t, err)
	return err
}

func fullDisk(t testing.TB) error {
	return driversError(t, "PRAGMA max_page_count = 1",
		"CREATE TABLE more (x); INSERT INTO more VALUES (zeroblob(100000))")
}

// blocked returns SQLITE_BUSY.
func blocked(t testing.TB) error {
	path := fresh(t)
	one := database(t, path, asDocumented)
	tx, err := one.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, tx.Rollback()) }()
	_, err = tx.ExecContext(t.Context(), "INSERT INTO orders (note) VALUES ('one')")
	require.NoError(t, err)
	other, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, other.Close()) }()
	_, err = other.ExecContext(t.Context(), "INSERT INTO orders (note) VALUES ('other')")
	require.Error(t, err)
	return err
}

// TestCommitFails makes COMMIT fail, carried out or not. The error is CodeAmbiguous
// unless it shows that COMMIT was not carried out. After CodeAmbiguous nothing is run
// again.
func TestCommitFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk I/O error")
	for name, c := range map[string]struct {
		err       error
		applied   bool
		ambiguous bool
		runs      int
	}{
		"not carried out":         {broken, false, true, 1},
		"carried out":             {broken, true, true, 1},
		"the disk is full":        {fullDisk(t), false, false, 1},
		"another was in the way":  {blocked(t), false, false, 2},
		"the connection is gone":  {sql.ErrConnDone, true, true, 1},
		"of nothing that is open": {driversError(t, "COMMIT"), false, false, 1},
	} {
		for _, how := range []string{"Update", "Transact"} {
			t.Run(how+"/"+name, func(t *testing.T) {
				db, m := meddled(t, fresh(t))
				store := over(t, db, nil)
				failed := false
				m.set(func(text string, do func() error) error {
					if text != "COMMIT" || failed {
						return do()
					}
					failed = true
					if c.applied {
						require.NoError(t, do())
					}
					return c.err
				})
				runs := 0
				write := func(ctx context.Context, tx tenancy.Tx) error { runs++; return increment(ctx, tx) }
				var err error
				if how == "Update" {
					err = store.Update(t.Context(), write)
				} else {
					err = store.Transact(t.Context(),
						func(ctx context.Context, _ *sql.Tx,
							joined tenancy.Store) error {
							return joined.Update(ctx, write)
						})
				}
				require.True(t, failed)
				require.Equal(t, c.runs, runs)
				require.Equal(t, c.ambiguous, errors.Is(err, tenancy.CodeAmbiguous), "%v", err)
				want := c.applied || c.runs > 1
				require.Equal(t, c.runs > 1, err == nil)
				m.set(nil)
				require.Equal(t, want, counted(t, store) == 1)
				require.NoError(t, store.Update(t.Context(), increment))
			})
		}
	}
}

// TestAmbiguousSettled lets an operation find out what became of it.
func TestAmbiguousSettled(t *testing.T) {
	t.Parallel()
	for _, applied := range []bool{true, false} {
		db, m := meddled(t, fresh(t))
		store := over(t, db, nil)
		dir, err := tenancy.New(store, nil)
		require.NoError(t, err)
		failed := false
		m.set(func(text string, do func() error) error {
			if text != "COMMIT" || failed {
				return do()
			}
			failed = true
			if applied {
				require.NoError(t, do())
			}
			return errors.New("disk I/O error")
		})
		_, err = dir.System().SignUp(t.Context(),
			tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana", Organization: "Acme"})
		require.NoError(t, err)
		require.True(t, failed)
		sound(t, store)
	}
}

// everyStatement runs an operation again and again, with a fault at its first
// statement, at its second, and so on.
func everyStatement(t *testing.T, fault func(t *testing.T, cancel func(), do func() error) error,
	whether func(t *testing.T, text string, err error, there bool)) {
	db, m := meddled(t, fresh(t))
	store := over(t, db, nil)
	dir, err := tenancy.New(store, nil)
	require.NoError(t, err)
	in := tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana", Organization: "Acme",
		Account: "Main"}
	for n := 1; ; n++ {
		ctx, cancel := context.WithCancel(t.Context())
		left, at := n, ""
		m.set(func(text string, do func() error) error {
			if left--; left != 0 {
				return do()
			}
			at = text
			return fault(t, cancel, do)
		})
		ana, err := dir.System().SignUp(ctx, in)
		m.set(nil)
		cancel()
		_, absent := dir.System().UserByEmail(t.Context(), "ana@acme.com")
		if at == "" {
			require.NoError(t, err)
			require.Greater(t, n, 10)
			return
		}
		whether(t, at, err, absent == nil)
		sound(t, store)
		if absent == nil { // to be tried again
			if err != nil {
				ana.User, err = dir.System().UserByEmail(t.Context(), "ana@acme.com")
				require.NoError(t, err)
				return
			}
			s := dir.As(ana.User.ID)
			require.NoError(t, s.DeleteOrganization(t.Context(), ana.Organization.ID,
				tenancy.OrganizationDeletion{}))
			_, err = s.CloseAccount(t.Context(), ana.Account.ID)
			require.NoError(t, err)
			require.NoError(t, s.DeleteUser(t.Context(), ana.User.ID, tenancy.UserDeletion{}))
		}
	}
}

// TestEveryStatementFails makes each statement of an operation fail. The operation
// returns the error, has left nothing, and succeeds when it is tried again. A COMMIT
// that fails is settled.
func TestEveryStatementFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk I/O error")
	everyStatement(t, func(_ *testing.T, _ func(), _ func() error) error { return broken },
		func(t *testing.T, text string, err error, there bool) {
			if text == "COMMIT" || text == "ROLLBACK" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, broken, text)
			require.False(t, there, text)
		})
}

// TestContextEndsAtEveryStatement ends the context at each statement. The operation has
// happened if and only if it says so.
func TestContextEndsAtEveryStatement(t *testing.T) {
	t.Parallel()
	for _, before := range []bool{true, false} {
		everyStatement(t, func(_ *testing.T, cancel func(), do func() error) error {
			if before {
				cancel()
				return do()
			}
			defer cancel()
			return do()
		}, func(t *testing.T, text string, err error, there bool) {
			require.Equal(t, err == nil, there, "%s: %v", text, err)
			if err != nil {
				require.ErrorIs(t, err, context.Canceled, text)
			}
			require.Equal(t, text == "COMMIT", there, text)
		})
	}
}

// weaken names a weakening of the store, which the tests must find: a unique index that
// is dropped, or a statement that is replaced.
const weaken = "SQLITESTORE_TEST_WEAKEN"

// weakened weakens a host's database as the environment says.
func weakened(t testing.TB, path string) (db *sql.DB, after func()) {
	what := os.Getenv(weaken)
	if what == "" {
		return database(t, path, hasty), func() {}
	}
	db, m := meddled(t, path)
	if from, to, ok := strings.Cut(what, "="); ok {
		m.rewrite = func(text string) string {
			if text == from {
				return to
			}
			return text
		}
		return db, func() {}
	}
	return db, func() {
		_, err := db.ExecContext(t.Context(), "DROP INDEX "+what)
		require.NoError(t, err)
	}
}

// TestOnceOnly calls Update of one Store while an Update of another has read and not
// yet written. It waits, since each begins with the write lock. So what was read still
// holds, and no function runs in vain.
func TestOnceOnly(t *testing.T) {
	t.Parallel()
	db, _ := weakened(t, fresh(t))
	ctx, cancel := context.WithCancel(t.Context())
	one := over(t, db, nil)
	other := over(t, db, &sqlitestore.Options{RetryFor: time.Hour,
		OnRetry: func(context.Context, error) { cancel() }})
	runs := 0
	require.NoError(t, one.Update(t.Context(), func(within context.Context, tx tenancy.Tx) error {
		runs++
		if _, err := tx.Read(within, tenancy.Lookup{Index: tenancy.IndexHeads, Limit: 1}); err != nil {
			return err
		}
		if runs == 1 {
			if err := other.Update(ctx, increment); !errors.Is(err, context.Canceled) {
				return fmt.Errorf("it did not wait: %w", err)
			}
		}
		return increment(within, tx)
	}))
	require.Equal(t, 1, runs)
	require.NoError(t, other.Update(t.Context(), increment))
	require.EqualValues(t, 2, counted(t, one))
}
