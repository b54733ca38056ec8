package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/add4b1c6/tenancy"
)

// ErrSettings says that the host's database or its connections are not set as a Store
// needs them. Its text says how.
var ErrSettings = errors.New("sqlitestore: settings")

// pool is a limited number of sessions of one kind. Transactions that wait for one get
// it in turn.
type pool struct {
	db      *sql.DB
	slots   chan struct{}
	waiting atomic.Int32 // how many transactions wait for a slot
	keep    func() bool  // sessions may be kept for the next transaction
	mu      sync.Mutex
	idle    []*session
	ended   bool
}

func newPool(db *sql.DB, size int, keep func() bool) *pool {
	return &pool{db: db, slots: make(chan struct{}, size), keep: keep}
}

// get waits for a session for as long as limit, and returns CodeBusy then.
func (p *pool) get(ctx context.Context, limit time.Duration) (*session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := p.wait(ctx, limit); err != nil {
		return nil, err
	}
	c, err := p.open(ctx, limit)
	if err != nil {
		<-p.slots
	}
	return c, err
}

// errInUse is the error of a transaction that has waited too long for others of its
// process.
var errInUse = fmt.Errorf("sqlitestore: %w: others of this process have not ended", tenancy.CodeBusy)

// wait waits for a slot.
func (p *pool) wait(ctx context.Context, limit time.Duration) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	default:
	}
	p.waiting.Add(1)
	defer p.waiting.Add(-1)
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-timer.C:
		return errInUse
	case <-ctx.Done():
		return ctx.Err()
	}
}

// connecting is how long to wait for a connection of the database at least. To open one
// takes time too.
const connecting = time.Second

// connect returns a connection of the database. Where all are in use it waits for one.
func (p *pool) connect(ctx context.Context, limit time.Duration) (*sql.Conn, error) {
	waiting, cancel := context.WithTimeout(ctx, max(limit, connecting))
	defer cancel()
	conn, err := p.db.Conn(waiting)
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() == nil && waiting.Err() != nil:
		return nil, errInUse
	}
	return nil, foreign(err)
}

// open returns a session that was kept, or a new one.
func (p *pool) open(ctx context.Context, limit time.Duration) (*session, error) {
	p.mu.Lock()
	if p.ended {
		p.mu.Unlock()
		return nil, ErrClosed
	}
	if last := len(p.idle) - 1; last >= 0 {
		c := p.idle[last]
		p.idle = p.idle[:last]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	conn, err := p.connect(ctx, limit)
	if err != nil {
		return nil, err
	}
	c := &session{conn: conn, statements: newStatements(conn.PrepareContext)}
	if err := c.settings(ctx); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// put returns a session to the pool.
func (p *pool) put(c *session) {
	p.mu.Lock()
	kept := !c.broken && !p.ended && p.keep()
	if kept {
		p.idle = append(p.idle, c)
	}
	p.mu.Unlock()
	if !kept {
		c.close()
	}
	<-p.slots
}

func (p *pool) close() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.ended = nil, true
	p.mu.Unlock()
	for _, c := range idle {
		c.close()
	}
}

// session is a connection and the statements prepared on it.
type session struct {
	statements
	conn   *sql.Conn
	broken bool // it is not to be used again
	within bool // a transaction
}

// begin begins a transaction.
func (c *session) begin(ctx context.Context, text string) error {
	c.within = true // even if the context ends it: that may be after it has begun
	_, err := c.exec(ctx, text)
	return err
}

// commit commits. No context ends it halfway.
func (c *session) commit() error {
	_, err := c.exec(context.Background(), "COMMIT")
	c.within = err != nil
	c.broken = c.broken || err != nil
	return committed(err)
}

// rollback rolls back what was not committed. After some errors SQLite has already
// rolled back.
func (c *session) rollback() {
	if !c.within {
		return
	}
	c.within = false
	if _, err := c.exec(context.Background(), "ROLLBACK"); err != nil {
		c.broken = true
	}
}

func (c *session) close() {
	c.statements.close()
	_ = c.conn.Close()
}

const settings = `SELECT journal_mode, synchronous, secure_delete, encoding
FROM pragma_journal_mode, pragma_synchronous, pragma_secure_delete, pragma_encoding`

// settings checks that the connection is set as it must be.
func (t *statements) settings(ctx context.Context) error {
	var journal, encoding string
	var synchronous, secure int
	err := t.query(ctx, settings, nil, func(rows *sql.Rows) error {
		return rows.Scan(&journal, &synchronous,
			&secure, &encoding)
	})
	switch {
	case err != nil:
		return foreign(err)
	case journal != "wal":
		return fmt.Errorf("%w: journal_mode is %s, and must be WAL", ErrSettings, journal)
	case synchronous < 2:
		return fmt.Errorf("%w: synchronous is %d, and must be FULL", ErrSettings, synchronous)
	case secure != 1:
		return fmt.Errorf("%w: secure_delete is %d, and must be ON", ErrSettings, secure)
	case encoding != "UTF-8":
		return fmt.Errorf("%w: the text of the database is %s, and must be UTF-8", ErrSettings, encoding)
	}
	return nil
}

// statements are those prepared on a connection.
type statements struct {
	prepare func(context.Context, string) (*sql.Stmt, error)
	known   map[string]*sql.Stmt
}

func newStatements(prepare func(context.Context, string) (*sql.Stmt, error)) statements {
	return statements{prepare, map[string]*sql.Stmt{}}
}

func (t *statements) get(text string) (*sql.Stmt, error) {
	if s, ok := t.known[text]; ok {
		return s, nil
	}
	s, err := t.prepare(context.Background(), text)
	if err == nil {
		t.known[text] = s
	}
	return s, err
}

// exec carries out a statement, and returns how many rows it changed.
func (t *statements) exec(ctx context.Context, text string, args ...any) (int64, error) {
	s, err := t.get(text)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// query carries out a query, and calls each for every row.
func (t *statements) query(
	ctx context.Context, text string, args []any, each func(*sql.Rows) error,
) (err error) {
	s, err := t.get(text)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer func() {
		if closed := rows.Close(); err == nil {
			err = closed
		}
	}()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (t *statements) close() {
	for _, s := range t.known {
		_ = s.Close()
	}
	clear(t.known)
}
