package pgstore_test

import (
	"flag"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// randomly names the variable that makes a process of the test binary run random
// operations itself.
const randomly = "PGSTORE_TEST_RANDOM"

// TestRandomOperations runs random operations on the store and on memstore side by
// side, and checks the invariants after each (INV-1 to INV-13). It does so in a process
// of its own: how many runs package rapid makes is a setting of the process, and the
// other tests that use rapid take less time.
func TestRandomOperations(t *testing.T) {
	needServer(t)
	if os.Getenv(randomly) == "" {
		t.Parallel()
		alone(t, "^TestRandomOperations$", fewerChecks("5")...)
		return
	}
	store, pool := open(t, nil)
	reached := &storetest.Reached{}
	storetest.Random(t, func(t *testing.T) tenancy.Store {
		clear(t, pool)
		return storetest.Twin(t, store, memstore.New())
	}, reached)
	t.Logf("%d steps in %d runs", reached.Steps, reached.Runs)
}

// alone runs a test in a process of its own, over the same server.
func alone(t *testing.T, tests string, flags ...string) {
	self, err := os.Executable()
	require.NoError(t, err)
	run := exec.CommandContext(t.Context(), self,
		append([]string{"-test.run=" + tests, "-test.v", "-test.timeout=0"}, flags...)...)
	run.Env = append(os.Environ(), serverOf+"="+server.Dir, randomly+"=1")
	out, err := run.CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Logf("%s", out)
}

// fewerChecks returns the flags that make rapid do fewer than its usual hundred runs,
// unless the command says how many. A database takes its time.
func fewerChecks(checks string) (flags []string) {
	given := map[string]string{"rapid.checks": checks}
	flag.Visit(func(f *flag.Flag) {
		if strings.HasPrefix(f.Name, "rapid.") || f.Name == "test.short" {
			given[f.Name] = f.Value.String()
		}
	})
	for name, value := range given {
		flags = append(flags, "-"+name+"="+value)
	}
	return flags
}
