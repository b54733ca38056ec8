package sqlitestore

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

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
// step that another tool runs is complete.
var migrations = tables.Migrations(Migrations())

// Migrations returns the steps of Migrate as files, for a host that migrates with a tool
// of its own (GEN-18). Their names and contents are those that goose and golang-migrate
// take: 0001_tenancy.up.sql and so on. Each file records its version in tenancy_schema,
// begins no transaction and ends none, and can be run in one of the host's. The files
// of a version that was released never change.
func Migrations() fs.FS { return tables.Files(schema) }

// ready checks that the database has the schema that the steps lead to.
func (t *statements) ready(ctx context.Context) error {
	version, err := t.version(ctx)
	return cmp.Or(err, fits(version))
}

// fits returns nil if this package works with a schema of this version: its own, or the
// one after it, so that a database can be migrated while older processes run (GEN-18).
func fits(version int) error {
	known := len(migrations)
	switch {
	case version == 0:
		return fmt.Errorf("%w: the database has none: call Migrate", ErrSchema)
	case version < known:
		return fmt.Errorf("%w: the database has version %d, this package needs %d: call Migrate", ErrSchema,
			version, known)
	case version > known+1:
		return fmt.Errorf("%w: the database has version %d, this package works with %d and %d: use a newer one",
			ErrSchema, version, known, known+1)
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
// A Store works with the version that it needs and with the one after it, so that a
// fleet is upgraded without a stop: migrate first, then replace the processes (GEN-18).
// There Migrate changes nothing.
//
// ErrSchema says that the schema is newer than that, or that the database has a table
// or an index with a name of this package's that this package did not create. Nothing
// is changed then.
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
