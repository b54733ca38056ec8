package tenancy_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestSetSignUpPolicy(t *testing.T) {
	s := newTerritory(t)
	ana, bea := s.found("ana"), s.found("bea")
	d, other, foreign := s.verify(ana, "acme.com"), s.verify(ana, "acme.org"), s.verify(bea, "bea.com")
	owner, org := s.as(ana.User.ID), ana.Organization.ID
	policy := func(email string) tenancy.SignUpPolicy {
		_, err := s.host.Preview(t.Context(), func(ctx context.Context, host *tenancy.Platform) error {
			up, err := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven(email), Name: "New"})
			if err == nil {
				return errors.New(string(up.Result))
			}
			return err
		})
		switch {
		case tenancy.CodeOf(err) == tenancy.CodeInvitationOnly:
			return tenancy.PolicyInvitationOnly
		case strings.Contains(err.Error(), string(tenancy.SignUpJoined)):
			return tenancy.PolicyAutomatic
		}
		return tenancy.PolicyClosed
	}
	set := func(change tenancy.SignUpPolicyChange) {
		require.NoError(t, errOf(owner.SetSignUpPolicy(t.Context(), org, change)))
	}
	for _, step := range []struct {
		does      string
		change    tenancy.SignUpPolicyChange
		one, both tenancy.SignUpPolicy // of acme.com, and of acme.org, whose policy is the organization's
	}{
		{"the default, named", tenancy.SignUpPolicyChange{Policy: tenancy.PolicyInvitationOnly}, tenancy.PolicyInvitationOnly, tenancy.PolicyInvitationOnly},
		{"the organization's", tenancy.SignUpPolicyChange{Policy: tenancy.PolicyAutomatic}, tenancy.PolicyAutomatic, tenancy.PolicyAutomatic},
		{"a domain's instead", tenancy.SignUpPolicyChange{Domain: d.ID, Policy: tenancy.PolicyClosed}, tenancy.PolicyClosed, tenancy.PolicyAutomatic},
		{"the organization's leaves the domain's alone", tenancy.SignUpPolicyChange{Policy: tenancy.PolicyInvitationOnly}, tenancy.PolicyClosed, tenancy.PolicyInvitationOnly},
		{"another of the domain's", tenancy.SignUpPolicyChange{Domain: d.ID, Policy: tenancy.PolicyAutomatic}, tenancy.PolicyAutomatic, tenancy.PolicyInvitationOnly},
		{"no policy named: the organization's again", tenancy.SignUpPolicyChange{Domain: d.ID}, tenancy.PolicyInvitationOnly, tenancy.PolicyInvitationOnly},
		{"automatic once more", tenancy.SignUpPolicyChange{Policy: tenancy.PolicyAutomatic}, tenancy.PolicyAutomatic, tenancy.PolicyAutomatic},
		{"none for the organization: the default", tenancy.SignUpPolicyChange{}, tenancy.PolicyInvitationOnly, tenancy.PolicyInvitationOnly},
	} {
		t.Run("DOM-6 "+step.does, func(t *testing.T) {
			set(step.change)
			require.Equal(t, step.one, policy("new@acme.com"))
			require.Equal(t, step.both, policy("new@acme.org"))
			log := s.news(func() { set(step.change) }, ofOrganization(org))
			require.Empty(t, log[0], "GEN-6")
		})
	}
	t.Run("DOM-6 refusals", func(t *testing.T) {
		refused(t, errOf(owner.SetSignUpPolicy(t.Context(), org, tenancy.SignUpPolicyChange{Policy: "open"})),
			tenancy.CodePolicy)
		refused(
			t,
			errOf(
				owner.SetSignUpPolicy(t.Context(), org,
					tenancy.SignUpPolicyChange{Policy: tenancy.SignUpPolicy(strings.Repeat("\xff", 1<<16))}),
			),
			tenancy.CodePolicy,
		)
		refused(t, errOf(owner.SetSignUpPolicy(t.Context(), tenancy.OrganizationID{}, tenancy.SignUpPolicyChange{})),
			tenancy.CodeID)
		refused(
			t,
			errOf(
				owner.SetSignUpPolicy(t.Context(), org,
					tenancy.SignUpPolicyChange{Domain: foreign.ID, Policy: tenancy.PolicyClosed}),
			),
			tenancy.CodeNotFound,
		)
		refused(t,
			errOf(owner.SetSignUpPolicy(t.Context(), bea.Organization.ID, tenancy.SignUpPolicyChange{Domain: d.ID})),
			tenancy.CodeNotFound)
		require.NoError(t, owner.RemoveDomain(t.Context(), other.ID))
		refused(t, errOf(owner.SetSignUpPolicy(t.Context(), org, tenancy.SignUpPolicyChange{Domain: other.ID})),
			tenancy.CodeNotFound)
	})
}
