package tenancy_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// scene is a scene of package scene under the names that tests use here, with the test
// that plays in it.
type scene struct {
	*testing.T
	set   *scenes.Scene
	dir   *tenancy.Directory
	store tenancy.Store
	host  *tenancy.Platform // System
	staff *tenancy.Platform // an Operator
	clock *scenes.Clock
	names *scenes.NameServer
}

// newScene returns a scene in memory.
func newScene(t *testing.T, options ...tenancy.Options) *scene {
	t.Helper()
	return newSceneOver(t, memstore.New(), options...)
}

// newSceneOver returns a scene over a store.
func newSceneOver(t *testing.T, store tenancy.Store, options ...tenancy.Options) *scene {
	t.Helper()
	var o tenancy.Options
	if len(options) > 0 {
		o = options[0]
	}
	set := scenes.New(t, store, o)
	return &scene{
		T:     t,
		set:   set,
		dir:   set.Dir,
		store: set.Store,
		host:  set.Host,
		staff: set.Staff,
		clock: set.Clock,
		names: set.Names,
	}
}

// in returns the same scene for another test.
func (s *scene) in(t *testing.T) *scene {
	other := *s
	other.T, other.set = t, s.set.In(t)
	return &other
}

func (s *scene) ctx() context.Context { return s.Context() }

func address(name string) string { return scenes.Address(name) }

// found signs up a person who founds an organization with an account.
func (s *scene) found(name string) tenancy.SignedUp {
	s.Helper()
	return s.set.Found(name)
}

// join lets a founder invite a new person to their organization, and signs them up with
// the secret.
func (s *scene) join(founder tenancy.SignedUp, name string, role tenancy.OrganizationRole) tenancy.UserID {
	s.Helper()
	return s.set.Join(founder.User.ID, founder.Organization.ID, name, address(name), role)
}

// guest lets a user invite a new person to an account with roles, and signs them up
// with the secret: they are an independent user.
func (s *scene) guest(
	inviter tenancy.UserID, account tenancy.AccountID, name string, roles ...tenancy.AccountRole,
) tenancy.UserID {
	s.Helper()
	return s.set.Guest(inviter, account, name, roles...)
}

// prove adds a domain to an organization and verifies it.
func (s *scene) prove(actor tenancy.UserID, org tenancy.OrganizationID, name string) tenancy.DomainID {
	s.Helper()
	return s.set.Prove(actor, org, name).ID
}

// failing returns a store whose reads in Views fail after some.
func failing(store tenancy.Store, after int, err error) tenancy.Store {
	return &scenes.Tapped{Store: store, Call: func(call scenes.Call) error {
		if call.Update || call.Method != "Read" {
			return nil
		}
		if after--; after >= 0 {
			return nil
		}
		return err
	}}
}

// refused wants an error with the code.
func refused(t require.TestingT, err error, code tenancy.Code) {
	if h, ok := t.(interface{ Helper() }); ok {
		h.Helper()
	}
	require.Error(t, err)
	require.Equal(t, code, tenancy.CodeOf(err), fmt.Sprint(err))
	require.ErrorIs(t, err, code.Category())
}

// unchanged wants that a call changes no record and appends no event.
func (s *scene) unchanged(call func()) {
	s.Helper()
	before := s.everything()
	call()
	require.Equal(s, before, s.everything())
}

// everything gives all records in the store, heads of streams included, so that an
// event more shows.
func (s *scene) everything() map[tenancy.Entry]tenancy.Record {
	s.Helper()
	return storetest.Everything(s, s.store)
}

// errOf gives the error of an operation whose result a test does not look at.
func errOf[T any](_ T, err error) error { return err }
