package console

import (
	"context"
	"iter"
	"net/url"

	"github.com/add4b1c6/tenancy"
)

// invitationListRoutes serves the list of an organization's invitations, and what is done with
// them and with requests.
func (c *console) invitationListRoutes() {
	c.getIn("/invitations", tenancy.ViewUsers, invitations)
	if c.Invites() {
		c.postIn("/invitations/{invitation}/resend", tenancy.ManageUsers, answeredOn, resend, nil)
	}
	c.takeBy("/invitations/{invitation}/revocation", tenancy.ManageUsers, answeredOn, revoke, nil)
	c.takeBy("/requests/{request}/dismissal", tenancy.ManageUsers, usersOf("requested"), dismiss, nil)
	c.leadIn("/requests/{request}/dismissal", "users?kind=requested")
	c.says("resent", "The invitation was sent again. The link in the mail before does not work any more.")
	c.says("already-resent", "The invitation was sent again already. If the mail has not arrived, send it once more.")
	c.says("unsent", "The invitation was renewed, but the mail could not be sent. Send it again.")
	c.says("revoked", "The invitation was revoked, and can no longer be accepted.")
	c.says("dismissed", "The request was dismissed.")
}

// answeredOn shows again the list from which an invitation was resent or revoked.
func answeredOn(v *visit) (*page, error) {
	if v.value("list") == "invitations" {
		return invitations(v)
	}
	return usersOf("pending")(v)
}

// invitationsPage is what the list of invitations shows.
type invitationsPage struct {
	Tabs        []navLink
	State       tenancy.State
	Invitations list[tenancy.ListedInvitation]
	names       accountNames
}

// AccountName is the name of the account that an invitation is to, or "" if it is not known.
func (p invitationsPage) AccountName(i tenancy.ListedInvitation) string {
	return p.names[i.Account].Reveal()
}

// Open reports whether an invitation can be resent or revoked still.
func (p invitationsPage) Open(i tenancy.ListedInvitation) bool {
	return i.State == tenancy.StatePending || i.State == tenancy.StateExpired
}

// Sends reports whether the reader may send an invitation, as far as it is known before, and
// so resend it.
func (v *visit) Sends(i tenancy.Invitation) bool {
	if !i.Account.IsZero() {
		return v.may[tenancy.ManageAccounts]
	}
	return v.Offers(i.Role)
}

// Revokes reports whether they may revoke it, likewise.
func (v *visit) Revokes(i tenancy.Invitation) bool {
	if !i.Account.IsZero() {
		return v.takes[tenancy.ManageAccounts]
	}
	return v.Withdraws(i.Role)
}

// invitations lists the invitations to an organization and to its accounts.
func invitations(v *visit) (*page, error) {
	data := invitationsPage{State: tenancy.State(v.query("state"))}
	tabs := []struct {
		state tenancy.State
		label string
	}{
		{"", "All"}, {tenancy.StatePending, "Pending"}, {tenancy.StateExpired, "Expired"},
		{tenancy.StateAccepted, "Accepted"}, {tenancy.StateDeclined, "Declined"}, {tenancy.StateRevoked, "Revoked"},
	}
	for _, tab := range tabs {
		path := v.at("invitations")
		if tab.state != "" {
			path = linkTo(path, url.Values{"state": {string(tab.state)}})
		}
		data.Tabs = append(data.Tabs, navLink{v.t(tab.label), path, tab.state == data.State})
	}
	query := tenancy.InvitationQuery{State: data.State, After: v.after()}
	var err error
	if data.Invitations, err = collect(v, v.s.Invitations(v.ctx(), v.org.ID, query)); err != nil {
		return nil, err
	}
	data.names = accountNames{}
	for _, i := range data.Invitations.Items {
		if err := data.names.know(v, i.Account); err != nil {
			return nil, err
		}
	}
	return &page{template: "invitations", title: v.t("Invitations"), at: "users", data: data}, nil
}

// onInvitation does something to an invitation to the organization of the path, or to an
// account of its, and to no other that the reader may have to do with.
func (v *visit) onInvitation(do func(context.Context, *tenancy.Session, tenancy.InvitationID) error) error {
	id, err := pathID[tenancy.InvitationID](v, "invitation")
	if err != nil {
		return err
	}
	return v.together(func(ctx context.Context, s *tenancy.Session) error {
		offer, err := s.InvitationByID(ctx, id)
		if err != nil {
			return err
		}
		org := &offer.Organization
		if !offer.Account.IsZero() {
			account, err := s.Account(ctx, offer.Account)
			if err != nil {
				return err
			}
			org = account.Organization
		}
		if org == nil || *org != v.org.ID {
			return tenancy.CodeNotFound
		}
		return do(ctx, s, id)
	})
}

// onList is the path of the list from which a form was sent, which says what was done.
func (v *visit) onList(notice string) string {
	if v.value("list") == "invitations" {
		return done(v.at("invitations"), notice)
	}
	return linkTo(v.at("users"), url.Values{"kind": {"pending"}, "done": {notice}})
}

// resend sends an invitation again, with a secret and a life of its own.
func resend(v *visit) (string, error) {
	var sent tenancy.SentInvitation
	err := v.onInvitation(func(ctx context.Context, s *tenancy.Session, id tenancy.InvitationID) (err error) {
		sent, err = s.ResendInvitation(ctx, id)
		return err
	})
	switch {
	case err != nil:
		return v.onList("already-resent"), err
	case v.mail(sent) != nil:
		return v.onList("unsent"), nil
	}
	return v.onList("resent"), nil
}

func revoke(v *visit) (string, error) {
	return v.onList("revoked"), v.onInvitation(func(ctx context.Context, s *tenancy.Session, id tenancy.InvitationID) error {
		return s.RevokeInvitation(ctx, id)
	})
}

// dismiss settles a request of somebody who asked to be invited to the organization of the
// path. No operation reads a request by itself, so it is sought in the list.
func dismiss(v *visit) (string, error) {
	path := linkTo(v.at("users"), url.Values{"kind": {"requested"}, "done": {"dismissed"}})
	id, err := pathID[tenancy.RequestID](v, "request")
	if err != nil {
		return path, err
	}
	return path, v.together(func(ctx context.Context, s *tenancy.Session) error {
		requests := func(after tenancy.Cursor) iter.Seq2[tenancy.OrganizationUser, error] {
			return s.Users(ctx, v.org.ID, tenancy.UserQuery{Kind: tenancy.KindRequested, After: after})
		}
		if _, err := seek(v, requests, func(u tenancy.OrganizationUser) bool { return u.Request == id }); err != nil {
			return err
		}
		return s.DismissRequest(ctx, id)
	})
}
