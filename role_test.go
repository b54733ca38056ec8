package tenancy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// accountCells says by hand what THE table must say of account permissions: who has it (o Owner, a Administrator, d Developer, b Billing Manager,
// s Support), whether by managing the account, and whether in a suspended account (ROLE-6).
var accountCells = map[tenancy.Permission]struct {
	roles              string
	manager, suspended bool
}{
	tenancy.Build:             {"oad", false, false},
	tenancy.Bill:              {"oab", false, true},
	tenancy.ReadUsage:         {"oadbs", false, true},
	tenancy.ManageSettings:    {"oa", true, false},
	tenancy.ManageMembers:     {"oa", true, true},
	tenancy.ManageSubaccounts: {"oa", true, false},
	tenancy.SuspendAccount:    {"oa", true, true},
	tenancy.CloseAccount:      {"o", true, true},
	tenancy.TransferAccount:   {"o", true, true},
	tenancy.DesignateHIPAA:    {"", true, true},
}

// organizationCells says the same of organization permissions (ROLE-1 to 3).
var organizationCells = map[tenancy.OrganizationPermission]string{
	tenancy.ViewOrganization:   "standard administrator owner",
	tenancy.CreateAccounts:     "standard administrator owner",
	tenancy.ViewUsers:          "administrator owner",
	tenancy.ManageUsers:        "administrator owner",
	tenancy.ViewAccounts:       "administrator owner",
	tenancy.ManageAccounts:     "administrator owner",
	tenancy.ViewDomains:        "administrator owner",
	tenancy.ManageDomains:      "administrator owner",
	tenancy.ManageIdentity:     "administrator owner",
	tenancy.ManageOrganization: "administrator owner",
	tenancy.ReadLog:            "administrator owner",
	tenancy.ReleaseAccounts:    "owner",
	tenancy.TransferOwnership:  "owner",
	tenancy.DeleteOrganization: "owner",
}

// office is an organization with an account that each kind of person is to in another way.
type office struct {
	*scene
	founder  tenancy.SignedUp
	account  tenancy.AccountID
	roles    map[tenancy.AccountRole]tenancy.UserID      // who has just this role on the account, none of them managing it
	managers map[tenancy.OrganizationRole]tenancy.UserID // Owner and Administrator of the organization, without a role on the account
	standard tenancy.UserID                              // a member without a role on the account
	stranger tenancy.UserID
}

func newOffice(t *testing.T, options ...tenancy.Options) *office {
	s := newScene(t, options...)
	o := &office{scene: s, founder: s.found("ana"), roles: map[tenancy.AccountRole]tenancy.UserID{}}
	owner := s.dir.As(o.founder.User.ID)
	o.roles[tenancy.AccountOwner] = s.join(o.founder, "olga", tenancy.StandardUser)
	account, err := owner.CreateAccount(s.ctx(), o.founder.Organization.ID,
		tenancy.NewAccount{Name: "Shop", Owner: o.roles[tenancy.AccountOwner]})
	require.NoError(t, err)
	o.account = account.ID
	for role, name := range map[tenancy.AccountRole]string{tenancy.Developer: "dora", tenancy.AccountAdministrator: "alf", tenancy.BillingManager: "bill"} {
		o.roles[role] = s.join(o.founder, name, tenancy.StandardUser)
		_, err := owner.AssignRoles(s.ctx(), o.account, o.roles[role], tenancy.Assignment{Roles: tenancy.Roles(role)})
		require.NoError(t, err)
	}
	o.roles[tenancy.Support] = s.guest(o.founder.User.ID, o.account, "sam", tenancy.Support)
	o.managers = map[tenancy.OrganizationRole]tenancy.UserID{
		tenancy.Owner:         o.founder.User.ID,
		tenancy.Administrator: s.join(o.founder, "adam", tenancy.Administrator),
	}
	o.standard, o.stranger = s.join(o.founder, "stan", tenancy.StandardUser), s.found("zoe").User.ID
	return o
}

// can wants the same decision from oneself, the host and the staff.
func (s *scene) can(user tenancy.UserID, p tenancy.Permission, account tenancy.AccountID, want tenancy.Decision) {
	s.Helper()
	for who, session := range map[string]*tenancy.Session{"oneself": s.dir.As(user), "host": s.host.Session, "staff": s.staff.Session} {
		d, err := session.Can(s.ctx(), user, p, account)
		require.NoError(s, err)
		require.Equal(s, want, d, "%s %s", who, p)
	}
}

// walk asks about every cell of the account table, of an account or of a subaccount of it that nobody has a role on.
func (o *office) walk(account tenancy.AccountID, state tenancy.State) {
	o.Helper()
	table := tenancy.AccountTable()
	require.Len(o, table, len(accountCells))
	for _, p := range table {
		cell, known := accountCells[p]
		require.True(o, known, p)
		for role, user := range o.roles {
			granted := strings.Contains(cell.roles, string(role[0]))
			want := tenancy.Decision{Allowed: true, Why: tenancy.WhyGrant, Role: role, Account: o.account}
			if account != o.account {
				want.Why = tenancy.WhyParentGrant
			}
			switch {
			case state == tenancy.StateClosed && role != tenancy.AccountOwner:
				want = tenancy.Decision{Why: tenancy.WhyUnreachable} // closing ended the grant
			case state == tenancy.StateClosed:
				want = tenancy.Decision{Why: tenancy.WhyClosed}
			case !granted:
				want = tenancy.Decision{Why: tenancy.WhyInsufficient}
			case state == tenancy.StateSuspended && !cell.suspended:
				want = tenancy.Decision{Why: tenancy.WhySuspended}
			}
			o.can(user, p, account, want)
		}
		for role, user := range o.managers {
			want := tenancy.Decision{Allowed: true, Why: tenancy.WhyOrganizationRole, OrganizationRole: role}
			switch {
			case state == tenancy.StateClosed:
				want = tenancy.Decision{Why: tenancy.WhyClosed}
			case !cell.manager:
				want = tenancy.Decision{Why: tenancy.WhyInsufficient}
			case state == tenancy.StateSuspended && !cell.suspended:
				want = tenancy.Decision{Why: tenancy.WhySuspended}
			}
			o.can(user, p, account, want)
		}
		for _, user := range []tenancy.UserID{o.standard, o.stranger} {
			o.can(user, p, account, tenancy.Decision{Why: tenancy.WhyUnreachable})
		}
	}
}

func TestAccountTable(t *testing.T) {
	o := newOffice(t)
	owner := o.dir.As(o.founder.User.ID)
	sub, err := owner.CreateSubaccount(o.ctx(), o.account, tenancy.NewSubaccount{Name: "Branch"})
	require.NoError(t, err)
	t.Run("ROLE-6 every cell, on an active account", func(t *testing.T) { o.walk(o.account, tenancy.StateActive) })
	t.Run("ACC-3 on its subaccount, by the roles on the main account",
		func(t *testing.T) { o.walk(sub.ID, tenancy.StateActive) })
	t.Run("ACC-3 the roles on a subaccount are the union with the parent's", func(t *testing.T) {
		_, err := owner.AssignRoles(o.ctx(), sub.ID, o.roles[tenancy.BillingManager], tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})
		require.NoError(t, err)
		bill := o.roles[tenancy.BillingManager]
		o.can(bill, tenancy.Build, sub.ID,
			tenancy.Decision{Allowed: true, Why: tenancy.WhyGrant, Role: tenancy.Developer, Account: sub.ID})
		o.can(bill, tenancy.ReadUsage, sub.ID,
			tenancy.Decision{Allowed: true, Why: tenancy.WhyGrant, Role: tenancy.Developer, Account: sub.ID})
		o.can(
			bill,
			tenancy.Bill,
			sub.ID,
			tenancy.Decision{
				Allowed: true,
				Why:     tenancy.WhyParentGrant,
				Role:    tenancy.BillingManager,
				Account: o.account,
			},
		)
		o.can(bill, tenancy.Build, o.account, tenancy.Decision{Why: tenancy.WhyInsufficient})
		require.NoError(t, owner.RevokeRoles(o.ctx(), sub.ID, bill))
	})
	for by, session := range map[string]*tenancy.Session{"customer": owner, "platform": o.staff.Session} {
		t.Run("ROLE-6 every cell, on an account suspended by the "+by, func(t *testing.T) {
			_, err := session.SuspendAccount(o.ctx(), o.account)
			require.NoError(t, err)
			o.walk(o.account, tenancy.StateSuspended)
			o.walk(sub.ID, tenancy.StateSuspended)
			_, err = session.ReactivateAccount(o.ctx(), o.account)
			require.NoError(t, err)
			o.walk(o.account, tenancy.StateActive)
		})
	}
	t.Run("ROLE-6 every cell, on a suspended subaccount alone", func(t *testing.T) {
		_, err := owner.SuspendAccount(o.ctx(), sub.ID)
		require.NoError(t, err)
		o.walk(sub.ID, tenancy.StateSuspended)
		o.walk(o.account, tenancy.StateActive)
		_, err = owner.ReactivateAccount(o.ctx(), sub.ID)
		require.NoError(t, err)
	})
	t.Run("ROLE-6 every cell, on a closed account", func(t *testing.T) {
		_, err := owner.CloseAccount(o.ctx(), o.account)
		require.NoError(t, err)
		o.walk(o.account, tenancy.StateClosed)
		o.walk(sub.ID, tenancy.StateClosed)
	})
}

func TestOrganizationTable(t *testing.T) {
	o := newOffice(t)
	org := o.founder.Organization.ID
	people := map[string]tenancy.UserID{
		"owner":         o.managers[tenancy.Owner],
		"administrator": o.managers[tenancy.Administrator],
		"standard":      o.standard,
	}
	roles := map[string]tenancy.OrganizationRole{
		"owner":         tenancy.Owner,
		"administrator": tenancy.Administrator,
		"standard":      tenancy.StandardUser,
	}
	can := func(t *testing.T, user tenancy.UserID, p tenancy.OrganizationPermission, org tenancy.OrganizationID, want tenancy.Decision) {
		t.Helper()
		for who, session := range map[string]*tenancy.Session{"oneself": o.dir.As(user), "host": o.host.Session, "staff": o.staff.Session} {
			d, err := session.CanInOrganization(o.ctx(), user, p, org)
			require.NoError(t, err)
			require.Equal(t, want, d, "%s %s", who, p)
		}
	}
	table := tenancy.OrganizationTable()
	require.Len(t, table, len(organizationCells))
	for _, p := range table {
		may, known := organizationCells[p]
		require.True(t, known, p)
		for name, user := range people {
			t.Run(fmt.Sprintf("ROLE-8 SEC-22 %s %s", name, p), func(t *testing.T) {
				want := tenancy.Decision{Why: tenancy.WhyInsufficient}
				if strings.Contains(may, name) {
					want = tenancy.Decision{
						Allowed:          true,
						Why:              tenancy.WhyOrganizationRole,
						OrganizationRole: roles[name],
					}
				}
				can(t, user, p, org, want)
			})
		}
		t.Run(fmt.Sprintf("GEN-7 who is no member does not reach it: %s", p), func(t *testing.T) {
			for _, user := range []tenancy.UserID{o.roles[tenancy.Support], o.stranger} {
				can(t, user, p, org, tenancy.Decision{Why: tenancy.WhyUnreachable})
				can(t, user, p, tenancy.OrganizationID{1}, tenancy.Decision{Why: tenancy.WhyUnreachable})
			}
		})
	}
	t.Run("GEN-7 a member who is inactive can do nothing", func(t *testing.T) {
		_, err := o.staff.DeactivateUser(o.ctx(), o.standard)
		require.NoError(t, err)
		d, err := o.host.CanInOrganization(o.ctx(), o.standard, tenancy.ViewOrganization, org)
		require.NoError(t, err)
		require.Equal(t, tenancy.Decision{Why: tenancy.WhyInactive}, d)
		_, err = o.dir.As(o.standard).CanInOrganization(o.ctx(), o.standard, tenancy.ViewOrganization, org)
		refused(t, err, tenancy.CodeActor)
	})
	t.Run("INV-9 in an organization that has ended nobody can do anything", func(t *testing.T) {
		require.NoError(t, o.dir.As(o.founder.User.ID).DeleteOrganization(o.ctx(), org, tenancy.OrganizationDeletion{}))
		can(t, o.founder.User.ID, tenancy.ViewOrganization, org, tenancy.Decision{Why: tenancy.WhyUnreachable})
	})
}

func TestCan(t *testing.T) {
	o := newOffice(t)
	unknownUser, unknownAccount := tenancy.UserID{15: 1}, tenancy.AccountID{15: 1}
	t.Run("GEN-7 an unknown thing is a plain no to the host and to oneself", func(t *testing.T) {
		no := tenancy.Decision{Why: tenancy.WhyUnreachable}
		for _, q := range []struct {
			user    tenancy.UserID
			account tenancy.AccountID
		}{{unknownUser, o.account}, {o.standard, unknownAccount}, {unknownUser, unknownAccount}} {
			for _, p := range []*tenancy.Platform{o.host, o.staff} {
				d, err := p.Can(o.ctx(), q.user, tenancy.Build, q.account)
				require.NoError(t, err)
				require.Equal(t, no, d)
				d, err = p.CanInOrganization(o.ctx(), q.user, tenancy.ManageUsers, o.founder.Organization.ID)
				require.NoError(t, err)
				if q.user == unknownUser {
					require.Equal(t, no, d)
				}
			}
		}
		o.can(o.stranger, tenancy.Build, unknownAccount, no)
		o.can(o.stranger, tenancy.Build, o.account, no)
	})
	t.Run("GEN-5 about others only what one sees, by who may manage the account's members", func(t *testing.T) {
		independent := o.guest(o.founder.User.ID, o.founder.Account.ID, "ivy",
			tenancy.Developer) // has a role on another account of the organization
		ask := func(actor, about tenancy.UserID) error {
			_, err := o.dir.As(actor).Can(o.ctx(), about, tenancy.Build, o.account)
			return err
		}
		on := o.roles
		for name, q := range map[string]struct {
			actor, about tenancy.UserID
			code         tenancy.Code
		}{
			"the account's Owner about who has a role":                 {on[tenancy.AccountOwner], on[tenancy.Support], ""},
			"its Administrator about who has a role":                   {on[tenancy.AccountAdministrator], on[tenancy.Developer], ""},
			"its Owner about a member without a role there":            {on[tenancy.AccountOwner], o.standard, tenancy.CodeNotFound},
			"its Owner about an independent user without a role there": {on[tenancy.AccountOwner], independent, tenancy.CodeNotFound},
			"its Owner about a stranger":                               {on[tenancy.AccountOwner], o.stranger, tenancy.CodeNotFound},
			"its Owner about nobody":                                   {on[tenancy.AccountOwner], unknownUser, tenancy.CodeNotFound},
			"a Developer":                                              {on[tenancy.Developer], on[tenancy.Support], tenancy.CodeNotAllowed},
			"a Billing Manager about nobody":                           {on[tenancy.BillingManager], unknownUser, tenancy.CodeNotAllowed},
			"Support":                                                  {on[tenancy.Support], on[tenancy.Developer], tenancy.CodeNotAllowed},
			"a member without a role there":                            {o.standard, on[tenancy.Support], tenancy.CodeNotFound},
			"a stranger":                                               {o.stranger, on[tenancy.Support], tenancy.CodeNotFound},
			"the organization's Owner about a member":                  {o.managers[tenancy.Owner], o.standard, ""},
			"the organization's Owner about an independent user":       {o.managers[tenancy.Owner], independent, ""},
			"an Administrator about a guest of the account":            {o.managers[tenancy.Administrator], on[tenancy.Support], ""},
			"an Administrator about the Owner":                         {o.managers[tenancy.Administrator], o.managers[tenancy.Owner], ""},
			"the organization's Owner about a stranger":                {o.managers[tenancy.Owner], o.stranger, tenancy.CodeNotFound},
			"the organization's Owner about nobody":                    {o.managers[tenancy.Owner], unknownUser, tenancy.CodeNotFound},
		} {
			require.Equal(t, q.code, tenancy.CodeOf(ask(q.actor, q.about)), name)
		}
		require.Equal(t, ask(o.managers[tenancy.Owner], o.stranger), ask(o.managers[tenancy.Owner], unknownUser))
		_, absent := o.dir.As(o.stranger).Can(o.ctx(), o.standard, tenancy.Build, unknownAccount)
		require.Equal(t, strings.ReplaceAll(absent.Error(), unknownAccount.String(), o.account.String()),
			ask(o.stranger, o.standard).Error())
	})
	t.Run("GEN-7 the answer about others is the one they get themselves", func(t *testing.T) {
		owner := o.dir.As(o.founder.User.ID)
		sub, err := owner.CreateSubaccount(o.ctx(), o.account, tenancy.NewSubaccount{Name: "Branch"})
		require.NoError(t, err)
		people := []tenancy.UserID{o.standard, o.managers[tenancy.Owner], o.managers[tenancy.Administrator]}
		for _, user := range o.roles {
			people = append(people, user)
		}
		for _, user := range people {
			for p := range accountCells {
				for _, account := range []tenancy.AccountID{o.account, sub.ID} {
					own, err := o.dir.As(user).Can(o.ctx(), user, p, account)
					require.NoError(t, err)
					about, err := owner.Can(o.ctx(), user, p, account)
					require.NoError(t, err)
					require.Equal(t, own, about)
				}
			}
		}
	})
	t.Run("GEN-5 in an organization, about whom its Owner and Administrators see", func(t *testing.T) {
		org := o.founder.Organization.ID
		ask := func(actor, about tenancy.UserID) error {
			_, err := o.dir.As(actor).CanInOrganization(o.ctx(), about, tenancy.ManageUsers, org)
			return err
		}
		for _, actor := range o.managers {
			require.NoError(t, ask(actor, o.standard))
			require.NoError(t, ask(actor, o.roles[tenancy.Support]))
			refused(t, ask(actor, o.stranger), tenancy.CodeNotFound)
			refused(t, ask(actor, unknownUser), tenancy.CodeNotFound)
		}
		refused(t, ask(o.standard, o.founder.User.ID), tenancy.CodeNotAllowed)
		refused(t, ask(o.roles[tenancy.Support], o.founder.User.ID), tenancy.CodeNotFound)
		refused(t, ask(o.stranger, o.founder.User.ID), tenancy.CodeNotFound)
	})
	t.Run("GEN-2 an inactive or unknown actor asks nothing", func(t *testing.T) {
		gone := o.guest(o.founder.User.ID, o.account, "gina", tenancy.Developer)
		_, err := o.staff.DeactivateUser(o.ctx(), gone)
		require.NoError(t, err)
		for _, actor := range []tenancy.UserID{gone, unknownUser, {}} {
			for _, about := range []tenancy.UserID{actor, o.standard} {
				if about.IsZero() {
					continue
				}
				_, err := o.dir.As(actor).Can(o.ctx(), about, tenancy.Build, o.account)
				refused(t, err, tenancy.CodeActor)
				_, err = o.dir.As(actor).
					CanInOrganization(o.ctx(), about, tenancy.ManageUsers, o.founder.Organization.ID)
				refused(t, err, tenancy.CodeActor)
			}
		}
		d, err := o.host.Can(o.ctx(), gone, tenancy.Build, o.account)
		require.NoError(t, err)
		require.Equal(t, tenancy.Decision{Why: tenancy.WhyInactive}, d)
	})
	t.Run("GEN-14 malformed input", func(t *testing.T) {
		for _, session := range []*tenancy.Session{o.host.Session, o.dir.As(o.standard)} {
			_, err := session.Can(o.ctx(), tenancy.UserID{}, tenancy.Build, o.account)
			refused(t, err, tenancy.CodeID)
			_, err = session.Can(o.ctx(), o.standard, tenancy.Build, tenancy.AccountID{})
			refused(t, err, tenancy.CodeID)
			_, err = session.CanInOrganization(o.ctx(), tenancy.UserID{}, tenancy.ReadLog, o.founder.Organization.ID)
			refused(t, err, tenancy.CodeID)
			_, err = session.CanInOrganization(o.ctx(), o.standard, tenancy.ReadLog, tenancy.OrganizationID{})
			refused(t, err, tenancy.CodeID)
			for _, p := range []string{"", "Build", "fly", "\xff", "ana@example.com", strings.Repeat("x", 1<<20)} {
				_, err = session.Can(o.ctx(), o.standard, tenancy.Permission(p), o.account)
				refused(t, err, tenancy.CodePermission)
				require.NotContains(t, err.Error(), "ana@")
				_, err = session.CanInOrganization(o.ctx(), o.standard, tenancy.OrganizationPermission(p),
					o.founder.Organization.ID)
				refused(t, err, tenancy.CodePermission)
			}
		}
		ctx, cancel := context.WithCancel(o.ctx())
		cancel()
		for _, session := range []*tenancy.Session{o.host.Session, o.dir.As(o.standard), o.dir.As(o.founder.User.ID)} {
			_, err := session.Can(ctx, o.standard, tenancy.Build, o.account)
			require.ErrorIs(t, err, context.Canceled)
			require.Empty(t, tenancy.CategoryOf(err))
		}
		_, err := o.dir.Operator("not a reference").Can(o.ctx(), o.standard, tenancy.Build, o.account)
		refused(t, err, tenancy.CodeReference)
	})
	t.Run("GEN-11 in a block it sees what the block has done", func(t *testing.T) {
		dora := o.roles[tenancy.Developer]
		events, err := o.dir.As(o.founder.User.ID).
			Preview(o.ctx(), func(ctx context.Context, s *tenancy.Session) error {
				d, err := s.Can(ctx, dora, tenancy.Build, o.account)
				require.NoError(t, err)
				require.True(t, d.Allowed)
				require.NoError(t, s.RevokeRoles(ctx, o.account, dora))
				d, err = s.Can(ctx, dora, tenancy.Build, o.account)
				require.NoError(t, err)
				require.Equal(t, tenancy.Decision{Why: tenancy.WhyUnreachable}, d)
				_, err = o.dir.As(dora).Can(ctx, dora, tenancy.Build, o.account)
				refused(t, err, tenancy.CodeInTransaction)
				return nil
			})
		require.NoError(t, err)
		require.Len(t, events, 1)
		err = o.dir.As(dora).Atomically(o.ctx(), func(ctx context.Context, s *tenancy.Session) error {
			require.NoError(t, s.Relinquish(ctx, o.account))
			d, err := s.Can(ctx, dora, tenancy.Build, o.account)
			require.NoError(t, err)
			require.False(t, d.Allowed)
			return context.DeadlineExceeded
		})
		require.Equal(t, context.DeadlineExceeded, err)
		o.can(dora, tenancy.Build, o.account,
			tenancy.Decision{Allowed: true, Why: tenancy.WhyGrant, Role: tenancy.Developer, Account: o.account})
	})
}

func TestHostRoles(t *testing.T) {
	roles := tenancy.RoleOptions{
		Permissions: []tenancy.Permission{"deploy", "read_secrets"},
		Roles: map[tenancy.AccountRole][]tenancy.Permission{
			"operator":        {"deploy", tenancy.ReadUsage},
			"auditor":         {},
			tenancy.Developer: {"read_secrets"},
		},
	}
	o := newScene(t, tenancy.Options{Roles: roles})
	ana := o.found("ana")
	account := ana.Account.ID
	people := map[tenancy.AccountRole]tenancy.UserID{tenancy.AccountOwner: ana.User.ID}
	for _, role := range []tenancy.AccountRole{tenancy.AccountAdministrator, tenancy.Developer, tenancy.BillingManager, tenancy.Support, "operator", "auditor"} {
		people[role] = o.guest(ana.User.ID, account, strings.ReplaceAll(string(role), "_", ""), role)
	}
	t.Run(
		"ROLE-7 the Owner and Administrators have the host's permissions, others those named with them",
		func(t *testing.T) {
			for p, may := range map[tenancy.Permission]string{
				"deploy":               "owner administrator operator",
				"read_secrets":         "owner administrator developer",
				tenancy.ReadUsage:      "owner administrator developer billing_manager support operator",
				tenancy.Build:          "owner administrator developer",
				tenancy.DesignateHIPAA: "",
			} {
				for role, user := range people {
					d, err := o.host.Can(o.ctx(), user, p, account)
					require.NoError(t, err)
					has := strings.Contains(" "+may+" ", " "+string(role)+" ")
					if p == tenancy.DesignateHIPAA && role == tenancy.AccountOwner {
						has = true // manages it through the organization
					}
					require.Equal(t, has, d.Allowed, "%s %s", role, p)
					if d.Why == tenancy.WhyGrant {
						require.Equal(t, role, d.Role)
					}
				}
			}
		},
	)
	t.Run("ROLE-7 none of the host's by organization role", func(t *testing.T) {
		admin := o.join(ana, "adam", tenancy.Administrator)
		o.can(admin, "deploy", account, tenancy.Decision{Why: tenancy.WhyInsufficient})
		o.can(admin, tenancy.ManageMembers, account,
			tenancy.Decision{Allowed: true, Why: tenancy.WhyOrganizationRole, OrganizationRole: tenancy.Administrator})
	})
	t.Run("ROLE-7 none of the host's in a suspended account", func(t *testing.T) {
		_, err := o.staff.SuspendAccount(o.ctx(), account)
		require.NoError(t, err)
		for _, role := range []tenancy.AccountRole{tenancy.AccountOwner, tenancy.AccountAdministrator, "operator"} {
			o.can(people[role], "deploy", account, tenancy.Decision{Why: tenancy.WhySuspended})
		}
		_, err = o.staff.ReactivateAccount(o.ctx(), account)
		require.NoError(t, err)
	})
	t.Run("ROLE-7 a role that this Directory does not name is kept and permits nothing", func(t *testing.T) {
		plain, err := tenancy.New(o.store, nil)
		require.NoError(t, err)
		for p := range accountCells {
			d, err := plain.System().Can(o.ctx(), people["operator"], p, account)
			require.NoError(t, err)
			require.Equal(t, tenancy.Decision{Why: tenancy.WhyInsufficient}, d, p)
		}
		_, err = plain.System().Can(o.ctx(), people["operator"], "deploy", account)
		refused(t, err, tenancy.CodePermission)
		_, err = plain.As(ana.User.ID).AssignRoles(o.ctx(), account, people["operator"], tenancy.Assignment{Roles: tenancy.Roles("operator")})
		refused(t, err, tenancy.CodeRoles)
		o.can(people["operator"], "deploy", account,
			tenancy.Decision{Allowed: true, Why: tenancy.WhyGrant, Role: "operator", Account: account})
	})
	t.Run("ROLE-7 roles of the host's beside built-in ones", func(t *testing.T) {
		_, err := o.dir.As(ana.User.ID).
			AssignRoles(o.ctx(), account, people[tenancy.Support], tenancy.Assignment{Roles: tenancy.Roles(tenancy.Support, "operator", "auditor")})
		require.NoError(t, err)
		o.can(people[tenancy.Support], "deploy", account,
			tenancy.Decision{Allowed: true, Why: tenancy.WhyGrant, Role: "operator", Account: account})
		o.can(people[tenancy.Support], tenancy.ReadUsage, account,
			tenancy.Decision{Allowed: true, Why: tenancy.WhyGrant, Role: tenancy.Support, Account: account})
		o.can(people[tenancy.Support], tenancy.Build, account, tenancy.Decision{Why: tenancy.WhyInsufficient})
	})
	t.Run("ROLE-7 names and meanings are checked when the Directory is made", func(t *testing.T) {
		for name, bad := range map[string]tenancy.RoleOptions{
			"a built-in permission":                  {Permissions: []tenancy.Permission{tenancy.Build}},
			"a permission twice":                     {Permissions: []tenancy.Permission{"deploy", "deploy"}},
			"an empty permission":                    {Permissions: []tenancy.Permission{""}},
			"a permission that is no reference":      {Permissions: []tenancy.Permission{"de ploy"}},
			"a permission too long":                  {Permissions: []tenancy.Permission{tenancy.Permission(strings.Repeat("x", 65))}},
			"a role that is no reference":            {Roles: map[tenancy.AccountRole][]tenancy.Permission{"a,owner": nil}},
			"an empty role":                          {Roles: map[tenancy.AccountRole][]tenancy.Permission{"": nil}},
			"the Owner, who has all":                 {Roles: map[tenancy.AccountRole][]tenancy.Permission{tenancy.AccountOwner: nil}},
			"Administrators, who have all":           {Roles: map[tenancy.AccountRole][]tenancy.Permission{tenancy.AccountAdministrator: nil}},
			"an unknown permission":                  {Roles: map[tenancy.AccountRole][]tenancy.Permission{"operator": {"deploy"}}},
			"another meaning for a built-in role":    {Roles: map[tenancy.AccountRole][]tenancy.Permission{tenancy.Support: {tenancy.Build}}},
			"a permission that no account role has":  {Roles: map[tenancy.AccountRole][]tenancy.Permission{"operator": {tenancy.DesignateHIPAA}}},
			"what only the account's Owner may do":   {Roles: map[tenancy.AccountRole][]tenancy.Permission{"operator": {"nothing"}}},
			"a built-in role given a built-in other": {Permissions: []tenancy.Permission{"deploy"}, Roles: map[tenancy.AccountRole][]tenancy.Permission{tenancy.Developer: {"deploy", tenancy.Bill}}},
		} {
			_, err := tenancy.New(o.store, &tenancy.Options{Roles: bad})
			require.Error(t, err, name)
			refused(t, err, tenancy.CodeOption)
		}
	})
}

func TestRoleSet(t *testing.T) {
	set := tenancy.Roles("zeta", tenancy.Support, tenancy.AccountOwner, "alpha", tenancy.Support, "alpha")
	require.Equal(t, []tenancy.AccountRole{tenancy.AccountOwner, tenancy.Support, "alpha", "zeta"}, set.All())
	require.Equal(t, "owner,support,alpha,zeta", set.String())
	require.True(t, set == tenancy.Roles("alpha", "zeta", tenancy.AccountOwner, tenancy.Support),
		"sets are compared by value")
	require.True(t, set.Has("zeta") && set.Has(tenancy.Support))
	require.False(t, set.Has(tenancy.Developer) || set.Has("") || set.Has("alpha,zeta"))
	require.True(t, tenancy.Roles().IsZero())
	require.False(t, set.IsZero())
	sent, err := json.Marshal(set)
	require.NoError(t, err)
	var back tenancy.RoleSet
	require.NoError(t, json.Unmarshal(sent, &back))
	require.Equal(t, set, back)
	require.NoError(t, json.Unmarshal([]byte(`[]`), &back))
	require.True(t, back.IsZero())
}

func TestOrganizationRole(t *testing.T) {
	for role, text := range map[tenancy.OrganizationRole]string{tenancy.StandardUser: `"standard_user"`,
		tenancy.Administrator: `"administrator"`, tenancy.Owner: `"owner"`, "auditor": `"auditor"`} {
		sent, err := json.Marshal(role)
		require.NoError(t, err)
		require.Equal(t, text, string(sent), "GEN-19 a role is its name")
		var back tenancy.OrganizationRole
		require.NoError(t, json.Unmarshal(sent, &back))
		require.Equal(t, role, back)
	}
	for _, wrong := range []string{"", "standard user", "a,b", "caf\u00e9", strings.Repeat("a", 65)} {
		role := tenancy.Owner
		refused(t, role.UnmarshalText([]byte(wrong)), tenancy.CodeRole)
		require.Equal(t, tenancy.Owner, role, "GEN-19 what is no role's name changes nothing")
	}
}
