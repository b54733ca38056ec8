package main

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/examples/internal/csvfile"
)

// userList is what the program reads of the user list that Google Workspace's admin
// console writes ("Download users"), and of its template for an upload. The two do not
// have the same columns.
var userList = csvfile.Format{
	Name:     "a user list of Google Workspace",
	Required: []string{"First Name", "Last Name", "Email Address"},
	Optional: []string{"Department", "Employee Title", "Manager Email", "Status", "New Status", "Last Sign In"},
}

// person is a row of the list, and what became of the person.
type person struct {
	line       int
	name       string
	email      string
	department string
	ceo        bool
	manager    string // an address
	leads      bool   // is somebody's manager
	suspended  bool
	newcomer   bool // has never signed in

	leftOut bool
	user    tenancy.UserID         // zero if they have not signed up
	sent    tenancy.SentInvitation // to the organization; zero if they were not invited
}

// readUserList returns the people of a list, and the rows that do not fit its header.
func readUserList(content []byte) ([]*person, []csvfile.Refusal, error) {
	list, err := csvfile.Parse(content, userList)
	if err != nil {
		return nil, nil, err
	}
	if len(list.Rows)+len(list.Refused) == 0 {
		return nil, nil, errors.New("it has a header and no people")
	}
	var people []*person
	for _, row := range list.Rows {
		cells := row.Cells
		people = append(people, &person{
			line:       row.Line,
			name:       strings.TrimSpace(cells["First Name"] + " " + cells["Last Name"]),
			email:      cells["Email Address"],
			department: cmp.Or(cells["Department"], noDepartment),
			ceo:        isOneOf(cells["Employee Title"], "CEO", "Chief Executive Officer"),
			manager:    cells["Manager Email"],
			suspended:  isOneOf(cmp.Or(cells["New Status"], cells["Status"]), "Suspended", "Archived"),
			newcomer:   isOneOf(cells["Last Sign In"], "Never logged in"),
		})
	}
	markLeaders(people)
	return people, list.Refused, nil
}

// isOneOf reports whether a cell holds one of the given texts, in any case.
func isOneOf(cell string, texts ...string) bool {
	return slices.ContainsFunc(texts, func(text string) bool { return strings.EqualFold(cell, text) })
}

// markLeaders marks the people whom the list names as somebody's manager.
func markLeaders(people []*person) {
	managers := map[string]bool{}
	for _, p := range people {
		managers[strings.ToLower(p.manager)] = true
	}
	for _, p := range people {
		p.leads = p.email != "" && managers[strings.ToLower(p.email)]
	}
}
