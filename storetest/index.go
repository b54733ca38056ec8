package storetest

import (
	"context"
	"math/rand/v2"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// indexCases has a case for every row of the table of indexes. Each kind of lookup
// finds a record where its entries say, and nowhere else. The same is true after the
// record has moved, after it has left the index and after it was deleted.
func indexCases() []testCase {
	var all []testCase
	for _, info := range tenancy.Indexes() {
		all = append(all, testCase{"Index/" + info.Name, func(c trial) { c.index(info) }})
	}
	return append(all, testCase{"Index/random transactions", trial.random})
}

// member is a record of a population, and the numbers it was made from.
type member struct {
	own, group, text int
	record           tenancy.Record
}

// population returns records that fill an index: in two groups if the index uses In,
// with all texts if it uses Text, and with several IDs at each place.
func population(info tenancy.IndexInfo) []member {
	groups, words, each := 1, 1, 1
	if info.In {
		groups = 2
	}
	if info.Text {
		words = len(texts)
	}
	switch {
	case info.ID && info.Text:
		each = 2
	case info.ID:
		each = 9
	}
	var all []member
	known := newModel()
	for group := range groups {
		for word := range words {
			for own := range each {
				m := member{own, group, word, samples[info.Index](own, group, word)}
				// the same ID cannot be in both groups
				if known.records[identity(m.record)] != nil || known.taken(m.record) {
					m.own = each + len(all)
					m.record = samples[info.Index](m.own, group, word)
				}
				_ = known.Put(context.Background(), m.record)
				all = append(all, m)
			}
		}
	}
	return all
}

// keyIn returns the key under which an index finds a record.
func keyIn(index tenancy.Index, record tenancy.Record) (tenancy.Key, bool) {
	for _, e := range record.Entries(nil) {
		if e.Index == index {
			return e.Key, true
		}
	}
	return tenancy.Key{}, false
}

func (c trial) index(info tenancy.IndexInfo) {
	require.NotNil(c, samples[info.Index], "package storetest has no sample record for the index")
	all := population(info)
	var records []tenancy.Record
	for _, m := range all {
		key, found := keyIn(info.Index, m.record)
		require.True(c, found && info.In == (key.In != [16]byte{}) &&
			info.Text == (key.Text != "") && info.ID == (key.ID != [16]byte{}),
			"the sample record of package storetest is not in the index")
		records = append(records, m.record)
	}
	m := newModel()
	_ = m.clone().Put(c.Context(), records...)
	c.holds(m) // nothing is anywhere yet

	rand.New(rand.NewPCG(1, 2)).Shuffle(len(records),
		func(i, j int) { records[i], records[j] = records[j], records[i] })
	var within []string
	_ = m.Put(c.Context(), records...)
	c.update(func(ctx context.Context, tx tenancy.Tx) (err error) {
		if err = tx.Put(ctx, records[0]); err != nil {
			return err
		}
		if err = tx.Put(ctx, records[1:]...); err != nil {
			return err
		}
		within, err = m.differences(ctx, tx)
		return err
	})
	c.alike(within)
	c.holds(m)
	if info.Listed {
		c.page(info, records)
	}
	c.moveEach(info, m, all)
	c.leave(m)

	left := sortedRecords(m)
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Delete(ctx, left[:len(left)/2]...) })
	c.holds(m)
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Delete(ctx, left[len(left)/2:]...) })
	c.holds(m)
}

// sortedRecords returns the model's records in an order that is the same in every run.
func sortedRecords(m *model) []tenancy.Record {
	var all []place
	for at, r := range m.records {
		all = append(all, place{at.Key, r})
	}
	slices.SortFunc(all, func(a, b place) int { return compareKeys(a.key, b.key) })
	var records []tenancy.Record
	for _, p := range all {
		records = append(records, p.record)
	}
	return records
}

// page reads every group of an index in pages. The key of a page's last record is where
// the next page begins.
func (c trial) page(info tenancy.IndexInfo, records []tenancy.Record) {
	c.Helper()
	groups := map[[16]byte][]place{}
	for _, r := range records {
		key, _ := keyIn(info.Index, r)
		groups[key.In] = append(groups[key.In], place{key, r})
	}
	for in, want := range groups {
		slices.SortFunc(want, func(a, b place) int { return compareKeys(a.key, b.key) })
		for _, limit := range []int{1, 4, len(want)} {
			var got []tenancy.Record
			for after := (tenancy.Key{In: in}); ; {
				page := c.ask(tenancy.Lookup{Index: info.Index, Key: after, Limit: limit})[0].Records
				require.LessOrEqual(c, len(page), limit)
				got = append(got, page...)
				require.LessOrEqual(c, len(got), len(want))
				if len(page) < limit {
					break
				}
				after, _ = keyIn(info.Index, page[limit-1])
			}
			require.True(c, slices.EqualFunc(got, want,
				func(r tenancy.Record, p place) bool { return r == p.record }),
				"pages of %d: got %+v, want %+v", limit, got, want)
		}
	}
}

// moveEach changes the keys of the index: first of one record alone, then of all. If
// the key is the identity, it replaces the record by another one.
func (c trial) moveEach(info tenancy.IndexInfo, m *model, all []member) {
	c.Helper()
	move := func(ctx context.Context, tx tenancy.Tx, some []member) error {
		for _, was := range some {
			moved := samples[info.Index](was.own, was.group+2, was.text+len(texts))
			if identity(moved) != identity(was.record) {
				if err := tx.Delete(ctx, was.record); err != nil {
					return err
				}
			}
			if err := tx.Put(ctx, moved); err != nil {
				return err
			}
		}
		return nil
	}
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return move(ctx, tx, all[:1]) })
	c.holds(m)
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return move(ctx, tx, all[1:]) })
	c.holds(m)
}

// leave empties records except for their identities, so that they leave every index
// that they can leave, and fills them again.
func (c trial) leave(m *model) {
	c.Helper()
	full := sortedRecords(m)[0]
	bare := bareOf(full)
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, bare) })
	c.holds(m)
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, full) })
	c.holds(m)
}

// random writes at random, so that records collide, move and disappear, and rolls some
// transactions back.
func (c trial) random() {
	r := rand.New(rand.NewPCG(3, 4))
	table := tenancy.Indexes()
	draw := func() tenancy.Record {
		return samples[table[r.IntN(len(table))].Index](r.IntN(6), r.IntN(3), r.IntN(8))
	}
	m := newModel()
	for range 40 {
		next := m.clone()
		var script []writing
		for range 1 + r.IntN(12) {
			record := draw()
			write := func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, record) }
			switch drawn := r.IntN(8); {
			case drawn < 3:
				write = func(ctx context.Context, tx tenancy.Tx) error { return tx.Delete(ctx, record) }
			case drawn == 3:
				move := tenancy.Move{From: orgID(r.IntN(3)), Into: orgID(3), At: 7}
				write = func(ctx context.Context, tx tenancy.Tx) error { return tx.MoveAll(ctx, move) }
				if r.IntN(2) == 0 {
					move.Into = tenancy.OrganizationID{}
				} else if next.shareMembers(move) {
					continue
				}
			case next.taken(record):
				continue
			}
			_ = write(c.Context(), next)
			script = append(script, write)
		}
		var within []string
		rolled := error(nil)
		if r.IntN(4) == 0 {
			rolled = &refusal{"rolled back"}
		}
		err := c.store.Update(c.Context(), func(ctx context.Context, tx tenancy.Tx) (err error) {
			for _, write := range script {
				if err = write(ctx, tx); err != nil {
					return err
				}
			}
			if within, err = next.differences(ctx, tx); err != nil {
				return err
			}
			return rolled
		})
		c.alike(within)
		if rolled != nil {
			require.Same(c, rolled, err)
		} else {
			require.NoError(c, err)
			m = next
		}
		c.holds(m)
	}
}

// shareMembers reports whether a user is a member of both organizations of a move.
func (m *model) shareMembers(move tenancy.Move) bool {
	for _, r := range m.records {
		if r, ok := r.(tenancy.MembershipRecord); ok && r.Organization == move.From {
			r.Organization = move.Into
			if m.records[identity(r)] != nil {
				return true
			}
		}
	}
	return false
}
