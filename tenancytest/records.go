package tenancytest

import (
	"context"
	"fmt"
	"slices"
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
	keep := func(list []tenancy.Record) {
		for _, r := range list {
			records[r.Entries(nil)[0]] = r
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
			for _, r := range a.Records { // memberships and grants are found through what they are in
				switch r := r.(type) {
				case tenancy.OrganizationRecord:
					parts = append(parts, tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: r.ID}, Limit: all})
				case tenancy.AccountRecord:
					parts = append(parts, tenancy.Lookup{Index: tenancy.IndexGrants, Key: tenancy.Key{In: r.ID}, Limit: all})
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
