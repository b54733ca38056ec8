// Command scimdiff holds the module scim's PATCH of users against another implementation. It
// makes random documents and random operations, has both sides apply each operation to the
// same document, and compares what is kept. See README.md.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
)

func main() {
	packages := flag.String("packages", "", "the directory that scim-patch is installed in")
	seed := flag.Uint64("seed", 1, "what the random choices depend on")
	patches := flag.Int("patches", 20000, "how many operations are compared")
	show := flag.Int("show", 10, "how many findings are printed")
	flag.Parse()
	if *packages == "" {
		log.Fatal("scimdiff: -packages is missing; see README.md")
	}
	p, err := startPeer(*packages)
	if err != nil {
		log.Fatal(err)
	}
	c := &comparison{peer: p, g: generator{rand.New(rand.NewPCG(*seed, 0))}, show: *show}
	err = errors.Join(c.run(context.Background(), *patches), p.stop())
	c.report()
	if err != nil {
		log.Fatal(err)
	}
	if c.findings > 0 {
		os.Exit(1)
	}
}

// comparison compares, and counts.
type comparison struct {
	peer  *peer
	g     generator
	ours  *ours
	model model
	show  int

	operations, refused int        // and of these refused by us
	chains              int        // of operations
	requests, broken    int        // of a chain's operations together, and of these refused as a whole
	same                int        // operations that the peer, as they are, takes as we do
	byRules             int        // other than the peer, for known reasons
	by                  [rules]int // how many operations need the rule
	together            int        // no rule alone is needed
	findings            int
}

// run compares this many operations.
func (c *comparison) run(ctx context.Context, patches int) error {
	for c.operations < patches {
		if c.chains%500 == 0 { // so that what is behind costs nothing
			var err error
			if c.ours, err = newOurs(ctx); err != nil {
				return err
			}
			schema, err := c.ours.schema(ctx)
			if err != nil {
				return err
			}
			c.model = model{peer: c.peer, schema: schema}
		}
		if err := c.chain(ctx); err != nil {
			return err
		}
	}
	return nil
}

// chain compares some operations one after the other, and then has the module apply all of
// them in one request: that has to lead to the same, or to nothing if it refuses one.
func (c *comparison) chain(ctx context.Context) error {
	c.chains++
	first := c.g.document()
	if err := c.ours.put(ctx, first); err != nil {
		return err
	}
	now, refused := first, false
	settled := true // whether the operations one by one say what all together lead to
	var all []operation
	for range 1 + c.g.IntN(4) {
		o := c.g.operation(now)
		got, err := c.ours.patch(ctx, o)
		if err != nil {
			return fmt.Errorf("%s on %s: %w", text(o), text(now), err)
		}
		if got.Refused != "" {
			refused = true
			if !reflect.DeepEqual(got.Document, now) {
				return fmt.Errorf("%s on %s is refused, and leads to %s", text(o), text(now), text(got.Document))
			}
		}
		fired, err := c.compare(now, o, got)
		if err != nil {
			return err
		}
		// What userName is at the end is looked at, and not what it was in between.
		settled = settled && !fired[refusesAddress]
		all, now = append(all, o), got.Document
	}
	if err := c.ours.put(ctx, first); err != nil {
		return err
	}
	got, err := c.ours.patch(ctx, all...)
	if err != nil {
		return err
	}
	if !settled {
		return nil
	}
	c.requests++
	if refused {
		c.broken++
		now = first
	}
	if refused != (got.Refused != "") || !reflect.DeepEqual(got.Document, now) {
		c.finding("all in one request", first, all, got, outcome{Document: now})
	}
	return nil
}

// compare compares what an operation led to with what the peer makes of it. It returns the
// rules that the operation meets.
func (c *comparison) compare(before doc, o operation, got outcome) (map[rule]bool, error) {
	c.operations++
	if got.Refused != "" {
		c.refused++
	}
	sent := doc{"emails": []any{doc{"value": before["userName"], "type": "work", "primary": true}}}
	maps.Copy(sent, before)
	theirs, err := c.peer.apply(sent, o)
	if err != nil {
		return nil, err
	}
	m := c.model
	predicted, err := m.predict(before, o)
	if err != nil {
		return nil, err
	}
	fired := m.fired
	switch {
	case !agree(got, predicted, true):
		c.finding("an operation", before, []operation{o}, got, predicted)
		return fired, nil
	case agree(got, theirs, false):
		c.same++
		return fired, nil
	}
	c.byRules++
	needed := false
	for r := range fired {
		m.off = map[rule]bool{r: true}
		without, err := m.predict(before, o)
		if err != nil {
			return nil, err
		}
		if !agree(got, without, false) {
			c.by[r]++
			needed = true
		}
	}
	if !needed {
		c.together++
	}
	return fired, nil
}

// agree reports whether two outcomes are the same. Where both refuse, their scimTypes are
// compared if typed says so.
func agree(a, b outcome, typed bool) bool {
	if a.Refused != "" || b.Refused != "" {
		malformed := map[string]bool{"invalidPath": true, "invalidFilter": true} // a path with a malformed filter is both
		return (a.Refused != "") == (b.Refused != "") &&
			(!typed || a.Refused == b.Refused || malformed[a.Refused] && malformed[b.Refused])
	}
	return reflect.DeepEqual(a.Document, b.Document)
}

func (c *comparison) finding(what string, before doc, operations []operation, got, wanted outcome) {
	c.findings++
	if c.findings <= c.show {
		fmt.Fprintf(os.Stderr, "FINDING: %s\n  document: %s\n  operations: %s\n  module: %s\n  expected: %s\n",
			what, text(before), text(operations), text(got), text(wanted))
	}
}

func text(value any) string {
	t, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(t)
}

func (c *comparison) report() {
	fmt.Printf("%d operations, of which the module refuses %d; %d requests of several, of which it refuses %d\n\n",
		c.operations, c.refused, c.requests, c.broken)
	fmt.Printf("| | operations |\n|---|---|\n| the same | %d |\n| other by rules | %d |\n| findings | %d |\n\n", c.same, c.byRules, c.findings)
	fmt.Println("| Rule | operations that need it | reason |")
	fmt.Println("|---|---|---|")
	for r, n := range c.by {
		fmt.Printf("| %s | %d | %s |\n", reasons[r][0], n, strings.ReplaceAll(reasons[r][1], "|", `\|`))
	}
	fmt.Printf("| two or more, each of which is enough | %d | |\n", c.together)
}
