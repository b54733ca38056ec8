package console

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// removalRoutes serves the pages on which a member is removed from the organization, or
// deleted for good, and on which their accounts get new owners.
func (c *console) removalRoutes() {
	for _, end := range []string{"removal", "deletion"} {
		ask := partingOf(end)
		c.takeIn("/users/{user}/"+end, tenancy.ManageUsers, ask)
		c.takeBy("/users/{user}/"+end, tenancy.ManageUsers, ask, parted(end), nil)
	}
	c.says("removal", "The user was removed from the organization.")
	c.says("deletion", "The user was deleted for good.")
}

const (
	// mostHeirs is how many heirs a page lets choose: each is read by itself.
	mostHeirs = 5
	// mostSingle is how many accounts can be given to heirs one by one; what more there is
	// goes to the first heir. An operation takes as many.
	mostSingle = 1000
	// release stands for an heir where an account leaves with its owner.
	release = "release"
)

// partingPage is what the page shows on which a member is removed or deleted.
type partingPage struct {
	tenancy.User
	End       string // "removal" or "deletion"
	Owned     []tenancy.Reach
	First     []tenancy.Reach // of the Owned, those that are shown one by one
	Heirs     []tenancy.User  // that were chosen
	Release   bool            // the accounts leave with the user
	MayPass   bool            // the reader may give accounts to others
	MayLetOut bool            // the reader may let accounts leave
	Choices   []option        // who gets one account
	kept      map[tenancy.AccountID]bool
	Picker    *picker // of heirs; nil: none can be chosen now
}

// Deletes reports whether the user is deleted, not removed.
func (p partingPage) Deletes() bool { return p.End == "deletion" }

// Kept is how many of the accounts cannot leave with the user, since they or subaccounts of
// theirs are designated as subject to HIPAA.
func (p partingPage) Kept() (count int) {
	for _, account := range p.Owned {
		if p.kept[account.Account] {
			count++
		}
	}
	return count
}

// LetsOut reports whether the accounts can be let leave: all of them, if nobody gets any, or
// else some.
func (p partingPage) LetsOut() bool {
	return p.MayLetOut && (p.Kept() == 0 || len(p.Heirs) > 0 && p.Kept() < len(p.Owned))
}

// ChoicesFor are who can get an account.
func (p partingPage) ChoicesFor(account tenancy.Reach) []option {
	if !p.kept[account.Account] {
		return p.Choices
	}
	return slices.DeleteFunc(slices.Clone(p.Choices), func(o option) bool { return o.Value == release })
}

// Named are the first of the accounts, and MoreOwned is how many more there are; "": none.
func (p partingPage) Named() []tenancy.Reach { return p.Owned[:min(len(p.Owned), pageSize)] }

// MoreOwned: see Named.
func (p partingPage) MoreOwned() string {
	if more := len(p.Owned) - len(p.Named()); more > 0 {
		return strconv.Itoa(more)
	}
	return ""
}

// Said is which accounts the page names, in its form.
func (p partingPage) Said() string { return saidOf(p.Owned) }

func saidOf(owned []tenancy.Reach) string {
	var ids []string
	for _, account := range owned {
		ids = append(ids, account.Account.String())
	}
	slices.Sort(ids)
	return fmt.Sprintf("%d-%x", len(ids), sha256.Sum256([]byte(strings.Join(ids, " "))))
}

// Ready reports whether it is said what becomes of every account.
func (p partingPage) Ready() bool { return len(p.Owned) == 0 || len(p.Heirs) > 0 || p.Release }

// Single reports whether each account has a choice of its own.
func (p partingPage) Single() bool { return len(p.Choices) > 1 }

// partingOf asks whether a member is to be removed, or deleted, and who gets their accounts.
func partingOf(end string) screen {
	return func(v *visit) (*page, error) {
		data := partingPage{End: end}
		user, err := v.parting()
		if err != nil {
			return nil, err
		}
		data.User = user
		data.MayPass = v.may[tenancy.ManageAccounts]
		data.MayLetOut = v.may[tenancy.ReleaseAccounts] && !data.Deletes()
		if data.Owned, err = v.owned(v.ctx(), v.s, user.ID); err != nil {
			return nil, err
		}
		if len(data.Owned) > 0 {
			if err := v.heirs(&data); err != nil {
				return nil, err
			}
		}
		title := v.t("Remove a user")
		if data.Deletes() {
			title = v.t("Delete a user for good")
		}
		return &page{template: "parting", title: title, at: "users", data: data}, nil
	}
}

// parting reads the member of the path, whom the reader may remove.
func (v *visit) parting() (tenancy.User, error) {
	id, err := pathID[tenancy.UserID](v, "user")
	if err != nil {
		return tenancy.User{}, err
	}
	user, member, err := v.person(id)
	switch {
	case err != nil:
		return tenancy.User{}, err
	case user.ServiceAccount:
		return tenancy.User{}, tenancy.CodeNotFound
	case member == nil:
		return tenancy.User{}, tenancy.CodeNotMember
	case id == v.self():
		return tenancy.User{}, tenancy.CodeOneself
	case member.Role == tenancy.Owner:
		return tenancy.User{}, tenancy.CodeTheOwner
	case !v.ends(user, *member):
		return tenancy.User{}, tenancy.CodeRank
	}
	return user, nil
}

// owned are the organization's main accounts that a member owns. All accounts on which they
// have a role come first in the list, in one read; those that they only manage follow.
func (v *visit) owned(ctx context.Context, s *tenancy.Session, id tenancy.UserID) (owned []tenancy.Reach, err error) {
	for reach, err := range s.AccountsOf(ctx, id, tenancy.AccountsOfQuery{Organization: v.org.ID}) {
		if err != nil {
			return nil, err
		}
		if reach.Roles.IsZero() {
			break
		}
		if reach.Direct.Has(tenancy.AccountOwner) {
			owned = append(owned, reach)
		}
	}
	return owned, nil
}

// heirs reads who was chosen to get the accounts, and who could be.
func (v *visit) heirs(data *partingPage) error {
	data.First = data.Owned[:min(len(data.Owned), mostSingle)]
	if data.MayLetOut {
		var err error
		if data.kept, err = v.keptByHIPAA(); err != nil {
			return err
		}
	}
	data.Release = data.MayLetOut && slices.Contains(v.allSent("heir"), release)
	chosen, except := url.Values{}, []tenancy.UserID{data.ID}
	if data.Release {
		chosen.Add("heir", release)
	}
	for _, text := range v.allSent("heir") {
		id, err := tenancy.ParseID[tenancy.UserID](text)
		if err != nil || slices.Contains(except, id) || len(data.Heirs) == mostHeirs || !data.MayPass {
			continue
		}
		heir, _, err := v.s.Member(v.ctx(), v.org.ID, id)
		if err != nil {
			return err
		}
		data.Heirs, except = append(data.Heirs, heir), append(except, id)
		chosen.Add("heir", id.String())
		data.Choices = append(data.Choices, option{Value: id.String(), Label: isolated(textOf(heir.Name))})
	}
	if data.Release = data.Release && data.LetsOut(); data.Release {
		data.Choices = append(data.Choices, option{Value: release, Label: v.t("Leaves with the user")})
	}
	if !data.MayPass || len(data.Heirs) == mostHeirs {
		return nil
	}
	var err error
	data.Picker, err = v.pick(linkTo(v.at("users", data.ID, data.End), chosen), persons(), except...)
	return err
}

// keptByHIPAA are the main accounts of the organization that are designated as subject to
// HIPAA, or have a designated subaccount, and so cannot leave it (HIP-7). It looks at no more
// than seekMost lines of the report.
func (v *visit) keptByHIPAA() (map[tenancy.AccountID]bool, error) {
	found, looked := map[tenancy.AccountID]bool{}, 0
	for line, err := range v.s.HIPAAReport(v.ctx(), v.org.ID, tenancy.HIPAAQuery{}) {
		if err != nil {
			return nil, err
		}
		if !line.Designated.IsZero() && line.State != tenancy.StateClosed {
			found[line.Account] = true
			if !line.Parent.IsZero() {
				found[line.Parent] = true
			}
		}
		if looked++; looked == seekMost {
			break
		}
	}
	return found, nil
}

// With is the path of the page with another heir chosen, up to the heir.
func (p partingPage) With(page string) string {
	chosen := url.Values{}
	for _, o := range p.Choices {
		chosen.Add("heir", o.Value)
	}
	if len(chosen) == 0 {
		return page + "?heir="
	}
	return linkTo(page, chosen) + "&heir="
}

// Without is the path of the page with a choice taken back.
func (p partingPage) Without(page, choice string) string {
	chosen := url.Values{}
	for _, o := range p.Choices {
		if o.Value != choice {
			chosen.Add("heir", o.Value)
		}
	}
	return linkTo(page, chosen)
}

// allSent are the values that came with a form that was refused, or else in the query.
func (v *visit) allSent(name string) []string {
	if v.refused != nil {
		return v.refused.values[name]
	}
	return v.r.URL.Query()[name]
}

// parted removes or deletes the member, whose accounts pass to the heirs: those that the page
// named.
func parted(end string) action {
	return func(v *visit) (string, error) {
		id, err := pathID[tenancy.UserID](v, "user")
		if err != nil {
			return "", err
		}
		heirs, to, out, err := v.bequest()
		if err != nil {
			return "", err
		}
		return done(v.at("users"), end), v.toMember(id, func(ctx context.Context, s *tenancy.Session) error {
			owned, err := v.owned(ctx, s, id)
			if err == nil {
				err = v.saidStill(saidOf(owned))
			}
			if err != nil {
				return err
			}
			if end == "deletion" {
				return s.DeleteUser(ctx, id, tenancy.UserDeletion{Heirs: heirs, AccountsTo: to})
			}
			return s.RemoveUser(ctx, v.org.ID, id, tenancy.Removal{Heirs: heirs, AccountsTo: to, Release: out})
		})
	}
}

// bequest reads from the form who gets which account: the heirs that were chosen are in the
// fields "heir", and an account's own in the field of its ID. The first heir gets the rest,
// unless some account leaves.
func (v *visit) bequest() (heirs []tenancy.Heir, rest tenancy.UserID, out bool, err error) {
	single := map[tenancy.AccountID]string{}
	for name := range v.r.PostForm {
		if account, err := tenancy.ParseID[tenancy.AccountID](name); err == nil {
			single[account] = v.value(name)
			out = out || v.value(name) == release
		}
	}
	for _, text := range v.r.PostForm["heir"] {
		if text == release {
			out = out || len(v.r.PostForm["heir"]) == 1
			continue
		}
		heir, err := tenancy.ParseID[tenancy.UserID](text)
		if err != nil {
			return nil, rest, false, errForm
		}
		if rest.IsZero() {
			rest = heir
		}
	}
	if out {
		rest = tenancy.UserID{}
	}
	for account, text := range single {
		if text == release || text == rest.String() {
			continue
		}
		heir, err := tenancy.ParseID[tenancy.UserID](text)
		if err != nil {
			return nil, rest, false, errForm
		}
		heirs = append(heirs, tenancy.Heir{Account: account, User: heir})
	}
	return heirs, rest, out, nil
}
