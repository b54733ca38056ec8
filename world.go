package tenancy

import "slices"

// world is the records that events are applied to: those that an operation has
// read, or, when a log is replayed, all there are.
type world struct {
	slots   map[Entry]*slot
	order   []*slot                     // those that were changed, in order
	belongs map[UserID][]OrganizationID // where each user has a membership now
	reads   *reads                      // where records come from; nil in a replay
	moves   []Move                      // set-based effects that the store is to carry out
	fault   string                      // why an event could not be applied; empty: all were
}

// slot is a record in a world, as it was and as it is. Nil means absent.
type slot struct {
	was, now Record
	touched  bool
}

// newWorld returns the world of what was read. It is filled when an event is first
// applied.
func newWorld(r *reads) *world { return &world{reads: r} }

// identity returns the entry that tells a record from all others.
func identity(record Record) Entry {
	var room [8]Entry
	return record.Entries(room[:0])[0]
}

// fill puts in what was read.
func (w *world) fill() {
	if w.slots != nil {
		return
	}
	w.slots, w.belongs = map[Entry]*slot{}, map[UserID][]OrganizationID{}
	w.learn()
}

// learn puts in what was read since.
func (w *world) learn() {
	if w.reads == nil {
		return
	}
	for _, answer := range w.reads.known {
		if answer.Record != nil {
			w.know(answer.Record)
		}
		for _, record := range answer.Records {
			w.know(record)
		}
	}
}

// know puts in a record as it was read.
func (w *world) know(record Record) {
	if at := identity(record); w.slots[at] == nil {
		w.slots[at] = &slot{was: record, now: record}
		w.belong(nil, record)
	}
}

// touch returns the slot of an identity for a change.
func (w *world) touch(at Entry) *slot {
	w.fill()
	s := w.slots[at]
	if s == nil {
		s = &slot{}
		w.slots[at] = s
	}
	if !s.touched {
		s.touched = true
		w.order = append(w.order, s)
	}
	return s
}

// set writes a record as it is now; nil removes it. Every change of a record comes
// here, and the counts that other records keep of it follow (INV-15).
func (w *world) set(at Entry, now Record) {
	s := w.touch(at)
	was := s.now
	s.now = now
	w.belong(was, now)
	w.recount(was, now)
}

// belong keeps where users have memberships.
func (w *world) belong(was, now Record) {
	left, wasMember := was.(MembershipRecord)
	joined, isMember := now.(MembershipRecord)
	switch {
	case wasMember && !isMember:
		w.belongs[left.User] = slices.DeleteFunc(w.belongs[left.User],
			func(org OrganizationID) bool { return org == left.Organization })
	case isMember && !wasMember:
		w.belongs[joined.User] = append(w.belongs[joined.User], joined.Organization)
	}
}

// get returns a record as it is now, or nil if it is absent or was never read.
func get[R Record](w *world, o one[R]) *R {
	w.fill()
	if s := w.slots[Entry{o.Index, o.Key}]; s != nil && s.now != nil {
		record := s.now.(R)
		return &record
	}
	return nil
}

// edit changes a record. It is a fault if the record is absent or was not read.
func edit[R Record](w *world, o one[R], change func(*R)) {
	record := get(w, o)
	if record == nil {
		w.fault = "changes a record that is not there, or was not read"
		return
	}
	change(record)
	w.set(Entry{o.Index, o.Key}, *record)
}

// create adds a record. It is a fault if there is one of that identity.
func (w *world) create(record Record) {
	at := identity(record)
	if s := w.touch(at); s.now != nil {
		w.fault = "creates a record that is there"
		return
	}
	w.set(at, record)
}

// put writes a record, whether there is one of its identity or not. It is a fault if
// nobody looked: what was there would count as absent.
func (w *world) put(record Record) {
	at := identity(record)
	if !w.knows(at) {
		w.fault = "puts a record without having read whether it is there"
		return
	}
	w.set(at, record)
}

// knows reports whether an operation knows what is at an identity: it has read it, or
// has changed it, or it created the user or the account that the record is of.
func (w *world) knows(at Entry) bool {
	w.fill()
	if w.reads == nil || w.slots[at] != nil {
		return true
	}
	_, read := w.reads.known[Lookup{Index: at.Index, Key: at.Key}]
	of, by := accountByID(at.Key.In), userByID(at.Key.ID)
	return read || w.isNew(Entry{of.Index, of.Key}) || w.isNew(Entry{by.Index, by.Key})
}

// isNew reports whether this operation creates what has an identity, of which nothing is
// stored then.
func (w *world) isNew(at Entry) bool {
	s := w.slots[at]
	return s != nil && s.touched && s.was == nil
}

// remove takes a record away. It is a fault if the record is absent or was not read.
func remove[R Record](w *world, o one[R]) {
	if get(w, o) == nil {
		w.fault = "removes a record that is not there, or was not read"
		return
	}
	w.set(Entry{o.Index, o.Key}, nil)
}

// mustApply panics if something could not be applied: that is a mistake in an
// operation. A replay reads the fault instead.
func (w *world) mustApply(what string) {
	if w.fault != "" {
		panic("tenancy: " + what + " " + w.fault)
	}
}

// move carries out a set-based effect. In an operation the store does that, and only
// the counts are moved here; in a replay everything is done here.
func (w *world) move(m Move) {
	if w.reads != nil {
		w.moves = append(w.moves, m)
		w.moveCounts(m)
		return
	}
	w.moveGroups(m)
	if m.From.IsZero() {
		return
	}
	var members []MembershipRecord
	var former []FormerMemberRecord
	for at, s := range w.slots {
		switch record := s.now.(type) {
		case AccountRecord:
			if record.Organization == m.From {
				record.Organization = m.Into
				if m.Suspend && record.Parent.IsZero() && record.Closed == 0 {
					record.SuspendedPlatform = true
				}
				w.set(at, record)
			}
		case MembershipRecord:
			if record.Organization == m.From {
				members = append(members, record)
			}
		case FormerMemberRecord:
			if record.Organization == m.From && !m.Into.IsZero() {
				former = append(former, record)
			}
		}
	}
	for _, record := range former {
		remove(w, formerMember(m.From, record.User))
		record.Organization = m.Into
		if there := get(w, formerMember(m.Into, record.User)); there == nil || there.LeftAt < record.LeftAt {
			w.put(record)
		}
	}
	for _, record := range members {
		if m.Into.IsZero() {
			w.endServiceAccount(record.User)
		}
		remove(w, memberOf(record.Organization, record.User))
		if !m.Into.IsZero() {
			w.put(MembershipRecord{Organization: m.Into, User: record.User, Role: StandardUser, Since: m.At})
		}
	}
}

// moveGroups does in a replay what a move does to groups.
func (w *world) moveGroups(m Move) {
	ended := map[GroupID]bool{m.Group: true}
	for at, s := range w.slots {
		g, ok := s.now.(GroupRecord)
		switch {
		case !ok || g.Organization != m.From || m.From.IsZero():
		case m.Into.IsZero():
			ended[g.ID] = true
		default:
			g.Organization = m.Into
			w.set(at, g)
		}
	}
	for at, s := range w.slots {
		switch record := s.now.(type) {
		case GroupMemberRecord:
			if ended[record.Group] {
				w.set(at, nil)
			}
		case ProvisionedMemberRecord:
			if ended[record.Group] {
				w.set(at, nil)
			}
		case GroupRolesRecord:
			if ended[record.Group] {
				w.set(at, nil)
			}
		}
	}
	delete(ended, m.Group)
	for id := range ended {
		remove(w, groupByID(id))
	}
}

// endServiceAccount deletes a user who is a service account, with its keys and its roles on
// accounts: those that are in the world.
func (w *world) endServiceAccount(user UserID) {
	if u := get(w, userByID(user)); u == nil || !u.ServiceAccount {
		return
	}
	for at, s := range w.slots {
		switch record := s.now.(type) {
		case KeyRecord:
			if record.User == user {
				w.set(at, nil)
			}
		case GrantRecord:
			if record.User == user {
				w.set(at, nil)
			}
		}
	}
	edit(w, userByID(user), func(u *UserRecord) { u.Deleted = true })
}

// changed returns the records to put and those to delete.
func (w *world) changed() (put, deleted []Record) {
	for _, s := range w.order {
		switch {
		case s.now == s.was:
		case s.now == nil:
			deleted = append(deleted, s.was)
		default:
			put = append(put, s.now)
		}
	}
	return put, deleted
}
