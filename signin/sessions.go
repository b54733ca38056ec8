package signin

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

// SignIn signs in a person who comes from a provider: it finds their user, signs them up if
// they are new, and begins a session, whose cookie it sets. The session that the browser had
// before ends. Nothing else is written to the response.
//
// Errors: tenancy.CodeInput if the person has no issuer or no subject; ErrUnproven;
// ElsewhereError; tenancy.CodeActor if the user is not active; where the person came through a
// connection, or was linked by one before, what Vouching.Why says, tenancy.CodeNotMember also
// if the address is not theirs any more, and the codes of VouchesFor; for a new person those of
// SignUp, such as tenancy.CodeEmailTaken.
func (p *People) SignIn(w http.ResponseWriter, r *http.Request, who Person) error {
	user, err := p.user(r.Context(), who, p.o.Reference(r))
	if err != nil {
		return err
	}
	token := rand.Text()
	err = p.rows.exec(r.Context(),
		"INSERT INTO tenancy_signin_sessions (token_hash, user_id, connection, expires) VALUES ($1, $2, $3, $4)",
		hashOf(token), user, who.Connection, p.o.Now().Add(p.o.Life).UnixMicro())
	if err != nil {
		return err
	}
	if err := p.mayBe(r.Context(), user, who.Connection); err != nil {
		return errors.Join(err, p.end(context.WithoutCancel(r.Context()), token))
	}
	if err := p.end(r.Context(), p.token(r)); err != nil {
		return err
	}
	p.setCookie(w, token)
	return nil
}

// mayBe returns why a session of a user may not be that began through a connection, or nil.
func (p *People) mayBe(ctx context.Context, id tenancy.UserID, through tenancy.ConnectionID) error {
	system := p.dir.System()
	user, _, err := system.User(ctx, id)
	if err != nil {
		return err
	}
	if user.State != tenancy.StateActive || user.Unclaimed {
		return tenancy.CodeActor
	}
	required, err := system.SignInRequirement(ctx, id)
	if err == nil && !required.Connection.IsZero() && required.Connection != through {
		err = ElsewhereError{required.Connection}
	}
	return err
}

// Session returns the session of the user whose browser sent a request, or ErrSignIn. It is a
// function for tenancyhttp.New. Whether the user is still active is not asked here: every
// operation asks that (GEN-2).
func (p *People) Session(r *http.Request) (*tenancy.Session, error) {
	user, err := p.signedIn(r)
	if err != nil {
		return nil, err
	}
	return correlated(p.dir.As(user), p.o.Reference(r)), nil
}

// signedIn returns the user whose browser sent a request, or ErrSignIn.
func (p *People) signedIn(r *http.Request) (user tenancy.UserID, err error) {
	err = p.rows.row(r.Context(), "SELECT user_id FROM tenancy_signin_sessions WHERE token_hash = $1 AND expires > $2",
		hashOf(p.token(r)), p.o.Now().UnixMicro()).Scan(&user)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrSignIn
	}
	return user, err
}

// SignOut ends the session of the browser that sent a request, if it has one, and removes its
// cookie.
func (p *People) SignOut(w http.ResponseWriter, r *http.Request) error {
	if err := p.end(r.Context(), p.token(r)); err != nil {
		return err
	}
	p.setCookie(w, "")
	return nil
}

func (p *People) end(ctx context.Context, token string) error {
	return p.rows.exec(ctx, "DELETE FROM tenancy_signin_sessions WHERE token_hash = $1", hashOf(token))
}

// Take ends the sessions that an event ends (tenancy.SessionsToEnd), and deletes the identities
// of a user who was deleted. It is a function for tenancy.Platform.Relay. A host that does more
// with events than this calls it within its own function. To take an event twice does no harm.
func (p *People) Take(ctx context.Context, e tenancy.Event) error {
	for end, err := range tenancy.SessionsToEnd(ctx, p.dir.System(), e) {
		if err != nil {
			return err
		}
		statement, args := "DELETE FROM tenancy_signin_sessions WHERE user_id = $1", []any{end.User}
		if !end.Except.IsZero() {
			statement, args = statement+" AND (connection IS NULL OR connection <> $2)", append(args, end.Except)
		}
		if err := p.rows.exec(ctx, statement, args...); err != nil {
			return err
		}
	}
	if deleted, is := e.Data.(tenancy.UserDeleted); is {
		return p.rows.exec(ctx, "DELETE FROM tenancy_signin_identities WHERE user_id = $1", deleted.User)
	}
	return nil
}

// Purge removes the sessions that have expired. Call it by a timer, every hour for instance.
func (p *People) Purge(ctx context.Context) error {
	return p.rows.exec(ctx, "DELETE FROM tenancy_signin_sessions WHERE expires <= $1", p.o.Now().UnixMicro())
}

// setCookie sets the session's cookie, or, for an empty token, removes it. Scripts do not see
// it, and other sites' forms do not send it.
func (p *People) setCookie(w http.ResponseWriter, token string) {
	c := &http.Cookie{
		Name: p.cookieName(), Value: token, Path: "/", MaxAge: int(p.o.Life / time.Second),
		HttpOnly: true, Secure: !p.o.Insecure, SameSite: http.SameSiteLaxMode,
	}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// token returns the token in the session's cookie, or "".
func (p *People) token(r *http.Request) string {
	if c, err := r.Cookie(p.cookieName()); err == nil {
		return c.Value
	}
	return ""
}

// cookieName has the prefix by which browsers let no other host set the cookie.
func (p *People) cookieName() string {
	if p.o.Insecure {
		return "session"
	}
	return "__Host-session"
}

// hashOf is what the table has in place of a token: whoever reads it there cannot be anybody
// by it. The token is random and long, so no salt is needed.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
