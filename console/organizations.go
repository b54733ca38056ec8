package console

import (
	"github.com/add4b1c6/tenancy"
)

// personRoutes serves the pages of a person's own: where they belong, and what they are
// invited to.
func (c *console) personRoutes() {
	c.get("/{$}", organizations)
	if c.shows(PartCreate) {
		c.post("/organizations", organizations, createOrganization, fields{tenancy.CodeName: "name"})
	}
	c.says("created", "The organization was created. You are its Owner.")
}

// organizationsPage is what the first page shows.
type organizationsPage struct {
	Name          tenancy.Personal
	Organizations list[tenancy.OrganizationOf]
	Offers        []tenancy.ListedOffer // the first of them
	MoreOffers    bool
}

// organizations shows a person the organizations that they belong to, and their invitations.
func organizations(v *visit) (*page, error) {
	user, _, err := v.s.User(v.ctx(), v.self())
	if err != nil {
		return nil, err
	}
	data := organizationsPage{Name: user.Name}
	data.Organizations, err = collect(v, v.s.Organizations(v.ctx(), tenancy.OrganizationQuery{After: v.after()}))
	if err != nil {
		return nil, err
	}
	offers, more, err := tenancy.Collect(v.s.InvitationsTo(v.ctx(), v.self(), tenancy.OfferQuery{}), pageSize)
	if err != nil {
		return nil, err
	}
	data.Offers, data.MoreOffers = offers, more != ""
	return &page{template: "organizations", title: v.t("Your organizations"), data: data}, nil
}

// createOrganization founds an organization, which the person's accounts become a part of.
func createOrganization(v *visit) (string, error) {
	made, err := v.once().CreateOrganization(v.ctx(), tenancy.NewOrganization{Name: v.value("name")})
	if err != nil {
		return "", err
	}
	return done(v.url("organizations", made.ID), "created"), nil
}
