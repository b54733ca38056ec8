package console

import (
	"context"
	"slices"
	"strconv"

	"github.com/add4b1c6/tenancy"
)

// accountPassRoutes serves the pages on which an account is closed or gets another owner or
// organization.
func (c *console) accountPassRoutes() {
	c.onAccount("/closing", closing)
	c.ofAccount("/closing", closing, closeAccount, nil)
	c.onAccount("/transfer", transfer)
	c.ofAccount("/transfer", transfer, transferAccount, nil)
	c.onAccount("/move", move)
	c.ofAccount("/move", move, moveAccount, fields{tenancy.CodeHIPAADesignated: "to", tenancy.CodeAccountLimit: "to",
		tenancy.CodeOrganizationSuspended: "to", tenancy.CodeID: "to"})
	c.says("account-closed", "The account was closed.")
	c.says("account-transferred", "The account has a new owner.")
	c.says("account-moved", "The account was moved to this organization.")
}

// Closes reports whether the reader may close the account.
func (a account) Closes() bool {
	return a.Open() && a.Has("close_account") && !a.ParentSuspended()
}

// closing is the page on which an account is closed.
func closing(v *visit) (*page, error) {
	a, err := v.account("closing")
	if err != nil {
		return nil, err
	}
	if !a.Closes() {
		return nil, tenancy.CodeNotFound
	}
	return &page{template: "closing", title: v.t("Close the account"), at: "accounts", data: a}, nil
}

// Said is what the page of the closing says of the account, in its form.
func (a account) Said() string { return strconv.Itoa(a.Subs()) }

var closeAccount = onAccount("account-closed", func(v *visit, id tenancy.AccountID) error {
	return v.together(func(ctx context.Context, s *tenancy.Session) error {
		now, err := s.Account(ctx, id)
		if err == nil {
			err = v.saidStill(account{Account: now}.Said())
		}
		if err == nil {
			_, err = s.CloseAccount(ctx, id)
		}
		return err
	})
})

// Transfers reports whether the reader may give the account another owner.
func (a account) Transfers() bool {
	d := a.may[tenancy.TransferAccount]
	return a.Open() && a.Main() && a.Managed() && a.Can("transfer_account") && (a.v.may[tenancy.ManageAccounts] || d.Until.IsZero())
}

// transferPage is what the page on which an account gets another owner shows.
type transferPage struct {
	account
	Heir   tenancy.User // who was chosen; zero: nobody yet
	Picker *picker      // of all members
	People list[tenancy.Reach]
}

// Candidates are those of the people with roles on the account who are not its owner.
func (p transferPage) Candidates() []tenancy.Reach {
	return slices.DeleteFunc(slices.Clone(p.People.Items), func(r tenancy.Reach) bool { return r.User == p.Owner })
}

// Searches reports whether the reader chooses among all members, and not among those who
// have a role on the account.
func (p transferPage) Searches() bool {
	return p.v.may[tenancy.ManageAccounts] && p.v.may[tenancy.ViewUsers]
}

// transfer is the page on which an account gets another owner: one is chosen, and then
// confirmed.
func transfer(v *visit) (*page, error) {
	a, err := v.account("transfer")
	if err != nil {
		return nil, err
	}
	if !a.Transfers() {
		return nil, tenancy.CodeNotFound
	}
	data := transferPage{account: a}
	if heir := v.sent("to"); heir != "" {
		id, err := tenancy.ParseID[tenancy.UserID](heir)
		if err != nil {
			return nil, tenancy.CodeNotFound
		}
		if data.Searches() {
			data.Heir, _, err = v.s.Member(v.ctx(), v.org.ID, id)
		} else {
			data.Heir, _, err = v.s.User(v.ctx(), id)
		}
		if err != nil {
			return nil, err
		}
	} else if data.Searches() {
		if data.Picker, err = v.pickOwner(a.At("transfer"), a.Owner); err != nil {
			return nil, err
		}
	} else {
		if data.People, err = collect(v, v.s.Access(v.ctx(), a.ID, tenancy.ReachQuery{After: v.after()})); err != nil {
			return nil, err
		}
	}
	return &page{template: "transfer", title: v.t("Change the owner of the account"), at: "accounts", data: data}, nil
}

// transferAccount gives the account to the person who was chosen.
func transferAccount(v *visit) (string, error) {
	a, err := v.account("")
	if err != nil {
		return "", err
	}
	heir, err := formID[tenancy.UserID](v, "to")
	if err != nil {
		return "", err
	}
	_, err = v.once().TransferAccount(v.ctx(), a.ID, heir)
	return done(a.At(), "account-transferred"), err
}

// mayMove reports whether the reader may move the account, if they own another organization.
func (a account) mayMove() bool {
	return a.Open() && a.Main() && a.Owns() && a.v.may[tenancy.ReleaseAccounts]
}

// movable reports whether the reader may move the account to another organization of theirs.
func (a account) movable() (bool, error) {
	if !a.mayMove() {
		return false, nil
	}
	_, found, err := firstOf(a.v.s.Organizations(a.v.ctx(), tenancy.OrganizationQuery{State: tenancy.StateActive}), a.takes)
	return found, err
}

// takes reports whether the account can be moved to an organization.
func (a account) takes(o tenancy.OrganizationOf) bool {
	return o.Role != nil && *o.Role == tenancy.Owner && o.ID != a.v.org.ID && !o.Suspended
}

// movePage is what the page on which an account is moved shows.
type movePage struct {
	account
	Organizations []option
}

// move is the page on which an account is moved to another organization of the reader's.
func move(v *visit) (*page, error) {
	a, err := v.account("move")
	if err != nil {
		return nil, err
	}
	data := movePage{account: a}
	if a.mayMove() {
		organizations, _, err := tenancy.Collect(
			v.s.Organizations(v.ctx(), tenancy.OrganizationQuery{State: tenancy.StateActive}), seekMost)
		if err != nil {
			return nil, err
		}
		for _, o := range organizations {
			if a.takes(o) {
				data.Organizations = append(data.Organizations, option{Value: o.ID.String(), Label: isolated(o.Name.Reveal())})
			}
		}
	}
	if data.Organizations == nil {
		return nil, tenancy.CodeNotFound
	}
	return &page{template: "move", title: v.t("Move the account"), at: "accounts", data: data}, nil
}

// moveAccount moves the account. Its page is in the other organization from then on.
func moveAccount(v *visit) (string, error) {
	to, err := formID[tenancy.OrganizationID](v, "to")
	if err != nil {
		return "", err
	}
	return done(v.url("organizations", to, "accounts", v.r.PathValue("account")), "account-moved"),
		v.onceIn(func(ctx context.Context, s *tenancy.Session, id tenancy.AccountID) error {
			_, err := s.MoveAccount(ctx, id, to)
			return err
		})
}
