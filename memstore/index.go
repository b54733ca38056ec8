package memstore

import (
	"bytes"

	"github.com/tidwall/btree"

	"github.com/add4b1c6/tenancy"
)

// places is an ordered set of keys: what an index holds. In an index that does not use ID, ID is the record's nevertheless, so that every
// place says which record is there.
type places interface {
	put(tenancy.Key)
	remove(tenancy.Key)
	next(from tenancy.Key) (tenancy.Key, bool)           // the first that does not come before from
	each(from tenancy.Key, visit func(tenancy.Key) bool) // those from there on, until visit says no
	copy() places                                        // for one that may be changed; this one is not any more
}

// newPlaces makes an empty set for an index, which keeps no more of a key than the index uses.
func newPlaces(row tenancy.IndexInfo) places {
	switch {
	case row.In && row.Text:
		return newTree(func(k tenancy.Key) tenancy.Key { return k }, func(k tenancy.Key) tenancy.Key { return k }, func(a, b tenancy.Key) bool {
			if c := bytes.Compare(a.In[:], b.In[:]); c != 0 {
				return c < 0
			}
			return a.Text < b.Text || a.Text == b.Text && bytes.Compare(a.ID[:], b.ID[:]) < 0
		})
	case row.Text:
		type place struct {
			text string
			id   [16]byte
		}
		return newTree(func(k tenancy.Key) place { return place{k.Text, k.ID} }, func(p place) tenancy.Key { return tenancy.Key{Text: p.text, ID: p.id} }, func(a, b place) bool {
			return a.text < b.text || a.text == b.text && bytes.Compare(a.id[:], b.id[:]) < 0
		})
	case row.In:
		type place struct{ in, id [16]byte }
		return newTree(func(k tenancy.Key) place { return place{k.In, k.ID} }, func(p place) tenancy.Key { return tenancy.Key{In: p.in, ID: p.id} }, func(a, b place) bool {
			c := bytes.Compare(a.in[:], b.in[:])
			return c < 0 || c == 0 && bytes.Compare(a.id[:], b.id[:]) < 0
		})
	}
	return newTree(func(k tenancy.Key) [16]byte { return k.ID }, func(p [16]byte) tenancy.Key { return tenancy.Key{ID: p} }, func(a, b [16]byte) bool {
		return bytes.Compare(a[:], b[:]) < 0
	})
}

// tree is places in the form P.
type tree[P any] struct {
	*btree.BTreeG[P]
	pack   func(tenancy.Key) P
	unpack func(P) tenancy.Key
}

func newTree[P any](pack func(tenancy.Key) P, unpack func(P) tenancy.Key, before func(a, b P) bool) tree[P] {
	return tree[P]{btree.NewBTreeGOptions(before, btree.Options{NoLocks: true}), pack, unpack}
}

func (t tree[P]) put(key tenancy.Key)    { t.Set(t.pack(key)) }
func (t tree[P]) remove(key tenancy.Key) { t.Delete(t.pack(key)) }

func (t tree[P]) next(from tenancy.Key) (key tenancy.Key, ok bool) {
	t.Ascend(t.pack(from), func(p P) bool {
		key, ok = t.unpack(p), true
		return false
	})
	return key, ok
}

func (t tree[P]) each(from tenancy.Key, visit func(tenancy.Key) bool) {
	t.Ascend(t.pack(from), func(p P) bool { return visit(t.unpack(p)) })
}

func (t tree[P]) copy() places { return tree[P]{t.Copy(), t.pack, t.unpack} }
