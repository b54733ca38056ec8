// Command merge merges one company into another, from two lists of people: it shows what the merge will do, merges, and shows who can do what before
// and after. Then it tries a merge that is refused, and explains everything that stands against it. The directory is in memory and gone afterwards.
//
//	go run ./examples/merge
package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

var (
	//go:embed prime.csv
	primeFile string
	//go:embed candidate.csv
	candidateFile string
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal("merge: ", err)
	}
}

// records stands in for DNS: what companies publish to prove their domains.
type records map[string]string

func (r records) LookupTXT(_ context.Context, name string) ([]string, error) {
	return []string{r[name]}, nil
}

// town is both companies, and the directory that they are in.
type town struct {
	dir     *tenancy.Directory
	records records
	w       io.Writer
	prime   *company
	other   *company
}

// run does it all and writes what came of it. Neither time nor chance makes a difference to that.
func run(ctx context.Context, w io.Writer) error {
	t := &town{records: records{}, w: w}
	var err error
	t.dir, err = tenancy.New(memstore.New(), &tenancy.Options{
		Resolver: t.records,
		Random:   rand.NewChaCha8([32]byte{}), // a host leaves out this and the clock
		Now:      func() time.Time { return time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		return err
	}
	if t.prime, err = t.bring(ctx, "Harbourline", primeFile); err != nil {
		return err
	}
	if t.other, err = t.bring(ctx, "Quayside", candidateFile); err != nil {
		return err
	}
	fmt.Fprintf(w, "Harbourline has %d people and %d accounts, Quayside %d and %d.\n",
		len(t.prime.people), len(t.prime.accounts), len(t.other.people), len(t.other.accounts))
	for _, step := range []func(context.Context) error{t.refused, t.merged, t.verify} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// reasons turns the codes that a plan has against a merge into what a host shows to people.
var reasons = map[tenancy.Code]string{
	tenancy.CodeNoLiveDomain:    "The organization that stays has not proven a domain, or not lately.",
	tenancy.CodeCandidateDomain: "The organization that goes has a domain of its own: remove it first.",
	tenancy.CodeOwnerOffDomain:  "Its Owner's address is not on a domain of the organization that stays.",
	tenancy.CodeMergeClosed:     "A member has an address on a domain that takes nobody in.",
	tenancy.CodeMemberLimit:     "There would be too many members.",
	tenancy.CodeAccountLimit:    "There would be too many accounts.",
}

// refused has the merge be refused: nothing is proven yet, the other company has proven a domain itself, and there is not enough room.
func (t *town) refused(ctx context.Context) error {
	sent, err := t.as(t.prime.people[0]).InviteUser(ctx, t.prime.org, tenancy.NewInvitation{Email: t.other.people[0].email, Role: tenancy.Administrator})
	if err != nil {
		return err
	}
	own, err := t.prove(ctx, t.other, "quayside.example")
	if err != nil {
		return err
	}
	staff := t.dir.Operator("staff-1")
	if _, err := staff.SetLimits(ctx, t.prime.org, &tenancy.Limits{Members: 5, Accounts: 3}); err != nil {
		return err
	}
	plan, err := staff.PreviewMerge(ctx, t.prime.org, tenancy.Candidate{Owner: t.other.people[0].user}) // the invited Owner is told the first reason alone
	if err != nil {
		return err
	}
	var rows [][]string
	for _, unmet := range plan.Unmet {
		rows = append(rows, []string{reasons[unmet.Code]})
	}
	t.table("What stands against merging Quayside into Harbourline", []string{"WHY"}, rows)
	owner := t.as(t.other.people[0])
	offer, err := owner.Invitation(ctx, sent.Secret)
	if err != nil {
		return err
	}
	_, err = owner.AcceptInvitation(ctx, tenancy.Acceptance{Secret: sent.Secret, Terms: offer.Terms.Token})
	code := tenancy.CodeOf(err)
	if _, known := reasons[code]; !known {
		return fmt.Errorf("accepting should be refused: %w", err)
	}
	fmt.Fprintf(t.w, "\nPriya accepts all the same, and is refused: %s\n", reasons[code])
	t.other.sent = sent
	if err := owner.RemoveDomain(ctx, own); err != nil {
		return err
	}
	if _, err := staff.SetLimits(ctx, t.prime.org, nil); err != nil {
		return err
	}
	_, err = t.prove(ctx, t.prime, "harbourline.example")
	return err
}

// merged previews the merge, carries it out, and shows what everybody can do before and after.
func (t *town) merged(ctx context.Context) error {
	owner := t.as(t.other.people[0])
	plan, err := owner.PreviewMerge(ctx, t.prime.org, tenancy.Candidate{Owner: t.other.people[0].user})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, p := range t.other.people {
		for _, u := range plan.Users {
			if u.User == p.user {
				rows = append(rows, []string{p.name, u.Before.String(), u.After.String()})
			}
		}
	}
	t.table("What merging Quayside into "+plan.PrimeName.Reveal()+" will do", []string{"NAME", "NOW", "THEN"}, rows)
	fmt.Fprintf(t.w, "\nAccounts that come along: %d. Invitations that end: %d. What stands against it: %d.\n", len(plan.Accounts), len(plan.Revoked), len(plan.Unmet))
	before, err := t.abilities(ctx)
	if err != nil {
		return err
	}
	offer, err := owner.Invitation(ctx, t.other.sent.Secret)
	if err != nil {
		return err
	}
	accepted, err := owner.AcceptInvitation(ctx, tenancy.Acceptance{Secret: t.other.sent.Secret, Terms: offer.Terms.Token})
	if err != nil {
		return err
	}
	fmt.Fprintf(t.w, "\nPriya accepts: %d organization merged.\n", len(accepted.Merged))
	after, err := t.abilities(ctx)
	if err != nil {
		return err
	}
	rows = nil
	for i, was := range before {
		rows = append(rows, []string{was[0], was[1], was[2], after[i][2]})
	}
	t.table("Who can do what", []string{"NAME", "ACCOUNT", "BEFORE", "AFTER"}, rows)
	return nil
}

// verify checks all invariants on the records, and applies the whole log again and compares.
func (t *town) verify(ctx context.Context) error {
	violations := 0
	for _, err := range t.dir.Check(ctx, tenancy.CheckOptions{Replay: true}) {
		if err != nil {
			return err
		}
		violations++
	}
	_, err := fmt.Fprintf(t.w, "\nChecked: %d violations of the invariants.\n", violations)
	return err
}

func (t *town) table(title string, header []string, rows [][]string) {
	fmt.Fprintf(t.w, "\n%s\n\n", title)
	out := tabwriter.NewWriter(t.w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{header}, rows...) {
		fmt.Fprintln(out, "  "+strings.Join(row, "\t"))
	}
	_ = out.Flush()
}
