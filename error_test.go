package tenancy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// attribute returns how a handler of slog writes the value of an attribute, unquoted.
func attribute(t *testing.T, handler func(*bytes.Buffer) slog.Handler, value any) string {
	t.Helper()
	var b bytes.Buffer
	slog.New(handler(&b)).Info("m", "value", value)
	_, text, found := strings.Cut(strings.TrimSpace(b.String()), "value")
	require.True(t, found)
	text = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(text, "="), `":`), "}")
	if unquoted, err := strconv.Unquote(text); err == nil {
		return unquoted
	}
	return text
}

func textHandler(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) }
func jsonHandler(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) }

// printsAs wants a value to print as a text in every way there is.
func printsAs(t *testing.T, want string, value any) {
	t.Helper()
	for _, verb := range []string{"%v", "%+v", "%s"} {
		require.Equal(t, want, fmt.Sprintf(verb, value), verb)
		require.Equal(t, "["+want+"]", fmt.Sprintf(verb, []any{value}), verb)
	}
	require.Equal(t, strconv.Quote(want), fmt.Sprintf("%q", value))
	require.Equal(t, fmt.Sprintf("%x", want), fmt.Sprintf("%x", value))
	require.Equal(t, want, attribute(t, textHandler, value))
	require.Equal(t, want, attribute(t, jsonHandler, value))
	text, err := json.Marshal(value)
	require.NoError(t, err)
	require.Equal(t, strconv.Quote(want), string(text))
	text, err = json.Marshal(map[string]any{"value": []any{value}})
	require.NoError(t, err)
	require.Equal(t, `{"value":["`+want+`"]}`, string(text))
}

// TestCodesPrintAlike prints codes and categories in every way (GEN-16).
func TestCodesPrintAlike(t *testing.T) {
	var codes []tenancy.Code
	for _, of := range tenancy.OperationCodes() {
		codes = append(codes, of...)
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	require.Greater(t, len(codes), 70)
	for _, code := range codes {
		t.Run("GEN-16 "+string(code), func(t *testing.T) {
			printsAs(t, string(code), code)
			require.Equal(t, string(code), code.Error())
			require.Equal(t, strconv.Quote(string(code)), fmt.Sprintf("%#v", code))
			require.Equal(t, "renaming: "+string(code), fmt.Errorf("renaming: %w", code).Error())
			printsAs(t, string(code.Category()), code.Category())
			require.ErrorIs(t, code, code.Category())
			err := &tenancy.Error{Op: "RenameOrganization", Subject: "OR01", Err: code}
			for _, same := range []error{err, fmt.Errorf("wrapped: %w", err), errors.Join(errors.New("x"), err)} {
				require.ErrorIs(t, same, code)
				require.ErrorIs(t, same, code.Category())
				require.Equal(t, code, tenancy.CodeOf(same))
			}
			text := "tenancy: RenameOrganization OR01: " + string(code)
			require.Equal(t, text, err.Error())
			require.Equal(t, text, attribute(t, textHandler, err))
			require.Equal(t, text, attribute(t, jsonHandler, err))
		})
	}
}

// TestErrorText has an error say what failed, with the subject and the cause where there
// are any (GEN-4).
func TestErrorText(t *testing.T) {
	for want, err := range map[string]tenancy.Error{
		"tenancy: New":                         {Op: "New"},
		"tenancy: New: option":                 {Op: "New", Err: tenancy.CodeOption},
		"tenancy: Check OR01: disk full":       {Op: "Check", Subject: "OR01", Err: errors.New("disk full")},
		"tenancy: Check: store: busy, retried": {Op: "Check", Err: fmt.Errorf("store: %w, retried", tenancy.CodeBusy)},
	} {
		require.Equal(t, want, err.Error())
	}
}
