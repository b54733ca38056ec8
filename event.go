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

// Stream names an ordered log. It is an organization's, or, for what belongs to no organization, a user's. Exactly
// one of its fields is set; the zero Stream names no log.
type Stream struct {
	Organization OrganizationID `json:",omitzero"`
	User         UserID         `json:",omitzero"`
}

// Key returns the bytes of the ID that is set. Streams are ordered by them.
func (s Stream) Key() [16]byte {
	if s.User.IsZero() {
		return s.Organization
	}
	return s.User
}

// String returns the text form of the ID that is set, or "" for the zero Stream.
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

// Actor is who acts: a user, an Operator of the platform, or, as the zero value, System, which is the host itself. At
// most one of its fields is set.
type Actor struct {
	User     UserID     `json:",omitzero"`
	Operator OperatorID `json:",omitempty"`
}

// String returns the user's ID, "operator/" and the Operator's ID, or "system".
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

// ParseActor reads what Actor.String returned. Anything else is refused as CodeInput.
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

// Event is one thing that happened. It holds no personal data (EVT-3): only IDs, kinds, roles, states, numbers, times
// and references. An operation appends its events in the transaction that makes its changes (EVT-1). An event that
// concerns several streams is appended to each of them. Copies of one event have the same Actor, Operation, Part and
// Step, and happened once.
type Event struct {
	ID          EventID           `json:",omitzero"` // zero in a preview
	Stream      Stream            //
	Sequence    uint64            `json:",omitempty"` // in the stream, from 1, without gaps; zero in a preview
	Time        Instant           //
	Actor       Actor             // who acted
	Name        string            // the operation's name: "RenameOrganization"
	Operation   OperationID       `json:",omitzero"`  // the operation's ID, the same in all streams (GEN-13); zero in a preview
	Part        int               `json:",omitempty"` // which operation of a block of Atomically, from 1; zero outside a block
	Step        int               // which event of the operation, from 0
	Correlation Reference         `json:",omitempty"` // the caller's (Session.Correlate)
	Data        EventData         // what happened: one of the event types
	Previous    [sha256.Size]byte `json:"-"` // the Hash of the event before it in the stream; zero for the first (EVT-6)
	Hash        [sha256.Size]byte `json:"-"` // over all fields above
}

// EventData says what happened. Its types are the event types of this package: structs, used by value, each named by
// a noun and a participle. Hosts switch on the type. Only this package can define one.
//
// The declaration of an event type is a stored format. Stored data holds the values of the fields in the order of
// their declaration, without their names (see encodeData), and the type is found by its name. So, for every type
// whose events may be stored somewhere:
//
//   - The fields keep their order and their types. None is removed, and none is added, not even at the end. Data
//     written before such a change would not decode, or would decode into the wrong fields, unnoticed: two IDs that
//     change places both decode.
//   - The type keeps its name, stays in its file's list of events and keeps its apply method.
//   - The fields keep their names, which the encoding does not hold but the JSON form does.
//   - The same is true of the structs within the fields, and of the values of the enumerations.
//
// An event that has to say more is a new type with a name of its own, beside the old one. The file testdata/events.txt
// pins the name of every type, its fields in their order and its encoding, and a test compares them.
type EventData interface {
	// apply changes the records that the event is about, except their personal parts.
	apply(*world)
}

// EventType returns the name of an event's type: "AccountCreated".
func EventType(data EventData) string { return reflect.TypeOf(data).Name() }

// EventTypes returns the zero value of every event type.
func EventTypes() []EventData {
	return slices.Concat(organizationEvents, memberEvents, accountEvents, userEvents, invitationEvents, domainEvents,
		ssoEvents, hipaaEvents, requestEvents, deletionEvents, mergeEvents, importEvents, limitEvents)
}

// Cursor returns the event's place in its stream, to be passed as EventQuery.After.
func (e Event) Cursor() Cursor {
	return listed{list: eventsList(e.Stream), at: placeInLog(e.Sequence)}.Cursor()
}

// eventJSON is the JSON form of an Event: its fields, with the type's name beside the data, and the hash in hex.
type eventJSON struct {
	Type string
	plainEvent
	Hash string `json:",omitempty"`
}

type plainEvent Event

// MarshalJSON writes a stable form: Type, then the fields of Event, then Hash in hex. Times are written as RFC 3339
// with microseconds.
func (e Event) MarshalJSON() ([]byte, error) {
	out := eventJSON{Type: EventType(e.Data), plainEvent: plainEvent(e)}
	if e.Sequence != 0 {
		out.Hash = fmt.Sprintf("%x", e.Hash)
	}
	return json.Marshal(out)
}

// EventQuery selects a part of a log. The zero value selects all of it.
type EventQuery struct {
	From  uint64 // the number of the first event; zero: from the start
	After Cursor // of an event of the same stream: begin after it, whatever From says
}

// start returns the number that a page begins with, after a place in the log or at its start.
func (q EventQuery) start(after place) (uint64, error) {
	if after.key.Text == "" {
		return max(q.From, 1), nil
	}
	last, err := strconv.ParseUint(after.key.Text, 10, 64)
	if err != nil || placeInLog(last) != after {
		return 0, CodeCursor
	}
	return last + 1, nil
}

// LogHead is the end of a stream: the number and hash of its last event, both zero while it has none. A head that is
// kept outside the store lets VerifyLog find that the end of the log was cut off or rewritten (EVT-6).
type LogHead struct {
	Stream   Stream
	Sequence uint64
	Hash     [sha256.Size]byte
}

// Tampering is something that VerifyLog found at a number of a stream.
type Tampering struct {
	Stream   Stream
	Sequence uint64
	Reason   TamperingReason
}

// TamperingReason says what is wrong at a place of the log.
type TamperingReason string

// The reasons.
const (
	TamperedHash  TamperingReason = "hash"  // the event was changed: its hash is not the one that it carries
	TamperedChain TamperingReason = "chain" // an event was removed, inserted or moved: this one does not follow the one before it
	TamperedHead  TamperingReason = "head"  // the end was cut off or rewritten: it is not what the head says
)

// Events lists the events of a stream in their order (EVT-4, GEN-9). The Owner and the Administrators of an
// organization read its stream; those of the survivor read a merged organization's. A user reads their own stream.
// Operators and System read every stream.
//
// CodeInput if the stream does not name exactly one of organization and user; CodeNotFound if it is unknown, or
// another user's. An event whose type is unknown to this version, or whose data does not decode, ends the list with
// an error that has no code: the store is damaged, or a newer version wrote it.
//
// Errors: CodeInput, CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) Events(ctx context.Context, stream Stream, q EventQuery) iter.Seq2[Event, error] {
	return pages(eventsList(stream), q.After, func(after place, malformed error) (page[Event], error) {
		from, err := q.start(after)
		f := form{malformed}
		f.set(err)
		f.that(stream.valid(), CodeInput)
		return look(ctx, s, call{opEvents, stream.String(), f.err},
			func(r *reads) eventsFacts { return r.loadEvents(stream, from) }, decideEvents)
	})
}

type eventsFacts struct {
	standing logStanding
	records  []EventRecord // a page of the stream
}

func (r *reads) loadEvents(stream Stream, from uint64) eventsFacts {
	return eventsFacts{r.logStanding(stream), r.logPage(stream, from)}
}

// decideEvents makes a page end before an event that does not decode: the next one begins with it, and fails.
func decideEvents(f eventsFacts, c *changes) (page[Event], error) {
	if err := c.authorizeLog(f.standing); err != nil {
		return page[Event]{}, err
	}
	p := page[Event]{end: len(f.records) < pageSize}
	for i, record := range f.records {
		e, err := record.event()
		if err != nil && i == 0 {
			return page[Event]{}, err
		}
		if err != nil {
			p.end = false
			break
		}
		p.items, p.next = append(p.items, e), placeInLog(e.Sequence)
	}
	return p, nil
}

// LogHead returns the number and hash of a stream's last event, to be kept where nobody who can rewrite the store can
// change it (EVT-6). Both are zero while the stream has no events. Whoever may call Events may call it.
//
// Errors: CodeInput; CodeNotFound, CodeNotAllowed.
func (s *Session) LogHead(ctx context.Context, stream Stream) (LogHead, error) {
	var f form
	f.that(stream.valid(), CodeInput)
	return look(ctx, s, call{opLogHead, stream.String(), f.err},
		func(r *reads) logHeadFacts { return r.loadLogHead(stream) }, decideLogHead)
}

type logHeadFacts struct {
	standing logStanding
	head     HeadRecord // the zero one: the stream has no events
}

func (r *reads) loadLogHead(stream Stream) logHeadFacts {
	return logHeadFacts{r.logStanding(stream), r.logHead(stream)}
}

func decideLogHead(f logHeadFacts, c *changes) (LogHead, error) {
	if err := c.authorizeLog(f.standing); err != nil {
		return LogHead{}, err
	}
	return LogHead{f.standing.stream, f.head.Sequence, f.head.Hash}, nil
}

// VerifyLog reads a whole stream and lists what shows that it was tampered with (EVT-6): an event that was changed,
// removed, inserted or moved, and an end that is not what the store's own head, or one of the given heads, says. It
// lists nothing if none of that can be seen. It reads events as they are stored, so it also finds a change that made
// an event's data unreadable.
//
// Whoever can write to the store can write a log anew that is sound in itself. Only a head that LogHead returned
// earlier, and that was kept elsewhere, shows that.
//
// Whoever may call Events may call it. CodeInput also if a head is another stream's.
//
// Errors: CodeInput; CodeNotFound, CodeNotAllowed.
func (s *Session) VerifyLog(ctx context.Context, stream Stream, heads ...LogHead) iter.Seq2[Tampering, error] {
	var f form
	f.that(!slices.ContainsFunc(heads, func(h LogHead) bool { return h.Stream != stream }), CodeInput)
	f.that(stream.valid(), CodeInput)
	return func(yield func(Tampering, error) bool) {
		c := chain{stream: stream, anchors: slices.Clone(heads)}
		for end := false; !end; {
			log, err := look(ctx, s, call{opVerifyLog, stream.String(), f.err},
				func(r *reads) verifyLogFacts { return r.loadVerifyLog(stream, c.last+1) }, decideVerifyLog)
			if err != nil {
				yield(Tampering{}, err)
				return
			}
			for _, record := range log.records {
				c.add(record)
			}
			if end = len(log.records) < pageSize; end {
				c.end(log.head)
			}
			for _, found := range c.found {
				if !yield(found, nil) {
					return
				}
			}
			c.found = nil
		}
	}
}

type verifyLogFacts struct {
	standing logStanding
	head     HeadRecord    // the zero one: the stream has no events
	records  []EventRecord // a page of the stream
}

func (r *reads) loadVerifyLog(stream Stream, from uint64) verifyLogFacts {
	return verifyLogFacts{r.logStanding(stream), r.logHead(stream), r.logPage(stream, from)}
}

func decideVerifyLog(f verifyLogFacts, c *changes) (verifyLogFacts, error) {
	return f, c.authorizeLog(f.standing)
}

// eventsList identifies a stream's log in cursors.
func eventsList(s Stream) listID { return listOf("Events", s.String()) }

// placeInLog returns the place of the event with a number.
func placeInLog(sequence uint64) place {
	return place{key: Key{Text: fmt.Sprintf("%020d", sequence)}}
}

// logStanding is what the actor is to a stream.
type logStanding struct {
	stream       Stream
	organization standing    // of an organization's stream: in it, or in its survivor
	user         *UserRecord // of a user's stream: that user; nil: there is none
}

func (r *reads) logStanding(stream Stream) logStanding {
	if stream.User.IsZero() {
		return logStanding{stream: stream, organization: r.standing(r.survivor(stream.Organization))}
	}
	return logStanding{stream: stream, user: find(r, userByID(stream.User))}
}

// logPage loads a page of a stream, beginning with a number, if the actor may read it. Number zero begins none: it
// comes after the greatest number there can be.
func (r *reads) logPage(stream Stream, from uint64) []EventRecord {
	if from == 0 || !r.mayRead(stream) {
		return nil
	}
	return r.events(stream, from, pageSize)
}

// logHead loads the head of a stream: the zero HeadRecord while it has no events.
func (r *reads) logHead(stream Stream) HeadRecord {
	if head := find(r, headOf(stream)); head != nil {
		return *head
	}
	return HeadRecord{}
}

// authorizeLog decides whether the actor may read a stream (EVT-4).
func (c *changes) authorizeLog(st logStanding) error {
	switch {
	case st.stream.User.IsZero():
		return c.authorize(st.organization)
	case st.user == nil || c.actor.isUser() && c.actor.User != st.user.ID:
		return CodeNotFound
	case c.actor.isUser():
		return nil
	}
	return c.platform()
}

// chain follows a stream from its first event on and finds where it is not sound (EVT-6).
type chain struct {
	stream  Stream
	last    uint64 // the number and the hash of the event before
	hash    [sha256.Size]byte
	anchors []LogHead // heads that no event has met yet
	found   []Tampering
}

func (c *chain) say(sequence uint64, reason TamperingReason) {
	c.found = append(c.found, Tampering{c.stream, sequence, reason})
}

// add checks the next event.
func (c *chain) add(r EventRecord) {
	switch {
	case r.Sequence != c.last+1:
		c.say(c.last+1, TamperedChain)
	case r.Previous != c.hash || r.Stream != c.stream:
		c.say(r.Sequence, TamperedChain)
	}
	if r.hash() != r.Hash {
		c.say(r.Sequence, TamperedHash)
	}
	c.last, c.hash = r.Sequence, r.Hash
	c.anchors = slices.DeleteFunc(c.anchors, func(h LogHead) bool {
		if h.Sequence == r.Sequence && h.Hash != r.Hash {
			c.say(h.Sequence, TamperedHead)
		}
		return h.Sequence == r.Sequence
	})
}

// end checks the stream's head, and the heads that no event has met.
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

// record encodes the event's data, and returns the event as it is stored.
func (e Event) record() EventRecord {
	return EventRecord{Stream: e.Stream, Sequence: e.Sequence, ID: e.ID, Time: e.Time, Actor: e.Actor, Name: e.Name,
		Operation: e.Operation, Part: e.Part, Step: e.Step, Correlation: e.Correlation,
		Type: EventType(e.Data), Data: string(encodeData(e.Data)), Previous: e.Previous, Hash: e.Hash}
}

// event decodes a stored event. The error is nobody's refusal: the store is damaged, or a newer version wrote it.
func (r EventRecord) event() (Event, error) {
	data, err := decodeData(r.Type, r.Data)
	if err != nil {
		return Event{}, fmt.Errorf("event %d of %s: %w", r.Sequence, r.Stream, err)
	}
	return Event{Stream: r.Stream, Sequence: r.Sequence, ID: r.ID, Time: r.Time, Actor: r.Actor, Name: r.Name,
		Operation: r.Operation, Part: r.Part, Step: r.Step, Correlation: r.Correlation,
		Data: data, Previous: r.Previous, Hash: r.Hash}, nil
}

// hash returns the SHA-256 of the event's encoding.
func (r EventRecord) hash() [sha256.Size]byte { return sha256.Sum256(r.encoding()) }

// encoding returns what an event's hash covers: the concatenation of its parts in the order below, each written as its
// length in bytes (8 bytes, big-endian) and the bytes. IDs are their 16 bytes, numbers and times 8 bytes big-endian,
// the stream and the actor their text forms. It is frozen as version 1 (docs/rules.md, EVT-6, has a test vector).
func (r EventRecord) encoding() []byte {
	b := appendPart(nil, []byte("tenancy event 1"))
	b = appendPart(b, r.Previous[:])
	b = appendPart(b, []byte(r.Stream.String()))
	b = appendPart(b, binary.BigEndian.AppendUint64(nil, r.Sequence))
	b = appendPart(b, r.ID[:])
	b = appendPart(b, binary.BigEndian.AppendUint64(nil, uint64(r.Time)))
	b = appendPart(b, []byte(r.Actor.String()))
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

// encodeData writes an event's data: the values of its fields in the order of their declaration, each as its length
// (8 bytes, big-endian) and its bytes, without the fields' names.
//
//   - IDs are their 16 bytes.
//   - Numbers, organization roles and times are 8 bytes, big-endian.
//   - Yes and no are one byte.
//   - Texts are their bytes. Role sets and actors are their text forms.
//   - Structs and lists are the concatenation of their fields or elements, encoded in the same way.
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

// growBy lengthens a slice by n bytes and returns the new part.
func growBy(to *[]byte, n int) []byte {
	*to = append(*to, make([]byte, n)...)
	return (*to)[len(*to)-n:]
}

// What is wrong with a stored event that does not decode.
var (
	errEventType = errors.New("this version knows no event of its type: the store is damaged, or a newer version wrote it")
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

// decodeData reads what encodeData wrote of an event of the named type. An unknown type is an error, and so are bytes
// that encodeData would not have written.
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

// decodeValue reads a value without its length, and reports whether the bytes are what encodeValue writes of it.
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
