package main

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/add4b1c6/tenancy"
)

// table writes rows in aligned columns below a title; the header's columns are separated by bars.
func table(w *strings.Builder, title, header string, rows [][]string) {
	rows = append([][]string{strings.Split(header, "|")}, rows...)
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			row[i] = cmp.Or(cell, "-")
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
	}
	fmt.Fprintf(w, "\n%s\n\n", title)
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			fmt.Fprintf(&line, "  %-*s", widths[i], cell)
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}

// collect reads a list whole. Where it may be long, range over it or take pages with tenancy.Collect.
func collect[T any](list iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for item, err := range list {
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, nil
}

// showUsers shows the organization's users as its Owner sees them.
func (c *company) showUsers(ctx context.Context, w *strings.Builder) error {
	users, err := collect(c.as(c.founder()).Users(ctx, c.org, tenancy.UserQuery{}))
	if err != nil {
		return err
	}
	names, err := c.accountNames(ctx)
	if err != nil {
		return err
	}
	slices.SortFunc(users, func(a, b tenancy.OrganizationUser) int {
		return cmp.Or(cmp.Compare(rank(a.Kind), rank(b.Kind)), strings.Compare(a.User.Email.Reveal(), b.User.Email.Reveal()))
	})
	var rows [][]string
	for _, u := range users {
		role := words(u.Role) // of a pending user, the one offered
		if u.Kind == tenancy.KindIndependent {
			role = ""
		}
		rows = append(rows, []string{string(u.Kind), u.User.Name.Reveal(), u.User.Email.Reveal(), role, string(u.User.State), grants(u.Grants, names)})
	}
	table(w, "Users", "KIND|NAME|ADDRESS|ORGANIZATION ROLE|STATE|ACCOUNT ROLES", rows)
	return nil
}

// words gives the text form of a role or roles for people to read.
func words(role fmt.Stringer) string { return strings.ReplaceAll(role.String(), "_", " ") }

// rank orders kinds as the library lists them.
func rank(k tenancy.Kind) int {
	return slices.Index([]tenancy.Kind{tenancy.KindManaged, tenancy.KindIndependent, tenancy.KindPending}, k)
}

// grants says which roles somebody has where, in short.
func grants(all []tenancy.Grant, names map[tenancy.AccountID]string) string {
	where := map[string][]string{}
	for _, g := range all {
		where[words(g.Roles)] = append(where[words(g.Roles)], names[g.Account])
	}
	var parts []string
	for roles, accounts := range where {
		on := accounts[0]
		if len(accounts) > 1 {
			on = fmt.Sprintf("%d accounts", len(accounts))
		}
		parts = append(parts, roles+" on "+on)
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// accountNames gives the names of the organization's accounts.
func (c *company) accountNames(ctx context.Context) (map[tenancy.AccountID]string, error) {
	names := map[tenancy.AccountID]string{}
	for a, err := range c.as(c.founder()).Accounts(ctx, c.org, tenancy.AccountQuery{}) {
		if err != nil {
			return nil, err
		}
		names[a.ID] = a.Name.Reveal()
	}
	return names, nil
}

// showAccounts shows the organization's accounts, and how many people have a role on each.
func (c *company) showAccounts(ctx context.Context, w *strings.Builder) error {
	accounts, err := collect(c.as(c.founder()).Accounts(ctx, c.org, tenancy.AccountQuery{}))
	if err != nil {
		return err
	}
	slices.SortFunc(accounts, func(a, b tenancy.OrganizationAccount) int {
		return cmp.Or(cmp.Compare(rank(a.Kind), rank(b.Kind)), strings.Compare(a.Name.Reveal(), b.Name.Reveal()))
	})
	var rows [][]string
	for _, a := range accounts {
		row := []string{string(a.Kind), a.Name.Reveal(), "", "", ""}
		if a.Kind == tenancy.KindManaged {
			people, err := collect(c.as(c.founder()).Access(ctx, a.ID, tenancy.ReachQuery{}))
			if err != nil {
				return err
			}
			row[2], row[3], row[4] = a.OwnerName.Reveal(), string(a.Account.State), fmt.Sprint(len(people))
		}
		for _, m := range a.Members { // of an independent one the organization sees only this
			row[4] = m.Name.Reveal() + ": " + words(m.Roles)
		}
		rows = append(rows, row)
	}
	table(w, "Accounts", "KIND|ACCOUNT|OWNER|STATUS|PEOPLE WITH A ROLE", rows)
	return nil
}

// showAccess shows who has a role on the subaccount, what they may do there, and why: what Can says. Below them, who has none.
func (c *company) showAccess(ctx context.Context, w *strings.Builder) error {
	reaches, err := collect(c.as(c.founder()).Access(ctx, c.staging, tenancy.ReachQuery{}))
	if err != nil {
		return err
	}
	slices.SortFunc(reaches, func(a, b tenancy.Reach) int { return strings.Compare(a.Email.Reveal(), b.Email.Reveal()) })
	var rows [][]string
	inside := map[tenancy.UserID]bool{}
	for _, r := range reaches {
		inside[r.User] = true
		row, err := c.decisions(ctx, r.User)
		if err != nil {
			return err
		}
		rows = append(rows, append([]string{r.Name.Reveal(), words(r.Direct), words(r.FromParent)}, row...))
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
		rows = append(rows, append([]string{p.name, "", ""}, row...))
	}
	title := fmt.Sprintf("Who reaches Staging of %s, a subaccount, and why (a host answers unreachable with 404, every other no with 403)", c.busiest)
	table(w, title, "NAME|ROLES THERE|ROLES ABOVE|MAY BUILD|MAY BILL|MAY MANAGE MEMBERS", rows)
	return nil
}

// decisions says what a user may do on the subaccount. The host asks this before it does anything there.
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

// decision says a decision in words.
func decision(d tenancy.Decision) string {
	switch d.Why {
	case tenancy.WhyGrant:
		return "yes, " + words(tenancy.Roles(d.Role))
	case tenancy.WhyParentGrant:
		return "yes, " + words(tenancy.Roles(d.Role)) + " above"
	case tenancy.WhyOrganizationRole:
		return "yes, the organization's " + words(d.OrganizationRole)
	}
	return "no, " + string(d.Why)
}

// showReasons counts, for every account and everybody the founder can see, why they may build there or may not.
func (c *company) showReasons(ctx context.Context, w *strings.Builder) error {
	reasons := []tenancy.Why{tenancy.WhyGrant, tenancy.WhyParentGrant, tenancy.WhyInsufficient, tenancy.WhyInactive, tenancy.WhyUnreachable}
	users := []tenancy.UserID{c.consultant}
	for _, p := range c.members() {
		users = append(users, p.user)
	}
	names, err := c.accountNames(ctx)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, account := range slices.Concat(slices.Collect(maps.Values(c.accounts)), []tenancy.AccountID{c.staging}) {
		why := map[tenancy.Why]int{}
		for _, user := range users {
			d, err := c.host.Can(ctx, user, tenancy.Build, account)
			if err != nil {
				return err
			}
			why[d.Why]++
		}
		row := []string{names[account]}
		for _, reason := range reasons {
			row = append(row, fmt.Sprint(why[reason]))
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	title := fmt.Sprintf("How many of %d people may build where, and why", len(users))
	table(w, title, "ACCOUNT|YES: GRANT|GRANT ABOVE|NO: INSUFFICIENT|INACTIVE|UNREACHABLE", rows)
	return nil
}
