package scim_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy/scim"
	tenancy "github.com/add4b1c6/tenancy/scim/internal/standin"
)

const base = "https://app.example.com/scim/v2"

// scene is an organization with the domain acme.example and one directory, and a handler.
type scene struct {
	t         testing.TB
	handler   http.Handler
	dir       *tenancy.Directory
	directory tenancy.DirectoryID
	secret    string
	mailed    []tenancy.SentInvitation
}

func newScene(t testing.TB, o scim.Options) *scene {
	dir := tenancy.New()
	s := &scene{t: t, dir: dir, directory: dir.ID, secret: dir.Secret}
	o.BaseURL = "https://app.example.com"
	o.OnInvitation = func(_ context.Context, invitation tenancy.SentInvitation) { s.mailed = append(s.mailed, invitation) }
	handler, err := scim.NewHandler(dir, &o)
	require.NoError(t, err)
	s.handler = handler
	return s
}

// ask sends a request with the directory's secret. Headers are pairs of name and value.
func (s *scene) ask(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	return s.send(method, path, strings.NewReader(body), append([]string{
		"Authorization", "Bearer " + s.secret, "Content-Type", "application/scim+json",
	}, headers...)...)
}

func (s *scene) send(method, path string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), method, "/scim/v2"+path, body)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}
