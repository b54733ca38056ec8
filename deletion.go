package tenancy

import (
	"context"
	"slices"
)

// UserDeletion is the input of DeleteUser. It says who gets the accounts that the user
// owns. The zero value is for a user who owns none, or closed ones alone. Managed
// accounts pass to other active members of the organization. Unmanaged ones, which only
// an Operator gives away, pass to active users who are in no organization.
type UserDeletion struct {
	Heirs      []Heir // who gets a single account; nil: AccountsTo gets all of them
	AccountsTo UserID // who gets the accounts that Heirs does not name; zero: nobody
}

// DeleteUser deletes a user for good (USR-14). Their membership and all of their grants
// end, their accounts pass to the heirs in the input, and their personal data is erased
// from the record, from the invitations to their address and the requests for it, and
// from what organizations keep of those who left them (USR-21);
// pending invitations are revoked, and open requests are settled. The address is free
// at once, and whoever has it next inherits nothing.
//
// A service account's keys end with it (USR-20).
//
// The Owner and Administrators delete a member, but neither the Owner nor themselves.
// Whoever else has ManageUsers deletes members whose permissions are all among their own,
// and passes accounts on only if they have ManageAccounts too (ROLE-9). A
// user who is in no organization deletes themself. An Operator deletes anybody except
// the Owner of an organization, whom nobody deletes: DeleteOrganization or
// TransferOwnership comes first.
//
// Errors: CodeID; CodeInput if accounts pass to the user themself, if one is named
// twice, if there are more than 1,000 heirs, or if a user who deletes themself gives
// accounts away; CodeNotFound, also if the actor does not see an heir, or if an account
// named is not a main account of the user's; CodeNotAllowed; CodeRank if the user may
// do more than the actor; CodeOneself; CodeTheOwner if another user calls it for the
// Owner of an organization; CodeOwnsOrganization if an Operator does, or the Owner;
// CodeOwnsAccounts if the input leaves an account to nobody; and of an heir
// CodeNotMember, CodeNotPerson, CodeManagedElsewhere if they are in an organization and
// the account in none, CodeInactive; CodeOrganizationSuspended if the user owns
// accounts and the organization is suspended.
func (s *Session) DeleteUser(ctx context.Context, user UserID, in UserDeletion) error {
	var check form
	check.id(user)
	check.heirs(user, in.Heirs)
	check.that(in.AccountsTo != user, CodeInput)
	if s.actor.User == user {
		check.that(len(in.Heirs) == 0 && in.AccountsTo.IsZero(), CodeInput)
	}
	return change(ctx, s, call{opDeleteUser, user.String(), check.err},
		func(r *reads) deleteUserFacts { return r.loadDeleteUser(user, in) },
		func(f deleteUserFacts, c *changes) error { return decideDeleteUser(f, in, c) })
}

// deleteUserFacts is a user who is deleted, and who gets their accounts.
type deleteUserFacts struct {
	target    sight
	theirs    belongings
	heirs     heirs
	invited   []InvitationRecord   // to the user's address, in every state
	requested []RequestRecord      // for the user's address, in every state
	former    []FormerMemberRecord // what organizations keep of the user
	keys      []KeyRecord          // of a service account
}

func (r *reads) loadDeleteUser(user UserID, in UserDeletion) deleteUserFacts {
	f := deleteUserFacts{
		target: r.sight(user),
		theirs: r.belongingsOf(user),
		heirs:  r.heirs(in.Heirs, in.AccountsTo),
		former: all(r, formerMembershipsOf(user)),
		keys:   r.keysToEnd(user),
	}
	r.needInherited(f.theirs.owned, in.Heirs, in.AccountsTo)
	all(r, provisionedOf(user)) // which end with the user: read here, they take no step of their own
	for _, a := range f.theirs.accounts {
		r.needHead(a.stream())
	}
	if address := f.theirs.user.Personal.Address.Reveal(); address != "" {
		f.invited = all(r, invitationsByAddress(address, InvitationID{}))
		f.requested = all(r, requestsByAddress(address))
	}
	for _, i := range f.theirs.invitations {
		if i.Kind == InvitationToOrganization {
			r.needHead(streamOfOrganization(i.Organization))
		}
	}
	for _, q := range f.requested {
		r.needHead(streamOfOrganization(q.Organization))
	}
	return f
}

func decideDeleteUser(f deleteUserFacts, in UserDeletion, c *changes) error {
	if err := f.authorize(in, c); err != nil {
		return err
	}
	if !f.heirs.there() || !haveAll(f.theirs.owned, in.Heirs) {
		return CodeNotFound
	}
	if f.target.owner() {
		return CodeOwnsOrganization
	}
	if err := f.heirs.inherit(f.organization()); err != nil {
		return err
	}
	if in.AccountsTo.IsZero() && len(unnamed(f.theirs.owned, in.Heirs)) > 0 {
		return CodeOwnsAccounts
	}
	if len(f.theirs.owned) > 0 && f.target.suspended() { // the accounts would pass to others
		return CodeOrganizationSuspended
	}
	f.delete(in, c)
	return nil
}

// authorize decides whether the actor may delete the user.
func (f deleteUserFacts) authorize(in UserDeletion, c *changes) error {
	if f.target.oneself() && len(f.target.memberships) == 0 {
		return nil
	}
	if err := c.authorizeUser(f.target); err != nil {
		return err
	}
	if err := c.tends(f.target); err != nil {
		return err
	}
	switch {
	case f.target.oneself() && !f.target.owner():
		return CodeOneself
	case f.target.offLimits():
		return CodeTheOwner
	case !f.target.covered():
		return CodeRank
	case f.passes(in) && c.actor.isUser() && !f.target.under(ManageAccounts):
		return CodeNotAllowed
	}
	return nil
}

// passes reports whether the input names who gets accounts of the user.
func (f deleteUserFacts) passes(in UserDeletion) bool {
	return len(in.Heirs) > 0 || !in.AccountsTo.IsZero()
}

// organization returns the organization of a user who owns none, whose accounts are
// all in it; zero: they are in no organization, and their accounts are unmanaged.
func (f deleteUserFacts) organization() OrganizationID {
	if len(f.target.memberships) == 0 {
		return OrganizationID{}
	}
	return f.target.memberships[0].Organization
}

// delete passes on what the user owns, ends what they have, and erases the rest.
func (f deleteUserFacts) delete(in UserDeletion, c *changes) {
	user := f.target.user.ID
	theirs := c.bequeath(f.theirs, in.Heirs)
	for _, m := range theirs.memberships {
		c.leave(m.Organization, theirs, in.AccountsTo, false)
	}
	for _, unmanaged := range theirs.ownedIn(OrganizationID{}) {
		c.hand(unmanaged, in.AccountsTo, RoleSet{})
	}
	for _, g := range theirs.grants {
		if get(c.world, grantOn(g.Account, user)) != nil {
			c.say(RolesRevoked{g.Account, user}, theirs.account(g.Account).stream())
		}
	}
	f.eraseInvitations(c)
	f.eraseRequests(c)
	c.say(UserDeleted{user}, streamOfUser(user))
	edit(c.world, userByID(user), func(u *UserRecord) { u.Personal = UserPersonal{} })
	for _, m := range f.former {
		remove(c.world, formerMember(m.Organization, user))
	}
}

// eraseInvitations erases the user's address from invitations, and revokes those that
// are pending.
func (f deleteUserFacts) eraseInvitations(c *changes) {
	for _, i := range f.invited {
		if get(c.world, invitationByID(i.ID)).State == StatePending {
			c.say(InvitationRevoked{i.ID, c.now}, f.streamOf(i))
		}
		edit(c.world, invitationByID(i.ID), func(i *InvitationRecord) { i.Personal = InvitationPersonal{} })
	}
}

// streamOf returns the stream that a pending invitation to the user's address belongs
// to.
func (f deleteUserFacts) streamOf(i InvitationRecord) Stream {
	if i.Kind == InvitationToAccount {
		return f.theirs.account(i.Account).stream()
	}
	return streamOfOrganization(i.Organization)
}

// eraseRequests erases the user's address from requests, and settles those that are
// open.
func (f deleteUserFacts) eraseRequests(c *changes) {
	for _, q := range f.requested {
		if q.State == StateOpen {
			c.say(RequestSettled{q.ID, c.now}, streamOfOrganization(q.Organization))
		}
		edit(c.world, requestByID(q.ID), func(q *RequestRecord) { q.Personal = RequestPersonal{} })
	}
}

// OrganizationDeletion is the input of DeleteOrganization.
type OrganizationDeletion struct {
	// AccountsTo is another organization of the Owner's, which gets the accounts that
	// they own in this one. It is needed if there are both. Zero: none, and the accounts
	// become unmanaged.
	AccountsTo OrganizationID
}

// DeleteOrganization ends an organization (ORG-10). Its accounts become unmanaged and
// stay with their owners, its members are users without an organization, and all grants
// stay. A member whom the organization had made inactive leaves it first, and their
// accounts pass to the Owner. Its service accounts are deleted, with their keys (USR-20). The organization's pending invitations, account requests,
// requests to be invited, domains and connections end; invitations to its accounts live
// on. An Owner of other organizations names the one that their accounts go to. The name
// is kept for 29 days, in which an Operator can restore the organization. Only the
// Owner may call it, or an Operator on the Owner's behalf. Of a suspended organization
// only an Operator may, and its main accounts are suspended by the platform from then on
// (ORG-15).
//
// Errors: CodeID; CodeNotFound, also if AccountsTo is not another active organization
// of the Owner's; CodeNotAllowed; CodeMerged, CodeEnded; CodeOwnsOrganization if
// AccountsTo is needed; CodeHIPAADesignated if an account that would become unmanaged
// is designated (disable it first), CodeAccountLimit if AccountsTo has no room;
// CodeOrganizationSuspended.
func (s *Session) DeleteOrganization(ctx context.Context, org OrganizationID, in OrganizationDeletion) error {
	var check form
	check.id(org)
	return change(ctx, s, call{opDeleteOrganization, org.String(), check.err},
		func(r *reads) deleteOrganizationFacts { return r.loadDeleteOrganization(org, in.AccountsTo) },
		func(f deleteOrganizationFacts, c *changes) error { return decideDeleteOrganization(f, in, c) })
}

// deleteOrganizationFacts is an organization that is deleted, with all that ends with
// it.
type deleteOrganizationFacts struct {
	standing // the actor's
	remains  remains
	members  []MembershipRecord // persons
	accounts []AccountRecord
	owner    belongings
	inactive []belongings        // members whom the organization had made inactive
	to       *OrganizationRecord // which gets the Owner's accounts; nil: none, or there is no such organization
}

func (r *reads) loadDeleteOrganization(org, to OrganizationID) deleteOrganizationFacts {
	r.needHead(streamOfOrganization(to))
	f := deleteOrganizationFacts{
		standing: r.standing(org),
		remains:  r.remains(org),
		accounts: all(r, accountsIn(org, AccountID{})),
		to:       find(r, organizationByID(to)),
	}
	for _, m := range all(r, membersOf(org, UserID{})) {
		user := find(r, userByID(m.User))
		if user.isService() {
			continue // it is deleted with all others (Move)
		}
		f.members = append(f.members, m)
		r.needHead(streamOfUser(m.User))
		switch {
		case m.Role == Owner:
			f.owner = r.belongings(user)
		case user != nil && (user.InactiveOrganization || user.InactiveDirectory):
			member := r.belongings(user)
			f.inactive = append(f.inactive, member)
			if f.organization != nil {
				r.needInherited(member.owned, nil, f.organization.Owner)
			}
		}
	}
	return f
}

func decideDeleteOrganization(f deleteOrganizationFacts, in OrganizationDeletion, c *changes) error {
	if err := c.authorize(f.standing); err != nil {
		return err
	}
	if !in.AccountsTo.IsZero() && !f.isOwnersOther(f.to) {
		return CodeNotFound
	}
	if err := f.alive(); err != nil {
		return err
	}
	owned := f.passing()
	switch {
	case f.to == nil && len(owned) > 0 && f.owner.ownsElsewhere(f.organization.ID):
		return CodeOwnsOrganization
	case f.designatedLeaves(owned):
		return CodeHIPAADesignated
	}
	if f.to != nil {
		c.actsOn(f.to)
		if err := c.room(f.to.ID, 0, len(owned)); err != nil {
			return err
		}
	}
	f.delete(in, c)
	return nil
}

// isOwnersOther reports whether an organization is active and another one of the
// Owner's.
func (f deleteOrganizationFacts) isOwnersOther(o *OrganizationRecord) bool {
	if o == nil || o.ID == f.organization.ID {
		return false
	}
	return o.State == StateActive && o.Owner == f.organization.Owner
}

// passing returns the accounts that are the Owner's in the end: their own, and those of
// members whom the organization had made inactive.
func (f deleteOrganizationFacts) passing() []family {
	owned := f.owner.ownedIn(f.organization.ID)
	for _, member := range f.inactive {
		owned = append(owned, member.ownedIn(f.organization.ID)...)
	}
	return owned
}

// designatedLeaves reports whether a designated account would become unmanaged. The
// Owner's do not, if they go to an organization that is entitled (HIP-7).
func (f deleteOrganizationFacts) designatedLeaves(owned []family) bool {
	moves := map[AccountID]bool{}
	if f.to != nil && f.to.HIPAA {
		for _, accounts := range owned {
			for _, a := range accounts.all() {
				moves[a.ID] = true
			}
		}
	}
	return slices.ContainsFunc(f.accounts, func(a AccountRecord) bool {
		return a.Closed == 0 && a.Designated != 0 && !moves[a.ID]
	})
}

// delete lets inactive members go, moves the Owner's accounts, and ends the rest.
func (f deleteOrganizationFacts) delete(in OrganizationDeletion, c *changes) {
	org := f.organization.ID
	for _, member := range f.inactive {
		c.leave(org, member, f.organization.Owner, false)
	}
	if !in.AccountsTo.IsZero() {
		for _, accounts := range f.passing() {
			f.suspend(accounts.main, c)
			c.move(accounts, in.AccountsTo)
			for _, b := range slices.Concat([]belongings{f.owner}, f.inactive) {
				c.answerRequests(accounts, in.AccountsTo, b.requests)
			}
		}
	}
	f.remains.settle(c, InvitationID{})
	streams := []Stream{streamOfOrganization(org)}
	for _, m := range f.members {
		if get(c.world, memberOf(org, m.User)) != nil && f.endsAlone(m) {
			streams = append(streams, streamOfUser(m.User))
		}
	}
	c.say(OrganizationDeleted{org, c.now, f.organization.Suspended}, streams...)
}

// suspend leaves a main account of a suspended organization suspended by the platform
// (ORG-15). Those that do not move to another organization are suspended all at once.
func (f deleteOrganizationFacts) suspend(main AccountRecord, c *changes) {
	if f.organization.Suspended && !main.SuspendedPlatform {
		c.say(AccountSuspended{Account: main.ID, Platform: true}, main.stream())
	}
}

// endsAlone reports whether a member is in no organization once this one has ended.
// Only its Owner can be in others.
func (f deleteOrganizationFacts) endsAlone(m MembershipRecord) bool {
	return m.Role != Owner || !f.owner.ownsElsewhere(f.organization.ID)
}

// RestoreOrganization brings a deleted organization back within 29 days (ORG-12). Its
// former Owner returns with every unmanaged account they own, and its settings,
// entitlements and limits are as they were, and it is suspended if it was (ORG-15). Nobody
// else returns, and neither do domains, connections and invitations. Only an Operator may
// call it.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed; CodeMerged, because a merge is final;
// CodeRestoreWindow if it is too late or the organization is not deleted;
// CodeFormerOwner if the former Owner is deleted, inactive or managed elsewhere.
func (p *Platform) RestoreOrganization(ctx context.Context, org OrganizationID) (Organization, error) {
	var check form
	check.id(org)
	return update(ctx, p.Session, call{opRestoreOrganization, org.String(), check.err},
		func(r *reads) restoreOrganizationFacts { return r.loadRestoreOrganization(org) },
		func(f restoreOrganizationFacts, c *changes) (Organization, error) {
			return decideRestoreOrganization(f, c)
		})
}

// restoreOrganizationFacts is an organization that is restored.
type restoreOrganizationFacts struct {
	standing
	owner belongings // the former Owner
}

func (r *reads) loadRestoreOrganization(org OrganizationID) restoreOrganizationFacts {
	f := restoreOrganizationFacts{standing: r.standing(org)}
	if f.organization != nil {
		f.owner = r.belongings(find(r, userByID(f.organization.Owner)))
	}
	return f
}

func decideRestoreOrganization(f restoreOrganizationFacts, c *changes) (Organization, error) {
	if err := c.authorize(f.standing); err != nil {
		return Organization{}, err
	}
	o := f.organization
	switch {
	case o.State == StateMerged:
		return Organization{}, CodeMerged
	case !o.restorable(c.now):
		return Organization{}, CodeRestoreWindow
	case f.owner.user.State() != StateActive || f.owner.managedElsewhere(o.ID):
		return Organization{}, CodeFormerOwner
	}
	streams := []Stream{streamOfOrganization(o.ID)}
	if len(f.owner.memberships) == 0 {
		streams = append(streams, streamOfUser(o.Owner))
	}
	c.say(OrganizationRestored{o.ID}, streams...)
	c.join(o.ID, f.owner, Owner, InvitationID{})
	return c.viewOrganizationNow(f.standing), nil
}

// restorable reports whether an organization was deleted less than 29 days ago, and has
// not been purged.
func (o OrganizationRecord) restorable(now Instant) bool {
	return o.State == StateDeleted && o.Purged == 0 && now < o.Ended.add(purgeAfter)
}

// UserDeleted says that a user was deleted, and that their personal data is gone.
type UserDeleted struct {
	User UserID `json:"user,omitzero"`
}

// OrganizationDeleted says that an organization was deleted: its members are no longer
// members, and its accounts are unmanaged. It is stored in the organization's stream,
// and in the own stream of every member whom it lets go.
type OrganizationDeleted struct {
	Organization OrganizationID `json:"organization,omitzero"`
	Ended        Instant        `json:"ended,omitzero"`
	// Suspended says that the organization was suspended: its main accounts are suspended
	// by the platform from then on (ORG-15).
	Suspended bool `json:"suspended"`
}

// OrganizationRestored says that a deleted organization is active again.
type OrganizationRestored struct {
	Organization OrganizationID `json:"organization,omitzero"`
}

func (e UserDeleted) apply(w *world) {
	w.endServiceAccount(e.User)
	edit(w, userByID(e.User), func(u *UserRecord) { u.Deleted = true })
}

func (e OrganizationDeleted) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) {
		o.State, o.Ended = StateDeleted, e.Ended
	})
	w.move(Move{From: e.Organization, At: e.Ended, Suspend: e.Suspended})
}

func (e OrganizationRestored) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) { o.State, o.Ended = StateActive, 0 })
}

// deletionEvents includes OrganizationPurged, which purge.go has. UserDeleted is among
// the userEvents.
var deletionEvents = []EventData{OrganizationDeleted{}, OrganizationRestored{}, OrganizationPurged{}}
