package tenancy_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// required asks how a user must sign in.
func (s *territory) required(user tenancy.UserID) tenancy.SignInRequirement {
	s.Helper()
	requirement, err := s.host.SignInRequirement(s.ctx(), user)
	require.NoError(s, err)
	return requirement
}

// guarded is a covered scene in which single sign-on is enforced on acme.com, with an Administrator and a Standard User who have addresses on it.
type guarded struct {
	*covered
	connection  tenancy.ConnectionID
	admin, user tenancy.UserID
}

func newGuarded(t *testing.T) *guarded {
	s := &guarded{covered: newCovered(t, tenancy.PolicyAutomatic)}
	admin, err := s.enter("admin@acme.com", s.invite(s.ana, "admin@acme.com"))
	require.NoError(t, err)
	user, err := s.enter("user@acme.com", tenancy.Secret{})
	require.NoError(t, err)
	s.admin, s.user = admin.User.ID, user.User.ID
	_, err = s.host.ChangeEmail(t.Context(), s.ana.User.ID, tenancy.Proven("ana@acme.com"))
	require.NoError(t, err)
	s.connection = s.enforce(s.owner, s.acme)
	s.bound(s.admin, s.user)
	s.free(s.ana.User.ID)
	return s
}

// bound wants single sign-on to be required of users.
func (s *guarded) bound(users ...tenancy.UserID) {
	s.Helper()
	for _, user := range users {
		require.Equal(s, tenancy.SignInRequirement{Connection: s.connection, Organization: s.org, Domain: s.acme.ID},
			s.required(user))
	}
}

// free wants it to be required of none of them.
func (s *guarded) free(users ...tenancy.UserID) {
	s.Helper()
	for _, user := range users {
		require.Zero(s, s.required(user))
	}
}

func (s *guarded) exempt(user tenancy.UserID) {
	s.Helper()
	require.NoError(s, errOf(s.owner.SetSSOExemption(s.ctx(), s.org, user, tenancy.SSOExempt)))
	s.free(user)
}

func TestConnections(t *testing.T) {
	t.Run("SSO-1 a connection is added untested, tested once, and listed", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyInvitationOnly)
		made, err := s.owner.AddConnection(t.Context(), s.org, "  Corp ")
		require.NoError(t, err)
		require.Equal(t, "Corp", made.Name.Reveal())
		require.Zero(t, made.Tested)
		tested, err := s.staff.MarkConnectionTested(t.Context(), made.ID)
		require.NoError(t, err)
		require.Equal(t, s.clock.Now(), tested.Tested)
		s.clock.Advance(day)
		s.unchanged(func() {
			again, err := s.host.MarkConnectionTested(t.Context(), made.ID)
			require.NoError(t, err)
			require.Equal(t, tested.Tested, again.Tested)
		})
		second, err := s.owner.AddConnection(t.Context(), s.org, "Corp")
		require.NoError(t, err)
		for _, session := range []*tenancy.Session{s.owner, s.host.Session, s.staff.Session} {
			all := items(t, session.Connections(t.Context(), s.org, tenancy.ConnectionQuery{}))
			require.Len(t, all, 2)
			require.Equal(t, []tenancy.Connection{tested, second},
				[]tenancy.Connection{all[0].Connection, all[1].Connection})
			require.Len(t,
				items(t, session.Connections(t.Context(), s.org, tenancy.ConnectionQuery{After: all[0].Cursor()})), 1)
		}
		s.sound()
	})
	t.Run("SSO-1 an enforced one is not removed", func(t *testing.T) {
		s := newGuarded(t)
		s.unchanged(func() { refused(t, s.owner.RemoveConnection(t.Context(), s.connection), tenancy.CodeEnforced) })
		_, err := s.owner.StopEnforcingSSO(t.Context(), s.acme.ID)
		require.NoError(t, err)
		require.NoError(t, s.owner.RemoveConnection(t.Context(), s.connection))
		refused(t, s.owner.RemoveConnection(t.Context(), s.connection), tenancy.CodeNotFound)
		s.sound()
	})
	t.Run(
		"SSO-1 SEC-18 enforcing needs a verified domain and a tested connection of the same organization",
		func(t *testing.T) {
			s := newCovered(t, tenancy.PolicyInvitationOnly)
			untested, err := s.owner.AddConnection(t.Context(), s.org, "Corp")
			require.NoError(t, err)
			claimed := s.claim(s.ana, "acme.org")
			foreign := s.enforce(s.as(s.bea.User.ID), s.verify(s.bea, "bea.com"))
			enforce := func(d tenancy.Domain, c tenancy.ConnectionID, code tenancy.Code) {
				t.Helper()
				s.unchanged(func() {
					_, err := s.owner.EnforceSSO(t.Context(), d.ID, c)
					refused(t, err, code)
				})
			}
			enforce(s.acme, untested.ID, tenancy.CodeUntested)
			enforce(claimed, untested.ID, tenancy.CodeUnverified)
			enforce(s.acme, foreign, tenancy.CodeNotFound)
			enforce(s.acme, tenancy.ConnectionID{}, tenancy.CodeID)
			enforce(tenancy.Domain{}, untested.ID, tenancy.CodeID)
			_, err = s.host.MarkConnectionTested(t.Context(), untested.ID)
			require.NoError(t, err)
			s.lapse(s.acme)
			enforce(s.acme, untested.ID, tenancy.CodeUnverified) // DOM-4: lapsing is not enough here
		},
	)
	t.Run(
		"SSO-1 another connection takes the place, the same stays, stopping twice is stopping once",
		func(t *testing.T) {
			s := newGuarded(t)
			s.unchanged(func() {
				_, err := s.owner.EnforceSSO(t.Context(), s.acme.ID, s.connection)
				require.NoError(t, err)
			})
			s.connection = s.enforce(s.owner, s.acme)
			s.bound(s.user)
			stopped, err := s.owner.StopEnforcingSSO(t.Context(), s.acme.ID)
			require.NoError(t, err)
			require.Zero(t, stopped.Connection)
			s.free(s.user, s.admin)
			s.unchanged(func() {
				_, err := s.owner.StopEnforcingSSO(t.Context(), s.acme.ID)
				require.NoError(t, err)
			})
		},
	)
	t.Run("SSO-1 who may", func(t *testing.T) {
		s := newGuarded(t)
		for code, sessions := range map[tenancy.Code][]*tenancy.Session{
			tenancy.CodeNotFound:   {s.as(s.bea.User.ID)},
			tenancy.CodeNotAllowed: {s.as(s.user), s.host.Session, s.staff.Session},
		} {
			for i, session := range sessions {
				_, err := session.AddConnection(t.Context(), s.org, "x")
				refused(t, err, code)
				there := code // of what the Standard User does not see (GEN-5)
				if i == 0 {
					there = tenancy.CodeNotFound
				}
				refused(t, session.RemoveConnection(t.Context(), s.connection), there)
				_, err = session.EnforceSSO(t.Context(), s.acme.ID, s.connection)
				refused(t, err, there)
				_, err = session.StopEnforcingSSO(t.Context(), s.acme.ID)
				refused(t, err, there)
				refused(t, errOf(session.SetSSOExemption(t.Context(), s.org, s.admin, tenancy.SSOExempt)), code)
			}
		}
		refused(t, failure(s.as(s.user).Connections(t.Context(), s.org, tenancy.ConnectionQuery{})),
			tenancy.CodeNotAllowed)
		refused(t, failure(s.as(s.bea.User.ID).Connections(t.Context(), s.org, tenancy.ConnectionQuery{})),
			tenancy.CodeNotFound)
		_, err := s.owner.AddConnection(t.Context(), s.org, " ")
		refused(t, err, tenancy.CodeName)
		_, err = s.host.MarkConnectionTested(t.Context(), tenancy.ConnectionID{})
		refused(t, err, tenancy.CodeID)
	})
}

// TestSignInRequirementTable is SSO-2 as a table of everything it depends on, each with each: role, exemption, where the address is, and what is
// enforced where (SEC-18, INV-12).
func TestSignInRequirementTable(t *testing.T) {
	const outside, standard, administrator, owner = "no member", "Standard User", "Administrator", "Owner"
	for _, role := range []string{outside, standard, administrator, owner} {
		for _, exempt := range []bool{false, true} {
			for _, email := range []string{"acme.com", "acme.org", "sub.acme.com", "bea.com", "elsewhere.org"} {
				for _, enforced := range []bool{false, true} {
					if exempt && (role == outside || role == owner) {
						continue // who is no member, and the Owner, is never set exempt
					}
					t.Run(
						fmt.Sprintf("SSO-2 SEC-18 %s, exempt %v, at %s, enforced %v", role, exempt, email, enforced),
						func(t *testing.T) {
							s := newCovered(t, tenancy.PolicyAutomatic)
							s.verify(s.ana, "acme.org")
							foreign := s.verify(s.bea, "bea.com")
							require.NoError(
								t,
								errOf(
									s.as(s.bea.User.ID).
										SetSignUpPolicy(t.Context(), foreign.Organization, tenancy.SignUpPolicyChange{Policy: tenancy.PolicyAutomatic}),
								),
							)
							s.enforce(s.as(s.bea.User.ID), foreign)
							user := s.ana.User.ID
							switch role {
							case outside:
								user = s.found("out").User.ID
							case standard:
								user = s.join(s.ana, "user", tenancy.StandardUser)
							case administrator:
								user = s.join(s.ana, "user", tenancy.Administrator)
							}
							_, err := s.host.ChangeEmail(t.Context(), user, tenancy.Proven("x@"+email))
							require.NoError(t, err)
							want := tenancy.SignInRequirement{}
							if enforced {
								connection := s.enforce(s.owner, s.acme)
								if email == "acme.com" && (role == standard || role == administrator) && !exempt {
									want = tenancy.SignInRequirement{
										Connection:   connection,
										Organization: s.org,
										Domain:       s.acme.ID,
									}
								}
							}
							if exempt {
								require.NoError(t,
									errOf(s.owner.SetSSOExemption(t.Context(), s.org, user, tenancy.SSOExempt)))
							}
							require.Equal(t, want, s.required(user))
							operators, err := s.staff.SignInRequirement(t.Context(), user)
							require.NoError(t, err)
							require.Equal(t, want, operators)
						},
					)
				}
			}
		}
	}
	t.Run("SSO-2 of nobody, and of a deleted user, nothing is said", func(t *testing.T) {
		s := newGuarded(t)
		_, err := s.host.SignInRequirement(t.Context(), tenancy.UserID{})
		refused(t, err, tenancy.CodeID)
		_, err = s.host.SignInRequirement(t.Context(), tenancy.UserID(s.org))
		refused(t, err, tenancy.CodeNotFound)
		require.NoError(t, s.owner.DeleteUser(t.Context(), s.user, tenancy.UserDeletion{}))
		_, err = s.host.SignInRequirement(t.Context(), s.user)
		refused(t, err, tenancy.CodeNotFound)
	})
	t.Run("SSO-2 it is required of an inactive user as ever", func(t *testing.T) {
		s := newGuarded(t)
		_, err := s.owner.DeactivateUser(t.Context(), s.user)
		require.NoError(t, err)
		s.bound(s.user)
	})
}

func TestSSOExemption(t *testing.T) {
	t.Run("SSO-3 for any other member but the Owner, never one's own", func(t *testing.T) {
		s := newGuarded(t)
		guest := s.guest(s.ana.User.ID, s.ana.Account.ID, "guest", tenancy.Support)
		admin := s.as(s.admin)
		require.NoError(t, errOf(admin.SetSSOExemption(t.Context(), s.org, s.user, tenancy.SSOExempt)))
		s.unchanged(func() {
			require.NoError(t, errOf(admin.SetSSOExemption(t.Context(), s.org, s.user, tenancy.SSOExempt)))
			for _, exempt := range []tenancy.SSOExemption{tenancy.SSOExempt, tenancy.SSONotExempt} {
				refused(t, errOf(admin.SetSSOExemption(t.Context(), s.org, s.admin, exempt)), tenancy.CodeOneself)
				refused(t, errOf(s.owner.SetSSOExemption(t.Context(), s.org, s.ana.User.ID, exempt)),
					tenancy.CodeOneself)
				refused(t, errOf(admin.SetSSOExemption(t.Context(), s.org, s.ana.User.ID, exempt)),
					tenancy.CodeTheOwner)
				refused(t, errOf(admin.SetSSOExemption(t.Context(), s.org, s.bea.User.ID, exempt)),
					tenancy.CodeNotFound)
				refused(t, errOf(admin.SetSSOExemption(t.Context(), s.org, guest, exempt)), tenancy.CodeNotMember)
				refused(t, errOf(admin.SetSSOExemption(t.Context(), tenancy.OrganizationID{}, s.user, exempt)),
					tenancy.CodeID)
				refused(t, errOf(admin.SetSSOExemption(t.Context(), s.org, tenancy.UserID{}, exempt)), tenancy.CodeID)
			}
		})
		s.free(s.user)
		require.NoError(t, errOf(admin.SetSSOExemption(t.Context(), s.org, s.user, tenancy.SSONotExempt)))
		s.bound(s.user)
	})
	t.Run("SSO-3 enforcing exempts nobody", func(t *testing.T) {
		s := newGuarded(t)
		require.NoError(t, errOf(s.owner.SetSSOExemption(t.Context(), s.org, s.user, tenancy.SSOExempt)))
		_, err := s.owner.StopEnforcingSSO(t.Context(), s.acme.ID)
		require.NoError(t, err)
		_, err = s.as(s.admin).EnforceSSO(t.Context(), s.acme.ID, s.connection)
		require.NoError(t, err)
		s.bound(s.admin)
		s.free(s.user)
	})
	t.Run("SSO-3 a change of role leaves it", func(t *testing.T) {
		s := newGuarded(t)
		require.NoError(t, errOf(s.owner.SetOrganizationRole(t.Context(), s.org, s.user, tenancy.Administrator)))
		s.bound(s.user)
		s.exempt(s.user)
		require.NoError(t, errOf(s.owner.SetOrganizationRole(t.Context(), s.org, s.user, tenancy.StandardUser)))
		s.free(s.user)
	})
	t.Run("SSO-3 it ends with the membership", func(t *testing.T) {
		for _, end := range []func(s *guarded) error{
			func(s *guarded) error { return s.owner.RemoveUser(s.ctx(), s.org, s.user, tenancy.Removal{}) },
			func(s *guarded) error { return s.as(s.user).Leave(s.ctx(), s.org) },
		} {
			s := newGuarded(t)
			s.exempt(s.user)
			require.NoError(t, end(s))
			s.free(s.user)
			_, err := s.as(s.user).
				AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: s.invite(s.ana, "user@acme.com")})
			require.NoError(t, err)
			s.bound(s.user)
		}
	})
	t.Run("SSO-3 INV-12 it ends with becoming Owner, and with ceasing to be", func(t *testing.T) {
		s := newGuarded(t)
		s.exempt(s.admin)
		_, err := s.owner.TransferOwnership(t.Context(), s.org, tenancy.NewOwner{User: s.admin})
		require.NoError(t, err)
		s.free(s.admin)
		s.bound(s.ana.User.ID)
		_, err = s.as(s.admin).TransferOwnership(t.Context(), s.org, tenancy.NewOwner{User: s.ana.User.ID})
		require.NoError(t, err)
		s.free(s.ana.User.ID)
		s.bound(s.admin)
		s.sound()
	})
	t.Run("SSO-3 INV-12 by an Operator's judgement too", func(t *testing.T) {
		s := newGuarded(t)
		s.exempt(s.user)
		_, err := s.staff.ReplaceOwner(t.Context(), s.org, tenancy.OwnerReplacement{User: s.user, Reference: "T-1"})
		require.NoError(t, err)
		s.free(s.user)
		s.bound(s.ana.User.ID)
	})
}

func TestSignInRequirementFollows(t *testing.T) {
	t.Run("SSO-2 the membership: leaving, removal, joining", func(t *testing.T) {
		s := newGuarded(t)
		require.NoError(t, s.as(s.user).Leave(t.Context(), s.org))
		require.NoError(t, s.owner.RemoveUser(t.Context(), s.org, s.admin, tenancy.Removal{}))
		s.free(s.user, s.admin)
		up, err := s.enter(newcomer, tenancy.Secret{})
		require.NoError(t, err)
		s.bound(up.User.ID)
		up, err = s.enter("late@acme.com", s.invite(s.ana, "late@acme.com"))
		require.NoError(t, err)
		s.bound(up.User.ID)
	})
	t.Run("SSO-2 USR-17 the address", func(t *testing.T) {
		s := newGuarded(t)
		off := s.join(s.ana, "off", tenancy.StandardUser)
		s.free(off)
		_, err := s.host.ChangeEmail(t.Context(), off, tenancy.Proven("off@acme.com"))
		require.NoError(t, err)
		s.bound(off)
		_, err = s.host.ChangeEmail(t.Context(), off, tenancy.Proven("off@elsewhere.org"))
		refused(t, err, tenancy.CodeSSOAddress)
		s.bound(off)
	})
	t.Run("DOM-5 removing the domain ends it", func(t *testing.T) {
		s := newGuarded(t)
		require.NoError(t, s.staff.RemoveDomain(t.Context(), s.acme.ID))
		s.free(s.user, s.admin)
		require.NoError(t, s.owner.RemoveConnection(t.Context(), s.connection))
		s.verify(s.ana, "acme.com")
		s.free(s.user, s.admin)
	})
	t.Run("DOM-4 SEC-17 SEC-18 lapse and loss of the domain end nothing", func(t *testing.T) {
		s := newGuarded(t)
		s.lapse(s.acme)
		s.bound(s.user, s.admin)
		s.clock.Advance(30 * day)
		s.recheck()
		require.Equal(t, tenancy.StateUnverified, s.domain(s.acme).State)
		s.bound(s.user, s.admin)
		_, err := s.host.ChangeEmail(t.Context(), s.user, tenancy.Proven("user@elsewhere.org"))
		refused(t, err, tenancy.CodeSSOAddress)
		refused(t, s.owner.RemoveConnection(t.Context(), s.connection), tenancy.CodeEnforced)
		s.verify(s.bea, "acme.com") // whoever proves it then says nothing about this organization's members
		s.bound(s.user, s.admin)
		_, err = s.owner.StopEnforcingSSO(t.Context(), s.acme.ID)
		require.NoError(t, err)
		s.free(s.user, s.admin)
		_, err = s.host.Purge(t.Context()) // of the invitations that are 30 days old
		require.NoError(t, err)
		s.sound()
	})
	t.Run("MRG-8 a merge: enforced for the Candidate's users on the domain, exemptions end", func(t *testing.T) {
		s := newGuarded(t)
		cleo := s.found("cleo")
		second, off := s.join(cleo, "second", tenancy.Administrator), s.join(cleo, "off", tenancy.StandardUser)
		require.NoError(t,
			errOf(s.as(cleo.User.ID).SetSSOExemption(t.Context(), cleo.Organization.ID, second, tenancy.SSOExempt)))
		_, err := s.host.ChangeEmail(t.Context(), second, tenancy.Proven("second@acme.com"))
		require.NoError(t, err)
		secret := s.inviteOwner("cleo@acme.com", cleo)
		s.free(cleo.User.ID, second, off)
		offer, err := s.as(cleo.User.ID).Invitation(t.Context(), secret)
		require.NoError(t, err)
		plan, err := s.host.PreviewMerge(t.Context(), s.org, tenancy.MergeCandidate{Owner: cleo.User.ID})
		require.NoError(t, err)
		for _, u := range plan.Users {
			require.Equal(t, u.User != off, *u.SSO, "MRG-11 the plan says of whom it will be required")
		}
		accepted, err := s.as(cleo.User.ID).
			AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: secret, Terms: offer.Terms.Token})
		require.NoError(t, err)
		require.Equal(t, []tenancy.OrganizationID{cleo.Organization.ID}, accepted.Merged)
		s.bound(cleo.User.ID, second)
		s.free(off)
		s.sound()
	})
	t.Run("USR-15 an import", func(t *testing.T) {
		s := newGuarded(t)
		require.NoError(
			t,
			errOf(
				s.staff.SetImportEntitlement(t.Context(), s.org, tenancy.ImportEntitlement{On: true, Reference: "T-1"})),
		)
		guest := s.guest(s.bea.User.ID, s.bea.Account.ID, "guest", tenancy.Support)
		_, err := s.host.ChangeEmail(t.Context(), guest, tenancy.Proven("guest@acme.com"))
		require.NoError(t, err)
		s.free(guest)
		done, err := s.owner.ImportUsers(t.Context(), s.org, tenancy.UserImport{Emails: []string{"guest@acme.com"}})
		require.NoError(t, err)
		require.NoError(t, done[0].Err)
		s.bound(guest)
	})
	t.Run("ORG-10 the organization's deletion", func(t *testing.T) {
		s := newGuarded(t)
		require.NoError(t, s.owner.DeleteOrganization(t.Context(), s.org, tenancy.OrganizationDeletion{}))
		s.free(s.user, s.admin, s.ana.User.ID)
	})
}
