package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/signin"
	"github.com/add4b1c6/tenancy/tenancyhttp"
)

type body = map[string]any

// A company's day: Ana signs up, invites Ben by mail, and lets him build.
func TestDay(t *testing.T) {
	eachStore(t, func(t *testing.T, s *scene) {
		ana := s.person("ana")
		org, account := ana.organization()

		// The inviter gets the invitation and not its secret; asking twice mails once.
		invite := func() body {
			return ana.ask(http.StatusOK, "POST", "/api/organizations/"+org+"/invitations",
				body{"email": "ben@acme.example", "role": "administrator"}, "Idempotency-Key", "1")
		}
		first := invite()
		require.Equal(t, "ben@acme.example", first["email"])
		require.NotContains(t, first, "secret")
		again := invite()
		require.Equal(t, first["id"], get[string](t, again, "created", "invitations", 0))
		ana.refused(http.StatusConflict, tenancy.CodeOperationTaken, "POST", "/api/accounts/"+account+"/invitations",
			body{"email": "cy@acme.example", "roles": []string{"support"}}, "Idempotency-Key", "1")
		ana.refused(http.StatusConflict, tenancy.CodeInvitationPending, "POST", "/api/organizations/"+org+"/invitations",
			body{"email": "ben@acme.example"})

		// A mail that could not be sent stays in the outbox, and waits.
		s.mails.fail.Store(true)
		require.NoError(t, s.host.do(t.Context(), "mails"))
		s.mails.fail.Store(false)
		require.NoError(t, s.host.do(t.Context(), "mails"))
		require.Empty(t, s.mails.sent)
		require.NoError(t, s.host.db.exec(t.Context(), "UPDATE tenancy_mail_outbox SET due = 0")) // a while later
		for range 2 {
			require.NoError(t, s.host.do(t.Context(), "mails"))
		}
		require.Len(t, s.mails.sent, 1)
		sent := <-s.mails.sent
		require.Equal(t, "ben@acme.example", sent.to)
		_, link, _ := strings.Cut(sent.text, s.host.url)
		require.True(t, strings.HasPrefix(link, "/join?secret="))

		// Ben follows the link and signs in. Signing up accepts the invitation.
		ben := s.browser()
		code, page := ben.page(link)
		secret := strings.TrimPrefix(link, "/join?secret=")
		require.Equal(t, http.StatusOK, code)
		require.Contains(t, page, secret)
		code, page = ben.signIn(s.idp, "ben", url.Values{"secret": {secret}})
		require.Equal(t, http.StatusOK, code)
		require.Contains(t, page, "My organization")
		ben.whoami()
		require.Len(t, get[[]any](t, ben.ask(http.StatusOK, "GET", "/api/me", nil), "memberships"), 1)

		// He manages members, and has no role in the account until Ana gives him one.
		deploy := "/accounts/" + account + "/deployments"
		ben.refused(http.StatusForbidden, tenancy.CodeNotAllowed, "POST", deploy, nil)
		ana.ask(http.StatusOK, "PUT", "/api/accounts/"+account+"/users/"+ben.user.String()+"/roles", body{"roles": []string{"developer"}})
		require.NotEmpty(t, ben.ask(http.StatusOK, "POST", deploy, nil)["id"])

		// Somebody else does not learn that the account is there.
		eve := s.person("eve")
		eve.refused(http.StatusNotFound, tenancy.CodeNotFound, "POST", deploy, nil)
		eve.refused(http.StatusNotFound, tenancy.CodeNotFound, "GET", "/api/organizations/"+org+"/users", nil)
		eve.refused(http.StatusBadRequest, tenancy.CodeID, "GET", "/api/organizations/nonsense/users", nil)

		// The list of users, searched and page by page.
		for i := range 52 {
			ana.ask(http.StatusOK, "POST", "/api/organizations/"+org+"/invitations", body{"email": fmt.Sprintf("person%d@acme.example", i)})
		}
		users := ana.ask(http.StatusOK, "GET", "/api/organizations/"+org+"/users", nil)
		require.Len(t, users["items"], 50)
		users = ana.ask(http.StatusOK, "GET", "/api/organizations/"+org+"/users?after="+get[string](t, users, "next"), nil)
		require.Len(t, users["items"], 4)
		require.NotContains(t, users, "next")
		users = ana.ask(http.StatusOK, "GET", "/api/organizations/"+org+"/users?search=ben", nil)
		require.Equal(t, "ben", get[string](t, users, "items", 0, "user", "name"))
		ana.refused(http.StatusBadRequest, tenancy.CodeCursor, "GET", "/api/organizations/"+org+"/users?after=x", nil)

		// Roles of the organization, and the Owner's that nobody takes.
		member := "/api/organizations/" + org + "/users/"
		ana.ask(http.StatusOK, "PUT", member+ben.user.String()+"/role", body{"role": "standard_user"})
		ben.refused(http.StatusForbidden, tenancy.CodeNotAllowed, "PUT", member+ana.user.String()+"/role", body{"role": "standard_user"})
		ana.refused(http.StatusBadRequest, tenancy.CodeRole, "PUT", member+ben.user.String()+"/role", body{"role": "king"})
		ana.refused(http.StatusBadRequest, tenancy.CodeInput, "PUT", member+ben.user.String()+"/role", body{"rule": "standard"})

		// The log says what happened in words, and which request caused it.
		log := ana.ask(http.StatusOK, "GET", "/api/organizations/"+org+"/log", nil)
		require.Contains(t, get[string](t, log, "items", 0, "sentence"), "ben")
		require.NotEmpty(t, get[string](t, log, "items", 0, "request"))
		require.NotEmpty(t, log["next"])

		// Whoever is deactivated is signed out at once.
		_, err := s.host.dir.As(ana.user).DeactivateUser(t.Context(), ben.user)
		require.NoError(t, err)
		ben.refused(http.StatusUnauthorized, tenancy.CodeActor, "GET", "/api/me", nil)
		require.NoError(t, s.host.do(t.Context(), "relay"))
		require.Equal(t, string(signin.ErrSignIn.Code), ben.ask(http.StatusUnauthorized, "GET", "/api/me", nil)["code"])

		code, page = ana.post("/signout", nil)
		require.Equal(t, http.StatusOK, code)
		require.Contains(t, page, "Sign in")
		require.Equal(t, string(signin.ErrSignIn.Code), ana.ask(http.StatusUnauthorized, "GET", "/api/me", nil)["code"])
		requireSound(t, s)
	})
}

// An Owner who accepts an invitation agrees to what it brings along, and to nothing else.
func TestTerms(t *testing.T) {
	eachStore(t, func(t *testing.T, s *scene) {
		ana, ben, cy := s.person("ana"), s.person("ben"), s.person("cy")
		org, _ := ana.organization()
		old, _ := ben.organization()
		for _, name := range []string{"ben", "cy"} {
			ana.ask(http.StatusOK, "POST", "/api/organizations/"+org+"/invitations", body{"email": name + "@acme.example"})
		}

		// By the API.
		offers := ben.ask(http.StatusOK, "GET", "/api/invitations", nil)
		accept := "/api/invitations/" + get[string](t, offers, "items", 0, "id") + "/acceptance"
		require.Equal(t, old, get[string](t, offers, "items", 0, "terms", "dissolved", 0, "id"))
		problem := ben.refused(http.StatusConflict, tenancy.CodeTermsChanged, "POST", accept, body{})
		require.Equal(t, "My organization", get[string](t, problem, "terms", "dissolved", 0, "name"))
		token := get[string](t, problem, "terms", "token")
		require.Equal(t, token, get[string](t, offers, "items", 0, "terms", "token"))
		accepted := ben.ask(http.StatusOK, "POST", accept, body{"terms": token})
		require.Equal(t, old, get[string](t, accepted, "dissolved", 0))
		ben.refused(http.StatusConflict, tenancy.CodeSettled, "POST", accept, body{"terms": token})

		// By the page that a mail's link leads to.
		require.NoError(t, s.host.do(t.Context(), "mails"))
		<-s.mails.sent
		_, link, _ := strings.Cut((<-s.mails.sent).text, s.host.url)
		code, page := cy.page(link)
		require.Equal(t, http.StatusOK, code)
		require.Contains(t, page, "your organization My organization ends")
		code, page = ben.page(link)
		require.Equal(t, http.StatusNotFound, code)
		require.Contains(t, page, tenancy.CodeNotFound.Sentence())
		form := url.Values{"secret": {strings.TrimPrefix(link, "/join?secret=")}}
		code, page = cy.post("/join", form)
		require.Equal(t, http.StatusConflict, code)
		require.Contains(t, page, tenancy.CodeTermsChanged.Sentence())
		offers = cy.ask(http.StatusOK, "GET", "/api/invitations", nil)
		form.Set("terms", get[string](t, offers, "items", 0, "terms", "token"))
		code, _ = cy.post("/join", form)
		require.Equal(t, http.StatusOK, code)
		requireSound(t, s)
	})
}

// Sign-ins that hold, and those that do not.
func TestSignIn(t *testing.T) {
	eachStore(t, func(t *testing.T, s *scene) {
		ana := s.person("ana")
		again := s.person("ana")
		require.Equal(t, ana.user, again.user)
		require.NotEqual(t, ana.user, s.person("ben").user)

		// Somebody whose identity is another does not become Ana by her address.
		s.idp.spoil = func(claims map[string]any) { claims["sub"] = "another" }
		eve := s.browser()
		code, page := eve.signIn(s.idp, "ana", nil)
		require.Equal(t, http.StatusConflict, code)
		require.Contains(t, page, tenancy.CodeEmailTaken.Sentence())
		// She links it from her session. It is nobody else's then.
		code, _ = ana.signIn(s.idp, "ana", url.Values{"link": {"1"}})
		require.Equal(t, http.StatusOK, code)
		code, _ = eve.signIn(s.idp, "ana", nil)
		require.Equal(t, http.StatusOK, code)
		eve.whoami()
		require.Equal(t, ana.user, eve.user)
		code, _ = s.browser().signIn(s.idp, "ana", url.Values{"link": {"1"}})
		require.Equal(t, signin.ErrSignIn.Status, code)
		s.idp.spoil = nil
		code, page = s.person("cy").signIn(s.idp, "ana", url.Values{"link": {"1"}})
		require.Equal(t, signin.ErrIdentity.Status, code)
		require.Contains(t, page, signin.ErrIdentity.Title)

		for want, spoil := range map[tenancyhttp.Problem]func(map[string]any){
			signin.ErrUnproven: func(claims map[string]any) { claims["email_verified"] = false },
			errProvider:        func(claims map[string]any) { claims["nonce"] = "another" },
		} {
			s.idp.spoil = spoil
			code, page = s.browser().signIn(s.idp, "dee", nil)
			require.Equal(t, want.Status, code)
			require.Contains(t, page, want.Title)
		}
		s.idp.spoil = func(claims map[string]any) { claims["aud"] = "another" }
		code, _ = s.browser().signIn(s.idp, "dee", nil)
		require.Equal(t, errProvider.Status, code)

		// An answer that this browser did not ask for, or that is another provider's.
		for _, path := range []string{"/callback?code=x&state=", "/callback?code=x&state=y", "/callback/CN00?code=x&state=y"} {
			b := s.browser()
			code, _ = b.page(path)
			require.Equal(t, errFlow.Status, code)
		}
		code, _ = s.browser().signIn(s.idp, "dee", url.Values{"connection": {"nonsense"}})
		require.Equal(t, http.StatusBadRequest, code)
		code, _ = s.browser().signIn(s.idp, "dee", url.Values{"connection": {"CN" + strings.Repeat("0", 31) + "1"}})
		require.Equal(t, errConnection.Status, code)
		requireSound(t, s)
	})
}

// A company requires its single sign-on (SSO-2, SSO-4).
func TestSingleSignOn(t *testing.T) {
	eachStore(t, func(t *testing.T, s *scene) {
		ana := s.person("ana")
		org, _ := ana.organization()
		id := parse[tenancy.OrganizationID](t, org)
		as := s.host.dir.As(ana.user)
		for _, name := range []string{"ben", "cy"} {
			_, err := as.InviteUser(t.Context(), id, tenancy.NewInvitation{Email: name + "@acme.example"})
			require.NoError(t, err)
		}
		members := map[string]*browser{}
		for _, name := range []string{"ben", "cy"} {
			b := s.browser()
			offers, _, err := tenancy.Collect(s.host.system.InvitationsToAddress(t.Context(), tenancy.Proven(name+"@acme.example"), tenancy.OfferQuery{}), 1)
			require.NoError(t, err)
			made, err := s.host.system.SignUp(t.Context(), tenancy.NewSignUp{
				Email: tenancy.Proven(name + "@acme.example"), Name: name, Invitation: offers[0].ID,
			})
			require.NoError(t, err)
			require.NoError(t, s.host.db.exec(t.Context(),
				"INSERT INTO tenancy_signin_identities (issuer, subject, user_id) VALUES ($1, $2, $3)", s.idp.URL, "subject-of-"+name, made.User.ID))
			code, _ := b.signIn(s.idp, name, nil)
			require.Equal(t, http.StatusOK, code)
			b.whoami()
			members[name] = b
		}
		ben, cy := members["ben"], members["cy"]

		domain, err := as.AddDomain(t.Context(), id, "acme.example")
		require.NoError(t, err)
		s.names.Publish(domain.RecordName, domain.RecordValue)
		_, err = as.VerifyDomain(t.Context(), domain.ID)
		require.NoError(t, err)
		connection, err := as.AddConnection(t.Context(), id, "Okta")
		require.NoError(t, err)
		company := newIDP(t)
		require.NoError(t, saveProvider(t.Context(), s.host.db, connection.ID, company.settings()))
		through := url.Values{"connection": {connection.ID.String()}}
		link := url.Values{"connection": through["connection"], "link": {"1"}}

		// Before it is tested it vouches for nobody, and a member's link is no test.
		code, _ := cy.signIn(company, "cy", link)
		require.Equal(t, http.StatusOK, code)
		code, page := s.browser().signIn(company, "ben", through)
		require.Equal(t, http.StatusConflict, code)
		require.Contains(t, page, tenancy.CodeUntested.Sentence())
		// The Owner's is. Their other identities there are linked from a session too, never by
		// the address.
		code, _ = ana.signIn(company, "ana", link)
		require.Equal(t, http.StatusOK, code)
		company.spoil = func(claims map[string]any) { claims["sub"] = "another" }
		code, page = s.browser().signIn(company, "ana", through)
		require.Equal(t, http.StatusConflict, code)
		require.Contains(t, page, tenancy.CodeOwnsOrganization.Sentence())
		company.spoil = nil

		_, err = as.EnforceSSO(t.Context(), domain.ID, connection.ID)
		require.NoError(t, err)
		require.NoError(t, s.host.do(t.Context(), "relay"))
		require.Equal(t, string(signin.ErrSignIn.Code), ben.ask(http.StatusUnauthorized, "GET", "/api/me", nil)["code"])
		ana.ask(http.StatusOK, "GET", "/api/me", nil)

		// Ben comes the usual way, is shown the other one, and is linked there.
		code, page = ben.signIn(s.idp, "ben", nil)
		require.Equal(t, http.StatusForbidden, code)
		require.Contains(t, page, connection.ID.String())
		before := ben.user
		code, _ = ben.signIn(company, "ben", through)
		require.Equal(t, http.StatusOK, code)
		ben.whoami()
		require.Equal(t, before, ben.user)
		s.person("ana") // an Owner as they like (INV-12)

		// An exempt member comes as they like, for as long as they are exempt.
		for _, exempt := range []tenancy.SSOExemption{tenancy.SSOExempt, tenancy.SSONotExempt} {
			_, err = as.SetSSOExemption(t.Context(), id, ben.user, exempt)
			require.NoError(t, err)
			if exempt {
				code, _ = ben.signIn(s.idp, "ben", nil)
				require.Equal(t, http.StatusOK, code)
			}
			ben.ask(http.StatusOK, "GET", "/api/me", nil)
			require.NoError(t, s.host.do(t.Context(), "relay"))
		}
		require.Equal(t, string(signin.ErrSignIn.Code), ben.ask(http.StatusUnauthorized, "GET", "/api/me", nil)["code"])

		// The provider of a customer vouches for nobody elsewhere.
		company.spoil = func(claims map[string]any) { claims["email"] = "somebody@other.example" }
		code, page = s.browser().signIn(company, "dee", through)
		require.Equal(t, http.StatusConflict, code)
		require.Contains(t, page, tenancy.CodeNoLiveDomain.Sentence())
		company.spoil = nil

		// Once the user is deleted, their identities are gone.
		require.NoError(t, as.DeleteUser(t.Context(), cy.user, tenancy.UserDeletion{}))
		require.NoError(t, s.host.do(t.Context(), "relay"))
		var left int
		require.NoError(t, s.host.db.row(t.Context(), "SELECT count(*) FROM tenancy_signin_identities WHERE user_id = $1", cy.user).Scan(&left))
		require.Zero(t, left)
		requireSound(t, s)
	})
}

// An organization's events go to a URL of its own, signed.
func TestWebhook(t *testing.T) {
	eachStore(t, func(t *testing.T, s *scene) {
		var mu sync.Mutex
		var got []string
		var check *standardwebhooks.Webhook
		receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			text, err := io.ReadAll(r.Body)
			if err == nil {
				err = check.Verify(text, r.Header)
			}
			var message struct{ Type string }
			if err == nil {
				err = json.Unmarshal(text, &message)
			}
			if err != nil {
				t.Error(err)
			}
			got = append(got, message.Type)
		}))
		defer receiver.Close()

		ana, eve := s.person("ana"), s.person("eve")
		org, account := ana.organization()
		eve.refused(http.StatusNotFound, tenancy.CodeNotFound, "PUT", "/api/organizations/"+org+"/webhook", body{"url": receiver.URL})
		problem := ana.ask(http.StatusBadRequest, "PUT", "/api/organizations/"+org+"/webhook", body{"url": "nonsense"})
		require.Equal(t, string(errURL.Code), problem["code"])
		require.NoError(t, s.host.do(t.Context(), "relay")) // what was before is not sent
		secret := get[string](t, ana.ask(http.StatusOK, "PUT", "/api/organizations/"+org+"/webhook", body{"url": receiver.URL}), "secret")
		var err error
		check, err = standardwebhooks.NewWebhook(secret)
		require.NoError(t, err)

		sent := ana.ask(http.StatusOK, "POST", "/api/accounts/"+account+"/invitations",
			body{"email": "ben@acme.example", "roles": []string{"developer"}})
		require.NoError(t, s.host.dir.As(ana.user).RevokeInvitation(t.Context(), parse[tenancy.InvitationID](t, get[string](t, sent, "id"))))
		for range 2 {
			require.NoError(t, s.host.do(t.Context(), "relay"))
			require.NoError(t, s.host.do(t.Context(), "webhooks"))
		}
		require.Equal(t, []string{"InvitationSent", "InvitationRevoked"}, got)

		// A revoked invitation's mail does not go out.
		require.NoError(t, s.host.do(t.Context(), "mails"))
		require.Empty(t, s.mails.sent)
		require.NoError(t, s.host.do(t.Context(), "recheck"))
		require.NoError(t, s.host.do(t.Context(), "purge"))
		ana.ask(http.StatusOK, "GET", "/api/me", nil)
		requireSound(t, s)
	})
}

// Other sites' pages send nothing in a person's name.
func TestCrossOrigin(t *testing.T) {
	eachStore(t, func(t *testing.T, s *scene) {
		ana := s.person("ana")
		org, _ := ana.organization()
		path := "/api/organizations/" + org + "/invitations"
		for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
			problem := ana.ask(http.StatusForbidden, "POST", path, body{"email": "ben@acme.example"}, header...)
			require.Equal(t, string(tenancyhttp.CodeOrigin), problem["code"])
		}
		ana.ask(http.StatusOK, "POST", path, body{"email": "ben@acme.example"}, "Sec-Fetch-Site", "same-origin")

		for _, c := range mustGet(t, ana, "/problems").Cookies() {
			t.Errorf("an answer sets the cookie %s", c.Name)
		}
		address, err := url.Parse(s.host.url)
		require.NoError(t, err)
		require.Len(t, ana.Jar.Cookies(address), 1)
		h, err := newHost(s.host.db, config{url: "https://app.example"})
		require.NoError(t, err)
		require.Equal(t, "__Host-flow=x; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax", h.flowCookie(flowLife, "x").String())
	})
}

func mustGet(t *testing.T, b *browser, path string) *http.Response {
	response, err := b.Get(b.base + path)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response
}

// Two processes share one PostgreSQL: a session, an idempotency key and the events.
func TestTwoProcesses(t *testing.T) {
	s := newScene(t, "postgres", postgres.Database(t))
	other := s.process()
	var mu sync.Mutex
	got := map[string]int{}
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got[r.Header.Get("webhook-id")]++
	}))
	defer receiver.Close()

	ana := s.person("ana")
	there := *ana
	there.base = other.url
	org, account := ana.organization()
	ana.ask(http.StatusOK, "PUT", "/api/organizations/"+org+"/webhook", body{"url": receiver.URL})

	var both sync.WaitGroup
	answers := make([]map[string]any, 20)
	for i := range answers {
		both.Go(func() {
			b := []*browser{ana, &there}[i%2]
			answers[i] = b.ask(http.StatusOK, "POST", "/api/accounts/"+account+"/invitations",
				body{"email": fmt.Sprintf("person%d@acme.example", i/2), "roles": []string{"support"}}, "Idempotency-Key", fmt.Sprint(i/2))
		})
	}
	both.Wait()
	for i := 0; i < len(answers); i += 2 {
		id := func(answer map[string]any) string {
			if text, first := answer["email"]; first {
				require.NotEmpty(t, text)
				return get[string](t, answer, "id")
			}
			return get[string](t, answer, "created", "invitations", 0)
		}
		require.Equal(t, id(answers[i]), id(answers[i+1]))
	}
	for range 2 {
		for _, h := range []*host{s.host, other} {
			both.Go(func() {
				for _, timer := range []string{"relay", "mails", "webhooks"} {
					if err := h.do(t.Context(), timer); err != nil {
						t.Error(err)
					}
				}
			})
		}
		both.Wait()
	}
	require.Len(t, s.mails.sent, 10)
	for id, times := range got {
		require.Equal(t, 1, times, id)
	}
	require.GreaterOrEqual(t, len(got), 10)
	requireSound(t, s)
}

// The program begins and ends in order, and its timers run meanwhile.
func TestServe(t *testing.T) {
	eachStore(t, func(t *testing.T, s *scene) {
		ana := s.person("ana")
		org, _ := ana.organization()
		ana.ask(http.StatusOK, "POST", "/api/organizations/"+org+"/invitations", body{"email": "ben@acme.example"})

		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.host.serve(ctx, listener) }()
		require.Equal(t, "ben@acme.example", (<-s.mails.sent).to)
		response, err := http.Get("http://" + listener.Addr().String() + "/")
		require.NoError(t, err)
		_, page := read(t, response)
		require.Contains(t, page, "Sign in")
		stop()
		require.NoError(t, <-done)
		_, err = net.Dial("tcp", listener.Addr().String())
		require.Error(t, err)
	})
}

// untilListening is a log that stops the program once it listens.
type untilListening context.CancelFunc

func (stop untilListening) Write(line []byte) (int, error) {
	if strings.Contains(string(line), "msg=listening") {
		stop()
	}
	return len(line), nil
}

// The program's arguments.
func TestRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "host.db")
	require.NoError(t, run(t.Context(), []string{"-database", file, "-migrate"}))
	require.NoError(t, run(t.Context(), []string{
		"-database", file, "-connect", "CN" + strings.Repeat("0", 31) + "1", "-issuer", "https://id.example", "-client-id", "host",
	}))
	provider := []string{"-issuer", "https://id.example", "-client-id", "host"}
	ctx, stop := context.WithCancel(t.Context())
	was := slog.Default()
	defer slog.SetDefault(was)
	slog.SetDefault(slog.New(slog.NewTextHandler(untilListening(stop), nil)))
	require.NoError(t, run(ctx, append(provider, "-database", file, "-addr", "127.0.0.1:0")))
	require.ErrorIs(t, run(ctx, append(provider, "-database", file, "-addr", "127.0.0.1:0")), context.Canceled)
	require.Error(t, run(t.Context(), []string{"-store", "paper"}))
	require.Error(t, run(t.Context(), []string{"-database", file}))
	require.Error(t, run(t.Context(), append(provider, "-database", file, "-connect", "nonsense")))
	require.Error(t, run(t.Context(), append(provider, "-database", file, "-addr", "nonsense")))
	require.Error(t, run(t.Context(), []string{"-nonsense"}))
}

// requireSound looks for every invariant in what a test has left.
func requireSound(t *testing.T, s *scene) {
	t.Helper()
	for violation, err := range s.host.dir.Check(t.Context(), tenancy.CheckOptions{Replay: true}) {
		require.NoError(t, err)
		t.Errorf("%+v", violation)
	}
}
