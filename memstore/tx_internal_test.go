package memstore

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// TestEntriesAsTheTableSays wants entries refused that would lead to no record, or to
// another one.
func TestEntriesAsTheTableSays(t *testing.T) {
	id, other := [16]byte{1}, [16]byte{2}
	user := tenancy.Entry{Index: tenancy.IndexUsers, Key: tenancy.Key{ID: id}}
	member := tenancy.Entry{Index: tenancy.IndexMembers, Key: tenancy.Key{In: other, ID: id}}
	for _, c := range []struct {
		name            string
		entry, identity tenancy.Entry
		ok              bool
	}{
		{"identity", user, user, true},
		{"by text", tenancy.Entry{Index: tenancy.IndexUsersByAddress, Key: tenancy.Key{Text: "a"}}, user, true},
		{"the other way round", tenancy.Entry{Index: tenancy.IndexMembershipsOf,
			Key: tenancy.Key{In: id, ID: other}}, member, true},
		{"unknown index", tenancy.Entry{Index: 255, Key: user.Key}, user, false},
		{"no index", tenancy.Entry{Key: user.Key}, user, false},
		{"another kind's index", tenancy.Entry{Index: tenancy.IndexAccountsIn,
			Key: tenancy.Key{In: other, ID: id}}, user, false},
		{"a part that the index does not use",
			tenancy.Entry{Index: tenancy.IndexUsersByAddress, Key: tenancy.Key{Text: "a", ID: id}}, user, false},
		{"another's ID", tenancy.Entry{Index: tenancy.IndexUsers, Key: tenancy.Key{ID: other}}, user, false},
		{"not the other way round", tenancy.Entry{Index: tenancy.IndexMembershipsOf,
			Key: tenancy.Key{In: other, ID: id}}, member, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := newTx(newSnapshot(), 2, &room{}).enter(c.entry, c.identity)
			require.Equal(t, c.ok, err == nil, err)
		})
	}
}

// TestWriterForgets wants a transaction to leave nothing of what it wrote outside of
// the snapshot.
func TestWriterForgets(t *testing.T) {
	s := New()
	a := tenancy.UserRecord{
		ID:       tenancy.UserID{1},
		Personal: tenancy.UserPersonal{Address: tenancy.NewPersonal("a@example.com")},
	}
	b := tenancy.UserRecord{
		ID:       tenancy.UserID{2},
		Personal: tenancy.UserPersonal{Address: tenancy.NewPersonal("b@example.com")},
	}
	put := func(records ...tenancy.Record) error {
		return s.Update(t.Context(), func(ctx context.Context, tx tenancy.Tx) error {
			return tx.Put(ctx, records...)
		})
	}
	require.NoError(t, put(a, b))
	a.Personal.Address = b.Personal.Address
	require.ErrorIs(t, put(a), tenancy.CodeBusy)
	for _, entries := range [][]tenancy.Entry{s.room.before, s.room.after, s.room.claimed} {
		for _, e := range entries[:cap(entries)] {
			require.Zero(t, e)
		}
	}
}
