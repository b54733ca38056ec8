package tenancy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// provisioned is a scene in which an organization has acme.com verified and a directory.
type provisioned struct {
	*covered
	directory tenancy.DirectoryID
	idp       *tenancy.Provisioner
}

func newProvisioned(t *testing.T, options ...tenancy.Options) *provisioned {
	s := &provisioned{covered: newCovered(t, tenancy.PolicyAutomatic, options...)}
	s.directory, s.idp = s.addDirectory(s.owner, s.org)
	return s
}

// addDirectory adds a directory to an organization.
func (s *provisioned) addDirectory(by *tenancy.Session, org tenancy.OrganizationID) (tenancy.DirectoryID, *tenancy.Provisioner) {
	s.Helper()
	added, err := by.AddDirectory(s.ctx(), org, "Okta")
	require.NoError(s, err)
	return added.ID, s.dir.AsDirectory(added.Secret)
}

// provision adds a person to the directory's.
func (s *provisioned) provision(userName string) tenancy.Provisioned {
	s.Helper()
	done, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: userName})
	require.NoError(s, err)
	return done
}

// linkedTo returns the user to whom an identity is linked.
func (s *provisioned) linkedTo(id tenancy.ProvisionedID) tenancy.UserID {
	s.Helper()
	record, ok := stored[tenancy.ProvisionedRecord](s.scene, tenancy.IndexProvisioned, tenancy.Key{ID: id})
	require.True(s, ok)
	return record.User
}

// sound wants that the store keeps all invariants.
func (s *provisioned) sound() {
	s.Helper()
	for broken, err := range s.dir.Check(s.ctx(), tenancy.CheckOptions{Replay: true}) {
		require.NoError(s, err)
		require.Fail(s, "broken", broken)
	}
}

// update changes an identity.
func (s *provisioned) update(id tenancy.ProvisionedID, in tenancy.ProvisionedUpdate) tenancy.Provisioned {
	s.Helper()
	done, err := s.idp.UpdateProvisioned(s.ctx(), id, in)
	require.NoError(s, err)
	return done
}

// inactivity returns who holds a user inactive.
func (s *provisioned) inactivity(user tenancy.UserID) tenancy.Inactivity {
	s.Helper()
	seen, _, err := s.host.User(s.ctx(), user)
	require.NoError(s, err)
	return *seen.Inactive
}

// emailOf returns a user's address.
func (s *provisioned) emailOf(user tenancy.UserID) string {
	s.Helper()
	seen, _, err := s.host.User(s.ctx(), user)
	require.NoError(s, err)
	return seen.Email.Reveal()
}

// nameOf returns a user's name.
func (s *provisioned) nameOf(user tenancy.UserID) string {
	s.Helper()
	seen, _, err := s.host.User(s.ctx(), user)
	require.NoError(s, err)
	return seen.Name.Reveal()
}

// membership reports whether a user is a member of the organization.
func (s *provisioned) isMember(user tenancy.UserID) bool {
	s.Helper()
	_, ok := stored[tenancy.MembershipRecord](s.scene, tenancy.IndexMembers, tenancy.Key{In: s.org, ID: user})
	return ok
}

// member signs up a person, who joins by the domain.
func (s *provisioned) member(name string) tenancy.UserID {
	s.Helper()
	up, err := s.enter(name+"@acme.com", tenancy.Secret{})
	require.NoError(s, err)
	require.Equal(s, tenancy.SignUpJoined, up.Result)
	return up.User.ID
}

// stranger is a user with an address on acme.com who owns another organization.
func (s *provisioned) stranger(name string) tenancy.UserID {
	s.Helper()
	up := s.outsider(name)
	s.set(tenancy.PolicyAutomatic)
	return up.User.ID
}

// accept lets a user accept an invitation with its terms.
func (s *provisioned) accept(user tenancy.UserID, secret tenancy.Secret) error {
	s.Helper()
	offer, err := s.as(user).Invitation(s.ctx(), secret)
	require.NoError(s, err)
	var token tenancy.TermsToken
	if offer.Terms != nil {
		token = offer.Terms.Token
	}
	return errOf(s.as(user).AcceptInvitation(s.ctx(), tenancy.Acceptance{Secret: secret, Terms: token}))
}

func TestProvisioner(t *testing.T) {
	t.Parallel()
	t.Run("PRV-1 Owner and Administrators who are persons add, rotate, remove and list", func(t *testing.T) {
		s := newProvisioned(t)
		standard := s.member("std")
		admin := s.member("adm")
		require.NoError(t, errOf(s.owner.SetOrganizationRole(s.ctx(), s.org, admin, tenancy.Administrator)))
		robot, err := s.owner.CreateServiceAccount(s.ctx(), s.org, tenancy.NewServiceAccount{Name: "r", Role: tenancy.Administrator})
		require.NoError(t, err)
		s.unchanged(func() {
			for by, code := range map[*tenancy.Session]tenancy.Code{
				s.as(standard): tenancy.CodeNotAllowed, s.as(s.bea.User.ID): tenancy.CodeNotFound, s.as(robot.ID): tenancy.CodeServiceAccount,
				s.host.Session: tenancy.CodeNotAllowed, s.staff.Session: tenancy.CodeNotAllowed,
			} {
				refused(t, errOf(by.AddDirectory(s.ctx(), s.org, "x")), code)
			}
			for by, code := range map[*tenancy.Session]tenancy.Code{
				s.as(standard): tenancy.CodeNotFound, s.as(s.bea.User.ID): tenancy.CodeNotFound, s.as(robot.ID): tenancy.CodeServiceAccount,
				s.host.Session: tenancy.CodeNotAllowed, s.staff.Session: tenancy.CodeNotAllowed,
			} {
				refused(t, errOf(by.RotateDirectorySecret(s.ctx(), s.directory, tenancy.DirectoryRotation{})), code)
				refused(t, errOf(by.RemoveDirectory(s.ctx(), s.directory, tenancy.DirectoryRemoval{})), code)
			}
		})
		added, err := s.as(admin).AddDirectory(s.ctx(), s.org, " Entra ")
		require.NoError(t, err)
		require.Equal(t, "Entra", added.Name.Reveal())
		require.NoError(t, errOf(s.as(admin).RotateDirectorySecret(s.ctx(), added.ID, tenancy.DirectoryRotation{})))
		require.Len(t, items(t, s.staff.Directories(s.ctx(), s.org, tenancy.DirectoryQuery{})), 2)
		require.NoError(t, errOf(s.as(admin).RemoveDirectory(s.ctx(), added.ID, tenancy.DirectoryRemoval{})))
		require.Len(t, items(t, s.owner.Directories(s.ctx(), s.org, tenancy.DirectoryQuery{})), 1)
		refused(t, errOf(s.owner.RotateDirectorySecret(s.ctx(), added.ID, tenancy.DirectoryRotation{})), tenancy.CodeNotFound)
		s.sound()
	})
	t.Run("PRV-1 a secret ends when it was rotated, at once or after a day", func(t *testing.T) {
		s := newProvisioned(t)
		done := s.provision("ben@acme.com")
		reads := func(p *tenancy.Provisioner) error { return errOf(p.Provisioned(s.ctx(), done.ID)) }
		rotated, err := s.owner.RotateDirectorySecret(s.ctx(), s.directory, tenancy.DirectoryRotation{})
		require.NoError(t, err)
		second := s.dir.AsDirectory(rotated.Secret)
		require.NoError(t, reads(s.idp))
		require.NoError(t, reads(second))
		s.clock.Advance(day - time.Microsecond)
		require.NoError(t, reads(s.idp))
		s.clock.Advance(time.Microsecond)
		refused(t, reads(s.idp), tenancy.CodeActor)
		require.NoError(t, reads(second))
		at := time.Duration(0)
		rotated, err = s.owner.RotateDirectorySecret(s.ctx(), s.directory, tenancy.DirectoryRotation{PreviousFor: &at})
		require.NoError(t, err)
		refused(t, reads(second), tenancy.CodeActor)
		third := s.dir.AsDirectory(rotated.Secret)
		require.NoError(t, reads(third))
		for _, at := range []time.Duration{-1, 30*day + 1} {
			refused(t, errOf(s.owner.RotateDirectorySecret(s.ctx(), s.directory, tenancy.DirectoryRotation{PreviousFor: &at})), tenancy.CodeInput)
		}
		require.NoError(t, errOf(s.owner.RemoveDirectory(s.ctx(), s.directory, tenancy.DirectoryRemoval{})))
		refused(t, reads(third), tenancy.CodeActor)
	})
	t.Run("PRV-1 of two rotations within a day the first secret ends with the second", func(t *testing.T) {
		s := newProvisioned(t)
		rotated, err := s.owner.RotateDirectorySecret(s.ctx(), s.directory, tenancy.DirectoryRotation{})
		require.NoError(t, err)
		require.NoError(t, errOf(s.owner.RotateDirectorySecret(s.ctx(), s.directory, tenancy.DirectoryRotation{})))
		refused(t, errOf(s.idp.ListProvisioned(s.ctx(), tenancy.ProvisionedPage{})), tenancy.CodeActor)
		require.NoError(t, errOf(s.dir.AsDirectory(rotated.Secret).ListProvisioned(s.ctx(), tenancy.ProvisionedPage{})))
	})
	t.Run("PRV-1 what is no secret of a directory's does nothing", func(t *testing.T) {
		s := newProvisioned(t)
		added, err := s.owner.AddDirectory(s.ctx(), s.org, "x")
		require.NoError(t, err)
		text := added.Secret.Reveal()
		sent, err := s.owner.InviteUser(s.ctx(), s.org, tenancy.NewInvitation{Email: "x@acme.com"})
		require.NoError(t, err)
		other := []byte(text)
		other[len(other)-20] ^= 1
		for _, given := range []string{"", "x", text[1:], text[:len(text)-1], text + "0", string(other), sent.Secret.Reveal()} {
			p := s.dir.AsDirectory(tenancy.ParseSecret(given))
			refused(t, errOf(p.ListProvisioned(s.ctx(), tenancy.ProvisionedPage{})), tenancy.CodeActor)
			refused(t, errOf(p.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "n@acme.com"})), tenancy.CodeActor)
			refused(t, errOf(p.Token(s.ctx())), tenancy.CodeActor)
		}
		require.Equal(t, added.ID, s.dir.AsDirectory(added.Secret).Directory())
		require.NotContains(t, text, added.ID.String())
	})
	t.Run("PRV-11 a token holds for an hour, and ends with its secret and its directory", func(t *testing.T) {
		s := newProvisioned(t)
		token, err := s.idp.Token(s.ctx())
		require.NoError(t, err)
		require.Equal(t, s.clock.Now().UTC().Truncate(time.Microsecond).Add(time.Hour), token.Expires)
		p := s.dir.AsDirectory(tenancy.ParseSecret(token.Token.Reveal()))
		reads := func() error { return errOf(p.ListProvisioned(s.ctx(), tenancy.ProvisionedPage{})) }
		require.NoError(t, reads())
		refused(t, errOf(p.Token(s.ctx())), tenancy.CodeActor)
		s.clock.Advance(time.Hour - time.Microsecond)
		require.NoError(t, reads())
		s.clock.Advance(time.Microsecond)
		refused(t, reads(), tenancy.CodeActor)
		token, err = s.idp.Token(s.ctx())
		require.NoError(t, err)
		p = s.dir.AsDirectory(token.Token)
		hour := 30 * time.Minute
		require.NoError(t, errOf(s.owner.RotateDirectorySecret(s.ctx(), s.directory, tenancy.DirectoryRotation{PreviousFor: &hour})))
		require.NoError(t, reads(), "its secret still holds")
		s.clock.Advance(hour)
		refused(t, reads(), tenancy.CodeActor)
		text := []byte(token.Token.Reveal())
		for i := range text {
			forged := append([]byte(nil), text...)
			forged[i] ^= 1
			refused(t, errOf(s.dir.AsDirectory(tenancy.ParseSecret(string(forged))).ListProvisioned(s.ctx(), tenancy.ProvisionedPage{})), tenancy.CodeActor)
		}
	})
	t.Run("PRV-1, SEC-21 what it does not have is not there, whosever it is", func(t *testing.T) {
		s := newProvisioned(t)
		second, other := s.addDirectory(s.owner, s.org)
		require.NotEqual(t, second, s.directory)
		s.verify(s.bea, "bea.com")
		_, foreign := s.addDirectory(s.as(s.bea.User.ID), s.bea.Organization.ID)
		done := s.provision("ben@acme.com")
		s.unchanged(func() {
			for _, p := range []*tenancy.Provisioner{other, foreign} {
				refused(t, errOf(p.Provisioned(s.ctx(), done.ID)), tenancy.CodeNotFound)
				refused(t, errOf(p.ProvisionedByUserName(s.ctx(), "ben@acme.com")), tenancy.CodeNotFound)
				refused(t, errOf(p.UpdateProvisioned(s.ctx(), done.ID, tenancy.ProvisionedUpdate{})), tenancy.CodeNotFound)
				refused(t, p.Deprovision(s.ctx(), done.ID, 0), tenancy.CodeNotFound)
			}
			refused(t, errOf(foreign.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "x@acme.com"})), tenancy.CodeOffDomain)
		})
	})
}

func TestProvision(t *testing.T) {
	t.Parallel()
	inactive := false
	t.Run("PRV-3 who has an address that nobody has is made a member, unclaimed until they sign up", func(t *testing.T) {
		s := newProvisioned(t)
		done := s.provision("Ben@acme.com")
		require.Nil(t, done.Invitation)
		require.True(t, done.Active)
		require.Equal(t, 1, done.Version)
		user := s.linkedTo(done.ID)
		require.False(t, user.IsZero())
		seen, membership, err := s.owner.Member(s.ctx(), s.org, user)
		require.NoError(t, err)
		require.True(t, seen.Unclaimed)
		require.Equal(t, "ben", seen.Name.Reveal()[:3])
		require.Equal(t, tenancy.StandardUser, membership.Role)
		refused(t, errOf(s.as(user).Organization(s.ctx(), s.org)), tenancy.CodeActor)
		up, err := s.enter("ben@ACME.com", tenancy.Secret{})
		require.NoError(t, err)
		require.Equal(t, tenancy.SignUpClaimed, up.Result)
		require.Equal(t, user, up.User.ID)
		require.NoError(t, errOf(s.as(user).Organization(s.ctx(), s.org)))
		s.sound()
	})
	t.Run("PRV-3 a member is linked, and inactive holds them", func(t *testing.T) {
		s := newProvisioned(t)
		up, err := s.enter("cat@acme.com", tenancy.Secret{})
		require.NoError(t, err)
		done, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "cat@acme.com", Active: &inactive})
		require.NoError(t, err)
		require.Equal(t, up.User.ID, s.linkedTo(done.ID))
		seen, _, err := s.owner.Member(s.ctx(), s.org, up.User.ID)
		require.NoError(t, err)
		require.Equal(t, tenancy.Inactivity{Directory: true}, *seen.Inactive)
		s.sound()
	})
	t.Run("PRV-5 the name of a member who is linked follows", func(t *testing.T) {
		s := newProvisioned(t)
		cat := s.member("cat")
		_, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "cat@acme.com", Names: tenancy.ProvisionedNames{Display: "Cat C"}})
		require.NoError(t, err)
		require.Equal(t, "Cat C", s.nameOf(cat))
		s.sound()
	})
}
