package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"github.com/add4b1c6/tenancy"
)

// sessionLife is how long a person stays signed in.
const sessionLife = 12 * time.Hour

// beginSession signs a person in who came through a connection, or, if it is zero,
// through the host's own provider. The cookie has a random token, and the table its hash.
// If the person has to come through another connection, it returns that, and begins none.
//
// First it stores the session, and then it asks whether that may be. What forbids it
// meanwhile is seen here, and what forbids it later has an event, which finds the session.
func (h *host) beginSession(
	w http.ResponseWriter, r *http.Request, id tenancy.UserID, through tenancy.ConnectionID,
) (elsewhere tenancy.ConnectionID, err error) {
	token := rand.Text()
	err = h.db.exec(r.Context(),
		"INSERT INTO host_sessions (token_hash, user_id, connection, expires) VALUES ($1, $2, $3, $4)",
		hashOf(token), id, through, time.Now().Add(sessionLife).Unix())
	if err != nil {
		return elsewhere, err
	}
	user, _, err := h.system.User(r.Context(), id)
	if err == nil && user.State != tenancy.StateActive {
		err = tenancy.CodeActor
	}
	var required tenancy.SignInRequirement
	if err == nil {
		required, err = h.system.SignInRequirement(r.Context(), id)
	}
	if !required.Connection.IsZero() && required.Connection != through {
		elsewhere = required.Connection
	}
	if err != nil || !elsewhere.IsZero() {
		return elsewhere, errors.Join(err, h.endSession(r.Context(), token))
	}
	h.setCookie(w, "session", token, sessionLife)
	return elsewhere, nil
}

// signedIn returns the user whose session a request belongs to, or errSignIn. Whether
// they are still active is not asked here: every operation asks that (GEN-2).
func (h *host) signedIn(r *http.Request) (user tenancy.UserID, err error) {
	err = h.db.row(r.Context(), "SELECT user_id FROM host_sessions WHERE token_hash = $1 AND expires > $2",
		hashOf(h.cookie(r, "session")), time.Now().Unix()).Scan(&user)
	if errors.Is(err, sql.ErrNoRows) {
		err = errSignIn
	}
	return user, err
}

// signOut ends the session that a request belongs to.
func (h *host) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := h.endSession(r.Context(), h.cookie(r, "session")); err != nil {
		return err
	}
	h.setCookie(w, "session", "", 0)
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

func (h *host) endSession(ctx context.Context, token string) error {
	return h.db.exec(ctx, "DELETE FROM host_sessions WHERE token_hash = $1", hashOf(token))
}

// endSessions ends the sessions of a user that an event ends: all, or all but those that
// came through a connection.
func (h *host) endSessions(ctx context.Context, end tenancy.SessionEnd) error {
	if end.Except.IsZero() {
		return h.db.exec(ctx, "DELETE FROM host_sessions WHERE user_id = $1", end.User)
	}
	return h.db.exec(ctx, "DELETE FROM host_sessions WHERE user_id = $1 AND (connection IS NULL OR connection <> $2)",
		end.User, end.Except)
}

// setCookie sets a cookie of the host's, or, with an empty value, removes it. Scripts do
// not see it, and other sites' forms do not send it.
func (h *host) setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	c := &http.Cookie{
		Name: h.cookieName(name), Value: value, Path: "/", MaxAge: int(life.Seconds()),
		HttpOnly: true, Secure: h.secure, SameSite: http.SameSiteLaxMode,
	}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// cookie returns the value of a cookie of the host's, or "".
func (h *host) cookie(r *http.Request, name string) string {
	if c, err := r.Cookie(h.cookieName(name)); err == nil {
		return c.Value
	}
	return ""
}

// cookieName adds the prefix by which browsers let no other host set the cookie.
func (h *host) cookieName(name string) string {
	if h.secure {
		return "__Host-" + name
	}
	return name
}

// hashOf is what the table has in place of a token. The token is random and long, so no
// salt is needed.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
