package tenancy

import (
	"cmp"
	"context"
	"errors"
)

// NewSignUp is the input of SignUp.
type NewSignUp struct {
	Email        ProvenEmail
	Name         string // the person's; needed
	Organization string // the name of the one they may found; "": "My organization"
	Account      string // the name of the account that comes with it; "": "My account"
	// Secret or Invitation, and not both, names an invitation to accept in one step; both
	// zero: none.
	Secret     Secret
	Invitation InvitationID
}

// SignUpResult says what signing up did.
type SignUpResult string

// The values of SignUpResult.
const (
	// They founded an organization of their own, with an account (ORG-1).
	SignUpFounded SignUpResult = "founded"
	// They joined the organization that has their address's domain: its policy takes
	// everybody. If Accepted is not zero, they have the role of that invitation.
	SignUpJoined SignUpResult = "joined"
	// They accepted the invitation that the input names.
	SignUpAccepted SignUpResult = "accepted"
	// They are in no organization. The one that has their address's domain has a pending
	// invitation for them.
	SignUpMade SignUpResult = "made"
	// They are the user whom a directory of the organization had made (PRV-3).
	SignUpClaimed SignUpResult = "claimed"
)

// SignedUp is what SignUp did.
type SignedUp struct {
	Result       SignUpResult  `json:"result,omitzero"`
	User         User          `json:"user,omitzero"`
	Organization *Organization `json:"organization,omitzero"` // the one they are now a member of; nil: none
	Account      *Account      `json:"account,omitzero"`      // the one that was founded, or that they accepted an invitation to; nil: none
	// Accepted is the invitation that signing up accepted: the one that the input names,
	// or, with SignUpJoined, the one of the organization that they joined (USR-1). Zero:
	// none.
	Accepted InvitationID `json:"accepted,omitzero"`
	// Invitations are those to the address that are still pending, by ID (USR-19); nil:
	// none. InvitationsTo says of each what accepting it would answer.
	Invitations []Invitation `json:"invitations,omitzero"`
}

// SignUp creates a user for a person whom the host has authenticated and whose address
// it has proven (USR-2). If no organization has the address's domain verified, the
// person founds an organization, with an account that they own (ORG-1). If one has,
// its policy decides (USR-1):
//
//   - PolicyInvitationOnly refuses the person, unless the organization has a pending
//     invitation for the address. Then only the user is created, and the invitation is
//     still to be accepted.
//   - PolicyAutomatic makes the person a member of the organization, without an
//     organization or account of their own, while the domain is live. If the organization
//     has a pending invitation for the address that its secret could accept now, that is
//     accepted, and they get its role. Otherwise they become a Standard User.
//     While the organization is suspended, it refuses them (ORG-15).
//   - PolicyClosed lets the person sign up on their own.
//
// If a directory made a user with the address, and the organization still has its domain
// verified, that user is the person's, who claims them: nothing else is made, and no
// invitation is accepted (PRV-3). If it has the domain no more, that user is deleted
// first, and the person signs up as anybody.
//
// With the secret or the ID of a pending invitation to their address, the person accepts
// the invitation in the same step if the policy permits it, and no organization or
// account of their own is created. Signing up with any other secret or ID is refused as
// a whole, with CodeSecretRefused. Other pending invitations to the address stay as they
// are, and the result lists them (USR-19). Only System and Operators may call it.
//
// Errors: CodeEmail, CodeName, CodeInput if both a secret and an ID are given;
// CodeNotAllowed; CodeEmailTaken, CodeSecretRefused, CodeInvitationOnly,
// CodeMemberLimit; CodeOrganizationSuspended if the person would join a suspended one,
// or accept an invitation of its or to its accounts.
func (p *Platform) SignUp(ctx context.Context, in NewSignUp) (SignedUp, error) {
	var check form
	address := check.email(in.Email.reveal())
	in.Name = check.name(in.Name)
	in.Organization = check.name(cmp.Or(in.Organization, "My organization"))
	in.Account = check.name(cmp.Or(in.Account, "My account"))
	key := invitationKey{in.Secret, in.Invitation}
	key.check(&check)
	return update(ctx, p.Session, call{opSignUp, "", check.err},
		func(r *reads) signUpFacts { return r.loadSignUp(address, key) },
		func(f signUpFacts, c *changes) (SignedUp, error) { return decideSignUp(f, in, address, c) })
}

// signUpFacts is what decides how a person signs up.
type signUpFacts struct {
	holder     *UserRecord          // of the address; nil: nobody has it
	unclaimed  belongings           // the holder's, if nobody has claimed them yet
	former     []FormerMemberRecord // what organizations keep of that holder
	accepts    bool                 // the input names an invitation
	acceptance acceptanceFacts      // of that invitation
	coverage                        // of the address
	asked      []RequestRecord      // open requests of the address to be invited
	own        acceptanceFacts      // of the pending invitation of the organization that has the domain; zero: there is none
	sent       []sentInvitation
}

// sentInvitation is an invitation, and who sent it.
type sentInvitation struct {
	invitation InvitationRecord
	inviter    *UserRecord // nil: the inviter was deleted
}

func (r *reads) loadSignUp(address string, key invitationKey) signUpFacts {
	f := signUpFacts{
		holder:   find(r, userByAddress(address)),
		accepts:  key != invitationKey{},
		coverage: r.coverage(address),
		asked:    r.openRequests(address),
	}
	if f.holder != nil && f.holder.Unclaimed {
		f.unclaimed, f.former = r.belongings(f.holder), all(r, formerMembershipsOf(f.holder.ID))
	}
	for _, i := range all(r, invitationsByAddress(address, InvitationID{})) {
		f.sent = append(f.sent, sentInvitation{i, find(r, userByID(i.Inviter.User))})
	}
	if f.domain != nil {
		r.needHead(streamOfOrganization(f.domain.Organization))
	}
	if f.invitation != nil {
		f.own = r.accepting(f.invitation, nil)
	}
	if f.accepts {
		f.acceptance = r.acceptance(key, nil)
	}
	return f
}

func decideSignUp(f signUpFacts, in NewSignUp, address string, c *changes) (SignedUp, error) {
	if err := c.platform(); err != nil {
		return SignedUp{}, err
	}
	switch {
	case f.holder == nil:
	case !f.holder.Unclaimed:
		return SignedUp{}, CodeEmailTaken
	case f.stillTheirs():
		return f.claim(c), nil
	default:
		f.evict(c)
	}
	done, err := f.enter(in, address, c)
	if err != nil {
		return SignedUp{}, err
	}
	done.Invitations = f.stillPending(c)
	return done, nil
}

// stillTheirs reports whether the organization whose directory made the user still has the
// address's domain verified.
func (f signUpFacts) stillTheirs() bool {
	return f.domain != nil && f.unclaimed.membership(f.domain.Organization) != nil
}

// claim makes the user whom a directory made the person's.
func (f signUpFacts) claim(c *changes) SignedUp {
	user := f.holder.ID
	c.say(UserClaimed{user}, streamsOf(user, f.unclaimed.memberships)...)
	return SignedUp{
		Result: SignUpClaimed, User: c.viewUserNow(user), Organization: c.viewTheirs(f.domain.Organization),
		Invitations: f.stillPending(c),
	}
}

// evict deletes the user whom a directory made of an organization that has the address's
// domain no more, and who is nobody's. The invitations to the address stay: they are the
// person's.
func (f signUpFacts) evict(c *changes) {
	theirs, user := f.unclaimed, f.holder.ID
	for _, m := range theirs.memberships {
		c.leave(m.Organization, theirs, UserID{}, false)
	}
	for _, g := range theirs.grants {
		if get(c.world, grantOn(g.Account, user)) != nil {
			c.say(RolesRevoked{g.Account, user}, theirs.account(g.Account).stream())
		}
	}
	c.say(UserDeleted{user}, streamOfUser(user))
	edit(c.world, userByID(user), func(u *UserRecord) { u.Personal = UserPersonal{} })
	for _, m := range f.former {
		remove(c.world, formerMember(m.Organization, user))
	}
}

// enter lets the person in as the invitation that the input names says, or the policy.
func (f signUpFacts) enter(in NewSignUp, address string, c *changes) (SignedUp, error) {
	if f.accepts {
		return f.accept(in, address, c)
	}
	switch f.policy(c) {
	case PolicyInvitationOnly:
		if !f.invited(c.now) {
			return SignedUp{}, CodeInvitationOnly
		}
		return SignedUp{Result: SignUpMade, User: c.person(in, address)}, nil
	case PolicyAutomatic:
		return f.join(in, address, c)
	}
	return c.found(in, address), nil
}

// stillPending returns the invitations to the address that signing up has not settled.
func (f signUpFacts) stillPending(c *changes) (pending []Invitation) {
	for _, s := range f.sent {
		now := *get(c.world, invitationByID(s.invitation.ID))
		if now.stateAt(c.now) == StatePending {
			pending = append(pending, c.viewInvitation(now, s.inviter))
		}
	}
	return pending
}

// join makes the person a member of the organization that has their address's domain. A
// pending invitation of the organization to the address is accepted by that if its secret
// could accept it now, and gives its role; otherwise they become a Standard User (USR-1).
func (f signUpFacts) join(in NewSignUp, address string, c *changes) (SignedUp, error) {
	if f.organization.Suspended {
		return SignedUp{}, CodeOrganizationSuspended
	}
	if err := c.room(f.organization.ID, 1, 0); err != nil {
		return SignedUp{}, err
	}
	org := f.domain.Organization
	user := c.person(in, address, streamOfOrganization(org))
	accepted := c.joinByDomain(user.ID, address, f.coverage, f.own, f.asked)
	return SignedUp{Result: SignUpJoined, User: user, Organization: c.viewTheirs(org), Accepted: accepted}, nil
}

// joinByDomain makes a new user a member of the organization that has their address's
// domain, with the role of its pending invitation if that could be accepted now, and else as
// a Standard User (USR-1). It returns which invitation was accepted by that; zero: none.
func (c *changes) joinByDomain(
	user UserID, address string, cover coverage, own acceptanceFacts, asked []RequestRecord,
) (accepted InvitationID) {
	if own.invitation != nil && c.acceptable(own, address) == nil {
		c.accept(own, user)
		return own.invitation.ID
	}
	b := belongings{user: *get(c.world, userByID(user)), asked: asked}
	if cover.invitation != nil {
		b.invitations = []InvitationRecord{*cover.invitation}
	}
	c.join(cover.domain.Organization, b, StandardUser, InvitationID{})
	return InvitationID{}
}

// accept lets the person accept the invitation that the input names. They have no
// organization and no account of their own.
func (f signUpFacts) accept(in NewSignUp, address string, c *changes) (SignedUp, error) {
	err := f.refusal(address, c)
	switch code := CodeOf(err); {
	case code == CodeMemberLimit || code == CodeOrganizationSuspended:
		return SignedUp{}, code
	case err != nil:
		return SignedUp{}, CodeSecretRefused
	case f.acceptance.kind == InvitationToOrganization:
		return f.acceptMembership(in, address, c), nil
	}
	return f.acceptRoles(in, address, c)
}

// refusal decides whether the person may accept the invitation as they sign up. The
// address is canonical.
func (f signUpFacts) refusal(address string, c *changes) error {
	err := c.acceptable(f.acceptance, address)
	switch {
	case err != nil && !errors.Is(err, CodeMemberLimit) && !errors.Is(err, CodeOrganizationSuspended):
		return err
	case !f.permits(c):
		return CodeSecretRefused
	case err == nil && f.acceptance.kind == InvitationToAccount && f.policy(c) == PolicyAutomatic:
		return c.room(f.organization.ID, 1, 0) // they join the organization first
	}
	return err
}

// permits reports whether the policy of the address's domain lets the person in with
// the invitation, which can be accepted. Any invitation will do if no policy applies or
// the domain is closed. Otherwise it must be the domain's organization's own, and one
// to an account only adds to what lets the person in anyway.
func (f signUpFacts) permits(c *changes) bool {
	policy := f.policy(c)
	if policy != PolicyInvitationOnly && policy != PolicyAutomatic {
		return true
	}
	to := f.acceptance.target
	if to.organization == nil || to.organization.ID != f.domain.Organization {
		return false
	}
	// An invitation to one of its accounts lets the person in only if the policy would
	// let them join anyway.
	joins := policy == PolicyAutomatic || f.invited(c.now)
	return to.kind == InvitationToOrganization || joins
}

// acceptMembership accepts an invitation to an organization.
func (f signUpFacts) acceptMembership(in NewSignUp, address string, c *changes) SignedUp {
	user := c.person(in, address, f.acceptance.stream())
	c.accept(f.acceptance, user.ID)
	org := c.viewTheirs(f.acceptance.target.organization.ID)
	return SignedUp{Result: SignUpAccepted, User: user, Organization: org, Accepted: f.acceptance.invitation.ID}
}

// acceptRoles accepts an invitation to an account. Under PolicyAutomatic the person
// joins the organization first.
func (f signUpFacts) acceptRoles(in NewSignUp, address string, c *changes) (SignedUp, error) {
	var done SignedUp
	if f.policy(c) == PolicyAutomatic {
		var err error
		if done, err = f.join(in, address, c); err != nil {
			return SignedUp{}, err
		}
	} else {
		done.User = c.person(in, address)
	}
	c.accept(f.acceptance, done.User.ID)
	to := accountStanding{account: f.acceptance.account.account, parent: f.acceptance.account.parent}
	done.Result, done.Account = SignUpAccepted, new(c.viewAccount(*to.account, to))
	done.Accepted = f.acceptance.invitation.ID
	return done, nil
}

// found gives the person an organization and an account of their own (ORG-1).
func (c *changes) found(in NewSignUp, address string) SignedUp {
	org := OrganizationID(c.tape.id())
	user := c.person(in, address, streamOfOrganization(org))
	c.makeOrganization(org, in.Organization, belongings{user: *get(c.world, userByID(user.ID))})
	account, _ := c.foundAccount(user.ID, org, in.Account)
	return SignedUp{
		Result:       SignUpFounded,
		User:         user,
		Organization: c.viewTheirs(org),
		Account:      new(c.viewAccount(account, accountStanding{account: &account})),
	}
}

// person creates a user. The streams are those the user will belong to; without any,
// it is the user's own.
func (c *changes) person(in NewSignUp, address string, streams ...Stream) User {
	user := UserID(c.tape.id())
	if len(streams) == 0 {
		streams = []Stream{streamOfUser(user)}
	}
	c.makes(user)
	c.say(UserCreated{user, c.now}, streams...)
	edit(c.world, userByID(user), func(u *UserRecord) {
		u.Personal.Email, u.Personal.Address = Personal(in.Email), NewPersonal(address)
		u.Personal.Name = NewPersonal(in.Name)
	})
	return c.viewUserNow(user)
}

// viewTheirs returns the organization that the person now belongs to, as the host sees
// it now.
func (c *changes) viewTheirs(org OrganizationID) *Organization {
	return new(c.viewOrganizationNow(standing{organization: get(c.world, organizationByID(org))}))
}
