package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/pgstore"
	"github.com/add4b1c6/tenancy/signin"
	"github.com/add4b1c6/tenancy/sqlitestore"
	"github.com/add4b1c6/tenancy/webhook"
	"github.com/add4b1c6/tenancy/webhook/outbox"
)

// rows are the host's own tables, in a database or a transaction. Both databases take the
// statements as they are: with parameters $1, $2, IDs as 16 bytes, and times as seconds
// since 1970.
type rows struct {
	// run runs a statement.
	run func(ctx context.Context, statement string, args ...any) (any, error)
	// row reads the first row of a query. Scan returns sql.ErrNoRows if there is none.
	row func(ctx context.Context, query string, args ...any) scanner
}

type scanner interface{ Scan(into ...any) error }

// rowsOf returns the rows that methods of database/sql or of pgx reach.
func rowsOf[Result any, Row scanner](
	exec func(context.Context, string, ...any) (Result, error), query func(context.Context, string, ...any) Row,
) rows {
	return rows{
		func(ctx context.Context, statement string, args ...any) (any, error) {
			return exec(ctx, statement, args...)
		},
		func(ctx context.Context, text string, args ...any) scanner { return query(ctx, text, args...) },
	}
}

// exec runs a statement of which nothing but an error is of interest.
func (r rows) exec(ctx context.Context, statement string, args ...any) error {
	_, err := r.run(ctx, statement, args...)
	return err
}

// database holds the directory and the host's own tables. Nothing outside this file knows
// whether it is SQLite or PostgreSQL. A program that needs only one of them uses the
// store's Transact as it is, and has none of this.
type database struct {
	rows     // outside of a transaction
	store    tenancy.Store
	db       *sql.DB // the same database, for packages outbox and signin
	joins    signin.Transact
	webhooks *webhook.SQL
	// transact runs a function in one transaction for rows and operations. The function
	// may run again, so what it hands out is assigned anew each time.
	transact func(context.Context, func(context.Context, rows, tenancy.Store) error) error
	migrate  func(context.Context) error
	close    func() error
}

// openDatabase opens a SQLite file ("sqlite") or a PostgreSQL database ("postgres").
func openDatabase(ctx context.Context, kind, at string) (*database, error) {
	switch kind {
	case "sqlite":
		return openSQLite(ctx, at)
	case "postgres":
		return openPostgres(ctx, at)
	}
	return nil, fmt.Errorf("there is no store %q: choose sqlite or postgres", kind)
}

func openSQLite(ctx context.Context, path string) (*database, error) {
	db, err := sqlitestore.OpenDB(ctx, path)
	if err != nil {
		return nil, err
	}
	store := sqlitestore.New(db, nil)
	return &database{
		rows:     rowsOf(db.ExecContext, db.QueryRowContext),
		store:    store,
		db:       db,
		joins:    signin.SQL(store.Transact),
		webhooks: webhook.NewSQL(db, webhook.SQLite),
		transact: func(ctx context.Context, fn func(context.Context, rows, tenancy.Store) error) error {
			return store.Transact(ctx, func(ctx context.Context, tx *sql.Tx, joined tenancy.Store) error {
				return fn(ctx, rowsOf(tx.ExecContext, tx.QueryRowContext), joined)
			})
		},
		migrate: store.Migrate,
		close:   func() error { return errors.Join(store.Close(), db.Close()) },
	}, nil
}

func openPostgres(ctx context.Context, url string) (*database, error) {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return nil, err
	}
	store, db := pgstore.New(pool, nil), stdlib.OpenDBFromPool(pool)
	return &database{
		rows:     rowsOf(pool.Exec, pool.QueryRow),
		store:    store,
		db:       db,
		joins:    signin.PGX(store.Transact),
		webhooks: webhook.NewSQL(db, webhook.PostgreSQL),
		transact: func(ctx context.Context, fn func(context.Context, rows, tenancy.Store) error) error {
			return store.Transact(ctx, func(ctx context.Context, tx pgx.Tx, joined tenancy.Store) error {
				return fn(ctx, rowsOf(tx.Exec, tx.QueryRow), joined)
			})
		},
		migrate: store.Migrate,
		close: func() error {
			err := db.Close()
			pool.Close()
			return err
		},
	}, nil
}

// prepare makes the tables of the directory, of the packages and of the host, or brings
// them up to date. It is for deployments, not for the start of every process. Your own
// tool can do it instead: see Migrations of the stores, and Schema of the packages.
func (d *database) prepare(ctx context.Context) error {
	for _, migrate := range []func(context.Context) error{
		d.migrate, d.webhooks.Migrate, outbox.New(d.db, nil).Migrate, signin.New(nil, d.db, d.joins, nil).Migrate,
	} {
		if err := migrate(ctx); err != nil {
			return err
		}
	}
	for statement := range strings.SplitSeq(schema, ";\n") {
		if err := d.exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// schema is the host's own tables. They refer to the directory's users and accounts,
// whose rows stay (GEN-20). The type of IDs is uuid for PostgreSQL; SQLite takes the
// word, and stores the same 16 bytes.
const schema = `
CREATE TABLE IF NOT EXISTS host_providers (
    connection    uuid NOT NULL PRIMARY KEY, -- its row goes with the organization: no foreign key
    issuer        text NOT NULL,
    client_id     text NOT NULL,
    client_secret text NOT NULL
);
CREATE TABLE IF NOT EXISTS host_deployments (
    id         text NOT NULL PRIMARY KEY,
    account    uuid NOT NULL REFERENCES tenancy_accounts (id),
    user_id    uuid NOT NULL REFERENCES tenancy_users (id),
    created    bigint NOT NULL
)`
