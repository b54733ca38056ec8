package signin

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/tenancyhttp"
)

// Problems are the refusals of this package, beside those of the library.
var (
	// ErrSignIn means that nobody is signed in.
	ErrSignIn = tenancyhttp.Problem{Code: "sign_in", Status: http.StatusUnauthorized, Title: "Sign in first."}
	// ErrUnproven means that the provider has not proven a new person's address.
	ErrUnproven = tenancyhttp.Problem{
		Code: "address_not_proven", Status: http.StatusForbidden, Title: "Your identity provider has not verified your address.",
	}
	// ErrIdentity means that an identity that is to be linked is another user's.
	ErrIdentity = tenancyhttp.Problem{
		Code: "identity_taken", Status: http.StatusConflict, Title: "This sign-in already belongs to another user.",
	}
	// ErrElsewhere means that the person has to sign in through a connection of their
	// organization's: ElsewhereError has it.
	ErrElsewhere = tenancyhttp.Problem{
		Code: "single_sign_on", Status: http.StatusForbidden, Title: "Your organization requires its single sign-on.",
	}
)

// ElsewhereError is ErrElsewhere with the connection that the person has to sign in through.
type ElsewhereError struct{ Connection tenancy.ConnectionID }

// Error returns the code.
func (e ElsewhereError) Error() string { return ErrElsewhere.Error() }

// Unwrap returns ErrElsewhere.
func (e ElsewhereError) Unwrap() error { return ErrElsewhere }

// Options are what a host may choose. A zero field, and a nil *Options, mean the defaults
// named.
type Options struct {
	// Life is how long a person stays signed in. Zero means 12 hours.
	Life time.Duration
	// Insecure also lets cookies go over HTTP without TLS. It is for a machine of one's own.
	Insecure bool
	// Reference returns a request's ID, which the events that the request causes carry
	// (tenancy.Session.Correlate). Nil, and the empty one, mean that they carry none.
	Reference func(*http.Request) tenancy.Reference
	// Now is the clock. Nil means time.Now.
	Now func() time.Time
}

// People are the identities and the sessions of the people of a directory. New makes them.
// They are safe for concurrent use, and have no state outside the database.
type People struct {
	dir      *tenancy.Directory
	rows     rows // outside of a transaction
	transact Transact
	o        Options
}

// New returns the people of a directory. Their tables are in db, which is the database of the
// directory's store, and are written within transact, which is the store's. It reads and
// writes nothing. Nil options mean the defaults. A pool of pgx becomes a *sql.DB by
// stdlib.OpenDBFromPool.
func New(dir *tenancy.Directory, db *sql.DB, transact Transact, o *Options) *People {
	p := &People{dir, rowsOf(db.ExecContext, db.QueryRowContext), transact, *cmp.Or(o, &Options{})}
	p.o.Life = cmp.Or(p.o.Life, 12*time.Hour)
	if p.o.Reference == nil {
		p.o.Reference = func(*http.Request) tenancy.Reference { return "" }
	}
	if p.o.Now == nil {
		p.o.Now = time.Now
	}
	return p
}

// correlated is Correlate, if there is something to correlate with.
func correlated[S interface{ Correlate(tenancy.Reference) S }](s S, reference tenancy.Reference) S {
	if reference == "" {
		return s
	}
	return s.Correlate(reference)
}

// Schema is the statements that make the tables, for hosts that migrate by themselves. IDs are
// 16 bytes: SQLite takes the word uuid. Times are in microseconds since 1970.
const Schema = `
CREATE TABLE IF NOT EXISTS tenancy_signin_identities (
	issuer     text NOT NULL,
	subject    text NOT NULL,
	user_id    uuid NOT NULL,
	connection uuid,
	PRIMARY KEY (issuer, subject)
);
CREATE INDEX IF NOT EXISTS tenancy_signin_identities_user ON tenancy_signin_identities (user_id);
CREATE TABLE IF NOT EXISTS tenancy_signin_sessions (
	token_hash text   NOT NULL PRIMARY KEY,
	user_id    uuid   NOT NULL,
	connection uuid,
	expires    bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS tenancy_signin_sessions_user ON tenancy_signin_sessions (user_id);
CREATE INDEX IF NOT EXISTS tenancy_signin_sessions_expires ON tenancy_signin_sessions (expires);
`

// Migrate makes the tables where they are missing.
func (p *People) Migrate(ctx context.Context) error {
	for statement := range strings.SplitSeq(strings.TrimSpace(Schema), ";\n") {
		if err := p.rows.exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// Person is somebody who comes from an identity provider. The host has verified that the
// provider says so, and that the answer is meant for this browser.
type Person struct {
	Issuer  string // the provider, as its tokens name it
	Subject string // the person, as that provider names them
	Email   string // their address as the provider has it
	// Proven says that the provider has proven the address, and that the host trusts it to
	// vouch for any address: true for the host's own provider alone. With a Connection it does
	// not matter: the library decides what that may vouch for.
	Proven     bool
	Name       string               // of a new user; it is cut to what the library takes
	Connection tenancy.ConnectionID // of an organization, that they came through; zero: the host's own provider
	// Secret or Invitation, and not both, is of an invitation that a new user accepts; both
	// zero: none.
	Secret     tenancy.Secret
	Invitation tenancy.InvitationID
}

// sound reports whether a person has a key that can be stored.
func (w Person) sound() bool {
	stored := func(text string) bool {
		return text != "" && len(text) <= 1000 && utf8.ValidString(text) && !strings.Contains(text, "\x00")
	}
	return stored(w.Issuer) && stored(w.Subject)
}

// name returns a name that the library takes: up to 64 characters that can be seen.
func (w Person) name() string {
	seen := []rune(strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, w.Name)))
	return cmp.Or(strings.TrimSpace(string(seen[:min(len(seen), 64)])), "New user")
}

// user returns the user of a person. The first time it signs them up, or links them to the
// user whom their connection vouches for.
func (p *People) user(ctx context.Context, who Person, request tenancy.Reference) (user tenancy.UserID, err error) {
	if !who.sound() {
		return user, tenancy.CodeInput
	}
	err = p.transact.run(ctx, func(ctx context.Context, tx rows, joined tenancy.Store) error {
		known, vouchedBy, err := find(ctx, tx, who)
		if user = known; err != nil || !known.IsZero() && vouchedBy.IsZero() {
			return err
		}
		system := correlated(p.dir.On(joined).System(), request)
		connection := cmp.Or(who.Connection, vouchedBy)
		if connection.IsZero() {
			if !who.Proven {
				return ErrUnproven
			}
		} else {
			vouching, err := system.VouchesFor(ctx, connection, who.Email)
			switch {
			case err != nil:
				return err
			case !vouching.Vouched:
				return vouching.Why
			case !known.IsZero() && known != vouching.User: // the address is not theirs any more
				return tenancy.CodeNotMember
			case !known.IsZero():
				return nil
			case !vouching.User.IsZero():
				user = vouching.User
				if _, err := system.ReportSignIn(ctx, connection, who.Email); err != nil { // claims whom a directory made
					return err
				}
				return save(ctx, tx, who, user, connection)
			}
		}
		made, err := system.SignUp(ctx, tenancy.NewSignUp{
			Email: tenancy.Proven(who.Email), Name: who.name(), Secret: who.Secret, Invitation: who.Invitation,
		})
		if err != nil {
			return err
		}
		user = made.User.ID
		return save(ctx, tx, who, user, connection)
	})
	return user, err
}

// Link makes the identity of a person a further one of the user who is signed in. An Owner
// has no other way to it (SSO-4). Where an Owner or Administrator links one of a connection of
// their organization's, the connection has been tested (SSO-1).
//
// Errors: ErrSignIn; ErrIdentity if the identity is another user's; tenancy.CodeInput if the
// person has no issuer or no subject.
func (p *People) Link(r *http.Request, who Person) error {
	if !who.sound() {
		return tenancy.CodeInput
	}
	user, err := p.signedIn(r)
	if err != nil {
		return err
	}
	return p.transact.run(r.Context(), func(ctx context.Context, tx rows, joined tenancy.Store) error {
		has, vouchedBy, err := find(ctx, tx, who)
		switch {
		case err != nil:
			return err
		case has.IsZero():
			err = save(ctx, tx, who, user, tenancy.ConnectionID{})
		case has != user:
			return ErrIdentity
		case !vouchedBy.IsZero(): // from now on it is theirs, whatever the connection says
			err = tx.exec(ctx, "UPDATE tenancy_signin_identities SET connection = NULL WHERE issuer = $1 AND subject = $2",
				who.Issuer, who.Subject)
		}
		if err != nil || who.Connection.IsZero() {
			return err
		}
		dir := p.dir.On(joined)
		if _, err := dir.As(user).Connection(ctx, who.Connection); errors.Is(err, tenancy.CodeNotFound) {
			return nil // it is not for them to test
		} else if err != nil {
			return err
		}
		_, err = correlated(dir.System(), p.o.Reference(r)).MarkConnectionTested(ctx, who.Connection)
		return err
	})
}

// find returns the user of an identity, or the zero ID, and the connection that vouched for
// the identity, if one did.
func find(
	ctx context.Context, in rows, who Person,
) (user tenancy.UserID, vouchedBy tenancy.ConnectionID, err error) {
	err = in.row(ctx, "SELECT user_id, connection FROM tenancy_signin_identities WHERE issuer = $1 AND subject = $2",
		who.Issuer, who.Subject).Scan(&user, &vouchedBy)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return user, vouchedBy, err
}

func save(
	ctx context.Context, in rows, who Person, user tenancy.UserID, vouchedBy tenancy.ConnectionID,
) error {
	return in.exec(ctx,
		"INSERT INTO tenancy_signin_identities (issuer, subject, user_id, connection) VALUES ($1, $2, $3, $4)",
		who.Issuer, who.Subject, user, vouchedBy)
}
