package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/add4b1c6/tenancy"
)

// plan says what a history is to be.
type plan struct {
	clients    int
	operations int // of all clients together
	seed       uint64
	faults     bool
	within     time.Duration                     // contexts end within this time, now and then; zero: they do not
	patience   time.Duration                     // how long checking may take; zero: as long as it does
	over       func(tenancy.Store) tenancy.Store // what clients use instead of the store; nil: the store
	trouble    func() (stop func())              // what goes wrong meanwhile, outside of clients; nil: nothing
}

// tally is what histories amounted to.
type tally struct {
	histories, refused, undecided     int
	operations, done, denied, unknown int // that returned with an answer, or with none
	failed                            int // that were not done: an error, or CodeBusy
	longest                           time.Duration
}

func (t *tally) add(o tally) {
	t.histories += o.histories
	t.refused += o.refused
	t.undecided += o.undecided
	t.operations += o.operations
	t.done += o.done
	t.denied += o.denied
	t.unknown += o.unknown
	t.failed += o.failed
	t.longest = max(t.longest, o.longest)
}

func (t tally) String() string {
	return fmt.Sprintf("%d histories, %d refused, %d undecided; %d operations: %d done, %d refused with a code, "+
		"%d with an unknown outcome, %d failed; the longest check took %v", t.histories, t.refused, t.undecided,
		t.operations, t.done, t.denied, t.unknown, t.failed, t.longest.Round(time.Millisecond))
}

// client calls operations, one after the other.
type client struct {
	number int
	ctx    context.Context
	world  *world
	random *rand.Rand
	dir    *tenancy.Directory
	calm   *tenancy.Directory // without faults
	store  tenancy.Store
	watch  *watched
	flaky  *flaky // nil: nothing goes wrong
	plan   plan
	clock  *atomic.Int64 // of all clients: what is before something else has a smaller time

	history []porcupine.Operation
	dropped []string // what was certainly not done, for messages
	tally   tally
	err     error // not one of those that may be
}

// newClient opens a client's Directory.
func newClient(ctx context.Context, number int, w *world, store tenancy.Store, p plan, clock *atomic.Int64) (*client, error) {
	c := &client{number: number, ctx: ctx, world: w, random: rand.New(rand.NewPCG(p.seed, uint64(number))), plan: p,
		clock: clock}
	calm, err := w.directory(store, seedOf(p.seed, 2*number+1))
	if err != nil {
		return nil, err
	}
	c.calm = calm
	if p.faults {
		c.flaky = newFlaky(store, c.random)
		store = c.flaky
	}
	c.watch, c.store = watch(store, c.random)
	c.dir, err = w.directory(c.store, seedOf(p.seed, 2*number+2))
	return c, err
}

// seedOf returns the seed of a Directory's random bytes: two Directories have different ones.
func seedOf(seed uint64, number int) (b [32]byte) {
	binary.LittleEndian.PutUint64(b[:], seed)
	binary.LittleEndian.PutUint64(b[8:], uint64(number))
	return b
}

// run calls operations until there were so many.
func (c *client) run(n int) {
	for range n {
		if c.err != nil {
			return
		}
		c.call(c.draw())
	}
}

// call calls an operation, and writes down what came of it. What was certainly not done is
// left out of the history.
func (c *client) call(next call) {
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	if c.flaky != nil {
		c.flaky.prepare(c.ctx)
		if c.plan.within > 0 && c.random.IntN(16) == 0 {
			timer := time.AfterFunc(time.Duration(c.random.Int64N(int64(c.plan.within))), cancel)
			defer timer.Stop()
		}
	}
	c.watch.wrote = nil
	began := c.clock.Add(1)
	result, err := next.do(ctx, c)
	ended := c.clock.Add(1)
	c.tally.operations++
	out := outcome{code: tenancy.CodeOf(err), result: result, made: c.made(next.name)}
	switch {
	case next.reads() && err != nil:
		if c.flaky == nil {
			c.err = fmt.Errorf("%s: %w", next.text, err)
		}
		c.tally.failed++
		return
	case errors.Is(err, tenancy.CodeAmbiguous):
		out, ended = outcome{unknown: true, made: out.made}, never
		c.tally.unknown++
	case out.code == tenancy.CodeBusy || err != nil && out.code == "":
		// The contract of Store: where it is not known, the code is CodeAmbiguous.
		if c.flaky == nil && out.code == "" {
			c.err = fmt.Errorf("%s: %w", next.text, err)
		}
		c.tally.failed++
		c.dropped = append(c.dropped, fmt.Sprintf("client %-2d %5d to %-5d %s: not done: %v", c.number, began, ended,
			next.text, err))
		return
	case err != nil:
		out.result = nil
		c.tally.denied++
	default:
		c.tally.done++
	}
	if next.note != nil && (out.unknown || err == nil) && out.made != (made{}) {
		next.note(c, out.made)
	}
	c.history = append(c.history, porcupine.Operation{ClientId: c.number, Input: &next.operation, Call: began,
		Output: out, Return: ended})
}

// made returns the IDs of what the last operation made, as far as it came.
func (c *client) made(name string) (m made) {
	for _, r := range c.watch.wrote {
		switch r := r.(type) {
		case tenancy.InvitationRecord:
			if r.State == tenancy.StatePending {
				m.invitation = r.ID
			}
		case tenancy.UserRecord:
			if name == "SignUp" {
				m.user = r.ID
			}
		case tenancy.OrganizationRecord:
			if name == "SignUp" {
				m.organization = r.ID
			}
		case tenancy.AccountRecord:
			if name == "SignUp" || name == "CreateAccount" || name == "CreateSubaccount" && !r.Parent.IsZero() {
				m.account = r.ID
			}
		}
	}
	return m
}

// record records one history over an empty store, and checks it. It returns the history if
// it is refused, as short as that can be shown, and after it what was not done.
func record(ctx context.Context, store tenancy.Store, p plan) (t tally, refused []string, err error) {
	w, err := found(ctx, store, seedOf(p.seed, 0))
	if err != nil {
		return t, nil, fmt.Errorf("the world: %w", err)
	}
	start, err := look(ctx, store)
	if err != nil {
		return t, nil, err
	}
	var clock atomic.Int64
	used := store
	if p.over != nil {
		used = p.over(store)
	}
	clients := make([]*client, p.clients)
	for i := range clients {
		if clients[i], err = newClient(ctx, i, w, used, p, &clock); err != nil {
			return t, nil, err
		}
	}
	stop := func() {}
	if p.trouble != nil {
		stop = p.trouble()
	}
	together(clients, p.operations/p.clients)
	stop()
	var history []porcupine.Operation
	for _, c := range clients {
		if c.flaky != nil && c.random.IntN(2) == 0 {
			c.flaky.arrive(ctx)
		}
		if c.err != nil {
			return t, nil, c.err
		}
		history = append(history, c.history...)
		t.add(c.tally)
	}
	last, err := final(ctx, clients[0], store, &clock)
	if err != nil {
		return t, nil, err
	}
	history = append(history, last)
	t.histories = 1
	j := judge{start.state, tenancy.Instant(w.clock.Now().UnixMicro()), p.patience}
	began := time.Now()
	result := j.check(history)
	t.longest = time.Since(began)
	switch result {
	case porcupine.Illegal:
		t.refused = 1
		refused = tell(j.shrink(history))
		for _, c := range clients {
			refused = append(refused, c.dropped...)
		}
	case porcupine.Unknown:
		t.undecided = 1
	}
	return t, refused, nil
}

// together lets all clients begin at the same time, and waits for them.
func together(clients []*client, each int) {
	var wait sync.WaitGroup
	begin := make(chan struct{})
	for _, c := range clients {
		wait.Go(func() {
			<-begin
			c.run(each)
		})
	}
	close(begin)
	wait.Wait()
}

// final reads everything once all clients have returned, with as many tries as a server
// needs that has just started again.
func final(ctx context.Context, c *client, store tenancy.Store, clock *atomic.Int64) (porcupine.Operation, error) {
	next := readAll(c)
	began := clock.Add(1)
	for {
		got, err := look(ctx, store)
		if err == nil {
			return porcupine.Operation{ClientId: c.number, Input: &next.operation, Call: began,
				Output: outcome{result: got}, Return: clock.Add(1)}, nil
		}
		if c.tally.failed++; c.plan.trouble == nil || c.tally.failed > 10000 {
			return porcupine.Operation{}, err
		}
		time.Sleep(10 * time.Millisecond)
	}
}
