package tenancy

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// User is a person as the actor may see them (GEN-5). Whoever is seen by a role on an account and no more, by the organization that manages it or by
// who manages its members, is shown by ID, name and address alone.
type User struct {
	ID       UserID
	Email    Personal // as given
	Name     Personal
	State    State       // StateActive, StateInactive, StateDeleted; "": not to be seen
	Inactive *Inactivity // by whom; nil: not to be seen
	Created  time.Time   // zero: not to be seen
}

// Inactivity says who made a user inactive: they are active when nobody did (USR-13).
type Inactivity struct {
	Organization bool // their organization
	Operator     bool // an Operator
}

// viewUser shows a user as a whole.
func viewUser(u UserRecord) User {
	view := viewPerson(u)
	view.State, view.Inactive, view.Created = u.State(), &Inactivity{u.InactiveOrganization, u.InactiveOperator}, u.Created.Time()
	return view
}

// viewPerson shows of a user what is seen of one who is no member.
func viewPerson(u UserRecord) User {
	return User{ID: u.ID, Email: u.Personal.Email, Name: u.Personal.Name}
}

// viewOutsider shows a user who is no member to those who manage the organization's users, and, as a whole, to Operators and System.
func (c *changes) viewOutsider(u UserRecord) User {
	if c.actor.isUser() {
		return viewPerson(u)
	}
	return viewUser(u)
}

// Membership is a user's part in an organization.
type Membership struct {
	Organization OrganizationID
	User         UserID
	Role         OrganizationRole
	SSO          SSOExemption // an Owner is always exempt (SSO-3)
	Since        time.Time
}

func viewMembership(m MembershipRecord) Membership {
	return Membership{m.Organization, m.User, m.Role, SSOExemption(m.Exempt || m.Role == Owner), m.Since.Time()}
}

// NewSignUp is the input of SignUp.
type NewSignUp struct {
	Email        ProvenEmail
	Name         string // the person's
	Organization string // of what they found; empty: "My organization"
	Account      string // the same; empty: "My account"
	Secret       Secret // of an invitation to accept in one step; zero: none
}

// How says what signing up did.
type SignUpResult string

// The values of How.
const (
	SignUpFounded  SignUpResult = "founded"  // an organization of their own, with an account (ORG-1)
	SignUpJoined   SignUpResult = "joined"   // the organization that has their address's domain, whose policy takes everybody
	SignUpAccepted SignUpResult = "accepted" // the invitation whose secret they had
	SignUpMade     SignUpResult = "made"     // a user in no organization, who is yet to accept the invitation of the one that has their address's domain
)

// SignedUp is what SignUp did.
type SignedUp struct {
	Result       SignUpResult
	User         User
	Organization *Organization // the one they are a member of now; nil: none
	Account      *Account      // founded, or the one they accepted the invitation to; nil: none
}

// SignUp makes a user of a person whom the host has authenticated, whose address it has proven (USR-2). Where no organization has the address's
// domain verified, they found an organization with an account that they own (ORG-1). Where one has, its policy says what happens (USR-1):
//
//   - PolicyInvitationOnly refuses them, unless the organization has a pending invitation for the address: then only the user is made, and the
//     invitation is still to be accepted;
//   - PolicyAutomatic makes them a Standard User of it, without an organization or account of their own, while the domain is live;
//   - PolicyClosed lets them sign up on their own.
//
// With the secret of a pending invitation to their address that the policy permits they accept it in one step, and then no organization and no
// account of their own is made; with any other secret signing up is refused whole. Pending invitations to the address otherwise stay as they are.
// System or Operator.
//
// Errors: CodeEmail, CodeName; CodeNotAllowed; CodeEmailTaken, CodeSecretRefused, CodeInvitationOnly, CodeMemberLimit.
func (p *Platform) SignUp(ctx context.Context, in NewSignUp) (SignedUp, error) {
	var f form
	address := f.email(in.Email.reveal())
	in.Name = f.name(in.Name)
	in.Organization = f.name(cmp.Or(in.Organization, "My organization"))
	in.Account = f.name(cmp.Or(in.Account, "My account"))
	return update(ctx, p.Session, call{opSignUp, "", f.err},
		func(r *reads) signUp { return r.signUp(address, in.Secret) },
		func(s signUp, c *changes) (SignedUp, error) { return s.decide(in, address, c) })
}

// signUp is what signing up needs to know.
type signUp struct {
	holder     *UserRecord     // of the address; nil: nobody
	acceptance acceptanceFacts // of the secret
	coverage                   // of the address
	occupied   occupancy       // of the organization that has the domain
	asked      []RequestRecord // open requests of the address to be invited
}

func (r *reads) signUp(address string, secret Secret) (s signUp) {
	s.holder = find(r, userByAddress(address))
	s.coverage = r.coverage(address)
	s.asked = r.openRequests(address)
	if s.domain != nil {
		r.needHead(streamOfOrganization(s.domain.Organization))
		s.occupied = r.occupancy(s.organization)
	}
	if !secret.IsZero() {
		s.acceptance = r.acceptance(secret, nil)
	}
	return s
}

func (s signUp) decide(in NewSignUp, address string, c *changes) (SignedUp, error) {
	if err := c.platform(); err != nil {
		return SignedUp{}, err
	}
	policy := s.policy(c)
	switch {
	case s.holder != nil:
		return SignedUp{}, CodeEmailTaken
	case !in.Secret.IsZero():
		return s.accept(in, address, policy, c)
	case policy == PolicyInvitationOnly && !s.invited(c.now):
		return SignedUp{}, CodeInvitationOnly
	case policy == PolicyInvitationOnly:
		user := UserID(c.tape.id())
		c.person(user, in, address, streamOfUser(user))
		return SignedUp{Result: SignUpMade, User: viewUser(*get(c.world, userByID(user)))}, nil
	case policy == PolicyAutomatic:
		return s.join(in, address, c)
	}
	return c.found(in, address), nil
}

// permits says whether the policy of the address's domain lets it in with an invitation that can be accepted: its own organization's; one to an
// account of it where the policy would let the person in anyway; any, where no policy holds or the domain is closed.
func (s signUp) permits(policy SignUpPolicy, c *changes) bool {
	if policy != PolicyInvitationOnly && policy != PolicyAutomatic {
		return true
	}
	invitation := s.acceptance
	if invitation.target.organization == nil || invitation.target.organization.ID != s.domain.Organization {
		return false
	}
	return invitation.kind == InvitationToOrganization || policy == PolicyAutomatic || s.invited(c.now)
}

// join makes a user who is a Standard User of the organization that has the address's domain.
func (s signUp) join(in NewSignUp, address string, c *changes) (SignedUp, error) {
	if err := c.room(*s.organization, s.occupied, 1, 0); err != nil {
		return SignedUp{}, err
	}
	user, org := UserID(c.tape.id()), s.domain.Organization
	c.person(user, in, address, streamOfOrganization(org))
	b := belongings{user: *get(c.world, userByID(user)), asked: s.asked}
	if s.invitation != nil {
		b.invitations = []InvitationRecord{*s.invitation}
	}
	c.join(org, b, StandardUser, InvitationID{})
	return SignedUp{Result: SignUpJoined, User: viewUser(b.user), Organization: new(c.viewOrganization(*s.organization, standing{organization: s.organization}))}, nil
}

// accept makes a user who accepts an invitation, and has no account and no organization of their own.
func (s signUp) accept(in NewSignUp, address string, policy SignUpPolicy, c *changes) (SignedUp, error) {
	switch err := c.acceptable(s.acceptance, address); {
	case errors.Is(err, CodeMemberLimit) && s.permits(policy, c):
		return SignedUp{}, CodeMemberLimit
	case err != nil || !s.permits(policy, c):
		return SignedUp{}, CodeSecretRefused
	}
	var done SignedUp
	if policy == PolicyAutomatic && s.acceptance.kind == InvitationToAccount {
		var err error
		if done, err = s.join(in, address, c); err != nil {
			return SignedUp{}, err
		}
	} else {
		user := UserID(c.tape.id())
		belongsTo := streamOfUser(user)
		if s.acceptance.kind == InvitationToOrganization {
			belongsTo = s.acceptance.stream()
		}
		c.person(user, in, address, belongsTo)
		done.User = viewUser(*get(c.world, userByID(user)))
	}
	c.accept(s.acceptance, done.User.ID)
	done.Result = SignUpAccepted
	if s.acceptance.kind == InvitationToOrganization {
		org := s.acceptance.target.organization
		done.Organization = new(c.viewOrganization(*org, standing{organization: org}))
	} else {
		to := accountStanding{account: s.acceptance.account.account, parent: s.acceptance.account.parent}
		done.Account = new(c.viewAccount(*to.account, to))
	}
	return done, nil
}

// person makes a user; streams are those they will belong to.
func (c *changes) person(user UserID, in NewSignUp, address string, streams ...Stream) {
	c.makes(user)
	c.say(UserCreated{user, c.now}, streams...)
	edit(c.world, userByID(user), func(u *UserRecord) {
		u.Personal = UserPersonal{Email: Personal(in.Email), Address: NewPersonal(address), Name: NewPersonal(in.Name)}
	})
}

// found makes a user with an organization and an account of their own (ORG-1).
func (c *changes) found(in NewSignUp, address string) SignedUp {
	user, org := UserID(c.tape.id()), OrganizationID(c.tape.id())
	here := streamOfOrganization(org)
	c.person(user, in, address, here)
	made := get(c.world, userByID(user))
	c.makeOrganization(org, in.Organization, belongings{user: *made})
	account, _ := c.foundAccount(user, org, in.Account)
	organization := get(c.world, organizationByID(org))
	return SignedUp{SignUpFounded, viewUser(*made), new(c.viewOrganization(*organization, standing{organization: organization})),
		new(c.viewAccount(account, accountStanding{account: &account}))}
}

// readdressing is what may keep a user from another address (USR-17).
type readdressing struct {
	signIn
	enforced *DomainRecord // of the organization that requires single sign-on, of the new address
	coverage               // of the new address
	member   *MembershipRecord
	roles    []AccountRecord // accounts the user has a role on
}

func (r *reads) readdressing(user UserID, address string) (f readdressing) {
	f.signIn = r.signIn(user)
	if f.membership != nil {
		f.enforced = find(r, domainByName(f.membership.Organization, emailDomain(address)))
	}
	f.coverage = r.coverage(address)
	if f.coverage.domain != nil {
		f.member = find(r, memberOf(f.coverage.domain.Organization, user))
		for _, g := range all(r, grantsOf(user, AccountID{})) {
			if a := find(r, accountByID(g.Account)); a != nil && a.Closed == 0 {
				f.roles = append(f.roles, *a)
			}
		}
	}
	return f
}

// refusal decides it.
func (f readdressing) refusal(c *changes) error {
	if !f.requirement().Connection.IsZero() && (f.enforced == nil || f.enforced.Connection.IsZero()) {
		return CodeSSOAddress
	}
	if f.member != nil {
		return nil
	}
	switch f.policy(c) {
	case PolicyInvitationOnly:
		if !f.invited(c.now) {
			return CodeInvitationOnly
		}
	case PolicyClosed:
		if slices.ContainsFunc(f.roles, func(a AccountRecord) bool { return a.Organization == f.coverage.domain.Organization }) {
			return CodeSignUpClosed
		}
	}
	return nil
}

// sight is a user whom an operation names, with what shows whether the actor sees them (GEN-5).
type sight struct {
	actor        Actor
	user         *UserRecord        // nil: there is none
	memberships  []MembershipRecord // the user's
	ranks        []MembershipRecord // the actor's
	reached      []reached          // the accounts the user has roles on, where no membership shows them
	administered []AccountID        // in order: the accounts whose members the actor manages by a role there, where no organization shows the user
}

// sight asks for a user, what shows them to the actor, and the heads of their streams.
func (r *reads) sight(user UserID) (s sight) {
	s.actor = r.actor
	s.user = find(r, userByID(user))
	s.memberships = all(r, membershipsOf(user, OrganizationID{}))
	for _, stream := range streamsOf(user, s.memberships) {
		r.needHead(stream)
	}
	if !r.actor.isUser() || user == r.actor.User {
		s.ranks = s.memberships
		return s
	}
	s.ranks = all(r, membershipsOf(r.actor.User, OrganizationID{}))
	if !s.under(ManageUsers) {
		s.reached = r.reached(user)
	}
	if len(s.reached) > 0 && !s.overseen() {
		s.administered = r.administered()
	}
	return s
}

// administered asks for the accounts whose members the actor may manage by a role assigned there.
func (r *reads) administered() (accounts []AccountID) {
	rule := r.dir.table.rules[ManageMembers]
	for _, g := range all(r, grantsOf(r.actor.User, AccountID{})) {
		if _, may := rule.by(g.Roles); may {
			accounts = append(accounts, g.Account)
		}
	}
	return accounts
}

// may says whether the actor, a user, has a permission in an organization.
func (s sight) may(p OrganizationPermission, org OrganizationID) bool {
	return slices.ContainsFunc(s.ranks, func(m MembershipRecord) bool { return m.Organization == org && m.Role.may(p) })
}

// under says whether the user is a member of an organization in which the actor has a permission.
func (s sight) under(p OrganizationPermission) bool {
	return slices.ContainsFunc(s.memberships, func(m MembershipRecord) bool { return s.may(p, m.Organization) })
}

// seen says whether the actor sees the user: overseen, or with a role on an account whose members they manage by a role of their own, on the account
// or its parent.
func (s sight) seen() bool {
	return s.overseen() || slices.ContainsFunc(s.reached, func(a reached) bool {
		return s.administers(a.account.ID) || s.administers(a.account.Parent)
	})
}

// administers says whether the actor manages the members of an account by a role assigned there.
func (s sight) administers(account AccountID) bool {
	_, found := slices.BinarySearchFunc(s.administered, account, compareIDs)
	return found
}

// overseen says whether the actor sees what there is of the user: themself, a member of an organization whose users they manage, or an independent
// user of one. Operators and System see everybody.
func (s sight) overseen() bool {
	switch {
	case s.user == nil:
		return false
	case !s.actor.isUser() || s.user.ID == s.actor.User || s.under(ManageUsers):
		return true
	}
	return slices.ContainsFunc(s.reached, func(a reached) bool { return s.may(ManageUsers, a.account.Organization) })
}

// there says whether the actor sees the user, and they are not deleted: a deleted one can't be named but to be looked at.
func (s sight) there() bool { return s.seen() && !s.user.Deleted }

// owner says whether the user is Owner of an organization.
func (s sight) owner() bool {
	return belongings{memberships: s.memberships}.ownsElsewhere(OrganizationID{})
}

// membership gives the user's membership of an organization; nil: none.
func (s sight) membership(org OrganizationID) *MembershipRecord {
	return belongings{memberships: s.memberships}.membership(org)
}

// authorizeUser decides by the table whether the actor may do this operation to a user: CodeNotFound if they do not even see them, then
// CodeNotAllowed (GEN-5).
func (c *changes) authorizeUser(s sight) error {
	switch {
	case !s.there():
		return CodeNotFound
	case !c.actor.isUser():
		return c.platform()
	case c.row.organization == "" || !s.under(c.row.organization):
		return CodeNotAllowed
	}
	return nil
}

// User shows a user and their memberships: to the user themself, to Owner and Administrators of an organization whom they see there (members, and
// who has a role on a managed account), with the membership of that organization alone, and to Operators and System, a deleted one too, of whom
// nothing personal is left (GEN-5, GEN-15). An account's Owner and Administrators are shown who has a role on it, as Access shows them: by ID, name and
// address, without a membership.
//
// Errors: CodeID; CodeNotFound.
func (s *Session) User(ctx context.Context, user UserID) (User, []Membership, error) {
	var f form
	f.id(user)
	type result struct {
		user        User
		memberships []Membership
	}
	seen, err := look(ctx, s, call{opUser, user.String(), f.err},
		func(r *reads) sight { return r.sight(user) },
		func(s sight, c *changes) (result, error) {
			if !s.seen() {
				return result{}, CodeNotFound
			}
			whole := c.actor.User == user || !c.actor.isUser()
			shown := result{user: c.viewOutsider(*s.user)}
			if whole || s.under(ManageUsers) {
				shown.user = viewUser(*s.user)
			}
			for _, m := range s.memberships {
				if whole || s.may(ManageUsers, m.Organization) {
					shown.memberships = append(shown.memberships, viewMembership(m))
				}
			}
			return shown, nil
		})
	return seen.user, seen.memberships, err
}

// UserByEmail shows the user who has an address, in whatever spelling: for the sign-in page and for support. It is not to link an identity by: a host
// keys people by its provider's issuer and subject, since an address can pass to another person (USR-2, GEN-15). Operators and System.
//
// Errors: CodeEmail; CodeNotAllowed, CodeNotFound.
func (p *Platform) UserByEmail(ctx context.Context, email string) (User, error) {
	var f form
	address := f.email(email)
	return look(ctx, p.Session, call{opUserByEmail, "", f.err},
		func(r *reads) *UserRecord { return find(r, userByAddress(address)) },
		func(user *UserRecord, c *changes) (User, error) {
			if err := c.platform(); err != nil {
				return User{}, err
			}
			if user == nil {
				return User{}, CodeNotFound
			}
			return viewUser(*user), nil
		})
}

// UserUpdate is the input of UpdateUser.
type UserUpdate struct {
	Name *string // nil: as it is
}

// UpdateUser changes a user's name (GEN-15): the user themself, or, for a member, Owner or Administrator, but not the Owner's (ROLE-5). Setting the
// name they have, or none, changes nothing (GEN-6).
//
// Errors: CodeID, CodeName; CodeNotFound, CodeNotAllowed, CodeTheOwner.
func (s *Session) UpdateUser(ctx context.Context, user UserID, in UserUpdate) (User, error) {
	var f form
	f.id(user)
	var name string
	if in.Name != nil {
		name = f.name(*in.Name)
	}
	return s.changeUser(ctx, opUpdateUser, user, f.err, func(s sight, c *changes) error {
		if c.actor.User != user {
			if err := c.authorizeUser(s); err != nil {
				return err
			}
			if s.owner() {
				return CodeTheOwner
			}
		}
		if name != "" && name != s.user.Personal.Name.Reveal() {
			c.say(UserUpdated{user}, streamsOf(user, s.memberships)...)
			edit(c.world, userByID(user), func(u *UserRecord) { u.Personal.Name = NewPersonal(name) })
		}
		return nil
	})
}

// changeUser is an operation on one user, whom the actor must see.
func (s *Session) changeUser(ctx context.Context, op *operationRow, user UserID, form error, change func(sight, *changes) error) (User, error) {
	return update(ctx, s, call{op, user.String(), form},
		func(r *reads) sight { return r.sight(user) },
		func(s sight, c *changes) (User, error) {
			if err := change(s, c); err != nil {
				return User{}, err
			}
			return viewUser(*get(c.world, userByID(user))), nil
		})
}

// DeactivateUser makes a user inactive: they keep membership and grants, and can do nothing (USR-13). Owner or Administrator for a member of the
// organization, but not the Owner and not themself; an Operator for anybody, an Owner too. The organization's inactivity, which ends with the
// membership, and an Operator's are two. Doing again what is done changes nothing (GEN-6).
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed, CodeOneself, CodeTheOwner.
func (s *Session) DeactivateUser(ctx context.Context, user UserID) (User, error) {
	var f form
	f.id(user)
	return s.changeUser(ctx, opDeactivateUser, user, f.err, func(s sight, c *changes) error {
		if err := c.activity(s); err != nil {
			return err
		}
		if !s.inactiveBy(c.actor) {
			c.say(UserDeactivated{user, c.actor.isOperator()}, streamsOf(user, s.memberships)...)
		}
		return nil
	})
}

// ReactivateUser lifts the organization's inactivity of a user, or, by an Operator, the Operators': the user is active when neither stands (USR-13).
// Who may is as for DeactivateUser. Doing again what is done changes nothing (GEN-6).
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed, CodeOneself, CodeTheOwner.
func (s *Session) ReactivateUser(ctx context.Context, user UserID) (User, error) {
	var f form
	f.id(user)
	return s.changeUser(ctx, opReactivateUser, user, f.err, func(s sight, c *changes) error {
		if err := c.activity(s); err != nil {
			return err
		}
		if s.inactiveBy(c.actor) {
			c.say(UserReactivated{user, c.actor.isOperator()}, streamsOf(user, s.memberships)...)
		}
		return nil
	})
}

// activity decides whether the actor may deactivate and reactivate the user.
func (c *changes) activity(s sight) error {
	if err := c.authorizeUser(s); err != nil {
		return err
	}
	switch {
	case c.actor.User == s.user.ID:
		return CodeOneself
	case c.actor.isUser() && s.owner():
		return CodeTheOwner
	}
	return nil
}

// inactiveBy says whether the inactivity that is the actor's to lift stands.
func (s sight) inactiveBy(actor Actor) bool {
	if actor.isOperator() {
		return s.user.InactiveOperator
	}
	return s.user.InactiveOrganization
}

// ChangeEmail gives a user another address, which the host has proven to be theirs; another spelling of the same one is a change too, and the same
// spelling none (GEN-6). No membership is lost or gained by it, and pending invitations stay with the address they were sent to (USR-17). While single
// sign-on is required of the user, the new address must be on a domain of the same organization on which it is enforced. Of a user outside the
// organization that has the new address's domain verified, its policy decides: PolicyInvitationOnly refuses without its pending invitation for the
// new address, PolicyClosed while they have a role on one of its accounts. System or Operator.
//
// Errors: CodeID, CodeEmail; CodeNotFound, CodeNotAllowed; CodeEmailTaken, CodeSSOAddress, CodeInvitationOnly, CodeSignUpClosed.
func (p *Platform) ChangeEmail(ctx context.Context, user UserID, email ProvenEmail) (User, error) {
	var f form
	f.id(user)
	address := f.email(email.reveal())
	type facts struct {
		sight
		holder *UserRecord
		readdressing
	}
	return update(ctx, p.Session, call{opChangeEmail, user.String(), f.err},
		func(r *reads) facts {
			return facts{r.sight(user), find(r, userByAddress(address)), r.readdressing(user, address)}
		},
		func(f facts, c *changes) (User, error) {
			if err := c.authorizeUser(f.sight); err != nil {
				return User{}, err
			}
			switch {
			case f.holder != nil && f.holder.ID != user:
				return User{}, CodeEmailTaken
			case f.sight.user.Personal.Email == Personal(email):
			default:
				if err := f.readdressing.refusal(c); err != nil {
					return User{}, err
				}
				c.say(UserEmailChanged{user}, streamsOf(user, f.memberships)...)
				edit(c.world, userByID(user), func(u *UserRecord) { u.Personal.Email, u.Personal.Address = Personal(email), NewPersonal(address) })
			}
			return viewUser(*get(c.world, userByID(user))), nil
		})
}

// Removal is the input of RemoveUser: what becomes of the accounts the user owns in the organization. The zero value is for who owns none.
type Removal struct {
	AccountsTo UserID // another active member, to whom they pass; zero: nobody
	Release    bool   // they leave the organization with the user: the Owner alone may do that
}

// RemoveUser ends a membership (USR-11). The user lives on without the organization and loses the role in it and all grants on its accounts, closed
// ones too; pending invitations to its accounts for their address are revoked. Accounts they own there pass to another active member, or, where the
// Owner says so, leave with the user. Owner or Administrator; not the Owner, and not oneself (Leave).
//
// Errors: CodeID, CodeInput (both ways for accounts, or to the user themself); CodeNotFound, CodeNotAllowed, CodeMerged, CodeRelease, CodeOneself, CodeTheOwner;
// CodeNotMember (the user or AccountsTo), CodeInactive (AccountsTo), CodeOwnsAccounts (the input says nothing of them), CodeHIPAADesignated (an
// account that was to leave with them: disable it first).
func (s *Session) RemoveUser(ctx context.Context, org OrganizationID, user UserID, removal Removal) error {
	var f form
	f.id(org)
	f.id(user)
	f.that(removal.AccountsTo != user && (removal.AccountsTo.IsZero() || !removal.Release), CodeInput)
	_, err := update(ctx, s, call{opRemoveUser, user.String(), f.err},
		func(r *reads) leaving {
			f := r.leaving(user, removal.AccountsTo)
			f.standing = r.standing(org)
			return f
		},
		func(f leaving, c *changes) (struct{}, error) { return struct{}{}, f.remove(removal, c) })
	return err
}

// leaving is a user who is to leave an organization or the directory, and who gets their accounts.
type leaving struct {
	standing
	belongings
	target sight
	heir   *sight // nil: nobody
}

// leaving asks for a user who is to go, and for the heir of their accounts; a zero one is nobody.
func (r *reads) leaving(user, heir UserID) leaving {
	f := leaving{belongings: r.belongingsOf(user), target: r.sight(user)}
	if !heir.IsZero() {
		f.heir = new(r.sight(heir))
	}
	return f
}

func (f leaving) remove(removal Removal, c *changes) error {
	if err := c.authorize(f.standing); err != nil {
		return err
	}
	org := f.organization.ID
	switch {
	case removal.Release && !f.rank.Role.may(ReleaseAccounts):
		return CodeRelease
	case f.user.ID == c.actor.User:
		return CodeOneself
	case f.user.ID == f.organization.Owner:
		return CodeTheOwner
	case !f.target.there() || f.heir != nil && !f.heir.there():
		return CodeNotFound
	}
	if err := f.alive(); err != nil {
		return err
	}
	switch owned := f.ownedIn(org); {
	case f.membership(org) == nil:
		return CodeNotMember
	case f.heir != nil:
		if err := f.heir.inherits(org); err != nil {
			return err
		}
	case len(owned) > 0 && !removal.Release:
		return CodeOwnsAccounts
	case anyDesignated(owned):
		return CodeHIPAADesignated
	}
	c.leave(org, f.belongings, removal.AccountsTo)
	return nil
}

// inherits refuses as heir who is no active member of the organization, or, with a zero one, no active user in none.
func (s sight) inherits(org OrganizationID) error {
	switch {
	case org.IsZero() && len(s.memberships) > 0:
		return CodeManagedElsewhere
	case !org.IsZero() && s.membership(org) == nil:
		return CodeNotMember
	case s.user.State() != StateActive:
		return CodeInactive
	}
	return nil
}

// Leave ends the actor's own membership; they lose what a removed user loses (USR-12, USR-11). Any member who owns no account there; the Owner may
// not.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed, CodeMerged, CodeOwnerLeaves; CodeOwnsAccounts.
func (s *Session) Leave(ctx context.Context, org OrganizationID) error {
	var f form
	f.id(org)
	type facts struct {
		standing
		belongings
	}
	_, err := update(ctx, s, call{opLeave, org.String(), f.err},
		func(r *reads) facts { return facts{r.standing(org), r.belongingsOf(r.actor.User)} },
		func(f facts, c *changes) (struct{}, error) {
			if err := c.authorize(f.standing); err != nil {
				return struct{}{}, err
			}
			switch {
			case f.rank.Role == Owner:
				return struct{}{}, CodeOwnerLeaves
			case len(f.ownedIn(org)) > 0:
				return struct{}{}, CodeOwnsAccounts
			}
			c.leave(org, f.belongings, UserID{})
			return struct{}{}, nil
		})
	return err
}

// UserDeletion is the input of DeleteUser.
type UserDeletion struct {
	// AccountsTo gets the accounts the user owns: managed ones another active member of the organization; unmanaged ones, which an Operator alone
	// gives away, an active user in no organization. Zero: nobody, for who owns none that is not closed.
	AccountsTo UserID
}

// DeleteUser deletes a user for good (USR-14). Their membership and all grants end, their accounts pass to the one named, and what was personal of
// them is gone: from the record, and from the invitations to their address and the requests for it, of which pending and open ones are revoked and
// settled. The address is free at once, and whoever has it next inherits nothing. Of a member it is Owner's and Administrators' to do, but not to
// oneself; who is in no organization may delete themself; an Operator anybody. An Owner of an organization is deleted by nobody.
//
// Errors: CodeID, CodeInput (accounts to the user themself, or named by the user themself); CodeNotFound, CodeNotAllowed, CodeOneself;
// CodeOwnsOrganization, CodeOwnsAccounts, and for AccountsTo CodeNotMember, CodeManagedElsewhere (in an organization), CodeInactive.
func (s *Session) DeleteUser(ctx context.Context, user UserID, deletion UserDeletion) error {
	var f form
	f.id(user)
	f.that(deletion.AccountsTo.IsZero() || deletion.AccountsTo != user && s.actor.User != user, CodeInput)
	_, err := update(ctx, s, call{opDeleteUser, user.String(), f.err},
		func(r *reads) parting { return r.parting(user, deletion.AccountsTo) },
		func(f parting, c *changes) (struct{}, error) {
			err := f.refusal(c)
			if err == nil {
				f.carryOut(c, deletion.AccountsTo)
			}
			return struct{}{}, err
		})
	return err
}

// parting is a user who is to be deleted.
type parting struct {
	leaving
	invited   []InvitationRecord // the address, in every state
	requested []RequestRecord    // for the address, in every state
}

func (r *reads) parting(user, heir UserID) parting {
	f := parting{leaving: r.leaving(user, heir)}
	r.needHead(streamOfUser(heir))
	for _, a := range f.accounts {
		r.needHead(a.stream())
	}
	if address := f.user.Personal.Address.Reveal(); address != "" {
		f.invited = all(r, invitationsByAddress(address, InvitationID{}))
		f.requested = all(r, requestsByAddress(address))
	}
	for _, i := range f.invitations {
		if i.Kind == InvitationToOrganization {
			r.needHead(streamOfOrganization(i.Organization))
		}
	}
	for _, q := range f.requested {
		r.needHead(streamOfOrganization(q.Organization))
	}
	return f
}

// refusal decides whether the user can be deleted.
func (f parting) refusal(c *changes) error {
	oneself := c.actor.isUser() && c.actor.User == f.user.ID
	if !oneself || len(f.memberships) > 0 {
		if err := c.authorizeUser(f.target); err != nil {
			return err
		}
	}
	var org OrganizationID
	if len(f.memberships) > 0 {
		org = f.memberships[0].Organization
	}
	switch {
	case oneself && !org.IsZero() && !f.target.owner():
		return CodeOneself
	case f.heir != nil && !f.heir.there():
		return CodeNotFound
	case f.target.owner():
		return CodeOwnsOrganization
	case f.heir != nil:
		return f.heir.inherits(org)
	case len(f.owned) > 0:
		return CodeOwnsAccounts
	}
	return nil
}

// carryOut deletes the user.
func (f parting) carryOut(c *changes, heir UserID) {
	user := f.user.ID
	for _, m := range f.memberships {
		c.leave(m.Organization, f.belongings, heir)
	}
	for _, owned := range f.ownedIn(OrganizationID{}) {
		c.hand(owned, heir, RoleSet{})
	}
	for _, g := range f.grants {
		if get(c.world, grantOn(g.Account, user)) != nil {
			c.say(RolesRevoked{g.Account, user}, f.account(g.Account).stream())
		}
	}
	for _, i := range f.invited {
		if get(c.world, invitationByID(i.ID)).State == StatePending {
			c.say(InvitationRevoked{i.ID, c.now}, f.streamOf(i))
		}
		edit(c.world, invitationByID(i.ID), func(i *InvitationRecord) { i.Personal = InvitationPersonal{} })
	}
	for _, q := range f.requested {
		if q.State == StateOpen {
			c.say(RequestSettled{q.ID, c.now}, streamOfOrganization(q.Organization))
		}
		edit(c.world, requestByID(q.ID), func(q *RequestRecord) { q.Personal = RequestPersonal{} })
	}
	c.say(UserDeleted{user}, streamOfUser(user))
	edit(c.world, userByID(user), func(u *UserRecord) { u.Personal = UserPersonal{} })
}

// streamOf is the stream a pending invitation to the user's address belongs to.
func (b belongings) streamOf(i InvitationRecord) Stream {
	if i.Kind == InvitationToAccount {
		return b.account(i.Account).stream()
	}
	return streamOfOrganization(i.Organization)
}

// UserQuery says which of an organization's users. The zero value is all of them.
type UserQuery struct {
	Kind   Kind              // Managed, Independent, Pending or Requested; "": all, in this order
	Role   *OrganizationRole // of managed ones, or offered to pending ones; the others have none. Nil: any
	State  State             // StateActive or StateInactive, of managed ones; what others are is not to be seen. "": any
	Prefix string            // of the address, or of the name, whatever their case; "": any
	After  Cursor
}

// OrganizationUser is a user of an organization as its Owner and Administrators see them (USR-16). Of pending users and of those who asked to be
// invited there is the address alone, whoever has it.
type OrganizationUser struct {
	Kind       Kind
	User       User
	Role       OrganizationRole // managed: theirs; pending: the one offered; else they have none
	SSO        SSOExemption     // managed
	Since      time.Time        // managed: since when they are a member; else zero
	Grants     []Grant          // managed, independent: their roles on the organization's accounts that are not closed, by account
	Invitation InvitationID     // pending
	Request    RequestID        // requested
	Expires    time.Time        // pending, requested; else zero
	listed
}

// userSections are the kinds in the order of the list.
var userSections = []Kind{KindManaged, KindIndependent, KindPending, KindRequested}

// check refuses a query that makes no sense.
func (q UserQuery) check(f *form) {
	f.that(q.Kind == "" || slices.Contains(userSections, q.Kind), CodeInput)
	f.that(q.Role == nil || *q.Role <= Owner, CodeRole)
	f.that(q.State == "" || q.State == StateActive || q.State == StateInactive, CodeInput)
	f.that(len(q.Prefix) <= maxEmail && utf8.ValidString(q.Prefix), CodeInput)
}

// list identifies the list.
func (q UserQuery) list(org OrganizationID) listID {
	role := ""
	if q.Role != nil {
		role = q.Role.String()
	}
	return listOf("Users", org.String(), string(q.Kind), role, string(q.State), q.Prefix)
}

// takes says whether a user passes the filters.
func (q UserQuery) takes(u rollItem) bool {
	prefix := strings.ToLower(q.Prefix)
	return (q.Role == nil || *q.Role == u.Role && (u.Kind == KindManaged || u.Kind == KindPending)) &&
		(q.State == "" || u.Kind == KindManaged && u.User.State == q.State) &&
		(strings.HasPrefix(u.address, prefix) || strings.HasPrefix(strings.ToLower(u.User.Name.reveal()), prefix))
}

// Users lists an organization's users: managed, independent, pending, then who asked to be invited, each by ID (USR-16, GEN-9). The filters are
// looked at item by item, so that a list costs what the organization has, never what the directory has. Owner, Administrator, Operator, System.
//
// Errors: CodeID, CodeInput, CodeRole, CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) Users(ctx context.Context, org OrganizationID, query UserQuery) iter.Seq2[OrganizationUser, error] {
	l := query.list(org)
	return pages(l, query.After, func(from place, malformed error) (page[OrganizationUser], error) {
		f := form{malformed}
		f.id(org)
		query.check(&f)
		f.that(int(from.section) < len(userSections), CodeCursor)
		if only := slices.Index(userSections, query.Kind); only >= 0 && from == (place{}) {
			from.section = byte(only)
		}
		return look(ctx, s, call{opUsers, org.String(), f.err},
			func(r *reads) roll { return r.roll(org, from) },
			func(f roll, c *changes) (page[OrganizationUser], error) {
				if err := c.authorize(f.standing); err != nil {
					return page[OrganizationUser]{}, err
				}
				return f.page(l, query, c), nil
			})
	})
}

// roll is what a page of an organization's users is made of: records of one section, after a place.
type roll struct {
	standing
	from        place
	more        Key                      // where the section goes on; zero: it ends
	members     []MembershipRecord       // managed
	users       map[UserID]*UserRecord   // managed, independent
	grants      map[UserID][]GrantRecord // theirs on the organization's accounts that are not closed, by account
	invitations []InvitationRecord       // pending: of every kind and state
	requests    []RequestRecord          // requested: of every state
}

func (r *reads) roll(org OrganizationID, from place) roll {
	org = r.shown(org)
	f := roll{standing: r.standing(org), from: from, users: map[UserID]*UserRecord{}, grants: map[UserID][]GrantRecord{}}
	switch userSections[from.section] {
	case KindManaged:
		f.members = list(r, membersOf(org, from.key.ID), pageSize)
		for _, m := range f.members {
			r.managed(org, m.User, &f)
		}
		if len(f.members) == pageSize {
			f.more.ID = f.members[pageSize-1].User
		}
	case KindIndependent:
		if !r.actor.isUser() || r.manages(org) { // it grows with the organization: nobody else makes us read it
			r.independents(org, &f)
		}
	case KindPending:
		if f.invitations = list(r, invitationsIn(org, from.key.ID), pageSize); len(f.invitations) == pageSize {
			f.more.ID = f.invitations[pageSize-1].ID
		}
	case KindRequested:
		if f.requests = list(r, requestsIn(org, from.key.ID), pageSize); len(f.requests) == pageSize {
			f.more.ID = f.requests[pageSize-1].ID
		}
	}
	return f
}

// managed asks for a member and their roles on the organization's accounts.
func (r *reads) managed(org OrganizationID, user UserID, f *roll) {
	f.users[user] = find(r, userByID(user))
	for _, g := range all(r, grantsOf(user, AccountID{})) {
		if a := find(r, accountByID(g.Account)); a != nil && a.Organization == org && a.Closed == 0 {
			f.grants[user] = append(f.grants[user], g)
		}
	}
}

// independents asks for all who have a role on an account of the organization and are no members. No index has them in order: they are one page.
func (r *reads) independents(org OrganizationID, f *roll) {
	for _, a := range all(r, accountsIn(org, AccountID{})) {
		if a.Closed != 0 {
			continue
		}
		for _, g := range all(r, grantsOn(a.ID, UserID{})) {
			user := find(r, userByID(g.User))
			if find(r, memberOf(org, g.User)) == nil && slices.Compare(g.User[:], f.from.key.ID[:]) > 0 {
				f.users[g.User] = user
				f.grants[g.User] = append(f.grants[g.User], g)
			}
		}
	}
}

// page makes the page: what passes the filters, and where the next one begins.
func (f roll) page(l listID, query UserQuery, c *changes) page[OrganizationUser] {
	section := f.from.section
	p := page[OrganizationUser]{next: place{section, f.more}}
	if f.more == (Key{}) {
		p.next = place{section: section + 1}
		p.end = query.Kind != "" || int(p.next.section) == len(userSections)
	}
	for _, item := range f.items(c) {
		if query.takes(item) {
			item.listed = listed{l, place{section, Key{ID: item.key}}}
			p.items = append(p.items, item.OrganizationUser)
		}
	}
	return p
}

// rollItem is a user of a page, with what the filters look at and where they stand.
type rollItem struct {
	OrganizationUser
	address string // canonical
	key     [16]byte
}

// items gives the page's users, without those whose invitation or request is settled or has expired.
func (f roll) items(c *changes) (items []rollItem) {
	for _, m := range f.members {
		u := OrganizationUser{Kind: KindManaged, User: viewUser(*f.users[m.User]), Role: m.Role, SSO: viewMembership(m).SSO, Since: m.Since.Time(),
			Grants: f.granted(m.User)}
		items = append(items, rollItem{u, f.users[m.User].Personal.Address.Reveal(), m.User})
	}
	if userSections[f.from.section] == KindIndependent {
		for _, id := range slices.SortedFunc(maps.Keys(f.users), func(a, b UserID) int { return slices.Compare(a[:], b[:]) }) {
			u := OrganizationUser{Kind: KindIndependent, User: c.viewOutsider(*f.users[id]), Grants: f.granted(id)}
			items = append(items, rollItem{u, f.users[id].Personal.Address.Reveal(), id})
		}
	}
	for _, i := range f.invitations {
		if i.Kind == InvitationToOrganization && i.stateAt(c.now) == StatePending {
			u := OrganizationUser{Kind: KindPending, User: User{Email: i.Personal.Email}, Role: i.Role, Invitation: i.ID, Expires: i.Expires.Time()}
			items = append(items, rollItem{u, i.Personal.Address.Reveal(), i.ID})
		}
	}
	for _, q := range f.requests {
		if q.State == StateOpen && c.now < q.Expires {
			u := OrganizationUser{Kind: KindRequested, User: User{Email: q.Personal.Email}, Request: q.ID, Expires: q.Expires.Time()}
			items = append(items, rollItem{u, q.Personal.Address.Reveal(), q.ID})
		}
	}
	return items
}

// granted shows a user's roles on the organization's accounts.
func (f roll) granted(user UserID) (grants []Grant) {
	for _, g := range f.grants[user] {
		grants = append(grants, Grant(g))
	}
	return grants
}

// UserCreated says that a person signed up.
type UserCreated struct {
	User    UserID
	Created Instant
}

// UserUpdated says that a user has another name.
type UserUpdated struct{ User UserID }

// UserEmailChanged says that a user has another address.
type UserEmailChanged struct{ User UserID }

// UserDeactivated says that a user was made inactive, by their organization or by an Operator.
type UserDeactivated struct {
	User     UserID
	Operator bool
}

// UserReactivated says that the organization's or the Operator's inactivity of a user was lifted.
type UserReactivated struct {
	User     UserID
	Operator bool
}

// UserDeleted says that a user was deleted, and what was personal of them is gone.
type UserDeleted struct{ User UserID }

func (e UserCreated) apply(w *world) { w.create(UserRecord{ID: e.User, Created: e.Created}) }

func (e UserUpdated) apply(*world) {}

func (e UserEmailChanged) apply(*world) {}

func (e UserDeactivated) apply(w *world) {
	edit(w, userByID(e.User), func(u *UserRecord) {
		u.InactiveOperator, u.InactiveOrganization = u.InactiveOperator || e.Operator, u.InactiveOrganization || !e.Operator
	})
}

func (e UserReactivated) apply(w *world) {
	edit(w, userByID(e.User), func(u *UserRecord) {
		u.InactiveOperator, u.InactiveOrganization = u.InactiveOperator && !e.Operator, u.InactiveOrganization && e.Operator
	})
}

func (e UserDeleted) apply(w *world) {
	edit(w, userByID(e.User), func(u *UserRecord) { u.Deleted = true })
}

var userEvents = []EventData{UserCreated{}, UserUpdated{}, UserEmailChanged{}, UserDeactivated{}, UserReactivated{}, UserDeleted{}}
