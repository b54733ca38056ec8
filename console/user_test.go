package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// A form carries out its operation once, however often it is sent (GEN-13), and says what was
// done on the page that it leads to (ROLE-4).
func TestRoleIsChangedOnce(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.as(s.acme.Owner)
	path := s.in("users", s.acme.Member.String())
	page := owner.get(path)
	role := map[string]string{"role": string(tenancy.Administrator)}
	owner.submit(page, path+"/role", role).says("The role was changed.")
	_, member, err := s.Host.Member(t.Context(), s.acme.Organization, s.acme.Member)
	require.NoError(t, err)
	require.Equal(t, tenancy.Administrator, member.Role)

	_, err = s.As(s.acme.Owner).SetOrganizationRole(t.Context(), s.acme.Organization, s.acme.Member, tenancy.StandardUser)
	require.NoError(t, err)
	again := owner.post(page, path+"/role", role)
	require.Equal(t, http.StatusSeeOther, again.Status)
	owner.get(again.Header.Get("Location")).says("This form was sent before. It was carried out then, and not again.")
	_, member, err = s.Host.Member(t.Context(), s.acme.Organization, s.acme.Member)
	require.NoError(t, err)
	require.Equal(t, tenancy.StandardUser, member.Role)
}

// A refusal is said in the code's sentence, beside its field, with what was entered (GEN-16).
func TestRefusalStandsBesideItsField(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.as(s.acme.Owner)
	path := s.in("users", s.acme.Member.String())
	page := owner.post(owner.get(path), path+"/role", map[string]string{"role": "emperor"})
	page.refuses(tenancy.CodeRole)
	page.wellMade()
	require.Equal(t, 2, strings.Count(page.text(), tenancy.CodeRole.Sentence())) // at the top, and at the field
	for _, n := range page.named("select") {
		require.Equal(t, "true", attribute(n, "aria-invalid"))
	}
}

// From a member's page one gives them roles on an account and adds them to a group, the
// commonest errands (ACC-7, GRP-2).
func TestMemberIsGivenRolesAndGroups(t *testing.T) {
	s := newSite(t, console.Options{})
	a := s.withAccounts()
	full, empty := s.withGroups()
	admin, at := s.as(s.acme.Administrator), s.in("users", s.acme.Member.String())
	page := admin.get(at)
	require.Subset(t, page.links(), []string{at + "/accounts/new", at + "/groups/new"})
	choice := admin.get(at + "/accounts/new")
	choice.wellMade()
	choice.says("Subaccount of")
	require.Contains(t, choice.links(), s.in("accounts", a.hostile.String(), "members", s.acme.Member.String()))
	found := admin.get(at + "/accounts/new?id=" + a.below.String()).links()
	require.Contains(t, found, s.in("accounts", a.below.String(), "members", s.acme.Member.String()))
	require.NotContains(t, found, s.in("accounts", a.hostile.String(), "members", s.acme.Member.String()))

	groups := admin.get(at + "/groups/new")
	groups.wellMade()
	add := at + "/groups/" + empty.String()
	require.Equal(t, []string{add}, groups.actions()) // they are in the other one
	admin.twice(groups, add, nil).says("The member was added to the group.")
	require.Equal(t, 1, s.groupNow(empty).Members)
	require.Equal(t, 3, s.groupNow(full).Members)

	// Neither is offered to who may not, and other people and groups are not found.
	member := s.as(s.acme.Member)
	for _, path := range []string{at + "/accounts/new", at + "/groups/new"} {
		require.NotContains(t, member.get(at).links(), path)
		require.Equal(t, http.StatusForbidden, member.send(http.MethodGet, path, "").Status)
	}
	rival, madeUp := s.Company("rival"), tenancy.UserID{15: 1}.String()
	theirs, err := s.As(rival.Owner).CreateGroup(t.Context(), rival.Organization, tenancy.NewGroup{Name: "Theirs"})
	require.NoError(t, err)
	s.Unchanged(func() {
		none := s.in("users", madeUp)
		admin.alike(http.MethodGet, []string{s.in("users", rival.Member.String(), "accounts/new"), s.in("users", rival.Member.String(), "groups/new")},
			[]string{none + "/accounts/new", none + "/groups/new"})
		admin.alike(http.MethodPost, []string{at + "/groups/" + theirs.ID.String(), s.in("users", rival.Member.String(), "groups", empty.String())},
			[]string{at + "/groups/" + tenancy.GroupID{15: 1}.String(), none + "/groups/" + empty.String()})
	})
}

// A group that a directory keeps is not offered (PRV-9).
func TestMemberIsNotAddedToKeptGroup(t *testing.T) {
	s := newSite(t, console.Options{})
	made, err := s.As(s.acme.Owner).AddDirectory(t.Context(), s.acme.Organization, "Okta")
	require.NoError(t, err)
	_, err = s.Dir.AsDirectory(made.Secret).CreateProvisionedGroup(t.Context(), tenancy.NewProvisionedGroup{Name: "Engineers"})
	require.NoError(t, err)
	page := s.as(s.acme.Owner).get(s.in("users", s.acme.Member.String(), "groups/new"))
	page.says("Kept by the identity provider")
	require.Empty(t, page.actions())
}

// A member's page says whether single sign-on is required of them, on which domain and
// through what (SSO-2).
func TestRequirementIsShown(t *testing.T) {
	s := newSite(t, console.Options{})
	path := s.in("users", s.acme.Member.String())
	owner := s.as(s.acme.Owner)
	owner.get(path).says("Single sign-onNot required")
	connection, err := s.As(s.acme.Owner).AddConnection(t.Context(), s.acme.Organization, "Okta")
	require.NoError(t, err)
	_, err = s.Host.MarkConnectionTested(t.Context(), connection.ID)
	require.NoError(t, err)
	_, err = s.As(s.acme.Owner).EnforceSSO(t.Context(), s.acme.Domain, connection.ID)
	require.NoError(t, err)
	page := owner.get(path)
	page.says("Required on the domain \u2068acme.example\u2069, through \u2068Okta\u2069")
	require.Contains(t, page.links(), s.in("sso", "domains", s.acme.Domain.String()))
	require.NotContains(t, s.as(s.acme.Member).get(path).text(), "Required on the domain")
	owner.submit(page, path+"/exemption", nil)
	require.NotContains(t, owner.get(path).text(), "Required on the domain")
}
