package pgstore_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/tables"
	"github.com/add4b1c6/tenancy/pgstore"
)

// openFresh returns a store over tables of its own, for tests that change the schema.
func openFresh(t testing.TB) (*pgstore.Store, *pgxpool.Pool) {
	store, pool := openBare(t)
	require.NoError(t, store.Migrate(t.Context()))
	return store, pool
}

// bare is a database in which each test has a schema of its own, in PostgreSQL's sense
// of the word. A schema takes less time to create than a database.
var bare struct {
	sync.Mutex
	name string
	made int
}

// openBare returns a store over a schema of its own that has no tables.
func openBare(t testing.TB) (*pgstore.Store, *pgxpool.Pool) {
	needServer(t)
	bare.Lock()
	if bare.name == "" {
		bare.name = create(t)
	}
	bare.made++
	url, schema := server.URL(bare.name), fmt.Sprint("own", bare.made)
	bare.Unlock()
	pool := connect(t, url+" search_path="+schema)
	t.Cleanup(pool.Close)
	_, err := pool.Exec(t.Context(), "CREATE SCHEMA "+schema)
	require.NoError(t, err)
	return pgstore.New(pool, nil), pool
}

// types are the columns' types as PostgreSQL has them.
var types = map[tables.Type]string{tables.ID: "uuid", tables.Hash: "bytea", tables.Key: "bytea",
	tables.Bytes: "bytea", tables.Text: "text", tables.Int: "bigint", tables.Bool: "boolean"}

// TestSchema compares the schema with package tables: columns, types, keys and indexes.
func TestSchema(t *testing.T) {
	t.Parallel()
	_, pool := openFresh(t)
	want := []string{"tenancy_schema version bigint NO", "tenancy_schema applied bigint NO",
		"tenancy_outbox stream uuid NO", "tenancy_outbox sequence bigint NO"}
	column := func(table string, c tables.Column) {
		null := "NO"
		if c.Nullable {
			null = "YES"
		}
		want = append(want, fmt.Sprintf("%s %s %s %s", table, c.Name, types[c.Type], null))
	}
	for _, table := range tables.All() {
		for _, c := range table.Columns {
			column(table.Name, c)
		}
	}
	for _, c := range tables.EventColumns {
		column("tenancy_events", c)
	}
	for _, c := range tables.SubjectColumns {
		column("tenancy_event_subjects", c)
	}
	got := texts(
		t,
		pool,
		`SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable FROM information_schema.columns WHERE table_schema = current_schema()`,
	)
	require.ElementsMatch(t, want, got)

	want = []string{"tenancy_schema_pkey UNIQUE (version)", "tenancy_outbox_pkey UNIQUE (stream, sequence)",
		"tenancy_events_pkey UNIQUE (stream, sequence)",
		"tenancy_event_subjects_pkey UNIQUE (stream, subject, happened, sequence)"}
	for name, columns := range tables.EventIndexes {
		want = append(want, fmt.Sprintf("%s (%s)", name, columns))
	}
	for _, x := range tables.Indexes() {
		unique := ""
		if !x.ID || x.Identity {
			unique = "UNIQUE "
		}
		name := "tenancy_" + x.Name
		if x.Identity {
			name = x.Table.Name + "_pkey"
		}
		line := fmt.Sprintf("%s %s(%s)", name, unique, tables.Names(x.Columns()))
		if x.Where != "" {
			line += " WHERE " + x.Where
		}
		want = append(want, line)
	}
	got = texts(t, pool, `SELECT indexname || ' ' || indexdef FROM pg_indexes WHERE schemaname = current_schema()`)
	for i, line := range got {
		got[i] = plain(line)
	}
	require.ElementsMatch(t, want, got)
}

// plain shortens an index's definition as PostgreSQL writes it to what the test
// expects.
func plain(definition string) string {
	name, definition, _ := strings.Cut(definition, " ")
	unique := strings.HasPrefix(definition, "CREATE UNIQUE")
	_, definition, _ = strings.Cut(definition, "USING btree ")
	columns, where, _ := strings.Cut(definition, " WHERE ")
	where, columns = strings.NewReplacer("(", "", ")", "").Replace(where), strings.ReplaceAll(columns, `"`, "")
	if unique {
		name += " UNIQUE"
	}
	if where != "" {
		columns += " WHERE " + where
	}
	return name + " " + columns
}

func texts(t *testing.T, pool *pgxpool.Pool, sql string) (all []string) {
	rows, err := pool.Query(t.Context(), sql)
	require.NoError(t, err)
	for rows.Next() {
		var text string
		require.NoError(t, rows.Scan(&text))
		all = append(all, text)
	}
	require.NoError(t, rows.Err())
	return all
}

// further are migrations that a later version of the package might have.
var further = []string{
	"ALTER TABLE tenancy_users ADD COLUMN later text; INSERT INTO tenancy_schema (version, applied) VALUES (2, 0)",
	"CREATE TABLE tenancy_later (id bigint); INSERT INTO tenancy_schema (version, applied) VALUES (3, 0)",
}

// TestMigrateAtOnce lets several stores migrate one database at once, from nothing and
// from an earlier version. Each step is carried out once.
func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	_, pool := openBare(t)
	for _, steps := range [][]string{nil, further} {
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			store := pgstore.New(pool, &pgstore.Options{RetryFor: time.Hour})
			pgstore.Know(store, steps...)
			wg.Go(func() { errs[i] = store.Migrate(t.Context()) })
		}
		wg.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		require.Equal(t, 1+len(steps), len(texts(t, pool, "SELECT version::text FROM tenancy_schema")))
	}
	require.Equal(t, []string{"1", "2", "3"},
		texts(t, pool, "SELECT version::text FROM tenancy_schema ORDER BY version"))
	require.Equal(t, []string{"later"}, texts(
		t,
		pool,
		"SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = 'tenancy_users' AND column_name = 'later'",
	))
}

// TestSchemaVersions uses databases without a schema, with an older one and with a
// newer one. ErrSchema says what to do, and nothing is changed.
func TestSchemaVersions(t *testing.T) {
	t.Parallel()
	store, pool := openBare(t)
	refused := func(store *pgstore.Store, says string) {
		t.Helper()
		before := texts(t, pool, everyRelation)
		for name, err := range map[string]error{"View": see(t, store), "Update": put(t, store),
			"Transact": store.Transact(t.Context(), doNothing), "WithTx": join(t, store, pool)} {
			require.ErrorIs(t, err, pgstore.ErrSchema, name)
			require.ErrorContains(t, err, says, name)
		}
		require.Equal(t, before, texts(t, pool, everyRelation))
	}
	refused(store, "call Migrate")
	require.NoError(t, store.Migrate(t.Context()))
	require.NoError(t, store.Migrate(t.Context()), "nothing is left to do")
	require.NoError(t, see(t, store))
	require.NoError(t, put(t, store))
	require.NoError(t, store.Transact(t.Context(), doNothing))
	require.NoError(t, join(t, store, pool))

	later := pgstore.New(pool, nil)
	pgstore.Know(later, further...)
	refused(later, "the database has version 1, this package needs 3: call Migrate")
	require.NoError(t, later.Migrate(t.Context()))
	require.NoError(t, see(t, later))
	require.NoError(t, put(t, later))

	started := pgstore.New(pool, nil)
	refused(started, "the database has version 3, this package works with 1 and 2: use a newer one")
	require.ErrorIs(t, started.Migrate(t.Context()), pgstore.ErrSchema)

	// A process that was running when the schema was migrated can no longer write. Its
	// Views go on.
	const says = "the database has version 3, this package works with 1 and 2"
	require.ErrorContains(t, put(t, store), says)
	require.ErrorContains(t, store.Transact(t.Context(), doNothing), says)
	require.ErrorContains(t, join(t, store, pool), says)
	require.NoError(t, see(t, store))
	executed("DELETE FROM tenancy_schema WHERE version > 2")(t, store, pool)
	require.NoError(t, put(t, store), "one version ahead")
	require.NoError(t, put(t, pgstore.New(pool, nil)))
	require.NoError(t, store.Migrate(t.Context()))

	executed("DELETE FROM tenancy_schema")(t, store, pool)
	refused(pgstore.New(pool, nil), "call Migrate")
	require.ErrorContains(t, put(t, store), "call Migrate")
}

// everyRelation lists what there is in a database.
const everyRelation = "SELECT relname || ' ' || relowner::regrole FROM pg_class WHERE relnamespace = current_schema()::regnamespace ORDER BY relname"

// put writes something.
func put(t *testing.T, store tenancy.Store) error {
	return store.Update(t.Context(), func(ctx context.Context, tx tenancy.Tx) error {
		return tx.Put(ctx, tenancy.UserRecord{ID: tenancy.UserID{1}})
	})
}

func doNothing(context.Context, pgx.Tx, tenancy.Store) error { return nil }

// join joins a transaction of the host's.
func join(t *testing.T, store *pgstore.Store, pool *pgxpool.Pool) error {
	return pgx.BeginTxFunc(t.Context(), pool, pgx.TxOptions{IsoLevel: pgx.Serializable}, func(tx pgx.Tx) error {
		_, err := store.WithTx(t.Context(), tx)
		return err
	})
}

// TestMigrateForeign lets Migrate meet what another application has made under a name
// of this package's. It is refused at once, and nothing is changed: neither what is
// there nor what is not.
func TestMigrateForeign(t *testing.T) {
	t.Parallel()
	const other = "other"
	for name, sql := range map[string]string{
		"a table with other columns":       "CREATE TABLE tenancy_users (of text)",
		"the last table":                   "CREATE TABLE tenancy_outbox (of text)",
		"a table of another role's":        "CREATE TABLE tenancy_events (stream uuid); ALTER TABLE tenancy_events OWNER TO " + other,
		"a view":                           "CREATE VIEW tenancy_grants AS SELECT 1 AS one",
		"a sequence":                       "CREATE SEQUENCE tenancy_heads",
		"a type":                           "CREATE TYPE tenancy_domains AS ENUM ('a')",
		"an index":                         "CREATE TABLE theirs (due text); CREATE INDEX tenancy_organizations_due ON theirs (due)",
		"tenancy_schema of other columns":  "CREATE TABLE tenancy_schema (of text)",
		"tenancy_schema of other types":    "CREATE TABLE tenancy_schema (version text, applied timestamptz); INSERT INTO tenancy_schema VALUES ('1', now())",
		"tenancy_schema of another role's": "CREATE TABLE tenancy_schema (version bigint, applied bigint); ALTER TABLE tenancy_schema OWNER TO " + other,
		"tenancy_schema with a version":    "CREATE TABLE tenancy_schema (version bigint); INSERT INTO tenancy_schema VALUES (1)",
		"tenancy_schema without rows":      "CREATE TABLE tenancy_schema (version bigint, applied bigint)",
		"tenancy_schema, a type":           "CREATE TYPE tenancy_schema AS ENUM ('a')",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bare, pool := openBare(t)
			application := role(t, pool, "application")
			executed("GRANT USAGE, CREATE ON SCHEMA "+schemaOf(pool)+" TO "+application)(t, bare, pool)
			executed(strings.ReplaceAll(sql, " "+other, " "+role(t, pool, "other")))(t, bare, pool)
			before := texts(t, pool, everyRelation)
			theirs := connect(t, as(pool, application))
			defer theirs.Close()
			store := pgstore.New(theirs,
				&pgstore.Options{RetryFor: time.Hour}) // whoever tried again would be at it for that long
			err := store.Migrate(t.Context())
			require.ErrorIs(t, err, pgstore.ErrSchema)
			require.ErrorContains(t, err, "this package")
			require.Equal(t, before, texts(t, pool, everyRelation))
			require.ErrorIs(t, see(t, store), pgstore.ErrSchema)
		})
	}
	t.Run("a role that may not create tables", func(t *testing.T) {
		t.Parallel()
		_, pool := openBare(t)
		theirs := connect(t, as(pool, role(t, pool, "application")))
		defer theirs.Close()
		err := pgstore.New(theirs, &pgstore.Options{RetryFor: time.Hour}).Migrate(t.Context())
		require.NotErrorIs(t, err, pgstore.ErrSchema)
		require.ErrorContains(t, err,
			"no schema has been selected to create in") // which is how the server says it of one that may not be used
	})
}

// as returns the connection string of a pool for another role.
func as(pool *pgxpool.Pool, role string) string {
	return strings.Replace(pool.Config().ConnString(), "user=postgres", "user="+role, 1)
}

// schemaOf returns the schema that a pool's connections use.
func schemaOf(pool *pgxpool.Pool) string {
	return pool.Config().ConnConfig.RuntimeParams["search_path"]
}

// role creates a role that may connect to a database and do nothing more.
func role(t *testing.T, pool *pgxpool.Pool, name string) string {
	name += "_" + schemaOf(pool)
	drop := func() {
		_, err := pool.Exec(context.Background(), "DROP OWNED BY "+name+"; DROP ROLE "+name)
		require.NoError(t, err)
	}
	_, err := pool.Exec(t.Context(), "CREATE ROLE "+name+" LOGIN")
	require.NoError(t, err)
	t.Cleanup(drop)
	return name
}

var (
	forbidden = regexp.MustCompile(
		`(?i)\b(TRIGGER|LISTEN|NOTIFY|DOMAIN|DEFERRABLE|DEFERRED|SEQUENCE|SERIAL|BIGSERIAL|IDENTITY|NEXTVAL|ADVISORY|pg_\w+|COLLATE|` +
			`FUNCTION|PROCEDURE|DO|RULE|INHERITS|EXCLUDE|CURSOR|DECLARE|COPY|LOCK|TRUNCATE|MERGE INTO|TABLESAMPLE|CTID|XMIN|GENERATED|TEMP|TEMPORARY|UNLOGGED|MATERIALIZED|VACUUM|CLUSTER|` +
			`TABLESPACE|USING gin|USING gist|USING brin)\b`,
	)
	// Columns of ours are called sequence and temporary, and ON CONFLICT with DO UPDATE and
	// DO NOTHING is understood everywhere.
	allowed = regexp.MustCompile(`(?m)--.*$|\bsequence\b|\btemporary\b|\bON CONFLICT \([a-z_, ]+\) DO (UPDATE|NOTHING)\b`)
	nested  = regexp.MustCompile(`(?i)WITH\b.*\b(INSERT|UPDATE|DELETE)\b`)
)

// leftOut reports whether a statement contains something that docs/stores.md says is
// left out.
func leftOut(sql string) bool {
	text := strings.Join(strings.Fields(allowed.ReplaceAllString(sql, "")), " ")
	return forbidden.MatchString(text) || nested.MatchString(text)
}

// TestStatements checks that the store sends only what PostgreSQL, YugabyteDB and
// CockroachDB all understand, in its schema too. docs/stores.md lists what is left out,
// and where each of them says so.
func TestStatements(t *testing.T) {
	t.Parallel()
	all := pgstore.Statements()
	require.Greater(t, len(all), 100)
	for _, sql := range all {
		require.False(t, leftOut(sql), sql)
	}
}
