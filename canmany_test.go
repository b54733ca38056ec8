package tenancy_test

import (
	"context"
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
	t.Run("GEN-21 about oneself it is one step, with managed accounts two", func(t *testing.T) {
		counted := scenes.NewCounting(c.store)
		dir, err := tenancy.New(counted, &tenancy.Options{Now: c.clock.Now})
		require.NoError(t, err)
		_, err = dir.As(c.cleo).CanMany(c.ctx(), c.cleo, tenancy.Build, []tenancy.AccountID{c.work, c.main, c.eve.Account.ID})
		require.NoError(t, err)
		require.Len(t, counted.Steps, 2)
		_, err = dir.As(c.cleo).CanMany(c.ctx(), c.cleo, tenancy.Build, []tenancy.AccountID{{1}, {2}})
		require.NoError(t, err)
		require.Len(t, counted.Steps, 1)
		_, err = dir.System().CanMany(c.ctx(), c.cleo, tenancy.Build, every)
		require.NoError(t, err)
		require.LessOrEqual(t, len(counted.Steps), 2)
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
