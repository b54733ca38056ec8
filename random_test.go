package tenancy_test

import (
	"flag"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// What TestRandomOperations does unless the command says -rapid.checks.
const (
	randomStrands = 2  // run side by side
	randomChecks  = 8  // runs of each strand in a batch
	randomBatches = 20 // at most
)

// enoughSteps is a number of steps after which nothing should be missing, several times
// what it usually takes.
const enoughSteps = 15_000

// TestRandomOperations runs random operations on memstore and checks the invariants
// after every second one (INV-1 to INV-13), until every operation has succeeded and has been
// refused with every code that its row in the table of operations lists (GEN-4), and all
// of storetest.Ways has come about. It
// fails if that takes more than randomBatches batches: then a row lists what can't
// happen, or the steps no longer come to some state. It also fails if an operation is
// refused with a code that its row does not list. With -short it does one batch,
// whether or not everything is reached.
//
// A number of checks on the command line makes one batch of it, of about 120 steps
// each. A million steps:
//
//	go test -run '^TestRandomOperations$' -timeout 0 -rapid.checks=4200 .
func TestRandomOperations(t *testing.T) {
	batches := randomBatches
	if toldChecks() || testing.Short() {
		batches = 1
	}
	if !toldChecks() {
		checks := randomChecks
		if testing.Short() {
			checks *= 5 // package rapid does a fifth of them, of half the steps
		}
		setChecks(t, checks)
	}
	reached := &storetest.Reached{}
	var missing []string
	for n := range batches {
		t.Run("batch "+strconv.Itoa(n+1), func(t *testing.T) {
			for strand := range randomStrands {
				t.Run(strconv.Itoa(strand+1), func(t *testing.T) {
					t.Parallel()
					storetest.Random(t, func(*testing.T) tenancy.Store { return memstore.New() }, reached)
				})
			}
		})
		if t.Failed() {
			return
		}
		if missing = unreached(reached); len(missing) == 0 {
			break
		}
		t.Logf("%d steps in %d runs have not reached %q", reached.Steps, reached.Runs, missing)
	}
	t.Logf("%d steps in %d runs", reached.Steps, reached.Runs)
	if !testing.Short() && reached.Steps >= enoughSteps {
		require.Empty(t, missing, "never reached in %d steps", reached.Steps)
	}
	var unlisted []string
	for op, codes := range tenancy.OperationCodes() {
		for code := range reached.Refused[op] {
			if !slices.Contains(codes, code) && !slices.Contains(tenancy.EveryOperation(), code) {
				unlisted = append(unlisted, op+" "+string(code))
			}
		}
	}
	require.Empty(t, unlisted, "refusals that their rows do not list")
}

// toldChecks reports whether the command says how many checks rapid is to do.
func toldChecks() (told bool) {
	flag.Visit(func(f *flag.Flag) { told = told || f.Name == "rapid.checks" })
	return told
}

// setChecks sets how many checks rapid does in a test. The test must not be parallel to
// others that use rapid.
func setChecks(t *testing.T, checks int) {
	f := flag.Lookup("rapid.checks")
	before := f.Value.String()
	require.NoError(t, f.Value.Set(strconv.Itoa(checks))) // flag.Set would count as told by the command
	t.Cleanup(func() { _ = f.Value.Set(before) })
}

// unreached returns what the random operations have not reached.
func unreached(reached *storetest.Reached) (missing []string) {
	for op, codes := range tenancy.OperationCodes() {
		if reached.Done[op] == 0 {
			missing = append(missing, op)
		}
		for _, code := range codes {
			if reached.Refused[op][code] == 0 {
				missing = append(missing, op+" "+string(code))
			}
		}
	}
	for _, way := range storetest.Ways() {
		if reached.Done[way] == 0 {
			missing = append(missing, way)
		}
	}
	slices.Sort(missing)
	return missing
}
