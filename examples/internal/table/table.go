// Package table prints the tables that the examples show.
package table

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Write writes a title and, below it, a header and rows in aligned columns. Bars
// separate the header's columns. An empty cell shows as a dash.
func Write(w io.Writer, title, header string, rows [][]string) {
	fmt.Fprintf(w, "\n%s\n\n", title)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "  "+strings.ReplaceAll(header, "|", "\t"))
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = cmp.Or(cell, "-")
		}
		fmt.Fprintln(out, "  "+strings.Join(cells, "\t"))
	}
	_ = out.Flush() // the examples write into memory
}
