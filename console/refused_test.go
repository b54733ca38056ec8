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

// with returns the elements whose attribute has a value.
func (p seen) with(name, value string) []*html.Node {
	return p.all(func(n *html.Node) bool { return attribute(n, name) == value })
}

// A page whose form was refused says so in its title and at its top, and leads from there to
// the field or the form, which says it too. Each place says it once.
func TestRefusalIsSaidAtTheTop(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.as(s.acme.Owner)
	path := s.in("settings", "name")
	whole := s.in("users", s.acme.Member.String(), "deactivation")
	for name, c := range map[string]struct {
		page   seen
		status int
		about  string // the tag of the element that the alert leads to
	}{
		"a field":  {owner.post(owner.get(s.in("settings")), path, map[string]string{"name": ""}), tenancy.CodeName.Status(), "input"},
		"a form":   {owner.send(http.MethodPost, path, "name=x"), http.StatusBadRequest, "div"},
		"a button": {owner.send(http.MethodPost, whole, ""), http.StatusBadRequest, "span"},
		"no form":  {owner.send(http.MethodPost, s.in("invitations", "x", "revocation"), ""), http.StatusBadRequest, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.page
			p.t = t
			require.Equal(t, c.status, p.Status)
			p.wellMade()
			require.True(t, strings.HasPrefix(textIn(p.named("title")[0]), "Error: "))
			alerts := p.with("role", "alert")
			require.Len(t, alerts, 1)
			require.Equal(t, "alert", attribute(alerts[0], "id"))
			sentence := textIn(alerts[0])
			require.NotEmpty(t, sentence)
			said := 1
			if c.about != "" {
				said = 2
				link := attribute(alerts[0].FirstChild, "href")
				about := p.with("id", strings.TrimPrefix(link, "#"))
				require.Len(t, about, 1)
				require.Equal(t, c.about, about[0].Data)
			}
			require.Equal(t, said, strings.Count(p.text(), sentence))
		})
	}
	fine := owner.get(s.in("settings"))
	require.Empty(t, fine.with("id", "alert"))
	require.NotContains(t, textIn(fine.named("title")[0]), "Error")
}

// The script has where to say what a search found, in the reader's language.
func TestSearchHasALiveRegion(t *testing.T) {
	s := newSite(t, console.Options{})
	found := s.as(s.acme.Owner).get(s.in("users")).with("id", "found")
	require.Len(t, found, 1)
	require.Equal(t, "status", attribute(found[0], "role"))
	require.Empty(t, textIn(found[0]))
	require.Contains(t, attribute(found[0], "data-some"), "#")
	require.Contains(t, attribute(found[0], "data-more"), "#")
}
