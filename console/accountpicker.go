package console

import "github.com/add4b1c6/tenancy"

// accountPicker is a choice of one of the organization's accounts that are not closed: from
// the list, or by its ID. Each is a link.
type accountPicker struct {
	Page   string // the path of the page that it is on
	Wanted string // the ID that was entered; "": the list is shown
	Items  list[tenancy.OrganizationAccount]
	names  accountNames
	link   func(tenancy.AccountID) string
}

// Link is where the choice of an account leads to.
func (p *accountPicker) Link(account tenancy.AccountID) string { return p.link(account) }

// ParentName is the name of a subaccount's main account, or "" if it is not known.
func (p *accountPicker) ParentName(parent *tenancy.AccountID) string {
	return p.names[*parent].Reveal()
}

// pickAccount reads what an account picker shows.
func (v *visit) pickAccount(page string, link func(tenancy.AccountID) string) (*accountPicker, error) {
	p := &accountPicker{Page: page, Wanted: v.query("id"), names: accountNames{}, link: link}
	var err error
	if p.Wanted == "" {
		query := tenancy.AccountQuery{Kind: tenancy.KindManaged, State: tenancy.StateActive, After: v.after()}
		p.Items, err = collect(v, v.s.Accounts(v.ctx(), v.org.ID, query))
	} else {
		p.Items.Items, err = v.accountByID(p.Wanted)
	}
	if err != nil {
		return nil, err
	}
	return p, p.names.knowParents(v, p.Items.Items)
}

// accountByID finds an account of the organization's that is not closed by its ID: one or
// none.
func (v *visit) accountByID(text string) ([]tenancy.OrganizationAccount, error) {
	id, err := tenancy.ParseID[tenancy.AccountID](text)
	if err != nil || id.IsZero() {
		return nil, nil
	}
	account, err := v.s.Account(v.ctx(), id)
	switch {
	case tenancy.CodeOf(err) == tenancy.CodeNotFound:
		return nil, nil
	case err != nil:
		return nil, err
	case account.Organization == nil || *account.Organization != v.org.ID || account.State == tenancy.StateClosed:
		return nil, nil
	}
	return []tenancy.OrganizationAccount{{Kind: tenancy.KindManaged, ID: id, Name: account.Name, Account: &account}}, nil
}
