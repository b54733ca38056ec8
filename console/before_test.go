package console_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// A directory of another organization is not removed under the path of this one, also by a
// form whose operation ID was used for something else.
func TestDirectoryIsRemovedInItsOrganization(t *testing.T) {
	s := newSite(t, console.Options{})
	second := s.second()
	added, err := s.As(s.acme.Owner).AddDirectory(t.Context(), second, "Okta")
	require.NoError(t, err)
	form := s.as(s.acme.Owner).formOf(s.operationOfBlock(s.acme.Owner))
	path := s.in("directories", added.ID.String(), "removal")
	require.Equal(t, http.StatusNotFound, s.as(s.acme.Owner).send(http.MethodPost, path, form).Status)
	left, _, err := tenancy.Collect(s.As(s.acme.Owner).Directories(t.Context(), second, tenancy.DirectoryQuery{}), 2)
	require.NoError(t, err)
	require.Len(t, left, 1)
}

// Who may not have a page gets its refusal and nothing of it, also in answer to a form.
func TestRefusedFormShowsNothing(t *testing.T) {
	s := newSite(t, console.Options{})
	member := s.as(s.acme.Member)
	for _, path := range []string{s.in("invite"), s.in("groups", "new"), s.in("accounts", "add")} {
		page := member.send(http.MethodPost, path, member.blank())
		page.refuses(tenancy.CodeNotAllowed)
		require.NotContains(t, page.actions(), path)
	}
}

// What a link of the log looks for is put into the query as one value.
func TestFindKeepsTheQuery(t *testing.T) {
	s := newSite(t, console.Options{})
	page := s.as(s.acme.Owner).send(http.MethodGet, s.in("find", "US0%26done=merged"), "")
	require.Equal(t, s.in("log")+"?about=US0%26done%3Dmerged", page.Header.Get("Location"))
}

// A list of the few with a role or a state costs no more than any page, however many people
// there are: its next page goes on.
func TestFilterIsBounded(t *testing.T) {
	s := newSite(t, console.Options{})
	for i := range 600 {
		name := fmt.Sprintf("person%d", i)
		s.Join(s.acme.Owner, s.acme.Organization, name, name+"@acme.example", tenancy.StandardUser)
	}
	owner, path, found, pages := s.as(s.acme.Owner), s.in("users")+"?kind=managed&role=administrator", 0, 0
	for path != "" {
		page := owner.get(path)
		require.LessOrEqual(t, page.Reads, mostReads)
		found += strings.Count(page.Body, "administrator@acme.example")
		path, pages = "", pages+1
		for _, a := range page.named("a") {
			if attribute(a, "rel") == "next" {
				path = attribute(a, "href")
			}
		}
	}
	require.Equal(t, 2, pages)
	require.Equal(t, 1, found)
}

// The name that is typed to delete an organization is compared as it is seen; its ID does too
// (ORG-10).
func TestDeletionTakesTheNameAsSeen(t *testing.T) {
	for _, typed := range []string{"Acme Inc", " Acme\u00a0Inc\u200b", "the ID"} {
		s := newSite(t, console.Options{})
		_, err := s.As(s.acme.Owner).RenameOrganization(t.Context(), s.acme.Organization, "Acme\u00a0 Inc")
		require.NoError(t, err)
		if typed == "the ID" {
			typed = s.acme.Organization.String()
		}
		owner, path := s.as(s.acme.Owner), s.in("deletion")
		owner.submit(owner.get(path), path, map[string]string{"name": typed}).says("The organization was deleted.")
	}
}

// A name that nobody can see has to be typed as the ID.
func TestDeletionNeedsSomethingTyped(t *testing.T) {
	s := newSite(t, console.Options{})
	_, err := s.As(s.acme.Owner).RenameOrganization(t.Context(), s.acme.Organization, "\u200b")
	require.NoError(t, err)
	owner, path := s.as(s.acme.Owner), s.in("deletion")
	s.Unchanged(func() {
		require.Equal(t, http.StatusBadRequest, owner.post(owner.get(path), path, map[string]string{"name": ""}).Status)
	})
}

// A link on another site's page cannot have a page say that something was done.
func TestNoticeIsTheSitesOwn(t *testing.T) {
	s := newSite(t, console.Options{})
	for site, says := range map[string]bool{"": true, "same-origin": true, "cross-site": false, "none": false} {
		r := httptest.NewRequest(http.MethodGet, s.in()+"?done=renamed", nil)
		r.Header.Set("Actor", s.acme.Owner.String())
		r.Header.Set("Sec-Fetch-Site", site)
		w := httptest.NewRecorder()
		s.pages.ServeHTTP(w, r)
		require.Equal(t, http.StatusOK, w.Code)
		require.Equal(t, says, strings.Contains(w.Body.String(), "The name was changed."), site)
	}
}
