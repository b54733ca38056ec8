package sqlitestore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"modernc.org/sqlite"
)

// meddler is between database/sql and the driver. It changes statements and makes them
// fail.
type meddler struct {
	path string
	mu   sync.Mutex
	// rewrite returns the text to prepare instead. Nil leaves it as it is.
	rewrite func(text string) string
	// around carries out a statement by calling do, or does not, and returns what is
	// reported. Nil leaves it as it is.
	around func(text string, do func() error) error
}

// meddled returns a host's database whose statements go through a meddler.
func meddled(t testing.TB, path string) (*sql.DB, *meddler) {
	database(t, path, asDocumented)
	m := &meddler{path: path + hasty}
	db := sql.OpenDB(m)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db, m
}

// set sets what is done around statements from now on.
func (m *meddler) set(around func(text string, do func() error) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.around = around
}

func (m *meddler) do(text string, do func() error) error {
	m.mu.Lock()
	around := m.around
	m.mu.Unlock()
	if around == nil {
		return do()
	}
	return around(text, do)
}

func (m *meddler) Connect(context.Context) (driver.Conn, error) {
	c, err := m.Driver().Open(m.path)
	if err != nil {
		return nil, err
	}
	return &meddledConn{Conn: c, of: m}, nil
}

func (m *meddler) Driver() driver.Driver { return &sqlite.Driver{} }

type meddledConn struct {
	driver.Conn
	of *meddler
}

func (c *meddledConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	if c.of.rewrite != nil {
		text = c.of.rewrite(text)
	}
	s, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	return &meddledStmt{s, c.of, text}, nil
}

func (c *meddledConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, text, args)
}

func (c *meddledConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, text, args)
}

func (c *meddledConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	return &meddledTx{tx, c.of}, nil
}

type meddledTx struct {
	driver.Tx
	of *meddler
}

func (t *meddledTx) Commit() error {
	err := t.of.do("COMMIT", t.Tx.Commit)
	if err != nil {
		_ = t.Rollback() // as the driver does
	}
	return err
}

type meddledStmt struct {
	driver.Stmt
	of   *meddler
	text string
}

func (s *meddledStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (result driver.Result, err error) {
	err = s.of.do(s.text, func() (err error) {
		result, err = s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
		return err
	})
	return result, err
}

func (s *meddledStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (rows driver.Rows, err error) {
	err = s.of.do(s.text, func() (err error) {
		rows, err = s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
		return err
	})
	return rows, err
}
