package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func snapshotCases() []testCase {
	return []testCase{
		{"Snapshot/nothing that commits meanwhile", trial.viewStands},
		{"Snapshot/nothing that is not committed", trial.viewUncommitted},
		{"Snapshot/a list in pages", trial.pagesStand},
		{"Snapshot/readers beside a writer", trial.readersBeside},
	}
}

// viewStands reads everything twice in one View. In between, an Update changes
// everything, or waits for the View to end.
func (c trial) viewStands() {
	m := c.spoiled()
	after := m.clone()
	_ = inTurn(c.Context(), after, everyWrite())
	var found [2][]string
	var access [2]tenancy.AccessRow
	var written error
	var wg sync.WaitGroup
	changed := make(chan struct{})
	c.view(func(ctx context.Context, tx tenancy.ReadTx) (err error) {
		for i := range found {
			if found[i], err = m.differences(ctx, tx); err != nil {
				return err
			}
			if err = accessOne(ctx, tx, userID(1), accountID(1), tenancy.KeyID{}, &access[i]); err != nil {
				return err
			}
			if i == 0 {
				wg.Go(func() {
					written = c.persistently(func(ctx context.Context, tx tenancy.Tx) error {
						return inTurn(ctx, tx, everyWrite())
					})
					close(changed)
				})
				c.wait(changed)
			}
		}
		return nil
	})
	wg.Wait()
	require.NoError(c, written)
	c.alike(slices.Concat(found[0], found[1]))
	require.Equal(c, plain(access[0]), plain(access[1]))
	c.holds(after)
}

// viewUncommitted reads while an Update has written, has not ended, and then rolls back.
func (c trial) viewUncommitted() {
	m := c.spoiled()
	own := &refusal{"own"}
	var found []string
	var failed error
	var wg sync.WaitGroup
	looked := make(chan struct{})
	var once sync.Once
	err := c.store.Update(c.Context(), func(ctx context.Context, tx tenancy.Tx) error {
		if err := inTurn(ctx, tx, everyWrite()); err != nil {
			return err
		}
		// with this a store writes what it held back
		if _, err := read1(ctx, tx, lookup(tenancy.UserRecord{ID: userID(4)})); err != nil {
			return err
		}
		once.Do(func() {
			wg.Go(func() {
				defer close(looked)
				failed = c.store.View(c.Context(), func(ctx context.Context, tx tenancy.ReadTx) (err error) {
					found, err = m.differences(ctx, tx)
					return err
				})
			})
		})
		c.wait(looked)
		return own
	})
	require.Same(c, own, err)
	wg.Wait()
	require.NoError(c, failed)
	c.alike(found)
	c.holds(m)
}

// pagesStand reads a list in pages in one View while others add to it, remove from it
// and move what it holds (GEN-9).
func (c trial) pagesStand() {
	member := func(n int) tenancy.Record {
		return tenancy.MembershipRecord{Organization: orgID(1), User: tenancy.UserID{15: byte(n)}}
	}
	var want []tenancy.Record
	for n := 10; n < 100; n += 10 {
		want = append(want, member(n))
	}
	c.put(want...)
	var got []tenancy.Record
	var failed error
	var once sync.Once
	var wg sync.WaitGroup
	c.view(func(ctx context.Context, tx tenancy.ReadTx) error {
		for at := (tenancy.Key{In: id(1)}); ; {
			page, err := read1(ctx, tx, tenancy.Lookup{Index: tenancy.IndexMembers, Key: at, Limit: 2})
			if err != nil {
				return err
			}
			got = append(got, page.Records...)
			if len(page.Records) < 2 || len(got) > len(want) {
				return nil
			}
			at, _ = keyIn(tenancy.IndexMembers, page.Records[1])
			once.Do(func() {
				changed := make(chan struct{})
				wg.Go(func() {
					failed = c.persistently(func(ctx context.Context, tx tenancy.Tx) error {
						return inTurn(ctx, tx,
							[]writing{deleting(member(10), member(40), member(90)),
								putting(member(5), member(45), member(95), member(99))})
					})
					close(changed)
				})
				c.wait(changed)
			})
		}
	})
	wg.Wait()
	require.NoError(c, failed)
	require.Equal(c, want, got)
}

// readersBeside has readers read what a writer changes together.
func (c trial) readersBeside() {
	const rounds = 25
	head := func(n int) tenancy.HeadRecord { return tenancy.HeadRecord{Stream: stream(1), Sequence: uint64(n)} }
	other := func(n int) tenancy.HeadRecord { return tenancy.HeadRecord{Stream: stream(2), Sequence: uint64(n)} }
	write := func(n int) writing {
		return func(ctx context.Context, tx tenancy.Tx) error {
			if err := tx.Put(ctx, head(n)); err != nil {
				return err
			}
			if err := tx.Append(ctx, chain(stream(1), uint64(n), 1)...); err != nil {
				return err
			}
			return tx.Put(ctx, other(n))
		}
	}
	c.update(write(1))
	look := func(ctx context.Context, tx tenancy.ReadTx) error {
		first, err := read1(ctx, tx, lookup(other(0)))
		if err != nil {
			return err
		}
		events, err := tx.Events(ctx, stream(1), 1, 2*rounds)
		if err != nil {
			return err
		}
		second, err := read1(ctx, tx, lookup(head(0)))
		if err != nil {
			return err
		}
		n := len(events)
		if first.Record != other(n) || second.Record != head(n) {
			return fmt.Errorf("read %+v, then %d events, then %+v", first.Record, n, second.Record)
		}
		return nil
	}
	done := make(chan struct{})
	errs := make([]error, 3)
	var wg sync.WaitGroup
	for r := range 2 {
		wg.Go(func() {
			for errs[r] == nil {
				errs[r] = c.store.View(c.Context(), look)
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	wg.Go(func() {
		defer close(done)
		for n := 2; n <= rounds && errs[2] == nil; n++ {
			errs[2] = c.persistently(write(n))
		}
	})
	wg.Wait()
	for _, err := range errs {
		require.NoError(c, err)
	}
}
