package console_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// While an organization is suspended its pages show what there is, and offer no change of it
// that would be refused (ORG-15).
func TestSuspendedOrganization(t *testing.T) {
	s := newSite(t, console.Options{})
	s.withServiceAccounts() // of which the log tells
	_, err := s.Staff.SuspendOrganization(t.Context(), s.acme.Organization, "ticket-7")
	require.NoError(t, err)
	owner := s.as(s.acme.Owner)
	pages := owner.crawl()
	owner.get(s.in()).says("members can leave, access can be taken away, and the Owner can make somebody else the Owner")
	for _, part := range []string{"users", "accounts", "groups", "hipaa", "domains", "log", "settings"} {
		require.Contains(t, pages, s.in(part))
	}
	page := owner.send(http.MethodGet, s.in("service-accounts"), "")
	page.refuses(tenancy.CodeOrganizationSuspended)
	for _, part := range []string{"invite", "groups/new", "accounts/new", "domains/new", "service-accounts", "sso", "merge", "deletion"} {
		require.NotContains(t, pages, s.in(part))
	}
}

// A page on which something dangerous is confirmed leads back without doing it.
func TestDangerCanBeCancelled(t *testing.T) {
	s := newSite(t, console.Options{})
	group, err := s.As(s.acme.Owner).CreateGroup(t.Context(), s.acme.Organization, tenancy.NewGroup{Name: "On call"})
	require.NoError(t, err)
	_, err = s.As(s.acme.Owner).AssignGroupRoles(t.Context(), group.ID, s.acme.Account, tenancy.Roles(tenancy.Support))
	require.NoError(t, err)
	s.as(s.acme.Guest).get(prefix + "/profile/deletion").says("Delete yourself for good Cancel")
	s.as(s.acme.Member).get(s.in("leave")).says("Leave the organization Cancel")
	s.as(s.acme.Owner).get(s.in("groups", group.ID.String(), "accounts", s.acme.Account.String())).says("Take the roles away Cancel")
}
