package storetest

import (
	"context"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func sharingCases() []testCase {
	return []testCase{
		{"Sharing/what is passed in", trial.passedIn},
		{"Sharing/what is read out", trial.readOut},
	}
}

// passedIn changes what it passed in as soon as the call is over.
func (c trial) passedIn() {
	m := newModel()
	c.both(m, putting(tenancy.UserRecord{ID: userID(1)}, tenancy.UserRecord{ID: userID(2)}))
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Append(ctx, chain(stream(2), 1, 2)...) })

	c.update(func(ctx context.Context, tx tenancy.Tx) error {
		records := []tenancy.Record{tenancy.UserRecord{ID: userID(3)}, tenancy.UserRecord{ID: userID(4)}}
		if err := tx.Put(ctx, records...); err != nil {
			return err
		}
		records[0], records[1] = tenancy.UserRecord{ID: userID(5)}, records[0]

		gone := []tenancy.Record{tenancy.UserRecord{ID: userID(1)}}
		if err := tx.Delete(ctx, gone...); err != nil {
			return err
		}
		gone[0] = tenancy.UserRecord{ID: userID(2)}

		acked := chain(stream(2), 1, 1)
		if err := tx.Ack(ctx, acked...); err != nil {
			return err
		}
		acked[0] = chain(stream(2), 2, 1)[0]

		events := chain(stream(1), 1, 9)
		if err := tx.Append(ctx, events...); err != nil {
			return err
		}
		clear(events)
		return nil
	})
	_ = m.Put(c.Context(), tenancy.UserRecord{ID: userID(3)}, tenancy.UserRecord{ID: userID(4)},
		tenancy.UserRecord{ID: userID(5)})
	_ = m.Delete(c.Context(), tenancy.UserRecord{ID: userID(1)}, tenancy.UserRecord{ID: userID(5)})
	_ = m.Ack(c.Context(), chain(stream(2), 1, 1)...)
	_ = m.Append(c.Context(), chain(stream(1), 1, 9)...)
	c.holds(m)
}

// readOut changes what it read, and reads it again, in the same transaction and in
// others.
func (c trial) readOut() {
	m := newModel()
	c.both(m, putting(organizationOf(orgID(1), 10)...))
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Append(ctx, chain(stream(1), 1, 9)...) })
	spoil := func(ctx context.Context, tx tenancy.ReadTx) error {
		answers, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: id(1)},
			Limit: 10}, tenancy.Lookup{Index: tenancy.IndexAccounts, Limit: 100})
		if err != nil {
			return err
		}
		for _, answer := range answers {
			for i := range answer.Records {
				answer.Records[i] = tenancy.UserRecord{}
			}
		}
		events, err := tx.Events(ctx, stream(1), 1, 1000)
		if err != nil {
			return err
		}
		pending, err := tx.Outbox(ctx, tenancy.Stream{}, 10)
		if err != nil {
			return err
		}
		for _, read := range [][]tenancy.EventRecord{events, pending} {
			clear(read)
		}
		return nil
	}
	var found []string
	for range 2 {
		c.view(func(ctx context.Context, tx tenancy.ReadTx) (err error) {
			if err = spoil(ctx, tx); err == nil {
				found, err = m.differences(ctx, tx)
			}
			return err
		})
		c.alike(found)
		c.update(func(ctx context.Context, tx tenancy.Tx) (err error) {
			if err = spoil(ctx, tx); err == nil {
				found, err = m.differences(ctx, tx)
			}
			return err
		})
		c.alike(found)
	}
	c.holds(m)
	for len(m.pending[stream(1)]) > 0 { // each event as it comes out of the outbox
		got := c.outbox(tenancy.Stream{}, 1)
		require.Equal(c, m.pending[stream(1)][:1], got)
		c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Ack(ctx, got...) })
	}
}
