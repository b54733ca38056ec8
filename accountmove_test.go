package tenancy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestTransferAccount(t *testing.T) {
	t.Run("ACC-6 the previous owner keeps Administrator, subaccounts follow", func(t *testing.T) {
		c := newCast(t)
		sub, gone := c.subaccount(c.cleo, c.work, "Part"), c.subaccount(c.cleo, c.work, "Gone")
		require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), gone)))
		require.NoError(t, second(c.host.InvoiceAccount(c.ctx(), c.work)))
		require.NoError(t, second(c.host.SetPricing(c.ctx(), c.work, "gold")))
		said := c.said(organizationStream(c.org), func() {
			given, err := c.as(c.admin).TransferAccount(c.ctx(), c.work, c.dan)
			require.NoError(t, err)
			require.Equal(t, c.dan, given.Owner)
			require.Equal(t, tenancy.BillingInvoiced, given.Billing, "BIL-2")
			require.Equal(t, "gold", given.Private.Pricing.Reveal(), "BIL-2")
		})
		require.Len(t, said, 4)
		require.Equal(t, tenancy.Roles(tenancy.AccountOwner), c.roles(c.work, c.dan), "INV-2")
		require.Equal(t, tenancy.Roles(tenancy.AccountAdministrator), c.roles(c.work, c.cleo))
		require.Equal(t, tenancy.Roles(tenancy.Support), c.roles(c.work, c.gil))
		require.Equal(t, c.dan, c.accountAs(c.dan, sub).Owner, "INV-4")
		require.Equal(t, c.cleo, c.accountAs(c.dan, gone).Owner, "INV-10")
	})
	t.Run("ACC-7 an account's Owner without rank names only who has a role there", func(t *testing.T) {
		c := newCast(t)
		c.assign(c.owner, c.work, c.dan, tenancy.Developer)
		require.NoError(t, second(c.as(c.cleo).TransferAccount(c.ctx(), c.work, c.dan)))
		require.NotNil(t, c.accountAs(c.cleo, c.work).Private)
	})
	t.Run("ACC-6 to an active member", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, second(c.as(c.owner).DeactivateUser(c.ctx(), c.dan)))
		sub := c.subaccount(c.cleo, c.work, "Part")
		for _, row := range []struct {
			by, to  tenancy.UserID
			account tenancy.AccountID
			code    tenancy.Code
		}{
			{c.owner, c.dan, c.work, tenancy.CodeInactive},
			{c.owner, c.gil, c.work, tenancy.CodeNotMember},
			{c.owner, c.gil, c.main, tenancy.CodeNotMember}, // independent by another account
			{c.cleo, c.gil, c.work, tenancy.CodeNotMember},
			{c.owner, c.other, c.work, tenancy.CodeNotFound},
			{c.owner, tenancy.UserID{1}, c.work, tenancy.CodeNotFound},
			{c.cleo, c.admin, c.work, tenancy.CodeNotFound}, // a member, but Cleo does not manage members
			{c.owner, c.cleo, c.work, tenancy.CodeAlreadyOwner},
			{c.cleo, c.cleo, c.work, tenancy.CodeAlreadyOwner},
			{c.owner, c.admin, sub, tenancy.CodeSubaccount},
		} {
			c.unchanged(
				func() { refused(t, second(c.as(row.by).TransferAccount(c.ctx(), row.account, row.to)), row.code) })
		}
	})
	t.Run("ACC-6 never an unmanaged one", func(t *testing.T) {
		c := newCast(t)
		account := c.account(c.gil, tenancy.OrganizationID{}, "Gil's")
		pal := c.guest(c.gil, account, "pal", tenancy.AccountAdministrator)
		c.unchanged(func() {
			refused(t, second(c.as(c.gil).TransferAccount(c.ctx(), account, pal)), tenancy.CodeUnmanaged)
			refused(t, second(c.as(pal).TransferAccount(c.ctx(), account, c.gil)), tenancy.CodeNotAllowed)
		})
	})
}

func TestMoveAccount(t *testing.T) {
	t.Run("ORG-6 a main account moves between two organizations of its owner, subaccounts along", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		ben := s.join(ana, "ben", tenancy.StandardUser)
		second := s.another(ana, "Second")
		sub := s.subaccount(ana.User.ID, ana.Account.ID, "Sub")
		s.assign(ana.User.ID, ana.Account.ID, ben, tenancy.Developer)
		var moved tenancy.Account
		added := s.news(func() {
			var err error
			moved, err = s.as(ana.User.ID).MoveAccount(t.Context(), ana.Account.ID, second)
			require.NoError(t, err)
		}, ofOrganization(ana.Organization.ID), ofOrganization(second))
		require.Equal(t, [][]string{{"AccountReleased", "AccountReleased"}, {"AccountManaged", "AccountManaged"}},
			added, "neither log names the other organization")
		require.Equal(t, second, *moved.Organization)
		require.NotNil(t, moved.Private)
		require.Equal(t, second, s.accountRecord(sub).Organization)
		require.Equal(t, tenancy.Roles(tenancy.Developer), s.roles(ana.Account.ID, ben))
		require.Equal(t, ana.User.ID, s.accountRecord(ana.Account.ID).Owner)
		_, err := s.as(ana.User.ID).MoveAccount(t.Context(), ana.Account.ID, ana.Organization.ID)
		require.NoError(t, err, "and back")
	})
	t.Run("ACC-4 a request of the other organization's for it ends", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		second := s.another(ana, "Second")
		asked, err := s.as(ana.User.ID).AddAccount(t.Context(), second, ana.Account.ID)
		require.NoError(t, err)
		_, err = s.as(ana.User.ID).MoveAccount(t.Context(), ana.Account.ID, second)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateRevoked, s.invitationState(asked.ID))
	})
	t.Run("HIP-7 a designated one moves for an entitled organization alone", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		second := s.another(ana, "Second")
		sub := s.subaccount(ana.User.ID, ana.Account.ID, "Sub")
		s.entitle(ana.Organization.ID)
		s.designate(ana.User.ID, sub)
		s.unchanged(func() {
			_, err := s.as(ana.User.ID).MoveAccount(t.Context(), ana.Account.ID, second)
			refused(t, err, tenancy.CodeHIPAADesignated)
		})
		s.entitle(second)
		_, err := s.as(ana.User.ID).MoveAccount(t.Context(), ana.Account.ID, second)
		require.NoError(t, err)
		require.NotZero(t, s.accountRecord(sub).Designated)
	})
	t.Run("GEN-12 the other organization's limit of accounts", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		second := s.another(ana, "Second")
		s.account(ana.User.ID, second, "There")
		require.NoError(t, errOf(s.staff.SetLimits(t.Context(), second, &tenancy.Limits{Accounts: 1})))
		s.unchanged(func() {
			_, err := s.as(ana.User.ID).MoveAccount(t.Context(), ana.Account.ID, second)
			refused(t, err, tenancy.CodeAccountLimit)
		})
		require.NoError(t, errOf(s.staff.SetLimits(t.Context(), second, &tenancy.Limits{Accounts: 2})))
		_, err := s.as(ana.User.ID).MoveAccount(t.Context(), ana.Account.ID, second)
		require.NoError(t, err)
	})
}

func TestMoveAccountRefuses(t *testing.T) {
	s := newScene(t)
	ana, eve := s.found("ana"), s.found("eve")
	org, second := ana.Organization.ID, s.another(ana, "Second")
	ada := s.join(ana, "ada", tenancy.Administrator)
	ben := s.join(ana, "ben", tenancy.StandardUser)
	adas, bens := s.account(ada, org, "Ada's"), s.account(ben, org, "Ben's")
	sub := s.subaccount(ana.User.ID, ana.Account.ID, "Sub")
	gone := s.account(ana.User.ID, org, "Gone")
	_, err := s.as(ana.User.ID).CloseAccount(s.ctx(), gone)
	require.NoError(t, err)
	for _, tt := range []struct {
		rule    string
		who     *tenancy.Session
		account tenancy.AccountID
		to      tenancy.OrganizationID
		code    tenancy.Code
	}{
		{"GEN-14 a zero account", s.as(ana.User.ID), tenancy.AccountID{}, second, tenancy.CodeID},
		{"GEN-14 a zero organization", s.as(ana.User.ID), ana.Account.ID, tenancy.OrganizationID{}, tenancy.CodeID},
		{"GEN-5 another's account", s.as(ana.User.ID), eve.Account.ID, second, tenancy.CodeNotFound},
		{"GEN-5 no account", s.as(ana.User.ID), tenancy.AccountID(ben), second, tenancy.CodeNotFound},
		{"GEN-5 no account, for an Operator", s.staff.Session, tenancy.AccountID(ben), second, tenancy.CodeNotFound},
		{"ORG-6 an Operator", s.staff.Session, ana.Account.ID, second, tenancy.CodeNotAllowed},
		{"ORG-6 System", s.host.Session, ana.Account.ID, second, tenancy.CodeNotAllowed},
		{"ORG-6 an account the Owner does not own", s.as(ana.User.ID), bens, second, tenancy.CodeNotAllowed},
		{"ORG-6 an Administrator's own account", s.as(ada), adas, second, tenancy.CodeNotAllowed},
		{"ORG-6 a Standard User's own account", s.as(ben), bens, org, tenancy.CodeNotAllowed},
		{"GEN-5 into a stranger's organization", s.as(ana.User.ID), ana.Account.ID, eve.Organization.ID, tenancy.CodeNotFound},
		{"GEN-5 into none", s.as(ana.User.ID), ana.Account.ID, tenancy.OrganizationID(ben), tenancy.CodeNotFound},
		{"ACC-5 a closed account", s.as(ana.User.ID), gone, second, tenancy.CodeClosed},
		{"INV-4 a subaccount", s.as(ana.User.ID), sub, second, tenancy.CodeSubaccount},
		{"ORG-6 where it is", s.as(ana.User.ID), ana.Account.ID, org, tenancy.CodeSameOrganization},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			s.unchanged(func() {
				_, err := tt.who.MoveAccount(t.Context(), tt.account, tt.to)
				refused(t, err, tt.code)
			})
		})
	}
}

func TestTransferByWhoMayForATime(t *testing.T) {
	lead := func(t *testing.T) (c *cast, dan, ben tenancy.UserID) {
		c = emptyCast(t, tenancy.Options{Roles: tenancy.RoleOptions{
			Roles: map[tenancy.AccountRole][]tenancy.Permission{"lead": {tenancy.ManageMembers, tenancy.TransferAccount}},
		}})
		c.ana = c.found("ana")
		c.org, c.owner, c.main = c.ana.Organization.ID, c.ana.User.ID, c.ana.Account.ID
		dan, ben = c.join(c.ana, "dan", tenancy.StandardUser), c.join(c.ana, "ben", tenancy.StandardUser)
		c.assign(c.owner, c.main, ben, tenancy.Support)
		return c, dan, ben
	}
	give := func(c *cast, by, to tenancy.UserID) error {
		return second(c.as(by).TransferAccount(c.ctx(), c.main, to))
	}
	t.Run("ACC-11 ROLE-7 by a temporary role, to nobody", func(t *testing.T) {
		c, dan, ben := lead(t)
		c.assignUntil(c.owner, c.main, dan, c.clock.Now().Add(time.Hour), "lead")
		c.unchanged(func() {
			refused(t, give(c, dan, ben), tenancy.CodeOutlasts)
			refused(t, give(c, dan, dan), tenancy.CodeOneself)
		})
	})
	t.Run("GRP-3 ROLE-7 by a group, not to oneself", func(t *testing.T) {
		c, dan, ben := lead(t)
		c.groupRoles(c.owner, c.group(c.owner, c.org, dan), c.main, "lead")
		c.unchanged(func() { refused(t, give(c, dan, dan), tenancy.CodeOneself) })
		require.NoError(t, give(c, dan, ben))
	})
	t.Run("ACC-11 ROLE-7 by a role without an end, to themself too", func(t *testing.T) {
		c, dan, _ := lead(t)
		c.assign(c.owner, c.main, dan, "lead")
		require.NoError(t, give(c, dan, dan))
	})
	t.Run("ACC-11 GRP-3 who manages members only by a group revokes no roles of their own", func(t *testing.T) {
		c, dan, ben := lead(t)
		c.groupRoles(c.owner, c.group(c.owner, c.org, dan), c.main, "lead")
		c.assign(c.owner, c.main, dan, tenancy.Developer)
		c.unchanged(func() { refused(t, c.as(dan).RevokeRoles(c.ctx(), c.main, dan), tenancy.CodeOneself) })
		require.NoError(t, c.as(dan).RevokeRoles(c.ctx(), c.main, ben))
		require.NoError(t, c.as(dan).Relinquish(c.ctx(), c.main))
	})
	t.Run("ACC-11 GRP-3 a lasting group role holds to no end, and gives nothing to oneself", func(t *testing.T) {
		c, dan, ben := lead(t)
		c.assignUntil(c.owner, c.main, dan, c.clock.Now().Add(time.Hour), "lead")
		c.groupRoles(c.owner, c.group(c.owner, c.org, dan), c.main, "lead")
		c.assign(dan, c.main, ben, tenancy.Developer)
		refused(t, second(c.as(dan).AssignRoles(c.ctx(), c.main, dan,
			tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})), tenancy.CodeOneself)
	})
}
