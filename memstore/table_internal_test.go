package memstore

import (
	"encoding/binary"
	"maps"
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

// TestTable does the same to a table and to a map and takes snapshots of both, which must
// stay the same. Hashes are good, or alike in their first bits, in their last bits, or
// in all.
func TestTable(t *testing.T) {
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
			rapid.Check(t, func(rt *rapid.T) { rt.Repeat(newTableMachine(hashes[name]).actions()) })
		})
	}
}

// tableMachine is a table, the map it should be, and snapshots of both.
type tableMachine struct {
	table     table[pair]
	model     map[tenancy.Entry]int
	edit      edit
	count     int
	snapshots []tableMachine
}

func newTableMachine(hash func(tenancy.Entry) uint64) *tableMachine {
	return &tableMachine{table: table[pair]{key: keyOf}, model: map[tenancy.Entry]int{}, edit: edit{2, hash}}
}

func (m *tableMachine) put(n int) {
	m.count++
	m.table.put(m.edit, numbered(n), pair{numbered(n), m.count})
	m.model[numbered(n)] = m.count
}

func (m *tableMachine) remove(n int) {
	if _, ok := m.model[numbered(n)]; ok {
		m.table.remove(m.edit, numbered(n))
		delete(m.model, numbered(n))
	}
}

func (m *tableMachine) actions() map[string]func(*rapid.T) {
	number := rapid.IntRange(0, pool-1)
	return map[string]func(*rapid.T){
		"put":    func(rt *rapid.T) { m.put(number.Draw(rt, "number")) },
		"remove": func(rt *rapid.T) { m.remove(number.Draw(rt, "number")) },
		"put many": func(rt *rapid.T) {
			for n := range number.Draw(rt, "many") {
				m.put(n)
			}
		},
		"remove many": func(rt *rapid.T) {
			for n := range number.Draw(rt, "many") {
				m.remove(n)
			}
		},
		"commit": func(*rapid.T) {
			m.snapshots = append(m.snapshots, tableMachine{table: m.table, model: maps.Clone(m.model), edit: m.edit})
			m.edit.epoch++
		},
		"roll back": func(*rapid.T) {
			if len(m.snapshots) > 0 {
				last := m.snapshots[len(m.snapshots)-1]
				m.table, m.model = last.table, maps.Clone(last.model)
				m.edit.epoch++
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

// check wants the table to hold what the map holds, and its parts to be as their
// comments say.
func (m *tableMachine) check(t require.TestingT) { m.checkAll(t, pool) }

// checkAll looks for so many keys.
func (m *tableMachine) checkAll(t require.TestingT, keys int) {
	kept := map[tenancy.Entry]int{}
	m.sound(t, kept)
	require.True(t, maps.Equal(m.model, kept), "values")
	for n := range keys {
		key := numbered(n)
		found := m.table.get(m.edit.hash(key), key)
		if value, ok := m.model[key]; ok != (found != nil) || ok && *found != (pair{key, value}) {
			require.Fail(t, "not found right")
		}
	}
}

// sound checks the pages of the table, and collects what is in them.
func (m *tableMachine) sound(t require.TestingT, kept map[tenancy.Entry]int) {
	require.Equal(t, len(m.model), m.table.count, "count")
	require.Equal(t, len(m.model) == 0, len(m.table.chunks) == 0, "a table without values has no pages")
	require.True(t, len(m.table.chunks) == 0 || len(m.table.chunks) == 1<<(m.table.depth-step), "depth")
	for at := range uint64(len(m.table.chunks)) << step {
		p := m.table.chunks[at>>step].pages[at%(1<<step)]
		open := m.table.depth - p.depth
		first := at >> open << open
		require.Same(t, m.table.chunks[first>>step].pages[first%(1<<step)], p, "a page stands in all its places")
		if at != first {
			continue
		}
		count := 0
		for i, b := range p.buckets {
			count += len(b.values)
			for n, v := range b.values {
				h := m.edit.hash(v.key)
				require.True(t, m.table.at(h)>>open<<open == first && h%(1<<low) == uint64(i), "the right page and bucket")
				require.True(t, n >= tags || b.tags>>(8*n)&0xff == tag(h), "tag")
				kept[v.key] = v.value
			}
		}
		require.Equal(t, p.count, count, "count of a page")
	}
}

// TestTableGrows fills a table with many values and takes them away again. Pages are split,
// and looking for a value means looking at few.
func TestTableGrows(t *testing.T) {
	const many = 20_000
	good := newSeed()
	for name, c := range map[string]struct {
		hash  func(tenancy.Entry) uint64
		depth int // of a table that large
	}{
		"good": {func(k tenancy.Entry) uint64 { return good.hash(&k) }, 9},
		"none": {func(tenancy.Entry) uint64 { return 0 }, step},
	} {
		t.Run(name, func(t *testing.T) {
			m := newTableMachine(c.hash)
			n := many
			if name == "none" {
				n = 1_000
			}
			for i := range n {
				m.put(i)
				if i%1_000 == 0 {
					m.edit.epoch++
				}
			}
			m.checkAll(t, n)
			require.LessOrEqual(t, c.depth-1, m.table.depth)
			require.LessOrEqual(t, m.table.depth, c.depth+1)
			before := tableMachine{table: m.table, model: maps.Clone(m.model), edit: m.edit}
			m.edit.epoch++
			for i := range n {
				m.remove(i)
			}
			m.checkAll(t, n)
			before.checkAll(t, n)
		})
	}
}

// TestEditInPlace wants a transaction that writes much to copy each page only once.
func TestEditInPlace(t *testing.T) {
	good := newSeed()
	m := newTableMachine(func(k tenancy.Entry) uint64 { return good.hash(&k) })
	write := func(value int) {
		for n := range 10_000 {
			m.table.put(m.edit, numbered(n), pair{numbered(n), value})
		}
	}
	parts := func() (chunks []*chunk[pair], pages []*page[pair], buckets []*pair) {
		for _, c := range m.table.chunks {
			chunks, pages = append(chunks, c), append(pages, c.pages[:]...)
			for _, p := range c.pages {
				for _, b := range p.buckets {
					if len(b.values) > 0 {
						buckets = append(buckets, &b.values[0])
					}
				}
			}
		}
		return chunks, pages, buckets
	}
	write(1)
	m.edit.epoch++
	write(2)
	chunks, pages, buckets := parts()
	write(3)
	laterChunks, laterPages, laterBuckets := parts()
	for i := range chunks {
		require.Same(t, chunks[i], laterChunks[i])
	}
	for i := range pages {
		require.Same(t, pages[i], laterPages[i])
	}
	for i := range buckets {
		require.Same(t, buckets[i], laterBuckets[i])
	}
}
