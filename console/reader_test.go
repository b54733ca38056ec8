package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// A form that was opened by one person, and is sent after another has signed in in the same
// browser, does nothing, and what was entered is not shown to the other.
func TestFormIsOfWhoOpenedIt(t *testing.T) {
	s := newSite(t, console.Options{})
	s.furnish()
	owner, forms := s.as(s.acme.Owner), map[string]seen{}
	for _, page := range s.as(s.acme.Administrator).crawl() {
		for _, action := range page.actions() {
			forms[action] = page
		}
	}
	require.Greater(t, len(forms), 50)
	s.Unchanged(func() {
		for action, page := range forms {
			refused := owner.post(page, action, map[string]string{"name": "Entered before"})
			require.Equal(t, http.StatusConflict, refused.Status, action)
			refused.says("Somebody else was signed in when this page was opened, so nothing was done.")
			require.NotContains(t, refused.Body, "Entered before", action)
			require.Empty(t, refused.actions(), action)
			refused.wellMade()
		}
	})
}

// A form that does not say whose page it is on does nothing either.
func TestFormSaysWhoOpenedIt(t *testing.T) {
	s := newSite(t, console.Options{})
	owner, path := s.as(s.acme.Owner), s.in("settings", "name")
	form := owner.get(s.in("settings")).form(path)
	form.Set("name", "Other")
	form.Del("reader")
	s.Unchanged(func() {
		refused := owner.send(http.MethodPost, path, form.Encode())
		require.Equal(t, http.StatusBadRequest, refused.Status)
		refused.says("This form is not complete.")
	})
}

// Nobody deletes themself by a page that was opened for somebody else (USR-14).
func TestNobodyIsDeletedForAnother(t *testing.T) {
	s := newSite(t, console.Options{})
	var people []tenancy.UserID
	for _, name := range []string{"Anna", "Bert"} {
		user := s.Join(s.acme.Owner, s.acme.Organization, name, strings.ToLower(name)+"@acme.example", tenancy.StandardUser)
		require.NoError(t, s.As(s.acme.Owner).RemoveUser(t.Context(), s.acme.Organization, user, tenancy.Removal{}))
		people = append(people, user)
	}
	path := prefix + "/profile/deletion"
	page := s.as(people[0]).get(path)
	s.Unchanged(func() {
		require.Equal(t, http.StatusConflict, s.as(people[1]).post(page, path, nil).Status)
	})
	s.as(people[0]).post(page, path, nil).says("You are deleted")
}

// It is the same for the host's staff.
func TestFormIsOfTheOperatorWhoOpenedIt(t *testing.T) {
	s, _, _ := staffSite(t)
	var err error
	s.pages, err = console.NewStaffHandler(s.Dir, &console.StaffOptions{
		Prefix: prefix,
		Operator: func(r *http.Request) (tenancy.OperatorID, error) {
			return tenancy.OperatorID(r.Header.Get("Actor")), nil
		},
	})
	require.NoError(t, err)
	path := at("organizations", s.acme.Organization, "suspension")
	page := s.as(s.acme.Owner).get(path)
	s.Unchanged(func() {
		refused := s.as(s.acme.Guest).post(page, path, map[string]string{"reference": "t-1"})
		require.Equal(t, http.StatusConflict, refused.Status)
	})
	s.as(s.acme.Owner).submit(page, path, map[string]string{"reference": "t-1"}).says("The organization was suspended.")
}
