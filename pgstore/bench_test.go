package pgstore_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/pgserver"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/pgstore"
)

// Every benchmark runs beside a floor, "by hand": the fewest statements of the same
// driver, pipelined, over the same tables, on a server that syncs as a real one does.

// durable is the benchmarks' server.
var durable struct {
	sync.Once
	*pgserver.Server
	err error
}

// founded is a directory in a database, with the Owner of an organization there.
type founded struct {
	*scene
	store *pgstore.Store
	pool  *pgxpool.Pool
	lost  atomic.Int64 // attempts
}

var founders atomic.Int64

func found(b *testing.B) *founded {
	durable.Do(func() { durable.Server, durable.err = pgserver.Start() })
	require.NoError(b, durable.err)
	name := fmt.Sprintf("bench%d", founders.Add(1))
	admin := connect(b, durable.URL("postgres"))
	defer admin.Close()
	_, err := admin.Exec(b.Context(), "CREATE DATABASE "+name)
	require.NoError(b, err)
	f := &founded{pool: connect(b, durable.URL(name)+" pool_max_conns=16")}
	b.Cleanup(f.pool.Close)
	f.store = pgstore.New(f.pool, &pgstore.Options{OnRetry: func(context.Context, error) { f.lost.Add(1) }})
	require.NoError(b, f.store.Migrate(b.Context()))
	f.scene = newScene(b, f.store)
	return f
}

func newID() (id [16]byte) {
	_, _ = rand.Read(id[:])
	return id
}

// rename is an operation written by hand. It reads four rows in one round trip, and
// writes five in another, with COMMIT.
func (f *founded) rename(ctx context.Context, name string) error {
	conn, err := f.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	var b pgx.Batch
	b.Queue("BEGIN ISOLATION LEVEL SERIALIZABLE")
	b.Queue("SELECT inactive_organization, inactive_operator, deleted FROM tenancy_users WHERE id = $1",
		[16]byte(f.owner))
	b.Queue("SELECT role, exempt, since FROM tenancy_members WHERE organization_id = $1 AND user_id = $2",
		[16]byte(f.org), [16]byte(f.owner))
	b.Queue("SELECT owner_id, state, name FROM tenancy_organizations WHERE id = $1", [16]byte(f.org))
	b.Queue("SELECT sequence, hash FROM tenancy_heads WHERE stream = $1", [16]byte(f.org))
	results := conn.SendBatch(ctx, &b)
	var sequence int64
	var hash []byte
	_, err = results.Exec()
	for range 3 {
		if err == nil {
			err = discard(results)
		}
	}
	if err == nil {
		err = results.QueryRow().Scan(&sequence, &hash)
	}
	if closed := results.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = f.write(ctx, conn, name, sequence+1)
	}
	if err != nil {
		_, _ = conn.Exec(ctx, "ROLLBACK")
	}
	return err
}

func discard(results pgx.BatchResults) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	for rows.Next() {
		if _, err := rows.Values(); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (f *founded) write(ctx context.Context, conn *pgxpool.Conn, name string, sequence int64) error {
	actor, org, now := f.owner.String(), [16]byte(f.org), time.Now().UnixMicro()
	var b pgx.Batch
	b.Queue("UPDATE tenancy_heads SET sequence = $2, hash = $3 WHERE stream = $1", org, sequence,
		make([]byte, 32))
	b.Queue("UPDATE tenancy_organizations SET name = $2 WHERE id = $1", org, name)
	b.Queue(
		`INSERT INTO tenancy_operations (actor, id, name, call_id, time, fence, made, events, actor_key) VALUES ($1, $2, 'RenameOrganization', $2, $3, false, '', 1, $4)`,
		actor, newID(), now, []byte(actor))
	b.Queue(
		`INSERT INTO tenancy_events (stream, sequence, of_user, id, time, actor, name, part, step, correlation, type, data)
		VALUES ($1, $2, false, $3, $4, $5, 'RenameOrganization', 0, 0, '', 'OrganizationRenamed', $6)`,
		org,
		sequence,
		newID(),
		now,
		actor,
		make([]byte, 40),
	)
	b.Queue("INSERT INTO tenancy_outbox (stream, sequence) VALUES ($1, $2)", org, sequence)
	b.Queue("COMMIT")
	return conn.SendBatch(ctx, &b).Close()
}

// BenchmarkOperation renames an organization: one operation, with its event and its
// outbox.
func BenchmarkOperation(b *testing.B) {
	b.Run("by hand", func(b *testing.B) {
		f := found(b)
		for n := 0; b.Loop(); n++ {
			require.NoError(b, f.rename(b.Context(), fmt.Sprintf("Acme %d", n)))
		}
	})
	b.Run("store", func(b *testing.B) {
		f := found(b)
		s := f.dir.As(f.owner)
		for n := 0; b.Loop(); n++ {
			require.NoError(b, second(s.RenameOrganization(b.Context(), f.org, fmt.Sprintf("Acme %d", n))))
		}
	})
}

// BenchmarkContended renames one organization from eight goroutines at once. By hand,
// each tries again until it has won.
func BenchmarkContended(b *testing.B) {
	b.Run("by hand", func(b *testing.B) {
		f := found(b)
		b.SetParallelism(4)
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				for f.rename(b.Context(), "Acme") != nil {
					f.lost.Add(1)
				}
			}
		})
		b.ReportMetric(float64(f.lost.Load())/float64(b.N), "lost/op")
	})
	b.Run("store", func(b *testing.B) {
		f := found(b)
		s := f.dir.As(f.owner)
		var n atomic.Int64
		b.SetParallelism(4)
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				if err := second(s.RenameOrganization(b.Context(), f.org, fmt.Sprintf("Acme %d", n.Add(1)))); err != nil {
					b.Error(err)
				}
			}
		})
		b.ReportMetric(float64(f.lost.Load())/float64(b.N), "lost/op")
	})
}

// canByHand reads what Can decides on where there are no groups, keys and temporary roles.
const canByHand = `SELECT u.inactive_organization OR u.inactive_operator OR u.inactive_directory OR u.unclaimed OR u.deleted,
	a.closed, a.suspended_customer OR a.suspended_platform OR coalesce(p.suspended_customer OR p.suspended_platform, false),
	coalesce(o.suspended, false), g.roles, h.roles, m.role
FROM tenancy_accounts AS a
JOIN tenancy_users AS u ON u.id = $2
LEFT JOIN tenancy_accounts AS p ON p.id = a.parent_id
LEFT JOIN tenancy_grants AS g ON g.account_id = a.id AND g.user_id = $2
LEFT JOIN tenancy_grants AS h ON h.account_id = a.parent_id AND h.user_id = $2
LEFT JOIN tenancy_members AS m ON m.organization_id = a.organization_id AND m.user_id = $2
LEFT JOIN tenancy_organizations AS o ON o.id = a.organization_id
WHERE a.id = $1`

// BenchmarkCan asks whether a user may do something on an account.
func BenchmarkCan(b *testing.B) {
	f := found(b)
	b.Run("by hand", func(b *testing.B) {
		for b.Loop() {
			var roles string
			require.NoError(b, f.pool.QueryRow(b.Context(),
				"SELECT roles FROM tenancy_grants WHERE account_id = $1 AND user_id = $2",
				[16]byte(f.account), [16]byte(f.owner)).Scan(&roles))
		}
	})
	b.Run("by hand, all that decides", func(b *testing.B) {
		for b.Loop() {
			var inactive, suspended, organizationSuspended bool
			var closed int64
			var roles, parentRoles, role *string
			require.NoError(b, f.pool.QueryRow(b.Context(), canByHand, [16]byte(f.account), [16]byte(f.owner)).
				Scan(&inactive, &closed, &suspended, &organizationSuspended, &roles, &parentRoles, &role))
		}
	})
	b.Run("store", func(b *testing.B) {
		system := f.dir.System()
		for b.Loop() {
			require.NoError(b, second(system.Can(b.Context(), f.owner, tenancy.Build, f.account)))
		}
	})
	member := f.member(tenancy.StandardUser)
	through, elsewhere := scenes.Groups(b, f.dir, f.org, f.owner, member)
	for name, account := range map[string]tenancy.AccountID{"through a group": through, "groups elsewhere": elsewhere} {
		b.Run(name, func(b *testing.B) {
			system := f.dir.System()
			for b.Loop() {
				d, err := system.Can(b.Context(), member, tenancy.Build, account)
				require.NoError(b, err)
				require.True(b, d.Allowed)
			}
		})
	}
	accounts := []tenancy.AccountID{f.account}
	for len(accounts) < 100 {
		made, err := f.dir.As(f.owner).CreateAccount(b.Context(), f.org, tenancy.NewAccount{Name: "Another"})
		require.NoError(b, err)
		accounts = append(accounts, made.ID)
	}
	b.Run("100 accounts", func(b *testing.B) {
		system := f.dir.System()
		for b.Loop() {
			answers, err := system.CanMany(b.Context(), f.owner, tenancy.Build, accounts)
			require.NoError(b, err)
			require.True(b, answers[99].Allowed)
		}
	})
}

// BenchmarkAuthenticate authenticates with a key.
func BenchmarkAuthenticate(b *testing.B) {
	f := found(b)
	scenes.BenchmarkAuthenticate(b, f.dir, f.org, f.owner)
}

// The sizes of the benchmarks that need much.
const (
	manyUsers    = 100_000
	manyAccounts = 10_000
)

// BenchmarkPage lists 50 members in the middle of 100,000.
func BenchmarkPage(b *testing.B) {
	f := found(b)
	org := f.candidate(f.store, manyUsers, 0)
	lookup := tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: org}, Limit: 50}
	copy(lookup.Key.ID[:], fmt.Sprintf("u%04d %08d", f.number, manyUsers/2))
	b.Run("by hand", func(b *testing.B) {
		for b.Loop() {
			rows, err := f.pool.Query(b.Context(),
				"SELECT organization_id, user_id, role, exempt, since FROM tenancy_members WHERE organization_id = $1 AND user_id > $2 ORDER BY user_id LIMIT 50",
				lookup.Key.In, lookup.Key.ID)
			require.NoError(b, err)
			found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct {
				Organization, User [16]byte
				Role               string
				Exempt             bool
				Since              int64
			}])
			require.NoError(b, err)
			require.Len(b, found, 50)
		}
	})
	b.Run("store", func(b *testing.B) {
		for b.Loop() {
			require.NoError(b, f.store.View(b.Context(), func(ctx context.Context, tx tenancy.ReadTx) error {
				answers, err := tx.Read(ctx, lookup)
				if err == nil && len(answers[0].Records) != 50 {
					b.Error("not a page")
				}
				return err
			}))
		}
	})
}

// BenchmarkMerge merges an organization of 100,000 users, 10,000 accounts and 100 groups of
// 1,000 of its users each (MRG-13). By hand that is three statements.
func BenchmarkMerge(b *testing.B) {
	for name, merge := range map[string]func(*founded, tenancy.OrganizationID) error{
		"by hand": func(f *founded, candidate tenancy.OrganizationID) error {
			return pgx.BeginTxFunc(b.Context(), f.pool, pgx.TxOptions{IsoLevel: pgx.Serializable}, func(tx pgx.Tx) error {
				_, err := tx.Exec(b.Context(),
					"UPDATE tenancy_members SET organization_id = $2, role = 'standard_user', exempt = false, since = 1 WHERE organization_id = $1 AND user_id <> $3",
					[16]byte(candidate), [16]byte(f.org), [16]byte(f.owner))
				if err != nil {
					return err
				}
				_, err = tx.Exec(b.Context(),
					"UPDATE tenancy_accounts SET organization_id = $2 WHERE organization_id = $1",
					[16]byte(candidate), [16]byte(f.org))
				if err != nil {
					return err
				}
				_, err = tx.Exec(b.Context(),
					"UPDATE tenancy_groups SET organization_id = $2 WHERE organization_id = $1",
					[16]byte(candidate), [16]byte(f.org))
				return err
			})
		},
		"store": func(f *founded, candidate tenancy.OrganizationID) error {
			return second(f.dir.As(f.owner).MergeOrganizations(b.Context(), f.org, candidate))
		},
	} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				f := found(b)
				candidate := f.candidate(f.store, manyUsers, manyAccounts)
				f.group(candidate, 100, manyUsers/100)
				f.settle()
				b.StartTimer()
				require.NoError(b, merge(f, candidate))
			}
		})
	}
}

// group puts the users of the candidate that was just made into groups of it.
func (f *founded) group(candidate tenancy.OrganizationID, groups, members int) {
	id := func(kind byte, n int) (id [16]byte) {
		copy(id[:], fmt.Sprintf("%c%04d %08d", kind, f.number, n))
		return id
	}
	records := []tenancy.Record{tenancy.OrganizationRecord{ID: candidate, Owner: f.owner, State: tenancy.StateActive,
		Created: 1, Seats: manyUsers + 1, Accounts: manyAccounts, Groups: groups}}
	for i := range groups {
		group := tenancy.GroupID(id('g', i))
		records = append(records, tenancy.GroupRecord{ID: group, Organization: candidate, Created: 1, Members: members})
		for j := range members {
			records = append(records, tenancy.GroupMemberRecord{Group: group, User: id('u', i*members+j)})
		}
	}
	require.NoError(f.t, f.store.Update(f.t.Context(),
		func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, records...) }))
}

// settle lets the server write what it has to write, so that it does not write while
// something is measured.
func (f *founded) settle() {
	_, err := f.pool.Exec(f.t.Context(), "VACUUM ANALYZE")
	require.NoError(f.t, err)
	_, err = f.pool.Exec(f.t.Context(), "CHECKPOINT")
	require.NoError(f.t, err)
}

// BenchmarkImport makes 100,000 users members. By hand it copies a membership, an event
// and a pending event for each with COPY.
func BenchmarkImport(b *testing.B) {
	b.Run("by hand", func(b *testing.B) {
		for range b.N {
			b.StopTimer()
			f := found(b)
			f.loners(f.store, manyUsers)
			f.settle()
			b.StartTimer()
			require.NoError(b, f.copyMembers(b.Context()))
		}
	})
	b.Run("store", func(b *testing.B) {
		for range b.N {
			b.StopTimer()
			f := found(b)
			f.candidate(f.store, 0, 0) // which proves the domain
			require.NoError(b, errOf(f.operator.SetImportEntitlement(b.Context(), f.org,
				tenancy.ImportEntitlement{On: true, Reference: "contract-1"})))
			emails := f.loners(f.store, manyUsers)
			f.settle()
			b.StartTimer()
			imported, err := f.dir.As(f.owner).ImportUsers(b.Context(), f.org,
				tenancy.UserImport{Emails: emails})
			require.NoError(b, err)
			for _, one := range imported {
				require.NoError(b, one.Err)
			}
		}
	})
}

func (f *founded) copyMembers(ctx context.Context) error {
	return pgx.BeginTxFunc(ctx, f.pool, pgx.TxOptions{IsoLevel: pgx.Serializable}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, "SELECT id FROM tenancy_users WHERE email LIKE 'person%' AND id <> $1",
			[16]byte(f.owner))
		if err != nil {
			return err
		}
		users, err := pgx.CollectRows(rows, pgx.RowTo[[16]byte])
		if err != nil {
			return err
		}
		org, actor, data := [16]byte(f.org), f.owner.String(), make([]byte, 40)
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"tenancy_members"},
			[]string{"organization_id", "user_id", "role", "exempt", "since"},
			pgx.CopyFromSlice(len(users), func(i int) ([]any,
				error) {
				return []any{org, users[i], "standard_user", false, int64(i)}, nil
			}))
		if err != nil {
			return err
		}
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"tenancy_events"},
			[]string{"stream", "sequence", "of_user", "id", "time", "actor", "name", "part", "step",
				"correlation", "type", "data"},
			pgx.CopyFromSlice(len(users), func(i int) ([]any, error) {
				return []any{org, int64(i + 1000), false, newID(), int64(i), actor, "ImportUsers", int64(0),
					int64(i), "", "UserImported", data}, nil
			}))
		if err != nil {
			return err
		}
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"tenancy_outbox"}, []string{"stream", "sequence"},
			pgx.CopyFromSlice(len(users), func(i int) ([]any,
				error) {
				return []any{org, int64(i + 1000)}, nil
			}))
		return err
	})
}

// BenchmarkJoin joins organizations of several sizes, with and without a limit on members
// (GEN-12).
func BenchmarkJoin(b *testing.B) {
	scenes.BenchmarkJoin(b, func(b *testing.B) tenancy.Store { return found(b).store }, 1_000, 10_000, 100_000)
}

// BenchmarkLists reads first pages of lists of small and large organizations (USR-16).
func BenchmarkLists(b *testing.B) {
	for _, members := range []int{1_000, 30_000} {
		store, _ := open(b, nil)
		scenes.BenchmarkLists(b, store, members)
	}
}
