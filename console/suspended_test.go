package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// While an organization is suspended its pages show what there is, and offer what only takes
// something away, and no other change (ORG-15).
func TestSuspendedOrganization(t *testing.T) {
	s := newSite(t, console.Options{})
	s.furnish()
	_, err := s.Staff.SuspendOrganization(t.Context(), s.acme.Organization, "ticket-7")
	require.NoError(t, err)
	owner := s.as(s.acme.Owner)
	owner.get(s.in()).says("members can leave, access can be taken away, and the Owner can make somebody else the Owner")
	pages, forms := owner.crawl(), map[string]seen{}
	for _, page := range pages {
		for _, action := range page.actions() {
			if strings.HasPrefix(action, s.in()+"/") {
				forms[action] = page
			}
		}
	}
	for _, part := range []string{
		"users", "accounts", "groups", "hipaa", "domains", "log", "settings", "service-accounts", "sso", "sso/connections", "directories",
	} {
		require.Contains(t, pages, s.in(part))
	}
	for _, part := range []string{"invite", "groups/new", "accounts/new", "domains/new", "service-accounts/new", "merge", "deletion", "import"} {
		require.NotContains(t, pages, s.in(part))
	}
	offered := map[string]bool{}
	for action, page := range forms {
		offered[action[strings.LastIndexByte(action, '/')+1:]] = true
		answer := owner.post(page, action, nil)
		for _, refusal := range answer.all(func(n *html.Node) bool { return n.Data == "h1" || attribute(n, "id") == "alert" }) {
			require.NotEqual(t, tenancy.CodeOrganizationSuspended.Sentence(), textIn(refusal), action)
		}
		require.Less(t, answer.Status, http.StatusInternalServerError, action)
	}
	for _, takes := range []string{"deactivation", "removal", "deletion", "revocation", "dismissal", "withdrawal", "closing", "secret"} {
		require.True(t, offered[takes], "%s: %v", takes, offered)
	}
	s.Sound()
}

// What somebody loses while the organization is suspended is lost, each by its page (ORG-15).
func TestAccessIsTakenAwayWhileSuspended(t *testing.T) {
	s := newSite(t, console.Options{})
	robot, keys := s.withServiceAccounts()
	group, _ := s.withGroups()
	sent, err := s.As(s.acme.Owner).InviteUser(t.Context(), s.acme.Organization, tenancy.NewInvitation{Email: "new@elsewhere.example"})
	require.NoError(t, err)
	added, err := s.As(s.acme.Owner).AddDirectory(t.Context(), s.acme.Organization, "Okta")
	require.NoError(t, err)
	_, err = s.Staff.SuspendOrganization(t.Context(), s.acme.Organization, "ticket-7")
	require.NoError(t, err)
	admin, member := s.as(s.acme.Administrator), s.in("users", s.acme.Member.String())
	service := s.in("service-accounts", robot.String())
	of := s.in("groups", group.String())
	for _, step := range []struct{ page, action, says string }{
		{of, of + "/members/" + s.acme.Member.String() + "/removal", "The member was removed from the group."},
		{of + "/accounts/" + s.acme.Account.String(), of + "/accounts/" + s.acme.Account.String() + "/removal", "The group gives no roles on the account any longer."},
		{of + "/deletion", of + "/deletion", "The group was deleted."},
		{s.in("users") + "?kind=pending", s.in("invitations", sent.ID.String(), "revocation"), "The invitation was revoked"},
		{member, member + "/deactivation", "The user was deactivated"},
		{member + "/removal", member + "/removal", "The user was removed from the organization."},
		{service + "/keys/" + keys[0].ID.String() + "/revocation", service + "/keys/" + keys[0].ID.String() + "/revocation", "The key was revoked"},
		{service, service + "/deactivation", "The service account was deactivated."},
		{service + "/deletion", service + "/deletion", "The service account was deleted"},
		{s.in("directories", added.ID.String(), "removal"), s.in("directories", added.ID.String(), "removal"), "The directory was removed."},
	} {
		page := admin.get(step.page)
		page.wellMade()
		admin.submit(page, step.action, nil).says(step.says)
	}
	for _, path := range []string{member, service, s.in("groups")} {
		s.as(s.acme.Guest).send(http.MethodGet, path, "").refuses(tenancy.CodeNotFound)
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
