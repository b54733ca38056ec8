package memstore

import "github.com/add4b1c6/tenancy"

// log is the events of a stream. It is never changed: with gives a longer one, which shares the events of this one. What is appended goes
// behind the end of every log that a snapshot holds, and there is one writer, so the slices below are shared too. Event data are values without
// slices: who has a copy of an event shares nothing with the log.
type log struct {
	stream [16]byte
	full   [][]tenancy.EventRecord // blocks of as many events
	tail   []tenancy.EventRecord   // those after them, fewer
}

// block is how many events stand together: a log is never copied as a whole.
const block = 64

// end gives the number of the last event; no log, nil, ends with zero.
func (l *log) end() uint64 {
	if l == nil {
		return 0
	}
	return uint64(len(l.full)*block + len(l.tail))
}

// event gives the event with a number from 1 to the end.
func (l *log) event(number uint64) *tenancy.EventRecord {
	i := number - 1
	if i/block < uint64(len(l.full)) {
		return &l.full[i/block][i%block]
	}
	return &l.tail[i%block]
}

// with gives the log with the event that comes after its end.
func (l *log) with(e tenancy.EventRecord) *log {
	longer := &log{stream: e.Stream.Key()}
	if l != nil {
		longer.full, longer.tail = l.full, l.tail
	}
	longer.tail = append(longer.tail, e)
	if len(longer.tail) == block {
		longer.full, longer.tail = append(longer.full, longer.tail), nil
	}
	return longer
}
