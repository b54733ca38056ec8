package tenancy

// What the actor is to the organization or account acted on, and whether THE table
// lets them act. Every operation asks here, in GEN-5's order: CodeNotFound for what
// the actor may not see, then CodeNotAllowed, then what the state forbids.

// standing is what an actor is in an organization.
type standing struct {
	organization *OrganizationRecord // nil: there is none
	rank         *rank               // the actor's membership; nil: none
}

// standing asks for the organization acted on, the actor's membership and the head
// of the organization's stream. For a merged organization it is the membership of
// the survivor: whoever may see that is told that the organization was merged
// (ORG-13).
func (r *reads) standing(org OrganizationID) standing { return r.standingOf(r.actor, org) }

// standingOf is standing for another actor.
func (r *reads) standingOf(actor Actor, org OrganizationID) standing {
	st := standing{organization: find(r, organizationByID(org))}
	r.needHead(streamOfOrganization(org))
	if !actor.isUser() {
		return st
	}
	st.rank = r.dir.rank(find(r, memberOf(org, actor.User)))
	if o := st.organization; o != nil && !o.MergedInto.IsZero() {
		st.rank = r.dir.rank(find(r, memberOf(o.MergedInto, actor.User)))
	}
	return st
}

// survivor returns the organization that a merged one's ID stands for where it is
// read (ORG-13). Any other ID stands for itself.
func (r *reads) survivor(org OrganizationID) OrganizationID {
	for range maxSteps {
		o := find(r, organizationByID(org))
		if o == nil || o.State != StateMerged {
			break
		}
		org = o.MergedInto
	}
	return org
}

// shown returns the organization that reading an ID shows: to a user a merged one's
// survivor, to Operators and System the merged record itself (ORG-13).
func (r *reads) shown(org OrganizationID) OrganizationID {
	if r.actor.isUser() {
		return r.survivor(org)
	}
	return org
}

// mayRead reports whether the actor may read a stream (EVT-4). A merged
// organization's stream is its survivor's to read.
func (r *reads) mayRead(stream Stream) bool {
	switch {
	case !r.actor.isUser():
		return true
	case !stream.User.IsZero():
		return stream.User == r.actor.User
	}
	return r.dir.rank(find(r, memberOf(r.survivor(stream.Organization), r.actor.User))).may(ReadLog)
}

// alive refuses what is done to an organization that has ended.
func (st standing) alive() error {
	switch st.organization.State {
	case StateMerged:
		return CodeMerged
	case StateDeleted:
		return CodeEnded
	}
	return nil
}

// platform decides for Operators and System: what the operation's row says.
func (c *changes) platform() error {
	operator := c.actor.isOperator() && c.row.operator
	system := c.actor.isSystem() && c.row.system
	if operator || system {
		return nil
	}
	return CodeNotAllowed
}

// authorize decides by the table whether the actor may do this operation to an
// organization: CodeNotFound if they may not even see it, then CodeNotAllowed
// (GEN-5), then CodeMerged (ORG-13). Whether the organization is alive is the next
// question: authorizeAlive asks both.
func (c *changes) authorize(st standing) error { return c.authorizeBy(st, c.row.organization) }

// shownBy has the permission that shows a thing of an organization's that has an ID of its
// own. To a member without it, and without the right, the thing is not there (GEN-5).
var shownBy = map[string]OrganizationPermission{
	opDomain.on: opDomain.organization, opConnection.on: opConnection.organization,
	opGroup.on: opGroup.organization, opDismissRequest.on: opUsers.organization,
	opRemoveDirectory.on: opDirectories.organization,
}

// authorizeBy is authorize by another permission than the row's.
func (c *changes) authorizeBy(st standing, p OrganizationPermission) error {
	switch {
	case st.organization == nil || c.actor.isUser() && st.rank == nil:
		return CodeNotFound
	case !c.actor.isUser():
		return c.platform()
	case p == "" || !st.rank.may(p) || c.row.besides != "" && !st.rank.may(c.row.besides):
		if shows, some := shownBy[c.row.on]; some && !st.rank.may(shows) {
			return CodeNotFound
		}
		return CodeNotAllowed
	case !st.organization.MergedInto.IsZero():
		return CodeMerged
	}
	c.actsOn(st.organization)
	return nil
}

// sees reports whether the actor may do this operation to what is an organization's: for
// a read of what nobody else sees to be there (GEN-5).
func (c *changes) sees(st standing) bool { return c.authorize(st) == nil }

// authorizeAlive is authorize for what is done to an organization that has not
// ended.
func (c *changes) authorizeAlive(st standing) error {
	if err := c.authorize(st); err != nil {
		return err
	}
	return st.alive()
}

// accountStanding is what an actor is to an account.
type accountStanding struct {
	account      *AccountRecord // nil: there is none
	parent       *AccountRecord // a subaccount's main account
	grant        *GrantRecord   // the actor's on the account
	parentGrant  *GrantRecord   // the actor's on the parent
	groups       []GroupAccess  // the actor's that have roles on the account
	parentGroups []GroupAccess  // those that have roles on the parent
	rank         *rank          // the actor's in the managing organization
	outside      bool           // the actor knows only its name: it is independent to an organization they manage

	organization *OrganizationRecord // which manages it; nil: none does
}

// accountStanding asks for the account acted on, what the actor is to it, and the
// head of its stream.
func (r *reads) accountStanding(id AccountID) accountStanding {
	st := r.accountStandingOf(r.actor, id)
	if r.actor.isUser() && st.account != nil && !st.sees() { // a role on the parent is known a step later: this does not wait for it
		st.outside = r.isIndependent(*st.account, r.ranksOf(r.actor.User))
	}
	return st
}

// accountStandingOf asks for an account, what a given actor is to it, and the head of
// its stream. It does not ask whether they know the account as an independent one.
func (r *reads) accountStandingOf(actor Actor, id AccountID) accountStanding {
	st := accountStanding{account: find(r, accountByID(id))}
	var ranks []rank
	var in []GroupMemberRecord
	if actor.isUser() {
		st.grant = find(r, grantOn(id, actor.User))
		in = all(r, groupsOf(actor.User, GroupID{}))
		ranks = r.ranksOf(actor.User)
	}
	if st.account == nil {
		return st
	}
	r.needHead(st.account.stream())
	if org := st.account.Organization; !org.IsZero() {
		st.organization = find(r, organizationByID(org))
	}
	st.groups = r.through(in, *st.account)
	st.rank = rankIn(ranks, st.account.Organization)
	if parent := st.account.Parent; !parent.IsZero() {
		st.parent = find(r, accountByID(parent))
		if actor.isUser() {
			st.parentGrant = find(r, grantOn(parent, actor.User))
			st.parentGroups = r.throughOn(in, parent)
		}
	}
	return st
}

// isIndependent asks whether an account outside the organizations whose accounts a user
// sees, by their ranks, is an independent account to one of these: a member has a role
// on it, and not as a member of the account's organization, of which the others see
// nothing (GEN-5). Whoever knows an account's ID can ask this, so it costs the same
// whoever has roles there (GEN-14). A user who sees the accounts of no organization makes
// the store read nothing.
func (r *reads) isIndependent(a AccountRecord, ranks []rank) (independent bool) {
	if a.Closed != 0 {
		return false
	}
	for _, m := range ranks {
		if !m.may(ViewAccounts) {
			continue
		}
		independent = r.isTied(m.Organization, AccountID{}, a.main(), a) || independent
		independent = r.isTied(m.Organization, a.Parent, a.ID, a) || independent // the same of a main account
	}
	return independent
}

// isTied asks whether a member of an organization has a role on an account, which is a
// main account or has the given parent, and is not a member of the organization of the
// account that is looked at. Only the Owner of an organization may be a member of another
// one too, so one of two members is not. The two whose roles last longest come first.
func (r *reads) isTied(org OrganizationID, parent, account AccountID, at AccountRecord) (tied bool) {
	for _, t := range list(r, independentAccountsFrom(org, parent, account), 2) {
		if t.Account != account || ended(t.Until, r.now) {
			continue
		}
		if at.Organization.IsZero() || find(r, memberOf(at.Organization, t.User)) == nil {
			tied = true
		}
	}
	return tied
}

// stream returns the stream an account belongs to: its organization's, or its
// owner's.
func (a AccountRecord) stream() Stream {
	if a.Organization.IsZero() {
		return streamOfUser(a.Owner)
	}
	return streamOfOrganization(a.Organization)
}

// roles returns the actor's roles on the account, those on its parent and those that
// groups give them included (ACC-3, GRP-3).
func (st accountStanding) roles() RoleSet {
	return rolesBy(st.grant, st.groups).with(st.rolesOnParent())
}

// rolesOnParent returns the actor's roles on the account's parent.
func (st accountStanding) rolesOnParent() RoleSet { return rolesBy(st.parentGrant, st.parentGroups) }

// rolesBy returns the union of what a grant and groups give on an account.
func rolesBy(grant *GrantRecord, groups []GroupAccess) (set RoleSet) {
	if grant != nil {
		set = grant.roles()
	}
	return set.with(rolesThrough(groups))
}

// rolesThrough returns the union of what groups give.
func rolesThrough(groups []GroupAccess) (set RoleSet) {
	for _, g := range groups {
		set = set.with(g.Roles)
	}
	return set
}

// manages reports whether the actor manages the account through its organization.
func (st accountStanding) manages() bool { return st.rank.may(ManageAccounts) }

// sees reports whether the actor, a user, sees the account, by a role on it or by
// seeing all accounts of its organization (GEN-5).
func (st accountStanding) sees() bool {
	return st.account != nil && (st.rank.may(ViewAccounts) || !st.roles().IsZero())
}

// sees reports whether the actor sees the account, and not its name alone (GEN-5).
func (a Actor) sees(st accountStanding) bool {
	return st.account != nil && (!a.isUser() || st.sees())
}

// knows reports whether the actor may know of the account: one they see, or one of
// which they see the name alone, as an independent account (GEN-5).
func (a Actor) knows(st accountStanding) bool { return a.sees(st) || st.outside }

// parentSuspended reports whether the account is a subaccount of a suspended one.
func (st accountStanding) parentSuspended() bool {
	return st.parent != nil && st.parent.State() == StateSuspended
}

// has reports whether the actor, a user, has a permission on the account, suspended
// or not.
func (c *changes) has(st accountStanding, p Permission) bool {
	rule := c.dir.table.rule(p)
	_, granted := rule.by(st.roles())
	return granted || rule.manager && st.manages()
}

// authorizeAccount decides by the table whether the actor may do this operation to
// an account: CodeNotFound if they may not even know of it, then CodeNotAllowed, also
// for an independent account (GEN-5). Whether the account is closed is the next
// question: authorizeOpen asks both.
func (c *changes) authorizeAccount(st accountStanding) error {
	switch {
	case !c.actor.knows(st):
		return CodeNotFound
	case !c.actor.isUser():
		return c.platform()
	case !c.has(st, c.row.account):
		return CodeNotAllowed
	}
	c.actsOn(st.organization)
	return nil
}

// open refuses what is done to a closed account (ACC-5).
func (st accountStanding) open() error {
	if st.account.Closed != 0 {
		return CodeClosed
	}
	return nil
}

// authorizeOpen is authorizeAccount for what is done to an account that is not
// closed.
func (c *changes) authorizeOpen(st accountStanding) error {
	if err := c.authorizeAccount(st); err != nil {
		return err
	}
	return st.open()
}

// authorizeMain is authorizeOpen for what only main accounts have.
func (c *changes) authorizeMain(st accountStanding) error {
	if err := c.authorizeOpen(st); err != nil {
		return err
	}
	if !st.account.Parent.IsZero() {
		return CodeSubaccount
	}
	return nil
}
