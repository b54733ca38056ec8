package reference

import (
	"slices"

	"github.com/add4b1c6/tenancy"
)

// The order of refusals (GEN-5): the form of the input, the actor, the organization or
// account acted on (not found), the right (permission denied), the others named (not
// found), the state. The functions here are the second to the fourth of these.

// who says who may call an operation.
type who struct {
	may      tenancy.OrganizationPermission // what a user needs in the organization; "": no user may
	besides  tenancy.OrganizationPermission // what they need besides; "": nothing
	on       tenancy.Permission             // what a user needs on the account; "": no user may
	operator bool
	system   bool
	service  bool // a service account may, as far as its role reaches (USR-20)
	names    bool // the input names others, who are looked at before the state is
}

// acts answers for an actor who can do nothing: unknown, inactive, deleted (GEN-2), or with
// a key that holds no longer (USR-22).
func (m *Model) acts(by Actor) []tenancy.Code {
	switch {
	case by.platform():
		return nil
	case !m.active(by.User) && m.Mutant != "GEN-2":
		return []tenancy.Code{tenancy.CodeActor}
	case by.Key != tenancy.KeyID{} && !m.holds(by.Key):
		return []tenancy.Code{tenancy.CodeActor}
	}
	return nil
}

// barred adds what a service account is told of an operation that is none for it (USR-20).
// Whether it is told so before it is told that something is not found, no rule says.
func (m *Model) barred(by Actor, serves bool, answer []tenancy.Code) []tenancy.Code {
	if by.platform() || m.person(by.User) || serves || slices.Contains(answer, tenancy.CodeActor) {
		return answer
	}
	codes := []tenancy.Code{tenancy.CodeServiceAccount}
	for _, code := range answer {
		if code == tenancy.CodeNotFound || code == tenancy.CodeNotAllowed || code == tenancy.CodeMerged {
			codes = append(codes, code)
		}
	}
	return codes
}

// inOrganization answers for an actor who may not do something to an organization, and for
// an organization to which nothing can be done any more. Nil: go on.
func (m *Model) inOrganization(by Actor, org tenancy.OrganizationID, w who) []tenancy.Code {
	if no := m.acts(by); no != nil {
		return no
	}
	return m.barred(by, w.service, m.allowedIn(by, org, w))
}

func (m *Model) allowedIn(by Actor, org tenancy.OrganizationID, w who) []tenancy.Code {
	o, ok := m.Organizations[org]
	if !ok {
		return []tenancy.Code{tenancy.CodeNotFound}
	}
	if by.platform() { // they see everything, and are nobody's Administrator (GEN-1)
		switch {
		case by.System && !w.system || !by.System && !w.operator:
			return []tenancy.Code{tenancy.CodeNotAllowed}
		case o.State == tenancy.StateMerged: // ORG-13
			return m.endedBut(tenancy.CodeMerged, w)
		case o.State == tenancy.StateDeleted: // ORG-10
			return m.endedBut(tenancy.CodeEnded, w)
		}
		return nil
	}
	if o.State == tenancy.StateMerged && m.seesSurvivor(by.User, org) { // ORG-13
		if !m.qualifies(m.survivor(org), by.User, w) {
			return []tenancy.Code{tenancy.CodeNotAllowed}
		}
		return m.endedBut(tenancy.CodeMerged, w)
	}
	_, ok = m.member(org, by.User)
	switch {
	case !ok: // GEN-5: of its members alone it is seen
		return []tenancy.Code{tenancy.CodeNotFound}
	case !m.qualifies(org, by.User, w):
		return []tenancy.Code{tenancy.CodeNotAllowed}
	}
	return nil
}

// qualifies reports whether a member has the permissions that are needed in an organization.
func (m *Model) qualifies(org tenancy.OrganizationID, user tenancy.UserID, w who) bool {
	return w.may != "" && m.may(user, org, w.may) && (w.besides == "" || m.may(user, org, w.besides))
}

// endedBut answers for an organization that has ended: with what its state is, or that
// somebody named is not found.
func (m *Model) endedBut(code tenancy.Code, w who) []tenancy.Code {
	if w.names {
		return []tenancy.Code{code, tenancy.CodeNotFound}
	}
	return []tenancy.Code{code}
}

// survivor follows an organization that was merged to the one that is left (ORG-13,
// MRG-12).
func (m *Model) survivor(org tenancy.OrganizationID) tenancy.OrganizationID {
	for m.Organizations[org].State == tenancy.StateMerged {
		org = m.Organizations[org].MergedInto
	}
	return org
}

func (m *Model) seesSurvivor(user tenancy.UserID, org tenancy.OrganizationID) bool {
	_, ok := m.member(m.survivor(org), user)
	return ok
}

// onAccount answers for an actor who may not do something to an account. Nil: go on.
func (m *Model) onAccount(by Actor, account tenancy.AccountID, w who) []tenancy.Code {
	if no := m.acts(by); no != nil {
		return no
	}
	return m.barred(by, w.service, m.allowedOn(by, account, w))
}

func (m *Model) allowedOn(by Actor, account tenancy.AccountID, w who) []tenancy.Code {
	if _, ok := m.Accounts[account]; !ok {
		return []tenancy.Code{tenancy.CodeNotFound}
	}
	if by.platform() {
		if by.System && !w.system || !by.System && !w.operator {
			return []tenancy.Code{tenancy.CodeNotAllowed}
		}
		return nil
	}
	sees, perhaps := m.seesAccount(by.User, account)
	switch {
	case perhaps:
		return []tenancy.Code{tenancy.CodeNotFound, tenancy.CodeNotAllowed}
	case !sees:
		return []tenancy.Code{tenancy.CodeNotFound}
	case w.on == "" || !m.on(account, by.User, w.on).any():
		return []tenancy.Code{tenancy.CodeNotAllowed}
	}
	return nil
}

// seesAccount reports whether a user sees an account (GEN-5): one on which they have a role,
// one of an organization whose accounts they see, and an independent one of such an
// organization. Perhaps: a member reaches that by its main account or by a group alone, of
// which the text does not say whether it makes the account an independent one.
func (m *Model) seesAccount(user tenancy.UserID, account tenancy.AccountID) (sees, perhaps bool) {
	a := m.Accounts[account]
	if m.hasRole(account, user) || m.may(user, a.Organization, tenancy.ViewAccounts) {
		return true, false
	}
	if a.closed() { // a closed account is not independent
		return false, false
	}
	for _, org := range m.organizationsOf(user) {
		if !m.may(user, org, tenancy.ViewAccounts) || org == a.Organization {
			continue
		}
		for _, other := range m.membersOf(org) {
			// what an Owner reaches through other organizations of theirs is not shown
			if _, theirs := m.member(a.Organization, other); theirs {
				continue
			}
			if m.hasGrant(account, other) {
				return true, false
			}
			perhaps = perhaps || m.hasRole(account, other)
		}
	}
	return false, perhaps
}

// independentTo reports whether a user is independent to an organization: no member, but
// with a role on an open account of it (section 2).
func (m *Model) independentTo(org tenancy.OrganizationID, user tenancy.UserID) bool {
	if _, ok := m.member(org, user); ok {
		return false
	}
	for id, a := range m.Accounts {
		if a.Organization == org && !a.closed() && m.hasRoleAt(id, user) {
			return true
		}
	}
	return false
}

// seesUser reports whether a user sees another one (GEN-5): themself, members and
// independent users of an organization whose users they see, and who has a role on an
// account whose members they manage.
func (m *Model) seesUser(user, other tenancy.UserID) bool {
	if !m.exists(other) {
		return false
	}
	if user == other {
		return true
	}
	for _, org := range m.organizationsOf(user) {
		_, member := m.member(org, other)
		if m.may(user, org, tenancy.ViewUsers) && (member || m.independentTo(org, other)) {
			return true
		}
	}
	for id := range m.Accounts {
		if m.on(id, user, tenancy.ManageMembers).any() && m.hasRole(id, other) {
			return true
		}
	}
	return false
}

// named answers for somebody whom an actor names beside an organization that is acted on:
// NotFound for one whom they do not see. No rule says whether somebody is seen there whom the
// actor sees elsewhere alone, on an account or in another organization, or of whom the
// organization shows what it keeps of those who left (USR-21). Then certain is false.
func (m *Model) named(by Actor, org tenancy.OrganizationID, other tenancy.UserID) (codes []tenancy.Code, certain bool) {
	if by.platform() && m.exists(other) || by.User == other {
		return nil, true
	}
	_, member := m.member(org, other)
	if m.may(by.User, org, tenancy.ViewUsers) && m.exists(other) && (member || m.independentTo(org, other)) {
		return nil, true
	}
	no := []tenancy.Code{tenancy.CodeNotFound}
	if m.seesUser(by.User, other) {
		return no, false
	}
	for key := range m.Formers {
		if key.User == other && m.may(by.User, key.Organization, tenancy.ViewUsers) {
			return no, false
		}
	}
	return no, true
}

// suspended reports whether a suspension stops an actor: whoever acts but Operators and
// System (ORG-15).
func (m *Model) suspended(by Actor, org tenancy.OrganizationID) bool {
	return !by.platform() && m.Organizations[org].Suspended && m.Mutant != "ORG-15"
}
