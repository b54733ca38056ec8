package console

import (
	"github.com/add4b1c6/tenancy"
)

// accountRoutes serves the pages of one account. They are within its organization, and once
// more outside of any: for people who have a role on it and are not members, and for
// accounts that no organization manages.
func (c *console) accountRoutes() {
	c.onAccount("", accountScreen)
	c.ofAccount("/name", accountScreen, renameAccount, fields{tenancy.CodeName: "name"})
	c.ofAccount("/suspension", accountScreen, suspendAccount, nil)
	c.ofAccount("/reactivation", accountScreen, reactivateAccount, nil)
	if c.shows(PartHIPAA) {
		c.ofAccount("/designation", accountScreen, enableHIPAA, nil)
		c.onAccount("/undesignation", undesignation)
		c.ofAccount("/undesignation", undesignation, disableHIPAA, nil)
	}
	c.onAccount("/subaccounts", subaccounts)
	c.ofAccount("/subaccounts", subaccounts, createSubaccount, fields{tenancy.CodeName: "name"})
	c.says("account-renamed", "The account was renamed.")
	c.says("account-suspended", "The account was suspended.")
	c.says("account-reactivated", "The account was reactivated, if nothing else suspends it.")
	c.says("account-designated", "The account is now designated as subject to HIPAA.")
	c.says("account-undesignated", "The account is no longer designated as subject to HIPAA.")
	c.says("subaccount-created", "The subaccount was created.")
}

// onAccount serves a page of an account.
func (c *console) onAccount(path string, show screen) {
	c.getIn("/accounts/{account}"+path, tenancy.ViewOrganization, show)
	c.get("/accounts/{account}"+path, show)
}

// ofAccount serves a form of such a page.
func (c *console) ofAccount(path string, again screen, do action, fields fields) {
	c.postIn("/accounts/{account}"+path, tenancy.ViewOrganization, again, do, fields)
	c.post("/accounts/{account}"+path, again, do, fields)
}

// account is the account that a page is about, with what the reader may do there.
type account struct {
	tenancy.Account
	v    *visit
	may  map[tenancy.Permission]tenancy.Decision
	here string // which of its pages this is: the path's last part, "" for the first
}

// account reads the account of the path. Within an organization it is one of that
// organization's. Outside of any, an account of an organization that the reader is a member
// of is shown within it.
func (v *visit) account(here string) (account, error) {
	a := account{v: v, here: here}
	id, err := pathID[tenancy.AccountID](v, "account")
	if err != nil {
		return a, err
	}
	if a.Account, err = v.s.Account(v.ctx(), id); err != nil {
		return a, err
	}
	switch {
	case a.Organization == nil: // the name alone is to be seen
		return a, tenancy.CodeNotFound
	case v.may != nil && *a.Organization != v.org.ID:
		return a, tenancy.CodeNotFound
	case v.may == nil && !a.Organization.IsZero():
		err = v.enterIfMember(*a.Organization)
	}
	if err == nil {
		a.may, err = v.s.Permissions(v.ctx(), v.self(), id)
	}
	return a, err
}

// enterIfMember makes the page one of the organization, if the reader is a member of it.
func (v *visit) enterIfMember(id tenancy.OrganizationID) (err error) {
	org, err := v.s.Organization(v.ctx(), id)
	if tenancy.CodeOf(err) == tenancy.CodeNotFound {
		return nil
	}
	if err == nil {
		v.org = org
		_, err = v.decide()
	}
	return err
}

// At is the path of a page of the account.
func (a account) At(parts ...any) string {
	all := append([]any{"accounts", a.ID}, parts...)
	if a.v.may != nil {
		return a.v.at(all...)
	}
	return a.v.url(all...)
}

// Sibling is the path of the page of another account, of the same organization.
func (a account) Sibling(id tenancy.AccountID) string {
	a.ID = id
	return a.At()
}

// Has reports whether the reader's roles permit something, whatever is suspended: what they
// may read, and what only takes away.
func (a account) Has(permission string) bool {
	d := a.may[tenancy.Permission(permission)]
	return d.Allowed || d.Why == tenancy.WhySuspended || d.Why == tenancy.WhyOrganizationSuspended
}

// Can reports whether the reader may do something, which an account's suspension does not
// forbid.
func (a account) Can(permission string) bool {
	d := a.may[tenancy.Permission(permission)]
	return d.Allowed || d.Why == tenancy.WhySuspended
}

// Main reports whether it is a main account.
func (a account) Main() bool { return a.Account.Parent != nil && a.Account.Parent.IsZero() }

// Subs is how many open subaccounts it has.
func (a account) Subs() int {
	if a.Subaccounts == nil {
		return 0
	}
	return *a.Subaccounts
}

// Managed reports whether it belongs to an organization.
func (a account) Managed() bool { return a.Organization != nil && !a.Organization.IsZero() }

// Owns reports whether the reader is its owner.
func (a account) Owns() bool { return a.Owner == a.v.self() }

// Inside reports whether it is shown within its organization.
func (a account) Inside() bool { return a.v.may != nil }

// Open reports whether it is not closed.
func (a account) Open() bool { return a.State != tenancy.StateClosed }

// ParentSuspended reports whether its main account is suspended.
func (a account) ParentSuspended() bool { return a.Suspended != nil && a.Suspended.Parent }

// Tabs are the pages of the account.
func (a account) Tabs() []navLink {
	tabs := []navLink{{a.v.t("Account"), a.At(), a.here == ""}}
	if a.Main() && a.Open() && (a.Can("manage_subaccounts") || a.v.may[tenancy.ViewAccounts]) {
		tabs = append(tabs, navLink{a.v.t("Subaccounts"), a.At("subaccounts"), a.here == "subaccounts"})
	}
	if a.Has("manage_members") {
		tabs = append(tabs, navLink{a.v.t("Access"), a.At("members"), a.here == "members"},
			navLink{a.v.t("Invitations"), a.At("invitations"), a.here == "invitations"})
	}
	if len(tabs) == 1 {
		return nil
	}
	return tabs
}

// accountPage is what the page of an account shows.
type accountPage struct {
	account
	OwnerName     tenancy.Personal // "": not to be seen
	ParentAccount tenancy.Account  // of a subaccount; its name is empty if it is not to be seen
	Reach         tenancy.Reach    // how the reader reaches it
	Entitled      bool             // accounts can be designated as subject to HIPAA
	Movable       bool             // the reader can move it to another organization of theirs
}

// Manages reports whether the reader manages it through its organization.
func (p accountPage) Manages() bool { return p.v.may[tenancy.ManageAccounts] }

// Suspends reports whether the reader can set the customer's suspension.
func (p accountPage) Suspends() bool {
	return p.Open() && p.Has("suspend_account") && !p.ParentSuspended() && !p.Suspended.Customer
}

// Reactivates reports whether they can lift it.
func (p accountPage) Reactivates() bool {
	return p.Open() && p.Can("suspend_account") && !p.ParentSuspended() && p.Suspended.Customer
}

// Dangerous reports whether there is anything in the last section.
func (p accountPage) Dangerous() bool {
	return p.Suspends() || p.Reactivates() || p.Transfers() || p.Movable || p.Closes()
}

// PlanName and BillingName say who pays for what.
func (p accountPage) PlanName() string {
	if p.Plan == tenancy.PlanTrial {
		return p.v.t("Trial")
	}
	return p.v.t("Full")
}

// BillingName: see PlanName.
func (p accountPage) BillingName() string {
	if p.Billing == tenancy.BillingInvoiced {
		return p.v.t("Invoiced")
	}
	return p.v.t("Pays for itself")
}

// accountScreen shows an account, or what is seen of an independent one.
func accountScreen(v *visit) (*page, error) {
	a, err := v.account("")
	if tenancy.CodeOf(err) == tenancy.CodeNotFound && v.may[tenancy.ViewAccounts] {
		return independentAccount(v)
	}
	if err != nil {
		return nil, err
	}
	data := accountPage{account: a}
	if data.OwnerName, err = v.nameOf(a.Owner); err != nil {
		return nil, err
	}
	if !a.Main() {
		parent, err := v.s.Account(v.ctx(), *a.Account.Parent)
		if err != nil && tenancy.CodeOf(err) != tenancy.CodeNotFound {
			return nil, err
		}
		data.ParentAccount = parent
	}
	if data.Reach, err = v.ownReach(a); err != nil {
		return nil, err
	}
	if settings := v.org.Settings; settings != nil {
		data.Entitled = settings.HIPAAEntitlement.On
	}
	if data.Movable, err = a.movable(); err != nil {
		return nil, err
	}
	return &page{template: "account", title: v.t("Account"), at: "accounts", data: data}, nil
}

// nameOf is a user's name, or "" if the reader may not see it.
func (v *visit) nameOf(id tenancy.UserID) (tenancy.Personal, error) {
	if id.IsZero() {
		return tenancy.Personal{}, nil
	}
	user, _, err := v.s.User(v.ctx(), id)
	if tenancy.CodeOf(err) == tenancy.CodeNotFound {
		err = nil
	}
	return user.Name, err
}

// onAccount makes the action of a form on an account's page.
func onAccount(notice string, do func(*visit, tenancy.AccountID) error) action {
	return func(v *visit) (string, error) {
		a, err := v.account("")
		if err != nil {
			return "", err
		}
		return done(a.At(), notice), do(v, a.ID)
	}
}

var (
	renameAccount = onAccount("account-renamed", func(v *visit, id tenancy.AccountID) error {
		_, err := v.once().RenameAccount(v.ctx(), id, v.value("name"))
		return err
	})
	suspendAccount = onAccount("account-suspended", func(v *visit, id tenancy.AccountID) error {
		_, err := v.once().SuspendAccount(v.ctx(), id)
		return err
	})
	reactivateAccount = onAccount("account-reactivated", func(v *visit, id tenancy.AccountID) error {
		_, err := v.once().ReactivateAccount(v.ctx(), id)
		return err
	})
	enableHIPAA = onAccount("account-designated", func(v *visit, id tenancy.AccountID) error {
		_, err := v.once().EnableHIPAA(v.ctx(), id)
		return err
	})
	disableHIPAA = onAccount("account-undesignated", func(v *visit, id tenancy.AccountID) error {
		_, err := v.once().DisableHIPAA(v.ctx(), id)
		return err
	})
)

// Undesignates reports whether the reader may end the account's designation as subject to
// HIPAA.
func (a account) Undesignates() bool {
	return a.Open() && a.HIPAA != nil && !a.HIPAA.IsZero() && a.Can("designate_hipaa")
}

// undesignation is the page on which the designation is ended (HIP-3).
func undesignation(v *visit) (*page, error) {
	a, err := v.account("")
	if err != nil {
		return nil, err
	}
	if !a.Undesignates() {
		return nil, tenancy.CodeNotFound
	}
	return &page{template: "undesignation", title: v.t("End the designation"), at: "accounts", data: a}, nil
}

// subaccountsPage is what the list of an account's subaccounts shows.
type subaccountsPage struct {
	account
	Listed bool // the reader may see the list
	Items  list[tenancy.OrganizationAccount]
}

// subaccounts lists the subaccounts of an account, to whoever sees all accounts of the
// organization.
func subaccounts(v *visit) (*page, error) {
	a, err := v.account("subaccounts")
	if err != nil {
		return nil, err
	}
	data := subaccountsPage{account: a, Listed: v.may[tenancy.ViewAccounts]}
	if !a.Main() || !data.Listed && !a.Can("manage_subaccounts") {
		return nil, tenancy.CodeNotFound
	}
	if data.Listed {
		query := tenancy.AccountQuery{Kind: tenancy.KindManaged, Parent: a.ID, After: v.after()}
		if data.Items, err = collect(v, v.s.Accounts(v.ctx(), v.org.ID, query)); err != nil {
			return nil, err
		}
	}
	return &page{template: "subaccounts", title: v.t("Subaccounts"), at: "accounts", data: data}, nil
}

// createSubaccount makes a subaccount.
func createSubaccount(v *visit) (string, error) {
	a, err := v.account("")
	if err != nil {
		return "", err
	}
	made, err := v.once().CreateSubaccount(v.ctx(), a.ID, tenancy.NewSubaccount{Name: v.value("name")})
	if err != nil {
		return a.At("subaccounts"), err
	}
	a.ID = made.ID
	return done(a.At(), "subaccount-created"), nil
}
