package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/add4b1c6/tenancy"
)

// sentence returns a refusal in words for the person who is refused. The text of an error
// is for the host's own log: it has the operation, an ID and the code, and nothing
// personal.
func sentence(err error) string { return tenancy.CodeOf(err).Sentence() }

// rowSentence returns in words why a person's row was refused.
func rowSentence(p *person, err error) string {
	switch code := tenancy.CodeOf(err); {
	case code == tenancy.CodeName:
		return nameSentence("The person's name", p.name)
	case code == tenancy.CodeEmail && p.email == "":
		return "The address is empty."
	}
	return sentence(err)
}

// nameSentence returns in words why a name was refused.
func nameSentence(what, name string) string {
	switch length := utf8.RuneCountInString(strings.TrimSpace(name)); {
	case length == 0:
		return what + " is empty."
	case length > 64:
		return fmt.Sprintf("%s has %d characters, and at most 64 are allowed.", what, length)
	}
	return what + " has line breaks, control characters or direction marks."
}
