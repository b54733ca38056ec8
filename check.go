package tenancy

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"time"
)

// Violation is an invariant that does not hold, as Check found it. It contains no
// personal data.
type Violation struct {
	Rule string `json:"rule,omitzero"` // the ID of the rule, as docs/rules.md has it: "INV-3"
	// Subject is the text form of the ID of what it is about: two IDs for a membership or
	// a grant, and the stream's ID and the number for an event.
	Subject string `json:"subject,omitzero"`
	Detail  string `json:"detail,omitzero"` // what is wrong, in fixed words
}

// CheckOptions say how much Check examines. The zero value means only the records.
type CheckOptions struct {
	// Replay also applies the whole log in memory and compares the result with the
	// records (INV-10, INV-11, INV-13), and verifies every stream as VerifyLog does
	// (EVT-6).
	Replay bool
}

// Check examines everything in the store, in one snapshot, and lists every violation
// of the invariants that records can show: INV-1 to INV-10, a purge that is overdue
// (INV-14), counts that are wrong (INV-15), a list that does not have what follows from
// other records (USR-16, ACC-9), and identities of directories that do not follow their
// people (PRV-2 to PRV-9). With Replay it also lists those that the log shows
// (GEN-10). An empty list means that the store is sound.
//
// Check is for the host: it needs no actor and changes nothing. Its time grows with
// the store. An error of the store or the context ends it. Within a block it is refused, and
// within a host's transaction unless the directory is joined to that (On):
// CodeInTransaction, because it would not see what was done there (GEN-11).
func (d *Directory) Check(ctx context.Context, o CheckOptions) iter.Seq2[Violation, error] {
	return func(yield func(Violation, error) bool) {
		found, err := observe(ctx, d.System().Session, "Check",
			func(ctx context.Context, s *Session) ([]Violation, error) {
				if err := s.enter(ctx); err != nil {
					return nil, &Error{Op: "Check", Err: err}
				}
				return s.dir.check(ctx, o)
			})
		if err != nil {
			yield(Violation{}, err)
			return
		}
		for _, v := range found {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// check is Check, of which the observer was told.
func (d *Directory) check(ctx context.Context, o CheckOptions) (found []Violation, err error) {
	err = d.store.View(ctx, func(ctx context.Context, tx ReadTx) error {
		c := checker{ctx: ctx, tx: tx, now: instantOf(d.now()), dir: d, tallies: map[tally]int{}, rest: map[Lookup]func(){}}
		c.records()
		if o.Replay {
			c.replay()
		}
		found = c.found
		return c.err
	})
	if err != nil {
		return nil, &Error{Op: "Check", Err: err}
	}
	return found, nil
}

// checker is a Check under way, within its transaction.
type checker struct {
	ctx   context.Context
	tx    ReadTx
	dir   *Directory
	now   Instant
	found []Violation
	// What records say of their counts, less what was counted. Where the two agree,
	// nothing is kept (INV-15).
	tallies map[tally]int
	parts   []part            // what the page under way adds to the tallies
	rest    map[Lookup]func() // what is left of lists that a sweep began to examine
	err     error             // of the store: it ends everything
}

// part is what a record adds to a tally.
type part struct {
	tally tally
	n     int
}

// check notes a violation unless something holds. Details are fixed words.
func (c *checker) check(holds bool, rule, subject, detail string) {
	if !holds {
		c.found = append(c.found, Violation{rule, subject, detail})
	}
}

// says notes what a record says of a count, and counts what is counted there.
func (c *checker) says(t tally, n int) { c.parts = append(c.parts, part{t, n}) }
func (c *checker) counts(t tally)      { c.parts = append(c.parts, part{t, -1}) }

// add adds what a page says and counts to the tallies.
func (c *checker) add() {
	for _, p := range c.parts {
		if c.tallies[p.tally] += p.n; c.tallies[p.tally] == 0 {
			delete(c.tallies, p.tally)
		}
	}
	c.parts = c.parts[:0]
}

// sweep examines all records of a list, page by page. What a page asks for is read
// together, as in an operation's load: look runs again until it asks nothing new, and
// what its last run finds counts.
func sweep[R Record](c *checker, from many[R], look func(*reads, R)) {
	for c.err == nil {
		r := &reads{known: map[Lookup]Answer{}}
		before := len(c.found)
		var records []R
		c.err = r.gather(c.ctx, c.tx, func() {
			c.found, c.parts = c.found[:before], c.parts[:0]
			records = list(r, from, pageSize)
			for _, record := range records {
				look(r, record)
			}
		})
		c.add()
		if len(records) < pageSize {
			return
		}
		from.Key = keyOf(records[pageSize-1], from.Index)
	}
}

// keyOf returns the key under which an index has a record.
func keyOf(record Record, index Index) (key Key) {
	for _, e := range record.Entries(nil) {
		if e.Index == index {
			key = e.Key
		}
	}
	return key
}

// records examines all records.
func (c *checker) records() {
	sweep(c, allOrganizations(OrganizationID{}), c.organization)
	sweep(c, allUsers(UserID{}), c.user)
	sweep(c, allAccounts(AccountID{}), c.account)
	sweep(c, allInvitations(InvitationID{}), c.invitation)
	sweep(c, allRequests(RequestID{}), c.request)
	sweep(c, allDomains(DomainID{}), c.domain)
	sweep(c, allGroups(GroupID{}), c.group)
	sweep(c, allDirectories(DirectoryID{}), c.directory)
	sweep(c, allProvisioned(ProvisionedID{}), c.provisioned)
	sweep(c, allOrganizations(OrganizationID{}), func(r *reads, o OrganizationRecord) { c.derived(r, o.ID) })
	for _, rest := range c.rest {
		rest()
	}
	sweep(c, formerMembersDue(), c.formerMember)
	sweep(c, allKeys(KeyID{}), c.key)
	c.counted()
}

// counted lists the counts that are not what was counted (INV-15).
func (c *checker) counted() {
	order := func(a, b tally) int {
		return cmp.Or(cmp.Compare(a.counted, b.counted), bytes.Compare(a.of[:], b.of[:]))
	}
	for _, t := range slices.SortedFunc(maps.Keys(c.tallies), order) {
		switch t.counted {
		case countedSeats:
			c.check(false, "INV-15", OrganizationID(t.of).String(), "it says another number of seats")
		case countedAccounts:
			c.check(false, "INV-15", OrganizationID(t.of).String(), "it says another number of accounts")
		case countedSubaccounts:
			c.check(false, "INV-15", AccountID(t.of).String(), "it says another number of subaccounts")
		case countedServiceAccounts:
			c.check(false, "INV-15", OrganizationID(t.of).String(), "it says another number of service accounts")
		case countedKeys:
			c.check(false, "INV-15", UserID(t.of).String(), "it says another number of keys")
		case countedGroups:
			c.check(false, "INV-15", OrganizationID(t.of).String(), "it says another number of groups")
		case countedGroupMembers:
			c.check(false, "INV-15", GroupID(t.of).String(), "it says another number of members")
		case countedAccountGroups:
			c.check(false, "INV-15", AccountID(t.of).String(), "it says another number of groups with roles on it")
		case countedDirectories:
			c.check(false, "INV-15", OrganizationID(t.of).String(), "it says another number of directories")
		case countedIdentities:
			c.check(false, "INV-15", DirectoryID(t.of).String(), "it says another number of identities")
		case countedDirectoryGroups:
			c.check(false, "INV-15", DirectoryID(t.of).String(), "it says another number of groups")
		case countedGroupIdentities:
			c.check(false, "INV-15", GroupID(t.of).String(), "it says another number of identities")
		}
	}
}

func (c *checker) organization(r *reads, o OrganizationRecord) {
	id := o.ID.String()
	c.says(tally{countedSeats, o.ID}, o.Seats)
	c.says(tally{countedAccounts, o.ID}, o.Accounts)
	c.says(tally{countedServiceAccounts, o.ID}, o.ServiceAccounts)
	c.says(tally{countedGroups, o.ID}, o.Groups)
	c.says(tally{countedDirectories, o.ID}, o.Directories)
	if o.State == StateActive {
		owner, rank := find(r, userByID(o.Owner)), find(r, memberOf(o.ID, o.Owner))
		c.check(owner != nil && !owner.Deleted, "INV-1", id, "its Owner does not exist")
		c.check(owner == nil || !owner.ServiceAccount, "INV-1", id, "its Owner is no person")
		c.check(rank != nil && rank.Role == Owner, "INV-1", id, "its Owner is not a member with that role")
		return
	}
	c.check(len(list(r, membersOf(o.ID, UserID{}), 1)) == 0, "INV-9", id, "it has ended, and has members")
	c.check(o.Purged == 0 || len(list(r, formerMembers(o.ID, UserID{}), 1)) == 0, "USR-21", id,
		"it was purged, and keeps former members")
	c.check(len(list(r, domainsIn(o.ID, DomainID{}), 1)) == 0, "INV-9", id, "it has ended, and has domains")
	c.check(len(list(r, connectionsIn(o.ID, ConnectionID{}), 1)) == 0, "INV-9", id,
		"it has ended, and has connections")
	c.check(len(list(r, groupsIn(o.ID, GroupID{}), 1)) == 0, "INV-9", id, "it has ended, and has groups")
	c.check(len(list(r, directoriesIn(o.ID, DirectoryID{}), 1)) == 0, "INV-9", id, "it has ended, and has directories")
	pending := func(i InvitationRecord) bool { return i.Expires > c.now }
	c.check(!slices.ContainsFunc(all(r, pendingInvitationsIn(o.ID)), pending), "INV-9", id,
		"it has ended, and an invitation or account request is pending")
	open := func(q RequestRecord) bool { return q.Expires > c.now }
	c.check(!slices.ContainsFunc(all(r, openRequestsIn(o.ID)), open), "INV-9", id,
		"it has ended, and a request is open")
	c.check(o.Personal.Name.IsZero() || o.Purged == 0 && !c.overdue(o.Ended), "INV-14", id,
		"its name is still there")
}

// overdue reports whether what may be kept for 30 days from a time on should be gone
// by now.
func (c *checker) overdue(since Instant) bool { return c.now >= since.add(keptFor) }

func (c *checker) user(r *reads, u UserRecord) {
	id, memberships := u.ID.String(), all(r, membershipsOf(u.ID, OrganizationID{}))
	c.check(!u.Deleted || len(list(r, formerMembershipsOf(u.ID), 1)) == 0, "USR-21", id,
		"it is deleted, and an organization keeps its name")
	for _, m := range memberships {
		if t := u.tally(m.Organization); t != (tally{}) {
			c.counts(t)
		}
		if m.Role != Owner {
			c.check(len(memberships) == 1, "INV-5", id,
				"a member who is not Owner belongs to another organization too")
			continue
		}
		o := find(r, organizationByID(m.Organization))
		c.check(o == nil || o.State != StateActive || o.Owner == u.ID, "INV-1", m.Organization.String(),
			"another member has the role Owner")
	}
	managed := slices.ContainsFunc(memberships, MembershipRecord.isManaged)
	c.check(u.Managed == managed, "USR-15", id, "it does not say rightly whether an organization manages the user")
	c.words(r, u, memberships)
	c.serviceAccount(r, u, memberships)
	c.unclaimed(r, u, memberships)
	if u.Personal.Address.IsZero() {
		return
	}
	canonical, err := parseEmail(u.Personal.Email.Reveal())
	if err != nil || canonical != u.Personal.Address.Reveal() {
		c.check(false, "INV-7", id, "its address is not in canonical form")
		return
	}
	holder := find(r, userByAddress(canonical))
	c.check(holder != nil && holder.ID == u.ID, "INV-7", id, "its address is another user's too")
}

// words checks that a user is found by the words of their name and address in each of
// their organizations.
func (c *checker) words(r *reads, u UserRecord, memberships []MembershipRecord) {
	for _, m := range memberships {
		c.wordsIn(r, u, m.Organization, false)
	}
}

func (c *checker) wordsIn(r *reads, u UserRecord, org OrganizationID, independent bool) {
	for _, word := range u.wordsIn(org, independent) {
		c.check(find(r, itself(word.(WordRecord))) != nil, "USR-16",
			org.String()+" "+u.ID.String(), "a user is not found by a word of their name or address")
	}
}

// independence checks that lists have what follows from a user's roles on an account.
func (c *checker) independence(r *reads, a AccountRecord, grant GrantRecord) {
	for _, record := range independent(a, grant, all(r, membershipsOf(grant.User, OrganizationID{}))) {
		switch i := record.(type) {
		case IndependentUserRecord:
			c.check(find(r, itself(i)) != nil, "USR-16",
				i.subject(), "the list of independent users does not have the user")
		case IndependentAccountRecord:
			c.check(find(r, itself(i)) != nil, "ACC-9",
				i.subject(), "the list of independent accounts does not have the account")
		}
	}
}

func (i IndependentUserRecord) subject() string { return i.Account.String() + " " + i.User.String() }

func (i IndependentAccountRecord) subject() string { return i.Account.String() + " " + i.User.String() }

// derived checks that what an organization's lists have follows from other records.
func (c *checker) derived(r *reads, org OrganizationID) {
	begin(c, r, wordsIn(org), c.word)
	begin(c, r, independentUsersAfter(org, UserID{}), func(r *reads, i IndependentUserRecord) {
		c.check(follows(r, i.Account, i.User, i), "USR-16", i.subject(),
			"the list of independent users has a user who is not one")
		if user := find(r, userByID(i.User)); user != nil {
			c.wordsIn(r, *user, org, true)
		}
	})
	begin(c, r, independentAccountsFrom(org, AccountID{}, AccountID{}),
		func(r *reads, i IndependentAccountRecord) {
			c.check(follows(r, i.Account, i.User, i), "ACC-9", i.subject(),
				"the list of independent accounts has an account that is not one")
		})
}

// begin examines the first page of a list, together with what else a sweep reads, and
// leaves the rest for later.
func begin[R Record](c *checker, r *reads, from many[R], look func(*reads, R)) {
	records := list(r, from, pageSize)
	for _, record := range records {
		look(r, record)
	}
	if len(records) == pageSize {
		rest := from
		rest.Key = keyOf(records[pageSize-1], from.Index)
		c.rest[Lookup(from)] = func() { sweep(c, rest, look) }
	}
}

func (c *checker) word(r *reads, w WordRecord) {
	user, member := find(r, userByID(w.User)), find(r, memberOf(w.Organization, w.User))
	there := member != nil
	if w.Independent {
		there = len(list(r, independentUserOn(w.Organization, w.User), 1)) > 0
	}
	c.check(user != nil && there && slices.Contains(user.words(), w.Personal.Word.Reveal()), "USR-16",
		w.Organization.String()+" "+w.User.String(),
		"somebody is found by a word that is not of their name or address, or who is not there")
}

// follows reports whether a derived record follows from a user's role on an account.
func follows(r *reads, account AccountID, user UserID, derived Record) bool {
	grant, a := stored(r, grantOn(account, user)), find(r, accountByID(account))
	memberships := all(r, membershipsOf(user, OrganizationID{}))
	return grant != nil && a != nil && slices.Contains(independent(*a, *grant, memberships), derived)
}

func (c *checker) account(r *reads, a AccountRecord) {
	id := a.ID.String()
	c.says(tally{countedSubaccounts, a.ID}, a.Subaccounts)
	c.says(tally{countedAccountGroups, a.ID}, a.Groups)
	var o *OrganizationRecord
	if !a.Organization.IsZero() {
		o = find(r, organizationByID(a.Organization))
		if a.Closed != 0 {
			c.check(o != nil && o.State == StateActive, "INV-10", id,
				"it is closed, and its organization has ended")
		} else {
			c.check(o == nil || o.State == StateActive, "INV-9", id, "its organization has ended")
		}
	}
	for _, g := range listStored(r, grantsOn(a.ID, UserID{}), everything) {
		c.check(a.Closed != 0 || g.User == a.Owner || !g.roles().Has(AccountOwner), "INV-2", id,
			"another user has the role Owner")
		c.independence(r, a, g)
	}
	for _, g := range all(r, groupRolesOn(a.ID)) {
		c.counts(tally{countedAccountGroups, a.ID})
		group := find(r, groupByID(g.Group))
		c.check(group != nil && group.Organization == a.Organization && a.Closed == 0, "GRP-4", id,
			"it is closed, or is not the organization's of a group that has roles on it")
	}
	switch {
	case !a.Parent.IsZero():
		c.subaccount(r, a)
	case a.Closed == 0:
		c.mainAccount(r, a, o)
	}
}

// mainAccount examines a main account that is not closed.
func (c *checker) mainAccount(r *reads, a AccountRecord, o *OrganizationRecord) {
	id := a.ID.String()
	if t := a.tally(); t != (tally{}) {
		c.counts(t)
	}
	owner, grant := find(r, userByID(a.Owner)), stored(r, grantOn(a.ID, a.Owner))
	c.check(owner != nil && !owner.Deleted, "INV-2", id, "its owner does not exist")
	c.check(owner == nil || !owner.ServiceAccount, "INV-2", id, "its owner is no person")
	c.check(grant != nil && grant.roles() == Roles(AccountOwner) && grant.Until == 0, "INV-2", id,
		"its owner does not have the role Owner")
	memberships := all(r, membershipsOf(a.Owner, OrganizationID{}))
	switch {
	case a.Organization.IsZero():
		c.check(len(memberships) == 0, "INV-3", id, "it is unmanaged, and its owner is a member")
	case o == nil || o.State == StateActive:
		member := slices.ContainsFunc(memberships,
			func(m MembershipRecord) bool { return m.Organization == a.Organization })
		c.check(member, "INV-3", id, "its owner is not a member of its organization")
	}
}

func (c *checker) subaccount(r *reads, a AccountRecord) {
	id, parent := a.ID.String(), find(r, accountByID(a.Parent))
	if parent != nil && a.Closed == 0 {
		c.counts(a.tally())
	}
	switch {
	case parent == nil:
		c.check(false, "INV-4", id, "its parent does not exist")
	case !parent.Parent.IsZero():
		c.check(false, "INV-4", id, "its parent is a subaccount")
	case a.Closed == 0:
		c.check(parent.Closed == 0, "INV-4", id, "its parent is closed")
		c.check(parent.Owner == a.Owner && parent.Organization == a.Organization, "INV-4", id,
			"its owner or organization is not its parent's")
	}
}

func (c *checker) invitation(r *reads, i InvitationRecord) {
	id := i.ID.String()
	var holder *InvitationRecord
	switch {
	case i.State != StatePending:
		holder = &i
	case i.Kind == InvitationOfAccount:
		holder = find(r, pendingAccountRequest(i.Organization, i.Account))
	case i.Personal.Address.IsZero():
		holder = &i
	case i.Kind == InvitationToAccount:
		holder = find(r, pendingAccountInvitation(i.Account, i.Personal.Address.Reveal()))
	default:
		holder = find(r, pendingInvitation(i.Organization, i.Personal.Address.Reveal()))
	}
	c.check(holder != nil && holder.ID == i.ID, "INV-8", id,
		"another invitation is pending for its target and address")
	if !i.Personal.Address.IsZero() {
		canonical, err := parseEmail(i.Personal.Email.Reveal())
		c.check(err == nil && canonical == i.Personal.Address.Reveal(), "INV-8", id,
			"its address is not in canonical form")
		c.check(!c.overdue(due(i.Settled, i.Expires)), "INV-14", id, "its address is still there")
	}
}

func (c *checker) request(_ *reads, q RequestRecord) {
	c.check(q.Personal.Address.IsZero() || !c.overdue(due(q.Settled, q.Expires)), "INV-14", q.ID.String(),
		"its address is still there")
}

// formerMember examines what an organization keeps of a former member. Purge has a day
// to remove what is due.
func (c *checker) formerMember(_ *reads, m FormerMemberRecord) {
	c.check(!c.dir.forgets(m, c.now.add(-24*time.Hour)), "INV-14",
		m.Organization.String()+" "+m.User.String(), "the name of a former member is still there")
}

// group examines a group and the first page of its members, and leaves the others for
// later.
func (c *checker) group(r *reads, g GroupRecord) {
	c.says(tally{countedGroupMembers, g.ID}, g.Members)
	c.counts(tally{countedGroups, g.Organization})
	c.directoryGroup(r, g)
	begin(c, r, groupMembers(g.ID, UserID{}), func(r *reads, m GroupMemberRecord) {
		c.directoryGroupMember(r, g, m.User)
		c.counts(tally{countedGroupMembers, g.ID})
		c.check(find(r, memberOf(g.Organization, m.User)) != nil, "GRP-1", g.ID.String()+" "+m.User.String(),
			"a user is in a group, and is not a member of its organization")
	})
	begin(c, r, groupRolesOf(g.ID, AccountID{}), func(r *reads, of GroupRolesRecord) {
		c.check(find(r, accountByID(of.Account)) != nil, "GRP-1", g.ID.String()+" "+of.Account.String(),
			"a group has roles on an account that does not exist")
	})
}

func (c *checker) domain(r *reads, d DomainRecord) {
	if d.State == StateUnverified {
		return
	}
	canonical, err := parseDomain(d.Personal.Name)
	if err != nil || canonical != d.Personal.Name {
		c.check(false, "INV-6", d.ID.String(), "its name is not in canonical form")
		return
	}
	holder := find(r, verifiedDomain(canonical))
	c.check(holder != nil && holder.ID == d.ID, "INV-6", d.ID.String(),
		"another organization has it verified too")
}

// serviceAccount examines what only service accounts have, and what they never have
// (USR-20).
func (c *checker) serviceAccount(r *reads, u UserRecord, memberships []MembershipRecord) {
	id := u.ID.String()
	c.says(tally{countedKeys, u.ID}, u.Keys)
	if !u.ServiceAccount {
		return
	}
	c.check(u.Personal.Email.IsZero() && u.Personal.Address.IsZero(), "USR-20", id,
		"it is a service account, and has an address")
	if u.Deleted {
		c.check(u.Personal == UserPersonal{}, "USR-20", id, "it is deleted, and its name is still there")
		c.check(len(list(r, keysOf(u.ID, KeyID{}), 1)) == 0, "USR-20", id, "it is deleted, and has keys")
		c.check(len(list(r, grantsOf(u.ID, AccountID{}), 1)) == 0, "USR-20", id,
			"it is deleted, and has roles on accounts")
		c.check(len(memberships) == 0, "USR-20", id, "it is deleted, and is a member")
		return
	}
	c.check(len(memberships) == 1, "USR-20", id, "it is a service account of no organization")
	for _, g := range all(r, grantsOf(u.ID, AccountID{})) {
		a := find(r, accountByID(g.Account))
		c.check(a == nil || belongings{memberships: memberships}.membership(a.Organization) != nil, "USR-20", id,
			"it has a role on an account that is not its organization's")
	}
}

// key examines a key of a service account. Purge has a day to remove what is due.
func (c *checker) key(r *reads, k KeyRecord) {
	if t := k.tally(); t != (tally{}) {
		c.counts(t)
	}
	user := find(r, userByID(k.User))
	c.check(user != nil && user.ServiceAccount, "USR-22", k.ID.String(), "it is of no service account")
	c.check(k.Personal == KeyPersonal{} || !c.dir.forgetsKey(k, c.now.add(-24*time.Hour)), "INV-14",
		k.ID.String(), "the name of a key that has ended is still there")
}
