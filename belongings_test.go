package tenancy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// TestWhatWaitedForAMember has what waited for somebody who joins: it is settled, and what
// was settled before is left alone.
func TestWhatWaitedForAMember(t *testing.T) {
	t.Run("USR-9 ACC-4 a request for an account that comes along is revoked", func(t *testing.T) {
		c := newCast(t)
		loose := c.account(c.gil, tenancy.OrganizationID{}, "Gil's")
		asked, err := c.as(c.admin).AddAccount(c.ctx(), c.org, loose)
		require.NoError(t, err)
		elsewhere, err := c.as(c.other).AddAccount(c.ctx(), c.eve.Organization.ID, loose)
		require.NoError(t, err)
		sent, err := c.as(c.owner).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: address("gil")})
		require.NoError(t, err)
		offer, err := c.as(c.gil).Invitation(c.ctx(), sent.Secret)
		require.NoError(t, err)
		require.NoError(t, errOf(c.as(c.gil).AcceptInvitation(c.ctx(),
			tenancy.Acceptance{Secret: sent.Secret, Terms: offer.Terms.Token})))
		for id, want := range map[tenancy.InvitationID]tenancy.State{
			asked.ID: tenancy.StateRevoked, elsewhere.ID: tenancy.StatePending,
		} {
			record, _ := stored[tenancy.InvitationRecord](c.scene, tenancy.IndexInvitations, tenancy.Key{ID: id})
			require.Equal(t, want, record.State)
		}
	})
	t.Run("ACC-4 an unmanaged account that is given is not released", func(t *testing.T) {
		c := newCast(t)
		loose := c.account(c.gil, tenancy.OrganizationID{}, "Gil's")
		asked, err := c.as(c.admin).AddAccount(c.ctx(), c.org, loose)
		require.NoError(t, err)
		said := c.said(userStream(c.gil), func() {
			require.NoError(t, errOf(c.as(c.gil).AcceptAccountRequest(c.ctx(), asked.ID)))
		})
		require.Contains(t, said, tenancy.AccountManaged{Account: loose, Organization: c.org})
		require.NotContains(t, said, tenancy.AccountReleased{Account: loose})
	})
	t.Run("USR-18 a request that was dismissed is not settled again", func(t *testing.T) {
		ours := newTenant(newScene(t), "a")
		said := (&cast{scene: ours.scene}).said(organizationStream(ours.Org), func() {
			ours.invite(ours.Owner, ours.Org, ours.at("dora"), "")
		})
		require.Len(t, said, 1)
		require.IsType(t, tenancy.InvitationSent{}, said[0])
	})
}

// TestWhatAMemberLeaves has what ends with a membership, and what does not.
func TestWhatAMemberLeaves(t *testing.T) {
	t.Run("GRP-4 ORG-8 the groups of another organization of theirs stay", func(t *testing.T) {
		f := newFirm(t)
		second := f.another(f.SignedUp, "Second")
		there := f.scene.group(f.owner, second, f.owner)
		f.enter(f.owner, f.group, f.owner)
		require.NoError(t, errOf(f.as(f.owner).TransferOwnership(f.ctx(), f.org,
			tenancy.NewOwner{User: f.admin, Previous: tenancy.PreviousLeaves})))
		require.Equal(t, []tenancy.UserID{f.ben}, f.members())
		require.Len(t, items(t, f.host.GroupMembers(f.ctx(), there, tenancy.GroupQuery{})), 1)
		f.sound()
	})
	t.Run("GRP-4 ORG-6 only accounts that had a group's roles are said to have lost them", func(t *testing.T) {
		f := newFirm(t)
		f.phone(f.main)
		f.gives(f.main, tenancy.Support)
		made, err := f.as(f.owner).CreateOrganization(f.ctx(), tenancy.NewOrganization{Name: "Second"})
		require.NoError(t, err)
		require.Equal(t, []tenancy.AccountID{f.main}, made.Ungrouped)
		f.sound()
	})
}

// TestSeenByAccounts has whom somebody sees because they manage the members of accounts
// (GEN-5, GRP-3).
func TestSeenByAccounts(t *testing.T) {
	t.Run("GEN-5 GRP-3 by a group's role only if it manages members", func(t *testing.T) {
		f := newFirm(t)
		f.gives(f.main, tenancy.Support)
		_, _, err := f.as(f.ben).User(f.ctx(), f.guest)
		refused(t, err, tenancy.CodeNotFound)
		f.gives(f.main, tenancy.AccountAdministrator)
		_, _, err = f.as(f.ben).User(f.ctx(), f.guest)
		require.NoError(t, err)
	})
	t.Run("GEN-5 GRP-3 whichever of the accounts it is, by a role of their own or a group's", func(t *testing.T) {
		f := newFirm(t)
		guests := []tenancy.UserID{f.guest}
		for _, name := range []string{"gia", "gad", "god"} {
			account := f.account(f.owner, f.org, name)
			guests = append(guests, f.scene.guest(f.owner, account, name, tenancy.Support))
			if name != "gad" {
				f.assign(f.owner, account, f.ben, tenancy.AccountAdministrator)
			} else {
				f.gives(account, tenancy.AccountAdministrator)
			}
		}
		f.gives(f.main, tenancy.AccountAdministrator)
		for _, guest := range guests {
			_, _, err := f.as(f.ben).User(f.ctx(), guest)
			require.NoError(t, err)
		}
	})
	t.Run("USR-17 a closed account of the organization keeps nobody out", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyClosed)
		std := s.join(s.ana, "std", tenancy.StandardUser)
		account, err := s.as(std).CreateAccount(s.ctx(), s.org, tenancy.NewAccount{Name: "Closed"})
		require.NoError(t, err)
		require.NoError(t, errOf(s.as(std).CloseAccount(s.ctx(), account.ID)))
		require.NoError(t, s.as(std).Leave(s.ctx(), s.org))
		require.NoError(t, errOf(s.host.ChangeEmail(s.ctx(), std, tenancy.Proven("std@acme.com"))))
	})
}
