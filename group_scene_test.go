package tenancy_test

import (
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// group has somebody make a group of an organization, with some users in it.
func (s *scene) group(by tenancy.UserID, org tenancy.OrganizationID, users ...tenancy.UserID) tenancy.GroupID {
	s.Helper()
	made, err := s.as(by).CreateGroup(s.ctx(), org, tenancy.NewGroup{Name: "Group"})
	require.NoError(s, err)
	if len(users) > 0 {
		s.enter(by, made.ID, users...)
	}
	return made.ID
}

// enter has somebody put users into a group.
func (s *scene) enter(by tenancy.UserID, group tenancy.GroupID, users ...tenancy.UserID) {
	s.Helper()
	_, err := s.as(by).AddToGroup(s.ctx(), group, users)
	require.NoError(s, err)
}

// groupRoles has somebody give a group roles on an account.
func (s *scene) groupRoles(
	by tenancy.UserID, group tenancy.GroupID, account tenancy.AccountID, roles ...tenancy.AccountRole,
) {
	s.Helper()
	_, err := s.as(by).AssignGroupRoles(s.ctx(), group, account, tenancy.Roles(roles...))
	require.NoError(s, err)
}
