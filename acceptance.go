package tenancy

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"slices"
)

// Offer is an invitation with what it offers and whether it could be accepted now.
type Offer struct {
	Invitation
	OrganizationName Personal `json:"organizationName,omitzero"` // the organization's; empty: the invitation is to an account
	AccountName      Personal `json:"accountName,omitzero"`      // the account's; empty: the invitation is to an organization
	Terms            *Terms   `json:"terms,omitzero"`            // nil: the invitation is not pending, or the actor is not the invitee
	// Refusal says why it could not be accepted now (USR-19); "": it could, or it is not
	// pending. The invitee is told what AcceptInvitation would answer, given the Terms'
	// token. Whoever manages what it is to, and an Operator, is told what keeps it from
	// being accepted as if the address were nobody's. System is told what keeps a person
	// without a user from accepting it as they sign up: CodeSecretRefused if the sign-up
	// policy of the address's domain allows no such invitation.
	Refusal Code `json:"refusal,omitzero"`
}

// Terms are what accepting an invitation would bring along. The zero value is nothing.
// They are shown only to the invitee (USR-6).
type Terms struct {
	Merged    []TermsOrganization `json:"merged,omitzero"`    // the invitee's organizations that merge into the one that invites
	Dissolved []TermsOrganization `json:"dissolved,omitzero"` // the invitee's organizations that are dissolved
	Accounts  []TermsAccount      `json:"accounts,omitzero"`  // unmanaged main accounts that become managed, with their subaccounts (USR-9)
	Token     TermsToken          `json:"token,omitzero"`     // for Acceptance; empty: nothing is brought along
}

// TermsToken is a digest of the IDs in Terms as text, so that it can travel through a
// form. Names are not part of it, and neither is what an organization that merges or is
// dissolved holds. It tells what was shown, and gives no right.
type TermsToken string

// TermsOrganization is one of the invitee's organizations.
type TermsOrganization struct {
	ID   OrganizationID `json:"id,omitzero"`
	Name Personal       `json:"name,omitzero"`
	// Groups is how many groups it has. In a merge they go along. If it is dissolved they
	// end, and its accounts, which come along, lose the roles that these groups gave
	// (GRP-4).
	Groups int `json:"groups"`
}

// TermsAccount is one of the invitee's accounts.
type TermsAccount struct {
	ID   AccountID `json:"id,omitzero"`
	Name Personal  `json:"name,omitzero"`
}

// Acceptance is the input of AcceptInvitation. It names the invitation by its secret or
// by its ID, and not by both.
type Acceptance struct {
	Secret     Secret       // zero: Invitation names it
	Invitation InvitationID // zero: Secret names it
	Terms      TermsToken   // the token of the Terms that were agreed to; empty if accepting brings nothing along
}

// Declination is the input of DeclineInvitation. It names the invitation by its secret or
// by its ID, and not by both.
type Declination struct {
	Secret     Secret       // zero: Invitation names it
	Invitation InvitationID // zero: Secret names it
}

// invitationKey names an invitation as its invitee does: by its secret, or else by its
// ID.
type invitationKey struct {
	secret Secret
	id     InvitationID
}

// check refuses a key that names an invitation twice.
func (k invitationKey) check(check *form) { check.that(k.secret.IsZero() || k.id.IsZero(), CodeInput) }

// subject returns the text form of the ID, for errors. A secret is in none.
func (k invitationKey) subject() string {
	if k.id.IsZero() {
		return ""
	}
	return k.id.String()
}

// AcceptedInvitation is what accepting did.
type AcceptedInvitation struct {
	Invitation
	Granted   *Grant           `json:"granted,omitzero"`   // the invitee's roles on the account now (ACC-7, ACC-11); nil: it was to an organization
	Accounts  []AccountID      `json:"accounts,omitzero"`  // the unmanaged main accounts that became managed (USR-9); nil: none
	Merged    []OrganizationID `json:"merged,omitzero"`    // the invitee's organizations that were merged (USR-8); nil: none
	Dissolved []OrganizationID `json:"dissolved,omitzero"` // the invitee's organizations that were dissolved (USR-8), and whose groups ended (GRP-4); nil: none
}

// Invitation returns what a secret's invitation offers. The user who has the address it
// was sent to sees it, with the Terms while it is pending. System sees it too, for
// signing up (USR-6). Its State and Refusal tell whether it can still be accepted. One that
// is not pending shows its state and what it offered, and no names: what the organization,
// the account and the inviter are called now is no longer the invitee's to know (GEN-5).
//
// CodeNotFound for anybody else, Operators included, for one that somebody else accepted,
// who had the address before, and from 30 days after the invitation was settled or expired.
//
// Errors: CodeNotFound.
func (s *Session) Invitation(ctx context.Context, secret Secret) (Offer, error) {
	return look(ctx, s, call{row: opInvitation},
		func(r *reads) invitationFacts { return r.loadInvitation(secret) }, decideInvitation)
}

// invitationFacts is the secret's invitation, if the actor may see it.
type invitationFacts struct {
	own    acceptanceFacts // the invitee's
	signUp signUpFacts     // System's
}

func (r *reads) loadInvitation(secret Secret) (f invitationFacts) {
	key := invitationKey{secret: secret}
	if r.actor.isSystem() {
		if opened := r.opened(key); opened != nil {
			f.signUp = r.signUpOffer(opened)
		}
		return f
	}
	f.own = r.ownOffer(key)
	return f
}

func decideInvitation(f invitationFacts, c *changes) (Offer, error) {
	switch {
	case f.own.invitation != nil:
		return c.viewOwnOffer(f.own), nil
	case f.signUp.acceptance.invitation != nil:
		return f.signUp.viewOffer(c), nil
	}
	return Offer{}, CodeNotFound
}

// AcceptInvitation makes the invitee a member, or gives them the roles on the account
// (USR-6). Only the user who has the address that the invitation was sent to may call
// it, once, by its secret or its ID, and with the token of the Terms that Invitation or
// InvitationsTo showed them.
//
// Everything is decided again:
//
//   - The organization or account is alive, and sign-up policies and limits allow it.
//   - The inviter could still send the invitation; if not, somebody else who can may
//     resend it. What a service account sent merges and dissolves no organizations, so
//     an Owner accepts it only after a person has resent it (USR-20).
//   - If it is to an organization, the invitee is not managed elsewhere (USR-7).
//
// What joining an organization does:
//
//   - Main accounts that the invitee owns become managed (USR-9).
//   - An Owner of organizations brings them all, merged as MRG-1 to 12 say, all or none.
//     One that has no other member and does not meet the prerequisites is dissolved
//     instead, and its accounts come along (USR-8).
//
// On an account the roles are added to those the invitee has there. Administrator
// replaces others, and the Owner and Administrators stay just that (ACC-7). Roles that last
// for a time (Invitation.RolesFor) replace the temporary ones that the invitee has there,
// and change nothing of those without an end (ACC-11).
//
// Errors: CodeInput if both a secret and an ID are given; CodeNotFound, also if neither
// is or the invitation was sent to another address; CodeSettled, also if the
// organization or account has ended, which revokes it, CodeExpired, CodeInviter,
// CodeMember, CodeManagedElsewhere, CodeSignUpClosed, CodeMemberLimit,
// CodeAccountLimit, CodeGroupLimit; for an Owner of organizations CodeNoLiveDomain,
// CodeCandidateDomain, CodeOwnerOffDomain, CodeMergeClosed, CodeHIPAADesignated;
// CodeTermsChanged with the Terms that hold now in Error.Terms;
// CodeOrganizationSuspended, also if the invitee owns a suspended one.
func (s *Session) AcceptInvitation(ctx context.Context, in Acceptance) (AcceptedInvitation, error) {
	var check form
	key := invitationKey{in.Secret, in.Invitation}
	key.check(&check)
	return update(ctx, s, call{opAcceptInvitation, key.subject(), check.err},
		func(r *reads) acceptInvitationFacts { return r.loadAcceptInvitation(key) },
		func(f acceptInvitationFacts, c *changes) (AcceptedInvitation, error) {
			return decideAcceptInvitation(f, in.Terms, c)
		})
}

// acceptInvitationFacts is the invitation, if it is the actor's.
type acceptInvitationFacts struct{ acceptanceFacts }

func (r *reads) loadAcceptInvitation(key invitationKey) acceptInvitationFacts {
	return acceptInvitationFacts{r.ownAcceptance(key)}
}

func decideAcceptInvitation(
	f acceptInvitationFacts, agreed TermsToken, c *changes,
) (AcceptedInvitation, error) {
	if err := c.acceptable(f.acceptanceFacts, f.invitee.user.Personal.Address.Reveal()); err != nil {
		return AcceptedInvitation{}, err
	}
	terms := f.terms(c)
	if agreed != terms.Token {
		return AcceptedInvitation{}, &Error{Err: CodeTermsChanged, Terms: &terms}
	}
	c.accept(f.acceptanceFacts, c.actor.User)
	settled := *get(c.world, invitationByID(f.invitation.ID))
	accepted := AcceptedInvitation{Invitation: c.viewInvitation(settled, f.inviter)}
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
		grant := get(c.world, grantOn(f.invitation.Account, c.actor.User))
		accepted.Granted = new(viewGrant(grant.at(c.now)))
	}
	return accepted, nil
}

// DeclineInvitation settles an invitation, a pending or an expired one, as declined
// (USR-10). The secret alone is enough: any user may call it with the secret, and System
// for a person who is not signed in. By its ID only the user who has the address that the
// invitation was sent to declines it (USR-19).
//
// Errors: CodeInput if both a secret and an ID are given; CodeNotAllowed; CodeNotFound,
// also if neither is, by ID if the invitation was sent to another address, and from 30
// days after it was settled or expired; CodeSettled.
func (s *Session) DeclineInvitation(ctx context.Context, in Declination) error {
	var check form
	key := invitationKey{in.Secret, in.Invitation}
	key.check(&check)
	return change(ctx, s, call{opDeclineInvitation, key.subject(), check.err},
		func(r *reads) declineInvitationFacts { return r.loadDeclineInvitation(key) },
		decideDeclineInvitation)
}

// declineInvitationFacts is the invitation, if the actor may decline it, and its target.
type declineInvitationFacts struct {
	invitation *InvitationRecord // nil: the secret opens none, or the ID is of none to the actor's address
	target
}

// loadDeclineInvitation reads no more for an Operator, who may not decline, than for a
// secret that opens nothing.
func (r *reads) loadDeclineInvitation(key invitationKey) (f declineInvitationFacts) {
	if key.id.IsZero() {
		f.invitation = r.opened(key)
	} else {
		f.invitation, _ = r.own(key)
	}
	if f.invitation != nil && !r.actor.isOperator() {
		f.target = r.target(*f.invitation)
	}
	return f
}

func decideDeclineInvitation(f declineInvitationFacts, c *changes) error {
	if !c.actor.isUser() {
		if err := c.platform(); err != nil {
			return err
		}
	}
	switch {
	case f.invitation == nil:
		return CodeNotFound
	case f.invitation.State != StatePending:
		return CodeSettled
	}
	c.say(InvitationDeclined{f.invitation.ID, c.now}, f.stream())
	return nil
}

// acceptanceFacts is an invitation, and what accepting it needs to know: for the invitee,
// for System who looks at the offer, for a person who signs up with the secret, and for
// the preview of a merge.
type acceptanceFacts struct {
	invitation *InvitationRecord // nil: there is none that the actor may see
	target                       // as the inviter stands to it
	inviter    *UserRecord       // nil: the inviter was deleted, or is no user
	provisions provisions        // of a directory that sent it
	invitee    belongings        // the user alone where it is to an account; zero: nobody has the address yet
	grant      *GrantRecord      // the invitee's on the account; nil: none, or it is to an organization
	entry      entry             // of the address
	merger     merger            // of the organizations that the invitee owns (USR-8); zero: they own none
}

// acceptance loads the invitation that a key names. The invitee is the user who has its
// address, or nil for a person who is yet to sign up and has nothing.
func (r *reads) acceptance(key invitationKey, invitee *UserRecord) acceptanceFacts {
	invitation := r.opened(key)
	if invitation == nil {
		return acceptanceFacts{}
	}
	f := r.accepting(invitation, invitee)
	if f.kind == InvitationToOrganization && invitee != nil {
		f.merger = r.acceptedMerger(invitation.Organization, invitee.ID)
	}
	return f
}

// ownAcceptance loads the invitation that a key names if it was sent to the actor's own
// address.
func (r *reads) ownAcceptance(key invitationKey) acceptanceFacts {
	if _, invitee := r.own(key); invitee != nil {
		return r.acceptance(key, invitee)
	}
	return acceptanceFacts{}
}

// own loads the invitation that a key names, and the actor, if it was sent to the actor's
// own address and nobody else accepted it, who had the address before. To anybody else it
// does not exist (USR-6), and nothing more is read than for a secret that opens nothing
// (GEN-5).
func (r *reads) own(key invitationKey) (*InvitationRecord, *UserRecord) {
	invitation := r.opened(key)
	if !r.actor.isUser() {
		return nil, nil
	}
	invitee := find(r, userByID(r.actor.User))
	if invitation == nil || invitee == nil || !invitation.isFor(invitee.Personal.Address.Reveal()) {
		return nil, nil
	}
	if invitation.State == StateAccepted && invitation.AcceptedBy != invitee.ID {
		return nil, nil
	}
	return invitation, invitee
}

// opened loads the invitation that a key names, or nil if it names none any more. An
// account request has no address, and is no invitation of a person.
func (r *reads) opened(key invitationKey) *InvitationRecord {
	at := invitationBySecret(key.secret.hash())
	if !key.id.IsZero() {
		at = invitationByID(key.id)
	}
	invitation := find(r, at)
	if invitation == nil || !invitation.retained(r.now) {
		return nil
	}
	return invitation
}

// accepting loads what accepting an invitation needs to know, except the organizations
// that the invitee owns. The invitee is the user who has its address, or nil for a
// person who is yet to sign up.
func (r *reads) accepting(invitation *InvitationRecord, invitee *UserRecord) acceptanceFacts {
	address := invitation.Personal.Address.Reveal()
	f := acceptanceFacts{
		invitation: invitation,
		target:     r.targetOf(invitation.Inviter, *invitation),
		inviter:    find(r, userByID(invitation.Inviter.User)),
		provisions: r.provisions(*invitation),
	}
	if f.kind == InvitationToAccount {
		f.entry = r.entry(f.target, address)
		if invitee != nil {
			f.invitee.user = *invitee
			f.grant = find(r, grantOn(invitation.Account, invitee.ID))
			r.needMemberships(invitee.ID)
		}
		return f
	}
	f.entry.coverage = r.coverage(address)
	if invitee == nil {
		f.invitee.asked = r.openRequests(address)
		return f
	}
	f.invitee = r.belongings(invitee)
	f.entry.member = f.invitee.membership(invitation.Organization)
	return f
}

// acceptable decides whether the person who has an address may accept the invitation now
// (USR-6). The address is canonical.
func (c *changes) acceptable(f acceptanceFacts, address string) error {
	i := f.invitation
	if i == nil || !i.isFor(address) || !i.retained(c.now) {
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
	switch {
	case f.organization.isSuspended(): // the invitation waits (ORG-15)
		return CodeOrganizationSuspended
	case !c.couldSend(f):
		return CodeInviter
	case f.entry.closed(f.target, c):
		return CodeSignUpClosed
	case i.Kind == InvitationToAccount:
		return nil
	}
	return c.joinable(f)
}

// joinable decides whether the invitee may become a member of the organization.
func (c *changes) joinable(f acceptanceFacts) error {
	org := f.organization.ID
	switch b := f.invitee; {
	case b.membership(org) != nil:
		return CodeMember
	case b.managedElsewhere(org):
		return CodeManagedElsewhere
	case b.ownsElsewhere(org):
		return f.merger.refusal(c)
	}
	return c.room(f.organization.ID, 1, len(f.invitee.ownedIn(OrganizationID{})))
}

// couldSend reports whether the inviter, active and with the right, could still send the
// invitation.
func (c *changes) couldSend(f acceptanceFacts) bool {
	switch {
	case f.invitation.Inviter.isDirectory():
		return f.provisions.couldSend(c) && len(f.merger.candidates) == 0
	case f.inviter == nil || f.inviter.State() != StateActive:
		return false
	case f.kind == InvitationToAccount:
		oneself := f.inviter.ID == f.invitee.user.ID
		until := f.invitation.rolesUntil(c.now)
		return c.has(f.account, ManageMembers) && c.mayGive(f.account, oneself, until) == nil
	}
	return f.rank.may(ManageUsers) && f.rank.gives(f.invitation.Role) && f.couldMerge(c)
}

// provisions is a directory that sent an invitation, and what it says of the address.
type provisions struct {
	directory *DirectoryRecord   // nil: there is none
	identity  *ProvisionedRecord // nil: it has none of the address
	domain    *DomainRecord      // the organization's, of the address; nil: none
}

// provisions asks for the directory that sent an invitation, if one did.
func (r *reads) provisions(i InvitationRecord) (p provisions) {
	if !i.Inviter.isDirectory() {
		return p
	}
	address := i.Personal.Address.Reveal()
	p.directory = find(r, directoryByID(i.Inviter.Directory))
	p.identity = find(r, provisionedByAddress(i.Inviter.Directory, address))
	p.domain = find(r, domainByName(i.Organization, emailDomain(address)))
	return p
}

// couldSend reports whether the directory could still send it: it lives, has the person
// active and pending, and the address is on a live domain of the organization (PRV-3,
// PRV-4).
func (p provisions) couldSend(c *changes) bool {
	return p.directory != nil && p.directory.Removed == 0 &&
		p.identity != nil && !p.identity.Inactive && p.identity.User.IsZero() &&
		p.domain != nil && p.domain.live(c.now, c.dir.domainLive)
}

// couldMerge reports whether the inviter may bring about that organizations of the invitee's
// merge, if any do (ROLE-9): their members become Standard Users. A service account may not,
// nor that they are dissolved (USR-20).
func (f acceptanceFacts) couldMerge(c *changes) bool {
	if len(f.merger.candidates) > 0 && f.inviter.ServiceAccount {
		return false
	}
	merges := slices.ContainsFunc(f.merger.candidates, func(candidate candidacy) bool {
		return !f.merger.dissolves(candidate, c)
	})
	return !merges || f.rank.imports()
}

// isFor reports whether an invitation was sent to an address. One whose address was
// erased is for nobody.
func (i InvitationRecord) isFor(address string) bool {
	return address != "" && i.Personal.Address.Reveal() == address
}

// retained reports whether the address may still be read (ORG-11). An invitation whose
// address may not is as good as gone, whether it was purged yet or not.
func (i InvitationRecord) retained(now Instant) bool {
	return !kept(i.Personal.Address, due(i.Settled, i.Expires), now).IsZero()
}

// accept carries out what acceptable allowed. The invitee, who existed before or was
// made by this operation, becomes a member or gets the roles.
func (c *changes) accept(f acceptanceFacts, invitee UserID) {
	i := f.invitation
	c.say(InvitationAccepted{i.ID, invitee, c.now}, f.stream())
	switch {
	case i.Kind == InvitationToAccount:
		c.grow(f, invitee)
	case len(f.merger.candidates) > 0:
		f.merger.merge(c, i.Role, i.ID)
	default:
		b := f.invitee
		b.user = *get(c.world, userByID(invitee))
		c.join(i.Organization, b, i.Role, i.ID)
	}
}

// grow gives the invitee the roles on the account, beside those they have (ACC-7).
func (c *changes) grow(f acceptanceFacts, invitee UserID) {
	had := GrantRecord{Account: f.invitation.Account, User: invitee}
	if f.grant != nil {
		had = *f.grant
	}
	c.assign(had, had.grown(f.invitation.Roles, f.invitation.rolesUntil(c.now)), f.stream())
}

// grown returns the grant after an invitation to roles was accepted: ones that last until
// then, or, if that is zero, without an end (ACC-7, ACC-11).
func (g GrantRecord) grown(by RoleSet, until Instant) GrantRecord {
	switch {
	case g.Roles.Has(AccountOwner) || g.Roles.Has(AccountAdministrator):
		return g
	case until != 0 || by.Has(AccountAdministrator):
		return g.assigned(by, until)
	}
	return g.assigned(g.Roles.with(by), 0)
}

// terms returns what accepting would bring along now.
func (f acceptanceFacts) terms(c *changes) (t Terms) {
	if f.kind == InvitationToAccount {
		return t
	}
	for _, owned := range f.invitee.ownedIn(OrganizationID{}) {
		t.Accounts = append(t.Accounts, TermsAccount{owned.main.ID, owned.main.Personal.Name})
	}
	for _, candidate := range f.merger.candidates {
		o := TermsOrganization{
			ID: candidate.organization.ID, Name: candidate.organization.Personal.Name,
			Groups: candidate.organization.Groups,
		}
		if f.merger.dissolves(candidate, c) {
			t.Dissolved = append(t.Dissolved, o)
		} else {
			t.Merged = append(t.Merged, o)
		}
	}
	t.Token = t.token(f.invitation.ID)
	return t
}

// token returns the digest of the Terms of one invitation, or "" if it brings nothing
// along.
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
