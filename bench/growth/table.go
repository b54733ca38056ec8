package main

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// printed is a table that measure has printed.
type printed struct {
	kind   string
	sizes  []int
	curves []curve
}

var (
	sizeCell = regexp.MustCompile(`^([0-9]+) members$`)
	timeCell = regexp.MustCompile(`^([0-9.]+) µs$`)
)

// readTables reads the tables in a document. Each stands under a heading that names its
// store.
func readTables(document io.Reader) ([]printed, error) {
	var all []printed
	var heading string
	lines := bufio.NewScanner(document)
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			heading = strings.TrimSpace(strings.TrimLeft(line, "#"))
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if len(cells) < 3 {
			continue
		}
		if cells[0] == "operation" {
			table := printed{kind: heading}
			for _, cell := range cells[1:] {
				if found := sizeCell.FindStringSubmatch(cell); found != nil {
					size, err := strconv.Atoi(found[1])
					if err != nil {
						return nil, err
					}
					table.sizes = append(table.sizes, size)
				}
			}
			all = append(all, table)
			continue
		}
		if len(all) == 0 || all[len(all)-1].kind != heading {
			continue
		}
		table := &all[len(all)-1]
		one := curve{name: cells[0]}
		for _, cell := range cells[1:] {
			if found := timeCell.FindStringSubmatch(cell); found != nil {
				microseconds, err := strconv.ParseFloat(found[1], 64)
				if err != nil {
					return nil, err
				}
				one.took = append(one.took, time.Duration(microseconds*float64(time.Microsecond)))
			}
		}
		if len(one.took) != len(table.sizes) {
			if len(one.took) > 0 {
				return nil, fmt.Errorf("%s: %d times for %d sizes", one.name, len(one.took), len(table.sizes))
			}
			continue
		}
		table.curves = append(table.curves, one)
	}
	return all, lines.Err()
}
