package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func eventCases() []testCase {
	return []testCase{
		{"Events/in order, from a number, up to a limit", trial.eventsInOrder},
		{"Events/streams apart", trial.streamsApart},
		{"Events/a number given twice", trial.numberTwice},
		{"Events/every field", trial.eventFields},
		{"Events/data of any bytes", trial.eventData},
		{"Events/types that nobody knows", trial.eventTypes},
		{"FindEvents/all that there is to ask", trial.findEvents},
		{"FindEvents/of an unknown index", trial.findNothing},
		{"Outbox/oldest of each stream", trial.outboxOrder},
		{"Outbox/after a stream, up to a limit", trial.outboxPages},
		{"Outbox/only what is acknowledged is gone", trial.acknowledge},
	}
}

// chain returns n events of a stream from a number on, each with the hash of the one
// before it (EVT-6).
func chain(s tenancy.Stream, from uint64, n int) []tenancy.EventRecord {
	hash := func(sequence uint64) [32]byte {
		if sequence == 0 {
			return [32]byte{}
		}
		return sha256.Sum256(fmt.Appendf(nil, "%s %d", s, sequence))
	}
	events := make([]tenancy.EventRecord, n)
	for i := range events {
		sequence := from + uint64(i)
		sum := hash(sequence)
		n := int(sequence)
		events[i] = tenancy.EventRecord{
			Stream: s, Sequence: sequence, ID: tenancy.EventID(sum[16:]), Time: instant(n), Actor: actor(n),
			Name: "RenameOrganization", Operation: operationID(n), Step: n % 3, Type: eventType(n), Data: eventData(n),
			Previous: hash(sequence - 1), Hash: sum,
		}
	}
	return events
}

// events reads a stream.
func (c trial) events(s tenancy.Stream, from uint64, limit int) (events []tenancy.EventRecord) {
	c.Helper()
	c.view(func(ctx context.Context, tx tenancy.ReadTx) (err error) {
		events, err = tx.Events(ctx, s, from, limit)
		return err
	})
	return events
}

// outbox reads the outbox.
func (c trial) outbox(after tenancy.Stream, limit int) (events []tenancy.EventRecord) {
	c.Helper()
	c.view(func(ctx context.Context, tx tenancy.ReadTx) (err error) {
		events, err = tx.Outbox(ctx, after, limit)
		return err
	})
	return events
}

func (c trial) ack(events ...tenancy.EventRecord) {
	c.Helper()
	c.update(func(ctx context.Context, tx tenancy.Tx) error { return tx.Ack(ctx, events...) })
}

// same wants the events, in their order.
func (c trial) same(want, got []tenancy.EventRecord) {
	c.Helper()
	require.True(c, sameEvents(want, got), "got %s, want %s", numbers(got), numbers(want))
}

// numbers returns the streams and numbers of events.
func numbers(events []tenancy.EventRecord) []string {
	var all []string
	for _, e := range events {
		all = append(all, fmt.Sprintf("%s/%d", e.Stream, e.Sequence))
	}
	return all
}

// eventsInOrder has more events than a byte can count, so that a store must order
// numbers as numbers.
func (c trial) eventsInOrder() {
	s, all := stream(0), chain(stream(0), 1, 300)
	c.append(all[0])
	c.append(all[1:12]...)
	c.append(all[12:]...)
	for _, want := range []struct {
		from  uint64
		limit int
		to    int
	}{
		{0, 400, 300}, {1, 400, 300}, {1, 300, 300}, {1, 1, 1}, {1, 299, 299}, {2, 3, 4}, {9, 3, 11},
		{255, 3, 257}, {300, 1, 300}, {300, 2, 300},
		{301, 1, 300}, {1 << 32, 5, 300}, {math.MaxInt64, 5, 300}, {math.MaxInt64 + 1, 5, 300},
		{math.MaxUint64, 5, 300}, {1, math.MaxInt, 300},
	} {
		from := min(max(want.from, 1)-1, 300)
		c.same(all[from:want.to], c.events(s, want.from, want.limit))
	}
}

// streamsApart appends to several streams in one call, with their events mixed.
func (c trial) streamsApart() {
	var all [4][]tenancy.EventRecord
	var mixed []tenancy.EventRecord
	for s := range all {
		all[s] = chain(stream(s), 1, 5)
	}
	for n := range 5 {
		for s := range all {
			mixed = append(mixed, all[len(all)-1-s][n])
		}
	}
	c.append(mixed...)
	for s := range all {
		c.same(all[s], c.events(stream(s), 1, 100))
	}
	require.Empty(c, c.events(stream(9), 1, 100))
	require.Empty(c, c.events(tenancy.Stream{}, 1, 100))
}

// numberTwice appends a number that the stream already has: in another transaction, in
// the same one and in the same call, and after the event was acknowledged.
func (c trial) numberTwice() {
	m := newModel()
	first, again := chain(stream(1), 1, 2), chain(stream(1), 2, 1)[0]
	again.ID, again.Hash = tenancy.EventID(id(99)), [32]byte{9}
	user := tenancy.UserRecord{ID: userID(1)}
	_ = m.clone().Put(c.Context(), user)
	_ = m.clone().Append(c.Context(), chain(stream(2), 1, 1)...)

	c.busy(c.store.Update(c.Context(), func(ctx context.Context, tx tenancy.Tx) error {
		if err := tx.Put(ctx, user); err != nil {
			return err
		}
		return tx.Append(ctx, first[0], first[1], again)
	}))
	c.holds(m)
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Append(ctx, first...) })
	write := func(ctx context.Context, tx tenancy.Tx) error {
		if err := tx.Append(ctx, chain(stream(2), 1, 1)...); err != nil {
			return err
		}
		if err := tx.Append(ctx, again); err != nil {
			return err
		}
		return tx.Put(ctx, user)
	}
	c.busy(c.store.Update(c.Context(), write))
	c.holds(m)
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Ack(ctx, first...) })
	c.busy(c.store.Update(c.Context(), write))
	c.holds(m)
	c.busy(c.store.Update(c.Context(), func(ctx context.Context, tx tenancy.Tx) error {
		return tx.Append(ctx, first[0])
	}))
	c.holds(m)
}

// eventFields stores events with every field filled in several ways, and one with as
// little as an event can have.
func (c trial) eventFields() {
	var all []tenancy.EventRecord
	s := stream(3)
	for n, e := range chain(s, 1, 6) {
		f := filler{n: n, values: []fillerValues{ordinary, greatest, least}[n%3]}
		full := f.filled(e).(tenancy.EventRecord)
		full.Stream, full.Sequence, full.Previous, full.Hash = s, e.Sequence, e.Previous, e.Hash
		all = append(all, full)
	}
	bare := tenancy.EventRecord{ID: id(5), Stream: s, Sequence: 7, Name: "n", Previous: all[5].Hash,
		Hash: [32]byte{7}} // System's
	all = append(all, bare)
	c.append(all...)
	got := c.events(s, 1, 10)
	require.Len(c, got, len(all))
	for i := range all {
		require.Equal(c, all[i], got[i])
		require.Equal(c, all[i:i+1], c.outbox(tenancy.Stream{}, 1))
		c.ack(got[i])
	}
}

// eventData stores data that is not text, no data at all, and more data than a column
// for text may hold.
func (c trial) eventData() {
	all := chain(stream(1), 1, len(eventDatas)+1)
	for i, data := range eventDatas {
		all[i].Data = data
	}
	all[len(eventDatas)].Data = strings.Repeat(everyByte, 1024)
	c.storesEach(all)
}

// eventTypes stores events of types that the library has, and of others.
func (c trial) eventTypes() {
	all := chain(stream(1), 1, len(texts)+4)
	for i := range texts {
		all[i].Type = texts[i]
	}
	for i, name := range []string{"NoSuchEvent", "OrganizationRenamed", "organizationrenamed",
		strings.Repeat("Long", 100)} {
		all[len(texts)+i].Type = name
	}
	c.storesEach(all)
}

// storesEach appends the events of a stream, and wants each of them back from the
// stream and from the outbox.
func (c trial) storesEach(all []tenancy.EventRecord) {
	c.Helper()
	c.append(all...)
	got := c.events(all[0].Stream, 1, len(all)+10)
	require.Len(c, got, len(all))
	for i, want := range all {
		require.True(c, got[i] == want, "event %d: type %q for %q, %d bytes %.40q for %d bytes %.40q",
			want.Sequence, got[i].Type, want.Type, len(got[i].Data), got[i].Data, len(want.Data), want.Data)
		c.same(all[i:i+1], c.outbox(tenancy.Stream{}, 1))
		c.ack(want)
	}
}

// streamsInOrder returns sample streams in the order of their keys.
func streamsInOrder(n int) []tenancy.Stream {
	streams := map[tenancy.Stream]bool{}
	for i := range n {
		streams[stream(i)] = true
	}
	return slices.SortedFunc(maps.Keys(streams), compareStreams)
}

func (c trial) outboxOrder() {
	streams := streamsInOrder(8)
	var oldest []tenancy.EventRecord
	for i, s := range streams {
		events := chain(s, 1, 2+i%3)
		oldest = append(oldest, events[0])
		c.append(events...)
	}
	c.same(oldest, c.outbox(tenancy.Stream{}, 100))
	for i := range oldest { // the next event of the stream takes its place
		c.ack(oldest[i])
		oldest[i] = chain(oldest[i].Stream, 2, 1)[0]
		c.same(oldest, c.outbox(tenancy.Stream{}, 100))
	}
}

func (c trial) outboxPages() {
	streams := streamsInOrder(9)
	absent, streams := streams[4], slices.Delete(slices.Clone(streams), 4, 5)
	var all []tenancy.EventRecord
	for _, s := range streams {
		events := chain(s, 1, 2)
		all = append(all, events[0])
		c.append(events...)
	}
	for _, limit := range []int{1, 3, 7, 8, 9, math.MaxInt} {
		c.same(all[:min(limit, 8)], c.outbox(tenancy.Stream{}, limit))
		for i, s := range streams {
			c.same(all[i+1:][:min(limit, 7-i)], c.outbox(s, limit))
		}
		c.same(all[4:][:min(limit, 4)], c.outbox(absent, limit))
	}
}

// acknowledge removes events from the outbox in any order. They stay in their streams.
func (c trial) acknowledge() {
	m := newModel()
	one, other := chain(stream(1), 1, 6), chain(stream(2), 1, 2)
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error {
		return tx.Append(ctx, slices.Concat(one, other)...)
	})
	for _, acked := range [][]tenancy.EventRecord{
		{one[2]}, {one[1], one[3]}, {one[0]}, {one[0]}, {one[0], one[3]}, chain(stream(3), 1, 1),
		chain(stream(1), 7, 1), {other[0], one[4]}, {one[5]}, {other[1]},
		{other[1], one[5]},
	} {
		c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Ack(ctx, acked...) })
		c.holds(m)
	}
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { // appended and acknowledged in one transaction
		next := chain(stream(1), 7, 2)
		if err := tx.Append(ctx, next...); err != nil {
			return err
		}
		return tx.Ack(ctx, next[0])
	})
	c.holds(m)
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Append(ctx, chain(stream(2), 3, 1)...) })
	c.holds(m)
}

// encoded returns an event's data as the library encodes it: each field with its length.
func encoded(fields ...string) (data string) {
	for _, field := range fields {
		data += string(binary.BigEndian.AppendUint64(nil, uint64(len(field)))) + field
	}
	return data
}

// found returns events whose times go back and forth and repeat, of several actors and
// types, and with subjects, so that no order is another's. The data of some holds the ID
// of stream 1.
func found(s tenancy.Stream, n int) []tenancy.EventRecord {
	idText := func(n int) string {
		one := id(n)
		return string(one[:])
	}
	events := chain(s, 1, n)
	for i := range events {
		e := &events[i]
		e.Time = []tenancy.Instant{5, 9, 5, -3, 7, 0, 9}[i%7]
		e.Actor = []tenancy.Actor{{}, {User: userID(1)}, {Operator: "o"}, {User: userID(2)}}[i%4]
		switch i % 5 {
		case 0:
			e.Type, e.Data = "OrganizationRenamed", encoded(idText(1))
		case 1:
			e.Type, e.Data = "MemberLeft", "does not decode"
		case 2:
			e.Type, e.Data = "AccountManaged", encoded(idText(2), idText(4))
		case 3:
			e.Type, e.Data = "AccountManaged", encoded(idText(3), idText(3))
		default:
			e.Type, e.Data = "NoSuchEvent", encoded(idText(1))
		}
	}
	return events
}

// findEvents asks every index in both directions, with limits and places before, at,
// between and after the events, of a stream whose times are in no order (EVT-7). What is
// asked in one call is answered in its place.
func (c trial) findEvents() {
	m := newModel()
	for _, s := range []tenancy.Stream{stream(1), stream(2)} {
		c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Append(ctx, found(s, 23)...) })
	}
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Ack(ctx, found(stream(1), 9)...) })
	var asked []tenancy.EventLookup
	for _, l := range []tenancy.EventLookup{
		{}, {By: tenancy.EventsByTime},
		{By: tenancy.EventsByActor}, {By: tenancy.EventsByActor, Actor: tenancy.Actor{User: userID(1)}},
		{By: tenancy.EventsByActor, Actor: tenancy.Actor{Operator: "o"}},
		{By: tenancy.EventsByActor, Actor: tenancy.Actor{Operator: "nobody"}},
		{By: tenancy.EventsByType, Type: "AccountManaged"}, {By: tenancy.EventsByType, Type: "accountmanaged"},
		{By: tenancy.EventsByType, Type: "NoSuchEvent"}, {By: tenancy.EventsByType},
		{By: tenancy.EventsBySubject, Subject: id(1)}, {By: tenancy.EventsBySubject, Subject: id(2)},
		{By: tenancy.EventsBySubject, Subject: id(3)}, {By: tenancy.EventsBySubject, Subject: id(4)},
		{By: tenancy.EventsBySubject, Subject: id(9)},
		{By: tenancy.EventsBySubject},
	} {
		for _, s := range []tenancy.Stream{stream(1), stream(3), {}} {
			l.Stream = s
			for _, limit := range []int{1, 4, 100, math.MaxInt, 0, -1} {
				l.Limit = limit
				asked = append(asked, l)
			}
		}
		l.Stream, l.Limit = stream(1), 4
		for _, after := range []tenancy.EventPlace{{}, {Time: 5}, {Time: 5, Sequence: 3}, {Time: 8, Sequence: 7},
			{Time: 9, Sequence: 23}, {Time: math.MaxInt64, Sequence: math.MaxUint64}} {
			for _, before := range []tenancy.EventPlace{{}, {Time: 9}, {Time: 9, Sequence: 14}, {Time: 5, Sequence: 3},
				{Time: math.MinInt64, Sequence: 1}, {Time: math.MaxInt64, Sequence: math.MaxUint64}} {
				l.After, l.Before = after, before
				asked = append(asked, l)
			}
		}
	}
	for _, l := range slices.Clone(asked) {
		l.Backwards = true
		asked = append(asked, l)
	}
	want, _ := m.FindEvents(c.Context(), asked...)
	var got [][]tenancy.EventRecord
	c.view(func(ctx context.Context, tx tenancy.ReadTx) (err error) {
		got, err = tx.FindEvents(ctx, asked...)
		return err
	})
	require.Len(c, got, len(asked))
	for i, l := range asked {
		require.True(c, sameEvents(want[i], got[i]), "%+v: got %s, want %s", l, numbers(got[i]), numbers(want[i]))
	}
}

// findNothing asks an index that there is not, and nothing at all.
func (c trial) findNothing() {
	c.append(found(stream(1), 3)...)
	err := c.store.View(c.Context(), func(ctx context.Context, tx tenancy.ReadTx) error {
		_, err := tx.FindEvents(ctx, tenancy.EventLookup{Stream: stream(1), By: 200, Limit: 1})
		return err
	})
	require.Error(c, err)
	c.view(func(ctx context.Context, tx tenancy.ReadTx) error {
		answers, err := tx.FindEvents(ctx)
		if len(answers) > 0 {
			return errors.New("an answer to nothing")
		}
		return err
	})
}
