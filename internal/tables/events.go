package tables

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// EventColumns are the columns of the table of events. Its primary key is the stream
// and the sequence number.
var EventColumns = []Column{
	{Name: "stream", Type: ID},
	{Name: "sequence", Type: Int},
	{Name: "of_user", Type: Bool}, // the stream is a user's, not an organization's
	{Name: "id", Type: ID, Nullable: true},
	{Name: "time", Type: Int},
	{Name: "actor", Type: Text},
	{Name: "key_id", Type: ID, Nullable: true},
	{Name: "name", Type: Text},
	{Name: "operation_id", Type: ID, Nullable: true},
	{Name: "part", Type: Int},
	{Name: "step", Type: Int},
	{Name: "correlation", Type: Text},
	{Name: "type", Type: Text},
	{Name: "data", Type: Bytes},
	{Name: "previous", Type: Hash, Nullable: true},
	{Name: "hash", Type: Hash, Nullable: true},
}

// EventIndexes are the indexes of the table of events, by name, with the columns of
// each.
var EventIndexes = map[string]string{
	"tenancy_events_by_time":  "stream, time, sequence",
	"tenancy_events_by_actor": "stream, actor, time, sequence",
	"tenancy_events_by_type":  "stream, type, time, sequence",
}

// SubjectColumns are the columns of the table of the IDs that the data of events holds.
// All of them are its primary key.
var SubjectColumns = []Column{
	{Name: "stream", Type: ID},
	{Name: "subject", Type: ID},
	{Name: "happened", Type: Int}, // the event's time
	{Name: "sequence", Type: Int},
}

// ByStream returns events in the order of their streams. Those of one stream keep their
// order. A database takes rows fastest in the order of their keys.
func ByStream(events []tenancy.EventRecord) []tenancy.EventRecord {
	if len(events) < 2 {
		return events
	}
	keys := make(map[tenancy.Stream][16]byte)
	for _, e := range events {
		keys[e.Stream] = e.Stream.Key()
	}
	sorted := slices.Clone(events)
	slices.SortStableFunc(sorted, func(a, b tenancy.EventRecord) int {
		if a.Stream == b.Stream {
			return 0
		}
		x, y := keys[a.Stream], keys[b.Stream]
		return bytes.Compare(x[:], y[:])
	})
	return sorted
}

// SubjectRows returns the rows that say which IDs the data of events holds, in the order
// of their keys for events in the order of ByStream.
func SubjectRows(events []tenancy.EventRecord) (rows [][]any) {
	type subject struct {
		id    [16]byte
		event *tenancy.EventRecord
	}
	var room [8][16]byte
	var of []subject
	for i := range events {
		e := &events[i]
		for _, id := range e.Subjects(room[:0]) {
			of = append(of, subject{id, e})
		}
		if i+1 < len(events) && events[i+1].Stream == e.Stream {
			continue
		}
		slices.SortStableFunc(of, func(a, b subject) int { return bytes.Compare(a.id[:], b.id[:]) })
		for _, s := range of {
			rows = append(rows, []any{s.event.Stream.Key(), s.id, int64(s.event.Time), int64(s.event.Sequence)})
		}
		of = of[:0]
	}
	return rows
}

// EventQuery is a statement that finds events, with parameters $1, $2 and so on.
type EventQuery struct {
	SQL   string
	Types []Type
}

// eventQueries are the statements of each index of events, forwards and backwards.
var eventQueries = func() (all [tenancy.EventsBySubject + 1][2]EventQuery) {
	for by := range all {
		all[by][0] = newEventQuery(tenancy.EventIndex(by), "")
		all[by][1] = newEventQuery(tenancy.EventIndex(by), " DESC")
	}
	return all
}()

// EventQueries returns the statements that find events.
func EventQueries() (all []*EventQuery) {
	for by := range eventQueries {
		all = append(all, &eventQueries[by][0], &eventQueries[by][1])
	}
	return all
}

// newEventQuery writes the statement of an index. Its parameters are the stream, what
// the index selects, the place after which and the place before which, and the limit.
func newEventQuery(by tenancy.EventIndex, direction string) EventQuery {
	var b strings.Builder
	q := EventQuery{Types: []Type{ID}}
	parameter := func(of Type) string {
		q.Types = append(q.Types, of)
		return fmt.Sprintf("$%d", len(q.Types))
	}
	from, time := "events", "events.time"
	if by == tenancy.EventsBySubject {
		from, time = "subjects", "subjects.happened"
	}
	b.WriteString("SELECT events." + strings.ReplaceAll(Names(EventColumns), ", ", ", events."))
	if by == tenancy.EventsBySubject {
		b.WriteString(" FROM tenancy_event_subjects AS subjects JOIN tenancy_events AS events" +
			" ON events.stream = subjects.stream AND events.sequence = subjects.sequence")
	} else {
		b.WriteString(" FROM tenancy_events AS events")
	}
	fmt.Fprintf(&b, " WHERE %s.stream = $1", from)
	switch by {
	case tenancy.EventsByActor:
		b.WriteString(" AND events.actor = " + parameter(Text))
	case tenancy.EventsByType:
		b.WriteString(" AND events.type = " + parameter(Text))
	case tenancy.EventsBySubject:
		b.WriteString(" AND subjects.subject = " + parameter(ID))
	}
	order := from + ".sequence"
	if by == tenancy.EventsByNumber {
		fmt.Fprintf(&b, " AND %s > %s AND %s < %s", order, parameter(Int), order, parameter(Int))
		order += direction
	} else {
		place := "(" + time + ", " + order + ")"
		fmt.Fprintf(&b, " AND %s > (%s, %s) AND %s < (%s, %s)", place, parameter(Int), parameter(Int),
			place, parameter(Int), parameter(Int))
		order = time + direction + ", " + order + direction
	}
	b.WriteString(" ORDER BY " + order + " LIMIT " + parameter(Int))
	q.SQL = b.String()
	return q
}

// FindEvents returns the statement that answers a lookup of events, and its arguments.
// It returns nil if the answer is empty whatever is stored. An unknown index is an
// error.
func FindEvents(l tenancy.EventLookup) (*EventQuery, []any, error) {
	if int(l.By) >= len(eventQueries) {
		return nil, nil, fmt.Errorf("unknown index %d of events", l.By)
	}
	if l.Limit <= 0 || l.Stream.Key() == [16]byte{} {
		return nil, nil, nil
	}
	q := &eventQueries[l.By][0]
	if l.Backwards {
		q = &eventQueries[l.By][1]
	}
	values := []any{l.Stream.Key()}
	switch l.By {
	case tenancy.EventsByActor:
		values = append(values, l.Actor.String())
	case tenancy.EventsByType:
		values = append(values, l.Type)
	case tenancy.EventsBySubject:
		values = append(values, l.Subject)
	}
	after, before := l.After, l.Before
	if after == (tenancy.EventPlace{}) {
		after.Time = math.MinInt64
	}
	if before == (tenancy.EventPlace{}) {
		before = tenancy.EventPlace{Time: math.MaxInt64, Sequence: math.MaxUint64}
	}
	for _, p := range []tenancy.EventPlace{after, before} {
		if l.By != tenancy.EventsByNumber {
			values = append(values, int64(p.Time))
		}
		values = append(values, int64(min(p.Sequence, math.MaxInt64)))
	}
	return q, append(values, int64(l.Limit)), nil
}

var errRow = errors.New("tenancy_events: a row does not parse")

var errEvent = errors.New("an event has no stream, or no number that a row can hold")

// EventValues returns what an event's row holds, as Table.Values does, and its data as
// []byte.
func EventValues(e tenancy.EventRecord) ([]any, error) {
	stream := e.Stream.Key()
	if stream == [16]byte{} || e.Sequence == 0 || e.Sequence > math.MaxInt64 {
		return nil, errEvent
	}
	return []any{
		stream, int64(e.Sequence), !e.Stream.User.IsZero(), orNull([16]byte(e.ID)), int64(e.Time),
		e.Actor.String(), orNull([16]byte(e.Key)), e.Name,
		orNull(
			[16]byte(e.Operation)), int64(e.Part), int64(e.Step), string(e.Correlation), e.Type, []byte(e.Data),
		orNull(e.Previous), orNull(e.Hash),
	}, nil
}

// Event reads a row of the table of events; scan is as in Table.Record.
func Event(scan func(into ...any) error) (e tenancy.EventRecord, err error) {
	var stream, id, acted, operation, data, previous, hash []byte
	var sequence, part, step int64
	var ofUser bool
	var actor string
	if err := scan(&stream, &sequence, &ofUser, &id, (*int64)(&e.Time), &actor, &acted, &e.Name, &operation, &part, &step,
		(*string)(&e.Correlation), &e.Type, &data, &previous, &hash); err != nil {
		return e, fmt.Errorf("tenancy_events: %w", err)
	}
	var key [16]byte
	sound := sequence > 0 && fill(key[:], stream) && fill(e.ID[:], id) && fill(e.Key[:], acted) && fill(e.Operation[:], operation) &&
		fill(e.Previous[:], previous) && fill(e.Hash[:], hash)
	e.Sequence, e.Part, e.Step, e.Data = uint64(sequence), int(part), int(step), string(data)
	if ofUser {
		e.Stream.User = key
	} else {
		e.Stream.Organization = key
	}
	e.Actor, err = tenancy.ParseActor(actor)
	if err != nil || !sound {
		return tenancy.EventRecord{}, errRow // and not the cause, which would pass as a refusal
	}
	return e, nil
}

// fill copies bytes that may be NULL into a place of exactly their length, and reports
// whether they fit.
func fill(to, from []byte) bool {
	return from == nil || len(from) == len(to) && copy(to, from) == len(to)
}
