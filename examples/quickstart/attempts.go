package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/examples/internal/table"
)

// attempt is something that a person tries and the directory must refuse.
type attempt struct {
	who, does string
	try       func(context.Context) error
}

// errorOf drops a result that nobody needs.
func errorOf[T any](_ T, err error) error { return err }

// attempts lists the attempts that this company has the people for.
func (c *company) attempts(ctx context.Context) ([]attempt, error) {
	rival, err := c.host.SignUp(ctx, tenancy.NewSignUp{
		Email: tenancy.Proven(
			c.stranger("vera.stone", "rival.example")), Name: "Vera Stone", Organization: "Rival",
	})
	if err != nil {
		return nil, err
	}
	vera, noor := c.dir.As(rival.User.ID), c.dir.As(c.consultant)
	all := []attempt{
		{c.owner.name + ", Owner", "leaves the organization", func(ctx context.Context) error {
			return c.as(c.owner).Leave(ctx, c.org)
		}},
		{"Vera Stone of another company", "lists the users", func(ctx context.Context) error {
			return errorOf(collect(vera.Users(ctx, c.org, tenancy.UserQuery{})))
		}},
		{"Vera Stone of another company", "looks at an account", func(ctx context.Context) error {
			return errorOf(vera.Account(ctx, c.staging))
		}},
		{"Noor Haddad, consultant", "lists the users", func(ctx context.Context) error {
			return errorOf(collect(noor.Users(ctx, c.org, tenancy.UserQuery{})))
		}},
	}
	if p := c.member(isActive(tenancy.Administrator)); p != nil {
		all = append(all, c.attemptsOfAdministrator(p)...)
	}
	if p := c.member(isActive(tenancy.StandardUser)); p != nil {
		all = append(all, c.attemptsOfStandardUser(p)...)
	}
	if p := c.member(func(p *person) bool { return p.suspended }); p != nil {
		all = append(
			all,
			attempt{p.name + ", suspended", "looks at their account", func(ctx context.Context) error {
				return errorOf(c.as(p).Account(ctx, c.accounts[p.department]))
			}},
		)
	}
	return all, nil
}

// isActive returns a test for active members with an organization role.
func isActive(role tenancy.OrganizationRole) func(*person) bool {
	return func(p *person) bool { return p.sent.Role == role && !p.suspended }
}

func (c *company) attemptsOfAdministrator(p *person) []attempt {
	who, s := p.name+", Administrator", c.as(p)
	all := []attempt{
		{who, "removes the Owner", func(ctx context.Context) error {
			return s.RemoveUser(ctx, c.org, c.owner.user, tenancy.Removal{})
		}},
		{who, "makes themself Owner", func(ctx context.Context) error {
			return errorOf(s.SetOrganizationRole(ctx, c.org, p.user, tenancy.Owner))
		}},
		{who, "demotes themself", func(ctx context.Context) error {
			return errorOf(s.SetOrganizationRole(ctx, c.org, p.user, tenancy.StandardUser))
		}},
		{who, "transfers the organization", func(ctx context.Context) error {
			return errorOf(s.TransferOwnership(ctx, c.org, tenancy.NewOwner{User: p.user}))
		}},
		{who, "invites a member", func(ctx context.Context) error {
			return errorOf(s.InviteUser(ctx, c.org, tenancy.NewInvitation{Email: c.owner.email}))
		}},
	}
	for _, pending := range c.people[1:] {
		if pending.newcomer {
			all = append(all, attempt{who, "invites a pending user again", func(ctx context.Context) error {
				return errorOf(s.InviteUser(ctx, c.org, tenancy.NewInvitation{Email: pending.email}))
			}}, attempt{who, "accepts another's invitation", func(ctx context.Context) error {
				return errorOf(s.AcceptInvitation(ctx, tenancy.Acceptance{Secret: pending.sent.Secret}))
			}})
			break
		}
	}
	for _, department := range c.departments {
		if head := c.heads[department]; head != c.owner && head != p {
			return append(all, attempt{who, "removes an account's owner", func(ctx context.Context) error {
				return s.RemoveUser(ctx, c.org, head.user, tenancy.Removal{})
			}})
		}
	}
	return all
}

func (c *company) attemptsOfStandardUser(p *person) []attempt {
	who, s, account := p.name+", Standard User", c.as(p), c.accounts[p.department]
	return []attempt{
		{who, "makes themself Administrator", func(ctx context.Context) error {
			return errorOf(s.SetOrganizationRole(ctx, c.org, p.user, tenancy.Administrator))
		}},
		{who, "closes their department's account", func(ctx context.Context) error {
			return errorOf(s.CloseAccount(ctx, account))
		}},
		{who, "reads the log", func(ctx context.Context) error {
			return errorOf(s.LogHead(ctx, tenancy.Stream{Organization: c.org}))
		}},
	}
}

// showAttempts makes the attempts and shows how each is refused. A refused operation
// changes nothing, so the head of the log stays the same.
func (c *company) showAttempts(ctx context.Context, w *strings.Builder) error {
	attempts, err := c.attempts(ctx)
	if err != nil {
		return err
	}
	log := tenancy.Stream{Organization: c.org}
	before, err := c.host.LogHead(ctx, log)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, a := range attempts {
		err := a.try(ctx)
		code := tenancy.CodeOf(err)
		if code == "" {
			return fmt.Errorf("%s %s: it was not refused: %w", a.who, a.does, err)
		}
		rows = append(rows, []string{a.who, a.does, string(code), code.Rules()[0], sentence(err)})
	}
	after, err := c.host.LogHead(ctx, log)
	if err != nil {
		return err
	}
	if before != after {
		return errors.New("a refused operation changed the log")
	}
	table.Write(w, "What is refused", "WHO|TRIES|CODE|RULE|WHAT THE PERSON IS TOLD", rows)
	fmt.Fprintf(w, "\n  %d attempts, all refused. None of them changed the log.\n", len(rows))
	return nil
}
