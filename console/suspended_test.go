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
