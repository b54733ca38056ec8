package tenancy

import (
	"cmp"
	"go/ast"
	"go/token"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// shared names the facts of operations that share them, because they are twins or
// because several ask the same.
var shared = map[string]string{
	"DeactivateUser": "activity", "ReactivateUser": "activity",
	"SuspendAccount": "suspension", "ReactivateAccount": "suspension",
	"SuspendOrganization": "mark", "ReactivateOrganization": "mark",
	"EnableHIPAA": "designation", "DisableHIPAA": "designation",
	"SignInRequirement": "signIn",
	"ReportSignIn":      "vouchesFor", "Token": "nothing",
	"ProvisionedByUserName": "provisioned", "ProvisionedByExternalID": "provisioned",
}

// decidedAs names the operations that decide what another one does: they look for the same
// by something else.
var decidedAs = map[string]string{"ProvisionedByUserName": "Provisioned", "ProvisionedByExternalID": "Provisioned"}

// engine are the operations that are no load and decision of their own: they run
// others, settle what others did, or work outside of one transaction.
var engine = map[string]bool{
	"Atomically": true, "Preview": true, "Outcome": true, "ActorOutcome": true, "Relay": true,
}

// TestShape holds every operation to the one shape: a short method, the facts that are
// named for it, the load that asks for them and the pure decision, all in one file and
// in that order.
func TestShape(t *testing.T) {
	const longestMethod, longestDecision = 32, 42
	type place struct {
		file  string
		from  int
		lines int
	}
	declared := map[string]place{}
	set, files := sourceSet(t)
	for _, file := range files {
		for _, decl := range file.Decls {
			at := set.Position(decl.Pos())
			p := place{at.Filename, at.Line, set.Position(decl.End()).Line - at.Line + 1}
			switch d := decl.(type) {
			case *ast.FuncDecl:
				name := d.Name.Name
				if d.Recv != nil {
					name = receiver(d) + "." + name
				}
				declared[name] = p
			case *ast.GenDecl:
				if d.Tok != token.TYPE {
					continue
				}
				for _, spec := range d.Specs {
					declared[spec.(*ast.TypeSpec).Name.Name] = p
				}
			}
		}
	}
	for _, row := range operations {
		if engine[row.name] {
			continue
		}
		t.Run(row.name, func(t *testing.T) {
			var method place
			for _, of := range []string{"Provisioner", "Platform", "Session"} {
				if at, found := declared[of+"."+row.name]; found && (of == "Provisioner") == row.directory {
					method = at
				}
			}
			require.NotZero(t, method)
			require.LessOrEqual(t, method.lines, longestMethod, "the method is long")
			decides := cmp.Or(decidedAs[row.name], row.name)
			decision, found := declared["decide"+decides]
			require.True(t, found, "it has no function decide%s", decides)
			require.LessOrEqual(t, decision.lines, longestDecision, "the decision is long")
			require.Equal(t, method.file, decision.file)
			require.Less(t, method.from, decision.from)
			if shared[row.name] != "" {
				return
			}
			facts, found := declared[lowered(row.name)+"Facts"]
			require.True(t, found, "it has no type %sFacts", lowered(row.name))
			load, found := declared["reads.load"+row.name]
			require.True(t, found, "it has no method load%s", row.name)
			require.Equal(t, []string{method.file, method.file}, []string{facts.file, load.file})
			require.True(t, method.from < facts.from && facts.from < load.from && load.from < decision.from,
				"the order is method, facts, load, decision")
		})
	}
}

// lowered returns a name with its first word in lower case: hipaaReport of HIPAAReport.
func lowered(name string) string {
	if word, rest, ok := strings.Cut(name, "HIPAA"); ok && word == "" {
		return "hipaa" + rest
	}
	return string(unicode.ToLower(rune(name[0]))) + name[1:]
}
