package sqlitestore_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/sqlitestore"
)

// The test binary runs itself as another process that writes to the same file.
// childWrites says what the process does, and childFile names the file.
const (
	childWrites = "SQLITESTORE_TEST_CHILD"
	childFile   = "SQLITESTORE_TEST_FILE"
)

// child does what childWrites says, reports each thing done in a line, and returns the
// exit code. After the word "later" it does it as a later version of the package.
func child() int {
	ctx := context.Background()
	orders, later := strings.CutPrefix(os.Getenv(childWrites), "later ")
	if later {
		sqlitestore.Know(next)
	}
	store, err := sqlitestore.Open(ctx, os.Getenv(childFile), &sqlitestore.Options{RetryFor: givesUp})
	if err == nil {
		defer func() { _ = store.Close() }()
		switch what, argument, _ := strings.Cut(orders, " "); what {
		case "operations":
			err = operate(ctx, store)
		case "count":
			n, _ := strconv.Atoi(argument)
			err = count(ctx, store, n)
		case "relay":
			err = relay(ctx, store)
		case "migrate":
			err = store.Migrate(ctx)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// process is a child that runs.
type process struct {
	*exec.Cmd
	lines *bufio.Scanner
	kill  func() // SIGKILL
}

func start(t testing.TB, path, what string) *process {
	self, err := os.Executable()
	require.NoError(t, err)
	p := &process{Cmd: exec.Command(self)}
	p.Env = append(os.Environ(), childWrites+"="+what, childFile+"="+path)
	p.Stderr = os.Stderr
	out, err := p.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.Start())
	p.lines = bufio.NewScanner(out)
	p.kill = sync.OnceFunc(func() { _ = p.Process.Kill() })
	t.Cleanup(p.kill)
	return p
}

// done is an operation that a process has reported as done.
type done struct {
	actor tenancy.Actor
	id    tenancy.OperationID
	name  string
}

// operate carries out operations without end. It reports the ID of each when the
// operation has succeeded.
func operate(ctx context.Context, store *sqlitestore.Store) error {
	dir, err := tenancy.New(store, nil)
	if err != nil {
		return err
	}
	report := func(actor tenancy.Actor, id tenancy.OperationID, name string, err error) error {
		if err == nil {
			_, err = fmt.Fprintln(os.Stdout, actor, id, name)
		}
		return err
	}
	next := func() tenancy.OperationID { return tenancy.OperationID(newID()) }
	host := dir.System()
	for n := 0; ; n++ {
		id, email := next(), fmt.Sprintf("user%d.%d@acme%d.com", os.Getpid(), n, n)
		ana, err := host.Once(id).SignUp(ctx,
			tenancy.NewSignUp{Email: tenancy.Proven(email), Name: "Ana", Organization: "Acme", Account: "Main"})
		if err := report(tenancy.Actor{}, id, "SignUp", err); err != nil {
			return err
		}
		s, actor := dir.As(ana.User.ID), tenancy.Actor{User: ana.User.ID}
		id = next()
		sent, err := s.Once(id).InviteUser(ctx, ana.Organization.ID,
			tenancy.NewInvitation{Email: "invited." + email})
		if err := report(actor, id, "InviteUser", err); err != nil {
			return err
		}
		id = next()
		_, err = host.Once(id).SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("invited." + email),
			Name: "Ben", Secret: sent.Secret})
		if err := report(tenancy.Actor{}, id, "SignUp", err); err != nil {
			return err
		}
		id = next()
		err = s.Once(id).DeleteOrganization(ctx, ana.Organization.ID, tenancy.OrganizationDeletion{})
		if err := report(actor, id, "DeleteOrganization", err); err != nil {
			return err
		}
	}
}

// reported reads what a process reports until it ends.
func (p *process) reported(t testing.TB, first func()) (all []done) {
	for p.lines.Scan() {
		words := strings.Fields(p.lines.Text())
		if len(words) != 3 {
			break // cut off
		}
		actor, err := tenancy.ParseActor(words[0])
		require.NoError(t, err)
		id, err := tenancy.ParseID[tenancy.OperationID](words[1])
		require.NoError(t, err)
		all = append(all, done{actor, id, words[2]})
		if len(all) == 1 && first != nil {
			first()
		}
	}
	return all
}

// killed requires that a process was ended by SIGKILL and by nothing else.
func (p *process) killed(t testing.TB) {
	err := p.Wait()
	exit, ok := errors.AsType[*exec.ExitError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, syscall.SIGKILL, exit.Sys().(syscall.WaitStatus).Signal())
}

// givesUp is how long processes that contend wait for each other.
const givesUp = 10 * time.Minute

// count adds one to a number in the file n times, and then reports that it has.
func count(ctx context.Context, store *sqlitestore.Store, n int) error {
	for range n {
		if err := store.Update(ctx, increment); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(os.Stdout, "counted")
	return err
}

var counter = tenancy.HeadRecord{Stream: tenancy.Stream{User: tenancy.UserID{1}}}

func increment(ctx context.Context, tx tenancy.Tx) error {
	answers, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexHeads,
		Key: tenancy.Key{ID: counter.Stream.Key()}})
	if err != nil {
		return err
	}
	next := counter
	if now, ok := answers[0].Record.(tenancy.HeadRecord); ok {
		next = now
	}
	next.Sequence++
	return tx.Put(ctx, next)
}

func counted(t testing.TB, store tenancy.Store) (n uint64) {
	require.NoError(t, store.View(t.Context(), func(ctx context.Context, tx tenancy.ReadTx) error {
		answers, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexHeads,
			Key: tenancy.Key{ID: counter.Stream.Key()}})
		if err == nil && answers[0].Record != nil {
			n = answers[0].Record.(tenancy.HeadRecord).Sequence
		}
		return err
	}))
	return n
}

// untilKilled is a lease that no process outlives but one that was killed.
const untilKilled = time.Hour

// relay delivers events, and stalls for ever at the 120th of a stream.
func relay(ctx context.Context, store *sqlitestore.Store) error {
	dir, err := tenancy.New(store, &tenancy.Options{RelayLease: untilKilled})
	if err != nil {
		return err
	}
	_, err = dir.System().Relay(ctx, func(ctx context.Context, e tenancy.Event) error {
		if e.Sequence < 120 {
			return nil
		}
		fmt.Fprintln(os.Stdout, "stalls")
		<-ctx.Done()
		return ctx.Err()
	})
	return err
}
