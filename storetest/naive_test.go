package storetest_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/scene"
)

// naive is a store made from the contract alone, without a look at memstore: slices
// that are searched from end to end, and copied whole for every Update. It runs Updates
// one after the other, or all at once. Then an Update whose copy is no longer current
// begins again.
type naive struct {
	mu         sync.RWMutex
	waiting    atomic.Int32 // for mu
	now        *content
	optimistic bool
}

// content is everything that a naive store holds. What it refers to never changes.
type content struct {
	records []tenancy.Record
	events  []logged // in the order in which they were appended
}

// logged is an event, and whether it is in the outbox.
type logged struct {
	event   tenancy.EventRecord
	pending bool
}

var errEnded = errors.New("the transaction has ended")

func newNaive() *naive      { return &naive{now: &content{}} }
func newOptimistic() *naive { return &naive{now: &content{}, optimistic: true} }

func (s *naive) current() *content {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.now
}

func (s *naive) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !s.optimistic { // nobody writes meanwhile
		s.lock(s.mu.TryRLock, s.mu.RLock)
		defer s.mu.RUnlock()
		return s.now.run(ctx, fn)
	}
	return s.current().run(ctx, fn)
}

// lock takes a lock, and counts those that wait for it.
func (s *naive) lock(try func() bool, wait func()) {
	if !try() {
		s.waiting.Add(1)
		defer s.waiting.Add(-1)
		wait()
	}
}

// Waiting reports whether a transaction waits for another one to end.
func (s *naive) Waiting() bool { return s.waiting.Load() > 0 }

func (c *content) run(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	tx := &naiveTx{content: c}
	defer tx.end()
	return fn(ctx, tx)
}

func (s *naive) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	if s.optimistic {
		return s.updateAtOnce(ctx, fn)
	}
	s.lock(s.mu.TryLock, s.mu.Lock)
	defer s.mu.Unlock()
	next, err := s.now.change(ctx, fn)
	if err == nil {
		s.now = next
	}
	return err
}

// updateAtOnce runs beside others, and begins again if one of them has committed
// meanwhile.
func (s *naive) updateAtOnce(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	for range 100 {
		was := s.current()
		next, err := was.change(ctx, fn)
		if err != nil && s.current() == was {
			return err
		}
		if err == nil && s.swap(was, next) {
			return nil
		}
	}
	return tenancy.CodeBusy
}

// swap sets the content if it has not changed.
func (s *naive) swap(was, next *content) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now != was {
		return false
	}
	s.now = next
	return true
}

// change returns what fn makes of the content.
func (c *content) change(ctx context.Context, fn func(context.Context, tenancy.Tx) error) (*content, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	tx := &naiveTx{content: c.copied(), writes: true}
	defer tx.end()
	if err := fn(ctx, tx); err != nil {
		return nil, err
	}
	return tx.content, cmp.Or(tx.failed, ctx.Err())
}

// copied returns a copy of the content that can be changed.
func (c *content) copied() *content {
	return &content{slices.Clone(c.records), slices.Clone(c.events)}
}

// naiveTx is a transaction over a content. If it writes, the content is its own.
type naiveTx struct {
	content *content
	writes  bool
	ended   bool
	failed  error // the error of a write: nothing commits any longer
}

func (tx *naiveTx) end() { tx.ended = true }

func (tx *naiveTx) fail(err error) error {
	tx.failed = err
	return err
}

func (tx *naiveTx) usable(ctx context.Context) error {
	if tx.ended {
		return errEnded
	}
	return ctx.Err()
}

func identity(r tenancy.Record) tenancy.Entry { return r.Entries(nil)[0] }

func compareKeys(a, b tenancy.Key) int {
	return cmp.Or(bytes.Compare(a.In[:], b.In[:]), strings.Compare(a.Text, b.Text),
		bytes.Compare(a.ID[:], b.ID[:]))
}

func (tx *naiveTx) Read(ctx context.Context, lookups ...tenancy.Lookup) ([]tenancy.Answer, error) {
	if err := tx.usable(ctx); err != nil {
		return nil, err
	}
	type found struct {
		key    tenancy.Key
		record tenancy.Record
	}
	index := map[tenancy.Index][]found{}
	for _, r := range tx.content.records {
		for _, e := range r.Entries(nil) {
			index[e.Index] = append(index[e.Index], found{e.Key, r})
		}
	}
	table := tenancy.Indexes()
	answers := make([]tenancy.Answer, len(lookups))
	for i, l := range lookups {
		uses := table[slices.IndexFunc(table, func(info tenancy.IndexInfo) bool { return info.Index == l.Index })]
		if uses.In && l.Key.In == [16]byte{} ||
			l.Limit == 0 && (uses.Text && l.Key.Text == "" || uses.ID && l.Key.ID == [16]byte{}) {
			continue
		}
		var after []found
		for _, f := range index[l.Index] {
			switch {
			case l.Limit == 0 && f.key == l.Key:
				answers[i].Record = f.record
			case l.Until != "" && f.key.Text >= l.Until:
			case l.Limit > 0 && f.key.In == l.Key.In && compareKeys(f.key, l.Key) > 0:
				after = append(after, f)
			}
		}
		if l.Count {
			answers[i].Count = min(len(after), l.Limit)
			continue
		}
		slices.SortFunc(after, func(a, b found) int { return compareKeys(a.key, b.key) })
		after = after[min(len(after), l.Skip):]
		for _, f := range after[:min(len(after), l.Limit)] {
			answers[i].Records = append(answers[i].Records, f.record)
		}
	}
	return answers, nil
}

// find returns the record of an identity.
func find[R tenancy.Record](c *content, at R) (found R, ok bool) {
	for _, r := range c.records {
		if same, of := r.(R); of && identity(same) == identity(at) {
			return same, true
		}
	}
	return found, false
}

func (tx *naiveTx) Access(ctx context.Context, user tenancy.UserID, accounts []tenancy.AccountID,
	key tenancy.KeyID, rows []tenancy.AccessRow) error {
	for i, account := range accounts {
		if err := tx.accessOne(ctx, user, account, key, &rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// accessOne asks about one account.
func accessOne(ctx context.Context, tx tenancy.ReadTx, user tenancy.UserID, account tenancy.AccountID, key tenancy.KeyID,
	row *tenancy.AccessRow) error {
	rows := []tenancy.AccessRow{*row}
	err := tx.Access(ctx, user, []tenancy.AccountID{account}, key, rows)
	*row = rows[0]
	return err
}

func (tx *naiveTx) accessOne(ctx context.Context, user tenancy.UserID, account tenancy.AccountID,
	key tenancy.KeyID, row *tenancy.AccessRow) error {
	row.Reset()
	if err := tx.usable(ctx); err != nil {
		return err
	}
	if u, ok := find(tx.content, tenancy.UserRecord{ID: user}); ok {
		row.SetUser(u)
	}
	if k, ok := find(tx.content, tenancy.KeyRecord{ID: key}); ok {
		row.SetKey(user, k)
	}
	grant, _ := find(tx.content, tenancy.GrantRecord{Account: account, User: user})
	row.SetGrant(grant)
	a, ok := find(tx.content, tenancy.AccountRecord{ID: account})
	if !ok {
		return nil
	}
	row.SetAccount(a)
	if o, ok := find(tx.content, tenancy.OrganizationRecord{ID: a.Organization}); ok {
		row.SetOrganization(o)
	}
	row.Groups = tx.groups(row.Groups, user, a)
	if !a.Parent.IsZero() {
		parent, _ := find(tx.content, tenancy.AccountRecord{ID: a.Parent})
		row.SetParent(parent)
		row.ParentGroups = tx.groups(row.ParentGroups, user, parent)
		grant, _ := find(tx.content, tenancy.GrantRecord{Account: a.Parent, User: user})
		row.SetParentGrant(grant)
	}
	if m, ok := find(tx.content, tenancy.MembershipRecord{Organization: a.Organization,
		User: user}); ok && !a.Organization.IsZero() {
		row.SetMembership(m)
	}
	return nil
}

// groups appends the groups of a user that have roles on an account, by ID.
func (tx *naiveTx) groups(
	to []tenancy.GroupAccess, user tenancy.UserID, a tenancy.AccountRecord,
) []tenancy.GroupAccess {
	for _, r := range tx.content.records {
		g, ok := r.(tenancy.GroupRolesRecord)
		if !ok || a.Groups == 0 || g.Account != a.ID {
			continue
		}
		if _, ok := find(tx.content, tenancy.GroupMemberRecord{Group: g.Group, User: user}); ok {
			to = append(to, tenancy.GroupAccess{Group: g.Group, Roles: g.Roles})
		}
	}
	slices.SortFunc(to, func(a, b tenancy.GroupAccess) int { return bytes.Compare(a.Group[:], b.Group[:]) })
	return to
}

func (tx *naiveTx) Events(ctx context.Context, stream tenancy.Stream, from uint64,
	limit int) ([]tenancy.EventRecord, error) {
	if err := tx.usable(ctx); err != nil {
		return nil, err
	}
	var events []tenancy.EventRecord
	for _, l := range tx.content.events {
		if l.event.Stream != stream || l.event.Sequence < from || len(events) == limit {
			continue
		}
		events = append(events, l.event)
	}
	return events, nil
}

func (tx *naiveTx) FindEvents(
	ctx context.Context, lookups ...tenancy.EventLookup,
) ([][]tenancy.EventRecord, error) {
	answers := make([][]tenancy.EventRecord, len(lookups))
	for i, l := range lookups {
		if l.By > tenancy.EventsBySubject {
			return nil, errors.New("no such index of events")
		}
		all, err := tx.Events(ctx, l.Stream, 1, math.MaxInt)
		if err != nil {
			return nil, err
		}
		answers[i] = scene.Select(all, l)
	}
	return answers, nil
}

func (tx *naiveTx) Outbox(ctx context.Context, after tenancy.Stream, limit int) ([]tenancy.EventRecord, error) {
	if err := tx.usable(ctx); err != nil {
		return nil, err
	}
	oldest := map[tenancy.Stream]bool{}
	var events []tenancy.EventRecord
	order := func(a, b tenancy.Stream) int {
		x, y := a.Key(), b.Key()
		return bytes.Compare(x[:], y[:])
	}
	for _, l := range tx.content.events {
		if !l.pending || oldest[l.event.Stream] || order(l.event.Stream, after) <= 0 {
			continue
		}
		oldest[l.event.Stream] = true
		events = append(events, l.event)
	}
	slices.SortFunc(events, func(a, b tenancy.EventRecord) int { return order(a.Stream, b.Stream) })
	return events[:min(limit, len(events))], nil
}

func (tx *naiveTx) Now(ctx context.Context) (tenancy.Instant, error) { return 0, tx.usable(ctx) }

func (tx *naiveTx) Put(ctx context.Context, records ...tenancy.Record) error {
	if err := tx.usable(ctx); err != nil {
		return err
	}
	for _, r := range records {
		own := r.Entries(nil)
		at := len(tx.content.records)
		for i, other := range tx.content.records {
			entries := other.Entries(nil)
			if entries[0] == own[0] {
				at = i
			} else if slices.ContainsFunc(entries, func(e tenancy.Entry) bool { return slices.Contains(own, e) }) {
				return tx.fail(tenancy.CodeBusy)
			}
		}
		tx.content.records = append(tx.content.records[:at],
			append([]tenancy.Record{r}, tx.content.records[min(at+1, len(tx.content.records)):]...)...)
	}
	return nil
}

func (tx *naiveTx) Delete(ctx context.Context, records ...tenancy.Record) error {
	if err := tx.usable(ctx); err != nil {
		return err
	}
	for _, r := range records {
		tx.content.records = slices.DeleteFunc(tx.content.records, func(other tenancy.Record) bool {
			return identity(other) == identity(r)
		})
	}
	return nil
}

func (tx *naiveTx) Append(ctx context.Context, events ...tenancy.EventRecord) error {
	if err := tx.usable(ctx); err != nil {
		return err
	}
	for _, e := range events {
		if slices.ContainsFunc(tx.content.events,
			func(l logged) bool { return l.event.Stream == e.Stream && l.event.Sequence == e.Sequence }) {
			return tx.fail(tenancy.CodeBusy)
		}
		tx.content.events = append(tx.content.events, logged{e, true})
	}
	return nil
}

func (tx *naiveTx) Ack(ctx context.Context, events ...tenancy.EventRecord) error {
	if err := tx.usable(ctx); err != nil {
		return err
	}
	for _, e := range events {
		for i, l := range tx.content.events {
			if l.event.ID == e.ID {
				tx.content.events[i].pending = false
			}
		}
	}
	return nil
}

func (tx *naiveTx) MoveAll(ctx context.Context, move tenancy.Move) error {
	if err := tx.usable(ctx); err != nil {
		return err
	}
	tx.endGroups(move)
	if !move.Group.IsZero() {
		return nil
	}
	var records []tenancy.Record
	ended := func(user tenancy.UserID) bool {
		u, _ := find(tx.content, tenancy.UserRecord{ID: user})
		_, member := find(tx.content, tenancy.MembershipRecord{Organization: move.From, User: user})
		return u.ServiceAccount && member && move.Into.IsZero()
	}
	for _, r := range tx.content.records {
		switch moved := r.(type) {
		case tenancy.GroupRecord:
			if moved.Organization == move.From && move.Into.IsZero() {
				continue
			}
			if moved.Organization == move.From {
				moved.Organization = move.Into
				r = moved
			}
		case tenancy.UserRecord:
			member, ok := find(tx.content, tenancy.MembershipRecord{Organization: move.From, User: moved.ID})
			if ok && member.Role != tenancy.Owner && move.Into.IsZero() {
				moved.Managed = false
				r = moved
			}
			if ended(moved.ID) {
				moved.Deleted, moved.Keys, moved.Personal = true, 0, tenancy.UserPersonal{}
				r = moved
			}
		case tenancy.KeyRecord:
			if ended(moved.User) {
				continue
			}
		case tenancy.GrantRecord:
			if ended(moved.User) {
				continue
			}
		case tenancy.MembershipRecord:
			if moved.Organization == move.From {
				if move.Into.IsZero() {
					continue
				}
				r = tenancy.MembershipRecord{Organization: move.Into, User: moved.User,
					Role: tenancy.StandardUser, Since: move.At}
			}
		case tenancy.FormerMemberRecord:
			if moved.Organization == move.From && !move.Into.IsZero() {
				moved.Organization = move.Into
				if there, ok := find(tx.content, moved); ok && there.LeftAt >= moved.LeftAt {
					continue
				}
				r = moved
			} else if moved.Organization == move.Into {
				coming := moved
				coming.Organization = move.From
				if coming, ok := find(tx.content, coming); ok && coming.LeftAt > moved.LeftAt {
					continue
				}
			}
		case tenancy.AccountRecord:
			if moved.Organization == move.From {
				moved.Organization = move.Into
				if move.Into.IsZero() {
					moved.Groups = 0
				}
				if move.Suspend && moved.Parent.IsZero() && moved.Closed == 0 {
					moved.SuspendedPlatform = true
				}
				r = moved
			}
		case tenancy.WordRecord:
			if moved.Organization == move.From {
				if move.Into.IsZero() {
					continue
				}
				moved.Organization = move.Into
				if _, ok := find(tx.content, moved); ok {
					continue
				}
				r = moved
			}
		case tenancy.IndependentUserRecord:
			if moved.Organization == move.From {
				if move.Into.IsZero() {
					continue
				}
				moved.Organization = move.Into
				r = moved
			}
		case tenancy.IndependentAccountRecord:
			if moved.Organization == move.From {
				if move.Into.IsZero() {
					continue
				}
				moved.Organization = move.Into
				r = moved
			}
		}
		records = append(records, r)
	}
	tx.content.records = records
	tx.content.records = slices.DeleteFunc(slices.Clone(records), func(r tenancy.Record) bool { return tx.joined(r, move.Into) })
	return nil
}

// endGroups ends what the groups that a move ends give, and who is in them.
func (tx *naiveTx) endGroups(move tenancy.Move) {
	ended := func(group tenancy.GroupID) bool {
		g, _ := find(tx.content, tenancy.GroupRecord{ID: group})
		ends := !move.From.IsZero() && move.Into.IsZero() && g.Organization == move.From
		return group == move.Group || ends
	}
	losses := map[tenancy.AccountID]int{}
	var left []tenancy.Record
	for _, r := range tx.content.records {
		switch r := r.(type) {
		case tenancy.GroupMemberRecord:
			if ended(r.Group) {
				continue
			}
		case tenancy.ProvisionedMemberRecord:
			if ended(r.Group) {
				continue
			}
		case tenancy.GroupRolesRecord:
			if ended(r.Group) {
				losses[r.Account]++
				continue
			}
		}
		left = append(left, r)
	}
	for i, r := range left {
		if a, ok := r.(tenancy.AccountRecord); ok {
			a.Groups -= losses[a.ID]
			left[i] = a
		}
	}
	tx.content.records = left
}

// joined reports whether a user or an account that is recorded as independent to an
// organization belongs to it.
func (tx *naiveTx) joined(r tenancy.Record, org tenancy.OrganizationID) (joined bool) {
	switch r := r.(type) {
	case tenancy.WordRecord:
		_, joined = find(tx.content, tenancy.MembershipRecord{Organization: org, User: r.User})
		return joined && r.Independent && r.Organization == org
	case tenancy.IndependentUserRecord:
		_, joined = find(tx.content, tenancy.MembershipRecord{Organization: org, User: r.User})
		return joined && r.Organization == org
	case tenancy.IndependentAccountRecord:
		a, found := find(tx.content, tenancy.AccountRecord{ID: r.Account})
		return found && r.Organization == org && a.Organization == org
	}
	return false
}
