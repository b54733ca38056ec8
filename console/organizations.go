package console

import "github.com/add4b1c6/tenancy"

// personRoutes serves the pages of a person's own: where they belong, what they are invited to
// and asked for, and the accounts that they reach.
func (c *console) personRoutes() {
	c.get("/{$}", organizations)
	c.get("/accounts", reachedAccounts)
	c.profileRoutes()
	c.accountRequestRoutes()
	c.foundingRoutes()
}

// organizationsPage is what the first page shows.
type organizationsPage struct {
	Name          tenancy.Personal
	Organizations list[tenancy.OrganizationOf]
	Offers        []tenancy.ListedOffer // the first of them
	MoreOffers    bool
	Requests      []tenancy.ListedAccountRequest // the first of them
	MoreRequests  bool
	Accounts      []tenancy.Reach // the first of those on which they have a role
	MoreAccounts  bool
	Founds        bool // they may found an organization, as far as it is known before
}

// shownAccounts is how many accounts the first page shows.
const shownAccounts = 10

// organizations shows a person the organizations that they belong to, their invitations, the
// requests for their accounts, and the accounts on which they have a role.
func organizations(v *visit) (*page, error) {
	user, members, err := v.s.User(v.ctx(), v.self())
	if err != nil {
		return nil, err
	}
	data := organizationsPage{Name: user.Name, Founds: v.shows(PartCreate) && !managed(members)}
	data.Organizations, err = collect(v, v.s.Organizations(v.ctx(), tenancy.OrganizationQuery{After: v.after()}))
	if err != nil {
		return nil, err
	}
	offers, more, err := tenancy.Collect(v.s.InvitationsTo(v.ctx(), v.self(), tenancy.OfferQuery{}), pageSize)
	if err != nil {
		return nil, err
	}
	data.Offers, data.MoreOffers = offers, more != ""
	requests, more, err := tenancy.Collect(v.s.AccountRequests(v.ctx(), v.self(), tenancy.AccountRequestQuery{}), pageSize)
	if err != nil {
		return nil, err
	}
	data.Requests, data.MoreRequests = requests, more != ""
	for reach, err := range v.s.AccountsOf(v.ctx(), v.self(), tenancy.AccountsOfQuery{}) {
		if err != nil {
			return nil, err
		}
		if reach.Roles.IsZero() { // those that they only manage follow
			break
		}
		if data.MoreAccounts = len(data.Accounts) == shownAccounts; data.MoreAccounts {
			break
		}
		data.Accounts = append(data.Accounts, reach)
	}
	return &page{template: "organizations", title: v.t("Your organizations"), data: data}, nil
}

// managed reports whether somebody is a member of an organization that is not theirs, which
// manages them (ORG-5).
func managed(members []tenancy.Membership) bool {
	for _, member := range members {
		if member.Role != tenancy.Owner {
			return true
		}
	}
	return false
}

// reachedAccounts lists all accounts that a person reaches, in organizations and outside.
func reachedAccounts(v *visit) (*page, error) {
	reached, err := collect(v, v.s.AccountsOf(v.ctx(), v.self(), tenancy.AccountsOfQuery{After: v.after()}))
	if err != nil {
		return nil, err
	}
	return &page{template: "reached", title: v.t("Your accounts"), data: reached}, nil
}
