package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// serve runs the program until the test ends, and returns its URL, without a slash.
func serve(t testing.TB, file string) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- Run(ctx, "localhost:0", file, 0, func(url string) { ready <- url }) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
	})
	select {
	case url := <-ready:
		return strings.TrimSuffix(url, "/")
	case err := <-ended:
		ended <- nil
		require.NoError(t, err)
		return ""
	}
}

// reader is a browser without a screen.
type reader struct {
	testing.TB
	site string
	http.Client
}

func newReader(t testing.TB, site string) *reader {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &reader{TB: t, site: site, Client: http.Client{Jar: jar}}
}

// get asks for a page, and returns it with the path that it led to.
func (r *reader) get(path string) (status int, text, at string) {
	r.Helper()
	return r.answer(r.Get(r.site + path))
}

func (r *reader) post(path string, form url.Values) (status int, text, at string) {
	r.Helper()
	return r.answer(r.PostForm(r.site+path, form))
}

func (r *reader) answer(answer *http.Response, err error) (int, string, string) {
	r.Helper()
	require.NoError(r, err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	require.NoError(r, err)
	return answer.StatusCode, string(text), answer.Request.URL.Path
}

// Whoever opens the program chooses whom to act as, and every page says that.
func TestActAs(t *testing.T) {
	r := newReader(t, serve(t, ""))
	status, text, at := r.get("/console/")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "/", at)
	require.Contains(t, text, "This sign-in is for demonstration")
	for _, p := range cast() {
		if p.Key == staff {
			continue
		}
		status, text, at = r.get("/act?as=" + p.Key)
		require.Equal(t, http.StatusOK, status, p.Key)
		require.Equal(t, "/console/", at)
		require.Contains(t, text, "anybody may act as anybody")
		name, _, _ := strings.Cut(p.What, " ")
		require.Contains(t, text, "Signed in as \u2068"+name)
	}
	_, text, _ = r.get("/?q=zainab")
	other := regexp.MustCompile(`/act\?as=US\w+`).FindString(text)
	require.NotEmpty(t, other)
	_, text, _ = r.get(other)
	require.Contains(t, text, "Signed in as \u2068Zainab Bello")
	_, _, at = r.post("/leave", nil)
	require.Equal(t, "/", at)
	_, _, at = r.get("/act?as=owner&return=" + url.QueryEscape("//elsewhere.example/console/"))
	require.Equal(t, "/console/", at)
}

// A mail leads its recipient to the invitation, and somebody new into the organization.
func TestMails(t *testing.T) {
	r := newReader(t, serve(t, ""))
	_, text, _ := r.get("/mails")
	ines := regexp.MustCompile(`(?s)ines@duarte\.example.*?(/mails/IN\w+)`).FindStringSubmatch(text)
	require.NotNil(t, ines)
	status, text, at := r.post(ines[1], nil)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, at, "/console/invitations/")
	require.Contains(t, text, "Northwind Traders")
	_, text, _ = r.get("/mails")
	fresh := regexp.MustCompile(`(?s)candidate9@partner\.example.*?(/mails/IN\w+)`).FindStringSubmatch(text)
	require.NotNil(t, fresh)
	_, text, _ = r.post(fresh[1], nil)
	require.Contains(t, text, "Signed in as \u2068candidate9")
	require.Contains(t, text, "Northwind Traders")
	status, _, _ = r.post("/mails/"+tenancy.InvitationID{}.String(), nil)
	require.Equal(t, http.StatusNotFound, status)
}

// The record of a domain is published and removed by a button.
func TestNames(t *testing.T) {
	ctx := t.Context()
	d, err := newDemo(ctx, memstore.New(), 0)
	require.NoError(t, err)
	domains, err := d.domains(ctx)
	require.NoError(t, err)
	states := map[tenancy.State]int{}
	for _, domain := range domains {
		states[domain.State]++
		if domain.State != tenancy.StateUnverified {
			continue
		}
		rosa := d.dir.As(d.people[0].user)
		_, err := rosa.VerifyDomain(ctx, domain.ID)
		require.Equal(t, tenancy.CodeProofMissing, tenancy.CodeOf(err))
		d.dns.publish(domain.RecordName, domain.RecordValue)
		_, err = rosa.VerifyDomain(ctx, domain.ID)
		require.NoError(t, err)
	}
	require.Equal(t, map[tenancy.State]int{tenancy.StateVerified: 2, tenancy.StateUnverified: 1, tenancy.StateLapsing: 1}, states)
}

// Everything stays in a file, and the program goes on from it. What it made is sound.
func TestFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "demo.db")
	var organizations [2]string
	for i := range organizations {
		t.Run(fmt.Sprint("start ", i+1), func(t *testing.T) {
			r := newReader(t, serve(t, file))
			_, text, _ := r.get("/act?as=owner")
			organizations[i] = strings.Join(regexp.MustCompile(`organizations/OR\w+`).FindAllString(text, -1), " ")
			require.NotEmpty(t, organizations[i])
			_, text, _ = r.get("/dns")
			require.Equal(t, 2, strings.Count(text, ">Remove the record"))
		})
	}
	require.Equal(t, organizations[0], organizations[1])
	store, end, err := open(t.Context(), file)
	require.NoError(t, err)
	defer end()
	d, err := newDemo(t.Context(), store, 0)
	require.NoError(t, err)
	for violation, err := range d.dir.Check(t.Context(), tenancy.CheckOptions{Replay: true}) {
		require.NoError(t, err)
		require.Fail(t, violation.Rule, violation.Detail)
	}
}

// Only this machine is served, under its own names.
func TestLoopbackAlone(t *testing.T) {
	for _, addr := range []string{":8088", "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.com:0"} {
		err := Run(t.Context(), addr, "", 0, nil)
		require.ErrorIs(t, err, errLoopback, addr)
	}
	site := serve(t, "")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, site+"/", nil)
	require.NoError(t, err)
	request.Host = "rebound.example"
	status, _, _ := newReader(t, site).answer(http.DefaultClient.Do(request))
	require.Equal(t, http.StatusMisdirectedRequest, status)
}

// More people make no other organization.
func TestCrowd(t *testing.T) {
	d, err := newDemo(t.Context(), memstore.New(), 1200)
	require.NoError(t, err)
	for org, err := range d.dir.As(d.people[0].user).Organizations(t.Context(), tenancy.OrganizationQuery{}) {
		require.NoError(t, err)
		seen, err := d.dir.As(d.people[0].user).Organization(t.Context(), org.ID)
		require.NoError(t, err)
		require.Greater(t, seen.Settings.Seats, 1200)
		break
	}
}
