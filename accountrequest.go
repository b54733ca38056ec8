package tenancy

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"
)

// AccountRequest is an organization's wish to have an account: to the account's owner, a question; to the organization, a pending account.
type AccountRequest struct {
	ID               InvitationID
	Account          AccountID
	Organization     OrganizationID // that asks
	OrganizationName Personal
	By               Actor // who asked
	ByName           Personal
	Expires          time.Time
	listed
}

// AccountRequestQuery says which account requests: the zero value is all of them.
type AccountRequestQuery struct{ After Cursor }

// AddAccount asks for an existing main account outside the organization. The answer is the same pending request whether an account has this ID or
// not, and whoever's it is; its owner sees it (AccountRequests) and accepts, or lets it expire as invitations do (ACC-4). Owner or Administrator.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed; CodeMerged, CodeAccountManaged (the organization has it), CodeAccountRequested.
func (s *Session) AddAccount(ctx context.Context, org OrganizationID, account AccountID) (AccountRequest, error) {
	var f form
	f.id(org)
	f.id(account)
	type facts struct {
		standing
		account *AccountRecord
		pending *InvitationRecord
		actor   *UserRecord
	}
	return update(ctx, s, call{opAddAccount, org.String(), f.err},
		func(r *reads) facts {
			return facts{r.standing(org), find(r, accountByID(account)), find(r, pendingAccountRequest(org, account)), find(r, userByID(s.actor.User))}
		},
		func(f facts, c *changes) (AccountRequest, error) {
			if err := c.authorize(f.standing); err != nil {
				return AccountRequest{}, err
			}
			if err := f.alive(); err != nil {
				return AccountRequest{}, err
			}
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
			c.say(InvitationSent{Invitation: made, Kind: InvitationOfAccount, Organization: org, Account: account, Inviter: c.actor,
				Charged: f.organization.Owner, Created: c.now, Expires: c.now.add(c.dir.life)}, here)
			return viewAccountRequest(*get(c.world, invitationByID(made)), f.organization, f.actor), nil
		})
}

func viewAccountRequest(i InvitationRecord, org *OrganizationRecord, by *UserRecord) AccountRequest {
	view := AccountRequest{ID: i.ID, Account: i.Account, Organization: i.Organization, By: i.Inviter, Expires: i.Expires.Time()}
	if org != nil {
		view.OrganizationName = org.Personal.Name
	}
	if by != nil {
		view.ByName = by.Personal.Name
	}
	return view
}

// AccountRequests lists, by ID, which organizations ask for accounts that the user owns, unless they have expired (ACC-4). The user themself,
// Operator, System.
//
// Errors: CodeID, CodeCursor; CodeNotFound (also about anybody else).
func (s *Session) AccountRequests(ctx context.Context, user UserID, query AccountRequestQuery) iter.Seq2[AccountRequest, error] {
	type facts struct {
		user     *UserRecord
		requests []AccountRequest
	}
	l := listOf("AccountRequests", user.String())
	return pages(l, query.After, func(from place, malformed error) (page[AccountRequest], error) {
		f := form{malformed}
		f.id(user)
		return look(ctx, s, call{opAccountRequests, user.String(), f.err},
			func(r *reads) facts {
				f := facts{user: find(r, userByID(user))}
				for _, a := range all(r, openAccountsOf(user)) {
					for _, i := range all(r, accountRequestsFor(a.ID)) {
						if r.now < i.Expires {
							f.requests = append(f.requests, viewAccountRequest(i, find(r, organizationByID(i.Organization)), find(r, userByID(i.Inviter.User))))
						}
					}
				}
				return f
			},
			func(f facts, c *changes) (page[AccountRequest], error) {
				if f.user == nil || c.actor.isUser() && c.actor.User != user {
					return page[AccountRequest]{}, CodeNotFound
				}
				p := page[AccountRequest]{end: true}
				slices.SortFunc(f.requests, func(a, b AccountRequest) int { return slices.Compare(a.ID[:], b.ID[:]) })
				for _, request := range f.requests {
					if slices.Compare(request.ID[:], from.key.ID[:]) > 0 {
						request.listed = listed{l, place{key: Key{ID: request.ID}}}
						p.items = append(p.items, request)
					}
				}
				return p, nil
			})
	})
}

// acceptedRequest is an account request to be accepted, the account, and both sides.
type acceptedRequest struct {
	standing // in the asking organization
	request  *InvitationRecord
	account  *AccountRecord
	subs     []AccountRecord
	holder   *MembershipRecord // the owner's membership of the organization that has the account
	inviter  *UserRecord
	inviting *MembershipRecord // the inviter's of the asking organization
	occupied occupancy
}

func (r *reads) acceptedRequest(id InvitationID) (f acceptedRequest) {
	if f.request = find(r, invitationByID(id)); f.request == nil || f.request.Kind != InvitationOfAccount {
		return f
	}
	f.standing = r.standing(f.request.Organization)
	f.occupied = r.occupancy(f.organization)
	f.inviter = find(r, userByID(f.request.Inviter.User))
	f.inviting = find(r, memberOf(f.request.Organization, f.request.Inviter.User))
	f.account = find(r, accountByID(f.request.Account))
	if f.account == nil || !f.account.Parent.IsZero() {
		f.account = nil // a subaccount goes nowhere without its parent: nobody is asked for one
		return f
	}
	find(r, grantOn(f.account.ID, f.account.Owner))
	r.needHead(f.account.stream())
	f.subs = all(r, openSubaccountsOf(f.account.ID))
	f.holder = find(r, memberOf(f.account.Organization, f.account.Owner))
	return f
}

// AcceptAccountRequest gives the account to the organization that asks for it. The account alone moves, with its subaccounts: ownership passes to
// the organization's Owner, the previous owner keeps Administrator on it; whoever has a role on it keeps that (ACC-4). The account's owner alone,
// unless it is managed by an organization that they do not own.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed (of the asking organization); CodeNotTheirs; CodeSettled, CodeExpired,
// CodeInviter, CodeClosed, CodeHIPAADesignated, CodeAccountLimit.
func (s *Session) AcceptAccountRequest(ctx context.Context, request InvitationID) (Account, error) {
	var f form
	f.id(request)
	return update(ctx, s, call{opAcceptAccountRequest, request.String(), f.err},
		func(r *reads) acceptedRequest { return r.acceptedRequest(request) },
		func(f acceptedRequest, c *changes) (Account, error) {
			if err := f.refusal(c); err != nil {
				return Account{}, err
			}
			f.carryOut(c)
			own := accountStanding{account: f.account, grant: get(c.world, grantOn(f.account.ID, c.actor.User))}
			return c.viewAccount(*get(c.world, accountByID(f.account.ID)), own), nil
		})
}

// refusal decides whether an account request can be accepted.
func (f acceptedRequest) refusal(c *changes) error {
	switch {
	case f.request == nil || f.organization == nil:
		return CodeNotFound
	case f.account == nil || !c.actor.isUser() || f.account.Owner != c.actor.User:
		if c.actor.isUser() && !f.managesUsers() {
			return CodeNotFound
		}
		return CodeNotAllowed
	case !f.account.Organization.IsZero() && (f.holder == nil || f.holder.Role != Owner):
		return CodeNotTheirs
	case f.request.State != StatePending:
		return CodeSettled
	case c.now >= f.request.Expires:
		return CodeExpired
	case f.account.Closed != 0:
		return CodeClosed
	case f.inviter == nil || f.inviter.State() != StateActive || f.inviting == nil || !f.inviting.Role.may(ManageAccounts):
		return CodeInviter
	case f.family().designated() && !f.organization.HIPAA:
		return CodeHIPAADesignated
	}
	return cmp.Or(f.alive(), c.room(*f.organization, f.occupied, 0, 1))
}

func (f acceptedRequest) family() family { return family{*f.account, f.subs} }

// carryOut moves the account.
func (f acceptedRequest) carryOut(c *changes) {
	org, from := f.request.Organization, f.account.stream()
	here := streamOfOrganization(org)
	c.say(InvitationAccepted{f.request.ID, c.now}, here, from)
	c.move(f.family(), org)
	if f.account.Owner != f.organization.Owner {
		moved := f.family()
		moved.main.Organization = org
		c.hand(moved, f.organization.Owner, Roles(AccountAdministrator))
	}
}
