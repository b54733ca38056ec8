package tenancy

import (
	"context"
	"time"
)

// Grant is the roles that a user has on an account because they were assigned there.
// Those assigned on its parent are not among them. From the end of its temporary roles on
// it is as if these were not there (ACC-11).
type Grant struct {
	Account   AccountID `json:"account,omitzero"`
	User      UserID    `json:"user,omitzero"`
	Roles     RoleSet   `json:"roles,omitzero"`     // without an end; empty: none
	Temporary RoleSet   `json:"temporary,omitzero"` // with an end; empty: none
	Until     time.Time `json:"until,omitzero"`     // when the temporary roles end; zero: there are none
}

// viewGrant shows a grant, from which what has ended was taken out.
func viewGrant(g GrantRecord) Grant {
	return Grant{g.Account, g.User, g.Roles, g.Temporary, g.Until.Time()}
}

// Assignment is the input of AssignRoles.
type Assignment struct {
	Roles RoleSet // AccountAdministrator alone, or any of the others except AccountOwner; not empty
	// Until is when the roles end, to the microsecond (ACC-11). It is in the future, and
	// before the year 10000. Nil: they have no end.
	Until *time.Time
}

// AssignRoles sets a user's roles on an account: Administrator alone, or any of the others
// together, never Owner (ACC-7). A user can have two sets of roles there, each of which
// leaves the other as it is (ACC-11): without Until the roles take the place of those
// without an end, and with it they take the place of the temporary ones and their end.
// What the user may do is what both sets permit.
//
// The user is a member of the account's organization or has a role on the account already;
// InviteToAccount invites anybody else. The account's Owner and Administrators may call
// it, and the Owner and Administrators of its organization, who may name themselves. An
// actor who does not manage the organization names a user who has a role on the account.
// Setting the roles that the user has, with the same end, changes nothing (GEN-6).
//
// An actor who manages the account's members only by a temporary role assigns temporary
// roles alone, which end no later than their own, and none to themself. One who does so
// only by a group assigns none to themself either (GRP-3).
//
// Errors: CodeID, CodeRoles; CodeUntil if Until is not in the future or is too far;
// CodeNotFound, also for a user whom the actor may not name; CodeNotAllowed;
// CodeServiceAccount if the actor is one, and names itself; CodeOneself and
// CodeOutlasts for an actor who has a temporary role or a group's; CodeClosed;
// CodeOwnerGrant for the account's owner; CodeNotMember; CodeOrganizationSuspended.
func (s *Session) AssignRoles(
	ctx context.Context, account AccountID, user UserID, in Assignment,
) (Grant, error) {
	var check form
	check.id(account)
	check.id(user)
	check.that(s.dir.table.assignable(in.Roles), CodeRoles)
	until := check.until(in.Until)
	return update(ctx, s, call{opAssignRoles, account.String(), check.err},
		func(r *reads) assignRolesFacts { return r.loadAssignRoles(account, user) },
		func(f assignRolesFacts, c *changes) (Grant, error) {
			return decideAssignRoles(f, in.Roles, until, c)
		})
}

// until wants an end of roles that fits an Instant and RFC 3339. It returns zero for nil:
// no end.
func (f *form) until(t *time.Time) Instant {
	if t == nil {
		return 0
	}
	at := t.UTC()
	f.that(at.Unix() > 0 && at.Year() <= 9999, CodeUntil)
	return instantOf(at)
}

// assignRolesFacts is the account, and the user who gets roles on it.
type assignRolesFacts struct {
	accountStanding
	to nominee
}

func (r *reads) loadAssignRoles(account AccountID, user UserID) assignRolesFacts {
	f := assignRolesFacts{accountStanding: r.accountStanding(account)}
	f.to = r.nominee(account, f.accountStanding, user)
	return f
}

func decideAssignRoles(f assignRolesFacts, roles RoleSet, until Instant, c *changes) (Grant, error) {
	if ended(until, c.now) {
		return Grant{}, CodeUntil
	}
	if err := c.authorizeAccount(f.accountStanding); err != nil {
		return Grant{}, err
	}
	err := c.mayGive(f.accountStanding, f.to.id == c.actor.User, until)
	switch {
	case err != nil:
		return Grant{}, err
	case c.service && f.to.id == c.actor.User:
		return Grant{}, CodeServiceAccount
	case !f.mayName(f.to):
		return Grant{}, CodeNotFound
	case f.account.Closed != 0:
		return Grant{}, CodeClosed
	case f.account.Owner == f.to.id:
		return Grant{}, CodeOwnerGrant
	case f.to.member == nil && !f.to.reaches():
		return Grant{}, CodeNotMember
	}
	had := GrantRecord{Account: f.account.ID, User: f.to.id}
	if f.to.assigned != nil {
		had = *f.to.assigned
	}
	now := had.assigned(roles, until)
	c.assign(had, now, f.account.stream())
	return viewGrant(now), nil
}

// assign says which roles a user has on an account now who had others.
func (c *changes) assign(had, now GrantRecord, in Stream) {
	if now.Roles != had.Roles {
		c.say(RolesAssigned{now.Account, now.User, now.Roles}, in)
	}
	if now.Temporary != had.Temporary || now.Until != had.Until {
		c.say(TemporaryRolesAssigned{now.Account, now.User, now.Temporary, now.Until}, in)
	}
}

// assigned returns the grant with other roles without an end, or, if there is one, with
// other temporary roles.
func (g GrantRecord) assigned(roles RoleSet, until Instant) GrantRecord {
	if until == 0 {
		g.Roles = roles
	} else {
		g.Temporary, g.Until = roles, until
	}
	return g
}

// mayGive decides whether somebody who may manage an account's members may give roles on
// it that last until then, or, if that is zero, without an end. If they manage the members
// only by a temporary role, what they give ends no later. If they do so only by that or by
// a group, they give nothing to themself (ACC-11, GRP-3).
func (c *changes) mayGive(st accountStanding, oneself bool, until Instant) error {
	return c.rightTo(ManageMembers, st).give(oneself, until)
}

// right is how somebody has a permission on an account. The zero value: not at all.
type right struct {
	freely bool    // through the organization, or by a role of their own without an end
	group  bool    // by a group
	until  Instant // when the last temporary role ends by which they have it; zero: there is none
}

// rightTo returns how the actor has a permission on an account.
func (c *changes) rightTo(p Permission, st accountStanding) (has right) {
	rule := c.dir.table.rule(p)
	has.freely = rule.manager && st.manages()
	for _, g := range []*GrantRecord{st.grant, st.parentGrant} {
		if g == nil {
			continue
		}
		if _, may := rule.by(g.Roles); may {
			has.freely = true
		}
		if _, may := rule.by(g.Temporary); may {
			has.until = max(has.until, g.Until)
		}
	}
	_, has.group = rule.by(rolesThrough(st.groups).with(rolesThrough(st.parentGroups)))
	return has
}

// give decides whether by this right something may be given that lasts until then, or, if
// that is zero, without an end.
func (by right) give(oneself bool, until Instant) error {
	switch {
	case by.freely:
		return nil
	case oneself:
		return CodeOneself
	case !by.group && (until == 0 || until > by.until):
		return CodeOutlasts
	}
	return nil
}

// onlyByGroup reports whether somebody has the right by a group alone.
func (by right) onlyByGroup() bool { return by == right{group: true} }

// RevokeRoles takes from a user the roles that were assigned to them on an account, the
// temporary ones too. Those on its parent stay (ACC-7, ACC-11). Everybody may call it who
// may assign roles there. Whoever has ManageAccounts in an organization may also take a
// member of it off an independent account, except its Owner and members who may do more
// than they (ACC-8, ROLE-9).
//
// Errors: CodeID; CodeNotFound, also for a user whom the actor may not name;
// CodeNotAllowed; CodeOneself for the actor's own, if they manage the account's members
// only by a group (Relinquish gives them up); CodeTheOwner for an organization's Owner on
// an independent account, CodeRank for a member there who may do more than the actor;
// CodeClosed; CodeOwnerGrant for the account's owner; CodeGroupRole if they have a role
// there by a group alone, CodeNoGrant if they have none or only by its parent.
func (s *Session) RevokeRoles(ctx context.Context, account AccountID, user UserID) error {
	var check form
	check.id(account)
	check.id(user)
	return change(ctx, s, call{opRevokeRoles, account.String(), check.err},
		func(r *reads) revokeRolesFacts { return r.loadRevokeRoles(account, user) }, decideRevokeRoles)
}

// revokeRolesFacts is the account, and the user who loses their roles on it.
type revokeRolesFacts struct {
	accountStanding
	from   nominee
	theirs []MembershipRecord // the user's
	ranks  []rank             // the actor's
}

func (r *reads) loadRevokeRoles(account AccountID, user UserID) revokeRolesFacts {
	f := revokeRolesFacts{accountStanding: r.accountStanding(account)}
	f.from = r.nominee(account, f.accountStanding, user)
	if r.actor.isUser() {
		f.theirs = all(r, membershipsOf(user, OrganizationID{}))
		f.ranks = r.ranksOf(r.actor.User)
	}
	return f
}

func decideRevokeRoles(f revokeRolesFacts, c *changes) error {
	if err := f.authorize(c); err != nil {
		return err
	}
	switch {
	case f.account.Closed != 0:
		return CodeClosed
	case f.account.Owner == f.from.id:
		return CodeOwnerGrant
	case f.from.assigned == nil && f.from.grouped:
		return CodeGroupRole
	case f.from.assigned == nil:
		return CodeNoGrant
	}
	c.say(RolesRevoked{f.account.ID, f.from.id}, f.account.stream())
	return nil
}

// authorize decides whether the actor may revoke the user's roles: by a right on the
// account, or, of an account they know of, because they manage the user (ACC-8). On an
// independent account they may name nobody but those they manage.
func (f revokeRolesFacts) authorize(c *changes) error {
	refused := c.authorizeAccount(f.accountStanding)
	if refused == nil {
		return f.mayTake(c)
	}
	member, rank := f.managedMembership()
	switch {
	case !c.actor.knows(f.accountStanding):
		return refused
	case member == nil && f.outside:
		return CodeNotFound
	case member == nil:
		return refused
	case member.Role == Owner:
		return CodeTheOwner
	case !rank.covers(member.Role):
		return CodeRank
	}
	return nil
}

// mayTake decides whether the actor, who manages the account's members, may take the roles
// of the user, who may be themself.
func (f revokeRolesFacts) mayTake(c *changes) error {
	switch {
	case !f.mayName(f.from):
		return CodeNotFound
	case f.from.id == c.actor.User && c.rightTo(ManageMembers, f.accountStanding).onlyByGroup():
		return CodeOneself
	}
	return nil
}

// managedMembership returns the user's membership of an organization whose accounts the
// actor manages, and the actor's rank there, or nil if there is none.
func (f revokeRolesFacts) managedMembership() (*MembershipRecord, *rank) {
	for _, m := range f.theirs {
		if rank := rankIn(f.ranks, m.Organization); rank.may(ManageAccounts) {
			return &m, rank
		}
	}
	return nil, nil
}

// Relinquish gives up the roles that were assigned to the actor on an account, the
// temporary ones too (ACC-8, ACC-11).
// Any user may call it who does not own the account.
//
// Errors: CodeID; CodeNotFound; CodeNotAllowed, since Operators and System have none;
// CodeClosed; CodeOwnerGrant if the actor owns the account; CodeGroupRole if they have a
// role there by a group alone, CodeNoGrant if they have none or only by its parent.
func (s *Session) Relinquish(ctx context.Context, account AccountID) error {
	var check form
	check.id(account)
	return change(ctx, s, call{opRelinquish, account.String(), check.err},
		func(r *reads) relinquishFacts { return r.loadRelinquish(account) }, decideRelinquish)
}

// relinquishFacts is the account on which the actor gives up their roles.
type relinquishFacts struct{ accountStanding }

func (r *reads) loadRelinquish(account AccountID) relinquishFacts {
	return relinquishFacts{r.accountStanding(account)}
}

func decideRelinquish(f relinquishFacts, c *changes) error {
	switch {
	case !c.actor.knows(f.accountStanding):
		return CodeNotFound
	case !c.actor.isUser():
		return c.platform()
	case f.outside:
		return CodeNotAllowed
	case f.account.Closed != 0:
		return CodeClosed
	case f.account.Owner == c.actor.User:
		return CodeOwnerGrant
	case f.grant == nil && len(f.groups)+len(f.parentGroups) > 0:
		return CodeGroupRole
	case f.grant == nil:
		return CodeNoGrant
	}
	c.say(RolesRevoked{f.account.ID, c.actor.User}, f.account.stream())
	return nil
}

// person is a user whom an operation names, as an organization sees them.
type person struct {
	id          UserID
	user        *UserRecord       // nil: there is none
	member      *MembershipRecord // nil: they are not a member
	independent bool              // they have a role on one of its accounts; false, too, where it was not asked
}

// person asks for a user, and for what they are to an organization.
func (r *reads) person(org OrganizationID, user UserID) person {
	return person{id: user, user: find(r, userByID(user)), member: find(r, memberOf(org, user))}
}

// belongs reports whether the organization's Owner and Administrators see the user: a
// member or an independent user (GEN-5).
func (p person) belongs() bool { return p.member != nil || p.independent }

// nominee is a user whom an operation on an account names, as the account's organization
// sees them.
type nominee struct {
	person
	assigned  *GrantRecord // the user's on the account
	inherited *GrantRecord // the user's on its parent
	grouped   bool         // a group of theirs has roles on the account or its parent
}

// nominee asks for a user whom an operation on an account names, given what the actor is
// to the account.
func (r *reads) nominee(account AccountID, st accountStanding, user UserID) nominee {
	n := nominee{assigned: find(r, grantOn(account, user))}
	in := all(r, groupsOf(user, GroupID{}))
	if st.account == nil {
		return n
	}
	if parent := st.account.Parent; !parent.IsZero() {
		n.inherited = find(r, grantOn(parent, user))
		n.grouped = len(r.throughOn(in, parent)) > 0
	}
	n.grouped = len(r.through(in, *st.account)) > 0 || n.grouped
	n.person = r.person(st.account.Organization, user)
	r.needMemberships(user)
	if st.manages() && n.member == nil && !n.reaches() {
		n.independent = r.guest(user)(st.account.Organization)
	}
	return n
}

// reaches reports whether the user has a role on the account, by a group too.
func (n nominee) reaches() bool { return n.assigned != nil || n.inherited != nil || n.grouped }

// mayName reports whether the actor, who may manage the account's members, may name a
// user: one who has a role there, or, if the actor manages the organization's accounts,
// themself, and whoever else of it they see (ACC-7).
func (st accountStanding) mayName(n nominee) bool {
	sees := st.manages() && (st.rank.User == n.id || st.rank.may(ViewUsers))
	return n.reaches() || sees && n.belongs()
}

// RolesAssigned says which roles without an end a user has on an account now. Temporary
// ones stay, except that they end when the user becomes the account's owner (ACC-11).
type RolesAssigned struct {
	Account AccountID `json:"account,omitzero"`
	User    UserID    `json:"user,omitzero"`
	Roles   RoleSet   `json:"roles,omitzero"`
}

// TemporaryRolesAssigned says which temporary roles a user has on an account now, and when
// they end (ACC-11). Those without an end stay.
type TemporaryRolesAssigned struct {
	Account AccountID `json:"account,omitzero"`
	User    UserID    `json:"user,omitzero"`
	Roles   RoleSet   `json:"roles,omitzero"`
	Until   Instant   `json:"until,omitzero"`
}

// RolesRevoked says that no roles are assigned to a user on an account any longer.
type RolesRevoked struct {
	Account AccountID `json:"account,omitzero"`
	User    UserID    `json:"user,omitzero"`
}

// TemporaryRolesEnded says that Purge removed temporary roles of a user on an account. They
// had ended, and were as if not there, before (ACC-11).
type TemporaryRolesEnded struct {
	Account AccountID `json:"account,omitzero"`
	User    UserID    `json:"user,omitzero"`
}

func (e RolesAssigned) apply(w *world) {
	grant := grantIn(w, e.Account, e.User)
	grant.Roles = e.Roles
	if e.Roles.Has(AccountOwner) {
		grant.Temporary, grant.Until = RoleSet{}, 0
	}
	w.put(grant)
}

func (e TemporaryRolesAssigned) apply(w *world) {
	grant := grantIn(w, e.Account, e.User)
	grant.Temporary, grant.Until = e.Roles, e.Until
	w.put(grant)
}

// grantIn returns the grant of a user on an account, which may be without roles.
func grantIn(w *world, account AccountID, user UserID) GrantRecord {
	if grant := get(w, grantOn(account, user)); grant != nil {
		return *grant
	}
	return GrantRecord{Account: account, User: user}
}

func (e RolesRevoked) apply(w *world) { remove(w, grantOn(e.Account, e.User)) }

func (e TemporaryRolesEnded) apply(w *world) {
	if grantIn(w, e.Account, e.User).Roles.IsZero() {
		remove(w, grantOn(e.Account, e.User))
		return
	}
	edit(w, grantOn(e.Account, e.User), func(g *GrantRecord) { g.Temporary, g.Until = RoleSet{}, 0 })
}

var grantEvents = []EventData{
	RolesAssigned{}, TemporaryRolesAssigned{}, RolesRevoked{}, TemporaryRolesEnded{},
}
