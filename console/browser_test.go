package console_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/tenancyhttp"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// prefix is where the pages of the tests are mounted.
const prefix = "/console"

// site is the pages over a scene with a company, "acme", and who may read them.
type site struct {
	*testing.T
	*tenancytest.Scene
	acme  tenancytest.Company
	store *counted
	pages http.Handler
	sent  []tenancy.SentInvitation // what was mailed

	noMail    bool  // the host mails no invitations
	mailFails error // what the host's mail fails with; nil: it does not
}

// counted is a store that counts what is asked of it.
type counted struct {
	tenancy.Store
	reads atomic.Int64 // transactions that read
}

func (c *counted) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	c.reads.Add(1)
	return c.Store.View(ctx, fn)
}

// newSite makes a site. The options' session and mail are the test's.
func newSite(t *testing.T, o console.Options) *site {
	s := &site{T: t, store: &counted{Store: memstore.New()}}
	s.Scene = tenancytest.New(t, s.store, nil)
	s.acme = s.Company("acme")
	s.mount(o)
	return s
}

// within is the site in a subtest.
func (s *site) within(t *testing.T) *site {
	sub := *s
	sub.T, sub.Scene = t, s.Scene.In(t)
	return &sub
}

// mount serves the pages with other options.
func (s *site) mount(o console.Options) {
	o.Prefix, o.Session = prefix, s.session
	o.Mail = func(_ context.Context, sent tenancy.SentInvitation) error {
		s.sent = append(s.sent, sent)
		return s.mailFails
	}
	if s.noMail {
		o.Mail = nil
	}
	var err error
	s.pages, err = console.NewHandler(&o)
	require.NoError(s, err)
}

// session is who a request's header names.
func (s *site) session(r *http.Request) (*tenancy.Session, error) {
	user, err := tenancy.ParseID[tenancy.UserID](r.Header.Get("Actor"))
	if err != nil {
		return nil, tenancyhttp.Problem{Code: "sign_in", Status: http.StatusUnauthorized, Title: "Sign in first."}
	}
	return s.Dir.As(user), nil
}

// browser is somebody who looks at the pages.
type browser struct {
	*site
	user tenancy.UserID
}

func (s *site) as(user tenancy.UserID) browser { return browser{s, user} }

// seen is a page that was answered.
type seen struct {
	t      *testing.T
	path   string
	Status int
	Header http.Header
	Body   string
	root   *html.Node
	Reads  int // transactions of the store
}

// in is the path of a page of acme.
func (s *site) in(parts ...string) string {
	return strings.Join(append([]string{prefix + "/organizations", s.acme.Organization.String()}, parts...), "/")
}

// send sends a request as a browser does it.
func (b browser) send(method, path, body string) seen {
	b.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Actor", b.user.String())
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	before := b.store.reads.Load()
	w := httptest.NewRecorder()
	b.pages.ServeHTTP(w, r)
	p := seen{t: b.T, path: path, Status: w.Code, Header: w.Header(), Body: w.Body.String(),
		Reads: int(b.store.reads.Load() - before)}
	var err error
	p.root, err = html.Parse(strings.NewReader(p.Body))
	require.NoError(b, err)
	return p
}

// get asks for a page, which is there.
func (b browser) get(path string) seen {
	b.Helper()
	p := b.send(http.MethodGet, path, "")
	require.Equal(b, http.StatusOK, p.Status, path)
	return p
}

// blank is a form without fields that the browser's page could have.
func (b browser) blank() string { return b.formOf(tenancy.NewOperationID()) }

// formOf is one whose operation ID was given out before.
func (b browser) formOf(id tenancy.OperationID) string {
	reader := b.As(b.user).Actor()
	if b.user.IsZero() { // of the staff
		reader = b.Dir.Operator(operator).Actor()
	}
	return url.Values{"operation": {id.String()}, "reader": {reader.String()}}.Encode()
}

// submit sends the form of a page that posts to the path, with fields changed, and follows
// where it leads to.
func (b browser) submit(from seen, action string, changed map[string]string) seen {
	b.Helper()
	p := b.post(from, action, changed)
	if p.Status == http.StatusSeeOther {
		return b.get(p.Header.Get("Location"))
	}
	return p
}

// post is submit, but follows nothing.
func (b browser) post(from seen, action string, changed map[string]string) seen {
	b.Helper()
	values := from.form(action)
	for name, value := range changed {
		values.Set(name, value)
	}
	return b.send(http.MethodPost, action, values.Encode())
}

// all returns the elements of a page that a function wants.
func (p seen) all(want func(*html.Node) bool) (found []*html.Node) {
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && want(n) {
			found = append(found, n)
		}
	}
	return found
}

// named returns the elements with a tag.
func (p seen) named(tag string) []*html.Node {
	return p.all(func(n *html.Node) bool { return n.Data == tag })
}

// attribute is an attribute of an element, or "".
func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// textIn is the text within an element, with single spaces.
func textIn(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			text.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(text.String()), " ")
}

// text is what the page says.
func (p seen) text() string { return textIn(p.root) }

// links returns the paths that the page leads to, on this site.
func (p seen) links() (paths []string) {
	for _, a := range p.named("a") {
		if path := attribute(a, "href"); strings.HasPrefix(path, "/") {
			paths = append(paths, path)
		}
	}
	return paths
}

// actions returns the paths that the page's forms post to.
func (p seen) actions() (paths []string) {
	for _, f := range p.named("form") {
		if attribute(f, "method") == "post" {
			paths = append(paths, attribute(f, "action"))
		}
	}
	return paths
}

// form returns the values of the form that posts to a path, as they stand in the page.
func (p seen) form(action string) url.Values {
	p.t.Helper()
	for _, f := range p.named("form") {
		if attribute(f, "action") == action && attribute(f, "method") == "post" {
			return valuesOf(f)
		}
	}
	require.Fail(p.t, "no such form", "%s on %s, which has %s", action, p.path, p.actions())
	return nil
}

func valuesOf(form *html.Node) url.Values {
	values := url.Values{}
	for n := range form.Descendants() {
		name := attribute(n, "name")
		if n.Type != html.ElementNode || name == "" {
			continue
		}
		switch n.Data {
		case "input":
			kind := attribute(n, "type")
			if (kind == "radio" || kind == "checkbox") && !has(n, "checked") {
				continue
			}
			values.Add(name, attribute(n, "value"))
		case "textarea":
			values.Add(name, textIn(n))
		case "select":
			chosen, first := "", true
			for o := range n.Descendants() {
				if o.Data == "option" && (first || has(o, "selected")) {
					chosen, first = attribute(o, "value"), false
				}
			}
			values.Add(name, chosen)
		}
	}
	return values
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// says requires that the page says something.
func (p seen) says(text string) {
	p.t.Helper()
	require.Contains(p.t, p.text(), text, p.path)
}

// refuses requires that the page has the sentence of a code, with its status.
func (p seen) refuses(code tenancy.Code) {
	p.t.Helper()
	require.Equal(p.t, code.Status(), p.Status, p.path)
	p.says(code.Sentence())
}

// wellMade requires what every page has: a language, a title, one h1, IDs that are there
// once, and a label for every field.
func (p seen) wellMade() {
	p.t.Helper()
	require.NotEmpty(p.t, attribute(p.named("html")[0], "lang"), p.path)
	require.Len(p.t, p.named("h1"), 1, p.path)
	require.NotEmpty(p.t, textIn(p.named("title")[0]), p.path)
	require.Empty(p.t, p.named("style"), p.path)
	require.NotRegexp(p.t, `0x[0-9a-f]{6}|%!|<nil>|\{\{`, p.text(), "%s: a value that is no text", p.path)
	ids, labels := map[string]bool{}, map[string]bool{}
	for _, n := range p.all(func(n *html.Node) bool { return true }) {
		require.Empty(p.t, attribute(n, "style"), p.path)
		for _, a := range n.Attr {
			require.False(p.t, strings.HasPrefix(a.Key, "on"), "%s: %s", p.path, a.Key)
		}
		if id := attribute(n, "id"); id != "" {
			require.False(p.t, ids[id], "%s: the ID %s twice", p.path, id)
			ids[id] = true
		}
		if n.Data == "label" {
			labels[attribute(n, "for")] = true
		}
		if n.Data == "script" {
			require.NotEmpty(p.t, attribute(n, "src"), p.path)
			require.Empty(p.t, textIn(n), p.path)
		}
	}
	for _, tag := range []string{"input", "select", "textarea"} {
		for _, n := range p.named(tag) {
			if kind := attribute(n, "type"); kind == "hidden" || n.Parent.Data == "label" {
				continue
			}
			require.True(p.t, labels[attribute(n, "id")] || attribute(n, "aria-label") != "",
				"%s: the field %s has no label", p.path, attribute(n, "name"))
		}
	}
	for _, a := range p.named("a") {
		if id, within := strings.CutPrefix(attribute(a, "href"), "#"); within {
			require.True(p.t, ids[id], "%s: a link to no element: %s", p.path, id)
		}
	}
	for _, attr := range []string{"aria-describedby", "for"} {
		for _, n := range p.all(func(n *html.Node) bool { return attribute(n, attr) != "" }) {
			require.True(p.t, ids[attribute(n, attr)], "%s: no element %s", p.path, attribute(n, attr))
		}
	}
}

// String names the page in failures.
func (p seen) String() string { return fmt.Sprintf("%d %s", p.Status, p.path) }
