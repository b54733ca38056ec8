package tenancy

// linkedIdentity is an identity of the directory that acts, and the user to whom it is
// linked.
type linkedIdentity struct {
	provisioning
	identity *ProvisionedRecord // nil: there is none, or it is another directory's
	groups   []identityGroup    // in which the directory has put it
	user     *UserRecord        // nil: it is pending
	member   *MembershipRecord  // the user's, of the organization
	signIn   signIn             // the user's
	invited  *InvitationRecord  // pending, to a pending identity's address; nil: none
}

// identityGroup is a group in which a directory has put an identity.
type identityGroup struct {
	group  GroupRecord
	inside bool // the identity's user is in it
}

// linkedIdentity asks for an identity of the directory that acts.
func (r *reads) linkedIdentity(id ProvisionedID) linkedIdentity {
	f := linkedIdentity{provisioning: r.provisioning()}
	identity := find(r, provisionedByID(id))
	if identity == nil || f.directory == nil || identity.Directory != f.directory.ID || identity.Removed != 0 {
		return f
	}
	f.identity = identity
	f.groups = r.identityGroups(*identity)
	if identity.User.IsZero() {
		f.invited = find(r, pendingInvitation(identity.Organization, identity.Personal.Address.Reveal()))
		return f
	}
	f.user = find(r, userByID(identity.User))
	f.member = find(r, memberOf(identity.Organization, identity.User))
	f.signIn = r.signIn(identity.User)
	r.needRoles(identity.User, nil)
	return f
}

// identityGroups asks for the groups in which an identity is, and whether its user is in
// them.
func (r *reads) identityGroups(p ProvisionedRecord) (in []identityGroup) {
	for _, m := range all(r, provisionedGroups(p.ID)) {
		if g := find(r, groupByID(m.Group)); g != nil {
			in = append(in, identityGroup{*g, !p.User.IsZero() && find(r, groupMember(g.ID, p.User)) != nil})
		}
	}
	return in
}

// identitiesOf asks for the identities that are linked to a user, removed ones too, and
// leaves out those of directories that have ended.
func (r *reads) identitiesOf(user UserID) []ProvisionedRecord {
	return r.ofLiving(all(r, provisionedOf(user)))
}

// ofLiving returns those identities whose directories live.
func (r *reads) ofLiving(identities []ProvisionedRecord) (living []ProvisionedRecord) {
	for _, p := range identities {
		if d := find(r, directoryByID(p.Directory)); d != nil && d.Removed == 0 {
			living = append(living, p)
		}
	}
	return living
}

// there refuses an identity that is not there, or has another version than the given one;
// 0: whichever.
func (f linkedIdentity) there(version int) error {
	switch {
	case f.identity == nil:
		return CodeNotFound
	case version != 0 && version != f.identity.Version:
		return CodeVersion
	}
	return nil
}

// isOwners reports whether the identity is linked to the Owner (PRV-6).
func (f linkedIdentity) isOwners() bool { return f.member != nil && f.member.Role == Owner }

// revokeOwn revokes the invitation that the directory sent to a pending identity's address.
func (f linkedIdentity) revokeOwn(c *changes) {
	if f.invited != nil && f.invited.Inviter == c.actor {
		c.say(InvitationRevoked{f.invited.ID, c.now}, f.directory.stream())
	}
}

// link links an identity to a member, who has its address. Their name follows (PRV-5). The
// directory's hold is as the identity says, but never on the Owner, of whom nothing follows,
// and for whom it stands as active (PRV-4, PRV-6). The member
// is in the groups in which the directory has put it. What the directory removed of them
// before is forgotten (PRV-7).
func (c *changes) link(
	id ProvisionedID, user UserRecord, member MembershipRecord, theirs []ProvisionedRecord, groups []identityGroup,
) error {
	identity := *get(c.world, provisionedByID(id))
	here := streamOfOrganization(identity.Organization)
	for _, old := range theirs {
		now := get(c.world, provisionedByID(old.ID))
		if now != nil && now.Directory == identity.Directory && now.Removed != 0 {
			c.say(IdentityForgotten{old.ID}, here)
		}
	}
	c.say(IdentityLinked{id, user.ID}, here)
	c.joinGroups(user.ID, groups, here)
	if member.Role != Owner {
		c.nameAfter(user.ID, identity.Personal.names(), here)
		return c.hold(user, member, identity.Inactive)
	}
	if identity.Inactive {
		c.say(IdentityUpdated{Identity: id, Changed: c.now}, here)
	}
	return nil
}

// joinGroups puts a user into the groups in which their identity is.
func (c *changes) joinGroups(user UserID, groups []identityGroup, here Stream) {
	for _, in := range groups {
		if get(c.world, groupMember(in.group.ID, user)) == nil {
			c.say(UsersAddedToGroup{in.group.ID, []UserID{user}}, here)
		}
	}
}

// join puts the user who was made for a pending identity into its groups.
func (f linkedIdentity) join(user UserID, c *changes) {
	c.joinGroups(user, f.groups, f.directory.stream())
}

// hold sets or lifts the directory's hold on a member, who is not the Owner (PRV-4).
func (c *changes) hold(user UserRecord, member MembershipRecord, inactive bool) error {
	here := streamOfOrganization(member.Organization)
	switch err := c.mayHold(user, member, inactive); {
	case err != nil:
		return err
	case member.Role == Owner || user.InactiveDirectory == inactive:
	case inactive:
		c.say(UserDeactivated{User: user.ID, Directory: true}, here)
	default:
		c.say(UserReactivated{User: user.ID, Directory: true}, here)
	}
	return nil
}

// mayHold refuses to lift the directory's hold if there is no seat: that takes one again,
// unless the organization holds the member too (GEN-12).
func (c *changes) mayHold(user UserRecord, member MembershipRecord, inactive bool) error {
	if member.Role == Owner || inactive || !user.InactiveDirectory || user.InactiveOrganization {
		return nil
	}
	return c.room(member.Organization, 1, 0)
}

// unlink parts the identity from its user, who stays as they are but for the groups that
// the directory keeps.
func (f linkedIdentity) unlink(here Stream, c *changes) {
	for _, in := range f.groups {
		if in.inside {
			c.say(UsersRemovedFromGroup{in.group.ID, []UserID{f.user.ID}}, here)
		}
	}
	c.say(IdentityUnlinked{f.identity.ID, false}, here)
	c.letGo(f.identity.Organization, f.user.ID)
}

// leaveGroups takes the identity, and its user, out of the groups of the directory.
func (f linkedIdentity) leaveGroups(here Stream, c *changes) {
	for _, in := range f.groups {
		if in.inside {
			c.say(UsersRemovedFromGroup{in.group.ID, []UserID{f.user.ID}}, here)
		}
		c.say(IdentitiesRemovedFromGroup{in.group.ID, []ProvisionedID{f.identity.ID}, c.now}, here)
	}
}

// forget ends an identity, of which nothing is left.
func (f linkedIdentity) forget(here Stream, c *changes) {
	f.leaveGroups(here, c)
	c.say(IdentityForgotten{f.identity.ID}, here)
}

// mayReaddress refuses an address that may not become a linked user's: theirs was not the
// identity's own before, or it does not keep single sign-on (PRV-5, USR-17).
func (c *changes) mayReaddress(in signIn, theirs bool, claim addressClaim) error {
	switch {
	case in.user.Personal.Address.Reveal() == claim.address:
		return nil
	case !theirs:
		return CodeIdentityTaken
	case !in.requirement().Connection.IsZero() && claim.domain.Connection.IsZero():
		return CodeSSOAddress
	}
	return nil
}

// readdress makes a linked user's address follow that of their identity, which mayReaddress
// allowed.
func (c *changes) readdress(in signIn, claim addressClaim, email Personal) {
	user, address := in.user, NewPersonal(claim.address)
	if user.Personal.Address == address {
		return
	}
	c.say(UserEmailChanged{user.ID}, streamOfOrganization(in.membership.Organization))
	edit(c.world, userByID(user.ID), func(u *UserRecord) {
		u.Personal.Email, u.Personal.Address = email, address
	})
}

// nameAfter makes a linked user's name follow what the directory says. Names from which
// none follows leave it as it is (PRV-2).
func (c *changes) nameAfter(user UserID, names ProvisionedNames, here Stream) {
	name := names.userName()
	if name == "" || get(c.world, userByID(user)).Personal.Name.Reveal() == name {
		return
	}
	c.say(UserUpdated{user}, here)
	edit(c.world, userByID(user), func(u *UserRecord) { u.Personal.Name = NewPersonal(name) })
}

// viewProvisioned shows a directory what it said.
func viewProvisioned(p ProvisionedRecord) ProvisionedIdentity {
	return ProvisionedIdentity{
		ID: p.ID, Directory: p.Directory, UserName: p.Personal.UserName, ExternalID: p.Personal.ExternalID,
		Names: ProvisionedNamesKept{p.Personal.Display, p.Personal.Formatted, p.Personal.Given,
			p.Personal.Family},
		Attributes: p.Personal.Attributes, Active: !p.Inactive, Version: p.Version, Created: p.Created.Time(),
		Changed: p.Changed.Time(),
	}
}

// viewProvisionedNow shows an identity as it is now.
func (c *changes) viewProvisionedNow(id ProvisionedID) ProvisionedIdentity {
	return viewProvisioned(*get(c.world, provisionedByID(id)))
}

// UserProvisioned says that a directory made a user, who is unclaimed (PRV-3).
type UserProvisioned struct {
	User    UserID  `json:"user,omitzero"`
	Created Instant `json:"created,omitzero"`
}

// UserClaimed says that the person signed up whom a directory had made a user.
type UserClaimed struct {
	User UserID `json:"user,omitzero"`
}

// IdentityProvisioned says that a directory has a person.
type IdentityProvisioned struct {
	Identity     ProvisionedID  `json:"identity,omitzero"`
	Directory    DirectoryID    `json:"directory,omitzero"`
	Organization OrganizationID `json:"organization,omitzero"`
	Created      Instant        `json:"created,omitzero"`
	Inactive     bool           `json:"inactive"`
}

// IdentityUpdated says that a directory says something else of a person.
type IdentityUpdated struct {
	Identity ProvisionedID `json:"identity,omitzero"`
	Changed  Instant       `json:"changed,omitzero"`
	Inactive bool          `json:"inactive"`
	Left     bool          `json:"left"` // its user left, and no invitation goes out by itself
}

// IdentityLinked says whose identity it is.
type IdentityLinked struct {
	Identity ProvisionedID `json:"identity,omitzero"`
	User     UserID        `json:"user,omitzero"`
}

// IdentityUnlinked says that an identity is pending: its user left, or somebody outside has
// its address.
type IdentityUnlinked struct {
	Identity ProvisionedID `json:"identity,omitzero"`
	Left     bool          `json:"left"` // its user left: no invitation goes out by itself
}

// IdentityRemoved says that a directory no longer has a person, who is a member still.
type IdentityRemoved struct {
	Identity ProvisionedID `json:"identity,omitzero"`
	Removed  Instant       `json:"removed,omitzero"`
}

// IdentityForgotten says that nothing is left of an identity.
type IdentityForgotten struct {
	Identity ProvisionedID `json:"identity,omitzero"`
}

func (e UserProvisioned) apply(w *world) {
	w.create(UserRecord{ID: e.User, Created: e.Created, Unclaimed: true})
}

func (e UserClaimed) apply(w *world) {
	edit(w, userByID(e.User), func(u *UserRecord) { u.Unclaimed = false })
}

func (e IdentityProvisioned) apply(w *world) {
	w.create(ProvisionedRecord{ID: e.Identity, Directory: e.Directory, Organization: e.Organization,
		Inactive: e.Inactive, Version: 1, Created: e.Created, Changed: e.Created})
}

func (e IdentityUpdated) apply(w *world) {
	edit(w, provisionedByID(e.Identity), func(p *ProvisionedRecord) {
		p.Changed, p.Inactive, p.UserLeft, p.Version = e.Changed, e.Inactive, e.Left, p.Version+1
	})
}

func (e IdentityLinked) apply(w *world) {
	edit(w, provisionedByID(e.Identity), func(p *ProvisionedRecord) { p.User, p.UserLeft = e.User, false })
}

func (e IdentityUnlinked) apply(w *world) {
	edit(w, provisionedByID(e.Identity), func(p *ProvisionedRecord) { p.User, p.UserLeft = UserID{}, e.Left })
}

func (e IdentityRemoved) apply(w *world) {
	edit(w, provisionedByID(e.Identity), func(p *ProvisionedRecord) { p.Removed = e.Removed })
}

func (e IdentityForgotten) apply(w *world) { remove(w, provisionedByID(e.Identity)) }

var identityEvents = []EventData{
	UserProvisioned{}, UserClaimed{}, IdentityProvisioned{}, IdentityUpdated{}, IdentityLinked{}, IdentityUnlinked{},
	IdentityRemoved{}, IdentityForgotten{},
}
