package tenancy

import (
	"context"
	"errors"
)

// relayBatch is how many events of a stream are delivered between two acknowledgements.
const relayBatch = 100

// errConsumer is the error of a consumer that panicked.
var errConsumer = errors.New("tenancy: the consumer panicked")

// Relay passes the events that are pending to a function, those of a stream in order,
// and returns how many the function took (EVT-5). An event is pending until the function
// has returned nil for it and that was acknowledged. Each event is delivered at least
// once. After a crash some come again, so a consumer that must not take one twice
// remembers the last Sequence that it took of each stream.
//
// Any number of processes may relay at once. They lease streams from each other: a
// stream that another call of Relay is delivering is passed over, which is no error.
// While no process crashes, and none outlives its lease, each event is delivered once.
//
// A lease is Options.RelayLease long, by the store's clock, and is renewed while the
// function works. The stream of a process that crashed is taken over when its lease is
// over. A relay looks at its lease before each event and acknowledges under it. So a
// relay that stalled for longer does not go on: the context that it gave the function
// has ended, what it has not acknowledged comes again, and the stream waits for the next
// call, as CodeBusy, unless another relay has delivered it. The function must therefore
// return when its context ends.
//
// If the function fails or panics, that stream waits for the next call, and the other
// streams go on. The same happens if a stored event does not decode. Relay returns the
// first such error once all streams were served: an *Error whose Subject is the stream,
// and which wraps the function's error as it came. Its text contains that error's text,
// which is the host's.
//
// Only System may call it, as often as the host likes. It works in transactions of its
// own. An error of the store or the context ends the call.
//
// Errors: CodeInput if there is no function, or with Once; CodeInTransaction,
// CodeNotAllowed. CodeBusy also if a lease was over before the events were acknowledged.
func (p *Platform) Relay(
	ctx context.Context, deliver func(context.Context, Event) error,
) (delivered int, err error) {
	return observe(ctx, p.Session, opRelay.name,
		func(ctx context.Context, s *Session) (int, error) { return s.relay(ctx, deliver) })
}

// relay is Relay, of which the observer was told.
func (s *Session) relay(
	ctx context.Context, deliver func(context.Context, Event) error,
) (delivered int, err error) {
	var check form
	check.set(s.alone(ctx))
	check.that(deliver != nil && s.once.IsZero(), CodeInput)
	c := call{row: opRelay, form: check.err}
	if _, err := look(ctx, s, c, nothing, decidePlatform); err != nil {
		return 0, err
	}
	holder, err := s.dir.newHolder()
	if err != nil {
		return 0, s.fail(ctx, c, err)
	}
	var failed error // of the first stream that has to wait
	for after := (Stream{}); ; {
		backlogs, err := s.dir.pending(ctx, after)
		if err != nil {
			return delivered, s.fail(ctx, c, err)
		}
		if len(backlogs) == 0 {
			return delivered, failed
		}
		for _, b := range backlogs {
			n, refused, err := s.dir.relay(ctx, b, holder, deliver)
			delivered += n
			if err != nil {
				return delivered, s.fail(ctx, c, err)
			}
			if refused != nil && failed == nil {
				failed = s.fail(ctx, call{row: opRelay, subject: b.stream.String()}, refused)
			}
			after = b.stream
		}
	}
}

// decidePlatform needs no facts: who acts is enough.
func decidePlatform(_ struct{}, c *changes) (struct{}, error) { return struct{}{}, c.platform() }

// newHolder draws what tells one call of Relay from all others.
func (d *Directory) newHolder() (OperationID, error) {
	t := tape{dir: d, now: instantOf(d.now())}
	return OperationID(t.id()), t.err
}

// backlog is what a call of Relay has to deliver of a stream: what is pending up to the
// head that the stream had when it was read.
type backlog struct {
	stream Stream
	to     uint64
}

// pending returns the backlogs of some streams that come after one.
func (d *Directory) pending(ctx context.Context, after Stream) (backlogs []backlog, err error) {
	err = d.store.View(ctx, func(ctx context.Context, tx ReadTx) error {
		oldest, err := tx.Outbox(ctx, after, pageSize)
		if err != nil {
			return err
		}
		r := &reads{dir: d, known: map[Lookup]Answer{}}
		return r.gather(ctx, tx, func() {
			backlogs = nil
			for _, record := range oldest {
				if head := find(r, headOf(record.Stream)); head != nil {
					backlogs = append(backlogs, backlog{record.Stream, head.Sequence})
				}
			}
		})
	})
	return backlogs, err
}

// relay delivers a backlog until it ends or an event is refused, unless another call has
// leased the stream. refused is the error of the consumer, or of an event that does not
// decode, or CodeBusy if the lease is over; err is the store's.
func (d *Directory) relay(
	ctx context.Context, b backlog, holder OperationID, deliver func(context.Context, Event) error,
) (delivered int, refused, err error) {
	l, err := d.claim(ctx, b.stream, holder)
	if l == nil || err != nil {
		return 0, nil, err
	}
	last := false // the stream was given back
	defer func() { l.end(!last) }()
	for !last {
		records, err := l.pending(b.to)
		if len(records) == 0 || err != nil {
			return l.outcome(ctx, delivered, nil, err)
		}
		taken, refused, err := l.serve(records, deliver)
		if taken > 0 {
			ends := taken < len(records) || records[taken-1].Sequence >= b.to
			if err := l.acknowledge(records[:taken], ends); err != nil {
				return l.outcome(ctx, delivered, refused, err)
			}
			delivered, last = delivered+taken, ends
		}
		if refused != nil || err != nil {
			return l.outcome(ctx, delivered, refused, err)
		}
	}
	return delivered, nil, nil
}

// outcome tells what ended the delivery of a stream: if the lease is over, that is why
// the function or the store failed.
func (l *lease) outcome(ctx context.Context, delivered int, refused, err error) (int, error, error) {
	ended := errors.Is(context.Cause(l.ctx), errLeaseOver) && ctx.Err() == nil
	if errors.Is(err, errLeaseOver) || ended && (refused != nil || err != nil) {
		return delivered, CodeBusy, nil
	}
	return delivered, refused, err
}

// pending returns the oldest pending events of the stream, up to a number, if the lease
// is still held.
func (l *lease) pending(to uint64) (events []EventRecord, err error) {
	err = l.dir.store.View(l.ctx, func(ctx context.Context, tx ReadTx) error {
		events = nil
		if _, err := l.held(ctx, tx); err != nil {
			return err
		}
		oldest, err := tx.Outbox(ctx, streamBefore(l.stream), 1)
		if len(oldest) == 0 || oldest[0].Stream != l.stream || oldest[0].Sequence > to {
			return err
		}
		from := oldest[0].Sequence
		events, err = tx.Events(ctx, l.stream, from, int(min(relayBatch, to-from+1)))
		return err
	})
	return events, err
}

// streamBefore returns a stream that no other one comes between and the given one.
func streamBefore(stream Stream) Stream {
	key := stream.Key()
	for i := len(key) - 1; i >= 0; i-- {
		if key[i]--; key[i] != 0xff {
			break
		}
	}
	return Stream{Organization: key}
}

// serve delivers events until one is refused, and returns how many were taken. It looks
// at the lease before each: pending has looked for the first.
func (l *lease) serve(events []EventRecord, deliver func(context.Context, Event) error) (taken int, refused, err error) {
	for i, record := range events {
		if i > 0 {
			if err := l.look(l.ctx); err != nil {
				return i, nil, err
			}
		}
		if err := attend(l.ctx, record, deliver); err != nil {
			return i, err, nil
		}
	}
	return len(events), nil, nil
}

// attend decodes an event and calls the consumer. A panic of the consumer becomes an
// error.
func attend(ctx context.Context, record EventRecord, deliver func(context.Context, Event) error) (err error) {
	defer func() {
		if recover() != nil {
			err = errConsumer
		}
	}()
	if err := ctx.Err(); err != nil {
		return err
	}
	e, err := record.event()
	if err != nil {
		return err
	}
	return deliver(ctx, e)
}
