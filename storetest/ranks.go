package storetest

import (
	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
)

// ranks are the organization roles that the machine's Directory names: the built-in ones,
// and those of the host's (ROLE-9).
var ranks = []tenancy.OrganizationRole{
	tenancy.StandardUser, tenancy.Administrator, tenancy.Owner, "auditor", "people", "keeper",
}

// hostRanks are roles of the host's: an auditor, one who manages people, and one who manages
// much, but does not create accounts.
var hostRanks = tenancy.OrganizationRoleOptions{
	Permissions: []tenancy.OrganizationPermission{"read_invoices"},
	Roles: map[tenancy.OrganizationRole][]tenancy.OrganizationPermission{
		"auditor": {tenancy.ViewUsers, tenancy.ViewAccounts, tenancy.ViewDomains, tenancy.ReadLog, "read_invoices"},
		"people":  {tenancy.ManageUsers, tenancy.CreateAccounts},
		"keeper":  {tenancy.ManageUsers, tenancy.ManageAccounts, tenancy.ManageDomains, tenancy.ManageOrganization},
	},
}

// elsewhereRanks are the roles of another process of the host's, over the same store: it
// names one that the machine's Directory does not.
var elsewhereRanks = tenancy.OrganizationRoleOptions{
	Roles: map[tenancy.OrganizationRole][]tenancy.OrganizationPermission{"stranger": {tenancy.ManageUsers}},
}

// companyRanks founds a company in which people with roles of the host's try what they may
// not: with the Administrator, with a member whose role their Directory does not name, and
// with roles above their own (ROLE-9).
func (m *machine) companyRanks(rt *rapid.T) {
	c, ok := m.company(rt)
	if !ok {
		return
	}
	people, keeper := m.hire(rt, c, "elsewhere.net", "people"), m.hire(rt, c, "elsewhere.net", "keeper")
	admin := m.hire(rt, c, "elsewhere.net", tenancy.Administrator)
	stranger := m.hire(rt, c, "elsewhere.net", tenancy.StandardUser)
	if people.IsZero() || keeper.IsZero() || admin.IsZero() || stranger.IsZero() {
		return
	}
	m.try(rt, "SetOrganizationRole",
		errOf(m.elsewhere.As(c.boss).SetOrganizationRole(m.ctx, c.org, stranger, "stranger")))
	s, group := m.dir.As(people), m.groupOf(rt, c)
	for _, above := range []tenancy.UserID{admin, keeper, stranger} {
		m.try(rt, "UpdateUser", second(s.UpdateUser(m.ctx, above, tenancy.UserUpdate{})))
		m.try(rt, "SetOrganizationRole", errOf(s.SetOrganizationRole(m.ctx, c.org, above, tenancy.StandardUser)))
		m.try(rt, "AddToGroup", second(s.AddToGroup(m.ctx, group, []tenancy.UserID{above})))
		m.try(rt, "RemoveFromGroup", second(s.RemoveFromGroup(m.ctx, group, []tenancy.UserID{above})))
		m.try(rt, "DeactivateUser", second(s.DeactivateUser(m.ctx, above)))
		m.try(rt, "ReactivateUser", second(s.ReactivateUser(m.ctx, above)))
		m.try(rt, "RemoveUser", s.RemoveUser(m.ctx, c.org, above, tenancy.Removal{}))
		m.try(rt, "DeleteUser", s.DeleteUser(m.ctx, above, tenancy.UserDeletion{}))
	}
	role := choose(m, rt, "above", []tenancy.OrganizationRole{tenancy.Administrator, "keeper", "auditor"})
	m.try(rt, "InviteUser", second(s.InviteUser(m.ctx, c.org,
		tenancy.NewInvitation{Email: m.newcomer("elsewhere.net"), Role: role})))
	address := m.newcomer("elsewhere.net")
	sent, err := c.owner.InviteUser(m.ctx, c.org, tenancy.NewInvitation{Email: address, Role: role})
	m.try(rt, "InviteUser", err)
	if err == nil {
		m.invitations, m.secrets = append(m.invitations, sent.ID), append(m.secrets, sentTo(sent, address))
		m.try(rt, "ResendInvitation", second(s.ResendInvitation(m.ctx, sent.ID)))
		m.try(rt, "RevokeInvitation", s.RevokeInvitation(m.ctx, sent.ID))
	}
	m.try(rt, "ImportUsers", second(m.dir.As(keeper).ImportUsers(m.ctx, c.org,
		tenancy.UserImport{Emails: []string{address}})))
	claim, err := c.owner.AddDomain(m.ctx, c.org, "claimed.net")
	m.try(rt, "AddDomain", err)
	if err == nil {
		auditor := m.hire(rt, c, "elsewhere.net", "auditor")
		for _, user := range []tenancy.UserID{keeper, auditor} {
			m.try(rt, "ImportableUsers",
				drain(m.dir.As(user).ImportableUsers(m.ctx, claim.ID, tenancy.ImportableUserQuery{})))
		}
	}
	m.try(rt, "AddToGroup", second(c.owner.AddToGroup(m.ctx, group, []tenancy.UserID{stranger})))
	m.try(rt, "GroupAccounts", drain(s.GroupAccounts(m.ctx, group, tenancy.GroupQuery{})))
	m.try(rt, "DeleteGroup", s.DeleteGroup(m.ctx, group))
	m.offAccount(rt, c, admin, keeper)
	m.demoted(rt, c, people)
}

func sentTo(i tenancy.SentInvitation, address string) sent { return keptSecret(i.Secret, address) }

// offAccount gives an Administrator a role on an account of another company, which somebody
// who may do less tries to take from them (ACC-8).
func (m *machine) offAccount(rt *rapid.T, c company, admin, keeper tenancy.UserID) {
	other, ok := m.company(rt)
	if !ok {
		return
	}
	u, err := lookUp[tenancy.UserRecord](m, tenancy.IndexUsers, admin)
	if err != nil {
		return
	}
	sent, err := other.owner.InviteToAccount(m.ctx, other.account,
		tenancy.NewAccountInvitation{Email: u.Personal.Email.Reveal(), Roles: tenancy.Roles(tenancy.Support)})
	m.try(rt, "InviteToAccount", err)
	if err != nil {
		return
	}
	m.invitations = append(m.invitations, sent.ID)
	m.try(rt, "AcceptInvitation",
		second(m.dir.As(admin).AcceptInvitation(m.ctx, tenancy.Acceptance{Secret: sent.Secret})))
	m.try(rt, "RevokeRoles", m.dir.As(keeper).RevokeRoles(m.ctx, other.account, admin))
}

// demoted lets somebody who manages people invite, and loses them their role before the
// invitation is accepted.
func (m *machine) demoted(rt *rapid.T, c company, people tenancy.UserID) {
	address := m.newcomer("elsewhere.net")
	sent, err := m.dir.As(people).InviteUser(m.ctx, c.org, tenancy.NewInvitation{Email: address, Role: "people"})
	m.try(rt, "InviteUser", err)
	if err != nil {
		return
	}
	m.invitations, m.secrets = append(m.invitations, sent.ID), append(m.secrets, sentTo(sent, address))
	role := choose(m, rt, "demoted to", []tenancy.OrganizationRole{tenancy.StandardUser, "auditor", "keeper"})
	m.try(rt, "SetOrganizationRole", errOf(c.owner.SetOrganizationRole(m.ctx, c.org, people, role)))
	signed, err := m.dir.System().SignUp(m.ctx,
		tenancy.NewSignUp{Email: tenancy.Proven(address), Name: "New", Secret: sent.Secret})
	m.try(rt, "SignUp", err)
	if err == nil {
		m.users = append(m.users, signed.User.ID)
	}
}
