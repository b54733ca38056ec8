package reference

import (
	"slices"

	"github.com/add4b1c6/tenancy"
)

// Can is GEN-7, as System is answered: the decision, and why. Of several ways that allow it
// names the first: the grant, a group, the grant on the main account, a group there, the
// organization role; and one without an end before a temporary one, of which it names the one
// that ends last.
// Which of several roles it names, no rule says: Roles are all that it may name.
type Can struct {
	Allowed bool
	Why     tenancy.Why
	Roles   []tenancy.AccountRole
	Account tenancy.AccountID
	Group   tenancy.GroupID
	Rank    tenancy.OrganizationRole
	Until   tenancy.Instant
}

// Can decides about a user and an account.
func (m *Model) Can(user tenancy.UserID, right tenancy.Permission, account tenancy.AccountID) Can {
	a, ok := m.Accounts[account]
	if _, there := m.Users[user]; !ok || !there { // the unknown is a no
		return Can{Why: tenancy.WhyUnreachable}
	}
	if !m.active(user) {
		return Can{Why: tenancy.WhyInactive}
	}
	// who sees the account without a role is told what is missing, and not that it is not there
	reaches := m.hasRole(account, user) || m.may(user, a.Organization, tenancy.ViewAccounts)
	if !reaches {
		return Can{Why: tenancy.WhyUnreachable}
	}
	if a.closed() {
		return Can{Why: tenancy.WhyClosed}
	}
	yes := m.allowing(user, right, account)
	switch {
	case !yes.Allowed:
		return Can{Why: tenancy.WhyInsufficient}
	case m.Organizations[a.Organization].Suspended && !slices.Contains(whileOrganizationSuspended, right) &&
		m.Mutant != "ORG-15":
		return Can{Why: tenancy.WhyOrganizationSuspended}
	case m.suspendedNow(account) && !slices.Contains(whileSuspended, right):
		return Can{Why: tenancy.WhySuspended}
	}
	return yes
}

// whileSuspended is what a suspended account allows (ROLE-6).
var whileSuspended = []tenancy.Permission{
	tenancy.ReadUsage, tenancy.Bill, tenancy.ManageMembers, tenancy.DesignateHIPAA,
	tenancy.SuspendAccount, tenancy.CloseAccount, tenancy.TransferAccount,
}

// whileOrganizationSuspended is what an account of a suspended organization allows (ORG-15).
var whileOrganizationSuspended = []tenancy.Permission{tenancy.ReadUsage, tenancy.Bill}

// allowing gives the first way that allows, whatever the state of the account.
func (m *Model) allowing(user tenancy.UserID, right tenancy.Permission, account tenancy.AccountID) Can {
	parent := m.Accounts[account].Parent
	ways := []struct {
		at         tenancy.AccountID
		own, group tenancy.Why
	}{{account, tenancy.WhyGrant, tenancy.WhyGroup}, {parent, tenancy.WhyParentGrant, tenancy.WhyParentGroup}}
	for _, w := range ways { // ACC-3
		if w.at.IsZero() || w.at == parent && m.Mutant == "ACC-3" {
			continue
		}
		if roles := m.which(m.grant(w.at, user).Roles, right); roles != nil {
			return Can{Allowed: true, Why: w.own, Roles: roles, Account: w.at}
		}
		for _, group := range keysOf(m.Groups) { // the first by ID
			given := m.GroupRoles[GroupOn{w.at, group}]
			if roles := m.which(given, right); roles != nil && m.InGroups[InGroup{group, user}] {
				return Can{Allowed: true, Why: w.group, Roles: roles, Account: w.at, Group: group}
			}
		}
	}
	if m.managesAccount(account, user) && slices.Contains(manages, right) {
		member, _ := m.member(m.Accounts[account].Organization, user)
		return Can{Allowed: true, Why: tenancy.WhyOrganizationRole, Rank: member.Role}
	}
	var best Can // what has no end is preferred, and then what ends last
	for _, w := range ways {
		g := m.grant(w.at, user)
		if roles := m.which(g.Temporary, right); roles != nil && !w.at.IsZero() && g.Until > best.Until {
			best = Can{Allowed: true, Why: w.own, Roles: roles, Account: w.at, Until: g.Until}
		}
	}
	return best
}

// which returns those of the roles that permit something.
func (m *Model) which(roles tenancy.RoleSet, right tenancy.Permission) (some []tenancy.AccountRole) {
	for _, role := range roles.All() {
		if slices.Contains(m.roleRights(role), right) {
			some = append(some, role)
		}
	}
	return some
}

// CanInOrganization decides about a user and an organization (GEN-7). A merged one's ID
// stands for its survivor.
func (m *Model) CanInOrganization(user tenancy.UserID, right tenancy.OrganizationPermission,
	org tenancy.OrganizationID) Can {
	org = m.survivor(org)
	member, ok := m.member(org, user)
	if _, there := m.Users[user]; !there {
		return Can{Why: tenancy.WhyUnreachable}
	}
	switch {
	case !m.active(user):
		return Can{Why: tenancy.WhyInactive}
	case !ok:
		return Can{Why: tenancy.WhyUnreachable}
	case !m.allows(member.Role, right):
		return Can{Why: tenancy.WhyInsufficient}
	case m.Organizations[org].Suspended && right != tenancy.ViewOrganization && right != tenancy.ReadLog &&
		right != tenancy.TransferOwnership:
		return Can{Why: tenancy.WhyOrganizationSuspended}
	}
	return Can{Allowed: true, Why: tenancy.WhyOrganizationRole, Rank: member.Role}
}
