package tenancy

import (
	"context"
	"sync/atomic"
)

// This file is about transactions of the host's that operations take part in: On, and
// the mark by which a context is known to belong to one.

// On returns the same directory over a transaction of the host's own, as a store's
// Transact hands it out: what is done there commits with the host's rows, or not at
// all (GEN-11). Atomically is a block of its own there: it has one operation ID, and
// what it did is undone if its function returns an error. Operations that work in
// transactions of their own are refused: CodeInTransaction.
//
// The sessions take the context that Transact handed out, or one made from it. They
// refuse the context of another transaction, and everything once the function of
// Transact has returned: CodeInTransaction. The store of an SQL store's WithTx is joined
// in the same way, but the context there is the host's and bears no mark, and the end of
// the transaction is the host's to know.
//
// If the store is nil, every operation is refused: CodeInput.
func (d *Directory) On(store Store) *Directory {
	joined := *d
	joined.store, joined.accessReader, joined.joined, joined.mark = store, nil, true, nil
	switch s := store.(type) {
	case nil:
		joined.store = noStore{}
	case *transacted:
		joined.mark = s.mark
	}
	return &joined
}

// On returns the same session over a transaction of the host's own, as Directory.On does
// for a directory: the same actor, reference and operation ID (Once), and the same key. So
// a session of Authenticate stays that of its key: each operation looks in the transaction
// whether the key holds, and its events name it (USR-22, GEN-11).
//
// If the store is nil, every operation is refused: CodeInput. A session of a block is part
// of the block's transaction, so all is refused: CodeInTransaction.
func (s *Session) On(store Store) *Session {
	with := *s
	with.dir = s.dir.On(store)
	if s.malformed == nil && s.block != nil {
		with.malformed = CodeInTransaction
	}
	return &with
}

// On is Session.On for a Platform.
func (p *Platform) On(store Store) *Platform { return &Platform{p.Session.On(store)} }

// InTransaction reports whether a context is that of a block (Atomically, Preview) or of
// a store's Transact. What must not be done before the commit, such as sending mail, can
// ask it. A store's Transact refuses such a context as CodeInTransaction: it would wait
// for the transaction around it (GEN-11).
func InTransaction(ctx context.Context) bool {
	return withinOf(ctx) != within{}
}

// RunJoined runs the function of a Transact. Only stores need it: each attempt of a
// Transact calls RunJoined with a Store over the transaction that has begun, and commits
// if it returns nil. RunJoined returns fn's error as it came.
//
// The context that fn gets is marked: only a session of a Directory that is joined (On)
// to the store that fn gets takes it. That store refuses everything once fn has
// returned, has panicked or has ended its goroutine: CodeInTransaction (GEN-11). The
// mark says nothing about the transaction, the actor or the tenant.
func RunJoined(ctx context.Context, store Store, fn func(context.Context, Store) error) error {
	m := new(mark)
	defer m.over.Store(true)
	return fn(within{mark: m}.context(ctx), &transacted{store, m})
}

// mark tells the contexts and the store of one attempt of a Transact from all others.
type mark struct{ over atomic.Bool }

// within is what a context is within: a block, a transaction of the host's, or both.
type within struct {
	block *block
	mark  *mark
}

// withinKey is where a context has it.
type withinKey struct{}

// context returns a context that is within.
func (w within) context(ctx context.Context) context.Context {
	return context.WithValue(ctx, withinKey{}, w)
}

// withinOf returns what a context is within.
func withinOf(ctx context.Context) within {
	w, _ := ctx.Value(withinKey{}).(within)
	return w
}

// transacted is the store that a Transact hands out.
type transacted struct {
	store Store
	mark  *mark
}

// View reads in the transaction.
func (t *transacted) View(ctx context.Context, fn func(context.Context, ReadTx) error) error {
	if t.mark.over.Load() {
		return CodeInTransaction
	}
	return t.store.View(ctx, fn)
}

// Update writes in the transaction.
func (t *transacted) Update(ctx context.Context, fn func(context.Context, Tx) error) error {
	if t.mark.over.Load() {
		return CodeInTransaction
	}
	return t.store.Update(ctx, fn)
}

// noStore refuses everything.
type noStore struct{}

// View refuses.
func (noStore) View(context.Context, func(context.Context, ReadTx) error) error { return CodeInput }

// Update refuses.
func (noStore) Update(context.Context, func(context.Context, Tx) error) error { return CodeInput }
