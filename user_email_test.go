package tenancy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestChangeEmail(t *testing.T) {
	s := newScene(t)
	ana, bob := s.found("ana"), s.found("bob")
	t.Run("USR-17 another address, for every membership as before", func(t *testing.T) {
		require.Equal(t, [][]string{{"UserEmailChanged"}, nil}, s.news(func() {
			user, err := s.host.ChangeEmail(t.Context(), ana.User.ID, tenancy.Proven("Ana@New.example.com"))
			require.NoError(t, err)
			require.Equal(t, "Ana@New.example.com", user.Email.Reveal())
			require.Equal(t, ana.User.Name, user.Name)
		}, ofOrganization(ana.Organization.ID), ofUser(ana.User.ID)))
		_, err := s.host.UserByEmail(t.Context(), address("ana"))
		refused(t, err, tenancy.CodeNotFound)
		user, err := s.host.UserByEmail(t.Context(), "ana@new.example.com")
		require.NoError(t, err)
		require.Equal(t, ana.User.ID, user.ID)
	})
	t.Run("USR-17 another spelling is a change", func(t *testing.T) {
		require.Equal(t, [][]string{{"UserEmailChanged"}}, s.news(func() {
			user, err := s.staff.ChangeEmail(t.Context(), ana.User.ID, tenancy.Proven("ana@new.example.com"))
			require.NoError(t, err)
			require.Equal(t, "ana@new.example.com", user.Email.Reveal())
		}, ofOrganization(ana.Organization.ID)))
	})
	t.Run("GEN-6 the same spelling is none", func(t *testing.T) {
		s.unchanged(func() {
			_, err := s.staff.ChangeEmail(t.Context(), ana.User.ID, tenancy.Proven("ana@new.example.com"))
			require.NoError(t, err)
		})
	})
	t.Run("USR-17 the old address is free, and pending invitations stay with it", func(t *testing.T) {
		guest := s.guest(ana.User.ID, ana.Account.ID, "guest", tenancy.Developer)
		sent := s.invited(ana, address("guest"))
		_, err := s.host.ChangeEmail(t.Context(), guest, tenancy.Proven("guest@new.example.com"))
		require.NoError(t, err)
		_, err = s.as(guest).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: sent.Secret})
		refused(t, err, tenancy.CodeNotFound)
		next, err := s.signUp("guest", sent.Secret)
		require.NoError(t, err)
		require.Equal(t, tenancy.SignUpAccepted, next.Result)
	})
	for what, try := range map[string]struct {
		user  tenancy.UserID
		email string
		code  tenancy.Code
	}{
		"INV-7 another's address": {ana.User.ID, "BOB@bob.example.com", tenancy.CodeEmailTaken},
		"GEN-5 nobody":            {tenancy.UserID{1}, "x@example.com", tenancy.CodeNotFound},
		"GEN-14 a zero ID":        {tenancy.UserID{}, "x@example.com", tenancy.CodeID},
		"ADR-1 no address":        {ana.User.ID, "ana", tenancy.CodeEmail},
	} {
		t.Run(what, func(t *testing.T) {
			s.unchanged(func() {
				_, err := s.host.ChangeEmail(t.Context(), try.user, tenancy.Proven(try.email))
				refused(t, err, try.code)
			})
		})
	}
	t.Run("USR-14 not of a deleted user", func(t *testing.T) {
		gone := s.guest(bob.User.ID, bob.Account.ID, "gone", tenancy.Developer)
		require.NoError(t, s.staff.DeleteUser(t.Context(), gone, tenancy.UserDeletion{}))
		_, err := s.host.ChangeEmail(t.Context(), gone, tenancy.Proven("x@example.com"))
		refused(t, err, tenancy.CodeNotFound)
	})
}

func TestChangeEmailByPolicy(t *testing.T) {
	change := func(s *covered, user tenancy.UserID, email string) error {
		_, err := s.host.ChangeEmail(s.ctx(), user, tenancy.Proven(email))
		return err
	}
	t.Run(
		"USR-17 invitation only refuses who is outside, without the organization's pending invitation",
		func(t *testing.T) {
			s := newCovered(t, tenancy.PolicyInvitationOnly)
			out := s.found("out").User.ID
			s.offer(s.ana, newcomer)
			s.unchanged(func() { refused(t, change(s, out, newcomer), tenancy.CodeInvitationOnly) })
			s.invite(s.ana, newcomer)
			require.NoError(t, change(s, out, newcomer))
			require.NotContains(t, s.ranks(out), s.org, "no membership is gained by it")
			s.clock.Advance(7 * day)
			refused(t, change(s, out, "NEW@acme.com"),
				tenancy.CodeInvitationOnly) // another spelling is a change like any other
			require.NoError(t, change(s, out, newcomer), "GEN-6")
		},
	)
	t.Run("USR-17 members move freely", func(t *testing.T) {
		for _, policy := range []tenancy.SignUpPolicy{tenancy.PolicyInvitationOnly, tenancy.PolicyAutomatic, tenancy.PolicyClosed} {
			s := newCovered(t, policy)
			user := s.join(s.ana, "user", tenancy.StandardUser)
			require.NoError(t, change(s, user, newcomer))
			require.NoError(t, change(s, user, "user@elsewhere.org"))
			require.Contains(t, s.ranks(user), s.org)
		}
	})
	t.Run("USR-17 automatic joins nobody by it", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyAutomatic)
		out := s.found("out").User.ID
		require.NoError(t, change(s, out, newcomer))
		require.NotContains(t, s.ranks(out), s.org)
	})
	t.Run("USR-17 closed refuses while they have a role on the organization's accounts", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyClosed)
		guest := s.guest(s.ana.User.ID, s.ana.Account.ID, "guest", tenancy.Support)
		other := s.guest(s.bea.User.ID, s.bea.Account.ID, "other", tenancy.Support)
		require.NoError(t, change(s, other, "other@acme.com"))
		refused(t, change(s, guest, newcomer), tenancy.CodeSignUpClosed)
		require.NoError(t, s.owner.RevokeRoles(t.Context(), s.ana.Account.ID, guest))
		require.NoError(t, change(s, guest, newcomer))
	})
	t.Run(
		"USR-17 while single sign-on is required the new address is on a domain it is enforced on",
		func(t *testing.T) {
			s := newCovered(t, tenancy.PolicyAutomatic)
			up, err := s.enter(newcomer, tenancy.Secret{})
			require.NoError(t, err)
			second, unenforced := s.verify(s.ana, "acme.org"), s.verify(s.ana, "acme.net")
			s.enforce(s.owner, s.acme, second)
			s.unchanged(func() {
				for _, email := range []string{"new@elsewhere.org", "new@" + unenforced.Name, "new@sub.acme.com"} {
					refused(t, change(s, up.User.ID, email), tenancy.CodeSSOAddress)
				}
			})
			require.NoError(t, change(s, up.User.ID, "newer@acme.com"))
			require.NoError(t, change(s, up.User.ID, "newer@acme.org"))
			require.NoError(t, errOf(s.owner.SetSSOExemption(t.Context(), s.org, up.User.ID, tenancy.SSOExempt)))
			require.NoError(t, change(s, up.User.ID, "newer@elsewhere.org"))
			require.NoError(t, change(s, s.ana.User.ID, "ana@acme.com"))
			require.NoError(t, change(s, s.ana.User.ID, "ana@elsewhere.org"), "INV-12 the Owner is bound by none")
		},
	)
}
