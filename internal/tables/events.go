package tables

import (
	"errors"
	"fmt"
	"math"

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
		e.Actor.String(), e.Name,
		orNull(
			[16]byte(e.Operation)), int64(e.Part), int64(e.Step), string(e.Correlation), e.Type, []byte(e.Data),
		orNull(e.Previous), orNull(e.Hash),
	}, nil
}

// Event reads a row of the table of events; scan is as in Table.Record.
func Event(scan func(into ...any) error) (e tenancy.EventRecord, err error) {
	var stream, id, operation, data, previous, hash []byte
	var sequence, part, step int64
	var ofUser bool
	var actor string
	if err := scan(&stream, &sequence, &ofUser, &id, (*int64)(&e.Time), &actor, &e.Name, &operation, &part, &step,
		(*string)(&e.Correlation), &e.Type, &data, &previous, &hash); err != nil {
		return e, fmt.Errorf("tenancy_events: %w", err)
	}
	var key [16]byte
	sound := sequence > 0 && fill(key[:], stream) && fill(e.ID[:], id) && fill(e.Operation[:], operation) &&
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
