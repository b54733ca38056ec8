package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"
)

// contender does one kind of work in its own way, over and over.
type contender struct {
	name string
	// do does the work once. n counts up from zero, so that it can do something else each
	// time.
	do func(ctx context.Context, n int) error
	// per is how many pieces of work one call of do is; zero: one.
	per int
	// note says what a reader of its row must know.
	note string
	// missing says why it is not measured; empty: it is.
	missing string
}

// contest is contenders that do the same work. The first is the floor that the others
// are compared with.
type contest struct {
	title      string
	contenders []contender
}

// row is what was measured of a contender. The numbers are those of one piece of work.
type row struct {
	contender
	nanoseconds []float64 // of each round
	ratio       float64   // to the floor: the median of the rounds' own
	allocations float64   // the median
	bytes       float64   // the median
}

// plan says how to measure.
type plan struct {
	rounds int
	slice  time.Duration // how long one contender is measured in a round, about
	random *rand.Rand
}

// run measures the contenders of a contest. In each round every one of them does a slice
// of the work, in an order that is drawn anew, so that a busy machine slows all alike. A
// round's ratios are those of its own times.
func (p plan) run(ctx context.Context, c contest) ([]row, error) {
	rows := make([]row, len(c.contenders))
	calls := make([]int, len(c.contenders))
	at := make([]int, len(c.contenders))
	var order []int
	for i, one := range c.contenders {
		rows[i].contender = one
		if one.missing != "" {
			continue
		}
		order = append(order, i)
		var err error
		if calls[i], at[i], err = p.calls(ctx, one); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", c.title, one.name, err)
		}
	}
	allocations, bytes := make([][]float64, len(rows)), make([][]float64, len(rows))
	for range p.rounds {
		p.random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			got, err := slice(ctx, c.contenders[i], at[i], calls[i])
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", c.title, c.contenders[i].name, err)
			}
			at[i] += calls[i]
			rows[i].nanoseconds = append(rows[i].nanoseconds, got.nanoseconds)
			allocations[i], bytes[i] = append(allocations[i], got.allocations), append(bytes[i], got.bytes)
		}
	}
	for _, i := range order {
		var ratios []float64
		for n, took := range rows[i].nanoseconds {
			ratios = append(ratios, took/rows[0].nanoseconds[n])
		}
		rows[i].ratio = median(ratios)
		rows[i].allocations, rows[i].bytes = median(allocations[i]), median(bytes[i])
	}
	return rows, nil
}

// calls finds out how many calls a slice has, by doubling, which also warms up. It
// returns how many it has made, too.
func (p plan) calls(ctx context.Context, c contender) (n, made int, err error) {
	for n = 1; ; n *= 2 {
		begun := time.Now()
		for range n {
			if err := c.do(ctx, made); err != nil {
				return 0, 0, err
			}
			made++
		}
		if took := time.Since(begun); took >= p.slice/4 {
			return max(1, int(float64(n)*float64(p.slice)/float64(took))), made, nil
		}
	}
}

// sample is one slice of a contender.
type sample struct{ nanoseconds, allocations, bytes float64 }

// slice measures some calls, after the garbage of the others is gone.
func slice(ctx context.Context, c contender, from, calls int) (sample, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begun := time.Now()
	for n := range calls {
		if err := c.do(ctx, from+n); err != nil {
			return sample{}, err
		}
	}
	took := time.Since(begun)
	runtime.ReadMemStats(&after)
	pieces := float64(calls * max(1, c.per))
	return sample{float64(took.Nanoseconds()) / pieces, float64(after.Mallocs-before.Mallocs) / pieces,
		float64(after.TotalAlloc-before.TotalAlloc) / pieces}, nil
}

// median returns the middle one of some numbers.
func median(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	if n := len(sorted); n%2 == 0 {
		return (sorted[n/2-1] + sorted[n/2]) / 2
	}
	return sorted[len(sorted)/2]
}
