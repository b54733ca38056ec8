package tenancy_test

import (
	"encoding/base64"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// personalIn adds each Personal within a value.
func personalIn(v reflect.Value, add func(tenancy.Personal)) {
	if personal, is := v.Interface().(tenancy.Personal); is {
		add(personal)
		return
	}
	if v.Kind() == reflect.Struct {
		for field, value := range v.Fields() {
			if field.IsExported() {
				personalIn(value, add)
			}
		}
	}
}

// TestCursorsHoldNothingPersonal reads all lists to their ends and searches each item's
// cursor, as it is and decoded, for every name and address that is stored (GEN-4). Shorter
// ones could be in a random ID by chance, but behind the IDs a cursor may hold nothing but
// a number.
func TestCursorsHoldNothingPersonal(t *testing.T) {
	ours, _ := tenants(t)
	var marks []string
	for _, record := range ours.everything() {
		personalIn(reflect.ValueOf(record), func(p tenancy.Personal) {
			text := strings.ToLower(p.Reveal())
			local, domain, _ := strings.Cut(text, "@")
			for _, mark := range []string{text, local, domain} {
				if len(mark) > 4 {
					marks = append(marks, mark)
				}
			}
		})
	}
	require.Greater(t, len(marks), 50)
	holds := func(c tenancy.Cursor) bool {
		decoded, err := base64.RawURLEncoding.DecodeString(string(c))
		require.NoError(t, err)
		behind := string(decoded[min(len(decoded), 42):])
		texts := strings.ToLower(string(c) + "\n" + string(decoded))
		return strings.Trim(behind, "0123456789") != "" ||
			slices.ContainsFunc(marks, func(mark string) bool { return strings.Contains(texts, mark) })
	}
	for _, control := range []string{strings.Repeat("\x00", 42) + "ruth", "..STANDARD.", "..ruth@A-corp.example"} {
		cursor := tenancy.Cursor(base64.RawURLEncoding.EncodeToString([]byte(control)))
		require.True(t, holds(cursor), "the search finds what is there")
	}
	lists := map[string]func() (any, error){"Events": func() (any, error) {
		return lists(ours.as(ours.Owner).Events(t.Context(), organizationStream(ours.Org), tenancy.EventQuery{}))
	}}
	for op, list := range cursors {
		lists[op] = func() (any, error) {
			return list(call{t.Context(), ours.actor("Owner"), nil, ours.dir, ours.names}, "")
		}
	}
	for op := range tenancy.OperationCodes() {
		if _, list := lists[op]; !list {
			require.NotContains(t, tenancy.OperationCodes()[op], tenancy.CodeCursor, op)
		}
	}
	for op, list := range lists {
		t.Run("GEN-4 "+op, func(t *testing.T) {
			all, err := list()
			require.NoError(t, err)
			items := reflect.ValueOf(all)
			require.NotZero(t, items.Len())
			for i := range items.Len() {
				cursor := items.Index(i).Interface().(interface{ Cursor() tenancy.Cursor }).Cursor()
				require.NotEmpty(t, cursor)
				require.False(t, holds(cursor), "%d", i)
			}
		})
	}
}

// TestListsGoOn begins every list behind each of its items: it gives those that come after
// it, and their cursors (GEN-9).
func TestListsGoOn(t *testing.T) {
	ours := newTenantOver(t, memstore.New())
	for op, list := range cursors {
		t.Run("GEN-9 "+op, func(t *testing.T) {
			from := func(after tenancy.Cursor) reflect.Value {
				all, err := list(call{t.Context(), ours.actor("Owner"), nil, ours.dir, ours.names}, after)
				require.NoError(t, err)
				return reflect.ValueOf(all)
			}
			all := from("")
			require.NotZero(t, all.Len())
			for i := range all.Len() {
				rest := from(all.Index(i).Interface().(interface{ Cursor() tenancy.Cursor }).Cursor())
				require.Equal(t, all.Len()-i-1, rest.Len())
				for k := range rest.Len() {
					require.Equal(t, all.Index(i+1+k).Interface(), rest.Index(k).Interface())
				}
			}
		})
	}
}
