package console

import (
	"slices"

	"github.com/add4b1c6/tenancy"
)

// userRoutes serves the pages of an organization's users.
func (c *console) userRoutes() {
	c.getIn("/users", tenancy.ViewUsers, users)
	c.getIn("/users/{user}", tenancy.ViewUsers, user)
	c.postIn("/users/{user}/name", tenancy.ManageUsers, user, renameUser, fields{tenancy.CodeName: "name"})
	c.postIn("/users/{user}/role", tenancy.ManageUsers, user, setRole,
		fields{tenancy.CodeRole: "role", tenancy.CodeRank: "role"})
	c.postIn("/users/{user}/exemption", tenancy.ManageUsers, user, setExemption, nil)
	c.postIn("/users/{user}/deactivation", tenancy.ManageUsers, user, deactivateUser, nil)
	c.postIn("/users/{user}/reactivation", tenancy.ManageUsers, user, reactivateUser, nil)
	c.says("renamed", "The name was changed.")
	c.says("role", "The role was changed.")
	c.says("exemption", "The exemption was changed.")
	c.says("deactivated", "The user was deactivated, and can do nothing until they are reactivated.")
	c.says("reactivated", "The user was reactivated.")
}

// usersPage is what the list of users shows.
type usersPage struct {
	Tabs   []NavLink
	Kind   tenancy.Kind
	Search string
	Users  list[tenancy.OrganizationUser]
}

// kinds are the tabs of the list of users.
var kinds = []struct {
	kind  tenancy.Kind
	label string
}{
	{tenancy.KindManaged, "Managed"}, {tenancy.KindIndependent, "Independent"}, {tenancy.KindPending, "Invited"},
	{tenancy.KindRequested, "Asked to join"},
}

// users lists the people of an organization: one kind of them, or what a search finds among
// all.
func users(v *visit) (*page, error) {
	data := usersPage{Kind: tenancy.Kind(v.query("kind")), Search: v.query("q")}
	if data.Kind == "" && data.Search == "" {
		data.Kind = tenancy.KindManaged
	}
	for _, tab := range kinds {
		path := v.at("users") + "?kind=" + string(tab.kind)
		data.Tabs = append(data.Tabs, NavLink{v.t(tab.label), path, tab.kind == data.Kind})
	}
	person := false
	query := tenancy.UserQuery{Kind: data.Kind, Search: data.Search, ServiceAccount: &person, After: v.after()}
	var err error
	if data.Users, err = collect(v, v.s.Users(v.ctx(), v.org.ID, query)); err != nil {
		return nil, err
	}
	return &page{template: "users", title: v.t("Users"), at: "users", data: data}, nil
}

// userPage is what the page of a person shows.
type userPage struct {
	tenancy.User
	Member *tenancy.Membership // nil: they are independent
	Roles  []option            // that can be given
	Reach  list[tenancy.Reach]
	Groups []tenancy.UserGroup
}

// user shows a person: their role, their groups, and the accounts that they reach and why.
func user(v *visit) (*page, error) {
	id, err := pathID[tenancy.UserID](v, "user")
	if err != nil {
		return nil, err
	}
	data := userPage{}
	if data.User, data.Member, err = v.person(id); err != nil {
		return nil, err
	}
	if data.Member != nil {
		data.Roles = v.rolesToGive(data.Member.Role)
	}
	if data.Reach, err = collect(v, v.s.AccountsOf(v.ctx(), id, tenancy.ReachQuery{After: v.after()})); err != nil {
		return nil, err
	}
	if data.Groups, _, err = tenancy.Collect(v.s.GroupsOf(v.ctx(), id, tenancy.GroupQuery{}), pageSize); err != nil {
		return nil, err
	}
	return &page{template: "user", title: v.t("User"), at: "users", data: data}, nil
}

// person reads a member of the organization, or an independent user of it, who has no
// membership. Anybody else is not found, also somebody whom the reader sees elsewhere.
func (v *visit) person(id tenancy.UserID) (tenancy.User, *tenancy.Membership, error) {
	user, member, err := v.s.Member(v.ctx(), v.org.ID, id)
	if err == nil {
		return user, &member, nil
	}
	if tenancy.CodeOf(err) != tenancy.CodeNotFound {
		return tenancy.User{}, nil, err
	}
	if _, err := v.s.CanInOrganization(v.ctx(), id, tenancy.ViewOrganization, v.org.ID); err != nil {
		return tenancy.User{}, nil, err
	}
	user, _, err = v.s.User(v.ctx(), id)
	return user, nil, err
}

// rolesToGive are the roles that a member can be given, with the one that they have.
func (v *visit) rolesToGive(has tenancy.OrganizationRole) (roles []option) {
	all := append([]tenancy.OrganizationRole{tenancy.StandardUser, tenancy.Administrator}, v.o.Roles...)
	if has != "" && !slices.Contains(all, has) {
		all = append(all, has)
	}
	for _, role := range all {
		roles = append(roles, option{Value: string(role), Label: v.locale.role(role)})
	}
	return roles
}

// onUser makes the action of a form on a person's page.
func onUser(notice string, do func(*visit, tenancy.UserID) error) action {
	return func(v *visit) (string, error) {
		id, err := pathID[tenancy.UserID](v, "user")
		if err != nil {
			return "", err
		}
		return done(v.at("users", id), notice), do(v, id)
	}
}

var (
	renameUser = onUser("renamed", func(v *visit, id tenancy.UserID) error {
		name := v.value("name")
		_, err := v.once().UpdateUser(v.ctx(), id, tenancy.UserUpdate{Name: &name})
		return err
	})
	setRole = onUser("role", func(v *visit, id tenancy.UserID) error {
		_, err := v.once().SetOrganizationRole(v.ctx(), v.org.ID, id, tenancy.OrganizationRole(v.value("role")))
		return err
	})
	setExemption = onUser("exemption", func(v *visit, id tenancy.UserID) error {
		_, err := v.once().SetSSOExemption(v.ctx(), v.org.ID, id, tenancy.SSOExemption(v.value("exempt") == "yes"))
		return err
	})
	deactivateUser = onUser("deactivated", func(v *visit, id tenancy.UserID) error {
		_, err := v.once().DeactivateUser(v.ctx(), id)
		return err
	})
	reactivateUser = onUser("reactivated", func(v *visit, id tenancy.UserID) error {
		_, err := v.once().ReactivateUser(v.ctx(), id)
		return err
	})
)
