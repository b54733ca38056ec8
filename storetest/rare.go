package storetest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/scene"
)

// rare are steps that bring about what random steps come to seldom: each founds a
// company and goes through one part of its life.
func (m *machine) rare() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"a company's account": m.companyAccount, "a company's invitations": m.companyInvitations, "a company's domain": m.companyDomain,
		"a company's heirs": m.companyHeirs, "a company ends": m.companyEnds, "a company merges": m.companyMerges,
		"robots work": m.robotsWork, "robots are tended": m.robotsTended, "robots move": m.robotsMove,
		"a company's ranks": m.companyRanks, "a company's helpers": m.companyTemporary,
		"a company is suspended": m.companySuspended,
		"a company's groups":     m.companyGroups,
		"a company's directory":  m.companyDirectory, "a directory's groups": m.directoryGroups,
		"a directory is refused": m.directoryRefused, "a directory's people sign on": m.directorySignsOn,
		"a directory's people merge": m.directoryMerges,
	}
}

// company is an organization that a step founds, with a domain that nobody else claims.
type company struct {
	org     tenancy.OrganizationID
	account tenancy.AccountID
	boss    tenancy.UserID
	owner   *tenancy.Session
	name    string // of the domain
}

// company founds one; false: it was refused.
func (m *machine) company(rt *rapid.T) (company, bool) {
	m.draws++
	c := company{name: fmt.Sprintf("d%d.com", m.draws)}
	signed, err := m.dir.System().
		SignUp(m.ctx, tenancy.NewSignUp{Email: tenancy.Proven("boss@" + c.name), Name: "Boss"})
	m.try(rt, "SignUp", err)
	if err != nil || signed.Result != tenancy.SignUpFounded {
		return c, false
	}
	c.org, c.account, c.boss, c.owner = signed.Organization.ID, signed.Account.ID, signed.User.ID, m.dir.As(
		signed.User.ID)
	m.users, m.orgs, m.accounts = append(m.users, c.boss), append(m.orgs, c.org), append(m.accounts, c.account)
	m.try(rt, "VerifyPhone", second(m.dir.System().VerifyPhone(m.ctx, c.account, "+15005550006")))
	return c, true
}

// hire invites a newcomer to the company and signs them up; zero: it was refused.
func (m *machine) hire(rt *rapid.T, c company, at string, role tenancy.OrganizationRole) tenancy.UserID {
	address := m.newcomer(at)
	sent, err := c.owner.InviteUser(m.ctx, c.org, tenancy.NewInvitation{Email: address, Role: role})
	m.try(rt, "InviteUser", err)
	if err != nil {
		return tenancy.UserID{}
	}
	m.invitations, m.secrets = append(m.invitations, sent.ID), append(m.secrets, keptSecret(sent.Secret, address))
	signed, err := m.dir.System().
		SignUp(m.ctx, tenancy.NewSignUp{Email: tenancy.Proven(address), Name: "New", Secret: sent.Secret})
	m.try(rt, "SignUp", err)
	if err == nil {
		m.users = append(m.users, signed.User.ID)
	}
	return signed.User.ID
}

func keptSecret(secret tenancy.Secret, address string) sent { return sent{secret, address} }

// later moves the clock on, and purges what is overdue then.
func (m *machine) later(rt *rapid.T, d time.Duration) {
	m.clock.Advance(d)
	m.try(rt, "Purge", second(m.dir.System().Purge(m.ctx)))
}

// companyHeirs lets members leave their accounts to others, one by one (USR-11).
func (m *machine) companyHeirs(rt *rapid.T) {
	c, ok := m.company(rt)
	if !ok {
		return
	}
	ana, ben := m.hire(rt, c, c.name, tenancy.StandardUser), m.hire(rt, c, c.name, tenancy.Administrator)
	if ana.IsZero() || ben.IsZero() {
		return
	}
	for n := range 3 {
		a, err := c.owner.CreateAccount(m.ctx, c.org, tenancy.NewAccount{Name: fmt.Sprint("Left ", n), Owner: ana})
		m.try(rt, "CreateAccount", err)
		if err == nil {
			m.accounts = append(m.accounts, a.ID)
		}
	}
	heir := func() tenancy.UserID {
		return choose(m, rt, "heir", []tenancy.UserID{ben, ben, c.boss, c.boss, m.user(rt)})
	}
	heirs, rest := m.heirs(rt, ana, heir), heir()
	var err error
	if m.coin(rt, "deleted") {
		err = m.dir.Operator("staff").DeleteUser(m.ctx, ana, tenancy.UserDeletion{Heirs: heirs, AccountsTo: rest})
		m.try(rt, "DeleteUser", err)
	} else {
		err = c.owner.RemoveUser(m.ctx, c.org, ana, tenancy.Removal{Heirs: heirs, AccountsTo: rest})
		m.try(rt, "RemoveUser", err)
	}
	if err == nil && len(heirs) > 0 {
		m.way(rt, "accounts left to heirs")
	}
}

// companyAccount upgrades, divides, suspends and hands on an account.
func (m *machine) companyAccount(rt *rapid.T) {
	c, ok := m.company(rt)
	if !ok {
		return
	}
	host, staff, x := m.dir.System(), m.dir.Operator("staff"), m.subjectsOf(rt, c.org)
	x.account = c.account
	for range 2 {
		m.try(rt, "UpgradeAccount", second(host.UpgradeAccount(m.ctx, c.account)))
		m.try(rt, "InvoiceAccount", second(host.InvoiceAccount(m.ctx, c.account)))
	}
	sub, err := c.owner.CreateSubaccount(m.ctx, c.account, tenancy.NewSubaccount{Name: "Sub"})
	m.try(rt, "CreateSubaccount", err)
	m.accounts = append(m.accounts, sub.ID)
	m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, c.org, &tenancy.Limits{Subaccounts: 1})))
	m.try(rt, "CreateSubaccount",
		second(c.owner.CreateSubaccount(m.ctx, c.account, tenancy.NewSubaccount{Name: "Sub"})))
	m.try(rt, "SuspendAccount", second(c.owner.SuspendAccount(m.ctx, c.account)))
	m.try(rt, "CreateSubaccount",
		second(c.owner.CreateSubaccount(m.ctx, c.account, tenancy.NewSubaccount{Name: "Sub"})))
	m.try(rt, "ReactivateAccount", second(c.owner.ReactivateAccount(m.ctx, c.account)))
	of := x
	of.account = sub.ID
	made, err := c.owner.CreateOrganization(m.ctx, tenancy.NewOrganization{Name: "Second", AllStay: true})
	m.try(rt, "CreateOrganization", err)
	if err == nil {
		m.orgs = append(m.orgs, made.ID)
		of.other = made.ID
		m.try(rt, "MoveAccount", second(c.owner.MoveAccount(m.ctx, sub.ID, made.ID)))
		m.try(rt, "MoveAccount", second(c.owner.MoveAccount(m.ctx, c.account, c.org)))
		m.try(rt, "CreateAccount", second(c.owner.CreateAccount(m.ctx, made.ID, tenancy.NewAccount{Name: "Beside"})))
		m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, made.ID, &tenancy.Limits{Accounts: 1})))
		m.try(rt, "MoveAccount", second(c.owner.MoveAccount(m.ctx, c.account, made.ID)))
		m.try(rt, "DeleteOrganization",
			c.owner.DeleteOrganization(m.ctx, c.org, tenancy.OrganizationDeletion{AccountsTo: made.ID}))
		m.try(rt, "DeleteOrganization", c.owner.DeleteOrganization(m.ctx, c.org, tenancy.OrganizationDeletion{}))
		m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, made.ID, nil)))
		m.try(rt, "EnableHIPAA", second(c.owner.EnableHIPAA(m.ctx, c.account)))
		m.try(
			rt,
			"SetHIPAAEntitlement",
			errOf(
				staff.SetHIPAAEntitlement(m.ctx, c.org,
					tenancy.HIPAAEntitlement{On: true, Reference: "baa-1", Executed: entitledSince}),
			),
		)
		m.try(rt, "EnableHIPAA", second(c.owner.EnableHIPAA(m.ctx, c.account)))
		m.try(rt, "MoveAccount", second(c.owner.MoveAccount(m.ctx, c.account, made.ID)))
		m.try(rt, "DisableHIPAA", second(c.owner.DisableHIPAA(m.ctx, c.account)))
		for _, to := range []tenancy.OrganizationID{made.ID, c.org} {
			m.try(rt, "MoveAccount", second(c.owner.MoveAccount(m.ctx, c.account, to)))
		}
	}
	m.swept(rt, host, of, onAccount)
	m.swept(rt, asPlatform(c.owner), of, onAccount)

	admin, member := m.hire(rt, c, c.name, tenancy.Administrator), m.hire(rt, c, "elsewhere.net", tenancy.StandardUser)
	m.try(rt, "RevokeRoles", c.owner.RevokeRoles(m.ctx, c.account, member))
	m.try(rt, "Relinquish", m.dir.As(admin).Relinquish(m.ctx, c.account))
	m.try(rt, "Relinquish", staff.Relinquish(m.ctx, c.account))
	m.try(rt, "Relinquish", c.owner.Relinquish(m.ctx, c.account))
	m.try(rt, "AssignRoles", second(c.owner.AssignRoles(m.ctx, c.account, c.boss, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})))
	m.try(rt, "TransferAccount", second(c.owner.TransferAccount(m.ctx, c.account, c.boss)))
	m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, c.org, nil)))
	m.try(rt, "CreateSubaccount",
		second(c.owner.CreateSubaccount(m.ctx, c.account, tenancy.NewSubaccount{Name: "Another"})))
	if m.coin(rt, "closed") {
		sent, err := c.owner.InviteToAccount(m.ctx, c.account,
			tenancy.NewAccountInvitation{Email: m.newcomer("elsewhere.net"), Roles: tenancy.Roles(tenancy.Support)})
		m.try(rt, "InviteToAccount", err)
		m.later(rt, 8*24*time.Hour) // it expires, and so outlives the account
		m.try(rt, "CloseAccount", second(c.owner.CloseAccount(m.ctx, c.account)))
		if err == nil {
			m.try(rt, "ResendInvitation", second(c.owner.ResendInvitation(m.ctx, sent.ID)))
		}
		return
	}
	m.try(rt, "TransferAccount", second(c.owner.TransferAccount(m.ctx, c.account, member)))
	m.try(rt, "Leave", staff.Leave(m.ctx, c.org))
	m.try(rt, "Leave", m.dir.As(member).Leave(m.ctx, c.org))
	m.try(rt, "Leave", c.owner.Leave(m.ctx, c.org))
	m.try(rt, "DeleteUser", c.owner.DeleteUser(m.ctx, member, tenancy.UserDeletion{}))
	if m.coin(rt, "removed") {
		m.try(rt, "RemoveUser", c.owner.RemoveUser(m.ctx, c.org, member, tenancy.Removal{AccountsTo: admin}))
		m.try(rt, "DeleteUser", staff.DeleteUser(m.ctx, admin, tenancy.UserDeletion{AccountsTo: c.boss}))
	} else {
		m.try(rt, "Leave", m.dir.As(admin).Leave(m.ctx, c.org))
	}
	if loner, _, ok := m.outsider(rt, "elsewhere.net"); ok {
		for _, a := range m.listed(tenancy.Lookup{Index: tenancy.IndexOpenAccountsOf, Key: tenancy.Key{In: loner}, Limit: 1}) {
			m.try(rt, "TransferAccount",
				second(m.dir.As(loner).TransferAccount(m.ctx, a.(tenancy.AccountRecord).ID, loner)))
		}
	}
}

// companyInvitations invites, resends and asks for accounts too often, too late and off
// the domains.
func (m *machine) companyInvitations(rt *rapid.T) {
	c, ok := m.company(rt)
	if !ok {
		return
	}
	address := m.newcomer("elsewhere.net")
	invite := func() (tenancy.SentInvitation, error) {
		sent, err := c.owner.InviteToAccount(m.ctx, c.account,
			tenancy.NewAccountInvitation{Email: address, Roles: tenancy.Roles(tenancy.Support)})
		m.try(rt, "InviteToAccount", err)
		if err == nil {
			m.invitations, m.secrets = append(m.invitations, sent.ID), append(m.secrets,
				keptSecret(sent.Secret, address))
		}
		return sent, err
	}
	var last tenancy.SentInvitation
	for range 5 {
		if sent, err := invite(); err == nil {
			last = sent
			m.try(rt, "RevokeInvitation", c.owner.RevokeInvitation(m.ctx, sent.ID))
		}
	}
	_, _ = invite()
	m.try(rt, "RevokeInvitation", c.owner.RevokeInvitation(m.ctx, last.ID))
	m.try(rt, "ResendInvitation", second(c.owner.ResendInvitation(m.ctx, last.ID)))
	address = m.newcomer(c.name)
	if sent, err := invite(); err == nil {
		for range 5 {
			again, err := c.owner.ResendInvitation(m.ctx, sent.ID)
			m.try(rt, "ResendInvitation", err)
			if err == nil {
				sent = again
			}
		}
		m.try(rt, "DeclineInvitation", m.dir.System().DeclineInvitation(m.ctx, tenancy.Declination{Secret: sent.Secret}))
		m.try(rt, "DeclineInvitation", m.dir.System().DeclineInvitation(m.ctx, tenancy.Declination{Secret: sent.Secret}))
		m.try(rt, "AcceptInvitation",
			second(m.dir.As(m.user(rt)).AcceptInvitation(m.ctx, tenancy.Acceptance{Secret: sent.Secret})))
	}
	for range 6 {
		sent, err := c.owner.InviteUser(m.ctx, c.org, tenancy.NewInvitation{Email: "often@" + c.name})
		m.try(rt, "InviteUser", err)
		m.try(rt, "RevokeInvitation", c.owner.RevokeInvitation(m.ctx, sent.ID))
	}
	m.try(rt, "SetInvitationPolicy", errOf(c.owner.SetInvitationPolicy(m.ctx, c.org, tenancy.InviteLiveDomains)))
	m.try(rt, "InviteUser",
		second(c.owner.InviteUser(m.ctx, c.org, tenancy.NewInvitation{Email: m.newcomer("elsewhere.net")})))

	loner, home, ok := m.outsider(rt, "elsewhere.net")
	if !ok {
		return
	}
	of := m.dir.As(loner)
	address = home
	if sent, err := invite(); err == nil {
		for range 2 {
			m.try(rt, "AcceptInvitation", second(of.AcceptInvitation(m.ctx, tenancy.Acceptance{Secret: sent.Secret})))
		}
		m.try(rt, "RevokeInvitation", c.owner.RevokeInvitation(m.ctx, sent.ID))
	}
	for _, r := range m.listed(tenancy.Lookup{Index: tenancy.IndexOpenAccountsOf, Key: tenancy.Key{In: loner}, Limit: 1}) {
		ask := func() (tenancy.AccountRequest, error) {
			request, err := c.owner.AddAccount(m.ctx, c.org, r.(tenancy.AccountRecord).ID)
			m.try(rt, "AddAccount", err)
			if err == nil {
				m.invitations = append(m.invitations, request.ID)
			}
			return request, err
		}
		request, err := ask()
		if err != nil {
			continue
		}
		_, _ = ask()
		m.try(rt, "ResendInvitation", second(c.owner.ResendInvitation(m.ctx, request.ID)))
		m.later(rt, 8*24*time.Hour)
		m.try(rt, "AcceptAccountRequest", second(of.AcceptAccountRequest(m.ctx, request.ID)))
		if request, err = ask(); err == nil {
			for range 2 {
				m.try(rt, "AcceptAccountRequest", second(of.AcceptAccountRequest(m.ctx, request.ID)))
			}
		}
	}
}

// companyDomain claims a domain, proves it, enforces single sign-on on it, and lets
// people move to it.
func (m *machine) companyDomain(rt *rapid.T) {
	c, ok := m.company(rt)
	rival, also := m.company(rt)
	if !ok || !also {
		return
	}
	host, staff := m.dir.System(), m.dir.Operator("staff")
	claim, err := c.owner.AddDomain(m.ctx, c.org, c.name)
	m.try(rt, "AddDomain", err)
	if err != nil {
		return
	}
	m.domains = append(m.domains, claim)
	member := m.hire(rt, c, "elsewhere.net", tenancy.StandardUser)
	for _, name := range []string{c.name, "gmail.com", "example.com", "com", "no domain"} {
		m.try(rt, "AddDomain", second(c.owner.AddDomain(m.ctx, c.org, name)))
	}
	m.try(rt, "AddDomain", second(m.dir.As(member).AddDomain(m.ctx, c.org, "more.com")))
	m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, c.org, &tenancy.Limits{Domains: 1})))
	m.try(rt, "AddDomain", second(c.owner.AddDomain(m.ctx, c.org, "more.com")))
	importable := func(s *tenancy.Session) {
		m.try(rt, "ImportableUsers", drain(s.ImportableUsers(m.ctx, claim.ID, tenancy.ImportableUserQuery{})))
	}
	importable(c.owner)
	importable(m.dir.As(member))
	m.try(rt, "SetImportEntitlement",
		errOf(staff.SetImportEntitlement(m.ctx, c.org, tenancy.ImportEntitlement{On: true, Reference: "t"})))
	importable(c.owner)

	connection := m.untested(rt, c.owner, c.org)
	m.connections = append(m.connections, connection)
	enforce := func() { m.try(rt, "EnforceSSO", second(c.owner.EnforceSSO(m.ctx, claim.ID, connection))) }
	enforce()
	verify := func(s *tenancy.Session, d tenancy.DomainID) {
		m.try(rt, "VerifyDomain", second(s.VerifyDomain(m.ctx, d)))
	}
	verify(c.owner, claim.ID)
	m.dns.Answer(scene.Servfail)
	verify(c.owner, claim.ID)
	m.dns.Answer(nil)
	m.dns.Publish(claim.RecordName, claim.RecordValue)
	verify(c.owner, claim.ID)
	importable(c.owner)
	if other, err := rival.owner.AddDomain(m.ctx, rival.org, c.name); err == nil {
		m.try(rt, "AddDomain", nil)
		m.domains = append(m.domains, other)
		m.dns.Publish(claim.RecordName, claim.RecordValue, other.RecordValue)
		verify(rival.owner, other.ID)
	}
	move := func(user tenancy.UserID, to string) {
		m.try(rt, "ChangeEmail", second(host.ChangeEmail(m.ctx, user, tenancy.Proven(to))))
	}
	m.try(rt, "SetSignUpPolicy",
		errOf(c.owner.SetSignUpPolicy(m.ctx, c.org, tenancy.SignUpPolicyChange{Policy: tenancy.PolicyInvitationOnly})))
	asked, err := host.RequestInvitation(m.ctx, tenancy.Proven(m.newcomer(c.name)))
	m.try(rt, "RequestInvitation", err)
	for _, s := range []*tenancy.Session{m.dir.As(member), c.owner, c.owner} {
		m.try(rt, "DismissRequest", s.DismissRequest(m.ctx, asked.ID))
	}
	move(rival.boss, m.newcomer(c.name))
	move(rival.boss, "boss@"+c.name)
	enforce()
	m.try(rt, "MarkConnectionTested", second(host.MarkConnectionTested(m.ctx, connection)))
	enforce()
	move(m.hire(rt, c, c.name, tenancy.StandardUser), m.newcomer("elsewhere.net"))
	move(rival.boss, m.newcomer(c.name))
	m.try(rt, "RemoveConnection", c.owner.RemoveConnection(m.ctx, connection))
	m.try(rt, "StopEnforcingSSO", second(m.dir.As(member).StopEnforcingSSO(m.ctx, claim.ID)))
	if m.coin(rt, "given up") {
		m.try(rt, "StopEnforcingSSO", second(c.owner.StopEnforcingSSO(m.ctx, claim.ID)))
		m.try(rt, "RemoveConnection", c.owner.RemoveConnection(m.ctx, connection))
		m.try(rt, "RemoveDomain", c.owner.RemoveDomain(m.ctx, claim.ID))
	}
}

// companyEnds deletes an organization, restores it, and deletes it until its former
// Owner is elsewhere, or it is too late.
func (m *machine) companyEnds(rt *rapid.T) {
	c, ok := m.company(rt)
	other, also := m.company(rt)
	if !ok || !also {
		return
	}
	staff := m.dir.Operator("staff")
	remove := func() {
		m.try(rt, "DeleteOrganization", c.owner.DeleteOrganization(m.ctx, c.org, tenancy.OrganizationDeletion{}))
	}
	restore := func() { m.try(rt, "RestoreOrganization", second(staff.RestoreOrganization(m.ctx, c.org))) }
	remove()
	restore()
	restore()
	remove()
	if m.coin(rt, "too late") {
		m.later(rt, 31*24*time.Hour)
		restore()
		return
	}
	sent, err := other.owner.InviteUser(m.ctx, other.org, tenancy.NewInvitation{Email: m.emailOf(c.boss)})
	m.try(rt, "InviteUser", err)
	if err != nil {
		return
	}
	in := tenancy.Acceptance{Secret: sent.Secret}
	m.try(rt, "AcceptInvitation", second(c.owner.AcceptInvitation(m.ctx, in)))
	if offer, err := c.owner.Invitation(m.ctx, sent.Secret); err == nil && offer.Terms != nil {
		in.Terms = offer.Terms.Token
	}
	m.try(rt, "AcceptInvitation", second(c.owner.AcceptInvitation(m.ctx, in)))
	restore()
	m.try(rt, "ReplaceOwner",
		second(staff.ReplaceOwner(m.ctx, other.org, tenancy.OwnerReplacement{User: c.boss, Reference: "t"})))
}

// companyMerges merges and imports into a company that has a live domain, and has room
// or has none.
func (m *machine) companyMerges(rt *rapid.T) {
	c, ok := m.company(rt)
	rival, also := m.company(rt)
	if !ok || !also {
		return
	}
	host, staff := m.dir.System(), m.dir.Operator("staff")
	m.try(rt, "ReplaceOwner",
		second(staff.ReplaceOwner(m.ctx, c.org, tenancy.OwnerReplacement{User: rival.boss, Reference: "t"})))
	early := m.newcomer(c.name) // founds an organization before the domain is the company's
	signed, err := host.SignUp(m.ctx, tenancy.NewSignUp{Email: tenancy.Proven(early), Name: "Early"})
	m.try(rt, "SignUp", err)
	made, other := c.owner.CreateOrganization(m.ctx, tenancy.NewOrganization{Name: "Second", AllStay: true})
	m.try(rt, "CreateOrganization", other)
	if err != nil || other != nil || signed.Organization == nil {
		return
	}
	m.users, m.orgs = append(m.users, signed.User.ID), append(m.orgs, made.ID, signed.Organization.ID)
	beside := c
	beside.org = made.ID
	member := m.hire(rt, beside, c.name, tenancy.StandardUser)
	domain, ok := m.prove(rt, c.owner, c.org, c.name)
	if !ok {
		return
	}
	m.try(rt, "CreateAccount", second(c.owner.CreateAccount(m.ctx, made.ID, tenancy.NewAccount{Name: "Beside"})))
	into := func() {
		m.try(rt, "MergeOrganizations", second(c.owner.MergeOrganizations(m.ctx, c.org, made.ID)))
		results, err := c.owner.ImportUsers(m.ctx, c.org, tenancy.UserImport{Emails: []string{early}})
		m.try(rt, "ImportUsers", err)
		for _, item := range results {
			if item.Err != nil {
				m.reached.refused("ImportUsers", tenancy.CodeOf(item.Err))
			}
		}
	}
	m.try(rt, "ImportUsers", second(c.owner.ImportUsers(m.ctx, c.org, tenancy.UserImport{Emails: []string{early}})))
	m.try(rt, "SetImportEntitlement",
		errOf(staff.SetImportEntitlement(m.ctx, c.org, tenancy.ImportEntitlement{On: true, Reference: "t"})))
	policy := func(policy tenancy.SignUpPolicy) {
		m.try(rt, "SetSignUpPolicy",
			errOf(c.owner.SetSignUpPolicy(m.ctx, c.org, tenancy.SignUpPolicyChange{Domain: domain.ID, Policy: policy})))
	}
	policy(tenancy.PolicyClosed)
	into()
	policy(tenancy.PolicyAutomatic)
	m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, c.org, &tenancy.Limits{Members: 1})))
	for _, candidate := range []company{beside, {org: signed.Organization.ID, owner: m.dir.As(signed.User.ID)}} {
		of, s := candidate.org, candidate.owner
		m.draws++
		if own, ok := m.prove(rt, s, of, fmt.Sprintf("d%d.com", m.draws)); ok {
			asked, err := host.RequestInvitation(m.ctx, tenancy.Proven(m.newcomer(own.Name)))
			m.try(rt, "RequestInvitation", err)
			m.requests = append(m.requests, asked.ID)
			into()
			m.try(rt, "RemoveDomain", s.RemoveDomain(m.ctx, own.ID))
		}
	}
	into()
	m.try(rt, "SignUp", m.signUp(host, tenancy.NewSignUp{Email: tenancy.Proven(m.newcomer(c.name)), Name: "Late"}))
	m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, c.org, &tenancy.Limits{Accounts: 1})))
	into()
	m.groupOf(rt, c)
	m.groupOf(rt, beside)
	m.groupOf(rt, company{org: signed.Organization.ID, owner: m.dir.As(signed.User.ID)})
	m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, c.org, &tenancy.Limits{Groups: 1})))
	sent, err := c.owner.InviteUser(m.ctx, c.org, tenancy.NewInvitation{Email: early})
	m.try(rt, "InviteUser", err)
	if err == nil {
		m.invitations = append(m.invitations, sent.ID)
		m.try(rt, "AcceptInvitation",
			second(m.dir.As(signed.User.ID).AcceptInvitation(m.ctx, tenancy.Acceptance{Secret: sent.Secret})))
	}
	into()
	m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, c.org, nil)))
	if m.coin(rt, "they stay two") {
		m.try(rt, "ReplaceOwner",
			second(staff.ReplaceOwner(m.ctx, made.ID, tenancy.OwnerReplacement{User: member, Reference: "t"})))
	}
	into()
	into()
	for _, q := range m.requests {
		m.try(rt, "DismissRequest", c.owner.DismissRequest(m.ctx, q))
	}
	m.try(rt, "DeactivateUser", second(staff.DeactivateUser(m.ctx, c.boss)))
	m.try(rt, "ReplaceOwner",
		second(staff.ReplaceOwner(m.ctx, c.org, tenancy.OwnerReplacement{User: m.memberOf(rt, c.org), Reference: "t"})))
}
