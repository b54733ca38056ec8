package sqlitestore_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// TestIDs puts IDs into a STRICT table of the host's, joins it with the library's, and
// reads them back (GEN-20).
func TestIDs(t *testing.T) {
	path := fresh(t)
	store := openFile(t, path)
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	dir, err := tenancy.New(store, nil)
	require.NoError(t, err)
	ana, err := dir.System().SignUp(t.Context(), tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana"})
	require.NoError(t, err)
	org := ana.Organization.ID
	exec := func(query string, args ...any) {
		_, err := db.ExecContext(t.Context(), query, args...)
		require.NoError(t, err)
	}
	row := func(query string, args ...any) *sql.Row { return db.QueryRowContext(t.Context(), query, args...) }
	const read = "SELECT organization FROM notes WHERE note = ?"
	exec("CREATE TABLE notes (organization BLOB REFERENCES tenancy_organizations (id), note TEXT PRIMARY KEY) STRICT")
	for what, id := range map[string]any{
		"value": org, "pointer": &org, "null of": sql.Null[tenancy.OrganizationID]{V: org, Valid: true}, "bytes": org[:],
	} {
		t.Run("GEN-20 a row joins: "+what, func(t *testing.T) {
			exec("INSERT INTO notes VALUES (?, ?)", id, what)
			var ours, theirs tenancy.OrganizationID
			require.NoError(t, row(`SELECT o.id, n.organization FROM tenancy_organizations AS o
				JOIN notes AS n ON n.organization = o.id WHERE n.organization = ? AND n.note = ?`, id, what).
				Scan(&ours, &theirs))
			require.Equal(t, org, ours)
			require.Equal(t, org, theirs)
			var pointer *tenancy.OrganizationID
			require.NoError(t, row(read, what).Scan(&pointer))
			require.Equal(t, &org, pointer)
			var null sql.Null[tenancy.OrganizationID]
			require.NoError(t, row(read, what).Scan(&null))
			require.Equal(t, sql.Null[tenancy.OrganizationID]{V: org, Valid: true}, null)
		})
	}
	for what, none := range map[string]any{
		"zero": tenancy.OrganizationID{}, "nil": (*tenancy.OrganizationID)(nil),
		"no null": sql.Null[tenancy.OrganizationID]{},
	} {
		t.Run("GEN-20 the zero ID is NULL: "+what, func(t *testing.T) {
			exec("INSERT INTO notes VALUES (?, ?)", none, what)
			id, pointer, null := org, &org, sql.Null[tenancy.OrganizationID]{V: org, Valid: true}
			require.NoError(t, row(read, what).Scan(&id))
			require.NoError(t, row(read, what).Scan(&pointer))
			require.NoError(t, row(read, what).Scan(&null))
			require.Zero(t, id)
			require.Nil(t, pointer)
			require.False(t, null.Valid)
		})
	}
	t.Run("GEN-20 what is not an ID is refused", func(t *testing.T) {
		for _, wrong := range []string{"'Acme'", "X'0102'", "1", "'" + ana.User.ID.String() + "'"} {
			kept := org
			require.ErrorIs(t, row("SELECT "+wrong).Scan(&kept), tenancy.CodeID)
			require.Equal(t, org, kept)
		}
	})
}
