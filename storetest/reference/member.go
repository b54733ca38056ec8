package reference

import (
	"maps"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// touches answers for an actor who may not do something to another member: not to
// themself, not to the Owner (ROLE-5), not to whom their role does not cover (ROLE-9).
func (m *Model) touches(by Actor, org tenancy.OrganizationID, user tenancy.UserID) (no refusals) {
	own, _ := m.member(org, by.User)
	theirs, _ := m.member(org, user)
	no.when(user == by.User, tenancy.CodeOneself)
	// service accounts are the Owner's and Administrators' (ROLE-9)
	no.when(!m.person(user) && !m.allows(own.Role, tenancy.ManageIdentity), tenancy.CodeNotAllowed)
	no.when(theirs.Role == tenancy.Owner && m.Mutant != "ROLE-5", tenancy.CodeTheOwner)
	no.when(user != by.User && theirs.Role != tenancy.Owner && theirs.Role != "" && !m.covers(own.Role, theirs.Role),
		tenancy.CodeRank)
	no.when(theirs.Role == tenancy.Owner && !m.covers(own.Role, theirs.Role), tenancy.CodeRank)
	return no
}

// SetOrganizationRole is ROLE-4.
func (m *Model) SetOrganizationRole(by Actor, org tenancy.OrganizationID, user tenancy.UserID,
	role tenancy.OrganizationRole) Answer {
	var form refusals
	form.when(org.IsZero() || user.IsZero(), tenancy.CodeID)
	form.when(role == tenancy.Owner || !m.namedRank(role), tenancy.CodeRole)
	if form != nil {
		return refuse(form...)
	}
	if no := m.inOrganization(by, org, who{may: tenancy.ManageUsers, names: true}); no != nil {
		return refuse(no...)
	}
	own, _ := m.member(org, by.User)
	rank := !m.covers(own.Role, role) // of the role that is to be given
	if codes, certain := m.named(by, org, user); codes != nil {
		if !certain {
			codes = append(codes, tenancy.CodeNotMember)
		}
		if rank {
			codes = append(codes, tenancy.CodeRank)
		}
		return refuse(codes...)
	}
	no := m.touches(by, org, user)
	no.when(rank, tenancy.CodeRank)
	if no != nil {
		return refuse(no...)
	}
	member, ok := m.member(org, user)
	if !ok {
		no.when(true, tenancy.CodeNotMember)
		no.when(m.suspended(by, org), tenancy.CodeOrganizationSuspended)
		return refuse(no...)
	}
	same := member.Role == role
	member.Role = role
	return m.unlessSuspended(by, org, same, func() { m.Members[MemberKey{org, user}] = member })
}

// SetSSOExemption is SSO-3.
func (m *Model) SetSSOExemption(by Actor, org tenancy.OrganizationID, user tenancy.UserID, exempt bool) Answer {
	if org.IsZero() || user.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.inOrganization(by, org, who{may: tenancy.ManageIdentity, names: true}); no != nil {
		return refuse(no...)
	}
	if codes, certain := m.named(by, org, user); codes != nil {
		if !certain {
			codes = append(codes, tenancy.CodeNotMember)
		}
		return refuse(codes...)
	}
	if no := m.touches(by, org, user); no != nil {
		return refuse(no...)
	}
	member, ok := m.member(org, user)
	var no refusals
	no.when(!ok, tenancy.CodeNotMember)
	no.when(!m.person(user), tenancy.CodeNotPerson)
	if no != nil {
		no.when(m.suspended(by, org), tenancy.CodeOrganizationSuspended)
		return refuse(no...)
	}
	same := member.Exempt == exempt
	member.Exempt = exempt
	return m.unlessSuspended(by, org, same, func() { m.Members[MemberKey{org, user}] = member })
}

// inheritance is what an input says of the accounts that somebody leaves behind.
type inheritance struct {
	heirs   []tenancy.Heir
	rest    tenancy.UserID
	release bool
}

// passesOn answers for an input that does not say of each of a user's accounts who gets it,
// and gives the heirs of those that pass on. What it names beside are accounts of these.
// Heirs must be what state asks for, if anything passes to them.
func (m *Model) passesOn(by Actor, org tenancy.OrganizationID, accounts []tenancy.AccountID, in inheritance,
	state func(heir tenancy.UserID, account tenancy.AccountID) refusals,
) (heirs map[tenancy.AccountID]tenancy.UserID, missing, wrong, idle refusals) {
	heirs = map[tenancy.AccountID]tenancy.UserID{}
	for _, h := range in.heirs {
		if !slices.Contains(accounts, h.Account) {
			missing.when(true, tenancy.CodeNotFound)
			continue
		}
		heirs[h.Account] = h.User
	}
	for _, id := range accounts {
		if _, named := heirs[id]; !named && !in.rest.IsZero() {
			heirs[id] = in.rest
		}
	}
	named := []tenancy.UserID{}
	for _, h := range in.heirs {
		named = append(named, h.User)
	}
	if !in.rest.IsZero() {
		named = append(named, in.rest)
	}
	for _, heir := range named {
		if codes, certain := m.named(by, org, heir); codes != nil {
			missing.when(true, tenancy.CodeNotFound)
			missing.when(!certain, tenancy.CodeNotMember)
		}
	}
	for _, id := range accounts {
		heir, ok := heirs[id]
		if ok {
			for _, code := range state(heir, id) {
				wrong.when(true, code)
			}
		}
		wrong.when(!ok && !in.release, tenancy.CodeOwnsAccounts)
	}
	// Whether an heir is looked at to whom nothing passes, no rule says.
	if passes := slices.Collect(maps.Values(heirs)); !in.rest.IsZero() && !slices.Contains(passes, in.rest) {
		idle = state(in.rest, tenancy.AccountID{})
	}
	return heirs, missing, wrong, idle
}

// badInheritance answers for an input that says two things of an account or gives it to the
// user themself.
func badInheritance(user tenancy.UserID, in inheritance) (form refusals) {
	seen := map[tenancy.AccountID]bool{}
	for _, h := range in.heirs {
		form.when(h.Account.IsZero() || h.User.IsZero(), tenancy.CodeID)
		form.when(seen[h.Account] || h.User == user, tenancy.CodeInput)
		seen[h.Account] = true
	}
	form.when(in.rest == user && !user.IsZero(), tenancy.CodeInput)
	form.when(in.release && !in.rest.IsZero(), tenancy.CodeInput)
	return form
}

// heirInside answers for an heir who is no active member and person (USR-11).
func (m *Model) heirInside(org tenancy.OrganizationID, heir tenancy.UserID) (no refusals) {
	_, ok := m.member(org, heir)
	no.when(!ok, tenancy.CodeNotMember)
	no.when(!m.person(heir), tenancy.CodeNotPerson)
	no.when(!m.active(heir), tenancy.CodeInactive)
	return no
}

// RemoveUser is USR-11. Of a service account it is DeleteUser (USR-20).
func (m *Model) RemoveUser(by Actor, org tenancy.OrganizationID, user tenancy.UserID, in tenancy.Removal) Answer {
	say := inheritance{in.Heirs, in.AccountsTo, in.Release}
	form := badInheritance(user, say)
	form.when(org.IsZero() || user.IsZero(), tenancy.CodeID)
	if form != nil {
		return refuse(form...)
	}
	if no := m.inOrganization(by, org, who{may: tenancy.ManageUsers, service: true, names: true}); no != nil {
		return refuse(no...)
	}
	own, _ := m.member(org, by.User)
	var rights refusals
	rights.when(in.Release && own.Role != tenancy.Owner, tenancy.CodeRelease)
	// ROLE-9: passing accounts on needs ManageAccounts besides
	lacks := !m.allows(own.Role, tenancy.ManageAccounts)
	rights.when(lacks && (len(in.Heirs) > 0 || !in.AccountsTo.IsZero()), tenancy.CodeNotAllowed)
	if codes, certain := m.named(by, org, user); codes != nil {
		if !certain {
			codes = append(codes, tenancy.CodeNotMember)
		}
		return refuse(append(codes, rights...)...)
	}
	first := len(rights) // these come before the others named; those about the user, with them
	target, member := m.member(org, user)
	for _, code := range m.touches(by, org, user) {
		rights.when(true, code)
	}
	// USR-20: a service account removes none but a Standard User who is a person
	rights.when(member && !m.person(by.User) && (!m.person(user) || target.Role != tenancy.StandardUser) &&
		user != by.User && target.Role != tenancy.Owner, tenancy.CodeServiceAccount)
	rights.when(!m.person(by.User) && (user == by.User || target.Role == tenancy.Owner), tenancy.CodeServiceAccount)
	owns := len(m.ownedIn(user, org)) > 0
	if rights != nil {
		rights.when(lacks && owns, tenancy.CodeNotAllowed)
	}
	accounts := m.ownedIn(user, org)
	heirs, missing, wrong, idle := m.passesOn(by, org, accounts, say,
		func(heir tenancy.UserID, _ tenancy.AccountID) refusals { return m.heirInside(org, heir) })
	if first > 0 {
		return refuse(rights...)
	}
	if rights != nil {
		return refuse(append(rights, missing...)...)
	}
	if !member {
		return refuse(append(missing, tenancy.CodeNotMember)...)
	}
	wrong.when(lacks && owns, tenancy.CodeNotAllowed) // nothing is named, and all would have to be
	if missing != nil {
		return refuse(append(missing, wrong...)...)
	}
	for _, id := range accounts { // HIP-7: what leaves with the user
		_, passes := heirs[id]
		wrong.when(!passes && in.Release && m.designatedWithin(id), tenancy.CodeHIPAADesignated)
	}
	wrong.when(m.suspended(by, org) && len(accounts) > 0, tenancy.CodeOrganizationSuspended)
	if wrong != nil {
		return refuse(append(wrong, idle...)...)
	}
	return unless(idle, func() {
		if !m.person(user) {
			m.erase(user)
			return
		}
		m.parts(org, user, accounts, heirs)
		m.leaves(org, user)
	})
}

// parts passes accounts to heirs, and lets the others go with their owner.
func (m *Model) parts(org tenancy.OrganizationID, user tenancy.UserID, accounts []tenancy.AccountID,
	heirs map[tenancy.AccountID]tenancy.UserID) {
	for _, id := range accounts {
		if heir, ok := heirs[id]; ok {
			m.passes(id, heir)
			delete(m.Grants, GrantKey{id, user})
		} else {
			m.moves(id, tenancy.OrganizationID{})
		}
	}
}

// Leave is USR-12.
func (m *Model) Leave(by Actor, org tenancy.OrganizationID) Answer {
	if org.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.inOrganization(by, org, who{may: tenancy.ViewOrganization}); no != nil {
		return refuse(no...)
	}
	var no refusals
	no.when(m.Organizations[org].Owner == by.User, tenancy.CodeOwnerLeaves)
	no.when(len(m.ownedIn(by.User, org)) > 0 && m.Mutant != "USR-12", tenancy.CodeOwnsAccounts)
	if no != nil {
		return refuse(no...)
	}
	m.leaves(org, by.User)
	return done()
}

// aboutUser answers for an actor who may not do something to a person who is a member
// somewhere, and gives the organization by which they may. For Operators it is zero.
func (m *Model) aboutUser(by Actor, user tenancy.UserID, operator, service bool) (tenancy.OrganizationID, []tenancy.Code) {
	var none tenancy.OrganizationID
	if no := m.acts(by); no != nil {
		return none, no
	}
	if by.platform() {
		switch {
		case !m.exists(user):
			return none, []tenancy.Code{tenancy.CodeNotFound}
		case by.System || !operator:
			return none, []tenancy.Code{tenancy.CodeNotAllowed}
		}
		return none, nil
	}
	if !m.seesUser(by.User, user) {
		codes := []tenancy.Code{tenancy.CodeNotFound}
		for key := range m.Formers { // one who left is seen by name, and is nobody's to manage
			if key.User == user && m.exists(user) && m.may(by.User, key.Organization, tenancy.ViewUsers) {
				codes = []tenancy.Code{tenancy.CodeNotFound, tenancy.CodeNotAllowed}
			}
		}
		return none, m.barred(by, service, codes)
	}
	for _, org := range m.organizationsOf(user) {
		if m.may(by.User, org, tenancy.ManageUsers) {
			return org, m.barred(by, service, m.touches(by, org, user))
		}
	}
	no := []tenancy.Code{tenancy.CodeNotAllowed}
	if user == by.User {
		no = append(no, tenancy.CodeOneself)
		for _, org := range m.organizationsOf(user) {
			if m.Organizations[org].Owner == user {
				no = append(no, tenancy.CodeTheOwner)
			}
		}
	}
	for _, org := range m.organizationsOf(user) { // the Owner is off limits to a member who sees them
		if _, ok := m.member(org, by.User); ok && m.Organizations[org].Owner == user {
			no = append(no, tenancy.CodeTheOwner)
		}
	}
	return none, m.barred(by, service, no)
}

// DeactivateUser is USR-13.
func (m *Model) DeactivateUser(by Actor, user tenancy.UserID) Answer {
	if user.IsZero() {
		return refuse(tenancy.CodeID)
	}
	_, no := m.aboutUser(by, user, true, false)
	if no != nil {
		return refuse(no...)
	}
	u := m.Users[user]
	if by.platform() {
		u.HeldByOperator = true
	} else {
		u.HeldByOrganization = true // goes on while the organization is suspended (ORG-15)
	}
	m.Users[user] = u
	return done()
}

// ReactivateUser is USR-13: each lifts its own.
func (m *Model) ReactivateUser(by Actor, user tenancy.UserID) Answer {
	if user.IsZero() {
		return refuse(tenancy.CodeID)
	}
	org, codes := m.aboutUser(by, user, true, false)
	if codes != nil {
		return refuse(codes...)
	}
	u := m.Users[user]
	if by.platform() {
		u.HeldByOperator = false
		m.Users[user] = u
		return done()
	}
	held := u.HeldByOrganization
	var no refusals
	no.when(held && m.person(user) && over(m.limits(org).Members, m.seats(org), 1) && m.Mutant != "GEN-12",
		tenancy.CodeMemberLimit)
	no.when(m.suspended(by, org), tenancy.CodeOrganizationSuspended)
	if no != nil {
		return Answer{Codes: no, Open: !held}
	}
	u.HeldByOrganization = false
	m.Users[user] = u
	return done()
}

// UpdateUser is GEN-15: the user, or, for a member, Owner or Administrator.
func (m *Model) UpdateUser(by Actor, user tenancy.UserID, name *string) Answer {
	var form refusals
	form.when(user.IsZero(), tenancy.CodeID)
	form.when(name != nil && !validName(*name), tenancy.CodeName)
	if form != nil {
		return refuse(form...)
	}
	u := m.Users[user]
	change := func() {
		if name != nil {
			u.Name = strings.TrimSpace(*name)
			m.Users[user] = u
		}
	}
	if by.User == user && !by.platform() {
		if no := m.acts(by); no != nil {
			return refuse(no...)
		}
		if u.ServiceAccount { // USR-20: it renames no service account
			return refuse(tenancy.CodeServiceAccount)
		}
		change() // also while the organization is suspended
		return done()
	}
	org, no := m.aboutUser(by, user, false, true)
	if no != nil {
		if !by.platform() && !m.person(by.User) && u.ServiceAccount {
			no = append(no, tenancy.CodeServiceAccount)
		}
		return refuse(no...)
	}
	if !m.person(by.User) && u.ServiceAccount {
		return refuse(tenancy.CodeServiceAccount)
	}
	return m.unlessSuspended(by, org, name == nil || strings.TrimSpace(*name) == u.Name, change)
}

// DeleteUser is USR-14.
func (m *Model) DeleteUser(by Actor, user tenancy.UserID, in tenancy.UserDeletion) Answer {
	say := inheritance{in.Heirs, in.AccountsTo, false}
	form := badInheritance(user, say)
	form.when(user.IsZero(), tenancy.CodeID)
	if form != nil {
		return refuse(form...)
	}
	gives := len(in.Heirs) > 0 || !in.AccountsTo.IsZero()
	if by.User == user && !by.platform() {
		return m.deleteOneself(by, gives)
	}
	org, no := m.aboutUser(by, user, true, false)
	if !by.platform() && !org.IsZero() && (gives || no != nil && len(m.owned(user)) > 0) &&
		!m.may(by.User, org, tenancy.ManageAccounts) { // ROLE-9
		no = append(no, tenancy.CodeNotAllowed)
	}
	if no != nil {
		return refuse(no...)
	}
	orgs := m.organizationsOf(user)
	accounts := m.owned(user)
	heirs, missing, wrong, idle := m.passesOn(by, org, accounts, say, func(heir tenancy.UserID, account tenancy.AccountID) refusals {
		if len(orgs) > 0 {
			return m.heirInside(orgs[0], heir)
		}
		var no refusals
		no.when(len(m.organizationsOf(heir)) > 0, tenancy.CodeManagedElsewhere)
		no.when(!m.active(heir), tenancy.CodeInactive)
		no.when(!m.person(heir), tenancy.CodeNotPerson)
		return no
	})
	for _, org := range orgs { // an Owner is deleted by nobody
		wrong.when(m.Organizations[org].Owner == user, tenancy.CodeOwnsOrganization)
	}
	wrong.when(!by.platform() && len(accounts) > 0 && !m.may(by.User, org, tenancy.ManageAccounts), tenancy.CodeNotAllowed)
	if missing != nil {
		return refuse(append(missing, wrong...)...)
	}
	wrong.when(m.suspended(by, org) && len(accounts) > 0, tenancy.CodeOrganizationSuspended)
	if wrong != nil {
		return refuse(append(wrong, idle...)...)
	}
	return unless(idle, func() {
		for _, id := range accounts {
			m.passes(id, heirs[id])
		}
		m.erase(user)
	})
}

// deleteOneself is DeleteUser by the user, who is in no organization.
func (m *Model) deleteOneself(by Actor, gives bool) Answer {
	var no refusals
	if gives { // who deletes themself gives nothing away
		return refuse(tenancy.CodeInput, tenancy.CodeActor)
	}
	if codes := m.acts(by); codes != nil {
		return refuse(codes...)
	}
	for _, org := range m.organizationsOf(by.User) {
		member, _ := m.member(org, by.User)
		no.when(member.Role == tenancy.Owner, tenancy.CodeOwnsOrganization)
		no.when(member.Role != tenancy.Owner, tenancy.CodeOneself)
		no.when(!m.allows(member.Role, tenancy.ManageUsers), tenancy.CodeNotAllowed)
		no.when(!m.person(by.User), tenancy.CodeServiceAccount)
	}
	no.when(len(m.owned(by.User)) > 0, tenancy.CodeOwnsAccounts)
	if no != nil {
		return refuse(no...)
	}
	m.erase(by.User)
	return done()
}
