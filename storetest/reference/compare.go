package reference

import (
	"fmt"
	"slices"
	"time"

	"github.com/add4b1c6/tenancy"
)

// Counts are the numbers that records keep (INV-15), by what they count.
type Counts map[string]int

// Counts counts what records must keep.
func (m *Model) Counts() Counts {
	c := Counts{}
	for id := range m.Organizations {
		c["seats "+id.String()] = m.seats(id)
		c["accounts "+id.String()] = m.mainAccounts(id)
		c["groups "+id.String()] = m.groupsOf(id)
		c["service accounts "+id.String()] = 0
		for _, user := range m.membersOf(id) {
			if !m.person(user) {
				c["service accounts "+id.String()]++
			}
		}
	}
	for id, a := range m.Accounts {
		if a.Parent.IsZero() && !a.closed() {
			c["subaccounts "+id.String()] = len(m.below(id))
		}
		c["groups "+id.String()] = 0
	}
	for at := range m.GroupRoles {
		c["groups "+at.Account.String()]++
	}
	for id := range m.Groups {
		c["members "+id.String()] = m.groupSize(id)
	}
	for id, u := range m.Users {
		if u.ServiceAccount && !u.Deleted {
			c["keys "+id.String()] = 0
		}
	}
	for _, key := range m.Keys {
		if key.Revoked == 0 {
			c["keys "+key.User.String()]++
		}
	}
	return c
}

// Read translates what a store holds into the words of the model. Records that others are
// derived from, and those of the log, are left out.
func Read(records map[tenancy.Entry]tenancy.Record) (*State, Counts) {
	s, c := NewState(), Counts{}
	for _, r := range records {
		s.read(r, c)
	}
	return s, c
}

func (s *State) read(r tenancy.Record, c Counts) {
	switch r := r.(type) {
	case tenancy.OrganizationRecord:
		s.readOrganization(r, c)
	case tenancy.UserRecord:
		s.readUser(r, c)
	case tenancy.MembershipRecord:
		s.Members[MemberKey{r.Organization, r.User}] = Member{Role: r.Role, Exempt: r.Exempt, Since: r.Since}
	case tenancy.FormerMemberRecord:
		s.Formers[MemberKey{r.Organization, r.User}] = Former{Email: r.Personal.Email.Reveal(),
			Name: r.Personal.Name.Reveal(), Left: r.LeftAt}
	case tenancy.AccountRecord:
		s.readAccount(r, c)
	case tenancy.GrantRecord:
		s.Grants[GrantKey{r.Account, r.User}] = Grant{Roles: r.Roles, Temporary: r.Temporary, Until: r.Until}
	case tenancy.InvitationRecord:
		s.Invitations[r.ID] = Invitation{Kind: r.Kind, Organization: r.Organization, Account: r.Account, Role: r.Role,
			Roles: r.Roles, RolesFor: time.Duration(r.RolesFor), Inviter: r.Inviter, Charged: r.Charged, State: r.State,
			Created: r.Created, Expires: r.Expires, Settled: r.Settled, AcceptedBy: r.AcceptedBy,
			Email: r.Personal.Email.Reveal(), Address: r.Personal.Address.Reveal()}
	case tenancy.RequestRecord:
		s.Requests[r.ID] = Request{Organization: r.Organization, State: r.State, Email: r.Personal.Email.Reveal(),
			Address: r.Personal.Address.Reveal(), Created: r.Created, Expires: r.Expires, Settled: r.Settled}
	case tenancy.DomainRecord:
		s.Domains[r.ID] = Domain{Organization: r.Organization, Name: r.Personal.Name, State: r.State, Found: r.Found,
			Lapses: r.Lapses, Policy: r.Policy, Connection: r.Connection, Created: r.Created}
	case tenancy.ConnectionRecord:
		s.Connections[r.ID] = Connection{Organization: r.Organization, Name: r.Personal.Name.Reveal(), Tested: r.Tested,
			Created: r.Created}
	case tenancy.GroupRecord:
		s.Groups[r.ID] = Group{Organization: r.Organization, Name: r.Personal.Name.Reveal(),
			ExternalID: r.Personal.ExternalID.Reveal(), Created: r.Created}
		c["members "+r.ID.String()] = r.Members
	case tenancy.GroupMemberRecord:
		s.InGroups[InGroup{r.Group, r.User}] = true
	case tenancy.GroupRolesRecord:
		s.GroupRoles[GroupOn{r.Account, r.Group}] = r.Roles
	case tenancy.KeyRecord:
		s.Keys[r.ID] = Key{User: r.User, Name: r.Personal.Name.Reveal(), Created: r.Created, Expires: r.Expires,
			Revoked: r.Revoked, Used: r.Used}
	}
}

func (s *State) readOrganization(r tenancy.OrganizationRecord, c Counts) {
	policy := r.SignUpPolicy
	if policy == tenancy.PolicyInherited { // of an organization: the default (DOM-6)
		policy = tenancy.PolicyInvitationOnly
	}
	s.Organizations[r.ID] = Organization{Name: r.Personal.Name.Reveal(), Owner: r.Owner, SignUpPolicy: policy,
		InvitationPolicy: r.InvitationPolicy, Limited: r.Limited, Limits: r.Limits, State: r.State,
		MergedInto: r.MergedInto, Suspended: r.Suspended, Created: r.Created, Ended: r.Ended, Purged: r.Purged,
		HIPAA:  tenancy.HIPAAEntitlement{On: r.HIPAA, Reference: r.HIPAAReference, Executed: r.HIPAAExecuted.Time()},
		Import: tenancy.ImportEntitlement{On: r.Import, Reference: r.ImportReference}}
	c["seats "+r.ID.String()] = r.Seats
	c["accounts "+r.ID.String()] = r.Accounts
	c["service accounts "+r.ID.String()] = r.ServiceAccounts
	c["groups "+r.ID.String()] = r.Groups
}

func (s *State) readUser(r tenancy.UserRecord, c Counts) {
	u := User{Email: r.Personal.Email.Reveal(), Address: r.Personal.Address.Reveal(), Name: r.Personal.Name.Reveal(),
		ServiceAccount: r.ServiceAccount, HeldByOrganization: r.InactiveOrganization, HeldByOperator: r.InactiveOperator,
		Deleted: r.Deleted, Created: r.Created}
	if u.Deleted { // what held somebody who is deleted says nothing
		u.HeldByOrganization, u.HeldByOperator = false, false
	}
	s.Users[r.ID] = u
	if u.ServiceAccount && !u.Deleted {
		c["keys "+r.ID.String()] = r.Keys
	}
}

func (s *State) readAccount(r tenancy.AccountRecord, c Counts) {
	s.Accounts[r.ID] = Account{Name: r.Personal.Name.Reveal(), Owner: r.Owner, Organization: r.Organization,
		Parent: r.Parent, SuspendedByCustomer: r.SuspendedCustomer, SuspendedByPlatform: r.SuspendedPlatform,
		Plan: r.Plan, Billing: r.Billing, Pricing: r.Personal.Pricing.Reveal(), Phone: r.Personal.Phone.Reveal(),
		Designated: r.Designated, DesignatedBy: r.DesignatedBy, Created: r.Created, Closed: r.Closed}
	if r.Parent.IsZero() && r.Closed == 0 {
		c["subaccounts "+r.ID.String()] = r.Subaccounts
	}
	c["groups "+r.ID.String()] = r.Groups
}

// now leaves out what has ended by itself and is as if not there (ACC-11).
func now(grants map[GrantKey]Grant, at tenancy.Instant) map[GrantKey]Grant {
	left := map[GrantKey]Grant{}
	for key, g := range grants {
		if g.Until != 0 && at >= g.Until {
			g.Temporary, g.Until = tenancy.RoleSet{}, 0
		}
		if g != (Grant{}) {
			left[key] = g
		}
	}
	return left
}

// Differences says where a store's state and the model's differ.
func Differences(store *State, kept Counts, m *Model) (found []string) {
	found = slices.Concat(
		differ("organization", store.Organizations, m.Organizations),
		differ("user", store.Users, m.Users),
		differ("membership", store.Members, m.Members),
		differ("former member", store.Formers, m.Formers),
		differ("account", store.Accounts, m.Accounts),
		differ("grant", now(store.Grants, m.Now), now(m.Grants, m.Now)),
		differ("invitation", store.Invitations, m.Invitations),
		differ("request", store.Requests, m.Requests),
		differ("domain", store.Domains, m.Domains),
		differ("connection", store.Connections, m.Connections),
		differ("group", store.Groups, m.Groups),
		differ("group's member", store.InGroups, m.InGroups),
		differ("group's roles", store.GroupRoles, m.GroupRoles),
		differ("key", store.Keys, m.Keys),
	)
	if found == nil { // counts of a state that differs differ too
		found = differ("count", kept, m.Counts())
	}
	slices.Sort(found)
	return found
}

func differ[K, V comparable](what string, store, model map[K]V) (found []string) {
	for key, want := range model {
		if got, ok := store[key]; !ok {
			found = append(found, fmt.Sprintf("%s %v: not in the store, and in the model %+v", what, key, want))
		} else if got != want {
			found = append(found, fmt.Sprintf("%s %v:\n  in the store %+v\n  in the model %+v", what, key, got, want))
		}
	}
	for key, got := range store {
		if _, ok := model[key]; !ok {
			found = append(found, fmt.Sprintf("%s %v: in the store %+v, and not in the model", what, key, got))
		}
	}
	return found
}
