package console

import (
	"context"

	"github.com/add4b1c6/tenancy"
)

// foundingRoutes serves the page on which a person founds an organization.
func (c *console) foundingRoutes() {
	if !c.shows(PartCreate) {
		return
	}
	c.get("/organizations/new", founding)
	c.post("/organizations/new", founding, createOrganization, fields{
		tenancy.CodeName: "name", tenancy.CodeHIPAADesignated: "stay"})
	c.says("created", "The organization was created. You are its Owner.")
}

// mostStaying is how many accounts the page lists for a choice of which of them stay.
const mostStaying = 200

// The values of the field that says which accounts stay.
const (
	comeAll = "none"
	stayAll = "all"
	choose  = "chosen"
)

// foundingPage is what the page shows on which an organization is founded.
type foundingPage struct {
	Refusal  tenancy.Code    // why they may found none; "": nothing is known against it
	Managed  []tenancy.Reach // main accounts of theirs in organizations of theirs: each comes or stays
	More     bool            // there are more of these than are listed
	Comes    []tenancy.Reach // those in no organization, the first of them, which always come
	Ways     []option        // which of the managed ones stay
	Creates  bool            // they may create an account that no organization manages
	stayings map[string]bool // those that were chosen to stay in a form that was refused
}

// Owns reports whether they own an account.
func (p foundingPage) Owns() bool { return len(p.Managed) > 0 || len(p.Comes) > 0 }

// Stays reports whether an account was chosen to stay.
func (p foundingPage) Stays(account tenancy.AccountID) bool { return p.stayings[account.String()] }

// founding asks for the name of a new organization, and which of the person's accounts stay
// where they are.
func founding(v *visit) (*page, error) {
	_, members, err := v.s.User(v.ctx(), v.self())
	if err != nil {
		return nil, err
	}
	data := foundingPage{stayings: map[string]bool{}, Creates: len(members) == 0}
	owned, err := v.owned(v.ctx(), v.s, v.self())
	if err != nil {
		return nil, err
	}
	if managed(members) {
		data.Refusal = tenancy.CodeManaged
	} else if phone, err := v.hasPhone(owned); err != nil {
		return nil, err
	} else if !phone {
		data.Refusal = tenancy.CodePhoneNeeded
	}
	for _, account := range owned {
		switch {
		case !account.Manages && len(data.Comes) < mostStaying:
			data.Comes = append(data.Comes, account)
		case account.Manages && len(data.Managed) == mostStaying:
			data.More = true
		case account.Manages:
			data.Managed = append(data.Managed, account)
		}
	}
	data.Ways = []option{
		{Value: comeAll, Label: v.t("They come along"), Hint: v.t("They leave the organization that they are in. What groups there gave on them ends.")},
		{Value: stayAll, Label: v.t("They stay where they are")},
	}
	if !data.More {
		data.Ways = append(data.Ways, option{Value: choose, Label: v.t("Only those that are marked below stay")})
	}
	if v.refused != nil {
		for _, account := range v.refused.values["account"] {
			data.stayings[account] = true
		}
	}
	return &page{template: "founding", title: v.t("Create an organization"), data: data}, nil
}

// mostPhones is how many accounts are looked at for a verified phone number.
const mostPhones = 10

// hasPhone reports whether one of the accounts that the reader owns is active and has a
// verified phone number (ORG-2), or they are too many to know.
func (v *visit) hasPhone(owned []tenancy.Reach) (bool, error) {
	if len(owned) > mostPhones {
		return true, nil
	}
	for _, reach := range owned {
		account, err := v.s.Account(v.ctx(), reach.Account)
		if err != nil {
			return false, err
		}
		if account.State == tenancy.StateActive && account.Private != nil && !account.Private.Phone.IsZero() {
			return true, nil
		}
	}
	return false, nil
}

// createOrganization founds an organization, which the person's accounts become a part of but
// for those that stay.
func createOrganization(v *visit) (string, error) {
	in := tenancy.NewOrganization{Name: v.value("name")}
	switch v.value("stay") {
	case stayAll:
		in.AllStay = true
	case choose:
		for _, text := range v.r.PostForm["account"] {
			account, err := tenancy.ParseID[tenancy.AccountID](text)
			if err != nil {
				return "", errForm
			}
			in.Stay = append(in.Stay, account)
		}
	}
	var made tenancy.FoundedOrganization
	err := v.together(func(ctx context.Context, s *tenancy.Session) (err error) {
		made, err = s.CreateOrganization(ctx, in)
		return err
	})
	if outcome, before := tenancy.OutcomeOf(err); before && len(outcome.Created.Organizations) > 0 {
		return done(v.url("organizations", outcome.Created.Organizations[0]), "created"), err
	}
	if err != nil {
		return v.url(), err
	}
	return done(v.url("organizations", made.ID), "created"), nil
}
