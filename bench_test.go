package tenancy_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/memstore"
)

// crowd is a directory of many users in some organizations: each user is a member of one and has a role on three of its accounts.
type crowd struct {
	store     tenancy.Store
	dir       *tenancy.Directory
	questions []question
}

// question is a user and an account to ask Can about.
type question struct {
	session *tenancy.Session
	user    tenancy.UserID
	account tenancy.AccountID
}

const (
	accountsEach = 10 // of an organization
	grantsEach   = 3  // of a user
)

// newCrowd writes the records themselves: signing so many people up would take longer than what is measured.
func newCrowd(tb testing.TB, users, organizations int) *crowd {
	tb.Helper()
	source := rand.New(rand.NewPCG(1, 2))
	id := func() (id [16]byte) {
		for i := range id {
			id[i] = byte(source.Uint32())
		}
		return id
	}
	var records []tenancy.Record
	var accounts [][]tenancy.AccountID
	orgs := make([]tenancy.OrganizationID, organizations)
	for i := range orgs {
		orgs[i] = id()
		owner := tenancy.UserID(id())
		records = append(records,
			tenancy.OrganizationRecord{ID: orgs[i], Owner: owner, State: tenancy.StateActive, Created: 1,
				Seats: users / organizations, Accounts: accountsEach})
		var in []tenancy.AccountID
		for range accountsEach {
			a := tenancy.AccountRecord{ID: id(), Owner: owner, Organization: orgs[i], Created: 1}
			in = append(in, a.ID)
			records = append(records, a)
		}
		accounts = append(accounts, in)
	}
	store := memstore.New()
	c := &crowd{store: store}
	var err error
	c.dir, err = tenancy.New(store, nil)
	require.NoError(tb, err)
	for i := range users {
		n := i % organizations
		user := tenancy.UserRecord{
			ID:       id(),
			Created:  1,
			Personal: tenancy.UserPersonal{Address: tenancy.NewPersonal(fmt.Sprintf("user%d@example.com", i))},
		}
		records = append(records, user, tenancy.MembershipRecord{Organization: orgs[n], User: user.ID, Role: tenancy.StandardUser, Since: 1})
		for j := range grantsEach {
			account := accounts[n][(i/organizations+j)%accountsEach]
			records = append(records,
				tenancy.GrantRecord{Account: account, User: user.ID, Roles: tenancy.Roles(tenancy.Developer)})
			c.questions = append(c.questions, question{c.dir.As(user.ID), user.ID, account})
		}
	}
	require.NoError(tb,
		store.Update(tb.Context(), func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, records...) }))
	source.Shuffle(len(c.questions), func(i, j int) { c.questions[i], c.questions[j] = c.questions[j], c.questions[i] })
	return c
}

// floor is the least that Can could be: three lookups in maps behind an atomic pointer.
type floor struct {
	users    map[tenancy.UserID]bool
	accounts map[tenancy.AccountID]tenancy.OrganizationID
	grants   map[grantOf]tenancy.RoleSet
}

type grantOf struct {
	account tenancy.AccountID
	user    tenancy.UserID
}

func (c *crowd) floor() *atomic.Pointer[floor] {
	f := &floor{
		map[tenancy.UserID]bool{},
		map[tenancy.AccountID]tenancy.OrganizationID{},
		map[grantOf]tenancy.RoleSet{},
	}
	for _, q := range c.questions {
		f.users[q.user], f.accounts[q.account] = true, tenancy.OrganizationID(q.account)
		f.grants[grantOf{q.account, q.user}] = tenancy.Roles(tenancy.Developer)
	}
	var p atomic.Pointer[floor]
	p.Store(f)
	return &p
}

func (f *floor) can(user tenancy.UserID, account tenancy.AccountID) bool {
	_, there := f.accounts[account]
	return f.users[user] && there && f.grants[grantOf{account, user}] == tenancy.Roles(tenancy.Developer)
}

// BenchmarkCan asks questions drawn uniformly beside the floor, in one run (GEN-7): "floor" is three map lookups behind an atomic pointer, "oneself"
// what a user's own session asks, "host" what System asks.
func BenchmarkCan(b *testing.B) {
	for _, size := range []struct{ users, organizations int }{{1_000, 10}, {100_000, 1_000}} {
		c := newCrowd(b, size.users, size.organizations)
		p, host, ctx := c.floor(), c.dir.System(), b.Context()
		name := fmt.Sprintf("users=%d/", size.users)
		each := func(kind string, ask func(question) bool) {
			b.Run(name+kind, func(b *testing.B) {
				b.ReportAllocs()
				for n := 0; b.Loop(); n++ {
					if !ask(c.questions[n%len(c.questions)]) {
						b.Fatal("refused")
					}
				}
			})
			b.Run(name+kind+"/parallel", func(b *testing.B) {
				b.ReportAllocs()
				b.RunParallel(func(pb *testing.PB) {
					for n := rand.N(len(c.questions)); pb.Next(); n++ {
						if !ask(c.questions[n%len(c.questions)]) {
							b.Fail()
						}
					}
				})
			})
		}
		each("floor", func(q question) bool { return p.Load().can(q.user, q.account) })
		each("oneself", func(q question) bool {
			d, err := q.session.Can(ctx, q.user, tenancy.Build, q.account)
			return err == nil && d.Allowed
		})
		each("host", func(q question) bool {
			d, err := host.Can(ctx, q.user, tenancy.Build, q.account)
			return err == nil && d.Allowed
		})
		each("permissions", func(q question) bool {
			all, err := q.session.Permissions(ctx, q.user, q.account)
			return err == nil && all[tenancy.Build].Allowed
		})
		each("many=100", func(q question) bool {
			var accounts [100]tenancy.AccountID
			for i := range accounts {
				accounts[i] = c.questions[i].account
			}
			answers, err := q.session.CanMany(ctx, q.user, tenancy.Build, accounts[:])
			return err == nil && len(answers) == len(accounts)
		})
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	dir, err := tenancy.New(memstore.New(), nil)
	require.NoError(b, err)
	up, err := dir.System().SignUp(b.Context(),
		tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana", Organization: "Acme"})
	require.NoError(b, err)
	scenes.BenchmarkAuthenticate(b, dir, up.Organization.ID, up.User.ID)
}

func TestCanAllocatesNothing(t *testing.T) {
	c := newCrowd(t, 100, 2)
	host, ctx, n := c.dir.System(), t.Context(), 0
	for kind, ask := range map[string]func(question) (tenancy.Decision, error){
		"GEN-7 oneself": func(q question) (tenancy.Decision, error) {
			return q.session.Can(ctx, q.user, tenancy.Build, q.account)
		},
		"GEN-7 host":    func(q question) (tenancy.Decision, error) { return host.Can(ctx, q.user, tenancy.Build, q.account) },
		"GEN-7 refused": func(q question) (tenancy.Decision, error) { return q.session.Can(ctx, q.user, tenancy.Bill, q.account) },
		"GEN-7 unknown": func(q question) (tenancy.Decision, error) {
			return q.session.Can(ctx, q.user, tenancy.Bill, tenancy.AccountID{1})
		},
	} {
		t.Run(kind, func(t *testing.T) {
			require.Zero(t, testing.AllocsPerRun(1000, func() {
				if _, err := ask(c.questions[n%len(c.questions)]); err != nil {
					t.Error(err)
				}
				n++
			}))
		})
	}
}

// BenchmarkJoin joins organizations of several sizes, with and without a limit on members
// (GEN-12).
func BenchmarkJoin(b *testing.B) {
	scenes.BenchmarkJoin(b, func(*testing.B) tenancy.Store { return memstore.New() }, 1_000, 10_000, 100_000)
}

// BenchmarkLists reads first pages of lists of small and large organizations (USR-16).
func BenchmarkLists(b *testing.B) {
	for _, members := range []int{1_000, 10_000, 100_000} {
		scenes.BenchmarkLists(b, memstore.New(), members)
	}
}
