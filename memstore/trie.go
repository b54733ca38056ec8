package memstore

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"math/rand/v2"
	"slices"

	"github.com/add4b1c6/tenancy"
)

// trie finds values by key, in a few steps whatever it holds: six bits of the key's hash choose one of 64 ways at each node, until one value is
// left. Tries that hold the same have the same shape. A trie is a value itself: whoever copies it has a snapshot, in which no change of the
// other shows.
type trie[V any] struct {
	root node[V]
	key  func(*V) tenancy.Key // never changes for a value
}

// node is a branch of a trie. One below the root holds two values at least. One below the last bits of the hash uses no ways: its values are those of one hash.
type node[V any] struct {
	epoch  uint64 // the transaction that made it, and may change it, though not values
	single uint64 // bit i: way i leads to one value
	branch uint64 // bit i: way i leads to a node
	values []V    // where the ways lead, in order
	nodes  []node[V]
}

// step is how many bits of the hash a node uses, and bottom how many there are.
const (
	step   = 6
	bottom = 64
)

// edit is what a transaction changes a trie with: its own number, and the hash of keys, always the same for one trie.
type edit struct {
	epoch uint64
	hash  func(tenancy.Key) uint64
}

func newTrie[V any](key func(*V) tenancy.Key) trie[V] { return trie[V]{key: key} }

// find gives what may have the key of a hash: one value or none, unless several have the same hash. They are not to be changed.
func (t *trie[V]) find(hash uint64) []V {
	n := &t.root
	for {
		bit := uint64(1) << (hash % (1 << step))
		switch {
		case n.branch&bit != 0:
			n = &n.nodes[bits.OnesCount64(n.branch&(bit-1))]
			hash >>= step
		case n.single&bit != 0:
			i := bits.OnesCount64(n.single & (bit - 1))
			return n.values[i : i+1]
		case n.single|n.branch == 0:
			return n.values
		default:
			return nil
		}
	}
}

// get gives the value of a key; nil: there is none. It is not to be changed.
func (t *trie[V]) get(hash uint64, key tenancy.Key) *V {
	found := t.find(hash)
	if i := t.index(found, key); i >= 0 {
		return &found[i]
	}
	return nil
}

func (t *trie[V]) index(values []V, key tenancy.Key) int {
	for i := range values {
		if t.key(&values[i]) == key {
			return i
		}
	}
	return -1
}

// put sets a value, in place of the one of its key.
func (t *trie[V]) put(e edit, value V) {
	key := t.key(&value)
	t.with(e, &t.root, 0, e.hash(key), key, value)
}

// remove takes the value of a key away, which must be there.
func (t *trie[V]) remove(e edit, key tenancy.Key) {
	t.without(e, &t.root, 0, e.hash(key), key)
}

func (t *trie[V]) with(e edit, n *node[V], used int, hash uint64, key tenancy.Key, value V) {
	n.own(e)
	if used >= bottom {
		if i := t.index(n.values, key); i >= 0 {
			n.values = changed(n.values, i, value)
		} else {
			n.values = inserted(n.values, len(n.values), value)
		}
		return
	}
	bit, i, j := n.way(hash >> used)
	switch {
	case n.branch&bit != 0:
		t.with(e, &n.nodes[j], used+step, hash, key, value)
	case n.single&bit == 0:
		n.single |= bit
		n.values = inserted(n.values, i, value)
	case t.key(&n.values[i]) == key:
		n.values = changed(n.values, i, value)
	default:
		below := node[V]{epoch: e.epoch}
		other := t.key(&n.values[i])
		t.with(e, &below, used+step, e.hash(other), other, n.values[i])
		t.with(e, &below, used+step, hash, key, value)
		n.single, n.branch = n.single&^bit, n.branch|bit
		n.values, n.nodes = deleted(n.values, i), inserted(n.nodes, j, below)
	}
}

func (t *trie[V]) without(e edit, n *node[V], used int, hash uint64, key tenancy.Key) {
	n.own(e)
	if used >= bottom {
		n.values = deleted(n.values, t.index(n.values, key))
		return
	}
	bit, i, j := n.way(hash >> used)
	if n.single&bit != 0 {
		n.single &^= bit
		n.values = deleted(n.values, i)
		return
	}
	below := &n.nodes[j]
	t.without(e, below, used+step, hash, key)
	if len(below.values) == 1 && len(below.nodes) == 0 {
		n.single, n.branch = n.single|bit, n.branch&^bit
		n.values, n.nodes = inserted(n.values, i, below.values[0]), deleted(n.nodes, j)
	}
}

// way gives the bit of the way that a hash begins with, and where in values and nodes what it leads to stands, or would.
func (n *node[V]) way(hash uint64) (bit uint64, value, node int) {
	bit = 1 << (hash % (1 << step))
	return bit, bits.OnesCount64(n.single & (bit - 1)), bits.OnesCount64(n.branch & (bit - 1))
}

func (n *node[V]) own(e edit) {
	if n.epoch != e.epoch {
		n.epoch, n.nodes = e.epoch, slices.Clone(n.nodes)
	}
}

// changed, inserted and deleted give a slice of its own, of exactly the length it needs.
func changed[T any](s []T, i int, v T) []T {
	s = slices.Clone(s)
	s[i] = v
	return s
}

func inserted[T any](s []T, i int, v T) []T {
	longer := make([]T, len(s)+1)
	copy(longer, s[:i])
	longer[i] = v
	copy(longer[i+1:], s[i:])
	return longer
}

func deleted[T any](s []T, i int) []T {
	shorter := make([]T, len(s)-1)
	copy(shorter, s[:i])
	copy(shorter[i:], s[i+1:])
	return shorter
}

// seed makes a store's hashes its own, so that nobody can choose keys that all take one way.
type seed struct {
	a, b uint64
	text maphash.Seed
}

func newSeed() *seed { return &seed{rand.Uint64(), rand.Uint64(), maphash.MakeSeed()} }

func (s *seed) hash(key tenancy.Key) uint64 {
	h := s.a
	if key.In != [16]byte{} {
		h = s.mix(h, key.In)
	}
	if key.Text != "" {
		h ^= maphash.String(s.text, key.Text)
	}
	return s.mix(h, key.ID)
}

// hashID and hashPair are hash for keys of these parts, neither zero.
func (s *seed) hashID(id [16]byte) uint64       { return s.mix(s.a, id) }
func (s *seed) hashPair(in, id [16]byte) uint64 { return s.mix(s.mix(s.a, in), id) }

func (s *seed) mix(h uint64, id [16]byte) uint64 {
	high, low := bits.Mul64(h^binary.LittleEndian.Uint64(id[:8]), s.b^binary.LittleEndian.Uint64(id[8:]))
	return high ^ low
}
