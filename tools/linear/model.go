package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/storetest/reference"
)

// operation is one call of a client, as drawn. One that reads has holds, and one that
// writes has apply.
type operation struct {
	name  string
	text  string // for messages
	holds func(*reference.Model, any) bool
	apply func(*reference.Model, made, any) reference.Answer
	// essence is what the model says about the result; nil: nothing.
	essence func(any) any
}

func (o *operation) reads() bool { return o.holds != nil }

// made are the IDs of what an operation made, which are known also if it is not known
// whether it was done.
type made struct {
	invitation   tenancy.InvitationID
	account      tenancy.AccountID
	user         tenancy.UserID
	organization tenancy.OrganizationID
}

// outcome is what a client knows of an operation. One without a code and not unknown
// succeeded.
type outcome struct {
	code    tenancy.Code
	unknown bool
	made    made
	result  any
}

// never is when an operation returns whose outcome is unknown.
const never = math.MaxInt64

// checker is the model as porcupine wants it: from a state, and at a time that stands.
func checker(start *reference.State, now time.Time) porcupine.Model {
	at := tenancy.Instant(now.UnixMicro())
	return porcupine.Model{
		Init:  func() any { return start },
		Equal: func(a, b any) bool { return a.(*reference.State).Equal(b.(*reference.State)) },
		Step: func(state, input, output any) (bool, any) {
			return step(state.(*reference.State), at, input.(*operation), output.(outcome))
		},
	}
}

// step answers whether an operation can have this outcome in this state, and gives the
// state after it.
//
// One whose outcome is unknown can have been done or not. Its return is at the end of the
// history, so that "not" needs no state of its own: it is the same as being done after
// everything else, where nobody sees it. Therefore the model does it if it can, and nothing
// if it cannot.
func step(state *reference.State, now tenancy.Instant, op *operation, out outcome) (bool, *reference.State) {
	m := &reference.Model{State: state, Now: now}
	if op.reads() {
		return op.holds(m, out.result), state
	}
	m.State = state.Clone()
	answer := op.apply(m, out.made, out.result)
	succeeds := answer.Codes == nil || answer.Open
	switch {
	case out.code != "":
		return slices.Contains(answer.Codes, out.code), state
	case !succeeds:
		return out.unknown, state
	case !out.unknown && op.essence != nil && answer.Result != nil &&
		!reference.Alike(op.essence(out.result), answer.Result):
		return false, state
	}
	if answer.Open && answer.Then != nil {
		answer.Then()
	}
	return true, m.State
}

// check checks a history. It is Unknown if that takes longer than the time given.
func check(model porcupine.Model, history []porcupine.Operation, patience time.Duration) porcupine.CheckResult {
	return porcupine.CheckOperationsTimeout(model, history, patience)
}

// shrink makes a refused history as short as that is sound: it ends at the first return at
// which it is refused already, where what has not returned is unknown; and reads and
// refusals are left out that are not needed for it to be refused.
func shrink(model porcupine.Model, history []porcupine.Operation, patience time.Duration) []porcupine.Operation {
	refused := func(h []porcupine.Operation) bool { return check(model, h, patience) == porcupine.Illegal }
	returns := []int64{}
	for _, op := range history {
		if op.Return != never {
			returns = append(returns, op.Return)
		}
	}
	slices.Sort(returns)
	n, _ := slices.BinarySearchFunc(returns, true, func(at int64, _ bool) int {
		if refused(until(history, at)) {
			return 1
		}
		return -1
	})
	if n < len(returns) {
		history = until(history, returns[n])
	}
	for i := len(history) - 1; i >= 0; i-- {
		op, out := history[i].Input.(*operation), history[i].Output.(outcome)
		if !op.reads() && out.code == "" && !out.unknown {
			continue // others may need what it did
		}
		if less := slices.Delete(slices.Clone(history), i, i+1); refused(less) {
			history = less
		}
	}
	return history
}

// until is a history as it was known at a time.
func until(history []porcupine.Operation, at int64) (h []porcupine.Operation) {
	for _, op := range history {
		switch {
		case op.Call > at:
			continue
		case op.Return > at:
			if op.Input.(*operation).reads() {
				continue
			}
			out := op.Output.(outcome)
			op.Output, op.Return = outcome{unknown: true, made: out.made}, never
		}
		h = append(h, op)
	}
	return h
}

// tell describes a history, in the order of the calls.
func tell(history []porcupine.Operation) (lines []string) {
	sorted := slices.SortedFunc(slices.Values(history),
		func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
	for _, op := range sorted {
		out := op.Output.(outcome)
		what := "done"
		switch {
		case out.unknown:
			what = "unknown"
		case out.code != "":
			what = string(out.code)
		case op.Input.(*operation).reads():
			what = fmt.Sprintf("%+v", out.result)
			if s, ok := out.result.(snapshot); ok {
				what = fmt.Sprintf("%+v", *s.state)
			}
		}
		end := fmt.Sprint(op.Return)
		if op.Return == never {
			end = "-"
		}
		lines = append(lines, fmt.Sprintf("client %-2d %5d to %-5s %s: %s", op.ClientId, op.Call, end,
			op.Input.(*operation).text, what))
	}
	return lines
}
