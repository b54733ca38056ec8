package tenancy_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestSignUpFounds(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	t.Run("ORG-1 a user, an account of theirs, an organization of theirs that holds both", func(t *testing.T) {
		require.Equal(t, tenancy.SignUpFounded, ana.Result)
		require.Equal(t, "ana Inc", ana.Organization.Name.Reveal())
		require.Equal(t, "ana main", ana.Account.Name.Reveal())
		require.Equal(t, ana.User.ID, ana.Account.Owner)
		require.Equal(t, ana.Organization.ID, *ana.Account.Organization)
		require.Equal(t, tenancy.Roles(tenancy.AccountOwner), s.roles(ana.Account.ID, ana.User.ID))
		require.Equal(t, tenancy.PlanTrial, ana.Account.Plan)
		user, memberships, err := s.as(ana.User.ID).User(s.ctx(), ana.User.ID)
		require.NoError(t, err)
		require.Equal(t, ana.User, user)
		require.Equal(t, tenancy.User{ID: ana.User.ID, Email: user.Email, Name: user.Name, State: tenancy.StateActive,
			Inactive: &tenancy.Inactivity{}, Created: s.clock.Now()}, user)
		require.Equal(
			t,
			[]tenancy.Membership{{Organization: ana.Organization.ID, User: ana.User.ID, Role: tenancy.Owner,
				SSO: tenancy.SSOExempt, Since: s.clock.Now()}},
			memberships,
		)
	})
	t.Run("EVT-2 all of it stands in the organization's stream, none in the user's", func(t *testing.T) {
		require.Equal(t,
			[]string{"UserCreated", "OrganizationCreated", "MemberJoined", "AccountCreated", "RolesAssigned"},
			s.log(ofOrganization(ana.Organization.ID), 1))
		require.Empty(t, s.log(ofUser(ana.User.ID), 1))
	})
	t.Run("USR-1 empty names of organization and account have defaults, and names are trimmed", func(t *testing.T) {
		made, err := s.staff.SignUp(t.Context(),
			tenancy.NewSignUp{Email: tenancy.Proven("Bo@Example.com"), Name: "  Bo \n"})
		require.NoError(t, err)
		require.Equal(t, "My organization", made.Organization.Name.Reveal())
		require.Equal(t, "My account", made.Account.Name.Reveal())
		require.Equal(t, "Bo", made.User.Name.Reveal())
		require.Equal(t, "Bo@Example.com", made.User.Email.Reveal())
	})
	t.Run("USR-1 a pending invitation is accepted by its secret alone, and lives on", func(t *testing.T) {
		sent := s.invited(ana, address("cy"))
		cy := s.found("cy")
		require.Equal(t, tenancy.SignUpFounded, cy.Result)
		require.Equal(t, tenancy.StatePending, s.invitationState(sent.ID))
	})
	t.Run("GEN-13 Outcome says what was made", func(t *testing.T) {
		op := tenancy.OperationIDOf("issuer", "subject-1")
		in := tenancy.NewSignUp{Email: tenancy.Proven("dee@example.com"), Name: "Dee"}
		dee, err := s.host.Once(op).SignUp(t.Context(), in)
		require.NoError(t, err)
		_, err = s.host.Once(op).SignUp(t.Context(), in)
		refused(t, err, tenancy.CodeAlreadyDone)
		done, _ := tenancy.OutcomeOf(err)
		require.Equal(
			t,
			tenancy.Created{
				Users:         []tenancy.UserID{dee.User.ID},
				Organizations: []tenancy.OrganizationID{dee.Organization.ID},
				Accounts:      []tenancy.AccountID{dee.Account.ID},
			},
			done.Created,
		)
	})
}

func TestSignUpRefuses(t *testing.T) {
	s := newScene(t)
	s.found("ana")
	good := tenancy.NewSignUp{Email: tenancy.Proven("bo@example.com"), Name: "Bo"}
	try := func(code tenancy.Code, change func(*tenancy.NewSignUp)) {
		t.Helper()
		in := good
		change(&in)
		s.unchanged(func() {
			_, err := s.host.SignUp(t.Context(), in)
			refused(t, err, code)
		})
	}
	t.Run("INV-7 an address belongs to one user, however it is spelled", func(t *testing.T) {
		try(tenancy.CodeEmailTaken, func(in *tenancy.NewSignUp) { in.Email = tenancy.Proven("ANA@ana.Example.COM") })
	})
	t.Run("ADR-1 what is no address", func(t *testing.T) {
		for _, email := range []string{"", "ana", "a@b@c.com", "Ana <ana@example.com>", "a\xff@example.com", strings.Repeat("a", 1<<20) + "@example.com"} {
			try(tenancy.CodeEmail, func(in *tenancy.NewSignUp) { in.Email = tenancy.Proven(email) })
		}
	})
	t.Run("USR-1 a person's name is never empty", func(t *testing.T) {
		try(tenancy.CodeName, func(in *tenancy.NewSignUp) { in.Name = "" })
	})
	for what, name := range badNames {
		t.Run("section 3 a name is not "+what, func(t *testing.T) {
			try(tenancy.CodeName, func(in *tenancy.NewSignUp) { in.Name = name })
			try(tenancy.CodeName, func(in *tenancy.NewSignUp) { in.Organization = name })
			try(tenancy.CodeName, func(in *tenancy.NewSignUp) { in.Account = name })
		})
	}
	t.Run("GEN-14 a closed context changes nothing", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s.unchanged(func() {
			_, err := s.host.SignUp(ctx, good)
			require.ErrorIs(t, err, context.Canceled)
			require.Empty(t, tenancy.CodeOf(err))
		})
	})
	t.Run("EVT-3 an Operator is known by a Reference", func(t *testing.T) {
		_, err := s.dir.Operator("ana@example.com").SignUp(t.Context(), good)
		refused(t, err, tenancy.CodeReference)
	})
}

func TestSignUpRaces(t *testing.T) {
	s := newScene(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	t.Run("INV-7 of many who sign up with one address at once, one does", func(t *testing.T) {
		var wg sync.WaitGroup
		errs := make([]error, 16)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = s.host.SignUp(ctx,
					tenancy.NewSignUp{Email: tenancy.Proven("one@example.com"), Name: "One"})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				refused(t, err, tenancy.CodeEmailTaken)
			}
		}
		require.Equal(t, 1, won)
	})
}

func TestSignUpAccepts(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	boss := s.as(ana.User.ID)
	t.Run(
		"USR-1 an organization's invitation in one step: no account, no organization of their own",
		func(t *testing.T) {
			sent, err := boss.InviteUser(t.Context(), ana.Organization.ID,
				tenancy.NewInvitation{Email: address("bo"), Role: tenancy.Administrator})
			require.NoError(t, err)
			var bo tenancy.SignedUp
			added := s.news(func() {
				bo, err = s.signUp("bo", sent.Secret)
				require.NoError(t, err)
			}, ofOrganization(ana.Organization.ID))
			require.Equal(t, tenancy.SignUpAccepted, bo.Result)
			require.Equal(t, ana.Organization.ID, bo.Organization.ID)
			require.Nil(t, bo.Account)
			require.Equal(t, tenancy.StateAccepted, s.invitationState(sent.ID))
			_, memberships, err := s.as(bo.User.ID).User(t.Context(), bo.User.ID)
			require.NoError(t, err)
			require.Len(t, memberships, 1)
			require.Equal(t, tenancy.Administrator, memberships[0].Role)
			require.Equal(t, [][]string{{"UserCreated", "InvitationAccepted", "MemberJoined"}}, added)
			require.Empty(t, s.log(ofUser(bo.User.ID), 1))
		},
	)
	t.Run("USR-1 an account's invitation in one step: an independent user", func(t *testing.T) {
		sent, err := boss.InviteToAccount(t.Context(), ana.Account.ID,
			tenancy.NewAccountInvitation{Email: address("cy"), Roles: tenancy.Roles(tenancy.Developer)})
		require.NoError(t, err)
		var cy tenancy.SignedUp
		added := s.news(func() {
			cy, err = s.signUp("cy", sent.Secret)
			require.NoError(t, err)
		}, ofOrganization(ana.Organization.ID))
		require.Equal(t, tenancy.SignUpAccepted, cy.Result)
		require.Nil(t, cy.Organization)
		require.Equal(t, ana.Account.ID, cy.Account.ID)
		require.Equal(t, tenancy.Roles(tenancy.Developer), s.roles(ana.Account.ID, cy.User.ID))
		require.Equal(t, [][]string{{"InvitationAccepted", "RolesAssigned"}}, added)
		require.Equal(t, []string{"UserCreated"}, s.log(ofUser(cy.User.ID), 1))
	})
	t.Run("USR-1 a subaccount's too", func(t *testing.T) {
		sub, err := boss.CreateSubaccount(t.Context(), ana.Account.ID, tenancy.NewSubaccount{Name: "sub"})
		require.NoError(t, err)
		sent, err := boss.InviteToAccount(t.Context(), sub.ID,
			tenancy.NewAccountInvitation{Email: address("dee"), Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		dee, err := s.signUp("dee", sent.Secret)
		require.NoError(t, err)
		require.Equal(t, ana.Account.ID, *dee.Account.Parent)
	})
	t.Run("USR-6 other pending invitations to the address live on", func(t *testing.T) {
		other := s.found("other")
		a, b := s.invited(ana, address("eve")), s.invited(other, address("eve"))
		_, err := s.signUp("eve", a.Secret)
		require.NoError(t, err)
		require.Equal(t, tenancy.StatePending, s.invitationState(b.ID))
	})
}

func TestSignUpSecretRefused(t *testing.T) {
	dead := map[string]func(s *scene, ana tenancy.SignedUp) tenancy.Secret{
		"of nothing": func(s *scene, _ tenancy.SignedUp) tenancy.Secret { return tenancy.ParseSecret("x") },
		"over-long": func(s *scene, _ tenancy.SignedUp) tenancy.Secret {
			return tenancy.ParseSecret(strings.Repeat("\xff", 1<<20))
		},
		"somebody else's": func(s *scene, ana tenancy.SignedUp) tenancy.Secret {
			return s.invited(ana, "other@example.com").Secret
		},
		"revoked": func(s *scene, ana tenancy.SignedUp) tenancy.Secret {
			sent := s.invited(ana, address("bo"))
			require.NoError(s, s.as(ana.User.ID).RevokeInvitation(s.ctx(), sent.ID))
			return sent.Secret
		},
		"declined": func(s *scene, ana tenancy.SignedUp) tenancy.Secret {
			sent := s.invited(ana, address("bo"))
			require.NoError(s, s.host.DeclineInvitation(s.ctx(), tenancy.Declination{Secret: sent.Secret}))
			return sent.Secret
		},
		"expired": func(s *scene, ana tenancy.SignedUp) tenancy.Secret {
			sent := s.invited(ana, address("bo"))
			s.clock.Advance(7 * 24 * time.Hour)
			return sent.Secret
		},
		"used by somebody who is gone": func(s *scene, ana tenancy.SignedUp) tenancy.Secret {
			sent := s.invited(ana, address("bo"))
			bo, err := s.signUp("bo", sent.Secret)
			require.NoError(s, err)
			require.NoError(s, s.as(ana.User.ID).DeleteUser(s.ctx(), bo.User.ID, tenancy.UserDeletion{}))
			return sent.Secret
		},
		"of an inviter who left": func(s *scene, ana tenancy.SignedUp) tenancy.Secret {
			admin := s.join(ana, "admin", tenancy.Administrator)
			sent, err := s.as(admin).
				InviteUser(s.ctx(), ana.Organization.ID, tenancy.NewInvitation{Email: address("bo")})
			require.NoError(s, err)
			require.NoError(s, s.as(admin).Leave(s.ctx(), ana.Organization.ID))
			return sent.Secret
		},
		"of a closed account": func(s *scene, ana tenancy.SignedUp) tenancy.Secret {
			sent, err := s.as(ana.User.ID).
				InviteToAccount(s.ctx(), ana.Account.ID, tenancy.NewAccountInvitation{Email: address("bo"), Roles: tenancy.Roles(tenancy.Support)})
			require.NoError(s, err)
			_, err = s.as(ana.User.ID).CloseAccount(s.ctx(), ana.Account.ID)
			require.NoError(s, err)
			return sent.Secret
		},
	}
	for what, make := range dead {
		t.Run("USR-1 refused whole with a secret "+what, func(t *testing.T) {
			s := newScene(t)
			secret := make(s, s.found("ana"))
			s.unchanged(func() {
				_, err := s.signUp("bo", secret)
				refused(t, err, tenancy.CodeSecretRefused)
			})
		})
	}
}
