// Package tenancytest helps to test programs that use package tenancy: a directory in
// memory with people in it, a clock that only the test moves, and a resolver whose TXT
// records the test publishes.
//
//	s := tenancytest.New(t, nil, nil)
//	acme := s.Company("acme") // people in every role, an account, a live domain
//	s.Clock.Advance(8 * 24 * time.Hour)
//	s.Refused(tenancy.CodeNotAllowed, func() error { return handle(s.Dir, acme.Member) })
//
// Nothing is random in it: IDs and secrets are the same in every run, as long as the test
// does the same in the same order.
//
// A helper that fails ends the test and says which step failed, and with which code. What
// it prints holds no name and no address.
package tenancytest

import (
	"cmp"
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// Start is when the clock of a Scene starts.
var Start = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// Scene is a directory in a test, and what the directory depends on. It is for one test:
// make one for each. Its methods end the test if they fail.
type Scene struct {
	tb    testing.TB
	Dir   *tenancy.Directory
	Store tenancy.Store
	Host  *tenancy.Platform // System
	Staff *tenancy.Platform // the Operator "staff-1"
	Clock *Clock            // Options.Now, unless the options have one
	Names *Resolver         // Options.Resolver, unless the options have one
}

// New returns a Scene over a store. A nil store means a new one in memory. The clock, the
// random source and the resolver of the Scene stand in for those that the options leave
// out. Nil options leave out everything.
func New(tb testing.TB, store tenancy.Store, o *tenancy.Options) *Scene {
	tb.Helper()
	if store == nil {
		store = memstore.New()
	}
	s := &Scene{tb: tb, Store: store, Clock: NewClock(), Names: &Resolver{}}
	options := *cmp.Or(o, &tenancy.Options{})
	if options.Now == nil {
		options.Now = s.Clock.Now
	}
	if options.Random == nil {
		options.Random = Random()
	}
	if options.Resolver == nil {
		options.Resolver = s.Names
	}
	dir, err := tenancy.New(store, &options)
	s.must("make the directory", err)
	s.Dir, s.Host, s.Staff = dir, dir.System(), dir.Operator("staff-1")
	return s
}

// Random returns a source of bytes that are the same in every run, for Options.Random.
func Random() *rand.ChaCha8 { return rand.NewChaCha8([32]byte{1}) }

// In returns the same Scene for another test, such as a subtest, which its methods end
// from then on.
func (s *Scene) In(tb testing.TB) *Scene {
	other := *s
	other.tb = tb
	return &other
}

// As returns the session of a user.
func (s *Scene) As(user tenancy.UserID) *tenancy.Session { return s.Dir.As(user) }

// must ends the test if a step failed. Errors of the library hold nothing personal.
func (s *Scene) must(step string, err error) {
	s.tb.Helper()
	if err != nil {
		s.tb.Fatalf("tenancytest: cannot %s: %v", step, err)
	}
}

// Address returns the address that a person of this name has unless they are given one:
// on a domain of their own.
func Address(name string) string { return name + "@" + name + ".example.com" }

// Found signs up a person, who founds an organization with an account. Their address is
// Address(name).
func (s *Scene) Found(name string) tenancy.SignedUp {
	s.tb.Helper()
	return s.FoundAt(name, Address(name))
}

// FoundAt is Found for a person with another address.
func (s *Scene) FoundAt(name, email string) tenancy.SignedUp {
	s.tb.Helper()
	founded, err := s.Host.SignUp(s.tb.Context(), tenancy.NewSignUp{
		Email: tenancy.Proven(email), Name: name, Organization: name + " Inc", Account: name + " main"})
	s.must("sign up a founder", err)
	return founded
}

// Join lets a member invite a new person to an organization, and signs them up with the
// invitation's secret.
func (s *Scene) Join(
	inviter tenancy.UserID, org tenancy.OrganizationID, name, email string, role tenancy.OrganizationRole,
) tenancy.UserID {
	s.tb.Helper()
	sent, err := s.As(inviter).InviteUser(s.tb.Context(), org, tenancy.NewInvitation{Email: email, Role: role})
	s.must("invite a member", err)
	return s.signUp(name, email, sent)
}

// Guest lets a user invite a new person to an account with roles, and signs them up with
// the invitation's secret: they are an independent user. Their address is Address(name).
func (s *Scene) Guest(
	inviter tenancy.UserID, account tenancy.AccountID, name string, roles ...tenancy.AccountRole,
) tenancy.UserID {
	s.tb.Helper()
	sent, err := s.As(inviter).InviteToAccount(s.tb.Context(), account,
		tenancy.NewAccountInvitation{Email: Address(name), Roles: tenancy.Roles(roles...)})
	s.must("invite a guest", err)
	return s.signUp(name, Address(name), sent)
}

func (s *Scene) signUp(name, email string, sent tenancy.SentInvitation) tenancy.UserID {
	s.tb.Helper()
	joined, err := s.Host.SignUp(s.tb.Context(),
		tenancy.NewSignUp{Email: tenancy.Proven(email), Name: name, Secret: sent.Secret})
	s.must("sign up with an invitation", err)
	return joined.User.ID
}

// Prove lets a user add a domain to an organization, publishes its TXT record in place of
// what its name had before, and verifies it: it is live. It needs the Scene's own resolver.
func (s *Scene) Prove(actor tenancy.UserID, org tenancy.OrganizationID, domain string) tenancy.Domain {
	s.tb.Helper()
	added, err := s.As(actor).AddDomain(s.tb.Context(), org, domain)
	s.must("add a domain", err)
	s.Names.Publish(added.RecordName, added.RecordValue)
	verified, err := s.As(actor).VerifyDomain(s.tb.Context(), added.ID)
	s.must("verify a domain", err)
	return verified
}

// Company is an organization with people in every role, an account and a live domain.
type Company struct {
	Organization  tenancy.OrganizationID
	Domain        tenancy.DomainID
	Account       tenancy.AccountID // the Owner's
	Owner         tenancy.UserID
	Administrator tenancy.UserID // of the organization; no role on the account
	Member        tenancy.UserID // Standard User, Developer on the account
	Guest         tenancy.UserID // not a member; Support on the account
}

// Company makes a company. The name is a label of a domain name: that of the company
// "acme" is acme.example, where its members have their addresses, such as
// owner@acme.example. The guest is Address("acme-guest"). Several companies in one Scene
// need different names.
func (s *Scene) Company(name string) Company {
	s.tb.Helper()
	at := func(who string) string { return who + "@" + name + ".example" }
	founded := s.FoundAt("owner", at("owner"))
	owner, org, account := founded.User.ID, founded.Organization.ID, founded.Account.ID
	c := Company{Organization: org, Account: account, Owner: owner}
	c.Domain = s.Prove(owner, org, name+".example").ID
	c.Administrator = s.Join(owner, org, "administrator", at("administrator"), tenancy.Administrator)
	c.Member = s.Join(owner, org, "member", at("member"), tenancy.StandardUser)
	_, err := s.As(owner).AssignRoles(s.tb.Context(), account, c.Member, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})
	s.must("give the member a role", err)
	c.Guest = s.Guest(owner, account, name+"-guest", tenancy.Support)
	return c
}

// Refused requires that a call is refused with a code and changes nothing in the store.
func (s *Scene) Refused(code tenancy.Code, call func() error) {
	s.tb.Helper()
	var err error
	s.Unchanged(func() { err = call() })
	switch got := tenancy.CodeOf(err); {
	case err == nil:
		s.tb.Fatalf("tenancytest: it succeeded, and should be refused: %s", code)
	case got == "":
		s.tb.Fatalf("tenancytest: it should be refused: %s; it failed without a code: %v", code, err)
	case got != code:
		s.tb.Fatalf("tenancytest: it should be refused: %s; it was refused: %s", code, got)
	}
}

// Unchanged requires that a call changes nothing in the store: no record, and no event is
// appended. Nobody else may use the store meanwhile.
func (s *Scene) Unchanged(call func()) {
	s.tb.Helper()
	before := Records(s.tb, s.Store)
	call()
	if found := differences(before, Records(s.tb, s.Store)); len(found) > 0 {
		s.tb.Fatalf("tenancytest: the store was changed:\n%s", strings.Join(found, "\n"))
	}
}

// Sound requires that every invariant holds, and that the log explains the records
// (Directory.Check). It can be called in a test's cleanup.
func (s *Scene) Sound() {
	s.tb.Helper()
	ctx := context.WithoutCancel(s.tb.Context())
	for violation, err := range s.Dir.Check(ctx, tenancy.CheckOptions{Replay: true}) {
		s.must("check the store", err)
		s.tb.Errorf("tenancytest: the store is not sound: %s %s: %s", violation.Rule, violation.Subject,
			violation.Detail)
	}
}
