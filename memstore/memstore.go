// Package memstore keeps a directory in memory. It is the embedded default of package
// tenancy, for tests and for a process that can lose or rebuild what it holds, and it
// is the reference of what a tenancy.Store does. It writes nothing to disk.
//
// Everything that is stored hangs from one immutable snapshot behind an atomic pointer.
// A View loads the pointer, takes no lock, waits for nothing and allocates nothing.
// What it sees never changes. One Update runs at a time. It works on a copy that shares
// what it does not change, and commits by storing the pointer. To roll back, it drops
// the copy.
//
// Records are kept by identity in hash tables (table.go, records.go), which answer exact
// lookups and Access. Every index that is listed, or that holds no identities, is also
// an ordered tree of keys (index.go). A tree holds no records, and changes only when an
// entry comes or goes. The events of a stream are kept in blocks that only grow
// (log.go).
package memstore

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/add4b1c6/tenancy"
)

var (
	_ tenancy.Store        = (*Store)(nil)
	_ tenancy.AccessReader = (*Store)(nil)
)

// Options are what a host may choose. Zero fields and a nil *Options mean the defaults
// named.
type Options struct {
	// WaitFor is how long an Update or a Transact waits for the one that runs. It is
	// CodeBusy then. Zero means 10 seconds.
	WaitFor time.Duration
}

// Store is a tenancy.Store in memory. New and NewWith make one. Any number of goroutines
// may use it.
type Store struct {
	options Options
	current atomic.Pointer[snapshot]
	readers sync.Pool     // of *reader
	writer  chan struct{} // full while an Update or a Transact runs
	epoch   uint64        // the number of the last Update, committed or not; the writer's
	room    *room         // the writer's
}

// New makes an empty Store with the default options.
func New() *Store { return NewWith(nil) }

// NewWith makes an empty Store. Nil options mean the defaults.
func NewWith(o *Options) *Store {
	options := *cmp.Or(o, &Options{})
	options.WaitFor = cmp.Or(options.WaitFor, 10*time.Second)
	return holding(newSnapshot(), options)
}

func holding(current *snapshot, o Options) *Store {
	s := &Store{options: o, writer: make(chan struct{}, 1), room: &room{}}
	s.current.Store(current)
	s.readers.New = func() any { return new(reader) }
	return s
}

// Copy returns a new Store that holds what this one holds, with the same options. What is
// changed in one of them afterwards does not change the other. Copy takes the same short
// time however much is stored, since both share what neither changes: a test can set a
// scene once and copy it for each of its cases.
//
// Copy waits for the Update or Transact that runs, and returns errors, as Update does.
func (s *Store) Copy(ctx context.Context) (*Store, error) {
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	defer func() { <-s.writer }()
	c := holding(s.current.Load().copy(), s.options)
	c.epoch = s.epoch
	return c, nil
}

// View runs fn over the last committed snapshot. It returns fn's error unchanged, or
// the context's if the context has already ended. A tenancy.ReadTx must not be used
// once fn has returned: it refuses then, unless another View uses it again by that
// time.
func (s *Store) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := s.readers.Get().(*reader)
	r.snapshot = s.current.Load()
	defer func() {
		r.snapshot = nil
		s.readers.Put(r)
	}()
	return fn(ctx, r)
}

// Access reads what Can needs to know, of the last committed snapshot. It does not allocate
// if the rows have space for the groups.
func (s *Store) Access(ctx context.Context, user tenancy.UserID, accounts []tenancy.AccountID,
	key tenancy.KeyID, rows []tenancy.AccessRow) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.current.Load().access(&user, accounts, &key, rows)
	return nil
}

// Update runs fn once, after the Updates that came before it, and commits if fn returns
// nil. Otherwise nothing changes, also if fn panics.
//
// It returns fn's error unchanged. It returns the error of a write that failed,
// whatever fn returns, and the context's error if the context ends while Update waits
// or before the commit. CodeBusy means that an entry or the number of an event is
// taken, or that another Update or Transact has run for as long as Options.WaitFor. It
// never returns CodeAmbiguous.
//
// A View within fn sees what was committed before. An Update of the same Store within
// fn waits for the outer one, and is CodeBusy in the end.
func (s *Store) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	return s.write(ctx, func(of *snapshot) (*snapshot, error) { return s.update(ctx, of, fn) })
}

// write makes a snapshot of the current one, while nobody else writes, and commits it.
func (s *Store) write(ctx context.Context, change func(of *snapshot) (*snapshot, error)) error {
	if err := s.wait(ctx); err != nil {
		return err
	}
	defer func() { <-s.writer }()
	changed, err := change(s.current.Load())
	if err != nil {
		return err
	}
	s.current.Store(changed)
	return nil
}

// wait waits until nobody else writes.
func (s *Store) wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.writer <- struct{}{}:
		return nil
	default:
	}
	timer := time.NewTimer(s.options.WaitFor)
	defer timer.Stop()
	select {
	case s.writer <- struct{}{}:
		return nil
	case <-timer.C:
		return tenancy.CodeBusy
	case <-ctx.Done():
		return ctx.Err()
	}
}

// update returns what fn makes of a snapshot.
func (s *Store) update(
	ctx context.Context, of *snapshot, fn func(context.Context, tenancy.Tx) error,
) (*snapshot, error) {
	s.epoch++
	t := newTx(of, s.epoch, s.room)
	defer t.end()
	if err := fn(ctx, t); err != nil {
		return nil, err
	}
	if t.failed != nil {
		return nil, t.failed
	}
	return t.snapshot, ctx.Err()
}

// errOver is the error of a transaction that is used after its function has returned.
var errOver = errors.New("memstore: the transaction is over")

// reader is a tenancy.ReadTx.
type reader struct{ *snapshot } // nil: the transaction is over

// open returns the snapshot to read, unless the context or the transaction is over.
func (r *reader) open(ctx context.Context) (*snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.snapshot == nil {
		return nil, errOver
	}
	return r.snapshot, nil
}

// Read answers lookups. An unknown index is an error, and so are a negative limit and a
// lookup of a form that the index does not answer.
func (r *reader) Read(ctx context.Context, lookups ...tenancy.Lookup) ([]tenancy.Answer, error) {
	s, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	answers := make([]tenancy.Answer, len(lookups))
	for i := range lookups {
		if answers[i], err = s.answer(&lookups[i]); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// Access reads what Can needs to know. It does not allocate.
func (r *reader) Access(ctx context.Context, user tenancy.UserID, accounts []tenancy.AccountID,
	key tenancy.KeyID, rows []tenancy.AccessRow) error {
	s, err := r.open(ctx)
	if err == nil {
		s.access(&user, accounts, &key, rows)
	}
	return err
}

// Events returns a part of a stream: nothing if the limit is not positive.
func (r *reader) Events(ctx context.Context, stream tenancy.Stream, from uint64,
	limit int) ([]tenancy.EventRecord, error) {
	s, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	return s.events(stream, from, limit), nil
}

// FindEvents answers lookups of events. An unknown index is an error.
func (r *reader) FindEvents(
	ctx context.Context, lookups ...tenancy.EventLookup,
) ([][]tenancy.EventRecord, error) {
	s, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	answers := make([][]tenancy.EventRecord, len(lookups))
	for i := range lookups {
		if answers[i], err = s.find(&lookups[i]); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// Outbox returns the oldest pending events: none if the limit is not positive.
func (r *reader) Outbox(ctx context.Context, after tenancy.Stream, limit int) ([]tenancy.EventRecord, error) {
	s, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	return s.oldestPending(after, limit), nil
}

// Now returns zero: a Store has no clock of its own.
func (r *reader) Now(ctx context.Context) (tenancy.Instant, error) {
	_, err := r.open(ctx)
	return 0, err
}
