package pgstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/add4b1c6/tenancy"
)

// The SQLSTATEs that decide what becomes of a transaction.
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	completionUnknown    = "40003"
	uniqueViolation      = "23505"
	lockNotAvailable     = "55P03"
	divisionByZero       = "22012" // of checkVersion
	integrityViolation   = "23"    // the class

	undefinedTable        = "42P01"
	duplicateTable        = "42P07"
	duplicateObject       = "42710"
	insufficientPrivilege = "42501"
	accessViolation       = "42" // the class
)

// lostError ends an attempt that lost to another transaction and may be made again.
// Nothing of the attempt was or will be committed.
type lostError struct{ cause error }

func (e *lostError) Error() string { return e.cause.Error() }
func (e *lostError) Unwrap() error { return e.cause }

// lost returns a lostError if an error means that another transaction won, and nil
// otherwise.
func lost(err error) error {
	switch state(err) {
	case serializationFailure, deadlockDetected, uniqueViolation, lockNotAvailable, divisionByZero:
		return &lostError{err}
	}
	if err == errQueued {
		return &lostError{err}
	}
	return nil
}

// state returns the SQLSTATE of an error that the server reported, or "" for any other
// error.
func state(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// discreet removes what can hold a row's values from a server's error.
func discreet(err error) error {
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return err
	}
	clean := *e
	clean.Detail, clean.Hint, clean.Where, clean.InternalQuery = "", "", "", ""
	return &clean
}

// refused reports whether a statement's error shows that the server carried out nothing
// that followed it in its batch.
func refused(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.SeverityUnlocalized == "ERROR" && e.Code != completionUnknown
}

// notCommitted reports whether the error of a COMMIT shows that it was not carried out.
// Any other error leaves that open: the connection broke, or a server or pooler ended
// it with words of its own.
func notCommitted(err error) bool {
	switch code := state(err); {
	case code == serializationFailure, code == deadlockDetected:
		return refused(err)
	default:
		return refused(err) && len(code) == 5 && code[:2] == integrityViolation
	}
}

// ambiguous returns the error of a transaction whose outcome is unknown.
func ambiguous(cause error) error {
	return fmt.Errorf("pgstore: %w: %w", tenancy.CodeAmbiguous, discreet(cause))
}

// retry decides whether and when an attempt is made again.
type retry struct {
	until    time.Time
	attempts int
	clashes  int
}

// clashesMost is how often a unique entry may be taken by another record. That record
// may be of a transaction that won, which the next attempt sees.
const clashesMost = 3

// wait waits before the next attempt. It returns CodeBusy if there is to be none. The
// time it waits does not double: a transaction that has lost often must not wait
// longest.
func (r *retry) wait(ctx context.Context, cause error) error {
	r.attempts++
	if state(cause) == uniqueViolation {
		r.clashes++
	}
	if r.clashes >= clashesMost || !time.Now().Before(r.until) {
		return fmt.Errorf("pgstore: %w: %w", tenancy.CodeBusy, cause)
	}
	timer := time.NewTimer(rand.N(time.Duration(min(r.attempts, 10)) * 4 * time.Millisecond))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
