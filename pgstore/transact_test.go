package pgstore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/pgstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// transacted is a Store whose transactions are Transact's.
type transacted struct{ *pgstore.Store }

func (s transacted) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	return s.Transact(ctx, func(ctx context.Context, _ pgx.Tx,
		joined tenancy.Store) error {
		return joined.View(ctx, fn)
	})
}

func (s transacted) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	return s.Transact(ctx, func(ctx context.Context, _ pgx.Tx,
		joined tenancy.Store) error {
		return joined.Update(ctx, fn)
	})
}

// hosted is a Store whose transactions are a host's. The host begins and commits them,
// and runs those again that lost.
type hosted struct {
	*pgstore.Store
	pool *pgxpool.Pool
}

func (s hosted) within(ctx context.Context, fn func(tenancy.Store) error) (err error) {
	for range 100 {
		err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.Serializable}, func(tx pgx.Tx) error {
			joined, err := s.WithTx(ctx, tx)
			if err != nil {
				return err
			}
			return fn(joined)
		})
		e, _ := errors.AsType[*pgconn.PgError](err)
		switch {
		case e != nil && e.Code == "23505":
			return errors.Join(tenancy.CodeBusy, err)
		case e == nil || e.Code != "40001" && e.Code != "40P01":
			return err
		}
	}
	return errors.Join(tenancy.CodeBusy, err)
}

func (s hosted) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	return s.within(ctx, func(joined tenancy.Store) error { return joined.View(ctx, fn) })
}

func (s hosted) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	return s.within(ctx, func(joined tenancy.Store) error { return joined.Update(ctx, fn) })
}

// TestJoinedStore runs the suite on the stores that join a transaction.
func TestJoinedStore(t *testing.T) {
	t.Parallel()
	t.Run("Transact", func(t *testing.T) {
		t.Parallel()
		storetest.Run(t, func(t *testing.T) tenancy.Store {
			store, _ := open(t, nil)
			return transacted{store}
		})
	})
	t.Run("WithTx", func(t *testing.T) {
		t.Parallel()
		storetest.Run(t, func(t *testing.T) tenancy.Store {
			store, pool := open(t, nil)
			return hosted{store, pool}
		})
	})
}

// TestTransactSuite runs the suite for Transact.
func TestTransactSuite(t *testing.T) {
	t.Parallel()
	storetest.RunTransact(t, func(t *testing.T) storetest.Transacter[pgx.Tx] {
		store, _ := open(t, nil)
		return store
	})
}

// TestBusySuite has transactions wait for one of their own process.
func TestBusySuite(t *testing.T) {
	t.Parallel()
	for name, transact := range map[string]bool{"Update": false, "Transact": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.RunBusy(t, func(t *testing.T) (tenancy.Store, func()) {
				store, _ := open(t, nil)
				hasten := func() { pgstore.Hasten(store) }
				if transact {
					return transacted{store}, hasten
				}
				return store, hasten
			})
		})
	}
}

// TestBusyPool has transactions wait for the only connection of a pool, which one of
// their process has. They are CodeBusy then (GEN-11).
func TestBusyPool(t *testing.T) {
	t.Parallel()
	_, all := open(t, nil)
	config := all.Config()
	config.MaxConns = 1
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	store := pgstore.New(pool, nil)
	nothing := func(ctx context.Context, tx tenancy.ReadTx) error { return nil }
	require.NoError(t, store.Update(t.Context(), func(ctx context.Context, tx tenancy.Tx) error {
		if _, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsers, Limit: 1}); err != nil {
			return err
		}
		pgstore.Hasten(store)
		read := func(ctx context.Context, tx tenancy.ReadTx) error {
			_, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsers, Limit: 1})
			return err
		}
		require.ErrorIs(t, store.View(t.Context(), read), tenancy.CodeBusy)
		require.ErrorIs(t, store.Update(t.Context(),
			func(ctx context.Context, tx tenancy.Tx) error { return read(ctx, tx) }), tenancy.CodeBusy)
		require.ErrorIs(t, store.Transact(t.Context(), func(ctx context.Context, _ pgx.Tx, joined tenancy.Store) error {
			return joined.View(ctx, nothing)
		}), tenancy.CodeBusy)
		return nil
	}))
}

// TestLockTimeout has a transaction wait for a lock of one that the host has begun, and
// that nobody in the process knows of. The server ends the wait (GEN-11).
func TestLockTimeout(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	ctx := t.Context()
	tx, err := h.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.Serializable})
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback(context.Background()) })
	joined, err := h.store.WithTx(ctx, tx)
	require.NoError(t, err)
	_, err = h.dir.On(joined).As(h.owner).RenameOrganization(ctx, h.org, "Joined")
	require.NoError(t, err)
	var causes []error
	waiting, cancel := context.WithCancel(ctx)
	store := pgstore.New(h.pool, &pgstore.Options{RetryFor: time.Hour, OnRetry: func(_ context.Context, cause error) {
		causes = append(causes, cause)
		cancel()
	}})
	pgstore.LockFor(store, 1)
	dir, err := tenancy.New(store, nil)
	require.NoError(t, err)
	_, err = dir.As(h.owner).RenameOrganization(waiting, h.org, "Waiting")
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, causes, 1)
	require.ErrorContains(t, causes[0], "55P03")

	err = store.Transact(ctx, func(ctx context.Context, tx pgx.Tx, _ tenancy.Store) error {
		_, err := tx.Exec(ctx, "UPDATE tenancy_heads SET sequence = sequence")
		return err
	})
	require.ErrorContains(t, err, "55P03", "of a statement of the host's")
	require.NotErrorIs(t, err, tenancy.CodeBusy)

	hasty := pgstore.New(h.pool, &pgstore.Options{RetryFor: 1})
	dir, err = tenancy.New(hasty, nil)
	require.NoError(t, err)
	_, err = dir.As(h.owner).RenameOrganization(ctx, h.org, "Waiting")
	require.ErrorIs(t, err, tenancy.CodeBusy)
	require.NoError(t, tx.Commit(ctx))
	org, err := h.dir.As(h.owner).Organization(ctx, h.org)
	require.NoError(t, err)
	require.Equal(t, "Joined", org.Name.Reveal())
}

// host is a host with a table of its own.
type host struct {
	*scene
	store *pgstore.Store
	pool  *pgxpool.Pool
}

func newHost(t *testing.T) host {
	store, pool := openFresh(t)
	_, err := pool.Exec(t.Context(),
		"CREATE TABLE projects (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text NOT NULL, name text NOT NULL UNIQUE)")
	require.NoError(t, err)
	return host{newScene(t, store), store, pool}
}

func (h host) count(sql string) (n int) {
	require.NoError(h.t, h.pool.QueryRow(h.t.Context(), sql).Scan(&n))
	return n
}

const countAccounts, countProjects = "SELECT count(*) FROM tenancy_accounts", "SELECT count(*) FROM projects"

// make lets the host create an account and a project of its own in one transaction.
func (h host) make(ctx context.Context, name string, then func(pgx.Tx, *tenancy.Session) error) error {
	return h.store.Transact(ctx, func(ctx context.Context, tx pgx.Tx, joined tenancy.Store) error {
		owner := h.dir.On(joined).As(h.owner)
		account, err := owner.CreateAccount(ctx, h.org, tenancy.NewAccount{Name: name})
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO projects (account, name) VALUES ($1, $2)", account.ID, name); err != nil {
			return err
		}
		return then(tx, owner)
	})
}

func nothing(pgx.Tx, *tenancy.Session) error { return nil }

// TestTransact commits the host's rows and ours together, or none of them.
func TestTransact(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	ctx := t.Context()
	require.NoError(t, h.make(ctx, "one", nothing))
	require.Equal(t, 2, h.count(countAccounts))
	require.Equal(t, 1, h.count(countProjects))

	refusal := errors.New("the host's own")
	require.Equal(t, refusal, h.make(ctx, "two", func(pgx.Tx, *tenancy.Session) error { return refusal }))
	require.ErrorContains(t, h.make(ctx, "one", nothing), "23505", "the host's clash is the host's")

	// A refusal has changed nothing, and the rest commits if the host says so.
	require.NoError(t, h.make(ctx, "three", func(_ pgx.Tx, s *tenancy.Session) error {
		_, err := s.CreateAccount(ctx, h.org, tenancy.NewAccount{Name: "\x00"})
		require.ErrorIs(t, err, tenancy.CodeName)
		return nil
	}))
	require.Equal(t, 3, h.count(countAccounts))
	require.Equal(t, 2, h.count(countProjects))

	// An error of the store remains, whatever the host makes of it.
	err := h.make(ctx, "four", func(tx pgx.Tx, s *tenancy.Session) error {
		_, err := tx.Exec(ctx, "SELECT no_such_column")
		require.Error(t, err)
		_, err = s.RenameOrganization(ctx, h.org, "Renamed")
		require.Error(t, err)
		return nil
	})
	require.ErrorContains(t, err, "25P02")
	require.Equal(t, 3, h.count(countAccounts))
	require.Equal(t, 2, h.count(countProjects))
	h.sound()
}

// TestTransactRetries lets another transaction win, on the host's rows or on ours. The
// host's function is run again.
func TestTransactRetries(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	ctx := t.Context()
	require.NoError(t, h.make(ctx, "first", nothing))
	elsewhere, err := tenancy.New(pgstore.New(h.pool, nil),
		nil) // another process: the queues of this one know nothing of it
	require.NoError(t, err)
	for name, disturb := range map[string]func() error{
		"the host's rows": func() error {
			return second(h.pool.Exec(ctx,
				"UPDATE projects SET account = account || 'x'"))
		},
		"our rows": func() error {
			return second(elsewhere.As(h.owner).CreateAccount(ctx, h.org,
				tenancy.NewAccount{Name: "Elsewhere"}))
		},
	} {
		runs, accounts := 0, h.count(countAccounts)
		require.NoError(t, h.store.Transact(ctx, func(ctx context.Context, tx pgx.Tx, joined tenancy.Store) error {
			var projects int
			if err := tx.QueryRow(ctx, countProjects).Scan(&projects); err != nil {
				return err
			}
			if runs++; runs == 1 {
				require.NoError(t, disturb())
			}
			if _, err := tx.Exec(ctx, "UPDATE projects SET name = name || '!'"); err != nil {
				return fmt.Errorf("the host's words: %w", err)
			}
			return second(h.dir.On(joined).As(h.owner).CreateAccount(ctx, h.org,
				tenancy.NewAccount{Name: name}))
		}), name)
		require.Equal(t, 2, runs, name)
		if accounts++; name == "our rows" {
			accounts++
		}
		require.Equal(t, accounts, h.count(countAccounts), name)
	}
	h.sound()
}
