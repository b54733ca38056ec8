package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/examples/internal/table"
)

// transfer makes the first active Administrator the Owner, or else the first active
// member. The founder becomes Administrator. No account changes owner.
func (c *company) transfer(ctx context.Context, w *strings.Builder) error {
	next := c.member(isActive(tenancy.Administrator))
	if next == nil {
		next = c.member(isActive(tenancy.StandardUser))
	}
	if next == nil {
		fmt.Fprintln(w, "\nThe organization has no other active member to become its Owner.")
		return nil
	}
	if _, err := c.as(c.owner).TransferOwnership(ctx, c.org, tenancy.NewOwner{User: next.user}); err != nil {
		return err
	}
	var rows [][]string
	for _, p := range []*person{next, c.owner} {
		_, memberships, err := c.as(p).User(ctx, p.user)
		if err != nil {
			return err
		}
		rows = append(rows, []string{p.name, words(memberships[0].Role)})
	}
	table.Write(w, "The organization has a new Owner", "NAME|ORGANIZATION ROLE", rows)
	return nil
}

// verify checks every invariant on the records, applies the whole log again and
// compares the result with the records, and looks for tampering in the log.
func (c *company) verify(ctx context.Context, w *strings.Builder) error {
	violations, err := collect(c.dir.Check(ctx, tenancy.CheckOptions{Replay: true}))
	if err != nil {
		return err
	}
	for _, v := range violations {
		fmt.Fprintln(w, v.Rule, v.Subject, v.Detail)
	}
	log := tenancy.Stream{Organization: c.org}
	events, err := collect(c.host.Events(ctx, log, tenancy.EventQuery{}))
	if err != nil {
		return err
	}
	tampered, err := collect(c.host.VerifyLog(ctx, log))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\nChecked: %d violations of the invariants.\n", len(violations))
	fmt.Fprintf(w, "The organization's log has %d events and %d signs of tampering.\n", len(events),
		len(tampered))
	if len(violations)+len(tampered) > 0 {
		return fmt.Errorf("%d violations, %d signs of tampering", len(violations), len(tampered))
	}
	return nil
}
