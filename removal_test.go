package tenancy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestRemoveUser(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	org, boss := ana.Organization.ID, s.as(ana.User.ID)
	admin := s.join(ana, "admin", tenancy.Administrator)

	t.Run("USR-11 the user lives on without the organization, and loses role, grants and invitations to its accounts", func(t *testing.T) {
		bo := s.join(ana, "bo", tenancy.StandardUser)
		other := s.found("other")
		closed := s.account(bo, org, "closed")
		_, err := s.as(bo).CloseAccount(t.Context(), closed)
		require.NoError(t, err)
		sub, err := boss.CreateSubaccount(t.Context(), ana.Account.ID, tenancy.NewSubaccount{Name: "sub"})
		require.NoError(t, err)
		for _, account := range []tenancy.AccountID{ana.Account.ID, sub.ID} {
			s.assign(ana.User.ID, account, bo, tenancy.Developer)
		}
		second := s.account(ana.User.ID, org, "second")
		invite := func(actor tenancy.UserID, account tenancy.AccountID) tenancy.SentInvitation {
			sent, err := s.as(actor).InviteToAccount(t.Context(), account, tenancy.NewAccountInvitation{Email: address("bo"), Roles: tenancy.Roles(tenancy.Support)})
			require.NoError(t, err)
			return sent
		}
		here, there := invite(ana.User.ID, second), invite(other.User.ID, other.Account.ID)
		_, err = s.as(bo).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: there.Secret})
		require.NoError(t, err)
		elsewhere := s.account(other.User.ID, other.Organization.ID, "elsewhere")
		alive := invite(other.User.ID, elsewhere)

		added := s.news(func() { require.NoError(t, s.as(admin).RemoveUser(t.Context(), org, bo, tenancy.Removal{})) },
			ofOrganization(org), ofUser(bo), ofOrganization(other.Organization.ID))
		require.ElementsMatch(t, []string{"RolesRevoked", "RolesRevoked", "RolesRevoked", "InvitationRevoked", "MemberLeft"}, added[0])
		require.Equal(t, [][]string{{"MemberLeft"}, nil}, added[1:])

		user, memberships, err := s.as(bo).User(t.Context(), bo)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateActive, user.State)
		require.Empty(t, memberships)
		for _, account := range []tenancy.AccountID{ana.Account.ID, sub.ID, closed} {
			require.Empty(t, s.roles(account, bo))
		}
		require.Equal(t, tenancy.Roles(tenancy.Support), s.roles(other.Account.ID, bo))
		require.Equal(t, tenancy.StateRevoked, s.invitationState(here.ID))
		require.Equal(t, tenancy.StatePending, s.invitationState(alive.ID))
		require.Equal(t, bo, s.accountRecord(closed).Owner, "INV-10 a closed account's owner never changes")
	})
	t.Run("USR-11 accounts they own pass to another active member, subaccounts along", func(t *testing.T) {
		cy := s.join(ana, "cy", tenancy.StandardUser)
		account := s.account(cy, org, "cy's")
		sub, err := s.as(cy).CreateSubaccount(t.Context(), account, tenancy.NewSubaccount{Name: "sub"})
		require.NoError(t, err)
		s.unchanged(func() { refused(t, boss.RemoveUser(t.Context(), org, cy, tenancy.Removal{}), tenancy.CodeOwnsAccounts) })
		require.NoError(t, s.as(admin).RemoveUser(t.Context(), org, cy, tenancy.Removal{AccountsTo: admin}))
		for _, id := range []tenancy.AccountID{account, sub.ID} {
			require.Equal(t, admin, s.accountRecord(id).Owner)
			require.Equal(t, org, s.accountRecord(id).Organization)
		}
		require.Empty(t, s.roles(account, cy))
		require.Equal(t, tenancy.Roles(tenancy.AccountOwner), s.roles(account, admin))
	})
	t.Run("USR-11 or leave with them, where the Owner says so", func(t *testing.T) {
		dee := s.join(ana, "dee", tenancy.StandardUser)
		account := s.account(dee, org, "dee's")
		s.assign(ana.User.ID, account, admin, tenancy.Developer)
		s.unchanged(func() {
			refused(t, s.as(admin).RemoveUser(t.Context(), org, dee, tenancy.Removal{Release: true}), tenancy.CodeRelease)
		})
		added := s.news(func() { require.NoError(t, boss.RemoveUser(t.Context(), org, dee, tenancy.Removal{Release: true})) },
			ofOrganization(org), ofUser(dee))
		require.Equal(t, [][]string{{"AccountReleased", "MemberLeft"}, {"AccountReleased", "MemberLeft"}}, added)
		require.True(t, s.accountRecord(account).Organization.IsZero())
		require.Equal(t, dee, s.accountRecord(account).Owner)
		require.Equal(t, tenancy.Roles(tenancy.AccountOwner), s.roles(account, dee))
		require.Equal(t, tenancy.Roles(tenancy.Developer), s.roles(account, admin), "USR-11 nobody else's access changes")
	})
	t.Run("USR-13 the organization's inactivity ends with the membership, an Operator's stays", func(t *testing.T) {
		eve := s.join(ana, "eve", tenancy.StandardUser)
		_, err := boss.DeactivateUser(t.Context(), eve)
		require.NoError(t, err)
		_, err = s.staff.DeactivateUser(t.Context(), eve)
		require.NoError(t, err)
		require.NoError(t, boss.RemoveUser(t.Context(), org, eve, tenancy.Removal{}))
		user, _, err := s.host.User(t.Context(), eve)
		require.NoError(t, err)
		require.Equal(t, &tenancy.Inactivity{Operator: true}, user.Inactive)
	})
}

func TestRemoveUserRefuses(t *testing.T) {
	s := newScene(t)
	ana, bob := s.found("ana"), s.found("bob")
	org, boss := ana.Organization.ID, s.as(ana.User.ID)
	admin, std := s.join(ana, "admin", tenancy.Administrator), s.join(ana, "std", tenancy.StandardUser)
	idle := s.join(ana, "idle", tenancy.StandardUser)
	_, err := boss.DeactivateUser(t.Context(), idle)
	require.NoError(t, err)
	guest := s.guest(ana.User.ID, ana.Account.ID, "guest", tenancy.Developer)
	owner := s.join(ana, "owner", tenancy.StandardUser)
	s.account(owner, org, "owned")
	to := func(user tenancy.UserID) tenancy.Removal { return tenancy.Removal{AccountsTo: user} }
	none := tenancy.Removal{}
	for what, try := range map[string]struct {
		actor *tenancy.Session
		org   tenancy.OrganizationID
		user  tenancy.UserID
		in    tenancy.Removal
		code  tenancy.Code
	}{
		"GEN-14 a zero organization":                  {boss, tenancy.OrganizationID{}, std, none, tenancy.CodeID},
		"GEN-14 a zero user":                          {boss, org, tenancy.UserID{}, none, tenancy.CodeID},
		"USR-11 accounts both ways":                   {boss, org, owner, tenancy.Removal{AccountsTo: std, Release: true}, tenancy.CodeInput},
		"USR-11 accounts to the one who goes":         {boss, org, owner, to(owner), tenancy.CodeInput},
		"GEN-5 another's organization":                {s.as(bob.User.ID), org, std, none, tenancy.CodeNotFound},
		"GEN-5 no organization":                       {boss, tenancy.OrganizationID{1}, std, none, tenancy.CodeNotFound},
		"ROLE-3 a Standard User":                      {s.as(std), org, admin, none, tenancy.CodeNotAllowed},
		"GEN-1 an Operator is nobody's Administrator": {s.staff.Session, org, std, none, tenancy.CodeNotAllowed},
		"GEN-1 nor is System":                         {s.host.Session, org, std, none, tenancy.CodeNotAllowed},
		"USR-11 an Administrator lets no account out": {s.as(admin), org, owner, tenancy.Removal{Release: true}, tenancy.CodeRelease},
		"USR-11 not even where there is none":         {s.as(admin), org, std, tenancy.Removal{Release: true}, tenancy.CodeRelease},
		"USR-11 not oneself":                          {s.as(admin), org, admin, none, tenancy.CodeOneself},
		"USR-11 not oneself, the Owner":               {boss, org, ana.User.ID, none, tenancy.CodeOneself},
		"ORG-9 not the Owner":                         {s.as(admin), org, ana.User.ID, none, tenancy.CodeTheOwner},
		"GEN-5 nobody":                                {boss, org, tenancy.UserID{1}, none, tenancy.CodeNotFound},
		"GEN-5 a stranger":                            {boss, org, bob.User.ID, none, tenancy.CodeNotFound},
		"GEN-5 accounts to nobody":                    {boss, org, owner, to(tenancy.UserID{1}), tenancy.CodeNotFound},
		"GEN-5 accounts to a stranger":                {boss, org, owner, to(bob.User.ID), tenancy.CodeNotFound},
		"USR-11 members only":                         {boss, org, guest, none, tenancy.CodeNotMember},
		"USR-11 accounts to no member":                {boss, org, owner, to(guest), tenancy.CodeNotMember},
		"USR-11 accounts to an inactive member":       {boss, org, owner, to(idle), tenancy.CodeInactive},
		"USR-11 no default for accounts":              {boss, org, owner, none, tenancy.CodeOwnsAccounts},
	} {
		t.Run(what, func(t *testing.T) {
			s.unchanged(func() { refused(t, try.actor.RemoveUser(t.Context(), try.org, try.user, try.in), try.code) })
		})
	}
	t.Run("HIP-7 a designated account does not leave", func(t *testing.T) {
		_, err := s.staff.SetHIPAAEntitlement(t.Context(), org, tenancy.HIPAAEntitlement{On: true, Reference: "addendum-1", Executed: s.clock.Now()})
		require.NoError(t, err)
		med := s.join(ana, "med", tenancy.StandardUser)
		account := s.account(med, org, "med's")
		_, err = boss.EnableHIPAA(t.Context(), account)
		require.NoError(t, err)
		s.unchanged(func() {
			refused(t, boss.RemoveUser(t.Context(), org, med, tenancy.Removal{Release: true}), tenancy.CodeHIPAADesignated)
		})
		require.NoError(t, boss.RemoveUser(t.Context(), org, med, to(std)))
	})
}

func TestLeave(t *testing.T) {
	s := newScene(t)
	ana, bob := s.found("ana"), s.found("bob")
	org := ana.Organization.ID
	for name, role := range map[string]tenancy.OrganizationRole{"admin": tenancy.Administrator, "std": tenancy.StandardUser} {
		t.Run("USR-12 a member leaves, and loses what a removed one does: "+role.String(), func(t *testing.T) {
			user := s.join(ana, name, role)
			s.assign(ana.User.ID, ana.Account.ID, user, tenancy.Developer)
			added := s.news(func() { require.NoError(t, s.as(user).Leave(t.Context(), org)) }, ofOrganization(org), ofUser(user))
			require.Equal(t, [][]string{{"RolesRevoked", "MemberLeft"}, {"MemberLeft"}}, added)
			require.Empty(t, s.roles(ana.Account.ID, user))
			s.unchanged(func() { refused(t, s.as(user).Leave(t.Context(), org), tenancy.CodeNotFound) })
		})
	}
	owner := s.join(ana, "owner", tenancy.StandardUser)
	s.account(owner, org, "owned")
	for what, try := range map[string]struct {
		actor *tenancy.Session
		org   tenancy.OrganizationID
		code  tenancy.Code
	}{
		"USR-12 the Owner may not":      {s.as(ana.User.ID), org, tenancy.CodeOwnerLeaves},
		"USR-12 nor who owns accounts":  {s.as(owner), org, tenancy.CodeOwnsAccounts},
		"GEN-5 no member":               {s.as(bob.User.ID), org, tenancy.CodeNotFound},
		"GEN-14 a zero ID":              {s.as(owner), tenancy.OrganizationID{}, tenancy.CodeID},
		"GEN-1 an Operator has nothing": {s.staff.Session, org, tenancy.CodeNotAllowed},
		"GEN-1 System has nothing":      {s.host.Session, org, tenancy.CodeNotAllowed},
	} {
		t.Run(what, func(t *testing.T) {
			s.unchanged(func() { refused(t, try.actor.Leave(t.Context(), try.org), try.code) })
		})
	}
}
