package tenancy

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"
)

// EventQuery selects events of a log. The zero value selects all of it, from the first
// event on. Several filters select the events that pass all of them.
type EventQuery struct {
	From      uint64    // the number to begin with; zero: from the start, or backwards from the end
	After     Cursor    // of an event of the same stream: begin behind it, whatever From says
	Backwards bool      // newest first
	Since     time.Time // events of that time and later; zero: any
	Until     time.Time // events before that time; zero: any
	Actor     *Actor    // whose events; nil: anybody's
	Types     []string  // names of event types, such as "MemberJoined" (EventType); empty: all
	Subject   string    // the text form of an ID of any kind: events whose data holds it; "": any
}

// Events lists the events of a stream (EVT-4, EVT-7, GEN-9), each with the names of what
// it names (EVT-8). The Owner and the Administrators of an organization read its stream;
// those of the survivor read a merged organization's. A user reads their own stream.
// Operators and System read every stream.
//
// Without a filter, events come in the order of their numbers. With one of Since, Until,
// Actor, Types and Subject they come in the order of their times, and of their numbers
// where times are equal. The order is the same wherever clocks agree: an event's time is
// that of the clock of the process that wrote it. A list by time can miss an event that
// a clock which is behind puts before the place that was read, so whoever follows a log
// as it grows does it without a filter, or by Relay.
//
// Each filter has an index in the store, so that a page costs what it shows, between two
// times too. With several filters the index of the first of Subject, Actor and Types is
// read, and what it finds is checked for the others. If these let little pass, a page
// costs what was looked at. No transaction looks at more than about 100 events. The
// stream's own ID has no index, since most of its events hold it: as a Subject it is
// checked.
//
// CodeInput also if the stream does not name exactly one of organization and user, or if
// there is no such type; CodeID if Subject is not an ID; CodeNotFound if the stream is
// unknown, or another user's. An event whose type is unknown to this version, or whose
// data does not decode, ends the list with an error that has no code: the store is
// damaged, or a newer version wrote it.
//
// Errors: CodeInput, CodeID, CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) Events(ctx context.Context, stream Stream, q EventQuery) iter.Seq2[LoggedEvent, error] {
	var check form
	search := check.eventSearch(stream, q)
	return pages(eventsList(stream), q.After, func(after place, malformed error) (page[LoggedEvent], error) {
		f := form{cmp.Or(malformed, check.err)}
		from := f.placeInLog(after)
		return look(ctx, s, call{opEvents, stream.String(), f.err},
			func(r *reads) eventsFacts { return r.loadEvents(search, from) },
			func(f eventsFacts, c *changes) (page[LoggedEvent], error) { return decideEvents(f, search, c) })
	})
}

// eventsFacts is a page of a log.
type eventsFacts struct {
	standing logStanding
	records  []EventRecord
	end      bool // the store has no further ones
	names    nameFacts
}

func (r *reads) loadEvents(search eventSearch, after EventPlace) (f eventsFacts) {
	f.standing = r.logStanding(search.stream)
	if !r.mayRead(search.stream) {
		return f
	}
	f.records, f.end = r.searchEvents(search, after)
	f.names = r.names(f.standing, f.records)
	return f
}

// decideEvents makes a page of the events that pass the filters. The page ends before an
// event that does not decode: the next one begins with it, and fails.
func decideEvents(f eventsFacts, search eventSearch, c *changes) (page[LoggedEvent], error) {
	if err := c.authorizeLog(f.standing); err != nil {
		return page[LoggedEvent]{}, err
	}
	p := page[LoggedEvent]{end: f.end}
	for i, record := range f.records {
		if search.takes(record) {
			e, err := record.event()
			if err != nil && i == 0 {
				return page[LoggedEvent]{}, err
			}
			if err != nil {
				p.end = false
				break
			}
			p.items = append(p.items, LoggedEvent{e, f.names.of(e, c)})
		}
		p.next = placeInLog(EventPlace{record.Time, record.Sequence})
	}
	return p, nil
}

// eventSearch is an EventQuery made ready.
type eventSearch struct {
	stream       Stream
	by           EventIndex // which the store reads
	from         uint64
	backwards    bool
	since, until Instant // zero: any
	actor        *Actor
	types        []string
	subject      [16]byte // zero: any
}

// eventSearch checks a query, and chooses the index that the store reads.
func (f *form) eventSearch(stream Stream, q EventQuery) eventSearch {
	s := eventSearch{stream: stream, from: q.From, backwards: q.Backwards, since: ceiling(q.Since),
		until: ceiling(q.Until), actor: q.Actor, types: slices.Compact(slices.Sorted(slices.Values(q.Types)))}
	f.that(stream.valid(), CodeInput)
	for _, name := range s.types {
		f.that(eventTypes[name] != nil, CodeInput)
	}
	if q.After != "" {
		s.from = 0
	}
	if q.Subject != "" {
		subject, ok := parseAnyID(q.Subject)
		f.that(ok && subject != [16]byte{}, CodeID)
		s.subject = subject
	}
	switch {
	case s.subject != [16]byte{} && s.subject != stream.Key():
		s.by = EventsBySubject
	case s.actor != nil:
		s.by = EventsByActor
	case len(s.types) > 0:
		s.by = EventsByType
	case s.since != 0 || s.until != 0 || s.subject != [16]byte{}:
		s.by = EventsByTime
	}
	return s
}

// ceiling returns the first instant that is not before a time; zero for the zero time.
func ceiling(t time.Time) Instant {
	if t.IsZero() {
		return 0
	}
	// What is before the first event or after the last one is as good as their ends.
	t = time.UnixMicro(min(max(t.Unix(), 0), 1<<40) * 1_000_000).Add(time.Duration(t.Nanosecond()))
	at := max(instantOf(t), 1)
	if at.Time().Before(t) {
		at++
	}
	return at
}

// takes reports whether an event passes the filters that no index was asked with.
func (s eventSearch) takes(r EventRecord) bool {
	switch {
	case !s.backwards && r.Sequence < s.from, s.backwards && s.from > 0 && r.Sequence > s.from:
		return false
	case s.since != 0 && r.Time < s.since, s.until != 0 && r.Time >= s.until:
		return false
	case s.actor != nil && r.Actor != *s.actor:
		return false
	case len(s.types) > 0 && !slices.Contains(s.types, r.Type):
		return false
	}
	return s.subject == [16]byte{} || s.by == EventsBySubject || r.holds(s.subject)
}

// lookup returns the lookup of the events behind a place, without its type.
func (s eventSearch) lookup(behind EventPlace, limit int) EventLookup {
	l := EventLookup{Stream: s.stream, By: s.by, Subject: s.subject, Backwards: s.backwards, Limit: limit}
	if s.by == EventsByActor {
		l.Actor = *s.actor
	}
	if s.by != EventsBySubject {
		l.Subject = [16]byte{}
	}
	switch {
	case s.by != EventsByNumber:
		if s.since != 0 {
			l.After.Time = s.since
		}
		if s.until != 0 {
			l.Before.Time = s.until
		}
	case s.from > 1 && !s.backwards:
		l.After.Sequence = s.from - 1
	case s.from > 0 && s.backwards:
		l.Before.Sequence = s.from + 1
	}
	if behind != (EventPlace{}) && s.backwards {
		l.Before = behind
	} else if behind != (EventPlace{}) {
		l.After = behind
	}
	return l
}

// searchEvents reads a page of what an index finds, and reports whether there is no more.
func (r *reads) searchEvents(s eventSearch, behind EventPlace) (page []EventRecord, end bool) {
	if s.by != EventsByType {
		found, answered := r.findEvents(s.lookup(behind, pageSize))
		return found, answered && len(found) < pageSize
	}
	// Each type has a list of its own. What lies behind the end of one that may go on
	// is left for the next page.
	limit := pageSize/len(s.types) + 1
	var last *EventRecord
	for _, name := range s.types {
		l := s.lookup(behind, limit)
		l.Type = name
		found, _ := r.findEvents(l)
		page = append(page, found...)
		if len(found) == limit && (last == nil || s.compare(found[limit-1], *last) < 0) {
			last = &found[limit-1]
		}
	}
	slices.SortFunc(page, s.compare)
	if last == nil {
		return page, true
	}
	return slices.DeleteFunc(page, func(e EventRecord) bool { return s.compare(e, *last) > 0 }), false
}

// compare orders events of one stream as the list does.
func (s eventSearch) compare(a, b EventRecord) int {
	order := cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Sequence, b.Sequence))
	if s.backwards {
		return -order
	}
	return order
}

// eventsList identifies a stream's log in cursors.
func eventsList(s Stream) listID { return listOf("Events", s.String()) }

// placeInLog returns the place of an event in the lists of its stream.
func placeInLog(at EventPlace) place {
	return place{key: Key{Text: fmt.Sprintf("%020d%020d", uint64(at.Time)^1<<63, at.Sequence)}}
}

// placeInLog returns the place of an event that a cursor holds. The zero place is the
// start.
func (f *form) placeInLog(at place) (of EventPlace) {
	if at == (place{}) {
		return of
	}
	const width = 20
	text := at.key.Text
	if len(text) == 2*width {
		time, _ := strconv.ParseUint(text[:width], 10, 64)
		of.Time = Instant(time ^ 1<<63)
		of.Sequence, _ = strconv.ParseUint(text[width:], 10, 64)
	}
	f.that(placeInLog(of) == at && of.Sequence > 0, CodeCursor)
	return of
}
