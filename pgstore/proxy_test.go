package pgstore_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
)

// proxy is between a pool and the server. It knows where messages begin and end, counts
// round trips, and can do something to one message.
type proxy struct {
	dir    string
	trips  atomic.Int64 // batches that the client sent
	mu     sync.Mutex
	plan   *plan
	closed chan struct{}
}

// plan is what the proxy does to a message.
type plan struct {
	what  fault
	left  int           // how many messages of its side come before it
	hit   bool          // it has come
	late  chan struct{} // closed: what is held goes on to the server
	leave func()        // of callerGone
	after chan struct{} // closed when the server has answered what was held, or hung up
}

// fault is something that happens to a message.
type fault string

const (
	requestLost fault = "the request is lost"           // it does not come to the server; both ends are cut
	replyLost   fault = "the reply is lost"             // it and what follows do not come to the client, who is cut; the server goes on to the end of what it was sent
	requestLate fault = "the request comes late"        // the client is cut, and the request comes to the server when it is told to go on
	replyCut    fault = "the reply is cut in the midst" // half of it comes to the client
	callerGone  fault = "the caller is gone"            // their context ends, and the reply does not come; the server goes on
)

func (f fault) ofServer() bool { return f == replyLost || f == replyCut || f == callerGone }

func newProxy(t testing.TB) *proxy {
	p := &proxy{dir: t.TempDir(), closed: make(chan struct{})}
	l, err := net.Listen("unix", filepath.Join(p.dir, ".s.PGSQL.5432"))
	require.NoError(t, err)
	t.Cleanup(func() {
		close(p.closed)
		_ = l.Close()
	})
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(client)
		}
	}()
	return p
}

// pool returns a pool that talks through the proxy, on one connection at a time. On a
// second one, statements would be prepared again.
func (p *proxy) pool(t testing.TB, database string) *pgxpool.Pool {
	pool := connect(t, "host="+p.dir+" port=5432 user=postgres sslmode=disable pool_max_conns=1 dbname="+database)
	t.Cleanup(pool.Close)
	return pool
}

// arm sets what happens to the n-th message from now on, counted from 0 over all
// connections.
func (p *proxy) arm(what fault, n int, leave func()) *plan {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plan = &plan{what: what, left: n, leave: leave, late: make(chan struct{}), after: make(chan struct{})}
	return p.plan
}

// disarm reports whether the fault has happened.
func (p *proxy) disarm() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	hit := p.plan.hit
	p.plan = nil
	return hit
}

// strikes returns the plan if it is for this message. Only messages for which may
// reports true of the plan's fault count.
func (p *proxy) strikes(may func(fault) bool) *plan {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.plan == nil || p.plan.hit || !may(p.plan.what):
		return nil
	case p.plan.left > 0:
		p.plan.left--
		return nil
	}
	p.plan.hit = true
	return p.plan
}

// ofRequest reports whether a fault happens to a request.
func ofRequest(f fault) bool { return !f.ofServer() }

// withinBatch reports whether a fault happens to a request that is not the first of its
// batch. Only a whole batch comes late: after half of one, the server would keep the
// locks, and the question for the outcome would wait until the server has given up the
// connection.
func withinBatch(f fault) bool { return ofRequest(f) && f != requestLate }

// link is a client's connection and the server's.
type link struct {
	*proxy
	client, server net.Conn
	done           chan struct{}
}

func (p *proxy) serve(client net.Conn) {
	conn, err := net.Dial("unix", server.Socket())
	if err != nil {
		_ = client.Close()
		return
	}
	l := &link{proxy: p, client: client, server: conn, done: make(chan struct{})}
	go l.replies()
	l.requests()
}

// How many bytes a message begins with: its type and its length. The first message of a
// client has no type.
const (
	untyped = 4
	typed   = 5
)

// message reads a message that begins with so many bytes.
func message(from io.Reader, begins int) ([]byte, error) {
	head := make([]byte, begins)
	if _, err := io.ReadFull(from, head); err != nil {
		return nil, err
	}
	rest := make([]byte, int(binary.BigEndian.Uint32(head[len(head)-4:]))-4)
	_, err := io.ReadFull(from, rest)
	return append(head, rest...), err
}

// endsBatch reports whether a client waits for the server after a message, which is a
// Sync or a simple Query.
func endsBatch(m []byte) bool { return m[0] == 'S' || m[0] == 'Q' }

func (l *link) requests() {
	defer l.server.Close()
	m, err := message(l.client, untyped)
	for may := withinBatch; ; {
		if err == nil {
			_, err = l.server.Write(m)
		}
		if err != nil {
			return
		}
		if m, err = message(l.client, typed); err != nil {
			return
		}
		ends := endsBatch(m)
		if ends {
			l.trips.Add(1)
		}
		if m[0] != 'X' {
			if plan := l.strikes(may); plan != nil {
				l.loses(plan, m)
				return
			}
		}
		if may = withinBatch; ends {
			may = ofRequest
		}
	}
}

// loses cuts off the client. What the client sent up to the next Sync reaches the
// server later, or never.
func (l *link) loses(plan *plan, m []byte) {
	var held bytes.Buffer
	held.Write(m)
	if plan.what == requestLate {
		for !endsBatch(m) {
			var err error
			if m, err = message(l.client, typed); err != nil {
				break
			}
			held.Write(m)
		}
	}
	_ = l.client.Close()
	if plan.what == requestLate {
		select {
		case <-plan.late:
			_, _ = l.server.Write(held.Bytes())
			_, _ = l.server.Write([]byte{'X', 0, 0, 0, 4}) // the server ends when it has carried that out
			<-l.done
		case <-l.closed:
		}
	}
	_ = l.server.Close()
	<-l.done
	close(plan.after)
}

func (l *link) replies() {
	defer close(l.done)
	defer l.client.Close()
	for {
		m, err := message(l.server, typed)
		if err != nil {
			return
		}
		if plan := l.strikes(fault.ofServer); plan != nil {
			switch plan.what {
			case replyCut:
				_, _ = l.client.Write(m[:len(m)/2])
			case callerGone:
				plan.leave()
			}
			for err == nil && m[0] != 'Z' {
				m, err = message(l.server, typed)
			}
			close(plan.after)
			return
		}
		if _, err := l.client.Write(m); err != nil {
			_, _ = io.Copy(io.Discard, l.server)
			return
		}
	}
}
