package main

import (
	"context"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// ability is what a person can do in an account.
type ability struct{ name, account, can string }

// abilities returns what each person of both companies can do in each account of both.
func (t *town) abilities(ctx context.Context) ([]ability, error) {
	permissions := []tenancy.Permission{tenancy.Build, tenancy.Bill, tenancy.ReadUsage, tenancy.ManageMembers}
	var all []ability
	for _, p := range slices.Concat(t.prime.people, t.candidate.people) {
		for _, a := range slices.Concat(t.prime.accounts, t.candidate.accounts) {
			var can []string
			for _, permission := range permissions {
				decision, err := t.dir.System().Can(ctx, p.user, permission, a.id)
				if err != nil {
					return nil, err
				}
				if decision.Allowed {
					can = append(can, string(permission))
				}
			}
			all = append(all, ability{p.name, a.name, strings.Join(can, " ")})
		}
	}
	return all, nil
}
