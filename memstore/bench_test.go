package memstore_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// crowd is users in organizations of a hundred, and a tenth as many accounts, each with
// its owner's grant and a grant of another user.
type crowd struct {
	users       []tenancy.UserRecord
	memberships []tenancy.MembershipRecord
	accounts    []tenancy.AccountRecord
	grants      []tenancy.GrantRecord
}

// draw returns an ID as the library draws it: a time, then random bits.
func draw(random *rand.Rand, n int) (id [16]byte) {
	binary.BigEndian.PutUint64(id[:], uint64(1_700_000_000_000+n)<<16|0x7000|random.Uint64()&0xfff)
	binary.BigEndian.PutUint64(id[8:], random.Uint64()>>2|1<<63)
	return id
}

func newCrowd(users int) *crowd {
	random := rand.New(rand.NewPCG(1, 2))
	c := &crowd{}
	organizations := make([]tenancy.OrganizationID, users/100)
	for i := range organizations {
		organizations[i] = draw(random, i)
	}
	for i := range users {
		user := tenancy.UserRecord{
			ID:      draw(random, i),
			Managed: true, Created: 1,
			Personal: tenancy.UserPersonal{Email: tenancy.NewPersonal(fmt.Sprintf("User.%07d@Example.com", i)),
				Address: tenancy.NewPersonal(
					fmt.Sprintf("user.%07d@example.com", i)), Name: tenancy.NewPersonal(fmt.Sprintf("User Nr %07d", i))},
		}
		c.users = append(c.users, user)
		c.memberships = append(c.memberships,
			tenancy.MembershipRecord{Organization: organizations[i%len(organizations)], User: user.ID, Role: tenancy.StandardUser, Since: 1})
	}
	for i := range users / 10 {
		owner, account := c.memberships[i*10], tenancy.AccountID(draw(random, i))
		c.accounts = append(
			c.accounts,
			tenancy.AccountRecord{ID: account, Owner: owner.User, Organization: owner.Organization, Created: 1,
				Personal: tenancy.AccountPersonal{Name: tenancy.NewPersonal(fmt.Sprintf("Account %07d", i))}},
		)
		c.grants = append(
			c.grants,
			tenancy.GrantRecord{Account: account, User: owner.User, Roles: tenancy.Roles(tenancy.AccountOwner)},
			tenancy.GrantRecord{
				Account: account,
				User:    c.users[i*10+1+random.IntN(9)].ID,
				Roles:   tenancy.Roles(tenancy.Developer),
			},
		)
	}
	return c
}

// fill writes records in transactions of a thousand.
func fill[R tenancy.Record](tb testing.TB, store *memstore.Store, records []R) {
	for start := 0; start < len(records); start += 1000 {
		var batch []tenancy.Record
		for _, r := range records[start:min(start+1000, len(records))] {
			batch = append(batch, r)
		}
		require.NoError(tb,
			store.Update(tb.Context(), func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, batch...) }))
	}
}

func (c *crowd) fill(tb testing.TB, store *memstore.Store) {
	fill(tb, store, c.users)
	fill(tb, store, c.memberships)
	fill(tb, store, c.accounts)
	fill(tb, store, c.grants)
}

func (c *crowd) store(tb testing.TB) *memstore.Store {
	store := memstore.New()
	c.fill(tb, store)
	return store
}

// floor is a store that Access cannot be faster than: three maps behind an atomic
// pointer.
type floor struct {
	users    map[tenancy.UserID]tenancy.UserRecord
	accounts map[tenancy.AccountID]tenancy.AccountRecord
	grants   map[grantKey]tenancy.GrantRecord
}

type grantKey struct {
	account tenancy.AccountID
	user    tenancy.UserID
}

func (c *crowd) floor() *floor {
	f := &floor{
		map[tenancy.UserID]tenancy.UserRecord{},
		map[tenancy.AccountID]tenancy.AccountRecord{},
		map[grantKey]tenancy.GrantRecord{},
	}
	for _, u := range c.users {
		f.users[u.ID] = u
	}
	for _, a := range c.accounts {
		f.accounts[a.ID] = a
	}
	for _, g := range c.grants {
		f.grants[grantKey{g.Account, g.User}] = g
	}
	return f
}

func (f *floor) access(user tenancy.UserID, account tenancy.AccountID) (row tenancy.AccessRow) {
	if u, ok := f.users[user]; ok {
		row.SetUser(u)
	}
	if a, ok := f.accounts[account]; ok {
		row.SetAccount(a)
	}
	row.Roles = f.grants[grantKey{account, user}].Roles
	return row
}

// queries draws users uniformly, each with an account, which is half the time one that
// the user has a grant on.
func (c *crowd) queries() []grantKey {
	random := rand.New(rand.NewPCG(3, 4))
	queries := make([]grantKey, 1<<17)
	for i := range queries {
		if g := c.grants[random.IntN(len(c.grants))]; i%2 == 0 {
			queries[i] = grantKey{g.Account, g.User}
		} else {
			queries[i] = grantKey{c.accounts[random.IntN(len(c.accounts))].ID, c.users[random.IntN(len(c.users))].ID}
		}
	}
	return queries
}

var sizes = []int{1_000, 100_000}

func BenchmarkAccess(b *testing.B) {
	for _, size := range sizes {
		c := newCrowd(size)
		queries := c.queries()
		b.Run(fmt.Sprintf("floor/%d", size), func(b *testing.B) {
			var current atomic.Pointer[floor]
			current.Store(c.floor())
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for i := rand.IntN(len(queries)); pb.Next(); i++ {
					q := queries[i%len(queries)]
					if row := current.Load().access(q.user, q.account); !row.UserFound || !row.AccountFound {
						b.Error("not found")
					}
				}
			})
		})
		b.Run(fmt.Sprintf("memstore/%d", size), func(b *testing.B) {
			store := c.store(b)
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				ctx := b.Context()
				var user tenancy.UserID
				accounts, rows := make([]tenancy.AccountID, 1), make([]tenancy.AccessRow, 1)
				fn := func(ctx context.Context, tx tenancy.ReadTx) error {
					return tx.Access(ctx, user, accounts, tenancy.KeyID{}, rows)
				}
				for i := rand.IntN(len(queries)); pb.Next(); i++ {
					user, accounts[0] = queries[i%len(queries)].user, queries[i%len(queries)].account
					if err := store.View(ctx, fn); err != nil || !rows[0].UserFound || !rows[0].AccountFound {
						b.Error("not found")
					}
				}
			})
		})
	}
}

// BenchmarkRead reads one user of 200,000.
func BenchmarkRead(b *testing.B) {
	c := newCrowd(200_000)
	store := c.store(b)
	random := rand.New(rand.NewPCG(5, 6))
	for i, by := range []string{"id", "address"} {
		b.Run(by, func(b *testing.B) {
			lookups := make([]tenancy.Lookup, 1<<14)
			for n := range lookups {
				e := c.users[random.IntN(len(c.users))].Entries(nil)[i]
				lookups[n] = tenancy.Lookup{Index: e.Index, Key: e.Key}
			}
			ctx := b.Context()
			n := 0
			fn := func(ctx context.Context, tx tenancy.ReadTx) error {
				_, err := tx.Read(ctx, lookups[n%len(lookups)])
				return err
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := store.View(ctx, fn); err != nil {
					b.Fatal(err)
				}
				n++
			}
		})
	}
}

// BenchmarkPage reads fifty members of one organization of 200,000.
func BenchmarkPage(b *testing.B) {
	c := newCrowd(200_000)
	for i := range c.memberships {
		c.memberships[i].Organization = c.memberships[0].Organization
	}
	store := memstore.New()
	fill(b, store, c.memberships)
	for _, at := range []string{"first", "last", "anywhere"} {
		b.Run(at, func(b *testing.B) {
			random := rand.New(rand.NewPCG(7, 8))
			ctx := b.Context()
			var after tenancy.UserID
			fn := func(ctx context.Context, tx tenancy.ReadTx) error {
				answers, err := tx.Read(
					ctx,
					tenancy.Lookup{
						Index: tenancy.IndexMembers,
						Key:   tenancy.Key{In: c.memberships[0].Organization, ID: after},
						Limit: 50,
					},
				)
				if err == nil && len(answers[0].Records) != 50 {
					b.Fatal(len(answers[0].Records))
				}
				return err
			}
			b.ReportAllocs()
			for b.Loop() {
				switch at {
				case "last":
					after = c.users[len(c.users)-51].ID
				case "anywhere":
					after = c.users[random.IntN(len(c.users)-50)].ID
				}
				if err := store.View(ctx, fn); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkUpdate runs transactions of one record among 200,000.
func BenchmarkUpdate(b *testing.B) {
	c := newCrowd(200_000)
	for _, changes := range []string{"nothing indexed", "one entry"} {
		b.Run(changes, func(b *testing.B) {
			store := c.store(b)
			random := rand.New(rand.NewPCG(9, 10))
			ctx := b.Context()
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				err := store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
					answers, err := tx.Read(
						ctx,
						tenancy.Lookup{
							Index: tenancy.IndexUsers,
							Key:   tenancy.Key{ID: c.users[random.IntN(len(c.users))].ID},
						},
					)
					if err != nil {
						return err
					}
					u := answers[0].Record.(tenancy.UserRecord)
					u.Created++
					if changes == "one entry" {
						u.Personal.Address = tenancy.NewPersonal(fmt.Sprintf("changed.%d@example.com", n))
					}
					return tx.Put(ctx, u)
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkMoveAll moves 100,000 members and 10,000 accounts.
func BenchmarkMoveAll(b *testing.B) {
	c := newCrowd(100_000)
	move := tenancy.Move{From: c.memberships[0].Organization, Into: c.memberships[1].Organization, At: 2}
	for i := range c.memberships {
		c.memberships[i].Organization = move.From
	}
	for i := range c.accounts {
		c.accounts[i].Organization = move.From
	}
	store := c.store(b)
	for b.Loop() {
		if err := store.Update(b.Context(), func(ctx context.Context, tx tenancy.Tx) error { return tx.MoveAll(ctx, move) }); err != nil {
			b.Fatal(err)
		}
		move.From, move.Into = move.Into, move.From
	}
}

// BenchmarkHeap reports how much memory a million users take: alone, and each with a
// membership, a tenth of an account and a tenth of its two grants.
func BenchmarkHeap(b *testing.B) {
	const users = 1_000_000
	fills := map[string]func(*memstore.Store, *crowd){
		"users": func(store *memstore.Store, c *crowd) { fill(b, store, c.users) },
		"crowd": func(store *memstore.Store, c *crowd) { c.fill(b, store) },
	}
	for name, fill := range fills {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				before := heap()
				store := memstore.New()
				fill(store, newCrowd(users))
				b.ReportMetric(float64(heap()-before)/users, "B/user")
				runtime.KeepAlive(store)
			}
		})
	}
}

// heap returns how much memory is in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
