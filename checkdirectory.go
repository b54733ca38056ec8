package tenancy

import "slices"

// directory examines a directory of an organization (PRV-1).
func (c *checker) directory(r *reads, d DirectoryRecord) {
	id := d.ID.String()
	if d.Removed != 0 {
		c.check(d.Personal == DirectoryPersonal{}, "PRV-1", id, "it was removed, and its name or a secret is still there")
		c.check(d.Identities == 0 && d.Groups == 0, "INV-15", id, "it was removed, and counts something")
		c.check(d.Purged == 0 || len(list(r, everyProvisionedIn(d.ID), 1)) == 0, "INV-14", id,
			"it was purged, and something that it said of people is still there")
		return
	}
	c.says(tally{countedIdentities, d.ID}, d.Identities)
	c.says(tally{countedDirectoryGroups, d.ID}, d.Groups)
	c.counts(tally{countedDirectories, d.Organization})
	o := find(r, organizationByID(d.Organization))
	c.check(o != nil && o.State == StateActive, "INV-9", id, "it lives, and its organization has ended")
}

// provisioned examines what a directory says of a person. What one says that has ended is
// nothing (PRV-8).
func (c *checker) provisioned(r *reads, p ProvisionedRecord) {
	id, d := p.ID.String(), find(r, directoryByID(p.Directory))
	c.check(d != nil, "PRV-2", id, "it is of no directory")
	if d == nil || d.Removed != 0 {
		return
	}
	c.check(d.Organization == p.Organization, "PRV-2", id, "it is not of its directory's organization")
	if p.Removed != 0 {
		c.tombstone(r, p)
		return
	}
	c.counts(tally{countedIdentities, p.Directory})
	c.identity(r, p)
	if p.User.IsZero() {
		c.pending(r, p)
	} else {
		c.linked(r, p)
	}
}

// tombstone examines an identity that was removed, by which its user, who is a member
// still, can come back (PRV-7, PRV-8).
func (c *checker) tombstone(r *reads, p ProvisionedRecord) {
	id := p.ID.String()
	kept := ProvisionedPersonal{Address: p.Personal.Address, ExternalID: p.Personal.ExternalID}
	c.check(p.Personal == kept, "PRV-8", id, "it was removed, and keeps more than an address and an external ID")
	c.check(find(r, memberOf(p.Organization, p.User)) != nil, "PRV-8", id, "it was removed, and its user is no member")
	c.check(len(list(r, provisionedGroups(p.ID), 1)) == 0, "PRV-9", id, "it was removed, and is in a group")
}

// identity examines the address and the external ID of an identity that was not removed
// (PRV-2).
func (c *checker) identity(r *reads, p ProvisionedRecord) {
	id := p.ID.String()
	canonical, err := parseEmail(p.Personal.UserName.Reveal())
	if err != nil || canonical != p.Personal.Address.Reveal() {
		c.check(false, "PRV-2", id, "its address is not in canonical form")
		return
	}
	same := find(r, provisionedByAddress(p.Directory, canonical))
	c.check(same != nil && same.ID == p.ID, "PRV-2", id, "another identity of the directory has its address")
	if external := p.Personal.ExternalID.Reveal(); external != "" {
		same := find(r, provisionedByExternalID(p.Directory, external))
		c.check(same != nil && same.ID == p.ID, "PRV-2", id, "another identity of the directory has its external ID")
	}
}

// pending examines an identity that is linked to nobody: no member has its address, other
// than one whom another identity keeps (PRV-3).
func (c *checker) pending(r *reads, p ProvisionedRecord) {
	holder := find(r, userByAddress(p.Personal.Address.Reveal()))
	if holder == nil || find(r, memberOf(p.Organization, holder.ID)) == nil {
		return
	}
	kept := slices.ContainsFunc(all(r, provisionedOf(holder.ID)), func(other ProvisionedRecord) bool {
		return other.Organization == p.Organization && other.Removed == 0
	})
	c.check(kept, "PRV-3", p.ID.String(), "it is pending, and a member whom no directory keeps has its address")
}

// linked examines an identity that is linked to a user.
func (c *checker) linked(r *reads, p ProvisionedRecord) {
	id := p.ID.String()
	user, member := find(r, userByID(p.User)), find(r, memberOf(p.Organization, p.User))
	c.check(member != nil, "PRV-2", id, "its user is not a member of its organization")
	if user == nil || member == nil {
		return
	}
	owner := member.Role == Owner
	c.check(!p.Inactive || user.InactiveDirectory && !owner, "PRV-4", id,
		"it is inactive, and its directory does not hold its user, or it is the Owner's")
	for _, other := range r.identitiesOf(p.User) {
		c.check(other.ID == p.ID || other.Organization != p.Organization || other.Removed != 0, "PRV-2", id,
			"another identity of the organization is linked to its user")
	}
}

// unclaimed examines what nobody has who was not claimed yet (PRV-3), and whom a directory
// does not hold inactive (PRV-4).
func (c *checker) unclaimed(r *reads, u UserRecord, memberships []MembershipRecord) {
	id := u.ID.String()
	owns := slices.ContainsFunc(memberships, func(m MembershipRecord) bool { return m.Role == Owner })
	if u.InactiveDirectory {
		c.check(len(memberships) > 0, "PRV-4", id, "a directory holds inactive who is no member")
		c.check(!owns, "PRV-4", id, "a directory holds an Owner inactive")
	}
	if u.Unclaimed {
		c.check(!owns, "PRV-3", id, "nobody has claimed the user, who owns an organization")
		c.check(len(list(r, openAccountsOf(u.ID), 1)) == 0, "PRV-3", id,
			"nobody has claimed the user, who owns an account")
	}
}

// directoryGroup examines the first page of what a directory has put into a group of its
// own, and leaves the rest for later (PRV-9).
func (c *checker) directoryGroup(r *reads, g GroupRecord) {
	c.says(tally{countedGroupIdentities, g.ID}, g.Identities)
	keeper := c.keeper(r, g)
	if keeper != nil {
		c.counts(tally{countedDirectoryGroups, g.Directory})
		c.check(keeper.Organization == g.Organization, "PRV-9", g.ID.String(),
			"it is not of the organization of the directory that keeps it")
	}
	begin(c, r, provisionedMembers(g.ID, ProvisionedID{}), func(r *reads, m ProvisionedMemberRecord) {
		c.counts(tally{countedGroupIdentities, g.ID})
		if c.keeper(r, g) == nil {
			return
		}
		subject, p := g.ID.String()+" "+m.Identity.String(), find(r, provisionedByID(m.Identity))
		c.check(p != nil && p.Directory == g.Directory && p.Removed == 0, "PRV-9", subject,
			"what a group has is no identity of the directory that keeps it")
		c.check(p == nil || p.User.IsZero() || find(r, groupMember(g.ID, p.User)) != nil, "PRV-9", subject,
			"an identity is in a group, and its user is not")
	})
}

// keeper returns the directory that keeps a group, or nil.
func (c *checker) keeper(r *reads, g GroupRecord) *DirectoryRecord {
	if g.Directory.IsZero() {
		return nil
	}
	d := find(r, directoryByID(g.Directory))
	if d == nil || d.Removed != 0 {
		return nil
	}
	return d
}

// directoryGroupMember examines a member of a group: one that a directory keeps has no
// others than the users of its identities (PRV-9).
func (c *checker) directoryGroupMember(r *reads, g GroupRecord, user UserID) {
	if c.keeper(r, g) == nil {
		return
	}
	put := slices.ContainsFunc(all(r, provisionedOf(user)), func(p ProvisionedRecord) bool {
		return p.Directory == g.Directory && find(r, provisionedMember(g.ID, p.ID)) != nil
	})
	c.check(put, "PRV-9", g.ID.String()+" "+user.String(),
		"a user is in a group that a directory keeps, which has not put them there")
}
