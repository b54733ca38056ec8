package main

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/add4b1c6/tenancy"
)

// sentences are what a host shows to people for a code. The text of an error is for the
// host's own log: it has the operation, an ID and the code, and nothing personal.
var sentences = map[tenancy.Code]string{
	tenancy.CodeActor:             "You are signed out, because an administrator suspended you.",
	tenancy.CodeEmail:             "The address needs one @, plain letters, and at most 64 characters before the @.",
	tenancy.CodeEmailTaken:        "Another user already has this address.",
	tenancy.CodeInvitationPending: "This address is already invited.",
	tenancy.CodeMember:            "This address is already a member's.",
	tenancy.CodeName:              "A name has 1 to 64 characters, and no control characters.",
	tenancy.CodeNotAllowed:        "Your role does not allow this.",
	tenancy.CodeNotFound:          "It does not exist, or you may not see it.",
	tenancy.CodeOneself:           "You cannot do this to yourself. Ask another administrator.",
	tenancy.CodeOwnerLeaves:       "You own the organization. Transfer it before you leave.",
	tenancy.CodeOwnsAccounts:      "They own accounts. Choose who gets these.",
	tenancy.CodeRole:              "Nobody can be made Owner this way. The Owner transfers the organization.",
	tenancy.CodeTheOwner:          "You cannot do this to the organization's Owner.",
}

// sentence returns a refusal in words.
func sentence(err error) string {
	code := tenancy.CodeOf(err)
	return cmp.Or(sentences[code], fmt.Sprintf("This is refused (%s).", code))
}

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
