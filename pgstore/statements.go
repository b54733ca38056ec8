package pgstore

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/add4b1c6/tenancy/internal/tables"
)

// The statements that begin and end transactions.
const (
	beginView   = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	alone       = "" // a single statement begins none
	beginUpdate = "BEGIN ISOLATION LEVEL SERIALIZABLE"
	commit      = "COMMIT"

	// While a table is small a server would rather read all of it. In a SERIALIZABLE
	// transaction that is a conflict with every writer of the table, and the connection
	// keeps the plan when the table has grown.
	useIndexes  = "SET LOCAL enable_seqscan = off"
	showIndexes = "SHOW enable_seqscan"
	rollback    = "ROLLBACK"

	// No lock is waited for longer. Zero would be without end.
	setLockTimeout = "SELECT set_config('lock_timeout', $1, true)"

	savepoint           = "SAVEPOINT tenancy"
	releaseSavepoint    = "RELEASE SAVEPOINT tenancy"
	rollbackToSavepoint = "ROLLBACK TO SAVEPOINT tenancy"
	showIsolation       = "SHOW transaction_isolation"
)

// Every statement that changes rows has two forms: one for a single row, and one with
// an array per column for any number of rows.

// arrays are the parameters of the second form. Each is a pgtype.FlatArray of UUIDs, a [][]byte,
// []string, []int64 or []bool.
type arrays []any

var arrayTypes = map[tables.Type]string{
	tables.ID: "uuid[]", tables.Hash: "bytea[]", tables.Key: "bytea[]", tables.Bytes: "bytea[]",
	tables.Text: "text[]", tables.Int: "bigint[]", tables.Bool: "boolean[]",
}

// newArrays returns empty arrays for columns, with space for so many rows.
func newArrays(columns []tables.Column, rows int) arrays {
	a := make(arrays, len(columns))
	for i, c := range columns {
		switch c.Type {
		case tables.ID:
			a[i] = make(pgtype.FlatArray[pgtype.UUID], 0, rows)
		case tables.Text:
			a[i] = make([]string, 0, rows)
		case tables.Int:
			a[i] = make([]int64, 0, rows)
		case tables.Bool:
			a[i] = make([]bool, 0, rows)
		default:
			a[i] = make([][]byte, 0, rows)
		}
	}
	return a
}

// add appends a row.
func (a arrays) add(values []any) {
	for i, v := range values {
		switch to := a[i].(type) {
		case pgtype.FlatArray[pgtype.UUID]:
			a[i] = append(to, uuid(v))
		case []string:
			a[i] = append(to, v.(string))
		case []int64:
			a[i] = append(to, v.(int64))
		case []bool:
			a[i] = append(to, v.(bool))
		case [][]byte:
			a[i] = append(to, binary(v))
		}
	}
}

func uuid(v any) pgtype.UUID {
	id, ok := v.([16]byte)
	return pgtype.UUID{Bytes: id, Valid: ok}
}

// binary returns a value of a bytea column, or nil for NULL.
func binary(v any) []byte {
	switch v := v.(type) {
	case [32]byte:
		return v[:]
	case string:
		return []byte(v)
	case []byte:
		return v
	}
	return nil
}

// argument converts a value to the parameter for a column's type.
func argument(v any, of tables.Type) any {
	switch of {
	case tables.ID:
		return uuid(v)
	case tables.Key, tables.Hash, tables.Bytes:
		return binary(v)
	}
	return v
}

// casts are the types that parameters are sent as, so that no mode of the driver has to
// ask the server.
var casts = map[tables.Type]string{tables.ID: "uuid", tables.Hash: "bytea", tables.Key: "bytea",
	tables.Bytes: "bytea", tables.Text: "text", tables.Int: "bigint", tables.Bool: "boolean"}

// unnest returns the SQL for the rows of arrays.
func unnest(columns []tables.Column) string {
	var b strings.Builder
	b.WriteString("unnest(")
	for i, c := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d::%s", i+1, arrayTypes[c.Type])
	}
	return b.String() + ")"
}

// statement changes rows. Its first form has a parameter for each column, its second an
// array.
type statement struct {
	one, many string
	columns   []tables.Column
}

// insert returns the statement that inserts rows.
func insert(table string, columns []tables.Column, clash string) statement {
	into := fmt.Sprintf("INSERT INTO %s (%s) ", table, tables.Names(columns))
	return statement{into + "VALUES (" + parameters(columns) + ")" + clash,
		into + "SELECT * FROM " + unnest(columns) + clash, columns}
}

// remove returns the statement that deletes rows by their primary key.
func remove(table string, key []tables.Column) statement {
	from := fmt.Sprintf("DELETE FROM %s WHERE (%s) ", table, tables.Names(key))
	return statement{from + "= (" + parameters(key) + ")", from + "IN (SELECT * FROM " + unnest(key) + ")", key}
}

// parameters returns the SQL for a row of parameters.
func parameters(columns []tables.Column) string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = fmt.Sprintf("$%d::%s", i+1, casts[c.Type])
	}
	return strings.Join(all, ", ")
}

// keep queues the statement for rows.
func (s statement) keep(to *pgx.Batch, rows [][]any) {
	switch len(rows) {
	case 0:
	case 1:
		values := make([]any, len(s.columns))
		for i, c := range s.columns {
			values[i] = argument(rows[0][i], c.Type)
		}
		to.Queue(s.one, values...)
	default:
		a := newArrays(s.columns, len(rows))
		for _, row := range rows {
			a.add(row)
		}
		to.Queue(s.many, a...)
	}
}

// change holds the statements that change the rows of one table.
type change struct{ put, remove statement }

// changes holds the statements of every table.
var changes = func() map[*tables.Table]change {
	all := map[*tables.Table]change{}
	for _, t := range tables.All() {
		var sets []string
		for _, c := range t.Columns {
			if !slices.ContainsFunc(t.Identity, func(key tables.Column) bool { return key.Name == c.Name }) {
				sets = append(sets, c.Name+" = excluded."+c.Name)
			}
		}
		key := tables.Names(t.Identity)
		clash := "DO NOTHING" // a row that is all key
		if len(sets) > 0 {
			clash = "DO UPDATE SET " + strings.Join(sets, ", ")
		}
		all[t] = change{
			put: insert(t.Name, t.Columns,
				fmt.Sprintf(" ON CONFLICT (%s) %s", key, clash)),
			remove: remove(t.Name, t.Identity),
		}
	}
	return all
}()

// read holds the statement that answers one lookup, and the one that answers several
// lookups that differ only in their keys.
type read struct {
	one  string
	many string          // begins each row with the lookup's place
	keys []tables.Column // of many: its arrays'
}

// reads holds the statements that ask the indexes, with their parameters cast.
var reads = func() map[*tables.Query]read {
	all := map[*tables.Query]read{}
	for _, x := range tables.Indexes() {
		for _, q := range x.Queries() {
			all[q] = newRead(x, q)
		}
	}
	return all
}()

func newRead(x *tables.Index, q *tables.Query) read {
	_, types := q.Arguments(noLookup)
	r := read{one: q.SQL, many: q.SQL, keys: []tables.Column{{Name: "place", Type: tables.Int}}}
	own := len(types) - q.Shared() // parameters that differ from lookup to lookup
	for i := len(types); i > 0; i-- {
		parameter, name := fmt.Sprintf("$%d", i), fmt.Sprintf("key_%d", i)
		r.one = strings.ReplaceAll(r.one, parameter, parameter+"::"+casts[types[i-1]])
		if i > own {
			r.many = strings.ReplaceAll(r.many, parameter,
				fmt.Sprintf("$%d::bigint", i+1)) // after the places' array and those of the keys
			continue
		}
		r.many = strings.ReplaceAll(r.many, parameter, "asked."+name)
	}
	for i, of := range types[:own] {
		r.keys = append(r.keys, tables.Column{Name: fmt.Sprintf("key_%d", i+1), Type: of})
	}
	columns, order := tables.Names(x.Table.Columns[:x.Table.Fields]), "asked.place"
	if x.Lists(q) {
		// So that the order within a place does not depend on how the server finds the
		// rows.
		var ordered strings.Builder
		ordered.WriteString(columns)
		for i, c := range x.Columns() {
			fmt.Fprintf(&ordered, ", %s AS order_%d", c.Name, i)
			order += fmt.Sprintf(", found.order_%d", i)
		}
		r.many = strings.Replace(r.many, columns, ordered.String(), 1)
	}
	if q == &x.Count {
		columns = "count"
	}
	r.many = fmt.Sprintf(
		"SELECT asked.place, %s FROM %s AS asked (%s) CROSS JOIN LATERAL (%s) AS found ORDER BY %s",
		"found."+strings.ReplaceAll(columns, ", ", ", found."), unnest(r.keys), tables.Names(r.keys), r.many,
		order)
	return r
}

var (
	eventKey     = tables.EventColumns[:2]
	eventColumns = tables.Names(tables.EventColumns)

	appendEvents   = insert("tenancy_events", tables.EventColumns, "")
	appendSubjects = insert("tenancy_event_subjects", tables.SubjectColumns, "")
	appendOutbox   = insert("tenancy_outbox", eventKey, "")
	ackOutbox      = remove("tenancy_outbox", eventKey)
	readEvents     = "SELECT " + eventColumns +
		" FROM tenancy_events WHERE stream = $1::uuid AND sequence >= $2::bigint ORDER BY sequence LIMIT $3::bigint"
)

// findEvents holds the statements that find events, with their parameters cast.
var findEvents = func() map[*tables.EventQuery]string {
	all := map[*tables.EventQuery]string{}
	for _, q := range tables.EventQueries() {
		all[q] = q.SQL
		for i, of := range q.Types {
			parameter := fmt.Sprintf("$%d", i+1)
			all[q] = strings.ReplaceAll(all[q], parameter, parameter+"::"+casts[of])
		}
	}
	return all
}()

// readOutbox goes from stream to stream and reads the first event of each, however many
// wait behind it.
var readOutbox = `WITH RECURSIVE pending (stream, sequence, place) AS (
	(SELECT stream, sequence, 1::bigint FROM tenancy_outbox WHERE stream > $1::uuid ORDER BY stream, sequence LIMIT 1)
	UNION ALL
	SELECT following.stream, following.sequence, pending.place + 1 FROM pending, LATERAL (
		SELECT stream, sequence FROM tenancy_outbox WHERE tenancy_outbox.stream > pending.stream ORDER BY stream, sequence LIMIT 1) AS following
	WHERE pending.place < $2::bigint)
SELECT ` + eventColumns + ` FROM pending JOIN tenancy_events USING (stream, sequence) ORDER BY stream`

const readNow = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

// readAccess and readAccessByKey read what Can needs to know about the user $1 and the
// account $2, without a key and with the key $3.
var readAccess, readAccessByKey = accessQuery("$2::uuid", false), accessQuery("$2::uuid", true)

func accessQuery(account string, key bool) string {
	return strings.NewReplacer("$1", "$1::uuid", "$2", account, "$3", "$3::uuid").Replace(tables.AccessQuery("%s::text", key))
}

// readManyAccesses is readAccessByKey for several accounts, each in its place. The limit keeps
// the database from joining whole tables.
var readManyAccesses = "SELECT one.* FROM unnest($2::uuid[]) WITH ORDINALITY AS many (account_id, place) CROSS JOIN LATERAL (" +
	accessQuery("many.account_id", true) +
	" LIMIT 1) AS one ORDER BY many.place"

// serviceAccounts finds the members of an organization who are service accounts.
const serviceAccounts = "SELECT m.user_id FROM tenancy_members AS m JOIN tenancy_users AS u ON u.id = m.user_id WHERE m.organization_id = $1::uuid AND u.service_account"

const (
	moveMembers    = "UPDATE tenancy_members SET organization_id = $2::uuid, role = 'standard_user', exempt = false, since = $3::bigint WHERE organization_id = $1::uuid"
	freeMembers    = "UPDATE tenancy_users SET managed = false, managed_key = CASE WHEN managed_key IS NOT NULL THEN 'free'::bytea END WHERE id IN (SELECT user_id FROM tenancy_members WHERE organization_id = $1::uuid AND role <> 'owner')"
	dismissMembers = "DELETE FROM tenancy_members WHERE organization_id = $1::uuid"
	dropFormer     = "DELETE FROM tenancy_former_members WHERE organization_id = $1::uuid AND EXISTS (SELECT 1 FROM tenancy_former_members AS kept WHERE kept.organization_id = $2::uuid AND kept.user_id = tenancy_former_members.user_id AND kept.left_at >= tenancy_former_members.left_at)"
	yieldFormer    = "DELETE FROM tenancy_former_members WHERE organization_id = $2::uuid AND user_id IN (SELECT user_id FROM tenancy_former_members WHERE organization_id = $1::uuid)"
	moveFormer     = "UPDATE tenancy_former_members SET organization_id = $2::uuid, due = substr(due, 1, 19) || $3::bytea WHERE organization_id = $1::uuid"
	suspendMoving  = "UPDATE tenancy_accounts SET suspended_platform = true WHERE organization_id = $1::uuid AND parent_id IS NULL AND closed = 0"
	moveAccounts   = "UPDATE tenancy_accounts SET organization_id = $2::uuid WHERE organization_id = $1::uuid"
)

// endServiceAccounts deletes the service accounts among the members of an organization.
var endServiceAccounts = []string{
	"DELETE FROM tenancy_keys WHERE user_id IN (" + serviceAccounts + ")",
	"DELETE FROM tenancy_grants WHERE user_id IN (" + serviceAccounts + ")",
	"UPDATE tenancy_users SET deleted = true, keys = 0, email = '', address = '', name = '', address_key = NULL, domain_group = NULL WHERE id IN (" + serviceAccounts + ")",
}

// The statements of MoveAll for groups: of an organization that ends, of one that is merged,
// and of one group that ends.
var (
	deleteGroups = []string{
		"DELETE FROM tenancy_group_members WHERE group_id IN (SELECT id FROM tenancy_groups WHERE organization_id = $1::uuid)",
		"DELETE FROM tenancy_provisioned_members WHERE group_id IN" +
			" (SELECT id FROM tenancy_groups WHERE organization_id = $1::uuid)",
		"DELETE FROM tenancy_group_roles WHERE group_id IN (SELECT id FROM tenancy_groups WHERE organization_id = $1::uuid)",
		"DELETE FROM tenancy_groups WHERE organization_id = $1::uuid",
		"UPDATE tenancy_accounts SET groups = 0 WHERE organization_id = $1::uuid AND groups > 0",
	}
	moveGroups = []string{"UPDATE tenancy_groups SET organization_id = $2::uuid WHERE organization_id = $1::uuid"}
	endGroup   = []string{
		"UPDATE tenancy_accounts SET groups = groups - 1 WHERE id IN" +
			" (SELECT account_id FROM tenancy_group_roles WHERE group_id = $1::uuid)",
		"DELETE FROM tenancy_group_roles WHERE group_id = $1::uuid",
		"DELETE FROM tenancy_group_members WHERE group_id = $1::uuid",
		"DELETE FROM tenancy_provisioned_members WHERE group_id = $1::uuid",
	}
)

// The statements of MoveAll for the records that are derived from memberships and
// accounts.
var (
	moveDerived = []string{
		"DELETE FROM tenancy_words WHERE organization_id = $1::uuid AND EXISTS (SELECT 1 FROM tenancy_words AS kept" +
			" WHERE kept.organization_id = $2::uuid AND kept.word_key = tenancy_words.word_key AND kept.user_id = tenancy_words.user_id)",
		"UPDATE tenancy_words SET organization_id = $2::uuid WHERE organization_id = $1::uuid",
		"UPDATE tenancy_independent_users SET organization_id = $2::uuid WHERE organization_id = $1::uuid",
		"UPDATE tenancy_independent_accounts SET organization_id = $2::uuid WHERE organization_id = $1::uuid",
	}
	deleteDerived = []string{
		"DELETE FROM tenancy_words WHERE organization_id = $1::uuid",
		"DELETE FROM tenancy_independent_users WHERE organization_id = $1::uuid",
		"DELETE FROM tenancy_independent_accounts WHERE organization_id = $1::uuid",
	}
	// Those that a merge brought together no longer hold.
	deleteJoined = []string{
		"DELETE FROM tenancy_words WHERE organization_id = $1::uuid AND word_key >= ' '::bytea AND word_key < '!'::bytea AND EXISTS (SELECT 1 FROM tenancy_members" +
			" WHERE tenancy_members.organization_id = $1::uuid AND tenancy_members.user_id = tenancy_words.user_id)",
		"DELETE FROM tenancy_independent_users WHERE organization_id = $1::uuid AND EXISTS (SELECT 1 FROM tenancy_members" +
			" WHERE tenancy_members.organization_id = $1::uuid AND tenancy_members.user_id = tenancy_independent_users.user_id)",
		"DELETE FROM tenancy_independent_accounts WHERE organization_id = $1::uuid AND EXISTS (SELECT 1 FROM tenancy_accounts" +
			" WHERE tenancy_accounts.id = account_id AND tenancy_accounts.organization_id = $1::uuid)",
	}
)
