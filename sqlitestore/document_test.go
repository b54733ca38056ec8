package sqlitestore_test

import (
	"database/sql"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/dba"
	"github.com/add4b1c6/tenancy/internal/tables"
	"github.com/add4b1c6/tenancy/sqlitestore"
)

// TestForeignKeys holds the store to what docs/stores.md says of a host's foreign keys.
func TestForeignKeys(t *testing.T) {
	t.Parallel()
	h := dba.Host{
		Open: func(t *testing.T) (tenancy.Store, func(string) error) {
			db := database(t, fresh(t), asDocumented+"&_pragma=foreign_keys(ON)")
			return over(t, db, nil), func(sql string) error {
				_, err := db.ExecContext(t.Context(), sql)
				return err
			}
		},
		Column: func(of tables.Type) string { return types[of] },
	}
	h.TestForeignKeys(t)
}

// TestMigrationByHand runs what docs/stores.md says to run in SQLite's shell, and then
// uses the store.
func TestMigrationByHand(t *testing.T) {
	t.Parallel()
	blocks := dba.Read(t).Section("Upgrades").Code("sql")
	require.Len(t, blocks, 2)
	path := fresh(t)
	db := database(t, path, asDocumented)
	db.SetMaxOpenConns(1)
	_, err := db.ExecContext(t.Context(), blocks[0])
	require.ErrorContains(t, err, "no such table", "there is no version yet")
	read := ""
	for line := range strings.Lines(blocks[1]) {
		if name, ok := strings.CutPrefix(line, ".read "); ok {
			read = strings.TrimSpace(name)
			text, err := os.ReadFile(filepath.Join(dba.Root(t), read))
			require.NoError(t, err)
			line = string(text)
		}
		_, err := db.ExecContext(t.Context(), line)
		require.NoError(t, err)
	}
	files, err := os.ReadDir("schema")
	require.NoError(t, err)
	require.Equal(t, "sqlitestore/schema/"+files[len(files)-1].Name(), read)
	var version, applied int64
	require.NoError(t, db.QueryRowContext(t.Context(), blocks[0]).Scan(&version))
	require.EqualValues(t, len(files), version)
	require.NoError(t, db.QueryRowContext(t.Context(),
		"SELECT max(applied) FROM tenancy_schema").Scan(&applied))
	require.InDelta(t, time.Now().UnixMicro(), applied, float64(time.Hour.Microseconds()))
	require.NoError(t, db.Close())
	store := opened(t, path, nil)
	require.NoError(t, store.Update(t.Context(), increment))
	require.NoError(t, store.Migrate(t.Context()), "nothing is left to do")
	require.EqualValues(t, 1, counted(t, store))
}

// TestWhatIsStored checks rows against what docs/stores.md says of them.
func TestWhatIsStored(t *testing.T) {
	t.Parallel()
	dba.TestColumns(t)
	db := database(t, fresh(t), asDocumented)
	c := dba.Found(t, over(t, db, nil))
	ana := c.Scene.Found("eve")
	var text, id, role string
	var created, closed int64
	var parent sql.NullString
	require.NoError(
		t,
		db.QueryRowContext(t.Context(), `SELECT lower(hex(u.id)), m.role, a.created, a.closed, lower(hex(a.parent_id)) FROM tenancy_users AS u
		JOIN tenancy_members AS m ON m.user_id = u.id JOIN tenancy_accounts AS a ON a.organization_id = m.organization_id WHERE u.id = ?`, ana.User.ID[:]).
			Scan(&id, &role, &created, &closed, &parent),
	)
	text = ana.User.ID.String()
	require.Equal(t, "US", text[:2])
	require.Equal(t, strings.ToLower(text[2:]), id)
	require.Equal(t, hex.EncodeToString(ana.User.ID[:]), id)
	require.EqualValues(t, tenancy.Owner, role)
	require.Equal(t, c.Clock.Now().UnixMicro(), created)
	require.Zero(t, closed)
	require.Empty(t, parent.String)

	// The log does not explain what was taken away by hand.
	_, err := db.ExecContext(t.Context(), "DELETE FROM tenancy_members WHERE user_id = ?", ana.User.ID[:])
	require.NoError(t, err)
	require.NotEmpty(t, c.Check(tenancy.CheckOptions{Replay: true}))
}

// TestSettingsOfThePage checks the settings that docs/stores.md lists, and that New and
// Open change nothing.
func TestSettingsOfThePage(t *testing.T) {
	t.Parallel()
	section := dba.Read(t).Section("SQLite: settings, backups")
	for _, setting := range []string{"journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"} {
		section.Says("`" + setting + "`")
		name, value, _ := strings.Cut(setting, "=")
		require.Contains(t, asDocumented, "_pragma="+name+"("+value+")")
	}
	path := fresh(t)
	opened(t, path, nil)
	db := database(t, path, asDocumented)
	sqlitestore.New(db, nil)
	require.Equal(t, []string{"orders"}, all(t, db,
		"SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"), "New and Open create nothing")
}

// TestNoCompiler requires that no package outside the standard library contains C. The
// standard library does without.
func TestNoCompiler(t *testing.T) {
	t.Parallel()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f",
		"{{if not .Standard}}{{range .CgoFiles}}{{$.ImportPath}} {{end}}{{end}}", ".")
	list.Env = append(os.Environ(), "CGO_ENABLED=1")
	out, err := list.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Empty(t, strings.TrimSpace(string(out)))
}

// TestExampleOfThePage requires that an example that runs contains the lines that
// docs/stores.md shows.
func TestExampleOfThePage(t *testing.T) {
	t.Parallel()
	code := dba.Read(t).Section("Which one when").Code("go")[0]
	text := contents(t, "example_test.go")
	for _, line := range []string{"store, err := sqlitestore.Open(ctx, path, nil)", "store.Migrate(ctx)",
		"dir, err := tenancy.New(store, nil)"} {
		require.Contains(t, code, line)
		require.Contains(t, text, line)
	}
}
