package pgstore_test

import (
	"flag"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// checksTold says whether the command says how many checks rapid is to do.
var checksTold = sync.OnceValue(func() (told bool) {
	flag.Visit(func(f *flag.Flag) { told = told || f.Name == "rapid.checks" })
	return told
})

// fewerChecks has rapid do fewer than its usual hundred, unless the command says how many: a database takes its time.
func fewerChecks(t *testing.T, checks string) {
	if !checksTold() {
		require.NoError(t, flag.Set("rapid.checks", checks))
		t.Cleanup(func() { _ = flag.Set("rapid.checks", "100") })
	}
}

// TestRandomOperations runs random operations on the store, beside memstore, and looks at the invariants after each (INV-1 to INV-13).
func TestRandomOperations(t *testing.T) {
	fewerChecks(t, "10")
	reached := &storetest.Reached{}
	store, pool := open(t, nil)
	storetest.Random(t, func(t *testing.T) tenancy.Store {
		clear(t, pool)
		return storetest.Twin(t, store, memstore.New())
	}, reached)
	t.Logf("%d steps in %d runs", reached.Steps, reached.Runs)
}
