package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"iter"
	"time"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/tenancyhttp"
	"github.com/add4b1c6/tenancy/webhook"
)

// The JSON API. Each function calls one operation and hands out what it gives: the
// library checks the input and the caller's rights.

func (h *host) me(ctx context.Context, c caller) (any, error) {
	user, memberships, err := c.s.User(ctx, c.user)
	return map[string]any{"user": user, "memberships": memberships}, err
}

func (h *host) organizations(ctx context.Context, c caller) (any, error) {
	return page(c.s.Organizations(ctx, tenancy.OrganizationQuery{After: after(c)}))
}

func (h *host) users(ctx context.Context, c caller) (any, error) {
	return page(c.s.Users(ctx, organizationOf(c), tenancy.UserQuery{Search: c.FormValue("search"), After: after(c)}))
}

func (h *host) setRole(ctx context.Context, c caller) (any, error) {
	var in struct{ Role tenancy.OrganizationRole }
	if err := decode(c, &in); err != nil {
		return nil, err
	}
	return c.s.SetOrganizationRole(ctx, organizationOf(c), userIn(c), in.Role)
}

// invite makes an invitation and its mail in one transaction.
func (h *host) invite(ctx context.Context, c caller) (any, error) {
	var in tenancy.NewInvitation
	if err := decode(c, &in); err != nil {
		return nil, err
	}
	return h.withMail(ctx, c, func(ctx context.Context, s *tenancy.Session) (tenancy.SentInvitation, error) {
		return s.InviteUser(ctx, organizationOf(c), in)
	})
}

func (h *host) inviteToAccount(ctx context.Context, c caller) (any, error) {
	var in tenancy.NewAccountInvitation
	if err := decode(c, &in); err != nil {
		return nil, err
	}
	return h.withMail(ctx, c, func(ctx context.Context, s *tenancy.Session) (tenancy.SentInvitation, error) {
		return s.InviteToAccount(ctx, accountOf(c), in)
	})
}

// withMail makes an invitation, and puts its mail into the outbox in the same
// transaction. The inviter gets the invitation, without its secret.
func (h *host) withMail(
	ctx context.Context, c caller, invite func(context.Context, *tenancy.Session) (tenancy.SentInvitation, error),
) (sent tenancy.Invitation, err error) {
	err = h.db.transact(ctx, func(ctx context.Context, in rows, joined tenancy.Store) error {
		made, err := invite(ctx, c.s.On(joined))
		if err != nil {
			return err
		}
		sent = made.Invitation
		return queueMail(ctx, in, made)
	})
	return sent, err
}

func (h *host) invitations(ctx context.Context, c caller) (any, error) {
	return page(c.s.InvitationsTo(ctx, c.user, tenancy.OfferQuery{After: after(c)}))
}

// acceptInvitation takes the token of the Terms that the person was shown.
func (h *host) acceptInvitation(ctx context.Context, c caller) (any, error) {
	var in struct{ Terms tenancy.TermsToken }
	if err := decode(c, &in); err != nil {
		return nil, err
	}
	invitation, err := tenancy.ParseID[tenancy.InvitationID](c.PathValue("invitation"))
	if err != nil {
		return nil, err
	}
	return c.s.AcceptInvitation(ctx, tenancy.Acceptance{Invitation: invitation, Terms: in.Terms})
}

func (h *host) accounts(ctx context.Context, c caller) (any, error) {
	return page(c.s.Accounts(ctx, organizationOf(c), tenancy.AccountQuery{After: after(c)}))
}

func (h *host) assignRoles(ctx context.Context, c caller) (any, error) {
	var in tenancy.Assignment
	if err := decode(c, &in); err != nil {
		return nil, err
	}
	return c.s.AssignRoles(ctx, accountOf(c), userIn(c), in)
}

// entry is an event as the log shows it to people.
type entry struct {
	tenancy.Event
	Sentence string `json:"sentence"`
}

// MarshalJSON is not the event's, which has no sentence.
func (e entry) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{
		"time": e.Time, "type": tenancy.EventType(e.Data), "sentence": e.Sentence, "request": e.Correlation,
	})
}

// log shows an organization's log to people, newest first.
func (h *host) log(ctx context.Context, c caller) (any, error) {
	stream := tenancy.Stream{Organization: organizationOf(c)}
	events := c.s.Events(ctx, stream, tenancy.EventQuery{Backwards: true, After: after(c)})
	return page(func(yield func(entry, error) bool) {
		for e, err := range events {
			if !yield(entry{e.Event, e.RevealSentence(nil)}, err) {
				return
			}
		}
	})
}

// setWebhook sends an organization's events to a URL of its own. The secret that signs
// them is shown this once.
func (h *host) setWebhook(ctx context.Context, c caller) (any, error) {
	var in struct{ URL string }
	if err := decode(c, &in); err != nil {
		return nil, err
	}
	org := organizationOf(c)
	if err := allowed(c.s.CanInOrganization(ctx, c.user, tenancy.ManageOrganization, org)); err != nil {
		return nil, err
	}
	secret := webhook.NewSecret()
	endpoint := webhook.Endpoint{ID: org.String(), URL: in.URL, Organization: org, Secrets: []webhook.Secret{secret}}
	if err := h.webhooks.PutEndpoint(ctx, endpoint); errors.Is(err, webhook.ErrEndpoint) {
		return nil, errURL
	} else if err != nil {
		return nil, err
	}
	return map[string]string{"secret": secret.Reveal()}, nil
}

// deploy stands for what the service is for. Whether the caller may build in the account
// was asked before. What must not be done after a right has ended asks in the transaction
// that does it. A request with an Idempotency-Key is carried out once.
func (h *host) deploy(ctx context.Context, c caller) (any, error) {
	id := rand.Text()
	if key := c.Header.Get("Idempotency-Key"); key != "" {
		id = tenancy.OperationIDOf("deployment", accountOf(c).String(), c.user.String(), key).String()
	}
	err := h.db.exec(ctx, `
		INSERT INTO host_deployments (id, account, user_id, created) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO NOTHING`, id, accountOf(c), c.user, time.Now().Unix())
	return map[string]string{"id": id}, err
}

// page is one page of a list, with the cursor to pass as ?after= for the next one.
func page[T interface{ Cursor() tenancy.Cursor }](list iter.Seq2[T, error]) (any, error) {
	return tenancyhttp.PageOf(list, 50)
}

// decode reads the body of a request.
func decode(c caller, into any) error {
	body := json.NewDecoder(c.Body)
	body.DisallowUnknownFields()
	err := body.Decode(into)
	if err != nil && tenancy.CodeOf(err) == "" {
		err = tenancy.CodeInput
	}
	return err
}

// What a path and a query name. A malformed ID is the zero ID here, which every operation
// refuses as CodeID.

func organizationOf(c caller) tenancy.OrganizationID {
	id, _ := tenancy.ParseID[tenancy.OrganizationID](c.PathValue("org"))
	return id
}

func accountOf(c caller) tenancy.AccountID {
	id, _ := tenancy.ParseID[tenancy.AccountID](c.PathValue("account"))
	return id
}

func userIn(c caller) tenancy.UserID {
	id, _ := tenancy.ParseID[tenancy.UserID](c.PathValue("user"))
	return id
}

func after(c caller) tenancy.Cursor { return tenancy.Cursor(c.FormValue("after")) }
