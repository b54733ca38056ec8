package sqlitestore_test

import (
	"database/sql"
	"flag"
	"testing"

	"github.com/add4b1c6/tenancy/internal/dba"
	"github.com/add4b1c6/tenancy/internal/tables"
	"github.com/add4b1c6/tenancy/sqlitestore"
)

var rewrite = flag.Bool("rewrite", false, "write the rows that the newest version of the schema leaves anew")

// TestVersions opens what each version of the schema left.
func TestVersions(t *testing.T) {
	t.Parallel()
	dba.Versions{
		Steps: tables.Migrations(sqlitestore.Migrations()),
		Open: func(tb testing.TB) (*sql.DB, dba.Migrator) {
			db := database(tb, fresh(tb), asDocumented)
			return db, sqlitestore.New(db, nil)
		},
		Quote:   "quote(%s)",
		Rewrite: *rewrite,
	}.Test(t)
}
