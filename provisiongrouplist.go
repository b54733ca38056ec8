package tenancy

import "context"

// ProvisionedGroup returns a group that the directory keeps (PRV-10).
//
// Errors: CodeActor; CodeID; CodeNotFound.
func (p *Provisioner) ProvisionedGroup(ctx context.Context, group GroupID) (ProvisionedGroup, error) {
	var check form
	check.id(group)
	return look(ctx, p.session, call{opProvisionedGroup, group.String(), check.err},
		func(r *reads) provisionedGroupFacts { return r.loadProvisionedGroup(group) }, decideProvisionedGroup)
}

// provisionedGroupFacts is a group that is looked for.
type provisionedGroupFacts struct {
	group *GroupRecord // nil: the directory keeps none such
}

func (r *reads) loadProvisionedGroup(id GroupID) provisionedGroupFacts {
	return r.ownGroup(groupByID(id))
}

// ownGroup asks for a group of the directory that acts.
func (r *reads) ownGroup(at one[GroupRecord]) (f provisionedGroupFacts) {
	if g := find(r, at); g != nil && g.Directory == r.actor.Directory {
		f.group = g
	}
	return f
}

func decideProvisionedGroup(f provisionedGroupFacts, _ *changes) (ProvisionedGroup, error) {
	if f.group == nil {
		return ProvisionedGroup{}, CodeNotFound
	}
	return viewProvisionedGroup(*f.group), nil
}

// ProvisionedGroupByExternalID returns the directory's group that has an external ID, which
// is compared exactly (PRV-10).
//
// Errors: CodeActor; CodeInput; CodeNotFound, also for the empty one.
func (p *Provisioner) ProvisionedGroupByExternalID(ctx context.Context, externalID string) (ProvisionedGroup, error) {
	var check form
	check.externalID(externalID)
	return look(ctx, p.session, call{opProvisionedGroupByExternalID, p.Directory().String(), check.err},
		func(r *reads) provisionedGroupByExternalIDFacts {
			return r.loadProvisionedGroupByExternalID(externalID)
		},
		decideProvisionedGroupByExternalID)
}

// provisionedGroupByExternalIDFacts is the group that has an external ID.
type provisionedGroupByExternalIDFacts struct{ provisionedGroupFacts }

func (r *reads) loadProvisionedGroupByExternalID(externalID string) provisionedGroupByExternalIDFacts {
	return provisionedGroupByExternalIDFacts{r.ownGroup(groupByExternalID(r.actor.Directory, externalID))}
}

func decideProvisionedGroupByExternalID(f provisionedGroupByExternalIDFacts, c *changes) (ProvisionedGroup, error) {
	return decideProvisionedGroup(f.provisionedGroupFacts, c)
}

// maxProvisionedGroups is how many groups of one name ProvisionedGroupsByName returns.
const maxProvisionedGroups = 100

// ProvisionedGroupsByName returns the directory's groups that have a name, by ID, up to 100
// of them (PRV-10). Names are the same that differ in case alone, or in how their letters
// are written. There may be none.
//
// Errors: CodeActor; CodeName if no group can have the name.
func (p *Provisioner) ProvisionedGroupsByName(ctx context.Context, name string) ([]ProvisionedGroup, error) {
	var check form
	name = fold(check.name(name))
	return look(ctx, p.session, call{opProvisionedGroupsByName, p.Directory().String(), check.err},
		func(r *reads) provisionedGroupsByNameFacts { return r.loadProvisionedGroupsByName(name) },
		decideProvisionedGroupsByName)
}

// provisionedGroupsByNameFacts is the directory's groups of a name.
type provisionedGroupsByNameFacts struct{ groups []GroupRecord }

func (r *reads) loadProvisionedGroupsByName(folded string) provisionedGroupsByNameFacts {
	return provisionedGroupsByNameFacts{
		list(r, groupsByName(r.actor.Directory, folded, GroupID{}), maxProvisionedGroups)}
}

func decideProvisionedGroupsByName(f provisionedGroupsByNameFacts, _ *changes) ([]ProvisionedGroup, error) {
	return viewProvisionedGroups(f.groups), nil
}

// viewProvisionedGroups shows a directory groups that it keeps.
func viewProvisionedGroups(groups []GroupRecord) (views []ProvisionedGroup) {
	for _, g := range groups {
		views = append(views, viewProvisionedGroup(g))
	}
	return views
}

// ProvisionedGroupList is a part of the list of the groups that a directory keeps.
type ProvisionedGroupList struct {
	Items []ProvisionedGroup `json:"items,omitzero"`
	Total int                `json:"total"` // how many there are
}

// ListProvisionedGroups lists the groups that the directory keeps by ID (PRV-10). It is a
// list by offset, as ListProvisioned is.
//
// Errors: CodeActor; CodeInput if the start is negative, or the count is or is over 100.
func (p *Provisioner) ListProvisionedGroups(ctx context.Context, in ProvisionedPage) (ProvisionedGroupList, error) {
	var check form
	check.provisionedPage(in)
	return look(ctx, p.session, call{opListProvisionedGroups, p.Directory().String(), check.err},
		func(r *reads) listProvisionedGroupsFacts { return r.loadListProvisionedGroups(in) },
		decideListProvisionedGroups)
}

// listProvisionedGroupsFacts is a part of the groups that the directory keeps.
type listProvisionedGroupsFacts struct {
	directory *DirectoryRecord
	groups    []GroupRecord
}

func (r *reads) loadListProvisionedGroups(in ProvisionedPage) listProvisionedGroupsFacts {
	directory := r.actor.Directory
	return listProvisionedGroupsFacts{find(r, directoryByID(directory)),
		partOf(r, groupsOfDirectory(directory, GroupID{}), in)}
}

func decideListProvisionedGroups(f listProvisionedGroupsFacts, _ *changes) (ProvisionedGroupList, error) {
	return ProvisionedGroupList{viewProvisionedGroups(f.groups), f.directory.Groups}, nil
}

// maxProvisionedMembers is how many members of a group ProvisionedGroupMembers returns.
const maxProvisionedMembers = 1000

// ProvisionedGroupMembers returns identities that the directory has put into a group, by ID:
// up to 1,000 that come after the given one (PRV-10). The zero ID is before the first, and
// an empty result says that no more follow.
//
// Errors: CodeActor; CodeID; CodeNotFound.
func (p *Provisioner) ProvisionedGroupMembers(
	ctx context.Context, group GroupID, after ProvisionedID,
) ([]ProvisionedID, error) {
	var check form
	check.id(group)
	return look(ctx, p.session, call{opProvisionedGroupMembers, group.String(), check.err},
		func(r *reads) provisionedGroupMembersFacts { return r.loadProvisionedGroupMembers(group, after) },
		decideProvisionedGroupMembers)
}

// provisionedGroupMembersFacts is a part of the identities in a group.
type provisionedGroupMembersFacts struct {
	provisionedGroupFacts
	members []ProvisionedMemberRecord
}

func (r *reads) loadProvisionedGroupMembers(group GroupID, after ProvisionedID) provisionedGroupMembersFacts {
	return provisionedGroupMembersFacts{r.ownGroup(groupByID(group)),
		list(r, provisionedMembers(group, after), maxProvisionedMembers)}
}

func decideProvisionedGroupMembers(f provisionedGroupMembersFacts, _ *changes) (ids []ProvisionedID, err error) {
	if f.group == nil {
		return nil, CodeNotFound
	}
	for _, m := range f.members {
		ids = append(ids, m.Identity)
	}
	return ids, nil
}

// ProvisionedGroupsOf returns the groups into which the directory has put an identity, by ID
// (PRV-10).
//
// Errors: CodeActor; CodeID; CodeNotFound, also for an identity that was removed.
func (p *Provisioner) ProvisionedGroupsOf(ctx context.Context, id ProvisionedID) ([]ProvisionedGroup, error) {
	var check form
	check.id(id)
	return look(ctx, p.session, call{opProvisionedGroupsOf, id.String(), check.err},
		func(r *reads) provisionedGroupsOfFacts { return r.loadProvisionedGroupsOf(id) }, decideProvisionedGroupsOf)
}

// provisionedGroupsOfFacts is an identity, and the groups in which it is.
type provisionedGroupsOfFacts struct {
	provisionedFacts
	groups []GroupRecord
}

func (r *reads) loadProvisionedGroupsOf(id ProvisionedID) provisionedGroupsOfFacts {
	f := provisionedGroupsOfFacts{provisionedFacts: r.loadProvisioned(provisionedByID(id))}
	for _, m := range all(r, provisionedGroups(id)) {
		if g := find(r, groupByID(m.Group)); g != nil {
			f.groups = append(f.groups, *g)
		}
	}
	return f
}

func decideProvisionedGroupsOf(f provisionedGroupsOfFacts, _ *changes) ([]ProvisionedGroup, error) {
	if f.identity == nil {
		return nil, CodeNotFound
	}
	return viewProvisionedGroups(f.groups), nil
}

// InProvisionedGroup reports whether an identity is in a group that the directory keeps
// (PRV-10). One that the directory does not have is in none.
//
// Errors: CodeActor; CodeID; CodeNotFound for the group.
func (p *Provisioner) InProvisionedGroup(ctx context.Context, group GroupID, id ProvisionedID) (bool, error) {
	var check form
	check.id(group)
	check.id(id)
	return look(ctx, p.session, call{opInProvisionedGroup, group.String(), check.err},
		func(r *reads) inProvisionedGroupFacts { return r.loadInProvisionedGroup(group, id) }, decideInProvisionedGroup)
}

// inProvisionedGroupFacts is a group, and whether an identity is in it.
type inProvisionedGroupFacts struct {
	provisionedGroupFacts
	inside bool
}

func (r *reads) loadInProvisionedGroup(group GroupID, id ProvisionedID) inProvisionedGroupFacts {
	return inProvisionedGroupFacts{r.ownGroup(groupByID(group)), find(r, provisionedMember(group, id)) != nil}
}

func decideInProvisionedGroup(f inProvisionedGroupFacts, _ *changes) (bool, error) {
	if f.group == nil {
		return false, CodeNotFound
	}
	return f.inside, nil
}
