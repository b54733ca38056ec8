// Package scene holds what the tests of all packages set their scenes with: a directory
// with people in it, a clock that only tests move, a name server whose records tests
// publish, and a store that tells tests which calls reach it. Only tests import it.
package scene

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// Scene is a directory over a store. Unless its options say otherwise, its clock stands
// still until it is moved, its name server knows what tests publish, and its IDs and
// secrets are the same in every run.
type Scene struct {
	tb    testing.TB
	Dir   *tenancy.Directory
	Store tenancy.Store
	Host  *tenancy.Platform // System
	Staff *tenancy.Platform // the Operator "staff-1"
	Clock *Clock
	Names *NameServer
}

// New returns a scene over a store. The scene's own clock, random bytes and name server
// stand in for those that the options leave out. A NameServer in the options is the
// scene's.
func New(tb testing.TB, store tenancy.Store, options tenancy.Options) *Scene {
	tb.Helper()
	s := &Scene{tb: tb, Store: store, Clock: NewClock(), Names: &NameServer{}}
	if options.Now == nil {
		options.Now = s.Clock.Now
	}
	if options.Random == nil {
		options.Random = Random()
	}
	switch resolver := options.Resolver.(type) {
	case nil:
		options.Resolver = s.Names
	case *NameServer:
		s.Names = resolver
	}
	var err error
	s.Dir, err = tenancy.New(store, &options)
	require.NoError(tb, err)
	s.Host, s.Staff = s.Dir.System(), s.Dir.Operator("staff-1")
	return s
}

// Random returns a source of random bytes that are the same in every run.
func Random() *rand.ChaCha8 { return rand.NewChaCha8([32]byte{1}) }

// In returns the same scene for another test, whose failures are then that test's.
func (s *Scene) In(tb testing.TB) *Scene {
	other := *s
	other.tb = tb
	return &other
}

// As returns the session of a user.
func (s *Scene) As(user tenancy.UserID) *tenancy.Session { return s.Dir.As(user) }

// Address returns the address that a person of this name has, on a domain of their own.
func Address(name string) string { return name + "@" + name + ".example.com" }

// Found signs up a person who founds an organization with an account.
func (s *Scene) Found(name string) tenancy.SignedUp {
	s.tb.Helper()
	return s.FoundAt(name, Address(name))
}

// FoundAt signs up a person with the given address who founds an organization with an
// account.
func (s *Scene) FoundAt(name, email string) tenancy.SignedUp {
	s.tb.Helper()
	founded, err := s.Host.SignUp(
		s.tb.Context(),
		tenancy.NewSignUp{
			Email:        tenancy.Proven(email),
			Name:         name,
			Organization: name + " Inc",
			Account:      name + " main",
		},
	)
	require.NoError(s.tb, err)
	return founded
}

// Join lets a member invite a new person to an organization, and signs them up with the
// invitation's secret.
func (s *Scene) Join(
	inviter tenancy.UserID, org tenancy.OrganizationID, name, email string, role tenancy.OrganizationRole,
) tenancy.UserID {
	s.tb.Helper()
	sent, err := s.As(inviter).InviteUser(s.tb.Context(), org, tenancy.NewInvitation{Email: email, Role: role})
	require.NoError(s.tb, err)
	return s.signUp(name, email, sent)
}

// Guest lets a user invite a new person to an account with roles, and signs them up
// with the invitation's secret: they are an independent user.
func (s *Scene) Guest(
	inviter tenancy.UserID, account tenancy.AccountID, name string, roles ...tenancy.AccountRole,
) tenancy.UserID {
	s.tb.Helper()
	sent, err := s.As(inviter).
		InviteToAccount(s.tb.Context(), account, tenancy.NewAccountInvitation{Email: Address(name), Roles: tenancy.Roles(roles...)})
	require.NoError(s.tb, err)
	return s.signUp(name, Address(name), sent)
}

func (s *Scene) signUp(name, email string, sent tenancy.SentInvitation) tenancy.UserID {
	s.tb.Helper()
	joined, err := s.Host.SignUp(s.tb.Context(),
		tenancy.NewSignUp{Email: tenancy.Proven(email), Name: name, Secret: sent.Secret})
	require.NoError(s.tb, err)
	return joined.User.ID
}

// Prove lets a user add a domain to an organization, publish its record in place of
// what its name had before, and verify it.
func (s *Scene) Prove(actor tenancy.UserID, org tenancy.OrganizationID, name string) tenancy.Domain {
	s.tb.Helper()
	added, err := s.As(actor).AddDomain(s.tb.Context(), org, name)
	require.NoError(s.tb, err)
	s.Names.Publish(added.RecordName, added.RecordValue)
	verified, err := s.As(actor).VerifyDomain(s.tb.Context(), added.ID)
	require.NoError(s.tb, err)
	require.Equal(s.tb, tenancy.StateVerified, verified.State)
	return verified
}

// Put stores records without the library's knowledge.
func (s *Scene) Put(records ...tenancy.Record) {
	s.tb.Helper()
	require.NoError(
		s.tb,
		s.Store.Update(s.tb.Context(),
			func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, records...) }),
	)
}

// Check returns the violations that Directory.Check finds, in a test's cleanup too.
func (s *Scene) Check(options tenancy.CheckOptions) (found []tenancy.Violation) {
	s.tb.Helper()
	for violation, err := range s.Dir.Check(context.WithoutCancel(s.tb.Context()), options) {
		require.NoError(s.tb, err)
		found = append(found, violation)
	}
	return found
}

// Sound requires that every invariant holds, and that the log explains the records.
func (s *Scene) Sound() {
	s.tb.Helper()
	require.Empty(s.tb, s.Check(tenancy.CheckOptions{Replay: true}))
}

// Start is when the clock of a scene starts.
var Start = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
