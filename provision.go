package tenancy

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// ProvisionedIdentity is what a directory says of a person (PRV-2). It has an ID of its
// own, which is not a user's. A directory is not told whether the person is a member yet.
type ProvisionedIdentity struct {
	ID         ProvisionedID        `json:"id,omitzero"`
	Directory  DirectoryID          `json:"directory,omitzero"`
	UserName   Personal             `json:"userName,omitzero"`   // the address, as the directory gave it
	ExternalID Personal             `json:"externalId,omitzero"` // empty: none
	Names      ProvisionedNamesKept `json:"names,omitzero"`
	Attributes Personal             `json:"attributes,omitzero"` // as the directory gave them
	Active     bool                 `json:"active"`              // false: the directory holds the person inactive
	Version    int                  `json:"version"`             // from 1; every change adds one
	Created    time.Time            `json:"created,omitzero"`    //
	Changed    time.Time            `json:"changed,omitzero"`    //
}

// ProvisionedNamesKept are the names of a person as a directory gave them; empty: none.
type ProvisionedNamesKept struct {
	Display   Personal `json:"display,omitzero"`
	Formatted Personal `json:"formatted,omitzero"`
	Given     Personal `json:"given,omitzero"`
	Family    Personal `json:"family,omitzero"`
}

// ProvisionedNames are the names of a person, each of up to 255 characters; "": none. The
// user's name is Display, else Formatted, else Given and Family, else what stands before
// the @ of the address; without what a name may not hold, and cut to 64 characters.
type ProvisionedNames struct {
	Display   string
	Formatted string
	Given     string
	Family    string
}

// NewProvisioned is the input of Provision.
type NewProvisioned struct {
	UserName   string // the address
	ExternalID string // the directory's own ID of the person, up to 255 characters; "": none
	Names      ProvisionedNames
	// Attributes is any text of up to 16 KiB, which is given back as it is and means
	// nothing here. "": none.
	Attributes string
	Active     *bool // false: the person is held inactive; nil: true
}

// Provisioned is what Provision and UpdateProvisioned return.
type Provisioned struct {
	ProvisionedIdentity
	// Invitation is the one that went out, with its secret, which the host mails to its
	// address. The directory is not to see it. Nil: none went out.
	Invitation *SentInvitation `json:"invitation,omitzero"`
}

// Provision adds a person to the directory's (PRV-3). The address must be on a live domain
// of the organization: that is the proof that it is the organization's to give.
//
//   - If nobody has the address, a user is made, and is a member: with the role of the
//     organization's pending invitation for the address if that could be accepted now,
//     else a Standard User. Until SignUp with the address, or ReportSignIn, the user is
//     unclaimed: they can do nothing, own nothing and inherit nothing.
//   - If a member has it, the identity is linked to them.
//   - If anybody else has it, the identity is pending, and an invitation goes out, unless
//     one is pending already, too many went out (USR-10), or the person is inactive. The
//     identity is linked when they become a member.
//
// A person who was removed from the directory comes back the same way, with another
// identity. If nobody has the address and the external ID is that of a removed identity
// whose user is still a member, the new one is linked to that user.
//
// An inactive person is held by the directory, beside what the organization and Operators
// hold (PRV-4). It never holds the Owner.
//
// Errors: CodeActor; CodeEmail, CodeInput; CodeOffDomain if the address is on no domain
// that the organization has verified; CodeDomainLapsed if that is not live;
// CodeIdentityTaken if the directory has the address or the external ID, or another
// directory of the organization keeps the member; CodeSignUpClosed if the domain is closed
// and a member has not the address; CodeMemberLimit, as if the person joined;
// CodeIdentityLimit; CodeTheOwner, CodeSSOAddress and CodeIdentityTaken as
// UpdateProvisioned says, if a removed identity's user would get the address, whether
// nobody has it or somebody outside;
// CodeOrganizationSuspended.
func (p *Provisioner) Provision(ctx context.Context, in NewProvisioned) (Provisioned, error) {
	s := p.session
	var check form
	address := check.provisioned(in)
	return update(ctx, s, call{opProvision, s.actor.Directory.String(), check.err},
		func(r *reads) provisionFacts { return r.loadProvision(in, address) },
		func(f provisionFacts, c *changes) (Provisioned, error) { return decideProvision(f, in, address, c) })
}

// maxAttributes is how many bytes of opaque text an identity has at most.
const maxAttributes = 16 << 10

// provisioned wants what a directory says of a person, and returns the canonical address.
func (f *form) provisioned(in NewProvisioned) string {
	address := f.email(in.UserName)
	f.externalID(in.ExternalID)
	f.names(in.Names)
	f.attributes(in.Attributes)
	return address
}

// names refuses names that are too long, and what no store keeps.
func (f *form) names(in ProvisionedNames) {
	for _, name := range []string{in.Display, in.Formatted, in.Given, in.Family} {
		const most = 255
		f.that(utf8.ValidString(name) && !strings.ContainsRune(name, 0) && utf8.RuneCountInString(name) <= most, CodeInput)
	}
}

// attributes refuses opaque text that is too long, and what no store keeps.
func (f *form) attributes(text string) {
	f.that(len(text) <= maxAttributes && utf8.ValidString(text) && !strings.ContainsRune(text, 0), CodeInput)
}

// provisionFacts is who has the address and the external ID.
type provisionFacts struct {
	provisioning
	claim    addressClaim
	external *ProvisionedRecord // of the directory, which has the external ID; nil: none
	former   formerIdentity     // which had it
}

func (r *reads) loadProvision(in NewProvisioned, address string) provisionFacts {
	f := provisionFacts{provisioning: r.provisioning()}
	if f.directory == nil {
		return f
	}
	f.claim = r.addressClaim(f.provisioning, address)
	if in.ExternalID == "" {
		return f
	}
	f.external = find(r, provisionedByExternalID(f.directory.ID, in.ExternalID))
	removed := all(r, provisionedRemoved(f.directory.ID, in.ExternalID))
	if len(removed) == 0 {
		return f
	}
	last := slices.MaxFunc(removed, func(a, b ProvisionedRecord) int { return cmp.Compare(a.Removed, b.Removed) })
	f.former.user = find(r, userByID(last.User))
	f.former.memberships = all(r, membershipsOf(last.User, OrganizationID{}))
	f.former.identities, f.former.signIn = r.identitiesOf(last.User), r.signIn(last.User)
	r.needRoles(last.User, nil)
	return f
}

func decideProvision(f provisionFacts, in NewProvisioned, address string, c *changes) (Provisioned, error) {
	c.actsOn(f.organization)
	if err := f.claim.provable(f.provisioning, c.now, c.dir.domainLive); err != nil {
		return Provisioned{}, err
	}
	switch {
	case f.claim.taken != nil || f.external != nil || f.claim.keptElsewhere(f.organization.ID):
		return Provisioned{}, CodeIdentityTaken
	case exceeds(f.directory.Identities, 1, c.dir.limitsOf(*f.organization).Identities):
		return Provisioned{}, CodeIdentityLimit
	}
	returns := f.returns()
	if err := f.mayCome(in, returns, c); err != nil {
		return Provisioned{}, err
	}
	made := ProvisionedID(c.tape.id())
	c.makes(made)
	c.say(IdentityProvisioned{made, f.directory.ID, f.organization.ID, c.now, in.inactive()}, f.directory.stream())
	edit(c.world, provisionedByID(made), func(p *ProvisionedRecord) { p.Personal = in.personal(address) })
	if returns && f.claim.holder == nil {
		return f.bringBack(made, in, c)
	}
	return f.claim.settle(f.provisioning, made, in.Names, c)
}

// personal returns what is kept of the input.
func (in NewProvisioned) personal(address string) ProvisionedPersonal {
	return ProvisionedPersonal{
		UserName: NewPersonal(in.UserName), Address: NewPersonal(address), ExternalID: NewPersonal(in.ExternalID),
		Display: NewPersonal(in.Names.Display), Formatted: NewPersonal(in.Names.Formatted),
		Given: NewPersonal(in.Names.Given), Family: NewPersonal(in.Names.Family),
		Attributes: NewPersonal(in.Attributes),
	}
}

// inactive reports whether the person is held inactive.
func (in NewProvisioned) inactive() bool { return in.Active != nil && !*in.Active }

// names returns the names that are kept.
func (p ProvisionedPersonal) names() ProvisionedNames {
	return ProvisionedNames{p.Display.Reveal(), p.Formatted.Reveal(), p.Given.Reveal(), p.Family.Reveal()}
}

// userName returns the user's name that follows from the names, or "" if none does.
func (n ProvisionedNames) userName() string {
	for _, name := range []string{n.Display, n.Formatted, n.Given + " " + n.Family} {
		if name = nameable(name); name != "" {
			return name
		}
	}
	return ""
}

// nameable returns a text as a name: without what a name may not hold, and cut to 64
// characters.
func nameable(text string) string {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unnameable(r) {
			return -1
		}
		return r
	}, text))
	if characters := []rune(text); len(characters) > maxName {
		text = strings.TrimSpace(string(characters[:maxName]))
	}
	return text
}

// addressClaim is an address that a directory gives a person, and who has it.
type addressClaim struct {
	address     string
	coverage                        // of the address
	taken       *ProvisionedRecord  // the directory's own that has it; nil: none
	holder      *UserRecord         // nil: nobody has it
	memberships []MembershipRecord  // the holder's
	identities  []ProvisionedRecord // that are linked to the holder
	own         acceptanceFacts     // of the organization's pending invitation for it; zero: there is none
	asked       []RequestRecord     // open requests of the address to be invited
	sending     sending             // of an invitation to it
}

// addressClaim asks for who has an address.
func (r *reads) addressClaim(p provisioning, address string) addressClaim {
	f := addressClaim{
		address:  address,
		coverage: r.coverage(address),
		taken:    find(r, provisionedByAddress(p.directory.ID, address)),
		holder:   find(r, userByAddress(address)),
		asked:    r.openRequests(address),
		sending:  r.sending(p.draft(address)),
	}
	if f.provable(p, r.now, r.dir.domainLive) != nil {
		return f // it is refused, and what is read does not tell whose it is (GEN-5)
	}
	if f.invitation != nil {
		f.own = r.accepting(f.invitation, nil)
	}
	if f.holder != nil {
		f.memberships = all(r, membershipsOf(f.holder.ID, OrganizationID{}))
		f.identities = r.identitiesOf(f.holder.ID)
		r.needRoles(f.holder.ID, nil)
	}
	return f
}

// draft returns the invitation that goes out to an address.
func (p provisioning) draft(address string) InvitationRecord {
	return InvitationRecord{
		Kind: InvitationToOrganization, Organization: p.directory.Organization, Role: StandardUser,
		Personal: InvitationPersonal{Email: NewPersonal(address), Address: NewPersonal(address)},
	}
}

// provable refuses an address of which the organization has no proof at a time: its domain
// is not a live one of the organization's.
func (f addressClaim) provable(p provisioning, now Instant, live time.Duration) error {
	switch d := f.domain; {
	case d == nil || d.Organization != p.directory.Organization:
		return CodeOffDomain
	case !d.live(now, live):
		return CodeDomainLapsed
	}
	return nil
}

// mayJoin refuses an address whose person, who is no member, may not become one.
func (f addressClaim) mayJoin(org OrganizationID, c *changes) error {
	if f.closedTo(org, c) {
		return CodeSignUpClosed
	}
	return c.room(org, 1, 0)
}

// member returns the holder's membership of an organization, or nil.
func (f addressClaim) member(org OrganizationID) *MembershipRecord {
	return membershipIn(f.memberships, org)
}

// keptElsewhere reports whether an identity of the organization is linked to the holder.
func (f addressClaim) keptElsewhere(org OrganizationID) bool {
	return keeping(f.identities, org) != nil
}

// keeping returns the identity of an organization that is linked to a user, of all that are
// linked to them, or nil.
func keeping(identities []ProvisionedRecord, org OrganizationID) *ProvisionedRecord {
	for _, p := range identities {
		if p.Organization == org && p.Removed == 0 {
			return &p
		}
	}
	return nil
}

// settle links an identity to whoever has its address, makes the user if nobody has it, or
// invites them.
func (f addressClaim) settle(p provisioning, id ProvisionedID, names ProvisionedNames, c *changes) (Provisioned, error) {
	var done Provisioned
	switch member := f.member(p.organization.ID); {
	case member != nil:
		if err := c.link(id, *f.holder, *member, f.identities, nil); err != nil {
			return Provisioned{}, err
		}
	case f.holder == nil:
		f.makeMember(p, id, names, c)
	default:
		done.Invitation = f.invite(p, id, c)
	}
	done.ProvisionedIdentity = c.viewProvisionedNow(id)
	return done, nil
}

// makeMember makes the user of an address that nobody has, who is a member and unclaimed,
// and links the identity.
func (f addressClaim) makeMember(p provisioning, id ProvisionedID, names ProvisionedNames, c *changes) {
	here, user := p.directory.stream(), UserID(c.tape.id())
	identity := *get(c.world, provisionedByID(id))
	c.makes(user)
	c.say(UserProvisioned{user, c.now}, here)
	edit(c.world, userByID(user), func(u *UserRecord) {
		local, _, _ := strings.Cut(f.address, "@")
		u.Personal.Email, u.Personal.Address = identity.Personal.UserName, identity.Personal.Address
		u.Personal.Name = NewPersonal(cmp.Or(names.userName(), nameable(local)))
	})
	c.joinByDomain(user, f.address, f.coverage, f.own, f.asked)
	c.say(IdentityLinked{id, user}, here)
	if identity.Inactive {
		c.say(UserDeactivated{User: user, Directory: true}, here)
	}
}

// invite sends an invitation to the address of a pending identity, unless the person is
// inactive or left, the address is on a live domain no more, one is pending, or too many
// went out (PRV-3, PRV-4).
func (f addressClaim) invite(p provisioning, id ProvisionedID, c *changes) *SentInvitation {
	identity := *get(c.world, provisionedByID(id))
	if identity.Inactive || identity.UserLeft || !identity.User.IsZero() || f.provable(p, c.now, c.dir.domainLive) != nil {
		return nil
	}
	draft := p.draft(f.address)
	draft.Personal.Email = identity.Personal.UserName
	sent, err := c.invite(f.sending, draft)
	if err != nil {
		return nil
	}
	return &sent
}

// ProvisionedUpdate is the input of UpdateProvisioned. Nil leaves what it is of as it is,
// and the zero value changes nothing.
type ProvisionedUpdate struct {
	UserName   *string // the address
	ExternalID *string // "": none
	Names      *ProvisionedNames
	Attributes *string
	Active     *bool
	Version    int // which the identity has; 0: whichever
}

// UpdateProvisioned changes what the directory says of a person (PRV-5). Of a linked user
// the name follows. Their address follows if it was the identity's own before, and nobody
// else has the new one. If somebody outside the organization has it, the identity is
// pending on it, and the user who was linked stays as they are; what else refuses the
// address does so then too, so that the answer does not tell.
//
// Active false is a hold of the directory's own, beside those of the organization and of
// Operators, and true lifts that one alone (PRV-4). Of the Owner the directory's word
// changes nothing here: neither the name follows nor the address (PRV-6).
//
// Setting what is so already changes nothing (GEN-6). While the organization is suspended,
// a hold alone can be set.
//
// Errors: CodeActor; CodeID, CodeEmail, CodeInput; CodeNotFound; CodeVersion if the
// identity has another version now; CodeTheOwner if it is linked to the Owner, and would
// hold them or have another address; CodeOffDomain, CodeDomainLapsed and CodeIdentityTaken
// as Provision says, and, of a pending one, CodeSignUpClosed and CodeMemberLimit;
// CodeIdentityTaken also if the
// user has proven another address since; CodeEmailTaken if another member has the address;
// CodeSSOAddress if single sign-on is required of the user and would not be with the
// address; CodeMemberLimit if lifting the hold takes a seat that is not there;
// CodeOrganizationSuspended.
func (p *Provisioner) UpdateProvisioned(
	ctx context.Context, id ProvisionedID, in ProvisionedUpdate,
) (Provisioned, error) {
	s := p.session
	var check form
	check.id(id)
	address := check.provisionedUpdate(in)
	return update(ctx, s, call{opUpdateProvisioned, id.String(), check.err},
		func(r *reads) updateProvisionedFacts { return r.loadUpdateProvisioned(id, in, address) },
		func(f updateProvisionedFacts, c *changes) (Provisioned, error) {
			return decideUpdateProvisioned(f, in, address, c)
		})
}

// provisionedUpdate wants what a directory changes, and returns the canonical address, or
// "" if it stays.
func (f *form) provisionedUpdate(in ProvisionedUpdate) (address string) {
	f.that(in.Version >= 0, CodeInput)
	if in.UserName != nil {
		address = f.email(*in.UserName)
	}
	if in.ExternalID != nil {
		f.externalID(*in.ExternalID)
	}
	if in.Names != nil {
		f.names(*in.Names)
	}
	if in.Attributes != nil {
		f.attributes(*in.Attributes)
	}
	return address
}

// updateProvisionedFacts is an identity, and who has what it would have.
type updateProvisionedFacts struct {
	linkedIdentity
	claim    addressClaim       // of its address, or of the one that it gets
	external *ProvisionedRecord // of the directory, which has the external ID; nil: none, or it stays
}

func (r *reads) loadUpdateProvisioned(id ProvisionedID, in ProvisionedUpdate, address string) updateProvisionedFacts {
	f := updateProvisionedFacts{linkedIdentity: r.linkedIdentity(id)}
	if f.identity == nil {
		return f
	}
	if address == "" {
		address = f.identity.Personal.Address.Reveal()
	}
	f.claim = r.addressClaim(f.provisioning, address)
	if in.ExternalID != nil && *in.ExternalID != "" {
		f.external = find(r, provisionedByExternalID(f.directory.ID, *in.ExternalID))
	}
	return f
}

func decideUpdateProvisioned(
	f updateProvisionedFacts, in ProvisionedUpdate, address string, c *changes,
) (Provisioned, error) {
	if err := f.there(in.Version); err != nil {
		return Provisioned{}, err
	}
	is := *f.identity
	now := in.applied(is, address)
	moves := now.Personal.Address != is.Personal.Address
	switch {
	case f.isOwners() && (now.Inactive || moves):
		return Provisioned{}, CodeTheOwner
	case now == is && !f.heldOtherwise(in):
		return Provisioned{ProvisionedIdentity: viewProvisioned(is)}, nil
	}
	if !holds(is, now) {
		c.barredBy(f.organization)
	}
	if f.external != nil && f.external.ID != is.ID {
		return Provisioned{}, CodeIdentityTaken
	}
	return f.update(is, now, in, c)
}

// heldOtherwise reports whether the user is held although the directory says that they are
// active, because there was no seat for them as they were linked. Then it lifts that by
// saying so again.
func (f updateProvisionedFacts) heldOtherwise(in ProvisionedUpdate) bool {
	return in.Active != nil && *in.Active && f.user != nil && f.user.InactiveDirectory && !f.isOwners()
}

// holds reports whether a change of an identity is none but that the directory holds the
// person inactive.
func holds(was, now ProvisionedRecord) bool {
	was.Inactive = true
	return was == now
}

// applied returns the identity with what the input gives.
func (in ProvisionedUpdate) applied(p ProvisionedRecord, address string) ProvisionedRecord {
	if in.UserName != nil {
		p.Personal.UserName, p.Personal.Address = NewPersonal(*in.UserName), NewPersonal(address)
	}
	if in.ExternalID != nil {
		p.Personal.ExternalID = NewPersonal(*in.ExternalID)
	}
	if n := in.Names; n != nil {
		p.Personal.Display, p.Personal.Formatted = NewPersonal(n.Display), NewPersonal(n.Formatted)
		p.Personal.Given, p.Personal.Family = NewPersonal(n.Given), NewPersonal(n.Family)
	}
	if in.Attributes != nil {
		p.Personal.Attributes = NewPersonal(*in.Attributes)
	}
	if in.Active != nil {
		p.Inactive = !*in.Active
	}
	return p
}

// update carries out a change of the identity, of which the directory may say so.
func (f updateProvisionedFacts) update(
	was, now ProvisionedRecord, in ProvisionedUpdate, c *changes,
) (Provisioned, error) {
	moves := now.Personal.Address != was.Personal.Address
	if moves {
		if err := f.mayMove(c); err != nil {
			return Provisioned{}, err
		}
	}
	here := f.directory.stream()
	c.say(IdentityUpdated{was.ID, c.now, now.Inactive, was.UserLeft && !moves}, here)
	edit(c.world, provisionedByID(was.ID), func(p *ProvisionedRecord) { p.Personal = now.Personal })
	var done Provisioned
	if err := f.followed(was, now, in.Active != nil, c, &done); err != nil {
		return Provisioned{}, err
	}
	if p := get(c.world, provisionedByID(was.ID)); p.User == was.User && !p.User.IsZero() && !f.isOwners() && in.Names != nil {
		c.nameAfter(p.User, *in.Names, here)
	}
	done.ProvisionedIdentity = c.viewProvisionedNow(was.ID)
	return done, nil
}

// mayMove refuses an address that the identity may not get.
func (f updateProvisionedFacts) mayMove(c *changes) error {
	if err := f.claim.provable(f.provisioning, c.now, c.dir.domainLive); err != nil {
		return err
	}
	org, linked := f.organization.ID, f.user != nil
	member := f.claim.member(org)
	switch {
	case f.claim.taken != nil:
		return CodeIdentityTaken
	case linked && member != nil && f.claim.holder.ID != f.user.ID:
		return CodeEmailTaken
	case !linked && f.claim.keptElsewhere(org):
		return CodeIdentityTaken
	case !linked && member == nil:
		return f.claim.mayJoin(org, c)
	case linked:
		return f.mayFollow(c)
	}
	return nil
}

// mayFollow refuses an address that may not become a linked user's. It does so too where
// somebody outside has it and the user stays as they are: so the answer does not tell
// (PRV-5).
func (f updateProvisionedFacts) mayFollow(c *changes) error {
	theirs := f.user.Personal.Address == f.identity.Personal.Address
	return c.mayReaddress(f.signIn, theirs, f.claim)
}

// followed makes what is here follow what the directory says of a person's address and, if
// it says something of that, of their activity (PRV-4).
func (f updateProvisionedFacts) followed(
	was, now ProvisionedRecord, saysActive bool, c *changes, done *Provisioned,
) error {
	here, moves := f.directory.stream(), now.Personal.Address != was.Personal.Address
	if f.user == nil {
		if moves || now.Inactive {
			f.revokeOwn(c)
		}
		if moves {
			return f.claim.settleAgain(f.linkedIdentity, c, done)
		}
		done.Invitation = f.claim.invite(f.provisioning, was.ID, c)
		return nil
	}
	if saysActive {
		if err := c.mayHold(*f.user, *f.member, now.Inactive); err != nil {
			return err
		}
	}
	if moves && f.claim.holder != nil && f.claim.holder.ID != f.user.ID {
		f.unlink(here, c)
		done.Invitation = f.claim.invite(f.provisioning, was.ID, c)
		return nil
	}
	if moves {
		c.readdress(f.signIn, f.claim, now.Personal.UserName)
	}
	if saysActive {
		return c.hold(*f.user, *f.member, now.Inactive)
	}
	return nil
}

// settleAgain is settle for a pending identity that has another address.
func (f addressClaim) settleAgain(i linkedIdentity, c *changes, done *Provisioned) (err error) {
	id, org := i.identity.ID, i.organization.ID
	names := get(c.world, provisionedByID(id)).Personal.names()
	if member := f.member(org); member != nil {
		return c.link(id, *f.holder, *member, f.identities, i.groups)
	}
	*done, err = f.settle(i.provisioning, id, names, c)
	if user := get(c.world, provisionedByID(id)).User; err == nil && !user.IsZero() {
		i.join(user, c)
	}
	return err
}

// Deprovision removes a person from the directory's: its hold is set, and the identity is
// gone (PRV-7). Nothing else of the user changes: an Administrator decides about their
// roles and accounts. A pending identity ends with the invitation that the directory sent.
//
// Errors: CodeActor; CodeID, CodeInput if the version is negative; CodeNotFound;
// CodeVersion if it is not zero and the identity has another one now; CodeTheOwner.
func (p *Provisioner) Deprovision(ctx context.Context, id ProvisionedID, version int) error {
	s := p.session
	var check form
	check.id(id)
	check.that(version >= 0, CodeInput)
	return change(ctx, s, call{opDeprovision, id.String(), check.err},
		func(r *reads) deprovisionFacts { return r.loadDeprovision(id) },
		func(f deprovisionFacts, c *changes) error { return decideDeprovision(f, version, c) })
}

// deprovisionFacts is the identity that is removed.
type deprovisionFacts struct{ linkedIdentity }

func (r *reads) loadDeprovision(id ProvisionedID) deprovisionFacts {
	return deprovisionFacts{r.linkedIdentity(id)}
}

func decideDeprovision(f deprovisionFacts, version int, c *changes) error {
	if err := f.there(version); err != nil {
		return err
	}
	if f.isOwners() {
		return CodeTheOwner
	}
	here := f.directory.stream()
	if f.user == nil {
		f.revokeOwn(c)
		f.forget(here, c)
		return nil
	}
	if err := c.hold(*f.user, *f.member, true); err != nil {
		return err
	}
	f.leaveGroups(here, c)
	c.say(IdentityRemoved{f.identity.ID, c.now}, here)
	edit(c.world, provisionedByID(f.identity.ID), func(p *ProvisionedRecord) {
		p.Personal = ProvisionedPersonal{Address: p.Personal.Address, ExternalID: p.Personal.ExternalID}
	})
	c.letGo(f.identity.Organization, f.user.ID)
	return nil
}
