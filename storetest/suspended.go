package storetest

import (
	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
)

// suspensions draw an organization, and suspend or reactivate it (ORG-15). Twice as often
// they reactivate one, so that what is suspended is not in the way of all else.
func (m *machine) suspensions() map[string]func(*rapid.T) {
	reactivate := func(rt *rapid.T) {
		org, p := m.suspendedOrg(rt), m.platform(rt)
		m.did(rt, "ReactivateOrganization", func() error { return errOf(p.ReactivateOrganization(m.ctx, org, "t-1")) })
	}
	return map[string]func(*rapid.T){
		"SuspendOrganization": func(rt *rapid.T) {
			org, p := m.org(rt), m.platform(rt)
			why := choose(m, rt, "reference", []tenancy.Reference{"t-1", "t-1", "t-1", "b a d"})
			m.did(rt, "SuspendOrganization", func() error { return errOf(p.SuspendOrganization(m.ctx, org, why)) })
		},
		"ReactivateOrganization": reactivate, "ReactivateOrganization 2": reactivate,
	}
}

// suspendedOrg draws an organization that is suspended, if there is one.
func (m *machine) suspendedOrg(rt *rapid.T) tenancy.OrganizationID {
	var suspended []tenancy.OrganizationID
	for _, org := range m.orgs {
		if m.isSuspended(org) {
			suspended = append(suspended, org)
		}
	}
	if len(suspended) == 0 {
		return m.org(rt)
	}
	return choose(m, rt, "suspended", suspended)
}

func (m *machine) isSuspended(org tenancy.OrganizationID) bool {
	o, err := lookUp[tenancy.OrganizationRecord](m, tenancy.IndexOrganizations, org)
	return err == nil && o.Suspended
}

// companySuspended suspends a company that has something of each kind, has its people
// try everything, and reactivates or deletes it (ORG-15).
func (m *machine) companySuspended(rt *rapid.T) {
	c, ok := m.company(rt)
	rival, also := m.company(rt)
	if !ok || !also {
		return
	}
	host, staff, owner := m.dir.System(), m.dir.Operator("staff"), c.owner
	plain, landed := m.hire(rt, c, "elsewhere.net", tenancy.StandardUser), m.hire(rt, c, "elsewhere.net", tenancy.StandardUser)
	work, err := owner.CreateAccount(m.ctx, c.org, tenancy.NewAccount{Name: "Work", Owner: landed})
	m.try(rt, "CreateAccount", err)
	made, err := owner.CreateOrganization(m.ctx, tenancy.NewOrganization{Name: "Second", AllStay: true})
	m.try(rt, "CreateOrganization", err)
	domain, proven := m.prove(rt, owner, c.org, c.name)
	if err != nil || plain.IsZero() || landed.IsZero() || !proven {
		return
	}
	m.orgs, m.accounts = append(m.orgs, made.ID), append(m.accounts, work.ID)
	claim, err := owner.AddDomain(m.ctx, c.org, "claimed."+c.name)
	m.try(rt, "AddDomain", err)
	invited := m.newcomer("elsewhere.net")
	sent, err := owner.InviteUser(m.ctx, c.org, tenancy.NewInvitation{Email: invited})
	m.try(rt, "InviteUser", err)
	toRival, err := owner.InviteUser(m.ctx, c.org, tenancy.NewInvitation{Email: m.emailOf(rival.boss)})
	m.try(rt, "InviteUser", err)
	wanted, err := rival.owner.AddAccount(m.ctx, rival.org, c.account)
	m.try(rt, "AddAccount", err)
	m.try(rt, "SetSignUpPolicy",
		errOf(owner.SetSignUpPolicy(m.ctx, c.org, tenancy.SignUpPolicyChange{Policy: tenancy.PolicyAutomatic})))
	m.try(rt, "DeactivateUser", second(owner.DeactivateUser(m.ctx, plain)))
	connection, err := owner.AddConnection(m.ctx, c.org, "One")
	m.try(rt, "AddConnection", err)
	m.try(rt, "MarkConnectionTested", second(host.MarkConnectionTested(m.ctx, connection.ID)))

	group, err := owner.CreateGroup(m.ctx, c.org, tenancy.NewGroup{Name: "One"})
	m.try(rt, "CreateGroup", err)
	service, err := owner.CreateServiceAccount(m.ctx, c.org, tenancy.NewServiceAccount{Name: "One"})
	m.try(rt, "CreateServiceAccount", err)
	assign := func(user tenancy.UserID, role tenancy.AccountRole) {
		in := tenancy.Assignment{Roles: tenancy.Roles(role)}
		m.try(rt, "AssignRoles", second(owner.AssignRoles(m.ctx, work.ID, user, in)))
	}
	assign(service.ID, tenancy.Developer)
	assign(landed, tenancy.AccountAdministrator)
	by := m.dir.As(landed) // who sees it by the account
	m.try(rt, "Keys", drain(by.Keys(m.ctx, service.ID, tenancy.KeyQuery{})))
	m.try(rt, "CreateKey", second(by.CreateKey(m.ctx, service.ID, tenancy.NewKey{Name: "One"})))

	m.try(rt, "SuspendOrganization", errOf(staff.SuspendOrganization(m.ctx, c.org, "t-1")))
	m.try(rt, "SetImportEntitlement",
		errOf(staff.SetImportEntitlement(m.ctx, c.org, tenancy.ImportEntitlement{On: true, Reference: "t"})))
	m.try(rt, "SetHIPAAEntitlement", errOf(staff.SetHIPAAEntitlement(m.ctx, c.org,
		tenancy.HIPAAEntitlement{On: true, Reference: "baa-1", Executed: entitledSince})))
	x := m.subjectsOf(rt, c.org)
	x.account, x.user, x.other, x.domain = c.account, plain, made.ID, claim.ID
	x.invitation, x.secret, x.request = sent.ID, sent.Secret, wanted.ID
	boss := asPlatform(owner)
	for _, s := range sweeps {
		if !endsTheScene[s.op] {
			m.try(rt, s.op, s.call(m.ctx, boss, x))
		}
	}
	m.try(rt, "CreateGroup", second(owner.CreateGroup(m.ctx, c.org, tenancy.NewGroup{Name: "Two"})))
	m.try(rt, "CreateServiceAccount",
		second(owner.CreateServiceAccount(m.ctx, c.org, tenancy.NewServiceAccount{Name: "Two"})))
	m.try(rt, "CreateKey", second(owner.CreateKey(m.ctx, service.ID, tenancy.NewKey{Name: "One"})))
	m.try(rt, "RenameGroup", second(owner.RenameGroup(m.ctx, group.ID, "Other")))
	m.try(rt, "AddToGroup", second(owner.AddToGroup(m.ctx, group.ID, []tenancy.UserID{landed})))
	m.try(rt, "AssignGroupRoles",
		second(owner.AssignGroupRoles(m.ctx, group.ID, c.account, tenancy.Roles(tenancy.Developer))))
	address := m.newcomer(c.name)
	m.try(rt, "SignUp", m.signUp(host, tenancy.NewSignUp{Email: tenancy.Proven(address), Name: "New"}))
	m.try(rt, "SignUp",
		m.signUp(host, tenancy.NewSignUp{Email: tenancy.Proven(invited), Name: "New", Secret: sent.Secret}))
	m.try(rt, "ChangeEmail", second(host.ChangeEmail(m.ctx, rival.boss, tenancy.Proven(address))))
	m.try(rt, "UpdateUser", second(owner.UpdateUser(m.ctx, landed, tenancy.UserUpdate{Name: new("Other")})))
	m.try(rt, "RemoveUser", owner.RemoveUser(m.ctx, c.org, landed, tenancy.Removal{AccountsTo: c.boss}))
	m.try(rt, "DeleteUser", owner.DeleteUser(m.ctx, landed, tenancy.UserDeletion{AccountsTo: c.boss}))
	m.try(rt, "AssignRoles", second(owner.AssignRoles(m.ctx, work.ID, c.boss, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})))
	m.try(rt, "TransferAccount", second(owner.TransferAccount(m.ctx, work.ID, c.boss)))
	m.try(rt, "MergeOrganizations", second(owner.MergeOrganizations(m.ctx, c.org, made.ID)))
	m.try(rt, "MoveAccount", second(owner.MoveAccount(m.ctx, c.account, made.ID)))
	m.try(rt, "AcceptAccountRequest", second(owner.AcceptAccountRequest(m.ctx, wanted.ID)))
	m.try(rt, "AcceptInvitation",
		second(rival.owner.AcceptInvitation(m.ctx, tenancy.Acceptance{Secret: toRival.Secret})))
	m.try(rt, "VerifyDomain", second(owner.VerifyDomain(m.ctx, domain.ID)))
	m.try(rt, "RemoveDomain", owner.RemoveDomain(m.ctx, domain.ID))
	m.try(rt, "EnforceSSO", second(owner.EnforceSSO(m.ctx, domain.ID, connection.ID)))
	m.try(rt, "AddAccount", second(owner.AddAccount(m.ctx, c.org, rival.account)))
	m.try(rt, "AddDomain", second(owner.AddDomain(m.ctx, c.org, "other."+c.name)))
	m.try(rt, "CreateAccount", second(owner.CreateAccount(m.ctx, c.org, tenancy.NewAccount{Name: "More"})))
	m.try(rt, "DeleteOrganization",
		owner.DeleteOrganization(m.ctx, c.org, tenancy.OrganizationDeletion{AccountsTo: made.ID}))
	if m.coin(rt, "it ends") {
		m.try(rt, "DeleteOrganization",
			staff.DeleteOrganization(m.ctx, c.org, tenancy.OrganizationDeletion{AccountsTo: made.ID}))
		if m.coin(rt, "for good") {
			return
		}
		m.try(rt, "RestoreOrganization", second(staff.RestoreOrganization(m.ctx, c.org)))
	}
	m.try(rt, "ReactivateOrganization", errOf(staff.ReactivateOrganization(m.ctx, c.org, "t-1")))
}

// endsTheScene are operations that a suspended company's people may call, and after which
// the others have nothing left to act on.
var endsTheScene = map[string]bool{
	"TransferOwnership": true, "SuspendAccount": true, "CloseAccount": true, "RemoveConnection": true,
	"RevokeInvitation": true, "DeclineInvitation": true,
	"RemoveUser": true, "DeleteUser": true,
}
