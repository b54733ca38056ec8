package main

import (
	"context"
	"reflect"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/storetest/reference"
)

// snapshot is all that a store held, in the words of the model, and the numbers that records
// keep.
type snapshot struct {
	state  *reference.State
	counts reference.Counts
}

// parts are the records that are found through what they are in: by the kind of that.
var parts = map[reflect.Type][]tenancy.Index{
	reflect.TypeFor[tenancy.OrganizationRecord](): {tenancy.IndexMembers, tenancy.IndexFormerMembers},
	reflect.TypeFor[tenancy.AccountRecord]():      {tenancy.IndexGrants, tenancy.IndexGroupRoles},
	reflect.TypeFor[tenancy.GroupRecord]():        {tenancy.IndexGroupMembers},
}

// whole are the records that stand for themselves.
var whole = []tenancy.Index{tenancy.IndexOrganizations, tenancy.IndexUsers, tenancy.IndexAccounts,
	tenancy.IndexInvitations, tenancy.IndexRequests, tenancy.IndexDomains, tenancy.IndexConnections,
	tenancy.IndexGroups, tenancy.IndexKeys}

// look reads all that a store holds and the model knows, in one View.
func look(ctx context.Context, store tenancy.Store) (s snapshot, err error) {
	const all = 1<<31 - 1
	records := map[tenancy.Entry]tenancy.Record{}
	err = store.View(ctx, func(ctx context.Context, tx tenancy.ReadTx) error {
		clear(records)
		var lookups []tenancy.Lookup
		for _, index := range whole {
			lookups = append(lookups, tenancy.Lookup{Index: index, Limit: all})
		}
		answers, err := tx.Read(ctx, lookups...)
		if err != nil {
			return err
		}
		lookups = nil
		for _, a := range answers {
			for _, r := range a.Records {
				identity := r.Entries(nil)[0]
				records[identity] = r
				for _, index := range parts[reflect.TypeOf(r)] {
					lookups = append(lookups, tenancy.Lookup{Index: index, Key: tenancy.Key{In: identity.Key.ID}, Limit: all})
				}
			}
		}
		if answers, err = tx.Read(ctx, lookups...); err != nil {
			return err
		}
		for _, a := range answers {
			for _, r := range a.Records {
				records[r.Entries(nil)[0]] = r
			}
		}
		return nil
	})
	s.state, s.counts = reference.Read(records)
	return s, err
}
