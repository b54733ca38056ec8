package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// mutant is one change of the package.
type mutant struct {
	number int
	at     string // file and line
	what   string
	tests  []reached // that reach it
	killed string    // the test that noticed it; "": none
	late   bool      // it did not end
}

type reached struct {
	test string
	took time.Duration
}

// writer changes the source of one file.
type writer struct {
	files   *token.FileSet
	file    string
	source  []byte
	lines   map[int]bool // that may be changed; nil: all
	edits   []edit
	mutants *[]*mutant
}

// edit inserts a text. Of those at one offset, closing ones come first, the inner before
// the outer, and then opening ones, the outer before the inner.
type edit struct {
	offset int
	open   bool
	size   int // of what it is around
	order  int
	text   string
}

// mutate returns the source of a file with its mutants, which it adds to the list, and
// sets the name of its package.
func mutate(path string, lines map[int]bool, mutants *[]*mutant, name *string) ([]byte, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	w := &writer{files: token.NewFileSet(), file: filepath.Base(path), source: source, lines: lines, mutants: mutants}
	f, err := parser.ParseFile(w.files, path, source, 0)
	if err != nil {
		return nil, err
	}
	*name = f.Name.Name
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
			ast.Inspect(fn.Body, w.visit)
		}
	}
	return w.written(), nil
}

// visit adds the mutants of a node.
func (w *writer) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.IfStmt:
		w.condition(n.Cond)
	case *ast.SwitchStmt:
		if n.Tag == nil {
			for _, clause := range n.Body.List {
				for _, cond := range clause.(*ast.CaseClause).List {
					w.condition(cond)
				}
			}
		}
	case *ast.BinaryExpr:
		w.binary(n)
	case *ast.BlockStmt:
		w.statements(n.List)
	case *ast.CaseClause:
		w.statements(n.Body)
	}
	return true
}

// condition makes a condition never true, and always true.
func (w *writer) condition(e ast.Expr) {
	if w.text(e) == "err != nil" || w.text(e) == "err == nil" {
		return // what a store or another operation answers: faults have tests of their own
	}
	w.around(e, "the condition is never true", "(", ") && !mutantIs(%d)")
	w.around(e, "the condition is always true", "(", ") || mutantIs(%d)")
}

// binary leaves out operands, and changes comparisons.
func (w *writer) binary(e *ast.BinaryExpr) {
	switch e.Op {
	case token.LAND:
		w.around(e.X, "the operand is left out", "((", ") || mutantIs(%d))")
		w.around(e.Y, "the operand is left out", "((", ") || mutantIs(%d))")
	case token.LOR:
		w.around(e.X, "the operand is left out", "((", ") && !mutantIs(%d))")
		w.around(e.Y, "the operand is left out", "((", ") && !mutantIs(%d))")
	case token.LSS, token.GTR, token.LEQ, token.GEQ:
		if calls(e) {
			return
		}
		x, y := w.text(e.X), w.text(e.Y)
		w.around(e, "the comparison is the other way at the boundary", "((",
			") != (mutantIs(%d) && ("+x+") == ("+y+")))")
	case token.EQL, token.NEQ:
		w.around(e, "the comparison is the other way round", "((", ") != mutantIs(%d))")
	}
}

// calls reports whether an expression calls anything.
func calls(e ast.Expr) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		_, call := n.(*ast.CallExpr)
		found = found || call
		return !found
	})
	return found
}

// statements leaves out those that only call something or assign something.
func (w *writer) statements(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.ExprStmt:
			if call, ok := s.X.(*ast.CallExpr); ok && w.text(call.Fun) != "panic" {
				w.around(s, "the call is left out", "if !mutantIs(%d) {", "}")
			}
		case *ast.AssignStmt:
			if s.Tok == token.ASSIGN && w.text(s.Lhs[0]) != "_" {
				w.around(s, "the assignment is left out", "if !mutantIs(%d) {", "}")
			}
		}
	}
}

// around adds a mutant: texts before and after a node, one of which holds its number.
func (w *writer) around(n ast.Node, what, before, after string) {
	at := w.files.Position(n.Pos())
	if w.lines != nil && !w.lines[at.Line] {
		return
	}
	m := &mutant{number: len(*w.mutants), at: fmt.Sprintf("%s:%d", w.file, at.Line),
		what: fmt.Sprintf("%s (%s)", what, short(w.text(n)))}
	*w.mutants = append(*w.mutants, m)
	start, end := at.Offset, w.files.Position(n.End()).Offset
	numbered := func(text string) string {
		if strings.Contains(text, "%d") {
			return fmt.Sprintf(text, m.number)
		}
		return text
	}
	w.edits = append(w.edits,
		edit{start, true, end - start, m.number, numbered(before)},
		edit{end, false, end - start, m.number, numbered(after)})
}

func (w *writer) text(n ast.Node) string {
	return string(w.source[w.files.Position(n.Pos()).Offset:w.files.Position(n.End()).Offset])
}

func short(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 60 {
		return text[:60] + "…"
	}
	return text
}

// written returns the source with all edits. Around one node the mutant that was added
// first is the innermost.
func (w *writer) written() []byte {
	slices.SortStableFunc(w.edits, func(a, b edit) int {
		if c := cmp.Compare(a.offset, b.offset); c != 0 {
			return c
		}
		if a.open != b.open {
			if a.open {
				return 1
			}
			return -1
		}
		if a.open {
			return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(b.order, a.order))
		}
		return cmp.Or(cmp.Compare(a.size, b.size), cmp.Compare(a.order, b.order))
	})
	var out []byte
	from := 0
	for _, e := range w.edits {
		out = append(append(out, w.source[from:e.offset]...), e.text...)
		from = e.offset
	}
	return append(out, w.source[from:]...)
}
