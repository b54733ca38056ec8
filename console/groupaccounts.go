package console

import (
	"github.com/add4b1c6/tenancy"
)

// groupAccountRoutes serves the pages about the accounts on which a group gives roles.
func (c *console) groupAccountRoutes() {
	c.getIn("/groups/{group}/accounts", tenancy.ViewAccounts, groupAccounts)
	c.getIn("/groups/{group}/accounts/new", tenancy.ManageAccounts, newGroupAccount)
	c.takeIn("/groups/{group}/accounts/{account}", tenancy.ManageAccounts, groupAccount)
	c.postIn("/groups/{group}/accounts/{account}", tenancy.ManageAccounts, groupAccount, assignGroupRoles,
		fields{tenancy.CodeRoles: "roles"})
	c.takeBy("/groups/{group}/accounts/{account}/removal", tenancy.ManageAccounts, groupAccount, revokeGroupRoles, nil)
	c.says("group-roles", "The group's roles on the account were changed.")
	c.says("group-roles-revoked", "The group gives no roles on the account any longer.")
}

// groupAccountsPage is what the list of the accounts of a group shows.
type groupAccountsPage struct {
	group
	Items list[tenancy.GroupAccount]
}

// groupAccounts lists the accounts on which a group gives roles.
func groupAccounts(v *visit) (*page, error) {
	g, err := v.group("accounts")
	if err != nil {
		return nil, err
	}
	data := groupAccountsPage{group: g}
	if data.Items, err = collect(v, v.s.GroupAccounts(v.ctx(), g.ID, tenancy.GroupQuery{After: v.after()})); err != nil {
		return nil, err
	}
	return &page{template: "groupaccounts", title: v.t("Accounts of the group"), at: "groups", data: data}, nil
}

// newGroupAccountPage is what the page on which an account is chosen for a group shows.
type newGroupAccountPage struct {
	group
	Picker *accountPicker
}

// newGroupAccount is the page on which an account is chosen: from the list, or by its ID.
func newGroupAccount(v *visit) (*page, error) {
	g, err := v.group("accounts")
	if err != nil {
		return nil, err
	}
	if !g.Assigns() {
		return nil, tenancy.CodeNotAllowed
	}
	data := newGroupAccountPage{group: g}
	data.Picker, err = v.pickAccount(g.At("accounts", "new"), func(id tenancy.AccountID) string { return g.At("accounts", id) })
	if err != nil {
		return nil, err
	}
	return &page{template: "newgroupaccount", title: v.t("Choose an account"), at: "groups", data: data}, nil
}

// groupAccountPage is what the page about a group's roles on an account shows.
type groupAccountPage struct {
	group
	Account tenancy.Account
	Gives   tenancy.RoleSet // which roles the group gives there; empty: none
	Roles   []option        // that can be given
}

// Position is the account's place in the list.
func (p groupAccountPage) Position() tenancy.Cursor { return p.v.position() }

// Names are the roles that the group gives, as values of a field.
func (p groupAccountPage) Names() []string { return roleNamesOf(p.Gives) }

// groupAccount shows which roles a group gives on an account, and a form to change them.
func groupAccount(v *visit) (*page, error) {
	g, account, err := v.groupAccount()
	if err != nil {
		return nil, err
	}
	data := groupAccountPage{group: g, Account: account}
	given, _, err := firstOf(v.s.GroupAccounts(v.ctx(), g.ID, tenancy.GroupQuery{After: v.position()}),
		func(a tenancy.GroupAccount) bool { return a.Account == account.ID })
	if err != nil {
		return nil, err
	}
	data.Gives = given.Roles
	data.Roles = v.accountRoles(data.Gives)
	return &page{template: "groupaccount", title: v.t("Roles of the group"), at: "groups", data: data}, nil
}

// groupAccount reads the group and the account of the path, which is one of the
// organization's.
func (v *visit) groupAccount() (g group, account tenancy.Account, err error) {
	if g, err = v.group("accounts"); err != nil {
		return g, account, err
	}
	if !g.Revokes() {
		return g, account, tenancy.CodeNotAllowed
	}
	id, err := pathID[tenancy.AccountID](v, "account")
	if err != nil {
		return g, account, err
	}
	account, err = v.s.Account(v.ctx(), id)
	if err == nil && (account.Organization == nil || *account.Organization != v.org.ID) {
		err = tenancy.CodeNotFound
	}
	return g, account, err
}

// onGroupAccount makes the action of a form about a group's roles on an account.
func onGroupAccount(notice string, do func(*visit, tenancy.GroupID, tenancy.AccountID) error) action {
	return func(v *visit) (string, error) {
		g, account, err := v.groupAccount()
		if err != nil {
			return "", err
		}
		return done(g.At("accounts"), notice), do(v, g.ID, account.ID)
	}
}

var (
	assignGroupRoles = onGroupAccount("group-roles", func(v *visit, group tenancy.GroupID, account tenancy.AccountID) error {
		_, err := v.once().AssignGroupRoles(v.ctx(), group, account, v.rolesIn("roles"))
		return v.rolesError(err)
	})
	revokeGroupRoles = onGroupAccount("group-roles-revoked", func(v *visit, group tenancy.GroupID, account tenancy.AccountID) error {
		return v.once().RevokeGroupRoles(v.ctx(), group, account)
	})
)
