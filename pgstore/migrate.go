package pgstore

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/add4b1c6/tenancy/internal/tables"
)

// ErrSchema says that the database does not hold the schema that this version of the
// package needs. Its text says what to do.
var ErrSchema = errors.New("pgstore: schema")

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

const (
	// A table that happens to have the name tenancy_schema, and is another
	// application's, has no column applied.
	readVersion = "SELECT coalesce(max(version), 0)::bigint FROM tenancy_schema WHERE applied >= 0"

	// checkVersion fails with divisionByZero unless the schema has the version %d or the
	// one after it. It begins the batch of an Update, and the server carries out nothing
	// that comes after it.
	checkVersion = "SELECT 1 / CASE WHEN max(version) IN (%d, %d) THEN 1 ELSE 0 END FROM tenancy_schema"

	// Of several processes that migrate at once, the first locks the row that all of
	// them see. The others wait here, and lose.
	lockVersion = "UPDATE tenancy_schema SET version = version WHERE version = $1::bigint"
)

// version returns the version of the database's schema, or zero if the database has none.
func (s *Store) version(ctx context.Context) (version int, err error) {
	err = schemaError(s.pool.QueryRow(ctx, readVersion).Scan(&version))
	if errors.Is(err, errNone) {
		return 0, nil
	}
	return version, err
}

var errNone = fmt.Errorf("%w: the database has none: call Migrate", ErrSchema)

// schemaError returns the meaning of an error of readVersion.
func schemaError(err error) error {
	switch code := state(err); {
	case code == undefinedTable:
		return errNone
	case strings.HasPrefix(code, accessViolation):
		return fmt.Errorf("%w: the table tenancy_schema is not of this package: %w", ErrSchema, discreet(err))
	}
	return discreet(err)
}

// fits returns nil if the store works with a schema of this version: its own, or the
// one after it, so that a database can be migrated while older processes run (GEN-18).
func (s *Store) fits(version int) error {
	known := len(s.steps)
	switch {
	case version == 0:
		return errNone
	case version < known:
		return fmt.Errorf("%w: the database has version %d, this package needs %d: call Migrate", ErrSchema,
			version, known)
	case version > known+1:
		return fmt.Errorf("%w: the database has version %d, this package works with %d and %d: use a newer one",
			ErrSchema, version, known, known+1)
	}
	return nil
}

// ready checks the schema before the first transaction of the store.
func (s *Store) ready(ctx context.Context) error {
	if s.sound.Load() {
		return nil
	}
	if err := s.look(ctx); err != nil {
		return err
	}
	if _, err := s.pool.Exec(ctx, showIndexes); err == nil {
		s.planned.Store(true)
	} else if state(err) == "" {
		return err
	}
	s.sound.Store(true)
	return nil
}

// look checks the schema of the database.
func (s *Store) look(ctx context.Context) error {
	version, err := s.version(ctx)
	return cmp.Or(err, s.fits(version))
}

// Migrate brings the schema of the database to the version that this package needs. It
// creates the tables if there are none. Each step is a transaction; if several
// processes call Migrate at once, one of them carries out each step. Migrate needs a
// role that may create tables, and creates them in the first schema of the search_path.
//
// A Store works with the version that it needs and with the one after it, so that a
// fleet is upgraded without a stop: migrate first, then replace the processes (GEN-18).
// There Migrate changes nothing.
//
// ErrSchema says that the schema is newer than that, or that the database has a table
// or an index with a name of this package's that this package did not create. Nothing
// is changed then.
func (s *Store) Migrate(ctx context.Context) error {
	until := time.Now().Add(s.options.RetryFor)
	for {
		version, err := s.version(ctx)
		if err != nil {
			return err
		}
		if version >= len(s.steps) {
			return s.fits(version)
		}
		err = s.step(ctx, version)
		switch state(err) {
		case serializationFailure, deadlockDetected:
			if time.Now().After(until) {
				return discreet(err)
			}
		case duplicateTable, duplicateObject, uniqueViolation:
			// Another process has committed this step, unless the version has not
			// changed.
			if now, again := s.version(ctx); again != nil {
				return again
			} else if now == version {
				return foreign(version+1, err)
			}
		default:
			if strings.HasPrefix(state(err), accessViolation) && state(err) != insufficientPrivilege {
				return foreign(version+1, err)
			}
			if err != nil {
				return discreet(err)
			}
		}
	}
}

// foreign returns the error of a step that met something that this package did not
// create.
func foreign(version int, err error) error {
	return fmt.Errorf("%w: version %d can't be created, since the database has something of the same name "+
		"that this package did not create: %w", ErrSchema, version, discreet(err))
}

// step carries out the step after a version.
func (s *Store) step(ctx context.Context, version int) error {
	return pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.Serializable}, func(tx pgx.Tx) error {
		if version > 0 { // else the first statement creates tenancy_schema, which only one can
			if _, err := tx.Exec(ctx, lockVersion, version); err != nil {
				return err
			}
			var now int
			if err := tx.QueryRow(ctx, readVersion).Scan(&now); err != nil || now != version {
				return err // another process has carried it out
			}
		}
		_, err := tx.Conn().PgConn().Exec(ctx, s.steps[version]).ReadAll()
		return err
	})
}
