package console

import (
	"context"
	"slices"

	"github.com/add4b1c6/tenancy"
)

// accountOutsideRoutes serves the pages about accounts outside the organization on which its
// members have roles. The page of the account itself is at the path that one of the
// organization's would have.
func (c *console) accountOutsideRoutes() {
	c.takeIn("/accounts/{account}/off/{user}", tenancy.ManageAccounts, takeOff)
	c.takeBy("/accounts/{account}/off/{user}", tenancy.ManageAccounts, takeOff, takeOffAccount, nil)
	c.says("account-off", "The member was taken off the account.")
}

// independentPage is what is seen of an account outside the organization.
type independentPage struct {
	tenancy.OrganizationAccount
	v *visit
}

// Takes reports whether the reader can take a member off the account: not themself, and not
// the Owner.
func (p independentPage) Takes(user tenancy.UserID) bool {
	settings := p.v.org.Settings
	return user != p.v.self() && (settings == nil || settings.Owner != user)
}

// Reaches reports whether the reader has a role on the account, and so a page of it.
func (p independentPage) Reaches() bool {
	return slices.ContainsFunc(p.Members, func(m tenancy.AccountRoles) bool { return m.User == p.v.self() })
}

// independentAccount shows an account that members of the organization have roles on and that
// is not the organization's.
func independentAccount(v *visit) (*page, error) {
	id, err := pathID[tenancy.AccountID](v, "account")
	if err != nil {
		return nil, err
	}
	query := tenancy.AccountQuery{Kind: tenancy.KindIndependent, After: v.position()}
	item, found, err := firstOf(v.s.Accounts(v.ctx(), v.org.ID, query),
		func(a tenancy.OrganizationAccount) bool { return a.ID == id })
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, tenancy.CodeNotFound
	}
	data := independentPage{item, v}
	return &page{template: "independent", title: v.t("Independent account"), at: "accounts", data: data}, nil
}

// takeOffPage is what the page on which a member is taken off an account shows.
type takeOffPage struct {
	Account tenancy.Account
	User    tenancy.User
}

// takeOff is the page on which a member is taken off an independent account (ACC-8).
func takeOff(v *visit) (*page, error) {
	account, user, err := v.outside(v.ctx(), v.s)
	if err != nil {
		return nil, err
	}
	return &page{template: "takeoff", title: v.t("Take a member off an account"), at: "accounts", data: takeOffPage{account, user}}, nil
}

// outside reads the account of the path, which is not the organization's, and the member.
func (v *visit) outside(ctx context.Context, s *tenancy.Session) (account tenancy.Account, user tenancy.User, err error) {
	id, err := pathID[tenancy.AccountID](v, "account")
	if err != nil {
		return account, user, err
	}
	who, err := pathID[tenancy.UserID](v, "user")
	if err != nil {
		return account, user, err
	}
	if account, err = s.Account(ctx, id); err == nil {
		user, _, err = s.Member(ctx, v.org.ID, who)
	}
	if err == nil && account.Organization != nil && *account.Organization == v.org.ID {
		err = tenancy.CodeNotFound
	}
	return account, user, err
}

// takeOffAccount takes a member off an independent account, which the organization may not
// see any longer then.
func takeOffAccount(v *visit) (string, error) {
	return done(v.at("accounts"), "account-off") + "&kind=" + string(tenancy.KindIndependent),
		v.once().Atomically(v.ctx(), func(ctx context.Context, s *tenancy.Session) error {
			account, user, err := v.outside(ctx, s)
			if err != nil {
				return err
			}
			return s.RevokeRoles(ctx, account.ID, user.ID)
		})
}
