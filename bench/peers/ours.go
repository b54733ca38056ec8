package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/bench/internal/stores"
)

// records are the world as the library stores it.
func (w *world) records() []tenancy.Record {
	all := make([]tenancy.Record, 0, len(w.users)+len(w.members)+len(w.grants)+len(w.accounts)+len(w.organizations))
	seats, mains := make([]int, len(w.organizations)), make([]int, len(w.organizations))
	subaccounts := make([]int, len(w.accounts))
	for i, u := range w.users {
		record := tenancy.UserRecord{ID: u.id, InactiveOrganization: u.inactive, Deleted: u.deleted, Created: 1}
		if !u.deleted {
			address := tenancy.NewPersonal(fmt.Sprintf("user%d@example.com", i))
			record.Personal = tenancy.UserPersonal{Email: address, Address: address,
				Name: tenancy.NewPersonal(fmt.Sprintf("User %d", i))}
		}
		all = append(all, record)
	}
	for _, m := range w.members {
		if !w.users[m.user].inactive {
			seats[m.organization]++
		}
		all = append(all, tenancy.MembershipRecord{Organization: w.organizations[m.organization].id,
			User: w.users[m.user].id, Role: m.role, Since: 1})
	}
	for _, g := range w.grants {
		all = append(all, tenancy.GrantRecord{Account: w.accounts[g.account].id, User: w.users[g.user].id,
			Roles: tenancy.Roles(g.roles...)})
	}
	for _, a := range w.accounts {
		switch {
		case a.closed:
		case a.parent >= 0:
			subaccounts[a.parent]++
		default:
			mains[a.organization]++
		}
	}
	for i, a := range w.accounts {
		record := tenancy.AccountRecord{ID: a.id, Owner: w.users[a.owner].id,
			Organization: w.organizations[a.organization].id, SuspendedCustomer: a.suspended, Created: 1,
			Subaccounts: subaccounts[i]}
		if a.parent >= 0 {
			record.Parent = w.accounts[a.parent].id
		}
		if a.closed {
			record.Closed = 2
		}
		all = append(all, record)
	}
	for i, o := range w.organizations {
		all = append(all, tenancy.OrganizationRecord{ID: o.id, Owner: w.users[o.owner].id, State: tenancy.StateActive,
			Suspended: o.suspended, Created: 1, Seats: seats[i], Accounts: mains[i]})
	}
	return all
}

// fill puts records into a store.
func fill(ctx context.Context, store tenancy.Store, records []tenancy.Record) error {
	for batch := range slices.Chunk(records, 10_000) {
		err := store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, batch...) })
		if err != nil {
			return err
		}
	}
	return nil
}

// ours is the library over an open store that holds the world.
func (w *world) ours(store tenancy.Store) ([]engine, error) {
	dir, err := tenancy.New(store, nil)
	if err != nil {
		return nil, err
	}
	host := dir.System()
	sessions := map[tenancy.UserID]*tenancy.Session{}
	var asks []*tenancy.Session
	for _, q := range w.questions {
		if sessions[q.user] == nil {
			sessions[q.user] = dir.As(q.user)
		}
		asks = append(asks, sessions[q.user])
	}
	answer := func(q *question, d tenancy.Decision, err error) (bool, error) {
		if err == nil && d.Why != q.why {
			return false, fmt.Errorf("%w: it says %q, and the oracle %q", errDisagrees, d.Why, q.why)
		}
		return d.Allowed, err
	}
	oneself := engine{name: "tenancy, Can of oneself", decide: func(ctx context.Context, n int) (bool, error) {
		q := &w.questions[n]
		d, err := asks[n].Can(ctx, q.user, q.permission, q.account)
		if errors.Is(err, tenancy.CodeActor) { // who may not act at all
			return false, nil
		}
		return answer(q, d, err)
	}}
	system := engine{name: "tenancy, Can of the host", decide: func(ctx context.Context, n int) (bool, error) {
		q := &w.questions[n]
		d, err := host.Can(ctx, q.user, q.permission, q.account)
		return answer(q, d, err)
	}}
	many := engine{name: "tenancy, CanMany", per: listLength, most: len(w.lists),
		note: "a hundred accounts at once; the figures are those of one of them",
		decide: func(ctx context.Context, n int) (bool, error) {
			l := &w.lists[n]
			answers, err := host.CanMany(ctx, l.user, l.permission, l.accounts)
			if err != nil {
				return false, err
			}
			for i := range answers {
				if answers[i].Why != l.answers[i] {
					return false, fmt.Errorf("%w: it says %q, and the oracle %q", errDisagrees, answers[i].Why, l.answers[i])
				}
			}
			return w.questions[n].answer, nil // each of its answers was compared just now
		}}
	return []engine{oneself, system, many}, nil
}

// loadOurs loads the library over a store of a kind.
func loadOurs(kind string) func(context.Context, *world) ([]engine, error) {
	return func(ctx context.Context, w *world) ([]engine, error) {
		opened, err := stores.Open(ctx, kind)
		if err != nil {
			return nil, err
		}
		err = fill(ctx, opened.Store, w.records())
		if err == nil && opened.Settle != nil {
			err = opened.Settle(ctx)
		}
		var engines []engine
		if err == nil {
			engines, err = w.ours(opened.Store)
		}
		if err == nil && kind != "memstore" {
			var floor engine
			floor, err = w.canByHand(ctx, opened)
			engines = append([]engine{floor}, engines...)
		}
		if err != nil {
			opened.Close()
			return nil, err
		}
		engines[len(engines)-1].close = opened.Close
		return engines, nil
	}
}
