// Command linear records what several clients do to a store at the same time, and checks
// with porcupine that each history is linearizable: that there is an order of the
// operations, in which each comes between its call and its return, and in which the
// reference model answers as the store did.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	flags := flag.NewFlagSet("linear", flag.ExitOnError)
	kind := flags.String("store", "memstore", "the store: memstore, sqlitestore or pgstore")
	clients := flags.Int("clients", 8, "how many clients there are")
	histories := flags.Int("histories", 50, "how many histories are recorded, each over an empty store")
	operations := flags.Int("operations", 200, "how many operations a history has, of all clients together")
	seed := flags.Uint64("seed", 1, "the seed of what is drawn; how clients interleave is not drawn")
	faults := flags.Bool("faults", false, "lose answers and calls; of pgstore, also kill connections and the server")
	patience := flags.Duration("patience", time.Minute, "how long checking a history may take; 0: as long as it does")
	_ = flags.Parse(os.Args[1:])
	p := plan{clients: *clients, operations: *operations, faults: *faults, patience: *patience}
	if err := run(context.Background(), *kind, *histories, *seed, p); err != nil {
		fmt.Fprintln(os.Stderr, "linear:", err)
		os.Exit(1)
	}
}

// errRefused says that there was a history that is not linearizable.
var errRefused = errors.New("a history is refused, or could not be decided")

func run(ctx context.Context, kind string, histories int, seed uint64, p plan) error {
	stores, err := open(ctx, kind)
	if err != nil {
		return err
	}
	defer stores.close()
	began := time.Now()
	var all tally
	for i := range histories {
		p.seed = seed + uint64(i)
		one, refused, err := stores.history(ctx, i, p)
		if err != nil {
			return fmt.Errorf("seed %d: %w", p.seed, err)
		}
		all.add(one)
		if one.refused > 0 {
			fmt.Printf("seed %d: refused:\n", p.seed)
			for _, line := range refused {
				fmt.Println("  " + line)
			}
		}
		if one.undecided > 0 {
			fmt.Printf("seed %d: not decided within %v\n", p.seed, p.patience)
		}
	}
	fmt.Printf("%s, %d clients, faults %v: %v; %v in all\n", kind, p.clients, p.faults, all,
		time.Since(began).Round(time.Second))
	if all.refused+all.undecided > 0 {
		return errRefused
	}
	return nil
}

// history records one history over a store of its own.
func (s *stores) history(ctx context.Context, n int, p plan) (tally, []string, error) {
	store, drop, err := s.fresh(ctx)
	if err != nil {
		return tally{}, nil, err
	}
	defer drop()
	if p.faults {
		p.within = s.within
		if s.trouble != nil {
			p.trouble = s.trouble(n)
		}
	}
	return record(ctx, store, p)
}
