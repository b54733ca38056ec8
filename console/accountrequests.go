package console

import (
	"iter"

	"github.com/add4b1c6/tenancy"
)

// accountRequestRoutes serves the page on which a person gives an account to an organization
// that asks for it. Nobody declines a request: it ends by itself.
func (c *console) accountRequestRoutes() {
	c.get("/account-requests/{request}", accountRequest)
	c.post("/account-requests/{request}", accountRequest, acceptAccountRequest, nil)
	c.says("given", "The account belongs to the organization now. You are an Administrator of it.")
}

// accountRequestPage is what the page shows of a request.
type accountRequestPage struct {
	tenancy.ListedAccountRequest
	Asked   tenancy.Account
	Refusal tenancy.Code // why it cannot be given now; "": nothing is known against it
	Refused bool         // it was tried just now, and refused
}

// refusalOf is what keeps the reader from giving the account, as far as it is known before.
func (v *visit) refusalOf(asked tenancy.Account) (tenancy.Code, error) {
	if asked.Organization == nil || asked.Organization.IsZero() {
		return "", nil
	}
	org, err := v.s.Organization(v.ctx(), *asked.Organization)
	switch {
	case tenancy.CodeOf(err) == tenancy.CodeNotFound:
		return tenancy.CodeNotTheirs, nil
	case err != nil:
		return "", err
	case org.Settings == nil || org.Settings.Owner != v.self():
		return tenancy.CodeNotTheirs, nil
	case org.Suspended:
		return tenancy.CodeOrganizationSuspended, nil
	}
	return "", nil
}

// accountRequest shows an organization's request for an account that the reader owns.
func accountRequest(v *visit) (*page, error) {
	id, err := pathID[tenancy.InvitationID](v, "request")
	if err != nil {
		return nil, err
	}
	data := accountRequestPage{}
	requests := func(after tenancy.Cursor) iter.Seq2[tenancy.ListedAccountRequest, error] {
		return v.s.AccountRequests(v.ctx(), v.self(), tenancy.AccountRequestQuery{After: after})
	}
	data.ListedAccountRequest, err = seek(v, requests, func(r tenancy.ListedAccountRequest) bool { return r.ID == id })
	if err != nil {
		return nil, err
	}
	if data.Asked, err = v.s.Account(v.ctx(), data.Account); err != nil {
		return nil, err
	}
	if data.Refusal, err = v.refusalOf(data.Asked); err != nil {
		return nil, err
	}
	data.Refused = v.refused != nil
	return &page{template: "accountrequest", title: v.t("Request for an account"), data: data}, nil
}

func acceptAccountRequest(v *visit) (string, error) {
	id, err := pathID[tenancy.InvitationID](v, "request")
	if err != nil {
		return "", err
	}
	_, err = v.once().AcceptAccountRequest(v.ctx(), id)
	return done(v.url(), "given"), err
}
