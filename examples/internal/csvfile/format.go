package csvfile

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A Format is a kind of table, and the columns that it is read for. The name of a
// column is compared without regard to case, and without a note in brackets.
type Format struct {
	Name     string // with its article: "a list of members"
	Required []string
	Optional []string
}

// header is the first row of a table.
type header struct {
	columns map[string]int // the places of those columns that the format reads
	width   int
}

// pick returns the cells of a row that the format reads, by the names of their columns.
func (h *header) pick(cells []string) map[string]string {
	picked := make(map[string]string, len(h.columns))
	for name, i := range h.columns {
		picked[name] = strings.TrimSpace(cells[i])
	}
	return picked
}

// key returns the form of a column's name in which two are compared:
// "email address" for "Email Address [Required]".
func key(name string) string {
	name, _, _ = strings.Cut(name, "[")
	return strings.ToLower(strings.TrimSpace(name))
}

// open finds the delimiter with which the header has the required columns, and reads
// the header. Where none does, the error is about the one that splits the header most.
func (f Format) open(text string) (*csv.Reader, *header, error) {
	var widest *header
	var unfit, malformed error
	for _, delimiter := range ",;\t" {
		rows := csv.NewReader(strings.NewReader(text))
		rows.Comma = delimiter
		rows.FieldsPerRecord = -1 // Parse compares the numbers of cells
		rows.ReuseRecord = true
		cells, err := nextRow(rows)
		if err != nil {
			malformed = cmp.Or(malformed, err)
			continue
		}
		found, err := f.header(cells)
		if err == nil {
			return rows, found, nil
		}
		if widest == nil || found.width > widest.width {
			widest, unfit = found, err
		}
	}
	if errors.Is(malformed, io.EOF) {
		return nil, nil, errors.New("it is empty")
	}
	return nil, nil, cmp.Or(unfit, malformed)
}

// header finds the columns that the format reads. The error says which of those that
// it requires are missing, or which of those that it reads are there twice.
func (f Format) header(cells []string) (*header, error) {
	places := map[string][]int{}
	for i, cell := range cells {
		places[key(cell)] = append(places[key(cell)], i)
	}
	h := &header{columns: map[string]int{}, width: len(cells)}
	var missing []string
	for _, name := range f.Required {
		if places[key(name)] == nil {
			missing = append(missing, fmt.Sprintf("%q", name))
		}
	}
	switch {
	case len(missing) > 0 && h.width == 1:
		return h, fmt.Errorf("it is not %s: no comma, semicolon or tab separates columns in its header", f.Name)
	case len(missing) > 0:
		return h, fmt.Errorf("it is not %s: it has no column %s", f.Name, strings.Join(missing, ", "))
	}
	for _, name := range slices.Concat(f.Required, f.Optional) {
		switch at := places[key(name)]; len(at) {
		case 0:
		case 1:
			h.columns[name] = at[0]
		default:
			return h, fmt.Errorf("it has %d columns %q", len(at), name)
		}
	}
	return h, nil
}
