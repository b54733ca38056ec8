package memstore

import (
	"slices"

	"github.com/add4b1c6/tenancy"
)

// records finds every record by identity, except words. The kinds that Access reads have
// tables of their own, whose values hold what it reads and no more: the fewer bytes it
// touches, the fewer it waits for. Functions that Access calls take IDs by pointer: copying
// them would take a fifth of its time.
type records struct {
	users       table[user]
	memberships table[tenancy.MembershipRecord]
	accounts    table[account]
	grants      table[tenancy.GrantRecord]
	keys        table[tenancy.KeyRecord]
	groupRoles  table[tenancy.GroupRolesRecord]
	inGroups    table[tenancy.GroupMemberRecord]
	others      table[other]

	// suspended has the organizations that are suspended: few, and mostly none. Access
	// asks it, and looks nothing up while it is empty.
	suspended table[tenancy.OrganizationID]
}

// user is a user's record, and what Access returns about it. It is there while the user has
// memberships, even if there is no record.
type user struct {
	id     tenancy.UserID
	active bool
	// One of the user's memberships, and how many there are. Most users have one, and then
	// Access finds it here.
	organization tenancy.OrganizationID // zero: none is kept here
	role         tenancy.OrganizationRole
	memberships  uint32
	record       tenancy.Record // nil: there is none
}

// account is the same for an account.
type account struct {
	id                tenancy.AccountID
	organization      tenancy.OrganizationID
	parent            tenancy.AccountID
	closed, suspended bool
	suspends          bool // its subaccounts
	groups            bool // groups have roles on it
	record            tenancy.Record
}

// other is a record of any kind, and its identity.
type other struct {
	tenancy.Record
	identity tenancy.Entry
}

func newRecords() records {
	return records{
		users: table[user]{key: func(r *user) tenancy.Entry { return userAt(r.id) }},
		memberships: table[tenancy.MembershipRecord]{key: func(r *tenancy.MembershipRecord) tenancy.Entry {
			return tenancy.Entry{Index: tenancy.IndexMembers, Key: tenancy.Key{In: r.Organization, ID: r.User}}
		}},
		accounts: table[account]{key: func(r *account) tenancy.Entry {
			return tenancy.Entry{Index: tenancy.IndexAccounts, Key: tenancy.Key{ID: r.id}}
		}},
		grants: table[tenancy.GrantRecord]{key: func(r *tenancy.GrantRecord) tenancy.Entry {
			return tenancy.Entry{Index: tenancy.IndexGrants, Key: tenancy.Key{In: r.Account, ID: r.User}}
		}},
		keys: table[tenancy.KeyRecord]{key: func(r *tenancy.KeyRecord) tenancy.Entry {
			return tenancy.Entry{Index: tenancy.IndexKeys, Key: tenancy.Key{ID: r.ID}}
		}},
		groupRoles: table[tenancy.GroupRolesRecord]{key: func(r *tenancy.GroupRolesRecord) tenancy.Entry {
			return tenancy.Entry{Index: tenancy.IndexGroupRoles, Key: tenancy.Key{In: r.Account, ID: r.Group}}
		}},
		inGroups: table[tenancy.GroupMemberRecord]{key: func(r *tenancy.GroupMemberRecord) tenancy.Entry {
			return tenancy.Entry{Index: tenancy.IndexGroupMembers, Key: tenancy.Key{In: r.Group, ID: r.User}}
		}},
		others: table[other]{key: func(r *other) tenancy.Entry { return r.identity }},
		suspended: table[tenancy.OrganizationID]{key: func(id *tenancy.OrganizationID) tenancy.Entry {
			return tenancy.Entry{Index: tenancy.IndexOrganizations, Key: tenancy.Key{ID: *id}}
		}},
	}
}

// get returns the record of an identity, or nil.
func (s *records) get(h *seed, identity *tenancy.Entry) tenancy.Record {
	in, id := &identity.Key.In, &identity.Key.ID
	switch identity.Index {
	case tenancy.IndexUsers:
		if r := s.user(h, (*tenancy.UserID)(id)); r != nil {
			return r.record
		}
	case tenancy.IndexMembers:
		if r := s.membership(h, (*tenancy.OrganizationID)(in), (*tenancy.UserID)(id)); r != nil {
			return *r
		}
	case tenancy.IndexAccounts:
		if r := s.account(h, (*tenancy.AccountID)(id)); r != nil {
			return r.record
		}
	case tenancy.IndexGrants:
		if r := s.grant(h, (*tenancy.AccountID)(in), (*tenancy.UserID)(id)); r != nil {
			return *r
		}
	case tenancy.IndexKeys:
		if r := s.key(h, (*tenancy.KeyID)(id)); r != nil {
			return *r
		}
	case tenancy.IndexGroupRoles:
		if r := s.rolesOf(h, (*tenancy.AccountID)(in), (*tenancy.GroupID)(id)); r != nil {
			return *r
		}
	case tenancy.IndexGroupMembers:
		if r := s.inGroup(h, (*tenancy.GroupID)(in), (*tenancy.UserID)(id)); r != nil {
			return *r
		}
	default:
		if r := s.others.get(h.hash(identity), *identity); r != nil {
			return r.Record
		}
	}
	return nil
}

// some is how many records are looked up at a time. A processor that asks for the next
// record before the last one has come from memory takes a fraction of the time.
const some = 16

// list appends the records of up to some identities, which are of one kind and must
// exist.
func (s *records) list(h *seed, identities []tenancy.Entry, to []tenancy.Record) []tenancy.Record {
	switch identities[0].Index {
	case tenancy.IndexUsers:
		return listed(h, &s.users, identities, to, func(r *user) tenancy.Record { return r.record })
	case tenancy.IndexMembers:
		return listed(h, &s.memberships, identities, to,
			func(r *tenancy.MembershipRecord) tenancy.Record { return *r })
	case tenancy.IndexAccounts:
		return listed(h, &s.accounts, identities, to, func(r *account) tenancy.Record { return r.record })
	case tenancy.IndexGrants:
		return listed(h, &s.grants, identities, to, func(r *tenancy.GrantRecord) tenancy.Record { return *r })
	case tenancy.IndexKeys:
		return listed(h, &s.keys, identities, to, func(r *tenancy.KeyRecord) tenancy.Record { return *r })
	case tenancy.IndexGroupRoles:
		return listed(h, &s.groupRoles, identities, to,
			func(r *tenancy.GroupRolesRecord) tenancy.Record { return *r })
	case tenancy.IndexGroupMembers:
		return listed(h, &s.inGroups, identities, to,
			func(r *tenancy.GroupMemberRecord) tenancy.Record { return *r })
	}
	return listed(h, &s.others, identities, to, func(r *other) tenancy.Record { return r.Record })
}

func listed[V any](h *seed, t *table[V], identities []tenancy.Entry, to []tenancy.Record,
	record func(*V) tenancy.Record) []tenancy.Record {
	var found [some][]V
	for i := range identities {
		found[i] = t.find(h.hash(&identities[i]))
	}
	for i := range identities {
		t.key(&found[i][0]) // so that it is on its way when the next loop reads it
	}
	for i := range identities {
		at := 0
		if len(found[i]) > 1 {
			at = t.index(found[i], identities[i])
		}
		to = append(to, record(&found[i][at]))
	}
	return to
}

// user returns a user who has a record, or nil.
func (s *records) user(h *seed, id *tenancy.UserID) *user {
	if r := userIn(s.users.find(h.hashID(tenancy.IndexUsers, (*[16]byte)(id))), id); r != nil && r.record != nil {
		return r
	}
	return nil
}

func (s *records) account(h *seed, id *tenancy.AccountID) *account {
	return accountIn(s.accounts.find(h.hashID(tenancy.IndexAccounts, (*[16]byte)(id))), id)
}

// userIn, accountIn and grantIn return the one of some values that they are asked for, or
// nil.
func userIn(found []user, id *tenancy.UserID) *user {
	for i := range found {
		if r := &found[i]; r.id == *id {
			return r
		}
	}
	return nil
}

func accountIn(found []account, id *tenancy.AccountID) *account {
	for i := range found {
		if r := &found[i]; r.id == *id {
			return r
		}
	}
	return nil
}

func grantIn(found []tenancy.GrantRecord, account *tenancy.AccountID, user *tenancy.UserID) *tenancy.GrantRecord {
	for i := range found {
		if r := &found[i]; r.User == *user && r.Account == *account {
			return r
		}
	}
	return nil
}

func (s *records) membership(h *seed, org *tenancy.OrganizationID,
	user *tenancy.UserID) *tenancy.MembershipRecord {
	found := s.memberships.find(h.hashPair(tenancy.IndexMembers, (*[16]byte)(org), (*[16]byte)(user)))
	for i := range found {
		if r := &found[i]; r.User == *user && r.Organization == *org {
			return r
		}
	}
	return nil
}

func (s *records) grant(h *seed, account *tenancy.AccountID, user *tenancy.UserID) *tenancy.GrantRecord {
	return grantIn(s.grants.find(h.hashPair(tenancy.IndexGrants, (*[16]byte)(account), (*[16]byte)(user))), account, user)
}

func (s *records) key(h *seed, id *tenancy.KeyID) *tenancy.KeyRecord {
	found := s.keys.find(h.hashID(tenancy.IndexKeys, (*[16]byte)(id)))
	for i := range found {
		if r := &found[i]; r.ID == *id {
			return r
		}
	}
	return nil
}

func (s *records) rolesOf(h *seed, account *tenancy.AccountID, group *tenancy.GroupID) *tenancy.GroupRolesRecord {
	found := s.groupRoles.find(h.hashPair(tenancy.IndexGroupRoles, (*[16]byte)(account), (*[16]byte)(group)))
	for i := range found {
		if r := &found[i]; r.Group == *group && r.Account == *account {
			return r
		}
	}
	return nil
}

func (s *records) inGroup(h *seed, group *tenancy.GroupID, user *tenancy.UserID) *tenancy.GroupMemberRecord {
	found := s.inGroups.find(h.hashPair(tenancy.IndexGroupMembers, (*[16]byte)(group), (*[16]byte)(user)))
	for i := range found {
		if r := &found[i]; r.User == *user && r.Group == *group {
			return r
		}
	}
	return nil
}

// isSuspended reports whether an organization is suspended.
func (s *records) isSuspended(h *seed, id *tenancy.OrganizationID) bool {
	if s.suspended.empty() {
		return false
	}
	found := s.suspended.find(h.hashID(tenancy.IndexOrganizations, (*[16]byte)(id)))
	return slices.Contains(found, *id)
}

// suspend keeps whether an organization is suspended.
func (s *records) suspend(e edit, identity tenancy.Entry, suspended bool) {
	id := tenancy.OrganizationID(identity.Key.ID)
	switch there := s.suspended.get(e.hash(identity), identity) != nil; {
	case suspended && !there:
		s.suspended.put(e, identity, id)
	case there && !suspended:
		s.suspended.remove(e, identity)
	}
}

func userAt(id tenancy.UserID) tenancy.Entry {
	return tenancy.Entry{Index: tenancy.IndexUsers, Key: tenancy.Key{ID: id}}
}

// of returns what is kept about a user.
func (s *records) of(e edit, id tenancy.UserID) user {
	if u := s.users.get(e.hash(userAt(id)), userAt(id)); u != nil {
		return *u
	}
	return user{id: id}
}

// keep keeps it, unless it is nothing.
func (s *records) keep(e edit, u user) {
	if u.record == nil && u.memberships == 0 {
		s.users.remove(e, userAt(u.id))
		return
	}
	s.users.put(e, userAt(u.id), u)
}

// join keeps what Access returns about a membership, which is new or not.
func (s *records) join(e edit, m tenancy.MembershipRecord, fresh bool) {
	u := s.of(e, m.User)
	if fresh {
		u.memberships++
	}
	if u.organization.IsZero() || u.organization == m.Organization {
		u.organization, u.role = m.Organization, m.Role
	}
	s.keep(e, u)
}

// leave forgets a membership.
func (s *records) leave(e edit, org tenancy.OrganizationID, id tenancy.UserID) {
	u := s.of(e, id)
	u.memberships--
	if u.organization == org {
		u.organization, u.role = tenancy.OrganizationID{}, ""
	}
	s.keep(e, u)
}

// put keeps a record, in place of the one that has its identity.
func (s *records) put(e edit, r tenancy.Record, identity tenancy.Entry) {
	switch r := r.(type) {
	case tenancy.UserRecord:
		var row tenancy.AccessRow
		row.SetUser(r)
		u := s.of(e, r.ID)
		u.active, u.record = row.UserActive, r
		s.users.put(e, identity, u)
	case tenancy.MembershipRecord:
		s.join(e, r, s.memberships.get(e.hash(identity), identity) == nil)
		s.memberships.put(e, identity, r)
	case tenancy.AccountRecord:
		var row, sub tenancy.AccessRow
		row.SetAccount(r)
		sub.SetParent(r)
		s.accounts.put(e, identity, account{id: r.ID, organization: r.Organization, parent: r.Parent, closed: row.Closed,
			suspended: row.Suspended, suspends: sub.Suspended, groups: r.Groups > 0, record: r})
	case tenancy.GrantRecord:
		s.grants.put(e, identity, r)
	case tenancy.KeyRecord:
		s.keys.put(e, identity, r)
	case tenancy.OrganizationRecord:
		s.suspend(e, identity, r.Suspended)
		s.others.put(e, identity, other{r, identity})
	case tenancy.GroupRolesRecord:
		s.groupRoles.put(e, identity, r)
	case tenancy.GroupMemberRecord:
		s.inGroups.put(e, identity, r)
	case tenancy.WordRecord: // wordAt makes it
	default:
		s.others.put(e, identity, other{r, identity})
	}
}

// remove removes the record of an identity, which must exist.
func (s *records) remove(e edit, identity tenancy.Entry) {
	switch identity.Index {
	case tenancy.IndexUsers:
		u := s.of(e, identity.Key.ID)
		u.active, u.record = false, nil
		s.keep(e, u)
	case tenancy.IndexMembers:
		s.memberships.remove(e, identity)
		s.leave(e, identity.Key.In, identity.Key.ID)
	case tenancy.IndexAccounts:
		s.accounts.remove(e, identity)
	case tenancy.IndexGrants:
		s.grants.remove(e, identity)
	case tenancy.IndexKeys:
		s.keys.remove(e, identity)
	case tenancy.IndexOrganizations:
		s.suspend(e, identity, false)
		s.others.remove(e, identity)
	case tenancy.IndexGroupRoles:
		s.groupRoles.remove(e, identity)
	case tenancy.IndexGroupMembers:
		s.inGroups.remove(e, identity)
	case tenancy.IndexWords:
	default:
		s.others.remove(e, identity)
	}
}

// access reads what Can needs to know.
func (s *snapshot) access(user *tenancy.UserID, accounts []tenancy.AccountID, key *tenancy.KeyID,
	rows []tenancy.AccessRow) {
	var k *tenancy.KeyRecord
	if !key.IsZero() {
		k = s.records.key(s.seed, key)
	}
	for i := range accounts {
		account, row := &accounts[i], &rows[i]
		row.Reset()
		if k != nil {
			row.SetKey(*user, *k)
		}
		groups, parentGroups := s.records.access(s.seed, user, account, row)
		if groups {
			row.Groups = s.groups(user, account, row.Groups)
		}
		if parentGroups {
			row.ParentGroups = s.groups(user, &row.Parent, row.ParentGroups)
		}
	}
}

// groups appends the groups of a user that have roles on an account, by ID.
func (s *snapshot) groups(
	user *tenancy.UserID, account *tenancy.AccountID, to []tenancy.GroupAccess,
) []tenancy.GroupAccess {
	place := tenancy.Key{In: *account}
	for {
		var ok bool
		if place, ok = s.indexes[tenancy.IndexGroupRoles].next(place); !ok || place.In != *account {
			return to
		}
		group := tenancy.GroupID(place.ID)
		if s.records.inGroup(s.seed, &group, user) != nil {
			to = append(to, tenancy.GroupAccess{Group: group, Roles: s.records.rolesOf(s.seed, account, &group).Roles})
		}
		if place.ID = following(place.ID); place.ID == [16]byte{} {
			return to
		}
	}
}

// following returns the ID that comes next, or the zero ID after the last.
func following(id [16]byte) [16]byte {
	for i := len(id) - 1; i >= 0; i-- {
		if id[i]++; id[i] != 0 {
			break
		}
	}
	return id
}

// access reads what Can needs to know, except groups. It reports whether groups have
// roles on the account, and on its parent. It looks for all before it looks at any, so that
// what is not in the processor's cache is on its way at the same time.
func (s *records) access(
	h *seed, user *tenancy.UserID, account *tenancy.AccountID, row *tenancy.AccessRow,
) (groups, parentGroups bool) {
	users := s.users.find(h.hashID(tenancy.IndexUsers, (*[16]byte)(user)))
	accounts := s.accounts.find(h.hashID(tenancy.IndexAccounts, (*[16]byte)(account)))
	grants := s.grants.find(h.hashPair(tenancy.IndexGrants, (*[16]byte)(account), (*[16]byte)(user)))
	u, a := userIn(users, user), accountIn(accounts, account)
	if u != nil && u.record != nil {
		row.UserFound, row.UserActive = true, u.active
	}
	if g := grantIn(grants, account, user); g != nil {
		row.Roles, row.Temporary, row.Until = g.Roles, g.Temporary, g.Until
	}
	if a == nil {
		return false, false
	}
	row.AccountFound, row.Organization, row.Parent = true, a.organization, a.parent
	row.Closed, row.Suspended = a.closed, a.suspended
	if !row.Parent.IsZero() {
		if p := s.account(h, &row.Parent); p != nil {
			row.Suspended = row.Suspended || p.suspends
			parentGroups = p.groups
		}
		if g := s.grant(h, &row.Parent, user); g != nil {
			row.SetParentGrant(*g)
		}
	}
	if !row.Organization.IsZero() {
		row.OrganizationSuspended = s.isSuspended(h, &row.Organization)
		s.accessMembership(h, u, row)
	}
	return a.groups, parentGroups
}

// accessMembership reads a user's membership of the account's organization.
func (s *records) accessMembership(h *seed, u *user, row *tenancy.AccessRow) {
	switch {
	case u == nil:
	case u.organization == row.Organization:
		row.Member, row.Role = true, u.role
	case u.memberships > 1 || u.memberships == 1 && u.organization.IsZero():
		if m := s.membership(h, &row.Organization, &u.id); m != nil {
			row.SetMembership(*m)
		}
	}
}
