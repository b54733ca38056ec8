package tenancy

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
)

// redacted is what a personal value or secret shows in logs, formats and JSON.
const redacted = "[redacted]"

// Personal is a name, address or phone number in a result. It redacts itself in fmt, slog and JSON; Reveal gives the text.
// The zero value is an empty one: what was erased, or is not to be seen.
type Personal struct{ text string }

// Reveal gives the text.
func (p Personal) Reveal() string { return p.text }

// IsZero says whether there is no text.
func (p Personal) IsZero() bool { return p.text == "" }

// Format redacts, whatever the verb.
func (p Personal) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue redacts in slog.
func (p Personal) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON redacts.
func (p Personal) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// Secret is what an invitation is accepted with: 256 random bits, given once. The library stores only its hash (GEN-14).
// It redacts itself like Personal; Reveal gives the text to put into the mail. The zero value is none.
type Secret struct{ text string }

// ParseSecret takes the text of a secret as a request brings it. Any text will do: one that is no invitation's finds nothing.
// Over 64 bytes it is cut off, since no secret is that long.
func ParseSecret(text string) Secret { return Secret{text[:min(len(text), 64)]} }

// Reveal gives the text.
func (s Secret) Reveal() string { return s.text }

// IsZero says whether there is none.
func (s Secret) IsZero() bool { return s.text == "" }

// Format redacts, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue redacts in slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON redacts.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

func secretOf(random [32]byte) Secret {
	return Secret{base64.RawURLEncoding.EncodeToString(random[:])}
}

// hash is what is stored and looked up: SHA-256 of the text.
func (s Secret) hash() [32]byte { return sha256.Sum256([]byte(s.text)) }

// ProvenEmail is an address that the host has proven to be the person's: by a mail with a code, or by a sign-in whose provider vouches for
// it. Only Proven makes one, so that no address gets into the directory unproven (USR-2). It redacts itself.
type ProvenEmail struct{ text string }

// Proven says that the host has proven the address. What it is given is checked by the operation: CodeEmail.
func Proven(address string) ProvenEmail { return ProvenEmail{address} }

// Format redacts, whatever the verb.
func (p ProvenEmail) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue redacts in slog.
func (p ProvenEmail) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON redacts.
func (p ProvenEmail) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

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
