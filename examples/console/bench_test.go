package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy/examples/console/internal/demo"
)

// BenchmarkPage serves pages of an organization with 100,000 members, on SQLite. It takes
// about a minute to make them.
func BenchmarkPage(b *testing.B) {
	handler, end, err := demo.Handler(b.Context(), filepath.Join(b.TempDir(), "big.db"), 100_000)
	require.NoError(b, err)
	defer end()
	get := func(path string) string {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
		r.Host = "localhost"
		r.AddCookie(&http.Cookie{Name: "actor", Value: "owner"})
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		require.Equal(b, http.StatusOK, w.Code)
		return w.Body.String()
	}
	organization := regexp.MustCompile(`/console/organizations/OR\w+`).FindString(get("/console/"))
	first := organization + "/users"
	next := regexp.MustCompile(`href="([^"]*after=[^"]*)"`).FindStringSubmatch(get(first))
	require.NotNil(b, next)
	for _, page := range []struct{ name, path string }{
		{"50 of 100,000 members", first},
		{"the next 50", strings.ReplaceAll(next[1], "&amp;", "&")},
		{"a search that finds one", first + "?q=zainab.bello.4"},
		{"a search that finds many", first + "?q=zainab"},
		{"overview", organization},
		{"log", organization + "/log"},
	} {
		b.Run(page.name, func(b *testing.B) {
			for b.Loop() {
				get(page.path)
			}
		})
	}
}
