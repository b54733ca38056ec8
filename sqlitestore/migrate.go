package sqlitestore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/add4b1c6/tenancy/internal/tables"
)

// ErrSchema says that the database does not hold the schema that this version of the package works with; its text says what to do.
var ErrSchema = errors.New("sqlitestore: schema")

//go:embed schema/*.sql
var schema embed.FS

// migrations are the steps from nothing to the schema of this version, in order.
var migrations = tables.Migrations(schema)

// ready looks whether the database has the schema.
func (t *statements) ready(ctx context.Context) error {
	version, err := t.version(ctx)
	switch {
	case err != nil:
		return err
	case version == 0:
		return fmt.Errorf("%w: the database has none: call Migrate", ErrSchema)
	case version < len(migrations):
		return fmt.Errorf("%w: the database has version %d, this package needs %d: call Migrate", ErrSchema, version, len(migrations))
	case version > len(migrations):
		return newer(version)
	}
	return nil
}

func newer(version int) error {
	return fmt.Errorf("%w: the database has version %d, this package knows %d: use a newer one", ErrSchema, version, len(migrations))
}

// version gives the schema's; zero: there is none.
func (t *statements) version(ctx context.Context) (version int, err error) {
	err = t.query(ctx, "SELECT coalesce(max(version), 0) FROM tenancy_schema", nil, func(rows *sql.Rows) error { return rows.Scan(&version) })
	if primary(err) != sqlite3.SQLITE_ERROR {
		return version, err
	}
	var found bool
	there := t.query(ctx, "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'tenancy_schema')", nil, func(rows *sql.Rows) error { return rows.Scan(&found) })
	if there != nil {
		return 0, there
	}
	if found {
		return 0, fmt.Errorf("%w: the table tenancy_schema is not of this package: %w", ErrSchema, err)
	}
	return 0, nil
}

// Migrate brings the schema of the database to the version that this package works with: it makes the tables where there are none. All of it is one
// transaction; several processes may call it at once, and one of them does it. A schema that is newer is ErrSchema; what it fails at changes nothing.
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
		if version > len(migrations) {
			return newer(version)
		}
		for ; version < len(migrations); version++ {
			if _, err := c.conn.ExecContext(context.WithoutCancel(ctx), migrations[version]); err != nil {
				return wrap(err)
			}
			if _, err := c.exec(context.WithoutCancel(ctx), "INSERT INTO tenancy_schema (version, applied) VALUES (?1, ?2)", version+1, time.Now().UnixMicro()); err != nil {
				return wrap(err)
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return c.commit()
	})
}
