// Package pgserver starts PostgreSQL for tests and benchmarks, from the server programs
// on the machine. The server runs in a temporary directory, on a socket there, for the
// process that started it. It ends with that process, however the process ends.
package pgserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrMissing says that the server's programs are not on this machine, and how to
// install them.
var ErrMissing = errors.New(
	"PostgreSQL's server programs (initdb, postgres) were not found in PATH, in $PGBIN or in /usr/lib/postgresql/*/bin; " +
		"on Debian: apt-get install postgresql, on macOS: brew install postgresql",
)

// ErrNoBouncer says that PgBouncer is not on this machine, and how to install it.
var ErrNoBouncer = errors.New(
	"the program pgbouncer was not found in PATH or /usr/sbin; on Debian: apt-get install pgbouncer")

// Server is a running PostgreSQL.
type Server struct {
	Dir      string // its socket stands in it, and its data below it
	bin      string
	settings []string
	as       *syscall.Credential
	running  *process
}

// Start creates a database cluster and starts its server, with settings such as
// "fsync=off". Stop ends the server and removes the cluster.
func Start(settings ...string) (*Server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin, settings: settings, as: credential()}
	if s.Dir, err = directory(s.as); err != nil {
		return nil, err
	}
	initdb := s.command(filepath.Join(bin, "initdb"), "--pgdata="+s.data(), "--username=postgres",
		"--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w: %s", err, out), os.RemoveAll(s.Dir))
	}
	if err := s.Restart(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.Dir))
	}
	return s, nil
}

// At returns the server that another process has started, by its directory. It is for
// the server's databases, not to stop it.
func At(dir string) *Server { return &Server{Dir: dir} }

// Programs returns the directory of the server's programs.
func (s *Server) Programs() string { return s.bin }

// programs finds the directory of the server's programs.
func programs() (string, error) {
	places := []string{os.Getenv("PGBIN")}
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			places = append(places, filepath.Dir(path))
		}
	}
	installed, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.Reverse(installed)
	for _, dir := range append(places, installed...) {
		if isProgram(dir, "initdb") && isProgram(dir, "postgres") {
			return dir, nil
		}
	}
	return "", ErrMissing
}

func isProgram(dir, name string) bool {
	info, err := os.Stat(filepath.Join(dir, name))
	return dir != "" && err == nil && info.Mode()&0o111 != 0
}

// credential returns the user that the server runs as. PostgreSQL refuses to run as
// root. Nil means the user of this process.
func credential() *syscall.Credential {
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	return nil
}

// directory creates a temporary directory that belongs to the user that the server runs
// as.
func directory(as *syscall.Credential) (string, error) {
	dir, err := os.MkdirTemp("", "pgserver")
	if err == nil && as != nil {
		err = os.Chown(dir, int(as.Uid), int(as.Gid))
	}
	return dir, err
}

func (s *Server) data() string { return filepath.Join(s.Dir, "data") }

// command returns a command that runs as the server does.
func (s *Server) command(name string, arguments ...string) *exec.Cmd {
	c := exec.Command(name, arguments...)
	c.Dir = s.Dir
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: s.as}
	return c
}

// process is a program that ends when its standard input does, which is when this
// process ends.
type process struct {
	stdin *os.File
	log   *os.File
	ended chan struct{}
	err   error // how, once it has ended
}

// guard runs a program and ends with it. When the standard input ends, it ends the
// program with a signal. If nothing was said on the standard input before, the process
// that started the program is gone, and guard removes the directory that it runs in.
const guard = `signal=$1; shift; exec 3<&0; "$@" 3<&- & program=$!
{ said=$(cat); kill -s "$signal" $program; while kill -0 $program; do sleep 0.1; done; [ -n "$said" ] || rm -rf "$PWD"; } <&3 2>/dev/null &
wait $program`

// run starts a program. The program's output goes to a file of its name in the
// directory.
func (s *Server) run(signal, name string, arguments ...string) (*process, error) {
	p := &process{ended: make(chan struct{})}
	c := s.command("/bin/sh", append([]string{"-c", guard, "sh", signal, name}, arguments...)...)
	var err error
	if p.log, err = os.OpenFile(filepath.Join(s.Dir, filepath.Base(name)+".log"),
		os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644); err != nil {
		return nil, err
	}
	c.Stdout, c.Stderr = p.log, p.log
	stdin, mine, err := os.Pipe() // not c.StdinPipe, which ends with the program
	if err != nil {
		return nil, err
	}
	c.Stdin, p.stdin = stdin, mine
	err = c.Start()
	_ = stdin.Close()
	if err != nil {
		return nil, err
	}
	go func() {
		defer close(p.ended)
		p.err = ignoreExit(c.Wait())
	}()
	return p, nil
}

// stop ends the program and waits for it.
func (p *process) stop() error {
	if p == nil {
		return nil
	}
	_, _ = p.stdin.WriteString("stop\n") // an error says that it was closed before
	_ = p.stdin.Close()
	<-p.ended
	_ = p.log.Close()
	return p.err
}

func ignoreExit(err error) error {
	if _, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil
	}
	return err
}

// patience is how long a server may take to start.
const patience = 60 * time.Second

// Restart starts the server, also after Kill or Shutdown, and waits until it accepts
// connections.
func (s *Server) Restart() error {
	deadline := time.Now().Add(patience)
	for {
		err := s.start(deadline)
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(50 * time.Millisecond) // what is left of a killed server may still hold its memory
	}
}

func (s *Server) start(deadline time.Time) (err error) {
	arguments := []string{"-D", s.data(), "-k", s.Dir, "-c", "listen_addresses=", "-c", "max_connections=200"}
	for _, setting := range s.settings {
		arguments = append(arguments, "-c", setting)
	}
	if s.running, err = s.run("INT", filepath.Join(s.bin, "postgres"), arguments...); err != nil {
		return err
	}
	for time.Now().Before(deadline) {
		status, _ := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
		lines := strings.Split(string(status), "\n")
		if len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready" && syscall.Kill(pid(lines[0]), 0) == nil {
			return nil
		}
		select {
		case <-s.running.ended:
			deadline = time.Time{}
		case <-time.After(10 * time.Millisecond):
		}
	}
	text, _ := os.ReadFile(filepath.Join(s.Dir, "postgres.log"))
	return errors.Join(fmt.Errorf("postgres did not start: %s", text), s.running.stop())
}

func pid(text string) int {
	n, _ := strconv.Atoi(strings.TrimSpace(text))
	return n
}

// PID returns the process ID of the server's first process, or zero if it does not run.
func (s *Server) PID() int {
	status, _ := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	line, _, _ := strings.Cut(string(status), "\n")
	return pid(line)
}

// Kill kills all processes of the server at once and without notice, as a power failure
// would.
func (s *Server) Kill() error {
	id := s.PID()
	children, _ := exec.Command("pgrep", "-P", strconv.Itoa(id)).Output()
	err := syscall.Kill(id, syscall.SIGKILL)
	for child := range strings.FieldsSeq(string(children)) {
		_ = syscall.Kill(pid(child), syscall.SIGKILL)
	}
	return errors.Join(err, s.running.stop())
}

// Shutdown ends the server as its administrator would. Connections are cut.
func (s *Server) Shutdown() error { return s.running.stop() }

// Stop ends the server and removes its directory.
func (s *Server) Stop() error { return errors.Join(s.running.stop(), os.RemoveAll(s.Dir)) }

// URL returns the connection string of a database.
func (s *Server) URL(database string) string {
	return fmt.Sprintf("host=%s port=5432 user=postgres dbname=%s", s.Dir, database)
}

// Socket returns the path of the server's socket.
func (s *Server) Socket() string { return filepath.Join(s.Dir, ".s.PGSQL.5432") }

// Dump returns what pg_dump writes for a database.
func (s *Server) Dump(ctx context.Context, database string) ([]byte, error) {
	return exec.CommandContext(ctx, filepath.Join(s.bin, "pg_dump"), "--host="+s.Dir, "--username=postgres",
		"--inserts", database).Output()
}

// Bouncer starts PgBouncer in front of the server, on a socket in the server's
// directory. It pools per transaction. The function url returns connection strings
// through it, and stop ends it.
func (s *Server) Bouncer(settings ...string) (url func(database string) string, stop func() error, err error) {
	path, err := exec.LookPath("pgbouncer")
	if err != nil {
		if path = "/usr/sbin/pgbouncer"; !isProgram("/usr/sbin", "pgbouncer") {
			return nil, nil, ErrNoBouncer
		}
	}
	config := fmt.Sprintf(
		"[databases]\n* = host=%s port=5432 user=postgres\n[pgbouncer]\nunix_socket_dir = %s\nlisten_port = %s\nauth_type = any\n"+
			"pool_mode = transaction\nmax_client_conn = 500\ndefault_pool_size = 10\n%s\n",
		s.Dir,
		s.Dir,
		bouncerPort,
		strings.Join(settings, "\n"),
	)
	file := filepath.Join(s.Dir, "pgbouncer.ini")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		return nil, nil, err
	}
	p, err := s.run("INT", path, file)
	if err != nil {
		return nil, nil, err
	}
	socket := filepath.Join(s.Dir, ".s.PGSQL."+bouncerPort)
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(socket); err == nil {
			break
		}
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(filepath.Join(s.Dir, "pgbouncer.log"))
			return nil, nil, errors.Join(fmt.Errorf("pgbouncer did not start: %s", text), p.stop())
		}
	}
	return s.BouncerURL, p.stop, nil
}

const bouncerPort = "6432"

// BouncerURL returns the connection string of a database through the PgBouncer that
// Bouncer started.
func (s *Server) BouncerURL(database string) string {
	return strings.Replace(s.URL(database), "port=5432", "port="+bouncerPort, 1)
}
