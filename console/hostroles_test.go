package console_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// Whoever has a role of the host's is led to no page that is refused to them, whichever of the
// permissions it has (ROLE-9, ROLE-8).
func TestEveryLinkAnswersForHostsRoles(t *testing.T) {
	roles := map[tenancy.OrganizationRole][]tenancy.OrganizationPermission{
		"takes-in": {tenancy.ManageUsers, tenancy.ManageOrganization},
	}
	for _, permission := range []tenancy.OrganizationPermission{
		tenancy.CreateAccounts, tenancy.ViewUsers, tenancy.ManageUsers, tenancy.ViewAccounts, tenancy.ManageAccounts,
		tenancy.ViewDomains, tenancy.ManageDomains, tenancy.ManageOrganization, tenancy.ReadLog,
	} {
		roles[tenancy.OrganizationRole("only-"+permission)] = []tenancy.OrganizationPermission{permission}
	}
	s := &site{T: t, store: &counted{Store: memstore.New()}}
	s.Scene = tenancytest.New(t, s.store, &tenancy.Options{OrganizationRoles: tenancy.OrganizationRoleOptions{Roles: roles}})
	s.acme = s.Company("acme")
	s.mount(console.Options{})
	s.withGroups()
	_, err := s.Staff.SetImportEntitlement(t.Context(), s.acme.Organization, tenancy.ImportEntitlement{On: true, Reference: "ticket/1"})
	require.NoError(t, err)
	reader := s.Join(s.acme.Owner, s.acme.Organization, "Reader", "reader@acme.example", tenancy.StandardUser)
	for _, role := range slices.Sorted(maps.Keys(roles)) {
		t.Run(string(role), func(t *testing.T) {
			_, err := s.As(s.acme.Owner).SetOrganizationRole(t.Context(), s.acme.Organization, reader, role)
			require.NoError(t, err)
			require.NotEmpty(t, s.within(t).as(reader).crawl())
		})
	}
}
