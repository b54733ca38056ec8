package storetest

import (
	"context"

	"github.com/add4b1c6/tenancy"
)

// uniqueCases has a case for every index whose keys do not hold the record's own ID.
// There two records can have the same entry (INV-6 to INV-8, EVT-2).
func uniqueCases() []testCase {
	var all []testCase
	for _, info := range tenancy.Indexes() {
		one, other := samples[info.Index](1, 1, 1), samples[info.Index](2, 1, 1)
		m := newModel()
		_ = m.Put(context.Background(), one)
		if identity(one) != identity(other) && m.taken(other) {
			all = append(all, testCase{"Unique/" + info.Name, func(c trial) {
				c.unique(one, other, samples[info.Index](1, 2, 2), samples[info.Index](2, 3, 3))
			}})
		}
	}
	return all
}

// unique takes two records with the same entry, and the same two records with entries
// of their own.
func (c trial) unique(one, other, oneElsewhere, otherElsewhere tenancy.Record) {
	m := newModel()
	_ = m.clone().Put(c.Context(), other, oneElsewhere, otherElsewhere)
	bystander := tenancy.UserRecord{
		ID:       userID(77),
		Personal: tenancy.UserPersonal{Address: tenancy.NewPersonal("bystander@sample.example")},
	}
	_ = m.clone().Put(c.Context(), bystander)
	_ = m.clone().Append(c.Context(), chain(stream(1), 1, 1)...)

	// both at once, in one call and in two
	c.busy(c.store.Update(c.Context(), putting(bystander, one, other)))
	c.holds(m)
	c.busy(c.store.Update(c.Context(), func(ctx context.Context, tx tenancy.Tx) error {
		return inTurn(ctx, tx, []writing{putting(one), putting(bystander), putting(other)})
	}))
	c.holds(m)

	// one is stored; nothing of the other's transaction stays
	c.both(m, putting(one))
	c.busy(c.store.Update(c.Context(), func(ctx context.Context, tx tenancy.Tx) error {
		if err := tx.Append(ctx, chain(stream(1), 1, 1)...); err != nil {
			return err
		}
		return inTurn(ctx, tx, []writing{putting(bystander), putting(other), putting(bystander)})
	}))
	c.holds(m)

	// one moves to where the other is
	c.both(m, putting(otherElsewhere))
	c.busy(c.store.Update(c.Context(), putting(other)))
	c.holds(m)

	// a record that is put again unchanged does not collide with itself
	c.both(m, putting(one, otherElsewhere))
	c.holds(m)

	// an entry that was left can be taken: in a later transaction, in the same one and
	// in the same call; and two records can exchange their entries
	for _, script := range [][]writing{
		{putting(oneElsewhere), putting(other)},
		{deleting(other), putting(one)},
		{putting(oneElsewhere, other)},
		{putting(otherElsewhere, one)},
		{deleting(one), putting(other), putting(oneElsewhere)},
		{deleting(other, oneElsewhere)},
		{putting(one)},
		{deleting(one)},
		{putting(other)},
	} {
		c.both(m, func(ctx context.Context, tx tenancy.Tx) error { return inTurn(ctx, tx, script) })
		c.holds(m)
	}
}
