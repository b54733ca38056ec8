package tenancy_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/btree"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// What BenchmarkMerge merges (MRG-13).
const (
	mergedAccounts = 10_000
	mergedUsers    = 100_000
)

// large is a Prime and a large Candidate, both of one Owner, as records.
type large struct {
	owner            tenancy.UserID
	prime, candidate tenancy.OrganizationID
	records          []tenancy.Record
}

func newLarge(now time.Time) *large {
	source := rand.New(rand.NewPCG(1, 2))
	id := func() (id [16]byte) {
		for i := range id {
			id[i] = byte(source.Uint32())
		}
		return id
	}
	l := &large{owner: id(), prime: id(), candidate: id()}
	l.records = append(
		l.records,
		tenancy.UserRecord{
			ID:      l.owner,
			Created: 1,
			Personal: tenancy.UserPersonal{
				Email:   tenancy.NewPersonal("o@corp.example"),
				Address: tenancy.NewPersonal("o@corp.example"),
			},
		},
		tenancy.DomainRecord{
			ID:           id(),
			Organization: l.prime,
			State:        tenancy.StateVerified,
			Found:        tenancy.Instant(now.UnixMicro()),
			Verified:     1,
			Created:      1,
			Personal:     tenancy.DomainPersonal{Name: "corp.example"},
		},
	)
	for _, o := range []tenancy.OrganizationRecord{
		{ID: l.prime, Seats: 1},
		{ID: l.candidate, Seats: mergedUsers, Accounts: mergedAccounts},
	} {
		o.Owner, o.State, o.Created = l.owner, tenancy.StateActive, 1
		l.records = append(l.records, o,
			tenancy.MembershipRecord{Organization: o.ID, User: l.owner, Role: tenancy.Owner, Since: 1})
	}
	for i := range mergedUsers - 1 {
		email := fmt.Sprintf("user%d@corp.example", i)
		user := tenancy.UserRecord{
			ID:       id(),
			Created:  1,
			Personal: tenancy.UserPersonal{Email: tenancy.NewPersonal(email), Address: tenancy.NewPersonal(email)},
		}
		l.records = append(l.records, user,
			tenancy.MembershipRecord{Organization: l.candidate, User: user.ID, Role: tenancy.StandardUser, Since: 1})
		if i < mergedAccounts {
			account := tenancy.AccountRecord{ID: id(), Owner: user.ID, Organization: l.candidate, Created: 1}
			l.records = append(l.records, account,
				tenancy.GrantRecord{Account: account.ID, User: user.ID, Roles: tenancy.Roles(tenancy.AccountOwner)})
		}
	}
	return l
}

// pair is a place in an index of two IDs.
type pair struct{ in, id [16]byte }

func (a pair) compare(b pair) int {
	if c := bytes.Compare(a.in[:], b.in[:]); c != 0 {
		return c
	}
	return bytes.Compare(a.id[:], b.id[:])
}

// plainMaps is both organizations as plain maps: what nobody can list, page through or roll back.
type plainMaps struct {
	accounts map[tenancy.AccountID]tenancy.AccountRecord
	members  map[pair]tenancy.MembershipRecord
}

func (l *large) maps() plainMaps {
	m := plainMaps{map[tenancy.AccountID]tenancy.AccountRecord{}, map[pair]tenancy.MembershipRecord{}}
	for _, record := range l.records {
		switch r := record.(type) {
		case tenancy.AccountRecord:
			m.accounts[r.ID] = r
		case tenancy.MembershipRecord:
			m.members[pair{r.Organization, r.User}] = r
		}
	}
	return m
}

func (m plainMaps) merge(from, into tenancy.OrganizationID) {
	for id, account := range m.accounts {
		if account.Organization == from {
			account.Organization = into
			m.accounts[id] = account
		}
	}
	for key, member := range m.members {
		if key.in == from {
			delete(m.members, key)
			m.members[pair{into, key.id}] = tenancy.MembershipRecord{Organization: into, User: member.User, Role: tenancy.StandardUser, Since: 2}
		}
	}
}

// orderedTrees is both organizations as ordered trees, with an index for each order in which a store lists them. A copy of a tree shares what is not changed, so that
// the change can be rolled back.
type orderedTrees struct {
	accounts *btree.BTreeG[tenancy.AccountRecord]
	members  *btree.BTreeG[tenancy.MembershipRecord]
	in, open *btree.BTreeG[pair] // accounts by organization: all, main ones that are not closed
	of       *btree.BTreeG[pair] // organizations by member
}

func (l *large) trees() orderedTrees {
	pairs := func() *btree.BTreeG[pair] { return newTree(pair.compare) }
	t := orderedTrees{in: pairs(), open: pairs(), of: pairs(),
		accounts: newTree(func(a, b tenancy.AccountRecord) int { return bytes.Compare(a.ID[:], b.ID[:]) }),
		members: newTree(func(a, b tenancy.MembershipRecord) int {
			return pair{a.Organization, a.User}.compare(pair{b.Organization, b.User})
		})}
	for _, record := range l.records {
		switch r := record.(type) {
		case tenancy.AccountRecord:
			t.accounts.Set(r)
			t.in.Set(pair{r.Organization, r.ID})
			t.open.Set(pair{r.Organization, r.ID})
		case tenancy.MembershipRecord:
			t.members.Set(r)
			t.of.Set(pair{r.User, r.Organization})
		}
	}
	return t
}

func newTree[V any](compare func(a, b V) int) *btree.BTreeG[V] {
	return btree.NewBTreeGOptions(func(a, b V) bool { return compare(a, b) < 0 },
		btree.Options{NoLocks: true, Degree: 16})
}

func (t orderedTrees) merge(from, into tenancy.OrganizationID) orderedTrees {
	t = orderedTrees{t.accounts.Copy(), t.members.Copy(), t.in.Copy(), t.open.Copy(), t.of.Copy()}
	var members []tenancy.MembershipRecord
	t.members.Ascend(tenancy.MembershipRecord{Organization: from}, func(m tenancy.MembershipRecord) bool {
		if m.Organization == from {
			members = append(members, m)
		}
		return m.Organization == from
	})
	for _, m := range members {
		t.members.Delete(m)
		t.of.Delete(pair{m.User, from})
		t.members.Set(tenancy.MembershipRecord{Organization: into, User: m.User, Role: tenancy.StandardUser, Since: 2})
		t.of.Set(pair{m.User, into})
	}
	var accounts [][16]byte
	t.in.Ascend(pair{in: from}, func(p pair) bool {
		if p.in == from {
			accounts = append(accounts, p.id)
		}
		return p.in == from
	})
	for _, id := range accounts {
		account, _ := t.accounts.Get(tenancy.AccountRecord{ID: id})
		account.Organization = into
		t.accounts.Set(account)
		for _, index := range []*btree.BTreeG[pair]{t.in, t.open} {
			index.Delete(pair{from, id})
			index.Set(pair{into, id})
		}
	}
	return t
}

// BenchmarkMerge merges an organization of 10,000 accounts and 100,000 users in memory, beside the same change of plain maps and of ordered trees,
// in one run (MRG-13).
func BenchmarkMerge(b *testing.B) {
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	l := newLarge(now)
	b.Run("maps", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			m := l.maps()
			b.StartTimer()
			m.merge(l.candidate, l.prime)
		}
	})
	b.Run("trees", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			t := l.trees()
			b.StartTimer()
			t.merge(l.candidate, l.prime)
		}
	})
	b.Run("merge", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			store := memstore.New()
			for batch := range slices.Chunk(l.records, 10_000) {
				require.NoError(
					b,
					store.Update(b.Context(),
						func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, batch...) }),
				)
			}
			dir, err := tenancy.New(store, &tenancy.Options{Now: func() time.Time { return now }})
			require.NoError(b, err)
			b.StartTimer()
			_, err = dir.As(l.owner).MergeOrganizations(b.Context(), l.prime, l.candidate)
			require.NoError(b, err)
			b.StopTimer()
			gone, err := dir.System().Organization(b.Context(), l.candidate)
			require.NoError(b, err)
			require.Equal(b, l.prime, gone.MergedInto)
			b.StartTimer()
		}
	})
}
