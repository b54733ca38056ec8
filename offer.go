package tenancy

import (
	"context"
	"iter"
)

// ListedOffer is an Offer in a list.
type ListedOffer struct {
	Offer
	listed
}

// OfferQuery selects some of the invitations to an address. The zero value selects all.
type OfferQuery struct {
	After Cursor `json:"after,omitzero"` // of an item of the same list; empty: from the start
}

// InvitationsTo lists the pending invitations to a user's address by ID, those to
// organizations and those to accounts, each with what Invitation shows of it and with
// what accepting it would answer (USR-19, GEN-9). The user can accept or decline each by
// its ID. Only the user may call it.
//
// Errors: CodeID, CodeCursor; CodeNotFound about somebody else, CodeNotAllowed for
// Operators and System.
func (s *Session) InvitationsTo(
	ctx context.Context, user UserID, query OfferQuery,
) iter.Seq2[ListedOffer, error] {
	l := listOf("InvitationsTo", user.String())
	return pages(l, query.After, func(from place, malformed error) (page[ListedOffer], error) {
		check := form{malformed}
		check.id(user)
		return look(ctx, s, call{opInvitationsTo, user.String(), check.err},
			func(r *reads) invitationsToFacts { return r.loadInvitationsTo(user, from) },
			func(f invitationsToFacts, c *changes) (page[ListedOffer], error) {
				return decideInvitationsTo(f, l, c)
			})
	})
}

// invitationsToFacts is a page of the invitations to the actor's own address.
type invitationsToFacts struct {
	oneself bool // the list is about the actor
	addressed
	offers []acceptanceFacts
}

func (r *reads) loadInvitationsTo(user UserID, from place) (f invitationsToFacts) {
	if f.oneself = r.actor.isUser() && r.actor.User == user; !f.oneself {
		return f
	}
	record := find(r, userByID(user))
	invitee := r.arriving(record)
	if record == nil {
		return f
	}
	f.addressed = r.addressed(record.Personal.Address.Reveal(), from)
	for i := range f.pending {
		f.offers = append(f.offers, r.offered(&f.pending[i], invitee))
	}
	return f
}

func decideInvitationsTo(f invitationsToFacts, l listID, c *changes) (page[ListedOffer], error) {
	switch {
	case !c.actor.isUser():
		return page[ListedOffer]{}, c.platform()
	case !f.oneself:
		return page[ListedOffer]{}, CodeNotFound
	}
	p := page[ListedOffer]{next: f.next, end: f.end}
	for _, offer := range f.offers {
		at := place{key: Key{ID: offer.invitation.ID}}
		p.items = append(p.items, ListedOffer{c.viewOwnOffer(offer), listedAt(l, at)})
	}
	return p, nil
}

// InvitationsToAddress lists the pending invitations to a proven address whose person has
// not signed up yet, by ID, with what Invitation shows System of each. The host shows
// them to the person, and passes the ID of the one that they choose to SignUp (USR-19,
// GEN-9). Only System may call it.
//
// Errors: CodeEmail, CodeCursor; CodeNotAllowed; CodeEmailTaken if a user has the
// address who is not unclaimed: only they may ask, with InvitationsTo.
func (p *Platform) InvitationsToAddress(
	ctx context.Context, email ProvenEmail, query OfferQuery,
) iter.Seq2[ListedOffer, error] {
	var given form
	address := given.email(email.reveal())
	l := listOf("InvitationsToAddress", address)
	return pages(l, query.After, func(from place, malformed error) (page[ListedOffer], error) {
		check := given
		check.set(malformed)
		return look(ctx, p.Session, call{opInvitationsToAddress, "", check.err},
			func(r *reads) invitationsToAddressFacts { return r.loadInvitationsToAddress(address, from) },
			func(f invitationsToAddressFacts, c *changes) (page[ListedOffer], error) {
				return decideInvitationsToAddress(f, l, c)
			})
	})
}

// invitationsToAddressFacts is a page of the invitations to an address.
type invitationsToAddressFacts struct {
	holder *UserRecord // of the address; nil: nobody has it
	addressed
	offers []signUpFacts
}

func (r *reads) loadInvitationsToAddress(address string, from place) (f invitationsToAddressFacts) {
	if !r.actor.isSystem() {
		return f
	}
	f.holder = find(r, userByAddress(address))
	f.addressed = r.addressed(address, from)
	for i := range f.pending {
		f.offers = append(f.offers, r.signUpOffer(&f.pending[i]))
	}
	return f
}

func decideInvitationsToAddress(
	f invitationsToAddressFacts, l listID, c *changes,
) (page[ListedOffer], error) {
	if err := c.platform(); err != nil {
		return page[ListedOffer]{}, err
	}
	if f.holder != nil && !f.holder.Unclaimed {
		return page[ListedOffer]{}, CodeEmailTaken
	}
	p := page[ListedOffer]{next: f.next, end: f.end}
	for _, offer := range f.offers {
		at := place{key: Key{ID: offer.acceptance.invitation.ID}}
		p.items = append(p.items, ListedOffer{offer.viewOffer(c), listedAt(l, at)})
	}
	return p, nil
}

// InvitationByID returns an invitation, in any state (GEN-21). Those who see it in the
// lists of what it is to see it: whoever has ViewUsers in the organization or the one that
// manages the account, whoever manages the account's members, Operators and System. The user who
// has the address that it was sent to sees it as Invitation shows it, with the Terms,
// until 30 days after it was settled or expired.
//
// Errors: CodeID; CodeNotFound, also for an account request, which is no invitation of a
// person, and to the invitee for one that somebody else accepted, who had the address
// before.
func (s *Session) InvitationByID(ctx context.Context, invitation InvitationID) (Offer, error) {
	var check form
	check.id(invitation)
	return look(ctx, s, call{opInvitationByID, invitation.String(), check.err},
		func(r *reads) invitationByIDFacts { return r.loadInvitationByID(invitation) },
		decideInvitationByID)
}

// invitationByIDFacts is an invitation, and what the actor is to it.
type invitationByIDFacts struct {
	invitation *InvitationRecord // nil: there is none
	target                       // as the actor stands to it
	own        acceptanceFacts   // the actor's, if it was sent to their address
	offered    acceptanceFacts   // as if its address were nobody's
}

func (r *reads) loadInvitationByID(id InvitationID) (f invitationByIDFacts) {
	f.invitation = find(r, invitationByID(id))
	f.own = r.ownOffer(invitationKey{id: id})
	if f.invitation != nil && f.invitation.Kind != InvitationOfAccount {
		f.target = r.target(*f.invitation)
		f.offered = r.offered(f.invitation, belongings{})
	}
	return f
}

func decideInvitationByID(f invitationByIDFacts, c *changes) (Offer, error) {
	if f.invitation == nil || f.invitation.Kind == InvitationOfAccount {
		return Offer{}, CodeNotFound
	}
	sees := !c.actor.isUser() || c.seesInvitation(f.target)
	switch {
	case f.own.invitation != nil && (!sees || f.invitation.stateAt(c.now) == StatePending):
		return c.viewOwnOffer(f.own), nil
	case !sees:
		return Offer{}, CodeNotFound
	}
	return c.viewOffer(f.offered), nil
}

// offersAtOnce is how many invitations to an address a page looks through. Each has facts
// of its own, since each may be to another organization.
const offersAtOnce = 20

// addressed is a part of the invitations to an address.
type addressed struct {
	pending []InvitationRecord
	next    place
	end     bool
}

// addressed asks for the invitations to an address that come after a place, and keeps
// those that are pending.
func (r *reads) addressed(address string, from place) addressed {
	records := list(r, invitationsByAddress(address, InvitationID(from.key.ID)), offersAtOnce)
	a := addressed{end: len(records) < offersAtOnce}
	for _, i := range records {
		a.next = place{key: Key{ID: i.ID}}
		if i.stateAt(r.now) == StatePending {
			a.pending = append(a.pending, i)
		}
	}
	return a
}

// arriving asks for what of a user's decides about an invitation that they would accept,
// and what would come along. It is a part of their belongings: what else they have is
// settled when they accept. A nil user has nothing.
func (r *reads) arriving(user *UserRecord) (b belongings) {
	if user == nil {
		return b
	}
	b.user = *user
	b.memberships = all(r, membershipsOf(user.ID, OrganizationID{}))
	b.owned = r.families(user.ID)
	return b
}

// offered asks for what decides whether an invitation could be accepted: the facts that
// acceptable and terms look at, and not what accepting would settle. Without an invitee
// it is as if the address were nobody's (USR-19).
func (r *reads) offered(i *InvitationRecord, invitee belongings) acceptanceFacts {
	address := i.Personal.Address.Reveal()
	f := acceptanceFacts{
		invitation: i,
		target:     r.targetOf(i.Inviter, *i),
		inviter:    find(r, userByID(i.Inviter.User)),
		provisions: r.provisions(*i),
		invitee:    invitee,
	}
	if f.entry.domain = find(r, verifiedDomain(emailDomain(address))); f.entry.domain != nil {
		f.entry.organization = find(r, organizationByID(f.entry.domain.Organization))
	}
	if f.kind == InvitationToAccount {
		if f.organization != nil {
			f.entry.member = invitee.membership(f.organization.ID)
		}
		f.entry.grant = find(r, grantOn(i.Account, invitee.user.ID))
		return f
	}
	f.entry.member = invitee.membership(i.Organization)
	if invitee.ownsElsewhere(i.Organization) {
		f.merger = r.offeredMerger(i.Organization, invitee.user.ID)
	}
	return f
}

// ownOffer is offered for the invitation that a key names, if it was sent to the actor's
// own address.
func (r *reads) ownOffer(key invitationKey) acceptanceFacts {
	invitation, invitee := r.own(key)
	if invitation == nil {
		return acceptanceFacts{}
	}
	return r.offered(invitation, r.arriving(invitee))
}

// signUpOffer asks for what decides whether a person who signs up could accept an
// invitation to their address in the same step.
func (r *reads) signUpOffer(i *InvitationRecord) signUpFacts {
	return signUpFacts{
		acceptance: r.offered(i, belongings{}),
		coverage:   r.coverage(i.Personal.Address.Reveal()),
	}
}

// viewOffer shows an invitation, what it is to, and what keeps it from being accepted.
func (c *changes) viewOffer(f acceptanceFacts) Offer {
	offer := Offer{Invitation: c.viewInvitation(*f.invitation, f.inviter), Refusal: c.refusalOf(f)}
	if f.kind == InvitationToAccount {
		offer.AccountName = f.account.account.Personal.Name
	} else {
		offer.OrganizationName = kept(f.organization.Personal.Name, f.organization.Ended, c.now)
	}
	return offer
}

// viewOwnOffer is viewOffer for the invitee, with what would come along.
func (c *changes) viewOwnOffer(f acceptanceFacts) Offer {
	offer := c.viewOffer(f)
	if offer.State != StatePending {
		return offer.nameless()
	}
	offer.Terms = new(f.terms(c))
	return offer
}

// viewOffer shows System an invitation that a person may accept as they sign up.
func (f signUpFacts) viewOffer(c *changes) Offer {
	offer := c.viewOffer(f.acceptance)
	if offer.State != StatePending {
		return offer.nameless()
	}
	offer.Refusal = CodeOf(f.refusal(f.acceptance.address(), c))
	return offer
}

// nameless returns an offer that is not pending as the invitee may see it: its state and
// what it offered. What the organization, the account and the inviter are called now is no
// longer theirs to know (GEN-5).
func (o Offer) nameless() Offer {
	o.OrganizationName, o.AccountName, o.InviterName = Personal{}, Personal{}, Personal{}
	return o
}

// refusalOf returns what accepting a pending invitation would be refused with; "": with
// nothing, or it is not pending.
func (c *changes) refusalOf(f acceptanceFacts) Code {
	if f.invitation.stateAt(c.now) != StatePending {
		return ""
	}
	return CodeOf(c.acceptable(f, f.address()))
}

// address returns the canonical address that the invitation was sent to.
func (f acceptanceFacts) address() string { return f.invitation.Personal.Address.Reveal() }
