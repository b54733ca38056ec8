package tables_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/tables"
)

// filled returns a record of a kind. draw sets each of its fields.
func filled(kind tenancy.Record, draw func(reflect.Value)) tenancy.Record {
	v := reflect.New(reflect.TypeOf(kind)).Elem()
	var fill func(reflect.Value)
	fill = func(v reflect.Value) {
		switch v.Type() {
		case reflect.TypeFor[tenancy.Actor](),
			reflect.TypeFor[tenancy.RoleSet](),
			reflect.TypeFor[tenancy.Stream](),
			reflect.TypeFor[tenancy.Personal]():
			draw(v)
			return
		}
		if v.Kind() == reflect.Struct {
			for _, field := range v.Fields() {
				fill(field)
			}
			return
		}
		draw(v)
	}
	fill(v)
	return v.Interface().(tenancy.Record)
}

// ordinary fills a field with a value that is not zero, each time with another one.
func ordinary() func(reflect.Value) {
	n := 0
	return func(v reflect.Value) {
		n++
		set(v, n%100+1, fmt.Sprintf("text-%d", n), tenancy.Roles(tenancy.Developer, "own"))
	}
}

// extreme fills a field with the greatest value that it can hold.
func extreme(v reflect.Value) {
	set(v, -1, strings.Repeat("ü€", 500), tenancy.Roles(tenancy.AccountOwner, tenancy.Developer,
		tenancy.Support, "a", "zz"))
}

func set(v reflect.Value, n int, text string, roles tenancy.RoleSet) {
	switch p := v.Addr().Interface().(type) {
	case *tenancy.Actor:
		*p = tenancy.Actor{User: tenancy.UserID{byte(n)}}
	case *tenancy.RoleSet:
		*p = roles
	case *tenancy.Stream:
		*p = tenancy.Stream{User: tenancy.UserID{15: byte(n)}}
	case *tenancy.Personal:
		*p = tenancy.NewPersonal(text)
	default:
		switch v.Kind() {
		case reflect.Array:
			for i := range v.Len() {
				v.Index(i).SetUint(uint64(byte(n)))
			}
		case reflect.String:
			v.SetString(text)
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Uint64:
			v.SetUint(uint64(n) & (1<<v.Type().Bits() - 1))
		default:
			if v.SetInt(int64(n)); n < 0 {
				v.SetInt(math.MinInt64)
			}
		}
	}
}

// kinds returns the zero value of every kind of record.
func kinds() (all []tenancy.Record) {
	for _, info := range tenancy.Indexes() {
		if info.Identity {
			all = append(all, info.Record)
		}
	}
	return all
}

// records returns some records of every kind.
func records() (all []tenancy.Record) {
	for _, kind := range kinds() {
		all = append(all, kind, filled(kind, ordinary()), filled(kind, ordinary()), filled(kind, extreme))
	}
	return all
}

// scanning returns a function that scans a row of values as a driver's Scan does.
func scanning(values []any) func(...any) error {
	return func(into ...any) error {
		if len(into) != len(values) {
			return errors.New("not as many")
		}
		for i, v := range values {
			switch p := into[i].(type) {
			case *[]byte:
				switch v := v.(type) {
				case nil:
					*p = nil
				case [16]byte:
					*p = v[:]
				case [32]byte:
					*p = v[:]
				case []byte:
					*p = v
				case string:
					*p = []byte(v)
				}
			default:
				if v == nil {
					return errors.New("NULL")
				}
				reflect.ValueOf(p).Elem().Set(reflect.ValueOf(v))
			}
		}
		return nil
	}
}

func TestRecordsComeBack(t *testing.T) {
	for _, r := range records() {
		table, err := tables.Of(r)
		require.NoError(t, err)
		values := table.Values(r)
		require.Len(t, values, len(table.Columns))
		for i, c := range table.Columns {
			if values[i] == nil {
				continue
			}
			want := map[tables.Type]any{tables.ID: [16]byte{}, tables.Hash: [32]byte{}, tables.Text: "",
				tables.Key: "", tables.Int: int64(0), tables.Bool: false}[c.Type]
			require.IsType(t, want, values[i], "%s.%s", table.Name, c.Name)
			require.NotEqual(t, [16]byte{}, values[i])
		}
		got, err := table.Record(scanning(values[:table.Fields]))
		require.NoError(t, err)
		require.Equal(t, r, got)
	}
}

// TestZeroIsNULLWhereItMay wants only IDs, hashes and key columns of a zero record to
// be NULL.
func TestZeroIsNULLWhereItMay(t *testing.T) {
	for _, table := range tables.All() {
		for _, c := range table.Columns[:table.Fields] {
			identity := slices.ContainsFunc(table.Identity, func(k tables.Column) bool { return k.Name == c.Name })
			require.Equal(t, (c.Type == tables.ID || c.Type == tables.Hash) && !identity, c.Nullable, "%s.%s",
				table.Name, c.Name)
		}
	}
}

// TestEntriesStandInColumns wants every entry of every record to be in the columns of
// its index, and Holds to find it.
func TestEntriesStandInColumns(t *testing.T) {
	found := map[tenancy.Index]bool{}
	for _, r := range records() {
		table, err := tables.Of(r)
		require.NoError(t, err)
		values := table.Values(r)
		column := func(name string) any {
			return values[slices.IndexFunc(table.Columns, func(c tables.Column) bool { return c.Name == name })]
		}
		for _, e := range r.Entries(nil) {
			x, err := tables.At(e.Index)
			require.NoError(t, err)
			require.Same(t, table, x.Table)
			var parts []any
			for _, p := range []struct {
				uses bool
				of   any
			}{{x.In, e.Key.In}, {x.Text, e.Key.Text}, {x.ID, e.Key.ID}} {
				if p.uses {
					parts = append(parts, p.of)
				}
			}
			whole := true
			for i, c := range x.Columns() {
				got := column(c.Name)
				if whole = whole && got != nil; got != nil {
					require.Equal(t, parts[i], got, "%s of %T", x.Name, r)
				} else {
					require.Zero(t, parts[i], "%s of %T", x.Name, r)
				}
			}
			found[e.Index] = found[e.Index] || whole
			exact := tenancy.Lookup{Index: e.Index, Key: e.Key}
			require.True(t, x.Holds(r, exact))
			require.True(t, e.Key == tenancy.Key{In: e.Key.In} || x.Holds(r,
				tenancy.Lookup{Index: e.Index, Key: tenancy.Key{In: e.Key.In}, Limit: 1}))
			require.False(t, x.Holds(r, tenancy.Lookup{Index: e.Index, Key: e.Key, Limit: 1}),
				"a list begins after its key")
			exact.Key.ID[3]++
			require.False(t, x.Holds(r, exact))
		}
		key := table.Key(r)
		require.Len(t, key, len(table.Identity))
		for i, c := range table.Identity {
			require.Equal(t, column(c.Name), key[i])
		}
	}
	for _, x := range tables.Indexes() {
		require.True(t, found[x.Index] || slices.Contains(later, x.Index), x.Name)
	}
}

// later are indexes that do not have the filled records. Each has records of its own
// below.
var later = []tenancy.Index{tenancy.IndexOpenAccountsOf,
	tenancy.IndexOpenSubaccountsOf, tenancy.IndexPendingInvitations, tenancy.IndexInvitationsFor,
	tenancy.IndexOpenRequests, tenancy.IndexVerifiedDomains, tenancy.IndexOrganizationsDue, tenancy.IndexInvitationsByAddress, tenancy.IndexInvitationsDue,
	tenancy.IndexDirectoriesIn, tenancy.IndexDirectoriesDue, tenancy.IndexProvisionedByAddress,
	tenancy.IndexProvisionedByExternalID, tenancy.IndexProvisionedPending}

// TestWhere wants the columns of a row to say the same as Entries about whether an
// index has the record.
func TestWhere(t *testing.T) {
	id := [16]byte{1}
	address := tenancy.InvitationPersonal{Address: tenancy.NewPersonal("a@b.example")}
	says := tenancy.ProvisionedPersonal{Address: tenancy.NewPersonal("a@b.example"), ExternalID: tenancy.NewPersonal("x")}
	named := tenancy.GroupPersonal{Name: tenancy.NewPersonal("Group"), ExternalID: tenancy.NewPersonal("x")}
	for _, r := range []tenancy.Record{
		tenancy.OrganizationRecord{ID: id, State: tenancy.StateActive},
		tenancy.OrganizationRecord{ID: id, State: tenancy.StateDeleted, Ended: 5},
		tenancy.OrganizationRecord{ID: id, State: tenancy.StateDeleted, Ended: 5, Purged: 6},
		tenancy.AccountRecord{ID: id, Owner: id}, tenancy.AccountRecord{ID: id, Owner: id, Organization: id},
		tenancy.AccountRecord{ID: id, Owner: id, Parent: id},
		tenancy.AccountRecord{ID: id, Owner: id, Organization: id, Parent: id, Closed: 1},
		tenancy.AccountRecord{ID: id, Owner: id, Organization: id, Closed: 1},
		tenancy.InvitationRecord{ID: id, Kind: tenancy.InvitationToOrganization, Organization: id,
			State: tenancy.StatePending, Personal: address},
		tenancy.InvitationRecord{ID: id, Kind: tenancy.InvitationToAccount, Account: id,
			State: tenancy.StatePending, Personal: address},
		tenancy.InvitationRecord{ID: id, Kind: tenancy.InvitationToAccount, Account: id,
			State: tenancy.StateRevoked, Personal: address},
		tenancy.InvitationRecord{ID: id, Kind: tenancy.InvitationOfAccount, Organization: id, Account: id,
			State: tenancy.StatePending},
		tenancy.InvitationRecord{ID: id, Kind: tenancy.InvitationOfAccount, Organization: id, Account: id,
			State: tenancy.StateRevoked},
		tenancy.RequestRecord{ID: id, Organization: id, State: tenancy.StateOpen,
			Personal: tenancy.RequestPersonal{Address: tenancy.NewPersonal("a@b.example")}},
		tenancy.RequestRecord{ID: id, Organization: id, State: tenancy.StateSettled,
			Personal: tenancy.RequestPersonal{Address: tenancy.NewPersonal("a@b.example")}},
		tenancy.RequestRecord{ID: id, Organization: id, State: tenancy.StateOpen},
		tenancy.DomainRecord{ID: id, Organization: id, State: tenancy.StateUnverified,
			Personal: tenancy.DomainPersonal{Name: "b.example"}},
		tenancy.DomainRecord{ID: id, Organization: id, State: tenancy.StateLapsing,
			Personal: tenancy.DomainPersonal{Name: "b.example"}},
		tenancy.UserRecord{ID: id}, tenancy.UserRecord{ID: id,
			Personal: tenancy.UserPersonal{Address: tenancy.NewPersonal("a@b.example")}},
		tenancy.GroupRecord{ID: id, Organization: id, Personal: named},
		tenancy.GroupRecord{ID: id, Organization: id, Directory: id, Personal: named},
		tenancy.GroupRecord{ID: id, Organization: id, Directory: id},
		tenancy.DirectoryRecord{ID: id, Organization: id},
		tenancy.DirectoryRecord{ID: id, Organization: id, Removed: 5},
		tenancy.DirectoryRecord{ID: id, Organization: id, Removed: 5, Purged: 6},
		tenancy.ProvisionedRecord{ID: id, Directory: id, Organization: id},
		tenancy.ProvisionedRecord{ID: id, Directory: id, Organization: id, Personal: says},
		tenancy.ProvisionedRecord{ID: id, Directory: id, Organization: id, User: id, Personal: says},
		tenancy.ProvisionedRecord{ID: id, Directory: id, Organization: id, User: id, Removed: 5, Personal: says},
		tenancy.ProvisionedRecord{ID: id, Directory: id, Organization: id, Removed: 5, Personal: says},
		tenancy.ProvisionedRecord{ID: id, Directory: id, Organization: id, Removed: 5},
	} {
		table, err := tables.Of(r)
		require.NoError(t, err)
		values := table.Values(r)
		for _, x := range tables.Indexes() {
			if x.Table != table || x.Identity {
				continue
			}
			has := slices.ContainsFunc(r.Entries(nil), func(e tenancy.Entry) bool { return e.Index == x.Index })
			require.Equal(t, has, x.Where == "" || meets(t, x.Where, table, values), "%s of %+v", x.Name, r)
		}
	}
}

// meets reports whether a row meets one of the conditions that occur.
func meets(t *testing.T, where string, table *tables.Table, values []any) bool {
	for condition := range strings.SplitSeq(where, " AND ") {
		name, test, _ := strings.Cut(condition, " ")
		at := slices.IndexFunc(table.Columns, func(c tables.Column) bool { return c.Name == name })
		require.GreaterOrEqual(t, at, 0, condition)
		holds, known := map[string]bool{"IS NOT NULL": values[at] != nil, "IS NULL": values[at] == nil,
			"= 0": values[at] == int64(0)}[test]
		require.True(t, known, condition)
		if !holds {
			return false
		}
	}
	return true
}

func TestQueries(t *testing.T) {
	key := tenancy.Key{In: [16]byte{1}, Text: "text", ID: [16]byte{2}}
	for _, x := range tables.Indexes() {
		for _, c := range []struct {
			lookup tenancy.Lookup
			want   *tables.Query
			asked  bool
		}{
			{tenancy.Lookup{Key: key}, &x.Exact, x.IndexInfo.Exact},
			{tenancy.Lookup{Key: key, Limit: 3}, &x.List, x.Listed},
			{tenancy.Lookup{Key: key, Limit: 3, Until: "until"}, &x.Range, x.Listed && x.Text},
			{tenancy.Lookup{Key: key, Limit: 3, Skip: 2}, &x.ListPast, x.Listed},
			{tenancy.Lookup{Key: key, Limit: 3, Skip: 2, Until: "until"}, &x.RangePast, x.Listed && x.Text},
			{tenancy.Lookup{Key: key, Limit: 3, Count: true}, &x.Count, x.Listed},
			{tenancy.Lookup{Key: key, Limit: 3, Skip: -1}, nil, false},
			{tenancy.Lookup{Key: key, Skip: 2}, nil, false},
			{tenancy.Lookup{Key: key, Limit: 3, Skip: 2, Count: true}, nil, false},
			{tenancy.Lookup{Key: key, Count: true}, nil, x.Listed},
			{tenancy.Lookup{Key: key, Limit: -1}, nil, false},
		} {
			q, err := x.Query(c.lookup)
			if !c.asked {
				require.Error(t, err, x.Name)
				continue
			}
			require.NoError(t, err, x.Name)
			if c.want == nil {
				require.Nil(t, q)
				continue
			}
			require.Same(t, c.want, q, x.Name)
			values, types := q.Arguments(c.lookup)
			require.Len(t, types, len(values))
			for i := range values {
				require.Contains(t, q.SQL, fmt.Sprintf("$%d", i+1))
			}
			require.NotContains(t, q.SQL, fmt.Sprintf("$%d", len(values)+1))
			shared := values[len(values)-q.Shared():]
			switch {
			case c.lookup.Skip > 0:
				require.Equal(t, []any{int64(3), int64(2)}, shared)
				require.Contains(t, q.SQL, " OFFSET ")
			case c.lookup.Limit > 0:
				require.Equal(t, []any{int64(3)}, shared)
				require.NotContains(t, q.SQL, "OFFSET")
			default:
				require.Empty(t, shared)
			}
			require.Contains(t, x.Queries(), q)
			require.Equal(t, c.lookup.Limit > 0 && !c.lookup.Count, x.Lists(q))
		}
		if x.IndexInfo.Exact {
			for _, without := range []tenancy.Key{{Text: key.Text, ID: key.ID}, {In: key.In, ID: key.ID},
				{In: key.In, Text: key.Text}} {
				q, err := x.Query(tenancy.Lookup{Key: without})
				require.NoError(t, err)
				lacks := x.In && without.In == [16]byte{} || x.Text && without.Text == "" ||
					x.ID && without.ID == [16]byte{}
				require.Equal(t, lacks, q == nil, x.Name)
			}
		}
	}
}

type stranger struct{}

func (stranger) Entries(to []tenancy.Entry) []tenancy.Entry { return to }

func TestUnknown(t *testing.T) {
	for _, r := range []tenancy.Record{stranger{}, &tenancy.UserRecord{}, nil} {
		_, err := tables.Of(r)
		require.Error(t, err)
	}
	for _, i := range []tenancy.Index{0, tenancy.IndexOperationsDue + 1, 255} {
		_, err := tables.At(i)
		require.Error(t, err)
	}
	require.Len(t, tables.Indexes(), len(tenancy.Indexes()))
	require.Len(t, tables.All(), len(kinds()))
}

// TestRowsThatDoNotParse spoils each column of a row in the ways that a database would
// let through.
func TestRowsThatDoNotParse(t *testing.T) {
	var spoiled int
	for _, kind := range kinds() {
		table, err := tables.Of(kind)
		require.NoError(t, err)
		good := table.Values(filled(kind, ordinary()))[:table.Fields]
		for i, c := range table.Columns[:table.Fields] {
			for _, bad := range wrong(c, good[i]) {
				row := slices.Clone(good)
				row[i] = bad
				_, err := table.Record(scanning(row))
				require.Error(t, err, "%s.%s = %v", table.Name, c.Name, bad)
				require.Empty(t, tenancy.CodeOf(err), "it would pass as a refusal")
				spoiled++
			}
		}
		_, err = table.Record(func(...any) error { return errScan })
		require.ErrorIs(t, err, errScan)
	}
	require.Greater(t, spoiled, 100)
}

var errScan = errors.New("scan")

// wrong returns values that a column cannot have.
func wrong(c tables.Column, good any) []any {
	switch {
	case c.Type == tables.ID:
		return []any{[]byte{1}, make([]byte, 17)}
	case c.Type == tables.Hash:
		return []any{[]byte{1}, make([]byte, 33)}
	case c.Name == "actor" || c.Name == "inviter" || c.Name == "designated_by":
		return []any{"who: ever", nil}
	case c.Name == "roles":
		return []any{"owner,owner", "zz,developer", nil}
	}
	return []any{nil}
}

// TestEvents stores events of types and with data that the library does not know, and
// refuses rows that do not parse.
func TestEvents(t *testing.T) {
	full := tenancy.EventRecord{
		Stream: tenancy.Stream{Organization: tenancy.OrganizationID{2}}, Sequence: math.MaxInt64,
		ID:   tenancy.EventID{1},
		Time: math.MinInt64, Actor: tenancy.Actor{Operator: "staff"}, Name: "Name",
		Operation: tenancy.OperationID{3},
		Part:      1, Step: 2, Correlation: "c-1", Type: "NoSuchEvent", Data: "\x00\xff\x01",
		Previous: [32]byte{4}, Hash: [32]byte{5},
	}
	bare := tenancy.EventRecord{Stream: tenancy.Stream{User: tenancy.UserID{6}}, Sequence: 1}
	for _, e := range []tenancy.EventRecord{full, bare} {
		values, err := tables.EventValues(e)
		require.NoError(t, err)
		require.Len(t, values, len(tables.EventColumns))
		got, err := tables.Event(scanning(values))
		require.NoError(t, err)
		require.Equal(t, e, got)
	}
	good, err := tables.EventValues(bare)
	require.NoError(t, err)
	for i, c := range tables.EventColumns {
		bad := map[tables.Type][]any{tables.ID: {[]byte{1}}, tables.Hash: {[]byte{1}}}[c.Type]
		switch c.Name {
		case "sequence":
			bad = []any{int64(0), int64(-1), nil}
		case "actor":
			bad = []any{"who: ever", nil}
		case "type":
			bad = []any{nil}
		}
		for _, b := range bad {
			row := slices.Clone(good)
			row[i] = b
			_, err := tables.Event(scanning(row))
			require.Error(t, err, "%s = %v", c.Name, b)
			require.Empty(t, tenancy.CodeOf(err))
		}
	}
	for _, e := range []tenancy.EventRecord{{Sequence: 1}, {Stream: bare.Stream},
		{Stream: bare.Stream, Sequence: math.MaxInt64 + 1}} {
		_, err := tables.EventValues(e)
		require.Error(t, err)
	}
}
