package main

import (
	"context"
	"log/slog"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/webhook/outbox"
)

// noMailer is where a program puts its mail service. It may be asked twice for the same
// mail, after a crash. The log says which mail went, and never to whom.
func noMailer(ctx context.Context, m outbox.Mail) error {
	slog.InfoContext(ctx, "a mail would go out now", "mail", m.ID)
	return nil
}

// queueMail puts an invitation's mail into the outbox, in the transaction that makes the
// invitation. The mail goes to the address in the result, and to no other. Its secret is in
// the outbox until it is sent. Or mail a link to the sign-in, without a secret: the home page
// lists a person's invitations by their address alone (USR-19).
func (h *host) queueMail(ctx context.Context, in rows, sent tenancy.SentInvitation) error {
	return outbox.Add(ctx, in.run, outbox.Mail{
		ID: sent.ID.String(), To: sent.Email, Expires: sent.Expires,
		Subject: tenancy.NewPersonal("You are invited"),
		Body: tenancy.NewPersonal("Follow this link, and sign in with this address:\n\n" +
			h.url + "/join?secret=" + sent.Secret.Reveal()),
	})
}
