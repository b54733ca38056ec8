package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/examples/internal/csvfile"
)

// companyList is what a list of a company's people looks like.
var companyList = csvfile.Format{
	Name:     "a list of a company's people",
	Required: []string{"name", "email", "organization role", "account", "account role"},
}

// person is a row of a list, and the user that the person became.
type person struct {
	line        int
	name, email string
	role        tenancy.OrganizationRole
	account     string
	accountRole tenancy.AccountRole // empty: none
	user        tenancy.UserID
}

// organizationRoles and accountRoles are the roles by their names in a list.
var (
	organizationRoles = map[string]tenancy.OrganizationRole{
		"owner": tenancy.Owner, "administrator": tenancy.Administrator, "standard_user": tenancy.StandardUser,
	}
	accountRoles = map[string]tenancy.AccountRole{
		"": "", "owner": tenancy.AccountOwner, "administrator": tenancy.AccountAdministrator,
		"developer": tenancy.Developer, "billing_manager": tenancy.BillingManager, "support": tenancy.Support,
	}
)

// readPeople reads a list. It returns the owner, the other people, and notes about rows
// that cannot be taken as they are.
func readPeople(content []byte) (owner *person, others []*person, notes []note, err error) {
	table, err := csvfile.Parse(content, companyList)
	if err != nil {
		return nil, nil, nil, err
	}
	if len(table.Rows)+len(table.Refused) == 0 {
		return nil, nil, nil, errors.New("it has a header and no people")
	}
	for _, row := range table.Refused {
		notes = append(notes, note{row.Line, leftOut, row.Why})
	}
	for _, row := range table.Rows {
		cells := row.Cells
		p := &person{line: row.Line, name: cells["name"], email: cells["email"], account: cells["account"]}
		var known bool
		if p.role, known = organizationRoles[roleName(cells["organization role"])]; !known {
			why := "The organization role is not owner, administrator or standard_user."
			notes = append(notes, note{p.line, leftOut, why})
			continue
		}
		if p.role == tenancy.Owner && owner != nil {
			why := fmt.Sprintf("The company already has an owner, in line %d.", owner.line)
			notes = append(notes, note{p.line, leftOut, why})
			continue
		}
		if p.accountRole, known = accountRoles[roleName(cells["account role"])]; !known {
			why := "The account role is not owner, administrator, developer, billing_manager or support."
			notes = append(notes, note{p.line, withoutAccount, why})
		}
		if p.role == tenancy.Owner {
			owner = p
		} else {
			others = append(others, p)
		}
	}
	if owner == nil {
		return nil, nil, nil, errors.New("it has no row with the organization role owner")
	}
	return owner, others, notes, nil
}

// roleName returns a role's name as a list writes it: "standard_user" for "Standard User".
func roleName(cell string) string { return strings.ToLower(strings.ReplaceAll(cell, " ", "_")) }
