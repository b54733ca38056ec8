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

// SQLSTATEs that decide what becomes of a transaction.
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	completionUnknown    = "40003"
	uniqueViolation      = "23505"
	divisionByZero       = "22012" // of checkVersion
	integrityViolation   = "23"    // the class

	undefinedTable        = "42P01"
	duplicateTable        = "42P07"
	duplicateObject       = "42710"
	insufficientPrivilege = "42501"
	accessViolation       = "42" // the class
)

// lostError is the end of an attempt that lost to another transaction, and may be made again: nothing of it was or will be committed.
type lostError struct{ cause error }

func (e *lostError) Error() string { return e.cause.Error() }
func (e *lostError) Unwrap() error { return e.cause }

// lost says whether an error means that another transaction won.
func lost(err error) error {
	switch state(err) {
	case serializationFailure, deadlockDetected, uniqueViolation, divisionByZero:
		return &lostError{err}
	}
	if err == errQueued {
		return &lostError{err}
	}
	return nil
}

// state gives the SQLSTATE of an error that the server reported; "": none did.
func state(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// discreet takes out of a server's error what can hold a row's values.
func discreet(err error) error {
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return err
	}
	clean := *e
	clean.Detail, clean.Hint, clean.Where, clean.InternalQuery = "", "", "", ""
	return &clean
}

// refused says whether a statement's error shows that the server carried nothing out that came after it in its batch.
func refused(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.SeverityUnlocalized == "ERROR" && e.Code != completionUnknown
}

// notCommitted says whether the error of a COMMIT shows that it was not carried out. Anything else leaves that open: a connection that broke, and a server
// or pooler that ended it with words of its own.
func notCommitted(err error) bool {
	switch code := state(err); {
	case code == serializationFailure, code == deadlockDetected:
		return refused(err)
	default:
		return refused(err) && len(code) == 5 && code[:2] == integrityViolation
	}
}

// ambiguous is the error of a transaction whose outcome is unknown.
func ambiguous(cause error) error {
	return fmt.Errorf("pgstore: %w: %w", tenancy.CodeAmbiguous, discreet(cause))
}

// retry says whether, and when, an attempt is made again.
type retry struct {
	until    time.Time
	attempts int
	clashes  int
}

// clashesMost is how often a unique entry may be another record's: it may be that of a transaction that won, which the next attempt sees.
const clashesMost = 3

// wait waits before the next attempt; CodeBusy: there is to be none. What it waits for does not double: whoever has lost often must not wait longest.
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
