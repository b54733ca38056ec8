package pgstore_test

import (
	"context"
	"flag"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/pgserver"
	"github.com/add4b1c6/tenancy/pgstore"
)

// kills is for runs by hand: go test -run 'Killed' -kills=300.
var kills = flag.Int("kills", 0, "how many clients, servers and relays are killed in each test of that; 0: a few")

// killing returns how many are killed.
func killing(few, short int) int {
	switch {
	case *kills > 0:
		return *kills
	case testing.Short():
		return short
	}
	return few
}

// TestClientsKilled kills processes that write, at random moments. What they
// acknowledged is there and whole. What they had begun is whole or absent. What was
// reported as not done remains so (GEN-3, GEN-13).
func TestClientsKilled(t *testing.T) {
	t.Parallel()
	needServer(t)
	const most = 10 // in one database: what is looked at in the end grows with it
	for left := killing(8, 3); left > 0; left -= most {
		t.Run("", func(t *testing.T) { killClients(t, min(left, most)) })
	}
}

func killClients(t *testing.T, n int) {
	store, pool := open(t, nil)
	l, who := newLedger(), ids(shared(t, store))
	dir, err := tenancy.New(store, nil)
	require.NoError(t, err)
	verdicts := map[tenancy.OperationID]bool{}
	type client struct {
		*child
		*ledger
	}
	begin := func() client {
		own := newLedger()
		return client{start(t, "writer", pool, who, func(said string) { l.hear(said); own.hear(said) }), own}
	}
	clients := []client{begin(), begin()}
	for i := range n {
		c := clients[i%2]
		<-c.spoke
		soon(200 * time.Millisecond)
		c.kill(t)
		for _, w := range c.open() { // its server may be at it still
			verdicts[w.id] = isDone(t, dir, w)
		}
		clients[i%2] = begin()
	}
	for _, c := range clients {
		<-c.spoke
		c.finish(t)
	}
	done := 0
	for _, w := range l.open() {
		if there, asked := verdicts[w.id]; asked {
			require.Equal(t, there, isDone(t, dir, w), "%s %s was said to be done: %t", w.name, w.id, there)
			if there {
				done++
			}
		}
	}
	t.Logf("%d kills: %d operations acknowledged, %d cut off, %d of these done", n, len(l.acknowledged()),
		len(verdicts), done)
	whole(t, store, l)
}

// ownServer starts a server to be killed. Its settings are PostgreSQL's own, except
// that what is not written at a commit is written much later. Only commits with
// synchronous_commit=off lose anything by that, and the test is about these.
func ownServer(t *testing.T) *pgserver.Server {
	needServer(t)
	own, err := pgserver.Start("wal_writer_delay=10s")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, own.Stop()) })
	return own
}

// TestServerKilled kills all processes of the server at once while writers write.
// Nothing that was acknowledged is lost, and nothing is half done (GEN-3). The writers
// settle what they do not know, and go on (GEN-13).
func TestServerKilled(t *testing.T) {
	t.Parallel()
	own := ownServer(t)
	const most = 10 // in one database
	left := killing(4, 2)
	for i := 0; left > 0; left -= most {
		i++
		t.Run("", func(t *testing.T) {
			k := newServerKiller(t, own, fmt.Sprint("full", i), "")
			for range min(left, most) {
				require.Empty(t, k.kill(t), "acknowledged and lost")
			}
			k.finish(t)
			whole(t, k.store, k.ledger)
		})
	}
	// The same kills, on a server that acknowledges a commit before it has written it.
	// They find the loss, which shows that a loss would be found above.
	t.Run("synchronous_commit=off loses what was acknowledged", func(t *testing.T) {
		k := newServerKiller(t, own, "weak", " synchronous_commit=off")
		var lost []work
		n := 0
		const most = 50
		for ; n < most && len(lost) == 0; n++ {
			lost = k.kill(t)
		}
		k.finish(t)
		require.NotEmpty(t, lost, "%d kills, and nothing that was acknowledged is lost", most)
		t.Logf("%d operations acknowledged and lost at kill %d", len(lost), n)
	})
}

// serverKiller kills a server under its writers.
type serverKiller struct {
	*ledger
	server  *pgserver.Server
	store   *pgstore.Store
	writers []*writer
	stop    chan struct{}
	running sync.WaitGroup
	kills   int
}

func newServerKiller(t *testing.T, own *pgserver.Server, database, settings string) *serverKiller {
	admin := connect(t, own.URL("postgres"))
	_, err := admin.Exec(t.Context(), "CREATE DATABASE "+database)
	require.NoError(t, err)
	t.Cleanup(
		func() { // a server that was killed looks at all of its files, and that takes the longer the more there are
			defer admin.Close()
			asks := &writer{}
			require.NoError(t, asks.persists(func() error {
				_, err := admin.Exec(context.Background(), "DROP DATABASE "+database+" WITH (FORCE)")
				return err
			}))
		},
	)
	full := connect(t, own.URL(database))
	defer full.Close()
	require.NoError(t, pgstore.New(full, nil).Migrate(t.Context()))
	up := shared(t, pgstore.New(full, nil))
	pool := connect(t, own.URL(database)+settings)
	t.Cleanup(pool.Close)
	k := &serverKiller{ledger: newLedger(), server: own, store: pgstore.New(pool, nil),
		stop: make(chan struct{})}
	for range 4 {
		w := newWriter(t, k.store, k.hear, k.stop)
		w.common = up
		k.writers = append(k.writers, w)
		k.running.Go(w.write)
	}
	t.Cleanup(k.end)
	return k
}

func (k *serverKiller) end() {
	if !ended(k.stop) {
		close(k.stop)
	}
	k.running.Wait()
}

// kill kills the server at a random moment and starts it again. It returns what was
// acknowledged before and is not there.
func (k *serverKiller) kill(t *testing.T) []work {
	before := k.len()
	for begun := time.Now(); k.len() < before+8; { // so that there is something to lose
		require.Less(t, time.Since(begun), patient)
		soon(10 * time.Millisecond)
	}
	soon(200 * time.Millisecond)
	require.NoError(t, k.server.Kill())
	acknowledged := k.acknowledged()
	require.NoError(t, k.server.Restart())
	k.kills++
	return k.missing(t, acknowledged)
}

// missing returns those of the operations that have no record.
func (k *serverKiller) missing(t *testing.T, of []work) (lost []work) {
	var lookups []tenancy.Lookup
	for _, w := range of {
		lookups = append(lookups, tenancy.Lookup{Index: tenancy.IndexOperations,
			Key: tenancy.Key{Text: w.actor.String(), ID: w.id}})
	}
	var answers []tenancy.Answer
	asks := &writer{} // whose connections are those that the server cut
	require.NoError(t, asks.persists(func() error {
		return k.store.View(t.Context(), func(ctx context.Context, tx tenancy.ReadTx) (err error) {
			answers, err = tx.Read(ctx, lookups...)
			return err
		})
	}))
	for i, a := range answers {
		if o, ok := a.Record.(tenancy.OperationRecord); !ok || o.Fence {
			lost = append(lost, of[i])
		}
	}
	return lost
}

// finish lets the writers finish.
func (k *serverKiller) finish(t *testing.T) {
	k.end()
	again, settled := 0, 0
	for _, w := range k.writers {
		again, settled = again+w.again, settled+w.settled
	}
	t.Logf("%d kills: %d operations acknowledged, %d left open; %d calls made again, %d outcomes asked for",
		k.kills, len(k.acknowledged()), len(k.open()), again, settled)
}
