package tenancy_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestAssignRoles(t *testing.T) {
	t.Run("ACC-7 sets, and does not add", func(t *testing.T) {
		c := newCast(t)
		said := c.said(organizationStream(c.org), func() {
			grant, err := c.as(c.manager).
				AssignRoles(c.ctx(), c.work, c.gil, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer, tenancy.BillingManager)})
			require.NoError(t, err)
			require.Equal(
				t,
				tenancy.Grant{
					Account: c.work,
					User:    c.gil,
					Roles:   tenancy.Roles(tenancy.BillingManager, tenancy.Developer),
				},
				grant,
			)
		})
		require.Equal(
			t,
			[]tenancy.EventData{
				tenancy.RolesAssigned{
					Account: c.work,
					User:    c.gil,
					Roles:   tenancy.Roles(tenancy.Developer, tenancy.BillingManager),
				},
			},
			said,
		)
		c.unchanged(func() { c.assign(c.cleo, c.work, c.gil, tenancy.BillingManager, tenancy.Developer) }) // GEN-6
	})
	t.Run("ACC-7 Administrator alone or any of the others together, never none, never Owner", func(t *testing.T) {
		c := newCast(t)
		for _, roles := range []tenancy.RoleSet{
			{}, tenancy.Roles(tenancy.AccountOwner), tenancy.Roles(tenancy.AccountAdministrator, tenancy.Support),
			tenancy.Roles(tenancy.AccountAdministrator, "auditor"), tenancy.Roles("auditor"), tenancy.Roles(""), tenancy.Roles("a,b"),
			tenancy.Roles(tenancy.AccountRole(strings.Repeat("x", 1<<20))), tenancy.Roles("\xff"),
		} {
			refused(t, second(c.as(c.cleo).AssignRoles(c.ctx(), c.work, c.gil, tenancy.Assignment{Roles: roles})), tenancy.CodeRoles)
		}
		c.assign(c.cleo, c.work, c.gil, tenancy.Developer, tenancy.BillingManager, tenancy.Support)
		c.assign(c.cleo, c.work, c.gil, tenancy.AccountAdministrator)
	})
	t.Run("ROLE-7 the host's roles", func(t *testing.T) {
		s := emptyCast(
			t,
			tenancy.Options{
				Roles: tenancy.RoleOptions{
					Roles: map[tenancy.AccountRole][]tenancy.Permission{"auditor": {tenancy.ReadUsage}},
				},
			},
		)
		ana := s.found("ana")
		gil := s.guest(ana.User.ID, ana.Account.ID, "gil", "auditor")
		s.assign(ana.User.ID, ana.Account.ID, gil, "auditor", tenancy.Support)
		require.Equal(t, tenancy.Roles(tenancy.Support, "auditor"), s.roles(ana.Account.ID, gil))
		require.Nil(t, s.accountAs(gil, ana.Account.ID).Private)
	})
	t.Run(
		"ACC-7 the organization's Owner and Administrators: any member, on any managed account, themselves included",
		func(t *testing.T) {
			c := newCast(t)
			c.assign(c.admin, c.work, c.dan, tenancy.AccountAdministrator)
			c.assign(c.admin, c.work, c.admin, tenancy.Developer)
			c.assign(c.owner, c.work, c.admin, tenancy.AccountAdministrator)
			c.assign(c.owner, c.work, c.gil, tenancy.AccountAdministrator)
		},
	)
	t.Run("ACC-7 one who has a role there already, by the parent too", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.cleo, c.work, "Part")
		c.assign(c.cleo, sub, c.gil, tenancy.Developer)
		require.Equal(t, tenancy.Roles(tenancy.Support), c.roles(c.work, c.gil))
	})
	t.Run("ACC-7 anybody else is invited", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.cleo, c.work, "Part")
		below := c.guest(c.cleo, sub, "below", tenancy.AccountAdministrator)
		for _, row := range []struct {
			by, to  tenancy.UserID
			account tenancy.AccountID
			code    tenancy.Code
		}{
			{c.owner, c.gil, c.main, tenancy.CodeNotMember},
			{c.admin, below, c.work, tenancy.CodeNotMember},
			{c.cleo, below, c.work, tenancy.CodeNotFound},
			{c.cleo, c.dan, c.work, tenancy.CodeNotFound},
			{c.manager, c.owner, c.work, tenancy.CodeNotFound},
			{below, c.dan, sub, tenancy.CodeNotFound},
			{c.owner, c.other, c.work, tenancy.CodeNotFound},
			{c.owner, tenancy.UserID{1}, c.work, tenancy.CodeNotFound},
			{c.owner, c.cleo, c.work, tenancy.CodeOwnerGrant},
			{c.cleo, c.cleo, c.work, tenancy.CodeOwnerGrant},
			{c.owner, c.cleo, sub, tenancy.CodeOwnerGrant},
		} {
			c.unchanged(func() {
				refused(t,
					second(c.as(row.by).AssignRoles(c.ctx(), row.account, row.to, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Support)})),
					row.code)
			})
		}
	})
	t.Run("ACC-7 in an unmanaged account its Owner and Administrators", func(t *testing.T) {
		c := newCast(t)
		account := c.account(c.gil, tenancy.OrganizationID{}, "Gil's")
		pal := c.guest(c.gil, account, "pal", tenancy.AccountAdministrator)
		mate := c.guest(pal, account, "mate", tenancy.Support)
		said := c.said(userStream(c.gil), func() { c.assign(pal, account, mate, tenancy.Developer) })
		require.Len(t, said, 1)
		refused(t, second(c.as(c.gil).AssignRoles(c.ctx(), account, c.manager, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Support)})),
			tenancy.CodeNotFound)
	})
}

func TestRevokeRoles(t *testing.T) {
	t.Run("ACC-7 takes the grant", func(t *testing.T) {
		c := newCast(t)
		said := c.said(organizationStream(c.org),
			func() { require.NoError(t, c.as(c.manager).RevokeRoles(c.ctx(), c.work, c.gil)) })
		require.Equal(t, []tenancy.EventData{tenancy.RolesRevoked{Account: c.work, User: c.gil}}, said)
		refused(t, second(c.as(c.gil).Account(c.ctx(), c.work)), tenancy.CodeNotFound)
	})
	t.Run("ACC-7 GEN-6 nobody else's, not the owner's, not twice", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.cleo, c.work, "Part")
		for _, row := range []struct {
			by, to  tenancy.UserID
			account tenancy.AccountID
			code    tenancy.Code
		}{
			{c.owner, c.dan, c.work, tenancy.CodeNoGrant},
			{c.cleo, c.gil, sub, tenancy.CodeNoGrant}, // it is on the parent
			{c.owner, c.cleo, c.work, tenancy.CodeOwnerGrant},
			{c.manager, c.cleo, sub, tenancy.CodeOwnerGrant},
			{c.cleo, c.dan, c.work, tenancy.CodeNotFound},
			{c.owner, c.other, c.work, tenancy.CodeNotFound},
			{c.owner, tenancy.UserID{1}, c.work, tenancy.CodeNotFound},
		} {
			c.unchanged(func() { refused(t, c.as(row.by).RevokeRoles(c.ctx(), row.account, row.to), row.code) })
		}
	})
	t.Run("ACC-8 Owner and Administrators take a member off an independent account", func(t *testing.T) {
		for _, by := range []string{"owner", "admin"} {
			c := newCast(t)
			c.independent(c.dan)
			actor := map[string]tenancy.UserID{"owner": c.owner, "admin": c.admin}[by]
			said := c.said(organizationStream(c.eve.Organization.ID), func() {
				require.NoError(t, c.as(actor).RevokeRoles(c.ctx(), c.eve.Account.ID, c.dan))
			})
			require.Equal(t, []tenancy.EventData{tenancy.RolesRevoked{Account: c.eve.Account.ID, User: c.dan}}, said)
			c.unchanged(func() {
				refused(t, c.as(actor).RevokeRoles(c.ctx(), c.eve.Account.ID, c.dan), tenancy.CodeNotFound)
			})
		}
	})
	t.Run("ACC-8 never the Owner", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.owner)
		c.unchanged(func() {
			refused(t, c.as(c.admin).RevokeRoles(c.ctx(), c.eve.Account.ID, c.owner), tenancy.CodeTheOwner)
			refused(t, c.as(c.owner).RevokeRoles(c.ctx(), c.eve.Account.ID, c.owner), tenancy.CodeTheOwner)
		})
		require.NoError(t, c.as(c.owner).Relinquish(c.ctx(), c.eve.Account.ID))
	})
	t.Run("ACC-8 GEN-5 not what an Owner reaches through another organization of theirs", func(t *testing.T) {
		c := newCast(t)
		second := c.secondOrganization()
		account := c.account(c.owner, second, "Apart")
		c.unchanged(func() { refused(t, c.as(c.admin).RevokeRoles(c.ctx(), account, c.owner), tenancy.CodeNotFound) })
	})
	t.Run("ACC-8 a Standard User takes nobody", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.dan)
		c.unchanged(
			func() { refused(t, c.as(c.cleo).RevokeRoles(c.ctx(), c.eve.Account.ID, c.dan), tenancy.CodeNotFound) })
		c.independent(c.cleo)
		c.unchanged(
			func() { refused(t, c.as(c.cleo).RevokeRoles(c.ctx(), c.eve.Account.ID, c.dan), tenancy.CodeNotAllowed) })
	})
	t.Run("ACC-8 SEC-14 nor does an Owner take other organizations' members", func(t *testing.T) {
		c := newCast(t)
		c.assign(c.owner, c.work, c.dan, tenancy.Developer)
		c.unchanged(func() { refused(t, c.as(c.other).RevokeRoles(c.ctx(), c.work, c.dan), tenancy.CodeNotFound) })
		c.independent(c.dan)
		zoe := c.found("zoe").User.ID
		c.unchanged(
			func() { refused(t, c.as(zoe).RevokeRoles(c.ctx(), c.eve.Account.ID, c.dan), tenancy.CodeNotFound) })
	})
	t.Run("ACC-8 an independent account's subaccount, reached by its parent", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.dan)
		sub := c.subaccount(c.other, c.eve.Account.ID, "Part")
		refused(t, c.as(c.admin).RevokeRoles(c.ctx(), sub, c.dan), tenancy.CodeNoGrant)
	})
}

func TestRelinquish(t *testing.T) {
	c := newCast(t)
	sub := c.subaccount(c.cleo, c.work, "Part")
	t.Run("ACC-8 not the owner's, not the parent's, not what one has not", func(t *testing.T) {
		c.unchanged(func() {
			refused(t, c.as(c.cleo).Relinquish(c.ctx(), sub), tenancy.CodeOwnerGrant)
			refused(t, c.as(c.gil).Relinquish(c.ctx(), sub), tenancy.CodeNoGrant)
			refused(t, c.as(c.admin).Relinquish(c.ctx(), c.work), tenancy.CodeNoGrant)
			refused(t, c.as(c.other).Relinquish(c.ctx(), c.work), tenancy.CodeNotFound)
			refused(t, c.staff.Relinquish(c.ctx(), tenancy.AccountID{1}), tenancy.CodeNotFound)
		})
	})
	t.Run("ACC-8 a user gives up their grant", func(t *testing.T) {
		said := c.said(organizationStream(c.org),
			func() { require.NoError(t, c.as(c.gil).Relinquish(c.ctx(), c.work)) })
		require.Equal(t, []tenancy.EventData{tenancy.RolesRevoked{Account: c.work, User: c.gil}}, said)
		c.unchanged(func() { refused(t, c.as(c.gil).Relinquish(c.ctx(), c.work), tenancy.CodeNotFound) })
	})
}

// TestRevokeByRight revokes roles by a right on the account: what the user and the actor are
// to an organization that both are in does not matter then (ACC-7, ACC-8).
func TestRevokeByRight(t *testing.T) {
	t.Run("ACC-7 an account's Administrator takes the Owner of their organization off it", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.owner)
		c.independent(c.admin)
		refused(t, c.as(c.admin).RevokeRoles(c.ctx(), c.eve.Account.ID, c.owner), tenancy.CodeTheOwner)
		c.assign(c.other, c.eve.Account.ID, c.admin, tenancy.AccountAdministrator)
		require.NoError(t, c.as(c.admin).RevokeRoles(c.ctx(), c.eve.Account.ID, c.owner))
		require.Zero(t, c.roles(c.eve.Account.ID, c.owner))
	})
	t.Run("ACC-7 an Administrator of the organization takes its Owner off an account", func(t *testing.T) {
		c := newCast(t)
		c.assign(c.owner, c.work, c.owner, tenancy.Support)
		require.NoError(t, c.as(c.admin).RevokeRoles(c.ctx(), c.work, c.owner))
		require.Zero(t, c.roles(c.work, c.owner))
	})
	t.Run("ACC-7 one's own", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, c.as(c.manager).RevokeRoles(c.ctx(), c.work, c.manager))
		require.Zero(t, c.roles(c.work, c.manager))
	})
}
