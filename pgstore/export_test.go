package pgstore

import (
	"slices"
	"time"
)

// Weaken takes a guard away from a store, so that tests can show that they notice.
func Weaken(s *Store, how string) {
	switch how {
	case "READ COMMITTED", "REPEATABLE READ":
		s.begin = "BEGIN ISOLATION LEVEL " + how
	case "COMMIT INSTEAD OF ROLLBACK":
		s.end = "COMMIT"
	case "RETRY AFTER AN UNKNOWN COMMIT":
		s.unknown = func(cause error) error { return &lostError{cause} }
	default:
		panic(how)
	}
}

// Waiting reports whether an Update waits for another one of the process. Package
// storetest asks it.
func (s *Store) Waiting() bool { return Queued(s) > 0 }

// Queued returns how many Updates wait for another one of the process.
func Queued(s *Store) int { return int(s.queues.waiting.Load()) }

// NotCommitted reports whether the error of a COMMIT shows that it was not carried out.
func NotCommitted(err error) bool { return notCommitted(err) }

// Know gives a store the migrations of a later version of the package.
func Know(s *Store, further ...string) { s.know(append(slices.Clone(migrations), further...)) }

// Statements returns every statement that the store sends.
func Statements() []string {
	all := []string{beginView, beginUpdate, rollback, commit, useIndexes, showIndexes, setLockTimeout, readEvents,
		readOutbox, readNow, readAccess, readAccessByKey, readManyAccesses,
		moveMembers, dismissMembers, dropFormer, yieldFormer, moveFormer, suspendMoving, moveAccounts, savepoint, releaseSavepoint, rollbackToSavepoint,
		showIsolation, readVersion, checkVersion, lockVersion}
	writes := []statement{appendEvents, appendSubjects, appendOutbox, ackOutbox}
	for _, c := range changes {
		writes = append(writes, c.put, c.remove)
	}
	for _, s := range writes {
		all = append(all, s.one, s.many)
	}
	for _, r := range reads {
		all = append(all, r.one, r.many)
	}
	return append(all, migrations...)
}

// Hasten makes a store wait for nobody.
func Hasten(s *Store) { s.options.RetryFor = 1 }

// LockFor makes a store's transactions wait for each lock on the server for this long.
func LockFor(s *Store, d time.Duration) { s.lockWait = func(time.Duration) time.Duration { return d } }

// SetLockTimeout is the statement that bounds the wait for locks of a transaction.
const SetLockTimeout = setLockTimeout
