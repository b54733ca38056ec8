// Command track compares the work tree with a commit: it checks the commit out beside it,
// runs the same Go benchmarks of both in turn, so that a busy machine slows both alike,
// gives what they printed to benchstat, and says plainly what got slower.
//
//	GOWORK=off go run -C bench ./track -base main -bench 'BenchmarkCan/|BenchmarkOperation'
//
// It ends with status 1 if something got slower, or allocates more, by more than -least and
// beyond noise.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

// options are the flags.
type options struct {
	base     string
	packages []string
	bench    string
	time     string
	count    int
	least    float64
	keep     string
	out      io.Writer
}

func main() {
	log.SetFlags(0)
	o := options{out: os.Stdout}
	flag.StringVar(&o.base, "base", "main", "the commit to compare the work tree with")
	packages := flag.String("packages", ".,./memstore,./sqlitestore,./pgstore", "whose benchmarks run, separated by commas")
	flag.StringVar(&o.bench, "bench", "^Benchmark(Can|Operation|Access|Read|Update|Authenticate)$",
		"which benchmarks run, as go test takes it")
	flag.StringVar(&o.time, "benchtime", "100ms", "how long each one runs, as go test takes it")
	flag.IntVar(&o.count, "count", 8, "how often each one runs in both; with less than four nothing is beyond noise")
	flag.Float64Var(&o.least, "least", 0.05, "the least change that counts: 0.05 is five percent")
	flag.StringVar(&o.keep, "keep", "", "a directory to leave base.txt and work.txt in")
	flag.Parse()
	o.packages = strings.Split(*packages, ",")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	slower, err := o.track(ctx, ".")
	stop()
	if err != nil {
		log.Fatal(err)
	}
	if slower > 0 {
		os.Exit(1)
	}
}

// tree is a work tree whose benchmarks run.
type tree struct {
	name     string
	root     string
	binaries []binary
	printed  bytes.Buffer
}

// binary is a test binary, and the directory it runs in.
type binary struct{ path, dir string }

// track compares, and returns how many benchmarks got worse. within is a directory of the
// work tree.
func (o options) track(ctx context.Context, within string) (worse int, err error) {
	root, err := output(ctx, within, "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return 0, err
	}
	scratch, err := os.MkdirTemp("", "track")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	base := &tree{name: "base", root: filepath.Join(scratch, "tree")}
	work := &tree{name: "work", root: root}
	if _, err := output(ctx, root, "git", "worktree", "add", "--detach", "--quiet", base.root, o.base); err != nil {
		return 0, err
	}
	defer func() { // also after an interrupt
		_, removed := output(context.WithoutCancel(ctx), root, "git", "worktree", "remove", "--force", base.root)
		err = errors.Join(err, removed)
	}()
	if err := o.compile(ctx, scratch, base, work); err != nil {
		return 0, err
	}
	for n := range o.count {
		begun := time.Now()
		for i := range work.binaries {
			first, second := base, work
			if n%2 == 1 {
				first, second = work, base
			}
			for _, t := range []*tree{first, second} {
				if err := o.run(ctx, t, t.binaries[i]); err != nil {
					return 0, err
				}
			}
		}
		log.Printf("round %d of %d in %v", n+1, o.count, time.Since(begun).Round(time.Second))
	}
	return o.report(ctx, scratch, base, work)
}

// compile makes the test binaries of the packages that both trees have.
func (o options) compile(ctx context.Context, scratch string, base, work *tree) error {
	for i, name := range o.packages {
		if _, err := os.Stat(filepath.Join(base.root, name)); err != nil {
			log.Printf("%s is not in the base, and is left out", name)
			continue
		}
		for _, t := range []*tree{base, work} {
			b := binary{filepath.Join(scratch, fmt.Sprintf("%s%d.test", t.name, i)), filepath.Join(t.root, name)}
			if _, err := output(ctx, t.root, "go", "test", "-c", "-o", b.path, name); err != nil {
				return err
			}
			if _, err := os.Stat(b.path); err != nil {
				return fmt.Errorf("%s has no tests: %w", b.dir, err)
			}
			t.binaries = append(t.binaries, b)
		}
	}
	return nil
}

// run runs the benchmarks of a binary once.
func (o options) run(ctx context.Context, t *tree, b binary) error {
	printed, err := output(ctx, b.dir, b.path, "-test.run=^$", "-test.bench="+o.bench, "-test.benchtime="+o.time,
		"-test.benchmem", "-test.timeout=0")
	t.printed.WriteString(printed + "\n")
	return err
}

// report prints benchstat's tables, and what got worse.
func (o options) report(ctx context.Context, scratch string, base, work *tree) (int, error) {
	dir := scratch
	if o.keep != "" {
		dir = o.keep
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return 0, err
		}
	}
	arguments := []string{"tool", "benchstat"}
	for _, t := range []*tree{base, work} {
		path, err := filepath.Abs(filepath.Join(dir, t.name+".txt"))
		if err != nil {
			return 0, err
		}
		if err := os.WriteFile(path, t.printed.Bytes(), 0o644); err != nil {
			return 0, err
		}
		arguments = append(arguments, t.name+"="+path)
	}
	tables, err := output(ctx, ".", "go", arguments...)
	if err != nil {
		return 0, err
	}
	fmt.Fprintln(o.out, tables)
	changes, err := compare(&base.printed, &work.printed, o.least)
	if err != nil {
		return 0, err
	}
	return say(o.out, changes, o.least), nil
}

// output runs a program, and returns what it printed.
func output(ctx context.Context, dir, name string, arguments ...string) (string, error) {
	c := exec.CommandContext(ctx, name, arguments...)
	c.Dir = dir
	var printed, failed bytes.Buffer
	c.Stdout, c.Stderr = &printed, &failed
	if name == "go" && arguments[0] == "test" { // each tree with its own workspace
		c.Env = append(os.Environ(), "GOWORK=")
	}
	if err := c.Run(); err != nil {
		return printed.String(), fmt.Errorf("%s %s: %w\n%s%s", name, strings.Join(arguments, " "), err,
			failed.String(), printed.String())
	}
	return strings.TrimSpace(printed.String()), nil
}
