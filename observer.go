package tenancy

import (
	"context"
	"sync/atomic"
	"time"
)

// Observer is told of every operation, as Options.Observer (GEN-17): it makes spans,
// metrics and log lines of them. Module oteltenancy has one for OpenTelemetry.
//
// An operation is a call of a method of the table of operations, whether it succeeds, is
// refused or fails, or a call of [Directory.Check]. Of a list, each page that is read is
// one. ImportUsers, VerifyDomain, RecheckDomains, RemoveDirectory, Purge, Relay and
// Outcome are one operation each, however many transactions they need. Atomically and Preview are
// operations, and so is each operation within them: a part, which is told of each time
// the block's function runs.
//
// The operation's goroutine calls the Observer, so that it has to be safe for concurrent
// use and quick. Within a block, and within a transaction of the host's (On), it is
// called inside the transaction, and must not use the store there. A panic of the
// Observer passes to the operation's caller: after one in Start nothing was done, and
// after one in End what was done stands.
//
// Options.OnRefused is told who was refused on what, with IDs, once for each refusal. An
// Observer is told nothing of the kind, but of every operation.
type Observer interface {
	// Start is called before the operation does anything. It returns the context that
	// the operation goes on with: ctx, or one made from it, such as a span's. The store,
	// OnRefused and the functions that the operation calls get that context.
	Start(ctx context.Context, o Observation) context.Context
	// End is called when the operation has ended, and OnRefused was told, with the
	// context that Start returned. It is also called if a function of the host's
	// panicked, or ended its goroutine, within the operation.
	End(ctx context.Context, o Observation)
}

// Observation is what an Observer is told of one operation. Nothing in it is personal,
// no ID among it, and its texts are the library's own: they can be attributes of a metric.
// At the start only Operation, Actor and Part are set.
type Observation struct {
	Operation string    // the operation's name, as in Error.Op: "RenameOrganization"
	Actor     ActorKind // who acts
	// Part is set if the operation is a part of an Atomically or Preview. That is an
	// operation itself, whose Events and Duration contain those of its parts.
	Part bool
	// Attempts is how many times the store ran a transaction of the operation: 1 for
	// most. It is more if other transactions won, if a commit's outcome had to be found
	// out, and for operations of several transactions. It is 0 if there was none: for a
	// part, which runs in the block's, and for what was refused before.
	Attempts int
	// Events is how many events it appended. For a part, and within a transaction of the
	// host's (On), it is how many it appended to the transaction, whether or not that is
	// committed later. It is 0 for a refused operation and for a Preview.
	Events int
	// Duration is how long it took, with the time that functions of the host's took in
	// it, and without the time that Start took. It is real time, which does not depend on
	// Options.Now: that clock may stand still, or be set.
	Duration time.Duration
	// Failed is set if the operation returned an error or did not return.
	Failed bool
	// Code is the code of the error. It is "" if the operation did not fail, and if the
	// error has none: it is the store's, the context's or a function's of the host, or
	// the operation did not return.
	Code Code
}

// ActorKind is what kind of actor acts.
type ActorKind string

// The kinds of actors. A session whose ID is malformed has the kind that it was made for.
const (
	ActorUser      ActorKind = "user"      // Directory.As
	ActorOperator  ActorKind = "operator"  // Directory.Operator
	ActorSystem    ActorKind = "system"    // Directory.System
	ActorDirectory ActorKind = "directory" // Directory.AsDirectory
)

// observe runs an operation that has a name, and tells the observer of it. What the
// operation runs with the session that it is given is its own part of the work, and the
// observer is not told of that.
func observe[R any](
	ctx context.Context, s *Session, name string, run func(context.Context, *Session) (R, error),
) (R, error) {
	if s.dir.observer == nil {
		return run(ctx, s)
	}
	w := watchOf(s, name)
	ctx = w.outer.observer.Start(ctx, w.seen)
	w.seen.Failed = true // until it returns
	began := time.Now()
	defer func() { w.end(ctx, began) }()
	result, err := run(ctx, &w.session)
	w.returned(err)
	return result, err
}

// watch is an operation under way that an observer is told of.
type watch struct {
	outer   *Directory // the session's own
	inner   Directory  // what the operation runs with: its store counts, and it has no observer
	session Session    // of inner
	seen    Observation
	// Goroutines of the operation count at once.
	attempts, events atomic.Int64
}

func watchOf(s *Session, name string) *watch {
	w := &watch{outer: s.dir, inner: *s.dir, session: *s}
	w.seen = Observation{Operation: name, Actor: s.kind, Part: s.block != nil}
	w.inner.store, w.inner.observer, w.inner.watch = watched{s.dir.store, w}, nil, w
	if s.dir.accessReader != nil {
		w.inner.accessReader = watchedAccess{s.dir.accessReader, w}
	}
	w.session.dir = &w.inner
	return w
}

// returned notes what an operation returned.
func (w *watch) returned(err error) {
	w.seen.Failed, w.seen.Code = err != nil, CodeOf(err)
	if w.seen.Code.Category() == "" {
		w.seen.Code = "" // a function of the host's made it up
	}
}

// end tells the observer that the operation has ended.
func (w *watch) end(ctx context.Context, began time.Time) {
	seen := w.seen
	seen.Duration = time.Since(began)
	seen.Attempts, seen.Events = int(w.attempts.Load()), int(w.events.Load())
	w.outer.observer.End(ctx, seen)
}

// appended counts the events of a transaction, unless that ended with an error, which it
// returns. A nil watch counts nothing.
func (w *watch) appended(events int, err error) error {
	if w != nil && err == nil {
		w.events.Add(int64(events))
	}
	return err
}

// unwatched returns the directory as it was before an operation was watched: a block's
// parts are operations themselves.
func (d *Directory) unwatched() *Directory {
	if d.watch == nil {
		return d
	}
	return d.watch.outer
}

// watched is a store that counts the attempts of an operation.
type watched struct {
	store Store
	watch *watch
}

func (c watched) View(ctx context.Context, fn func(context.Context, ReadTx) error) error {
	return c.store.View(ctx, func(ctx context.Context, tx ReadTx) error {
		c.watch.attempts.Add(1)
		return fn(ctx, tx)
	})
}

func (c watched) Update(ctx context.Context, fn func(context.Context, Tx) error) error {
	return c.store.Update(ctx, func(ctx context.Context, tx Tx) error {
		c.watch.attempts.Add(1)
		return fn(ctx, tx)
	})
}

// watchedAccess is an AccessReader that counts the attempts of an operation.
type watchedAccess struct {
	store AccessReader
	watch *watch
}

func (c watchedAccess) Access(
	ctx context.Context, user UserID, accounts []AccountID, key KeyID, rows []AccessRow,
) error {
	c.watch.attempts.Add(1)
	return c.store.Access(ctx, user, accounts, key, rows)
}
