package tenancy

import (
	"go/ast"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rulesNaming returns, of each code's name, the rules of docs/rules.md whose text names
// it, in the page's order. What stands before the first rule or section with an ID is
// about the page.
func rulesNaming(t *testing.T) map[string][]string {
	t.Helper()
	begins := regexp.MustCompile(`^(?:- \*\*([A-Z]+-[0-9]+)\*\* |#+ .*\((section [0-9]+)\)\n$)`)
	names := regexp.MustCompile("`(Code[A-Z]\\w*)`")
	rule, byCode := "", map[string][]string{}
	for line := range strings.Lines(document(t, "rules.md")) {
		if found := begins.FindStringSubmatch(line); found != nil {
			rule = found[1] + found[2]
		} else if line[0] == '#' {
			rule = ""
		}
		for _, name := range names.FindAllStringSubmatch(line, -1) {
			if rule != "" && !slices.Contains(byCode[name[1]], rule) {
				byCode[name[1]] = append(byCode[name[1]], rule)
			}
		}
	}
	return byCode
}

// TestCodeRules holds docs/rules.md and the comments of the codes to the table of codes.
func TestCodeRules(t *testing.T) {
	files := sources(t)
	byName, named := codesByName(t, files), rulesNaming(t)
	comments := map[string]string{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok && byName[spec.Names[0].Name] != "" {
				comments[spec.Names[0].Name] = strings.Join(strings.Fields(spec.Doc.Text()), " ")
			}
			return true
		})
	}
	require.Len(t, named, len(byName))
	for name, code := range byName {
		t.Run("GEN-4 "+name, func(t *testing.T) {
			rules := code.Rules()
			require.NotEmpty(t, rules)
			require.True(t, strings.HasPrefix(comments[name], name+" "), comments[name])
			ending := " (" + strings.Join(rules, ", ") + ")."
			require.True(t, strings.HasSuffix(comments[name], ending), "%s: %s", ending, comments[name])
			others := slices.DeleteFunc(slices.Clone(named[name]), func(rule string) bool { return rule == rules[0] })
			require.Len(t, others, len(named[name])-1, "docs/rules.md names it under its main rule, %s", rules[0])
			require.Equal(t, others, append([]string{}, rules[1:]...), "the page's order")
		})
	}
	t.Run("GEN-4 the rules are the caller's to change", func(t *testing.T) {
		CodeRole.Rules()[0] = "changed"
		require.Equal(t, "ROLE-4", CodeRole.Rules()[0])
	})
	t.Run("GEN-4 what is not a code has no rule and no category", func(t *testing.T) {
		for _, code := range []Code{"", "no_such"} {
			require.Nil(t, code.Rules())
			require.Empty(t, code.Category())
		}
	})
	t.Run("GEN-4 every category is some code's", func(t *testing.T) {
		var categories []Category
		for _, row := range codes {
			categories = append(categories, row.category)
		}
		slices.Sort(categories)
		want := slices.Sorted(maps.Keys(constants(files, "Category")))
		got := slices.Compact(categories)
		require.Len(t, got, len(want))
		for i, category := range got {
			require.Equal(t, want[i], string(category))
		}
	})
}
