package sqlitestore_test

import (
	"flag"
	"os"
	"testing"

	"github.com/add4b1c6/tenancy/internal/dba"
)

// The flags by which a run by hand asks for more: -kills and -tears, and -rapid.checks
// and -rapid.steps of package rapid.
var (
	kills = flag.Int("kills", 20, "how many times TestKill kills a process that writes")
	tears = flag.Int("tears", 60, "how many WAL files TestTornWAL spoils")
)

func TestMain(m *testing.M) {
	flag.Parse()
	if os.Getenv(childWrites) != "" {
		os.Exit(child())
	}
	few := "2" // a random step on a file takes a hundred times what it takes in memory
	if testing.Short() {
		few = "1"
		dba.ByDefault("kills", "4")
		dba.ByDefault("tears", "15")
	}
	dba.ByDefault("rapid.checks", few)
	dba.ByDefault("test.parallel", "8") // most of a suite is waiting
	inMemory()
	os.Exit(m.Run())
}

// inMemory puts the tests' files where syncing them takes no time, unless TMPDIR says
// where, and except for benchmarks. A process that is killed leaves what the kernel
// has, on a disk or not.
func inMemory() {
	const memory = "/dev/shm"
	if info, err := os.Stat(memory); err != nil || !info.IsDir() || os.Getenv("TMPDIR") != "" ||
		flag.Lookup("test.bench").Value.String() != "" {
		return
	}
	if err := os.Setenv("TMPDIR", memory); err != nil {
		panic(err)
	}
}
