package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// handOver makes the first Administrator the Owner. The founder becomes Administrator; no account changes hands.
func (c *company) handOver(ctx context.Context, w *strings.Builder) error {
	next := c.member(func(p *person) bool { return !p.suspended })
	if next == nil {
		return nil
	}
	if _, err := c.as(c.founder()).TransferOwnership(ctx, c.org, tenancy.NewOwner{User: next.user}); err != nil {
		return err
	}
	var rows [][]string
	for _, p := range []*person{next, c.founder()} {
		_, memberships, err := c.as(p).User(ctx, p.user)
		if err != nil {
			return err
		}
		rows = append(rows, []string{p.name, words(memberships[0].Role)})
	}
	table(w, "The organization is handed over", "NAME|ORGANIZATION ROLE", rows)
	return nil
}

// verify checks all invariants on the records, applies the whole log again and compares, and looks for tampering in the organization's log.
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
	fmt.Fprintf(w, "\nChecked: %d violations of the invariants, the records being what the log makes of them.\n", len(violations))
	fmt.Fprintf(w, "The organization's log: %d events, %d signs of tampering.\n", len(events), len(tampered))
	if len(violations)+len(tampered) > 0 {
		return fmt.Errorf("%d violations, %d signs of tampering", len(violations), len(tampered))
	}
	return nil
}
