// Mutate finds lines of a package that no test needs. It changes the package in many
// small ways, one at a time, and runs the tests that reach the change: a change that no
// test notices is a survivor. It changes
//
//   - conditions of if and of a switch without a tag, made never true, and always true,
//   - operands of && and ||, left out,
//   - comparisons, at the boundary (< for <=) or the other way round,
//   - statements that only call something or assign something, left out.
//
// All changes are compiled into one test binary, and a variable of the environment says
// which of them applies, so a change costs no more than the tests that reach it. Which
// these are is found by running each test once.
//
//	go run -C tools/mutate . -dir ../.. -files 'group.go,key.go'
//	go run -C tools/mutate . -dir ../.. -since v0.1.0 -skip TestRandomOperations
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// variable of the environment that says which mutant applies: its number, or "reach" and
// the name of a file in which to write which mutants are reached.
const variable = "TENANCY_MUTANT"

func main() {
	log.SetFlags(0)
	var o options
	flag.StringVar(&o.dir, "dir", ".", "directory of the package")
	flag.StringVar(&o.files, "files", "", "files to change, separated by commas; empty: all but tests")
	flag.StringVar(&o.since, "since", "", "change only lines that differ from this commit; empty: all lines")
	flag.StringVar(&o.skip, "skip", "TestRandomOperations", "tests not to run, a regular expression")
	flag.IntVar(&o.sample, "sample", 0, "how many of the mutants to try, drawn at random; 0: all")
	flag.Uint64Var(&o.seed, "seed", 1, "what the sample is drawn with")
	flag.IntVar(&o.parallel, "p", 2, "how many mutants to try at once")
	flag.DurationVar(&o.timeout, "timeout", time.Minute, "how long the tests of a mutant may take")
	flag.Parse()
	survivors, err := o.run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	if survivors > 0 {
		os.Exit(1)
	}
}

type options struct {
	dir, files, since, skip string
	sample, parallel        int
	seed                    uint64
	timeout                 time.Duration
}

// run makes the mutants, tries them, and prints what survives. It returns how many do.
func (o *options) run(ctx context.Context) (int, error) {
	scratch, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	mutants, err := o.tried(ctx, scratch)
	if err != nil {
		return 0, err
	}
	return report(mutants), nil
}

// tried makes the mutants in a directory of their own, and tries them.
func (o *options) tried(ctx context.Context, scratch string) ([]*mutant, error) {
	mutants, binary, err := o.build(ctx, scratch)
	if err != nil {
		return nil, err
	}
	tests, err := o.tests(ctx, binary)
	if err != nil {
		return nil, err
	}
	log.Printf("%d mutants, %d tests", len(mutants), len(tests))
	if err := o.reach(ctx, scratch, binary, tests, mutants); err != nil {
		return nil, err
	}
	mutants = o.drawn(mutants)
	o.try(ctx, binary, mutants)
	return mutants, nil
}

// build writes the package with all mutants, and compiles its tests.
func (o *options) build(ctx context.Context, scratch string) ([]*mutant, string, error) {
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return nil, "", err
	}
	names, err := o.names(dir)
	if err != nil {
		return nil, "", err
	}
	var mutants []*mutant
	overlay := map[string]string{}
	name := "tenancy"
	for _, file := range names {
		path := filepath.Join(dir, file)
		lines, err := o.changed(ctx, dir, file)
		if err != nil {
			return nil, "", err
		}
		source, err := mutate(path, lines, &mutants, &name)
		if err != nil {
			return nil, "", err
		}
		to := filepath.Join(scratch, file)
		if err := os.WriteFile(to, source, 0o600); err != nil {
			return nil, "", err
		}
		overlay[path] = to
	}
	to := filepath.Join(scratch, "mutant_switch.go")
	if err := os.WriteFile(to, fmt.Appendf(nil, switchSource, name, variable, len(mutants)), 0o600); err != nil {
		return nil, "", err
	}
	overlay[filepath.Join(dir, "mutant_switch.go")] = to
	list, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		return nil, "", err
	}
	config, binary := filepath.Join(scratch, "overlay.json"), filepath.Join(scratch, "package.test")
	if err := os.WriteFile(config, list, 0o600); err != nil {
		return nil, "", err
	}
	build := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", config, "-o", binary, ".")
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		return nil, "", fmt.Errorf("%w\n%s", err, out)
	}
	return mutants, binary, nil
}

// names returns the files to change.
func (o *options) names(dir string) ([]string, error) {
	if o.files != "" {
		return strings.Split(o.files, ","), nil
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, path := range paths {
		if !strings.HasSuffix(path, "_test.go") {
			names = append(names, filepath.Base(path))
		}
	}
	return names, nil
}

var hunk = regexp.MustCompile(`^@@ -\S+ \+(\d+)(?:,(\d+))? @@`)

// changed returns the lines of a file that differ from a commit, or nil for all.
func (o *options) changed(ctx context.Context, dir, file string) (map[int]bool, error) {
	if o.since == "" {
		return nil, nil
	}
	diff := exec.CommandContext(ctx, "git", "diff", "-U0", o.since, "--", file)
	diff.Dir = dir
	out, err := diff.Output()
	if err != nil {
		return nil, err
	}
	lines := map[int]bool{}
	for line := range strings.Lines(string(out)) {
		m := hunk.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		first, _ := strconv.Atoi(m[1])
		count := 1
		if m[2] != "" {
			count, _ = strconv.Atoi(m[2])
		}
		for n := range count {
			lines[first+n] = true
		}
	}
	return lines, nil
}

// tests lists the tests to run.
func (o *options) tests(ctx context.Context, binary string) ([]string, error) {
	skip, err := regexp.Compile(o.skip)
	if err != nil {
		return nil, err
	}
	out, err := o.command(ctx, binary, "", "-test.list", "^Test").Output()
	if err != nil {
		return nil, err
	}
	var tests []string
	for line := range strings.Lines(string(out)) {
		name := strings.TrimSpace(line)
		if strings.HasPrefix(name, "Test") && (o.skip == "" || !skip.MatchString(name)) {
			tests = append(tests, name)
		}
	}
	return tests, nil
}

func (o *options) command(ctx context.Context, binary, mutant string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, binary, args...)
	c.Dir = o.dir
	c.Env = append(os.Environ(), variable+"="+mutant)
	return c
}

// reach runs each test once without a mutant, and notes which mutants it reaches.
func (o *options) reach(ctx context.Context, scratch, binary string, tests []string, mutants []*mutant) error {
	var notes sync.Mutex
	var failed []error
	o.each(tests, func(i int, test string) {
		file := filepath.Join(scratch, fmt.Sprintf("reached.%d", i))
		start := time.Now()
		run := o.command(ctx, binary, "reach "+file, "-test.short", "-test.run", "^"+test+"$")
		out, err := run.CombinedOutput()
		took := time.Since(start)
		notes.Lock()
		defer notes.Unlock()
		if err != nil {
			failed = append(failed, fmt.Errorf("%s fails without a mutant: %w\n%s", test, err, out))
			return
		}
		list, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			return // it reaches none
		}
		if err != nil {
			failed = append(failed, err)
			return
		}
		words := bufio.NewScanner(bytes.NewReader(list))
		for words.Scan() {
			if n, err := strconv.Atoi(words.Text()); err == nil {
				mutants[n].tests = append(mutants[n].tests, reached{test, took})
			}
		}
	})
	return errors.Join(failed...)
}

// each calls a function for each value, several at once.
func (o *options) each(values []string, do func(int, string)) {
	var wait sync.WaitGroup
	places := make(chan struct{}, o.parallel)
	for i, v := range values {
		places <- struct{}{}
		wait.Go(func() {
			defer func() { <-places }()
			do(i, v)
		})
	}
	wait.Wait()
}

// drawn returns the mutants to try, in the order of the source.
func (o *options) drawn(mutants []*mutant) []*mutant {
	if o.sample <= 0 || o.sample >= len(mutants) {
		return mutants
	}
	r := rand.New(rand.NewPCG(o.seed, 0))
	drawn := slices.Clone(mutants)
	r.Shuffle(len(drawn), func(i, j int) { drawn[i], drawn[j] = drawn[j], drawn[i] })
	drawn = drawn[:o.sample]
	slices.SortFunc(drawn, func(a, b *mutant) int { return cmp.Compare(a.number, b.number) })
	return drawn
}

// try runs the tests that reach each mutant, the quickest first, until one fails.
func (o *options) try(ctx context.Context, binary string, mutants []*mutant) {
	numbers := make([]string, len(mutants))
	for i, m := range mutants {
		numbers[i] = strconv.Itoa(m.number)
	}
	o.each(numbers, func(i int, number string) {
		m := mutants[i]
		slices.SortFunc(m.tests, func(a, b reached) int { return cmp.Compare(a.took, b.took) })
		for _, t := range m.tests {
			limit, cancel := context.WithTimeout(ctx, o.timeout)
			err := o.command(limit, binary, number, "-test.short", "-test.failfast", "-test.run", "^"+t.test+"$").Run()
			late := limit.Err() != nil
			cancel()
			if err != nil {
				m.killed, m.late = t.test, late
				return
			}
		}
	})
}

// report prints the survivors, and returns how many there are.
func report(mutants []*mutant) int {
	survivors, late, unreached := 0, 0, 0
	for _, m := range mutants {
		switch {
		case m.late:
			late++
		case m.killed != "":
		default:
			survivors++
			if len(m.tests) == 0 {
				unreached++
				fmt.Printf("%s: %s: no test reaches it\n", m.at, m.what)
			} else {
				fmt.Printf("%s: %s: survives %d tests\n", m.at, m.what, len(m.tests))
			}
		}
	}
	fmt.Printf("%d mutants: %d caught (%d of them by not ending), %d survive (%d of them unreached)\n",
		len(mutants), len(mutants)-survivors, late, survivors, unreached)
	return survivors
}

// switchSource is the file that says which mutant applies.
const switchSource = `package %s

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
)

var mutantActive, mutantReached = func() (int, *os.File) {
	of := os.Getenv(%q)
	if name, ok := strings.CutPrefix(of, "reach "); ok {
		file, err := os.Create(name)
		if err != nil {
			panic(err)
		}
		return -2, file
	}
	if n, err := strconv.Atoi(of); err == nil {
		return n, nil
	}
	return -1, nil
}()

var (
	mutantLock sync.Mutex
	mutantSeen [%d + 1]bool
)

// mutantIs reports whether a mutant applies.
func mutantIs(n int) bool {
	if mutantReached == nil {
		return n == mutantActive
	}
	mutantLock.Lock()
	defer mutantLock.Unlock()
	if !mutantSeen[n] {
		mutantSeen[n] = true
		fmt.Fprintln(mutantReached, n)
	}
	return false
}
`
