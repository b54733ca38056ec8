package sqlitestore_test

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/tables"
)

// all returns the results of a query in order, a line for each row.
func all(t testing.TB, db *sql.DB, query string, args ...any) (lines []string) {
	rows, err := db.QueryContext(t.Context(), query, args...)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		var line string
		require.NoError(t, rows.Scan(&line))
		lines = append(lines, line)
	}
	require.NoError(t, rows.Err())
	slices.Sort(lines)
	return lines
}

// types are the columns' types as SQLite has them.
var types = map[tables.Type]string{tables.ID: "BLOB", tables.Hash: "BLOB", tables.Text: "TEXT",
	tables.Key: "TEXT", tables.Int: "INTEGER", tables.Bool: "INTEGER", tables.Bytes: "BLOB"}

// checks are the conditions on columns.
var checks = map[tables.Type]string{tables.ID: "CHECK (length(%s) = 16)",
	tables.Hash: "CHECK (length(%s) = 32)", tables.Bool: "CHECK (%s IN (0, 1))"}

// TestSchemaIsThatOfTables compares the schema with package tables: every column with
// its type and whether it may be NULL, every index, and nothing else.
func TestSchemaIsThatOfTables(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	openFile(t, path)
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()

	names := []string{"tenancy_events", "tenancy_event_subjects", "tenancy_outbox", "tenancy_schema"}
	columns := func(name string, want []tables.Column, key []tables.Column) {
		var lines []string
		text := strings.Join(all(t, db, "SELECT sql FROM sqlite_schema WHERE name = ?", name), "")
		for _, c := range want {
			at := slices.IndexFunc(key, func(k tables.Column) bool { return k.Name == c.Name }) + 1
			lines = append(lines, fmt.Sprintf("%s %s %t %d", c.Name, types[c.Type], !c.Nullable, at))
			if check := checks[c.Type]; check != "" {
				require.Contains(t, text, fmt.Sprintf(check, c.Name), name)
			}
		}
		slices.Sort(lines)
		require.Equal(
			t,
			lines,
			all(t, db,
				`SELECT name || ' ' || type || ' ' || iif("notnull", 'true', 'false') || ' ' || pk FROM pragma_table_info(?)`,
				name),
			name,
		)
		require.Contains(t, text, "STRICT")
		require.Contains(t, text, "WITHOUT ROWID")
	}
	for _, table := range tables.All() {
		names = append(names, table.Name)
		columns(table.Name, table.Columns, table.Identity)
	}
	id, sequence := tables.Column{Name: "stream", Type: tables.ID},
		tables.Column{Name: "sequence", Type: tables.Int}
	columns("tenancy_events", tables.EventColumns, []tables.Column{id, sequence})
	columns("tenancy_event_subjects", tables.SubjectColumns, tables.SubjectColumns)
	columns("tenancy_outbox", []tables.Column{id, sequence}, []tables.Column{id, sequence})
	slices.Sort(names)
	require.Equal(t, names, all(t, db, "SELECT name FROM sqlite_schema WHERE type = 'table'"))

	var indexes []string
	for _, x := range tables.Indexes() {
		if x.Identity {
			continue
		}
		text := fmt.Sprintf("INDEX tenancy_%s\n    ON %s (%s)", x.Name, x.Table.Name, tables.Names(x.Columns()))
		if x.Where != "" {
			text += " WHERE " + x.Where
		}
		if !x.ID {
			text = "UNIQUE " + text
		}
		indexes = append(indexes, "CREATE "+text)
	}
	for name, columns := range tables.EventIndexes {
		indexes = append(indexes, fmt.Sprintf("CREATE INDEX %s\n    ON tenancy_events (%s)", name, columns))
	}
	slices.Sort(indexes)
	require.Equal(t, indexes, all(t, db, "SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"))
}

// TestIndexesAreUsed asks SQLite how it would answer each query. It uses the index that
// was made for the query, and neither scans a table nor sorts.
func TestIndexesAreUsed(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	openFile(t, path)
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	explain := func(sql string, table string, uses ...string) {
		plan, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+strings.ReplaceAll(sql, "$", "?"),
			make([]any, strings.Count(sql, "$"))...)
		require.NoError(t, err)
		for plan.Next() {
			var a, b, c int
			var detail string
			require.NoError(t, plan.Scan(&a, &b, &c, &detail))
			if strings.Contains(detail, table) {
				require.Contains(t, detail, "SEARCH", sql)
				for _, part := range uses {
					require.Contains(t, detail, part, sql)
				}
			}
			require.NotContains(t, detail, "TEMP B-TREE", sql)
		}
		require.NoError(t, plan.Err())
	}
	for _, x := range tables.Indexes() {
		for _, q := range x.Queries() {
			if q != &x.Exact || x.IndexInfo.Exact {
				explain(q.SQL, x.Table.Name)
			}
		}
	}
	for i, q := range tables.EventQueries() { // EVT-7
		table, bounds := "events", "(time,sequence)>(?,?)"
		switch tenancy.EventIndex(i / 2) {
		case tenancy.EventsByNumber:
			bounds = "sequence>? AND sequence<?"
		case tenancy.EventsBySubject:
			table, bounds = "subjects", "(happened,sequence)>(?,?)"
		}
		explain(q.SQL, table+" USING", bounds)
	}
}

// TestBatches asks for many records that are there or not, in every way that is
// answered together, and one by one. The answers are the same.
func TestBatches(t *testing.T) {
	t.Parallel()
	store := open(t)
	const many = 100
	var lookups []tenancy.Lookup
	require.NoError(t, store.Update(t.Context(), func(ctx context.Context, tx tenancy.Tx) error {
		for n := range many {
			id, org := [16]byte{1, byte(n)}, [16]byte{2, byte(n % 7)}
			if n%3 > 0 {
				address := fmt.Sprintf("user%d@acme.com", n)
				if err := tx.Put(ctx, tenancy.UserRecord{ID: id,
					Personal: tenancy.UserPersonal{Address: tenancy.NewPersonal(address)}},
					tenancy.MembershipRecord{Organization: org, User: id}, tenancy.OperationRecord{ID: id},
					tenancy.RequestRecord{ID: id, Organization: org, State: tenancy.StateOpen,
						Personal: tenancy.RequestPersonal{Address: tenancy.NewPersonal(address)}},
					tenancy.DomainRecord{ID: id, Organization: org, State: tenancy.StateVerified,
						Personal: tenancy.DomainPersonal{Name: address}}); err != nil {
					return err
				}
			}
			for _, r := range []tenancy.Record{tenancy.UserRecord{ID: id},
				tenancy.MembershipRecord{Organization: org, User: id}, tenancy.OperationRecord{ID: id},
				tenancy.RequestRecord{ID: id, Organization: org, State: tenancy.StateOpen,
					Personal: tenancy.RequestPersonal{Address: tenancy.NewPersonal(fmt.Sprintf("user%d@acme.com", n))}}} {
				for _, e := range r.Entries(nil) {
					x, err := tables.At(e.Index)
					if err != nil {
						return err
					}
					if x.IndexInfo.Exact {
						lookups = append(lookups, tenancy.Lookup{Index: e.Index, Key: e.Key})
					}
					if x.Listed && x.In {
						lookups = append(lookups,
							tenancy.Lookup{Index: e.Index, Key: tenancy.Key{In: e.Key.In},
								Limit: math.MaxInt32},
							tenancy.Lookup{Index: e.Index, Key: e.Key, Limit: 2},
							tenancy.Lookup{Index: e.Index, Key: tenancy.Key{In: e.Key.In}, Limit: math.MaxInt32, Skip: 1},
							tenancy.Lookup{Index: e.Index, Key: e.Key, Limit: 1 << 40, Count: true})
					}
				}
			}
			lookups = append(lookups, tenancy.Lookup{Index: tenancy.IndexUsers},
				tenancy.Lookup{Index: tenancy.IndexMembers, Limit: math.MaxInt32})
		}
		return nil
	}))
	require.NoError(t, store.View(t.Context(), func(ctx context.Context, tx tenancy.ReadTx) error {
		together, err := tx.Read(ctx, lookups...)
		require.NoError(t, err)
		found := 0
		for i, l := range lookups {
			alone, err := tx.Read(ctx, l)
			require.NoError(t, err)
			require.Equal(t, alone[0], together[i], "%+v", l)
			if alone[0].Record != nil {
				found++
			}
		}
		require.Greater(t, found, many)
		for _, l := range []tenancy.Lookup{{Index: tenancy.IndexMembershipsOf}, {Index: 200}, {Index: tenancy.IndexUsers, Limit: -1},
			{Index: tenancy.IndexUsers, Skip: 1}, {Index: tenancy.IndexUsers, Limit: 1, Skip: -1},
			{Index: tenancy.IndexUsers, Limit: 1, Skip: 1, Count: true}} {
			_, err := tx.Read(ctx, slices.Repeat([]tenancy.Lookup{l}, many)...)
			require.Error(t, err)
		}
		return nil
	}))
}
