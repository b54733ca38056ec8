package tenancy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// TestDecisionErr wants a code for each reason that refuses, and none for one that allows
// (GEN-7, GEN-16).
func TestDecisionErr(t *testing.T) {
	t.Parallel()
	for why, want := range map[tenancy.Why]tenancy.Code{
		tenancy.WhyUnreachable:  tenancy.CodeNotFound,
		tenancy.WhyInsufficient: tenancy.CodeNotAllowed,
		tenancy.WhyInactive:     tenancy.CodeActor,
		tenancy.WhySuspended:    tenancy.CodeSuspended,
		tenancy.WhyClosed:       tenancy.CodeClosed,
		"":                      tenancy.CodeNotFound, // of the zero Decision
	} {
		require.Equal(t, want, tenancy.CodeOf(tenancy.Decision{Why: why}.Err()), "%s", why)
	}
	for _, why := range []tenancy.Why{tenancy.WhyGrant, tenancy.WhyParentGrant, tenancy.WhyOrganizationRole} {
		require.NoError(t, tenancy.Decision{Allowed: true, Why: why}.Err())
	}
}
