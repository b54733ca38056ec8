package pgstore

import (
	"context"
	"errors"
	"hash/maphash"
	"slices"
	"sync/atomic"

	"github.com/add4b1c6/tenancy"
)

// Transactions of one process that append to one stream would overtake each other, and all but one of them be run again. So they queue: whoever reads the
// head of a stream holds its queue until its transaction is over. The queue is entered before BEGIN, so that the snapshot is that of one who is alone.
// Who learns of a stream later, and finds somebody in its queue or gone from it since the snapshot, begins again in the queue.

// queues are those of a Store. Several streams may share one, which makes them wait for each other and does no harm.
type queues struct {
	seed    maphash.Seed
	all     [512]queue
	clock   atomic.Uint64 // counts departures
	waiting atomic.Int32  // how many transactions wait for their turn
}

type queue struct {
	held chan struct{} // full while somebody is in it
	left atomic.Uint64 // when somebody last left
}

func newQueues() *queues {
	q := &queues{seed: maphash.MakeSeed()}
	for i := range q.all {
		q.all[i].held = make(chan struct{}, 1)
	}
	return q
}

// errQueued ends an attempt that is to begin again in a queue.
var errQueued = errors.New("pgstore: to be run again in the queue of a stream")

// places are the queues that a transaction is or has to be in. The zero of a pointer stands in none, and waits for nobody.
type places struct {
	*queues
	needed   []int // sorted
	held     []int
	snapshot uint64 // when the transaction began
}

// enter takes the places that are known to be needed, in order, so that no two wait for each other.
func (p *places) enter(ctx context.Context) error {
	for _, i := range p.needed {
		if err := p.wait(ctx, p.all[i].held); err != nil {
			return err
		}
		p.held = append(p.held, i)
	}
	p.snapshot = p.clock.Load()
	return nil
}

// wait waits for a transaction's turn in a queue.
func (q *queues) wait(ctx context.Context, held chan<- struct{}) error {
	select {
	case held <- struct{}{}:
		return nil
	default:
	}
	q.waiting.Add(1)
	defer q.waiting.Add(-1)
	select {
	case held <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *places) leave() {
	for _, i := range p.held {
		p.all[i].left.Store(p.clock.Add(1))
		<-p.all[i].held
	}
	p.held = nil
}

// await takes the places in the queues of the streams whose heads lookups ask for. The transaction has
// not begun, so it may wait.
func (p *places) await(ctx context.Context, lookups []tenancy.Lookup) error {
	if p == nil || len(p.needed) > 0 {
		return p.claim(lookups)
	}
	p.needed = p.missing(lookups)
	if len(p.needed) == 0 {
		return nil
	}
	return p.enter(ctx)
}

// claim takes the same places for a transaction that has begun. If it would have to wait, or if somebody
// has left one of the queues since its snapshot, it has to begin again: errQueued.
func (p *places) claim(lookups []tenancy.Lookup) error {
	if p == nil {
		return nil
	}
	more := p.missing(lookups)
	p.needed = append(p.needed, more...)
	slices.Sort(p.needed)
	for _, i := range more {
		select {
		case p.all[i].held <- struct{}{}:
			p.held = append(p.held, i)
		default:
			return errQueued
		}
		if p.all[i].left.Load() > p.snapshot {
			return errQueued
		}
	}
	return nil
}

// missing returns the queues that lookups need and that are not known to be needed yet, sorted.
func (p *places) missing(lookups []tenancy.Lookup) (more []int) {
	for _, l := range lookups {
		if l.Index != tenancy.IndexHeads || l.Limit != 0 {
			continue
		}
		i := int(maphash.Comparable(p.seed, l.Key.ID) % uint64(len(p.all)))
		if !slices.Contains(p.needed, i) && !slices.Contains(more, i) {
			more = append(more, i)
		}
	}
	slices.Sort(more)
	return more
}
