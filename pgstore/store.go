package pgstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/add4b1c6/tenancy"
)

var _ tenancy.Store = (*Store)(nil)

// Options are what a host may choose. Zero fields, and a nil *Options, mean the defaults named.
type Options struct {
	// RetryFor is how long a transaction is tried again while others win; zero: 10 seconds. It is CodeBusy then.
	RetryFor time.Duration
	// OnRetry is told of every attempt that lost, and why; nil: nobody is. It is called by the goroutine of the transaction, between two attempts.
	OnRetry func(ctx context.Context, cause error)
}

// Store is a tenancy.Store in a PostgreSQL database, made by New. Any number of goroutines may use it, and any number of Stores in any number of
// processes one database.
type Store struct {
	pool    *pgxpool.Pool
	options Options
	queues  *queues
	sound   atomic.Bool // the schema was looked at
	planned atomic.Bool // the server knows useIndexes

	steps      []string          // of Migrate
	check      string            // that the schema has the version of these
	begin, end string            // how an Update begins, and ends if it does not commit
	unknown    func(error) error // what one is whose outcome is unknown
}

// New makes a Store over the host's pool, which stays the host's to close. It asks the database nothing: a pool that is closed, and a schema that is
// not there or of another version (ErrSchema), show themselves at first use. Nil options mean the defaults.
func New(pool *pgxpool.Pool, o *Options) *Store {
	s := &Store{pool: pool, options: *cmp.Or(o, &Options{}), queues: newQueues(), begin: beginUpdate, end: rollback, unknown: ambiguous}
	s.know(migrations)
	s.options.RetryFor = cmp.Or(s.options.RetryFor, 10*time.Second)
	return s
}

// know sets the steps that lead to the schema that the store needs.
func (s *Store) know(steps []string) {
	s.steps, s.check = steps, fmt.Sprintf(checkVersion, len(steps))
}

// View runs fn in a READ ONLY transaction of one snapshot (REPEATABLE READ). It returns fn's error as it came, or the driver's.
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

// Update runs fn in a SERIALIZABLE transaction and commits if it returns nil, again and again while the database says that others won, for as long
// as Options.RetryFor. It returns fn's error as it came; that of a read or write that failed, whatever fn made of it; CodeBusy when others kept
// winning, or when an entry is another record's still at the third attempt; and CodeAmbiguous when the connection broke after COMMIT may have been sent.
//
// Updates of one process that read the head of one stream wait for each other. An Update within fn of the same streams would wait for itself: until
// its context ends.
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

// run makes attempts until one has not lost to another transaction.
func (s *Store) run(ctx context.Context, attempt func(context.Context, *places) error) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	p := &places{queues: s.queues}
	r := &retry{until: time.Now().Add(s.options.RetryFor)}
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

// once makes an attempt, holding the places in queues that are known to be needed.
func (s *Store) once(ctx context.Context, p *places, attempt func(context.Context, *places) error) error {
	defer p.leave()
	if err := p.enter(ctx); err != nil {
		return err
	}
	return attempt(ctx, p)
}

// rollbackTime is how long a rollback may take before its connection is given up.
const rollbackTime = 5 * time.Second

// release gives a connection back, its transaction rolled back if it has not ended. The caller need not wait for that.
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

// sender sends a batch of statements in one round trip: a connection, or the host's own transaction.
type sender interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// errOver is what a transaction answers after the function it was given to has returned.
var errOver = errors.New("pgstore: the transaction is over")

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("pgstore: %w", err)
}
