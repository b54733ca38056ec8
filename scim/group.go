package scim

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// members is a change of a group's members that need not know who they are: those it
// sets, if it sets them all, and those it adds and removes.
type members struct {
	all         idSet // nil: those that there are
	add, remove idSet
}

type idSet map[tenancy.ProvisionedID]bool

func (s idSet) list() []tenancy.ProvisionedID {
	list := make([]tenancy.ProvisionedID, 0, len(s))
	for id := range s {
		list = append(list, id)
	}
	slices.SortFunc(list, compareIDs)
	return list
}

func (m *members) set(ids []tenancy.ProvisionedID) {
	*m = members{all: idSet{}}
	m.join(ids)
}

func (m *members) join(ids []tenancy.ProvisionedID) {
	for _, id := range ids {
		if m.all != nil {
			m.all[id] = true
			continue
		}
		if m.add == nil {
			m.add = idSet{}
		}
		m.add[id] = true
		delete(m.remove, id)
	}
}

func (m *members) leave(ids []tenancy.ProvisionedID) {
	for _, id := range ids {
		if m.all != nil {
			delete(m.all, id)
			continue
		}
		if m.remove == nil {
			m.remove = idSet{}
		}
		m.remove[id] = true
		delete(m.add, id)
	}
}

// groupEdit is what a request says of a group.
type groupEdit struct {
	name, externalID *string // nil: nothing
	members          members
}

func (g groupEdit) update() tenancy.ProvisionedGroupUpdate {
	u := tenancy.ProvisionedGroupUpdate{
		Name: g.name, ExternalID: g.externalID, Add: g.members.add.list(), Remove: g.members.remove.list(),
	}
	if g.members.all != nil {
		u.Members = new(g.members.all.list())
	}
	return u
}

// groupOf returns the edit that makes a group what the body of a POST or a PUT says.
func groupOf(said object) (groupEdit, error) {
	g := groupEdit{name: new(""), externalID: new("")}
	g.members.set(nil)
	for _, m := range said {
		if err := g.put(m.name, replace, m.value); err != nil {
			return g, err
		}
	}
	if *g.name == "" {
		return g, badValue("displayName is required.")
	}
	return g, nil
}

// put changes an attribute. One that is not kept is ignored.
func (g *groupEdit) put(name string, v verb, value any) error {
	p, err := parsePath(name)
	if err != nil || p.within != nil {
		return nil
	}
	switch p.attribute() {
	case "displayname":
		return setText(&g.name, &groupAttributes[0], value)
	case "externalid":
		return setText(&g.externalID, &attribute{name: "externalId", kind: textKind}, value)
	case "members":
		ids, err := memberIDs(value, true)
		if err != nil {
			return err
		}
		if v == add {
			g.members.join(ids)
		} else {
			g.members.set(ids)
		}
	}
	return nil
}

func setText(to **string, a *attribute, value any) error {
	single, err := a.single(value)
	if err != nil {
		return err
	}
	text, _ := single.(string)
	if text == "" && a.required {
		return badValue(a.name + " is required.")
	}
	*to = &text
	return nil
}

// memberIDs returns the IDs in a list of members. Of a list to remove, strict is false:
// what can be nobody's ID is nobody.
func memberIDs(value any, strict bool) ([]tenancy.ProvisionedID, error) {
	list, is := value.([]any)
	switch {
	case value == nil || value == "":
		return nil, nil
	case !is:
		list = []any{value}
	}
	ids := make([]tenancy.ProvisionedID, 0, len(list))
	for _, one := range list {
		if o, is := one.(object); is {
			one, _ = o.get("value")
		}
		text, is := one.(string)
		if !is {
			return nil, badValue("members must be a list of objects with a value.")
		}
		id, err := tenancy.ParseID[tenancy.ProvisionedID](text)
		switch {
		case err == nil && !id.IsZero():
			ids = append(ids, id)
		case strict:
			return nil, unknownMember
		}
	}
	return ids, nil
}

var unknownMember = badValue("A member is not the id of a user of this directory.")

// apply adds an operation of a PATCH to the edit. has reports whether the group has a
// member now.
func (g *groupEdit) apply(o operation, has func(tenancy.ProvisionedID) (bool, error)) error {
	if o.path == nil {
		for _, m := range o.said {
			if err := g.put(m.name, o.verb, m.value); err != nil {
				return err
			}
		}
		return nil
	}
	name := o.path.attribute()
	switch {
	case name == "id" || name == "meta":
		return refused(http.StatusBadRequest, mutability, name+" is read-only.")
	case !strings.EqualFold(o.path.names[0], "members"):
		if o.path.within != nil && find(groupAttributes, o.path.names[0]) != nil {
			return refused(http.StatusBadRequest, invalidPath, "A filter in brackets stands behind an attribute that is a list.")
		}
		if o.verb == remove {
			if name == "displayname" {
				return refused(http.StatusBadRequest, mutability, "displayName is required.")
			}
			o.value = nil
		}
		return g.put(name, o.verb, o.value)
	case o.path.within != nil:
		return g.applyToOne(o, has)
	case len(o.path.names) > 1:
		return nil // a part of every member: none is kept but the ID
	}
	if o.verb == remove && o.value == nil {
		g.members.set(nil)
		return nil
	}
	if !o.valued {
		return badValue("The operation has no value.")
	}
	ids, err := memberIDs(o.value, o.verb != remove)
	if err != nil {
		return err
	}
	switch o.verb {
	case remove:
		g.members.leave(ids)
	case add:
		g.members.join(ids)
	default:
		g.members.set(ids)
	}
	return nil
}

// applyToOne applies an operation to the member that a filter names, as in
// members[value eq "PV…"]. If the group has no such member, it is refused with noTarget.
func (g *groupEdit) applyToOne(o operation, has func(tenancy.ProvisionedID) (bool, error)) error {
	missing := refused(http.StatusBadRequest, noTarget, "The group has no such member.")
	var id tenancy.ProvisionedID
	for i, c := range o.path.within {
		text, is := c.value.(string)
		if !strings.EqualFold(c.path.names[0], "value") || !is {
			return refused(http.StatusBadRequest, invalidFilter, "Members are named by value, as in members[value eq \"…\"].")
		}
		next, err := tenancy.ParseID[tenancy.ProvisionedID](text)
		if err != nil || next.IsZero() || i > 0 && next != id {
			return missing
		}
		id = next
	}
	there, err := g.members.has(id, has)
	if err != nil {
		return err
	}
	if !there {
		return missing
	}
	if o.path.sub != "" && !strings.EqualFold(o.path.sub, "value") {
		return nil // a part that is not kept
	}
	switch o.verb {
	case remove:
		g.members.leave([]tenancy.ProvisionedID{id})
	case replace:
		ids, err := memberIDs(o.value, true)
		if err != nil {
			return err
		}
		g.members.leave([]tenancy.ProvisionedID{id})
		g.members.join(ids)
	}
	return nil
}

// has reports whether the group has a member after the change so far.
func (m members) has(id tenancy.ProvisionedID, now func(tenancy.ProvisionedID) (bool, error)) (bool, error) {
	switch {
	case m.all != nil:
		return m.all[id], nil
	case m.add[id]:
		return true, nil
	case m.remove[id]:
		return false, nil
	}
	return now(id)
}

// createGroup answers POST /Groups.
func (c *call) createGroup() (answer, error) {
	said, err := c.body()
	if err != nil {
		return answer{}, err
	}
	g, err := groupOf(said)
	if err != nil {
		return answer{}, err
	}
	ids := g.members.all.list()
	made, err := c.provisioner.CreateProvisionedGroup(c.ctx, tenancy.NewProvisionedGroup{
		Name: *g.name, ExternalID: *g.externalID, Members: ids,
	})
	if tenancy.CodeOf(err) == tenancy.CodeNotFound {
		return answer{}, unknownMember
	}
	if err != nil {
		return answer{}, err
	}
	// Nothing is read once the group is made. If that failed, the provider would try again,
	// and make another of the same name.
	return c.groupAnswerWith(http.StatusCreated, made, ids), nil
}

// group answers GET /Groups/{id}.
func (c *call) group(id tenancy.GroupID) (answer, error) {
	group, err := c.provisioner.ProvisionedGroup(c.ctx, id)
	if err != nil {
		return answer{}, err
	}
	if c.unchanged(group.Version) {
		return notModified(group.Version), nil
	}
	return c.groupAnswer(http.StatusOK, group)
}

// replaceGroup answers PUT /Groups/{id}.
func (c *call) replaceGroup(id tenancy.GroupID) (answer, error) {
	said, err := c.body()
	if err != nil {
		return answer{}, err
	}
	g, err := groupOf(said)
	if err != nil {
		return answer{}, err
	}
	group, err := c.updateGroup(id, g)
	if err != nil {
		return answer{}, err
	}
	return c.groupAnswer(http.StatusOK, group)
}

// patchGroup answers PATCH /Groups/{id}: all operations are one change of the group, which
// reads no members. The answer has no body unless the client names attributes, since a
// group's members can be many.
func (c *call) patchGroup(id tenancy.GroupID) (answer, error) {
	operations, err := c.operations()
	if err != nil {
		return answer{}, err
	}
	var g groupEdit
	for _, o := range operations {
		if err := g.apply(o, func(member tenancy.ProvisionedID) (bool, error) {
			return c.provisioner.InProvisionedGroup(c.ctx, id, member)
		}); err != nil {
			return answer{}, err
		}
	}
	group, err := c.updateGroup(id, g)
	if err != nil {
		return answer{}, err
	}
	if c.selected.only == nil {
		return answer{status: http.StatusNoContent, version: group.Version}, nil
	}
	return c.groupAnswer(http.StatusOK, group)
}

// updateGroup changes a group. A member to remove who is not in it, or is no user of the
// directory any more, is no error: deleting a user takes them out of their groups already.
func (c *call) updateGroup(id tenancy.GroupID, g groupEdit) (tenancy.ProvisionedGroup, error) {
	version, err := c.precondition(func() (int, error) { return c.versionOfGroup(id) })
	if err != nil {
		return tenancy.ProvisionedGroup{}, err
	}
	update := g.update()
	update.Version = version
	group, err := c.provisioner.UpdateProvisionedGroup(c.ctx, id, update)
	if tenancy.CodeOf(err) != tenancy.CodeNotFound {
		return group, err
	}
	if _, err := c.versionOfGroup(id); err != nil {
		return tenancy.ProvisionedGroup{}, err
	}
	return tenancy.ProvisionedGroup{}, unknownMember
}

func (c *call) versionOfGroup(id tenancy.GroupID) (int, error) {
	group, err := c.provisioner.ProvisionedGroup(c.ctx, id)
	return group.Version, err
}

func compareIDs(a, b tenancy.ProvisionedID) int { return slices.Compare(a[:], b[:]) }

// membersOf returns all members of a group, by ID.
func (c *call) membersOf(group tenancy.GroupID) (all []tenancy.ProvisionedID, err error) {
	var after tenancy.ProvisionedID
	for {
		page, err := c.provisioner.ProvisionedGroupMembers(c.ctx, group, after)
		if err != nil || len(page) == 0 {
			return all, err
		}
		all = append(all, page...)
		after = page[len(page)-1]
	}
}

// deleteGroup answers DELETE /Groups/{id}.
func (c *call) deleteGroup(id tenancy.GroupID) (answer, error) {
	version, err := c.precondition(func() (int, error) { return c.versionOfGroup(id) })
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, c.provisioner.DeleteProvisionedGroup(c.ctx, id, version)
}

// groupAnswer answers with a group.
func (c *call) groupAnswer(status int, group tenancy.ProvisionedGroup) (answer, error) {
	ids, err := c.wantedMembers(group.ID)
	if err != nil {
		return answer{}, err
	}
	return c.groupAnswerWith(status, group, ids), nil
}

// groupAnswerWith answers with a group that has these members.
func (c *call) groupAnswerWith(status int, group tenancy.ProvisionedGroup, ids []tenancy.ProvisionedID) answer {
	return answer{
		status: status, body: c.groupDocument(group, ids), version: group.Version,
		location: c.location("Groups", group.ID.String()),
	}
}

// wantedMembers returns the members of a group, if the client wants them.
func (c *call) wantedMembers(group tenancy.GroupID) ([]tenancy.ProvisionedID, error) {
	if !c.selected.wants("members") {
		return nil, nil
	}
	return c.membersOf(group)
}

// groupResource returns a group of a list as a client sees it.
func (c *call) groupResource(group tenancy.ProvisionedGroup) (node, error) {
	ids, err := c.wantedMembers(group.ID)
	if err != nil {
		return nil, err
	}
	c.members += len(ids)
	return c.groupDocument(group, ids), nil
}

// groupDocument returns a group that has these members as a client sees it.
func (c *call) groupDocument(group tenancy.ProvisionedGroup, ids []tenancy.ProvisionedID) node {
	id := group.ID.String()
	n := node{
		"schemas": []any{groupSchema}, "id": id, "displayName": group.Name.Reveal(),
		"meta": c.meta("Group", c.location("Groups", id), group.Version, group.Created, group.Changed),
	}
	if external := group.ExternalID.Reveal(); external != "" {
		n["externalId"] = external
	}
	if c.selected.wants("members") {
		list := []any{}
		for _, id := range ids {
			list = append(list, node{"value": id.String(), "$ref": c.location("Users", id.String()), "type": "User"})
		}
		n["members"] = list
	}
	return c.selected.of(n)
}

// groups answers GET /Groups.
func (c *call) groups() (answer, error) {
	q, err := c.listQuery()
	if err != nil {
		return answer{}, err
	}
	if q.conditions != nil {
		found, err := c.findGroups(q.conditions)
		if err != nil {
			return answer{}, err
		}
		return listAnswer(c, q, len(found), cut(found, q), c.groupResource)
	}
	page, err := c.provisioner.ListProvisionedGroups(c.ctx, tenancy.ProvisionedPage{Start: q.start, Count: q.count})
	if err != nil {
		return answer{}, err
	}
	return listAnswer(c, q, page.Total, page.Items, c.groupResource)
}

// groupLookup is what a condition asks of groups: an attribute and its value.
type groupLookup struct{ name, value string }

// findGroups returns the groups that meet a filter. Every condition is looked up, and what
// meets all is what all lookups found.
func (c *call) findGroups(conditions []condition) ([]tenancy.ProvisionedGroup, error) {
	var lookups []groupLookup
	for _, one := range conditions {
		asked, err := groupConditions(one)
		if err != nil {
			return nil, err
		}
		lookups = append(lookups, asked...)
	}
	// Entra asks whether one group has one member, so members come last.
	slices.SortStableFunc(lookups, func(a, b groupLookup) int {
		return cmp.Compare(strings.Count(a.name, "members"), strings.Count(b.name, "members"))
	})
	var found []tenancy.ProvisionedGroup
	for i, asked := range lookups {
		groups, err := c.lookUpGroups(asked, found)
		switch {
		case absent(err):
			return nil, nil
		case err != nil:
			return nil, err
		case i == 0:
			found = groups
		}
		found = slices.DeleteFunc(found, func(g tenancy.ProvisionedGroup) bool {
			return !slices.ContainsFunc(groups, func(other tenancy.ProvisionedGroup) bool { return other.ID == g.ID })
		})
	}
	return found, nil
}

// groupConditions returns what a condition asks of groups: one lookup, or several where it
// has a filter in brackets.
func groupConditions(asked condition) (lookups []groupLookup, err error) {
	add := func(name string, value any) error {
		text, is := value.(string)
		if !is {
			return filterValue("the attribute")
		}
		lookups = append(lookups, groupLookup{name, text})
		return nil
	}
	name := asked.path.attribute()
	ofMembers := name == "members" || name == "members.value"
	switch {
	case ofMembers && asked.path.within != nil:
		for _, one := range asked.path.within {
			if one.path.attribute() != "value" {
				return nil, unknownFilter
			}
			if err := add("members", one.value); err != nil {
				return nil, err
			}
		}
		if asked.path.sub == "" {
			return lookups, nil
		}
		return lookups, add("members", asked.value)
	case asked.path.within != nil:
		return nil, unknownFilter
	case ofMembers:
		return lookups, add("members", asked.value)
	case name == "id" || name == "externalid" || name == "displayname":
		return lookups, add(name, asked.value)
	}
	return nil, unknownFilter
}

// lookUpGroups returns the groups that one condition names. Where only one comes into
// question it asks of that one alone whether it has a member.
func (c *call) lookUpGroups(asked groupLookup, among []tenancy.ProvisionedGroup) ([]tenancy.ProvisionedGroup, error) {
	switch asked.name {
	case "id":
		id, err := tenancy.ParseID[tenancy.GroupID](asked.value)
		if err != nil {
			return nil, err
		}
		group, err := c.provisioner.ProvisionedGroup(c.ctx, id)
		return []tenancy.ProvisionedGroup{group}, err
	case "externalid":
		group, err := c.provisioner.ProvisionedGroupByExternalID(c.ctx, asked.value)
		return []tenancy.ProvisionedGroup{group}, err
	case "displayname":
		groups, err := c.provisioner.ProvisionedGroupsByName(c.ctx, asked.value)
		if len(groups) >= maxPage { // there may be more, of which the library tells nothing
			return nil, refused(http.StatusBadRequest, tooMany, "The directory has too many groups of this name.")
		}
		return groups, err
	}
	id, err := tenancy.ParseID[tenancy.ProvisionedID](asked.value)
	if err != nil {
		return nil, err
	}
	if len(among) != 1 {
		return c.provisioner.ProvisionedGroupsOf(c.ctx, id)
	}
	if has, err := c.provisioner.InProvisionedGroup(c.ctx, among[0].ID, id); err != nil || !has {
		return nil, err
	}
	return among, nil
}
