package memstore

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/add4b1c6/tenancy"
)

// group returns what the places of those events have in common which one lookup finds:
// a hash of the stream, the index and the value that it is asked for.
func group(stream [16]byte, by tenancy.EventIndex, value string) [16]byte {
	sum := sha256.Sum256(append(append(stream[:], byte(by)), value...))
	return [16]byte(sum[:16])
}

// place returns an event's place in its groups: its time and number, so that places are
// in their order.
func place(at tenancy.EventPlace) (id [16]byte) {
	binary.BigEndian.PutUint64(id[:8], uint64(at.Time)^1<<63)
	binary.BigEndian.PutUint64(id[8:], at.Sequence)
	return id
}

// groups calls visit for each place at which an event is found, but for its number.
func groups(e *tenancy.EventRecord, visit func(tenancy.Key)) {
	stream, at := e.Stream.Key(), place(tenancy.EventPlace{Time: e.Time, Sequence: e.Sequence})
	visit(tenancy.Key{In: group(stream, tenancy.EventsByTime, ""), ID: at})
	visit(tenancy.Key{In: group(stream, tenancy.EventsByActor, e.Actor.String()), ID: at})
	visit(tenancy.Key{In: group(stream, tenancy.EventsByType, e.Type), ID: at})
	var room [8][16]byte
	for _, id := range e.Subjects(room[:0]) {
		visit(tenancy.Key{In: group(stream, tenancy.EventsBySubject, string(id[:])), ID: at})
	}
}

// find answers a lookup of events.
func (s *snapshot) find(l *tenancy.EventLookup) ([]tenancy.EventRecord, error) {
	if l.By > tenancy.EventsBySubject {
		return nil, fmt.Errorf("memstore: unknown index %d of events", l.By)
	}
	after, before := l.After, l.Before
	if after == (tenancy.EventPlace{}) {
		after.Time = math.MinInt64
	}
	if before == (tenancy.EventPlace{}) {
		before = tenancy.EventPlace{Time: math.MaxInt64, Sequence: math.MaxUint64}
	}
	stream := s.log(l.Stream.Key())
	if l.By == tenancy.EventsByNumber {
		return stream.between(after.Sequence, before.Sequence, l.Backwards, l.Limit), nil
	}
	var value string
	switch l.By {
	case tenancy.EventsByActor:
		value = l.Actor.String()
	case tenancy.EventsByType:
		value = l.Type
	case tenancy.EventsBySubject:
		value = string(l.Subject[:])
	}
	in := group(l.Stream.Key(), l.By, value)
	first, end := tenancy.Key{In: in, ID: place(after)}, tenancy.Key{In: in, ID: place(before)}
	start := first
	if l.Backwards {
		start = end
	}
	var events []tenancy.EventRecord
	visit := func(k tenancy.Key) bool {
		if k == start {
			return true
		}
		inside := k.In == in && bytes.Compare(k.ID[:], first.ID[:]) > 0 && bytes.Compare(k.ID[:], end.ID[:]) < 0
		if inside && len(events) < l.Limit {
			events = append(events, *stream.event(binary.BigEndian.Uint64(k.ID[8:])))
		}
		return inside && len(events) < l.Limit
	}
	if l.Backwards {
		s.found.back(start, visit)
	} else {
		s.found.each(start, visit)
	}
	return events, nil
}

// between returns up to limit events whose numbers lie between two numbers.
func (l *log) between(after, before uint64, backwards bool, limit int) (events []tenancy.EventRecord) {
	if before = min(before, l.end()+1); after >= before {
		return nil
	}
	for n := after + 1; n < before && len(events) < limit; n++ {
		if backwards {
			events = append(events, *l.event(before - (n - after)))
		} else {
			events = append(events, *l.event(n))
		}
	}
	return events
}
