package tenancy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestHIPAA(t *testing.T) {
	executed := time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)
	on := tenancy.HIPAAEntitlement{On: true, Reference: "baa-7", Executed: executed}
	s := newScene(t)
	ana := s.found("ana")
	owner, org, main := s.dir.As(ana.User.ID), ana.Organization.ID, ana.Account.ID
	std := s.dir.As(s.join(ana, "std", tenancy.StandardUser))
	entitlement := func() tenancy.HIPAAEntitlement {
		o, err := owner.Organization(s.ctx(), org)
		require.NoError(t, err)
		return o.Settings.HIPAAEntitlement
	}

	t.Run("HIP-3 enabling needs the organization's entitlement", func(t *testing.T) {
		s.unchanged(func() {
			_, err := owner.EnableHIPAA(s.ctx(), main)
			refused(t, err, tenancy.CodeHIPAANotEntitled)
		})
	})
	t.Run("HIP-1 an Operator alone turns it on, with reference and date", func(t *testing.T) {
		s.unchanged(func() {
			refused(t, errOf(s.host.SetHIPAAEntitlement(s.ctx(), org, on)), tenancy.CodeNotAllowed)
			refused(t, errOf(s.staff.SetHIPAAEntitlement(s.ctx(), org,
				tenancy.HIPAAEntitlement{On: true, Executed: executed})), tenancy.CodeReference)
			refused(t, errOf(s.staff.SetHIPAAEntitlement(s.ctx(), org,
				tenancy.HIPAAEntitlement{On: true, Reference: "baa-7"})), tenancy.CodeInput)
			refused(t, errOf(s.staff.SetHIPAAEntitlement(s.ctx(), tenancy.OrganizationID{1}, on)),
				tenancy.CodeNotFound)
		})
		require.NoError(t, errOf(s.staff.SetHIPAAEntitlement(s.ctx(), org, on)))
	})
	t.Run("HIP-2 Owner and Administrators see it, others do not", func(t *testing.T) {
		require.Equal(t, on, entitlement())
		o, err := std.Organization(s.ctx(), org)
		require.NoError(t, err)
		require.Nil(t, o.Settings)
		o, err = s.dir.As(s.join(ana, "adam", tenancy.Administrator)).Organization(s.ctx(), org)
		require.NoError(t, err)
		require.Equal(t, on, o.Settings.HIPAAEntitlement)
	})
	t.Run("GEN-6 set already, it stays without an event", func(t *testing.T) {
		s.unchanged(func() { require.NoError(t, errOf(s.staff.SetHIPAAEntitlement(s.ctx(), org, on))) })
	})
	before, err := owner.CreateSubaccount(s.ctx(), main, tenancy.NewSubaccount{Name: "Before"})
	require.NoError(t, err)
	t.Run("HIP-3 the organization's Owner or Administrators, nobody of the account alone", func(t *testing.T) {
		support := s.guest(ana.User.ID, main, "gil", tenancy.AccountAdministrator)
		s.unchanged(func() {
			_, err := s.dir.As(support).EnableHIPAA(s.ctx(), main)
			refused(t, err, tenancy.CodeNotAllowed)
			_, err = s.staff.EnableHIPAA(s.ctx(), main)
			refused(t, err, tenancy.CodeNotAllowed)
		})
		a, err := owner.EnableHIPAA(s.ctx(), main)
		require.NoError(t, err)
		require.Equal(t, s.clock.Now(), *a.HIPAA)
	})
	after, err := owner.CreateSubaccount(s.ctx(), main, tenancy.NewSubaccount{Name: "After"})
	require.NoError(t, err)
	t.Run("HIP-4 existing subaccounts don't follow, later ones do", func(t *testing.T) {
		require.Zero(t, *before.HIPAA)
		a, err := owner.Account(s.ctx(), before.ID)
		require.NoError(t, err)
		require.Zero(t, *a.HIPAA)
		require.NotZero(t, *after.HIPAA)
	})
	t.Run("HIP-5 new accounts are not designated", func(t *testing.T) {
		a, err := owner.CreateAccount(s.ctx(), org, tenancy.NewAccount{Name: "New"})
		require.NoError(t, err)
		require.Zero(t, *a.HIPAA)
	})
	t.Run("HIP-6 the report has every account, and the gap", func(t *testing.T) {
		gaps, designated := map[tenancy.AccountID]bool{}, map[tenancy.AccountID]bool{}
		for line, err := range owner.HIPAAReport(s.ctx(), org, tenancy.HIPAAQuery{}) {
			require.NoError(t, err)
			gaps[line.Account], designated[line.Account] = line.Gap, !line.Designated.IsZero()
			if designated[line.Account] {
				require.Equal(t, ana.User.ID, line.By.User)
			}
		}
		require.Len(t, gaps, 4)
		require.True(t, gaps[before.ID] && !gaps[main] && !gaps[after.ID])
		require.True(t, designated[main] && designated[after.ID] && !designated[before.ID])
		for _, err := range std.HIPAAReport(s.ctx(), org, tenancy.HIPAAQuery{}) {
			refused(t, err, tenancy.CodeNotAllowed)
		}
	})
	t.Run("HIP-1 off is refused while an account is designated", func(t *testing.T) {
		s.unchanged(func() {
			refused(t, errOf(s.staff.SetHIPAAEntitlement(s.ctx(), org, tenancy.HIPAAEntitlement{})),
				tenancy.CodeHIPAADesignated)
		})
	})
	t.Run("HIP-7 a designated account keeps its organization from being deleted", func(t *testing.T) {
		s.unchanged(func() {
			refused(t, owner.DeleteOrganization(s.ctx(), org, tenancy.OrganizationDeletion{}),
				tenancy.CodeHIPAADesignated)
		})
	})
	t.Run("HIP-3 disabling also by an Operator, and then it can be turned off", func(t *testing.T) {
		_, err := s.staff.DisableHIPAA(s.ctx(), main)
		require.NoError(t, err)
		_, err = owner.DisableHIPAA(s.ctx(), after.ID)
		require.NoError(t, err)
		require.NoError(t, errOf(s.staff.SetHIPAAEntitlement(s.ctx(), org, tenancy.HIPAAEntitlement{})))
		require.Equal(t, tenancy.HIPAAEntitlement{}, entitlement())
	})
}
