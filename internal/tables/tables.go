// Package tables maps the records and events of package tenancy to the tables of an SQL
// database. Each kind of record has a table, with a column for each field. Where an
// index has keys that no field holds, the table also has a key column for them. The SQL
// stores share this package. They write their own schemas, which their tests compare
// with it, and the statements that change rows.
package tables

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"

	"github.com/add4b1c6/tenancy"
)

// Type is the type of a column and of its values.
type Type uint8

// The types of columns.
const (
	ID    Type = 1 + iota // [16]byte; NULL for the zero value
	Hash                  // [32]byte; NULL for the zero value
	Text                  // string
	Key                   // string, compared and ordered byte for byte; NULL if the index does not have the record
	Int                   // int64
	Bool                  // bool
	Bytes                 // []byte
)

// Column is a column of a table.
type Column struct {
	Name     string
	Type     Type
	Nullable bool
	field    []int         // the path of the record's field; nil: it is a key column
	index    tenancy.Index // of a key column: the index whose keys it holds a part of
	part     part
}

// part is a part of a key.
type part uint8

const (
	in part = 1 + iota
	text
	id
	until // of a lookup, not of a key
)

func (p part) of(k tenancy.Key) any {
	switch p {
	case in:
		return k.In
	case text:
		return k.Text
	}
	return k.ID
}

// Table is the table of one kind of record.
type Table struct {
	Name     string
	Columns  []Column // the record's fields, then the key columns
	Identity []Column // the primary key
	Fields   int      // how many of the columns are fields
	record   reflect.Type
	identity []part
}

// All returns the tables, in the order of the indexes.
func All() []*Table { return all.tables }

// Of returns the table of a record's kind.
func Of(r tenancy.Record) (*Table, error) {
	if t := all.of[reflect.TypeOf(r)]; t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("unknown kind of record %T", r)
}

// Names returns the names of columns, joined by commas.
func Names(columns []Column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

// Values returns the values of a record's row, one for each column: [16]byte, [32]byte,
// string, int64, bool, or nil for NULL.
func (t *Table) Values(r tenancy.Record) []any {
	v := reflect.ValueOf(r)
	var room [8]tenancy.Entry
	entries := r.Entries(room[:0])
	values := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		if c.field != nil {
			values[i] = value(v.FieldByIndex(c.field))
		} else {
			values[i] = keyValue(c, entries)
		}
	}
	return values
}

// Key returns the values of the primary key of a record's row.
func (t *Table) Key(r tenancy.Record) []any {
	var room [8]tenancy.Entry
	key := r.Entries(room[:0])[0].Key
	values := make([]any, len(t.identity))
	for i, p := range t.identity {
		values[i] = orNull(p.of(key))
	}
	return values
}

// keyValue returns the value of a key column.
func keyValue(c Column, entries []tenancy.Entry) any {
	for _, e := range entries {
		if e.Index == c.index {
			return orNull(c.part.of(e.Key))
		}
	}
	return nil
}

func orNull(v any) any {
	if v == any([16]byte{}) || v == any([32]byte{}) {
		return nil
	}
	return v
}

var (
	actorType    = reflect.TypeFor[tenancy.Actor]()
	roleSetType  = reflect.TypeFor[tenancy.RoleSet]()
	personalType = reflect.TypeFor[tenancy.Personal]()
	hashType     = reflect.TypeFor[[32]byte]()
)

// value returns a field's value. An unsigned number becomes the signed number that has
// the same bits.
func value(v reflect.Value) any {
	switch v.Type() {
	case actorType:
		return v.Interface().(tenancy.Actor).String()
	case roleSetType:
		return v.Interface().(tenancy.RoleSet).String()
	case personalType:
		return v.Interface().(tenancy.Personal).Reveal()
	}
	switch v.Kind() {
	case reflect.Array:
		if v.IsZero() {
			return nil
		}
		if v.Len() == 32 {
			return v.Interface()
		}
		return v.Convert(reflect.TypeFor[[16]byte]()).Interface()
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Uint64:
		return int64(v.Uint())
	}
	return v.Int()
}

// Record reads a row of the table. scan fills a destination for each column that is a
// field: *[]byte for ID, Hash and Key, or *string, *int64 or *bool.
func (t *Table) Record(scan func(into ...any) error) (tenancy.Record, error) {
	into := Destinations(t.Columns[:t.Fields])
	if err := scan(into...); err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	v := reflect.New(t.record).Elem()
	for i, c := range t.Columns[:t.Fields] {
		if !set(v.FieldByIndex(c.field), into[i]) {
			return nil, fmt.Errorf("%s: %s of a row does not parse", t.Name, c.Name)
		}
	}
	return v.Interface().(tenancy.Record), nil
}

// Destinations makes the destinations of a scan, one for each column.
func Destinations(columns []Column) []any {
	into := make([]any, len(columns))
	for i, c := range columns {
		switch c.Type {
		case Text:
			into[i] = new(string)
		case Int:
			into[i] = new(int64)
		case Bool:
			into[i] = new(bool)
		default:
			into[i] = new([]byte)
		}
	}
	return into
}

// set sets a field to a scanned value, and reports whether the field can have that value.
func set(field reflect.Value, from any) bool {
	switch from := from.(type) {
	case *string:
		return setText(field, *from)
	case *int64:
		return setInt(field, *from)
	case *bool:
		field.SetBool(*from)
		return true
	case *[]byte:
		if field.Kind() != reflect.Array {
			return setText(field, string(*from))
		}
		if *from == nil {
			return true
		}
		return len(*from) == field.Len() && reflect.Copy(field, reflect.ValueOf(*from)) == len(*from)
	}
	return false
}

func setText(field reflect.Value, from string) bool {
	switch field.Type() {
	case actorType:
		actor, err := tenancy.ParseActor(from)
		field.Set(reflect.ValueOf(actor))
		return err == nil
	case roleSetType:
		var roles tenancy.RoleSet
		sound := parseRoles(&roles, &from)
		field.Set(reflect.ValueOf(roles))
		return sound
	case personalType:
		field.Set(reflect.ValueOf(tenancy.NewPersonal(from)))
		return true
	}
	field.SetString(from)
	return true
}

func setInt(field reflect.Value, from int64) bool {
	if field.CanInt() {
		field.SetInt(from)
		return true
	}
	if field.OverflowUint(uint64(from)) {
		return false
	}
	field.SetUint(uint64(from))
	return true
}

// snake turns a Go name into a column's name: MergedInto into merged_into,
// HIPAAReference into hipaa_reference.
func snake(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 &&
			(!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// columnsOf returns the columns of a struct's fields. A struct within it becomes the
// columns of its own fields, with a prefix for Limits.
func columnsOf(of reflect.Type, path []int, prefix string) (columns []Column) {
	for i := range of.NumField() {
		f := of.Field(i)
		at := append(append([]int{}, path...), i)
		c := Column{Name: prefix + snake(f.Name), field: at}
		switch {
		case f.Type == hashType:
			c.Type, c.Nullable = Hash, true
		case f.Type.Kind() == reflect.Array:
			if c.Type, c.Nullable = ID, true; f.Name != "ID" {
				c.Name += "_id"
			}
		case f.Type == actorType || f.Type == roleSetType || f.Type == personalType || f.Type.Kind() == reflect.String:
			c.Type = Text
		case f.Type.Kind() == reflect.Bool:
			c.Type = Bool
		case f.Type == reflect.TypeFor[tenancy.Limits]():
			columns = append(columns, columnsOf(f.Type, at, prefix+"limit_")...)
			continue
		case f.Type.Kind() == reflect.Struct:
			columns = append(columns, columnsOf(f.Type, at, prefix)...)
			continue
		default:
			c.Type = Int
		}
		columns = append(columns, c)
	}
	return columns
}
