package tenancy

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"unicode/utf8"
	"unique"
)

// redacted is printed in place of a personal text or a secret.
const redacted = "[redacted]"

// hidden holds a text that must not be printed. It redacts itself where fmt, slog and
// encoding/json call its methods. Where they cannot call them, as in an unexported
// field of another package's struct, they find the handle, which is a pointer, and
// print its address. What it points to is veiled. The zero value holds the empty text. Two values are equal if their
// texts are.
type hidden struct {
	handle unique.Handle[string]
	clear  bool // encoding/json shows the text: only in the copies that Revealed makes
}

func hide(text string) hidden {
	if text == "" {
		return hidden{}
	}
	return hidden{handle: unique.Make(veiled(text))}
}

func (h hidden) reveal() string {
	if h == (hidden{}) {
		return ""
	}
	return veiled(h.handle.Value())
}

// veil is drawn anew by each process. It hides texts from printers that follow every
// pointer, such as those of test assertions. It is no encryption.
var veil = func() (key [64]byte) {
	_, _ = rand.Read(key[:]) // which never fails
	return key
}()

// veiled returns a text with its bytes changed by the veil. Doing it again restores the
// text.
func veiled(text string) string {
	bytes := []byte(text)
	for i := range bytes {
		bytes[i] ^= veil[i%len(veil)]
	}
	return string(bytes)
}

// IsZero reports whether the text is empty.
func (h hidden) IsZero() bool { return h == hidden{} }

// Format writes "[redacted]" under any verb.
func (h hidden) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue returns "[redacted]" to slog.
func (h hidden) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON returns "[redacted]" as a JSON string, except within Revealed. The empty
// text, which hides nothing, is the empty string.
func (h hidden) MarshalJSON() ([]byte, error) {
	switch {
	case h.IsZero():
		return []byte(`""`), nil
	case h.clear:
		return json.Marshal(h.reveal())
	}
	return []byte(`"` + redacted + `"`), nil
}

// Personal is a name, an address, a phone number or another personal text in a result
// or a stored record. fmt, slog and encoding/json print "[redacted]" in its place. Reveal
// returns the text, and Revealed shows it in the JSON of a whole result. Two values are equal (==) if their texts are. The zero value
// is the empty text: the text was erased, or the actor may not see it.
type Personal struct{ hidden }

// NewPersonal returns a Personal that holds text. The inputs of operations take plain
// strings, so callers do not need it. It is for authors of a Store, who read records back,
// and for tests that compare results with what they expect.
func NewPersonal(text string) Personal { return Personal{hide(text)} }

// Reveal returns the text.
func (p Personal) Reveal() string { return p.reveal() }

// Secret is what an invitation is accepted with, or what a service account's key (USR-22)
// or a directory (PRV-1) proves itself by: a text of 256 random bits. The operation that makes it returns it
// once; the library stores only its hash (GEN-14). fmt, slog and
// encoding/json print "[redacted]" in its place. The zero value means none.
type Secret struct{ hidden }

// ParseSecret returns the secret that a request brings as text. It accepts any text: an
// operation finds nothing by a wrong one. It cuts the text off at 256 bytes, since no secret
// is longer.
func ParseSecret(text string) Secret { return Secret{hide(text[:min(len(text), 256)])} }

// Reveal returns the text, which the host puts into the mail.
func (s Secret) Reveal() string { return s.reveal() }

func secretOf(random [32]byte) Secret {
	return Secret{hide(base64.RawURLEncoding.EncodeToString(random[:]))}
}

// hash returns the SHA-256 of the text, which is what the library stores and looks up.
func (s Secret) hash() [32]byte { return sha256.Sum256([]byte(s.reveal())) }

// ProvenEmail is an address that the host has proven to be the person's: by a mail with a
// code, or by a sign-in whose provider vouches for it. It is a type of its own, made by
// Proven, so that no address enters the directory unproven (USR-2). fmt, slog and
// encoding/json print "[redacted]" in its place.
type ProvenEmail struct{ hidden }

// Proven declares that the host has proven the address. The operation that takes it checks
// its form (CodeEmail).
func Proven(address string) ProvenEmail { return ProvenEmail{hide(address)} }

// Reference is the host's opaque token, such as the number of a ticket or a contract: 1
// to 64 of A–Z a–z 0–9 . _ / - (EVT-3). Events hold it, so it must not be personal. The
// empty one means none, where an operation allows that.
type Reference string

func (r Reference) valid() bool {
	return len(r) >= 1 && len(r) <= 64 && !strings.ContainsFunc(string(r), func(c rune) bool {
		return c >= utf8.RuneSelf || !isAlphanumeric(byte(c)) && !strings.ContainsRune("._/-", c)
	})
}

// OperatorID names a member of the host's staff. It is a Reference, and never an address,
// since events hold it.
type OperatorID = Reference
