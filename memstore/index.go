package memstore

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"

	"github.com/tidwall/btree"

	"github.com/add4b1c6/tenancy"
)

// layout is what a store knows about kinds and indexes, taken from the table of indexes.
type layout struct {
	*seed
	rows  []row // by index
	kinds map[reflect.Type]tenancy.Index
}

// row is what a store knows about an index.
type row struct {
	tenancy.IndexInfo
	kind   tenancy.Index // the identity index of its records
	paired bool          // the identity of its records is two IDs, which its keys hold in the other order
	dated  bool          // the identity of its records has a text, which its keys hold after an instant and a space
}

func newLayout() *layout {
	table := tenancy.Indexes()
	l := &layout{seed: newSeed(), rows: make([]row, len(table)+1), kinds: map[reflect.Type]tenancy.Index{}}
	for _, info := range table {
		if info.Identity {
			l.kinds[reflect.TypeOf(info.Record)] = info.Index
		}
	}
	for _, info := range table {
		kind := l.kinds[reflect.TypeOf(info.Record)]
		of := table[kind-1]
		l.rows[info.Index] = row{info, kind, !info.Identity && of.In, !info.Identity && of.Text}
	}
	return l
}

// row returns the row of an index.
func (l *layout) row(i tenancy.Index) (*row, error) {
	if i == 0 || int(i) >= len(l.rows) {
		return nil, fmt.Errorf("memstore: unknown index %d", i)
	}
	return &l.rows[i], nil
}

// known reports whether a record is of a kind in the table. A pointer to a record is not.
func (l *layout) known(r tenancy.Record) bool {
	_, ok := l.kinds[reflect.TypeOf(r)]
	return ok
}

// ordered reports whether an index has an order. All have, except identities that are
// never listed.
func (r *row) ordered() bool { return r.Listed || !r.Identity }

// place returns the place of a record's entry: the entry's key, with the record's ID if
// the index does not use ID, and with both IDs if it uses one of two. So every place says which record it belongs to.
func (r *row) place(key tenancy.Key, identity tenancy.Entry) tenancy.Key {
	if !r.ID {
		key.ID = identity.Key.ID
	}
	if r.paired && !r.In {
		key.In = identity.Key.In
	}
	return key
}

// identity returns the identity of the record that a place belongs to.
func (r *row) identity(place tenancy.Key) tenancy.Entry {
	switch {
	case r.Identity:
		return tenancy.Entry{Index: r.kind, Key: place}
	case r.paired && !r.In:
		return tenancy.Entry{Index: r.kind, Key: tenancy.Key{In: place.In, ID: place.ID}}
	case r.paired: // its keys hold them in the other order
		return tenancy.Entry{Index: r.kind, Key: tenancy.Key{In: place.ID, ID: place.In}}
	}
	key := tenancy.Key{ID: place.ID}
	if r.dated {
		_, key.Text, _ = strings.Cut(place.Text, " ")
	}
	return tenancy.Entry{Index: r.kind, Key: key}
}

// uses reports whether a key has only parts that the index uses.
func (r *row) uses(key tenancy.Key) bool {
	return (r.In || key.In == [16]byte{}) && (r.Text || key.Text == "") && (r.ID || key.ID == [16]byte{})
}

// full reports whether a key has all parts that the index uses.
func (r *row) full(key tenancy.Key) bool {
	return !(r.In && key.In == [16]byte{} || r.Text && key.Text == "" || r.ID && key.ID == [16]byte{})
}

// index is the places of an index, and the transaction that may change them.
type index struct {
	places
	epoch uint64
}

// places is an ordered set of places, the content of an index.
type places interface {
	put(tenancy.Key)
	remove(tenancy.Key)
	next(from tenancy.Key) (tenancy.Key, bool)           // the first one that does not come before from
	past(after tenancy.Key, n int) (tenancy.Key, bool)   // the one that has n others between after and itself
	each(from tenancy.Key, visit func(tenancy.Key) bool) // the ones from there on, until visit returns false
	copy() places                                        // a copy to change; the original no longer changes
	gather(n int) places                                 // the set, holding back about n changes of either kind
	gathered() places                                    // the set with the changes that were held back
}

// newPlaces makes an empty set for an index. The set keeps only the parts of a place
// that the index needs.
func newPlaces(info tenancy.IndexInfo) places {
	switch {
	case info.In && info.Text:
		whole := func(k tenancy.Key) tenancy.Key { return k }
		return newTree(whole, whole, func(a, b tenancy.Key) int {
			if c := bytes.Compare(a.In[:], b.In[:]); c != 0 {
				return c
			}
			return compareText(a.Text, b.Text, &a.ID, &b.ID)
		})
	case info.Text:
		type place struct {
			text   string
			id, in [16]byte // in comes along, and orders nothing
		}
		return newTree(func(k tenancy.Key) place { return place{k.Text, k.ID, k.In} },
			func(p place) tenancy.Key { return tenancy.Key{In: p.in, Text: p.text, ID: p.id} },
			func(a, b place) int { return compareText(a.text, b.text, &a.id, &b.id) })
	case info.In:
		type place struct{ in, id [16]byte }
		return newTree(func(k tenancy.Key) place { return place{k.In, k.ID} },
			func(p place) tenancy.Key { return tenancy.Key{In: p.in, ID: p.id} },
			func(a, b place) int {
				if c := bytes.Compare(a.in[:], b.in[:]); c != 0 {
					return c
				}
				return bytes.Compare(a.id[:], b.id[:])
			})
	}
	return newTree(func(k tenancy.Key) [16]byte { return k.ID },
		func(p [16]byte) tenancy.Key { return tenancy.Key{ID: p} },
		func(a, b [16]byte) int { return bytes.Compare(a[:], b[:]) })
}

func compareText(a, b string, idA, idB *[16]byte) int {
	if c := strings.Compare(a, b); c != 0 {
		return c
	}
	return bytes.Compare(idA[:], idB[:])
}

// tree is a set of places, kept in the form P.
type tree[P any] struct {
	*btree.BTreeG[P]
	pack    func(tenancy.Key) P
	unpack  func(P) tenancy.Key
	compare func(a, b P) int
}

// degree is half of what a node of a tree holds. A change copies more if nodes are
// larger, and there are more of them if they are smaller. 16 took the least time.
const degree = 16

func newTree[P any](pack func(tenancy.Key) P, unpack func(P) tenancy.Key, compare func(a, b P) int) tree[P] {
	before := func(a, b P) bool { return compare(a, b) < 0 }
	return tree[P]{btree.NewBTreeGOptions(before, btree.Options{NoLocks: true, Degree: degree}),
		pack, unpack, compare}
}

func (t tree[P]) put(place tenancy.Key)    { t.Set(t.pack(place)) }
func (t tree[P]) remove(place tenancy.Key) { t.Delete(t.pack(place)) }
func (t tree[P]) copy() places             { return tree[P]{t.Copy(), t.pack, t.unpack, t.compare} }

func (t tree[P]) next(from tenancy.Key) (place tenancy.Key, ok bool) {
	t.Ascend(t.pack(from), func(p P) bool {
		place, ok = t.unpack(p), true
		return false
	})
	return place, ok
}

// past counts by what the nodes of the tree hold, and visits none of the places between.
func (t tree[P]) past(after tenancy.Key, n int) (tenancy.Key, bool) {
	packed := t.pack(after)
	first := sort.Search(t.Len(), func(i int) bool {
		p, _ := t.GetAt(i)
		return t.compare(p, packed) > 0
	})
	p, ok := t.GetAt(first + n)
	return t.unpack(p), ok
}

func (t tree[P]) each(from tenancy.Key, visit func(tenancy.Key) bool) {
	t.Ascend(t.pack(from), func(p P) bool { return visit(t.unpack(p)) })
}

func (t tree[P]) gathered() places { return t }

func (t tree[P]) gather(n int) places {
	return &gathering[P]{t, make([]P, 0, n), make([]P, 0, n)}
}

// gathering is a tree and the changes that it holds back: first the places that go,
// then those that come.
type gathering[P any] struct {
	tree[P]
	going, coming []P
}

func (g *gathering[P]) put(place tenancy.Key)    { g.coming = append(g.coming, g.pack(place)) }
func (g *gathering[P]) remove(place tenancy.Key) { g.going = append(g.going, g.pack(place)) }

// gathered changes place by place if little of the tree changes. If much does, it makes
// a new tree: loading one in order takes a fraction of the time.
func (g *gathering[P]) gathered() places {
	const much = 8 // more than one place in so many
	if (len(g.going)+len(g.coming))*much < g.Len() {
		for _, p := range g.going {
			g.Delete(p)
		}
		for _, p := range g.coming {
			g.Set(p)
		}
		return g.tree
	}
	slices.SortFunc(g.going, g.compare)
	slices.SortFunc(g.coming, g.compare)
	return g.loaded()
}

// loaded makes a new tree with the changes, which are sorted.
func (g *gathering[P]) loaded() places {
	made, going, coming := newTree(g.pack, g.unpack, g.compare), g.going, g.coming
	g.Scan(func(p P) bool {
		for len(coming) > 0 && g.compare(coming[0], p) < 0 {
			made.Load(coming[0])
			coming = coming[1:]
		}
		for len(going) > 0 && g.compare(going[0], p) < 0 {
			going = going[1:]
		}
		if len(going) == 0 || g.compare(going[0], p) > 0 {
			made.Load(p)
		}
		return true
	})
	for _, p := range coming {
		made.Load(p)
	}
	return made
}
