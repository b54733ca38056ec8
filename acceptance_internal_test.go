package tenancy

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestInvitationRetained(t *testing.T) {
	personal := InvitationPersonal{Address: NewPersonal("ben@example.com")}
	pending := InvitationRecord{Expires: 1000, Personal: personal}
	settled := InvitationRecord{Expires: 1000, Settled: 500, Personal: personal}
	limit := Instant(0).add(30 * 24 * time.Hour)
	for _, row := range []struct {
		rule string
		i    InvitationRecord
		now  Instant
		want bool
	}{
		{"ORG-11 to 30 days from expiry", pending, limit + 999, true},
		{"ORG-11 no longer", pending, limit + 1000, false},
		{"ORG-11 to 30 days from its settlement", settled, limit + 499, true},
		{"ORG-11 no longer, whenever it would have expired", settled, limit + 500, false},
		{"USR-14 never once it is erased", InvitationRecord{Expires: 1000}, 0, false},
	} {
		require.Equal(t, row.want, row.i.retained(row.now), row.rule)
	}
}

func TestGrownRoles(t *testing.T) {
	for _, row := range []struct{ had, offered, then RoleSet }{
		{Roles(), Roles(Support), Roles(Support)},
		{Roles(Developer), Roles(Support, BillingManager), Roles(Developer, Support, BillingManager)},
		{Roles(Developer, "x"), Roles("y"), Roles(Developer, "x", "y")},
		{Roles(Developer, "x"), Roles(AccountAdministrator), Roles(AccountAdministrator)},
		{Roles(AccountAdministrator), Roles(Developer, "x"), Roles(AccountAdministrator)},
		{Roles(AccountAdministrator), Roles(AccountAdministrator), Roles(AccountAdministrator)},
		{Roles(AccountOwner), Roles(AccountAdministrator), Roles(AccountOwner)},
		{Roles(AccountOwner), Roles(Support), Roles(AccountOwner)},
	} {
		then := GrantRecord{Roles: row.had}.grown(row.offered, 0)
		require.Equal(t, GrantRecord{Roles: row.then}, then, "ACC-7 %v and %v", row.had, row.offered)
	}
}

func TestTermsToken(t *testing.T) {
	a, b := ID[accountKind]{1}, ID[accountKind]{2}
	x, y := ID[organizationKind]{1}, ID[organizationKind]{2}
	organizations := func(ids ...OrganizationID) (some []TermsOrganization) {
		for _, id := range ids {
			some = append(some, TermsOrganization{ID: id})
		}
		return some
	}
	one, two := InvitationID{1}, InvitationID{2}
	seen := map[TermsToken]int{}
	for i, terms := range []Terms{
		{Accounts: []TermsAccount{{ID: a}}}, {Accounts: []TermsAccount{{ID: b}}},
		{Accounts: []TermsAccount{{ID: a}, {ID: b}}},
		{Merged: organizations(x)}, {Dissolved: organizations(x)}, {Merged: organizations(x, y)},
		{Merged: organizations(x), Dissolved: organizations(y)},
		{Dissolved: organizations(x, y)}, {Merged: organizations(x), Accounts: []TermsAccount{{ID: b}}},
	} {
		for _, invitation := range []InvitationID{one, two} {
			token := terms.token(invitation)
			require.Len(t, string(token), 43)
			require.NotContains(t, seen, token, "SEC-23 other Terms, another token: row %d", i)
			seen[token] = i
		}
	}
	require.Empty(t, Terms{}.token(one), "USR-6 empty where accepting brings nothing along")
	named := Terms{Accounts: []TermsAccount{{ID: a, Name: NewPersonal("renamed")}}}
	require.Zero(t, seen[named.token(one)], "a name is no part of what is agreed to")
}

func TestDecideAcceptable(t *testing.T) {
	const address = "ben@example.com"
	org := OrganizationRecord{ID: OrganizationID{1}, State: StateActive}
	account := AccountRecord{ID: AccountID{2}, Owner: UserID{8}}
	inviter := UserRecord{ID: UserID{9}}
	facts := func(kind InvitationKind) acceptanceFacts {
		i := InvitationRecord{ID: InvitationID{3}, Kind: kind, State: StatePending, Expires: 2000,
			Inviter:  Actor{User: inviter.ID},
			Personal: InvitationPersonal{Address: NewPersonal(address)}}
		f := acceptanceFacts{invitation: &i, inviter: new(inviter), target: target{kind: kind}}
		if kind == InvitationToAccount {
			i.Account = account.ID
			f.account = accountStanding{account: new(account),
				grant: &GrantRecord{Account: account.ID, User: inviter.ID, Roles: Roles(AccountAdministrator)}}
		} else {
			i.Organization, i.Role = org.ID, StandardUser
			f.standing = standing{organization: new(org),
				rank: rankOf(MembershipRecord{Organization: org.ID, User: inviter.ID, Role: Administrator})}
		}
		return f
	}
	owns := func(f *acceptanceFacts, alone bool) {
		other := OrganizationRecord{ID: OrganizationID{7}, State: StateActive}
		f.invitee.memberships = []MembershipRecord{{Organization: other.ID, Role: Owner}}
		f.merger = merger{prime: new(org), owner: &UserRecord{ID: UserID{4},
			Personal: UserPersonal{Address: NewPersonal(address)}},
			consents: true, candidates: []candidacy{{remains: remains{organization: &other}, alone: alone}}}
	}
	for _, row := range []struct {
		rule   string
		kind   InvitationKind
		change func(f *acceptanceFacts)
		want   error
	}{
		{"USR-6 to an organization", InvitationToOrganization, func(*acceptanceFacts) {}, nil},
		{"USR-6 to an account", InvitationToAccount, func(*acceptanceFacts) {}, nil},
		{"USR-6 no invitation", InvitationToAccount, func(f *acceptanceFacts) { f.invitation = nil },
			CodeNotFound},
		{"SEC-7 to another address", InvitationToAccount,
			func(f *acceptanceFacts) { f.invitation.Personal.Address = NewPersonal("bea@example.com") },
			CodeNotFound},
		{"USR-6 settled", InvitationToAccount,
			func(f *acceptanceFacts) { f.invitation.State = StateDeclined }, CodeSettled},
		{"SEC-8 expired", InvitationToAccount, func(f *acceptanceFacts) { f.invitation.Expires = 1000 },
			CodeExpired},
		{"SEC-8 about to expire", InvitationToAccount,
			func(f *acceptanceFacts) { f.invitation.Expires = 1001 }, nil},
		{"ORG-10 a deleted organization", InvitationToOrganization,
			func(f *acceptanceFacts) { f.organization.State = StateDeleted }, CodeEnded},
		{"ORG-13 a merged organization", InvitationToOrganization,
			func(f *acceptanceFacts) { f.organization.State = StateMerged }, CodeMerged},
		{"ACC-5 a closed account", InvitationToAccount,
			func(f *acceptanceFacts) { f.account.account.Closed = 1 }, CodeClosed},
		{"ROLE-6 a suspended account", InvitationToAccount,
			func(f *acceptanceFacts) { f.account.account.SuspendedCustomer = true }, nil},
		{"SEC-9 no inviter", InvitationToOrganization, func(f *acceptanceFacts) { f.inviter = nil },
			CodeInviter},
		{"SEC-9 an inactive inviter", InvitationToAccount,
			func(f *acceptanceFacts) { f.inviter.InactiveOperator = true }, CodeInviter},
		{"SEC-9 a deleted inviter", InvitationToAccount,
			func(f *acceptanceFacts) { f.inviter.Deleted = true }, CodeInviter},
		{"SEC-9 an inviter who is no member", InvitationToOrganization,
			func(f *acceptanceFacts) { f.rank = nil }, CodeInviter},
		{"SEC-9 an inviter who is Standard User", InvitationToOrganization,
			func(f *acceptanceFacts) { f.rank.Role = StandardUser }, CodeInviter},
		{"SEC-9 an inviter who is Developer", InvitationToAccount,
			func(f *acceptanceFacts) { f.account.grant.Roles = Roles(Developer) }, CodeInviter},
		{"SEC-9 an inviter without a role", InvitationToAccount,
			func(f *acceptanceFacts) { f.account.grant = nil }, CodeInviter},
		{"USR-4 a member", InvitationToOrganization,
			func(f *acceptanceFacts) {
				f.invitee.memberships = []MembershipRecord{{Organization: org.ID, Role: StandardUser}}
			},
			CodeMember},
		{"USR-7 a member of another organization", InvitationToOrganization, func(f *acceptanceFacts) {
			f.invitee.memberships = []MembershipRecord{{Organization: OrganizationID{7}, Role: Administrator}}
		}, CodeManagedElsewhere},
		{"USR-8 an Owner of an organization with others in it", InvitationToOrganization,
			func(f *acceptanceFacts) { owns(f, false) }, CodeNoLiveDomain},
		{"USR-8 an Owner who is alone", InvitationToOrganization, func(f *acceptanceFacts) { owns(f, true) }, nil},
	} {
		f := facts(row.kind)
		row.change(&f)
		require.Equal(t, row.want, invitationDecision(t, opAcceptInvitation,
			Actor{User: UserID{4}}, org).acceptable(f, address), row.rule)
	}
	f := facts(InvitationToAccount)
	f.invitation.Personal.Address = Personal{}
	require.Equal(t, CodeNotFound, invitationDecision(t, opAcceptInvitation,
		Actor{User: UserID{4}}).acceptable(f, ""), "USR-14 an erased address is nobody's")
}
