package tenancy

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// attempt is what all attempts of one call have in common.
type attempt struct {
	tape
	operation OperationID // given by Once, or drawn
	nonce     EventID     // by which this call knows its own operation record again
	recorded  bool        // the last attempt wrote an operation record
	appended  int         // how many events the last attempt appended
	unlogged  []Record    // what the last attempt wrote without one
	removed   []Record    // what the last attempt removed without one
}

// attempt begins a call.
func (s *Session) attempt() *attempt {
	a := &attempt{tape: tape{dir: s.dir, now: instantOf(s.dir.now())}}
	a.operation = s.once
	if a.operation.IsZero() {
		a.operation = OperationID(a.id())
	}
	a.nonce = EventID(a.id())
	a.drawn, a.next = nil, 0
	return a
}

// write carries out what a decision said: the heads of the streams, then the
// records, then the events. A decision that said nothing writes no operation
// record, unless Once gave its ID. It may change records that no event tells of: when a
// domain's record was last found, addresses and operation IDs that were purged.
func (s *Session) write(ctx context.Context, tx Tx, a *attempt, r *reads, c *changes) error {
	c.world.mustApply("an operation")
	if err := r.settleIdentities(ctx, tx, c); err != nil {
		return err
	}
	if err := r.releaseServiceAccounts(ctx, tx, c); err != nil {
		return err
	}
	heads, derived, err := r.finish(ctx, tx, c)
	if err != nil {
		return err
	}
	changed, deleted := c.world.changed()
	changed, deleted = append(changed, derived.put...), append(deleted, derived.deleted...)
	givenID := s.block == nil && !s.once.IsZero()
	if len(c.said) == 0 && !givenID {
		a.unlogged, a.removed = changed, deleted
		return cmp.Or(writeRecords(ctx, tx, changed, deleted), c.tape.err)
	}
	events, records := s.events(a, c, heads)
	if err := putHeads(ctx, tx, heads); err != nil {
		return err
	}
	if b := s.block; b != nil {
		b.note(c.made, events)
	} else {
		a.recorded, a.appended = true, len(events)
		changed = append(changed, s.record(a, c.row, c.made, len(events)))
	}
	if err := writeRecords(ctx, tx, changed, deleted); err != nil {
		return err
	}
	for _, move := range c.world.moves {
		if err := tx.MoveAll(ctx, move); err != nil {
			return err
		}
	}
	if err := tx.Append(ctx, records...); err != nil {
		return err
	}
	return c.tape.err
}

// writeRecords deletes records, and then writes others: these may have the place of what
// was deleted.
func writeRecords(ctx context.Context, tx Tx, changed, deleted []Record) error {
	if len(deleted) > 0 {
		if err := tx.Delete(ctx, deleted...); err != nil {
			return err
		}
	}
	if len(changed) > 0 {
		return tx.Put(ctx, changed...)
	}
	return nil
}

// record is the operation record of a call.
func (s *Session) record(a *attempt, row *operationRow, made []string, events int) OperationRecord {
	return OperationRecord{Actor: s.actor, ID: a.operation, Name: row.name, Call: a.nonce, Time: a.now,
		Made: strings.Join(made, " "), Events: events}
}

// heads returns the head of every stream that something was said in. It asks for those
// that load did not ask for.
func (r *reads) heads(said []saying) map[Stream]*HeadRecord {
	heads := map[Stream]*HeadRecord{}
	for _, what := range said {
		for _, stream := range what.streams {
			if heads[stream] = find(r, headOf(stream)); heads[stream] == nil {
				heads[stream] = &HeadRecord{Stream: stream}
			}
		}
	}
	return heads
}

// putHeads writes heads before anything else and in order: whoever else appends to
// these streams waits here, and no two writers wait for each other.
func putHeads(ctx context.Context, tx Tx, heads map[Stream]*HeadRecord) error {
	var records []Record
	for _, stream := range slices.SortedFunc(maps.Keys(heads), compareStreams) {
		records = append(records, *heads[stream])
	}
	return tx.Put(ctx, records...)
}

// events makes the events of what was said, as they are and as they are stored,
// and moves the heads on.
func (s *Session) events(
	a *attempt, c *changes, heads map[Stream]*HeadRecord,
) (events []Event, records []EventRecord) {
	part, n := 0, 0
	if s.block != nil {
		part = s.block.parts
	}
	for _, what := range c.said {
		n += len(what.streams)
	}
	events, records = make([]Event, 0, n), make([]EventRecord, 0, n)
	for step, what := range c.said {
		for _, stream := range what.streams {
			head := heads[stream]
			e := Event{ID: EventID(c.tape.id()), Stream: stream, Sequence: head.Sequence + 1, Time: a.now,
				Actor: s.actor, Key: s.key, Name: c.row.name, Operation: a.operation, Part: part, Step: step,
				Correlation: s.correlation, Data: what.data, Previous: head.Hash}
			record := e.record()
			record.Hash = record.hash()
			e.Hash = record.Hash
			head.Sequence, head.Hash = e.Sequence, e.Hash
			events, records = append(events, e), append(records, record)
		}
	}
	return events, records
}

// commitTries is how often a transaction is tried whose commit was lost.
const commitTries = 5

// commit runs a transaction. Where the store cannot say whether it was committed,
// commit finds out, and runs it again if it was not (GEN-13). The commit of a host's
// transaction is the host's to settle.
func (s *Session) commit(ctx context.Context, c call, a *attempt, fn func(context.Context, Tx) error) error {
	for range commitTries {
		err, doubtful := s.tryCommit(ctx, a, fn)
		if !doubtful || s.dir.joined {
			return err
		}
		if done, err := s.resolve(ctx, c, a); done || err != nil {
			return err
		}
	}
	return CodeBusy
}

// tryCommit runs a transaction once. It is doubtful if fn succeeded and the store
// does not know whether the commit did.
func (s *Session) tryCommit(
	ctx context.Context, a *attempt, fn func(context.Context, Tx) error,
) (err error, doubtful bool) {
	finished := false
	err = s.dir.store.Update(ctx, func(ctx context.Context, tx Tx) error {
		a.start()
		a.recorded, a.appended, a.unlogged, a.removed = false, 0, nil, nil
		err := fn(ctx, tx)
		finished = err == nil
		return err
	})
	return err, finished && errors.Is(err, CodeAmbiguous)
}

// resolve finds out what became of a doubtful commit: done, or an error, or neither
// if the transaction is to run again.
func (s *Session) resolve(ctx context.Context, c call, a *attempt) (done bool, err error) {
	if !a.recorded {
		return s.stands(ctx, a.unlogged, a.removed) // if not, what arrives late says the same
	}
	record, err := s.settle(ctx, a.operation)
	switch {
	case err != nil:
		return false, &Error{Err: CodeAmbiguous, Operation: a.operation, Attempted: a.now.Time()}
	case record == nil:
		return false, ctx.Err()
	case record.Call == a.nonce:
		return true, nil
	}
	return true, usedUp(c, record)
}

// settleTime is how long settling may take when the caller's context has ended or
// gives less.
const settleTime = 10 * time.Second

// settle returns the record of an operation that was done, or nil if it was not.
// Then it has written a fence under the ID, over an old one and over what is forgotten
// too, so that a commit still on its way cannot succeed afterwards.
func (s *Session) settle(ctx context.Context, id OperationID) (done *OperationRecord, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	call := s.attempt()
	err = s.dir.store.Update(ctx, func(ctx context.Context, tx Tx) error {
		r := s.reads(call.now)
		if err := r.gather(ctx, tx, func() { done = r.remembered(s.actor, id) }); err != nil {
			return err
		}
		if done != nil && !done.Fence {
			return nil
		}
		done = nil
		return tx.Put(ctx,
			OperationRecord{Actor: s.actor, ID: id, Call: call.nonce, Time: call.now, Fence: true})
	})
	return done, err
}

// stands reports whether records that were put without an operation record are there,
// and those that were removed are not.
func (s *Session) stands(ctx context.Context, put, removed []Record) (stands bool, err error) {
	if len(put)+len(removed) == 0 {
		return true, nil
	}
	var lookups []Lookup
	for _, record := range slices.Concat(put, removed) {
		at := identity(record)
		lookups = append(lookups, Lookup{Index: at.Index, Key: at.Key})
	}
	want := append(slices.Clone(put), make([]Record, len(removed))...)
	err = s.dir.store.View(ctx, func(ctx context.Context, tx ReadTx) error {
		answers, err := tx.Read(ctx, lookups...)
		stands = err == nil
		for i, answer := range answers {
			stands = stands && answer.Record == want[i]
		}
		return err
	})
	return stands, err
}
