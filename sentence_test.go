package tenancy_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// TestCodes wants of every code what a host needs to answer a person (GEN-16).
func TestCodes(t *testing.T) {
	all := tenancy.Codes()
	t.Run("GEN-16 Codes lists each code once, those of a category together", func(t *testing.T) {
		var codes []tenancy.Code
		var categories []tenancy.Category
		for _, info := range all {
			codes, categories = append(codes, info.Code), append(categories, info.Category)
		}
		categories = slices.Compact(categories)
		require.Equal(t, []tenancy.Category{tenancy.ErrInvalid, tenancy.ErrNotFound, tenancy.ErrPermissionDenied,
			tenancy.ErrAlreadyExists, tenancy.ErrPreconditionFailed, tenancy.ErrLimitReached, tenancy.ErrConflict,
			tenancy.ErrUnavailable, tenancy.ErrAlreadyDone, tenancy.ErrAmbiguous}, categories)
		slices.Sort(codes)
		require.Equal(t, slices.Compact(slices.Clone(codes)), codes)
		for name, given := range tenancy.OperationCodes() {
			for _, code := range given {
				require.Contains(t, codes, code, name)
			}
		}
		require.Equal(t, all, tenancy.Codes(), "the order is always the same")
		all[0].Rules[0] = "changed"
		require.NotEqual(t, all, tenancy.Codes(), "the caller may change what it got")
		all = tenancy.Codes()
	})
	// What a customer would not know, or what says who somebody is.
	jargon := regexp.MustCompile(`(?i)\b(prime|candidate|grant|tenant|actor|operator|directory|cursor|designat|entitle|` +
		`session|transaction|precondition|payload|e-mail)|%|[A-Z]{2}[0-9a-f]{32}|—`)
	seen := map[string]tenancy.Code{}
	for _, info := range all {
		t.Run("GEN-16 "+string(info.Code), func(t *testing.T) {
			require.Equal(t, info.Code.Sentence(), info.Sentence)
			require.Equal(t, info.Code.Status(), info.Status)
			require.Equal(t, info.Code.Rules(), info.Rules)
			require.Equal(t, info.Code.Category(), info.Category)
			require.NotEmpty(t, http.StatusText(info.Status))
			require.GreaterOrEqual(t, info.Status, 400)
			require.NotEmpty(t, info.Sentence, "the code needs a sentence")
			require.Regexp(t, `^[A-Z][^\n]*[.-]$`, info.Sentence)
			require.LessOrEqual(t, len(info.Sentence), 120)
			require.Equal(t, strings.TrimSpace(info.Sentence), info.Sentence)
			require.False(t, jargon.MatchString(info.Sentence), jargon.FindString(info.Sentence))
			require.Empty(t, seen[info.Sentence], "each code says something of its own")
			seen[info.Sentence] = info.Code
		})
	}
	t.Run("GEN-16 an actor who can do nothing is told to sign in", func(t *testing.T) {
		require.Equal(t, http.StatusUnauthorized, tenancy.CodeActor.Status())
		for _, info := range all {
			out := info.Code == tenancy.CodeActor || info.Code == tenancy.CodeKey
			require.Equal(t, out, info.Status == http.StatusUnauthorized, info.Code)
			require.Equal(t, info.Category == tenancy.ErrNotFound, info.Status == http.StatusNotFound, info.Code)
		}
	})
	t.Run("GEN-16 what is not a code has no sentence, and is a failure of the host's", func(t *testing.T) {
		for _, code := range []tenancy.Code{"", "no such code"} {
			require.Empty(t, code.Sentence())
			require.Equal(t, http.StatusInternalServerError, code.Status())
		}
	})
}
