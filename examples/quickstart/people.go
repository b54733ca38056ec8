package main

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// person is a row of the file, and what became of them.
type person struct {
	line       int
	name       string
	email      string
	department string
	title      string
	manager    string // their address
	suspended  bool
	newcomer   bool // has never signed in
	leads      bool // is somebody's manager

	user tenancy.UserID         // zero: not signed up
	sent tenancy.SentInvitation // to the organization; zero: not invited
}

// readPeople reads the user list that Google Workspace's admin console writes ("Download users"), and its template for an upload too. The two do
// not have the same columns, so these are found by name, without the note in brackets: "Email Address [Required]".
func readPeople(file []byte) ([]*person, error) {
	rows := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff"))))
	header, err := rows.Read()
	if err != nil {
		return nil, malformed(err)
	}
	columns := map[string]int{}
	for i, title := range header {
		name, _, _ := strings.Cut(title, " [")
		columns[strings.TrimSpace(name)] = i
	}
	for _, name := range []string{"First Name", "Last Name", "Email Address"} {
		if _, there := columns[name]; !there {
			return nil, fmt.Errorf("no column %q: not a user list of Google Workspace", name)
		}
	}
	var people []*person
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, malformed(err)
		}
		cell := func(name string) string {
			if i, there := columns[name]; there {
				return strings.TrimSpace(row[i])
			}
			return ""
		}
		line, _ := rows.FieldPos(0)
		people = append(people, &person{
			line:       line,
			name:       strings.TrimSpace(cell("First Name") + " " + cell("Last Name")),
			email:      cell("Email Address"),
			department: cmp.Or(cell("Department"), "General"),
			title:      cell("Employee Title"),
			manager:    cell("Manager Email"),
			suspended:  strings.EqualFold(cmp.Or(cell("New Status"), cell("Status")), "suspended"),
			newcomer:   cell("Last Sign In") == "Never logged in",
		})
	}
	if len(people) == 0 {
		return nil, errors.New("it names nobody")
	}
	markLeaders(people)
	return people, nil
}

// malformed says in one line what is wrong with a file that is no CSV.
func malformed(err error) error {
	if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
		return fmt.Errorf("line %d: %w", wrong.Line, wrong.Err)
	}
	if errors.Is(err, io.EOF) {
		return errors.New("it is empty")
	}
	return err
}

// markLeaders marks those who are somebody's manager.
func markLeaders(people []*person) {
	managers := map[string]bool{}
	for _, p := range people {
		managers[strings.ToLower(p.manager)] = true
	}
	for _, p := range people {
		p.leads = p.email != "" && managers[strings.ToLower(p.email)]
	}
}
