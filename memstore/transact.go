package memstore

import (
	"context"

	"github.com/add4b1c6/tenancy"
)

// Tx stands where an SQL store's Transact has the host's transaction. In memory there are
// no rows of the host's, so it does nothing. A host's function that runs on several
// stores takes it as a type parameter.
type Tx struct{}

// Transact runs fn once, as the SQL stores' Transact does, so that what a host wrote for
// one of those can be tested in memory. It passes fn a Tx, and a Store over the
// transaction, for Directory.On. It commits what was done there if fn returns nil, and
// nothing otherwise, also if fn panics.
//
// Transact waits for the other Updates and Transacts, and returns errors, as Update
// does. It is CodeInTransaction within a block or another Transact, by their contexts.
// Sessions of a Directory that is not joined refuse the context that fn gets, and the
// Store refuses everything after fn has returned, and while a function that it runs has
// not returned: CodeInTransaction (GEN-11). A nil fn is CodeInput.
func (s *Store) Transact(ctx context.Context, fn func(context.Context, Tx, tenancy.Store) error) error {
	switch {
	case fn == nil:
		return tenancy.CodeInput
	case tenancy.InTransaction(ctx):
		return tenancy.CodeInTransaction
	}
	return s.write(ctx, func(of *snapshot) (*snapshot, error) {
		j := &joined{store: s, current: of}
		err := tenancy.RunJoined(ctx, j, func(ctx context.Context, joined tenancy.Store) error {
			return fn(ctx, Tx{}, joined)
		})
		if err == nil {
			err = ctx.Err()
		}
		return j.current, err
	})
}

// joined is a Store in a Transact.
type joined struct {
	store   *Store
	current *snapshot // with what was done before
	busy    bool      // an Update runs
	reading int       // how many Views run
}

// View reads what was done before.
func (j *joined) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if j.busy {
		return tenancy.CodeInTransaction
	}
	r := &reader{j.current}
	j.reading++
	defer func() {
		r.snapshot = nil
		j.reading--
	}()
	return fn(ctx, r)
}

// Update adds to what was done before, unless fn fails.
func (j *joined) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if j.busy || j.reading > 0 {
		return tenancy.CodeInTransaction
	}
	j.busy = true
	defer func() { j.busy = false }()
	changed, err := j.store.update(ctx, j.current, fn)
	if err == nil {
		j.current = changed
	}
	return err
}
