package pgstore_test

import (
	"database/sql"
	"flag"
	"testing"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy/internal/dba"
	"github.com/add4b1c6/tenancy/internal/tables"
	"github.com/add4b1c6/tenancy/pgstore"
)

var rewrite = flag.Bool("rewrite", false, "write the rows that the newest version of the schema leaves anew")

// TestVersions opens what each version of the schema left.
func TestVersions(t *testing.T) {
	t.Parallel()
	dba.Versions{
		Steps: tables.Migrations(pgstore.Migrations()),
		Open: func(tb testing.TB) (*sql.DB, dba.Migrator) {
			store, pool := openBare(tb)
			db := stdlib.OpenDBFromPool(pool)
			tb.Cleanup(func() { require.NoError(tb, db.Close()) })
			return db, store
		},
		Quote:   "quote_nullable(%s::text)",
		Rewrite: *rewrite,
	}.Test(t)
}
