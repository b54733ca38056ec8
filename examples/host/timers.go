package main

import (
	"context"
	"time"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/timers"
)

// timers returns what the host does by the clock. Any number of processes may do so at
// once.
func (h *host) timers() []timers.Timer {
	return append(timers.Of(h.dir, h.take),
		timers.Timer{Name: "mails", Every: time.Second, Do: func(ctx context.Context) error {
			_, err := h.mails.Deliver(ctx, h.send)
			return err
		}},
		timers.Timer{Name: "webhooks", Every: time.Second, Do: func(ctx context.Context) error {
			_, err := h.webhooks.Deliver(ctx)
			return err
		}},
		timers.Timer{Name: "sessions", Every: time.Hour, Do: h.people.Purge})
}

// take does what an event calls for (EVT-5). An event can come again after a crash, so all
// of it can be done twice; what cannot, such as billing, remembers the last Sequence of
// each stream. docs/embedding.md has a table of what a host does when.
func (h *host) take(ctx context.Context, e tenancy.Event) error {
	if err := h.webhooks.Note(ctx, e); err != nil {
		return err
	}
	if err := h.people.Take(ctx, e); err != nil {
		return err
	}
	switch data := e.Data.(type) {
	case tenancy.InvitationRevoked:
		return h.mails.Remove(ctx, data.Invitation.String())
	case tenancy.ConnectionRemoved:
		return h.db.exec(ctx, "DELETE FROM host_providers WHERE connection = $1", data.Connection)
	case tenancy.OrganizationPurged:
		return h.webhooks.DeleteEndpoint(ctx, data.Organization.String())
	}
	return nil
}
