package reference

import (
	"slices"

	"github.com/add4b1c6/tenancy"
)

// administrates are the permissions of an Administrator in an organization (ROLE-2).
var administrates = []tenancy.OrganizationPermission{
	tenancy.ViewOrganization, tenancy.CreateAccounts, tenancy.ViewUsers, tenancy.ManageUsers,
	tenancy.ViewAccounts, tenancy.ManageAccounts, tenancy.ViewDomains, tenancy.ManageDomains,
	tenancy.ManageOrganization, tenancy.ManageIdentity, tenancy.ReadLog,
}

// ownsAlone are those that the Owner alone has (ROLE-1).
var ownsAlone = []tenancy.OrganizationPermission{
	tenancy.ReleaseAccounts, tenancy.TransferOwnership, tenancy.DeleteOrganization,
}

// rankRights returns what an organization role permits.
func (m *Model) rankRights(role tenancy.OrganizationRole) (rights []tenancy.OrganizationPermission) {
	switch role {
	case "":
		return nil
	case tenancy.Owner: // ROLE-1: everything
		return slices.Concat(administrates, ownsAlone, m.RankRights)
	case tenancy.Administrator: // ROLE-2; ROLE-9: all that are the host's
		return slices.Concat(administrates, m.RankRights)
	case tenancy.StandardUser: // ROLE-3
		return []tenancy.OrganizationPermission{tenancy.ViewOrganization, tenancy.CreateAccounts}
	}
	named, ok := m.Ranks[role]
	if !ok { // ROLE-9: one that is not named permits what a Standard User's does
		return m.rankRights(tenancy.StandardUser)
	}
	// ROLE-9: each has ViewOrganization and what it names; managing includes viewing
	rights = append([]tenancy.OrganizationPermission{tenancy.ViewOrganization}, named...)
	for manage, view := range map[tenancy.OrganizationPermission]tenancy.OrganizationPermission{
		tenancy.ManageUsers: tenancy.ViewUsers, tenancy.ManageAccounts: tenancy.ViewAccounts,
		tenancy.ManageDomains: tenancy.ViewDomains,
	} {
		if slices.Contains(named, manage) {
			rights = append(rights, view)
		}
	}
	return rights
}

// allows reports whether a role permits something in an organization.
func (m *Model) allows(role tenancy.OrganizationRole, right tenancy.OrganizationPermission) bool {
	return slices.Contains(m.rankRights(role), right)
}

// may reports whether a user, as a member of an organization, may do something in it.
func (m *Model) may(user tenancy.UserID, org tenancy.OrganizationID, right tenancy.OrganizationPermission) bool {
	member, ok := m.member(org, user)
	return ok && m.allows(member.Role, right)
}

// namedRank reports whether there is such an organization role in this Directory.
func (m *Model) namedRank(role tenancy.OrganizationRole) bool {
	_, ok := m.Ranks[role]
	return ok || role == tenancy.StandardUser || role == tenancy.Administrator || role == tenancy.Owner
}

// covers reports whether whoever has a role may give another one and touch members who have
// it: Owner and Administrators all (ROLE-4, ROLE-5), who has a role of the host's those
// whose permissions are all among their own, and named (ROLE-9). The Owner is looked at
// apart (ROLE-5).
func (m *Model) covers(own, other tenancy.OrganizationRole) bool {
	if own == tenancy.Owner || own == tenancy.Administrator || m.Mutant == "ROLE-9" {
		return true
	}
	if !m.namedRank(other) {
		return false
	}
	return !slices.ContainsFunc(m.rankRights(other),
		func(right tenancy.OrganizationPermission) bool { return !m.allows(own, right) })
}

// manages are the permissions on an account of whoever manages it through its organization
// (ROLE-6).
var manages = []tenancy.Permission{
	tenancy.ManageSettings, tenancy.ManageMembers, tenancy.ManageSubaccounts, tenancy.SuspendAccount,
	tenancy.CloseAccount, tenancy.TransferAccount, tenancy.DesignateHIPAA,
}

// roleRights returns what an account role permits (ROLE-6, ROLE-7).
func (m *Model) roleRights(role tenancy.AccountRole) []tenancy.Permission {
	switch role {
	case tenancy.AccountOwner:
		return slices.Concat([]tenancy.Permission{tenancy.Build, tenancy.Bill, tenancy.ReadUsage, tenancy.ManageSettings,
			tenancy.ManageMembers, tenancy.ManageSubaccounts, tenancy.SuspendAccount, tenancy.CloseAccount,
			tenancy.TransferAccount}, m.Permissions)
	case tenancy.AccountAdministrator:
		return slices.Concat([]tenancy.Permission{tenancy.Build, tenancy.Bill, tenancy.ReadUsage, tenancy.ManageSettings,
			tenancy.ManageMembers, tenancy.ManageSubaccounts, tenancy.SuspendAccount}, m.Permissions)
	case tenancy.Developer:
		return append([]tenancy.Permission{tenancy.Build, tenancy.ReadUsage}, m.AccountRoles[role]...)
	case tenancy.BillingManager:
		return append([]tenancy.Permission{tenancy.Bill, tenancy.ReadUsage}, m.AccountRoles[role]...)
	case tenancy.Support:
		return append([]tenancy.Permission{tenancy.ReadUsage}, m.AccountRoles[role]...)
	}
	return m.AccountRoles[role]
}

// permits reports whether one of the roles permits something.
func (m *Model) permits(roles tenancy.RoleSet, right tenancy.Permission) bool {
	return slices.ContainsFunc(roles.All(),
		func(role tenancy.AccountRole) bool { return slices.Contains(m.roleRights(role), right) })
}

// validRoles reports whether a set of account roles can be given: Administrator alone, or
// any of the others together, never Owner, never none (ACC-7), and all of them named.
func (m *Model) validRoles(roles tenancy.RoleSet) bool {
	all := roles.All()
	for _, role := range all {
		switch role {
		case tenancy.AccountOwner:
			return false
		case tenancy.AccountAdministrator:
			if len(all) > 1 {
				return false
			}
		case tenancy.Developer, tenancy.BillingManager, tenancy.Support:
		default:
			if _, ok := m.AccountRoles[role]; !ok {
				return false
			}
		}
	}
	return len(all) > 0
}

// union returns all roles of both sets.
func union(a, b tenancy.RoleSet) tenancy.RoleSet {
	return tenancy.Roles(append(a.All(), b.All()...)...)
}

// grant returns a user's own roles on an account, as they are now: temporary ones that have
// ended are as if not there (ACC-11).
func (m *Model) grant(account tenancy.AccountID, user tenancy.UserID) Grant {
	g := m.Grants[GrantKey{account, user}]
	if g.Until != 0 && m.Now >= g.Until && m.Mutant != "ACC-11" {
		g.Temporary, g.Until = tenancy.RoleSet{}, 0
	}
	return g
}

// hasGrant reports whether a user has roles of their own on this very account.
func (m *Model) hasGrant(account tenancy.AccountID, user tenancy.UserID) bool {
	g := m.grant(account, user)
	return !g.Roles.IsZero() || !g.Temporary.IsZero()
}

// groupRoles returns the roles that a user's groups give them on this very account (GRP-3).
func (m *Model) groupRoles(account tenancy.AccountID, user tenancy.UserID) (roles tenancy.RoleSet) {
	for at, given := range m.GroupRoles {
		if at.Account == account && m.InGroups[InGroup{at.Group, user}] {
			roles = union(roles, given)
		}
	}
	return roles
}

// hasRole reports whether a user has a role on an account: of their own or by a group,
// there or on its main account (ACC-3, GRP-3).
func (m *Model) hasRole(account tenancy.AccountID, user tenancy.UserID) bool {
	parent := m.Accounts[account].Parent
	return m.hasRoleAt(account, user) || !parent.IsZero() && m.hasRoleAt(parent, user)
}

// hasRoleAt is hasRole without what is on its main account.
func (m *Model) hasRoleAt(account tenancy.AccountID, user tenancy.UserID) bool {
	return m.hasGrant(account, user) || !m.groupRoles(account, user).IsZero()
}

// managesAccount reports whether a user manages an account through its organization.
func (m *Model) managesAccount(account tenancy.AccountID, user tenancy.UserID) bool {
	org := m.Accounts[account].Organization
	return !org.IsZero() && m.may(user, org, tenancy.ManageAccounts)
}

// way is how somebody comes to be allowed something on an account.
type way struct {
	manages   bool            // through its organization
	lasting   bool            // by a role without an end, of their own
	group     bool            // by a group
	temporary bool            // by a temporary role
	until     tenancy.Instant // when the last of these ends
}

func (w way) any() bool { return w.manages || w.lasting || w.group || w.temporary }

// byEndAlone reports whether a temporary role alone allows it (ACC-11).
func (w way) byEndAlone() bool { return w.temporary && !w.manages && !w.lasting && !w.group }

// byGroupAtMost reports whether nothing of the user's own that has no end allows it.
func (w way) byGroupAtMost() bool { return w.any() && !w.manages && !w.lasting }

// on returns how a user is allowed something on an account, whatever its state.
func (m *Model) on(account tenancy.AccountID, user tenancy.UserID, right tenancy.Permission) (w way) {
	w.manages = m.managesAccount(account, user) && slices.Contains(manages, right)
	at := []tenancy.AccountID{account}
	if parent := m.Accounts[account].Parent; !parent.IsZero() { // ACC-3
		at = append(at, parent)
	}
	for _, account := range at {
		g := m.grant(account, user)
		w.lasting = w.lasting || m.permits(g.Roles, right)
		w.group = w.group || m.permits(m.groupRoles(account, user), right)
		if m.permits(g.Temporary, right) {
			w.temporary, w.until = true, max(w.until, g.Until)
		}
	}
	return w
}
