package tenancy

import "slices"

// The counts that limits need stand in records, so that nothing is counted while an
// operation decides (GEN-12, INV-15): an organization's seats, service accounts, main
// accounts, groups and directories, a main account's subaccounts, a service account's keys,
// a group's members and identities, a directory's identities and groups, and the groups with
// roles on an account. No event speaks of them, and no operation changes them. A directory
// that was removed counts nothing.
// Whenever the world writes a record that is counted somewhere, the count follows here.
// So does whether a user is managed, by which those are found who can be imported.

// counted says what a count is of.
type counted uint8

const (
	countedSeats           counted = 1 + iota // of an organization
	countedAccounts                           // of an organization
	countedSubaccounts                        // of a main account
	countedServiceAccounts                    // of an organization
	countedKeys                               // of a service account
	countedGroups                             // of an organization
	countedGroupMembers                       // of a group
	countedAccountGroups                      // with roles on an account
	countedDirectories                        // of an organization
	countedIdentities                         // of a directory
	countedDirectoryGroups                    // of a directory
	countedGroupIdentities                    // of a group
)

// tally is one count of one record. The zero value is none.
type tally struct {
	counted counted
	of      [16]byte // the organization, the account, the service account, the group or the directory
}

// tally returns where the account is counted.
func (a AccountRecord) tally() tally {
	switch {
	case a.Closed != 0:
		return tally{}
	case !a.Parent.IsZero():
		return tally{countedSubaccounts, a.Parent}
	case !a.Organization.IsZero():
		return tally{countedAccounts, a.Organization}
	}
	return tally{}
}

// tally returns where the key is counted.
func (k KeyRecord) tally() tally {
	if k.Revoked != 0 {
		return tally{}
	}
	return tally{countedKeys, k.User}
}

// tally returns where the user is counted as a member of an organization.
func (u UserRecord) tally(org OrganizationID) tally {
	switch {
	case u.ServiceAccount:
		return tally{countedServiceAccounts, org}
	case u.takesSeat():
		return tally{countedSeats, org}
	}
	return tally{}
}

// tallyOf returns where a record is counted, other than a membership. One that is nil is
// counted nowhere.
func tallyOf(record Record) tally {
	switch record := record.(type) {
	case AccountRecord:
		return record.tally()
	case KeyRecord:
		return record.tally()
	case GroupRecord:
		return tally{countedGroups, record.Organization}
	case GroupMemberRecord:
		return tally{countedGroupMembers, record.Group}
	case GroupRolesRecord:
		return tally{countedAccountGroups, record.Account}
	case DirectoryRecord:
		if record.Removed == 0 {
			return tally{countedDirectories, record.Organization}
		}
	case ProvisionedRecord:
		if record.Removed == 0 {
			return tally{countedIdentities, record.Directory}
		}
	case ProvisionedMemberRecord:
		return tally{countedGroupIdentities, record.Group}
	}
	return tally{}
}

// directoryTally returns where a group that a directory keeps is counted besides.
func directoryTally(record Record) tally {
	if g, ok := record.(GroupRecord); ok && !g.Directory.IsZero() {
		return tally{countedDirectoryGroups, g.Directory}
	}
	return tally{}
}

// recount makes the counts follow a change of a record. A record that is nil is absent.
func (w *world) recount(was, now Record) {
	if user, ok := now.(UserRecord); ok {
		w.recountUser(was, user)
		return
	}
	w.manage(was, now)
	if member, ok := was.(MembershipRecord); ok && now == nil {
		w.recountMember(member, -1)
	}
	if member, ok := now.(MembershipRecord); ok && was == nil {
		w.recountMember(member, 1)
	}
	w.recountIn(tallyOf(was), tallyOf(now))
	w.recountIn(directoryTally(was), directoryTally(now))
}

// recountIn makes counts follow what was counted in one place and is now in another.
func (w *world) recountIn(from, to tally) {
	if from != to {
		w.add(from, -1)
		w.add(to, 1)
	}
}

// recountMember counts the seat of a member who joined or left, or the service account. In a
// replay a user may be created only after they have joined, because the two are in
// different streams: recountUser sets that right.
func (w *world) recountMember(m MembershipRecord, n int) {
	user := get(w, userByID(m.User))
	if user == nil && w.reads != nil {
		w.fault = "counts the seat of a user who was not read"
		return
	}
	if user == nil {
		user = &UserRecord{}
	}
	w.add(user.tally(m.Organization), n)
}

// manage makes a user's record say whether an organization manages them, as they get or
// lose a membership that is not an Owner's. They have at most one such (INV-5).
func (w *world) manage(was, now Record) {
	before, _ := was.(MembershipRecord)
	after, _ := now.(MembershipRecord)
	if before.isManaged() == after.isManaged() {
		return
	}
	user := after.User
	if user.IsZero() {
		user = before.User
	}
	managed := after.isManaged() || w.isManaged(user)
	edit(w, userByID(user), func(u *UserRecord) { u.Managed = managed })
}

// isManaged reports whether an organization manages a user as things stand. In a replay
// another one may: there what happened in one organization may come after what happened
// later in another.
func (w *world) isManaged(user UserID) bool {
	return slices.ContainsFunc(w.belongs[user], func(org OrganizationID) bool {
		return get(w, memberOf(org, user)).isManaged()
	})
}

// isManaged reports whether by this membership its user is managed.
func (m MembershipRecord) isManaged() bool { return !m.User.IsZero() && m.Role != Owner }

// recountUser counts the seats of a user who takes them again, or no longer does.
func (w *world) recountUser(was Record, user UserRecord) {
	before, _ := was.(UserRecord)
	if before.tally(OrganizationID{}) == user.tally(OrganizationID{}) {
		return
	}
	if was != nil && !w.knowsMemberships(user.ID) {
		w.fault = "counts the seats of a user whose memberships were not read"
		return
	}
	for _, org := range w.belongs[user.ID] {
		w.recountIn(before.tally(org), user.tally(org))
	}
}

// knowsMemberships reports whether all memberships of a user are in the world: they were
// read, or the operation created the user.
func (w *world) knowsMemberships(user UserID) bool {
	if at := userByID(user); w.reads == nil || w.isNew(Entry{at.Index, at.Key}) {
		return true
	}
	l := Lookup(membershipsOf(user, OrganizationID{}))
	l.Limit = everything
	_, read := w.reads.known[l]
	return read
}

// add changes a count. It is a fault if the record that has it is absent or was not
// read.
func (w *world) add(t tally, n int) {
	switch t.counted {
	case countedSeats:
		edit(w, organizationByID(t.of), func(o *OrganizationRecord) { o.Seats += n })
	case countedAccounts:
		edit(w, organizationByID(t.of), func(o *OrganizationRecord) { o.Accounts += n })
	case countedSubaccounts:
		edit(w, accountByID(t.of), func(a *AccountRecord) { a.Subaccounts += n })
	case countedServiceAccounts:
		edit(w, organizationByID(t.of), func(o *OrganizationRecord) { o.ServiceAccounts += n })
	case countedKeys:
		edit(w, userByID(t.of), func(u *UserRecord) { u.Keys += n })
	case countedGroups:
		edit(w, organizationByID(t.of), func(o *OrganizationRecord) { o.Groups += n })
	case countedGroupMembers:
		edit(w, groupByID(t.of), func(g *GroupRecord) { g.Members += n })
	case countedAccountGroups:
		edit(w, accountByID(t.of), func(a *AccountRecord) { a.Groups += n })
	case countedDirectories:
		edit(w, organizationByID(t.of), func(o *OrganizationRecord) { o.Directories += n })
	case countedIdentities:
		w.addToDirectory(t.of, func(d *DirectoryRecord) { d.Identities += n })
	case countedDirectoryGroups:
		w.addToDirectory(t.of, func(d *DirectoryRecord) { d.Groups += n })
	case countedGroupIdentities:
		edit(w, groupByID(t.of), func(g *GroupRecord) { g.Identities += n })
	}
}

// addToDirectory changes a count of a directory that was not removed.
func (w *world) addToDirectory(id DirectoryID, add func(*DirectoryRecord)) {
	edit(w, directoryByID(id), func(d *DirectoryRecord) {
		if d.Removed == 0 {
			add(d)
		}
	})
}

// moveCounts moves an organization's counts along with all that is counted in it.
func (w *world) moveCounts(m Move) {
	if m.From.IsZero() {
		return // a group that ends is counted as its record goes, and its accounts by the store
	}
	var seats, accounts, services, groups int
	edit(w, organizationByID(m.From), func(o *OrganizationRecord) {
		seats, accounts, services, groups = o.Seats, o.Accounts, o.ServiceAccounts, o.Groups
		o.Seats, o.Accounts, o.ServiceAccounts, o.Groups = 0, 0, 0, 0
	})
	if m.Into.IsZero() {
		return
	}
	edit(w, organizationByID(m.Into), func(o *OrganizationRecord) {
		o.Seats += seats
		o.Accounts += accounts
		o.ServiceAccounts += services
		o.Groups += groups
	})
}
