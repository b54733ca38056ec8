package console_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// Many are invited at once, each by an operation of its own: what is refused stays in the
// form, and a second click invites and mails nobody twice (USR-4, GEN-13).
func TestManyAreInvited(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.as(s.acme.Owner)
	path := s.in("invite")
	page := owner.get(path)
	entered := map[string]string{"emails": "one@new.example, two@new.example\r\nno address\nmember@acme.example;one@new.example", "role": "administrator"}
	done := owner.post(page, path, entered)
	require.Equal(t, http.StatusOK, done.Status)
	done.wellMade()
	require.Len(t, s.sent, 2)
	require.Equal(t, tenancy.Administrator, s.sent[0].Role)
	done.says(tenancy.CodeEmail.Sentence())
	done.says(tenancy.CodeMember.Sentence())
	left := done.form(path)
	require.Equal(t, []string{"no", "address", "member@acme.example"}, strings.Fields(left.Get("emails")))
	require.Equal(t, "administrator", left.Get("role"))
	require.NotEqual(t, page.form(path).Get("operation"), left.Get("operation"))

	again := owner.post(page, path, entered)
	again.says("Invited by this form before.")
	require.Len(t, s.sent, 2)
	require.Equal(t, http.StatusUnprocessableEntity, owner.post(page, path, map[string]string{"emails": " ,\n"}).Status)
	many := strings.Join(numbered("many", 201), "\n")
	require.Equal(t, http.StatusUnprocessableEntity, owner.post(page, path, map[string]string{"emails": many}).Status)
	require.Len(t, s.sent, 2)
}

// numbered are addresses.
func numbered(name string, count int) (emails []string) {
	for i := range count {
		emails = append(emails, name+string(rune('a'+i/26))+string(rune('a'+i%26))+"@many.example")
	}
	return emails
}

// A mail that cannot be sent is said, and the invitation can be sent again (USR-10).
func TestMailThatFailsIsSaid(t *testing.T) {
	s := newSite(t, console.Options{})
	s.mailFails = errors.New("mail for one@new.example failed")
	owner := s.as(s.acme.Owner)
	path := s.in("invite")
	done := owner.post(owner.get(path), path, map[string]string{"emails": "one@new.example"})
	done.says("Invited, but the mail could not be sent.")
	actions := done.actions()
	resend := actions[slices.IndexFunc(actions, func(a string) bool { return strings.HasSuffix(a, "/resend") })]
	failed := owner.submit(done, resend, nil)
	failed.says("the mail could not be sent. Send it again.")
	s.mailFails = nil
	list := owner.get(s.in("users") + "?kind=pending")
	list.wellMade()
	resend = list.actions()[0]
	owner.submit(list, resend, nil).says("The invitation was sent again.")
	require.Len(t, s.sent, 3)
	owner.post(list, resend, nil)
	require.Len(t, s.sent, 3) // a second click mails nothing
}

// Invitations are revoked, and those of another organization are not found (USR-10, GEN-5).
func TestInvitationIsRevoked(t *testing.T) {
	s := newSite(t, console.Options{})
	second := s.second()
	sent, err := s.As(s.acme.Owner).InviteUser(t.Context(), second, tenancy.NewInvitation{Email: "second@new.example"})
	require.NoError(t, err)
	s.withUsers()
	owner := s.as(s.acme.Owner)
	list := owner.get(s.in("invitations"))
	list.wellMade()
	revoke := list.actions()[1]
	require.True(t, strings.HasSuffix(revoke, "/revocation"))
	form := list.form(revoke).Encode()
	for _, action := range []string{"/revocation", "/resend"} {
		made := owner.send(http.MethodPost, s.in("invitations", tenancy.InvitationID{15: 1}.String())+action, form)
		answer := owner.send(http.MethodPost, s.in("invitations", sent.ID.String())+action, form)
		require.Equal(t, http.StatusNotFound, answer.Status)
		require.Equal(t, made.Body, answer.Body)
	}
	owner.submit(list, revoke, nil).says("The invitation was revoked")
	require.Equal(t, http.StatusSeeOther, owner.post(list, revoke, nil).Status)
	require.NotContains(t, owner.get(s.in("invitations")+"?state=pending").actions(), revoke)
	owner.get(s.in("invitations") + "?state=revoked").says("Answered:")

	// One that has expired is sent again, and there is nothing to revoke.
	_, err = s.As(s.acme.Owner).InviteUser(t.Context(), s.acme.Organization, tenancy.NewInvitation{Email: "late@new.example"})
	require.NoError(t, err)
	s.Clock.Advance(10 * 24 * time.Hour)
	expired := owner.get(s.in("invitations") + "?state=expired")
	expired.says("Ended:")
	require.NotEmpty(t, expired.actions())
	for _, action := range expired.actions() {
		require.False(t, strings.HasSuffix(action, "/revocation"), action)
	}
}

// Addresses are taken as mail programs write them, and nothing of one is guessed (ADR-1).
func TestAddressesAreTakenOutOfNames(t *testing.T) {
	s := newSite(t, console.Options{})
	owner, path := s.as(s.acme.Owner), s.in("invite")
	page := owner.post(owner.get(path), path, map[string]string{"emails": "Jane Doe <jane@new.example>; \"Doe, Jim\" <jim@new.example>\n" +
		"a@new.example b@new.example\tc@new.example\n\"open <d@new.example>\ne@new.example"})
	page.says("Invited: \u20687\u2069. Not invited: \u20680\u2069.")
	var sent []string
	for _, s := range s.sent {
		sent = append(sent, s.Email.Reveal())
	}
	require.Equal(t, []string{"jane@new.example", "jim@new.example", "a@new.example", "b@new.example", "c@new.example",
		"d@new.example", "e@new.example"}, sent)
	for _, bad := range []string{"Jane jane@new.example", "<f@new.example", "f@new.example>", "A <f@new.example> B", "A <f@new.example> B <g@new.example>",
		"f@new.example <g@new.example>", "A <<f@new.example>>", "A < f @new.example>"} {
		refused := owner.post(owner.get(path), path, map[string]string{"emails": bad})
		refused.says(tenancy.CodeEmail.Sentence())
		require.Equal(t, bad, refused.form(path).Get("emails"))
	}
	require.Len(t, s.sent, 7)
}

// An invitation to an account is listed with the account's name.
func TestInvitationNamesItsAccount(t *testing.T) {
	s := newSite(t, console.Options{})
	s.withAccounts()
	s.as(s.acme.Owner).get(s.in("invitations")).says("on the account \u2068owner main\u2069")
}

// Whoever asked to join is invited or dismissed, each settles the request (USR-18).
func TestRequestsAreAnswered(t *testing.T) {
	s := newSite(t, console.Options{})
	s.withUsers()
	_, err := s.Host.RequestInvitation(t.Context(), tenancy.Proven("asks.too@acme.example"))
	require.NoError(t, err)
	owner := s.as(s.acme.Owner)
	at := s.in("users") + "?kind=requested"
	list := owner.get(at)
	list.wellMade()
	var dismissal string
	for _, action := range list.actions() {
		if strings.HasSuffix(action, "/dismissal") {
			dismissal = action
			break
		}
	}
	owner.submit(list, dismissal, nil).says("The request was dismissed.")
	require.Equal(t, http.StatusSeeOther, owner.post(list, dismissal, nil).Status)
	left := owner.get(at)
	require.NotContains(t, left.actions(), dismissal)
	owner.post(left, s.in("invite"), nil).says("Invited.")
	require.Len(t, s.sent, 1)
	owner.get(at).says("There is nobody here.")
}

// Without mail the pages invite nobody.
func TestNobodyIsInvitedWithoutMail(t *testing.T) {
	s := newSite(t, console.Options{})
	s.withUsers()
	s.noMail = true
	s.mount(console.Options{})
	owner := s.as(s.acme.Owner)
	for _, path := range []string{"users?kind=pending", "users?kind=requested", "invitations", "users"} {
		page := owner.get(s.in(path))
		require.NotContains(t, page.links(), s.in("invite"))
		for _, action := range page.actions() {
			require.False(t, strings.HasSuffix(action, "/resend") || strings.HasSuffix(action, "/invite"), action)
		}
	}
	require.Equal(t, http.StatusNotFound, owner.send(http.MethodGet, s.in("invite"), "").Status)
}

// Somebody whose browser gives up has invited nevertheless: the mail is sent. Whoever sends
// the form again is told that the invitation is there, and what to do if no mail came.
func TestMailIsSentIfTheBrowserGivesUp(t *testing.T) {
	s := newSite(t, console.Options{})
	ctx, giveUp := context.WithCancel(t.Context())
	mails := 0
	pages, err := console.NewHandler(&console.Options{Prefix: prefix, Session: s.session,
		Mail: func(ctx context.Context, _ tenancy.SentInvitation) error {
			giveUp()
			mails++
			return ctx.Err()
		}})
	require.NoError(t, err)
	s.pages = pages
	owner := s.as(s.acme.Owner)
	path := s.in("accounts", s.acme.Account.String(), "invitations")
	form := owner.get(path).form(path)
	form.Set("email", "new@elsewhere.example")
	form.Set("roles", "support")
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode())).WithContext(ctx)
	r.Header.Set("Actor", s.acme.Owner.String())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	pages.ServeHTTP(w, r)
	require.Equal(t, path+"?done=account-invited", w.Header().Get("Location"))
	again := owner.send(http.MethodPost, path, form.Encode())
	owner.get(again.Header.Get("Location")).says("The invitation was made already. If its mail has not arrived, send it again.")
	require.Equal(t, 1, mails)

	list := owner.get(path)
	resend := list.actions()[slices.IndexFunc(list.actions(), func(a string) bool { return strings.HasSuffix(a, "/resending") })]
	owner.post(list, resend, nil)
	owner.submit(list, resend, nil).says("The invitation was sent again already. If the mail has not arrived, send it once more.")
	owner.post(owner.get(s.in("invite")), s.in("invite"), map[string]string{"emails": "another@elsewhere.example"})
	list = owner.get(s.in("users") + "?kind=pending")
	resend = list.actions()[0]
	owner.post(list, resend, nil)
	owner.submit(list, resend, nil).says("The invitation was sent again already. If the mail has not arrived, send it once more.")
	require.Equal(t, 4, mails)
}
