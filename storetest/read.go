package storetest

import (
	"context"
	"math"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func readCases() []testCase {
	return []testCase{
		{"Read/answers in their places", trial.places},
		{"Read/no lookups", trial.noLookups},
		{"Read/limits", trial.limits},
		{"Read/until a text", trial.until},
		{"Read/past the first records", trial.past},
		{"Read/what is absent", trial.absent},
		{"Read/places with a part missing", trial.partMissing},
	}
}

// places asks 500 lookups of all kinds at once, many of them several times.
func (c trial) places() {
	m := newModel()
	var records []tenancy.Record
	for n := range 12 {
		records = append(records, samples[tenancy.IndexUsersByAddress](n, 0, n),
			samples[tenancy.IndexMembers](n, n%2, 0), samples[tenancy.IndexOpenAccountsOf](n, n%3, 0))
	}
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, records...) })
	var asked []tenancy.Lookup
	for n := range 125 {
		asked = append(asked,
			tenancy.Lookup{Index: tenancy.IndexUsers, Key: tenancy.Key{ID: id(n % 15)}},
			tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: id(n % 3)}, Limit: 1 + n%7},
			tenancy.Lookup{Index: tenancy.IndexOpenAccountsOf, Key: tenancy.Key{In: id(n % 4)}, Limit: 1 + n%5,
				Count: true},
			tenancy.Lookup{Index: tenancy.IndexUsersByAddress, Key: tenancy.Key{Text: address(n % 13).Reveal()}})
	}
	got := c.ask(asked...)
	want, _ := m.Read(c.Context(), asked...)
	for i := range asked {
		require.True(c, sameAnswer(got[i], want[i]), "the %d. of %d lookups, %s: got %s, want %s", i+1,
			len(asked), describe(asked[i]), describeAnswer(got[i]), describeAnswer(want[i]))
	}
}

func (c trial) noLookups() {
	require.Empty(c, c.ask())
	c.update(func(ctx context.Context, tx tenancy.Tx) error {
		for _, err := range []error{tx.Put(ctx), tx.Delete(ctx), tx.Append(ctx), tx.Ack(ctx)} {
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// limits asks for fewer records than there are, for exactly as many and for more, in
// lists and counts, from the start and from a place within.
func (c trial) limits() {
	var all []tenancy.Record
	for n := range 10 {
		all = append(all, tenancy.GrantRecord{Account: accountID(1), User: tenancy.UserID{15: byte(n + 1)},
			Roles: tenancy.Roles(tenancy.Support)})
	}
	c.put(slices.Concat(all, []tenancy.Record{tenancy.GrantRecord{Account: accountID(2), User: userID(1)}})...)
	for _, after := range []int{0, 4, 10} {
		for _, limit := range []int{1, 5, 6, 9, 10, 11, math.MaxInt32, math.MaxInt} {
			l := tenancy.Lookup{Index: tenancy.IndexGrants,
				Key: tenancy.Key{In: id(1), ID: [16]byte{15: byte(after)}}, Limit: limit}
			list := c.ask(l)[0]
			l.Count = true
			count := c.ask(l)[0]
			want := all[after:min(after+min(limit, 10), 10)]
			require.True(c, slices.Equal(want, list.Records), "%s: got %+v, want %+v", describe(l),
				list.Records, want)
			require.Nil(c, list.Record)
			require.Zero(c, list.Count, "a list has no count")
			require.Equal(c, len(want), count.Count, describe(l))
			require.Empty(c, count.Records, "a count has no records")
		}
	}
}

// until asks for parts of lists that end before a text, one by one and many at once.
func (c trial) until() {
	m := newModel()
	var asked []tenancy.Lookup
	for _, info := range tenancy.Indexes() {
		if !info.Text || !info.Listed {
			continue
		}
		var keys []tenancy.Key
		for _, member := range population(info) {
			if m.records[identity(member.record)] != nil || m.taken(member.record) {
				continue
			}
			_ = m.Put(c.Context(), member.record)
			key, _ := keyIn(info.Index, member.record)
			keys = append(keys, key)
		}
		for i, key := range keys {
			for _, until := range []string{keys[(i*7+3)%len(keys)].Text, key.Text + "a", key.Text} {
				for _, after := range []tenancy.Key{key, {In: key.In}, {In: key.In, Text: key.Text}} {
					asked = append(asked,
						tenancy.Lookup{Index: info.Index, Key: after, Limit: 1 + i%4, Until: until},
						tenancy.Lookup{Index: info.Index, Key: after, Limit: math.MaxInt32, Until: until})
				}
			}
		}
	}
	c.put(sortedRecords(m)...)
	got := c.ask(asked...)
	want, _ := m.Read(c.Context(), asked...)
	for i, l := range asked {
		require.True(c, sameAnswer(got[i], want[i]), "%s: got %s, want %s", describe(l), describeAnswer(got[i]),
			describeAnswer(want[i]))
		if i%17 == 0 {
			require.True(c, sameAnswer(c.ask(l)[0], want[i]), describe(l))
		}
	}
}

// past asks for lists without their first records: without some, without all and more, in
// pages of every size, from the start and from a place within, and before a text; one by
// one and many at once.
func (c trial) past() {
	m := newModel()
	var asked []tenancy.Lookup
	for _, info := range tenancy.Indexes() {
		if !info.Listed {
			continue
		}
		groups := map[[16]byte][]tenancy.Key{}
		for _, member := range population(info) {
			if m.records[identity(member.record)] != nil || m.taken(member.record) {
				continue
			}
			_ = m.Put(c.Context(), member.record)
			key, _ := keyIn(info.Index, member.record)
			groups[key.In] = append(groups[key.In], key)
		}
		for in, keys := range groups {
			slices.SortFunc(keys, compareKeys)
			n := len(keys)
			within := keys[n/3]
			for _, after := range []tenancy.Key{{In: in}, {In: in, Text: within.Text}, within, keys[n-1]} {
				for _, skip := range []int{1, n / 2, n - 1, n, n + 1, math.MaxInt32, math.MaxInt} {
					for _, limit := range []int{1, 3, math.MaxInt32, math.MaxInt} {
						l := tenancy.Lookup{Index: info.Index, Key: after, Limit: limit, Skip: skip}
						asked = append(asked, l)
						if l.Until = keys[2*n/3].Text; l.Until != "" {
							asked = append(asked, l)
						}
					}
				}
			}
		}
	}
	c.put(sortedRecords(m)...)
	got := c.ask(asked...)
	want, _ := m.Read(c.Context(), asked...)
	for i, l := range asked {
		require.True(c, sameAnswer(got[i], want[i]), "%s: got %s, want %s", describe(l), describeAnswer(got[i]),
			describeAnswer(want[i]))
		if i%37 == 0 {
			require.True(c, sameAnswer(c.ask(l)[0], want[i]), describe(l))
		}
	}
}

// absent wants an empty answer, and no error, where nothing is stored.
func (c trial) absent() {
	for _, info := range tenancy.Indexes() {
		key := tenancy.Key{}
		if info.In {
			key.In = id(1)
		}
		if info.Text {
			key.Text = "x"
		}
		if info.ID {
			key.ID = id(2)
		}
		for _, l := range []tenancy.Lookup{{Index: info.Index, Key: key},
			{Index: info.Index, Key: key, Limit: 3}, {Index: info.Index, Key: key, Limit: 3, Count: true}} {
			if l.Limit == 0 && info.Exact || l.Limit > 0 && info.Listed {
				require.True(c, sameAnswer(tenancy.Answer{}, c.ask(l)[0]), describe(l))
			}
		}
	}
	c.view(func(ctx context.Context, tx tenancy.ReadTx) error {
		var row tenancy.AccessRow
		err := accessOne(ctx, tx, userID(1), accountID(1), tenancy.KeyID{}, &row)
		if err == nil && !sameAccess(row, tenancy.AccessRow{}) {
			err = &refusal{"Access finds something in an empty store"}
		}
		if err != nil {
			return err
		}
		events, err := tx.Events(ctx, stream(1), 1, 10)
		if err != nil {
			return err
		}
		pending, err := tx.Outbox(ctx, tenancy.Stream{}, 10)
		if err == nil && len(events)+len(pending) > 0 {
			err = &refusal{"there are events in an empty store"}
		}
		return err
	})
}

// partMissing puts records whose keys lack a part that the index uses, if the store
// accepts them. No lookup with such a key finds them.
func (c trial) partMissing() {
	for _, record := range []tenancy.Record{
		tenancy.MembershipRecord{Organization: orgID(1)}, tenancy.MembershipRecord{User: userID(1)},
		tenancy.GrantRecord{Account: accountID(1)},
		tenancy.HeadRecord{}, tenancy.UserRecord{}, tenancy.OperationRecord{Actor: actor(1)},
		tenancy.DomainRecord{ID: id(1), Organization: orgID(1)},
		tenancy.AccountRecord{ID: accountID(1)}, tenancy.RequestRecord{ID: id(1)},
		tenancy.ConnectionRecord{ID: id(1)},
	} {
		if c.store.Update(c.Context(), putting(record)) != nil {
			continue
		}
		for _, e := range record.Entries(nil) {
			info := infoOf(e.Index)
			noIn := info.In && e.Key.In == [16]byte{}
			if info.Exact && (noIn || info.Text && e.Key.Text == "" || info.ID && e.Key.ID == [16]byte{}) {
				l := tenancy.Lookup{Index: e.Index, Key: e.Key}
				require.Nil(c, c.ask(l)[0].Record, describe(l))
			}
			if info.Listed && noIn {
				l := tenancy.Lookup{Index: e.Index, Limit: 10}
				require.Empty(c, c.ask(l)[0].Records, describe(l))
			}
		}
	}
}
