// Command merge merges one company into another, from two lists of people. It shows
// everything that stands against the merge, meets these prerequisites, and shows what
// the merge will do. Then it merges, and shows what everybody can do before and after.
// The directory is in memory and ends with the program.
//
//	go run ./examples/merge [PRIME CANDIDATE]
//
// Without files, it reads the prime.csv and candidate.csv in its own directory.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/add4b1c6/tenancy/examples/internal/csvfile"
)

var (
	//go:embed prime.csv
	bundledPrime []byte
	//go:embed candidate.csv
	bundledCandidate []byte
)

const usage = `Usage: merge [PRIME CANDIDATE]

Merges one company, the Candidate, into another, the Prime, in a directory in memory. It
shows what stands against the merge, what the merge will do, and what everybody can do
before and after.

PRIME and CANDIDATE are lists of people as CSV, with these columns:

    name               the person's name
    email              the person's address
    organization role  owner (exactly one person), administrator or standard_user
    account            an account of the company
    account role       owner, administrator, developer, billing_manager or support

The Candidate's owner needs an address on the domain of the Prime's owner. Without
files, the program merges two invented companies.
`

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

// run runs the program with the given arguments and returns its exit status: 0 if it
// merged the companies, 1 if it could not, and 2 if the arguments are wrong.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("merge", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { _, _ = io.WriteString(stderr, usage) }
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() != 0 && flags.NArg() != 2:
		flags.Usage()
		return 2
	}
	prime := list{"Harbourline", "the bundled prime.csv", bundledPrime}
	candidate := list{"Quayside", "the bundled candidate.csv", bundledCandidate}
	var err error
	if flags.NArg() == 2 {
		prime, candidate, err = readLists(flags.Arg(0), flags.Arg(1))
	}
	var report strings.Builder
	if err == nil {
		err = merge(ctx, prime, candidate, &report)
	}
	if _, unwritten := io.WriteString(stdout, report.String()); err == nil {
		err = unwritten
	}
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "merge:", err)
		return 1
	}
	return 0
}

// list is a company's name and its list of people.
type list struct {
	company string
	label   string // where the list comes from
	content []byte
}

// readLists reads the lists of the user's own companies.
func readLists(prime, candidate string) (list, list, error) {
	p, err := csvfile.ReadFile(prime)
	if err != nil {
		return list{}, list{}, err
	}
	c, err := csvfile.ReadFile(candidate)
	return list{"The Prime", prime, p}, list{"The Candidate", candidate, c}, err
}
