package tenancy

import (
	"cmp"
	"context"
	"errors"
)

// relayBatch is how many events of a stream are delivered between two acknowledgements.
const relayBatch = 100

// errConsumer is what a consumer's panic is to Relay.
var errConsumer = errors.New("tenancy: the consumer panicked")

// Relay gives the events that are pending now to a function, each at least once and in order per stream, and says how many it took (EVT-5). An
// event is pending until the function has returned nil for it: after a crash, or when several processes relay at once, some come again, so the
// consumer remembers per stream the last Sequence it has. Where the function fails, or panics, that stream waits for the next call, and the other
// streams go on; the first such error is returned in the end. System alone, as often as the host likes; it works in transactions of its own.
//
// Errors: CodeInput (no function, or with Once), CodeInTransaction, CodeNotAllowed; an error of the store or context ends the call.
func (p *Platform) Relay(ctx context.Context, deliver func(context.Context, Event) error) (delivered int, err error) {
	c := call{row: opRelay, form: p.alone(ctx)}
	if c.form == nil && (deliver == nil || !p.once.IsZero()) {
		c.form = CodeInput
	}
	if _, err := look(ctx, p.Session, c, func(*reads) struct{} { return struct{}{} }, func(_ struct{}, c *changes) (struct{}, error) {
		return struct{}{}, c.platform()
	}); err != nil {
		return 0, err
	}
	var failed error
	for after := (Stream{}); ; {
		streams, err := p.dir.pending(ctx, after)
		if err != nil || len(streams) == 0 {
			if err = cmp.Or(err, failed); err != nil {
				err = p.fail(ctx, c, err)
			}
			return delivered, err
		}
		for _, s := range streams {
			n, refused, err := p.dir.relay(ctx, s, deliver)
			delivered += n
			failed = cmp.Or(failed, refused)
			if err != nil {
				return delivered, p.fail(ctx, c, err)
			}
			after = s.stream
		}
	}
}

// backlog is what is pending in a stream: from a number, to its head when it was looked at.
type backlog struct {
	stream   Stream
	from, to uint64
}

// pending gives the backlogs of some streams after one.
func (d *Directory) pending(ctx context.Context, after Stream) (backlogs []backlog, err error) {
	err = d.store.View(ctx, func(ctx context.Context, tx ReadTx) error {
		oldest, err := tx.Outbox(ctx, after, pageSize)
		if err != nil {
			return err
		}
		r := &reads{dir: d, known: map[Lookup]Answer{}}
		return r.gather(ctx, tx, func() {
			backlogs = nil
			for _, e := range oldest {
				if head := find(r, headOf(e.Stream)); head != nil {
					backlogs = append(backlogs, backlog{e.Stream, e.Sequence, head.Sequence})
				}
			}
		})
	})
	return backlogs, err
}

// relay delivers a backlog until it ends or the consumer fails: refused is the consumer's error, err the store's.
func (d *Directory) relay(ctx context.Context, b backlog, deliver func(context.Context, Event) error) (delivered int, refused, err error) {
	for b.from <= b.to && refused == nil {
		var events []EventRecord
		err = d.store.View(ctx, func(ctx context.Context, tx ReadTx) error {
			var err error
			events, err = tx.Events(ctx, b.stream, b.from, int(min(relayBatch, b.to-b.from+1)))
			return err
		})
		if err != nil || len(events) == 0 {
			return delivered, refused, err
		}
		var taken []EventRecord
		for _, record := range events {
			if refused = attend(ctx, record, deliver); refused != nil {
				break
			}
			taken = append(taken, record)
		}
		if len(taken) == 0 {
			return delivered, refused, nil
		}
		// What was delivered is acknowledged even if the context has ended meanwhile: it would only come again.
		if err = d.store.Update(context.WithoutCancel(ctx), func(ctx context.Context, tx Tx) error { return tx.Ack(ctx, taken...) }); err != nil {
			return delivered, refused, err
		}
		delivered += len(taken)
		b.from += uint64(len(taken))
	}
	return delivered, refused, nil
}

// attend calls the consumer; its panic is an error.
func attend(ctx context.Context, record EventRecord, deliver func(context.Context, Event) error) (err error) {
	e, err := record.event()
	if err != nil {
		return err
	}
	defer func() {
		if recover() != nil {
			err = errConsumer
		}
	}()
	if err := ctx.Err(); err != nil {
		return err
	}
	return deliver(ctx, e)
}
