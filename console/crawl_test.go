package console_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// mostReads is how many transactions of the store a page takes at most, as doc.go says.
const mostReads = 10

// crawl follows every link from the first page, and returns the pages by their paths
// without a query.
func (b browser) crawl() map[string]seen { return b.crawlBut(func(string) bool { return false }) }

// crawlBut is crawl without the paths that a function skips.
func (b browser) crawlBut(skip func(path string) bool) map[string]seen {
	found, left := map[string]seen{}, []string{prefix + "/"}
	for len(left) > 0 {
		path := left[0]
		left = left[1:]
		bare, _, _ := strings.Cut(path, "?")
		if _, known := found[path]; known || strings.Contains(path, "/assets/") || skip(path) {
			continue
		}
		if strings.Count(path, "heir=") > 2 { // each choice leads to all others
			continue
		}
		p := b.send(http.MethodGet, path, "")
		found[path] = p
		if p.Status == http.StatusSeeOther {
			left = append(left, p.Header.Get("Location"))
			continue
		}
		require.Equal(b, http.StatusOK, p.Status, path)
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			p.wellMade()
			for _, link := range p.links() {
				if strings.HasPrefix(link, prefix+"/") || link == prefix {
					left = append(left, link)
				}
			}
		}
		require.LessOrEqual(b, p.Reads, mostReads, bare)
	}
	return found
}

// furnish gives acme what its pages show, with names that are long, written from right to
// left, and such as would be markup.
func (s *site) furnish() accountScene {
	s.withServiceAccounts()
	s.withConnections()
	s.withDirectories()
	s.withDomains()
	s.withUsers()
	s.withOrganizations()
	s.withGroups()
	return s.withAccounts()
}

// What a page offers its reader is there: every link answers, and every form is one that the
// handler takes. So no link or button is offered to somebody who may not use it (ROLE-8).
func TestEveryLinkAnswers(t *testing.T) {
	s := newSite(t, console.Options{})
	accounts := s.furnish()
	for name, user := range map[string]tenancy.UserID{
		"owner": s.acme.Owner, "administrator": s.acme.Administrator, "member": s.acme.Member, "guest": s.acme.Guest,
		"agency": accounts.agency,
	} {
		t.Run(name, func(t *testing.T) {
			reader := s.within(t).as(user)
			pages := reader.crawl()
			t.Logf("%d pages", len(pages))
			forms := map[string]bool{}
			for _, p := range pages {
				for _, action := range p.actions() {
					forms[action] = true
				}
			}
			for _, action := range slices.Sorted(maps.Keys(forms)) {
				p := reader.send(http.MethodPost, action, "") // without an operation ID
				require.Equal(t, http.StatusBadRequest, p.Status, "%s: %s", action, p.text())
				p = reader.send(http.MethodGet, action, "") // the address bar, after a refusal
				for p.Status == http.StatusSeeOther {
					p = reader.send(http.MethodGet, p.Header.Get("Location"), "")
				}
				require.Equal(t, http.StatusOK, p.Status, "%s: %s", action, p.text())
				if strings.HasSuffix(action, "/dismissal") || strings.HasSuffix(action, "/withdrawal") {
					require.Contains(t, p.actions(), action)
				}
			}
		})
	}
}
