package tenancy_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// TestRandomOperations runs random operations on memstore and looks at the invariants after each (INV-1 to INV-13), until every operation has
// succeeded and has been refused with every code that its row in the table of operations lists (GEN-4): a row that lists what can't happen, an
// operation that gives what its row does not list, and a state that the steps never come to, make it fail.
func TestRandomOperations(t *testing.T) {
	const most = 12 // times what -rapid.checks and -rapid.steps say
	reached := &storetest.Reached{}
	var missing []string
	for range most {
		storetest.Random(t, func(*testing.T) tenancy.Store { return memstore.New() }, reached)
		t.Logf("%d steps; before the last batch these were not reached yet: %v", reached.Steps, missing)
		if missing = unreached(reached); len(missing) == 0 || t.Failed() || testing.Short() {
			break
		}
	}
	t.Logf("%d steps in %d runs", reached.Steps, reached.Runs)
	if !testing.Short() {
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

// unreached gives what the random operations have not reached yet.
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
	slices.Sort(missing)
	return missing
}
