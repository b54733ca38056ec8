package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestCharts wants every operation in one chart, and in no other.
func TestCharts(t *testing.T) {
	in := map[string]int{}
	for _, c := range charts {
		for _, name := range c.operations {
			in[name]++
		}
	}
	for _, o := range slices.Concat(operations, whole) {
		if in[o.name] != 1 {
			t.Errorf("%s is in %d charts", o.name, in[o.name])
		}
		delete(in, o.name)
	}
	for name := range in {
		t.Errorf("there is no operation %s", name)
	}
}

// TestDraw draws every operation, and reads the files as XML.
func TestDraw(t *testing.T) {
	var curves []curve
	for i, o := range slices.Concat(operations, whole) {
		curves = append(curves, curve{o.name, []time.Duration{
			time.Duration(i+1) * time.Microsecond, time.Duration(i+1) * time.Millisecond, time.Second + time.Duration(i)}})
	}
	dir := t.TempDir()
	names, err := draw(dir, "memstore", []int{1000, 100_000, 1_000_000}, curves)
	if err != nil || len(names) != len(charts) {
		t.Fatal(names, err)
	}
	size, labels := 0, map[string]bool{}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		size += len(text)
		parser := xml.NewDecoder(strings.NewReader(string(text)))
		for {
			token, err := parser.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if label, ok := token.(xml.CharData); ok {
				labels[string(label)] = true
			}
		}
	}
	for _, c := range curves {
		if !labels[c.name] {
			t.Errorf("%s has no label", c.name)
		}
	}
	if size > 60_000 {
		t.Errorf("the files have %d bytes", size)
	}
}

// TestSpread wants names that are apart, in order and inside.
func TestSpread(t *testing.T) {
	var curves []curve
	for range 10 {
		curves = append(curves, curve{"", []time.Duration{time.Second}})
	}
	for _, end := range []float64{0, 50, 200, 400} {
		places := spread(curves, func(time.Duration) float64 { return end }, 30, 200)
		for i, at := range places {
			if at < 30 || at > 200 || i > 0 && at < places[i-1]+lineHeight {
				t.Errorf("ends at %.0f: %v", end, places)
			}
		}
	}
}

// TestDocument wants the curves of docs/performance.md to be those of its tables.
func TestDocument(t *testing.T) {
	document, err := os.Open("../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = document.Close() }()
	tables, err := readTables(document)
	if err != nil || len(tables) != 3 {
		t.Fatal(len(tables), err)
	}
	text, err := os.ReadFile("../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, table := range tables {
		if want := len(operations) + len(whole); len(table.curves) != want {
			t.Errorf("%s: %d operations, not %d", table.kind, len(table.curves), want)
		}
		names, err := draw(dir, table.kind, table.sizes, table.curves)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			drawn, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			kept, err := os.ReadFile(filepath.Join("../../docs/growth", name))
			if err != nil {
				t.Fatal(err)
			}
			if string(drawn) != string(kept) {
				t.Errorf("docs/growth/%s is not of the table: go run -C bench ./growth -draw ../docs/performance.md -svg ../docs/growth", name)
			}
			if !strings.Contains(string(text), "](growth/"+name+")") {
				t.Errorf("docs/performance.md does not show %s", name)
			}
		}
	}
}
