package pgstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/add4b1c6/tenancy"
)

// ErrIsolation says that the host's transaction is not SERIALIZABLE. The rules would
// not hold there.
var ErrIsolation = errors.New("pgstore: the transaction is not SERIALIZABLE")

// Transact runs fn in a SERIALIZABLE transaction for the host's own rows and ours. It
// passes fn the transaction, for the host's statements, and a Store over it, for
// Directory.On. It commits all of it if fn returns nil, and none of it otherwise.
//
// Like Update, it runs fn again while the database reports that others won, also for
// statements of the host's. So fn must return the errors of its statements, as they
// came or wrapped. Transact returns fn's error as it came, and CodeBusy, CodeAmbiguous
// and ErrSchema as Update does. After CodeAmbiguous, Outcome reports what became of an
// operation that was given an ID by Once.
//
// Transact is CodeInTransaction within a block or another Transact, by their contexts.
// Sessions of a Directory that is not joined refuse the context that fn gets, and the
// Store refuses everything after fn has returned, and while a function that it runs has
// not returned: CodeInTransaction (GEN-11). A nil fn is CodeInput.
//
// The server's lock_timeout in the transaction is what is left of Options.RetryFor. A
// statement of the host's that waits longer for a lock fails with SQLSTATE 55P03, which
// comes as it is. fn must not end the transaction.
func (s *Store) Transact(ctx context.Context, fn func(context.Context, pgx.Tx, tenancy.Store) error) error {
	switch {
	case fn == nil:
		return tenancy.CodeInput
	case tenancy.InTransaction(ctx):
		return tenancy.CodeInTransaction
	}
	return s.run(ctx, func(ctx context.Context, p *places) (err error) {
		conn, err := s.acquire(ctx, p.left())
		if err != nil {
			return err
		}
		defer release(conn, rollback)
		begin := fmt.Sprintf("%s; SET LOCAL lock_timeout = %s; %s", beginUpdate,
			milliseconds(s.lockWait(p.left())), s.check)
		host, err := conn.BeginTx(ctx, pgx.TxOptions{BeginQuery: begin})
		if err != nil {
			return cmp.Or(lost(err), err)
		}
		j := &joined{host: host, places: p}
		err = tenancy.RunJoined(ctx, j, func(ctx context.Context, joined tenancy.Store) error {
			return fn(ctx, host, joined)
		})
		if err != nil {
			return cmp.Or(lost(j.failed), lostBy(err), err)
		}
		if j.failed != nil {
			return cmp.Or(lost(j.failed), j.failed)
		}
		return commitHost(ctx, host)
	})
}

// lostBy is lost for an error of a host's statement.
func lostBy(err error) error {
	switch state(err) {
	case uniqueViolation, divisionByZero, lockNotAvailable: // of the host's own statements: what it means is for the host to say
		return nil
	}
	return lost(err)
}

// commitHost commits the host's transaction, and returns what became of it.
func commitHost(ctx context.Context, host pgx.Tx) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := host.Commit(ctx)
	switch {
	case err == nil, errors.Is(err, pgx.ErrTxClosed), errors.Is(err, pgx.ErrTxCommitRollback):
		return err
	case notCommitted(err):
		return cmp.Or(lost(err), discreet(err))
	}
	return ambiguous(err)
}

// WithTx returns a Store over a transaction of the host's, for Directory.On: our
// records, our events and the host's rows commit together, or none of them do. The host
// begins the transaction, commits it, and runs it again after SQLSTATE 40001 and 40P01.
//
// The context there is the host's and bears no mark: unlike in a Transact, a session of a
// Directory that is not joined takes it, and works in a transaction of its own. If that
// waits for a lock of the host's transaction, it is CodeBusy in the end. What the Store
// refuses while a function that it runs has not returned, it refuses here too.
//
// WithTx returns ErrIsolation if the transaction is not SERIALIZABLE, and ErrSchema if
// the database does not have the schema of this package. After any other error of
// WithTx or of the Store, the transaction can only be rolled back. Updates do not queue
// for their streams there, so expect more serialization failures than with Transact.
func (s *Store) WithTx(ctx context.Context, host pgx.Tx) (tenancy.Store, error) {
	var b pgx.Batch
	b.Queue(showIsolation)
	b.Queue(readVersion)
	results := host.SendBatch(ctx, &b)
	var isolation string
	var version int
	err := results.QueryRow().Scan(&isolation)
	if err == nil {
		err = results.QueryRow().Scan(&version)
	}
	if closed := results.Close(); err == nil {
		err = closed
	}
	switch {
	case err != nil:
		return nil, schemaError(err)
	case isolation != "serializable":
		return nil, fmt.Errorf("%w but %s", ErrIsolation, isolation)
	}
	if err := s.fits(version); err != nil {
		return nil, err
	}
	return &joined{host: host}, nil
}

// joined is a Store in the host's transaction.
type joined struct {
	host    pgx.Tx
	places  *places
	failed  error // of a read or write: the host's transaction cannot commit
	writing bool  // an Update runs
	reading int   // how many Views run
}

// tx begins to use the host's transaction. Nothing may run within an Update there, and
// no Update within a View.
func (j *joined) tx(writes bool) (*tx, error) {
	switch {
	case j.writing || writes && j.reading > 0:
		return nil, tenancy.CodeInTransaction
	case j.failed != nil:
		return nil, j.failed
	}
	return &tx{joined: j.host, places: j.places}, nil
}

// View reads in the host's transaction.
func (j *joined) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	t, err := j.tx(false)
	if err != nil {
		return err
	}
	j.reading++
	defer func() {
		j.reading--
		t.over, j.failed = true, cmp.Or(j.failed, t.failed)
	}()
	return cmp.Or(fn(ctx, t), t.failed)
}

// Update writes in the host's transaction. If fn returns an error or does not return,
// nothing of what it wrote is left there.
func (j *joined) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	t, err := j.tx(true)
	if err != nil {
		return err
	}
	finished := false
	j.writing = true
	defer func() {
		j.writing = false
		if !finished && t.failed == nil { // fn panicked
			_ = t.undo(ctx) // an error of it is t.failed
		}
		t.over, j.failed = true, cmp.Or(j.failed, t.failed)
	}()
	err = fn(ctx, t)
	finished = true
	if t.failed != nil {
		return cmp.Or(err, t.failed)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return cmp.Or(t.undo(ctx), err)
	}
	return t.settle(ctx)
}

// undo takes back what was sent since the savepoint.
func (t *tx) undo(ctx context.Context) error {
	if !t.written {
		return nil
	}
	t.kept = pgx.Batch{}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTime)
	defer cancel()
	var b pgx.Batch
	b.Queue(rollbackToSavepoint)
	return t.ask(ctx, &b, exec)
}

// settle sends what was kept.
func (t *tx) settle(ctx context.Context) error {
	var b pgx.Batch
	if t.written {
		b.Queue(releaseSavepoint)
		return t.ask(ctx, &b, exec)
	}
	if t.kept.Len() == 0 {
		return nil
	}
	return t.ask(ctx, &b, func(pgx.BatchResults) error { return nil })
}

func exec(results pgx.BatchResults) error {
	_, err := results.Exec()
	return err
}
