package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// company is an organization, with its people and accounts in the order of its file.
type company struct {
	org      tenancy.OrganizationID
	people   []*person
	accounts []account
	sent     tenancy.SentInvitation // to the Owner, of the company that it is to be merged into
}

type person struct {
	name, email string
	user        tenancy.UserID
}

type account struct {
	name  string
	id    tenancy.AccountID
	owner *person
}

func (t *town) as(p *person) *tenancy.Session { return t.dir.As(p.user) }

// bring signs the people of a file up: the first founds the organization, the others are invited. Whoever is an account's owner makes it; the
// others are given their roles once all accounts are there.
func (t *town) bring(ctx context.Context, name, file string) (*company, error) {
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil {
		return nil, err
	}
	c := &company{}
	for i, row := range rows[1:] {
		p := &person{name: row[0], email: row[1]}
		up := tenancy.NewSignUp{Email: tenancy.Proven(p.email), Name: p.name, Organization: name, Account: row[3]}
		if i > 0 {
			var role tenancy.OrganizationRole
			if err := role.UnmarshalText([]byte(row[2])); err != nil {
				return nil, err
			}
			sent, err := t.as(c.people[0]).InviteUser(ctx, c.org, tenancy.NewInvitation{Email: p.email, Role: role})
			if err != nil {
				return nil, err
			}
			up.Secret = sent.Secret
		}
		signedUp, err := t.dir.System().SignUp(ctx, up)
		if err != nil {
			return nil, err
		}
		p.user, c.org = signedUp.User.ID, signedUp.Organization.ID
		c.people = append(c.people, p)
		if err := t.give(ctx, c, p, signedUp.Account, row[3], tenancy.AccountRole(row[4])); err != nil {
			return nil, fmt.Errorf("%s: %w", row[3], err)
		}
	}
	return c, nil
}

// give gives a person a role on an account of the company's; whoever is to own it makes it, unless it was made with the organization.
func (t *town) give(ctx context.Context, c *company, p *person, founded *tenancy.Account, name string, role tenancy.AccountRole) error {
	if role == tenancy.AccountOwner {
		if founded == nil {
			made, err := t.as(p).CreateAccount(ctx, c.org, tenancy.NewAccount{Name: name})
			if err != nil {
				return err
			}
			founded = &made
		}
		c.accounts = append(c.accounts, account{name, founded.ID, p})
		return nil
	}
	for _, a := range c.accounts {
		if a.name == name {
			_, err := t.as(a.owner).AssignRoles(ctx, a.id, p.user, tenancy.Roles(role))
			if tenancy.CodeOf(err) == tenancy.CodeNotFound { // an account's owner names only whom they see there; the organization's sees all
				_, err = t.as(c.people[0]).AssignRoles(ctx, a.id, p.user, tenancy.Roles(role))
			}
			return err
		}
	}
	return fmt.Errorf("%w: no account above it has this name", tenancy.CodeInput)
}

// prove claims a domain for a company, publishes the record that it asks for, and verifies it.
func (t *town) prove(ctx context.Context, c *company, name string) (tenancy.DomainID, error) {
	added, err := t.as(c.people[0]).AddDomain(ctx, c.org, name)
	if err != nil {
		return tenancy.DomainID{}, err
	}
	t.records[added.RecordName] = added.RecordValue
	_, err = t.as(c.people[0]).VerifyDomain(ctx, added.ID)
	return added.ID, err
}

// abilities gives a row for each person and account of both companies: the name, the account, and what the person can do there.
func (t *town) abilities(ctx context.Context) (rows [][]string, err error) {
	permissions := []tenancy.Permission{tenancy.Build, tenancy.Bill, tenancy.ReadUsage, tenancy.ManageMembers}
	for _, c := range []*company{t.prime, t.other} {
		for _, p := range c.people {
			for _, a := range append(append([]account{}, t.prime.accounts...), t.other.accounts...) {
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
				if can == nil {
					can = []string{"-"}
				}
				rows = append(rows, []string{p.name, a.name, strings.Join(can, " ")})
			}
		}
	}
	return rows, nil
}
