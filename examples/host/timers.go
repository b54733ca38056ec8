package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/add4b1c6/tenancy"
)

// work runs what the host does by the clock, until the context ends and the last of it
// has returned. Any number of processes may do so at once.
func (h *host) work(ctx context.Context) {
	var running sync.WaitGroup
	for _, timer := range []struct {
		name  string
		every time.Duration
		do    func(context.Context) error
	}{
		{"relay", time.Second, h.relay},
		{"mails", time.Second, h.sendMails},
		{"webhooks", time.Second, h.sendWebhooks},
		{"recheck", time.Hour, h.recheck},
		{"purge", 24 * time.Hour, h.purge},
	} {
		running.Go(func() {
			ticker := time.NewTicker(timer.every)
			defer ticker.Stop()
			for {
				if err := timer.do(ctx); err != nil && ctx.Err() == nil {
					slog.ErrorContext(ctx, "a timer failed", "timer", timer.name, "error", err.Error())
				}
				select {
				case <-ctx.Done():
					return
				case <-ticker.C:
				}
			}
		})
	}
	running.Wait()
}

// relay hands pending events to the host (EVT-5).
func (h *host) relay(ctx context.Context) error {
	_, err := h.system.Relay(ctx, h.take)
	return err
}

// take does what an event calls for. An event can come again after a crash, so all of it
// can be done twice; what cannot, such as billing, remembers the last Sequence of each
// stream. docs/embedding.md has a table of what a host does when.
func (h *host) take(ctx context.Context, e tenancy.Event) error {
	if err := h.webhooks.Note(ctx, e); err != nil {
		return err
	}
	switch data := e.Data.(type) {
	case tenancy.UserDeactivated:
		return h.endSessions(ctx, data.User)
	case tenancy.UserDeleted:
		if err := h.endSessions(ctx, data.User); err != nil {
			return err
		}
		return h.db.exec(ctx, "DELETE FROM host_identities WHERE user_id = $1", data.User)
	case tenancy.InvitationRevoked:
		return h.forgetMail(ctx, data.Invitation)
	case tenancy.ConnectionRemoved:
		return h.db.exec(ctx, "DELETE FROM host_providers WHERE connection = $1", data.Connection)
	case tenancy.SSOEnforced, tenancy.OwnershipTransferred: // a former Owner may have to come another way
		return h.endOtherSessionsIn(ctx, e.Stream.Organization)
	case tenancy.SSOExemptionSet:
		return h.endOtherSessions(ctx, data.User)
	case tenancy.MemberJoined:
		return h.endOtherSessions(ctx, data.User)
	case tenancy.UserEmailChanged:
		return h.endOtherSessions(ctx, data.User)
	case tenancy.OrganizationMerged:
		return h.endOtherSessionsIn(ctx, data.Into)
	case tenancy.OrganizationPurged:
		return h.webhooks.DeleteEndpoint(ctx, data.Organization.String())
	}
	return nil
}

// sendWebhooks sends the customers' webhooks that are due.
func (h *host) sendWebhooks(ctx context.Context) error {
	_, err := h.webhooks.Deliver(ctx)
	return err
}

// recheck looks for the TXT records of verified domains (DOM-4).
func (h *host) recheck(ctx context.Context) error {
	_, err := h.system.RecheckDomains(ctx)
	return err
}

// purge removes what has had its time: sessions and mails of the host's, too. An
// invitation has expired when its mail goes.
func (h *host) purge(ctx context.Context) error {
	if _, err := h.system.Purge(ctx); err != nil {
		return err
	}
	now := time.Now()
	err := h.db.exec(ctx, "DELETE FROM host_mails WHERE created < $1", now.Add(-7*24*time.Hour).Unix())
	if err != nil {
		return err
	}
	return h.db.exec(ctx, "DELETE FROM host_sessions WHERE expires < $1", now.Unix())
}
