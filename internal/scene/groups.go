package scene

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// Groups has an Owner make two accounts of an organization, on which a member of it has the
// role Developer: on the first by one of three groups that have roles there, on the second
// by a grant, while no group has roles there.
func Groups(
	tb testing.TB, dir *tenancy.Directory, org tenancy.OrganizationID, by, user tenancy.UserID,
) (through, elsewhere tenancy.AccountID) {
	tb.Helper()
	ctx, owner, roles := tb.Context(), dir.As(by), tenancy.Roles(tenancy.Developer)
	var accounts [2]tenancy.AccountID
	for i := range accounts {
		a, err := owner.CreateAccount(ctx, org, tenancy.NewAccount{Name: "Groups"})
		require.NoError(tb, err)
		accounts[i] = a.ID
	}
	for i := range 3 {
		group, err := owner.CreateGroup(ctx, org, tenancy.NewGroup{Name: "Group"})
		require.NoError(tb, err)
		_, err = owner.AssignGroupRoles(ctx, group.ID, accounts[0], roles)
		require.NoError(tb, err)
		if i == 1 {
			_, err = owner.AddToGroup(ctx, group.ID, []tenancy.UserID{user})
			require.NoError(tb, err)
		}
	}
	_, err := owner.AssignRoles(ctx, accounts[1], user, tenancy.Assignment{Roles: roles})
	require.NoError(tb, err)
	return accounts[0], accounts[1]
}
