package reference

import (
	"slices"

	"github.com/add4b1c6/tenancy"
)

// holder returns the domain of a name that an organization has: verified, or lapsing
// (DOM-4, INV-6).
func (m *Model) holder(name string) (tenancy.DomainID, bool) {
	for id, d := range m.Domains {
		if d.Name == name && d.State != tenancy.StateUnverified {
			return id, true
		}
	}
	return tenancy.DomainID{}, false
}

// live reports whether a domain is live: verified, and found within the last 7 days
// (section 3).
func (m *Model) live(d Domain) bool {
	return d.State == tenancy.StateVerified && m.Now < d.Found+domainLive
}

// policy returns the sign-up policy of a domain: its own, or its organization's (DOM-6).
func (m *Model) policy(d Domain) tenancy.SignUpPolicy {
	if d.Policy != tenancy.PolicyInherited {
		return d.Policy
	}
	return m.Organizations[d.Organization].SignUpPolicy
}

// closedTo reports whether an organization has the domain of an address, and it is closed
// (USR-1). Whether the address is a member's is the caller's.
func (m *Model) closedTo(org tenancy.OrganizationID, address string) bool {
	id, ok := m.holder(domainOf(address))
	return ok && m.Domains[id].Organization == org && m.policy(m.Domains[id]) == tenancy.PolicyClosed &&
		m.Mutant != "USR-1 closed"
}

// onLiveDomain reports whether an address is on a live domain of an organization.
func (m *Model) onLiveDomain(org tenancy.OrganizationID, address string) bool {
	id, ok := m.holder(domainOf(address))
	return ok && m.Domains[id].Organization == org && m.live(m.Domains[id])
}

// charged says in whose name an invitation to something is made (USR-10).
func (m *Model) charged(org tenancy.OrganizationID, account tenancy.AccountID) tenancy.UserID {
	if !account.IsZero() {
		org = m.Accounts[account].Organization
	}
	if org.IsZero() {
		return m.Accounts[account].Owner
	}
	return m.Organizations[org].Owner
}

// tooMany reports whether an address got as many invitations in the last 24 hours in the
// name of one Owner as it may (USR-10).
func (m *Model) tooMany(address string, charged tenancy.UserID) bool {
	n := 0
	for _, i := range m.Invitations {
		if i.Kind != tenancy.InvitationOfAccount && i.Address == address && i.Charged == charged &&
			i.Created > m.Now-day {
			n++
		}
	}
	return n >= perDay && m.Mutant != "USR-10"
}

// sendRights answers for an actor who may manage users but not offer a role: beyond their
// own (ROLE-9), or, a service account, any but Standard User (USR-20).
func (m *Model) sendRights(by tenancy.UserID, org tenancy.OrganizationID, role tenancy.OrganizationRole) (no refusals) {
	own, _ := m.member(org, by)
	no.when(!m.covers(own.Role, role), tenancy.CodeRank)
	no.when(!m.person(by) && role != tenancy.StandardUser, tenancy.CodeServiceAccount)
	return no
}

// sendState answers for an address that cannot be invited to an organization now.
func (m *Model) sendState(org tenancy.OrganizationID, address string, but tenancy.InvitationID) (no refusals) {
	if user, ok := m.userAt(address); ok {
		_, member := m.member(org, user)
		no.when(member, tenancy.CodeMember)
	}
	for id, i := range m.Invitations {
		no.when(i.Kind == tenancy.InvitationToOrganization && i.Organization == org && i.Address == address &&
			m.pending(i) && id != but && m.Mutant != "INV-8", tenancy.CodeInvitationPending)
	}
	no.when(m.closedTo(org, address), tenancy.CodeSignUpClosed)
	no.when(m.Organizations[org].InvitationPolicy == tenancy.InviteLiveDomains && !m.onLiveDomain(org, address) &&
		m.Mutant != "USR-5", tenancy.CodeOffDomain)
	no.when(m.tooMany(address, m.charged(org, tenancy.AccountID{})), tenancy.CodeMailLimit)
	return no
}

// send makes an invitation. One before that has expired is settled as revoked (USR-4), and
// an open request of the address to the organization is settled (USR-18).
func (m *Model) send(made tenancy.InvitationID, i Invitation) {
	for id, before := range m.Invitations {
		if before.Kind == i.Kind && before.Organization == i.Organization && before.Account == i.Account &&
			before.Address == i.Address && before.State == tenancy.StatePending {
			m.settle(id, tenancy.StateRevoked)
		}
	}
	if i.Kind == tenancy.InvitationToOrganization {
		m.settleRequests(i.Organization, i.Address)
	}
	i.State, i.Created, i.Expires = tenancy.StatePending, m.Now, m.Now+invitationLife
	i.Charged = m.charged(i.Organization, i.Account)
	m.Invitations[made] = i
}

// InviteUser is USR-4.
func (m *Model) InviteUser(by Actor, org tenancy.OrganizationID, in tenancy.NewInvitation, made tenancy.InvitationID) Answer {
	if in.Role == "" {
		in.Role = tenancy.StandardUser
	}
	address := canonicalAddress(in.Email)
	var form refusals
	form.when(org.IsZero(), tenancy.CodeID)
	form.when(address == "", tenancy.CodeEmail)
	form.when(in.Role == tenancy.Owner || !m.namedRank(in.Role), tenancy.CodeRole)
	if form != nil {
		return refuse(form...)
	}
	if no := m.inOrganization(by, org, who{may: tenancy.ManageUsers, service: true}); no != nil {
		return refuse(no...)
	}
	if no := m.sendRights(by.User, org, in.Role); no != nil {
		return refuse(no...)
	}
	no := m.sendState(org, address, tenancy.InvitationID{})
	no.when(m.suspended(by, org), tenancy.CodeOrganizationSuspended)
	if no != nil {
		return refuse(no...)
	}
	m.send(made, Invitation{Kind: tenancy.InvitationToOrganization, Organization: org, Role: in.Role,
		Inviter: by.recorded(), Email: in.Email, Address: address})
	return done()
}

// offerRights answers for an actor who manages an account's members only by a temporary
// role: temporary roles alone, ending no later if accepted now, and none to themself
// (ACC-11). One who does so only by a group: whether they may invite their own address,
// no rule says.
func (m *Model) offerRights(by tenancy.UserID, i Invitation) (no, perhaps refusals) {
	way := m.on(i.Account, by, tenancy.ManageMembers)
	own := m.Users[by].Address == i.Address
	if way.byEndAlone() {
		no.when(i.RolesFor == 0 || m.Now+tenancy.Instant(i.RolesFor.Microseconds()) > way.until, tenancy.CodeOutlasts)
		no.when(own, tenancy.CodeOneself)
	}
	perhaps.when(way.byGroupAtMost() && own, tenancy.CodeOneself)
	return no, perhaps
}

// offerState answers for an address that cannot be invited to an account now.
func (m *Model) offerState(by tenancy.UserID, i Invitation, but tenancy.InvitationID) (no refusals) {
	a := m.Accounts[i.Account]
	no.when(a.closed(), tenancy.CodeClosed)
	for id, other := range m.Invitations {
		no.when(other.Kind == tenancy.InvitationToAccount && other.Account == i.Account && other.Address == i.Address &&
			m.pending(other) && id != but, tenancy.CodeInvitationPending)
	}
	if m.closedTo(a.Organization, i.Address) {
		// USR-1: a member may be invited, and whoever has a role on the account; but by nobody
		// who does not manage the organization's users
		user, ok := m.userAt(i.Address)
		_, member := m.member(a.Organization, user)
		known := ok && (member || m.hasRole(i.Account, user))
		no.when(!known || !m.may(by, a.Organization, tenancy.ManageUsers), tenancy.CodeSignUpClosed)
	}
	no.when(m.tooMany(i.Address, m.charged(tenancy.OrganizationID{}, i.Account)), tenancy.CodeMailLimit)
	return no
}

// InviteToAccount is ACC-7 and ACC-11.
func (m *Model) InviteToAccount(by Actor, account tenancy.AccountID, in tenancy.NewAccountInvitation,
	made tenancy.InvitationID) Answer {
	address := canonicalAddress(in.Email)
	var form refusals
	form.when(account.IsZero(), tenancy.CodeID)
	form.when(address == "", tenancy.CodeEmail)
	form.when(!m.validRoles(in.Roles), tenancy.CodeRoles)
	form.when(in.For != nil && lasts(in.For) < 1, tenancy.CodeUntil)
	if form != nil {
		return refuse(form...)
	}
	if no := m.onAccount(by, account, who{on: tenancy.ManageMembers, service: true}); no != nil {
		return refuse(no...)
	}
	i := Invitation{Kind: tenancy.InvitationToAccount, Account: account, Roles: in.Roles, RolesFor: lasts(in.For),
		Inviter: by.recorded(), Email: in.Email, Address: address}
	rights, perhaps := m.offerRights(by.User, i)
	if rights != nil {
		return refuse(rights...)
	}
	no := m.offerState(by.User, i, tenancy.InvitationID{})
	no.when(m.suspended(by, m.Accounts[account].Organization), tenancy.CodeOrganizationSuspended)
	send := func() { m.send(made, i) }
	switch {
	case no != nil:
		return refuse(append(no, perhaps...)...)
	case perhaps != nil:
		return Answer{Codes: perhaps, Open: true, Then: send}
	}
	send()
	return done()
}

// sentBy answers for an actor who could not send an invitation themself (USR-10): for
// revoking and resending. Not found is what they do not see in a list.
func (m *Model) sentBy(by Actor, id tenancy.InvitationID) []tenancy.Code {
	if no := m.acts(by); no != nil {
		return no
	}
	i, ok := m.Invitations[id]
	if !ok {
		return []tenancy.Code{tenancy.CodeNotFound}
	}
	if by.platform() {
		return []tenancy.Code{tenancy.CodeNotAllowed}
	}
	var sees, may bool
	switch i.Kind {
	case tenancy.InvitationToOrganization:
		sees = m.may(by.User, i.Organization, tenancy.ViewUsers)
		may = m.may(by.User, i.Organization, tenancy.ManageUsers)
	case tenancy.InvitationToAccount:
		may = m.on(i.Account, by.User, tenancy.ManageMembers).any()
		sees = may || m.may(by.User, m.Accounts[i.Account].Organization, tenancy.ViewUsers)
	case tenancy.InvitationOfAccount: // by whoever could ask
		sees = m.may(by.User, i.Organization, tenancy.ViewAccounts)
		may = m.may(by.User, i.Organization, tenancy.ManageAccounts)
	}
	switch {
	case !sees:
		return []tenancy.Code{tenancy.CodeNotFound}
	case !may:
		return []tenancy.Code{tenancy.CodeNotAllowed}
	}
	return nil
}

// ended reports whether the organization, or the account, of an invitation has ended. A
// merged organization's invitations are nobody's to manage.
func (m *Model) overdue(settled, expires tenancy.Instant) bool {
	if settled != 0 {
		return m.Now >= settled+shownFor
	}
	return m.Now >= expires+shownFor
}

// RevokeInvitation is USR-10.
func (m *Model) RevokeInvitation(by Actor, id tenancy.InvitationID) Answer {
	if id.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.sentBy(by, id); no != nil {
		return refuse(no...)
	}
	i := m.Invitations[id]
	var rights, perhaps refusals
	if i.Kind == tenancy.InvitationToOrganization {
		for _, code := range m.sendRights(by.User, i.Organization, i.Role) {
			if code == tenancy.CodeRank {
				rights.when(true, code)
			}
			perhaps.when(true, code) // a service account only takes away here, but could not send it
		}
	}
	if i.Kind == tenancy.InvitationOfAccount {
		perhaps.when(!m.person(by.User), tenancy.CodeServiceAccount)
	}
	if i.Kind == tenancy.InvitationToAccount { // whoever could send it; taking away goes beyond no end
		no, group := m.offerRights(by.User, i)
		perhaps = append(append(perhaps, no...), group...)
	}
	if rights != nil {
		return refuse(append(rights, perhaps...)...)
	}
	var no refusals
	no.when(i.State != tenancy.StatePending && i.State != tenancy.StateRevoked, tenancy.CodeSettled)
	if no != nil {
		return refuse(append(no, perhaps...)...)
	}
	revoke := func() {
		if i.State == tenancy.StatePending {
			m.settle(id, tenancy.StateRevoked)
		}
	}
	if perhaps != nil {
		return Answer{Codes: perhaps, Open: true, Then: revoke}
	}
	revoke()
	return done()
}

// ResendInvitation is USR-10.
func (m *Model) ResendInvitation(by Actor, id, made tenancy.InvitationID) Answer {
	if id.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.sentBy(by, id); no != nil {
		return refuse(no...)
	}
	i := m.Invitations[id]
	if i.Kind == tenancy.InvitationOfAccount {
		no := refusals{tenancy.CodeInput}
		no.when(!m.person(by.User), tenancy.CodeServiceAccount)
		return refuse(no...)
	}
	org := i.Organization
	var no, perhaps refusals
	if i.Kind == tenancy.InvitationToOrganization {
		no = m.sendRights(by.User, org, i.Role)
	} else {
		org = m.Accounts[i.Account].Organization
		no, perhaps = m.offerRights(by.User, i)
	}
	if no != nil {
		return refuse(no...)
	}
	no.when(i.State != tenancy.StatePending, tenancy.CodeSettled)
	no.when(i.State == tenancy.StatePending && m.Now >= i.Expires+keptFor, tenancy.CodeExpired)
	if i.Address != "" {
		if i.Kind == tenancy.InvitationToOrganization {
			no = append(no, m.sendState(org, i.Address, id)...)
		} else {
			no = append(no, m.offerState(by.User, i, id)...)
		}
	}
	no = slices.DeleteFunc(no, func(code tenancy.Code) bool { return code == tenancy.CodeInvitationPending })
	no.when(m.suspended(by, org), tenancy.CodeOrganizationSuspended)
	send := func() {
		m.settle(id, tenancy.StateRevoked)
		i.Inviter = by.recorded()
		m.send(made, i)
	}
	switch {
	case len(no) > 0:
		return refuse(append(no, perhaps...)...)
	case perhaps != nil:
		return Answer{Codes: perhaps, Open: true, Then: send}
	}
	send()
	return done()
}

// DeclineInvitation is USR-10 and USR-19: by secret, by whoever has it; by ID, by the user
// whose address it is. found says what the secret finds.
func (m *Model) DeclineInvitation(by Actor, found, id tenancy.InvitationID, secret bool) Answer {
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
	var missing refusals
	missing.when(!ok || i.Kind == tenancy.InvitationOfAccount || i.Address == "" || m.overdue(i.Settled, i.Expires),
		tenancy.CodeNotFound)
	missing.when(!secret && (by.platform() || m.Users[by.User].Address != i.Address), tenancy.CodeNotFound)
	switch {
	case !by.platform() && !m.person(by.User):
		return refuse(append(missing, tenancy.CodeServiceAccount)...)
	case by.Operator != "", by.System && !secret:
		return refuse(append(missing, tenancy.CodeNotAllowed)...)
	case missing != nil:
		return refuse(missing...)
	case i.State != tenancy.StatePending:
		if !secret && i.State == tenancy.StateAccepted && i.AcceptedBy != by.User {
			return refuse(tenancy.CodeNotFound, tenancy.CodeSettled) // a later holder of the address
		}
		return refuse(tenancy.CodeSettled)
	}
	m.settle(id, tenancy.StateDeclined)
	return done()
}
