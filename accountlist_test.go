package tenancy_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestAccounts(t *testing.T) {
	ids := func(list []tenancy.OrganizationAccount) (all []tenancy.AccountID) {
		for _, item := range list {
			all = append(all, item.ID)
		}
		return all
	}
	t.Run("ACC-9 managed accounts by ID, then independent ones", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.cleo, c.work, "Part")
		theirs := c.subaccount(c.other, c.eve.Account.ID, "Theirs")
		c.independent(c.dan)
		c.independent(c.admin)
		list := items(t, c.as(c.admin).Accounts(c.ctx(), c.org, tenancy.AccountQuery{}))
		managed := []tenancy.AccountID{c.main, c.work, sub}
		independent := []tenancy.AccountID{c.eve.Account.ID, theirs} // a subaccount behind its main account
		slices.SortFunc(managed, func(a, b tenancy.AccountID) int { return slices.Compare(a[:], b[:]) })
		require.Equal(t, append(managed, independent...), ids(list))
		for _, item := range list[:3] {
			require.Equal(t, tenancy.KindManaged, item.Kind)
			require.Equal(t, c.accountAs(c.admin, item.ID), *item.Account)
			require.Equal(t, item.Account.Name, item.Name)
			require.Equal(t, map[tenancy.UserID]string{c.owner: "ana", c.cleo: "cleo"}[item.Account.Owner],
				item.OwnerName.Reveal())
			require.Empty(t, item.Members)
		}
		for _, item := range list[3:] {
			require.Equal(t, tenancy.KindIndependent, item.Kind)
			require.Nil(t, item.Account, "GEN-5 name, and which member has which role")
			require.True(t, item.OwnerName.IsZero())
			require.Equal(t, map[tenancy.AccountID]string{c.eve.Account.ID: "eve main", theirs: "Theirs"}[item.ID],
				item.Name.Reveal())
			names := map[string]tenancy.RoleSet{}
			for _, m := range item.Members {
				names[m.Name.Reveal()] = m.Roles
			}
			require.Equal(
				t,
				map[string]tenancy.RoleSet{
					"dan": tenancy.Roles(tenancy.Developer),
					"ben": tenancy.Roles(tenancy.Developer),
				},
				names,
			)
		}
	})
	t.Run("ACC-9 an independent subaccount, by a role on it alone", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.other, c.eve.Account.ID, "Theirs")
		sent, err := c.as(c.other).
			InviteToAccount(c.ctx(), sub, tenancy.NewAccountInvitation{Email: address("dan"), Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		require.NoError(t, second(c.as(c.dan).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})))
		require.Equal(t, []tenancy.AccountID{sub},
			ids(items(t, c.as(c.owner).Accounts(c.ctx(), c.org, tenancy.AccountQuery{Kind: tenancy.KindIndependent}))))
		got := items(t, c.as(c.admin).AccountsOf(c.ctx(), c.dan, tenancy.AccountsOfQuery{}))
		require.Len(t, got, 1)
		require.Equal(t, sub, got[0].Account)
		require.NoError(t, c.as(c.admin).RevokeRoles(c.ctx(), sub, c.dan), "ACC-8")
		require.NoError(t, second(c.as(c.other).CloseAccount(c.ctx(), sub)))
		require.Empty(t,
			items(t, c.as(c.admin).Accounts(c.ctx(), c.org, tenancy.AccountQuery{Kind: tenancy.KindIndependent})))
	})
	t.Run("ACC-9 filters", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.dan)
		sub, gone := c.subaccount(c.cleo, c.work, "Part"), c.subaccount(c.cleo, c.work, "Gone")
		require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), gone)))
		require.NoError(t, second(c.as(c.cleo).SuspendAccount(c.ctx(), c.work)))
		for _, row := range []struct {
			query tenancy.AccountQuery
			want  []tenancy.AccountID
		}{
			{tenancy.AccountQuery{}, []tenancy.AccountID{c.main, c.work, sub, gone, c.eve.Account.ID}},
			{tenancy.AccountQuery{Kind: tenancy.KindManaged}, []tenancy.AccountID{c.main, c.work, sub, gone}},
			{tenancy.AccountQuery{Kind: tenancy.KindIndependent}, []tenancy.AccountID{c.eve.Account.ID}},
			{tenancy.AccountQuery{State: tenancy.StateActive}, []tenancy.AccountID{c.main}},
			{tenancy.AccountQuery{State: tenancy.StateSuspended}, []tenancy.AccountID{c.work, sub}},
			{tenancy.AccountQuery{State: tenancy.StateClosed}, []tenancy.AccountID{gone}},
			{tenancy.AccountQuery{Parent: c.work}, []tenancy.AccountID{sub, gone}},
			{tenancy.AccountQuery{Parent: c.work, State: tenancy.StateClosed}, []tenancy.AccountID{gone}},
			{tenancy.AccountQuery{Parent: c.eve.Account.ID}, nil},
			{tenancy.AccountQuery{Kind: tenancy.KindIndependent, State: tenancy.StateActive}, nil}, // GEN-5: it is not to be seen
			{tenancy.AccountQuery{Kind: tenancy.KindPending}, nil},
			{tenancy.AccountQuery{Kind: tenancy.KindPending, State: tenancy.StateActive}, nil},
		} {
			require.ElementsMatch(t, row.want, ids(items(t, c.as(c.owner).Accounts(c.ctx(), c.org, row.query))),
				"%+v", row.query)
		}
		for _, query := range []tenancy.AccountQuery{{Kind: tenancy.KindRequested}, {Kind: "x"}, {State: tenancy.StateDeleted}, {State: "\xff"}} {
			refused(t, failure(c.as(c.owner).Accounts(c.ctx(), c.org, query)), tenancy.CodeInput)
		}
	})
	t.Run("ORG-13 a merged organization's ID reads its survivor's", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.dan)
		merged := tenancy.OrganizationRecord{
			ID:         tenancy.OrganizationID{7},
			State:      tenancy.StateMerged,
			MergedInto: c.org,
			Created:    1,
			Ended:      2,
		}
		c.tampered = true
		require.NoError(t,
			c.store.Update(c.ctx(), func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, merged) }))
		require.ElementsMatch(t, []tenancy.AccountID{c.main, c.work, c.eve.Account.ID},
			ids(items(t, c.as(c.admin).Accounts(c.ctx(), merged.ID, tenancy.AccountQuery{}))))
		refused(t, failure(c.as(c.other).Accounts(c.ctx(), merged.ID, tenancy.AccountQuery{})), tenancy.CodeNotFound)
		require.Empty(t, items(t, c.host.Accounts(c.ctx(), merged.ID, tenancy.AccountQuery{})))
		require.Len(t,
			items(t, c.as(c.admin).Users(c.ctx(), merged.ID, tenancy.UserQuery{Kind: tenancy.KindIndependent})), 2)
	})
	t.Run("GEN-5 not what the Owner reaches through another organization of theirs", func(t *testing.T) {
		c := newCast(t)
		apart := c.account(c.owner, c.secondOrganization(), "Apart")
		independent := func(s *tenancy.Session) []tenancy.OrganizationAccount {
			return items(t, s.Accounts(c.ctx(), c.org, tenancy.AccountQuery{Kind: tenancy.KindIndependent}))
		}
		require.Empty(t, independent(c.as(c.admin)))
		require.Equal(t, []tenancy.AccountID{apart}, ids(independent(c.as(c.owner))))
		require.Equal(t, []tenancy.AccountID{apart}, ids(independent(c.staff.Session)))

		sent, err := c.as(c.owner).
			InviteToAccount(c.ctx(), apart, tenancy.NewAccountInvitation{Email: address("dan"), Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		require.NoError(t, second(c.as(c.dan).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})))
		seen := independent(c.as(c.admin))
		require.Len(t, seen, 1)
		require.Len(t, seen[0].Members, 1, "where another member reaches the same account, that member's part is shown")
		require.Equal(t, c.dan, seen[0].Members[0].User)
	})
	t.Run("ACC-9 ACC-4 what the organization asks for, until it expires, by ID", func(t *testing.T) {
		c := newCast(t)
		early, late := tenancy.AccountID{9}, tenancy.AccountID{8, 0xff}
		ask := func(account tenancy.AccountID) {
			require.NoError(t, second(c.as(c.admin).AddAccount(c.ctx(), c.org, account)))
		}
		pending := func() []tenancy.OrganizationAccount {
			return items(t, c.as(c.owner).Accounts(c.ctx(), c.org, tenancy.AccountQuery{Kind: tenancy.KindPending}))
		}
		ask(early)
		c.clock.Advance(24 * time.Hour)
		ask(late)
		ask(c.eve.Account.ID)
		for _, email := range []string{"1@x.example.com", "zz@x.example.com", "{@x.example.com", "ac@x.example.com"} {
			require.NoError(t, second(c.as(c.admin).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: email})))
		}
		list := pending()
		require.Equal(t, []tenancy.AccountID{c.eve.Account.ID, late, early}, ids(list))
		require.Equal(t, "ben", list[0].Request.ByName.Reveal())
		require.Equal(t, c.clock.Now().Add(7*24*time.Hour), list[0].Request.Expires)
		require.Equal(
			t,
			tenancy.OrganizationAccount{Kind: tenancy.KindPending, ID: c.eve.Account.ID},
			tenancy.OrganizationAccount{Kind: list[0].Kind, ID: list[0].ID,
				Name: list[0].Name, Account: list[0].Account, OwnerName: list[0].OwnerName, Members: list[0].Members},
		)
		all := items(t, c.as(c.owner).Accounts(c.ctx(), c.org, tenancy.AccountQuery{}))
		require.Equal(t, []tenancy.AccountID{c.eve.Account.ID, late, early}, ids(all[2:]))
		rest := items(t, c.as(c.owner).Accounts(c.ctx(), c.org, tenancy.AccountQuery{After: all[2].Cursor()}))
		require.Equal(t, []tenancy.AccountID{late, early}, ids(rest))
		c.clock.Advance(6 * 24 * time.Hour)
		require.Equal(t, []tenancy.AccountID{c.eve.Account.ID, late}, ids(pending()))
		for i := range 200 {
			ask(tenancy.AccountID{10, byte(i)})
		}
		require.Len(t, pending(), 202)
	})
	t.Run("GEN-9 in pages, from any item on, whatever changes meanwhile", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.dan)
		for range 230 {
			c.subaccount(c.cleo, c.work, "Part")
		}
		whole := ids(items(t, c.as(c.owner).Accounts(c.ctx(), c.org, tenancy.AccountQuery{})))
		require.Len(t, whole, 233)
		for _, size := range []int{1, 100, 117} {
			var paged []tenancy.AccountID
			query := tenancy.AccountQuery{}
			for {
				part, next, err := tenancy.Collect(c.as(c.owner).Accounts(c.ctx(), c.org, query), size)
				require.NoError(t, err)
				paged = append(paged, ids(part)...)
				if next == "" {
					break
				}
				query.After = next
			}
			require.Equal(t, whole, paged)
		}
		last := items(t, c.as(c.owner).Accounts(c.ctx(), c.org, tenancy.AccountQuery{}))[232]
		require.Empty(t, items(t, c.as(c.owner).Accounts(c.ctx(), c.org, tenancy.AccountQuery{After: last.Cursor()})))
		for _, query := range []tenancy.AccountQuery{{After: "x"}, {After: last.Cursor(), Kind: tenancy.KindManaged}, {After: last.Cursor() + "A"}} {
			refused(t, failure(c.as(c.owner).Accounts(c.ctx(), c.org, query)), tenancy.CodeCursor)
		}
		refused(t,
			failure(c.as(c.other).Accounts(c.ctx(), c.eve.Organization.ID, tenancy.AccountQuery{After: last.Cursor()})),
			tenancy.CodeCursor)
	})
}

// AccountsOf with an organization lists of all that it lists those that the organization
// manages and that the actor sees whole (ACC-9, GEN-5): whose another account is, is not
// to be found out by asking.
func TestAccountsOfOrganization(t *testing.T) {
	c := newCast(t)
	c.subaccount(c.cleo, c.work, "Below")
	sent, err := c.as(c.eve.User.ID).InviteToAccount(c.ctx(), c.eve.Account.ID,
		tenancy.NewAccountInvitation{Email: address("dan"), Roles: tenancy.Roles(tenancy.Support)})
	require.NoError(t, err)
	require.NoError(t, second(c.as(c.dan).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})))
	people := []tenancy.UserID{c.owner, c.admin, c.cleo, c.dan, c.eve.User.ID, c.gil, c.other}
	found, hidden := 0, 0
	for _, org := range []tenancy.OrganizationID{c.org, c.eve.Organization.ID, {1}} {
		for _, of := range people {
			for _, s := range []*tenancy.Session{c.host.Session, c.as(c.owner), c.as(c.admin), c.as(c.cleo), c.as(c.gil), c.as(of)} {
				whole, _, err := tenancy.Collect(s.AccountsOf(c.ctx(), of, tenancy.AccountsOfQuery{}), 1000)
				got, _, filtered := tenancy.Collect(s.AccountsOf(c.ctx(), of, tenancy.AccountsOfQuery{Organization: org}), 1000)
				require.Equal(t, tenancy.CodeOf(err), tenancy.CodeOf(filtered))
				var want []tenancy.AccountID
				for _, reach := range whole {
					account, err := c.host.Account(c.ctx(), reach.Account)
					require.NoError(t, err)
					switch {
					case *account.Organization != org:
					case reach.State == "":
						hidden++
					default:
						want = append(want, reach.Account)
					}
				}
				var ids []tenancy.AccountID
				for i, reach := range got {
					ids = append(ids, reach.Account)
					rest, _, err := tenancy.Collect(s.AccountsOf(c.ctx(), of,
						tenancy.AccountsOfQuery{Organization: org, After: reach.Cursor()}), 1000)
					require.NoError(t, err)
					require.Len(t, rest, len(got)-i-1)
				}
				require.Equal(t, want, ids)
				found += len(ids)
			}
		}
	}
	require.Positive(t, found)
	require.Positive(t, hidden)
}

func TestAccountsOf(t *testing.T) {
	reach := func(list []tenancy.Reach) map[string]tenancy.Reach {
		all := map[string]tenancy.Reach{}
		for _, item := range list {
			all[item.AccountName.Reveal()] = item
		}
		return all
	}
	names := func(list []tenancy.Reach) (all []string) {
		for _, item := range list {
			all = append(all, item.AccountName.Reveal())
		}
		return all
	}
	t.Run("ACC-9 every account a user reaches, and how", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.cleo, c.work, "Part")
		c.assign(c.cleo, sub, c.gil, tenancy.Developer)
		require.NoError(t, second(c.as(c.cleo).SuspendAccount(c.ctx(), c.work)))
		got := reach(items(t, c.as(c.gil).AccountsOf(c.ctx(), c.gil, tenancy.AccountsOfQuery{})))
		require.Len(t, got, 2)
		work, part := got["Work"], got["Part"]
		require.Equal(t, []any{c.work, tenancy.StateSuspended, c.gil, "gil", address("gil")},
			[]any{work.Account, work.State, work.User, work.Name.Reveal(), work.Email.Reveal()})
		require.Equal(t, []tenancy.RoleSet{tenancy.Roles(tenancy.Support), tenancy.Roles(tenancy.Support), {}},
			[]tenancy.RoleSet{work.Roles, work.Direct, work.FromParent})
		require.Equal(t, tenancy.StateSuspended, part.State)
		require.Equal(
			t,
			[]tenancy.RoleSet{
				tenancy.Roles(tenancy.Developer, tenancy.Support),
				tenancy.Roles(tenancy.Developer),
				tenancy.Roles(tenancy.Support),
			},
			[]tenancy.RoleSet{part.Roles, part.Direct, part.FromParent},
		)
		require.False(t, part.Manages)
	})
	t.Run("ACC-9 what is only managed comes after, without roles", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.owner)
		list := items(t, c.as(c.owner).AccountsOf(c.ctx(), c.owner, tenancy.AccountsOfQuery{}))
		require.ElementsMatch(t, []string{"ana main", "eve main"}, names(list[:2]))
		require.Equal(t, []string{"Work"}, names(list[2:]))
		got := reach(list)
		require.True(t, got["ana main"].Manages)
		require.False(t, got["eve main"].Manages)
		require.True(t, got["Work"].Manages)
		require.True(t, got["Work"].Roles.IsZero())
	})
	t.Run("ACC-5 a subaccount reached alone is suspended with its parent", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.cleo, c.work, "Part")
		below := c.guest(c.cleo, sub, "below", tenancy.Support)
		require.NoError(t, second(c.host.SuspendAccount(c.ctx(), c.work)))
		for _, user := range []tenancy.UserID{below, c.admin} { // by a role, and managing it
			got := reach(items(t, c.as(user).AccountsOf(c.ctx(), user, tenancy.AccountsOfQuery{})))
			require.Equal(t, tenancy.StateSuspended, got["Part"].State)
		}
	})
	t.Run("ACC-9 a closed account is reached by nobody", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), c.work)))
		require.Empty(t, items(t, c.as(c.cleo).AccountsOf(c.ctx(), c.cleo, tenancy.AccountsOfQuery{})))
		require.Equal(t, []string{"ana main"},
			names(items(t, c.as(c.owner).AccountsOf(c.ctx(), c.owner, tenancy.AccountsOfQuery{}))))
	})
	t.Run("GEN-5 of a member, Owner and Administrators see name and roles of independent accounts", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.cleo)
		got := reach(items(t, c.as(c.admin).AccountsOf(c.ctx(), c.cleo, tenancy.AccountsOfQuery{})))
		require.Len(t, got, 2)
		require.Equal(t, tenancy.StateActive, got["Work"].State)
		require.Empty(t, got["eve main"].State)
		require.Equal(t, tenancy.Roles(tenancy.Developer), got["eve main"].Roles)
	})
	t.Run("GEN-5 of an independent user, their own organization's accounts alone", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.gil)
		require.Equal(t, []string{"Work"},
			names(items(t, c.as(c.admin).AccountsOf(c.ctx(), c.gil, tenancy.AccountsOfQuery{}))))
		require.Equal(t, []string{"eve main"},
			names(items(t, c.as(c.other).AccountsOf(c.ctx(), c.gil, tenancy.AccountsOfQuery{}))))
		require.Len(t, items(t, c.host.AccountsOf(c.ctx(), c.gil, tenancy.AccountsOfQuery{})), 2)
	})
	t.Run("GEN-5 of an Owner, not what they reach through other organizations of theirs", func(t *testing.T) {
		c := newCast(t)
		c.account(c.owner, c.secondOrganization(), "Apart")
		require.ElementsMatch(t, []string{"ana main", "Work"},
			names(items(t, c.as(c.admin).AccountsOf(c.ctx(), c.owner, tenancy.AccountsOfQuery{}))))
		require.ElementsMatch(t, []string{"ana main", "Apart", "Work"},
			names(items(t, c.as(c.owner).AccountsOf(c.ctx(), c.owner, tenancy.AccountsOfQuery{}))))
		require.ElementsMatch(t, []string{"ana main", "Apart", "Work"},
			names(items(t, c.staff.AccountsOf(c.ctx(), c.owner, tenancy.AccountsOfQuery{}))))
	})
	t.Run("GEN-5 nobody else", func(t *testing.T) {
		c := newCast(t)
		for _, row := range []struct{ by, of tenancy.UserID }{
			{c.cleo, c.dan}, {c.manager, c.gil}, {c.cleo, c.gil}, {c.other, c.cleo}, {c.other, c.gil}, {c.owner, c.other}, {c.owner, tenancy.UserID{1}},
		} {
			refused(t, failure(c.as(row.by).AccountsOf(c.ctx(), row.of, tenancy.AccountsOfQuery{})), tenancy.CodeNotFound)
		}
		refused(t, failure(c.host.AccountsOf(c.ctx(), tenancy.UserID{1}, tenancy.AccountsOfQuery{})), tenancy.CodeNotFound)
	})
	t.Run("GEN-9 in pages, from any item on", func(t *testing.T) {
		c := newCast(t)
		other := c.secondOrganization()
		for range 101 {
			c.subaccount(c.cleo, c.work, "Part")
		}
		c.account(c.owner, other, "Apart")
		whole := items(t, c.as(c.owner).AccountsOf(c.ctx(), c.owner, tenancy.AccountsOfQuery{}))
		require.Len(t, whole, 1+1+1+101)
		for i, item := range whole {
			rest := items(t, c.as(c.owner).AccountsOf(c.ctx(), c.owner, tenancy.AccountsOfQuery{After: item.Cursor()}))
			require.Equal(t, whole[i+1:], append([]tenancy.Reach{}, rest...))
		}
		refused(t, failure(c.host.AccountsOf(c.ctx(), c.admin, tenancy.AccountsOfQuery{After: whole[0].Cursor()})),
			tenancy.CodeCursor)
	})
}

func TestAccess(t *testing.T) {
	t.Run("ACC-9 who reaches an account, with which role, from where", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.cleo, c.work, "Part")
		c.assign(c.owner, sub, c.dan, tenancy.BillingManager)
		c.assign(c.owner, sub, c.gil, tenancy.Developer)
		got := map[string]tenancy.Reach{}
		for _, item := range items(t, c.as(c.manager).Access(c.ctx(), sub, tenancy.ReachQuery{})) {
			require.Equal(t, []any{sub, "Part", tenancy.StateActive, address(item.Name.Reveal())},
				[]any{item.Account, item.AccountName.Reveal(), item.State, item.Email.Reveal()})
			got[item.Name.Reveal()] = item
		}
		require.Len(t, got, 4, "managing through the organization is no role")
		for name, want := range map[string][]tenancy.RoleSet{
			"cleo": {{}, tenancy.Roles(tenancy.AccountOwner)},
			"ida":  {{}, tenancy.Roles(tenancy.AccountAdministrator)},
			"gil":  {tenancy.Roles(tenancy.Developer), tenancy.Roles(tenancy.Support)},
			"dan":  {tenancy.Roles(tenancy.BillingManager), {}},
		} {
			require.Equal(t, want, []tenancy.RoleSet{got[name].Direct, got[name].FromParent}, name)
			require.False(t, got[name].Manages)
		}
	})
	for name, many := range map[string]spread{
		"more on the parent": {parent: 250, direct: 200}, "more on the subaccount": {parent: 150, direct: 310}, "a page of each": {parent: 97, direct: 100},
	} {
		t.Run("GEN-9 in pages, from any item on: "+name, func(t *testing.T) {
			c := newCast(t)
			sub := c.subaccount(c.cleo, c.work, "Part")
			want := c.gather(many, sub)
			whole := items(t, c.as(c.cleo).Access(c.ctx(), sub, tenancy.ReachQuery{}))
			require.Len(t, whole, 3+len(want))
			for i, item := range whole {
				if roles, there := want[item.User]; there {
					require.Equal(t, roles, [2]tenancy.RoleSet{item.FromParent, item.Direct})
				}
				if i%50 == 0 {
					require.Equal(t, whole[i+1:],
						items(t, c.as(c.cleo).Access(c.ctx(), sub, tenancy.ReachQuery{After: item.Cursor()})))
				}
			}
			refused(t, failure(c.as(c.cleo).Access(c.ctx(), c.work, tenancy.ReachQuery{After: whole[0].Cursor()})),
				tenancy.CodeCursor)
		})
	}
}

// spread says how many of 350 users have a role: the first ones on an account, the last
// ones on its subaccount.
type spread struct{ parent, direct int }

// gather gives many users roles on work and on a subaccount, and bypasses all rules.
func (c *cast) gather(many spread, sub tenancy.AccountID) map[tenancy.UserID][2]tenancy.RoleSet {
	c.Helper()
	c.tampered = true
	there := map[tenancy.UserID][2]tenancy.RoleSet{}
	require.NoError(c, c.store.Update(c.ctx(), func(ctx context.Context, tx tenancy.Tx) error {
		for i := range 350 {
			user := tenancy.UserID{byte(i * 7), byte(i), byte(i >> 8), 1}
			var roles [2]tenancy.RoleSet
			records := []tenancy.Record{tenancy.UserRecord{ID: user, Created: 1}}
			if i < many.parent {
				roles[0] = tenancy.Roles(tenancy.Support)
				records = append(records, tenancy.GrantRecord{Account: c.work, User: user, Roles: roles[0]})
			}
			if i >= 350-many.direct {
				roles[1] = tenancy.Roles(tenancy.Developer)
				records = append(records, tenancy.GrantRecord{Account: sub, User: user, Roles: roles[1]})
			}
			if roles != [2]tenancy.RoleSet{} {
				there[user] = roles
			}
			if err := tx.Put(ctx, records...); err != nil {
				return err
			}
		}
		return nil
	}))
	return there
}

// TestReach compares what the lists say about who reaches what with Can, for all people
// and accounts of a scene.
func TestReach(t *testing.T) {
	c := newCast(t)
	sub, held, gone := c.subaccount(c.cleo, c.work, "Part"), c.subaccount(c.cleo, c.work, "Held"), c.subaccount(
		c.cleo, c.work, "Gone")
	theirs := c.subaccount(c.other, c.eve.Account.ID, "Theirs")
	apart := c.account(c.owner, c.secondOrganization(), "Apart")
	mine := c.account(c.gil, tenancy.OrganizationID{}, "Gil's")
	below := c.guest(c.cleo, sub, "below", tenancy.AccountAdministrator)
	c.independent(c.dan)
	c.assign(c.owner, held, c.dan, tenancy.Developer)
	c.assign(c.cleo, sub, c.gil, tenancy.Developer)
	require.NoError(t, second(c.as(c.cleo).SuspendAccount(c.ctx(), held)))
	require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), gone)))
	people := []tenancy.UserID{c.owner, c.admin, c.cleo, c.dan, c.manager, c.gil, below, c.other}
	accounts := []tenancy.AccountID{c.main, c.work, sub, held, gone, theirs, c.eve.Account.ID, apart, mine}

	for _, user := range people {
		reaches, roles := map[tenancy.AccountID]bool{}, map[tenancy.AccountID]tenancy.RoleSet{}
		for _, reach := range items(t, c.as(user).AccountsOf(c.ctx(), user, tenancy.AccountsOfQuery{})) {
			require.False(t, reaches[reach.Account], "each account once")
			reaches[reach.Account], roles[reach.Account] = true, reach.Roles
			require.Equal(t, c.accountAs(user, reach.Account).State, reach.State)
		}
		for _, account := range accounts {
			d, err := c.host.Can(c.ctx(), user, tenancy.ReadUsage, account)
			require.NoError(t, err)
			t.Run("ACC-9 AccountsOf has exactly the open accounts that Can finds reachable", func(t *testing.T) {
				require.Equal(t, d.Why != tenancy.WhyUnreachable && account != gone, reaches[account])
				require.Equal(t, d.Allowed, reaches[account] && !roles[account].IsZero(),
					"ROLE-6 every role reads usage")
			})
			t.Run(
				"GEN-5 one sees exactly the accounts one reaches, and of others the name at most",
				func(t *testing.T) {
					seen, err := c.as(user).Account(c.ctx(), account)
					require.Equal(t, d.Why != tenancy.WhyUnreachable, err == nil && seen.State != "")
				},
			)
			t.Run("ACC-9 Access and AccountsOf say the same", func(t *testing.T) {
				if account == gone {
					return
				}
				var there tenancy.RoleSet
				for _, reach := range items(t, c.host.Access(c.ctx(), account, tenancy.ReachQuery{})) {
					if reach.User == user {
						there = reach.Roles
					}
				}
				require.Equal(t, roles[account], there)
			})
		}
	}
}
