package tenancy

// groupChanged notes that the directory which keeps a group has changed it; zero: no
// directory did.
func (w *world) groupChanged(group GroupID, changed Instant) {
	if changed == 0 {
		return
	}
	edit(w, groupByID(group), func(g *GroupRecord) { g.Changed, g.Version = changed, g.Version+1 })
}

// IdentitiesAddedToGroup says which identities their directory has put into a group.
type IdentitiesAddedToGroup struct {
	Group      GroupID         `json:"group,omitzero"`
	Identities []ProvisionedID `json:"identities,omitzero"`
	Changed    Instant         `json:"changed,omitzero"`
}

// IdentitiesRemovedFromGroup says which identities are no longer in a group.
type IdentitiesRemovedFromGroup struct {
	Group      GroupID         `json:"group,omitzero"`
	Identities []ProvisionedID `json:"identities,omitzero"`
	Changed    Instant         `json:"changed,omitzero"`
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
