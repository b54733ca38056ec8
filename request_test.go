package tenancy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestRequestInvitation(t *testing.T) {
	request := func(s *covered, email string) (tenancy.InvitationRequest, error) {
		return s.host.RequestInvitation(s.ctx(), tenancy.Proven(email))
	}
	requested := func(s *covered) (open []tenancy.RequestID) {
		for _, u := range s.list(s.owner, s.org, tenancy.UserQuery{Kind: tenancy.KindRequested}) {
			open = append(open, u.Request)
		}
		return open
	}
	t.Run("USR-18 one is open per address, until it expires, shown among the users", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyInvitationOnly)
		asked, err := request(s, "New@acme.com")
		require.NoError(t, err)
		require.Equal(t, tenancy.StateOpen, asked.State)
		require.Equal(t, "New@acme.com", asked.Email.Reveal())
		require.Equal(t, s.clock.Now().Add(7*day), asked.Expires)
		shown := s.list(s.owner, s.org, tenancy.UserQuery{Kind: tenancy.KindRequested})
		require.Len(t, shown, 1)
		require.Equal(t, asked.ID, shown[0].Request)
		require.Equal(t, "New@acme.com", shown[0].User.Email.Reveal())
		require.Equal(t, asked.Expires, shown[0].Expires)
		s.unchanged(func() {
			_, err = request(s, newcomer)
			refused(t, err, tenancy.CodeRequestOpen)
		})
		_, err = request(s, "other@acme.com")
		require.NoError(t, err)
		s.clock.Advance(7 * day)
		require.Empty(t, requested(s))
		again, err := request(s, newcomer)
		require.NoError(t, err)
		require.Equal(t, []tenancy.RequestID{again.ID}, requested(s))
		s.sound()
	})
	t.Run("USR-18 not where the policy would not refuse", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyInvitationOnly)
		s.invite(s.ana, "invited@acme.com")
		out := s.found("out")
		s.invite(s.ana, "out@acme.com")
		_, err := s.host.ChangeEmail(t.Context(), out.User.ID, tenancy.Proven("out@acme.com"))
		require.NoError(t, err)
		s.unchanged(func() {
			for _, email := range []string{"invited@acme.com", "out@acme.com", "x@elsewhere.org", address("ana")} {
				_, err := request(s, email)
				refused(t, err, tenancy.CodeNotRefused)
			}
		})
		for _, policy := range []tenancy.SignUpPolicy{tenancy.PolicyAutomatic, tenancy.PolicyClosed} {
			s.set(policy)
			_, err = request(s, newcomer)
			refused(t, err, tenancy.CodeNotRefused)
		}
		_, err = request(s, "no address")
		refused(t, err, tenancy.CodeEmail)
		s.set(tenancy.PolicyInvitationOnly)
		s.lapse(s.acme)
		_, err = request(s, newcomer)
		require.NoError(t, err, "DOM-4 lapsing it is refused all the same, and so can be asked for")
	})
	for what, settle := range map[string]func(s *covered, asked tenancy.InvitationRequest){
		"inviting the address": func(s *covered, _ tenancy.InvitationRequest) { s.invite(s.ana, newcomer) },
		"dismissing it": func(s *covered, asked tenancy.InvitationRequest) {
			require.NoError(s, s.owner.DismissRequest(s.ctx(), asked.ID))
		},
		"joining": func(s *covered, _ tenancy.InvitationRequest) {
			s.set(tenancy.PolicyAutomatic)
			_, err := s.enter(newcomer, tenancy.Secret{})
			require.NoError(s, err)
		},
		"joining with an account's secret": func(s *covered, _ tenancy.InvitationRequest) {
			s.set(tenancy.PolicyAutomatic)
			_, err := s.enter(newcomer, s.offer(s.ana, newcomer))
			require.NoError(s, err)
		},
	} {
		t.Run("USR-18 "+what+" settles it", func(t *testing.T) {
			s := newCovered(t, tenancy.PolicyInvitationOnly)
			asked, err := request(s, newcomer)
			require.NoError(t, err)
			log := s.news(func() { settle(s, asked) }, ofOrganization(s.org))
			require.Contains(t, log[0], "RequestSettled")
			require.Empty(t, requested(s))
			refused(t, s.owner.DismissRequest(t.Context(), asked.ID), tenancy.CodeSettled)
			s.sound()
		})
	}
	t.Run("USR-18 resending an expired invitation invites the address, and settles it", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyInvitationOnly)
		sent, err := s.owner.InviteUser(t.Context(), s.org, tenancy.NewInvitation{Email: newcomer})
		require.NoError(t, err)
		s.clock.Advance(7*day + time.Hour)
		_, err = request(s, newcomer)
		require.NoError(t, err)
		_, err = s.owner.ResendInvitation(t.Context(), sent.ID)
		require.NoError(t, err)
		require.Empty(t, requested(s))
	})
	t.Run("USR-18 an account's invitation does not settle it", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyInvitationOnly)
		_, err := request(s, newcomer)
		require.NoError(t, err)
		s.offer(s.ana, newcomer)
		require.Len(t, requested(s), 1)
	})
	t.Run("USR-18 who may", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyInvitationOnly)
		user := s.join(s.ana, "user", tenancy.StandardUser)
		asked, err := s.staff.RequestInvitation(t.Context(), tenancy.Proven(newcomer))
		require.NoError(t, err)
		refused(t, s.as(user).DismissRequest(t.Context(), asked.ID), tenancy.CodeNotFound) // as GEN-5 has it
		refused(t, s.as(s.bea.User.ID).DismissRequest(t.Context(), asked.ID), tenancy.CodeNotFound)
		refused(t, s.host.DismissRequest(t.Context(), asked.ID), tenancy.CodeNotAllowed)
		refused(t, s.owner.DismissRequest(t.Context(), tenancy.RequestID{}), tenancy.CodeID)
		s.clock.Advance(7 * day)
		require.NoError(t, s.owner.DismissRequest(t.Context(), asked.ID), "an expired one too")
	})
}
