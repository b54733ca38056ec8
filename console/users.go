package console

import (
	"net/url"

	"github.com/add4b1c6/tenancy"
)

// userRoutes serves the list of an organization's users, and the page of each.
func (c *console) userRoutes() {
	c.getIn("/users", tenancy.ViewUsers, users)
	c.personPageRoutes()
	c.userErrandRoutes()
	c.removalRoutes()
	c.leaveRoutes()
	c.inviteRoutes()
	c.invitationListRoutes()
	c.importRoutes()
}

// usersPage is what the list of users shows.
type usersPage struct {
	Tabs   []navLink
	Kind   tenancy.Kind // "": all
	About  string       // what the people of this kind are
	Search string
	Role   tenancy.OrganizationRole
	State  tenancy.State
	Roles  []option // to choose from
	States []option
	Users  list[tenancy.OrganizationUser]
	Limit  int // how many seats there may be; zero: none is known
	Import bool
}

// Filtered reports whether the list shows but some of the kind.
func (p usersPage) Filtered() bool { return p.Search != "" || p.Role != "" || p.State != "" }

// HasRoles reports whether people of the kind have a role to choose them by.
func (p usersPage) HasRoles() bool {
	return p.Kind == tenancy.KindManaged || p.Kind == tenancy.KindPending
}

// HasStates reports whether people of the kind have a state to choose them by.
func (p usersPage) HasStates() bool { return p.Kind == tenancy.KindManaged }

// userKinds are the tabs of the list of users.
var userKinds = []struct {
	name         string // in the URL
	kind         tenancy.Kind
	label, about string
}{
	{"managed", tenancy.KindManaged, "Managed", "Members of the organization, which manages them."},
	{"independent", tenancy.KindIndependent, "Independent", "People outside the organization who have roles on its accounts."},
	{"pending", tenancy.KindPending, "Invited", "People who were invited and have not answered yet."},
	{"requested", tenancy.KindRequested, "Asked to join", "People with an address on one of your domains who asked to be invited."},
	{"all", "", "All", "Everybody who has to do with the organization."},
}

// users lists the people of an organization: those of one kind or all, and of them those
// whom a search finds.
func users(v *visit) (*page, error) { return usersOf(v.query("kind"))(v) }

// usersOf is the list of one kind of users.
func usersOf(kind string) screen {
	return func(v *visit) (*page, error) {
		data := usersPage{Kind: tenancy.KindManaged, Search: v.query("q")}
		if kind == "" {
			kind = "managed"
		}
		for _, tab := range userKinds {
			data.Tabs = append(data.Tabs, navLink{v.t(tab.label), v.kindPath(tab.name), tab.name == kind})
			if tab.name == kind {
				data.Kind, data.About = tab.kind, v.t(tab.about)
			}
		}
		v.filterUsers(&data)
		found := v.s.Users(v.ctx(), v.org.ID, tenancy.UserQuery{
			Kind: data.Kind, Search: data.Search, ServiceAccount: new(false), After: v.after(),
		})
		// The library would go through everybody for the few with a role or a state.
		var err error
		data.Users, err = sift(v, found, func(u tenancy.OrganizationUser) bool {
			return (data.Role == "" || u.Role == data.Role) && (data.State == "" || u.User.State == data.State)
		})
		if err != nil {
			return nil, err
		}
		if settings := v.org.Settings; settings != nil {
			data.Import = settings.ImportEntitlement.On && v.imports()
			if settings.Limits != nil {
				data.Limit = settings.Limits.Members
			}
		}
		return &page{template: "users", title: v.t("Users"), at: "users", data: data}, nil
	}
}

// kindPath is the path of the list of one kind of users.
func (v *visit) kindPath(kind string) string {
	return linkTo(v.at("users"), url.Values{"kind": {kind}})
}

// filterUsers reads the choices of role and state, which only some kinds have.
func (v *visit) filterUsers(data *usersPage) {
	if data.HasRoles() {
		data.Roles = append([]option{{Label: v.t("Any role")}}, v.organizationRoles(data.Kind == tenancy.KindManaged)...)
		data.Role = tenancy.OrganizationRole(v.query("role"))
	}
	if data.HasStates() {
		data.States = []option{
			{Label: v.t("Any state")},
			{Value: string(tenancy.StateActive), Label: v.locale.state(tenancy.StateActive)},
			{Value: string(tenancy.StateInactive), Label: v.locale.state(tenancy.StateInactive)},
		}
		data.State = tenancy.State(v.query("state"))
	}
}

// organizationRoles are the roles in the organization as choices, with the Owner's or without.
func (v *visit) organizationRoles(owner bool) (roles []option) {
	all := append([]tenancy.OrganizationRole{tenancy.StandardUser, tenancy.Administrator}, v.o.Roles...)
	if owner {
		all = append([]tenancy.OrganizationRole{tenancy.Owner}, all...)
	}
	for _, role := range all {
		roles = append(roles, option{Value: string(role), Label: v.locale.role(role)})
	}
	return roles
}

// imports reports whether the reader may import users, and the host offers it.
func (v *visit) imports() bool {
	return v.shows(PartImport) && v.may[tenancy.ManageUsers] && v.may[tenancy.ManageOrganization]
}
