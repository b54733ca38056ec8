package scene

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// BenchmarkAuthenticate authenticates with a key of a new service account (USR-22). The
// day's use was noted before, so it measures reads alone.
func BenchmarkAuthenticate(b *testing.B, dir *tenancy.Directory, org tenancy.OrganizationID, owner tenancy.UserID) {
	by, host := dir.As(owner), dir.System()
	made, err := by.CreateServiceAccount(b.Context(), org, tenancy.NewServiceAccount{Name: "Deploys"})
	require.NoError(b, err)
	key, err := by.CreateKey(b.Context(), made.ID, tenancy.NewKey{Name: "CI"})
	require.NoError(b, err)
	_, err = host.Authenticate(b.Context(), key.Secret)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := host.Authenticate(b.Context(), key.Secret); err != nil {
			b.Fatal(err)
		}
	}
}
