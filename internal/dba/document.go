// Package dba holds what the tests of both SQL stores share to hold them to docs/stores.md: reading
// that page, and the operations that it says something about. Only tests import it.
package dba

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Page is docs/stores.md.
type Page struct {
	t    testing.TB
	text string
}

// Root returns the directory of the repository, from that of a store's tests.
func Root(t testing.TB) string {
	t.Helper()
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	return root
}

// Read returns the page.
func Read(t testing.TB) Page {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(Root(t), "docs", "stores.md"))
	require.NoError(t, err)
	return Page{t, string(text)}
}

// Section returns the page's section with a heading.
func (p Page) Section(heading string) Page {
	p.t.Helper()
	_, after, found := strings.Cut(p.text, "\n## "+heading+"\n")
	require.True(p.t, found, heading)
	text, _, _ := strings.Cut(after, "\n## ")
	return Page{p.t, text}
}

// Code returns the blocks of code in a language.
func (p Page) Code(language string) (blocks []string) {
	for _, found := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(p.text, -1) {
		blocks = append(blocks, found[1])
	}
	return blocks
}

// Table returns the cells of the table whose first column has a heading.
func (p Page) Table(heading string) (rows [][]string) {
	p.t.Helper()
	_, after, found := strings.Cut(p.text, "\n| "+heading+" |")
	require.True(p.t, found, heading)
	lines := strings.Split(after, "\n")[2:]
	for _, line := range lines {
		if !strings.HasPrefix(line, "|") {
			break
		}
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		rows = append(rows, cells)
	}
	require.NotEmpty(p.t, rows, heading)
	return rows
}

var quoted = regexp.MustCompile("`([^`]*)`")

// Quoted returns what stands in backquotes in a text.
func Quoted(text string) (all []string) {
	for _, found := range quoted.FindAllStringSubmatch(text, -1) {
		all = append(all, found[1])
	}
	return all
}

// Says requires that the page says something, however its lines are broken.
func (p Page) Says(what string) {
	p.t.Helper()
	require.Contains(p.t, strings.Join(strings.Fields(p.text), " "), what)
}
