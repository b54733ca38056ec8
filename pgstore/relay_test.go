package pgstore_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/pgstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// delivery is an event that a relay delivered to its consumer.
type delivery struct {
	relay    int // a process
	call     int // of Relay there
	stream   string
	sequence uint64
	hash     string
}

// childRelays relays until it is told to stop, and then relays what is left. Its
// consumer appends each delivery to a file that all relays share. So the file has all
// deliveries in their order, and also those that a killed relay could not acknowledge
// any more.
func childRelays(t *testing.T, pool *pgxpool.Pool, o *orders) {
	dir, err := tenancy.New(pgstore.New(pool, nil), &tenancy.Options{RelayLease: relayLease})
	require.NoError(t, err)
	file, err := os.OpenFile(os.Getenv(told), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	defer file.Close()
	for call := 1; ; call++ {
		last := ended(o.stop)
		n, err := dir.System().Relay(t.Context(), func(_ context.Context, e tenancy.Event) error {
			_, err := fmt.Fprintf(file, "%d %d %s %d %x\n", os.Getpid(), call, e.Stream, e.Sequence, e.Hash)
			return err
		})
		if errors.Is(err, tenancy.CodeBusy) {
			continue // its lease was over, or others kept winning: what this one has, comes again
		}
		require.NoError(t, err)
		say("call", call, n)
		switch {
		case n > 0:
		case last && pending(t, pool) == 0: // none waits for the lease of a relay that was killed
			return
		default:
			soon(5 * time.Millisecond)
		}
	}
}

// relayLease is how long the streams of a relay that was killed wait for another one.
const relayLease = time.Second

// pending returns how many events are.
func pending(t *testing.T, pool *pgxpool.Pool) (n int) {
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT count(*) FROM tenancy_outbox").Scan(&n))
	return n
}

// TestRelaysKilled lets three processes relay at once while others write, and kills
// them at random moments. Every event is delivered, none before the one before it in
// its stream, and nothing stays pending (EVT-5).
func TestRelaysKilled(t *testing.T) {
	t.Parallel()
	needServer(t)
	store, pool := open(t, nil)
	up := shared(t, store)
	path := filepath.Join(t.TempDir(), "deliveries")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	begin := func() *child { return start(t, "relay", pool, path, func(string) {}) }
	relays := []*child{begin(), begin(), begin()}

	l, stop := newLedger(), make(chan struct{})
	var writing sync.WaitGroup
	end := sync.OnceFunc(func() { close(stop); writing.Wait() })
	defer end()
	for range 2 {
		w := newWriter(t, store, l.hear, stop)
		w.common = up
		writing.Go(w.write)
	}
	n := killing(8, 3)
	for range n {
		i := rand.N(len(relays))
		<-relays[i].spoke
		soon(100 * time.Millisecond)
		relays[i].kill(t)
		relays[i] = begin()
	}
	end()
	for _, r := range relays {
		<-r.spoke
		r.finish(t)
	}

	dir, err := tenancy.New(store, nil)
	require.NoError(t, err)
	missing := map[string]string{}
	for _, e := range logs(t, dir, storetest.Everything(t, store)) {
		missing[fmt.Sprint(e.Stream, " ", e.Sequence)] = fmt.Sprintf("%x", e.Hash)
	}
	events := maps.Clone(missing)
	all := deliveries(t, path)
	inOrder(t, all)
	for _, d := range all {
		at := fmt.Sprint(d.stream, " ", d.sequence)
		require.Equal(t, events[at], d.hash, at)
		delete(missing, at)
	}
	require.Empty(t, missing, "not delivered")
	require.NoError(t, store.View(t.Context(), func(ctx context.Context, tx tenancy.ReadTx) error {
		pending, err := tx.Outbox(ctx, tenancy.Stream{}, 10)
		require.Empty(t, pending)
		return err
	}))
	require.Empty(t, l.strange)
	t.Logf("%d relays killed: %d events, %d deliveries", n, len(events), len(all))
}

func deliveries(t *testing.T, path string) (all []delivery) {
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		var d delivery
		_, err := fmt.Sscanf(line, "%d %d %s %d %s\n", &d.relay, &d.call, &d.stream, &d.sequence, &d.hash)
		require.NoError(t, err, line)
		all = append(all, d)
	}
	return all
}

// inOrder requires that no event came before the one before it was delivered, and that
// each call of Relay delivered the events of a stream one after the other.
func inOrder(t *testing.T, all []delivery) {
	type call struct {
		relay, call int
		stream      string
	}
	delivered, inCall := map[string]uint64{}, map[call]uint64{}
	for _, d := range all {
		require.LessOrEqual(t, d.sequence, delivered[d.stream]+1, "%s %d came before the one before it",
			d.stream, d.sequence)
		delivered[d.stream] = max(delivered[d.stream], d.sequence)
		c := call{d.relay, d.call, d.stream}
		if last := inCall[c]; last != 0 {
			require.Equal(t, last+1, d.sequence, "%s in one call", d.stream)
		}
		inCall[c] = d.sequence
	}
}
