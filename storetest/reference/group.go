package reference

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/add4b1c6/tenancy"
)

// CreateGroup is GRP-1 and GRP-2.
func (m *Model) CreateGroup(by Actor, org tenancy.OrganizationID, in tenancy.NewGroup, made tenancy.GroupID) Answer {
	var form refusals
	form.when(org.IsZero(), tenancy.CodeID)
	form.when(!validName(in.Name), tenancy.CodeName)
	form.when(utf8.RuneCountInString(in.ExternalID) > 255 || !utf8.ValidString(in.ExternalID) ||
		strings.ContainsFunc(in.ExternalID, unicode.IsControl), tenancy.CodeInput)
	if form != nil {
		return refuse(form...)
	}
	if no := m.inOrganization(by, org, who{may: tenancy.ManageUsers, service: true}); no != nil {
		return refuse(no...)
	}
	var no refusals
	no.when(over(m.limits(org).Groups, m.groupsOf(org), 1), tenancy.CodeGroupLimit)
	no.when(m.suspended(by, org), tenancy.CodeOrganizationSuspended)
	if no != nil {
		return refuse(no...)
	}
	m.Groups[made] = Group{Organization: org, Name: strings.TrimSpace(in.Name), ExternalID: in.ExternalID, Created: m.Now}
	return done()
}

// onGroup answers for an actor who may not do something to a group. changes says that it
// changes what the group is or who is in it: who manages users alone does not where the
// group has roles (GRP-2).
func (m *Model) onGroup(by Actor, id tenancy.GroupID, service bool, needs ...tenancy.OrganizationPermission) []tenancy.Code {
	if no := m.acts(by); no != nil {
		return no
	}
	g, ok := m.Groups[id]
	var no []tenancy.Code
	switch {
	case !ok:
		no = []tenancy.Code{tenancy.CodeNotFound}
	case by.platform():
		no = []tenancy.Code{tenancy.CodeNotAllowed}
	case !m.may(by.User, g.Organization, tenancy.ViewUsers):
		no = []tenancy.Code{tenancy.CodeNotFound}
	case slices.ContainsFunc(needs, func(right tenancy.OrganizationPermission) bool {
		return !m.may(by.User, g.Organization, right)
	}):
		no = []tenancy.Code{tenancy.CodeNotAllowed}
	}
	return m.barred(by, service, no)
}

// changing is what changing a group takes (GRP-2).
func (m *Model) changing(id tenancy.GroupID) []tenancy.OrganizationPermission {
	for at := range m.GroupRoles {
		if at.Group == id && m.Mutant != "GRP-2" {
			return []tenancy.OrganizationPermission{tenancy.ManageUsers, tenancy.ManageAccounts}
		}
	}
	return []tenancy.OrganizationPermission{tenancy.ManageUsers}
}

func (m *Model) groupSize(id tenancy.GroupID) (n int) {
	for in := range m.InGroups {
		if in.Group == id {
			n++
		}
	}
	return n
}

// RenameGroup is GRP-2.
func (m *Model) RenameGroup(by Actor, id tenancy.GroupID, name string) Answer {
	var form refusals
	form.when(id.IsZero(), tenancy.CodeID)
	form.when(!validName(name), tenancy.CodeName)
	if form != nil {
		return refuse(form...)
	}
	if no := m.onGroup(by, id, true, m.changing(id)...); no != nil {
		return refuse(no...)
	}
	g := m.Groups[id]
	was := g
	g.Name = strings.TrimSpace(name)
	return m.unlessSuspended(by, g.Organization, g == was, func() { m.Groups[id] = g })
}

// DeleteGroup is GRP-2: by a role of the host's an empty one alone.
func (m *Model) DeleteGroup(by Actor, id tenancy.GroupID) Answer {
	if id.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.onGroup(by, id, false, m.changing(id)...); no != nil {
		return refuse(no...)
	}
	own, _ := m.member(m.Groups[id].Organization, by.User)
	if own.Role != tenancy.Owner && own.Role != tenancy.Administrator && m.groupSize(id) > 0 {
		return refuse(tenancy.CodeRank)
	}
	m.endGroup(id) // goes on in a suspended organization
	return done()
}

// badUsers answers for a list of users of whom 1 to 1,000 are named.
func badUsers(id tenancy.GroupID, users []tenancy.UserID) (form refusals) {
	form.when(id.IsZero() || slices.Contains(users, tenancy.UserID{}), tenancy.CodeID)
	form.when(len(users) < 1 || len(users) > 1000, tenancy.CodeInput)
	return form
}

// AddToGroup is GRP-2: all of the users or none.
func (m *Model) AddToGroup(by Actor, id tenancy.GroupID, users []tenancy.UserID) Answer {
	if form := badUsers(id, users); form != nil {
		return refuse(form...)
	}
	if no := m.onGroup(by, id, true, m.changing(id)...); no != nil {
		return refuse(no...)
	}
	org := m.Groups[id].Organization
	own, _ := m.member(org, by.User)
	var rights, missing, state refusals
	more := 0
	for _, user := range inOrder(slices.Compact(inOrder(slices.Clone(users)))) {
		rights.when(!m.person(by.User) && user == by.User, tenancy.CodeServiceAccount) // USR-20
		member, ok := m.member(org, user)
		if codes, certain := m.named(by, org, user); codes != nil {
			missing.when(true, tenancy.CodeNotFound)
			missing.when(!certain, tenancy.CodeNotMember)
		} else if !ok {
			state.when(true, tenancy.CodeNotMember)
		}
		rights.when(ok && !m.covers(own.Role, member.Role), tenancy.CodeRank)
		if !m.InGroups[InGroup{id, user}] {
			more++
		}
	}
	if missing != nil || rights != nil {
		return refuse(append(append(missing, rights...), state...)...)
	}
	same := more == 0 && state == nil
	state.when(over(m.limits(org).GroupMembers, m.groupSize(id), more), tenancy.CodeGroupMemberLimit)
	state.when(m.suspended(by, org), tenancy.CodeOrganizationSuspended)
	if state != nil {
		return Answer{Codes: state, Open: same}
	}
	for _, user := range users {
		m.InGroups[InGroup{id, user}] = true
	}
	return done()
}

// RemoveFromGroup is GRP-2. Who is not in it stays out.
func (m *Model) RemoveFromGroup(by Actor, id tenancy.GroupID, users []tenancy.UserID) Answer {
	if form := badUsers(id, users); form != nil {
		return refuse(form...)
	}
	if no := m.onGroup(by, id, true, m.changing(id)...); no != nil {
		return refuse(no...)
	}
	org := m.Groups[id].Organization
	own, _ := m.member(org, by.User)
	var no refusals
	open := true
	for _, user := range users {
		codes, certain := m.named(by, org, user)
		if codes != nil {
			no.when(true, tenancy.CodeNotFound)
			open = open && !certain
		}
		member, ok := m.member(org, user)
		if ok && !m.covers(own.Role, member.Role) {
			no.when(true, tenancy.CodeRank)
			open = false
		}
	}
	take := func() {
		for _, user := range users {
			delete(m.InGroups, InGroup{id, user})
		}
	}
	if no != nil {
		return Answer{Codes: no, Open: open, Then: take}
	}
	take()
	return done()
}

// onGroupAccount answers for an account on which a group cannot have roles: one that is not
// the organization's is not found.
func (m *Model) onGroupAccount(id tenancy.GroupID, account tenancy.AccountID) []tenancy.Code {
	a, ok := m.Accounts[account]
	if !ok || a.Organization != m.Groups[id].Organization {
		return []tenancy.Code{tenancy.CodeNotFound}
	}
	return nil
}

// AssignGroupRoles is GRP-2.
func (m *Model) AssignGroupRoles(by Actor, id tenancy.GroupID, account tenancy.AccountID, roles tenancy.RoleSet) Answer {
	var form refusals
	form.when(id.IsZero() || account.IsZero(), tenancy.CodeID)
	form.when(!m.validRoles(roles), tenancy.CodeRoles)
	if form != nil {
		return refuse(form...)
	}
	no := m.onGroup(by, id, true, tenancy.ManageUsers, tenancy.ManageAccounts)
	if no != nil {
		return refuse(no...)
	}
	self := !m.person(by.User) && m.InGroups[InGroup{id, by.User}] // USR-20
	if no := m.onGroupAccount(id, account); no != nil {
		if self {
			no = append(no, tenancy.CodeServiceAccount)
		}
		return refuse(no...)
	}
	if self {
		return refuse(tenancy.CodeServiceAccount)
	}
	a := m.Accounts[account]
	there := 0
	for at := range m.GroupRoles {
		if at.Account == account && at.Group != id {
			there++
		}
	}
	had := m.GroupRoles[GroupOn{account, id}]
	var state refusals
	state.when(a.closed(), tenancy.CodeClosed)
	state.when(had.IsZero() && over(m.limits(a.Organization).AccountGroups, there, 1), tenancy.CodeAccountGroupLimit)
	state.when(m.suspended(by, a.Organization), tenancy.CodeOrganizationSuspended)
	if state != nil {
		return Answer{Codes: state, Open: had == roles}
	}
	m.GroupRoles[GroupOn{account, id}] = roles
	return done()
}

// RevokeGroupRoles is GRP-2.
func (m *Model) RevokeGroupRoles(by Actor, id tenancy.GroupID, account tenancy.AccountID) Answer {
	if id.IsZero() || account.IsZero() {
		return refuse(tenancy.CodeID)
	}
	no := m.onGroup(by, id, true, tenancy.ManageUsers, tenancy.ManageAccounts)
	if no == nil {
		no = m.onGroupAccount(id, account)
	}
	if no != nil {
		return refuse(no...)
	}
	if m.GroupRoles[GroupOn{account, id}].IsZero() {
		return refuse(tenancy.CodeNoGrant)
	}
	delete(m.GroupRoles, GroupOn{account, id})
	return done()
}

// CreateServiceAccount is USR-20.
func (m *Model) CreateServiceAccount(by Actor, org tenancy.OrganizationID, in tenancy.NewServiceAccount,
	made tenancy.UserID) Answer {
	if in.Role == "" {
		in.Role = tenancy.StandardUser
	}
	var form refusals
	form.when(org.IsZero(), tenancy.CodeID)
	form.when(!validName(in.Name), tenancy.CodeName)
	form.when(in.Role == tenancy.Owner || !m.namedRank(in.Role), tenancy.CodeRole)
	if form != nil {
		return refuse(form...)
	}
	if no := m.inOrganization(by, org, who{may: tenancy.ManageIdentity}); no != nil {
		return refuse(no...)
	}
	n := 0
	for _, user := range m.membersOf(org) {
		if !m.person(user) {
			n++
		}
	}
	var no refusals
	no.when(over(m.limits(org).ServiceAccounts, n, 1), tenancy.CodeServiceAccountLimit)
	no.when(m.suspended(by, org), tenancy.CodeOrganizationSuspended)
	if no != nil {
		return refuse(no...)
	}
	m.Users[made] = User{Name: strings.TrimSpace(in.Name), ServiceAccount: true, Created: m.Now}
	m.joins(org, made, in.Role, tenancy.InvitationID{})
	return done()
}

// holds reports whether a key holds: not revoked, not expired (USR-22).
func (m *Model) holds(id tenancy.KeyID) bool {
	key, ok := m.Keys[id]
	return ok && key.Revoked == 0 && (key.Expires == 0 || m.Now < key.Expires) && m.Mutant != "USR-22"
}

// onServiceAccount answers for an actor who may not do something to a service account's
// keys: the Owner and Administrators who are persons may.
func (m *Model) onServiceAccount(by Actor, user tenancy.UserID) []tenancy.Code {
	if no := m.acts(by); no != nil {
		return no
	}
	if !m.exists(user) {
		return m.barred(by, false, []tenancy.Code{tenancy.CodeNotFound})
	}
	if m.person(user) { // not found; for who has no right either, no rule says which comes first
		return m.barred(by, false, []tenancy.Code{tenancy.CodeNotFound, tenancy.CodeNotAllowed})
	}
	if by.platform() {
		return []tenancy.Code{tenancy.CodeNotAllowed}
	}
	org := m.organizationsOf(user)[0]
	var no []tenancy.Code
	switch {
	case !m.seesUser(by.User, user):
		no = []tenancy.Code{tenancy.CodeNotFound}
	case !m.may(by.User, org, tenancy.ManageIdentity):
		no = []tenancy.Code{tenancy.CodeNotAllowed}
	}
	return m.barred(by, false, no)
}

// CreateKey is USR-22.
func (m *Model) CreateKey(by Actor, user tenancy.UserID, name string, expires, used tenancy.Instant, made tenancy.KeyID) Answer {
	var form refusals
	form.when(user.IsZero(), tenancy.CodeID)
	form.when(!validName(name), tenancy.CodeName)
	if form != nil {
		return refuse(form...)
	}
	// Whether a time is in the past is of the input's form, but the operation's time decides.
	var past refusals
	past.when(expires != 0 && expires <= m.Now, tenancy.CodeInput)
	if no := m.onServiceAccount(by, user); no != nil {
		return refuse(append(past, no...)...)
	}
	if past != nil {
		return refuse(past...)
	}
	org := m.organizationsOf(user)[0]
	n := 0 // expired ones count until they are revoked
	for _, key := range m.Keys {
		if key.User == user && key.Revoked == 0 {
			n++
		}
	}
	var no refusals
	no.when(over(m.limits(org).Keys, n, 1), tenancy.CodeKeyLimit)
	no.when(m.suspended(by, org), tenancy.CodeOrganizationSuspended)
	if no != nil {
		return refuse(no...)
	}
	m.Keys[made] = Key{User: user, Name: strings.TrimSpace(name), Created: m.Now, Expires: expires, Used: used}
	return done()
}

// RevokeKey is USR-22. To who does not see the key, it is not found.
func (m *Model) RevokeKey(by Actor, id tenancy.KeyID) Answer {
	if id.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.acts(by); no != nil {
		return refuse(no...)
	}
	key, ok := m.Keys[id]
	var no []tenancy.Code
	switch {
	case !ok:
		no = []tenancy.Code{tenancy.CodeNotFound}
	case by.platform():
		no = []tenancy.Code{tenancy.CodeNotAllowed}
	case !m.may(by.User, m.organizationsOf(key.User)[0], tenancy.ManageIdentity):
		no = []tenancy.Code{tenancy.CodeNotFound}
	}
	if no = m.barred(by, false, no); no != nil {
		return refuse(no...)
	}
	if key.Revoked == 0 {
		key.Revoked = m.Now
		m.Keys[id] = key
	}
	return done()
}

// Authenticate is USR-22: System alone, with a key that holds, of a service account that is
// active. The day of its use is kept.
func (m *Model) Authenticate(by Actor, id tenancy.KeyID) Answer {
	if no := m.acts(by); no != nil {
		return refuse(no...)
	}
	if !by.System {
		return refuse(m.barred(by, false, []tenancy.Code{tenancy.CodeNotAllowed})...)
	}
	key, ok := m.Keys[id]
	if !ok || !m.holds(id) || !m.active(key.User) {
		return refuse(tenancy.CodeKey)
	}
	key.Used = m.Now - m.Now%day
	m.Keys[id] = key
	return done()
}
