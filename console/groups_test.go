package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// groupNow is a group as the host sees it.
func (s *site) groupNow(id tenancy.GroupID) tenancy.Group {
	s.Helper()
	group, err := s.Host.Group(s.Context(), id)
	require.NoError(s, err)
	return group
}

// groupRoles is which roles a group gives, by account.
func (s *site) groupRoles(id tenancy.GroupID) map[tenancy.AccountID]tenancy.RoleSet {
	s.Helper()
	roles := map[tenancy.AccountID]tenancy.RoleSet{}
	for a, err := range s.Host.GroupAccounts(s.Context(), id, tenancy.GroupQuery{}) {
		require.NoError(s, err)
		roles[a.Account] = a.Roles
	}
	return roles
}

// A group is created, renamed and deleted, once for each form (GRP-2).
func TestGroupIsMadeOnce(t *testing.T) {
	s := newSite(t, console.Options{})
	admin, path := s.as(s.acme.Administrator), s.in("groups", "new")
	admin.get(s.in("groups")).says("There is no group yet.")
	page := admin.get(path)
	made := admin.post(page, path, map[string]string{"name": hostileName, "external": "ext-1"})
	require.Equal(t, http.StatusSeeOther, made.Status)
	admin.twice(page, path, map[string]string{"name": hostileName, "external": "ext-1"})
	var all []tenancy.GroupID
	for g, err := range s.Host.Groups(t.Context(), s.acme.Organization, tenancy.GroupQuery{}) {
		require.NoError(t, err)
		all = append(all, g.ID)
	}
	require.Len(t, all, 1)
	at := s.in("groups", all[0].String())
	admin.get(made.Header.Get("Location")).says("The group was created.")
	admin.get(at).says("ext-1")
	refused := admin.post(admin.get(path), path, map[string]string{"name": "", "external": "kept"})
	refused.refuses(tenancy.CodeName)
	require.Equal(t, "kept", attribute(refused.fieldOf(path, "external"), "value"))

	admin.twice(admin.get(at), at+"/name", map[string]string{"name": "Leads"}).says("The group was renamed.")
	require.Equal(t, "Leads", s.groupNow(all[0]).Name.Reveal())
	refused = admin.post(admin.get(at), at+"/name", map[string]string{"name": ""})
	refused.refuses(tenancy.CodeName)
	require.Equal(t, "true", attribute(refused.fieldOf(at+"/name", "name"), "aria-invalid"))

	require.NotContains(t, admin.get(at).actions(), at+"/deletion")
	admin.twice(admin.get(at+"/deletion"), at+"/deletion", nil).says("The group was deleted.")
	require.Equal(t, http.StatusNotFound, admin.send(http.MethodGet, at, "").Status)
}

// Members are searched for and added together, all or none, and removed (GRP-2).
func TestGroupMembersAreChanged(t *testing.T) {
	s := newSite(t, console.Options{})
	_, empty := s.withGroups()
	admin, path := s.as(s.acme.Administrator), s.in("groups", empty.String())
	page := admin.get(path + "/members/new?find=member")
	values := page.form(path + "/members")
	values["user"] = []string{s.acme.Member.String(), s.acme.Owner.String()}
	for range 2 {
		added := admin.send(http.MethodPost, path+"/members", values.Encode())
		require.Equal(t, http.StatusSeeOther, added.Status, added.text())
	}
	require.Equal(t, 2, s.groupNow(empty).Members)

	nobody := admin.post(admin.get(path+"/members/new"), path+"/members", nil)
	require.Equal(t, http.StatusBadRequest, nobody.Status)
	nobody.says("Choose at least one member.")
	nobody.wellMade()
	values = admin.get(path + "/members/new").form(path + "/members")
	values["user"] = []string{s.acme.Administrator.String(), s.acme.Guest.String()}
	refused := admin.send(http.MethodPost, path+"/members", values.Encode())
	refused.refuses(tenancy.CodeNotMember)
	require.Equal(t, 2, s.groupNow(empty).Members)

	list := admin.get(path)
	admin.twice(list, path+"/members/"+s.acme.Member.String()+"/removal", nil).says("The member was removed from the group.")
	require.Equal(t, 1, s.groupNow(empty).Members)
}

// What a group gives on an account is set and taken away (GRP-2). It is never Owner, and
// Administrator alone (ACC-7).
func TestGroupRolesAreChanged(t *testing.T) {
	s := newSite(t, console.Options{})
	a := s.withAccounts()
	_, empty := s.withGroups()
	admin, path := s.as(s.acme.Administrator), s.in("groups", empty.String(), "accounts")
	at := path + "/" + a.hostile.String()
	require.Contains(t, admin.get(path+"/new").links(), at)
	require.NotContains(t, admin.get(path+"/new").links(), path+"/"+a.closed.String())
	require.Contains(t, admin.get(path+"/new?id="+a.suspended.String()).links(), path+"/"+a.suspended.String())
	admin.get(path + "/new?id=" + a.closed.String()).says("The organization has no open account with this ID.")
	admin.get(path + "/new?id=" + a.other.Account.ID.String()).says("The organization has no open account with this ID.")
	admin.get(path + "/new?id=nonsense").says("The organization has no open account with this ID.")

	admin.twice(admin.get(at), at, map[string]string{"roles": "developer"}).says("The group's roles on the account were changed.")
	require.Equal(t, tenancy.Roles(tenancy.Developer), s.groupRoles(empty)[a.hostile])
	require.Equal(t, []string{"developer"}, admin.get(at).form(at)["roles"])
	values := admin.get(at).form(at)
	for sentence, roles := range map[string][]string{
		tenancy.CodeRoles.Sentence(): {"owner"}, "Administrator is given alone.": {"administrator", "support"}, "Choose at least one role.": nil,
	} {
		values["roles"] = roles
		refused := admin.send(http.MethodPost, at, values.Encode())
		require.Equal(t, tenancy.CodeRoles.Status(), refused.Status)
		refused.says(sentence)
		refused.wellMade()
	}
	admin.twice(admin.get(at), at+"/removal", nil).says("The group gives no roles on the account any longer.")
	require.Empty(t, s.groupRoles(empty))
}

// A directory keeps the name and the members of its group, and Administrators decide on its
// roles (PRV-9).
func TestGroupOfDirectory(t *testing.T) {
	s := newSite(t, console.Options{})
	made, err := s.As(s.acme.Owner).AddDirectory(t.Context(), s.acme.Organization, "Okta")
	require.NoError(t, err)
	group, err := s.Dir.AsDirectory(made.Secret).CreateProvisionedGroup(t.Context(), tenancy.NewProvisionedGroup{Name: "Engineers"})
	require.NoError(t, err)
	admin, path := s.as(s.acme.Administrator), s.in("groups", group.ID.String())
	page := admin.get(path)
	page.says("The organization's identity provider keeps this group")
	require.Empty(t, page.actions())
	for _, link := range []string{"/members/new", "/deletion"} {
		require.NotContains(t, page.links(), path+link)
		require.Equal(t, http.StatusNotFound, admin.send(http.MethodGet, path+link, "").Status)
	}
	refused := admin.send(http.MethodPost, path+"/name", admin.blank()+"&name=Other")
	refused.refuses(tenancy.CodeDirectoryGroup)
	at := path + "/accounts/" + s.acme.Account.String()
	admin.submit(admin.get(at), at, map[string]string{"roles": "support"}).says("The group's roles on the account were changed.")
}

// Groups are for who manages users, and those of other organizations are not found (GEN-5).
func TestGroupOfAnotherCustomerIsNotFound(t *testing.T) {
	s := newSite(t, console.Options{})
	full, _ := s.withGroups()
	rival := s.Company("rival")
	theirs, err := s.As(rival.Owner).CreateGroup(t.Context(), rival.Organization, tenancy.NewGroup{Name: "Rivals"})
	require.NoError(t, err)
	mine, err := s.As(s.acme.Owner).CreateGroup(t.Context(), s.second(), tenancy.NewGroup{Name: "Of the second"})
	require.NoError(t, err)
	owner := s.as(s.acme.Owner)
	account := "/accounts/" + s.acme.Account.String()
	for method, paths := range map[string][]string{
		http.MethodGet:  {"", "/accounts", "/accounts/new", account, "/members/new", "/deletion"},
		http.MethodPost: {"/name", "/members", "/members/" + s.acme.Member.String() + "/removal", account, account + "/removal", "/deletion"},
	} {
		for _, p := range paths {
			none := s.in("groups", tenancy.GroupID{15: 1}.String()) + p
			s.Unchanged(func() {
				owner.alike(method, []string{s.in("groups", theirs.ID.String()) + p, s.in("groups", mine.ID.String()) + p}, []string{none, none})
			})
		}
	}
	of := func(account tenancy.AccountID) string {
		return s.in("groups", full.String(), "accounts", account.String())
	}
	none := of(tenancy.AccountID{15: 1})
	owner.alike(http.MethodGet, []string{of(rival.Account)}, []string{none})
	owner.alike(http.MethodPost, []string{of(rival.Account), of(rival.Account) + "/removal"}, []string{none, none + "/removal"})

	for _, p := range []string{"", "/new", "/" + full.String(), "/" + full.String() + "/accounts"} {
		require.Equal(t, http.StatusForbidden, s.as(s.acme.Member).send(http.MethodGet, s.in("groups")+p, "").Status, p)
		require.Equal(t, http.StatusNotFound, s.as(s.acme.Guest).send(http.MethodGet, s.in("groups")+p, "").Status, p)
	}
	hidden := newSite(t, console.Options{Hide: []console.Part{console.PartGroups}})
	require.Equal(t, http.StatusNotFound, hidden.as(hidden.acme.Owner).send(http.MethodGet, hidden.in("groups"), "").Status)
}

// Searching and turning the page keep whom one has chosen, also without a script, and nobody is
// added before that is asked for (GRP-2).
func TestChoiceOfMembersIsKept(t *testing.T) {
	s := newSite(t, console.Options{})
	_, group := s.withGroups()
	for i := range 25 {
		s.Join(s.acme.Owner, s.acme.Organization, "Extra", fmt.Sprintf("extra%d@acme.example", i), tenancy.StandardUser)
	}
	admin, at := s.as(s.acme.Administrator), s.in("groups", group.String())
	path := at + "/members"
	page := admin.get(path + "/new")
	choose := func(page seen, show string, count int, more url.Values) (seen, []string) {
		t.Helper()
		values := page.form(path)
		for _, box := range page.all(func(n *html.Node) bool { return attribute(n, "type") == "checkbox" && !has(n, "checked") })[:count] {
			values.Add("user", attribute(box, "value"))
		}
		if show != "" {
			values.Set("show", show)
		}
		for name := range more {
			values.Set(name, more.Get(name))
		}
		answer := admin.send(http.MethodPost, path, values.Encode())
		if show != "" {
			require.Equal(t, http.StatusOK, answer.Status)
			answer.wellMade()
			require.Empty(t, answer.all(func(n *html.Node) bool { return attribute(n, "role") == "alert" }))
		}
		return answer, values["user"]
	}
	next, _ := choose(page, "next", 2, nil)
	next.says("Chosen before, and not shown here: \u20682\u2069")
	found, _ := choose(next, "found", 1, url.Values{"find": {"extra24"}})
	found.says("Chosen before, and not shown here: \u20683\u2069")
	require.Zero(t, s.groupNow(group).Members)
	none, _ := choose(found, "none", 0, nil)
	require.Empty(t, none.form(path)["user"])
	added, chosen := choose(found, "", 1, nil)
	require.Equal(t, http.StatusSeeOther, added.Status)
	require.Len(t, chosen, 4)
	require.Equal(t, 4, s.groupNow(group).Members)
}
