package memstore

import (
	"encoding/binary"
	"maps"
	"math/bits"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
)

// pool is how many keys there are.
const pool = 60

// pair is the value that the tests keep.
type pair struct {
	key   tenancy.Entry
	value int
}

func keyOf(p *pair) tenancy.Entry { return p.key }

func numbered(n int) (key tenancy.Entry) {
	key.Key.Text = string(rune('a' + n%3))
	binary.BigEndian.PutUint64(key.Key.ID[:], uint64(n/3))
	return key
}

// TestTrie does the same to a trie and to a map and takes snapshots of both, which must
// stay the same. Hashes are good, or alike in their first bits, in their last bits, or
// in all.
func TestTrie(t *testing.T) {
	good := newSeed()
	hashes := map[string]func(tenancy.Entry) uint64{
		"good":        func(k tenancy.Entry) uint64 { return good.hash(&k) },
		"first bits":  func(k tenancy.Entry) uint64 { return good.hash(&k) << 40 },
		"last bits":   func(k tenancy.Entry) uint64 { return good.hash(&k) % 16 },
		"almost none": func(k tenancy.Entry) uint64 { return good.hash(&k) % 2 << 63 },
		"none":        func(tenancy.Entry) uint64 { return 0 },
	}
	for _, name := range slices.Sorted(maps.Keys(hashes)) {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) { rt.Repeat(newTrieMachine(hashes[name]).actions()) })
		})
	}
}

// trieMachine is a trie, the map it should be, and snapshots of both.
type trieMachine struct {
	trie      trie[pair]
	model     map[tenancy.Entry]int
	edit      edit
	count     int
	snapshots []trieMachine
}

func newTrieMachine(hash func(tenancy.Entry) uint64) *trieMachine {
	return &trieMachine{trie: trie[pair]{key: keyOf}, model: map[tenancy.Entry]int{}, edit: edit{2, hash}}
}

func (m *trieMachine) actions() map[string]func(*rapid.T) {
	number := rapid.IntRange(0, pool-1)
	put := func(n int) {
		m.count++
		m.trie.put(m.edit, numbered(n), pair{numbered(n), m.count})
		m.model[numbered(n)] = m.count
	}
	remove := func(n int) {
		if _, ok := m.model[numbered(n)]; ok {
			m.trie.remove(m.edit, numbered(n))
			delete(m.model, numbered(n))
		}
	}
	return map[string]func(*rapid.T){
		"put":    func(rt *rapid.T) { put(number.Draw(rt, "number")) },
		"remove": func(rt *rapid.T) { remove(number.Draw(rt, "number")) },
		"put many": func(rt *rapid.T) {
			for n := range number.Draw(rt, "many") {
				put(n)
			}
		},
		"remove many": func(rt *rapid.T) {
			for n := range number.Draw(rt, "many") {
				remove(n)
			}
		},
		"commit": func(*rapid.T) {
			m.snapshots = append(m.snapshots, trieMachine{trie: m.trie, model: maps.Clone(m.model), edit: m.edit})
			m.edit.epoch += 2
		},
		"roll back": func(*rapid.T) {
			if len(m.snapshots) > 0 {
				last := m.snapshots[len(m.snapshots)-1]
				m.trie, m.model = last.trie, maps.Clone(last.model)
				m.edit.epoch += 2
			}
		},
		"look back": func(rt *rapid.T) {
			for i := range m.snapshots {
				m.snapshots[i].check(rt)
			}
		},
		"": func(rt *rapid.T) { m.check(rt) },
	}
}

// check wants the trie to hold what the map holds, and its nodes to be as their
// comments say.
func (m *trieMachine) check(t require.TestingT) {
	kept := map[tenancy.Entry]int{}
	require.True(t, m.sound(&m.trie.root, 0, 0, kept), "shape")
	require.True(t, maps.Equal(m.model, kept), "values")
	for n := range pool {
		key := numbered(n)
		found := m.trie.get(m.edit.hash(key), key)
		if value, ok := m.model[key]; ok != (found != nil) || ok && *found != (pair{key, value}) {
			require.Fail(t, "not found right")
		}
	}
}

// sound checks a node that a number of bits of a hash leads to, and collects what is
// below it.
func (m *trieMachine) sound(n *node[pair], hash uint64, used int, kept map[tenancy.Entry]int) bool {
	count := bits.OnesCount64(n.one) + 2*bits.OnesCount64(n.two)
	if used >= bottom {
		count = len(n.values)
	}
	ok := len(n.values) == count && n.branch&(n.one|n.two) == 0 && (n.branch == 0) == (n.nodes == nil) &&
		(used == 0 || n.branch != 0 || len(n.values) > most)
	for _, p := range n.values {
		ok = ok && m.edit.hash(p.key)&(1<<used-1) == hash
		kept[p.key] = p.value
	}
	for way := uint64(0); n.nodes != nil && way < 1<<step; way++ {
		below := n.nodes[way]
		ok = ok && (n.branch>>way&1 == 1) == (below != nil) &&
			(below == nil || m.sound(below, hash|way<<used, used+step, kept))
	}
	return ok
}

// TestEditInPlace wants a transaction that writes much to copy each node only once.
func TestEditInPlace(t *testing.T) {
	good := newSeed()
	m := newTrieMachine(func(k tenancy.Entry) uint64 { return good.hash(&k) })
	write := func(value int) {
		for n := range 10_000 {
			m.trie.put(m.edit, numbered(n), pair{numbered(n), value})
		}
	}
	nodes := func() (all []*node[pair]) {
		for _, below := range m.trie.root.nodes {
			all = append(all, below)
			if below != nil && below.nodes != nil {
				all = append(all, below.nodes[:]...)
			}
		}
		return all
	}
	write(1)
	m.edit.epoch += 2
	write(2)
	first := nodes()
	write(3)
	for i, n := range nodes() {
		require.Same(t, first[i], n)
	}
}
