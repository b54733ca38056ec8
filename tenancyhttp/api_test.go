package tenancyhttp_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/tenancyhttp"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// service is a host with a few handlers over a scene.
type service struct {
	*testing.T
	*tenancytest.Scene
	company tenancytest.Company
	mux     *http.ServeMux
	failed  []error // what Options.Problem was given
}

var errSignIn = tenancyhttp.Problem{Code: "sign_in", Status: http.StatusUnauthorized, Title: "Sign in first."}

// errBroken is a failure with a text that belongs in the log alone.
var errBroken = errors.New("the disk is on fire")

func newService(t *testing.T, o tenancyhttp.Options) *service {
	s := &service{T: t, Scene: tenancytest.New(t, nil, nil), mux: http.NewServeMux()}
	s.company = s.Company("acme")
	if o.Problem == nil {
		o.Problem = func(_ *http.Request, err error) tenancyhttp.Problem {
			s.failed = append(s.failed, err)
			return tenancyhttp.ProblemOf(err)
		}
	}
	api := tenancyhttp.New(func(r *http.Request) (*tenancy.Session, error) {
		switch name := r.Header.Get("Actor"); name {
		case "":
			return nil, errSignIn
		case "nobody":
			return nil, nil
		default:
			id, err := tenancy.ParseID[tenancy.UserID](name)
			return s.Dir.As(id), err
		}
	}, &o)
	s.mux.Handle("PATCH /organizations/{org}", tenancyhttp.Handle(api, rename))
	s.mux.Handle("GET /organizations/{org}/users", tenancyhttp.Handle(api, users))
	s.mux.Handle("POST /organizations/{org}/invitations", tenancyhttp.Handle(api, invite))
	s.mux.Handle("POST /invitations/{invitation}/acceptance", tenancyhttp.Handle(api, accept))
	s.mux.Handle("POST /organizations/{org}/accounts", tenancyhttp.Handle(api, createAccount))
	s.mux.Handle("DELETE /organizations/{org}/users/{user}", tenancyhttp.Handle(api, remove))
	s.mux.Handle("GET /failures", tenancyhttp.Handle(api, func(*http.Request, *tenancy.Session, struct{}) (any, error) {
		return nil, errBroken
	}))
	s.mux.Handle("POST /mistakes/{org}", tenancyhttp.Handle(api, func(*http.Request, *tenancy.Session, struct{}) (any, error) {
		return "reached", nil
	}))
	s.mux.Handle("GET /numbers/{n}/{rest...}", tenancyhttp.Handle(api, numbers))
	s.mux.Handle("PUT /numbers", tenancyhttp.Handle(api, numbers))
	s.mux.HandleFunc("GET /download", func(w http.ResponseWriter, r *http.Request) { api.WriteError(w, r, errBroken) })
	return s
}

func rename(r *http.Request, s *tenancy.Session, in struct {
	Org  tenancy.OrganizationID
	Name string
}) (any, error) {
	return s.RenameOrganization(r.Context(), in.Org, in.Name)
}

func users(r *http.Request, s *tenancy.Session, in struct {
	Org tenancy.OrganizationID
	tenancy.UserQuery
}) (any, error) {
	return tenancyhttp.PageOf(s.Users(r.Context(), in.Org, in.UserQuery), 2)
}

func invite(r *http.Request, s *tenancy.Session, in struct {
	Org tenancy.OrganizationID
	tenancy.NewInvitation
}) (any, error) {
	return s.InviteUser(r.Context(), in.Org, in.NewInvitation)
}

func accept(r *http.Request, s *tenancy.Session, in struct {
	Invitation tenancy.InvitationID
	Terms      tenancy.TermsToken
}) (any, error) {
	return s.AcceptInvitation(r.Context(), tenancy.Acceptance{Invitation: in.Invitation, Terms: in.Terms})
}

func createAccount(r *http.Request, s *tenancy.Session, in struct {
	Org tenancy.OrganizationID
	tenancy.NewAccount
}) (any, error) {
	return s.CreateAccount(r.Context(), in.Org, in.NewAccount)
}

func remove(r *http.Request, s *tenancy.Session, in struct {
	Org  tenancy.OrganizationID
	User tenancy.UserID
	tenancy.Removal
}) (any, error) {
	return nil, s.RemoveUser(r.Context(), in.Org, in.User, in.Removal)
}

// numbers answers with its input.
func numbers(_ *http.Request, _ *tenancy.Session, in struct {
	N      int    `json:"n"`
	Rest   string `json:"rest,omitzero"`
	Flag   *bool  `json:"flag,omitzero"`
	Hidden string `json:"-"`
}) (any, error) {
	return in, nil
}

// do sends a request, with a header in pairs, and returns the answer.
func (s *service) do(actor tenancy.UserID, method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(s.Context(), method, path, strings.NewReader(body))
	if !actor.IsZero() {
		r.Header.Set("Actor", actor.String())
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	return w
}

// gives checks that an answer is a success, and returns it.
func (s *service) gives(w *httptest.ResponseRecorder) map[string]any {
	s.Helper()
	require.Equal(s, http.StatusOK, w.Code, w.Body)
	require.Equal(s, "application/json", w.Header().Get("Content-Type"))
	return written(s.T, w)
}

// refuses checks that an answer is a problem with a code.
func (s *service) refuses(code tenancy.Code, w *httptest.ResponseRecorder) map[string]any {
	s.Helper()
	body := written(s.T, w)
	require.Equal(s, string(code), body["code"])
	require.Equal(s, "application/problem+json", w.Header().Get("Content-Type"))
	require.Equal(s, float64(w.Code), body["status"])
	return body
}

// The handlers of the package's comment, from an invitation to a removal.
func TestHandle(t *testing.T) {
	s := newService(t, tenancyhttp.Options{})
	owner, org := s.company.Owner, "/organizations/"+s.company.Organization.String()
	require.Equal(t, "Acme & Sons", s.gives(s.do(owner, "PATCH", org, `{"name":"Acme & Sons"}`))["name"])

	first := s.gives(s.do(owner, "GET", org+"/users", ""))
	require.Len(t, first["items"], 2)
	second := s.gives(s.do(owner, "GET", org+"/users?after="+first["next"].(string), ""))
	require.Len(t, second["items"], 2)
	require.NotContains(t, second, "next")
	require.NotEqual(t, first["items"], second["items"])
	for query, want := range map[string]int{"role=owner": 1, "serviceAccount=true": 0, "search=administrator": 1} {
		require.Len(t, s.gives(s.do(owner, "GET", org+"/users?"+query, ""))["items"], want, query)
	}

	sent := s.gives(s.do(owner, "POST", org+"/invitations", `{"email":"ben@other.example","role":"administrator"}`))
	require.Equal(t, "ben@other.example", sent["email"])
	require.Equal(t, "[redacted]", sent["secret"])
	ben := s.FoundAt("ben", "ben@other.example").User.ID
	acceptance := "/invitations/" + sent["id"].(string) + "/acceptance"
	problem := s.refuses(tenancy.CodeTermsChanged, s.do(ben, "POST", acceptance, ""))
	terms, err := json.Marshal(map[string]any{"terms": problem["terms"].(map[string]any)["token"]})
	require.NoError(t, err)
	s.gives(s.do(ben, "POST", acceptance, string(terms)))

	s.refuses(tenancy.CodeOwnsAccounts, s.do(owner, "DELETE", org+"/users/"+ben.String(), ""))
	s.refuses(tenancy.CodeInput, s.do(owner, "DELETE", org+"/users/"+ben.String(), `{"release":true}`)) // a body is not read there
	w := s.do(owner, "DELETE", org+"/users/"+ben.String()+"?release=true", "")
	require.Equal(t, http.StatusNoContent, w.Code)
	require.Empty(t, w.Body.String())
	require.Empty(t, w.Header().Get("Content-Type"))
	s.refuses(tenancy.CodeNotFound, s.do(ben, "GET", org+"/users", ""))
	require.Equal(t, "Sign in first.", s.refuses("sign_in", s.do(tenancy.UserID{}, "GET", org+"/users", ""))["title"])
	s.Sound()
}

// SEC-37: what is malformed is refused, whatever it is, and changes nothing. What the path
// names is what is acted on, whatever the body names.
func TestHandleHostileInput(t *testing.T) {
	s := newService(t, tenancyhttp.Options{MaxBody: 1000})
	owner, other := s.company.Owner, s.Found("eve")
	id := s.company.Organization.String()
	org := "/organizations/" + id
	eve := other.Organization.ID.String()
	zero := tenancy.OrganizationID{}.String()
	long := strings.Repeat("x", 1000)
	deep := strings.Repeat(`{"name":`, 100) + "1" + strings.Repeat("}", 100)
	for name, tt := range map[string]struct {
		method, path, body string
		want               tenancy.Code
	}{
		"an ID that is not one":                {"PATCH", "/organizations/nonsense", `{"name":"x"}`, tenancy.CodeID},
		"an ID of another kind":                {"PATCH", "/organizations/" + owner.String(), `{"name":"x"}`, tenancy.CodeID},
		"an ID in upper case":                  {"PATCH", "/organizations/" + strings.ToUpper(id), `{"name":"x"}`, tenancy.CodeID},
		"an ID with more behind it":            {"PATCH", org + "%00", `{"name":"x"}`, tenancy.CodeID},
		"an ID that is not UTF-8":              {"PATCH", "/organizations/OR%ff", `{"name":"x"}`, tenancy.CodeID},
		"the zero ID":                          {"PATCH", "/organizations/" + zero, `{"name":"x"}`, tenancy.CodeID},
		"the zero ID where none has a sense":   {"POST", "/organizations/" + zero + "/accounts", `{"name":"x"}`, tenancy.CodeID},
		"a broken ID where none has a sense":   {"POST", "/organizations/OR/accounts", `{"name":"x"}`, tenancy.CodeID},
		"an ID that JSON has a meaning for":    {"PATCH", "/organizations/null", `{"name":"x"}`, tenancy.CodeID},
		"a quote in an ID":                     {"PATCH", `/organizations/x%22,%22name%22:%22y`, "", tenancy.CodeID},
		"another's in the path":                {"PATCH", "/organizations/" + eve, `{"name":"x","org":"` + id + `"}`, tenancy.CodeNotFound},
		"another's in the path, in upper case": {"PATCH", "/organizations/" + eve, `{"name":"x","ORG":"` + id + `"}`, tenancy.CodeNotFound},
		"a broken ID in the body":              {"PATCH", org, `{"name":"x","org":"nonsense"}`, tenancy.CodeID},
		"a field that is not there":            {"PATCH", org, `{"name":"x","owner":"y"}`, tenancy.CodeInput},
		"a field of the wrong kind":            {"PATCH", org, `{"name":1}`, tenancy.CodeInput},
		"a role that is not one":               {"POST", org + "/invitations", `{"email":"b@c.example","role":"king"}`, tenancy.CodeRole},
		"half a body":                          {"PATCH", org, `{"name":"x"`, tenancy.CodeInput},
		"two bodies":                           {"PATCH", org, `{"name":"x"}{"name":"y"}`, tenancy.CodeInput},
		"more behind the body":                 {"PATCH", org, `{"name":"x"}]`, tenancy.CodeInput},
		"a list":                               {"PATCH", org, `[{"name":"x"}]`, tenancy.CodeInput},
		"a text":                               {"PATCH", org, `"name"`, tenancy.CodeInput},
		"a form":                               {"PATCH", org, `name=x`, tenancy.CodeInput},
		"a body of other bytes":                {"PATCH", org, "\x00\xff\xfe", tenancy.CodeInput},
		"a deep body":                          {"PATCH", org, deep, tenancy.CodeInput},
		"no body where one is needed":          {"PATCH", org, "", tenancy.CodeName},
		"a body that is too large":             {"PATCH", org, `{"name":"` + long + `"}`, tenancyhttp.CodeTooLarge},
		"too much behind the body":             {"PATCH", org, `{"name":"x"}` + strings.Repeat(" ", 1000), tenancyhttp.CodeTooLarge},
		"the body's field in a query":          {"PATCH", org + "?name=x", "", tenancy.CodeName},
		"a parameter that is not there":        {"GET", org + "/users?serach=x", "", tenancy.CodeInput},
		"a parameter twice":                    {"GET", org + "/users?search=x&search=y", "", tenancy.CodeInput},
		"a parameter twice, in upper case":     {"GET", org + "/users?search=x&SEARCH=y", "", tenancy.CodeInput},
		"a parameter of the wrong kind":        {"GET", org + "/users?serviceAccount=perhaps", "", tenancy.CodeInput},
		"a query that is not one":              {"GET", org + "/users?search=%zz", "", tenancy.CodeInput},
		"a cursor that is not one":             {"GET", org + "/users?after=x", "", tenancy.CodeCursor},
		"another's in the path of a list":      {"GET", "/organizations/" + eve + "/users?org=" + id, "", tenancy.CodeNotFound},
		"a body that is not read":              {"GET", "/organizations/" + eve + "/users", `{"org":"` + id + `"}`, tenancy.CodeNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			s.Unchanged(func() { s.refuses(tt.want, s.do(owner, tt.method, tt.path, tt.body)) })
		})
	}
	t.Run("another method", func(t *testing.T) {
		for _, method := range []string{"PUT", "POST", "DELETE", "TRACE", "NONSENSE"} {
			s.Unchanged(func() {
				w := s.do(owner, method, org, `{"name":"x"}`)
				require.Equal(t, http.StatusMethodNotAllowed, w.Code)
				require.Equal(t, "PATCH", w.Header().Get("Allow"))
			})
		}
	})
	t.Run("a header that is not the session's", func(t *testing.T) {
		s.refuses(tenancy.CodeID, s.do(tenancy.UserID{}, "GET", org+"/users", "", "Actor", "x\r\nActor: "+owner.String()))
	})
	t.Run("a text of the client's in an answer's header", func(t *testing.T) {
		w := s.do(owner, "PATCH", org, `{"name":"x\r\nSet-Cookie: a=b"}`)
		s.refuses(tenancy.CodeName, w)
		require.Empty(t, w.Header().Get("Set-Cookie"))
	})
}

// Texts, numbers, true and false of paths and queries, and the path over the body.
func TestHandleValues(t *testing.T) {
	s := newService(t, tenancyhttp.Options{})
	owner := s.company.Owner
	for path, want := range map[string]string{
		"/numbers/7/a/b":                `{"n":7,"rest":"a/b"}`,
		"/numbers/-7/":                  `{"n":-7}`,
		"/numbers/0/true?flag=true":     `{"n":0,"rest":"true","flag":true}`,
		"/numbers/1/12?flag=false&n=99": `{"n":1,"rest":"12","flag":false}`,
		"/numbers/1/x%22y?rest=z":       `{"n":1,"rest":"x\"y"}`,
	} {
		w := s.do(owner, "GET", path, "")
		require.Equal(t, http.StatusOK, w.Code, path)
		require.JSONEq(t, want, w.Body.String(), path)
	}
	for _, path := range []string{
		"/numbers/x/", "/numbers/007/", "/numbers/1e3/", "/numbers/1.5/", "/numbers/9223372036854775808/",
		"/numbers/null/", "/numbers/%5B%5D/", "/numbers/1/?flag=1", "/numbers/1/?flag=null", "/numbers/1/?Hidden=x", "/numbers/1/?-=x",
	} {
		s.refuses(tenancy.CodeInput, s.do(owner, "GET", path, ""))
	}
	for body, want := range map[string]string{"": `{"n":0}`, " \n": `{"n":0}`, "null": `{"n":0}`, `{"n":3}` + "\n": `{"n":3}`} {
		require.JSONEq(t, want, s.do(owner, "PUT", "/numbers", body).Body.String(), body)
	}
}

// GEN-13: a request with an Idempotency-Key is carried out once.
func TestIdempotencyKey(t *testing.T) {
	s := newService(t, tenancyhttp.Options{})
	owner, org := s.company.Owner, "/organizations/"+s.company.Organization.String()
	body := `{"email":"ben@other.example"}`
	first := s.gives(s.do(owner, "POST", org+"/invitations", body, "Idempotency-Key", "1"))
	again := s.gives(s.do(owner, "POST", org+"/invitations", body, "Idempotency-Key", "1"))
	require.Equal(t, []any{first["id"]}, again["created"].(map[string]any)["invitations"])
	s.refuses(tenancy.CodeOperationTaken, s.do(owner, "PATCH", org, `{"name":"x"}`, "Idempotency-Key", "1"))
	s.refuses(tenancy.CodeInvitationPending, s.do(owner, "POST", org+"/invitations", body, "Idempotency-Key", "2"))
	s.refuses(tenancy.CodeInvitationPending, s.do(owner, "POST", org+"/invitations", body))
	// Another user's equal key is another operation.
	s.gives(s.do(s.company.Administrator, "POST", org+"/invitations", `{"email":"cy@other.example"}`, "Idempotency-Key", "1"))
	for _, header := range [][]string{
		{"Idempotency-Key", ""}, {"Idempotency-Key", strings.Repeat("x", 256)},
		{"Idempotency-Key", "3", "Idempotency-Key", "4"},
	} {
		s.Unchanged(func() {
			s.refuses(tenancy.CodeInput, s.do(owner, "PATCH", org, `{"name":"x"}`, header...))
		})
		s.gives(s.do(owner, "GET", org+"/users", "", header...)) // a read has no use for one
	}
	s.gives(s.do(owner, "PATCH", org, `{"name":"x"}`, "Idempotency-Key", strings.Repeat("x", 255)))
}

// SEC-37: pages of other sites send nothing in a person's name, unless the host names their origin.
func TestOrigins(t *testing.T) {
	trusting := http.NewCrossOriginProtection()
	require.NoError(t, trusting.AddTrustedOrigin("https://app.example"))
	for name, origins := range map[string]*http.CrossOriginProtection{"default": nil, "trusting": trusting} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, tenancyhttp.Options{Origins: origins})
			owner, org := s.company.Owner, "/organizations/"+s.company.Organization.String()
			for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
				s.Unchanged(func() {
					s.refuses(tenancyhttp.CodeOrigin, s.do(owner, "PATCH", org, `{"name":"x"}`, header...))
				})
				s.gives(s.do(owner, "GET", org+"/users", "", header...))
			}
			s.gives(s.do(owner, "PATCH", org, `{"name":"x"}`, "Sec-Fetch-Site", "same-origin"))
			ours := s.do(owner, "PATCH", org, `{"name":"x"}`, "Sec-Fetch-Site", "cross-site", "Origin", "https://app.example")
			if origins == nil {
				s.refuses(tenancyhttp.CodeOrigin, ours)
			} else {
				s.gives(ours)
			}
		})
	}
}

// What is the host's mistake or its store's failure is internal, and only its log has more.
func TestHandleFailures(t *testing.T) {
	s := newService(t, tenancyhttp.Options{})
	owner := s.company.Owner
	for path, why := range map[string]string{"GET /failures": "fire", "GET /download": "fire", "POST /mistakes/x": "{org}"} {
		method, path, _ := strings.Cut(path, " ")
		s.failed = nil
		w := s.do(owner, method, path, "")
		s.refuses(tenancyhttp.CodeInternal, w)
		require.NotContains(t, w.Body.String(), why)
		require.Len(t, s.failed, 1)
		require.ErrorContains(t, s.failed[0], why)
	}
	s.refuses(tenancyhttp.CodeInternal, s.do(tenancy.UserID{}, "GET", "/numbers/1/", "", "Actor", "nobody"))

	bare := tenancyhttp.New(func(*http.Request) (*tenancy.Session, error) { return s.As(owner), nil },
		&tenancyhttp.Options{Problem: func(_ *http.Request, err error) tenancyhttp.Problem { return tenancyhttp.ProblemOf(err) }})
	w := httptest.NewRecorder() // no mux says what the path names
	tenancyhttp.Handle(bare, rename).ServeHTTP(w, httptest.NewRequest("PATCH", "/organizations/x", strings.NewReader(`{"name":"x"}`)))
	s.refuses(tenancyhttp.CodeInternal, w)

	type embeds struct {
		Org tenancy.OrganizationID
		tenancy.UserID
	}
	api := tenancyhttp.New(func(*http.Request) (*tenancy.Session, error) { return nil, errSignIn }, nil)
	require.Panics(t, func() { handleOf[string](api) })
	require.Panics(t, func() { handleOf[*struct{}](api) })
	require.Panics(t, func() { handleOf[tenancy.RoleSet](api) })
	require.Panics(t, func() { handleOf[embeds](api) }, "the ID's form would be the whole input's")
	require.Panics(t, func() { tenancyhttp.New(nil, nil) })
}

func handleOf[In any](api *tenancyhttp.API) {
	tenancyhttp.Handle(api, func(*http.Request, *tenancy.Session, In) (any, error) { return nil, nil })
}

// Without an own way to do it, failures go to the log, and refusals do not.
func TestDefaultProblem(t *testing.T) {
	var log bytes.Buffer
	was := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(was)
	api := tenancyhttp.New(func(*http.Request) (*tenancy.Session, error) { return nil, errSignIn }, nil)
	for _, err := range []error{errSignIn, tenancy.CodeNotFound, errBroken} {
		w := httptest.NewRecorder()
		api.WriteError(w, httptest.NewRequest("GET", "/", nil), err)
		require.Equal(t, tenancyhttp.ProblemOf(err).Status, w.Code)
		require.Equal(t, err == errBroken, strings.Contains(log.String(), "fire"), log.String())
	}
	require.Equal(t, 1, strings.Count(log.String(), "\n"))
}

// USR-22: the secret of a key, and what a client without one is told.
func TestBearer(t *testing.T) {
	s := newService(t, tenancyhttp.Options{})
	key, err := s.As(s.company.Owner).CreateServiceAccount(t.Context(), s.company.Organization, tenancy.NewServiceAccount{Name: "robot"})
	require.NoError(t, err)
	made, err := s.As(s.company.Owner).CreateKey(t.Context(), key.ID, tenancy.NewKey{Name: "one"})
	require.NoError(t, err)
	for header, works := range map[string]bool{
		"Bearer " + made.Secret.Reveal(): true, "bearer  " + made.Secret.Reveal(): true,
		made.Secret.Reveal(): false, "Basic " + made.Secret.Reveal(): false, "Bearer": false, "": false, "Bearer x y": false,
		"Bearer " + made.Secret.Reveal() + "x": false,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", header)
		as, err := s.Host.Authenticate(t.Context(), tenancyhttp.Bearer(r))
		if works {
			require.NoError(t, err)
			require.Equal(t, key.ID, as.Actor().User)
			continue
		}
		w := httptest.NewRecorder()
		tenancyhttp.WriteProblem(w, tenancyhttp.ProblemOf(err))
		require.Equal(t, http.StatusUnauthorized, w.Code)
		require.Equal(t, "Bearer", w.Header().Get("WWW-Authenticate"))
		require.Equal(t, string(tenancy.CodeKey), written(t, w)["code"])
	}
	w := httptest.NewRecorder()
	w.Header().Set("WWW-Authenticate", `Bearer realm="x"`)
	tenancyhttp.WriteProblem(w, tenancyhttp.ProblemOf(tenancy.CodeKey))
	require.Equal(t, `Bearer realm="x"`, cmp.Or(w.Header().Get("WWW-Authenticate"), "none"))
}
