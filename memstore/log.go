package memstore

import (
	"reflect"

	"github.com/add4b1c6/tenancy"
)

// log is the events of a stream. It is never changed: with gives a longer one, which shares the events of this one. What is appended goes
// behind the end of every log that a snapshot holds, and there is one writer, so the slices below are shared too.
type log struct {
	stream [16]byte
	full   [][]tenancy.Event // blocks of as many events
	tail   []tenancy.Event   // those after them, fewer
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
func (l *log) event(number uint64) *tenancy.Event {
	i := number - 1
	if i/block < uint64(len(l.full)) {
		return &l.full[i/block][i%block]
	}
	return &l.tail[i%block]
}

// with gives the log with the event that comes after its end.
func (l *log) with(e tenancy.Event) *log {
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

// unshared gives an event that shares nothing with this one: event data may hold slices.
func unshared(e tenancy.Event) tenancy.Event {
	if e.Data != nil && shares(reflect.TypeOf(e.Data)) {
		data := reflect.New(reflect.TypeOf(e.Data)).Elem()
		data.Set(reflect.ValueOf(e.Data))
		unshare(data)
		e.Data = data.Interface().(tenancy.EventData)
	}
	return e
}

// shares says whether copies of a value of the type have something in common.
func shares(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice:
		return true
	case reflect.Struct:
		for field := range t.Fields() {
			if shares(field.Type) {
				return true
			}
		}
	}
	return false
}

// unshare gives a copied value slices of its own.
func unshare(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		if !v.IsNil() {
			copied := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(copied, v)
			v.Set(copied)
		}
		if shares(v.Type().Elem()) {
			for i := range v.Len() {
				unshare(v.Index(i))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if shares(v.Type().Field(i).Type) {
				unshare(v.Field(i))
			}
		}
	}
}
