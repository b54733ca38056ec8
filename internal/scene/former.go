package scene

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// FormerMembersErased tests that nothing of somebody who left an organization remains in
// a store when their deletion, the organization's purge or the end of FormerMembersFor
// removes it (USR-21, SEC-27). held returns those of some markers that are found in all
// that the store keeps.
//
// A member's name and address carry markers when they leave, and others from then on, so
// that those of before are nowhere but in what the organization keeps.
func FormerMembersErased(t *testing.T, store tenancy.Store, held func(marks []string) []string) {
	for name, after := range map[string]struct {
		keep  time.Duration // FormerMembersFor
		erase func(s *Scene, org tenancy.OrganizationID, user tenancy.UserID)
		lives bool // the person still has a name and an address
	}{
		"USR-21 a person's deletion": {0, func(s *Scene, _ tenancy.OrganizationID, user tenancy.UserID) {
			require.NoError(s.tb, s.Staff.DeleteUser(s.tb.Context(), user, tenancy.UserDeletion{}))
		}, false},
		"USR-21 an organization's purge": {0, func(s *Scene, org tenancy.OrganizationID, _ tenancy.UserID) {
			require.NoError(s.tb, s.Staff.DeleteOrganization(s.tb.Context(), org, tenancy.OrganizationDeletion{}))
			s.Clock.Advance(29 * 24 * time.Hour)
			s.purge()
		}, true},
		"USR-21 the end of FormerMembersFor": {48 * time.Hour,
			func(s *Scene, _ tenancy.OrganizationID, _ tenancy.UserID) {
				s.Clock.Advance(48 * time.Hour)
				s.purge()
			}, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := New(t, store, tenancy.Options{FormerMembersFor: after.keep, Random: rand.Reader})
			founder := strings.ToLower(rand.Text())
			founded := s.Found(founder)
			org := founded.Organization.ID
			user := s.Join(founded.User.ID, org, "member", Address("of-"+founder), tenancy.StandardUser)
			before := s.marked(user)
			require.NoError(t, s.As(user).Leave(t.Context(), org))
			now := s.marked(user)
			all := slices.Concat(before, now)
			require.ElementsMatch(t, all, held(all), "the search finds what is there")
			after.erase(s, org, user)
			if after.lives {
				require.ElementsMatch(t, now, held(all))
			} else {
				require.Empty(t, held(all))
			}
			require.Empty(t, s.Check(tenancy.CheckOptions{Replay: true}))
		})
	}
}

func (s *Scene) purge() {
	s.tb.Helper()
	_, err := s.Host.Purge(s.tb.Context())
	require.NoError(s.tb, err)
}

// marked gives a user a name and an address that carry new markers, and returns these.
func (s *Scene) marked(user tenancy.UserID) []string {
	s.tb.Helper()
	mark := func() string { return "m" + strings.ToLower(rand.Text()) }
	name, local, domain := mark(), mark(), mark()
	_, err := s.As(user).UpdateUser(s.tb.Context(), user, tenancy.UserUpdate{Name: &name})
	require.NoError(s.tb, err)
	_, err = s.Host.ChangeEmail(s.tb.Context(), user, tenancy.Proven(local+"@"+domain+".example.com"))
	require.NoError(s.tb, err)
	return []string{name, local, domain}
}
