package tenancy

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
)

// record encodes the event's data, and returns the event as it is stored.
func (e Event) record() EventRecord {
	return EventRecord{
		Stream:      e.Stream,
		Sequence:    e.Sequence,
		ID:          e.ID,
		Time:        e.Time,
		Actor:       e.Actor,
		Key:         e.Key,
		Name:        e.Name,
		Operation:   e.Operation,
		Part:        e.Part,
		Step:        e.Step,
		Correlation: e.Correlation,
		Type:        EventType(e.Data),
		Data:        string(encodeData(e.Data)),
		Previous:    e.Previous,
		Hash:        e.Hash,
	}
}

// event decodes a stored event. The error is nobody's refusal: the store is damaged, or
// a newer version wrote it.
func (r EventRecord) event() (Event, error) {
	data, err := decodeData(r.Type, r.Data)
	if err != nil {
		return Event{}, fmt.Errorf("event %d of %s: %w", r.Sequence, r.Stream, err)
	}
	return Event{Stream: r.Stream, Sequence: r.Sequence, ID: r.ID, Time: r.Time, Actor: r.Actor, Key: r.Key,
		Name:      r.Name,
		Operation: r.Operation, Part: r.Part, Step: r.Step, Correlation: r.Correlation,
		Data: data, Previous: r.Previous, Hash: r.Hash}, nil
}

// hash returns the SHA-256 of the event's encoding.
func (r EventRecord) hash() [sha256.Size]byte { return sha256.Sum256(r.encoding()) }

// encoding returns what an event's hash covers: the concatenation of its parts in the
// order below, each written as its length in bytes (8 bytes, big-endian) and the bytes.
// IDs are their 16 bytes, numbers and times 8 bytes big-endian, the stream and the
// actor their text forms. It is frozen as version 1 (docs/rules.md, EVT-6, has a test
// vector).
func (r EventRecord) encoding() []byte {
	b := appendPart(nil, []byte("tenancy event 1"))
	b = appendPart(b, r.Previous[:])
	b = appendPart(b, []byte(r.Stream.String()))
	b = appendPart(b, binary.BigEndian.AppendUint64(nil, r.Sequence))
	b = appendPart(b, r.ID[:])
	b = appendPart(b, binary.BigEndian.AppendUint64(nil, uint64(r.Time)))
	b = appendPart(b, []byte(r.Actor.String()))
	b = appendPart(b, r.Key[:])
	b = appendPart(b, []byte(r.Name))
	b = appendPart(b, r.Operation[:])
	b = appendPart(b, binary.BigEndian.AppendUint64(nil, uint64(r.Part)))
	b = appendPart(b, binary.BigEndian.AppendUint64(nil, uint64(r.Step)))
	b = appendPart(b, []byte(r.Correlation))
	b = appendPart(b, []byte(r.Type))
	return appendPart(b, []byte(r.Data))
}

func appendPart(to, part []byte) []byte {
	return append(binary.BigEndian.AppendUint64(to, uint64(len(part))), part...)
}

// encodeData writes an event's data: the values of its fields in the order of their
// declaration, each as its length (8 bytes, big-endian) and its bytes, without the
// fields' names.
//
//   - IDs are their 16 bytes.
//   - Numbers and times are 8 bytes, big-endian.
//   - Yes and no are one byte.
//   - Texts are their bytes. Account role sets and actors are their text forms.
//   - Structs and lists are the concatenation of their fields or elements, encoded in
//     the same way.
//
// There is one encoding of each value, and decodeData refuses every other.
func encodeData(data EventData) []byte { return encodeValue(nil, reflect.ValueOf(data)) }

// encodeValue appends a value without its length.
func encodeValue(to []byte, v reflect.Value) []byte {
	if v.Type() == reflect.TypeFor[Actor]() {
		return append(to, v.Interface().(Actor).String()...)
	}
	if v.Type() == reflect.TypeFor[RoleSet]() {
		return append(to, v.Interface().(RoleSet).String()...)
	}
	switch v.Kind() {
	case reflect.Array:
		reflect.Copy(reflect.ValueOf(growBy(&to, v.Len())), v)
		return to
	case reflect.String:
		return append(to, v.String()...)
	case reflect.Bool:
		if v.Bool() {
			return append(to, 1)
		}
		return append(to, 0)
	case reflect.Int, reflect.Int64:
		return binary.BigEndian.AppendUint64(to, uint64(v.Int()))
	case reflect.Uint64:
		return binary.BigEndian.AppendUint64(to, v.Uint())
	case reflect.Struct:
		for _, field := range v.Fields() {
			to = appendPart(to, encodeValue(nil, field))
		}
		return to
	case reflect.Slice:
		for i := range v.Len() {
			to = appendPart(to, encodeValue(nil, v.Index(i)))
		}
		return to
	}
	panic("tenancy: event data of type " + v.Type().String())
}

// growBy lengthens a slice by n bytes and returns the new part.
func growBy(to *[]byte, n int) []byte {
	*to = append(*to, make([]byte, n)...)
	return (*to)[len(*to)-n:]
}

// What is wrong with a stored event that does not decode.
var (
	errEventType = errors.New("no such event type: the store is damaged, or a newer version wrote it")
	errEventData = errors.New("its data does not decode: the store is damaged, or a newer version wrote it")
)

// eventTypes are the types of EventTypes by their names.
var eventTypes = func() map[string]reflect.Type {
	types := map[string]reflect.Type{}
	for _, zero := range EventTypes() {
		types[EventType(zero)] = reflect.TypeOf(zero)
	}
	return types
}()

// decodeData reads what encodeData wrote of an event of the named type. An unknown type
// is an error, and so are bytes that encodeData would not have written.
func decodeData(eventType, encoded string) (EventData, error) {
	t, known := eventTypes[eventType]
	if !known {
		return nil, errEventType
	}
	v := reflect.New(t).Elem()
	if !decodeValue([]byte(encoded), v) {
		return nil, errEventData
	}
	return v.Interface().(EventData), nil
}

// Subjects appends the IDs that EventsBySubject finds the event by, each once: those that
// its data holds, and that of the key it was done with, but not that of its stream. That
// one most events of a stream hold, so an index of it would say little. Of the data it
// appends nothing if this version does not know the type, or if the data does not decode.
func (r EventRecord) Subjects(to [][16]byte) [][16]byte { return r.ids(to, r.Stream.Key()) }

// holds reports whether the event's data holds an ID, or the event was done with the key
// that has it.
func (r EventRecord) holds(id [16]byte) bool { return slices.Contains(r.ids(nil, [16]byte{}), id) }

// ids appends the IDs that the event's data holds, and that of its key, each once and
// without one.
func (r EventRecord) ids(to [][16]byte, without [16]byte) [][16]byte {
	if !r.Key.IsZero() {
		to = append(to, r.Key)
	}
	data, err := decodeData(r.Type, r.Data)
	if err != nil {
		return to
	}
	const few = 32 // an event can hold thousands: those are parted by a map
	for id := range idsOf(data) {
		if raw := rawID(id); raw != without && (len(to) > few || !slices.Contains(to, raw)) {
			to = append(to, raw)
		}
	}
	if len(to) > few {
		return each(to)
	}
	return to
}

// rawID returns the bytes of an ID of any kind.
func rawID(id reflect.Value) [16]byte {
	return id.Convert(reflect.TypeFor[[16]byte]()).Interface().([16]byte)
}

// idsOf returns the IDs in an event's data that are not zero, in the order of its
// fields: those of the users among its actors too.
func idsOf(data EventData) iter.Seq[reflect.Value] {
	return func(yield func(reflect.Value) bool) { eachID(reflect.ValueOf(data), yield) }
}

// eachID calls yield for every ID in a value until it returns false.
func eachID(v reflect.Value, yield func(reflect.Value) bool) bool {
	switch v.Kind() {
	case reflect.Array:
		return v.IsZero() || v.Len() != 16 || yield(v)
	case reflect.Struct:
		for _, field := range v.Fields() {
			if !eachID(field, yield) {
				return false
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if !eachID(v.Index(i), yield) {
				return false
			}
		}
	}
	return true
}

// decodeValue reads a value without its length, and reports whether the bytes are what
// encodeValue writes of it.
func decodeValue(from []byte, v reflect.Value) bool {
	if v.Type() == reflect.TypeFor[Actor]() {
		actor, ok := parseActor(string(from))
		v.Set(reflect.ValueOf(actor))
		return ok
	}
	if v.Type() == reflect.TypeFor[RoleSet]() {
		var set RoleSet
		err := set.UnmarshalText(from)
		v.Set(reflect.ValueOf(set))
		return err == nil && set.String() == string(from)
	}
	switch v.Kind() {
	case reflect.Array:
		return len(from) == v.Len() && reflect.Copy(v, reflect.ValueOf(from)) == len(from)
	case reflect.String:
		v.SetString(string(from))
		return true
	case reflect.Bool:
		v.SetBool(len(from) == 1 && from[0] == 1)
		return len(from) == 1 && from[0] <= 1
	case reflect.Int, reflect.Int64:
		if len(from) != 8 {
			return false
		}
		v.SetInt(int64(binary.BigEndian.Uint64(from)))
		return true
	case reflect.Uint64:
		if len(from) != 8 || v.OverflowUint(binary.BigEndian.Uint64(from)) {
			return false
		}
		v.SetUint(binary.BigEndian.Uint64(from))
		return true
	case reflect.Struct:
		for _, field := range v.Fields() {
			part, rest, ok := cutPart(from)
			if !ok || !decodeValue(part, field) {
				return false
			}
			from = rest
		}
		return len(from) == 0
	case reflect.Slice:
		for len(from) > 0 {
			part, rest, ok := cutPart(from)
			element := reflect.New(v.Type().Elem()).Elem()
			if !ok || !decodeValue(part, element) {
				return false
			}
			v.Set(reflect.Append(v, element))
			from = rest
		}
		return true
	}
	return false
}

// cutPart takes the first part off what appendPart wrote.
func cutPart(from []byte) (part, rest []byte, ok bool) {
	if len(from) < 8 {
		return nil, nil, false
	}
	n := binary.BigEndian.Uint64(from)
	if n > uint64(len(from)-8) {
		return nil, nil, false
	}
	return from[8 : 8+n], from[8+n:], true
}
