package tenancy

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Decision is the answer of Can and CanInOrganization.
type Decision struct {
	Allowed bool `json:"allowed"`
	Why     Why  `json:"why,omitzero"`
	// Role is the account role that allows, with WhyGrant, WhyGroup, WhyParentGrant and
	// WhyParentGroup; else "".
	Role AccountRole `json:"role,omitzero"`
	// Account is the account that the role which allows is on: the one asked about or
	// its parent; else zero.
	Account AccountID `json:"account,omitzero"`
	// Group is the group that gives the role, with WhyGroup and WhyParentGroup; else zero.
	// If several groups of the user give one that allows, it is the first by ID.
	Group GroupID `json:"group,omitzero"`
	// OrganizationRole is the role that allows, with WhyOrganizationRole; else zero.
	OrganizationRole OrganizationRole `json:"organizationRole,omitzero"`
	// Until is when the role that allows ends, if it is a temporary one (ACC-11). Zero: it
	// has no end, or nothing allows. A role without an end is preferred to a temporary one.
	Until time.Time `json:"until,omitzero"`
}

// Err returns nil if the decision allows, and else the code that a host answers with, whose
// Sentence and Status it shows (GEN-16): CodeNotFound where the user does not reach what was
// asked about, so that it looks as if it were not there; CodeNotAllowed where no role of
// theirs permits it; CodeActor if they are inactive or deleted; CodeSuspended and CodeClosed
// where the account's state forbids it, and CodeOrganizationSuspended where its
// organization's suspension does.
func (d Decision) Err() error {
	if d.Allowed {
		return nil
	}
	switch d.Why {
	case WhyInsufficient:
		return CodeNotAllowed
	case WhyInactive:
		return CodeActor
	case WhySuspended:
		return CodeSuspended
	case WhyOrganizationSuspended:
		return CodeOrganizationSuspended
	case WhyClosed:
		return CodeClosed
	}
	return CodeNotFound
}

// Why is the reason of a Decision.
type Why string

// The reasons. With WhyUnreachable a host answers as if the thing were not there. Err has
// the code for each of those that refuse.
const (
	WhyUnreachable           Why = "unreachable"            // no role on it, or it is not there
	WhyInsufficient          Why = "insufficient"           // a role, but none that permits it
	WhyInactive              Why = "inactive"               // the user is inactive or deleted
	WhySuspended             Why = "suspended"              // a role permits it, but the account or its main account is suspended
	WhyOrganizationSuspended Why = "organization_suspended" // a role permits it, but the organization is suspended (ORG-15)
	WhyClosed                Why = "closed"                 // a role, but the account is closed
	WhyGrant                 Why = "grant"                  // allowed by the user's grant on the account
	WhyGroup                 Why = "group"                  // allowed by a role that a group of the user has on the account
	WhyParentGrant           Why = "parent_grant"           // allowed by the user's grant on its main account
	WhyParentGroup           Why = "parent_group"           // allowed by a role that a group of the user has on its main account
	WhyOrganizationRole      Why = "organization_role"      // allowed by the user's role in the organization
)

// Can reports whether a user may do something on an account, and why (GEN-7). It is
// the question that a host asks before it does anything there. What allows is a role
// on the account or on its main account (ACC-3, ROLE-6), of the user's own or of a group
// that they are in (GRP-3), or managing it as Owner or Administrator of its organization.
// If several allow, the answer names the first of these: the user's grant, a group, the
// grant on the main account, a group's role there, the organization role.
// While the organization is suspended, ReadUsage and Bill alone are allowed (ORG-15). The
// Why of a refusal tells the host's 404
// (WhyUnreachable) from its 403.
//
// Any user may ask about themself. What they do not reach is the same plain no,
// whether it exists or not. Whoever may manage the account's members (ManageMembers)
// may ask about other people whom they see there: those who have a role on it and,
// for somebody who manages it through its organization, the organization's members
// and independent users (GEN-5). Anybody else is CodeNotFound. Operators and System
// may ask about everybody, and what does not exist is a no.
//
// Whether another user is active is told to an actor who sees it: one who sees the users
// of the account's organization, about its members. About anybody else an actor
// gets the answer that an active user's roles give (GEN-5). So a host that decides
// whether to let somebody in asks as that user or as System.
//
// Errors: CodeID if an ID is zero, CodePermission if the permission is neither built
// in nor the host's; CodeNotFound, CodeNotAllowed.
func (s *Session) Can(
	ctx context.Context, user UserID, permission Permission, account AccountID,
) (Decision, error) {
	rule, known := s.dir.table.rules[permission]
	if !known || user.IsZero() || account.IsZero() || s.asksAboutAnother(user) {
		return s.canOther(ctx, user, permission, account)
	}
	if s.dir.observer == nil { // then it allocates nothing
		return s.can(ctx, user, rule, account)
	}
	return observe(ctx, s, opCan.name, func(ctx context.Context, s *Session) (Decision, error) {
		return s.can(ctx, user, rule, account)
	})
}

// can answers Can without allocating: for a user about themself, and for Operators and
// System.
func (s *Session) can(ctx context.Context, user UserID, rule *grantRule, account AccountID) (Decision, error) {
	q := questions.Get().(*question)
	defer questions.Put(q)
	if err := q.askOne(ctx, s, user, account); err != nil {
		return Decision{}, s.fail(ctx, call{row: opCan, subject: account.String()}, err)
	}
	return decideCan(rule, s.dir.organizationRules, account, &q.row[0]), nil
}

// askOne is ask about one account. It does not allocate.
func (q *question) askOne(ctx context.Context, s *Session, user UserID, account AccountID) error {
	q.account[0] = account
	return q.ask(ctx, s, user, q.account[:], q.row[:])
}

// ask reads what Can decides on, about at least one account and as many rows: for a user
// about themself, and for Operators and System.
func (q *question) ask(ctx context.Context, s *Session, user UserID, accounts []AccountID, rows []AccessRow) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	q.user, q.accounts, q.key, q.rows = user, accounts, s.key, rows
	if err := q.run(ctx, s); err != nil {
		return err
	}
	if s.actor.isUser() && !rows[0].UserActive {
		return CodeActor
	}
	var now Instant // is asked for only if something ends
	if !s.key.IsZero() {
		now = s.now()
		if s.actor.isUser() && !rows[0].keyHolds(s.key, now) {
			return CodeActor
		}
	}
	for i := range rows {
		if row := &rows[i]; row.Until != 0 || row.ParentUntil != 0 {
			if now == 0 {
				now = s.now()
			}
			row.at(now)
		}
	}
	return nil
}

// keyHolds reports whether the key that was asked about holds at a time. The zero key is
// none, and keeps nobody out.
func (r *AccessRow) keyHolds(key KeyID, now Instant) bool {
	return key.IsZero() || r.KeyFound && (r.KeyEnds == 0 || now < r.KeyEnds)
}

// question is a reading of Access under way. It is pooled together with the function
// that it hands to View, so that asking allocates nothing.
type question struct {
	user     UserID
	accounts []AccountID
	key      KeyID
	rows     []AccessRow
	read     func(context.Context, ReadTx) error

	// The accounts and rows of a question about one account.
	account [1]AccountID
	row     [1]AccessRow
	room    [2][4]GroupAccess // for the row's groups, unless there are more
}

var questions = sync.Pool{New: func() any {
	q := new(question)
	q.row[0].Groups, q.row[0].ParentGroups = q.room[0][:0:4], q.room[1][:0:4]
	q.read = func(ctx context.Context, tx ReadTx) error {
		return tx.Access(ctx, q.user, q.accounts, q.key, q.rows)
	}
	return q
}}

// run reads what the question needs, in a block within the block's transaction.
func (q *question) run(ctx context.Context, s *Session) error {
	if b := s.block; b != nil {
		return b.use(ctx, func() error { return q.read(ctx, b.tx) })
	}
	if store := s.dir.accessReader; store != nil {
		return store.Access(ctx, q.user, q.accounts, q.key, q.rows)
	}
	return s.dir.store.View(ctx, q.read)
}

// canOther is Can about somebody else, and for input that is malformed.
func (s *Session) canOther(
	ctx context.Context, user UserID, permission Permission, account AccountID,
) (Decision, error) {
	var check form
	check.id(user)
	check.id(account)
	rule, known := s.dir.table.rules[permission]
	check.that(known, CodePermission)
	return look(ctx, s, call{opCan, account.String(), check.err},
		func(r *reads) canFacts { return r.loadCan(user, account) },
		func(f canFacts, c *changes) (Decision, error) { return decideCanOther(f, rule, c) })
}

// canFacts is what Can about somebody else needs to know.
type canFacts struct {
	accountStanding           // the actor's
	row             AccessRow // the user's
	guest           bool      // the user has a role on an account of the same organization
}

func (r *reads) loadCan(user UserID, account AccountID) (f canFacts) {
	f.accountStanding = r.accountStanding(account)
	if asked := find(r, userByID(user)); asked != nil {
		f.row.SetUser(*asked)
	}
	if grant := find(r, grantOn(account, user)); grant != nil {
		f.row.SetGrant(*grant)
	}
	in := all(r, groupsOf(user, GroupID{}))
	guest := r.guest(user)
	if f.account == nil {
		return f
	}
	f.row.SetAccount(*f.account)
	f.row.Groups = r.through(in, *f.account)
	if f.parent != nil {
		f.row.SetParent(*f.parent)
		f.row.ParentGroups = r.through(in, *f.parent)
		if grant := find(r, grantOn(f.parent.ID, user)); grant != nil {
			f.row.SetParentGrant(*grant)
		}
	}
	if f.organization != nil {
		f.row.SetOrganization(*f.organization)
	}
	if org := f.account.Organization; !org.IsZero() {
		f.guest = guest(org)
		if member := find(r, memberOf(org, user)); member != nil {
			f.row.SetMembership(*member)
		}
	}
	return f
}

// sees reports whether an actor who may manage the account's members sees the user:
// by a role on the account or, for somebody who manages it through its organization and
// sees its users, as a member or an independent user of that (GEN-5).
func (f canFacts) sees() bool {
	belongs := f.row.Member || f.guest
	return f.row.hasRole() || f.manages() && f.rank.may(ViewUsers) && belongs
}

func decideCanOther(f canFacts, rule *grantRule, c *changes) (Decision, error) {
	if err := c.authorizeAsking(f); err != nil {
		return Decision{}, err
	}
	return decideCan(rule, c.dir.organizationRules, f.account.ID, f.told()), nil
}

// told returns what the actor is told by. They see whether a member of an organization
// whose users they see is active. Of anybody else who has a role on the account the
// state is not theirs to see, and the answer is as if the user were active (GEN-5).
func (f canFacts) told() *AccessRow {
	row := f.row
	if !row.Member || !f.rank.may(ViewUsers) {
		row.UserActive = true
	}
	return &row
}

// authorizeAsking decides whether the actor may ask what somebody else may do on the
// account.
func (c *changes) authorizeAsking(f canFacts) error {
	if err := c.authorizeAccount(f.accountStanding); err != nil {
		return err
	}
	if !f.sees() {
		return CodeNotFound
	}
	return nil
}

// guest asks for the accounts that a user has a role on. The function it returns
// reports whether one of them that is not closed belongs to an organization: whoever
// manages that organization sees the user as an independent one (GEN-5).
func (r *reads) guest(user UserID) func(OrganizationID) bool {
	var accounts []*AccountRecord
	for _, grant := range all(r, grantsOf(user, AccountID{})) {
		accounts = append(accounts, find(r, accountByID(grant.Account)))
	}
	return func(org OrganizationID) bool {
		return slices.ContainsFunc(accounts, func(a *AccountRecord) bool {
			return a != nil && a.Closed == 0 && a.Organization == org
		})
	}
}

// decideCan is the whole decision of Can over what Access read, without what has ended.
func decideCan(rule *grantRule, ranks *organizationRules, account AccountID, row *AccessRow) Decision {
	var all accountRights
	if row.Member {
		all = ranks.onAccounts(row.Role)
	}
	switch {
	case !row.UserFound || !row.AccountFound:
		return Decision{Why: WhyUnreachable}
	case !row.UserActive:
		return Decision{Why: WhyInactive}
	case !row.hasRole() && !all.view:
		return Decision{Why: WhyUnreachable}
	case row.Closed:
		return Decision{Why: WhyClosed}
	}
	allowed := rule.allows(account, row, all.manage)
	switch {
	case !allowed.Allowed:
		return Decision{Why: WhyInsufficient}
	case row.OrganizationSuspended && !rule.organizationSuspended:
		return Decision{Why: WhyOrganizationSuspended}
	case row.Suspended && !rule.suspended:
		return Decision{Why: WhySuspended}
	}
	return allowed
}

// allows returns what allows a permission, or the zero value if nothing does. What has no
// end comes first: the grant on the account, a group's role there, the grant on its parent,
// a group's role on that, managing the account.
// Of temporary roles it names the one that lasts longer.
func (g *grantRule) allows(account AccountID, row *AccessRow, manages bool) Decision {
	if role, may := g.by(row.Roles); may {
		return Decision{Allowed: true, Why: WhyGrant, Role: role, Account: account}
	}
	if i, role := g.byGroup(row.Groups); role != "" {
		return Decision{Allowed: true, Why: WhyGroup, Role: role, Account: account, Group: row.Groups[i].Group}
	}
	if role, may := g.by(row.ParentRoles); may {
		return Decision{Allowed: true, Why: WhyParentGrant, Role: role, Account: row.Parent}
	}
	if i, role := g.byGroup(row.ParentGroups); role != "" {
		return Decision{Allowed: true, Why: WhyParentGroup, Role: role, Account: row.Parent, Group: row.ParentGroups[i].Group}
	}
	if g.manager && manages {
		return Decision{Allowed: true, Why: WhyOrganizationRole, OrganizationRole: row.Role}
	}
	role, direct := g.by(row.Temporary)
	parentRole, inherited := g.by(row.ParentTemporary)
	switch {
	case direct && (!inherited || row.Until >= row.ParentUntil):
		return Decision{Allowed: true, Why: WhyGrant, Role: role, Account: account, Until: row.Until.Time()}
	case inherited:
		return Decision{Allowed: true, Why: WhyParentGrant, Role: parentRole, Account: row.Parent,
			Until: row.ParentUntil.Time()}
	}
	return Decision{}
}

// byGroup returns the first of some groups whose roles have the permission, and the role
// that has it. The role is "" if there is none.
func (g *grantRule) byGroup(groups []GroupAccess) (int, AccountRole) {
	for i := range groups {
		if role, may := g.by(groups[i].Roles); may {
			return i, role
		}
	}
	return 0, ""
}

// hasRole reports whether the user has a role on the account, by a group too.
func (r *AccessRow) hasRole() bool {
	granted := !r.Roles.IsZero() || !r.ParentRoles.IsZero() || !r.Temporary.IsZero() || !r.ParentTemporary.IsZero()
	return granted || len(r.Groups) > 0 || len(r.ParentGroups) > 0
}

// CanInOrganization reports whether a user may do something in an organization, and
// why (GEN-7, ROLE-1 to 3). It answers WhyOrganizationRole with the role that allows;
// WhyInsufficient for a member whose role does not allow; WhyInactive;
// WhyOrganizationSuspended, except for ViewOrganization, ReadLog and TransferOwnership; and
// WhyUnreachable for somebody who is not a member, and for an organization that does
// not exist or has ended.
//
// Any user may ask about themself. What they do not belong to is the same plain no,
// whether it exists or not. The organization's Owner and Administrators may ask about
// its members and independent users (GEN-5); anybody else is CodeNotFound. Operators
// and System may ask about everybody, and what does not exist is a no. A merged
// organization's ID stands for its survivor (ORG-13).
//
// Errors: CodeID if an ID is zero, CodePermission if there is no such permission;
// CodeNotFound, CodeNotAllowed.
func (s *Session) CanInOrganization(
	ctx context.Context, user UserID, permission OrganizationPermission, org OrganizationID,
) (Decision, error) {
	var check form
	check.id(user)
	check.id(org)
	check.that(s.dir.organizationRules.knows(permission), CodePermission)
	return look(ctx, s, call{opCanInOrganization, org.String(), check.err},
		func(r *reads) canInOrganizationFacts { return r.loadCanInOrganization(user, org) },
		func(f canInOrganizationFacts, c *changes) (Decision, error) {
			return decideCanInOrganization(f, user, permission, c)
		})
}

// canInOrganizationFacts is what CanInOrganization needs to know.
type canInOrganizationFacts struct {
	standing // the actor's
	user     *UserRecord
	member   *MembershipRecord // the user's in the organization
	guest    bool              // the user has a role on one of its accounts; not asked about oneself
}

func (r *reads) loadCanInOrganization(user UserID, org OrganizationID) (f canInOrganizationFacts) {
	org = r.survivor(org)
	f.standing = r.standing(org)
	f.user, f.member = find(r, userByID(user)), find(r, memberOf(org, user))
	if r.actor.isUser() && r.actor.User != user {
		f.guest = r.guest(user)(org)
	}
	return f
}

func decideCanInOrganization(
	f canInOrganizationFacts, user UserID, permission OrganizationPermission, c *changes,
) (Decision, error) {
	if err := c.authorizeAskingIn(f, user); err != nil {
		return Decision{}, err
	}
	return f.decision(permission, c), nil
}

// authorizeAskingIn decides whether the actor may ask what a user may do in the
// organization.
func (c *changes) authorizeAskingIn(f canInOrganizationFacts, user UserID) error {
	if !c.actor.isUser() || c.actor.User == user {
		return nil
	}
	if err := c.authorize(f.standing); err != nil {
		return err
	}
	if f.member == nil && !f.guest {
		return CodeNotFound
	}
	return nil
}

// decision is the answer, once the actor may ask.
func (f canInOrganizationFacts) decision(permission OrganizationPermission, c *changes) Decision {
	switch {
	case f.user == nil || f.organization == nil:
		return Decision{Why: WhyUnreachable}
	case f.guest && f.member == nil: // whether an independent user is active is not shown (GEN-5)
		return Decision{Why: WhyUnreachable}
	case !f.user.acts():
		return Decision{Why: WhyInactive}
	case f.member == nil || f.organization.State != StateActive:
		return Decision{Why: WhyUnreachable}
	case !c.dir.organizationRules.may(f.member.Role, permission):
		return Decision{Why: WhyInsufficient}
	case f.organization.Suspended && !permission.appliesSuspended():
		return Decision{Why: WhyOrganizationSuspended}
	}
	return Decision{Allowed: true, Why: WhyOrganizationRole, OrganizationRole: f.member.Role}
}
