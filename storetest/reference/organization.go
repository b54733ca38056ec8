package reference

import (
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// CreateOrganization is ORG-2 to ORG-5. Its result is what came along, and on which of it
// groups had roles that have ended.
func (m *Model) CreateOrganization(by Actor, in tenancy.NewOrganization, made tenancy.OrganizationID) Answer {
	var form refusals
	form.when(!validName(in.Name), tenancy.CodeName)
	form.when(slices.Contains(in.Stay, tenancy.AccountID{}), tenancy.CodeID)
	form.when(len(in.Stay) > 0 && in.AllStay, tenancy.CodeInput)
	if form != nil {
		return refuse(form...)
	}
	if no := m.acts(by); no != nil {
		return refuse(no...)
	}
	switch { // "any user for themself"
	case by.platform():
		return refuse(tenancy.CodeNotAllowed)
	case !m.person(by.User): // USR-20: owns no organization
		return refuse(tenancy.CodeServiceAccount)
	}
	for _, id := range in.Stay { // others named: a main account of the creator's, not closed
		if a, ok := m.Accounts[id]; !ok || a.Owner != by.User || !a.Parent.IsZero() || a.closed() {
			return refuse(tenancy.CodeNotFound)
		}
	}
	var no refusals
	for _, org := range m.organizationsOf(by.User) { // ORG-5
		member, _ := m.member(org, by.User)
		no.when(member.Role != tenancy.Owner, tenancy.CodeManaged)
	}
	no.when(!slices.ContainsFunc(m.owned(by.User), func(id tenancy.AccountID) bool { // ORG-2
		return m.Accounts[id].Phone != "" && !m.Accounts[id].suspended()
	}), tenancy.CodePhoneNeeded)
	var come []tenancy.AccountID
	for _, id := range m.owned(by.User) { // ORG-4: but those that stay; an unmanaged one always comes
		org := m.Accounts[id].Organization
		if org.IsZero() || !in.AllStay && !slices.Contains(in.Stay, id) && !m.Organizations[org].Suspended {
			come = append(come, id)
		}
	}
	no.when(slices.ContainsFunc(come, m.designatedWithin), tenancy.CodeHIPAADesignated) // HIP-7
	if no != nil {
		return refuse(no...)
	}
	m.Organizations[made] = Organization{Name: strings.TrimSpace(in.Name), Owner: by.User,
		SignUpPolicy: tenancy.PolicyInvitationOnly, State: tenancy.StateActive, Created: m.Now}
	m.joins(made, by.User, tenancy.Owner, tenancy.InvitationID{}) // ORG-3
	var came, ungrouped []tenancy.AccountID
	for _, id := range come {
		came = append(came, m.withBelow(id)...)
		ungrouped = append(ungrouped, m.moves(id, made)...)
	}
	return Answer{Result: cameAlong{came, inOrder(ungrouped)}}
}

// cameAlong is what came along into a new organization.
type cameAlong struct{ Accounts, Ungrouped []tenancy.AccountID }

// changeOrganization is what operations have in common that set something of an
// organization, which may be so already (GEN-6).
func (m *Model) changeOrganization(by Actor, org tenancy.OrganizationID, w who, change func(*Organization)) Answer {
	if no := m.inOrganization(by, org, w); no != nil {
		return refuse(no...)
	}
	o := m.Organizations[org]
	change(&o)
	return m.unlessSuspended(by, org, o == m.Organizations[org], func() { m.Organizations[org] = o })
}

// unlessSuspended changes something that a suspension keeps from being changed (ORG-15).
// Setting what is so succeeds once the right is checked (GEN-6); whether a suspended
// organization refuses that too, no rule says.
func (m *Model) unlessSuspended(by Actor, org tenancy.OrganizationID, same bool, change func()) Answer {
	if m.suspended(by, org) {
		return Answer{Codes: []tenancy.Code{tenancy.CodeOrganizationSuspended}, Open: same}
	}
	change()
	return done()
}

// RenameOrganization is ORG-7.
func (m *Model) RenameOrganization(by Actor, org tenancy.OrganizationID, name string) Answer {
	var form refusals
	form.when(org.IsZero(), tenancy.CodeID)
	form.when(!validName(name), tenancy.CodeName)
	if form != nil {
		return refuse(form...)
	}
	return m.changeOrganization(by, org, who{may: tenancy.ManageOrganization, service: true},
		func(o *Organization) { o.Name = strings.TrimSpace(name) })
}

// SetInvitationPolicy is USR-5. A service account sets no policies (USR-20).
func (m *Model) SetInvitationPolicy(by Actor, org tenancy.OrganizationID, policy tenancy.InvitationPolicy) Answer {
	var form refusals
	form.when(org.IsZero(), tenancy.CodeID)
	form.when(policy != tenancy.InviteAnybody && policy != tenancy.InviteLiveDomains, tenancy.CodePolicy)
	if form != nil {
		return refuse(form...)
	}
	return m.changeOrganization(by, org, who{may: tenancy.ManageOrganization},
		func(o *Organization) { o.InvitationPolicy = policy })
}

// SetSignUpPolicy is DOM-6.
func (m *Model) SetSignUpPolicy(by Actor, org tenancy.OrganizationID, in tenancy.SignUpPolicyChange) Answer {
	known := []tenancy.SignUpPolicy{tenancy.PolicyInherited, tenancy.PolicyInvitationOnly, tenancy.PolicyAutomatic,
		tenancy.PolicyClosed}
	var form refusals
	form.when(org.IsZero(), tenancy.CodeID)
	form.when(!slices.Contains(known, in.Policy), tenancy.CodePolicy)
	if form != nil {
		return refuse(form...)
	}
	w := who{may: tenancy.ManageDomains, names: !in.Domain.IsZero()}
	if in.Domain.IsZero() {
		return m.changeOrganization(by, org, w, func(o *Organization) {
			if o.SignUpPolicy = in.Policy; in.Policy == tenancy.PolicyInherited { // none named: the default
				o.SignUpPolicy = tenancy.PolicyInvitationOnly
			}
		})
	}
	if no := m.inOrganization(by, org, w); no != nil {
		return refuse(no...)
	}
	d, ok := m.Domains[in.Domain]
	if !ok || d.Organization != org {
		return refuse(tenancy.CodeNotFound)
	}
	same := d.Policy == in.Policy
	d.Policy = in.Policy
	return m.unlessSuspended(by, org, same, func() { m.Domains[in.Domain] = d })
}

// SetLimits is GEN-12.
func (m *Model) SetLimits(by Actor, org tenancy.OrganizationID, limits *tenancy.Limits) Answer {
	var form refusals
	form.when(org.IsZero(), tenancy.CodeID)
	form.when(limits != nil && min(limits.Members, limits.Accounts, limits.Subaccounts, limits.TrialSubaccounts,
		limits.Domains, limits.ServiceAccounts, limits.Keys, limits.Groups, limits.GroupMembers,
		limits.AccountGroups) < 0, tenancy.CodeInput)
	if form != nil {
		return refuse(form...)
	}
	return m.changeOrganization(by, org, who{operator: true}, func(o *Organization) {
		if o.Limited, o.Limits = limits != nil, (tenancy.Limits{}); limits != nil {
			o.Limits = *limits
		}
	})
}

// SetImportEntitlement is USR-15.
func (m *Model) SetImportEntitlement(by Actor, org tenancy.OrganizationID, in tenancy.ImportEntitlement) Answer {
	var form refusals
	form.when(org.IsZero(), tenancy.CodeID)
	form.when(in.On && !validReference(in.Reference), tenancy.CodeReference)
	if form != nil {
		return refuse(form...)
	}
	return m.changeOrganization(by, org, who{operator: true}, func(o *Organization) {
		if o.Import = (tenancy.ImportEntitlement{}); in.On { // off forgets the reference
			o.Import = in
		}
	})
}

// SetHIPAAEntitlement is HIP-1: off is refused while an open account is designated.
func (m *Model) SetHIPAAEntitlement(by Actor, org tenancy.OrganizationID, in tenancy.HIPAAEntitlement) Answer {
	var form refusals
	form.when(org.IsZero(), tenancy.CodeID)
	form.when(in.On && !validReference(in.Reference), tenancy.CodeReference)
	form.when(in.On && in.Executed.IsZero(), tenancy.CodeInput)
	if form != nil {
		return refuse(form...)
	}
	if no := m.inOrganization(by, org, who{operator: true}); no != nil {
		return refuse(no...)
	}
	o := m.Organizations[org]
	if !in.On {
		in = tenancy.HIPAAEntitlement{}
	}
	designated := false
	for _, a := range m.Accounts {
		designated = designated || a.Organization == org && !a.closed() && a.Designated != 0
	}
	if designated && o.HIPAA.On && !in.On && m.Mutant != "HIP-1" {
		return refuse(tenancy.CodeHIPAADesignated)
	}
	o.HIPAA = in
	// Off where it is off already changes nothing (GEN-6), but HIP-1 could be read to refuse it.
	if designated && !in.On {
		return Answer{Codes: []tenancy.Code{tenancy.CodeHIPAADesignated}, Open: true}
	}
	m.Organizations[org] = o
	return done()
}

// SuspendOrganization is ORG-15, and ReactivateOrganization with on false.
func (m *Model) SuspendOrganization(by Actor, org tenancy.OrganizationID, why tenancy.Reference, on bool) Answer {
	var form refusals
	form.when(org.IsZero(), tenancy.CodeID)
	form.when(!validReference(why), tenancy.CodeReference)
	if form != nil {
		return refuse(form...)
	}
	return m.changeOrganization(by, org, who{operator: true, system: true},
		func(o *Organization) { o.Suspended = on })
}

// handsOver makes another member the Owner (ORG-8): the previous Owner becomes what is said,
// or leaves, and then what they own in the organization passes on. Exemptions end with
// becoming and ceasing to be Owner (SSO-3).
func (m *Model) handsOver(org tenancy.OrganizationID, to tenancy.UserID, previous tenancy.PreviousOwner) {
	o := m.Organizations[org]
	was := o.Owner
	o.Owner = to
	m.Organizations[org] = o
	after := m.Members[MemberKey{org, to}]
	after.Role, after.Exempt = tenancy.Owner, false
	m.Members[MemberKey{org, to}] = after
	before := m.Members[MemberKey{org, was}]
	before.Exempt = false
	switch previous {
	case tenancy.PreviousAdministrator:
		before.Role = tenancy.Administrator
	case tenancy.PreviousStandardUser:
		before.Role = tenancy.StandardUser
	case tenancy.PreviousLeaves:
		for _, id := range m.ownedIn(was, org) {
			m.passes(id, to)
		}
		m.leaves(org, was)
		return
	}
	m.Members[MemberKey{org, was}] = before
}

// ownsOthers reports whether a user owns other organizations than one.
func (m *Model) ownsOthers(user tenancy.UserID, than tenancy.OrganizationID) bool {
	return slices.ContainsFunc(m.organizationsOf(user), func(org tenancy.OrganizationID) bool {
		return org != than && m.Organizations[org].Owner == user
	})
}

// TransferOwnership is ORG-8.
func (m *Model) TransferOwnership(by Actor, org tenancy.OrganizationID, in tenancy.NewOwner) Answer {
	var form refusals
	form.when(org.IsZero(), tenancy.CodeID)
	form.when(in.User.IsZero() == (in.Email == ""), tenancy.CodeInput)
	form.when(in.Previous > tenancy.PreviousLeaves, tenancy.CodeInput)
	form.when(in.Email != "" && canonicalAddress(in.Email) == "", tenancy.CodeEmail)
	if form != nil {
		return refuse(form...)
	}
	if no := m.inOrganization(by, org, who{may: tenancy.TransferOwnership, names: true}); no != nil {
		return refuse(no...)
	}
	to := in.User
	if in.Email != "" { // an address names a member or nobody
		to, _ = m.userAt(canonicalAddress(in.Email))
		if _, ok := m.member(org, to); !ok {
			return refuse(tenancy.CodeNotFound)
		}
	} else if codes, certain := m.named(by, org, to); codes != nil {
		if !certain {
			codes = append(codes, tenancy.CodeNotMember)
		}
		return refuse(codes...)
	}
	if _, ok := m.member(org, to); !ok {
		return refuse(tenancy.CodeNotMember)
	}
	var no refusals
	no.when(to == by.User, tenancy.CodeAlreadyOwner)
	no.when(!m.person(to), tenancy.CodeNotPerson)
	no.when(!m.active(to), tenancy.CodeInactive)
	no.when(m.ownsOthers(by.User, org) && in.Previous != tenancy.PreviousLeaves && m.Mutant != "ORG-8",
		tenancy.CodeOwnsOrganization)
	if no != nil {
		return refuse(no...)
	}
	m.handsOver(org, to, in.Previous) // a suspension does not keep the Owner from it (ORG-15)
	return done()
}

// ReplaceOwner is ORG-14.
func (m *Model) ReplaceOwner(by Actor, org tenancy.OrganizationID, in tenancy.OwnerReplacement) Answer {
	var form refusals
	form.when(org.IsZero() || in.User.IsZero(), tenancy.CodeID)
	form.when(in.Previous > tenancy.PreviousLeaves, tenancy.CodeInput)
	form.when(!validReference(in.Reference), tenancy.CodeReference)
	if form != nil {
		return refuse(form...)
	}
	if no := m.inOrganization(by, org, who{operator: true, names: true}); no != nil {
		return refuse(no...)
	}
	if !m.exists(in.User) {
		return refuse(tenancy.CodeNotFound)
	}
	o := m.Organizations[org]
	_, member := m.member(org, in.User)
	replace := func() {
		if !member { // who joins with their accounts (USR-9)
			m.joins(org, in.User, tenancy.StandardUser, tenancy.InvitationID{})
			for _, id := range m.owned(in.User) {
				m.moves(id, org)
			}
		}
		m.handsOver(org, in.User, in.Previous)
	}
	var no refusals
	no.when(in.User == o.Owner, tenancy.CodeAlreadyOwner)
	no.when(!m.person(in.User), tenancy.CodeNotPerson)
	no.when(!m.active(in.User), tenancy.CodeInactive)
	no.when(m.ownsOthers(o.Owner, org) && in.Previous != tenancy.PreviousLeaves, tenancy.CodeOwnsOrganization)
	if !member {
		no.when(len(m.organizationsOf(in.User)) > 0, tenancy.CodeManagedElsewhere)
		no.when(slices.ContainsFunc(m.membersOf(org), func(user tenancy.UserID) bool {
			return user != o.Owner && m.person(user) && m.active(user)
		}), tenancy.CodeOtherMember)
		no.when(m.closedTo(org, m.Users[in.User].Address), tenancy.CodeSignUpClosed)
		// one who leaves gives their seat back; whether before the other takes one, no rule says
		no.when(over(m.limits(org).Members, m.seats(org), 1), tenancy.CodeMemberLimit)
		no.when(over(m.limits(org).Accounts, m.mainAccounts(org), len(m.owned(in.User))), tenancy.CodeAccountLimit)
		if len(no) == 1 && no[0] == tenancy.CodeMemberLimit && in.Previous == tenancy.PreviousLeaves {
			return Answer{Codes: no, Open: true, Then: replace}
		}
	}
	if no != nil {
		return refuse(no...)
	}
	replace()
	return done()
}

// DeleteOrganization is ORG-10.
func (m *Model) DeleteOrganization(by Actor, org tenancy.OrganizationID, in tenancy.OrganizationDeletion) Answer {
	if org.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.inOrganization(by, org, who{may: tenancy.DeleteOrganization, operator: true, names: true}); no != nil {
		return refuse(no...)
	}
	o := m.Organizations[org]
	to := in.AccountsTo
	if !to.IsZero() && (to == org || m.Organizations[to].State != tenancy.StateActive || m.Organizations[to].Owner != o.Owner) {
		return refuse(tenancy.CodeNotFound)
	}
	owners := m.ownedIn(o.Owner, org) // the Owner's, and those that pass to the Owner
	var held []tenancy.UserID
	for _, user := range m.membersOf(org) {
		if m.person(user) && m.Users[user].HeldByOrganization && user != o.Owner {
			held = append(held, user)
			owners = append(owners, m.ownedIn(user, org)...)
		}
	}
	var no refusals
	no.when(m.ownsOthers(o.Owner, org) && len(owners) > 0 && to.IsZero(), tenancy.CodeOwnsOrganization)
	for id, a := range m.Accounts { // HIP-7: what would become unmanaged, or go to one without entitlement
		if a.Organization == org && a.Parent.IsZero() && !a.closed() && m.designatedWithin(id) {
			goes := slices.Contains(owners, id) && !to.IsZero()
			no.when(!goes || !m.Organizations[to].HIPAA.On, tenancy.CodeHIPAADesignated)
		}
	}
	if !to.IsZero() {
		no.when(over(m.limits(to).Accounts, m.mainAccounts(to), len(owners)), tenancy.CodeAccountLimit)
		no.when(m.suspended(by, to) && len(owners) > 0, tenancy.CodeOrganizationSuspended)
	}
	no.when(m.suspended(by, org), tenancy.CodeOrganizationSuspended)
	var idle refusals // whether it is looked at where nothing goes to it, no rule says
	idle.when(!to.IsZero() && m.suspended(by, to), tenancy.CodeOrganizationSuspended)
	if no != nil {
		return refuse(append(no, idle...)...)
	}
	return unless(idle, func() { m.deletes(org, to, held, owners) })
}

// deletes is what DeleteOrganization does.
func (m *Model) deletes(org, to tenancy.OrganizationID, held []tenancy.UserID, owners []tenancy.AccountID) {
	o := m.Organizations[org]
	for _, user := range held { // they leave first, as in USR-11
		for _, id := range m.ownedIn(user, org) {
			m.passes(id, o.Owner)
		}
		m.leaves(org, user)
		delete(m.Formers, MemberKey{org, user}) // USR-21: not by the organization's end
	}
	for id, a := range m.Accounts { // ORG-15
		if a.Organization == org && a.Parent.IsZero() && !a.closed() && o.Suspended {
			a.SuspendedByPlatform = true
			m.Accounts[id] = a
		}
	}
	if !to.IsZero() {
		for _, id := range owners {
			m.moves(id, to)
		}
	}
	m.dissolves(org)
}

// RestoreOrganization is ORG-12.
func (m *Model) RestoreOrganization(by Actor, org tenancy.OrganizationID) Answer {
	if org.IsZero() {
		return refuse(tenancy.CodeID)
	}
	no := m.inOrganization(by, org, who{operator: true})
	o := m.Organizations[org]
	switch {
	case no == nil:
		return refuse(tenancy.CodeRestoreWindow) // it was not deleted
	case o.State != tenancy.StateDeleted || no[0] != tenancy.CodeEnded:
		return refuse(no...)
	}
	var codes refusals
	codes.when(m.Now >= o.Ended+keptFor || o.Purged != 0, tenancy.CodeRestoreWindow)
	elsewhere := slices.ContainsFunc(m.organizationsOf(o.Owner),
		func(other tenancy.OrganizationID) bool { return m.Organizations[other].Owner != o.Owner })
	codes.when(!m.active(o.Owner) || elsewhere, tenancy.CodeFormerOwner)
	if codes != nil {
		return refuse(codes...)
	}
	o.State, o.Ended = tenancy.StateActive, 0
	m.Organizations[org] = o
	m.joins(org, o.Owner, tenancy.Owner, tenancy.InvitationID{})
	for _, id := range m.ownedIn(o.Owner, tenancy.OrganizationID{}) {
		m.moves(id, org)
	}
	return done()
}
