package reference_test

import (
	"flag"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest/reference"
)

// enoughSteps is a number of steps after which every operation must have succeeded, several
// times what it usually takes.
const enoughSteps = 50_000

// TestModel compares memstore with the model after each of some thousand steps, the same
// ones each time. A number of checks on the command line makes it as many runs, of about 240
// steps each, with other steps each time, unless it says -rapid.seed too. A million steps:
//
//	go test -run '^TestModel$' -timeout 0 -rapid.checks=4200 ./storetest/reference
func TestModel(t *testing.T) {
	if !told() {
		set(t, "rapid.checks", "30")
		set(t, "rapid.seed", "1")
	}
	reached := &reference.Reached{}
	rapid.Check(t, reference.Run(t, reached, memory))
	t.Logf("%d steps", reached.Steps())
	for _, op := range reference.Covered() {
		t.Logf("%-24s %7d times done, and refused %v", op, reached.Done()[op], reached.Refused()[op])
		if reached.Steps() >= enoughSteps {
			require.NotZero(t, reached.Done()[op], "%s never succeeded", op)
		}
	}
}

// FuzzModel is TestModel, led by the fuzzer.
func FuzzModel(f *testing.F) {
	f.Fuzz(func(t *testing.T, input []byte) {
		rapid.MakeFuzz(reference.Run(t, &reference.Reached{}, memory))(t, input)
	})
}

func memory() []reference.Store {
	return []reference.Store{{Name: "memstore", Store: memstore.New()}}
}

// TestEveryOperationIsListed keeps the lists of what the model covers, and of what it does
// not, those of docs/operations.md.
func TestEveryOperationIsListed(t *testing.T) {
	page, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	var listed []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z][A-Za-z]+)` \\|.*\\|.*\\|.*\\|.*\\|.*\\|.*\\|$").FindAllSubmatch(page, -1) {
		if name := string(row[1]); !regexp.MustCompile("^Code").MatchString(name) {
			listed = append(listed, name)
		}
	}
	listed = slices.DeleteFunc(listed, permission)
	require.Greater(t, len(listed), 100, "the page is read")
	both := slices.Concat(reference.Covered(), slices.Collect(maps.Keys(reference.NotCovered())))
	slices.Sort(both)
	require.Equal(t, both, slices.Compact(slices.Clone(both)), "no operation is in both lists")
	for _, name := range listed {
		require.Contains(t, both, name, "an operation that is in neither list")
	}
	for _, name := range both {
		require.Contains(t, listed, name, "there is no such operation")
	}
}

// permission reports whether a name is a permission's, in the tables at the end of the page,
// and no operation's.
func permission(name string) bool {
	return slices.Contains([]string{"ViewOrganization", "CreateAccounts", "ViewUsers", "ManageUsers", "ViewAccounts",
		"ManageAccounts", "ViewDomains", "ManageDomains", "ManageOrganization", "ManageIdentity", "ReadLog",
		"ReleaseAccounts", "Build", "Bill", "ReadUsage", "ManageSettings", "ManageMembers", "ManageSubaccounts",
		"DesignateHIPAA"}, name)
}

// told reports whether the command says how many checks rapid is to do.
func told() (told bool) {
	flag.Visit(func(f *flag.Flag) { told = told || f.Name == "rapid.checks" })
	return told
}

// set sets a flag of rapid's for a test, which must not be parallel to others that use it.
func set(t *testing.T, name, value string) {
	f := flag.Lookup(name)
	before := f.Value.String()
	require.NoError(t, f.Value.Set(value)) // flag.Set would count as told by the command
	t.Cleanup(func() { _ = f.Value.Set(before) })
}
