package sqlitestore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/sqlitestore"
	"github.com/add4b1c6/tenancy/storetest"
)

// sound requires that Check with Replay finds nothing: no half of an operation, and
// every stream whole.
func sound(t testing.TB, store tenancy.Store) *tenancy.Directory {
	dir, err := tenancy.New(store, nil)
	require.NoError(t, err)
	for violation, err := range dir.Check(t.Context(), tenancy.CheckOptions{Replay: true}) {
		require.NoError(t, err)
		require.Fail(t, "not sound", "%v", violation)
	}
	return dir
}

// TestKill kills a process that writes, again and again at random moments. What the
// process acknowledged is there, whatever else is there is whole, and the log is
// unbroken.
func TestKill(t *testing.T) {
	t.Parallel()
	const ofOneFile = 20
	path, acknowledged, longest := "", 0, 0
	for n := range *kills {
		if n%ofOneFile == 0 {
			path = fresh(t)
			openFile(t, path)
		}
		p := start(t, path, "operations")
		all := p.reported(t, func() { time.AfterFunc(rand.N(30*time.Millisecond), p.kill) })
		p.killed(t)
		acknowledged += len(all)
		longest = max(longest, len(all))

		store, err := sqlitestore.Open(t.Context(), path, nil)
		require.NoError(t, err)
		host := sound(t, store).System()
		for _, op := range all {
			outcome, err := host.ActorOutcome(t.Context(), op.actor, op.id, time.Now())
			require.NoError(t, err, "kill %d: %s was acknowledged, and is not there", n, op.name)
			require.Equal(t, op.name, outcome.Name)
		}
		require.NoError(t, store.Close())
	}
	require.NotZero(t, acknowledged)
	t.Logf("%d kills, %d operations acknowledged, up to %d of one process", *kills, acknowledged, longest)
}

// history is a file whose log holds some operations, with the records after each of
// them.
type history struct {
	database, wal []byte
	states        []map[tenancy.Entry]tenancy.Record
}

func newHistory(t *testing.T) *history {
	path := fresh(t)
	store := openFile(t, path)
	h := &history{}
	dir, err := tenancy.New(store, nil)
	require.NoError(t, err)
	did := func(err error) {
		require.NoError(t, err)
		h.states = append(h.states, storetest.Everything(t, store))
	}
	did(nil)
	ana, err := dir.System().SignUp(t.Context(),
		tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana", Organization: "Acme",
			Account: "Main"})
	did(err)
	require.NoError(t, store.Checkpoint(t.Context()))
	s := dir.As(ana.User.ID)
	for _, name := range []string{"ben", "cy", "dee"} {
		sent, err := s.InviteUser(t.Context(), ana.Organization.ID,
			tenancy.NewInvitation{Email: name + "@acme.com"})
		did(err)
		_, err = dir.System().SignUp(t.Context(),
			tenancy.NewSignUp{Email: tenancy.Proven(name + "@acme.com"), Name: name, Secret: sent.Secret})
		did(err)
		_, err = s.CreateAccount(t.Context(), ana.Organization.ID, tenancy.NewAccount{Name: name})
		did(err)
	}
	did(s.DeleteOrganization(t.Context(), ana.Organization.ID, tenancy.OrganizationDeletion{}))
	h.database, err = os.ReadFile(path)
	require.NoError(t, err)
	h.wal, err = os.ReadFile(path + "-wal")
	require.NoError(t, err)
	return h
}

// spoiled returns the log torn at some place, with a bit flipped, or with a stretch of
// zeros, as a disk that lost power may leave it.
func (h *history) spoiled() []byte {
	wal, at := append([]byte(nil), h.wal...), rand.IntN(len(h.wal))
	switch rand.IntN(3) {
	case 0:
		return wal[:at]
	case 1:
		wal[at] ^= 1 << rand.IntN(8)
	case 2:
		clear(wal[at:min(len(wal), at+512)])
	}
	return wal
}

// TestTornWAL spoils the log that a process left. What Open then finds is the whole
// state after some of the operations, or an error.
func TestTornWAL(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	reached := map[int]bool{}
	open := func(wal []byte) {
		path := filepath.Join(t.TempDir(), "torn.db")
		require.NoError(t, os.WriteFile(path, h.database, 0o600))
		require.NoError(t, os.WriteFile(path+"-wal", wal, 0o600))
		store, err := sqlitestore.Open(t.Context(), path, nil)
		require.NoError(t, err)
		sound(t, store)
		state := storetest.Everything(t, store)
		require.NoError(t, store.Close())
		for n, s := range h.states {
			if len(s) == len(state) && equal(s, state) {
				reached[n] = true
				return
			}
		}
		require.Fail(t, "a state that there never was")
	}
	open(h.wal)
	require.Equal(t, map[int]bool{len(h.states) - 1: true}, reached)
	for range *tears {
		open(h.spoiled())
	}
	require.Greater(t, len(reached), 2)
}

func equal(a, b map[tenancy.Entry]tenancy.Record) bool {
	for at, r := range a {
		if b[at] != r {
			return false
		}
	}
	return true
}

// TestProcesses lets several processes and goroutines count in one file. No count is
// lost, and none of them has to give up.
func TestProcesses(t *testing.T) {
	t.Parallel()
	const processes, each = 3, 60
	path := fresh(t)
	openFile(t, path)
	store := opened(t, path, &sqlitestore.Options{RetryFor: givesUp})
	var all []*process
	for range processes {
		all = append(all, start(t, path, "count 60"))
	}
	require.NoError(t, countAlong(t, store, each))
	for _, p := range all {
		require.True(t, p.lines.Scan(), "a process gave up")
		require.Equal(t, "counted", p.lines.Text())
		require.NoError(t, p.Wait())
	}
	require.EqualValues(t, (processes+1)*each, counted(t, store))
}

func countAlong(t *testing.T, store tenancy.Store, n int) error {
	for range n {
		if err := store.Update(t.Context(), increment); err != nil {
			return err
		}
	}
	return nil
}

// TestMigrateAtOnce lets several processes migrate a new file at once. It is done once.
func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	var all []*process
	for range 4 {
		all = append(all, start(t, path, "migrate"))
	}
	for _, p := range all {
		require.NoError(t, p.Wait())
	}
	var versions int
	require.NoError(t, database(t, path, asDocumented).QueryRowContext(t.Context(),
		"SELECT count(*) FROM tenancy_schema").Scan(&versions))
	require.Equal(t, 1, versions)
	sound(t, openFile(t, path))
}

// TestKilledRelay kills a process that relays. While it lived, its stream was its own.
// Afterwards the stream waits for the lease to be over, and is taken over from where the
// process had acknowledged (EVT-5).
func TestKilledRelay(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	store := openFile(t, path)
	dir, err := tenancy.New(store, &tenancy.Options{RelayLease: untilKilled})
	require.NoError(t, err)
	ana, err := dir.System().SignUp(t.Context(),
		tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana", Organization: "Acme", Account: "Main"})
	require.NoError(t, err)
	org := ana.Organization.ID
	for n := range 150 {
		_, err := dir.As(ana.User.ID).RenameOrganization(t.Context(), org, fmt.Sprint("Acme ", n))
		require.NoError(t, err)
	}
	head, err := dir.System().LogHead(t.Context(), tenancy.Stream{Organization: org})
	require.NoError(t, err)

	p := start(t, path, "relay")
	require.True(t, p.lines.Scan())
	var got []uint64
	take := func(_ context.Context, e tenancy.Event) error {
		got = append(got, e.Sequence)
		return nil
	}
	for _, kill := range []func(){func() {}, p.kill} {
		kill()
		n, err := dir.System().Relay(t.Context(), take)
		require.NoError(t, err)
		require.Zero(t, n)
	}
	p.killed(t)
	require.Equal(t, 1, storetest.EndLeases(t, store))
	n, err := dir.System().Relay(t.Context(), take)
	require.NoError(t, err)
	require.EqualValues(t, head.Sequence-100, n)
	for i, sequence := range got {
		require.EqualValues(t, 101+i, sequence)
	}
	sound(t, store)
}
