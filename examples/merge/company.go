package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// company is an organization with its people and accounts, in its list's order.
type company struct {
	name     string
	org      tenancy.OrganizationID
	owner    *person
	people   []*person // the owner first
	accounts []account
	notes    []note
}

type account struct {
	name string
	id   tenancy.AccountID
	line int // of its owner
}

// note says what became of a row that could not be taken as it is, and why.
type note struct {
	line   int
	result string
	why    string
}

// These are the results that a note can have.
const (
	leftOut        = "left out"
	withoutAccount = "in, without the account"
)

// sentence returns the reason, in words, for which the directory refuses a row.
func sentence(err error) string { return tenancy.CodeOf(err).Sentence() }

// bring creates a company from its list: the owner founds the organization and invites
// the others, the accounts' owners create these, and the others get their roles on them.
// A row that is refused is noted.
func (t *town) bring(ctx context.Context, from list) (*company, error) {
	owner, others, notes, err := readPeople(from.content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from.label, err)
	}
	c := &company{name: from.company, owner: owner, notes: notes}
	if err := t.found(ctx, c); err != nil {
		return nil, fmt.Errorf("%s: %w", from.label, err)
	}
	for _, p := range others {
		if err := t.join(ctx, c, p); err != nil {
			return nil, err
		}
	}
	for _, p := range c.people[1:] {
		if err := t.open(ctx, c, p); err != nil {
			return nil, err
		}
	}
	for _, p := range c.people {
		if err := t.assign(ctx, c, p); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// found signs the owner up, with the first account. If the account's name is refused,
// the account gets the library's default name.
func (t *town) found(ctx context.Context, c *company) error {
	p := c.owner
	up := tenancy.NewSignUp{Email: tenancy.Proven(p.email), Name: p.name, Organization: c.name}
	if p.accountRole == tenancy.AccountOwner {
		up.Account = p.account
	}
	founded, err := t.dir.System().SignUp(ctx, up)
	if up.Account != "" && tenancy.CodeOf(err) == tenancy.CodeName {
		refused := err
		up.Account = ""
		if founded, err = t.dir.System().SignUp(ctx, up); err == nil {
			c.notes = append(c.notes, note{p.line, withoutAccount, sentence(refused)})
		}
	}
	if tenancy.CodeOf(err) != "" {
		return fmt.Errorf("its owner, in line %d, cannot sign up: %s", p.line, sentence(err))
	}
	if err != nil {
		return err
	}
	p.user, c.org, c.people = founded.User.ID, founded.Organization.ID, []*person{p}
	c.accounts = []account{{founded.Account.Name.Reveal(), founded.Account.ID, p.line}}
	return nil
}

// join invites a person, who signs up with the secret and thereby accepts.
func (t *town) join(ctx context.Context, c *company, p *person) error {
	sent, err := t.as(c.owner).InviteUser(ctx, c.org, tenancy.NewInvitation{Email: p.email, Role: p.role})
	if tenancy.CodeOf(err) != "" {
		c.notes = append(c.notes, note{p.line, leftOut, sentence(err)})
		return nil
	}
	if err != nil {
		return err
	}
	joined, err := t.dir.System().SignUp(ctx, tenancy.NewSignUp{
		Email: tenancy.Proven(p.email), Name: p.name, Secret: sent.Secret,
	})
	if tenancy.CodeOf(err) != "" {
		c.notes = append(c.notes, note{p.line, leftOut, sentence(err)})
		return t.as(c.owner).RevokeInvitation(ctx, sent.ID)
	}
	if err != nil {
		return err
	}
	p.user = joined.User.ID
	c.people = append(c.people, p)
	return nil
}

// open creates the account that a person is to own.
func (t *town) open(ctx context.Context, c *company, p *person) error {
	if p.accountRole != tenancy.AccountOwner {
		return nil
	}
	if existing, exists := c.account(p.account); exists {
		why := fmt.Sprintf("The account already has an owner, in line %d.", existing.line)
		c.notes = append(c.notes, note{p.line, withoutAccount, why})
		return nil
	}
	created, err := t.as(p).CreateAccount(ctx, c.org, tenancy.NewAccount{Name: p.account})
	if tenancy.CodeOf(err) != "" {
		c.notes = append(c.notes, note{p.line, withoutAccount, sentence(err)})
		return nil
	}
	if err != nil {
		return err
	}
	c.accounts = append(c.accounts, account{p.account, created.ID, p.line})
	return nil
}

// assign gives a person a role on an account that somebody else owns.
func (t *town) assign(ctx context.Context, c *company, p *person) error {
	if p.accountRole == "" || p.accountRole == tenancy.AccountOwner {
		return nil
	}
	on, exists := c.account(p.account)
	if !exists {
		why := "The account does not exist, because no row is its owner's."
		c.notes = append(c.notes, note{p.line, withoutAccount, why})
		return nil
	}
	_, err := t.as(c.owner).AssignRoles(ctx, on.id, p.user, tenancy.Assignment{Roles: tenancy.Roles(p.accountRole)})
	if tenancy.CodeOf(err) != "" {
		c.notes = append(c.notes, note{p.line, withoutAccount, sentence(err)})
		return nil
	}
	return err
}

// account returns the company's account with a name.
func (c *company) account(name string) (account, bool) {
	for _, a := range c.accounts {
		if a.name == name {
			return a, true
		}
	}
	return account{}, false
}

// domain returns the domain of a person's address.
func (p *person) domain() string {
	_, domain, _ := strings.Cut(strings.ToLower(p.email), "@")
	return domain
}
