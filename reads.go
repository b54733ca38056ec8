package tenancy

import (
	"context"
	"slices"
)

// maxSteps is how often an operation may read. Two steps are the rule. The longest way
// is that of InvitationsTo: from a user to an invitation to their address, the
// organization that invites, the members of an organization of theirs that would merge
// into it, and these people.
const maxSteps = 5

// everything is the limit of a list that is read whole.
const everything = 1<<31 - 1

// reads is what a load asks with. A load runs until it asks nothing new, and what
// one run asks travels to the store together. Until an answer is there, find
// returns nil and list returns nothing: a load asks on, and decides nothing.
type reads struct {
	dir    *Directory
	actor  Actor
	key    KeyID // that the actor acts with; zero: none
	now    Instant
	known  map[Lookup]Answer
	asked  []Lookup
	asking map[Lookup]bool // those asked, once they are many
	log    logPage
	found  map[EventLookup][]EventRecord
	sought []EventLookup
	steps  int
}

// reads begins the reading of one attempt.
func (s *Session) reads(now Instant) *reads {
	return &reads{dir: s.dir, actor: s.actor, key: s.key, now: now, known: map[Lookup]Answer{}}
}

// logPage is a part of a stream that a load asks for.
type logPage struct {
	stream Stream
	from   uint64
	limit  int
	read   bool
	events []EventRecord
}

// ask returns the answer to a lookup, or notes that it is to be asked.
func (r *reads) ask(l Lookup) Answer {
	answer, ok := r.known[l]
	if !ok && !r.isAsked(l) {
		r.asked = append(r.asked, l)
	}
	return answer
}

// isAsked reports whether a lookup is among those asked. Where they are many it
// notes them in a map: what reads a whole organization asks thousands.
func (r *reads) isAsked(l Lookup) bool {
	const few = 32
	if len(r.asked) < few {
		return slices.Contains(r.asked, l)
	}
	if r.asking == nil {
		r.asking = map[Lookup]bool{}
		for _, asked := range r.asked {
			r.asking[asked] = true
		}
	}
	already := r.asking[l]
	r.asking[l] = true
	return already
}

// answered reports whether the store has answered a lookup of one record.
func answered[R Record](r *reads, o one[R]) bool {
	_, known := r.known[Lookup(o)]
	return known
}

// find returns the record at a place, or nil if it is absent or not yet there. A grant is
// returned as it is now: one whose every role has ended is absent (ACC-11).
func find[R Record](r *reads, o one[R]) *R {
	if record, there := asOf(r.ask(Lookup(o)).Record, r.now).(R); there {
		return &record
	}
	return nil
}

// stored returns the record at a place as the store has it, or nil if it is absent or not
// yet there. Only derived records follow from what is stored, whether it has ended or not.
func stored[R Record](r *reads, o one[R]) *R {
	if record, there := r.ask(Lookup(o)).Record.(R); there {
		return &record
	}
	return nil
}

// asOf returns a record as it is at a time, or nil if it is as if it were not there.
func asOf(record Record, now Instant) Record {
	grant, is := record.(GrantRecord)
	if !is {
		return record
	}
	if grant = grant.at(now); grant.roles().IsZero() {
		return nil
	}
	return grant
}

// need asks for a record that the decision does not look at, but whose events
// change it.
func need[R Record](r *reads, o one[R]) { r.ask(Lookup(o)) }

// needCounts asks for the organization whose counts the operation may change (INV-15). A
// zero ID stands for none.
func (r *reads) needCounts(org OrganizationID) {
	if !org.IsZero() {
		need(r, organizationByID(org))
	}
}

// needHead asks for the head of a stream that the operation may append to. It
// saves a step: write asks for the heads that are missing.
func (r *reads) needHead(s Stream) { need(r, headOf(s)) }

// list returns up to limit of the records that come after a place. Of grants it leaves out
// those whose every role has ended, and returns the others as they are now (ACC-11): it may
// return fewer although more follow.
func list[R Record](r *reads, m many[R], limit int) []R {
	records := listStored(r, m, limit)
	now := records[:0]
	for _, record := range records {
		if record, there := asOf(record, r.now).(R); there {
			now = append(now, record)
		}
	}
	return now
}

// listStored is list for records as the store has them.
func listStored[R Record](r *reads, m many[R], limit int) []R {
	l := Lookup(m)
	l.Limit = limit
	records := r.ask(l).Records
	typed := make([]R, len(records))
	for i, record := range records {
		typed[i] = record.(R)
	}
	return typed
}

// all returns all the records that come after a place.
func all[R Record](r *reads, m many[R]) []R { return list(r, m, everything) }

// count returns how many records come after a place, up to a limit. Without one it would
// cost more the more there are: what may be many is counted in a record (INV-15).
func count[R Record](r *reads, m many[R], limit int) int {
	l := Lookup(m)
	l.Limit, l.Count = limit, true
	return r.ask(l).Count
}

// events returns up to limit events of a stream, from a number on. An operation
// reads one page.
func (r *reads) events(stream Stream, from uint64, limit int) []EventRecord {
	if !r.log.read {
		r.log.stream, r.log.from, r.log.limit = stream, from, limit
	}
	return r.log.events
}

// findEvents answers a lookup of events, or notes that it is to be asked. It reports
// whether the store has answered.
func (r *reads) findEvents(l EventLookup) (found []EventRecord, answered bool) {
	found, answered = r.found[l]
	if !answered && !slices.Contains(r.sought, l) {
		r.sought = append(r.sought, l)
	}
	return found, answered
}

// gather runs load until it asks nothing new.
func (r *reads) gather(ctx context.Context, tx ReadTx, load func()) error {
	for {
		r.asked, r.asking, r.sought = r.asked[:0], nil, r.sought[:0]
		load()
		log := r.log.limit > 0 && !r.log.read
		if len(r.asked) == 0 && len(r.sought) == 0 && !log {
			return nil
		}
		if r.steps++; r.steps > maxSteps {
			panic("tenancy: an operation reads in too many steps")
		}
		if err := r.seek(ctx, tx); err != nil {
			return err
		}
		if log {
			if err := r.log.fetch(ctx, tx); err != nil {
				return err
			}
		}
		if err := r.fetch(ctx, tx); err != nil {
			return err
		}
	}
}

// fetch asks the store what one run of load has asked.
func (r *reads) fetch(ctx context.Context, tx ReadTx) error {
	if len(r.asked) == 0 {
		return nil
	}
	answers, err := tx.Read(ctx, r.asked...)
	if len(r.known) == 0 {
		r.known = make(map[Lookup]Answer, len(answers))
	}
	for i, answer := range answers {
		r.known[r.asked[i]] = answer
		if answer.Record != nil { // who looks for it by its identity need not ask again
			at := identity(answer.Record)
			r.known[Lookup{Index: at.Index, Key: at.Key}] = answer
		}
	}
	return err
}

// seek asks the store for the events that one run of load has asked for.
func (r *reads) seek(ctx context.Context, tx ReadTx) error {
	if len(r.sought) == 0 {
		return nil
	}
	answers, err := tx.FindEvents(ctx, r.sought...)
	if r.found == nil {
		r.found = map[EventLookup][]EventRecord{}
	}
	for i, events := range answers {
		r.found[r.sought[i]] = events
	}
	return err
}

// fetch reads the page.
func (p *logPage) fetch(ctx context.Context, tx ReadTx) error {
	events, err := tx.Events(ctx, p.stream, p.from, p.limit)
	p.read, p.events = true, events
	return err
}
