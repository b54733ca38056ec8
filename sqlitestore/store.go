package sqlitestore

import (
	"cmp"
	"context"
	"database/sql"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/add4b1c6/tenancy"
)

var _ tenancy.Store = (*Store)(nil)

// Options are what a host may choose. Zero fields and a nil *Options mean the defaults
// named.
type Options struct {
	// RetryFor is how long a transaction waits for others, of this process and of other
	// ones. It is CodeBusy then. Zero means 10 seconds. For a connection of the host's
	// database (New) it waits a second at least.
	RetryFor time.Duration
	// Readers is how many Views run at once. Others wait, for as long as RetryFor. Zero
	// means GOMAXPROCS, and at least four.
	Readers int
	// OnRetry is called after every attempt to write that another process was in the
	// way of, with the error that the attempt met. The goroutine of the transaction
	// calls it, between two attempts. Nil means that nobody is told.
	OnRetry func(ctx context.Context, cause error)
}

// Store is a tenancy.Store in a SQLite database. Open and New make one. Any number of
// goroutines may use a Store, and any number of Stores in any number of processes of
// one machine may use one file.
type Store struct {
	options Options
	writer  *pool // of one
	readers *pool
	own     []*sql.DB   // to be closed
	sound   atomic.Bool // a View has looked at the schema
}

// New returns a Store over the host's database. The host closes the database, after the
// Store. It must be a database of modernc.org/sqlite in WAL mode with UTF-8 text, whose
// connections are set to synchronous=FULL and secure_delete=ON. A transaction on any
// other returns ErrSettings. New asks nothing and changes nothing. Nil options mean the
// defaults.
//
// The Store keeps up to Readers+1 of the database's connections to itself until Close.
// If SetMaxOpenConns allows no more connections than these, the Store borrows one for
// each transaction instead, and prepares its statements each time.
func New(db *sql.DB, o *Options) *Store {
	s := &Store{options: *cmp.Or(o, &Options{})}
	s.options.RetryFor = cmp.Or(s.options.RetryFor, 10*time.Second)
	s.options.Readers = cmp.Or(s.options.Readers, max(4, runtime.GOMAXPROCS(0)))
	keep := func() bool {
		most := db.Stats().MaxOpenConnections
		return most <= 0 || most > s.options.Readers+1
	}
	s.writer, s.readers = newPool(db, 1, keep), newPool(db, s.options.Readers, keep)
	return s
}

// Close ends the Store's use of the database, and closes a file that Open opened.
// Transactions that run come to their end. New ones return ErrClosed.
func (s *Store) Close() error {
	s.writer.close()
	s.readers.close()
	var err error
	for _, db := range s.own {
		err = cmp.Or(err, db.Close())
	}
	return err
}

// View runs fn over one snapshot, which fn's first read takes. It waits for no writer.
// It returns fn's error as it came, the error of a read that failed even if fn returned
// nil, or the context's. It returns CodeBusy if Options.Readers others have run for as
// long as Options.RetryFor, and ErrSchema or ErrSettings if the database was not as it
// must be at the first use of the Store.
func (s *Store) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	c, err := s.readers.get(ctx, s.options.RetryFor)
	if err != nil {
		return busy(err)
	}
	defer s.readers.put(c)
	defer c.rollback()
	if err := c.begin(ctx, "BEGIN"); err != nil {
		return busy(err)
	}
	if !s.sound.Load() {
		if err := c.ready(ctx); err != nil {
			return busy(err)
		}
		s.sound.Store(true)
	}
	t := &tx{statements: &c.statements}
	defer t.end()
	if err := fn(ctx, t); err != nil {
		return err
	}
	return busy(t.failed)
}

// Access is a View that asks for Access and nothing else (tenancy.AccessReader). About one
// account it is one statement, without a transaction around it.
func (s *Store) Access(
	ctx context.Context, user tenancy.UserID, accounts []tenancy.AccountID, key tenancy.KeyID, rows []tenancy.AccessRow,
) error {
	if !s.sound.Load() || len(accounts) > 1 {
		return s.View(ctx, func(ctx context.Context, tx tenancy.ReadTx) error {
			return tx.Access(ctx, user, accounts, key, rows)
		})
	}
	c, err := s.readers.get(ctx, s.options.RetryFor)
	if err != nil {
		return busy(err)
	}
	defer s.readers.put(c)
	t := &tx{statements: &c.statements}
	defer t.end()
	return busy(t.Access(ctx, user, accounts, key, rows))
}

// Update runs fn alone (BEGIN IMMEDIATE) and commits if fn returns nil. Updates of one
// Store wait for each other in a queue. They wait for those and for other processes as
// long as Options.RetryFor. Update returns
//
//   - fn's error as it came
//   - the error of a read or write that failed, even if fn returned nil
//   - CodeBusy if another transaction kept the lock, or if an entry or an event's number is taken
//   - the context's error if the context ends before the commit
//   - CodeAmbiguous if the commit met an error of the disk: when the file is opened again, the commit may be undone or not
//   - ErrSchema or ErrSettings if the database is not as it must be
//
// A View within fn sees what was committed before. An Update of the same Store within
// fn waits for itself, and is CodeBusy in the end.
func (s *Store) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	return s.run(ctx, func(c *session) error {
		defer c.rollback()
		if err := c.begin(ctx, "BEGIN IMMEDIATE"); err != nil {
			return lost(err)
		}
		if err := c.ready(ctx); err != nil {
			return err
		}
		t := &tx{statements: &c.statements}
		defer t.end()
		if err := fn(ctx, t); err != nil {
			return cmp.Or(lostOnly(t.failed), err)
		}
		if t.failed != nil {
			return lost(t.failed)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return c.commit()
	})
}

// run makes attempts in the writer's session, in the order in which Updates came, until
// one does not lose to another process.
func (s *Store) run(ctx context.Context, attempt func(*session) error) error {
	r := s.retry()
	c, err := s.writer.get(ctx, r.left())
	for ; isBusy(err); c, err = s.writer.get(ctx, r.left()) {
		if err := r.wait(ctx, err); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	defer s.writer.put(c)
	for {
		err := attempt(c)
		lost, ok := err.(*lostError)
		if !ok {
			return err
		}
		if err := r.wait(ctx, lost.cause); err != nil {
			return err
		}
	}
}
