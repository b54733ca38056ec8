package dba

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/internal/tables"
)

// Versions tests that a store reads what each version of its schema left (GEN-18). The
// directory testdata/versions has, for each version, the rows of a database in which a
// scene's History happened.
type Versions struct {
	Steps   []string                             // the store's migrations
	Open    func(testing.TB) (*sql.DB, Migrator) // an empty database, and a store over it
	Quote   string                               // what makes an SQL literal of a column: "quote(%s)"
	Rewrite bool                                 // make the file of the newest version anew
}

// Migrator is a store that migrates.
type Migrator interface {
	tenancy.Store
	Migrate(context.Context) error
}

// Test restores what each version left, migrates it, and goes on with it. Every
// invariant holds, and the log explains the records.
func (v Versions) Test(t *testing.T) {
	newest := len(v.Steps)
	if v.Rewrite {
		v.rewrite(t, newest)
	}
	for version := 1; version <= newest; version++ {
		t.Run(fmt.Sprint("GEN-18 version ", version), func(t *testing.T) {
			t.Parallel()
			kept, err := os.ReadFile(file(version))
			require.NoError(t, err, "a version's rows are kept: run this test with -rewrite")
			db, store := v.Open(t)
			for _, step := range append(slices.Clone(v.Steps[:version]), string(kept)) {
				_, err := db.ExecContext(t.Context(), step)
				require.NoError(t, err)
			}
			if version == newest {
				require.True(t, string(kept) == v.dump(t, db),
					"the tables are not those of the file: run this test with -rewrite if no release has the version")
			}
			require.NoError(t, store.Migrate(t.Context()))
			s := scene.New(t, store, tenancy.Options{})
			s.Clock.Advance(24 * time.Hour)
			s.Sound()
			s.Found("Zoe")
			s.Sound()
		})
	}
}

func file(version int) string {
	return filepath.Join("testdata", "versions", fmt.Sprintf("%04d.sql", version))
}

// rewrite writes the file of a version.
func (v Versions) rewrite(t *testing.T, version int) {
	db, store := v.Open(t)
	require.NoError(t, store.Migrate(t.Context()))
	scene.New(t, store, tenancy.Options{}).History()
	require.NoError(t, os.MkdirAll(filepath.Dir(file(version)), 0o755))
	require.NoError(t, os.WriteFile(file(version), []byte(v.dump(t, db)), 0o644))
}

// dump returns statements that insert every row of the package's tables, but for the
// versions.
func (v Versions) dump(t *testing.T, db *sql.DB) string {
	key := []tables.Column{{Name: "stream"}, {Name: "sequence"}}
	all := map[string][]tables.Column{"tenancy_events": tables.EventColumns, "tenancy_outbox": key}
	names := []string{"tenancy_events", "tenancy_outbox"}
	for _, table := range tables.All() {
		all[table.Name] = table.Columns
		names = append(names, table.Name)
	}
	slices.Sort(names)
	var text strings.Builder
	for _, name := range names {
		for _, row := range v.rows(t, db, name, all[name]) {
			fmt.Fprintf(&text, "INSERT INTO %s (%s) VALUES (%s);\n", name, tables.Names(all[name]), row)
		}
	}
	return text.String()
}

// rows returns the rows of a table as lists of literals, in the order of these texts.
func (v Versions) rows(t *testing.T, db *sql.DB, table string, columns []tables.Column) (rows []string) {
	var literals []string
	for _, c := range columns {
		literals = append(literals, fmt.Sprintf(v.Quote, c.Name))
	}
	found, err := db.QueryContext(t.Context(), "SELECT "+strings.Join(literals, " || ', ' || ")+" FROM "+table)
	require.NoError(t, err)
	defer func() { require.NoError(t, found.Close()) }()
	for found.Next() {
		var row string
		require.NoError(t, found.Scan(&row))
		rows = append(rows, row)
	}
	require.NoError(t, found.Err())
	slices.Sort(rows)
	return rows
}
