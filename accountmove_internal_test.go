package tenancy

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMoveAccountIntoEnded requires that no account moves to an organization that has
// ended. No store holds this: such an organization has no members (INV-9).
func TestMoveAccountIntoEnded(t *testing.T) {
	org, other, actor := OrganizationID{1}, OrganizationID{2}, UserID{1}
	for state, code := range map[State]Code{StateMerged: CodeMerged, StateDeleted: CodeEnded} {
		t.Run("ORG-13 "+string(state), func(t *testing.T) {
			o := OrganizationRecord{ID: org, Owner: actor, State: state}
			f := moveAccountFacts{
				accountStanding: accountStanding{
					account: &AccountRecord{ID: AccountID{1}, Owner: actor, Organization: other},
					rank:    rankOf(MembershipRecord{Organization: other, User: actor, Role: Owner}),
				},
				to: standing{&o, rankOf(MembershipRecord{Organization: org, User: actor, Role: Owner})},
			}
			c := deciding(opMoveAccount, Actor{User: actor}, *f.account, o)
			_, err := decideMoveAccount(f, c)
			require.Equal(t, code, err)
			require.Empty(t, c.said)
		})
	}
}

// TestMoveAccountIntoAdministered has what no store holds: an Owner who is Administrator
// of another organization (INV-5).
func TestMoveAccountIntoAdministered(t *testing.T) {
	from, into, actor := OrganizationID{1}, OrganizationID{2}, UserID{1}
	f := moveAccountFacts{
		accountStanding: accountStanding{account: &AccountRecord{ID: AccountID{1}, Owner: actor, Organization: from},
			rank: rankOf(MembershipRecord{Organization: from, User: actor, Role: Owner})},
		to: standing{&OrganizationRecord{ID: into, State: StateActive},
			rankOf(MembershipRecord{Organization: into, User: actor, Role: Administrator})},
	}
	_, err := decideMoveAccount(f, deciding(opMoveAccount, Actor{User: actor}, *f.account))
	require.Equal(t, CodeNotAllowed, err, "ORG-6 between two organizations the actor owns")
}
