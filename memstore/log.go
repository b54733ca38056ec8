package memstore

import (
	"slices"

	"github.com/add4b1c6/tenancy"
)

// log is the events of a stream. It is never changed. An EventRecord is a value: a copy of
// it shares nothing with the log that could be changed.
type log struct {
	stream [16]byte
	events blocks[tenancy.EventRecord]
}

// end returns the number of the last event. A nil log has none and ends with zero.
func (l *log) end() uint64 {
	if l == nil {
		return 0
	}
	return uint64(l.events.len())
}

// event returns the event with a number, which is from 1 to the end.
func (l *log) event(number uint64) *tenancy.EventRecord { return l.events.at(int(number - 1)) }

// with returns the log with an event that a writer appends.
func (l *log) with(e tenancy.EventRecord, writer *room) *log {
	longer := &log{stream: e.Stream.Key()}
	if l != nil {
		longer.events = l.events
	}
	longer.events = longer.events.with(e, writer)
	return longer
}

// blocks is a list that only grows. It is never changed: with returns a longer one, which
// shares the values of this one. Appending writes behind the end of every list that a
// snapshot holds, and a store has one writer, so longer and shorter lists of a store also
// share the slices. A copy of the store appends to slices of its own.
type blocks[T any] struct {
	writer *room // the room of the writer that may append behind the end
	full   [][]T // blocks, each of that many values
	tail   []T   // the values after the blocks, fewer than a block
}

// block is how many values are stored together. No list is ever copied as a whole.
const block = 64

func (b *blocks[T]) len() int { return len(b.full)*block + len(b.tail) }

// at returns the value at a place, which is from 0 on.
func (b *blocks[T]) at(i int) *T {
	if i/block < len(b.full) {
		return &b.full[i/block][i%block]
	}
	return &b.tail[i%block]
}

// with returns the list with a value that a writer appends.
func (b blocks[T]) with(v T, writer *room) blocks[T] {
	if b.writer != writer {
		b = b.first(b.len())
		b.writer = writer
	}
	b.tail = append(b.tail, v)
	if len(b.tail) == block {
		b.full, b.tail = append(b.full, b.tail), nil
	}
	return b
}

// first returns the first values of the list, as one that nobody appends to.
func (b blocks[T]) first(n int) blocks[T] {
	first := blocks[T]{full: slices.Clip(b.full[:n/block])}
	switch {
	case n/block < len(b.full):
		first.tail = slices.Clip(b.full[n/block][:n%block])
	default:
		first.tail = slices.Clip(b.tail[:n%block])
	}
	return first
}
