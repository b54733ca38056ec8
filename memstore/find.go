package memstore

import (
	"cmp"
	"fmt"
	"math"
	"sort"

	"github.com/add4b1c6/tenancy"
)

// found is the events of a stream that one lookup finds, in the order of their times and
// numbers. It is never changed.
type found struct {
	key     tenancy.Entry
	numbers blocks[uint64] // of the events
}

// keyOfFound says which events of a stream: those that an index finds by a value, which is a
// text or an ID, or, by time, all.
func keyOfFound(stream [16]byte, by tenancy.EventIndex, text string, id [16]byte) tenancy.Entry {
	return tenancy.Entry{Index: tenancy.Index(by), Key: tenancy.Key{In: stream, Text: text, ID: id}}
}

// foundBy calls visit with each key by which an event is found, but for its number.
func foundBy(e *tenancy.EventRecord, visit func(tenancy.Entry)) {
	stream := e.Stream.Key()
	visit(keyOfFound(stream, tenancy.EventsByTime, "", [16]byte{}))
	visit(keyOfFound(stream, tenancy.EventsByActor, e.Actor.String(), [16]byte{}))
	visit(keyOfFound(stream, tenancy.EventsByType, e.Type, [16]byte{}))
	var room [8][16]byte
	for _, id := range e.Subjects(room[:0]) {
		visit(keyOfFound(stream, tenancy.EventsBySubject, "", id))
	}
}

// placeOf returns an event's place among others of its stream.
func placeOf(e *tenancy.EventRecord) tenancy.EventPlace {
	return tenancy.EventPlace{Time: e.Time, Sequence: e.Sequence}
}

func compare(a, b tenancy.EventPlace) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Sequence, b.Sequence))
}

// with returns what is found with an event more, which a writer appends to the log. An
// event comes last, unless the clock was set back.
func (f *found) with(key tenancy.Entry, e *tenancy.EventRecord, of *log, writer *room) *found {
	var numbers blocks[uint64]
	if f != nil {
		numbers = f.numbers
	}
	at := numbers.len()
	if at > 0 && compare(placeOf(of.event(*numbers.at(at - 1))), placeOf(e)) >= 0 {
		at = search(numbers, of, placeOf(e), false)
	}
	switch {
	case at == numbers.len():
		return &found{key, numbers.with(e.Sequence, writer)}
	case *numbers.at(at) == e.Sequence: // it is about the same ID twice
		return f
	}
	longer := numbers.first(at).with(e.Sequence, writer)
	for ; at < numbers.len(); at++ {
		longer = longer.with(*numbers.at(at), writer)
	}
	return &found{key, longer}
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
	stream := l.Stream.Key()
	of := s.log(stream)
	if l.By == tenancy.EventsByNumber {
		return of.between(after.Sequence, before.Sequence, l.Backwards, l.Limit), nil
	}
	var key tenancy.Entry
	switch l.By {
	case tenancy.EventsByTime:
		key = keyOfFound(stream, l.By, "", [16]byte{})
	case tenancy.EventsByActor:
		key = keyOfFound(stream, l.By, l.Actor.String(), [16]byte{})
	case tenancy.EventsByType:
		key = keyOfFound(stream, l.By, l.Type, [16]byte{})
	case tenancy.EventsBySubject:
		key = keyOfFound(stream, l.By, "", l.Subject)
	}
	kept := s.found.get(s.hash(&key), key)
	if kept == nil {
		return nil, nil
	}
	numbers := (*kept).numbers
	from, to := search(numbers, of, after, true), search(numbers, of, before, false)
	var events []tenancy.EventRecord
	for n := from; n < to && len(events) < l.Limit; n++ {
		at := n
		if l.Backwards {
			at = to - 1 - (n - from)
		}
		events = append(events, *of.event(*numbers.at(at)))
	}
	return events, nil
}

// search returns how many of the events with some numbers, which are in the order of their
// places, come before a place, or before it and at it.
func search(numbers blocks[uint64], of *log, place tenancy.EventPlace, at bool) int {
	return sort.Search(numbers.len(), func(i int) bool {
		c := compare(placeOf(of.event(*numbers.at(i))), place)
		return c > 0 || c == 0 && !at
	})
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
