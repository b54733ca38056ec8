package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/sqlitestore"
)

// The program's company has a directory that can ask for a token and keep a person.
func TestCompany(t *testing.T) {
	store, err := sqlitestore.Open(t.Context(), filepath.Join(t.TempDir(), "scim.db"), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = store.Close() })
	require.NoError(t, store.Migrate(t.Context()))
	dns := records{}
	dir, err := tenancy.New(store, &tenancy.Options{Resolver: dns})
	require.NoError(t, err)
	directory, err := company(t.Context(), dir, dns)
	require.NoError(t, err)
	handler, err := newHandler(dir, "http://localhost:8080")
	require.NoError(t, err)

	ask := func(method, path, body string, authorize func(*http.Request)) (int, map[string]any) {
		r := httptest.NewRequestWithContext(t.Context(), method, "/scim/v2"+path, strings.NewReader(body))
		authorize(r)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		answer := map[string]any{}
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer), "%s", w.Body)
		return w.Code, answer
	}
	status, token := ask("POST", "/token", "grant_type=client_credentials", func(r *http.Request) {
		r.SetBasicAuth(directory.ID.String(), directory.Secret.Reveal())
	})
	require.Equal(t, http.StatusOK, status, token)
	bearer := func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token["access_token"].(string)) }
	status, ben := ask("POST", "/Users", `{"userName": "ben@acme.com"}`, bearer)
	require.Equal(t, http.StatusCreated, status, ben)
	status, found := ask("GET", "/Users?filter=userName+eq+%22ben@acme.com%22", "", bearer)
	require.Equal(t, http.StatusOK, status)
	require.EqualValues(t, 1, found["totalResults"])
}
