package main

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy/signin"
	"github.com/add4b1c6/tenancy/webhook"
)

// A customer's provider sends this process nowhere inside (SEC-29).
func TestProviderInside(t *testing.T) {
	came := 0
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		came++
		if r.URL.Path == "/redirect" {
			http.Redirect(w, r, "/", http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, strings.Repeat("x", 1<<20+1))
	}))
	defer inside.Close()
	at := inside.Listener.Addr().(*net.TCPAddr)

	_, strict := providerClients(nil)
	_, err := strict.Get(inside.URL)
	require.ErrorIs(t, err, errProvider, "it is not https")
	for _, host := range []string{"127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254"} {
		_, err = strict.Get("https://" + net.JoinHostPort(host, "443"))
		require.ErrorIs(t, err, webhook.ErrAddress, host)
	}
	require.Zero(t, came)

	_, loose := providerClients(&webhook.Options{Insecure: true})
	response, err := loose.Get("http://" + at.String() + "/redirect")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusFound, response.StatusCode)
	require.Equal(t, 1, came)
	response, err = loose.Get("http://" + at.String())
	require.NoError(t, err)
	_, err = io.ReadAll(response.Body)
	require.Error(t, err, "it is larger than a megabyte")
	require.NoError(t, response.Body.Close())
}

// What a customer's discovery names is as little trusted as its issuer.
func TestDiscoveryInside(t *testing.T) {
	v := newVouched(t)
	v.company.inside = "http://10.255.255.1"
	v.host.found.Clear()
	for range 2 {
		code, page := v.browser().signIn(v.company, "ben", v.through)
		require.Equal(t, errProvider.Status, code)
		require.Contains(t, page, errProvider.Title)
	}
}

// What providers write in their claims.
func TestClaims(t *testing.T) {
	s := newScene(t, "sqlite", t.TempDir()+"/host.db")
	people := 0
	for given, want := range map[string]string{
		strings.Repeat("ü", 65) + "x":         strings.Repeat("ü", 64),
		" Ana\u202e\x00 Maria\n":              "Ana Maria",
		"":                                    "New user",
		"\u202e":                              "New user",
		strings.Repeat("a", 63) + " and more": strings.Repeat("a", 63),
		"山田\u3000太郎":                          "山田\u3000太郎",
	} {
		s.idp.spoil = func(claims map[string]any) {
			people++
			person := fmt.Sprint("person", people)
			claims["sub"], claims["email"], claims["name"] = person, person+"@acme.example", given
			claims["email_verified"] = "true"
		}
		b := s.browser()
		code, page := b.signIn(s.idp, "", nil)
		require.Equal(t, http.StatusOK, code, page)
		require.Equal(t, want, get[string](t, b.ask(http.StatusOK, "GET", "/api/me", nil), "user", "name"))
	}
	for want, claims := range map[int]map[string]any{
		signin.ErrUnproven.Status: {"email_verified": "false"},
		errProvider.Status:        {"sub": ""},
	} {
		s.idp.spoil = func(of map[string]any) {
			maps.Copy(of, claims)
		}
		code, _ := s.browser().signIn(s.idp, "dee", nil)
		require.Equal(t, want, code)
	}
}

// A deployment with a key is made once.
func TestDeployOnce(t *testing.T) {
	eachStore(t, func(t *testing.T, s *scene) {
		ana := s.person("ana")
		_, account := ana.organization()
		deploy := func(key ...string) string {
			return get[string](t, ana.ask(http.StatusOK, "POST", "/accounts/"+account+"/deployments", nil, key...), "id")
		}
		first := deploy("Idempotency-Key", "1")
		require.Equal(t, first, deploy("Idempotency-Key", "1"))
		require.NotEqual(t, first, deploy("Idempotency-Key", "2"))
		require.NotEqual(t, deploy(), deploy())
		var made int
		require.NoError(t, s.host.db.row(t.Context(), "SELECT count(*) FROM host_deployments").Scan(&made))
		require.Equal(t, 4, made)
	})
}
