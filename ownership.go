package tenancy

import (
	"context"
	"slices"
)

// PreviousOwner says what becomes of an organization's Owner when there is another one
// (ORG-8).
type PreviousOwner uint8

// The values of PreviousOwner. An Owner of other organizations can only leave.
const (
	PreviousAdministrator PreviousOwner = iota
	PreviousStandardUser
	PreviousLeaves // they lose what a removed user loses, and the new Owner gets their accounts
)

// role returns the previous Owner's role from then on, if they stay.
func (p PreviousOwner) role() OrganizationRole {
	if p == PreviousAdministrator {
		return Administrator
	}
	return StandardUser
}

// NewOwner is the input of TransferOwnership. It names the new Owner by ID or by
// address.
type NewOwner struct {
	User     UserID        // zero: Email names them
	Email    string        // a member's address, in any spelling; "": User names them
	Previous PreviousOwner // zero: the previous Owner becomes Administrator
}

// OwnerReplacement is the input of ReplaceOwner.
type OwnerReplacement struct {
	User      UserID        // the new Owner
	Previous  PreviousOwner // zero: the previous Owner becomes Administrator
	Reference Reference     // of the decision, such as a ticket's number; needed
}

// TransferOwnership makes another active member the Owner (ORG-8). The previous Owner
// becomes Administrator or Standard User, or leaves. One who owns other organizations
// can only leave. Whoever leaves loses what a removed user loses (USR-11), and the
// accounts that they own in the organization pass to the new Owner. Otherwise no account
// changes hands. Only the Owner may call it.
//
// An address names a member of the organization or nobody: any other address is refused
// as CodeNotFound, after the same reads, whether somebody has it or not (GEN-5).
//
// Errors: CodeID, CodeInput if the input does not have exactly one of User and Email,
// or has no such Previous, CodeEmail; CodeNotFound, also if the Owner does not see the
// user named; CodeNotAllowed; CodeMerged; CodeAlreadyOwner; CodeNotMember,
// CodeNotPerson and CodeInactive, all of the user named; CodeOwnsOrganization if the
// previous Owner is to stay but owns another organization.
func (s *Session) TransferOwnership(
	ctx context.Context, org OrganizationID, in NewOwner,
) (Organization, error) {
	var check form
	check.id(org)
	check.that(in.User.IsZero() != (in.Email == ""), CodeInput)
	check.that(in.Previous <= PreviousLeaves, CodeInput)
	var address string
	if in.Email != "" {
		address = check.email(in.Email)
	}
	return update(ctx, s, call{opTransferOwnership, org.String(), check.err},
		func(r *reads) transferOwnershipFacts { return r.loadTransferOwnership(org, in, address) },
		func(f transferOwnershipFacts, c *changes) (Organization, error) {
			return decideTransferOwnership(f, in, c)
		})
}

// transferOwnershipFacts is an organization that its Owner hands over.
type transferOwnershipFacts struct{ succession }

func (r *reads) loadTransferOwnership(org OrganizationID, in NewOwner, address string) transferOwnershipFacts {
	f := transferOwnershipFacts{succession{
		standing: r.standing(org),
		previous: r.predecessor(org, r.actor.User, in.Previous),
	}}
	heir := in.User
	if address == "" {
		f.heir = r.sight(heir)
	} else {
		f.heir = r.sightOfMember(f.standing, org, address)
		heir, _ = r.holderOf(address)
	}
	r.needInherited(f.previous.owned, nil, heir)
	return f
}

// sightOfMember asks for the member of an organization who has an address, as those see
// them who manage its users. Of anybody else it shows nothing. What is asked depends
// neither on whether somebody has the address nor on what they are (GEN-5).
func (r *reads) sightOfMember(st standing, org OrganizationID, address string) sight {
	holder, known := r.holderOf(address)
	if !known {
		return sight{}
	}
	user, member := find(r, userByAddress(address)), find(r, memberOf(org, holder))
	if user == nil || member == nil || st.rank == nil {
		return sight{}
	}
	return sight{
		actor: r.actor, user: user,
		memberships: []MembershipRecord{*member}, ranks: []rank{*st.rank},
	}
}

func decideTransferOwnership(f transferOwnershipFacts, in NewOwner, c *changes) (Organization, error) {
	if err := c.authorize(f.standing); err != nil {
		return Organization{}, err
	}
	switch {
	case !f.heir.there():
		return Organization{}, CodeNotFound
	case f.heir.user.ID == f.organization.Owner:
		return Organization{}, CodeAlreadyOwner
	}
	if err := f.alive(); err != nil {
		return Organization{}, err
	}
	if err := f.heir.inherits(f.organization.ID); err != nil {
		return Organization{}, err
	}
	if f.mustLeave(in.Previous) {
		return Organization{}, CodeOwnsOrganization
	}
	f.succeed(in.Previous, "", c)
	return f.shown(c), nil
}

// ReplaceOwner makes another user the Owner, where an Operator judges that the Owner
// cannot act (ORG-14). The new Owner is an active member, or, where there is no other
// active member, an active user in no organization, who joins with their accounts
// (USR-9). The same becomes of the previous Owner as in TransferOwnership. Only an
// Operator may call it.
//
// Errors: CodeID, CodeInput if there is no such Previous, CodeReference; CodeNotFound,
// also if there is no such user; CodeNotAllowed for System; CodeMerged, CodeEnded;
// CodeAlreadyOwner; CodeNotPerson if the user named is a service account; CodeInactive
// if they are; CodeManagedElsewhere if they are a member of another organization only;
// CodeOtherMember if they are in none, but another member is active; CodeSignUpClosed
// if their domain is closed to them; CodeMemberLimit, CodeAccountLimit;
// CodeOwnsOrganization if the previous Owner is to stay but owns another organization.
func (p *Platform) ReplaceOwner(
	ctx context.Context, org OrganizationID, in OwnerReplacement,
) (Organization, error) {
	var check form
	check.id(org)
	check.id(in.User)
	check.that(in.Previous <= PreviousLeaves, CodeInput)
	check.reference(in.Reference)
	return update(ctx, p.Session, call{opReplaceOwner, org.String(), check.err},
		func(r *reads) replaceOwnerFacts { return r.loadReplaceOwner(org, in) },
		func(f replaceOwnerFacts, c *changes) (Organization, error) { return decideReplaceOwner(f, in, c) })
}

// replaceOwnerFacts is an organization whose Owner an Operator replaces.
type replaceOwnerFacts struct {
	succession
	newcomer belongings   // the new Owner, if they are in no organization
	cover    coverage     // of the newcomer's address
	others   []UserRecord // members who are persons, except the Owner
}

func (r *reads) loadReplaceOwner(org OrganizationID, in OwnerReplacement) replaceOwnerFacts {
	f := replaceOwnerFacts{succession: succession{standing: r.standing(org), heir: r.sight(in.User)}}
	if f.organization == nil {
		return f
	}
	f.previous = r.predecessor(org, f.organization.Owner, in.Previous)
	r.needInherited(f.previous.owned, nil, in.User)
	if f.heir.user == nil || len(f.heir.memberships) > 0 {
		return f
	}
	f.newcomer = r.belongings(f.heir.user)
	f.cover = r.coverage(f.heir.user.Personal.Address.Reveal())
	for _, m := range all(r, membersOf(org, UserID{})) {
		if user := find(r, userByID(m.User)); user != nil && m.Role != Owner && !user.ServiceAccount {
			f.others = append(f.others, *user)
		}
	}
	return f
}

func decideReplaceOwner(f replaceOwnerFacts, in OwnerReplacement, c *changes) (Organization, error) {
	if err := c.authorize(f.standing); err != nil {
		return Organization{}, err
	}
	if !f.heir.there() {
		return Organization{}, CodeNotFound
	}
	if err := f.alive(); err != nil {
		return Organization{}, err
	}
	if err := f.refusal(in, c); err != nil {
		return Organization{}, err
	}
	if f.mustLeave(in.Previous) {
		return Organization{}, CodeOwnsOrganization
	}
	org := f.organization.ID
	if f.heir.membership(org) == nil {
		c.join(org, f.newcomer, Owner, InvitationID{})
	}
	f.succeed(in.Previous, in.Reference, c)
	return f.shown(c), nil
}

// refusal decides whether the user named may become Owner.
func (f replaceOwnerFacts) refusal(in OwnerReplacement, c *changes) error {
	switch o := f.organization; {
	case f.heir.user.ID == o.Owner:
		return CodeAlreadyOwner
	case f.heir.user.ServiceAccount:
		return CodeNotPerson
	case !f.heir.user.acts():
		return CodeInactive
	case f.heir.membership(o.ID) != nil:
		return nil
	case len(f.heir.memberships) > 0:
		return CodeManagedElsewhere
	case f.hasOtherMember():
		return CodeOtherMember
	case f.cover.closedTo(o.ID, c):
		return CodeSignUpClosed
	}
	members := 1
	if in.Previous == PreviousLeaves {
		members = 0 // as many come as leave
	}
	return c.room(f.organization.ID, members, len(f.newcomer.owned))
}

// hasOtherMember reports whether a member except the Owner is active.
func (f replaceOwnerFacts) hasOtherMember() bool {
	return slices.ContainsFunc(f.others, UserRecord.acts)
}

// succession is an organization that gets another Owner.
type succession struct {
	standing            // the actor's
	heir     sight      // the new Owner
	previous belongings // the Owner: their memberships, and all that is theirs if they leave
}

// predecessor asks for an organization's Owner, as far as a succession needs to know.
func (r *reads) predecessor(org OrganizationID, owner UserID, becomes PreviousOwner) belongings {
	need(r, userByID(owner))
	if becomes == PreviousLeaves {
		need(r, formerMember(org, owner))
		return r.belongingsOf(owner)
	}
	return belongings{memberships: all(r, membershipsOf(owner, OrganizationID{}))}
}

// mustLeave reports whether the previous Owner is to stay but may not, since they own
// another organization (INV-5).
func (s succession) mustLeave(previous PreviousOwner) bool {
	return previous != PreviousLeaves && s.previous.ownsElsewhere(s.organization.ID)
}

// succeed makes a member the Owner, who may have joined as such just now, and the
// previous Owner what the input says.
func (s succession) succeed(previous PreviousOwner, reference Reference, c *changes) {
	org, from, to := s.organization.ID, s.organization.Owner, s.heir.user.ID
	here := streamOfOrganization(org)
	c.say(OwnershipTransferred{org, to, reference}, here)
	if get(c.world, memberOf(org, to)).Role != Owner {
		c.say(OrganizationRoleChanged{org, to, Owner}, here)
	}
	if previous == PreviousLeaves {
		c.leave(org, s.previous, to, true)
	} else {
		c.say(OrganizationRoleChanged{org, from, previous.role()}, here)
	}
}

// shown returns the organization as the actor, whose role may be another one, sees it
// now.
func (s succession) shown(c *changes) Organization {
	org := s.organization.ID
	return c.viewOrganizationNow(standing{s.organization, c.dir.rank(get(c.world, memberOf(org, c.actor.User)))})
}

// OwnershipTransferred says that an organization has another Owner.
type OwnershipTransferred struct {
	Organization OrganizationID `json:"organization,omitzero"`
	Owner        UserID         `json:"owner,omitzero"`
	Reference    Reference      `json:"reference,omitzero"` // with ReplaceOwner: why
}

func (e OwnershipTransferred) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) { o.Owner = e.Owner })
}
