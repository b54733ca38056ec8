package tenancy

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
