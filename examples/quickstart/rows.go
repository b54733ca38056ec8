package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy/examples/internal/table"
)

// showOwner shows who became the Owner, by which rule, and which CEOs did not.
func (c *company) showOwner(_ context.Context, w *strings.Builder) error {
	fmt.Fprintf(w, "\n%s\nThis is %s, in line %d.\n", ownerRule, c.owner.name, c.owner.line)
	if len(c.passedOver) > 0 {
		table.Write(w, "CEOs who are not the Owner", "LINE|ADDRESS|WHY", rowsOf(c.passedOver))
	}
	return nil
}

// showLeftOut shows the rows of the list that were left out.
func (c *company) showLeftOut(_ context.Context, w *strings.Builder) error {
	if len(c.leftOut) > 0 {
		table.Write(w, "Rows left out", "LINE|ADDRESS|WHY", rowsOf(c.leftOut))
	}
	return nil
}

// showDepartments shows the departments without an account of their own.
func (c *company) showDepartments(_ context.Context, w *strings.Builder) error {
	var rows [][]string
	for _, u := range c.unnamed {
		rows = append(rows, []string{fmt.Sprint(u.line), quoted(u.department), fmt.Sprint(u.people), u.why})
	}
	if len(rows) > 0 {
		title := "Departments without an account: their people get the account " + noDepartment
		table.Write(w, title, "FIRST LINE|DEPARTMENT|PEOPLE|WHY", rows)
	}
	return nil
}

func rowsOf(notes []rowNote) (rows [][]string) {
	slices.SortFunc(notes, func(a, b rowNote) int { return a.line - b.line })
	for _, n := range notes {
		address := ""
		if n.address != "" {
			address = quoted(n.address)
		}
		rows = append(rows, []string{fmt.Sprint(n.line), address, n.why})
	}
	return rows
}

// quoted returns the beginning of a text from the list in quotation marks, and escapes
// everything in it except plain letters: a reader would not see a look-alike.
func quoted(text string) string {
	const most = 44
	text = fmt.Sprintf("%+q", text)
	if len(text) > most {
		return text[:most-4] + `…"`
	}
	return text
}
