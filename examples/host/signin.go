package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/signin"
	"github.com/add4b1c6/tenancy/webhook"
)

// flow is a sign-in on its way, in a cookie of the browser that began it. The state, the
// nonce and the verifier bind the provider's answer to that browser.
type flow struct {
	State, Nonce, Verifier string
	Connection             tenancy.ConnectionID // that the person comes through; zero: the host's own provider
	Link                   bool                 // the identity is to be a further one of the person who is signed in
	Secret                 string               // of an invitation that a new person accepts; "": none
}

// flowLife is how many seconds a person may take at their provider.
const flowLife = 600

// flowCookie returns the cookie of a flow. Its prefix lets no other host set it.
func (h *host) flowCookie(life int, value string) *http.Cookie {
	c := &http.Cookie{Name: "flow", Value: value, Path: "/", MaxAge: life, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if h.secure {
		c.Name, c.Secure = "__Host-flow", true
	}
	return c
}

// providerSettings are what the host needs to know of an OpenID Connect provider.
type providerSettings struct{ issuer, clientID, clientSecret string }

// saveProvider stores the provider of a customer's connection. The host's staff does so,
// who look at the issuer. What the issuer's discovery names beyond that is the customer's:
// see providerClients.
func saveProvider(ctx context.Context, db *database, connection tenancy.ConnectionID, p providerSettings) error {
	return db.exec(ctx, `
		INSERT INTO host_providers (connection, issuer, client_id, client_secret) VALUES ($1, $2, $3, $4)
		ON CONFLICT (connection) DO UPDATE
		SET issuer = excluded.issuer, client_id = excluded.client_id, client_secret = excluded.client_secret`,
		connection, p.issuer, p.clientID, p.clientSecret)
}

// provider returns what speaks with the provider of a connection, or, if that is zero,
// with the host's own. Each has a redirect URL of its own, so that no provider can
// answer for another. The context makes requests as they must be made to it.
func (h *host) provider(
	ctx context.Context, connection tenancy.ConnectionID,
) (context.Context, oauth2.Config, *oidc.IDTokenVerifier, error) {
	p, redirect := h.config.provider, h.url+"/callback"
	if !connection.IsZero() {
		redirect += "/" + connection.String()
		err := h.db.row(ctx,
			"SELECT issuer, client_id, client_secret FROM host_providers WHERE connection = $1", connection,
		).Scan(&p.issuer, &p.clientID, &p.clientSecret)
		if errors.Is(err, sql.ErrNoRows) {
			err = errConnection
		}
		if err != nil {
			return ctx, oauth2.Config{}, nil, err
		}
	}
	client := h.own
	if !connection.IsZero() {
		client = h.theirs
	}
	ctx = oidc.ClientContext(ctx, client)
	place := foundAt{client, p.issuer}
	known, found := h.found.Load(place)
	if !found {
		discovered, err := oidc.NewProvider(ctx, p.issuer)
		if err != nil {
			return ctx, oauth2.Config{}, nil, errors.Join(errProvider, err)
		}
		known, _ = h.found.LoadOrStore(place, discovered)
	}
	at := known.(*oidc.Provider)
	return ctx, oauth2.Config{
		ClientID: p.clientID, ClientSecret: p.clientSecret, Endpoint: at.Endpoint(),
		RedirectURL: redirect, Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
	}, at.Verifier(&oidc.Config{ClientID: p.clientID}), nil
}

// beginSignIn sends the browser to the provider.
func (h *host) beginSignIn(w http.ResponseWriter, r *http.Request) error {
	f := flow{
		State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(),
		Link: r.PostFormValue("link") != "", Secret: r.PostFormValue("secret"),
	}
	if text := r.PostFormValue("connection"); text != "" {
		var err error
		if f.Connection, err = tenancy.ParseID[tenancy.ConnectionID](text); err != nil {
			return err
		}
	}
	_, config, _, err := h.provider(r.Context(), f.Connection)
	if err != nil {
		return err
	}
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	http.SetCookie(w, h.flowCookie(flowLife, base64.RawURLEncoding.EncodeToString(text)))
	to := config.AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier))
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// finishSignIn takes the provider's answer, and begins a session.
func (h *host) finishSignIn(w http.ResponseWriter, r *http.Request) error {
	f, err := h.takeFlow(w, r)
	if err != nil {
		return err
	}
	who, err := h.person(r.Context(), f, r.FormValue("code"))
	if err != nil {
		return err
	}
	if f.Link {
		err = h.people.Link(r, who)
	} else {
		err = h.people.SignIn(w, r, who)
	}
	if elsewhere, is := errors.AsType[signin.ElsewhereError](err); is {
		return show(w, signin.ErrElsewhere.Status, "refused",
			refused{signin.ErrElsewhere.Title, elsewhere.Connection.String()})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// signOut ends the session of the browser.
func (h *host) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := h.people.SignOut(w, r); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// takeFlow returns the sign-in that the browser began, and removes it. The answer must
// have its state, and come to its provider's redirect URL.
func (h *host) takeFlow(w http.ResponseWriter, r *http.Request) (f flow, err error) {
	c, err := r.Cookie(h.flowCookie(0, "").Name)
	if err != nil {
		return flow{}, errFlow
	}
	text, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || json.Unmarshal(text, &f) != nil {
		return flow{}, errFlow
	}
	http.SetCookie(w, h.flowCookie(-1, ""))
	at := ""
	if !f.Connection.IsZero() {
		at = f.Connection.String()
	}
	same := subtle.ConstantTimeCompare([]byte(r.FormValue("state")), []byte(f.State)) == 1
	if f.State == "" || !same || r.PathValue("connection") != at {
		return flow{}, errFlow
	}
	return f, nil
}

// claim is true or false. Some providers write it as a string.
type claim bool

// UnmarshalJSON takes anything but true for false.
func (c *claim) UnmarshalJSON(text []byte) error {
	*c = claim(strings.Trim(string(text), `"`) == "true")
	return nil
}

// person exchanges the code for the person whom the provider vouches for.
func (h *host) person(ctx context.Context, f flow, code string) (who signin.Person, err error) {
	ctx, config, verifier, err := h.provider(ctx, f.Connection)
	if err != nil {
		return who, err
	}
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		slog.WarnContext(ctx, "a provider gave no token") // its error may hold what the person sent
		return who, errProvider
	}
	raw, _ := token.Extra("id_token").(string)
	verified, err := verifier.Verify(ctx, raw)
	var claims struct {
		Email    string `json:"email"`
		Verified claim  `json:"email_verified"`
		Name     string `json:"name"`
	}
	if err != nil || verified.Nonce != f.Nonce || verified.Claims(&claims) != nil || verified.Subject == "" {
		slog.WarnContext(ctx, "a provider's token does not hold")
		return who, errProvider
	}
	return signin.Person{
		Issuer: verified.Issuer, Subject: verified.Subject, Email: claims.Email, Proven: bool(claims.Verified),
		Name: claims.Name, Connection: f.Connection, Secret: tenancy.ParseSecret(f.Secret),
	}, nil
}

// foundAt is where a provider was discovered.
type foundAt struct {
	by     *http.Client
	issuer string
}

// providerClients returns the clients for requests to the host's own provider, and to those
// of customers. Discovery names further URLs, which a customer's provider chooses: so the
// second one connects to public addresses alone, over TLS, and follows no redirect. Neither
// reads more than a megabyte of an answer.
func providerClients(o *webhook.Options) (own, theirs *http.Client) {
	insecure := o != nil && o.Insecure
	theirs = webhook.NewClient(o)
	theirs.Transport = bounded{theirs.Transport, !insecure}
	return &http.Client{Timeout: theirs.Timeout, Transport: bounded{http.DefaultTransport, false}}, theirs
}

// bounded is a transport that bounds what it is asked and what it reads.
type bounded struct {
	http.RoundTripper
	secure bool // https only
}

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.secure && r.URL.Scheme != "https" {
		return nil, errProvider
	}
	response, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		response.Body = http.MaxBytesReader(nil, response.Body, 1<<20)
	}
	return response, err
}
