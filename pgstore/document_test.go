package pgstore_test

import (
	"context"
	"encoding/hex"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/dba"
	"github.com/add4b1c6/tenancy/internal/tables"
	"github.com/add4b1c6/tenancy/pgstore"
)

// The tests of this file check what docs/stores.md says of PostgreSQL and no other test
// checks.

func TestForeignKeys(t *testing.T) {
	t.Parallel()
	dba.Host{
		Open: func(t *testing.T) (tenancy.Store, func(string) error) {
			store, pool := openFresh(t)
			return store, func(sql string) error { return second(pool.Exec(t.Context(), sql)) }
		},
		Column: func(of tables.Type) string { return types[of] },
	}.TestForeignKeys(t)
}

// psql runs a command of the page's in a pool's database and schema, with the psql of
// the server's programs.
func psql(t *testing.T, pool *pgxpool.Pool, command string) {
	t.Helper()
	config := pool.Config().ConnConfig
	shell := exec.CommandContext(t.Context(), "/bin/sh", "-c", command)
	shell.Dir = dba.Root(t)
	shell.Env = append(os.Environ(), "PATH="+server.Programs()+":"+os.Getenv("PATH"), "PGHOST="+config.Host,
		"PGPORT=5432", "PGUSER=postgres",
		"PGDATABASE="+config.Database, "PGOPTIONS=--search_path="+schemaOf(pool))
	out, err := shell.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// TestMigrationByHand runs what the page says to run, and then uses the store.
func TestMigrationByHand(t *testing.T) {
	t.Parallel()
	section := dba.Read(t).Section("Upgrades")
	version, commands := section.Code("sql")[0], section.Code("sh")
	require.Len(t, commands, 1)
	store, pool := openBare(t)
	require.ErrorContains(t, second(pool.Exec(t.Context(), version)), "does not exist",
		"there is no version yet")
	psql(t, pool, commands[0])
	files, err := os.ReadDir("schema")
	require.NoError(t, err)
	require.Contains(t, commands[0], "--file=pgstore/schema/"+files[len(files)-1].Name()+"\n")
	var found, applied int64
	require.NoError(t, pool.QueryRow(t.Context(), version).Scan(&found))
	require.EqualValues(t, len(files), found)
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT max(applied) FROM tenancy_schema").Scan(&applied))
	require.InDelta(t, time.Now().UnixMicro(), applied, float64(time.Hour.Microseconds()))
	require.NoError(t, put(t, store))
	require.NoError(t, store.Migrate(t.Context()), "nothing is left to do")
	_, migrated := openFresh(t)
	require.Equal(t, texts(t, migrated, everyRelation), texts(t, pool, everyRelation))
}

// TestWhatIsStored checks rows against what the page says of them.
func TestWhatIsStored(t *testing.T) {
	t.Parallel()
	dba.TestColumns(t)
	store, pool := openFresh(t)
	c := dba.Found(t, store)
	eve := c.Scene.Found("eve")
	var created, closed int64
	var id, role string
	var parent *string
	report := `SELECT replace(u.id::text, '-', ''), m.role, a.created, a.closed, a.parent_id::text FROM tenancy_users AS u
		JOIN tenancy_members AS m ON m.user_id = u.id JOIN tenancy_accounts AS a ON a.organization_id = m.organization_id WHERE u.id = $1`
	require.NoError(t, pool.QueryRow(t.Context(), report, [16]byte(eve.User.ID)).Scan(&id, &role, &created,
		&closed, &parent))
	text := eve.User.ID.String()
	require.Equal(t, "US", text[:2])
	require.Equal(t, strings.ToLower(text[2:]), id)
	require.Equal(t, hex.EncodeToString(eve.User.ID[:]), id)
	require.EqualValues(t, tenancy.Owner, role)
	require.Equal(t, c.Clock.Now().UnixMicro(), created)
	require.Zero(t, closed)
	require.Nil(t, parent)

	// A role that has SELECT can read, and can do no more. A policy of the host's may
	// ask our tables.
	reader := user(t, pool, "reader")
	executed("GRANT SELECT ON ALL TABLES IN SCHEMA "+schemaOf(pool)+" TO "+reader+`;
		CREATE TABLE projects (account uuid REFERENCES tenancy_accounts (id), name text); GRANT SELECT ON projects TO `+reader+`;
		ALTER TABLE projects ENABLE ROW LEVEL SECURITY;
		CREATE POLICY own ON projects USING (EXISTS (SELECT 1 FROM tenancy_accounts AS a WHERE a.id = account AND a.organization_id = current_setting('app.organization')::uuid));
		INSERT INTO projects SELECT id, 'project' FROM tenancy_accounts`)(t, store, pool)
	theirs := connect(t, as(pool, reader))
	defer theirs.Close()
	var projects, accounts int
	require.NoError(t, pgx.BeginFunc(t.Context(), theirs, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), "SELECT set_config('app.organization', $1, true)",
			hex.EncodeToString(eve.Organization.ID[:])); err != nil {
			return err
		}
		return tx.QueryRow(t.Context(), "SELECT (SELECT count(*) FROM projects), (SELECT count(*) FROM tenancy_accounts)").
			Scan(&projects, &accounts)
	}))
	require.Equal(t, 1, projects)
	require.Greater(t, accounts, 1)
	for _, sql := range []string{"DELETE FROM tenancy_outbox", "UPDATE tenancy_users SET name = ''",
		"INSERT INTO tenancy_schema VALUES (2, 2)"} {
		require.ErrorContains(t, second(theirs.Exec(t.Context(), sql)), "permission denied", sql)
	}

	// The log does not explain what was taken away by hand.
	executed("DELETE FROM tenancy_members WHERE role = 'owner'")(t, store, pool)
	require.NotEmpty(t, c.Check(tenancy.CheckOptions{Replay: true}))
}

// TestRoles gives the store a role that may change rows and may not create tables.
func TestRoles(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	name := user(t, pool, "application")
	executed("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "+schemaOf(pool)+" TO "+name)(t,
		store, pool)
	theirs := connect(t, as(pool, name))
	defer theirs.Close()
	c := dba.Found(t, pgstore.New(theirs, nil))
	for _, o := range c.Operations() {
		require.NoError(t, o.Do(), o.Name)
	}
	c.Sound()
}

// user creates a role that may use a schema.
func user(t *testing.T, pool *pgxpool.Pool, name string) string {
	name = role(t, pool, name)
	_, err := pool.Exec(t.Context(), "GRANT USAGE ON SCHEMA "+schemaOf(pool)+" TO "+name)
	require.NoError(t, err)
	return name
}

// listener records the statements that a pool sends.
type listener struct {
	mu  sync.Mutex
	all []string
}

func (l *listener) note(sql string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if sql != "ROLLBACK" { // it may come after the transaction has returned
		l.all = append(l.all, sql)
	}
}

// heard returns the statements since the last call.
func (l *listener) heard() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.all
	l.all = nil
	return all
}

func (l *listener) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	l.note(data.SQL)
	return ctx
}
func (l *listener) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
func (l *listener) TraceBatchStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	for _, q := range data.Batch.QueuedQueries {
		l.note(q.SQL)
	}
	return ctx
}
func (l *listener) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (l *listener) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}

// listening returns a pool like another one, with a listener.
func listening(t *testing.T, pool *pgxpool.Pool) (*pgxpool.Pool, *listener) {
	config := pool.Config()
	l := &listener{}
	config.ConnConfig.Tracer = l
	heard, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(heard.Close)
	return heard, l
}

// TestIsolation checks what transactions begin with, whatever the database's default
// is, and what they set.
func TestIsolation(t *testing.T) {
	t.Parallel()
	_, pool := openFresh(t)
	for _, byDefault := range []string{"read uncommitted", "serializable"} {
		config := pool.Config()
		config.ConnConfig.RuntimeParams["default_transaction_isolation"] = byDefault
		other, err := pgxpool.NewWithConfig(t.Context(), config)
		require.NoError(t, err)
		defer other.Close()
		heard, l := listening(t, other)
		store := pgstore.New(heard, nil)
		require.NoError(t, see(t, store))
		l.heard()

		require.NoError(t, see(t, store))
		require.Equal(t, []string{"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
			"SET LOCAL enable_seqscan = off"}, l.heard()[:2])
		require.NoError(t, put(t, store))
		require.Equal(t, []string{"BEGIN ISOLATION LEVEL SERIALIZABLE", "SET LOCAL enable_seqscan = off"},
			l.heard()[:2])
		require.NoError(t, store.Transact(t.Context(), func(ctx context.Context, tx pgx.Tx, _ tenancy.Store) error {
			var level string
			require.NoError(t, tx.QueryRow(ctx, "SHOW transaction_isolation").Scan(&level))
			require.Equal(t, "serializable", level)
			return nil
		}))
		require.Equal(t, []string{"on"}, texts(t, heard, "SHOW enable_seqscan"), "of the session")
	}
	for _, sql := range pgstore.Statements() {
		if words := strings.Fields(strings.ToUpper(sql)); slices.Contains(words, "SET") && words[0] == "SET" {
			require.Equal(t, "LOCAL", words[1], sql)
		}
		if sql != pgstore.SetLockTimeout { // for the transaction alone
			require.NotContains(t, strings.ToLower(sql), "set_config")
		}
	}
}

// TestConnections counts the connections that transactions hold.
func TestConnections(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	require.NoError(t, see(t, store))
	held := func() int32 { return pool.Stat().AcquiredConns() }
	free := func() { // a rollback goes on after the transaction
		require.Eventually(t, func() bool { return held() == 0 }, 5*time.Minute, time.Millisecond)
	}
	lookup := tenancy.Lookup{Index: tenancy.IndexHeads, Key: number.Entries(nil)[0].Key}
	free()
	require.NoError(t, store.Update(t.Context(), func(ctx context.Context, tx tenancy.Tx) error {
		require.Zero(t, held(), "before the first read")
		_, err := tx.Read(ctx, lookup)
		require.EqualValues(t, 1, held(), "after it")
		return err
	}))
	free()

	const writers = 8
	began, end := make(chan struct{}), make(chan struct{})
	var running sync.WaitGroup
	errs := make([]error, writers)
	for i := range writers {
		running.Go(func() {
			errs[i] = store.Update(t.Context(), func(ctx context.Context, tx tenancy.Tx) error {
				answers, err := tx.Read(ctx, lookup)
				if err != nil {
					return err
				}
				next, _ := answers[0].Record.(tenancy.HeadRecord)
				if next.Sequence == 0 { // the first one
					close(began)
					<-end
				}
				next.Stream, next.Sequence = number.Stream, next.Sequence+1
				return tx.Put(ctx, next)
			})
		})
	}
	<-began
	require.Eventually(t, func() bool { return pgstore.Queued(store) == writers-1 }, 5*time.Minute,
		time.Millisecond)
	require.EqualValues(t, 1, held(), "who waits holds none")
	close(end)
	running.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
}

// TestVanishedClient lets a client keep the lock of a row and do nothing more. An
// Update that needs the row waits until its context ends, or until the server ends the
// idle client.
func TestVanishedClient(t *testing.T) {
	t.Parallel()
	store, pool := open(t, nil)
	require.NoError(t, put(t, store))
	vanish := func(settings string) {
		conn, err := pgx.Connect(t.Context(), pool.Config().ConnString())
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close(context.Background()) })
		require.NoError(t, second(conn.Exec(t.Context(),
			settings+"BEGIN; UPDATE tenancy_users SET name = name")))
	}
	vanish("")
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		if waitsForLock(ctx, pool) {
			cancel()
		}
	}()
	err := store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
		return tx.Put(ctx, tenancy.UserRecord{ID: tenancy.UserID{1}})
	})
	cancel()
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, second(pool.Exec(t.Context(),
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'")))

	vanish("SET idle_in_transaction_session_timeout = '1s'; ")
	require.NoError(t, put(t, store))
}

// TestBusy lets another process win again and again. OnRetry is told of each attempt
// that lost, and CodeBusy comes when RetryFor is over.
func TestBusy(t *testing.T) {
	t.Parallel()
	_, pool := open(t, nil)
	elsewhere := pgstore.New(pool, nil)
	increment := (&wire{}).add(1)
	lose := func(o *pgstore.Options, times int) error {
		runs := 0
		return pgstore.New(pool, o).Update(t.Context(), func(ctx context.Context, tx tenancy.Tx) error {
			if _, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsers, Limit: 1}); err != nil { // the snapshot
				return err
			}
			if runs++; runs <= times {
				require.NoError(t, elsewhere.Update(ctx, increment))
			}
			return tx.Put(ctx, tenancy.HeadRecord{Stream: number.Stream, Sequence: 100})
		})
	}
	require.NoError(t, elsewhere.Update(t.Context(), increment))
	var told []error
	hear := func(_ context.Context, cause error) { told = append(told, cause) }
	require.NoError(t, lose(&pgstore.Options{RetryFor: time.Hour, OnRetry: hear}, 3))
	require.Len(t, told, 3)
	for _, cause := range told {
		require.ErrorContains(t, cause, "40001")
	}
	require.ErrorIs(t, lose(&pgstore.Options{RetryFor: 1, OnRetry: hear}, 1), tenancy.CodeBusy)
	require.Len(t, told, 4)
}

// TestRestored dumps a database with pg_dump, restores it into another one, and goes on
// there.
func TestRestored(t *testing.T) {
	t.Parallel()
	store, pool := open(t, nil)
	c := dba.Found(t, store)
	dump, err := server.Dump(t.Context(), pool.Config().ConnConfig.Database)
	require.NoError(t, err)
	file := t.TempDir() + "/dump.sql"
	require.NoError(t, os.WriteFile(file, dump, 0o600))
	restored := connect(t, server.URL(create(t)))
	defer restored.Close()
	psql(t, restored, "psql --no-psqlrc --set=ON_ERROR_STOP=1 --file="+file)
	dir, err := tenancy.New(pgstore.New(restored, nil), &tenancy.Options{Now: c.Clock.Now})
	require.NoError(t, err)
	sound(t, dir)
	_, err = dir.System().SignUp(t.Context(),
		tenancy.NewSignUp{Email: tenancy.Proven("new@new.example.com"), Name: "New"})
	require.NoError(t, err)
	sound(t, dir)
}

// TestSessionPooling uses the driver's default mode through a PgBouncer that keeps a
// session together.
func TestSessionPooling(t *testing.T) {
	t.Parallel()
	url := bouncer(t, "cache_statement")
	direct := connect(t, server.URL(inSessions))
	defer direct.Close()
	require.NoError(t, pgstore.New(direct, nil).Migrate(t.Context()))
	one, other := connect(t, url(inSessions)), connect(t, url(inSessions))
	defer one.Close()
	defer other.Close()
	require.NoError(t, turns(t, pgstore.New(one, nil), pgstore.New(other, nil)))
}

// TestUnknownOutcome checks which errors of a COMMIT leave open what became of it.
func TestUnknownOutcome(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		severity, code string
		open           bool
	}{
		{"ERROR", "40001", false}, {"ERROR", "40P01", false}, {"ERROR", "23505", false},
		{"ERROR", "23514", false},
		{"ERROR", "40003", true}, {"ERROR", "57014", true}, {"ERROR", "XX000", true}, {"ERROR", "08P01", true},
		{"FATAL", "57P01", true}, {"FATAL", "40001", true}, {"PANIC", "53100", true},
	} {
		require.Equal(t, c.open, !pgstore.NotCommitted(&pgconn.PgError{SeverityUnlocalized: c.severity,
			Code: c.code}), "%s %s", c.severity, c.code)
	}
	require.False(t, pgstore.NotCommitted(context.Canceled))
}

// TestLeftOut compares what statements must not contain with what the page says is left
// out.
func TestLeftOut(t *testing.T) {
	t.Parallel()
	examples := map[string]string{
		"triggers": "CREATE TRIGGER t", "rules": "CREATE RULE r", "functions": "CREATE FUNCTION f",
		"procedures": "CREATE PROCEDURE p", "DO": "DO $$ BEGIN END $$",
		"LISTEN": "LISTEN a", "NOTIFY": "NOTIFY a", "DEFERRABLE": "DEFERRABLE",
		"exclusion constraints": "EXCLUDE USING btree", "inheritance": "INHERITS (a)",
		"LOCK TABLE": "LOCK TABLE a", "CREATE DOMAIN": "CREATE DOMAIN d",
		"generated columns": "GENERATED ALWAYS AS (1)", "sequences": "CREATE SEQUENCE s",
		"SERIAL": "id SERIAL", "IDENTITY": "AS IDENTITY", "advisory locks": "SELECT pg_advisory_lock(1)",
		"COLLATE": "COLLATE \"C\"", "COPY": "COPY a",
		"cursors": "DECLARE c CURSOR", "temporary tables": "CREATE TEMP TABLE a",
		"unlogged tables": "CREATE UNLOGGED TABLE a", "TRUNCATE": "TRUNCATE a",
		"system columns": "SELECT ctid", "WITH … INSERT": "WITH a AS (INSERT INTO b VALUES (1))",
	}
	for _, row := range dba.Read(t).Section("Databases that speak PostgreSQL's protocol").Table("left out") {
		for what := range strings.SplitSeq(row[0], ", ") {
			example, ok := examples[what]
			require.True(t, ok, "%s: what does it look like?", what)
			require.True(t, leftOut(example), what)
			delete(examples, what)
		}
	}
	require.Empty(t, examples, "the page does not say so")
	require.False(t, leftOut("SELECT sequence FROM tenancy_events -- LISTEN"))
}

// TestExampleOfThePage requires that an example that runs contains the lines that the
// page shows.
func TestExampleOfThePage(t *testing.T) {
	t.Parallel()
	code := dba.Read(t).Section("Which one when").Code("go")[0]
	text, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	for _, line := range []string{"store := pgstore.New(pool, nil)", "store.Migrate(ctx)", "dir, err := tenancy.New(store, nil)"} {
		require.Contains(t, code, line)
		require.Contains(t, string(text), line)
	}
}
