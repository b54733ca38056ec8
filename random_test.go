package tenancy_test

import (
	"testing"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// TestRandomOperations runs random operations on memstore; what they must have reached is in the table of operations: every code that an operation
// can give (GEN-4, INV-1 to INV-13).
func TestRandomOperations(t *testing.T) {
	reached := storetest.Random(t, func(*testing.T) tenancy.Store { return memstore.New() })
	t.Logf("%d steps in %d runs", reached.Steps, reached.Runs)
	for op, codes := range tenancy.OperationCodes() {
		if reached.Done[op] == 0 {
			t.Logf("%s never succeeded", op)
		}
		for _, code := range codes {
			if reached.Refused[op][code] == 0 {
				t.Logf("%s was never refused as %s", op, code)
			}
		}
		for code := range reached.Refused[op] {
			found := false
			for _, c := range codes {
				found = found || c == code
			}
			if !found {
				t.Logf("%s was refused as %s, which is not in its row", op, code)
			}
		}
	}
}
