package main

import (
	"cmp"
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
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/add4b1c6/tenancy"
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

// flowLife is how long a person may take at their provider.
const flowLife = 10 * time.Minute

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
	h.setCookie(w, "flow", base64.RawURLEncoding.EncodeToString(text), flowLife)
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
	who, err := h.claims(r.Context(), f, r.FormValue("code"))
	if err != nil {
		return err
	}
	if f.Link {
		return h.link(w, r, f, who)
	}
	user, err := h.userOf(r.Context(), f, who, requestID(r))
	if err != nil {
		return err
	}
	elsewhere, err := h.beginSession(w, r, user, f.Connection)
	if err != nil {
		return err
	}
	if !elsewhere.IsZero() {
		return show(w, errElsewhere.Status, "refused", refused{errElsewhere.Title, elsewhere.String()})
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// takeFlow returns the sign-in that the browser began, and removes it. The answer must
// have its state, and come to its provider's redirect URL.
func (h *host) takeFlow(w http.ResponseWriter, r *http.Request) (f flow, err error) {
	text, err := base64.RawURLEncoding.DecodeString(h.cookie(r, "flow"))
	if err != nil || json.Unmarshal(text, &f) != nil {
		return flow{}, errFlow
	}
	h.setCookie(w, "flow", "", 0)
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

// identity is a person as a provider knows them. They are the issuer and the subject.
// The rest can change, and can pass to somebody else.
type identity struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Email    string `json:"email"`
	Verified claim  `json:"email_verified"`
	Name     string `json:"name"`
}

// claim is true or false. Some providers write it as a string.
type claim bool

// UnmarshalJSON takes anything but true for false.
func (c *claim) UnmarshalJSON(text []byte) error {
	*c = claim(strings.Trim(string(text), `"`) == "true")
	return nil
}

// nameOf makes a name that the library takes of one that a provider gives: up to 64
// characters that can be seen.
func nameOf(given string) string {
	seen := []rune(strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, given)))
	return cmp.Or(strings.TrimSpace(string(seen[:min(len(seen), 64)])), "New user")
}

// claims exchanges the code for the identity that the provider vouches for.
func (h *host) claims(ctx context.Context, f flow, code string) (who identity, err error) {
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
	if err != nil || verified.Nonce != f.Nonce || verified.Claims(&who) != nil || who.Subject == "" {
		slog.WarnContext(ctx, "a provider's token does not hold")
		return who, errProvider
	}
	return who, nil
}

// userOf returns the user of an identity. The first time it signs the person up, or links
// the identity to the user whom a connection vouches for. Such a link holds only for as long
// as the connection may vouch for the user: not for somebody who has left the organization,
// or who owns one now (SSO-4). The identity's row and the user
// are made in one transaction: a crash leaves both or none, and after an answer that is
// lost the person finds themselves at their next sign-in.
func (h *host) userOf(
	ctx context.Context, f flow, who identity, request tenancy.Reference,
) (user tenancy.UserID, err error) {
	err = h.db.transact(ctx, func(ctx context.Context, in rows, joined tenancy.Store) error {
		var vouchedBy tenancy.ConnectionID
		user, vouchedBy, err = findIdentity(ctx, in, who)
		if err != nil || !user.IsZero() && vouchedBy.IsZero() {
			return err
		}
		system := h.dir.On(joined).System().Correlate(request)
		connection := cmp.Or(f.Connection, vouchedBy)
		if connection.IsZero() && !bool(who.Verified) {
			return errUnproven
		}
		if !connection.IsZero() {
			// The provider is a customer's, so its word counts only where the library says so.
			vouching, err := system.VouchesFor(ctx, connection, who.Email)
			if err != nil {
				return err
			}
			switch {
			case !vouching.Vouched:
				return vouching.Why
			case user == vouching.User && !user.IsZero():
				return nil
			case !user.IsZero(): // the address is not theirs any more
				return tenancy.CodeNotMember
			}
			if user = vouching.User; !user.IsZero() {
				return saveIdentity(ctx, in, who, user, connection)
			}
		}
		made, err := system.SignUp(ctx, tenancy.NewSignUp{
			Email:  tenancy.Proven(who.Email),
			Name:   nameOf(who.Name),
			Secret: tenancy.ParseSecret(f.Secret),
		})
		if err != nil {
			return err // CodeEmailTaken: sign in as before, and link the identity from there
		}
		user = made.User.ID
		return saveIdentity(ctx, in, who, user, connection)
	})
	return user, err
}

// link makes an identity a further one of the person who is signed in. An Owner has no
// other way to it (SSO-4). Where an organization's Owner or Administrator links one of a
// connection of theirs, the connection has been tested (SSO-1).
func (h *host) link(w http.ResponseWriter, r *http.Request, f flow, who identity) error {
	user, err := h.signedIn(r)
	if err != nil {
		return err
	}
	err = h.db.transact(r.Context(), func(ctx context.Context, in rows, joined tenancy.Store) error {
		dir := h.dir.On(joined)
		has, vouchedBy, err := findIdentity(ctx, in, who)
		switch {
		case err != nil:
			return err
		case has.IsZero():
			if err := saveIdentity(ctx, in, who, user, tenancy.ConnectionID{}); err != nil {
				return err
			}
		case has != user:
			return errIdentity
		case !vouchedBy.IsZero(): // from now on it is theirs, whatever the connection says
			if err := in.exec(ctx, "UPDATE host_identities SET connection = NULL WHERE issuer = $1 AND subject = $2",
				who.Issuer, who.Subject); err != nil {
				return err
			}
		}
		if f.Connection.IsZero() {
			return nil
		}
		if _, err := dir.As(user).Connection(ctx, f.Connection); err != nil {
			if errors.Is(err, tenancy.CodeNotFound) {
				return nil
			}
			return err
		}
		_, err = dir.System().Correlate(requestID(r)).MarkConnectionTested(ctx, f.Connection)
		return err
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// findIdentity returns the user of an identity, or the zero ID, and the connection that
// vouched for it, if one did.
func findIdentity(
	ctx context.Context, in rows, who identity,
) (user tenancy.UserID, vouchedBy tenancy.ConnectionID, err error) {
	err = in.row(ctx,
		"SELECT user_id, connection FROM host_identities WHERE issuer = $1 AND subject = $2", who.Issuer, who.Subject,
	).Scan(&user, &vouchedBy)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return user, vouchedBy, err
}

func saveIdentity(
	ctx context.Context, in rows, who identity, user tenancy.UserID, vouchedBy tenancy.ConnectionID,
) error {
	return in.exec(ctx, "INSERT INTO host_identities (issuer, subject, user_id, connection) VALUES ($1, $2, $3, $4)",
		who.Issuer, who.Subject, user, vouchedBy)
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
