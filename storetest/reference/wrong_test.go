package reference_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy/storetest/reference"
)

// TestWrongModels takes one rule out of the model at a time, and requires that the
// comparison notices. What is noticed is a difference: that the rule holds in the library,
// and is met by the random operations. If the command says -rapid.checks, it does so with
// those rules too that take many steps to be met, in as many runs at most.
func TestWrongModels(t *testing.T) {
	rules, slow := reference.Mutants()
	switch {
	case told():
		rules = append(rules, slow...)
	case testing.Short():
		rules = rules[:3]
		set(t, "rapid.checks", "2000") // package rapid does a fifth of them
	default:
		set(t, "rapid.checks", "400")
	}
	set(t, "rapid.shrinktime", "0s")
	set(t, "rapid.nofailfile", "true")
	for _, rule := range rules {
		t.Run(rule, func(t *testing.T) {
			reached := &reference.Reached{}
			said := failing(func(tb rapid.TB) { rapid.Check(tb, reference.RunWithout(t, reached, rule, memory)) })
			require.NotEmpty(t, said, "a model without %s is as good, in %d steps", rule, reached.Steps())
			t.Logf("noticed after %d steps", reached.Steps())
		})
	}
}

// failing runs a test that may fail, and returns what it then says.
func failing(test func(rapid.TB)) (said string) {
	tb := &quiet{}
	done := make(chan struct{})
	go func() { // FailNow ends the goroutine
		defer close(done)
		test(tb)
	}()
	<-done
	if !tb.failed {
		return ""
	}
	return tb.text.String()
}

// quiet is a test whose failure fails nothing.
type quiet struct {
	failed bool
	text   strings.Builder
}

func (q *quiet) Helper()                           {}
func (q *quiet) Name() string                      { return "TestWrongModels" }
func (q *quiet) Logf(format string, args ...any)   { fmt.Fprintf(&q.text, format+"\n", args...) }
func (q *quiet) Log(args ...any)                   { fmt.Fprintln(&q.text, args...) }
func (q *quiet) Skipf(format string, args ...any)  { q.SkipNow() }
func (q *quiet) Skip(args ...any)                  { q.SkipNow() }
func (q *quiet) SkipNow()                          { runtime.Goexit() }
func (q *quiet) Errorf(format string, args ...any) { q.Logf(format, args...); q.failed = true }
func (q *quiet) Error(args ...any)                 { q.Log(args...); q.failed = true }
func (q *quiet) Fatalf(format string, args ...any) { q.Logf(format, args...); q.FailNow() }
func (q *quiet) Fatal(args ...any)                 { q.Log(args...); q.FailNow() }
func (q *quiet) FailNow()                          { q.failed = true; runtime.Goexit() }
func (q *quiet) Fail()                             { q.failed = true }
func (q *quiet) Failed() bool                      { return q.failed }
