package console

import (
	"context"
	"maps"
	"strconv"

	"github.com/add4b1c6/tenancy"
)

// accountsRoutes serves the list of an organization's accounts, and what makes it longer.
func (c *console) accountsRoutes() {
	c.getIn("/accounts", tenancy.ViewAccounts, accounts)
	c.getIn("/accounts/new", tenancy.CreateAccounts, newAccount)
	c.postIn("/accounts/new", tenancy.CreateAccounts, newAccount, createAccount,
		fields{tenancy.CodeName: "name"})
	c.getIn("/accounts/new/owner", tenancy.ManageAccounts, newAccountOwner)
	c.getIn("/accounts/add", tenancy.ManageAccounts, addAccountPage)
	c.postIn("/accounts/add", tenancy.ManageAccounts, addAccountPage, addAccount, fields{tenancy.CodeID: "account",
		tenancy.CodeAccountManaged: "account", tenancy.CodeAccountRequested: "account"})
	c.takeBy("/account-requests/{request}/withdrawal", tenancy.ManageAccounts, accounts, withdrawRequest, nil)
	c.leadIn("/account-requests/{request}/withdrawal", "accounts?kind=pending")
	c.says("account-created", "The account was created.")
	c.says("account-asked", "The account's owner is asked. They find the request on their first page here.")
	c.says("account-withdrawn", "The request was withdrawn.")
}

// accountsPage is what the list of accounts shows.
type accountsPage struct {
	Tabs     []navLink
	Kind     tenancy.Kind
	State    tenancy.State
	States   []option // to choose from
	Accounts list[tenancy.OrganizationAccount]
	names    accountNames
}

// ParentName is the name of a subaccount's main account, or "" if it is not known.
func (p accountsPage) ParentName(parent *tenancy.AccountID) string { return p.names[*parent].Reveal() }

// accountNames are the names of accounts that a page names.
type accountNames map[tenancy.AccountID]tenancy.Personal

// mostNames is how many accounts a page reads for their names alone. It does without those of
// others.
const mostNames = 8

// know reads the name of an account, unless it is known or the reader may not see it.
func (n accountNames) know(v *visit, id tenancy.AccountID) error {
	if _, known := n[id]; known || id.IsZero() || len(n) >= mostNames {
		return nil
	}
	account, err := v.s.Account(v.ctx(), id)
	if err != nil && tenancy.CodeOf(err) != tenancy.CodeNotFound {
		return err
	}
	n[id] = account.Name
	return nil
}

// knowParents reads the names of the main accounts of a page's subaccounts. Most of them
// stand on the page themselves.
func (n accountNames) knowParents(v *visit, accounts []tenancy.OrganizationAccount) error {
	own, read := accountNames{}, accountNames{}
	for _, account := range accounts {
		own[account.ID] = account.Name
	}
	for _, account := range accounts {
		if account.Account == nil || account.Account.Parent == nil {
			continue
		}
		parent := *account.Account.Parent
		if name, here := own[parent]; here {
			n[parent] = name
		} else if err := read.know(v, parent); err != nil {
			return err
		}
	}
	maps.Copy(n, read)
	return nil
}

// Filtered reports whether only some of the accounts were asked for.
func (p accountsPage) Filtered() bool { return p.State != "" }

// First are the first members of an independent account, and More is how many more there are;
// "": none.
func (p accountsPage) First(members []tenancy.AccountRoles) []tenancy.AccountRoles {
	return members[:min(len(members), 3)]
}

// More: see First.
func (p accountsPage) More(members []tenancy.AccountRoles) string {
	if more := len(members) - len(p.First(members)); more > 0 {
		return strconv.Itoa(more)
	}
	return ""
}

// accountKinds are the tabs of the list of accounts.
var accountKinds = []struct {
	kind  tenancy.Kind
	label string
}{
	{tenancy.KindManaged, "Managed"}, {tenancy.KindIndependent, "Independent"}, {tenancy.KindPending, "Asked for"},
}

// accounts lists an organization's accounts, one kind of them.
func accounts(v *visit) (*page, error) {
	data := accountsPage{Kind: tenancy.Kind(v.query("kind")), State: tenancy.State(v.query("state"))}
	if data.Kind == "" {
		data.Kind = tenancy.KindManaged
	}
	if data.Kind != tenancy.KindManaged {
		data.State = ""
	}
	for _, tab := range accountKinds {
		path := v.at("accounts") + "?kind=" + string(tab.kind)
		data.Tabs = append(data.Tabs, navLink{v.t(tab.label), path, tab.kind == data.Kind})
	}
	data.States = []option{
		{Value: "", Label: v.t("Any state")}, {Value: string(tenancy.StateActive), Label: v.t("Active")},
		{Value: string(tenancy.StateSuspended), Label: v.t("Suspended")}, {Value: string(tenancy.StateClosed), Label: v.t("Closed")},
	}
	query := tenancy.AccountQuery{Kind: data.Kind, State: data.State, After: v.after()}
	var err error
	if data.Accounts, err = collect(v, v.s.Accounts(v.ctx(), v.org.ID, query)); err != nil {
		return nil, err
	}
	data.names = accountNames{}
	if err := data.names.knowParents(v, data.Accounts.Items); err != nil {
		return nil, err
	}
	return &page{template: "accounts", title: v.t("Accounts"), at: "accounts", data: data}, nil
}

// newAccountPage is what the page on which an account is created shows.
type newAccountPage struct {
	Owner     tenancy.User // chosen; the zero one: the reader
	CanChoose bool         // the reader may make somebody else the owner
}

// newAccount is the page on which an account is created.
func newAccount(v *visit) (*page, error) {
	data := newAccountPage{CanChoose: v.may[tenancy.ManageAccounts] && v.may[tenancy.ViewUsers]}
	if owner := v.sent("owner"); owner != "" && data.CanChoose {
		id, err := tenancy.ParseID[tenancy.UserID](owner)
		if err != nil {
			return nil, tenancy.CodeNotFound
		}
		if data.Owner, _, err = v.s.Member(v.ctx(), v.org.ID, id); err != nil {
			return nil, err
		}
	}
	return &page{template: "newaccount", title: v.t("Create an account"), at: "accounts", data: data}, nil
}

// OwnerID is the ID of the owner that was chosen, or "".
func (p newAccountPage) OwnerID() string {
	if p.Owner.ID.IsZero() {
		return ""
	}
	return p.Owner.ID.String()
}

// newAccountOwner is the page on which the owner of a new account is chosen.
func newAccountOwner(v *visit) (*page, error) {
	people, err := v.pickOwner(v.at("accounts", "new", "owner"), v.self())
	return &page{template: "newaccountowner", title: v.t("Choose the owner of the account"), at: "accounts", data: people}, err
}

// pickOwner looks for somebody who can own an account: an active member who is a person.
func (v *visit) pickOwner(page string, except ...tenancy.UserID) (*picker, error) {
	person := false
	return v.pick(page, tenancy.UserQuery{Kind: tenancy.KindManaged, State: tenancy.StateActive, ServiceAccount: &person}, except...)
}

// createAccount makes a main account of the organization.
func createAccount(v *visit) (string, error) {
	in := tenancy.NewAccount{Name: v.value("name")}
	if v.value("owner") != "" {
		var err error
		if in.Owner, err = formID[tenancy.UserID](v, "owner"); err != nil {
			return "", err
		}
	}
	made, err := v.once().CreateAccount(v.ctx(), v.org.ID, in)
	if outcome, before := tenancy.OutcomeOf(err); before && len(outcome.Created.Accounts) > 0 {
		return v.at("accounts", outcome.Created.Accounts[0]), err // not everybody may see the list
	}
	if err != nil {
		return v.at(), err
	}
	return done(v.at("accounts", made.ID), "account-created"), nil
}

// addAccountPage is the page on which an organization asks for an account that exists.
func addAccountPage(v *visit) (*page, error) {
	return &page{template: "addaccount", title: v.t("Add an existing account"), at: "accounts"}, nil
}

// addAccount asks an account's owner for it.
func addAccount(v *visit) (string, error) {
	account, err := formID[tenancy.AccountID](v, "account")
	if err == nil {
		_, err = v.once().AddAccount(v.ctx(), v.org.ID, account)
	}
	return done(v.at("accounts"), "account-asked") + "&kind=" + string(tenancy.KindPending), err
}

// withdrawRequest takes back a request of the organization's for an account.
func withdrawRequest(v *visit) (string, error) {
	id, err := pathID[tenancy.InvitationID](v, "request")
	if err != nil {
		return "", err
	}
	back := done(v.at("accounts"), "account-withdrawn") + "&kind=" + string(tenancy.KindPending)
	return back, v.once().Atomically(v.ctx(), func(ctx context.Context, s *tenancy.Session) error {
		query := tenancy.AccountQuery{Kind: tenancy.KindPending, After: v.position()}
		_, found, err := firstOf(s.Accounts(ctx, v.org.ID, query), func(a tenancy.OrganizationAccount) bool {
			return a.Request != nil && a.Request.ID == id
		})
		if err == nil && !found {
			err = tenancy.CodeNotFound
		}
		if err != nil {
			return err
		}
		return s.RevokeInvitation(ctx, id)
	})
}
