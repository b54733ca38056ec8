// Command growth measures how the time of each operation grows with the organization: it
// builds the same organization with few members and with many, with limits set, and runs
// each operation on both in turn, so that a busy machine slows both alike.
//
//	GOWORK=off go run -C bench ./growth -store memstore
//
// It prints a line for each operation: the median time at each size, and the last one
// divided by the first. Operations that work on everything an organization has grow
// with it; they are measured once, and printed apart. With -svg it draws the curves of each
// group of operations, too, and with -draw those of a document that has its tables.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	kind := flag.String("store", "memstore", "memstore, sqlitestore or pgstore")
	list := flag.String("sizes", "1000,100000", "how many members the organization has, separated by commas")
	runs := flag.Int("runs", 25, "how often each operation is run at each size")
	dir := flag.String("svg", "", "a directory to draw the growth curves in")
	from := flag.String("draw", "", "measure nothing, and draw the tables of this document")
	only := flag.String("only", "", "measure only the operation of this name")
	flag.Parse()
	if *from != "" {
		if err := redraw(*from, *dir); err != nil {
			log.Fatal(err)
		}
		return
	}
	var sizes []int
	for text := range strings.SplitSeq(*list, ",") {
		size, err := strconv.Atoi(text)
		if err != nil || size < 100 {
			log.Fatalf("a size is a number from 100 on: %s", text)
		}
		sizes = append(sizes, size)
	}
	if err := measure(context.Background(), *kind, sizes, *runs, *only, *dir); err != nil {
		log.Fatal(err)
	}
}

// redraw draws the tables of a document.
func redraw(from, dir string) error {
	document, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = document.Close() }() // it was only read
	tables, err := readTables(document)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if _, err := draw(dir, t.kind, t.sizes, t.curves); err != nil {
			return err
		}
	}
	return nil
}

// measure builds the worlds, prints the table, and draws the curves if there is a directory
// for them.
func measure(ctx context.Context, kind string, sizes []int, runs int, only, dir string) error {
	var worlds []*world
	for _, size := range sizes {
		begun := time.Now()
		w, closed, err := build(ctx, kind, size)
		if err != nil {
			return err
		}
		defer closed()
		fmt.Fprintf(os.Stderr, "%s: %d members in %v\n", kind, size, time.Since(begun).Round(time.Millisecond))
		worlds = append(worlds, w)
	}
	header := []string{"operation"}
	for _, size := range sizes {
		header = append(header, fmt.Sprintf("%d members", size))
	}
	fmt.Printf("%s: median of %d runs\n\n| %s | last/first |\n|%s\n", kind, runs, strings.Join(header, " | "),
		strings.Repeat("---|", len(sizes)+2))
	var grown []string
	var curves []curve
	for _, o := range operations {
		if only != "" && o.name != only {
			continue
		}
		took, err := compare(ctx, worlds, o, runs)
		if err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
		curves = append(curves, curve{o.name, took})
		if ratio := show(o.name, took); ratio > 1.5 {
			grown = append(grown, fmt.Sprintf("%s %.2f", o.name, ratio))
		}
	}
	fmt.Printf("\nmore than 1.5: %s\n", cmp.Or(strings.Join(grown, ", "), "none"))
	fmt.Print("\nOnce, on all that the organization has:\n\n")
	for _, o := range whole {
		if only != "" && o.name != only {
			continue
		}
		took, err := compare(ctx, worlds, o, 1)
		if err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
		curves = append(curves, curve{o.name, took})
		show(o.name, took)
	}
	if dir == "" {
		return nil
	}
	_, err := draw(dir, kind, sizes, curves)
	return err
}

// compare runs an operation on each world in turn, and returns the median time of each.
func compare(ctx context.Context, worlds []*world, o operation, runs int) ([]time.Duration, error) {
	all := make([][]time.Duration, len(worlds))
	for n := range runs + runs/10 {
		for i, w := range worlds {
			run, err := o.prepare(ctx, w)
			if err != nil {
				return nil, fmt.Errorf("before it: %w", err)
			}
			begun := time.Now()
			err = run()
			took := time.Since(begun)
			if err != nil {
				return nil, err
			}
			if n >= runs/10 { // the first ones warm up
				all[i] = append(all[i], took)
			}
		}
	}
	var medians []time.Duration
	for _, took := range all {
		slices.Sort(took)
		medians = append(medians, took[len(took)/2])
	}
	return medians, nil
}

// show prints a line of the table, and returns the last time divided by the first.
func show(name string, took []time.Duration) float64 {
	cells := []string{name}
	for _, d := range took {
		cells = append(cells, fmt.Sprintf("%.1f µs", float64(d.Nanoseconds())/1000))
	}
	ratio := float64(took[len(took)-1]) / float64(took[0])
	cells = append(cells, fmt.Sprintf("%.2f", ratio))
	fmt.Printf("| %s |\n", strings.Join(cells, " | "))
	return ratio
}
