// Package demo is an organization that is made up, with a history, behind the pages of
// package console, with a sign-in for demonstration and what a product has around them.
package demo

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/sqlitestore"
)

// Run serves until the context ends. It calls ready with the URL as soon as it serves. It
// keeps everything in a file of SQLite, or in memory if that is "".
func Run(ctx context.Context, addr, file string, big int, ready func(url string)) error {
	listener, err := listen(addr)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()
	handler, end, err := Handler(ctx, file, big)
	if err != nil {
		return err
	}
	defer end()
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	ready("http://" + listener.Addr().String() + "/")
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Handler returns what Run serves, and what ends it.
func Handler(ctx context.Context, file string, big int) (handler http.Handler, end func(), err error) {
	store, end, err := open(ctx, file)
	if err != nil {
		return nil, nil, err
	}
	d, err := newDemo(ctx, store, big)
	if err == nil {
		handler, err = d.handler()
	}
	if err != nil {
		end()
		return nil, nil, err
	}
	return handler, end, nil
}

var errLoopback = errors.New("anybody may act as anybody here, so it serves this machine alone: -addr localhost:8088")

// listen listens on an address of this machine that no other machine reaches.
func listen(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if !loopback(host) {
		return nil, errLoopback
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	if tcp, is := listener.Addr().(*net.TCPAddr); !is || !tcp.IP.IsLoopback() {
		_ = listener.Close()
		return nil, errLoopback
	}
	return listener, nil
}

// loopback reports whether a host's name means this machine. Requests with another name are
// refused too: a page elsewhere could lead a browser here by a name of its own.
func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// open opens the store, in a file or, without one, in memory.
func open(ctx context.Context, file string) (tenancy.Store, func(), error) {
	if file == "" {
		return memstore.New(), func() {}, nil
	}
	store, err := sqlitestore.Open(ctx, file, nil)
	if err != nil {
		return nil, nil, err
	}
	end := func() { _ = store.Close() }
	if err := store.Migrate(ctx); err != nil {
		end()
		return nil, nil, err
	}
	return store, end, nil
}
