package tenancy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/memstore"
)

// TestStrangersCost holds operations to this: an actor who may not see a thing does not
// make the store read what belongs to it (GEN-14, SEC-15).
func TestStrangersCost(t *testing.T) {
	c := newCast(t)
	loner := c.guest(c.other, c.eve.Account.ID, "lou", tenancy.Support)
	store := scenes.NewCounting(c.store)
	dir, err := tenancy.New(store,
		&tenancy.Options{Now: c.clock.Now, Limits: &tenancy.Limits{Subaccounts: 1, Accounts: 1}})
	require.NoError(t, err)
	stranger := dir.As(c.other)
	for _, kind := range []tenancy.Kind{tenancy.KindManaged, tenancy.KindIndependent, tenancy.KindPending} {
		refused(t, failure(stranger.Accounts(c.ctx(), c.org, tenancy.AccountQuery{Kind: kind})), tenancy.CodeNotFound)
		refused(t, failure(dir.As(c.cleo).Accounts(c.ctx(), c.org, tenancy.AccountQuery{Kind: kind})),
			tenancy.CodeNotAllowed)
	}
	calls := func(s *tenancy.Session) []error {
		return []error{
			failure(s.Access(c.ctx(), c.work, tenancy.ReachQuery{})),
			second(s.CloseAccount(c.ctx(), c.work)),
			second(s.CreateSubaccount(c.ctx(), c.work, tenancy.NewSubaccount{Name: "x"})),
			second(s.TransferAccount(c.ctx(), c.work, c.other)),
		}
	}
	for _, err := range append(calls(dir.As(c.dan)), calls(dir.As(loner))...) {
		refused(t, err, tenancy.CodeNotFound)
	}
	refused(t, second(stranger.CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "x", Owner: c.dan})),
		tenancy.CodeNotFound)
	things := []tenancy.Index{
		tenancy.IndexMembers,
		tenancy.IndexAccountsIn,
		tenancy.IndexGrantsOf,
		tenancy.IndexPendingInvitations,
		tenancy.IndexOpenSubaccountsOf,
		tenancy.IndexGrants,
	}
	for _, index := range append(things, tenancy.IndexIndependentAccounts) {
		require.False(t, store.Listed[index], "%d", index)
	}
	// An actor who manages an organization may see the account as an independent one.
	// Finding out reads that one list, and nothing else.
	for _, err := range calls(stranger) {
		refused(t, err, tenancy.CodeNotFound)
	}
	for _, index := range things {
		require.False(t, store.Listed[index], "%d", index)
	}
	require.True(t, store.Listed[tenancy.IndexIndependentAccounts])
}

// TestIndependentCost holds it to this: what an actor who does not see an account makes
// the store look up does not grow with the account's users (GEN-14), and an account with
// many users is seen as an independent one all the same (GEN-5).
func TestIndependentCost(t *testing.T) {
	tapped := &scenes.Tapped{Store: memstore.New()}
	s := newSceneOver(t, tapped)
	ana, zoe := s.found("ana"), s.found("zoe")
	for i := range 300 {
		guest := tenancy.UserRecord{ID: tenancy.UserID{7, byte(i), byte(i >> 8)}, Created: 1}
		s.set.Put(guest, tenancy.GrantRecord{
			Account: ana.Account.ID, User: guest.ID, Roles: tenancy.Roles(tenancy.Developer),
		})
	}
	lookups := func(account tenancy.AccountID, want tenancy.Code) (n int) {
		tapped.Call = func(c scenes.Call) error { n += len(c.Lookups); return nil }
		defer func() { tapped.Call = nil }()
		_, err := s.as(zoe.User.ID).RenameAccount(t.Context(), account, "x")
		refused(t, err, want)
		return n
	}
	require.Less(t, lookups(ana.Account.ID, tenancy.CodeNotFound), 20)
	member := s.join(zoe, "member", tenancy.StandardUser)
	require.Less(t, lookups(ana.Account.ID, tenancy.CodeNotFound), 20)
	sent, err := s.as(ana.User.ID).InviteToAccount(t.Context(), ana.Account.ID,
		tenancy.NewAccountInvitation{Email: address("member"), Roles: tenancy.Roles(tenancy.Support)})
	require.NoError(t, err)
	require.NoError(t, second(s.as(member).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: sent.Secret})))
	require.Less(t, lookups(ana.Account.ID, tenancy.CodeNotAllowed), 20)
}

// TestAccountSteps holds operations to the number of steps in which they read, including
// the heads of streams. What belongs to an account is read only for actors who see it.
func TestAccountSteps(t *testing.T) {
	c := newCast(t)
	sub := c.subaccount(c.cleo, c.work, "Part")
	store := scenes.NewCounting(c.store)
	dir, err := tenancy.New(store, &tenancy.Options{Now: c.clock.Now})
	require.NoError(t, err)
	owner, cleo, host := dir.As(c.owner), dir.As(c.cleo), dir.System()
	below := dir.As(c.manager) // by a role on the parent
	support := tenancy.Roles(tenancy.Support)
	for _, op := range []struct {
		name string
		want int
		call func() error
	}{
		{"CreateAccount", 2, func() error { return second(cleo.CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "x"})) }},
		{"CreateAccount", 2, func() error {
			return second(owner.CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "x", Owner: c.dan}))
		}},
		{"CreateSubaccount", 2, func() error { return second(owner.CreateSubaccount(c.ctx(), c.work, tenancy.NewSubaccount{Name: "x"})) }},
		{"Account", 2, func() error { return second(owner.Account(c.ctx(), sub)) }},
		{"RenameAccount", 2, func() error { return second(owner.RenameAccount(c.ctx(), sub, "y")) }},
		{"SuspendAccount", 2, func() error { return second(cleo.SuspendAccount(c.ctx(), sub)) }},
		{"ReactivateAccount", 2, func() error { return second(owner.ReactivateAccount(c.ctx(), sub)) }},
		{"AssignRoles", 2, func() error {
			return second(owner.AssignRoles(c.ctx(), sub, c.dan, tenancy.Assignment{Roles: support}))
		}},
		{"RevokeRoles", 2, func() error { return owner.RevokeRoles(c.ctx(), sub, c.dan) }},
		{"AssignRoles", 2, func() error {
			return second(owner.AssignRoles(c.ctx(), c.work, c.dan, tenancy.Assignment{Roles: support}))
		}},
		{"Relinquish", 2, func() error { return dir.As(c.dan).Relinquish(c.ctx(), c.work) }},
		{"VerifyPhone", 2, func() error { return second(host.VerifyPhone(c.ctx(), c.work, "+4930123456")) }},
		{"UpgradeAccount", 2, func() error { return second(host.UpgradeAccount(c.ctx(), c.work)) }},
		{"InvoiceAccount", 2, func() error { return second(host.InvoiceAccount(c.ctx(), c.work)) }},
		{"SetPricing", 2, func() error { return second(host.SetPricing(c.ctx(), c.work, "x")) }},
		{"Accounts", 3, func() error {
			return failure(owner.Accounts(c.ctx(), c.org, tenancy.AccountQuery{Kind: tenancy.KindManaged}))
		}},
		{"Accounts", 4, func() error {
			return failure(owner.Accounts(c.ctx(), c.org, tenancy.AccountQuery{Kind: tenancy.KindIndependent}))
		}},
		{"AccountsOf", 3, func() error { return failure(owner.AccountsOf(c.ctx(), c.owner, tenancy.AccountsOfQuery{})) }},
		{"AccountsOf", 4, func() error { return failure(owner.AccountsOf(c.ctx(), c.gil, tenancy.AccountsOfQuery{})) }},
		{"Access", 4, func() error { return failure(owner.Access(c.ctx(), sub, tenancy.ReachQuery{})) }},
		{"TransferAccount", 3, func() error { return second(owner.TransferAccount(c.ctx(), c.work, c.dan)) }},
		{"TransferAccount", 2, func() error { return second(dir.As(c.dan).TransferAccount(c.ctx(), c.work, c.cleo)) }},
		{"RenameAccount", 2, func() error { return second(below.RenameAccount(c.ctx(), sub, "z")) }},
		{"CloseAccount", 4, func() error { return second(owner.CloseAccount(c.ctx(), c.work)) }},
	} {
		require.NoError(t, op.call(), op.name)
		require.LessOrEqual(t, len(store.Steps), op.want, "%s: lookups of each step: %v", op.name, store.Steps)
	}
}

// TestIndependentAccount calls every operation of the table that acts on an account on
// one that is independent to an organization. The organization's Owner and
// Administrators see it, and may do nothing with it (GEN-5).
func TestIndependentAccount(t *testing.T) {
	p := newTenantOver(t, memstore.New())
	p.subaccount(p.Rival, p.Outside, "Part")
	listed := map[tenancy.AccountID]string{}
	for _, item := range items(t, p.as(p.Admin).Accounts(p.ctx(), p.Org, tenancy.AccountQuery{Kind: tenancy.KindIndependent})) {
		listed[item.ID] = item.Name.Reveal()
	}
	require.Len(t, listed, 2)
	on := map[string]bool{} // the operations that act on an account, and whether one was called
	for _, row := range tenancy.OperationsTable() {
		if row.On == "account" {
			on[row.Name] = false
		}
	}
	require.Greater(t, len(on), 20)
	for _, e := range errands {
		_, acts := on[e.op]
		if !acts || e.way == "on an independent account" || e.way == "oneself" {
			continue // it may be done (ACC-8), or says no more than a no
		}
		on[e.op] = true
		for account, name := range listed {
			with := p.names
			set(&with, e.on, account)
			t.Run("GEN-5 "+e.String()+" "+name, func(t *testing.T) {
				for _, who := range []string{"Owner", "Admin"} {
					s := p.in(t).over(p.copied(), tenancy.Options{})
					result, err := s.run(e, who, with)
					switch e.op {
					case "Account":
						require.NoError(t, err)
						seen := result.(tenancy.Account)
						require.Equal(t, tenancy.Account{ID: account, Name: seen.Name}, seen,
							"all else is absent as a whole")
						require.Equal(t, name, seen.Name.Reveal())
					case "RevokeRoles":
						refused(t, err, tenancy.CodeNoGrant) // of a member who has no role there (ACC-8)
					default:
						refused(t, err, tenancy.CodeNotAllowed)
					}
				}
				for _, who := range []string{"Standard", "Guest"} { // who manage nothing
					s := p.in(t).over(p.copied(), tenancy.Options{})
					_, err := s.run(e, who, with)
					refused(t, err, tenancy.CodeNotFound)
				}
			})
		}
	}
	for op, called := range on {
		require.True(t, called, op)
	}
}

// TestIndependentAccountEnds has accounts that the Owner and Administrators of an
// organization do not see, or no longer see.
func TestIndependentAccountEnds(t *testing.T) {
	sees := func(c *cast, by tenancy.UserID, account tenancy.AccountID) bool {
		c.Helper()
		_, err := c.as(by).Account(c.ctx(), account)
		if err != nil {
			refused(c, err, tenancy.CodeNotFound)
		}
		var listed bool
		for _, item := range items(c, c.as(by).Accounts(c.ctx(), c.org, tenancy.AccountQuery{})) {
			listed = listed || item.ID == account
		}
		require.Equal(c, listed, err == nil, "ACC-9 Account shows what Accounts lists")
		return err == nil
	}
	t.Run("GEN-5 not what an Owner reaches through another organization of theirs", func(t *testing.T) {
		c := newCast(t)
		apart := c.account(c.owner, c.secondOrganization(), "Apart")
		require.False(t, sees(c, c.admin, apart))
		refused(t, c.as(c.admin).RevokeRoles(c.ctx(), apart, c.owner), tenancy.CodeNotFound)
		sent, err := c.as(c.owner).
			InviteToAccount(c.ctx(), apart, tenancy.NewAccountInvitation{Email: address("dan"), Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		require.NoError(t, second(c.as(c.dan).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})))
		require.True(t, sees(c, c.admin, apart), "another member reaches it too")
		c.unchanged(func() {
			refused(t, c.as(c.admin).RevokeRoles(c.ctx(), apart, c.owner), tenancy.CodeTheOwner)
			refused(t, c.as(c.admin).RevokeRoles(c.ctx(), apart, c.cleo), tenancy.CodeNoGrant)
			refused(t, c.as(c.admin).RevokeRoles(c.ctx(), apart, c.gil), tenancy.CodeNotFound)
			refused(t, second(c.as(c.admin).RenameAccount(c.ctx(), apart, "x")), tenancy.CodeNotAllowed)
		})
		require.NoError(t, c.as(c.admin).RevokeRoles(c.ctx(), apart, c.dan), "ACC-8")
		require.False(t, sees(c, c.admin, apart))
	})
	t.Run("GEN-5 by the Owner's own role, an unmanaged one too", func(t *testing.T) {
		c := newCast(t)
		mine := c.account(c.gil, tenancy.OrganizationID{}, "Gil's")
		require.False(t, sees(c, c.admin, mine))
		sent, err := c.as(c.gil).
			InviteToAccount(c.ctx(), mine, tenancy.NewAccountInvitation{Email: address("ana"), Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		require.NoError(t, second(c.as(c.owner).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})))
		require.True(t, sees(c, c.admin, mine))
		require.NotEmpty(t, c.accountAs(c.owner, mine).State, "what one sees as the account's user, one sees whole")
	})
	t.Run("GEN-5 not a closed one, nor a main account by a role on its subaccount", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.other, c.eve.Account.ID, "Theirs")
		sent, err := c.as(c.other).
			InviteToAccount(c.ctx(), sub, tenancy.NewAccountInvitation{Email: address("dan"), Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		require.NoError(t, second(c.as(c.dan).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})))
		require.True(t, sees(c, c.admin, sub))
		require.False(t, sees(c, c.admin, c.eve.Account.ID))
		require.NoError(t, second(c.as(c.other).CloseAccount(c.ctx(), sub)))
		require.False(t, sees(c, c.admin, sub))
	})
	t.Run("GEN-5 an invitation to one is not to be seen", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.dan)
		sent, err := c.as(c.other).
			InviteToAccount(c.ctx(), c.eve.Account.ID, tenancy.NewAccountInvitation{Email: address("new"), Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		sub := c.subaccount(c.other, c.eve.Account.ID, "Theirs")
		below, err := c.as(c.other).
			InviteToAccount(c.ctx(), sub, tenancy.NewAccountInvitation{Email: address("new"), Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		c.unchanged(func() {
			for _, id := range []tenancy.InvitationID{sent.ID, below.ID} {
				refused(t, c.as(c.admin).RevokeInvitation(c.ctx(), id), tenancy.CodeNotFound)
				refused(t, second(c.as(c.admin).ResendInvitation(c.ctx(), id)), tenancy.CodeNotFound)
			}
		})
	})
	t.Run("ACC-4 it is asked for like any other", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.dan)
		require.NoError(t, second(c.as(c.admin).AddAccount(c.ctx(), c.org, c.eve.Account.ID)))
	})
	t.Run("GEN-14 to see one costs one step more than to see nothing", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.dan)
		sub := c.subaccount(c.other, c.eve.Account.ID, "Theirs")
		store := scenes.NewCounting(c.store)
		dir, err := tenancy.New(store, &tenancy.Options{Now: c.clock.Now})
		require.NoError(t, err)
		for _, account := range []tenancy.AccountID{c.eve.Account.ID, sub} {
			refused(t, second(dir.As(c.admin).RenameAccount(c.ctx(), account, "x")), tenancy.CodeNotAllowed)
			require.LessOrEqual(t, len(store.Steps), 3, "lookups of each step: %v", store.Steps)
			refused(t, second(dir.As(c.cleo).RenameAccount(c.ctx(), account, "x")), tenancy.CodeNotFound)
			require.LessOrEqual(t, len(store.Steps), 2, "lookups of each step: %v", store.Steps)
		}
	})
}
