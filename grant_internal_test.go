package tenancy

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAssignable has every set of roles: Administrator alone may be assigned, or any of
// the others together that the directory names (ACC-7, ROLE-7).
func TestAssignable(t *testing.T) {
	table, err := newPermissionTable(RoleOptions{Roles: map[AccountRole][]Permission{"auditor": {ReadUsage}}})
	require.NoError(t, err)
	names := []AccountRole{AccountOwner, AccountAdministrator, Developer, BillingManager, Support, "auditor", "unknown"}
	for i := range 1 << len(names) {
		var roles []AccountRole
		for n, name := range names {
			if i>>n&1 == 1 {
				roles = append(roles, name)
			}
		}
		owner, administrator, unknown := i&1 != 0, i&2 != 0, i&64 != 0
		want := len(roles) > 0 && !owner && !unknown && (!administrator || len(roles) == 1)
		require.Equal(t, want, table.assignable(Roles(roles...)), "ACC-7 %v", roles)
	}
}

// TestRightTo has ways in which somebody has a permission on an account (ACC-11, GRP-3). A
// role that lasts longer, and does not give it, makes it last no longer.
func TestRightTo(t *testing.T) {
	table, err := newPermissionTable(RoleOptions{})
	require.NoError(t, err)
	c := &changes{dir: &Directory{options: options{table: table}}}
	admin, support := Roles(AccountAdministrator), Roles(Support)
	manager := rankOf(MembershipRecord{Role: Administrator})
	for name, row := range map[string]struct {
		p    Permission
		st   accountStanding
		want right
	}{
		"not at all":                    {ManageMembers, accountStanding{}, right{}},
		"by the organization":           {ManageMembers, accountStanding{rank: manager}, right{freely: true}},
		"what the organization has not": {Build, accountStanding{rank: manager}, right{}},
		"by a role":                     {ManageMembers, accountStanding{grant: &GrantRecord{Roles: admin}}, right{freely: true}},
		"by a role that has it not":     {ManageMembers, accountStanding{grant: &GrantRecord{Roles: support}}, right{}},
		"by a temporary role": {ManageMembers,
			accountStanding{grant: &GrantRecord{Roles: support, Temporary: admin, Until: 7}}, right{until: 7}},
		"by a temporary role that has it not": {ManageMembers,
			accountStanding{grant: &GrantRecord{Temporary: support, Until: 7}}, right{}},
		"by one of two, of which the other lasts longer": {ManageMembers, accountStanding{
			grant: &GrantRecord{Temporary: support, Until: 9}, parentGrant: &GrantRecord{Temporary: admin, Until: 7},
		}, right{until: 7}},
		"by the one that lasts longer": {ManageMembers, accountStanding{
			grant: &GrantRecord{Temporary: admin, Until: 7}, parentGrant: &GrantRecord{Temporary: admin, Until: 9},
		}, right{until: 9}},
		"by a group":               {ManageMembers, accountStanding{groups: []GroupAccess{{Roles: admin}}}, right{group: true}},
		"by a group on the parent": {ManageMembers, accountStanding{parentGroups: []GroupAccess{{Roles: admin}}}, right{group: true}},
		"by a group, beside a temporary role that has it not": {ManageMembers, accountStanding{
			grant: &GrantRecord{Temporary: support, Until: 7}, groups: []GroupAccess{{Roles: admin}},
		}, right{group: true}},
	} {
		got := c.rightTo(row.p, row.st)
		require.Equal(t, row.want, got, "ACC-11 GRP-3 %s", name)
		require.Equal(t, got != right{}, c.has(row.st, row.p), "ROLE-6 %s", name)
		require.False(t, c.has(row.st, "fly"), "ROLE-7 %s", name)
		require.False(t, row.st.sees(), "GEN-5 %s, and there is no such account", name)
		require.Equal(t, got == right{group: true}, got.onlyByGroup(), "GRP-3 %s", name)
		require.Equal(t, got.freely, got.give(true, 0) == nil, "ACC-11 GRP-3 %s, to oneself", name)
	}
}
