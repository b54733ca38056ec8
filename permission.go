package tenancy

import (
	"math/bits"
	"slices"
	"strings"
)

// RoleOptions adds account roles and permissions of the host's own (ROLE-7). Each
// name is a Reference, 1–64 of A–Z a–z 0–9 . _ / -, and not that of a built-in role
// or permission.
type RoleOptions struct {
	// Permissions are the host's. An account's Owner and Administrators have them
	// all. Nobody has them in a suspended account or a suspended organization, or by an
	// organization role.
	Permissions []Permission
	// Roles names the permissions that each role of the host's has, built-in ones
	// or the host's. Developer, BillingManager and Support can be named too, and
	// get permissions of the host's beside their own. AccountOwner and
	// AccountAdministrator have every permission already, and cannot be named.
	Roles map[AccountRole][]Permission
}

// permissionTable is the account table with the host's additions, made ready for
// Can.
type permissionTable struct {
	rules map[Permission]*grantRule
	roles map[AccountRole]bool // that can be given
}

// grantRule says who has one permission.
type grantRule struct {
	builtIn               uint8         // bit i: accountRoles[i] has it
	others                []AccountRole // the host's roles that have it
	manager               bool          // whoever manages the account through its organization has it
	suspended             bool          // it applies in a suspended account
	organizationSuspended bool          // it applies in an account of a suspended organization
	host                  bool          // it is the host's own
}

// newPermissionTable makes the table. It refuses what ROLE-7 does not allow:
// CodeOption.
func newPermissionTable(host RoleOptions) (permissionTable, error) {
	t := permissionTable{rules: map[Permission]*grantRule{}, roles: map[AccountRole]bool{}}
	for _, row := range accountTable {
		t.rules[row.permission] = &grantRule{
			builtIn:               mask(row.roles),
			manager:               row.manager,
			suspended:             row.suspended,
			organizationSuspended: row.organizationSuspended,
		}
	}
	for _, role := range accountRoles {
		t.roles[role] = true
	}
	for _, p := range host.Permissions {
		if err := t.addPermission(p); err != nil {
			return t, err
		}
	}
	for role, permissions := range host.Roles {
		if err := t.addRole(role, permissions); err != nil {
			return t, err
		}
	}
	return t, nil
}

// addPermission adds a permission of the host's.
func (t *permissionTable) addPermission(p Permission) error {
	if _, taken := t.rules[p]; taken || !Reference(p).valid() {
		return CodeOption
	}
	t.rules[p] = &grantRule{builtIn: mask("x x - - -"), host: true}
	return nil
}

// addRole adds a role of the host's, or gives a built-in one permissions of the
// host's.
func (t *permissionTable) addRole(role AccountRole, permissions []Permission) error {
	if !Reference(role).valid() || role == AccountOwner || role == AccountAdministrator {
		return CodeOption
	}
	t.roles[role] = true
	builtIn := slices.Index(accountRoles[:], role)
	for _, p := range permissions {
		rule := t.rule(p) // an unknown permission's can be given to no role
		switch {
		case builtIn >= 0 && rule.host:
			rule.builtIn |= 1 << builtIn
		case builtIn < 0 && rule.builtIn != 0:
			rule.others = append(rule.others, role)
		default:
			return CodeOption
		}
	}
	return nil
}

// rule returns the rule of a permission. An unknown one is nobody's.
func (t *permissionTable) rule(p Permission) *grantRule {
	if rule, known := t.rules[p]; known {
		return rule
	}
	return &grantRule{}
}

// assignable reports whether a set of roles can be given: Administrator alone, or
// any of the others together, and only roles that the table names (ACC-7).
func (t permissionTable) assignable(set RoleSet) bool {
	roles := set.All()
	unknown := slices.ContainsFunc(roles, func(role AccountRole) bool { return !t.roles[role] })
	switch {
	case len(roles) == 0 || unknown || set.Has(AccountOwner):
		return false
	case set.Has(AccountAdministrator):
		return len(roles) == 1
	}
	return true
}

// by returns the first role of a set that has the permission.
func (g *grantRule) by(set RoleSet) (AccountRole, bool) {
	if hit := set.builtIn & g.builtIn; hit != 0 {
		return accountRoles[bits.TrailingZeros8(hit)], true
	}
	if set.others != "" && len(g.others) > 0 {
		for name := range strings.SplitSeq(set.others, ",") {
			if slices.Contains(g.others, AccountRole(name)) {
				return AccountRole(name), true
			}
		}
	}
	return "", false
}
