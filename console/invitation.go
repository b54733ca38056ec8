package console

import (
	"github.com/add4b1c6/tenancy"
)

// invitationRoutes serves the page on which somebody answers an invitation.
func (c *console) invitationRoutes() {
	c.get("/invitations/{invitation}", invitation)
	c.post("/invitations/{invitation}/acceptance", invitation, acceptInvitation, nil)
	c.post("/invitations/{invitation}/declination", invitation, declineInvitation, nil)
	c.says("accepted", "You have accepted the invitation.")
	c.says("declined", "You have declined the invitation.")
}

// invitation shows an invitation to whom it was sent, with what accepting it brings along.
func invitation(v *visit) (*page, error) {
	id, err := pathID[tenancy.InvitationID](v, "invitation")
	if err != nil {
		return nil, err
	}
	offer, err := v.s.InvitationByID(v.ctx(), id)
	if err != nil {
		return nil, err
	}
	return &page{template: "invitation", title: v.t("Your invitation"), data: offer}, nil
}

// acceptInvitation accepts on the Terms that the page showed.
func acceptInvitation(v *visit) (string, error) {
	id, err := pathID[tenancy.InvitationID](v, "invitation")
	if err != nil {
		return "", err
	}
	accepted, err := v.once().AcceptInvitation(v.ctx(),
		tenancy.Acceptance{Invitation: id, Terms: tenancy.TermsToken(v.value("terms"))})
	if err != nil {
		return v.url(), err
	}
	if accepted.Organization.IsZero() {
		return done(v.url(), "accepted"), nil
	}
	return done(v.url("organizations", accepted.Organization), "accepted"), nil
}

func declineInvitation(v *visit) (string, error) {
	id, err := pathID[tenancy.InvitationID](v, "invitation")
	if err != nil {
		return "", err
	}
	return done(v.url(), "declined"), v.once().DeclineInvitation(v.ctx(), tenancy.Declination{Invitation: id})
}
