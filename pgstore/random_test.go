package pgstore_test

import (
	"flag"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// TestRandomOperations runs random operations in memory and on the store side by side:
// the same answers, refusals and events, and the invariants after each (INV-1 to INV-13).
// Unless the command says otherwise it does few: a database takes its time.
func TestRandomOperations(t *testing.T) {
	fewerChecks(t, 4)
	reached := &storetest.Reached{}
	store, pool := open(t, nil)
	storetest.Random(t, func(t *testing.T) tenancy.Store {
		clear(t, pool)
		return storetest.Twin(t, memstore.New(), store)
	}, reached)
	t.Logf("%d steps in %d runs", reached.Steps, reached.Runs)
}

// fewerChecks has rapid do few and short checks, unless the command says otherwise.
func fewerChecks(t *testing.T, checks int) {
	if testing.Short() {
		checks *= 5 // package rapid does a fifth of them, of half the steps
	}
	for name, value := range map[string]string{"rapid.checks": strconv.Itoa(checks), "rapid.steps": "12"} {
		if f := flag.Lookup(name); f.Value.String() == f.DefValue {
			require.NoError(t, f.Value.Set(value))
			t.Cleanup(func() { _ = f.Value.Set(f.DefValue) })
		}
	}
}
