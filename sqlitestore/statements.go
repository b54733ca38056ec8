package sqlitestore

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/tables"
)

// table is a table of records with the statements that change it.
type table struct {
	*tables.Table
	upsert string
	delete string
}

// tableOf holds every table, by the kind of its records. asking holds the text of every
// query, with parameters as SQLite writes them. Both are made once, from package
// tables.
var (
	tableOf = func() map[reflect.Type]*table {
		all := map[reflect.Type]*table{}
		for _, x := range tables.Indexes() {
			if x.Identity {
				all[reflect.TypeOf(x.Record)] = newTable(x.Table)
			}
		}
		return all
	}()
	asking = func() map[*tables.Query]string {
		texts := map[*tables.Query]string{}
		for _, x := range tables.Indexes() {
			for _, q := range x.Queries() {
				texts[q] = parameters(q.SQL)
			}
		}
		return texts
	}()
)

// finding holds the text of every query that finds events.
var finding = func() map[*tables.EventQuery]string {
	texts := map[*tables.EventQuery]string{}
	for _, q := range tables.EventQueries() {
		texts[q] = parameters(q.SQL)
	}
	return texts
}()

// parameters replaces $1 by ?1. If a limit were a parameter and nothing else, SQLite
// would compile the statement again whenever the limit changes.
func parameters(text string) string {
	return limit.ReplaceAllString(strings.ReplaceAll(text, "$", "?"), "LIMIT ${1} + 0")
}

var limit = regexp.MustCompile(`LIMIT (\?\d+)`)

func newTable(of *tables.Table) *table {
	t := &table{Table: of}
	t.upsert = "INSERT INTO " + t.Name + " (" + tables.Names(t.Columns) + ") VALUES (" +
		marks(len(t.Columns)) + ")" +
		" ON CONFLICT (" + tables.Names(t.Identity) + ") DO UPDATE SET "
	var sets, keys []string
	for _, c := range t.Columns {
		sets = append(sets, c.Name+" = excluded."+c.Name)
	}
	for i, c := range t.Identity {
		keys = append(keys, fmt.Sprintf("%s = ?%d", c.Name, i+1))
	}
	t.upsert += strings.Join(sets, ", ")
	t.delete = "DELETE FROM " + t.Name + " WHERE " + strings.Join(keys, " AND ")
	return t
}

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// tableFor returns the table of a record.
func tableFor(r tenancy.Record) (*table, error) {
	if t := tableOf[reflect.TypeOf(r)]; t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("sqlitestore: unknown kind of record %T", r)
}

// bound converts values to types that the driver takes.
func bound(values []any) []any {
	for i, v := range values {
		switch v := v.(type) {
		case [16]byte:
			values[i] = v[:]
		case [32]byte:
			values[i] = v[:]
		case []byte:
			if v == nil {
				values[i] = []byte{}
			}
		}
	}
	return values
}

var eventNames = tables.Names(tables.EventColumns)

var (
	selectAccess      = parameters(tables.AccessQuery("hex(%s)", false))
	selectAccessByKey = parameters(tables.AccessQuery("hex(%s)", true))

	selectEvents = "SELECT " + eventNames + " FROM tenancy_events WHERE stream = ?1 AND sequence >= ?2 ORDER BY sequence LIMIT ?3 + 0"

	// It goes from stream to stream, past the other events that are pending in each.
	selectOutbox = "WITH RECURSIVE pending (of) AS (SELECT min(stream) FROM tenancy_outbox WHERE stream > ?1 UNION ALL" +
		" SELECT (SELECT min(stream) FROM tenancy_outbox WHERE stream > of) FROM pending WHERE of IS NOT NULL LIMIT ?2 + 0)" +
		" SELECT " + eventNames + " FROM pending LEFT JOIN tenancy_events ON stream = of AND sequence =" +
		" (SELECT min(sequence) FROM tenancy_outbox WHERE stream = of) WHERE of IS NOT NULL ORDER BY of"

	// It inserts an event that is the first of its stream, or that follows one just
	// inserted.
	insertNext = "INSERT INTO tenancy_events (" + eventNames + ") VALUES (" + marks(len(tables.EventColumns)) + ")"

	// It inserts only if the event before is there. Parameters 1 and 2 are the stream
	// and the number.
	insertEvent = "INSERT INTO tenancy_events (" + eventNames + ") SELECT " + marks(len(tables.EventColumns)) +
		" WHERE ?2 = 1 OR EXISTS (SELECT 1 FROM tenancy_events WHERE stream = ?1 AND sequence = ?2 - 1)"
)

var insertSubject = "INSERT INTO tenancy_event_subjects (" + tables.Names(tables.SubjectColumns) + ") VALUES (" +
	marks(len(tables.SubjectColumns)) + ")"

// serviceAccounts finds the members of an organization who are service accounts.
const serviceAccounts = "SELECT m.user_id FROM tenancy_members AS m JOIN tenancy_users AS u ON u.id = m.user_id WHERE m.organization_id = ?1 AND u.service_account"

const (
	insertOutbox = "INSERT INTO tenancy_outbox (stream, sequence) VALUES (?1, ?2)"
	deleteOutbox = "DELETE FROM tenancy_outbox WHERE stream = ?1 AND sequence = ?2"

	moveMembers   = "UPDATE tenancy_members SET organization_id = ?2, role = ?3, exempt = 0, since = ?4 WHERE organization_id = ?1"
	freeMembers   = "UPDATE tenancy_users SET managed = 0, managed_key = CASE WHEN managed_key IS NOT NULL THEN 'free' END WHERE id IN (SELECT user_id FROM tenancy_members WHERE organization_id = ?1 AND role <> 'owner')"
	deleteMembers = "DELETE FROM tenancy_members WHERE organization_id = ?1"
	dropFormer    = "DELETE FROM tenancy_former_members WHERE organization_id = ?1 AND EXISTS (SELECT 1 FROM tenancy_former_members AS kept WHERE kept.organization_id = ?2 AND kept.user_id = tenancy_former_members.user_id AND kept.left_at >= tenancy_former_members.left_at)"
	yieldFormer   = "DELETE FROM tenancy_former_members WHERE organization_id = ?2 AND user_id IN (SELECT user_id FROM tenancy_former_members WHERE organization_id = ?1)"
	moveFormer    = "UPDATE tenancy_former_members SET organization_id = ?2, due = substr(due, 1, 19) || ?3 WHERE organization_id = ?1"
	suspendMoving = "UPDATE tenancy_accounts SET suspended_platform = 1 WHERE organization_id = ?1 AND parent_id IS NULL AND closed = 0"
	moveAccounts  = "UPDATE tenancy_accounts SET organization_id = ?2 WHERE organization_id = ?1"
)

// endServiceAccounts deletes the service accounts among the members of an organization.
var endServiceAccounts = []string{
	"DELETE FROM tenancy_keys WHERE user_id IN (" + serviceAccounts + ")",
	"DELETE FROM tenancy_grants WHERE user_id IN (" + serviceAccounts + ")",
	"UPDATE tenancy_users SET deleted = 1, keys = 0, email = '', address = '', name = '', address_key = NULL, domain_group = NULL WHERE id IN (" + serviceAccounts + ")",
}

// The statements of MoveAll for groups: of an organization that ends, of one that is merged,
// and of one group that ends.
var (
	deleteGroups = []string{
		"DELETE FROM tenancy_group_members WHERE group_id IN (SELECT id FROM tenancy_groups WHERE organization_id = ?1)",
		"DELETE FROM tenancy_provisioned_members WHERE group_id IN" +
			" (SELECT id FROM tenancy_groups WHERE organization_id = ?1)",
		"DELETE FROM tenancy_group_roles WHERE group_id IN (SELECT id FROM tenancy_groups WHERE organization_id = ?1)",
		"DELETE FROM tenancy_groups WHERE organization_id = ?1",
		"UPDATE tenancy_accounts SET groups = 0 WHERE organization_id = ?1 AND groups > 0",
	}
	moveGroups = []string{"UPDATE tenancy_groups SET organization_id = ?2 WHERE organization_id = ?1"}
	endGroup   = []string{
		"UPDATE tenancy_accounts SET groups = groups - 1 WHERE id IN (SELECT account_id FROM tenancy_group_roles WHERE group_id = ?1)",
		"DELETE FROM tenancy_group_roles WHERE group_id = ?1",
		"DELETE FROM tenancy_group_members WHERE group_id = ?1",
		"DELETE FROM tenancy_provisioned_members WHERE group_id = ?1",
	}
)

// The tables of records that are derived from memberships and accounts, and the
// statements of MoveAll for them.
var (
	moveDerived = []string{
		"UPDATE OR REPLACE tenancy_words SET organization_id = ?2 WHERE organization_id = ?1",
		"UPDATE tenancy_independent_users SET organization_id = ?2 WHERE organization_id = ?1",
		"UPDATE tenancy_independent_accounts SET organization_id = ?2 WHERE organization_id = ?1",
	}
	deleteDerived = []string{
		"DELETE FROM tenancy_words WHERE organization_id = ?1",
		"DELETE FROM tenancy_independent_users WHERE organization_id = ?1",
		"DELETE FROM tenancy_independent_accounts WHERE organization_id = ?1",
	}
	// Those that a merge brought together no longer hold.
	deleteJoined = []string{
		"DELETE FROM tenancy_words WHERE organization_id = ?1 AND word_key >= ' ' AND word_key < '!' AND EXISTS" +
			" (SELECT 1 FROM tenancy_members" +
			" WHERE tenancy_members.organization_id = ?1 AND tenancy_members.user_id = tenancy_words.user_id)",
		"DELETE FROM tenancy_independent_users WHERE organization_id = ?1 AND EXISTS (SELECT 1 FROM tenancy_members" +
			" WHERE tenancy_members.organization_id = ?1 AND tenancy_members.user_id = tenancy_independent_users.user_id)",
		"DELETE FROM tenancy_independent_accounts WHERE organization_id = ?1 AND EXISTS (SELECT 1 FROM tenancy_accounts" +
			" WHERE tenancy_accounts.id = account_id AND tenancy_accounts.organization_id = ?1)",
	}
)
