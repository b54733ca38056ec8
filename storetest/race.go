package storetest

import (
	"context"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// raceCases let transactions decide on what they have read while others change it
// (GEN-3). Whatever a store does about that, the outcome is that of one transaction
// after the other.
func raceCases() []testCase {
	return []testCase{
		{"Race/increments", trial.increments},
		{"Race/put if a list is empty", func(c trial) {
			c.putOnce(func(int) tenancy.Lookup {
				return tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: id(1)}, Limit: 1}
			})
		}},
		{"Race/put if a count is zero", func(c trial) {
			c.putOnce(func(int) tenancy.Lookup {
				return tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: id(1)}, Limit: 10,
					Count: true}
			})
		}},
		{"Race/put if the other's is absent", func(c trial) {
			c.putOnce(func(n int) tenancy.Lookup {
				return tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: id(1), ID: id(1 - n)}}
			})
		}},
		{"Race/one entry", trial.oneEntry},
		{"Race/change oneself if the other has not changed", trial.crossedChanges},
		{"Race/delete oneself if another is left", trial.crossedDeletes},
		{"Race/on Access", trial.accessRace},
		{"Race/on events", func(c trial) { c.appendOnce(noEvents) }},
		{"Race/on the outbox", func(c trial) { c.appendOnce(emptyOutbox) }},
		{"Race/one event number", trial.oneNumber},
		{"Race/MoveAll and a new member", trial.moveRace},
		{"Race/what is copied belongs together", trial.copies},
	}
}

// The transactions of a race meet: each reads, and waits until the others have read
// too, before it decides. In a store that runs one Update at a time the others can't
// come while the first waits, so the first has to learn that. A store under test can
// tell by a method
//
//	Waiting() bool
//
// It reports whether a transaction of the store waits at this moment for another one to
// end. It must report true only if that transaction can't go on before. The tests of
// this module add the method to its stores. With the method, transactions wait for each
// other until all have come or one waits. The case fails if neither happens within
// meetingBound. So whether transactions meet does not depend on how busy the machine
// is.
//
// Without the method they wait for each other no longer than patience. A sound store
// passes all the same. A faulty one may pass by luck on a busy machine.
const (
	meetingBound = 5 * time.Minute
	patience     = 100 * time.Millisecond
)

// waiter is a store that says whether a transaction waits for another one.
type waiter interface{ Waiting() bool }

// wait waits until a channel is closed, or until the transaction that is to close it
// waits for the caller's.
func (c trial) wait(closed <-chan struct{}) {
	w, asks := c.store.(waiter)
	if !asks {
		waitFor(closed, patience)
		return
	}
	for begun := time.Now(); !waitFor(closed, time.Millisecond) && !w.Waiting(); {
		if time.Since(begun) > meetingBound {
			c.Errorf(
				"a transaction did not come, and the store says of none that it waits for another one, within %v",
				meetingBound)
			return
		}
	}
}

// waitFor waits for a channel to be closed, and reports whether it was closed in time.
func waitFor(closed <-chan struct{}, most time.Duration) bool {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-closed:
		return true
	case <-timer.C:
		return false
	}
}

// meeting is where transactions wait until all have read.
type meeting struct {
	of     trial
	mu     sync.Mutex
	size   int
	came   map[int]bool
	closed chan struct{}
}

func (c trial) meeting(size int) *meeting {
	return &meeting{of: c, size: size, came: map[int]bool{}, closed: make(chan struct{})}
}

// arrive waits until all have come or can't come. A transaction that is run again comes
// again, and counts once.
func (m *meeting) arrive(who int) {
	m.mu.Lock()
	if !m.came[who] {
		m.came[who] = true
		if len(m.came) == m.size {
			close(m.closed)
		}
	}
	m.mu.Unlock()
	m.of.wait(m.closed)
}

// runner is what runs in a race: it reads, calls read, then decides whether to write,
// and returns what it decided.
type runner = func(ctx context.Context, tx tenancy.Tx, n int, read func()) (wrote bool, err error)

// race runs a function in two transactions at once, each with its number, again and
// again while the store reports that others won. Both commit in the end. The result is
// whether the last run of each wrote.
func (c trial) race(fn runner) (wrote [2]bool) {
	c.Helper()
	together := c.meeting(2)
	var errs [2]error
	var wg sync.WaitGroup
	for n := range errs {
		wg.Go(func() {
			errs[n] = c.persistently(func(ctx context.Context, tx tenancy.Tx) (err error) {
				wrote[n], err = fn(ctx, tx, n, func() { together.arrive(n) })
				return err
			})
		})
	}
	wg.Wait()
	require.NoError(c, errs[0])
	require.NoError(c, errs[1])
	return wrote
}

// winner runs a race of which one may write. It returns the number of the one that
// wrote.
func (c trial) winner(fn runner) int {
	c.Helper()
	wrote := c.race(fn)
	require.True(c, wrote[0] != wrote[1], "one of the two writes: %v", wrote)
	if wrote[0] {
		return 0
	}
	return 1
}

// read1 asks one lookup.
func read1(ctx context.Context, tx tenancy.ReadTx, l tenancy.Lookup) (tenancy.Answer, error) {
	answers, err := tx.Read(ctx, l)
	if err != nil {
		return tenancy.Answer{}, err
	}
	return answers[0], nil
}

// increments adds one to a record again and again from several goroutines. None of the
// additions is lost.
func (c trial) increments() {
	const writers, each = 4, 8
	head := tenancy.HeadRecord{Stream: stream(1)}
	c.put(head)
	together := c.meeting(writers)
	errs := make([]error, writers)
	var wg sync.WaitGroup
	for who := range writers {
		wg.Go(func() {
			for range each {
				err := c.persistently(func(ctx context.Context, tx tenancy.Tx) error {
					answer, err := read1(ctx, tx, lookup(head))
					if err != nil {
						return err
					}
					together.arrive(who)
					next := answer.Record.(tenancy.HeadRecord)
					next.Sequence++
					return tx.Put(ctx, next)
				})
				if err != nil {
					errs[who] = err
					return
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(c, err)
	}
	head.Sequence = writers * each
	require.Equal(c, head, c.get(head))
}

// putOnce lets each of two transactions put a membership if a lookup finds none.
func (c trial) putOnce(look func(n int) tenancy.Lookup) {
	member := func(n int) tenancy.Record {
		return tenancy.MembershipRecord{Organization: orgID(1), User: userID(n)}
	}
	won := c.winner(func(ctx context.Context, tx tenancy.Tx, n int, read func()) (bool, error) {
		found, err := read1(ctx, tx, look(n))
		if err != nil {
			return false, err
		}
		read()
		if found.Record != nil || len(found.Records)+found.Count > 0 {
			return false, nil
		}
		return true, tx.Put(ctx, member(n))
	})
	got := c.ask(tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: id(1)}, Limit: 10})
	require.Equal(c, []tenancy.Record{member(won)}, got[0].Records)
}

// oneEntry lets each of two transactions put a record with the same entry if it finds
// none there (INV-8).
func (c trial) oneEntry() {
	records := [2]tenancy.Record{samples[tenancy.IndexPendingInvitations](0, 1, 1),
		samples[tenancy.IndexPendingInvitations](1, 1, 1)}
	key, _ := keyIn(tenancy.IndexPendingInvitations, records[0])
	won := c.winner(func(ctx context.Context, tx tenancy.Tx, n int, read func()) (bool, error) {
		found, err := read1(ctx, tx, tenancy.Lookup{Index: tenancy.IndexPendingInvitations, Key: key})
		if err != nil {
			return false, err
		}
		read()
		if found.Record != nil {
			return false, nil
		}
		return true, tx.Put(ctx, records[n])
	})
	require.Equal(c, records[won], c.get(records[won]))
	require.Nil(c, c.get(records[1-won]))
}

// crossedChanges lets each of two Administrators become a Standard User if the other is
// still an Administrator.
func (c trial) crossedChanges() {
	admin := func(n int) tenancy.MembershipRecord {
		return tenancy.MembershipRecord{Organization: orgID(1), User: userID(n), Role: tenancy.Administrator}
	}
	user := func(n int) tenancy.MembershipRecord {
		return tenancy.MembershipRecord{Organization: orgID(1), User: userID(n), Role: tenancy.StandardUser}
	}
	c.put(admin(0), admin(1))
	won := c.winner(func(ctx context.Context, tx tenancy.Tx, n int, read func()) (bool, error) {
		other, err := read1(ctx, tx, lookup(admin(1-n)))
		if err != nil {
			return false, err
		}
		read()
		if other.Record != admin(1-n) {
			return false, nil
		}
		return true, tx.Put(ctx, user(n))
	})
	require.Equal(c, user(won), c.get(user(won)))
	require.Equal(c, admin(1-won), c.get(admin(1-won)))
}

// crossedDeletes lets each of two members leave if there are two.
func (c trial) crossedDeletes() {
	member := func(n int) tenancy.Record {
		return tenancy.MembershipRecord{Organization: orgID(1), User: userID(n)}
	}
	all := tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: id(1)}, Limit: 10}
	c.put(member(0), member(1))
	won := c.winner(func(ctx context.Context, tx tenancy.Tx, n int, read func()) (bool, error) {
		found, err := read1(ctx, tx, all)
		if err != nil {
			return false, err
		}
		read()
		if len(found.Records) < 2 {
			return false, nil
		}
		return true, tx.Delete(ctx, member(n))
	})
	require.Equal(c, []tenancy.Record{member(1 - won)}, c.ask(all)[0].Records)
}

// accessRace lets one transaction suspend an account if the user has no roles there,
// and the other give the user roles if the account is not suspended.
func (c trial) accessRace() {
	account := tenancy.AccountRecord{ID: accountID(1)}
	c.put(account, tenancy.UserRecord{ID: userID(1)})
	won := c.winner(func(ctx context.Context, tx tenancy.Tx, n int, read func()) (bool, error) {
		var row tenancy.AccessRow
		if err := accessOne(ctx, tx, userID(1), accountID(1), tenancy.KeyID{}, &row); err != nil {
			return false, err
		}
		read()
		switch suspended := account; {
		case n == 0 && row.Roles.IsZero():
			suspended.SuspendedPlatform = true
			return true, tx.Put(ctx, suspended)
		case n == 1 && !row.Suspended:
			return true, tx.Put(ctx, tenancy.GrantRecord{Account: account.ID, User: userID(1),
				Roles: tenancy.Roles(tenancy.Support)})
		}
		return false, nil
	})
	row := c.access(userID(1), accountID(1), tenancy.KeyID{})
	require.Equal(c, won == 0, row.Suspended)
	require.Equal(c, won == 1, !row.Roles.IsZero())
}

// appendOnce lets each of two transactions append an event to a stream of its own if it
// finds no events.
func (c trial) appendOnce(none func(ctx context.Context, tx tenancy.ReadTx, n int) (bool, error)) {
	won := c.winner(func(ctx context.Context, tx tenancy.Tx, n int, read func()) (bool, error) {
		empty, err := none(ctx, tx, n)
		if err != nil {
			return false, err
		}
		read()
		if !empty {
			return false, nil
		}
		return true, tx.Append(ctx, chain(stream(n), 1, 1)...)
	})
	c.same(chain(stream(won), 1, 1), c.outbox(tenancy.Stream{}, 10))
	c.same(chain(stream(won), 1, 1), c.events(stream(won), 1, 10))
	require.Empty(c, c.events(stream(1-won), 1, 10))
}

func noEvents(ctx context.Context, tx tenancy.ReadTx, n int) (bool, error) {
	events, err := tx.Events(ctx, stream(1-n), 1, 10)
	return len(events) == 0, err
}

func emptyOutbox(ctx context.Context, tx tenancy.ReadTx, _ int) (bool, error) {
	events, err := tx.Outbox(ctx, tenancy.Stream{}, 10)
	return len(events) == 0, err
}

// oneNumber lets two transactions append an event of the same number without having
// read the stream. One of them does, and the other is refused (EVT-2).
func (c trial) oneNumber() {
	together := c.meeting(2)
	var errs [2]error
	var wg sync.WaitGroup
	for n := range errs {
		event := chain(stream(1), 1, 1)[0]
		event.Operation = operationID(n)
		wg.Go(func() {
			errs[n] = c.store.Update(c.Context(), func(ctx context.Context, tx tenancy.Tx) error {
				if _, err := read1(ctx, tx, lookup(tenancy.UserRecord{ID: userID(n)})); err != nil {
					return err
				}
				together.arrive(n)
				if err := tx.Put(ctx, tenancy.UserRecord{ID: userID(n)}); err != nil {
					return err
				}
				return tx.Append(ctx, event)
			})
		})
	}
	wg.Wait()
	won := 0
	if errs[0] != nil {
		won = 1
	}
	require.NoError(c, errs[won])
	c.busy(errs[1-won])
	events := c.events(stream(1), 1, 10)
	require.Len(c, events, 1)
	require.Equal(c, operationID(won), events[0].Operation)
	require.NotNil(c, c.get(tenancy.UserRecord{ID: userID(won)}))
	require.Nil(c, c.get(tenancy.UserRecord{ID: userID(1 - won)}))
}

// moveRace lets one transaction merge an organization into another while the other one
// joins it if it is active. No member stays behind (INV-9).
func (c trial) moveRace() {
	org := tenancy.OrganizationRecord{ID: orgID(1), State: tenancy.StateActive}
	c.put(org, tenancy.OrganizationRecord{ID: orgID(2), State: tenancy.StateActive},
		tenancy.MembershipRecord{Organization: orgID(1), User: userID(5)})
	wrote := c.race(func(ctx context.Context, tx tenancy.Tx, n int, read func()) (bool, error) {
		found, err := read1(ctx, tx, lookup(org))
		if err != nil {
			return false, err
		}
		read()
		if n == 1 {
			if found.Record != org {
				return false, nil
			}
			return true, tx.Put(ctx, tenancy.MembershipRecord{Organization: orgID(1), User: userID(6)},
				tenancy.AccountRecord{ID: accountID(6), Organization: orgID(1)})
		}
		merged := org
		merged.State, merged.MergedInto = tenancy.StateMerged, orgID(2)
		if err := tx.MoveAll(ctx, tenancy.Move{From: orgID(1), Into: orgID(2), At: 3}); err != nil {
			return false, err
		}
		return true, tx.Put(ctx, merged)
	})
	joined := 0
	if wrote[1] {
		joined = 1
	}
	got := c.ask(
		tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: id(1)}, Limit: 10},
		tenancy.Lookup{Index: tenancy.IndexAccountsIn, Key: tenancy.Key{In: id(1)}, Limit: 10},
		tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: id(2)}, Limit: 10},
		tenancy.Lookup{Index: tenancy.IndexAccountsIn, Key: tenancy.Key{In: id(2)}, Limit: 10})
	require.Empty(c, got[0].Records, "a member stays behind")
	require.Empty(c, got[1].Records, "an account stays behind")
	require.Len(c, got[2].Records, 1+joined, "the members moved")
	require.Len(c, got[3].Records, joined, "the accounts moved")
}

// copies reads two records one after the other while another transaction changes both.
// What an Update commits, it has read from one state.
func (c trial) copies() {
	pair := func(n int) []tenancy.Record {
		return []tenancy.Record{tenancy.HeadRecord{Stream: stream(1), Sequence: uint64(n)},
			tenancy.HeadRecord{Stream: stream(2), Sequence: uint64(n)}}
	}
	c.put(pair(1)...)
	halfway, changed := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var wg sync.WaitGroup
	var errs [2]error
	wg.Go(func() {
		defer once.Do(func() { close(halfway) }) // if it has failed before
		errs[0] = c.persistently(func(ctx context.Context, tx tenancy.Tx) error {
			first, err := read1(ctx, tx, lookup(pair(0)[0]))
			if err != nil {
				return err
			}
			once.Do(func() { close(halfway) })
			c.wait(changed)
			second, err := read1(ctx, tx, lookup(pair(0)[1]))
			if err != nil {
				return err
			}
			return tx.Put(ctx,
				tenancy.HeadRecord{Stream: stream(3), Sequence: first.Record.(tenancy.HeadRecord).Sequence},
				tenancy.HeadRecord{Stream: stream(4), Sequence: second.Record.(tenancy.HeadRecord).Sequence})
		})
	})
	wg.Go(func() {
		<-halfway
		errs[1] = c.persistently(putting(pair(2)...))
		close(changed)
	})
	wg.Wait()
	require.NoError(c, errs[0])
	require.NoError(c, errs[1])
	copied := c.ask(lookup(tenancy.HeadRecord{Stream: stream(3)}),
		lookup(tenancy.HeadRecord{Stream: stream(4)}))
	require.Equal(c, copied[0].Record.(tenancy.HeadRecord).Sequence,
		copied[1].Record.(tenancy.HeadRecord).Sequence)
}
