package pgstore_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/pgstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// weakness is a guard that is taken away, with the cases of the suite that notice.
type weakness struct {
	name   string
	how    func(*testing.T, *pgstore.Store, *pgxpool.Pool)
	missed []string
}

func weakened(how string) func(*testing.T, *pgstore.Store, *pgxpool.Pool) {
	return func(_ *testing.T, s *pgstore.Store, _ *pgxpool.Pool) { pgstore.Weaken(s, how) }
}

func executed(sql string) func(*testing.T, *pgstore.Store, *pgxpool.Pool) {
	return func(t *testing.T, _ *pgstore.Store, pool *pgxpool.Pool) {
		_, err := pool.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
}

var weaknesses = []weakness{
	{"READ COMMITTED", weakened("READ COMMITTED"), []string{
		"Race/put if a list is empty", "Race/put if a count is zero", "Race/put if the other's is absent",
		"Race/change oneself if the other has not changed",
		"Race/delete oneself if another is left", "Race/on Access", "Race/on events", "Race/on the outbox",
		"Race/what is copied belongs together"}},
	{"REPEATABLE READ", weakened("REPEATABLE READ"), []string{
		"Race/put if a list is empty", "Race/change oneself if the other has not changed",
		"Race/delete oneself if another is left", "Race/on Access",
		"Race/on events", "Race/on the outbox", "Race/MoveAll and a new member"}},
	{"COMMIT INSTEAD OF ROLLBACK", weakened("COMMIT INSTEAD OF ROLLBACK"),
		[]string{"Transaction/an error rolls back and comes as it is"}},
	{
		"without unique indexes",
		executed(
			"DROP INDEX tenancy_users_by_address; DROP INDEX tenancy_pending_invitations; DROP INDEX tenancy_verified_domains"),
		[]string{"Unique/users_by_address", "Unique/pending_invitations", "Unique/verified_domains"},
	},
}

// weak names the variable that makes TestWeaknesses run the suite over a weakened
// store, instead of watching another process do it.
const weak = "PGSTORE_TEST_WEAKNESS"

// TestWeaknesses takes guards away and requires that the suite notices each. So what
// the store does for isolation, rollback and uniqueness is needed (GEN-3, INV-8).
func TestWeaknesses(t *testing.T) {
	t.Parallel()
	needServer(t)
	for _, w := range weaknesses {
		switch name := os.Getenv(weak); name {
		case w.name:
			storetest.Run(t, func(t *testing.T) tenancy.Store {
				store, pool := openFresh(t)
				w.how(t, store, pool)
				return store
			})
		case "":
			t.Run(w.name, func(t *testing.T) {
				t.Parallel()
				w.isMissed(t)
			})
		}
	}
}

func (w weakness) isMissed(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	for _, c := range w.missed {
		full := "TestWeaknesses/" + strings.ReplaceAll(c, " ", "_")
		run := exec.CommandContext(t.Context(), self, "-test.timeout=10m",
			"-test.run=^"+strings.ReplaceAll(regexp.QuoteMeta(full), "/", "$/^")+"$")
		run.Env = append(os.Environ(), serverOf+"="+server.Dir, weak+"="+w.name)
		output, err := run.CombinedOutput()
		require.Error(t, err, "%q does not miss it\n%s", c, output)
		require.Contains(t, string(output), "--- FAIL: "+full+" ", "%q does not miss it", c)
	}
}
