package console_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
	"github.com/add4b1c6/tenancy/tenancyhttp"
)

// failing mounts pages whose Session returns an error.
func (s *site) failing(err error) browser {
	var made error
	s.pages, made = console.NewHandler(&console.Options{
		Prefix: prefix, SignIn: "/sign-in?client=7", Session: func(*http.Request) (*tenancy.Session, error) { return nil, err },
	})
	require.NoError(s, made)
	return s.as(tenancy.UserID{})
}

// Who is not signed in is sent to the sign-in, and who sends a form is given a link there. What
// else Session returns is said, or is a failure.
func TestSignedOut(t *testing.T) {
	s := newSite(t, console.Options{})
	out := s.failing(console.ErrSignedOut)
	p := out.send(http.MethodGet, prefix+"/profile?a=b", "")
	require.Equal(t, http.StatusSeeOther, p.Status)
	to, err := url.Parse(p.Header.Get("Location"))
	require.NoError(t, err)
	require.Equal(t, "/sign-in", to.Path)
	require.Equal(t, url.Values{"client": {"7"}, "return": {prefix + "/profile?a=b"}}, to.Query())

	p = out.send(http.MethodPost, prefix+"/profile/name", "name=x")
	require.Equal(t, http.StatusUnauthorized, p.Status)
	p.wellMade()
	p.says("Nothing was done. Sign in, and send it again.")
	require.Contains(t, p.links(), "/sign-in?client=7&return=%2Fconsole%2Fprofile%2Fname")

	p = s.failing(tenancyhttp.Problem{Code: "trial", Status: http.StatusPaymentRequired, Title: "The trial has ended."}).send(http.MethodGet, prefix+"/", "")
	require.Equal(t, http.StatusPaymentRequired, p.Status)
	p.says("The trial has ended.")
	s.failing(tenancy.CodeNotAllowed).send(http.MethodGet, prefix+"/", "").refuses(tenancy.CodeNotAllowed)
	p = s.failing(errors.New("not signed in")).send(http.MethodGet, prefix+"/", "")
	require.Equal(t, http.StatusInternalServerError, p.Status)
}

// Whose access has ended is told so (GEN-2). A browser that was sent to the sign-in could be
// sent back at once, for ever.
func TestAccessEnded(t *testing.T) {
	s := newSite(t, console.Options{})
	s.mount(console.Options{SignIn: "/sign-in"})
	nobody := s.as(tenancy.UserID(tenancy.NewOperationID()))
	for _, p := range []seen{
		nobody.send(http.MethodGet, prefix+"/profile", ""),
		nobody.send(http.MethodPost, prefix+"/profile/name", nobody.blank()+"&name=x"),
	} {
		p.refuses(tenancy.CodeActor)
		require.Equal(t, http.StatusUnauthorized, p.Status)
		require.Contains(t, p.links()[len(p.links())-1], "/sign-in?return=%2Fconsole%2Fprofile")
	}
}

// The path on which an invitation is answered says which one it is, so that a sign-in can
// sign somebody new up with it (USR-19).
func TestInvitationOf(t *testing.T) {
	id := tenancy.InvitationID(tenancy.NewOperationID())
	path := console.InvitationPath(id)
	for _, good := range []string{path, prefix + path, prefix + path + "?done=x", prefix + path + "/merge", "/a/b" + path + "/acceptance"} {
		found, is := console.InvitationOf(good)
		require.True(t, is, good)
		require.Equal(t, id, found)
	}
	org := "/organizations/" + tenancy.OrganizationID(tenancy.NewOperationID()).String()
	for _, bad := range []string{"", "/", prefix, path + "x", "/invitations/", "/invitations/" + tenancy.InvitationID{}.String(),
		org + path, org + path + "/revocation", "/accounts/x" + path, "/invitations/x" + path, "?" + path, "%"} {
		_, is := console.InvitationOf(bad)
		require.False(t, is, bad)
	}
}

// Who asks for the path of a form is sent to the page that has it, wherever the pages are
// mounted, and learns nothing of what they may not see.
func TestPathsOfFormsLead(t *testing.T) {
	s := newSite(t, console.Options{})
	for path, to := range map[string]string{
		prefix + "/profile/name":                                       prefix + "/profile",
		prefix + "/invitations/x/none":                                 "",
		s.in("settings", "name"):                                       s.in("settings"),
		s.in("requests", "x", "dismissal"):                             s.in("users") + "?kind=requested",
		s.in("users", s.acme.Member.String(), "deactivation") + "?a=b": s.in("users", s.acme.Member.String()),
	} {
		for _, user := range []tenancy.UserID{s.acme.Owner, {}} {
			p := s.as(user).send(http.MethodGet, path, "")
			require.Equal(t, to, p.Header.Get("Location"), path)
			if to != "" {
				require.Equal(t, http.StatusSeeOther, p.Status)
				require.Empty(t, p.Header.Get("Allow"))
			}
		}
	}
	require.Equal(t, http.StatusMethodNotAllowed, s.as(s.acme.Owner).send(http.MethodPut, prefix+"/profile/name", "").Status)
	root, err := console.NewHandler(&console.Options{Session: s.session})
	require.NoError(t, err)
	s.pages = root
	require.Equal(t, "/profile", s.as(s.acme.Owner).send(http.MethodGet, "/profile/name", "").Header.Get("Location"))
}
