// Package csvfile reads tables from CSV files in the forms that admin consoles and
// spreadsheets save: with commas, semicolons or tabs, in UTF-8 or UTF-16. It refuses
// what it cannot read with one sentence, which tells a person what is wrong.
package csvfile

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// These limits bound the work that a file can cause.
const (
	maxBytes = 32 << 20
	maxRows  = 100_000
)

// A Table is what a file holds below its header. Blank rows are not in it.
type Table struct {
	Rows    []Row
	Refused []Refusal
}

// A Row is a row with as many cells as the header. Cells has the text in each column
// that the format reads and the file has, without the white space around it.
type Row struct {
	Line  int // the line of the file on which the row begins
	Cells map[string]string
}

// A Refusal is a row that does not fit the header, and the reason in words.
type Refusal struct {
	Line int
	Why  string
}

// ReadFile reads a file of up to 32 MB.
func ReadFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	if err == nil && len(content) > maxBytes {
		err = fmt.Errorf("%s: it is larger than %d MB", path, maxBytes>>20)
	}
	return content, err
}

// Parse reads a table in the given format. A row with too few or too many cells goes
// to Table.Refused, and reading goes on below it.
func Parse(content []byte, format Format) (Table, error) {
	text, err := decode(content)
	if err != nil {
		return Table{}, err
	}
	rows, header, err := format.open(text)
	if err != nil {
		return Table{}, err
	}
	var table Table
	for {
		cells, err := nextRow(rows)
		switch {
		case errors.Is(err, io.EOF):
			return table, nil
		case err != nil:
			return Table{}, err
		case len(table.Rows)+len(table.Refused) == maxRows:
			return Table{}, fmt.Errorf("it has more than %d rows", maxRows)
		}
		line, _ := rows.FieldPos(0)
		if len(cells) == header.width {
			table.Rows = append(table.Rows, Row{line, header.pick(cells)})
			continue
		}
		why := fmt.Sprintf("The row has only %d of the header's %d cells.", len(cells), header.width)
		if len(cells) > header.width {
			why = fmt.Sprintf("The row has %d cells, more than the header's %d.", len(cells), header.width)
		}
		table.Refused = append(table.Refused, Refusal{line, why})
	}
}

// nextRow reads up to the end of the next row that is not blank. The error is io.EOF
// if there is none.
func nextRow(rows *csv.Reader) ([]string, error) {
	for {
		cells, err := rows.Read()
		if err != nil {
			return nil, malformed(err)
		}
		if slices.ContainsFunc(cells, func(cell string) bool { return strings.TrimSpace(cell) != "" }) {
			return cells, nil
		}
	}
}

// malformed puts into words why a row could not be read. Nobody knows where the next
// row begins after that, so it ends the reading.
func malformed(err error) error {
	wrong, ok := errors.AsType[*csv.ParseError](err)
	switch {
	case !ok:
		return err
	case errors.Is(err, csv.ErrBareQuote):
		return fmt.Errorf("line %d: a quotation mark is inside a cell that does not begin with one",
			wrong.StartLine)
	case errors.Is(err, csv.ErrQuote):
		return fmt.Errorf("line %d: a quotation mark is not closed, or text follows the one that closes",
			wrong.StartLine)
	}
	return fmt.Errorf("line %d: %w", wrong.StartLine, wrong.Err)
}
