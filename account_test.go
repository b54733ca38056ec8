package tenancy_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
)

// cast is a scene with people around an account: work, which Cleo owns, in Ana's organization.
type cast struct {
	*scene
	ana  tenancy.SignedUp // Owner of the organization, owner of its account main
	eve  tenancy.SignedUp // a stranger, with an organization and an account
	org  tenancy.OrganizationID
	main tenancy.AccountID
	work tenancy.AccountID

	owner   tenancy.UserID // Ana
	admin   tenancy.UserID // Ben, Administrator of the organization
	cleo    tenancy.UserID // Standard User, owner of work
	dan     tenancy.UserID // Standard User, no roles
	manager tenancy.UserID // Ida, an independent user, Administrator of work
	gil     tenancy.UserID // an independent user, Support on work
	other   tenancy.UserID // Eve

	tampered bool // the store was written to past the library
}

func newCast(t *testing.T) *cast {
	t.Helper()
	c := &cast{scene: newScene(t)}
	c.ana, c.eve = c.found("ana"), c.found("eve")
	c.org, c.main, c.owner, c.other = c.ana.Organization.ID, c.ana.Account.ID, c.ana.User.ID, c.eve.User.ID
	c.admin, c.cleo = c.join(c.ana, "ben", tenancy.Administrator), c.join(c.ana, "cleo", tenancy.StandardUser)
	c.dan = c.join(c.ana, "dan", tenancy.StandardUser)
	c.work = c.account(c.cleo, c.org, "Work")
	c.manager = c.guest(c.cleo, c.work, "ida", tenancy.AccountAdministrator)
	c.gil = c.guest(c.cleo, c.work, "gil", tenancy.Support)
	t.Cleanup(c.sound)
	return c
}

// sound wants that every invariant holds, and that the log explains the records.
func (c *cast) sound() {
	c.Helper()
	if !c.tampered {
		c.set.Sound()
	}
}

// emptyCast is a scene with nobody in it.
func emptyCast(t *testing.T, options tenancy.Options) *cast {
	t.Helper()
	c := &cast{scene: newScene(t, options)}
	t.Cleanup(c.sound)
	return c
}

func (c *cast) as(user tenancy.UserID) *tenancy.Session { return c.dir.As(user) }

// account makes an account of a user's.
func (c *cast) account(user tenancy.UserID, org tenancy.OrganizationID, name string) tenancy.AccountID {
	c.Helper()
	account, err := c.dir.As(user).CreateAccount(c.ctx(), org, tenancy.NewAccount{Name: name})
	require.NoError(c, err)
	return account.ID
}

// subaccount makes a subaccount.
func (c *cast) subaccount(user tenancy.UserID, parent tenancy.AccountID, name string) tenancy.AccountID {
	c.Helper()
	account, err := c.dir.As(user).CreateSubaccount(c.ctx(), parent, tenancy.NewSubaccount{Name: name})
	require.NoError(c, err)
	return account.ID
}

// assign gives a user roles on an account.
func (c *cast) assign(by tenancy.UserID, account tenancy.AccountID, user tenancy.UserID, roles ...tenancy.AccountRole) {
	c.Helper()
	_, err := c.dir.As(by).AssignRoles(c.ctx(), account, user, tenancy.Roles(roles...))
	require.NoError(c, err)
}

// accountAs gives an account as a user sees it.
func (c *cast) accountAs(user tenancy.UserID, account tenancy.AccountID) tenancy.Account {
	c.Helper()
	seen, err := c.dir.As(user).Account(c.ctx(), account)
	require.NoError(c, err)
	return seen
}

// stored gives a record of the store's; false: it is absent.
func stored[R tenancy.Record](s *scene, index tenancy.Index, key tenancy.Key) (found R, ok bool) {
	s.Helper()
	require.NoError(s, s.store.View(context.Background(), func(ctx context.Context, tx tenancy.ReadTx) error {
		answers, err := tx.Read(ctx, tenancy.Lookup{Index: index, Key: key})
		if err == nil {
			found, ok = answers[0].Record.(R)
		}
		return err
	}))
	return found, ok
}

// roles gives the roles assigned to a user on an account.
func (c *cast) roles(account tenancy.AccountID, user tenancy.UserID) tenancy.RoleSet {
	c.Helper()
	grant, _ := stored[tenancy.GrantRecord](c.scene, tenancy.IndexGrants, tenancy.Key{In: account, ID: user})
	return grant.Roles
}

// designate makes an account subject to HIPAA.
func (c *cast) designate(account tenancy.AccountID) {
	c.Helper()
	require.NoError(c, errOf(c.staff.SetHIPAAEntitlement(c.ctx(), c.org, tenancy.HIPAAEntitlement{On: true, Reference: "BAA-1", Executed: c.clock.Now()})))
	require.NoError(c, second(c.as(c.owner).EnableHIPAA(c.ctx(), account)))
}

// said gives what a call says in a stream.
func (c *cast) said(stream tenancy.Stream, call func()) []tenancy.EventData {
	c.Helper()
	read := func() (events []tenancy.EventRecord) {
		require.NoError(c, c.store.View(context.Background(), func(ctx context.Context, tx tenancy.ReadTx) (err error) {
			events, err = tx.Events(ctx, stream, 1, 1<<30)
			return err
		}))
		return events
	}
	before := len(read())
	call()
	return dataOf(c, read()[before:])
}

// second leaves out a result.
func second[T any](_ T, err error) error { return err }

func TestCreateAccount(t *testing.T) {
	t.Run("ACC-1 a member's account: active, trial, own billing, default pricing, nobody's but the owner's", func(t *testing.T) {
		c := newCast(t)
		c.designate(c.work)
		require.NoError(t, second(c.host.InvoiceAccount(c.ctx(), c.work)))
		var made tenancy.Account
		said := c.said(organizationStream(c.org), func() {
			var err error
			made, err = c.as(c.cleo).CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "  Second "})
			require.NoError(t, err)
		})
		require.Equal(t, tenancy.Account{ID: made.ID, Name: made.Name, Owner: c.cleo, Organization: c.org, State: tenancy.StateActive,
			Created: c.clock.Now(), Private: &tenancy.AccountPrivate{}}, made)
		require.Equal(t, "Second", made.Name.Reveal())
		require.Equal(t, []tenancy.EventData{
			tenancy.AccountCreated{Account: made.ID, Owner: c.cleo, Organization: c.org, By: tenancy.Actor{User: c.cleo}, Created: said[0].(tenancy.AccountCreated).Created},
			tenancy.RolesAssigned{Account: made.ID, User: c.cleo, Roles: tenancy.Roles(tenancy.AccountOwner)},
		}, said)
		require.Equal(t, made, c.accountAs(c.cleo, made.ID))
		require.Len(t, items(t, c.host.Access(c.ctx(), made.ID, tenancy.ReachQuery{})), 1, "INV-2: one grant, the owner's")
	})
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
			refused(t, second(c.as(c.cleo).CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "x", Owner: c.dan})), tenancy.CodeNotAllowed)
		})
		require.NoError(t, second(c.as(c.cleo).CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "x", Owner: c.cleo})))
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
				refused(t, second(c.as(c.admin).CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "x", Owner: named.user})), named.code)
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
				refused(t, second(c.as(user).CreateAccount(c.ctx(), tenancy.OrganizationID{}, tenancy.NewAccount{Name: "x"})), tenancy.CodeManaged)
			})
		}
	})
	t.Run("ACC-1 an unmanaged account is nobody's but the actor's", func(t *testing.T) {
		c := newCast(t)
		refused(t, second(c.as(c.gil).CreateAccount(c.ctx(), tenancy.OrganizationID{}, tenancy.NewAccount{Name: "x", Owner: c.manager})), tenancy.CodeInput)
	})
	t.Run("GEN-12 the organization's limit on main accounts", func(t *testing.T) {
		s := emptyCast(t, tenancy.Options{Limits: &tenancy.Limits{Accounts: 2}})
		ana := s.found("ana")
		s.account(ana.User.ID, ana.Organization.ID, "Second")
		s.subaccount(ana.User.ID, ana.Account.ID, "Part")
		s.unchanged(func() {
			refused(t, second(s.dir.As(ana.User.ID).CreateAccount(s.ctx(), ana.Organization.ID, tenancy.NewAccount{Name: "x"})), tenancy.CodeAccountLimit)
		})
		require.NoError(t, second(s.dir.As(ana.User.ID).CloseAccount(s.ctx(), ana.Account.ID)))
		s.account(ana.User.ID, ana.Organization.ID, "Third")
	})
	t.Run("GEN-1 Operators and System make none", func(t *testing.T) {
		c := newCast(t)
		for _, p := range []*tenancy.Platform{c.staff, c.host} {
			refused(t, second(p.CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "x"})), tenancy.CodeNotAllowed)
			refused(t, second(p.CreateAccount(c.ctx(), tenancy.OrganizationID{}, tenancy.NewAccount{Name: "x"})), tenancy.CodeNotAllowed)
		}
	})
	t.Run("GEN-5 in an organization of others", func(t *testing.T) {
		c := newCast(t)
		for _, org := range []tenancy.OrganizationID{c.org, {1}} {
			refused(t, second(c.as(c.other).CreateAccount(c.ctx(), org, tenancy.NewAccount{Name: "x"})), tenancy.CodeNotFound)
		}
	})
}

func TestCreateSubaccount(t *testing.T) {
	t.Run("ACC-2 INV-4 it has its parent's owner and organization", func(t *testing.T) {
		c := newCast(t)
		for _, by := range []tenancy.UserID{c.cleo, c.manager, c.admin, c.owner} {
			made, err := c.as(by).CreateSubaccount(c.ctx(), c.work, tenancy.NewSubaccount{Name: "Part"})
			require.NoError(t, err)
			require.Equal(t, tenancy.Account{ID: made.ID, Name: made.Name, Owner: c.cleo, Organization: c.org, Parent: c.work,
				State: tenancy.StateActive, Created: c.clock.Now(), Private: &tenancy.AccountPrivate{}}, made)
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
		require.Zero(t, c.accountAs(c.cleo, before).HIPAA)
		require.Equal(t, c.clock.Now(), c.accountAs(c.cleo, after).HIPAA)
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
				refused(t, second(s.dir.As(user).CreateSubaccount(s.ctx(), account, tenancy.NewSubaccount{Name: "x"})), tenancy.CodeSubaccountLimit)
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
			refused(t, second(c.as(c.cleo).CreateSubaccount(c.ctx(), c.work, tenancy.NewSubaccount{Name: "x"})), tenancy.CodeSuspended)
		})
		require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), c.work)))
		refused(t, second(c.as(c.cleo).CreateSubaccount(c.ctx(), c.work, tenancy.NewSubaccount{Name: "x"})), tenancy.CodeClosed)
	})
	t.Run("INV-4 no subaccount of a subaccount", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.cleo, c.work, "Part")
		c.unchanged(func() {
			refused(t, second(c.as(c.cleo).CreateSubaccount(c.ctx(), sub, tenancy.NewSubaccount{Name: "x"})), tenancy.CodeSubaccount)
		})
	})
}

// TestWhoMay holds every operation on an account to what each kind of actor may (ROLE-6, ACC-5 to 8, GEN-5).
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
		{"Account", yes, yes, yes, yes, yes, unseen, unseen, yes, yes, func(c *cast, s *tenancy.Session) error { return second(s.Account(c.ctx(), c.work)) }},
		{"Access", yes, yes, yes, yes, no, unseen, unseen, yes, yes, func(c *cast, s *tenancy.Session) error {
			return failure(s.Access(c.ctx(), c.work, tenancy.ReachQuery{}))
		}},
		{"Accounts", yes, yes, no, unseen, unseen, no, unseen, yes, yes, func(c *cast, s *tenancy.Session) error {
			return failure(s.Accounts(c.ctx(), c.org, tenancy.AccountQuery{}))
		}},
		{"AccountsOf", yes, yes, yes, unseen, unseen, unseen, unseen, yes, yes, func(c *cast, s *tenancy.Session) error {
			return failure(s.AccountsOf(c.ctx(), c.cleo, tenancy.ReachQuery{}))
		}},
		{"RenameAccount", yes, yes, yes, yes, no, unseen, unseen, yes, yes, func(c *cast, s *tenancy.Session) error {
			return second(s.RenameAccount(c.ctx(), c.work, "x"))
		}},
		{"SuspendAccount", yes, yes, yes, yes, no, unseen, unseen, yes, yes, func(c *cast, s *tenancy.Session) error {
			return second(s.SuspendAccount(c.ctx(), c.work))
		}},
		{"ReactivateAccount", yes, yes, yes, yes, no, unseen, unseen, yes, yes, func(c *cast, s *tenancy.Session) error {
			return second(s.ReactivateAccount(c.ctx(), c.work))
		}},
		{"CloseAccount", yes, yes, yes, no, no, unseen, unseen, no, no, func(c *cast, s *tenancy.Session) error {
			return second(s.CloseAccount(c.ctx(), c.work))
		}},
		{"TransferAccount", yes, yes, unseen, no, no, unseen, unseen, no, no, func(c *cast, s *tenancy.Session) error {
			return second(s.TransferAccount(c.ctx(), c.work, c.dan)) // whom Cleo, who has no rank, can't name
		}},
		{"AssignRoles", yes, yes, yes, yes, no, unseen, unseen, no, no, func(c *cast, s *tenancy.Session) error {
			return second(s.AssignRoles(c.ctx(), c.work, c.gil, tenancy.Roles(tenancy.Developer)))
		}},
		{"RevokeRoles", yes, yes, yes, yes, no, unseen, unseen, no, no, func(c *cast, s *tenancy.Session) error {
			return s.RevokeRoles(c.ctx(), c.work, c.gil)
		}},
		{"Relinquish", tenancy.CodeNoGrant, tenancy.CodeNoGrant, tenancy.CodeOwnerGrant, yes, yes, unseen, unseen, no, no, func(c *cast, s *tenancy.Session) error {
			return s.Relinquish(c.ctx(), c.work)
		}},
	}
	for _, row := range rows {
		t.Run("ROLE-8 "+row.name, func(t *testing.T) {
			for i, want := range []tenancy.Code{row.owner, row.admin, row.cleo, row.manager, row.gil, row.dan, row.other, row.operator, row.system} {
				c := newCast(t)
				actors := []*tenancy.Session{c.as(c.owner), c.as(c.admin), c.as(c.cleo), c.as(c.manager), c.as(c.gil), c.as(c.dan), c.as(c.other), c.staff.Session, c.host.Session}
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
			require.Equal(t, []string{"gold", "+4930123456"}, private(c.accountAs(user, sub)), "a subaccount's are its parent's")
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
		require.Equal(t, strings.ReplaceAll(absent.Error(), tenancy.AccountID{1}.String(), "-"), strings.ReplaceAll(unseen.Error(), c.work.String(), "-"))
	})
}

func TestRenameAccount(t *testing.T) {
	c := newCast(t)
	t.Run("ACC-5 another name, which need not be unique", func(t *testing.T) {
		said := c.said(organizationStream(c.org), func() {
			renamed, err := c.as(c.manager).RenameAccount(c.ctx(), c.work, " ana main ")
			require.NoError(t, err)
			require.Equal(t, "ana main", renamed.Name.Reveal())
		})
		require.Equal(t, []tenancy.EventData{tenancy.AccountRenamed{Account: c.work}}, said)
		require.Equal(t, "ana main", c.accountAs(c.gil, c.work).Name.Reveal())
	})
	t.Run("GEN-6 the same name changes nothing", func(t *testing.T) {
		c.unchanged(func() { require.NoError(t, second(c.as(c.cleo).RenameAccount(c.ctx(), c.work, "ana main"))) })
	})
	t.Run("ACC-5 in a suspended account too, not in a closed one", func(t *testing.T) {
		require.NoError(t, second(c.host.SuspendAccount(c.ctx(), c.work)))
		require.NoError(t, second(c.as(c.cleo).RenameAccount(c.ctx(), c.work, "Late")))
		require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), c.work)))
		c.unchanged(func() {
			refused(t, second(c.as(c.cleo).RenameAccount(c.ctx(), c.work, "Late")), tenancy.CodeClosed)
		})
	})
}

func TestSuspension(t *testing.T) {
	t.Run("ACC-5 the customer's and the platform's are two, each lifts its own", func(t *testing.T) {
		c := newCast(t)
		state := func() (tenancy.State, tenancy.Suspension) {
			a := c.accountAs(c.gil, c.work)
			return a.State, a.Suspended
		}
		is := func(status tenancy.State, by tenancy.Suspension) {
			t.Helper()
			gotStatus, gotBy := state()
			require.Equal(t, status, gotStatus)
			require.Equal(t, by, gotBy)
		}
		require.NoError(t, second(c.as(c.manager).SuspendAccount(c.ctx(), c.work)))
		is(tenancy.StateSuspended, tenancy.Suspension{Customer: true})
		require.NoError(t, second(c.staff.SuspendAccount(c.ctx(), c.work)))
		is(tenancy.StateSuspended, tenancy.Suspension{Customer: true, Platform: true})
		c.unchanged(func() {
			require.NoError(t, second(c.as(c.cleo).SuspendAccount(c.ctx(), c.work)), "GEN-6")
			require.NoError(t, second(c.host.SuspendAccount(c.ctx(), c.work)), "GEN-6: System's is the platform's too")
		})
		require.NoError(t, second(c.as(c.admin).ReactivateAccount(c.ctx(), c.work)))
		is(tenancy.StateSuspended, tenancy.Suspension{Platform: true})
		c.unchanged(func() {
			require.NoError(t, second(c.as(c.admin).ReactivateAccount(c.ctx(), c.work)), "GEN-6: theirs does not stand")
		})
		require.NoError(t, second(c.host.ReactivateAccount(c.ctx(), c.work)))
		is(tenancy.StateActive, tenancy.Suspension{})
		c.unchanged(func() { require.NoError(t, second(c.staff.ReactivateAccount(c.ctx(), c.work)), "GEN-6") })
	})
	t.Run("ACC-5 a subaccount of a suspended account counts as suspended and has its own status back", func(t *testing.T) {
		c := newCast(t)
		free, held := c.subaccount(c.cleo, c.work, "free"), c.subaccount(c.cleo, c.work, "held")
		require.NoError(t, second(c.as(c.cleo).SuspendAccount(c.ctx(), held)))
		require.NoError(t, second(c.as(c.cleo).SuspendAccount(c.ctx(), c.work)))
		require.Equal(t, tenancy.Suspension{Parent: true}, c.accountAs(c.cleo, free).Suspended)
		require.Equal(t, tenancy.StateSuspended, c.accountAs(c.cleo, free).State)
		require.Equal(t, tenancy.Suspension{Customer: true, Parent: true}, c.accountAs(c.cleo, held).Suspended)
		require.NoError(t, second(c.as(c.cleo).ReactivateAccount(c.ctx(), c.work)))
		require.Equal(t, tenancy.StateActive, c.accountAs(c.cleo, free).State)
		require.Equal(t, tenancy.Suspension{Customer: true}, c.accountAs(c.cleo, held).Suspended)
	})
	t.Run("ACC-5 meanwhile only the platform changes the subaccount's own status", func(t *testing.T) {
		c := newCast(t)
		free, held := c.subaccount(c.cleo, c.work, "free"), c.subaccount(c.cleo, c.work, "held")
		require.NoError(t, second(c.as(c.cleo).SuspendAccount(c.ctx(), held)))
		require.NoError(t, second(c.host.SuspendAccount(c.ctx(), c.work)))
		c.unchanged(func() {
			refused(t, second(c.as(c.cleo).SuspendAccount(c.ctx(), free)), tenancy.CodeParentSuspended)
			refused(t, second(c.as(c.owner).ReactivateAccount(c.ctx(), held)), tenancy.CodeParentSuspended)
			refused(t, second(c.as(c.cleo).CloseAccount(c.ctx(), free)), tenancy.CodeParentSuspended)
			require.NoError(t, second(c.as(c.cleo).SuspendAccount(c.ctx(), held)), "GEN-6: it is already so")
		})
		require.NoError(t, second(c.staff.SuspendAccount(c.ctx(), free)))
		require.NoError(t, second(c.host.ReactivateAccount(c.ctx(), free)))
		require.Equal(t, tenancy.Suspension{Parent: true}, c.accountAs(c.cleo, free).Suspended)
	})
	t.Run("ACC-5 a closed account takes none", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), c.work)))
		c.unchanged(func() {
			refused(t, second(c.host.SuspendAccount(c.ctx(), c.work)), tenancy.CodeClosed)
			refused(t, second(c.as(c.cleo).ReactivateAccount(c.ctx(), c.work)), tenancy.CodeClosed)
		})
	})
	t.Run("ACC-5 the events say whose it is", func(t *testing.T) {
		c := newCast(t)
		require.Equal(t, []tenancy.EventData{
			tenancy.AccountSuspended{Account: c.work}, tenancy.AccountSuspended{Account: c.work, Platform: true},
			tenancy.AccountReactivated{Account: c.work}, tenancy.AccountReactivated{Account: c.work, Platform: true},
		}, c.said(organizationStream(c.org), func() {
			require.NoError(t, second(c.as(c.cleo).SuspendAccount(c.ctx(), c.work)))
			require.NoError(t, second(c.host.SuspendAccount(c.ctx(), c.work)))
			require.NoError(t, second(c.as(c.cleo).ReactivateAccount(c.ctx(), c.work)))
			require.NoError(t, second(c.staff.ReactivateAccount(c.ctx(), c.work)))
		}))
	})
}

func TestCloseAccount(t *testing.T) {
	t.Run("ACC-5 it closes the subaccounts, ends every grant but the owner's, revokes pending invitations", func(t *testing.T) {
		c := newCast(t)
		sub, gone := c.subaccount(c.cleo, c.work, "Part"), c.subaccount(c.cleo, c.work, "Gone")
		require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), gone)))
		c.assign(c.owner, sub, c.dan, tenancy.Developer)
		invite := func(account tenancy.AccountID, name string) tenancy.InvitationID {
			sent, err := c.as(c.cleo).InviteToAccount(c.ctx(), account, tenancy.NewAccountInvitation{Email: address(name), Roles: tenancy.Roles(tenancy.Support)})
			require.NoError(t, err)
			return sent.ID
		}
		expired := invite(c.work, "late")
		c.clock.Advance(8 * 24 * time.Hour)
		toMain, toSub := invite(c.work, "new"), invite(sub, "newer")

		said := c.said(organizationStream(c.org), func() {
			closed, err := c.as(c.cleo).CloseAccount(c.ctx(), c.work)
			require.NoError(t, err)
			require.Equal(t, tenancy.StateClosed, closed.State)
			require.Equal(t, c.clock.Now(), closed.Closed)
			require.Equal(t, c.cleo, closed.Owner, "INV-10")
		})
		require.Len(t, said, 2+2+3)
		require.Equal(t, tenancy.StateClosed, c.accountAs(c.cleo, sub).State)
		require.Equal(t, tenancy.Roles(tenancy.AccountOwner), c.roles(c.work, c.cleo))
		for _, left := range []struct {
			account tenancy.AccountID
			user    tenancy.UserID
		}{{c.work, c.manager}, {c.work, c.gil}, {sub, c.dan}} {
			require.True(t, c.roles(left.account, left.user).IsZero())
			refused(t, second(c.as(left.user).Account(c.ctx(), left.account)), tenancy.CodeNotFound)
		}
		state := func(id tenancy.InvitationID) tenancy.State {
			i, _ := stored[tenancy.InvitationRecord](c.scene, tenancy.IndexInvitations, tenancy.Key{ID: id})
			return i.State
		}
		require.Equal(t, tenancy.StateRevoked, state(toMain))
		require.Equal(t, tenancy.StateRevoked, state(toSub))
		require.Equal(t, tenancy.StatePending, state(expired), "one that has expired is not pending, and stays as it is")
	})
	t.Run("ACC-5 a subaccount alone", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.cleo, c.work, "Part")
		require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), sub)))
		require.Equal(t, tenancy.StateActive, c.accountAs(c.cleo, c.work).State)
		refused(t, second(c.as(c.cleo).RenameAccount(c.ctx(), sub, "x")), tenancy.CodeClosed)
	})
	t.Run("ACC-5 closing is final", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, second(c.as(c.owner).CloseAccount(c.ctx(), c.work)))
		c.unchanged(func() { refused(t, second(c.as(c.owner).CloseAccount(c.ctx(), c.work)), tenancy.CodeClosed) })
	})
	t.Run("ACC-5 a suspended one, by either", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, second(c.host.SuspendAccount(c.ctx(), c.work)))
		closed, err := c.as(c.cleo).CloseAccount(c.ctx(), c.work)
		require.NoError(t, err)
		require.Equal(t, tenancy.Suspension{}, closed.Suspended)
	})
	t.Run("ACC-5 an Operator closes an unmanaged account, System none", func(t *testing.T) {
		c := newCast(t)
		account := c.account(c.gil, tenancy.OrganizationID{}, "Gil's")
		sub := c.subaccount(c.gil, account, "Part")
		require.NoError(t, second(c.host.SuspendAccount(c.ctx(), account)))
		c.unchanged(func() {
			refused(t, second(c.host.CloseAccount(c.ctx(), account)), tenancy.CodeNotAllowed)
			refused(t, second(c.staff.CloseAccount(c.ctx(), c.work)), tenancy.CodeNotAllowed)
		})
		require.NoError(t, second(c.staff.CloseAccount(c.ctx(), sub)), "its parent is suspended: the platform may")
		require.NoError(t, second(c.staff.CloseAccount(c.ctx(), account)))
	})
	t.Run("INV-10 it stays as history, and takes no operation", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), c.work)))
		listed := items(t, c.as(c.owner).Accounts(c.ctx(), c.org, tenancy.AccountQuery{State: tenancy.StateClosed}))
		require.Len(t, listed, 1)
		require.Equal(t, c.work, listed[0].ID)
		c.unchanged(func() {
			for _, err := range []error{
				second(c.as(c.owner).TransferAccount(c.ctx(), c.work, c.dan)),
				second(c.as(c.owner).AssignRoles(c.ctx(), c.work, c.dan, tenancy.Roles(tenancy.Support))),
				c.as(c.owner).RevokeRoles(c.ctx(), c.work, c.dan),
				c.as(c.cleo).Relinquish(c.ctx(), c.work),
				second(c.host.VerifyPhone(c.ctx(), c.work, "+4930123456")),
				second(c.host.UpgradeAccount(c.ctx(), c.work)),
				second(c.host.InvoiceAccount(c.ctx(), c.work)),
				second(c.host.SetPricing(c.ctx(), c.work, "x")),
			} {
				refused(t, err, tenancy.CodeClosed)
			}
		})
	})
}

func TestTransferAccount(t *testing.T) {
	t.Run("ACC-6 the previous owner keeps Administrator, subaccounts follow", func(t *testing.T) {
		c := newCast(t)
		sub, gone := c.subaccount(c.cleo, c.work, "Part"), c.subaccount(c.cleo, c.work, "Gone")
		require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), gone)))
		require.NoError(t, second(c.host.InvoiceAccount(c.ctx(), c.work)))
		require.NoError(t, second(c.host.SetPricing(c.ctx(), c.work, "gold")))
		said := c.said(organizationStream(c.org), func() {
			given, err := c.as(c.admin).TransferAccount(c.ctx(), c.work, c.dan)
			require.NoError(t, err)
			require.Equal(t, c.dan, given.Owner)
			require.Equal(t, tenancy.BillingInvoiced, given.Billing, "BIL-2")
			require.Equal(t, "gold", given.Private.Pricing.Reveal(), "BIL-2")
		})
		require.Len(t, said, 4)
		require.Equal(t, tenancy.Roles(tenancy.AccountOwner), c.roles(c.work, c.dan), "INV-2")
		require.Equal(t, tenancy.Roles(tenancy.AccountAdministrator), c.roles(c.work, c.cleo))
		require.Equal(t, tenancy.Roles(tenancy.Support), c.roles(c.work, c.gil))
		require.Equal(t, c.dan, c.accountAs(c.dan, sub).Owner, "INV-4")
		require.Equal(t, c.cleo, c.accountAs(c.dan, gone).Owner, "INV-10")
	})
	t.Run("ACC-7 an account's Owner without rank names only who has a role there", func(t *testing.T) {
		c := newCast(t)
		c.assign(c.owner, c.work, c.dan, tenancy.Developer)
		require.NoError(t, second(c.as(c.cleo).TransferAccount(c.ctx(), c.work, c.dan)))
		require.NotNil(t, c.accountAs(c.cleo, c.work).Private)
	})
	t.Run("ACC-6 to an active member", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, second(c.as(c.owner).DeactivateUser(c.ctx(), c.dan)))
		sub := c.subaccount(c.cleo, c.work, "Part")
		for _, row := range []struct {
			by, to  tenancy.UserID
			account tenancy.AccountID
			code    tenancy.Code
		}{
			{c.owner, c.dan, c.work, tenancy.CodeInactive},
			{c.owner, c.gil, c.work, tenancy.CodeNotMember},
			{c.owner, c.gil, c.main, tenancy.CodeNotMember}, // independent by another account
			{c.cleo, c.gil, c.work, tenancy.CodeNotMember},
			{c.owner, c.other, c.work, tenancy.CodeNotFound},
			{c.owner, tenancy.UserID{1}, c.work, tenancy.CodeNotFound},
			{c.cleo, c.admin, c.work, tenancy.CodeNotFound}, // a member, but Cleo does not manage members
			{c.owner, c.cleo, c.work, tenancy.CodeAlreadyOwner},
			{c.cleo, c.cleo, c.work, tenancy.CodeAlreadyOwner},
			{c.owner, c.admin, sub, tenancy.CodeSubaccount},
		} {
			c.unchanged(func() { refused(t, second(c.as(row.by).TransferAccount(c.ctx(), row.account, row.to)), row.code) })
		}
	})
	t.Run("ACC-6 never an unmanaged one", func(t *testing.T) {
		c := newCast(t)
		account := c.account(c.gil, tenancy.OrganizationID{}, "Gil's")
		pal := c.guest(c.gil, account, "pal", tenancy.AccountAdministrator)
		c.unchanged(func() {
			refused(t, second(c.as(c.gil).TransferAccount(c.ctx(), account, pal)), tenancy.CodeUnmanaged)
			refused(t, second(c.as(pal).TransferAccount(c.ctx(), account, c.gil)), tenancy.CodeNotAllowed)
		})
	})
}

func TestAssignRoles(t *testing.T) {
	t.Run("ACC-7 sets, and does not add", func(t *testing.T) {
		c := newCast(t)
		said := c.said(organizationStream(c.org), func() {
			grant, err := c.as(c.manager).AssignRoles(c.ctx(), c.work, c.gil, tenancy.Roles(tenancy.Developer, tenancy.BillingManager))
			require.NoError(t, err)
			require.Equal(t, tenancy.Grant{Account: c.work, User: c.gil, Roles: tenancy.Roles(tenancy.BillingManager, tenancy.Developer)}, grant)
		})
		require.Equal(t, []tenancy.EventData{tenancy.RolesAssigned{Account: c.work, User: c.gil, Roles: tenancy.Roles(tenancy.Developer, tenancy.BillingManager)}}, said)
		c.unchanged(func() { c.assign(c.cleo, c.work, c.gil, tenancy.BillingManager, tenancy.Developer) }) // GEN-6
	})
	t.Run("ACC-7 Administrator alone or any of the others together, never none, never Owner", func(t *testing.T) {
		c := newCast(t)
		for _, roles := range []tenancy.RoleSet{
			{}, tenancy.Roles(tenancy.AccountOwner), tenancy.Roles(tenancy.AccountAdministrator, tenancy.Support),
			tenancy.Roles(tenancy.AccountAdministrator, "auditor"), tenancy.Roles("auditor"), tenancy.Roles(""), tenancy.Roles("a,b"),
			tenancy.Roles(tenancy.AccountRole(strings.Repeat("x", 1<<20))), tenancy.Roles("\xff"),
		} {
			refused(t, second(c.as(c.cleo).AssignRoles(c.ctx(), c.work, c.gil, roles)), tenancy.CodeRoles)
		}
		c.assign(c.cleo, c.work, c.gil, tenancy.Developer, tenancy.BillingManager, tenancy.Support)
		c.assign(c.cleo, c.work, c.gil, tenancy.AccountAdministrator)
	})
	t.Run("ROLE-7 the host's roles", func(t *testing.T) {
		s := emptyCast(t, tenancy.Options{Roles: tenancy.RoleOptions{Roles: map[tenancy.AccountRole][]tenancy.Permission{"auditor": {tenancy.ReadUsage}}}})
		ana := s.found("ana")
		gil := s.guest(ana.User.ID, ana.Account.ID, "gil", "auditor")
		s.assign(ana.User.ID, ana.Account.ID, gil, "auditor", tenancy.Support)
		require.Equal(t, tenancy.Roles(tenancy.Support, "auditor"), s.roles(ana.Account.ID, gil))
		require.Nil(t, s.accountAs(gil, ana.Account.ID).Private)
	})
	t.Run("ACC-7 the organization's Owner and Administrators: any member, on any managed account, themselves included", func(t *testing.T) {
		c := newCast(t)
		c.assign(c.admin, c.work, c.dan, tenancy.AccountAdministrator)
		c.assign(c.admin, c.work, c.admin, tenancy.Developer)
		c.assign(c.owner, c.work, c.admin, tenancy.AccountAdministrator)
		c.assign(c.owner, c.work, c.gil, tenancy.AccountAdministrator)
	})
	t.Run("ACC-7 one who has a role there already, by the parent too", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.cleo, c.work, "Part")
		c.assign(c.cleo, sub, c.gil, tenancy.Developer)
		require.Equal(t, tenancy.Roles(tenancy.Support), c.roles(c.work, c.gil))
	})
	t.Run("ACC-7 anybody else is invited", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.cleo, c.work, "Part")
		below := c.guest(c.cleo, sub, "below", tenancy.AccountAdministrator)
		for _, row := range []struct {
			by, to  tenancy.UserID
			account tenancy.AccountID
			code    tenancy.Code
		}{
			{c.owner, c.gil, c.main, tenancy.CodeNotMember},
			{c.admin, below, c.work, tenancy.CodeNotMember},
			{c.cleo, below, c.work, tenancy.CodeNotFound},
			{c.cleo, c.dan, c.work, tenancy.CodeNotFound},
			{c.manager, c.owner, c.work, tenancy.CodeNotFound},
			{below, c.dan, sub, tenancy.CodeNotFound},
			{c.owner, c.other, c.work, tenancy.CodeNotFound},
			{c.owner, tenancy.UserID{1}, c.work, tenancy.CodeNotFound},
			{c.owner, c.cleo, c.work, tenancy.CodeOwnerGrant},
			{c.cleo, c.cleo, c.work, tenancy.CodeOwnerGrant},
			{c.owner, c.cleo, sub, tenancy.CodeOwnerGrant},
		} {
			c.unchanged(func() {
				refused(t, second(c.as(row.by).AssignRoles(c.ctx(), row.account, row.to, tenancy.Roles(tenancy.Support))), row.code)
			})
		}
	})
	t.Run("ACC-7 in an unmanaged account its Owner and Administrators", func(t *testing.T) {
		c := newCast(t)
		account := c.account(c.gil, tenancy.OrganizationID{}, "Gil's")
		pal := c.guest(c.gil, account, "pal", tenancy.AccountAdministrator)
		mate := c.guest(pal, account, "mate", tenancy.Support)
		said := c.said(userStream(c.gil), func() { c.assign(pal, account, mate, tenancy.Developer) })
		require.Len(t, said, 1)
		refused(t, second(c.as(c.gil).AssignRoles(c.ctx(), account, c.manager, tenancy.Roles(tenancy.Support))), tenancy.CodeNotFound)
	})
}

func TestRevokeRoles(t *testing.T) {
	t.Run("ACC-7 takes the grant", func(t *testing.T) {
		c := newCast(t)
		said := c.said(organizationStream(c.org), func() { require.NoError(t, c.as(c.manager).RevokeRoles(c.ctx(), c.work, c.gil)) })
		require.Equal(t, []tenancy.EventData{tenancy.RolesRevoked{Account: c.work, User: c.gil}}, said)
		refused(t, second(c.as(c.gil).Account(c.ctx(), c.work)), tenancy.CodeNotFound)
	})
	t.Run("ACC-7 GEN-6 nobody else's, not the owner's, not twice", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.cleo, c.work, "Part")
		for _, row := range []struct {
			by, to  tenancy.UserID
			account tenancy.AccountID
			code    tenancy.Code
		}{
			{c.owner, c.dan, c.work, tenancy.CodeNoGrant},
			{c.cleo, c.gil, sub, tenancy.CodeNoGrant}, // it is on the parent
			{c.owner, c.cleo, c.work, tenancy.CodeOwnerGrant},
			{c.manager, c.cleo, sub, tenancy.CodeOwnerGrant},
			{c.cleo, c.dan, c.work, tenancy.CodeNotFound},
			{c.owner, c.other, c.work, tenancy.CodeNotFound},
			{c.owner, tenancy.UserID{1}, c.work, tenancy.CodeNotFound},
		} {
			c.unchanged(func() { refused(t, c.as(row.by).RevokeRoles(c.ctx(), row.account, row.to), row.code) })
		}
	})
	t.Run("ACC-8 Owner and Administrators take a member off an independent account", func(t *testing.T) {
		for _, by := range []string{"owner", "admin"} {
			c := newCast(t)
			c.independent(c.dan)
			actor := map[string]tenancy.UserID{"owner": c.owner, "admin": c.admin}[by]
			said := c.said(organizationStream(c.eve.Organization.ID), func() {
				require.NoError(t, c.as(actor).RevokeRoles(c.ctx(), c.eve.Account.ID, c.dan))
			})
			require.Equal(t, []tenancy.EventData{tenancy.RolesRevoked{Account: c.eve.Account.ID, User: c.dan}}, said)
			c.unchanged(func() {
				refused(t, c.as(actor).RevokeRoles(c.ctx(), c.eve.Account.ID, c.dan), tenancy.CodeNotFound)
			})
		}
	})
	t.Run("ACC-8 never the Owner", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.owner)
		c.unchanged(func() {
			refused(t, c.as(c.admin).RevokeRoles(c.ctx(), c.eve.Account.ID, c.owner), tenancy.CodeTheOwner)
			refused(t, c.as(c.owner).RevokeRoles(c.ctx(), c.eve.Account.ID, c.owner), tenancy.CodeTheOwner)
		})
		require.NoError(t, c.as(c.owner).Relinquish(c.ctx(), c.eve.Account.ID))
	})
	t.Run("ACC-8 GEN-5 not what an Owner reaches through another organization of theirs", func(t *testing.T) {
		c := newCast(t)
		second := c.secondOrganization()
		account := c.account(c.owner, second, "Apart")
		c.unchanged(func() { refused(t, c.as(c.admin).RevokeRoles(c.ctx(), account, c.owner), tenancy.CodeNotFound) })
	})
	t.Run("ACC-8 a Standard User takes nobody", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.dan)
		c.unchanged(func() { refused(t, c.as(c.cleo).RevokeRoles(c.ctx(), c.eve.Account.ID, c.dan), tenancy.CodeNotFound) })
		c.independent(c.cleo)
		c.unchanged(func() { refused(t, c.as(c.cleo).RevokeRoles(c.ctx(), c.eve.Account.ID, c.dan), tenancy.CodeNotAllowed) })
	})
	t.Run("ACC-8 SEC-14 nor does an Owner take other organizations' members", func(t *testing.T) {
		c := newCast(t)
		c.assign(c.owner, c.work, c.dan, tenancy.Developer)
		c.unchanged(func() { refused(t, c.as(c.other).RevokeRoles(c.ctx(), c.work, c.dan), tenancy.CodeNotFound) })
		c.independent(c.dan)
		zoe := c.found("zoe").User.ID
		c.unchanged(func() { refused(t, c.as(zoe).RevokeRoles(c.ctx(), c.eve.Account.ID, c.dan), tenancy.CodeNotFound) })
	})
	t.Run("ACC-8 an independent account's subaccount, reached by its parent", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.dan)
		sub := c.subaccount(c.other, c.eve.Account.ID, "Part")
		refused(t, c.as(c.admin).RevokeRoles(c.ctx(), sub, c.dan), tenancy.CodeNoGrant)
	})
}

// independent gives somebody who is there a role on Eve's account.
func (c *cast) independent(user tenancy.UserID) {
	c.Helper()
	seen, _, err := c.host.User(c.ctx(), user)
	require.NoError(c, err)
	sent, err := c.as(c.other).InviteToAccount(c.ctx(), c.eve.Account.ID, tenancy.NewAccountInvitation{Email: seen.Email.Reveal(), Roles: tenancy.Roles(tenancy.Developer)})
	require.NoError(c, err)
	require.NoError(c, second(c.as(user).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})))
}

// secondOrganization lets Ana found another organization, without what she has.
func (c *cast) secondOrganization() tenancy.OrganizationID {
	c.Helper()
	require.NoError(c, second(c.host.VerifyPhone(c.ctx(), c.main, "+4930123456")))
	founded, err := c.as(c.owner).CreateOrganization(c.ctx(), tenancy.NewOrganization{Name: "Second", AllStay: true})
	require.NoError(c, err)
	return founded.Organization.ID
}

func TestRelinquish(t *testing.T) {
	c := newCast(t)
	sub := c.subaccount(c.cleo, c.work, "Part")
	t.Run("ACC-8 not the owner's, not the parent's, not what one has not", func(t *testing.T) {
		c.unchanged(func() {
			refused(t, c.as(c.cleo).Relinquish(c.ctx(), sub), tenancy.CodeOwnerGrant)
			refused(t, c.as(c.gil).Relinquish(c.ctx(), sub), tenancy.CodeNoGrant)
			refused(t, c.as(c.admin).Relinquish(c.ctx(), c.work), tenancy.CodeNoGrant)
			refused(t, c.as(c.other).Relinquish(c.ctx(), c.work), tenancy.CodeNotFound)
			refused(t, c.staff.Relinquish(c.ctx(), tenancy.AccountID{1}), tenancy.CodeNotFound)
		})
	})
	t.Run("ACC-8 a user gives up their grant", func(t *testing.T) {
		said := c.said(organizationStream(c.org), func() { require.NoError(t, c.as(c.gil).Relinquish(c.ctx(), c.work)) })
		require.Equal(t, []tenancy.EventData{tenancy.RolesRevoked{Account: c.work, User: c.gil}}, said)
		c.unchanged(func() { refused(t, c.as(c.gil).Relinquish(c.ctx(), c.work), tenancy.CodeNotFound) })
	})
}

func TestBilling(t *testing.T) {
	t.Run("ACC-10 VerifyPhone", func(t *testing.T) {
		c := newCast(t)
		said := c.said(organizationStream(c.org), func() {
			verified, err := c.staff.VerifyPhone(c.ctx(), c.work, "+4930123456")
			require.NoError(t, err)
			require.Equal(t, "+4930123456", verified.Private.Phone.Reveal())
		})
		require.Equal(t, []tenancy.EventData{tenancy.PhoneVerified{Account: c.work}}, said)
		c.unchanged(func() { require.NoError(t, second(c.host.VerifyPhone(c.ctx(), c.work, "+4930123456")), "GEN-6") })
		require.NoError(t, second(c.host.VerifyPhone(c.ctx(), c.work, "+12025550123")))
		require.Equal(t, "+12025550123", c.accountAs(c.cleo, c.work).Private.Phone.Reveal())
		for _, number := range []string{"", "+", "4930123456", "+0930123456", "+4930 123456", "+49301234567890123", "+493012345６", "+49\xff0123456", strings.Repeat("+1", 1<<20)} {
			refused(t, second(c.host.VerifyPhone(c.ctx(), c.work, number)), tenancy.CodePhone)
		}
	})
	t.Run("BIL-1 trial to full, never back, on invoice and full", func(t *testing.T) {
		c := newCast(t)
		plan := func(account tenancy.AccountID) (tenancy.Plan, tenancy.Billing) {
			a := c.accountAs(c.cleo, account)
			return a.Plan, a.Billing
		}
		both := c.account(c.cleo, c.org, "Both")
		sub := c.subaccount(c.cleo, both, "Part")
		said := c.said(organizationStream(c.org), func() {
			require.NoError(t, second(c.staff.UpgradeAccount(c.ctx(), c.work)))
			require.NoError(t, second(c.host.InvoiceAccount(c.ctx(), both)))
		})
		require.Equal(t, []tenancy.EventData{tenancy.AccountUpgraded{Account: c.work}, tenancy.AccountInvoiced{Account: both}}, said)
		p, b := plan(c.work)
		require.Equal(t, tenancy.PlanFull, p)
		require.Equal(t, tenancy.BillingOwn, b)
		for _, account := range []tenancy.AccountID{both, sub} { // the parent's hold for a subaccount
			p, b = plan(account)
			require.Equal(t, tenancy.PlanFull, p)
			require.Equal(t, tenancy.BillingInvoiced, b)
		}
		c.unchanged(func() {
			refused(t, second(c.host.UpgradeAccount(c.ctx(), c.work)), tenancy.CodeBilling)
			refused(t, second(c.host.UpgradeAccount(c.ctx(), both)), tenancy.CodeBilling)
			refused(t, second(c.host.InvoiceAccount(c.ctx(), both)), tenancy.CodeBilling)
		})
		require.NoError(t, second(c.host.InvoiceAccount(c.ctx(), c.work)))
	})
	t.Run("BIL-1 SetPricing", func(t *testing.T) {
		c := newCast(t)
		long := strings.Repeat("é", 2048)
		for _, pricing := range []string{"gold", long, ""} {
			said := c.said(organizationStream(c.org), func() {
				priced, err := c.host.SetPricing(c.ctx(), c.work, pricing)
				require.NoError(t, err)
				require.Equal(t, pricing, priced.Private.Pricing.Reveal())
			})
			require.Equal(t, []tenancy.EventData{tenancy.PricingSet{Account: c.work}}, said)
			c.unchanged(func() { require.NoError(t, second(c.staff.SetPricing(c.ctx(), c.work, pricing)), "GEN-6") })
		}
		for _, pricing := range []string{long + "x", "a\nb", "\x00", "\u0085", "\xff"} {
			refused(t, second(c.host.SetPricing(c.ctx(), c.work, pricing)), tenancy.CodeInput)
		}
	})
	t.Run("BIL-1 ACC-10 Operators and System alone, whatever Platform a host makes", func(t *testing.T) {
		c := newCast(t)
		c.unchanged(func() {
			for user, code := range map[tenancy.UserID]tenancy.Code{c.owner: tenancy.CodeNotAllowed, c.cleo: tenancy.CodeNotAllowed, c.other: tenancy.CodeNotFound} {
				p := &tenancy.Platform{Session: c.as(user)}
				refused(t, second(p.VerifyPhone(c.ctx(), c.work, "+4930123456")), code)
				refused(t, second(p.UpgradeAccount(c.ctx(), c.work)), code)
				refused(t, second(p.InvoiceAccount(c.ctx(), c.work)), code)
				refused(t, second(p.SetPricing(c.ctx(), c.work, "x")), code)
			}
		})
	})
	t.Run("INV-4 a subaccount has none of them, nor an owner of its own", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.cleo, c.work, "Part")
		c.unchanged(func() {
			for _, err := range []error{
				second(c.host.VerifyPhone(c.ctx(), sub, "+4930123456")),
				second(c.host.UpgradeAccount(c.ctx(), sub)),
				second(c.host.InvoiceAccount(c.ctx(), sub)),
				second(c.host.SetPricing(c.ctx(), sub, "x")),
				second(c.as(c.owner).TransferAccount(c.ctx(), sub, c.dan)),
			} {
				refused(t, err, tenancy.CodeSubaccount)
			}
		})
	})
}

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
		independent := []tenancy.AccountID{c.eve.Account.ID, theirs}
		byID := func(a, b tenancy.AccountID) int { return slices.Compare(a[:], b[:]) }
		slices.SortFunc(managed, byID)
		slices.SortFunc(independent, byID)
		require.Equal(t, append(managed, independent...), ids(list))
		for _, item := range list[:3] {
			require.Equal(t, tenancy.KindManaged, item.Kind)
			require.Equal(t, c.accountAs(c.admin, item.ID), *item.Account)
			require.Equal(t, item.Account.Name, item.Name)
			require.Equal(t, map[tenancy.UserID]string{c.owner: "ana", c.cleo: "cleo"}[item.Account.Owner], item.OwnerName.Reveal())
			require.Empty(t, item.Members)
		}
		for _, item := range list[3:] {
			require.Equal(t, tenancy.KindIndependent, item.Kind)
			require.Nil(t, item.Account, "GEN-5 name, and which member has which role")
			require.True(t, item.OwnerName.IsZero())
			require.Equal(t, map[tenancy.AccountID]string{c.eve.Account.ID: "eve main", theirs: "Theirs"}[item.ID], item.Name.Reveal())
			names := map[string]tenancy.RoleSet{}
			for _, m := range item.Members {
				names[m.Name.Reveal()] = m.Roles
			}
			require.Equal(t, map[string]tenancy.RoleSet{"dan": tenancy.Roles(tenancy.Developer), "ben": tenancy.Roles(tenancy.Developer)}, names)
		}
	})
	t.Run("ACC-9 an independent subaccount, by a role on it alone", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.other, c.eve.Account.ID, "Theirs")
		sent, err := c.as(c.other).InviteToAccount(c.ctx(), sub, tenancy.NewAccountInvitation{Email: address("dan"), Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		require.NoError(t, second(c.as(c.dan).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})))
		require.Equal(t, []tenancy.AccountID{sub}, ids(items(t, c.as(c.owner).Accounts(c.ctx(), c.org, tenancy.AccountQuery{Kind: tenancy.KindIndependent}))))
		got := items(t, c.as(c.admin).AccountsOf(c.ctx(), c.dan, tenancy.ReachQuery{}))
		require.Len(t, got, 1)
		require.Equal(t, sub, got[0].Account)
		require.NoError(t, c.as(c.admin).RevokeRoles(c.ctx(), sub, c.dan), "ACC-8")
		require.NoError(t, second(c.as(c.other).CloseAccount(c.ctx(), sub)))
		require.Empty(t, items(t, c.as(c.admin).Accounts(c.ctx(), c.org, tenancy.AccountQuery{Kind: tenancy.KindIndependent})))
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
			require.ElementsMatch(t, row.want, ids(items(t, c.as(c.owner).Accounts(c.ctx(), c.org, row.query))), "%+v", row.query)
		}
		for _, query := range []tenancy.AccountQuery{{Kind: tenancy.KindRequested}, {Kind: "x"}, {State: tenancy.StateDeleted}, {State: "\xff"}} {
			refused(t, failure(c.as(c.owner).Accounts(c.ctx(), c.org, query)), tenancy.CodeInput)
		}
	})
	t.Run("ORG-13 a merged organization's ID reads its survivor's", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.dan)
		merged := tenancy.OrganizationRecord{ID: tenancy.OrganizationID{7}, State: tenancy.StateMerged, MergedInto: c.org, Created: 1, Ended: 2}
		c.tampered = true
		require.NoError(t, c.store.Update(c.ctx(), func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, merged) }))
		require.ElementsMatch(t, []tenancy.AccountID{c.main, c.work, c.eve.Account.ID}, ids(items(t, c.as(c.admin).Accounts(c.ctx(), merged.ID, tenancy.AccountQuery{}))))
		refused(t, failure(c.as(c.other).Accounts(c.ctx(), merged.ID, tenancy.AccountQuery{})), tenancy.CodeNotFound)
		require.Empty(t, items(t, c.host.Accounts(c.ctx(), merged.ID, tenancy.AccountQuery{})))
		require.Len(t, items(t, c.as(c.admin).Users(c.ctx(), merged.ID, tenancy.UserQuery{Kind: tenancy.KindIndependent})), 2)
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

		sent, err := c.as(c.owner).InviteToAccount(c.ctx(), apart, tenancy.NewAccountInvitation{Email: address("dan"), Roles: tenancy.Roles(tenancy.Support)})
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
		require.Equal(t, tenancy.OrganizationAccount{Kind: tenancy.KindPending, ID: c.eve.Account.ID}, tenancy.OrganizationAccount{Kind: list[0].Kind, ID: list[0].ID,
			Name: list[0].Name, Account: list[0].Account, OwnerName: list[0].OwnerName, Members: list[0].Members})
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
		refused(t, failure(c.as(c.other).Accounts(c.ctx(), c.eve.Organization.ID, tenancy.AccountQuery{After: last.Cursor()})), tenancy.CodeCursor)
	})
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
		got := reach(items(t, c.as(c.gil).AccountsOf(c.ctx(), c.gil, tenancy.ReachQuery{})))
		require.Len(t, got, 2)
		work, part := got["Work"], got["Part"]
		require.Equal(t, []any{c.work, tenancy.StateSuspended, c.gil, "gil", address("gil")}, []any{work.Account, work.State, work.User, work.Name.Reveal(), work.Email.Reveal()})
		require.Equal(t, []tenancy.RoleSet{tenancy.Roles(tenancy.Support), tenancy.Roles(tenancy.Support), {}}, []tenancy.RoleSet{work.Roles, work.Direct, work.FromParent})
		require.Equal(t, tenancy.StateSuspended, part.State)
		require.Equal(t, []tenancy.RoleSet{tenancy.Roles(tenancy.Developer, tenancy.Support), tenancy.Roles(tenancy.Developer), tenancy.Roles(tenancy.Support)},
			[]tenancy.RoleSet{part.Roles, part.Direct, part.FromParent})
		require.False(t, part.Manages)
	})
	t.Run("ACC-9 what is only managed comes after, without roles", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.owner)
		list := items(t, c.as(c.owner).AccountsOf(c.ctx(), c.owner, tenancy.ReachQuery{}))
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
			got := reach(items(t, c.as(user).AccountsOf(c.ctx(), user, tenancy.ReachQuery{})))
			require.Equal(t, tenancy.StateSuspended, got["Part"].State)
		}
	})
	t.Run("ACC-9 a closed account is reached by nobody", func(t *testing.T) {
		c := newCast(t)
		require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), c.work)))
		require.Empty(t, items(t, c.as(c.cleo).AccountsOf(c.ctx(), c.cleo, tenancy.ReachQuery{})))
		require.Equal(t, []string{"ana main"}, names(items(t, c.as(c.owner).AccountsOf(c.ctx(), c.owner, tenancy.ReachQuery{}))))
	})
	t.Run("GEN-5 of a member, Owner and Administrators see name and roles of independent accounts", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.cleo)
		got := reach(items(t, c.as(c.admin).AccountsOf(c.ctx(), c.cleo, tenancy.ReachQuery{})))
		require.Len(t, got, 2)
		require.Equal(t, tenancy.StateActive, got["Work"].State)
		require.Empty(t, got["eve main"].State)
		require.Equal(t, tenancy.Roles(tenancy.Developer), got["eve main"].Roles)
	})
	t.Run("GEN-5 of an independent user, their own organization's accounts alone", func(t *testing.T) {
		c := newCast(t)
		c.independent(c.gil)
		require.Equal(t, []string{"Work"}, names(items(t, c.as(c.admin).AccountsOf(c.ctx(), c.gil, tenancy.ReachQuery{}))))
		require.Equal(t, []string{"eve main"}, names(items(t, c.as(c.other).AccountsOf(c.ctx(), c.gil, tenancy.ReachQuery{}))))
		require.Len(t, items(t, c.host.AccountsOf(c.ctx(), c.gil, tenancy.ReachQuery{})), 2)
	})
	t.Run("GEN-5 of an Owner, not what they reach through other organizations of theirs", func(t *testing.T) {
		c := newCast(t)
		c.account(c.owner, c.secondOrganization(), "Apart")
		require.ElementsMatch(t, []string{"ana main", "Work"}, names(items(t, c.as(c.admin).AccountsOf(c.ctx(), c.owner, tenancy.ReachQuery{}))))
		require.ElementsMatch(t, []string{"ana main", "Apart", "Work"}, names(items(t, c.as(c.owner).AccountsOf(c.ctx(), c.owner, tenancy.ReachQuery{}))))
		require.ElementsMatch(t, []string{"ana main", "Apart", "Work"}, names(items(t, c.staff.AccountsOf(c.ctx(), c.owner, tenancy.ReachQuery{}))))
	})
	t.Run("GEN-5 nobody else", func(t *testing.T) {
		c := newCast(t)
		for _, row := range []struct{ by, of tenancy.UserID }{
			{c.cleo, c.dan}, {c.manager, c.gil}, {c.cleo, c.gil}, {c.other, c.cleo}, {c.other, c.gil}, {c.owner, c.other}, {c.owner, tenancy.UserID{1}},
		} {
			refused(t, failure(c.as(row.by).AccountsOf(c.ctx(), row.of, tenancy.ReachQuery{})), tenancy.CodeNotFound)
		}
		refused(t, failure(c.host.AccountsOf(c.ctx(), tenancy.UserID{1}, tenancy.ReachQuery{})), tenancy.CodeNotFound)
	})
	t.Run("GEN-9 in pages, from any item on", func(t *testing.T) {
		c := newCast(t)
		other := c.secondOrganization()
		for range 101 {
			c.subaccount(c.cleo, c.work, "Part")
		}
		c.account(c.owner, other, "Apart")
		whole := items(t, c.as(c.owner).AccountsOf(c.ctx(), c.owner, tenancy.ReachQuery{}))
		require.Len(t, whole, 1+1+1+101)
		for i, item := range whole {
			rest := items(t, c.as(c.owner).AccountsOf(c.ctx(), c.owner, tenancy.ReachQuery{After: item.Cursor()}))
			require.Equal(t, whole[i+1:], append([]tenancy.Reach{}, rest...))
		}
		refused(t, failure(c.host.AccountsOf(c.ctx(), c.admin, tenancy.ReachQuery{After: whole[0].Cursor()})), tenancy.CodeCursor)
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
			require.Equal(t, []any{sub, "Part", tenancy.StateActive, address(item.Name.Reveal())}, []any{item.Account, item.AccountName.Reveal(), item.State, item.Email.Reveal()})
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
					require.Equal(t, whole[i+1:], items(t, c.as(c.cleo).Access(c.ctx(), sub, tenancy.ReachQuery{After: item.Cursor()})))
				}
			}
			refused(t, failure(c.as(c.cleo).Access(c.ctx(), c.work, tenancy.ReachQuery{After: whole[0].Cursor()})), tenancy.CodeCursor)
		})
	}
}

// spread is how many of 350 users have a role on an account, the first ones, and on its subaccount, the last ones.
type spread struct{ parent, direct int }

// gather gives many users roles on work and a subaccount, past all rules.
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

// TestAccountInput gives every operation on accounts what it never takes (GEN-14).
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
			"AssignRoles":       func(ctx context.Context) error { return second(s.AssignRoles(ctx, account, user, support)) },
			"RevokeRoles":       func(ctx context.Context) error { return s.RevokeRoles(ctx, account, user) },
			"Relinquish":        func(ctx context.Context) error { return s.Relinquish(ctx, account) },
			"VerifyPhone":       func(ctx context.Context) error { return second(c.host.VerifyPhone(ctx, account, "+4930123456")) },
			"UpgradeAccount":    func(ctx context.Context) error { return second(c.host.UpgradeAccount(ctx, account)) },
			"InvoiceAccount":    func(ctx context.Context) error { return second(c.host.InvoiceAccount(ctx, account)) },
			"SetPricing":        func(ctx context.Context) error { return second(c.host.SetPricing(ctx, account, "x")) },
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
		refused(t, failure(s.AccountsOf(c.ctx(), tenancy.UserID{}, tenancy.ReachQuery{})), tenancy.CodeID)
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

// TestStrangersCost: whoever may not see a thing does not make the store read what belongs to it (GEN-14, SEC-15).
func TestStrangersCost(t *testing.T) {
	c := newCast(t)
	store := scenes.NewCounting(c.store)
	dir, err := tenancy.New(store, &tenancy.Options{Now: c.clock.Now, Limits: &tenancy.Limits{Subaccounts: 1, Accounts: 1}})
	require.NoError(t, err)
	stranger := dir.As(c.other)
	for _, kind := range []tenancy.Kind{tenancy.KindManaged, tenancy.KindIndependent, tenancy.KindPending} {
		refused(t, failure(stranger.Accounts(c.ctx(), c.org, tenancy.AccountQuery{Kind: kind})), tenancy.CodeNotFound)
		refused(t, failure(dir.As(c.cleo).Accounts(c.ctx(), c.org, tenancy.AccountQuery{Kind: kind})), tenancy.CodeNotAllowed)
	}
	refused(t, failure(stranger.Access(c.ctx(), c.work, tenancy.ReachQuery{})), tenancy.CodeNotFound)
	refused(t, second(stranger.CloseAccount(c.ctx(), c.work)), tenancy.CodeNotFound)
	refused(t, second(stranger.CreateSubaccount(c.ctx(), c.work, tenancy.NewSubaccount{Name: "x"})), tenancy.CodeNotFound)
	refused(t, second(stranger.TransferAccount(c.ctx(), c.work, c.other)), tenancy.CodeNotFound)
	refused(t, second(stranger.CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "x", Owner: c.dan})), tenancy.CodeNotFound)
	for _, index := range []tenancy.Index{tenancy.IndexOpenAccountsIn, tenancy.IndexMembers, tenancy.IndexAccountsIn, tenancy.IndexGrants, tenancy.IndexGrantsOf, tenancy.IndexPendingInvitations, tenancy.IndexOpenSubaccountsOf} {
		require.False(t, store.Listed[index], "%d", index)
	}
}

// TestAccountSteps holds operations to the number of steps in which they read, heads of streams included. What hangs on an account is read only for
// whoever may see it, which for those who manage it is known in the second step.
func TestAccountSteps(t *testing.T) {
	c := newCast(t)
	sub := c.subaccount(c.cleo, c.work, "Part")
	store := scenes.NewCounting(c.store)
	dir, err := tenancy.New(store, &tenancy.Options{Now: c.clock.Now})
	require.NoError(t, err)
	owner, cleo, host := dir.As(c.owner), dir.As(c.cleo), dir.System()
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
		{"AssignRoles", 2, func() error { return second(owner.AssignRoles(c.ctx(), sub, c.dan, support)) }},
		{"RevokeRoles", 2, func() error { return owner.RevokeRoles(c.ctx(), sub, c.dan) }},
		{"AssignRoles", 2, func() error { return second(owner.AssignRoles(c.ctx(), c.work, c.dan, support)) }},
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
		{"AccountsOf", 3, func() error { return failure(owner.AccountsOf(c.ctx(), c.owner, tenancy.ReachQuery{})) }},
		{"AccountsOf", 4, func() error { return failure(owner.AccountsOf(c.ctx(), c.gil, tenancy.ReachQuery{})) }},
		{"Access", 4, func() error { return failure(owner.Access(c.ctx(), sub, tenancy.ReachQuery{})) }},
		{"TransferAccount", 3, func() error { return second(owner.TransferAccount(c.ctx(), c.work, c.dan)) }},
		{"TransferAccount", 2, func() error { return second(dir.As(c.dan).TransferAccount(c.ctx(), c.work, c.cleo)) }},
		{"CloseAccount", 4, func() error { return second(owner.CloseAccount(c.ctx(), c.work)) }},
	} {
		require.NoError(t, op.call(), op.name)
		require.LessOrEqual(t, len(store.Steps), op.want, "%s: lookups of each step: %v", op.name, store.Steps)
	}
}

// TestReach holds what the reads say of who reaches what to Can, for all people and accounts of a scene.
func TestReach(t *testing.T) {
	c := newCast(t)
	sub, held, gone := c.subaccount(c.cleo, c.work, "Part"), c.subaccount(c.cleo, c.work, "Held"), c.subaccount(c.cleo, c.work, "Gone")
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
		for _, reach := range items(t, c.as(user).AccountsOf(c.ctx(), user, tenancy.ReachQuery{})) {
			require.False(t, reaches[reach.Account], "each account once")
			reaches[reach.Account], roles[reach.Account] = true, reach.Roles
			require.Equal(t, c.accountAs(user, reach.Account).State, reach.State)
		}
		for _, account := range accounts {
			d, err := c.host.Can(c.ctx(), user, tenancy.ReadUsage, account)
			require.NoError(t, err)
			t.Run("ACC-9 AccountsOf has exactly the open accounts that Can finds reachable", func(t *testing.T) {
				require.Equal(t, d.Why != tenancy.WhyUnreachable && account != gone, reaches[account])
				require.Equal(t, d.Allowed, reaches[account] && !roles[account].IsZero(), "ROLE-6 every role reads usage")
			})
			t.Run("GEN-5 one sees exactly the accounts one reaches", func(t *testing.T) {
				_, err := c.as(user).Account(c.ctx(), account)
				require.Equal(t, d.Why != tenancy.WhyUnreachable, err == nil)
			})
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
