package tenancy_test

import (
	"context"
	"maps"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

func TestNew(t *testing.T) {
	t.Run("nil options and zero fields are the defaults", func(t *testing.T) {
		for _, o := range []*tenancy.Options{nil, {}} {
			dir, err := tenancy.New(memstore.New(), o)
			require.NoError(t, err)
			founded, err := dir.System().
				SignUp(t.Context(), tenancy.NewSignUp{Email: tenancy.Proven("ana@example.com"), Name: "Ana"})
			require.NoError(t, err)
			require.WithinDuration(t, time.Now(), founded.User.Created, time.Minute)
		}
	})
	t.Run("a nil store and options that make no sense are refused", func(t *testing.T) {
		_, err := tenancy.New(nil, nil)
		refused(t, err, tenancy.CodeInput)
		for name, o := range map[string]tenancy.Options{
			"life":      {InvitationLife: -time.Second},
			"live":      {DomainLive: -1},
			"limits":    {Limits: &tenancy.Limits{Members: -1}},
			"product":   {Product: "a.b"},
			"hyphen":    {Product: "-a"},
			"hyphens":   {Product: "a-"},
			"too long":  {Product: tenancy.Reference(strings.Repeat("x", 63))},
			"no label":  {Product: "a b"},
			"slash":     {Product: "a/b"},
			"underline": {Product: "a_b"},
			"providers": {MailProviders: []string{"not a domain"}},
		} {
			_, err := tenancy.New(memstore.New(), &o)
			require.Equal(t, tenancy.ErrInvalid, tenancy.CategoryOf(err), name)
		}
		_, err = tenancy.New(
			memstore.New(),
			&tenancy.Options{
				InvitationsPerDay: -1,
				Product:           "acme-2",
				Limits:            &tenancy.Limits{},
				MailProviders:     []string{},
			},
		)
		require.NoError(t, err)
	})
}

func TestActors(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	org := ana.Organization.ID
	ever := func(session *tenancy.Session) (errs []error) {
		_, err := session.RenameOrganization(s.ctx(), org, "Other")
		errs = append(errs, err)
		_, err = session.Organization(s.ctx(), org)
		errs = append(errs, err, failure(session.Events(s.ctx(), organizationStream(org), tenancy.EventQuery{})))
		_, err = session.Can(s.ctx(), ana.User.ID, tenancy.Build, ana.Account.ID)
		errs = append(errs, err,
			session.Atomically(s.ctx(), func(context.Context, *tenancy.Session) error { panic("it ran") }))
		_, err = session.Preview(s.ctx(), func(context.Context, *tenancy.Session) error { panic("it ran") })
		errs = append(errs, err)
		_, err = session.Outcome(s.ctx(), tenancy.NewOperationID(), s.clock.Now())
		return append(errs, err)
	}
	all := func(t *testing.T, session *tenancy.Session, code tenancy.Code) {
		t.Helper()
		s.unchanged(func() {
			for _, err := range ever(session) {
				refused(t, err, code)
			}
		})
	}
	t.Run("GEN-1 a Directory has no operations", func(t *testing.T) {
		var methods []string
		for method := range reflect.TypeFor[*tenancy.Directory]().Methods() {
			methods = append(methods, method.Name)
		}
		require.Equal(t, []string{"As", "AsDirectory", "Check", "On", "Operator", "System"}, methods)
	})
	t.Run("GEN-1 a zero user is never System", func(t *testing.T) {
		all(t, s.dir.As(tenancy.UserID{}), tenancy.CodeActor)
		all(t, s.dir.As(tenancy.UserID{}).Correlate("fine"), tenancy.CodeActor)
		all(t, s.dir.As(tenancy.UserID{}).Once(tenancy.NewOperationID()), tenancy.CodeActor)
	})
	t.Run("GEN-1 an Operator has an ID that is a Reference", func(t *testing.T) {
		for _, id := range []tenancy.OperatorID{"", "a b", "ana@example.com", tenancy.Reference(strings.Repeat("x", 65))} {
			all(t, s.dir.Operator(id).Session, tenancy.CodeReference)
		}
	})
	t.Run("GEN-1 an Operator may do what a rule names Operators for, and no more", func(t *testing.T) {
		_, err := s.staff.Organization(s.ctx(), org)
		require.NoError(t, err)
		_, err = s.staff.RenameOrganization(s.ctx(), org, "Other")
		refused(t, err, tenancy.CodeNotAllowed)
		_, err = s.host.RenameOrganization(s.ctx(), org, "Other")
		refused(t, err, tenancy.CodeNotAllowed)
	})
	t.Run("GEN-2 SEC-19 unknown, inactive and deleted actors do nothing", func(t *testing.T) {
		all(t, s.dir.As(tenancy.UserID{15: 1}), tenancy.CodeActor)
		admin := s.join(ana, "adam", tenancy.Administrator)
		_, err := s.dir.As(ana.User.ID).DeactivateUser(s.ctx(), admin)
		require.NoError(t, err)
		all(t, s.dir.As(admin), tenancy.CodeActor)
		require.NoError(t, s.staff.DeleteUser(s.ctx(), admin, tenancy.UserDeletion{}))
		all(t, s.dir.As(admin), tenancy.CodeActor)
	})
	t.Run("GEN-2 in a block the actor is looked at by every operation", func(t *testing.T) {
		admin := s.join(ana, "abe", tenancy.Administrator)
		err := s.dir.As(admin).Atomically(s.ctx(), func(ctx context.Context, s *tenancy.Session) error {
			require.NoError(t, s.Leave(ctx, org))
			require.NoError(t, s.DeleteUser(ctx, admin, tenancy.UserDeletion{}))
			_, _, err := s.User(ctx, admin)
			return err
		})
		refused(t, err, tenancy.CodeActor)
		_, _, err = s.dir.As(admin).User(s.ctx(), admin)
		require.NoError(t, err, "all of it was rolled back")
	})
	t.Run("GEN-14 malformed sessions say what is wrong with them first", func(t *testing.T) {
		owner := s.dir.As(ana.User.ID)
		all(t, owner.Correlate(""), tenancy.CodeReference)
		all(t, owner.Correlate("a b"), tenancy.CodeReference)
		all(t, owner.Once(tenancy.OperationID{}), tenancy.CodeID)
		all(t, owner.Correlate("a b").Once(tenancy.OperationID{}), tenancy.CodeReference)
		_, err := s.host.Correlate("a b").SignUp(s.ctx(), tenancy.NewSignUp{})
		refused(t, err, tenancy.CodeReference)
	})
	t.Run("GEN-14 a closed context gets its own error, and nothing changes", func(t *testing.T) {
		ctx, cancel := context.WithCancel(s.ctx())
		cancel()
		owner := s.dir.As(ana.User.ID)
		s.unchanged(func() {
			_, err := owner.RenameOrganization(ctx, org, "Other")
			require.ErrorIs(t, err, context.Canceled)
			require.Empty(t, tenancy.CategoryOf(err))
			_, err = owner.Organization(ctx, org)
			require.ErrorIs(t, err, context.Canceled)
			err = owner.Atomically(ctx, func(context.Context, *tenancy.Session) error { panic("it ran") })
			require.ErrorIs(t, err, context.Canceled)
			_, err = owner.Preview(ctx, func(context.Context, *tenancy.Session) error { panic("it ran") })
			require.ErrorIs(t, err, context.Canceled)
			_, err = owner.Outcome(ctx, tenancy.NewOperationID(), s.clock.Now())
			require.ErrorIs(t, err, context.Canceled)
		})
	})
}

// TestSessionActor has a session say who acts (GEN-1).
func TestSessionActor(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	robot := c.robot("Robot", "")
	for what, s := range map[string]struct {
		session *tenancy.Session
		want    tenancy.Actor
	}{
		"a user":                               {c.as(c.dan), tenancy.Actor{User: c.dan}},
		"a user whom nobody knows":             {c.as(tenancy.UserID{15: 1}), tenancy.Actor{User: tenancy.UserID{15: 1}}},
		"USR-22 a service account by its key":  {c.keyed(c.keyOf(c.owner, robot).Secret), tenancy.Actor{User: robot}},
		"an Operator":                          {c.dir.Operator("ann-7").Session, tenancy.Actor{Operator: "ann-7"}},
		"System":                               {c.dir.System().Session, tenancy.Actor{}},
		"a session with a reference and an ID": {c.as(c.dan).Correlate("r").Once(tenancy.NewOperationID()), tenancy.Actor{User: c.dan}},
		"no user, who can do nothing":          {c.as(tenancy.UserID{}), tenancy.Actor{}},
	} {
		require.Equal(t, s.want, s.session.Actor(), what)
	}
	require.NoError(t, c.as(c.dan).Atomically(t.Context(), func(_ context.Context, s *tenancy.Session) error {
		require.Equal(t, tenancy.Actor{User: c.dan}, s.Actor(), "in a block")
		return nil
	}))
}

func TestReproducible(t *testing.T) {
	run := func(t *testing.T, store func(tenancy.Store) tenancy.Store) (map[tenancy.Entry]tenancy.Record, []tenancy.Event) {
		s := newSceneOver(t, store(memstore.New()))
		ana, ben := s.found("ana"), s.found("ben")
		s.join(ana, "adam", tenancy.Administrator)
		s.guest(ana.User.ID, ana.Account.ID, "gus", tenancy.Developer)
		var tick sync.Once
		require.NoError(
			t,
			s.dir.As(ben.User.ID).Atomically(s.ctx(), func(ctx context.Context, in *tenancy.Session) error {
				_, err := in.CreateAccount(ctx, ben.Organization.ID, tenancy.NewAccount{Name: "Second"})
				require.NoError(t, err)
				_, err = in.CreateAccount(ctx, ana.Organization.ID, tenancy.NewAccount{Name: "Refused"})
				refused(t, err, tenancy.CodeNotFound)
				tick.Do(func() { s.clock.Advance(time.Second) })
				_, err = in.RenameOrganization(ctx, ben.Organization.ID, "Ben and sons")
				return err
			}),
		)
		s.rename(ana, 3)
		s.sound()
		return s.everything(), logged(t,
			s.host.Events(s.ctx(), organizationStream(ben.Organization.ID), tenancy.EventQuery{}))
	}
	plain := func(s tenancy.Store) tenancy.Store { return s }
	records, events := run(t, plain)
	t.Run("GEN-3 the same seed and clock give the same records and events", func(t *testing.T) {
		again, sameEvents := run(t, plain)
		require.True(t, maps.Equal(records, again))
		require.True(t, reflect.DeepEqual(events, sameEvents))
	})
	t.Run("GEN-3 a transaction has one time", func(t *testing.T) {
		for _, e := range events {
			require.Equal(t, events[0].Time, e.Time)
		}
	})
	t.Run("GEN-3 a transaction that is run again decides on the same input", func(t *testing.T) {
		again, sameEvents := run(t, func(s tenancy.Store) tenancy.Store { return repeating{s} })
		require.True(t, maps.Equal(records, again))
		require.True(t, reflect.DeepEqual(events, sameEvents))
	})
	t.Run("GEN-3 a failing source of randomness ends the operation, and nothing changes", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		dir, err := tenancy.New(s.store, &tenancy.Options{Random: strings.NewReader(strings.Repeat("x", 40))})
		require.NoError(t, err)
		s.unchanged(func() {
			_, err := dir.As(ana.User.ID).
				CreateAccount(s.ctx(), ana.Organization.ID, tenancy.NewAccount{Name: "Second"})
			require.Error(t, err)
			require.Empty(t, tenancy.CategoryOf(err))
			require.Error(
				t,
				dir.As(ana.User.ID).Atomically(s.ctx(), func(ctx context.Context, s *tenancy.Session) error {
					_, err := s.RenameOrganization(ctx, ana.Organization.ID, "Other")
					require.Error(t, err)
					return nil
				}),
			)
		})
	})
}
