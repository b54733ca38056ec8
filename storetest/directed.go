package storetest

import (
	"context"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
)

// directed are steps that lead on purpose to where random ones seldom come: what they
// try is as random as the rest, but where they try it is not.
func (m *machine) directed() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"on a merged organization": m.onMerged, "on a deleted organization": m.onDeleted, "into a full organization": m.intoFull,
		"into a full organization 2": m.intoFull, "into a closed one": m.intoClosed, "into a closed one 2": m.intoClosed, "an account's way out": m.outOf,
		"by an administrator": m.byAdministrator, "a guest": m.byGuest, "a claim that changes": m.claimChanges, "an Owner with others": m.ownerOfSeveral,
		"an Owner with others 2": m.ownerOfSeveral, "two of one Owner": m.twoOfOne, "too late, or off the domains": m.resendRefused,
		"two of one Owner 2": m.twoOfOne, "somebody inactive": m.inactive, "an inviter who is gone": m.inviterGone,
		"a subaccount": m.onSubaccount, "a Platform of a user's": m.onPlatform,
	}
}

// commitsRefused are the operations whose refusals may commit something: VerifyDomain
// may have rechecked another holder first (DOM-3), and an operation whose outcome was
// asked for in vain can no longer be done (GEN-13).
var commitsRefused = []string{"VerifyDomain", "Outcome", "ActorOutcome"}

// try counts what came of a call of an operation. A refusal must not have committed
// anything.
func (m *machine) try(rt *rapid.T, op string, err error) {
	m.last = op
	committed := int(m.store.committed.Load()) > m.tried
	m.tried = int(m.store.committed.Load())
	switch {
	case err == nil:
		m.reached.done(op)
	case tenancy.CodeOf(err) == "":
		rt.Fatalf("%s: %v", op, err)
	case committed && !slices.Contains(commitsRefused, op):
		rt.Fatalf("%s was refused and committed something: %v", op, err)
	}
}

func second[T any](_ T, err error) error { return err }

// where gives the organizations whose records are in a state.
func (m *machine) where(state tenancy.State) (found []tenancy.OrganizationID) {
	for _, org := range m.orgs {
		if o, err := lookUp[tenancy.OrganizationRecord](m, tenancy.IndexOrganizations, org); err == nil &&
			o.State == state {
			found = append(found, org)
		}
	}
	return found
}

// alive draws an active organization and its Owner; false: there is none.
func (m *machine) alive(rt *rapid.T) (org tenancy.OrganizationID, owner *tenancy.Session, ok bool) {
	active := slices.DeleteFunc(m.where(tenancy.StateActive), m.isSuspended)
	if len(active) == 0 {
		return org, nil, false
	}
	org = choose(m, rt, "active", active)
	return org, m.dir.As(m.ownerOf(org)), true
}

// subordinate draws a member of an organization other than its Owner; zero: there is
// none.
func (m *machine) subordinate(rt *rapid.T, org tenancy.OrganizationID) tenancy.UserID {
	var others []tenancy.UserID
	for _, r := range m.listed(tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: org}, Limit: 20}) {
		if user := r.(tenancy.MembershipRecord).User; user != m.ownerOf(org) {
			others = append(others, user)
		}
	}
	if len(others) == 0 {
		return tenancy.UserID{}
	}
	return choose(m, rt, "subordinate", others)
}

// onSubaccount asks for a subaccount what is asked for its main account alone.
func (m *machine) onSubaccount(rt *rapid.T) {
	org, owner, ok := m.alive(rt)
	if !ok {
		return
	}
	for _, r := range m.listed(tenancy.Lookup{Index: tenancy.IndexAccountsIn, Key: tenancy.Key{In: org}, Limit: 20}) {
		if a := r.(tenancy.AccountRecord); !a.Parent.IsZero() && a.Closed == 0 {
			m.try(rt, "MoveAccount", second(owner.MoveAccount(m.ctx, a.ID, org)))
			m.try(rt, "TransferAccount", second(owner.TransferAccount(m.ctx, a.ID, m.user(rt))))
			return
		}
	}
}

// onPlatform has an Owner ask for what is the host's to do.
func (m *machine) onPlatform(rt *rapid.T) {
	org, owner, ok := m.alive(rt)
	if !ok {
		return
	}
	for _, r := range m.listed(tenancy.Lookup{Index: tenancy.IndexConnectionsIn, Key: tenancy.Key{In: org}, Limit: 1}) {
		p := &tenancy.Platform{Session: owner}
		m.try(rt, "MarkConnectionTested", second(p.MarkConnectionTested(m.ctx, r.(tenancy.ConnectionRecord).ID)))
	}
}

func (m *machine) onMerged(rt *rapid.T) {
	merged := m.where(tenancy.StateMerged)
	if len(merged) == 0 {
		return
	}
	org := choose(m, rt, "merged", merged)
	s, staff, user := m.dir.As(m.ownerOf(org)), m.dir.Operator("staff"), m.user(rt)
	m.try(rt, "AddAccount", second(s.AddAccount(m.ctx, org, tenancy.AccountID{1})))
	m.try(rt, "AddConnection", second(s.AddConnection(m.ctx, org, "One")))
	m.try(rt, "AddDirectory", second(s.AddDirectory(m.ctx, org, "One")))
	m.try(rt, "CreateGroup", second(s.CreateGroup(m.ctx, org, tenancy.NewGroup{Name: "One"})))
	m.try(rt, "AddDomain", second(s.AddDomain(m.ctx, org, "acme.com")))
	m.try(rt, "CreateAccount", second(s.CreateAccount(m.ctx, org, tenancy.NewAccount{Name: "One"})))
	m.try(rt, "SetSignUpPolicy",
		errOf(s.SetSignUpPolicy(m.ctx, org, tenancy.SignUpPolicyChange{Policy: tenancy.PolicyClosed})))
	m.try(rt, "SetInvitationPolicy", errOf(s.SetInvitationPolicy(m.ctx, org, tenancy.InviteAnybody)))
	m.try(rt, "SetSSOExemption", errOf(s.SetSSOExemption(m.ctx, org, tenancy.UserID{1}, tenancy.SSOExempt)))
	m.try(rt, "Leave", s.Leave(m.ctx, org))
	m.try(rt, "RemoveUser", s.RemoveUser(m.ctx, org, tenancy.UserID{1}, tenancy.Removal{}))
	m.try(rt, "RenameOrganization", second(s.RenameOrganization(m.ctx, org, "One")))
	m.try(rt, "TransferOwnership", second(s.TransferOwnership(m.ctx, org, tenancy.NewOwner{User: tenancy.UserID{1}})))
	m.try(rt, "SetOrganizationRole", errOf(s.SetOrganizationRole(m.ctx, org, tenancy.UserID{1}, tenancy.StandardUser)))
	m.try(rt, "InviteUser", second(s.InviteUser(m.ctx, org, tenancy.NewInvitation{Email: "ana@acme.com"})))
	m.try(rt, "CreateServiceAccount",
		second(s.CreateServiceAccount(m.ctx, org, tenancy.NewServiceAccount{Name: "One"})))
	m.try(rt, "ImportUsers", second(s.ImportUsers(m.ctx, org, tenancy.UserImport{Emails: []string{"ana@acme.com"}})))
	m.try(rt, "MergeOrganizations", second(s.MergeOrganizations(m.ctx, m.org(rt), org)))
	m.try(rt, "DeleteOrganization", s.DeleteOrganization(m.ctx, org, tenancy.OrganizationDeletion{}))
	for _, a := range m.listed(tenancy.Lookup{Index: tenancy.IndexOpenAccountsOf, Key: tenancy.Key{In: m.ownerOf(org)}, Limit: 3}) {
		m.try(rt, "MoveAccount", second(s.MoveAccount(m.ctx, a.(tenancy.AccountRecord).ID, org)))
	}
	for _, q := range m.listed(tenancy.Lookup{Index: tenancy.IndexRequestsIn, Key: tenancy.Key{In: org}, Limit: 1}) {
		m.try(rt, "DismissRequest", s.DismissRequest(m.ctx, q.(tenancy.RequestRecord).ID))
	}
	m.try(rt, "SetHIPAAEntitlement", errOf(staff.SetHIPAAEntitlement(m.ctx, org, tenancy.HIPAAEntitlement{})))
	m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, org, nil)))
	m.try(rt, "SetImportEntitlement", errOf(staff.SetImportEntitlement(m.ctx, org, tenancy.ImportEntitlement{})))
	m.try(rt, "ReplaceOwner",
		second(staff.ReplaceOwner(m.ctx, org, tenancy.OwnerReplacement{User: user, Reference: "t"})))
	m.try(rt, "RestoreOrganization", second(staff.RestoreOrganization(m.ctx, org)))
	m.try(rt, "SuspendOrganization", errOf(staff.SuspendOrganization(m.ctx, org, "t")))
	m.try(rt, "ReactivateOrganization", errOf(staff.ReactivateOrganization(m.ctx, org, "t")))
}

func (m *machine) onDeleted(rt *rapid.T) {
	deleted := m.where(tenancy.StateDeleted)
	if len(deleted) == 0 {
		return
	}
	org, staff := choose(m, rt, "deleted", deleted), m.dir.Operator("staff")
	m.try(rt, "DeleteOrganization", staff.DeleteOrganization(m.ctx, org, tenancy.OrganizationDeletion{}))
	m.try(rt, "SuspendOrganization", errOf(staff.SuspendOrganization(m.ctx, org, "t")))
	m.try(rt, "ReactivateOrganization", errOf(staff.ReactivateOrganization(m.ctx, org, "t")))
	m.try(rt, "SetHIPAAEntitlement", errOf(staff.SetHIPAAEntitlement(m.ctx, org, tenancy.HIPAAEntitlement{})))
	m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, org, nil)))
	m.try(rt, "SetImportEntitlement", errOf(staff.SetImportEntitlement(m.ctx, org, tenancy.ImportEntitlement{})))
	m.try(rt, "ReplaceOwner",
		second(staff.ReplaceOwner(m.ctx, org, tenancy.OwnerReplacement{User: m.user(rt), Reference: "t"})))
}

// newcomer makes an address nobody has been given before.
func (m *machine) newcomer(at string) string {
	m.draws++
	return "new" + time.Unix(0, int64(m.draws)).Format("150405.000000000")[7:] + "@" + at
}

// outsider signs up a newcomer who owns an unmanaged account and is in no organization;
// false: it was refused.
func (m *machine) outsider(rt *rapid.T, at string) (tenancy.UserID, string, bool) {
	address := m.newcomer(at)
	signed, err := m.dir.System().SignUp(m.ctx, tenancy.NewSignUp{Email: tenancy.Proven(address), Name: "New"})
	m.try(rt, "SignUp", err)
	if err != nil || signed.Organization == nil || signed.Result != tenancy.SignUpFounded {
		return tenancy.UserID{}, "", false
	}
	m.users = append(m.users, signed.User.ID)
	m.orgs = append(m.orgs, signed.Organization.ID)
	m.accounts = append(m.accounts, signed.Account.ID)
	err = m.dir.As(signed.User.ID).DeleteOrganization(m.ctx, signed.Organization.ID, tenancy.OrganizationDeletion{})
	m.try(rt, "DeleteOrganization", err)
	return signed.User.ID, address, err == nil
}

// intoFull brings people and accounts to an organization that has no room for them, and
// gives a member back the seat that somebody else has.
func (m *machine) intoFull(rt *rapid.T) {
	org, owner, ok := m.alive(rt)
	if !ok {
		return
	}
	staff, host := m.dir.Operator("staff"), m.dir.System()
	user, address, ok := m.outsider(rt, "elsewhere.net")
	if !ok {
		return
	}
	invite := func(to string) tenancy.Secret {
		sent, err := owner.InviteUser(m.ctx, org, tenancy.NewInvitation{Email: to})
		m.try(rt, "InviteUser", err)
		m.invitations = append(m.invitations, sent.ID)
		return sent.Secret
	}
	known := invite(address)
	var agreed tenancy.TermsToken
	if offer, err := m.dir.As(user).Invitation(m.ctx, known); err == nil && offer.Terms != nil {
		agreed = offer.Terms.Token
	}
	held := m.subordinate(rt, org)
	m.try(rt, "DeactivateUser", second(owner.DeactivateUser(m.ctx, held)))
	full, err := staff.Organization(m.ctx, org)
	m.try(rt, "Organization", err)
	if err != nil {
		return
	}
	limits := tenancy.Limits{Subaccounts: 1, TrialSubaccounts: 1, Domains: 1}
	if m.coin(rt, "members are full") {
		limits.Members = max(full.Settings.Seats, 1)
	} else {
		limits.Accounts = max(full.Settings.Accounts, 1)
	}
	m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, org, &limits)))
	m.try(rt, "ReactivateUser", second(owner.ReactivateUser(m.ctx, held)))
	if unmanaged := m.listed(tenancy.Lookup{Index: tenancy.IndexOpenAccountsOf, Key: tenancy.Key{In: user}, Limit: 1}); len(
		unmanaged) > 0 {
		request, err := owner.AddAccount(m.ctx, org, unmanaged[0].(tenancy.AccountRecord).ID)
		m.try(rt, "AddAccount", err)
		if err == nil {
			m.try(rt, "AcceptAccountRequest", second(m.dir.As(user).AcceptAccountRequest(m.ctx, request.ID)))
		}
	}
	m.try(rt, "AcceptInvitation",
		second(m.dir.As(user).AcceptInvitation(m.ctx, tenancy.Acceptance{Secret: known, Terms: agreed})))
	m.try(rt, "ReplaceOwner",
		second(staff.ReplaceOwner(m.ctx, org, tenancy.OwnerReplacement{User: user, Reference: "t"})))
	m.try(rt, "SignUp", m.signUp(host, tenancy.NewSignUp{Email: tenancy.Proven(m.newcomer("acme.com")), Name: "New"}))
	m.try(rt, "CreateAccount", second(owner.CreateAccount(m.ctx, org, tenancy.NewAccount{Name: "More"})))
	for _, other := range m.where(tenancy.StateActive) {
		if other == org {
			continue
		}
		m.try(rt, "MergeOrganizations", second(owner.MergeOrganizations(m.ctx, org, other)))
		if a := m.accountOf(other); !a.IsZero() {
			m.try(rt, "MoveAccount", second(owner.MoveAccount(m.ctx, a, org)))
		}
		m.try(rt, "DeleteOrganization",
			owner.DeleteOrganization(m.ctx, other, tenancy.OrganizationDeletion{AccountsTo: org}))
	}
	m.importAll(rt, owner, org)
}

// importAll imports everybody there is, entitled.
func (m *machine) importAll(rt *rapid.T, s *tenancy.Session, org tenancy.OrganizationID) {
	m.try(
		rt,
		"SetImportEntitlement",
		errOf(
			m.dir.Operator("staff").
				SetImportEntitlement(m.ctx, org, tenancy.ImportEntitlement{On: true, Reference: "t"}),
		),
	)
	in := tenancy.UserImport{Emails: []string{"not an address"}}
	for _, u := range m.listed(tenancy.Lookup{Index: tenancy.IndexUsers, Limit: 50}) {
		in.Emails = append(in.Emails, u.(tenancy.UserRecord).Personal.Email.Reveal())
	}
	results, err := s.ImportUsers(m.ctx, org, in)
	m.try(rt, "ImportUsers", err)
	for _, item := range results {
		if item.Err != nil {
			m.reached.refused("ImportUsers", tenancy.CodeOf(item.Err))
		}
	}
}

// verified gives the domains that an organization has.
func (m *machine) verified() (found []tenancy.DomainRecord) {
	for _, d := range m.listed(tenancy.Lookup{Index: tenancy.IndexVerifiedDomains, Limit: 100}) {
		found = append(found, d.(tenancy.DomainRecord))
	}
	return found
}

// intoClosed brings people to an organization whose domain is closed to them, and
// readdresses them under its other policies.
func (m *machine) intoClosed(rt *rapid.T) {
	have := m.verified()
	if len(have) == 0 {
		return
	}
	d := choose(m, rt, "verified", have)
	org, staff, host := d.Organization, m.dir.Operator("staff"), m.dir.System()
	owner := m.dir.As(m.ownerOf(org))
	set := func(policy tenancy.SignUpPolicy) {
		m.try(rt, "SetSignUpPolicy",
			errOf(owner.SetSignUpPolicy(m.ctx, org, tenancy.SignUpPolicyChange{Domain: d.ID, Policy: policy})))
	}
	set(tenancy.PolicyClosed)
	m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, org, nil)))
	user, address, ok := m.outsider(rt, d.Personal.Name)
	elsewhere, other, also := m.outsider(rt, "elsewhere.net")
	if !ok || !also {
		return
	}
	set(tenancy.PolicyInvitationOnly)
	sent, err := owner.InviteUser(m.ctx, org, tenancy.NewInvitation{Email: address})
	m.try(rt, "InviteUser", err)
	q, err := host.RequestInvitation(m.ctx, tenancy.Proven(m.newcomer(d.Personal.Name)))
	m.try(rt, "RequestInvitation", err)
	if err == nil {
		m.requests = append(m.requests, q.ID)
		m.try(rt, "RequestInvitation", second(host.RequestInvitation(m.ctx, tenancy.Proven(q.Email.Reveal()))))
	}
	guest, err := owner.InviteToAccount(m.ctx, m.accountOf(org),
		tenancy.NewAccountInvitation{Email: other, Roles: tenancy.Roles(tenancy.Support)})
	m.try(rt, "InviteToAccount", err)
	if err == nil {
		m.try(rt, "AcceptInvitation",
			second(m.dir.As(elsewhere).AcceptInvitation(m.ctx, tenancy.Acceptance{Secret: guest.Secret})))
	}
	set(tenancy.PolicyClosed)
	m.try(rt, "AcceptInvitation",
		second(m.dir.As(user).AcceptInvitation(m.ctx, tenancy.Acceptance{Secret: sent.Secret})))
	m.try(rt, "ResendInvitation", second(owner.ResendInvitation(m.ctx, sent.ID)))
	m.try(rt, "InviteUser",
		second(owner.InviteUser(m.ctx, org, tenancy.NewInvitation{Email: m.newcomer(d.Personal.Name)})))
	m.try(
		rt,
		"InviteToAccount",
		second(
			owner.InviteToAccount(m.ctx, m.accountOf(org),
				tenancy.NewAccountInvitation{Email: m.newcomer(d.Personal.Name), Roles: tenancy.Roles(tenancy.Support)}),
		),
	)
	m.try(rt, "ReplaceOwner",
		second(staff.ReplaceOwner(m.ctx, org, tenancy.OwnerReplacement{User: user, Reference: "t"})))
	m.try(rt, "ChangeEmail", second(host.ChangeEmail(m.ctx, elsewhere, tenancy.Proven(m.newcomer(d.Personal.Name)))))
	m.importAll(rt, owner, org)
	for _, candidate := range m.where(tenancy.StateActive) {
		m.try(rt, "MergeOrganizations", second(owner.MergeOrganizations(m.ctx, org, candidate)))
	}
}

// accountOf gives the first open main account of an organization; zero: it has none.
func (m *machine) accountOf(org tenancy.OrganizationID) tenancy.AccountID {
	for _, a := range m.openIn(org) {
		if a.Parent.IsZero() {
			return a.ID
		}
	}
	return tenancy.AccountID{}
}

// openIn gives open accounts of an organization, subaccounts too.
func (m *machine) openIn(org tenancy.OrganizationID) (open []tenancy.AccountRecord) {
	for _, r := range m.listed(tenancy.Lookup{Index: tenancy.IndexAccountsIn, Key: tenancy.Key{In: org}, Limit: 100}) {
		if a := r.(tenancy.AccountRecord); a.Closed == 0 {
			open = append(open, a)
		}
	}
	return open
}

// outOf designates an account and tries every way out of its organization; suspends it
// and works on its subaccount.
func (m *machine) outOf(rt *rapid.T) {
	org, owner, ok := m.alive(rt)
	if !ok {
		return
	}
	staff := m.dir.Operator("staff")
	m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, org, nil)))
	m.try(
		rt,
		"SetHIPAAEntitlement",
		errOf(
			staff.SetHIPAAEntitlement(m.ctx, org,
				tenancy.HIPAAEntitlement{On: true, Reference: "baa-1", Executed: m.clock.Now()}),
		),
	)
	member := m.memberOf(rt, org)
	made, err := owner.CreateAccount(m.ctx, org, tenancy.NewAccount{Name: "Designated", Owner: member})
	m.try(rt, "CreateAccount", err)
	if err != nil {
		return
	}
	m.accounts = append(m.accounts, made.ID)
	m.try(rt, "EnableHIPAA", second(owner.EnableHIPAA(m.ctx, made.ID)))
	m.try(rt, "SetHIPAAEntitlement", errOf(staff.SetHIPAAEntitlement(m.ctx, org, tenancy.HIPAAEntitlement{})))
	m.try(rt, "RemoveUser", owner.RemoveUser(m.ctx, org, member, tenancy.Removal{}))
	m.try(rt, "RemoveUser", owner.RemoveUser(m.ctx, org, member, tenancy.Removal{Release: true}))
	m.try(rt, "DeleteOrganization", owner.DeleteOrganization(m.ctx, org, tenancy.OrganizationDeletion{}))
	m.try(rt, "CreateOrganization",
		second(m.dir.As(member).CreateOrganization(m.ctx, tenancy.NewOrganization{Name: "Out"})))
	for _, other := range m.where(tenancy.StateActive) {
		m.try(rt, "MoveAccount", second(m.dir.As(member).MoveAccount(m.ctx, made.ID, other)))
		request, err := m.dir.As(m.ownerOf(other)).AddAccount(m.ctx, other, made.ID)
		m.try(rt, "AddAccount", err)
		if err == nil {
			m.try(rt, "AcceptAccountRequest", second(m.dir.As(member).AcceptAccountRequest(m.ctx, request.ID)))
		}
	}
	sub, err := owner.CreateSubaccount(m.ctx, made.ID, tenancy.NewSubaccount{Name: "Sub"})
	m.try(rt, "CreateSubaccount", err)
	m.try(rt, "CreateSubaccount", second(owner.CreateSubaccount(m.ctx, made.ID, tenancy.NewSubaccount{Name: "Sub"})))
	m.try(rt, "SuspendAccount", second(owner.SuspendAccount(m.ctx, made.ID)))
	if err == nil {
		m.accounts = append(m.accounts, sub.ID)
		m.try(rt, "ReactivateAccount", second(owner.ReactivateAccount(m.ctx, made.ID)))
		if m.coin(rt, "suspended itself") {
			m.try(rt, "SuspendAccount", second(owner.SuspendAccount(m.ctx, sub.ID)))
		}
		m.try(rt, "SuspendAccount", second(owner.SuspendAccount(m.ctx, made.ID)))
		for range 2 {
			m.try(rt, "SuspendAccount", second(owner.SuspendAccount(m.ctx, sub.ID)))
			m.try(rt, "ReactivateAccount", second(owner.ReactivateAccount(m.ctx, sub.ID)))
			m.try(rt, "CloseAccount", second(owner.CloseAccount(m.ctx, sub.ID)))
			m.try(rt, "SuspendAccount", second(m.dir.System().SuspendAccount(m.ctx, sub.ID)))
		}
	}
}

// byAdministrator tries an Administrator on the Owner, who is off limits.
func (m *machine) byAdministrator(rt *rapid.T) {
	org, owner, ok := m.alive(rt)
	if !ok {
		return
	}
	boss, name := m.ownerOf(org), "Renamed"
	for _, r := range m.listed(tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: org}, Limit: 20}) {
		user := r.(tenancy.MembershipRecord).User
		if user == boss {
			continue
		}
		m.try(rt, "SetOrganizationRole", errOf(owner.SetOrganizationRole(m.ctx, org, user, tenancy.Administrator)))
		s := m.dir.As(user)
		m.try(rt, "SetOrganizationRole", errOf(s.SetOrganizationRole(m.ctx, org, boss, tenancy.StandardUser)))
		m.try(rt, "RemoveUser", s.RemoveUser(m.ctx, org, boss, tenancy.Removal{}))
		m.try(rt, "DeactivateUser", second(s.DeactivateUser(m.ctx, boss)))
		m.try(rt, "ReactivateUser", second(s.ReactivateUser(m.ctx, boss)))
		m.try(rt, "UpdateUser", second(s.UpdateUser(m.ctx, boss, tenancy.UserUpdate{Name: &name})))
		m.try(rt, "SetSSOExemption", errOf(s.SetSSOExemption(m.ctx, org, boss, tenancy.SSOExempt)))
		m.try(rt, "DeleteUser", s.DeleteUser(m.ctx, boss, tenancy.UserDeletion{}))
		m.try(rt, "DeleteUser", s.DeleteUser(m.ctx, user, tenancy.UserDeletion{}))
		m.try(rt, "RemoveUser", s.RemoveUser(m.ctx, org, user, tenancy.Removal{Release: true}))
		m.try(rt, "DeleteOrganization", s.DeleteOrganization(m.ctx, org, tenancy.OrganizationDeletion{}))
		for _, g := range m.listed(tenancy.Lookup{Index: tenancy.IndexGrantsOf, Key: tenancy.Key{In: boss}, Limit: 20}) {
			m.try(rt, "RevokeRoles", s.RevokeRoles(m.ctx, g.(tenancy.GrantRecord).Account, boss))
		}
		return
	}
}

// byGuest makes an independent user of an account, and an unmanaged account with a
// member of the organization on it.
func (m *machine) byGuest(rt *rapid.T) {
	org, owner, ok := m.alive(rt)
	if !ok {
		return
	}
	user, address, ok := m.outsider(rt, "elsewhere.net")
	account := m.accountOf(org)
	if !ok || account.IsZero() {
		return
	}
	role := choose(m, rt, "role", []tenancy.AccountRole{tenancy.Support, tenancy.AccountAdministrator})
	sent, err := owner.InviteToAccount(m.ctx, account,
		tenancy.NewAccountInvitation{Email: address, Roles: tenancy.Roles(role)})
	m.try(rt, "InviteToAccount", err)
	m.try(
		rt,
		"InviteToAccount",
		second(
			owner.InviteToAccount(m.ctx, account,
				tenancy.NewAccountInvitation{Email: address, Roles: tenancy.Roles(role)}),
		),
	)
	guest := m.dir.As(user)
	m.try(rt, "AcceptInvitation", second(guest.AcceptInvitation(m.ctx, tenancy.Acceptance{Secret: sent.Secret})))
	m.try(rt, "RenameAccount", second(guest.RenameAccount(m.ctx, account, "One")))
	m.try(rt, "ReactivateAccount", second(guest.ReactivateAccount(m.ctx, account)))
	m.try(rt, "SuspendAccount", second(guest.SuspendAccount(m.ctx, account)))
	m.try(rt, "ReactivateAccount", second(guest.ReactivateAccount(m.ctx, account)))
	m.try(rt, "Access", drain(guest.Access(m.ctx, account, tenancy.ReachQuery{})))
	m.try(rt, "AccountInvitations", drain(guest.AccountInvitations(m.ctx, account, tenancy.InvitationQuery{})))
	m.try(rt, "Can", second(guest.Can(m.ctx, m.ownerOf(org), tenancy.Build, account)))
	m.manyAtOnce(rt, guest, m.ownerOf(org), tenancy.Build, account)
	wrapped := &tenancy.Platform{Session: guest} // what a host must not do gets nobody anywhere
	m.try(rt, "InvoiceAccount", second(wrapped.InvoiceAccount(m.ctx, account)))
	m.try(rt, "UpgradeAccount", second(wrapped.UpgradeAccount(m.ctx, account)))
	m.try(rt, "SetPricing", second(wrapped.SetPricing(m.ctx, account, "tier-1")))
	m.try(rt, "VerifyPhone", second(wrapped.VerifyPhone(m.ctx, account, "+15005550006")))
	m.try(rt, "DeleteUser",
		m.dir.Operator("staff").DeleteUser(m.ctx, user, tenancy.UserDeletion{AccountsTo: m.ownerOf(org)}))
	m.try(rt, "CreateAccount",
		second(owner.CreateAccount(m.ctx, org, tenancy.NewAccount{Name: "For a guest", Owner: user})))
	m.try(rt, "TransferAccount", second(owner.TransferAccount(m.ctx, account, user)))
	m.try(rt, "SetOrganizationRole", errOf(owner.SetOrganizationRole(m.ctx, org, user, tenancy.Administrator)))
	m.try(rt, "SetSSOExemption", errOf(owner.SetSSOExemption(m.ctx, org, user, tenancy.SSOExempt)))
	m.try(rt, "RemoveUser", owner.RemoveUser(m.ctx, org, user, tenancy.Removal{}))
	m.try(rt, "TransferOwnership", second(owner.TransferOwnership(m.ctx, org, tenancy.NewOwner{User: user})))
	m.try(rt, "DeleteUser",
		m.dir.Operator("staff").DeleteUser(m.ctx, m.memberOf(rt, org), tenancy.UserDeletion{AccountsTo: user}))
	for _, a := range m.listed(tenancy.Lookup{Index: tenancy.IndexOpenAccountsOf, Key: tenancy.Key{In: user}, Limit: 1}) {
		own := a.(tenancy.AccountRecord).ID
		member := m.memberOf(rt, org)
		m.try(rt, "TransferAccount", second(guest.TransferAccount(m.ctx, own, member)))
		if u, err := m.dir.System().UserByEmail(m.ctx, "cy@beta.org"); err == nil {
			sent, err := guest.InviteToAccount(m.ctx, own,
				tenancy.NewAccountInvitation{Email: "cy@beta.org", Roles: tenancy.Roles(tenancy.Developer)})
			m.try(rt, "InviteToAccount", err)
			m.try(rt, "AcceptInvitation",
				second(m.dir.As(u.ID).AcceptInvitation(m.ctx, tenancy.Acceptance{Secret: sent.Secret})))
			m.try(rt, "RevokeRoles", m.dir.As(u.ID).RevokeRoles(m.ctx, own, user))
			m.try(rt, "AssignRoles", second(guest.AssignRoles(m.ctx, own, u.ID, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Support)})))
			for _, boss := range m.userBosses(u.ID) {
				m.try(rt, "RevokeRoles", m.dir.As(boss).RevokeRoles(m.ctx, own, u.ID))
			}
		}
		sent, err := guest.InviteToAccount(m.ctx, own,
			tenancy.NewAccountInvitation{Email: m.emailOf(m.ownerOf(org)), Roles: tenancy.Roles(tenancy.Developer)})
		m.try(rt, "InviteToAccount", err)
		m.try(rt, "AcceptInvitation", second(owner.AcceptInvitation(m.ctx, tenancy.Acceptance{Secret: sent.Secret})))
		for _, r := range m.listed(tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: org}, Limit: 20}) {
			m.try(rt, "RevokeRoles",
				m.dir.As(r.(tenancy.MembershipRecord).User).RevokeRoles(m.ctx, own, m.ownerOf(org)))
		}
	}
	m.try(rt, "AssignRoles", second(owner.AssignRoles(m.ctx, account, user, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})))
	other, err := owner.CreateAccount(m.ctx, org, tenancy.NewAccount{Name: "Another"})
	m.try(rt, "CreateAccount", err)
	if err == nil {
		m.accounts = append(m.accounts, other.ID)
		m.try(rt, "AssignRoles", second(owner.AssignRoles(m.ctx, other.ID, user, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})))
		m.try(rt, "CloseAccount", second(owner.CloseAccount(m.ctx, other.ID)))
		m.try(rt, "TransferAccount", second(owner.TransferAccount(m.ctx, other.ID, m.memberOf(rt, org))))
		for _, active := range m.where(tenancy.StateActive) {
			m.try(rt, "MoveAccount", second(owner.MoveAccount(m.ctx, other.ID, active)))
		}
	}
	m.try(rt, "AccountInvitations",
		drain(owner.AccountInvitations(m.ctx, account, tenancy.InvitationQuery{State: "nonsense"})))
	m.try(rt, "Relinquish", guest.Relinquish(m.ctx, account))
	for _, a := range m.listed(tenancy.Lookup{Index: tenancy.IndexOpenAccountsOf, Key: tenancy.Key{In: user}, Limit: 1}) {
		request, err := owner.AddAccount(m.ctx, org, a.(tenancy.AccountRecord).ID)
		m.try(rt, "AddAccount", err)
		m.try(rt, "CloseAccount", second(guest.CloseAccount(m.ctx, a.(tenancy.AccountRecord).ID)))
		if err == nil {
			m.try(rt, "AcceptAccountRequest", second(guest.AcceptAccountRequest(m.ctx, request.ID)))
		}
	}
}

// prove claims a domain nobody has claimed and proves it; false: it was refused.
func (m *machine) prove(
	rt *rapid.T, s *tenancy.Session, org tenancy.OrganizationID, name string,
) (tenancy.Domain, bool) {
	d, err := s.AddDomain(m.ctx, org, name)
	m.try(rt, "AddDomain", err)
	if err != nil {
		return d, false
	}
	m.domains = append(m.domains, d)
	m.dns.Publish(d.RecordName, d.RecordValue)
	_, err = s.VerifyDomain(m.ctx, d.ID)
	m.try(rt, "VerifyDomain", err)
	return d, err == nil
}

// twoOfOne merges organizations that have members, domains and requests of their own
// into one with a closed domain, or without room.
func (m *machine) twoOfOne(rt *rapid.T) {
	org, owner, ok := m.alive(rt)
	if !ok {
		return
	}
	staff, host := m.dir.Operator("staff"), m.dir.System()
	m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, org, nil)))
	m.try(rt, "VerifyPhone", second(host.VerifyPhone(m.ctx, m.accountOf(org), "+15005550006")))
	made, err := owner.CreateOrganization(m.ctx, tenancy.NewOrganization{Name: "Second", AllStay: true})
	m.try(rt, "CreateOrganization", err)
	if err != nil {
		return
	}
	m.orgs = append(m.orgs, made.ID)
	closed, asked := m.newcomer("x.com")[3:], m.newcomer("x.com")[3:]
	closed, asked = "c"+closed[:9]+".com", "r"+asked[:9]+".com"
	join := func(s *tenancy.Session, to tenancy.OrganizationID, address string) {
		sent, err := s.InviteUser(m.ctx, to, tenancy.NewInvitation{Email: address})
		m.try(rt, "InviteUser", err)
		m.try(rt, "SignUp",
			m.signUp(host, tenancy.NewSignUp{Email: tenancy.Proven(address), Name: "New", Secret: sent.Secret}))
	}
	join(owner, made.ID, m.newcomer(closed))
	boss := m.newcomer("boss.example.org")
	founded, err := host.SignUp(m.ctx, tenancy.NewSignUp{Email: tenancy.Proven(boss), Name: "New"})
	m.try(rt, "SignUp", err)
	if err != nil || founded.Result != tenancy.SignUpFounded {
		return
	}
	m.users, m.orgs, m.accounts = append(m.users, founded.User.ID), append(m.orgs, founded.Organization.ID), append(
		m.accounts, founded.Account.ID)
	join(m.dir.As(founded.User.ID), founded.Organization.ID, m.newcomer(closed))
	if d, ok := m.prove(rt, owner, made.ID, asked); ok {
		m.try(rt, "EnforceSSO", second(owner.EnforceSSO(m.ctx, d.ID, m.untested(rt, owner, made.ID))))
		m.try(rt, "MergeOrganizations", second(owner.MergeOrganizations(m.ctx, org, made.ID)))
		q, err := host.RequestInvitation(m.ctx, tenancy.Proven(m.newcomer(asked)))
		m.try(rt, "RequestInvitation", err)
		if err == nil {
			m.requests = append(m.requests, q.ID)
		}
		m.try(rt, "RemoveDomain", owner.RemoveDomain(m.ctx, d.ID))
	}
	if m.coin(rt, "no room") {
		members := len(m.listed(tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: org}, Limit: 1000}))
		m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, org, &tenancy.Limits{Members: members})))
		m.try(rt, "MergeOrganizations", second(owner.MergeOrganizations(m.ctx, org, made.ID)))
		m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, org, nil)))
	}
	if m.coin(rt, "closed") {
		d, _ := m.prove(rt, owner, org, closed)
		m.prove(rt, owner, org, "boss.example.org")
		m.try(
			rt,
			"SetSignUpPolicy",
			errOf(
				owner.SetSignUpPolicy(m.ctx, org,
					tenancy.SignUpPolicyChange{Domain: d.ID, Policy: tenancy.PolicyClosed}),
			),
		)
		sent, err := owner.InviteUser(m.ctx, org, tenancy.NewInvitation{Email: boss})
		m.try(rt, "InviteUser", err)
		m.try(rt, "AcceptInvitation",
			second(m.dir.As(founded.User.ID).AcceptInvitation(m.ctx, tenancy.Acceptance{Secret: sent.Secret})))
		m.importAll(rt, owner, org)
	}
	m.try(rt, "MergeOrganizations", second(owner.MergeOrganizations(m.ctx, org, made.ID)))
	m.onMerged(rt)
}

// untested adds a connection that is not tested.
func (m *machine) untested(rt *rapid.T, s *tenancy.Session, org tenancy.OrganizationID) tenancy.ConnectionID {
	c, err := s.AddConnection(m.ctx, org, "Untested")
	m.try(rt, "AddConnection", err)
	return c.ID
}

// resendRefused sends again what is too old, or off the live domains.
func (m *machine) resendRefused(rt *rapid.T) {
	org, owner, ok := m.alive(rt)
	if !ok {
		return
	}
	user, address, ok := m.outsider(rt, "elsewhere.net")
	if !ok {
		return
	}
	sent, err := owner.InviteUser(m.ctx, org, tenancy.NewInvitation{Email: address})
	m.try(rt, "InviteUser", err)
	m.try(rt, "SetInvitationPolicy", errOf(owner.SetInvitationPolicy(m.ctx, org, tenancy.InviteLiveDomains)))
	m.try(rt, "ResendInvitation", second(owner.ResendInvitation(m.ctx, sent.ID)))
	m.try(rt, "SetInvitationPolicy", errOf(owner.SetInvitationPolicy(m.ctx, org, tenancy.InviteAnybody)))
	m.clock.Advance(8 * 24 * time.Hour)
	m.try(rt, "AcceptInvitation",
		second(m.dir.As(user).AcceptInvitation(m.ctx, tenancy.Acceptance{Secret: sent.Secret})))
	m.clock.Advance(29 * 24 * time.Hour)
	m.try(rt, "Purge", second(m.dir.System().Purge(m.ctx)))
	m.try(rt, "RecheckDomains", second(m.dir.System().RecheckDomains(m.ctx)))
	m.try(rt, "ResendInvitation", second(owner.ResendInvitation(m.ctx, sent.ID)))
	key := tenancy.OperationIDOf("resend", m.newcomer("x"))
	m.try(rt, "RenameOrganization", second(owner.Once(key).RenameOrganization(m.ctx, org, "Renamed")))
	m.try(rt, "Outcome", second(owner.Outcome(m.ctx, key, m.clock.Now())))
	boss := m.ownerOf(org)
	m.try(rt, "ActorOutcome", second(m.dir.System().ActorOutcome(m.ctx, tenancy.Actor{User: boss}, key, m.clock.Now())))
	m.try(rt, "ActorOutcome",
		second(m.dir.System().ActorOutcome(m.ctx, tenancy.Actor{User: boss, Operator: "staff"}, key, m.clock.Now())))
	for _, at := range []time.Time{{}, m.clock.Now().Add(-90 * 24 * time.Hour)} {
		m.try(rt, "Outcome", second(owner.Outcome(m.ctx, key, at)))
		m.try(rt, "ActorOutcome", second(m.dir.System().ActorOutcome(m.ctx, tenancy.Actor{User: boss}, key, at)))
	}
}

func (m *machine) emailOf(user tenancy.UserID) string {
	u, _ := lookUp[tenancy.UserRecord](m, tenancy.IndexUsers, user)
	return u.Personal.Email.Reveal()
}

// claimChanges removes a domain while it is looked up.
func (m *machine) claimChanges(rt *rapid.T) {
	org, owner, ok := m.alive(rt)
	if !ok {
		return
	}
	fresh, err := owner.AddDomain(m.ctx, org, "changing.com")
	m.try(rt, "AddDomain", err)
	if err != nil {
		return
	}
	m.dns.Publish(fresh.RecordName, fresh.RecordValue)
	m.dns.Answer(func(ctx context.Context, name string) ([]string, error) {
		m.dns.Answer(nil)
		m.try(rt, "RemoveDomain", owner.RemoveDomain(m.ctx, fresh.ID))
		return m.dns.Texts(name), nil
	})
	m.try(rt, "VerifyDomain", second(owner.VerifyDomain(m.ctx, fresh.ID)))
}

// ownerOfSeveral lets the Owner of several organizations be invited, transfer one of
// them, and merge them.
func (m *machine) ownerOfSeveral(rt *rapid.T) {
	org, owner, ok := m.alive(rt)
	if !ok {
		return
	}
	boss := m.ownerOf(org)
	m.try(rt, "SetLimits", errOf(m.dir.Operator("staff").SetLimits(m.ctx, org, nil)))
	m.try(rt, "VerifyPhone", second(m.dir.System().VerifyPhone(m.ctx, m.accountOf(org), "+15005550006")))
	made, err := owner.CreateOrganization(m.ctx,
		tenancy.NewOrganization{Name: "Another", AllStay: m.coin(rt, "all stay")})
	m.try(rt, "CreateOrganization", err)
	if err == nil {
		m.orgs = append(m.orgs, made.ID)
	}
	member := m.memberOf(rt, org)
	for _, previous := range []tenancy.PreviousOwner{tenancy.PreviousStandardUser, tenancy.PreviousLeaves} {
		if m.coin(rt, "transfer") {
			m.try(rt, "TransferOwnership",
				second(owner.TransferOwnership(m.ctx, org, tenancy.NewOwner{User: member, Previous: previous})))
			m.try(
				rt,
				"ReplaceOwner",
				second(
					m.dir.Operator("staff").
						ReplaceOwner(m.ctx, org, tenancy.OwnerReplacement{User: member, Previous: previous, Reference: "t"}),
				),
			)
		}
	}
	for _, other := range m.where(tenancy.StateActive) {
		if other == org {
			continue
		}
		s := m.dir.As(m.ownerOf(other))
		sent, err := s.InviteUser(m.ctx, other,
			tenancy.NewInvitation{Email: m.emailOf(boss), Role: tenancy.Administrator})
		m.try(rt, "InviteUser", err)
		if err != nil {
			continue
		}
		m.try(rt, "PreviewMerge", second(owner.PreviewMerge(m.ctx, other, tenancy.MergeCandidate{Owner: boss})))
		m.try(rt, "AcceptInvitation", second(owner.AcceptInvitation(m.ctx, tenancy.Acceptance{Secret: sent.Secret})))
		if m.coin(rt, "agree") {
			if offer, err := owner.Invitation(m.ctx, sent.Secret); err == nil && offer.Terms != nil {
				m.try(
					rt,
					"AcceptInvitation",
					second(
						owner.AcceptInvitation(m.ctx,
							tenancy.Acceptance{Secret: sent.Secret, Terms: offer.Terms.Token}),
					),
				)
			}
		}
	}
	for _, candidate := range m.where(tenancy.StateActive) {
		m.try(rt, "MergeOrganizations", second(owner.MergeOrganizations(m.ctx, org, candidate)))
	}
}

// inactive names somebody inactive for everything that wants an active member.
func (m *machine) inactive(rt *rapid.T) {
	org, owner, ok := m.alive(rt)
	if !ok {
		return
	}
	boss := m.ownerOf(org)
	for _, r := range m.listed(tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: org}, Limit: 20}) {
		user := r.(tenancy.MembershipRecord).User
		if user == boss {
			continue
		}
		m.try(rt, "DeactivateUser", second(owner.DeactivateUser(m.ctx, user)))
		m.try(rt, "CreateAccount",
			second(owner.CreateAccount(m.ctx, org, tenancy.NewAccount{Name: "For them", Owner: user})))
		m.try(rt, "TransferAccount", second(owner.TransferAccount(m.ctx, m.accountOf(org), user)))
		m.try(rt, "TransferOwnership", second(owner.TransferOwnership(m.ctx, org, tenancy.NewOwner{User: user})))
		m.try(
			rt,
			"ReplaceOwner",
			second(
				m.dir.Operator("staff").ReplaceOwner(m.ctx, org, tenancy.OwnerReplacement{User: user, Reference: "t"})),
		)
		for _, other := range m.users {
			m.try(rt, "RemoveUser", owner.RemoveUser(m.ctx, org, other, tenancy.Removal{AccountsTo: user}))
			m.try(rt, "DeleteUser", owner.DeleteUser(m.ctx, other, tenancy.UserDeletion{AccountsTo: user}))
		}
		return
	}
}

// inviterGone makes invitations and requests of somebody who may not send them any
// more, and of addresses that come to be somebody else's.
func (m *machine) inviterGone(rt *rapid.T) {
	org, owner, ok := m.alive(rt)
	if !ok {
		return
	}
	m.try(rt, "SetLimits", errOf(m.dir.Operator("staff").SetLimits(m.ctx, org, nil)))
	admin := m.subordinate(rt, org)
	user, address, ok := m.outsider(rt, "elsewhere.net")
	if !ok || admin.IsZero() {
		return
	}
	m.try(rt, "SetOrganizationRole", errOf(owner.SetOrganizationRole(m.ctx, org, admin, tenancy.Administrator)))
	sent, err := m.dir.As(admin).InviteUser(m.ctx, org, tenancy.NewInvitation{Email: address})
	m.try(rt, "InviteUser", err)
	late := m.newcomer("elsewhere.net")
	other, err := owner.InviteUser(m.ctx, org, tenancy.NewInvitation{Email: late})
	m.try(rt, "InviteUser", err)
	var request tenancy.AccountRequest
	for _, a := range m.listed(tenancy.Lookup{Index: tenancy.IndexOpenAccountsOf, Key: tenancy.Key{In: user}, Limit: 1}) {
		request, err = m.dir.As(admin).AddAccount(m.ctx, org, a.(tenancy.AccountRecord).ID)
		m.try(rt, "AddAccount", err)
	}
	m.try(rt, "SetOrganizationRole", errOf(owner.SetOrganizationRole(m.ctx, org, admin, tenancy.StandardUser)))
	m.try(rt, "AcceptInvitation",
		second(m.dir.As(user).AcceptInvitation(m.ctx, tenancy.Acceptance{Secret: sent.Secret})))
	if !request.ID.IsZero() {
		m.try(rt, "AcceptAccountRequest", second(m.dir.As(user).AcceptAccountRequest(m.ctx, request.ID)))
	}
	m.try(rt, "ChangeEmail", second(m.dir.System().ChangeEmail(m.ctx, admin, tenancy.Proven(late))))
	m.try(rt, "AcceptInvitation",
		second(m.dir.As(admin).AcceptInvitation(m.ctx, tenancy.Acceptance{Secret: other.Secret})))
	m.try(rt, "ResendInvitation", second(owner.ResendInvitation(m.ctx, other.ID)))
}
