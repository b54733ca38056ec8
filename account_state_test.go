package tenancy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestRenameAccount(t *testing.T) {
	c := newCast(t)
	t.Run("ACC-5 another name, which need not be unique", func(t *testing.T) {
		said := c.said(organizationStream(c.org), func() {
			renamed, err := c.as(c.manager).RenameAccount(c.ctx(), c.work, " ana main ")
			require.NoError(t, err)
			require.Equal(t, "ana main", renamed.Name.Reveal())
		})
		require.Equal(t, []tenancy.EventData{tenancy.AccountRenamed{Account: c.work}}, said)
		require.Equal(t, "ana main", c.accountAs(c.gil, c.work).Name.Reveal())
	})
	t.Run("GEN-6 the same name changes nothing", func(t *testing.T) {
		c.unchanged(func() { require.NoError(t, second(c.as(c.cleo).RenameAccount(c.ctx(), c.work, "ana main"))) })
	})
	t.Run("ACC-5 in a suspended account too, not in a closed one", func(t *testing.T) {
		require.NoError(t, second(c.host.SuspendAccount(c.ctx(), c.work)))
		require.NoError(t, second(c.as(c.cleo).RenameAccount(c.ctx(), c.work, "Late")))
		require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), c.work)))
		c.unchanged(func() {
			refused(t, second(c.as(c.cleo).RenameAccount(c.ctx(), c.work, "Late")), tenancy.CodeClosed)
		})
	})
}

func TestSuspension(t *testing.T) {
	t.Run("ACC-5 the customer's and the platform's are two, each lifts its own", func(t *testing.T) {
		c := newCast(t)
		state := func() (tenancy.State, tenancy.Suspension) {
			a := c.accountAs(c.gil, c.work)
			return a.State, *a.Suspended
		}
		is := func(status tenancy.State, by tenancy.Suspension) {
			t.Helper()
			gotStatus, gotBy := state()
			require.Equal(t, status, gotStatus)
			require.Equal(t, by, gotBy)
		}
		require.NoError(t, second(c.as(c.manager).SuspendAccount(c.ctx(), c.work)))
		is(tenancy.StateSuspended, tenancy.Suspension{Customer: true})
		require.NoError(t, second(c.staff.SuspendAccount(c.ctx(), c.work)))
		is(tenancy.StateSuspended, tenancy.Suspension{Customer: true, Platform: true})
		c.unchanged(func() {
			require.NoError(t, second(c.as(c.cleo).SuspendAccount(c.ctx(), c.work)), "GEN-6")
			require.NoError(t, second(c.host.SuspendAccount(c.ctx(), c.work)), "GEN-6: System's is the platform's too")
		})
		require.NoError(t, second(c.as(c.admin).ReactivateAccount(c.ctx(), c.work)))
		is(tenancy.StateSuspended, tenancy.Suspension{Platform: true})
		c.unchanged(func() {
			require.NoError(t, second(c.as(c.admin).ReactivateAccount(c.ctx(), c.work)), "GEN-6: theirs does not stand")
		})
		require.NoError(t, second(c.host.ReactivateAccount(c.ctx(), c.work)))
		is(tenancy.StateActive, tenancy.Suspension{})
		c.unchanged(func() { require.NoError(t, second(c.staff.ReactivateAccount(c.ctx(), c.work)), "GEN-6") })
	})
	t.Run(
		"ACC-5 a subaccount of a suspended account counts as suspended and has its own status back",
		func(t *testing.T) {
			c := newCast(t)
			free, held := c.subaccount(c.cleo, c.work, "free"), c.subaccount(c.cleo, c.work, "held")
			require.NoError(t, second(c.as(c.cleo).SuspendAccount(c.ctx(), held)))
			require.NoError(t, second(c.as(c.cleo).SuspendAccount(c.ctx(), c.work)))
			require.Equal(t, tenancy.Suspension{Parent: true}, *c.accountAs(c.cleo, free).Suspended)
			require.Equal(t, tenancy.StateSuspended, c.accountAs(c.cleo, free).State)
			require.Equal(t, tenancy.Suspension{Customer: true, Parent: true}, *c.accountAs(c.cleo, held).Suspended)
			require.NoError(t, second(c.as(c.cleo).ReactivateAccount(c.ctx(), c.work)))
			require.Equal(t, tenancy.StateActive, c.accountAs(c.cleo, free).State)
			require.Equal(t, tenancy.Suspension{Customer: true}, *c.accountAs(c.cleo, held).Suspended)
		},
	)
	t.Run("ACC-5 meanwhile only the platform changes the subaccount's own status", func(t *testing.T) {
		c := newCast(t)
		free, held := c.subaccount(c.cleo, c.work, "free"), c.subaccount(c.cleo, c.work, "held")
		require.NoError(t, second(c.as(c.cleo).SuspendAccount(c.ctx(), held)))
		require.NoError(t, second(c.host.SuspendAccount(c.ctx(), c.work)))
		c.unchanged(func() {
			refused(t, second(c.as(c.cleo).SuspendAccount(c.ctx(), free)), tenancy.CodeParentSuspended)
			refused(t, second(c.as(c.owner).ReactivateAccount(c.ctx(), held)), tenancy.CodeParentSuspended)
			refused(t, second(c.as(c.cleo).CloseAccount(c.ctx(), free)), tenancy.CodeParentSuspended)
			require.NoError(t, second(c.as(c.cleo).SuspendAccount(c.ctx(), held)), "GEN-6: it is already so")
		})
		require.NoError(t, second(c.staff.SuspendAccount(c.ctx(), free)))
		require.NoError(t, second(c.host.ReactivateAccount(c.ctx(), free)))
		require.Equal(t, tenancy.Suspension{Parent: true}, *c.accountAs(c.cleo, free).Suspended)
	})
	t.Run("ACC-5 a closed account takes none", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), c.work)))
		c.unchanged(func() {
			refused(t, second(c.host.SuspendAccount(c.ctx(), c.work)), tenancy.CodeClosed)
			refused(t, second(c.as(c.cleo).ReactivateAccount(c.ctx(), c.work)), tenancy.CodeClosed)
		})
	})
	t.Run("ACC-5 the events say whose it is", func(t *testing.T) {
		c := newCast(t)
		require.Equal(t, []tenancy.EventData{
			tenancy.AccountSuspended{Account: c.work}, tenancy.AccountSuspended{Account: c.work, Platform: true},
			tenancy.AccountReactivated{Account: c.work}, tenancy.AccountReactivated{Account: c.work, Platform: true},
		}, c.said(organizationStream(c.org), func() {
			require.NoError(t, second(c.as(c.cleo).SuspendAccount(c.ctx(), c.work)))
			require.NoError(t, second(c.host.SuspendAccount(c.ctx(), c.work)))
			require.NoError(t, second(c.as(c.cleo).ReactivateAccount(c.ctx(), c.work)))
			require.NoError(t, second(c.staff.ReactivateAccount(c.ctx(), c.work)))
		}))
	})
}

func TestCloseAccount(t *testing.T) {
	t.Run(
		"ACC-5 it closes the subaccounts, ends every grant but the owner's, revokes pending invitations",
		func(t *testing.T) {
			c := newCast(t)
			sub, gone := c.subaccount(c.cleo, c.work, "Part"), c.subaccount(c.cleo, c.work, "Gone")
			require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), gone)))
			c.assign(c.owner, sub, c.dan, tenancy.Developer)
			invite := func(account tenancy.AccountID, name string) tenancy.InvitationID {
				sent, err := c.as(c.cleo).
					InviteToAccount(c.ctx(), account, tenancy.NewAccountInvitation{Email: address(name), Roles: tenancy.Roles(tenancy.Support)})
				require.NoError(t, err)
				return sent.ID
			}
			expired := invite(c.work, "late")
			c.clock.Advance(8 * 24 * time.Hour)
			toMain, toSub := invite(c.work, "new"), invite(sub, "newer")

			said := c.said(organizationStream(c.org), func() {
				closed, err := c.as(c.cleo).CloseAccount(c.ctx(), c.work)
				require.NoError(t, err)
				require.Equal(t, tenancy.StateClosed, closed.State)
				require.Equal(t, c.clock.Now(), closed.Closed)
				require.Equal(t, c.cleo, closed.Owner, "INV-10")
			})
			require.Len(t, said, 2+2+3)
			require.Equal(t, tenancy.StateClosed, c.accountAs(c.cleo, sub).State)
			require.Equal(t, tenancy.Roles(tenancy.AccountOwner), c.roles(c.work, c.cleo))
			for _, left := range []struct {
				account tenancy.AccountID
				user    tenancy.UserID
			}{{c.work, c.manager}, {c.work, c.gil}, {sub, c.dan}} {
				require.True(t, c.roles(left.account, left.user).IsZero())
				refused(t, second(c.as(left.user).Account(c.ctx(), left.account)), tenancy.CodeNotFound)
			}
			state := func(id tenancy.InvitationID) tenancy.State {
				i, _ := stored[tenancy.InvitationRecord](c.scene, tenancy.IndexInvitations, tenancy.Key{ID: id})
				return i.State
			}
			require.Equal(t, tenancy.StateRevoked, state(toMain))
			require.Equal(t, tenancy.StateRevoked, state(toSub))
			require.Equal(t, tenancy.StatePending, state(expired),
				"one that has expired is not pending, and stays as it is")
		},
	)
	t.Run("ACC-5 a subaccount alone", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.cleo, c.work, "Part")
		require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), sub)))
		require.Equal(t, tenancy.StateActive, c.accountAs(c.cleo, c.work).State)
		refused(t, second(c.as(c.cleo).RenameAccount(c.ctx(), sub, "x")), tenancy.CodeClosed)
	})
	t.Run("ACC-5 closing is final", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, second(c.as(c.owner).CloseAccount(c.ctx(), c.work)))
		c.unchanged(func() { refused(t, second(c.as(c.owner).CloseAccount(c.ctx(), c.work)), tenancy.CodeClosed) })
	})
	t.Run("ACC-5 a suspended one, by either", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, second(c.host.SuspendAccount(c.ctx(), c.work)))
		closed, err := c.as(c.cleo).CloseAccount(c.ctx(), c.work)
		require.NoError(t, err)
		require.Equal(t, tenancy.Suspension{}, *closed.Suspended)
	})
	t.Run("ACC-5 an Operator closes an unmanaged account, System none", func(t *testing.T) {
		c := newCast(t)
		account := c.account(c.gil, tenancy.OrganizationID{}, "Gil's")
		sub := c.subaccount(c.gil, account, "Part")
		require.NoError(t, second(c.host.SuspendAccount(c.ctx(), account)))
		c.unchanged(func() {
			refused(t, second(c.host.CloseAccount(c.ctx(), account)), tenancy.CodeNotAllowed)
			refused(t, second(c.staff.CloseAccount(c.ctx(), c.work)), tenancy.CodeNotAllowed)
		})
		require.NoError(t, second(c.staff.CloseAccount(c.ctx(), sub)), "its parent is suspended: the platform may")
		require.NoError(t, second(c.staff.CloseAccount(c.ctx(), account)))
	})
	t.Run("INV-10 it stays as history, and takes no operation", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), c.work)))
		listed := items(t, c.as(c.owner).Accounts(c.ctx(), c.org, tenancy.AccountQuery{State: tenancy.StateClosed}))
		require.Len(t, listed, 1)
		require.Equal(t, c.work, listed[0].ID)
		c.unchanged(func() {
			for _, err := range []error{
				second(c.as(c.owner).TransferAccount(c.ctx(), c.work, c.dan)),
				second(c.as(c.owner).AssignRoles(c.ctx(), c.work, c.dan, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Support)})),
				c.as(c.owner).RevokeRoles(c.ctx(), c.work, c.dan),
				c.as(c.cleo).Relinquish(c.ctx(), c.work),
				second(c.host.VerifyPhone(c.ctx(), c.work, "+4930123456")),
				second(c.host.UpgradeAccount(c.ctx(), c.work)),
				second(c.host.InvoiceAccount(c.ctx(), c.work)),
				second(c.host.SetPricing(c.ctx(), c.work, "x")),
			} {
				refused(t, err, tenancy.CodeClosed)
			}
		})
	})
}
