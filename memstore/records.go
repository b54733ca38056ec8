package memstore

import (
	"slices"

	"github.com/add4b1c6/tenancy"
)

// records finds every record by identity, except words. The kinds that Access reads have tries of
// their own, which hold records in place, not boxed. Functions that Access calls take
// IDs by pointer: copying them would take a fifth of its time.
type records struct {
	users       trie[user]
	memberships trie[tenancy.MembershipRecord]
	accounts    trie[account]
	grants      trie[tenancy.GrantRecord]
	keys        trie[tenancy.KeyRecord]
	groupRoles  trie[tenancy.GroupRolesRecord]
	inGroups    trie[tenancy.GroupMemberRecord]
	others      trie[other]

	// suspended has the organizations that are suspended: few, and mostly none. Access
	// asks it, and looks nothing up while it is empty.
	suspended trie[tenancy.OrganizationID]
}

// user is a record, and what Access returns about it, derived when the record was
// written. It comes before the record, next to the ID.
type user struct {
	active bool
	tenancy.UserRecord
}

// account is the same for an account.
type account struct {
	closed, suspended bool
	suspends          bool // its subaccounts
	tenancy.AccountRecord
}

// other is a record of any kind, and its identity.
type other struct {
	tenancy.Record
	identity tenancy.Entry
}

func newRecords() records {
	return records{
		users: trie[user]{key: func(r *user) tenancy.Entry {
			return tenancy.Entry{Index: tenancy.IndexUsers, Key: tenancy.Key{ID: r.ID}}
		}},
		memberships: trie[tenancy.MembershipRecord]{key: func(r *tenancy.MembershipRecord) tenancy.Entry {
			return tenancy.Entry{Index: tenancy.IndexMembers, Key: tenancy.Key{In: r.Organization, ID: r.User}}
		}},
		accounts: trie[account]{key: func(r *account) tenancy.Entry {
			return tenancy.Entry{Index: tenancy.IndexAccounts, Key: tenancy.Key{ID: r.ID}}
		}},
		grants: trie[tenancy.GrantRecord]{key: func(r *tenancy.GrantRecord) tenancy.Entry {
			return tenancy.Entry{Index: tenancy.IndexGrants, Key: tenancy.Key{In: r.Account, ID: r.User}}
		}},
		keys: trie[tenancy.KeyRecord]{key: func(r *tenancy.KeyRecord) tenancy.Entry {
			return tenancy.Entry{Index: tenancy.IndexKeys, Key: tenancy.Key{ID: r.ID}}
		}},
		groupRoles: trie[tenancy.GroupRolesRecord]{key: func(r *tenancy.GroupRolesRecord) tenancy.Entry {
			return tenancy.Entry{Index: tenancy.IndexGroupRoles, Key: tenancy.Key{In: r.Account, ID: r.Group}}
		}},
		inGroups: trie[tenancy.GroupMemberRecord]{key: func(r *tenancy.GroupMemberRecord) tenancy.Entry {
			return tenancy.Entry{Index: tenancy.IndexGroupMembers, Key: tenancy.Key{In: r.Group, ID: r.User}}
		}},
		others: trie[other]{key: func(r *other) tenancy.Entry { return r.identity }},
		suspended: trie[tenancy.OrganizationID]{key: func(id *tenancy.OrganizationID) tenancy.Entry {
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
			return r.UserRecord
		}
	case tenancy.IndexMembers:
		if r := s.membership(h, (*tenancy.OrganizationID)(in), (*tenancy.UserID)(id)); r != nil {
			return *r
		}
	case tenancy.IndexAccounts:
		if r := s.account(h, (*tenancy.AccountID)(id)); r != nil {
			return r.AccountRecord
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
		return listed(h, &s.users, identities, to, func(r *user) tenancy.Record { return r.UserRecord })
	case tenancy.IndexMembers:
		return listed(h, &s.memberships, identities, to,
			func(r *tenancy.MembershipRecord) tenancy.Record { return *r })
	case tenancy.IndexAccounts:
		return listed(h, &s.accounts, identities, to,
			func(r *account) tenancy.Record { return r.AccountRecord })
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

func listed[V any](h *seed, t *trie[V], identities []tenancy.Entry, to []tenancy.Record,
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

func (s *records) user(h *seed, id *tenancy.UserID) *user {
	found := s.users.find(h.hashID(tenancy.IndexUsers, (*[16]byte)(id)))
	for i := range found {
		if r := &found[i]; r.ID == *id {
			return r
		}
	}
	return nil
}

func (s *records) account(h *seed, id *tenancy.AccountID) *account {
	found := s.accounts.find(h.hashID(tenancy.IndexAccounts, (*[16]byte)(id)))
	for i := range found {
		if r := &found[i]; r.ID == *id {
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
	found := s.grants.find(h.hashPair(tenancy.IndexGrants, (*[16]byte)(account), (*[16]byte)(user)))
	for i := range found {
		if r := &found[i]; r.User == *user && r.Account == *account {
			return r
		}
	}
	return nil
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

// put keeps a record, in place of the one that has its identity.
func (s *records) put(e edit, r tenancy.Record, identity tenancy.Entry) {
	switch r := r.(type) {
	case tenancy.UserRecord:
		var row tenancy.AccessRow
		row.SetUser(r)
		s.users.put(e, identity, user{row.UserActive, r})
	case tenancy.MembershipRecord:
		s.memberships.put(e, identity, r)
	case tenancy.AccountRecord:
		var row, sub tenancy.AccessRow
		row.SetAccount(r)
		sub.SetParent(r)
		s.accounts.put(e, identity, account{row.Closed, row.Suspended, sub.Suspended, r})
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
		s.users.remove(e, identity)
	case tenancy.IndexMembers:
		s.memberships.remove(e, identity)
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
func (s *snapshot) access(user *tenancy.UserID, account *tenancy.AccountID, key *tenancy.KeyID,
	row *tenancy.AccessRow) {
	if !key.IsZero() {
		if k := s.records.key(s.seed, key); k != nil {
			row.SetKey(*user, *k)
		}
	}
	groups, parentGroups := s.records.access(s.seed, user, account, row)
	if groups {
		row.Groups = s.groups(user, account, row.Groups)
	}
	if parentGroups {
		row.ParentGroups = s.groups(user, &row.Parent, row.ParentGroups)
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
// roles on the account, and on its parent.
func (s *records) access(
	h *seed, user *tenancy.UserID, account *tenancy.AccountID, row *tenancy.AccessRow,
) (groups, parentGroups bool) {
	if u := s.user(h, user); u != nil {
		row.UserFound, row.UserActive = true, u.active
	}
	if a := s.account(h, account); a != nil {
		row.AccountFound, row.Organization, row.Parent = true, a.Organization, a.Parent
		row.Closed, row.Suspended = a.closed, a.suspended
		groups = a.Groups > 0
	}
	if g := s.grant(h, account, user); g != nil {
		row.SetGrant(*g)
	}
	if !row.Parent.IsZero() {
		if a := s.account(h, &row.Parent); a != nil {
			row.Suspended = row.Suspended || a.suspends
			parentGroups = a.Groups > 0
		}
		if g := s.grant(h, &row.Parent, user); g != nil {
			row.SetParentGrant(*g)
		}
	}
	if !row.Organization.IsZero() {
		row.OrganizationSuspended = s.isSuspended(h, &row.Organization)
		if m := s.membership(h, &row.Organization, user); m != nil {
			row.SetMembership(*m)
		}
	}
	return groups, parentGroups
}
