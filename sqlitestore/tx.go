package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/tables"
)

// tx is a tenancy.Tx over a transaction that has begun.
type tx struct {
	*statements
	read   bool  // something was: the snapshot is taken
	over   bool  // its function has returned
	failed error // of a statement: nothing may be committed
}

func (t *tx) end() { t.over = true }

// open returns an error after the end of the transaction, and after a failure.
func (t *tx) open(ctx context.Context) error {
	switch {
	case t.over:
		return errOver
	case t.failed != nil:
		return t.failed
	}
	return ctx.Err()
}

// ask carries out a query. It notices between rows that a context has ended. Within a
// statement it does so only for the first, which may have to wait: having the driver
// watch the context costs as much as a lookup.
func (t *tx) ask(ctx context.Context, text string, args []any, each func(*sql.Rows) error) error {
	watched := ctx
	if t.read {
		watched = context.Background()
	}
	err := t.query(watched, text, bound(args), func(rows *sql.Rows) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return each(rows)
	})
	t.read = t.read || err == nil
	if err != nil && ctx.Err() == nil {
		t.failed = err
	}
	return err
}

// Read answers lookups. It returns an error for an unknown index, for an index that is
// not asked in this way, for a negative limit, and for a row that does not parse or
// differs from what the index has of its record.
func (t *tx) Read(ctx context.Context, lookups ...tenancy.Lookup) ([]tenancy.Answer, error) {
	if err := t.open(ctx); err != nil {
		return nil, err
	}
	answers := make([]tenancy.Answer, len(lookups))
	if len(lookups) < batch/2 {
		for i := range lookups {
			if err := t.answer(ctx, lookups[i], &answers[i]); err != nil {
				return nil, err
			}
		}
		return answers, nil
	}
	left, err := t.batches(ctx, lookups, answers)
	for _, i := range left {
		if err == nil {
			err = t.answer(ctx, lookups[i], &answers[i])
		}
	}
	if err != nil {
		return nil, err
	}
	return answers, nil
}

func (t *tx) answer(ctx context.Context, l tenancy.Lookup, a *tenancy.Answer) error {
	x, err := tables.At(l.Index)
	if err != nil {
		return wrap(err)
	}
	q, err := x.Query(l)
	if q == nil || err != nil {
		return wrap(err)
	}
	args, _ := q.Arguments(l)
	return t.ask(ctx, asking[q], args, func(rows *sql.Rows) error {
		if l.Count {
			return rows.Scan(&a.Count)
		}
		record, err := x.Table.Record(rows.Scan)
		if err != nil {
			return wrap(err)
		}
		if err := holds(x, record, l); err != nil {
			return err
		}
		if l.Limit == 0 {
			a.Record = record
		} else {
			a.Records = append(a.Records, record)
		}
		return nil
	})
}

// Access reads what Can needs to know, in one statement an account.
func (t *tx) Access(
	ctx context.Context, user tenancy.UserID, accounts []tenancy.AccountID, key tenancy.KeyID,
	rows []tenancy.AccessRow,
) error {
	if err := t.open(ctx); err != nil {
		return err
	}
	for i, account := range accounts {
		rows[i].Reset()
		query, values := selectAccess, []any{[16]byte(user), [16]byte(account)}
		if !key.IsZero() {
			query, values = selectAccessByKey, append(values, [16]byte(key))
		}
		if err := t.ask(ctx, query, values,
			func(found *sql.Rows) error { return wrap(tables.Access(&rows[i], found.Scan)) }); err != nil {
			return err
		}
	}
	return nil
}

// Events returns a part of a stream. It returns nothing for a limit that is not
// positive.
func (t *tx) Events(
	ctx context.Context, stream tenancy.Stream, from uint64, limit int,
) ([]tenancy.EventRecord, error) {
	if err := t.open(ctx); err != nil {
		return nil, err
	}
	if limit <= 0 || from > math.MaxInt64 {
		return nil, nil
	}
	return t.events(ctx, selectEvents, stream.Key(), int64(from), int64(limit))
}

// FindEvents answers lookups of events. An unknown index is an error.
func (t *tx) FindEvents(
	ctx context.Context, lookups ...tenancy.EventLookup,
) ([][]tenancy.EventRecord, error) {
	if err := t.open(ctx); err != nil {
		return nil, err
	}
	answers := make([][]tenancy.EventRecord, len(lookups))
	for i, l := range lookups {
		q, args, err := tables.FindEvents(l)
		if err != nil {
			return nil, wrap(err)
		}
		if q == nil {
			continue
		}
		if answers[i], err = t.events(ctx, finding[q], args...); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// Outbox returns the oldest pending events. It returns nothing for a limit that is not
// positive.
func (t *tx) Outbox(ctx context.Context, after tenancy.Stream, limit int) ([]tenancy.EventRecord, error) {
	if err := t.open(ctx); err != nil {
		return nil, err
	}
	if limit <= 0 {
		return nil, nil
	}
	return t.events(ctx, selectOutbox, after.Key(), int64(limit))
}

// Now returns the time by the machine's clock: everybody who uses the file is on it.
func (t *tx) Now(ctx context.Context) (tenancy.Instant, error) {
	if err := t.open(ctx); err != nil {
		return 0, err
	}
	return tenancy.Instant(time.Now().UnixMicro()), nil
}

func (t *tx) events(ctx context.Context, text string, args ...any) (events []tenancy.EventRecord, err error) {
	err = t.ask(ctx, text, args, func(rows *sql.Rows) error {
		e, err := tables.Event(rows.Scan)
		if err != nil {
			return wrap(err)
		}
		events = append(events, e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return events, nil
}

// write carries out a write unless the transaction is over or has failed. A write that
// fails makes the transaction fail. No context ends a statement that writes: SQLite
// would roll back the transaction, and the host's with it.
func (t *tx) write(ctx context.Context, change func() error) error {
	if err := t.open(ctx); err != nil {
		if t.failed == nil && !t.over {
			t.failed = err
		}
		return err
	}
	t.failed = taken(change())
	return t.failed
}

func (t *tx) change(text string, args ...any) error {
	_, err := t.exec(context.Background(), text, bound(args)...)
	return err
}

// Put writes records. It returns CodeBusy if an entry is another record's when all are
// written; within one call, records can exchange their entries. It returns an error for
// what is of no kind in the table of indexes, such as a pointer to a record.
func (t *tx) Put(ctx context.Context, records ...tenancy.Record) error {
	return t.write(ctx, func() error {
		for _, r := range records {
			table, err := tableFor(r)
			if err != nil {
				return err
			}
			err = t.change(table.upsert, table.Values(r)...)
			if taken(err) != err && len(records) > 1 {
				return t.replace(records)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// replace writes records of which one was in the way of another. It deletes all of them
// first.
func (t *tx) replace(records []tenancy.Record) error {
	last := map[tenancy.Entry]tenancy.Record{}
	for _, r := range records {
		if err := t.remove(r); err != nil {
			return err
		}
		last[r.Entries(nil)[0]] = r
	}
	for _, r := range last {
		table := tableOf[reflect.TypeOf(r)]
		if err := t.change(table.upsert, table.Values(r)...); err != nil {
			return err
		}
	}
	return nil
}

// Delete removes records by identity. It returns an error for what is of no kind in the
// table of indexes.
func (t *tx) Delete(ctx context.Context, records ...tenancy.Record) error {
	return t.write(ctx, func() error {
		for _, r := range records {
			if err := t.remove(r); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *tx) remove(r tenancy.Record) error {
	table, err := tableFor(r)
	if err != nil {
		return err
	}
	return t.change(table.delete, table.Key(r)...)
}

var errGap = errors.New("sqlitestore: an event's number leaves a gap in its stream")

// Append adds events. It returns CodeBusy if a stream has an event of the same number,
// and another error for a number that leaves a gap and for an event without stream or
// number.
func (t *tx) Append(ctx context.Context, events ...tenancy.EventRecord) error {
	return t.write(ctx, func() error {
		events = tables.ByStream(events)
		for i, e := range events {
			values, err := tables.EventValues(e)
			if err != nil {
				return wrap(err)
			}
			text := insertEvent
			if e.Sequence == 1 || i > 0 && events[i-1].Stream == e.Stream && events[i-1].Sequence+1 == e.Sequence {
				text = insertNext
			}
			n, err := t.exec(context.Background(), text, bound(values)...)
			if err != nil {
				return err
			}
			if n == 0 {
				return errGap
			}
		}
		for _, e := range events {
			if err := t.change(insertOutbox, e.Stream.Key(), int64(e.Sequence)); err != nil {
				return err
			}
		}
		for _, row := range tables.SubjectRows(events) {
			if err := t.change(insertSubject, row...); err != nil {
				return err
			}
		}
		return nil
	})
}

// Ack removes events from the outbox, by stream and number.
func (t *tx) Ack(ctx context.Context, events ...tenancy.EventRecord) error {
	return t.write(ctx, func() error {
		for _, e := range events {
			if e.Sequence > math.MaxInt64 {
				continue
			}
			if err := t.change(deleteOutbox, e.Stream.Key(), int64(e.Sequence)); err != nil {
				return err
			}
		}
		return nil
	})
}

// MoveAll carries out a merge or a deletion in a few statements. It returns CodeBusy if
// the user of a membership that moves is already a member of move.Into.
func (t *tx) MoveAll(ctx context.Context, move tenancy.Move) error {
	return t.write(ctx, func() error {
		from, into := [16]byte(move.From), [16]byte(move.Into)
		if !move.Group.IsZero() {
			return t.changeEach(endGroup, [16]byte(move.Group))
		}
		if move.Suspend {
			if err := t.change(suspendMoving, from); err != nil {
				return err
			}
		}
		if move.Into.IsZero() {
			if err := t.changeEach(endServiceAccounts, from); err != nil {
				return err
			}
			if err := t.changeEach(deleteGroups, from); err != nil {
				return err
			}
			if err := t.change(freeMembers, from); err != nil {
				return err
			}
			if err := t.change(deleteMembers, from); err != nil {
				return err
			}
			if err := t.change(moveAccounts, from, nil); err != nil {
				return err
			}
			return t.changeEach(deleteDerived, from)
		}
		if err := t.change(moveMembers, from, into, string(tenancy.StandardUser), int64(move.At)); err != nil {
			return err
		}
		for _, clash := range []string{dropFormer, yieldFormer} {
			if err := t.change(clash, from, into); err != nil {
				return err
			}
		}
		if err := t.change(moveFormer, from, into, move.Into.String()); err != nil {
			return err
		}
		if err := t.change(moveAccounts, from, into); err != nil {
			return err
		}
		if err := t.changeEach(moveGroups, from, into); err != nil {
			return err
		}
		if err := t.changeEach(moveDerived, from, into); err != nil {
			return err
		}
		return t.changeEach(deleteJoined, into)
	})
}

// changeEach runs statements that take the same arguments.
func (t *tx) changeEach(texts []string, args ...any) error {
	for _, text := range texts {
		if err := t.change(text, args...); err != nil {
			return err
		}
	}
	return nil
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("sqlitestore: %w", err)
}
