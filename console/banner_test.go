package console_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// A host's banner stands above every page, those of refusals included, and its text is text.
func TestBanner(t *testing.T) {
	s := newSite(t, console.Options{Banner: func(r *http.Request) *console.Banner {
		if r.URL.Query().Has("quiet") {
			return nil
		}
		return &console.Banner{Text: "Down at <noon>.", Links: []console.BannerLink{{Text: "Status", URL: "/status", Current: true}}}
	}})
	owner := s.as(s.acme.Owner)
	for _, p := range []seen{owner.get(prefix + "/"), owner.get(s.in()), owner.send(http.MethodGet, prefix+"/nothing", "")} {
		p.wellMade()
		p.says("Down at <noon>. Status")
		require.Contains(t, p.links(), "/status")
	}
	quiet := owner.get(prefix + "/?quiet")
	require.Empty(t, quiet.named("aside"))
	s.mount(console.Options{})
	require.Empty(t, s.as(tenancy.UserID{}).send(http.MethodGet, prefix+"/", "").named("aside"))
}
