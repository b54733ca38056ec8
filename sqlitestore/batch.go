package sqlitestore

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/tables"
)

// batch is how many lookups of one kind a statement answers in a step that has many.
// The fixed cost of a statement is most of the cost of a lookup.
const batch = 32

// batchKind is what lookups that a statement answers together have in common: the
// index, and whether they ask for the record at a key or for all records in something.
type batchKind struct {
	index tenancy.Index
	whole bool
}

// kindOf returns the kind of a lookup. It returns false for a lookup that is answered
// alone.
func kindOf(l tenancy.Lookup) (batchKind, bool) {
	exact := l.Limit == 0 && !l.Count && l.Skip == 0
	whole := l.Limit >= math.MaxInt32 && !l.Count && l.Until == "" && l.Skip == 0 && l.Key == tenancy.Key{In: l.Key.In} &&
		l.Key.In != [16]byte{}
	return batchKind{l.Index, whole}, exact || whole
}

// batching holds, for each kind, the statement that answers a batch: it returns the
// rows at the keys, each with the place of its key.
var batching = func() map[batchKind]string {
	texts := map[batchKind]string{}
	for _, x := range tables.Indexes() {
		if x.IndexInfo.Exact {
			texts[batchKind{x.Index, false}] = batchOf(x, x.Columns(), nil)
		}
		if x.Listed && x.In {
			texts[batchKind{x.Index, true}] = batchOf(x, x.Columns()[:1], x.Columns()[1:])
		}
	}
	return texts
}()

// batchOf returns a statement that finds rows by some columns, in the order of others.
func batchOf(x *tables.Index, by, order []tables.Column) string {
	keys, rows, conditions := "place", make([]string, batch), make([]string, 0, len(by)+1)
	for i, c := range by {
		keys += fmt.Sprintf(", key%d", i)
		conditions = append(conditions, fmt.Sprintf("%s = key%d", c.Name, i))
	}
	for i := range rows {
		rows[i] = fmt.Sprintf("(%d, %s)", i, marks(len(by)))
	}
	if x.Where != "" {
		conditions = append(conditions, x.Where)
	}
	text := "WITH asked (" + keys + ") AS (VALUES " + strings.Join(rows, ", ") + ") SELECT place, " +
		tables.Names(x.Table.Columns[:x.Table.Fields]) +
		" FROM asked CROSS JOIN " + x.Table.Name + " ON " + strings.Join(conditions, " AND ")
	if len(order) > 0 {
		text += " ORDER BY place, " + tables.Names(order)
	}
	return text
}

// batches answers the lookups of each kind that has enough of them. It returns the
// places of the others.
func (t *tx) batches(
	ctx context.Context, lookups []tenancy.Lookup, answers []tenancy.Answer,
) (left []int, err error) {
	of := map[batchKind][]int{}
	for i, l := range lookups {
		if kind, ok := kindOf(l); ok {
			of[kind] = append(of[kind], i)
		} else {
			left = append(left, i)
		}
	}
	for kind, places := range of {
		for text := batching[kind]; text != "" && len(places) >= batch/2; {
			some := places[:min(batch, len(places))]
			if err := t.batch(ctx, text, some, lookups, answers); err != nil {
				return nil, err
			}
			places = places[len(some):]
		}
		left = append(left, places...)
	}
	return left, nil
}

// batch answers the lookups of one kind that are at some places.
func (t *tx) batch(
	ctx context.Context, text string, some []int, lookups []tenancy.Lookup, answers []tenancy.Answer,
) error {
	x, err := tables.At(lookups[some[0]].Index)
	if err != nil {
		return wrap(err)
	}
	whole := lookups[some[0]].Limit > 0
	parts := 1
	if !whole {
		parts = len(x.Columns())
	}
	args := make([]any, batch*parts)
	for i, place := range some {
		q, err := x.Query(lookups[place])
		if err != nil {
			return wrap(err)
		}
		if q != nil { // else the answer is empty whatever is stored
			values, _ := q.Arguments(lookups[place])
			copy(args[i*parts:], values[:parts])
		}
	}
	return t.ask(ctx, text, args, func(rows *sql.Rows) error {
		var at int
		record, err := x.Table.Record(func(into ...any) error {
			return rows.Scan(append([]any{&at},
				into...)...)
		})
		if err != nil {
			return wrap(err)
		}
		a := &answers[some[at]]
		if whole {
			a.Records = append(a.Records, record)
		} else {
			a.Record = record
		}
		return holds(x, record, lookups[some[at]])
	})
}

// holds returns an error for a row that differs from what the index has of its record.
func holds(x *tables.Index, r tenancy.Record, l tenancy.Lookup) error {
	if !x.Holds(r, l) {
		return fmt.Errorf("sqlitestore: %s: a row that index %s does not have of its record",
			x.Table.Name, x.Name)
	}
	return nil
}
