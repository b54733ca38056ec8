package pgserver_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy/internal/pgserver"
)

// dies names the variable that makes TestEndsWithItsProcess start a server and die,
// instead of watching another process do it.
const dies = "PGSERVER_TEST_DIES"

// TestEndsWithItsProcess lets a process start a server and panic. The server ends too,
// and its directory goes.
func TestEndsWithItsProcess(t *testing.T) {
	if os.Getenv(dies) != "" {
		s, err := pgserver.Start("fsync=off")
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%d\n%s\n", s.PID(), s.Dir)
		panic("as a test might")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	child := exec.CommandContext(t.Context(), self, "-test.run=^TestEndsWithItsProcess$")
	child.Env = append(os.Environ(), dies+"=1")
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan())
	pid, err := strconv.Atoi(lines.Text())
	if err != nil && lines.Text() == pgserver.ErrMissing.Error() {
		require.Empty(t, os.Getenv("CI"), "%v", pgserver.ErrMissing)
		t.Skip(pgserver.ErrMissing)
	}
	require.NoError(t, err)
	require.True(t, lines.Scan())
	dir := lines.Text()
	require.Error(t, child.Wait())
	require.Eventually(t, func() bool {
		_, err := os.Stat(dir)
		return errors.Is(err, os.ErrNotExist) && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
	}, time.Minute, 20*time.Millisecond)
}
