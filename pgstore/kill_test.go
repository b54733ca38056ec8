package pgstore_test

import (
	"bufio"
	"bytes"
	"context"
	cryptorand "crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/pgserver"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/pgstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// kills is for runs by hand: go test -run 'Killed' -kills=300.
var kills = flag.Int("kills", 0, "how many clients, servers and relays are killed in each test of that; 0: a few")

// killing says how many are killed.
func killing(few, short int) int {
	switch {
	case *kills > 0:
		return *kills
	case testing.Short():
		return short
	}
	return few
}

// The variables that have a process of the test binary play a part, and in which database.
const (
	partIn     = "PGSTORE_TEST_PART"
	databaseOf = "PGSTORE_TEST_DATABASE"
	told       = "PGSTORE_TEST_TOLD" // what else the part is to know
)

// TestChild is where the processes begin that other tests start. In any other process it has nothing to do.
func TestChild(t *testing.T) {
	parts := map[string]func(*testing.T, *pgxpool.Pool, *orders){"writer": childWrites, "relay": childRelays, "contender": childContends}
	if part := parts[os.Getenv(partIn)]; part != nil {
		part(t, connect(t, os.Getenv(databaseOf)), listen())
	}
}

// orders are what a child is told by its standard input.
type orders struct {
	begin chan struct{} // closed at the first byte
	stop  chan struct{} // closed at its end: when the parent closes it, and when the parent has died
}

func listen() *orders {
	o := &orders{make(chan struct{}), make(chan struct{})}
	go func() {
		if n, _ := os.Stdin.Read(make([]byte, 1)); n > 0 {
			close(o.begin)
		}
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(o.stop)
	}()
	return o
}

func ended(stop <-chan struct{}) bool {
	select {
	case <-stop:
		return true
	default:
		return false
	}
}

// line marks what a child says to its parent among what the testing package prints.
const line = "child: "

// child is a process that plays a part.
type child struct {
	*exec.Cmd
	stdin io.WriteCloser
	spoke chan struct{} // closed when it has said something
	heard chan struct{} // closed when all it has said was heard

	printed, complained bytes.Buffer // what else it wrote
}

// start starts a child. What it says, hear is given line by line.
func start(t *testing.T, part string, pool *pgxpool.Pool, tell string, hear func(string)) *child {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	c := &child{Cmd: exec.Command(self, "-test.run=^TestChild$", "-test.timeout=10m"), spoke: make(chan struct{}), heard: make(chan struct{})}
	c.Env = append(os.Environ(), serverOf+"="+server.Dir, partIn+"="+part, databaseOf+"="+pool.Config().ConnString(), told+"="+tell)
	c.Stderr = &c.complained
	c.stdin, err = c.StdinPipe()
	require.NoError(t, err)
	stdout, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	go func() {
		defer close(c.heard)
		spoke := sync.OnceFunc(func() { close(c.spoke) })
		defer spoke()
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			if said, ok := strings.CutPrefix(lines.Text(), line); ok {
				hear(said)
				spoke()
			} else {
				fmt.Fprintln(&c.printed, lines.Text())
			}
		}
	}()
	t.Cleanup(func() {
		_ = c.Process.Kill() // one that a failed test left
		<-c.heard
	})
	return c
}

// kill kills the child as nothing can prevent, and gives when all that it had said was heard.
func (c *child) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, c.Process.Kill())
	<-c.heard
	_ = c.Wait()
	require.False(t, c.ProcessState.Exited(), "it had ended by itself: %s%s", &c.printed, &c.complained)
}

// finish tells the child to come to its end, and waits for that.
func (c *child) finish(t *testing.T) {
	t.Helper()
	require.NoError(t, c.stdin.Close())
	<-c.heard
	require.NoError(t, c.Wait(), "%s%s", &c.printed, &c.complained)
}

// say says a line to the parent, in one write: a process that is killed has said all of it or nothing.
func say(words ...any) { _, _ = os.Stdout.WriteString(line + fmt.Sprintln(words...)) }

// soon waits for a random moment.
func soon(most time.Duration) { <-time.After(rand.N(most)) }

// work is an operation that somebody noted before it began.
type work struct {
	actor        tenancy.Actor
	id           tenancy.OperationID
	name         string
	acknowledged bool
}

// ledger is what was noted of operations.
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

// acknowledged gives the operations that were.
func (l *ledger) acknowledged() []work { return l.which(true) }

// open gives those that were not.
func (l *ledger) open() []work { return l.which(false) }

func (l *ledger) which(acknowledged bool) (some []work) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.all {
		if w.acknowledged == acknowledged {
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

// writer does operations that belong together, round after round, each under an ID that it notes before, and notes again when it was acknowledged.
type writer struct {
	ctx     context.Context
	dir     *tenancy.Directory
	names   *scenes.NameServer
	common  tenancy.SignedUp // whose organization all writers write to
	say     func(string)
	stop    <-chan struct{}
	err     error // why the round was given up
	settled int   // outcomes that Outcome had to tell
	again   int   // calls that were made once more
}

// errRound ends a round without a fault: the writer is to stop, or an operation was done and its result lost.
var errRound = errors.New("the round is over")

func newWriter(t testing.TB, store tenancy.Store, say func(string), stop <-chan struct{}) *writer {
	w := &writer{ctx: context.WithoutCancel(t.Context()), names: &scenes.NameServer{}, say: say, stop: stop}
	var err error
	w.dir, err = tenancy.New(store, &tenancy.Options{Resolver: w.names, InvitationsPerDay: -1})
	require.NoError(t, err)
	return w
}

func (w *writer) write() {
	for !ended(w.stop) {
		w.err = nil
		w.round()
	}
}

var theHost = tenancy.Actor{}

func acting(dir *tenancy.Directory, actor tenancy.Actor) *tenancy.Platform {
	if actor == theHost {
		return dir.System()
	}
	return &tenancy.Platform{Session: dir.As(actor.User)}
}

// patient is for how long a call is made again while the server is not there.
const patient = 2 * time.Minute

// persists makes a call again for as long as its error is the store's. It gives the error that is not.
func (w *writer) persists(call func() error) error {
	for begun := time.Now(); ; w.again++ {
		err := call()
		if code := tenancy.CodeOf(err); err == nil || code != "" && code != tenancy.CodeBusy || time.Since(begun) > patient {
			return err
		}
		soon(20 * time.Millisecond)
	}
}

// did does an operation, whatever becomes of the server meanwhile, until it is known to be done.
func did[T any](w *writer, actor tenancy.Actor, name string, operation func(*tenancy.Platform) (T, error)) (result T) {
	if w.err == nil && ended(w.stop) {
		w.err = errRound
	}
	if w.err != nil {
		return result
	}
	id := tenancy.NewOperationID()
	session := acting(w.dir, actor)
	w.say(fmt.Sprint("begin ", actor, " ", id, " ", name))
	for {
		err := w.persists(func() (err error) {
			result, err = operation(session.Once(id))
			return err
		})
		if errors.Is(err, tenancy.CodeAmbiguous) {
			w.settled++
			err = w.persists(func() error {
				_, err := session.Outcome(w.ctx, id)
				if errors.Is(err, tenancy.CodeAmbiguous) {
					return errors.New("not yet")
				}
				return err
			})
			if errors.Is(err, tenancy.CodeNotFound) {
				continue
			}
			if err == nil {
				err = tenancy.CodeAlreadyDone
			}
		}
		switch {
		case err == nil:
			w.say(fmt.Sprint("done ", id))
		case errors.Is(err, tenancy.CodeAlreadyDone):
			w.say(fmt.Sprint("done ", id))
			w.err = errRound // what it gave, a secret perhaps, was lost with the connection
		default:
			w.refused(name, err)
		}
		return result
	}
}

// refused gives the round up, and says so: nothing that a writer does is refused, unless something that was acknowledged is not there.
func (w *writer) refused(name string, err error) {
	w.err = err
	w.say(fmt.Sprint("refused ", name, " ", err))
}

// none makes a result for operations that have none.
func none(err error) (struct{}, error) { return struct{}{}, err }

// round founds an organization and does to it most of what is done to organizations.
func (w *writer) round() {
	ctx, mark := w.ctx, strings.ToLower(cryptorand.Text())
	domain, guest := mark+".example.com", "ben@"+mark+".example.net"
	ana := did(w, theHost, "SignUp", func(s *tenancy.Platform) (tenancy.SignedUp, error) {
		return s.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@" + domain), Name: "Ana"})
	})
	owner := tenancy.Actor{User: ana.User.ID}
	toAccount := did(w, owner, "InviteToAccount", func(s *tenancy.Platform) (tenancy.SentInvitation, error) {
		return s.InviteToAccount(ctx, ana.Account.ID, tenancy.NewAccountInvitation{Email: guest, Roles: tenancy.Roles(tenancy.Support)})
	})
	ben := did(w, theHost, "SignUp", func(s *tenancy.Platform) (tenancy.SignedUp, error) {
		return s.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven(guest), Name: "Ben", Secret: toAccount.Secret})
	})
	member := tenancy.Actor{User: ben.User.ID}
	sent := did(w, owner, "InviteUser", func(s *tenancy.Platform) (tenancy.SentInvitation, error) {
		return s.InviteUser(ctx, ana.Organization.ID, tenancy.NewInvitation{Email: guest})
	})
	did(w, member, "AcceptInvitation", func(s *tenancy.Platform) (tenancy.AcceptedInvitation, error) {
		return s.AcceptInvitation(ctx, tenancy.Acceptance{Secret: sent.Secret})
	})
	did(w, member, "CreateAccount", func(s *tenancy.Platform) (tenancy.Account, error) {
		return s.CreateAccount(ctx, ana.Organization.ID, tenancy.NewAccount{Name: "Ben's"})
	})
	did(w, owner, "Atomically", func(s *tenancy.Platform) (struct{}, error) {
		return none(s.Session.Atomically(ctx, func(ctx context.Context, s *tenancy.Session) error {
			_, err1 := s.CreateAccount(ctx, ana.Organization.ID, tenancy.NewAccount{Name: "Block"})
			_, err2 := s.InviteUser(ctx, ana.Organization.ID, tenancy.NewInvitation{Email: "cy@" + domain})
			return errors.Join(err1, err2)
		}))
	})
	did(w, tenancy.Actor{User: w.common.User.ID}, "InviteUser", func(s *tenancy.Platform) (tenancy.SentInvitation, error) {
		return s.InviteUser(ctx, w.common.Organization.ID, tenancy.NewInvitation{Email: "dee@" + domain})
	})
	w.merges(ana, domain)
	did(w, owner, "DeleteUser", func(s *tenancy.Platform) (struct{}, error) {
		return none(s.DeleteUser(ctx, ben.User.ID, tenancy.UserDeletion{AccountsTo: ana.User.ID}))
	})
	did(w, owner, "DeleteOrganization", func(s *tenancy.Platform) (struct{}, error) {
		return none(s.DeleteOrganization(ctx, ana.Organization.ID, tenancy.OrganizationDeletion{}))
	})
}

// merges founds another organization of somebody's and merges it into their first.
func (w *writer) merges(ana tenancy.SignedUp, domain string) {
	ctx, owner := w.ctx, tenancy.Actor{User: ana.User.ID}
	did(w, theHost, "VerifyPhone", func(s *tenancy.Platform) (tenancy.Account, error) {
		return s.VerifyPhone(ctx, ana.Account.ID, "+15550100")
	})
	second := did(w, owner, "CreateOrganization", func(s *tenancy.Platform) (tenancy.FoundedOrganization, error) {
		return s.CreateOrganization(ctx, tenancy.NewOrganization{Name: "Second", AllStay: true})
	})
	did(w, owner, "CreateAccount", func(s *tenancy.Platform) (tenancy.Account, error) {
		return s.CreateAccount(ctx, second.ID, tenancy.NewAccount{Name: "Merged"})
	})
	claim := did(w, owner, "AddDomain", func(s *tenancy.Platform) (tenancy.Domain, error) {
		return s.AddDomain(ctx, ana.Organization.ID, domain)
	})
	if w.err == nil {
		w.names.Publish(claim.RecordName, claim.RecordValue)
		w.err = w.persists(func() error { // it takes no ID (GEN-13), and does no harm a second time
			_, err := w.dir.As(ana.User.ID).VerifyDomain(ctx, claim.ID)
			if errors.Is(err, tenancy.CodeAmbiguous) {
				return errors.New("once more")
			}
			return err
		})
		if w.err != nil {
			w.refused("VerifyDomain", w.err)
		}
	}
	did(w, owner, "MergeOrganizations", func(s *tenancy.Platform) (tenancy.Organization, error) {
		return s.MergeOrganizations(ctx, ana.Organization.ID, second.ID)
	})
}

// shared signs up the Owner of an organization that all writers write to.
func shared(t *testing.T, store tenancy.Store) tenancy.SignedUp {
	dir, err := tenancy.New(store, nil)
	require.NoError(t, err)
	up, err := dir.System().SignUp(t.Context(), tenancy.NewSignUp{Email: tenancy.Proven("common@common.example.com"), Name: "Common"})
	require.NoError(t, err)
	return up
}

// ids writes whose organization it is, for a child, and sharedBy reads it.
func ids(up tenancy.SignedUp) string { return fmt.Sprint(up.User.ID, " ", up.Organization.ID) }

func sharedBy(t *testing.T, text string) (up tenancy.SignedUp) {
	user, org, _ := strings.Cut(text, " ")
	id, err := tenancy.ParseID[tenancy.UserID](user)
	require.NoError(t, err)
	up.User.ID, up.Organization = id, &tenancy.Organization{}
	up.Organization.ID, err = tenancy.ParseID[tenancy.OrganizationID](org)
	require.NoError(t, err)
	return up
}

func childWrites(t *testing.T, pool *pgxpool.Pool, o *orders) {
	w := newWriter(t, pgstore.New(pool, nil), func(said string) { say(said) }, o.stop)
	w.common = sharedBy(t, os.Getenv(told))
	w.write()
}

// TestClientsKilled kills processes that write, at any moment. What they acknowledged is there and whole, what they had begun is whole or absent, and what
// was called not done stays that (GEN-3, GEN-13).
func TestClientsKilled(t *testing.T) {
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
	t.Logf("%d kills: %d operations acknowledged, %d cut off, %d of these done", n, len(l.acknowledged()), len(verdicts), done)
	whole(t, store, l)
}

// isDone says what becomes of an operation, for good.
func isDone(t *testing.T, dir *tenancy.Directory, w work) bool {
	outcome, err := dir.System().ActorOutcome(t.Context(), w.actor, w.id)
	if errors.Is(err, tenancy.CodeNotFound) {
		return false
	}
	require.NoError(t, err)
	require.Equal(t, w.name, outcome.Name)
	require.Equal(t, w.actor, outcome.Actor)
	require.Positive(t, outcome.Events)
	return true
}

// whole wants everything that was acknowledged, and nothing that is half done: of each operation its record, all its events, pending and in their
// streams, and what it made, or nothing at all.
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
		outcome, err := dir.System().ActorOutcome(t.Context(), o.Actor, o.ID)
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

// madeIn wants the records of IDs.
func madeIn[ID interface {
	~[16]byte
	String() string
}](t *testing.T, records map[tenancy.Entry]tenancy.Record, index tenancy.Index, made []ID) {
	t.Helper()
	for _, id := range made {
		require.Contains(t, records, tenancy.Entry{Index: index, Key: tenancy.Key{ID: id}}, "%s was made", id)
	}
}

// sound wants that Check finds nothing, with Replay.
func sound(t *testing.T, dir *tenancy.Directory) {
	t.Helper()
	for violation, err := range dir.Check(t.Context(), tenancy.CheckOptions{Replay: true}) {
		require.NoError(t, err)
		require.Fail(t, "a violation", "%v", violation)
	}
}

// logs gives the events of all streams, each without tampering (EVT-6).
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

// ownServer starts a server that is killed: with the settings that PostgreSQL comes with.
func ownServer(t *testing.T) *pgserver.Server {
	needServer(t)
	own, err := pgserver.Start()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, own.Stop()) })
	return own
}

// TestServerKilled kills the server, all its processes at once, while it is written to. Nothing that was acknowledged is lost, and nothing is half done
// (GEN-3); writers settle what they do not know and go on (GEN-13).
func TestServerKilled(t *testing.T) {
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
	// The same kills, where the server acknowledges a commit before it has written it. That they find it shows that a loss would be found above.
	t.Run("synchronous_commit=off loses what was acknowledged", func(t *testing.T) {
		k := newServerKiller(t, own, "weak", " synchronous_commit=off")
		var lost []work
		n := 0
		for ; n < 15 && len(lost) == 0; n++ {
			lost = k.kill(t)
		}
		k.finish(t)
		require.NotEmpty(t, lost)
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
	t.Cleanup(func() { // a server that was killed looks at all of its files, and that takes the longer the more there are
		defer admin.Close()
		asks := &writer{}
		require.NoError(t, asks.persists(func() error {
			_, err := admin.Exec(context.Background(), "DROP DATABASE "+database+" WITH (FORCE)")
			return err
		}))
	})
	full := connect(t, own.URL(database))
	defer full.Close()
	require.NoError(t, pgstore.New(full, nil).Migrate(t.Context()))
	up := shared(t, pgstore.New(full, nil))
	pool := connect(t, own.URL(database)+settings)
	t.Cleanup(pool.Close)
	k := &serverKiller{ledger: newLedger(), server: own, store: pgstore.New(pool, nil), stop: make(chan struct{})}
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

// kill kills the server at some moment and starts it again, and gives what was acknowledged before and is not there.
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

// missing gives those of the operations of which there is no record.
func (k *serverKiller) missing(t *testing.T, of []work) (lost []work) {
	var lookups []tenancy.Lookup
	for _, w := range of {
		lookups = append(lookups, tenancy.Lookup{Index: tenancy.IndexOperations, Key: tenancy.Key{Text: w.actor.String(), ID: w.id}})
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

// finish has the writers come to their end.
func (k *serverKiller) finish(t *testing.T) {
	k.end()
	again, settled := 0, 0
	for _, w := range k.writers {
		again, settled = again+w.again, settled+w.settled
	}
	t.Logf("%d kills: %d operations acknowledged, %d left open; %d calls made again, %d outcomes asked for", k.kills, len(k.acknowledged()), len(k.open()), again, settled)
}
