package main

import (
	"cmp"
	"context"
	"slices"

	"github.com/add4b1c6/tenancy"
)

// noDepartment is the account of people whose department is empty, or has a name that
// an account cannot have.
const noDepartment = "General"

// unnamed is a department whose name an account cannot have.
type unnamed struct {
	line, people int // the first row, and the number of rows
	department   string
	why          string
}

// nameDepartments moves the people of departments whose names an account cannot have to
// the account General, and notes these departments.
func (c *company) nameDepartments(ctx context.Context, people []*person) error {
	tried := map[string]*unnamed{}
	for _, p := range people {
		u, known := tried[p.department]
		if !known {
			why, err := c.refusesName(ctx, "The department's name", p.department)
			if err != nil {
				return err
			}
			if why != "" {
				u = &unnamed{line: p.line, department: p.department, why: why}
				c.unnamed = append(c.unnamed, u)
			}
			tried[p.department] = u
		}
		if u != nil {
			u.people++
			p.department = noDepartment
		}
	}
	return nil
}

// refusesName returns why an account or organization cannot have a name, or an empty
// text if it can. It signs a stranger up in a preview, which follows all the rules and
// changes nothing.
func (c *company) refusesName(ctx context.Context, what, name string) (why string, err error) {
	_, err = c.host.Preview(ctx, func(ctx context.Context, host *tenancy.Platform) error {
		_, err := host.SignUp(ctx, tenancy.NewSignUp{
			Email: tenancy.Proven("noor.haddad@haddad-consulting.example"), Name: "Noor Haddad", Account: name,
		})
		return err
	})
	if tenancy.CodeOf(err) == tenancy.CodeName {
		return nameSentence(what, name), nil
	}
	return "", err
}

// openAccounts creates an account for each department, and a subaccount for the
// department with the most people. A department's first active manager owns its
// account. Without one, the organization's Owner does.
func (c *company) openAccounts(ctx context.Context) error {
	size := map[string]int{}
	for _, p := range c.members() {
		size[p.department]++
		if c.heads[p.department] == nil && p.leads && !p.suspended {
			c.heads[p.department] = p
		}
	}
	c.heads[c.owner.department] = c.owner
	for _, p := range c.members() {
		if _, exists := c.accounts[p.department]; exists {
			continue
		}
		head := cmp.Or(c.heads[p.department], c.owner)
		account, err := c.as(c.owner).CreateAccount(ctx, c.org, tenancy.NewAccount{
			Name: p.department, Owner: head.user,
		})
		if err != nil {
			return err
		}
		c.departments = append(c.departments, p.department)
		c.accounts[p.department], c.heads[p.department] = account.ID, head
	}
	c.busiest = slices.MaxFunc(c.departments, func(a, b string) int { return cmp.Compare(size[a], size[b]) })
	head, parent := c.heads[c.busiest], c.accounts[c.busiest]
	staging, err := c.as(head).CreateSubaccount(ctx, parent, tenancy.NewSubaccount{Name: "Staging"})
	c.staging = staging.ID
	return err
}

// payers is the department whose people pay for the accounts of all departments.
const payers = "Finance"

// groupPayers makes a group of the people who pay, which has one role on the account of each
// department: somebody who joins the department is put into the group, and nobody has to
// give them a role on each account.
func (c *company) groupPayers(ctx context.Context) error {
	var users []tenancy.UserID
	for _, p := range c.members() {
		if p.department == payers {
			users = append(users, p.user)
		}
	}
	if len(users) == 0 {
		return nil
	}
	owner := c.as(c.owner)
	group, err := owner.CreateGroup(ctx, c.org, tenancy.NewGroup{Name: payers})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(users, 1000) {
		if _, err := owner.AddToGroup(ctx, group.ID, some); err != nil {
			return err
		}
	}
	for _, department := range c.departments {
		roles := tenancy.Roles(tenancy.BillingManager)
		if _, err := owner.AssignGroupRoles(ctx, group.ID, c.accounts[department], roles); err != nil {
			return err
		}
	}
	return nil
}

// assignRoles gives everybody the roles that they need on the departments' accounts.
func (c *company) assignRoles(ctx context.Context) error {
	if err := c.groupPayers(ctx); err != nil {
		return err
	}
	for _, p := range c.members() {
		for _, department := range c.departments {
			head, account := c.heads[department], c.accounts[department]
			role := roleOn(department, p)
			if role == "" || p == head {
				continue
			}
			if _, err := c.as(head).AssignRoles(ctx, account, p.user, tenancy.Assignment{Roles: tenancy.Roles(role)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// roleOn returns the role that a person needs on a department's account, or an empty
// one if they need none of their own. Managers are Administrators of their own
// department's account, and the Finance department has what its group gives.
func roleOn(department string, p *person) tenancy.AccountRole {
	switch here := p.department == department; {
	case here && p.leads:
		return tenancy.AccountAdministrator
	case p.department == payers:
		return ""
	case here && (department == "Engineering" || department == "IT"):
		return tenancy.Developer
	case here:
		return tenancy.Support
	}
	return ""
}
