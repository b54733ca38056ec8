package console

import (
	"github.com/add4b1c6/tenancy"
)

// overviewRoutes serves the first page of an organization.
func (c *console) overviewRoutes() {
	c.getIn("", tenancy.ViewOrganization, overview)
}

// overviewPage is what the first page of an organization shows.
type overviewPage struct {
	Role     tenancy.OrganizationRole
	Since    tenancy.Membership
	Accounts list[tenancy.Reach] // that the reader reaches
}

// overview shows an organization: its counts to whoever may see them, and to everybody their
// own role and the accounts that they reach in it.
func overview(v *visit) (*page, error) {
	_, member, err := v.s.Member(v.ctx(), v.org.ID, v.self())
	if err != nil {
		return nil, err
	}
	data := overviewPage{Role: member.Role, Since: member}
	data.Accounts, err = collect(v, v.s.AccountsOf(v.ctx(), v.self(), tenancy.AccountsOfQuery{Organization: v.org.ID, After: v.after()}))
	if err != nil {
		return nil, err
	}
	return &page{template: "overview", title: v.t("Overview"), at: "overview", data: data}, nil
}
