package tenancy

import (
	"context"
	"slices"
)

// Whoever becomes a member is linked to their pending identity, and whoever ceases to be
// one is parted from theirs, whichever operation did that (PRV-3, PRV-8). So it is done
// here alone: when an operation writes, from the records that it changed.

// settlement is what an operation changed that identities follow.
type settlement struct {
	arrived []movement   // who became a member, or got another address
	left    []movement   // who ceased to be a member
	deleted []UserRecord // as they were
	merged  []Move       // whose members became another organization's
}

// movement is a user, and the organization that they came into or left.
type movement struct {
	organization OrganizationID
	user         UserID
}

// settlement returns what the operation changed, as far as it is known without reading.
func (c *changes) settlement() (s settlement) {
	for _, slot := range c.world.order {
		if user, ok := slot.now.(UserRecord); ok {
			s.note(slot.was, user, c.world)
		}
		member, was := slot.was.(MembershipRecord)
		now, is := slot.now.(MembershipRecord)
		switch {
		case was && !is && c.world.hasDirectories(member.Organization):
			s.left = append(s.left, movement{member.Organization, member.User})
		case is && !was && c.world.hasDirectories(now.Organization):
			s.arrived = append(s.arrived, movement{now.Organization, now.User})
		}
	}
	for _, m := range c.freed {
		if c.world.hasDirectories(m.organization) {
			s.arrived = append(s.arrived, m)
		}
	}
	for _, m := range c.world.moves {
		if !m.Into.IsZero() && c.world.hasDirectories(m.Into) {
			s.merged = append(s.merged, m)
		}
	}
	return s
}

// note notes that a user was deleted, or has another address in an organization.
func (s *settlement) note(before Record, user UserRecord, w *world) {
	was, there := before.(UserRecord)
	switch {
	case !there || user.ServiceAccount:
	case user.Deleted && !was.Deleted:
		s.deleted = append(s.deleted, was)
	case user.Personal.Address != was.Personal.Address:
		for _, org := range w.belongs[user.ID] {
			if o := get(w, organizationByID(org)); o != nil && o.Directories == 0 {
				continue
			}
			s.arrived = append(s.arrived, movement{org, user.ID})
		}
	}
}

// letGo notes that no identity is linked to a member any longer, so that another one of
// the organization's can be, which has their address.
func (c *changes) letGo(org OrganizationID, user UserID) {
	c.freed = append(c.freed, movement{org, user})
}

// hasDirectories reports whether an organization that was read has a directory.
func (w *world) hasDirectories(org OrganizationID) bool {
	o := get(w, organizationByID(org))
	return o != nil && o.Directories > 0
}

// settleIdentities makes identities follow what an operation changed, once it has decided.
// An organization without directories costs nothing.
func (r *reads) settleIdentities(ctx context.Context, tx ReadTx, c *changes) error {
	s := c.settlement()
	if len(s.arrived)+len(s.left)+len(s.deleted)+len(s.merged) == 0 {
		return nil
	}
	r.steps = 0 // load has read all that the decision needed
	var f settlementFacts
	if err := r.gather(ctx, tx, func() { f = r.loadSettlement(s, c.world) }); err != nil {
		return err
	}
	c.world.learn()
	f.settle(c)
	c.world.mustApply("the settlement of identities")
	return nil
}

// settlementFacts are the identities that follow.
type settlementFacts struct {
	linked []linking
	parted []parting
}

// linking is a pending identity, and the member who has its address.
type linking struct {
	identity ProvisionedRecord
	user     UserID
	into     OrganizationID
	from     OrganizationID      // from which a merge brings them; zero: none
	theirs   []ProvisionedRecord // that are linked to the user
	groups   []identityGroup
}

// parting is an identity whose user left, or was deleted.
type parting struct {
	identity ProvisionedRecord
	groups   []identityGroup
	deleted  bool // it is pending, since its user left, who was deleted
}

func (r *reads) loadSettlement(s settlement, w *world) (f settlementFacts) {
	for _, a := range s.arrived {
		user := get(w, userByID(a.user))
		r.needCounts(a.organization)
		pending := r.ofLiving(all(r, provisionedPending(a.organization, user.Personal.Address.Reveal())))
		if len(pending) > 0 {
			f.linked = append(f.linked, r.linking(pending[0], a.user, a.organization))
		}
	}
	for _, m := range s.merged {
		for _, p := range r.ofLiving(all(r, allProvisionedPending(m.Into))) {
			holder := find(r, userByAddress(p.Personal.Address.Reveal()))
			if holder != nil && find(r, memberOf(m.From, holder.ID)) != nil {
				l := r.linking(p, holder.ID, m.Into)
				l.from = m.From
				f.linked = append(f.linked, l)
			}
		}
	}
	for _, a := range s.left {
		f.parted = append(f.parted, r.partings(a.user, a.organization)...)
	}
	for _, user := range s.deleted {
		f.parted = append(f.parted, r.partings(user.ID, OrganizationID{})...)
		f.parted = append(f.parted, r.leftBehind(user)...)
	}
	return f
}

// linking asks for what linking an identity to a user needs to know.
func (r *reads) linking(p ProvisionedRecord, user UserID, into OrganizationID) linking {
	r.needMemberships(user)
	p.User = user // who will be in its groups
	l := linking{identity: p, user: user, into: into, theirs: r.identitiesOf(user), groups: r.identityGroups(p)}
	r.needHead(streamOfOrganization(into))
	return l
}

// partings asks for the identities of a user in an organization; zero: in all.
func (r *reads) partings(user UserID, org OrganizationID) (parted []parting) {
	for _, p := range all(r, provisionedOf(user)) {
		if org.IsZero() || p.Organization == org {
			need(r, directoryByID(p.Directory))
			parted = append(parted, parting{identity: p, groups: r.identityGroups(p)})
		}
	}
	return parted
}

// leftBehind asks for the identities that are pending since a user left who is deleted now:
// those of their address in the organizations that keep them as a former member.
func (r *reads) leftBehind(user UserRecord) (parted []parting) {
	for _, m := range all(r, formerMembershipsOf(user.ID)) {
		for _, p := range all(r, provisionedPending(m.Organization, user.Personal.Address.Reveal())) {
			if p.UserLeft {
				need(r, directoryByID(p.Directory))
				parted = append(parted, parting{p, r.identityGroups(p), true})
			}
		}
	}
	return parted
}

// settle carries out what follows.
func (f settlementFacts) settle(c *changes) {
	for _, p := range f.parted {
		p.part(c)
	}
	for _, l := range f.linked {
		l.link(c)
	}
}

// part makes the identity of a user who left pending again, without an invitation. One that
// was removed, and those of a deleted user, are forgotten.
func (p parting) part(c *changes) {
	identity := get(c.world, provisionedByID(p.identity.ID))
	if identity == nil || identity.User != p.identity.User {
		return
	}
	here := streamOfOrganization(identity.Organization)
	directory := get(c.world, directoryByID(identity.Directory))
	ended := p.deleted || directory.Removed != 0 || identity.Removed != 0
	if !ended && !get(c.world, userByID(identity.User)).Deleted {
		c.say(IdentityUnlinked{identity.ID, true}, here)
		return
	}
	var changed Instant
	if directory.Removed == 0 {
		changed = c.now
	}
	p.forget(changed, c)
}

// forget ends an identity, of which nothing is left. It leaves the groups of its directory
// at a time; zero: the directory has ended.
func (p parting) forget(changed Instant, c *changes) {
	id, here := p.identity.ID, streamOfOrganization(p.identity.Organization)
	for _, in := range p.groups {
		if get(c.world, provisionedMember(in.group.ID, id)) != nil {
			c.say(IdentitiesRemovedFromGroup{in.group.ID, []ProvisionedID{id}, changed}, here)
		}
	}
	c.say(IdentityForgotten{id}, here)
}

// link links the identity, unless the operation did that or linked another of the
// organization's. If the member limit does not let a hold be lifted, it stays.
func (l linking) link(c *changes) {
	identity := get(c.world, provisionedByID(l.identity.ID))
	if identity == nil || !identity.User.IsZero() || identity.Removed != 0 || l.keeps(c.world) {
		return
	}
	if !l.from.IsZero() {
		c.world.merged(l.user, l.from, l.into)
	}
	member := MembershipRecord{Organization: l.into, User: l.user}
	if m := get(c.world, memberOf(l.into, l.user)); m != nil {
		member = *m
	}
	_ = c.link(identity.ID, *get(c.world, userByID(l.user)), member, l.theirs, l.groups)
}

// keeps reports whether an identity of an organization is linked to a user, as things
// stand: one that was read, or that the operation has linked. What a directory says that
// has ended counts no more.
func (l linking) keeps(w *world) bool {
	mine := func(p ProvisionedRecord) bool {
		d := get(w, directoryByID(p.Directory))
		return p.Organization == l.into && p.User == l.user && p.Removed == 0 && d != nil && d.Removed == 0
	}
	read := func(p ProvisionedRecord) bool {
		now := get(w, provisionedByID(p.ID))
		return now != nil && mine(*now)
	}
	return slices.ContainsFunc(l.theirs, read) || slices.ContainsFunc(w.order, func(s *slot) bool {
		p, ok := s.now.(ProvisionedRecord)
		return ok && mine(p)
	})
}

// merged counts a user where a merge brings them, which the store carries out.
func (w *world) merged(user UserID, from, into OrganizationID) {
	at := slices.Index(w.belongs[user], from)
	if at >= 0 {
		w.belongs[user][at] = into
	}
}
