package pgstore

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/tables"
)

const maxInt = math.MaxInt64

var errRow = errors.New("a row is not what its index says")

// pgUUID returns an ID as a parameter: NULL for the zero ID.
func pgUUID[ID ~[16]byte](id ID) pgtype.UUID {
	return pgtype.UUID{Bytes: id, Valid: id != ID{}}
}

// questions are the statements that answer lookups.
type questions struct {
	batch   pgx.Batch
	lookups []tenancy.Lookup
	asked   []*question
}

// question is a statement, with the places of the lookups that it answers.
type question struct {
	index  *tables.Index
	query  *tables.Query
	places []int
}

// few is the largest number of lookups of one kind that get a statement each. More are
// asked by one statement.
const few = 3

func newQuestions(lookups []tenancy.Lookup) (*questions, error) {
	type kind struct {
		query       *tables.Query
		limit, skip int
	}
	q := &questions{lookups: lookups}
	kinds := map[kind]*question{}
	for i, l := range lookups {
		x, err := tables.At(l.Index)
		if err != nil {
			return nil, wrap(err)
		}
		query, err := x.Query(l)
		if err != nil {
			return nil, wrap(err)
		}
		if query == nil {
			continue
		}
		k := kind{query, l.Limit, l.Skip}
		if kinds[k] == nil {
			kinds[k] = &question{index: x, query: query}
			q.asked = append(q.asked, kinds[k])
		}
		kinds[k].places = append(kinds[k].places, i)
	}
	for _, asked := range q.asked {
		q.queue(asked)
	}
	return q, nil
}

func (q *questions) queue(asked *question) {
	statement := reads[asked.query]
	if len(asked.places) <= few {
		for _, i := range asked.places {
			values, types := asked.query.Arguments(q.lookups[i])
			for j := range values {
				values[j] = argument(values[j], types[j])
			}
			q.batch.Queue(statement.one, values...)
		}
		return
	}
	keys := newArrays(statement.keys, len(asked.places))
	for _, i := range asked.places {
		values, _ := asked.query.Arguments(q.lookups[i])
		keys.add(append([]any{int64(i)}, values[:len(keys)-1]...))
	}
	values, _ := asked.query.Arguments(q.lookups[asked.places[0]])
	keys = append(keys, values[len(values)-asked.query.Shared():]...)
	q.batch.Queue(statement.many, keys...)
}

// read reads the results into the answers.
func (q *questions) read(results pgx.BatchResults, answers []tenancy.Answer) error {
	for _, asked := range q.asked {
		if len(asked.places) > few {
			if err := q.scan(results, asked, answers, nil); err != nil {
				return err
			}
			continue
		}
		for _, place := range asked.places {
			if err := q.scan(results, asked, answers, &place); err != nil {
				return err
			}
		}
	}
	return nil
}

// scan reads the rows of a statement. They answer the lookup at one place, or several
// lookups; then each row begins with its place.
func (q *questions) scan(results pgx.BatchResults, asked *question, answers []tenancy.Answer, only *int) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	var place int
	scan := func(into ...any) error { return rows.Scan(append([]any{&place}, into...)...) }
	if only != nil {
		place, scan = *only, rows.Scan
	}
	for rows.Next() {
		if err := asked.answer(q.lookups, answers, scan, &place); err != nil {
			return err
		}
	}
	return rows.Err()
}

// answer reads a row.
func (asked *question) answer(
	lookups []tenancy.Lookup, answers []tenancy.Answer, scan func(...any) error, place *int,
) error {
	if lookups[asked.places[0]].Count {
		var count int
		if err := scan(&count); err != nil {
			return err
		}
		answers[*place].Count = count
		return nil
	}
	table := asked.index.Table
	record, err := table.Record(scanning(table.Columns[:table.Fields], scan))
	if err != nil {
		return wrap(err)
	}
	l, to := lookups[*place], &answers[*place]
	switch {
	case !asked.index.Holds(record, l):
		return fmt.Errorf("pgstore: %s: %w", table.Name, errRow)
	case l.Limit == 0:
		to.Record = record
	default:
		to.Records = append(to.Records, record)
	}
	return nil
}

// scanning returns a function that scans a row of columns into the types of package
// tables. IDs arrive as text in the modes in which the driver does not ask the server
// for types.
func scanning(columns []tables.Column, scan func(...any) error) func(...any) error {
	return func(into ...any) error {
		into = slices.Clone(into)
		for i, c := range columns {
			if c.Type == tables.ID {
				into[i] = idBytes{into[i].(*[]byte)}
			}
		}
		return scan(into...)
	}
}

// idBytes receives the 16 bytes of an ID, or nil for NULL.
type idBytes struct{ to *[]byte }

// ScanUUID receives an ID from pgx.
func (b idBytes) ScanUUID(v pgtype.UUID) error {
	if *b.to = nil; v.Valid {
		*b.to = v.Bytes[:]
	}
	return nil
}
