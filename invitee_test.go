package tenancy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestAutomaticKeepsTheInvitedRole(t *testing.T) {
	role := func(s *covered, user tenancy.UserID) tenancy.OrganizationRole {
		_, member, err := s.owner.Member(s.ctx(), s.org, user)
		require.NoError(s, err)
		return member.Role
	}
	invite := func(s *covered, by tenancy.UserID) tenancy.InvitationID {
		sent, err := s.as(by).InviteUser(s.ctx(), s.org, tenancy.NewInvitation{Email: newcomer, Role: tenancy.Administrator})
		require.NoError(s, err)
		return sent.ID
	}
	t.Run("USR-1 automatic: a pending invitation gives its role, and is accepted", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyAutomatic)
		id := invite(s, s.ana.User.ID)
		up, err := s.enter(newcomer, tenancy.Secret{})
		require.NoError(t, err)
		require.Equal(t, tenancy.SignUpJoined, up.Result)
		require.Equal(t, id, up.Accepted)
		require.Empty(t, up.Invitations)
		require.Equal(t, tenancy.Administrator, role(s, up.User.ID))
		offer, err := s.owner.InvitationByID(s.ctx(), id)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateAccepted, offer.State)
	})
	t.Run("USR-1 automatic: as they accept an invitation to an account, too", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyAutomatic)
		invite(s, s.ana.User.ID)
		up, err := s.enter(newcomer, s.offer(s.ana, newcomer))
		require.NoError(t, err)
		require.Equal(t, tenancy.SignUpAccepted, up.Result)
		require.Equal(t, tenancy.Administrator, role(s, up.User.ID))
		require.Empty(t, up.Invitations)
	})
	for name, spoil := range map[string]func(s *covered, by tenancy.UserID){
		"an inviter who could not send it now": func(s *covered, by tenancy.UserID) {
			require.NoError(s, errOf(s.owner.SetOrganizationRole(s.ctx(), s.org, by, tenancy.StandardUser)))
		},
		"an inviter who is inactive": func(s *covered, by tenancy.UserID) {
			require.NoError(s, second(s.owner.DeactivateUser(s.ctx(), by)))
		},
		"one that has expired": func(s *covered, _ tenancy.UserID) {
			s.clock.Advance(7 * 24 * time.Hour)
			require.NoError(s, second(s.owner.VerifyDomain(s.ctx(), s.acme.ID)))
		},
	} {
		t.Run("USR-1 automatic: a Standard User in spite of "+name, func(t *testing.T) {
			s := newCovered(t, tenancy.PolicyAutomatic)
			ben := s.join(s.ana, "ben", tenancy.Administrator)
			id := invite(s, ben)
			spoil(s, ben)
			up, err := s.enter(newcomer, tenancy.Secret{})
			require.NoError(t, err)
			require.Equal(t, tenancy.SignUpJoined, up.Result)
			require.Zero(t, up.Accepted)
			require.Equal(t, tenancy.StandardUser, role(s, up.User.ID))
			offer, err := s.owner.InvitationByID(s.ctx(), id)
			require.NoError(t, err)
			require.Equal(t, tenancy.StateRevoked, offer.State)
		})
	}
	t.Run("USR-1 automatic: at its limit refused, and the invitation stays", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyAutomatic)
		id := invite(s, s.ana.User.ID)
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), s.org, &tenancy.Limits{Members: 1})))
		_, err := s.enter(newcomer, tenancy.Secret{})
		refused(t, err, tenancy.CodeMemberLimit)
		offer, err := s.owner.InvitationByID(s.ctx(), id)
		require.NoError(t, err)
		require.Equal(t, tenancy.StatePending, offer.State)
	})
	t.Run("USR-1 the result names the invitation that the input names", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyAutomatic)
		id := invite(s, s.ana.User.ID)
		up, err := s.host.SignUp(s.ctx(), tenancy.NewSignUp{Email: tenancy.Proven(newcomer), Name: "New", Invitation: id})
		require.NoError(t, err)
		require.Equal(t, tenancy.SignUpAccepted, up.Result)
		require.Equal(t, id, up.Accepted)
	})
}

// TestSettledInvitationNames wants that an invitee learns nothing by an invitation that is
// over (GEN-5).
func TestSettledInvitationNames(t *testing.T) {
	for name, end := range map[string]func(c *customer, lea tenancy.UserID, sent tenancy.SentInvitation){
		"declined": func(c *customer, lea tenancy.UserID, sent tenancy.SentInvitation) {
			require.NoError(c, c.as(lea).DeclineInvitation(c.ctx(), tenancy.Declination{Invitation: sent.ID}))
		},
		"revoked": func(c *customer, _ tenancy.UserID, sent tenancy.SentInvitation) {
			require.NoError(c, c.as(c.ana).RevokeInvitation(c.ctx(), sent.ID))
		},
		"expired": func(c *customer, _ tenancy.UserID, sent tenancy.SentInvitation) {
			c.clock.Advance(sent.Expires.Sub(c.clock.Now()))
		},
	} {
		for _, to := range []string{"an organization", "an account"} {
			t.Run("GEN-5 USR-6 "+name+", to "+to+": its state, and no names", func(t *testing.T) {
				c := newCustomer(t)
				lea := c.loner("lea")
				sent := c.invite(c.ana, c.org, address("lea"))
				if to == "an account" {
					sent = c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
				}
				pending, err := c.as(lea).InvitationByID(c.ctx(), sent.ID)
				require.NoError(t, err)
				require.NotZero(t, pending.InviterName)
				end(c, lea, sent)
				byID, err := c.as(lea).InvitationByID(c.ctx(), sent.ID)
				require.NoError(t, err)
				bySecret, err := c.as(lea).Invitation(c.ctx(), sent.Secret)
				require.NoError(t, err)
				host, err := c.host.Invitation(c.ctx(), sent.Secret)
				require.NoError(t, err)
				for _, offer := range []tenancy.Offer{byID, bySecret, host} {
					require.Zero(t, offer.InviterName)
					require.Zero(t, offer.OrganizationName)
					require.Zero(t, offer.AccountName)
					require.Nil(t, offer.Terms)
					require.Equal(t, tenancy.State(name), offer.State)
					require.Equal(t, sent.Role, offer.Role)
					require.Equal(t, sent.Roles, offer.Roles)
					require.Equal(t, sent.Organization, offer.Organization)
					require.Equal(t, sent.Account, offer.Account)
				}
				theirs, err := c.as(c.adam).InvitationByID(c.ctx(), sent.ID)
				require.NoError(t, err)
				require.NotZero(t, theirs.InviterName, "those who could send it see it as before")
			})
		}
	}
	t.Run("GEN-5 an Administrator who was the invitee sees it as one", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent, err := c.as(c.ana).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: address("lea"), Role: tenancy.Administrator})
		require.NoError(t, err)
		offer, err := c.as(lea).InvitationByID(c.ctx(), sent.ID)
		require.NoError(t, err)
		require.NoError(t, second(c.as(lea).AcceptInvitation(c.ctx(),
			tenancy.Acceptance{Invitation: sent.ID, Terms: offer.Terms.Token})))
		offer, err = c.as(lea).InvitationByID(c.ctx(), sent.ID)
		require.NoError(t, err)
		require.NotZero(t, offer.OrganizationName)
	})
	t.Run("GEN-5 SEC-20 what somebody accepted is not there for a later holder of the address", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent := c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
		require.NoError(t, c.accept(lea, sent))
		offer, err := c.as(lea).InvitationByID(c.ctx(), sent.ID)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateAccepted, offer.State)
		require.NoError(t, second(c.host.ChangeEmail(c.ctx(), lea, tenancy.Proven(address("lea2")))))
		_, err = c.as(lea).InvitationByID(c.ctx(), sent.ID)
		refused(t, err, tenancy.CodeNotFound)
		later := c.found("lea").User.ID
		absent := []error{
			second(c.as(later).InvitationByID(c.ctx(), tenancy.InvitationID{15: 1})),
			second(c.as(later).Invitation(c.ctx(), tenancy.Secret{})),
			second(c.as(later).AcceptInvitation(c.ctx(), tenancy.Acceptance{Invitation: tenancy.InvitationID{15: 1}})),
			c.as(later).DeclineInvitation(c.ctx(), tenancy.Declination{Invitation: tenancy.InvitationID{15: 1}}),
		}
		for i, err := range []error{
			second(c.as(later).InvitationByID(c.ctx(), sent.ID)),
			second(c.as(later).Invitation(c.ctx(), sent.Secret)),
			second(c.as(later).AcceptInvitation(c.ctx(), tenancy.Acceptance{Invitation: sent.ID})),
			c.as(later).DeclineInvitation(c.ctx(), tenancy.Declination{Invitation: sent.ID}),
		} {
			refused(t, err, tenancy.CodeNotFound)
			refused(t, absent[i], tenancy.CodeNotFound)
		}
		theirs, err := c.as(c.ana).InvitationByID(c.ctx(), sent.ID)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateAccepted, theirs.State)
	})
}

// TestHiddenState wants that nobody is told whether somebody is active whose state they do
// not see (GEN-5).
func TestHiddenState(t *testing.T) {
	type answer struct {
		can, sub, org tenancy.Decision
		many          []tenancy.AccountDecision
		all           map[tenancy.Permission]tenancy.Decision
		allOrg        map[tenancy.OrganizationPermission]tenancy.Decision
	}
	ask := func(c *cast, by, about tenancy.UserID, sub tenancy.AccountID, organization bool) (a answer) {
		s := c.as(by)
		var err error
		a.can, err = s.Can(c.ctx(), about, tenancy.ReadUsage, c.work)
		require.NoError(c, err)
		a.sub, err = s.Can(c.ctx(), about, tenancy.Build, sub)
		require.NoError(c, err)
		a.many, err = s.CanMany(c.ctx(), about, tenancy.ReadUsage, []tenancy.AccountID{c.work, sub})
		require.NoError(c, err)
		a.all, err = s.Permissions(c.ctx(), about, c.work)
		require.NoError(c, err)
		if organization {
			a.org, err = s.CanInOrganization(c.ctx(), about, tenancy.ReadLog, c.org)
			require.NoError(c, err)
			a.allOrg, err = s.OrganizationPermissions(c.ctx(), about, c.org)
			require.NoError(c, err)
		}
		return a
	}
	t.Run("GEN-5 GEN-7 an independent user's, to the organization's Owner and Administrators and to the account's", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.cleo, c.work, "Part")
		for by, manages := range map[tenancy.UserID]bool{c.owner: true, c.admin: true, c.cleo: false, c.manager: false} {
			before := ask(c, by, c.gil, sub, manages)
			require.True(t, before.can.Allowed)
			require.NoError(t, second(c.staff.DeactivateUser(c.ctx(), c.gil)))
			require.Equal(t, before, ask(c, by, c.gil, sub, manages))
			require.NoError(t, second(c.staff.ReactivateUser(c.ctx(), c.gil)))
		}
	})
	t.Run("GEN-5 a member's, to whoever manages the account's members alone", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.cleo, c.work, "Part")
		c.assign(c.owner, c.work, c.dan, tenancy.Developer)
		before := ask(c, c.manager, c.dan, sub, false)
		require.NoError(t, second(c.as(c.owner).DeactivateUser(c.ctx(), c.dan)))
		require.Equal(t, before, ask(c, c.manager, c.dan, sub, false))
		shown := ask(c, c.owner, c.dan, sub, true)
		require.Equal(t, tenancy.WhyInactive, shown.can.Why, "the Owner sees the state of members")
		require.Equal(t, tenancy.WhyInactive, shown.org.Why)
		d, err := c.host.Can(c.ctx(), c.dan, tenancy.Build, c.work)
		require.NoError(t, err)
		require.Equal(t, tenancy.Decision{Why: tenancy.WhyInactive}, d, "the host is told always")
	})
}
