package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSurvivors runs the tool over a package whose tests forget three things: the points
// zero and a hundred, and what is said last.
func TestSurvivors(t *testing.T) {
	o := &options{dir: "testdata/toy", parallel: 2, timeout: time.Minute}
	mutants, err := o.tried(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range mutants {
		if m.killed == "" {
			got = append(got, m.at+" "+m.what)
		}
	}
	want := []string{
		"toy.go:5 the comparison is the other way at the boundary (points < 0)",
		"toy.go:8 the comparison is the other way at the boundary (points <= 100)",
		`toy.go:22 the call is left out (l.say("goodbye"))`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("survivors:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(mutants) < 12 {
		t.Errorf("only %d mutants", len(mutants))
	}
}
