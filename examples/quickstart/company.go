package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/add4b1c6/tenancy"
)

// company is a customer on its way into the directory. Its methods do what a host's pages do for the people who use them.
type company struct {
	dir     *tenancy.Directory
	host    *tenancy.Platform // System: what the host does itself
	org     tenancy.OrganizationID
	people  []*person // who is in or invited: the founder first, then in the order of the file
	refused []badRow

	departments []string // in the order of the file
	accounts    map[string]tenancy.AccountID
	heads       map[string]*person // whoever owns the account
	busiest     string             // the department with the most people,
	staging     tenancy.AccountID  // a subaccount of its account
	consultant  tenancy.UserID     // and somebody from outside who works on that
}

const outsider = "noor.haddad@haddad-consulting.example"

// badRow is a row that the directory refused, and its error.
type badRow struct {
	*person
	err error
}

// bring brings a company in: its founder, its people, an account for each department, and everybody's roles.
func bring(ctx context.Context, dir *tenancy.Directory, name string, people []*person) (*company, error) {
	c := &company{dir: dir, host: dir.System(), accounts: map[string]tenancy.AccountID{}, heads: map[string]*person{}}
	if err := c.found(ctx, name, people); err != nil {
		return nil, err
	}
	if err := c.invite(ctx, people); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{c.accept, c.openAccounts, c.assignRoles, c.suspend, c.hireConsultant} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// as gives the session of a person. A host makes one per request, for whom it has authenticated.
func (c *company) as(p *person) *tenancy.Session { return c.dir.As(p.user) }

func (c *company) founder() *person { return c.people[0] }

// leaveOut notes a row that the directory refused. Any other error, such as the store's, it gives back.
func (c *company) leaveOut(p *person, err error) error {
	if tenancy.CodeOf(err) == "" {
		return err
	}
	c.refused = append(c.refused, badRow{p, err})
	return nil
}

// found signs up the CEO, or else the first whom the directory takes. They found the organization with a first account, and own both.
func (c *company) found(ctx context.Context, name string, people []*person) error {
	candidates := people
	if i := slices.IndexFunc(people, func(p *person) bool { return p.title == "CEO" || p.title == "Chief Executive Officer" }); i >= 0 {
		candidates = append([]*person{people[i]}, slices.Delete(slices.Clone(people), i, i+1)...)
	}
	for _, p := range candidates {
		founded, err := c.host.SignUp(ctx, tenancy.NewSignUp{
			Email:        tenancy.Proven(p.email), // says that the host has proven it: by a mail with a code, or a provider that vouches for it
			Name:         p.name,
			Organization: name,
			Account:      p.department,
		})
		if err == nil {
			p.user, c.org = founded.User.ID, founded.Organization.ID
			c.people, c.departments = []*person{p}, []string{p.department}
			c.accounts[p.department] = founded.Account.ID
			return nil
		}
		if err := c.leaveOut(p, err); err != nil {
			return err
		}
	}
	return fmt.Errorf("nobody in it can be signed up, line %d for one: %s", c.refused[0].line, sentence(c.refused[0].err))
}

// invite invites everybody else: managers and the IT department as Administrators.
func (c *company) invite(ctx context.Context, people []*person) error {
	for _, p := range people {
		if p == c.founder() || c.isOut(p) {
			continue
		}
		role := tenancy.StandardUser
		if p.leads || p.department == "IT" {
			role = tenancy.Administrator
		}
		sent, err := c.as(c.founder()).InviteUser(ctx, c.org, tenancy.NewInvitation{Email: p.email, Role: role})
		if err != nil {
			if err := c.leaveOut(p, err); err != nil {
				return err
			}
			continue
		}
		p.sent = sent // the host mails sent.Secret.Reveal() to sent.Email.Reveal()
		c.people = append(c.people, p)
	}
	return nil
}

// accept accepts for all who have ever signed in: with the secret, signing up accepts in one step. The others' invitations stay pending.
func (c *company) accept(ctx context.Context) error {
	for _, p := range c.people[1:] {
		if p.newcomer {
			continue
		}
		joined, err := c.host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven(p.email), Name: p.name, Secret: p.sent.Secret})
		if err == nil {
			p.user = joined.User.ID
			continue
		}
		if err := c.leaveOut(p, err); err != nil { // a name that is none
			return err
		}
		if err := c.as(c.founder()).RevokeInvitation(ctx, p.sent.ID); err != nil {
			return err
		}
	}
	c.people = slices.DeleteFunc(c.people, c.isOut)
	return nil
}

func (c *company) isOut(p *person) bool {
	return slices.ContainsFunc(c.refused, func(r badRow) bool { return r.person == p })
}

// openAccounts opens an account for each department, which its first manager owns, or else the founder, and a subaccount for the busiest.
func (c *company) openAccounts(ctx context.Context) error {
	size := map[string]int{}
	for _, p := range c.members() {
		size[p.department]++
		if c.heads[p.department] == nil && p.leads && !p.suspended {
			c.heads[p.department] = p
		}
	}
	c.heads[c.founder().department] = c.founder()
	for _, p := range c.members() {
		if _, there := c.accounts[p.department]; there {
			continue
		}
		head := cmp.Or(c.heads[p.department], c.founder())
		account, err := c.as(c.founder()).CreateAccount(ctx, c.org, tenancy.NewAccount{Name: p.department, Owner: head.user})
		if err != nil {
			return fmt.Errorf("department %q: %w", p.department, err)
		}
		c.departments, c.accounts[p.department], c.heads[p.department] = append(c.departments, p.department), account.ID, head
	}
	c.busiest = slices.MaxFunc(c.departments, func(a, b string) int { return cmp.Compare(size[a], size[b]) })
	staging, err := c.as(c.heads[c.busiest]).CreateSubaccount(ctx, c.accounts[c.busiest], tenancy.NewSubaccount{Name: "Staging of " + c.busiest})
	c.staging = staging.ID
	return err
}

// members gives those who have joined.
func (c *company) members() []*person {
	return slices.DeleteFunc(slices.Clone(c.people), func(p *person) bool { return p.user.IsZero() })
}

// member gives the first who has joined, beside the founder, and passes a test; nil: nobody does.
func (c *company) member(passes func(*person) bool) *person {
	for _, p := range c.members()[1:] {
		if passes(p) {
			return p
		}
	}
	return nil
}

// assignRoles gives everybody roles on their department's account: managers Administrator, others what their work needs. Finance pays for all.
func (c *company) assignRoles(ctx context.Context) error {
	for _, p := range c.members() {
		for _, department := range c.departments {
			role := roleOn(department, p)
			if role == "" || p == c.heads[department] {
				continue
			}
			if _, err := c.as(c.heads[department]).AssignRoles(ctx, c.accounts[department], p.user, tenancy.Roles(role)); err != nil {
				return err
			}
		}
	}
	return nil
}

// roleOn says which role somebody needs on a department's account; "": none.
func roleOn(department string, p *person) tenancy.AccountRole {
	switch here := p.department == department; {
	case here && p.leads:
		return tenancy.AccountAdministrator
	case p.department == "Finance":
		return tenancy.BillingManager
	case here && (department == "Engineering" || department == "IT"):
		return tenancy.Developer
	case here:
		return tenancy.Support
	}
	return ""
}

// suspend makes those inactive who are suspended in the file: they keep their roles and can do nothing.
func (c *company) suspend(ctx context.Context) error {
	for _, p := range c.members() {
		if !p.suspended || p == c.founder() {
			continue
		}
		if _, err := c.as(c.founder()).DeactivateUser(ctx, p.user); err != nil {
			return err
		}
	}
	return nil
}

// hireConsultant invites somebody from outside to build in the subaccount, and nothing else. In turn they ask the founder to help with an account
// of their own, which is no business of the organization's.
func (c *company) hireConsultant(ctx context.Context) error {
	sent, err := c.as(c.heads[c.busiest]).InviteToAccount(ctx, c.staging, tenancy.NewAccountInvitation{Email: outsider, Roles: tenancy.Roles(tenancy.Developer)})
	if err != nil {
		return err
	}
	joined, err := c.host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven(outsider), Name: "Noor Haddad", Secret: sent.Secret})
	if err != nil {
		return err
	}
	c.consultant = joined.User.ID
	noor := c.dir.As(c.consultant)
	own, err := noor.CreateAccount(ctx, tenancy.OrganizationID{}, tenancy.NewAccount{Name: "Haddad Consulting"})
	if err != nil {
		return err
	}
	asked, err := noor.InviteToAccount(ctx, own.ID, tenancy.NewAccountInvitation{Email: c.founder().email, Roles: tenancy.Roles(tenancy.Support)})
	if err != nil {
		return err
	}
	_, err = c.as(c.founder()).AcceptInvitation(ctx, tenancy.Acceptance{Secret: asked.Secret})
	return err
}
