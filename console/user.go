package console

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// personPageRoutes serves the page of a person in an organization, and what is changed there.
func (c *console) personPageRoutes() {
	c.getIn("/users/{user}", tenancy.ViewOrganization, user)
	c.postIn("/users/{user}/name", tenancy.ViewOrganization, user, renameUser, fields{tenancy.CodeName: "name"})
	c.postIn("/users/{user}/role", tenancy.ManageUsers, user, setRole,
		fields{tenancy.CodeRole: "role", tenancy.CodeRank: "role"})
	c.takeBy("/users/{user}/deactivation", tenancy.ManageUsers, user, deactivateUser, nil)
	c.postIn("/users/{user}/reactivation", tenancy.ManageUsers, user, reactivateUser, nil)
	if c.shows(PartSSO) {
		c.postIn("/users/{user}/exemption", tenancy.ManageIdentity, user, setExemption, nil)
	}
	c.says("renamed", "The name was changed.")
	c.says("role", "The role was changed.")
	c.says("exempt", "Single sign-on is not required of this user any more.")
	c.says("not-exempt", "This user is not exempt from single sign-on any more.")
	c.says("deactivated", "The user was deactivated, and can do nothing until they are reactivated.")
	c.says("reactivated", "The user was reactivated.")
	c.says("still-inactive", "The organization holds the user no longer. They stay deactivated until the others who hold them reactivate them too.")
}

// userPage is what the page of a person shows.
type userPage struct {
	tenancy.User
	Member *tenancy.Membership // nil: they are independent
	Self   bool                // it is the reader's own
	Tends  bool                // the reader may change the member
	Ends   bool                // the reader may end what the member may do
	Roles  []option            // that can be given
	Reach  list[tenancy.Reach]
	Groups []tenancy.UserGroup // the first of them, of this organization
	More   bool                // there are more groups
	SSO    *requirement        // whether single sign-on is required; nil: the reader cannot know
}

// requirement is whether single sign-on is required of a member, and why (SSO-2).
type requirement struct {
	Domain     tenancy.Domain   // on which it is required; its ID is zero: it is not required
	Connection tenancy.Personal // through which; "": not to be seen
}

// requirementOf finds out whether single sign-on is required of a member, by the domain of
// their address. An address that is not written as domains are, in small ASCII letters, is
// not compared.
func (v *visit) requirementOf(user tenancy.User, member tenancy.Membership) (*requirement, error) {
	_, name, _ := strings.Cut(user.Email.Reveal(), "@")
	if !v.shows(PartSSO) || !v.may[tenancy.ViewDomains] || bool(member.SSO) || member.Role == tenancy.Owner ||
		!plainDomain.MatchString(name) {
		return nil, nil
	}
	looked := 0
	for domain, err := range v.s.Domains(v.ctx(), v.org.ID, tenancy.DomainQuery{}) {
		if err != nil {
			return nil, err
		}
		if domain.Name == name && !domain.Connection.IsZero() {
			return v.requirementOn(domain.Domain)
		}
		if looked++; looked == seekMost {
			return nil, nil
		}
	}
	return &requirement{}, nil
}

// plainDomain is what a domain looks like in an address that is written as the library does.
var plainDomain = regexp.MustCompile(`^([a-z0-9-]+\.)+[a-z0-9-]+$`)

// requirementOn is the requirement on a domain.
func (v *visit) requirementOn(domain tenancy.Domain) (*requirement, error) {
	required := &requirement{Domain: domain}
	if !v.may[tenancy.ManageIdentity] {
		return required, nil
	}
	connection, err := v.s.Connection(v.ctx(), domain.Connection)
	required.Connection = connection.Name
	return required, err
}

// Held reports whether the organization or its directory deactivated the user, which the
// organization can lift.
func (p userPage) Held() bool {
	return p.Inactive != nil && (p.Inactive.Organization || p.Inactive.Directory)
}

// user shows a person: their role, their groups, and the accounts that they reach and why.
// Everybody has a page of their own.
func user(v *visit) (*page, error) {
	id, err := pathID[tenancy.UserID](v, "user")
	if err != nil {
		return nil, err
	}
	data := userPage{Self: v.self() == id}
	if !data.Self && !v.may[tenancy.ViewUsers] {
		return nil, tenancy.CodeNotAllowed
	}
	if data.User, data.Member, err = v.person(id); err != nil {
		return nil, err
	}
	if data.ServiceAccount {
		return v.toServiceAccount(id)
	}
	if data.Member != nil {
		data.Tends, data.Ends = v.tends(data.User, *data.Member), v.ends(data.User, *data.Member)
		data.Roles = v.rolesToGive(data.Member.Role)
		if data.SSO, err = v.requirementOf(data.User, *data.Member); err != nil {
			return nil, err
		}
	}
	title, at := v.t("User"), "users"
	if data.Self {
		title, at = v.t("Your profile"), ""
	}
	if data.Reach, err = collect(v, v.s.AccountsOf(v.ctx(), id, tenancy.AccountsOfQuery{After: v.after()})); err != nil {
		return nil, err
	}
	groups, more, err := tenancy.Collect(v.s.GroupsOf(v.ctx(), id, tenancy.GroupQuery{}), pageSize)
	if err != nil {
		return nil, err
	}
	data.Groups = slices.DeleteFunc(groups, func(g tenancy.UserGroup) bool { return g.Organization != v.org.ID })
	data.More = more != ""
	return &page{template: "user", title: title, at: at, data: data}, nil
}

// toServiceAccount leads to the page of a service account, which is no person and has none
// among the users.
func (v *visit) toServiceAccount(id tenancy.UserID) (*page, error) {
	path := v.at("service-accounts", id)
	if !v.sees(tenancy.ManageIdentity) || !v.answers(path) {
		return nil, tenancy.CodeNotFound
	}
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil, nil
}

// person reads a member of the organization, or an independent user of it, who has no
// membership. Anybody else is not found, also somebody whom the reader sees elsewhere.
func (v *visit) person(id tenancy.UserID) (tenancy.User, *tenancy.Membership, error) {
	user, member, err := v.s.Member(v.ctx(), v.org.ID, id)
	switch {
	case err == nil:
		return user, &member, nil
	case tenancy.CodeOf(err) != tenancy.CodeNotFound:
		return tenancy.User{}, nil, err
	}
	if _, err := v.s.CanInOrganization(v.ctx(), id, tenancy.ViewOrganization, v.org.ID); err != nil {
		return tenancy.User{}, nil, err
	}
	user, _, err = v.s.User(v.ctx(), id)
	return user, nil, err
}

// all reports whether the reader has all that an Administrator has, so that nobody's role but
// the Owner's may do more than theirs. No role of the host's manages identities (ROLE-9).
func (v *visit) all() bool { return v.takes[tenancy.ManageIdentity] }

// tends reports whether the reader may change a member: neither the Owner nor themself, and
// nobody whose role may do more than theirs. Of the host's roles the operation knows that.
func (v *visit) tends(user tenancy.User, member tenancy.Membership) bool {
	return v.may[tenancy.ManageUsers] && v.ends(user, member)
}

// ends reports whether the reader may deactivate or remove a member, likewise.
func (v *visit) ends(user tenancy.User, member tenancy.Membership) bool {
	return user.ID != v.self() && v.Withdraws(member.Role)
}

// Offers reports whether the reader may offer a role in the organization, as far as it is
// known before.
func (v *visit) Offers(role tenancy.OrganizationRole) bool {
	return v.may[tenancy.ManageUsers] && v.Withdraws(role)
}

// Withdraws reports whether the reader may take back the offer of a role, likewise.
func (v *visit) Withdraws(role tenancy.OrganizationRole) bool {
	return v.takes[tenancy.ManageUsers] && role != tenancy.Owner && (v.all() || role != tenancy.Administrator)
}

// rolesToGive are the roles that a member can be given, with the one that they have.
func (v *visit) rolesToGive(has tenancy.OrganizationRole) (roles []option) {
	all := slices.DeleteFunc(v.organizationRoles(false), func(o option) bool {
		return !v.Offers(tenancy.OrganizationRole(o.Value))
	})
	if has != "" && !slices.ContainsFunc(all, func(o option) bool { return o.Value == string(has) }) {
		all = append(all, option{Value: string(has), Label: v.locale.role(has)})
	}
	return all
}

// onPerson makes the action of a form on a member's page. It is done to a member of the
// organization of the path who is a person, and to nobody else.
func onPerson(notice string, do func(*visit, context.Context, *tenancy.Session, tenancy.UserID) error) action {
	return func(v *visit) (string, error) {
		id, err := pathID[tenancy.UserID](v, "user")
		if err != nil {
			return "", err
		}
		return done(v.at("users", id), notice), v.toMember(id, func(ctx context.Context, s *tenancy.Session) error {
			return do(v, ctx, s, id)
		})
	}
}

// toMember does something once to a member of the organization who is a person. Operations on
// a person take no organization, so it is held here that they belong to this one.
func (v *visit) toMember(id tenancy.UserID, do func(context.Context, *tenancy.Session) error) error {
	return v.together(func(ctx context.Context, s *tenancy.Session) error {
		user, _, err := s.Member(ctx, v.org.ID, id)
		if err != nil {
			return err
		}
		if user.ServiceAccount {
			return tenancy.CodeNotFound
		}
		return do(ctx, s)
	})
}

var (
	renameUser = onPerson("renamed", func(v *visit, ctx context.Context, s *tenancy.Session, id tenancy.UserID) error {
		name := v.value("name")
		_, err := s.UpdateUser(ctx, id, tenancy.UserUpdate{Name: &name})
		return err
	})
	setRole = onPerson("role", func(v *visit, ctx context.Context, s *tenancy.Session, id tenancy.UserID) error {
		_, err := s.SetOrganizationRole(ctx, v.org.ID, id, tenancy.OrganizationRole(v.value("role")))
		return err
	})
	deactivateUser = onPerson("deactivated", func(_ *visit, ctx context.Context, s *tenancy.Session, id tenancy.UserID) error {
		_, err := s.DeactivateUser(ctx, id)
		return err
	})
)

// setExemption exempts a member from single sign-on, or ends that.
func setExemption(v *visit) (string, error) {
	exempt, notice := v.value("exempt") == "yes", "not-exempt"
	if exempt {
		notice = "exempt"
	}
	return onPerson(notice, func(v *visit, ctx context.Context, s *tenancy.Session, id tenancy.UserID) error {
		_, err := s.SetSSOExemption(ctx, v.org.ID, id, tenancy.SSOExemption(exempt))
		return err
	})(v)
}

// reactivateUser lifts what the organization holds a member by. The page says if others still
// hold them.
func reactivateUser(v *visit) (string, error) {
	var after tenancy.User
	path, err := onPerson("reactivated", func(_ *visit, ctx context.Context, s *tenancy.Session, id tenancy.UserID) (err error) {
		after, err = s.ReactivateUser(ctx, id)
		return err
	})(v)
	if err == nil && after.State != tenancy.StateActive {
		return done(v.at("users", after.ID), "still-inactive"), nil
	}
	return path, err
}
