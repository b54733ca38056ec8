package memstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/add4b1c6/tenancy"
)

// tx is a tenancy.Tx: it reads its own snapshot, and writes there.
type tx struct {
	reader
	edit          edit
	failed        error           // of a write: the transaction cannot commit
	before, after []tenancy.Entry // of the record that is written
	claimed       []tenancy.Entry // by the call: entries that could be another record's
}

func newTx(of *snapshot, epoch uint64) *tx {
	s := *of
	s.tables, s.indexes = slices.Clone(s.tables), slices.Clone(s.indexes)
	return &tx{reader: reader{&s}, edit: edit{epoch, s.hash}}
}

// write runs a write, unless the transaction is over or failed before. What fails, fails the transaction.
func (t *tx) write(ctx context.Context, change func() error) error {
	if _, err := t.open(ctx); err != nil {
		t.failed = cmp.Or(t.failed, err)
	}
	if t.failed == nil {
		t.failed = change()
	}
	return t.failed
}

// Put writes records. Entries are looked at when all are written, so that records can exchange them: CodeBusy if one is another record's then.
// A record that is of no kind of the table, or whose entries are not as the table says, is an error.
func (t *tx) Put(ctx context.Context, records ...tenancy.Record) error {
	return t.write(ctx, func() error {
		for _, r := range records {
			if err := t.put(r); err != nil {
				return err
			}
		}
		return t.settle()
	})
}

// Delete removes records by identity.
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

// Append adds events: CodeBusy for a number that the stream has already, another error for one that leaves a gap, or for no stream.
func (t *tx) Append(ctx context.Context, events ...tenancy.Event) error {
	return t.write(ctx, func() error {
		for _, e := range events {
			if err := t.append(unshared(e)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Ack takes events out of the outbox.
func (t *tx) Ack(ctx context.Context, events ...tenancy.Event) error {
	return t.write(ctx, func() error {
		for i := range events {
			t.outbox.change(t.edit).remove(pending(&events[i]))
		}
		return nil
	})
}

// MoveAll carries out a merge or deletion: CodeBusy if a user of a membership that moves has one in move.Into already.
func (t *tx) MoveAll(ctx context.Context, move tenancy.Move) error {
	return t.write(ctx, func() error {
		for _, r := range t.all(tenancy.Members, move.From) {
			if err := t.moveMember(r.(tenancy.MembershipRecord), move); err != nil {
				return err
			}
		}
		for _, r := range t.all(tenancy.AccountsIn, move.From) {
			a := r.(tenancy.AccountRecord)
			a.Organization = move.Into
			if err := t.put(a); err != nil {
				return err
			}
		}
		return t.settle()
	})
}

func (t *tx) moveMember(m tenancy.MembershipRecord, move tenancy.Move) error {
	if err := t.remove(m); err != nil || move.Into.IsZero() {
		return err
	}
	if t.record(tenancy.Members, tenancy.Key{In: move.Into, ID: m.User}) != nil {
		return tenancy.CodeBusy
	}
	return t.put(tenancy.MembershipRecord{Organization: move.Into, User: m.User, Since: move.At})
}

// all lists what an index has of an organization.
func (t *tx) all(i tenancy.Index, of tenancy.OrganizationID) []tenancy.Record {
	row := &t.rows[i]
	return t.list(row, tenancy.Key{In: of}, math.MaxInt)
}

func (t *tx) put(r tenancy.Record) error {
	kind, err := t.kind(r)
	if err != nil {
		return err
	}
	t.after = r.Entries(t.after[:0])
	key := t.after[0].Key
	old := t.record(kind, key)
	t.before = t.before[:0]
	if old != nil {
		t.before = old.Entries(t.before)
	}
	for _, e := range t.before {
		if !slices.Contains(t.after, e) {
			t.leave(e, key)
		}
	}
	for _, e := range t.after {
		if !slices.Contains(t.before, e) {
			if err := t.enter(kind, e, key); err != nil {
				return err
			}
		}
	}
	t.tables[kind].change(t.edit).put(t.edit, r)
	return nil
}

func (t *tx) remove(r tenancy.Record) error {
	kind, err := t.kind(r)
	if err != nil {
		return err
	}
	t.before = r.Entries(t.before[:0])
	key := t.before[0].Key
	old := t.record(kind, key)
	if old == nil {
		return nil
	}
	t.before = old.Entries(t.before[:0])
	for _, e := range t.before {
		t.leave(e, key)
	}
	t.tables[kind].change(t.edit).remove(t.edit, key)
	return nil
}

// enter puts an entry of a record into its index.
func (t *tx) enter(kind tenancy.Index, e tenancy.Entry, identity tenancy.Key) error {
	row, err := t.row(e.Index)
	if err != nil {
		return err
	}
	place := row.place(e.Key, identity)
	if row.kind != kind || !row.uses(e.Key) || row.identity(place) != identity {
		return fmt.Errorf("memstore: a record has an entry in index %s that is not as the table of indexes says", row.Name)
	}
	if !row.ID {
		t.claimed = append(t.claimed, e)
	}
	if x := &t.indexes[e.Index]; x.part != nil {
		x.change(t.edit).put(place)
	}
	return nil
}

// leave takes an entry of a record out of its index.
func (t *tx) leave(e tenancy.Entry, identity tenancy.Key) {
	if x := &t.indexes[e.Index]; x.part != nil {
		x.change(t.edit).remove(t.rows[e.Index].place(e.Key, identity))
	}
}

// settle refuses a call that claimed an entry which is another record's.
func (t *tx) settle() error {
	for _, e := range t.claimed {
		same := 0
		t.indexes[e.Index].part.each(e.Key, func(place tenancy.Key) bool {
			if place.In != e.Key.In || place.Text != e.Key.Text {
				return false
			}
			same++
			return same < 2
		})
		if same > 1 {
			return tenancy.CodeBusy
		}
	}
	t.claimed = t.claimed[:0]
	return nil
}

func (t *tx) append(e tenancy.Event) error {
	key := tenancy.Key{ID: e.Stream.Key()}
	l := t.log(key.ID)
	switch end := l.end(); {
	case key.ID == [16]byte{} || e.Sequence == 0:
		return errors.New("memstore: an event without a stream or number")
	case e.Sequence <= end:
		return tenancy.CodeBusy
	case e.Sequence > end+1:
		return errors.New("memstore: an event's number leaves a gap in its stream")
	}
	t.logs.put(t.edit, l.with(e))
	t.outbox.change(t.edit).put(pending(&e))
	return nil
}
