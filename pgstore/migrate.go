package pgstore

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/add4b1c6/tenancy/internal/tables"
)

// ErrSchema says that the database does not hold the schema that this version of the package works with; its text says what to do.
var ErrSchema = errors.New("pgstore: schema")

//go:embed schema/*.sql
var schema embed.FS

// migrations are the steps from nothing to the schema of this version, in order.
var migrations = tables.Migrations(schema)

// ready looks, once, whether the database has the schema.
func (s *Store) ready(ctx context.Context) error {
	if s.sound.Load() {
		return nil
	}
	var version int
	err := s.pool.QueryRow(ctx, readVersion).Scan(&version)
	switch {
	case state(err) == undefinedTable:
		return fmt.Errorf("%w: the database has none: call Migrate", ErrSchema)
	case err != nil:
		return discreet(err)
	case version < len(migrations):
		return fmt.Errorf("%w: the database has version %d, this package needs %d: call Migrate", ErrSchema, version, len(migrations))
	case version > len(migrations):
		return newer(version)
	}
	if _, err := s.pool.Exec(ctx, showIndexes); err == nil {
		s.planned.Store(true)
	} else if state(err) == "" {
		return err
	}
	s.sound.Store(true)
	return nil
}

func newer(version int) error {
	return fmt.Errorf("%w: the database has version %d, this package knows %d: use a newer one", ErrSchema, version, len(migrations))
}

// Migrate brings the schema of the database to the version that this package works with: it makes the tables where there are none. Each step is a
// transaction; several processes may call it at once, and one of them does each. A schema that is newer is ErrSchema. It wants a role that may
// create tables; what it makes stands in the first schema of the search_path.
func (s *Store) Migrate(ctx context.Context) error {
	until := time.Now().Add(s.options.RetryFor)
	for {
		done, err := s.migrate(ctx)
		switch {
		case done:
			return nil
		case err == nil:
		case !slices.Contains([]string{serializationFailure, deadlockDetected, uniqueViolation, duplicateTable, duplicateObject}, state(err)) || time.Now().After(until):
			return discreet(err)
		}
	}
}

// What the server says to the second of two that make a thing at once.
const (
	duplicateTable  = "42P07"
	duplicateObject = "42710"
)

const (
	readVersion = "SELECT coalesce(max(version), 0) FROM tenancy_schema"
	nextVersion = "INSERT INTO tenancy_schema (version) VALUES ($1::bigint)"
	schemaTable = `CREATE TABLE IF NOT EXISTS tenancy_schema (version bigint NOT NULL PRIMARY KEY)`
)

// migrate carries out the next step; done: there is none.
func (s *Store) migrate(ctx context.Context) (done bool, err error) {
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.Serializable}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, schemaTable); err != nil {
			return err
		}
		var version int
		if err := tx.QueryRow(ctx, readVersion).Scan(&version); err != nil {
			return err
		}
		if done = version == len(migrations); done {
			return nil
		}
		if version > len(migrations) {
			return newer(version)
		}
		// First the row: whoever is second fails, or waits here until the first is done.
		if _, err := tx.Exec(ctx, nextVersion, version+1); err != nil {
			return err
		}
		_, err := tx.Conn().PgConn().Exec(ctx, migrations[version]).ReadAll()
		return err
	})
	return done && err == nil, err
}
