package main

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"github.com/add4b1c6/tenancy"
)

// errMail says that a mail was not sent. The mailer's own error may hold the address, and
// is not logged.
var errMail = errors.New("a mail could not be sent")

// A mailer sends a mail. It may be asked twice for the same one, after a crash.
type mailer interface {
	send(ctx context.Context, to, subject, text string) error
}

// noMailer is where a program puts its mail service. The log says that a mail went, and
// never to whom.
type noMailer struct{}

func (noMailer) send(ctx context.Context, _, subject, _ string) error {
	slog.InfoContext(ctx, "a mail would go out now", "subject", subject)
	return nil
}

// queueMail puts an invitation's mail into the outbox, in the transaction that makes the
// invitation: there is no invitation without its mail, and no mail without its
// invitation. The mail goes to the address in the result, and to no other.
//
// The secret is in clear in the outbox until the mail is sent. Whoever reads it there can
// accept the invitation only if they also prove the address (USR-6). Keep the table out
// of long-lived backups all the same. Or store no secret and mail a link to the sign-in:
// the home page lists a person's invitations by their address alone (USR-19).
func queueMail(ctx context.Context, in rows, sent tenancy.SentInvitation) error {
	return in.exec(ctx,
		"INSERT INTO host_mails (invitation, address, secret, created, taken) VALUES ($1, $2, $3, $4, 0)",
		sent.ID, sent.Email.Reveal(), sent.Secret.Reveal(), sent.Created.Unix())
}

// sendMails sends what is in the outbox, and returns at the first mail that fails. A
// process takes a mail for a minute, so that no other sends it too, and removes it once
// it is sent. One that failed is tried again when the minute is over.
func (h *host) sendMails(ctx context.Context) error {
	for {
		now := time.Now()
		var invitation tenancy.InvitationID
		var address, secret string
		err := h.db.row(ctx, `
			UPDATE host_mails SET taken = $1
			WHERE taken < $2 AND invitation = (
				SELECT invitation FROM host_mails WHERE taken < $2 ORDER BY created, invitation LIMIT 1)
			RETURNING invitation, address, secret`,
			now.Add(time.Minute).Unix(), now.Unix(),
		).Scan(&invitation, &address, &secret)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case err != nil:
			return err
		}
		text := "Follow this link, and sign in with this address:\n\n" + h.url + "/join?secret=" + secret
		if err := h.mailer.send(ctx, address, "You are invited", text); err != nil {
			return errMail
		}
		if err := h.forgetMail(ctx, invitation); err != nil {
			return err
		}
	}
}

// forgetMail removes an invitation's mail from the outbox.
func (h *host) forgetMail(ctx context.Context, invitation tenancy.InvitationID) error {
	return h.db.exec(ctx, "DELETE FROM host_mails WHERE invitation = $1", invitation)
}
