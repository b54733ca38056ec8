package sqlitestore_test

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/sqlitestore"
)

// shared is a host's database, a Store over it, and a directory over that.
type shared struct {
	*testing.T
	db    *sql.DB
	store *sqlitestore.Store
	dir   *tenancy.Directory
}

func share(t *testing.T, o *sqlitestore.Options) shared {
	db, _ := weakened(t, fresh(t))
	store := over(t, db, o)
	dir, err := tenancy.New(store, nil)
	require.NoError(t, err)
	return shared{t, db, store, dir}
}

// orders counts the host's rows.
func (s shared) orders() (n int) {
	require.NoError(s, s.db.QueryRowContext(s.Context(), "SELECT count(*) FROM orders").Scan(&n))
	return n
}

func (s shared) begin(ctx context.Context) *sql.Tx {
	tx, err := s.db.BeginTx(ctx, nil)
	require.NoError(s, err)
	s.Cleanup(func() { _ = tx.Rollback() })
	return tx
}

func order(ctx context.Context, tx *sql.Tx, note string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO orders (note) VALUES (?)", note)
	return err
}

var errOwn = errors.New("the host's own")

// inHosts runs a test in a transaction of Transact's, and in one that the host began.
func inHosts(t *testing.T, o *sqlitestore.Options,
	test func(t *testing.T, s shared, run func(func(context.Context, *sql.Tx, tenancy.Store) error) error)) {
	t.Run("Transact", func(t *testing.T) {
		t.Parallel()
		s := share(t, o)
		test(t, s, func(fn func(context.Context, *sql.Tx, tenancy.Store) error) error {
			return s.store.Transact(t.Context(), fn)
		})
	})
	t.Run("WithTx", func(t *testing.T) {
		t.Parallel()
		s := share(t, o)
		test(t, s, func(fn func(context.Context, *sql.Tx, tenancy.Store) error) error {
			tx := s.begin(t.Context())
			store, err := s.store.WithTx(t.Context(), tx)
			require.NoError(t, err)
			if err := fn(t.Context(), tx, store); err != nil {
				_ = tx.Rollback()
				return err
			}
			return tx.Commit()
		})
	})
}

func TestJoined(t *testing.T) {
	t.Parallel()
	signUp := tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana", Organization: "Acme"}
	t.Run("both or neither", func(t *testing.T) {
		inHosts(
			t,
			nil,
			func(t *testing.T, s shared, run func(func(context.Context, *sql.Tx, tenancy.Store) error) error) {
				for _, want := range []error{errOwn, nil} {
					err := run(func(ctx context.Context, tx *sql.Tx, store tenancy.Store) error {
						if err := order(ctx, tx, "one"); err != nil {
							return err
						}
						ana, err := s.dir.On(store).System().SignUp(ctx, signUp)
						if err != nil {
							return err
						}
						var name string // it is there for the host's SQL
						err = tx.QueryRowContext(ctx, "SELECT name FROM tenancy_users WHERE id = ?",
							ana.User.ID[:]).Scan(&name)
						return cmpOr(err, want)
					})
					require.Equal(t, want, err)
					_, err = s.dir.System().UserByEmail(t.Context(), "ana@acme.com")
					require.Equal(t, want == nil, err == nil)
					require.Equal(t, want == nil, s.orders() == 1)
				}
				sound(t, s.store)
			},
		)
	})
	t.Run("an Update that fails leaves nothing, and the rest stands", func(t *testing.T) {
		inHosts(
			t,
			nil,
			func(t *testing.T, s shared, run func(func(context.Context, *sql.Tx, tenancy.Store) error) error) {
				require.NoError(t, run(func(ctx context.Context, tx *sql.Tx, store tenancy.Store) error {
					require.NoError(t, order(ctx, tx, "before"))
					require.NoError(t, store.Update(ctx, increment))
					for _, fails := range []func(context.Context, tenancy.Tx) error{
						func(context.Context, tenancy.Tx) error { return errOwn },
						func(ctx context.Context, tx tenancy.Tx) error { panic(errOwn) },
						func(ctx context.Context, tx tenancy.Tx) error { runtime.Goexit(); return nil },
						func(ctx context.Context, tx tenancy.Tx) error {
							_ = tx.Put(ctx, user(1, "a@b.c"), user(2, "a@b.c")) // swallowed
							return nil
						},
					} {
						var wg sync.WaitGroup
						wg.Go(func() {
							defer func() { _ = recover() }()
							require.Error(t, store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
								if err := increment(ctx, tx); err != nil {
									return err
								}
								return fails(ctx, tx)
							}))
						})
						wg.Wait()
						require.EqualValues(t, 1, counted(t, store))
					}
					ended, cancel := context.WithCancel(ctx)
					require.ErrorIs(t, store.Update(ended, func(ctx context.Context, tx tenancy.Tx) error {
						defer cancel()
						return increment(ctx, tx)
					}), context.Canceled)
					require.EqualValues(t, 1, counted(t, store))
					return order(ctx, tx, "after")
				}))
				require.EqualValues(t, 1, counted(t, s.store))
				require.Equal(t, 2, s.orders())
			},
		)
	})
	t.Run("a transaction that ended", func(t *testing.T) {
		inHosts(
			t,
			nil,
			func(t *testing.T, s shared, run func(func(context.Context, *sql.Tx, tenancy.Store) error) error) {
				var left tenancy.Store
				err := run(func(ctx context.Context, tx *sql.Tx, store tenancy.Store) error {
					left = store
					require.NoError(t, tx.Commit())
					require.Error(t, store.Update(ctx, increment))
					require.Error(t, store.View(ctx, func(context.Context, tenancy.ReadTx) error { return nil }))
					return nil
				})
				require.Error(t, err)
				require.Error(t, left.Update(t.Context(), increment))
				require.Zero(t, counted(t, s.store))
			},
		)
	})
	t.Run("after SQLite has rolled back by itself", func(t *testing.T) {
		inHosts(
			t,
			nil,
			func(t *testing.T, s shared, run func(func(context.Context, *sql.Tx, tenancy.Store) error) error) {
				for _, whose := range []string{"the host's", "ours"} {
					err := run(func(ctx context.Context, tx *sql.Tx, store tenancy.Store) error {
						require.NoError(t, order(ctx, tx, "one"))
						require.NoError(t, store.Update(ctx, increment))
						_, err := tx.ExecContext(ctx, "PRAGMA max_page_count = 1")
						require.NoError(t, err)
						if whose == "the host's" {
							_, err = tx.ExecContext(ctx,
								"INSERT INTO orders (note) VALUES (hex(zeroblob(1000000)))")
							require.Error(t, err)
						}
						require.Error(t, store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
							for n := range 10_000 {
								if err := tx.Put(ctx,
									tenancy.UserRecord{ID: tenancy.UserID(newID()), Created: tenancy.Instant(n)}); err != nil {
									return err
								}
							}
							return nil
						}))
						require.Error(t, order(ctx, tx, "after"), "it is no part of a transaction")
						return nil
					})
					require.Error(t, err)
					require.Zero(t, s.orders())
					require.Zero(t, counted(t, s.store))
				}
			},
		)
	})
}

func cmpOr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func user(n byte, address string) tenancy.UserRecord {
	return tenancy.UserRecord{ID: tenancy.UserID{n},
		Personal: tenancy.UserPersonal{Address: tenancy.NewPersonal(address)}}
}

// TestWithTxStale joins a transaction that has read while others wrote. It is refused,
// since what it has read may no longer hold.
func TestWithTxStale(t *testing.T) {
	t.Parallel()
	s := share(t, nil)
	tx := s.begin(t.Context())
	var n int
	require.NoError(t, tx.QueryRowContext(t.Context(), "SELECT count(*) FROM orders").Scan(&n))
	require.NoError(t, s.store.Update(t.Context(), increment))
	_, err := s.store.WithTx(t.Context(), tx)
	require.ErrorIs(t, err, sqlitestore.ErrTransaction)
	require.Error(t, order(t.Context(), tx, "after"))

	tx = s.begin(t.Context()) // one that nobody has overtaken
	require.NoError(t, tx.QueryRowContext(t.Context(), "SELECT count(*) FROM orders").Scan(&n))
	store, err := s.store.WithTx(t.Context(), tx)
	require.NoError(t, err)
	require.NoError(t, store.Update(t.Context(), increment))
	require.NoError(t, tx.Commit())
	require.EqualValues(t, 2, counted(t, s.store))
}

// TestBusy lets every kind of transaction wait for one that keeps the write lock. In
// the end it returns CodeBusy or the context's error, and nothing has changed.
func TestBusy(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	openFile(t, path)
	leave := func() {}
	patient := opened(t, path, &sqlitestore.Options{RetryFor: time.Hour,
		OnRetry: func(context.Context, error) { leave() }})
	hasty := opened(t, path, &sqlitestore.Options{RetryFor: 1})
	waits := map[string]func(context.Context, *sqlitestore.Store) error{
		"Update": func(ctx context.Context, store *sqlitestore.Store) error {
			return store.Update(ctx,
				increment)
		},
		"Transact": func(ctx context.Context, store *sqlitestore.Store) error {
			return store.Transact(ctx, func(ctx context.Context, _ *sql.Tx,
				joined tenancy.Store) error {
				return joined.Update(ctx, increment)
			})
		},
		"Migrate": func(ctx context.Context, store *sqlitestore.Store) error { return store.Migrate(ctx) },
		"Vacuum":  func(ctx context.Context, store *sqlitestore.Store) error { return store.Vacuum(ctx) },
	}
	keeper, err := database(t, path, asDocumented+"&_txlock=immediate").BeginTx(t.Context(), nil)
	require.NoError(t, err)
	for name, wait := range waits {
		require.ErrorIs(t, wait(t.Context(), hasty), tenancy.CodeBusy, name)
		ctx, cancel := context.WithCancel(t.Context())
		leave = cancel
		require.ErrorIs(t, wait(ctx, patient), context.Canceled, name)
	}
	require.NoError(t, hasty.View(t.Context(), func(context.Context, tenancy.ReadTx) error { return nil }))
	require.NoError(t, keeper.Rollback())
	require.Zero(t, counted(t, hasty))
	leave = func() {}
	for name, wait := range waits {
		require.NoError(t, wait(t.Context(), patient), name)
	}
}
