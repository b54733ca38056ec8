package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// hostile are names that a page must show as they are: long, from right to left, and such as
// would be markup.
var hostile = []string{
	`<script>alert("1")</script> O'Neill & "Söhne"`,
	"مريم بنت عبد الرحمن آل سعود",
	"Wolfeschlegelsteinhausenbergerdorff" + strings.Repeat("a", 29),
}

// withPeople adds members with hostile names to acme.
func (s *site) withPeople() (members []tenancy.UserID) {
	for i, name := range hostile {
		email := string(rune('a'+i)) + ".hostile@acme.example"
		members = append(members, s.Join(s.acme.Owner, s.acme.Organization, name, email, tenancy.StandardUser))
	}
	return members
}

// The Owner chooses the new one by a search, is told what changes, and hands the organization
// over once (ORG-8).
func TestOwnerIsChanged(t *testing.T) {
	s := newSite(t, console.Options{})
	s.withPeople()
	owner := s.as(s.acme.Owner)
	found := owner.get(s.in("owner") + "?find=admin")
	require.NotContains(t, found.text(), "member@acme.example")
	confirm := s.in("owner", s.acme.Administrator.String())
	require.Contains(t, found.links(), confirm)
	page := owner.get(confirm)
	page.says("You cannot take it back.")

	owner.submit(page, confirm, map[string]string{"previous": "1"}).says("The organization has a new Owner.")
	_, member, err := s.Host.Member(t.Context(), s.acme.Organization, s.acme.Owner)
	require.NoError(t, err)
	require.Equal(t, tenancy.StandardUser, member.Role)
	_, member, err = s.Host.Member(t.Context(), s.acme.Organization, s.acme.Administrator)
	require.NoError(t, err)
	require.Equal(t, tenancy.Owner, member.Role)

	// A second click is done already. Whoever is not the Owner has no such page.
	again := owner.post(page, confirm, nil)
	require.Equal(t, prefix+"/", again.Header.Get("Location"))
	require.Equal(t, http.StatusForbidden, owner.send(http.MethodGet, s.in("owner"), "").Status)
}

// An Owner of other organizations can only leave (ORG-8), so nothing else is offered, and
// what is asked for nevertheless is refused beside its field.
func TestOwnerOfTwoLeaves(t *testing.T) {
	s := newSite(t, console.Options{})
	_, err := s.Host.VerifyPhone(t.Context(), s.acme.Account, "+15555550100")
	require.NoError(t, err)
	_, err = s.As(s.acme.Owner).CreateOrganization(t.Context(), tenancy.NewOrganization{Name: "Second", AllStay: true})
	require.NoError(t, err)
	owner := s.as(s.acme.Owner)
	confirm := s.in("owner", s.acme.Administrator.String())
	page := owner.get(confirm)
	require.Equal(t, "2", page.form(confirm).Get("previous"))
	require.Len(t, page.named("fieldset"), 1)
	refused := owner.post(page, confirm, map[string]string{"previous": "0"})
	refused.refuses(tenancy.CodeOwnsOrganization)
	refused.wellMade()

	away := owner.post(page, confirm, nil)
	require.True(t, strings.HasPrefix(away.Header.Get("Location"), prefix+"/?"), away.Header.Get("Location"))
	_, _, err = s.Host.Member(t.Context(), s.acme.Organization, s.acme.Owner)
	require.ErrorIs(t, err, tenancy.CodeNotFound)
}

// Whom the Owner does not see is not found, whether there is such a user or not (GEN-5). The
// Owner themself, and a service account, cannot be chosen.
func TestOwnerIsAMember(t *testing.T) {
	s := newSite(t, console.Options{})
	other := s.Company("other")
	robot, err := s.As(s.acme.Owner).CreateServiceAccount(t.Context(), s.acme.Organization, tenancy.NewServiceAccount{Name: "Robot"})
	require.NoError(t, err)
	owner := s.as(s.acme.Owner)
	made := owner.send(http.MethodGet, s.in("owner", tenancy.UserID{15: 1, 0: 1}.String()), "")
	for _, user := range []tenancy.UserID{other.Member, s.acme.Owner, s.acme.Guest, robot.ID} {
		answer := owner.send(http.MethodGet, s.in("owner", user.String()), "")
		require.Equal(t, http.StatusNotFound, answer.Status)
		require.Equal(t, made.Body, answer.Body)
	}
	list := owner.get(s.in("owner"))
	require.NotContains(t, list.links(), s.in("owner", s.acme.Owner.String()))
	require.NotContains(t, list.links(), s.in("owner", robot.ID.String()))
}

// A picker shows a page of what it finds, and keeps the search from page to page.
func TestPickerHasPages(t *testing.T) {
	s := newSite(t, console.Options{})
	for i := range 25 {
		name := "Pat" + string(rune('a'+i))
		s.Join(s.acme.Owner, s.acme.Organization, name, strings.ToLower(name)+"@acme.example", tenancy.StandardUser)
	}
	owner := s.as(s.acme.Owner)
	first := owner.get(s.in("owner") + "?find=pat")
	require.Len(t, choices(first), 20)
	var next string
	for _, link := range first.links() {
		if strings.Contains(link, "from=") {
			next = link
		}
	}
	at, err := url.Parse(next)
	require.NoError(t, err)
	require.Equal(t, "pat", at.Query().Get("find"))
	second := owner.get(next)
	require.Len(t, choices(second), 5)
	require.NotContains(t, choices(first), choices(second)[0])
	require.Contains(t, second.links(), s.in("owner")+"?find=pat")
	owner.get(s.in("owner") + "?find=zzz").says("Nobody was found.")
}

// choices are the links of a picker's results.
func choices(p seen) (paths []string) {
	for _, path := range p.links() {
		if strings.Contains(path, "/owner/") {
			paths = append(paths, path)
		}
	}
	return paths
}
