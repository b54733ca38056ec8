package memstore

import (
	"slices"

	"github.com/add4b1c6/tenancy"
)

// log is the events of a stream. It is never changed: with returns a longer log, which
// shares the events of this one. Appending writes behind the end of every log that a
// snapshot holds, and a store has one writer, so longer and shorter logs of a store also
// share the slices. A copy of the store appends to slices of its own. An EventRecord is a
// value: a copy of it shares nothing with the log that could be changed.
type log struct {
	writer *room // the room of the writer that may append behind the end
	stream [16]byte
	full   [][]tenancy.EventRecord // blocks, each of that many events
	tail   []tenancy.EventRecord   // the events after the blocks, fewer than a block
}

// block is how many events are stored together. No log is ever copied as a whole.
const block = 64

// end returns the number of the last event. A nil log has none and ends with zero.
func (l *log) end() uint64 {
	if l == nil {
		return 0
	}
	return uint64(len(l.full)*block + len(l.tail))
}

// event returns the event with a number, which is from 1 to the end.
func (l *log) event(number uint64) *tenancy.EventRecord {
	i := number - 1
	if i/block < uint64(len(l.full)) {
		return &l.full[i/block][i%block]
	}
	return &l.tail[i%block]
}

// with returns the log with an event that a writer appends.
func (l *log) with(e tenancy.EventRecord, writer *room) *log {
	longer := &log{writer: writer, stream: e.Stream.Key()}
	switch {
	case l != nil && l.writer == writer:
		longer.full, longer.tail = l.full, l.tail
	case l != nil:
		longer.full, longer.tail = slices.Clip(l.full), slices.Clip(l.tail)
	}
	longer.tail = append(longer.tail, e)
	if len(longer.tail) == block {
		longer.full, longer.tail = append(longer.full, longer.tail), nil
	}
	return longer
}
