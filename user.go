package tenancy

import (
	"context"
	"slices"
	"time"
)

// User is a person, or a service account, as the actor may see them (GEN-5). Of a user whom the actor sees
// only by a role on an account, because their organization manages the account or
// because they manage its members, the ID, the name and the address are shown and
// nothing else. Of a deleted user nothing personal is left.
type User struct {
	ID UserID `json:"id,omitzero"` // zero: the actor sees an address and not whose it is
	// ServiceAccount says that it is no person, and has no address (USR-20).
	ServiceAccount bool        `json:"serviceAccount,omitzero"`
	Email          Personal    `json:"email,omitzero"`    // as given; zero: erased
	Name           Personal    `json:"name,omitzero"`     // zero: erased, or the actor may not see it
	State          State       `json:"state,omitzero"`    // StateActive, StateInactive or StateDeleted; "": the actor may not see it
	Inactive       *Inactivity `json:"inactive,omitzero"` // nil: the actor may not see it
	// Unclaimed says that a directory made the user, and that the person has not signed up
	// yet (PRV-3).
	Unclaimed bool      `json:"unclaimed,omitzero"`
	Created   time.Time `json:"created,omitzero"` // zero: the actor may not see it
	Left      time.Time `json:"left,omitzero"`    // when a former member left, who is shown as they were then; zero: they are shown as they are
}

// Inactivity says who made a user inactive. The zero value means that nobody did: the
// user is active (USR-13).
type Inactivity struct {
	Organization bool `json:"organization"` // their organization
	Operator     bool `json:"operator"`     // an Operator
	Directory    bool `json:"directory"`    // their organization's directory (PRV-4)
}

// User returns a user and their memberships. Users see themselves with all of their
// memberships. Operators and System see everybody with all memberships, deleted users
// too.
// Whoever has ViewUsers in an organization sees its members and the people who
// have a role on an account that it manages, with the membership of that organization
// alone (GEN-5, GEN-15, ROLE-9). Whoever manages the members of an account sees everybody
// who has a role on it as Access shows them: an ID, a name and an address, and no
// membership. The memberships are nil if the actor sees none.
//
// Whoever left an organization or was removed from it, and is not seen otherwise by those who
// have ViewUsers there, is shown to them as they were then, for as long as the
// organization keeps that (USR-21, Options.FormerMembersFor): an ID, a name, an address
// and when they left.
//
// Errors: CodeID; CodeNotFound.
func (s *Session) User(ctx context.Context, user UserID) (User, []Membership, error) {
	var check form
	check.id(user)
	seen, err := look(ctx, s, call{opUser, user.String(), check.err},
		func(r *reads) userFacts { return r.loadUser(user) },
		func(f userFacts, c *changes) (seenUser, error) { return decideUser(f, c) })
	return seen.user, seen.memberships, err
}

// userFacts is the user who is looked at.
type userFacts struct {
	target sight
	former *FormerMemberRecord // what the actor's organizations keep of the user; nil: nothing
}

func (r *reads) loadUser(user UserID) userFacts { return userFacts{r.sight(user), r.former(user)} }

// seenUser is what User returns.
type seenUser struct {
	user        User
	memberships []Membership
}

func decideUser(f userFacts, c *changes) (seenUser, error) {
	s := f.target
	switch {
	case s.seen():
	case f.former != nil:
		return seenUser{user: viewFormer(*f.former)}, nil
	default:
		return seenUser{}, CodeNotFound
	}
	entirely := s.oneself() || !c.actor.isUser()
	seen := seenUser{user: viewPerson(*s.user)}
	if entirely || s.under(ViewUsers) {
		seen.user = viewUser(*s.user)
	}
	for _, m := range s.memberships {
		if entirely || s.may(ViewUsers, m.Organization) {
			seen.memberships = append(seen.memberships, viewMembership(m))
		}
	}
	return seen, nil
}

// UserByEmail returns the user who has an address, in whatever spelling it is given.
// It serves the sign-in page and support. Do not link identities by it: a host keys
// people by its provider's issuer and subject, because an address can pass to another
// person (USR-2, GEN-15). Only Operators and System may call it.
//
// Errors: CodeEmail; CodeNotAllowed, CodeNotFound.
func (p *Platform) UserByEmail(ctx context.Context, email string) (User, error) {
	var check form
	address := check.email(email)
	return look(ctx, p.Session, call{opUserByEmail, "", check.err},
		func(r *reads) userByEmailFacts { return r.loadUserByEmail(address) },
		func(f userByEmailFacts, c *changes) (User, error) { return decideUserByEmail(f, c) })
}

// userByEmailFacts is the user who has the address.
type userByEmailFacts struct {
	holder *UserRecord // nil: nobody has it
}

func (r *reads) loadUserByEmail(address string) userByEmailFacts {
	return userByEmailFacts{find(r, userByAddress(address))}
}

func decideUserByEmail(f userByEmailFacts, c *changes) (User, error) {
	if err := c.platform(); err != nil {
		return User{}, err
	}
	if f.holder == nil {
		return User{}, CodeNotFound
	}
	return viewUser(*f.holder), nil
}

// UserUpdate is the input of UpdateUser. The zero value changes nothing.
type UserUpdate struct {
	Name *string // nil: stays as it is
}

// UpdateUser changes a user's name (GEN-15). Users change their own; the Owner and
// Administrators change the names of members, but not the Owner's (ROLE-5), and so does
// whoever has ManageUsers for members whom their role covers (ROLE-9). Setting
// the name that the user has, or none, changes nothing (GEN-6).
//
// Errors: CodeID, CodeName; CodeNotFound, CodeNotAllowed, CodeTheOwner; CodeRank if the
// user may do more than the actor; CodeServiceAccount if the actor is one, and so is the
// user; CodeOrganizationSuspended if another user's is.
func (s *Session) UpdateUser(ctx context.Context, user UserID, in UserUpdate) (User, error) {
	var check form
	check.id(user)
	if in.Name != nil {
		in.Name = new(check.name(*in.Name))
	}
	return update(ctx, s, call{opUpdateUser, user.String(), check.err},
		func(r *reads) updateUserFacts { return r.loadUpdateUser(user) },
		func(f updateUserFacts, c *changes) (User, error) { return decideUpdateUser(f, in, c) })
}

// updateUserFacts is the user who is updated.
type updateUserFacts struct{ target sight }

func (r *reads) loadUpdateUser(user UserID) updateUserFacts {
	r.needRoles(user, nil)
	return updateUserFacts{r.sight(user)}
}

func decideUpdateUser(f updateUserFacts, in UserUpdate, c *changes) (User, error) {
	if !f.target.oneself() {
		if err := c.authorizeUser(f.target); err != nil {
			return User{}, err
		}
		switch {
		case f.target.offLimits():
			return User{}, CodeTheOwner
		case !f.target.covered():
			return User{}, CodeRank
		case f.target.suspended():
			return User{}, CodeOrganizationSuspended
		}
	}
	if err := c.tends(f.target); err != nil {
		return User{}, err
	}
	user := f.target.user
	if in.Name != nil && *in.Name != user.Personal.Name.Reveal() {
		c.say(UserUpdated{user.ID}, f.target.streams()...)
		edit(c.world, userByID(user.ID), func(u *UserRecord) { u.Personal.Name = NewPersonal(*in.Name) })
	}
	return c.viewUserNow(user.ID), nil
}

// ChangeEmail gives a user another address, which the host has proven to be theirs.
// Another spelling of the address they have is a change too; the same spelling changes
// nothing (GEN-6). No membership is lost or gained, and pending invitations stay with
// the address they were sent to (USR-17). While single sign-on is required of the
// user, the new address must be on a domain of the same organization on which it is
// enforced. If another organization has the new address's domain verified, and the
// user is not a member of it, its policy decides. PolicyInvitationOnly refuses an
// address for which the organization has no pending invitation. PolicyClosed refuses
// a user who has a role on one of the organization's accounts. PolicyAutomatic refuses
// while the organization is suspended (ORG-15). Only System and Operators may call it.
//
// Errors: CodeID, CodeEmail; CodeNotFound, CodeNotAllowed; CodeNotPerson for a service
// account, which has no address; CodeEmailTaken, CodeSSOAddress, CodeInvitationOnly,
// CodeSignUpClosed; CodeOrganizationSuspended if the policy that would let the address
// in is a suspended one's.
func (p *Platform) ChangeEmail(ctx context.Context, user UserID, email ProvenEmail) (User, error) {
	var check form
	check.id(user)
	address := check.email(email.reveal())
	return update(ctx, p.Session, call{opChangeEmail, user.String(), check.err},
		func(r *reads) changeEmailFacts { return r.loadChangeEmail(user, address) },
		func(f changeEmailFacts, c *changes) (User, error) { return decideChangeEmail(f, email, address, c) })
}

// changeEmailFacts is the user whose address changes, and what may keep them from the
// new one (USR-17).
type changeEmailFacts struct {
	target   sight
	holder   *UserRecord       // of the new address; nil: nobody has it
	signIn   signIn            // the user's
	enforced *DomainRecord     // the new address's, in the organization that may require single sign-on; nil: none
	covering coverage          // of the new address
	member   *MembershipRecord // the user's, in the organization that has the domain; nil: none
	reached  []AccountRecord   // accounts that are not closed and on which the user has a role
}

func (r *reads) loadChangeEmail(user UserID, address string) changeEmailFacts {
	r.needRoles(user, nil)
	f := changeEmailFacts{
		target:   r.sight(user),
		holder:   find(r, userByAddress(address)),
		signIn:   r.signIn(user),
		covering: r.coverage(address),
	}
	if m := f.signIn.membership; m != nil {
		f.enforced = find(r, domainByName(m.Organization, emailDomain(address)))
		r.needCounts(m.Organization) // whether a directory may have the address
	}
	if f.covering.domain == nil {
		return f
	}
	f.member = find(r, memberOf(f.covering.domain.Organization, user))
	for _, g := range all(r, grantsOf(user, AccountID{})) {
		if a := find(r, accountByID(g.Account)); a != nil && a.Closed == 0 {
			f.reached = append(f.reached, *a)
		}
	}
	return f
}

func decideChangeEmail(f changeEmailFacts, email ProvenEmail, address string, c *changes) (User, error) {
	if err := c.authorizeUser(f.target); err != nil {
		return User{}, err
	}
	user := f.target.user
	if user.ServiceAccount {
		return User{}, CodeNotPerson
	}
	if f.holder != nil && f.holder.ID != user.ID {
		return User{}, CodeEmailTaken
	}
	if user.Personal.Email == Personal(email) {
		return viewUser(*user), nil
	}
	if f.leavesSSO() {
		return User{}, CodeSSOAddress
	}
	if err := f.keptOut(c); err != nil {
		return User{}, err
	}
	c.say(UserEmailChanged{user.ID}, f.target.streams()...)
	edit(c.world, userByID(user.ID), func(u *UserRecord) {
		u.Personal.Email, u.Personal.Address = Personal(email), NewPersonal(address)
	})
	return c.viewUserNow(user.ID), nil
}

// leavesSSO reports whether single sign-on is required of the user, and would not be
// with the new address.
func (f changeEmailFacts) leavesSSO() bool {
	required := !f.signIn.requirement().Connection.IsZero()
	enforced := f.enforced != nil && !f.enforced.Connection.IsZero()
	return required && !enforced
}

// keptOut refuses an address that the policy of its domain's organization keeps from
// the user.
func (f changeEmailFacts) keptOut(c *changes) error {
	if f.member != nil {
		return nil
	}
	switch f.covering.policy(c) {
	case PolicyInvitationOnly:
		if !f.covering.invited(c.now) {
			return CodeInvitationOnly
		}
	case PolicyAutomatic:
		if f.covering.organization.Suspended {
			return CodeOrganizationSuspended
		}
	case PolicyClosed:
		org := f.covering.domain.Organization
		if slices.ContainsFunc(f.reached, func(a AccountRecord) bool { return a.Organization == org }) {
			return CodeSignUpClosed
		}
	}
	return nil
}

// DeactivateUser makes a user inactive: they keep their membership and grants, and can
// do nothing (USR-13). The Owner and Administrators deactivate members, but neither
// the Owner nor themselves, and whoever has ManageUsers those whom their role covers (ROLE-9). An Operator deactivates anybody, an Owner too. The
// organization's inactivity ends with the membership; an Operator's is another one,
// and stays. The organization's frees the member's seat, an Operator's does not (GEN-12).
// Deactivating a user again changes nothing (GEN-6).
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed, CodeOneself, CodeTheOwner; CodeRank if
// the user may do more than the actor.
func (s *Session) DeactivateUser(ctx context.Context, user UserID) (User, error) {
	var check form
	check.id(user)
	return update(ctx, s, call{opDeactivateUser, user.String(), check.err},
		func(r *reads) activityFacts { return r.loadActivity(user) },
		func(f activityFacts, c *changes) (User, error) { return decideDeactivateUser(f, c) })
}

// activityFacts is the user whom DeactivateUser and ReactivateUser are about.
type activityFacts struct {
	target     sight
	identities []ProvisionedRecord // that are linked to the user
}

func (r *reads) loadActivity(user UserID) activityFacts {
	f := activityFacts{r.sight(user), r.identitiesOf(user)}
	for _, m := range f.target.memberships {
		r.needCounts(m.Organization)
	}
	return f
}

func decideDeactivateUser(f activityFacts, c *changes) (User, error) {
	if err := f.refusal(c); err != nil {
		return User{}, err
	}
	user := f.target.user
	if !c.actor.keepsInactive(*user) {
		c.say(UserDeactivated{User: user.ID, Operator: c.actor.isOperator()}, f.target.streams()...)
	}
	return c.viewUserNow(user.ID), nil
}

// refusal decides whether the actor may deactivate and reactivate the user.
func (f activityFacts) refusal(c *changes) error {
	if err := c.authorizeUser(f.target); err != nil {
		return err
	}
	switch {
	case f.target.oneself():
		return CodeOneself
	case f.target.offLimits():
		return CodeTheOwner
	case !f.target.covered():
		return CodeRank
	}
	return c.tends(f.target)
}

// ReactivateUser lifts the organization's inactivity of a user, or, called by an
// Operator, an Operator's. The organization's directory's it lifts if no directory keeps
// the user any longer. The user is active when none is left (USR-13). Whoever
// may deactivate a user may reactivate them. Reactivating a user again changes nothing
// (GEN-6). While the organization holds a member inactive they take no seat; lifting that
// takes one again, and a limit on members may refuse it (GEN-12).
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed, CodeOneself, CodeTheOwner; CodeRank if
// the user may do more than the actor; CodeMemberLimit if the organization has no seat
// left; CodeOrganizationSuspended.
func (s *Session) ReactivateUser(ctx context.Context, user UserID) (User, error) {
	var check form
	check.id(user)
	return update(ctx, s, call{opReactivateUser, user.String(), check.err},
		func(r *reads) activityFacts { return r.loadActivity(user) },
		func(f activityFacts, c *changes) (User, error) { return decideReactivateUser(f, c) })
}

func decideReactivateUser(f activityFacts, c *changes) (User, error) {
	if err := f.refusal(c); err != nil {
		return User{}, err
	}
	user := f.target.user
	if err := f.seats(c); err != nil {
		return User{}, err
	}
	if c.actor.keepsInactive(*user) {
		c.say(UserReactivated{User: user.ID, Operator: c.actor.isOperator()}, f.target.streams()...)
	}
	if f.liftsDirectory(c) {
		c.say(UserReactivated{User: user.ID, Directory: true}, f.target.streams()...)
	}
	return c.viewUserNow(user.ID), nil
}

// liftsDirectory reports whether the directory's hold is the actor's to lift: no directory
// that lives keeps the user (USR-13).
func (f activityFacts) liftsDirectory(c *changes) bool {
	kept := slices.ContainsFunc(f.identities, func(p ProvisionedRecord) bool { return p.Removed == 0 })
	return f.target.user.InactiveDirectory && !kept && !c.actor.isOperator()
}

// seats refuses to lift a hold if the user then takes a seat that is not there
// (GEN-12).
func (f activityFacts) seats(c *changes) error {
	user := *f.target.user
	after := user.reactivated(c.actor.isOperator())
	after.InactiveDirectory = after.InactiveDirectory && !f.liftsDirectory(c)
	if user.takesSeat() || !after.takesSeat() {
		return nil
	}
	for _, m := range f.target.memberships {
		if err := c.room(m.Organization, 1, 0); err != nil {
			return err
		}
	}
	return nil
}

// keepsInactive reports whether the inactivity that is the actor's to lift, an
// Operator's or the organization's, keeps the user inactive.
func (a Actor) keepsInactive(u UserRecord) bool {
	if a.isOperator() {
		return u.InactiveOperator
	}
	return u.InactiveOrganization
}

// viewUser returns a user with all that there is to see of them.
func viewUser(u UserRecord) User {
	view := viewPerson(u)
	view.State, view.Created, view.Unclaimed = u.State(), u.Created.Time(), u.Unclaimed
	view.Inactive = &Inactivity{
		Organization: u.InactiveOrganization, Operator: u.InactiveOperator, Directory: u.InactiveDirectory,
	}
	return view
}

// viewUserNow returns a user as they are now.
func (c *changes) viewUserNow(user UserID) User { return viewUser(*get(c.world, userByID(user))) }

// viewPerson returns what is seen of a user who is not a member.
func viewPerson(u UserRecord) User {
	return User{ID: u.ID, ServiceAccount: u.ServiceAccount, Email: u.Personal.Email, Name: u.Personal.Name}
}

// viewOutsider returns a user who is not a member as the actor sees them: users who
// manage the organization's users see the person, Operators and System see all.
func (c *changes) viewOutsider(u UserRecord) User {
	if c.actor.isUser() {
		return viewPerson(u)
	}
	return viewUser(u)
}

// sight is a user whom an operation names, and what decides whether the actor sees
// them (GEN-5).
type sight struct {
	actor       Actor
	user        *UserRecord        // nil: there is none
	memberships []MembershipRecord // the user's
	ranks       []rank             // the actor's

	// The organizations of the user's whose users the actor, another user, manages: at
	// most one, unless the user owns several.
	organizations []OrganizationRecord

	// The accounts the user has roles on, if no membership shows the user.
	reached []reached

	// The accounts whose members the actor manages by a role there, in order, if no
	// organization shows the user.
	administered []AccountID
}

// sight asks for a user, what decides whether the actor sees them, and the heads of
// the user's streams.
func (r *reads) sight(user UserID) sight {
	s := r.sightByRank(user)
	if !r.actor.isUser() || user == r.actor.User {
		return s
	}
	if !s.under(ViewUsers) {
		s.reached = r.reached(user)
	}
	if len(s.reached) > 0 && !s.overseen() {
		s.administered = r.administered()
	}
	return s
}

// sightByRank is sight for an operation that only those may do who have a rank in an
// organization of the user's, and that shows nobody else that the user is there. It takes
// fewer steps than looking for accounts by which the actor sees the user.
func (r *reads) sightByRank(user UserID) (s sight) {
	s.actor = r.actor
	s.user = find(r, userByID(user))
	s.memberships = all(r, membershipsOf(user, OrganizationID{}))
	for _, stream := range streamsOf(user, s.memberships) {
		r.needHead(stream)
	}
	if !r.actor.isUser() || user == r.actor.User {
		s.ranks = r.ranksOf(user)
		return s
	}
	s.ranks = r.ranksOf(r.actor.User)
	for _, m := range s.memberships {
		if !s.may(ManageUsers, m.Organization) {
			continue
		}
		if o := find(r, organizationByID(m.Organization)); o != nil {
			s.organizations = append(s.organizations, *o)
		}
	}
	return s
}

// administered asks for the accounts whose members the actor manages by a role there, of
// their own or of a group.
func (r *reads) administered() (accounts []AccountID) {
	rule := r.dir.table.rule(ManageMembers)
	for _, g := range all(r, grantsOf(r.actor.User, AccountID{})) {
		if _, may := rule.by(g.roles()); may {
			accounts = append(accounts, g.Account)
		}
	}
	for _, in := range all(r, groupsOf(r.actor.User, GroupID{})) {
		for _, g := range all(r, groupRolesOf(in.Group, AccountID{})) {
			if _, may := rule.by(g.Roles); may {
				accounts = append(accounts, g.Account)
			}
		}
	}
	slices.SortFunc(accounts, compareIDs)
	return accounts
}

// may reports whether the actor, a user, has a permission in an organization.
func (s sight) may(p OrganizationPermission, org OrganizationID) bool {
	return rankIn(s.ranks, org).may(p)
}

// under reports whether the user is a member of an organization in which the actor has
// a permission.
func (s sight) under(p OrganizationPermission) bool {
	return slices.ContainsFunc(s.memberships, func(m MembershipRecord) bool { return s.may(p, m.Organization) })
}

// seen reports whether the actor sees the user. They see everybody whom they oversee,
// and everybody who has a role on an account whose members they manage, by a role of
// their own on the account or on its parent, or by managing all accounts of its
// organization.
func (s sight) seen() bool {
	return s.overseen() || slices.ContainsFunc(s.reached, func(a reached) bool {
		return s.may(ManageAccounts, a.account.Organization) || s.administers(a.account.ID) || s.administers(a.account.Parent)
	})
}

// administers reports whether the actor manages the members of an account by a role
// assigned there.
func (s sight) administers(account AccountID) bool {
	_, found := slices.BinarySearchFunc(s.administered, account, compareIDs)
	return found
}

// overseen reports whether the actor sees the user without a role on an account: the
// user is the actor, a member of an organization whose users the actor sees, or an
// independent user of one. Operators and System oversee everybody.
func (s sight) overseen() bool {
	switch {
	case s.user == nil:
		return false
	case !s.actor.isUser() || s.oneself() || s.under(ViewUsers):
		return true
	}
	return slices.ContainsFunc(s.reached, func(a reached) bool {
		return s.may(ViewUsers, a.account.Organization)
	})
}

// there reports whether the actor sees the user and the user is not deleted. A deleted
// user can only be looked at.
func (s sight) there() bool { return s.seen() && !s.user.Deleted }

// oneself reports whether the user is the actor.
func (s sight) oneself() bool {
	return s.user != nil && s.actor.isUser() && s.user.ID == s.actor.User
}

// owner reports whether the user is the Owner of an organization.
func (s sight) owner() bool {
	return belongings{memberships: s.memberships}.ownsElsewhere(OrganizationID{})
}

// offLimits reports whether the user is the Owner of an organization, whom no other
// user touches (ROLE-5). Operators do where their operation says so.
func (s sight) offLimits() bool { return s.actor.isUser() && s.owner() && !s.oneself() }

// covered reports whether the actor may touch the user, who is no Owner, by the rank of both
// in the user's organization (ROLE-9). Whether it may be done to oneself is another question.
// Operators may where their operation says so, and
// whoever is in no organization has no rank.
func (s sight) covered() bool {
	return !s.actor.isUser() || s.oneself() || !slices.ContainsFunc(s.memberships, func(m MembershipRecord) bool {
		return !rankIn(s.ranks, m.Organization).covers(m.Role)
	})
}

// membership returns the user's membership of an organization, or nil.
func (s sight) membership(org OrganizationID) *MembershipRecord {
	return belongings{memberships: s.memberships}.membership(org)
}

// streams returns the streams that the user belongs to.
func (s sight) streams() []Stream { return streamsOf(s.user.ID, s.memberships) }

// authorizeUser decides by the table whether the actor may do this operation to a
// user: CodeNotFound if they do not see the user, then CodeNotAllowed (GEN-5). What
// nobody does to themself or to an Owner is the next question, and belongs to the
// right as well: offLimits answers it, before anybody else whom the input names is
// looked up.
func (c *changes) authorizeUser(s sight) error {
	switch {
	case !s.there():
		return CodeNotFound
	case !c.actor.isUser():
		return c.platform()
	case c.row.organization == "" || !s.under(c.row.organization):
		return CodeNotAllowed
	}
	for _, o := range s.organizations {
		c.actsOn(&o)
	}
	return nil
}

// suspended reports whether an organization of the user's is suspended whose users the
// actor manages (ORG-15).
func (s sight) suspended() bool {
	return slices.ContainsFunc(s.organizations, func(o OrganizationRecord) bool { return o.Suspended })
}

// UserCreated says that a person signed up.
type UserCreated struct {
	User    UserID  `json:"user,omitzero"`
	Created Instant `json:"created,omitzero"`
}

// UserUpdated says that a user has another name.
type UserUpdated struct {
	User UserID `json:"user,omitzero"`
}

// UserEmailChanged says that a user has another address.
type UserEmailChanged struct {
	User UserID `json:"user,omitzero"`
}

// UserDeactivated says that a user's organization, its directory or an Operator made the
// user inactive.
type UserDeactivated struct {
	User      UserID `json:"user,omitzero"`
	Operator  bool   `json:"operator"`
	Directory bool   `json:"directory"`
}

// UserReactivated says that the organization's, its directory's or an Operator's
// inactivity of a user was lifted.
type UserReactivated struct {
	User      UserID `json:"user,omitzero"`
	Operator  bool   `json:"operator"`
	Directory bool   `json:"directory"`
}

func (e UserCreated) apply(w *world) { w.create(UserRecord{ID: e.User, Created: e.Created}) }

func (e UserUpdated) apply(*world) {}

func (e UserEmailChanged) apply(*world) {}

func (e UserDeactivated) apply(w *world) {
	edit(w, userByID(e.User), func(u *UserRecord) {
		switch {
		case e.Operator:
			u.InactiveOperator = true
		case e.Directory:
			u.InactiveDirectory = true
		default:
			u.InactiveOrganization = true
		}
	})
}

func (e UserReactivated) apply(w *world) {
	edit(w, userByID(e.User), func(u *UserRecord) {
		if e.Directory {
			u.InactiveDirectory = false
		} else {
			*u = u.reactivated(e.Operator)
		}
	})
}

// reactivated returns the user without an Operator's hold, or without the organization's.
func (u UserRecord) reactivated(operator bool) UserRecord {
	if operator {
		u.InactiveOperator = false
	} else {
		u.InactiveOrganization = false
	}
	return u
}

// userEvents includes UserDeleted, which deletion.go has.
var userEvents = []EventData{
	UserCreated{}, UserUpdated{}, UserEmailChanged{}, UserDeactivated{}, UserReactivated{}, UserDeleted{},
}
