package tenancy

// world is the records that events are applied to: those that an operation has
// read, or, when a log is replayed, all there are.
type world struct {
	slots map[Entry]*slot
	order []*slot // those that were changed, in order
	reads *reads  // where records come from; nil in a replay
	moves []Move  // set-based effects that the store is to carry out
	fault string  // why an event could not be applied; empty: all were
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
	w.slots = map[Entry]*slot{}
	if w.reads == nil {
		return
	}
	know := func(record Record) { w.slots[identity(record)] = &slot{was: record, now: record} }
	for _, answer := range w.reads.known {
		if answer.Record != nil {
			know(answer.Record)
		}
		for _, record := range answer.Records {
			know(record)
		}
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
	w.touch(Entry{o.Index, o.Key}).now = *record
}

// create adds a record. It is a fault if there is one of that identity.
func (w *world) create(record Record) {
	s := w.touch(identity(record))
	if s.now != nil {
		w.fault = "creates a record that is there"
		return
	}
	s.now = record
}

// put writes a record, whether there is one of its identity or not.
func (w *world) put(record Record) { w.touch(identity(record)).now = record }

// remove takes a record away. It is a fault if the record is absent or was not read.
func remove[R Record](w *world, o one[R]) {
	if get(w, o) == nil {
		w.fault = "removes a record that is not there, or was not read"
		return
	}
	w.touch(Entry{o.Index, o.Key}).now = nil
}

// mustApply panics if something could not be applied: that is a mistake in an
// operation. A replay reads the fault instead.
func (w *world) mustApply(what string) {
	if w.fault != "" {
		panic("tenancy: " + what + " " + w.fault)
	}
}

// move carries out a set-based effect. In an operation the store does that; in a
// replay it is done here.
func (w *world) move(m Move) {
	if w.reads != nil {
		w.moves = append(w.moves, m)
		return
	}
	var members []MembershipRecord
	var former []FormerMemberRecord
	for at, s := range w.slots {
		switch record := s.now.(type) {
		case AccountRecord:
			if record.Organization == m.From {
				record.Organization = m.Into
				w.touch(at).now = record
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
		remove(w, memberOf(record.Organization, record.User))
		if !m.Into.IsZero() {
			w.put(MembershipRecord{Organization: m.Into, User: record.User, Role: StandardUser, Since: m.At})
		}
	}
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
