package tenancy

import (
	"context"
	"slices"
	"time"
)

// Membership is a user's part in an organization.
//
// An operation on a membership takes the organization and the user: SetOrganizationRole,
// RemoveUser, SetSSOExemption. An operation on the person takes the user alone and is
// about them wherever they are: UpdateUser, DeactivateUser, DeleteUser. Leave takes the
// organization alone, because the user is the actor.
type Membership struct {
	Organization OrganizationID   `json:"organization,omitzero"`
	User         UserID           `json:"user,omitzero"`
	Role         OrganizationRole `json:"role,omitzero"`
	SSO          SSOExemption     `json:"ssoExempt"` // an Owner is always exempt (SSO-3)
	Since        time.Time        `json:"since,omitzero"`
}

// Member returns one membership with its user, as Users lists them (GEN-21). Members see
// their own. Whoever has ViewUsers, Operators and System see that of every member.
// To a user a merged organization's ID stands for its survivor (ORG-13).
//
// Errors: CodeID; CodeNotFound, also if the user is not a member, CodeNotAllowed.
func (s *Session) Member(ctx context.Context, org OrganizationID, user UserID) (User, Membership, error) {
	var check form
	check.id(org)
	check.id(user)
	seen, err := look(ctx, s, call{opMember, org.String(), check.err},
		func(r *reads) memberFacts { return r.loadMember(org, user) },
		func(f memberFacts, c *changes) (seenMember, error) { return decideMember(f, user, c) })
	return seen.user, seen.membership, err
}

// memberFacts is a member of an organization.
type memberFacts struct {
	standing // the actor's
	user     *UserRecord
	member   *MembershipRecord // nil: the user is not a member
}

// seenMember is what Member returns.
type seenMember struct {
	user       User
	membership Membership
}

func (r *reads) loadMember(org OrganizationID, user UserID) memberFacts {
	org = r.shown(org)
	return memberFacts{r.standing(org), find(r, userByID(user)), find(r, memberOf(org, user))}
}

func decideMember(f memberFacts, user UserID, c *changes) (seenMember, error) {
	if oneself := c.actor.isUser() && c.actor.User == user; !oneself {
		if err := c.authorize(f.standing); err != nil {
			return seenMember{}, err
		}
	}
	if f.member == nil {
		return seenMember{}, CodeNotFound
	}
	return seenMember{viewUser(*f.user), viewMembership(*f.member)}, nil
}

// SetOrganizationRole gives a member another role: Administrator, Standard User or one of the
// host's (ROLE-4, ROLE-9). The Owner and Administrators set the role of any member except the
// Owner and themselves (ROLE-5). Whoever else has ManageUsers gives only roles whose
// permissions are all among their own, to members with such roles. Setting the role that the member has changes nothing (GEN-6).
//
// Errors: CodeID, CodeRole if the role is Owner or there is no such role; CodeNotFound,
// also if the actor does not see the user; CodeNotAllowed, CodeMerged, CodeOneself,
// CodeTheOwner; CodeRank if the role, or the one that the member has, may do more than
// the actor's; CodeNotMember; CodeOrganizationSuspended.
func (s *Session) SetOrganizationRole(
	ctx context.Context, org OrganizationID, user UserID, role OrganizationRole,
) (Membership, error) {
	var check form
	check.id(org)
	check.id(user)
	check.that(role != Owner && s.dir.organizationRules.names(role), CodeRole)
	return update(ctx, s, call{opSetOrganizationRole, org.String(), check.err},
		func(r *reads) setOrganizationRoleFacts { return r.loadSetOrganizationRole(org, user) },
		func(f setOrganizationRoleFacts, c *changes) (Membership, error) {
			return decideSetOrganizationRole(f, user, role, c)
		})
}

// setOrganizationRoleFacts is the member whose role is set.
type setOrganizationRoleFacts struct {
	standing // the actor's
	target   sight
}

func (r *reads) loadSetOrganizationRole(org OrganizationID, user UserID) setOrganizationRoleFacts {
	return setOrganizationRoleFacts{r.standing(org), r.sight(user)}
}

func decideSetOrganizationRole(
	f setOrganizationRoleFacts, user UserID, role OrganizationRole, c *changes,
) (Membership, error) {
	if err := c.authorize(f.standing); err != nil {
		return Membership{}, err
	}
	if err := c.spare(f.standing, user); err != nil {
		return Membership{}, err
	}
	switch member := f.target.membership(f.organization.ID); {
	case !f.rank.gives(role):
		return Membership{}, CodeRank
	case !f.target.there():
		return Membership{}, CodeNotFound
	case member != nil && !f.rank.covers(member.Role):
		return Membership{}, CodeRank
	}
	if err := c.tends(f.target); err != nil {
		return Membership{}, err
	}
	if err := f.alive(); err != nil {
		return Membership{}, err
	}
	org := f.organization.ID
	member := f.target.membership(org)
	if member == nil {
		return Membership{}, CodeNotMember
	}
	if member.Role != role {
		c.say(OrganizationRoleChanged{org, user, role}, streamOfOrganization(org))
	}
	return viewMembership(*get(c.world, memberOf(org, user))), nil
}

// spare refuses to touch the actor's own membership and the Owner's (ROLE-4, ROLE-5).
// That is a part of the right: it comes before anybody whom the input names is looked
// up.
func (c *changes) spare(st standing, user UserID) error {
	switch user {
	case c.actor.User:
		return CodeOneself
	case st.organization.Owner:
		return CodeTheOwner
	}
	return nil
}

func viewMembership(m MembershipRecord) Membership {
	return Membership{
		Organization: m.Organization,
		User:         m.User,
		Role:         m.Role,
		SSO:          SSOExemption(m.Exempt || m.Role == Owner),
		Since:        m.Since.Time(),
	}
}

// membershipIn returns the membership of an organization among a user's, or nil if there is
// none.
func membershipIn(memberships []MembershipRecord, org OrganizationID) *MembershipRecord {
	for _, m := range memberships {
		if m.Organization == org {
			return &m
		}
	}
	return nil
}

// streamsOf returns the streams a user belongs to: their organizations', or, in none,
// their own.
func streamsOf(user UserID, memberships []MembershipRecord) []Stream {
	if len(memberships) == 0 {
		return []Stream{streamOfUser(user)}
	}
	var streams []Stream
	for _, m := range memberships {
		streams = append(streams, streamOfOrganization(m.Organization))
	}
	return streams
}

// family is a main account with its subaccounts that are not closed, and the roles that
// groups have on them.
type family struct {
	main   AccountRecord
	subs   []AccountRecord
	groups []GroupRolesRecord // loaded where the accounts may leave their organization
}

func (f family) all() []AccountRecord { return append([]AccountRecord{f.main}, f.subs...) }

// has reports whether it is one of the accounts.
func (f family) has(account AccountID) bool {
	return slices.ContainsFunc(f.all(), func(a AccountRecord) bool { return a.ID == account })
}

// families asks for the main accounts a user owns that are not closed, with their
// subaccounts.
func (r *reads) families(owner UserID) []family {
	var owned []family
	for _, a := range all(r, openAccountsOf(owner)) {
		owned = append(owned, r.family(a))
	}
	return owned
}

// family asks for what belongs to a main account.
func (r *reads) family(main AccountRecord) family {
	f := family{main: main, subs: all(r, openSubaccountsOf(main.ID))}
	for _, a := range f.all() {
		f.groups = append(f.groups, r.groupRoles(a)...)
	}
	return f
}

// belongings is a user and what is theirs: what decides what comes along when they join
// an organization, and what ends when they leave it.
type belongings struct {
	user        UserRecord
	memberships []MembershipRecord
	owned       []family           // main accounts that are not closed
	grants      []GrantRecord      // the user's, on all accounts
	accounts    []AccountRecord    // the accounts of the grants and of the invitations
	invitations []InvitationRecord // to the user's address, pending ones, expired or not
	requests    []InvitationRecord // account requests for an account of theirs, or a subaccount
	asked       []RequestRecord    // open requests of their address to be invited
	groups      []GroupRecord      // in which the user is
}

// belongings asks for what is a user's. A nil user has nothing.
func (r *reads) belongings(user *UserRecord) belongings {
	if user == nil {
		return belongings{}
	}
	return r.belongingsOf(user.ID)
}

// belongingsOf asks for the user and what is theirs at once. A zero ID has nothing.
func (r *reads) belongingsOf(id UserID) (b belongings) {
	user := find(r, userByID(id))
	b.memberships = all(r, membershipsOf(id, OrganizationID{}))
	for _, s := range streamsOf(id, b.memberships) {
		r.needHead(s)
		r.needCounts(s.Organization)
	}
	r.needHead(streamOfUser(id))
	b.owned = r.families(id)
	b.groups = r.groupsOfUser(id)
	for _, owned := range b.owned {
		for _, a := range owned.all() {
			b.requests = append(b.requests, all(r, accountRequestsFor(a.ID))...)
		}
	}
	b.grants = all(r, grantsOf(id, AccountID{}))
	for _, g := range b.grants {
		b.know(find(r, accountByID(g.Account)))
	}
	if user == nil {
		return b
	}
	b.user = *user
	address := user.Personal.Address.Reveal()
	b.asked = r.openRequests(address)
	for _, i := range all(r, invitationsByAddress(address, InvitationID{})) {
		if i.State != StatePending {
			continue
		}
		b.invitations = append(b.invitations, i)
		if i.Kind == InvitationToAccount {
			b.know(find(r, accountByID(i.Account)))
		}
	}
	return b
}

// know adds an account of a grant or invitation, unless it is known. A nil one is not
// there yet.
func (b *belongings) know(a *AccountRecord) {
	if a != nil && b.account(a.ID) == nil {
		b.accounts = append(b.accounts, *a)
	}
}

// openRequests asks for the open requests of an address to be invited.
func (r *reads) openRequests(address string) (open []RequestRecord) {
	for _, q := range all(r, requestsByAddress(address)) {
		if q.State == StateOpen {
			open = append(open, q)
		}
	}
	return open
}

// membership returns the user's membership of an organization, or nil.
func (b belongings) membership(org OrganizationID) *MembershipRecord {
	for _, m := range b.memberships {
		if m.Organization == org {
			return &m
		}
	}
	return nil
}

// account returns an account of the user's grants or invitations, or nil.
func (b belongings) account(id AccountID) *AccountRecord {
	for _, a := range b.accounts {
		if a.ID == id {
			return &a
		}
	}
	return nil
}

// ownedIn returns the main accounts the user owns in an organization. A zero ID stands
// for those that are unmanaged.
func (b belongings) ownedIn(org OrganizationID) []family {
	var in []family
	for _, owned := range b.owned {
		if owned.main.Organization == org {
			in = append(in, owned)
		}
	}
	return in
}

// managedElsewhere reports whether the user is Administrator or Standard User of
// another organization (INV-5).
func (b belongings) managedElsewhere(org OrganizationID) bool {
	return slices.ContainsFunc(b.memberships, func(m MembershipRecord) bool {
		return m.Organization != org && m.Role != Owner
	})
}

// ownsElsewhere reports whether the user owns another organization.
func (b belongings) ownsElsewhere(org OrganizationID) bool {
	return slices.ContainsFunc(b.memberships, func(m MembershipRecord) bool {
		return m.Organization != org && m.Role == Owner
	})
}

// join makes the user a member, with every unmanaged account they own (USR-9), and
// settles what waited for them: the organization's pending invitation, unless it is the
// one accepted; its requests for accounts that come along; and the user's own request
// to be invited (USR-6).
func (c *changes) join(org OrganizationID, b belongings, role OrganizationRole, accepted InvitationID) {
	here := streamOfOrganization(org)
	streams := []Stream{here}
	if c.hasOwnStream(b) {
		streams = append(streams, streamOfUser(b.user.ID))
	}
	c.say(MemberJoined{org, b.user.ID, role, c.now}, streams...)
	for _, coming := range b.ownedIn(OrganizationID{}) {
		c.manage(coming, org, streams...)
	}
	for _, i := range b.invitations {
		if i.isTo(org) && i.ID != accepted {
			c.say(InvitationRevoked{i.ID, c.now}, here)
		}
	}
	for _, i := range b.requests {
		if i.Organization == org {
			c.say(InvitationRevoked{i.ID, c.now}, here)
		}
	}
	c.answer(org, b.asked)
}

// hasOwnStream reports whether the user belongs to their own stream: they are in no
// organization, and were not created by this operation, which puts them into one at
// once.
func (c *changes) hasOwnStream(b belongings) bool {
	return len(b.memberships) == 0 && b.user.Created != 0 && !c.created(b.user.ID)
}

// created reports whether this operation has created the user.
func (c *changes) created(user UserID) bool {
	at := userByID(user)
	return c.world.isNew(Entry{at.Index, at.Key})
}

// isTo reports whether it is an invitation to an organization.
func (i InvitationRecord) isTo(org OrganizationID) bool {
	return i.Kind == InvitationToOrganization && i.Organization == org
}

// answer settles an address's requests to be invited to an organization (USR-18).
func (c *changes) answer(org OrganizationID, asked []RequestRecord) {
	for _, q := range asked {
		if q.Organization == org {
			c.say(RequestSettled{q.ID, c.now}, streamOfOrganization(org))
		}
	}
}

// manage puts accounts into an organization.
func (c *changes) manage(accounts family, org OrganizationID, streams ...Stream) {
	for _, a := range accounts.all() {
		c.say(AccountManaged{a.ID, org}, streams...)
	}
}

// release lets accounts out of their organization. They lose the roles that its groups
// have on them (GRP-4).
func (c *changes) release(accounts family, streams ...Stream) {
	for _, g := range accounts.groups {
		c.say(GroupRolesRevoked{g.Group, g.Account}, accounts.main.stream())
	}
	for _, a := range accounts.all() {
		c.say(AccountReleased{a.ID}, streams...)
	}
}

// ungrouped returns the accounts on which groups have roles that end when they leave their
// organization (GRP-4).
func ungrouped(leaving []family) (accounts []AccountID) {
	for _, family := range leaving {
		for _, a := range family.all() {
			if a.Groups > 0 {
				accounts = append(accounts, a.ID)
			}
		}
	}
	return accounts
}

// move passes accounts from wherever they are into an organization. If that was another
// organization, neither log names the other one.
func (c *changes) move(accounts family, org OrganizationID) {
	here, from := streamOfOrganization(org), accounts.main.stream()
	if accounts.main.Organization.IsZero() {
		c.manage(accounts, org, here, from)
		return
	}
	c.release(accounts, from)
	c.manage(accounts, org, here)
}

// answerRequests revokes an organization's requests for accounts that come to it (USR-6): for
// subaccounts too, for which nobody was asked.
func (c *changes) answerRequests(accounts family, org OrganizationID, requests []InvitationRecord) {
	for _, i := range requests {
		if i.Organization == org && accounts.has(i.Account) {
			c.say(InvitationRevoked{i.ID, c.now}, streamOfOrganization(org))
		}
	}
}

// requestsOf asks for an organization's pending requests for accounts.
func (r *reads) requestsOf(org OrganizationID, accounts family) (requests []InvitationRecord) {
	for _, a := range accounts.all() {
		if i := find(r, pendingAccountRequest(org, a.ID)); i != nil {
			requests = append(requests, *i)
		}
	}
	return requests
}

// hand gives an account to another owner, who has no other role there then. The previous one keeps the given roles on it:
// Administrator, or none (ACC-6). An unmanaged account passes from the stream of the
// one owner to that of the other (USR-14).
func (c *changes) hand(accounts family, to UserID, previous RoleSet) {
	account, from := accounts.main.ID, accounts.main.Owner
	in := []Stream{accounts.main.stream()}
	if accounts.main.Organization.IsZero() {
		in = append(in, streamOfUser(to))
	}
	for _, a := range accounts.all() {
		c.say(AccountTransferred{a.ID, to}, in...)
	}
	if previous.IsZero() {
		c.say(RolesRevoked{account, from}, in...)
	} else {
		c.say(RolesAssigned{account, from, previous}, in...)
	}
	c.say(RolesAssigned{account, to, Roles(AccountOwner)}, in...)
}

// leave ends a membership and what goes with it (USR-11). The accounts that the user
// owns in the organization pass to the heir, or, if there is none, leave with the user.
// The user loses every grant on the accounts that stay, closed ones too, and pending
// invitations to these are revoked. They are in none of the organization's groups any
// longer (GRP-4), and the organization's and its directory's inactivity ends (USR-13). If it
// says so, the organization keeps the user's name and address as they are now (USR-21).
func (c *changes) leave(org OrganizationID, b belongings, heir UserID, keeps bool) {
	here := streamOfOrganization(org)
	streams := []Stream{here}
	if len(b.memberships) == 1 {
		streams = append(streams, streamOfUser(b.user.ID))
	}
	for _, owned := range b.ownedIn(org) {
		if heir.IsZero() {
			c.release(owned, streams...)
		} else {
			c.hand(owned, heir, RoleSet{})
		}
	}
	for _, g := range b.grants {
		if c.isIn(g.Account, org) && get(c.world, grantOn(g.Account, b.user.ID)) != nil {
			c.say(RolesRevoked{g.Account, b.user.ID}, here)
		}
	}
	for _, i := range b.invitations {
		if i.Kind == InvitationToAccount && c.isIn(i.Account, org) {
			c.say(InvitationRevoked{i.ID, c.now}, here)
		}
	}
	for _, g := range b.groups {
		if g.Organization == org {
			c.say(UsersRemovedFromGroup{g.ID, []UserID{b.user.ID}}, here)
		}
	}
	if b.user.InactiveOrganization {
		c.say(UserReactivated{User: b.user.ID}, streams...)
	}
	if b.user.InactiveDirectory {
		c.say(UserReactivated{User: b.user.ID, Directory: true}, streams...)
	}
	if !keeps {
		c.say(MemberLeft{Organization: org, User: b.user.ID}, streams...)
		return
	}
	c.say(MemberLeft{org, b.user.ID, c.now}, streams...)
	edit(c.world, formerMember(org, b.user.ID), func(m *FormerMemberRecord) {
		m.Personal = FormerMemberPersonal{b.user.Personal.Email, b.user.Personal.Name}
	})
}

// isIn reports whether an account is an organization's, as things stand now.
func (c *changes) isIn(account AccountID, org OrganizationID) bool {
	a := get(c.world, accountByID(account))
	return a != nil && a.Organization == org
}

// MemberJoined says that a user became a member of an organization. It is stored in the
// organization's stream, and, if the user was in no organization before, in their own
// as well: what happens to them from then on is stored in the organization's.
type MemberJoined struct {
	Organization OrganizationID   `json:"organization,omitzero"`
	User         UserID           `json:"user,omitzero"`
	Role         OrganizationRole `json:"role,omitzero"`
	Since        Instant          `json:"since,omitzero"`
}

// MemberLeft says that a user is no longer a member. It is stored in the organization's
// stream, and, if the user is in no organization now, in their own as well.
type MemberLeft struct {
	Organization OrganizationID `json:"organization,omitzero"`
	User         UserID         `json:"user,omitzero"`
	Kept         Instant        `json:"kept,omitzero"` // when the organization began to keep their name (USR-21); zero: it does not
}

// OrganizationRoleChanged says that a member has another role in the organization.
type OrganizationRoleChanged struct {
	Organization OrganizationID   `json:"organization,omitzero"`
	User         UserID           `json:"user,omitzero"`
	Role         OrganizationRole `json:"role,omitzero"`
}

func (e MemberJoined) apply(w *world) {
	w.create(MembershipRecord{Organization: e.Organization, User: e.User, Role: e.Role, Since: e.Since})
}

func (e MemberLeft) apply(w *world) {
	remove(w, memberOf(e.Organization, e.User))
	if e.Kept != 0 {
		w.put(FormerMemberRecord{Organization: e.Organization, User: e.User, LeftAt: e.Kept})
	}
}

func (e OrganizationRoleChanged) apply(w *world) {
	edit(w, memberOf(e.Organization, e.User), func(m *MembershipRecord) {
		if m.Role == Owner || e.Role == Owner {
			m.Exempt = false // an exemption ends with becoming or ceasing to be Owner (SSO-3)
		}
		m.Role = e.Role
	})
}

var memberEvents = []EventData{MemberJoined{}, MemberLeft{}, OrganizationRoleChanged{}}
