package scene

import (
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// fillBatch is how many records Fill puts in one transaction.
const fillBatch = 10_000

// Fill gives an organization so many more members, who own nothing. It puts their
// records itself, since signing them up would take longer than what a test is about, and
// so the log does not tell of them.
func (s *Scene) Fill(org tenancy.OrganizationID, members int) {
	s.tb.Helper()
	var records []tenancy.Record
	for n := range members {
		email := tenancy.NewPersonal(fmt.Sprintf("member%d@crowd.example", n))
		user := tenancy.UserRecord{Managed: true, Created: 1, Personal: tenancy.UserPersonal{
			Email: email, Address: email, Name: tenancy.NewPersonal("Somebody")}}
		copy(user.ID[:], fmt.Sprintf("member %09d", n))
		records = append(records, user, tenancy.MembershipRecord{Organization: org, User: user.ID, Since: 1})
	}
	for batch := range slices.Chunk(records, fillBatch) {
		s.Put(batch...)
	}
	s.tally(org, members, 0)
}

// tally makes an organization's record say that it has so many more members and accounts.
func (s *Scene) tally(org tenancy.OrganizationID, members, accounts int) {
	s.tb.Helper()
	require.NoError(s.tb, s.Store.Update(s.tb.Context(), func(ctx context.Context, tx tenancy.Tx) error {
		answers, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexOrganizations, Key: tenancy.Key{ID: org}})
		if err != nil {
			return err
		}
		o := answers[0].Record.(tenancy.OrganizationRecord)
		o.Seats += members
		o.Accounts += accounts
		return tx.Put(ctx, o)
	}))
}

// BenchmarkJoin measures what it takes to join an organization that has so many members,
// without a limit on members and with one. The limit costs nothing that grows with the
// organization (GEN-12).
func BenchmarkJoin(b *testing.B, open func(*testing.B) tenancy.Store, sizes ...int) {
	for _, size := range sizes {
		for _, most := range []int{0, 1 << 30} {
			b.Run(fmt.Sprintf("members=%d/limited=%t", size, most > 0), func(b *testing.B) {
				s := New(b, open(b), tenancy.Options{Limits: &tenancy.Limits{Members: most}})
				founder := s.Found("founder")
				org := founder.Organization.ID
				s.Prove(founder.User.ID, org, "corp.example")
				_, err := s.As(founder.User.ID).SetSignUpPolicy(b.Context(), org,
					tenancy.SignUpPolicyChange{Policy: tenancy.PolicyAutomatic})
				require.NoError(b, err)
				s.Fill(org, size-1)
				b.ReportAllocs()
				for n := 0; b.Loop(); n++ {
					joined, err := s.Host.SignUp(b.Context(), tenancy.NewSignUp{
						Email: tenancy.Proven(fmt.Sprintf("p%d@corp.example", n)), Name: "Somebody"})
					if err != nil || joined.Result != tenancy.SignUpJoined {
						b.Fatal(joined.Result, err)
					}
				}
			})
		}
	}
}

// Crowd stores members of an organization without the library's knowledge, since signing so
// many people up takes longer than what is measured. Their names are "Person 000017 Common";
// of twenty among the first thousand, also "Rare". Of every hundred one, and of the first
// ones so many that they fill a page, have a role on an account of another organization, and
// beside each there is another user who is not a member and has a role on an account of this
// organization.
func (s *Scene) Crowd(ours, theirs tenancy.SignedUp, members int) {
	s.tb.Helper()
	const batch = 1000
	accounts := 0
	for from := 0; from < members; from += batch {
		var records []tenancy.Record
		for n := from; n < min(from+batch, members); n++ {
			records = append(records, person(ours, theirs, n)...)
			if isOutside(n) {
				accounts++
			}
		}
		s.Put(records...)
	}
	s.tally(ours.Organization.ID, members, 0)
	s.tally(theirs.Organization.ID, 0, accounts)
}

func isRare(n int) bool { return n < 1000 && n%50 == 0 }

func isOutside(n int) bool { return n < 150 || n%100 == 0 }

// person returns the records of one of the crowd.
func person(ours, theirs tenancy.SignedUp, n int) []tenancy.Record {
	support := tenancy.Roles(tenancy.Support)
	org, user := ours.Organization.ID, userOf(n, "person", fmt.Sprintf("Person %06d Common", n))
	user.Managed = true
	if isRare(n) {
		user.Personal.Name = tenancy.NewPersonal(user.Personal.Name.Reveal() + " Rare")
	}
	records := []tenancy.Record{user, tenancy.MembershipRecord{Organization: org, User: user.ID, Since: 1},
		tenancy.GrantRecord{Account: ours.Account.ID, User: user.ID, Roles: support}}
	records = append(records, Words(user, org, false)...)
	if isOutside(n) {
		guest := userOf(n, "guest", "Guest")
		outside := tenancy.AccountRecord{ID: tenancy.AccountID(user.ID), Owner: theirs.User.ID,
			Organization: theirs.Organization.ID, Created: 1}
		records = append(records, guest,
			tenancy.GrantRecord{Account: ours.Account.ID, User: guest.ID, Roles: support},
			tenancy.IndependentUserRecord{Organization: org, User: guest.ID, Account: ours.Account.ID},
			outside,
			tenancy.GrantRecord{Account: outside.ID, User: theirs.User.ID, Roles: tenancy.Roles(tenancy.AccountOwner)},
			tenancy.GrantRecord{Account: outside.ID, User: user.ID, Roles: support},
			tenancy.IndependentAccountRecord{Organization: org, User: user.ID, Account: outside.ID},
			tenancy.IndependentUserRecord{Organization: theirs.Organization.ID, User: user.ID, Account: outside.ID})
		records = append(records, Words(guest, org, true)...)
		records = append(records, Words(user, theirs.Organization.ID, true)...)
	}
	return records
}

// Words returns the words by which the library finds a user in an organization of which they
// are a member, or to which they are independent. The name is made of ASCII letters, and no
// word of it begins another one.
func Words(user tenancy.UserRecord, org tenancy.OrganizationID, independent bool) (words []tenancy.Record) {
	for _, word := range append(strings.Fields(user.Personal.Name.Reveal()), user.Personal.Address.Reveal()) {
		if !strings.HasPrefix(strings.ToUpper(user.Personal.Address.Reveal()), strings.ToUpper(word)) ||
			word == user.Personal.Address.Reveal() {
			words = append(words, tenancy.WordRecord{Organization: org, User: user.ID, Independent: independent,
				Personal: tenancy.WordPersonal{Word: tenancy.NewPersonal(strings.ToUpper(word))}})
		}
	}
	return words
}

func userOf(n int, what, name string) (u tenancy.UserRecord) {
	u.ID = tenancy.UserID{0x10, what[0]}
	binary.BigEndian.PutUint64(u.ID[8:], uint64(n+1))
	address := tenancy.NewPersonal(fmt.Sprintf("%s%d@crowd.example.com", what, n))
	u.Created = 1
	u.Personal = tenancy.UserPersonal{Email: address, Address: address, Name: tenancy.NewPersonal(name)}
	return u
}

// BenchmarkLists reads first pages of lists of an organization of many members (USR-16,
// ACC-9).
func BenchmarkLists(b *testing.B, store tenancy.Store, members int) {
	s := New(b, store, tenancy.Options{})
	ours, theirs := s.Found("ours"), s.Found("theirs")
	s.Crowd(ours, theirs, members)
	owner, org := s.As(ours.User.ID), ours.Organization.ID
	users := func(name string, q tenancy.UserQuery, want int) {
		b.Run(fmt.Sprintf("%s/members=%d", name, members), func(b *testing.B) {
			for b.Loop() {
				page, _, err := tenancy.Collect(owner.Users(context.Background(), org, q), 50)
				require.NoError(b, err)
				require.GreaterOrEqual(b, len(page), want)
			}
		})
	}
	users("nobody", tenancy.UserQuery{Search: "nobody"}, 0)
	users("nobody of two words", tenancy.UserQuery{Search: "common nobody"}, 0)
	users("one", tenancy.UserQuery{Search: "000017 common"}, 1)
	users("address", tenancy.UserQuery{Search: "person17@crowd"}, 1)
	users("few", tenancy.UserQuery{Search: "rare"}, 20)
	users("many", tenancy.UserQuery{Search: "common"}, 50)
	users("managed", tenancy.UserQuery{}, 50)
	users("independent users", tenancy.UserQuery{Kind: tenancy.KindIndependent}, 50)
	b.Run(fmt.Sprintf("independent accounts/members=%d", members), func(b *testing.B) {
		for b.Loop() {
			page, _, err := tenancy.Collect(owner.Accounts(context.Background(), org,
				tenancy.AccountQuery{Kind: tenancy.KindIndependent}), 50)
			require.NoError(b, err)
			require.NotEmpty(b, page)
		}
	})
}

// Recount makes the records say how many seats, accounts and subaccounts there are, and
// who is managed, after records were put without the library's knowledge.
func (s *Scene) Recount() {
	s.tb.Helper()
	s.Put(Recounted(maps.Values(tenancytest.Records(s.tb, s.Store)))...)
}

// Recounted returns the organizations, accounts and users among records, with what their
// records say of the others (INV-15, USR-15).
func Recounted(records iter.Seq[tenancy.Record]) (counted []tenancy.Record) {
	organizations := map[tenancy.OrganizationID]tenancy.OrganizationRecord{}
	accounts := map[tenancy.AccountID]tenancy.AccountRecord{}
	users := map[tenancy.UserID]tenancy.UserRecord{}
	for r := range records {
		switch r := r.(type) {
		case tenancy.OrganizationRecord:
			r.Seats, r.Accounts = 0, 0
			organizations[r.ID] = r
		case tenancy.AccountRecord:
			r.Subaccounts = 0
			accounts[r.ID] = r
		case tenancy.UserRecord:
			r.Managed = false
			users[r.ID] = r
		}
	}
	for r := range records {
		switch r := r.(type) {
		case tenancy.MembershipRecord:
			u, known := users[r.User]
			if known && r.Role != tenancy.Owner {
				u.Managed = true
				users[r.User] = u
			}
			if o, found := organizations[r.Organization]; found && !u.InactiveOrganization {
				o.Seats++
				organizations[o.ID] = o
			}
		case tenancy.AccountRecord:
			o, found := organizations[r.Organization]
			parent, sub := accounts[r.Parent]
			switch {
			case r.Closed != 0:
			case sub:
				parent.Subaccounts++
				accounts[parent.ID] = parent
			case found && r.Parent.IsZero():
				o.Accounts++
				organizations[o.ID] = o
			}
		}
	}
	for _, o := range organizations {
		counted = append(counted, o)
	}
	for _, a := range accounts {
		counted = append(counted, a)
	}
	for _, u := range users {
		counted = append(counted, u)
	}
	return counted
}
