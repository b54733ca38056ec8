package console

import (
	"github.com/add4b1c6/tenancy"
)

// ownAccountRoutes serves the page on which somebody who is in no organization creates an
// account for themself, which no organization manages (ACC-1).
func (c *console) ownAccountRoutes() {
	c.get("/accounts/new", ownAccount)
	c.post("/accounts/new", ownAccount, createOwnAccount, fields{tenancy.CodeName: "name"})
}

// ownAccount is that page. For a member of an organization there is none.
func ownAccount(v *visit) (*page, error) {
	organizations, _, err := tenancy.Collect(v.s.Organizations(v.ctx(), tenancy.OrganizationQuery{}), 1)
	if err != nil {
		return nil, err
	}
	if len(organizations) > 0 {
		return nil, tenancy.CodeNotFound
	}
	return &page{template: "ownaccount", title: v.t("Create an account")}, nil
}

func createOwnAccount(v *visit) (string, error) {
	made, err := v.once().CreateAccount(v.ctx(), tenancy.OrganizationID{}, tenancy.NewAccount{Name: v.value("name")})
	if err != nil {
		return v.url(), err
	}
	return done(v.url("accounts", made.ID), "account-created"), nil
}
