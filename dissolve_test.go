package tenancy_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// dissolving is a Prime that invites the Owner of organizations without another member,
// which can't merge, since they have verified domains.
type dissolving struct {
	*scene
	ana    tenancy.SignedUp // Owner of the Prime, which has no domain
	ben    tenancy.SignedUp // alone in their organization
	sub    tenancy.AccountID
	closed tenancy.AccountID
	sent   tenancy.SentInvitation
}

func newDissolving(t *testing.T) *dissolving {
	t.Helper()
	d := &dissolving{}
	d.scene = newScene(t)
	d.ana, d.ben = d.found("ana"), d.found("ben")
	d.sub = d.subaccount(d.ben.User.ID, d.ben.Account.ID, "Branch")
	d.closed = d.account(d.ben.User.ID, d.ben.Organization.ID, "Closed")
	_, err := d.as(d.ben.User.ID).CloseAccount(d.ctx(), d.closed)
	require.NoError(t, err)
	d.sent = d.invited(d.ana, address("ben"))
	return d
}

func (d *dissolving) terms() tenancy.Terms {
	d.Helper()
	offer, err := d.as(d.ben.User.ID).Invitation(d.ctx(), d.sent.Secret)
	require.NoError(d, err)
	require.NotNil(d, offer.Terms)
	return *offer.Terms
}

// accept accepts the invitation, and requires that what happens is what the previews
// said. System sees all of it, and the user who accepts sees of the Prime only its name
// (MRG-11).
func (d *dissolving) accept(terms tenancy.TermsToken) (tenancy.AcceptedInvitation, error) {
	d.Helper()
	plan, before := d.preview(d.host.Session), d.state()
	d.showsOutside(plan, d.preview(d.as(d.ben.User.ID)))
	accepted, err := d.as(d.ben.User.ID).AcceptInvitation(d.ctx(),
		tenancy.Acceptance{Secret: d.sent.Secret, Terms: terms})
	switch code := tenancy.CodeOf(err); {
	case code == tenancy.CodeTermsChanged:
	case err != nil:
		require.NotEmpty(d, plan.Unmet)
		require.Equal(d, plan.Unmet[0].Code, code)
	default:
		require.Empty(d, plan.Unmet)
		require.ElementsMatch(d, plan.Candidates, slices.Concat(accepted.Merged, accepted.Dissolved))
		require.Equal(d, plan.Dissolved, accepted.Dissolved)
		d.fulfilled(plan, before, d.state())
	}
	return accepted, err
}

func (d *dissolving) preview(as *tenancy.Session) tenancy.MergePlan {
	d.Helper()
	plan, err := as.PreviewMerge(d.ctx(), d.ana.Organization.ID, tenancy.MergeCandidate{Owner: d.ben.User.ID})
	require.NoError(d, err)
	return plan
}

// showsOutside requires that an invited Owner sees all of a plan except what follows from
// the Prime's settings and what is pending in it.
func (s *scene) showsOutside(plan, outside tenancy.MergePlan) {
	s.Helper()
	require.Subset(s, plan.Revoked, outside.Revoked)
	require.Subset(s, plan.Settled, outside.Settled)
	require.Len(s, outside.Unmet, min(len(plan.Unmet), 1))
	require.Subset(s, plan.Unmet[:len(outside.Unmet)], outside.Unmet)
	plan.Users = slices.Clone(plan.Users)
	for i := range plan.Users {
		plan.Users[i].SSO = nil
	}
	plan.Revoked, plan.Settled, plan.Unmet = outside.Revoked, outside.Settled, outside.Unmet
	require.Equal(s, plan, outside)
}

func TestDissolve(t *testing.T) {
	t.Run(
		"USR-8 a one-person organization that does not meet the prerequisites is dissolved, as the Terms say",
		func(t *testing.T) {
			d := newDissolving(t)
			org := d.ben.Organization.ID
			terms := d.terms()
			require.Empty(t, terms.Merged)
			require.Empty(t, terms.Accounts)
			require.Equal(t, []tenancy.TermsOrganization{{ID: org, Name: d.ben.Organization.Name}},
				terms.Dissolved)
			grants := d.grants()
			accepted, err := d.accept(terms.Token)
			require.NoError(t, err)
			require.Equal(t, []tenancy.OrganizationID{org}, accepted.Dissolved)
			require.Empty(t, accepted.Merged)
			require.Equal(t, grants, d.grants())
			require.Equal(t,
				map[tenancy.OrganizationID]tenancy.OrganizationRole{d.ana.Organization.ID: tenancy.StandardUser},
				d.ranks(d.ben.User.ID))
			for _, account := range []tenancy.AccountID{d.ben.Account.ID, d.sub} {
				require.Equal(t, d.ana.Organization.ID, d.accountRecord(account).Organization)
			}
			require.Zero(t, d.accountRecord(d.closed).Organization) // ORG-10: closed ones are unmanaged
			d.sound()
		},
	)
	t.Run("USR-8 the Terms are the invitee's alone to see", func(t *testing.T) {
		d := newDissolving(t)
		offer, err := d.host.Invitation(d.ctx(), d.sent.Secret)
		require.NoError(t, err)
		require.Nil(t, offer.Terms)
		_, err = d.as(d.ana.User.ID).Invitation(d.ctx(), d.sent.Secret)
		refused(t, err, tenancy.CodeNotFound)
	})
	t.Run("USR-8 what they did not agree to does not happen", func(t *testing.T) {
		d := newDissolving(t)
		agreed := d.terms().Token
		d.unchanged(func() {
			_, err := d.accept("")
			refused(t, err, tenancy.CodeTermsChanged)
		})
		d.prove(d.ana.User.ID, d.ana.Organization.ID, "ben.example.com") // now it would merge
		d.unchanged(func() {
			_, err := d.accept(agreed)
			refused(t, err, tenancy.CodeTermsChanged)
			var failed *tenancy.Error
			require.ErrorAs(t, err, &failed)
			require.Equal(t, d.terms(), *failed.Terms)
		})
		terms := d.terms()
		require.Empty(t, terms.Dissolved)
		accepted, err := d.accept(terms.Token)
		require.NoError(t, err)
		require.Equal(t, []tenancy.OrganizationID{d.ben.Organization.ID}, accepted.Merged)
		d.sound()
	})
	t.Run("USR-8 one of their organizations merges, the other one is dissolved", func(t *testing.T) {
		d := newDissolving(t)
		second := d.second(d.ben)
		d.prove(d.ana.User.ID, d.ana.Organization.ID, "ben.example.com")
		d.prove(d.ben.User.ID, second, "second.example")
		terms := d.terms()
		accepted, err := d.accept(terms.Token)
		require.NoError(t, err)
		require.Equal(t, []tenancy.OrganizationID{d.ben.Organization.ID}, accepted.Merged)
		require.Equal(t, []tenancy.OrganizationID{second}, accepted.Dissolved)
		require.Empty(t, items(t, d.host.Domains(d.ctx(), second, tenancy.DomainQuery{})))
		d.sound()
	})
	t.Run(
		"USR-8 all or none: one with other members that can't merge stops those that could be dissolved",
		func(t *testing.T) {
			d := newDissolving(t)
			second := d.second(d.ben)
			d.joinAt(d.ben.User.ID, second, "sue@second.example")
			d.unchanged(func() {
				_, err := d.accept(d.terms().Token)
				refused(t, err, tenancy.CodeNoLiveDomain)
			})
		},
	)
	t.Run(
		"HIP-7 a designated account comes along from a dissolved one only into an entitled organization",
		func(t *testing.T) {
			d := newDissolving(t)
			d.entitle(d.ben.Organization.ID)
			d.designate(d.ben.User.ID, d.sub)
			d.unchanged(func() {
				_, err := d.accept(d.terms().Token)
				refused(t, err, tenancy.CodeHIPAADesignated)
				require.Equal(t, []tenancy.Unmet{{Organization: d.ben.Organization.ID,
					Code: tenancy.CodeHIPAADesignated}}, d.preview(d.host.Session).Unmet)
			})
			d.entitle(d.ana.Organization.ID)
			_, err := d.accept(d.terms().Token)
			require.NoError(t, err)
			require.NotZero(t, d.accountRecord(d.sub).Designated)
			d.sound()
		},
	)
	t.Run("USR-1 a closed domain of the Prime's refuses its Owner, alone or not", func(t *testing.T) {
		d := newDissolving(t)
		domain := d.prove(d.ana.User.ID, d.ana.Organization.ID, "ben.example.com")
		require.NoError(t, errOf(d.as(d.ana.User.ID).SetSignUpPolicy(d.ctx(), d.ana.Organization.ID,
			tenancy.SignUpPolicyChange{Domain: domain, Policy: tenancy.PolicyClosed})))
		_, err := d.accept(d.terms().Token)
		refused(t, err, tenancy.CodeSignUpClosed)
		require.Equal(t, []tenancy.Unmet{{Code: tenancy.CodeSignUpClosed}}, d.preview(d.host.Session).Unmet)
	})
	t.Run("USR-6 whoever invited could not any more", func(t *testing.T) {
		d := newDissolving(t)
		admin := d.join(d.ana, "admin", tenancy.Administrator)
		var err error
		require.NoError(t, d.as(d.ana.User.ID).RevokeInvitation(d.ctx(), d.sent.ID))
		d.sent, err = d.as(admin).InviteUser(d.ctx(), d.ana.Organization.ID,
			tenancy.NewInvitation{Email: address("ben")})
		require.NoError(t, err)
		require.NoError(t, errOf(d.as(d.ana.User.ID).SetOrganizationRole(d.ctx(), d.ana.Organization.ID,
			admin, tenancy.StandardUser)))
		_, err = d.accept(d.terms().Token)
		refused(t, err, tenancy.CodeInviter)
		require.Equal(t, []tenancy.Unmet{{Code: tenancy.CodeInviter}}, d.preview(d.host.Session).Unmet)
	})
	t.Run("GEN-2 an Owner who is inactive can't accept", func(t *testing.T) {
		d := newDissolving(t)
		_, err := d.staff.DeactivateUser(d.ctx(), d.ben.User.ID)
		require.NoError(t, err)
		_, err = d.as(d.ben.User.ID).AcceptInvitation(d.ctx(), tenancy.Acceptance{Secret: d.sent.Secret})
		refused(t, err, tenancy.CodeActor)
		require.Equal(t, []tenancy.Unmet{{Code: tenancy.CodeActor}}, d.preview(d.host.Session).Unmet)
	})
	t.Run("USR-8 limits count what a dissolved one brings", func(t *testing.T) {
		d := newDissolving(t)
		require.NoError(t, errOf(d.staff.SetLimits(d.ctx(), d.ana.Organization.ID,
			&tenancy.Limits{Accounts: 1})))
		_, err := d.accept(d.terms().Token)
		refused(t, err, tenancy.CodeAccountLimit)
		require.NoError(t, errOf(d.staff.SetLimits(d.ctx(), d.ana.Organization.ID,
			&tenancy.Limits{Members: 1})))
		_, err = d.accept(d.terms().Token)
		refused(t, err, tenancy.CodeMemberLimit)
	})
	t.Run("USR-8 what is pending for a dissolved one ends, invitations to its accounts live on", func(t *testing.T) {
		d := newDissolving(t)
		own := d.invitation(d.ben.User.ID, d.ben.Organization.ID, "ivo@ivo.example")
		asked := d.asking(d.ana.User.ID, d.ana.Organization.ID, d.ben.Account.ID)
		to, err := d.as(d.ben.User.ID).InviteToAccount(d.ctx(), d.ben.Account.ID,
			tenancy.NewAccountInvitation{Email: "ivo@ivo.example", Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		_, err = d.accept(d.terms().Token)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateRevoked, d.invitationState(own))
		require.Equal(t, tenancy.StateRevoked, d.invitationState(asked))
		require.Equal(t, tenancy.StatePending, d.invitationState(to.ID))
		require.Equal(t, tenancy.StateAccepted, d.invitationState(d.sent.ID))
		d.sound()
	})
	t.Run("USR-8 by import nothing is dissolved", func(t *testing.T) {
		d := newDissolving(t)
		d.prove(d.ana.User.ID, d.ana.Organization.ID, "ben.example.com")
		d.prove(d.ben.User.ID, d.ben.Organization.ID, "own.example")
		require.NoError(t, errOf(d.staff.SetImportEntitlement(d.ctx(), d.ana.Organization.ID,
			tenancy.ImportEntitlement{On: true, Reference: "ticket-1"})))
		d.unchanged(func() {
			results, err := d.as(d.ana.User.ID).ImportUsers(d.ctx(), d.ana.Organization.ID,
				tenancy.UserImport{Emails: []string{address("ben")}})
			require.NoError(t, err)
			refused(t, results[0].Err, tenancy.CodeCandidateDomain)
			plan := d.preview(d.as(d.ana.User.ID))
			require.Empty(t, plan.Dissolved)
			require.Equal(t, []tenancy.Unmet{{Organization: d.ben.Organization.ID,
				Code: tenancy.CodeCandidateDomain}}, plan.Unmet)
			require.Equal(t, plan.Candidates, d.preview(d.host.Session).Dissolved) // an invitation is pending
			require.Empty(t, d.preview(d.host.Session).Unmet)
		})
	})
}
