package tenancy

import (
	"cmp"
	"context"
	"encoding/binary"
	"time"
)

// Invitation asks a person, by address, into an organization or to an account.
type Invitation struct {
	ID           InvitationID     `json:"id,omitzero"`
	Organization OrganizationID   `json:"organization,omitzero"` // the one it is to; zero: it is to an account
	Account      AccountID        `json:"account,omitzero"`      // the one it is to; zero: it is to an organization
	Email        Personal         `json:"email,omitzero"`        // as it was given; empty from 30 days after it was settled or expired (ORG-11)
	Role         OrganizationRole `json:"role,omitzero"`         // offered in the organization; zero: it is to an account
	Roles        RoleSet          `json:"roles,omitzero"`        // offered on the account; empty: it is to an organization
	RolesFor     Duration         `json:"rolesFor,omitzero"`     // how long Roles last after acceptance (ACC-11); zero: without an end
	Inviter      UserID           `json:"inviter,omitzero"`      // who sent it, or resent it last
	InviterName  Personal         `json:"inviterName,omitzero"`  // empty: the inviter was deleted
	State        State            `json:"state,omitzero"`        // StatePending, StateExpired, StateAccepted, StateDeclined, StateRevoked
	Created      time.Time        `json:"created,omitzero"`
	Expires      time.Time        `json:"expires,omitzero"` // from this moment on it cannot be accepted
	Settled      time.Time        `json:"settled,omitzero"` // when it was accepted, declined or revoked; zero: it was not
}

// SentInvitation is an invitation just made, with its secret, which the host puts into
// the mail. The secret is returned only this once (USR-4).
type SentInvitation struct {
	Invitation
	Secret Secret `json:"secret,omitzero"`
}

// NewInvitation is the input of InviteUser.
type NewInvitation struct {
	Email string
	Role  OrganizationRole // any but Owner, the host's too; zero: StandardUser
}

// NewAccountInvitation is the input of InviteToAccount.
type NewAccountInvitation struct {
	Email string
	Roles RoleSet // AccountAdministrator alone, or any of the others except AccountOwner; not empty
	// For is how long the roles last after acceptance, to the microsecond (ACC-11). It is at
	// least one. Nil: they have no end.
	For *time.Duration
}

// The times of an invitation beside its life (Options.InvitationLife).
const (
	invitationDay    = 24 * time.Hour      // in which Options.InvitationsPerDay are made
	invitationResend = 29 * 24 * time.Hour // after it expired, in which it can be resent
)

// InviteUser invites an address to an organization, as Administrator, as Standard User, or
// with a role of the host's. The invitation is pending until it is accepted, declined or
// revoked, or expires (USR-4). Its secret is returned only this once. The Owner and
// Administrators may call it. Whoever else has ManageUsers invites to roles whose
// permissions are all among their own, and somebody whose organizations merge by it only
// with ManageOrganization, which is looked at when they accept (ROLE-9).
//
// The result, and any refusal, is the same whether the address is a user's or nobody's,
// except for a member's. An expired invitation is no obstacle: it is settled as revoked.
// Options.InvitationsPerDay limits how many invitations an address gets within 24 hours
// in the name of one Owner (USR-10).
//
// Errors: CodeID, CodeEmail, CodeRole if the role is Owner or there is no such role;
// CodeNotFound, CodeNotAllowed, CodeRank if the role may do more than the actor's;
// CodeServiceAccount if the actor is one, and the role is another one than Standard User;
// CodeMerged, CodeMember, CodeInvitationPending with the pending one in Error.Pending,
// CodeSignUpClosed if the organization's policy closes the address's domain (USR-1),
// CodeOffDomain if the organization invites only addresses on its live domains (USR-5),
// CodeMailLimit; CodeOrganizationSuspended.
func (s *Session) InviteUser(
	ctx context.Context, org OrganizationID, in NewInvitation,
) (SentInvitation, error) {
	var check form
	check.id(org)
	address := check.email(in.Email)
	role := cmp.Or(in.Role, StandardUser)
	check.that(role != Owner && s.dir.organizationRules.names(role), CodeRole)
	draft := InvitationRecord{Kind: InvitationToOrganization, Organization: org, Role: role,
		Personal: InvitationPersonal{Email: NewPersonal(in.Email), Address: NewPersonal(address)}}
	return update(ctx, s, call{opInviteUser, org.String(), check.err},
		func(r *reads) inviteUserFacts { return r.loadInviteUser(draft) },
		func(f inviteUserFacts, c *changes) (SentInvitation, error) { return decideInviteUser(f, draft, c) })
}

// inviteUserFacts is what inviting an address to an organization needs to know.
type inviteUserFacts struct{ sending }

func (r *reads) loadInviteUser(draft InvitationRecord) inviteUserFacts {
	return inviteUserFacts{r.sending(draft)}
}

func decideInviteUser(f inviteUserFacts, draft InvitationRecord, c *changes) (SentInvitation, error) {
	if err := c.authorize(f.standing); err != nil {
		return SentInvitation{}, err
	}
	if !f.rank.gives(draft.Role) {
		return SentInvitation{}, CodeRank
	}
	if err := c.offersRank(draft); err != nil {
		return SentInvitation{}, err
	}
	return c.invite(f.sending, draft)
}

// offersRank refuses a service account to invite to an organization with any other role than
// Standard User (USR-20).
func (c *changes) offersRank(i InvitationRecord) error {
	if c.service && i.Kind == InvitationToOrganization && i.Role != StandardUser {
		return CodeServiceAccount
	}
	return nil
}

// InviteToAccount invites an address to an account, with roles on it. The invitation is
// pending until the person accepts it, even if they are a member of the managing
// organization or have a role on the account already (ACC-7). Its secret is returned
// only this once. The Owner and Administrators of the account may call it, and those of
// the organization that manages it. An inviter who manages the account's members only by a
// temporary role invites to temporary roles alone, which would end no later than their own
// if they were accepted now, and not their own address (ACC-11).
//
// CodeSignUpClosed if the managing organization's policy closes the address's domain
// (USR-1). An inviter who sees the organization's users may still invite its members
// and whoever has a role on the account. Any other inviter may invite no address on the
// domain: they would learn who is a member.
//
// Errors: CodeID, CodeEmail, CodeRoles, CodeUntil if For is less than a microsecond;
// CodeNotFound, CodeNotAllowed; CodeOneself and CodeOutlasts for an inviter who has a
// temporary role; CodeClosed, CodeInvitationPending with the pending one in Error.Pending, CodeSignUpClosed,
// CodeMailLimit; CodeOrganizationSuspended.
func (s *Session) InviteToAccount(
	ctx context.Context, account AccountID, in NewAccountInvitation,
) (SentInvitation, error) {
	var check form
	check.id(account)
	address := check.email(in.Email)
	check.that(s.dir.table.assignable(in.Roles), CodeRoles)
	lasting := check.lasting(in.For)
	draft := InvitationRecord{Kind: InvitationToAccount, Account: account, Roles: in.Roles, RolesFor: lasting,
		Personal: InvitationPersonal{Email: NewPersonal(in.Email), Address: NewPersonal(address)}}
	return update(ctx, s, call{opInviteToAccount, account.String(), check.err},
		func(r *reads) inviteToAccountFacts { return r.loadInviteToAccount(draft) },
		func(f inviteToAccountFacts, c *changes) (SentInvitation, error) {
			return decideInviteToAccount(f, draft, c)
		})
}

// inviteToAccountFacts is what inviting an address to an account needs to know.
type inviteToAccountFacts struct{ sending }

func (r *reads) loadInviteToAccount(draft InvitationRecord) inviteToAccountFacts {
	return inviteToAccountFacts{r.sending(draft)}
}

func decideInviteToAccount(f inviteToAccountFacts, draft InvitationRecord, c *changes) (SentInvitation, error) {
	if err := c.authorizeAccount(f.account); err != nil {
		return SentInvitation{}, err
	}
	if err := c.mayOffer(f.sending, draft); err != nil {
		return SentInvitation{}, err
	}
	return c.invite(f.sending, draft)
}

// lasting wants how long roles last. It returns zero for nil: without an end.
func (f *form) lasting(d *time.Duration) Duration {
	if d == nil {
		return 0
	}
	lasting := d.Truncate(time.Microsecond)
	f.that(lasting > 0, CodeUntil)
	return Duration(lasting)
}

// mayOffer decides whether the actor may give the roles of an invitation to an account for
// as long as it says, as if it were accepted now (ACC-11).
func (c *changes) mayOffer(s sending, i InvitationRecord) error {
	oneself := s.sender != nil && i.isFor(s.sender.Personal.Address.Reveal())
	return c.mayGive(s.account, oneself, i.rolesUntil(c.now))
}

// rolesUntil returns when the roles of an invitation end that is accepted at a time; zero:
// they have no end.
func (i InvitationRecord) rolesUntil(accepted Instant) Instant {
	if i.RolesFor == 0 {
		return 0
	}
	return accepted.add(time.Duration(i.RolesFor))
}

// ResendInvitation settles an invitation as revoked and sends a new one for the same
// address and roles, with a life and a secret of its own, in the name of the actor
// (USR-10). It takes a pending invitation, or one that expired less than 29 days ago.
// Whoever could send the invitation now may call it.
//
// Errors: CodeID, CodeInput for an account request, which is asked anew instead;
// CodeNotFound, also for whoever does not see the invitation in a list, CodeNotAllowed;
// CodeRank if the role offered may do more than the actor's, or is one that the host no
// longer names; CodeOneself and CodeOutlasts as InviteToAccount says;
// CodeServiceAccount if the actor is one that may not offer the role; CodeSettled,
// CodeExpired, CodeClosed if the account was closed after the invitation
// expired, CodeMember, CodeSignUpClosed as InviteUser and InviteToAccount say,
// CodeOffDomain, CodeMailLimit; CodeOrganizationSuspended.
func (s *Session) ResendInvitation(ctx context.Context, invitation InvitationID) (SentInvitation, error) {
	var check form
	check.id(invitation)
	return update(ctx, s, call{opResendInvitation, invitation.String(), check.err},
		func(r *reads) resendInvitationFacts { return r.loadResendInvitation(invitation) },
		decideResendInvitation)
}

// resendInvitationFacts is an invitation, and what sending it again needs to know.
type resendInvitationFacts struct {
	invitation *InvitationRecord // nil: there is none
	sending
}

func (r *reads) loadResendInvitation(id InvitationID) resendInvitationFacts {
	f := resendInvitationFacts{invitation: find(r, invitationByID(id))}
	if f.invitation != nil {
		f.sending = r.sending(*f.invitation)
	}
	return f
}

func decideResendInvitation(f resendInvitationFacts, c *changes) (SentInvitation, error) {
	if err := c.authorizeSender(f.invitation, f.target); err != nil {
		return SentInvitation{}, err
	}
	if f.kind == InvitationToOrganization && !f.rank.gives(f.invitation.Role) {
		return SentInvitation{}, CodeRank
	}
	if err := c.offersRank(*f.invitation); err != nil {
		return SentInvitation{}, err
	}
	switch i := f.invitation; {
	case i.Kind == InvitationOfAccount:
		return SentInvitation{}, CodeInput
	case i.Kind == InvitationToAccount && c.mayOffer(f.sending, *i) != nil:
		return SentInvitation{}, c.mayOffer(f.sending, *i)
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

// RevokeInvitation settles an invitation as revoked, so that it cannot be accepted
// (USR-10). It takes a pending or an expired one, and an organization's request for an
// account. Revoking a revoked one changes nothing (GEN-6). Whoever could send the
// invitation now may call it, and, for a request, whoever could ask.
//
// Errors: CodeID; CodeNotFound, also for whoever does not see the invitation in a list,
// CodeNotAllowed, CodeRank if the role offered may do more than the actor's; CodeSettled.
func (s *Session) RevokeInvitation(ctx context.Context, invitation InvitationID) error {
	var check form
	check.id(invitation)
	return change(ctx, s, call{opRevokeInvitation, invitation.String(), check.err},
		func(r *reads) revokeInvitationFacts { return r.loadRevokeInvitation(invitation) },
		decideRevokeInvitation)
}

// revokeInvitationFacts is an invitation, and what the actor is to its target.
type revokeInvitationFacts struct {
	invitation *InvitationRecord // nil: there is none
	target
}

func (r *reads) loadRevokeInvitation(id InvitationID) revokeInvitationFacts {
	f := revokeInvitationFacts{invitation: find(r, invitationByID(id))}
	if f.invitation != nil {
		f.target = r.target(*f.invitation)
	}
	return f
}

func decideRevokeInvitation(f revokeInvitationFacts, c *changes) error {
	if err := c.authorizeSender(f.invitation, f.target); err != nil {
		return err
	}
	if f.kind == InvitationToOrganization && !f.rank.covers(f.invitation.Role) {
		return CodeRank
	}
	switch f.invitation.State {
	case StatePending:
		c.say(InvitationRevoked{f.invitation.ID, c.now}, f.stream())
	case StateRevoked:
	default:
		return CodeSettled
	}
	return nil
}

// authorizeSender decides whether the actor could send an invitation of this kind now. To a
// user who does not see it in a list it does not exist (GEN-5).
func (c *changes) authorizeSender(i *InvitationRecord, t target) error {
	switch {
	case i == nil || c.actor.isUser() && !c.seesInvitation(t):
		return CodeNotFound
	case !c.actor.isUser():
		return c.platform()
	case !c.couldInvite(t):
		return CodeNotAllowed
	}
	c.actsOn(t.organization)
	return nil
}

// seesInvitation reports whether a user sees an invitation, given what they are to its
// target: those who see the organization's users see those to it and to its accounts, those
// who see its accounts what it asks for, and those who manage an account's members those to
// the account.
func (c *changes) seesInvitation(t target) bool {
	alive := t.organization != nil && t.organization.MergedInto.IsZero()
	switch t.kind {
	case InvitationToAccount:
		return c.couldInvite(t) || alive && t.rank.may(ViewUsers)
	case InvitationOfAccount:
		return alive && t.rank.may(ViewAccounts)
	}
	return alive && t.rank.may(ViewUsers)
}

// couldInvite reports whether a user has the permission that invitations of a kind take,
// given what they are to the target.
func (c *changes) couldInvite(t target) bool {
	switch t.kind {
	case InvitationToAccount:
		return c.actor.knows(t.account) && c.has(t.account, ManageMembers)
	case InvitationOfAccount:
		return t.rank.may(ManageAccounts)
	}
	return t.rank.may(ManageUsers)
}

// target is what an invitation is to, and what somebody is to that.
type target struct {
	kind     InvitationKind
	standing                 // in the organization; of an account's invitation: in the one that manages it, if any
	account  accountStanding // of an account's invitation
}

// target loads what an invitation is to, and what the actor is to that.
func (r *reads) target(i InvitationRecord) target {
	t := r.targetOf(r.actor, i)
	if i.Kind == InvitationToAccount {
		t.account = r.accountStanding(i.Account)
	}
	return t
}

// targetOf is target for a given actor, such as the inviter. It does not ask whether
// they know the account as an independent one.
func (r *reads) targetOf(actor Actor, i InvitationRecord) target {
	if i.Kind != InvitationToAccount {
		return target{kind: i.Kind, standing: r.standingOf(actor, i.Organization)}
	}
	t := target{kind: i.Kind, account: r.accountStandingOf(actor, i.Account)}
	if a := t.account.account; a != nil && !a.Organization.IsZero() {
		t.standing = standing{organization: find(r, organizationByID(a.Organization)), rank: t.account.rank}
	}
	return t
}

// stream returns the stream that an invitation's events are appended to.
func (t target) stream() Stream {
	if t.kind == InvitationToAccount {
		return t.account.account.stream()
	}
	return streamOfOrganization(t.organization.ID)
}

// charged returns the user in whose name invitations are counted: the organization's
// Owner, or an unmanaged account's (USR-10).
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

// sending is what sending an invitation needs to know.
type sending struct {
	target                     // as the actor stands to it
	sender  *UserRecord        // the actor
	entry   entry              // of the address
	pending *InvitationRecord  // to the same target and address, expired or not; nil: none
	lately  []InvitationRecord // to the address, made within a day; none where their number has no limit
	asked   []RequestRecord    // open requests of the address; none where it is to an account
	domain  *DomainRecord      // the organization's, of the address; nil: none, or it is to an account
}

// sending loads what sending an invitation needs to know.
func (r *reads) sending(draft InvitationRecord) sending {
	address := draft.Personal.Address.Reveal()
	s := sending{target: r.target(draft), sender: find(r, userByID(r.actor.User))}
	s.entry = r.entry(s.target, address)
	if r.dir.perDay >= 0 {
		s.lately = all(r, invitationsByAddress(address, InvitationID(firstIDAt(r.now.add(-invitationDay)))))
	}
	if draft.Kind == InvitationToAccount {
		s.pending = find(r, pendingAccountInvitation(draft.Account, address))
		return s
	}
	s.pending = find(r, pendingInvitation(draft.Organization, address))
	s.asked = r.openRequests(address)
	s.domain = find(r, domainByName(draft.Organization, emailDomain(address)))
	return s
}

// firstIDAt returns what comes before every ID drawn at an instant or later.
func firstIDAt(t Instant) (first [16]byte) {
	binary.BigEndian.PutUint64(first[:], uint64(max(t, 0))/1000<<16)
	return first
}

// invite sends an invitation to an address, if the state allows it. It settles one to
// the same target that has expired.
func (c *changes) invite(s sending, draft InvitationRecord) (SentInvitation, error) {
	if err := c.sendable(s); err != nil {
		return SentInvitation{}, err
	}
	if s.pending != nil {
		c.say(InvitationRevoked{s.pending.ID, c.now}, s.stream())
	}
	return c.send(s, draft), nil
}

// sendable refuses what the state forbids: what has ended, a member, an address that has
// a pending invitation (INV-8), a closed domain (USR-1), an address off the
// organization's domains (USR-5), too many within a day (USR-10).
func (c *changes) sendable(s sending) error {
	if err := s.alive(); err != nil {
		return err
	}
	if s.kind == InvitationToOrganization && s.entry.member != nil {
		return CodeMember
	}
	if s.pending != nil && s.pending.stateAt(c.now) == StatePending {
		return &Error{Err: CodeInvitationPending, Pending: s.pending.ID}
	}
	switch {
	case s.closed(c):
		return CodeSignUpClosed
	case s.offDomain(c):
		return CodeOffDomain
	case s.exhausted(c):
		return CodeMailLimit
	}
	return nil
}

// closed reports whether the address must not be invited because its domain is closed in
// the organization (USR-1). An inviter who does not see the organization's users gets
// the same answer for every address on the domain: else they would learn who is a
// member.
func (s sending) closed(c *changes) bool {
	if s.rank.may(ViewUsers) {
		return s.entry.closed(s.target, c)
	}
	return s.entry.onClosedDomain(s.target, c)
}

// offDomain reports whether the organization invites only addresses on its live domains,
// and this is none (USR-5).
func (s sending) offDomain(c *changes) bool {
	if s.kind != InvitationToOrganization || s.organization.InvitationPolicy != InviteLiveDomains {
		return false
	}
	return s.domain == nil || !s.domain.live(c.now, c.dir.domainLive)
}

// exhausted reports whether the address got as many invitations within a day, in the
// name of whoever this one is charged to, as it may get (USR-10).
func (s sending) exhausted(c *changes) bool {
	if c.dir.perDay < 0 {
		return false
	}
	made := 0
	for _, i := range s.lately {
		if i.Charged == s.charged() && i.Created > c.now.add(-invitationDay) {
			made++
		}
	}
	return made >= c.dir.perDay
}

// send makes an invitation that may be sent. One to an organization answers the
// address's request for it (USR-18).
func (c *changes) send(s sending, draft InvitationRecord) SentInvitation {
	if draft.Kind == InvitationToOrganization {
		c.answer(draft.Organization, s.asked)
	}
	id, secret := InvitationID(c.tape.id()), secretOf(c.tape.secret())
	c.makes(id)
	c.say(InvitationSent{
		Invitation: id, Kind: draft.Kind, Organization: draft.Organization, Account: draft.Account,
		Role: draft.Role, Roles: draft.Roles, RolesFor: draft.RolesFor, Inviter: c.actor, Charged: s.charged(),
		Created: c.now, Expires: c.now.add(c.dir.life),
	}, s.stream())
	edit(c.world, invitationByID(id), func(i *InvitationRecord) {
		i.Personal = draft.Personal
		i.Personal.Secret = secret.hash()
	})
	return SentInvitation{c.viewInvitation(*get(c.world, invitationByID(id)), s.sender), secret}
}

// entry is what may keep an address out of an organization and its accounts: that the
// organization closes the address's domain, and that nobody inside has the address
// (USR-1).
type entry struct {
	coverage
	member *MembershipRecord // of the organization; whoever has the address
	grant  *GrantRecord      // on the account an invitation is to; whoever has the address
}

// entry loads what may keep an address from the target of an invitation. Whether the
// address is a user's makes no difference to what is asked (USR-4).
func (r *reads) entry(t target, address string) entry {
	e := entry{coverage: r.coverage(address)}
	holder, known := r.holderOf(address)
	if !known {
		return e
	}
	if t.kind != InvitationToAccount && t.organization != nil {
		e.member = find(r, memberOf(t.organization.ID, holder))
	}
	if t.account.account != nil {
		e.grant = find(r, grantOn(t.account.account.ID, holder))
		e.member = find(r, memberOf(t.account.account.Organization, holder))
	}
	return e
}

// holderOf returns the user who has an address, and whether that is known already. Where
// nobody has the address, it returns an ID that no user has, so that what a load asks
// next about its holder it asks in any case. The number of lookups, and the time they
// take, then do not tell whether the address is a user's (USR-4, GEN-5).
func (r *reads) holderOf(address string) (holder UserID, known bool) {
	at := userByAddress(address)
	if user := find(r, at); user != nil {
		return user.ID, true
	}
	return UserID(hashKey(address)), answered(r, at)
}

// onClosedDomain reports whether the target's organization closes the address's domain.
func (e entry) onClosedDomain(t target, c *changes) bool {
	return t.organization != nil && e.closedTo(t.organization.ID, c)
}

// closed reports whether that keeps whoever has the address out: a member is given roles
// as ever, and whoever has a role on the account keeps it.
func (e entry) closed(t target, c *changes) bool {
	return e.member == nil && e.grant == nil && e.onClosedDomain(t, c)
}

// stateAt returns the record's state, or StateExpired for a pending one from its
// Expires on.
func (i InvitationRecord) stateAt(now Instant) State {
	if i.State == StatePending && now >= i.Expires {
		return StateExpired
	}
	return i.State
}

// viewInvitation shows an invitation. A nil inviter was deleted.
func (c *changes) viewInvitation(i InvitationRecord, inviter *UserRecord) Invitation {
	view := Invitation{
		ID:           i.ID,
		Organization: i.Organization,
		Account:      i.Account,
		Email:        kept(i.Personal.Email, due(i.Settled, i.Expires), c.now),
		Role:         i.Role,
		Roles:        i.Roles,
		RolesFor:     i.RolesFor,
		Inviter:      i.Inviter.User,
		State:        i.stateAt(c.now),
		Created:      i.Created.Time(),
		Expires:      i.Expires.Time(),
		Settled:      i.Settled.Time(),
	}
	if inviter != nil {
		view.InviterName = inviter.Personal.Name
	}
	return view
}

// InvitationSent says that an address was invited to an organization or an account
// (InviteUser, InviteToAccount, ResendInvitation), or that an organization asked for an
// account (AddAccount).
type InvitationSent struct {
	Invitation   InvitationID     `json:"invitation,omitzero"`
	Kind         InvitationKind   `json:"kind,omitzero"`
	Organization OrganizationID   `json:"organization,omitzero"` // the one it is to, or that asks; zero: it is to an account
	Account      AccountID        `json:"account,omitzero"`      // the one it is to, or asked for; zero: it is to an organization
	Role         OrganizationRole `json:"role,omitzero"`         // offered in the organization; zero: another kind
	Roles        RoleSet          `json:"roles,omitzero"`        // offered on the account; empty: another kind
	RolesFor     Duration         `json:"rolesFor,omitzero"`     // how long Roles last after acceptance; zero: without an end
	Inviter      Actor            `json:"inviter,omitzero"`
	Charged      UserID           `json:"charged,omitzero"` // the Owner in whose name it is counted, or the unmanaged account's (USR-10)
	Created      Instant          `json:"created,omitzero"`
	Expires      Instant          `json:"expires,omitzero"`
}

// InvitationAccepted says that the invitee accepted, or an account's owner an
// organization's request for it.
type InvitationAccepted struct {
	Invitation InvitationID `json:"invitation,omitzero"`
	User       UserID       `json:"user,omitzero"` // who accepted it
	Settled    Instant      `json:"settled,omitzero"`
}

// InvitationDeclined says that an invitation was declined.
type InvitationDeclined struct {
	Invitation InvitationID `json:"invitation,omitzero"`
	Settled    Instant      `json:"settled,omitzero"`
}

// InvitationRevoked says that an invitation, or a request for an account, can no longer
// be accepted.
type InvitationRevoked struct {
	Invitation InvitationID `json:"invitation,omitzero"`
	Settled    Instant      `json:"settled,omitzero"`
}

func (e InvitationSent) apply(w *world) {
	w.create(InvitationRecord{
		ID: e.Invitation, Kind: e.Kind, Organization: e.Organization, Account: e.Account,
		Role: e.Role, Roles: e.Roles, RolesFor: e.RolesFor, Inviter: e.Inviter, Charged: e.Charged,
		State: StatePending, Created: e.Created, Expires: e.Expires,
	})
}

func (e InvitationAccepted) apply(w *world) {
	settle(w, e.Invitation, StateAccepted, e.Settled)
	edit(w, invitationByID(e.Invitation), func(i *InvitationRecord) { i.AcceptedBy = e.User })
}

func (e InvitationDeclined) apply(w *world) { settle(w, e.Invitation, StateDeclined, e.Settled) }

func (e InvitationRevoked) apply(w *world) { settle(w, e.Invitation, StateRevoked, e.Settled) }

// settle ends an invitation.
func settle(w *world, id InvitationID, state State, at Instant) {
	edit(w, invitationByID(id), func(i *InvitationRecord) { i.State, i.Settled = state, at })
}

var invitationEvents = []EventData{
	InvitationSent{}, InvitationAccepted{}, InvitationDeclined{}, InvitationRevoked{},
}
