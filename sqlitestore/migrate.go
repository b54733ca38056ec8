package sqlitestore

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/add4b1c6/tenancy/internal/tables"
)

// ErrSchema says that the database does not hold the schema that this version of the
// package needs. Its text says what to do.
var ErrSchema = errors.New("sqlitestore: schema")

//go:embed schema/*.sql
var schema embed.FS

// migrations are the steps from an empty database to the schema of this version, in
// order. The last statement of each inserts its version into tenancy_schema, so that a
// step that somebody runs by hand is complete.
var migrations = tables.Migrations(schema)

// ready checks that the database has the schema that the steps lead to.
func (t *statements) ready(ctx context.Context) error {
	version, err := t.version(ctx)
	return cmp.Or(err, fits(version))
}

// fits returns nil if this package needs a schema of this version.
func fits(version int) error {
	switch {
	case version == 0:
		return fmt.Errorf("%w: the database has none: call Migrate", ErrSchema)
	case version < len(migrations):
		return fmt.Errorf("%w: the database has version %d, this package needs %d: call Migrate", ErrSchema,
			version, len(migrations))
	case version > len(migrations):
		return fmt.Errorf("%w: the database has version %d, this package knows %d: use a newer one",
			ErrSchema, version, len(migrations))
	}
	return nil
}

// A table that happens to have the name tenancy_schema, and is another application's,
// has no column applied.
const readVersion = "SELECT coalesce(max(version), 0) FROM tenancy_schema WHERE applied >= 0"

// version returns the version of the database's schema, or zero if the database has none.
func (t *statements) version(ctx context.Context) (version int, err error) {
	var strange error
	err = t.query(ctx, readVersion, nil, func(rows *sql.Rows) error {
		strange = rows.Scan(&version)
		return nil
	})
	if err == nil && strange == nil {
		return version, nil
	}
	if err != nil && primary(err) != sqlite3.SQLITE_ERROR {
		return 0, err
	}
	var found bool
	there := t.query(ctx, "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'tenancy_schema')", nil,
		func(rows *sql.Rows) error { return rows.Scan(&found) })
	if there != nil {
		return 0, there
	}
	if found {
		return 0, fmt.Errorf("%w: the table tenancy_schema is not of this package", ErrSchema)
	}
	return 0, nil
}

// Migrate brings the schema of the database to the version that this package needs. It
// creates the tables if there are none. All of it is one transaction; if several
// processes call Migrate at once, one of them carries it out.
//
// ErrSchema says that the schema is newer than this package, or that the database has a
// table or an index with a name of this package's that this package did not create.
// Nothing is changed then.
func (s *Store) Migrate(ctx context.Context) error {
	return s.run(ctx, func(c *session) error {
		defer c.rollback()
		if err := c.begin(ctx, "BEGIN IMMEDIATE"); err != nil {
			return lost(err)
		}
		version, err := c.version(ctx)
		if err != nil {
			return err
		}
		for ; version < len(migrations); version++ {
			_, err := c.conn.ExecContext(context.WithoutCancel(ctx), migrations[version])
			if primary(err) == sqlite3.SQLITE_ERROR {
				return fmt.Errorf(
					"%w: version %d can't be created, since the database has something of the same name "+
						"that this package did not create: %w",
					ErrSchema,
					version+1,
					err,
				)
			}
			if err != nil {
				return wrap(err)
			}
		}
		if err := cmp.Or(fits(version), ctx.Err()); err != nil {
			return err
		}
		return c.commit()
	})
}
