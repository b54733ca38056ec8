package tenancy

import (
	"context"
	"errors"
)

// Atomically runs several operations as one transaction: all of them commit if fn
// returns nil, and none if it returns an error, which Atomically returns as it
// came. An operation refused within it has changed nothing, and whether the rest
// commits is what fn returns (GEN-11).
//
// fn may run again when other transactions won, so what it captures must be that
// of its last run. Its operations are those of the session it is given, with the
// context it is given or one made from it. Any other session refuses that context,
// and the block's own session refuses everything after its end
// (CodeInTransaction). An error of the store sticks: later calls return it too,
// and nothing commits. All of the block has one operation ID (Once).
//
// VerifyDomain, RecheckDomains, RemoveDirectory, Purge, Relay, Outcome, Preview and
// Atomically are refused within it: CodeInTransaction. Within a host's transaction (Directory.On)
// Atomically is a block too. What it did is undone there if fn returns an error, and the
// host's transaction goes on.
//
// Errors: CodeInput if fn is nil, and with Once CodeAlreadyDone and
// CodeOperationTaken.
func (s *Session) Atomically(ctx context.Context, fn func(context.Context, *Session) error) error {
	_, err := s.runBlock(ctx, opAtomically, s.unblocked(ctx), fn)
	return err
}

// Atomically is Session.Atomically for a Platform.
func (p *Platform) Atomically(ctx context.Context, fn func(context.Context, *Platform) error) error {
	return p.Session.Atomically(ctx, ofPlatform(fn))
}

// Preview runs operations like Atomically and always rolls back. It returns the
// events that they would have caused, of the streams that the actor may read,
// without ID, number and hash, since none was given out (GEN-8). Results and
// refusals within it are those of the real thing. An error of fn is returned as it
// came. A preview uses up no operation ID, not even one given by Once. Within a block or
// a host's transaction it is refused: CodeInTransaction.
//
// Errors: CodeInput if fn is nil.
func (s *Session) Preview(ctx context.Context, fn func(context.Context, *Session) error) ([]Event, error) {
	return s.runBlock(ctx, opPreview, s.alone(ctx), fn)
}

// Preview is Session.Preview for a Platform.
func (p *Platform) Preview(ctx context.Context, fn func(context.Context, *Platform) error) ([]Event, error) {
	return p.Session.Preview(ctx, ofPlatform(fn))
}

// ofPlatform makes a function of a Platform one of its Session.
func ofPlatform(fn func(context.Context, *Platform) error) func(context.Context, *Session) error {
	if fn == nil {
		return nil
	}
	return func(ctx context.Context, s *Session) error { return fn(ctx, &Platform{s}) }
}

// block is a running Atomically or Preview.
type block struct {
	row       *operationRow
	tx        Tx
	attempt   *attempt
	parts     int // how many operations it has had
	events    int // how many events they appended
	made      []string
	preview   bool
	previewed []Event
	broken    error // the store's: it sticks
	ended     bool
	refused   []error
}

// errPreviewed rolls a preview back.
var errPreviewed = errors.New("tenancy: previewed")

// callerError marks an error as that of the caller's function, to be returned as
// it came.
type callerError struct{ err error }

func (e *callerError) Error() string { return e.err.Error() }
func (e *callerError) Unwrap() error { return e.err }

// runBlock runs a block, unless it is refused, and returns the events of a preview.
func (s *Session) runBlock(
	ctx context.Context, row *operationRow, refused error, fn func(context.Context, *Session) error,
) ([]Event, error) {
	return observe(ctx, s, row.name, func(ctx context.Context, s *Session) ([]Event, error) {
		return s.runParts(ctx, row, refused, fn)
	})
}

// runParts runs a block, of which the observer was told.
func (s *Session) runParts(
	ctx context.Context, row *operationRow, refused error, fn func(context.Context, *Session) error,
) ([]Event, error) {
	c := call{row: row}
	var check form
	check.set(refused)
	check.that(fn != nil, CodeInput)
	if check.err != nil {
		return nil, s.fail(ctx, c, check.err)
	}
	a := s.attempt()
	b := &block{}
	err := s.commit(ctx, c, a, func(ctx context.Context, tx Tx) error {
		b = &block{row: row, tx: tx, attempt: a, preview: row == opPreview}
		return s.tryBlock(ctx, c, b, fn)
	})
	err = s.dir.watch.appended(a.appended, err)
	s.tell(ctx, b.refused...)
	if given, ok := err.(*callerError); ok {
		return nil, given.err
	}
	if err != nil && err != errPreviewed {
		return nil, s.fail(ctx, c, err)
	}
	return b.previewed, nil
}

// tryBlock is one attempt of a block.
func (s *Session) tryBlock(
	ctx context.Context, c call, b *block, fn func(context.Context, *Session) error,
) error {
	if err := s.begin(ctx, c, b); err != nil {
		return err
	}
	inner := *s
	inner.dir, inner.block, inner.once = s.dir.unwatched(), b, OperationID{}
	defer func() { b.ended = true }()
	given := fn(within{b, s.dir.mark}.context(ctx), &inner)
	switch {
	case b.broken != nil:
		return b.broken
	case given != nil:
		return &callerError{given}
	}
	return s.end(ctx, b)
}

// begin admits the actor and the block's operation ID. A preview uses no ID up,
// and is not refused one that is.
func (s *Session) begin(ctx context.Context, c call, b *block) error {
	r := s.reads(b.attempt.now)
	id := b.attempt.operation
	if b.preview {
		id = OperationID{}
	}
	var actor admission
	if err := r.gather(ctx, b.tx, func() { actor = r.loadAdmission(id) }); err != nil {
		return err
	}
	return s.admit(c, actor, r.now)
}

// use runs one operation of the block. A refusal leaves the block as it was; an
// error of the store sticks.
func (b *block) use(ctx context.Context, run func() error) error {
	if b.broken != nil {
		return b.broken
	}
	err := ctx.Err()
	if err == nil {
		err = run()
	}
	if err != nil && !isRefusal(err) {
		b.broken = err
	}
	return err
}

// part runs one operation that writes. A refused one has drawn no IDs and is not
// counted.
func (b *block) part(perform func() error) error {
	mark := b.attempt.next
	b.parts++
	err := perform()
	if isRefusal(err) {
		b.parts--
		b.attempt.next = mark
	}
	return err
}

// note keeps what an operation of the block made and appended.
func (b *block) note(made []string, events []Event) {
	b.events += len(events)
	b.made = append(b.made, made...)
	if b.preview {
		b.previewed = append(b.previewed, events...)
	}
}

// end writes a block's operation record, or rolls a preview back.
func (s *Session) end(ctx context.Context, b *block) error {
	if b.preview {
		if err := s.readable(ctx, b); err != nil {
			return err
		}
		return errPreviewed
	}
	if b.events == 0 && s.once.IsZero() {
		return nil
	}
	b.attempt.recorded, b.attempt.appended = true, b.events
	return b.tx.Put(ctx, s.record(b.attempt, b.row, b.made, b.events))
}

// readable leaves of a preview's events those of streams that the actor may read,
// without what was not given out.
func (s *Session) readable(ctx context.Context, b *block) error {
	r := s.reads(b.attempt.now)
	var kept []Event
	err := r.gather(ctx, b.tx, func() {
		kept = nil
		for _, e := range b.previewed {
			if r.mayRead(e.Stream) {
				e.ID, e.Sequence, e.Operation = EventID{}, 0, OperationID{}
				e.Previous, e.Hash = [32]byte{}, [32]byte{}
				kept = append(kept, e)
			}
		}
	})
	b.previewed = kept
	return err
}
