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
