// Command quickstart brings a company into a directory, from the user list that Google
// Workspace's admin console writes. It creates an organization and an account for each
// department, invites everybody, and gives them roles. Then it shows who can do what
// and why, and what is refused, transfers the organization to a new Owner, and checks
// every invariant and the log. The directory is in memory and ends with the program.
//
//	go run ./examples/quickstart [-name NAME] [FILE]
//
// Without a file, it reads the people.csv in its own directory: an invented company of
// forty people, in which some rows are wrong.
package main

import (
	"cmp"
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

//go:embed people.csv
var bundled []byte

const usage = `Usage: quickstart [-name NAME] [FILE]

Brings a company into a directory in memory: an organization, an account for each
department, and everybody with their roles. Then it shows who can do what and why, and
what is refused, transfers the organization to a new Owner, and checks every invariant
and the log.

FILE is the user list of Google Workspace's admin console (Directory > Users > Download
users), as CSV. Without it, the program reads the list of an invented company of forty
people, in which some rows are wrong.

`

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

// run runs the program with the given arguments and returns its exit status: 0 if it
// did everything, 1 if it could not, and 2 if the arguments are wrong.
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
	list, label, err := bundled, "the bundled people.csv", error(nil)
	if path := flags.Arg(0); path == "" {
		*name = cmp.Or(*name, "Harbourline Robotics")
	} else {
		label = path
		list, err = csvfile.ReadFile(path)
	}
	var report strings.Builder
	if err == nil {
		err = quickstart(ctx, *name, label, list, &report)
	}
	if _, unwritten := io.WriteString(stdout, report.String()); err == nil {
		err = unwritten
	}
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "quickstart:", err)
		return 1
	}
	return 0
}

// quickstart brings the company in a list into a new directory, and writes a report.
func quickstart(ctx context.Context, name, label string, list []byte, w *strings.Builder) error {
	people, unread, err := readUserList(list)
	if err != nil {
		return fmt.Errorf("%s: %w", label, err)
	}
	c, err := newCompany(people, unread)
	if err != nil {
		return err
	}
	if err := c.checkName(ctx, name); err != nil {
		return err
	}
	if err := c.bring(ctx, name, people); err != nil {
		return fmt.Errorf("%s: %w", label, err)
	}
	organization, err := c.as(c.owner).Organization(ctx, c.org)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s, from %s. Rows: %d, left out: %d.\n",
		organization.Name.Reveal(), label, len(people)+len(unread), len(c.leftOut))
	for _, show := range []func(context.Context, *strings.Builder) error{
		c.showOwner, c.showLeftOut, c.showDepartments,
		c.showUsers, c.showAccounts, c.showAccess, c.showReasons, c.showAttempts, c.transfer, c.verify,
	} {
		if err := show(ctx, w); err != nil {
			return err
		}
	}
	return nil
}
