// Package stores opens empty stores for the benchmarks.
package stores

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/pgserver"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/pgstore"
	"github.com/add4b1c6/tenancy/sqlitestore"
)

// Opened is an open store, and what else can be opened over the same database.
type Opened struct {
	Store  tenancy.Store
	Path   string                      // of SQLite's file; empty for other stores
	Pool   *pgxpool.Pool               // of PostgreSQL's database; nil for other stores
	Settle func(context.Context) error // what the database does in time by itself, once it is filled; nil: nothing
	Close  func()
}

// Open returns an empty store.
func Open(ctx context.Context, kind string) (*Opened, error) {
	switch kind {
	case "memstore":
		return &Opened{Store: memstore.New(), Close: func() {}}, nil
	case "sqlitestore":
		dir, err := os.MkdirTemp("", "bench")
		if err != nil {
			return nil, err
		}
		path := filepath.Join(dir, "bench.db")
		store, err := sqlitestore.Open(ctx, path, nil)
		if err != nil {
			return nil, err
		}
		closed := func() { _ = store.Close(); _ = os.RemoveAll(dir) }
		return &Opened{Store: store, Path: path, Close: closed}, store.Migrate(ctx)
	case "pgstore":
		server, err := pgserver.Start()
		if err != nil {
			return nil, err
		}
		pool, err := pgxpool.New(ctx, server.URL("postgres"))
		if err != nil {
			return nil, err
		}
		store := pgstore.New(pool, nil)
		vacuum := func(ctx context.Context) error {
			_, err := pool.Exec(ctx, "VACUUM ANALYZE")
			return err
		}
		closed := func() { pool.Close(); _ = server.Stop() }
		return &Opened{Store: store, Pool: pool, Settle: vacuum, Close: closed}, store.Migrate(ctx)
	}
	return nil, fmt.Errorf("there is no store %q", kind)
}

// Names is a name server that has what was published.
type Names struct {
	mu      sync.Mutex
	records map[string][]string
}

// Publish adds a record.
func (n *Names) Publish(name, value string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.records == nil {
		n.records = map[string][]string{}
	}
	n.records[name] = append(n.records[name], value)
}

// LookupTXT implements tenancy.Resolver.
func (n *Names) LookupTXT(_ context.Context, name string) ([]string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.records[name], nil
}
