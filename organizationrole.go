package tenancy

// OrganizationRoleOptions adds organization roles and permissions of the host's own
// (ROLE-9). Each name is a Reference, 1–64 of A–Z a–z 0–9 . _ / -, and not that of a
// built-in role or permission.
type OrganizationRoleOptions struct {
	// Permissions are the host's, which CanInOrganization answers. The Owner and
	// Administrators have them all.
	Permissions []OrganizationPermission
	// Roles names the permissions that each role of the host's has: the host's, and of the
	// built-in ones all but ManageIdentity, ReleaseAccounts, TransferOwnership and
	// DeleteOrganization. Every role has ViewOrganization. ManageUsers includes ViewUsers,
	// ManageAccounts ViewAccounts, and ManageDomains ViewDomains. No role creates accounts
	// without CreateAccounts, which Standard Users have.
	//
	// A member with ManageUsers gives only roles whose permissions are all among their own,
	// and touches only members with such roles. So who is to invite Standard Users needs
	// CreateAccounts too. To pass a member's accounts on takes ManageAccounts besides, and to
	// import users, or to invite somebody whose organizations merge, ManageOrganization.
	Roles map[OrganizationRole][]OrganizationPermission
}

// organizationRules is the organization table with the host's additions.
type organizationRules struct {
	roles   map[OrganizationRole]map[OrganizationPermission]bool // what each role permits
	builtIn [len(organizationRoles)]accountRights                // of the built-in roles, in their order
}

// accountRights is what a role permits on all accounts of the organization.
type accountRights struct{ view, manage bool }

// newOrganizationRules makes the table. It refuses what ROLE-9 does not allow: CodeOption.
func newOrganizationRules(host OrganizationRoleOptions) (*organizationRules, error) {
	t := &organizationRules{roles: map[OrganizationRole]map[OrganizationPermission]bool{}}
	for i, role := range organizationRoles {
		has := map[OrganizationPermission]bool{}
		for _, row := range organizationTable {
			if mask(row.roles)>>i&1 == 1 {
				has[row.permission] = true
			}
		}
		t.roles[role] = has
		t.builtIn[i] = accountRights{has[ViewAccounts], has[ManageAccounts]}
	}
	given := map[OrganizationPermission]bool{}
	for _, p := range host.Permissions {
		if !Reference(p).valid() || t.knows(p) {
			return nil, CodeOption
		}
		given[p], t.roles[Owner][p], t.roles[Administrator][p] = true, true, true
	}
	for role, permissions := range host.Roles {
		if !Reference(role).valid() || t.names(role) {
			return nil, CodeOption
		}
		t.roles[role] = map[OrganizationPermission]bool{ViewOrganization: true}
		for _, p := range permissions {
			if !given[p] && !t.give(role, p) {
				return nil, CodeOption
			}
			t.roles[role][p] = true
		}
	}
	return t, nil
}

// give gives a role of the host's a built-in permission and what that includes, and reports
// whether the role can be given it.
func (t *organizationRules) give(role OrganizationRole, p OrganizationPermission) bool {
	for _, row := range organizationTable {
		if row.permission == p && row.host {
			if row.includes != "" {
				t.roles[role][row.includes] = true
			}
			return true
		}
	}
	return false
}

// names reports whether there is a role of this name.
func (t *organizationRules) names(role OrganizationRole) bool { return t.roles[role] != nil }

// known returns all permissions there are: the Owner has every one.
func (t *organizationRules) known() map[OrganizationPermission]bool { return t.roles[Owner] }

// knows reports whether there is a permission of this name.
func (t *organizationRules) knows(p OrganizationPermission) bool { return t.known()[p] }

// of returns what a role permits. A stored role that the table does not name permits what a
// Standard User's does (ROLE-9).
func (t *organizationRules) of(role OrganizationRole) map[OrganizationPermission]bool {
	if has := t.roles[role]; has != nil {
		return has
	}
	return t.roles[StandardUser]
}

// may reports whether a role has a permission in its organization.
func (t *organizationRules) may(role OrganizationRole, p OrganizationPermission) bool {
	return t.of(role)[p]
}

// onAccounts returns what a role permits on all accounts of the organization. Can asks it,
// so it looks at the built-in roles first.
func (t *organizationRules) onAccounts(role OrganizationRole) accountRights {
	for i := range organizationRoles {
		if role == organizationRoles[i] {
			return t.builtIn[i]
		}
	}
	return accountRights{t.may(role, ViewAccounts), t.may(role, ManageAccounts)}
}

// covers reports whether whoever manages users by a role may touch those who have another
// (ROLE-5, ROLE-9): nobody touches the Owner; the Owner and Administrators touch everybody
// else; any other role must have every permission of the one touched, which the table must
// name.
func (t *organizationRules) covers(by, role OrganizationRole) bool {
	switch {
	case role == Owner:
		return false
	case managesBuiltIn(by):
		return true
	case !t.names(role):
		return false
	}
	for p := range t.roles[role] {
		if !t.may(by, p) {
			return false
		}
	}
	return true
}

// managesBuiltIn reports whether a role is one of the two that manage everything: the
// Owner's and the Administrators'. They touch anybody else whatever their role, and put the
// Owner into groups and take them out too.
func managesBuiltIn(role OrganizationRole) bool { return role == Owner || role == Administrator }

// gives reports whether whoever manages users by a role may give another: one that the table
// names, and that covers allows.
func (t *organizationRules) gives(by, role OrganizationRole) bool {
	return t.names(role) && t.covers(by, role)
}

// rank is a membership, and what its role permits in this Directory.
type rank struct {
	MembershipRecord
	rules *organizationRules
}

// rank returns a membership as a rank; nil for none.
func (d *Directory) rank(m *MembershipRecord) *rank {
	if m == nil {
		return nil
	}
	return &rank{*m, d.organizationRules}
}

// ranksOf asks for all memberships of a user as ranks.
func (r *reads) ranksOf(user UserID) (ranks []rank) {
	for _, m := range all(r, membershipsOf(user, OrganizationID{})) {
		ranks = append(ranks, rank{m, r.dir.organizationRules})
	}
	return ranks
}

// rankIn returns the rank in an organization, or nil if there is none.
func rankIn(ranks []rank, org OrganizationID) *rank {
	for _, m := range ranks {
		if m.Organization == org {
			return &m
		}
	}
	return nil
}

// may reports whether there is a rank, and it has a permission.
func (m *rank) may(p OrganizationPermission) bool { return m != nil && m.rules.may(m.Role, p) }

// covers reports whether there is a rank, and who has it may touch those with a role.
func (m *rank) covers(role OrganizationRole) bool { return m != nil && m.rules.covers(m.Role, role) }

// isBuiltInManager reports whether there is a rank, and it is the Owner's or an
// Administrator's.
func (m *rank) isBuiltInManager() bool { return m != nil && managesBuiltIn(m.Role) }

// gives reports whether there is a rank, and who has it may give a role.
func (m *rank) gives(role OrganizationRole) bool { return m != nil && m.rules.gives(m.Role, role) }

// imports reports whether there is a rank, and who has it may import users and bring about
// merges: both make Standard Users (ROLE-9). What shows whom an import would bring asks this
// too.
func (m *rank) imports() bool {
	return m.may(ManageUsers) && m.may(ManageOrganization) && m.gives(StandardUser)
}
