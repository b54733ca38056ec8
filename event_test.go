package tenancy_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files of the tests anew")

// golden wants that a file of testdata holds the text.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *rewrite {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	wanted, got := strings.Split(string(want), "\n"), strings.Split(text, "\n")
	for i := range max(len(wanted), len(got)) {
		require.True(t, i < len(wanted) && i < len(got) && wanted[i] == got[i],
			"%s differs from line %d on: what is stored must be read again by later versions; "+
				"go test -run %s -rewrite writes the file", path, i+1, t.Name())
	}
}

// filled sets every part of an event's data to something that is not zero, each time something else.
func filled(data tenancy.EventData, next *int) tenancy.EventData {
	v := reflect.New(reflect.TypeOf(data)).Elem()
	fill(v, next)
	return v.Interface().(tenancy.EventData)
}

func fill(v reflect.Value, next *int) {
	*next++
	n := *next
	switch v.Interface().(type) {
	case tenancy.Actor:
		v.Set(reflect.ValueOf(tenancy.Actor{Operator: tenancy.OperatorID(fmt.Sprint("staff-", n))}))
		return
	case tenancy.RoleSet:
		v.Set(reflect.ValueOf(tenancy.Roles(tenancy.Developer, tenancy.AccountRole(fmt.Sprint("role-", n)))))
		return
	}
	switch v.Kind() {
	case reflect.Array:
		for i := range v.Len() {
			v.Index(i).SetUint(uint64(i + n))
		}
	case reflect.String:
		v.SetString(fmt.Sprint("text-", n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(n))
	case reflect.Uint64:
		v.SetUint(uint64(n))
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(field, next)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), next)
		}
	default:
		panic("event data of kind " + v.Kind().String())
	}
}

func TestEventData(t *testing.T) {
	types := tenancy.EventTypes()
	t.Run("every type is there once, with a name of its own", func(t *testing.T) {
		seen := map[string]bool{}
		for _, data := range types {
			require.False(t, seen[tenancy.EventType(data)], tenancy.EventType(data))
			seen[tenancy.EventType(data)] = true
		}
		require.Greater(t, len(seen), 40)
	})
	t.Run("EVT-3 no event has room for personal data", func(t *testing.T) {
		for _, data := range types {
			impersonal(t, reflect.TypeOf(data), tenancy.EventType(data))
		}
	})
	t.Run("what is encoded is decoded again, of every type", func(t *testing.T) {
		n := 0
		for _, zero := range types {
			for _, data := range []tenancy.EventData{zero, filled(zero, &n), filled(zero, &n)} {
				back, err := tenancy.DecodeData(tenancy.EventType(zero), tenancy.EncodeData(data))
				require.NoError(t, err, "%T", zero)
				require.Equal(t, data, back)
			}
		}
	})
	t.Run("SEC-23 every field counts in the encoding", func(t *testing.T) {
		for _, zero := range types {
			n := 0
			v := reflect.ValueOf(filled(zero, &n))
			for i := range v.NumField() {
				changed := reflect.New(v.Type()).Elem()
				changed.Set(v)
				changed.Field(i).SetZero()
				require.NotEqual(t, tenancy.EncodeData(v.Interface().(tenancy.EventData)),
					tenancy.EncodeData(changed.Interface().(tenancy.EventData)), "%T %s", zero,
					v.Type().Field(i).Name)
			}
		}
	})
	t.Run("SEC-23 bytes that are no encoding are refused", func(t *testing.T) {
		for _, zero := range types {
			n := 0
			name, encoded := tenancy.EventType(zero), tenancy.EncodeData(filled(zero, &n))
			for _, bad := range [][]byte{nil, encoded[:len(encoded)-1], append(bytes.Clone(encoded), 0), append(bytes.Clone(encoded), make([]byte, 8)...)} {
				_, err := tenancy.DecodeData(name, bad)
				require.Error(t, err, "%s %x", name, bad)
			}
			for i := range encoded { // whatever still decodes is another event, with exactly that encoding
				bad := bytes.Clone(encoded)
				bad[i] ^= 1 << (i % 8)
				if data, err := tenancy.DecodeData(name, bad); err == nil {
					require.Equal(t, bad, tenancy.EncodeData(data), name)
				}
			}
		}
		_, err := tenancy.DecodeData("NoSuchEvent", nil)
		require.Error(t, err)
	})
	t.Run("the forms that are stored and sent stay", func(t *testing.T) {
		var text strings.Builder
		for _, zero := range types {
			n := 0
			data := filled(zero, &n)
			sent, err := json.Marshal(data)
			require.NoError(t, err)
			fmt.Fprintf(&text, "%s\n\t%s\n\t%x\n", tenancy.EventType(zero), sent, tenancy.EncodeData(data))
		}
		golden(t, "events.txt", text.String())
	})
	t.Run(
		"the file of these forms shows every field under its name, in the order of the declaration",
		func(t *testing.T) {
			for _, zero := range types {
				n := 0
				sent, err := json.Marshal(filled(zero, &n))
				require.NoError(t, err)
				rest := string(sent)
				for field := range reflect.TypeOf(zero).Fields() {
					key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
					_, after, found := strings.Cut(rest, `"`+key+`":`)
					require.True(t, found, "%T %s", zero, field.Name)
					rest = after
				}
			}
		},
	)
}

// impersonal wants that a type holds nothing but IDs, the library's enumerations, numbers, times, references, yes and no, and structs and lists of
// these.
func impersonal(t *testing.T, typ reflect.Type, where string) {
	t.Helper()
	switch typ {
	case reflect.TypeFor[tenancy.OrganizationRole](),
		reflect.TypeFor[tenancy.RoleSet](),
		reflect.TypeFor[tenancy.State](),
		reflect.TypeFor[tenancy.Kind](),
		reflect.TypeFor[tenancy.Plan](),
		reflect.TypeFor[tenancy.Billing](),
		reflect.TypeFor[tenancy.SignUpPolicy](),
		reflect.TypeFor[tenancy.InvitationPolicy](),
		reflect.TypeFor[tenancy.InvitationKind](),
		reflect.TypeFor[tenancy.Reference](),
		reflect.TypeFor[tenancy.Instant](),
		reflect.TypeFor[tenancy.Duration](),
		reflect.TypeFor[tenancy.OrganizationID](),
		reflect.TypeFor[tenancy.AccountID](),
		reflect.TypeFor[tenancy.UserID](),
		reflect.TypeFor[tenancy.DomainID](),
		reflect.TypeFor[tenancy.InvitationID](),
		reflect.TypeFor[tenancy.RequestID](),
		reflect.TypeFor[tenancy.ConnectionID](),
		reflect.TypeFor[tenancy.KeyID](),
		reflect.TypeFor[tenancy.GroupID](),
		reflect.TypeFor[tenancy.DirectoryID](),
		reflect.TypeFor[tenancy.ProvisionedID](),
		reflect.TypeFor[bool](),
		reflect.TypeFor[int](),
		reflect.TypeFor[uint64]():
		return
	}
	switch typ.Kind() {
	case reflect.Struct:
		for field := range typ.Fields() {
			impersonal(t, field.Type, where+"."+field.Name)
		}
	case reflect.Slice:
		impersonal(t, typ.Elem(), where)
	default:
		require.Fail(t, "this could be personal", "%s is a %s", where, typ)
	}
}

func FuzzDecodeData(f *testing.F) {
	n := 0
	for _, zero := range tenancy.EventTypes() {
		f.Add(tenancy.EventType(zero), tenancy.EncodeData(filled(zero, &n)))
	}
	f.Fuzz(func(t *testing.T, name string, encoded []byte) {
		data, err := tenancy.DecodeData(name, encoded)
		if err != nil {
			return
		}
		require.Equal(t, name, tenancy.EventType(data))
		require.True(t, bytes.Equal(encoded, tenancy.EncodeData(data)))
	})
}

func FuzzParseActor(f *testing.F) {
	for _, text := range []string{"system", "operator/staff-1", "operator/", "US0190b2f0c1d270008000000000000001", "DR0190b2f0c1d270008000000000000001", "", "US", "DR", "user"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		actor, err := tenancy.ParseActor(text)
		if err != nil {
			refused(t, err, tenancy.CodeInput)
			return
		}
		require.Equal(t, text, actor.String())
	})
}

// logged reads a log to its end, without the names.
func logged(t require.TestingT, list iter.Seq2[tenancy.LoggedEvent, error]) []tenancy.Event {
	var all []tenancy.Event
	for _, e := range items(t, list) {
		all = append(all, e.Event)
	}
	return all
}

// items reads a list to its end.
func items[T any](t require.TestingT, list iter.Seq2[T, error]) []T {
	var all []T
	for item, err := range list {
		require.NoError(t, err)
		all = append(all, item)
	}
	return all
}

// failure gives the error that a list ends with.
func failure[T any](list iter.Seq2[T, error]) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// dataOf decodes the data of stored events.
func dataOf(t require.TestingT, records []tenancy.EventRecord) (data []tenancy.EventData) {
	for _, record := range records {
		e, err := tenancy.EventOf(record)
		require.NoError(t, err)
		data = append(data, e.Data)
	}
	return data
}

func TestParseActor(t *testing.T) {
	for _, actor := range []tenancy.Actor{{}, {Operator: "staff-1"}, {User: tenancy.UserID{15: 1}}, {Directory: tenancy.DirectoryID{15: 1}}} {
		back, err := tenancy.ParseActor(actor.String())
		require.NoError(t, err)
		require.Equal(t, actor, back)
	}
	for _, text := range []string{"", "operator/", "operator/a b", "operator/ana@example.com", "System", "US00000000000000000000000000000000", "DR00000000000000000000000000000000", "OR00000000000000000000000000000001"} {
		_, err := tenancy.ParseActor(text)
		refused(t, err, tenancy.CodeInput)
	}
}
