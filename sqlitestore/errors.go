package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/add4b1c6/tenancy"
)

// ErrClosed says that the Store was closed.
var ErrClosed = errors.New("sqlitestore: the store is closed")

// errOver is what a transaction answers after the function it was given to has returned.
var errOver = errors.New("sqlitestore: the transaction is over")

// lostError is the end of an attempt that another process was in the way of: nothing of it was or will be committed.
type lostError struct{ cause error }

func (e *lostError) Error() string { return e.cause.Error() }
func (e *lostError) Unwrap() error { return e.cause }

// lostOnly gives a lostError where another connection was in the way; nil: none was.
func lostOnly(err error) error {
	if isBusy(err) {
		return &lostError{err}
	}
	return nil
}

// lost is lostOnly where an error that is something else stays as it is.
func lost(err error) error {
	if e := lostOnly(err); e != nil {
		return e
	}
	return err
}

// code gives the extended result code of a driver's error; zero: it is none of the driver's.
func code(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

// primary is the part of a result code that says what kind it is.
func primary(err error) int { return code(err) & 0xff }

// isBusy says whether another connection was in the way.
func isBusy(err error) bool {
	return primary(err) == sqlite3.SQLITE_BUSY || primary(err) == sqlite3.SQLITE_LOCKED
}

// busy makes CodeBusy of what another connection was in the way of.
func busy(err error) error {
	if !isBusy(err) {
		return err
	}
	return fmt.Errorf("sqlitestore: %w: %w", tenancy.CodeBusy, err)
}

// taken makes CodeBusy of a write's error that says that a row with the same key is there. No such error names what is in the row.
func taken(err error) error {
	switch code(err) {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return fmt.Errorf("sqlitestore: %w: %w", tenancy.CodeBusy, err)
	}
	return err
}

// notCommitted says whether the error of a COMMIT shows that it was not carried out, and never will be. One that found the disk full has not written
// the frame that commits. Any other error of the disk may come after that frame was written: then it counts when the file is opened after a crash.
func notCommitted(err error) bool {
	switch primary(err) {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_ERROR:
		return true
	}
	return errors.Is(err, sql.ErrTxDone)
}

// committed says what became of a COMMIT, by its error.
func committed(err error) error {
	if err == nil || notCommitted(err) {
		return lost(err)
	}
	return fmt.Errorf("sqlitestore: %w: %w", tenancy.CodeAmbiguous, err)
}

// retry says whether, and when, an attempt is made again.
type retry struct {
	until   time.Time
	onRetry func(context.Context, error)
}

func (s *Store) retry() retry { return retry{time.Now().Add(s.options.RetryFor), s.options.OnRetry} }

// wait waits before the next attempt; CodeBusy: there is to be none. What it waits for does not grow: whoever has waited long must not wait longest.
func (r retry) wait(ctx context.Context, cause error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !time.Now().Before(r.until) {
		return busy(cause)
	}
	if r.onRetry != nil {
		r.onRetry(ctx, cause)
	}
	timer := time.NewTimer(time.Millisecond + rand.N(4*time.Millisecond))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
