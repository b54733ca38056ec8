package tenancy

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// builtInRules is the organization table of a host that adds nothing.
var builtInRules, _ = newOrganizationRules(OrganizationRoleOptions{})

// rankOf returns a membership as a rank under that table.
func rankOf(m MembershipRecord) *rank { return &rank{m, builtInRules} }

// ranksOf returns memberships as ranks under that table.
func ranksOf(memberships []MembershipRecord) (ranks []rank) {
	for _, m := range memberships {
		ranks = append(ranks, *rankOf(m))
	}
	return ranks
}

// TestRanks has what a role allows its holder to do with those who have another one: nobody
// touches the Owner, and whoever is in no organization touches and gives nothing (ROLE-5,
// ROLE-9).
func TestRanks(t *testing.T) {
	for _, by := range organizationRoles {
		manager := rankOf(MembershipRecord{Role: by})
		require.False(t, manager.covers(Owner), "ROLE-5 %s", by)
		require.False(t, manager.gives(Owner), "ROLE-5 %s", by)
		require.Equal(t, by != StandardUser, manager.isBuiltInManager(), "ROLE-5 %s", by)
		require.Equal(t, by != StandardUser, manager.imports(), "ROLE-9 %s", by)
	}
	var none *rank
	for _, role := range organizationRoles {
		require.False(t, none.covers(role) || none.gives(role), "ROLE-9 %s", role)
	}
	require.False(t, none.isBuiltInManager() || none.imports() || none.may(ViewOrganization), "ROLE-9")
}
