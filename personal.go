package tenancy

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
	"unique"
)

// redacted is what stands in a log, a format or JSON instead of a personal text or a secret.
const redacted = "[redacted]"

// hidden holds a text that is not to be printed. It redacts itself where fmt, slog and encoding/json call its methods. Where they cannot, as in an
// unexported field of another package's struct, they come to the handle, which is a pointer to the text and is printed as one. The zero value holds
// the empty text, and two are equal if their texts are.
type hidden struct{ handle unique.Handle[string] }

func hide(text string) hidden {
	if text == "" {
		return hidden{}
	}
	return hidden{unique.Make(text)}
}

func (h hidden) reveal() string {
	if h == (hidden{}) {
		return ""
	}
	return h.handle.Value()
}

// IsZero reports whether the text is empty.
func (h hidden) IsZero() bool { return h == hidden{} }

// Format writes "[redacted]" under any verb.
func (h hidden) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue returns "[redacted]" to slog.
func (h hidden) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON returns "[redacted]" as a JSON string.
func (h hidden) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// Personal is a name, an address, a phone number or another text that is personal, in a result or a stored record. fmt, slog and encoding/json print
// "[redacted]" in its place; only Reveal returns the text. Two are equal (==) if their texts are. The zero value is the empty text: the text was
// erased, or the actor may not see it.
type Personal struct{ hidden }

// NewPersonal returns a Personal that holds text. The library makes those in results itself; NewPersonal is for stores, which read them back from
// where they keep records, and for tests, which compare results with what they expect.
func NewPersonal(text string) Personal { return Personal{hide(text)} }

// Reveal returns the text.
func (p Personal) Reveal() string { return p.reveal() }

// Secret is what an invitation is accepted with: 256 random bits, returned once, in the result that made them. The library stores only their hash
// (GEN-14). fmt, slog and encoding/json print "[redacted]" in its place. The zero value is no secret.
type Secret struct{ hidden }

// ParseSecret returns the secret that a request brings as text. It accepts any text: one that belongs to no invitation finds none. It cuts the text
// off at 64 bytes, since no secret is longer.
func ParseSecret(text string) Secret { return Secret{hide(text[:min(len(text), 64)])} }

// Reveal returns the text to put into the mail.
func (s Secret) Reveal() string { return s.reveal() }

func secretOf(random [32]byte) Secret {
	return Secret{hide(base64.RawURLEncoding.EncodeToString(random[:]))}
}

// hash returns what is stored and looked up: SHA-256 of the text.
func (s Secret) hash() [32]byte { return sha256.Sum256([]byte(s.reveal())) }

// ProvenEmail is an address that the host has proven to be the person's: by a mail with a code, or by a sign-in whose provider vouches for it. Only
// Proven makes one, so that no address enters the directory unproven (USR-2). fmt, slog and encoding/json print "[redacted]" in its place.
type ProvenEmail struct{ hidden }

// Proven declares that the host has proven the address. The operation it is passed to checks its form (CodeEmail).
func Proven(address string) ProvenEmail { return ProvenEmail{hide(address)} }

// Reference is an opaque token of the host's, such as a ticket's or a contract's number: 1–64 of A–Z a–z 0–9 . _ / - (EVT-3). It stands in
// events, so it must not be personal. The empty one means none where an operation allows that.
type Reference string

func (r Reference) valid() bool {
	return len(r) >= 1 && len(r) <= 64 && !strings.ContainsFunc(string(r), func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("._/-", c)
	})
}

// OperatorID names one of the host's staff: a Reference, never an address, since it stands in events.
type OperatorID = Reference
