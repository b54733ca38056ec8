package tenancy

import (
	"context"
	"slices"
	"sync"
)

// Why is the reason of a Decision.
type Why string

// The reasons. With WhyUnreachable a host answers as if the thing were not there (404), with the others that refuse it says so (403).
const (
	WhyUnreachable      Why = "unreachable"       // no role on it, or it is not there
	WhyInsufficient     Why = "insufficient"      // a role, but none that permits it
	WhyInactive         Why = "inactive"          // the user is inactive or deleted
	WhySuspended        Why = "suspended"         // a role permits it, but the account or its main account is suspended
	WhyClosed           Why = "closed"            // a role, but the account is closed
	WhyGrant            Why = "grant"             // allowed by the user's grant on the account
	WhyParentGrant      Why = "parent_grant"      // allowed by the user's grant on its main account
	WhyOrganizationRole Why = "organization_role" // allowed by the user's role in the organization
)

// Decision is what Can says.
type Decision struct {
	Allowed bool
	Why     Why
	// Role is the account role that allows, with WhyGrant and WhyParentGrant; else "".
	Role AccountRole
	// Account is the one the grant that allows is on: the account asked about, or its parent; else zero.
	Account AccountID
	// OrganizationRole is the role that allows, with WhyOrganizationRole.
	OrganizationRole OrganizationRole
}

// Can says whether a user may do something on an account, and why (GEN-7): the question a host asks before whatever it does there. Allowed is
// given by the roles on the account and on its main account (ACC-3, ROLE-6), and by managing it as Owner or Administrator of its organization;
// the Why of a refusal tells the host's 404 (WhyUnreachable) from its 403.
//
// Any user asks about themself: what they do not reach is the same plain no, whether it is there or not. About others ask whoever may manage the
// account's members (ManageMembers), of the people they see there: who has a role on it, and, managing it through its organization, the
// members and who has a role on an account of its (GEN-5); anybody else is CodeNotFound. Operators and System ask about all, and what is unknown
// is a no. A zero ID is CodeID, a permission that is neither built in nor the host's CodePermission.
//
// Errors: CodeID, CodePermission; CodeNotFound, CodeNotAllowed.
func (s *Session) Can(ctx context.Context, user UserID, permission Permission, account AccountID) (Decision, error) {
	rule, known := s.dir.table.rules[permission]
	if !known || user.IsZero() || account.IsZero() || s.actor.isUser() && s.actor.User != user {
		return s.canOther(ctx, user, permission, account)
	}
	err := s.enter(ctx)
	if err == nil {
		q := questions.Get().(*question)
		q.user, q.account, q.rule = user, account, rule
		err = s.ask(ctx, q)
		decision, active := q.decision, q.active
		questions.Put(q)
		if err == nil {
			if active || !s.actor.isUser() {
				return decision, nil
			}
			err = CodeActor
		}
	}
	return Decision{}, s.fail(ctx, call{row: opCan, subject: account.String()}, err)
}

// question is a decision under way. It is pooled together with the function that it hands to View, so that asking allocates nothing.
type question struct {
	user     UserID
	account  AccountID
	rule     grantRule
	active   bool // the user
	decision Decision
	decide   func(context.Context, ReadTx) error
}

var questions = sync.Pool{New: func() any {
	q := new(question)
	q.decide = func(ctx context.Context, tx ReadTx) error {
		row, err := tx.Access(ctx, q.user, q.account)
		q.active, q.decision = row.UserActive, decideCan(&q.rule, q.account, &row)
		return err
	}
	return q
}}

// ask reads what a question needs and decides it: in a block within its transaction.
func (s *Session) ask(ctx context.Context, q *question) error {
	b := s.block
	if b == nil {
		return s.dir.store.View(ctx, q.decide)
	}
	return b.use(ctx, func() error { return q.decide(ctx, b.tx) })
}

// canFacts is what Can needs to know when somebody asks about somebody else.
type canFacts struct {
	accountStanding // the actor's
	row             AccessRow
	seen            bool // the actor may know of the user, given that they may ask
}

// canOther is Can about somebody else, and for input that is malformed.
func (s *Session) canOther(ctx context.Context, user UserID, permission Permission, account AccountID) (Decision, error) {
	var f form
	f.id(user)
	f.id(account)
	rule, known := s.dir.table.rules[permission]
	f.that(known, CodePermission)
	return look(ctx, s, call{opCan, account.String(), f.err},
		func(r *reads) canFacts { return r.canFacts(user, account) },
		func(f canFacts, c *changes) (Decision, error) {
			if err := c.authorizeAccount(f.accountStanding); err != nil {
				return Decision{}, err
			}
			if !f.seen {
				return Decision{}, CodeNotFound
			}
			return decideCan(&rule, account, &f.row), nil
		})
}

// canFacts asks for what the actor is to the account, what the user is to it, and whether the actor sees the user.
func (r *reads) canFacts(user UserID, account AccountID) (f canFacts) {
	f.accountStanding = r.accountStanding(account)
	if asked := find(r, userByID(user)); asked != nil {
		f.row.SetUser(*asked)
	}
	if grant := find(r, grantOn(account, user)); grant != nil {
		f.row.Roles = grant.Roles
	}
	elsewhere := r.guest(user)
	if f.account == nil {
		return f
	}
	f.row.SetAccount(*f.account)
	if f.parent != nil {
		f.row.SetParent(*f.parent)
		if grant := find(r, grantOn(f.parent.ID, user)); grant != nil {
			f.row.ParentRoles = grant.Roles
		}
	}
	f.seen = !f.row.Roles.IsZero() || !f.row.ParentRoles.IsZero()
	if org := f.account.Organization; !org.IsZero() {
		if member := find(r, memberOf(org, user)); member != nil {
			f.row.SetMembership(*member)
		}
		f.seen = f.seen || f.manages() && (f.row.Member || elsewhere(org))
	}
	return f
}

// guest asks for the accounts a user has a role on, and says of an organization whether one that is not closed is its: whoever manages the
// organization sees them as an independent user (GEN-5).
func (r *reads) guest(user UserID) func(OrganizationID) bool {
	var accounts []*AccountRecord
	for _, grant := range all(r, grantsOf(user, AccountID{})) {
		accounts = append(accounts, find(r, accountByID(grant.Account)))
	}
	return func(org OrganizationID) bool {
		return slices.ContainsFunc(accounts, func(a *AccountRecord) bool { return a != nil && a.Closed == 0 && a.Organization == org })
	}
}

// rankFacts is what CanInOrganization needs to know.
type rankFacts struct {
	standing // the actor's
	user     *UserRecord
	member   *MembershipRecord // the user's in the organization
	guest    bool              // whether they have a role on an account of its, if that matters
}

// CanInOrganization says whether a user may do something in an organization, and why (GEN-7, ROLE-1 to 3): WhyOrganizationRole with the role that
// allows; or WhyInsufficient for a member whose role does not, WhyInactive, and WhyUnreachable for who is no member and for an organization that
// is not there or has ended.
//
// Any user asks about themself: what they do not belong to is the same plain no, whether it is there or not. About others ask the Owner and
// Administrators of the organization, of its members and of who has a role on an account of its (GEN-5); anybody else is CodeNotFound. Operators
// and System ask about all, and what is unknown is a no. A merged organization's ID stands for the survivor (ORG-13). A zero ID is CodeID, an
// unknown permission CodePermission.
//
// Errors: CodeID, CodePermission; CodeNotFound, CodeNotAllowed.
func (s *Session) CanInOrganization(ctx context.Context, user UserID, permission OrganizationPermission, org OrganizationID) (Decision, error) {
	var f form
	f.id(user)
	f.id(org)
	f.that(permission.known(), CodePermission)
	return look(ctx, s, call{opCanInOrganization, org.String(), f.err},
		func(r *reads) (f rankFacts) {
			org := r.survivor(org)
			f.standing = r.standing(org)
			f.user, f.member = find(r, userByID(user)), find(r, memberOf(org, user))
			if r.actor.isUser() && r.actor.User != user {
				f.guest = r.guest(user)(org)
			}
			return f
		},
		func(f rankFacts, c *changes) (Decision, error) {
			if c.actor.isUser() && c.actor.User != user {
				if err := c.authorize(f.standing); err != nil {
					return Decision{}, err
				}
				if f.member == nil && !f.guest {
					return Decision{}, CodeNotFound
				}
			}
			return decideCanInOrganization(f, permission), nil
		})
}

// decideCanInOrganization is the whole decision of CanInOrganization, once the actor may ask.
func decideCanInOrganization(f rankFacts, permission OrganizationPermission) Decision {
	switch {
	case f.user == nil || f.organization == nil:
		return Decision{Why: WhyUnreachable}
	case f.user.State() != StateActive:
		return Decision{Why: WhyInactive}
	case f.member == nil || f.organization.State != StateActive:
		return Decision{Why: WhyUnreachable}
	case !f.member.Role.may(permission):
		return Decision{Why: WhyInsufficient}
	}
	return Decision{Allowed: true, Why: WhyOrganizationRole, OrganizationRole: f.member.Role}
}

// known says whether there is such a permission.
func (p OrganizationPermission) known() bool { return Owner.may(p) }

// decideCan is the whole decision of Can over what Access read.
func decideCan(rule *grantRule, account AccountID, row *AccessRow) Decision {
	reaches := !row.Roles.IsZero() || !row.ParentRoles.IsZero() || row.Member && row.Role.manages()
	role, direct := rule.by(row.Roles)
	parentRole, inherited := AccountRole(""), false
	if !direct {
		parentRole, inherited = rule.by(row.ParentRoles)
	}
	managed := rule.manager && row.Member && row.Role.manages()
	switch {
	case !row.UserFound || !row.AccountFound:
		return Decision{Why: WhyUnreachable}
	case !row.UserActive:
		return Decision{Why: WhyInactive}
	case !reaches:
		return Decision{Why: WhyUnreachable}
	case row.Closed:
		return Decision{Why: WhyClosed}
	case !direct && !inherited && !managed:
		return Decision{Why: WhyInsufficient}
	case row.Suspended && !rule.suspended:
		return Decision{Why: WhySuspended}
	case direct:
		return Decision{Allowed: true, Why: WhyGrant, Role: role, Account: account}
	case inherited:
		return Decision{Allowed: true, Why: WhyParentGrant, Role: parentRole, Account: row.Parent}
	}
	return Decision{Allowed: true, Why: WhyOrganizationRole, OrganizationRole: row.Role}
}
