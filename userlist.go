package tenancy

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
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
	Kind  Kind              `json:"kind,omitzero"`  // KindManaged, KindIndependent, KindPending or KindRequested; "": all, in this order
	Role  *OrganizationRole `json:"role,omitzero"`  // of managed users, or offered to pending ones; the others have none. Nil: any
	State State             `json:"state,omitzero"` // StateActive or StateInactive, of managed users; the others' is not shown. "": any
	// Prefix is how the name begins, or the address, as the list shows it or in canonical
	// form. Upper and lower case are the same. "": any.
	Prefix string `json:"prefix,omitzero"`
	After  Cursor `json:"after,omitzero"` // of an item; "": from the start
}

// userSections are the kinds in the order of the list.
var userSections = []Kind{KindManaged, KindIndependent, KindPending, KindRequested}

// maxPrefix is the length of the longest name in bytes. An address is shorter.
const maxPrefix = 64 * utf8.UTFMax

// check refuses a query that makes no sense.
func (q UserQuery) check(check *form) {
	check.that(q.Kind == "" || slices.Contains(userSections, q.Kind), CodeInput)
	check.that(q.Role == nil || q.Role.known(), CodeRole)
	check.that(q.State == "" || q.State == StateActive || q.State == StateInactive, CodeInput)
	check.that(len(q.Prefix) <= maxPrefix && utf8.ValidString(q.Prefix), CodeInput)
}

// list identifies the list.
func (q UserQuery) list(org OrganizationID) listID {
	role := ""
	if q.Role != nil {
		role = q.Role.String()
	}
	return listOf("Users", org.String(), string(q.Kind), role, string(q.State), q.Prefix)
}

// Users lists an organization's users: managed users, independent ones, pending ones,
// and people who asked to be invited, each by ID (USR-16, GEN-9). It checks the filters
// item by item, so a list costs what the organization has, never what the directory
// has. The Owner, Administrators, Operators and System may call it.
//
// Errors: CodeID, CodeInput, CodeRole, CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) Users(
	ctx context.Context, org OrganizationID, query UserQuery,
) iter.Seq2[OrganizationUser, error] {
	l := query.list(org)
	return pages(l, query.After, func(from place, malformed error) (page[OrganizationUser], error) {
		check := form{malformed}
		check.id(org)
		query.check(&check)
		check.that(int(from.section) < len(userSections), CodeCursor)
		if only := slices.Index(userSections, query.Kind); only >= 0 && from == (place{}) {
			from.section = byte(only)
		}
		return look(ctx, s, call{opUsers, org.String(), check.err},
			func(r *reads) usersFacts { return r.loadUsers(org, from) },
			func(f usersFacts, c *changes) (page[OrganizationUser], error) {
				return decideUsers(f, l, query, c)
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

func (r *reads) loadUsers(org OrganizationID, from place) usersFacts {
	org = r.shown(org)
	f := usersFacts{
		standing: r.standing(org),
		from:     from,
		users:    map[UserID]*UserRecord{},
		grants:   map[UserID][]GrantRecord{},
	}
	switch userSections[from.section] {
	case KindManaged:
		r.managedUsers(org, &f)
	case KindIndependent:
		if !r.actor.isUser() || r.manages(org) { // it grows with the organization: nobody else makes us read it
			r.independentUsers(org, &f)
		}
	case KindPending:
		f.invitations = list(r, invitationsIn(org, from.key.ID), pageSize)
		if len(f.invitations) == pageSize {
			f.more.ID = f.invitations[pageSize-1].ID
		}
		for _, i := range f.invitations {
			if i.Kind == InvitationToOrganization && i.stateAt(r.now) == StatePending {
				f.offered = append(f.offered, r.offered(&i, belongings{}))
			}
		}
	case KindRequested:
		f.requests = list(r, requestsIn(org, from.key.ID), pageSize)
		if len(f.requests) == pageSize {
			f.more.ID = f.requests[pageSize-1].ID
		}
	}
	return f
}

// managedUsers asks for a page of members, and for their roles on the organization's
// accounts.
func (r *reads) managedUsers(org OrganizationID, f *usersFacts) {
	f.members = list(r, membersOf(org, f.from.key.ID), pageSize)
	if len(f.members) == pageSize {
		f.more.ID = f.members[pageSize-1].User
	}
	for _, m := range f.members {
		f.users[m.User] = find(r, userByID(m.User))
		for _, g := range all(r, grantsOf(m.User, AccountID{})) {
			if a := find(r, accountByID(g.Account)); a != nil && a.Organization == org && a.Closed == 0 {
				f.grants[m.User] = append(f.grants[m.User], g)
			}
		}
	}
}

// independentUsers asks for everybody who has a role on an account of the organization
// and is not a member. No index has them in order, so they are one page.
func (r *reads) independentUsers(org OrganizationID, f *usersFacts) {
	for _, a := range all(r, accountsIn(org, AccountID{})) {
		if a.Closed != 0 {
			continue
		}
		for _, g := range all(r, grantsOn(a.ID, UserID{})) {
			user, member := find(r, userByID(g.User)), find(r, memberOf(org, g.User))
			if member == nil && slices.Compare(g.User[:], f.from.key.ID[:]) > 0 {
				f.users[g.User] = user
				f.grants[g.User] = append(f.grants[g.User], g)
			}
		}
	}
}

// decideUsers makes a page of the users who pass the filters.
func decideUsers(f usersFacts, l listID, query UserQuery, c *changes) (page[OrganizationUser], error) {
	if err := c.authorize(f.standing); err != nil {
		return page[OrganizationUser]{}, err
	}
	section := f.from.section
	p := page[OrganizationUser]{next: place{section, f.more}}
	if f.more == (Key{}) {
		p.next = place{section: section + 1}
		p.end = query.Kind != "" || int(p.next.section) == len(userSections)
	}
	prefix := fold(query.Prefix)
	for _, u := range f.items(c) {
		if query.takes(u) && u.beginsWith(prefix) {
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

// takes reports whether a user passes the filters by role and state.
func (q UserQuery) takes(u userItem) bool { return q.takesRole(u) && q.takesState(u) }

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

// beginsWith reports whether the user's name begins with a folded prefix, or their
// address, as it was given and is shown or in its canonical form.
func (u userItem) beginsWith(prefix string) bool {
	for _, text := range []string{u.User.Name.reveal(), u.User.Email.reveal(), u.address} {
		if strings.HasPrefix(fold(text), prefix) {
			return true
		}
	}
	return false
}

// fold returns a text in which characters that differ in case alone are one: the first
// of those that Unicode's simple case folding takes for the same, such as "Σ" for "σ"
// and "ς". Lower case would not do, because it keeps these two apart.
func fold(text string) string {
	return strings.Map(func(given rune) rune {
		first := given
		for other := unicode.SimpleFold(given); other != given; other = unicode.SimpleFold(other) {
			first = min(first, other)
		}
		return first
	}, text)
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
		grants = append(grants, Grant(g))
	}
	return grants
}
