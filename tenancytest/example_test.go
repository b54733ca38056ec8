package tenancytest_test

import (
	"context"
	"testing"
	"time"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// server is the program that is tested: it renames organizations for users who have
// signed in.
type server struct{ dir *tenancy.Directory }

func (s server) rename(ctx context.Context, user tenancy.UserID, org tenancy.OrganizationID, name string) error {
	_, err := s.dir.As(user).RenameOrganization(ctx, org, name)
	return err
}

// testRename tests what the program refuses. In a program's own tests it is TestRename.
func testRename(t *testing.T) {
	s := tenancytest.New(t, nil, nil) // nil: a new store in memory, default options
	acme, other := s.Company("acme"), s.Company("other")
	program := server{s.Dir}

	if err := program.rename(t.Context(), acme.Administrator, acme.Organization, "Acme Ltd"); err != nil {
		t.Fatal(err)
	}
	s.Refused(tenancy.CodeNotAllowed, func() error {
		return program.rename(t.Context(), acme.Member, acme.Organization, "Mine")
	})
	s.Refused(tenancy.CodeNotFound, func() error {
		return program.rename(t.Context(), other.Owner, acme.Organization, "Mine")
	})
	s.Sound()
}

// testDaily tests what the program does daily, weeks later and while a name server is down.
func testDaily(t *testing.T) {
	s := tenancytest.New(t, nil, nil)
	s.Company("acme")

	s.Clock.Advance(21 * 24 * time.Hour)
	s.Names.Answer(tenancytest.Servfail)
	found, err := s.Host.RecheckDomains(t.Context())
	if err != nil || found.Failed != 1 {
		t.Fatal(found, err)
	}
	s.Names.Answer(nil)
	found, err = s.Host.RecheckDomains(t.Context())
	if err != nil || found.Found != 1 {
		t.Fatal(found, err)
	}
}

// A program's tests have companies with everybody whom they need, a clock that they set,
// and name servers that fail when they like.
func Example() {
	// See testRename and testDaily.
}
