package pgstore_test

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// TestRandomOperations runs random operations in memory and on the store side by side:
// the same answers, refusals and events, and the invariants after each (INV-1 to
// INV-13). Unless the command says otherwise it does few: a database takes its time.
func TestRandomOperations(t *testing.T) {
	byDefault(t, "rapid.checks", "4")
	byDefault(t, "rapid.steps", "12")
	reached := &storetest.Reached{}
	store, pool := open(t, nil)
	storetest.Random(t, func(t *testing.T) tenancy.Store {
		clear(t, pool)
		return storetest.Twin(t, memstore.New(), store)
	}, reached)
	t.Logf("%d steps in %d runs", reached.Steps, reached.Runs)
}

// byDefault sets a flag that the command did not set.
func byDefault(t *testing.T, name, value string) {
	f := flag.Lookup(name)
	if f.Value.String() == f.DefValue {
		require.NoError(t, f.Value.Set(value))
		t.Cleanup(func() { _ = f.Value.Set(f.DefValue) })
	}
}
