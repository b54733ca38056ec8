package tenancy

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"iter"
	"slices"
	"time"
)

// Invitation asks a person, by address, into an organization or to an account.
type Invitation struct {
	ID           InvitationID
	Organization OrganizationID   // to which; zero: it is to an account
	Account      AccountID        // to which; zero: it is to an organization
	Email        Personal         // as it was given; empty from 30 days after it was settled or expired (ORG-11)
	Role         OrganizationRole // offered in the organization
	Roles        RoleSet          // offered on the account
	Inviter      UserID
	InviterName  Personal // empty: the inviter was deleted
	State        State    // StatePending, StateExpired, StateAccepted, StateDeclined, StateRevoked
	Created      time.Time
	Expires      time.Time // from this moment on it can't be accepted
	Settled      time.Time // zero: not
	listed
}

// SentInvitation is an invitation just made, with its secret: the host puts it into the mail. It is given this once (USR-4).
type SentInvitation struct {
	Invitation
	Secret Secret
}

// Offer is what an invitation's secret shows.
type Offer struct {
	Invitation
	OrganizationName Personal // of an invitation to an organization
	AccountName      Personal // of an invitation to an account
	Terms            *Terms   // nil for System, who is shown only what is offered
}

// Terms are what accepting an invitation would bring along. The zero value: nothing. They are shown to the invitee alone (USR-6).
type Terms struct {
	Merged    []TermsOrganization // the invitee's organizations that merge into the one that invites
	Dissolved []TermsOrganization // those that are dissolved
	Accounts  []TermsAccount      // of an invitee in no organization: main accounts that become managed, their subaccounts along (USR-9)
	Token     TermsToken          // for Acceptance; empty: nothing is brought along
}

// TermsToken is a digest of Terms as text, so that it can travel through a form. It says what was shown, and gives no right.
type TermsToken string

// TermsOrganization is an organization of the invitee's.
type TermsOrganization struct {
	ID   OrganizationID
	Name Personal
}

// TermsAccount is an account of the invitee's.
type TermsAccount struct {
	ID   AccountID
	Name Personal
}

// NewInvitation is the input of InviteUser.
type NewInvitation struct {
	Email string
	Role  OrganizationRole // StandardUser (zero) or Administrator
}

// NewAccountInvitation is the input of InviteToAccount.
type NewAccountInvitation struct {
	Email string
	Roles RoleSet // AccountAdministrator alone, or any of the others but AccountOwner
}

// Acceptance is the input of AcceptInvitation.
type Acceptance struct {
	Secret Secret
	Terms  TermsToken // the token of the Terms that were agreed to; empty where accepting brings nothing along
}

// AcceptedInvitation is what accepting did.
type AcceptedInvitation struct {
	Invitation
	Granted   RoleSet          // to an account: the roles there now (ACC-7); else empty
	Accounts  []AccountID      // to an organization: the main accounts that became managed (USR-9)
	Merged    []OrganizationID // the invitee's organizations that were merged into it (USR-8)
	Dissolved []OrganizationID // and those that were dissolved
}

// InvitationQuery says which invitations. The zero value is all.
type InvitationQuery struct {
	State State  // StatePending, StateExpired, StateAccepted, StateDeclined, StateRevoked; "": any
	After Cursor // of an item of the same list and query: what comes after it
}

// The times of an invitation beside its life (Options.InvitationLife).
const (
	invitationDay      = 24 * time.Hour      // in which Options.InvitationsPerDay are made
	invitationResend   = 29 * 24 * time.Hour // after it expired, in which it can be resent
	invitationRetained = 30 * 24 * time.Hour // after it was settled or expired, in which reads give its address (ORG-11)
)

// InvitationSent says that an address was invited, to an organization or account.
type InvitationSent struct {
	Invitation   InvitationID
	Kind         InvitationKind
	Organization OrganizationID
	Account      AccountID
	Role         OrganizationRole
	Roles        RoleSet
	Inviter      Actor
	Charged      UserID
	Created      Instant
	Expires      Instant
}

// InvitationAccepted says that the invitee accepted.
type InvitationAccepted struct {
	Invitation InvitationID
	Settled    Instant
}

// InvitationDeclined says that the invitee declined.
type InvitationDeclined struct {
	Invitation InvitationID
	Settled    Instant
}

// InvitationRevoked says that an invitation can't be accepted any more.
type InvitationRevoked struct {
	Invitation InvitationID
	Settled    Instant
}

// InviteUser invites an address to an organization, as Administrator or Standard User, until it is accepted, declined or revoked, or expires
// (USR-4). The secret is given this once. Owner or Administrator.
//
// What it gives, and what it refuses, is the same whether the address is a user's or nobody's, but for a member's. One that has expired is no
// obstacle: it is settled as revoked. With Options.InvitationsPerDay an address gets no more than so many within 24 hours in the name of one
// Owner (USR-10).
//
// Errors: CodeID, CodeEmail, CodeRole; CodeNotFound, CodeNotAllowed; CodeMerged, CodeMember, CodeInvitationPending (Error.Pending says which),
// CodeSignUpClosed, CodeOffDomain (the organization invites only addresses on its live domains: USR-5), CodeMailLimit.
func (s *Session) InviteUser(ctx context.Context, org OrganizationID, invitation NewInvitation) (SentInvitation, error) {
	var f form
	f.id(org)
	address := f.email(invitation.Email)
	f.that(invitation.Role <= Administrator, CodeRole)
	draft := InvitationRecord{Kind: InvitationToOrganization, Organization: org, Role: invitation.Role,
		Personal: InvitationPersonal{Email: NewPersonal(invitation.Email), Address: NewPersonal(address)}}
	return update(ctx, s, call{opInviteUser, org.String(), f.err},
		func(r *reads) sending { return s.sending(r, draft) },
		func(f sending, c *changes) (SentInvitation, error) {
			if err := c.authorize(f.standing); err != nil {
				return SentInvitation{}, err
			}
			return decideSend(f, draft, c)
		})
}

// InviteToAccount invites an address to an account, with roles there. Whoever has the address stays pending until they accept, members of the
// managing organization and those who have a role there included (ACC-7). The secret is given this once. The account's Owner or Administrators,
// or the managing organization's.
//
// Errors: CodeID, CodeEmail, CodeRoles; CodeNotFound, CodeNotAllowed; CodeClosed, CodeInvitationPending (Error.Pending says which),
// CodeSignUpClosed, CodeMailLimit.
func (s *Session) InviteToAccount(ctx context.Context, account AccountID, invitation NewAccountInvitation) (SentInvitation, error) {
	var f form
	f.id(account)
	address := f.email(invitation.Email)
	f.that(s.dir.table.assignable(invitation.Roles), CodeRoles)
	draft := InvitationRecord{Kind: InvitationToAccount, Account: account, Roles: invitation.Roles,
		Personal: InvitationPersonal{Email: NewPersonal(invitation.Email), Address: NewPersonal(address)}}
	return update(ctx, s, call{opInviteToAccount, account.String(), f.err},
		func(r *reads) sending { return s.sending(r, draft) },
		func(f sending, c *changes) (SentInvitation, error) {
			if err := c.authorizeAccount(f.account); err != nil {
				return SentInvitation{}, err
			}
			return decideSend(f, draft, c)
		})
}

// AcceptInvitation makes the invitee a member, or gives them the roles on the account (USR-6). Only the user who has the address it was sent to
// may, once, with the secret and the token of the Terms that Invitation showed them.
//
// Everything is decided again: that the organization or account is alive, that the inviter could still send it (else another who can may resend
// it), sign-up policies and limits, and, for an organization, that the invitee is not managed elsewhere (USR-7). Main accounts the invitee owns become
// managed (USR-9). An Owner of organizations brings them all, merged as MRG-1 to 12 say, all or none; one that has no other member and does not meet
// the prerequisites is dissolved instead, its accounts coming along (USR-8). On an account the roles are added to those they have there; Administrator replaces others, and Owner and Administrator stay just that (ACC-7).
//
// Errors: CodeNotFound; CodeSettled (also where the organization or account has ended: that revokes it), CodeExpired, CodeInviter, CodeMember,
// CodeManagedElsewhere, CodeSignUpClosed, CodeMemberLimit, CodeAccountLimit; of an Owner of organizations CodeNoLiveDomain, CodeCandidateDomain,
// CodeOwnerOffDomain, CodeMergeClosed, CodeHIPAADesignated; CodeTermsChanged (Error.Terms has those that hold now).
func (s *Session) AcceptInvitation(ctx context.Context, acceptance Acceptance) (AcceptedInvitation, error) {
	return update(ctx, s, call{row: opAcceptInvitation},
		func(r *reads) acceptanceFacts { return r.acceptanceByActor(acceptance.Secret) },
		func(f acceptanceFacts, c *changes) (AcceptedInvitation, error) {
			return decideAccept(f, acceptance.Terms, c)
		})
}

// ResendInvitation settles an invitation as revoked and sends a new one for the same, with a life and a secret of its own, in the name of whoever
// resends it (USR-10). It takes a pending one, or one that expired less than 29 days ago. Whoever could send it now may.
//
// Errors: CodeID, CodeInput (an account request: ask anew); CodeNotFound (for whoever could not send it, too), CodeNotAllowed; CodeSettled, CodeExpired, CodeMember,
// CodeSignUpClosed, CodeOffDomain, CodeMailLimit.
func (s *Session) ResendInvitation(ctx context.Context, invitation InvitationID) (SentInvitation, error) {
	var f form
	f.id(invitation)
	return update(ctx, s, call{opResendInvitation, invitation.String(), f.err},
		func(r *reads) resending {
			f := resending{invitation: find(r, invitationByID(invitation))}
			if f.invitation != nil {
				f.sending = s.sending(r, *f.invitation)
			}
			return f
		},
		decideResend)
}

// RevokeInvitation makes an invitation one that can't be accepted, a pending or an expired one (USR-10), or an organization's request for an
// account. Revoking a revoked one changes nothing (GEN-6). Whoever could send it now may; a request: whoever could ask.
//
// Errors: CodeID; CodeNotFound (for whoever could not send it, too), CodeNotAllowed; CodeSettled.
func (s *Session) RevokeInvitation(ctx context.Context, invitation InvitationID) error {
	var f form
	f.id(invitation)
	type facts struct {
		invitation *InvitationRecord
		target
	}
	_, err := update(ctx, s, call{opRevokeInvitation, invitation.String(), f.err},
		func(r *reads) (f facts) {
			if f.invitation = find(r, invitationByID(invitation)); f.invitation != nil {
				f.target = r.target(*f.invitation)
			}
			return f
		},
		func(f facts, c *changes) (struct{}, error) {
			return struct{}{}, decideRevokeInvitation(f.invitation, f.target, c)
		})
	return err
}

// Invitations lists an organization's invitations by ID, then those to its accounts by account and ID, in every state or the one asked for
// (GEN-9, GEN-15). Owner, Administrator, Operator, System.
//
// Errors: CodeID, CodeInput (a state that no invitation has), CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) Invitations(ctx context.Context, org OrganizationID, query InvitationQuery) iter.Seq2[Invitation, error] {
	type facts struct {
		standing
		found foundInvitations
	}
	l := listOf("Invitations", org.String(), string(query.State))
	return pages(l, query.After, func(from place, malformed error) (page[Invitation], error) {
		f := query.form(malformed)
		f.id(org)
		return look(ctx, s, call{opInvitations, org.String(), f.err},
			func(r *reads) facts { org := r.shown(org); return facts{r.standing(org), r.invitationsOf(org, from)} },
			func(f facts, c *changes) (page[Invitation], error) {
				if err := c.authorize(f.standing); err != nil {
					return page[Invitation]{}, err
				}
				return c.pageOf(f.found, l, query), nil
			})
	})
}

// AccountInvitations lists the invitations to an account by ID, in every state or the one asked for (GEN-9, GEN-15). The account's Owner or
// Administrators, the managing organization's, Operator, System.
//
// Errors: CodeID, CodeInput (a state that no invitation has), CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) AccountInvitations(ctx context.Context, account AccountID, query InvitationQuery) iter.Seq2[Invitation, error] {
	type facts struct {
		accountStanding
		found foundInvitations
	}
	l := listOf("AccountInvitations", account.String(), string(query.State))
	return pages(l, query.After, func(from place, malformed error) (page[Invitation], error) {
		f := query.form(malformed)
		f.id(account)
		return look(ctx, s, call{opAccountInvitations, account.String(), f.err},
			func(r *reads) facts {
				return facts{r.accountStanding(account), r.invitationsTo(account, from)}
			},
			func(f facts, c *changes) (page[Invitation], error) {
				if err := c.authorizeAccount(f.accountStanding); err != nil {
					return page[Invitation]{}, err
				}
				return c.pageOf(f.found, l, query), nil
			})
	})
}

// Invitation shows what a secret's invitation offers: to the user who has the address it was sent to, with the Terms while it is pending, and to
// System, for signing up (USR-6). To anybody else, Operators included, it is not there, and neither is one that was settled or expired 30 days
// ago. Its State says whether it can still be accepted.
//
// Errors: CodeNotFound.
func (s *Session) Invitation(ctx context.Context, secret Secret) (Offer, error) {
	return look(ctx, s, call{row: opInvitation},
		func(r *reads) acceptanceFacts { return r.acceptanceByActor(secret) }, decideOffer)
}

// DeclineInvitation settles an invitation, a pending or an expired one, as declined (USR-10). The secret alone is enough: any user may, and System
// for a person who is not signed in.
//
// Errors: CodeNotAllowed, CodeNotFound; CodeSettled.
func (s *Session) DeclineInvitation(ctx context.Context, secret Secret) error {
	type facts struct {
		invitation *InvitationRecord
		target
	}
	_, err := update(ctx, s, call{row: opDeclineInvitation},
		func(r *reads) (f facts) {
			if f.invitation = find(r, invitationBySecret(secret.hash())); f.invitation != nil {
				f.target = r.target(*f.invitation)
			}
			return f
		},
		func(f facts, c *changes) (struct{}, error) {
			return struct{}{}, decideDecline(f.invitation, f.target, c)
		})
	return err
}

func (e InvitationSent) apply(w *world) {
	w.create(InvitationRecord{ID: e.Invitation, Kind: e.Kind, Organization: e.Organization, Account: e.Account, Role: e.Role, Roles: e.Roles,
		Inviter: e.Inviter, Charged: e.Charged, State: StatePending, Created: e.Created, Expires: e.Expires})
}

func settle(w *world, id InvitationID, state State, at Instant) {
	edit(w, invitationByID(id), func(i *InvitationRecord) { i.State, i.Settled = state, at })
}

func (e InvitationAccepted) apply(w *world) { settle(w, e.Invitation, StateAccepted, e.Settled) }

func (e InvitationDeclined) apply(w *world) { settle(w, e.Invitation, StateDeclined, e.Settled) }

func (e InvitationRevoked) apply(w *world) { settle(w, e.Invitation, StateRevoked, e.Settled) }

var invitationEvents = []EventData{InvitationSent{}, InvitationAccepted{}, InvitationDeclined{}, InvitationRevoked{}}

// stateAt is the record's state, or StateExpired: from Expires on, that moment included.
func (i InvitationRecord) stateAt(now Instant) State {
	if i.State == StatePending && now >= i.Expires {
		return StateExpired
	}
	return i.State
}

// retained says whether the address may still be read (ORG-11). What may not is as good as gone, whether it was purged yet or not.
func (i InvitationRecord) retained(now Instant) bool {
	return !i.Personal.Address.IsZero() && now < due(i.Settled, i.Expires).add(invitationRetained)
}

func (c *changes) viewInvitation(i InvitationRecord, inviter *UserRecord) Invitation {
	view := Invitation{ID: i.ID, Account: i.Account, Organization: i.Organization, Role: i.Role, Roles: i.Roles, Inviter: i.Inviter.User,
		State: i.stateAt(c.now), Created: i.Created.Time(), Expires: i.Expires.Time(), Settled: i.Settled.Time()}
	if i.retained(c.now) {
		view.Email = i.Personal.Email
	}
	if inviter != nil {
		view.InviterName = inviter.Personal.Name
	}
	return view
}

// target is what an invitation is to, and what somebody is to that.
type target struct {
	kind     InvitationKind
	standing                 // in the organization; of an account's invitation: the record of the managing one alone
	account  accountStanding // of an account's invitation
}

// target asks for what an invitation is to, and what the actor is to that.
func (r *reads) target(i InvitationRecord) target {
	t := target{kind: i.Kind}
	if i.Kind != InvitationToAccount {
		t.standing = r.standing(i.Organization)
		return t
	}
	t.account = r.accountStanding(i.Account)
	if a := t.account.account; a != nil && !a.Organization.IsZero() {
		t.organization = find(r, organizationByID(a.Organization))
	}
	return t
}

// targetAs asks the same for another than the actor.
func (r *reads) targetAs(other Actor, i InvitationRecord) target {
	actor := r.actor
	defer func() { r.actor = actor }()
	r.actor = other
	return r.target(i)
}

func (t target) stream() Stream {
	if t.kind == InvitationToAccount {
		return t.account.account.stream()
	}
	return streamOfOrganization(t.organization.ID)
}

// charged is in whose name invitations are counted: the organization's Owner, or an unmanaged account's (USR-10).
func (t target) charged() UserID {
	if t.organization != nil {
		return t.organization.Owner
	}
	return t.account.account.Owner
}

// alive refuses what has ended.
func (t target) alive() error {
	if t.kind == InvitationToAccount {
		return t.account.open()
	}
	return t.standing.alive()
}

// couldSend says whether whoever the target was asked for could send an invitation to it.
func (c *changes) couldSend(t target) bool {
	if t.kind == InvitationToAccount {
		return c.has(t.account, ManageMembers)
	}
	return t.managesUsers()
}

// sending is what sending an invitation needs to know.
type sending struct {
	target
	sender  *UserRecord
	member  *MembershipRecord  // the invitee's in the organization
	pending *InvitationRecord  // to the same target and address, expired or not
	lately  []InvitationRecord // to the address, within the day
	asked   []RequestRecord    // open requests of the address
	domain  *DomainRecord      // the organization's, of the address
	entry   entry
}

// sending asks for it. Whether the address is a user's makes no difference to how many reads there are and how many lookups each has: where
// there is no user, a membership is asked for that nobody can have (USR-4).
func (s *Session) sending(r *reads, draft InvitationRecord) sending {
	f := sending{target: r.target(draft), sender: find(r, userByID(r.actor.User))}
	address := draft.Personal.Address.Reveal()
	if s.dir.perDay >= 0 {
		f.lately = all(r, invitationsByAddress(address, InvitationID(firstIDAt(r.now.add(-invitationDay)))))
	}
	if draft.Kind == InvitationToAccount {
		f.pending = find(r, pendingAccountInvitation(draft.Account, address))
		f.entry = r.entry(f.target, address)
		return f
	}
	f.entry.coverage = r.coverage(address)
	f.asked = r.openRequests(address)
	f.domain = find(r, domainByName(draft.Organization, emailDomain(address)))
	f.pending = find(r, pendingInvitation(draft.Organization, address))
	invitee := userByAddress(address)
	user := find(r, invitee)
	if user == nil {
		user = &UserRecord{ID: UserID(hashKey(address))}
	}
	if _, answered := r.known[Lookup(invitee)]; answered {
		f.member = find(r, memberOf(draft.Organization, user.ID))
	}
	return f
}

// firstIDAt gives what comes before every ID drawn at an instant or later.
func firstIDAt(t Instant) (first [16]byte) {
	binary.BigEndian.PutUint64(first[:], uint64(max(t, 0))/1000<<16)
	return first
}

// decideSend sends an invitation, the right to being decided before. One that has expired is settled.
func decideSend(f sending, draft InvitationRecord, c *changes) (SentInvitation, error) {
	if err := c.sendable(f); err != nil {
		return SentInvitation{}, err
	}
	if f.pending != nil {
		c.say(InvitationRevoked{f.pending.ID, c.now}, f.stream())
	}
	return c.send(f, draft), nil
}

// resending is an invitation, and what sending it again needs to know.
type resending struct {
	invitation *InvitationRecord // nil: there is none
	sending
}

func decideResend(f resending, c *changes) (SentInvitation, error) {
	if err := c.authorizeSender(f.invitation, f.target); err != nil {
		return SentInvitation{}, err
	}
	switch i := f.invitation; {
	case i.Kind == InvitationOfAccount:
		return SentInvitation{}, CodeInput
	case i.State != StatePending:
		return SentInvitation{}, CodeSettled
	case c.now >= i.Expires.add(invitationResend):
		return SentInvitation{}, CodeExpired
	}
	f.pending = nil // it is the one that is sent again
	if err := c.sendable(f.sending); err != nil {
		return SentInvitation{}, err
	}
	c.say(InvitationRevoked{f.invitation.ID, c.now}, f.stream())
	return c.send(f.sending, *f.invitation), nil
}

func decideRevokeInvitation(i *InvitationRecord, t target, c *changes) error {
	if err := c.authorizeSender(i, t); err != nil {
		return err
	}
	switch i.State {
	case StatePending:
		c.say(InvitationRevoked{i.ID, c.now}, t.stream())
	case StateRevoked:
	default:
		return CodeSettled
	}
	return nil
}

// authorizeSender decides whether the actor may do this operation to an invitation: whoever could send it. No other user sees that it is there
// (GEN-5).
func (c *changes) authorizeSender(i *InvitationRecord, t target) error {
	var err error = CodeNotFound
	if i != nil && t.kind == InvitationToAccount {
		err = c.authorizeAccount(t.account)
	} else if i != nil {
		err = c.authorize(t.standing)
	}
	if err != nil && c.actor.isUser() {
		return CodeNotFound
	}
	return err
}

func decideDecline(i *InvitationRecord, t target, c *changes) error {
	if !c.actor.isUser() {
		if err := c.platform(); err != nil {
			return err
		}
	}
	switch {
	case i == nil || !i.retained(c.now):
		return CodeNotFound
	case i.State != StatePending:
		return CodeSettled
	}
	c.say(InvitationDeclined{i.ID, c.now}, t.stream())
	return nil
}

// sendable refuses what the state forbids: an end, a member, one that is pending (INV-8), too many within a day (USR-10).
func (c *changes) sendable(f sending) error {
	if err := f.alive(); err != nil {
		return err
	}
	if f.member != nil {
		return CodeMember
	}
	if f.pending != nil && f.pending.stateAt(c.now) == StatePending {
		return &Error{Err: CodeInvitationPending, Pending: f.pending.ID}
	}
	if f.entry.closed(f.target, c) {
		return CodeSignUpClosed
	}
	if f.kind == InvitationToOrganization && f.organization.InvitationPolicy == InviteLiveDomains && (f.domain == nil || !f.domain.live(c.now, c.dir.domainLive)) {
		return CodeOffDomain
	}
	made := 0
	for _, i := range f.lately {
		if i.Charged == f.charged() && i.Created > c.now.add(-invitationDay) {
			made++
		}
	}
	if c.dir.perDay >= 0 && made >= c.dir.perDay {
		return CodeMailLimit
	}
	return nil
}

// send makes an invitation that may be sent. One to an organization answers the address's request for it (USR-18).
func (c *changes) send(f sending, draft InvitationRecord) SentInvitation {
	if draft.Kind == InvitationToOrganization {
		c.answer(draft.Organization, f.asked)
	}
	id, secret := InvitationID(c.tape.id()), secretOf(c.tape.secret())
	c.makes(id)
	c.say(InvitationSent{Invitation: id, Kind: draft.Kind, Organization: draft.Organization, Account: draft.Account, Role: draft.Role,
		Roles: draft.Roles, Inviter: c.actor, Charged: f.charged(), Created: c.now, Expires: c.now.add(c.dir.life)}, f.stream())
	edit(c.world, invitationByID(id), func(i *InvitationRecord) {
		i.Personal = InvitationPersonal{Email: draft.Personal.Email, Address: draft.Personal.Address, Secret: secret.hash()}
	})
	return SentInvitation{c.viewInvitation(*get(c.world, invitationByID(id)), f.sender), secret}
}

// entry is what may keep an address out of an organization and its accounts: that its domain is closed there (USR-1).
type entry struct {
	coverage
	member *MembershipRecord // of an account's organization; whoever has the address
	grant  *GrantRecord      // on the account
}

// entry asks for what may keep an address from an account. Whether it is a user's makes no difference to how much is read (USR-4).
func (r *reads) entry(t target, address string) entry {
	e := entry{coverage: r.coverage(address)}
	holder := userByAddress(address)
	user := find(r, holder)
	if user == nil {
		user = &UserRecord{ID: UserID(hashKey(address))}
	}
	if _, answered := r.known[Lookup(holder)]; answered && t.account.account != nil {
		e.grant = find(r, grantOn(t.account.account.ID, user.ID))
		e.member = find(r, memberOf(t.account.account.Organization, user.ID))
	}
	return e
}

// closed says whether it does: members are given roles as ever, and whoever has a role keeps it.
func (e entry) closed(t target, c *changes) bool {
	return t.organization != nil && e.member == nil && e.grant == nil && e.closedTo(t.organization.ID, c)
}

// acceptanceFacts is an invitation that a secret opens, and what accepting it needs to know.
type acceptanceFacts struct {
	invitation *InvitationRecord // nil: no invitation has the secret
	target                       // as the inviter stands to it
	inviter    *UserRecord
	invitee    belongings   // the user alone, where it is to an account; zero: nobody has the address yet
	grant      *GrantRecord // to an account: the invitee's there
	entry      entry
	occupied   occupancy // of the organization
	merger     merger    // of the organizations the invitee owns (USR-8)
}

// acceptance asks for the invitation that a secret opens. A nil invitee is somebody who is yet to sign up: they have nothing.
func (r *reads) acceptance(secret Secret, invitee *UserRecord) acceptanceFacts {
	invitation := find(r, invitationBySecret(secret.hash()))
	if invitation == nil {
		return acceptanceFacts{}
	}
	f := r.accepting(invitation, invitee)
	if f.kind == InvitationToOrganization && !f.invitee.user.ID.IsZero() {
		f.merger = r.acceptedMerger(invitation.Organization, invitee.ID)
	}
	return f
}

// accepting asks for what accepting an invitation needs to know, but for the organizations that the invitee owns.
func (r *reads) accepting(invitation *InvitationRecord, invitee *UserRecord) acceptanceFacts {
	f := acceptanceFacts{invitation: invitation}
	f.inviter = find(r, userByID(f.invitation.Inviter.User))
	f.target = r.targetAs(f.invitation.Inviter, *f.invitation)
	address := f.invitation.Personal.Address.Reveal()
	if f.kind == InvitationToAccount {
		f.entry = r.entry(f.target, address)
	} else {
		f.entry.coverage = r.coverage(address)
		f.occupied = r.occupancy(f.organization)
	}
	switch {
	case invitee == nil && f.kind == InvitationToOrganization:
		f.invitee.asked = r.openRequests(address)
	case invitee == nil || invitee.Personal.Address != f.invitation.Personal.Address:
	case f.invitation.Kind == InvitationToAccount:
		f.invitee.user = *invitee
		f.grant = find(r, grantOn(f.invitation.Account, invitee.ID))
	default:
		f.invitee = r.belongings(invitee)
	}
	return f
}

// acceptanceByActor asks for it where the invitee is the actor, or nobody.
func (r *reads) acceptanceByActor(secret Secret) acceptanceFacts {
	var invitee *UserRecord
	if r.actor.isUser() {
		invitee = find(r, userByID(r.actor.User))
	}
	return r.acceptance(secret, invitee)
}

// acceptable decides whether whoever has an address may accept the invitation now (USR-6). The address is canonical.
func (c *changes) acceptable(f acceptanceFacts, address string) error {
	i := f.invitation
	if i == nil || address == "" || i.Personal.Address.Reveal() != address || !i.retained(c.now) {
		return CodeNotFound
	}
	switch i.stateAt(c.now) {
	case StatePending:
	case StateExpired:
		return CodeExpired
	default:
		return CodeSettled
	}
	if err := f.alive(); err != nil {
		return err
	}
	if f.inviter == nil || f.inviter.State() != StateActive || !c.couldSend(f.target) {
		return CodeInviter
	}
	switch b := f.invitee; {
	case f.entry.closed(f.target, c) && b.membership(i.Organization) == nil:
		return CodeSignUpClosed
	case i.Kind == InvitationToAccount:
		return nil
	case b.membership(i.Organization) != nil:
		return CodeMember
	case b.managedElsewhere(i.Organization):
		return CodeManagedElsewhere
	case b.ownsElsewhere(i.Organization):
		return f.merger.refusal(c)
	}
	return c.room(*f.organization, f.occupied, 1, len(f.invitee.ownedIn(OrganizationID{})))
}

// accept carries out what acceptable allowed: the invitee, there before or made by this operation, becomes a member or gets the roles.
func (c *changes) accept(f acceptanceFacts, invitee UserID) {
	i := f.invitation
	c.say(InvitationAccepted{i.ID, c.now}, f.stream())
	if i.Kind == InvitationToOrganization && len(f.merger.candidates) > 0 {
		f.merger.merge(c, i.Role, i.ID)
		return
	}
	if i.Kind == InvitationToOrganization {
		b := f.invitee
		b.user = *get(c.world, userByID(invitee))
		c.join(i.Organization, b, i.Role, i.ID)
		return
	}
	var had RoleSet
	if f.grant != nil {
		had = f.grant.Roles
	}
	if now := had.grown(i.Roles); now != had {
		c.say(RolesAssigned{i.Account, invitee, now}, f.stream())
	}
}

// grown gives the roles after an invitation with others was accepted (ACC-7).
func (s RoleSet) grown(by RoleSet) RoleSet {
	switch {
	case s.Has(AccountOwner) || s.Has(AccountAdministrator):
		return s
	case by.Has(AccountAdministrator):
		return by
	}
	return s.with(by)
}

// decideOffer shows an invitation to the invitee and to System.
func decideOffer(f acceptanceFacts, c *changes) (Offer, error) {
	i := f.invitation
	if i == nil || !i.retained(c.now) || !c.actor.isSystem() && !f.isFor(c.actor) {
		return Offer{}, CodeNotFound
	}
	offer := Offer{Invitation: c.viewInvitation(*i, f.inviter)}
	if i.Kind == InvitationToAccount {
		offer.AccountName = f.account.account.Personal.Name
	} else {
		offer.OrganizationName = f.organization.Personal.Name
	}
	if c.actor.isUser() && i.stateAt(c.now) == StatePending {
		offer.Terms = new(f.terms(c))
	}
	return offer, nil
}

// isFor says whether an actor is the user who has the address the invitation was sent to.
func (f acceptanceFacts) isFor(actor Actor) bool {
	return actor.isUser() && f.invitee.user.ID == actor.User && f.invitee.user.Personal.Address == f.invitation.Personal.Address
}

func decideAccept(f acceptanceFacts, agreed TermsToken, c *changes) (AcceptedInvitation, error) {
	if err := c.acceptable(f, f.invitee.user.Personal.Address.Reveal()); err != nil {
		return AcceptedInvitation{}, err
	}
	terms := f.terms(c)
	if agreed != terms.Token {
		return AcceptedInvitation{}, &Error{Err: CodeTermsChanged, Terms: &terms}
	}
	c.accept(f, c.actor.User)
	accepted := AcceptedInvitation{Invitation: c.viewInvitation(*get(c.world, invitationByID(f.invitation.ID)), f.inviter)}
	for _, a := range terms.Accounts {
		accepted.Accounts = append(accepted.Accounts, a.ID)
	}
	for _, o := range terms.Merged {
		accepted.Merged = append(accepted.Merged, o.ID)
	}
	for _, o := range terms.Dissolved {
		accepted.Dissolved = append(accepted.Dissolved, o.ID)
	}
	if f.kind == InvitationToAccount {
		accepted.Granted = get(c.world, grantOn(f.invitation.Account, c.actor.User)).Roles
	}
	return accepted, nil
}

// terms are what accepting would bring along now.
func (f acceptanceFacts) terms(c *changes) (t Terms) {
	if f.kind == InvitationToAccount {
		return t
	}
	for _, owned := range f.invitee.ownedIn(OrganizationID{}) {
		t.Accounts = append(t.Accounts, TermsAccount{owned.main.ID, owned.main.Personal.Name})
	}
	for _, candidate := range f.merger.candidates {
		o := TermsOrganization{candidate.organization.ID, candidate.organization.Personal.Name}
		if f.merger.dissolves(candidate, c) {
			t.Dissolved = append(t.Dissolved, o)
		} else {
			t.Merged = append(t.Merged, o)
		}
	}
	t.Token = t.token(f.invitation.ID)
	return t
}

// token is the digest of the Terms of one invitation; empty: it brings nothing along.
func (t Terms) token(invitation InvitationID) TermsToken {
	if len(t.Accounts)+len(t.Merged)+len(t.Dissolved) == 0 {
		return ""
	}
	b := appendPart([]byte("tenancy terms 1"), invitation[:])
	for _, organizations := range [][]TermsOrganization{t.Merged, t.Dissolved} {
		var ids []byte
		for _, o := range organizations {
			ids = append(ids, o.ID[:]...)
		}
		b = appendPart(b, ids)
	}
	for _, a := range t.Accounts {
		b = append(b, a.ID[:]...)
	}
	sum := sha256.Sum256(b)
	return TermsToken(base64.RawURLEncoding.EncodeToString(sum[:]))
}

// form begins the check of a query.
func (q InvitationQuery) form(malformed error) form {
	f := form{malformed}
	f.that(slices.Contains([]State{"", StatePending, StateExpired, StateAccepted, StateDeclined, StateRevoked}, q.State), CodeInput)
	return f
}

// foundInvitations is a page of a list of invitations before it is looked at which of them are asked for.
type foundInvitations struct {
	found []foundInvitation
	next  place
	end   bool
}

type foundInvitation struct {
	record  InvitationRecord
	inviter *UserRecord
	at      place
}

// The sections of the list of an organization's invitations: those to itself, then those to its accounts.
const (
	invitationsToOrganization byte = iota
	invitationsToAccounts
)

// accountsAtOnce is how many accounts' invitations a page looks for.
const accountsAtOnce = 20

// invitationsOf asks for a page of the invitations of an organization and its accounts.
func (r *reads) invitationsOf(org OrganizationID, from place) (f foundInvitations) {
	if from.section == invitationsToOrganization {
		f.collect(r, invitationsIn(org, InvitationID(from.key.ID)), from)
		if f.end {
			f.next, f.end = place{section: invitationsToAccounts}, false
		}
		return f
	}
	last := AccountID(from.key.In)
	if a := find(r, accountByID(last)); a != nil && a.Organization == org { // a cursor gives no right, and accounts move
		if f.collect(r, invitationsTo(last, InvitationID(from.key.ID)), from); !f.end {
			return f
		}
	}
	accounts := list(r, accountsIn(org, last), accountsAtOnce)
	for _, a := range accounts {
		f.next = place{section: invitationsToAccounts, key: Key{In: a.ID}}
		if f.collect(r, invitationsTo(a.ID, InvitationID{}), f.next); !f.end {
			return f
		}
	}
	f.end = len(accounts) < accountsAtOnce
	return f
}

// invitationsTo asks for a page of the invitations to an account.
func (r *reads) invitationsTo(account AccountID, from place) (f foundInvitations) {
	f.collect(r, invitationsTo(account, InvitationID(from.key.ID)), from)
	return f
}

// collect adds to a page what comes after a place of one index list, which ends here or goes on after the last one added. Requests for accounts
// are no invitations of people.
func (f *foundInvitations) collect(r *reads, from many[InvitationRecord], at place) {
	records := list(r, from, pageSize)
	room := pageSize - len(f.found)
	f.end = len(records) < pageSize && len(records) <= room
	for _, i := range records[:min(len(records), room)] {
		at.key.ID = i.ID
		f.next = at
		if i.Kind != InvitationOfAccount {
			f.found = append(f.found, foundInvitation{i, find(r, userByID(i.Inviter.User)), at})
		}
	}
}

// pageOf shows of a page those in the state asked for.
func (c *changes) pageOf(f foundInvitations, l listID, query InvitationQuery) page[Invitation] {
	p := page[Invitation]{next: f.next, end: f.end}
	for _, i := range f.found {
		view := c.viewInvitation(i.record, i.inviter)
		if query.State == "" || query.State == view.State {
			view.listed = listed{l, i.at}
			p.items = append(p.items, view)
		}
	}
	return p
}
