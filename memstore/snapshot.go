package memstore

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// snapshot is everything that is stored at one time. Once it is committed it is never
// changed.
type snapshot struct {
	*layout
	records records
	logs    table[*log]
	indexes []index // by index; only those that have an order are used
	found   table[*found]
	outbox  index // the events that are not acknowledged, by the key of the stream (In) and the number (ID)
}

func newSnapshot() *snapshot {
	s := &snapshot{layout: newLayout(), records: newRecords()}
	s.logs.key = func(l **log) tenancy.Entry { return tenancy.Entry{Key: tenancy.Key{ID: (*l).stream}} }
	s.indexes = make([]index, len(s.rows))
	for i := range s.rows {
		if r := &s.rows[i]; r.Index != 0 && r.ordered() {
			s.indexes[i].places = newPlaces(r.IndexInfo)
		}
	}
	s.found.key = func(f **found) tenancy.Entry { return (*f).key }
	s.outbox.places = newPlaces(tenancy.IndexInfo{In: true, ID: true})
	return s
}

// copy returns the snapshot for another store. The tables may be shared by any number of
// stores, while each copy of a tree of places may have one that changes it.
func (s *snapshot) copy() *snapshot {
	c := *s
	c.indexes = slices.Clone(s.indexes)
	for i := range c.indexes {
		if x := &c.indexes[i]; x.places != nil {
			x.places = x.copy()
		}
	}
	c.outbox.places = s.outbox.copy()
	return &c
}

// record returns the record of an identity, or nil.
func (s *snapshot) record(identity tenancy.Entry) tenancy.Record {
	if identity.Index != tenancy.IndexWords {
		return s.records.get(s.seed, &identity)
	}
	if place, ok := s.indexes[tenancy.IndexWords].next(identity.Key); !ok || place != identity.Key {
		return nil
	}
	return wordAt(identity.Key)
}

// wordAt returns the word at a place. There are several for each member, so they are not
// kept: their places hold all that they are.
func wordAt(place tenancy.Key) tenancy.WordRecord {
	word, independent := strings.CutPrefix(place.Text, " ")
	return tenancy.WordRecord{Organization: place.In, User: place.ID, Independent: independent,
		Personal: tenancy.WordPersonal{Word: tenancy.NewPersonal(word)}}
}

func (s *snapshot) answer(l *tenancy.Lookup) (tenancy.Answer, error) {
	row, err := s.row(l.Index)
	ranged := l.Until != ""
	switch {
	case err != nil:
		return tenancy.Answer{}, err
	case ranged && (l.Limit <= 0 || l.Count || !row.Text), l.Skip < 0, l.Skip > 0 && (l.Limit <= 0 || l.Count):
	case l.Limit == 0 && row.Exact:
		return tenancy.Answer{Record: s.one(row, l.Key)}, nil
	case l.Limit > 0 && row.Listed && l.Count:
		return tenancy.Answer{Count: s.count(row, l)}, nil
	case l.Limit > 0 && row.Listed:
		return tenancy.Answer{Records: s.list(row, l)}, nil
	}
	return tenancy.Answer{}, fmt.Errorf("memstore: index %s is not asked with limit %d", row.Name, l.Limit)
}

// one answers an exact lookup.
func (s *snapshot) one(row *row, key tenancy.Key) tenancy.Record {
	if !row.full(key) || !row.uses(key) {
		return nil
	}
	if row.Identity {
		return s.record(row.identity(key))
	}
	place, ok := s.indexes[row.Index].next(key)
	if !ok || place.In != key.In || place.Text != key.Text || row.ID && place.ID != key.ID {
		return nil
	}
	return s.record(row.identity(place))
}

func (s *snapshot) count(row *row, l *tenancy.Lookup) int {
	n := 0
	s.walk(row, l, func(tenancy.Key) { n++ })
	return n
}

func (s *snapshot) list(row *row, l *tenancy.Lookup) []tenancy.Record {
	var records []tenancy.Record
	if row.Index == tenancy.IndexWords {
		s.walk(row, l, func(place tenancy.Key) { records = append(records, wordAt(place)) })
		return records
	}
	identities := make([]tenancy.Entry, 0, min(l.Limit, some))
	s.walk(row, l, func(place tenancy.Key) {
		identities = append(identities, row.identity(place))
		if len(identities) == cap(identities) {
			records = s.records.list(s.seed, identities, records)
			identities = identities[:0]
		}
	})
	if len(identities) > 0 {
		records = s.records.list(s.seed, identities, records)
	}
	return records
}

// last is the greatest ID there can be.
var last = [16]byte(bytes.Repeat([]byte{0xff}, 16))

// walk visits the places that a list or a count is about.
func (s *snapshot) walk(row *row, l *tenancy.Lookup, visit func(place tenancy.Key)) {
	after, limit := l.Key, l.Limit
	if row.In == (after.In == [16]byte{}) || !row.Text && after.Text != "" {
		return
	}
	if !row.ID {
		after.ID = last
	}
	from := after
	if l.Skip > 0 {
		var ok bool
		if from, ok = s.indexes[row.Index].past(after, l.Skip); !ok {
			return
		}
	}
	s.indexes[row.Index].each(from, func(place tenancy.Key) bool {
		if row.In && place.In != after.In || l.Until != "" && place.Text >= l.Until {
			return false
		}
		if place.Text != after.Text || place.ID != after.ID {
			visit(place)
			limit--
		}
		return limit > 0
	})
}

// log returns the log of a stream, or nil if it has no events.
func (s *snapshot) log(stream [16]byte) *log {
	key := tenancy.Entry{Key: tenancy.Key{ID: stream}}
	if l := s.logs.get(s.hash(&key), key); l != nil {
		return *l
	}
	return nil
}

func (s *snapshot) events(stream tenancy.Stream, from uint64, limit int) []tenancy.EventRecord {
	l := s.log(stream.Key())
	var events []tenancy.EventRecord
	for n := max(from, 1); n <= l.end() && len(events) < limit; n++ {
		events = append(events, *l.event(n))
	}
	return events
}

func (s *snapshot) oldestPending(after tenancy.Stream, limit int) []tenancy.EventRecord {
	var events []tenancy.EventRecord
	place := tenancy.Key{In: after.Key(), ID: last}
	for len(events) < limit {
		var ok bool
		if place, ok = s.outbox.next(place); !ok {
			break
		}
		events = append(events, *s.log(place.In).event(binary.BigEndian.Uint64(place.ID[8:])))
		place.ID = last
	}
	return events
}

// pending returns an event's place in the outbox.
func pending(e *tenancy.EventRecord) tenancy.Key {
	key := tenancy.Key{In: e.Stream.Key()}
	binary.BigEndian.PutUint64(key.ID[8:], e.Sequence)
	return key
}
