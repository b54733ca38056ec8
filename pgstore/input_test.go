package pgstore_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/pgstore"
)

// see reads something, to find out whether the store can.
func see(t *testing.T, store tenancy.Store) error {
	return store.View(t.Context(), func(ctx context.Context, tx tenancy.ReadTx) error {
		_, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsers, Limit: 10})
		return err
	})
}

// TestClosedPool uses a closed pool. The store returns the pool's own error.
func TestClosedPool(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	require.NoError(t, see(t, store))
	pool.Close()
	require.ErrorContains(t, see(t, store), "closed pool")
	err := store.Update(t.Context(), func(ctx context.Context, tx tenancy.Tx) error {
		return tx.Put(ctx, tenancy.UserRecord{ID: tenancy.UserID{1}})
	})
	require.ErrorContains(t, err, "closed pool")
	require.ErrorContains(t, store.Migrate(t.Context()), "closed pool")
	require.ErrorContains(t, store.Transact(t.Context(),
		func(context.Context, pgx.Tx, tenancy.Store) error { return nil }), "closed pool")
}

// TestForeignRows lets somebody else write to the tables. A row that does not parse, or
// is where its record is not, is an error and is never skipped.
func TestForeignRows(t *testing.T) {
	t.Parallel()
	user, account := tenancy.UserID{1}, tenancy.AccountID{2}
	for name, sql := range map[string]string{
		"roles":            "UPDATE tenancy_grants SET roles = 'support,developer'", // not in the order that we write
		"a key":            "UPDATE tenancy_users SET address_key = 'other@example.com'",
		"a group":          "UPDATE tenancy_users SET domain_group = '01000000-0000-0000-0000-000000000000'",
		"an address":       "UPDATE tenancy_users SET address = 'other@example.com'",
		"an actor":         "UPDATE tenancy_accounts SET designated_by = 'nobody'",
		"an event's actor": "UPDATE tenancy_events SET actor = ''",
	} {
		t.Run(name, func(t *testing.T) {
			store, pool := open(t, nil)
			stream := tenancy.Stream{User: user}
			require.NoError(t, store.Update(t.Context(), func(ctx context.Context, tx tenancy.Tx) error {
				return errors.Join(tx.Put(ctx,
					tenancy.UserRecord{ID: user,
						Personal: tenancy.UserPersonal{Address: tenancy.NewPersonal("ana@example.com")}},
					tenancy.AccountRecord{ID: account, Owner: user},
					tenancy.GrantRecord{Account: account, User: user,
						Roles: tenancy.Roles(tenancy.Developer, tenancy.Support)},
					tenancy.MembershipRecord{Organization: tenancy.OrganizationID{3}, User: user}),
					tx.Append(ctx, tenancy.EventRecord{ID: tenancy.EventID{4}, Stream: stream, Sequence: 1}))
			}))
			require.NoError(t, everything(t, store, user, account, stream))
			executed(sql)(t, store, pool)
			err := everything(t, store, user, account, stream)
			require.Error(t, err)
			require.Empty(t, tenancy.CodeOf(err))
			require.NotContains(t, err.Error(), "example.com", "an error holds no personal data")
		})
	}
}

// everything reads what TestForeignRows has written, in every way there is.
func everything(
	t *testing.T, store tenancy.Store, user tenancy.UserID, account tenancy.AccountID, stream tenancy.Stream,
) error {
	return store.View(t.Context(), func(ctx context.Context, tx tenancy.ReadTx) error {
		_, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsersByAddress,
			Key: tenancy.Key{Text: "ana@example.com"}},
			tenancy.Lookup{Index: tenancy.IndexUsersByAddress, Key: tenancy.Key{Text: "other@example.com"}},
			tenancy.Lookup{Index: tenancy.IndexUsersOnDomain, Key: tenancy.Key{In: [16]byte{1}}, Limit: 9},
			tenancy.Lookup{Index: tenancy.IndexAccounts, Limit: 9},
			tenancy.Lookup{Index: tenancy.IndexGrantsOf, Key: tenancy.Key{In: user}, Limit: 9},
			tenancy.Lookup{Index: tenancy.IndexMembershipsOf, Key: tenancy.Key{In: user}, Limit: 9})
		if err != nil {
			return err
		}
		if err := tx.Access(ctx, user, []tenancy.AccountID{account}, tenancy.KeyID{}, make([]tenancy.AccessRow, 1)); err != nil {
			return err
		}
		_, err = tx.Events(ctx, stream, 1, 9)
		return err
	})
}

// TestServerErrors checks that an error hides what the server says of a row's values.
func TestServerErrors(t *testing.T) {
	t.Parallel()
	store, _ := open(t, nil)
	one := tenancy.UserRecord{ID: tenancy.UserID{1},
		Personal: tenancy.UserPersonal{Address: tenancy.NewPersonal("ana@example.com")}}
	other := one
	other.ID = tenancy.UserID{2}
	err := store.Update(t.Context(), func(ctx context.Context,
		tx tenancy.Tx) error {
		return tx.Put(ctx, one, other)
	})
	require.ErrorIs(t, err, tenancy.CodeBusy)
	e, ok := errors.AsType[*pgconn.PgError](err)
	require.True(t, ok)
	require.Equal(t, "23505", e.Code)
	require.Equal(t, "tenancy_users_by_address", e.ConstraintName)
	require.Empty(t, e.Detail)
}

// TestWithTxIsolation joins transactions of the host's in which the rules would not
// hold. They are refused.
func TestWithTxIsolation(t *testing.T) {
	t.Parallel()
	store, pool := open(t, nil)
	for _, level := range []pgx.TxIsoLevel{pgx.ReadCommitted, pgx.RepeatableRead, ""} {
		require.NoError(t, pgx.BeginTxFunc(t.Context(), pool, pgx.TxOptions{IsoLevel: level}, func(tx pgx.Tx) error {
			_, err := store.WithTx(t.Context(), tx)
			require.ErrorIs(t, err, pgstore.ErrIsolation)
			return nil
		}))
	}
	require.NoError(
		t,
		pgx.BeginTxFunc(t.Context(), pool, pgx.TxOptions{IsoLevel: pgx.Serializable}, func(tx pgx.Tx) error {
			joined, err := store.WithTx(t.Context(), tx)
			require.NoError(t, err)
			return see(t, joined)
		}),
	)
}
