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
	store := c.store(t)
	var row tenancy.AccessRow
	for name, account := range map[string]tenancy.AccountID{
		"main account": main.ID, "subaccount": sub.ID, "no account": {1},
	} {
		t.Run(name, func(t *testing.T) {
			fn := func(ctx context.Context, tx tenancy.ReadTx) (err error) {
				row, err = tx.Access(ctx, main.Owner, account, tenancy.KeyID{})
				return err
			}
			var err error
			require.Zero(t, testing.AllocsPerRun(1000, func() { err = store.View(t.Context(), fn) }))
			require.NoError(t, err)
			require.True(t, row.UserFound)
			require.Equal(t, name != "no account", row.AccountFound)
		})
	}
}
