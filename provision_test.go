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
	t.Run("PRV-3 an outsider is invited, and linked when they join", func(t *testing.T) {
		s := newProvisioned(t)
		dan := s.outsider("dan")
		s.set(tenancy.PolicyAutomatic)
		done := s.provision("dan@acme.com")
		require.NotNil(t, done.Invitation)
		require.True(t, s.linkedTo(done.ID).IsZero())
		s.sound()
		_ = dan
		_ = time.Second
	})
}
