package tenancy

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sources parses the package's own files, without the tests.
func sources(t *testing.T) []*ast.File {
	t.Helper()
	_, files := sourceSet(t)
	return files
}

// sourceSet is sources with the positions of what is in them.
func sourceSet(t *testing.T) (*token.FileSet, []*ast.File) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	set := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") {
			file, err := parser.ParseFile(set, name, nil, parser.ParseComments)
			require.NoError(t, err)
			files = append(files, file)
		}
	}
	return set, files
}

// takesContext says whether a method is an operation: what asks the store does take a context.
func takesContext(m reflect.Method) bool {
	return m.Type.NumIn() > 1 && m.Type.In(1) == reflect.TypeFor[context.Context]()
}

func TestOperationsTable(t *testing.T) {
	methods := map[string]bool{}
	directories := map[string]bool{} // what an organization's directory may do
	for m := range reflect.TypeFor[*Provisioner]().Methods() {
		if takesContext(m) {
			require.False(t, methods[m.Name], m.Name)
			methods[m.Name], directories[m.Name] = true, true
		}
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[*Session](), reflect.TypeFor[*Platform]()} {
		for m := range typ.Methods() {
			if takesContext(m) {
				require.False(t, directories[m.Name], "%s: two operations of one name", m.Name)
				methods[m.Name] = true
			}
		}
	}
	session := reflect.TypeFor[*Session]()
	t.Run("ROLE-8 every operation is in the table, once, and nothing else", func(t *testing.T) {
		rows := map[string]bool{}
		for _, row := range operations {
			require.False(t, rows[row.name], row.name)
			rows[row.name] = true
		}
		require.Equal(t, methods, rows)
	})
	t.Run("GEN-1 what no user may ask for is a Platform's alone, and everything else a Session's", func(t *testing.T) {
		for _, row := range operations {
			_, people := session.MethodByName(row.name)
			require.Equal(t, people, row.organization != "" || row.account != "" || row.others != "", row.name)
		}
	})
	t.Run("PRV-1 a directory has its rows alone, and they are nobody else's", func(t *testing.T) {
		for _, row := range operations {
			require.Equal(t, directories[row.name], row.directory, row.name)
			if row.directory {
				require.Equal(t, operationRow{name: row.name, on: row.on, suspended: row.suspended, directory: true, codes: row.codes}, *row)
			}
		}
	})
	t.Run("ROLE-8 every row says who may, with permissions that there are", func(t *testing.T) {
		table, err := newPermissionTable(RoleOptions{})
		require.NoError(t, err)
		for _, row := range operations {
			require.True(t,
				row.organization != "" || row.account != "" || row.operator || row.system || row.others != "" || row.directory,
				row.name)
			for _, p := range []OrganizationPermission{row.organization, row.besides} {
				require.True(t, p == "" || builtInRules.knows(p), row.name)
			}
			_, known := table.rules[row.account]
			require.True(t, row.account == "" || known, row.name)
			require.NotEmpty(t, row.on, row.name)
		}
	})
}

func TestOperationsDocumented(t *testing.T) {
	files := sources(t)
	code := codesByName(t, files)
	docs := map[string]string{}
	for _, file := range files {
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv != nil && f.Doc != nil {
				_, has := docs[f.Name.Name]
				if of := receiver(f); of == "Session" || (of == "Platform" || of == "Provisioner") && !has {
					docs[f.Name.Name] = f.Doc.Text()
				}
			}
		}
	}
	named := regexp.MustCompile(`\bCode[A-Z]\w*`)
	for _, row := range operations {
		t.Run("GEN-4 "+row.name+" names the codes it gives", func(t *testing.T) {
			doc := docs[row.name]
			require.NotEmpty(t, doc)
			var documented []Code
			for paragraph := range strings.SplitSeq(doc, "\n\n") {
				if errors, ok := strings.CutPrefix(paragraph, "Errors: "); ok {
					for _, name := range named.FindAllString(errors, -1) {
						require.Contains(t, code, name)
						documented = append(documented, code[name])
					}
				}
			}
			every := func(c Code) bool { return slices.Contains(everyOperation, c) }
			listed := slices.DeleteFunc(slices.Clone(row.codes), every)
			documented = slices.DeleteFunc(documented, every)
			slices.Sort(listed)
			slices.Sort(documented)
			require.ElementsMatch(t, listed, slices.Compact(documented))
			require.Equal(t, len(listed), len(slices.Compact(listed)), "a code stands twice")
		})
	}
}

// receiver gives the name of the type that a method of a pointer is of.
func receiver(f *ast.FuncDecl) string {
	if star, ok := f.Recv.List[0].Type.(*ast.StarExpr); ok {
		if name, ok := star.X.(*ast.Ident); ok {
			return name.Name
		}
	}
	return ""
}

// codesByName reads the constants of the codes.
func codesByName(t *testing.T, files []*ast.File) map[string]Code {
	t.Helper()
	byName := map[string]Code{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "Code" {
				value := spec.Values[0].(*ast.BasicLit).Value
				byName[spec.Names[0].Name] = Code(strings.Trim(value, `"`))
			}
			return true
		})
	}
	require.Len(t, byName, len(codes))
	for name, code := range byName {
		require.Contains(t, codes, code, name)
	}
	return byName
}
