package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// table writes the one table of all contests, and its footnotes.
type table struct {
	out   io.Writer
	notes []string
}

func (t *table) begin() {
	fmt.Fprint(t.out, "| | median | from to | ratio | allocations | bytes |\n|---|---:|---:|---:|---:|---:|\n")
}

// add writes the rows of a contest.
func (t *table) add(title string, rows []row) {
	fmt.Fprintf(t.out, "| **%s** | | | | | |\n", title)
	for _, r := range rows {
		name := r.name
		if note := strings.TrimSpace(r.missing + r.note); note != "" {
			name += fmt.Sprintf(" (%d)", t.note(note))
		}
		if r.missing != "" {
			fmt.Fprintf(t.out, "| %s | - | - | - | - | - |\n", name)
			continue
		}
		fmt.Fprintf(t.out, "| %s | %s | %s to %s | %s | %s | %s |\n", name, duration(median(r.nanoseconds)),
			duration(slices.Min(r.nanoseconds)), duration(slices.Max(r.nanoseconds)), number(r.ratio),
			count(r.allocations), count(r.bytes))
	}
}

// note returns the number of a footnote.
func (t *table) note(text string) int {
	if i := slices.Index(t.notes, text); i >= 0 {
		return i + 1
	}
	t.notes = append(t.notes, text)
	return len(t.notes)
}

// end writes the footnotes.
func (t *table) end() {
	for i, note := range t.notes {
		if i == 0 {
			fmt.Fprintln(t.out)
		}
		fmt.Fprintf(t.out, "%d. %s\n", i+1, strings.ToUpper(note[:1])+note[1:]+".")
	}
}

// duration writes nanoseconds with a unit that suits.
func duration(nanoseconds float64) string {
	switch {
	case nanoseconds < 1_000:
		return fmt.Sprintf("%.0f ns", nanoseconds)
	case nanoseconds < 1_000_000:
		return number(nanoseconds/1e3) + " µs"
	}
	return number(nanoseconds/1e6) + " ms"
}

// number writes a number with two or three digits that count.
func number(n float64) string {
	switch {
	case n < 10:
		return fmt.Sprintf("%.2f", n)
	case n < 100:
		return fmt.Sprintf("%.1f", n)
	}
	return fmt.Sprintf("%.0f", n)
}

// count writes how many of something there are.
func count(n float64) string { return fmt.Sprintf("%.0f", n) }
