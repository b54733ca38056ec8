package tenancy_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
)

func TestCanMany(t *testing.T) {
	c := newCast(t)
	sub := c.subaccount(c.cleo, c.work, "Sub")
	every := []tenancy.AccountID{c.work, sub, c.main, c.eve.Account.ID, {15: 1}, c.work}
	askers := map[string]*tenancy.Session{
		"Owner": c.as(c.owner), "Administrator": c.as(c.admin), "Cleo": c.as(c.cleo), "Gil": c.as(c.gil),
		"Ida": c.as(c.manager), "Dan": c.as(c.dan), "Eve": c.as(c.other), "host": c.host.Session, "staff": c.staff.Session,
	}
	t.Run("GEN-21 each answer is what Can answers, in its place", func(t *testing.T) {
		codes := map[tenancy.Code]bool{}
		for name, s := range askers {
			for _, user := range []tenancy.UserID{c.owner, c.admin, c.cleo, c.dan, c.gil, c.manager, c.other, {15: 1}} {
				for _, permission := range []tenancy.Permission{tenancy.Build, tenancy.ManageMembers} {
					answers, err := s.CanMany(c.ctx(), user, permission, every)
					require.NoError(t, err, name)
					require.Len(t, answers, len(every))
					for i, answer := range answers {
						want, wantErr := s.Can(c.ctx(), user, permission, every[i])
						require.Equal(t, every[i], answer.Account)
						require.Equal(t, want, answer.Decision, name)
						require.Equal(t, tenancy.CodeOf(wantErr), tenancy.CodeOf(answer.Err), name)
						codes[tenancy.CodeOf(answer.Err)] = true
						if answer.Err != nil {
							require.Equal(t, "CanMany", answer.Err.(*tenancy.Error).Op)
							require.Equal(t, every[i].String(), answer.Err.(*tenancy.Error).Subject)
						}
					}
				}
			}
		}
		require.Equal(t, map[tenancy.Code]bool{"": true, tenancy.CodeNotFound: true, tenancy.CodeNotAllowed: true}, codes)
	})
	t.Run("GEN-21 GEN-5 an account that is not seen is answered as one that is absent, alone", func(t *testing.T) {
		answers, err := c.as(c.owner).CanMany(c.ctx(), c.cleo, tenancy.Build, []tenancy.AccountID{c.work, c.eve.Account.ID, {15: 1}})
		require.NoError(t, err)
		require.True(t, answers[0].Allowed)
		refused(t, answers[1].Err, tenancy.CodeNotFound)
		refused(t, answers[2].Err, tenancy.CodeNotFound)
	})
	t.Run("GEN-21 no accounts, a hundred, and one too many", func(t *testing.T) {
		none, err := c.as(c.cleo).CanMany(c.ctx(), c.cleo, tenancy.Build, nil)
		require.NoError(t, err)
		require.Empty(t, none)
		many := make([]tenancy.AccountID, 101)
		for i := range many {
			many[i] = c.work
		}
		all, err := c.as(c.cleo).CanMany(c.ctx(), c.cleo, tenancy.Build, many[:100])
		require.NoError(t, err)
		require.Len(t, all, 100)
		_, err = c.as(c.cleo).CanMany(c.ctx(), c.cleo, tenancy.Build, many)
		refused(t, err, tenancy.CodeInput)
	})
	t.Run("GEN-21 malformed questions, and actors who can do nothing", func(t *testing.T) {
		_, err := c.as(c.cleo).CanMany(c.ctx(), tenancy.UserID{}, tenancy.Build, every)
		refused(t, err, tenancy.CodeID)
		_, err = c.as(c.cleo).CanMany(c.ctx(), c.cleo, tenancy.Build, []tenancy.AccountID{c.work, {}})
		refused(t, err, tenancy.CodeID)
		_, err = c.as(c.cleo).CanMany(c.ctx(), c.cleo, "nonsense", every)
		refused(t, err, tenancy.CodePermission)
		require.NoError(t, errOf(c.as(c.owner).DeactivateUser(c.ctx(), c.dan)))
		_, err = c.as(c.dan).CanMany(c.ctx(), c.dan, tenancy.Build, every)
		refused(t, err, tenancy.CodeActor)
		_, err = c.as(c.dan).CanMany(c.ctx(), c.dan, tenancy.Build, nil)
		refused(t, err, tenancy.CodeActor)
		_, err = c.as(c.dan).Permissions(c.ctx(), c.dan, c.work)
		refused(t, err, tenancy.CodeActor)
		require.NoError(t, errOf(c.as(c.owner).ReactivateUser(c.ctx(), c.dan)))
	})
	t.Run("GEN-21 about oneself, and for System, it is one read", func(t *testing.T) {
		var calls []string
		dir, err := tenancy.New(&scenes.Tapped{Store: c.store, Call: func(call scenes.Call) error {
			calls = append(calls, call.Method)
			return nil
		}}, &tenancy.Options{Now: c.clock.Now})
		require.NoError(t, err)
		for _, s := range []*tenancy.Session{dir.As(c.cleo), dir.System().Session} {
			calls = nil
			answers, err := s.CanMany(c.ctx(), c.cleo, tenancy.Build, every)
			require.NoError(t, err)
			require.Len(t, answers, len(every))
			require.Equal(t, []string{"Access"}, calls)
		}
	})
	t.Run("GEN-21 no accounts give no answers, and the actor is asked about all the same", func(t *testing.T) {
		answers, err := c.as(c.cleo).CanMany(c.ctx(), c.cleo, tenancy.Build, nil)
		require.NoError(t, err)
		require.Empty(t, answers)
		_, err = c.as(tenancy.UserID{15: 1}).CanMany(c.ctx(), tenancy.UserID{15: 1}, tenancy.Build, nil)
		refused(t, err, tenancy.CodeActor)
	})
	t.Run("GEN-11 in a block it sees what the block did", func(t *testing.T) {
		require.NoError(t, c.as(c.cleo).Atomically(c.ctx(), func(ctx context.Context, s *tenancy.Session) error {
			if _, err := s.SuspendAccount(ctx, c.work); err != nil {
				return err
			}
			answers, err := s.CanMany(ctx, c.cleo, tenancy.Build, []tenancy.AccountID{c.work, sub})
			require.NoError(t, err)
			require.Equal(t, tenancy.WhySuspended, answers[0].Why)
			require.Equal(t, tenancy.WhySuspended, answers[1].Why)
			all, err := s.Permissions(ctx, c.cleo, c.work)
			require.NoError(t, err)
			require.False(t, all[tenancy.Build].Allowed)
			require.True(t, all[tenancy.Bill].Allowed)
			_, err = s.ReactivateAccount(ctx, c.work)
			return err
		}))
	})
}

func TestPermissions(t *testing.T) {
	host := tenancy.Options{Roles: tenancy.RoleOptions{
		Permissions: []tenancy.Permission{"deploy"},
		Roles:       map[tenancy.AccountRole][]tenancy.Permission{"releaser": {"deploy", tenancy.ReadUsage}},
	}}
	s := newScene(t, host)
	ana := s.found("ana")
	rex := s.guest(ana.User.ID, ana.Account.ID, "rex", "releaser")
	eve := s.found("eve")
	built := []tenancy.Permission{
		tenancy.Build, tenancy.Bill, tenancy.ReadUsage, tenancy.ManageSettings, tenancy.ManageMembers,
		tenancy.ManageSubaccounts, tenancy.SuspendAccount, tenancy.CloseAccount, tenancy.TransferAccount,
		tenancy.DesignateHIPAA, "deploy",
	}
	t.Run("GEN-21 every permission, the host's too, as Can answers", func(t *testing.T) {
		for _, actor := range []*tenancy.Session{s.host.Session, s.staff.Session, s.dir.As(ana.User.ID)} {
			for _, user := range []tenancy.UserID{ana.User.ID, rex} {
				all, err := actor.Permissions(s.ctx(), user, ana.Account.ID)
				require.NoError(t, err)
				require.Len(t, all, len(built))
				for _, permission := range built {
					want, err := actor.Can(s.ctx(), user, permission, ana.Account.ID)
					require.NoError(t, err)
					require.Equal(t, want, all[permission], string(permission))
				}
			}
		}
		all, err := s.dir.As(rex).Permissions(s.ctx(), rex, ana.Account.ID)
		require.NoError(t, err)
		require.True(t, all["deploy"].Allowed)
		require.Equal(t, tenancy.WhyInsufficient, all[tenancy.Build].Why)
		require.False(t, all["nonsense"].Allowed, "what there is no permission of is not allowed")
	})
	t.Run("GEN-21 GEN-5 about oneself a plain no, about others what one sees", func(t *testing.T) {
		for _, account := range []tenancy.AccountID{ana.Account.ID, {15: 1}} {
			all, err := s.dir.As(eve.User.ID).Permissions(s.ctx(), eve.User.ID, account)
			require.NoError(t, err)
			for _, d := range all {
				require.Equal(t, tenancy.Decision{Why: tenancy.WhyUnreachable}, d)
			}
			_, err = s.dir.As(eve.User.ID).Permissions(s.ctx(), rex, account)
			refused(t, err, tenancy.CodeNotFound)
		}
		_, err := s.dir.As(rex).Permissions(s.ctx(), ana.User.ID, ana.Account.ID)
		refused(t, err, tenancy.CodeNotAllowed)
		_, err = s.dir.As(ana.User.ID).Permissions(s.ctx(), eve.User.ID, ana.Account.ID)
		refused(t, err, tenancy.CodeNotFound)
		_, err = s.host.Permissions(s.ctx(), tenancy.UserID{}, ana.Account.ID)
		refused(t, err, tenancy.CodeID)
		_, err = s.host.Permissions(s.ctx(), rex, tenancy.AccountID{})
		refused(t, err, tenancy.CodeID)
	})
	t.Run("GEN-21 it is one call of the store", func(t *testing.T) {
		calls := 0
		store := &scenes.Tapped{Store: s.store, Call: func(call scenes.Call) error { calls++; return nil }}
		dir, err := tenancy.New(store, &host)
		require.NoError(t, err)
		require.NoError(t, errOf(dir.As(rex).Can(s.ctx(), rex, tenancy.Build, ana.Account.ID)))
		one := calls
		require.NoError(t, errOf(dir.As(rex).Permissions(s.ctx(), rex, ana.Account.ID)))
		require.Equal(t, 2*one, calls)
	})
}

func TestOrganizationPermissions(t *testing.T) {
	c := newCustomer(t, withRoles(hostRoles))
	people := map[string]tenancy.UserID{"Owner": c.ana, "Administrator": c.adam, "Standard User": c.stan,
		"guest": c.guest(c.ana, c.main, "gus", tenancy.Support), "stranger": c.other.User.ID, "nobody": {15: 1}}
	for role := range hostRoles {
		people[string(role)] = c.joins("first-"+string(role), role)
	}
	people["inactive"] = c.joins("ina", "auditor")
	people["inactive guest"] = c.guest(c.ana, c.main, "gina", tenancy.Support)
	for _, gone := range []string{"inactive", "inactive guest"} {
		require.NoError(t, errOf(c.staff.DeactivateUser(c.ctx(), people[gone])))
	}
	every := append(tenancy.OrganizationTable(), invoices)
	plain, err := tenancy.New(c.store, &tenancy.Options{Now: c.clock.Now}) // it names no roles
	require.NoError(t, err)

	// agrees wants that everybody who asks about everybody gets what CanInOrganization
	// answers, and returns which answers there were.
	agrees := func(t *testing.T, dir *tenancy.Directory, org tenancy.OrganizationID, every []tenancy.OrganizationPermission) (
		whys map[tenancy.Why]bool, codes map[tenancy.Code]bool,
	) {
		whys, codes = map[tenancy.Why]bool{}, map[tenancy.Code]bool{}
		askers := map[string]*tenancy.Session{"System": dir.System().Session, "Operator": dir.Operator("ann").Session}
		for name, user := range people {
			askers[name] = dir.As(user)
		}
		for name, s := range askers {
			for about, user := range people {
				all, err := s.OrganizationPermissions(c.ctx(), user, org)
				codes[tenancy.CodeOf(err)] = true
				if err == nil {
					require.Len(t, all, len(every), "%s about %s", name, about)
				} else {
					require.Nil(t, all)
				}
				for _, permission := range every {
					want, wantErr := s.CanInOrganization(c.ctx(), user, permission, org)
					require.Equal(t, want, all[permission], "%s about %s: %s", name, about, permission)
					require.Equal(t, tenancy.CodeOf(wantErr), tenancy.CodeOf(err), "%s about %s", name, about)
					whys[want.Why] = true
				}
			}
		}
		return whys, codes
	}
	anyCode := map[tenancy.Code]bool{"": true, tenancy.CodeActor: true, tenancy.CodeNotFound: true, tenancy.CodeNotAllowed: true}
	alive := map[tenancy.Why]bool{"": true, tenancy.WhyUnreachable: true, tenancy.WhyInactive: true,
		tenancy.WhyInsufficient: true, tenancy.WhyOrganizationRole: true}
	t.Run("GEN-21 ROLE-9 every permission, the host's too, as CanInOrganization answers", func(t *testing.T) {
		whys, codes := agrees(t, c.dir, c.org, every)
		require.Equal(t, alive, whys)
		require.Equal(t, anyCode, codes)
		all, err := c.as(people["billing"]).OrganizationPermissions(c.ctx(), people["billing"], c.org)
		require.NoError(t, err)
		require.Equal(t, tenancy.Decision{Allowed: true, Why: tenancy.WhyOrganizationRole, OrganizationRole: "billing"}, all[invoices])
		require.Equal(t, tenancy.WhyInsufficient, all[tenancy.ReadLog].Why)
		require.False(t, all["nonsense"].Allowed, "what there is no permission of is not allowed")
	})
	t.Run("GEN-21 ROLE-9 a Directory that names no roles of a host's", func(t *testing.T) {
		whys, _ := agrees(t, plain, c.org, tenancy.OrganizationTable())
		require.Equal(t, alive, whys)
	})
	t.Run("GEN-21 GEN-5 about oneself a plain no, about others what one sees", func(t *testing.T) {
		olga := c.other.User.ID
		for _, org := range []tenancy.OrganizationID{c.org, {15: 1}} {
			all, err := c.as(olga).OrganizationPermissions(c.ctx(), olga, org)
			require.NoError(t, err)
			require.Len(t, all, len(every))
			for _, d := range all {
				require.Equal(t, tenancy.Decision{Why: tenancy.WhyUnreachable}, d)
			}
			refused(t, errOf(c.as(olga).OrganizationPermissions(c.ctx(), c.stan, org)), tenancy.CodeNotFound)
		}
		refused(t, errOf(c.as(c.stan).OrganizationPermissions(c.ctx(), c.ana, c.org)), tenancy.CodeNotAllowed)
		refused(t, errOf(c.as(c.ana).OrganizationPermissions(c.ctx(), olga, c.org)), tenancy.CodeNotFound)
		active, err := c.as(c.ana).OrganizationPermissions(c.ctx(), people["guest"], c.org)
		require.NoError(t, err)
		inactive, err := c.as(c.ana).OrganizationPermissions(c.ctx(), people["inactive guest"], c.org)
		require.NoError(t, err)
		require.Equal(t, active, inactive, "whether an independent user is active is not shown")
	})
	t.Run("GEN-21 GEN-2 malformed questions, and actors who can do nothing", func(t *testing.T) {
		refused(t, errOf(c.host.OrganizationPermissions(c.ctx(), tenancy.UserID{}, c.org)), tenancy.CodeID)
		refused(t, errOf(c.host.OrganizationPermissions(c.ctx(), c.stan, tenancy.OrganizationID{})), tenancy.CodeID)
		gone := people["inactive"]
		refused(t, errOf(c.as(gone).OrganizationPermissions(c.ctx(), gone, c.org)), tenancy.CodeActor)
	})
	t.Run("GEN-21 it reads what one CanInOrganization does", func(t *testing.T) {
		counted := scenes.NewCounting(c.store)
		dir, err := tenancy.New(counted, &tenancy.Options{Now: c.clock.Now})
		require.NoError(t, err)
		for asker, s := range map[string]*tenancy.Session{"oneself": dir.As(c.stan), "Owner": dir.As(c.ana), "System": dir.System().Session} {
			require.NoError(t, errOf(s.CanInOrganization(c.ctx(), c.stan, tenancy.ReadLog, c.org)))
			one := slices.Clone(counted.Steps)
			require.NoError(t, errOf(s.OrganizationPermissions(c.ctx(), c.stan, c.org)))
			require.Equal(t, one, counted.Steps, asker)
		}
	})
	t.Run("GEN-11 in a block it sees what the block did", func(t *testing.T) {
		undone := errors.New("undone")
		require.ErrorIs(t, c.as(c.ana).Atomically(c.ctx(), func(ctx context.Context, s *tenancy.Session) error {
			require.NoError(t, errOf(s.SetOrganizationRole(ctx, c.org, c.stan, "auditor")))
			all, err := s.OrganizationPermissions(ctx, c.stan, c.org)
			require.NoError(t, err)
			require.True(t, all[tenancy.ReadLog].Allowed)
			require.False(t, all[tenancy.CreateAccounts].Allowed)
			return undone
		}), undone)
	})
	t.Run("ORG-13 GEN-21 a merged organization's ID stands for its survivor", func(t *testing.T) {
		mia := c.found("mia")
		merged := c.another(mia, "Merged")
		c.merges(mia.User.ID, mia.Organization.ID, merged)
		people["the survivor's Owner"] = mia.User.ID
		defer delete(people, "the survivor's Owner")
		agrees(t, c.dir, merged, every)
		for _, s := range []*tenancy.Session{c.as(mia.User.ID), c.host.Session} {
			all, err := s.OrganizationPermissions(c.ctx(), mia.User.ID, merged)
			require.NoError(t, err)
			require.True(t, all[tenancy.DeleteOrganization].Allowed)
		}
	})
	t.Run("ORG-15 GEN-21 while the organization is suspended", func(t *testing.T) {
		require.NoError(t, errOf(c.staff.SuspendOrganization(c.ctx(), c.org, "t-1")))
		whys, codes := agrees(t, c.dir, c.org, every)
		require.True(t, whys[tenancy.WhyOrganizationSuspended])
		require.Equal(t, anyCode, codes)
		all, err := c.as(c.ana).OrganizationPermissions(c.ctx(), c.ana, c.org)
		require.NoError(t, err)
		for permission, d := range all {
			goesOn := permission == tenancy.ViewOrganization || permission == tenancy.ReadLog ||
				permission == tenancy.TransferOwnership
			require.Equal(t, goesOn, d.Allowed, permission)
		}
		require.NoError(t, errOf(c.staff.ReactivateOrganization(c.ctx(), c.org, "t-2")))
	})
	t.Run("INV-9 GEN-21 in an organization that has ended nobody can do anything", func(t *testing.T) {
		require.NoError(t, c.as(c.ana).DeleteOrganization(c.ctx(), c.org, tenancy.OrganizationDeletion{}))
		whys, _ := agrees(t, c.dir, c.org, every)
		require.False(t, whys[tenancy.WhyOrganizationRole])
		require.True(t, whys[tenancy.WhyUnreachable])
	})
}
