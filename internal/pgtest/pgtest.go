// Package pgtest gives the tests of a package a PostgreSQL server and databases on it.
package pgtest

import (
	"database/sql"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"github.com/add4b1c6/tenancy/internal/pgserver"
)

// Server is the PostgreSQL server of a package's tests. The zero value is one that Main
// starts.
type Server struct {
	server *pgserver.Server
	why    error // why there is none
	made   atomic.Int32
}

// Main starts the server, runs the tests, stops the server, and returns the exit code.
func (s *Server) Main(m *testing.M) int {
	s.server, s.why = pgserver.Start("fsync=off", "full_page_writes=off")
	code := m.Run()
	if s.server != nil {
		if err := s.server.Stop(); err != nil {
			fmt.Println(err)
			code = 1
		}
	}
	return code
}

// Database makes a database, and returns its connection string. The package's tests
// register the driver "pgx".
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	if s.server == nil {
		Missing(t, s.why)
	}
	admin, err := sql.Open("pgx", s.server.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close() }()
	name := fmt.Sprint("test", s.made.Add(1))
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return s.server.URL(name)
}

// Missing skips a test that needs a program which is not there, and says how to get it. In
// CI the test fails.
func Missing(t testing.TB, why error) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}
