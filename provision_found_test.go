package tenancy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// TestProvisionFound has sequences that random operations found, and that were wrong once.
func TestProvisionFound(t *testing.T) {
	t.Parallel()
	inactive := false
	t.Run("PRV-7 a linked identity is removed", func(t *testing.T) {
		s := newProvisioned(t)
		require.NoError(t, s.idp.Deprovision(s.ctx(), s.provision("ben@acme.com").ID, 0))
		s.sound()
	})
	t.Run("PRV-4 somebody whom nobody knows is provisioned inactive", func(t *testing.T) {
		s := newProvisioned(t)
		done, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "ben@acme.com", Active: &inactive})
		require.NoError(t, err)
		seen, _, err := s.owner.Member(s.ctx(), s.org, s.linkedTo(done.ID))
		require.NoError(t, err)
		require.Equal(t, tenancy.Inactivity{Directory: true}, *seen.Inactive)
		s.sound()
	})
}
