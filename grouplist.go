package tenancy

import (
	"context"
	"iter"
)

// ListedGroup is a group in an organization's list.
type ListedGroup struct {
	Group
	listed
}

// GroupMember is a user in a group's list of its members.
type GroupMember struct {
	User User `json:"user,omitzero"`
	listed
}

// GroupAccount is an account on which a group gives roles.
type GroupAccount struct {
	Account AccountID `json:"account,omitzero"`
	Name    Personal  `json:"name,omitzero"`
	Roles   RoleSet   `json:"roles,omitzero"`
	listed
}

// UserGroup is a group in which a user is.
type UserGroup struct {
	Group        GroupID        `json:"group,omitzero"`
	Organization OrganizationID `json:"organization,omitzero"`
	Name         Personal       `json:"name,omitzero"`
	listed
}

// GroupQuery selects a part of a list of or about groups. The zero value selects all.
type GroupQuery struct {
	After Cursor `json:"after,omitzero"` // of an item of the same query; empty: from the start
}

// Group returns a group (GRP-5). The Owner and Administrators of its organization,
// Operators and System may call it.
//
// Errors: CodeID; CodeNotFound.
func (s *Session) Group(ctx context.Context, group GroupID) (Group, error) {
	var check form
	check.id(group)
	return look(ctx, s, call{opGroup, group.String(), check.err},
		func(r *reads) groupFacts { return r.loadGroup(group) }, decideGroup)
}

// groupFacts is the group that is looked at.
type groupFacts struct{ groupStanding }

func (r *reads) loadGroup(group GroupID) groupFacts { return groupFacts{r.groupStanding(group)} }

func decideGroup(f groupFacts, c *changes) (Group, error) {
	if !c.sees(f.standing) {
		return Group{}, CodeNotFound
	}
	return viewGroup(*f.group, f.keeper), nil
}

// Groups lists an organization's groups by ID (GRP-5). The Owner, Administrators,
// Operators and System may call it.
//
// Errors: CodeID, CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) Groups(
	ctx context.Context, org OrganizationID, query GroupQuery,
) iter.Seq2[ListedGroup, error] {
	l := listOf("Groups", org.String())
	return pages(l, query.After, func(from place, malformed error) (page[ListedGroup], error) {
		check := form{malformed}
		check.id(org)
		return look(ctx, s, call{opGroups, org.String(), check.err},
			func(r *reads) groupsFacts { return r.loadGroups(org, from) },
			func(f groupsFacts, c *changes) (page[ListedGroup], error) { return decideGroups(f, l, c) })
	})
}

// groupsFacts is a page of an organization's groups.
type groupsFacts struct {
	standing
	groups  []GroupRecord
	keepers []DirectoryID // of the groups, in the same places
}

func (r *reads) loadGroups(org OrganizationID, from place) groupsFacts {
	org = r.shown(org)
	f := groupsFacts{standing: r.standing(org), groups: list(r, groupsIn(org, GroupID(from.key.ID)), pageSize)}
	for _, g := range f.groups {
		f.keepers = append(f.keepers, r.keeper(g))
	}
	return f
}

func decideGroups(f groupsFacts, l listID, c *changes) (page[ListedGroup], error) {
	if err := c.authorize(f.standing); err != nil {
		return page[ListedGroup]{}, err
	}
	p := page[ListedGroup]{end: len(f.groups) < pageSize}
	for i, g := range f.groups {
		p.next = place{key: Key{ID: g.ID}}
		p.items = append(p.items, ListedGroup{viewGroup(g, f.keepers[i]), listedAt(l, p.next)})
	}
	return p, nil
}

// GroupMembers lists the users who are in a group, by ID (GRP-5). Inactive members are
// among them. The Owner and Administrators of its organization, Operators and System may
// call it.
//
// Errors: CodeID, CodeCursor; CodeNotFound.
func (s *Session) GroupMembers(
	ctx context.Context, group GroupID, query GroupQuery,
) iter.Seq2[GroupMember, error] {
	l := listOf("GroupMembers", group.String())
	return pages(l, query.After, func(from place, malformed error) (page[GroupMember], error) {
		check := form{malformed}
		check.id(group)
		return look(ctx, s, call{opGroupMembers, group.String(), check.err},
			func(r *reads) groupMembersFacts { return r.loadGroupMembers(group, from) },
			func(f groupMembersFacts, c *changes) (page[GroupMember], error) { return decideGroupMembers(f, l, c) })
	})
}

// groupMembersFacts is a page of the users in a group.
type groupMembersFacts struct {
	groupStanding
	members []GroupMemberRecord
	users   []*UserRecord // in the same places
}

func (r *reads) loadGroupMembers(group GroupID, from place) groupMembersFacts {
	f := groupMembersFacts{groupStanding: r.groupStanding(group)}
	f.members = list(r, groupMembers(group, UserID(from.key.ID)), pageSize)
	for _, m := range f.members {
		f.users = append(f.users, find(r, userByID(m.User)))
	}
	return f
}

func decideGroupMembers(f groupMembersFacts, l listID, c *changes) (page[GroupMember], error) {
	if err := c.authorize(f.standing); err != nil {
		return page[GroupMember]{}, err
	}
	p := page[GroupMember]{end: len(f.members) < pageSize}
	for i, m := range f.members {
		p.next = place{key: Key{ID: m.User}}
		p.items = append(p.items, GroupMember{viewUser(*f.users[i]), listedAt(l, p.next)})
	}
	return p, nil
}

// GroupAccounts lists the accounts on which a group gives roles, by ID (GRP-5). The Owner
// and Administrators of its organization, Operators and System may call it.
//
// Errors: CodeID, CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) GroupAccounts(
	ctx context.Context, group GroupID, query GroupQuery,
) iter.Seq2[GroupAccount, error] {
	l := listOf("GroupAccounts", group.String())
	return pages(l, query.After, func(from place, malformed error) (page[GroupAccount], error) {
		check := form{malformed}
		check.id(group)
		return look(ctx, s, call{opGroupAccounts, group.String(), check.err},
			func(r *reads) groupAccountsFacts { return r.loadGroupAccounts(group, from) },
			func(f groupAccountsFacts, c *changes) (page[GroupAccount], error) {
				return decideGroupAccounts(f, l, c)
			})
	})
}

// groupAccountsFacts is a page of the accounts on which a group gives roles.
type groupAccountsFacts struct {
	groupStanding
	roles    []GroupRolesRecord
	accounts []*AccountRecord // in the same places
}

func (r *reads) loadGroupAccounts(group GroupID, from place) groupAccountsFacts {
	f := groupAccountsFacts{groupStanding: r.groupStanding(group)}
	f.roles = list(r, groupRolesOf(group, AccountID(from.key.ID)), pageSize)
	for _, g := range f.roles {
		f.accounts = append(f.accounts, find(r, accountByID(g.Account)))
	}
	return f
}

func decideGroupAccounts(f groupAccountsFacts, l listID, c *changes) (page[GroupAccount], error) {
	if err := c.authorize(f.standing); err != nil {
		return page[GroupAccount]{}, err
	}
	p := page[GroupAccount]{end: len(f.roles) < pageSize}
	for i, g := range f.roles {
		p.next = place{key: Key{ID: g.Account}}
		p.items = append(p.items,
			GroupAccount{g.Account, f.accounts[i].Personal.Name, g.Roles, listedAt(l, p.next)})
	}
	return p, nil
}

// GroupsOf lists the groups in which a user is, by ID (GRP-4). The user may call it, and
// Operators and System. The Owner and Administrators of an organization that sees the
// user are shown those of its own groups.
//
// Errors: CodeID, CodeCursor; CodeNotFound.
func (s *Session) GroupsOf(ctx context.Context, user UserID, query GroupQuery) iter.Seq2[UserGroup, error] {
	l := listOf("GroupsOf", user.String())
	return pages(l, query.After, func(from place, malformed error) (page[UserGroup], error) {
		check := form{malformed}
		check.id(user)
		return look(ctx, s, call{opGroupsOf, user.String(), check.err},
			func(r *reads) groupsOfFacts { return r.loadGroupsOf(user, from) },
			func(f groupsOfFacts, c *changes) (page[UserGroup], error) { return decideGroupsOf(f, l, c) })
	})
}

// groupsOfFacts is a page of a user's groups.
type groupsOfFacts struct {
	sight
	in     []GroupMemberRecord
	groups []*GroupRecord // in the same places
}

func (r *reads) loadGroupsOf(user UserID, from place) groupsOfFacts {
	f := groupsOfFacts{sight: r.sight(user)}
	f.in = list(r, groupsOf(user, GroupID(from.key.ID)), pageSize)
	for _, m := range f.in {
		f.groups = append(f.groups, find(r, groupByID(m.Group)))
	}
	return f
}

func decideGroupsOf(f groupsOfFacts, l listID, c *changes) (page[UserGroup], error) {
	if !f.overseen() {
		return page[UserGroup]{}, CodeNotFound
	}
	all := !c.actor.isUser() || f.oneself()
	p := page[UserGroup]{end: len(f.in) < pageSize}
	for _, g := range f.groups {
		p.next = place{key: Key{ID: g.ID}}
		if all || f.may(ViewUsers, g.Organization) {
			p.items = append(p.items, UserGroup{g.ID, g.Organization, g.Personal.Name, listedAt(l, p.next)})
		}
	}
	return p, nil
}

// groupRoles asks for the roles that groups have on an account. Where its record says that
// there are none, nothing is asked.
func (r *reads) groupRoles(a AccountRecord) []GroupRolesRecord {
	if a.Groups == 0 {
		return nil
	}
	return all(r, groupRolesOn(a.ID))
}

// groupsOfUser asks for the groups in which a user is.
func (r *reads) groupsOfUser(user UserID) (groups []GroupRecord) {
	for _, m := range all(r, groupsOf(user, GroupID{})) {
		if g := find(r, groupByID(m.Group)); g != nil {
			groups = append(groups, *g)
		}
	}
	return groups
}

// through asks for what some groups, in which a user is, give on an account. Where its
// record says that no group has roles there, nothing is asked.
func (r *reads) through(in []GroupMemberRecord, a AccountRecord) []GroupAccess {
	if a.Groups == 0 {
		return nil
	}
	return r.throughOn(in, a.ID)
}

// throughOn is through for an account whose record is not known yet.
func (r *reads) throughOn(in []GroupMemberRecord, account AccountID) (groups []GroupAccess) {
	if len(in) == 0 {
		return nil
	}
	inside := make(map[GroupID]bool, len(in))
	for _, m := range in {
		inside[m.Group] = true
	}
	for _, g := range all(r, groupRolesOn(account)) {
		if inside[g.Group] {
			groups = append(groups, GroupAccess{g.Group, g.Roles})
		}
	}
	return groups
}
