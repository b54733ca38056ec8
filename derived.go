package tenancy

import (
	"context"
	"slices"
)

// Some records are derived from others, so that a list costs what it shows and not what
// the organization has: who is independent to it (IndependentUserRecord,
// IndependentAccountRecord), and the words of its members and of independent users
// (WordRecord). No event tells of them, and no
// decision looks at them. They are derived here alone: when an operation writes, from the
// records that it changed. MoveAll takes them along with an organization.

// derivation is what follows from the records that an operation changed.
type derivation struct {
	*reads
	world *world

	// The memberships and grants that began or ended, by what they are looked up by.
	memberships map[UserID][]*slot
	grantsOf    map[UserID][]*slot
	grantsOn    map[AccountID][]*slot

	named    []UserID    // whose name, address or memberships changed
	joined   []UserID    // whose memberships began or ended
	accounts []AccountID // that were closed, or changed their organization
	pairs    []pair      // whose grant began or ended, or ends at another time

	put, deleted []Record // what follows
}

// pair is a user and an account on which they may have a role.
type pair struct {
	account AccountID
	user    UserID
}

// derive begins a derivation from what was changed in the world.
func (r *reads) derive(w *world) *derivation {
	d := &derivation{
		reads: r, world: w,
		memberships: map[UserID][]*slot{},
		grantsOf:    map[UserID][]*slot{},
		grantsOn:    map[AccountID][]*slot{},
	}
	for _, s := range w.order {
		d.note(s)
	}
	return d
}

// note notes what was changed of a record.
func (d *derivation) note(s *slot) {
	record, began, ended := s.now, s.was == nil && s.now != nil, s.was != nil && s.now == nil
	if ended {
		record = s.was
	}
	switch record := record.(type) {
	case UserRecord:
		was, _ := s.was.(UserRecord)
		now, _ := s.now.(UserRecord)
		if was.Personal != now.Personal {
			d.named = append(d.named, record.ID)
		}
	case MembershipRecord:
		if began || ended {
			d.memberships[record.User] = append(d.memberships[record.User], s)
			d.named, d.joined = append(d.named, record.User), append(d.joined, record.User)
		}
	case GrantRecord:
		if began || ended {
			d.grantsOf[record.User] = append(d.grantsOf[record.User], s)
			d.grantsOn[record.Account] = append(d.grantsOn[record.Account], s)
		}
		was, _ := s.was.(GrantRecord)
		now, _ := s.now.(GrantRecord)
		if began || ended || was.end() != now.end() {
			d.pairs = append(d.pairs, pair{record.Account, record.User})
		}
	case AccountRecord:
		was, _ := s.was.(AccountRecord)
		now, _ := s.now.(AccountRecord)
		if was.Organization != now.Organization || (was.Closed == 0) != (now.Closed == 0) {
			d.accounts = append(d.accounts, record.ID)
		}
	}
}

// load asks for what the derived records depend on, and derives them as they were and as
// they are now. Like every load it runs until it asks nothing new.
func (d *derivation) load() {
	d.put, d.deleted = nil, nil
	for _, p := range d.affected() {
		d.replace(d.independent(p, asItWas), d.independent(p, asItIs))
	}
	homes, became, ceased := d.turned()
	for _, at := range homes {
		d.replaceWordsIn(at, became[at], ceased[at])
	}
	for _, user := range each(d.named) {
		d.replace(d.words(user, asItWas), d.words(user, asItIs))
	}
}

// each returns values in their order, each once.
func each[T comparable](values []T) (once []T) {
	seen := make(map[T]bool, len(values))
	for _, v := range values {
		if !seen[v] {
			seen[v] = true
			once = append(once, v)
		}
	}
	return once
}

// replace notes which derived records come and which go.
func (d *derivation) replace(was, now []Record) {
	for _, record := range was {
		if !slices.Contains(now, record) {
			d.deleted = append(d.deleted, record)
		}
	}
	for _, record := range now {
		if !slices.Contains(was, record) {
			d.put = append(d.put, record)
		}
	}
}

// affected returns the pairs whose independence may have changed, each once.
func (d *derivation) affected() []pair {
	pairs := slices.Clone(d.pairs)
	for _, user := range each(d.joined) {
		pairs = append(pairs, d.pairsOf(user)...)
	}
	for _, account := range each(d.accounts) {
		var before []GrantRecord
		if !d.isNewAccount(account) {
			before = listStored(d.reads, grantsOn(account, UserID{}), everything)
		}
		for _, g := range append(before, sidesOf[GrantRecord](d.grantsOn[account])...) {
			pairs = append(pairs, pair{account, g.User})
		}
	}
	return each(pairs)
}

// pairsOf returns a user, each time with one of the accounts on which they had or have a
// role.
func (d *derivation) pairsOf(user UserID) (pairs []pair) {
	var before []GrantRecord
	if !d.isNew(userByID(user)) {
		before = listStored(d.reads, grantsOf(user, AccountID{}), everything)
	}
	for _, g := range append(before, sidesOf[GrantRecord](d.grantsOf[user])...) {
		pairs = append(pairs, pair{g.Account, user})
	}
	return pairs
}

// words derives the words by which a user is found in the organizations of which they are
// a member, and in those to which they are independent.
func (d *derivation) words(user UserID, at side) (words []Record) {
	record := recordAt(d, userByID(user), at)
	if record == nil {
		return nil
	}
	for _, m := range d.membershipsOf(user, at) {
		words = append(words, record.wordsIn(m.Organization, false)...)
	}
	var outside []OrganizationID
	for _, p := range d.pairsOf(user) {
		for _, derived := range d.independent(p, at) {
			if i, ok := derived.(IndependentUserRecord); ok {
				outside = append(outside, i.Organization)
			}
		}
	}
	for _, org := range each(outside) {
		words = append(words, record.wordsIn(org, true)...)
	}
	return words
}

// home is an organization, and a user who may be independent to it.
type home struct {
	organization OrganizationID
	user         UserID
}

// turned returns by how many accounts each user became independent to each organization,
// and by how many they ceased to be, in the order of homes. It leaves out users whose words
// are derived anew in all organizations.
func (d *derivation) turned() (homes []home, became, ceased map[home]int) {
	anew := map[UserID]bool{}
	for _, user := range d.named {
		anew[user] = true
	}
	counted := func(records []Record) map[home]int {
		counts := map[home]int{}
		for _, record := range records {
			if i, ok := record.(IndependentUserRecord); ok && !anew[i.User] {
				at := home{i.Organization, i.User}
				homes = append(homes, at)
				counts[at]++
			}
		}
		return counts
	}
	became, ceased = counted(d.put), counted(d.deleted)
	return each(homes), became, ceased
}

// replaceWordsIn notes which words come as a user becomes independent to an organization by
// so many accounts, and which go as they cease to be by so many and no other is left.
func (d *derivation) replaceWordsIn(at home, became, ceased int) {
	before := list(d.reads, independentUserOn(at.organization, at.user), ceased+1)
	after := len(before) - ceased + became
	user := recordAt(d, userByID(at.user), asItIs)
	if user == nil || (len(before) == 0) == (after == 0) {
		return
	}
	words := user.wordsIn(at.organization, true)
	if after > 0 {
		d.put = append(d.put, words...)
	} else {
		d.deleted = append(d.deleted, words...)
	}
}

// independent derives to which organizations a user or an account is independent by the
// user's role on the account.
func (d *derivation) independent(p pair, at side) []Record {
	grant, account := recordAt(d, grantOn(p.account, p.user), at), recordAt(d, accountByID(p.account), at)
	memberships := d.membershipsOf(p.user, at)
	if grant == nil || account == nil {
		return nil
	}
	return independent(*account, *grant, memberships)
}

// independent returns the records that follow from the roles on an account of a user who
// has the given memberships, also if the roles have ended: lists look at the clock
// (ACC-11).
func independent(a AccountRecord, grant GrantRecord, memberships []MembershipRecord) (records []Record) {
	user, until := grant.User, grant.end()
	if a.Closed != 0 {
		return nil
	}
	if !a.Organization.IsZero() && membershipIn(memberships, a.Organization) == nil {
		records = append(records, IndependentUserRecord{a.Organization, user, a.ID, until})
	}
	for _, m := range memberships {
		if m.Organization != a.Organization {
			records = append(records, IndependentAccountRecord{m.Organization, a.ID, a.Parent, user, until})
		}
	}
	return records
}

// side says which of the two states of a record is meant: before the operation or after.
type side int

const (
	asItWas side = iota
	asItIs
)

func (s *slot) at(at side) Record {
	if at == asItWas {
		return s.was
	}
	return s.now
}

// recordAt returns a record as it was or as it is now, or nil if it is absent.
func recordAt[R Record](d *derivation, o one[R], at side) *R {
	if s := d.world.slots[Entry{o.Index, o.Key}]; s != nil {
		if record, ok := s.at(at).(R); ok {
			return &record
		}
		return nil
	}
	return stored(d.reads, o)
}

// isNew reports whether the operation creates a user, of whom nothing is stored then.
func (d *derivation) isNew(o one[UserRecord]) bool { return d.world.isNew(Entry{o.Index, o.Key}) }

func (d *derivation) isNewAccount(account AccountID) bool {
	o := accountByID(account)
	return d.world.isNew(Entry{o.Index, o.Key})
}

// membershipsOf returns a user's memberships as they were or as they are now.
func (d *derivation) membershipsOf(user UserID, at side) []MembershipRecord {
	var memberships []MembershipRecord
	if !d.isNew(userByID(user)) {
		memberships = all(d.reads, membershipsOf(user, OrganizationID{}))
	}
	if at == asItWas {
		return memberships
	}
	for _, s := range d.memberships[user] {
		if s.now != nil {
			memberships = append(memberships, s.now.(MembershipRecord))
			continue
		}
		ended := s.was.(MembershipRecord)
		memberships = slices.DeleteFunc(memberships,
			func(m MembershipRecord) bool { return m.Organization == ended.Organization })
	}
	return memberships
}

// sidesOf returns records that began or ended.
func sidesOf[R Record](changed []*slot) (records []R) {
	for _, s := range changed {
		if s.now != nil {
			records = append(records, s.now.(R))
		} else {
			records = append(records, s.was.(R))
		}
	}
	return records
}

// needMemberships asks ahead for what is derived from if a user gets or loses roles. That
// saves a step: finish asks for what is missing.
func (r *reads) needMemberships(user UserID) { all(r, membershipsOf(user, OrganizationID{})) }

// needRoles asks ahead for what is derived from if a user's name or address changes, or if
// they join an organization, and main accounts of theirs come along.
func (r *reads) needRoles(user UserID, owned []family) {
	for _, g := range all(r, grantsOf(user, AccountID{})) {
		need(r, accountByID(g.Account))
	}
	for _, family := range owned {
		for _, account := range family.all() {
			for _, g := range all(r, grantsOn(account.ID, UserID{})) {
				r.needMemberships(g.User)
			}
		}
	}
}

// finish reads the heads of the streams that the operation appends to, together with what
// the derived records depend on.
func (r *reads) finish(
	ctx context.Context, tx ReadTx, c *changes,
) (heads map[Stream]*HeadRecord, derived *derivation, err error) {
	r.steps = 0 // load has read all that the decision needed
	derived = r.derive(c.world)
	err = r.gather(ctx, tx, func() {
		heads = r.heads(c.said)
		derived.load()
	})
	return heads, derived, err
}
