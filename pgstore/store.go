package pgstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/add4b1c6/tenancy"
)

var _ tenancy.Store = (*Store)(nil)

// Options are what a host may choose. Zero fields and a nil *Options mean the defaults
// named.
type Options struct {
	// RetryFor is how long a transaction waits for others: for its turn, for a lock on
	// the server, and while it is tried again because others win. It is CodeBusy then.
	// Zero means 10 seconds. For a connection of the pool it waits a second at least.
	RetryFor time.Duration
	// OnRetry is called after every attempt that lost, with the error that it lost by.
	// The goroutine of the transaction calls it, between two attempts. Nil means that
	// nobody is told.
	OnRetry func(ctx context.Context, cause error)
}

// Store is a tenancy.Store in a PostgreSQL database. New makes one. Any number of
// goroutines may use a Store, and any number of Stores in any number of processes may
// use one database.
type Store struct {
	pool    *pgxpool.Pool
	options Options
	queues  *queues
	sound   atomic.Bool // the schema was looked at
	planned atomic.Bool // the server knows useIndexes

	steps      []string          // of Migrate
	check      string            // that the schema has the version of these, or the next
	begin, end string            // how an Update begins, and ends if it does not commit
	unknown    func(error) error // what one is whose outcome is unknown
	lockWait   func(left time.Duration) time.Duration
}

// New returns a Store over the host's pool. The host closes the pool. New asks the
// database nothing: a closed pool, and a schema that is missing or of another version
// (ErrSchema), show at the first use. Nil options mean the defaults.
func New(pool *pgxpool.Pool, o *Options) *Store {
	s := &Store{pool: pool, options: *cmp.Or(o, &Options{}), queues: newQueues(), begin: beginUpdate,
		end: rollback, unknown: ambiguous, lockWait: func(left time.Duration) time.Duration { return left }}
	s.know(migrations)
	s.options.RetryFor = cmp.Or(s.options.RetryFor, 10*time.Second)
	return s
}

// know sets the steps that lead to the schema that the store needs.
func (s *Store) know(steps []string) {
	s.steps, s.check = steps, fmt.Sprintf(checkVersion, len(steps), len(steps)+1)
}

// View runs fn in a READ ONLY transaction over one snapshot (REPEATABLE READ). It
// returns fn's error as it came, or the driver's. It returns CodeBusy if the pool had no
// connection for as long as Options.RetryFor, and ErrSchema if the database did not have
// the schema of this package at the first use of the Store.
func (s *Store) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	t := &tx{store: s, begin: beginView}
	defer t.rollback()
	if err := fn(ctx, t); err != nil {
		return err
	}
	return t.failed
}

// Access is a View that asks for Access and nothing else (tenancy.AccessReader). It is one
// statement, without a transaction around it.
func (s *Store) Access(
	ctx context.Context, user tenancy.UserID, accounts []tenancy.AccountID, key tenancy.KeyID, rows []tenancy.AccessRow,
) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	t := &tx{store: s, begin: alone}
	defer t.rollback()
	return t.Access(ctx, user, accounts, key, rows)
}

// Update runs fn in a SERIALIZABLE transaction and commits if fn returns nil. While the
// database reports that others won, Update runs fn again, for as long as
// Options.RetryFor. It returns
//
//   - fn's error as it came
//   - the error of a read or write that failed, even if fn returned nil
//   - CodeBusy if others kept winning, or kept a lock or the pool's connections, or if an entry was still another record's at the third attempt
//   - CodeAmbiguous if the connection broke after COMMIT may have been sent
//   - ErrSchema if the database does not have the schema of this package at this moment
//
// Updates of one process that read the head of the same stream wait for each other. An
// Update of the same stream within fn waits for itself, and is CodeBusy in the end.
func (s *Store) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	return s.run(ctx, func(ctx context.Context, p *places) error {
		t := &tx{store: s, begin: s.begin, places: p}
		defer t.rollback()
		if err := fn(ctx, t); err != nil {
			return cmp.Or(t.lost(), err)
		}
		return t.commit(ctx)
	})
}

// run makes attempts until one does not lose to another transaction.
func (s *Store) run(ctx context.Context, attempt func(context.Context, *places) error) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	r := &retry{until: time.Now().Add(s.options.RetryFor)}
	p := &places{queues: s.queues, until: r.until}
	for {
		err := s.once(ctx, p, attempt)
		lost, ok := errors.AsType[*lostError](err)
		switch {
		case !ok:
			return err
		case lost.cause == errQueued:
			continue
		case state(lost.cause) == divisionByZero:
			if err := s.look(ctx); err != nil {
				return err
			}
		case s.options.OnRetry != nil:
			s.options.OnRetry(ctx, lost.cause)
		}
		if err := r.wait(ctx, lost.cause); err != nil {
			return err
		}
	}
}

// once makes an attempt. Meanwhile it holds the places in queues that are known to be
// needed.
func (s *Store) once(ctx context.Context, p *places, attempt func(context.Context, *places) error) error {
	defer p.leave()
	if err := p.enter(ctx); err != nil {
		return err
	}
	return attempt(ctx, p)
}

// errInUse is the error of a transaction that has waited too long for others of its
// process.
var errInUse = fmt.Errorf("pgstore: %w: others of this process have not ended", tenancy.CodeBusy)

// connecting is how long to wait for a connection of the pool at least. To open one takes
// time too.
const connecting = time.Second

// acquire returns a connection of the pool. Where all are in use it waits for one.
func (s *Store) acquire(ctx context.Context, limit time.Duration) (*pgxpool.Conn, error) {
	waiting, cancel := context.WithTimeout(ctx, max(limit, connecting))
	defer cancel()
	conn, err := s.pool.Acquire(waiting)
	if err != nil && ctx.Err() == nil && waiting.Err() != nil && s.full() {
		return nil, errInUse
	}
	return conn, err
}

// milliseconds returns a time as a lock_timeout: at least one, since zero is no limit.
func milliseconds(d time.Duration) string { return strconv.FormatInt(max(1, d.Milliseconds()), 10) }

// full reports whether all connections of the pool are in use.
func (s *Store) full() bool {
	stat := s.pool.Stat()
	return stat.AcquiredConns() >= stat.MaxConns()
}

// rollbackTime is how long a rollback may take before its connection is closed.
const rollbackTime = 5 * time.Second

// release returns a connection to its pool. If its transaction has not ended, release
// rolls it back without making the caller wait.
func release(conn *pgxpool.Conn, end string) {
	if conn.Conn().IsClosed() || conn.Conn().PgConn().TxStatus() == 'I' {
		conn.Release()
		return
	}
	go func() {
		defer conn.Release()
		ctx, cancel := context.WithTimeout(context.Background(), rollbackTime)
		defer cancel()
		if _, err := conn.Exec(ctx, end); err != nil {
			_ = conn.Conn().Close(ctx)
		}
	}()
}

// sender sends a batch of statements in one round trip. It is a connection, or the
// host's transaction.
type sender interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// errOver is the error of a transaction that is used after its function has returned.
var errOver = errors.New("pgstore: the transaction is over")

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("pgstore: %w", err)
}
