package console

import "github.com/add4b1c6/tenancy"

// leaveRoutes serves the page on which a member leaves the organization.
func (c *console) leaveRoutes() {
	c.getIn("/leave", tenancy.ViewOrganization, leaving)
	c.postIn("/leave", tenancy.ViewOrganization, leaving, leave, nil)
	c.says("left", "You have left the organization.")
}

// leavingPage is what the page shows on which a member leaves.
type leavingPage struct {
	Owner bool
	Owned []tenancy.Reach // what keeps them: the accounts that they own
}

// leaving says what a member loses who leaves, and what keeps them from it.
func leaving(v *visit) (*page, error) {
	_, member, err := v.s.Member(v.ctx(), v.org.ID, v.self())
	if err != nil {
		return nil, err
	}
	data := leavingPage{Owner: member.Role == tenancy.Owner}
	if data.Owned, err = v.owned(v.ctx(), v.s, v.self()); err != nil {
		return nil, err
	}
	return &page{template: "leave", title: v.t("Leave the organization"), data: data}, nil
}

func leave(v *visit) (string, error) {
	return done(v.url(), "left"), v.once().Leave(v.ctx(), v.org.ID)
}
