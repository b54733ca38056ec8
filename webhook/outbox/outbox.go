// Package outbox keeps mails in a host's database until they are sent. A host writes a mail
// in the transaction that makes what the mail tells of, and a timer sends it: there is no
// invitation without its mail, and no mail without its invitation.
//
//	err := store.Transact(ctx, func(ctx context.Context, tx pgx.Tx, joined tenancy.Store) error {
//		sent, err := s.On(joined).InviteUser(ctx, org, in)
//		if err != nil {
//			return err
//		}
//		return outbox.Add(ctx, tx.Exec, outbox.Mail{ // with sqlitestore: tx.ExecContext
//			ID: sent.ID.String(), To: sent.Email, Expires: sent.Expires,
//			Subject: tenancy.NewPersonal("You are invited"),
//			Body:    tenancy.NewPersonal("https://app.example/join?secret=" + sent.Secret.Reveal()),
//		})
//	})
//	…
//	box := outbox.New(db, nil)
//	n, err := box.Deliver(ctx, send) // by a timer, in any number of processes
//
// Each mail is sent at least once before it expires, unless it is removed: a process that
// crashes after it sent one leaves it to another, which sends it again. A mail that cannot
// be sent waits, and holds up no other.
//
// Until a mail is sent, its address and its text are in the table in clear, a secret
// included. Whoever reads an invitation's secret there can accept the invitation only if
// they also prove its address (USR-6). A mail that was sent, has expired or was removed is
// deleted. Keep the table out of long-lived backups all the same.
//
// The database is PostgreSQL, or SQLite by modernc.org/sqlite. A host whose directory is in
// memory takes a SQLite database in memory (":memory:", of one connection), and adds a mail
// after the operation.
package outbox

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/add4b1c6/tenancy"
)

// The errors of this package. None of them holds an address or a text.
var (
	// ErrMail means that a mail is not complete, or that it could not be sent as it is: its
	// ID is not 1 to 64 characters, To is empty or more than one address, To or Subject has a
	// line break or another control character, a text is not UTF-8 or has a zero byte, or
	// Expires is zero.
	ErrMail = errors.New("outbox: the mail's ID, address, texts or end are not sound")
	// ErrExpired means that a mail was not sent until it expired. It was removed.
	ErrExpired = errors.New("outbox: the mail has expired")
)

// Mail is what is to be sent. Its texts are of type Personal, so that no log shows them.
type Mail struct {
	ID      string           // the host's, 1 to 64 characters: such as the text form of an invitation's ID
	To      tenancy.Personal // an address; that of an invitation's result, never one that a request brings
	Subject tenancy.Personal
	Body    tenancy.Personal // what the host likes, also HTML or JSON; it may hold a secret
	Expires time.Time        // from then on it is removed and not sent
}

// sound reports whether a mail is complete and can be sent and stored.
func (m Mail) sound() bool {
	to, subject, body := m.To.Reveal(), m.Subject.Reveal(), m.Body.Reveal()
	stored := func(text string) bool { return utf8.ValidString(text) && !strings.Contains(text, "\x00") }
	return m.ID != "" && utf8.RuneCountInString(m.ID) <= 64 && stored(m.ID) && stored(body) &&
		to != "" && line(to) && !strings.ContainsAny(to, " ,;<>") && line(subject) && !m.Expires.IsZero()
}

// line reports whether a text can be a line of a mail's header.
func line(text string) bool {
	breaks := func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }
	return utf8.ValidString(text) && !strings.ContainsFunc(text, breaks)
}

// Add puts a mail into the outbox by the exec of a transaction, or of a database: ExecContext
// of a *sql.Tx or a *sql.DB, Exec of a pgx.Tx or a pool. A mail with an ID that is there
// already takes the place of the other one. An invitation that is sent again has an ID of its
// own: the mail of the first, whose secret does not hold any more, is one to Remove, as
// tenancy.InvitationRevoked says.
//
// Errors: ErrMail; those of exec.
func Add[Result any](
	ctx context.Context, exec func(ctx context.Context, statement string, args ...any) (Result, error), m Mail,
) error {
	if !m.sound() {
		return ErrMail
	}
	_, err := exec(ctx, `INSERT INTO tenancy_mail_outbox (id, recipient, subject, body, expires) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET recipient = excluded.recipient, subject = excluded.subject,
		body = excluded.body, expires = excluded.expires, due = 0, failures = 0, holder = ''`,
		m.ID, m.To.Reveal(), m.Subject.Reveal(), m.Body.Reveal(), m.Expires.UnixMicro())
	return err
}

// Options are what a host may choose. A zero field, and a nil *Options, mean the defaults
// named.
type Options struct {
	// Timeout is how long sending one mail may take. Zero means 30 seconds. If a process
	// crashes meanwhile, the mail is sent by another one after twice the time, by Now, so the
	// clocks of processes have to agree to within the time.
	Timeout time.Duration
	// Failed is told of each attempt that failed, with the ID of the mail and the error, and of
	// each mail that was not sent until it expired: ErrExpired. The goroutine of Deliver calls
	// it. Nil means that the default logger of package slog is told the ID, and not the error,
	// in which a mail service may name the address.
	Failed func(ctx context.Context, id string, err error)
	// Now is the clock. Nil means time.Now.
	Now func() time.Time
}

// Outbox is the table tenancy_mail_outbox in a host's database. Migrate makes it. An Outbox is
// safe for concurrent use, and has no state.
type Outbox struct {
	db *sql.DB
	o  Options
}

// New returns the outbox in a host's database, and reads and writes nothing. Nil options
// mean the defaults. On SQLite the connections need a busy_timeout, as those of
// sqlitestore.OpenDB have. A pool of pgx becomes a *sql.DB by stdlib.OpenDBFromPool.
func New(db *sql.DB, o *Options) *Outbox {
	b := &Outbox{db, *cmp.Or(o, &Options{})}
	b.o.Timeout = cmp.Or(b.o.Timeout, 30*time.Second)
	if b.o.Failed == nil {
		b.o.Failed = func(ctx context.Context, id string, _ error) {
			slog.WarnContext(ctx, "a mail was not sent", "mail", id)
		}
	}
	if b.o.Now == nil {
		b.o.Now = time.Now
	}
	return b
}

// Schema is the statements that make the table, for hosts that migrate by themselves.
// Times are in microseconds since 1970.
const Schema = `
CREATE TABLE IF NOT EXISTS tenancy_mail_outbox (
	id        text   NOT NULL PRIMARY KEY,
	recipient text   NOT NULL,
	subject   text   NOT NULL,
	body      text   NOT NULL,
	expires   bigint NOT NULL,
	due       bigint NOT NULL DEFAULT 0,
	failures  bigint NOT NULL DEFAULT 0,
	holder    text   NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS tenancy_mail_outbox_due ON tenancy_mail_outbox (due);
`

// Migrate makes the table where it is missing.
func (b *Outbox) Migrate(ctx context.Context) error {
	for statement := range strings.SplitSeq(strings.TrimSpace(Schema), ";\n") {
		if _, err := b.db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// Remove removes a mail that is not to be sent any more, such as that of an invitation that
// was revoked. A mail that is being sent goes out. It is no error if there is none.
func (b *Outbox) Remove(ctx context.Context, id string) error {
	_, err := b.db.ExecContext(ctx, "DELETE FROM tenancy_mail_outbox WHERE id = $1", id)
	return err
}

// Deliver sends what is due, and returns how many mails were sent. Any number of calls in
// any number of processes may run at once: each mail is sent by one of them. A mail for
// which send returns an error waits 10 seconds, then twice as long each time, up to an hour,
// until it expires. That is no error of Deliver: Options.Failed is told. Send may be called
// again for a mail that it has sent, after a crash. Its context ends after Options.Timeout.
//
// Errors: the database's and the context's.
func (b *Outbox) Deliver(ctx context.Context, send func(context.Context, Mail) error) (sent int, err error) {
	for {
		if err := ctx.Err(); err != nil {
			return sent, err
		}
		t, err := b.take(ctx)
		if err == sql.ErrNoRows {
			return sent, nil
		}
		if err != nil {
			return sent, err
		}
		accepted, err := b.settle(ctx, t, send)
		if err != nil {
			return sent, err
		}
		if accepted {
			sent++
		}
	}
}

// taken is a mail that a call of Deliver has.
type taken struct {
	Mail
	holder   string
	failures int
}

// take takes a mail that is due for as long as sending it and recording that may take. It
// returns sql.ErrNoRows if there is none.
func (b *Outbox) take(ctx context.Context) (*taken, error) {
	for {
		now := b.o.Now()
		var due int // a read first: it holds up nobody who writes
		err := b.db.QueryRowContext(ctx, "SELECT 1 FROM tenancy_mail_outbox WHERE due <= $1 LIMIT 1", now.UnixMicro()).Scan(&due)
		if err != nil {
			return nil, err
		}
		t := taken{holder: rand.Text()}
		var to, subject, body string
		var expires int64
		err = b.db.QueryRowContext(ctx, `UPDATE tenancy_mail_outbox SET holder = $1, due = $2
			WHERE due <= $3 AND id = (SELECT id FROM tenancy_mail_outbox WHERE due <= $3 ORDER BY due, id LIMIT 1)
			RETURNING id, recipient, subject, body, expires, failures`,
			t.holder, now.Add(2*b.o.Timeout).UnixMicro(), now.UnixMicro(),
		).Scan(&t.ID, &to, &subject, &body, &expires, &t.failures)
		if err == sql.ErrNoRows {
			continue // somebody else was faster
		}
		if err != nil {
			return nil, err
		}
		t.To, t.Subject, t.Body = tenancy.NewPersonal(to), tenancy.NewPersonal(subject), tenancy.NewPersonal(body)
		t.Expires = time.UnixMicro(expires).UTC()
		return &t, nil
	}
}

// settle sends a mail and records what became of it, also if the context has ended
// meanwhile.
func (b *Outbox) settle(ctx context.Context, t *taken, send func(context.Context, Mail) error) (accepted bool, err error) {
	failed, expired := ErrExpired, !b.o.Now().Before(t.Expires)
	if !expired {
		attempt, cancel := context.WithTimeout(ctx, b.o.Timeout)
		failed = send(attempt, t.Mail)
		cancel()
	}
	recording, cancel := context.WithTimeout(context.WithoutCancel(ctx), b.o.Timeout)
	defer cancel()
	switch {
	case failed == nil || expired:
		_, err = b.db.ExecContext(recording, "DELETE FROM tenancy_mail_outbox WHERE id = $1 AND holder = $2", t.ID, t.holder)
	case ctx.Err() != nil: // the host stops: that is nobody's failure
		return false, b.wait(recording, t, 0, t.failures)
	default:
		err = b.wait(recording, t, min(10*time.Second<<min(t.failures, 20), time.Hour), t.failures+1)
	}
	if failed != nil {
		b.o.Failed(ctx, t.ID, failed)
	}
	return failed == nil, err
}

// wait gives a mail back, for the time after a wait.
func (b *Outbox) wait(ctx context.Context, t *taken, wait time.Duration, failures int) error {
	_, err := b.db.ExecContext(ctx, "UPDATE tenancy_mail_outbox SET due = $1, failures = $2, holder = '' WHERE id = $3 AND holder = $4",
		b.o.Now().Add(wait).UnixMicro(), failures, t.ID, t.holder)
	return err
}
