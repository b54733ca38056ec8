package reference

import (
	"slices"

	"github.com/add4b1c6/tenancy"
)

// Terms are what accepting an invitation would bring along (section 2).
type Terms struct {
	Merged, Dissolved []tenancy.OrganizationID
	Accounts          []tenancy.AccountID
}

func (t Terms) nothing() bool { return len(t.Merged)+len(t.Dissolved)+len(t.Accounts) == 0 }

func (t Terms) same(other Terms) bool {
	return slices.Equal(t.Merged, other.Merged) && slices.Equal(t.Dissolved, other.Dissolved) &&
		slices.Equal(t.Accounts, other.Accounts)
}

// TermsOf returns the Terms of an invitation for its invitee: for one in none, their
// accounts; for an Owner, the organizations that merge or are dissolved (USR-8).
func (m *Model) TermsOf(id tenancy.InvitationID, user tenancy.UserID) (t Terms) {
	i := m.Invitations[id]
	if i.Kind != tenancy.InvitationToOrganization {
		return t
	}
	t.Accounts = m.ownedIn(user, tenancy.OrganizationID{})
	for _, org := range m.organizationsOf(user) {
		if m.Organizations[org].Owner != user || org == i.Organization {
			continue
		}
		// USR-8: one without another member that does not meet MRG-1 is dissolved instead
		if m.alone(org) && m.unmet(i.Organization, org) != nil {
			t.Dissolved = append(t.Dissolved, org)
		} else {
			t.Merged = append(t.Merged, org)
		}
	}
	return t
}

// alone reports whether an organization has no other member than its Owner: persons count
// (USR-20).
func (m *Model) alone(org tenancy.OrganizationID) bool {
	return !slices.ContainsFunc(m.membersOf(org), func(user tenancy.UserID) bool {
		return m.person(user) && user != m.Organizations[org].Owner
	})
}

// couldSend reports whether an inviter could still send an invitation (USR-6): they are
// active, and their role reaches.
func (m *Model) couldSend(i Invitation) bool {
	by := i.Inviter.User
	if !m.active(by) {
		return false
	}
	if i.Kind == tenancy.InvitationToOrganization {
		return m.may(by, i.Organization, tenancy.ManageUsers) && m.sendRights(by, i.Organization, i.Role) == nil
	}
	no, _ := m.offerRights(by, i)
	return m.on(i.Account, by, tenancy.ManageMembers).any() && no == nil
}

// mayMerge reports whether an invitation can merge organizations: not if a service account
// sent it (USR-20), and not if its inviter lacks ManageOrganization or could not give the
// role Standard User, which a merge makes (ROLE-9).
func (m *Model) mayMerge(i Invitation) bool {
	by := i.Inviter.User
	member, _ := m.member(i.Organization, by)
	return m.person(by) && m.may(by, i.Organization, tenancy.ManageOrganization) &&
		m.covers(member.Role, tenancy.StandardUser)
}

// toOrganization answers for a user who cannot accept an invitation to an organization now
// as a person in none or an Owner of some. perhaps: where the text is open.
func (m *Model) toOrganization(id tenancy.InvitationID, user tenancy.UserID) (no, perhaps refusals) {
	i := m.Invitations[id]
	org := i.Organization
	_, member := m.member(org, user)
	no.when(member, tenancy.CodeMember)
	for _, other := range m.organizationsOf(user) { // USR-7
		no.when(m.Organizations[other].Owner != user && other != org && m.Mutant != "USR-7", tenancy.CodeManagedElsewhere)
	}
	no.when(m.closedTo(org, m.Users[user].Address), tenancy.CodeSignUpClosed)
	t := m.TermsOf(id, user)
	if len(t.Merged)+len(t.Dissolved) > 0 {
		no.when(len(t.Merged) > 0 && !m.mayMerge(i), tenancy.CodeInviter)
		no.when(!m.person(i.Inviter.User), tenancy.CodeInviter)
		perhaps.when(!m.mayMerge(i), tenancy.CodeInviter) // that only dissolves
	}
	members, accounts, groups := 0, len(t.Accounts), 0
	for _, candidate := range t.Merged {
		no = append(no, m.unmet(org, candidate)...)
		no = append(no, m.shutOut(org, candidate)...)
		members += m.seats(candidate)
		if m.takesSeat(user) {
			members-- // the Owner is counted below
		}
		accounts += m.mainAccounts(candidate)
		groups += m.groupsOf(candidate)
	}
	for _, candidate := range t.Dissolved { // ORG-10, HIP-7 asked
		for _, account := range m.ownedIn(user, candidate) {
			accounts++
			no.when(m.designatedWithin(account) && !m.Organizations[org].HIPAA.On, tenancy.CodeHIPAADesignated)
		}
	}
	for _, candidate := range slices.Concat(t.Merged, t.Dissolved) {
		no.when(m.Organizations[candidate].Suspended, tenancy.CodeOrganizationSuspended)
	}
	if m.takesSeat(user) {
		members++
	}
	no.when(over(m.limits(org).Members, m.seats(org), members), tenancy.CodeMemberLimit)
	no.when(over(m.limits(org).Accounts, m.mainAccounts(org), accounts), tenancy.CodeAccountLimit)
	no.when(over(m.limits(org).Groups, m.groupsOf(org), groups), tenancy.CodeGroupLimit)
	return no, perhaps
}

// toAccount answers for somebody who cannot accept an invitation to an account now. Whatever
// they belong to keeps nobody from it.
func (m *Model) toAccount(i Invitation, user tenancy.UserID, address string) (no refusals) {
	a := m.Accounts[i.Account]
	_, member := m.member(a.Organization, user)
	no.when(!member && !m.hasRole(i.Account, user) && m.closedTo(a.Organization, address), tenancy.CodeSignUpClosed)
	no.when(a.closed(), tenancy.CodeClosed)
	return no
}

// AcceptInvitation is USR-6 to USR-9. found is what the secret finds, agreed the Terms that
// the token stands for, token whether there is one.
func (m *Model) AcceptInvitation(by Actor, found, id tenancy.InvitationID, secret bool, agreed Terms, token bool) Answer {
	if secret && !id.IsZero() {
		return refuse(tenancy.CodeInput)
	}
	if no := m.acts(by); no != nil {
		return refuse(no...)
	}
	if secret {
		id = found
	}
	i, ok := m.Invitations[id]
	theirs := ok && !by.platform() && i.Kind != tenancy.InvitationOfAccount && i.Address != "" &&
		m.Users[by.User].Address == i.Address
	if !theirs {
		if !by.platform() {
			return refuse(m.barred(by, false, []tenancy.Code{tenancy.CodeNotFound})...)
		}
		return refuse(tenancy.CodeNotFound)
	}
	var no, perhaps refusals
	no.when(i.State != tenancy.StatePending, tenancy.CodeSettled)
	no.when(i.State == tenancy.StatePending && m.Now >= i.Expires && m.Mutant != "USR-4", tenancy.CodeExpired)
	if no != nil {
		no.when(m.overdue(i.Settled, i.Expires), tenancy.CodeNotFound)
		no.when(i.State == tenancy.StateAccepted && i.AcceptedBy != by.User, tenancy.CodeNotFound)
		return refuse(no...)
	}
	no.when(!m.couldSend(i) && m.Mutant != "USR-6", tenancy.CodeInviter)
	org := i.Organization
	if i.Kind == tenancy.InvitationToAccount {
		org = m.Accounts[i.Account].Organization
		no = append(no, m.toAccount(i, by.User, i.Address)...)
	} else {
		var state refusals
		state, perhaps = m.toOrganization(id, by.User)
		no = append(no, state...)
	}
	no.when(m.Organizations[org].Suspended, tenancy.CodeOrganizationSuspended)
	t := m.TermsOf(id, by.User)
	no.when(!t.same(agreed) || token != !t.nothing(), tenancy.CodeTermsChanged)
	result := accepted{Accounts: t.Accounts, Merged: t.Merged, Dissolved: t.Dissolved}
	accept := func() { m.accept(id, by.User) }
	switch {
	case no != nil:
		return refuse(append(no, perhaps...)...)
	case perhaps != nil:
		return Answer{Codes: perhaps, Open: true, Then: accept, Result: result}
	}
	accept()
	return Answer{Result: result}
}

// accepted is the essence of AcceptedInvitation.
type accepted struct {
	Accounts          []tenancy.AccountID
	Merged, Dissolved []tenancy.OrganizationID
}

// accept does what an invitation offers.
func (m *Model) accept(id tenancy.InvitationID, user tenancy.UserID) {
	i := m.Invitations[id]
	i.State, i.Settled, i.AcceptedBy = tenancy.StateAccepted, m.Now, user
	m.Invitations[id] = i
	if i.Kind == tenancy.InvitationToAccount {
		m.givenOn(i, user)
		return
	}
	t := m.TermsOf(id, user)
	for _, org := range t.Dissolved {
		accounts := m.ownedIn(user, org)
		m.Members[MemberKey{i.Organization, user}] = Member{Role: i.Role, Since: m.Now}
		for _, account := range accounts {
			m.moves(account, i.Organization)
		}
		m.dissolves(org)
	}
	for _, org := range t.Merged {
		m.merge(i.Organization, org, user, i.Role, id)
	}
	m.joins(i.Organization, user, i.Role, id)
	for _, account := range t.Accounts { // USR-9
		m.moves(account, i.Organization)
	}
}

// givenOn gives the roles that an invitation to an account offers (ACC-7, ACC-11).
func (m *Model) givenOn(i Invitation, user tenancy.UserID) {
	g := m.grant(i.Account, user)
	switch {
	case g.Roles.Has(tenancy.AccountOwner), g.Roles.Has(tenancy.AccountAdministrator):
		return // stays just that
	case i.RolesFor != 0: // replaces temporary roles, and adds nothing to those without an end
		g.Temporary, g.Until = i.Roles, m.Now+tenancy.Instant(i.RolesFor.Microseconds())
	case i.Roles.Has(tenancy.AccountAdministrator): // replaces others
		g.Roles = i.Roles
	default:
		g.Roles = union(g.Roles, i.Roles)
	}
	m.Grants[GrantKey{i.Account, user}] = g
}
