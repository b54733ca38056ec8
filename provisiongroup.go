package tenancy

import (
	"context"
	"slices"
	"time"
)

// ProvisionedGroup is a group that a directory keeps, as the directory sees it (PRV-9). Its
// members are the directory's identities, whether they are linked or pending.
type ProvisionedGroup struct {
	ID         GroupID     `json:"id,omitzero"`
	Directory  DirectoryID `json:"directory,omitzero"`
	Name       Personal    `json:"name,omitzero"`
	ExternalID Personal    `json:"externalId,omitzero"` // empty: none
	Members    int         `json:"members"`             // how many identities are in it
	Version    int         `json:"version"`             // from 1; every change adds one
	Created    time.Time   `json:"created,omitzero"`
	Changed    time.Time   `json:"changed,omitzero"`
}

// NewProvisionedGroup is the input of CreateProvisionedGroup.
type NewProvisionedGroup struct {
	Name       string
	ExternalID string          // the directory's own ID of the group, up to 255 characters; "": none
	Members    []ProvisionedID // any number; one that is there twice counts once
}

// CreateProvisionedGroup makes a group that the directory keeps, with some of its identities
// in it (PRV-9). The users of those that are linked are in the group from then on, and the
// user of a pending one is when it is linked. The group gives no roles: the organization's
// Owner and Administrators assign them with AssignGroupRoles. Two groups may have one name.
//
// Errors: CodeActor; CodeName; CodeInput for the external ID; CodeID for a zero ID among
// the members; CodeNotFound for a member that is not an identity of the directory, or was
// removed; CodeIdentityTaken if the directory has another group with the external ID;
// CodeGroupLimit; CodeGroupMemberLimit; CodeOrganizationSuspended.
func (p *Provisioner) CreateProvisionedGroup(ctx context.Context, in NewProvisionedGroup) (ProvisionedGroup, error) {
	s := p.session
	var check form
	in.Name = check.name(in.Name)
	check.externalID(in.ExternalID)
	in.Members = check.identities(in.Members)
	return update(ctx, s, call{opCreateProvisionedGroup, s.actor.Directory.String(), check.err},
		func(r *reads) createProvisionedGroupFacts { return r.loadCreateProvisionedGroup(in) },
		func(f createProvisionedGroupFacts, c *changes) (ProvisionedGroup, error) {
			return decideCreateProvisionedGroup(f, in, c)
		})
}

// identities returns the identities that a call names, each once. It refuses a zero ID.
func (f *form) identities(given []ProvisionedID) []ProvisionedID {
	for _, id := range given {
		f.id(id)
	}
	return each(given)
}

// createProvisionedGroupFacts is the directory that gets a group, and who will be in it.
type createProvisionedGroupFacts struct {
	provisioning
	external *GroupRecord // of the directory, which has the external ID; nil: none
	members  []groupIdentity
}

// groupIdentity is an identity that comes into a group or goes out of it.
type groupIdentity struct {
	id       ProvisionedID
	identity *ProvisionedRecord // nil: the directory has none such
	inside   bool               // its user is in the group
}

// groupIdentity asks for an identity of the directory that acts.
func (r *reads) groupIdentity(id ProvisionedID) groupIdentity {
	f := groupIdentity{id: id}
	if p := find(r, provisionedByID(id)); p != nil && p.Directory == r.actor.Directory && p.Removed == 0 {
		f.identity = p
	}
	return f
}

func (r *reads) loadCreateProvisionedGroup(in NewProvisionedGroup) createProvisionedGroupFacts {
	f := createProvisionedGroupFacts{provisioning: r.provisioning()}
	if in.ExternalID != "" {
		f.external = find(r, groupByExternalID(r.actor.Directory, in.ExternalID))
	}
	for _, id := range in.Members {
		f.members = append(f.members, r.groupIdentity(id))
	}
	return f
}

func decideCreateProvisionedGroup(
	f createProvisionedGroupFacts, in NewProvisionedGroup, c *changes,
) (ProvisionedGroup, error) {
	c.actsOn(f.organization)
	limits := c.dir.limitsOf(*f.organization)
	switch {
	case slices.ContainsFunc(f.members, groupIdentity.unknown):
		return ProvisionedGroup{}, CodeNotFound
	case f.external != nil:
		return ProvisionedGroup{}, CodeIdentityTaken
	case exceeds(f.organization.Groups, 1, limits.Groups):
		return ProvisionedGroup{}, CodeGroupLimit
	case exceeds(0, len(f.members), limits.GroupMembers):
		return ProvisionedGroup{}, CodeGroupMemberLimit
	}
	made, here := GroupID(c.tape.id()), f.directory.stream()
	c.makes(made)
	c.say(GroupCreated{made, f.organization.ID, f.directory.ID, c.now}, here)
	edit(c.world, groupByID(made), func(g *GroupRecord) {
		g.Personal = GroupPersonal{Name: NewPersonal(in.Name), ExternalID: NewPersonal(in.ExternalID)}
	})
	c.putIdentities(made, f.members, 0, here)
	return c.viewProvisionedGroupNow(made), nil
}

// unknown reports whether the directory has no such identity.
func (i groupIdentity) unknown() bool { return i.identity == nil }

// putIdentities puts identities into a group, and the users of those that are linked. An
// instant other than zero is when that changed the group.
func (c *changes) putIdentities(group GroupID, come []groupIdentity, changed Instant, here Stream) {
	if len(come) == 0 {
		return
	}
	var users []UserID
	identities := make([]ProvisionedID, len(come))
	for i, who := range come {
		identities[i] = who.id
		if user := who.identity.User; !user.IsZero() && !who.inside {
			users = append(users, user)
		}
	}
	c.say(IdentitiesAddedToGroup{group, identities, changed}, here)
	if len(users) > 0 {
		c.say(UsersAddedToGroup{group, users}, here)
	}
}

// takeIdentities takes identities out of a group, and the users of those that are linked.
func (c *changes) takeIdentities(group GroupID, left []groupIdentity, changed Instant, here Stream) {
	if len(left) == 0 {
		return
	}
	var users []UserID
	identities := make([]ProvisionedID, len(left))
	for i, who := range left {
		identities[i] = who.id
		if who.inside {
			users = append(users, who.identity.User)
		}
	}
	c.say(IdentitiesRemovedFromGroup{group, identities, changed}, here)
	if len(users) > 0 {
		c.say(UsersRemovedFromGroup{group, users}, here)
	}
}

// ProvisionedGroupUpdate is the input of UpdateProvisionedGroup. Nil leaves what it is of as
// it is, and the zero value changes nothing. Members comes first, then Add, then Remove: an
// identity that is both added and removed is out.
type ProvisionedGroupUpdate struct {
	Name       *string
	ExternalID *string          // "": none
	Members    *[]ProvisionedID // who is in the group, and nobody else
	Add        []ProvisionedID
	Remove     []ProvisionedID
	Version    int // which the group has; 0: whichever
}

// UpdateProvisionedGroup changes a group that the directory keeps: its name, its external
// ID, who is in it (PRV-9). However much it changes is one operation and one version. It
// takes any number of identities. Users of linked ones come into the group and go out of it
// with them, and have its roles at once.
//
// Setting what is so already changes nothing (GEN-6): adding who is in the group, and
// removing who is not, whichever ID that is. While the organization is suspended, it only
// takes identities out.
//
// Errors: CodeActor; CodeID, also for a zero ID among the identities; CodeName; CodeInput
// for the external ID, and if the version is negative; CodeNotFound, also for an identity
// that comes into the group and is not the directory's, or was removed; CodeVersion if the
// group has another version now; CodeIdentityTaken if the directory has another group with
// the external ID; CodeGroupMemberLimit; CodeOrganizationSuspended.
func (p *Provisioner) UpdateProvisionedGroup(
	ctx context.Context, group GroupID, in ProvisionedGroupUpdate,
) (ProvisionedGroup, error) {
	var check form
	check.id(group)
	in, members := check.groupUpdate(in)
	return update(ctx, p.session, call{opUpdateProvisionedGroup, group.String(), check.err},
		func(r *reads) updateProvisionedGroupFacts { return r.loadUpdateProvisionedGroup(group, in, members) },
		func(f updateProvisionedGroupFacts, c *changes) (ProvisionedGroup, error) {
			return decideUpdateProvisionedGroup(f, in, c)
		})
}

// membersUpdate is who comes into a group and who goes out of it, each once.
type membersUpdate struct {
	replace bool // who is not in come goes out
	come    []ProvisionedID
	leave   []ProvisionedID
}

// groupUpdate wants what a directory changes of a group, and returns it with the name
// trimmed, and who comes and goes.
func (f *form) groupUpdate(in ProvisionedGroupUpdate) (ProvisionedGroupUpdate, membersUpdate) {
	f.that(in.Version >= 0, CodeInput)
	if in.Name != nil {
		in.Name = new(f.name(*in.Name))
	}
	if in.ExternalID != nil {
		f.externalID(*in.ExternalID)
	}
	members := membersUpdate{replace: in.Members != nil, leave: f.identities(in.Remove)}
	come := in.Add
	if members.replace {
		come = slices.Concat(*in.Members, in.Add)
	}
	members.come = without(f.identities(come), members.leave)
	return in, members
}

// without returns values that are not among others.
func without[T comparable](values, others []T) (left []T) {
	out := make(map[T]bool, len(others))
	for _, v := range others {
		out[v] = true
	}
	for _, v := range values {
		if !out[v] {
			left = append(left, v)
		}
	}
	return left
}

// keptGroup is a group of the directory that acts.
type keptGroup struct {
	provisioning
	group *GroupRecord // nil: there is none, or the directory does not keep it
}

// keptGroup asks for a group of the directory that acts.
func (r *reads) keptGroup(id GroupID) keptGroup {
	return keptGroup{r.provisioning(), r.ownGroup(groupByID(id)).group}
}

// updateProvisionedGroupFacts is a group, who comes into it and who goes out of it.
type updateProvisionedGroupFacts struct {
	keptGroup
	external *GroupRecord    // of the directory, which has the external ID; nil: none, or it stays
	come     []groupIdentity // who is not in it
	leave    []groupIdentity // who is in it
}

func (r *reads) loadUpdateProvisionedGroup(
	id GroupID, in ProvisionedGroupUpdate, members membersUpdate,
) updateProvisionedGroupFacts {
	f := updateProvisionedGroupFacts{keptGroup: r.keptGroup(id)}
	if in.ExternalID != nil && *in.ExternalID != "" {
		f.external = find(r, groupByExternalID(r.actor.Directory, *in.ExternalID))
	}
	come, leave := r.moving(id, members)
	if f.group == nil {
		return f // who is in it is known when the group is
	}
	for _, identity := range come {
		f.come = append(f.come, r.movingIdentity(id, identity))
	}
	for _, identity := range leave {
		f.leave = append(f.leave, r.movingIdentity(id, identity))
	}
	return f
}

// moving returns who comes into a group of those who are not in it, and who goes out of
// those who are. It asks for who is in the group: for all, or for those who are named.
func (r *reads) moving(group GroupID, members membersUpdate) (come, leave []ProvisionedID) {
	if members.replace {
		var inside []ProvisionedID
		for _, m := range all(r, provisionedMembers(group, ProvisionedID{})) {
			inside = append(inside, m.Identity)
		}
		return without(members.come, inside), without(inside, members.come)
	}
	for _, id := range members.come {
		if find(r, provisionedMember(group, id)) == nil {
			come = append(come, id)
		}
	}
	for _, id := range members.leave {
		if find(r, provisionedMember(group, id)) != nil {
			leave = append(leave, id)
		}
	}
	return come, leave
}

// movingIdentity is groupIdentity, and asks whether its user is in the group.
func (r *reads) movingIdentity(group GroupID, id ProvisionedID) groupIdentity {
	f := r.groupIdentity(id)
	if f.identity != nil && !f.identity.User.IsZero() {
		f.inside = find(r, groupMember(group, f.identity.User)) != nil
	}
	return f
}

func decideUpdateProvisionedGroup(
	f updateProvisionedGroupFacts, in ProvisionedGroupUpdate, c *changes,
) (ProvisionedGroup, error) {
	if err := f.there(in.Version, slices.ContainsFunc(f.come, groupIdentity.unknown)); err != nil {
		return ProvisionedGroup{}, err
	}
	is := *f.group
	now := in.applied(is.Personal)
	changed, here := c.now, is.stream()
	switch {
	case f.external != nil && f.external.ID != is.ID:
		return ProvisionedGroup{}, CodeIdentityTaken
	case exceeds(is.Identities-len(f.leave), len(f.come), c.dir.limitsOf(*f.organization).GroupMembers):
		return ProvisionedGroup{}, CodeGroupMemberLimit
	}
	if now != is.Personal || len(f.come) > 0 {
		c.barredBy(f.organization)
	}
	if now != is.Personal {
		c.say(GroupRenamed{is.ID, changed}, here)
		edit(c.world, groupByID(is.ID), func(g *GroupRecord) { g.Personal = now })
		changed = 0
	}
	c.takeIdentities(is.ID, f.leave, changed, here)
	if len(f.leave) > 0 {
		changed = 0
	}
	c.putIdentities(is.ID, f.come, changed, here)
	return c.viewProvisionedGroupNow(is.ID), nil
}

// there refuses a group that is not there, identities that are not, and a group that has
// another version than the given one; 0: whichever.
func (f keptGroup) there(version int, unknown bool) error {
	switch {
	case f.group == nil || unknown:
		return CodeNotFound
	case version != 0 && version != f.group.Version:
		return CodeVersion
	}
	return nil
}

// applied returns what is personal of the group with what the input gives.
func (in ProvisionedGroupUpdate) applied(p GroupPersonal) GroupPersonal {
	if in.Name != nil {
		p.Name = NewPersonal(*in.Name)
	}
	if in.ExternalID != nil {
		p.ExternalID = NewPersonal(*in.ExternalID)
	}
	return p
}

// DeleteProvisionedGroup ends a group that the directory keeps, with the roles that it gave
// (PRV-9). As with DeleteGroup, no event tells of each of its members. It goes on while the
// organization is suspended.
//
// Errors: CodeActor; CodeID, CodeInput if the version is negative; CodeNotFound;
// CodeVersion if it is not zero and the group has another one now.
func (p *Provisioner) DeleteProvisionedGroup(ctx context.Context, group GroupID, version int) error {
	var check form
	check.id(group)
	check.that(version >= 0, CodeInput)
	return change(ctx, p.session, call{opDeleteProvisionedGroup, group.String(), check.err},
		func(r *reads) deleteProvisionedGroupFacts { return r.loadDeleteProvisionedGroup(group) },
		func(f deleteProvisionedGroupFacts, c *changes) error {
			return decideDeleteProvisionedGroup(f, version, c)
		})
}

// deleteProvisionedGroupFacts is the group that is deleted.
type deleteProvisionedGroupFacts struct{ keptGroup }

func (r *reads) loadDeleteProvisionedGroup(group GroupID) deleteProvisionedGroupFacts {
	return deleteProvisionedGroupFacts{r.keptGroup(group)}
}

func decideDeleteProvisionedGroup(f deleteProvisionedGroupFacts, version int, c *changes) error {
	if err := f.there(version, false); err != nil {
		return err
	}
	c.say(GroupDeleted{f.group.ID}, f.group.stream())
	return nil
}

// viewProvisionedGroup shows a directory a group that it keeps.
func viewProvisionedGroup(g GroupRecord) ProvisionedGroup {
	return ProvisionedGroup{
		ID: g.ID, Directory: g.Directory, Name: g.Personal.Name, ExternalID: g.Personal.ExternalID,
		Members: g.Identities, Version: g.Version, Created: g.Created.Time(), Changed: max(g.Created, g.Changed).Time(),
	}
}

// viewProvisionedGroupNow shows a directory a group as it is now.
func (c *changes) viewProvisionedGroupNow(id GroupID) ProvisionedGroup {
	return viewProvisionedGroup(*get(c.world, groupByID(id)))
}

// groupChanged notes that the directory which keeps a group has changed it; zero: no
// directory did, or another event of the operation says so.
func (w *world) groupChanged(group GroupID, changed Instant) {
	if changed == 0 {
		return
	}
	edit(w, groupByID(group), func(g *GroupRecord) { g.Changed, g.Version = changed, g.Version+1 })
}

// IdentitiesAddedToGroup says which identities their directory has put into a group.
// UsersAddedToGroup says which users are in it by that.
type IdentitiesAddedToGroup struct {
	Group      GroupID         `json:"group,omitzero"`
	Identities []ProvisionedID `json:"identities,omitzero"`
	Changed    Instant         `json:"changed,omitzero"` // zero: an event before it in the operation says when
}

// IdentitiesRemovedFromGroup says which identities are no longer in a group.
// UsersRemovedFromGroup says which users are no longer in it by that.
type IdentitiesRemovedFromGroup struct {
	Group      GroupID         `json:"group,omitzero"`
	Identities []ProvisionedID `json:"identities,omitzero"`
	Changed    Instant         `json:"changed,omitzero"` // zero: an event before it in the operation says when
}

func (e IdentitiesAddedToGroup) apply(w *world) {
	for _, identity := range e.Identities {
		w.create(ProvisionedMemberRecord{e.Group, identity})
	}
	w.groupChanged(e.Group, e.Changed)
}

func (e IdentitiesRemovedFromGroup) apply(w *world) {
	for _, identity := range e.Identities {
		remove(w, provisionedMember(e.Group, identity))
	}
	w.groupChanged(e.Group, e.Changed)
}

var provisionedGroupEvents = []EventData{IdentitiesAddedToGroup{}, IdentitiesRemovedFromGroup{}}
