package reference

import (
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/add4b1c6/tenancy"
)

// Organization is an organization (section 3).
type Organization struct {
	Name             string
	Owner            tenancy.UserID // of an ended one: who owned it last
	SignUpPolicy     tenancy.SignUpPolicy
	InvitationPolicy tenancy.InvitationPolicy
	HIPAA            tenancy.HIPAAEntitlement
	Import           tenancy.ImportEntitlement
	Limited          bool // it has limits of its own
	Limits           tenancy.Limits
	State            tenancy.State // active, deleted, merged
	MergedInto       tenancy.OrganizationID
	Suspended        bool
	Created          tenancy.Instant
	Ended            tenancy.Instant
	Purged           tenancy.Instant
}

// User is a person, or a service account (USR-20).
type User struct {
	Email              string // as given
	Address            string // canonical
	Name               string
	ServiceAccount     bool
	HeldByOrganization bool // inactive by it (USR-13)
	HeldByOperator     bool
	Deleted            bool
	Created            tenancy.Instant
}

// Member is a membership.
type Member struct {
	Role   tenancy.OrganizationRole
	Exempt bool // from single sign-on
	Since  tenancy.Instant
}

// MemberKey says whose membership in what.
type MemberKey struct {
	Organization tenancy.OrganizationID
	User         tenancy.UserID
}

// Former is what an organization keeps of somebody who left (USR-21).
type Former struct {
	Email, Name string
	Left        tenancy.Instant
}

// Account is a main account or a subaccount.
type Account struct {
	Name                string
	Owner               tenancy.UserID
	Organization        tenancy.OrganizationID // zero: unmanaged
	Parent              tenancy.AccountID      // zero: a main account
	SuspendedByCustomer bool
	SuspendedByPlatform bool
	Plan                tenancy.Plan    // of a main account
	Billing             tenancy.Billing // of a main account
	Pricing, Phone      string          // of a main account
	Designated          tenancy.Instant // for HIPAA, since when
	DesignatedBy        tenancy.Actor
	Created             tenancy.Instant
	Closed              tenancy.Instant
}

func (a Account) closed() bool    { return a.Closed != 0 }
func (a Account) suspended() bool { return a.SuspendedByCustomer || a.SuspendedByPlatform }

// Grant is a user's own roles on an account.
type Grant struct {
	Roles     tenancy.RoleSet // without an end
	Temporary tenancy.RoleSet // until Until (ACC-11)
	Until     tenancy.Instant
}

// GrantKey says whose grant on what.
type GrantKey struct {
	Account tenancy.AccountID
	User    tenancy.UserID
}

// Invitation is one to an organization, one to an account, or a request for an account.
type Invitation struct {
	Kind         tenancy.InvitationKind
	Organization tenancy.OrganizationID
	Account      tenancy.AccountID
	Role         tenancy.OrganizationRole
	Roles        tenancy.RoleSet
	RolesFor     time.Duration
	Inviter      tenancy.Actor
	Charged      tenancy.UserID // in whose name it was made (USR-10)
	State        tenancy.State  // as settled: expired is derived
	Created      tenancy.Instant
	Expires      tenancy.Instant
	Settled      tenancy.Instant
	AcceptedBy   tenancy.UserID
	Email        string
	Address      string // canonical
}

// Request is somebody's wish to be invited (USR-18).
type Request struct {
	Organization tenancy.OrganizationID
	State        tenancy.State // open, settled
	Email        string
	Address      string
	Created      tenancy.Instant
	Expires      tenancy.Instant
	Settled      tenancy.Instant
}

// Domain is a claim to an internet domain.
type Domain struct {
	Organization tenancy.OrganizationID
	Name         string
	State        tenancy.State // unverified, verified, lapsing
	Found        tenancy.Instant
	Lapses       tenancy.Instant
	Policy       tenancy.SignUpPolicy
	Connection   tenancy.ConnectionID
	Created      tenancy.Instant
}

// Connection is a connection to an identity provider.
type Connection struct {
	Organization tenancy.OrganizationID
	Name         string
	Tested       tenancy.Instant
	Created      tenancy.Instant
}

// Group is a group of members (GRP-1).
type Group struct {
	Organization tenancy.OrganizationID
	Name         string
	ExternalID   string
	Created      tenancy.Instant
}

// InGroup says that a user is in a group.
type InGroup struct {
	Group tenancy.GroupID
	User  tenancy.UserID
}

// GroupOn says that a group has roles on an account.
type GroupOn struct {
	Account tenancy.AccountID
	Group   tenancy.GroupID
}

// Key is a key of a service account (USR-22).
type Key struct {
	User    tenancy.UserID
	Name    string
	Created tenancy.Instant
	Expires tenancy.Instant
	Revoked tenancy.Instant
	Used    tenancy.Instant // the day on which it was last used
}

// State is all there is.
type State struct {
	Organizations map[tenancy.OrganizationID]Organization
	Users         map[tenancy.UserID]User
	Members       map[MemberKey]Member
	Formers       map[MemberKey]Former
	Accounts      map[tenancy.AccountID]Account
	Grants        map[GrantKey]Grant
	Invitations   map[tenancy.InvitationID]Invitation
	Requests      map[tenancy.RequestID]Request
	Domains       map[tenancy.DomainID]Domain
	Connections   map[tenancy.ConnectionID]Connection
	Groups        map[tenancy.GroupID]Group
	InGroups      map[InGroup]bool
	GroupRoles    map[GroupOn]tenancy.RoleSet
	Keys          map[tenancy.KeyID]Key
}

// NewState returns a state in which there is nothing.
func NewState() *State {
	return &State{
		Organizations: map[tenancy.OrganizationID]Organization{},
		Users:         map[tenancy.UserID]User{},
		Members:       map[MemberKey]Member{},
		Formers:       map[MemberKey]Former{},
		Accounts:      map[tenancy.AccountID]Account{},
		Grants:        map[GrantKey]Grant{},
		Invitations:   map[tenancy.InvitationID]Invitation{},
		Requests:      map[tenancy.RequestID]Request{},
		Domains:       map[tenancy.DomainID]Domain{},
		Connections:   map[tenancy.ConnectionID]Connection{},
		Groups:        map[tenancy.GroupID]Group{},
		InGroups:      map[InGroup]bool{},
		GroupRoles:    map[GroupOn]tenancy.RoleSet{},
		Keys:          map[tenancy.KeyID]Key{},
	}
}

// Model is a state, the time, and what the host has chosen.
type Model struct {
	*State
	Now          tenancy.Instant
	AccountRoles map[tenancy.AccountRole][]tenancy.Permission                  // the host's (ROLE-7)
	Permissions  []tenancy.Permission                                          // the host's
	Ranks        map[tenancy.OrganizationRole][]tenancy.OrganizationPermission // the host's (ROLE-9)
	RankRights   []tenancy.OrganizationPermission                              // the host's
	// Record says what looking a domain's record up finds now.
	Record func(tenancy.DomainID) Lookup
	// Mutant takes one rule out of the model, so that a test can see that this is noticed.
	Mutant string
}

// Lookup is what looking up a domain's record finds.
type Lookup int

// The values of Lookup.
const (
	Missing Lookup = iota
	Found
	Failed
)

// The times of the rules.
const (
	day            = 24 * 60 * 60 * 1_000_000 // in microseconds, as an Instant
	invitationLife = 7 * day                  // USR-4
	domainLive     = 7 * day                  // section 3
	lapsesAfter    = 30 * day                 // DOM-4
	keptFor        = 29 * day                 // ORG-11: what is 29 days old is removed
	shownFor       = 30 * day                 // ORG-11: reads stop at 30 days
	formerFor      = 365 * day                // USR-21
	perDay         = 5                        // USR-10
)

// Actor is who acts (GEN-1). Its zero value is nobody.
type Actor struct {
	User     tenancy.UserID
	Key      tenancy.KeyID // the key that a service account acts with
	Operator tenancy.OperatorID
	System   bool
}

func (a Actor) platform() bool { return a.System || a.Operator != "" }

// recorded is how records name the actor.
func (a Actor) recorded() tenancy.Actor {
	return tenancy.Actor{User: a.User, Operator: a.Operator}
}

// Answer is what the rules let an operation answer: it succeeds, with this result, or it
// is refused with one of these codes.
type Answer struct {
	Codes  []tenancy.Code
	Result any
	Open   bool   // the text lets it succeed too
	Then   func() // and what that does; nil: nothing
}

// done is the answer of an operation that succeeds and has no result to compare.
func done() Answer { return Answer{} }

// unless does something, or, where some codes may be given as well, lets it be done or
// refused.
func unless(perhaps refusals, do func()) Answer {
	if len(perhaps) > 0 {
		return Answer{Codes: perhaps, Open: true, Then: do}
	}
	do()
	return done()
}

func refuse(codes ...tenancy.Code) Answer { return Answer{Codes: codes} }

// refusals collects codes, of which an operation may give any: GEN-5 fixes no order among
// them.
type refusals []tenancy.Code

// when adds a code if something is so.
func (r *refusals) when(so bool, code tenancy.Code) {
	if so && !slices.Contains(*r, code) {
		*r = append(*r, code)
	}
}

// member returns a user's membership of an organization.
func (m *Model) member(org tenancy.OrganizationID, user tenancy.UserID) (Member, bool) {
	member, ok := m.Members[MemberKey{org, user}]
	return member, ok
}

// organizationsOf returns the organizations in which a user is, by ID.
func (m *Model) organizationsOf(user tenancy.UserID) (orgs []tenancy.OrganizationID) {
	for key := range m.Members {
		if key.User == user {
			orgs = append(orgs, key.Organization)
		}
	}
	return inOrder(orgs)
}

// membersOf returns an organization's members, by ID.
func (m *Model) membersOf(org tenancy.OrganizationID) (users []tenancy.UserID) {
	for key := range m.Members {
		if key.Organization == org {
			users = append(users, key.User)
		}
	}
	return inOrder(users)
}

// owned returns the open main accounts that a user owns, by ID.
func (m *Model) owned(user tenancy.UserID) (accounts []tenancy.AccountID) {
	for id, a := range m.Accounts {
		if a.Owner == user && a.Parent.IsZero() && !a.closed() {
			accounts = append(accounts, id)
		}
	}
	return inOrder(accounts)
}

// ownedIn returns those of them that an organization has; zero: the unmanaged ones.
func (m *Model) ownedIn(user tenancy.UserID, org tenancy.OrganizationID) []tenancy.AccountID {
	return slices.DeleteFunc(m.owned(user),
		func(id tenancy.AccountID) bool { return m.Accounts[id].Organization != org })
}

// below returns the open subaccounts of an account, by ID.
func (m *Model) below(account tenancy.AccountID) (accounts []tenancy.AccountID) {
	for id, a := range m.Accounts {
		if a.Parent == account && !a.closed() {
			accounts = append(accounts, id)
		}
	}
	return inOrder(accounts)
}

// withBelow returns an account and its open subaccounts.
func (m *Model) withBelow(account tenancy.AccountID) []tenancy.AccountID {
	return append([]tenancy.AccountID{account}, m.below(account)...)
}

// designatedWithin reports whether an account or an open subaccount of it is designated
// (HIP-7).
func (m *Model) designatedWithin(account tenancy.AccountID) bool {
	return slices.ContainsFunc(m.withBelow(account),
		func(id tenancy.AccountID) bool { return m.Accounts[id].Designated != 0 })
}

// userAt returns the user who has an address.
func (m *Model) userAt(address string) (tenancy.UserID, bool) {
	for id, u := range m.Users {
		if u.Address == address && !u.Deleted && address != "" {
			return id, true
		}
	}
	return tenancy.UserID{}, false
}

// exists reports whether there is such a user who was not deleted.
func (m *Model) exists(user tenancy.UserID) bool {
	u, ok := m.Users[user]
	return ok && !u.Deleted
}

// active reports whether somebody can act: nothing holds them (USR-13).
func (m *Model) active(user tenancy.UserID) bool {
	u, ok := m.Users[user]
	return ok && !u.Deleted && !u.HeldByOrganization && !u.HeldByOperator
}

func (m *Model) person(user tenancy.UserID) bool { return !m.Users[user].ServiceAccount }

// takesSeat reports whether a member takes a seat: a person whom the organization does not
// hold inactive (GEN-12).
func (m *Model) takesSeat(user tenancy.UserID) bool {
	return m.person(user) && !m.Users[user].HeldByOrganization
}

// seats counts the seats that are taken in an organization (INV-15).
func (m *Model) seats(org tenancy.OrganizationID) (n int) {
	for _, user := range m.membersOf(org) {
		if m.takesSeat(user) {
			n++
		}
	}
	return n
}

// mainAccounts counts an organization's open main accounts (INV-15).
func (m *Model) mainAccounts(org tenancy.OrganizationID) (n int) {
	for _, a := range m.Accounts {
		if a.Organization == org && a.Parent.IsZero() && !a.closed() {
			n++
		}
	}
	return n
}

// limits are those that apply to an organization: its own, or the directory's, which are
// 100 domains, 100 groups with roles on one account, and nothing else (GEN-12).
func (m *Model) limits(org tenancy.OrganizationID) tenancy.Limits {
	if o := m.Organizations[org]; o.Limited {
		return o.Limits
	}
	return tenancy.Limits{Domains: 100, AccountGroups: 100}
}

// over reports whether a limit has no room for so many more.
func over(limit, there, more int) bool { return limit > 0 && more > 0 && there+more > limit }

// inOrder sorts IDs.
func inOrder[ID ~[16]byte](ids []ID) []ID {
	slices.SortFunc(ids, func(a, b ID) int { return strings.Compare(string(a[:]), string(b[:])) })
	return ids
}

// keysOf returns the keys of a map, sorted.
func keysOf[ID ~[16]byte, V any](from map[ID]V) []ID {
	return inOrder(slices.Collect(maps.Keys(from)))
}

// validName reports whether a text can be a name: 1 to 64 characters after trimming, valid
// UTF-8, no control characters, line separators or bidirectional controls (section 3).
func validName(text string) bool {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n < 1 || n > 64 || !utf8.ValidString(text) {
		return false
	}
	return !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
	})
}

// canonicalAddress returns the canonical form of an address, or "" if it has none (ADR-1).
// It knows ASCII alone: the machine draws no addresses on domains with other letters but
// wrong ones.
func canonicalAddress(email string) string {
	local, domain, ok := strings.Cut(email, "@")
	if len(email) > 254 || !ok || len(local) < 1 || len(local) > 64 {
		return ""
	}
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" || strings.ContainsFunc(atom, func(r rune) bool {
			return r <= ' ' || r > '~' || strings.ContainsRune(`()<>[]:;@\,"`, r)
		}) {
			return ""
		}
	}
	labels := strings.Split(domain, ".")
	for _, label := range labels {
		if label == "" || strings.ContainsFunc(label, func(r rune) bool {
			return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
		}) {
			return ""
		}
	}
	if len(labels) < 2 {
		return ""
	}
	return strings.ToLower(email)
}

// domainOf returns the domain of a canonical address.
func domainOf(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return domain
}

// validReference reports whether a text is a reference (EVT-3).
func validReference(r tenancy.Reference) bool {
	return len(r) >= 1 && len(r) <= 64 && !strings.ContainsFunc(string(r), func(r rune) bool {
		return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-", r)
	})
}
