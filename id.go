package tenancy

import (
	"crypto/sha256"
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"reflect"
	"time"

	"github.com/google/uuid"
)

// ID identifies one thing for good. It is a UUID of version 7, which the library draws
// and never uses again. Each kind of thing has a type of its own, so that an account's
// ID cannot stand for a user; the aliases below name the types. An ID is a comparable
// array of 16 bytes. IDs sort by the millisecond they were drawn in. The zero ID means
// none.
//
// The text form is a two-letter prefix for the kind and 32 lower-case hex digits, as in
// "AC0190b2…". String, GoString and MarshalText return it, and ParseID and UnmarshalText
// accept it and nothing else. In a database an ID is its 16 bytes: see Value and Scan.
type ID[K idKind] [16]byte

type (
	// OrganizationID identifies an organization (prefix OR).
	OrganizationID = ID[organizationKind]
	// AccountID identifies an account or subaccount (prefix AC).
	AccountID = ID[accountKind]
	// UserID identifies a user (prefix US).
	UserID = ID[userKind]
	// DomainID identifies a domain (prefix DN).
	DomainID = ID[domainKind]
	// InvitationID identifies an invitation or an account request (prefix IN).
	InvitationID = ID[invitationKind]
	// RequestID identifies a request for an invitation (prefix RQ).
	RequestID = ID[requestKind]
	// ConnectionID identifies a single-sign-on connection (prefix CN).
	ConnectionID = ID[connectionKind]
	// KeyID identifies a key of a service account (prefix KY).
	KeyID = ID[keyKind]
	// GroupID identifies a group (prefix GR).
	GroupID = ID[groupKind]
	// DirectoryID identifies an organization's directory (prefix DR).
	DirectoryID = ID[directoryKind]
	// ProvisionedID identifies what a directory says of a person (prefix PV).
	ProvisionedID = ID[provisionedKind]
	// EventID identifies an event (prefix EV).
	EventID = ID[eventKind]
	// OperationID identifies one call of an operation, or one block (prefix OP). See
	// NewOperationID and OperationIDOf.
	OperationID = ID[operationKind]
)

type idKind interface{ prefix() string }

type (
	organizationKind struct{}
	accountKind      struct{}
	userKind         struct{}
	domainKind       struct{}
	invitationKind   struct{}
	requestKind      struct{}
	connectionKind   struct{}
	keyKind          struct{}
	groupKind        struct{}
	directoryKind    struct{}
	provisionedKind  struct{}
	eventKind        struct{}
	operationKind    struct{}
)

func (organizationKind) prefix() string { return "OR" }
func (accountKind) prefix() string      { return "AC" }
func (userKind) prefix() string         { return "US" }
func (domainKind) prefix() string       { return "DN" }
func (invitationKind) prefix() string   { return "IN" }
func (requestKind) prefix() string      { return "RQ" }
func (connectionKind) prefix() string   { return "CN" }
func (keyKind) prefix() string          { return "KY" }
func (groupKind) prefix() string        { return "GR" }
func (directoryKind) prefix() string    { return "DR" }
func (provisionedKind) prefix() string  { return "PV" }
func (eventKind) prefix() string        { return "EV" }
func (operationKind) prefix() string    { return "OP" }

// ParseID parses an ID's text form, as in ParseID[tenancy.AccountID](text). It refuses
// anything else, another kind's prefix included, with CodeID (section 3).
func ParseID[I interface {
	OrganizationID | AccountID | UserID | DomainID | InvitationID | RequestID | ConnectionID |
		KeyID | GroupID | DirectoryID | ProvisionedID | EventID | OperationID
}](text string) (I, error) {
	var id I
	err := any(&id).(interface{ UnmarshalText([]byte) error }).UnmarshalText([]byte(text))
	return id, err
}

// parseAnyID parses the text form of an ID of any kind.
func parseAnyID(text string) ([16]byte, bool) {
	for _, id := range []interface{ UnmarshalText([]byte) error }{
		new(OrganizationID), new(AccountID), new(UserID), new(DomainID), new(InvitationID), new(RequestID),
		new(ConnectionID), new(KeyID), new(GroupID), new(DirectoryID), new(ProvisionedID), new(EventID),
		new(OperationID),
	} {
		if id.UnmarshalText([]byte(text)) == nil {
			return rawID(reflect.ValueOf(id).Elem()), true
		}
	}
	return [16]byte{}, false
}

// NewOperationID draws an operation ID for Once. A caller who stores it with their own work
// before the call can repeat the call safely (GEN-13).
func NewOperationID() OperationID { return OperationID(uuid.Must(uuid.NewV7())) }

// OperationIDOf derives an operation ID from the caller's own idempotency key, in one or
// more parts. The same parts make the same ID; "a", "bc" and "ab", "c" make two (GEN-13).
func OperationIDOf(parts ...string) OperationID {
	h := sha256.New()
	for _, p := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		h.Write([]byte(p))
	}
	id := OperationID(h.Sum(nil)[:16])
	id[6] = id[6]&0x0f | 0x80 // version 8: made from a hash
	id[8] = id[8]&0x3f | 0x80
	return id
}

// IsZero reports whether the ID is the zero ID, which means none.
func (id ID[K]) IsZero() bool { return id == ID[K]{} }

// String returns the text form.
func (id ID[K]) String() string {
	var k K
	var b [34]byte
	copy(b[:], k.prefix())
	hex.Encode(b[2:], id[:])
	return string(b[:])
}

// GoString returns the text form, so that %#v and the failures of tests show it and not 16
// bytes.
func (id ID[K]) GoString() string { return id.String() }

// MarshalText returns the text form. slog uses it, and encoding/json for the keys of maps.
func (id ID[K]) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText parses the text form. It refuses anything else with CodeID and leaves
// the ID as it was.
func (id *ID[K]) UnmarshalText(text []byte) error {
	var k K
	var read ID[K]
	if len(text) != 34 || string(text[:2]) != k.prefix() {
		return &Error{Op: "ParseID", Err: CodeID}
	}
	for _, c := range text[2:] {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return &Error{Op: "ParseID", Err: CodeID}
		}
	}
	if _, err := hex.Decode(read[:], text[2:]); err != nil {
		return &Error{Op: "ParseID", Err: CodeID}
	}
	*id = read
	return nil
}

// MarshalJSON returns the text form, and null for the zero ID, which means none (GEN-19).
func (id ID[K]) MarshalJSON() ([]byte, error) {
	if id.IsZero() {
		return []byte("null"), nil
	}
	return []byte(`"` + id.String() + `"`), nil
}

// Value returns the 16 bytes for a database driver, and NULL for the zero ID, as the
// stores keep IDs in their own tables (GEN-20). A host's column that holds IDs is a
// PostgreSQL uuid or a SQLite BLOB. It then compares equal to the columns of the
// library's tables. For a column of text, pass String.
func (id ID[K]) Value() (driver.Value, error) {
	if id.IsZero() {
		return nil, nil
	}
	return id[:], nil
}

// Scan reads an ID from a database driver: its 16 bytes, the text of a UUID with or
// without hyphens, or the text form. NULL is the zero ID. The bytes and a UUID's text
// do not say of which kind an ID is, so that the host's query has to. Scan refuses
// anything else with CodeID and leaves the ID as it was (GEN-20).
func (id *ID[K]) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*id = ID[K]{}
		return nil
	case string:
		return id.scanText(v)
	case []byte:
		if len(v) == len(id) {
			*id = ID[K](v)
			return nil
		}
		return id.scanText(string(v))
	}
	return &Error{Op: "ParseID", Err: CodeID}
}

// scanText parses the text of a UUID or the text form.
func (id *ID[K]) scanText(text string) error {
	if len(text) != 36 && len(text) != 32 {
		return id.UnmarshalText([]byte(text))
	}
	read, err := uuid.Parse(text)
	if err != nil {
		return &Error{Op: "ParseID", Err: CodeID}
	}
	*id = ID[K](read)
	return nil
}

// Instant is a point in time as records and events store it: microseconds since 1970, in
// UTC. Zero means never, or not yet.
type Instant int64

// instantOf truncates a time to microseconds.
func instantOf(t time.Time) Instant { return Instant(t.UnixMicro()) }

// Time returns the instant in UTC. Never is the zero time.
func (t Instant) Time() time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(t)).UTC()
}

// Duration is how long something lasts. Its text form is Go's, such as "72h0m0s".
type Duration time.Duration

// MarshalText returns the text form.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads the text form. Anything else is CodeInput, and leaves the duration as
// it was.
func (d *Duration) UnmarshalText(text []byte) error {
	read, err := time.ParseDuration(string(text))
	if err != nil {
		return &Error{Op: "ParseDuration", Err: CodeInput}
	}
	*d = Duration(read)
	return nil
}

func (t Instant) add(d time.Duration) Instant { return t + Instant(d.Microseconds()) }

// Hash is a SHA-256. Its text form, which JSON uses, is 64 hex digits.
type Hash [sha256.Size]byte

// String returns the text form.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText returns the text form.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads the text form, in upper or lower case. Anything else is CodeInput,
// and leaves the hash as it was.
func (h *Hash) UnmarshalText(text []byte) error {
	read, err := hex.DecodeString(string(text))
	if err != nil || len(read) != len(h) {
		return &Error{Op: "ParseHash", Err: CodeInput}
	}
	*h = Hash(read)
	return nil
}

// MarshalText returns RFC 3339 with microseconds. Never is the empty text.
func (t Instant) MarshalText() ([]byte, error) {
	if t == 0 {
		return nil, nil
	}
	return []byte(t.Time().Format("2006-01-02T15:04:05.000000Z")), nil
}

// UnmarshalText parses what MarshalText returns.
func (t *Instant) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*t = 0
		return nil
	}
	read, err := time.Parse("2006-01-02T15:04:05.000000Z", string(text))
	if err == nil {
		*t = instantOf(read)
	}
	return err
}
