package storetest

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// Twin returns a Store that does everything in two stores. It wants the same answer
// from both to every call, and the same outcome of every transaction: both commit, or
// neither does, with the same code. The test fails if they differ. Twin itself answers
// what the first store answers.
//
// Both stores begin with the same contents, and nothing else uses them meanwhile.
// Transactions run one after the other. The test also fails if one of the stores runs a
// function again, since no other transaction can have won.
func Twin(t testing.TB, one, other tenancy.Store) tenancy.Store {
	return &twin{t: t, one: one, other: other}
}

type twin struct {
	t          testing.TB
	one, other tenancy.Store
	writing    sync.Mutex
}

// errSame rolls the first store's transaction back if the second one's does not commit.
var errSame = errors.New("storetest: as the other one")

func (w *twin) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	return w.one.View(ctx, func(ctx context.Context, a tenancy.ReadTx) error {
		return w.within(ctx, w.other.View, func(ctx context.Context, b tenancy.ReadTx) error {
			return fn(ctx, &twinReads{w.t, a, b})
		})
	})
}

// within runs the second store's transaction in the first one's, and returns the
// function's error.
func (w *twin) within(ctx context.Context, view func(context.Context, reading) error, fn reading) (given error) {
	err := view(ctx, func(ctx context.Context, tx tenancy.ReadTx) error {
		given = fn(ctx, tx)
		return given
	})
	if given == nil {
		assert.NoError(w.t, err, "a View of the second store fails")
	}
	return given
}

func (w *twin) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	w.writing.Lock()
	defer w.writing.Unlock()
	var inner error
	runs := 0
	outer := w.one.Update(ctx, func(ctx context.Context, a tenancy.Tx) error {
		var given error
		inner = w.other.Update(ctx, func(ctx context.Context, b tenancy.Tx) error {
			runs++
			given = fn(ctx, &twinTx{twinReads{w.t, a, b}, a, b})
			return given
		})
		if given == nil && inner != nil {
			return errSame // the first store must not commit what the second has not committed
		}
		return given
	})
	require.LessOrEqual(w.t, runs, 1, "a store runs a function again")
	if errors.Is(outer, errSame) {
		outer = inner
		assert.Fail(w.t, "the second store does not commit", "%v", inner)
	}
	assert.Equal(w.t, tenancy.CodeOf(outer), tenancy.CodeOf(inner), "how the Update ends: %v, and %v", outer, inner)
	assert.Equal(w.t, outer == nil, inner == nil, "whether the Update commits: %v, and %v", outer, inner)
	return outer
}

// twinReads reads from both.
type twinReads struct {
	t          testing.TB
	one, other tenancy.ReadTx
}

// compare asks both, and wants the same answer.
func compare[A any](r *twinReads, what string, ask func(tenancy.ReadTx) (A, error)) (A, error) {
	a, one := ask(r.one)
	b, other := ask(r.other)
	r.alike(what, one, other)
	if one == nil && other == nil && !reflect.DeepEqual(a, b) {
		r.t.Errorf("%s: %+v of the first store, and %+v of the second", what, a, b)
	}
	if one == nil {
		one = other
	}
	return a, one
}

// alike wants both calls to succeed, or both to fail with the same code.
func (r *twinReads) alike(what string, one, other error) {
	if (one == nil) != (other == nil) || tenancy.CodeOf(one) != tenancy.CodeOf(other) {
		r.t.Errorf("%s: error %v of the first store, and %v of the second", what, one, other)
	}
}

func (r *twinReads) Read(ctx context.Context, lookups ...tenancy.Lookup) ([]tenancy.Answer, error) {
	return compare(r, "Read", func(tx tenancy.ReadTx) ([]tenancy.Answer, error) {
		answers, err := tx.Read(ctx, lookups...)
		for i := range answers {
			if len(answers[i].Records) == 0 {
				answers[i].Records = nil
			}
		}
		return answers, err
	})
}

func (r *twinReads) Access(ctx context.Context, user tenancy.UserID, accounts []tenancy.AccountID,
	key tenancy.KeyID, rows []tenancy.AccessRow) error {
	got, err := compare(r, "Access", func(tx tenancy.ReadTx) ([]tenancy.AccessRow, error) {
		got := make([]tenancy.AccessRow, len(rows))
		err := tx.Access(ctx, user, accounts, key, got)
		for i := range got {
			got[i] = plain(got[i])
		}
		return got, err
	})
	copy(rows, got)
	return err
}

func (r *twinReads) Events(ctx context.Context, stream tenancy.Stream, from uint64,
	limit int) ([]tenancy.EventRecord, error) {
	return compare(r, "Events", func(tx tenancy.ReadTx) ([]tenancy.EventRecord, error) {
		return some(tx.Events(ctx, stream, from, limit))
	})
}

func (r *twinReads) FindEvents(
	ctx context.Context, lookups ...tenancy.EventLookup,
) ([][]tenancy.EventRecord, error) {
	return compare(r, "FindEvents", func(tx tenancy.ReadTx) ([][]tenancy.EventRecord, error) {
		answers, err := tx.FindEvents(ctx, lookups...)
		for i := range answers {
			answers[i], _ = some(answers[i], nil)
		}
		return answers, err
	})
}

func (r *twinReads) Outbox(ctx context.Context, after tenancy.Stream, limit int) ([]tenancy.EventRecord, error) {
	return compare(r, "Outbox", func(tx tenancy.ReadTx) ([]tenancy.EventRecord, error) {
		return some(tx.Outbox(ctx, after, limit))
	})
}

// Now returns zero: the clocks of two stores differ.
func (r *twinReads) Now(ctx context.Context) (tenancy.Instant, error) {
	_, one := r.one.Now(ctx)
	_, other := r.other.Now(ctx)
	r.alike("Now", one, other)
	return 0, cmp.Or(one, other)
}

// some returns nil for a list without events.
func some(events []tenancy.EventRecord, err error) ([]tenancy.EventRecord, error) {
	if len(events) == 0 {
		return nil, err
	}
	return events, err
}

// twinTx writes to both.
type twinTx struct {
	twinReads
	first, second tenancy.Tx
}

func (w *twinTx) both(what string, write func(tenancy.Tx) error) error {
	one, other := write(w.first), write(w.second)
	w.alike(what, one, other)
	if one == nil {
		one = other
	}
	return one
}

func (w *twinTx) Put(ctx context.Context, records ...tenancy.Record) error {
	return w.both("Put", func(tx tenancy.Tx) error { return tx.Put(ctx, records...) })
}

func (w *twinTx) Delete(ctx context.Context, records ...tenancy.Record) error {
	return w.both("Delete", func(tx tenancy.Tx) error { return tx.Delete(ctx, records...) })
}

func (w *twinTx) Append(ctx context.Context, events ...tenancy.EventRecord) error {
	return w.both("Append", func(tx tenancy.Tx) error { return tx.Append(ctx, events...) })
}

func (w *twinTx) Ack(ctx context.Context, events ...tenancy.EventRecord) error {
	return w.both("Ack", func(tx tenancy.Tx) error { return tx.Ack(ctx, events...) })
}

func (w *twinTx) MoveAll(ctx context.Context, move tenancy.Move) error {
	return w.both("MoveAll", func(tx tenancy.Tx) error { return tx.MoveAll(ctx, move) })
}
