package tenancy_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// kept returns what an organization keeps of a former member, or false.
func (s *scene) kept(org tenancy.OrganizationID, user tenancy.UserID) (tenancy.FormerMemberRecord, bool) {
	return stored[tenancy.FormerMemberRecord](s, tenancy.IndexFormerMembers, tenancy.Key{In: org, ID: user})
}

// rename gives a user another name.
func (c *cast) rename(user tenancy.UserID, name string) {
	c.Helper()
	require.NoError(c, second(c.as(user).UpdateUser(c.ctx(), user, tenancy.UserUpdate{Name: &name})))
}

func TestFormerMembers(t *testing.T) {
	t.Parallel()
	asTheyWere := func(c *cast, by, user tenancy.UserID, name string) {
		c.Helper()
		seen, memberships, err := c.as(by).User(c.ctx(), user)
		require.NoError(c, err)
		require.Empty(c, memberships)
		require.Equal(c, name, seen.Name.Reveal())
		require.NotEmpty(c, seen.Email.Reveal())
		require.False(c, seen.Left.IsZero())
		require.Equal(c, tenancy.User{ID: user, Email: seen.Email, Name: seen.Name, Left: seen.Left}, seen)
	}
	t.Run("USR-21 SEC-33 who leaves is shown as they were, to the Owner and Administrators alone", func(t *testing.T) {
		c := newCast(t)
		c.rename(c.dan, "Dan Then")
		left := c.clock.Now()
		require.NoError(t, c.as(c.dan).Leave(t.Context(), c.org))
		c.clock.Advance(time.Hour)
		c.rename(c.dan, "Dan Now")
		for _, by := range []tenancy.UserID{c.owner, c.admin} {
			asTheyWere(c, by, c.dan, "Dan Then")
			seen, _, err := c.as(by).User(t.Context(), c.dan)
			require.NoError(t, err)
			require.WithinDuration(t, left, seen.Left, time.Second)
		}
		for _, by := range []tenancy.UserID{c.cleo, c.manager, c.gil, c.other} {
			refused(t, errOf2(c.as(by).User(t.Context(), c.dan)), tenancy.CodeNotFound)
		}
		seen, _, err := c.as(c.dan).User(t.Context(), c.dan)
		require.NoError(t, err)
		require.Equal(t, "Dan Now", seen.Name.Reveal())
		require.Zero(t, seen.Left)
		seen, _, err = c.host.User(t.Context(), c.dan)
		require.NoError(t, err)
		require.Equal(t, "Dan Now", seen.Name.Reveal())
		name := "Owned"
		refused(t, second(c.as(c.owner).UpdateUser(t.Context(), c.dan, tenancy.UserUpdate{Name: &name})),
			tenancy.CodeNotFound) // they can only be looked at
	})
	t.Run("USR-21 who is removed, and an Owner who leaves, are kept; a guest never is", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, c.as(c.admin).RemoveUser(t.Context(), c.org, c.dan, tenancy.Removal{}))
		_, ok := c.kept(c.org, c.dan)
		require.True(t, ok)
		require.NoError(t, second(c.as(c.owner).TransferOwnership(t.Context(), c.org,
			tenancy.NewOwner{User: c.admin, Previous: tenancy.PreviousLeaves})))
		asTheyWere(c, c.admin, c.owner, "ana")
		require.NoError(t, c.as(c.gil).Relinquish(t.Context(), c.work))
		_, ok = c.kept(c.org, c.gil)
		require.False(t, ok)
	})
	t.Run("USR-21 a member who joins again is shown by the live name, and kept anew when they leave", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, c.as(c.dan).Leave(t.Context(), c.org))
		before, _ := c.kept(c.org, c.dan)
		c.clock.Advance(time.Hour)
		sent, err := c.as(c.owner).InviteUser(t.Context(), c.org, tenancy.NewInvitation{Email: address("dan")})
		require.NoError(t, err)
		require.NoError(t, second(c.as(c.dan).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: sent.Secret})))
		c.rename(c.dan, "Dan Again")
		seen, _, err := c.as(c.owner).User(t.Context(), c.dan)
		require.NoError(t, err)
		require.Zero(t, seen.Left)
		require.Equal(t, "Dan Again", seen.Name.Reveal())
		require.NoError(t, c.as(c.dan).Leave(t.Context(), c.org))
		after, ok := c.kept(c.org, c.dan)
		require.True(t, ok)
		require.Greater(t, after.LeftAt, before.LeftAt)
		asTheyWere(c, c.owner, c.dan, "Dan Again")
	})
	t.Run("USR-21 they go with the person's deletion", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, c.as(c.dan).Leave(t.Context(), c.org))
		require.NoError(t, c.as(c.dan).DeleteUser(t.Context(), c.dan, tenancy.UserDeletion{}))
		_, ok := c.kept(c.org, c.dan)
		require.False(t, ok)
		refused(t, errOf2(c.as(c.owner).User(t.Context(), c.dan)), tenancy.CodeNotFound)
		require.NoError(t, c.staff.DeleteUser(t.Context(), c.cleo, tenancy.UserDeletion{AccountsTo: c.admin}))
		_, ok = c.kept(c.org, c.cleo)
		require.False(t, ok, "who is deleted as a member is not kept")
	})
	t.Run("USR-21 SEC-33 they go after the time that the option names, whether Purge ran or not", func(t *testing.T) {
		c := emptyCast(t, tenancy.Options{FormerMembersFor: 48 * time.Hour})
		ana := c.found("ana")
		bo := c.join(ana, "bo", tenancy.StandardUser)
		require.NoError(t, c.as(bo).Leave(t.Context(), ana.Organization.ID))
		c.clock.Advance(48*time.Hour - time.Microsecond)
		asTheyWere(c, ana.User.ID, bo, "bo")
		purged, err := c.host.Purge(t.Context())
		require.NoError(t, err)
		require.Zero(t, purged.FormerMembers)
		c.clock.Advance(time.Microsecond)
		refused(t, errOf2(c.as(ana.User.ID).User(t.Context(), bo)), tenancy.CodeNotFound)
		purged, err = c.host.Purge(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, purged.FormerMembers)
		_, ok := c.kept(ana.Organization.ID, bo)
		require.False(t, ok)
		purged, err = c.host.Purge(t.Context())
		require.NoError(t, err)
		require.Zero(t, purged)
	})
	t.Run("USR-21 they go with the organization's purge, however many they are", func(t *testing.T) {
		c := emptyCast(t, tenancy.Options{})
		ana := c.found("ana")
		org := ana.Organization.ID
		bo := c.join(ana, "bo", tenancy.StandardUser)
		require.NoError(t, c.as(bo).Leave(t.Context(), org))
		c.tampered = true // no event tells of these
		for n := range 250 {
			c.put(tenancy.FormerMemberRecord{Organization: org, User: tenancy.UserID{1, byte(n)}, LeftAt: c.instant(0)})
		}
		require.NoError(t, c.as(ana.User.ID).DeleteOrganization(t.Context(), org, tenancy.OrganizationDeletion{}))
		_, ok := c.kept(org, bo)
		require.True(t, ok, "it can be restored")
		c.clock.Advance(29 * 24 * time.Hour)
		purged, err := c.host.Purge(t.Context())
		require.NoError(t, err)
		require.Equal(t, tenancy.Purged{Organizations: 1, Invitations: 1, FormerMembers: 251}, purged)
		_, ok = c.kept(org, bo)
		require.False(t, ok)
	})
	t.Run("USR-21 a merge takes them along, the later of two, and makes none", func(t *testing.T) {
		for _, w := range ways {
			m := newMerging(t, w)
			c := &cast{scene: m.scene}
			leave := func(org tenancy.OrganizationID, user tenancy.UserID) {
				require.NoError(t, m.as(user).Leave(t.Context(), org))
				m.clock.Advance(time.Hour)
			}
			both := m.joinAt(m.ana.User.ID, m.prime, "both@both.example.com")
			leave(m.prime, both)
			first, _ := m.kept(m.prime, both)
			sent, err := m.as(m.ben.User.ID).InviteUser(t.Context(), m.candidate, tenancy.NewInvitation{Email: "both@both.example.com"})
			require.NoError(t, err)
			require.NoError(t, second(m.as(both).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: sent.Secret})))
			leave(m.candidate, both)
			leave(m.candidate, m.adam)
			if w == invited {
				m.invite()
			}
			require.NoError(t, m.merge())
			asTheyWere(c, m.admin, m.adam, "adam")
			later, ok := m.kept(m.prime, both)
			require.True(t, ok)
			require.Greater(t, later.LeftAt, first.LeftAt)
			_, ok = m.kept(m.candidate, both)
			require.False(t, ok)
			_, ok = m.kept(m.candidate, m.ben.User.ID)
			require.False(t, ok, "the Owner did not leave")
			m.sound()
		}
	})
	t.Run("USR-21 an organization's end makes none", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, second(c.as(c.owner).DeactivateUser(t.Context(), c.cleo)))
		require.NoError(t, c.as(c.owner).DeleteOrganization(t.Context(), c.org, tenancy.OrganizationDeletion{}))
		_, ok := c.kept(c.org, c.cleo)
		require.False(t, ok)
	})
}

// errOf2 returns the error of a call with two results.
func errOf2[A, B any](_ A, _ B, err error) error { return err }

// TestFormerMembersInBlocks looks at a former member in the block that removed them
// (USR-21).
func TestFormerMembersInBlocks(t *testing.T) {
	t.Parallel()
	c := emptyCast(t, tenancy.Options{})
	ana := c.found("ana")
	bo := c.join(ana, "bo", tenancy.StandardUser)
	require.NoError(t, c.as(ana.User.ID).Atomically(t.Context(), func(ctx context.Context, s *tenancy.Session) error {
		if err := s.RemoveUser(ctx, ana.Organization.ID, bo, tenancy.Removal{}); err != nil {
			return err
		}
		seen, _, err := s.User(ctx, bo)
		require.Equal(t, "bo", seen.Name.Reveal())
		return err
	}))
}
