package tenancy

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// form checks the form of an operation's input before anything is read. Its err is
// the first thing that is wrong.
type form struct{ err error }

// that refuses what does not hold.
func (f *form) that(holds bool, code Code) {
	if !holds {
		f.set(code)
	}
}

// set keeps an error if it is the first.
func (f *form) set(err error) {
	if f.err == nil {
		f.err = err
	}
}

// id refuses a zero ID.
func (f *form) id(given interface{ IsZero() bool }) { f.that(!given.IsZero(), CodeID) }

// maxNameBytes is more than 64 characters and any reasonable white space around
// them. A longer name is refused before it is looked at.
const maxNameBytes = 4096

// maxName is how many characters a name has at most.
const maxName = 64

// name returns a name without the white space around it. A name has 1 to 64
// characters of valid UTF-8, and no control characters, line separators or
// bidirectional controls (section 3).
func (f *form) name(given string) string {
	if len(given) > maxNameBytes {
		f.set(CodeName)
		return ""
	}
	name := strings.TrimSpace(given)
	characters := utf8.RuneCountInString(name)
	f.that(utf8.ValidString(name) && characters >= 1 && characters <= maxName, CodeName)
	f.that(!strings.ContainsFunc(name, unnameable), CodeName)
	return name
}

// unnameable reports whether a character may not stand in a name.
func unnameable(r rune) bool {
	const lineSeparator, paragraphSeparator = '\u2028', '\u2029'
	return unicode.IsControl(r) || r == lineSeparator || r == paragraphSeparator ||
		unicode.Is(unicode.Bidi_Control, r)
}

// email returns the canonical form of an address (ADR-1).
func (f *form) email(given string) string {
	canonical, err := parseEmail(given)
	f.set(err)
	return canonical
}

// reference refuses what is not a Reference, the empty one included.
func (f *form) reference(given Reference) { f.that(given.valid(), CodeReference) }

// phone refuses what is not an E.164 number: "+" and 8 to 15 digits, of which the
// first is not 0 (ACC-10).
func (f *form) phone(given string) {
	digits, plus := strings.CutPrefix(given, "+")
	isNumber := len(digits) >= 8 && len(digits) <= 15 && digits[0] != '0' &&
		strings.Trim(digits, "0123456789") == ""
	f.that(plus && isNumber, CodePhone)
}
