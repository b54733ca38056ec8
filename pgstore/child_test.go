package pgstore_test

import (
	"bufio"
	"bytes"
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
)

// The variables that make a process of the test binary play a part, and name its
// database.
const (
	partIn     = "PGSTORE_TEST_PART"
	databaseOf = "PGSTORE_TEST_DATABASE"
	told       = "PGSTORE_TEST_TOLD" // what else the part is to know
)

// TestChild is where the processes begin that other tests start. It does nothing in any
// other process.
func TestChild(t *testing.T) {
	parts := map[string]func(*testing.T, *pgxpool.Pool, *orders){"writer": childWrites,
		"relay": childRelays, "contender": childContends}
	if part := parts[os.Getenv(partIn)]; part != nil {
		part(t, connect(t, os.Getenv(databaseOf)), listen())
	}
}

// orders are what a child hears on its standard input.
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

// line marks what a child says to its parent in the output of the testing package.
const line = "child: "

// child is a process that plays a part.
type child struct {
	*exec.Cmd
	stdin io.WriteCloser
	spoke chan struct{} // closed when it has said something
	heard chan struct{} // closed when all it has said was heard

	printed, complained bytes.Buffer // what else it wrote
}

// start starts a child. It passes hear each line that the child says.
func start(t *testing.T, part string, pool *pgxpool.Pool, tell string, hear func(string)) *child {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	c := &child{Cmd: exec.Command(self, "-test.run=^TestChild$", "-test.timeout=10m"),
		spoke: make(chan struct{}), heard: make(chan struct{})}
	c.Env = append(os.Environ(), serverOf+"="+server.Dir, partIn+"="+part,
		databaseOf+"="+pool.Config().ConnString(), told+"="+tell)
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

// kill kills the child in a way that nothing can prevent. It returns when everything
// that the child said was heard.
func (c *child) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, c.Process.Kill())
	<-c.heard
	_ = c.Wait()
	require.False(t, c.ProcessState.Exited(), "it had ended by itself: %s%s", &c.printed, &c.complained)
}

// finish tells the child to finish, and waits until it has.
func (c *child) finish(t *testing.T) {
	t.Helper()
	require.NoError(t, c.stdin.Close())
	<-c.heard
	require.NoError(t, c.Wait(), "%s%s", &c.printed, &c.complained)
}

// say says a line to the parent in one write, so that a process that is killed has said
// all of it or nothing.
func say(words ...any) { _, _ = os.Stdout.WriteString(line + fmt.Sprintln(words...)) }

// soon waits for a random time.
func soon(most time.Duration) { <-time.After(rand.N(most)) }
