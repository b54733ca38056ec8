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

// errOver is the error of a transaction that is used after its function has returned.
var errOver = errors.New("sqlitestore: the transaction is over")

// lostError ends an attempt that another process was in the way of. Nothing of the
// attempt was or will be committed.
type lostError struct{ cause error }

func (e *lostError) Error() string { return e.cause.Error() }
func (e *lostError) Unwrap() error { return e.cause }

// lostOnly returns a lostError if another connection was in the way, and nil otherwise.
func lostOnly(err error) error {
	if isBusy(err) {
		return &lostError{err}
	}
	return nil
}

// lost returns a lostError if another connection was in the way, and any other error as
// it is.
func lost(err error) error {
	if e := lostOnly(err); e != nil {
		return e
	}
	return err
}

// code returns the extended result code of a driver's error, or zero for any other
// error.
func code(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

// primary returns the part of a result code that names its kind.
func primary(err error) int { return code(err) & 0xff }

// isBusy reports whether another connection was in the way.
func isBusy(err error) bool {
	return primary(err) == sqlite3.SQLITE_BUSY || primary(err) == sqlite3.SQLITE_LOCKED
}

// busy returns CodeBusy if another connection was in the way, and any other error as it
// is.
func busy(err error) error {
	if !isBusy(err) {
		return err
	}
	return fmt.Errorf("sqlitestore: %w: %w", tenancy.CodeBusy, err)
}

// taken returns CodeBusy if a write failed because a row has the same key, and any
// other error as it is. None of the driver's errors for that names what is in the row.
func taken(err error) error {
	switch code(err) {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return fmt.Errorf("sqlitestore: %w: %w", tenancy.CodeBusy, err)
	}
	return err
}

// notCommitted reports whether the error of a COMMIT shows that it was not carried out
// and never will be. A COMMIT that found the disk full has not written the frame that
// commits. Any other error of the disk may come after that frame was written. Then the
// commit counts when the file is opened after a crash.
func notCommitted(err error) bool {
	switch primary(err) {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_FULL,
		sqlite3.SQLITE_READONLY, sqlite3.SQLITE_ERROR:
		return true
	}
	return errors.Is(err, sql.ErrTxDone)
}

// committed returns what became of a COMMIT that ended with an error.
func committed(err error) error {
	if err == nil || notCommitted(err) {
		return lost(err)
	}
	return fmt.Errorf("sqlitestore: %w: %w", tenancy.CodeAmbiguous, err)
}

// retry decides whether and when an attempt is made again.
type retry struct {
	until   time.Time
	onRetry func(context.Context, error)
}

func (s *Store) retry() retry { return retry{time.Now().Add(s.options.RetryFor), s.options.OnRetry} }

// left returns how much of the time is left.
func (r retry) left() time.Duration { return time.Until(r.until) }

// wait waits before the next attempt. It returns CodeBusy if there is to be none. The
// time it waits does not grow: a transaction that has waited long must not wait
// longest.
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
