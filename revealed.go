package tenancy

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
)

// Revealed returns a value whose JSON is that of v with the personal data in clear, for a
// response to somebody who may see v (GEN-19). v is what an operation gave, or the host's
// own struct, map or slice that holds it. It is not changed. A Secret and a ProvenEmail
// stay redacted: who has an invitation's secret can accept the invitation, so a host
// reveals one by its own method, where it writes the mail. Printed by fmt or slog, the
// returned value is "[redacted]".
//
// What encoding/json does not show, in unexported fields, is not looked at, and neither
// is what is deeper than 100 levels.
func Revealed(v any) json.Marshaler { return revealed{v} }

type revealed struct{ value any }

// MarshalJSON writes a copy in which the personal texts are marked as clear.
func (r revealed) MarshalJSON() ([]byte, error) {
	copied := reflect.New(reflect.TypeFor[any]()).Elem()
	if r.value != nil {
		copied.Set(reflect.ValueOf(r.value))
		clearer{}.clear(copied, 0)
	}
	return json.Marshal(copied.Interface())
}

// Format writes "[redacted]" under any verb.
func (r revealed) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue returns "[redacted]" to slog.
func (r revealed) LogValue() slog.Value { return slog.StringValue(redacted) }

// clearer knows which types can hold a Personal that encoding/json shows.
type clearer map[reflect.Type]bool

// clear marks the personal texts in a value that can be set. What pointers, slices, maps
// and interfaces lead to is copied first.
func (c clearer) clear(v reflect.Value, depth int) {
	if depth > 100 || !c.holds(v.Type()) {
		return
	}
	if v.Type() == reflect.TypeFor[Personal]() {
		p := v.Interface().(Personal)
		p.clear = !p.IsZero()
		v.Set(reflect.ValueOf(p))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() || field.Anonymous && field.Type.Kind() == reflect.Struct {
				c.clear(v.Field(i), depth+1)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			c.clear(v.Index(i), depth+1)
		}
	case reflect.Slice:
		if !v.IsNil() {
			copied := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(copied, v)
			v.Set(copied)
			for i := range v.Len() {
				c.clear(v.Index(i), depth+1)
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			copied := reflect.MakeMapWithSize(v.Type(), v.Len())
			for key, element := range v.Seq2() {
				copied.SetMapIndex(key, c.copyOf(element, depth))
			}
			v.Set(copied)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			copied := reflect.New(v.Type().Elem())
			copied.Elem().Set(c.copyOf(v.Elem(), depth))
			v.Set(copied)
		}
	case reflect.Interface:
		if !v.IsNil() {
			v.Set(c.copyOf(v.Elem(), depth))
		}
	}
}

// copyOf returns a copy of a value with its personal texts marked.
func (c clearer) copyOf(v reflect.Value, depth int) reflect.Value {
	copied := reflect.New(v.Type()).Elem()
	copied.Set(v)
	c.clear(copied, depth+1)
	return copied
}

// holds reports whether a value of the type can lead to a Personal.
func (c clearer) holds(t reflect.Type) bool {
	if known, seen := c[t]; seen {
		return known
	}
	c[t] = true // for a type that leads to itself, until it is known
	holds := t == reflect.TypeFor[Personal]() || t.Kind() == reflect.Interface
	switch t.Kind() {
	case reflect.Struct:
		for field := range t.Fields() {
			holds = holds || (field.IsExported() || field.Anonymous) && c.holds(field.Type)
		}
	case reflect.Array, reflect.Slice, reflect.Map, reflect.Pointer:
		holds = c.holds(t.Elem())
	}
	c[t] = holds
	return holds
}
