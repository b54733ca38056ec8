package tenancy

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// LoggedEvent is an event as Events lists it, with the names of what it names (EVT-8).
// In JSON the names are a field beside those of the event, whose data holds none.
type LoggedEvent struct {
	Event
	Names []Named `json:"names,omitzero"` // by ID; without what has no name that the actor may see, and is not Gone
}

// MarshalJSON writes the event as Event does, and the names beside it (GEN-19).
func (e LoggedEvent) MarshalJSON() ([]byte, error) {
	type logged struct {
		eventJSON
		Names []Named `json:"names,omitzero"`
	}
	return json.Marshal(logged{e.Event.json(), e.Names})
}

// Named is something that an event names, and what it is called.
type Named struct {
	ID    string   `json:"id"`             // the text form
	Name  Personal `json:"name,omitzero"`  // of a user, an account, an organization, a domain, a connection, a key, a group, a directory or its person
	Email Personal `json:"email,omitzero"` // of a user or a directory's person, and where an invitation or a request was for
	// Gone says that no name is kept for anybody to see: it was erased, or what had it is
	// no more. Of a user it is set only for those who see a user who is deleted.
	Gone bool `json:"gone,omitzero"`
}

// NameOf returns what an ID that the event names is called. Neither Name nor Email is set
// if they are Gone, or if the actor may not see them.
func (e LoggedEvent) NameOf(id string) Named {
	at, found := slices.BinarySearchFunc(e.Names, id, func(n Named, id string) int { return strings.Compare(n.ID, id) })
	if !found {
		return Named{ID: id}
	}
	return e.Names[at]
}

// nameFacts is what the events of a page name.
type nameFacts struct {
	standing      logStanding
	organizations map[OrganizationID]*OrganizationRecord
	ranks         map[OrganizationID]*MembershipRecord // the actor's there
	users         map[UserID]namedUser
	accounts      map[AccountID]accountStanding
	domains       map[DomainID]*DomainRecord
	connections   map[ConnectionID]*ConnectionRecord
	groups        map[GroupID]namedGroup
	invitations   map[InvitationID]*InvitationRecord
	requests      map[RequestID]*RequestRecord
	keys          map[KeyID]namedKey
	directories   map[DirectoryID]*DirectoryRecord
	identities    map[ProvisionedID]*ProvisionedRecord
}

// namedGroup is a group that an event names.
type namedGroup struct {
	group  *GroupRecord // nil: there is none
	inside bool         // the actor is in it
}

// namedKey is a key that an event names.
type namedKey struct {
	key    *KeyRecord        // nil: there is none
	member *MembershipRecord // its service account's in the log's organization; nil: none
}

// namedUser is a user whom an event names.
type namedUser struct {
	user   *UserRecord         // nil: there is none
	member *MembershipRecord   // of the log's organization
	former *FormerMemberRecord // what it keeps of them; nil: nothing
	guest  bool                // has a role on one of its accounts that are not closed
}

// names asks for what the events of a page name. An account costs a second step, which shows
// by what the actor reaches it, and an invitation to one a third. What is asked for does
// not depend on how many accounts, organizations or roles something that is named has.
func (r *reads) names(st logStanding, page []EventRecord) nameFacts {
	f := nameFacts{
		standing:      st,
		organizations: map[OrganizationID]*OrganizationRecord{},
		ranks:         map[OrganizationID]*MembershipRecord{},
		users:         map[UserID]namedUser{},
		accounts:      map[AccountID]accountStanding{},
		domains:       map[DomainID]*DomainRecord{},
		connections:   map[ConnectionID]*ConnectionRecord{},
		groups:        map[GroupID]namedGroup{},
		invitations:   map[InvitationID]*InvitationRecord{},
		requests:      map[RequestID]*RequestRecord{},
		keys:          map[KeyID]namedKey{},
		directories:   map[DirectoryID]*DirectoryRecord{},
		identities:    map[ProvisionedID]*ProvisionedRecord{},
	}
	for _, record := range page {
		e, err := record.event()
		if err != nil {
			continue
		}
		for _, id := range e.ids() {
			r.name(&f, id)
		}
	}
	return f
}

// ids returns the IDs that an event names: its actor's, its stream's, and those in its
// data.
func (e Event) ids() []any {
	ids := map[any]bool{e.Actor.User: true, e.Actor.Directory: true, e.Key: true, e.Stream.User: true, e.Stream.Organization: true}
	for id := range idsOf(e.Data) {
		ids[id.Interface()] = true
	}
	for id := range ids {
		if reflect.ValueOf(id).IsZero() {
			delete(ids, id)
		}
	}
	return slices.Collect(maps.Keys(ids))
}

// name asks for one thing that is named.
func (r *reads) name(f *nameFacts, id any) {
	actor := r.actor.User
	switch id := id.(type) {
	case OrganizationID:
		f.organizations[id] = find(r, organizationByID(id))
		if r.actor.isUser() {
			f.ranks[id] = find(r, memberOf(id, actor))
		}
	case UserID:
		f.users[id] = r.namedUser(f.standing.home(), id)
	case AccountID:
		f.accounts[id] = r.accountStandingOf(r.actor, id)
	case DomainID:
		f.domains[id] = find(r, domainByID(id))
	case ConnectionID:
		f.connections[id] = find(r, connectionByID(id))
	case GroupID:
		named := namedGroup{group: find(r, groupByID(id))}
		if r.actor.isUser() {
			named.inside = find(r, groupMember(id, actor)) != nil
		}
		f.groups[id] = named
	case InvitationID:
		i := find(r, invitationByID(id))
		if f.invitations[id] = i; i != nil && i.Kind == InvitationToAccount {
			f.accounts[i.Account] = r.accountStandingOf(r.actor, i.Account)
		}
	case RequestID:
		f.requests[id] = find(r, requestByID(id))
	case KeyID:
		named := namedKey{key: find(r, keyByID(id))}
		if home := f.standing.home(); named.key != nil && !home.IsZero() {
			named.member = find(r, memberOf(home, named.key.User))
		}
		f.keys[id] = named
	case DirectoryID:
		f.directories[id] = find(r, directoryByID(id))
	case ProvisionedID:
		p := find(r, provisionedByID(id))
		if f.identities[id] = p; p != nil {
			f.directories[p.Directory] = find(r, directoryByID(p.Directory))
		}
	}
}

// namedUser asks for a user, and for what shows them to those who manage the users of an
// organization.
func (r *reads) namedUser(org OrganizationID, user UserID) (p namedUser) {
	p.user = find(r, userByID(user))
	if org.IsZero() || !r.actor.isUser() {
		return p
	}
	p.member, p.former = find(r, memberOf(org, user)), find(r, formerMember(org, user))
	p.guest = r.isGuest(org, user)
	return p
}

// isGuest asks whether a user is independent to an organization now: a record of whom
// every role has ended stays until Purge (ACC-11).
func (r *reads) isGuest(org OrganizationID, user UserID) bool {
	longest := list(r, independentUserOn(org, user), 1) // the role that lasts longest comes first
	return len(longest) > 0 && !ended(longest[0].Until, r.now)
}

// home returns the organization that the reader of an organization's log reads it for:
// the survivor of a merged one. It is zero for a user's log.
func (st logStanding) home() OrganizationID {
	if o := st.organization.organization; o != nil {
		return o.ID
	}
	return OrganizationID{}
}

// of returns the names of what an event names, as the actor may see them.
func (f nameFacts) of(e Event, c *changes) (names []Named) {
	for _, id := range e.ids() {
		named := f.named(id, c)
		if named == (Named{}) {
			continue
		}
		named.ID = id.(interface{ String() string }).String()
		names = append(names, named)
	}
	slices.SortFunc(names, func(a, b Named) int { return strings.Compare(a.ID, b.ID) })
	return names
}

// named returns what one thing is called, as the actor may see it (GEN-5). Operators and
// System see all. Of an organization's log a member sees what their role shows them of what
// is its own, and everybody sees themself, what they have a role in, by a group or by an
// account's parent too, and the groups that they are in.
func (f nameFacts) named(id any, c *changes) Named {
	all := !c.actor.isUser()
	home, rank := f.standing.home(), f.standing.organization.rank
	own := func(org OrganizationID, p OrganizationPermission) bool {
		return all || rank.may(p) && org == home && !home.IsZero()
	}
	switch id := id.(type) {
	case OrganizationID:
		if o := f.organizations[id]; o != nil && (own(id, ReadLog) || own(o.MergedInto, ReadLog) || f.ranks[id] != nil) {
			return called(kept(o.Personal.Name, o.Ended, c.now))
		}
	case UserID:
		return f.users[id].named(all, rank.may(ViewUsers), c)
	case AccountID:
		if a := f.accounts[id]; a.account != nil && (own(a.account.Organization, ViewAccounts) || !a.roles().IsZero()) {
			return called(a.account.Personal.Name)
		}
	case DomainID:
		d := f.domains[id]
		if d == nil {
			return Named{Gone: true}
		}
		if own(d.Organization, ViewDomains) {
			return called(NewPersonal(d.Personal.Name))
		}
	case ConnectionID:
		x := f.connections[id]
		if x == nil {
			return Named{Gone: true}
		}
		if own(x.Organization, ManageIdentity) {
			return called(x.Personal.Name)
		}
	case GroupID:
		g := f.groups[id]
		if g.group == nil {
			return Named{Gone: true}
		}
		if own(g.group.Organization, ViewUsers) || g.inside {
			return called(g.group.Personal.Name)
		}
	case InvitationID:
		if i := f.invitations[id]; i != nil && i.Kind != InvitationOfAccount && own(f.target(*i), ViewUsers) {
			return calledAt(kept(i.Personal.Email, due(i.Settled, i.Expires), c.now))
		}
	case RequestID:
		if q := f.requests[id]; q != nil && own(q.Organization, ViewUsers) {
			return calledAt(kept(q.Personal.Email, due(q.Settled, q.Expires), c.now))
		}
	case KeyID:
		if k := f.keys[id]; k.key != nil && (all || rank.may(ManageIdentity) && k.member != nil) {
			return called(c.keyName(*k.key))
		}
	case DirectoryID:
		if d := f.directories[id]; d != nil && own(d.Organization, ManageIdentity) {
			return called(d.Personal.Name)
		}
	case ProvisionedID:
		p := f.identities[id]
		if p == nil {
			return Named{Gone: true}
		}
		if own(p.Organization, ManageIdentity) {
			return f.namedIdentity(*p)
		}
	}
	return Named{}
}

// called is what is called by a name that is kept or not.
func called(name Personal) Named { return Named{Name: name, Gone: name.IsZero()} }

// calledAt is what is called by an address that is kept or not.
func calledAt(address Personal) Named { return Named{Email: address, Gone: address.IsZero()} }

// namedIdentity returns what a directory calls a person. One that was removed, or whose
// directory was, is not shown (PRV-7).
func (f nameFacts) namedIdentity(p ProvisionedRecord) Named {
	d := f.directories[p.Directory]
	if d == nil || d.Removed != 0 || p.Removed != 0 {
		return Named{Gone: true}
	}
	n := calledAt(p.Personal.UserName)
	if name := p.Personal.names().userName(); name != "" {
		n.Name, n.Gone = NewPersonal(name), false
	}
	return n
}

// target returns the organization that an invitation concerns: for one to an account,
// that which manages the account.
func (f nameFacts) target(i InvitationRecord) OrganizationID {
	if i.Kind != InvitationToAccount {
		return i.Organization
	}
	if a := f.accounts[i.Account].account; a != nil {
		return a.Organization
	}
	return OrganizationID{}
}

// named returns what a user is called (USR-21): members, independent users and the actor
// as they are now, and former members as they were when they left.
func (p namedUser) named(all, sees bool, c *changes) (n Named) {
	switch {
	case p.user == nil:
	case all, p.user.ID == c.actor.User, sees && (p.member != nil || p.guest):
		n = Named{Name: p.user.Personal.Name, Email: p.user.Personal.Email, Gone: p.user.Deleted}
	case sees && p.former != nil && !c.dir.forgets(*p.former, c.now):
		n.Name, n.Email = p.former.Personal.Name, p.former.Personal.Email
	}
	return n
}
