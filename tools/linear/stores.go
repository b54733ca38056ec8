package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/pgserver"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/pgstore"
	"github.com/add4b1c6/tenancy/sqlitestore"
)

// stores opens empty stores of a kind.
type stores struct {
	fresh   func(context.Context) (store tenancy.Store, drop func(), err error)
	trouble func(n int) func() (stop func()) // what goes wrong outside of clients during the n-th history; nil: nothing
	within  time.Duration                    // how long an operation about takes
	close   func()
}

func open(ctx context.Context, kind string) (*stores, error) {
	switch kind {
	case "memstore":
		fresh := func(context.Context) (tenancy.Store, func(), error) { return memstore.New(), func() {}, nil }
		return &stores{fresh: fresh, within: 200 * time.Microsecond, close: func() {}}, nil
	case "sqlitestore":
		return &stores{fresh: freshFile, within: 2 * time.Millisecond, close: func() {}}, nil
	case "pgstore":
		return openServer(ctx)
	}
	return nil, fmt.Errorf("there is no store %q", kind)
}

func freshFile(ctx context.Context) (tenancy.Store, func(), error) {
	dir, err := os.MkdirTemp("", "linear")
	if err != nil {
		return nil, nil, err
	}
	store, err := sqlitestore.Open(ctx, filepath.Join(dir, "linear.db"), nil)
	if err != nil {
		return nil, nil, err
	}
	return store, func() { _ = store.Close(); _ = os.RemoveAll(dir) }, store.Migrate(ctx)
}

// openServer starts a PostgreSQL server, where each history gets a database.
func openServer(ctx context.Context) (*stores, error) {
	server, err := pgserver.Start()
	if err != nil {
		return nil, err
	}
	admin, err := pgxpool.New(ctx, server.URL("postgres"))
	if err != nil {
		return nil, err
	}
	n := 0
	fresh := func(ctx context.Context) (tenancy.Store, func(), error) {
		n++
		name := fmt.Sprintf("linear%d", n)
		if err := again(func() error { return execute(ctx, admin, "CREATE DATABASE "+name) }); err != nil {
			return nil, nil, err
		}
		pool, err := pgxpool.New(ctx, server.URL(name))
		if err != nil {
			return nil, nil, err
		}
		store := pgstore.New(pool, nil)
		drop := func() { pool.Close(); _ = execute(ctx, admin, "DROP DATABASE "+name+" WITH (FORCE)") }
		return store, drop, store.Migrate(ctx)
	}
	return &stores{fresh: fresh, within: 8 * time.Millisecond, close: func() { admin.Close(); _ = server.Stop() },
		trouble: func(n int) func() func() { return func() func() { return harass(ctx, server, admin, n) } }}, nil
}

func execute(ctx context.Context, pool *pgxpool.Pool, sql string) error {
	_, err := pool.Exec(ctx, sql)
	return err
}

// again tries again what may fail where the server has just started again.
func again(try func() error) (err error) {
	for range 100 {
		if err = try(); err == nil {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return err
}

// harass ends connections of clients now and then, whatever they are doing; and in every
// fourth history it kills the server once, and starts it again.
func harass(ctx context.Context, server *pgserver.Server, admin *pgxpool.Pool, n int) (stop func()) {
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			case <-time.After(time.Duration(10+rand.IntN(40)) * time.Millisecond):
			}
			if n%4 == 3 && i == 3 {
				_ = server.Kill()
				_ = server.Restart()
				continue
			}
			_ = execute(ctx, admin, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "+
				"WHERE datname LIKE 'linear%' ORDER BY random() LIMIT 2")
		}
	})
	return func() { close(done); wait.Wait() }
}
