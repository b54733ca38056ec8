package reference

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
)

// between draws a number evenly: rapid's own draws prefer small ones, which would make most
// steps the same few.
func (m *machine) between(what string, low, high int) int {
	m.draws++
	x := rapid.Uint64().Draw(m.rt, what) + m.draws*0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return low + int((x^x>>31)%uint64(high-low+1))
}

// oneIn draws whether something is so that is so once in n times.
func (m *machine) oneIn(what string, n int) bool { return m.between(what, 1, n) == 1 }

func choose[T any](m *machine, what string, from ...T) T {
	return from[m.between(what, 0, len(from)-1)]
}

// anyOf draws one of some IDs, the newest more often, and now and then one that is unknown
// or zero.
func anyOf[ID ~[16]byte](m *machine, what string, from []ID) (one ID) {
	if m.oneIn(what+" unknown?", 40) {
		one[15] = byte(m.between(what+" unknown", 0, 2))
		return one
	}
	if len(from) == 0 {
		return one
	}
	n := min(m.between(what, 0, len(from)-1), m.between(what+"+", 0, len(from)-1))
	return from[len(from)-1-n]
}

// some draws mostly one of the IDs that would do, and else any.
func some[ID ~[16]byte](m *machine, what string, fit, all []ID) ID {
	if len(fit) > 0 && !m.oneIn(what+" misfit?", 5) {
		return choose(m, what, fit...)
	}
	return anyOf(m, what, all)
}

func where[ID ~[16]byte, V any](from map[ID]V, fits func(ID, V) bool) (ids []ID) {
	for _, id := range keysOf(from) {
		if fits(id, from[id]) {
			ids = append(ids, id)
		}
	}
	return ids
}

// ids of what there is.

func (m *machine) users() []tenancy.UserID {
	return where(m.model.Users, func(_ tenancy.UserID, u User) bool { return !u.Deleted || m.oneIn("deleted?", 10) })
}

func (m *machine) people() []tenancy.UserID {
	return where(m.model.Users, func(_ tenancy.UserID, u User) bool { return !u.Deleted && !u.ServiceAccount })
}

func (m *machine) activeOrgs() []tenancy.OrganizationID {
	return where(m.model.Organizations,
		func(_ tenancy.OrganizationID, o Organization) bool { return o.State == tenancy.StateActive })
}

func (m *machine) openAccounts() []tenancy.AccountID {
	return where(m.model.Accounts, func(_ tenancy.AccountID, a Account) bool { return !a.closed() })
}

// org draws an organization, mostly an active one.
func (m *machine) org() tenancy.OrganizationID {
	return some(m, "organization", m.activeOrgs(), keysOf(m.model.Organizations))
}

// account draws an account, mostly an open one.
func (m *machine) account() tenancy.AccountID {
	return some(m, "account", m.openAccounts(), keysOf(m.model.Accounts))
}

func (m *machine) user() tenancy.UserID { return anyOf(m, "user", m.users()) }

// memberOf draws a member of an organization, mostly.
func (m *machine) memberOf(org tenancy.OrganizationID) tenancy.UserID {
	return some(m, "member", m.model.membersOf(org), m.users())
}

// actors.

// actor draws who acts: mostly one of those who are likely.
func (m *machine) actor(likely ...tenancy.UserID) Actor {
	likely = slices.DeleteFunc(likely, tenancy.UserID.IsZero)
	draw := m.between("actor", 0, 29)
	switch {
	case draw == 0:
		return Actor{Operator: "staff"}
	case draw == 1:
		return Actor{System: true}
	case draw <= 3 && len(m.sessions) > 0:
		return choose(m, "key", m.sessions...)
	case draw <= 24 && len(likely) > 0:
		return Actor{User: choose(m, "likely", likely...)}
	}
	return Actor{User: m.user()}
}

// host draws Operator or System, and now and then a user.
func (m *machine) host() Actor {
	switch m.between("host", 0, 15) {
	case 0:
		return Actor{User: m.user()}
	case 1, 2, 3, 4, 5:
		return Actor{System: true}
	}
	return Actor{Operator: "staff"}
}

// rulers are those who mostly act on an organization: its Owner, mostly, and its members.
func (m *machine) rulers(org tenancy.OrganizationID) []tenancy.UserID {
	owner := m.model.Organizations[m.model.survivor(org)].Owner
	return append([]tenancy.UserID{owner, owner, owner}, m.model.membersOf(org)...)
}

// holders are those who mostly act on an account: its owner, who has a role on it, and the
// rulers of its organization.
func (m *machine) holders(account tenancy.AccountID) []tenancy.UserID {
	a := m.model.Accounts[account]
	users := append(m.rulers(a.Organization), a.Owner, a.Owner)
	for at := range m.model.Grants {
		if at.Account == account || at.Account == a.Parent {
			users = append(users, at.User)
		}
	}
	for in := range m.model.InGroups {
		if !m.model.GroupRoles[GroupOn{account, in.Group}].IsZero() {
			users = append(users, in.User)
		}
	}
	return inOrder(users)
}

// bosses are those who mostly act on a user: the rulers of their organizations.
func (m *machine) bosses(user tenancy.UserID) (users []tenancy.UserID) {
	users = append(users, user)
	for _, org := range m.model.organizationsOf(user) {
		users = append(users, m.rulers(org)...)
	}
	return users
}

// texts.

var (
	names   = []string{"ana", "ben", "cy", "dee", "eve", "fay"}
	domains = []string{"acme.com", "beta.org", "one.acme.com", "elsewhere.net"}
)

func (m *machine) address() string {
	if m.oneIn("bad address?", 40) {
		return choose(m, "bad address", "", "a@b@acme.com", "ana@ａcme.com", "\xff@acme.com", "ana@acme", "a..b@acme.com")
	}
	address := choose(m, "name", names...) + "@" + choose(m, "at", domains...)
	if m.oneIn("spelled?", 8) {
		address = string(address[0]-'a'+'A') + address[1:]
	}
	return address
}

// addressOf draws the address of somebody, mostly.
func (m *machine) addressOf(users []tenancy.UserID) string {
	if len(users) > 0 && !m.oneIn("any address?", 3) {
		return m.model.Users[choose(m, "of", users...)].Email
	}
	return m.address()
}

func (m *machine) name() string {
	if m.oneIn("bad name?", 20) {
		return choose(m, "bad name", "", "  ", "bad\u202e", "two\nlines")
	}
	return choose(m, "named", "One", "Two", " Three ")
}

func (m *machine) rank() tenancy.OrganizationRole {
	return choose(m, "rank", tenancy.StandardUser, tenancy.StandardUser, tenancy.Administrator, tenancy.Administrator,
		"auditor", "people", "keeper", tenancy.Owner, "", "nobody named this")
}

func (m *machine) roles() tenancy.RoleSet {
	return choose(m, "roles", tenancy.Roles(tenancy.Developer), tenancy.Roles(tenancy.AccountAdministrator),
		tenancy.Roles(tenancy.AccountAdministrator), tenancy.Roles(tenancy.BillingManager, tenancy.Support),
		tenancy.Roles("releaser"), tenancy.Roles("lead"), tenancy.Roles("lead", tenancy.Developer),
		tenancy.Roles(tenancy.AccountOwner), tenancy.Roles(), tenancy.Roles("nobody named this"),
		tenancy.Roles(tenancy.AccountAdministrator, tenancy.Support))
}

// until draws when roles end; nil: never.
func (m *machine) until() *time.Time {
	var d time.Duration
	switch m.between("until", 0, 8) {
	case 0:
		d = 0
	case 1:
		d = -time.Hour
	case 2, 3:
		d = time.Hour
	case 4:
		d = 30 * 24 * time.Hour
	default:
		return nil
	}
	at := m.clock.Now().Add(d)
	return &at
}

// lasting draws how long roles last; nil: for good.
func (m *machine) lasting() *time.Duration {
	if !m.oneIn("lasting?", 3) {
		return nil
	}
	d := choose(m, "lasting", time.Hour, time.Hour, 20*24*time.Hour, 0, 10*time.Nanosecond)
	return &d
}
