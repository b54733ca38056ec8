// Package memstore is the store in memory: the default for tests and examples, and the reference of what a Store does. What it holds is gone with
// the process.
//
// A snapshot is real: an immutable root behind an atomic pointer. A View is one load of that pointer and waits for nobody; there is one writer at a
// time, which works on a copy that shares all it does not change, and commits by one store of the pointer. Rolling back is dropping the copy.
package memstore

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/tidwall/btree"

	"github.com/add4b1c6/tenancy"
)

// Store is a tenancy.Store in memory. It is safe for concurrent use. Make one with New.
type Store struct {
	root   atomic.Pointer[root]
	writer chan struct{} // full: somebody writes
}

// New makes an empty store.
func New() *Store {
	s := &Store{writer: make(chan struct{}, 1)}
	r := &root{events: newTree(compareEvents), outbox: newTree(compareEvents)}
	for i, info := range infos {
		if info.Listed || !info.Identity {
			r.tables[i].order = newTree(comparePlaces)
		}
	}
	s.root.Store(r)
	return s
}

// infos is the table of indexes, by index.
var infos = func() []tenancy.IndexInfo {
	rows := tenancy.Indexes()
	byIndex := make([]tenancy.IndexInfo, rows[len(rows)-1].Index+1)
	for _, row := range rows {
		byIndex[row.Index] = row
	}
	return byIndex
}()

// identities gives, for each index, the index that the identities of its kind of record stand in.
var identities = func() []tenancy.Index {
	byIndex := make([]tenancy.Index, len(infos))
	for i, info := range infos {
		for _, other := range infos {
			if other.Identity && other.Record == info.Record {
				byIndex[i] = other.Index
			}
		}
	}
	return byIndex
}()

// maxIndexes is more than there are.
const maxIndexes = 64

// root is all there is, at one moment.
type root struct {
	tables [maxIndexes]table
	events *btree.BTreeG[*tenancy.Event] // by stream and number
	outbox *btree.BTreeG[*tenancy.Event]
}

// table is one index. Only that of an identity holds records; in every one that is listed, or is no identity, places stand in order.
type table struct {
	records trie
	order   *btree.BTreeG[entry]
}

// entry is a place in an index and the identity of the record that stands there.
type entry struct {
	key      tenancy.Key
	identity tenancy.Key
}

func newTree[T any](less func(a, b T) bool) *btree.BTreeG[T] {
	return btree.NewBTreeGOptions(less, btree.Options{NoLocks: true, Degree: 32})
}

func compareKeys(a, b tenancy.Key) int {
	return cmp.Or(bytes.Compare(a.In[:], b.In[:]), strings.Compare(a.Text, b.Text), bytes.Compare(a.ID[:], b.ID[:]))
}

func comparePlaces(a, b entry) bool { return compareKeys(a.key, b.key) < 0 }

func compareEvents(a, b *tenancy.Event) bool {
	x, y := a.Stream.Key(), b.Stream.Key()
	return cmp.Or(bytes.Compare(x[:], y[:]), cmp.Compare(a.Sequence, b.Sequence)) < 0
}

// copy gives a root that can be changed while the old one stays.
func (r *root) copy() *root {
	c := &root{events: r.events.Copy(), outbox: r.outbox.Copy()}
	for i := range r.tables {
		c.tables[i].records = r.tables[i].records
		if r.tables[i].order != nil {
			c.tables[i].order = r.tables[i].order
		}
	}
	return c
}

// reader is a tenancy.ReadTx.
type reader struct {
	root *root
}

// errOver is what a transaction says after its function has returned.
var errOver = errors.New("memstore: the transaction is over")

// View runs fn over one snapshot. It never waits.
func (s *Store) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &reader{s.root.Load()}
	defer func() { r.root = nil }()
	return fn(ctx, r)
}

// Update runs fn alone among writers, and commits if it returns nil. An Update within an Update waits for ever, or until its context ends.
func (s *Store) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.writer <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.writer }()
	w := &writer{reader: reader{s.root.Load().copy()}, token: new(token)}
	defer func() { w.root = nil }()
	if err := fn(ctx, w); err != nil {
		return err
	}
	if w.broken != nil {
		return w.broken
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.root.Store(w.root)
	return nil
}

// Read answers lookups.
func (r *reader) Read(ctx context.Context, lookups ...tenancy.Lookup) ([]tenancy.Answer, error) {
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	answers := make([]tenancy.Answer, len(lookups))
	for i, l := range lookups {
		if l.Index == 0 || int(l.Index) >= len(infos) {
			return nil, fmt.Errorf("memstore: there is no index %d", l.Index)
		}
		answers[i] = r.root.answer(l)
	}
	return answers, nil
}

func (r *reader) ready(ctx context.Context) error {
	if r.root == nil {
		return errOver
	}
	return ctx.Err()
}

func (r *root) answer(l tenancy.Lookup) (a tenancy.Answer) {
	info := infos[l.Index]
	if l.Limit == 0 {
		if info.In && l.Key.In == [16]byte{} || info.Text && l.Key.Text == "" || info.ID && l.Key.ID == [16]byte{} {
			return a
		}
		if info.Identity {
			a.Record = r.tables[l.Index].records.get(l.Key)
		} else if e, ok := r.tables[l.Index].order.Get(entry{key: l.Key}); ok {
			a.Record = r.record(l.Index, e)
		}
		return a
	}
	if info.In && l.Key.In == [16]byte{} || r.tables[l.Index].order == nil {
		return a
	}
	r.tables[l.Index].order.Ascend(entry{key: l.Key}, func(e entry) bool {
		if e.key == l.Key {
			return true
		}
		if e.key.In != l.Key.In || a.Count == l.Limit {
			return false
		}
		a.Count++
		if !l.Count {
			a.Records = append(a.Records, r.record(l.Index, e))
		}
		return a.Count < l.Limit
	})
	if !l.Count {
		a.Count = 0
	}
	return a
}

// record gives the record of an entry.
func (r *root) record(index tenancy.Index, e entry) tenancy.Record {
	return r.tables[identities[index]].records.get(e.identity)
}

// Access reads what Can needs, without an allocation.
func (r *reader) Access(ctx context.Context, user tenancy.UserID, account tenancy.AccountID) (row tenancy.AccessRow, err error) {
	if err := r.ready(ctx); err != nil {
		return row, err
	}
	t := &r.root.tables
	if u, ok := t[tenancy.Users].records.get(tenancy.Key{ID: user}).(tenancy.UserRecord); ok {
		row.SetUser(u)
	}
	a, ok := t[tenancy.Accounts].records.get(tenancy.Key{ID: account}).(tenancy.AccountRecord)
	if !ok {
		return row, nil
	}
	row.SetAccount(a)
	if g, ok := t[tenancy.Grants].records.get(tenancy.Key{In: account, ID: user}).(tenancy.GrantRecord); ok {
		row.Roles = g.Roles
	}
	if !a.Parent.IsZero() {
		if p, ok := t[tenancy.Accounts].records.get(tenancy.Key{ID: a.Parent}).(tenancy.AccountRecord); ok {
			row.SetParent(p)
		}
		if g, ok := t[tenancy.Grants].records.get(tenancy.Key{In: a.Parent, ID: user}).(tenancy.GrantRecord); ok {
			row.ParentRoles = g.Roles
		}
	}
	if !a.Organization.IsZero() {
		if m, ok := t[tenancy.Members].records.get(tenancy.Key{In: a.Organization, ID: user}).(tenancy.MembershipRecord); ok {
			row.SetMembership(m)
		}
	}
	return row, nil
}

// Events gives events of a stream.
func (r *reader) Events(ctx context.Context, stream tenancy.Stream, from uint64, limit int) (events []tenancy.Event, err error) {
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	r.root.events.Ascend(&tenancy.Event{Stream: stream, Sequence: from}, func(e *tenancy.Event) bool {
		if e.Stream != stream || len(events) >= limit {
			return false
		}
		events = append(events, *e)
		return true
	})
	return events, nil
}

// Outbox gives the oldest pending event of each of some streams.
func (r *reader) Outbox(ctx context.Context, after tenancy.Stream, limit int) (events []tenancy.Event, err error) {
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	for last := after; len(events) < limit; {
		before := len(events)
		r.root.outbox.Ascend(&tenancy.Event{Stream: last, Sequence: 1<<64 - 1}, func(e *tenancy.Event) bool {
			if e.Stream.Key() == last.Key() {
				return true
			}
			events = append(events, *e)
			return false
		})
		if len(events) == before {
			break
		}
		last = events[len(events)-1].Stream
	}
	return events, nil
}

// writer is a tenancy.Tx over a root of its own.
type writer struct {
	reader
	token  *token
	owned  [maxIndexes]bool // tables whose order was copied
	broken error
}

// fail makes a failed write the transaction's end: it cannot commit any more.
func (w *writer) fail(err error) error {
	w.broken = cmp.Or(w.broken, err)
	return err
}

// order gives the order of an index to change.
func (w *writer) order(index tenancy.Index) *btree.BTreeG[entry] {
	t := &w.root.tables[index]
	if !w.owned[index] && t.order != nil {
		w.owned[index] = true
		t.order = t.order.Copy()
	}
	return t.order
}

// Put writes records.
func (w *writer) Put(ctx context.Context, records ...tenancy.Record) error {
	if err := w.ready(ctx); err != nil {
		return err
	}
	for _, record := range records {
		if err := w.put(record); err != nil {
			return w.fail(err)
		}
	}
	return nil
}

func (w *writer) put(record tenancy.Record) error {
	var room, oldRoom [8]tenancy.Entry
	entries := record.Entries(room[:0])
	identity := entries[0]
	table := &w.root.tables[identity.Index]
	var old []tenancy.Entry
	if was := table.records.get(identity.Key); was != nil {
		old = was.Entries(oldRoom[:0])
	}
	for _, e := range entries[1:] {
		if there, ok := w.root.tables[e.Index].order.Get(entry{key: e.Key}); ok && there.identity != identity.Key {
			return fmt.Errorf("memstore: an entry of %s is another record's: %w", infos[e.Index].Name, tenancy.CodeBusy)
		}
	}
	table.records.put(w.token, identity.Key, record)
	for _, e := range old {
		if !contains(entries, e) {
			w.order(e.Index).Delete(entry{key: e.Key})
		}
	}
	for _, e := range entries {
		if !contains(old, e) && w.root.tables[e.Index].order != nil {
			w.order(e.Index).Set(entry{e.Key, identity.Key})
		}
	}
	return nil
}

func contains(entries []tenancy.Entry, e tenancy.Entry) bool {
	for _, other := range entries {
		if other == e {
			return true
		}
	}
	return false
}

// Delete removes records.
func (w *writer) Delete(ctx context.Context, records ...tenancy.Record) error {
	if err := w.ready(ctx); err != nil {
		return err
	}
	for _, record := range records {
		var room, oldRoom [8]tenancy.Entry
		identity := record.Entries(room[:0])[0]
		table := &w.root.tables[identity.Index]
		was := table.records.get(identity.Key)
		if was == nil {
			continue
		}
		for _, e := range was.Entries(oldRoom[:0]) {
			if w.root.tables[e.Index].order != nil {
				w.order(e.Index).Delete(entry{key: e.Key})
			}
		}
		table.records.remove(w.token, identity.Key)
	}
	return nil
}

// Append adds events.
func (w *writer) Append(ctx context.Context, events ...tenancy.Event) error {
	if err := w.ready(ctx); err != nil {
		return err
	}
	for _, e := range events {
		last := uint64(0)
		w.root.events.Descend(&tenancy.Event{Stream: e.Stream, Sequence: 1<<64 - 1}, func(there *tenancy.Event) bool {
			if there.Stream == e.Stream {
				last = there.Sequence
			}
			return false
		})
		switch {
		case e.Sequence <= last:
			return w.fail(fmt.Errorf("memstore: the stream has that number: %w", tenancy.CodeBusy))
		case e.Sequence != last+1:
			return w.fail(errors.New("memstore: a stream would have a gap"))
		}
		kept := e
		w.root.events.Set(&kept)
		w.root.outbox.Set(&kept)
	}
	return nil
}

// Ack takes events out of the outbox.
func (w *writer) Ack(ctx context.Context, events ...tenancy.Event) error {
	if err := w.ready(ctx); err != nil {
		return err
	}
	for _, e := range events {
		w.root.outbox.Delete(&e)
	}
	return nil
}

// MoveAll carries out a move.
func (w *writer) MoveAll(ctx context.Context, m tenancy.Move) error {
	if err := w.ready(ctx); err != nil {
		return err
	}
	const all = 1<<31 - 1
	for _, record := range w.root.answer(tenancy.Lookup{Index: tenancy.Members, Key: tenancy.Key{In: m.From}, Limit: all}).Records {
		member := record.(tenancy.MembershipRecord)
		if err := w.Delete(ctx, member); err != nil {
			return err
		}
		if m.Into.IsZero() {
			continue
		}
		if err := w.put(tenancy.MembershipRecord{Organization: m.Into, User: member.User, Role: tenancy.StandardUser, Since: m.At}); err != nil {
			return w.fail(err)
		}
	}
	for _, record := range w.root.answer(tenancy.Lookup{Index: tenancy.AccountsIn, Key: tenancy.Key{In: m.From}, Limit: all}).Records {
		account := record.(tenancy.AccountRecord)
		account.Organization = m.Into
		if err := w.put(account); err != nil {
			return w.fail(err)
		}
	}
	return nil
}
