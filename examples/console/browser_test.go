//go:build !race

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy/examples/console/internal/chrome"
	"github.com/add4b1c6/tenancy/examples/console/internal/demo"
)

// A browser's pages take several times as long under the race detector, which finds nothing
// in them. The demonstration itself is tested under it in internal/demo.

// browser returns the browser of all tests, and starts it for the first one.
var browser = sync.OnceValues(func() (b *chrome.Browser, err error) {
	b, err = chrome.Start()
	started = b
	return b, err
})

// started is the browser; nil: no test has started it.
var started *chrome.Browser

func TestMain(m *testing.M) {
	status := m.Run()
	if started != nil {
		started.Close()
	}
	os.Exit(status)
}

// need skips a test that lacks something of this machine. In CI that is a failure.
func need(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	t.Skip(err)
}

// start starts to serve the demonstration, until the program ends, and returns its URL,
// without a slash.
func start() (string, error) {
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- demo.Run(context.Background(), "localhost:0", "", 0, func(url string) { ready <- url })
	}()
	select {
	case url := <-ready:
		return strings.TrimSuffix(url, "/"), nil
	case err := <-ended:
		return "", err
	}
}

// shared is a demonstration for the tests that change nothing in it.
var shared = sync.OnceValues(start)

// sharedSite returns the URL of a demonstration in which the test changes nothing.
func sharedSite(t *testing.T) string {
	t.Helper()
	site, err := shared()
	require.NoError(t, err)
	return site
}

// serve serves a demonstration of the test's own, and returns its URL.
func serve(t *testing.T) string {
	t.Helper()
	site, err := start()
	require.NoError(t, err)
	return site
}

// reader is somebody at the browser.
type reader struct {
	*testing.T
	*chrome.Tab
	site string
}

// read opens a tab for somebody to act as. At the end of the test the browser must have had
// no errors, such as of the Content-Security-Policy.
func read(t *testing.T, site, actor string) *reader {
	t.Helper()
	b, err := browser()
	if errors.Is(err, chrome.ErrNone) {
		need(t, err)
	}
	require.NoError(t, err)
	tab, err := b.Tab()
	require.NoError(t, err)
	r := &reader{t, tab, site}
	t.Cleanup(tab.Close)
	require.NoError(t, tab.Cookie(site, "actor", actor))
	t.Cleanup(func() { require.Empty(t, tab.Messages()) })
	return r
}

// within is the reader in a subtest, who acts as somebody. To open a tab takes long, so
// subtests share one.
func (r *reader) within(t *testing.T, actor string) *reader {
	t.Cleanup(func() { require.Empty(t, r.Messages()) })
	return (&reader{t, r.Tab, r.site}).as(actor)
}

// must ends the test if a step failed, and says what the page was.
func (r *reader) must(step string, err error) {
	r.Helper()
	if err == nil {
		return
	}
	text, _ := r.Text()
	at, _ := chrome.Eval[string](r.Tab, "location.pathname")
	require.NoError(r, err, "%s, on %s: %s", step, at, text)
}

// open opens a page by its path.
func (r *reader) open(path string) *reader {
	r.Helper()
	r.must("open "+path, r.Go(r.site+path))
	return r
}

// follow clicks links and buttons by their texts, one after the other. Each leads to a page.
func (r *reader) follow(texts ...string) *reader {
	r.Helper()
	for _, text := range texts {
		r.must("follow "+text, r.Follow(text))
	}
	return r
}

// pressIn is press in the section with a heading.
func (r *reader) pressIn(heading string, texts ...string) *reader {
	r.Helper()
	for _, text := range texts {
		r.must("press "+text, r.PressIn(heading, text))
	}
	return r
}

// press clicks something that leads to no page.
func (r *reader) press(text string) *reader {
	r.Helper()
	r.must("press "+text, r.Press(text))
	return r
}

// fill types a text into the field with a label.
func (r *reader) fill(label, text string) *reader {
	r.Helper()
	r.must("fill "+label, r.Type(label, text))
	return r
}

// set sets the field with a label, such as one of a time.
func (r *reader) set(label, value string) *reader {
	r.Helper()
	r.must("set "+label, r.Set(label, value))
	return r
}

// download clicks something, and returns the file that it leads to.
func (r *reader) download(text string) string {
	r.Helper()
	file, err := r.Download(text)
	r.must("download "+text, err)
	return string(file)
}

// as lets the reader act as somebody else.
func (r *reader) as(actor string) *reader {
	r.Helper()
	require.NoError(r, r.Cookie(r.site, "actor", actor))
	return r
}

// path is where the reader is.
func (r *reader) path() string {
	r.Helper()
	return eval[string](r, "location.pathname")
}

// choose chooses an option of the list with a label.
func (r *reader) choose(label, option string) *reader {
	r.Helper()
	r.must("choose "+option, r.Choose(label, option))
	return r
}

// says requires that the page says something.
func (r *reader) says(texts ...string) *reader {
	r.Helper()
	said, err := r.Text()
	r.must("read", err)
	for _, text := range texts {
		require.Contains(r, said, text)
	}
	return r
}

// hides requires that the page does not say something.
func (r *reader) hides(texts ...string) *reader {
	r.Helper()
	said, err := r.Text()
	r.must("read", err)
	for _, text := range texts {
		require.NotContains(r, said, text)
	}
	return r
}

// eval evaluates an expression in the page.
func eval[T any](r *reader, expression string) T {
	r.Helper()
	value, err := chrome.Eval[T](r.Tab, expression)
	r.must("evaluate "+expression, err)
	return value
}

// await waits until an expression is true.
func (r *reader) await(expression string) *reader {
	r.Helper()
	r.must("wait for "+expression, r.Wait(expression))
	return r
}

// again loads the page again, and sends again what it answered.
func (r *reader) again() *reader {
	r.Helper()
	r.must("reload", r.Reload())
	return r
}

// row returns what the row of a table or a list says that has a text.
func (r *reader) row(text string) string {
	r.Helper()
	rows := eval[[]string](r, `[...document.querySelectorAll("main tr, main dl.facts > dd, main li")].map((e) => e.innerText.replace(/[\u2068\u2069]/g, "").replace(/\s+/g, " ").trim())`)
	for _, row := range rows {
		if strings.Contains(row, text) {
			return row
		}
	}
	require.Fail(r, "no row says "+text, "on %s", r)
	return ""
}

// secret returns the secret that the page shows, which stands after a name.
func (r *reader) secret(name string) string {
	r.Helper()
	secret := eval[string](r, `[...document.querySelectorAll("dt")].find((e) => e.innerText === "`+name+`").nextElementSibling.querySelector("code").innerText`)
	require.NotEmpty(r, secret)
	return secret
}

// pick searches for somebody on the page, and chooses them.
func (r *reader) pick(name string) *reader {
	r.Helper()
	return r.fill("Name or address", name).follow("Search").follow("Choose: " + name)
}

// user opens the page of a user of the company.
func (r *reader) user(name string) *reader {
	r.Helper()
	return r.northwind().follow("Users").fill("Name or address", name).follow("Search").follow(name)
}

// northwind opens the company's first page as its readers do.
func (r *reader) northwind() *reader {
	r.Helper()
	return r.open("/console/").follow("Northwind Traders")
}

// String names the page in failures.
func (r *reader) String() string {
	at, _ := chrome.Eval[string](r.Tab, "location.pathname")
	return fmt.Sprint("the page ", at)
}
