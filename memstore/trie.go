package memstore

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"math/rand/v2"
	"slices"

	"github.com/add4b1c6/tenancy"
)

// trie finds values by key in a few steps, however many it holds. At each node six bits
// of the key's hash choose one of 64 ways, until few values are left. A trie is a
// value: a copy is a snapshot, which does not see changes of the original.
type trie[V any] struct {
	root node[V]
	key  func(*V) tenancy.Entry // of a value, always the same
}

// node is where a trie branches. A way leads to up to three values, which the node
// holds, or, if there are more, to another node. Below the last bits of the hash a node
// has no ways: all its values have the same hash. A node takes 64 bytes, a line of the
// processor's cache. One byte more would slow Access down measurably.
type node[V any] struct {
	branch   uint64        // bit i: way i leads to a node
	one, two uint64        // bits i: the low and the high bit of how many values way i leads to
	epoch    uint64        // the transaction that made the node; low bit set: it also made values
	values   []V           // in the order of their ways
	nodes    *[64]*node[V] // by way; nil: no way leads to a node
}

const (
	step   = 6  // how many bits of the hash a node uses
	bottom = 64 // how many bits a hash has
	most   = 3  // how many values a way leads to
)

// edit is what a transaction needs to change tries.
type edit struct {
	epoch uint64                     // its number, even and never used before
	hash  func(tenancy.Entry) uint64 // of a key; always the same for a trie
}

// empty reports whether the trie has no values.
func (t *trie[V]) empty() bool { return t.root.branch == 0 && len(t.root.values) == 0 }

// find returns the values that may have a key with a hash: up to three, or all that
// have the same hash. The caller must not change them.
func (t *trie[V]) find(hash uint64) []V {
	n := &t.root
	for {
		way := hash % (1 << step)
		if n.branch>>way&1 == 0 {
			at, count := n.run(way)
			if count == 0 && n.branch|n.one|n.two == 0 {
				count = len(n.values)
			}
			return n.values[at : at+count]
		}
		n = n.nodes[way]
		hash >>= step
	}
}

// run returns where the values of a way begin, and how many there are.
func (n *node[V]) run(way uint64) (at, count int) {
	before := uint64(1)<<way - 1
	return bits.OnesCount64(n.one&before) + bits.OnesCount64(n.two&before)*2, int(n.one>>way&1 + n.two>>way&1*2)
}

// get returns the value of a key, or nil. The caller must not change it.
func (t *trie[V]) get(hash uint64, key tenancy.Entry) *V {
	found := t.find(hash)
	if i := t.index(found, key); i >= 0 {
		return &found[i]
	}
	return nil
}

func (t *trie[V]) index(values []V, key tenancy.Entry) int {
	for i := range values {
		if t.key(&values[i]) == key {
			return i
		}
	}
	return -1
}

// put sets the value of its key.
func (t *trie[V]) put(e edit, key tenancy.Entry, value V) {
	t.root = *t.with(e, &t.root, 0, e.hash(key), key, value)
}

// remove removes the value of a key, which must exist.
func (t *trie[V]) remove(e edit, key tenancy.Entry) {
	t.root = *t.without(e, &t.root, 0, e.hash(key), key)
}

// with returns a node with a value. used is how many bits of the hash led to the node.
func (t *trie[V]) with(e edit, n *node[V], used int, hash uint64, key tenancy.Entry, value V) *node[V] {
	n = n.own(e)
	if used >= bottom {
		if i := t.index(n.values, key); i >= 0 {
			n.set(i, value)
		} else {
			n.insert(0, value)
		}
		return n
	}
	way := hash >> used % (1 << step)
	if n.branch>>way&1 == 1 {
		n.nodes[way] = t.with(e, n.nodes[way], used+step, hash, key, value)
		return n
	}
	at, count := n.run(way)
	if i := t.index(n.values[at:at+count], key); i >= 0 {
		n.set(at+i, value)
		return n
	}
	if count < most {
		n.insert(at, value)
		n.count(way, count+1)
		return n
	}
	below := &node[V]{epoch: e.epoch}
	for _, v := range append(n.values[at:at+count:at+count], value) {
		k := t.key(&v)
		below = t.with(e, below, used+step, e.hash(k), k, v)
	}
	n.delete(at, count)
	n.count(way, 0)
	n.lead(way, below)
	return n
}

// without returns a node without the value of a key.
func (t *trie[V]) without(e edit, n *node[V], used int, hash uint64, key tenancy.Entry) *node[V] {
	n = n.own(e)
	if used >= bottom {
		n.delete(t.index(n.values, key), 1)
		return n
	}
	way := hash >> used % (1 << step)
	at, count := n.run(way)
	if n.branch>>way&1 == 0 {
		n.delete(at+t.index(n.values[at:at+count], key), 1)
		n.count(way, count-1)
		return n
	}
	below := t.without(e, n.nodes[way], used+step, hash, key)
	if below.branch != 0 || len(below.values) > most {
		n.nodes[way] = below
		return n
	}
	for _, v := range below.values {
		n.insert(at, v)
	}
	n.count(way, len(below.values))
	n.lead(way, nil)
	return n
}

// own returns the node to change: the node itself if the transaction made it, or a
// copy. Its values may still be shared.
func (n *node[V]) own(e edit) *node[V] {
	if n.epoch|1 == e.epoch|1 {
		return n
	}
	o := *n
	o.epoch = e.epoch
	if o.nodes != nil {
		o.nodes = new(*n.nodes)
	}
	return &o
}

// lead makes a way lead to a node, or to none if to is nil.
func (n *node[V]) lead(way uint64, to *node[V]) {
	if to == nil {
		n.branch &^= 1 << way
	} else {
		n.branch |= 1 << way
	}
	if n.branch == 0 {
		n.nodes = nil
		return
	}
	if n.nodes == nil {
		n.nodes = new([64]*node[V])
	}
	n.nodes[way] = to
}

// count sets how many values a way leads to.
func (n *node[V]) count(way uint64, count int) {
	n.one = n.one&^(1<<way) | uint64(count&1)<<way
	n.two = n.two&^(1<<way) | uint64(count>>1)<<way
}

// set, insert and delete change the values: in place if the transaction made them, or
// in a copy. They keep no room for more values, since most nodes stay as they are.

func (n *node[V]) set(i int, value V) {
	if n.epoch&1 == 0 {
		n.values, n.epoch = slices.Clone(n.values), n.epoch|1
	}
	n.values[i] = value
}

func (n *node[V]) insert(i int, value V) {
	if n.epoch&1 == 1 && len(n.values) < cap(n.values) {
		n.values = slices.Insert(n.values, i, value)
		return
	}
	longer := make([]V, len(n.values)+1)
	copy(longer, n.values[:i])
	longer[i] = value
	copy(longer[i+1:], n.values[i:])
	n.values, n.epoch = longer, n.epoch|1
}

func (n *node[V]) delete(i, count int) {
	if n.epoch&1 == 1 {
		n.values = slices.Delete(n.values, i, i+count)
		return
	}
	shorter := make([]V, len(n.values)-count)
	copy(shorter, n.values[:i])
	copy(shorter[i:], n.values[i+count:])
	n.values, n.epoch = shorter, n.epoch|1
}

// seed makes a store's hashes its own, so that nobody can choose keys that all take the
// same way.
type seed struct {
	a, b uint64
	text maphash.Seed
}

func newSeed() *seed { return &seed{rand.Uint64(), rand.Uint64(), maphash.MakeSeed()} }

func (s *seed) hash(at *tenancy.Entry) uint64 {
	h := s.a + uint64(at.Index)
	if at.Key.In != [16]byte{} {
		h = s.mix(h, &at.Key.In)
	}
	if at.Key.Text != "" {
		h ^= maphash.String(s.text, at.Key.Text)
	}
	return s.mix(h, &at.Key.ID)
}

// hashID and hashPair return what hash returns for keys of these parts. hashPair
// differs if in is zero, which it never is in a key.
func (s *seed) hashID(index tenancy.Index, id *[16]byte) uint64 {
	return s.mix(s.a+uint64(index), id)
}
func (s *seed) hashPair(index tenancy.Index, in, id *[16]byte) uint64 {
	return s.mix(s.mix(s.a+uint64(index), in), id)
}

func (s *seed) mix(h uint64, id *[16]byte) uint64 {
	high, low := bits.Mul64(h^binary.LittleEndian.Uint64(id[:8]), s.b^binary.LittleEndian.Uint64(id[8:]))
	return high ^ low
}
