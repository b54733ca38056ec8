package tenancy_test

import (
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// packageDoc reads this package's documentation as its page shows it.
func packageDoc(t *testing.T) *doc.Package {
	t.Helper()
	fset := token.NewFileSet()
	entries, err := fs.Glob(os.DirFS("."), "*.go")
	require.NoError(t, err)
	var files []*ast.File
	for _, name := range entries {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		require.NoError(t, err)
		files = append(files, file)
	}
	pkg, err := doc.NewFromFiles(fset, files, "github.com/add4b1c6/tenancy")
	require.NoError(t, err)
	return pkg
}

// The package comment is the manual: whoever reads it from top to bottom has met every method that there is, each in one place.
func TestManual(t *testing.T) {
	pkg := packageDoc(t)
	headings := map[string][]string{} // under which each name is linked
	heading := ""
	for _, block := range pkg.Parser().Parse(pkg.Doc).Content {
		if h, ok := block.(*comment.Heading); ok {
			heading = plain(h.Text)
		}
		for _, text := range texts(block) {
			switch text := text.(type) {
			case *comment.DocLink:
				name := strings.TrimPrefix(text.Recv+"."+text.Name, ".")
				if !slices.Contains(headings[name], heading) {
					headings[name] = append(headings[name], heading)
				}
			case comment.Plain:
				require.NotRegexp(t, `\[[^\]]*\]`, string(text), "what looks like a link is none")
			}
		}
	}
	for _, noun := range pkg.Types {
		if !slices.Contains([]string{"Directory", "Session", "Platform", "Provisioner"}, noun.Name) {
			continue
		}
		for _, method := range noun.Methods {
			require.Len(t, headings[noun.Name+"."+method.Name], 1, "%s.%s is to stand under one heading", noun.Name,
				method.Name)
		}
	}
	for _, group := range slices.Concat(pkg.Consts, typed(pkg, "Category")) {
		for _, name := range group.Names {
			if strings.HasPrefix(name, "Err") {
				require.Equal(t, []string{"Errors"}, headings[name], name)
			}
		}
	}
}

// typed gives the constants of a type.
func typed(pkg *doc.Package, name string) []*doc.Value {
	i := slices.IndexFunc(pkg.Types, func(t *doc.Type) bool { return t.Name == name })
	return pkg.Types[i].Consts
}

// texts gives the pieces of a block of text; code has none.
func texts(block comment.Block) []comment.Text {
	switch block := block.(type) {
	case *comment.Paragraph:
		return block.Text
	case *comment.List:
		var all []comment.Text
		for _, item := range block.Items {
			for _, inner := range item.Content {
				all = append(all, texts(inner)...)
			}
		}
		return all
	}
	return nil
}

func plain(texts []comment.Text) string {
	var b strings.Builder
	for _, text := range texts {
		if p, ok := text.(comment.Plain); ok {
			b.WriteString(string(p))
		}
	}
	return b.String()
}

// The README's Go code is the body of the package's Example, which runs.
func TestReadmeCode(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	block := regexp.MustCompile("(?s)```go\n(.*?)```").FindSubmatch(readme)
	require.NotNil(t, block)
	example, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	body := regexp.MustCompile(`(?s)\nfunc Example\(\) \{\n(.*?)\t// Output:`).FindSubmatch(example)
	require.NotNil(t, body)
	unindented := regexp.MustCompile(`(?m)^\t`).ReplaceAllString(string(body[1]), "")
	require.Equal(t, strings.TrimSpace(unindented), strings.TrimSpace(string(block[1])))
}

// The README's layout names every file of the package.
func TestReadmeLayout(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, layout, found := strings.Cut(string(readme), "## How the code is laid out")
	require.True(t, found)
	layout, _, _ = strings.Cut(layout, "\n## ")
	files, err := fs.Glob(os.DirFS("."), "*.go")
	require.NoError(t, err)
	for _, name := range files {
		if !strings.HasSuffix(name, "_test.go") {
			require.Regexp(t, `[ \n]`+regexp.QuoteMeta(name)+`[ ,\n]`, layout, name)
		}
	}
}
