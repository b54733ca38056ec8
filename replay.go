package tenancy

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// replay is a whole log that is applied again. The events of one transaction carry its
// actor, operation ID and time in every stream: an ID can be given again once it is
// forgotten (GEN-13). That puts the streams in an order: the events
// of a transaction are applied when they are next in each of their streams (INV-13).
type replay struct {
	*checker
	world  *world
	queues map[Stream][]*unit // what is still to be applied, of each stream
	units  map[unitKey]*unit
	ready  []*unit        // next in all of their streams
	seen   map[Entry]bool // the records there are
}

// unitKey tells the events of one transaction from all others.
type unitKey struct {
	actor     Actor
	operation OperationID
	time      Instant
}

// unit is the events of one transaction.
type unit struct {
	events  []Event  // of all its streams
	streams []Stream //
	next    int      // in how many of them it is next
}

// replay applies all streams and compares the result with the records.
func (c *checker) replay() {
	p := &replay{
		checker: c,
		world:   newWorld(nil),
		queues:  map[Stream][]*unit{},
		units:   map[unitKey]*unit{},
		seen:    map[Entry]bool{},
	}
	sweep(c, allHeads([16]byte{}), func(_ *reads, h HeadRecord) { p.queues[h.Stream] = nil })
	streams := slices.SortedFunc(maps.Keys(p.queues), compareStreams)
	for _, stream := range streams {
		p.read(stream)
	}
	for _, stream := range streams {
		p.advance(stream)
	}
	for len(p.ready) > 0 {
		u := p.ready[0]
		p.ready = p.ready[1:]
		p.apply(u)
		for _, stream := range u.streams {
			p.queues[stream] = p.queues[stream][1:]
			p.advance(stream)
		}
	}
	for _, stream := range streams {
		c.check(len(p.queues[stream]) == 0, "INV-13", stream.String(),
			"its events stand in no order with those of other streams")
	}
	p.compare()
}

// read follows a stream and queues its events.
func (p *replay) read(stream Stream) {
	chain := chain{stream: stream}
	for p.err == nil {
		r := &reads{known: map[Lookup]Answer{}}
		var head HeadRecord
		var events []EventRecord
		p.err = r.gather(p.ctx, p.tx, func() {
			if h := find(r, headOf(stream)); h != nil {
				head = *h
			}
			events = r.events(stream, chain.last+1, pageSize)
		})
		for _, record := range events {
			chain.add(record)
			p.queue(stream, record)
		}
		if len(events) < pageSize {
			chain.end(head)
			break
		}
	}
	for _, t := range chain.found {
		p.check(false, "EVT-6", numbered(stream, t.Sequence), "the log was tampered with: "+string(t.Reason))
	}
}

func numbered(stream Stream, sequence uint64) string { return fmt.Sprint(stream, " ", sequence) }

// queue queues an event of a stream. An event that does not decode keeps its place in
// the order, and is not applied.
func (p *replay) queue(stream Stream, record EventRecord) {
	key := unitKey{record.Actor, record.Operation, record.Time}
	u := p.units[key]
	if u == nil {
		u = &unit{}
		p.units[key] = u
	}
	if e, err := record.event(); err == nil {
		u.events = append(u.events, e)
	} else {
		p.check(false, "INV-13", numbered(stream, record.Sequence), "it does not decode")
	}
	if q := p.queues[stream]; len(q) > 0 && q[len(q)-1] == u {
		return
	}
	p.check(!slices.Contains(u.streams, stream), "INV-13", numbered(stream, record.Sequence),
		"another operation's events stand between those of its operation")
	p.queues[stream] = append(p.queues[stream], u)
	u.streams = append(u.streams, stream)
}

// advance takes what is next in a stream. A transaction that is next in all of its
// streams is ready.
func (p *replay) advance(stream Stream) {
	if len(p.queues[stream]) == 0 {
		return
	}
	u := p.queues[stream][0]
	if u.next++; u.next == len(u.streams) {
		p.ready = append(p.ready, u)
	}
}

// apply applies the events of a transaction, each once, in their order.
func (p *replay) apply(u *unit) {
	slices.SortStableFunc(u.events, func(a, b Event) int { return cmp.Or(a.Part-b.Part, a.Step-b.Step) })
	for i, e := range u.events {
		if i > 0 && e.Part == u.events[i-1].Part && e.Step == u.events[i-1].Step {
			p.check(reflect.DeepEqual(e.Data, u.events[i-1].Data), "INV-13", numbered(e.Stream, e.Sequence),
				"another stream's copy of the event differs")
			continue
		}
		p.check(p.applied(e), "INV-13", numbered(e.Stream, e.Sequence),
			"it does not apply to what the events before it make")
		p.changes(e)
	}
}

// applied applies an event, and reports whether the records that it changes were
// there.
func (p *replay) applied(e Event) bool {
	p.world.fault = ""
	e.Data.apply(p.world)
	return p.world.fault == ""
}

// changes checks what an event changed of accounts (INV-10, INV-11), and forgets what
// there was before it.
func (p *replay) changes(e Event) {
	id := numbered(e.Stream, e.Sequence)
	billing := e.Name == "UpgradeAccount" || e.Name == "InvoiceAccount" || e.Name == "SetPricing"
	if _, priced := e.Data.(PricingSet); priced {
		p.check(billing, "INV-11", id, "another operation than those of billing changes an account's pricing")
	}
	for _, s := range p.world.order {
		was, is := s.was.(AccountRecord)
		now, still := s.now.(AccountRecord)
		if is && still {
			p.check(was.Plan == now.Plan && was.Billing == now.Billing || billing, "INV-11", id,
				"another operation than those of billing changes an account's plan or billing")
			p.check(was.Closed == 0 || lasting(was) == lasting(now), "INV-10", id,
				"it changes a closed account")
		}
		s.was, s.touched = s.now, false
	}
	p.world.order = p.world.order[:0]
}

// lasting returns what never changes of an account once it is closed.
func lasting(a AccountRecord) AccountRecord {
	return AccountRecord{
		Owner:             a.Owner,
		SuspendedCustomer: a.SuspendedCustomer,
		SuspendedPlatform: a.SuspendedPlatform,
		Designated:        a.Designated,
		DesignatedBy:      a.DesignatedBy,
		Closed:            a.Closed,
	}
}

// compare compares the records with what the events made.
func (p *replay) compare() {
	explain(p, allOrganizations(OrganizationID{}))
	explain(p, allUsers(UserID{}))
	explain(p, allAccounts(AccountID{}))
	explain(p, allInvitations(InvitationID{}))
	explain(p, allRequests(RequestID{}))
	explain(p, allDomains(DomainID{}))
	explain(p, allConnections(ConnectionID{}))
	explain(p, allKeys(KeyID{}))
	explain(p, allGroups(GroupID{}))
	explain(p, allDirectories(DirectoryID{}))
	explain(p, allProvisioned(ProvisionedID{}))
	for _, at := range slices.Collect(maps.Keys(p.seen)) {
		switch at.Index {
		case IndexOrganizations:
			explain(p, membersOf(at.Key.ID, UserID{}))
			explain(p, formerMembers(at.Key.ID, UserID{}))
		case IndexAccounts:
			explain(p, grantsOn(at.Key.ID, UserID{}))
			explain(p, groupRolesOn(at.Key.ID))
		case IndexGroups:
			explain(p, groupMembers(at.Key.ID, UserID{}))
			explain(p, provisionedMembers(at.Key.ID, ProvisionedID{}))
		}
	}
	for at, s := range p.world.slots {
		kept := at.Index != IndexFormerMembers // those are forgotten without an event (USR-21)
		p.check(s.now == nil || p.seen[at] || !kept, "INV-13", subjectOf(at), "the log makes it, and it is not there")
	}
	slices.SortStableFunc(p.found, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Subject, b.Subject))
	})
}

// explain compares the records of a list with what the events made.
func explain[R Record](p *replay, from many[R]) {
	sweep(p.checker, from, func(_ *reads, record R) {
		at := identity(record)
		p.seen[at] = true
		if s := p.world.slots[at]; s == nil || s.now == nil {
			p.check(false, "INV-13", subjectOf(at), "no event makes it")
		} else if fields := differing(record, s.now); len(fields) > 0 {
			p.check(false, "INV-13", subjectOf(at), "the log says otherwise of its "+strings.Join(fields, ", "))
		}
	})
}

// differing returns the names of the fields in which a record is not as the events made
// it. It passes over what no event says: the personal part, when a domain's record was
// last found, and when a key was last used (EVT-3, INV-13).
func differing(record, made Record) (fields []string) {
	a, b := reflect.ValueOf(record), reflect.ValueOf(made)
	for i := range a.NumField() {
		name := a.Type().Field(i).Name
		_, domain := record.(DomainRecord)
		_, key := record.(KeyRecord)
		if name != "Personal" && (name != "Found" || !domain) && (name != "Used" || !key) && !a.Field(i).Equal(b.Field(i)) {
			fields = append(fields, name)
		}
	}
	return fields
}

// subjectOf returns the text form of an identity.
func subjectOf(at Entry) string {
	switch at.Index {
	case IndexOrganizations:
		return OrganizationID(at.Key.ID).String()
	case IndexUsers:
		return UserID(at.Key.ID).String()
	case IndexMembers, IndexFormerMembers:
		return OrganizationID(at.Key.In).String() + " " + UserID(at.Key.ID).String()
	case IndexAccounts:
		return AccountID(at.Key.ID).String()
	case IndexGrants:
		return AccountID(at.Key.In).String() + " " + UserID(at.Key.ID).String()
	case IndexInvitations:
		return InvitationID(at.Key.ID).String()
	case IndexRequests:
		return RequestID(at.Key.ID).String()
	case IndexDomains:
		return DomainID(at.Key.ID).String()
	case IndexConnections:
		return ConnectionID(at.Key.ID).String()
	case IndexKeys:
		return KeyID(at.Key.ID).String()
	case IndexGroups:
		return GroupID(at.Key.ID).String()
	case IndexGroupMembers:
		return GroupID(at.Key.In).String() + " " + UserID(at.Key.ID).String()
	case IndexGroupRoles:
		return AccountID(at.Key.In).String() + " " + GroupID(at.Key.ID).String()
	case IndexDirectories:
		return DirectoryID(at.Key.ID).String()
	case IndexProvisioned:
		return ProvisionedID(at.Key.ID).String()
	case IndexProvisionedMembers:
		return GroupID(at.Key.In).String() + " " + ProvisionedID(at.Key.ID).String()
	}
	panic("tenancy: no event makes records of that kind")
}
