package tenancy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// TestMergedWrites does every errand to an organization that was merged into another one, as
// somebody who has the right in that: whoever else the errand names, it is refused as merged
// (ORG-13).
func TestMergedWrites(t *testing.T) {
	t.Parallel()
	ours := newTenantOver(t, memstore.New())
	codes, tried := tenancy.OperationCodes(), map[string]bool{}
	for _, e := range errands {
		if !strings.HasPrefix(e.on+" ", "Org ") || !slices.Contains(codes[e.op], tenancy.CodeMerged) {
			continue
		}
		tried[e.op] = true
		t.Run("ORG-13 "+e.String(), func(t *testing.T) {
			x := ours.given(t, e)
			with := x.names
			with.Org = x.Merged
			x.unchanged(func() {
				_, err := x.run(e, e.by, with)
				refused(t, err, tenancy.CodeMerged)
			})
		})
	}
	byOthers := []string{"DismissRequest", "RestoreOrganization", "ReactivateOrganization", "MoveAccount"} // which name something else
	for op, takes := range codes {
		if slices.Contains(takes, tenancy.CodeMerged) {
			require.True(t, tried[op] || slices.Contains(byOthers, op), op)
		}
	}
}
