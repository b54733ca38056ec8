package storetest

import (
	"context"
	"reflect"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func sharingCases() []testCase {
	return []testCase{
		{"Sharing/what is passed in", trial.passedIn},
		{"Sharing/what is read out", trial.readOut},
	}
}

// scramble overwrites the lists within an event's data, in place.
func scramble(data tenancy.EventData) {
	var overwrite func(v reflect.Value)
	overwrite = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Struct:
			for _, field := range v.Fields() {
				overwrite(field)
			}
		case reflect.Slice:
			for i := range v.Len() {
				overwrite(v.Index(i))
				v.Index(i).SetZero()
			}
		}
	}
	overwrite(reflect.ValueOf(data))
}

// eventsOfAllTypes gives a filled event of every type, in one stream.
func eventsOfAllTypes() []tenancy.Event {
	types := tenancy.EventTypes()
	events := chain(stream(1), 1, len(types))
	for i := range events {
		f := filler{values: ordinary}
		events[i].Data = f.filled(types[i]).(tenancy.EventData)
	}
	return events
}

// passedIn changes what was passed in as soon as the call is over, before the commit and after it.
func (c trial) passedIn() {
	m := newModel()
	c.both(m, putting(tenancy.UserRecord{ID: userID(1)}, tenancy.UserRecord{ID: userID(2)}))
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Append(ctx, chain(stream(2), 1, 2)...) })

	var late []tenancy.Event
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

		events := eventsOfAllTypes()
		if err := tx.Append(ctx, events...); err != nil {
			return err
		}
		late = append([]tenancy.Event(nil), events...)
		for i := range events {
			if i%2 == 0 {
				scramble(events[i].Data)
			}
			events[i] = tenancy.Event{}
		}
		return nil
	})
	for _, e := range late {
		scramble(e.Data)
	}
	_ = m.Put(c.Context(), tenancy.UserRecord{ID: userID(3)}, tenancy.UserRecord{ID: userID(4)}, tenancy.UserRecord{ID: userID(5)})
	_ = m.Delete(c.Context(), tenancy.UserRecord{ID: userID(1)}, tenancy.UserRecord{ID: userID(5)})
	_ = m.Ack(c.Context(), chain(stream(2), 1, 1)...)
	_ = m.Append(c.Context(), eventsOfAllTypes()...)
	c.holds(m)
}

// readOut changes what was read, and reads it again, in the same transaction and in others.
func (c trial) readOut() {
	m := newModel()
	c.both(m, putting(organizationOf(orgID(1), 10)...))
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Append(ctx, eventsOfAllTypes()...) })
	spoil := func(ctx context.Context, tx tenancy.ReadTx) error {
		answers, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: id(1)}, Limit: 10}, tenancy.Lookup{Index: tenancy.IndexAccounts, Limit: 100})
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
		for _, read := range [][]tenancy.Event{events, pending} {
			for i := range read {
				scramble(read[i].Data)
				read[i] = tenancy.Event{}
			}
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
	for len(m.pending[stream(1)]) > 0 { // each as it comes out of the outbox
		got := c.outbox(tenancy.Stream{}, 1)
		require.Equal(c, m.pending[stream(1)][:1], got)
		c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return tx.Ack(ctx, got...) })
	}
}
