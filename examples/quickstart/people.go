package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// ownerRule is the rule by which found chooses the founder.
const ownerRule = "The Owner is the first person titled CEO, or else the first person in the list, who is\n" +
	"active and has signed in before."

// found signs up the founder, who owns the organization and a first account. A founder
// signs in to do this, so a person who is suspended or has never signed in cannot be one.
func (c *company) found(ctx context.Context, name string, people []*person) error {
	candidates := slices.Clone(people)
	slices.SortStableFunc(candidates, func(a, b *person) int { return cmp.Compare(rankOf(a), rankOf(b)) })
	reasons := slices.Clone(c.leftOut)
	for _, p := range candidates {
		why, err := c.signUpFounder(ctx, name, p)
		if err != nil {
			return err
		}
		if why == "" {
			return nil
		}
		note := rowNote{p.line, p.email, why}
		reasons = append(reasons, note)
		if p.ceo {
			c.passedOver = append(c.passedOver, note)
		}
	}
	return fmt.Errorf("nobody in it can be the Owner, who must be active and have signed in before; "+
		"line %d, for one: %s", reasons[0].line, reasons[0].why)
}

// rankOf returns 0 for a CEO and 1 for anybody else.
func rankOf(p *person) int {
	if p.ceo {
		return 0
	}
	return 1
}

// signUpFounder signs a person up as the founder, or returns why they cannot be it.
func (c *company) signUpFounder(ctx context.Context, name string, p *person) (why string, err error) {
	switch {
	case p.suspended:
		return "The person is suspended.", nil
	case p.newcomer:
		return "The person has never signed in.", nil
	}
	founded, err := c.host.SignUp(ctx, tenancy.NewSignUp{
		// Proven says that the host has proven the address: with a code that it mailed,
		// or by a provider that vouches for this very address.
		Email:        tenancy.Proven(p.email),
		Name:         p.name,
		Organization: name,
		Account:      p.department,
	})
	if tenancy.CodeOf(err) != "" {
		why = rowSentence(p, err)
		c.leaveOut(p, why)
		return why, nil
	}
	if err != nil {
		return "", err
	}
	p.user, c.org = founded.User.ID, founded.Organization.ID
	c.owner, c.people = p, []*person{p}
	c.departments, c.accounts[p.department] = []string{p.department}, founded.Account.ID
	return "", nil
}

// invite invites everybody else. The people who have signed in before accept at once,
// and the invitations of the others stay pending.
func (c *company) invite(ctx context.Context, people []*person) error {
	lines := map[string]int{strings.ToLower(c.owner.email): c.owner.line}
	for _, p := range people {
		switch {
		case p == c.owner || p.leftOut:
			continue
		case p.suspended && p.newcomer: // accepting later would make them active
			c.leaveOut(p, "The person is suspended and has never signed in.")
			continue
		}
		sent, err := c.as(c.owner).
			InviteUser(ctx, c.org, tenancy.NewInvitation{Email: p.email, Role: roleOf(p)})
		if tenancy.CodeOf(err) != "" {
			why := rowSentence(p, err)
			if line := lines[strings.ToLower(p.email)]; line > 0 && errors.Is(err, tenancy.ErrAlreadyExists) {
				why = fmt.Sprintf("%s: see line %d.", strings.TrimSuffix(why, "."), line)
			}
			c.leaveOut(p, why)
			continue
		}
		if err != nil {
			return err
		}
		p.sent = sent // the host mails sent.Secret.Reveal() to sent.Email.Reveal()
		if err := c.accept(ctx, p); err != nil {
			return err
		}
		if !p.leftOut {
			lines[strings.ToLower(p.email)] = p.line
		}
	}
	return nil
}

// roleOf returns the organization role of a person who is invited: Administrator for
// managers and the IT department.
func roleOf(p *person) tenancy.OrganizationRole {
	if p.leads || p.department == "IT" {
		return tenancy.Administrator
	}
	return tenancy.StandardUser
}

// accept signs a person up with the secret of the invitation, which accepts it in one
// step. An invitation that nobody can accept is revoked.
func (c *company) accept(ctx context.Context, p *person) error {
	if p.newcomer {
		c.people = append(c.people, p)
		return nil
	}
	joined, err := c.host.SignUp(ctx, tenancy.NewSignUp{
		Email: tenancy.Proven(p.email), Name: p.name, Secret: p.sent.Secret,
	})
	if tenancy.CodeOf(err) != "" {
		c.leaveOut(p, rowSentence(p, err))
		return c.as(c.owner).RevokeInvitation(ctx, p.sent.ID)
	}
	if err != nil {
		return err
	}
	p.user = joined.User.ID
	c.people = append(c.people, p)
	return nil
}

// suspend deactivates the members whom the list calls suspended: they keep their roles
// and can do nothing.
func (c *company) suspend(ctx context.Context) error {
	for _, p := range c.members() {
		if !p.suspended {
			continue
		}
		if _, err := c.as(c.owner).DeactivateUser(ctx, p.user); err != nil {
			return err
		}
	}
	return nil
}

// hireConsultant invites a person from outside to build in the subaccount, and nothing
// else. The consultant invites the Owner to an account outside the organization.
func (c *company) hireConsultant(ctx context.Context) error {
	address := c.stranger("noor.haddad", "haddad-consulting.example")
	sent, err := c.as(c.heads[c.busiest]).InviteToAccount(ctx, c.staging, tenancy.NewAccountInvitation{
		Email: address, Roles: tenancy.Roles(tenancy.Developer),
	})
	if err != nil {
		return err
	}
	joined, err := c.host.SignUp(ctx, tenancy.NewSignUp{
		Email: tenancy.Proven(address), Name: "Noor Haddad", Secret: sent.Secret,
	})
	if err != nil {
		return err
	}
	c.consultant = joined.User.ID
	noor := c.dir.As(c.consultant)
	own, err := noor.CreateAccount(ctx, tenancy.OrganizationID{}, tenancy.NewAccount{Name: "Haddad Consulting"})
	if err != nil {
		return err
	}
	asked, err := noor.InviteToAccount(ctx, own.ID, tenancy.NewAccountInvitation{
		Email: c.owner.email, Roles: tenancy.Roles(tenancy.Support),
	})
	if err != nil {
		return err
	}
	_, err = c.as(c.owner).AcceptInvitation(ctx, tenancy.Acceptance{Secret: asked.Secret})
	return err
}
