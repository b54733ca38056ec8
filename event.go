package tenancy

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strconv"
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
	for _, some := range [][]EventData{organizationEvents, memberEvents, accountEvents, userEvents, invitationEvents, domainEvents, ssoEvents, hipaaEvents, requestEvents, deletionEvents, mergeEvents, importEvents, limitEvents} {
		all = append(all, some...)
	}
	return all
}

// Cursor is where the event stands in its stream: pass it as EventQuery.After.
func (e Event) Cursor() Cursor {
	return listed{list: eventsList(e.Stream), at: placeInLog(e.Sequence)}.Cursor()
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

func (e Event) encoding() []byte {
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
	return appendPart(b, EncodeData(e.Data))
}

func (e Event) hash() [sha256.Size]byte { return sha256.Sum256(e.encoding()) }

func appendPart(to, part []byte) []byte {
	return append(binary.BigEndian.AppendUint64(to, uint64(len(part))), part...)
}

// EncodeData writes an event's data: its fields in their order, each as its length (8 bytes, big-endian) and its bytes. IDs are their 16 bytes,
// numbers, organization roles and times 8 bytes big-endian, yes and no one byte, texts their UTF-8, role sets and actors their text form, structs
// and lists the concatenation of their own fields or elements encoded likewise. Stores keep this beside EventType.
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

// Events lists the events of a stream in their order (EVT-4, GEN-9). An organization's stream: its Owner and Administrators, of a merged one those
// of the survivor; a user's own stream: that user; both: Operators and System. A stream that is unknown, or another user's, is CodeNotFound, and
// one that does not name exactly one of organization and user CodeInput.
//
// Errors: CodeInput, CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) Events(ctx context.Context, stream Stream, q EventQuery) iter.Seq2[Event, error] {
	return pages(eventsList(stream), q.After, func(from place, malformed error) (page[Event], error) {
		first := max(q.From, 1)
		if from.key.Text != "" {
			last, err := strconv.ParseUint(from.key.Text, 10, 64)
			if err != nil || placeInLog(last) != from {
				malformed = CodeCursor
			}
			first = last + 1
		}
		log, err := s.readLog(ctx, opEvents, stream, first, malformed)
		p := page[Event]{items: log.events, end: len(log.events) < pageSize}
		if !p.end {
			p.next = placeInLog(p.items[pageSize-1].Sequence)
		}
		return p, err
	})
}

// LogHead gives the number and hash of a stream's last event, to be kept where whoever could rewrite the store cannot (EVT-6): zero ones while it has
// none. For whom Events is.
//
// Errors: CodeInput; CodeNotFound, CodeNotAllowed.
func (s *Session) LogHead(ctx context.Context, stream Stream) (LogHead, error) {
	log, err := s.readLog(ctx, opLogHead, stream, 0, nil)
	if err != nil {
		return LogHead{}, err
	}
	return LogHead{stream, log.head.Sequence, log.head.Hash}, nil
}

// VerifyLog reads a whole stream and gives what shows that it was tampered with: an event changed, removed, inserted or swapped, and an end that is
// not what the store's own head, or one of the heads given, says (EVT-6). Nothing: none of that can be seen. Whoever can write the store can write a
// log anew that is sound in itself; only a head that LogHead gave earlier, kept elsewhere, shows that. For whom Events is. A head of another
// stream is CodeInput.
//
// Errors: CodeInput; CodeNotFound, CodeNotAllowed.
func (s *Session) VerifyLog(ctx context.Context, stream Stream, heads ...LogHead) iter.Seq2[Tampering, error] {
	var malformed error
	if slices.ContainsFunc(heads, func(h LogHead) bool { return h.Stream != stream }) {
		malformed = CodeInput
	}
	return func(yield func(Tampering, error) bool) {
		c := chain{stream: stream, anchors: slices.Clone(heads)}
		for {
			log, err := s.readLog(ctx, opVerifyLog, stream, c.last+1, malformed)
			if err != nil {
				yield(Tampering{}, err)
				return
			}
			for _, e := range log.events {
				c.add(e)
			}
			if len(log.events) < pageSize {
				c.end(log.head)
			}
			for _, found := range c.found {
				if !yield(found, nil) {
					return
				}
			}
			if c.found = nil; len(log.events) < pageSize {
				return
			}
		}
	}
}

// eventsList identifies a stream's log in cursors.
func eventsList(s Stream) listID { return listOf("Events", s.String()) }

// placeInLog is where the event with a number stands.
func placeInLog(sequence uint64) place {
	return place{key: Key{Text: fmt.Sprintf("%020d", sequence)}}
}

// logFacts is a page of a stream, and what it takes to decide whether the actor may read it.
type logFacts struct {
	stream   Stream
	standing // of the organization whose stream it is, or of its survivor
	user     *UserRecord
	head     HeadRecord
	events   []Event
}

// readLog reads a page of a stream, beginning with a number, and its head, out of one snapshot; from number zero, the head alone.
func (s *Session) readLog(ctx context.Context, name *operationRow, stream Stream, from uint64, malformed error) (logFacts, error) {
	f := form{malformed}
	f.that(stream.valid(), CodeInput)
	return look(ctx, s, call{name, stream.String(), f.err},
		func(r *reads) logFacts {
			f := logFacts{stream: stream}
			if stream.User.IsZero() {
				f.standing = r.standing(r.survivor(stream.Organization))
			} else {
				f.user = find(r, userByID(stream.User))
			}
			if head := find(r, headOf(stream)); head != nil {
				f.head = *head
			}
			if from > 0 && r.mayRead(stream) {
				f.events = r.events(stream, from, pageSize)
			}
			return f
		},
		func(f logFacts, c *changes) (logFacts, error) { return f, c.authorizeLog(f) })
}

// authorizeLog decides whether the actor may read a stream (EVT-4).
func (c *changes) authorizeLog(f logFacts) error {
	switch {
	case f.stream.User.IsZero():
		return c.authorize(f.standing)
	case f.user == nil || c.actor.isUser() && c.actor.User != f.user.ID:
		return CodeNotFound
	case c.actor.isUser():
		return nil
	}
	return c.platform()
}

// chain follows a stream from its first event on and finds where it is not sound (EVT-6).
type chain struct {
	stream  Stream
	last    uint64 // the number and hash of the event before
	hash    [sha256.Size]byte
	anchors []LogHead // heads that are still to be met
	found   []Tampering
}

func (c *chain) say(sequence uint64, reason TamperingReason) {
	c.found = append(c.found, Tampering{c.stream, sequence, reason})
}

// add looks at the next event.
func (c *chain) add(e Event) {
	switch {
	case e.Sequence != c.last+1:
		c.say(c.last+1, TamperedChain)
	case e.Previous != c.hash || e.Stream != c.stream:
		c.say(e.Sequence, TamperedChain)
	}
	if e.hash() != e.Hash {
		c.say(e.Sequence, TamperedHash)
	}
	c.last, c.hash = e.Sequence, e.Hash
	c.anchors = slices.DeleteFunc(c.anchors, func(h LogHead) bool {
		if h.Sequence == e.Sequence && h.Hash != e.Hash {
			c.say(h.Sequence, TamperedHead)
		}
		return h.Sequence == e.Sequence
	})
}

// end looks at the stream's head, and at the heads that no event has met.
func (c *chain) end(head HeadRecord) {
	if head.Sequence != c.last || head.Hash != c.hash {
		c.say(max(head.Sequence, c.last), TamperedHead)
	}
	for _, h := range c.anchors {
		if h.Sequence > 0 {
			c.say(h.Sequence, TamperedHead)
		}
	}
}
