package tables

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// Index maps an index of package tenancy to a table: to the columns that hold the parts
// of its keys, and the rows that it has.
type Index struct {
	tenancy.IndexInfo
	Table *Table
	Where string // a condition that its rows meet; "": none
	in    *Column
	text  *Column
	id    *Column
	Exact Query // returns the record at a key
	List  Query // returns the records after a key
	Range Query // returns those whose texts come before Until; only of an index that uses Text and is listed
	Count Query // counts the records after a key

	// ListPast and RangePast are List and Range that leave the first records out.
	ListPast, RangePast Query
}

// Query is a statement that reads an index, with parameters $1, $2 and so on.
type Query struct {
	SQL   string
	parts []part
	types []Type
	limit bool
	skip  bool
}

// Queries returns the statements that read the index.
func (x *Index) Queries() (all []*Query) {
	for _, q := range []*Query{&x.Exact, &x.List, &x.Range, &x.Count, &x.ListPast, &x.RangePast} {
		if q.SQL != "" {
			all = append(all, q)
		}
	}
	return all
}

// Shared returns how many arguments, the last ones, come from no key: the limit, and how
// many records are left out.
func (q *Query) Shared() (n int) {
	for _, has := range []bool{q.limit, q.skip} {
		if has {
			n++
		}
	}
	return n
}

// Lists reports whether the statement returns records in the order of the index.
func (x *Index) Lists(q *Query) bool { return q != &x.Exact && q != &x.Count }

// At returns an index.
func At(i tenancy.Index) (*Index, error) {
	if int(i) < len(all.indexes) && all.indexes[i] != nil {
		return all.indexes[i], nil
	}
	return nil, fmt.Errorf("unknown index %d", i)
}

// Indexes returns all indexes.
func Indexes() []*Index { return all.indexes[1:] }

// Columns returns the columns of an index, in the order of the parts of a key.
func (x *Index) Columns() (columns []Column) {
	for _, c := range []*Column{x.in, x.text, x.id} {
		if c != nil {
			columns = append(columns, *c)
		}
	}
	return columns
}

func (x *Index) parts() (parts []part) {
	for p, c := range []*Column{x.in, x.text, x.id} {
		if c != nil {
			parts = append(parts, in+part(p))
		}
	}
	return parts
}

// Query returns the statement that answers a lookup, or nil if the answer is empty
// whatever is stored. A lookup that the index does not answer is an error.
func (x *Index) Query(l tenancy.Lookup) (*Query, error) {
	exact := l.Limit == 0 && !l.Count
	switch {
	case l.Limit < 0 || exact && !x.IndexInfo.Exact || !exact && !x.Listed,
		l.Until != "" && (exact || l.Count || x.text == nil),
		l.Skip < 0 || l.Skip > 0 && (exact || l.Count):
		return nil, fmt.Errorf("index %s is not asked like this", x.Name)
	case x.in != nil && l.Key.In == [16]byte{}:
		return nil, nil
	case exact && (x.text != nil && l.Key.Text == "" || x.id != nil && l.Key.ID == [16]byte{}):
		return nil, nil
	case exact:
		return &x.Exact, nil
	case l.Limit == 0:
		return nil, nil
	case l.Count:
		return &x.Count, nil
	case l.Until != "" && l.Skip > 0:
		return &x.RangePast, nil
	case l.Until != "":
		return &x.Range, nil
	case l.Skip > 0:
		return &x.ListPast, nil
	}
	return &x.List, nil
}

// Arguments returns a query's arguments, each with the type of its column. A limit and
// how many records are left out are Ints.
func (q *Query) Arguments(l tenancy.Lookup) (values []any, types []Type) {
	values = make([]any, 0, 6)
	for _, p := range q.parts {
		if p == until {
			values = append(values, l.Until)
		} else {
			values = append(values, p.of(l.Key))
		}
	}
	if q.limit {
		values = append(values, int64(l.Limit))
	}
	if q.skip {
		values = append(values, int64(l.Skip))
	}
	return values, q.types
}

// Holds reports whether a record that was read is one that the index has where the
// lookup asks. If it is not, something else wrote the row.
func (x *Index) Holds(r tenancy.Record, l tenancy.Lookup) bool {
	var room [8]tenancy.Entry
	return slices.ContainsFunc(r.Entries(room[:0]), func(e tenancy.Entry) bool {
		return e.Index == x.Index && e.Key.In == l.Key.In && (e.Key == l.Key) == (l.Limit == 0) &&
			!before(e.Key, l.Key) && (l.Until == "" || e.Key.Text < l.Until)
	})
}

// before reports whether a key comes before another one with the same In.
func before(a, b tenancy.Key) bool {
	return cmp.Or(cmp.Compare(a.Text, b.Text), bytes.Compare(a.ID[:], b.ID[:])) < 0
}

// queries writes the statements that read the index.
func (x *Index) queries() {
	columns := Names(x.Table.Columns[:x.Table.Fields])
	from := " FROM " + x.Table.Name + " WHERE "
	exact := Query{}
	conditions := exact.equal(nil, in, x.in)
	list := exact
	list.parts, list.types = slices.Clone(exact.parts), slices.Clone(exact.types)
	after := list.after(slices.Clone(conditions), x)
	conditions = exact.equal(exact.equal(conditions, text, x.text), id, x.id)
	if x.Where != "" {
		conditions, after = append(conditions, x.Where), append(after, x.Where)
	}
	if x.Listed && x.text != nil {
		x.Range = list
		x.Range.parts, x.Range.types = slices.Clone(list.parts), slices.Clone(list.types)
		within := append(slices.Clone(after), x.text.Name+" < "+x.Range.parameter(until, x.text))
		x.Range.SQL = "SELECT " + columns + from + strings.Join(within, " AND ") + x.order() + x.Range.limited()
		x.RangePast = x.Range.past()
	}
	limit := list.limited()
	x.Exact, x.List, x.Count = exact, list, list
	x.Exact.SQL = "SELECT " + columns + from + strings.Join(conditions, " AND ")
	x.List.SQL = "SELECT " + columns + from + strings.Join(after, " AND ") + x.order() + limit
	x.ListPast = x.List.past()
	x.Count.SQL = "SELECT count(*) FROM (SELECT 1" + from + strings.Join(after,
		" AND ") + limit + ") AS counted"
}

func (x *Index) order() string { return " ORDER BY " + Names(x.Columns()) }

// limited adds the limit, as the last parameter.
func (q *Query) limited() string {
	q.limit, q.types = true, append(q.types, Int)
	return fmt.Sprintf(" LIMIT $%d", len(q.types))
}

// past returns the query that leaves records out first, as many as its last parameter says.
func (q *Query) past() Query {
	p := *q
	p.skip, p.types = true, append(slices.Clone(q.types), Int)
	p.SQL += fmt.Sprintf(" OFFSET $%d", len(p.types))
	return p
}

// parameter adds a parameter, and returns how it is written.
func (q *Query) parameter(p part, c *Column) string {
	q.parts, q.types = append(q.parts, p), append(q.types, c.Type)
	return fmt.Sprintf("$%d", len(q.parts))
}

func (q *Query) equal(conditions []string, p part, c *Column) []string {
	if c == nil {
		return conditions
	}
	return append(conditions, c.Name+" = "+q.parameter(p, c))
}

// after adds the condition that a row comes after the text and ID of a key.
func (q *Query) after(conditions []string, x *Index) []string {
	switch {
	case x.text == nil && x.id == nil:
		return conditions
	case x.id == nil:
		return append(conditions, x.text.Name+" > "+q.parameter(text, x.text))
	case x.text == nil:
		return append(conditions, x.id.Name+" > "+q.parameter(id, x.id))
	}
	return append(conditions, fmt.Sprintf("(%s, %s) > (%s, %s)", x.text.Name, x.id.Name,
		q.parameter(text, x.text), q.parameter(id, x.id)))
}

// place says where the keys of an index are: in the columns of their parts, or in "" for
// a part that the index does not use. Its rows are those in which none of these columns
// is NULL and which meet a condition. The values of a key column come from the index
// that declares it to be one.
type place struct {
	index          tenancy.Index
	in, text, id   string
	keyIn, keyText bool // the column of the part is a key column
	where          string
}

const mainAndOpen = "closed = 0 AND parent_id IS NULL"

// places is the table of where the keys of the indexes are.
var places = []place{
	{index: tenancy.IndexOrganizations, id: "id"},
	{index: tenancy.IndexOrganizationsDue, text: "due", keyText: true, id: "id"},
	{index: tenancy.IndexOrganizationsInto, in: "merged_into_id", id: "id"},
	{index: tenancy.IndexUsers, id: "id"},
	{index: tenancy.IndexUsersByAddress, text: "address_key", keyText: true},
	{index: tenancy.IndexUsersOnDomain, in: "domain_group", keyIn: true, text: "managed_key", keyText: true,
		id: "id"},
	{index: tenancy.IndexMembers, in: "organization_id", id: "user_id"},
	{index: tenancy.IndexMembershipsOf, in: "user_id", id: "organization_id"},
	{index: tenancy.IndexWords, in: "organization_id", text: "word_key", keyText: true, id: "user_id"},
	{index: tenancy.IndexFormerMembers, in: "organization_id", id: "user_id"},
	{index: tenancy.IndexFormerMembersOf, in: "user_id", id: "organization_id"},
	{index: tenancy.IndexFormerMembersDue, text: "due", keyText: true, id: "user_id"},
	{index: tenancy.IndexAccounts, id: "id"},
	{index: tenancy.IndexAccountsIn, in: "organization_id", id: "id"},
	{index: tenancy.IndexOpenAccountsOf, in: "owner_id", id: "id", where: mainAndOpen},
	{index: tenancy.IndexOpenSubaccountsOf, in: "parent_id", id: "id", where: "closed = 0"},
	{index: tenancy.IndexGrants, in: "account_id", id: "user_id"},
	{index: tenancy.IndexGrantsOf, in: "user_id", id: "account_id"},
	{index: tenancy.IndexGrantsDue, text: "due", keyText: true, id: "user_id"},
	{index: tenancy.IndexIndependentUsers, in: "organization_id", text: "user_key", keyText: true,
		id: "account_id"},
	{index: tenancy.IndexIndependentAccounts, in: "organization_id", text: "account_key", keyText: true,
		id: "user_id"},
	{index: tenancy.IndexInvitations, id: "id"},
	{index: tenancy.IndexInvitationsBySecret, text: "secret_key", keyText: true},
	{index: tenancy.IndexPendingInvitations, in: "target_id", text: "pending_key", keyText: true},
	{index: tenancy.IndexInvitationsIn, in: "target_id", keyIn: true, id: "id"},
	{index: tenancy.IndexInvitationsFor, in: "asked_id", keyIn: true, id: "id"},
	{index: tenancy.IndexInvitationsByAddress, in: "address_group", keyIn: true, id: "id"},
	{index: tenancy.IndexInvitationsDue, text: "due", keyText: true, id: "id"},
	{index: tenancy.IndexRequests, id: "id"},
	{index: tenancy.IndexOpenRequests, in: "organization_id", text: "open_key", keyText: true},
	{index: tenancy.IndexRequestsIn, in: "organization_id", id: "id"},
	{index: tenancy.IndexRequestsByAddress, in: "address_group", keyIn: true, id: "id"},
	{index: tenancy.IndexRequestsDue, text: "due", keyText: true, id: "id"},
	{index: tenancy.IndexDomains, id: "id"},
	{index: tenancy.IndexDomainsIn, in: "organization_id", id: "id"},
	{index: tenancy.IndexDomainsByName, in: "organization_id", text: "name"},
	{index: tenancy.IndexVerifiedDomains, text: "verified_key", keyText: true},
	{index: tenancy.IndexConnections, id: "id"},
	{index: tenancy.IndexConnectionsIn, in: "organization_id", id: "id"},
	{index: tenancy.IndexKeys, id: "id"},
	{index: tenancy.IndexKeysBySecret, text: "secret_key", keyText: true},
	{index: tenancy.IndexKeysOf, in: "user_id", id: "id"},
	{index: tenancy.IndexKeysDue, text: "due", keyText: true, id: "id"},
	{index: tenancy.IndexGroups, id: "id"},
	{index: tenancy.IndexGroupsIn, in: "organization_id", id: "id"},
	{index: tenancy.IndexGroupMembers, in: "group_id", id: "user_id"},
	{index: tenancy.IndexGroupsOf, in: "user_id", id: "group_id"},
	{index: tenancy.IndexGroupRoles, in: "account_id", id: "group_id"},
	{index: tenancy.IndexGroupRolesOf, in: "group_id", id: "account_id"},
	{index: tenancy.IndexDirectoryGroups, in: "directory_id", id: "id"},
	{index: tenancy.IndexGroupsByExternalID, in: "directory_id", text: "external_key", keyText: true},
	{index: tenancy.IndexGroupsByName, in: "directory_id", text: "name_key", keyText: true, id: "id"},
	{index: tenancy.IndexDirectories, id: "id"},
	{index: tenancy.IndexDirectoriesIn, in: "organization_id", id: "id", where: "removed = 0"},
	{index: tenancy.IndexDirectoriesDue, text: "due", keyText: true, id: "id"},
	{index: tenancy.IndexProvisioned, id: "id"},
	{index: tenancy.IndexProvisionedIn, in: "directory_id", text: "state_key", keyText: true, id: "id"},
	{index: tenancy.IndexProvisionedByAddress, in: "directory_id", text: "address_key", keyText: true},
	{index: tenancy.IndexProvisionedByExternalID, in: "directory_id", text: "external_key", keyText: true},
	{index: tenancy.IndexProvisionedOf, in: "user_id", id: "id"},
	{index: tenancy.IndexProvisionedPending, in: "organization_id", text: "address_key", id: "id",
		where: "user_id IS NULL"},
	{index: tenancy.IndexProvisionedRemoved, in: "directory_id", text: "removed_key", keyText: true, id: "id"},
	{index: tenancy.IndexProvisionedMembers, in: "group_id", id: "identity_id"},
	{index: tenancy.IndexProvisionedGroups, in: "identity_id", id: "group_id"},
	{index: tenancy.IndexHeads, id: "stream"},
	{index: tenancy.IndexLeases, id: "stream"},
	{index: tenancy.IndexOperations, text: "actor_key", keyText: true, id: "id"},
	{index: tenancy.IndexOperationsDue, text: "due", keyText: true, id: "id"},
}

// all holds the tables and indexes, which are made once.
var all = build()

type everything struct {
	tables  []*Table
	of      map[reflect.Type]*Table
	indexes []*Index
}

func build() (e everything) {
	e.of = map[reflect.Type]*Table{}
	infos := tenancy.Indexes()
	e.indexes = make([]*Index, len(infos)+1)
	for _, info := range infos {
		kind := reflect.TypeOf(info.Record)
		if e.of[kind] == nil {
			t := &Table{Name: "tenancy_" + info.Name, record: kind, Columns: columnsOf(kind, nil, "")}
			t.Fields = len(t.Columns)
			e.of[kind], e.tables = t, append(e.tables, t)
		}
	}
	for _, p := range places {
		t := e.of[reflect.TypeOf(infos[p.index-1].Record)]
		t.keyColumns(p)
	}
	for i, p := range places {
		info := infos[i]
		x := &Index{IndexInfo: info, Table: e.of[reflect.TypeOf(info.Record)]}
		x.in, x.text, x.id = x.Table.column(p.in), x.Table.column(p.text), x.Table.column(p.id)
		conditions := slices.DeleteFunc([]string{p.where}, func(c string) bool { return c == "" })
		for _, c := range x.Columns() {
			if info.Identity {
				x.Table.notNull(c.Name)
			} else if c.Nullable && !x.Table.identifies(c.Name) {
				conditions = append(conditions, c.Name+" IS NOT NULL")
			}
		}
		if info.Identity {
			x.Table.Identity, x.Table.identity = x.Columns(), x.parts()
		}
		x.Where = strings.Join(conditions, " AND ")
		x.queries()
		e.indexes[info.Index] = x
	}
	return e
}

// keyColumns adds the key columns that an index needs and the table does not have yet.
func (t *Table) keyColumns(p place) {
	add := func(name string, of Type, part part) {
		if t.column(name) == nil {
			t.Columns = append(t.Columns,
				Column{Name: name, Type: of, Nullable: true, index: p.index, part: part})
		}
	}
	if p.keyIn {
		add(p.in, ID, in)
	}
	if p.keyText {
		add(p.text, Key, text)
	}
	if p.id == "stream" {
		add(p.id, ID, id)
	}
}

// column returns the column with a name, or nil.
func (t *Table) column(name string) *Column {
	if i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name }); i >= 0 {
		return &t.Columns[i]
	}
	return nil
}

func (t *Table) notNull(name string) { t.column(name).Nullable = false }

func (t *Table) identifies(name string) bool {
	return slices.ContainsFunc(t.Identity, func(c Column) bool { return c.Name == name })
}
