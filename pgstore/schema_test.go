package pgstore_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy/internal/tables"
	"github.com/add4b1c6/tenancy/pgstore"
)

// openFresh gives a store over a database of its own, for tests that change its schema.
func openFresh(t testing.TB) (*pgstore.Store, *pgxpool.Pool) {
	store, pool := openBare(t)
	require.NoError(t, store.Migrate(t.Context()))
	return store, pool
}

// openBare gives a store over a database of its own, without schema.
func openBare(t testing.TB) (*pgstore.Store, *pgxpool.Pool) {
	needServer(t)
	pool := connect(t, server.URL(create(t)))
	t.Cleanup(pool.Close)
	return pgstore.New(pool, nil), pool
}

// TestSchema holds the schema to what the stores' tables are: columns, types, keys and indexes.
func TestSchema(t *testing.T) {
	_, pool := openFresh(t)
	types := map[tables.Type]string{tables.ID: "uuid", tables.Hash: "bytea", tables.Key: "bytea", tables.Bytes: "bytea", tables.Text: "text", tables.Int: "bigint", tables.Bool: "boolean"}
	want := []string{"tenancy_schema version bigint NO", "tenancy_outbox stream uuid NO", "tenancy_outbox sequence bigint NO"}
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
	got := texts(t, pool, `SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable FROM information_schema.columns WHERE table_schema = 'public'`)
	require.ElementsMatch(t, want, got)

	want = []string{"tenancy_schema_pkey UNIQUE (version)", "tenancy_outbox_pkey UNIQUE (stream, sequence)", "tenancy_events_pkey UNIQUE (stream, sequence)"}
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
	got = texts(t, pool, `SELECT indexname || ' ' || indexdef FROM pg_indexes WHERE schemaname = 'public'`)
	for i, line := range got {
		got[i] = plain(line)
	}
	require.ElementsMatch(t, want, got)
}

// plain takes out of an index's definition how PostgreSQL writes what the want above says shorter.
func plain(definition string) string {
	name, definition, _ := strings.Cut(definition, " ")
	unique := strings.HasPrefix(definition, "CREATE UNIQUE")
	_, definition, _ = strings.Cut(definition, "USING btree ")
	columns, where, _ := strings.Cut(definition, " WHERE ")
	where = strings.NewReplacer("(", "", ")", "").Replace(where)
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

// TestMigrateAtOnce has several processes' stores migrate one database: each step is done once.
func TestMigrateAtOnce(t *testing.T) {
	_, pool := openBare(t)
	var wg sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		wg.Go(func() { errs[i] = pgstore.New(pool, nil).Migrate(t.Context()) })
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, []string{"1"}, texts(t, pool, "SELECT version::text FROM tenancy_schema"))
}

// TestSchemaVersions refuses a database without schema, and one whose schema is newer, and changes neither.
func TestSchemaVersions(t *testing.T) {
	store, pool := openBare(t)
	require.ErrorIs(t, see(t, store), pgstore.ErrSchema)
	require.ErrorContains(t, see(t, store), "call Migrate")
	require.Empty(t, texts(t, pool, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))

	require.NoError(t, store.Migrate(t.Context()))
	require.NoError(t, store.Migrate(t.Context()), "nothing is left to do")
	require.NoError(t, see(t, store))

	executed("INSERT INTO tenancy_schema (version) VALUES (99)")(t, store, pool)
	newer := pgstore.New(pool, nil)
	require.ErrorIs(t, see(t, newer), pgstore.ErrSchema)
	require.ErrorContains(t, see(t, newer), "99")
	require.ErrorIs(t, newer.Migrate(t.Context()), pgstore.ErrSchema)

	executed("DELETE FROM tenancy_schema")(t, store, pool)
	require.ErrorContains(t, see(t, pgstore.New(pool, nil)), "call Migrate")
}

// TestStatements holds what the store sends, its schema included, to what PostgreSQL, YugabyteDB and CockroachDB all take: docs/stores.md has the list of
// what is left out, and where each of them says so.
func TestStatements(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)\b(TRIGGER|LISTEN|NOTIFY|DOMAIN|DEFERRABLE|DEFERRED|SEQUENCE|SERIAL|BIGSERIAL|IDENTITY|NEXTVAL|ADVISORY|pg_\w+|COLLATE|FUNCTION|PROCEDURE|DO \$|RULE|INHERITS|` +
		`EXCLUDE|CURSOR|DECLARE|COPY|LOCK|TRUNCATE|MERGE INTO|TABLESAMPLE|CTID|XMIN|GENERATED|TEMP|TEMPORARY|UNLOGGED|MATERIALIZED|VACUUM|CLUSTER|TABLESPACE|USING gin|USING gist|USING brin)\b`)
	all := pgstore.Statements()
	require.Greater(t, len(all), 100)
	for _, sql := range all {
		// A column of ours is called sequence; a sequence of the database's is what is forbidden.
		text := regexp.MustCompile(`(?m)--.*$`).ReplaceAllString(sql, "")
		text = regexp.MustCompile(`\bsequence\b`).ReplaceAllString(text, "number")
		require.NotRegexp(t, forbidden, text)
		require.NotRegexp(t, `(?i)WITH\b.*\b(INSERT|UPDATE|DELETE)\b`, oneLine(sql), "no statement changes rows within another")
	}
	require.True(t, slices.ContainsFunc(all, func(sql string) bool { return forbidden.MatchString(sql + " COLLATE \"C\"") }), "the list finds what is on it")
}

func oneLine(sql string) string { return strings.Join(strings.Fields(sql), " ") }
