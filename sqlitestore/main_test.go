package sqlitestore_test

import (
	"flag"
	"os"
	"testing"
)

// What a run by hand may ask more of: -kills and -tears, and of package rapid -rapid.checks and -rapid.steps.
var (
	kills = flag.Int("kills", 20, "how many times TestKill kills a process that writes")
	tears = flag.Int("tears", 60, "how many WAL files TestTornWAL spoils")
)

func TestMain(m *testing.M) {
	flag.Parse()
	if os.Getenv(childWrites) != "" {
		os.Exit(child())
	}
	few := "4" // a random step on a file takes many times what it takes in memory
	if testing.Short() {
		few = "20" // of which package rapid does a fifth, of half the steps
		byDefault("kills", "4")
		byDefault("tears", "15")
	}
	byDefault("rapid.checks", few)
	byDefault("rapid.steps", "12")
	byDefault("test.parallel", "8") // most of a suite is waiting
	inMemory()
	os.Exit(m.Run())
}

// byDefault sets a flag that was not given.
func byDefault(name, value string) {
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == name })
	if given {
		return
	}
	if err := flag.Set(name, value); err != nil {
		panic(err)
	}
}

// inMemory puts the tests' files, but for benchmarks, where syncing them takes no time, if TMPDIR does not say where: what a process leaves that is killed is
// what the kernel has, on a disk or not.
func inMemory() {
	const memory = "/dev/shm"
	if info, err := os.Stat(memory); err != nil || !info.IsDir() || os.Getenv("TMPDIR") != "" || flag.Lookup("test.bench").Value.String() != "" {
		return
	}
	if err := os.Setenv("TMPDIR", memory); err != nil {
		panic(err)
	}
}
