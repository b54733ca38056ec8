package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// mostInvited is how many addresses a form invites.
const mostInvited = 200

// inviteRoutes serves the pages on which people are invited. There are none if the host mails
// no invitations.
func (c *console) inviteRoutes() {
	if !c.Invites() {
		return
	}
	c.getIn("/invite", tenancy.ManageUsers, inviting)
	c.postIn("/invite", tenancy.ManageUsers, inviting, invite, nil)
}

// invitePage is what the page shows on which people are invited.
type invitePage struct {
	Roles []option
	Done  []invited // what became of those who were invited just now
	Sent  int       // how many of them were invited and mailed
	Left  int       // how many were not, and stand in the form again
}

// invited is what became of one address.
type invited struct {
	Email      string
	State      string // "good": invited, "warn": invited, but not mailed, or before; "danger": not invited
	Sentence   string
	Invitation tenancy.InvitationID // that can be sent again; zero: none
}

// inviting is the form for one address or many.
func inviting(v *visit) (*page, error) { return v.invitePage(invitePage{}), nil }

func (v *visit) invitePage(data invitePage) *page {
	data.Roles = v.rolesToGive("")
	return &page{template: "invite", title: v.t("Invite users"), at: "users", data: data}
}

var (
	errNoAddress = &refusal{http.StatusUnprocessableEntity, "Enter at least one address.", "emails"}
	errTooMany   = &refusal{http.StatusUnprocessableEntity, "These are too many addresses. One form takes 200.", "emails"}
)

// invite invites each address by an operation of its own, whose ID comes from the form's and
// the address, so that a second click invites nobody twice. The page that answers says what
// became of each, and keeps those that were not invited in the form. After a failure that is
// nobody's refusal it tries no more of them.
func invite(v *visit) (string, error) {
	form, err := v.operation()
	if err != nil {
		return "", err
	}
	emails := addresses(v.value("emails"))
	switch {
	case len(emails) == 0:
		return "", errNoAddress
	case len(emails) > mostInvited:
		return "", errTooMany
	}
	data, again := invitePage{}, []string(nil)
	var failure error
	for _, email := range emails {
		one := invited{Email: email, State: "danger", Sentence: v.t("Not tried.")}
		if failure == nil {
			id := tenancy.OperationIDOf(form.String(), "invite", email)
			one, failure = v.invite(id, email, tenancy.OrganizationRole(v.value("role")))
		}
		if one.State == "good" {
			data.Sent++
		}
		if one.State == "danger" {
			again = append(again, email)
		}
		data.Done = append(data.Done, one)
	}
	data.Left = len(again)
	v.refused = &refusedForm{
		action: v.r.URL.Path, operation: v.operationAgain(failure),
		values: url.Values{"emails": {strings.Join(again, "\n")}, "role": {v.value("role")}},
	}
	return "", v.render(http.StatusOK, v.invitePage(data))
}

// invite invites one address, and mails the invitation. The error is a failure that is
// nobody's refusal.
func (v *visit) invite(id tenancy.OperationID, email string, role tenancy.OrganizationRole) (invited, error) {
	sent, err := v.s.Once(id).InviteUser(v.ctx(), v.org.ID, tenancy.NewInvitation{Email: email, Role: role})
	if outcome, before := tenancy.OutcomeOf(err); before {
		return invited{email, "warn", v.t("Invited by this form before."), outcome.Created.Invitations[0]}, nil
	}
	if err != nil {
		problem := v.problemOf(err)
		v.logFailure(problem, err)
		if problem.Status < http.StatusInternalServerError {
			err = nil
		}
		return invited{Email: email, State: "danger", Sentence: problem.Title}, err
	}
	if v.mail(sent) != nil {
		return invited{email, "warn", v.t("Invited, but the mail could not be sent."), sent.ID}, nil
	}
	return invited{Email: email, State: "good", Sentence: v.t("Invited.")}, nil
}

// mail has the host mail an invitation, also if the browser has given up: it was made. What it
// cannot is logged without the address.
func (v *visit) mail(sent tenancy.SentInvitation) error {
	err := v.o.Mail(context.WithoutCancel(v.ctx()), sent)
	if err != nil {
		v.log.ErrorContext(v.ctx(), "an invitation was not mailed", "pattern", v.r.Pattern, "invitation", sent.ID.String(),
			"error", fmt.Sprintf("%T", err))
	}
	return err
}

// addresses are the addresses in a text, each once: on lines, or between commas, semicolons or
// spaces, alone or in angle brackets behind a name. What cannot be told apart stays one piece,
// which is refused as no address.
func addresses(text string) (found []string) {
	known := map[string]bool{}
	for _, piece := range pieces(text) {
		for _, email := range addressesIn(piece) {
			if !known[email] {
				known[email] = true
				found = append(found, email)
			}
		}
	}
	return found
}

// pieces are the parts of a text between line breaks, commas and semicolons. Within the
// quotes of a name, which end with the line, the latter two part nothing.
func pieces(text string) []string {
	quoted := false
	return strings.FieldsFunc(text, func(r rune) bool {
		switch r {
		case '\r', '\n':
			quoted = false
			return true
		case '"':
			quoted = !quoted
		}
		return !quoted && (r == ',' || r == ';')
	})
}

// addressesIn are the addresses of a piece.
func addressesIn(piece string) []string {
	piece = strings.TrimSpace(piece)
	if name, rest, is := strings.Cut(piece, "<"); is {
		email, is := strings.CutSuffix(rest, ">")
		if !is || strings.ContainsAny(email, "<> \t") || strings.ContainsAny(name, ">@") {
			return []string{piece}
		}
		return []string{email}
	}
	words := strings.Fields(piece)
	for _, word := range words {
		if !strings.Contains(word, "@") {
			return []string{piece}
		}
	}
	return words
}
