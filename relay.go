package tenancy

import (
	"context"
	"errors"
)

// relayBatch is how many events of a stream are delivered between two acknowledgements.
const relayBatch = 100

// errConsumer is the error of a consumer that panicked.
var errConsumer = errors.New("tenancy: the consumer panicked")

// Relay passes the events that are pending to a function, each at least once, those of
// a stream in order, and returns how many the function took (EVT-5). An event is
// pending until the function has returned nil for it. After a crash, or if several
// processes relay at once, some events come again, so the consumer remembers the last
// Sequence that it took of each stream.
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
// CodeNotAllowed.
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
	if _, err := look(ctx, s, c, nothing, decideRelay); err != nil {
		return 0, err
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
			n, refused, err := s.dir.relay(ctx, b, deliver)
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

// decideRelay needs no facts: who acts is enough.
func decideRelay(_ struct{}, c *changes) (struct{}, error) { return struct{}{}, c.platform() }

// backlog is what is pending in a stream: the events from a number to the head that it
// had when it was read.
type backlog struct {
	stream   Stream
	from, to uint64
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
					backlogs = append(backlogs, backlog{record.Stream, record.Sequence, head.Sequence})
				}
			}
		})
	})
	return backlogs, err
}

// relay delivers a backlog until it ends or an event is refused. refused is the error
// of the consumer, or of an event that does not decode; err is the store's.
func (d *Directory) relay(ctx context.Context, b backlog, deliver func(context.Context, Event) error) (
	delivered int, refused, err error) {
	for b.from <= b.to && refused == nil {
		var records []EventRecord
		err = d.store.View(ctx, func(ctx context.Context, tx ReadTx) (err error) {
			records, err = tx.Events(ctx, b.stream, b.from, int(min(relayBatch, b.to-b.from+1)))
			return err
		})
		if err != nil || len(records) == 0 {
			return delivered, refused, err
		}
		taken := 0
		for taken < len(records) && refused == nil {
			if refused = attend(ctx, records[taken], deliver); refused == nil {
				taken++
			}
		}
		if taken == 0 {
			return delivered, refused, nil
		}
		// What was delivered is acknowledged even if the context has ended meanwhile:
		// it would only come again.
		err = d.store.Update(context.WithoutCancel(ctx), func(ctx context.Context, tx Tx) error {
			return tx.Ack(ctx, records[:taken]...)
		})
		if err != nil {
			return delivered, refused, err
		}
		delivered += taken
		b.from += uint64(taken)
	}
	return delivered, refused, nil
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
