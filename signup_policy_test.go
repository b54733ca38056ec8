package tenancy_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// covered is a territory in which the founder's organization has acme.com verified, and another has not.
type covered struct {
	*territory
	ana, bea tenancy.SignedUp
	owner    *tenancy.Session // ana
	org      tenancy.OrganizationID
	acme     tenancy.Domain
}

func newCovered(t *testing.T, policy tenancy.SignUpPolicy, options ...tenancy.Options) *covered {
	s := &covered{territory: newTerritory(t, options...)}
	s.ana, s.bea = s.found("ana"), s.found("bea")
	s.owner, s.org = s.as(s.ana.User.ID), s.ana.Organization.ID
	s.acme = s.verify(s.ana, "acme.com")
	s.set(policy)
	return s
}

// set sets the policy of the organization.
func (s *covered) set(policy tenancy.SignUpPolicy) {
	s.Helper()
	require.NoError(s, errOf(s.owner.SetSignUpPolicy(s.ctx(), s.org, tenancy.SignUpPolicyChange{Policy: policy})))
}

// enter signs somebody up under an address.
func (s *covered) enter(email string, secret tenancy.Secret) (tenancy.SignedUp, error) {
	return s.host.SignUp(s.ctx(), tenancy.NewSignUp{Email: tenancy.Proven(email), Name: "New", Secret: secret})
}

// outsider is a user with an address on acme.com who is no member: they were there before under another.
func (s *covered) outsider(name string) tenancy.SignedUp {
	s.Helper()
	up := s.found(name)
	_, err := s.owner.VerifyDomain(s.ctx(), s.acme.ID) // the clock may have moved
	require.NoError(s, err)
	s.set(tenancy.PolicyClosed)
	_, err = s.host.ChangeEmail(s.ctx(), up.User.ID, tenancy.Proven(name+"@acme.com"))
	require.NoError(s, err)
	return up
}

// invite invites an address into an organization.
func (s *covered) invite(by tenancy.SignedUp, email string) tenancy.Secret {
	s.Helper()
	sent, err := s.as(by.User.ID).
		InviteUser(s.ctx(), by.Organization.ID, tenancy.NewInvitation{Email: email, Role: tenancy.Administrator})
	require.NoError(s, err)
	return sent.Secret
}

// offer invites an address to the account of an organization.
func (s *covered) offer(by tenancy.SignedUp, email string) tenancy.Secret {
	s.Helper()
	sent, err := s.as(by.User.ID).
		InviteToAccount(s.ctx(), by.Account.ID, tenancy.NewAccountInvitation{Email: email, Roles: tenancy.Roles(tenancy.Developer)})
	require.NoError(s, err)
	return sent.Secret
}

const newcomer = "new@acme.com"

// TestSignUpByPolicy is the table of USR-1: what signing up does under each policy, with each secret.
func TestSignUpByPolicy(t *testing.T) {
	type secret func(s *covered) tenancy.Secret
	none := func(*covered) tenancy.Secret { return tenancy.Secret{} }
	ours := func(s *covered) tenancy.Secret { return s.invite(s.ana, newcomer) }
	oursUnused := func(s *covered) tenancy.Secret { s.invite(s.ana, newcomer); return tenancy.Secret{} }
	oursExpired := func(s *covered) tenancy.Secret {
		s.invite(s.ana, newcomer)
		s.clock.Advance(7 * day)
		s.recheck()
		return tenancy.Secret{}
	}
	ourAccount := func(s *covered) tenancy.Secret { return s.offer(s.ana, newcomer) }
	ourAccountToo := func(s *covered) tenancy.Secret { s.invite(s.ana, newcomer); return s.offer(s.ana, newcomer) }
	ourAccountUnused := func(s *covered) tenancy.Secret { s.offer(s.ana, newcomer); return tenancy.Secret{} }
	theirs := func(s *covered) tenancy.Secret { return s.invite(s.bea, newcomer) }
	theirsUnused := func(s *covered) tenancy.Secret { s.invite(s.bea, newcomer); return tenancy.Secret{} }
	theirsToo := func(s *covered) tenancy.Secret { s.invite(s.ana, newcomer); return s.invite(s.bea, newcomer) }
	theirAccount := func(s *covered) tenancy.Secret { return s.offer(s.bea, newcomer) }
	elses := func(s *covered) tenancy.Secret { return s.invite(s.ana, "other@acme.com") }
	dead := func(s *covered) tenancy.Secret {
		given := s.invite(s.ana, newcomer)
		require.NoError(s, s.host.DeclineInvitation(s.ctx(), tenancy.Declination{Secret: given}))
		return given
	}
	unmanaged := func(s *covered) tenancy.Secret {
		guest := s.guest(s.bea.User.ID, s.bea.Account.ID, "guest", tenancy.Support)
		account := s.account(guest, tenancy.OrganizationID{}, "guest's")
		sent, err := s.as(guest).
			InviteToAccount(s.ctx(), account, tenancy.NewAccountInvitation{Email: newcomer, Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(s, err)
		return sent.Secret
	}
	const only, automatic, closed, founded, joined, accepted, made = tenancy.PolicyInvitationOnly, tenancy.PolicyAutomatic, tenancy.PolicyClosed,
		tenancy.SignUpFounded, tenancy.SignUpJoined, tenancy.SignUpAccepted, tenancy.SignUpMade
	for _, row := range []struct {
		policy tenancy.SignUpPolicy
		what   string
		secret secret
		how    tenancy.SignUpResult
		code   tenancy.Code
		member bool // of the organization that has the domain
	}{
		{only, "no secret", none, "", tenancy.CodeInvitationOnly, false},
		{only, "a pending invitation, without its secret", oursUnused, made, "", false},
		{only, "an expired invitation", oursExpired, "", tenancy.CodeInvitationOnly, false},
		{only, "its secret", ours, accepted, "", true},
		{only, "an account's secret", ourAccount, "", tenancy.CodeSecretRefused, false},
		{only, "an account's secret, invited to the organization too", ourAccountToo, accepted, "", false},
		{only, "an account's invitation, without its secret", ourAccountUnused, "", tenancy.CodeInvitationOnly, false},
		{only, "another organization's secret", theirs, "", tenancy.CodeSecretRefused, false},
		{only, "another organization's secret, invited to this one too", theirsToo, "", tenancy.CodeSecretRefused, false},
		{only, "another organization's invitation", theirsUnused, "", tenancy.CodeInvitationOnly, false},
		{only, "another organization's account's secret", theirAccount, "", tenancy.CodeSecretRefused, false},
		{only, "an unmanaged account's secret", unmanaged, "", tenancy.CodeSecretRefused, false},
		{only, "somebody else's secret", elses, "", tenancy.CodeSecretRefused, false},
		{only, "a dead secret", dead, "", tenancy.CodeSecretRefused, false},
		{automatic, "no secret", none, joined, "", true},
		{automatic, "a pending invitation, without its secret", oursUnused, joined, "", true},
		{automatic, "its secret", ours, accepted, "", true},
		{automatic, "an account's secret", ourAccount, accepted, "", true},
		{automatic, "an account's secret, invited to the organization too", ourAccountToo, accepted, "", true},
		{automatic, "another organization's secret", theirs, "", tenancy.CodeSecretRefused, false},
		{automatic, "another organization's invitation", theirsUnused, joined, "", true},
		{automatic, "another organization's account's secret", theirAccount, "", tenancy.CodeSecretRefused, false},
		{automatic, "an unmanaged account's secret", unmanaged, "", tenancy.CodeSecretRefused, false},
		{automatic, "somebody else's secret", elses, "", tenancy.CodeSecretRefused, false},
		{automatic, "a dead secret", dead, "", tenancy.CodeSecretRefused, false},
		{closed, "no secret", none, founded, "", false},
		{closed, "another organization's secret", theirs, accepted, "", false},
		{closed, "another organization's account's secret", theirAccount, accepted, "", false},
		{closed, "an unmanaged account's secret", unmanaged, accepted, "", false},
		{closed, "its secret, of before it was closed", ours, "", tenancy.CodeSecretRefused, false},
		{closed, "an account's secret, of before it was closed", ourAccount, "", tenancy.CodeSecretRefused, false},
		{closed, "a pending invitation of before, without its secret", oursUnused, founded, "", false},
		{closed, "a dead secret", dead, "", tenancy.CodeSecretRefused, false},
	} {
		for _, scope := range []string{"the organization", "the domain"} {
			t.Run(fmt.Sprintf("USR-1 %s for %s: %s", row.policy, scope, row.what), func(t *testing.T) {
				s := newCovered(t, only)
				secret := row.secret(s)
				change := tenancy.SignUpPolicyChange{Policy: row.policy}
				if scope == "the domain" {
					s.set(
						map[tenancy.SignUpPolicy]tenancy.SignUpPolicy{only: automatic, automatic: closed, closed: automatic}[row.policy])
					change.Domain = s.acme.ID
				}
				require.NoError(t, errOf(s.owner.SetSignUpPolicy(t.Context(), s.org, change)))
				if row.code != "" {
					s.unchanged(func() {
						_, err := s.enter(newcomer, secret)
						refused(t, err, row.code)
					})
					return
				}
				up, err := s.enter(newcomer, secret)
				require.NoError(t, err)
				require.Equal(t, row.how, up.Result)
				_, member := s.ranks(up.User.ID)[s.org]
				require.Equal(t, row.member, member)
				if row.how != founded {
					require.Empty(t,
						items(t, s.host.Organizations(t.Context(), tenancy.OrganizationQuery{User: up.User.ID}))[min(1, len(s.ranks(up.User.ID))):])
					for reach, err := range s.host.AccountsOf(t.Context(), up.User.ID, tenancy.AccountsOfQuery{}) {
						require.NoError(t, err)
						require.NotEqual(t, up.User.ID, s.accountRecord(reach.Account).Owner,
							"no account of their own is made")
					}
				}
				s.sound()
			})
		}
	}
}

func TestSignUpAutomatic(t *testing.T) {
	t.Run("USR-1 they are a Standard User, who may create accounts", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyAutomatic)
		up, err := s.enter(newcomer, tenancy.Secret{})
		require.NoError(t, err)
		require.Equal(t, tenancy.StandardUser, s.ranks(up.User.ID)[s.org])
		require.Equal(t, s.org, up.Organization.ID)
		require.Nil(t, up.Account)
		s.account(up.User.ID, s.org, "new's")
	})
	t.Run("USR-1 USR-6 joining accepts the organization's invitation, and leaves those to its accounts", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyAutomatic)
		sent, err := s.owner.InviteUser(t.Context(), s.org,
			tenancy.NewInvitation{Email: newcomer, Role: tenancy.Administrator})
		require.NoError(t, err)
		secret := s.offer(s.ana, newcomer)
		up, err := s.enter(newcomer, tenancy.Secret{})
		require.NoError(t, err)
		require.Equal(t, tenancy.StateAccepted, s.invitationState(sent.ID))
		_, err = s.as(up.User.ID).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: secret})
		require.NoError(t, err)
	})
	t.Run("USR-1 at its limit, refused", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyAutomatic, tenancy.Options{Limits: &tenancy.Limits{Members: 1}})
		s.unchanged(func() {
			_, err := s.enter(newcomer, tenancy.Secret{})
			refused(t, err, tenancy.CodeMemberLimit)
		})
		secret := s.offer(s.ana, newcomer)
		_, err := s.enter(newcomer, secret)
		refused(t, err, tenancy.CodeMemberLimit)
		_, err = s.enter(newcomer, s.invite(s.ana, newcomer))
		refused(t, err, tenancy.CodeMemberLimit)
		_, err = s.enter(newcomer, s.invite(s.bea, newcomer))
		refused(t, err, tenancy.CodeSecretRefused)
		require.NoError(t, errOf(s.staff.SetLimits(t.Context(), s.org, &tenancy.Limits{Members: 2})))
		up, err := s.enter(newcomer, secret)
		require.NoError(t, err)
		require.Len(t, s.ranks(up.User.ID), 1)
	})
	for what, until := range map[string]func(s *covered){
		"not found for 7 days": func(s *covered) { s.clock.Advance(7 * day) },
		"lapsing":              func(s *covered) { s.lapse(s.acme) },
	} {
		t.Run(
			"DOM-4 not live ("+what+"), automatic joins nobody: they found, and can be invited as anybody",
			func(t *testing.T) {
				s := newCovered(t, tenancy.PolicyAutomatic)
				until(s)
				require.False(t, s.domain(s.acme).Live)
				up, err := s.enter(newcomer, tenancy.Secret{})
				require.NoError(t, err)
				require.Equal(t, tenancy.SignUpFounded, up.Result)
				require.NotContains(t, s.ranks(up.User.ID), s.org)
				up, err = s.enter("b@acme.com", s.invite(s.ana, "b@acme.com"))
				require.NoError(t, err)
				require.Equal(t, tenancy.SignUpAccepted, up.Result)
				up, err = s.enter("c@acme.com", s.invite(s.bea, "c@acme.com"))
				require.NoError(t, err)
				require.Contains(t, s.ranks(up.User.ID), s.bea.Organization.ID)
				s.set(tenancy.PolicyInvitationOnly)
				_, err = s.enter("d@acme.com", tenancy.Secret{})
				refused(t, err, tenancy.CodeInvitationOnly)
				s.set(tenancy.PolicyClosed)
				_, err = s.owner.InviteUser(t.Context(), s.org, tenancy.NewInvitation{Email: "d@acme.com"})
				refused(t, err, tenancy.CodeSignUpClosed)
			},
		)
	}
	t.Run("DOM-4 lost or removed, no policy holds", func(t *testing.T) {
		for _, end := range []func(s *covered){func(s *covered) { s.lose(s.acme) }, func(s *covered) { require.NoError(s, s.owner.RemoveDomain(s.ctx(), s.acme.ID)) }} {
			for _, policy := range []tenancy.SignUpPolicy{tenancy.PolicyInvitationOnly, tenancy.PolicyAutomatic, tenancy.PolicyClosed} {
				s := newCovered(t, policy)
				end(s)
				up, err := s.enter(newcomer, tenancy.Secret{})
				require.NoError(t, err)
				require.Equal(t, tenancy.SignUpFounded, up.Result)
				_, err = s.enter("b@acme.com", s.invite(s.ana, "b@acme.com"))
				require.NoError(t, err)
			}
		}
	})
	t.Run("USR-1 made, they accept what they were invited to", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyInvitationOnly)
		secret := s.invite(s.ana, newcomer)
		up, err := s.enter(newcomer, tenancy.Secret{})
		require.NoError(t, err)
		require.Equal(t, tenancy.SignUpMade, up.Result)
		require.Nil(t, up.Organization)
		require.Nil(t, up.Account)
		_, err = s.as(up.User.ID).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: secret})
		require.NoError(t, err)
		require.Equal(t, tenancy.Administrator, s.ranks(up.User.ID)[s.org])
	})
}

func TestSignUpClosed(t *testing.T) {
	t.Run("USR-1 closed: inviting is refused at once, for whom there is a user or not", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyClosed)
		s.outsider("out")
		for _, email := range []string{"out@acme.com", "nobody@acme.com"} {
			s.unchanged(func() {
				_, err := s.owner.InviteUser(t.Context(), s.org, tenancy.NewInvitation{Email: email})
				refused(t, err, tenancy.CodeSignUpClosed)
				_, err = s.owner.InviteToAccount(t.Context(), s.ana.Account.ID,
					tenancy.NewAccountInvitation{Email: email, Roles: tenancy.Roles(tenancy.Support)})
				refused(t, err, tenancy.CodeSignUpClosed)
			})
		}
		s.invite(s.ana, "x@elsewhere.org")
		s.invite(s.bea, "nobody@acme.com")
		s.offer(s.bea, "nobody@acme.com")
	})
	t.Run("USR-1 closed: no resending, no accepting", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyAutomatic)
		out := s.found("out")
		sent, err := s.owner.InviteUser(t.Context(), s.org, tenancy.NewInvitation{Email: newcomer})
		require.NoError(t, err)
		toAccount := s.offer(s.ana, newcomer)
		s.set(tenancy.PolicyClosed)
		_, err = s.host.ChangeEmail(t.Context(), out.User.ID, tenancy.Proven(newcomer))
		require.NoError(t, err)
		s.unchanged(func() {
			_, err = s.owner.ResendInvitation(t.Context(), sent.ID)
			refused(t, err, tenancy.CodeSignUpClosed)
			for _, secret := range []tenancy.Secret{sent.Secret, toAccount} {
				_, err = s.as(out.User.ID).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: secret})
				refused(t, err, tenancy.CodeSignUpClosed)
			}
		})
	})
	t.Run("USR-1 closed: no import, whatever they own", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyClosed)
		require.NoError(
			t,
			errOf(
				s.staff.SetImportEntitlement(t.Context(), s.org, tenancy.ImportEntitlement{On: true, Reference: "T-1"})),
		)
		s.outsider("out")
		guest := s.guest(s.bea.User.ID, s.bea.Account.ID, "guest", tenancy.Support)
		_, err := s.host.ChangeEmail(t.Context(), guest, tenancy.Proven("guest@acme.com"))
		require.NoError(t, err)
		s.unchanged(func() {
			done, err := s.owner.ImportUsers(t.Context(), s.org,
				tenancy.UserImport{Emails: []string{"out@acme.com", "guest@acme.com"}})
			require.NoError(t, err)
			for _, item := range done {
				refused(t, item.Err, tenancy.CodeSignUpClosed)
			}
		})
		s.set(tenancy.PolicyInvitationOnly)
		done, err := s.owner.ImportUsers(t.Context(), s.org,
			tenancy.UserImport{Emails: []string{"out@acme.com", "guest@acme.com"}})
		require.NoError(t, err)
		require.NoError(t, done[0].Err)
		require.NoError(t, done[1].Err)
	})
	t.Run("USR-1 closed: no Operator makes one Owner", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyClosed)
		guest := s.guest(s.bea.User.ID, s.bea.Account.ID, "guest", tenancy.Support)
		_, err := s.host.ChangeEmail(t.Context(), guest, tenancy.Proven("guest@acme.com"))
		require.NoError(t, err)
		s.unchanged(func() {
			_, err := s.staff.ReplaceOwner(t.Context(), s.org, tenancy.OwnerReplacement{User: guest, Reference: "T-1"})
			refused(t, err, tenancy.CodeSignUpClosed)
		})
	})
	t.Run("USR-1 closed: no role on an account by assigning or taking it over", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyClosed)
		out := s.outsider("out")
		_, err := s.owner.AssignRoles(t.Context(), s.ana.Account.ID, out.User.ID, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Support)})
		refused(t, err, tenancy.CodeNotFound)
		_, err = s.owner.TransferAccount(t.Context(), s.ana.Account.ID, out.User.ID)
		refused(t, err, tenancy.CodeNotFound)
		_, err = s.owner.CreateAccount(t.Context(), s.org, tenancy.NewAccount{Name: "x", Owner: out.User.ID})
		refused(t, err, tenancy.CodeNotFound)
		_, err = s.owner.TransferOwnership(t.Context(), s.org, tenancy.NewOwner{Email: "out@acme.com"})
		require.Error(t, err)
	})
	t.Run("USR-1 closed: a merge that would bring one is refused", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyAutomatic)
		s.verify(s.ana, "open.org")
		require.NoError(
			t,
			errOf(
				s.owner.SetSignUpPolicy(t.Context(), s.org,
					tenancy.SignUpPolicyChange{Domain: s.acme.ID, Policy: tenancy.PolicyClosed}),
			),
		)
		cleo := s.found("cleo")
		user := s.join(cleo, "user", tenancy.StandardUser)
		secret := s.inviteOwner("cleo@open.org", cleo)
		_, err := s.host.ChangeEmail(t.Context(), user, tenancy.Proven("user@acme.com"))
		require.NoError(t, err)
		s.unchanged(func() {
			_, err := s.as(cleo.User.ID).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: secret})
			refused(t, err, tenancy.CodeMergeClosed)
		})
	})
	t.Run("USR-1 closed: members stay, and are given roles as ever", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyAutomatic)
		up, err := s.enter(newcomer, tenancy.Secret{})
		require.NoError(t, err)
		guest := s.guest(s.ana.User.ID, s.ana.Account.ID, "guest", tenancy.Support)
		s.set(tenancy.PolicyClosed)
		require.Contains(t, s.ranks(up.User.ID), s.org)
		_, err = s.owner.AssignRoles(t.Context(), s.ana.Account.ID, up.User.ID, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})
		require.NoError(t, err)
		second := s.account(s.ana.User.ID, s.org, "second")
		sent, err := s.owner.InviteToAccount(t.Context(), second,
			tenancy.NewAccountInvitation{Email: newcomer, Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		_, err = s.as(up.User.ID).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: sent.Secret})
		require.NoError(t, err)
		require.NoError(t, errOf(s.owner.SetOrganizationRole(t.Context(), s.org, up.User.ID, tenancy.Administrator)))
		_, err = s.owner.TransferOwnership(t.Context(), s.org, tenancy.NewOwner{User: up.User.ID})
		require.NoError(t, err)
		require.Equal(t, up.User.ID, s.ownerOf(s.org))
		_, err = s.host.ChangeEmail(t.Context(), guest, tenancy.Proven("guest@acme.com"))
		refused(t, err, tenancy.CodeSignUpClosed)
	})
	t.Run("USR-1 closed: whoever has a role on the account keeps it, and is given others there", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyAutomatic)
		guest := s.guest(s.ana.User.ID, s.ana.Account.ID, "guest", tenancy.Support)
		_, err := s.host.ChangeEmail(t.Context(), guest, tenancy.Proven("guest@acme.com"))
		require.NoError(t, err)
		s.set(tenancy.PolicyClosed)
		require.Equal(t, tenancy.Roles(tenancy.Support), s.roles(s.ana.Account.ID, guest))
		_, err = s.as(guest).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: s.offer(s.ana, "guest@acme.com")})
		require.NoError(t, err)
		second := s.account(s.ana.User.ID, s.org, "second")
		_, err = s.owner.InviteToAccount(t.Context(), second,
			tenancy.NewAccountInvitation{Email: "guest@acme.com", Roles: tenancy.Roles(tenancy.Support)})
		refused(t, err, tenancy.CodeSignUpClosed)
	})
}

// inviteOwner gives the Owner of another organization an address and invites them under it.
func (s *covered) inviteOwner(email string, of tenancy.SignedUp) tenancy.Secret {
	s.Helper()
	secret := s.invite(s.ana, email)
	_, err := s.host.ChangeEmail(s.ctx(), of.User.ID, tenancy.Proven(email))
	require.NoError(s, err)
	return secret
}

func TestSetInvitationPolicy(t *testing.T) {
	s := newCovered(t, tenancy.PolicyInvitationOnly)
	pending := s.invite(s.ana, "early@elsewhere.org")
	resent, err := s.owner.InviteUser(t.Context(), s.org, tenancy.NewInvitation{Email: "again@elsewhere.org"})
	require.NoError(t, err)
	claimed := s.claim(s.ana, "acme.org")
	require.NoError(t, errOf(s.owner.SetInvitationPolicy(t.Context(), s.org, tenancy.InviteLiveDomains)))
	t.Run("USR-5 only addresses on live domains are invited", func(t *testing.T) {
		s.invite(s.ana, newcomer)
		s.unchanged(func() {
			for _, email := range []string{"x@elsewhere.org", "x@sub.acme.com", "x@" + claimed.Name} {
				_, err := s.owner.InviteUser(t.Context(), s.org, tenancy.NewInvitation{Email: email})
				refused(t, err, tenancy.CodeOffDomain)
			}
			_, err := s.owner.ResendInvitation(t.Context(), resent.ID)
			refused(t, err, tenancy.CodeOffDomain)
		})
	})
	t.Run("USR-5 its accounts invite anybody", func(t *testing.T) { s.offer(s.ana, "x@elsewhere.org") })
	t.Run("USR-5 it is looked at when inviting", func(t *testing.T) {
		up, err := s.enter("early@elsewhere.org", pending)
		require.NoError(t, err)
		require.Equal(t, tenancy.SignUpAccepted, up.Result)
	})
	t.Run("USR-5 a domain that is not live is none", func(t *testing.T) {
		s.lapse(s.acme)
		_, err := s.owner.InviteUser(t.Context(), s.org, tenancy.NewInvitation{Email: "y@acme.com"})
		refused(t, err, tenancy.CodeOffDomain)
	})
	t.Run("USR-5 off again, anybody is", func(t *testing.T) {
		require.NoError(t, errOf(s.owner.SetInvitationPolicy(t.Context(), s.org, tenancy.InviteAnybody)))
		log := s.news(func() {
			require.NoError(t, errOf(s.owner.SetInvitationPolicy(t.Context(), s.org, tenancy.InviteAnybody)))
		}, ofOrganization(s.org))
		require.Empty(t, log[0], "GEN-6")
		s.invite(s.ana, "x@elsewhere.org")
	})
	t.Run("USR-5 refusals", func(t *testing.T) {
		refused(t, errOf(s.owner.SetInvitationPolicy(t.Context(), s.org, "nobody")), tenancy.CodePolicy)
		refused(t, errOf(s.owner.SetInvitationPolicy(t.Context(), tenancy.OrganizationID{}, tenancy.InviteAnybody)),
			tenancy.CodeID)
		refused(t, errOf(s.as(s.bea.User.ID).SetInvitationPolicy(t.Context(), s.org, tenancy.InviteAnybody)),
			tenancy.CodeNotFound)
		refused(t, errOf(s.staff.SetInvitationPolicy(t.Context(), s.org, tenancy.InviteAnybody)),
			tenancy.CodeNotAllowed)
	})
}

// enforce has single sign-on enforced on domains, through a connection that was tested.
func (s *territory) enforce(by *tenancy.Session, domains ...tenancy.Domain) tenancy.ConnectionID {
	s.Helper()
	connection, err := by.AddConnection(s.ctx(), domains[0].Organization, "Provider")
	require.NoError(s, err)
	_, err = s.host.MarkConnectionTested(s.ctx(), connection.ID)
	require.NoError(s, err)
	for _, d := range domains {
		_, err = by.EnforceSSO(s.ctx(), d.ID, connection.ID)
		require.NoError(s, err)
	}
	return connection.ID
}
