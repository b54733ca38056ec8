package tenancy

import (
	"cmp"
	"encoding/hex"
	"flag"
	"fmt"
	"go/ast"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var rewriteOperations = flag.Bool("update", false, "write docs/operations.md anew from the table of operations")

// document reads a file of docs.
func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("docs/" + name)
	require.NoError(t, err)
	return string(text)
}

// ruleIDs returns the IDs that docs/rules.md explains. Each is at the beginning of its
// rule.
func ruleIDs(t *testing.T) []string {
	t.Helper()
	var ids []string
	for _, found := range regexp.MustCompile(`(?m)^- \*\*([A-Z]+-[0-9]+)\*\* `).FindAllStringSubmatch(document(t, "rules.md"), -1) {
		ids = append(ids, found[1])
	}
	require.NotEmpty(t, ids)
	return ids
}

// explained reports whether docs/rules.md explains a rule: by its ID, or under a
// heading that names it.
func explained(t *testing.T, rule string) bool {
	heading := regexp.MustCompile(`(?m)^#+ .*\(` + regexp.QuoteMeta(rule) + `\)$`)
	return slices.Contains(ruleIDs(t), rule) || heading.MatchString(document(t, "rules.md"))
}

// beyondOperations lists the codes that no operation returns, with what returns them.
var beyondOperations = map[Code]string{
	CodeOption: "New",
}

// The manual gives the statuses by category, and names every code that has one of its own.
func TestManualStatuses(t *testing.T) {
	manual, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	_, errors, found := strings.Cut(string(manual), "\n// # Errors\n")
	require.True(t, found)
	errors, _, _ = strings.Cut(errors, "\n// # ")
	for name, code := range codesByName(t, sources(t)) {
		if status, own := ownStatuses[code]; own {
			require.Contains(t, errors, "["+name+"]", "GEN-16")
			require.Contains(t, errors, strconv.Itoa(status), "GEN-16")
		}
	}
}

// toCome are numbers that are reserved for rules that are not built yet.
var toCome = []string{}

func TestRulesDocument(t *testing.T) {
	text, ids := document(t, "rules.md"), ruleIDs(t)
	named := map[string]bool{}
	for _, name := range regexp.MustCompile("`(Code[A-Z]\\w*)`").FindAllStringSubmatch(text, -1) {
		named[name[1]] = true
	}
	byName := codesByName(t, sources(t))
	t.Run("GEN-4 every code is named, and no other", func(t *testing.T) {
		for name := range byName {
			require.True(t, named[name], "%s is not in docs/rules.md", name)
		}
		for name := range named {
			require.Contains(t, byName, name)
		}
	})
	t.Run("GEN-4 the rules of every code are explained", func(t *testing.T) {
		for name, code := range byName {
			for _, rule := range code.Rules() {
				require.True(t, explained(t, rule), "%s: %s", name, rule)
			}
		}
	})
	t.Run("GEN-4 every code is some operation's, or what returns it is known", func(t *testing.T) {
		given := slices.Clone(everyOperation)
		for _, row := range operations {
			given = append(given, row.codes...)
		}
		for name, code := range byName {
			by, beyond := beyondOperations[code]
			require.NotEqual(t, beyond, slices.Contains(given, code), "%s %s", name, by)
		}
	})
	t.Run("every rule is explained once, and those of a letter are in order without gaps", func(t *testing.T) {
		last := map[string]int{}
		for _, id := range ids {
			require.NotContains(t, toCome, id)
			kind, number, _ := strings.Cut(id, "-")
			last[kind]++
			for slices.Contains(toCome, fmt.Sprint(kind, "-", last[kind])) {
				last[kind]++
			}
			require.Equal(t, fmt.Sprint(last[kind]), number, id)
		}
	})
	t.Run("every rule that is named is explained", func(t *testing.T) {
		kinds := regexp.MustCompile(`\b(?:ORG|ROLE|USR|ACC|BIL|MRG|HIP|DOM|SSO|ADR|EVT|GEN|INV|GRP|PRV)-[0-9]+\b`)
		texts := map[string]string{
			"docs/rules.md":      text,
			"docs/operations.md": document(t, "operations.md"),
			"docs/design.md":     document(t, "design.md"),
		}
		for _, file := range sources(t) {
			for _, group := range file.Comments {
				texts["comments"] += group.Text()
			}
		}
		for where, text := range texts {
			for _, id := range kinds.FindAllString(text, -1) {
				require.Contains(t, ids, id, where)
			}
		}
	})
	t.Run("EVT-6 the test vector is the encoding of that event, and its hash", func(t *testing.T) {
		var encoding strings.Builder
		for _, line := range regexp.MustCompile(`(?m)^([0-9a-f]{16}) ([0-9a-f]*) `).FindAllStringSubmatch(text, -1) {
			encoding.WriteString(line[1] + line[2])
		}
		require.Equal(t, hex.EncodeToString(vector.encoding()), encoding.String())
		require.Contains(t, text, fmt.Sprintf("\nSHA-256: %x\n", vector.hash()))
	})
	t.Run("every operation is named", func(t *testing.T) {
		for _, row := range operations {
			require.Contains(t, text, "`"+row.name+"`")
		}
	})
}

// TestThreatsDocument checks that docs/threats.md explains every class that a test names,
// and that a test names every class.
func TestThreatsDocument(t *testing.T) {
	text := document(t, "threats.md")
	explained := map[string]bool{}
	last := 0
	for _, row := range regexp.MustCompile(`(?m)^\| SEC-([0-9]+) \|.*$`).FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(row[1])
		require.NoError(t, err)
		require.Greater(t, n, last)
		last = n
		explained["SEC-"+row[1]] = true
	}
	require.NotEmpty(t, explained)
	classes, named := regexp.MustCompile(`\bSEC-[0-9]+\b`), map[string]bool{}
	for path, source := range files(t, "_test.go") {
		for _, class := range classes.FindAllString(source, -1) {
			require.True(t, explained[class], "%s names %s, which docs/threats.md does not explain", path, class)
			named[class] = true
		}
	}
	for class := range explained {
		require.True(t, named[class], "no test names %s", class)
	}
}

// TestEmbeddingDocument checks that docs/embedding.md says of each type of event, once,
// what a host does, and names the files of examples/host.
func TestEmbeddingDocument(t *testing.T) {
	_, text, found := strings.Cut(document(t, "embedding.md"), "\n| event |")
	require.True(t, found)
	table, _, _ := strings.Cut(text, "\n\n")
	var want, told []string
	for _, data := range EventTypes() {
		want = append(want, EventType(data))
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` (?:\\| [^|]+ ){3}\\|$").FindAllStringSubmatch(table, -1) {
		told = append(told, row[1])
	}
	require.ElementsMatch(t, want, told)

	var named, has []string
	for _, file := range regexp.MustCompile("`(\\w+\\.go)`").FindAllStringSubmatch(document(t, "embedding.md"), -1) {
		named = append(named, "examples/host/"+file[1])
	}
	sources, err := filepath.Glob("examples/host/*.go")
	require.NoError(t, err)
	for _, path := range sources {
		if !strings.HasSuffix(path, "_test.go") {
			has = append(has, path)
		}
	}
	require.Subset(t, named, has)
	require.Subset(t, has, named)
}

// files reads all files of the repository whose names end alike, by path.
func files(t *testing.T, ending string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ending) {
			return err
		}
		text, err := os.ReadFile(path)
		all[path] = string(text)
		return err
	}))
	require.NotEmpty(t, all)
	return all
}

// TestCorpora checks that every corpus belongs to a fuzz target. A corpus that is named
// for none is never run.
func TestCorpora(t *testing.T) {
	targets := map[string]bool{}
	for path, source := range files(t, "_test.go") {
		for _, f := range regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`).FindAllStringSubmatch(source, -1) {
			targets[filepath.Join(filepath.Dir(path), "testdata", "fuzz", f[1])] = true
		}
	}
	require.NotEmpty(t, targets)
	require.NoError(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && strings.HasSuffix(filepath.Dir(path), filepath.Join("testdata", "fuzz")) {
			require.True(t, targets[path], path)
		}
		return err
	}))
}

// TestDocumentLinks follows every link from one of the documents to a file of the
// repository, and to a heading in it.
func TestDocumentLinks(t *testing.T) {
	documents := files(t, ".md")
	notInHeading := regexp.MustCompile(`[^a-z0-9 -]`)
	for path, text := range documents {
		for _, link := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(text, -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			to, heading, _ := strings.Cut(link[1], "#")
			target := path
			if to != "" {
				target = filepath.Join(filepath.Dir(path), to)
				require.FileExists(t, target, path)
			}
			found := heading == ""
			for _, line := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(documents[target], -1) {
				anchor := notInHeading.ReplaceAllString(strings.ToLower(line[1]), "")
				found = found || strings.ReplaceAll(anchor, " ", "-") == heading
			}
			require.True(t, found, "%s links to %s", path, link[1])
		}
	}
}

// TestGuides checks that every test exists that the Makefile and the guides for
// contributors name.
func TestGuides(t *testing.T) {
	tests := map[string]bool{"TestYours": true}
	for _, source := range files(t, "_test.go") {
		for _, f := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`).FindAllStringSubmatch(source, -1) {
			tests[f[1]] = true
		}
	}
	for _, guide := range []string{"CONTRIBUTING.md", "README.md", "docs/assurance.md", "docs/design.md", "docs/releasing.md", "docs/stores.md", "docs/threats.md", "Makefile"} {
		text, err := os.ReadFile(guide)
		require.NoError(t, err)
		for _, name := range regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)[A-Z]\w+`).FindAllString(string(text), -1) {
			require.True(t, tests[name], "%s names %s", guide, name)
		}
	}
}

// TestAssuranceDocument checks that docs/assurance.md names tests that are in the files it
// links to, that each rule has the test that the page says, and that it says of every file
// with rules whether mutants of it were tried.
func TestAssuranceDocument(t *testing.T) {
	text, tests := document(t, "assurance.md"), files(t, "_test.go")
	linked := regexp.MustCompile("\\[`(\\w+)`\\]\\(\\.\\./([^)]+_test\\.go)\\)").FindAllStringSubmatch(text, -1)
	require.NotEmpty(t, linked)
	for _, link := range linked {
		require.Contains(t, tests[link[2]], "\nfunc "+link[1]+"(", link[2])
	}
	for _, target := range regexp.MustCompile("`make ([a-z-]+)").FindAllStringSubmatch(text, -1) {
		makefile, err := os.ReadFile("Makefile")
		require.NoError(t, err)
		require.Contains(t, string(makefile), "\n"+target[1]+":")
	}

	named := map[string]bool{}
	ids := regexp.MustCompile(`\b[A-Z]{3,4}-[0-9]+\b`)
	for path, source := range files(t, ".go") {
		if strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "storetest/") {
			for _, id := range ids.FindAllString(source, -1) {
				named[id] = true
			}
		}
	}
	for _, id := range ruleIDs(t) {
		require.True(t, named[id], "no test names %s", id)
	}

	rules, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, path := range rules {
		source, err := os.ReadFile(path)
		require.NoError(t, err)
		decides := !strings.HasSuffix(path, "_test.go") && strings.Contains(string(source), "\nfunc decide")
		said := regexp.MustCompile(`\b` + regexp.QuoteMeta(path) + `\b`).MatchString(text)
		require.True(t, said || !decides, "%s is neither among the files whose mutants were tried nor among the others", path)
	}
}

// TestOperationsDocument compares docs/operations.md with the tables it is made from.
// To write it anew: go test -run TestOperationsDocument -update .
func TestOperationsDocument(t *testing.T) {
	want := operationsDocument(t)
	if *rewriteOperations {
		require.NoError(t, os.WriteFile("docs/operations.md", []byte(want), 0o644))
	}
	require.Equal(t, want, document(t, "operations.md"), "write it anew: go test -run TestOperationsDocument -update .")
}

// chapters are the headings of docs/operations.md, each with the operation it begins with.
var chapters = []struct{ heading, first string }{
	{"Organizations", "SignUp"},
	{"Users", "User"},
	{"Service accounts and keys", "CreateServiceAccount"},
	{"Invitations", "InviteUser"},
	{"Accounts", "CreateAccount"},
	{"Groups", "CreateGroup"},
	{"Domains and policies", "AddDomain"},
	{"Single sign-on", "AddConnection"},
	{"Directories", "AddDirectory"},
	{"HIPAA", "SetHIPAAEntitlement"},
	{"Requests", "AddAccount"},
	{"Deleting and restoring organizations", "DeleteOrganization"},
	{"Merges and imports", "PreviewMerge"},
	{"Limits, entitlements, purging", "SetLimits"},
	{"Decisions", "Can"},
	{"The log", "Events"},
	{"Blocks and outcomes", "Atomically"},
}

const operationsIntroduction = `# Operations

This page is made from the tables in role.go and table.go, which the operations
themselves consult (ROLE-8). A test compares the page with them.

- **On** is what the operation acts on.
- **Who** names the permission that opens the operation, and who has that permission. The
  [permissions](#permissions-in-an-organization) are at the end. *Manages it* means the
  Owner and Administrators of the organization that the account is in. Users call
  operations on a ` + "`Session`" + `, and Operators and System on a ` + "`Platform`" + `. An operation that
  only Operators and System may call is a method of ` + "`Platform`" + ` only, and one that only an
  organization's directory may call one of ` + "`Provisioner`" + ` (PRV-1).
- **Service account** says whether a service account may call the operation, as far as its
  role reaches. Otherwise it is refused: ` + "`CodeServiceAccount`" + ` (USR-20).
- **Result** leaves out the error. A *list* is an iterator.
- **Suspended** is what it does while the organization acted on is suspended, or that of
  the account, user, domain or invitation acted on (ORG-15). *Refused* means users: what
  Operators and System may do goes on.
- **Refusals** are the operation's own, each with the main rule that it refuses by.
  [rules.md](rules.md) explains the rules, and names each code under all of its own.

Every operation can also refuse with these codes:
`

const codesIntroduction = `
## Codes

What ` + "`Codes`" + ` returns (GEN-16). The text is the code wherever it is printed. The status is
that of an HTTP response. The sentence is for the person who is refused, and a host may
translate it.

| code | text | category | status | rules | sentence |
|---|---|---|---|---|---|
`

// operationsDocument writes the page.
func operationsDocument(t *testing.T) string {
	t.Helper()
	p := operationsPage{codes: map[Code]string{}, results: map[string]string{}}
	files := sources(t)
	for name, code := range codesByName(t, files) {
		p.codes[code] = name
	}
	p.permissions = constants(files, "Permission", "OrganizationPermission")
	for _, file := range files {
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.IsExported() {
				if of := receiver(f); of == "Session" || (of == "Platform" || of == "Provisioner") && p.results[f.Name.Name] == "" {
					p.results[f.Name.Name] = result(f)
				}
			}
		}
	}
	p.WriteString(operationsIntroduction)
	fmt.Fprintf(&p, "%s.\n", p.refusals(everyOperation))
	chapter := 0
	for _, row := range operations {
		if chapter < len(chapters) && chapters[chapter].first == row.name {
			fmt.Fprintf(&p, "\n## %s\n\n| operation | on | who | service account | result | suspended | refusals |\n|---|---|---|---|---|---|---|\n",
				chapters[chapter].heading)
			chapter++
		}
		require.NotEmpty(t, p.results[row.name], row.name)
		fmt.Fprintf(&p, "| `%s` | %s | %s | %s | %s | %s | %s |\n", row.name, row.on, p.who(row), mayServe(row), p.results[row.name],
			cmp.Or(row.suspended, "refused"), p.refusals(row.codes))
	}
	require.Len(t, chapters[:chapter], len(chapters),
		"a chapter begins with an operation that does not exist, or out of order")
	p.tables()
	p.WriteString(codesIntroduction)
	for _, info := range Codes() {
		fmt.Fprintf(&p, "| `%s` | `%s` | `%s` | %d | %s | %s |\n", p.codes[info.Code], info.Code, info.Category, info.Status,
			strings.Join(info.Rules, ", "), info.Sentence)
	}
	return p.String()
}

// operationsPage is the page being written, with the Go names of what it mentions.
type operationsPage struct {
	strings.Builder
	codes       map[Code]string
	permissions map[string]string // by value
	results     map[string]string // by operation
}

// constants returns the names of the constants of some types, by their values.
func constants(files []*ast.File, ofTypes ...string) map[string]string {
	byValue := map[string]string{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
				if typ, ok := spec.Type.(*ast.Ident); ok && slices.Contains(ofTypes, typ.Name) {
					byValue[strings.Trim(spec.Values[0].(*ast.BasicLit).Value, `"`)] = spec.Names[0].Name
				}
			}
			return true
		})
	}
	return byValue
}

// result describes what a method returns, from its signature.
func result(f *ast.FuncDecl) string {
	var all []string
	for _, field := range f.Type.Results.List {
		typ := types.ExprString(field.Type)
		if typ == "error" {
			continue
		}
		if item, list := strings.CutPrefix(typ, "iter.Seq2["); list {
			all = append(all, "list of `"+strings.TrimSuffix(item, ", error]")+"`")
		} else {
			all = append(all, "`"+typ+"`")
		}
	}
	return cmp.Or(strings.Join(all, ", "), "–")
}

// mayServe says whether service accounts may call an operation. What only Operators and
// System may call has no answer.
func mayServe(row *operationRow) string {
	switch {
	case row.service:
		return "yes"
	case row.organization == "" && row.account == "" && row.others == "":
		return "–"
	}
	return "no"
}

// who describes who may call an operation.
func (p *operationsPage) who(row *operationRow) string {
	var who []string
	if row.organization != "" {
		name := "`" + p.permissions[string(row.organization)] + "`"
		if row.besides != "" {
			name += " and `" + p.permissions[string(row.besides)] + "`"
		}
		who = append(who, fmt.Sprintf("%s (%s)", name, strings.Join(ranks(row.organization), ", ")))
	}
	if row.account != "" {
		who = append(who,
			fmt.Sprintf("`%s` (%s)", p.permissions[string(row.account)], strings.Join(holders(row.account), ", ")))
	}
	if row.operator {
		who = append(who, "Operator")
	}
	if row.system {
		who = append(who, "System")
	}
	if row.directory {
		who = append(who, "the directory")
	}
	if row.others != "" {
		who = append(who, row.others)
	}
	return strings.Join(who, "; ")
}

// rankNames and roleNames are the columns of the tables, in their order.
var (
	rankNames = []string{"Standard User", "Administrator", "Owner"}
	roleNames = []string{"Owner", "Administrator", "Developer", "Billing Manager", "Support"}
)

// ranks returns the organization roles that have a permission.
func ranks(p OrganizationPermission) (names []string) {
	for rank, name := range rankNames {
		if builtInRules.may(organizationRoles[rank], p) {
			names = append(names, name)
		}
	}
	return names
}

// holders returns the roles that have a permission on an account.
func holders(p Permission) (names []string) {
	for _, row := range accountTable {
		if row.permission != p {
			continue
		}
		for role, name := range roleNames {
			if mask(row.roles)>>role&1 == 1 {
				names = append(names, "account "+name)
			}
		}
		if row.manager {
			names = append(names, "manages it")
		}
	}
	return names
}

// refusals names codes, each with its main rule.
func (p *operationsPage) refusals(codes []Code) string {
	var named []string
	for _, code := range codes {
		named = append(named, fmt.Sprintf("`%s` (%s)", p.codes[code], code.Rules()[0]))
	}
	return strings.Join(named, ", ")
}

// tables writes the two tables of permissions.
func (p *operationsPage) tables() {
	cell := func(yes bool) string {
		if yes {
			return "yes"
		}
		return "–"
	}
	head := func(heading string, columns []string) {
		fmt.Fprintf(p, "\n## %s\n\n| permission | %s |\n|---|%s\n", heading, strings.Join(columns, " | "),
			strings.Repeat("---|", len(columns)))
	}
	head("Permissions in an organization", append(slices.Clone(rankNames), "a role of the host's", "includes",
		"in a suspended one"))
	for _, row := range organizationTable {
		fmt.Fprintf(p, "| `%s` |", p.permissions[string(row.permission)])
		for rank := range rankNames {
			fmt.Fprintf(p, " %s |", cell(builtInRules.may(organizationRoles[rank], row.permission)))
		}
		includes := "–"
		if row.includes != "" {
			includes = "`" + p.permissions[string(row.includes)] + "`"
		}
		fmt.Fprintf(p, " %s | %s | %s |", map[bool]string{true: "can have it", false: "–"}[row.host], includes,
			cell(row.suspended))
		p.WriteString("\n")
	}
	head("Permissions on an account", append(slices.Clone(roleNames), "manages it", "in a suspended account",
		"in a suspended organization"))
	for _, row := range accountTable {
		fmt.Fprintf(p, "| `%s` |", p.permissions[string(row.permission)])
		for role := range roleNames {
			fmt.Fprintf(p, " %s |", cell(mask(row.roles)>>role&1 == 1))
		}
		fmt.Fprintf(p, " %s | %s | %s |\n", cell(row.manager), cell(row.suspended), cell(row.organizationSuspended))
	}
	p.WriteString("\nThe host can add permissions and roles (`Options.Roles`, ROLE-7). Managing an account\n" +
		"through the organization is not a role on it.\n")
}
