package tenancy_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestCreateAccount(t *testing.T) {
	t.Run(
		"ACC-1 a member's account: active, trial, own billing, default pricing, nobody's but the owner's",
		func(t *testing.T) {
			c := newCast(t)
			c.designate(c.work)
			require.NoError(t, second(c.host.InvoiceAccount(c.ctx(), c.work)))
			var made tenancy.Account
			said := c.said(organizationStream(c.org), func() {
				var err error
				made, err = c.as(c.cleo).CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "  Second "})
				require.NoError(t, err)
			})
			require.Equal(
				t,
				tenancy.Account{
					ID:           made.ID,
					Name:         made.Name,
					Owner:        c.cleo,
					Organization: &c.org,
					Parent:       new(tenancy.AccountID),
					State:        tenancy.StateActive,
					Suspended:    new(tenancy.Suspension),
					Plan:         tenancy.PlanTrial,
					Billing:      tenancy.BillingOwn,
					HIPAA:        new(time.Time),
					Created:      c.clock.Now(),
					Private:      &tenancy.AccountPrivate{},
					Subaccounts:  new(int),
				},
				made,
			)
			require.Equal(t, "Second", made.Name.Reveal())
			require.Equal(t, []tenancy.EventData{
				tenancy.AccountCreated{
					Account:      made.ID,
					Owner:        c.cleo,
					Organization: c.org,
					By:           tenancy.Actor{User: c.cleo},
					Created:      said[0].(tenancy.AccountCreated).Created,
				},
				tenancy.RolesAssigned{Account: made.ID, User: c.cleo, Roles: tenancy.Roles(tenancy.AccountOwner)},
			}, said)
			require.Equal(t, made, c.accountAs(c.cleo, made.ID))
			require.Len(t, items(t, c.host.Access(c.ctx(), made.ID, tenancy.ReachQuery{})), 1,
				"INV-2: one grant, the owner's")
		},
	)
	t.Run("ACC-1 Owner and Administrators name another active member", func(t *testing.T) {
		c := newCast(t)
		for _, by := range []tenancy.UserID{c.owner, c.admin} {
			made, err := c.as(by).CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "Dan's", Owner: c.dan})
			require.NoError(t, err)
			require.Equal(t, c.dan, made.Owner)
			require.NotNil(t, made.Private, "GEN-5 who manages it sees all of it")
			require.Equal(t, tenancy.Roles(tenancy.AccountOwner), c.roles(made.ID, c.dan))
			require.True(t, c.roles(made.ID, by).IsZero())
		}
	})
	t.Run("ACC-1 a Standard User names nobody else, but may name themself", func(t *testing.T) {
		c := newCast(t)
		c.unchanged(func() {
			refused(t,
				second(c.as(c.cleo).CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "x", Owner: c.dan})),
				tenancy.CodeNotAllowed)
		})
		require.NoError(t,
			second(c.as(c.cleo).CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "x", Owner: c.cleo})))
	})
	t.Run("ACC-1 the owner named is an active member", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, second(c.as(c.owner).DeactivateUser(c.ctx(), c.dan)))
		for _, named := range []struct {
			user tenancy.UserID
			code tenancy.Code
		}{
			{c.dan, tenancy.CodeInactive},
			{c.gil, tenancy.CodeNotMember}, // an independent user is seen
			{c.other, tenancy.CodeNotFound},
			{tenancy.UserID{1}, tenancy.CodeNotFound},
		} {
			c.unchanged(func() {
				refused(
					t,
					second(
						c.as(c.admin).CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "x", Owner: named.user})),
					named.code,
				)
			})
		}
	})
	t.Run("ACC-1 without an organization, by a user who is in none", func(t *testing.T) {
		c := newCast(t)
		said := c.said(userStream(c.gil), func() {
			made, err := c.as(c.gil).CreateAccount(c.ctx(), tenancy.OrganizationID{}, tenancy.NewAccount{Name: "Gil's"})
			require.NoError(t, err)
			require.Equal(t, c.gil, made.Owner)
			require.True(t, made.Organization.IsZero())
			require.Equal(t, made, c.accountAs(c.gil, made.ID))
		})
		require.Len(t, said, 2)
	})
	t.Run("ACC-1 INV-3 no unmanaged account by who is in an organization", func(t *testing.T) {
		c := newCast(t)
		for _, user := range []tenancy.UserID{c.owner, c.admin, c.cleo} {
			c.unchanged(func() {
				refused(t,
					second(c.as(user).CreateAccount(c.ctx(), tenancy.OrganizationID{}, tenancy.NewAccount{Name: "x"})),
					tenancy.CodeManaged)
			})
		}
	})
	t.Run("ACC-1 an unmanaged account is nobody's but the actor's", func(t *testing.T) {
		c := newCast(t)
		refused(
			t,
			second(
				c.as(c.gil).
					CreateAccount(c.ctx(), tenancy.OrganizationID{}, tenancy.NewAccount{Name: "x", Owner: c.manager}),
			),
			tenancy.CodeInput,
		)
	})
	t.Run("GEN-12 the organization's limit on main accounts", func(t *testing.T) {
		s := emptyCast(t, tenancy.Options{Limits: &tenancy.Limits{Accounts: 2}})
		ana := s.found("ana")
		s.account(ana.User.ID, ana.Organization.ID, "Second")
		s.subaccount(ana.User.ID, ana.Account.ID, "Part")
		s.unchanged(func() {
			refused(
				t,
				second(
					s.dir.As(ana.User.ID).CreateAccount(s.ctx(), ana.Organization.ID, tenancy.NewAccount{Name: "x"})),
				tenancy.CodeAccountLimit,
			)
		})
		require.NoError(t, second(s.dir.As(ana.User.ID).CloseAccount(s.ctx(), ana.Account.ID)))
		s.account(ana.User.ID, ana.Organization.ID, "Third")
	})
	t.Run("GEN-1 Operators and System make none", func(t *testing.T) {
		c := newCast(t)
		for _, p := range []*tenancy.Platform{c.staff, c.host} {
			refused(t, second(p.CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "x"})), tenancy.CodeNotAllowed)
			refused(t, second(p.CreateAccount(c.ctx(), tenancy.OrganizationID{}, tenancy.NewAccount{Name: "x"})),
				tenancy.CodeNotAllowed)
		}
	})
	t.Run("GEN-5 in an organization of others", func(t *testing.T) {
		c := newCast(t)
		for _, org := range []tenancy.OrganizationID{c.org, {1}} {
			refused(t, second(c.as(c.other).CreateAccount(c.ctx(), org, tenancy.NewAccount{Name: "x"})),
				tenancy.CodeNotFound)
		}
	})
}

func TestCreateSubaccount(t *testing.T) {
	t.Run("ACC-2 INV-4 it has its parent's owner and organization", func(t *testing.T) {
		c := newCast(t)
		for _, by := range []tenancy.UserID{c.cleo, c.manager, c.admin, c.owner} {
			made, err := c.as(by).CreateSubaccount(c.ctx(), c.work, tenancy.NewSubaccount{Name: "Part"})
			require.NoError(t, err)
			require.Equal(
				t,
				tenancy.Account{ID: made.ID, Name: made.Name, Owner: c.cleo, Organization: &c.org, Parent: &c.work,
					State: tenancy.StateActive, Suspended: new(tenancy.Suspension), Plan: tenancy.PlanTrial, Billing: tenancy.BillingOwn,
					HIPAA: new(time.Time), Created: c.clock.Now(), Private: &tenancy.AccountPrivate{}},
				made,
			)
			require.Equal(t, made, c.accountAs(by, made.ID))
			require.True(t, c.roles(made.ID, c.cleo).IsZero(), "ACC-3 its owner's role is on the parent")
		}
	})
	t.Run("HIP-4 it is designated if its parent is", func(t *testing.T) {
		c := newCast(t)
		before := c.subaccount(c.cleo, c.work, "before")
		c.designate(c.work)
		c.clock.Advance(time.Hour)
		after := c.subaccount(c.cleo, c.work, "after")
		require.Zero(t, *c.accountAs(c.cleo, before).HIPAA)
		require.Equal(t, c.clock.Now(), *c.accountAs(c.cleo, after).HIPAA)
		made, _ := stored[tenancy.AccountRecord](c.scene, tenancy.IndexAccounts, tenancy.Key{ID: after})
		require.Equal(t, tenancy.Actor{User: c.cleo}, made.DesignatedBy)
	})
	t.Run("GEN-12 limits on subaccounts", func(t *testing.T) {
		s := emptyCast(t, tenancy.Options{Limits: &tenancy.Limits{Subaccounts: 2, TrialSubaccounts: 1}})
		ana := s.found("ana")
		gil := s.guest(ana.User.ID, ana.Account.ID, "gil", tenancy.Support)
		for user, account := range map[tenancy.UserID]tenancy.AccountID{ana.User.ID: ana.Account.ID, gil: s.account(gil, tenancy.OrganizationID{}, "Gil's")} {
			full := func() {
				s.Helper()
				refused(t,
					second(s.dir.As(user).CreateSubaccount(s.ctx(), account, tenancy.NewSubaccount{Name: "x"})),
					tenancy.CodeSubaccountLimit)
			}
			first := s.subaccount(user, account, "First")
			full()
			require.NoError(t, second(s.dir.As(user).CloseAccount(s.ctx(), first)))
			s.subaccount(user, account, "Second")
			full()
			require.NoError(t, second(s.host.UpgradeAccount(s.ctx(), account)))
			s.subaccount(user, account, "Third")
			full()
		}
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), ana.Organization.ID, &tenancy.Limits{})))
		s.subaccount(ana.User.ID, ana.Account.ID, "Fourth")
	})
	t.Run("ACC-2 the parent is active", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, second(c.host.SuspendAccount(c.ctx(), c.work)))
		c.unchanged(func() {
			refused(t, second(c.as(c.cleo).CreateSubaccount(c.ctx(), c.work, tenancy.NewSubaccount{Name: "x"})),
				tenancy.CodeSuspended)
		})
		require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), c.work)))
		refused(t, second(c.as(c.cleo).CreateSubaccount(c.ctx(), c.work, tenancy.NewSubaccount{Name: "x"})),
			tenancy.CodeClosed)
	})
	t.Run("INV-4 no subaccount of a subaccount", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.cleo, c.work, "Part")
		c.unchanged(func() {
			refused(t, second(c.as(c.cleo).CreateSubaccount(c.ctx(), sub, tenancy.NewSubaccount{Name: "x"})),
				tenancy.CodeSubaccount)
		})
	})
}

// TestWhoMay calls every operation on an account as each kind of actor (ROLE-6, ACC-5 to
// 8, GEN-5).
func TestWhoMay(t *testing.T) {
	const yes, no, unseen = tenancy.Code(""), tenancy.CodeNotAllowed, tenancy.CodeNotFound
	type calls func(c *cast, s *tenancy.Session) error
	rows := []struct {
		name                                                           string
		owner, admin, cleo, manager, gil, dan, other, operator, system tenancy.Code
		call                                                           calls
	}{
		{"CreateSubaccount", yes, yes, yes, yes, no, unseen, unseen, no, no, func(c *cast, s *tenancy.Session) error {
			return second(s.CreateSubaccount(c.ctx(), c.work, tenancy.NewSubaccount{Name: "x"}))
		}},
		{
			"Account",
			yes,
			yes,
			yes,
			yes,
			yes,
			unseen,
			unseen,
			yes,
			yes,
			func(c *cast, s *tenancy.Session) error { return second(s.Account(c.ctx(), c.work)) },
		},
		{"Access", yes, yes, yes, yes, no, unseen, unseen, yes, yes, func(c *cast, s *tenancy.Session) error {
			return failure(s.Access(c.ctx(), c.work, tenancy.ReachQuery{}))
		}},
		{"Accounts", yes, yes, no, unseen, unseen, no, unseen, yes, yes, func(c *cast, s *tenancy.Session) error {
			return failure(s.Accounts(c.ctx(), c.org, tenancy.AccountQuery{}))
		}},
		{
			"AccountsOf",
			yes,
			yes,
			yes,
			unseen,
			unseen,
			unseen,
			unseen,
			yes,
			yes,
			func(c *cast, s *tenancy.Session) error {
				return failure(s.AccountsOf(c.ctx(), c.cleo, tenancy.AccountsOfQuery{}))
			},
		},
		{"RenameAccount", yes, yes, yes, yes, no, unseen, unseen, yes, yes, func(c *cast, s *tenancy.Session) error {
			return second(s.RenameAccount(c.ctx(), c.work, "x"))
		}},
		{"SuspendAccount", yes, yes, yes, yes, no, unseen, unseen, yes, yes, func(c *cast, s *tenancy.Session) error {
			return second(s.SuspendAccount(c.ctx(), c.work))
		}},
		{
			"ReactivateAccount",
			yes,
			yes,
			yes,
			yes,
			no,
			unseen,
			unseen,
			yes,
			yes,
			func(c *cast, s *tenancy.Session) error {
				return second(s.ReactivateAccount(c.ctx(), c.work))
			},
		},
		{"CloseAccount", yes, yes, yes, no, no, unseen, unseen, no, no, func(c *cast, s *tenancy.Session) error {
			return second(s.CloseAccount(c.ctx(), c.work))
		}},
		{"TransferAccount", yes, yes, unseen, no, no, unseen, unseen, no, no, func(c *cast, s *tenancy.Session) error {
			return second(s.TransferAccount(c.ctx(), c.work, c.dan)) // whom Cleo, who has no rank, can't name
		}},
		{"AssignRoles", yes, yes, yes, yes, no, unseen, unseen, no, no, func(c *cast, s *tenancy.Session) error {
			return second(s.AssignRoles(c.ctx(), c.work, c.gil, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)}))
		}},
		{"RevokeRoles", yes, yes, yes, yes, no, unseen, unseen, no, no, func(c *cast, s *tenancy.Session) error {
			return s.RevokeRoles(c.ctx(), c.work, c.gil)
		}},
		{
			"Relinquish",
			tenancy.CodeNoGrant,
			tenancy.CodeNoGrant,
			tenancy.CodeOwnerGrant,
			yes,
			yes,
			unseen,
			unseen,
			no,
			no,
			func(c *cast, s *tenancy.Session) error {
				return s.Relinquish(c.ctx(), c.work)
			},
		},
	}
	for _, row := range rows {
		t.Run("ROLE-8 "+row.name, func(t *testing.T) {
			for i, want := range []tenancy.Code{row.owner, row.admin, row.cleo, row.manager, row.gil, row.dan, row.other, row.operator, row.system} {
				c := newCast(t)
				actors := []*tenancy.Session{
					c.as(c.owner),
					c.as(c.admin),
					c.as(c.cleo),
					c.as(c.manager),
					c.as(c.gil),
					c.as(c.dan),
					c.as(c.other),
					c.staff.Session,
					c.host.Session,
				}
				if want == yes {
					require.NoError(t, row.call(c, actors[i]), "%d", i)
				} else {
					c.unchanged(func() { refused(t, row.call(c, actors[i]), want) })
				}
			}
		})
	}
}

func TestAccountSeen(t *testing.T) {
	c := newCast(t)
	require.NoError(t, second(c.host.VerifyPhone(c.ctx(), c.work, "+4930123456")))
	require.NoError(t, second(c.host.SetPricing(c.ctx(), c.work, "gold")))
	sub := c.subaccount(c.cleo, c.work, "Part")
	billing := c.guest(c.cleo, c.work, "bill", tenancy.BillingManager)
	below := c.guest(c.cleo, sub, "below", tenancy.AccountAdministrator)
	private := func(a tenancy.Account) []string {
		if a.Private == nil {
			return nil
		}
		return []string{a.Private.Pricing.Reveal(), a.Private.Phone.Reveal()}
	}
	t.Run("GEN-5 pricing and phone: Owner, Administrators, Billing Managers, and who manages it", func(t *testing.T) {
		for _, user := range []tenancy.UserID{c.owner, c.admin, c.cleo, c.manager, billing} {
			require.Equal(t, []string{"gold", "+4930123456"}, private(c.accountAs(user, c.work)))
			require.Equal(t, []string{"gold", "+4930123456"}, private(c.accountAs(user, sub)),
				"a subaccount's are its parent's")
		}
		for _, p := range []*tenancy.Platform{c.staff, c.host} {
			seen, err := p.Account(c.ctx(), c.work)
			require.NoError(t, err)
			require.Equal(t, []string{"gold", "+4930123456"}, private(seen))
		}
	})
	t.Run("GEN-5 absent as a whole for others", func(t *testing.T) {
		require.Nil(t, c.accountAs(c.gil, c.work).Private)
		require.Nil(t, c.accountAs(c.gil, sub).Private)
		require.Nil(t, c.accountAs(below, sub).Private, "the parent is not theirs")
	})
	t.Run("ACC-3 a role on the main account reaches its subaccounts, and not the other way round", func(t *testing.T) {
		require.Equal(t, sub, c.accountAs(c.gil, sub).ID)
		refused(t, second(c.as(below).Account(c.ctx(), c.work)), tenancy.CodeNotFound)
		require.NoError(t, second(c.as(below).RenameAccount(c.ctx(), sub, "Mine")))
		refused(t, second(c.as(c.gil).RenameAccount(c.ctx(), sub, "x")), tenancy.CodeNotAllowed)
		require.NoError(t, second(c.as(c.manager).RenameAccount(c.ctx(), sub, "Part")))
	})
	t.Run("ACC-3 roles on a subaccount are its own and its parent's together", func(t *testing.T) {
		c.assign(c.cleo, sub, c.gil, tenancy.AccountAdministrator)
		require.NoError(t, second(c.as(c.gil).RenameAccount(c.ctx(), sub, "Gil's")))
		refused(t, second(c.as(c.gil).RenameAccount(c.ctx(), c.work, "x")), tenancy.CodeNotAllowed)
	})
	t.Run("GEN-2 an inactive user sees nothing", func(t *testing.T) {
		require.NoError(t, second(c.staff.DeactivateUser(c.ctx(), c.gil)))
		refused(t, second(c.as(c.gil).Account(c.ctx(), c.work)), tenancy.CodeActor)
	})
	t.Run("GEN-5 absent and unseen are one", func(t *testing.T) {
		_, absent := c.as(c.other).Account(c.ctx(), tenancy.AccountID{1})
		_, unseen := c.as(c.other).Account(c.ctx(), c.work)
		refused(t, absent, tenancy.CodeNotFound)
		require.Equal(t, strings.ReplaceAll(absent.Error(), tenancy.AccountID{1}.String(), "-"),
			strings.ReplaceAll(unseen.Error(), c.work.String(), "-"))
	})
}

// TestAccountInput calls every operation on accounts with input that it never accepts
// (GEN-14).
func TestAccountInput(t *testing.T) {
	c := newCast(t)
	s, support := c.as(c.owner), tenancy.Roles(tenancy.Support)
	on := func(account tenancy.AccountID, user tenancy.UserID, name string) map[string]func(context.Context) error {
		return map[string]func(context.Context) error{
			"CreateSubaccount": func(ctx context.Context) error {
				return second(s.CreateSubaccount(ctx, account, tenancy.NewSubaccount{Name: name}))
			},
			"Account":           func(ctx context.Context) error { return second(s.Account(ctx, account)) },
			"Access":            func(ctx context.Context) error { return failure(s.Access(ctx, account, tenancy.ReachQuery{})) },
			"RenameAccount":     func(ctx context.Context) error { return second(s.RenameAccount(ctx, account, name)) },
			"SuspendAccount":    func(ctx context.Context) error { return second(s.SuspendAccount(ctx, account)) },
			"ReactivateAccount": func(ctx context.Context) error { return second(s.ReactivateAccount(ctx, account)) },
			"CloseAccount":      func(ctx context.Context) error { return second(s.CloseAccount(ctx, account)) },
			"TransferAccount":   func(ctx context.Context) error { return second(s.TransferAccount(ctx, account, user)) },
			"AssignRoles": func(ctx context.Context) error {
				return second(s.AssignRoles(ctx, account, user, tenancy.Assignment{Roles: support}))
			},
			"RevokeRoles":    func(ctx context.Context) error { return s.RevokeRoles(ctx, account, user) },
			"Relinquish":     func(ctx context.Context) error { return s.Relinquish(ctx, account) },
			"VerifyPhone":    func(ctx context.Context) error { return second(c.host.VerifyPhone(ctx, account, "+4930123456")) },
			"UpgradeAccount": func(ctx context.Context) error { return second(c.host.UpgradeAccount(ctx, account)) },
			"InvoiceAccount": func(ctx context.Context) error { return second(c.host.InvoiceAccount(ctx, account)) },
			"SetPricing":     func(ctx context.Context) error { return second(c.host.SetPricing(ctx, account, "x")) },
		}
	}
	t.Run("GEN-14 zero IDs", func(t *testing.T) {
		for name, call := range on(tenancy.AccountID{}, c.dan, "x") {
			c.unchanged(func() { refused(t, call(c.ctx()), tenancy.CodeID) })
			require.NotContains(t, call(c.ctx()).Error(), "ana", name)
		}
		for _, name := range []string{"TransferAccount", "AssignRoles", "RevokeRoles"} {
			refused(t, on(c.work, tenancy.UserID{}, "x")[name](c.ctx()), tenancy.CodeID)
		}
		refused(t, failure(s.Accounts(c.ctx(), tenancy.OrganizationID{}, tenancy.AccountQuery{})), tenancy.CodeID)
		refused(t, failure(s.AccountsOf(c.ctx(), tenancy.UserID{}, tenancy.AccountsOfQuery{})), tenancy.CodeID)
	})
	t.Run("GEN-14 IDs of others", func(t *testing.T) {
		for name, call := range on(c.eve.Account.ID, c.other, "x") {
			if slices.Contains([]string{"VerifyPhone", "UpgradeAccount", "InvoiceAccount", "SetPricing"}, name) {
				continue // the host's
			}
			c.unchanged(func() { refused(t, call(c.ctx()), tenancy.CodeNotFound) })
		}
		for _, call := range on(tenancy.AccountID{1}, c.dan, "x") {
			c.unchanged(func() { refused(t, call(c.ctx()), tenancy.CodeNotFound) })
		}
	})
	t.Run("GEN-14 names", func(t *testing.T) {
		for _, name := range []string{"", "  ", "\xff", "a\nb", "a\u2028b", "a\u202eb", strings.Repeat("x", 65), strings.Repeat("x", 1<<20)} {
			for _, call := range []string{"CreateSubaccount", "RenameAccount"} {
				c.unchanged(func() { refused(t, on(c.work, c.dan, name)[call](c.ctx()), tenancy.CodeName) })
			}
			c.unchanged(func() {
				refused(t, second(s.CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: name})), tenancy.CodeName)
			})
		}
	})
	t.Run("GEN-14 a context that has ended", func(t *testing.T) {
		ctx, cancel := context.WithCancel(c.ctx())
		cancel()
		for _, call := range on(c.work, c.dan, "x") {
			c.unchanged(func() { require.ErrorIs(t, call(ctx), context.Canceled) })
		}
		require.ErrorIs(t, second(s.CreateAccount(ctx, c.org, tenancy.NewAccount{Name: "x"})), context.Canceled)
	})
	t.Run("GEN-2 an inactive actor", func(t *testing.T) {
		require.NoError(t, second(c.staff.DeactivateUser(c.ctx(), c.owner)))
		for name, call := range on(c.work, c.dan, "x") {
			if !slices.Contains([]string{"VerifyPhone", "UpgradeAccount", "InvoiceAccount", "SetPricing"}, name) {
				c.unchanged(func() { refused(t, call(c.ctx()), tenancy.CodeActor) })
			}
		}
	})
}

func TestAccountOutcome(t *testing.T) {
	c := newCast(t)
	t.Run("GEN-13 what was made", func(t *testing.T) {
		id := tenancy.OperationIDOf("make", "one")
		made, err := c.as(c.cleo).Once(id).CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "Once"})
		require.NoError(t, err)
		_, err = c.as(c.cleo).Once(id).CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "Once"})
		refused(t, err, tenancy.CodeAlreadyDone)
		outcome, ok := tenancy.OutcomeOf(err)
		require.True(t, ok)
		require.Equal(t, []tenancy.AccountID{made.ID}, outcome.Created.Accounts)
	})
	t.Run("GEN-8 a preview of closing an account changes nothing", func(t *testing.T) {
		c.unchanged(func() {
			events, err := c.as(c.owner).Preview(c.ctx(), func(ctx context.Context, s *tenancy.Session) error {
				closed, err := s.CloseAccount(ctx, c.work)
				require.Equal(t, tenancy.StateClosed, closed.State)
				return err
			})
			require.NoError(t, err)
			require.Len(t, events, 3)
		})
	})
}
