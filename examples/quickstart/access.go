package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/examples/internal/table"
)

// showAccess shows who has a role on the subaccount, what each of them may do there and
// why, as Can decides. Below them it shows members who have no role there.
func (c *company) showAccess(ctx context.Context, w *strings.Builder) error {
	reaches, err := collect(c.as(c.owner).Access(ctx, c.staging, tenancy.ReachQuery{}))
	if err != nil {
		return err
	}
	slices.SortFunc(reaches, func(a, b tenancy.Reach) int {
		return strings.Compare(a.Email.Reveal(), b.Email.Reveal())
	})
	var rows [][]string
	inside := map[tenancy.UserID]bool{}
	for _, r := range reaches {
		inside[r.User] = true
		row, err := c.decisions(ctx, r.User)
		if err != nil {
			return err
		}
		rows = append(rows, append([]string{r.Name.Reveal(), words(r.Direct), words(r.FromParent), groups(r)}, row...))
	}
	for _, role := range []tenancy.OrganizationRole{tenancy.Administrator, tenancy.StandardUser} {
		p := c.member(func(p *person) bool { return p.sent.Role == role && !inside[p.user] })
		if p == nil {
			continue
		}
		row, err := c.decisions(ctx, p.user)
		if err != nil {
			return err
		}
		rows = append(rows, append([]string{p.name, "", "", ""}, row...))
	}
	title := fmt.Sprintf("Who may do what in Staging, a subaccount of %s, and why\n"+
		"(a host answers \"unreachable\" with 404, and every other no with 403)", c.busiest)
	table.Write(w, title, "NAME|ROLES THERE|ROLES ABOVE|BY GROUP|MAY BUILD|MAY BILL|MAY MANAGE MEMBERS", rows)
	return nil
}

// groups returns the names of the groups by which somebody reaches the subaccount.
func groups(r tenancy.Reach) string {
	var names []string
	for _, g := range r.Groups {
		names = append(names, g.Name.Reveal())
	}
	return strings.Join(names, ", ")
}

// decisions returns what a user may do in the subaccount. A host asks this before it
// does anything there.
func (c *company) decisions(ctx context.Context, user tenancy.UserID) ([]string, error) {
	var cells []string
	for _, p := range []tenancy.Permission{tenancy.Build, tenancy.Bill, tenancy.ManageMembers} {
		d, err := c.host.Can(ctx, user, p, c.staging)
		if err != nil {
			return nil, err
		}
		cells = append(cells, decision(d))
	}
	return cells, nil
}

// decision returns a decision in words.
func decision(d tenancy.Decision) string {
	switch d.Why {
	case tenancy.WhyGrant:
		return "yes, " + words(tenancy.Roles(d.Role))
	case tenancy.WhyParentGrant:
		return "yes, " + words(tenancy.Roles(d.Role)) + " above"
	case tenancy.WhyGroup:
		return "yes, " + words(tenancy.Roles(d.Role)) + " by group"
	case tenancy.WhyParentGroup:
		return "yes, " + words(tenancy.Roles(d.Role)) + " by group above"
	case tenancy.WhyOrganizationRole:
		return "yes, the organization's " + words(d.OrganizationRole)
	}
	return "no, " + string(d.Why)
}

// reasons are the columns of the table that showReasons shows.
var reasons = []tenancy.Why{
	tenancy.WhyGrant, tenancy.WhyParentGrant, tenancy.WhyInsufficient, tenancy.WhyInactive, tenancy.WhyUnreachable,
}

// showReasons counts, for each account, why the members and the consultant may build in
// it or may not.
func (c *company) showReasons(ctx context.Context, w *strings.Builder) error {
	users := []tenancy.UserID{c.consultant}
	for _, p := range c.members() {
		users = append(users, p.user)
	}
	var rows [][]string
	for _, department := range slices.Sorted(slices.Values(c.departments)) {
		row, err := c.countReasons(ctx, department, c.accounts[department], users)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	row, err := c.countReasons(ctx, "Staging of "+c.busiest, c.staging, users)
	if err != nil {
		return err
	}
	title := fmt.Sprintf("How many of %d people may build where, and why", len(users))
	header := "ACCOUNT|YES: GRANT|GRANT ABOVE|NO: INSUFFICIENT|INACTIVE|UNREACHABLE"
	table.Write(w, title, header, append(rows, row))
	return nil
}

// countReasons returns an account's row of that table.
func (c *company) countReasons(
	ctx context.Context, name string, account tenancy.AccountID, users []tenancy.UserID,
) ([]string, error) {
	why := map[tenancy.Why]int{}
	for _, user := range users {
		d, err := c.host.Can(ctx, user, tenancy.Build, account)
		if err != nil {
			return nil, err
		}
		why[d.Why]++
	}
	row := []string{name}
	for _, reason := range reasons {
		row = append(row, fmt.Sprint(why[reason]))
	}
	return row, nil
}
