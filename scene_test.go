package tenancy_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// scene is a directory in memory with a clock that stands still until it is moved, and IDs that are the same in every run.
type scene struct {
	*testing.T
	dir   *tenancy.Directory
	store tenancy.Store
	host  *tenancy.Platform // System
	staff *tenancy.Platform // an Operator
	clock *clock
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// advance moves the clock on.
func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// seeded is a source of random bytes that gives the same ones in every run.
type seeded struct{ *rand.ChaCha8 }

func newSeeded() seeded { return seeded{rand.NewChaCha8([32]byte{1})} }

// newScene makes a scene; what options leaves out is the scene's own.
func newScene(t *testing.T, options ...tenancy.Options) *scene {
	return newSceneOver(t, memstore.New(), options...)
}

func newSceneOver(t *testing.T, store tenancy.Store, options ...tenancy.Options) *scene {
	t.Helper()
	var o tenancy.Options
	if len(options) > 0 {
		o = options[0]
	}
	s := &scene{T: t, store: store, clock: &clock{now: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)}}
	if o.Now == nil {
		o.Now = s.clock.Now
	}
	if o.Random == nil {
		o.Random = newSeeded()
	}
	var err error
	s.dir, err = tenancy.New(store, &o)
	require.NoError(t, err)
	s.host, s.staff = s.dir.System(), s.dir.Operator("staff-1")
	return s
}

func (s *scene) ctx() context.Context { return s.Context() }

func address(name string) string { return name + "@" + name + ".example.com" }

// found signs somebody up who founds an organization with an account.
func (s *scene) found(name string) tenancy.SignedUp {
	s.Helper()
	founded, err := s.host.SignUp(s.ctx(), tenancy.NewSignUp{Email: tenancy.Proven(address(name)), Name: name, Organization: name + " Inc", Account: name + " main"})
	require.NoError(s, err)
	return founded
}

// join invites somebody new to the founder's organization, and signs them up with the secret.
func (s *scene) join(founder tenancy.SignedUp, name string, role tenancy.OrganizationRole) tenancy.UserID {
	s.Helper()
	sent, err := s.dir.As(founder.User.ID).InviteUser(s.ctx(), founder.Organization.ID, tenancy.NewInvitation{Email: address(name), Role: role})
	require.NoError(s, err)
	joined, err := s.host.SignUp(s.ctx(), tenancy.NewSignUp{Email: tenancy.Proven(address(name)), Name: name, Secret: sent.Secret})
	require.NoError(s, err)
	return joined.User.ID
}

// guest invites somebody new to an account with a role, and signs them up with the secret: an independent user in no organization.
func (s *scene) guest(inviter tenancy.UserID, account tenancy.AccountID, name string, roles ...tenancy.AccountRole) tenancy.UserID {
	s.Helper()
	sent, err := s.dir.As(inviter).InviteToAccount(s.ctx(), account, tenancy.NewAccountInvitation{Email: address(name), Roles: tenancy.Roles(roles...)})
	require.NoError(s, err)
	joined, err := s.host.SignUp(s.ctx(), tenancy.NewSignUp{Email: tenancy.Proven(address(name)), Name: name, Secret: sent.Secret})
	require.NoError(s, err)
	return joined.User.ID
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

// everything gives all records in the store, heads of streams included, so that an event more shows.
func (s *scene) everything() map[tenancy.Entry]tenancy.Record {
	s.Helper()
	return storetest.Everything(s, s.store)
}

// errOf gives the error of an operation whose result a test does not look at.
func errOf[T any](_ T, err error) error { return err }
