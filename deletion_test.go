package tenancy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestDeletion(t *testing.T) {
	type customer struct {
		*scene
		ana      tenancy.SignedUp
		ben, std tenancy.UserID
		own      tenancy.Account // of ben
	}
	open := func(t *testing.T) customer {
		s := newScene(t)
		ana := s.found("ana")
		c := customer{scene: s, ana: ana, ben: s.join(ana, "ben", tenancy.Administrator), std: s.join(ana, "std", tenancy.StandardUser)}
		var err error
		c.own, err = s.dir.As(c.ben).CreateAccount(s.ctx(), ana.Organization.ID, tenancy.NewAccount{Name: "Ben's"})
		require.NoError(t, err)
		return c
	}
	remove := func(t *testing.T, c customer) {
		require.NoError(t, c.dir.As(c.ana.User.ID).DeleteOrganization(c.ctx(), c.ana.Organization.ID, tenancy.OrganizationDeletion{}))
	}
	sound := func(t *testing.T, c customer) {
		for violation, err := range c.dir.Check(c.ctx(), tenancy.CheckOptions{Replay: true}) {
			require.NoError(t, err)
			t.Errorf("%v", violation)
		}
	}
	t.Run("ORG-10 the Owner or an Operator, never an Administrator", func(t *testing.T) {
		c := open(t)
		c.unchanged(func() {
			refused(t, c.dir.As(c.ben).DeleteOrganization(c.ctx(), c.ana.Organization.ID, tenancy.OrganizationDeletion{}), tenancy.CodeNotAllowed)
		})
		require.NoError(t, c.staff.DeleteOrganization(c.ctx(), c.ana.Organization.ID, tenancy.OrganizationDeletion{}))
		refused(t, c.staff.DeleteOrganization(c.ctx(), c.ana.Organization.ID, tenancy.OrganizationDeletion{}), tenancy.CodeEnded)
		sound(t, c)
	})
	t.Run("ORG-10 accounts stay with their owners, unmanaged; grants stay; a member made inactive leaves first", func(t *testing.T) {
		c := open(t)
		owner := c.dir.As(c.ana.User.ID)
		_, err := owner.AssignRoles(c.ctx(), c.own.ID, c.std, tenancy.Roles(tenancy.Developer))
		require.NoError(t, err)
		kim := c.join(c.ana, "kim", tenancy.StandardUser)
		kims, err := c.dir.As(kim).CreateAccount(c.ctx(), c.ana.Organization.ID, tenancy.NewAccount{Name: "Kim's"})
		require.NoError(t, err)
		_, err = owner.DeactivateUser(c.ctx(), kim)
		require.NoError(t, err)
		remove(t, c)
		sound(t, c)
		for id, want := range map[tenancy.AccountID]tenancy.UserID{c.ana.Account.ID: c.ana.User.ID, c.own.ID: c.ben, kims.ID: c.ana.User.ID} {
			a, err := c.host.Account(c.ctx(), id)
			require.NoError(t, err)
			require.Zero(t, a.Organization)
			require.Equal(t, want, a.Owner)
		}
		d, err := c.host.Can(c.ctx(), c.std, tenancy.Build, c.own.ID)
		require.NoError(t, err)
		require.True(t, d.Allowed)
		_, memberships, err := c.host.User(c.ctx(), c.std)
		require.NoError(t, err)
		require.Empty(t, memberships)
	})
	t.Run("ORG-12 restored within 29 days: the Owner with every unmanaged account they own, nobody else", func(t *testing.T) {
		c := open(t)
		remove(t, c)
		c.clock.advance(29*day - time.Microsecond)
		o, err := c.staff.RestoreOrganization(c.ctx(), c.ana.Organization.ID)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateActive, o.State)
		require.Equal(t, "ana Inc", o.Name.Reveal())
		a, err := c.host.Account(c.ctx(), c.ana.Account.ID)
		require.NoError(t, err)
		require.Equal(t, o.ID, a.Organization)
		_, memberships, err := c.host.User(c.ctx(), c.ben)
		require.NoError(t, err)
		require.Empty(t, memberships)
		sound(t, c)
	})
	t.Run("ORG-12 too late at 29 days, and for what is not deleted", func(t *testing.T) {
		c := open(t)
		_, err := c.staff.RestoreOrganization(c.ctx(), c.ana.Organization.ID)
		refused(t, err, tenancy.CodeRestoreWindow)
		remove(t, c)
		c.clock.advance(29 * day)
		_, err = c.staff.RestoreOrganization(c.ctx(), c.ana.Organization.ID)
		refused(t, err, tenancy.CodeRestoreWindow)
	})
	t.Run("ORG-12 not for an Owner who is inactive, and by an Operator alone", func(t *testing.T) {
		c := open(t)
		remove(t, c)
		_, err := c.host.RestoreOrganization(c.ctx(), c.ana.Organization.ID)
		refused(t, err, tenancy.CodeNotAllowed)
		_, err = c.staff.DeactivateUser(c.ctx(), c.ana.User.ID)
		require.NoError(t, err)
		_, err = c.staff.RestoreOrganization(c.ctx(), c.ana.Organization.ID)
		refused(t, err, tenancy.CodeFormerOwner)
	})
	t.Run("ORG-11 purged from the 29th day on, not read from the 30th on whether purged or not", func(t *testing.T) {
		for _, purge := range []bool{true, false} {
			c := open(t)
			sent, err := c.dir.As(c.ana.User.ID).InviteUser(c.ctx(), c.ana.Organization.ID, tenancy.NewInvitation{Email: "marker@marked.example.com"})
			require.NoError(t, err)
			remove(t, c)
			c.clock.advance(29*day - time.Microsecond)
			done, err := c.host.Purge(c.ctx())
			require.NoError(t, err)
			require.Zero(t, done.Organizations)
			c.clock.advance(time.Microsecond)
			if purge {
				done, err = c.host.Purge(c.ctx())
				require.NoError(t, err)
				require.Equal(t, 1, done.Organizations)
				for _, record := range c.everything() {
					if i, ok := record.(tenancy.InvitationRecord); ok && i.ID == sent.ID {
						require.Zero(t, i.Personal)
					}
				}
				done, err = c.host.Purge(c.ctx())
				require.NoError(t, err)
				require.Zero(t, done)
				sound(t, c)
			} else {
				c.clock.advance(day)
			}
			o, err := c.staff.Organization(c.ctx(), c.ana.Organization.ID)
			require.NoError(t, err)
			require.Empty(t, o.Name.Reveal(), "INV-14")
			_, err = c.host.Invitation(c.ctx(), sent.Secret)
			refused(t, err, tenancy.CodeNotFound)
		}
	})
	t.Run("ROLE-2 an Administrator does not delete, change the Owner, or let an account out", func(t *testing.T) {
		c := open(t)
		ben, org := c.dir.As(c.ben), c.ana.Organization.ID
		c.unchanged(func() {
			_, err := ben.TransferOwnership(c.ctx(), org, tenancy.NewOwner{User: c.ben})
			refused(t, err, tenancy.CodeNotAllowed)
			refused(t, ben.SetOrganizationRole(c.ctx(), org, c.ana.User.ID, tenancy.StandardUser), tenancy.CodeTheOwner)
			refused(t, ben.RemoveUser(c.ctx(), org, c.std, tenancy.Removal{Release: true}), tenancy.CodeRelease)
		})
		require.NoError(t, ben.SetOrganizationRole(c.ctx(), org, c.std, tenancy.Administrator))
	})
}
