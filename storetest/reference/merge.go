package reference

import (
	"slices"

	"github.com/add4b1c6/tenancy"
)

// unmet are the prerequisites of a merge that are not met (MRG-1).
func (m *Model) unmet(prime, candidate tenancy.OrganizationID) (no refusals) {
	liveDomain, claims := false, false
	for _, d := range m.Domains {
		liveDomain = liveDomain || d.Organization == prime && m.live(d)
		claims = claims || d.Organization == candidate && d.State != tenancy.StateUnverified
	}
	owner := m.Users[m.Organizations[candidate].Owner]
	no.when(!liveDomain, tenancy.CodeNoLiveDomain)
	no.when(claims && m.Mutant != "MRG-1", tenancy.CodeCandidateDomain)
	no.when(!m.onLiveDomain(prime, owner.Address), tenancy.CodeOwnerOffDomain)
	return no
}

// shutOut refuses a merge that would bring somebody who is no member of the Prime, and whose
// address is on a domain of it that is closed (USR-1).
func (m *Model) shutOut(prime, candidate tenancy.OrganizationID) (no refusals) {
	for _, user := range m.membersOf(candidate) {
		_, member := m.member(prime, user)
		if m.person(user) && !member && user != m.Organizations[candidate].Owner {
			no.when(m.closedTo(prime, m.Users[user].Address), tenancy.CodeMergeClosed)
		}
	}
	return no
}

func (m *Model) groupsOf(org tenancy.OrganizationID) (n int) {
	for _, g := range m.Groups {
		if g.Organization == org {
			n++
		}
	}
	return n
}

// merge merges an organization into another one (MRG-4 to MRG-9). Its Owner gets the role
// that is said; "": they are the Prime's Owner already (MRG-14).
func (m *Model) merge(prime, candidate tenancy.OrganizationID, owner tenancy.UserID, role tenancy.OrganizationRole,
	accepted tenancy.InvitationID) {
	for _, user := range m.membersOf(candidate) {
		delete(m.Members, MemberKey{candidate, user})
		switch {
		case user != owner: // MRG-4: everybody else becomes Standard User
			m.joins(prime, user, tenancy.StandardUser, accepted)
			if m.Mutant == "MRG-4" {
				m.joins(prime, user, tenancy.Administrator, accepted)
			}
		case role != "":
			m.joins(prime, user, role, accepted)
		}
	}
	for id, a := range m.Accounts { // MRG-5, closed ones too (INV-10)
		if a.Organization != candidate {
			continue
		}
		a.Organization = prime
		m.Accounts[id] = a
		for request, i := range m.Invitations { // MRG-9
			if i.Kind == tenancy.InvitationOfAccount && i.Organization == prime && i.Account == id {
				m.revokeFor(request)
			}
		}
	}
	for id, g := range m.Groups { // MRG-6: they go along with members and roles
		if g.Organization == candidate {
			g.Organization = prime
			m.Groups[id] = g
		}
	}
	for at, f := range m.Formers { // USR-21: a merge takes them along, and the later stays
		if at.Organization != candidate {
			continue
		}
		delete(m.Formers, at)
		to := MemberKey{prime, at.User}
		if there, ok := m.Formers[to]; !ok || there.Left < f.Left {
			m.Formers[to] = f
		}
	}
	m.ends(candidate, prime)
}

// MergeOrganizations is MRG-14.
func (m *Model) MergeOrganizations(by Actor, prime, candidate tenancy.OrganizationID) Answer {
	var form refusals
	form.when(prime.IsZero() || candidate.IsZero(), tenancy.CodeID)
	form.when(prime == candidate, tenancy.CodeSameOrganization)
	if form != nil {
		return refuse(form...)
	}
	var no refusals
	for _, org := range []tenancy.OrganizationID{prime, candidate} {
		for _, code := range m.inOrganization(by, org, who{may: tenancy.TransferOwnership}) {
			no.when(true, code)
		}
	}
	if no != nil {
		return refuse(no...)
	}
	no = append(m.unmet(prime, candidate), m.shutOut(prime, candidate)...)
	members := m.seats(candidate)
	if m.takesSeat(by.User) {
		members-- // they have one in the Prime
	}
	no.when(over(m.limits(prime).Members, m.seats(prime), members), tenancy.CodeMemberLimit)
	no.when(over(m.limits(prime).Accounts, m.mainAccounts(prime), m.mainAccounts(candidate)), tenancy.CodeAccountLimit)
	no.when(over(m.limits(prime).Groups, m.groupsOf(prime), m.groupsOf(candidate)), tenancy.CodeGroupLimit)
	no.when(m.suspended(by, prime) || m.suspended(by, candidate), tenancy.CodeOrganizationSuspended)
	if len(no) > 0 {
		return refuse(no...)
	}
	m.merge(prime, candidate, by.User, "", tenancy.InvitationID{})
	return done()
}

// Imported is what became of one address of an import: the user, or a code that may be
// given.
type Imported struct {
	User    tenancy.UserID
	Brought []tenancy.OrganizationID
	Codes   []tenancy.Code
}

// ImportUsers is USR-15 and MRG-3.
func (m *Model) ImportUsers(by Actor, org tenancy.OrganizationID, emails []string) Answer {
	var form refusals
	form.when(org.IsZero(), tenancy.CodeID)
	form.when(len(emails) == 0, tenancy.CodeInput)
	if form != nil {
		return refuse(form...)
	}
	no := m.inOrganization(by, org, who{may: tenancy.ManageUsers, besides: tenancy.ManageOrganization})
	if no != nil && !slices.Contains(no, tenancy.CodeMerged) {
		return refuse(no...)
	}
	// ROLE-9: what one may not give, one does not import. Rights come before states (GEN-4).
	if own, _ := m.member(m.survivor(org), by.User); !m.covers(own.Role, tenancy.StandardUser) {
		return refuse(tenancy.CodeRank)
	}
	if no != nil {
		return refuse(no...)
	}
	liveDomain := false
	for _, d := range m.Domains {
		liveDomain = liveDomain || d.Organization == org && m.live(d)
	}
	var state refusals
	state.when(!m.Organizations[org].Import.On && m.Mutant != "USR-15", tenancy.CodeNotEntitled)
	state.when(!liveDomain, tenancy.CodeNoLiveDomain)
	state.when(m.suspended(by, org), tenancy.CodeOrganizationSuspended)
	if state != nil {
		return refuse(state...)
	}
	// Owners of organizations have a transaction each (GEN-3). That those of the others come
	// before is said nowhere.
	result := make([]Imported, len(emails))
	var owners []int
	for i, email := range emails {
		user, _ := m.userAt(canonicalAddress(email))
		if m.ownsOthers(user, org) {
			owners = append(owners, i)
			continue
		}
		result[i] = m.importOne(org, email)
	}
	for _, i := range owners {
		result[i] = m.importOne(org, emails[i])
	}
	return Answer{Result: result}
}

// importOne imports one address, or says why not.
func (m *Model) importOne(org tenancy.OrganizationID, email string) Imported {
	address := canonicalAddress(email)
	if address == "" {
		return Imported{Codes: []tenancy.Code{tenancy.CodeEmail}}
	}
	user, ok := m.userAt(address)
	if !m.onLiveDomain(org, address) || !ok {
		return Imported{Codes: []tenancy.Code{tenancy.CodeNotEligible}}
	}
	var no refusals
	_, member := m.member(org, user)
	no.when(member, tenancy.CodeMember)
	no.when(!m.active(user), tenancy.CodeNotEligible) // whether users are alive is part of every decision (GEN-2)
	var brought []tenancy.OrganizationID
	members, accounts, groups := 0, len(m.ownedIn(user, tenancy.OrganizationID{})), 0
	for _, candidate := range m.organizationsOf(user) {
		if m.Organizations[candidate].Owner != user || candidate == org {
			no.when(candidate != org, tenancy.CodeManagedElsewhere)
			continue
		}
		brought = append(brought, candidate)
		no = append(no, m.unmet(org, candidate)...)
		no = append(no, m.shutOut(org, candidate)...)
		no.when(m.Organizations[candidate].Suspended, tenancy.CodeNotEligible) // ORG-15: no more is said
		if members += m.seats(candidate); m.takesSeat(user) {
			members--
		}
		accounts += m.mainAccounts(candidate)
		groups += m.groupsOf(candidate)
	}
	if m.takesSeat(user) {
		members++
	}
	no.when(m.closedTo(org, address), tenancy.CodeSignUpClosed)
	no.when(over(m.limits(org).Members, m.seats(org), members), tenancy.CodeMemberLimit)
	no.when(over(m.limits(org).Accounts, m.mainAccounts(org), accounts), tenancy.CodeAccountLimit)
	no.when(over(m.limits(org).Groups, m.groupsOf(org), groups), tenancy.CodeGroupLimit)
	if len(no) > 0 {
		return Imported{Codes: no}
	}
	unmanaged := m.ownedIn(user, tenancy.OrganizationID{})
	for _, candidate := range brought {
		m.merge(org, candidate, user, tenancy.StandardUser, tenancy.InvitationID{})
	}
	m.joins(org, user, tenancy.StandardUser, tenancy.InvitationID{})
	for _, account := range unmanaged {
		m.moves(account, org)
	}
	return Imported{User: user, Brought: slices.Clone(brought)}
}
