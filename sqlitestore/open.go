package sqlitestore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// ErrFile says that a path does not name a file that Open, OpenDB or Backup can use. Its text
// says why. Nothing was changed.
var ErrFile = errors.New("sqlitestore: file")

// Open opens the database file at path, and creates the file if there is none. Call
// Migrate before the first use of a new file, and after an upgrade of this package. The
// package documentation lists the settings of its connections. Nil options mean the
// defaults.
//
// A path is what os.Open takes: it names a file on this machine, either absolute or
// relative to the working directory. Open refuses, with ErrFile, what SQLite or its
// driver would read as something else:
//
//   - the empty path, and a path that ends with a separator
//   - a path that begins with a colon, such as ":memory:"
//   - a URI, such as "file:directory.db" or "sqlite://directory.db"
//   - a path with options, such as "directory.db?mode=ro": one that contains a question mark
//   - a path that contains a zero byte
//
// ErrFile is also the error for a directory, for a file that is not a SQLite database,
// for a database that holds other tables but none of this package, and for a file that
// may only be read.
//
// A host may add tables of its own to a file that has the tables of this package (see
// Transact). A host that had its tables first uses OpenDB and New.
func Open(ctx context.Context, path string, o *Options) (*Store, error) {
	path, err := file(path)
	if err != nil {
		return nil, err
	}
	s := New(nil, o)
	r := s.retry()
	for {
		err := s.open(ctx, path)
		if err == nil {
			return s, nil
		}
		_ = s.Close()
		if !isBusy(err) {
			return nil, foreign(err)
		}
		if err := r.wait(ctx, err); err != nil {
			return nil, err
		}
		s = New(nil, o)
	}
}

// scheme matches the beginning of a URI.
var scheme = regexp.MustCompile(`^(?i:file:|[a-z][a-z0-9+.-]*://)`)

// plain returns the absolute form of a path that SQLite and its driver read as nothing
// else.
func plain(path string) (string, error) {
	why := ""
	switch {
	case path == "":
		why = "the path is empty"
	case os.IsPathSeparator(path[len(path)-1]):
		why = "the path names a directory"
	case path[0] == ':':
		why = "the path begins with a colon: a database in memory is not a file"
	case scheme.MatchString(path):
		why = "the path is a URI"
	case strings.Contains(path, "?"):
		why = "the path contains a question mark, which begins the driver's options"
	case strings.Contains(path, "\x00"):
		why = "the path contains a zero byte"
	}
	if why != "" {
		return "", fmt.Errorf("%w: %s", ErrFile, why)
	}
	path, err := filepath.Abs(path)
	return path, wrap(err)
}

// file is plain for a file that is there, or can be.
func file(path string) (string, error) {
	path, err := plain(path)
	if err != nil {
		return "", err
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return "", fmt.Errorf("%w: it is not a regular file", ErrFile)
	}
	return path, nil
}

// writerWaits is how long SQLite itself waits for a lock that a writer needs. It is
// short, since SQLite waits longer each time, and comes too late for its turn.
const writerWaits = 50 * time.Millisecond

// open checks the file before it changes anything, and opens it.
func (s *Store) open(ctx context.Context, path string) error {
	if err := ours(ctx, path); err != nil {
		return err
	}
	db := func(most int, waits time.Duration, more ...string) (*sql.DB, error) {
		db, err := set(path, waits, append(more, "_pragma=cache_size(-16384)")...)
		if err == nil {
			db.SetMaxOpenConns(most)
			db.SetMaxIdleConns(most)
			s.own = append(s.own, db)
		}
		return db, err
	}
	writer, err := db(1, writerWaits, "_txlock=immediate")
	if err != nil {
		return err
	}
	readers, err := db(s.options.Readers, s.options.RetryFor)
	if err != nil {
		return err
	}
	keep := func() bool { return true }
	s.writer, s.readers = newPool(writer, 1, keep), newPool(readers, s.options.Readers, keep)
	c, err := s.writer.get(ctx, s.options.RetryFor)
	if err != nil {
		return err
	}
	defer s.writer.put(c)
	defer c.rollback()
	if err := c.begin(ctx, "BEGIN IMMEDIATE"); !isBusy(err) {
		return err
	}
	return nil
}

// OpenDB opens the database file at path for a host's own tables and ours, and creates the
// file if there is none. Its connections are set as New needs them, wait 10 seconds for a
// lock, and enforce foreign keys:
//
//	db, err := sqlitestore.OpenDB(ctx, "host.db")
//	store := sqlitestore.New(db, nil)
//
// The host closes the database, after the Store. A path is what it is to Open. OpenDB
// returns ErrFile for what is not one, for a directory, for a file that is not a SQLite
// database, and for one that may only be read. A file that holds other tables is fine.
func OpenDB(ctx context.Context, path string) (*sql.DB, error) {
	path, err := file(path)
	if err != nil {
		return nil, err
	}
	const waits = 10 * time.Second
	db, err := set(path, waits, "_pragma=foreign_keys(ON)")
	if err != nil {
		return nil, err
	}
	r := retry{until: time.Now().Add(waits)}
	for err = writable(ctx, db); isBusy(err); err = writable(ctx, db) {
		if waited := r.wait(ctx, err); waited != nil {
			err = waited
			break
		}
	}
	if err != nil {
		_ = db.Close()
		return nil, foreign(err)
	}
	return db, nil
}

// writable checks that a database opens, and that it may be written.
func writable(ctx context.Context, db *sql.DB) (err error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, c.Close()) }()
	switch _, err = c.ExecContext(ctx, "BEGIN IMMEDIATE"); {
	case isBusy(err): // somebody else writes it
		return nil
	case err != nil:
		return err
	}
	_, err = c.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
	return err
}

// set returns a file whose connections have the settings that a Store needs, and more.
func set(path string, waits time.Duration, more ...string) (*sql.DB, error) {
	return sql.Open("sqlite", source(path, append(more, "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)",
		"_pragma=secure_delete(ON)", fmt.Sprintf("_pragma=busy_timeout(%d)", waits.Milliseconds()))...))
}

// ours checks that a file holds nothing yet, or tables of this package.
func ours(ctx context.Context, path string) (err error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	db, err := sql.Open("sqlite", source(path))
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, db.Close()) }()
	var others, own bool
	if err := db.QueryRowContext(ctx, "SELECT count(*) > 0, coalesce(max(name = 'tenancy_schema'), 0) FROM sqlite_schema").Scan(&others, &own); err != nil {
		return err
	}
	if others && !own {
		return fmt.Errorf(
			"%w: it holds other tables, and none of this package: to share it with another application use OpenDB and New",
			ErrFile)
	}
	return nil
}

// source returns the name of a file for the driver.
func source(path string, options ...string) string {
	u := url.URL{Scheme: "file", Path: path}
	for i, o := range options {
		if i > 0 {
			u.RawQuery += "&"
		}
		u.RawQuery += o
	}
	return u.String()
}

// foreign returns ErrFile for an error that says that a file can't be used, and any
// other error as it is.
func foreign(err error) error {
	if errors.Is(err, ErrFile) {
		return err
	}
	switch primary(err) {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return fmt.Errorf("%w: %w", ErrFile, err)
	}
	return err
}
