package scim_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/scim"
	"github.com/add4b1c6/tenancy/tenancytest"
)

const base = "https://app.example.com/scim/v2"

// scene is an organization with the domain acme.example, whose directory asks the handler,
// and Elsa, who is in another organization and has the address elsa@acme.example.
type scene struct {
	*tenancytest.Scene
	tb      testing.TB
	handler http.Handler
	store   *store
	calls   *calls

	owner     tenancy.SignedUp
	directory tenancy.DirectoryID
	secret    string
	mailed    []tenancy.SentInvitation // what OnInvitation was called with
}

func newScene(tb testing.TB, o scim.Options) *scene {
	s := &scene{tb: tb, store: &store{Store: memstore.New()}, calls: &calls{}}
	s.Scene = tenancytest.New(tb, s.store, &tenancy.Options{Observer: s.calls})
	s.Clock.Tick(time.Millisecond)
	s.owner = s.Found("owner")
	s.FoundAt("Elsa", "elsa@acme.example")
	s.Prove(s.owner.User.ID, s.owner.Organization.ID, "acme.example")
	added, err := s.As(s.owner.User.ID).AddDirectory(tb.Context(), s.owner.Organization.ID, "Okta")
	require.NoError(tb, err)
	s.directory, s.secret = added.ID, added.Secret.Reveal()

	o.BaseURL = "https://app.example.com"
	o.OnInvitation = func(_ context.Context, invitation tenancy.SentInvitation) { s.mailed = append(s.mailed, invitation) }
	s.handler, err = scim.NewHandler(s.Dir, &o)
	require.NoError(tb, err)
	return s
}

// session returns the session of the organization's Owner.
func (s *scene) session() *tenancy.Session { return s.As(s.owner.User.ID) }

// provisioner returns what the directory may do.
func (s *scene) provisioner() *tenancy.Provisioner {
	return s.Dir.AsDirectory(tenancy.ParseSecret(s.secret))
}

// ask sends a request with the directory's secret. Headers are pairs of name and value.
func (s *scene) ask(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	s.tb.Helper()
	return s.send(method, path, strings.NewReader(body), append([]string{
		"Authorization", "Bearer " + s.secret, "Content-Type", "application/scim+json",
	}, headers...)...)
}

func (s *scene) send(method, path string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	s.tb.Helper()
	r := httptest.NewRequestWithContext(s.tb.Context(), method, "/scim/v2"+path, body)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// add creates a user and returns their ID.
func (s *scene) add(userName string) string {
	s.tb.Helper()
	w := s.ask("POST", "/Users", fmt.Sprintf(`{"userName": %q}`, userName))
	require.Equal(s.tb, 201, w.Code, "%s", w.Body)
	id, _ := decode(s.tb, w)["id"].(string)
	require.Equal(s.tb, base+"/Users/"+id, w.Header().Get("Location"))
	return id
}

func decode(tb testing.TB, w *httptest.ResponseRecorder) map[string]any {
	tb.Helper()
	var body map[string]any
	require.NoError(tb, json.Unmarshal(w.Body.Bytes(), &body), "%s", w.Body)
	return body
}

// store is a store whose updates fail if a test wants that.
type store struct {
	tenancy.Store
	fail error
}

func (s *store) Update(ctx context.Context, run func(context.Context, tenancy.Tx) error) error {
	if s.fail != nil {
		return s.fail
	}
	return s.Store.Update(ctx, run)
}

// calls counts the operations by name. before is called before one with this name.
type calls struct {
	mu     sync.Mutex
	count  map[string]int
	before map[string]func()
}

func (c *calls) Start(ctx context.Context, o tenancy.Observation) context.Context {
	c.mu.Lock()
	before := c.before[o.Operation]
	if c.count == nil {
		c.count = map[string]int{}
	}
	c.count[o.Operation]++
	c.mu.Unlock()
	if before != nil {
		before()
	}
	return ctx
}

func (*calls) End(context.Context, tenancy.Observation) {}

func (c *calls) of(operation string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count[operation]
}
