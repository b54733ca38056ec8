package main

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"time"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/tenancyhttp"
	"github.com/add4b1c6/tenancy/webhook"
)

// The JSON API. Each function calls one operation and hands out what it gives: package
// tenancyhttp reads the input and finds the session of whoever sent the request, and the
// library checks the input and the caller's rights.

// onPage is the input of a page of a list: ?after= has the next of the page before.
type onPage struct{ After tenancy.Cursor }

func me(r *http.Request, s *tenancy.Session, _ struct{}) (any, error) {
	user, memberships, err := s.User(r.Context(), s.Actor().User)
	return map[string]any{"user": user, "memberships": memberships}, err
}

func organizations(r *http.Request, s *tenancy.Session, in onPage) (any, error) {
	return tenancyhttp.PageOf(s.Organizations(r.Context(), tenancy.OrganizationQuery{After: in.After}), 50)
}

func users(r *http.Request, s *tenancy.Session, in struct {
	Org tenancy.OrganizationID
	tenancy.UserQuery
}) (any, error) {
	return tenancyhttp.PageOf(s.Users(r.Context(), in.Org, in.UserQuery), 50)
}

func setRole(r *http.Request, s *tenancy.Session, in struct {
	Org  tenancy.OrganizationID
	User tenancy.UserID
	Role tenancy.OrganizationRole
}) (any, error) {
	return s.SetOrganizationRole(r.Context(), in.Org, in.User, in.Role)
}

func (h *host) invite(r *http.Request, s *tenancy.Session, in struct {
	Org tenancy.OrganizationID
	tenancy.NewInvitation
}) (any, error) {
	return h.withMail(r.Context(), s, func(ctx context.Context, s *tenancy.Session) (tenancy.SentInvitation, error) {
		return s.InviteUser(ctx, in.Org, in.NewInvitation)
	})
}

func (h *host) inviteToAccount(r *http.Request, s *tenancy.Session, in struct {
	Account tenancy.AccountID
	tenancy.NewAccountInvitation
}) (any, error) {
	return h.withMail(r.Context(), s, func(ctx context.Context, s *tenancy.Session) (tenancy.SentInvitation, error) {
		return s.InviteToAccount(ctx, in.Account, in.NewAccountInvitation)
	})
}

// withMail makes an invitation, and puts its mail into the outbox in the same
// transaction. The inviter gets the invitation, without its secret.
func (h *host) withMail(
	ctx context.Context, s *tenancy.Session, invite func(context.Context, *tenancy.Session) (tenancy.SentInvitation, error),
) (sent tenancy.Invitation, err error) {
	err = h.db.transact(ctx, func(ctx context.Context, in rows, joined tenancy.Store) error {
		made, err := invite(ctx, s.On(joined))
		if err != nil {
			return err
		}
		sent = made.Invitation
		return h.queueMail(ctx, in, made)
	})
	return sent, err
}

func invitations(r *http.Request, s *tenancy.Session, in onPage) (any, error) {
	return tenancyhttp.PageOf(s.InvitationsTo(r.Context(), s.Actor().User, tenancy.OfferQuery{After: in.After}), 50)
}

// acceptInvitation takes the token of the Terms that the person was shown.
func acceptInvitation(r *http.Request, s *tenancy.Session, in struct {
	Invitation tenancy.InvitationID
	Terms      tenancy.TermsToken
}) (any, error) {
	return s.AcceptInvitation(r.Context(), tenancy.Acceptance{Invitation: in.Invitation, Terms: in.Terms})
}

func accounts(r *http.Request, s *tenancy.Session, in struct {
	Org tenancy.OrganizationID
	tenancy.AccountQuery
}) (any, error) {
	return tenancyhttp.PageOf(s.Accounts(r.Context(), in.Org, in.AccountQuery), 50)
}

func assignRoles(r *http.Request, s *tenancy.Session, in struct {
	Account tenancy.AccountID
	User    tenancy.UserID
	tenancy.Assignment
}) (any, error) {
	return s.AssignRoles(r.Context(), in.Account, in.User, in.Assignment)
}

// entry is an event as the log shows it to people.
type entry struct {
	Time     tenancy.Instant   `json:"time"`
	Type     string            `json:"type"`
	Sentence string            `json:"sentence"`
	Request  tenancy.Reference `json:"request"`
}

// log shows an organization's log to people, newest first.
func log(r *http.Request, s *tenancy.Session, in struct {
	Org tenancy.OrganizationID
	onPage
}) (any, error) {
	events, err := tenancyhttp.PageOf(s.Events(r.Context(), tenancy.Stream{Organization: in.Org},
		tenancy.EventQuery{Backwards: true, After: in.After}), 50)
	page := tenancyhttp.Page[entry]{Items: []entry{}, Next: events.Next}
	for _, e := range events.Items {
		page.Items = append(page.Items, entry{e.Time, tenancy.EventType(e.Data), e.RevealSentence(nil), e.Correlation})
	}
	return page, err
}

// setWebhook sends an organization's events to a URL of its own. The secret that signs
// them is shown this once.
func (h *host) setWebhook(r *http.Request, s *tenancy.Session, in struct {
	Org tenancy.OrganizationID
	URL string
}) (any, error) {
	if err := allowed(s.CanInOrganization(r.Context(), s.Actor().User, tenancy.ManageOrganization, in.Org)); err != nil {
		return nil, err
	}
	secret := webhook.NewSecret()
	endpoint := webhook.Endpoint{ID: in.Org.String(), URL: in.URL, Organization: in.Org, Secrets: []webhook.Secret{secret}}
	err := h.webhooks.PutEndpoint(r.Context(), endpoint)
	if errors.Is(err, webhook.ErrEndpoint) {
		err = errURL
	}
	return map[string]string{"secret": secret.Reveal()}, err
}

// deploy stands for what the service is for. Before it does something in an account it asks
// whether the caller may (ROLE-5). What must not be done after a right has ended asks in the
// transaction that does it. A request with an Idempotency-Key is carried out once.
func (h *host) deploy(r *http.Request, s *tenancy.Session, in struct{ Account tenancy.AccountID }) (any, error) {
	user := s.Actor().User
	if err := allowed(s.Can(r.Context(), user, tenancy.Build, in.Account)); err != nil {
		return nil, err
	}
	id := rand.Text()
	if key := r.Header.Get("Idempotency-Key"); key != "" {
		id = tenancy.OperationIDOf("deployment", in.Account.String(), user.String(), key).String()
	}
	err := h.db.exec(r.Context(), `
		INSERT INTO host_deployments (id, account, user_id, created) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO NOTHING`, id, in.Account, user, time.Now().Unix())
	return map[string]string{"id": id}, err
}
