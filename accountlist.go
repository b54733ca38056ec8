package tenancy

import (
	"context"
	"iter"
	"maps"
	"slices"
	"time"
)

// AccountQuery selects accounts of an organization. The zero value selects all of them.
type AccountQuery struct {
	Kind   Kind      `json:"kind,omitzero"`   // KindManaged, KindIndependent or KindPending; empty: any
	State  State     `json:"state,omitzero"`  // StateActive, StateSuspended or StateClosed, as in Account.State; empty: any
	Parent AccountID `json:"parent,omitzero"` // only the subaccounts of this account; zero: any
	After  Cursor    `json:"after,omitzero"`  // of an item of the same query; empty: from the start
}

// AccountsOfQuery selects accounts that a user reaches. The zero value selects all of them.
type AccountsOfQuery struct {
	// Organization selects the accounts that it manages, of those that the actor sees as its
	// own (GEN-5). An organization of which the actor sees nothing selects none, as one does
	// that is not there. A merged one stands for its survivor (ORG-13). Zero: any account.
	Organization OrganizationID `json:"organization,omitzero"`
	After        Cursor         `json:"after,omitzero"` // of an item of the same query; empty: from the start
}

// ReachQuery selects a part of Access. The zero value selects all.
type ReachQuery struct {
	After Cursor `json:"after,omitzero"` // of an item of the same query; empty: from the start
}

// OrganizationAccount is an account in an organization's list: its own, one on which a
// member has a role, or one that it asks for.
type OrganizationAccount struct {
	Kind      Kind            `json:"kind,omitzero"` // KindManaged, KindIndependent or KindPending
	ID        AccountID       `json:"id,omitzero"`
	Name      Personal        `json:"name,omitzero"`      // empty: a pending account, of which only the ID is to be seen
	Account   *Account        `json:"account,omitzero"`   // of a managed account; nil: not to be seen
	OwnerName Personal        `json:"ownerName,omitzero"` // of a managed account; empty: not to be seen
	Members   []AccountRoles  `json:"members,omitzero"`   // of an independent account: which members have which roles on it; else nil
	Request   *AccountRequest `json:"request,omitzero"`   // of a pending account; else nil
	listed
}

// AccountRoles is the roles that a member has on an account, temporary ones and those on
// its parent included.
type AccountRoles struct {
	User  UserID    `json:"user,omitzero"`
	Name  Personal  `json:"name,omitzero"`
	Roles RoleSet   `json:"roles,omitzero"`
	Until time.Time `json:"until,omitzero"` // when the last of the roles ends (ACC-11); zero: one has no end
}

// Reach says how a user reaches an account.
type Reach struct {
	Account     AccountID `json:"account,omitzero"`
	AccountName Personal  `json:"accountName,omitzero"`
	State       State     `json:"state,omitzero"` // of the account, as in Account.State; empty: not to be seen
	User        UserID    `json:"user,omitzero"`
	Name        Personal  `json:"name,omitzero"`
	Email       Personal  `json:"email,omitzero"`
	Roles       RoleSet   `json:"roles,omitzero"`      // all of those below together (ACC-3, GRP-3); empty: the user only manages the account
	Direct      RoleSet   `json:"direct,omitzero"`     // assigned on the account, without an end; empty: none
	FromParent  RoleSet   `json:"fromParent,omitzero"` // assigned on its main account, without an end; empty: none
	Manages     bool      `json:"manages"`             // they manage it through its organization, which is no role on it; false in Access

	// Temporary roles, and when they end (ACC-11).
	DirectTemporary     RoleSet   `json:"directTemporary,omitzero"`     // assigned on the account; empty: none
	DirectUntil         time.Time `json:"directUntil,omitzero"`         // zero: there are none
	FromParentTemporary RoleSet   `json:"fromParentTemporary,omitzero"` // assigned on its main account; empty: none
	FromParentUntil     time.Time `json:"fromParentUntil,omitzero"`     // zero: there are none

	// Groups are the groups of the user that give them roles on the account or on its main
	// account; nil: none.
	Groups []ReachGroup `json:"groups,omitzero"`
	listed
}

// ReachGroup is a group by which a user reaches an account.
type ReachGroup struct {
	Group   GroupID   `json:"group,omitzero"`
	Name    Personal  `json:"name,omitzero"`
	Account AccountID `json:"account,omitzero"` // on which the group gives the roles: the account or its main account
	Roles   RoleSet   `json:"roles,omitzero"`
}

// Accounts lists an organization's accounts (ACC-9): first the managed ones, including
// subaccounts and closed ones; then the independent ones, which are not closed and on
// which a member has a role; then the pending ones, which the organization asks for
// (ACC-4). Each kind is in the order of its IDs, except that independent subaccounts stand
// behind their main account. Owner and Administrators, Operators and
// System may call it.
//
// Of an independent account it shows the name, and which member has which role; of a
// pending one the ID. It shows to nobody else what the Owner reaches through other
// organizations of theirs (GEN-5). A query with State or Parent selects only managed
// accounts. A page costs what it shows. Pages of independent accounts also read what the
// Owner reaches through other organizations of theirs.
//
// Errors: CodeID; CodeInput if there are no accounts of such a Kind or State;
// CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) Accounts(
	ctx context.Context, org OrganizationID, query AccountQuery,
) iter.Seq2[OrganizationAccount, error] {
	l := listOf("Accounts", org.String(), string(query.Kind), string(query.State), query.Parent.String())
	return pages(l, query.After, func(from place, malformed error) (page[OrganizationAccount], error) {
		check := form{malformed}
		check.id(org)
		check.that(query.Kind == "" || slices.Contains(accountSections, query.Kind), CodeInput)
		check.that(slices.Contains([]State{"", StateActive, StateSuspended, StateClosed}, query.State),
			CodeInput)
		check.that(int(from.section) < len(accountSections), CodeCursor)
		at := accountsPlace{query, l, query.begin(from)}
		return look(ctx, s, call{opAccounts, org.String(), check.err},
			func(r *reads) accountsFacts { return r.loadAccounts(org, at.from) },
			func(f accountsFacts, c *changes) (page[OrganizationAccount], error) {
				return decideAccounts(f, at, c)
			})
	})
}

// The sections of Accounts, and the kind that each one lists.
const (
	managedSection byte = iota
	independentSection
	pendingSection
)

var accountSections = []Kind{
	managedSection: KindManaged, independentSection: KindIndependent, pendingSection: KindPending,
}

// begin goes on from a place to the first section that the query selects, or to the end.
func (q AccountQuery) begin(from place) place {
	for int(from.section) < len(accountSections) && !q.selects(accountSections[from.section]) {
		from = place{section: from.section + 1}
	}
	return from
}

// selects reports whether the query selects accounts of a kind. What may not be seen of
// an independent or pending account cannot be queried by.
func (q AccountQuery) selects(kind Kind) bool {
	if q.Kind != "" && q.Kind != kind {
		return false
	}
	return kind == KindManaged || q.State == "" && q.Parent.IsZero()
}

// takes reports whether the query selects a managed account.
func (q AccountQuery) takes(m managedAccount) bool {
	state := q.State == "" || q.State == m.account.stateUnder(m.parent)
	parent := q.Parent.IsZero() || q.Parent == m.account.Parent
	return state && parent
}

// accountsFacts is a page of an organization's accounts: of the section that the page
// begins in.
type accountsFacts struct {
	standing
	managed []managedAccount   // up to a page
	owner   []MembershipRecord // the Owner's, for a page of independent accounts
	outside []outsideAccount   // up to a page of the independent ones
	next    place              // behind these; zero: the section ends
	pending []askedAccount     // up to a page; at its end may stand invitations that ask for no account
}

type managedAccount struct {
	account AccountRecord
	parent  *AccountRecord // nil: a main account
	owner   *UserRecord
}

// outsideAccount is an account that is not the organization's, and the members who have a
// role on it or on its main account, by ID.
type outsideAccount struct {
	account AccountRecord
	members []memberRoles
}

type memberRoles struct {
	user  UserRecord
	roles RoleSet
	until Instant // when the last of them ends; zero: one has no end
}

// with adds the roles of a grant.
func (m memberRoles) with(g GrantRecord) memberRoles {
	first := m.roles.IsZero()
	m.roles = m.roles.with(g.roles())
	switch {
	case first:
		m.until = g.end()
	case m.until == 0 || g.end() == 0:
		m.until = 0
	default:
		m.until = max(m.until, g.end())
	}
	return m
}

func (r *reads) loadAccounts(org OrganizationID, from place) accountsFacts {
	org = r.shown(org)
	f := accountsFacts{standing: r.standing(org)}
	if r.actor.isUser() && !r.may(ViewAccounts, org) {
		return f
	}
	switch from.section {
	case managedSection:
		for _, a := range list(r, accountsIn(org, AccountID(from.key.ID)), pageSize) {
			m := managedAccount{account: a, owner: find(r, userByID(a.Owner))}
			if !a.Parent.IsZero() {
				m.parent = find(r, accountByID(a.Parent))
			}
			f.managed = append(f.managed, m)
		}
	case independentSection:
		if f.organization != nil {
			f.owner = all(r, membershipsOf(f.organization.Owner, OrganizationID{}))
		}
		r.outsideAccounts(org, from, &f)
	case pendingSection:
		for _, i := range list(r, pendingAccountRequestsIn(org, AccountID(from.key.ID)), pageSize) {
			f.pending = append(f.pending, r.askedAccount(i))
		}
	}
	return f
}

// outsideAccounts asks for a page of independent accounts. A main account on which members
// have roles comes with its subaccounts, since they reach these too (ACC-3).
func (r *reads) outsideAccounts(org OrganizationID, from place, f *accountsFacts) {
	main, last := AccountID(from.key.In), AccountID(from.key.ID)
	ties := independentAccountsFrom(org, AccountID{}, main)
	if last == lastID {
		ties = independentAccountsAfter(org, main)
	}
	families, more := groups(r, ties, IndependentAccountRecord.main,
		func(main AccountID) many[IndependentAccountRecord] { return independentFamily(org, main) })
	for _, ties := range families {
		after := AccountID{}
		if ties[0].main() == main {
			after = last
		}
		f.outside = append(f.outside, r.outsideFamily(ties, after)...)
		if len(f.outside) >= pageSize {
			f.outside = f.outside[:pageSize]
			end := f.outside[pageSize-1].account
			f.next = place{from.section, Key{In: end.main(), ID: end.ID}}
			return
		}
		if more {
			f.next = place{from.section, Key{In: ties[0].main(), ID: lastID}}
		}
	}
}

// outsideFamily asks for a main account on which members have roles and its subaccounts,
// or for the subaccounts alone on which they have roles, by ID. It begins behind an
// account of them, and ends after a page.
func (r *reads) outsideFamily(ties []IndependentAccountRecord, after AccountID) (family []outsideAccount) {
	r.memberRoles(ties, nil) // asks at once, whatever accounts there are
	main, of := ties[0].main(), map[AccountID][]IndependentAccountRecord{}
	var own []AccountID // that have ties of their own
	for _, t := range ties {
		if of[t.Account] == nil {
			own = append(own, t.Account)
		}
		of[t.Account] = append(of[t.Account], t)
	}
	behind := after
	if after == main {
		behind = AccountID{}
	}
	var accounts []AccountRecord
	for _, id := range own {
		listed := id != main && of[main] != nil // below, with the other subaccounts
		seen := id == main && !after.IsZero() || id != main && compareIDs(id, behind) <= 0
		if listed || seen {
			continue
		}
		if a := find(r, accountByID(id)); a != nil {
			accounts = append(accounts, *a)
		}
	}
	if of[main] != nil {
		accounts = append(accounts, list(r, openSubaccountsAfter(main, behind), pageSize)...)
	}
	for _, a := range accounts[:min(len(accounts), pageSize)] {
		family = append(family, outsideAccount{a, r.memberRoles(of[main], of[a.ID])})
	}
	return family
}

// memberRoles asks for the members who have roles on an account, by their ties to its main
// account and to itself.
func (r *reads) memberRoles(main, own []IndependentAccountRecord) []memberRoles {
	found := map[UserID]memberRoles{}
	for _, t := range slices.Concat(main, own) {
		user, grant := find(r, userByID(t.User)), find(r, grantOn(t.Account, t.User))
		if user != nil && grant != nil {
			roles := found[t.User].with(*grant)
			roles.user = *user
			found[t.User] = roles
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b memberRoles) int {
		return compareIDs(a.user.ID, b.user.ID)
	})
}

// main returns the main account that the account is or belongs to.
func (i IndependentAccountRecord) main() AccountID { return mainOf(i.Parent, i.Account) }

func (a AccountRecord) main() AccountID { return mainOf(a.Parent, a.ID) }

func mainOf(parent, account AccountID) AccountID {
	if parent.IsZero() {
		return account
	}
	return parent
}

// may asks whether the actor, a user, has a permission in an organization. It looks among
// all of the actor's memberships: the ID of a merged organization's survivor, and so the
// membership of it, is known only a step later.
func (r *reads) may(p OrganizationPermission, org OrganizationID) bool {
	return rankIn(r.ranksOf(r.actor.User), org).may(p)
}

// accountsPlace is what is listed, and where a page of it begins.
type accountsPlace struct {
	query AccountQuery
	list  listID
	from  place
}

func decideAccounts(f accountsFacts, at accountsPlace, c *changes) (page[OrganizationAccount], error) {
	if err := c.authorize(f.standing); err != nil {
		return page[OrganizationAccount]{}, err
	}
	switch at.from.section {
	case managedSection:
		return at.managed(f, c), nil
	case independentSection:
		return at.independent(f, c), nil
	case pendingSection:
		return at.pending(f, c), nil
	}
	return page[OrganizationAccount]{end: true}, nil
}

// managed returns the page's managed accounts.
func (at accountsPlace) managed(f accountsFacts, c *changes) page[OrganizationAccount] {
	p := at.nextSection()
	if len(f.managed) == pageSize {
		p = at.goOnAfter(f.managed[pageSize-1].account.ID)
	}
	for _, m := range f.managed {
		if !at.query.takes(m) {
			continue
		}
		view := c.viewAccount(m.account, accountStanding{account: &m.account, parent: m.parent, rank: f.rank})
		item := at.item(KindManaged, view.ID)
		item.Name, item.Account, item.OwnerName = view.Name, &view, m.owner.Personal.Name
		p.items = append(p.items, item)
	}
	return p
}

// independent returns the page's independent accounts.
func (at accountsPlace) independent(f accountsFacts, c *changes) page[OrganizationAccount] {
	p := at.nextSection()
	if f.next != (place{}) {
		p = page[OrganizationAccount]{next: f.next}
	}
	for _, a := range f.outside {
		item := at.item(KindIndependent, a.account.ID)
		item.Place.at.key.In = a.account.main()
		item.Name = a.account.Personal.Name
		for _, m := range a.members {
			if !f.hides(a.account, m.user.ID, c.actor) {
				item.Members = append(item.Members, AccountRoles{m.user.ID, m.user.Personal.Name, m.roles, m.until.Time()})
			}
		}
		if len(item.Members) > 0 {
			p.items = append(p.items, item)
		}
	}
	return p
}

// hides reports whether an actor does not see that a member reaches an account: a user
// sees nothing of what the Owner, somebody else, reaches through another organization of
// theirs (GEN-5).
func (f accountsFacts) hides(a AccountRecord, member UserID, from Actor) bool {
	elsewhere := member == f.organization.Owner && membershipIn(f.owner, a.Organization) != nil
	return elsewhere && from.isUser() && from.User != member
}

// pending returns the page's pending accounts. In the index the requests stand before
// all invitations, in the order of their accounts.
func (at accountsPlace) pending(f accountsFacts, c *changes) page[OrganizationAccount] {
	requests := slices.DeleteFunc(f.pending, func(q askedAccount) bool {
		return q.request.Kind != InvitationOfAccount
	})
	p := at.nextSection()
	if len(requests) == pageSize {
		p = at.goOnAfter(requests[pageSize-1].request.Account)
	}
	for _, q := range requests {
		if c.now < q.request.Expires {
			item := at.item(KindPending, q.request.Account)
			item.Request = new(q.view())
			p.items = append(p.items, item)
		}
	}
	return p
}

// item is an account in the page's section, with its cursor.
func (at accountsPlace) item(kind Kind, account AccountID) OrganizationAccount {
	cursor := listedAt(at.list, place{at.from.section, Key{ID: account}})
	return OrganizationAccount{Kind: kind, ID: account, listed: cursor}
}

// goOnAfter is an empty page after which the section goes on behind an account.
func (at accountsPlace) goOnAfter(last AccountID) page[OrganizationAccount] {
	return page[OrganizationAccount]{next: place{at.from.section, Key{ID: last}}}
}

// nextSection is an empty page that ends its section.
func (at accountsPlace) nextSection() page[OrganizationAccount] {
	next := at.query.begin(place{section: at.from.section + 1})
	return page[OrganizationAccount]{next: next, end: int(next.section) == len(accountSections)}
}

// AccountsOf lists the accounts that a user reaches and that are not closed, and how the
// user reaches them (ACC-9): first, by ID, those on which they have a role; then, by
// organization and ID, those that they only manage.
//
// The user may call it, Operators and System, and the Owner and Administrators of an
// organization who see the user. Of a member these see the organization's accounts, and
// of others the name and the roles, except of what an Owner reaches through other
// organizations of theirs; of an independent user they see only the organization's
// accounts (GEN-5). Inactive users keep their roles, and are listed like anybody.
//
// Errors: CodeID; CodeCursor; CodeNotFound.
func (s *Session) AccountsOf(ctx context.Context, user UserID, query AccountsOfQuery) iter.Seq2[Reach, error] {
	l := listOf("AccountsOf", user.String())
	return pages(l, query.After, func(from place, malformed error) (page[Reach], error) {
		check := form{malformed}
		check.id(user)
		check.that(from.section <= manageSection, CodeCursor)
		return look(ctx, s, call{opAccountsOf, user.String(), check.err},
			func(r *reads) accountsOfFacts { return r.loadAccountsOf(user, query.Organization, from) },
			func(f accountsOfFacts, c *changes) (page[Reach], error) { return decideAccountsOf(f, l, from, c) })
	})
}

// The sections of AccountsOf. The second leaves out the accounts of the first, so every
// page loads the first section whole.
const (
	roleSection   byte = iota // the accounts on which the user has a role
	manageSection             // those that they manage without a role
)

// accountsOfFacts is a page of the accounts that a user reaches.
type accountsOfFacts struct {
	sight
	of      OrganizationID // whose accounts are asked for; zero: anybody's
	held    []reached      // all those on which they have a role, by ID
	managed []reached      // a page of those of one organization that they manage, with a role or without
	next    place          // in the second section, if it goes on
	end     bool           // it does not
}

func (r *reads) loadAccountsOf(user UserID, of OrganizationID, from place) accountsOfFacts {
	f := accountsOfFacts{sight: r.sight(user), end: true}
	if !of.IsZero() {
		f.of = r.survivor(of)
	}
	if r.actor.isUser() && r.actor.User != user && !f.overseen() {
		return f
	}
	f.held = r.reached(user)
	r.parents(f.held)

	// The second section goes through the organizations that the user manages. A page
	// of it is of the first organization that is not behind the place.
	orgs := f.organizationsManaged(r.dir)
	at := slices.IndexFunc(orgs, func(org OrganizationID) bool { return compareIDs(org, from.key.In) >= 0 })
	if at < 0 {
		return f
	}
	org, after := orgs[at], AccountID{}
	if org == from.key.In {
		after = AccountID(from.key.ID)
	}
	accounts := list(r, accountsIn(org, after), pageSize)
	for _, a := range accounts {
		f.managed = append(f.managed, reached{account: a})
	}
	r.parents(f.managed)
	switch {
	case len(accounts) == pageSize:
		f.next, f.end = place{manageSection, Key{In: org, ID: accounts[pageSize-1].ID}}, false
	case at+1 < len(orgs):
		f.next, f.end = place{manageSection, Key{In: orgs[at+1]}}, false
	}
	return f
}

// organizationsManaged returns, in order, the organizations that the user manages, of those
// that are asked for.
func (f accountsOfFacts) organizationsManaged(d *Directory) (orgs []OrganizationID) {
	for _, m := range f.memberships {
		if d.organizationRules.may(m.Role, ManageAccounts) && (f.of.IsZero() || f.of == m.Organization) {
			orgs = append(orgs, m.Organization)
		}
	}
	return orgs
}

func decideAccountsOf(f accountsOfFacts, l listID, from place, c *changes) (page[Reach], error) {
	if !f.overseen() {
		return page[Reach]{}, CodeNotFound
	}
	p := page[Reach]{next: f.next, end: f.end}
	if from.section == roleSection {
		for _, a := range f.held {
			at := place{roleSection, Key{ID: a.account.ID}}
			if compareIDs(a.account.ID, from.key.ID) > 0 && f.shows(a.account) {
				p.items = append(p.items, f.item(a, listedAt(l, at), c))
			}
		}
	}
	for _, a := range f.managed {
		at := place{manageSection, Key{In: a.account.Organization, ID: a.account.ID}}
		if a.account.Closed == 0 && !f.hasRole(a.account.ID) && f.shows(a.account) {
			p.items = append(p.items, f.item(a, listedAt(l, at), c))
		}
	}
	return p, nil
}

// item shows an account that the user reaches, as far as the actor sees it.
func (f accountsOfFacts) item(a reached, at listed, c *changes) Reach {
	item := f.user.reach(a)
	item.listed = at
	if m := f.membership(a.account.Organization); m != nil {
		item.Manages = c.dir.organizationRules.may(m.Role, ManageAccounts)
	}
	if f.showsWhole(a.account) {
		item.State = a.account.stateUnder(a.parent)
	}
	return item
}

// shows reports whether the actor sees that the user reaches an account: one that they
// see whole, or an independent one to an organization in which they see the user as a
// member. They do not see what an Owner reaches through other organizations of theirs
// (GEN-5). Of an organization's accounts they are shown those that they see whole: of others
// they do not see whose they are.
func (f accountsOfFacts) shows(a AccountRecord) bool {
	if !f.of.IsZero() {
		return a.Organization == f.of && f.showsWhole(a)
	}
	independent := f.under(ViewUsers) && f.under(ViewAccounts) && f.membership(a.Organization) == nil
	return f.showsWhole(a) || independent
}

// showsWhole reports whether the actor sees an account that the user reaches, and not
// its name alone: everybody sees what they reach themself, those who see an
// organization's accounts these, and Operators and System all.
func (f accountsOfFacts) showsWhole(a AccountRecord) bool {
	own := !f.actor.isUser() || f.actor.User == f.user.ID
	return own || f.may(ViewAccounts, a.Organization)
}

// hasRole reports whether the user has a role on an account.
func (f accountsOfFacts) hasRole(account AccountID) bool {
	_, found := slices.BinarySearchFunc(f.held, account, func(a reached, id AccountID) int {
		return compareIDs(a.account.ID, id)
	})
	return found
}

// Access lists by ID who has a role on an account: which roles, and whether they were
// assigned there or on its parent, or come by which group (ACC-9, GRP-3). Managing the account through its organization
// is no role. Inactive users keep theirs, and are listed. Everybody may call it who may
// manage the account's members, and Operators and System.
//
// Errors: CodeID; CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) Access(ctx context.Context, account AccountID, query ReachQuery) iter.Seq2[Reach, error] {
	l := listOf("Access", account.String())
	return pages(l, query.After, func(from place, malformed error) (page[Reach], error) {
		check := form{malformed}
		check.id(account)
		check.that(from.section == 0, CodeCursor)
		return look(ctx, s, call{opAccess, account.String(), check.err},
			func(r *reads) accessFacts { return r.loadAccess(account, from) },
			func(f accessFacts, c *changes) (page[Reach], error) { return decideAccess(f, l, c) })
	})
}

// accessFacts is a page of those who have a role on an account.
type accessFacts struct {
	accountStanding
	direct    []GrantRecord // up to a page of those on the account, ended or not
	inherited []GrantRecord // up to a page of those on its parent, ended or not
	groups    []accessGroup // with roles on the account, and then those on its parent
	users     []*UserRecord // of all of these
}

// accessGroup is a group that gives roles, and up to a page of the users in it.
type accessGroup struct {
	ReachGroup
	members []GroupMemberRecord
}

func (r *reads) loadAccess(account AccountID, from place) accessFacts {
	f := accessFacts{accountStanding: r.accountStanding(account)}
	if !r.actor.sees(f.accountStanding) {
		return f
	}
	after := UserID(from.key.ID)
	f.direct = listStored(r, grantsOn(account, after), pageSize)
	if f.parent != nil {
		f.inherited = listStored(r, grantsOn(f.parent.ID, after), pageSize)
	}
	for _, g := range r.groupRoles(*f.account) {
		f.groups = append(f.groups, r.accessGroup(g, after))
	}
	if f.parent != nil {
		for _, g := range r.groupRoles(*f.parent) {
			f.groups = append(f.groups, r.accessGroup(g, after))
		}
	}
	for _, user := range f.named() {
		if user := find(r, userByID(user)); user != nil {
			f.users = append(f.users, user)
		}
	}
	return f
}

// accessGroup asks for a group that gives roles, and for a page of the users in it.
func (r *reads) accessGroup(g GroupRolesRecord, after UserID) accessGroup {
	of := accessGroup{ReachGroup{Group: g.Group, Account: g.Account, Roles: g.Roles},
		list(r, groupMembers(g.Group, after), pageSize)}
	if group := find(r, groupByID(g.Group)); group != nil {
		of.Name = group.Personal.Name
	}
	return of
}

// named returns the users of all lists, each once.
func (f accessFacts) named() (users []UserID) {
	for _, g := range slices.Concat(f.direct, f.inherited) {
		users = append(users, g.User)
	}
	for _, g := range f.groups {
		for _, m := range g.members {
			users = append(users, m.User)
		}
	}
	return each(users)
}

func decideAccess(f accessFacts, l listID, c *changes) (page[Reach], error) {
	if err := c.authorizeAccount(f.accountStanding); err != nil {
		return page[Reach]{}, err
	}
	last, more := f.last()
	found := map[UserID]Reach{}
	for _, user := range f.users {
		if more && compareIDs(user.ID, last) > 0 {
			continue
		}
		direct, inherited := grantAt(f.direct, user.ID, c.now), grantAt(f.inherited, user.ID, c.now)
		item := user.reach(reached{account: *f.account, direct: direct, fromParent: inherited, groups: f.groupsOf(user.ID)})
		if item.Roles.IsZero() {
			continue // all of them have ended (ACC-11)
		}
		item.listed, item.State = listedAt(l, place{key: Key{ID: user.ID}}), f.account.stateUnder(f.parent)
		found[user.ID] = item
	}
	items := slices.SortedFunc(maps.Values(found), func(a, b Reach) int { return compareIDs(a.User, b.User) })
	return page[Reach]{items: items, next: place{key: Key{ID: last}}, end: !more}, nil
}

// groupsOf returns the groups by which a user reaches the account.
func (f accessFacts) groupsOf(user UserID) (groups []ReachGroup) {
	for _, g := range f.groups {
		_, inside := slices.BinarySearchFunc(g.members, user, func(m GroupMemberRecord, id UserID) int {
			return compareIDs(m.User, id)
		})
		if inside {
			groups = append(groups, g.ReachGroup)
		}
	}
	return groups
}

// last returns the last user that this page may show, and reports whether more may
// follow. The page merges lists by user, and each may have been cut off: up to the
// smallest of their ends, all are known.
func (f accessFacts) last() (last UserID, more bool) {
	ends := func(end UserID) {
		if !more || compareIDs(end, last) < 0 {
			last, more = end, true
		}
	}
	for _, grants := range [][]GrantRecord{f.direct, f.inherited} {
		if len(grants) == pageSize {
			ends(grants[pageSize-1].User)
		}
	}
	for _, g := range f.groups {
		if len(g.members) == pageSize {
			ends(g.members[pageSize-1].User)
		}
	}
	return last, more
}

// grantAt returns the grant of a user, as it is at a time, among grants that are in the
// order of their users.
func grantAt(grants []GrantRecord, user UserID, now Instant) GrantRecord {
	i, found := slices.BinarySearchFunc(grants, user, func(g GrantRecord, id UserID) int {
		return compareIDs(g.User, id)
	})
	if !found {
		return GrantRecord{}
	}
	return grants[i].at(now)
}

// reached is an account, and the roles that a user has on it.
type reached struct {
	account    AccountRecord
	parent     *AccountRecord // a subaccount's main account; nil, too, where it was not asked for
	direct     GrantRecord    // on the account; zero: none
	fromParent GrantRecord    // on its parent; zero: none
	groups     []ReachGroup   // the user's that give roles on the account or its parent
}

// roles returns the user's roles on the account, those on its parent and those that
// groups give included (ACC-3, GRP-3).
func (a reached) roles() RoleSet {
	set := a.direct.roles().with(a.fromParent.roles())
	for _, g := range a.groups {
		set = set.with(g.Roles)
	}
	return set
}

// reached asks for the accounts that are not closed and on which a user has a role, by
// ID.
func (r *reads) reached(user UserID) []reached {
	found := map[AccountID]reached{}
	for _, g := range all(r, grantsOf(user, AccountID{})) {
		account, subaccounts := find(r, accountByID(g.Account)), all(r, openSubaccountsOf(g.Account))
		if account == nil || account.Closed != 0 {
			continue
		}
		a := found[g.Account]
		a.account, a.direct = *account, g
		found[g.Account] = a
		for _, sub := range subaccounts {
			b := found[sub.ID]
			b.account, b.parent, b.fromParent = sub, account, g
			found[sub.ID] = b
		}
	}
	for _, in := range all(r, groupsOf(user, GroupID{})) {
		r.reachedBy(in.Group, found)
	}
	return slices.SortedFunc(maps.Values(found), func(a, b reached) int {
		return compareIDs(a.account.ID, b.account.ID)
	})
}

// reachedBy adds the accounts that are reached by a group to those that were found.
func (r *reads) reachedBy(id GroupID, found map[AccountID]reached) {
	by := ReachGroup{Group: id}
	if group := find(r, groupByID(id)); group != nil {
		by.Name = group.Personal.Name
	}
	for _, g := range all(r, groupRolesOf(id, AccountID{})) {
		account, subaccounts := find(r, accountByID(g.Account)), all(r, openSubaccountsOf(g.Account))
		if account == nil || account.Closed != 0 {
			continue
		}
		by.Account, by.Roles = g.Account, g.Roles
		a := found[g.Account]
		a.account, a.groups = *account, append(a.groups, by)
		found[g.Account] = a
		for _, sub := range subaccounts {
			b := found[sub.ID]
			b.account, b.parent, b.groups = sub, account, append(b.groups, by)
			found[sub.ID] = b
		}
	}
}

// parents asks for the parents of subaccounts that have none yet.
func (r *reads) parents(accounts []reached) {
	for i, a := range accounts {
		if a.parent == nil && !a.account.Parent.IsZero() {
			accounts[i].parent = find(r, accountByID(a.account.Parent))
		}
	}
}

// reach shows how a user reaches an account.
func (u UserRecord) reach(a reached) Reach {
	return Reach{
		Account: a.account.ID, AccountName: a.account.Personal.Name,
		User: u.ID, Name: u.Personal.Name, Email: u.Personal.Email,
		Roles: a.roles(), Direct: a.direct.Roles, FromParent: a.fromParent.Roles,
		DirectTemporary: a.direct.Temporary, DirectUntil: a.direct.Until.Time(),
		FromParentTemporary: a.fromParent.Temporary, FromParentUntil: a.fromParent.Until.Time(),
		Groups: a.groups,
	}
}

// compareIDs compares IDs as the store orders them.
func compareIDs[K idKind](a, b ID[K]) int { return slices.Compare(a[:], b[:]) }
