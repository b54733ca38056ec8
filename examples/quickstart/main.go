// Command quickstart brings a company into a directory, from the list of users that its Google Workspace admin console writes: an organization, an
// account for each department, everybody invited, joined and given roles. It shows who reaches what and why, what is refused, hands the organization
// over, and checks that every invariant holds and that the log explains it all. The directory is in memory and gone afterwards.
//
//	go run ./examples/quickstart [-name "Harbourline Robotics"] [people.csv]
//
// Without a file it takes people.csv of this directory: an invented company of about forty people, with some rows that are wrong.
package main

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

//go:embed people.csv
var bundled []byte

const usage = `Usage: quickstart [-name NAME] [FILE]

Brings a company into a directory in memory: an organization, an account for each department, everybody invited, joined and given roles.
Then it shows who reaches what and why, and what is refused, hands the organization over, and checks all invariants and the log.

FILE is the user list that Google Workspace's admin console writes (Directory > Users > Download users), as CSV.
Without one, an invented company of about forty people is taken, with some rows that are wrong.

`

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

// run is main with its surroundings given. It gives the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		_, _ = io.WriteString(stderr, usage)
		flags.PrintDefaults()
	}
	name := flags.String("name", "", "the organization's name")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 1:
		flags.Usage()
		return 2
	}
	var text strings.Builder
	err := quickstart(ctx, *name, flags.Arg(0), &text)
	if _, unwritten := io.WriteString(stdout, text.String()); err == nil {
		err = unwritten
	}
	if err != nil {
		log.New(stderr, "quickstart: ", 0).Print(err)
		return 1
	}
	return 0
}

// quickstart does it all and writes what came of it.
func quickstart(ctx context.Context, name, path string, w *strings.Builder) error {
	file, label := bundled, "the bundled people.csv"
	if path == "" {
		name = cmp.Or(name, "Harbourline Robotics")
	} else {
		read, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, label = read, path
	}
	people, err := readPeople(file)
	if err != nil {
		return fmt.Errorf("%s: %w", label, err)
	}
	dir, err := tenancy.New(memstore.New(), nil)
	if err != nil {
		return err
	}
	c, err := bring(ctx, dir, name, people)
	if err != nil {
		return fmt.Errorf("%s: %w", label, err)
	}
	organization, err := c.as(c.founder()).Organization(ctx, c.org)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s, from %s: %d rows, %d of them left out\n", organization.Name.Reveal(), label, len(people), len(c.refused))
	c.showRefused(w)
	for _, show := range []func(context.Context, *strings.Builder) error{
		c.showUsers, c.showAccounts, c.showAccess, c.showReasons, c.showAttempts, c.handOver, c.verify,
	} {
		if err := show(ctx, w); err != nil {
			return err
		}
	}
	return nil
}
