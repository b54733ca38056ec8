package pgstore_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/dba"
	"github.com/add4b1c6/tenancy/pgstore"
)

// TestIDs puts IDs into a table of the host's, joins it with the library's, and reads
// them back, in every mode of the driver and through database/sql (GEN-20).
func TestIDs(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	c := dba.Found(t, store)
	org := c.Scene.Found("eve").Organization.ID
	executed("CREATE TABLE notes (organization uuid REFERENCES tenancy_organizations (id), note text PRIMARY KEY)")(t,
		store, pool)
	const (
		insert = "INSERT INTO notes VALUES ($1, $2)"
		join   = `SELECT o.id, n.organization::text FROM tenancy_organizations AS o
			JOIN notes AS n ON n.organization = o.id WHERE n.organization = $1 AND n.note = $2`
		read = "SELECT organization FROM notes WHERE note = $1"
	)
	for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe,
		pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol} {
		config := pool.Config()
		config.ConnConfig.DefaultQueryExecMode = mode
		if mode == pgx.QueryExecModeExec || mode == pgx.QueryExecModeSimpleProtocol {
			config.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
				pgstore.RegisterIDs(conn.TypeMap())
				return nil
			}
		}
		pool, err := pgxpool.NewWithConfig(t.Context(), config)
		require.NoError(t, err)
		defer pool.Close()
		db := stdlib.OpenDBFromPool(pool)
		defer func() { _ = db.Close() }()
		ways := map[string]struct {
			exec func(query string, args ...any) error
			row  func(query string, args ...any) interface{ Scan(...any) error }
		}{
			"pgx": {
				func(query string, args ...any) error { return second(pool.Exec(t.Context(), query, args...)) },
				func(query string, args ...any) interface{ Scan(...any) error } {
					return pool.QueryRow(t.Context(), query, args...)
				},
			},
			"database/sql": {
				func(query string, args ...any) error { return second(db.ExecContext(t.Context(), query, args...)) },
				func(query string, args ...any) interface{ Scan(...any) error } {
					return db.QueryRowContext(t.Context(), query, args...)
				},
			},
		}
		for name, way := range ways {
			t.Run("GEN-20 "+mode.String()+" "+name, func(t *testing.T) {
				note := func(what string) string { return mode.String() + name + what }
				for what, id := range map[string]any{
					"value": org, "pointer": &org, "null of": sql.Null[tenancy.OrganizationID]{V: org, Valid: true},
				} {
					require.NoError(t, way.exec(insert, id, note(what)), what)
					var ours, text tenancy.OrganizationID
					require.NoError(t, way.row(join, id, note(what)).Scan(&ours, &text), what)
					require.Equal(t, org, ours)
					require.Equal(t, org, text)
				}
				var pointer *tenancy.OrganizationID
				var null sql.Null[tenancy.OrganizationID]
				require.NoError(t, way.row(read, note("value")).Scan(&pointer))
				require.NoError(t, way.row(read, note("value")).Scan(&null))
				require.Equal(t, &org, pointer)
				require.Equal(t, sql.Null[tenancy.OrganizationID]{V: org, Valid: true}, null)
				for what, none := range map[string]any{
					"zero": tenancy.OrganizationID{}, "nil": (*tenancy.OrganizationID)(nil),
					"no null": sql.Null[tenancy.OrganizationID]{},
				} {
					require.NoError(t, way.exec(insert, none, note(what)))
					id := org
					require.NoError(t, way.row(read, note(what)).Scan(&id))
					require.Zero(t, id)
					require.NoError(t, way.row(read, note(what)).Scan(&pointer))
					require.NoError(t, way.row(read, note(what)).Scan(&null))
					require.Nil(t, pointer)
					require.False(t, null.Valid)
				}
				kept := org
				require.ErrorIs(t, way.row("SELECT 'Acme'::text").Scan(&kept), tenancy.CodeID)
				require.ErrorIs(t, way.row("SELECT $1::text", tenancy.UserID(org).String()).Scan(&kept), tenancy.CodeID)
				require.ErrorIs(t, way.row(`SELECT '\x0102'::bytea`).Scan(&kept), tenancy.CodeID)
				require.Equal(t, org, kept)
			})
		}
		t.Run("GEN-20 "+mode.String()+" arrays and copies", func(t *testing.T) {
			_, err := pool.CopyFrom(t.Context(), pgx.Identifier{"notes"}, []string{"organization", "note"},
				pgx.CopyFromRows([][]any{{org, mode.String() + "copied"}, {tenancy.OrganizationID{}, mode.String() + "none"}}))
			require.NoError(t, err)
			var all []tenancy.OrganizationID
			require.NoError(t, pool.QueryRow(t.Context(),
				"SELECT array_agg(organization) FROM notes WHERE organization = ANY($1) AND note = $2",
				[]tenancy.OrganizationID{org}, mode.String()+"copied").Scan(&all))
			require.Equal(t, []tenancy.OrganizationID{org}, all)
		})
	}
}

// TestRegisterIDs wants every kind of ID registered (GEN-20).
func TestRegisterIDs(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(filepath.Join(dba.Root(t), "id.go"))
	require.NoError(t, err)
	here, err := os.ReadFile("ids.go")
	require.NoError(t, err)
	kinds := regexp.MustCompile(`(?m)^\t(\w+ID) = ID\[\w+\]$`).FindAllStringSubmatch(string(source), -1)
	require.GreaterOrEqual(t, len(kinds), 9)
	for _, kind := range kinds {
		require.True(t, strings.Contains(string(here), "registerID[tenancy."+kind[1]+"](m)"), kind[1])
	}
	m := pgtype.NewMap()
	_, known := m.TypeForValue(tenancy.UserID{})
	require.False(t, known)
	pgstore.RegisterIDs(m)
	for value, want := range map[any]string{tenancy.UserID{}: "uuid", new(tenancy.UserID): "uuid"} {
		registered, known := m.TypeForValue(value)
		require.True(t, known)
		require.Equal(t, want, registered.Name)
	}
}
