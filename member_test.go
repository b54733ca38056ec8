package tenancy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestSetOrganizationRole(t *testing.T) {
	for name, actor := range map[string]tenancy.OrganizationRole{"Owner": tenancy.Owner, "Administrator": tenancy.Administrator} {
		t.Run("ROLE-4 "+name, func(t *testing.T) {
			s := newScene(t)
			ana := s.found("ana")
			org, who := ana.Organization.ID, ana.User.ID
			if actor == tenancy.Administrator {
				who = s.join(ana, "ada", tenancy.Administrator)
			}
			ben := s.join(ana, "ben", tenancy.StandardUser)
			added := s.news(func() {
				require.NoError(t, errOf(s.as(who).SetOrganizationRole(t.Context(), org, ben, tenancy.Administrator)))
			}, ofOrganization(org), ofUser(ben))
			require.Equal(t, [][]string{{"OrganizationRoleChanged"}, nil}, added)
			require.Equal(t, tenancy.Administrator, s.ranks(ben)[org])
			s.unchanged(func() { // GEN-6
				require.NoError(t, errOf(s.as(who).SetOrganizationRole(t.Context(), org, ben, tenancy.Administrator)))
			})
			require.NoError(t, errOf(s.as(who).SetOrganizationRole(t.Context(), org, ben, tenancy.StandardUser)),
				"ROLE-5 Administrators manage Administrators")
			require.Equal(t, tenancy.StandardUser, s.ranks(ben)[org])
		})
	}
	t.Run("ROLE-4 an inactive member's too", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		ben := s.join(ana, "ben", tenancy.Administrator)
		_, err := s.as(ana.User.ID).DeactivateUser(t.Context(), ben)
		require.NoError(t, err)
		require.NoError(t,
			errOf(s.as(ana.User.ID).SetOrganizationRole(t.Context(), ana.Organization.ID, ben, tenancy.StandardUser)))
		require.Equal(t, tenancy.StandardUser, s.ranks(ben)[ana.Organization.ID])
	})
	s := newScene(t)
	ana, eve := s.found("ana"), s.found("eve")
	org := ana.Organization.ID
	ada := s.join(ana, "ada", tenancy.Administrator)
	ben := s.join(ana, "ben", tenancy.StandardUser)
	gil := s.guest(ana.User.ID, ana.Account.ID, "gil", tenancy.Developer)
	for _, tt := range []struct {
		rule string
		who  *tenancy.Session
		org  tenancy.OrganizationID
		user tenancy.UserID
		role tenancy.OrganizationRole
		code tenancy.Code
	}{
		{"GEN-14 a zero organization", s.as(ana.User.ID), tenancy.OrganizationID{}, ben, tenancy.Administrator, tenancy.CodeID},
		{"GEN-14 a zero user", s.as(ana.User.ID), org, tenancy.UserID{}, tenancy.Administrator, tenancy.CodeID},
		{"ROLE-4 never to Owner", s.as(ana.User.ID), org, ben, tenancy.Owner, tenancy.CodeRole},
		{"ROLE-4 no such role", s.as(ana.User.ID), org, ben, "nonsense", tenancy.CodeRole},
		{"GEN-5 a stranger's organization", s.as(eve.User.ID), org, ben, tenancy.Administrator, tenancy.CodeNotFound},
		{"ROLE-3 a Standard User", s.as(ben), org, ada, tenancy.StandardUser, tenancy.CodeNotAllowed},
		{"ROLE-3 a Standard User, themself", s.as(ben), org, ben, tenancy.Administrator, tenancy.CodeNotAllowed},
		{"GEN-1 an Operator", s.staff.Session, org, ben, tenancy.Administrator, tenancy.CodeNotAllowed},
		{"GEN-1 System", s.host.Session, org, ben, tenancy.Administrator, tenancy.CodeNotAllowed},
		{"ROLE-4 not one's own", s.as(ada), org, ada, tenancy.StandardUser, tenancy.CodeOneself},
		{"ROLE-4 the Owner, themself", s.as(ana.User.ID), org, ana.User.ID, tenancy.Administrator, tenancy.CodeOneself},
		{"ROLE-4 never from Owner", s.as(ada), org, ana.User.ID, tenancy.Administrator, tenancy.CodeTheOwner},
		{"GEN-5 of a stranger", s.as(ana.User.ID), org, eve.User.ID, tenancy.Administrator, tenancy.CodeNotFound},
		{"GEN-5 of nobody", s.as(ana.User.ID), org, tenancy.UserID(org), tenancy.Administrator, tenancy.CodeNotFound},
		{"ROLE-4 of an independent user", s.as(ana.User.ID), org, gil, tenancy.Administrator, tenancy.CodeNotMember},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			s.unchanged(func() {
				refused(t, errOf(tt.who.SetOrganizationRole(t.Context(), tt.org, tt.user, tt.role)), tt.code)
			})
		})
	}
}

// TestTheOwner wants that what no user does to an Owner is refused before anything else that the input names is looked
// at (ROLE-5, GEN-5): in every operation alike, and alike when it would change nothing.
func TestTheOwner(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	org, owner := ana.Organization.ID, ana.User.ID
	admin, nobody := s.as(s.join(ana, "ada", tenancy.Administrator)), tenancy.UserID{1}
	unknown := []tenancy.Heir{{Account: tenancy.AccountID{1}, User: nobody}}
	for what, call := range map[string]func() error{
		"UpdateUser":     func() error { return errOf(admin.UpdateUser(t.Context(), owner, tenancy.UserUpdate{})) },
		"DeactivateUser": func() error { return errOf(admin.DeactivateUser(t.Context(), owner)) },
		"ReactivateUser": func() error { return errOf(admin.ReactivateUser(t.Context(), owner)) },
		"SetOrganizationRole": func() error {
			return errOf(admin.SetOrganizationRole(t.Context(), org, owner, tenancy.StandardUser))
		},
		"SetSSOExemption": func() error { return errOf(admin.SetSSOExemption(t.Context(), org, owner, tenancy.SSOExempt)) },
		"RemoveUser":      func() error { return admin.RemoveUser(t.Context(), org, owner, tenancy.Removal{}) },
		"RemoveUser, accounts to nobody": func() error {
			return admin.RemoveUser(t.Context(), org, owner, tenancy.Removal{AccountsTo: nobody})
		},
		"RemoveUser, an account to nobody": func() error {
			return admin.RemoveUser(t.Context(), org, owner, tenancy.Removal{Heirs: unknown})
		},
		"DeleteUser": func() error { return admin.DeleteUser(t.Context(), owner, tenancy.UserDeletion{}) },
		"DeleteUser, accounts to nobody": func() error {
			return admin.DeleteUser(t.Context(), owner, tenancy.UserDeletion{AccountsTo: nobody})
		},
		"DeleteUser, an account to nobody": func() error {
			return admin.DeleteUser(t.Context(), owner, tenancy.UserDeletion{Heirs: unknown})
		},
	} {
		t.Run("ROLE-5 "+what, func(t *testing.T) {
			s.unchanged(func() { refused(t, call(), tenancy.CodeTheOwner) })
		})
	}
}
