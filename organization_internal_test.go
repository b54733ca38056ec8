package tenancy

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// inHand returns what the decision of a user's operation has in its hand over some records.
func inHand(row *operationRow, actor UserID, records ...Record) *changes {
	w := newWorld(nil)
	w.fill()
	for _, record := range records {
		w.know(record)
	}
	return &changes{dir: &Directory{options: options{organizationRules: builtInRules}}, actor: Actor{User: actor}, row: row, now: 1, world: w}
}

// TestDecideOnEnded checks that decisions ask whether the organization is alive (GEN-2),
// although one that has ended has no members (INV-9).
func TestDecideOnEnded(t *testing.T) {
	org, actor, member := OrganizationID{1}, UserID{1}, UserID{2}
	for state, code := range map[State]Code{StateMerged: CodeMerged, StateDeleted: CodeEnded} {
		o := OrganizationRecord{ID: org, Owner: actor, State: state}
		st := standing{&o, rankOf(MembershipRecord{Organization: org, User: actor, Role: Owner})}
		seen := sight{actor: Actor{User: actor}, user: &UserRecord{ID: member},
			memberships: []MembershipRecord{{Organization: org,
				User: member}}, ranks: []rank{*st.rank}}
		t.Run("ORG-13 RenameOrganization "+string(state), func(t *testing.T) {
			c := inHand(opRenameOrganization, actor, o)
			_, err := decideRenameOrganization(renameOrganizationFacts{st}, "New", c)
			require.Equal(t, code, err)
			require.Empty(t, c.said)
		})
		t.Run("ORG-13 TransferOwnership "+string(state), func(t *testing.T) {
			c := inHand(opTransferOwnership, actor, o)
			f := transferOwnershipFacts{succession{standing: st, heir: seen}}
			_, err := decideTransferOwnership(f, NewOwner{User: member}, c)
			require.Equal(t, code, err)
			require.Empty(t, c.said)
		})
		t.Run("ORG-13 SetOrganizationRole "+string(state), func(t *testing.T) {
			c := inHand(opSetOrganizationRole, actor, o)
			_, err := decideSetOrganizationRole(setOrganizationRoleFacts{st, seen}, member, Administrator, c)
			require.Equal(t, code, err)
			require.Empty(t, c.said)
		})
	}
}

// TestComing checks which accounts come to a new organization, by where they are.
func TestComing(t *testing.T) {
	actor, org := UserID{1}, OrganizationID{1}
	account := func(n byte, in OrganizationID) family {
		return family{main: AccountRecord{ID: AccountID{n}, Owner: actor, Organization: in,
			Personal: AccountPersonal{Phone: NewPersonal("+15550001111")}}}
	}
	managed, more, unmanaged := account(1, org), account(2, org), account(3, OrganizationID{})
	suspended, sub := account(4, org), account(5, org)
	suspended.main.SuspendedPlatform = true
	sub.subs = []AccountRecord{{ID: AccountID{6}, Parent: AccountID{5}, Organization: org, Designated: 1}}
	owner, user := []MembershipRecord{{Organization: org, User: actor,
		Role: Owner}}, []MembershipRecord{{Organization: org, User: actor}}
	for _, tt := range []struct {
		rule        string
		memberships []MembershipRecord
		owned       []family
		in          NewOrganization
		coming      []family
		code        error
	}{
		{"ORG-4 all", owner, []family{managed, more}, NewOrganization{}, []family{managed, more}, nil},
		{"ORG-4 but who stays", owner, []family{managed, more}, NewOrganization{Stay: []AccountID{{1}}},
			[]family{more}, nil},
		{"ORG-4 the same one named twice", owner, []family{managed, more},
			NewOrganization{Stay: []AccountID{{1}, {1}}}, []family{more}, nil},
		{"ORG-4 none", owner, []family{managed, more}, NewOrganization{AllStay: true}, nil, nil},
		{"ORG-4 an unmanaged one, though named", nil, []family{unmanaged},
			NewOrganization{Stay: []AccountID{{3}}}, []family{unmanaged}, nil},
		{"ORG-4 an unmanaged one, though all stay", nil, []family{unmanaged},
			NewOrganization{AllStay: true}, []family{unmanaged}, nil},
		{"ORG-4 no account of theirs", owner, []family{managed},
			NewOrganization{Stay: []AccountID{{1}, {9}}}, nil, CodeNotFound},
		{"ORG-5 managed", user, []family{managed}, NewOrganization{AllStay: true}, nil, CodeManaged},
		{"ORG-2 the phone is a suspended account's", owner, []family{suspended}, NewOrganization{}, nil,
			CodePhoneNeeded},
		{"ORG-2 the phone is that of one that stays", owner, []family{managed},
			NewOrganization{AllStay: true}, nil, nil},
		{"HIP-7 a designated subaccount", owner, []family{managed, sub}, NewOrganization{}, nil,
			CodeHIPAADesignated},
		{"HIP-7 that stays", owner, []family{managed, sub}, NewOrganization{Stay: []AccountID{{5}}},
			[]family{managed}, nil},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			founder := belongings{user: UserRecord{ID: actor}, memberships: tt.memberships, owned: tt.owned}
			f := createOrganizationFacts{founder: founder}
			coming := f.coming(tt.in)
			require.Equal(t, tt.code, f.refusal(tt.in, coming))
			if tt.code == nil {
				require.Equal(t, tt.coming, coming)
			}
		})
	}
}
