package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"
)

// units are what is looked at, in this order. More of any of them is worse.
var units = []struct{ unit, worse, better string }{
	{"sec/op", "slower", "faster"},
	{"allocs/op", "more allocations", "fewer allocations"},
	{"B/op", "more bytes", "fewer bytes"},
}

// change is a benchmark whose figures are not what they were, beyond noise.
type change struct {
	benchmark string // with its package
	unit      int    // an index of units
	ratio     float64
	p         float64
}

// key names the samples of a benchmark in one unit.
type key struct {
	benchmark string
	unit      int
}

// read collects the samples in what benchmarks printed.
func read(printed io.Reader) (map[key][]float64, error) {
	samples := map[key][]float64{}
	lines := benchfmt.NewReader(printed, "benchmarks")
	for lines.Scan() {
		switch line := lines.Result().(type) {
		case *benchfmt.SyntaxError:
			return nil, line
		case *benchfmt.Result:
			name := strings.TrimSpace(line.GetConfig("pkg") + " " + line.Name.String())
			for i, u := range units {
				if value, found := line.Value(u.unit); found {
					k := key{name, i}
					samples[k] = append(samples[k], value)
				}
			}
		}
	}
	return samples, lines.Err()
}

// compare returns what changed by more than least and beyond noise: the chance that it is
// noise is below one in twenty, by the Mann-Whitney U test that benchstat uses.
func compare(base, work io.Reader, least float64) ([]change, error) {
	before, err := read(base)
	if err != nil {
		return nil, err
	}
	now, err := read(work)
	if err != nil {
		return nil, err
	}
	var changes []change
	for k, values := range now {
		if len(before[k]) == 0 {
			continue // it is new
		}
		thresholds := benchmath.DefaultThresholds
		one, other := benchmath.NewSample(before[k], &thresholds), benchmath.NewSample(values, &thresholds)
		tested := benchmath.AssumeNothing.Compare(one, other)
		from := benchmath.AssumeNothing.Summary(one, 0.95).Center
		to := benchmath.AssumeNothing.Summary(other, 0.95).Center
		if from == to || tested.P >= tested.Alpha || to <= from*(1+least) && to*(1+least) >= from {
			continue
		}
		changes = append(changes, change{k.benchmark, k.unit, to / from, tested.P})
	}
	slices.SortFunc(changes, func(a, b change) int {
		return cmp.Or(cmp.Compare(a.unit, b.unit), -cmp.Compare(a.ratio, b.ratio), cmp.Compare(a.benchmark, b.benchmark))
	})
	return changes, nil
}

// say writes the changes as sentences, and returns how many are for the worse.
func say(out io.Writer, changes []change, least float64) (worse int) {
	for _, c := range changes {
		word := units[c.unit].better
		if c.ratio > 1 {
			word = units[c.unit].worse
			worse++
		}
		fmt.Fprintf(out, "%s: %s, %.2f times what it was (p=%.3f)\n", c.benchmark, word, c.ratio, c.p)
	}
	if worse == 0 {
		fmt.Fprintf(out, "Nothing got worse by more than %.0f%% and beyond noise.\n", least*100)
	} else {
		fmt.Fprintf(out, "%d figures got worse by more than %.0f%% and beyond noise.\n", worse, least*100)
	}
	return worse
}
