package tenancy_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestOrganizations(t *testing.T) {
	s := newScene(t)
	ana, eve := s.found("ana"), s.found("eve")
	ada := s.join(ana, "ada", tenancy.Administrator)
	ben := s.join(ana, "ben", tenancy.StandardUser)
	second := s.another(ana, "Second")
	gil, _ := s.loner(ana, "gil")
	ids := func(list []tenancy.OrganizationOf) (ids []tenancy.OrganizationID) {
		for _, o := range list {
			ids = append(ids, o.ID)
		}
		return ids
	}

	t.Run("ORG-13 one's own organizations, with one's role", func(t *testing.T) {
		list := items(t, s.as(ana.User.ID).Organizations(t.Context(), tenancy.OrganizationQuery{}))
		require.Equal(t, []tenancy.OrganizationID{ana.Organization.ID, second}, ids(list))
		for _, o := range list {
			require.Equal(t, tenancy.Owner, *o.Role)
			require.NotNil(t, o.Settings)
		}
		require.Equal(t, list, items(t,
			s.as(ana.User.ID).Organizations(t.Context(), tenancy.OrganizationQuery{User: ana.User.ID})))
		list = items(t, s.as(ada).Organizations(t.Context(),
			tenancy.OrganizationQuery{State: tenancy.StateActive}))
		require.Len(t, list, 1)
		require.Equal(t, tenancy.Administrator, *list[0].Role)
		require.Empty(t, items(t, s.as(gil).Organizations(t.Context(), tenancy.OrganizationQuery{})))
	})
	t.Run("GEN-5 a Standard User sees no settings", func(t *testing.T) {
		list := items(t, s.as(ben).Organizations(t.Context(), tenancy.OrganizationQuery{}))
		require.Len(t, list, 1)
		require.Equal(t, tenancy.StandardUser, *list[0].Role)
		require.Equal(t, "ana Inc", list[0].Name.Reveal())
		require.Nil(t, list[0].Settings)
	})
	t.Run("GEN-5 about anybody else NotFound, as about nobody", func(t *testing.T) {
		for _, user := range []tenancy.UserID{ben, eve.User.ID, tenancy.UserID(second)} {
			refused(t, failure(s.as(ana.User.ID).Organizations(t.Context(),
				tenancy.OrganizationQuery{User: user})), tenancy.CodeNotFound)
		}
		refused(t, failure(s.host.Organizations(t.Context(),
			tenancy.OrganizationQuery{User: tenancy.UserID(second)})), tenancy.CodeNotFound)
	})
	t.Run("GEN-5 nothing is read about anybody else", func(t *testing.T) {
		var reads [][]tenancy.Index
		for _, user := range []tenancy.UserID{eve.User.ID, ben, gil, tenancy.UserID(second)} {
			steps, _ := s.readsOf(func(dir *tenancy.Directory) {
				query := tenancy.OrganizationQuery{User: user}
				refused(t, failure(dir.As(ana.User.ID).Organizations(t.Context(), query)),
					tenancy.CodeNotFound)
			})
			reads = append(reads, steps...)
		}
		require.Len(t, reads, 4)
		for _, step := range reads {
			require.Equal(t, []tenancy.Index{tenancy.IndexUsers}, step, "the actor's own record")
		}
	})
	t.Run("GEN-5 Operators and System ask about anybody", func(t *testing.T) {
		for _, who := range []*tenancy.Platform{s.host, s.staff} {
			list := items(t, who.Organizations(t.Context(), tenancy.OrganizationQuery{User: ben}))
			require.Len(t, list, 1)
			require.Equal(t, tenancy.StandardUser, *list[0].Role)
			require.Equal(t, ana.User.ID, list[0].Settings.Owner)
		}
	})
	t.Run("ORG-13 without a user Operators and System see all, ended ones too", func(t *testing.T) {
		require.NoError(t, s.as(eve.User.ID).DeleteOrganization(t.Context(), eve.Organization.ID,
			tenancy.OrganizationDeletion{}))
		list := items(t, s.host.Organizations(t.Context(), tenancy.OrganizationQuery{}))
		require.ElementsMatch(t, []tenancy.OrganizationID{ana.Organization.ID, eve.Organization.ID, second},
			ids(list))
		for _, o := range list {
			require.Nil(t, o.Role)
			require.NotNil(t, o.Settings)
		}
		require.Equal(t, []tenancy.OrganizationID{eve.Organization.ID},
			ids(items(t, s.staff.Organizations(t.Context(),
				tenancy.OrganizationQuery{State: tenancy.StateDeleted}))))
		require.Empty(t, items(t, s.host.Organizations(t.Context(),
			tenancy.OrganizationQuery{State: tenancy.StateMerged})))
		require.Empty(t, items(t, s.as(ana.User.ID).Organizations(t.Context(),
			tenancy.OrganizationQuery{State: tenancy.StateDeleted})))
	})
	t.Run("GEN-4 no such state, GEN-14 no such cursor", func(t *testing.T) {
		refused(t, failure(s.host.Organizations(t.Context(),
			tenancy.OrganizationQuery{State: tenancy.StatePending})), tenancy.CodeInput)
		page, next, err := tenancy.Collect(s.as(ana.User.ID).Organizations(t.Context(),
			tenancy.OrganizationQuery{}), 1)
		require.NoError(t, err)
		require.Len(t, page, 1)
		require.NotEmpty(t, next)
		for _, query := range []tenancy.OrganizationQuery{{After: "x"}, {After: next}, {After: next, State: tenancy.StateActive}} {
			refused(t, failure(s.host.Organizations(t.Context(), query)), tenancy.CodeCursor)
		}
		rest := items(t, s.as(ana.User.ID).Organizations(t.Context(), tenancy.OrganizationQuery{After: next}))
		require.Equal(t, []tenancy.OrganizationID{second}, ids(rest))
	})
}

// TestOrganizationsPages lists more than one read returns.
func TestOrganizationsPages(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	var made []tenancy.OrganizationID
	made = append(made, ana.Organization.ID)
	for i := range 250 {
		made = append(made, s.another(ana, fmt.Sprint("Organization ", i)))
	}
	byID := func(a, b tenancy.OrganizationID) int { return slices.Compare(a[:], b[:]) }
	slices.SortFunc(made, byID)
	for name, who := range map[string]*tenancy.Session{"a user's": s.as(ana.User.ID), "all": s.host.Session} {
		t.Run("GEN-9 "+name, func(t *testing.T) {
			var after tenancy.Cursor
			var seen []tenancy.OrganizationID
			for {
				page, next, err := tenancy.Collect(who.Organizations(t.Context(),
					tenancy.OrganizationQuery{After: after}), 70)
				require.NoError(t, err)
				for _, o := range page {
					seen = append(seen, o.ID)
				}
				if next == "" {
					break
				}
				after = next
			}
			require.Equal(t, made, seen)
			require.Len(t, items(t, who.Organizations(t.Context(), tenancy.OrganizationQuery{})), len(made))
		})
	}
}
