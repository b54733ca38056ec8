package pgstore_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/storetest"
)

// work is an operation that was noted before it began.
type work struct {
	actor        tenancy.Actor
	id           tenancy.OperationID
	name         string
	acknowledged bool
}

// ledger holds what was noted of operations.
type ledger struct {
	mu      sync.Mutex
	all     []*work
	byID    map[tenancy.OperationID]*work
	strange []string // what must not be heard
}

func newLedger() *ledger { return &ledger{byID: map[tenancy.OperationID]*work{}} }

// hear notes what a writer says.
func (l *ledger) hear(said string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	words := strings.Fields(said)
	switch {
	case words[0] == "begin" && len(words) == 4:
		actor, err1 := tenancy.ParseActor(words[1])
		id, err2 := tenancy.ParseID[tenancy.OperationID](words[2])
		if errors.Join(err1, err2) == nil {
			l.byID[id] = &work{actor: actor, id: id, name: words[3]}
			l.all = append(l.all, l.byID[id])
			return
		}
	case words[0] == "done" && len(words) == 2:
		if id, err := tenancy.ParseID[tenancy.OperationID](words[1]); err == nil && l.byID[id] != nil {
			l.byID[id].acknowledged = true
			return
		}
	}
	l.strange = append(l.strange, said)
}

// acknowledged returns the operations that were acknowledged.
func (l *ledger) acknowledged() []work { return l.which(func(w *work) bool { return w.acknowledged }) }

// open returns the operations that were not acknowledged.
func (l *ledger) open() []work { return l.which(func(w *work) bool { return !w.acknowledged }) }

func (l *ledger) which(holds func(*work) bool) (some []work) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.all {
		if holds(w) {
			some = append(some, *w)
		}
	}
	return some
}

func (l *ledger) len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.all)
}

// isDone reports, for good, whether an operation was done.
func isDone(t *testing.T, dir *tenancy.Directory, w work) bool {
	outcome, err := dir.System().ActorOutcome(t.Context(), w.actor, w.id, time.Now())
	if errors.Is(err, tenancy.CodeNotFound) {
		return false
	}
	require.NoError(t, err)
	require.Equal(t, w.name, outcome.Name)
	require.Equal(t, w.actor, outcome.Actor)
	require.Positive(t, outcome.Events)
	return true
}

// whole requires everything that was acknowledged, and nothing that is half done. Of
// each operation there is its record, all its events, pending and in their streams, and
// what it made, or nothing at all.
func whole(t *testing.T, store tenancy.Store, l *ledger) {
	t.Helper()
	dir, err := tenancy.New(store, nil)
	require.NoError(t, err)
	require.Empty(t, l.strange)
	for _, w := range l.acknowledged() {
		require.True(t, isDone(t, dir, w), "%s %s was acknowledged and is not there", w.name, w.id)
	}
	sound(t, dir)

	type key struct {
		tenancy.Actor
		tenancy.OperationID
	}
	events, total := map[key]int{}, 0
	records := storetest.Everything(t, store)
	for _, e := range logs(t, dir, records) {
		events[key{e.Actor, e.Operation}]++
		total++
	}
	for _, r := range records {
		o, ok := r.(tenancy.OperationRecord)
		if !ok {
			continue
		}
		require.Equal(t, o.Events, events[key{o.Actor, o.ID}], "%s %s", o.Name, o.ID)
		delete(events, key{o.Actor, o.ID})
		outcome, err := dir.System().ActorOutcome(t.Context(), o.Actor, o.ID, time.Now())
		if o.Fence {
			require.ErrorIs(t, err, tenancy.CodeNotFound)
			continue
		}
		require.NoError(t, err)
		madeIn(t, records, tenancy.IndexOrganizations, outcome.Created.Organizations)
		madeIn(t, records, tenancy.IndexUsers, outcome.Created.Users)
		madeIn(t, records, tenancy.IndexAccounts, outcome.Created.Accounts)
		madeIn(t, records, tenancy.IndexInvitations, outcome.Created.Invitations)
	}
	require.Empty(t, events, "events of an operation without its record")
	pending, err := dir.System().Relay(t.Context(), func(context.Context, tenancy.Event) error { return nil })
	require.NoError(t, err)
	require.Equal(t, total, pending)
}

// madeIn requires the records of IDs.
func madeIn[ID interface {
	~[16]byte
	String() string
}](t *testing.T, records map[tenancy.Entry]tenancy.Record, index tenancy.Index, made []ID) {
	t.Helper()
	for _, id := range made {
		require.Contains(t, records, tenancy.Entry{Index: index, Key: tenancy.Key{ID: id}}, "%s was made", id)
	}
}

// sound requires that Check with Replay finds nothing.
func sound(t *testing.T, dir *tenancy.Directory) {
	t.Helper()
	for violation, err := range dir.Check(t.Context(), tenancy.CheckOptions{Replay: true}) {
		require.NoError(t, err)
		require.Fail(t, "a violation", "%v", violation)
	}
}

// logs returns the events of all streams. None was tampered with (EVT-6).
func logs(t *testing.T, dir *tenancy.Directory, records map[tenancy.Entry]tenancy.Record) (events []tenancy.Event) {
	t.Helper()
	for _, r := range records {
		head, ok := r.(tenancy.HeadRecord)
		if !ok {
			continue
		}
		for found, err := range dir.System().VerifyLog(t.Context(), head.Stream) {
			require.NoError(t, err)
			require.Fail(t, "tampered with", "%v", found)
		}
		for e, err := range dir.System().Events(t.Context(), head.Stream, tenancy.EventQuery{}) {
			require.NoError(t, err)
			events = append(events, e)
		}
	}
	return events
}
