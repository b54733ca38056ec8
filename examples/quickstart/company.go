package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/examples/internal/csvfile"
	"github.com/add4b1c6/tenancy/memstore"
)

// company is a customer on the way into the directory. Its methods do what a host's
// pages do for the people who use them.
type company struct {
	dir    *tenancy.Directory
	host   *tenancy.Platform // System: what the host does itself
	org    tenancy.OrganizationID
	owner  *person   // the founder
	people []*person // the founder, then everybody else who was invited, in the list's order
	listed map[string]bool

	passedOver []rowNote // CEOs who did not become the Owner
	leftOut    []rowNote
	unnamed    []*unnamed

	departments []string // in the list's order
	accounts    map[string]tenancy.AccountID
	heads       map[string]*person // who owns the department's account
	busiest     string             // the department with the most people
	staging     tenancy.AccountID  // a subaccount of its account
	consultant  tenancy.UserID     // a person from outside who works on the subaccount
}

// rowNote says what became of a row, and why.
type rowNote struct {
	line    int
	address string
	why     string
}

// newCompany creates a directory for a company. The unread are rows that do not fit the
// list's header.
func newCompany(people []*person, unread []csvfile.Refusal) (*company, error) {
	dir, err := tenancy.New(memstore.New(), nil)
	if err != nil {
		return nil, err
	}
	c := &company{
		dir: dir, host: dir.System(), listed: map[string]bool{},
		accounts: map[string]tenancy.AccountID{}, heads: map[string]*person{},
	}
	for _, row := range unread {
		c.leftOut = append(c.leftOut, rowNote{row.Line, "", row.Why})
	}
	for _, p := range people {
		c.listed[strings.ToLower(p.email)] = true
	}
	return c, nil
}

// checkName refuses a name that the organization cannot have.
func (c *company) checkName(ctx context.Context, name string) error {
	if name == "" {
		return nil // the library has a default name
	}
	why, err := c.refusesName(ctx, "The organization's name", name)
	if err == nil && why != "" {
		err = errors.New(why)
	}
	return err
}

// bring brings a company's people into the directory.
func (c *company) bring(ctx context.Context, name string, people []*person) error {
	if err := c.nameDepartments(ctx, people); err != nil {
		return err
	}
	if err := c.found(ctx, name, people); err != nil {
		return err
	}
	if err := c.invite(ctx, people); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{
		c.openAccounts, c.assignRoles, c.suspend, c.hireConsultant,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// as returns a person's session. A host creates one for each request, for the person
// whom it has authenticated.
func (c *company) as(p *person) *tenancy.Session { return c.dir.As(p.user) }

// leaveOut notes that a person is left out, and why.
func (c *company) leaveOut(p *person, why string) {
	p.leftOut = true
	c.leftOut = append(c.leftOut, rowNote{p.line, p.email, why})
}

// members returns the people who have joined.
func (c *company) members() []*person {
	return slices.DeleteFunc(slices.Clone(c.people), func(p *person) bool { return p.user.IsZero() })
}

// member returns the first member, except the Owner, who passes a test. It returns nil
// if nobody does.
func (c *company) member(passes func(*person) bool) *person {
	for _, p := range c.people[1:] {
		if !p.user.IsZero() && passes(p) {
			return p
		}
	}
	return nil
}

// stranger returns an address for a person who is not in the list.
func (c *company) stranger(name, domain string) string {
	address := name + "@" + domain
	for i := 2; c.listed[address]; i++ {
		address = fmt.Sprintf("%s-%d@%s", name, i, domain)
	}
	return address
}
