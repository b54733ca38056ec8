package storetest

import (
	"context"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func writeCases() []testCase {
	return []testCase{
		{"Write/put in place of what was there", trial.putAgain},
		{"Write/delete by identity alone", trial.deleteByIdentity},
		{"Write/in order", trial.inOrder},
		{"Write/reads see what was written before them", trial.readsOwnWrites},
		{"Write/one ID in several kinds", trial.oneIDInSeveralKinds},
		{"Write/many", trial.many},
	}
}

// putAgain puts a record that is already stored, unchanged and changed, in one call and
// in several.
func (c trial) putAgain() {
	m := newModel()
	before := tenancy.UserRecord{
		ID:       userID(1),
		Personal: tenancy.UserPersonal{Address: address(1), Name: tenancy.NewPersonal("before")},
	}
	after := tenancy.UserRecord{ID: userID(1), Deleted: true, Personal: tenancy.UserPersonal{Address: address(2)}}
	for _, records := range [][]tenancy.Record{{before}, {before}, {before, before}, {after}, {before, after},
		{after, before, after, before}} {
		c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, records...) })
		c.holds(m)
	}
}

// deleteByIdentity deletes with records that differ from the stored ones: in other
// fields, and with entries of other records.
func (c trial) deleteByIdentity() {
	m := newModel()
	one := tenancy.UserRecord{ID: userID(1), Personal: tenancy.UserPersonal{Address: address(1)}}
	other := tenancy.UserRecord{ID: userID(2), Personal: tenancy.UserPersonal{Address: address(2)}}
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, one, other) })

	absent := tenancy.UserRecord{ID: userID(3), Personal: tenancy.UserPersonal{Address: address(2)}}
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Delete(ctx, absent) })
	c.holds(m)

	mistaken := tenancy.UserRecord{ID: userID(1), Deleted: true, Personal: tenancy.UserPersonal{Address: address(2)}}
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Delete(ctx, mistaken, mistaken) })
	c.holds(m)

	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, one) })
	bare := tenancy.UserRecord{ID: userID(1)}
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Delete(ctx, bare) })
	c.holds(m)
}

// inOrder puts and deletes one record by turns in one transaction. The last write counts.
func (c trial) inOrder() {
	m := newModel()
	r := tenancy.RequestRecord{
		ID:           id(1),
		Organization: orgID(1),
		State:        tenancy.StateOpen,
		Personal:     tenancy.RequestPersonal{Address: address(1)},
	}
	settled := r
	settled.State, settled.Settled = tenancy.StateSettled, 9
	for _, script := range [][]writing{
		{putting(r), deleting(r)},
		{putting(r), deleting(r), putting(settled)},
		{deleting(r), putting(r)},
		{deleting(r), putting(settled), putting(r), deleting(settled)},
	} {
		c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return inTurn(ctx, tx, script) })
		c.holds(m)
	}
}

func putting(records ...tenancy.Record) writing {
	return func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, records...) }
}

func deleting(records ...tenancy.Record) writing {
	return func(ctx context.Context, tx tenancy.Tx) error { return tx.Delete(ctx, records...) }
}

// inTurn carries out writes one after the other.
func inTurn(ctx context.Context, tx tenancy.Tx, script []writing) error {
	for _, write := range script {
		if err := write(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// everyWrite is a script with every kind of write. It changes what everyWriteNeeds has
// written.
func everyWrite() []writing {
	changed := tenancy.UserRecord{ID: userID(1), Personal: tenancy.UserPersonal{Address: address(5)}}
	return []writing{
		putting(changed, tenancy.UserRecord{ID: userID(4), Personal: tenancy.UserPersonal{Address: address(4)}}),
		deleting(tenancy.UserRecord{ID: userID(2)}),
		func(ctx context.Context, tx tenancy.Tx) error { return tx.Append(ctx, chain(stream(2), 1, 2)...) },
		func(ctx context.Context, tx tenancy.Tx) error { return tx.Append(ctx, chain(stream(1), 4, 1)...) },
		func(ctx context.Context, tx tenancy.Tx) error { return tx.Ack(ctx, chain(stream(1), 1, 1)...) },
		func(ctx context.Context, tx tenancy.Tx) error {
			return tx.MoveAll(ctx, tenancy.Move{From: orgID(1), Into: orgID(2), At: 5})
		},
		deleting(tenancy.GrantRecord{Account: accountID(1), User: userID(1)}),
		putting(tenancy.GrantRecord{Account: accountID(2), User: userID(1),
			Roles: tenancy.Roles(tenancy.Developer)}),
		putting(tenancy.UserRecord{ID: userID(6), Personal: tenancy.UserPersonal{Address: address(1)}}),
		func(ctx context.Context, tx tenancy.Tx) error { return tx.Ack(ctx, chain(stream(2), 1, 2)...) },
	}
}

func everyWriteNeeds(ctx context.Context, tx tenancy.Tx) error {
	err := tx.Put(ctx,
		tenancy.UserRecord{ID: userID(1), Personal: tenancy.UserPersonal{Address: address(1)}},
		tenancy.UserRecord{ID: userID(2), Personal: tenancy.UserPersonal{Address: address(2)}},
		tenancy.UserRecord{ID: userID(3), Personal: tenancy.UserPersonal{Address: address(3)}},
		tenancy.MembershipRecord{Organization: orgID(1), User: userID(1), Role: tenancy.Owner},
		tenancy.MembershipRecord{Organization: orgID(1), User: userID(2), Exempt: true},
		tenancy.MembershipRecord{Organization: orgID(2), User: userID(3), Role: tenancy.Owner},
		tenancy.AccountRecord{ID: accountID(1), Owner: userID(1), Organization: orgID(1)},
		tenancy.AccountRecord{ID: accountID(2), Owner: userID(1), Organization: orgID(1), Closed: 8},
		tenancy.GrantRecord{Account: accountID(1), User: userID(1), Roles: tenancy.Roles(tenancy.AccountOwner)})
	if err != nil {
		return err
	}
	return tx.Append(ctx, chain(stream(1), 1, 3)...)
}

// readsOwnWrites reads everything after each kind of write.
func (c trial) readsOwnWrites() {
	m := newModel()
	c.both(m, everyWriteNeeds)
	all := m.clone()
	// the models share the places that they know: every place that will be used is
	// asked for from the start
	require.NoError(c, inTurn(c.Context(), all, everyWrite()))
	var found []string
	var access, want tenancy.AccessRow
	c.update(func(ctx context.Context, tx tenancy.Tx) error {
		now := m.clone()
		for _, write := range everyWrite() {
			if err := write(ctx, tx); err != nil {
				return err
			}
			_ = write(ctx, now)
			var err error
			if found, err = now.differences(ctx, tx); err != nil || len(found) > 0 {
				return err
			}
			if err = accessOne(ctx, tx, userID(1), accountID(2), tenancy.KeyID{}, &access); err != nil {
				return err
			}
			if _ = accessOne(ctx, now, userID(1), accountID(2), tenancy.KeyID{}, &want); !sameAccess(access, want) {
				return nil
			}
		}
		return nil
	})
	c.alike(found)
	require.Equal(c, plain(want), plain(access))
	c.holds(all)
}

// oneIDInSeveralKinds puts records of all kinds whose IDs have the same bytes. Each is
// found as its own kind, and is deleted alone.
func (c trial) oneIDInSeveralKinds() {
	m := newModel()
	var records []tenancy.Record
	for _, info := range tenancy.Indexes() {
		if info.Identity {
			records = append(records, samples[info.Index](1, 1, 1))
		}
	}
	c.both(m, putting(records...))
	c.holds(m)
	for _, record := range records {
		c.both(m, deleting(record))
		c.holds(m)
	}
}

// many writes as much at once as an import or a merge may write.
func (c trial) many() {
	const n = 1000
	users, one := make([]tenancy.Record, n), tenancy.Lookup{Index: tenancy.IndexUsers, Limit: n + 1, Count: true}
	for i := range users {
		users[i] = tenancy.UserRecord{ID: userID(i), Created: 1}
	}
	c.put(users...)
	got := c.ask(one, tenancy.Lookup{Index: tenancy.IndexUsers, Limit: n + 1})
	require.Equal(c, n, got[0].Count)
	require.Len(c, got[1].Records, n)
	c.update(deleting(users[1:]...))
	require.Equal(c, 1, c.ask(one)[0].Count)
}
