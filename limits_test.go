package tenancy_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestLimits(t *testing.T) {
	t.Run("GEN-12 the preset holds Twilio's published numbers", func(t *testing.T) {
		require.Equal(t, &tenancy.Limits{Accounts: 10, Subaccounts: 1000, TrialSubaccounts: 1, Domains: 100, AccountGroups: 100},
			tenancy.TwilioLimits())
		s := newScene(t, tenancy.Options{Limits: tenancy.TwilioLimits()})
		ana := s.found("ana")
		owner, org := s.as(ana.User.ID), ana.Organization.ID
		for n := 2; n <= 10; n++ {
			s.account(ana.User.ID, org, fmt.Sprint(n))
		}
		s.unchanged(func() {
			_, err := owner.CreateAccount(t.Context(), org, tenancy.NewAccount{Name: "11"})
			refused(t, err, tenancy.CodeAccountLimit)
		})
		s.subaccount(ana.User.ID, ana.Account.ID, "1")
		s.unchanged(func() {
			_, err := owner.CreateSubaccount(t.Context(), ana.Account.ID, tenancy.NewSubaccount{Name: "2"})
			refused(t, err, tenancy.CodeSubaccountLimit)
		})
		_, err := s.host.UpgradeAccount(t.Context(), ana.Account.ID)
		require.NoError(t, err)
		for n := 2; n <= 1000; n++ {
			s.subaccount(ana.User.ID, ana.Account.ID, fmt.Sprint(n))
		}
		_, err = owner.CreateSubaccount(t.Context(), ana.Account.ID, tenancy.NewSubaccount{Name: "1001"})
		refused(t, err, tenancy.CodeSubaccountLimit)
	})
	t.Run("GEN-12 where none are given there is none but on domains, and zero means none", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		for n := range 12 {
			s.account(ana.User.ID, ana.Organization.ID, fmt.Sprint(n))
			s.subaccount(ana.User.ID, ana.Account.ID, fmt.Sprint(n))
			s.join(ana, fmt.Sprint("u", n), tenancy.StandardUser)
		}
		s = newScene(t, tenancy.Options{Limits: &tenancy.Limits{}})
		ana = s.found("ana")
		for n := range 101 {
			_, err := s.as(ana.User.ID).AddDomain(t.Context(), ana.Organization.ID, fmt.Sprintf("d%d.example.com", n))
			require.NoError(t, err)
		}
	})
	t.Run(
		"GEN-12 an organization's own stand instead of the directory's as a whole, wider or narrower; nil: the directory's again",
		func(t *testing.T) {
			s := newScene(t, tenancy.Options{Limits: &tenancy.Limits{Accounts: 1, Subaccounts: 1, Domains: 1}})
			ana, eve := s.found("ana"), s.found("eve")
			owner, org := s.as(ana.User.ID), ana.Organization.ID
			full := func() {
				t.Helper()
				s.unchanged(func() {
					_, err := owner.CreateAccount(t.Context(), org, tenancy.NewAccount{Name: "x"})
					refused(t, err, tenancy.CodeAccountLimit)
				})
			}
			full()
			require.NoError(t, errOf(s.staff.SetLimits(t.Context(), org, &tenancy.Limits{Accounts: 2})))
			s.account(ana.User.ID, org, "Second")
			full()
			for n := range 2 {
				s.subaccount(ana.User.ID, ana.Account.ID, fmt.Sprint(n))
				_, err := owner.AddDomain(t.Context(), org, fmt.Sprintf("d%d.example.com", n))
				require.NoError(t, err, "a zero in its own is no limit, whatever the directory's")
			}
			_, err := s.as(eve.User.ID).CreateAccount(t.Context(), eve.Organization.ID, tenancy.NewAccount{Name: "x"})
			refused(t, err, tenancy.CodeAccountLimit)
			require.NoError(t, errOf(s.staff.SetLimits(t.Context(), org, &tenancy.Limits{})))
			s.account(ana.User.ID, org, "Third")
			require.NoError(t, errOf(s.staff.SetLimits(t.Context(), org, nil)))
			full()
			_, err = owner.CreateSubaccount(t.Context(), ana.Account.ID, tenancy.NewSubaccount{Name: "x"})
			refused(t, err, tenancy.CodeSubaccountLimit)
			_, err = owner.AddDomain(t.Context(), org, "more.example.com")
			refused(t, err, tenancy.CodeDomainLimit)
			s.sound()
		},
	)
	t.Run("GEN-12 lowering removes nobody", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		ben := s.join(ana, "ben", tenancy.StandardUser)
		work := s.account(ben, ana.Organization.ID, "Work")
		first, second := s.subaccount(ben, work, "a"), s.subaccount(ben, work, "b")
		require.NoError(
			t,
			errOf(
				s.staff.SetLimits(t.Context(), ana.Organization.ID,
					&tenancy.Limits{Members: 1, Accounts: 1, Subaccounts: 1, Domains: 1}),
			),
		)
		require.Equal(t,
			map[tenancy.OrganizationID]tenancy.OrganizationRole{ana.Organization.ID: tenancy.StandardUser},
			s.ranks(ben))
		for _, account := range []tenancy.AccountID{work, first, second} {
			require.Zero(t, s.accountRecord(account).Closed)
			decision, err := s.host.Can(t.Context(), ben, tenancy.Build, account)
			require.NoError(t, err)
			require.True(t, decision.Allowed)
		}
		s.sound()
	})
	t.Run("GEN-12 a restored organization starts with whatever its Owner brings", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		s.account(ana.User.ID, ana.Organization.ID, "Second")
		require.NoError(t,
			errOf(s.staff.SetLimits(t.Context(), ana.Organization.ID, &tenancy.Limits{Members: 1, Accounts: 1})))
		require.NoError(t, s.staff.DeleteOrganization(t.Context(), ana.Organization.ID, tenancy.OrganizationDeletion{}))
		restored, err := s.staff.RestoreOrganization(t.Context(), ana.Organization.ID)
		require.NoError(t, err)
		require.Equal(t, &tenancy.Limits{Members: 1, Accounts: 1}, restored.Settings.Limits,
			"ORG-12 its limits are as they were")
		require.Equal(t, 2, s.accountsIn(ana.Organization.ID))
		s.sound()
	})
}

func TestLimitsOnEveryPath(t *testing.T) {
	// Each path adds one thing to ana's organization, or to her account, which is full of it, and adds it once there is room. Importing, merging, and
	// signing up on an organization's domain are tested where they are.
	type adding struct {
		limits tenancy.Limits // that it breaks
		code   tenancy.Code
		path   func(s *scene, ana tenancy.SignedUp) func() error // what is before, and the path itself
	}
	paths := map[string]adding{
		"signing up with a secret": {
			tenancy.Limits{Members: 1},
			tenancy.CodeMemberLimit,
			func(s *scene, ana tenancy.SignedUp) func() error {
				sent := s.invited(ana, address("ben"))
				return func() error {
					_, err := s.signUp("ben", sent.Secret)
					return err
				}
			},
		},
		"accepting an invitation": {
			tenancy.Limits{Members: 1},
			tenancy.CodeMemberLimit,
			func(s *scene, ana tenancy.SignedUp) func() error {
				eve := s.found("eve")
				gil := s.guest(eve.User.ID, eve.Account.ID, "gil", tenancy.Support)
				sent := s.invited(ana, address("gil"))
				return func() error {
					_, err := s.as(gil).AcceptInvitation(s.ctx(), tenancy.Acceptance{Secret: sent.Secret})
					return err
				}
			},
		},
		"accepting with accounts": {
			tenancy.Limits{Accounts: 1},
			tenancy.CodeAccountLimit,
			func(s *scene, ana tenancy.SignedUp) func() error {
				eve := s.found("eve")
				gil, _ := s.loner(eve, "gil")
				sent := s.invited(ana, address("gil"))
				offer, err := s.as(gil).Invitation(s.ctx(), sent.Secret)
				require.NoError(s, err)
				return func() error {
					_, err := s.as(gil).
						AcceptInvitation(s.ctx(), tenancy.Acceptance{Secret: sent.Secret, Terms: offer.Terms.Token})
					return err
				}
			},
		},
		"creating an account": {
			tenancy.Limits{Accounts: 1},
			tenancy.CodeAccountLimit,
			func(s *scene, ana tenancy.SignedUp) func() error {
				return func() error {
					_, err := s.as(ana.User.ID).
						CreateAccount(s.ctx(), ana.Organization.ID, tenancy.NewAccount{Name: "x"})
					return err
				}
			},
		},
		"an account request": {
			tenancy.Limits{Accounts: 1},
			tenancy.CodeAccountLimit,
			func(s *scene, ana tenancy.SignedUp) func() error {
				eve := s.found("eve")
				request := s.asking(ana.User.ID, ana.Organization.ID, eve.Account.ID)
				return func() error {
					_, err := s.as(eve.User.ID).AcceptAccountRequest(s.ctx(), request)
					return err
				}
			},
		},
		"moving an account": {
			tenancy.Limits{Accounts: 1},
			tenancy.CodeAccountLimit,
			func(s *scene, ana tenancy.SignedUp) func() error {
				second := s.another(ana, "Second")
				there := s.account(ana.User.ID, second, "There")
				return func() error {
					_, err := s.as(ana.User.ID).MoveAccount(s.ctx(), there, ana.Organization.ID)
					return err
				}
			},
		},
		"deleting another organization": {
			tenancy.Limits{Accounts: 1},
			tenancy.CodeAccountLimit,
			func(s *scene, ana tenancy.SignedUp) func() error {
				second := s.another(ana, "Second")
				s.account(ana.User.ID, second, "There")
				return func() error {
					return s.as(ana.User.ID).
						DeleteOrganization(s.ctx(), second, tenancy.OrganizationDeletion{AccountsTo: ana.Organization.ID})
				}
			},
		},
		"a new Owner from outside": {
			tenancy.Limits{Members: 1},
			tenancy.CodeMemberLimit,
			func(s *scene, ana tenancy.SignedUp) func() error {
				eve := s.found("eve")
				gil := s.guest(eve.User.ID, eve.Account.ID, "gil", tenancy.Support)
				return func() error {
					_, err := s.staff.ReplaceOwner(s.ctx(), ana.Organization.ID,
						tenancy.OwnerReplacement{User: gil, Reference: "t"})
					return err
				}
			},
		},
		"adding a domain": {
			tenancy.Limits{Domains: 1},
			tenancy.CodeDomainLimit,
			func(s *scene, ana tenancy.SignedUp) func() error {
				_, err := s.as(ana.User.ID).AddDomain(s.ctx(), ana.Organization.ID, "one.example.com")
				require.NoError(s, err)
				return func() error {
					_, err := s.as(ana.User.ID).AddDomain(s.ctx(), ana.Organization.ID, "two.example.com")
					return err
				}
			},
		},
		"creating a subaccount": {
			tenancy.Limits{Subaccounts: 1},
			tenancy.CodeSubaccountLimit,
			func(s *scene, ana tenancy.SignedUp) func() error {
				s.subaccount(ana.User.ID, ana.Account.ID, "One")
				return func() error {
					_, err := s.as(ana.User.ID).
						CreateSubaccount(s.ctx(), ana.Account.ID, tenancy.NewSubaccount{Name: "Two"})
					return err
				}
			},
		},
		"creating a subaccount on trial": {
			tenancy.Limits{TrialSubaccounts: 1},
			tenancy.CodeSubaccountLimit,
			func(s *scene, ana tenancy.SignedUp) func() error {
				s.subaccount(ana.User.ID, ana.Account.ID, "One")
				return func() error {
					_, err := s.as(ana.User.ID).
						CreateSubaccount(s.ctx(), ana.Account.ID, tenancy.NewSubaccount{Name: "Two"})
					return err
				}
			},
		},
	}
	more := tenancy.Limits{Members: 2, Accounts: 2, Subaccounts: 2, TrialSubaccounts: 2, Domains: 2}
	for name, p := range paths {
		t.Run("GEN-12 "+name, func(t *testing.T) {
			s := newScene(t)
			ana := s.found("ana")
			add := p.path(s, ana)
			require.NoError(t, errOf(s.staff.SetLimits(t.Context(), ana.Organization.ID, &p.limits)))
			s.unchanged(func() { refused(t, add(), p.code) })
			require.NoError(t, errOf(s.staff.SetLimits(t.Context(), ana.Organization.ID, &more)))
			require.NoError(t, add())
			s.sound()
		})
	}
}

func TestSetLimits(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	org := ana.Organization.ID
	limits := func() *tenancy.Limits {
		shown, err := s.as(ana.User.ID).Organization(s.ctx(), org)
		require.NoError(t, err)
		return shown.Settings.Limits
	}
	t.Run("GEN-12 an Operator sets an organization's own, and the directory's again", func(t *testing.T) {
		require.Nil(t, limits())
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), org, &tenancy.Limits{Accounts: 1})))
		require.Equal(t, &tenancy.Limits{Accounts: 1}, limits())
		s.unchanged(func() {
			require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), org, &tenancy.Limits{Accounts: 1})))
			_, err := s.as(ana.User.ID).CreateAccount(s.ctx(), org, tenancy.NewAccount{Name: "Second"})
			refused(t, err, tenancy.CodeAccountLimit)
		})
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), org, nil)))
		require.Nil(t, limits())
	})
	t.Run("GEN-12 refused", func(t *testing.T) {
		s.unchanged(func() {
			refused(t, errOf(s.staff.SetLimits(s.ctx(), tenancy.OrganizationID{}, nil)), tenancy.CodeID)
			refused(t, errOf(s.staff.SetLimits(s.ctx(), org, &tenancy.Limits{Members: -1})), tenancy.CodeInput)
			refused(t, errOf(s.staff.SetLimits(s.ctx(), foreignID[tenancy.OrganizationID](), nil)),
				tenancy.CodeNotFound)
			refused(t, errOf(s.host.SetLimits(s.ctx(), org, nil)), tenancy.CodeNotAllowed)
		})
	})
}
