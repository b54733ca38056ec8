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

// browser is the browser of all tests.
var browser = sync.OnceValues(chrome.Start)

func TestMain(m *testing.M) {
	status := m.Run()
	if !testing.Short() {
		if b, err := browser(); err == nil {
			b.Close()
		}
	}
	os.Exit(status)
}

// need skips a test that lacks something of this machine. In CI that is a failure.
func need(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if os.Getenv("CI") == "true" {
		require.NoError(t, err)
	}
	t.Skip("skipped: ", err)
}

// serve serves the demonstration until the test ends, and returns its URL, without a slash.
func serve(t *testing.T) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- demo.Run(ctx, "localhost:0", "", 0, func(url string) { ready <- url }) }()
	select {
	case url := <-ready:
		t.Cleanup(func() {
			stop()
			require.NoError(t, <-ended)
		})
		return strings.TrimSuffix(url, "/")
	case err := <-ended:
		stop()
		require.NoError(t, err)
		return ""
	}
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
	if testing.Short() {
		t.Skip("a browser takes long")
	}
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

// within is the reader in a subtest.
func (r *reader) within(t *testing.T) *reader { return &reader{t, r.Tab, r.site} }

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
