package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// printed is what a benchmark prints that took so long each time.
func printed(name string, nanoseconds []float64, allocations int) string {
	var text strings.Builder
	text.WriteString("pkg: example.com/p\n")
	for _, n := range nanoseconds {
		fmt.Fprintf(&text, "%s-2 1000 %f ns/op %d B/op %d allocs/op\n", name, n, 16*allocations, allocations)
	}
	return text.String()
}

func TestCompare(t *testing.T) {
	base := []float64{100, 101, 102, 103, 104, 105, 106, 107}
	times := func(factor float64) (all []float64) {
		for _, n := range base {
			all = append(all, n*factor)
		}
		return all
	}
	for name, test := range map[string]struct {
		work        []float64
		allocations int
		want        string
		worse       int
	}{
		"the same":           {base, 2, "Nothing got worse by more than 5% and beyond noise.\n", 0},
		"a little slower":    {times(1.04), 2, "Nothing got worse by more than 5% and beyond noise.\n", 0},
		"slower":             {times(1.5), 2, "example.com/p A-2: slower, 1.50 times what it was (p=0.000)\n", 1},
		"faster":             {times(0.5), 2, "example.com/p A-2: faster, 0.50 times what it was (p=0.000)\n", 0},
		"slower in noise":    {[]float64{50, 101, 102, 60, 104, 400, 500, 600}, 2, "Nothing got worse", 0},
		"too few to say":     {times(3)[:1], 2, "Nothing got worse", 0},
		"more allocations":   {base, 3, "example.com/p A-2: more allocations, 1.50 times what it was", 2},
		"fewer allocations":  {base, 1, "example.com/p A-2: fewer allocations, 0.50 times what it was", 0},
		"no allocations now": {base, 0, "example.com/p A-2: fewer allocations, 0.00 times what it was", 0},
	} {
		t.Run(name, func(t *testing.T) {
			changes, err := compare(strings.NewReader(printed("BenchmarkA", base, 2)),
				strings.NewReader(printed("BenchmarkA", test.work, test.allocations)), 0.05)
			if err != nil {
				t.Fatal(err)
			}
			var text strings.Builder
			if worse := say(&text, changes, 0.05); worse != test.worse || !strings.Contains(text.String(), test.want) {
				t.Errorf("%d worse: %s", worse, text.String())
			}
		})
	}
	t.Run("from no allocations", func(t *testing.T) {
		changes, err := compare(strings.NewReader(printed("BenchmarkA", base, 0)),
			strings.NewReader(printed("BenchmarkA", base, 1)), 0.05)
		if err != nil || len(changes) != 2 || !math.IsInf(changes[0].ratio, 1) {
			t.Errorf("%v %v", changes, err)
		}
	})
	t.Run("a new benchmark is no change", func(t *testing.T) {
		changes, err := compare(strings.NewReader(printed("BenchmarkA", base, 0)),
			strings.NewReader(printed("BenchmarkB", base, 1)), 0.05)
		if err != nil || len(changes) != 0 {
			t.Errorf("%v %v", changes, err)
		}
	})
}

// TestTrack compares a small repository's work tree, which allocates, with its commit,
// which does not.
func TestTrack(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(arguments ...string) string {
		t.Helper()
		out, err := output(t.Context(), dir, "git", arguments...)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	const benchmark = `package p

import "testing"

var kept []byte

func BenchmarkMake(b *testing.B) {
	for b.Loop() {
		%s
	}
}
`
	write("go.mod", "module example.com/p\n\ngo 1.26\n")
	write("p_test.go", fmt.Sprintf(benchmark, "kept = nil"))
	run("init", "--quiet")
	run("add", ".")
	run("-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "base")
	write("p_test.go", fmt.Sprintf(benchmark, "kept = make([]byte, 64)"))
	var text strings.Builder
	o := options{base: "HEAD", packages: []string{".", "./absent"}, bench: ".", time: "100x", count: 5, least: 0.05,
		keep: t.TempDir(), out: &text}
	worse, err := o.track(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if worse < 2 || !strings.Contains(text.String(), "BenchmarkMake-") && !strings.Contains(text.String(), "Make-") ||
		!strings.Contains(text.String(), "more allocations") {
		t.Errorf("%d worse: %s", worse, text.String())
	}
	if left := run("worktree", "list"); strings.Count(left, "\n") != 0 {
		t.Errorf("a work tree is left: %s", left)
	}
	for _, name := range []string{"base.txt", "work.txt"} {
		if _, err := os.Stat(filepath.Join(o.keep, name)); err != nil {
			t.Error(err)
		}
	}
}
