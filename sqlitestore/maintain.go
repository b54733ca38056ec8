package sqlitestore

import (
	"context"
	"database/sql"
	"fmt"
	"os"

	"github.com/add4b1c6/tenancy"
)

// Vacuum writes the whole database anew and then does what Checkpoint does. After it,
// neither the file nor the log holds anything that was erased before. Overwriting alone
// (secure_delete) now and then leaves what SQLite has moved from one page to another.
//
// Vacuum holds the write lock for as long as it takes, and needs room on the disk for
// twice the database. In a host's database it writes the host's tables anew too, and
// may renumber the rows of tables that have no INTEGER PRIMARY KEY. It waits as
// Checkpoint does.
func (s *Store) Vacuum(ctx context.Context) error {
	err := s.run(ctx, func(c *session) error {
		_, err := c.conn.ExecContext(ctx, "VACUUM")
		return lost(err)
	})
	if err != nil {
		return err
	}
	return s.Checkpoint(ctx)
}

// Checkpoint writes what the write-ahead log holds to the database file, and empties
// the log. It waits for Views that run, for as long as Options.RetryFor. It returns
// CodeBusy then.
func (s *Store) Checkpoint(ctx context.Context) error {
	return s.run(ctx, func(c *session) error {
		var stopped, frames, written int
		err := c.query(ctx, "PRAGMA wal_checkpoint(TRUNCATE)", nil,
			func(rows *sql.Rows) error { return rows.Scan(&stopped, &frames, &written) })
		if err == nil && stopped != 0 {
			return &lostError{fmt.Errorf("sqlitestore: %w: a transaction was in the way of the checkpoint",
				tenancy.CodeBusy)}
		}
		return lost(err)
	})
}

// Backup writes the database as one View sees it to a new file. The file is complete in
// itself: Open takes it, and the log need not be copied. Backup takes the paths that
// Open takes, and returns ErrFile for others. It returns an error that wraps
// os.ErrExist if the file exists. Updates go on meanwhile. If the context ends, what is
// left of the file is not a backup.
func (s *Store) Backup(ctx context.Context, path string) error {
	path, err := plain(path)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("sqlitestore: backup: %w", os.ErrExist)
	}
	c, err := s.readers.get(ctx, s.options.RetryFor)
	if err != nil {
		return busy(err)
	}
	defer s.readers.put(c)
	_, err = c.conn.ExecContext(ctx, "VACUUM INTO ?", path)
	c.broken = err != nil
	return busy(err)
}
