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
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// ErrFile says that a path does not name a file that Open can use; its text says why. Nothing was changed.
var ErrFile = errors.New("sqlitestore: file")

// Open makes a Store in a file of its own, which it makes if there is none: then, and after an upgrade of this package, call Migrate before the first use. Its
// connections are set as package documentation says. A directory, a file that is no SQLite database, one that holds other tables but none of ours, and
// one that may only be read are ErrFile. Nil options mean the defaults.
//
// In a file that has our tables the host may have tables of its own (Transact); for one that had others first there is New.
func Open(ctx context.Context, path string, o *Options) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, wrap(err)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: it is not a regular file", ErrFile)
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

// How long SQLite itself waits for a lock that a writer needs: not long, since it waits longer each time, and comes too late for its turn.
const writerWaits = 50 * time.Millisecond

// open looks at the file before it changes anything, and opens it.
func (s *Store) open(ctx context.Context, path string) error {
	if err := ours(ctx, path); err != nil {
		return err
	}
	db := func(most int, waits time.Duration, more ...string) (*sql.DB, error) {
		db, err := sql.Open("sqlite", source(path, append(more, "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)", "_pragma=secure_delete(ON)", "_pragma=cache_size(-16384)",
			fmt.Sprintf("_pragma=busy_timeout(%d)", waits.Milliseconds()))...))
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
	c, err := s.writer.get(ctx)
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

// ours looks whether there is nothing yet in a file, or tables of ours.
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
		return fmt.Errorf("%w: it holds other tables, and none of this package: to share it with another application use New", ErrFile)
	}
	return nil
}

// source names a file to the driver.
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

// foreign makes ErrFile of an error that says that a file can't be used.
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
