package console_test

import (
	"net/http"
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
	form := "operation=" + s.operationOfBlock(s.acme.Owner).String()
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
		page := member.send(http.MethodPost, path, "operation="+tenancy.NewOperationID().String())
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
