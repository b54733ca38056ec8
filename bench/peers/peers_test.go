package main

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// small is a world for tests.
func small(t *testing.T, people int) *world {
	t.Helper()
	w := newWorld(7, people, 500)
	allowed, refused := w.counts()
	if allowed < 50 || refused < 50 {
		t.Fatalf("%d questions allowed, %d refused", allowed, refused)
	}
	return w
}

// TestAgreement has every engine answer the questions about a small world.
func TestAgreement(t *testing.T) {
	w := small(t, 600)
	for _, g := range groups {
		for _, l := range g.loaders {
			t.Run(g.title+"/"+l.name, func(t *testing.T) {
				engines, err := l.load(t.Context(), w)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range engines {
					if e.close != nil {
						defer e.close()
					}
					if err := agree(t.Context(), w, e); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
}

// TestDisagreement turns one answer of each engine around.
func TestDisagreement(t *testing.T) {
	w := small(t, 200)
	engines, err := loadFloor(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	e := engines[0]
	for _, wrong := range []int{0, len(w.questions) - 1} {
		lies := e
		lies.decide = func(ctx context.Context, n int) (bool, error) {
			got, err := e.decide(ctx, n)
			return got != (n == wrong), err
		}
		if err := agree(t.Context(), w, lies); !errors.Is(err, errDisagrees) {
			t.Errorf("question %d: %v", wrong, err)
		}
	}
}

// TestReasons wants every reason to occur that the oracle can give, so that no engine is
// spared one.
func TestReasons(t *testing.T) {
	w := newWorld(1, 2000, 5000)
	seen := map[string]int{}
	for _, q := range w.questions {
		seen[string(q.why)]++
	}
	for _, why := range []string{"unreachable", "insufficient", "inactive", "suspended", "organization_suspended",
		"closed", "grant", "parent_grant", "organization_role"} {
		if seen[why] == 0 {
			t.Errorf("no question is answered %s", why)
		}
	}
}

// TestSeed wants a seed to make the same world again.
func TestSeed(t *testing.T) {
	one, same, other := newWorld(1, 300, 100), newWorld(1, 300, 100), newWorld(2, 300, 100)
	for n, q := range one.questions {
		if q != same.questions[n] {
			t.Fatalf("question %d differs", n)
		}
	}
	if one.questions[0] == other.questions[0] {
		t.Fatal("another seed makes the same question")
	}
}

func TestKeepers(t *testing.T) {
	all, sorted, err := newKeepers(t.Context(), 1, 500)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range all {
		if err := proves(t.Context(), k, sorted, rand.New(rand.NewPCG(1, 1))); err != nil {
			t.Error(err)
		}
	}
}

// TestRun wants every contender to be called in every round with numbers that count up,
// and what is missing to stay out.
func TestRun(t *testing.T) {
	var calls int
	c := contest{title: "counting", contenders: []contender{
		{name: "floor", do: func(context.Context, int) error { return nil }},
		{name: "counts", per: 2, do: func(_ context.Context, n int) error {
			if n != calls {
				t.Fatalf("call %d is told that it is %d", calls, n)
			}
			calls++
			return nil
		}},
		{name: "absent", missing: "it is not here"},
	}}
	rows, err := plan{rounds: 5, slice: time.Millisecond, random: rand.New(rand.NewPCG(1, 1))}.run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{5, 5, 0} {
		if len(rows[i].nanoseconds) != want {
			t.Errorf("%s: %d rounds", rows[i].name, len(rows[i].nanoseconds))
		}
	}
	if rows[0].ratio != 1 || calls == 0 {
		t.Errorf("the floor's ratio is %f, %d calls", rows[0].ratio, calls)
	}
}

func TestTable(t *testing.T) {
	var text strings.Builder
	w := &table{out: io.MultiWriter(&text)}
	w.begin()
	w.add("a title", []row{
		{contender: contender{name: "one", note: "a note"}, nanoseconds: []float64{10, 30, 20}, ratio: 1, allocations: 2, bytes: 3},
		{contender: contender{name: "two", missing: "a reason"}},
		{contender: contender{name: "three", note: "a note"}, nanoseconds: []float64{2e6}, ratio: 1e5, allocations: 0},
	})
	w.end()
	want := `| | median | from to | ratio | allocations | bytes |
|---|---:|---:|---:|---:|---:|
| **a title** | | | | | |
| one (1) | 20 ns | 10 ns to 30 ns | 1.00 | 2 | 3 |
| two (2) | - | - | - | - | - |
| three (1) | 2.00 ms | 2.00 ms to 2.00 ms | 100000 | 0 | 0 |

1. A note.
2. A reason.
`
	if text.String() != want {
		t.Errorf("%s", text.String())
	}
}

// TestTransactions has the transactions by hand do what the library does.
func TestTransactions(t *testing.T) {
	for _, kind := range []string{"sqlitestore", "pgstore"} {
		t.Run(kind, func(t *testing.T) {
			s, closed, err := openStage(t.Context(), kind)
			if err != nil {
				t.Fatal(err)
			}
			defer closed()
			if err := s.proves(t.Context()); err != nil {
				t.Error(err)
			}
			if err := s.join(t.Context(), "proof@"+s.other.domain, "Proof Person"); !errors.Is(err, errRefused) {
				t.Errorf("an address that is taken: %v", err)
			}
			if err := s.rename(t.Context(), "Proof"); !errors.Is(err, errNothing) {
				t.Errorf("the same name: %v", err)
			}
		})
	}
}
