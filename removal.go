package tenancy

import (
	"cmp"
	"context"
	"slices"
)

// Removal is the input of RemoveUser. It says what becomes of the accounts that the
// user owns in the organization. The zero value is for a user who owns none.
type Removal struct {
	Heirs      []Heir // who gets a single account; nil: the rest of the input covers all of them
	AccountsTo UserID // who gets the accounts that Heirs does not name: another active member; zero: nobody
	Release    bool   // the accounts that Heirs does not name leave with the user: only the Owner may do that
}

// maxHeirs is how many heirs one call takes: they are looked up one by one.
const maxHeirs = 1000

// Heir is who gets one account of a user who is removed or deleted. One call takes at
// most 1,000 of them.
type Heir struct {
	Account AccountID // a main account of the user's; its subaccounts come along
	User    UserID
}

// RemoveUser ends a membership (USR-11). The user lives on without the organization.
// They lose their role in it and all grants on its accounts, closed ones too, and
// pending invitations to its accounts for their address are revoked. The Owner and
// Administrators remove members, but neither the Owner nor themselves (see Leave). Whoever
// else has ManageUsers removes members whose permissions are all among their own, and passes
// accounts on only if they have ManageAccounts too (ROLE-9).
//
// A service account that is removed is deleted, as by DeleteUser (USR-20). A service
// account itself removes persons who are Standard Users.
//
// The accounts that the user owns in the organization are not lost, and there is no
// default for them: either TransferAccount gives each to another member first, or the
// input says who gets them. Every heir is an active member. The Owner may also let the
// accounts leave with the user.
//
// Errors: CodeID; CodeInput if the input says two things of an account, gives it to the
// user themself, or names more than 1,000 heirs; CodeNotFound, also if the actor does
// not see the user or an heir, or if an account named is not a main account of the
// user's in the organization; CodeNotAllowed, CodeMerged; CodeRelease if anybody but
// the Owner releases accounts; CodeOneself, CodeTheOwner, CodeRank if the user may do
// more than the actor; CodeServiceAccount if the actor is one, and the user is another
// than a Standard User who is a person; CodeNotMember if the user or an heir is not a
// member; CodeNotPerson if an heir is a service account; CodeInactive if an heir is
// inactive; CodeOwnsAccounts if the input leaves an account to nobody;
// CodeHIPAADesignated if an account that would leave is designated (disable it first);
// CodeOrganizationSuspended if the user owns accounts and the organization is
// suspended.
func (s *Session) RemoveUser(ctx context.Context, org OrganizationID, user UserID, in Removal) error {
	var check form
	check.id(org)
	check.id(user)
	check.heirs(user, in.Heirs)
	check.that(in.AccountsTo != user, CodeInput)
	check.that(in.AccountsTo.IsZero() || !in.Release, CodeInput)
	return change(ctx, s, call{opRemoveUser, user.String(), check.err},
		func(r *reads) removeUserFacts { return r.loadRemoveUser(org, user, in) },
		func(f removeUserFacts, c *changes) error { return decideRemoveUser(f, user, in, c) })
}

// removeUserFacts is a member who is removed, and who gets their accounts.
type removeUserFacts struct {
	standing // the actor's
	target   sight
	theirs   belongings
	heirs    heirs
	keys     []KeyRecord // of a service account
}

func (r *reads) loadRemoveUser(org OrganizationID, user UserID, in Removal) removeUserFacts {
	f := removeUserFacts{
		standing: r.standing(org),
		target:   r.sight(user),
		theirs:   r.belongingsOf(user),
		heirs:    r.heirs(in.Heirs, in.AccountsTo),
		keys:     r.keysToEnd(user),
	}
	r.needInherited(f.theirs.owned, in.Heirs, in.AccountsTo)
	need(r, formerMember(org, user))
	return f
}

// needInherited asks for the roles that heirs have on the main accounts that pass to
// them, since what they own takes their place.
func (r *reads) needInherited(owned []family, in []Heir, rest UserID) {
	for _, accounts := range owned {
		if heir := cmp.Or(heirOf(accounts, in), rest); !heir.IsZero() {
			need(r, grantOn(accounts.main.ID, heir))
		}
	}
}

func decideRemoveUser(f removeUserFacts, user UserID, in Removal, c *changes) error {
	if err := f.right(user, in, c); err != nil {
		return err
	}
	org := f.organization.ID
	owned := f.theirs.ownedIn(org)
	if !f.target.there() || !f.heirs.there() || !haveAll(owned, in.Heirs) {
		return CodeNotFound
	}
	if m := f.target.membership(org); m != nil && !f.rank.covers(m.Role) {
		return CodeRank
	}
	if err := f.alive(); err != nil {
		return err
	}
	if f.target.membership(org) == nil {
		return CodeNotMember
	}
	if f.target.user.ServiceAccount {
		deleteUserFacts{target: f.target, theirs: f.theirs, keys: f.keys}.delete(UserDeletion{}, c)
		return nil
	}
	if err := f.heirs.inherit(org); err != nil {
		return err
	}
	rest := unnamed(owned, in.Heirs)
	switch {
	case in.Release && anyDesignated(rest):
		return CodeHIPAADesignated
	case !in.Release && in.AccountsTo.IsZero() && len(rest) > 0:
		return CodeOwnsAccounts
	case len(owned) > 0 && c.bars(f.organization): // the accounts would pass to others, or leave
		return CodeOrganizationSuspended
	}
	c.leave(org, c.bequeath(f.theirs, in.Heirs), in.AccountsTo, true)
	return nil
}

// right decides whether the actor may remove the user as the input says.
func (f removeUserFacts) right(user UserID, in Removal, c *changes) error {
	if err := c.authorize(f.standing); err != nil {
		return err
	}
	switch passes := len(in.Heirs) > 0 || !in.AccountsTo.IsZero(); {
	case in.Release && !f.rank.may(ReleaseAccounts):
		return CodeRelease
	case passes && !f.rank.may(ManageAccounts):
		return CodeNotAllowed
	}
	if err := c.spare(f.standing, user); err != nil {
		return err
	}
	return f.beyondService(c)
}

// beyondService refuses what RemoveUser is beyond a service account, and what is done to one
// by whoever may not (USR-20): a service account removes persons who are Standard Users.
func (f removeUserFacts) beyondService(c *changes) error {
	member := f.target.membership(f.organization.ID)
	if c.service && member != nil && member.Role != StandardUser {
		return CodeServiceAccount
	}
	return c.tends(f.target)
}

// heirs refuses heirs without an account or a user, accounts that are named twice, and
// the user who goes.
func (check *form) heirs(goes UserID, in []Heir) {
	check.that(len(in) <= maxHeirs, CodeInput)
	if check.err != nil {
		return
	}
	named := map[AccountID]bool{}
	for _, heir := range in {
		check.id(heir.Account)
		check.id(heir.User)
		check.that(heir.User != goes, CodeInput)
		check.that(!named[heir.Account], CodeInput)
		named[heir.Account] = true
	}
}

// heirs are the users to whom the accounts of a user who goes pass.
type heirs []sight

// heirs asks for those who get a single account, and for the user who gets the rest; a
// zero one is nobody.
func (r *reads) heirs(in []Heir, rest UserID) (h heirs) {
	for _, heir := range in {
		h = append(h, r.sight(heir.User))
	}
	if !rest.IsZero() {
		h = append(h, r.sight(rest))
	}
	return h
}

// there reports whether the actor sees every heir, and none is deleted.
func (h heirs) there() bool {
	return !slices.ContainsFunc(h, func(heir sight) bool { return !heir.there() })
}

// inherit refuses heirs who cannot own accounts in an organization.
func (h heirs) inherit(org OrganizationID) error {
	for _, heir := range h {
		if err := heir.inherits(org); err != nil {
			return err
		}
	}
	return nil
}

// inherits refuses as an owner of accounts in an organization everybody who is not an
// active member of it, and a person (USR-20). A zero organization stands for unmanaged accounts, and refuses
// everybody who is not an active user in no organization.
func (s sight) inherits(org OrganizationID) error {
	switch {
	case org.IsZero() && len(s.memberships) > 0:
		return CodeManagedElsewhere
	case !org.IsZero() && s.membership(org) == nil:
		return CodeNotMember
	case s.user.ServiceAccount:
		return CodeNotPerson
	case !s.user.acts():
		return CodeInactive
	}
	return nil
}

// haveAll reports whether these main accounts have all those that heirs get.
func haveAll(owned []family, in []Heir) bool {
	for _, heir := range in {
		if !slices.ContainsFunc(owned, func(accounts family) bool { return accounts.main.ID == heir.Account }) {
			return false
		}
	}
	return true
}

// unnamed returns the main accounts that no heir gets.
func unnamed(owned []family, in []Heir) (rest []family) {
	for _, accounts := range owned {
		if heirOf(accounts, in).IsZero() {
			rest = append(rest, accounts)
		}
	}
	return rest
}

// heirOf returns who gets a main account by itself; zero: nobody.
func heirOf(accounts family, in []Heir) UserID {
	for _, heir := range in {
		if heir.Account == accounts.main.ID {
			return heir.User
		}
	}
	return UserID{}
}

// bequeath gives each account that is named to its heir, and returns the belongings of
// the user without these accounts.
func (c *changes) bequeath(b belongings, in []Heir) belongings {
	for _, accounts := range b.owned {
		if heir := heirOf(accounts, in); !heir.IsZero() {
			c.hand(accounts, heir, RoleSet{})
		}
	}
	b.owned = unnamed(b.owned, in)
	return b
}

// Leave ends the actor's own membership. They lose what a removed user loses (USR-12,
// USR-11). Any member except the Owner may leave.
//
// A member who owns accounts in the organization cannot leave with or without them:
// TransferAccount gives each to another member first, or the Owner or an Administrator
// calls RemoveUser, whose input says who gets them.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed, CodeMerged; CodeOwnerLeaves;
// CodeOwnsAccounts if the member owns an account that is not closed.
func (s *Session) Leave(ctx context.Context, org OrganizationID) error {
	var check form
	check.id(org)
	return change(ctx, s, call{opLeave, org.String(), check.err},
		func(r *reads) leaveFacts { return r.loadLeave(org) },
		func(f leaveFacts, c *changes) error { return decideLeave(f, c) })
}

// leaveFacts is the member who leaves.
type leaveFacts struct {
	standing // the actor's
	theirs   belongings
}

func (r *reads) loadLeave(org OrganizationID) leaveFacts {
	need(r, formerMember(org, r.actor.User))
	return leaveFacts{r.standing(org), r.belongingsOf(r.actor.User)}
}

func decideLeave(f leaveFacts, c *changes) error {
	if err := c.authorize(f.standing); err != nil {
		return err
	}
	org := f.organization.ID
	switch {
	case f.rank.Role == Owner:
		return CodeOwnerLeaves
	case len(f.theirs.ownedIn(org)) > 0:
		return CodeOwnsAccounts
	}
	c.leave(org, f.theirs, UserID{}, true)
	return nil
}
