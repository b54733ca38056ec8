package main

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/add4b1c6/tenancy/bench/internal/stores"
)

// statement is SQL with its arguments: $1, $2 and so on.
type statement struct {
	text      string
	arguments []any
}

// reading is a statement that reads one row, if there is one.
type reading struct {
	statement
	into  []any
	found bool
}

// database runs transactions that are written by hand.
type database interface {
	// transact reads, has decide say what to write, writes and commits. If decide refuses,
	// nothing is written.
	transact(ctx context.Context, reads []*reading, decide func() ([]statement, error)) error
	id(id [16]byte) any  // an argument for an ID
	key(text string) any // an argument for a column that an index has a text in
	count(ctx context.Context, table string) (int, error)
	close()
}

// openByHand opens an open store's database beside it.
func openByHand(opened *stores.Opened) (database, error) {
	if opened.Pool != nil {
		return postgreSQLByHand{opened.Pool}, nil
	}
	db, err := openSQLite(opened.Path)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(2) // the second one is there to prepare statements
	return sqliteByHand{db, map[string]*sql.Stmt{}}, nil
}

// sqliteByHand has its statements prepared. A transaction begins as a writer's.
type sqliteByHand struct {
	db       *sql.DB
	prepared map[string]*sql.Stmt
}

func (sqliteByHand) id(id [16]byte) any  { return id[:] }
func (sqliteByHand) key(text string) any { return text }
func (s sqliteByHand) close()            { _ = s.db.Close() }

func (s sqliteByHand) count(ctx context.Context, table string) (n int, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&n)
	return n, err
}

// in returns a prepared statement for a transaction.
func (s sqliteByHand) in(ctx context.Context, tx *sql.Tx, text string) (*sql.Stmt, error) {
	if s.prepared[text] == nil {
		made, err := s.db.PrepareContext(ctx, strings.ReplaceAll(text, "$", "?"))
		if err != nil {
			return nil, err
		}
		s.prepared[text] = made
	}
	return tx.StmtContext(ctx, s.prepared[text]), nil
}

func (s sqliteByHand) transact(ctx context.Context, reads []*reading, decide func() ([]statement, error)) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	for _, r := range reads {
		prepared, err := s.in(ctx, tx, r.text)
		if err != nil {
			return err
		}
		err = prepared.QueryRowContext(ctx, r.arguments...).Scan(r.into...)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		r.found = err == nil
	}
	writes, err := decide()
	if err != nil {
		return err
	}
	for _, w := range writes {
		prepared, err := s.in(ctx, tx, w.text)
		if err != nil {
			return err
		}
		if _, err := prepared.ExecContext(ctx, w.arguments...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// postgreSQLByHand sends what it reads in one batch, and what it writes in another: two round
// trips a transaction. pgx prepares each statement once for a connection.
type postgreSQLByHand struct{ pool *pgxpool.Pool }

func (postgreSQLByHand) id(id [16]byte) any  { return id }
func (postgreSQLByHand) key(text string) any { return []byte(text) }
func (postgreSQLByHand) close()              {} // the pool is the store's

func (p postgreSQLByHand) count(ctx context.Context, table string) (n int, err error) {
	err = p.pool.QueryRow(ctx, "SELECT count(*) FROM "+table).Scan(&n)
	return n, err
}

func (p postgreSQLByHand) transact(ctx context.Context, reads []*reading, decide func() ([]statement, error)) error {
	conn, err := p.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	err = p.attempt(ctx, conn, reads, decide)
	if err != nil {
		_, _ = conn.Exec(ctx, "ROLLBACK")
	}
	return err
}

func (p postgreSQLByHand) attempt(
	ctx context.Context, conn *pgxpool.Conn, reads []*reading, decide func() ([]statement, error),
) error {
	var batch pgx.Batch
	batch.Queue("BEGIN ISOLATION LEVEL SERIALIZABLE")
	for _, r := range reads {
		batch.Queue(r.text, r.arguments...).QueryRow(func(row pgx.Row) error {
			err := row.Scan(r.into...)
			r.found = err == nil
			if errors.Is(err, pgx.ErrNoRows) {
				return nil
			}
			return err
		})
	}
	if err := conn.SendBatch(ctx, &batch).Close(); err != nil {
		return err
	}
	writes, err := decide()
	if err != nil {
		return err
	}
	var written pgx.Batch
	for _, w := range writes {
		written.Queue(w.text, w.arguments...)
	}
	written.Queue("COMMIT")
	return conn.SendBatch(ctx, &written).Close()
}
