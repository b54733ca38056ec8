package tenancy

import (
	"testing"

	"github.com/stretchr/testify/require"
)

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
