package tenancy_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
)

// permissionSet is a set of permissions in an organization.
type permissionSet map[tenancy.OrganizationPermission]bool

func setOf(permissions ...tenancy.OrganizationPermission) permissionSet {
	set := permissionSet{}
	for _, p := range permissions {
		set[p] = true
		if also := nameable[p]; also != "" {
			set[also] = true
		}
	}
	return set
}

// and returns what is in both sets.
func (s permissionSet) and(o permissionSet) permissionSet {
	both := permissionSet{}
	for p := range s {
		if o[p] {
			both[p] = true
		}
	}
	return both
}

// given models who has which permissions from whom. What somebody has by a role is what the
// role permits, as far as whoever gave it had it at that moment; the Owner has everything,
// and what automatic joining gives comes from the Owner. Nobody may ever be allowed more.
type given struct {
	*customer
	rt        *rapid.T
	elsewhere *tenancy.Directory
	roles     map[tenancy.OrganizationRole]permissionSet
	had       map[tenancy.UserID]permissionSet
	sent      []offered
	people    []tenancy.UserID // who are or were members
	touched   []tenancy.UserID // who got a role since the last check
	names     int
}

// offered is an invitation, and who sent it.
type offered struct {
	tenancy.SentInvitation
	by tenancy.UserID
	to string
}

var givenRoles = map[tenancy.OrganizationRole][]tenancy.OrganizationPermission{
	"auditor": {tenancy.ViewUsers, tenancy.ViewAccounts, tenancy.ReadLog},
	"people":  {tenancy.ManageUsers, tenancy.CreateAccounts},
	"bare":    {tenancy.ManageUsers},
	"porter":  {tenancy.ManageUsers, tenancy.ManageOrganization},
	"hr":      {tenancy.ManageUsers, tenancy.ManageAccounts, tenancy.CreateAccounts},
	"merger":  {tenancy.ManageUsers, tenancy.ManageOrganization, tenancy.CreateAccounts, invoices},
	"chief": {tenancy.ManageUsers, tenancy.ManageAccounts, tenancy.ManageDomains, tenancy.ManageOrganization,
		tenancy.CreateAccounts, tenancy.ReadLog, invoices},
}

func newGiven(t *testing.T, rt *rapid.T) *given {
	g := &given{customer: newCustomer(t, withRoles(givenRoles)), rt: rt, had: map[tenancy.UserID]permissionSet{},
		roles: map[tenancy.OrganizationRole]permissionSet{}}
	administrator := setOf(invoices, tenancy.ManageIdentity)
	maps.Copy(administrator, setOf(slices.Collect(maps.Keys(nameable))...))
	owner := maps.Clone(administrator)
	maps.Copy(owner, setOf(tenancy.ReleaseAccounts, tenancy.TransferOwnership, tenancy.DeleteOrganization))
	g.roles[tenancy.Owner], g.roles[tenancy.Administrator] = owner, administrator
	g.roles[tenancy.StandardUser] = setOf(tenancy.ViewOrganization, tenancy.CreateAccounts)
	g.roles["stranger"] = g.roles[tenancy.StandardUser]
	for role, named := range givenRoles {
		g.roles[role] = setOf(append(slices.Clone(named), tenancy.ViewOrganization)...)
	}
	var err error
	g.elsewhere, err = tenancy.New(g.store, &tenancy.Options{Now: g.clock.Now,
		OrganizationRoles: tenancy.OrganizationRoleOptions{Roles: map[tenancy.OrganizationRole][]tenancy.OrganizationPermission{
			"stranger": {tenancy.ManageUsers}}}})
	require.NoError(t, err)
	g.prove(g.ana, g.org, "acme.example.com")
	_, err = g.as(g.ana).SetSignUpPolicy(g.ctx(), g.org, tenancy.SignUpPolicyChange{Policy: tenancy.PolicyAutomatic})
	require.NoError(t, err)
	_, err = g.staff.SetImportEntitlement(g.ctx(), g.org, tenancy.ImportEntitlement{On: true, Reference: "t-1"})
	require.NoError(t, err)
	g.people = []tenancy.UserID{g.ana, g.adam, g.stan}
	g.had[g.ana], g.had[g.adam], g.had[g.stan] = owner, administrator, g.roles[tenancy.StandardUser]
	for _, role := range []tenancy.OrganizationRole{"people", "hr", "merger", "porter", "chief"} {
		user := g.joins("first-"+string(role), role)
		g.people = append(g.people, user)
		g.had[user] = g.roles[role]
	}
	return g
}

func (g *given) person(what string) tenancy.UserID {
	return rapid.SampledFrom(g.people).Draw(g.rt, what)
}

func (g *given) role() tenancy.OrganizationRole {
	return rapid.SampledFrom(slices.Sorted(maps.Keys(g.roles))).Draw(g.rt, "role")
}

func (g *given) address(domain string) string {
	g.names++
	return fmt.Sprintf("p%d@%s", g.names, domain)
}

// gets notes that somebody has a role from somebody.
func (g *given) gets(user tenancy.UserID, role tenancy.OrganizationRole, from permissionSet) {
	g.had[user], g.touched = g.roles[role].and(from), append(g.touched, user)
	if !slices.Contains(g.people, user) {
		g.people = append(g.people, user)
	}
}

// steps are what people try.
func (g *given) steps() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"set a role": func(*rapid.T) {
			by, user, role := g.person("by"), g.person("user"), g.role()
			if _, err := g.as(by).SetOrganizationRole(g.ctx(), g.org, user, role); err == nil {
				g.gets(user, role, g.had[by])
			}
		},
		"set a role elsewhere": func(*rapid.T) {
			by := rapid.SampledFrom([]tenancy.UserID{g.ana, g.adam}).Draw(g.rt, "by")
			user := g.person("user")
			if _, err := g.elsewhere.As(by).SetOrganizationRole(g.ctx(), g.org, user, "stranger"); err == nil {
				g.gets(user, "stranger", g.had[by])
			}
		},
		"invite": func(*rapid.T) {
			by, to := g.person("by"), g.address("elsewhere.example.com")
			sent, err := g.as(by).InviteUser(g.ctx(), g.org, tenancy.NewInvitation{Email: to, Role: g.role()})
			if err == nil {
				g.sent = append(g.sent, offered{sent, by, to})
			}
		},
		"resend": func(*rapid.T) {
			if len(g.sent) == 0 {
				return
			}
			i, by := rapid.IntRange(0, len(g.sent)-1).Draw(g.rt, "sent"), g.person("by")
			if sent, err := g.as(by).ResendInvitation(g.ctx(), g.sent[i].ID); err == nil {
				g.sent[i] = offered{sent, by, g.sent[i].to}
			}
		},
		"accept": func(*rapid.T) {
			if len(g.sent) > 0 {
				g.accept(rapid.SampledFrom(g.sent).Draw(g.rt, "sent"))
			}
		},
		"demote the inviter": func(*rapid.T) {
			if len(g.sent) == 0 {
				return
			}
			i, role := rapid.SampledFrom(g.sent).Draw(g.rt, "sent"), g.role()
			if _, err := g.as(g.ana).SetOrganizationRole(g.ctx(), g.org, i.by, role); err == nil {
				g.gets(i.by, role, g.had[g.ana])
			}
			g.accept(i)
		},
		"sign up automatically": func(*rapid.T) {
			up, err := g.host.SignUp(g.ctx(), tenancy.NewSignUp{Email: tenancy.Proven(g.address("acme.example.com")), Name: "New"})
			if err == nil {
				g.gets(up.User.ID, tenancy.StandardUser, g.had[g.ana])
			}
		},
		"import": func(*rapid.T) {
			by, to := g.person("by"), g.address("acme.example.com")
			made := g.set.FoundAt("Fay", g.address("elsewhere.example.com"))
			_, err := g.host.ChangeEmail(g.ctx(), made.User.ID, tenancy.Proven(to))
			require.NoError(g.rt, err)
			results, err := g.as(by).ImportUsers(g.ctx(), g.org, tenancy.UserImport{Emails: []string{to}})
			if err == nil && results[0].Err == nil {
				g.gets(made.User.ID, tenancy.StandardUser, g.had[by])
			}
		},
		"hand over": func(*rapid.T) {
			owner, user := g.ana, g.person("user")
			if _, err := g.as(owner).TransferOwnership(g.ctx(), g.org, tenancy.NewOwner{User: user}); err == nil {
				g.gets(user, tenancy.Owner, g.had[owner])
				g.gets(owner, tenancy.Administrator, g.had[owner])
				g.ana = user
			}
		},
		"remove": func(*rapid.T) {
			_ = g.as(g.person("by")).RemoveUser(g.ctx(), g.org, g.person("user"), tenancy.Removal{})
		},
		"deactivate": func(*rapid.T) { _, _ = g.as(g.person("by")).DeactivateUser(g.ctx(), g.person("user")) },
		"reactivate": func(*rapid.T) { _, _ = g.as(g.person("by")).ReactivateUser(g.ctx(), g.person("user")) },
		"leave":      func(*rapid.T) { _ = g.as(g.person("by")).Leave(g.ctx(), g.org) },
		"":           func(*rapid.T) { g.check(g.touched); g.touched = nil },
	}
}

// accept lets whoever was invited sign up with the secret.
func (g *given) accept(i offered) {
	up, err := g.host.SignUp(g.ctx(), tenancy.NewSignUp{Email: tenancy.Proven(i.to), Name: "New", Secret: i.Secret})
	if err == nil {
		g.gets(up.User.ID, i.Role, g.had[i.by])
	}
}

// check wants that nobody may more than what they were given.
func (g *given) check(people []tenancy.UserID) {
	for _, user := range people {
		for _, p := range g.permissions(g.dir, user) {
			require.True(g.rt, g.had[user][p], "%s has %s from nobody who had it", user, p)
		}
	}
}

// TestNobodyGivesWhatTheyDoNotHave plays random sequences of what gives roles, and wants that
// nobody ever reaches a permission that they were not given by somebody who had it (ROLE-9,
// ROLE-5).
func TestNobodyGivesWhatTheyDoNotHave(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := newGiven(t, rt)
		rt.Repeat(g.steps())
		g.check(g.people)
	})
}
