//go:build !race

package memstore_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// TestAccessWithoutAllocation wants no allocation of a View with Access. It does not
// run under the race detector, where pools forget on purpose.
func TestAccessWithoutAllocation(t *testing.T) {
	c := newCrowd(1_000)
	main, sub := c.accounts[0], c.accounts[1]
	sub.Parent = main.ID
	c.accounts[1] = sub
	c.accounts[2].Groups = 2
	store := c.store(t)
	groups := []tenancy.GroupID{{1}, {2}}
	var roles []tenancy.GroupRolesRecord
	var members []tenancy.GroupMemberRecord
	for _, group := range groups {
		roles = append(roles, tenancy.GroupRolesRecord{Account: c.accounts[2].ID, Group: group,
			Roles: tenancy.Roles(tenancy.Support)})
		members = append(members, tenancy.GroupMemberRecord{Group: group, User: main.Owner})
	}
	fill(t, store, roles)
	fill(t, store, members)
	rows := make([]tenancy.AccessRow, 1)
	for name, account := range map[string]tenancy.AccountID{
		"main account": main.ID, "subaccount": sub.ID, "groups": c.accounts[2].ID, "no account": {1},
	} {
		t.Run(name, func(t *testing.T) {
			accounts := []tenancy.AccountID{account}
			fn := func(ctx context.Context, tx tenancy.ReadTx) error {
				return tx.Access(ctx, main.Owner, accounts, tenancy.KeyID{}, rows)
			}
			var err error
			require.Zero(t, testing.AllocsPerRun(1000, func() { err = store.View(t.Context(), fn) }))
			require.NoError(t, err)
			row := rows[0]
			require.True(t, row.UserFound)
			require.Equal(t, name != "no account", row.AccountFound)
			require.Equal(t, name == "groups", len(row.Groups) == 2)
		})
	}
}
