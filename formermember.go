package tenancy

import "slices"

// When a membership ends by leaving or removal, the organization keeps the person's name
// and address as they were then, so that its log can be read (USR-21). leave makes the
// record, Move takes it along in a merge, and DeleteUser and Purge remove it.

// former asks for what those organizations keep of a user whose users the actor sees. Of several the one that the user left last counts.
func (r *reads) former(user UserID) (last *FormerMemberRecord) {
	if !r.actor.isUser() {
		return nil
	}
	for _, rank := range r.ranksOf(r.actor.User) {
		if !rank.may(ViewUsers) {
			continue
		}
		m := find(r, formerMember(rank.Organization, user))
		if m != nil && !r.dir.forgets(*m, r.now) && (last == nil || m.LeftAt > last.LeftAt) {
			last = m
		}
	}
	return last
}

// forgets reports whether the time is over for which an organization keeps the name of
// somebody who left it (USR-21).
func (d *Directory) forgets(m FormerMemberRecord, now Instant) bool {
	return now >= m.LeftAt.add(d.formerFor)
}

// viewFormer returns a former member as they were when they left.
func viewFormer(m FormerMemberRecord) User {
	return User{ID: m.User, Email: m.Personal.Email, Name: m.Personal.Name, Left: m.LeftAt.Time()}
}

// forget removes the former members of a batch who are due, and those of organizations
// whose names are. It returns how many these are.
func (f purgeFacts) forget(c *changes) (n int) {
	due := slices.DeleteFunc(slices.Clone(f.former),
		func(m FormerMemberRecord) bool { return !c.dir.forgets(m, c.now) })
	for _, o := range f.organizations {
		due = append(due, f.left[o.ID]...)
	}
	for _, m := range due {
		if at := formerMember(m.Organization, m.User); get(c.world, at) != nil {
			remove(c.world, at)
			n++
		}
	}
	return n
}
