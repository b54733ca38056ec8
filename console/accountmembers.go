package console

import (
	"context"
	"net/http"
	"time"

	"github.com/add4b1c6/tenancy"
)

// accountMemberRoutes serves the pages about who has roles on an account.
func (c *console) accountMemberRoutes() {
	c.onAccount("/members", members)
	c.onAccount("/members/new", chooseMember)
	c.onAccount("/members/{user}", member)
	roles := fields{tenancy.CodeRoles: "roles", tenancy.CodeUntil: "until", tenancy.CodeOutlasts: "until"}
	c.ofAccount("/members/{user}/roles", member, assignRoles, roles)
	c.ofAccount("/members/{user}/temporary", member, assignTemporaryRoles, roles)
	c.onAccount("/members/{user}/removal", memberRemoval)
	c.ofAccount("/members/{user}/removal", memberRemoval, revokeRoles, nil)
	c.onAccount("/relinquishment", relinquishment)
	c.ofAccount("/relinquishment", relinquishment, relinquish, nil)
	c.says("roles-assigned", "The roles on the account were changed.")
	c.says("roles-revoked", "The roles on the account were taken away.")
	c.says("relinquished", "You have given up your roles on the account.")
}

// membersPage is what the list of who reaches an account shows.
type membersPage struct {
	account
	Items  list[tenancy.Reach]
	Choose bool // the reader may give roles to members of the organization
}

// members lists who has a role on an account, and how.
func members(v *visit) (*page, error) {
	a, err := v.managed("members")
	if err != nil {
		return nil, err
	}
	data := membersPage{account: a, Choose: a.choosesMembers()}
	if data.Items, err = collect(v, v.s.Access(v.ctx(), a.ID, tenancy.ReachQuery{After: v.after()})); err != nil {
		return nil, err
	}
	return &page{template: "members", title: v.t("Access"), at: "accounts", data: data}, nil
}

// chooseMemberPage is what the page on which a member is chosen shows.
type chooseMemberPage struct {
	account
	Picker *picker
}

// chooseMember is the page on which a member of the organization is chosen who gets roles.
func chooseMember(v *visit) (*page, error) {
	a, err := v.managed("members")
	if err != nil {
		return nil, err
	}
	if !a.choosesMembers() {
		return nil, tenancy.CodeNotFound
	}
	data := chooseMemberPage{account: a}
	if data.Picker, err = v.pick(a.At("members", "new"), tenancy.UserQuery{Kind: tenancy.KindManaged}, a.Owner); err != nil {
		return nil, err
	}
	return &page{template: "choosemember", title: v.t("Give roles to a member"), at: "accounts", data: data}, nil
}

// managed is the account of the path, whose members the reader manages.
func (v *visit) managed(here string) (account, error) {
	a, err := v.account(here)
	if err == nil && !a.Has("manage_members") {
		err = tenancy.CodeNotAllowed
	}
	return a, err
}

// choosesMembers reports whether the reader may give roles on the account to any member of
// its organization, whom they can look for.
func (a account) choosesMembers() bool {
	return a.Open() && a.Can("manage_members") && a.v.may[tenancy.ManageAccounts] && a.v.may[tenancy.ViewUsers]
}

// Freely reports whether the reader may give roles to themself too: they manage the account's
// members through the organization, or by a role of their own without an end.
func (a account) Freely() bool {
	d := a.may[tenancy.ManageMembers]
	own := d.Why == tenancy.WhyGrant || d.Why == tenancy.WhyParentGrant
	return a.v.may[tenancy.ManageAccounts] || own && d.Until.IsZero()
}

// Until is the end of the role by which the reader manages the account's members. What they
// give ends no later. It is zero if there is no such end.
func (a account) Until() time.Time {
	if a.Freely() {
		return time.Time{}
	}
	return a.may[tenancy.ManageMembers].Until
}

// memberPage is what the page about somebody's roles on an account shows.
type memberPage struct {
	account
	Reach tenancy.Reach // its roles are empty if they have none
	Roles []option      // that can be given
}

// Position is the person's place in the list.
func (p memberPage) Position() tenancy.Cursor { return p.v.position() }

// UserAt is the path of the person's page, or "" if the reader has none.
func (p memberPage) UserAt() string {
	// Only service accounts, and users who were deleted, have no address.
	return p.v.UserAt(tenancy.User{ID: p.Reach.User, Email: p.Reach.Email, ServiceAccount: p.Reach.Email.IsZero()})
}

// UserAt is the path of the page of a user or service account in the organization, or "" if
// the reader has none.
func (v *visit) UserAt(user tenancy.User) string {
	switch {
	case user.ServiceAccount && v.sees(tenancy.ManageIdentity) && v.shows(PartServiceAccounts):
		return v.at("service-accounts", user.ID)
	case !user.ServiceAccount && v.may[tenancy.ViewUsers]:
		return v.at("users", user.ID)
	}
	return ""
}

// Names are the roles of a set, as values of a field.
func (p memberPage) Names(set tenancy.RoleSet) []string { return roleNamesOf(set) }

func roleNamesOf(set tenancy.RoleSet) (names []string) {
	for _, role := range set.All() {
		names = append(names, string(role))
	}
	return names
}

// TemporaryEnd is when the temporary roles end, as the value of a field: rounded down, to no
// more than a minute.
func (p memberPage) TemporaryEnd() string {
	if p.Reach.DirectUntil.IsZero() {
		return ""
	}
	return p.Reach.DirectUntil.UTC().Format(timeForm)
}

// Assigned are the roles that were assigned on this account, also the temporary ones.
func (p memberPage) Assigned() tenancy.RoleSet { return assigned(p.Reach) }

func assigned(r tenancy.Reach) tenancy.RoleSet {
	return tenancy.Roles(append(r.Direct.All(), r.DirectTemporary.All()...)...)
}

// Who is the person's name, or their address.
func (p memberPage) Who() tenancy.Personal {
	if p.Reach.Name.IsZero() {
		return p.Reach.Email
	}
	return p.Reach.Name
}

// Self reports whether it is the reader.
func (p memberPage) Self() bool { return p.Reach.User == p.v.self() }

// IsOwner reports whether it is the account's owner.
func (p memberPage) IsOwner() bool { return p.Reach.User == p.Owner }

// Assigns reports whether the reader may change the roles.
func (p memberPage) Assigns() bool {
	return p.Open() && p.Can("manage_members") && !p.IsOwner() && (p.Freely() || !p.Self())
}

// Revokes reports whether the reader may take the roles away, which the person has by a
// grant on this account.
func (p memberPage) Revokes() bool {
	granted := !p.Reach.Direct.IsZero() || !p.Reach.DirectTemporary.IsZero()
	return granted && p.Open() && p.Has("manage_members") && !p.IsOwner() && !p.Self()
}

// member shows somebody's roles on an account, where they have them from, and forms to
// change them.
func member(v *visit) (*page, error) {
	data, err := v.accountMember()
	if err != nil {
		return nil, err
	}
	data.Roles = v.accountRoles(data.Reach.Direct, data.Reach.DirectTemporary)
	return &page{template: "member", title: v.t("Roles on the account"), at: "accounts", data: data}, nil
}

// accountMember reads the account and the person of the path.
func (v *visit) accountMember() (data memberPage, err error) {
	if data.account, err = v.managed("members"); err != nil {
		return data, err
	}
	id, err := pathID[tenancy.UserID](v, "user")
	if err != nil {
		return data, err
	}
	is := func(r tenancy.Reach) bool { return r.User == id && r.Account == data.ID }
	reach, found, err := firstOf(v.s.Access(v.ctx(), data.ID, tenancy.ReachQuery{After: v.position()}), is)
	if err != nil {
		return data, err
	}
	if !found {
		if reach, err = v.reachOf(data.account, id); err != nil {
			return data, err
		}
	}
	data.Reach = reach
	return data, nil
}

// reachOf reads how somebody reaches an account who was not found in its list: they have no
// role, or the list is long.
func (v *visit) reachOf(a account, id tenancy.UserID) (tenancy.Reach, error) {
	user, _, err := v.s.User(v.ctx(), id)
	if err != nil {
		return tenancy.Reach{}, err
	}
	reach, found, err := firstOf(v.s.AccountsOf(v.ctx(), id, tenancy.AccountsOfQuery{}),
		func(r tenancy.Reach) bool { return r.Account == a.ID })
	if found || err != nil && tenancy.CodeOf(err) != tenancy.CodeNotFound {
		return reach, err
	}
	if !a.choosesMembers() {
		return tenancy.Reach{}, tenancy.CodeNotFound
	}
	if _, _, err := v.s.Member(v.ctx(), v.org.ID, id); err != nil {
		return tenancy.Reach{}, err // somebody else is invited
	}
	return tenancy.Reach{Account: a.ID, User: id, Name: user.Name, Email: user.Email}, nil
}

// accountRoles are the account roles that can be given, with those that somebody has.
func (v *visit) accountRoles(has ...tenancy.RoleSet) (roles []option) {
	given := tenancy.Roles(append([]tenancy.AccountRole{tenancy.AccountAdministrator, tenancy.Developer,
		tenancy.BillingManager, tenancy.Support}, v.o.AccountRoles...)...)
	all := given.All()
	for _, set := range has {
		for _, role := range set.All() {
			if role != tenancy.AccountOwner && !given.Has(role) {
				given, all = tenancy.Roles(append(all, role)...), append(all, role)
			}
		}
	}
	for _, role := range all {
		about := ""
		if accountRoleHints[role] != "" {
			about = v.t(accountRoleHints[role])
		}
		roles = append(roles, option{Value: string(role), Label: v.locale.role(role), Hint: about})
	}
	return roles
}

var accountRoleHints = map[tenancy.AccountRole]string{
	tenancy.AccountAdministrator: "Everything on the account, except closing it and giving it to another owner. It is given alone.",
	tenancy.Developer:            "Resources, developer tools, credentials, logs and usage.",
	tenancy.BillingManager:       "Billing, logs and usage.",
	tenancy.Support:              "Logs and usage.",
}

// rolesIn are the account roles that a form chose.
func (v *visit) rolesIn(name string) tenancy.RoleSet {
	var roles []tenancy.AccountRole
	for _, role := range v.r.PostForm[name] {
		roles = append(roles, tenancy.AccountRole(role))
	}
	return tenancy.Roles(roles...)
}

var (
	errNoRole = &refusal{http.StatusBadRequest, "Choose at least one role.", "roles"}
	errAlone  = &refusal{http.StatusBadRequest, "Administrator is given alone. Choose no other role beside it.", "roles"}
)

// rolesError says what is wrong with the roles that a form chose, if they are why it was
// refused (ACC-7).
func (v *visit) rolesError(err error) error {
	if tenancy.CodeOf(err) != tenancy.CodeRoles {
		return err
	}
	switch chosen := v.rolesIn("roles"); {
	case chosen.IsZero():
		return errNoRole
	case chosen.Has(tenancy.AccountAdministrator) && len(chosen.All()) > 1 && !chosen.Has(tenancy.AccountOwner):
		return errAlone
	}
	return err
}

// onMember makes the action of a form about somebody's roles on an account.
func onMember(notice string, do func(*visit, tenancy.AccountID, tenancy.UserID) error) action {
	return func(v *visit) (string, error) {
		a, err := v.account("")
		if err != nil {
			return "", err
		}
		id, err := pathID[tenancy.UserID](v, "user")
		if err != nil {
			return "", err
		}
		next := a.At("members")
		if id == v.self() { // who may not see the list any more
			next = a.At()
		}
		return done(next, notice), do(v, a.ID, id)
	}
}

var (
	assignRoles = onMember("roles-assigned", func(v *visit, account tenancy.AccountID, user tenancy.UserID) error {
		_, err := v.once().AssignRoles(v.ctx(), account, user, tenancy.Assignment{Roles: v.rolesIn("roles")})
		return v.rolesError(err)
	})
	assignTemporaryRoles = onMember("roles-assigned", func(v *visit, account tenancy.AccountID, user tenancy.UserID) error {
		until := v.time("until")
		_, err := v.once().AssignRoles(v.ctx(), account, user, tenancy.Assignment{Roles: v.rolesIn("roles"), Until: &until})
		return v.rolesError(err)
	})
)

// memberRemoval is the page on which somebody's roles on an account are taken away.
func memberRemoval(v *visit) (*page, error) {
	data, err := v.accountMember()
	if err != nil {
		return nil, err
	}
	if !data.Revokes() {
		return nil, tenancy.CodeNotFound
	}
	return &page{template: "memberremoval", title: v.t("Take the roles away"), at: "accounts", data: data}, nil
}

var revokeRoles = onMember("roles-revoked", func(v *visit, account tenancy.AccountID, user tenancy.UserID) error {
	return v.once().RevokeRoles(v.ctx(), account, user)
})

// relinquishment is the page on which the reader gives up their own roles.
func relinquishment(v *visit) (*page, error) {
	a, err := v.account("")
	if err != nil {
		return nil, err
	}
	data := accountPage{account: a}
	if data.Reach, err = v.ownReach(a); err != nil {
		return nil, err
	}
	if !data.Relinquishes() {
		return nil, tenancy.CodeNotFound
	}
	return &page{template: "relinquishment", title: v.t("Give up your roles"), at: "accounts", data: data}, nil
}

// ownReach is how the reader reaches an account. Its roles are empty if they have none.
func (v *visit) ownReach(a account) (tenancy.Reach, error) {
	// Those on which they have roles come first.
	reach, _, err := firstOf(v.s.AccountsOf(v.ctx(), v.self(), tenancy.AccountsOfQuery{}),
		func(r tenancy.Reach) bool { return r.Account == a.ID || r.Roles.IsZero() })
	if err != nil || reach.Account != a.ID {
		return tenancy.Reach{}, err
	}
	return reach, nil
}

// Relinquishes reports whether the reader may give up roles that were assigned to them here.
func (p accountPage) Relinquishes() bool {
	return p.Open() && !p.Owns() && (!p.Reach.Direct.IsZero() || !p.Reach.DirectTemporary.IsZero())
}

// Assigned are the roles that were assigned to the reader here, also the temporary ones.
func (p accountPage) Assigned() tenancy.RoleSet { return assigned(p.Reach) }

// relinquish gives up the reader's roles. They may not reach the account any longer.
func relinquish(v *visit) (string, error) {
	next := v.url()
	if v.may != nil {
		next = v.at()
	}
	return done(next, "relinquished"), v.onceIn(func(ctx context.Context, s *tenancy.Session, id tenancy.AccountID) error {
		return s.Relinquish(ctx, id)
	})
}

// onceIn does something once with the account of the path, after which the reader may not see
// the account there any longer. So what belongs to the path is looked at in the same block: a
// second click still learns that it was done.
func (v *visit) onceIn(do func(context.Context, *tenancy.Session, tenancy.AccountID) error) error {
	id, err := pathID[tenancy.AccountID](v, "account")
	if err != nil {
		return err
	}
	return v.once().Atomically(v.ctx(), func(ctx context.Context, s *tenancy.Session) error {
		a, err := s.Account(ctx, id)
		if err == nil && v.may != nil && (a.Organization == nil || *a.Organization != v.org.ID) {
			err = tenancy.CodeNotFound
		}
		if err != nil {
			return err
		}
		return do(ctx, s, id)
	})
}
