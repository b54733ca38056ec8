package sqlitestore_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/sqlitestore"
)

// Every benchmark runs beside a floor, "by hand": the fewest statements of the same
// driver, prepared, with the same settings, over the same tables.

// floor is a database of the schema's tables, and statements prepared on its one
// connection.
type floor struct {
	testing.TB
	db *sql.DB
}

func newFloor(tb testing.TB, path string) *floor {
	openFile(tb, path)
	db, err := sql.Open("sqlite", path+asDocumented+"&_txlock=immediate")
	require.NoError(tb, err)
	db.SetMaxOpenConns(2)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return &floor{tb, db}
}

func (f *floor) prepare(text string) *sql.Stmt {
	s, err := f.db.PrepareContext(f.Context(), text)
	require.NoError(f, err)
	return s
}

// newID returns a new ID as the library makes them: later than the last one, then
// random.
func newID() (id [16]byte) {
	_, _ = rand.Read(id[:])
	binary.BigEndian.PutUint64(id[:], uint64(time.Now().UnixMilli())<<16|drawn.Add(1)&0xffff)
	return id
}

var drawn atomic.Uint64

func bytesOf(id [16]byte) []byte { return id[:] }

// founded is a directory over a file, with the Owner of an organization there.
type founded struct {
	path  string
	store *sqlitestore.Store
	dir   *tenancy.Directory
	ana   tenancy.SignedUp
}

func found(tb testing.TB) founded {
	f := founded{path: fresh(tb)}
	f.store = openFile(tb, f.path)
	var err error
	f.dir, err = tenancy.New(f.store, nil)
	require.NoError(tb, err)
	f.ana, err = f.dir.System().SignUp(tb.Context(),
		tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana", Organization: "Acme"})
	require.NoError(tb, err)
	return f
}

// handWritten renames an organization: it reads four rows and writes four.
type handWritten struct {
	*floor
	reads  []*sql.Stmt
	writes []*sql.Stmt
	ana    tenancy.SignedUp
	stream []byte
}

func byHand(tb testing.TB, of founded) *handWritten {
	h := &handWritten{floor: newFloor(tb, of.path), ana: of.ana, stream: bytesOf(of.ana.Organization.ID)}
	h.reads = []*sql.Stmt{
		h.prepare("SELECT inactive_organization, inactive_operator, deleted FROM tenancy_users WHERE id = ?"),
		h.prepare("SELECT role, exempt, since FROM tenancy_members WHERE user_id = ? AND organization_id = ?"),
		h.prepare("SELECT owner_id, state, name FROM tenancy_organizations WHERE id = ?"),
		h.prepare("SELECT sequence, hash FROM tenancy_heads WHERE stream = ?"),
	}
	h.writes = []*sql.Stmt{
		h.prepare("UPDATE tenancy_organizations SET name = ? WHERE id = ?"),
		h.prepare("UPDATE tenancy_heads SET sequence = ?, hash = ? WHERE stream = ?"),
		h.prepare(
			"INSERT INTO tenancy_operations (actor, id, name, call_id, time, fence, made, events, actor_key) VALUES (?1, ?2, ?3, ?2, ?4, 0, '', 1, ?1)",
		),
		h.prepare(
			`INSERT INTO tenancy_events (stream, sequence, of_user, time, actor, name, part, step, correlation, type, data)
			VALUES (?, ?, 0, ?, ?, 'RenameOrganization', 0, 0, '', 'OrganizationRenamed', ?)`,
		),
	}
	return h
}

func (h *handWritten) rename(ctx context.Context, name string) error {
	tx, err := h.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	user, org := bytesOf(h.ana.User.ID), bytesOf(h.ana.Organization.ID)
	var a, b, c int64
	var text, state string
	var owner, hash []byte
	read := func(n int, args []any, into ...any) {
		if err == nil {
			err = tx.StmtContext(ctx, h.reads[n]).QueryRowContext(ctx, args...).Scan(into...)
		}
	}
	read(0, []any{user}, &a, &b, &c)
	read(1, []any{user, org}, &text, &a, &b)
	read(2, []any{org}, &owner, &state, &text)
	read(3, []any{h.stream}, &c, &hash)
	actor, now := h.ana.User.ID.String(), time.Now().UnixMicro()
	write := func(n int, args ...any) {
		if err == nil {
			_, err = tx.StmtContext(ctx, h.writes[n]).ExecContext(ctx, args...)
		}
	}
	write(0, name, org)
	write(1, c+1, make([]byte, 32), h.stream)
	write(2, actor, bytesOf(newID()), "RenameOrganization", now)
	write(3, h.stream, c+1, now, actor, make([]byte, 40))
	if err != nil {
		return err
	}
	return tx.Commit()
}

// BenchmarkOperation renames an organization: one operation, with its event and its
// outbox.
func BenchmarkOperation(b *testing.B) {
	b.Run("by hand", func(b *testing.B) {
		h := byHand(b, found(b))
		for n := 0; b.Loop(); n++ {
			require.NoError(b, h.rename(b.Context(), fmt.Sprintf("Acme %d", n)))
		}
	})
	b.Run("store", func(b *testing.B) {
		f := found(b)
		s := f.dir.As(f.ana.User.ID)
		for n := 0; b.Loop(); n++ {
			_, err := s.RenameOrganization(b.Context(), f.ana.Organization.ID, fmt.Sprintf("Acme %d", n))
			require.NoError(b, err)
		}
	})
}

// BenchmarkContended renames organizations from eight goroutines at once.
func BenchmarkContended(b *testing.B) {
	b.SetParallelism(4)
	b.Run("by hand", func(b *testing.B) {
		h := byHand(b, found(b))
		queue := make(chan struct{}, 1)
		b.RunParallel(func(pb *testing.PB) {
			for n := 0; pb.Next(); n++ {
				queue <- struct{}{}
				if err := h.rename(b.Context(), fmt.Sprintf("Acme %d", n)); err != nil {
					b.Error(err)
				}
				<-queue
			}
		})
	})
	b.Run("store", func(b *testing.B) {
		f := found(b)
		s := f.dir.As(f.ana.User.ID)
		b.RunParallel(func(pb *testing.PB) {
			for n := 0; pb.Next(); n++ {
				if _, err := s.RenameOrganization(b.Context(), f.ana.Organization.ID, fmt.Sprintf("Acme %d", n)); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

// large is a Prime and a large Candidate of the same Owner.
type large struct {
	owner            tenancy.UserID
	prime, candidate tenancy.OrganizationID
	records          []tenancy.Record
	emails           []string
	account          tenancy.AccountID
	user             tenancy.UserID // its owner
}

func newLarge(users, accounts int) *large {
	l := &large{owner: newID(), prime: newID(), candidate: newID()}
	l.records = append(l.records, tenancy.UserRecord{ID: l.owner, Created: 1,
		Personal: tenancy.UserPersonal{Email: tenancy.NewPersonal("o@corp.example"),
			Address: tenancy.NewPersonal("o@corp.example")}},
		tenancy.DomainRecord{ID: newID(), Organization: l.prime, State: tenancy.StateVerified,
			Found: tenancy.Instant(time.Now().UnixMicro()), Verified: 1, Created: 1,
			Personal: tenancy.DomainPersonal{Name: "corp.example"}})
	for _, o := range []tenancy.OrganizationRecord{
		{ID: l.prime, Seats: 1},
		{ID: l.candidate, Seats: users, Accounts: accounts},
	} {
		o.Owner, o.State, o.Created, o.Import = l.owner, tenancy.StateActive, 1, true
		l.records = append(l.records, o,
			tenancy.MembershipRecord{Organization: o.ID, User: l.owner, Role: tenancy.Owner, Since: 1})
	}
	for i := range users - 1 {
		email := fmt.Sprintf("user%d@corp.example", i)
		l.emails = append(l.emails, email)
		user := tenancy.UserRecord{ID: newID(), Managed: true, Created: 1,
			Personal: tenancy.UserPersonal{Email: tenancy.NewPersonal(email),
				Address: tenancy.NewPersonal(email)}}
		l.records = append(l.records, user, tenancy.MembershipRecord{Organization: l.candidate,
			User: user.ID, Since: 1})
		if i < accounts {
			account := tenancy.AccountRecord{ID: newID(), Owner: user.ID, Organization: l.candidate, Created: 1}
			l.account, l.user = account.ID, user.ID
			l.records = append(l.records, account,
				tenancy.GrantRecord{Account: account.ID, User: user.ID,
					Roles: tenancy.Roles(tenancy.AccountOwner)})
		}
	}
	return l
}

// group puts users of the candidate into groups of it.
func (l *large) group(groups, members int) {
	var made []tenancy.Record
	var in tenancy.GroupID
	n := 0
	for i, r := range l.records {
		switch record := r.(type) {
		case tenancy.OrganizationRecord:
			if record.ID == l.candidate {
				record.Groups = groups
				l.records[i] = record
			}
		case tenancy.MembershipRecord:
			if record.Organization != l.candidate || record.Role == tenancy.Owner || n == groups*members {
				continue
			}
			if n%members == 0 {
				in = newID()
				made = append(made, tenancy.GroupRecord{ID: in, Organization: l.candidate, Created: 1, Members: members})
			}
			made = append(made, tenancy.GroupMemberRecord{Group: in, User: record.User})
			n++
		}
	}
	l.records = append(l.records, made...)
}

// store returns a directory over a new file with all of it, and the path of the file.
func (l *large) store(tb testing.TB) (*tenancy.Directory, string) {
	path := fresh(tb)
	store := openFile(tb, path)
	for batch := range slices.Chunk(l.records, 20_000) {
		require.NoError(tb, store.Update(tb.Context(),
			func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, batch...) }))
	}
	dir, err := tenancy.New(store, nil)
	require.NoError(tb, err)
	return dir, path
}

// BenchmarkPage lists fifty members of 100,000, with their roles on the organization's
// accounts. A page of the library's has a hundred.
func BenchmarkPage(b *testing.B) {
	l := newLarge(100_000, 10_000)
	dir, path := l.store(b)
	b.Run("by hand", func(b *testing.B) {
		s := newFloor(
			b,
			path,
		).prepare(`SELECT m.organization_id, m.user_id, m.role, m.exempt, m.since, u.id, u.inactive_organization, u.inactive_operator, u.deleted,
			u.created, u.email, u.address, u.name, g.roles FROM tenancy_members m JOIN tenancy_users u ON u.id = m.user_id LEFT JOIN tenancy_grants g ON g.user_id = m.user_id
			LEFT JOIN tenancy_accounts a ON a.id = g.account_id AND a.organization_id = m.organization_id WHERE m.organization_id = ? AND m.user_id > ? ORDER BY m.user_id LIMIT 100`)
		for b.Loop() {
			rows, err := s.QueryContext(b.Context(), bytesOf(l.candidate), bytesOf(newID()))
			require.NoError(b, err)
			for rows.Next() {
				var org, member, user []byte
				var since, created int64
				var flags [4]bool
				var role, email, address, name string
				var roles sql.NullString
				require.NoError(b, rows.Scan(&org, &member, &role, &flags[0], &since, &user, &flags[1],
					&flags[2], &flags[3], &created, &email, &address, &name, &roles))
			}
			require.NoError(b, rows.Err())
		}
	})
	b.Run("store", func(b *testing.B) {
		owner := dir.As(l.owner)
		for b.Loop() {
			page, _, err := tenancy.Collect(owner.Users(b.Context(), l.candidate, tenancy.UserQuery{}), 50)
			require.NoError(b, err)
			require.Len(b, page, 50)
		}
	})
}

// BenchmarkCan calls Can, beside one statement that reads what Can needs.
func BenchmarkCan(b *testing.B) {
	l := newLarge(10_000, 1_000)
	dir, path := l.store(b)
	b.Run("by hand", func(b *testing.B) {
		s := newFloor(
			b,
			path,
		).prepare(`SELECT u.inactive_organization, u.inactive_operator, u.deleted, a.organization_id, a.suspended_customer, a.suspended_platform, a.closed, m.role
			FROM tenancy_users u, tenancy_accounts a LEFT JOIN tenancy_grants g ON g.account_id = a.id AND g.user_id = u.id
			LEFT JOIN tenancy_members m ON m.organization_id = a.organization_id AND m.user_id = u.id WHERE u.id = ? AND a.id = ?`)
		for b.Loop() {
			var flags [6]int64
			var org []byte
			var role sql.NullString
			require.NoError(b, s.QueryRowContext(b.Context(), bytesOf(l.owner),
				bytesOf(l.account)).Scan(&flags[0], &flags[1], &flags[2], &org, &flags[3], &flags[4],
				&flags[5], &role))
		}
	})
	b.Run("store", func(b *testing.B) {
		host := dir.System()
		for b.Loop() {
			d, err := host.Can(b.Context(), l.user, tenancy.Build, l.account)
			require.NoError(b, err)
			require.True(b, d.Allowed)
		}
	})
	by, elsewhere := scenes.Groups(b, dir, l.candidate, l.owner, l.user)
	for name, account := range map[string]tenancy.AccountID{"through a group": by, "groups elsewhere": elsewhere} {
		b.Run(name, func(b *testing.B) {
			host := dir.System()
			for b.Loop() {
				d, err := host.Can(b.Context(), l.user, tenancy.Build, account)
				require.NoError(b, err)
				require.True(b, d.Allowed)
			}
		})
	}
}

// BenchmarkAuthenticate authenticates with a key.
func BenchmarkAuthenticate(b *testing.B) {
	l := newLarge(10_000, 1_000)
	dir, _ := l.store(b)
	scenes.BenchmarkAuthenticate(b, dir, l.candidate, l.owner)
}

// BenchmarkMerge merges an organization of 10,000 accounts, 100,000 users and 100 groups of
// 1,000 of them each, beside three UPDATEs.
func BenchmarkMerge(b *testing.B) {
	l := newLarge(100_000, 10_000)
	l.group(100, 1_000)
	b.Run("by hand", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			_, path := l.store(b)
			f := newFloor(b, path)
			b.StartTimer()
			tx, err := f.db.BeginTx(b.Context(), nil)
			require.NoError(b, err)
			_, err = tx.ExecContext(b.Context(),
				"UPDATE tenancy_members SET organization_id = ?, role = 'standard_user', exempt = 0, since = 2 WHERE organization_id = ? AND user_id <> ?",
				bytesOf(l.prime), bytesOf(l.candidate), bytesOf(l.owner))
			require.NoError(b, err)
			_, err = tx.ExecContext(b.Context(),
				"UPDATE tenancy_accounts SET organization_id = ? WHERE organization_id = ?",
				bytesOf(l.prime), bytesOf(l.candidate))
			require.NoError(b, err)
			_, err = tx.ExecContext(b.Context(),
				"UPDATE tenancy_groups SET organization_id = ? WHERE organization_id = ?",
				bytesOf(l.prime), bytesOf(l.candidate))
			require.NoError(b, err)
			require.NoError(b, tx.Commit())
		}
	})
	b.Run("store", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			dir, _ := l.store(b)
			b.StartTimer()
			_, err := dir.As(l.owner).MergeOrganizations(b.Context(), l.prime, l.candidate)
			require.NoError(b, err)
		}
	})
}

// imported is how many users BenchmarkImport imports. Each of them is in an
// organization of their own before.
const imported = 100_000

// BenchmarkImport imports users who are in no organization, beside a batch that inserts
// as many memberships, heads, events and operations.
func BenchmarkImport(b *testing.B) {
	l := newLarge(imported+1, 0)
	l.records = slices.DeleteFunc(l.records, func(r tenancy.Record) bool {
		m, ok := r.(tenancy.MembershipRecord)
		return ok && m.Organization == l.candidate && m.User != l.owner
	})
	b.Run("by hand", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			f := newFloor(b, filepath.Join(b.TempDir(), "floor.db"))
			b.StartTimer()
			f.batch(imported)
		}
	})
	b.Run("store", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			dir, _ := l.store(b)
			b.StartTimer()
			results, err := dir.As(l.owner).ImportUsers(b.Context(), l.prime,
				tenancy.UserImport{Emails: l.emails})
			require.NoError(b, err)
			for _, r := range results {
				require.NoError(b, r.Err)
			}
		}
	})
}

// batch inserts a number of users, memberships and events in one transaction.
func (f *floor) batch(n int) {
	user := f.prepare(
		"INSERT INTO tenancy_users (id, service_account, inactive_organization, inactive_operator, inactive_directory, unclaimed, deleted, managed, created, keys, email, address, name, address_key, domain_group) VALUES (?, 0, 0, 0, 0, 0, 0, 1, 1, 0, ?2, ?2, '', ?2, x'01000000000000000000000000000000')",
	)
	member := f.prepare(
		"INSERT INTO tenancy_members (organization_id, user_id, role, exempt, since) VALUES (?, ?, 'standard_user', 0, 1)")
	event := f.prepare(
		`INSERT INTO tenancy_events (stream, sequence, of_user, time, actor, name, part, step, correlation, type, data)
		VALUES (?, ?, 0, 1, 'System', 'ImportUsers', 0, 0, '', 'UserImported', ?)`,
	)
	tx, err := f.db.BeginTx(f.Context(), nil)
	require.NoError(f, err)
	org := bytesOf(newID())
	for i := range n {
		id := newID()
		binary.BigEndian.PutUint64(id[:], uint64(i))
		for s, args := range map[*sql.Stmt][]any{
			user: {bytesOf(id), fmt.Sprintf("user%d@corp.example", i)}, member: {org, bytesOf(id)},
			event: {org, i + 1, make([]byte, 100)},
		} {
			if _, err := tx.StmtContext(f.Context(), s).ExecContext(f.Context(), args...); err != nil {
				f.Fatal(err)
			}
		}
	}
	require.NoError(f, tx.Commit())
}

// BenchmarkJoin joins organizations of several sizes, with and without a limit on members
// (GEN-12).
func BenchmarkJoin(b *testing.B) {
	scenes.BenchmarkJoin(b, func(b *testing.B) tenancy.Store { return open(b) }, 1_000, 10_000, 100_000)
}

// BenchmarkLists reads first pages of lists of small and large organizations (USR-16).
func BenchmarkLists(b *testing.B) {
	for _, members := range []int{1_000, 100_000} {
		scenes.BenchmarkLists(b, open(b), members)
	}
}
