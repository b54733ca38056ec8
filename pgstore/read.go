package pgstore

import (
	"errors"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/tables"
)

const maxInt = math.MaxInt64

var errRow = errors.New("a row is not what its index says")

// pgUUID gives an ID; NULL for the zero one.
func pgUUID[ID ~[16]byte](id ID) pgtype.UUID {
	return pgtype.UUID{Bytes: id, Valid: id != ID{}}
}

// questions are the statements that answer lookups.
type questions struct {
	batch   pgx.Batch
	lookups []tenancy.Lookup
	asked   []question
}

// question is a statement, and which lookup it answers.
type question struct {
	at    int
	index *tables.Index
}

func newQuestions(lookups []tenancy.Lookup) (*questions, error) {
	q := &questions{lookups: lookups}
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
		values, types := query.Arguments(l)
		for j := range values {
			values[j] = argument(values[j], types[j])
		}
		q.batch.Queue(reads[query], values...)
		q.asked = append(q.asked, question{i, x})
	}
	return q, nil
}

// read reads the results into the answers.
func (q *questions) read(results pgx.BatchResults, answers []tenancy.Answer) error {
	for _, asked := range q.asked {
		l := q.lookups[asked.at]
		to := &answers[asked.at]
		if l.Count {
			if err := results.QueryRow().Scan(&to.Count); err != nil {
				return err
			}
			continue
		}
		rows, err := results.Query()
		if err != nil {
			return err
		}
		if err := scan(rows, asked.index, l, to); err != nil {
			return err
		}
	}
	return nil
}

// scan reads the rows of a lookup.
func scan(rows pgx.Rows, x *tables.Index, l tenancy.Lookup, to *tenancy.Answer) error {
	defer rows.Close()
	for rows.Next() {
		record, err := x.Table.Record(rows.Scan)
		if err != nil {
			return wrap(err)
		}
		if !x.Holds(record, l) {
			return fmt.Errorf("pgstore: %s: %w", x.Table.Name, errRow)
		}
		if l.Limit == 0 {
			to.Record = record
		} else {
			to.Records = append(to.Records, record)
		}
	}
	return rows.Err()
}

// scanAccess reads the row of readAccess.
func scanAccess(row pgx.Row) (tenancy.AccessRow, error) {
	var access tenancy.AccessRow
	var inactiveOrganization, inactiveOperator, deleted, byCustomer, byPlatform, parentByCustomer, parentByPlatform *bool
	var organization, parent pgtype.UUID
	var closed, role *int64
	var roles, parentRoles *string
	if err := row.Scan(&inactiveOrganization, &inactiveOperator, &deleted, &organization, &parent, &closed, &byCustomer, &byPlatform,
		&parentByCustomer, &parentByPlatform, &roles, &parentRoles, &role); err != nil {
		return access, err
	}
	if deleted != nil {
		access.SetUser(tenancy.UserRecord{InactiveOrganization: *inactiveOrganization, InactiveOperator: *inactiveOperator, Deleted: *deleted})
	}
	if closed != nil {
		access.SetAccount(tenancy.AccountRecord{Organization: organization.Bytes, Parent: parent.Bytes, Closed: tenancy.Instant(*closed),
			SuspendedCustomer: *byCustomer, SuspendedPlatform: *byPlatform})
	}
	if parentByCustomer != nil {
		access.SetParent(tenancy.AccountRecord{SuspendedCustomer: *parentByCustomer, SuspendedPlatform: *parentByPlatform})
	}
	if role != nil {
		if *role < 0 || *role > math.MaxUint8 {
			return access, fmt.Errorf("pgstore: tenancy_members: %w", errRow)
		}
		access.SetMembership(tenancy.MembershipRecord{Role: tenancy.OrganizationRole(*role)})
	}
	return access, parseRoles(map[*tenancy.RoleSet]*string{&access.Roles: roles, &access.ParentRoles: parentRoles})
}

func parseRoles(sets map[*tenancy.RoleSet]*string) error {
	for to, text := range sets {
		if text == nil {
			continue
		}
		if err := to.UnmarshalText([]byte(*text)); err != nil || to.String() != *text {
			return fmt.Errorf("pgstore: tenancy_grants: %w", errRow)
		}
	}
	return nil
}
