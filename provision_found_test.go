package tenancy_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
)

// TestProvisionFound has sequences that random operations found, and that were wrong once.
func TestProvisionFound(t *testing.T) {
	t.Parallel()
	t.Run("USR-21 nothing is kept of an unclaimed user who was removed before the person signed up", func(t *testing.T) {
		s := newProvisioned(t)
		user := s.linkedTo(s.provision("ben@acme.com").ID)
		require.NoError(t, s.owner.RemoveUser(s.ctx(), s.org, user, tenancy.Removal{}))
		up, err := s.enter("ben@acme.com", tenancy.Secret{})
		require.NoError(t, err)
		require.Equal(t, tenancy.SignUpJoined, up.Result)
		require.NotEqual(t, user, up.User.ID)
		s.sound()
	})
	t.Run("PRV-7 of two who had an external ID the last one comes back", func(t *testing.T) {
		s := newProvisioned(t)
		s.member("cat")
		eve := s.member("eve")
		for _, name := range []string{"cat", "eve"} {
			done, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: name + "@acme.com", ExternalID: "e"})
			require.NoError(t, err)
			require.NoError(t, s.idp.Deprovision(s.ctx(), done.ID, 0))
			s.clock.Advance(time.Second)
		}
		third, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "third@acme.com", ExternalID: "e"})
		require.NoError(t, err)
		require.Equal(t, eve, s.linkedTo(third.ID))
		s.sound()
	})
	t.Run("PRV-8 nothing is kept of a user who was removed before they were deleted", func(t *testing.T) {
		s := newProvisioned(t)
		cat := s.member("cat")
		id := s.provision("cat@acme.com").ID
		group, err := s.idp.CreateProvisionedGroup(s.ctx(), tenancy.NewProvisionedGroup{Name: "Sales", Members: []tenancy.ProvisionedID{id}})
		require.NoError(t, err)
		require.NoError(t, s.owner.RemoveUser(s.ctx(), s.org, cat, tenancy.Removal{}))
		require.NoError(t, s.as(cat).DeleteUser(s.ctx(), cat, tenancy.UserDeletion{}))
		_, there := stored[tenancy.ProvisionedRecord](s.scene, tenancy.IndexProvisioned, tenancy.Key{ID: id})
		require.False(t, there)
		now, err := s.idp.ProvisionedGroup(s.ctx(), group.ID)
		require.NoError(t, err)
		require.Zero(t, now.Members)
		s.sound()
	})
	t.Run("PRV-4 a hold that stayed for want of a seat is lifted when the directory says so again", func(t *testing.T) {
		s := newProvisioned(t)
		mia := s.joins("mia@acme.com")
		require.NoError(t, s.idp.Deprovision(s.ctx(), s.provision("mia@acme.com").ID, 0))
		pending := s.pending("dan@acme.com")
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), s.org, &tenancy.Limits{Members: 1})))
		s.moves(mia, "dan@acme.com")
		require.Equal(t, tenancy.Inactivity{Directory: true}, s.inactivity(mia))
		s.update(pending, tenancy.ProvisionedUpdate{Names: &tenancy.ProvisionedNames{Display: "M"}}) // no seat is asked for
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), s.org, nil)))
		for _, in := range []tenancy.ProvisionedUpdate{{}, {Names: &tenancy.ProvisionedNames{Display: "Mia"}}} {
			s.update(pending, in)
			require.Equal(t, tenancy.Inactivity{Directory: true}, s.inactivity(mia), "what says nothing of it leaves it")
		}
		s.update(pending, tenancy.ProvisionedUpdate{Active: new(true)})
		require.Zero(t, s.inactivity(mia))
		s.sound()
	})
	t.Run("PRV-7 a linked identity is removed", func(t *testing.T) {
		s := newProvisioned(t)
		require.NoError(t, s.idp.Deprovision(s.ctx(), s.provision("ben@acme.com").ID, 0))
		s.sound()
	})
	t.Run("PRV-4 somebody whom nobody knows is provisioned inactive", func(t *testing.T) {
		s := newProvisioned(t)
		done, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "ben@acme.com", Active: new(false)})
		require.NoError(t, err)
		seen, _, err := s.owner.Member(s.ctx(), s.org, s.linkedTo(done.ID))
		require.NoError(t, err)
		require.Equal(t, tenancy.Inactivity{Directory: true}, *seen.Inactive)
		s.sound()
	})
	t.Run("PRV-9 who is linked is in the groups, whether or not there is room to lift a hold", func(t *testing.T) {
		s := newProvisioned(t)
		mia := s.joins("mia@acme.com")
		require.NoError(t, s.idp.Deprovision(s.ctx(), s.provision("mia@acme.com").ID, 0))
		pending := s.pending("dan@acme.com")
		group, err := s.idp.CreateProvisionedGroup(s.ctx(), tenancy.NewProvisionedGroup{
			Name: "Sales", Members: []tenancy.ProvisionedID{pending}})
		require.NoError(t, err)
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), s.org, &tenancy.Limits{Members: 1})))
		s.moves(mia, "dan@acme.com")
		require.Equal(t, mia, s.linkedTo(pending))
		_, there := stored[tenancy.GroupMemberRecord](s.scene, tenancy.IndexGroupMembers, tenancy.Key{In: group.ID, ID: mia})
		require.True(t, there)
		s.sound()
	})
	// Two directories have the same person pending. One is linked as they become a member,
	// the other one when the first lets go of them.
	for name, lets := range map[string]func(*provisioned, tenancy.ProvisionedID){
		"deprovisions": func(s *provisioned, id tenancy.ProvisionedID) {
			require.NoError(s, s.idp.Deprovision(s.ctx(), id, 0))
		},
		"is removed": func(s *provisioned, _ tenancy.ProvisionedID) {
			require.NoError(s, errOf(s.owner.RemoveDirectory(s.ctx(), s.directory, tenancy.DirectoryRemoval{LiftHolds: true})))
		},
		"is removed halfway and purged": func(s *provisioned, _ tenancy.ProvisionedID) {
			appended, gone := false, errors.New("the store is gone")
			store := &scenes.Tapped{Store: s.store, Call: func(call scenes.Call) error {
				if call.Update && call.Method == "Read" && appended {
					return gone
				}
				appended = appended || call.Method == "Append"
				return nil
			}}
			dir, err := tenancy.New(store, &tenancy.Options{Now: s.clock.Now})
			require.NoError(s, err)
			_, err = dir.As(s.ana.User.ID).RemoveDirectory(s.ctx(), s.directory, tenancy.DirectoryRemoval{})
			require.ErrorIs(s, err, gone)
			require.NoError(s, errOf(s.host.Purge(s.ctx())))
		},
		"has somebody else's address": func(s *provisioned, id tenancy.ProvisionedID) {
			s.outsider("eve")
			s.set(tenancy.PolicyAutomatic)
			require.NoError(s, errOf(s.idp.UpdateProvisioned(s.ctx(), id, tenancy.ProvisionedUpdate{UserName: new("eve@acme.com")})))
		},
	} {
		t.Run("PRV-3 the other directory's identity is linked when one "+name, func(t *testing.T) {
			s := newProvisioned(t)
			mia := s.joins("mia@acme.com")
			_, other := s.addDirectory(s.owner, s.org)
			var second tenancy.Provisioned
			first := s.pending("dan@acme.com", func() {
				var err error
				second, err = other.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "dan@acme.com"})
				require.NoError(t, err)
			})
			s.moves(mia, "dan@acme.com")
			require.Equal(t, mia, s.linkedTo(first))
			require.True(t, s.linkedTo(second.ID).IsZero())
			s.sound()
			lets(s, first)
			require.Equal(t, mia, s.linkedTo(second.ID))
			seen, _, err := s.owner.Member(s.ctx(), s.org, mia)
			require.NoError(t, err)
			require.Equal(t, tenancy.Inactivity{}, *seen.Inactive)
			s.sound()
		})
	}
	t.Run("PRV-8 what a directory said that has ended keeps nobody", func(t *testing.T) {
		s := newProvisioned(t)
		mia := s.joins("mia@acme.com")
		s.provision("mia@acme.com")
		require.NoError(t, errOf(s.owner.RemoveDirectory(s.ctx(), s.directory, tenancy.DirectoryRemoval{})))
		_, s.idp = s.addDirectory(s.owner, s.org)
		pending := s.pending("dan@acme.com")
		s.moves(mia, "dan@acme.com")
		require.Equal(t, mia, s.linkedTo(pending))
		s.sound()
	})
	t.Run("PRV-1 a directory of an organization that was merged is not found", func(t *testing.T) {
		s := newProvisioned(t)
		require.NoError(t, errOf(s.staff.VerifyPhone(s.ctx(), s.ana.Account.ID, "+15005550006")))
		prime, err := s.owner.CreateOrganization(s.ctx(), tenancy.NewOrganization{Name: "Second", AllStay: true})
		require.NoError(t, err)
		s.moves(s.ana.User.ID, "ana@acme.com")
		require.NoError(t, s.owner.RemoveDomain(s.ctx(), s.acme.ID))
		s.prove(s.ana.User.ID, prime.ID, "acme.com")
		require.NoError(t, errOf(s.owner.MergeOrganizations(s.ctx(), prime.ID, s.org)))
		refused(t, errOf(s.owner.RotateDirectorySecret(s.ctx(), s.directory, tenancy.DirectoryRotation{})), tenancy.CodeNotFound)
		refused(t, errOf(s.owner.RemoveDirectory(s.ctx(), s.directory, tenancy.DirectoryRemoval{})), tenancy.CodeNotFound)
		for _, err := range s.owner.ProvisionedUsers(s.ctx(), s.directory, tenancy.ProvisionedQuery{}) {
			refused(t, err, tenancy.CodeNotFound)
		}
		s.sound()
	})
}

// joins signs somebody up, who becomes a member.
func (s *provisioned) joins(address string) tenancy.UserID {
	s.Helper()
	up, err := s.enter(address, tenancy.Secret{})
	require.NoError(s, err)
	require.Equal(s, tenancy.SignUpJoined, up.Result)
	return up.User.ID
}

// moves gives a user another address.
func (s *provisioned) moves(user tenancy.UserID, address string) {
	s.Helper()
	require.NoError(s, errOf(s.host.ChangeEmail(s.ctx(), user, tenancy.Proven(address))))
}

// pending has the directory provision somebody outside, who has another address soon after,
// but not before others have done something.
func (s *provisioned) pending(address string, before ...func()) tenancy.ProvisionedID {
	s.Helper()
	name, _, _ := strings.Cut(address, "@")
	user := s.outsider(name).User.ID
	s.set(tenancy.PolicyAutomatic)
	id := s.provision(address).ID
	require.True(s, s.linkedTo(id).IsZero())
	for _, do := range before {
		do()
	}
	s.moves(user, name+"@elsewhere.net")
	return id
}
