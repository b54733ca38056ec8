package tenancytest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/add4b1c6/tenancy"
)

// Records returns all records of a store, by their identity (the first of Record.Entries).
// The heads of streams are among them, with the hashes of all events, so that two stores
// with equal records have equal logs.
func Records(tb testing.TB, store tenancy.Store) map[tenancy.Entry]tenancy.Record {
	tb.Helper()
	const all = 1<<31 - 1
	records := map[tenancy.Entry]tenancy.Record{}
	var entries []tenancy.Entry
	identity := func(r tenancy.Record) tenancy.Entry {
		entries = r.Entries(entries[:0])
		return entries[0]
	}
	keep := func(list []tenancy.Record) {
		for _, r := range list {
			records[identity(r)] = r
		}
	}
	err := store.View(context.WithoutCancel(tb.Context()), func(ctx context.Context, tx tenancy.ReadTx) error {
		clear(records)
		var whole, parts []tenancy.Lookup
		for _, index := range tenancy.Indexes() {
			if index.Identity && !index.In {
				whole = append(whole, tenancy.Lookup{Index: index.Index, Limit: all})
			}
		}
		answers, err := tx.Read(ctx, whole...)
		if err != nil {
			return err
		}
		for _, a := range answers {
			keep(a.Records)
			for _, r := range a.Records { // others are found through what they are in
				for _, index := range within()[reflect.TypeOf(r)] {
					parts = append(parts, tenancy.Lookup{Index: index, Key: tenancy.Key{In: identity(r).Key.ID}, Limit: all})
				}
			}
		}
		if len(parts) == 0 {
			return nil
		}
		if answers, err = tx.Read(ctx, parts...); err != nil {
			return err
		}
		for _, a := range answers {
			keep(a.Records)
		}
		return nil
	})
	if err != nil {
		tb.Fatalf("tenancytest: cannot read the store: %v", err)
	}
	return records
}

// within returns, by kind of record, the indexes of the records that are in one of that
// kind: those whose identity begins with its ID.
var within = sync.OnceValue(func() map[reflect.Type][]tenancy.Index {
	kinds := map[reflect.Type]reflect.Type{} // by the type of their ID
	for _, index := range tenancy.Indexes() {
		kind := reflect.TypeOf(index.Record)
		if id, has := kind.FieldByName("ID"); has && index.Identity && !index.In {
			kinds[id.Type] = kind
		}
	}
	found := map[reflect.Type][]tenancy.Index{}
	for _, index := range tenancy.Indexes() {
		if !index.Identity || !index.In {
			continue
		}
		kind := kinds[in(index.Record)]
		if kind == nil {
			panic("tenancytest: nobody knows what the records of " + index.Name + " are in")
		}
		found[kind] = append(found[kind], index.Index)
	}
	return found
})

// in returns the type of the ID with which the identity of a kind of record begins: that of
// the field that is found there.
func in(record tenancy.Record) reflect.Type {
	kind := reflect.TypeOf(record)
	for field := range kind.Fields() {
		if field.Type.Kind() != reflect.Array || field.Type.Len() != 16 {
			continue
		}
		filled := reflect.New(kind).Elem()
		filled.FieldByIndex(field.Index).Index(0).SetUint(1)
		if filled.Interface().(tenancy.Record).Entries(nil)[0].Key.In == [16]byte{1} {
			return field.Type
		}
	}
	return nil
}

// differences names the records that differ, in order, and nothing of what is in them.
func differences(before, after map[tenancy.Entry]tenancy.Record) (found []string) {
	name := func(what string, at tenancy.Entry, r tenancy.Record) {
		found = append(found, fmt.Sprintf("a %T (%x %x) %s", r, at.Key.In, at.Key.ID, what))
	}
	for at, r := range before {
		switch now, there := after[at]; {
		case !there:
			name("is gone", at, r)
		case now != r:
			name("is different", at, r)
		}
	}
	for at, r := range after {
		if _, there := before[at]; !there {
			name("is new", at, r)
		}
	}
	slices.Sort(found)
	return found
}
