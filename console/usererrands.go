package console

import (
	"context"

	"github.com/add4b1c6/tenancy"
)

// userErrandRoutes serves the pages that lead from a member to what they are given: roles on
// an account, and a place in a group.
func (c *console) userErrandRoutes() {
	c.getIn("/users/{user}/accounts/new", tenancy.ManageAccounts, newUserAccount)
	if !c.shows(PartGroups) {
		return
	}
	c.getIn("/users/{user}/groups/new", tenancy.ManageUsers, newUserGroup)
	c.postIn("/users/{user}/groups/{group}", tenancy.ManageUsers, newUserGroup, addUserToGroup, nil)
	c.says("user-grouped", "The member was added to the group.")
}

// memberOfPath reads the member of the path, who is a person.
func (v *visit) memberOfPath() (tenancy.User, error) {
	id, err := pathID[tenancy.UserID](v, "user")
	if err != nil {
		return tenancy.User{}, err
	}
	if !v.may[tenancy.ViewUsers] {
		return tenancy.User{}, tenancy.CodeNotAllowed
	}
	user, _, err := v.s.Member(v.ctx(), v.org.ID, id)
	if err == nil && user.ServiceAccount {
		err = tenancy.CodeNotFound
	}
	return user, err
}

// newUserAccountPage is what the page shows on which an account is chosen for a member.
type newUserAccountPage struct {
	tenancy.User
	Picker *accountPicker
}

// newUserAccount is the page on which an account is chosen. The choice leads to the page on
// which the member's roles there are set.
func newUserAccount(v *visit) (*page, error) {
	user, err := v.memberOfPath()
	if err != nil {
		return nil, err
	}
	data := newUserAccountPage{User: user}
	data.Picker, err = v.pickAccount(v.at("users", user.ID, "accounts", "new"),
		func(id tenancy.AccountID) string { return v.at("accounts", id, "members", user.ID) })
	if err != nil {
		return nil, err
	}
	return &page{template: "newuseraccount", title: v.t("Choose an account"), at: "users", data: data}, nil
}

// newUserGroupPage is what the page shows on which a member is added to a group.
type newUserGroupPage struct {
	tenancy.User
	Items list[tenancy.ListedGroup]
	in    map[tenancy.GroupID]bool
}

// In reports whether the member is in a group already.
func (p newUserGroupPage) In(group tenancy.GroupID) bool { return p.in[group] }

// newUserGroup lists the groups, to add a member to one.
func newUserGroup(v *visit) (*page, error) {
	user, err := v.memberOfPath()
	if err != nil {
		return nil, err
	}
	data := newUserGroupPage{User: user, in: map[tenancy.GroupID]bool{}}
	if data.Items, err = collect(v, v.s.Groups(v.ctx(), v.org.ID, tenancy.GroupQuery{After: v.after()})); err != nil {
		return nil, err
	}
	looked := 0
	for group, err := range v.s.GroupsOf(v.ctx(), user.ID, tenancy.GroupQuery{}) {
		if err != nil {
			return nil, err
		}
		data.in[group.Group] = true
		if looked++; looked == seekMost {
			break
		}
	}
	return &page{template: "newusergroup", title: v.t("Add to a group"), at: "users", data: data}, nil
}

// addUserToGroup adds the member of the path to the group of the path.
func addUserToGroup(v *visit) (string, error) {
	g, err := v.group("")
	if err != nil {
		return "", err
	}
	return onPerson("user-grouped", func(_ *visit, ctx context.Context, s *tenancy.Session, id tenancy.UserID) error {
		_, err := s.AddToGroup(ctx, g.ID, []tenancy.UserID{id})
		return err
	})(v)
}
