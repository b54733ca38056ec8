package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest/reference"
)

// planned is a history whose check may take as long as it does, however busy the machine is.
func planned(seed uint64) plan {
	return plan{clients: 8, operations: 160, seed: seed}
}

// TestStores runs a few histories on the stores that need no server.
func TestStores(t *testing.T) {
	for _, kind := range []string{"memstore", "sqlitestore"} {
		for _, faults := range []bool{false, true} {
			name := kind
			if faults {
				name += " with faults"
			}
			t.Run(name, func(t *testing.T) {
				stores, err := open(t.Context(), kind)
				require.NoError(t, err)
				defer stores.close()
				var all tally
				for i := range 6 {
					p := planned(uint64(i))
					p.faults = faults
					one, refused, err := stores.history(t.Context(), i, p)
					require.NoError(t, err)
					require.Empty(t, refused, strings.Join(refused, "\n"))
					all.add(one)
				}
				t.Log(all)
				require.Zero(t, all.undecided)
				require.NotZero(t, all.done)
				require.NotZero(t, all.denied)
				require.Equal(t, faults, all.unknown > 0, "outcomes are unknown with faults")
			})
		}
	}
}

// TestBrokenStores shows that each kind of broken store is found.
func TestBrokenStores(t *testing.T) {
	for _, c := range []struct {
		name   string
		faults bool
		over   func(tenancy.Store) tenancy.Store
	}{
		{"Views see what was there before", false, newStale},
		{"an Update reads one state and writes into another", false,
			func(s tenancy.Store) tenancy.Store { return torn{s} }},
		{"a commit is forgotten", false, func(s tenancy.Store) tenancy.Store { return newForgetful(s) }},
		{"what was committed is said not to be", true, // without faults any error ends a run
			func(s tenancy.Store) tenancy.Store { return lying{newForgetful(s)} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := planned(0)
			p.faults, p.over = c.faults, c.over
			require.True(t, soon(t, p), "no history is refused")
			p.over = nil
			one, lines, err := record(t.Context(), memstore.New(), p)
			require.NoError(t, err)
			require.Empty(t, lines, "the same with a store that is right")
			require.Zero(t, one.undecided)
		})
	}
}

// soon reports whether one of many histories is refused. How clients interleave is not
// drawn, so a broken store need not show in the first one.
func soon(t *testing.T, p plan) bool {
	for range 200 {
		p.seed++
		one, lines, err := record(t.Context(), memstore.New(), p)
		// what is written over what others wrote can be something that no operation expects
		if err == nil && one.refused > 0 {
			t.Logf("with seed %d:\n%s", p.seed, strings.Join(lines, "\n"))
			return true
		}
	}
	return false
}

// TestUnknownOutcome shows that an operation whose outcome is unknown may have been done,
// early or late, or not; and that what is seen of it must agree.
func TestUnknownOutcome(t *testing.T) {
	org := tenancy.OrganizationID{1}
	start := reference.NewState()
	start.Organizations[org] = reference.Organization{Name: "Old", State: tenancy.StateActive}
	rename := &operation{name: "RenameOrganization", apply: func(m *reference.Model, _ made, _ any) reference.Answer {
		o := m.Organizations[org]
		o.Name = "New"
		m.Organizations[org] = o
		return reference.Answer{}
	}}
	lost := porcupine.Operation{Input: rename, Call: 3, Output: outcome{unknown: true}, Return: never}
	seen := func(at int64, name string) porcupine.Operation {
		see := &operation{name: "Organization", holds: func(m *reference.Model, got any) bool {
			return m.Organizations[org].Name == got
		}}
		return porcupine.Operation{Input: see, Call: at, Output: outcome{result: name}, Return: at + 1}
	}
	j := judge{start: start}
	for _, c := range []struct {
		name string
		want porcupine.CheckResult
		seen []porcupine.Operation
	}{
		{"done at once", porcupine.Ok, []porcupine.Operation{seen(5, "New")}},
		{"done late", porcupine.Ok, []porcupine.Operation{seen(5, "Old"), seen(7, "New")}},
		{"not done", porcupine.Ok, []porcupine.Operation{seen(5, "Old"), seen(7, "Old")}},
		{"done before it was called", porcupine.Illegal, []porcupine.Operation{seen(1, "New")}},
		{"done and undone", porcupine.Illegal, []porcupine.Operation{seen(5, "New"), seen(7, "Old")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, j.check(append(slices.Clone(c.seen), lost)))
		})
	}
	t.Run("certainly done", func(t *testing.T) {
		done := lost
		done.Output, done.Return = outcome{}, 4
		require.Equal(t, porcupine.Illegal, j.check([]porcupine.Operation{done, seen(5, "Old")}))
	})
}

// TestShrink shows that what a refused history does not need is left out.
func TestShrink(t *testing.T) {
	start := reference.NewState()
	var history []porcupine.Operation
	for i := range 20 {
		op := &operation{name: "read", text: "read", holds: func(*reference.Model, any) bool { return i != 11 }}
		history = append(history, porcupine.Operation{Input: op, Call: int64(2 * i), Output: outcome{}, Return: int64(2*i + 1)})
	}
	short := judge{start: start}.shrink(history)
	require.Equal(t, history[11:12], short)
	require.Len(t, tell(short), 1)
}
