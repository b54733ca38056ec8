package storetest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/scene"
)

// model is what a store is compared with: the contract of one transaction at a time, in
// the plainest words. It is a tenancy.Tx itself, so that the same function writes to
// both. What Append and Put refuse as CodeBusy it does not know: the suite gives it no
// such thing.
type model struct {
	records map[tenancy.Entry]tenancy.Record // by identity
	events  map[tenancy.Stream][]tenancy.EventRecord
	pending map[tenancy.Stream][]tenancy.EventRecord
	seen    map[tenancy.Entry]bool // every place a record was ever found at
	streams map[tenancy.Stream]bool
}

func newModel() *model {
	return &model{
		records: map[tenancy.Entry]tenancy.Record{}, events: map[tenancy.Stream][]tenancy.EventRecord{}, pending: map[tenancy.Stream][]tenancy.EventRecord{},
		seen: map[tenancy.Entry]bool{}, streams: map[tenancy.Stream]bool{},
	}
}

// clone gives a copy that what is done to the model no longer reaches. What was seen is
// common to both.
func (m *model) clone() *model {
	c := newModel()
	c.records, c.seen, c.streams = maps.Clone(m.records), m.seen, m.streams
	for s, events := range m.events {
		c.events[s] = slices.Clone(events)
	}
	for s, events := range m.pending {
		c.pending[s] = slices.Clone(events)
	}
	return c
}

func identity(r tenancy.Record) tenancy.Entry { return r.Entries(nil)[0] }

func (m *model) Put(_ context.Context, records ...tenancy.Record) error {
	for _, r := range records {
		m.records[identity(r)] = r
		for _, e := range r.Entries(nil) {
			m.seen[e] = true
		}
	}
	return nil
}

func (m *model) Delete(_ context.Context, records ...tenancy.Record) error {
	for _, r := range records {
		delete(m.records, identity(r))
	}
	return nil
}

// taken says whether a place of the record is another record's.
func (m *model) taken(record tenancy.Record) bool {
	own := record.Entries(nil)
	for at, other := range m.records {
		if at != own[0] &&
			slices.ContainsFunc(other.Entries(nil), func(e tenancy.Entry) bool { return slices.Contains(own, e) }) {
			return true
		}
	}
	return false
}

func (m *model) Append(_ context.Context, events ...tenancy.EventRecord) error {
	for _, e := range events {
		m.events[e.Stream] = append(m.events[e.Stream], e)
		m.pending[e.Stream] = append(m.pending[e.Stream], e)
		m.streams[e.Stream] = true
	}
	return nil
}

func (m *model) Ack(_ context.Context, events ...tenancy.EventRecord) error {
	for _, e := range events {
		m.pending[e.Stream] = slices.DeleteFunc(m.pending[e.Stream],
			func(p tenancy.EventRecord) bool { return p.Sequence == e.Sequence })
		if len(m.pending[e.Stream]) == 0 {
			delete(m.pending, e.Stream)
		}
	}
	return nil
}

func (m *model) MoveAll(ctx context.Context, move tenancy.Move) error {
	if !move.Group.IsZero() {
		m.endGroup(ctx, move.Group)
		return nil
	}
	for _, r := range slices.Collect(maps.Values(m.records)) {
		g, ok := r.(tenancy.GroupRecord)
		switch {
		case !ok || g.Organization != move.From:
		case move.Into.IsZero():
			m.endGroup(ctx, g.ID)
			_ = m.Delete(ctx, g)
		default:
			g.Organization = move.Into
			_ = m.Put(ctx, g)
		}
	}
	for _, r := range slices.Collect(maps.Values(m.records)) {
		if member, ok := r.(tenancy.MembershipRecord); ok && member.Organization == move.From && move.Into.IsZero() {
			m.endServiceAccount(ctx, member.User)
		}
	}
	for _, r := range slices.Collect(maps.Values(m.records)) {
		switch r := r.(type) {
		case tenancy.MembershipRecord:
			if r.Organization != move.From {
				continue
			}
			_ = m.Delete(ctx, r)
			if !move.Into.IsZero() {
				_ = m.Put(ctx, tenancy.MembershipRecord{Organization: move.Into, User: r.User,
					Role: tenancy.StandardUser, Since: move.At})
			} else if u, ok := m.records[identity(tenancy.UserRecord{ID: r.User})].(tenancy.UserRecord); ok &&
				r.Role != tenancy.Owner {
				u.Managed = false
				_ = m.Put(ctx, u)
			}
		case tenancy.FormerMemberRecord:
			if r.Organization != move.From || move.Into.IsZero() {
				continue
			}
			_ = m.Delete(ctx, r)
			r.Organization = move.Into
			if there, ok := m.records[identity(r)].(tenancy.FormerMemberRecord); !ok || there.LeftAt < r.LeftAt {
				_ = m.Put(ctx, r)
			}
		case tenancy.AccountRecord:
			if r.Organization == move.From {
				r.Organization = move.Into
				if move.Suspend && r.Parent.IsZero() && r.Closed == 0 {
					r.SuspendedPlatform = true
				}
				if move.Into.IsZero() {
					r.Groups = 0
				}
				_ = m.Put(ctx, r)
			}
		}
	}
	for _, r := range slices.Collect(maps.Values(m.records)) {
		if moved := movedInto(r, move); moved != r {
			_ = m.Delete(ctx, r)
			if !move.Into.IsZero() {
				_ = m.Put(ctx, moved)
			}
		}
	}
	for _, r := range slices.Collect(maps.Values(m.records)) {
		if m.joined(r, move.Into) {
			_ = m.Delete(ctx, r)
		}
	}
	return nil
}

// endServiceAccount deletes a user who is a service account, with its keys and roles.
func (m *model) endServiceAccount(ctx context.Context, user tenancy.UserID) {
	u, _ := m.records[identity(tenancy.UserRecord{ID: user})].(tenancy.UserRecord)
	if !u.ServiceAccount {
		return
	}
	u.Deleted, u.Keys, u.Personal = true, 0, tenancy.UserPersonal{}
	_ = m.Put(ctx, u)
	for _, r := range slices.Collect(maps.Values(m.records)) {
		key, isKey := r.(tenancy.KeyRecord)
		grant, isGrant := r.(tenancy.GrantRecord)
		if isKey && key.User == user || isGrant && grant.User == user {
			_ = m.Delete(ctx, r)
		}
	}
}

// endGroup ends what a group gives, and who is in it.
func (m *model) endGroup(ctx context.Context, group tenancy.GroupID) {
	for _, r := range slices.Collect(maps.Values(m.records)) {
		switch r := r.(type) {
		case tenancy.GroupMemberRecord:
			if r.Group == group {
				_ = m.Delete(ctx, r)
			}
		case tenancy.ProvisionedMemberRecord:
			if r.Group == group {
				_ = m.Delete(ctx, r)
			}
		case tenancy.GroupRolesRecord:
			if r.Group != group {
				continue
			}
			_ = m.Delete(ctx, r)
			if a, ok := m.records[identity(tenancy.AccountRecord{ID: r.Account})].(tenancy.AccountRecord); ok {
				a.Groups--
				_ = m.Put(ctx, a)
			}
		}
	}
}

// movedInto returns what becomes of a record that is derived from memberships and
// accounts. It returns others unchanged.
func movedInto(r tenancy.Record, move tenancy.Move) tenancy.Record {
	switch r := r.(type) {
	case tenancy.WordRecord:
		if r.Organization == move.From {
			r.Organization = move.Into
		}
		return r
	case tenancy.IndependentUserRecord:
		if r.Organization == move.From {
			r.Organization = move.Into
		}
		return r
	case tenancy.IndependentAccountRecord:
		if r.Organization == move.From {
			r.Organization = move.Into
		}
		return r
	}
	return r
}

// joined reports whether a record says that a user or an account is independent to an
// organization which has it.
func (m *model) joined(r tenancy.Record, org tenancy.OrganizationID) bool {
	switch r := r.(type) {
	case tenancy.WordRecord:
		member := m.records[identity(tenancy.MembershipRecord{Organization: org, User: r.User})]
		return r.Organization == org && r.Independent && member != nil
	case tenancy.IndependentUserRecord:
		member := m.records[identity(tenancy.MembershipRecord{Organization: org, User: r.User})]
		return r.Organization == org && member != nil
	case tenancy.IndependentAccountRecord:
		a, _ := m.records[identity(tenancy.AccountRecord{ID: r.Account})].(tenancy.AccountRecord)
		return r.Organization == org && a.Organization == org
	}
	return false
}

func (m *model) Read(_ context.Context, lookups ...tenancy.Lookup) ([]tenancy.Answer, error) {
	places := map[tenancy.Index][]place{}
	for _, r := range m.records {
		for _, e := range r.Entries(nil) {
			places[e.Index] = append(places[e.Index], place{e.Key, r})
		}
	}
	for _, at := range places {
		slices.SortFunc(at, func(a, b place) int { return compareKeys(a.key, b.key) })
	}
	answers := make([]tenancy.Answer, len(lookups))
	for i, l := range lookups {
		answers[i] = answer(places[l.Index], l)
	}
	return answers, nil
}

// place is where a record is found in an index.
type place struct {
	key    tenancy.Key
	record tenancy.Record
}

// answer answers a lookup out of the places of its index, in key order.
func answer(places []place, l tenancy.Lookup) (a tenancy.Answer) {
	info := infoOf(l.Index)
	if info.In && l.Key.In == [16]byte{} {
		return a
	}
	if l.Limit == 0 {
		if info.Text && l.Key.Text == "" || info.ID && l.Key.ID == [16]byte{} {
			return a
		}
		for _, p := range places {
			if p.key == l.Key {
				a.Record = p.record
			}
		}
		return a
	}
	left := l.Skip
	for _, p := range places {
		beyond := l.Until != "" && p.key.Text >= l.Until
		if p.key.In != l.Key.In || compareKeys(p.key, l.Key) <= 0 || beyond || len(a.Records) == l.Limit {
			continue
		}
		if left--; left >= 0 {
			continue
		}
		a.Records = append(a.Records, p.record)
	}
	if l.Count {
		return tenancy.Answer{Count: len(a.Records)}
	}
	return a
}

func compareKeys(a, b tenancy.Key) int {
	return cmp.Or(bytes.Compare(a.In[:], b.In[:]), strings.Compare(a.Text, b.Text), bytes.Compare(a.ID[:], b.ID[:]))
}

var infos = func() map[tenancy.Index]tenancy.IndexInfo {
	byIndex := map[tenancy.Index]tenancy.IndexInfo{}
	for _, info := range tenancy.Indexes() {
		byIndex[info.Index] = info
	}
	return byIndex
}()

func infoOf(index tenancy.Index) tenancy.IndexInfo { return infos[index] }

func (m *model) Access(
	_ context.Context, user tenancy.UserID, accounts []tenancy.AccountID, key tenancy.KeyID, rows []tenancy.AccessRow,
) error {
	for i, account := range accounts {
		m.access(user, account, key, &rows[i])
	}
	return nil
}

func (m *model) access(user tenancy.UserID, account tenancy.AccountID, key tenancy.KeyID, row *tenancy.AccessRow) {
	row.Reset()
	if u, ok := m.records[identity(tenancy.UserRecord{ID: user})].(tenancy.UserRecord); ok {
		row.SetUser(u)
	}
	if k, ok := m.records[identity(tenancy.KeyRecord{ID: key})].(tenancy.KeyRecord); ok {
		row.SetKey(user, k)
	}
	a, ok := m.records[identity(tenancy.AccountRecord{ID: account})].(tenancy.AccountRecord)
	if !ok {
		return
	}
	row.SetAccount(a)
	row.Groups = append(row.Groups, m.groups(user, a)...)
	if g, ok := m.records[identity(tenancy.GrantRecord{Account: account, User: user})].(tenancy.GrantRecord); ok {
		row.SetGrant(g)
	}
	if parent, ok := m.records[identity(tenancy.AccountRecord{ID: a.Parent})].(tenancy.AccountRecord); ok {
		row.SetParent(parent)
		row.ParentGroups = append(row.ParentGroups, m.groups(user, parent)...)
	}
	if g, ok := m.records[identity(tenancy.GrantRecord{Account: a.Parent, User: user})].(tenancy.GrantRecord); ok &&
		!a.Parent.IsZero() {
		row.SetParentGrant(g)
	}
	if o, ok := m.records[identity(tenancy.OrganizationRecord{ID: a.Organization})].(tenancy.OrganizationRecord); ok {
		row.SetOrganization(o)
	}
	if mine, ok := m.records[identity(tenancy.MembershipRecord{Organization: a.Organization, User: user})].(tenancy.MembershipRecord); ok &&
		!a.Organization.IsZero() {
		row.SetMembership(mine)
	}
}

// groups returns the groups of a user that have roles on an account, by ID.
func (m *model) groups(user tenancy.UserID, a tenancy.AccountRecord) (groups []tenancy.GroupAccess) {
	for _, r := range m.records {
		g, ok := r.(tenancy.GroupRolesRecord)
		if ok && a.Groups > 0 && g.Account == a.ID && m.records[identity(tenancy.GroupMemberRecord{Group: g.Group, User: user})] != nil {
			groups = append(groups, tenancy.GroupAccess{Group: g.Group, Roles: g.Roles})
		}
	}
	slices.SortFunc(groups, func(a, b tenancy.GroupAccess) int { return bytes.Compare(a.Group[:], b.Group[:]) })
	return groups
}

func (m *model) Events(_ context.Context, s tenancy.Stream, from uint64, limit int) ([]tenancy.EventRecord, error) {
	var events []tenancy.EventRecord
	for _, e := range m.events[s] {
		if e.Sequence >= from && len(events) < limit {
			events = append(events, e)
		}
	}
	return events, nil
}

func (m *model) FindEvents(_ context.Context, lookups ...tenancy.EventLookup) ([][]tenancy.EventRecord, error) {
	answers := make([][]tenancy.EventRecord, len(lookups))
	for i, l := range lookups {
		answers[i] = scene.Select(m.events[l.Stream], l)
	}
	return answers, nil
}

func (m *model) Outbox(_ context.Context, after tenancy.Stream, limit int) ([]tenancy.EventRecord, error) {
	var events []tenancy.EventRecord
	for _, s := range slices.SortedFunc(maps.Keys(m.pending), compareStreams) {
		if compareStreams(s, after) > 0 && len(events) < limit {
			events = append(events, m.pending[s][0])
		}
	}
	return events, nil
}

func (m *model) Now(context.Context) (tenancy.Instant, error) { return 0, nil }

func compareStreams(a, b tenancy.Stream) int {
	x, y := a.Key(), b.Key()
	return bytes.Compare(x[:], y[:])
}

// questions are all lookups that can tell something of the places given: exact ones and
// ones with a part missing, lists and counts from every place on, and of every group
// with limits around how many there are, and the end of it.
func questions(places map[tenancy.Entry]bool) []tenancy.Lookup {
	type group struct {
		index tenancy.Index
		in    [16]byte
	}
	var asked []tenancy.Lookup
	sizes := map[group]int{}
	for e := range places {
		info := infoOf(e.Index)
		sizes[group{e.Index, e.Key.In}]++
		if info.Exact {
			asked = append(asked, tenancy.Lookup{Index: e.Index, Key: e.Key})
			for _, key := range lacking(info, e.Key) {
				asked = append(asked, tenancy.Lookup{Index: e.Index, Key: key})
			}
		}
		if info.Listed {
			asked = append(asked, tenancy.Lookup{Index: e.Index, Key: e.Key, Limit: 2},
				tenancy.Lookup{Index: e.Index, Key: e.Key, Limit: 1000, Count: true})
		}
	}
	for g, n := range sizes {
		if !infoOf(g.index).Listed {
			continue
		}
		for _, limit := range []int{1, n - 1, n, n + 1, math.MaxInt32} {
			if limit > 0 {
				l := tenancy.Lookup{Index: g.index, Key: tenancy.Key{In: g.in}, Limit: limit}
				asked = append(asked, l)
				l.Count = true
				asked = append(asked, l)
			}
		}
		asked = append(asked, tenancy.Lookup{Index: g.index, Key: tenancy.Key{In: g.in}, Limit: 2, Skip: n - 1})
	}
	for _, info := range tenancy.Indexes() {
		if info.In && info.Listed {
			asked = append(asked, tenancy.Lookup{Index: info.Index, Limit: 10},
				tenancy.Lookup{Index: info.Index, Limit: 10, Count: true})
		}
	}
	return asked
}

// lacking gives a key with each of the parts that the index uses zero.
func lacking(info tenancy.IndexInfo, key tenancy.Key) []tenancy.Key {
	var keys []tenancy.Key
	if info.In {
		keys = append(keys, tenancy.Key{Text: key.Text, ID: key.ID})
	}
	if info.Text {
		keys = append(keys, tenancy.Key{In: key.In, ID: key.ID})
	}
	if info.ID {
		keys = append(keys, tenancy.Key{In: key.In, Text: key.Text})
	}
	return keys
}

// batch is how many lookups are asked at once.
const batch = 500

// differences compares all that a store and the model can be asked, and says where they
// differ.
func (m *model) differences(ctx context.Context, tx tenancy.ReadTx) (found []string, err error) {
	for asked := range slices.Chunk(questions(m.seen), batch) {
		got, err := tx.Read(ctx, asked...)
		if err != nil {
			return nil, err
		}
		if len(got) != len(asked) {
			return []string{fmt.Sprintf("%d answers to %d lookups", len(got), len(asked))}, nil
		}
		want, _ := m.Read(ctx, asked...)
		for i := range asked {
			if !sameAnswer(got[i], want[i]) {
				found = append(
					found,
					fmt.Sprintf("%s: got %s, want %s", describe(asked[i]), describeAnswer(got[i]),
						describeAnswer(want[i])),
				)
			}
		}
	}
	compare := func(what string, got, want []tenancy.EventRecord) {
		if !sameEvents(got, want) {
			found = append(found, fmt.Sprintf("%s: got %+v, want %+v", what, got, want))
		}
	}
	for s := range m.streams {
		got, err := tx.Events(ctx, s, 1, 1000)
		if err != nil {
			return nil, err
		}
		want, _ := m.Events(ctx, s, 1, 1000)
		compare("events of "+s.String(), got, want)
	}
	got, err := tx.Outbox(ctx, tenancy.Stream{}, 1000)
	if err != nil {
		return nil, err
	}
	want, _ := m.Outbox(ctx, tenancy.Stream{}, 1000)
	compare("outbox", got, want)
	return found, nil
}

func sameAnswer(a, b tenancy.Answer) bool {
	return a.Record == b.Record && a.Count == b.Count && slices.Equal(a.Records, b.Records)
}

func sameEvents(a, b []tenancy.EventRecord) bool {
	return slices.Equal(a, b)
}

func describe(l tenancy.Lookup) string {
	what := "the record at"
	if l.Limit > 0 {
		what = fmt.Sprintf("up to %d after", l.Limit)
	}
	if l.Count {
		what = "how many, " + what
	}
	if l.Until != "" {
		what = fmt.Sprintf("before %q, %s", l.Until, what)
	}
	if l.Skip > 0 {
		what = fmt.Sprintf("past %d, %s", l.Skip, what)
	}
	return fmt.Sprintf("%s: %s {In: %x, Text: %q, ID: %x}", infoOf(l.Index).Name, what, l.Key.In, l.Key.Text, l.Key.ID)
}

func describeAnswer(a tenancy.Answer) string {
	switch {
	case a.Record != nil:
		return fmt.Sprintf("%T%+v", a.Record, a.Record)
	case len(a.Records) > 0:
		return fmt.Sprintf("%d records %+v", len(a.Records), a.Records)
	case a.Count > 0:
		return fmt.Sprint(a.Count)
	}
	return "nothing"
}

// errOf returns the error of an operation whose result does not matter here.
func errOf[T any](_ T, err error) error { return err }
