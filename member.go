package tenancy

import "slices"

// Memberships: how people join organizations and leave them, whatever the operation is that makes them.

// MemberJoined says that a user became a member of an organization. It stands in the organization's stream, and in the user's own if they were
// in none before: from there on the organization's stream has them.
type MemberJoined struct {
	Organization OrganizationID
	User         UserID
	Role         OrganizationRole
	Since        Instant
}

// MemberLeft says that a user is no member any more. It stands in the organization's stream, and in the user's own if they are in none now.
type MemberLeft struct {
	Organization OrganizationID
	User         UserID
}

// OrganizationRoleSet says that a member has another role in the organization.
type OrganizationRoleSet struct {
	Organization OrganizationID
	User         UserID
	Role         OrganizationRole
}

func (e MemberJoined) apply(w *world) {
	w.create(MembershipRecord{Organization: e.Organization, User: e.User, Role: e.Role, Since: e.Since})
}

func (e MemberLeft) apply(w *world) { remove(w, memberOf(e.Organization, e.User)) }

func (e OrganizationRoleSet) apply(w *world) {
	edit(w, memberOf(e.Organization, e.User), func(m *MembershipRecord) {
		m.Exempt = m.Exempt && m.Role != Owner && e.Role != Owner // an exemption ends with becoming or ceasing to be Owner (SSO-3)
		m.Role = e.Role
	})
}

var memberEvents = []EventData{MemberJoined{}, MemberLeft{}, OrganizationRoleSet{}}

// streamsOf gives the streams a user belongs to: their organizations', or, in none, their own.
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

// family is a main account with its subaccounts that are not closed.
type family struct {
	main AccountRecord
	subs []AccountRecord
}

func (f family) all() []AccountRecord { return append([]AccountRecord{f.main}, f.subs...) }

// families asks for the main accounts a user owns that are not closed, with their subaccounts.
func (r *reads) families(owner UserID) []family {
	var owned []family
	for _, a := range all(r, openAccountsOf(owner)) {
		owned = append(owned, family{a, all(r, openSubaccountsOf(a.ID))})
	}
	return owned
}

// belongings is a user with what is theirs: what joining and leaving need to know.
type belongings struct {
	user        UserRecord
	memberships []MembershipRecord
	owned       []family           // main accounts that are not closed
	grants      []GrantRecord      // of the user, on all accounts
	accounts    []AccountRecord    // the accounts of the grants and of the invitations
	invitations []InvitationRecord // to the user's address, pending, expired ones too
	requests    []InvitationRecord // account requests that wait for an account of theirs
	asked       []RequestRecord    // open requests of their address to be invited
}

// belongings asks for what is a user's; a nil user has none.
func (r *reads) belongings(user *UserRecord) belongings {
	if user == nil {
		return belongings{}
	}
	return r.belongingsOf(user.ID)
}

// belongingsOf asks for the user and what is theirs at once; a zero ID has none.
func (r *reads) belongingsOf(id UserID) (b belongings) {
	user := find(r, userByID(id))
	b.memberships = all(r, membershipsOf(id, OrganizationID{}))
	for _, s := range streamsOf(id, b.memberships) {
		r.needHead(s)
	}
	r.needHead(streamOfUser(id))
	b.owned = r.families(id)
	for _, f := range b.owned {
		b.requests = append(b.requests, all(r, accountRequestsFor(f.main.ID))...)
	}
	known := func(id AccountID) {
		if a := find(r, accountByID(id)); a != nil && !slices.ContainsFunc(b.accounts, func(have AccountRecord) bool { return have.ID == id }) {
			b.accounts = append(b.accounts, *a)
		}
	}
	b.grants = all(r, grantsOf(id, AccountID{}))
	for _, g := range b.grants {
		known(g.Account)
	}
	if user == nil {
		return b
	}
	b.user = *user
	b.asked = r.openRequests(user.Personal.Address.Reveal())
	for _, i := range all(r, invitationsByAddress(user.Personal.Address.Reveal(), InvitationID{})) {
		if i.State != StatePending {
			continue
		}
		b.invitations = append(b.invitations, i)
		if i.Kind == InvitationToAccount {
			known(i.Account)
		}
	}
	return b
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

// answer settles an address's requests to be invited to an organization (USR-18).
func (c *changes) answer(org OrganizationID, asked []RequestRecord) {
	for _, q := range asked {
		if q.Organization == org {
			c.say(RequestSettled{q.ID, c.now}, streamOfOrganization(org))
		}
	}
}

// membership gives the user's membership of an organization; nil: none.
func (b belongings) membership(org OrganizationID) *MembershipRecord {
	for _, m := range b.memberships {
		if m.Organization == org {
			return &m
		}
	}
	return nil
}

// account gives an account of the user's grants or invitations; nil: none of them.
func (b belongings) account(id AccountID) *AccountRecord {
	for _, a := range b.accounts {
		if a.ID == id {
			return &a
		}
	}
	return nil
}

// ownedIn gives the main accounts the user owns in an organization; zero: the unmanaged ones.
func (b belongings) ownedIn(org OrganizationID) []family {
	var in []family
	for _, f := range b.owned {
		if f.main.Organization == org {
			in = append(in, f)
		}
	}
	return in
}

// managedElsewhere says whether the user is Administrator or Standard User of another organization (INV-5).
func (b belongings) managedElsewhere(org OrganizationID) bool {
	return slices.ContainsFunc(b.memberships, func(m MembershipRecord) bool { return m.Organization != org && m.Role != Owner })
}

// ownsElsewhere says whether the user owns another organization.
func (b belongings) ownsElsewhere(org OrganizationID) bool {
	return slices.ContainsFunc(b.memberships, func(m MembershipRecord) bool { return m.Organization != org && m.Role == Owner })
}

// join makes the user a member, with every unmanaged account they own (USR-9), and settles what waited for them: the organization's pending
// invitation, unless it is the one accepted, its requests for accounts that come along, and their own request to be invited (USR-6).
func (c *changes) join(org OrganizationID, b belongings, role OrganizationRole, accepted InvitationID) {
	streams := []Stream{streamOfOrganization(org)}
	if len(b.memberships) == 0 && b.user.Created != 0 && !c.created(b.user.ID) {
		streams = append(streams, streamOfUser(b.user.ID))
	}
	c.say(MemberJoined{org, b.user.ID, role, c.now}, streams...)
	for _, f := range b.ownedIn(OrganizationID{}) {
		c.manage(f, org, streams...)
	}
	for _, i := range b.invitations {
		if i.Kind == InvitationToOrganization && i.Organization == org && i.ID != accepted {
			c.say(InvitationRevoked{i.ID, c.now}, streamOfOrganization(org))
		}
	}
	for _, i := range b.requests {
		if i.Organization == org {
			c.say(InvitationRevoked{i.ID, c.now}, streamOfOrganization(org))
		}
	}
	c.answer(org, b.asked)
}

// created says whether the operation itself has made the user: they had no stream of their own.
func (c *changes) created(user UserID) bool {
	return slices.ContainsFunc(c.said, func(s saying) bool { return s.data == UserCreated{user, c.now} })
}

// manage puts accounts into an organization.
func (c *changes) manage(f family, org OrganizationID, streams ...Stream) {
	for _, a := range f.all() {
		c.say(AccountManaged{a.ID, org}, streams...)
	}
}

// release lets accounts out of their organization.
func (c *changes) release(f family, streams ...Stream) {
	for _, a := range f.all() {
		c.say(AccountReleased{a.ID}, streams...)
	}
}

// move passes accounts from wherever they are into an organization. Where that was another organization, neither log names the other one.
func (c *changes) move(f family, org OrganizationID) {
	here, from := streamOfOrganization(org), f.main.stream()
	if f.main.Organization.IsZero() {
		c.manage(f, org, here, from)
		return
	}
	c.release(f, from)
	c.manage(f, org, here)
}

// hand gives an account to another owner; the role Administrator, or, with the empty set, nothing stays with the previous one (ACC-6).
// An unmanaged one passes from the stream of the one to that of the other (USR-14).
func (c *changes) hand(f family, to UserID, previous RoleSet) {
	in := []Stream{f.main.stream()}
	if f.main.Organization.IsZero() {
		in = append(in, streamOfUser(to))
	}
	for _, a := range f.all() {
		c.say(AccountTransferred{a.ID, to}, in...)
	}
	if previous.IsZero() {
		c.say(RolesRevoked{f.main.ID, f.main.Owner}, in...)
	} else {
		c.say(RolesAssigned{f.main.ID, f.main.Owner, previous}, in...)
	}
	c.say(RolesAssigned{f.main.ID, to, Roles(AccountOwner)}, in...)
}

// leave ends a membership and what goes with it (USR-11): all grants on the organization's accounts, closed ones too, and pending invitations to
// them. Accounts the user owns there pass to heir, or, where heir is zero, leave with them.
func (c *changes) leave(org OrganizationID, b belongings, heir UserID) {
	here, streams := streamOfOrganization(org), []Stream{streamOfOrganization(org)}
	if len(b.memberships) == 1 {
		streams = append(streams, streamOfUser(b.user.ID))
	}
	var kept []AccountID
	for _, f := range b.ownedIn(org) {
		if heir.IsZero() {
			c.release(f, streams...)
			for _, a := range f.all() {
				kept = append(kept, a.ID)
			}
		} else {
			c.hand(f, heir, RoleSet{})
		}
	}
	for _, g := range b.grants {
		if a := b.account(g.Account); a.Organization == org && !slices.Contains(kept, a.ID) && get(c.world, grantOn(g.Account, b.user.ID)) != nil {
			c.say(RolesRevoked{g.Account, b.user.ID}, here)
		}
	}
	for _, i := range b.invitations {
		if i.Kind == InvitationToAccount && b.account(i.Account) != nil && b.account(i.Account).Organization == org && !slices.Contains(kept, i.Account) {
			c.say(InvitationRevoked{i.ID, c.now}, here)
		}
	}
	if b.user.InactiveOrganization {
		c.say(UserReactivated{b.user.ID, false}, streams...)
	}
	c.say(MemberLeft{org, b.user.ID}, streams...)
}
