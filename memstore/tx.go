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

// tx is a tenancy.Tx. It reads and writes a snapshot of its own.
type tx struct {
	reader
	*room
	edit   edit
	listed bool  // the snapshot's slice of indexes is its own
	failed error // the error of a write: the transaction cannot commit
}

// room is space for entries that transactions use one after the other.
type room struct {
	before, after []tenancy.Entry // of the record that is being written
	claimed       []tenancy.Entry // entries that the call wrote and that may be another record's
}

func newTx(of *snapshot, epoch uint64, room *room) *tx {
	s := *of
	return &tx{reader: reader{&s}, room: room,
		edit: edit{epoch, func(key tenancy.Entry) uint64 { return s.hash(&key) }}}
}

// end makes the transaction refuse every call, and forgets what it wrote.
func (t *tx) end() {
	t.snapshot = nil
	clear(t.before[:cap(t.before)])
	clear(t.after[:cap(t.after)])
	t.forget()
}

func (t *tx) forget() {
	clear(t.claimed)
	t.claimed = t.claimed[:0]
}

// write runs a write unless the transaction is over or has failed. A write that fails
// makes the transaction fail.
func (t *tx) write(ctx context.Context, change func() error) error {
	if _, err := t.open(ctx); err != nil {
		t.failed = cmp.Or(t.failed, err)
	}
	if t.failed == nil {
		t.failed = change()
	}
	return t.failed
}

// Put writes records. It checks entries once all records are written, so that records
// can exchange them: CodeBusy if an entry is then another record's too. A record of a
// kind that is not in the table of indexes is an error, and so is a pointer to a
// record. So are entries that are not as the table says.
func (t *tx) Put(ctx context.Context, records ...tenancy.Record) error {
	return t.write(ctx, func() error {
		for _, r := range records {
			old, err := t.stored(r)
			if err == nil {
				err = t.replace(old, r)
			}
			if err != nil {
				return err
			}
		}
		return t.settle()
	})
}

// Delete removes records by identity. A record of a kind that is not in the table of
// indexes is an error.
func (t *tx) Delete(ctx context.Context, records ...tenancy.Record) error {
	return t.write(ctx, func() error {
		for _, r := range records {
			old, err := t.stored(r)
			if err == nil && old != nil {
				err = t.replace(old, nil)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Append adds events: CodeBusy for a number that the stream already has. A number that
// leaves a gap is another error, and so is an event without a stream or a number.
func (t *tx) Append(ctx context.Context, events ...tenancy.EventRecord) error {
	return t.write(ctx, func() error {
		for _, e := range events {
			if err := t.append(e); err != nil {
				return err
			}
		}
		return nil
	})
}

// Ack removes events from the outbox, by stream and number.
func (t *tx) Ack(ctx context.Context, events ...tenancy.EventRecord) error {
	return t.write(ctx, func() error {
		for i := range events {
			t.change(&t.outbox).remove(pending(&events[i]))
		}
		return nil
	})
}

// MoveAll carries out a merge or a deletion: CodeBusy if a member of move.From is
// already a member of move.Into.
func (t *tx) MoveAll(ctx context.Context, move tenancy.Move) error {
	return t.write(ctx, func() error {
		if !move.Group.IsZero() {
			return t.endGroup(move.Group)
		}
		if err := t.moveGroups(move); err != nil {
			return err
		}
		members, accounts := t.all(tenancy.IndexMembers, move.From), t.all(tenancy.IndexAccountsIn, move.From)
		t.gather(tenancy.IndexMembers, len(members))
		if move.Into.IsZero() {
			t.gather(tenancy.IndexUsers, len(members))
			if err := t.endServiceAccounts(members); err != nil {
				return err
			}
		}
		for _, r := range members {
			if err := t.moveMember(r.(tenancy.MembershipRecord), move); err != nil {
				return err
			}
		}
		if !move.Into.IsZero() {
			if err := t.moveFormer(move); err != nil {
				return err
			}
		}
		t.gather(tenancy.IndexAccounts, len(accounts))
		for _, r := range accounts {
			a := r.(tenancy.AccountRecord)
			a.Organization = move.Into
			if move.Suspend && a.Parent.IsZero() && a.Closed == 0 {
				a.SuspendedPlatform = true
			}
			if move.Into.IsZero() {
				a.Groups = 0
			}
			if err := t.replace(r, a); err != nil {
				return err
			}
		}
		t.gathered()
		if err := t.moveDerived(move); err != nil {
			return err
		}
		return t.settle()
	})
}

// moveGroups moves the groups of an organization, or ends them.
func (t *tx) moveGroups(move tenancy.Move) error {
	for _, r := range t.all(tenancy.IndexGroupsIn, move.From) {
		g := r.(tenancy.GroupRecord)
		if !move.Into.IsZero() {
			g.Organization = move.Into
			if err := t.replace(r, g); err != nil {
				return err
			}
			continue
		}
		if err := t.deleteAll(tenancy.IndexGroupMembers, tenancy.IndexGroupMembers, g.ID); err != nil {
			return err
		}
		if err := t.deleteAll(tenancy.IndexProvisionedMembers, tenancy.IndexProvisionedMembers, g.ID); err != nil {
			return err
		}
		if err := t.deleteAll(tenancy.IndexGroupRolesOf, tenancy.IndexGroupRoles, g.ID); err != nil {
			return err
		}
		if err := t.replace(r, nil); err != nil {
			return err
		}
	}
	return nil
}

// endGroup ends what a group gives, and who is in it.
func (t *tx) endGroup(group tenancy.GroupID) error {
	for _, r := range t.all(tenancy.IndexGroupRolesOf, group) {
		account := r.(tenancy.GroupRolesRecord).Account
		if found := t.records.account(t.seed, &account); found != nil {
			a := found.record.(tenancy.AccountRecord)
			a.Groups--
			if err := t.replace(found.record, a); err != nil {
				return err
			}
		}
	}
	if err := t.deleteAll(tenancy.IndexGroupRolesOf, tenancy.IndexGroupRoles, group); err != nil {
		return err
	}
	if err := t.deleteAll(tenancy.IndexProvisionedMembers, tenancy.IndexProvisionedMembers, group); err != nil {
		return err
	}
	return t.deleteAll(tenancy.IndexGroupMembers, tenancy.IndexGroupMembers, group)
}

// deleteAll deletes the records of a kind that an index lists.
func (t *tx) deleteAll(i, kind tenancy.Index, of [16]byte) error {
	all := t.all(i, of)
	if len(all) == 0 {
		return nil
	}
	t.gather(kind, len(all))
	for _, r := range all {
		if err := t.replace(r, nil); err != nil {
			return err
		}
	}
	t.gathered()
	return nil
}

// endServiceAccounts deletes the service accounts among members, with their keys and their
// roles on accounts.
func (t *tx) endServiceAccounts(members []tenancy.Record) error {
	for _, r := range members {
		m := r.(tenancy.MembershipRecord)
		u := t.records.user(t.seed, &m.User)
		if u == nil {
			continue
		}
		was := u.record.(tenancy.UserRecord)
		if !was.ServiceAccount {
			continue
		}
		now := was
		now.Deleted, now.Keys, now.Personal = true, 0, tenancy.UserPersonal{}
		if err := t.replace(was, now); err != nil {
			return err
		}
		for _, i := range []tenancy.Index{tenancy.IndexKeysOf, tenancy.IndexGrantsOf} {
			for _, its := range t.all(i, [16]byte(m.User)) {
				if err := t.replace(its, nil); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// moveDerived moves the records that are derived from memberships and accounts, which
// have moved, and deletes those that no longer hold.
func (t *tx) moveDerived(move tenancy.Move) error {
	for _, i := range []tenancy.Index{tenancy.IndexWords, tenancy.IndexIndependentUsers,
		tenancy.IndexIndependentAccounts} {
		all := t.all(i, move.From)
		t.gather(i, len(all))
		for _, r := range all {
			if err := t.replace(r, nil); err != nil {
				return err
			}
			if moved := movedInto(r, move.Into); !move.Into.IsZero() && t.record(moved.Entries(nil)[0]) == nil {
				if err := t.replace(nil, moved); err != nil {
					return err
				}
			}
		}
	}
	t.gathered()
	for _, i := range []tenancy.Index{tenancy.IndexWords, tenancy.IndexIndependentUsers,
		tenancy.IndexIndependentAccounts} {
		lookup := tenancy.Lookup{Key: tenancy.Key{In: move.Into}, Limit: math.MaxInt}
		if i == tenancy.IndexWords { // those of independent users begin with a space; members' hold anyway
			lookup.Key.Text, lookup.Until = " ", "!"
		}
		for _, r := range t.list(&t.rows[i], &lookup) {
			if t.holds(r) {
				continue
			}
			if err := t.replace(r, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// movedInto returns a derived record as one of another organization.
func movedInto(r tenancy.Record, into tenancy.OrganizationID) tenancy.Record {
	switch r := r.(type) {
	case tenancy.WordRecord:
		r.Organization = into
		return r
	case tenancy.IndependentUserRecord:
		r.Organization = into
		return r
	case tenancy.IndependentAccountRecord:
		r.Organization = into
		return r
	}
	return r
}

// holds reports whether a user or an account is outside the organization to which it is
// independent.
func (t *tx) holds(r tenancy.Record) bool {
	switch r := r.(type) {
	case tenancy.WordRecord:
		return !r.Independent || t.records.membership(t.seed, &r.Organization, &r.User) == nil
	case tenancy.IndependentUserRecord:
		return t.records.membership(t.seed, &r.Organization, &r.User) == nil
	case tenancy.IndependentAccountRecord:
		a := t.records.account(t.seed, &r.Account)
		return a == nil || a.organization != r.Organization
	}
	return true
}

// gather holds back the changes to the indexes of a kind, of about so many records,
// until gathered is called.
func (t *tx) gather(kind tenancy.Index, records int) {
	for i := range t.rows {
		if row := &t.rows[i]; row.kind == kind && row.ordered() {
			x := t.index(row.Index)
			x.places = t.change(x).gather(records)
		}
	}
}

// gathered makes the changes that were held back.
func (t *tx) gathered() {
	for i := range t.indexes {
		if x := &t.indexes[i]; x.places != nil {
			x.places = x.gathered()
		}
	}
}

// moveFormer moves the former members of an organization.
func (t *tx) moveFormer(move tenancy.Move) error {
	for _, r := range t.all(tenancy.IndexFormerMembers, move.From) {
		m := r.(tenancy.FormerMemberRecord)
		if err := t.replace(m, nil); err != nil {
			return err
		}
		m.Organization = move.Into
		there := t.record(m.Entries(nil)[0])
		if former, ok := there.(tenancy.FormerMemberRecord); ok && former.LeftAt >= m.LeftAt {
			continue
		}
		if err := t.replace(there, m); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) moveMember(m tenancy.MembershipRecord, move tenancy.Move) error {
	if err := t.replace(m, nil); err != nil {
		return err
	}
	if move.Into.IsZero() {
		return t.free(m)
	}
	if t.record(
		tenancy.Entry{Index: tenancy.IndexMembers, Key: tenancy.Key{In: move.Into, ID: m.User}}) != nil {
		return tenancy.CodeBusy
	}
	return t.replace(nil, tenancy.MembershipRecord{Organization: move.Into, User: m.User, Role: tenancy.StandardUser,
		Since: move.At})
}

// free makes the user of a membership that was deleted one whom no organization manages.
func (t *tx) free(m tenancy.MembershipRecord) error {
	was := t.record(tenancy.Entry{Index: tenancy.IndexUsers, Key: tenancy.Key{ID: m.User}})
	if was == nil || m.Role == tenancy.Owner {
		return nil
	}
	user := was.(tenancy.UserRecord)
	user.Managed = false
	return t.replace(was, user)
}

// all lists the records of an organization, a user or a group that an index has.
func (t *tx) all(i tenancy.Index, of [16]byte) []tenancy.Record {
	return t.list(&t.rows[i], &tenancy.Lookup{Key: tenancy.Key{In: of}, Limit: math.MaxInt})
}

// stored returns the stored record that has the identity of this one, or nil.
func (t *tx) stored(r tenancy.Record) (tenancy.Record, error) {
	if !t.known(r) {
		return nil, fmt.Errorf("memstore: unknown kind of record %T", r)
	}
	t.after = r.Entries(t.after[:0])
	return t.record(t.after[0]), nil
}

// replace writes a record in place of an old one. Either may be nil. Indexes change
// only where an entry comes or goes.
func (t *tx) replace(old, record tenancy.Record) error {
	t.before, t.after = entries(t.before[:0], old), entries(t.after[:0], record)
	for _, e := range t.before {
		if !slices.Contains(t.after, e) {
			t.leave(e, t.before[0])
		}
	}
	for _, e := range t.after {
		if !slices.Contains(t.before, e) {
			if err := t.enter(e, t.after[0]); err != nil {
				return err
			}
		}
	}
	if record != nil {
		t.records.put(t.edit, record, t.after[0])
	} else {
		t.records.remove(t.edit, t.before[0])
	}
	return nil
}

func entries(to []tenancy.Entry, of tenancy.Record) []tenancy.Entry {
	if of == nil {
		return to
	}
	return of.Entries(to)
}

// enter adds an entry of a record to its index.
func (t *tx) enter(e, identity tenancy.Entry) error {
	row, err := t.row(e.Index)
	if err != nil {
		return err
	}
	place := row.place(e.Key, identity)
	if !row.uses(e.Key) || row.identity(place) != identity {
		return fmt.Errorf("memstore: an entry in index %s is not as the table of indexes says", row.Name)
	}
	if row.ordered() {
		t.change(t.index(e.Index)).put(place)
	}
	if !row.ID {
		t.claimed = append(t.claimed, e)
	}
	return nil
}

// leave removes an entry of a record from its index.
func (t *tx) leave(e, identity tenancy.Entry) {
	if row := &t.rows[e.Index]; row.ordered() {
		t.change(t.index(e.Index)).remove(row.place(e.Key, identity))
	}
}

// settle refuses a call that claimed another record's entry. An index whose keys hold
// an ID cannot have an entry of two records.
func (t *tx) settle() error {
	defer t.forget()
	for _, e := range t.claimed {
		holders := 0
		t.indexes[e.Index].each(e.Key, func(place tenancy.Key) bool {
			if place.In != e.Key.In || place.Text != e.Key.Text {
				return false
			}
			holders++
			return holders < 2
		})
		if holders > 1 {
			return tenancy.CodeBusy
		}
	}
	return nil
}

func (t *tx) append(e tenancy.EventRecord) error {
	stream := e.Stream.Key()
	l := t.log(stream)
	switch end := l.end(); {
	case stream == [16]byte{} || e.Sequence == 0:
		return errors.New("memstore: an event has no stream or no number")
	case e.Sequence <= end:
		return tenancy.CodeBusy
	case e.Sequence > end+1:
		return errors.New("memstore: an event's number leaves a gap in its stream")
	}
	l = l.with(e, t.room)
	t.logs.put(t.edit, tenancy.Entry{Key: tenancy.Key{ID: stream}}, l)
	foundBy(&e, func(key tenancy.Entry) {
		var of *found
		if kept := t.found.get(t.hash(&key), key); kept != nil {
			of = *kept
		}
		t.found.put(t.edit, key, of.with(key, &e, l, t.room))
	})
	t.change(&t.outbox).put(pending(&e))
	return nil
}

// index returns an index that may be changed.
func (t *tx) index(i tenancy.Index) *index {
	if !t.listed {
		t.indexes, t.listed = slices.Clone(t.indexes), true
	}
	return &t.indexes[i]
}

// change returns places that may be changed. It copies those of an index once in a
// transaction.
func (t *tx) change(x *index) places {
	if x.epoch != t.edit.epoch {
		*x = index{x.copy(), t.edit.epoch}
	}
	return x.places
}
