package tenancy_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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
	l.records = append(l.records, tenancy.UserRecord{ID: l.owner, Created: 1, Personal: tenancy.UserPersonal{Email: "o@corp.example", Address: "o@corp.example"}},
		tenancy.DomainRecord{ID: id(), Organization: l.prime, State: tenancy.StateVerified, Found: tenancy.Instant(now.UnixMicro()), Verified: 1, Created: 1,
			Personal: tenancy.DomainPersonal{Name: "corp.example"}})
	for _, org := range []tenancy.OrganizationID{l.prime, l.candidate} {
		l.records = append(l.records, tenancy.OrganizationRecord{ID: org, Owner: l.owner, State: tenancy.StateActive, Created: 1},
			tenancy.MembershipRecord{Organization: org, User: l.owner, Role: tenancy.Owner, Since: 1})
	}
	for i := range mergedUsers - 1 {
		email := fmt.Sprintf("user%d@corp.example", i)
		user := tenancy.UserRecord{ID: id(), Created: 1, Personal: tenancy.UserPersonal{Email: email, Address: email}}
		l.records = append(l.records, user, tenancy.MembershipRecord{Organization: l.candidate, User: user.ID, Since: 1})
		if i < mergedAccounts {
			account := tenancy.AccountRecord{ID: id(), Owner: user.ID, Organization: l.candidate, Created: 1}
			l.records = append(l.records, account, tenancy.GrantRecord{Account: account.ID, User: user.ID, Roles: tenancy.Roles(tenancy.AccountOwner)})
		}
	}
	return l
}

// BenchmarkMerge merges an organization of 10,000 accounts and 100,000 users in memory, beside a loop over plain maps that changes the same fields,
// in one run (MRG-13).
func BenchmarkMerge(b *testing.B) {
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	l := newLarge(now)
	b.Run("floor", func(b *testing.B) {
		type membership struct {
			org  tenancy.OrganizationID
			user tenancy.UserID
		}
		for b.Loop() {
			b.StopTimer()
			accounts, members := map[tenancy.AccountID]tenancy.AccountRecord{}, map[membership]tenancy.MembershipRecord{}
			for _, record := range l.records {
				switch r := record.(type) {
				case tenancy.AccountRecord:
					accounts[r.ID] = r
				case tenancy.MembershipRecord:
					members[membership{r.Organization, r.User}] = r
				}
			}
			b.StartTimer()
			for id, account := range accounts {
				if account.Organization == l.candidate {
					account.Organization = l.prime
					accounts[id] = account
				}
			}
			for key, member := range members {
				if key.org == l.candidate {
					delete(members, key)
					members[membership{l.prime, key.user}] = tenancy.MembershipRecord{Organization: l.prime, User: member.User, Since: 2}
				}
			}
		}
	})
	b.Run("merge", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			store := memstore.New()
			for batch := range slices.Chunk(l.records, 10_000) {
				require.NoError(b, store.Update(b.Context(), func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, batch...) }))
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
