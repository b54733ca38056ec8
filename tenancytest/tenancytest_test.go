package tenancytest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// failing is a test that keeps why it fails.
type failing struct {
	testing.TB
	text string
}

func (f *failing) Errorf(format string, a ...any) { f.text += fmt.Sprintf(format, a...) + "\n" }

func (f *failing) Fatalf(format string, a ...any) {
	f.Errorf(format, a...)
	runtime.Goexit()
}

// fails returns what a helper says that fails, and wants nothing personal in it.
func fails(t *testing.T, helper func(testing.TB)) string {
	t.Helper()
	f := &failing{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		helper(f)
	}()
	<-done
	require.NotEmpty(t, f.text, "it does not fail")
	for _, personal := range []string{"acme", "ana", "@", "example"} {
		require.NotContains(t, strings.ToLower(f.text), personal)
	}
	return f.text
}

func TestCompany(t *testing.T) {
	s := tenancytest.New(t, nil, nil)
	acme, other := s.Company("acme"), s.Company("other")
	require.NotEqual(t, acme, other)
	for user, want := range map[tenancy.UserID]tenancy.Decision{
		acme.Owner:         {Allowed: true, Why: tenancy.WhyGrant, Role: tenancy.AccountOwner, Account: acme.Account},
		acme.Administrator: {Why: tenancy.WhyInsufficient},
		acme.Member:        {Allowed: true, Why: tenancy.WhyGrant, Role: tenancy.Developer, Account: acme.Account},
		acme.Guest:         {Why: tenancy.WhyInsufficient},
		other.Owner:        {Why: tenancy.WhyUnreachable},
	} {
		d, err := s.Host.Can(t.Context(), user, tenancy.Build, acme.Account)
		require.NoError(t, err)
		require.Equal(t, want, d)
	}
	for user, role := range map[tenancy.UserID]tenancy.OrganizationRole{
		acme.Owner: tenancy.Owner, acme.Administrator: tenancy.Administrator, acme.Member: tenancy.StandardUser,
	} {
		_, memberships, err := s.Host.User(t.Context(), user)
		require.NoError(t, err)
		require.Len(t, memberships, 1)
		require.Equal(t, role, memberships[0].Role)
	}
	for d, err := range s.As(acme.Owner).Domains(t.Context(), acme.Organization, tenancy.DomainQuery{}) {
		require.NoError(t, err)
		require.Equal(t, acme.Domain, d.ID)
		require.True(t, d.Live)
	}
	s.Sound()
}

func TestSceneIsTheSameInEveryRun(t *testing.T) {
	first, second := tenancytest.New(t, nil, nil), tenancytest.New(t, memstore.New(), &tenancy.Options{})
	require.Equal(t, first.Company("acme"), second.Company("acme"))
	require.Equal(t, tenancytest.Records(t, first.Store), tenancytest.Records(t, second.Store))
}

func TestOptions(t *testing.T) {
	now := func() time.Time { return tenancytest.Start.Add(time.Hour) }
	resolver := &tenancytest.Resolver{}
	given := tenancy.Options{Now: now, Random: tenancytest.Random(), Resolver: resolver}
	s := tenancytest.New(t, nil, &given)
	require.Equal(t, now(), s.Found("ana").User.Created)
	require.Contains(t, fails(t, func(tb testing.TB) {
		tenancytest.New(tb, nil, &tenancy.Options{Product: "."})
	}), "cannot make the directory: tenancy: New: option")
}

func TestRefused(t *testing.T) {
	s := tenancytest.New(t, nil, nil)
	acme := s.Company("acme")
	rename := func(user tenancy.UserID, name string) error {
		_, err := s.As(user).RenameOrganization(t.Context(), acme.Organization, name)
		return err
	}
	s.Refused(tenancy.CodeNotAllowed, func() error { return rename(acme.Member, "Other") })
	s.Unchanged(func() { require.NoError(t, rename(acme.Owner, "owner Inc")) })
	for _, c := range []struct {
		says string
		call func() error
	}{
		{"it succeeded, and should be refused: name", func() error { return nil }},
		{"it should be refused: name; it was refused: not_allowed", func() error { return rename(acme.Member, "Other") }},
		{"it should be refused: name; it failed without a code: broken", func() error { return errors.New("broken") }},
		{"the store was changed", func() error {
			require.NoError(t, rename(acme.Owner, "Acme at acme.example"))
			return rename(acme.Owner, "")
		}},
	} {
		require.Contains(t, fails(t, func(tb testing.TB) { s.In(tb).Refused(tenancy.CodeName, c.call) }), c.says)
	}
}

func TestUnchanged(t *testing.T) {
	s := tenancytest.New(t, nil, nil)
	ana := s.Found("ana")
	domain, err := s.As(ana.User.ID).AddDomain(t.Context(), ana.Organization.ID, "acme.example")
	require.NoError(t, err)
	says := fails(t, func(tb testing.TB) {
		s.In(tb).Unchanged(func() { require.NoError(t, s.As(ana.User.ID).RemoveDomain(t.Context(), domain.ID)) })
	})
	require.Contains(t, says, fmt.Sprintf("a tenancy.DomainRecord (%032x %x) is gone", 0, domain.ID[:]))
	require.Contains(t, says, "is different", "the head of the stream")
	require.Contains(t, says, "is new", "the operation")
}

func TestFailingSteps(t *testing.T) {
	s := tenancytest.New(t, nil, nil)
	ana := s.Found("ana")
	guest := s.Guest(ana.User.ID, ana.Account.ID, "eve", tenancy.Support)
	for says, step := range map[string]func(*tenancytest.Scene){
		"cannot sign up a founder: tenancy: SignUp: email_taken": func(s *tenancytest.Scene) { s.Found("ana") },
		"cannot invite a member: tenancy: InviteUser": func(s *tenancytest.Scene) {
			s.Join(guest, ana.Organization.ID, "dan", "dan@acme.example", tenancy.StandardUser)
		},
		"cannot invite a guest: tenancy: InviteToAccount": func(s *tenancytest.Scene) {
			s.Guest(guest, ana.Account.ID, "dan", tenancy.Support)
		},
		"cannot add a domain: tenancy: AddDomain": func(s *tenancytest.Scene) { s.Prove(ana.User.ID, ana.Organization.ID, "acme") },
		"cannot verify a domain: tenancy: VerifyDomain": func(s *tenancytest.Scene) {
			s.Names.Answer(tenancytest.Servfail)
			s.Prove(ana.User.ID, ana.Organization.ID, "acme.example")
		},
	} {
		require.Contains(t, fails(t, func(tb testing.TB) { step(s.In(tb)) }), says)
	}
	require.NoError(t, s.Store.Update(t.Context(), func(ctx context.Context, tx tenancy.Tx) error {
		return tx.Delete(ctx, tenancy.UserRecord{ID: ana.User.ID})
	}))
	require.Contains(t, fails(t, func(tb testing.TB) { s.In(tb).Sound() }), "the store is not sound: INV-1 "+ana.Organization.ID.String())
}

func TestResolver(t *testing.T) {
	s := tenancytest.New(t, nil, nil)
	acme := s.Company("acme")
	recheck := func() tenancy.Rechecked {
		found, err := s.Host.RecheckDomains(t.Context())
		require.NoError(t, err)
		return found
	}
	require.Equal(t, tenancy.Rechecked{Found: 1}, recheck())
	for _, answer := range []func(context.Context, string) ([]string, error){tenancytest.Servfail, tenancytest.Panics} {
		s.Names.Answer(answer)
		require.Equal(t, tenancy.Rechecked{Failed: 1}, recheck())
	}
	s.Names.Answer(nil)
	var name string
	for d, err := range s.As(acme.Owner).Domains(t.Context(), acme.Organization, tenancy.DomainQuery{}) {
		require.NoError(t, err)
		name = d.RecordName
		require.Equal(t, []string{d.RecordValue}, s.Names.Texts(name))
	}
	s.Names.Remove(name)
	require.Empty(t, s.Names.Texts(name))
	require.Equal(t, tenancy.Rechecked{Lapsing: 1}, recheck())
}

func TestClock(t *testing.T) {
	c := tenancytest.NewClock()
	require.Equal(t, tenancytest.Start, c.Now())
	c.Advance(time.Hour)
	require.Equal(t, tenancytest.Start.Add(time.Hour), c.Now())
	c.Set(tenancytest.Start)
	require.Equal(t, tenancytest.Start, c.Now())
	c.Tick(time.Millisecond)
	require.Equal(t, tenancytest.Start.Add(time.Millisecond), c.Now())
	c.Tick(0)
	require.Equal(t, tenancytest.Start.Add(time.Millisecond), c.Now())
}

// TestExample runs what the package's example shows.
func TestExample(t *testing.T) {
	t.Run("rename", testRename)
	t.Run("daily", testDaily)
}
