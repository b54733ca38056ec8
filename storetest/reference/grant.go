package reference

import (
	"slices"
	"time"

	"github.com/add4b1c6/tenancy"
)

// namedOn answers for somebody whom an actor names on an account (ACC-7). Who does not
// manage it through its organization names by ID only who has a role on it.
func (m *Model) namedOn(by Actor, account tenancy.AccountID, user tenancy.UserID) (codes []tenancy.Code, certain bool) {
	if m.managesAccount(account, by.User) {
		return m.named(by, m.Accounts[account].Organization, user)
	}
	if m.exists(user) && m.hasRole(account, user) {
		return nil, true
	}
	return []tenancy.Code{tenancy.CodeNotFound}, true
}

// AssignRoles is ACC-7 and ACC-11.
func (m *Model) AssignRoles(by Actor, account tenancy.AccountID, user tenancy.UserID, in tenancy.Assignment) Answer {
	var form refusals
	form.when(account.IsZero() || user.IsZero(), tenancy.CodeID)
	form.when(!m.validRoles(in.Roles), tenancy.CodeRoles)
	if form != nil {
		return refuse(form...)
	}
	until := tenancy.Instant(0)
	var past refusals // of the form, but the operation's time decides
	if in.Until != nil {
		until = tenancy.Instant(in.Until.UnixMicro())
		past.when(until <= m.Now, tenancy.CodeUntil)
	}
	if no := m.onAccount(by, account, who{on: tenancy.ManageMembers, service: true}); no != nil {
		return refuse(append(past, no...)...)
	}
	if past != nil {
		return refuse(past...)
	}
	way := m.on(account, by.User, tenancy.ManageMembers)
	var rights refusals
	rights.when(!m.person(by.User) && user == by.User, tenancy.CodeServiceAccount) // USR-20
	// ACC-11: by a temporary role alone: temporary roles, ending no later, none to oneself
	rights.when(way.byEndAlone() && (until == 0 || until > way.until), tenancy.CodeOutlasts)
	rights.when(way.byGroupAtMost() && user == by.User, tenancy.CodeOneself)
	codes, certain := m.namedOn(by, account, user)
	if codes != nil {
		if !certain {
			codes = append(codes, tenancy.CodeNotMember)
		}
		return refuse(append(codes, rights...)...)
	}
	if rights != nil {
		return refuse(rights...)
	}
	a := m.Accounts[account]
	_, member := m.member(a.Organization, user)
	var no refusals
	no.when(a.closed(), tenancy.CodeClosed)
	no.when(user == a.Owner, tenancy.CodeOwnerGrant)
	no.when(!member && !m.hasRoleAt(account, user), tenancy.CodeNotMember)
	no.when(m.suspended(by, a.Organization), tenancy.CodeOrganizationSuspended)
	g := m.grant(account, user)
	same := until == 0 && g.Roles == in.Roles || until != 0 && g.Temporary == in.Roles && g.Until == until
	if no != nil {
		// a role by the main account alone: "one who has a grant there" does not say
		byParent := slices.Equal(no, refusals{tenancy.CodeNotMember}) && m.hasRole(account, user)
		sameWhile := slices.Equal(no, refusals{tenancy.CodeOrganizationSuspended}) && same
		if byParent || sameWhile {
			return m.assignOpen(no, account, user, g, in, until)
		}
		return refuse(no...)
	}
	m.assign(account, user, g, in.Roles, until)
	return done()
}

// assignOpen answers where the text lets roles be assigned or refused.
func (m *Model) assignOpen(no refusals, account tenancy.AccountID, user tenancy.UserID, g Grant,
	in tenancy.Assignment, until tenancy.Instant) Answer {
	return Answer{Codes: no, Open: true, Then: func() { m.assign(account, user, g, in.Roles, until) }}
}

func (m *Model) assign(account tenancy.AccountID, user tenancy.UserID, g Grant, roles tenancy.RoleSet, until tenancy.Instant) {
	if until == 0 {
		g.Roles = roles
	} else {
		g.Temporary, g.Until = roles, until
	}
	m.Grants[GrantKey{account, user}] = g
}

// RevokeRoles is ACC-7, and ACC-8 for a member on an independent account.
func (m *Model) RevokeRoles(by Actor, account tenancy.AccountID, user tenancy.UserID) Answer {
	if account.IsZero() || user.IsZero() {
		return refuse(tenancy.CodeID)
	}
	no := m.onAccount(by, account, who{on: tenancy.ManageMembers, service: true})
	if no != nil && (no[0] == tenancy.CodeActor || by.platform() || no[0] == tenancy.CodeNotFound && len(no) == 1) {
		return refuse(no...)
	}
	way := m.on(account, by.User, tenancy.ManageMembers)
	if !way.any() {
		return m.offIndependent(by, account, user)
	}
	var rights refusals
	rights.when(way.byGroupAtMost() && !way.temporary && user == by.User, tenancy.CodeOneself) // GRP-3
	if way.byGroupAtMost() && way.temporary && way.group && user == by.User {
		rights.when(true, tenancy.CodeOneself)
	}
	if codes, certain := m.namedOn(by, account, user); codes != nil {
		if !certain {
			codes = append(codes, tenancy.CodeNoGrant)
		}
		return refuse(append(codes, rights...)...)
	}
	if rights != nil {
		return refuse(rights...)
	}
	return m.takeOff(account, user)
}

// takeOff takes a user's own roles on an account from them (GRP-3, ACC-8).
func (m *Model) takeOff(account tenancy.AccountID, user tenancy.UserID) Answer {
	a := m.Accounts[account]
	var no refusals
	no.when(a.closed(), tenancy.CodeClosed)
	no.when(user == a.Owner, tenancy.CodeOwnerGrant)
	if user != a.Owner && !m.hasGrant(account, user) {
		// "by a group alone", and "only by its main account": a group there is both
		byGroup := !m.groupRoles(account, user).IsZero()
		byGroupThere := !a.Parent.IsZero() && !m.groupRoles(a.Parent, user).IsZero()
		no.when(byGroup || byGroupThere, tenancy.CodeGroupRole)
		no.when(!byGroup, tenancy.CodeNoGrant)
	}
	if no != nil {
		return refuse(no...)
	}
	delete(m.Grants, GrantKey{account, user})
	return done()
}

// offIndependent is RevokeRoles by who manages accounts in an organization of which the user
// is a member, on an account that is not the organization's (ACC-8).
func (m *Model) offIndependent(by Actor, account tenancy.AccountID, user tenancy.UserID) Answer {
	var rights refusals
	for _, org := range m.organizationsOf(by.User) {
		member, ok := m.member(org, user)
		if !ok || !m.may(by.User, org, tenancy.ManageAccounts) || m.Accounts[account].Organization == org {
			continue
		}
		own, _ := m.member(org, by.User)
		rights = nil
		rights.when(member.Role == tenancy.Owner, tenancy.CodeTheOwner)
		rights.when(!m.covers(own.Role, member.Role), tenancy.CodeRank)
		if sees, perhaps := m.seesAccount(by.User, account); perhaps && !sees {
			// reached by its main account alone, or not seen
			return refuse(append(rights, tenancy.CodeNotFound, tenancy.CodeNotAllowed, tenancy.CodeNoGrant)...)
		}
		if rights != nil {
			return refuse(append(rights, tenancy.CodeNotAllowed)...)
		}
		if !m.hasGrant(account, user) {
			return refuse(tenancy.CodeNotAllowed, tenancy.CodeNoGrant, tenancy.CodeNotFound)
		}
		return m.takeOff(account, user)
	}
	sees, perhaps := m.seesAccount(by.User, account)
	switch {
	case perhaps:
		return refuse(tenancy.CodeNotFound, tenancy.CodeNotAllowed)
	case !sees:
		return refuse(tenancy.CodeNotFound)
	}
	no := []tenancy.Code{tenancy.CodeNotAllowed}
	if !m.seesUser(by.User, user) { // the right depends on who is named
		no = append(no, tenancy.CodeNotFound)
	}
	return refuse(no...)
}

// Relinquish is ACC-8.
func (m *Model) Relinquish(by Actor, account tenancy.AccountID) Answer {
	if account.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.acts(by); no != nil {
		return refuse(no...)
	}
	_, ok := m.Accounts[account]
	switch {
	case by.platform() && !ok:
		return refuse(tenancy.CodeNotFound)
	case by.platform():
		return refuse(tenancy.CodeNotAllowed)
	}
	sees, perhaps := m.seesAccount(by.User, account)
	switch {
	case perhaps:
		return refuse(tenancy.CodeNotFound, tenancy.CodeNotAllowed)
	case !sees:
		return refuse(tenancy.CodeNotFound)
	case !m.hasRole(account, by.User) && !m.may(by.User, m.Accounts[account].Organization, tenancy.ViewAccounts):
		return refuse(tenancy.CodeNotAllowed) // an independent account, as which they see it (GEN-5)
	}
	return m.takeOff(account, by.User)
}

// AddAccount is ACC-4.
func (m *Model) AddAccount(by Actor, org tenancy.OrganizationID, account tenancy.AccountID, made tenancy.InvitationID) Answer {
	if org.IsZero() || account.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.inOrganization(by, org, who{may: tenancy.ManageAccounts}); no != nil {
		return refuse(no...)
	}
	var no refusals
	no.when(m.Accounts[account].Organization == org, tenancy.CodeAccountManaged)
	var before []tenancy.InvitationID
	for id, i := range m.Invitations {
		if i.Kind == tenancy.InvitationOfAccount && i.Organization == org && i.Account == account &&
			i.State == tenancy.StatePending {
			no.when(m.pending(i), tenancy.CodeAccountRequested)
			before = append(before, id)
		}
	}
	no.when(m.suspended(by, org), tenancy.CodeOrganizationSuspended)
	if no != nil {
		return refuse(no...)
	}
	for _, id := range before { // USR-4: sending settles an expired one as revoked
		m.settle(id, tenancy.StateRevoked)
	}
	m.Invitations[made] = Invitation{Kind: tenancy.InvitationOfAccount, Organization: org, Account: account,
		Inviter: by.recorded(), Charged: m.Organizations[org].Owner, State: tenancy.StatePending, Created: m.Now,
		Expires: m.Now + invitationLife}
	return done()
}

// AcceptAccountRequest is ACC-4.
func (m *Model) AcceptAccountRequest(by Actor, request tenancy.InvitationID) Answer {
	if request.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.acts(by); no != nil {
		return refuse(no...)
	}
	i, ok := m.Invitations[request]
	a, exists := m.Accounts[i.Account]
	asks := m.may(by.User, i.Organization, tenancy.ViewAccounts)
	theirs := exists && a.Owner == by.User && a.Parent.IsZero()
	var no []tenancy.Code
	switch {
	case !ok || i.Kind != tenancy.InvitationOfAccount:
		no = []tenancy.Code{tenancy.CodeNotFound}
	case by.platform():
		no = []tenancy.Code{tenancy.CodeNotAllowed}
	case theirs && !a.Organization.IsZero() && m.Organizations[a.Organization].Owner != by.User:
		no = []tenancy.Code{tenancy.CodeNotTheirs}
	case !theirs && i.Organization != m.survivor(i.Organization) &&
		m.may(by.User, m.survivor(i.Organization), tenancy.ViewAccounts):
		no = []tenancy.Code{tenancy.CodeNotFound, tenancy.CodeNotAllowed} // a merged organization's
	case !theirs && asks:
		no = []tenancy.Code{tenancy.CodeNotAllowed}
	case !theirs:
		no = []tenancy.Code{tenancy.CodeNotFound}
	}
	if no = m.barred(by, false, no); no != nil {
		return refuse(no...)
	}
	// a request that has ended, or has expired, is not shown to the account's owner
	over30 := m.Now >= i.Expires+shownFor || i.Settled != 0 && m.Now >= i.Settled+shownFor
	var state refusals
	state.when(i.State != tenancy.StatePending, tenancy.CodeSettled)
	state.when(i.State == tenancy.StatePending && m.Now >= i.Expires, tenancy.CodeExpired)
	state.when(over30, tenancy.CodeNotFound)
	state.when(a.closed(), tenancy.CodeClosed)
	state.when(!m.active(i.Inviter.User) || !m.may(i.Inviter.User, i.Organization, tenancy.ManageAccounts),
		tenancy.CodeInviter)
	state.when(m.designatedWithin(i.Account) && !m.Organizations[i.Organization].HIPAA.On, tenancy.CodeHIPAADesignated)
	state.when(over(m.limits(i.Organization).Accounts, m.mainAccounts(i.Organization), 1), tenancy.CodeAccountLimit)
	state.when(m.suspended(by, i.Organization) || m.suspended(by, a.Organization), tenancy.CodeOrganizationSuspended)
	if state != nil {
		return refuse(state...)
	}
	m.settle(request, tenancy.StateAccepted)
	i = m.Invitations[request]
	i.AcceptedBy = by.User
	m.Invitations[request] = i
	m.moves(i.Account, i.Organization)
	owner := m.Organizations[i.Organization].Owner
	m.passes(i.Account, owner)
	if owner != by.User {
		m.Grants[GrantKey{i.Account, by.User}] = Grant{Roles: tenancy.Roles(tenancy.AccountAdministrator)}
	}
	return done()
}

// lasts returns how long roles last, to the microsecond; zero: without an end.
func lasts(d *time.Duration) time.Duration {
	if d == nil {
		return 0
	}
	return d.Truncate(time.Microsecond)
}
