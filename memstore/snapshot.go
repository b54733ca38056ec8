package memstore

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"

	"github.com/add4b1c6/tenancy"
)

// snapshot is all there is at one time. It is shared, and never changed, once it is committed.
type snapshot struct {
	*layout
	tables  []shared[table]  // by identity index
	indexes []shared[places] // by index: of all that are listed, and of all that are no identity
	logs    trie[*log]
	outbox  shared[places] // In a stream's key, ID a number: the events that are not acknowledged
}

// shared is a part of several snapshots, until a transaction that changes it makes a copy for its own.
type shared[T interface{ copy() T }] struct {
	part  T
	epoch uint64 // of the transaction
}

// change gives the part to be changed.
func (s *shared[T]) change(e edit) T {
	if s.epoch != e.epoch {
		s.part, s.epoch = s.part.copy(), e.epoch
	}
	return s.part
}

// layout is what a store knows of kinds and indexes, from the table of them.
type layout struct {
	*seed
	rows  []row                          // by index
	kinds map[reflect.Type]tenancy.Index // the identity index of each kind
}

// row is what a store knows of an index.
type row struct {
	tenancy.IndexInfo
	kind   tenancy.Index // the identity index of its records
	paired bool          // its records are found by two IDs, which its keys hold the other way round
}

func newSnapshot() *snapshot {
	infos := tenancy.Indexes()
	size := len(infos) + 1
	l := &layout{seed: newSeed(), rows: make([]row, size), kinds: map[reflect.Type]tenancy.Index{}}
	s := &snapshot{layout: l, tables: make([]shared[table], size), indexes: make([]shared[places], size)}
	s.logs = newTrie(func(l **log) tenancy.Key { return tenancy.Key{ID: (*l).stream} })
	s.outbox.part = newPlaces(tenancy.IndexInfo{In: true, ID: true})
	for _, info := range infos {
		kind := reflect.TypeOf(info.Record)
		if info.Identity {
			l.kinds[kind] = info.Index
			s.tables[info.Index].part = newTable(info.Index)
		}
		identity := l.kinds[kind]
		l.rows[info.Index] = row{IndexInfo: info, kind: identity, paired: !info.Identity && l.rows[identity].In}
		if info.Listed || !info.Identity {
			s.indexes[info.Index].part = newPlaces(info)
		}
	}
	return s
}

// row finds an index in the table.
func (l *layout) row(i tenancy.Index) (*row, error) {
	if i == 0 || int(i) >= len(l.rows) {
		return nil, fmt.Errorf("memstore: unknown index %d", i)
	}
	return &l.rows[i], nil
}

// kind finds the identity index of a record's kind.
func (l *layout) kind(r tenancy.Record) (tenancy.Index, error) {
	i, ok := l.kinds[reflect.TypeOf(r)]
	if !ok {
		return 0, fmt.Errorf("memstore: unknown kind of record %T", r)
	}
	return i, nil
}

// identity says of which record a place is.
func (r *row) identity(place tenancy.Key) tenancy.Key {
	switch {
	case r.Identity:
		return place
	case r.paired:
		return tenancy.Key{In: place.ID, ID: place.In}
	}
	return tenancy.Key{ID: place.ID}
}

// place is where a record with an identity stands for the key of its entry.
func (r *row) place(key, identity tenancy.Key) tenancy.Key {
	if !r.ID {
		key.ID = identity.ID
	}
	return key
}

// uses says whether a key has no parts but those the index uses.
func (r *row) uses(key tenancy.Key) bool {
	return (r.In || key.In == [16]byte{}) && (r.Text || key.Text == "") && (r.ID || key.ID == [16]byte{})
}

// full says whether a key has all parts that the index uses.
func (r *row) full(key tenancy.Key) bool {
	return !(r.In && key.In == [16]byte{} || r.Text && key.Text == "" || r.ID && key.ID == [16]byte{})
}

func (s *snapshot) answer(l *tenancy.Lookup) (tenancy.Answer, error) {
	row, err := s.row(l.Index)
	switch {
	case err != nil:
		return tenancy.Answer{}, err
	case l.Limit == 0 && row.Exact:
		return tenancy.Answer{Record: s.one(row, l.Key)}, nil
	case l.Limit > 0 && row.Listed && l.Count:
		return tenancy.Answer{Count: s.count(row, l.Key, l.Limit)}, nil
	case l.Limit > 0 && row.Listed:
		return tenancy.Answer{Records: s.list(row, l.Key, l.Limit)}, nil
	}
	return tenancy.Answer{}, fmt.Errorf("memstore: index %s is not asked with limit %d", row.Name, l.Limit)
}

// record finds a record; nil: absent.
func (s *snapshot) record(kind tenancy.Index, key tenancy.Key) tenancy.Record {
	return s.tables[kind].part.record(s.hash(key), key)
}

// one answers an exact lookup.
func (s *snapshot) one(row *row, key tenancy.Key) tenancy.Record {
	if !row.full(key) || !row.uses(key) {
		return nil
	}
	if row.Identity {
		return s.record(row.Index, key)
	}
	place, ok := s.indexes[row.Index].part.next(key)
	if !ok || place.In != key.In || place.Text != key.Text || row.ID && place.ID != key.ID {
		return nil
	}
	return s.record(row.kind, row.identity(place))
}

func (s *snapshot) count(row *row, after tenancy.Key, limit int) int {
	n := 0
	s.walk(row, after, limit, func(tenancy.Key) { n++ })
	return n
}

func (s *snapshot) list(row *row, after tenancy.Key, limit int) []tenancy.Record {
	var records []tenancy.Record
	s.walk(row, after, limit, func(place tenancy.Key) {
		records = append(records, s.record(row.kind, row.identity(place)))
	})
	return records
}

// walk visits up to limit places that share after.In and come after it.
func (s *snapshot) walk(row *row, after tenancy.Key, limit int, visit func(place tenancy.Key)) {
	if row.In == (after.In == [16]byte{}) || !row.Text && after.Text != "" {
		return
	}
	if !row.ID {
		after.ID = last
	}
	s.indexes[row.Index].part.each(after, func(place tenancy.Key) bool {
		if place.In != after.In {
			return false
		}
		if place != after {
			visit(place)
			limit--
		}
		return limit > 0
	})
}

// last comes after every ID.
var last = [16]byte(slices.Repeat([]byte{0xff}, 16))

// access reads what Can needs to know: the one place that knows kinds, since it is asked the most by far.
func (s *snapshot) access(user tenancy.UserID, account tenancy.AccountID, row *tenancy.AccessRow) {
	users := s.users().find(s.hashID(user))
	for i := range users {
		if u := &users[i]; u.ID == user {
			row.SetUser(*u)
		}
	}
	accounts := s.accounts().find(s.hashID(account))
	for i := range accounts {
		if a := &accounts[i]; a.ID == account {
			row.SetAccount(*a)
		}
	}
	row.Roles = s.roles(account, user)
	if !row.Parent.IsZero() {
		parents := s.accounts().find(s.hashID(row.Parent))
		for i := range parents {
			if a := &parents[i]; a.ID == row.Parent {
				row.SetParent(*a)
			}
		}
		row.ParentRoles = s.roles(row.Parent, user)
	}
	if !row.Organization.IsZero() {
		members := s.members().find(s.hashPair(row.Organization, user))
		for i := range members {
			if m := &members[i]; m.Organization == row.Organization && m.User == user {
				row.SetMembership(*m)
			}
		}
	}
}

// roles gives a user's roles on an account.
func (s *snapshot) roles(account tenancy.AccountID, user tenancy.UserID) (roles tenancy.RoleSet) {
	grants := s.grants().find(s.hashPair(account, user))
	for i := range grants {
		if g := &grants[i]; g.Account == account && g.User == user {
			roles = g.Roles
		}
	}
	return roles
}

// log finds the log of a stream; nil: it has no events.
func (s *snapshot) log(stream [16]byte) *log {
	key := tenancy.Key{ID: stream}
	if l := s.logs.get(s.hash(key), key); l != nil {
		return *l
	}
	return nil
}

func (s *snapshot) events(stream tenancy.Stream, from uint64, limit int) []tenancy.Event {
	l := s.log(stream.Key())
	var events []tenancy.Event
	for n := max(from, 1); n <= l.end() && len(events) < limit; n++ {
		events = append(events, unshared(*l.event(n)))
	}
	return events
}

func (s *snapshot) oldestPending(after tenancy.Stream, limit int) []tenancy.Event {
	var events []tenancy.Event
	place := tenancy.Key{In: after.Key(), ID: last}
	for len(events) < limit {
		var ok bool
		if place, ok = s.outbox.part.next(place); !ok {
			break
		}
		events = append(events, unshared(*s.log(place.In).event(binary.BigEndian.Uint64(place.ID[8:]))))
		place.ID = last
	}
	return events
}

// pending is an event's place in the outbox.
func pending(e *tenancy.Event) tenancy.Key {
	key := tenancy.Key{In: e.Stream.Key()}
	binary.BigEndian.PutUint64(key.ID[8:], e.Sequence)
	return key
}
