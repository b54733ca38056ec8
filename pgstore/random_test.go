package pgstore_test

import (
	"testing"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/storetest"
)

// TestRandomOperations runs random operations on the store and looks at the invariants after each (INV-1 to INV-13).
func TestRandomOperations(t *testing.T) {
	reached := &storetest.Reached{}
	store, pool := open(t, nil)
	storetest.Random(t, func(t *testing.T) tenancy.Store {
		clear(t, pool)
		return store
	}, reached)
	t.Logf("%d steps in %d runs", reached.Steps, reached.Runs)
}
