package console_test

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

var rewrite = flag.Bool("rewrite", false, "write sentences.txt")

// english is what a text that people read looks like: it begins with a capital letter, a
// number or a value.
var english = regexp.MustCompile(`^([A-Z]|%s |[0-9]+ ).*[a-z]`)

// identifier is what the names of the types of events look like, one or several.
var identifier = regexp.MustCompile(`^(\s*\w+[A-Z][a-z]\w*\s*)+$`)

// notRead are functions whose texts nobody reads on a page: they are of headers, of programs
// and of people who program.
var notRead = []string{"Set", "Get", "Add", "Del", "Error", "Errorf", "New", "ErrorContext", "panic", "unfit", "HandleFunc", "Handle", "Format", "MustCompile"}

// Every sentence of the pages that stands in Go is in sentences.txt, and so in Sentences.
func TestSentencesInGo(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	found := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec, *ast.Field:
				return false
			case *ast.CallExpr:
				called := nameOf(n.Fun)
				if at := map[string]int{"t": 0, "say": 0, "says": 1}; slices.Contains([]string{"t", "say", "says"}, called) && len(n.Args) > at[called] {
					if text, is := textOf(n.Args[at[called]]); is {
						found[text] = true
					}
				}
				return !slices.Contains(notRead, called)
			case *ast.CompositeLit: // a map to texts has what its keys are called
				if m, is := n.Type.(*ast.MapType); is && nameOf(m.Value) == "string" {
					for _, e := range n.Elts {
						if text, is := textOf(e.(*ast.KeyValueExpr).Value); is {
							found[text] = true
						}
					}
				}
			case *ast.BinaryExpr, *ast.BasicLit:
				text, is := textOf(n.(ast.Expr))
				if is && (english.MatchString(text) && !identifier.MatchString(text) || text == "HIPAA") {
					found[text] = true
				}
				return !is
			}
			return true
		})
	}
	delete(found, "")
	if *rewrite {
		text := strings.Join(slices.Sorted(maps.Keys(found)), "\n") + "\n"
		require.NoError(t, os.WriteFile("sentences.txt", []byte(text), 0o644))
		return
	}
	text, err := os.ReadFile("sentences.txt")
	require.NoError(t, err)
	for sentence := range strings.SplitSeq(string(text), "\n") {
		delete(found, sentence)
	}
	require.Empty(t, found, "write it anew: go test -run TestSentencesInGo . -rewrite")
}

// nameOf is the name of what is called, without its package or receiver.
func nameOf(called ast.Expr) string {
	switch called := called.(type) {
	case *ast.Ident:
		return called.Name
	case *ast.SelectorExpr:
		return called.Sel.Name
	}
	return ""
}

// textOf is a text that stands in the source, perhaps in parts.
func textOf(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		left, is := textOf(e.X)
		right, too := textOf(e.Y)
		return left + right, is && too && e.Op == token.ADD
	}
	return "", false
}

// Sentences has those of the templates and those in Go, and none twice.
func TestSentences(t *testing.T) {
	all := console.Sentences()
	require.True(t, slices.IsSorted(all))
	require.Equal(t, slices.Compact(slices.Clone(all)), all)
	for _, sentence := range []string{"Your organizations", "The name was changed.", "Skip to the content", "Administrator"} {
		require.Contains(t, all, sentence)
	}
	require.NotContains(t, all, "")
}

// Marks stand around what was translated, in the language of TestEveryWordIsTranslated.
const begins, ends = "⟦", "⟧"

// formats are names that are the same in every language.
var formats = []string{"CSV", "NDJSON", "OCSF", "UTC"}

// marked is a language in which every sentence is English between marks.
func marked() console.Locale {
	all := map[string]string{}
	for _, sentence := range console.Sentences() {
		all[sentence] = begins + sentence + ends
	}
	for _, code := range tenancy.Codes() {
		all[code.Sentence] = begins + code.Sentence + ends
	}
	for _, sentence := range tenancy.Sentences() {
		all[sentence] = begins + sentence + ends
	}
	return console.Locale{Tag: "en-x-marked", Sentences: all}
}

// What a page shows is translated, or is data: what people have named, times and codes.
func TestEveryWordIsTranslated(t *testing.T) {
	s := newSite(t, console.Options{})
	s.furnish()
	s.mount(console.Options{
		Locales: []console.Locale{marked()}, Language: func(*http.Request) string { return "en-x-marked" },
		SCIM: "https://app.example.com/scim/v2", SignOut: "/leave",
	})
	for name, user := range map[string]tenancy.UserID{"owner": s.acme.Owner, "member": s.acme.Member} {
		t.Run(name, func(t *testing.T) {
			require.Empty(t, untranslatedOf(s.within(t).as(user).crawl()))
		})
	}
}

// So it is with the staff's pages. Those that a user sees are the user's.
func TestEveryWordOfTheStaffIsTranslated(t *testing.T) {
	s := newSite(t, console.Options{})
	s.withOrganizations()
	var err error
	s.pages, err = console.NewStaffHandler(s.Dir, &console.StaffOptions{
		Prefix: prefix, Operator: func(*http.Request) (tenancy.OperatorID, error) { return operator, nil },
		Customer: console.Options{
			Locales: []console.Locale{marked()}, Language: func(*http.Request) string { return "en-x-marked" },
			Logger: slog.New(slog.DiscardHandler),
		},
	})
	require.NoError(t, err)
	theirs := func(path string) bool { return strings.HasPrefix(path, prefix+"/as/") }
	require.Empty(t, untranslatedOf(s.as(tenancy.UserID{}).crawlBut(theirs)))
}

// untranslatedOf returns what is neither translated nor data in pages, by their paths.
func untranslatedOf(pages map[string]seen) map[string][]string {
	found := map[string][]string{}
	for path, p := range pages {
		if p.Status == http.StatusOK && strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			if left := p.untranslated(); left != nil {
				found[path] = left
			}
		}
	}
	return found
}

// untranslated returns the texts of a page that are neither translated nor data.
func (p seen) untranslated() (found []string) {
	var text strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			text.WriteString(n.Data + "\n")
		}
		if n.Type == html.ElementNode {
			switch n.Data {
			case "bdi", "time", "code", "script", "textarea":
				return
			case "title": // its middle is the organization's name
				said := strings.Split(textIn(n), " · ")
				text.WriteString(said[0] + "\n" + said[len(said)-1] + "\n")
				return
			}
			for _, name := range []string{"aria-label", "title", "placeholder", "alt"} {
				text.WriteString(attribute(n, name) + "\n")
			}
		}
		for child := range n.ChildNodes() {
			walk(child)
		}
	}
	walk(p.root)
	within := 0
	left := strings.Map(func(r rune) rune {
		switch r {
		case '⟦', '\u2068': // a name among other text is isolated
			within++
		case '⟧', '\u2069':
			within--
		default:
			if within == 0 {
				return r
			}
		}
		return -1
	}, text.String())
	for line := range strings.Lines(left) {
		for word := range strings.FieldsSeq(line) {
			if strings.ContainsFunc(word, unicode.IsLetter) && !slices.Contains(formats, word) {
				found = append(found, word)
			}
		}
	}
	return found
}
