package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/pgstore"
	"github.com/add4b1c6/tenancy/sqlitestore"
	"github.com/add4b1c6/tenancy/webhook"
)

// rows are the host's own tables. Both databases take the statements as they are: with
// parameters $1, $2, IDs as 16 bytes, and times as seconds since 1970.
type rows interface {
	// exec runs a statement.
	exec(ctx context.Context, statement string, args ...any) error
	// row reads the first row of a query. Scan returns sql.ErrNoRows if there is none.
	row(ctx context.Context, query string, args ...any) interface{ Scan(into ...any) error }
}

// database holds the directory and the host's own tables. Nothing outside this file knows
// whether it is SQLite or PostgreSQL. A program that needs only one of them uses the
// store's Transact as it is, and has none of this.
type database struct {
	rows     // outside of a transaction
	store    tenancy.Store
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
		return openSQLite(at)
	case "postgres":
		return openPostgres(ctx, at)
	}
	return nil, fmt.Errorf("there is no store %q: choose sqlite or postgres", kind)
}

func openSQLite(path string) (*database, error) {
	db, err := sql.Open("sqlite", path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"+
		"&_pragma=secure_delete(ON)&_pragma=busy_timeout(5000)&_pragma=foreign_keys(ON)")
	if err != nil {
		return nil, err
	}
	store := sqlitestore.New(db, nil)
	return &database{
		rows:     sqlRows{db},
		store:    store,
		webhooks: webhook.NewSQL(db, webhook.SQLite),
		transact: func(ctx context.Context, fn func(context.Context, rows, tenancy.Store) error) error {
			return store.Transact(ctx, func(ctx context.Context, tx *sql.Tx, joined tenancy.Store) error {
				return fn(ctx, sqlRows{tx}, joined)
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
		rows:     pgRows{pool},
		store:    store,
		webhooks: webhook.NewSQL(db, webhook.PostgreSQL),
		transact: func(ctx context.Context, fn func(context.Context, rows, tenancy.Store) error) error {
			return store.Transact(ctx, func(ctx context.Context, tx pgx.Tx, joined tenancy.Store) error {
				return fn(ctx, pgRows{tx}, joined)
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

// sqlRows are rows in a *sql.DB or a *sql.Tx.
type sqlRows struct {
	in interface {
		ExecContext(context.Context, string, ...any) (sql.Result, error)
		QueryRowContext(context.Context, string, ...any) *sql.Row
	}
}

func (s sqlRows) exec(ctx context.Context, statement string, args ...any) error {
	_, err := s.in.ExecContext(ctx, statement, args...)
	return err
}

func (s sqlRows) row(ctx context.Context, query string, args ...any) interface{ Scan(...any) error } {
	return s.in.QueryRowContext(ctx, query, args...)
}

// pgRows are rows in a pool or a transaction of pgx.
type pgRows struct {
	in interface {
		Exec(context.Context, string, ...any) (pgconn.CommandTag, error)
		QueryRow(context.Context, string, ...any) pgx.Row
	}
}

func (p pgRows) exec(ctx context.Context, statement string, args ...any) error {
	_, err := p.in.Exec(ctx, statement, args...)
	return err
}

func (p pgRows) row(ctx context.Context, query string, args ...any) interface{ Scan(...any) error } {
	return p.in.QueryRow(ctx, query, args...)
}

// prepare makes the tables of the directory, of the webhooks and of the host, or brings
// them up to date. It is for deployments, not for the start of every process. Your own
// tool can do it instead: see Migrations of the stores, and Schema of webhook.SQL.
func (d *database) prepare(ctx context.Context) error {
	if err := d.migrate(ctx); err != nil {
		return err
	}
	if err := d.webhooks.Migrate(ctx); err != nil {
		return err
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
CREATE TABLE IF NOT EXISTS host_identities (
    issuer     text NOT NULL,
    subject    text NOT NULL,
    user_id    uuid NOT NULL REFERENCES tenancy_users (id),
    connection uuid, -- that vouched for it; NULL: the person linked it, or it is of the host's own provider
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX IF NOT EXISTS host_identities_user ON host_identities (user_id);
CREATE TABLE IF NOT EXISTS host_sessions (
    token_hash text NOT NULL PRIMARY KEY, -- whoever reads the table cannot be anybody by it
    user_id    uuid NOT NULL REFERENCES tenancy_users (id),
    connection uuid, -- that they signed in through; NULL: the host's own provider
    expires    bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS host_sessions_user ON host_sessions (user_id);
CREATE TABLE IF NOT EXISTS host_providers (
    connection    uuid NOT NULL PRIMARY KEY, -- its row goes with the organization: no foreign key
    issuer        text NOT NULL,
    client_id     text NOT NULL,
    client_secret text NOT NULL
);
CREATE TABLE IF NOT EXISTS host_mails (
    invitation uuid NOT NULL PRIMARY KEY,
    address    text NOT NULL,
    secret     text NOT NULL,
    created    bigint NOT NULL,
    taken      bigint NOT NULL -- until then a process is sending it
);
CREATE TABLE IF NOT EXISTS host_deployments (
    id         text NOT NULL PRIMARY KEY,
    account    uuid NOT NULL REFERENCES tenancy_accounts (id),
    user_id    uuid NOT NULL REFERENCES tenancy_users (id),
    created    bigint NOT NULL
)`
