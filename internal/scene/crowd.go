package scene

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
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
		user := tenancy.UserRecord{Created: 1, Personal: tenancy.UserPersonal{
			Email: email, Address: email, Name: tenancy.NewPersonal("Somebody")}}
		copy(user.ID[:], fmt.Sprintf("member %09d", n))
		records = append(records, user, tenancy.MembershipRecord{Organization: org, User: user.ID, Since: 1})
	}
	for batch := range slices.Chunk(records, fillBatch) {
		s.Put(batch...)
	}
	s.seat(org, members)
}

// seat makes an organization's record say that so many more seats are taken.
func (s *Scene) seat(org tenancy.OrganizationID, members int) {
	s.tb.Helper()
	require.NoError(s.tb, s.Store.Update(s.tb.Context(), func(ctx context.Context, tx tenancy.Tx) error {
		answers, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexOrganizations, Key: tenancy.Key{ID: org}})
		if err != nil {
			return err
		}
		o := answers[0].Record.(tenancy.OrganizationRecord)
		o.Seats += members
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
