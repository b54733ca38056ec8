package tenancy

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSight(t *testing.T) {
	me, you := UserID{1}, UserID{2}
	a, b := OrganizationID{1}, OrganizationID{2}
	member := func(org OrganizationID, user UserID, role OrganizationRole) []MembershipRecord {
		return []MembershipRecord{{Organization: org, User: user, Role: role}}
	}
	user := &UserRecord{ID: you}
	theirs := []reached{
		{account: AccountRecord{ID: AccountID{1}}},
		{account: AccountRecord{ID: AccountID{2}, Organization: a, Parent: AccountID{3}}},
	}
	for what, row := range map[string]struct {
		sight
		seen, under bool
	}{
		"GEN-5 absent":                             {sight{actor: Actor{User: me}}, false, false},
		"GEN-5 absent for System":                  {sight{}, false, false},
		"GEN-5 System sees all":                    {sight{user: user}, true, false},
		"GEN-5 an Operator sees all":               {sight{actor: Actor{Operator: "x"}, user: user}, true, false},
		"GEN-5 oneself":                            {sight{actor: Actor{User: you}, user: user}, true, false},
		"GEN-5 a stranger":                         {sight{actor: Actor{User: me}, user: user, ranks: ranksOf(member(a, me, Owner))}, false, false},
		"GEN-5 an Owner sees members":              {sight{actor: Actor{User: me}, user: user, ranks: ranksOf(member(a, me, Owner)), memberships: member(a, you, StandardUser)}, true, true},
		"GEN-5 an Administrator sees members":      {sight{actor: Actor{User: me}, user: user, ranks: ranksOf(member(a, me, Administrator)), memberships: member(a, you, Owner)}, true, true},
		"GEN-5 a Standard User sees none":          {sight{actor: Actor{User: me}, user: user, ranks: ranksOf(member(a, me, StandardUser)), memberships: member(a, you, Owner)}, false, false},
		"GEN-5 another organization's":             {sight{actor: Actor{User: me}, user: user, ranks: ranksOf(member(a, me, Owner)), memberships: member(b, you, StandardUser)}, false, false},
		"GEN-5 an independent user":                {sight{actor: Actor{User: me}, user: user, ranks: ranksOf(member(a, me, Administrator)), reached: theirs}, true, false},
		"GEN-5 not by another's account":           {sight{actor: Actor{User: me}, user: user, ranks: ranksOf(member(b, me, Owner)), reached: theirs}, false, false},
		"GEN-5 not by an unmanaged account":        {sight{actor: Actor{User: me}, user: user, ranks: ranksOf(member(a, me, Owner)), reached: theirs[:1]}, false, false},
		"GEN-5 a Standard User sees no such one":   {sight{actor: Actor{User: me}, user: user, ranks: ranksOf(member(a, me, StandardUser)), reached: theirs}, false, false},
		"GEN-5 by an account they administer":      {sight{actor: Actor{User: me}, user: user, reached: theirs, administered: []AccountID{{0}, {1}}}, true, false},
		"GEN-5 by its parent":                      {sight{actor: Actor{User: me}, user: user, reached: theirs, administered: []AccountID{{3}, {4}}}, true, false},
		"GEN-5 not by another account":             {sight{actor: Actor{User: me}, user: user, reached: theirs, administered: []AccountID{{4}}}, false, false},
		"GEN-5 not by none":                        {sight{actor: Actor{User: me}, user: user, reached: theirs}, false, false},
		"GEN-5 by any of the Owner's own":          {sight{actor: Actor{User: me}, user: user, ranks: ranksOf(append(member(b, me, Owner), member(a, me, Owner)...)), memberships: member(a, you, StandardUser)}, true, true},
		"GEN-5 an Owner by any of theirs they see": {sight{actor: Actor{User: me}, user: user, ranks: ranksOf(member(a, me, Administrator)), memberships: append(member(b, you, Owner), member(a, you, Owner)...)}, true, true},
	} {
		t.Run(what, func(t *testing.T) {
			require.Equal(t, row.seen, row.sight.seen())
			require.Equal(t, row.seen, row.there())
			require.Equal(t, row.under, row.sight.under(ManageUsers))
		})
	}
	t.Run("USR-14 a deleted user is seen, by whom all is, and not there", func(t *testing.T) {
		s := sight{user: &UserRecord{ID: you, Deleted: true}}
		require.True(t, s.seen())
		require.False(t, s.there())
	})
}
