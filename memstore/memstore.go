// Package memstore keeps a directory in memory: the embedded default of package tenancy, for tests and for one process that can lose or rebuild
// what it holds, and the reference of what a tenancy.Store does. Nothing is written to disk.
//
// All that is stored hangs from one immutable snapshot behind an atomic pointer. A View loads the pointer, takes no lock, waits for nobody
// and allocates nothing; what it sees never changes. One Update runs at a time; it works on a copy that shares what it does not touch, and
// commits by storing the pointer. Rolling back is dropping the copy.
//
// Records stand in hash tries by identity (trie.go, records.go), which exact lookups and Access ask. Every index that is listed, or is no identity,
// is besides an ordered tree of keys (index.go): a tree holds no records, and changes only when an entry comes or goes. The events of a
// stream stand in blocks that are only ever added to (log.go).
package memstore

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/add4b1c6/tenancy"
)

var _ tenancy.Store = (*Store)(nil)

// Store is a tenancy.Store in memory, made by New. Any number of goroutines may use it.
type Store struct {
	current atomic.Pointer[snapshot]
	readers sync.Pool     // of *reader
	writer  chan struct{} // full while an Update runs
	epoch   uint64        // of the last Update, rolled back or not: the writer's
	room    room          // the writer's
}

// New makes an empty Store.
func New() *Store {
	s := &Store{writer: make(chan struct{}, 1)}
	s.current.Store(newSnapshot())
	s.readers.New = func() any { return new(reader) }
	return s
}

// View runs fn over the last committed snapshot and returns its error as it came, or the context's if that has ended already. A tenancy.ReadTx
// refuses when fn has returned; since it is used again, it may then belong to another View, and read what that sees.
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

// Update runs fn once, after the Updates that came before it, and commits if it returns nil. Otherwise nothing is changed, nor if fn panics. It
// returns fn's error as it came; that of a write that failed, whatever fn made of it; or the context's, if that ends while it waits or before
// the commit. CodeBusy means that an entry, or an event's number, is taken; CodeAmbiguous never comes.
//
// A View within fn sees what was committed before. An Update of the same Store within fn would wait for itself: until its context ends.
func (s *Store) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.writer <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.writer }()
	s.epoch += 2
	t := newTx(s.current.Load(), s.epoch, &s.room)
	defer t.end()
	if err := fn(ctx, t); err != nil {
		return err
	}
	if t.failed != nil {
		return t.failed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.current.Store(t.snapshot)
	return nil
}

// errOver is what a transaction answers after the function it was given to has returned.
var errOver = errors.New("memstore: the transaction is over")

// reader is a tenancy.ReadTx.
type reader struct{ *snapshot } // nil: the transaction is over

// open gives what to read, unless the context or the transaction is over.
func (r *reader) open(ctx context.Context) (*snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.snapshot == nil {
		return nil, errOver
	}
	return r.snapshot, nil
}

// Read answers lookups. An index that is unknown, or not asked in this way, and a negative limit are errors.
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

// Access reads what Can needs to know, without an allocation.
func (r *reader) Access(ctx context.Context, user tenancy.UserID, account tenancy.AccountID) (row tenancy.AccessRow, err error) {
	s, err := r.open(ctx)
	if err == nil {
		s.records.access(s.seed, &user, &account, &row)
	}
	return row, err
}

// Events gives a part of a stream. A limit that is not positive gives nothing.
func (r *reader) Events(ctx context.Context, stream tenancy.Stream, from uint64, limit int) ([]tenancy.EventRecord, error) {
	s, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	return s.events(stream, from, limit), nil
}

// Outbox gives the oldest pending events. A limit that is not positive gives nothing.
func (r *reader) Outbox(ctx context.Context, after tenancy.Stream, limit int) ([]tenancy.EventRecord, error) {
	s, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	return s.oldestPending(after, limit), nil
}
