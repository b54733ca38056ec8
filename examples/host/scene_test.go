package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/pgtest"
	"github.com/add4b1c6/tenancy/tenancyhttp"
	"github.com/add4b1c6/tenancy/tenancytest"
	"github.com/add4b1c6/tenancy/timers"
	"github.com/add4b1c6/tenancy/webhook"
	"github.com/add4b1c6/tenancy/webhook/outbox"
)

// postgres is the server of these tests.
var postgres pgtest.Server

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(postgres.Main(m))
}

// eachStore runs a test on SQLite and on PostgreSQL.
func eachStore(t *testing.T, test func(*testing.T, *scene)) {
	t.Run("sqlite", func(t *testing.T) { test(t, newScene(t, "sqlite", filepath.Join(t.TempDir(), "host.db"))) })
	t.Run("postgres", func(t *testing.T) { test(t, newScene(t, "postgres", postgres.Database(t))) })
}

// scene is a running service, and what it depends on. Its timers do not run: a test calls
// what they do.
type scene struct {
	t     *testing.T
	kind  string // of the store
	at    string
	host  *host
	idp   *idp // the host's own provider
	mails *mails
	names *tenancytest.Resolver
}

func newScene(t *testing.T, kind, at string) *scene {
	s := &scene{t: t, kind: kind, at: at, idp: newIDP(t), mails: &mails{sent: make(chan mail, 100)}, names: &tenancytest.Resolver{}}
	db, err := openDatabase(t.Context(), kind, at)
	require.NoError(t, err)
	for range 2 { // a second deployment changes nothing
		require.NoError(t, db.prepare(t.Context()))
	}
	require.NoError(t, db.close())
	s.host = s.process()
	return s
}

// process starts a service on the scene's database.
func (s *scene) process() *host {
	db, err := openDatabase(s.t.Context(), s.kind, s.at)
	require.NoError(s.t, err)
	web := httptest.NewUnstartedServer(nil)
	h, err := newHost(db, config{
		url:      "http://" + web.Listener.Addr().String() + "/",
		provider: s.idp.settings(),
		send:     s.mails.send,
		options:  tenancy.Options{Resolver: s.names},
		sending:  &webhook.Options{Insecure: true},
	})
	require.NoError(s.t, err)
	web.Config.Handler = h.handler()
	web.Start()
	s.t.Cleanup(func() {
		web.Close()
		require.NoError(s.t, db.close())
	})
	return h
}

// do does once what the host does by the clock.
func (h *host) do(ctx context.Context, timer string) error {
	all := h.timers()
	return all[slices.IndexFunc(all, func(t timers.Timer) bool { return t.Name == timer })].Do(ctx)
}

// mail is one that was sent.
type mail struct{ to, text string }

// mails is a mailer that keeps what it sends.
type mails struct {
	sent chan mail
	fail atomic.Bool
}

func (m *mails) send(_ context.Context, sent outbox.Mail) error {
	if m.fail.Load() {
		return io.ErrClosedPipe
	}
	m.sent <- mail{sent.To.Reveal(), sent.Body.Reveal()}
	return nil
}

// idp is an OpenID Connect provider, at which whoever comes is the next person.
type idp struct {
	*httptest.Server
	t      *testing.T
	key    *rsa.PrivateKey
	mu     sync.Mutex
	next   map[string]any
	grants map[string]url.Values // what each code was asked for with
	spoil  func(claims map[string]any)
	inside string // where the discovery says that tokens and keys are; "": here
}

func newIDP(t *testing.T) *idp {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	p := &idp{t: t, key: key, grants: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		tenancyhttp.WriteJSON(w, http.StatusOK, map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize",
			"token_endpoint": cmp.Or(p.inside, p.URL) + "/token", "jwks_uri": cmp.Or(p.inside, p.URL) + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		tenancyhttp.WriteJSON(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "1", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		code := rand.Text()
		p.mu.Lock()
		p.grants[code] = r.URL.Query()
		p.mu.Unlock()
		http.Redirect(w, r, r.FormValue("redirect_uri")+"?"+url.Values{"code": {code}, "state": {r.FormValue("state")}}.Encode(), http.StatusFound)
	})
	mux.HandleFunc("POST /token", p.token)
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *idp) settings() providerSettings { return providerSettings{p.URL, "host", "hush"} }

// token exchanges a code, once, for who has the verifier that its challenge is of.
func (p *idp) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked, known := p.grants[r.PostFormValue("code")]
	delete(p.grants, r.PostFormValue("code"))
	id, secret, _ := r.BasicAuth()
	challenge := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !known || id != "host" || secret != "hush" || asked.Get("code_challenge_method") != "S256" ||
		asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(challenge[:]) ||
		asked.Get("redirect_uri") != r.PostFormValue("redirect_uri") {
		tenancyhttp.WriteJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
		return
	}
	claims := map[string]any{
		"iss": p.URL, "aud": "host", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(), "nonce": asked.Get("nonce"),
	}
	maps.Copy(claims, p.next)
	if p.spoil != nil {
		p.spoil(claims)
	}
	text, err := json.Marshal(claims)
	if err != nil {
		p.t.Error(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: p.key, KeyID: "1"}}, nil)
	if err != nil {
		p.t.Error(err)
	}
	signed, err := signer.Sign(text)
	if err != nil {
		p.t.Error(err)
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		p.t.Error(err)
	}
	tenancyhttp.WriteJSON(w, http.StatusOK, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": compact})
}

// is lets the next sign-in be that of a person.
func (p *idp) is(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = map[string]any{"sub": "subject-of-" + name, "email": name + "@acme.example", "email_verified": true, "name": name}
}

// browser is a person's browser.
type browser struct {
	*http.Client
	t    *testing.T
	base string
	idp  *idp
	user tenancy.UserID
}

func (s *scene) browser() *browser {
	jar, err := cookiejar.New(nil)
	require.NoError(s.t, err)
	return &browser{Client: &http.Client{Jar: jar, Timeout: time.Minute}, t: s.t, base: s.host.url, idp: s.idp}
}

// person is the browser of somebody who has signed in.
func (s *scene) person(name string) *browser {
	b := s.browser()
	code, _ := b.signIn(s.idp, name, nil)
	require.Equal(s.t, http.StatusOK, code)
	b.whoami()
	return b
}

// whoami notes whose session the browser has.
func (b *browser) whoami() {
	b.user = parse[tenancy.UserID](b.t, get[string](b.t, b.ask(http.StatusOK, "GET", "/api/me", nil), "user", "id"))
}

// signIn signs in as a person at a provider, and returns the page that comes of it.
func (b *browser) signIn(at *idp, name string, form url.Values) (int, string) {
	at.is(name)
	return b.post("/signin", form)
}

// post submits a form, and follows where that leads.
func (b *browser) post(path string, form url.Values) (int, string) {
	response, err := b.PostForm(b.base+path, form)
	require.NoError(b.t, err)
	return read(b.t, response)
}

func (b *browser) page(path string) (int, string) {
	response, err := b.Get(b.base + path)
	require.NoError(b.t, err)
	return read(b.t, response)
}

func read(t *testing.T, response *http.Response) (int, string) {
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text)
}

// ask asks the API, and wants an answer with a status.
func (b *browser) ask(status int, method, path string, body any, header ...string) map[string]any {
	b.t.Helper()
	text, err := json.Marshal(body)
	require.NoError(b.t, err)
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, bytes.NewReader(text))
	require.NoError(b.t, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := b.Do(r)
	require.NoError(b.t, err)
	code, answer := read(b.t, response)
	require.Equal(b.t, status, code, "%s", answer)
	if status != http.StatusOK {
		require.Equal(b.t, "application/problem+json", response.Header.Get("Content-Type"))
	}
	var result map[string]any
	require.NoError(b.t, json.Unmarshal([]byte(answer), &result))
	return result
}

// refused is ask for a problem with a code.
func (b *browser) refused(status int, code tenancy.Code, method, path string, body any, header ...string) map[string]any {
	b.t.Helper()
	problem := b.ask(status, method, path, body, header...)
	require.Equal(b.t, string(code), problem["code"])
	require.Equal(b.t, code.Sentence(), problem["title"])
	require.Equal(b.t, float64(status), problem["status"])
	require.Equal(b.t, b.base+"/problems#"+string(code), problem["type"])
	require.NotEmpty(b.t, problem["instance"])
	return problem
}

// get returns a part of an answer, by the names of fields and the indexes of lists.
func get[T any](t *testing.T, from any, path ...any) T {
	t.Helper()
	for _, step := range path {
		fields, _ := from.(map[string]any)
		items, _ := from.([]any)
		switch step := step.(type) {
		case string:
			from = fields[step]
		case int:
			require.Less(t, step, len(items), "%v is missing", path)
			from = items[step]
		}
	}
	value, is := from.(T)
	require.True(t, is, "%v is missing", path)
	return value
}

func parse[I interface {
	tenancy.OrganizationID | tenancy.AccountID | tenancy.UserID | tenancy.InvitationID | tenancy.ConnectionID
}](t *testing.T, text string) I {
	t.Helper()
	id, err := tenancy.ParseID[I](text)
	require.NoError(t, err)
	return id
}

// organization returns the first organization of a person, and its first account.
func (b *browser) organization() (org, account string) {
	b.t.Helper()
	org = get[string](b.t, b.ask(http.StatusOK, "GET", "/api/organizations", nil), "items", 0, "id")
	accounts := b.ask(http.StatusOK, "GET", "/api/organizations/"+org+"/accounts", nil)
	return org, get[string](b.t, accounts, "items", 0, "id")
}
