// Package pages finds the pages that a reader of the console is led to.
package pages

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Page is a page of the console.
type Page struct {
	Kind string // its path, with {id} for every ID and {number} for every number
	Path string
	Text []byte // the HTML
}

// each is how many pages of a kind are looked at.
const each = 5

var id = regexp.MustCompile(`[A-Z]{2}[0-9a-f]{32}|/[0-9]+\b`)

// Find follows every link from a path, as somebody whom the demonstration's cookie names,
// and returns up to five pages of each kind. Every link has to answer.
func Find(ctx context.Context, site, actor, from string) ([]Page, error) {
	var found []Page
	left, asked, kinds := []string{from}, map[string]bool{}, map[string]int{}
	for ; len(left) > 0; left = left[1:] {
		path := left[0]
		kind := kindOf(path)
		if asked[path] || kinds[kind] == each {
			continue
		}
		asked[path] = true
		kinds[kind]++
		text, isPage, err := get(ctx, site, actor, path)
		if err != nil {
			return nil, err
		}
		if !isPage {
			continue
		}
		found = append(found, Page{kind, path, text})
		links, err := linksOf(string(text), from)
		if err != nil {
			return nil, err
		}
		left = append(left, links...)
	}
	return found, nil
}

// Firsts returns the first page of each kind.
func Firsts(found []Page) []Page {
	first := map[string]Page{}
	for _, p := range slices.Backward(found) {
		first[p.Kind] = p
	}
	var firsts []Page
	for _, kind := range slices.Sorted(maps.Keys(first)) {
		firsts = append(firsts, first[kind])
	}
	return firsts
}

// Few returns the first page of each kind. Of the kinds that differ by their queries alone
// it returns one with a query.
func Few(found []Page) []Page {
	var few []Page
	seen := map[string]bool{}
	for _, p := range Firsts(found) {
		bare, _, asks := strings.Cut(p.Kind, "?")
		if asks {
			bare += "?"
		}
		if !seen[bare] {
			seen[bare] = true
			few = append(few, p)
		}
	}
	return few
}

// Shapes are the elements that each kind of page was seen with: their names, classes, types
// and states.
type Shapes map[string]map[string]bool

var element = regexp.MustCompile(`<[a-z]\w*|\b(class|type|role|aria-(current|invalid|hidden))="[^"]*"`)

// Add reports whether a page has an element that no page of its kind had before. What the
// staff see of a user's pages is of the kind of the user's page.
func (s Shapes) Add(p Page) (fresh bool) {
	kind := strings.Replace(p.Kind, "/staff/as/{id}/", "/console/", 1)
	if s[kind] == nil {
		s[kind] = map[string]bool{}
	}
	tag := ""
	for _, found := range element.FindAllString(string(p.Text), -1) {
		if found[0] == '<' {
			tag = found
		}
		if one := tag + " " + found; !s[kind][one] {
			s[kind][one], fresh = true, true
		}
	}
	return fresh
}

// kindOf returns the kind of a page. The texts that are searched for and where a list goes
// on make no kind.
func kindOf(path string) string {
	bare, query, _ := strings.Cut(path, "?")
	bare = id.ReplaceAllStringFunc(bare, func(found string) string {
		if found[0] == '/' {
			return "/{number}"
		}
		return "{id}"
	})
	var names []string
	for pair := range strings.SplitSeq(query, "&") {
		if name, _, _ := strings.Cut(pair, "="); !slices.Contains(append(names, "", "after", "at"), name) {
			names = append(names, name)
		}
	}
	if names == nil {
		return bare
	}
	return bare + "?" + strings.Join(names, "&")
}

func get(ctx context.Context, site, actor, path string) (text []byte, isPage bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, site+path, nil)
	if err != nil {
		return nil, false, err
	}
	request.AddCookie(&http.Cookie{Name: "actor", Value: actor})
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, false, fmt.Errorf("%s answers %s to %s", kindOf(path), answer.Status, actor)
	}
	text, err = io.ReadAll(answer.Body)
	return text, strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html"), err
}

// linksOf returns the links of a page that lead below a path.
func linksOf(text, below string) (links []string, err error) {
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "a" {
			continue
		}
		for _, a := range n.Attr {
			link, _, _ := strings.Cut(a.Val, "#")
			if a.Key == "href" && strings.HasPrefix(link, below) && !strings.Contains(link, "/assets/") {
				links = append(links, link)
			}
		}
	}
	return links, nil
}
