package tenancy_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// groupCrowd is an organization with a hundred members and ten accounts. Each member is in
// three groups, which have roles on the first accounts.
type groupCrowd struct {
	dir      *tenancy.Directory
	user     tenancy.UserID
	accounts []tenancy.AccountID
}

// newGroupCrowd writes the records themselves. Each of the accounts before the given one has
// five groups with roles, of which the user is in three. The user has a grant on all.
func newGroupCrowd(tb testing.TB, before int) *groupCrowd {
	tb.Helper()
	store := memstore.New()
	dir, err := tenancy.New(store, nil)
	require.NoError(tb, err)
	c := &groupCrowd{dir: dir, user: largeID(1)}
	org := tenancy.OrganizationID(largeID(1))
	records := []tenancy.Record{tenancy.OrganizationRecord{ID: org, Owner: c.user, State: tenancy.StateActive, Created: 1}}
	for n := range 100 {
		user := tenancy.UserID(largeID(n + 1))
		records = append(records, tenancy.UserRecord{ID: user, Created: 1},
			tenancy.MembershipRecord{Organization: org, User: user, Role: tenancy.StandardUser, Since: 1})
		for g := range 3 {
			records = append(records, tenancy.GroupMemberRecord{Group: largeID(g + 1), User: user})
		}
	}
	for g := range 5 {
		records = append(records, tenancy.GroupRecord{ID: largeID(g + 1), Organization: org, Created: 1, Members: 100})
	}
	for n := range 10 {
		a := tenancy.AccountRecord{ID: largeID(n + 1), Owner: c.user, Organization: org, Created: 1}
		if n < before {
			a.Groups = 5
			for g := range 5 {
				records = append(records, tenancy.GroupRolesRecord{Account: a.ID, Group: largeID(g + 1),
					Roles: tenancy.Roles(tenancy.Developer)})
			}
		} else {
			records = append(records,
				tenancy.GrantRecord{Account: a.ID, User: c.user, Roles: tenancy.Roles(tenancy.Developer)})
		}
		records, c.accounts = append(records, a), append(c.accounts, a.ID)
	}
	require.NoError(tb, store.Update(tb.Context(),
		func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, records...) }))
	return c
}

// BenchmarkCanByGroup asks about accounts on which groups have roles and on which none has,
// in one directory (GRP-3).
func BenchmarkCanByGroup(b *testing.B) {
	c := newGroupCrowd(b, 1)
	host := c.dir.System()
	for n, name := range []string{"through a group", "groups elsewhere"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d, err := host.Can(b.Context(), c.user, tenancy.Build, c.accounts[n])
				if err != nil || !d.Allowed {
					b.Fatal(d, err)
				}
			}
		})
	}
}

// TestCanByGroupAllocatesNothing wants no allocation of Can through a group, once the row
// has space for the groups (GRP-3).
func TestCanByGroupAllocatesNothing(t *testing.T) {
	c := newGroupCrowd(t, 1)
	host, ctx := c.dir.System(), t.Context()
	var d tenancy.Decision
	var err error
	allocations := testing.AllocsPerRun(1000, func() {
		d, err = host.Can(ctx, c.user, tenancy.Build, c.accounts[0])
	})
	require.NoError(t, err)
	require.Equal(t, tenancy.WhyGroup, d.Why, fmt.Sprint(d))
	require.Zero(t, allocations)
}
