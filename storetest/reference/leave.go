package reference

import (
	"github.com/add4b1c6/tenancy"
)

// What ends a membership, and what becomes of accounts then. Nothing here decides.

// leaves ends a membership by leaving or removal (USR-11): the user loses the role, all
// grants on the organization's accounts, closed ones too, its groups (GRP-4), and its hold
// on them (USR-13). Pending invitations to its accounts for their address are revoked. What
// they were called is kept (USR-21). Accounts that they own have passed on before.
func (m *Model) leaves(org tenancy.OrganizationID, user tenancy.UserID) {
	u := m.Users[user]
	m.Formers[MemberKey{org, user}] = Former{Email: u.Email, Name: u.Name, Left: m.Now}
	m.unjoined(org, user)
	for id, a := range m.Accounts {
		if a.Organization == org && m.Mutant != "USR-11" {
			delete(m.Grants, GrantKey{id, user})
		}
	}
	for id, i := range m.Invitations {
		if i.Kind == tenancy.InvitationToAccount && m.Accounts[i.Account].Organization == org && i.Address == u.Address &&
			u.Address != "" {
			m.revokeFor(id)
		}
	}
}

// unjoined ends a membership alone: with it end the groups of the organization, and what it
// holds against them.
func (m *Model) unjoined(org tenancy.OrganizationID, user tenancy.UserID) {
	role := m.Members[MemberKey{org, user}].Role
	delete(m.Members, MemberKey{org, user})
	for in := range m.InGroups {
		if in.User == user && m.Groups[in.Group].Organization == org && m.Mutant != "GRP-4" {
			delete(m.InGroups, in)
		}
	}
	if role != tenancy.Owner { // who is not the Owner is in no other (INV-5)
		u := m.Users[user]
		u.HeldByOrganization = false
		m.Users[user] = u
	}
}

// pending reports whether an invitation or a request for an account is pending: settled by
// nothing, and not expired (section 3).
func (m *Model) pending(i Invitation) bool {
	return i.State == tenancy.StatePending && m.Now < i.Expires
}

// revoke settles an invitation as revoked, if it is pending.
func (m *Model) revoke(id tenancy.InvitationID) {
	if m.pending(m.Invitations[id]) {
		m.settle(id, tenancy.StateRevoked)
	}
}

// revokeFor settles one that ends with its organization or with the person of its address.
// The rules speak of pending ones. One that has expired is settled along, as USR-4 says where
// one is sent anew.
func (m *Model) revokeFor(id tenancy.InvitationID) {
	i := m.Invitations[id]
	if purged := i.Kind != tenancy.InvitationOfAccount && i.Address == ""; i.State == tenancy.StatePending && !purged {
		m.settle(id, tenancy.StateRevoked)
	}
}

// settle settles an invitation.
func (m *Model) settle(id tenancy.InvitationID, state tenancy.State) {
	i := m.Invitations[id]
	i.State, i.Settled = state, m.Now
	m.Invitations[id] = i
}

// open reports whether a request is open.
func (m *Model) open(q Request) bool { return q.State == tenancy.StateOpen && m.Now < q.Expires }

// settleRequests settles the requests for an address to an organization, expired ones along.
func (m *Model) settleRequests(org tenancy.OrganizationID, address string) {
	for id, q := range m.Requests {
		if q.Organization == org && q.Address == address && q.State == tenancy.StateOpen {
			q.State, q.Settled = tenancy.StateSettled, m.Now
			m.Requests[id] = q
		}
	}
}

// joins makes somebody a member. What waited for them ends (USR-6): the organization's
// pending invitation for their address, but for the one that was accepted, and their open
// request.
func (m *Model) joins(org tenancy.OrganizationID, user tenancy.UserID, role tenancy.OrganizationRole,
	accepted tenancy.InvitationID) {
	m.Members[MemberKey{org, user}] = Member{Role: role, Since: m.Now}
	address := m.Users[user].Address
	for id, i := range m.Invitations {
		if i.Kind == tenancy.InvitationToOrganization && i.Organization == org && i.Address == address &&
			id != accepted && address != "" {
			m.revokeFor(id)
		}
	}
	if address != "" {
		m.settleRequests(org, address)
	}
}

// moves puts an account with its open subaccounts into an organization, or, zero, into none.
// A closed subaccount stays where it is (INV-10). Groups of the organization that it leaves
// lose their roles on it (GRP-4), and so do that organization's service accounts (USR-20).
// Requests of the organization that it comes to are revoked (USR-6, ORG-6). It returns those
// of the accounts on which groups had roles.
func (m *Model) moves(account tenancy.AccountID, to tenancy.OrganizationID) (ungrouped []tenancy.AccountID) {
	for _, id := range m.withBelow(account) {
		a := m.Accounts[id]
		from := a.Organization
		a.Organization = to
		m.Accounts[id] = a
		if from == to {
			continue
		}
		if m.ungroup(id) {
			ungrouped = append(ungrouped, id)
		}
		if !from.IsZero() {
			m.unserve(id)
		}
		if to.IsZero() {
			continue
		}
		for request, i := range m.Invitations {
			if i.Kind == tenancy.InvitationOfAccount && i.Organization == to && i.Account == id {
				m.revokeFor(request)
			}
		}
	}
	return ungrouped
}

// ungroup ends the roles that groups have on an account.
func (m *Model) ungroup(account tenancy.AccountID) (had bool) {
	for at := range m.GroupRoles {
		if at.Account == account {
			delete(m.GroupRoles, at)
			had = true
		}
	}
	return had
}

// unserve ends the roles of service accounts on an account.
func (m *Model) unserve(account tenancy.AccountID) {
	for at := range m.Grants {
		if at.Account == account && !m.person(at.User) {
			delete(m.Grants, at)
		}
	}
}

// passes gives a main account with its open subaccounts another owner. Temporary roles of
// the new owner end (ACC-11). What becomes of the previous owner's grant is the caller's.
func (m *Model) passes(account tenancy.AccountID, to tenancy.UserID) {
	for _, id := range m.withBelow(account) {
		a := m.Accounts[id]
		a.Owner = to
		m.Accounts[id] = a
	}
	m.Grants[GrantKey{account, to}] = Grant{Roles: tenancy.Roles(tenancy.AccountOwner)}
}

// erase deletes a user for good (USR-14): all grants, memberships, groups, keys, what
// organizations keep of them, and what is personal of them in invitations and requests.
func (m *Model) erase(user tenancy.UserID) {
	u := m.Users[user]
	for _, org := range m.organizationsOf(user) {
		m.unjoined(org, user)
	}
	for at := range m.Grants {
		if at.User == user {
			delete(m.Grants, at)
		}
	}
	for at := range m.Formers {
		if at.User == user {
			delete(m.Formers, at)
		}
	}
	for id, key := range m.Keys {
		if key.User == user {
			delete(m.Keys, id)
		}
	}
	for id, i := range m.Invitations {
		if i.Address == u.Address && u.Address != "" {
			m.revokeFor(id)
			i = m.Invitations[id]
			i.Email, i.Address = "", ""
			m.Invitations[id] = i
		}
	}
	for id, q := range m.Requests {
		if q.Address == u.Address && u.Address != "" {
			m.settleRequests(q.Organization, q.Address)
			q = m.Requests[id]
			q.Email, q.Address = "", ""
			m.Requests[id] = q
		}
	}
	m.Users[user] = User{Deleted: true, ServiceAccount: u.ServiceAccount, Created: u.Created}
}

// ends ends an organization: deleted, or merged into another one. What it has but members
// and accounts ends with it (INV-9): its pending invitations and requests, domains and
// connections.
func (m *Model) ends(org, into tenancy.OrganizationID) {
	o := m.Organizations[org]
	o.State, o.Ended, o.MergedInto = tenancy.StateDeleted, m.Now, into
	if !into.IsZero() {
		o.State = tenancy.StateMerged
	}
	m.Organizations[org] = o
	for id, i := range m.Invitations {
		if i.Organization == org && i.Kind != tenancy.InvitationToAccount {
			m.revokeFor(id)
		}
	}
	for _, q := range m.Requests {
		if q.Organization == org {
			m.settleRequests(org, q.Address)
		}
	}
	for id, d := range m.Domains {
		if d.Organization == org {
			delete(m.Domains, id)
		}
	}
	for id, c := range m.Connections {
		if c.Organization == org {
			delete(m.Connections, id)
		}
	}
}

// dissolves ends an organization whose accounts have gone where they go (ORG-10): its
// members are then in none, its groups end, and its service accounts are deleted. Closed
// accounts are unmanaged (INV-10).
func (m *Model) dissolves(org tenancy.OrganizationID) {
	for id, a := range m.Accounts {
		if a.Organization == org {
			a.Organization = tenancy.OrganizationID{}
			m.Accounts[id] = a
			m.ungroup(id)
			m.unserve(id)
		}
	}
	for _, user := range m.membersOf(org) {
		if m.person(user) {
			m.unjoined(org, user)
		} else {
			m.erase(user)
		}
	}
	for id, g := range m.Groups {
		if g.Organization == org {
			m.endGroup(id)
		}
	}
	m.ends(org, tenancy.OrganizationID{})
}

// endGroup ends a group with what it gives and who is in it (GRP-2, GRP-4).
func (m *Model) endGroup(group tenancy.GroupID) {
	delete(m.Groups, group)
	for in := range m.InGroups {
		if in.Group == group {
			delete(m.InGroups, in)
		}
	}
	for at := range m.GroupRoles {
		if at.Group == group {
			delete(m.GroupRoles, at)
		}
	}
}
