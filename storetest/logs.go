package storetest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
)

// This file has the random steps that compare what reads of a log and Relay do with what
// the stored events say.

// ways are what these steps bring about, each to be reached: Reached.Done counts them.
var ways = []string{
	"a log searched, and something found", "a log searched backwards", "a log searched behind an event",
	"a log searched by actor", "a log searched by subject", "a log searched by time", "a log searched by type",
	"a log exported", "Relay past a lease", "Relay whose function fails", "accounts left to heirs",
	"a user whom a directory made is claimed", "a user whom a directory made is evicted", "a sign-in is reported",
	"somebody comes back by their external ID", "a merge links an identity",
}

// Ways returns what the random operations should also reach, by names in Reached.Done.
func Ways() []string { return slices.Clone(ways) }

// way counts something that was reached.
func (m *machine) way(rt *rapid.T, name string) {
	require.Contains(rt, ways, name)
	m.reached.done(name)
}

// logging is reading and relaying logs.
func (m *machine) logging() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"search a log": m.searchLog, "search a log 2": m.searchLog, "export a log": m.exportLog, "relay": m.relayLogs,
	}
}

// stream draws a stream of somebody, and returns its events as they are stored.
func (m *machine) stream(rt *rapid.T) (tenancy.Stream, []tenancy.EventRecord) {
	s := tenancy.Stream{Organization: pick(m, rt, "stream of", m.orgs)}
	if s.Organization.IsZero() {
		s.User = pick(m, rt, "stream of", m.users)
	}
	if s == (tenancy.Stream{}) {
		return s, nil
	}
	return s, m.stored(rt, s, 1)
}

// stored returns the events of a stream from a number on.
func (m *machine) stored(rt *rapid.T, s tenancy.Stream, from uint64) (events []tenancy.EventRecord) {
	require.NoError(rt, m.near.View(m.ctx, func(ctx context.Context, tx tenancy.ReadTx) (err error) {
		events, err = tx.Events(ctx, s, from, 1_000_000)
		return err
	}))
	return events
}

// searchLog lists a log with filters, and compares it with what each event says (EVT-7).
func (m *machine) searchLog(rt *rapid.T) {
	stream, all := m.stream(rt)
	if len(all) == 0 {
		return
	}
	one := func(what string) tenancy.EventRecord { return choose(m, rt, what, all) }
	var q tenancy.EventQuery
	var takes []func(tenancy.EventRecord) bool
	filter := func(way string, of func() func(tenancy.EventRecord) bool) {
		if m.between(rt, way, 0, 2) == 0 {
			takes = append(takes, of())
			m.way(rt, way)
		}
	}
	filter("a log searched by actor", func() func(tenancy.EventRecord) bool {
		q.Actor = new(one("whose").Actor)
		return func(e tenancy.EventRecord) bool { return e.Actor == *q.Actor }
	})
	filter("a log searched by type", func() func(tenancy.EventRecord) bool {
		for range m.between(rt, "types", 1, 3) {
			q.Types = append(q.Types, one("type").Type)
		}
		return func(e tenancy.EventRecord) bool { return slices.Contains(q.Types, e.Type) }
	})
	filter("a log searched by subject", func() func(tenancy.EventRecord) bool {
		subject := m.unknown(rt)
		if of := one("subject").Subjects(nil); len(of) > 0 {
			subject = choose(m, rt, "of it", of)
		}
		q.Subject = tenancy.UserID(subject).String() // by an ID of any kind with these bytes
		return func(e tenancy.EventRecord) bool { return slices.Contains(e.Subjects(nil), subject) }
	})
	filter("a log searched by time", func() func(tenancy.EventRecord) bool {
		since, until := one("since").Time, one("until").Time
		if m.coin(rt, "since?") {
			q.Since = since.Time()
		}
		if m.coin(rt, "until?") {
			q.Until = until.Time()
		}
		return func(e tenancy.EventRecord) bool {
			return (q.Since.IsZero() || e.Time >= since) && (q.Until.IsZero() || e.Time < until)
		}
	})
	byTime := len(q.Types) > 0 || q.Actor != nil || q.Subject != "" || !q.Since.IsZero() || !q.Until.IsZero()
	if q.Backwards = m.coin(rt, "backwards"); q.Backwards {
		m.way(rt, "a log searched backwards")
	}
	order := func(a, b tenancy.EventRecord) int {
		order := cmp.Compare(a.Sequence, b.Sequence)
		if byTime {
			order = cmp.Or(cmp.Compare(a.Time, b.Time), order)
		}
		if q.Backwards {
			return -order
		}
		return order
	}
	switch m.between(rt, "begin", 0, 3) {
	case 0:
		behind := one("behind")
		e, err := m.cursor(rt, stream, behind.Sequence)
		require.NoError(rt, err)
		q.After = e
		takes = append(takes, func(e tenancy.EventRecord) bool { return order(behind, e) < 0 })
		m.way(rt, "a log searched behind an event")
	case 1:
		q.From = one("from").Sequence
		takes = append(takes, func(e tenancy.EventRecord) bool {
			return e.Sequence == q.From || e.Sequence > q.From != q.Backwards
		})
	}
	var want []uint64
	for _, e := range slices.SortedFunc(slices.Values(all), order) {
		if !slices.ContainsFunc(takes, func(takes func(tenancy.EventRecord) bool) bool { return !takes(e) }) {
			want = append(want, e.Sequence)
		}
	}
	var got []uint64
	m.last = "Events"
	for e, err := range m.dir.System().Events(m.ctx, stream, q) {
		require.NoError(rt, err)
		got = append(got, e.Sequence)
	}
	require.Equal(rt, want, got, "%s: %+v", stream, q)
	if len(got) > 0 {
		m.way(rt, "a log searched, and something found")
	}
}

// cursor returns the cursor of an event of a stream.
func (m *machine) cursor(rt *rapid.T, stream tenancy.Stream, number uint64) (tenancy.Cursor, error) {
	for e, err := range m.dir.System().Events(m.ctx, stream, tenancy.EventQuery{From: number}) {
		require.Equal(rt, number, e.Sequence)
		return e.Cursor(), err
	}
	return "", errors.New("storetest: no such event")
}

// exportLog exports a log. The file is sound, and no longer is when one byte is another
// (EVT-6).
func (m *machine) exportLog(rt *rapid.T) {
	stream, all := m.stream(rt)
	if len(all) == 0 {
		return
	}
	format := choose(m, rt, "format", []tenancy.LogFormat{tenancy.LogNDJSON, tenancy.LogCSV})
	from := choose(m, rt, "from", all).Sequence
	head := func(number uint64) tenancy.LogHead {
		h := tenancy.LogHead{Stream: stream, Sequence: number}
		if number > 0 {
			h.Hash = all[number-1].Hash
		}
		return h
	}
	heads := []tenancy.LogHead{head(from - 1), head(uint64(len(all)))}
	var out bytes.Buffer
	m.last = "ExportLog"
	require.NoError(rt, tenancy.ExportLog(&out, format,
		m.dir.System().Events(m.ctx, stream, tenancy.EventQuery{From: from})))
	verify := func(file []byte) (found []tenancy.Tampering) {
		for x, err := range tenancy.VerifyExport(bytes.NewReader(file), format, heads...) {
			require.NoError(rt, err)
			found = append(found, x)
		}
		return found
	}
	require.Empty(rt, verify(out.Bytes()))
	at := m.between(rt, "byte", 0, out.Len()-1)
	out.Bytes()[at] ^= 1 << m.between(rt, "bit", 0, 7)
	require.NotEmpty(rt, verify(out.Bytes()), "byte %d", at)
	m.way(rt, "a log exported")
}

// relayLogs relays while another relay, which crashed, has leased a stream, or while the
// function fails, and compares what was delivered with what was pending (EVT-5).
func (m *machine) relayLogs(rt *rapid.T) {
	pending := m.pending(rt)
	if len(pending) == 0 {
		return
	}
	leased, fails := m.lease(rt, pending), tenancy.EventRecord{}
	if m.coin(rt, "fails?") {
		fails = choose(m, rt, "fails at", choose(m, rt, "fails in", pending))
	}
	var want, got []tenancy.EventRecord
	failed := false
	for _, events := range pending {
		for _, e := range events {
			if failed = failed || e.ID == fails.ID && e.Stream != leased; e.Stream == leased || e.ID == fails.ID {
				break
			}
			want = append(want, e)
		}
	}
	relay := func(fails tenancy.EventRecord) (int, error) {
		m.last = "Relay"
		return m.dir.System().Relay(m.ctx, func(_ context.Context, e tenancy.Event) error {
			if e.ID == fails.ID {
				return errStop
			}
			got = append(got, tenancy.EventRecord{Stream: e.Stream, Sequence: e.Sequence, Hash: e.Hash})
			return nil
		})
	}
	n, err := relay(fails)
	require.Equal(rt, failed, errors.Is(err, errStop), "%v", err)
	require.Len(rt, got, n)
	require.Equal(rt, placesOf(want), placesOf(got))
	if failed {
		m.way(rt, "Relay whose function fails")
	}
	if leased != (tenancy.Stream{}) {
		m.putLease(rt, leased, -1)
		m.way(rt, "Relay past a lease")
	}
	want, got = slices.Concat(m.pending(rt)...), nil
	_, err = relay(tenancy.EventRecord{})
	require.NoError(rt, err)
	require.Equal(rt, placesOf(want), placesOf(got))
	require.Empty(rt, m.pending(rt))
}

// placesOf returns which events these are.
func placesOf(events []tenancy.EventRecord) (places []tenancy.EventRecord) {
	for _, e := range events {
		places = append(places, tenancy.EventRecord{Stream: e.Stream, Sequence: e.Sequence, Hash: e.Hash})
	}
	return places
}

// pending returns what no relay has delivered, by stream.
func (m *machine) pending(rt *rapid.T) (pending [][]tenancy.EventRecord) {
	var oldest []tenancy.EventRecord
	require.NoError(rt, m.near.View(m.ctx, func(ctx context.Context, tx tenancy.ReadTx) (err error) {
		oldest, err = tx.Outbox(ctx, tenancy.Stream{}, 1_000_000)
		return err
	}))
	for _, first := range oldest {
		pending = append(pending, m.stored(rt, first.Stream, first.Sequence))
	}
	return pending
}

// lease leaves a lease on one of some streams, or on none: a relay crashed that held it.
func (m *machine) lease(rt *rapid.T, pending [][]tenancy.EventRecord) tenancy.Stream {
	if m.coin(rt, "leased?") {
		return tenancy.Stream{}
	}
	leased := choose(m, rt, "leased", pending)[0].Stream
	m.putLease(rt, leased, 1)
	return leased
}

// putLease writes a lease that ends in so many hours.
func (m *machine) putLease(rt *rapid.T, stream tenancy.Stream, hours tenancy.Instant) {
	const hour = tenancy.Instant(3600 * 1e6)
	require.NoError(rt, m.store.Update(m.ctx, func(ctx context.Context, tx tenancy.Tx) error {
		now, err := tx.Now(ctx)
		if err != nil {
			return err
		}
		if now == 0 {
			now = tenancy.Instant(m.clock.Now().UnixMicro())
		}
		return tx.Put(ctx, tenancy.LeaseRecord{Stream: stream, Holder: tenancy.OperationID{1},
			Since: now + min(hours, 0)*2*hour, Until: now + hours*hour})
	}))
}

// heirs draws who gets some of a user's accounts.
func (m *machine) heirs(rt *rapid.T, user tenancy.UserID, heir func() tenancy.UserID) (heirs []tenancy.Heir) {
	if m.coin(rt, "no heirs") {
		return nil
	}
	owned := m.listed(tenancy.Lookup{Index: tenancy.IndexOpenAccountsOf, Key: tenancy.Key{In: user}, Limit: 5})
	for _, a := range owned {
		if m.between(rt, "left?", 0, 3) > 0 {
			heirs = append(heirs, tenancy.Heir{Account: a.(tenancy.AccountRecord).ID, User: heir()})
		}
	}
	if m.between(rt, "another's?", 0, 19) == 0 {
		heirs = append(heirs, tenancy.Heir{Account: m.account(rt), User: heir()})
	}
	return heirs
}
