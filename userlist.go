package tenancy

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// OrganizationUser is a user of an organization as its Owner and Administrators see
// them (USR-16). Of pending users, and of people who asked to be invited, only the
// address is shown, whoever has it.
type OrganizationUser struct {
	Kind  Kind             `json:"kind,omitzero"`
	User  User             `json:"user,omitzero"`
	Role  OrganizationRole `json:"role,omitzero"`  // managed: theirs; pending: the one offered; else zero
	SSO   SSOExemption     `json:"ssoExempt"`      // managed; else zero
	Since time.Time        `json:"since,omitzero"` // managed: since when they are a member; else zero
	// Grants are the roles of managed and independent users on the organization's
	// accounts that are not closed, by account; nil: none.
	Grants     []Grant      `json:"grants,omitzero"`
	Invitation InvitationID `json:"invitation,omitzero"` // pending; else zero
	// Refusal is, for pending users, why the invitation could not be accepted now, as
	// ListedInvitation says; "": nothing on this side keeps it from that.
	Refusal Code      `json:"refusal,omitzero"`
	Request RequestID `json:"request,omitzero"` // requested; else zero
	Expires time.Time `json:"expires,omitzero"` // pending, requested; else zero
	listed
}

// UserQuery says which of an organization's users are listed. The zero value is all of
// them.
type UserQuery struct {
	Kind Kind              `json:"kind,omitzero"` // KindManaged, KindIndependent, KindPending or KindRequested; "": all, in this order
	Role *OrganizationRole `json:"role,omitzero"` // of managed users, or offered to pending ones; the others have none. Nil: any
	// ServiceAccount lists service accounts alone if it is true, and persons alone if it is
	// false (USR-20). Nil: both.
	ServiceAccount *bool `json:"serviceAccount,omitzero"`
	State          State `json:"state,omitzero"` // StateActive or StateInactive, of managed users; the others' is not shown. "": any
	// Search is a text of up to 256 characters. It finds everybody who has, for each of its
	// words, a word of their name or an address that begins with it: of pending users, and of
	// people who asked, the address alone. An address is found as the list shows it and in
	// its canonical form. Upper and lower case are the same, and so are forms of a character,
	// such as full-width ones; accents make a difference. Words stand between white space.
	// No word: any.
	Search string `json:"search,omitzero"`
	After  Cursor `json:"after,omitzero"` // of an item; "": from the start
}

// userSections are the kinds in the order of the list.
var userSections = []Kind{KindManaged, KindIndependent, KindPending, KindRequested}

// check refuses a query that makes no sense.
func (q UserQuery) check(check *form, ranks *organizationRules) {
	check.that(q.Kind == "" || slices.Contains(userSections, q.Kind), CodeInput)
	check.that(q.Role == nil || ranks.names(*q.Role), CodeRole)
	check.that(q.State == "" || q.State == StateActive || q.State == StateInactive, CodeInput)
	short := len(q.Search) <= maxSearch*utf8.UTFMax && utf8.RuneCountInString(q.Search) <= maxSearch
	check.that(short && utf8.ValidString(q.Search), CodeInput)
}

// list identifies the list.
func (q UserQuery) list(org OrganizationID) listID {
	role := ""
	if q.Role != nil {
		role = string(*q.Role)
	}
	service := ""
	if q.ServiceAccount != nil {
		service = strconv.FormatBool(*q.ServiceAccount)
	}
	return listOf("Users", org.String(), string(q.Kind), role, string(q.State), q.Search, service)
}

// Users lists an organization's users: managed users, independent ones, pending ones,
// and people who asked to be invited, each by ID (USR-16, GEN-9). The Owner,
// Administrators, Operators and System may call it.
//
// A page costs what it shows, whatever the organization has. So does a search, unless
// thousands have a word that begins with each word of the text: then it goes through the
// list. Other filters go through what the search finds.
//
// Errors: CodeID; CodeInput if there is no such Kind or State, or Search is too long or no
// UTF-8; CodeRole; CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) Users(
	ctx context.Context, org OrganizationID, query UserQuery,
) iter.Seq2[OrganizationUser, error] {
	l, words := query.list(org), search(nil)
	return pages(l, query.After, func(from place, malformed error) (page[OrganizationUser], error) {
		check := form{malformed}
		check.id(org)
		query.check(&check, s.dir.organizationRules)
		check.that(int(from.section) < len(userSections), CodeCursor)
		if check.err == nil {
			words = searchOf(query.Search)
		}
		if only := slices.Index(userSections, query.Kind); only >= 0 && from == (place{}) {
			from.section = byte(only)
		}
		return look(ctx, s, call{opUsers, org.String(), check.err},
			func(r *reads) usersFacts { return r.loadUsers(org, from, words) },
			func(f usersFacts, c *changes) (page[OrganizationUser], error) {
				return decideUsers(f, l, query, words, c)
			})
	})
}

// usersFacts is what a page of an organization's users is made of: records of one
// section of the list, after a place.
type usersFacts struct {
	standing
	from        place
	more        Key                      // where the section goes on; zero: it ends
	members     []MembershipRecord       // managed
	users       map[UserID]*UserRecord   // managed, independent
	grants      map[UserID][]GrantRecord // their grants on the organization's accounts that are not closed, by account
	invitations []InvitationRecord       // pending: of every kind and state
	offered     []acceptanceFacts        // of those that are pending invitations to the organization, as if nobody had the address
	requests    []RequestRecord          // requested: of every state
}

func (r *reads) loadUsers(org OrganizationID, from place, words search) usersFacts {
	org = r.shown(org)
	f := usersFacts{
		standing: r.standing(org),
		from:     from,
		users:    map[UserID]*UserRecord{},
		grants:   map[UserID][]GrantRecord{},
	}
	// What goes through an index grows with the organization: nobody else makes us read it.
	sees := !r.actor.isUser() || r.may(ViewUsers, org)
	searched := len(words) > 0 && from.key.In != scanned
	switch kind := userSections[from.section]; {
	case searched && !sees:
	case searched && kind == KindManaged:
		found := r.wordsFound(org, &f, words, false)
		for _, user := range found {
			if m := find(r, memberOf(org, user)); m != nil {
				f.members = append(f.members, *m)
			}
		}
		r.managedUsers(org, &f, found...)
	case searched && kind == KindIndependent:
		for _, user := range r.wordsFound(org, &f, words, true) {
			r.independentUser(&f, user, all(r, independentUserOn(org, user)))
		}
	case searched && kind == KindPending:
		f.invitations = lookUp(r, &f, words, invitationsFound(org))
	case searched && kind == KindRequested:
		f.requests = lookUp(r, &f, words, requestsFound(org))
	case kind == KindManaged:
		f.members = list(r, membersOf(org, from.key.ID), pageSize)
		if len(f.members) == pageSize {
			f.goOn(f.members[pageSize-1].User)
		}
		for _, m := range f.members {
			r.managedUsers(org, &f, m.User)
		}
	case kind == KindIndependent && sees:
		r.independentUsers(org, &f)
	case kind == KindPending:
		f.invitations = list(r, invitationsIn(org, from.key.ID), pageSize)
		if len(f.invitations) == pageSize {
			f.goOn(f.invitations[pageSize-1].ID)
		}
	case kind == KindRequested:
		f.requests = list(r, requestsIn(org, from.key.ID), pageSize)
		if len(f.requests) == pageSize {
			f.goOn(f.requests[pageSize-1].ID)
		}
	}
	for _, i := range f.invitations {
		if i.Kind == InvitationToOrganization && i.stateAt(r.now) == StatePending {
			f.offered = append(f.offered, r.offered(&i, belongings{}))
		}
	}
	return f
}

// goOn notes that the section goes on behind an ID, in the way in which this page goes
// through it.
func (f *usersFacts) goOn(after [16]byte) { f.more = Key{In: f.from.key.In, ID: after} }

// managedUsers asks for what is shown of members: who they are, and their roles on the
// organization's accounts.
func (r *reads) managedUsers(org OrganizationID, f *usersFacts, members ...UserID) {
	for _, user := range members {
		f.users[user] = find(r, userByID(user))
		for _, g := range all(r, grantsOf(user, AccountID{})) {
			if a := find(r, accountByID(g.Account)); a != nil && a.Organization == org && a.Closed == 0 {
				f.grants[user] = append(f.grants[user], g)
			}
		}
	}
}

// independentUsers asks for a page of those who have a role on an account of the
// organization and are not members.
func (r *reads) independentUsers(org OrganizationID, f *usersFacts) {
	users, more := groups(r, independentUsersAfter(org, f.from.key.ID),
		func(i IndependentUserRecord) UserID { return i.User },
		func(user UserID) many[IndependentUserRecord] { return independentUserOn(org, user) })
	for _, accounts := range users {
		user := accounts[0].User
		r.independentUser(f, user, accounts)
		if more {
			f.goOn(user)
		}
	}
}

// independentUser asks for what is shown of an independent user: who they are, and their
// roles on the organization's accounts.
func (r *reads) independentUser(f *usersFacts, user UserID, accounts []IndependentUserRecord) {
	f.users[user] = find(r, userByID(user))
	for _, i := range accounts {
		if g := find(r, grantOn(i.Account, user)); g != nil {
			f.grants[user] = append(f.grants[user], *g)
		}
	}
	slices.SortFunc(f.grants[user], func(a, b GrantRecord) int { return compareIDs(a.Account, b.Account) })
}

// decideUsers makes a page of the users who pass the filters.
func decideUsers(
	f usersFacts, l listID, query UserQuery, words search, c *changes,
) (page[OrganizationUser], error) {
	if err := c.authorize(f.standing); err != nil {
		return page[OrganizationUser]{}, err
	}
	section := f.from.section
	p := page[OrganizationUser]{next: place{section, f.more}}
	if f.more == (Key{}) {
		p.next = place{section: section + 1}
		p.end = query.Kind != "" || int(p.next.section) == len(userSections)
	}
	for _, u := range f.items(c) {
		if query.takes(u) && u.foundBy(words) {
			u.listed = listedAt(l, place{section, Key{ID: u.key}})
			p.items = append(p.items, u.OrganizationUser)
		}
	}
	return p, nil
}

// userItem is a user of a page, with what the filters check and the place of the user.
type userItem struct {
	OrganizationUser
	address string // canonical
	key     [16]byte
}

// takes reports whether a user passes the filters by role, state and what they are.
func (q UserQuery) takes(u userItem) bool {
	service := q.ServiceAccount == nil || u.User.ServiceAccount == *q.ServiceAccount
	return service && q.takesRole(u) && q.takesState(u)
}

func (q UserQuery) takesRole(u userItem) bool {
	if q.Role == nil {
		return true
	}
	hasRole := u.Kind == KindManaged || u.Kind == KindPending
	return hasRole && u.Role == *q.Role
}

func (q UserQuery) takesState(u userItem) bool {
	return q.State == "" || u.Kind == KindManaged && u.User.State == q.State
}

// foundBy reports whether a search finds the user in what the list shows of them: by the
// name, and by the address as it was given or in its canonical form.
func (u userItem) foundBy(words search) bool {
	return words.finds(u.User.Name.reveal(), u.User.Email.reveal(), u.address)
}

// items returns the page's users, without those whose invitation or request is settled
// or has expired.
func (f usersFacts) items(c *changes) []userItem {
	switch userSections[f.from.section] {
	case KindManaged:
		return f.managed()
	case KindIndependent:
		return f.independent(c)
	case KindPending:
		return f.pending(c)
	}
	return f.requested(c)
}

func (f usersFacts) managed() (items []userItem) {
	for _, m := range f.members {
		user := *f.users[m.User]
		u := OrganizationUser{
			Kind:   KindManaged,
			User:   viewUser(user),
			Role:   m.Role,
			SSO:    viewMembership(m).SSO,
			Since:  m.Since.Time(),
			Grants: f.granted(m.User),
		}
		items = append(items, userItem{u, user.Personal.Address.Reveal(), m.User})
	}
	return items
}

func (f usersFacts) independent(c *changes) (items []userItem) {
	for _, id := range slices.SortedFunc(maps.Keys(f.users), compareIDs) {
		if len(f.grants[id]) == 0 {
			continue // all their roles have ended (ACC-11)
		}
		user := *f.users[id]
		u := OrganizationUser{
			Kind:   KindIndependent,
			User:   c.viewOutsider(user),
			Grants: f.granted(id),
		}
		items = append(items, userItem{u, user.Personal.Address.Reveal(), id})
	}
	return items
}

func (f usersFacts) pending(c *changes) (items []userItem) {
	for _, offered := range f.offered {
		i := offered.invitation
		u := OrganizationUser{
			Kind:       KindPending,
			User:       User{Email: i.Personal.Email},
			Role:       i.Role,
			Invitation: i.ID,
			Refusal:    c.refusalOf(offered),
			Expires:    i.Expires.Time(),
		}
		items = append(items, userItem{u, i.Personal.Address.Reveal(), i.ID})
	}
	return items
}

func (f usersFacts) requested(c *changes) (items []userItem) {
	for _, q := range f.requests {
		if q.State != StateOpen || c.now >= q.Expires {
			continue
		}
		u := OrganizationUser{
			Kind:    KindRequested,
			User:    User{Email: q.Personal.Email},
			Request: q.ID,
			Expires: q.Expires.Time(),
		}
		items = append(items, userItem{u, q.Personal.Address.Reveal(), q.ID})
	}
	return items
}

// granted returns a user's roles on the organization's accounts.
func (f usersFacts) granted(user UserID) (grants []Grant) {
	for _, g := range f.grants[user] {
		grants = append(grants, viewGrant(g))
	}
	return grants
}
