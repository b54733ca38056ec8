package tenancy

import (
	"context"
	"iter"
	"slices"
	"time"
)

// AccountRequest is an organization's request to have an account: a question to the
// account's owner, and a pending account to the organization.
type AccountRequest struct {
	ID               InvitationID   `json:"id,omitzero"`
	Account          AccountID      `json:"account,omitzero"`
	Organization     OrganizationID `json:"organization,omitzero"` // the one that asks
	OrganizationName Personal       `json:"organizationName,omitzero"`
	By               Actor          `json:"by,omitzero"` // who asked
	ByName           Personal       `json:"byName,omitzero"`
	Expires          time.Time      `json:"expires,omitzero"`
}

// ListedAccountRequest is an AccountRequest in a list.
type ListedAccountRequest struct {
	AccountRequest
	listed
}

// AccountRequestQuery selects account requests. The zero value selects all of them.
type AccountRequestQuery struct {
	After Cursor `json:"after,omitzero"` // of an item of the same query; empty: from the start
}

// AddAccount asks for an existing main account outside the organization. The answer is
// the same pending request whether an account has this ID or not, and whoever owns it.
// The account's owner sees the request in AccountRequests, and accepts it or lets it
// expire as invitations do (ACC-4). Owner and Administrators may call it.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed; CodeMerged; CodeAccountManaged if the
// organization has the account already; CodeAccountRequested if a request is pending;
// CodeOrganizationSuspended.
func (s *Session) AddAccount(
	ctx context.Context, org OrganizationID, account AccountID,
) (AccountRequest, error) {
	var check form
	check.id(org)
	check.id(account)
	return update(ctx, s, call{opAddAccount, org.String(), check.err},
		func(r *reads) addAccountFacts { return r.loadAddAccount(org, account) },
		func(f addAccountFacts, c *changes) (AccountRequest, error) { return decideAddAccount(f, account, c) })
}

// addAccountFacts is the organization that asks, and the account it asks for.
type addAccountFacts struct {
	standing
	account *AccountRecord    // nil: there is none
	pending *InvitationRecord // the organization's request for it, not settled; expired ones too
	sender  *UserRecord       // the actor
}

func (r *reads) loadAddAccount(org OrganizationID, account AccountID) addAccountFacts {
	return addAccountFacts{
		standing: r.standing(org),
		account:  find(r, accountByID(account)),
		pending:  find(r, pendingAccountRequest(org, account)),
		sender:   find(r, userByID(r.actor.User)),
	}
}

func decideAddAccount(f addAccountFacts, account AccountID, c *changes) (AccountRequest, error) {
	if err := c.authorizeAlive(f.standing); err != nil {
		return AccountRequest{}, err
	}
	org := f.organization.ID
	here := streamOfOrganization(org)
	switch {
	case f.account != nil && f.account.Organization == org:
		return AccountRequest{}, CodeAccountManaged
	case f.pending != nil && c.now < f.pending.Expires:
		return AccountRequest{}, &Error{Err: CodeAccountRequested, Pending: f.pending.ID}
	case f.pending != nil:
		c.say(InvitationRevoked{f.pending.ID, c.now}, here)
	}
	made := InvitationID(c.tape.id())
	c.makes(made)
	c.say(InvitationSent{Invitation: made, Kind: InvitationOfAccount, Organization: org, Account: account,
		Inviter: c.actor, Charged: f.organization.Owner, Created: c.now, Expires: c.now.add(c.dir.life)}, here)
	return askedAccount{*get(c.world, invitationByID(made)), f.organization, f.sender}.view(), nil
}

// AccountRequests lists by ID which organizations ask for accounts that the user owns,
// except requests that have expired (ACC-4). The user, Operators and System may call it.
//
// Errors: CodeID, CodeCursor; CodeNotFound, also for anybody else.
func (s *Session) AccountRequests(
	ctx context.Context, user UserID, query AccountRequestQuery,
) iter.Seq2[ListedAccountRequest, error] {
	l := listOf("AccountRequests", user.String())
	return pages(l, query.After, func(from place, malformed error) (page[ListedAccountRequest], error) {
		check := form{malformed}
		check.id(user)
		return look(ctx, s, call{opAccountRequests, user.String(), check.err},
			func(r *reads) accountRequestsFacts { return r.loadAccountRequests(user) },
			func(f accountRequestsFacts, c *changes) (page[ListedAccountRequest], error) {
				return decideAccountRequests(f, l, from, c)
			})
	})
}

// accountRequestsFacts is a user, and the requests for their accounts.
type accountRequestsFacts struct {
	user     *UserRecord
	requests []askedAccount // not settled; expired ones too
}

func (r *reads) loadAccountRequests(user UserID) accountRequestsFacts {
	f := accountRequestsFacts{user: find(r, userByID(user))}
	for _, a := range all(r, openAccountsOf(user)) {
		for _, i := range all(r, accountRequestsFor(a.ID)) {
			f.requests = append(f.requests, r.askedAccount(i))
		}
	}
	return f
}

func decideAccountRequests(
	f accountRequestsFacts, l listID, from place, c *changes,
) (page[ListedAccountRequest], error) {
	if f.user == nil || c.actor.isUser() && c.actor.User != f.user.ID {
		return page[ListedAccountRequest]{}, CodeNotFound
	}
	slices.SortFunc(f.requests, func(a, b askedAccount) int { return compareIDs(a.request.ID, b.request.ID) })
	p := page[ListedAccountRequest]{end: true}
	for _, q := range f.requests {
		if c.now < q.request.Expires && compareIDs(q.request.ID, from.key.ID) > 0 {
			at := listedAt(l, place{key: Key{ID: q.request.ID}})
			p.items = append(p.items, ListedAccountRequest{q.view(), at})
		}
	}
	return p, nil
}

// AcceptAccountRequest gives an account to the organization that asks for it. Only the
// account moves, with its subaccounts. The organization's Owner becomes its owner, the
// previous owner keeps the role Administrator on it, and everybody else who has a role
// on it keeps that (ACC-4), except what groups gave of the organization that it leaves
// (GRP-4). Only the account's owner may call it, unless the account is
// managed by an organization that they do not own.
//
// Errors: CodeID; CodeNotFound; CodeNotAllowed for Owner and Administrators of the
// organization that asks; CodeNotTheirs if an organization that the actor does not own
// manages the account; CodeSettled, CodeExpired; CodeClosed; CodeInviter if the person
// who asked may no longer ask; CodeHIPAADesignated if the account or a subaccount is
// designated, and the organization is not entitled; CodeAccountLimit;
// CodeOrganizationSuspended if the one that asks is, or the one that has the account.
func (s *Session) AcceptAccountRequest(ctx context.Context, request InvitationID) (Account, error) {
	var check form
	check.id(request)
	return update(ctx, s, call{opAcceptAccountRequest, request.String(), check.err},
		func(r *reads) acceptAccountRequestFacts { return r.loadAcceptAccountRequest(request) },
		decideAcceptAccountRequest)
}

// acceptAccountRequestFacts is a request for an account, and both sides of it.
type acceptAccountRequestFacts struct {
	standing                        // in the organization that asks
	request     *InvitationRecord   // nil: there is none
	account     *AccountRecord      // nil: there is none, or it is a subaccount
	subaccounts []AccountRecord     // those that are not closed
	groups      []GroupRolesRecord  // the roles of groups on all of them
	others      []InvitationRecord  // the organization's requests for the subaccounts
	from        *OrganizationRecord // the one that has the account; nil: none
	holder      *MembershipRecord   // the account owner's in the organization that has the account
	inviter     *UserRecord         // who asked
	inviting    *rank               // the inviter's in the organization that asks
}

func (r *reads) loadAcceptAccountRequest(id InvitationID) (f acceptAccountRequestFacts) {
	if f.request = find(r, invitationByID(id)); f.request == nil || f.request.Kind != InvitationOfAccount {
		return f
	}
	f.standing = r.standing(f.request.Organization)
	f.inviter = find(r, userByID(f.request.Inviter.User))
	f.inviting = r.dir.rank(find(r, memberOf(f.request.Organization, f.request.Inviter.User)))
	f.account = find(r, accountByID(f.request.Account))
	if f.account == nil || !f.account.Parent.IsZero() {
		f.account = nil // a subaccount goes nowhere without its parent: nobody is asked for one
		return f
	}
	need(r, grantOn(f.account.ID, f.account.Owner))
	if f.organization != nil {
		need(r, grantOn(f.account.ID, f.organization.Owner)) // who gets it may have a role there
	}
	r.needHead(f.account.stream())
	if org := f.account.Organization; !org.IsZero() {
		f.from = find(r, organizationByID(org))
	}
	f.subaccounts = all(r, openSubaccountsOf(f.account.ID))
	for _, a := range f.family().all() {
		f.groups = append(f.groups, r.groupRoles(a)...)
	}
	f.others = slices.DeleteFunc(r.requestsOf(f.request.Organization, f.family()),
		func(i InvitationRecord) bool { return i.ID == id })
	f.holder = find(r, memberOf(f.account.Organization, f.account.Owner))
	return f
}

func decideAcceptAccountRequest(f acceptAccountRequestFacts, c *changes) (Account, error) {
	if err := f.authorize(c); err != nil {
		return Account{}, err
	}
	if err := f.acceptable(c); err != nil {
		return Account{}, err
	}
	org := f.request.Organization
	c.say(InvitationAccepted{f.request.ID, c.actor.User, c.now}, streamOfOrganization(org), f.account.stream())
	c.move(f.family(), org)
	c.answerRequests(f.family(), org, f.others)
	if f.account.Owner != f.organization.Owner {
		moved := f.family()
		moved.main.Organization = org
		c.hand(moved, f.organization.Owner, Roles(AccountAdministrator))
	}
	grant := get(c.world, grantOn(f.account.ID, c.actor.User))
	return c.viewAccountNow(accountStanding{account: f.account, grant: grant}), nil
}

// authorize decides whether the actor may accept the request: the account's owner. Those
// who see the accounts of the organization that asks see it.
func (f acceptAccountRequestFacts) authorize(c *changes) error {
	switch {
	case f.request == nil || f.organization == nil:
		return CodeNotFound
	case f.asks(c.actor):
		c.actsOn(f.organization)
		c.actsOn(f.from)
		return nil
	case c.actor.isUser() && !f.rank.may(ViewAccounts):
		return CodeNotFound
	}
	return CodeNotAllowed
}

// asks reports whether the request asks an actor: a user who owns the account.
func (f acceptAccountRequestFacts) asks(a Actor) bool {
	return a.isUser() && f.account != nil && f.account.Owner == a.User
}

// acceptable refuses what the state of the request, of the account and of both
// organizations forbids.
func (f acceptAccountRequestFacts) acceptable(c *changes) error {
	switch {
	case !f.theirs():
		return CodeNotTheirs
	case f.request.State != StatePending:
		return CodeSettled
	case c.now >= f.request.Expires:
		return CodeExpired
	case f.account.Closed != 0:
		return CodeClosed
	case !f.inviterMayAsk():
		return CodeInviter
	case f.family().designated() && !f.organization.HIPAA:
		return CodeHIPAADesignated
	}
	if err := f.alive(); err != nil {
		return err
	}
	return c.room(f.organization.ID, 0, 1)
}

// theirs reports whether the account is its owner's to give: it is unmanaged, or they
// are Owner of the organization that has it.
func (f acceptAccountRequestFacts) theirs() bool {
	return f.account.Organization.IsZero() || f.holder != nil && f.holder.Role == Owner
}

// inviterMayAsk reports whether the person who asked could still do so.
func (f acceptAccountRequestFacts) inviterMayAsk() bool {
	active := f.inviter != nil && f.inviter.State() == StateActive
	return active && f.inviting.may(ManageAccounts)
}

func (f acceptAccountRequestFacts) family() family {
	return family{*f.account, f.subaccounts, f.groups}
}

// askedAccount is a request for an account, with what is shown of it.
type askedAccount struct {
	request      InvitationRecord
	organization *OrganizationRecord // the one that asks
	by           *UserRecord         // who asked
}

// askedAccount asks for what is shown of a request.
func (r *reads) askedAccount(i InvitationRecord) askedAccount {
	return askedAccount{i, find(r, organizationByID(i.Organization)), find(r, userByID(i.Inviter.User))}
}

// view shows a request for an account.
func (q askedAccount) view() AccountRequest {
	i := q.request
	view := AccountRequest{
		ID: i.ID, Account: i.Account, Organization: i.Organization, By: i.Inviter, Expires: i.Expires.Time(),
	}
	if q.organization != nil {
		view.OrganizationName = q.organization.Personal.Name
	}
	if q.by != nil {
		view.ByName = q.by.Personal.Name
	}
	return view
}
