// Command peers measures the library beside others that do the same work, on one generated
// world and in one run: engines that decide what somebody may do, structures that could
// hold the records, and transactions written by hand. Each engine has to give the answers
// of an independent oracle first.
//
//	GOWORK=off go run -C bench ./peers
//
// It prints one table: the median time of some rounds, the fastest and the slowest round,
// the ratio to the first row of the same group, and what is allocated. In each round all of
// a group have their turn, in an order that is drawn anew, so that a busy machine slows all
// alike.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"
)

// options are the flags.
type options struct {
	sizes     []int
	seed      uint64
	questions int
	records   int
	only      string
	plan      plan
}

func main() {
	sizes := flag.String("sizes", "1000,100000", "how many people the worlds have, separated by commas")
	rounds := flag.Int("rounds", 31, "how many rounds there are, five at least")
	slice := flag.Duration("slice", 10*time.Millisecond, "how long each one is measured in a round, about")
	seed := flag.Uint64("seed", 1, "what the worlds, the questions and the order are drawn from")
	questions := flag.Int("questions", 5_000, "how many questions each engine answers")
	records := flag.Int("records", 200_000, "how many records the structures hold")
	only := flag.String("only", "", "only the groups whose title has this text")
	flag.Parse()
	o := options{seed: *seed, questions: *questions, records: *records, only: *only,
		plan: plan{rounds: *rounds, slice: *slice, random: rand.New(rand.NewPCG(*seed, 2))}}
	for text := range strings.SplitSeq(*sizes, ",") {
		size, err := strconv.Atoi(text)
		if err != nil || size < peopleEach {
			log.Fatalf("a size is a number from %d on: %s", peopleEach, text)
		}
		o.sizes = append(o.sizes, size)
	}
	if *rounds < 5 {
		log.Fatal("there are five rounds at least")
	}
	if err := o.measure(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// measure runs every contest, and prints the table.
func (o options) measure(ctx context.Context) error {
	t := &table{out: os.Stdout}
	t.begin()
	for _, size := range o.sizes {
		w := newWorld(o.seed, size, o.questions)
		allowed, refused := w.counts()
		fmt.Fprintf(os.Stderr, "%d people: %d questions allowed, %d refused\n", size, allowed, refused)
		if allowed == 0 || refused == 0 {
			return fmt.Errorf("%d questions are allowed and %d refused: there is nothing to compare", allowed, refused)
		}
		for _, g := range groups {
			if err := o.decisions(ctx, t, w, size, g); err != nil {
				return err
			}
		}
	}
	if err := o.keepers(ctx, t); err != nil {
		return err
	}
	for _, s := range []struct{ name, kind string }{{"SQLite", "sqlitestore"}, {"PostgreSQL", "pgstore"}} {
		if err := o.transactions(ctx, t, s.name, s.kind); err != nil {
			return err
		}
	}
	t.end()
	return nil
}

// wanted reports whether a group is to be measured.
func (o options) wanted(title string) bool { return strings.Contains(title, o.only) }

// run measures those of some contests that are to be measured.
func (o options) run(ctx context.Context, t *table, contests ...contest) error {
	for _, c := range contests {
		if !o.wanted(c.title) {
			continue
		}
		rows, err := o.plan.run(ctx, c)
		if err != nil {
			return err
		}
		t.add(c.title, rows)
	}
	return nil
}

// group is engines that are compared with the first of them.
type group struct {
	title   string
	loaders []loader
}

// scans is why some are left out.
const scans = "not loaded: its datastore in memory looks through all tuples for each one that it is given or needs"

var groups = []group{
	{"Can, in memory", []loader{
		{name: "plain maps", load: loadFloor},
		{name: "tenancy", load: loadOurs("memstore")},
		{name: "casbin v2", load: loadCasbin2},
		{name: "casbin v3", load: loadCasbin3},
		{name: "cedar-go", load: loadCedar},
		{name: "OPA, prepared query", load: loadOPA},
		{name: "OpenFGA, in memory", load: loadOpenFGA("OpenFGA, in memory", openfgaMemory), most: 2000, beyond: scans},
	}},
	{"Can, SQLite", []loader{
		{name: "tenancy", load: loadOurs("sqlitestore")},
		{name: "OpenFGA, SQLite", load: loadOpenFGA("OpenFGA, SQLite", openfgaSQLite)},
	}},
	{"Can, PostgreSQL", []loader{{name: "tenancy", load: loadOurs("pgstore")}}},
}

// decisions loads the engines of a group, compares their answers with the oracle's, and
// measures them.
func (o options) decisions(ctx context.Context, t *table, w *world, size int, g group) error {
	title := fmt.Sprintf("%s, %d people", g.title, size)
	if !o.wanted(title) {
		return nil
	}
	c := contest{title: title}
	for _, l := range g.loaders {
		if l.most != 0 && size > l.most {
			c.contenders = append(c.contenders, contender{name: l.name, missing: l.beyond})
			continue
		}
		begun := time.Now()
		engines, err := l.load(ctx, w)
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		loaded := time.Since(begun)
		for _, e := range engines {
			if e.close != nil {
				defer e.close()
			}
			if err := agree(ctx, w, e); err != nil {
				return err
			}
			asked := cmp.Or(e.most, len(w.questions))
			c.contenders = append(c.contenders, contender{name: e.name, per: e.per, note: e.note,
				do: func(ctx context.Context, n int) error {
					_, err := e.decide(ctx, n%asked)
					return err
				}})
		}
		fmt.Fprintf(os.Stderr, "%s: %s loaded in %v, agrees with the oracle after %v\n", title, l.name,
			loaded.Round(time.Millisecond), (time.Since(begun) - loaded).Round(time.Millisecond))
	}
	return o.run(ctx, t, c)
}
