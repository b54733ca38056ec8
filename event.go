package tenancy

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// Stream names an ordered log. It is an organization's, or, for what belongs to no
// organization, a user's. Exactly one of its fields is set; the zero Stream names no
// log.
type Stream struct {
	Organization OrganizationID
	User         UserID
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

// MarshalText returns what String does.
func (s Stream) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText returns of a stream that names a log. Anything else
// is CodeID, and leaves the stream as it was.
func (s *Stream) UnmarshalText(text []byte) error {
	var read Stream
	err := read.User.UnmarshalText(text)
	if err != nil {
		err = read.Organization.UnmarshalText(text)
	}
	if err == nil && !read.valid() {
		err = &Error{Op: "ParseID", Err: CodeID}
	}
	if err == nil {
		*s = read
	}
	return err
}

func (s Stream) valid() bool { return s.Organization.IsZero() != s.User.IsZero() }

func streamOfOrganization(org OrganizationID) Stream { return Stream{Organization: org} }
func streamOfUser(user UserID) Stream                { return Stream{User: user} }

// Actor is who acts: a user, an Operator of the platform, an organization's directory, or,
// as the zero value, System, which is the host itself. At most one of its fields is set.
type Actor struct {
	User      UserID
	Operator  OperatorID
	Directory DirectoryID // an organization's directory (PRV-1)
}

const operatorPrefix = "operator/" // of an Operator's text form

// String returns the user's or the directory's ID, "operator/" and the Operator's ID, or
// "system".
func (a Actor) String() string {
	switch {
	case !a.User.IsZero():
		return a.User.String()
	case !a.Directory.IsZero():
		return a.Directory.String()
	case a.Operator != "":
		return operatorPrefix + string(a.Operator)
	}
	return "system"
}

func (a Actor) isUser() bool     { return !a.User.IsZero() }
func (a Actor) isOperator() bool { return a.User.IsZero() && a.Operator != "" }
func (a Actor) isSystem() bool   { return a == Actor{} }

// single reports whether at most one of the fields is set.
func (a Actor) single() bool {
	return a == Actor{User: a.User} || a == Actor{Operator: a.Operator} || a == Actor{Directory: a.Directory}
}

// isDirectory reports whether an organization's directory acts, which does only what a
// Provisioner has.
func (a Actor) isDirectory() bool { return !a.Directory.IsZero() }

// ParseActor reads what Actor.String returned. Anything else is refused as CodeInput.
func ParseActor(text string) (Actor, error) {
	actor, ok := parseActor(text)
	if !ok {
		return Actor{}, &Error{Op: "ParseActor", Err: CodeInput}
	}
	return actor, nil
}

// MarshalText returns what String does.
func (a Actor) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads what MarshalText returns. Anything else is CodeInput, the empty text
// among it, and leaves the Actor as it was.
func (a *Actor) UnmarshalText(text []byte) error {
	read, err := ParseActor(string(text))
	if err == nil {
		*a = read
	}
	return err
}

func parseActor(text string) (Actor, bool) {
	if text == "system" {
		return Actor{}, true
	}
	if operator, ok := strings.CutPrefix(text, operatorPrefix); ok {
		ref := OperatorID(operator)
		return Actor{Operator: ref}, ref.valid()
	}
	if directory, err := ParseID[DirectoryID](text); err == nil {
		return Actor{Directory: directory}, !directory.IsZero()
	}
	user, err := ParseID[UserID](text)
	return Actor{User: user}, err == nil && !user.IsZero()
}

// Event is one thing that happened. It holds no personal data (EVT-3): only IDs, kinds,
// roles, states, numbers, times and references. An operation appends its events in the
// transaction that makes its changes (EVT-1). An event that concerns several streams is
// appended to each of them. Copies of one event have the same Actor, Operation, Part
// and Step, and happened once.
type Event struct {
	ID          EventID     `json:"id,omitzero"`          // zero in a preview
	Stream      Stream      `json:"stream,omitzero"`      //
	Sequence    uint64      `json:"sequence,omitzero"`    // in the stream, from 1, without gaps; zero in a preview
	Time        Instant     `json:"time,omitzero"`        //
	Actor       Actor       `json:"actor"`                // who acted
	Key         KeyID       `json:"key,omitzero"`         // the key that a service account acted with (USR-22); zero: none
	Name        string      `json:"name,omitzero"`        // the operation's name: "RenameOrganization"
	Operation   OperationID `json:"operation,omitzero"`   // the operation's ID (GEN-13); zero in a preview
	Part        int         `json:"part,omitzero"`        // which operation of an Atomically, from 1; zero outside
	Step        int         `json:"step"`                 // which event of the operation, from 0
	Correlation Reference   `json:"correlation,omitzero"` // the caller's (Session.Correlate)
	Data        EventData   `json:"data"`                 // what happened: one of the event types
	Previous    Hash        `json:"previous,omitzero"`    // the Hash of the event before it; zero for the first (EVT-6)
	Hash        Hash        `json:"hash,omitzero"`        // over all fields above
}

// EventData says what happened. Its types are the event types of this package: structs,
// used by value, each named by a noun and a participle. Hosts switch on the type. Only
// this package can define one.
//
// The declaration of an event type is a stored format. Stored data holds the values of
// the fields in the order of their declaration, without their names (see encodeData),
// and the type is found by its name. So, for every type whose events may be stored
// somewhere:
//
//   - The fields keep their order and their types. None is removed, and none is added,
//     not even at the end. Data written before such a change would not decode, or would
//     decode into the wrong fields, unnoticed: two IDs that change places both decode.
//   - The type keeps its name, stays in its file's list of events and keeps its apply
//     method.
//   - The fields keep their names, which the encoding does not hold but the JSON form
//     does.
//   - The same is true of the structs within the fields, and of the values of the
//     enumerations.
//
// An event that has to say more is a new type with a name of its own, beside the old
// one. The file testdata/events.txt pins the name of every type, its fields in their
// order and its encoding, and a test compares them.
type EventData interface {
	// apply changes the records that the event is about, except their personal parts.
	apply(*world)
}

// EventType returns the name of an event's type: "AccountCreated".
func EventType(data EventData) string { return reflect.TypeOf(data).Name() }

// EventTypes returns the zero value of every event type.
func EventTypes() []EventData {
	return slices.Concat(organizationEvents, memberEvents, accountEvents, userEvents, invitationEvents,
		serviceAccountEvents, domainEvents, ssoEvents, hipaaEvents, requestEvents, deletionEvents, mergeEvents, importEvents,
		limitEvents, groupEvents, directoryEvents, identityEvents, provisionedGroupEvents)
}

// Cursor returns the event's place in its stream, to be passed as EventQuery.After. It
// serves every query of the stream.
func (e Event) Cursor() Cursor {
	return listedAt(eventsList(e.Stream), placeInLog(EventPlace{e.Time, e.Sequence})).Cursor()
}

// eventJSON is an Event with what its fields do not say.
type eventJSON struct {
	Type string `json:"type"`
	plainEvent
	Cursor Cursor `json:"cursor,omitzero"`
}

type plainEvent Event

// MarshalJSON writes the type's name, then the fields, then the cursor of an event that is
// in a stream (GEN-19). Times are RFC 3339 with microseconds, and hashes hex digits.
func (e Event) MarshalJSON() ([]byte, error) { return json.Marshal(e.json()) }

// json returns what the event's JSON form is made of.
func (e Event) json() eventJSON {
	out := eventJSON{Type: EventType(e.Data), plainEvent: plainEvent(e)}
	if e.Sequence != 0 {
		out.Cursor = e.Cursor()
	}
	return out
}
