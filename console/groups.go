package console

import (
	"context"
	"net/http"
	"strconv"

	"github.com/add4b1c6/tenancy"
)

// groupsRoutes serves the list of an organization's groups, and the pages of a group.
func (c *console) groupsRoutes() {
	if !c.shows(PartGroups) {
		return
	}
	c.getIn("/groups", tenancy.ViewUsers, groups)
	c.getIn("/groups/new", tenancy.ManageUsers, newGroup)
	c.postIn("/groups/new", tenancy.ManageUsers, newGroup, createGroup,
		fields{tenancy.CodeName: "name", tenancy.CodeInput: "external"})
	c.getIn("/groups/{group}", tenancy.ViewUsers, groupScreen)
	c.postIn("/groups/{group}/name", tenancy.ManageUsers, groupScreen, renameGroup, fields{tenancy.CodeName: "name"})
	c.getIn("/groups/{group}/members/new", tenancy.ManageUsers, newGroupMember)
	c.postIn("/groups/{group}/members", tenancy.ManageUsers, newGroupMember, addToGroup,
		fields{tenancy.CodeNotMember: "user", tenancy.CodeRank: "user", tenancy.CodeServiceAccount: "user"})
	c.takeBy("/groups/{group}/members/{user}/removal", tenancy.ManageUsers, groupScreen, removeFromGroup, nil)
	c.takeIn("/groups/{group}/deletion", tenancy.ManageUsers, groupDeletion)
	c.takeBy("/groups/{group}/deletion", tenancy.ManageUsers, groupDeletion, deleteGroup, nil)
	c.says("group-created", "The group was created. Add its members, and give it roles on accounts.")
	c.says("group-renamed", "The group was renamed.")
	c.says("group-added", "The members were added to the group.")
	c.says("group-removed", "The member was removed from the group.")
	c.says("group-deleted", "The group was deleted.")
	c.groupAccountRoutes()
}

// groupsPage is what the list of groups shows.
type groupsPage struct{ Groups list[tenancy.ListedGroup] }

// groups lists an organization's groups.
func groups(v *visit) (*page, error) {
	data := groupsPage{}
	var err error
	if data.Groups, err = collect(v, v.s.Groups(v.ctx(), v.org.ID, tenancy.GroupQuery{After: v.after()})); err != nil {
		return nil, err
	}
	return &page{template: "groups", title: v.t("Groups"), at: "groups", data: data}, nil
}

// newGroup is the page on which a group is created.
func newGroup(v *visit) (*page, error) {
	return &page{template: "newgroup", title: v.t("Create a group"), at: "groups"}, nil
}

// createGroup makes a group without members and roles.
func createGroup(v *visit) (string, error) {
	in := tenancy.NewGroup{Name: v.value("name"), ExternalID: v.value("external")}
	made, err := v.once().CreateGroup(v.ctx(), v.org.ID, in)
	if err != nil {
		return v.at("groups"), err
	}
	return done(v.at("groups", made.ID), "group-created"), nil
}

// group is the group that a page is about.
type group struct {
	tenancy.Group
	v    *visit
	here string // which of its pages this is: the path's last part, "" for the first
}

// group reads the group of the path, which is one of the organization's.
func (v *visit) group(here string) (group, error) {
	g := group{v: v, here: here}
	id, err := pathID[tenancy.GroupID](v, "group")
	if err != nil {
		return g, err
	}
	if g.Group, err = v.s.Group(v.ctx(), id); err == nil && g.Organization != v.org.ID {
		err = tenancy.CodeNotFound
	}
	return g, err
}

// At is the path of a page of the group.
func (g group) At(parts ...any) string {
	return g.v.at(append([]any{"groups", g.ID}, parts...)...)
}

// Kept reports whether a directory keeps the group's name and members.
func (g group) Kept() bool { return !g.Directory.IsZero() }

// Changes reports whether the reader may change the group's name and members. A group that
// gives roles is changed only by somebody who manages accounts too. Whoever may not see
// whether it does is told when they try.
func (g group) Changes() bool { return g.v.may[tenancy.ManageUsers] && !g.Kept() }

// Shrinks reports whether they may remove members.
func (g group) Shrinks() bool { return g.v.takes[tenancy.ManageUsers] && !g.Kept() }

// Deletes reports whether the reader may delete the group. By a role of the host's only an
// empty one can be deleted, and such a role never includes ManageIdentity.
func (g group) Deletes() bool {
	return g.Shrinks() && (g.v.takes[tenancy.ManageIdentity] || g.Members == 0)
}

// Assigns reports whether the reader may set which roles the group gives.
func (g group) Assigns() bool { return g.v.may[tenancy.ManageUsers] && g.v.may[tenancy.ManageAccounts] }

// Revokes reports whether they may take them away.
func (g group) Revokes() bool {
	return g.v.takes[tenancy.ManageUsers] && g.v.takes[tenancy.ManageAccounts]
}

// Tabs are the pages of the group.
func (g group) Tabs() []navLink {
	tabs := []navLink{{g.v.t("Members"), g.At(), g.here == ""}}
	if g.v.may[tenancy.ViewAccounts] {
		tabs = append(tabs, navLink{g.v.t("Accounts"), g.At("accounts"), g.here == "accounts"})
	}
	return tabs
}

// groupPage is what the page of a group shows.
type groupPage struct {
	group
	Items list[tenancy.GroupMember]
}

// groupScreen shows a group and its members.
func groupScreen(v *visit) (*page, error) {
	g, err := v.group("")
	if err != nil {
		return nil, err
	}
	data := groupPage{group: g}
	if data.Items, err = collect(v, v.s.GroupMembers(v.ctx(), g.ID, tenancy.GroupQuery{After: v.after()})); err != nil {
		return nil, err
	}
	return &page{template: "group", title: v.t("Group"), at: "groups", data: data}, nil
}

// onGroup makes the action of a form on a group's page.
func onGroup(notice string, do func(*visit, tenancy.GroupID) error) action {
	return func(v *visit) (string, error) {
		g, err := v.group("")
		if err != nil {
			return "", err
		}
		return done(g.At(), notice), do(v, g.ID)
	}
}

var renameGroup = onGroup("group-renamed", func(v *visit, id tenancy.GroupID) error {
	_, err := v.once().RenameGroup(v.ctx(), id, v.value("name"))
	return err
})

// newGroupMemberPage is what the page on which members are added to a group shows.
type newGroupMemberPage struct {
	group
	Picker *picker
}

// newGroupMember is the page on which members are added to a group.
func newGroupMember(v *visit) (*page, error) {
	g, err := v.group("members")
	if err != nil {
		return nil, err
	}
	if g.Kept() && v.refused == nil {
		return nil, tenancy.CodeNotFound
	}
	data := newGroupMemberPage{group: g}
	if data.Picker, err = v.pick(g.At("members", "new"), tenancy.UserQuery{Kind: tenancy.KindManaged}); err != nil {
		return nil, err
	}
	return &page{template: "newgroupmember", title: v.t("Add members"), at: "groups", data: data}, nil
}

// errNobody is the refusal of a form in which nobody was chosen.
var errNobody = &refusal{status: http.StatusBadRequest, sentence: "Choose at least one member.", field: "user"}

// addToGroup adds the members that were chosen: all of them or none.
func addToGroup(v *visit) (string, error) {
	g, err := v.group("")
	if err != nil {
		return "", err
	}
	if v.picksOn() {
		return "", v.pickOn(newGroupMember)
	}
	var users []tenancy.UserID
	for _, text := range v.r.PostForm["user"] {
		id, err := tenancy.ParseID[tenancy.UserID](text)
		if err != nil {
			return "", tenancy.CodeNotFound
		}
		users = append(users, id)
	}
	if users == nil {
		return "", errNobody
	}
	_, err = v.once().AddToGroup(v.ctx(), g.ID, users)
	return done(g.At(), "group-added"), err
}

var removeFromGroup = onGroup("group-removed", func(v *visit, id tenancy.GroupID) error {
	user, err := pathID[tenancy.UserID](v, "user")
	if err == nil {
		_, err = v.once().RemoveFromGroup(v.ctx(), id, []tenancy.UserID{user})
	}
	return err
})

// groupDeletion is the page on which a group is deleted.
func groupDeletion(v *visit) (*page, error) {
	g, err := v.group("deletion")
	if err != nil {
		return nil, err
	}
	if !g.Deletes() {
		return nil, tenancy.CodeNotFound
	}
	return &page{template: "groupdeletion", title: v.t("Delete the group"), at: "groups", data: g}, nil
}

// deleteGroup deletes the group. A second click finds it no longer, and learns that it was
// done.
func deleteGroup(v *visit) (string, error) {
	id, err := pathID[tenancy.GroupID](v, "group")
	if err != nil {
		return "", err
	}
	return done(v.at("groups"), "group-deleted"), v.once().Atomically(v.ctx(), func(ctx context.Context, s *tenancy.Session) error {
		g, err := s.Group(ctx, id)
		if err == nil && g.Organization != v.org.ID {
			err = tenancy.CodeNotFound
		}
		if err == nil {
			err = v.saidStill(strconv.Itoa(g.Members))
		}
		if err != nil {
			return err
		}
		return s.DeleteGroup(ctx, id)
	})
}
