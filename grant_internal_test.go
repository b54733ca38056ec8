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
