package main

import (
	"cmp"
	"fmt"
	"hash/maphash"
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

// judge checks histories that begin in a state, at a time that stands.
type judge struct {
	start    *reference.State
	now      tenancy.Instant
	patience time.Duration // how long checking a history may take
}

// check checks a history. It is Unknown if that takes longer than it may.
func (j judge) check(history []porcupine.Operation) porcupine.CheckResult {
	return porcupine.CheckOperationsTimeout(j.model(), history, j.patience)
}

// model is the model as porcupine wants it. Porcupine tries many orders, and asks the same of
// the same state again and again: so answers are kept, and equal states are one.
func (j judge) model() porcupine.Model {
	k := &known{now: j.now, seed: maphash.MakeSeed(), nodes: map[uint64][]*node{}, steps: map[question]answer{}}
	return porcupine.Model{
		Init:  func() any { return k.node(j.start) },
		Equal: func(a, b any) bool { return a == b },
		Hash:  func(n any) uint64 { return n.(*node).hash },
		Step: func(n, input, output any) (bool, any) {
			a := k.step(n.(*node), input.(*operation), output.(outcome))
			return a.can, a.then
		},
	}
}

// node is a state that was reached. There is one for all that are equal.
type node struct {
	state *reference.State
	hash  uint64
}

// question is whether an operation can come next; the answer is, and then what is reached.
// An operation is called once, so that it has one outcome in a history.
type question struct {
	at *node
	op *operation
}

type answer struct {
	can  bool
	then *node
}

// known is what was reached and answered before.
type known struct {
	now   tenancy.Instant
	seed  maphash.Seed
	nodes map[uint64][]*node
	steps map[question]answer
}

func (k *known) node(state *reference.State) *node {
	hash := hashOf(k.seed, state)
	for _, n := range k.nodes[hash] {
		if n.state.Equal(state) {
			return n
		}
	}
	n := &node{state, hash}
	k.nodes[hash] = append(k.nodes[hash], n)
	return n
}

func (k *known) step(at *node, op *operation, out outcome) answer {
	q := question{at, op}
	a, ok := k.steps[q]
	if !ok {
		can, state := step(at.state, k.now, op, out)
		a = answer{can, at}
		if state != at.state {
			a.then = k.node(state)
		}
		k.steps[q] = a
	}
	return a
}

// hashOf hashes the parts of a state that operations here change.
func hashOf(seed maphash.Seed, s *reference.State) uint64 {
	return hashMap(seed, 0, s.Organizations) ^ hashMap(seed, 1, s.Users) ^ hashMap(seed, 2, s.Members) ^
		hashMap(seed, 3, s.Accounts) ^ hashMap(seed, 4, s.Grants) ^ hashMap(seed, 5, s.Invitations)
}

// hashMap hashes a map, whatever order it is gone through in.
func hashMap[K, V comparable](seed maphash.Seed, of int, m map[K]V) (sum uint64) {
	type entry struct {
		of    int
		key   K
		value V
	}
	for key, value := range m {
		sum ^= maphash.Comparable(seed, entry{of, key, value})
	}
	return sum
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
	said := op.apply(m, out.made, out.result)
	succeeds := said.Codes == nil || said.Open
	switch {
	case out.code != "":
		return slices.Contains(said.Codes, out.code), state
	case !succeeds:
		return out.unknown, state
	case !out.unknown && op.essence != nil && said.Result != nil &&
		!reference.Alike(op.essence(out.result), said.Result):
		return false, state
	}
	if said.Open && said.Then != nil {
		said.Then()
	}
	return true, m.State
}

// shrink makes a refused history as short as that is sound: it ends at the first return at
// which it is refused already, where what has not returned is unknown; and reads and
// refusals are left out that are not needed for it to be refused. What was done, or may have
// been, stays: without it, what others saw of it would be refused, for a reason that there
// was not before.
func (j judge) shrink(history []porcupine.Operation) []porcupine.Operation {
	refused := func(h []porcupine.Operation) bool { return j.check(h) == porcupine.Illegal }
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
		if !op.reads() && out.code == "" {
			continue
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
				what = fmt.Sprintf("%+v", *s.state) // with addresses, which are made up
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
