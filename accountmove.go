package tenancy

import "context"

// How an account comes to another owner or another organization. AcceptAccountRequest,
// joining, leaving and the end of an organization do so too, and say these events.

// TransferAccount gives a managed account and its subaccounts to another owner, who is
// an active member of its organization. The previous owner keeps the role Administrator,
// and nothing else changes (ACC-6, BIL-2). The account's Owner may call it, and the Owner
// and Administrators of its organization. An account's Owner who does not manage the
// organization names a user who has a role on the account (ACC-7).
//
// An account that is given has no end. So nobody gives it who may only by a temporary role,
// and nobody gives it to themself who may only by that or by a group (ACC-11, GRP-3).
//
// Errors: CodeID; CodeNotFound, also for a user whom the actor may not name;
// CodeNotAllowed; CodeOneself and CodeOutlasts for an actor who has a temporary role or a
// group's; CodeClosed; CodeSubaccount, since it goes with its parent;
// CodeUnmanaged; CodeAlreadyOwner; CodeNotMember; CodeNotPerson for a service account;
// CodeInactive; CodeOrganizationSuspended.
func (s *Session) TransferAccount(ctx context.Context, account AccountID, user UserID) (Account, error) {
	var check form
	check.id(account)
	check.id(user)
	return update(ctx, s, call{opTransferAccount, account.String(), check.err},
		func(r *reads) transferAccountFacts { return r.loadTransferAccount(account, user) },
		decideTransferAccount)
}

// transferAccountFacts is the account that gets another owner, and the owner.
type transferAccountFacts struct {
	accountStanding
	heir        nominee
	subaccounts []AccountRecord // those that are not closed
}

func (r *reads) loadTransferAccount(account AccountID, user UserID) transferAccountFacts {
	f := transferAccountFacts{accountStanding: r.accountStanding(account)}
	f.heir = r.nominee(account, f.accountStanding, user)
	if f.account != nil {
		need(r, grantOn(account, f.account.Owner))
	}
	if r.actor.sees(f.accountStanding) {
		f.subaccounts = all(r, openSubaccountsOf(account))
	}
	return f
}

func decideTransferAccount(f transferAccountFacts, c *changes) (Account, error) {
	err := c.authorizeAccount(f.accountStanding)
	if err == nil {
		err = c.rightTo(TransferAccount, f.accountStanding).give(f.heir.id == c.actor.User, 0)
	}
	switch {
	case err != nil:
		return Account{}, err
	case !f.mayName(f.heir):
		return Account{}, CodeNotFound
	case f.account.Closed != 0:
		return Account{}, CodeClosed
	case !f.account.Parent.IsZero():
		return Account{}, CodeSubaccount
	case f.account.Organization.IsZero():
		return Account{}, CodeUnmanaged
	case f.account.Owner == f.heir.id:
		return Account{}, CodeAlreadyOwner
	case f.heir.member == nil:
		return Account{}, CodeNotMember
	case f.heir.user.ServiceAccount:
		return Account{}, CodeNotPerson
	case !f.heir.user.acts():
		return Account{}, CodeInactive
	}
	c.hand(family{main: *f.account, subs: f.subaccounts}, f.heir.id, Roles(AccountAdministrator))
	return c.viewAccountNow(f.accountStanding), nil
}

// MoveAccount moves a main account, with its subaccounts, between two organizations.
// The actor owns the account and both organizations (ORG-6). Roles on the account stay,
// except those that groups of the organization that it leaves have on it (GRP-4).
// The other organization's requests for the account and its subaccounts end.
//
// Errors: CodeID; CodeNotFound for the account or the organization; CodeNotAllowed if
// the actor does not own the account and both organizations; CodeMerged; CodeClosed,
// CodeSubaccount, CodeSameOrganization; CodeHIPAADesignated if the account or a
// subaccount is designated, and the other organization is not entitled;
// CodeAccountLimit; CodeOrganizationSuspended if one of the two is.
func (s *Session) MoveAccount(ctx context.Context, account AccountID, org OrganizationID) (Account, error) {
	var check form
	check.id(account)
	check.id(org)
	return update(ctx, s, call{opMoveAccount, account.String(), check.err},
		func(r *reads) moveAccountFacts { return r.loadMoveAccount(account, org) }, decideMoveAccount)
}

// moveAccountFacts is the account that moves, and the organization that gets it.
type moveAccountFacts struct {
	accountStanding
	subaccounts []AccountRecord    // those that are not closed
	groups      []GroupRolesRecord // the roles of groups on all of them
	to          standing
	requested   []InvitationRecord // that organization's requests for them
}

func (r *reads) loadMoveAccount(account AccountID, org OrganizationID) moveAccountFacts {
	for _, g := range all(r, grantsOn(account, UserID{})) {
		r.needMemberships(g.User)
	}
	f := moveAccountFacts{
		accountStanding: r.accountStanding(account),
		subaccounts:     all(r, openSubaccountsOf(account)),
		to:              r.standing(org),
	}
	if f.account != nil {
		r.needCounts(f.account.Organization)
		f.requested = r.requestsOf(org, f.family())
		for _, a := range f.family().all() {
			f.groups = append(f.groups, r.groupRoles(a)...)
		}
	}
	return f
}

func decideMoveAccount(f moveAccountFacts, c *changes) (Account, error) {
	if err := f.authorize(c); err != nil {
		return Account{}, err
	}
	if err := f.movable(c); err != nil {
		return Account{}, err
	}
	org := f.to.organization.ID
	c.move(f.family(), org)
	c.answerRequests(f.family(), org, f.requested)
	moved := get(c.world, accountByID(f.account.ID))
	return c.viewAccount(*moved, accountStanding{account: moved, grant: f.grant, rank: f.to.rank}), nil
}

// authorize decides whether the actor may move the account: its owner, who is Owner of
// both organizations.
func (f moveAccountFacts) authorize(c *changes) error {
	switch {
	case !c.actor.knows(f.accountStanding):
		return CodeNotFound
	case !c.actor.isUser():
		return c.platform()
	case f.account.Owner != c.actor.User || f.rank == nil || f.rank.Role != Owner:
		return CodeNotAllowed
	case f.to.organization == nil || f.to.rank == nil:
		return CodeNotFound
	case f.to.rank.Role != Owner:
		return CodeNotAllowed
	}
	c.actsOn(f.accountStanding.organization)
	c.actsOn(f.to.organization)
	return nil
}

// movable refuses what the state of the account and of the other organization forbids.
func (f moveAccountFacts) movable(c *changes) error {
	if err := f.to.alive(); err != nil {
		return err
	}
	switch {
	case f.account.Closed != 0:
		return CodeClosed
	case !f.account.Parent.IsZero():
		return CodeSubaccount
	case f.account.Organization == f.to.organization.ID:
		return CodeSameOrganization
	case f.family().designated() && !f.to.organization.HIPAA:
		return CodeHIPAADesignated
	}
	return c.room(f.to.organization.ID, 0, 1)
}

func (f moveAccountFacts) family() family { return family{*f.account, f.subaccounts, f.groups} }

// AccountManaged says that an account is now an organization's.
type AccountManaged struct {
	Account      AccountID      `json:"account,omitzero"`
	Organization OrganizationID `json:"organization,omitzero"`
}

// AccountReleased says that an account is no longer its organization's.
type AccountReleased struct {
	Account AccountID `json:"account,omitzero"`
}

// AccountTransferred says that an account has another owner.
type AccountTransferred struct {
	Account AccountID `json:"account,omitzero"`
	Owner   UserID    `json:"owner,omitzero"`
}

func (e AccountManaged) apply(w *world) {
	edit(w, accountByID(e.Account), func(a *AccountRecord) { a.Organization = e.Organization })
}

func (e AccountReleased) apply(w *world) {
	edit(w, accountByID(e.Account), func(a *AccountRecord) { a.Organization = OrganizationID{} })
}

func (e AccountTransferred) apply(w *world) {
	edit(w, accountByID(e.Account), func(a *AccountRecord) { a.Owner = e.Owner })
}

var accountMoveEvents = []EventData{AccountManaged{}, AccountReleased{}, AccountTransferred{}}
