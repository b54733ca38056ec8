package memstore

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"

	"github.com/add4b1c6/tenancy"
)

// table finds values by key in a few steps, however many it holds: an extendible hash
// table. The first bits of a key's hash choose a page, and its last bits choose one of 16
// buckets there, which hold a few values each. A page that is full is split in two. A table
// is a value: a copy is a snapshot, which does not see changes of the original.
type table[V any] struct {
	key    func(*V) tenancy.Entry // of a value, always the same
	count  int                    // of the values
	depth  int                    // how many bits of a hash choose a page: at least 6, if there are values
	chunks []*chunk[V]            // the pages by these bits, 64 in each; none if there are no values
	epoch  uint64                 // the transaction that made the slice of chunks
}

// chunk is a part of the pages of a table. A page stands in as many places as the first
// bits that its values share leave open.
type chunk[V any] struct {
	epoch uint64 // the transaction that made the chunk
	pages [1 << step]*page[V]
}

// page is a part of a table's values: those whose hashes share their first bits.
type page[V any] struct {
	epoch   uint64 // the transaction that made the page
	made    uint16 // bit i: it also made the values of bucket i
	depth   int    // how many first bits the hashes share
	count   int    // of the values
	buckets [1 << low]bucket[V]
}

// bucket is the values of a page whose hashes share their last bits, in no order.
type bucket[V any] struct {
	tags   uint64 // a byte of the hash of each of the first eight values, the first in the lowest byte
	values []V
}

const (
	step = 6  // how many bits choose a page in a chunk
	low  = 4  // how many bits of a hash choose a bucket in a page
	full = 64 // a page with more values is split
	tags = 8  // how many values of a bucket have a tag
	ones = 0x0101010101010101
)

// edit is what a transaction needs to change tables.
type edit struct {
	epoch uint64                     // its number, never used before
	hash  func(tenancy.Entry) uint64 // of a key; always the same for a table
}

// empty reports whether the table has no values.
func (t *table[V]) empty() bool { return t.count == 0 }

// find returns values of which the first is mostly the one whose key has a hash: all that
// have it are among them. The caller must not change them.
func (t *table[V]) find(hash uint64) []V {
	if len(t.chunks) == 0 {
		return nil
	}
	at := t.at(hash)
	b := &t.chunks[at>>step].pages[at%(1<<step)].buckets[hash%(1<<low)]
	differ := b.tags ^ tag(hash)*ones
	i := bits.TrailingZeros64((differ-ones)&^differ&(ones<<7)) / 8 // the first byte that is zero, or 8
	if i >= len(b.values) {
		return nil
	}
	return b.values[i:]
}

// at returns the place of the page for a hash.
func (t *table[V]) at(hash uint64) uint64 { return hash >> (64 - t.depth) }

// tag returns the byte of a hash that a bucket keeps. It is none of the bits that choose
// a bucket.
func tag(hash uint64) uint64 { return hash >> low & 0xff }

// get returns the value of a key, or nil. The caller must not change it.
func (t *table[V]) get(hash uint64, key tenancy.Entry) *V {
	found := t.find(hash)
	if i := t.index(found, key); i >= 0 {
		return &found[i]
	}
	return nil
}

func (t *table[V]) index(values []V, key tenancy.Entry) int {
	for i := range values {
		if t.key(&values[i]) == key {
			return i
		}
	}
	return -1
}

// put sets the value of its key.
func (t *table[V]) put(e edit, key tenancy.Entry, value V) {
	hash := e.hash(key)
	p := t.change(e, hash)
	b := p.own(hash % (1 << low))
	if i := t.index(b.values, key); i >= 0 {
		b.values[i] = value
		return
	}
	b.add(hash, value)
	p.count++
	t.count++
	if p.count > full {
		t.split(e, p, hash)
	}
}

// remove removes the value of a key, which must exist. Pages stay where they are, except
// that a table without values has none.
func (t *table[V]) remove(e edit, key tenancy.Entry) {
	if t.count == 1 {
		*t = table[V]{key: t.key}
		return
	}
	hash := e.hash(key)
	p := t.change(e, hash)
	b := p.own(hash % (1 << low))
	i, last := t.index(b.values, key), len(b.values)-1
	if i != last {
		b.values[i] = b.values[last]
		b.tag(i, e.hash(t.key(&b.values[i])))
	}
	clear(b.values[last:])
	b.values = b.values[:last]
	p.count--
	t.count--
}

// change returns the page for a hash, to be changed: the page itself if the transaction
// made it, or a copy in its place.
func (t *table[V]) change(e edit, hash uint64) *page[V] {
	if len(t.chunks) == 0 {
		t.depth, t.chunks, t.epoch = step, []*chunk[V]{{epoch: e.epoch}}, e.epoch
		p := &page[V]{epoch: e.epoch}
		t.set(e, p, hash)
		return p
	}
	at := t.at(hash)
	p := t.chunks[at>>step].pages[at%(1<<step)]
	if p.epoch != e.epoch {
		c := *p
		c.epoch, c.made = e.epoch, 0
		p = &c
		t.set(e, p, hash)
	}
	return p
}

// set puts a page in all its places: those that share their first bits with a hash.
func (t *table[V]) set(e edit, p *page[V], hash uint64) {
	if t.epoch != e.epoch {
		t.chunks, t.epoch = slices.Clone(t.chunks), e.epoch
	}
	places := uint64(1) << (t.depth - p.depth)
	first := t.at(hash) &^ (places - 1)
	for at := first; at < first+places; at++ {
		c := t.chunks[at>>step]
		if c.epoch != e.epoch {
			c = &chunk[V]{e.epoch, c.pages}
			t.chunks[at>>step] = c
		}
		c.pages[at%(1<<step)] = p
	}
}

// split splits the page for a hash by the next bit. It does not if a table of its size would
// not have so many pages: then the hashes are too much alike.
func (t *table[V]) split(e edit, p *page[V], hash uint64) {
	if t.count>>p.depth < full/4 {
		return
	}
	if p.depth == t.depth {
		t.double(e)
	}
	var parts [2]*page[V]
	for i := range parts {
		parts[i] = &page[V]{epoch: e.epoch, made: math.MaxUint16, depth: p.depth + 1}
	}
	bit := 63 - p.depth
	for i := range p.buckets {
		for _, v := range p.buckets[i].values {
			h := e.hash(t.key(&v))
			part := parts[h>>bit&1]
			part.buckets[i].add(h, v)
			part.count++
		}
	}
	for i, part := range parts {
		t.set(e, part, hash&^(1<<bit)|uint64(i)<<bit)
	}
}

// double makes one more bit choose a page.
func (t *table[V]) double(e edit) {
	t.depth++
	chunks := make([]*chunk[V], 2*len(t.chunks))
	for i := range chunks {
		c := &chunk[V]{epoch: e.epoch}
		from := t.chunks[i/2].pages[i%2*32:]
		for at := range c.pages {
			c.pages[at] = from[at/2]
		}
		chunks[i] = c
	}
	t.chunks, t.epoch = chunks, e.epoch
}

// own returns a bucket whose values may be changed.
func (p *page[V]) own(i uint64) *bucket[V] {
	b := &p.buckets[i]
	if p.made>>i&1 == 0 {
		b.values = append(make([]V, 0, len(b.values)+1), b.values...)
		p.made |= 1 << i
	}
	return b
}

// add adds a value. It makes room for no more than that: most buckets stay as they are.
func (b *bucket[V]) add(hash uint64, value V) {
	if len(b.values) == cap(b.values) {
		b.values = append(make([]V, 0, len(b.values)+1), b.values...)
	}
	b.values = append(b.values, value)
	b.tag(len(b.values)-1, hash)
}

// tag keeps the tag of a value.
func (b *bucket[V]) tag(i int, hash uint64) {
	if i < tags {
		b.tags = b.tags&^(0xff<<(8*i)) | tag(hash)<<(8*i)
	}
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
