package tenancy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestVouchesFor(t *testing.T) {
	// vouched asks about an address.
	vouched := func(s *guarded, connection tenancy.ConnectionID, email string) tenancy.Vouching {
		s.Helper()
		vouching, err := s.host.VouchesFor(s.ctx(), connection, email)
		require.NoError(s, err)
		return vouching
	}
	// made adds a connection to an organization.
	made := func(s *guarded, by tenancy.SignedUp, tested bool) tenancy.ConnectionID {
		s.Helper()
		connection, err := s.as(by.User.ID).AddConnection(s.ctx(), by.Organization.ID, "Other")
		require.NoError(s, err)
		if tested {
			require.NoError(s, errOf(s.host.MarkConnectionTested(s.ctx(), connection.ID)))
		}
		return connection.ID
	}
	t.Run("SSO-4 for members and for nobody, in any spelling", func(t *testing.T) {
		s := newGuarded(t)
		s.unchanged(func() {
			for email, user := range map[string]tenancy.UserID{
				"user@acme.com": s.user, "USER@Acme.Com": s.user, "admin@acme.com": s.admin, "nobody@acme.com": {},
			} {
				require.Equal(t, tenancy.Vouching{Vouched: true, User: user}, vouched(s, s.connection, email), email)
			}
		})
		require.NoError(t, errOf(s.owner.StopEnforcingSSO(t.Context(), s.acme.ID)))
		require.True(t, vouched(s, s.connection, "user@acme.com").Vouched, "it need not be enforced")
		require.NoError(t, errOf(s.owner.DeactivateUser(t.Context(), s.user)))
		require.True(t, vouched(s, s.connection, "user@acme.com").Vouched, "an inactive member is who they are")
	})
	t.Run("SSO-4 SEC-32 not while the connection is untested", func(t *testing.T) {
		s := newGuarded(t)
		untested := made(s, s.ana, false)
		for _, email := range []string{"user@acme.com", "nobody@acme.com", "ana@acme.com", "user@elsewhere.com"} {
			require.Equal(t, tenancy.Vouching{Why: tenancy.CodeUntested}, vouched(s, untested, email))
		}
		require.NoError(t, errOf(s.host.MarkConnectionTested(t.Context(), untested)))
		require.True(t, vouched(s, untested, "user@acme.com").Vouched, "any tested connection of the organization will do")
	})
	t.Run("SSO-4 SEC-32 not for an address off the organization's live domains", func(t *testing.T) {
		s := newGuarded(t)
		no := tenancy.Vouching{Why: tenancy.CodeNoLiveDomain}
		for _, email := range []string{"user@elsewhere.com", "user@sub.acme.com", address("bea"), "user@com.acme.com"} {
			require.Equal(t, no, vouched(s, s.connection, email), email)
		}
		claim, err := s.owner.AddDomain(t.Context(), s.org, "claimed.com")
		require.NoError(t, err)
		require.Equal(t, no, vouched(s, s.connection, "nobody@claimed.com"), "a claim proves nothing")
		require.NoError(t, s.owner.RemoveDomain(t.Context(), claim.ID))
		s.clock.Advance(8 * day)
		require.Equal(t, no, vouched(s, s.connection, "user@acme.com"), "it is verified, but not live")
		require.NoError(t, errOf(s.owner.VerifyDomain(t.Context(), s.acme.ID)))
		require.True(t, vouched(s, s.connection, "user@acme.com").Vouched)
		s.names.Publish(s.acme.RecordName)
		require.NoError(t, errOf(s.owner.VerifyDomain(t.Context(), s.acme.ID)))
		require.Equal(t, no, vouched(s, s.connection, "user@acme.com"), "it is lapsing")
	})
	t.Run("SSO-4 SEC-32 never for an Owner, of this organization or of another", func(t *testing.T) {
		s := newGuarded(t)
		no := tenancy.Vouching{Why: tenancy.CodeOwnsOrganization}
		require.Equal(t, no, vouched(s, s.connection, "ana@acme.com"))
		other := s.outsider("carl") // on acme.com, Owner elsewhere
		require.NotZero(t, other.Organization)
		require.Equal(t, no, vouched(s, s.connection, "carl@acme.com"))
	})
	t.Run("SSO-4 SEC-32 not for somebody who is not a member", func(t *testing.T) {
		s := newGuarded(t)
		no := tenancy.Vouching{Why: tenancy.CodeNotMember}
		require.NoError(t, s.as(s.user).Leave(t.Context(), s.org))
		require.Equal(t, no, vouched(s, s.connection, "user@acme.com"), "who is in no organization")
		member := s.join(s.bea, "carl", tenancy.StandardUser)
		s.set(tenancy.PolicyClosed)
		require.NoError(t, errOf(s.host.ChangeEmail(t.Context(), member, tenancy.Proven("carl@acme.com"))))
		require.Equal(t, no, vouched(s, s.connection, "carl@acme.com"), "another organization's member")
	})
	t.Run("SSO-4 not through another organization's connection", func(t *testing.T) {
		s := newGuarded(t)
		theirs := made(s, s.bea, true)
		for _, email := range []string{"user@acme.com", "ana@acme.com", "nobody@acme.com"} {
			require.Equal(t, tenancy.Vouching{Why: tenancy.CodeNoLiveDomain}, vouched(s, theirs, email))
		}
	})
	t.Run("SSO-4 an ended organization's connection is gone", func(t *testing.T) {
		s := newGuarded(t)
		require.NoError(t, s.owner.DeleteOrganization(t.Context(), s.org, tenancy.OrganizationDeletion{}))
		for _, gone := range []tenancy.ConnectionID{s.connection, {15: 1}} {
			_, err := s.host.VouchesFor(t.Context(), gone, "user@acme.com")
			refused(t, err, tenancy.CodeNotFound)
		}
	})
	t.Run("SSO-4 SEC-15 System alone, and nobody learns anything from the refusal", func(t *testing.T) {
		s := newGuarded(t)
		for _, p := range []*tenancy.Platform{s.staff, {Session: s.owner}, {Session: s.as(s.bea.User.ID)}} {
			for _, connection := range []tenancy.ConnectionID{s.connection, {15: 1}} {
				for _, email := range []string{"user@acme.com", "nobody@acme.com"} {
					steps, err := lookups(s.scene, func(dir *tenancy.Directory) error {
						as := &tenancy.Platform{Session: dir.As(s.ana.User.ID)}
						if p == s.staff {
							as = dir.Operator("staff-1")
						}
						return errOf(as.VouchesFor(t.Context(), connection, email))
					})
					refused(t, err, tenancy.CodeNotAllowed)
					require.LessOrEqual(t, len(steps), 1, "nothing but the actor is read")
					refused(t, errOf(p.VouchesFor(t.Context(), connection, email)), tenancy.CodeNotAllowed)
				}
			}
		}
		_, err := s.host.VouchesFor(t.Context(), tenancy.ConnectionID{}, "user@acme.com")
		refused(t, err, tenancy.CodeID)
		for _, malformed := range []string{"", "user", "user@acme.com@acme.com", "\"user\"@acme.com"} {
			_, err := s.host.VouchesFor(t.Context(), s.connection, malformed)
			refused(t, err, tenancy.CodeEmail)
		}
	})
}

// TestReadsOfOne reads one thing each, as the lists show it.
func TestReadsOfOne(t *testing.T) {
	s := newGuarded(t)
	s.join(s.bea, "ben", tenancy.StandardUser)
	managers := []*tenancy.Session{s.owner, s.as(s.admin), s.host.Session, s.staff.Session}
	t.Run("GEN-21 Domain", func(t *testing.T) {
		listed := items(t, s.owner.Domains(t.Context(), s.org, tenancy.DomainQuery{}))[0]
		for _, who := range managers {
			domain, err := who.Domain(t.Context(), s.acme.ID)
			require.NoError(t, err)
			require.Equal(t, listed.Domain, domain)
		}
		for _, who := range []*tenancy.Session{s.as(s.user), s.as(s.bea.User.ID)} {
			for _, id := range []tenancy.DomainID{s.acme.ID, {15: 1}} {
				refused(t, errOf(who.Domain(t.Context(), id)), tenancy.CodeNotFound)
			}
		}
		refused(t, errOf(s.owner.Domain(t.Context(), tenancy.DomainID{})), tenancy.CodeID)
		refused(t, errOf(s.staff.Domain(t.Context(), tenancy.DomainID{15: 1})), tenancy.CodeNotFound)
	})
	t.Run("GEN-21 Connection", func(t *testing.T) {
		listed := items(t, s.owner.Connections(t.Context(), s.org, tenancy.ConnectionQuery{}))[0]
		for _, who := range managers {
			connection, err := who.Connection(t.Context(), s.connection)
			require.NoError(t, err)
			require.Equal(t, listed.Connection, connection)
		}
		for _, who := range []*tenancy.Session{s.as(s.user), s.as(s.bea.User.ID)} {
			for _, id := range []tenancy.ConnectionID{s.connection, {15: 1}} {
				refused(t, errOf(who.Connection(t.Context(), id)), tenancy.CodeNotFound)
			}
		}
		refused(t, errOf(s.owner.Connection(t.Context(), tenancy.ConnectionID{})), tenancy.CodeID)
	})
	t.Run("GEN-21 Member", func(t *testing.T) {
		for _, who := range append(managers, s.as(s.user)) {
			user, membership, err := who.Member(t.Context(), s.org, s.user)
			require.NoError(t, err)
			require.Equal(t, "user@acme.com", user.Email.Reveal())
			require.Equal(t, tenancy.StateActive, user.State)
			require.Equal(t, tenancy.StandardUser, membership.Role)
			require.Equal(t, s.org, membership.Organization)
			require.Equal(t, s.user, membership.User)
		}
		member := func(who *tenancy.Session, org tenancy.OrganizationID, user tenancy.UserID) error {
			_, _, err := who.Member(t.Context(), org, user)
			return err
		}
		none := tenancy.UserID{15: 1}
		for _, user := range []tenancy.UserID{s.admin, none} {
			refused(t, member(s.as(s.user), s.org, user), tenancy.CodeNotAllowed) // of whatever member they ask
			refused(t, member(s.as(s.bea.User.ID), s.org, user), tenancy.CodeNotFound)
		}
		refused(t, member(s.as(s.bea.User.ID), s.org, s.bea.User.ID), tenancy.CodeNotFound)
		refused(t, member(s.owner, s.org, s.bea.User.ID), tenancy.CodeNotFound)
		refused(t, member(s.staff.Session, s.org, none), tenancy.CodeNotFound)
		refused(t, member(s.owner, tenancy.OrganizationID{}, s.user), tenancy.CodeID)
		refused(t, member(s.owner, s.org, tenancy.UserID{}), tenancy.CodeID)
	})
}
