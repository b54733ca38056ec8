package sqlitestore

import (
	"context"
	"database/sql"
	"fmt"
	"os"

	"github.com/add4b1c6/tenancy"
)

// Checkpoint writes what the write-ahead log holds to the database file, and empties the log: after it neither holds what was erased before it. It waits for
// Views that run, for as long as Options.RetryFor: CodeBusy then.
func (s *Store) Checkpoint(ctx context.Context) error {
	return s.run(ctx, func(c *session) error {
		var stopped, frames, written int
		err := c.query(ctx, "PRAGMA wal_checkpoint(TRUNCATE)", nil, func(rows *sql.Rows) error { return rows.Scan(&stopped, &frames, &written) })
		if err == nil && stopped != 0 {
			return &lostError{fmt.Errorf("sqlitestore: %w: a transaction was in the way of the checkpoint", tenancy.CodeBusy)}
		}
		return lost(err)
	})
}

// Backup writes the database as one View sees it to a new file, which Open takes; the log needs no copy. A file that is there is an error that wraps os.ErrExist.
// Updates go on meanwhile; what the context ends leaves a file that is no backup.
func (s *Store) Backup(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("sqlitestore: backup: %w", os.ErrExist)
	}
	c, err := s.readers.get(ctx)
	if err != nil {
		return busy(err)
	}
	defer s.readers.put(c)
	_, err = c.conn.ExecContext(ctx, "VACUUM INTO ?", path)
	c.broken = err != nil
	return busy(err)
}
