package tenancy_test

import (
	"bytes"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// identifier is what every kind of ID can do.
type identifier[I any] interface {
	*I
	UnmarshalText([]byte) error
	Scan(any) error
}

const digits = "0190b2c3d4e5f60718293a4b5c6d7e8f"

// textForm holds a kind of ID to its text form wherever it is printed and read.
func textForm[I interface {
	tenancy.OrganizationID | tenancy.AccountID | tenancy.UserID | tenancy.DomainID | tenancy.InvitationID |
		tenancy.RequestID | tenancy.ConnectionID | tenancy.EventID | tenancy.OperationID
}, P identifier[I]](t *testing.T, prefix string) {
	text := prefix + digits
	t.Run("section 3 "+prefix, func(t *testing.T) {
		id, err := tenancy.ParseID[I](text)
		require.NoError(t, err)
		t.Run("prints", func(t *testing.T) {
			type named struct{ ID I }
			require.Equal(t, text, any(id).(fmt.Stringer).String())
			for _, verb := range []string{"%v", "%+v", "%s", "%#v"} {
				require.Equal(t, text, fmt.Sprintf(verb, id), verb)
				require.Equal(t, text, fmt.Sprintf(verb, &id), verb)
				require.Contains(t, fmt.Sprintf(verb, named{id}), text, verb)
				require.Contains(t, fmt.Sprintf(verb, []I{id}), text, verb)
				require.Contains(t, fmt.Sprintf(verb, map[I]int{id: 1}), text, verb)
			}
			require.Equal(t, `"`+text+`"`, fmt.Sprintf("%q", id))
			require.Equal(t, fmt.Sprintf("%x", text), fmt.Sprintf("%x", id))
			var lines, object bytes.Buffer
			slog.New(slog.NewTextHandler(&lines, nil)).Info("m", "id", id)
			slog.New(slog.NewJSONHandler(&object, nil)).Info("m", "id", id)
			require.Contains(t, lines.String(), " id="+text+"\n")
			require.Contains(t, object.String(), `"id":"`+text+`"`)
		})
		t.Run("comes back", func(t *testing.T) {
			for _, back := range []any{id, map[string]I{"id": id}, map[I]int{id: 1}, []I{id, id}} {
				encoded, err := json.Marshal(back)
				require.NoError(t, err)
				require.Contains(t, string(encoded), `"`+text+`"`)
				require.Equal(t, strings.Count(string(encoded), prefix), strings.Count(string(encoded), text))
			}
			var read I
			require.NoError(t, json.Unmarshal([]byte(`"`+text+`"`), &read))
			require.Equal(t, id, read)
			value, err := any(id).(driver.Valuer).Value()
			require.NoError(t, err)
			require.Equal(t, bytesOf(digits), value, "GEN-20 what the stores' columns hold")
			const uuid = "0190b2c3-d4e5-f607-1829-3a4b5c6d7e8f"
			for _, stored := range []any{ // GEN-20
				value, text, []byte(text), uuid, []byte(uuid), strings.ToUpper(uuid), digits, strings.ToUpper(digits),
			} {
				read = I{}
				require.NoError(t, P(&read).Scan(stored))
				require.Equal(t, id, read)
			}
			require.NoError(t, P(&read).Scan(nil))
			require.Zero(t, read)
			value, err = any(read).(driver.Valuer).Value()
			require.NoError(t, err)
			require.Nil(t, value)
		})
		t.Run("GEN-20 Value gives a copy", func(t *testing.T) {
			kept := id
			value, err := any(kept).(driver.Valuer).Value()
			require.NoError(t, err)
			value.([]byte)[0]++
			require.Equal(t, id, kept)
		})
		t.Run("refuses all else, and stays as it was", func(t *testing.T) {
			for _, wrong := range []string{
				"", prefix, digits, strings.ToLower(text), strings.ToUpper(text), "XX" + digits,
				text + "0", text[:33], " " + text, text + " ", "{" + text + "}",
				prefix + digits[:31] + "g", prefix + digits[:31] + "F", prefix + strings.Repeat("\u00e9", 16),
				prefix + "0190b2c3-d4e5-f607-1829-3a4b5c6d7e8f",
			} {
				kept := id
				err := P(&kept).UnmarshalText([]byte(wrong))
				require.Equal(t, &tenancy.Error{Op: "ParseID", Err: tenancy.CodeID}, err, wrong)
				require.Equal(t, id, kept)
				_, err = tenancy.ParseID[I](wrong)
				refused(t, err, tenancy.CodeID)
				if wrong != digits { // the text of a UUID, which has no prefix in a database
					refused(t, P(&kept).Scan(wrong), tenancy.CodeID)
					refused(t, P(&kept).Scan([]byte(wrong)), tenancy.CodeID)
				}
			}
			for _, wrong := range []string{ // GEN-20
				"0190b2c3-d4e5-f607-1829-3a4b5c6d7e8g", "0190b2c3-d4e5-f607-1829-3a4b5c6d7e8", digits[:31] + "g",
				"{0190b2c3-d4e5-f607-1829-3a4b5c6d7e8f}", "urn:uuid:0190b2c3-d4e5-f607-1829-3a4b5c6d7e8f",
				"0190b2c3d-4e5-f607-1829-3a4b5c6d7e8f", "0123456789abcde", "0123456789abcdef0",
			} {
				kept := id
				refused(t, P(&kept).Scan(wrong), tenancy.CodeID)
				refused(t, P(&kept).Scan([]byte(wrong)), tenancy.CodeID)
				require.Equal(t, id, kept)
			}
			for _, other := range []any{1, 1.5, true, time.Time{}, [16]byte{1}} {
				refused(t, P(&id).Scan(other), tenancy.CodeID)
			}
		})
	})
}

// bytesOf decodes hex digits.
func bytesOf(digits string) []byte {
	b, err := hex.DecodeString(digits)
	if err != nil {
		panic(err)
	}
	return b
}

func TestIDText(t *testing.T) {
	textForm[tenancy.OrganizationID](t, "OR")
	textForm[tenancy.AccountID](t, "AC")
	textForm[tenancy.UserID](t, "US")
	textForm[tenancy.DomainID](t, "DN")
	textForm[tenancy.InvitationID](t, "IN")
	textForm[tenancy.RequestID](t, "RQ")
	textForm[tenancy.ConnectionID](t, "CN")
	textForm[tenancy.EventID](t, "EV")
	textForm[tenancy.OperationID](t, "OP")
}

func TestOperationIDOf(t *testing.T) {
	t.Run("GEN-13 the same parts make the same ID, others another", func(t *testing.T) {
		seen := map[tenancy.OperationID][]string{}
		for _, parts := range [][]string{
			{}, {""}, {"", ""}, {"a"}, {"a", ""}, {"", "a"}, {"ab", "c"}, {"a", "bc"}, {"abc"}, {"a", "b", "c"},
		} {
			id := tenancy.OperationIDOf(parts...)
			require.Equal(t, id, tenancy.OperationIDOf(parts...))
			require.Nil(t, seen[id], parts)
			seen[id] = append([]string{}, parts...)
			require.EqualValues(t, 8, id[6]>>4, "the version of UUIDs made from a hash")
			require.EqualValues(t, 2, id[8]>>6, "the variant of UUIDs")
		}
	})
	t.Run("GEN-13 no ID is drawn twice", func(t *testing.T) {
		require.NotEqual(t, tenancy.NewOperationID(), tenancy.NewOperationID())
	})
}

func TestInstantText(t *testing.T) {
	at := tenancy.Instant(time.Date(2026, 11, 30, 12, 34, 56, 789012000, time.UTC).UnixMicro())
	for text, instant := range map[string]tenancy.Instant{
		"": 0, "2026-11-30T12:34:56.789012Z": at, "1970-01-01T00:00:00.000001Z": 1, "1969-12-31T23:59:59.999999Z": -1,
	} {
		written, err := instant.MarshalText()
		require.NoError(t, err)
		require.Equal(t, text, string(written))
		read := tenancy.Instant(5)
		require.NoError(t, read.UnmarshalText([]byte(text)))
		require.Equal(t, instant, read)
	}
	require.True(t, tenancy.Instant(0).Time().IsZero())
	require.Equal(t, "2026-11-30 12:34:56.789012 +0000 UTC", at.Time().String())
	kept := at
	for _, wrong := range []string{"now", "2026-11-30", "2026-11-30T12:34:56Z", "2026-11-30T12:34:56.789012+01:00"} {
		require.Error(t, kept.UnmarshalText([]byte(wrong)), wrong)
		require.Equal(t, at, kept)
	}
}
