package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/examples/internal/table"
	"github.com/add4b1c6/tenancy/memstore"
)

// town is the two companies, and the directory that they are in.
type town struct {
	dir              *tenancy.Directory
	records          records
	prime, candidate *company
	w                *strings.Builder // the report
}

// merge brings both companies into a new directory, merges them, and writes a report.
func merge(ctx context.Context, prime, candidate list, w *strings.Builder) error {
	t := &town{records: records{}, w: w}
	var err error
	if t.dir, err = tenancy.New(memstore.New(), &tenancy.Options{Resolver: t.records}); err != nil {
		return err
	}
	if t.prime, err = t.bring(ctx, prime); err != nil {
		return err
	}
	if t.candidate, err = t.bring(ctx, candidate); err != nil {
		return err
	}
	for _, c := range []*company{t.prime, t.candidate} {
		fmt.Fprintf(w, "%s: people: %d, accounts: %d.\n", c.name, len(c.people), len(c.accounts))
	}
	t.showNotes()
	sent, err := t.as(t.prime.owner).InviteUser(ctx, t.prime.org, tenancy.NewInvitation{
		Email: t.candidate.owner.email, Role: tenancy.Administrator,
	})
	if err != nil {
		return err
	}
	if err := t.refuse(ctx, sent.Secret); err != nil {
		return err
	}
	if err := t.preview(ctx); err != nil {
		return err
	}
	if err := t.accept(ctx, sent.Secret); err != nil {
		return err
	}
	return t.verify(ctx)
}

// as returns a person's session.
func (t *town) as(p *person) *tenancy.Session { return t.dir.As(p.user) }

// showNotes shows the rows that could not be taken as they are.
func (t *town) showNotes() {
	for _, c := range []*company{t.prime, t.candidate} {
		slices.SortStableFunc(c.notes, func(a, b note) int { return cmp.Compare(a.line, b.line) })
		var rows [][]string
		for _, n := range c.notes {
			rows = append(rows, []string{fmt.Sprint(n.line), n.result, n.why})
		}
		if len(rows) > 0 {
			table.Write(t.w, "Rows of "+c.name+"'s list that are not in as they are", "LINE|RESULT|WHY", rows)
		}
	}
}

// reasons are what a host shows to people for the codes that refuse a merge, or the
// domain that it needs.
var reasons = map[tenancy.Code]string{
	tenancy.CodeNoLiveDomain:    "The organization that stays has no domain that it proved within the last days.",
	tenancy.CodeCandidateDomain: "The organization that goes has a verified domain. Remove it first.",
	tenancy.CodeOwnerOffDomain:  "Its Owner's address is not on a domain of the organization that stays.",
	tenancy.CodeMergeClosed:     "A member's address is on a domain that is closed to new members.",
	tenancy.CodeMemberLimit:     "There would be too many members.",
	tenancy.CodeAccountLimit:    "There would be too many accounts.",
	tenancy.CodeMailProvider:    "This domain is a mail provider's.",
	tenancy.CodeDomainReserved:  "Nobody can claim this domain.",
}

func reason(code tenancy.Code) string {
	return cmp.Or(reasons[code], fmt.Sprintf("This is refused (%s).", code))
}

// refuse shows how a merge is refused: the Prime has not proven a domain yet, the
// Candidate has a domain of its own, and there is not enough room. Then it removes these
// obstacles.
func (t *town) refuse(ctx context.Context, secret tenancy.Secret) error {
	own, err := t.proveOwn(ctx)
	if err != nil {
		return err
	}
	staff := t.dir.Operator("staff-1")
	if _, err := staff.SetLimits(ctx, t.prime.org, &tenancy.Limits{
		Members:  len(t.prime.people) + len(t.candidate.people) - 1,
		Accounts: len(t.prime.accounts) + len(t.candidate.accounts) - 1,
	}); err != nil {
		return err
	}
	// An Operator sees every reason. The invited Owner would see only the first.
	plan, err := staff.PreviewMerge(ctx, t.prime.org, tenancy.MergeCandidate{Owner: t.candidate.owner.user})
	if err != nil {
		return err
	}
	t.showUnmet(plan)
	_, err = t.acceptInvitation(ctx, secret)
	code := tenancy.CodeOf(err)
	if code == "" {
		return fmt.Errorf("the merge was not refused: %w", err)
	}
	fmt.Fprintf(t.w, "\n%s accepts nevertheless, and is refused: %s\n", t.candidate.owner.name, reason(code))
	if !own.IsZero() {
		if err := t.as(t.candidate.owner).RemoveDomain(ctx, own); err != nil {
			return err
		}
	}
	if _, err := staff.SetLimits(ctx, t.prime.org, nil); err != nil {
		return err
	}
	_, err = t.prove(ctx, t.prime, t.prime.owner.domain())
	if tenancy.CodeOf(err) != "" {
		return fmt.Errorf("nothing is merged: the domain of %s's owner cannot be proven: %s",
			t.prime.name, reason(tenancy.CodeOf(err)))
	}
	return err
}

// showUnmet shows the prerequisites that a merge does not meet.
func (t *town) showUnmet(plan tenancy.MergePlan) {
	var rows [][]string
	for _, unmet := range plan.Unmet {
		rows = append(rows, []string{unmet.Code.Rules()[0], reason(unmet.Code)})
	}
	title := fmt.Sprintf("What stands against merging %s into %s", t.candidate.name, t.prime.name)
	table.Write(t.w, title, "RULE|WHY", rows)
}

// preview shows what the merge will do, as the Candidate's Owner sees it. The error says
// what still stands against it.
func (t *town) preview(ctx context.Context) error {
	owner := t.candidate.owner
	plan, err := t.as(owner).PreviewMerge(ctx, t.prime.org, tenancy.MergeCandidate{Owner: owner.user})
	if err != nil {
		return err
	}
	if len(plan.Unmet) > 0 {
		return fmt.Errorf("nothing is merged: %s", reason(plan.Unmet[0].Code))
	}
	roles := map[tenancy.UserID][]string{}
	for _, u := range plan.Users {
		roles[u.User] = []string{string(u.Before), string(u.After)}
	}
	var rows [][]string
	for _, p := range t.candidate.people {
		rows = append(rows, append([]string{p.name}, roles[p.user]...))
	}
	title := fmt.Sprintf("What merging %s into %s will do", t.candidate.name, plan.PrimeName.Reveal())
	table.Write(t.w, title, "NAME|ROLE NOW|ROLE THEN", rows)
	fmt.Fprintf(t.w, "\nAccounts that come along: %d. Invitations that end: %d.\n",
		len(plan.Accounts), len(plan.Revoked))
	return nil
}

// acceptInvitation accepts as the Candidate's Owner, who has seen the terms.
func (t *town) acceptInvitation(
	ctx context.Context, secret tenancy.Secret,
) (tenancy.AcceptedInvitation, error) {
	owner := t.as(t.candidate.owner)
	offer, err := owner.Invitation(ctx, secret)
	if err != nil {
		return tenancy.AcceptedInvitation{}, err
	}
	return owner.AcceptInvitation(ctx, tenancy.Acceptance{Secret: secret, Terms: offer.Terms.Token})
}

// accept merges, and shows what everybody can do before and after.
func (t *town) accept(ctx context.Context, secret tenancy.Secret) error {
	before, err := t.abilities(ctx)
	if err != nil {
		return err
	}
	accepted, err := t.acceptInvitation(ctx, secret)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.w, "\n%s accepts. Organizations merged: %d, dissolved: %d.\n",
		t.candidate.owner.name, len(accepted.Merged), len(accepted.Dissolved))
	after, err := t.abilities(ctx)
	if err != nil {
		return err
	}
	var rows [][]string
	for i, was := range before {
		if is := after[i]; was.can != "" || is.can != "" {
			rows = append(rows, []string{was.name, was.account, was.can, is.can})
		}
	}
	table.Write(t.w, "Who can do what", "NAME|ACCOUNT|BEFORE|AFTER", rows)
	return nil
}

// verify checks every invariant on the records, and applies the whole log again and
// compares the result with the records.
func (t *town) verify(ctx context.Context) error {
	violations := 0
	for _, err := range t.dir.Check(ctx, tenancy.CheckOptions{Replay: true}) {
		if err != nil {
			return err
		}
		violations++
	}
	fmt.Fprintf(t.w, "\nChecked: %d violations of the invariants.\n", violations)
	if violations > 0 {
		return fmt.Errorf("%d violations", violations)
	}
	return nil
}
