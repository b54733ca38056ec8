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
	theirs := []reached{{account: AccountRecord{ID: AccountID{1}}}, {account: AccountRecord{ID: AccountID{2}, Organization: a, Parent: AccountID{3}}}}
	for what, row := range map[string]struct {
		sight
		seen, under bool
	}{
		"GEN-5 absent":                             {sight{actor: Actor{User: me}}, false, false},
		"GEN-5 absent for System":                  {sight{}, false, false},
		"GEN-5 System sees all":                    {sight{user: user}, true, false},
		"GEN-5 an Operator sees all":               {sight{actor: Actor{Operator: "x"}, user: user}, true, false},
		"GEN-5 oneself":                            {sight{actor: Actor{User: you}, user: user}, true, false},
		"GEN-5 a stranger":                         {sight{actor: Actor{User: me}, user: user, ranks: member(a, me, Owner)}, false, false},
		"GEN-5 an Owner sees members":              {sight{actor: Actor{User: me}, user: user, ranks: member(a, me, Owner), memberships: member(a, you, StandardUser)}, true, true},
		"GEN-5 an Administrator sees members":      {sight{actor: Actor{User: me}, user: user, ranks: member(a, me, Administrator), memberships: member(a, you, Owner)}, true, true},
		"GEN-5 a Standard User sees none":          {sight{actor: Actor{User: me}, user: user, ranks: member(a, me, StandardUser), memberships: member(a, you, Owner)}, false, false},
		"GEN-5 another organization's":             {sight{actor: Actor{User: me}, user: user, ranks: member(a, me, Owner), memberships: member(b, you, StandardUser)}, false, false},
		"GEN-5 an independent user":                {sight{actor: Actor{User: me}, user: user, ranks: member(a, me, Administrator), reached: theirs}, true, false},
		"GEN-5 not by another's account":           {sight{actor: Actor{User: me}, user: user, ranks: member(b, me, Owner), reached: theirs}, false, false},
		"GEN-5 not by an unmanaged account":        {sight{actor: Actor{User: me}, user: user, ranks: member(a, me, Owner), reached: theirs[:1]}, false, false},
		"GEN-5 a Standard User sees no such one":   {sight{actor: Actor{User: me}, user: user, ranks: member(a, me, StandardUser), reached: theirs}, false, false},
		"GEN-5 by an account they administer":      {sight{actor: Actor{User: me}, user: user, reached: theirs, administered: []AccountID{{0}, {1}}}, true, false},
		"GEN-5 by its parent":                      {sight{actor: Actor{User: me}, user: user, reached: theirs, administered: []AccountID{{3}, {4}}}, true, false},
		"GEN-5 not by another account":             {sight{actor: Actor{User: me}, user: user, reached: theirs, administered: []AccountID{{4}}}, false, false},
		"GEN-5 not by none":                        {sight{actor: Actor{User: me}, user: user, reached: theirs}, false, false},
		"GEN-5 by any of the Owner's own":          {sight{actor: Actor{User: me}, user: user, ranks: append(member(b, me, Owner), member(a, me, Owner)...), memberships: member(a, you, StandardUser)}, true, true},
		"GEN-5 an Owner by any of theirs they see": {sight{actor: Actor{User: me}, user: user, ranks: member(a, me, Administrator), memberships: append(member(b, you, Owner), member(a, you, Owner)...)}, true, true},
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

func TestInherits(t *testing.T) {
	org := OrganizationID{1}
	in := func(org OrganizationID, role OrganizationRole) []MembershipRecord {
		return []MembershipRecord{{Organization: org, User: UserID{1}, Role: role}}
	}
	active, inactive := &UserRecord{ID: UserID{1}}, &UserRecord{ID: UserID{1}, InactiveOperator: true}
	for what, row := range map[string]struct {
		heir sight
		org  OrganizationID
		want error
	}{
		"USR-11 a member":                            {sight{user: active, memberships: in(org, StandardUser)}, org, nil},
		"USR-11 the Owner of several":                {sight{user: active, memberships: append(in(OrganizationID{2}, Owner), in(org, Owner)...)}, org, nil},
		"USR-11 no member":                           {sight{user: active}, org, CodeNotMember},
		"USR-11 another's member":                    {sight{user: active, memberships: in(OrganizationID{2}, StandardUser)}, org, CodeNotMember},
		"USR-11 an inactive member":                  {sight{user: inactive, memberships: in(org, StandardUser)}, org, CodeInactive},
		"USR-14 unmanaged: a user in none":           {sight{user: active}, OrganizationID{}, nil},
		"USR-14 unmanaged: a member":                 {sight{user: active, memberships: in(org, StandardUser)}, OrganizationID{}, CodeManagedElsewhere},
		"USR-14 unmanaged: an Owner":                 {sight{user: active, memberships: in(org, Owner)}, OrganizationID{}, CodeManagedElsewhere},
		"USR-14 unmanaged: an inactive user in none": {sight{user: inactive}, OrganizationID{}, CodeInactive},
	} {
		t.Run(what, func(t *testing.T) { require.Equal(t, row.want, row.heir.inherits(row.org)) })
	}
}

func TestUserQueryTakes(t *testing.T) {
	item := func(kind Kind, role OrganizationRole, state State, address, name string) userItem {
		return userItem{OrganizationUser: OrganizationUser{Kind: kind, Role: role, User: User{State: state, Name: NewPersonal(name)}}, address: address}
	}
	managed := item(KindManaged, Administrator, StateActive, "ana@acme.com", "Élodie")
	outsider := item(KindIndependent, StandardUser, StateActive, "bo@acme.com", "Bo")
	pending := item(KindPending, StandardUser, "", "cy@acme.com", "")
	requested := item(KindRequested, StandardUser, "", "dee@acme.com", "")
	for what, row := range map[string]struct {
		query UserQuery
		takes []bool // managed, outsider, pending, requested
	}{
		"USR-16 no filter":                  {UserQuery{}, []bool{true, true, true, true}},
		"USR-16 role, theirs or offered":    {UserQuery{Role: new(StandardUser)}, []bool{false, false, true, false}},
		"USR-16 role of a member":           {UserQuery{Role: new(Administrator)}, []bool{true, false, false, false}},
		"USR-16 state, of members alone":    {UserQuery{State: StateActive}, []bool{true, false, false, false}},
		"USR-16 another state":              {UserQuery{State: StateInactive}, []bool{false, false, false, false}},
		"USR-16 prefix of an address":       {UserQuery{Prefix: "DEE@"}, []bool{false, false, false, true}},
		"USR-16 prefix of a name, any case": {UserQuery{Prefix: "éLO"}, []bool{true, false, false, false}},
		"USR-16 a prefix, no part":          {UserQuery{Prefix: "acme"}, []bool{false, false, false, false}},
		"USR-16 all filters hold":           {UserQuery{Role: new(Administrator), State: StateActive, Prefix: "b"}, []bool{false, false, false, false}},
	} {
		t.Run(what, func(t *testing.T) {
			for i, u := range []userItem{managed, outsider, pending, requested} {
				require.Equal(t, row.takes[i], row.query.takes(u) && u.beginsWith(fold(row.query.Prefix)))
			}
		})
	}
}
