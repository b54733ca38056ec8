//go:build !race

package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy/examples/console/internal/demo"
	"github.com/add4b1c6/tenancy/examples/console/internal/pages"
)

// screens are the kinds of pages of the rows of the guide's table of who sees what that are
// about an organization, below its path.
var screens = []struct{ row, kinds string }{
	{"overview: own role and own accounts", `^$`},
	{"what each role may do", `^/roles$`},
	{"users, invitations, requests, import", `^/(users|invitations|invite|import)\b`},
	{"groups", `^/groups\b`},
	{"accounts, HIPAA", `^/(accounts|hipaa)\b`},
	{"service accounts, single sign-on, directories", `^/(service-accounts|sso|directories)\b`},
	{"domains, sign-up policy", `^/(domains|sign-up)\b`},
	{"settings, log, merge", `^/(settings|leave|log|merge)\b`},
	{"changing the Owner, deletion", `^/(owner|deletion)\b`},
}

// asked are the statuses of all pages of a kind that were asked for, by their paths.
type asked map[string]int

func (a asked) all(status int) bool {
	for _, got := range a {
		if got != status {
			return false
		}
	}
	return len(a) > 0
}

func (a asked) some(status int) bool {
	for _, got := range a {
		if got == status {
			return true
		}
	}
	return false
}

// The guide's table says who sees what. All pages that members and those who are invited are
// led to are asked for as everybody else.
func TestWhoSeesWhat(t *testing.T) {
	handler, end, err := demo.Handler(t.Context(), "", 0)
	require.NoError(t, err)
	defer end()
	server := httptest.NewServer(handler)
	defer server.Close()
	ask := func(actor, path string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Host = "localhost"
		r.AddCookie(&http.Cookie{Name: "actor", Value: actor})
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code
	}
	found := map[string][]pages.Page{} // by who is led to them
	for _, actor := range []string{"owner", "administrator", "member", "invitee", "guest"} {
		found[actor], err = pages.Find(t.Context(), server.URL, actor, "/console/")
		require.NoError(t, err)
	}
	own := map[string]bool{} // what the Standard User is led to
	for _, p := range found["member"] {
		own[p.Path] = true
	}
	at := slices.IndexFunc(found["member"], func(p pages.Page) bool { return p.Kind == "/console/organizations/{id}" })
	require.GreaterOrEqual(t, at, 0)
	northwind := found["member"][at].Path
	for _, p := range found["owner"] {
		if of := account.FindString(p.Path); of != "" && ask("member", "/console/"+of) == http.StatusOK {
			own["/console/"+of] = true
		}
	}
	table := readTable(t)

	kinds := map[string][]pages.Page{}
	for _, p := range slices.Concat(found["owner"], found["administrator"], found["member"]) {
		switch {
		case !strings.HasPrefix(p.Path, northwind), strings.Contains(p.Path, "/find/"): // it leads on to a page
		case strings.HasSuffix(p.Path, "/relinquishment"): // it is of whoever has roles on the account
		default:
			kind := strings.TrimPrefix(p.Kind, "/console/organizations/{id}")
			kinds[kind] = append(kinds[kind], p)
		}
	}
	rows := map[string]bool{}
	for kind, list := range kinds {
		at := slices.IndexFunc(screens, func(s struct{ row, kinds string }) bool { return regexp.MustCompile(s.kinds).MatchString(kind) })
		require.GreaterOrEqual(t, at, 0, "the table has no row for %s", kind)
		row := screens[at].row
		rows[row] = true
		cells := table[row]
		require.Len(t, cells, 3, row)
		for i, actor := range []string{"administrator", "member", "outsider"} {
			got := asked{}
			for _, p := range list {
				got[p.Path] = ask(actor, p.Path)
			}
			require.True(t, agrees(cells[i], kind, got, own), "%s: %s of %s to %s: %v", row, cells[i], kind, actor, got)
		}
	}
	for _, p := range found["guest"] { // a guest reaches no page of the organization, but accounts
		require.NotContains(t, p.Path, northwind)
	}
	for _, actor := range []string{"member", "guest"} {
		require.True(t, slices.ContainsFunc(found[actor], func(p pages.Page) bool { return p.Kind == "/console/accounts/{id}" }), "%s reaches an account", actor)
	}
	for _, actor := range []string{"invitee", "guest"} {
		for _, p := range found[actor] {
			if p.Kind == "/console/invitations/{id}" {
				rows["an invitation"] = true
				require.Equal(t, []string{"yes", "its recipient", "its recipient"}, table["an invitation"])
				require.Equal(t, http.StatusOK, ask("administrator", p.Path))
				for _, other := range []string{"member", "outsider"} {
					require.Equal(t, http.StatusNotFound, ask(other, p.Path), other)
				}
			}
		}
	}
	for _, path := range []string{"/console/", "/console/log", "/console/profile"} {
		first := "the first page: own organizations, invitations, accounts and log"
		rows[first] = true
		require.Equal(t, []string{"yes", "yes", "yes"}, table[first])
		for _, actor := range []string{"administrator", "member", "outsider"} {
			require.Equal(t, http.StatusOK, ask(actor, path), actor)
		}
	}
	for row := range table {
		require.True(t, rows[row], "no page is of the row %q", row)
	}
}

// account is an account in a path.
var account = regexp.MustCompile(`accounts/AC\w+`)

// agrees reports whether the statuses of the pages of a kind are what a cell of the table says.
func agrees(cell, kind string, got asked, own map[string]bool) bool {
	switch cell {
	case "yes", "yes, with the counts":
		return got.some(http.StatusOK)
	case "yes; merging as the Owner of both":
		return got.some(http.StatusOK) || kind == "/merge/{id}" && got.all(http.StatusNotFound)
	case "yes; moving an account as the Owner of both":
		return got.some(http.StatusOK) || kind == "/accounts/{id}/move" && got.all(http.StatusNotFound)
	case "no", "the Owner alone":
		return got.all(http.StatusForbidden)
	case "nothing is found", "nothing is found, but the accounts that they reach":
		return got.all(http.StatusNotFound)
	case "own page alone":
		for path, status := range got {
			if own[path] != (status == http.StatusOK) || !own[path] && status != http.StatusForbidden {
				return false
			}
		}
		return true
	case "accounts that they reach, and creating one":
		switch {
		case strings.HasPrefix(kind, "/accounts/{id}"):
			for path, status := range got {
				if reached := own["/console/"+account.FindString(path)]; own[path] && status != http.StatusOK || !reached && status != http.StatusNotFound {
					return false
				}
			}
			return true
		case kind == "/accounts/new" || kind == "/accounts/new?owner":
			return got.all(http.StatusOK)
		}
		return got.all(http.StatusForbidden)
	case "settings: name and leaving":
		if kind == "/settings" || kind == "/leave" {
			return got.all(http.StatusOK)
		}
		return got.all(http.StatusForbidden)
	}
	return false
}

// readTable reads the guide's table of who sees what: three cells by the first of each row.
func readTable(t *testing.T) map[string][]string {
	t.Helper()
	guide, err := os.ReadFile("../../docs/console.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(guide), "| screen | Administrator | Standard User | anybody else |\n|---|---|---|---|\n")
	require.True(t, found)
	rows := map[string][]string{}
	for line := range strings.Lines(rest) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 4 {
			break
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows[cells[0]] = cells[1:]
	}
	return rows
}
