package pgstore

import (
	"context"
	"errors"
	"hash/maphash"
	"slices"
	"sync/atomic"
	"time"

	"github.com/add4b1c6/tenancy"
)

// Transactions of one process that append to the same stream would overtake each other,
// and all but one would be run again. So they queue: a transaction that reads the head
// of a stream holds the stream's queue until it ends. A transaction enters the queue
// before BEGIN, so that nobody else in the queue changes anything after its snapshot. A
// transaction that learns of a stream later begins again in the queue if another
// transaction is in that queue, or has left it since the snapshot.

// queues are the queues of a Store. Several streams may share one; then their
// transactions wait for each other, which does no harm.
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

// errQueued ends an attempt that has to begin again in a queue.
var errQueued = errors.New("pgstore: to be run again in the queue of a stream")

// places are the queues that a transaction is in or has to be in. A nil pointer is in
// none and waits for nobody.
type places struct {
	*queues
	needed   []int // sorted
	held     []int
	snapshot uint64    // when the transaction began
	until    time.Time // when to wait no longer
}

// left returns how long the transaction may still wait.
func (p *places) left() time.Duration { return time.Until(p.until) }

// enter takes the places that are known to be needed. It takes them in order, so that
// no two transactions wait for each other.
func (p *places) enter(ctx context.Context) error {
	for _, i := range p.needed {
		if err := p.wait(ctx, p.all[i].held, p.left()); err != nil {
			return err
		}
		p.held = append(p.held, i)
	}
	p.snapshot = p.clock.Load()
	return nil
}

// wait waits for a transaction's turn in a queue for as long as limit, and returns
// CodeBusy then.
func (q *queues) wait(ctx context.Context, held chan<- struct{}, limit time.Duration) error {
	select {
	case held <- struct{}{}:
		return nil
	default:
	}
	q.waiting.Add(1)
	defer q.waiting.Add(-1)
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case held <- struct{}{}:
		return nil
	case <-timer.C:
		return errInUse
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

// await takes the places in the queues of the streams whose heads lookups ask for. The
// transaction has not begun, so it may wait.
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

// claim takes the same places for a transaction that has begun. It returns errQueued if
// the transaction would have to wait, or if another one has left a queue since the
// snapshot.
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

// missing returns, sorted, the queues that lookups need and that were not known to be
// needed.
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
