// Package scene holds what the tests of all packages set their scenes with beside package
// tenancytest: a name server that tells what it was asked, and a store that tells tests
// which calls reach it. Only tests import it.
package scene

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// Scene is a tenancytest.Scene with a NameServer.
type Scene struct {
	*tenancytest.Scene
	tb    testing.TB
	Names *NameServer
}

// New returns a scene over a store. The scene's own clock, random bytes and name server
// stand in for those that the options leave out. A NameServer in the options is the
// scene's.
func New(tb testing.TB, store tenancy.Store, options tenancy.Options) *Scene {
	tb.Helper()
	names := &NameServer{}
	switch resolver := options.Resolver.(type) {
	case nil:
		options.Resolver = names
	case *NameServer:
		names = resolver
	}
	s := tenancytest.New(tb, store, &options)
	s.Names = &names.Resolver
	return &Scene{s, tb, names}
}

// Random returns a source of random bytes that are the same in every run.
func Random() *rand.ChaCha8 { return tenancytest.Random() }

// In returns the same scene for another test, whose failures are then that test's.
func (s *Scene) In(tb testing.TB) *Scene { return &Scene{s.Scene.In(tb), tb, s.Names} }

// Address returns the address that a person of this name has, on a domain of their own.
func Address(name string) string { return tenancytest.Address(name) }

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
