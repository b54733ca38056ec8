package scim_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/scim"
)

// PRV-11: sizes are bounded, and what is not JSON, or means two things, is refused.
func TestHostileBodies(t *testing.T) {
	s := newScene(t, scim.Options{})
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, row := range []struct {
		name, body string
		status     int
		scimType   any
	}{
		{"10 MB", `{"userName": "` + strings.Repeat("a", 10<<20) + `"}`, 413, "tooMany"},
		{"a million numbers", `{"x": [` + strings.Repeat("1,", 1_000_000) + `1]}`, 413, "tooMany"},
		{"empty", ``, 400, "invalidSyntax"},
		{"null", `null`, 400, "invalidSyntax"},
		{"a list", `[]`, 400, "invalidSyntax"},
		{"two objects", `{} {}`, 400, "invalidSyntax"},
		{"cut off", `{"userName": "a@acme.example"`, 400, "invalidSyntax"},
		{"nested 100,000 deep", `{"x": ` + nested(100_000) + `}`, 400, "invalidSyntax"},
		{"nested 20 deep", `{"x": ` + nested(20) + `}`, 400, "invalidSyntax"},
		{"opened a million times", strings.Repeat(`{"a":`, 800_000), 400, "invalidSyntax"},
		{"a name twice", `{"userName": "a@acme.example", "userName": "b@acme.example"}`, 400, "invalidSyntax"},
		{"a name twice in another case", `{"userName": "a@acme.example", "username": "b@acme.example"}`, 400, "invalidSyntax"},
		{"not UTF-8", "{\"userName\": \"a@acme.example\", \"title\": \"\xff\"}", 400, "invalidSyntax"},
		{"a huge number", `{"userName": "a@acme.example", "active": 1` + strings.Repeat("0", 400) + `}`, 400, "invalidValue"},
		{"a text of 20 kB", `{"userName": "a@acme.example", "title": "` + strings.Repeat("x", 20_000) + `"}`, 400, "invalidValue"},
		{"a name of 300 bytes", `{"userName": "a@acme.example", "displayName": "` + strings.Repeat("x", 300) + `"}`, 400, "invalidValue"},
		{"a thousand phone numbers", `{"userName": "a@acme.example", "phoneNumbers": [` + strings.Repeat(`{"value": "1"},`, 1000) + `{}]}`, 400, "invalidValue"},
	} {
		w := s.ask("POST", "/Users", row.body)
		require.Equal(t, row.status, w.Code, row.name)
		require.Equal(t, row.scimType, decode(t, w)["scimType"], row.name)
	}
	require.EqualValues(t, 0, decode(t, s.ask("GET", "/Users", ""))["totalResults"])
}

// PRV-11: a body has its bound before anything is read of it, and a client that does not
// say how long it is has the same bound.
func TestMaxBody(t *testing.T) {
	s := newScene(t, scim.Options{MaxBody: 100})
	require.Equal(t, 201, s.ask("POST", "/Users", `{"userName": "a@acme.example"}`).Code)
	body := `{"userName": "b@acme.example", "title": "` + strings.Repeat("x", 100) + `"}`
	require.Equal(t, 413, s.ask("POST", "/Users", body).Code)
	w := s.send("POST", "/Users", &slowly{text: body}, "Authorization", "Bearer "+s.secret)
	require.Equal(t, 413, w.Code)
	w = s.send("POST", "/Users", &slowly{text: body[:20], err: errors.New("gone")}, "Authorization", "Bearer "+s.secret)
	require.Equal(t, 400, w.Code)
}

// slowly is a body that comes byte by byte.
type slowly struct {
	text string
	err  error // at the end
}

func (s *slowly) Read(p []byte) (int, error) {
	if s.text == "" && s.err != nil {
		return 0, s.err
	}
	n := copy(p[:1], s.text)
	if s.text = s.text[n:]; n == 0 {
		return 0, fmt.Errorf("read on behind the bound")
	}
	return n, nil
}

// PRV-11: filters and paths are bounded before they are parsed.
func TestHostileFilters(t *testing.T) {
	s := newScene(t, scim.Options{})
	for name, filter := range map[string]string{
		"100 kB of brackets":       strings.Repeat("(", 100_000),
		"4 kB of brackets":         strings.Repeat("(", 4_000),
		"balanced brackets":        strings.Repeat("(", 2_000) + `id eq "x"` + strings.Repeat(")", 2_001),
		"100 kB of comparisons":    `id eq "x"` + strings.Repeat(` and id eq "x"`, 7_000),
		"eleven comparisons":       `id eq "x"` + strings.Repeat(` and id eq "x"`, 10),
		"eleven in brackets":       `emails[type eq "x"` + strings.Repeat(` and type eq "x"`, 10) + `]`,
		"100 kB of a value":        `id eq "` + strings.Repeat("x", 100_000) + `"`,
		"brackets within brackets": `emails[emails[emails[type eq "x"]]]`,
		"a control character":      "id eq \"\x00\"",
	} {
		w := s.ask("GET", "/Users?filter="+url.QueryEscape(filter), "")
		require.Equal(t, 400, w.Code, name)
		require.Equal(t, "invalidFilter", decode(t, w)["scimType"], name)
	}
	w := s.ask("GET", "/Users?filter="+url.QueryEscape(strings.Repeat("(", 2_000)+`id eq "x"`+strings.Repeat(")", 2_000)), "")
	require.Equal(t, 200, w.Code, "brackets alone change nothing")
	require.Equal(t, 400, s.ask("GET", "/Users?attributes="+strings.Repeat("a,", 3_000), "").Code)

	id := s.add("a@acme.example")
	for _, path := range []string{strings.Repeat("a", 5_000), strings.Repeat("[", 4_000), "phoneNumbers" + strings.Repeat("[type eq \"x\"", 200)} {
		body, err := json.Marshal(map[string]any{"Operations": []any{map[string]any{"op": "add", "path": path, "value": "x"}}})
		require.NoError(t, err)
		require.Equal(t, 400, s.ask("PATCH", "/Users/"+id, string(body)).Code)
	}
}

// PRV-11, PRV-9: 10,000 members and 1,000 operations in one request, which reads no
// members and is one change.
func TestLargeGroups(t *testing.T) {
	s := newScene(t, scim.Options{})
	const many = 10_000
	ids := make([]string, many)
	for i := range ids {
		made, err := s.provisioner().Provision(t.Context(),
			tenancy.NewProvisioned{UserName: fmt.Sprintf("u%d@acme.example", i)})
		require.NoError(t, err)
		ids[i] = made.ID.String()
	}
	list := func(ids []string) string {
		var text strings.Builder
		for i, id := range ids {
			if i > 0 {
				text.WriteString(",")
			}
			fmt.Fprintf(&text, `{"value": %q, "$ref": "%s/Users/%s", "display": "Somebody with a name", "type": "User"}`, id, base, id)
		}
		return "[" + text.String() + "]"
	}
	w := s.ask("POST", "/Groups?excludedAttributes=members", `{"displayName": "All", "members": `+list(ids)+`}`)
	require.Equal(t, 201, w.Code)
	group, _ := decode(t, w)["id"].(string)
	require.Zero(t, s.calls.of("ProvisionedGroupMembers"))

	w = s.ask("PATCH", "/Groups/"+group, `{"Operations": [{"op": "remove", "path": "members", "value": `+list(ids[:5_000])+`}]}`)
	require.Equal(t, 204, w.Code, "%s", w.Body)
	operations := make([]string, 1_000)
	for i := range operations {
		operations[i] = fmt.Sprintf(`{"op": "add", "path": "members", "value": [{"value": %q}]}`, ids[i])
	}
	w = s.ask("PATCH", "/Groups/"+group, `{"Operations": [`+strings.Join(operations, ",")+`]}`)
	require.Equal(t, 204, w.Code)
	require.Zero(t, s.calls.of("ProvisionedGroupMembers"), "a PATCH reads no members")
	require.Equal(t, 2, s.calls.of("UpdateProvisionedGroup"), "a PATCH is one change")
	w = s.ask("PATCH", "/Groups/"+group, `{"Operations": [`+strings.Join(append(operations, operations[0]), ",")+`]}`)
	require.Equal(t, 413, w.Code)

	w = s.ask("GET", "/Groups/"+group, "")
	members, _ := decode(t, w)["members"].([]any)
	require.Len(t, members, 6_000)

	t.Run("a list ends where its groups hold many members", func(t *testing.T) {
		for range 5 {
			require.Equal(t, 201, s.ask("POST", "/Groups?excludedAttributes=members", `{"displayName": "More", "members": `+list(ids)+`}`).Code)
		}
		body := decode(t, s.ask("GET", "/Groups", ""))
		require.EqualValues(t, 6, body["totalResults"])
		require.EqualValues(t, 3, body["itemsPerPage"])
		require.EqualValues(t, 6, decode(t, s.ask("GET", "/Groups?excludedAttributes=members", ""))["itemsPerPage"])
	})
	t.Run("a filter without an exact lookup has a bound", func(t *testing.T) {
		require.Equal(t, 200, s.ask("GET", "/Users?count=1&filter=active+eq+true", "").Code)
		s.add("more@acme.example")
		w := s.ask("GET", "/Users?filter=active+eq+true", "")
		require.Equal(t, 400, w.Code)
		require.Equal(t, "tooMany", decode(t, w)["scimType"])
	})
}

// PRV-11: what the store fails with is told to nobody but the log, and only what a repeat
// can mend is 500 or more.
func TestFailures(t *testing.T) {
	var log bytes.Buffer
	s := newScene(t, scim.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	for _, row := range []struct {
		err    error
		status int
	}{
		{tenancy.CodeBusy, 503},
		{errors.New("the disk is full"), 500},
	} {
		s.store.fail = row.err
		w := s.ask("POST", "/Users", `{"userName": "a@acme.example"}`)
		require.Equal(t, row.status, w.Code, row.err)
		require.Equal(t, strconv.Itoa(row.status), decode(t, w)["status"])
		require.NotContains(t, w.Body.String(), "disk", "GEN-4")
		require.Equal(t, row.status == 503, w.Header().Get("Retry-After") != "", row.err)
	}
	require.Contains(t, log.String(), "the disk is full")
}

// PRV-11: a PATCH without a precondition is never 412. While others win it is done again.
func TestVersionsWithoutPrecondition(t *testing.T) {
	s := newScene(t, scim.Options{})
	id, err := tenancy.ParseID[tenancy.ProvisionedID](s.add("a@acme.example"))
	require.NoError(t, err)
	others, count, meddling := 0, 0, false
	s.calls.before = map[string]func(){"UpdateProvisioned": func() {
		if others == 0 || meddling {
			return
		}
		others, count, meddling = others-1, count+1, true
		_, err := s.provisioner().UpdateProvisioned(t.Context(), id, tenancy.ProvisionedUpdate{ExternalID: new(strconv.Itoa(count))})
		require.NoError(t, err)
		meddling = false
	}}
	others = 4
	patch := `{"Operations": [{"op": "add", "path": "title", "value": "x"}]}`
	w := s.ask("PATCH", "/Users/"+id.String(), patch)
	require.Equal(t, 200, w.Code)
	require.Equal(t, "x", decode(t, w)["title"])
	require.Equal(t, "4", decode(t, w)["externalId"], "the others' change stays")
	require.Zero(t, others)

	others = 5
	w = s.ask("PATCH", "/Users/"+id.String(), `{"Operations": [{"op": "add", "path": "title", "value": "y"}]}`)
	require.Equal(t, 503, w.Code)
	require.NotEmpty(t, w.Header().Get("Retry-After"))

	others = 1
	version := decode(t, s.ask("GET", "/Users/"+id.String(), ""))["meta"].(map[string]any)["version"].(string)
	w = s.ask("PATCH", "/Users/"+id.String(), `{"Operations": [{"op": "add", "path": "title", "value": "y"}]}`, "If-Match", version)
	require.Equal(t, 412, w.Code)
}

// PRV-3: an invitation that provisioning makes is handed over once, and its secret is in no
// answer.
func TestInvitations(t *testing.T) {
	s := newScene(t, scim.Options{})
	s.add("a@acme.example")
	require.Empty(t, s.mailed)
	w := s.ask("POST", "/Users", `{"userName": "elsa@acme.example"}`)
	require.Equal(t, 201, w.Code)
	require.Len(t, s.mailed, 1)
	require.NotContains(t, w.Body.String(), s.mailed[0].Secret.Reveal())
}

// GEN-4: the log and the answers to refused requests hold nothing that a request said of
// anybody, and no secrets.
func TestPrivacy(t *testing.T) {
	var log bytes.Buffer
	s := newScene(t, scim.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	id := s.add("taken@acme.example")
	log.Reset()
	for _, one := range []struct{ method, path, body string }{
		{"POST", "/Users", `{"userName": "private-user@other.example"}`},
		{"POST", "/Users", `{"userName": "taken@acme.example", "title": "private-title"}`},
		{"POST", "/Users", `{"userName": "private-user@acme.example", "active": "private-value"}`},
		{"POST", "/Users", `{"userName": "private-user@acme.example", "private-name": 1, "PRIVATE-name": 2}`},
		{"GET", "/Users?filter=" + url.QueryEscape(`userName sw "private-user"`), ""},
		{"GET", "/Users?count=private-count", ""},
		{"GET", "/Users/private-id", ""},
		{"GET", "/private-endpoint", ""},
		{"private-method", "/Users", ""},
		{"PATCH", "/Users/" + id, `{"Operations": [{"op": "private-op"}]}`},
		{"PATCH", "/Users/" + id, `{"Operations": [{"op": "add", "path": "private-path]", "value": "private-value"}]}`},
		{"PATCH", "/Users/" + id, `{"Operations": [{"op": "add", "path": "title[private-part eq \"private-value\"]", "value": "private-value"}]}`},
		{"PATCH", "/Users/" + id, `{"Operations": [{"op": "add", "path": "phoneNumbers[private-part eq \"private-value\"]", "value": "private-value"}]}`},
	} {
		w := s.ask(one.method, one.path, one.body)
		require.GreaterOrEqual(t, w.Code, 400, one)
		require.NotContains(t, strings.ToLower(w.Body.String()), "private", one)
		for name, values := range w.Header() {
			require.NotContains(t, fmt.Sprint(name, values), "private", one)
		}
	}
	s.send("GET", "/Users", nil, "Authorization", "Bearer private-secret")
	s.send("POST", "/token", strings.NewReader("client_id=private-client&client_secret=private-secret"))
	require.NotContains(t, strings.ToLower(log.String()), "private")
	require.NotContains(t, log.String(), s.secret)
	require.NotContains(t, log.String(), "@")
	require.Equal(t, 15, strings.Count(log.String(), "\n"), "each refusal is logged once")
	require.Contains(t, log.String(), "directory="+s.directory.String())
}

// PRV-11: what a header could be made of is in the body alone.
func TestHeaderInjection(t *testing.T) {
	s := newScene(t, scim.Options{})
	w := s.ask("POST", "/Users", `{"userName": "a@acme.example", "externalId": "x\r\nSet-Cookie: a=b", "title": "<script>\u0000"}`)
	for name, values := range w.Header() {
		require.NotContains(t, fmt.Sprint(name, values), "Cookie")
	}
	for _, secret := range []string{"x y", strings.Repeat("x", 100_000), "\x01"} {
		w := s.send("GET", "/Users", nil, "Authorization", "Bearer "+secret)
		require.Equal(t, 401, w.Code)
	}
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/scim/v2/Users", nil)
	r.Header["Authorization"] = []string{"Bearer " + s.secret, "Bearer " + s.secret}
	twice := httptest.NewRecorder()
	s.handler.ServeHTTP(twice, r)
	require.Equal(t, 401, twice.Code)
}

// PRV-11: Basic and form body are both taken at /token, and two that disagree are not.
func TestTokenWithBasic(t *testing.T) {
	s := newScene(t, scim.Options{})
	id := s.directory.String()
	for _, row := range []struct {
		name, user, password, form string
		status                     int
	}{
		{"Basic", id, s.secret, "", 200},
		{"Basic, encoded", url.QueryEscape(id), url.QueryEscape(s.secret), "", 200},
		{"Basic, and the same in the form", id, s.secret, "&client_id=" + id, 200},
		{"Basic, and another in the form", id, s.secret, "&client_id=other", 401},
		{"a malformed one", id, "%zz", "", 401},
		{"an empty one", "", "", "", 401},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/scim/v2/token", strings.NewReader("grant_type=client_credentials"+row.form))
		r.SetBasicAuth(row.user, row.password)
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		require.Equal(t, row.status, w.Code, row.name)
	}
	w := s.send("POST", "/token", strings.NewReader(strings.Repeat("a", 1<<20)))
	require.Equal(t, 413, w.Code)
}

// Options that make no sense are refused, and a prefix can be any.
func TestOptions(t *testing.T) {
	s := newScene(t, scim.Options{})
	for _, o := range []scim.Options{
		{Prefix: "scim"}, {BaseURL: "app.example.com"}, {BaseURL: "ftp://a"}, {BaseURL: "https://"}, {BaseURL: "https://a?b"}, {BaseURL: "://"}, {MaxBody: -1},
	} {
		_, err := scim.NewHandler(s.Dir, &o)
		require.Error(t, err, o)
	}
	for prefix, path := range map[string]string{"": "/scim/v2/Users", "/": "/Users", "/x/": "/x/Users"} {
		h, err := scim.NewHandler(s.Dir, &scim.Options{Prefix: prefix})
		require.NoError(t, err)
		for _, one := range []struct {
			path   string
			status int
		}{{path, 200}, {path + "x", 404}, {"/other", 404}} {
			r := httptest.NewRequestWithContext(t.Context(), "GET", one.path, nil)
			r.Header.Set("Authorization", "Bearer "+s.secret)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			require.Equal(t, one.status, w.Code, one.path)
		}
	}
	h, err := scim.NewHandler(s.Dir, nil)
	require.NoError(t, err)
	require.NotNil(t, h)
}

// PRV-2: /Schemas lists exactly what is kept: a user with a value for every attribute that
// can be written comes back whole, and has nothing else.
func TestSchemasListWhatIsKept(t *testing.T) {
	s := newScene(t, scim.Options{})
	schemas, _ := decode(t, s.ask("GET", "/Schemas", ""))["Resources"].([]any)
	sent := map[string]any{}
	for _, one := range schemas {
		schema := one.(map[string]any)
		if schema["name"] == "Group" {
			continue
		}
		values := sample(schema["attributes"].([]any))
		if schema["name"] == "User" {
			maps.Copy(sent, values)
		} else {
			sent[schema["id"].(string)] = values
		}
	}
	sent["userName"], sent["active"] = "a@acme.example", true
	body, err := json.Marshal(sent)
	require.NoError(t, err)
	given := decode(t, s.ask("POST", "/Users", string(body)))
	for _, name := range []string{"id", "schemas", "meta", "emails"} {
		require.Contains(t, given, name)
		delete(given, name)
	}
	require.Equal(t, sent, given)
}

// sample returns a value for each attribute that can be written.
func sample(attributes []any) map[string]any {
	values := map[string]any{}
	for _, one := range attributes {
		a := one.(map[string]any)
		if a["mutability"] == "readOnly" {
			continue
		}
		var value any = "x"
		switch a["type"] {
		case "boolean":
			value = true
		case "complex":
			value = sample(a["subAttributes"].([]any))
		}
		if a["multiValued"] == true {
			value = []any{value}
		}
		values[a["name"].(string)] = value
	}
	return values
}
