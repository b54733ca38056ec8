package sqlitestore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/add4b1c6/tenancy"
)

// ErrTransaction says that a transaction of the host's can't be joined, or has ended.
// Its text says why.
var ErrTransaction = errors.New("sqlitestore: the host's transaction")

var errEnded = fmt.Errorf("%w has ended", ErrTransaction)

// Transact runs fn in a transaction for the host's own rows and ours. It passes fn the
// transaction, for the host's statements, and a Store over it, for Directory.On. It
// commits all of it if fn returns nil, and none of it otherwise.
//
// The transaction begins with the write lock, and waits for the lock as Update does.
// Transact may run fn again if another process was in the way of a statement of the
// host's. So fn must return the errors of its statements, as they came or wrapped.
// Transact returns fn's error as it came, and what Update returns. After CodeAmbiguous,
// Outcome reports what became of an operation that was given an ID by Once.
//
// Transact is CodeInTransaction within a block or another Transact, by their contexts.
// Sessions of a Directory that is not joined refuse the context that fn gets, and the
// Store refuses everything after fn has returned, and while a function that it runs has
// not returned: CodeInTransaction (GEN-11). A nil fn is CodeInput.
//
// fn must not end the transaction; Transact returns ErrTransaction if it does. After an
// error by which SQLite rolls back (a full disk, an I/O error), what fn does with the
// transaction would not be part of it. So fn must return such an error.
func (s *Store) Transact(ctx context.Context, fn func(context.Context, *sql.Tx, tenancy.Store) error) error {
	switch {
	case fn == nil:
		return tenancy.CodeInput
	case tenancy.InTransaction(ctx):
		return tenancy.CodeInTransaction
	}
	return s.run(ctx, func(c *session) error {
		host, err := c.conn.BeginTx(context.WithoutCancel(ctx), nil)
		if err != nil {
			return lost(err)
		}
		defer func() {
			if err := host.Rollback(); err != nil && err != sql.ErrTxDone {
				c.broken = true
			}
		}()
		if err := c.lock(ctx); err != nil {
			return lost(err)
		}
		j := &joined{statements: &c.statements, host: host}
		err = tenancy.RunJoined(ctx, j, func(ctx context.Context, joined tenancy.Store) error {
			return fn(ctx, host, joined)
		})
		if err != nil {
			return cmp.Or(lostOnly(j.failed), lostOnly(err), err)
		}
		if err := cmp.Or(j.failed, ctx.Err()); err != nil {
			return lost(err)
		}
		return c.end(host)
	})
}

// end commits the host's transaction.
func (c *session) end(host *sql.Tx) error {
	err := host.Commit()
	c.broken = c.broken || err != nil
	if err == sql.ErrTxDone {
		return errEnded
	}
	return committed(err)
}

// WithTx returns a Store over a transaction of the host's, for Directory.On: our
// records, our events and the host's rows commit together, or none of them do. The host
// begins and commits the transaction.
//
// The context there is the host's and bears no mark: unlike in a Transact, a session of a
// Directory that is not joined takes it, and waits for the write lock until it is
// CodeBusy. What the Store refuses while a function that it runs has not returned, it
// refuses here too.
//
// WithTx takes the write lock, and waits for it as Update does, but out of turn. A
// transaction that has read, while others wrote since, can't have the lock: WithTx
// returns ErrTransaction. To avoid that, begin the transaction with BEGIN IMMEDIATE
// (_txlock=immediate), or call WithTx first. WithTx returns ErrSchema or ErrSettings if
// the database is not as it must be. After an error of WithTx, or of the Store unless
// it is a refusal, the transaction was rolled back or can only be rolled back.
func (s *Store) WithTx(ctx context.Context, host *sql.Tx) (tenancy.Store, error) {
	t := newStatements(host.PrepareContext)
	for r := s.retry(); ; {
		err := t.lock(ctx)
		if err == nil {
			err = t.settings(ctx)
		}
		switch {
		case err == nil:
			return &joined{statements: &t, host: host}, nil
		case code(err) == sqlite3.SQLITE_BUSY_SNAPSHOT:
			err = fmt.Errorf(
				"%w has read before it took the write lock, and others have written since: begin it with BEGIN IMMEDIATE: %w",
				ErrTransaction, err)
		case isBusy(err):
			if err = r.wait(ctx, err); err == nil {
				continue
			}
		}
		_ = host.Rollback()
		return nil, err
	}
}

// lock takes the write lock, and checks that the database has the schema.
func (t *statements) lock(ctx context.Context) error {
	if _, err := t.exec(ctx, "UPDATE tenancy_schema SET version = version WHERE version IS NULL"); err != nil &&
		primary(err) != sqlite3.SQLITE_ERROR {
		return err
	}
	return t.ready(ctx)
}

// joined is a Store in the host's transaction.
type joined struct {
	*statements
	host    *sql.Tx
	failed  error // the host's transaction can't commit
	writing bool  // an Update runs
	reading int   // how many Views run
}

// tx begins to use the host's transaction if it is still open. Nothing may run within
// an Update there, and no Update within a View.
func (j *joined) tx(ctx context.Context, writes bool) (*tx, error) {
	switch {
	case j.writing || writes && j.reading > 0:
		return nil, tenancy.CodeInTransaction
	case j.failed != nil:
		return nil, j.failed
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return &tx{statements: j.statements}, j.open()
}

// open checks that the host's transaction is open. SQLite refuses to begin another one
// within it, which changes nothing.
func (j *joined) open() error {
	_, err := j.exec(context.Background(), "BEGIN")
	if primary(err) == sqlite3.SQLITE_ERROR {
		return nil
	}
	if err == nil {
		_, err = j.exec(context.Background(), "ROLLBACK")
	}
	return j.fail(cmp.Or(err, errEnded))
}

// fail ends the host's transaction. What is done with it after SQLite has rolled it
// back would not be part of it.
func (j *joined) fail(err error) error {
	j.failed = err
	_ = j.host.Rollback()
	return err
}

// View reads in the host's transaction.
func (j *joined) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	t, err := j.tx(ctx, false)
	if err != nil {
		return err
	}
	j.reading++
	defer func() {
		j.reading--
		t.end()
		if t.failed != nil && j.open() != nil {
			j.failed = t.failed
		}
	}()
	return cmp.Or(fn(ctx, t), t.failed)
}

// Update writes in the host's transaction. If fn returns an error or does not return,
// nothing of what it wrote is left there.
func (j *joined) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	t, err := j.tx(ctx, true)
	if err != nil {
		return err
	}
	if _, err := j.exec(context.Background(), "SAVEPOINT tenancy"); err != nil {
		return j.fail(err)
	}
	kept := false
	j.writing = true
	defer func() {
		j.writing = false
		t.end()
		if kept {
			return
		}
		if err := j.undo(); err != nil {
			_ = j.fail(cmp.Or(t.failed, err))
		}
	}()
	if err := fn(ctx, t); err != nil {
		return err
	}
	if err := cmp.Or(t.failed, ctx.Err()); err != nil {
		return err
	}
	if _, err := j.exec(context.Background(), "RELEASE tenancy"); err != nil {
		return j.fail(err)
	}
	kept = true
	return nil
}

// undo takes back what was written since the savepoint.
func (j *joined) undo() error {
	if _, err := j.exec(context.Background(), "ROLLBACK TO tenancy"); err != nil {
		return err
	}
	_, err := j.exec(context.Background(), "RELEASE tenancy")
	return err
}
