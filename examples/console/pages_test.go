//go:build !race

package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy/examples/console/internal/chrome"
	"github.com/add4b1c6/tenancy/examples/console/internal/demo"
	"github.com/add4b1c6/tenancy/examples/console/internal/pages"
)

// finding is what axe found in a page.
type finding struct {
	ID, Impact, Help string
	Nodes            []string
}

// inspect runs axe in the page. In the dark, colours alone are different.
const inspect = `async (scheme) => {
	const rules = scheme === "dark" ? {runOnly: ["color-contrast"]} : {};
	const found = await axe.run(document, {resultTypes: ["violations"], ...rules});
	return found.violations.filter((v) => v.impact === "serious" || v.impact === "critical").map((v) => ({
		ID: v.id, Impact: v.impact, Help: v.help, Nodes: v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200) + " " + (n.any[0] ? n.any[0].message : "")),
	}));
}`

// Every kind of page is valid HTML, works for people who cannot see it, or see badly, in
// light and in the dark, fits a phone, and makes the browser complain of nothing.
func TestPages(t *testing.T) {
	site := serve(t)
	r := read(t, site, staff)
	script := axe(t)
	files, seen := map[string][]byte{}, pages.Shapes{}
	for _, actor := range demo.Actors() {
		t.Run(actor, func(t *testing.T) {
			found, err := pages.Find(t.Context(), site, actor, demo.Start(actor))
			require.NoError(t, err)
			for i, p := range found {
				files[fmt.Sprintf("%s-%03d%s.html", actor, i, regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(p.Kind, "-"))] = p.Text
			}
			for _, p := range pages.Firsts(found) {
				if !seen.Add(p) { // somebody before saw such a page, with as much in it
					continue
				}
				t.Run(strings.TrimPrefix(p.Kind, "/console"), func(t *testing.T) { r.within(t, actor).open(p.Path).inspect(script) })
			}
		})
	}
	for _, a := range answers {
		t.Run("answer/"+a.name, func(t *testing.T) {
			r := r.within(t, a.actor)
			require.NoError(t, r.Size(1280, 900))
			a.do(r)
			source, err := r.Source()
			require.NoError(t, err)
			files["answer-"+strings.ReplaceAll(a.name, " ", "-")+".html"] = source
			r.inspect(script)
		})
	}
	checkHTML(t, files)
}

// inspect requires what holds for every page of the page that is open.
func (r *reader) inspect(script string) {
	r.Helper()
	require.NoError(r, r.Size(390, 844))
	r.must("media", r.Media("light", true))
	wide := eval[[]string](r, `[...document.querySelectorAll("body *")].filter((e) => e.checkVisibility() && !e.closest(".table, .skip, .hide")
		&& e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 120))`)
	require.LessOrEqual(r, eval[int](r, "document.documentElement.scrollWidth"), 390, "%s is wider than a phone: %s", r, wide)
	_, err := chrome.Eval[*struct{}](r.Tab, script+"; null")
	r.must("axe", err)
	for _, scheme := range []string{"light", "dark"} {
		r.must("media", r.Media(scheme, true))
		found, err := chrome.Ask[[]finding](r.Tab, inspect, scheme)
		r.must("axe", err)
		require.Empty(r, found, "%s in %s", r, scheme)
	}
	require.Empty(r, r.Messages(), "%s", r)
}
