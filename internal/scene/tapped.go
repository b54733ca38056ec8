package scene

import (
	"cmp"
	"context"
	"slices"

	"github.com/add4b1c6/tenancy"
)

// Tapped is a Store that tells a test what is asked of another one, and lets the test
// refuse calls and change answers. A hook that is nil does nothing. The hooks run in
// the transaction's goroutine.
type Tapped struct {
	tenancy.Store
	Begin  func()                                                      // before the function of each transaction
	Call   func(Call) error                                            // before each call within a transaction; its error is returned and the call not made
	Answer func(tenancy.Lookup, *tenancy.Answer)                       // changes what a lookup finds
	Events func(log []tenancy.EventRecord) (all []tenancy.EventRecord) // replaces the log of any stream; it may change the slice
}

// Call is a call within a transaction.
type Call struct {
	Method  string // of ReadTx or Tx
	Update  bool   // the transaction is an Update
	Lookups []tenancy.Lookup
}

// View is Store.View.
func (s *Tapped) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	return s.Store.View(ctx, func(ctx context.Context, tx tenancy.ReadTx) error {
		s.begin()
		return fn(ctx, &tappedReads{tx, s, false})
	})
}

// Update is Store.Update.
func (s *Tapped) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	return s.Store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
		s.begin()
		return fn(ctx, &tappedTx{tappedReads{tx, s, true}, tx})
	})
}

func (s *Tapped) begin() {
	if s.Begin != nil {
		s.Begin()
	}
}

// tappedReads is what a transaction reads.
type tappedReads struct {
	reads  tenancy.ReadTx
	of     *Tapped
	update bool
}

func (r *tappedReads) call(method string, lookups ...tenancy.Lookup) error {
	if r.of.Call == nil {
		return nil
	}
	return r.of.Call(Call{method, r.update, lookups})
}

func (r *tappedReads) Read(ctx context.Context, lookups ...tenancy.Lookup) ([]tenancy.Answer, error) {
	if err := r.call("Read", lookups...); err != nil {
		return nil, err
	}
	answers, err := r.reads.Read(ctx, lookups...)
	if r.of.Answer != nil && err == nil {
		for i, l := range lookups {
			r.of.Answer(l, &answers[i])
		}
	}
	return answers, err
}

func (r *tappedReads) Access(
	ctx context.Context, user tenancy.UserID, accounts []tenancy.AccountID, key tenancy.KeyID,
	rows []tenancy.AccessRow,
) error {
	if err := r.call("Access"); err != nil {
		return err
	}
	return r.reads.Access(ctx, user, accounts, key, rows)
}

func (r *tappedReads) Events(
	ctx context.Context, stream tenancy.Stream, from uint64, limit int,
) ([]tenancy.EventRecord, error) {
	if err := r.call("Events"); err != nil {
		return nil, err
	}
	if r.of.Events == nil {
		return r.reads.Events(ctx, stream, from, limit)
	}
	all, err := r.reads.Events(ctx, stream, 1, 1<<30)
	all = r.of.Events(slices.Clone(all))
	all = slices.DeleteFunc(all, func(e tenancy.EventRecord) bool { return e.Sequence < from })
	return all[:min(limit, len(all))], err
}

func (r *tappedReads) FindEvents(
	ctx context.Context, lookups ...tenancy.EventLookup,
) ([][]tenancy.EventRecord, error) {
	if err := r.call("FindEvents"); err != nil {
		return nil, err
	}
	answers, err := r.reads.FindEvents(ctx, lookups...)
	if r.of.Events == nil || err != nil {
		return answers, err
	}
	for i, l := range lookups {
		all, err := r.reads.Events(ctx, l.Stream, 1, 1<<30)
		if err != nil {
			return nil, err
		}
		answers[i] = Select(r.of.Events(slices.Clone(all)), l)
	}
	return answers, nil
}

// Select returns the events of a stream that a lookup asks for.
func Select(all []tenancy.EventRecord, l tenancy.EventLookup) (found []tenancy.EventRecord) {
	order := func(a, b tenancy.EventPlace) int {
		if l.By == tenancy.EventsByNumber {
			return cmp.Compare(a.Sequence, b.Sequence)
		}
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Sequence, b.Sequence))
	}
	at := func(e tenancy.EventRecord) tenancy.EventPlace {
		return tenancy.EventPlace{Time: e.Time, Sequence: e.Sequence}
	}
	for _, e := range all {
		selected := true
		switch l.By {
		case tenancy.EventsByActor:
			selected = e.Actor == l.Actor
		case tenancy.EventsByType:
			selected = e.Type == l.Type
		case tenancy.EventsBySubject:
			selected = slices.Contains(e.Subjects(nil), l.Subject)
		}
		after := l.After == (tenancy.EventPlace{}) || order(at(e), l.After) > 0
		before := l.Before == (tenancy.EventPlace{}) || order(at(e), l.Before) < 0
		if selected && after && before {
			found = append(found, e)
		}
	}
	slices.SortStableFunc(found, func(a, b tenancy.EventRecord) int { return order(at(a), at(b)) })
	if l.Backwards {
		slices.Reverse(found)
	}
	return found[:max(0, min(l.Limit, len(found)))]
}

func (r *tappedReads) Outbox(
	ctx context.Context, after tenancy.Stream, limit int,
) ([]tenancy.EventRecord, error) {
	if err := r.call("Outbox"); err != nil {
		return nil, err
	}
	return r.reads.Outbox(ctx, after, limit)
}

func (r *tappedReads) Now(ctx context.Context) (tenancy.Instant, error) {
	if err := r.call("Now"); err != nil {
		return 0, err
	}
	return r.reads.Now(ctx)
}

// tappedTx writes too.
type tappedTx struct {
	tappedReads
	writes tenancy.Tx
}

func (t *tappedTx) Put(ctx context.Context, records ...tenancy.Record) error {
	if err := t.call("Put"); err != nil {
		return err
	}
	return t.writes.Put(ctx, records...)
}

func (t *tappedTx) Delete(ctx context.Context, records ...tenancy.Record) error {
	if err := t.call("Delete"); err != nil {
		return err
	}
	return t.writes.Delete(ctx, records...)
}

func (t *tappedTx) Append(ctx context.Context, events ...tenancy.EventRecord) error {
	if err := t.call("Append"); err != nil {
		return err
	}
	return t.writes.Append(ctx, events...)
}

func (t *tappedTx) Ack(ctx context.Context, events ...tenancy.EventRecord) error {
	if err := t.call("Ack"); err != nil {
		return err
	}
	return t.writes.Ack(ctx, events...)
}

func (t *tappedTx) MoveAll(ctx context.Context, move tenancy.Move) error {
	if err := t.call("MoveAll"); err != nil {
		return err
	}
	return t.writes.MoveAll(ctx, move)
}

// Counting is a Store that counts what is read in another one.
type Counting struct {
	Tapped
	Steps  []int                  // how many lookups each step of the last transaction had
	Listed map[tenancy.Index]bool // the indexes that any transaction read a list of
}

// NewCounting returns a Store that counts what is read in another one.
func NewCounting(store tenancy.Store) *Counting {
	c := &Counting{Listed: map[tenancy.Index]bool{}}
	c.Tapped = Tapped{
		Store: store,
		Begin: func() { c.Steps = nil },
		Call: func(call Call) error {
			if call.Method != "Read" {
				return nil
			}
			c.Steps = append(c.Steps, len(call.Lookups))
			for _, l := range call.Lookups {
				c.Listed[l.Index] = c.Listed[l.Index] || l.Limit > 0
			}
			return nil
		},
	}
	return c
}
