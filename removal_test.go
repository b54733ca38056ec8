package tenancy_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestRemoveUser(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	org, boss := ana.Organization.ID, s.as(ana.User.ID)
	admin := s.join(ana, "admin", tenancy.Administrator)

	t.Run(
		"USR-11 the user lives on without the organization, and loses role, grants and invitations to its accounts",
		func(t *testing.T) {
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
				sent, err := s.as(actor).
					InviteToAccount(t.Context(), account, tenancy.NewAccountInvitation{Email: address("bo"), Roles: tenancy.Roles(tenancy.Support)})
				require.NoError(t, err)
				return sent
			}
			here, there := invite(ana.User.ID, second), invite(other.User.ID, other.Account.ID)
			_, err = s.as(bo).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: there.Secret})
			require.NoError(t, err)
			elsewhere := s.account(other.User.ID, other.Organization.ID, "elsewhere")
			alive := invite(other.User.ID, elsewhere)

			added := s.news(
				func() { require.NoError(t, s.as(admin).RemoveUser(t.Context(), org, bo, tenancy.Removal{})) },
				ofOrganization(org), ofUser(bo), ofOrganization(other.Organization.ID))
			require.ElementsMatch(t,
				[]string{"RolesRevoked", "RolesRevoked", "RolesRevoked", "InvitationRevoked", "MemberLeft"}, added[0])
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
		},
	)
	t.Run("USR-11 accounts they own pass to another active member, subaccounts along", func(t *testing.T) {
		cy := s.join(ana, "cy", tenancy.StandardUser)
		account := s.account(cy, org, "cy's")
		sub, err := s.as(cy).CreateSubaccount(t.Context(), account, tenancy.NewSubaccount{Name: "sub"})
		require.NoError(t, err)
		s.unchanged(
			func() { refused(t, boss.RemoveUser(t.Context(), org, cy, tenancy.Removal{}), tenancy.CodeOwnsAccounts) })
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
			refused(t, s.as(admin).RemoveUser(t.Context(), org, dee, tenancy.Removal{Release: true}),
				tenancy.CodeRelease)
		})
		added := s.news(
			func() { require.NoError(t, boss.RemoveUser(t.Context(), org, dee, tenancy.Removal{Release: true})) },
			ofOrganization(org), ofUser(dee))
		require.Equal(t, [][]string{{"AccountReleased", "MemberLeft"}, {"AccountReleased", "MemberLeft"}}, added)
		require.True(t, s.accountRecord(account).Organization.IsZero())
		require.Equal(t, dee, s.accountRecord(account).Owner)
		require.Equal(t, tenancy.Roles(tenancy.AccountOwner), s.roles(account, dee))
		require.Equal(t, tenancy.Roles(tenancy.Developer), s.roles(account, admin),
			"USR-11 nobody else's access changes")
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

func TestRemoveUserHeirs(t *testing.T) {
	s := newScene(t)
	s.clock.Tick(time.Millisecond) // accounts pass in the order of their IDs
	ana := s.found("ana")
	org, boss := ana.Organization.ID, s.as(ana.User.ID)
	admin, std := s.join(ana, "admin", tenancy.Administrator), s.join(ana, "std", tenancy.StandardUser)
	// owner is a member who owns some accounts.
	owner := func(name string, accounts int) (tenancy.UserID, []tenancy.AccountID) {
		user := s.join(ana, name, tenancy.StandardUser)
		var owned []tenancy.AccountID
		for range accounts {
			owned = append(owned, s.account(user, org, name))
		}
		return user, owned
	}
	owns := func(user tenancy.UserID, org tenancy.OrganizationID, accounts ...tenancy.AccountID) {
		t.Helper()
		for _, id := range accounts {
			require.Equal(t, user, s.accountRecord(id).Owner)
			require.Equal(t, org, s.accountRecord(id).Organization)
			require.True(t, s.roles(id, user).Has(tenancy.AccountOwner) || !s.accountRecord(id).Parent.IsZero())
		}
	}
	t.Run("USR-11 each account to an heir of its own, the others to another", func(t *testing.T) {
		bo, accounts := owner("bo", 4)
		sub, err := s.as(bo).CreateSubaccount(t.Context(), accounts[1], tenancy.NewSubaccount{Name: "sub"})
		require.NoError(t, err)
		heirs := []tenancy.Heir{{Account: accounts[2], User: std}, {Account: accounts[1], User: admin}}
		added := s.news(func() {
			require.NoError(t,
				s.as(admin).RemoveUser(t.Context(), org, bo, tenancy.Removal{Heirs: heirs, AccountsTo: ana.User.ID}))
		}, ofOrganization(org), ofUser(bo))
		passed := []string{"AccountTransferred", "RolesRevoked", "RolesAssigned"}
		named := slices.Concat([]string{"AccountTransferred"}, passed, passed) // the first with its subaccount
		require.Equal(t, [][]string{slices.Concat(named, passed, passed, []string{"MemberLeft"}), {"MemberLeft"}},
			added)
		owns(ana.User.ID, org, accounts[0], accounts[3])
		owns(admin, org, accounts[1], sub.ID)
		owns(std, org, accounts[2])
		for _, id := range accounts {
			require.Empty(t, s.roles(id, bo))
		}
	})
	t.Run("USR-11 one heir of several accounts, and nobody else is needed", func(t *testing.T) {
		cy, accounts := owner("cy", 2)
		heirs := []tenancy.Heir{{Account: accounts[0], User: std}, {Account: accounts[1], User: std}}
		require.NoError(t, s.as(admin).RemoveUser(t.Context(), org, cy, tenancy.Removal{Heirs: heirs}))
		owns(std, org, accounts...)
	})
	t.Run("USR-11 the accounts that are not named leave, where the Owner says so", func(t *testing.T) {
		dee, accounts := owner("dee", 2)
		in := tenancy.Removal{Heirs: []tenancy.Heir{{Account: accounts[0], User: std}}, Release: true}
		s.unchanged(func() { refused(t, s.as(admin).RemoveUser(t.Context(), org, dee, in), tenancy.CodeRelease) })
		require.NoError(t, boss.RemoveUser(t.Context(), org, dee, in))
		owns(std, org, accounts[0])
		owns(dee, tenancy.OrganizationID{}, accounts[1])
	})
	t.Run("GEN-14 more than 1,000 heirs are refused before anything is read", func(t *testing.T) {
		heirs := make([]tenancy.Heir, 1001)
		for i := range heirs {
			heirs[i] = tenancy.Heir{Account: tenancy.AccountID{1, byte(i), byte(i >> 8)}, User: std}
		}
		refused(t, boss.RemoveUser(t.Context(), org, admin, tenancy.Removal{Heirs: heirs}), tenancy.CodeInput)
		refused(t, boss.DeleteUser(t.Context(), admin, tenancy.UserDeletion{Heirs: heirs}), tenancy.CodeInput)
		refused(t, boss.RemoveUser(t.Context(), org, admin, tenancy.Removal{Heirs: heirs[1:]}), tenancy.CodeNotFound)
	})
	t.Run("HIP-7 of the accounts that are not named a designated one does not leave", func(t *testing.T) {
		_, err := s.staff.SetHIPAAEntitlement(t.Context(), org,
			tenancy.HIPAAEntitlement{On: true, Reference: "addendum-1", Executed: s.clock.Now()})
		require.NoError(t, err)
		eve, accounts := owner("eve", 2)
		_, err = boss.EnableHIPAA(t.Context(), accounts[0])
		require.NoError(t, err)
		releasing := func(account tenancy.AccountID) tenancy.Removal {
			return tenancy.Removal{Heirs: []tenancy.Heir{{Account: account, User: std}}, Release: true}
		}
		s.unchanged(func() {
			refused(t, boss.RemoveUser(t.Context(), org, eve, releasing(accounts[1])), tenancy.CodeHIPAADesignated)
		})
		require.NoError(t, boss.RemoveUser(t.Context(), org, eve, releasing(accounts[0])))
		owns(std, org, accounts[0])
		owns(eve, tenancy.OrganizationID{}, accounts[1])
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
	owned := s.account(owner, org, "owned")
	sub, err := s.as(owner).CreateSubaccount(t.Context(), owned, tenancy.NewSubaccount{Name: "sub"})
	require.NoError(t, err)
	closed, loose := s.account(owner, org, "closed"), s.account(guest, tenancy.OrganizationID{}, "loose")
	_, err = s.as(owner).CloseAccount(t.Context(), closed)
	require.NoError(t, err)
	to := func(user tenancy.UserID) tenancy.Removal { return tenancy.Removal{AccountsTo: user} }
	heir := func(account tenancy.AccountID, user tenancy.UserID) tenancy.Removal {
		return tenancy.Removal{Heirs: []tenancy.Heir{{Account: account, User: user}}}
	}
	twice := tenancy.Removal{Heirs: []tenancy.Heir{{Account: owned, User: std}, {Account: owned, User: admin}}}
	leftOver := s.join(ana, "two", tenancy.StandardUser)
	left := s.account(leftOver, org, "one")
	s.account(leftOver, org, "two")
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
		"USR-11 nor for one that is not named":        {boss, org, leftOver, heir(left, std), tenancy.CodeOwnsAccounts},
		"GEN-14 an heir of no account":                {boss, org, owner, heir(tenancy.AccountID{}, std), tenancy.CodeID},
		"GEN-14 an account to a zero user":            {boss, org, owner, heir(owned, tenancy.UserID{}), tenancy.CodeID},
		"USR-11 an account to the one who goes":       {boss, org, owner, heir(owned, owner), tenancy.CodeInput},
		"USR-11 an account to two":                    {boss, org, owner, twice, tenancy.CodeInput},
		"GEN-5 an account to nobody":                  {boss, org, owner, heir(owned, tenancy.UserID{1}), tenancy.CodeNotFound},
		"GEN-5 an account to a stranger":              {boss, org, owner, heir(owned, bob.User.ID), tenancy.CodeNotFound},
		"USR-11 an account to no member":              {boss, org, owner, heir(owned, guest), tenancy.CodeNotMember},
		"USR-11 an account to an inactive member":     {boss, org, owner, heir(owned, idle), tenancy.CodeInactive},
		"GEN-5 an account that is not there":          {boss, org, owner, heir(tenancy.AccountID{1}, std), tenancy.CodeNotFound},
		"GEN-5 a stranger's account":                  {boss, org, owner, heir(bob.Account.ID, std), tenancy.CodeNotFound},
		"USR-11 another member's account":             {boss, org, owner, heir(ana.Account.ID, std), tenancy.CodeNotFound},
		"USR-11 a subaccount":                         {boss, org, owner, heir(sub.ID, std), tenancy.CodeNotFound},
		"USR-11 a closed account":                     {boss, org, owner, heir(closed, std), tenancy.CodeNotFound},
		"GEN-5 an account outside the organization":   {boss, org, guest, heir(loose, std), tenancy.CodeNotFound},
		"ROLE-5 the Owner, whoever is an heir":        {s.as(admin), org, ana.User.ID, to(tenancy.UserID{1}), tenancy.CodeTheOwner},
		"USR-11 oneself, whoever is an heir":          {s.as(admin), org, admin, heir(owned, tenancy.UserID{1}), tenancy.CodeOneself},
	} {
		t.Run(what, func(t *testing.T) {
			s.unchanged(func() { refused(t, try.actor.RemoveUser(t.Context(), try.org, try.user, try.in), try.code) })
		})
	}
	t.Run("HIP-7 a designated account does not leave", func(t *testing.T) {
		_, err := s.staff.SetHIPAAEntitlement(t.Context(), org,
			tenancy.HIPAAEntitlement{On: true, Reference: "addendum-1", Executed: s.clock.Now()})
		require.NoError(t, err)
		med := s.join(ana, "med", tenancy.StandardUser)
		account := s.account(med, org, "med's")
		_, err = boss.EnableHIPAA(t.Context(), account)
		require.NoError(t, err)
		s.unchanged(func() {
			refused(t, boss.RemoveUser(t.Context(), org, med, tenancy.Removal{Release: true}),
				tenancy.CodeHIPAADesignated)
		})
		require.NoError(t, boss.RemoveUser(t.Context(), org, med, to(std)))
	})
}

func TestLeave(t *testing.T) {
	s := newScene(t)
	ana, bob := s.found("ana"), s.found("bob")
	org := ana.Organization.ID
	for name, role := range map[string]tenancy.OrganizationRole{"admin": tenancy.Administrator, "std": tenancy.StandardUser} {
		t.Run("USR-12 a member leaves, and loses what a removed one does: "+string(role), func(t *testing.T) {
			user := s.join(ana, name, role)
			s.assign(ana.User.ID, ana.Account.ID, user, tenancy.Developer)
			added := s.news(func() { require.NoError(t, s.as(user).Leave(t.Context(), org)) }, ofOrganization(org),
				ofUser(user))
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

// INV-13: who gets an account may have a role on it, by which they are independent where
// they are Owner too. What is derived from it follows.
func TestHeirWithARole(t *testing.T) {
	for name, pass := range map[string]func(c *cast) error{
		"USR-11 RemoveUser": func(c *cast) error {
			return c.as(c.owner).RemoveUser(c.ctx(), c.org, c.cleo, tenancy.Removal{AccountsTo: c.owner})
		},
		"USR-14 DeleteUser": func(c *cast) error {
			return c.as(c.owner).DeleteUser(c.ctx(), c.cleo, tenancy.UserDeletion{AccountsTo: c.owner})
		},
		"ORG-10 DeleteOrganization": func(c *cast) error {
			require.NoError(c, second(c.as(c.owner).DeactivateUser(c.ctx(), c.cleo)))
			other := items(c.T, c.as(c.owner).Organizations(c.ctx(), tenancy.OrganizationQuery{}))
			for _, o := range other {
				if id := o.Organization.ID; id != c.org {
					return c.as(c.owner).DeleteOrganization(c.ctx(), c.org, tenancy.OrganizationDeletion{AccountsTo: id})
				}
			}
			return tenancy.CodeNotFound
		},
		"ACC-6 TransferAccount": func(c *cast) error {
			return second(c.as(c.admin).TransferAccount(c.ctx(), c.work, c.owner))
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCast(t)
			c.secondOrganization()
			c.assignUntil(c.owner, c.work, c.owner, c.clock.Now().Add(time.Hour), tenancy.Developer)
			require.NoError(t, pass(c))
			c.sound()
		})
	}
}
