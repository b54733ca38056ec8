package main

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/examples/internal/table"
)

// collect reads a whole list. Where a list may be long, range over it, or take pages
// with tenancy.Collect.
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

// words returns the text form of a role or roles for people to read.
func words[R tenancy.OrganizationRole | tenancy.RoleSet](role R) string {
	return strings.ReplaceAll(fmt.Sprint(role), "_", " ")
}

// order returns a kind's place in the tables.
func order(k tenancy.Kind) int {
	return slices.Index([]tenancy.Kind{tenancy.KindManaged, tenancy.KindIndependent, tenancy.KindPending}, k)
}

// showUsers shows the organization's users as its Owner sees them.
func (c *company) showUsers(ctx context.Context, w *strings.Builder) error {
	users, err := collect(c.as(c.owner).Users(ctx, c.org, tenancy.UserQuery{}))
	if err != nil {
		return err
	}
	names, err := c.accountNames(ctx)
	if err != nil {
		return err
	}
	slices.SortFunc(users, func(a, b tenancy.OrganizationUser) int {
		return cmp.Or(
			cmp.Compare(order(a.Kind), order(b.Kind)),
			strings.Compare(a.User.Email.Reveal(), b.User.Email.Reveal()),
		)
	})
	var rows [][]string
	for _, u := range users {
		role := words(u.Role) // a pending user's is the one that they are offered
		if u.Kind == tenancy.KindIndependent {
			role = ""
		}
		rows = append(rows, []string{
			string(u.Kind), u.User.Name.Reveal(), u.User.Email.Reveal(),
			role, string(u.User.State), grants(u.Grants, names),
		})
	}
	table.Write(w, "Users", "KIND|NAME|ADDRESS|ORGANIZATION ROLE|STATE|ACCOUNT ROLES", rows)
	return nil
}

// grants returns a user's roles and the accounts that they are on, in short.
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

// accountNames returns the names of the organization's accounts.
func (c *company) accountNames(ctx context.Context) (map[tenancy.AccountID]string, error) {
	names := map[tenancy.AccountID]string{}
	for a, err := range c.as(c.owner).Accounts(ctx, c.org, tenancy.AccountQuery{}) {
		if err != nil {
			return nil, err
		}
		names[a.ID] = a.Name.Reveal()
	}
	return names, nil
}

// showAccounts shows the organization's accounts, and how many people have a role on each.
func (c *company) showAccounts(ctx context.Context, w *strings.Builder) error {
	accounts, err := collect(c.as(c.owner).Accounts(ctx, c.org, tenancy.AccountQuery{}))
	if err != nil {
		return err
	}
	slices.SortFunc(accounts, func(a, b tenancy.OrganizationAccount) int {
		return cmp.Or(
			cmp.Compare(order(a.Kind), order(b.Kind)),
			strings.Compare(a.Name.Reveal(), b.Name.Reveal()),
		)
	})
	var rows [][]string
	for _, a := range accounts {
		row := []string{string(a.Kind), a.Name.Reveal(), "", "", ""}
		if a.Kind == tenancy.KindManaged {
			people, err := collect(c.as(c.owner).Access(ctx, a.ID, tenancy.ReachQuery{}))
			if err != nil {
				return err
			}
			row[2], row[3], row[4] = a.OwnerName.Reveal(), string(a.Account.State), fmt.Sprint(len(people))
		}
		for _, m := range a.Members { // this is all that the organization sees of an independent account
			row[4] = m.Name.Reveal() + ": " + words(m.Roles)
		}
		rows = append(rows, row)
	}
	table.Write(w, "Accounts", "KIND|ACCOUNT|OWNER|STATE|PEOPLE WITH A ROLE", rows)
	return nil
}
