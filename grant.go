package tenancy

import "context"

// Grant is the roles that a user has on an account because they were assigned there.
// Those assigned on its parent are not among them.
type Grant struct {
	Account AccountID `json:"account,omitzero"`
	User    UserID    `json:"user,omitzero"`
	Roles   RoleSet   `json:"roles,omitzero"`
}

// AssignRoles sets a user's roles on an account, in place of those assigned there
// before: Administrator alone, or any of the others together, never Owner (ACC-7). The
// user is a member of the account's organization or has a role on the account already;
// InviteToAccount invites anybody else. The account's Owner and Administrators may call
// it, and the Owner and Administrators of its organization, who may name themselves. An
// actor who does not manage the organization names a user who has a role on the account.
// Setting the roles that the user has changes nothing (GEN-6).
//
// Errors: CodeID, CodeRoles; CodeNotFound, also for a user whom the actor may not name;
// CodeNotAllowed; CodeServiceAccount if the actor is one, and names itself; CodeClosed;
// CodeOwnerGrant for the account's owner; CodeNotMember.
func (s *Session) AssignRoles(
	ctx context.Context, account AccountID, user UserID, roles RoleSet,
) (Grant, error) {
	var check form
	check.id(account)
	check.id(user)
	check.that(s.dir.table.assignable(roles), CodeRoles)
	return update(ctx, s, call{opAssignRoles, account.String(), check.err},
		func(r *reads) assignRolesFacts { return r.loadAssignRoles(account, user) },
		func(f assignRolesFacts, c *changes) (Grant, error) { return decideAssignRoles(f, roles, c) })
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

func decideAssignRoles(f assignRolesFacts, roles RoleSet, c *changes) (Grant, error) {
	err := c.authorizeAccount(f.accountStanding)
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
	if f.to.assigned == nil || f.to.assigned.Roles != roles {
		c.say(RolesAssigned{f.account.ID, f.to.id, roles}, f.account.stream())
	}
	return Grant{f.account.ID, f.to.id, roles}, nil
}

// RevokeRoles takes from a user the roles that were assigned to them on an account.
// Those on its parent stay (ACC-7). Everybody may call it who may assign roles there.
// Owner and Administrators of an organization may also take a member of it, except its
// Owner, off an independent account (ACC-8).
//
// Errors: CodeID; CodeNotFound, also for a user whom the actor may not name;
// CodeNotAllowed; CodeTheOwner for an organization's Owner on an independent account;
// CodeClosed; CodeOwnerGrant for the account's owner; CodeNoGrant.
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
	ranks  []MembershipRecord // the actor's
}

func (r *reads) loadRevokeRoles(account AccountID, user UserID) revokeRolesFacts {
	f := revokeRolesFacts{accountStanding: r.accountStanding(account)}
	f.from = r.nominee(account, f.accountStanding, user)
	if r.actor.isUser() {
		f.theirs = all(r, membershipsOf(user, OrganizationID{}))
		f.ranks = all(r, membershipsOf(r.actor.User, OrganizationID{}))
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
	member := f.managedMembership()
	switch {
	case refused == nil && !f.mayName(f.from):
		return CodeNotFound
	case refused == nil:
		return nil
	case !c.actor.knows(f.accountStanding):
		return refused
	case member == nil && f.outside:
		return CodeNotFound
	case member == nil:
		return refused
	case member.Role == Owner:
		return CodeTheOwner
	}
	return nil
}

// managedMembership returns the user's membership of an organization that the actor
// manages, or nil if there is none.
func (f revokeRolesFacts) managedMembership() *MembershipRecord {
	for _, m := range f.theirs {
		if rank := rankIn(f.ranks, m.Organization); rank != nil && rank.Role.manages() {
			return &m
		}
	}
	return nil
}

// Relinquish gives up the roles that were assigned to the actor on an account (ACC-8).
// Any user may call it who does not own the account.
//
// Errors: CodeID; CodeNotFound; CodeNotAllowed, since Operators and System have none;
// CodeClosed; CodeOwnerGrant if the actor owns the account; CodeNoGrant if they have no
// role there, or only by its parent.
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
func (p person) belongs() bool { return p.user != nil && (p.member != nil || p.independent) }

// nominee is a user whom an operation on an account names, as the account's organization
// sees them.
type nominee struct {
	person
	assigned  *GrantRecord // the user's on the account
	inherited *GrantRecord // the user's on its parent
}

// nominee asks for a user whom an operation on an account names, given what the actor is
// to the account.
func (r *reads) nominee(account AccountID, st accountStanding, user UserID) nominee {
	n := nominee{assigned: find(r, grantOn(account, user))}
	if st.account == nil {
		return n
	}
	if parent := st.account.Parent; !parent.IsZero() {
		n.inherited = find(r, grantOn(parent, user))
	}
	n.person = r.person(st.account.Organization, user)
	r.needMemberships(user)
	if st.manages() && n.member == nil && !n.reaches() {
		n.independent = r.guest(user)(st.account.Organization)
	}
	return n
}

// reaches reports whether the user has a role on the account.
func (n nominee) reaches() bool { return n.assigned != nil || n.inherited != nil }

// mayName reports whether the actor, who may manage the account's members, may name a
// user: one who has a role there, or, if the actor manages the organization, one whom it
// sees (ACC-7).
func (st accountStanding) mayName(n nominee) bool {
	return n.reaches() || st.manages() && n.belongs()
}

// RolesAssigned says which roles a user has on an account now.
type RolesAssigned struct {
	Account AccountID `json:"account,omitzero"`
	User    UserID    `json:"user,omitzero"`
	Roles   RoleSet   `json:"roles,omitzero"`
}

// RolesRevoked says that no roles are assigned to a user on an account any longer.
type RolesRevoked struct {
	Account AccountID `json:"account,omitzero"`
	User    UserID    `json:"user,omitzero"`
}

func (e RolesAssigned) apply(w *world) { w.put(GrantRecord(e)) }

func (e RolesRevoked) apply(w *world) { remove(w, grantOn(e.Account, e.User)) }

var grantEvents = []EventData{RolesAssigned{}, RolesRevoked{}}
