package tenancy

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Relays lease streams from each other (EVT-5). A lease is a record: which call of Relay
// delivers the events of a stream, and until when. All that is decided about leases is
// decided in the store's transactions and by the store's clock, so that it does not
// matter whether the clocks of processes agree. A relay that stalls finds out when it
// looks at its lease, and that is before each event and in the transaction that
// acknowledges.

// errLeaseOver ends the context of a function whose relay has lost its lease.
var errLeaseOver = errors.New("tenancy: the lease is over")

// over reports whether a lease no longer counts at a time. If the store's clock was set
// back by more than the lease is long, it does not count either: nobody waits for long
// because a clock was wrong.
func (l LeaseRecord) over(now Instant) bool {
	length := l.Until - l.Since
	return now >= l.Until || now < l.Since-length
}

// lease is a stream that a call of Relay holds.
type lease struct {
	dir    *Directory
	stream Stream
	holder OperationID

	ctx    context.Context // ends with the lease
	cancel context.CancelCauseFunc
	timer  *time.Timer    // ends ctx, unless the lease is renewed
	renews sync.WaitGroup // the goroutine that does
	mu     sync.Mutex     // of timer
}

// claim takes a stream for a call of Relay, or returns nil if another call has it. The
// lease has to be ended.
func (d *Directory) claim(ctx context.Context, stream Stream, holder OperationID) (*lease, error) {
	l := &lease{dir: d, stream: stream, holder: holder}
	var began time.Time
	taken, err := false, error(CodeAmbiguous)
	for try := 0; try < commitTries && errors.Is(err, CodeAmbiguous); try++ {
		began = time.Now()
		err = d.store.Update(ctx, func(ctx context.Context, tx Tx) (err error) {
			taken, err = l.take(ctx, tx)
			return err
		})
	}
	if err != nil || !taken {
		return nil, err
	}
	l.ctx, l.cancel = context.WithCancelCause(ctx)
	l.timer = time.AfterFunc(d.lease-time.Since(began), func() { l.cancel(errLeaseOver) })
	l.renews.Go(l.renewing)
	return l, nil
}

// take writes the lease, unless another call has the stream.
func (l *lease) take(ctx context.Context, tx Tx) (taken bool, err error) {
	record, now, err := l.read(ctx, tx)
	if err != nil || record != nil && record.Holder != l.holder && !record.over(now) {
		return false, err
	}
	return true, l.put(ctx, tx, now)
}

// end stops renewing, and gives the stream back if it was not given back yet. If that
// fails, the lease is over in its time.
func (l *lease) end(release bool) {
	l.cancel(nil)
	l.renews.Wait()
	l.timer.Stop()
	if !release {
		return
	}
	_ = l.settle(l.ctx, func(ctx context.Context, tx Tx) error {
		record, _, err := l.read(ctx, tx)
		if err != nil || record == nil || record.Holder != l.holder {
			return err
		}
		return tx.Delete(ctx, *record)
	})
}

// settle runs a transaction that does not end with the context, but in time.
func (l *lease) settle(ctx context.Context, fn func(context.Context, Tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	return l.dir.store.Update(ctx, fn)
}

// read returns the stream's lease, whoever has it, and the time by the store's clock.
func (l *lease) read(ctx context.Context, tx ReadTx) (record *LeaseRecord, now Instant, err error) {
	r := &reads{dir: l.dir, known: map[Lookup]Answer{}}
	if err := r.gather(ctx, tx, func() { record = find(r, leaseOf(l.stream)) }); err != nil {
		return nil, 0, err
	}
	now, err = l.dir.storeTime(ctx, tx)
	return record, now, err
}

// held returns the time if the lease is still this one, and errLeaseOver if it is over
// or another's.
func (l *lease) held(ctx context.Context, tx ReadTx) (Instant, error) {
	record, now, err := l.read(ctx, tx)
	if err == nil && (record == nil || record.Holder != l.holder || record.over(now)) {
		err = errLeaseOver
	}
	return now, err
}

// put writes the lease anew, from now on.
func (l *lease) put(ctx context.Context, tx Tx, now Instant) error {
	return tx.Put(ctx,
		LeaseRecord{Stream: l.stream, Holder: l.holder, Since: now, Until: now.add(l.dir.lease)})
}

// look reports whether the lease is still held.
func (l *lease) look(ctx context.Context) error {
	return l.dir.store.View(ctx, func(ctx context.Context, tx ReadTx) error {
		_, err := l.held(ctx, tx)
		return err
	})
}

// acknowledge acknowledges events, if the lease is still held, and renews it. The last
// events of a call give the stream back.
func (l *lease) acknowledge(events []EventRecord, last bool) error {
	began := time.Now()
	err := l.settle(l.ctx, func(ctx context.Context, tx Tx) error {
		now, err := l.held(ctx, tx)
		if err != nil {
			return err
		}
		if err := tx.Ack(ctx, events...); err != nil {
			return err
		}
		if last {
			return tx.Delete(ctx, LeaseRecord{Stream: l.stream})
		}
		return l.put(ctx, tx, now)
	})
	if err == nil && !last {
		l.extend(began)
	}
	return err
}

// extend lets the context live on for as long as a lease that was renewed in a
// transaction which began at a time.
func (l *lease) extend(began time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer.Stop() {
		l.timer.Reset(l.dir.lease - time.Since(began))
	}
}

// renewing renews the lease again and again until its context ends. A renewal that fails
// is tried again, until the lease is over.
func (l *lease) renewing() {
	ticker := time.NewTicker(l.dir.lease / 3)
	defer ticker.Stop()
	for {
		select {
		case <-l.ctx.Done():
			return
		case <-ticker.C:
		}
		began := time.Now()
		err := l.dir.store.Update(l.ctx, func(ctx context.Context, tx Tx) error {
			now, err := l.held(ctx, tx)
			if err != nil {
				return err
			}
			return l.put(ctx, tx, now)
		})
		switch {
		case err == nil:
			l.extend(began)
		case errors.Is(err, errLeaseOver):
			l.cancel(errLeaseOver)
		}
	}
}

// leaseKept is how long a lease is kept after it was over. One is left behind only if a
// process crashes between taking a stream and giving it back, and nothing of the stream
// was pending.
const leaseKept = 24 * time.Hour

// purgeLeases removes the leases that were left behind.
func (d *Directory) purgeLeases(ctx context.Context) error {
	for after, more := (Stream{}), true; more; {
		var left []Record
		err := d.store.View(ctx, func(ctx context.Context, tx ReadTx) error {
			left = nil
			page, now, err := d.leases(ctx, tx, after)
			for _, l := range page {
				if now >= l.Until.add(leaseKept) {
					left = append(left, l)
				}
				after = l.Stream
			}
			more = len(page) == pageSize
			return err
		})
		if err == nil && len(left) > 0 {
			err = d.dropLeases(ctx, left)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// leases returns some leases after a stream, and the time by the store's clock.
func (d *Directory) leases(ctx context.Context, tx ReadTx, after Stream) (page []LeaseRecord, now Instant, err error) {
	r := &reads{dir: d, known: map[Lookup]Answer{}}
	if err := r.gather(ctx, tx, func() { page = list(r, allLeases(after.Key()), pageSize) }); err != nil {
		return nil, 0, err
	}
	now, err = d.storeTime(ctx, tx)
	return page, now, err
}

// dropLeases deletes leases that are as they were.
func (d *Directory) dropLeases(ctx context.Context, left []Record) error {
	lookups := make([]Lookup, len(left))
	for i, l := range left {
		lookups[i] = Lookup{Index: IndexLeases, Key: identity(l).Key}
	}
	return d.store.Update(ctx, func(ctx context.Context, tx Tx) error {
		answers, err := tx.Read(ctx, lookups...)
		if err != nil {
			return err
		}
		var same []Record
		for i, a := range answers {
			if a.Record == left[i] {
				same = append(same, left[i])
			}
		}
		return tx.Delete(ctx, same...)
	})
}

// storeTime returns the time by the store's clock, or by the Directory's if the store has
// none.
func (d *Directory) storeTime(ctx context.Context, tx ReadTx) (Instant, error) {
	now, err := tx.Now(ctx)
	if now == 0 {
		now = instantOf(d.now())
	}
	return now, err
}
