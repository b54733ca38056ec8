package memstore

import (
	"encoding/binary"
	"math/bits"

	"github.com/add4b1c6/tenancy"
)

// trie is a persistent hash trie, 64-way, from keys to records. Copying one is copying its root: nodes are shared until a writer changes them,
// and a writer changes nodes in place that carry its own token, so that many writes of one transaction copy a path once.
type trie struct {
	root *node
	len  int
}

// token is a writer's mark on the nodes it made.
type token struct{ _ byte }

// leaf is a record at its key. It is never changed.
type leaf struct {
	hash   uint64
	key    tenancy.Key
	record tenancy.Record
}

// node has, for each six bits of a hash, nothing, a leaf, or a node further down. Below the last bits stand leaves of one hash in a list.
type node struct {
	owner  *token
	leaves uint64 // slots with a leaf
	nodes  uint64 // slots with a node
	leaf   []*leaf
	child  []*node
	same   []*leaf // at the bottom: leaves of one hash
}

const (
	width  = 6
	bottom = 66 // no bits are left
)

// hashKey mixes the parts of a key. IDs are random in their last bytes; texts are hashed byte by byte.
func hashKey(k tenancy.Key) uint64 {
	const m = 0x9E3779B97F4A7C15
	h := binary.LittleEndian.Uint64(k.ID[8:])*m ^ binary.LittleEndian.Uint64(k.ID[:8])
	h = bits.RotateLeft64(h, 29)*m ^ binary.LittleEndian.Uint64(k.In[8:])
	h = bits.RotateLeft64(h, 31)*m ^ binary.LittleEndian.Uint64(k.In[:8])
	for i := range len(k.Text) {
		h = (h ^ uint64(k.Text[i])) * 0x100000001B3
	}
	h ^= h >> 32
	h *= m
	return h ^ h>>29
}

// get gives the record at a key; nil: none.
func (t *trie) get(k tenancy.Key) tenancy.Record {
	h := hashKey(k)
	n := t.root
	for shift := 0; n != nil; shift += width {
		if shift >= bottom {
			for _, l := range n.same {
				if l.key == k {
					return l.record
				}
			}
			return nil
		}
		bit := uint64(1) << (h >> shift & 63)
		if n.leaves&bit != 0 {
			if l := n.leaf[bits.OnesCount64(n.leaves&(bit-1))]; l.hash == h && l.key == k {
				return l.record
			}
			return nil
		}
		if n.nodes&bit == 0 {
			return nil
		}
		n = n.child[bits.OnesCount64(n.nodes&(bit-1))]
	}
	return nil
}

// put writes a record at a key.
func (t *trie) put(w *token, k tenancy.Key, record tenancy.Record) {
	l := &leaf{hashKey(k), k, record}
	var added bool
	t.root, added = put(t.root, w, l, 0)
	if added {
		t.len++
	}
}

// own gives a node that the writer may change.
func (n *node) own(w *token) *node {
	if n == nil {
		return &node{owner: w}
	}
	if n.owner == w {
		return n
	}
	return &node{w, n.leaves, n.nodes, append([]*leaf(nil), n.leaf...), append([]*node(nil), n.child...), append([]*leaf(nil), n.same...)}
}

func put(n *node, w *token, l *leaf, shift int) (*node, bool) {
	n = n.own(w)
	if shift >= bottom {
		for i, old := range n.same {
			if old.key == l.key {
				n.same[i] = l
				return n, false
			}
		}
		n.same = append(n.same, l)
		return n, true
	}
	bit := uint64(1) << (l.hash >> shift & 63)
	li, ni := bits.OnesCount64(n.leaves&(bit-1)), bits.OnesCount64(n.nodes&(bit-1))
	switch {
	case n.nodes&bit != 0:
		var added bool
		n.child[ni], added = put(n.child[ni], w, l, shift+width)
		return n, added
	case n.leaves&bit == 0:
		n.leaves |= bit
		n.leaf = append(n.leaf, nil)
		copy(n.leaf[li+1:], n.leaf[li:])
		n.leaf[li] = l
		return n, true
	case n.leaf[li].key == l.key:
		n.leaf[li] = l
		return n, false
	}
	old := n.leaf[li]
	n.leaves &^= bit
	n.leaf = append(n.leaf[:li:li], n.leaf[li+1:]...)
	below, _ := put(nil, w, old, shift+width)
	below, _ = put(below, w, l, shift+width)
	n.nodes |= bit
	n.child = append(n.child, nil)
	copy(n.child[ni+1:], n.child[ni:])
	n.child[ni] = below
	return n, true
}

// remove takes the record at a key away.
func (t *trie) remove(w *token, k tenancy.Key) {
	if t.get(k) == nil {
		return
	}
	t.len--
	t.root = remove(t.root, w, k, hashKey(k), 0)
}

// remove gives the node without the key, nil if it is empty then.
func remove(n *node, w *token, k tenancy.Key, h uint64, shift int) *node {
	n = n.own(w)
	if shift >= bottom {
		for i, l := range n.same {
			if l.key == k {
				n.same = append(n.same[:i:i], n.same[i+1:]...)
				break
			}
		}
		if len(n.same) == 0 {
			return nil
		}
		return n
	}
	bit := uint64(1) << (h >> shift & 63)
	if n.leaves&bit != 0 {
		i := bits.OnesCount64(n.leaves & (bit - 1))
		n.leaves &^= bit
		n.leaf = append(n.leaf[:i:i], n.leaf[i+1:]...)
	} else {
		i := bits.OnesCount64(n.nodes & (bit - 1))
		if n.child[i] = remove(n.child[i], w, k, h, shift+width); n.child[i] == nil {
			n.nodes &^= bit
			n.child = append(n.child[:i:i], n.child[i+1:]...)
		}
	}
	if n.leaves == 0 && n.nodes == 0 {
		return nil
	}
	return n
}
