package tenancy

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// Stream names an ordered log: an organization's, or, for what belongs to no organization, a user's. Exactly one of the two is set; the zero
// Stream is none.
type Stream struct {
	Organization OrganizationID `json:",omitzero"`
	User         UserID         `json:",omitzero"`
}

// Key gives the bytes of the ID that is set: what orders streams.
func (s Stream) Key() [16]byte {
	if s.User.IsZero() {
		return s.Organization
	}
	return s.User
}

// String gives the text form of the ID that is set, or "" for the zero Stream.
func (s Stream) String() string {
	switch {
	case !s.Organization.IsZero():
		return s.Organization.String()
	case !s.User.IsZero():
		return s.User.String()
	}
	return ""
}

func (s Stream) valid() bool { return s.Organization.IsZero() != s.User.IsZero() }

func streamOfOrganization(org OrganizationID) Stream { return Stream{Organization: org} }
func streamOfUser(user UserID) Stream                { return Stream{User: user} }

// Actor is who acts: a user, an Operator of the platform, or, the zero value, System: the host itself. At most one field is set.
type Actor struct {
	User     UserID     `json:",omitzero"`
	Operator OperatorID `json:",omitempty"`
}

// String gives the user's ID, "operator/" and the Operator's, or "system".
func (a Actor) String() string {
	switch {
	case !a.User.IsZero():
		return a.User.String()
	case a.Operator != "":
		return "operator/" + string(a.Operator)
	}
	return "system"
}

func (a Actor) isUser() bool     { return !a.User.IsZero() }
func (a Actor) isOperator() bool { return a.User.IsZero() && a.Operator != "" }
func (a Actor) isSystem() bool   { return a == Actor{} }

// Event says one thing that happened. It holds no personal data (EVT-3): IDs, kinds, roles, states, numbers, times and references. An
// operation appends its events in the transaction that makes its changes (EVT-1). One that concerns several streams appends to each, and they
// are joined by actor, Operation, Part and Step: copies of one event have all four alike and happened once.
type Event struct {
	ID          EventID           `json:",omitzero"` // zero in a preview
	Stream      Stream            //
	Sequence    uint64            `json:",omitempty"` // in the stream, from 1, without gaps; zero in a preview
	Time        Instant           //
	Actor       Actor             // who acted
	Name        string            // the operation's: "RenameOrganization"
	Operation   OperationID       `json:",omitzero"`  // the operation's ID, which its events in all streams carry (GEN-13); zero in a preview
	Part        int               `json:",omitempty"` // in a block of Atomically: which of its operations, from 1; else 0
	Step        int               // which of the operation's events, from 0
	Correlation Reference         `json:",omitempty"` // the caller's (Session.Correlate)
	Data        EventData         // what happened: one of the event types
	Previous    [sha256.Size]byte `json:"-"` // the Hash of the event before it in the stream; zero for the first (EVT-6)
	Hash        [sha256.Size]byte `json:"-"` // over everything above
}

// EventData is what happened: one of the event types of this package, a struct by value named by noun and participle. Hosts switch on its type;
// only this package has types of it.
type EventData interface {
	// apply changes the records it is about, but for their personal parts.
	apply(*world)
}

// EventType gives the name of an event's type: "AccountCreated".
func EventType(data EventData) string { return reflect.TypeOf(data).Name() }

// EventTypes gives the zero value of every type of event.
func EventTypes() []EventData {
	var all []EventData
	for _, some := range [][]EventData{organizationEvents, memberEvents, accountEvents, userEvents, invitationEvents, domainEvents, ssoEvents, hipaaEvents, requestEvents, deletionEvents, mergeEvents, importEvents} {
		all = append(all, some...)
	}
	return all
}

// Cursor is where the event stands in its stream: pass it as EventQuery.After.
func (e Event) Cursor() Cursor {
	return listed{list: eventsList(e.Stream), at: place{key: Key{Text: fmt.Sprintf("%020d", e.Sequence)}}}.Cursor()
}

// eventJSON is Event's JSON form: its fields, with the type's name beside the data, and the hash in hex.
type eventJSON struct {
	Type string
	plainEvent
	Hash string `json:",omitempty"`
}

type plainEvent Event

// MarshalJSON gives a stable form: Type, then the fields of Event, then Hash in hex; times are RFC 3339 with microseconds.
func (e Event) MarshalJSON() ([]byte, error) {
	out := eventJSON{Type: EventType(e.Data), plainEvent: plainEvent(e)}
	if e.Sequence != 0 {
		out.Hash = fmt.Sprintf("%x", e.Hash)
	}
	return json.Marshal(out)
}

// The encoding of an event, over which Hash is the SHA-256, is the concatenation of its parts in this order, each written as its length in
// bytes (8 bytes, big-endian) and the bytes: "tenancy event 1"; Previous; the stream's text form; Sequence; ID; Time; the actor's text form;
// Name; Operation; Part; Step; Correlation; the type's name; and the data as EncodeData gives it. IDs are their 16 bytes, numbers and times
// 8 bytes big-endian (docs/rules.md, EVT-6, has a test vector).

func (e Event) hash() [sha256.Size]byte {
	b := appendPart(nil, []byte("tenancy event 1"))
	b = appendPart(b, e.Previous[:])
	b = appendPart(b, []byte(e.Stream.String()))
	b = appendPart(b, binary.BigEndian.AppendUint64(nil, e.Sequence))
	b = appendPart(b, e.ID[:])
	b = appendPart(b, binary.BigEndian.AppendUint64(nil, uint64(e.Time)))
	b = appendPart(b, []byte(e.Actor.String()))
	b = appendPart(b, []byte(e.Name))
	b = appendPart(b, e.Operation[:])
	b = appendPart(b, binary.BigEndian.AppendUint64(nil, uint64(e.Part)))
	b = appendPart(b, binary.BigEndian.AppendUint64(nil, uint64(e.Step)))
	b = appendPart(b, []byte(e.Correlation))
	b = appendPart(b, []byte(EventType(e.Data)))
	b = appendPart(b, EncodeData(e.Data))
	return sha256.Sum256(b)
}

func appendPart(to, part []byte) []byte {
	return append(binary.BigEndian.AppendUint64(to, uint64(len(part))), part...)
}

// EncodeData writes an event's data: its fields in their order, each as its length (8 bytes, big-endian) and its bytes. IDs are their 16 bytes,
// numbers and times 8 bytes big-endian, yes and no one byte, texts their UTF-8, roles and role sets their text form, actors theirs, structs and
// lists the concatenation of their own fields or elements encoded likewise. Stores keep this beside EventType.
func EncodeData(data EventData) []byte { return encodeValue(nil, reflect.ValueOf(data)) }

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
	case reflect.Uint8, reflect.Uint64:
		return binary.BigEndian.AppendUint64(to, v.Uint())
	case reflect.Struct:
		for i := range v.NumField() {
			to = appendPart(to, encodeValue(nil, v.Field(i)))
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

// growBy lengthens a slice by n and gives the new part.
func growBy(to *[]byte, n int) []byte {
	*to = append(*to, make([]byte, n)...)
	return (*to)[len(*to)-n:]
}

// errData is what is wrong with event data that does not decode: its store is damaged.
var errData = errors.New("tenancy: event data does not decode")

// DecodeData reads what EncodeData wrote of an event of the named type. An unknown type, or bytes that EncodeData would not have written, is an
// error: the store is damaged, or newer than the library.
func DecodeData(eventType string, encoded []byte) (EventData, error) {
	for _, zero := range EventTypes() {
		if EventType(zero) == eventType {
			v := reflect.New(reflect.TypeOf(zero)).Elem()
			if !decodeValue(encoded, v) {
				return nil, errData
			}
			return v.Interface().(EventData), nil
		}
	}
	return nil, errData
}

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
	case reflect.Uint8, reflect.Uint64:
		if len(from) != 8 || v.OverflowUint(binary.BigEndian.Uint64(from)) {
			return false
		}
		v.SetUint(binary.BigEndian.Uint64(from))
		return true
	case reflect.Struct:
		for i := range v.NumField() {
			part, rest, ok := cutPart(from)
			if !ok || !decodeValue(part, v.Field(i)) {
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

// ParseActor reads what Actor.String gives; anything else is CodeInput.
func ParseActor(text string) (Actor, error) {
	actor, ok := parseActor(text)
	if !ok {
		return Actor{}, &Error{Op: "ParseActor", Err: CodeInput}
	}
	return actor, nil
}

func parseActor(text string) (Actor, bool) {
	if text == "system" {
		return Actor{}, true
	}
	if len(text) > len("operator/") && text[:len("operator/")] == "operator/" {
		ref := OperatorID(text[len("operator/"):])
		return Actor{Operator: ref}, ref.valid()
	}
	user, err := ParseID[UserID](text)
	return Actor{User: user}, err == nil && !user.IsZero()
}

// EventQuery says which part of a log. The zero value is all of it.
type EventQuery struct {
	From  uint64 // the sequence number to start with; zero: the first
	After Cursor // of an event of the same stream: what comes after it, and From counts no more
}

// LogHead is the end of a stream: the number and hash of its last event; zero: there is none. Kept elsewhere, it lets VerifyLog find that
// the end of the log was cut off or rewritten (EVT-6).
type LogHead struct {
	Stream   Stream
	Sequence uint64
	Hash     [sha256.Size]byte
}

// Tampering is something VerifyLog found: what stands, or does not stand, at a number of a stream.
type Tampering struct {
	Stream   Stream
	Sequence uint64
	Reason   TamperingReason
}

// TamperingReason says what is wrong at a place of the log.
type TamperingReason string

// The reasons.
const (
	TamperedHash  TamperingReason = "hash"  // the event was changed: it does not have the hash that it carries
	TamperedChain TamperingReason = "chain" // an event was removed, inserted or swapped: it does not follow the one before it
	TamperedHead  TamperingReason = "head"  // the end was cut off or rewritten: it is not what the head says
)

// eventsList identifies a stream's log in cursors.
func eventsList(s Stream) listID { return listOf("Events", s.String()) }
