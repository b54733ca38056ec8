package storetest

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// recordCases has a case for every kind of record: all its fields come back unchanged.
func recordCases() []testCase {
	var all []testCase
	for _, info := range tenancy.Indexes() {
		if info.Identity {
			all = append(all, testCase{"Record/" + reflect.TypeOf(info.Record).Name(),
				func(c trial) { c.roundTrip(info) }})
		}
	}
	return append(all, testCase{"Record/of an unknown kind", trial.unknownKind})
}

// variants returns records of a kind: with only an identity, with all fields filled in
// several ways, and with one field filled at a time.
func variants(info tenancy.IndexInfo) []tenancy.Record {
	base := bareOf(samples[info.Index](1, 1, 1))
	all := []tenancy.Record{base}
	for _, values := range []fillerValues{ordinary, greatest, least} {
		f := filler{values: values}
		all = append(all, f.filled(info.Record).(tenancy.Record))
	}
	full := reflect.ValueOf(all[1])
	for _, path := range leaves(full.Type()) {
		v := reflect.New(full.Type()).Elem()
		v.Set(reflect.ValueOf(base))
		v.FieldByIndex(path).Set(full.FieldByIndex(path))
		one := v.Interface().(tenancy.Record)
		all = append(all, one)
		if slices.Equal(one.Entries(nil), base.Entries(nil)) &&
			lengthen(v.FieldByIndex(path)) { // no index limits how long the text can be
			all = append(all, v.Interface().(tenancy.Record))
		}
	}
	return all
}

// lengthen sets a field to a long text, and reports whether the field can hold one.
func lengthen(field reflect.Value) bool {
	long := strings.Repeat("0123456789\u4f8b\U0001F600 \n", 4000)
	switch field.Interface().(type) {
	case tenancy.Personal:
		field.Set(reflect.ValueOf(tenancy.NewPersonal(long)))
		return true
	case tenancy.Reference:
		return false
	}
	if field.Kind() == reflect.String {
		field.SetString(long)
		return true
	}
	return false
}

func (c trial) roundTrip(info tenancy.IndexInfo) {
	var before tenancy.Record
	for _, want := range variants(info) {
		c.update(func(ctx context.Context, tx tenancy.Tx) error {
			if before != nil && identity(before) != identity(want) {
				if err := tx.Delete(ctx, before); err != nil {
					return err
				}
			}
			return tx.Put(ctx, want)
		})
		before = want
		at := identity(want)
		got := c.ask(lookup(want), tenancy.Lookup{Index: at.Index, Key: tenancy.Key{In: at.Key.In}, Limit: 2})
		require.True(c, got[0].Record == want, "got %T%+v, want %+v", got[0].Record, got[0].Record, want)
		require.True(c, slices.Equal(got[1].Records, []tenancy.Record{want}), "listed: got %+v, want %+v",
			got[1].Records, want)
	}
}

// stranger is a record of a kind that package tenancy does not have, in the index of
// users.
type stranger struct{ ID tenancy.UserID }

func (s stranger) Entries(to []tenancy.Entry) []tenancy.Entry {
	return append(to, tenancy.Entry{Index: tenancy.IndexUsers, Key: tenancy.Key{ID: s.ID}})
}

// unknownKind wants a store to refuse a record of an unknown kind, to return it, or to
// fail when it is read. It must not vanish.
func (c trial) unknownKind() {
	odd, user := stranger{userID(1)}, tenancy.UserRecord{ID: userID(2)}
	if c.store.Update(c.Context(), func(ctx context.Context, tx tenancy.Tx) error {
		return tx.Put(ctx, user, odd)
	}) != nil {
		require.Nil(c, c.get(user), "half of the transaction stays")
		return
	}
	for _, l := range []tenancy.Lookup{lookup(odd), {Index: tenancy.IndexUsers, Limit: 10},
		{Index: tenancy.IndexUsers, Limit: 10, Count: true}} {
		var got []tenancy.Answer
		err := c.store.View(c.Context(), func(ctx context.Context, tx tenancy.ReadTx) (err error) {
			got, err = tx.Read(ctx, l)
			return err
		})
		if err != nil {
			continue
		}
		require.Len(c, got, 1)
		there := got[0].Record == odd || slices.Contains(got[0].Records, tenancy.Record(odd)) || got[0].Count == 2
		require.True(c, there, "%s: the record was skipped", describe(l))
	}
}
