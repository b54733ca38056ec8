package tenancy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// TestHostRolesView shows what each permission to read alone shows (ROLE-9, GEN-5).
func TestHostRolesView(t *testing.T) {
	c := newCustomer(t, withRoles(map[tenancy.OrganizationRole][]tenancy.OrganizationPermission{
		"users": {tenancy.ViewUsers}, "accounts": {tenancy.ViewAccounts}, "domains": {tenancy.ViewDomains},
		"log": {tenancy.ReadLog}, "billing": {invoices}, "keeper": {tenancy.ManageAccounts},
		"auditor": {tenancy.ViewUsers, tenancy.ViewAccounts, tenancy.ViewDomains, tenancy.ReadLog},
	}))
	who := map[string]tenancy.UserID{}
	for _, role := range []tenancy.OrganizationRole{"users", "accounts", "domains", "log", "billing", "keeper", "auditor"} {
		who[string(role)] = c.joins("a-"+string(role), role)
	}
	domain := c.prove(c.ana, c.org, "acme.example.com")
	connection, err := c.as(c.ana).AddConnection(c.ctx(), c.org, "Corp")
	require.NoError(t, err)
	guest := c.guest(c.ana, c.main, "gus", tenancy.Support)
	outside, err := c.as(c.other.User.ID).InviteToAccount(c.ctx(), c.other.Account.ID,
		tenancy.NewAccountInvitation{Email: address("stan"), Roles: tenancy.Roles(tenancy.Support)})
	require.NoError(t, err)
	_, err = c.as(c.stan).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: outside.Secret})
	require.NoError(t, err)

	reads := map[string]struct {
		call func(*tenancy.Session) error
		by   []string
	}{
		"Users":       {func(s *tenancy.Session) error { return failure(s.Users(c.ctx(), c.org, tenancy.UserQuery{})) }, []string{"users", "auditor"}},
		"Member":      {func(s *tenancy.Session) error { _, _, err := s.Member(c.ctx(), c.org, c.stan); return err }, []string{"users", "auditor"}},
		"User":        {func(s *tenancy.Session) error { _, _, err := s.User(c.ctx(), c.stan); return err }, []string{"users", "auditor"}},
		"User, guest": {func(s *tenancy.Session) error { _, _, err := s.User(c.ctx(), guest); return err }, []string{"users", "auditor", "keeper"}},
		"Invitations": {func(s *tenancy.Session) error {
			return failure(s.Invitations(c.ctx(), c.org, tenancy.InvitationQuery{}))
		}, []string{"users", "auditor"}},
		"CanInOrganization": {func(s *tenancy.Session) error {
			return errOf(s.CanInOrganization(c.ctx(), c.stan, tenancy.ReadLog, c.org))
		}, []string{"users", "auditor"}},
		"OrganizationPermissions": {func(s *tenancy.Session) error {
			return errOf(s.OrganizationPermissions(c.ctx(), c.stan, c.org))
		}, []string{"users", "auditor"}},
		"Accounts": {func(s *tenancy.Session) error { return failure(s.Accounts(c.ctx(), c.org, tenancy.AccountQuery{})) }, []string{"accounts", "keeper", "auditor"}},
		"HIPAAReport": {func(s *tenancy.Session) error {
			return failure(s.HIPAAReport(c.ctx(), c.org, tenancy.HIPAAQuery{}))
		}, []string{"accounts", "keeper", "auditor"}},
		"Account":              {func(s *tenancy.Session) error { return errOf(s.Account(c.ctx(), c.main)) }, []string{"accounts", "keeper", "auditor"}},
		"Account, independent": {func(s *tenancy.Session) error { return errOf(s.Account(c.ctx(), c.other.Account.ID)) }, []string{"accounts", "keeper", "auditor"}},
		"Access":               {func(s *tenancy.Session) error { return failure(s.Access(c.ctx(), c.main, tenancy.ReachQuery{})) }, []string{"keeper"}},
		"AccountsOf": {func(s *tenancy.Session) error {
			return failure(s.AccountsOf(c.ctx(), c.stan, tenancy.AccountsOfQuery{}))
		}, []string{"users", "auditor"}},
		"Domains": {func(s *tenancy.Session) error { return failure(s.Domains(c.ctx(), c.org, tenancy.DomainQuery{})) }, []string{"domains", "auditor"}},
		"Domain":  {func(s *tenancy.Session) error { return errOf(s.Domain(c.ctx(), domain)) }, []string{"domains", "auditor"}},
		"Connections": {func(s *tenancy.Session) error {
			return failure(s.Connections(c.ctx(), c.org, tenancy.ConnectionQuery{}))
		}, nil},
		"Connection": {func(s *tenancy.Session) error { return errOf(s.Connection(c.ctx(), connection.ID)) }, nil},
		"Events": {func(s *tenancy.Session) error {
			return failure(s.Events(c.ctx(), organizationStream(c.org), tenancy.EventQuery{}))
		}, []string{"log", "auditor"}},
		"settings": {func(s *tenancy.Session) error {
			o, err := s.Organization(c.ctx(), c.org)
			require.NoError(t, err)
			if o.Settings == nil {
				return tenancy.CodeNotAllowed
			}
			return nil
		}, []string{"users", "accounts", "domains", "keeper", "auditor"}},
	}
	for name, read := range reads {
		for role, user := range who {
			t.Run("GEN-5 ROLE-9 "+name+" by "+role, func(t *testing.T) {
				may := false
				for _, by := range read.by {
					may = may || by == role
				}
				err := read.call(c.as(user))
				if may {
					require.NoError(t, err)
				} else {
					require.Contains(t, []tenancy.Code{tenancy.CodeNotAllowed, tenancy.CodeNotFound}, tenancy.CodeOf(err))
				}
			})
		}
	}
	t.Run("GEN-5 pricing and phone are seen by who manages", func(t *testing.T) {
		for role, sees := range map[string]bool{"accounts": false, "auditor": false, "keeper": true} {
			a, err := c.as(who[role]).Account(c.ctx(), c.main)
			require.NoError(t, err)
			require.Equal(t, sees, a.Private != nil, role)
		}
	})
	t.Run("GEN-5 a viewer of users sees members as Administrators do", func(t *testing.T) {
		mine := items(t, c.as(who["users"]).Users(c.ctx(), c.org, tenancy.UserQuery{}))
		theirs := items(t, c.as(c.adam).Users(c.ctx(), c.org, tenancy.UserQuery{}))
		require.Equal(t, theirs, mine)
	})
	t.Run("GEN-5 who does not see accounts is not shown what a member reaches", func(t *testing.T) {
		require.Empty(t, items(t, c.as(who["users"]).AccountsOf(c.ctx(), c.ana, tenancy.AccountsOfQuery{})))
		require.Len(t, items(t, c.as(who["auditor"]).AccountsOf(c.ctx(), c.ana, tenancy.AccountsOfQuery{})), 1)
	})
	t.Run("EVT-8 GRP-3 what one reaches by a group or by its parent has a name in the log, as has the group", func(t *testing.T) {
		reader := c.joins("lou", "log")
		named := func(id string) (there bool) {
			for _, e := range items(t, c.as(reader).Events(c.ctx(), organizationStream(c.org), tenancy.EventQuery{})) {
				there = there || !e.NameOf(id).Name.IsZero()
			}
			return there
		}
		account := c.account(c.ana, c.org, "Grouped")
		sub := c.subaccount(c.ana, account, "Part")
		group := c.group(c.ana, c.org)
		for _, id := range []string{account.String(), sub.String(), group.String()} {
			require.False(t, named(id))
		}
		c.groupRoles(c.ana, group, account, tenancy.Support)
		c.scene.enter(c.ana, group, reader)
		for _, id := range []string{account.String(), sub.String(), group.String()} {
			require.True(t, named(id))
		}
	})
	t.Run("EVT-8 names in the log are shown by what one sees", func(t *testing.T) {
		named := func(role string) map[string]bool {
			all := map[string]bool{}
			for _, e := range items(t, c.as(who[role]).Events(c.ctx(), organizationStream(c.org), tenancy.EventQuery{})) {
				for _, n := range e.Names {
					all[n.ID] = true
				}
			}
			return all
		}
		log, auditor := named("log"), named("auditor")
		for id, shown := range map[string]bool{c.org.String(): true, c.stan.String(): false, c.main.String(): false,
			domain.String(): false, connection.ID.String(): false, who["log"].String(): true} {
			require.Equal(t, shown, log[id], id)
		}
		for id, shown := range map[string]bool{c.org.String(): true, c.stan.String(): true, c.main.String(): true,
			domain.String(): true, connection.ID.String(): false} {
			require.Equal(t, shown, auditor[id], id)
		}
	})
	t.Run("USR-16 users are filtered by roles of the host's", func(t *testing.T) {
		role := tenancy.OrganizationRole("auditor")
		found := items(t, c.as(c.ana).Users(c.ctx(), c.org, tenancy.UserQuery{Role: &role}))
		require.Len(t, found, 1)
		require.Equal(t, who["auditor"], found[0].User.ID)
		require.Equal(t, role, found[0].Role)
		role = "nobody's"
		refused(t, failure(c.as(c.ana).Users(c.ctx(), c.org, tenancy.UserQuery{Role: &role})), tenancy.CodeRole)
	})
	t.Run("GEN-7 Can on an account by a role of the host's", func(t *testing.T) {
		for role, want := range map[string]tenancy.Decision{
			"keeper":   {Allowed: true, Why: tenancy.WhyOrganizationRole, OrganizationRole: "keeper"},
			"accounts": {Why: tenancy.WhyInsufficient},
			"users":    {Why: tenancy.WhyUnreachable},
			"billing":  {Why: tenancy.WhyUnreachable},
		} {
			for _, s := range []*tenancy.Session{c.as(who[role]), c.host.Session} {
				d, err := s.Can(c.ctx(), who[role], tenancy.ManageMembers, c.main)
				require.NoError(t, err)
				require.Equal(t, want, d, role)
			}
			all, err := c.as(who[role]).Permissions(c.ctx(), who[role], c.main)
			require.NoError(t, err)
			require.Equal(t, want, all[tenancy.ManageMembers], role)
		}
		d, err := c.host.Can(c.ctx(), who["keeper"], tenancy.Build, c.main)
		require.NoError(t, err)
		require.Equal(t, tenancy.WhyInsufficient, d.Why, "who manages an account has no role on it")
		require.Zero(t, testing.AllocsPerRun(100, func() {
			_, _ = c.host.Can(c.ctx(), who["keeper"], tenancy.ManageMembers, c.main)
		}))
	})
	t.Run("ACC-7 ROLE-9 who manages accounts and sees no users names themself and who has a role there", func(t *testing.T) {
		keeper := who["keeper"]
		for user, code := range map[tenancy.UserID]tenancy.Code{keeper: "", guest: "", c.stan: tenancy.CodeNotFound} {
			_, err := c.as(keeper).AssignRoles(c.ctx(), c.main, user, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})
			require.Equal(t, code, tenancy.CodeOf(err))
		}
		_, err := c.as(keeper).Can(c.ctx(), c.stan, tenancy.Build, c.main)
		refused(t, err, tenancy.CodeNotFound)
	})
	t.Run("ACC-1 ROLE-9 accounts are created by CreateAccounts alone", func(t *testing.T) {
		for _, user := range []tenancy.UserID{who["auditor"], who["keeper"]} {
			refused(t, errOf(c.as(user).CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "New"})), tenancy.CodeNotAllowed)
		}
	})
	t.Run("ACC-8 ROLE-9 taking a member off an independent account takes ManageAccounts, and covers them", func(t *testing.T) {
		refused(t, c.as(who["accounts"]).RevokeRoles(c.ctx(), c.other.Account.ID, c.stan), tenancy.CodeNotFound)
		refused(t, c.as(who["keeper"]).RevokeRoles(c.ctx(), c.other.Account.ID, c.stan), tenancy.CodeRank)
		require.NoError(t, c.as(c.adam).RevokeRoles(c.ctx(), c.other.Account.ID, c.stan))
	})
}
