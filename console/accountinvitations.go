package console

import (
	"context"
	"time"

	"github.com/add4b1c6/tenancy"
)

// accountInvitationRoutes serves the pages about the invitations to an account.
func (c *console) accountInvitationRoutes() {
	c.onAccount("/invitations", accountInvitations)
	if c.Invites() {
		c.ofAccount("/invitations", accountInvitations, inviteToAccount, fields{
			tenancy.CodeEmail: "email", tenancy.CodeInvitationPending: "email", tenancy.CodeSignUpClosed: "email",
			tenancy.CodeMailLimit: "email", tenancy.CodeRoles: "roles", tenancy.CodeUntil: "for", tenancy.CodeOutlasts: "for",
		})
		c.ofAccount("/invitations/{invitation}/resending", accountInvitations, resendToAccount, nil)
	}
	c.ofAccount("/invitations/{invitation}/revocation", accountInvitations, revokeAccountInvitation, nil)
	c.says("account-invited", "The invitation was sent.")
	c.says("account-unsent", "The invitation was made, but could not be sent. Send it again.")
	c.says("already-invited", "The invitation was made already. If its mail has not arrived, send it again.")
	c.says("account-uninvited", "The invitation was revoked.")
}

// accountInvitationsPage is what the list of invitations to an account shows.
type accountInvitationsPage struct {
	account
	Items     list[tenancy.ListedInvitation]
	Listed    tenancy.State // the state of those that are listed
	States    []option      // to choose from
	Roles     []option      // that can be offered
	Durations []option      // how long they can last
}

// Offers reports whether the reader may invite somebody.
func (p accountInvitationsPage) Offers() bool {
	return p.v.Invites() && p.Open() && p.Can("manage_members")
}

// Acts reports whether the reader may resend or revoke those that are shown.
func (p accountInvitationsPage) Acts() bool {
	return p.Open() && (p.Listed == tenancy.StatePending || p.Listed == tenancy.StateExpired)
}

// Lasting says how long roles last.
func (p accountInvitationsPage) Lasting(d tenancy.Duration) string {
	lasts := time.Duration(d)
	for _, known := range durations {
		if known.lasts == lasts {
			return p.v.t(known.label)
		}
	}
	return lasts.String()
}

// invitationStates are what a list of invitations can show.
var invitationStates = []tenancy.State{
	tenancy.StatePending, tenancy.StateExpired, tenancy.StateAccepted, tenancy.StateDeclined, tenancy.StateRevoked,
}

// accountInvitations lists the invitations to an account in one state.
func accountInvitations(v *visit) (*page, error) {
	a, err := v.managed("invitations")
	if err != nil {
		return nil, err
	}
	data := accountInvitationsPage{account: a, Listed: tenancy.State(v.query("state")), Roles: v.accountRoles()}
	if data.Listed == "" {
		data.Listed = tenancy.StatePending
	}
	for _, state := range invitationStates {
		data.States = append(data.States, option{Value: string(state), Label: v.locale.state(state)})
	}
	for _, d := range durations {
		if d.lasts > 0 || a.Until().IsZero() {
			data.Durations = append(data.Durations, option{Value: d.lasts.String(), Label: v.t(d.label)})
		}
	}
	query := tenancy.InvitationQuery{State: data.Listed, After: v.after()}
	if data.Items, err = collect(v, v.s.AccountInvitations(v.ctx(), a.ID, query)); err != nil {
		return nil, err
	}
	return &page{template: "accountinvitations", title: v.t("Invitations to the account"), at: "accounts", data: data}, nil
}

// durations are how long roles can last that are offered by an invitation. Zero: no end.
var durations = []struct {
	lasts time.Duration
	label string
}{
	{0, "Without an end"}, {8 * time.Hour, "8 hours"}, {24 * time.Hour, "1 day"}, {7 * 24 * time.Hour, "7 days"},
	{30 * 24 * time.Hour, "30 days"}, {90 * 24 * time.Hour, "90 days"}, {365 * 24 * time.Hour, "1 year"},
}

// inviteToAccount invites an address to the account, and mails the invitation.
func inviteToAccount(v *visit) (string, error) {
	a, err := v.account("")
	if err != nil {
		return "", err
	}
	in := tenancy.NewAccountInvitation{Email: v.value("email"), Roles: v.rolesIn("roles")}
	if lasts, bad := time.ParseDuration(v.value("for")); bad != nil || lasts != 0 {
		in.For = &lasts // one that is none is refused
	}
	sent, err := v.once().InviteToAccount(v.ctx(), a.ID, in)
	if err != nil {
		return done(a.At("invitations"), "already-invited"), v.rolesError(err)
	}
	return v.mailToAccount(a, sent), nil
}

// mailToAccount mails an invitation to an account, and returns the path of the page that says so.
func (v *visit) mailToAccount(a account, sent tenancy.SentInvitation) string {
	notice := "account-invited"
	if v.mail(sent) != nil {
		notice = "account-unsent"
	}
	return done(a.At("invitations"), notice)
}

// resendToAccount makes the invitation anew and mails it.
func resendToAccount(v *visit) (string, error) {
	a, id, err := v.accountInvitation()
	if err != nil {
		return "", err
	}
	var sent tenancy.SentInvitation
	err = v.once().Atomically(v.ctx(), func(ctx context.Context, s *tenancy.Session) error {
		offer, err := s.InvitationByID(ctx, id)
		if err == nil && offer.Account != a.ID {
			err = tenancy.CodeNotFound
		}
		if err == nil {
			sent, err = s.ResendInvitation(ctx, id)
		}
		return err
	})
	if err != nil {
		return done(a.At("invitations"), "already-resent"), err
	}
	return v.mailToAccount(a, sent), nil
}

// accountInvitation reads the account of the path and the invitation's ID.
func (v *visit) accountInvitation() (account, tenancy.InvitationID, error) {
	a, err := v.managed("invitations")
	if err != nil {
		return a, tenancy.InvitationID{}, err
	}
	id, err := pathID[tenancy.InvitationID](v, "invitation")
	return a, id, err
}

// revokeAccountInvitation takes back an invitation to the account.
func revokeAccountInvitation(v *visit) (string, error) {
	a, id, err := v.accountInvitation()
	if err != nil {
		return "", err
	}
	return done(a.At("invitations"), "account-uninvited"),
		v.once().Atomically(v.ctx(), func(ctx context.Context, s *tenancy.Session) error {
			_, found, err := firstOf(s.AccountInvitations(ctx, a.ID, tenancy.InvitationQuery{
				State: tenancy.State(v.value("state")), After: v.position(),
			}), func(i tenancy.ListedInvitation) bool { return i.ID == id })
			if err == nil && !found {
				err = tenancy.CodeNotFound
			}
			if err != nil {
				return err
			}
			return s.RevokeInvitation(ctx, id)
		})
}
