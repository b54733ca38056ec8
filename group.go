package tenancy

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Group is a group of an organization's members, who have the account roles that it gives
// them beside their own (GRP-1). Two groups may have one name: the ID tells them apart.
type Group struct {
	ID           GroupID        `json:"id,omitzero"`
	Organization OrganizationID `json:"organization,omitzero"`
	Name         Personal       `json:"name,omitzero"`
	ExternalID   Personal       `json:"externalId,omitzero"` // what another system calls it; empty: none
	Directory    DirectoryID    `json:"directory,omitzero"`  // which keeps it: it alone changes name and members (PRV-9); zero: none
	Members      int            `json:"members"`             // how many are in it
	Created      time.Time      `json:"created,omitzero"`
}

// NewGroup is the input of CreateGroup.
type NewGroup struct {
	Name string
	// ExternalID is what another system calls the group: up to 255 characters of valid
	// UTF-8 without control characters, kept as it is given. It need not be unique.
	// Empty: none.
	ExternalID string
}

// GroupRoles is the account roles that a group gives its members on one account.
type GroupRoles struct {
	Group   GroupID   `json:"group,omitzero"`
	Account AccountID `json:"account,omitzero"`
	Roles   RoleSet   `json:"roles,omitzero"`
}

// maxGroupUsers is how many users AddToGroup and RemoveFromGroup take.
const maxGroupUsers = 1000

// CreateGroup makes a group of an organization, without members and roles (GRP-2). The
// Owner and Administrators may call it.
//
// Errors: CodeID; CodeName; CodeInput for the external ID; CodeNotFound,
// CodeNotAllowed; CodeMerged; CodeGroupLimit; CodeOrganizationSuspended.
func (s *Session) CreateGroup(ctx context.Context, org OrganizationID, in NewGroup) (Group, error) {
	var check form
	check.id(org)
	in.Name = check.name(in.Name)
	check.externalID(in.ExternalID)
	return update(ctx, s, call{opCreateGroup, org.String(), check.err},
		func(r *reads) createGroupFacts { return r.loadCreateGroup(org) },
		func(f createGroupFacts, c *changes) (Group, error) { return decideCreateGroup(f, in, c) })
}

// createGroupFacts is the organization that gets a group.
type createGroupFacts struct{ standing }

func (r *reads) loadCreateGroup(org OrganizationID) createGroupFacts {
	return createGroupFacts{r.standing(org)}
}

func decideCreateGroup(f createGroupFacts, in NewGroup, c *changes) (Group, error) {
	if err := c.authorizeAlive(f.standing); err != nil {
		return Group{}, err
	}
	if exceeds(f.organization.Groups, 1, c.dir.limitsOf(*f.organization).Groups) {
		return Group{}, CodeGroupLimit
	}
	org, made := f.organization.ID, GroupID(c.tape.id())
	c.makes(made)
	c.say(GroupCreated{Group: made, Organization: org, Created: c.now}, streamOfOrganization(org))
	edit(c.world, groupByID(made), func(g *GroupRecord) {
		g.Personal = GroupPersonal{Name: NewPersonal(in.Name), ExternalID: NewPersonal(in.ExternalID)}
	})
	return c.viewGroupNow(made), nil
}

// RenameGroup gives a group another name, which another group may have too (GRP-2). The
// Owner and Administrators may call it. Setting the name that the group has changes
// nothing (GEN-6).
//
// Errors: CodeID; CodeName; CodeNotFound, CodeNotAllowed; CodeDirectoryGroup if a directory
// keeps the group; CodeOrganizationSuspended.
func (s *Session) RenameGroup(ctx context.Context, group GroupID, name string) (Group, error) {
	var check form
	check.id(group)
	name = check.name(name)
	return update(ctx, s, call{opRenameGroup, group.String(), check.err},
		func(r *reads) renameGroupFacts { return r.loadRenameGroup(group) },
		func(f renameGroupFacts, c *changes) (Group, error) { return decideRenameGroup(f, name, c) })
}

// renameGroupFacts is the group that is renamed.
type renameGroupFacts struct{ groupStanding }

func (r *reads) loadRenameGroup(group GroupID) renameGroupFacts {
	return renameGroupFacts{r.groupStanding(group)}
}

func decideRenameGroup(f renameGroupFacts, name string, c *changes) (Group, error) {
	if err := c.authorizeGroup(f.groupStanding); err != nil {
		return Group{}, err
	}
	if f.group.Personal.Name.Reveal() != name {
		c.say(GroupRenamed{Group: f.group.ID}, f.group.stream())
		edit(c.world, groupByID(f.group.ID), func(g *GroupRecord) { g.Personal.Name = NewPersonal(name) })
	}
	return c.viewGroupNow(f.group.ID), nil
}

// DeleteGroup ends a group: its members lose the roles that it gave them (GRP-2). What a
// group that is gone gave and who was in it is gone with it, so no event tells of each of
// them. The Owner and Administrators may call it. By a role of the host's only an empty
// group can be deleted: whoever has one takes the members out first, and RemoveFromGroup
// says of each whether they may (ROLE-9).
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed, CodeDirectoryGroup if a directory keeps the
// group; CodeRank for a group with members by a role of the host's.
func (s *Session) DeleteGroup(ctx context.Context, group GroupID) error {
	var check form
	check.id(group)
	return change(ctx, s, call{opDeleteGroup, group.String(), check.err},
		func(r *reads) deleteGroupFacts { return r.loadDeleteGroup(group) }, decideDeleteGroup)
}

// deleteGroupFacts is the group that is deleted.
type deleteGroupFacts struct{ groupStanding }

func (r *reads) loadDeleteGroup(group GroupID) deleteGroupFacts {
	return deleteGroupFacts{r.groupStanding(group)}
}

func decideDeleteGroup(f deleteGroupFacts, c *changes) error {
	if err := c.authorizeGroup(f.groupStanding); err != nil {
		return err
	}
	if f.group.Members > 0 && !f.rank.isBuiltInManager() {
		return CodeRank
	}
	c.say(GroupDeleted{f.group.ID}, f.group.stream())
	return nil
}

// AddToGroup puts members of the organization into a group: all of the users or, if one
// is refused, none (GRP-2). They have its roles at once. A user who is in the group
// already stays, and if all are, nothing changes (GEN-6). Inactive members can be added.
// The Owner and Administrators may call it.
//
// Errors: CodeID, also for a zero ID among the users; CodeInput for no user or more
// than 1,000; CodeNotFound, also for a user whom the actor does not see;
// CodeNotAllowed, CodeDirectoryGroup if a directory keeps the group; CodeServiceAccount if
// the actor is one, and names itself; CodeRank for a member who may do more than the actor; CodeNotMember for a user who is not a
// member of the group's organization; CodeGroupMemberLimit; CodeOrganizationSuspended.
func (s *Session) AddToGroup(ctx context.Context, group GroupID, users []UserID) (Group, error) {
	var check form
	check.id(group)
	users = check.users(users)
	return update(ctx, s, call{opAddToGroup, group.String(), check.err},
		func(r *reads) addToGroupFacts { return r.loadAddToGroup(group, users) }, decideAddToGroup)
}

// addToGroupFacts is the group, and the users who are put into it.
type addToGroupFacts struct {
	groupStanding
	users []candidateMember
}

// candidateMember is a user whom AddToGroup or RemoveFromGroup names.
type candidateMember struct {
	id     UserID
	rank   *MembershipRecord // in the organization; nil: they are not a member
	guest  bool              // they have a role on one of its accounts that is not closed, and are not a member
	inside bool              // they are in the group
}

func (r *reads) loadAddToGroup(group GroupID, users []UserID) addToGroupFacts {
	f := addToGroupFacts{groupStanding: r.groupStanding(group)}
	f.users = r.candidateMembers(f.groupStanding, users)
	return f
}

func decideAddToGroup(f addToGroupFacts, c *changes) (Group, error) {
	if err := c.authorizeGroup(f.groupStanding); err != nil {
		return Group{}, err
	}
	if c.service && slices.ContainsFunc(f.users, func(u candidateMember) bool { return u.id == c.actor.User }) {
		return Group{}, CodeServiceAccount
	}
	if err := f.name(f.users); err != nil {
		return Group{}, err
	}
	var added []UserID
	for _, u := range f.users {
		switch {
		case u.rank == nil:
			return Group{}, CodeNotMember
		case !u.inside:
			added = append(added, u.id)
		}
	}
	if exceeds(f.group.Members, len(added), c.dir.limitsOf(*f.organization).GroupMembers) {
		return Group{}, CodeGroupMemberLimit
	}
	if len(added) > 0 {
		c.say(UsersAddedToGroup{f.group.ID, added}, f.group.stream())
	}
	return c.viewGroupNow(f.group.ID), nil
}

// RemoveFromGroup takes users out of a group (GRP-2). They lose the roles that it gave
// them at once, except what they have in another way. A user who is not in the group
// stays out, and if none is in it, nothing changes (GEN-6). The Owner and Administrators
// may call it.
//
// Errors: CodeID, also for a zero ID among the users; CodeInput for no user or more than
// 1,000; CodeNotFound, also for a user whom the actor does not see; CodeNotAllowed,
// CodeDirectoryGroup if a directory keeps the group; CodeRank for a member who may do more
// than the actor.
func (s *Session) RemoveFromGroup(ctx context.Context, group GroupID, users []UserID) (Group, error) {
	var check form
	check.id(group)
	users = check.users(users)
	return update(ctx, s, call{opRemoveFromGroup, group.String(), check.err},
		func(r *reads) removeFromGroupFacts { return r.loadRemoveFromGroup(group, users) }, decideRemoveFromGroup)
}

// removeFromGroupFacts is the group, and the users who are taken out of it.
type removeFromGroupFacts struct {
	groupStanding
	users []candidateMember
}

func (r *reads) loadRemoveFromGroup(group GroupID, users []UserID) removeFromGroupFacts {
	f := removeFromGroupFacts{groupStanding: r.groupStanding(group)}
	f.users = r.candidateMembers(f.groupStanding, users)
	return f
}

func decideRemoveFromGroup(f removeFromGroupFacts, c *changes) (Group, error) {
	if err := c.authorizeGroup(f.groupStanding); err != nil {
		return Group{}, err
	}
	if err := f.name(f.users); err != nil {
		return Group{}, err
	}
	var removed []UserID
	for _, u := range f.users {
		if u.inside {
			removed = append(removed, u.id)
		}
	}
	if len(removed) > 0 {
		c.say(UsersRemovedFromGroup{f.group.ID, removed}, f.group.stream())
	}
	return c.viewGroupNow(f.group.ID), nil
}

// candidateMembers asks for what users are to a group and its organization.
func (r *reads) candidateMembers(st groupStanding, users []UserID) (named []candidateMember) {
	if st.group == nil {
		return nil
	}
	org := st.group.Organization
	for _, id := range users {
		named = append(named, candidateMember{
			id:     id,
			rank:   find(r, memberOf(org, id)),
			guest:  r.isGuest(org, id),
			inside: find(r, groupMember(st.group.ID, id)) != nil,
		})
	}
	return named
}

// name refuses users whom the actor, who manages the users of the group's organization,
// does not see, and members who may do more than they: a role of the host's touches only
// members with roles that it covers (ROLE-9). Owner and Administrators put anybody into a
// group.
func (st groupStanding) name(users []candidateMember) error {
	for _, u := range users {
		if u.rank == nil && !u.guest {
			return CodeNotFound
		}
	}
	for _, u := range users {
		if u.rank != nil && !st.rank.isBuiltInManager() && !st.rank.covers(u.rank.Role) {
			return CodeRank
		}
	}
	return nil
}

// AssignGroupRoles sets the roles that a group gives its members on an account of its
// organization, in place of those that it gave there before: Administrator alone, or any
// of the others together, never Owner (GRP-2, ACC-7). Everybody who is in the group now
// or later has them, beside those of their own. Roles on a main account hold on its
// subaccounts too (ACC-3). The organization's Owner and Administrators may call it. Setting
// the roles that the group has there changes nothing (GEN-6).
//
// Errors: CodeID, CodeRoles; CodeNotFound, also for an account that is not the
// organization's; CodeNotAllowed; CodeServiceAccount if the actor is one, and in the
// group; CodeClosed; CodeAccountGroupLimit; CodeOrganizationSuspended.
func (s *Session) AssignGroupRoles(
	ctx context.Context, group GroupID, account AccountID, roles RoleSet,
) (GroupRoles, error) {
	var check form
	check.id(group)
	check.id(account)
	check.that(s.dir.table.assignable(roles), CodeRoles)
	return update(ctx, s, call{opAssignGroupRoles, group.String(), check.err},
		func(r *reads) assignGroupRolesFacts { return r.loadAssignGroupRoles(group, account) },
		func(f assignGroupRolesFacts, c *changes) (GroupRoles, error) {
			return decideAssignGroupRoles(f, roles, c)
		})
}

// assignGroupRolesFacts is the group, and the account on which it gets roles.
type assignGroupRolesFacts struct {
	groupStanding
	account *AccountRecord    // nil: there is none
	has     *GroupRolesRecord // the group's on the account; nil: none
	inside  bool              // the actor is in the group
}

func (r *reads) loadAssignGroupRoles(group GroupID, account AccountID) assignGroupRolesFacts {
	return assignGroupRolesFacts{r.groupStanding(group), find(r, accountByID(account)),
		find(r, groupRoles(account, group)), find(r, groupMember(group, r.actor.User)) != nil}
}

func decideAssignGroupRoles(f assignGroupRolesFacts, roles RoleSet, c *changes) (GroupRoles, error) {
	if err := c.authorize(f.standing); err != nil {
		return GroupRoles{}, err
	}
	switch {
	case c.service && f.inside:
		return GroupRoles{}, CodeServiceAccount
	case f.account == nil || f.account.Organization != f.organization.ID:
		return GroupRoles{}, CodeNotFound
	case f.account.Closed != 0:
		return GroupRoles{}, CodeClosed
	case f.has == nil && exceeds(f.account.Groups, 1, c.dir.limitsOf(*f.organization).AccountGroups):
		return GroupRoles{}, CodeAccountGroupLimit
	}
	if f.has == nil || f.has.Roles != roles {
		c.say(GroupRolesAssigned{f.group.ID, f.account.ID, roles}, f.group.stream())
	}
	return GroupRoles{f.group.ID, f.account.ID, roles}, nil
}

// RevokeGroupRoles takes from a group the roles that it gives on an account (GRP-2).
// Those that it gives on the account's parent stay. The organization's Owner and
// Administrators may call it.
//
// Errors: CodeID; CodeNotFound, also for an account that is not the organization's;
// CodeNotAllowed; CodeNoGrant if the group has no roles there.
func (s *Session) RevokeGroupRoles(ctx context.Context, group GroupID, account AccountID) error {
	var check form
	check.id(group)
	check.id(account)
	return change(ctx, s, call{opRevokeGroupRoles, group.String(), check.err},
		func(r *reads) revokeGroupRolesFacts { return r.loadRevokeGroupRoles(group, account) },
		decideRevokeGroupRoles)
}

// revokeGroupRolesFacts is the group, and the account on which it loses its roles.
type revokeGroupRolesFacts struct {
	groupStanding
	account *AccountRecord    // nil: there is none
	has     *GroupRolesRecord // the group's on the account; nil: none
}

func (r *reads) loadRevokeGroupRoles(group GroupID, account AccountID) revokeGroupRolesFacts {
	return revokeGroupRolesFacts{r.groupStanding(group), find(r, accountByID(account)),
		find(r, groupRoles(account, group))}
}

func decideRevokeGroupRoles(f revokeGroupRolesFacts, c *changes) error {
	if err := c.authorize(f.standing); err != nil {
		return err
	}
	switch {
	case f.account == nil || f.account.Organization != f.organization.ID:
		return CodeNotFound
	case f.has == nil:
		return CodeNoGrant
	}
	c.say(GroupRolesRevoked{f.group.ID, f.account.ID}, f.group.stream())
	return nil
}

// groupStanding is a group acted on, and what the actor is in its organization.
type groupStanding struct {
	standing
	group  *GroupRecord // nil: there is none
	gives  bool         // it has roles on an account
	keeper DirectoryID  // the directory that keeps it; zero: none that lives does
}

// groupStanding asks for a group and what the actor is in its organization.
func (r *reads) groupStanding(id GroupID) (st groupStanding) {
	st.gives = len(list(r, groupRolesOf(id, AccountID{}), 1)) > 0
	if st.group = find(r, groupByID(id)); st.group != nil {
		st.standing = r.standing(st.group.Organization)
		st.keeper = r.keeper(*st.group)
	}
	return st
}

// keeper asks for the directory that keeps a group. It returns zero if none does that
// lives: the group is the organization's own then.
func (r *reads) keeper(g GroupRecord) DirectoryID {
	if g.Directory.IsZero() {
		return DirectoryID{}
	}
	if d := find(r, directoryByID(g.Directory)); d == nil || d.Removed != 0 {
		return DirectoryID{}
	}
	return g.Directory
}

// authorizeGroup decides whether the actor may change a group: by the table, and, if the
// group gives roles, only an actor who manages the organization's accounts too (GRP-2).
// Nobody may whose group a directory keeps (PRV-9).
func (c *changes) authorizeGroup(st groupStanding) error {
	if err := c.authorize(st.standing); err != nil {
		return err
	}
	if st.gives && !st.rank.may(ManageAccounts) {
		return CodeNotAllowed
	}
	if !st.keeper.IsZero() {
		return CodeDirectoryGroup
	}
	return nil
}

// stream returns the stream of the group's organization.
func (g GroupRecord) stream() Stream { return streamOfOrganization(g.Organization) }

// externalID refuses what cannot be an external ID.
func (f *form) externalID(given string) {
	const most = 255
	f.that(utf8.ValidString(given) && utf8.RuneCountInString(given) <= most, CodeInput)
	f.that(!strings.ContainsFunc(given, unnameable), CodeInput)
}

// users returns the users whom a call names, each once. It refuses none, too many, and a
// zero ID.
func (f *form) users(given []UserID) []UserID {
	f.that(len(given) > 0 && len(given) <= maxGroupUsers, CodeInput)
	if f.err != nil {
		return nil
	}
	for _, user := range given {
		f.id(user)
	}
	return each(given)
}

// viewGroup shows a group to an actor who manages its organization's users.
func viewGroup(g GroupRecord, keeper DirectoryID) Group {
	return Group{
		ID: g.ID, Organization: g.Organization, Name: g.Personal.Name, ExternalID: g.Personal.ExternalID,
		Directory: keeper, Members: g.Members, Created: g.Created.Time(),
	}
}

// viewGroupNow shows a group as it is now, which no directory keeps.
func (c *changes) viewGroupNow(id GroupID) Group {
	return viewGroup(*get(c.world, groupByID(id)), DirectoryID{})
}

// GroupCreated says that an organization has a group.
type GroupCreated struct {
	Group        GroupID        `json:"group,omitzero"`
	Organization OrganizationID `json:"organization,omitzero"`
	Directory    DirectoryID    `json:"directory,omitzero"` // which keeps it; zero: none
	Created      Instant        `json:"created,omitzero"`
}

// GroupRenamed says that a group has another name, or another external ID.
type GroupRenamed struct {
	Group   GroupID `json:"group,omitzero"`
	Changed Instant `json:"changed,omitzero"` // when the directory that keeps it did that; zero: none keeps it
}

// GroupDeleted says that a group is gone, with its memberships and the roles that it
// gave.
type GroupDeleted struct {
	Group GroupID `json:"group,omitzero"`
}

// UsersAddedToGroup says which users are in a group who were not.
type UsersAddedToGroup struct {
	Group GroupID  `json:"group,omitzero"`
	Users []UserID `json:"users,omitzero"`
}

// UsersRemovedFromGroup says which users are no longer in a group. It is also said of a
// member who leaves the organization.
type UsersRemovedFromGroup struct {
	Group GroupID  `json:"group,omitzero"`
	Users []UserID `json:"users,omitzero"`
}

// GroupRolesAssigned says which roles a group gives on an account now.
type GroupRolesAssigned struct {
	Group   GroupID   `json:"group,omitzero"`
	Account AccountID `json:"account,omitzero"`
	Roles   RoleSet   `json:"roles,omitzero"`
}

// GroupRolesRevoked says that a group no longer gives roles on an account. It is also
// said of an account that is closed or leaves the organization.
type GroupRolesRevoked struct {
	Group   GroupID   `json:"group,omitzero"`
	Account AccountID `json:"account,omitzero"`
}

func (e GroupCreated) apply(w *world) {
	group := GroupRecord{ID: e.Group, Organization: e.Organization, Directory: e.Directory, Created: e.Created}
	if !e.Directory.IsZero() {
		group.Version = 1
	}
	w.create(group)
}

func (e GroupRenamed) apply(w *world) { w.groupChanged(e.Group, e.Changed) }

func (e GroupDeleted) apply(w *world) {
	w.move(Move{Group: e.Group})
	remove(w, groupByID(e.Group))
}

func (e UsersAddedToGroup) apply(w *world) {
	for _, user := range e.Users {
		w.create(GroupMemberRecord{e.Group, user})
	}
}

func (e UsersRemovedFromGroup) apply(w *world) {
	for _, user := range e.Users {
		remove(w, groupMember(e.Group, user))
	}
}

func (e GroupRolesAssigned) apply(w *world) { w.put(GroupRolesRecord{e.Account, e.Group, e.Roles}) }

func (e GroupRolesRevoked) apply(w *world) { remove(w, groupRoles(e.Account, e.Group)) }

var groupEvents = []EventData{
	GroupCreated{}, GroupRenamed{}, GroupDeleted{}, UsersAddedToGroup{}, UsersRemovedFromGroup{},
	GroupRolesAssigned{}, GroupRolesRevoked{},
}
