package tenancy_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
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
		_, err = session.Outcome(s.ctx(), tenancy.NewOperationID())
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
		require.Equal(t, []string{"As", "Check", "On", "Operator", "System"}, methods)
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
	t.Run("GEN-2 unknown, inactive and deleted actors do nothing", func(t *testing.T) {
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
			_, err = owner.Outcome(ctx, tenancy.NewOperationID())
			require.ErrorIs(t, err, context.Canceled)
		})
	})
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
		return s.everything(), items(t,
			s.host.Events(s.ctx(), organizationStream(ben.Organization.ID), tenancy.EventQuery{}))
	}
	plain := func(s tenancy.Store) tenancy.Store { return s }
	records, events := run(t, plain)
	t.Run("GEN-3 the same seed and clock give the same records and events", func(t *testing.T) {
		again, sameEvents := run(t, plain)
		require.True(t, maps.Equal(records, again))
		require.True(t, reflect.DeepEqual(events, sameEvents))
	})
	t.Run("GEN-3 time is drawn once, before the transaction", func(t *testing.T) {
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

// repeating is a store in which somebody else wins every first attempt.
type repeating struct{ tenancy.Store }

func (r repeating) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	lost := errors.New("lost")
	if err := r.Store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
		_ = fn(ctx, tx)
		return lost
	}); err != lost {
		return err
	}
	return r.Store.Update(ctx, fn)
}

// told keeps what OnRefused was told.
type told []string

func (l *told) options() tenancy.Options {
	return tenancy.Options{OnRefused: func(_ context.Context, actor tenancy.Actor, err error) {
		*l = append(*l, actor.String()+" "+err.Error())
	}}
}

// take gives what was told since the last time.
func (l *told) take() []string {
	taken := *l
	*l = nil
	return taken
}

func TestRefused(t *testing.T) {
	var l told
	s := newSceneOver(t, repeating{memstore.New()}, l.options())
	ana := s.found("ana")
	org, actor := ana.Organization.ID, ana.User.ID.String()
	owner := s.dir.As(ana.User.ID)
	require.Empty(t, l.take())
	t.Run(
		"EVT-1 a refused operation changes and appends nothing, and is told of once, after the last attempt",
		func(t *testing.T) {
			s.unchanged(func() {
				_, err := owner.CreateAccount(s.ctx(), org, tenancy.NewAccount{Name: "A", Owner: tenancy.UserID{15: 1}})
				require.Error(t, err)
				require.Equal(t, []string{actor + " " + err.Error()}, l.take())
				_, err = owner.Organization(s.ctx(), tenancy.OrganizationID{15: 1})
				refused(t, err, tenancy.CodeNotFound)
				require.Equal(t,
					[]string{actor + " tenancy: Organization OR00000000000000000000000000000001: not_found"},
					l.take())
				_, err = owner.RenameOrganization(s.ctx(), org, "")
				refused(t, err, tenancy.CodeName)
				require.Equal(t, []string{actor + " tenancy: RenameOrganization " + org.String() + ": name"}, l.take())
				_, err = s.staff.Can(s.ctx(), ana.User.ID, "fly", ana.Account.ID)
				refused(t, err, tenancy.CodePermission)
				require.Equal(t,
					[]string{"operator/staff-1 tenancy: Can " + ana.Account.ID.String() + ": permission"}, l.take())
				_, err = s.dir.As(tenancy.UserID{15: 1}).
					Can(s.ctx(), tenancy.UserID{15: 1}, tenancy.Build, ana.Account.ID)
				refused(t, err, tenancy.CodeActor)
				require.Len(t, l.take(), 1)
				_, err = owner.Outcome(s.ctx(), tenancy.OperationID{})
				refused(t, err, tenancy.CodeID)
				require.Len(t, l.take(), 1)
				refused(t, failure(owner.Events(s.ctx(), tenancy.Stream{}, tenancy.EventQuery{})), tenancy.CodeInput)
				require.Equal(t, []string{actor + " tenancy: Events: input"}, l.take())
			})
		},
	)
	t.Run("EVT-1 those within a block and a preview too, once each, whether it commits or not", func(t *testing.T) {
		block := func(ctx context.Context, s *tenancy.Session) error {
			_, err := s.RenameOrganization(ctx, tenancy.OrganizationID{15: 1}, "x")
			refused(t, err, tenancy.CodeNotFound)
			_, err = s.RenameOrganization(ctx, org, "")
			return err
		}
		want := []string{
			actor + " tenancy: RenameOrganization OR00000000000000000000000000000001: not_found",
			actor + " tenancy: RenameOrganization " + org.String() + ": name",
		}
		refused(t, owner.Atomically(s.ctx(), block), tenancy.CodeName)
		require.Equal(t, want, l.take())
		require.NoError(t, owner.Atomically(s.ctx(), func(ctx context.Context, s *tenancy.Session) error {
			_ = block(ctx, s)
			return nil
		}))
		require.Equal(t, want, l.take())
		_, err := owner.Preview(s.ctx(), block)
		refused(t, err, tenancy.CodeName)
		require.Equal(t, want, l.take())
		refused(t, owner.Atomically(s.ctx(), nil), tenancy.CodeInput)
		require.Equal(t, []string{actor + " tenancy: Atomically: input"}, l.take())
	})
	t.Run("EVT-1 what is no refusal is not told", func(t *testing.T) {
		ctx, cancel := context.WithCancel(s.ctx())
		cancel()
		_, err := owner.RenameOrganization(ctx, org, "Other")
		require.Error(t, err)
		require.Error(
			t,
			owner.Atomically(s.ctx(),
				func(context.Context, *tenancy.Session) error { return errors.New("the host's own") }),
		)
		_, err = owner.RenameOrganization(s.ctx(), org, "Other")
		require.NoError(t, err)
		require.Empty(t, l.take())
	})
}

func TestErrors(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	owner := s.dir.As(ana.User.ID)
	t.Run("GEN-4 a refusal has a category and a code, both through errors.Is", func(t *testing.T) {
		_, err := owner.Organization(s.ctx(), tenancy.OrganizationID{15: 1})
		require.ErrorIs(t, err, tenancy.CodeNotFound)
		require.ErrorIs(t, err, tenancy.ErrNotFound)
		require.NotErrorIs(t, err, tenancy.ErrInvalid)
		require.NotErrorIs(t, err, tenancy.CodeNotAllowed)
		require.Equal(t, tenancy.ErrNotFound, tenancy.CategoryOf(fmt.Errorf("wrapped: %w", err)))
		e, ok := errors.AsType[*tenancy.Error](err)
		require.True(t, ok)
		require.Equal(t, "Organization", e.Op)
		require.Equal(t, tenancy.OrganizationID{15: 1}.String(), e.Subject)
		require.Equal(t, []string{"GEN-5", "ACC-7"}, tenancy.CodeOf(err).Rules())
		require.Empty(t, tenancy.CodeOf(errors.New("x")))
		require.Empty(t, tenancy.CategoryOf(nil))
	})
	t.Run("GEN-4 no error text holds what the caller gave", func(t *testing.T) {
		marker := "marker@marker.example"
		_, err := owner.RenameOrganization(s.ctx(), ana.Organization.ID, marker+"\x00")
		require.NotContains(t, err.Error(), "marker")
		_, err = s.host.SignUp(s.ctx(), tenancy.NewSignUp{Email: tenancy.Proven(marker + " "), Name: marker})
		refused(t, err, tenancy.CodeEmail)
		require.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), "marker")
	})
	t.Run("GEN-4 errors of the store's driver pass through without category", func(t *testing.T) {
		broken := errors.New("disk")
		dir, err := tenancy.New(&wavering{Store: s.store, fates: []fate{{before: broken}}}, nil)
		require.NoError(t, err)
		_, err = dir.As(ana.User.ID).RenameOrganization(s.ctx(), ana.Organization.ID, "Other")
		require.ErrorIs(t, err, broken)
		require.Empty(t, tenancy.CategoryOf(err))
		dir, err = tenancy.New(failing(s.store, 0, broken), nil)
		require.NoError(t, err)
		_, err = dir.As(ana.User.ID).Organization(s.ctx(), ana.Organization.ID)
		require.ErrorIs(t, err, broken)
	})
	t.Run("GEN-3 others kept winning", func(t *testing.T) {
		dir, err := tenancy.New(
			&wavering{Store: s.store, fates: []fate{{before: fmt.Errorf("serialization: %w", tenancy.CodeBusy)}}},
			nil)
		require.NoError(t, err)
		_, err = dir.As(ana.User.ID).RenameOrganization(s.ctx(), ana.Organization.ID, "Other")
		refused(t, err, tenancy.CodeBusy)
	})
}

// fate is what happens to an Update. The zero one is nothing special.
type fate struct {
	before error  // it fails before it begins
	lost   bool   // the commit is lost on the way, and nobody can say so
	landed bool   // the commit is done, and its acknowledgement is lost
	then   func() // runs before the caller is told
}

// wavering is a store whose Updates meet their fates, one after the other.
type wavering struct {
	tenancy.Store
	fates []fate
	runs  int // of the functions given
}

func (w *wavering) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	var f fate
	if len(w.fates) > 0 {
		f, w.fates = w.fates[0], w.fates[1:]
	}
	if f.before != nil {
		return f.before
	}
	lost := errors.New("lost")
	var failed error
	err := w.Store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
		w.runs++
		if failed = fn(ctx, tx); failed == nil && f.lost {
			return lost
		}
		return failed
	})
	if failed != nil {
		return err
	}
	if f.then != nil {
		f.then()
	}
	if f.lost || f.landed {
		return fmt.Errorf("connection lost: %w", tenancy.CodeAmbiguous)
	}
	return err
}

// wavers gives a directory over the scene's store whose Updates meet these fates.
func (s *scene) wavers(fates ...fate) (*tenancy.Directory, *wavering) {
	s.Helper()
	w := &wavering{Store: s.store, fates: fates}
	dir, err := tenancy.New(w, &tenancy.Options{Now: s.clock.Now})
	require.NoError(s, err)
	return dir, w
}

// accountsIn counts an organization's accounts.
func (s *scene) accountsIn(org tenancy.OrganizationID) int {
	s.Helper()
	return len(items(s, s.host.Accounts(s.ctx(), org, tenancy.AccountQuery{Kind: tenancy.KindManaged})))
}

func TestOnce(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	org := ana.Organization.ID
	owner := s.dir.As(ana.User.ID)
	create := func(session *tenancy.Session) (tenancy.Account, error) {
		return session.CreateAccount(s.ctx(), org, tenancy.NewAccount{Name: "Another"})
	}
	t.Run("GEN-13 an operation given an ID is done once, and the second call learns what it did", func(t *testing.T) {
		id := tenancy.NewOperationID()
		account, err := create(owner.Once(id))
		require.NoError(t, err)
		before := s.accountsIn(org)
		s.unchanged(func() {
			_, err := create(owner.Once(id))
			refused(t, err, tenancy.CodeAlreadyDone)
			require.ErrorIs(t, err, tenancy.ErrAlreadyDone)
			done, ok := tenancy.OutcomeOf(err)
			require.True(t, ok)
			require.Equal(
				t,
				tenancy.Outcome{
					ID:      id,
					Name:    "CreateAccount",
					Actor:   tenancy.Actor{User: ana.User.ID},
					Time:    s.clock.Now(),
					Created: tenancy.Created{Accounts: []tenancy.AccountID{account.ID}},
					Events:  2,
				},
				done,
			)
			again, err := owner.Outcome(s.ctx(), id)
			require.NoError(t, err)
			require.Equal(t, done, again)
		})
		require.Equal(t, before, s.accountsIn(org))
		head := s.head(org)
		last := items(t, owner.Events(s.ctx(), organizationStream(org), tenancy.EventQuery{From: head.Sequence - 1}))
		require.Equal(t, []tenancy.OperationID{id, id}, []tenancy.OperationID{last[0].Operation, last[1].Operation})
	})
	t.Run("GEN-13 inputs are not compared, the operation is", func(t *testing.T) {
		id := tenancy.NewOperationID()
		_, err := create(owner.Once(id))
		require.NoError(t, err)
		_, err = owner.Once(id).
			CreateAccount(s.ctx(), tenancy.OrganizationID{15: 1}, tenancy.NewAccount{Name: "Elsewhere"})
		refused(t, err, tenancy.CodeAlreadyDone)
		_, err = owner.Once(id).RenameOrganization(s.ctx(), org, "Other")
		refused(t, err, tenancy.CodeOperationTaken)
		require.ErrorIs(t, err, tenancy.ErrConflict)
		err = owner.Once(id).Atomically(s.ctx(), func(context.Context, *tenancy.Session) error { panic("it ran") })
		refused(t, err, tenancy.CodeOperationTaken)
	})
	t.Run("GEN-13 one session takes one operation, and reads go on", func(t *testing.T) {
		session := owner.Once(tenancy.NewOperationID())
		_, err := session.Organization(s.ctx(), org)
		require.NoError(t, err)
		_, err = create(session)
		require.NoError(t, err)
		_, err = create(session)
		refused(t, err, tenancy.CodeAlreadyDone)
		_, err = session.RenameOrganization(s.ctx(), org, "Other")
		refused(t, err, tenancy.CodeOperationTaken)
		_, err = session.Organization(s.ctx(), org)
		require.NoError(t, err)
		_, err = session.Can(s.ctx(), ana.User.ID, tenancy.Build, ana.Account.ID)
		require.NoError(t, err)
		require.NotEmpty(t, items(t, session.Events(s.ctx(), organizationStream(org), tenancy.EventQuery{})))
	})
	t.Run("GEN-13 IDs are each actor's own", func(t *testing.T) {
		id, ben := tenancy.NewOperationID(), s.found("ben")
		_, err := create(owner.Once(id))
		require.NoError(t, err)
		_, err = s.dir.As(ben.User.ID).Once(id).RenameOrganization(s.ctx(), ben.Organization.ID, "Ben's")
		require.NoError(t, err)
		_, err = s.staff.Once(id).SuspendAccount(s.ctx(), ana.Account.ID)
		require.NoError(t, err)
		_, err = s.dir.Operator("staff-2").Once(id).ReactivateAccount(s.ctx(), ana.Account.ID)
		require.NoError(t, err)
		stranger := s.found("zoe")
		_, err = s.dir.As(stranger.User.ID).Outcome(s.ctx(), id)
		refused(t, err, tenancy.CodeNotFound)
	})
	t.Run("GEN-13 a refusal and a preview use none up, a success without event does", func(t *testing.T) {
		id := tenancy.NewOperationID()
		_, err := owner.Once(id).RenameOrganization(s.ctx(), org, "")
		refused(t, err, tenancy.CodeName)
		_, err = owner.Once(id).RenameOrganization(s.ctx(), tenancy.OrganizationID{15: 1}, "x")
		refused(t, err, tenancy.CodeNotFound)
		events, err := owner.Once(id).Preview(s.ctx(), func(ctx context.Context, s *tenancy.Session) error {
			_, err := s.RenameOrganization(ctx, org, "Previewed")
			return err
		})
		require.NoError(t, err)
		require.Len(t, events, 1)
		current, err := owner.Organization(s.ctx(), org)
		require.NoError(t, err)
		_, err = owner.Once(id).RenameOrganization(s.ctx(), org, current.Name.Reveal())
		require.NoError(t, err)
		_, err = owner.Once(id).RenameOrganization(s.ctx(), org, "Other")
		refused(t, err, tenancy.CodeAlreadyDone)
		done, _ := tenancy.OutcomeOf(err)
		require.Zero(t, done.Events)
		_, err = owner.Once(id).Preview(s.ctx(), func(ctx context.Context, s *tenancy.Session) error {
			_, err := s.RenameOrganization(ctx, org, "Previewed")
			return err
		})
		require.NoError(t, err, "a preview under an ID that is used up goes on")
		s.unchanged(func() {
			_, err := owner.RenameOrganization(s.ctx(), org, current.Name.Reveal())
			require.NoError(t, err, "and without an ID of the host's nothing is noted")
		})
	})
	t.Run("GEN-13 the ID is looked at right after the actor", func(t *testing.T) {
		admin := s.join(ana, "adam", tenancy.Administrator)
		id := tenancy.NewOperationID()
		_, err := s.dir.As(admin).Once(id).RenameOrganization(s.ctx(), org, "Adam's")
		require.NoError(t, err)
		require.NoError(t, owner.RemoveUser(s.ctx(), org, admin, tenancy.Removal{}))
		_, err = s.dir.As(admin).RenameOrganization(s.ctx(), org, "Adam's")
		refused(t, err, tenancy.CodeNotFound)
		_, err = s.dir.As(admin).Once(id).RenameOrganization(s.ctx(), org, "Adam's")
		refused(t, err, tenancy.CodeAlreadyDone)
		_, err = s.staff.DeactivateUser(s.ctx(), admin)
		require.NoError(t, err)
		_, err = s.dir.As(admin).Once(id).RenameOrganization(s.ctx(), org, "Adam's")
		refused(t, err, tenancy.CodeActor)
	})
	t.Run("GEN-13 a block has one ID for all of it, and all that it made", func(t *testing.T) {
		id := tenancy.OperationIDOf("order", "42")
		var made []tenancy.AccountID
		block := func(ctx context.Context, s *tenancy.Session) error {
			made = nil
			for range 2 {
				a, err := s.CreateAccount(ctx, org, tenancy.NewAccount{Name: "In a block"})
				require.NoError(t, err)
				made = append(made, a.ID)
			}
			_, err := s.Once(tenancy.NewOperationID()).RenameOrganization(ctx, org, "x")
			refused(t, err, tenancy.CodeInTransaction)
			return nil
		}
		require.NoError(t, owner.Once(id).Atomically(s.ctx(), block))
		want := slices.Clone(made)
		err := owner.Once(id).Atomically(s.ctx(), func(context.Context, *tenancy.Session) error { panic("it ran") })
		refused(t, err, tenancy.CodeAlreadyDone)
		done, _ := tenancy.OutcomeOf(err)
		require.Equal(
			t,
			tenancy.Outcome{ID: id, Name: "Atomically", Actor: tenancy.Actor{User: ana.User.ID}, Time: s.clock.Now(),
				Created: tenancy.Created{Accounts: want}, Events: 4},
			done,
		)
		_, err = create(owner.Once(id))
		refused(t, err, tenancy.CodeOperationTaken)
	})
	t.Run("GEN-13 System names the actor whose operation it asks about", func(t *testing.T) {
		id := tenancy.NewOperationID()
		_, err := create(owner.Once(id))
		require.NoError(t, err)
		actor := tenancy.Actor{User: ana.User.ID}
		own, err := owner.Outcome(s.ctx(), id)
		require.NoError(t, err)
		done, err := s.host.ActorOutcome(s.ctx(), actor, id)
		require.NoError(t, err)
		require.Equal(t, own, done)
		_, err = s.host.Outcome(s.ctx(), id)
		refused(t, err, tenancy.CodeNotFound)
		_, err = s.host.ActorOutcome(s.ctx(), actor, tenancy.NewOperationID())
		refused(t, err, tenancy.CodeNotFound)
		require.Equal(t, "ActorOutcome", opOf(t, err))
		s.unchanged(func() {
			for _, asked := range []tenancy.Actor{actor, {Operator: "staff-1"}, {}} {
				_, err = s.staff.ActorOutcome(s.ctx(), asked, id)
				refused(t, err, tenancy.CodeNotAllowed)
			}
			_, err = s.host.ActorOutcome(s.ctx(), tenancy.Actor{User: ana.User.ID, Operator: "staff-1"}, id)
			refused(t, err, tenancy.CodeInput)
			_, err = s.host.ActorOutcome(s.ctx(), tenancy.Actor{Operator: "ana@example.com"}, id)
			refused(t, err, tenancy.CodeReference)
			_, err = s.host.ActorOutcome(s.ctx(), actor, tenancy.OperationID{})
			refused(t, err, tenancy.CodeID)
			_, err = owner.Outcome(s.ctx(), tenancy.OperationID{})
			refused(t, err, tenancy.CodeID)
		})
	})
	t.Run("GEN-13 everything an operation made is in its outcome", func(t *testing.T) {
		id := tenancy.NewOperationID()
		up, err := s.host.Once(id).
			SignUp(s.ctx(), tenancy.NewSignUp{Email: tenancy.Proven("mona@example.com"), Name: "Mona"})
		require.NoError(t, err)
		done, err := s.host.Outcome(s.ctx(), id)
		require.NoError(t, err)
		require.Equal(
			t,
			tenancy.Created{
				Organizations: []tenancy.OrganizationID{up.Organization.ID},
				Accounts:      []tenancy.AccountID{up.Account.ID},
				Users:         []tenancy.UserID{up.User.ID},
			},
			done.Created,
		)
		id = tenancy.NewOperationID()
		sent, err := owner.Once(id).InviteUser(s.ctx(), org, tenancy.NewInvitation{Email: "nia@example.com"})
		require.NoError(t, err)
		done, err = owner.Outcome(s.ctx(), id)
		require.NoError(t, err)
		require.Equal(t, tenancy.Created{Invitations: []tenancy.InvitationID{sent.ID}}, done.Created)
	})
	s.sound()
}

func opOf(t *testing.T, err error) string {
	t.Helper()
	e, ok := errors.AsType[*tenancy.Error](err)
	require.True(t, ok)
	return e.Op
}

func TestSettling(t *testing.T) {
	begin := func(t *testing.T) (*scene, tenancy.SignedUp, tenancy.OrganizationID) {
		s := newScene(t)
		ana := s.found("ana")
		return s, ana, ana.Organization.ID
	}
	ended := errors.New("the store cannot be reached")
	create := func(s *scene, session *tenancy.Session, org tenancy.OrganizationID) (tenancy.Account, error) {
		return session.CreateAccount(s.ctx(), org, tenancy.NewAccount{Name: "Another"})
	}
	t.Run("GEN-13 a commit that was lost is done again, once, behind a fence", func(t *testing.T) {
		s, ana, org := begin(t)
		dir, w := s.wavers(fate{lost: true})
		id := tenancy.NewOperationID()
		account, err := create(s, dir.As(ana.User.ID).Once(id), org)
		require.NoError(t, err)
		require.Equal(t, 3, w.runs, "the operation, the fence, and the operation again")
		require.Equal(t, 2, s.accountsIn(org))
		done, err := s.dir.As(ana.User.ID).Outcome(s.ctx(), id)
		require.NoError(t, err)
		require.Equal(t, []tenancy.AccountID{account.ID}, done.Created.Accounts)
		s.sound()
	})
	t.Run("GEN-13 a commit that was done is not done again", func(t *testing.T) {
		s, ana, org := begin(t)
		dir, w := s.wavers(fate{landed: true})
		account, err := create(s, dir.As(ana.User.ID), org)
		require.NoError(t, err)
		require.Equal(t, 2, w.runs, "the operation, and the look at its ID")
		require.Equal(t, 2, s.accountsIn(org))
		_, err = s.host.Account(s.ctx(), account.ID)
		require.NoError(t, err)
		s.sound()
	})
	t.Run("GEN-13 lost again and again it is given up, and cannot come about any more", func(t *testing.T) {
		s, ana, org := begin(t)
		dir, _ := s.wavers(fate{lost: true}, fate{}, fate{lost: true}, fate{}, fate{lost: true}, fate{},
			fate{lost: true}, fate{}, fate{lost: true})
		_, err := create(s, dir.As(ana.User.ID), org)
		refused(t, err, tenancy.CodeBusy)
		require.Equal(t, 1, s.accountsIn(org))
		s.sound()
	})
	for name, f := range map[string]fate{"done": {landed: true}, "lost": {lost: true}} {
		t.Run("GEN-13 only if the store stays unreachable the caller has to ask later: "+name, func(t *testing.T) {
			s, ana, org := begin(t)
			dir, _ := s.wavers(f, fate{before: ended})
			_, err := create(s, dir.As(ana.User.ID), org)
			refused(t, err, tenancy.CodeAmbiguous)
			require.ErrorIs(t, err, tenancy.ErrAmbiguous)
			e, _ := errors.AsType[*tenancy.Error](err)
			require.False(t, e.Operation.IsZero())
			outcome, err := dir.As(ana.User.ID).Outcome(s.ctx(), e.Operation)
			if f.landed {
				require.NoError(t, err)
				require.Equal(t, "CreateAccount", outcome.Name)
				require.Len(t, outcome.Created.Accounts, 1)
				require.Equal(t, 2, s.accountsIn(org))
				return
			}
			refused(t, err, tenancy.CodeNotFound)
			fence := s.operation(ana.User.ID, e.Operation)
			require.True(t, fence.Fence, "what was on its way meets a fence")
			s.clock.Advance(time.Second)
			_, err = dir.As(ana.User.ID).Outcome(s.ctx(), e.Operation)
			refused(t, err, tenancy.CodeNotFound)
			require.NotEqual(t, fence, s.operation(ana.User.ID, e.Operation),
				"every look puts a new fence over an old one")
			account, err := create(s, dir.As(ana.User.ID).Once(e.Operation), org)
			require.NoError(t, err, "unless the ID is given again")
			outcome, err = dir.As(ana.User.ID).Outcome(s.ctx(), e.Operation)
			require.NoError(t, err)
			require.Equal(t, []tenancy.AccountID{account.ID}, outcome.Created.Accounts)
			s.sound()
		})
	}
	t.Run("GEN-13 lost, and another call under the same ID was done meanwhile", func(t *testing.T) {
		s, ana, org := begin(t)
		id := tenancy.NewOperationID()
		var first tenancy.Account
		dir, _ := s.wavers(fate{lost: true, then: func() {
			var err error
			first, err = create(s, s.dir.As(ana.User.ID).Once(id), org)
			require.NoError(t, err)
		}})
		_, err := create(s, dir.As(ana.User.ID).Once(id), org)
		refused(t, err, tenancy.CodeAlreadyDone)
		done, _ := tenancy.OutcomeOf(err)
		require.Equal(t, []tenancy.AccountID{first.ID}, done.Created.Accounts)
		require.Equal(t, 2, s.accountsIn(org))
		id = tenancy.NewOperationID()
		dir, _ = s.wavers(fate{lost: true, then: func() {
			_, err := s.dir.As(ana.User.ID).Once(id).RenameOrganization(s.ctx(), org, "Other")
			require.NoError(t, err)
		}})
		_, err = create(s, dir.As(ana.User.ID).Once(id), org)
		refused(t, err, tenancy.CodeOperationTaken)
	})
	t.Run("GEN-13 a context that ended meanwhile keeps nobody from settling, and from no more", func(t *testing.T) {
		s, ana, org := begin(t)
		for _, f := range []fate{{lost: true}, {landed: true}} {
			before := s.accountsIn(org)
			ctx, cancel := context.WithCancel(s.ctx())
			f.then = cancel
			dir, _ := s.wavers(f)
			_, err := dir.As(ana.User.ID).CreateAccount(ctx, org, tenancy.NewAccount{Name: "Another"})
			if f.landed {
				require.NoError(t, err)
				require.Equal(t, before+1, s.accountsIn(org))
			} else {
				require.ErrorIs(t, err, context.Canceled)
				require.Equal(t, before, s.accountsIn(org))
			}
		}
	})
	t.Run("GEN-13 of an operation that changed nothing there is nothing to settle", func(t *testing.T) {
		s, ana, org := begin(t)
		dir, w := s.wavers(fate{lost: true})
		s.unchanged(func() {
			_, err := dir.As(ana.User.ID).RenameOrganization(s.ctx(), org, "ana Inc")
			require.NoError(t, err)
		})
		require.Equal(t, 1, w.runs)
		require.NoError(t,
			dir.As(ana.User.ID).Atomically(s.ctx(), func(context.Context, *tenancy.Session) error { return nil }))
	})
	t.Run("GEN-13 what a block's function captured is that of the attempt that committed", func(t *testing.T) {
		for _, f := range []fate{{lost: true}, {landed: true}} {
			s, ana, org := begin(t)
			dir, _ := s.wavers(f)
			var captured tenancy.AccountID
			runs := 0
			require.NoError(
				t,
				dir.As(ana.User.ID).Atomically(s.ctx(), func(ctx context.Context, s *tenancy.Session) error {
					runs++
					a, err := s.CreateAccount(ctx, org, tenancy.NewAccount{Name: "Another"})
					captured = a.ID
					return err
				}),
			)
			require.Equal(t, f.lost, runs == 2)
			_, err := s.host.Account(s.ctx(), captured)
			require.NoError(t, err)
			require.Equal(t, 2, s.accountsIn(org))
			s.sound()
		}
	})
	t.Run("GEN-13 Outcome itself may be lost", func(t *testing.T) {
		s, ana, _ := begin(t)
		dir, _ := s.wavers(fate{before: ended})
		_, err := dir.As(ana.User.ID).Outcome(s.ctx(), tenancy.NewOperationID())
		require.ErrorIs(t, err, ended)
		dir, _ = s.wavers(fate{lost: true})
		_, err = dir.As(ana.User.ID).Outcome(s.ctx(), tenancy.NewOperationID())
		refused(t, err, tenancy.CodeAmbiguous)
	})
}

// operation gives the record of an operation.
func (s *scene) operation(actor tenancy.UserID, id tenancy.OperationID) tenancy.OperationRecord {
	s.Helper()
	for _, record := range s.everything() {
		if o, ok := record.(tenancy.OperationRecord); ok && o.ID == id && o.Actor.User == actor {
			return o
		}
	}
	require.Fail(s, "there is no such operation")
	return tenancy.OperationRecord{}
}

// errorList is an error of a type that cannot be compared.
type errorList []error

func (l errorList) Error() string { return fmt.Sprint(len(l), " errors") }

func TestAtomically(t *testing.T) {
	s := newScene(t)
	ana, ben := s.found("ana"), s.found("ben")
	org := ana.Organization.ID
	owner := s.dir.As(ana.User.ID)
	t.Run(
		"GEN-11 all of it commits as one transaction, under one ID, and its events say which operation they are of",
		func(t *testing.T) {
			before := s.head(org).Sequence
			require.NoError(
				t,
				owner.Correlate("ticket-1").Atomically(s.ctx(), func(ctx context.Context, s *tenancy.Session) error {
					account, err := s.CreateAccount(ctx, org, tenancy.NewAccount{Name: "First"})
					require.NoError(t, err)
					_, err = s.Organization(ctx, org)
					require.NoError(t, err)
					_, err = s.CreateAccount(ctx, ben.Organization.ID, tenancy.NewAccount{Name: "Refused"})
					refused(t, err, tenancy.CodeNotFound)
					_, err = s.CreateSubaccount(ctx, account.ID, tenancy.NewSubaccount{Name: "Below"})
					require.NoError(t, err, "an operation sees what those before it have done")
					return nil
				}),
			)
			events := items(t, owner.Events(s.ctx(), organizationStream(org), tenancy.EventQuery{From: before + 1}))
			require.NotEmpty(t, events)
			parts := map[int]string{}
			for _, e := range events {
				require.Equal(t, events[0].Operation, e.Operation)
				require.Equal(t, tenancy.Reference("ticket-1"), e.Correlation)
				parts[e.Part] = e.Name
			}
			require.Equal(t, map[int]string{1: "CreateAccount", 2: "CreateSubaccount"}, parts)
			require.Zero(t, items(t, owner.Events(s.ctx(), organizationStream(org), tenancy.EventQuery{}))[0].Part)
			s.sound()
		},
	)
	t.Run("GEN-11 what the function returns rolls everything back, and comes back as it is", func(t *testing.T) {
		for _, own := range []error{errors.New("own"), errorList{}, tenancy.CodeNotAllowed, &tenancy.Error{Op: "own", Err: tenancy.CodeBusy}} {
			s.unchanged(func() {
				err := owner.Atomically(s.ctx(), func(ctx context.Context, s *tenancy.Session) error {
					_, err := s.RenameOrganization(ctx, org, "Other")
					require.NoError(t, err)
					return own
				})
				require.Equal(t, own, err)
				_, err = owner.Preview(s.ctx(), func(ctx context.Context, s *tenancy.Session) error { return own })
				require.Equal(t, own, err)
			})
		}
	})
	t.Run(
		"GEN-11 one refused within it has changed nothing, and the function decides about the rest",
		func(t *testing.T) {
			var refusal error
			require.NoError(t, owner.Atomically(s.ctx(), func(ctx context.Context, s *tenancy.Session) error {
				_, err := s.RenameOrganization(ctx, org, "Kept")
				require.NoError(t, err)
				_, refusal = s.TransferOwnership(ctx, org, tenancy.NewOwner{User: ben.User.ID})
				return nil
			}))
			require.Error(t, refusal)
			require.NotEmpty(t, tenancy.CodeOf(refusal))
			read, err := owner.Organization(s.ctx(), org)
			require.NoError(t, err)
			require.Equal(t, "Kept", read.Name.Reveal())
			require.Equal(t, ana.User.ID, read.Settings.Owner)
			s.unchanged(func() {
				err := owner.Atomically(s.ctx(), func(ctx context.Context, s *tenancy.Session) error {
					_, err := s.RenameOrganization(ctx, org, "Dropped")
					require.NoError(t, err)
					_, err = s.RenameOrganization(ctx, org, "")
					return err
				})
				refused(t, err, tenancy.CodeName)
				require.Equal(t, "RenameOrganization", opOf(t, err))
			})
		},
	)
	t.Run("GEN-11 read, compare and write in one refuses what has changed", func(t *testing.T) {
		changed := errors.New("changed since you looked")
		err := owner.Atomically(s.ctx(), func(ctx context.Context, s *tenancy.Session) error {
			current, err := s.Organization(ctx, org)
			require.NoError(t, err)
			if current.Name.Reveal() != "what the user saw" {
				return changed
			}
			return nil
		})
		require.Equal(t, changed, err)
	})
	t.Run("GEN-11 an empty block leaves nothing", func(t *testing.T) {
		s.unchanged(func() {
			require.NoError(t, owner.Atomically(s.ctx(), func(context.Context, *tenancy.Session) error { return nil }))
		})
	})
	t.Run(
		"GEN-11 another session refuses the block's context, and the block's own everything after its end",
		func(t *testing.T) {
			var after *tenancy.Session
			var mark context.Context
			none := func(context.Context, *tenancy.Session) error { panic("it ran") }
			all := func(ctx context.Context, other *tenancy.Session) {
				t.Helper()
				_, err := other.RenameOrganization(ctx, org, "Other")
				refused(t, err, tenancy.CodeInTransaction)
				_, err = other.Organization(ctx, org)
				refused(t, err, tenancy.CodeInTransaction)
				_, err = other.Can(ctx, ana.User.ID, tenancy.Build, ana.Account.ID)
				refused(t, err, tenancy.CodeInTransaction)
				refused(t, failure(other.Events(ctx, organizationStream(org), tenancy.EventQuery{})),
					tenancy.CodeInTransaction)
				refused(t, other.Atomically(ctx, none), tenancy.CodeInTransaction)
				_, err = other.Preview(ctx, none)
				refused(t, err, tenancy.CodeInTransaction)
				_, err = other.Outcome(ctx, tenancy.NewOperationID())
				refused(t, err, tenancy.CodeInTransaction)
			}
			require.NoError(t, owner.Atomically(s.ctx(), func(ctx context.Context, in *tenancy.Session) error {
				after, mark = in, ctx
				inside, cancel := context.WithTimeout(ctx, time.Hour)
				defer cancel()
				_, err := in.Organization(inside, org)
				require.NoError(t, err)
				all(ctx, owner)
				all(inside, s.dir.As(ben.User.ID))
				all(ctx, s.host.Session)
				return nil
			}))
			all(mark, after)
			all(s.ctx(), after)
			all(mark, owner)
			all(s.ctx(), after.Correlate("x"))
			_, err := owner.Preview(s.ctx(), func(ctx context.Context, in *tenancy.Session) error {
				all(ctx, after)
				all(mark, in)
				after = in
				return nil
			})
			require.NoError(t, err)
			all(s.ctx(), after)
		},
	)
	t.Run("GEN-11 what works in transactions of its own is refused within one", func(t *testing.T) {
		never := func(ctx context.Context, p *tenancy.Platform) (errs []error) {
			errs = append(errs, p.Atomically(ctx, func(context.Context, *tenancy.Platform) error { panic("it ran") }))
			_, err := p.Preview(ctx, func(context.Context, *tenancy.Platform) error { panic("it ran") })
			errs = append(errs, err)
			_, err = p.Outcome(ctx, tenancy.NewOperationID())
			errs = append(errs, err)
			_, err = p.ActorOutcome(ctx, tenancy.Actor{}, tenancy.NewOperationID())
			errs = append(errs, err)
			_, err = p.VerifyDomain(ctx, tenancy.DomainID{15: 1})
			errs = append(errs, err)
			_, err = p.RecheckDomains(ctx)
			errs = append(errs, err)
			_, err = p.Purge(ctx)
			errs = append(errs, err)
			_, err = p.Relay(ctx, func(context.Context, tenancy.Event) error { panic("it ran") })
			return append(errs, err)
		}
		s.unchanged(func() {
			inside := func(ctx context.Context, p *tenancy.Platform) error {
				for i, err := range never(ctx, p) {
					require.Equal(t, tenancy.CodeInTransaction, tenancy.CodeOf(err), i)
				}
				return nil
			}
			require.NoError(t, s.host.Atomically(s.ctx(), inside))
			_, err := s.host.Preview(s.ctx(), inside)
			require.NoError(t, err)
			for i, err := range never(s.ctx(), s.dir.On(s.store).System()) {
				require.Equal(t, tenancy.CodeInTransaction, tenancy.CodeOf(err), i)
			}
		})
	})
	t.Run("GEN-11 operations over a host's own transaction", func(t *testing.T) {
		s.damage(func(ctx context.Context, tx tenancy.Tx) error {
			joined := s.dir.On(within{tx})
			_, err := joined.As(ana.User.ID).RenameOrganization(ctx, org, "Joined")
			require.NoError(t, err)
			read, err := joined.As(ana.User.ID).Organization(ctx, org)
			require.NoError(t, err)
			require.Equal(t, "Joined", read.Name.Reveal())
			return nil
		})
		read, err := owner.Organization(s.ctx(), org)
		require.NoError(t, err)
		require.Equal(t, "Joined", read.Name.Reveal())
	})
	t.Run("GEN-11 no function is refused", func(t *testing.T) {
		refused(t, owner.Atomically(s.ctx(), nil), tenancy.CodeInput)
		refused(t, s.host.Atomically(s.ctx(), nil), tenancy.CodeInput)
		_, err := owner.Preview(s.ctx(), nil)
		refused(t, err, tenancy.CodeInput)
		_, err = s.host.Preview(s.ctx(), nil)
		refused(t, err, tenancy.CodeInput)
	})
	t.Run("GEN-11 a function that panics leaves nothing, and is in nobody's way", func(t *testing.T) {
		s.unchanged(func() {
			require.PanicsWithValue(t, "own", func() {
				_ = owner.Atomically(s.ctx(), func(ctx context.Context, s *tenancy.Session) error {
					_, err := s.RenameOrganization(ctx, org, "Other")
					require.NoError(t, err)
					panic("own")
				})
			})
		})
		_, err := owner.RenameOrganization(s.ctx(), org, "After")
		require.NoError(t, err)
	})
	t.Run("GEN-11 a context that ends within it ends it", func(t *testing.T) {
		s.unchanged(func() {
			ctx, cancel := context.WithCancel(s.ctx())
			err := owner.Atomically(ctx, func(ctx context.Context, s *tenancy.Session) error {
				_, err := s.RenameOrganization(ctx, org, "Other")
				require.NoError(t, err)
				cancel()
				_, err = s.RenameOrganization(ctx, org, "Another")
				require.ErrorIs(t, err, context.Canceled)
				_, err = s.Organization(ctx, org)
				require.ErrorIs(t, err, context.Canceled)
				_, err = s.Can(ctx, ana.User.ID, tenancy.Build, ana.Account.ID)
				require.ErrorIs(t, err, context.Canceled)
				return nil
			})
			require.ErrorIs(t, err, context.Canceled)
		})
	})
	s.sound()
}

// within is a store over one transaction, as an SQL store's Transact hands it out.
type within struct{ tx tenancy.Tx }

func (w within) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	return fn(ctx, w.tx)
}

func (w within) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	return fn(ctx, w.tx)
}

// breaking returns a store that fails at one call within Updates, counted from 1, and the number of calls so far.
func breaking(store tenancy.Store, at int, err error) (_ tenancy.Store, calls *int) {
	calls = new(int)
	return &scenes.Tapped{Store: store, Call: func(call scenes.Call) error {
		if !call.Update {
			return nil
		}
		if *calls++; *calls == at {
			return err
		}
		return nil
	}}, calls
}

func TestStoreErrorSticks(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	guest := s.guest(ana.User.ID, ana.Account.ID, "gus", tenancy.Developer)
	disk := errors.New("disk")
	block := func(errs *[]error) func(ctx context.Context, in *tenancy.Session) error {
		return func(ctx context.Context, in *tenancy.Session) error {
			*errs = nil
			_, err := in.RenameOrganization(ctx, ana.Organization.ID, "Other")
			*errs = append(*errs, err)
			*errs = append(*errs, in.RevokeRoles(ctx, ana.Account.ID, guest))
			_, err = in.Can(ctx, ana.User.ID, tenancy.Build, ana.Account.ID)
			*errs = append(*errs, err,
				failure(in.Events(ctx, organizationStream(ana.Organization.ID), tenancy.EventQuery{})))
			_, err = in.Organization(ctx, ana.Organization.ID)
			*errs = append(*errs, err)
			return nil // the caller swallows them all
		}
	}
	t.Run(
		"GEN-11 an error of the store sticks to the block: later calls return it too, and nothing commits",
		func(t *testing.T) {
			reached := 0
			for at := 1; ; at++ {
				store, calls := breaking(s.store, at, disk)
				dir, err := tenancy.New(store, nil)
				require.NoError(t, err)
				var errs []error
				before := s.everything()
				err = dir.As(ana.User.ID).Atomically(s.ctx(), block(&errs))
				if *calls < at {
					require.NoError(t, err)
					break
				}
				reached++
				require.ErrorIs(t, err, disk, at)
				require.Empty(t, tenancy.CategoryOf(err))
				require.True(t, maps.Equal(before, s.everything()), at)
				if failed := slices.IndexFunc(errs, func(err error) bool { return err != nil }); failed >= 0 {
					for _, err := range errs[failed:] {
						require.ErrorIs(t, err, disk, at)
					}
				}
			}
			require.Greater(t, reached, 8)
		},
	)
	t.Run("GEN-8 a preview too", func(t *testing.T) {
		for at := 1; at <= 8; at++ {
			store, _ := breaking(s.store, at, disk)
			dir, err := tenancy.New(store, nil)
			require.NoError(t, err)
			var errs []error
			events, err := dir.As(ana.User.ID).Preview(s.ctx(), block(&errs))
			require.ErrorIs(t, err, disk, at)
			require.Nil(t, events)
		}
	})
	t.Run(
		"GEN-3 an operation that a store's error ends leaves nothing, and succeeds when tried again",
		func(t *testing.T) {
			for at := 1; at <= 20; at++ {
				store, calls := breaking(s.store, at, disk)
				dir, err := tenancy.New(store, nil)
				require.NoError(t, err)
				before := s.everything()
				_, err = dir.As(ana.User.ID).RenameOrganization(s.ctx(), ana.Organization.ID, fmt.Sprint("Name ", at))
				if *calls < at {
					require.NoError(t, err)
					break
				}
				require.ErrorIs(t, err, disk)
				require.True(t, maps.Equal(before, s.everything()))
				_, err = dir.As(ana.User.ID).RenameOrganization(s.ctx(), ana.Organization.ID, fmt.Sprint("Name ", at))
				require.NoError(t, err)
			}
			s.sound()
		},
	)
}

func TestPreview(t *testing.T) {
	s := newScene(t)
	ana, ben := s.found("ana"), s.found("ben")
	org := ana.Organization.ID
	owner := s.dir.As(ana.User.ID)
	t.Run("GEN-8 shows the events that operations would cause, and leaves nothing", func(t *testing.T) {
		change := func(ctx context.Context, s *tenancy.Session) error {
			a, err := s.CreateAccount(ctx, org, tenancy.NewAccount{Name: "Another"})
			require.NoError(t, err)
			_, err = s.SuspendAccount(ctx, a.ID)
			require.NoError(t, err)
			read, err := s.Account(ctx, a.ID)
			require.NoError(t, err)
			require.Equal(t, tenancy.StateSuspended, read.State)
			_, err = s.CreateAccount(ctx, ben.Organization.ID, tenancy.NewAccount{Name: "Another"})
			refused(t, err, tenancy.CodeNotFound)
			return nil
		}
		var previewed []tenancy.Event
		s.unchanged(func() {
			var err error
			previewed, err = owner.Correlate("ticket-1").Preview(s.ctx(), change)
			require.NoError(t, err)
		})
		before := s.head(org).Sequence
		require.NoError(t, owner.Correlate("ticket-1").Atomically(s.ctx(), change))
		done := items(t, owner.Events(s.ctx(), organizationStream(org), tenancy.EventQuery{From: before + 1}))
		require.Equal(t, len(done), len(previewed))
		for i, e := range previewed {
			require.True(
				t,
				e.ID.IsZero() && e.Operation.IsZero() && e.Sequence == 0 && e.Hash == [32]byte{} &&
					e.Previous == [32]byte{},
				"none was given out",
			)
			require.Equal(t, tenancy.EventType(done[i].Data), tenancy.EventType(e.Data))
			require.Equal(
				t,
				[]any{
					done[i].Stream,
					done[i].Time,
					done[i].Actor,
					done[i].Name,
					done[i].Part,
					done[i].Step,
					done[i].Correlation,
				},
				[]any{e.Stream, e.Time, e.Actor, e.Name, e.Part, e.Step, e.Correlation},
			)
		}
	})
	t.Run("GEN-8 gives the events of streams that the actor may read, alone", func(t *testing.T) {
		guest := s.guest(ana.User.ID, ana.Account.ID, "gus", tenancy.Developer)
		give := func(ctx context.Context, s *tenancy.Session) error { return s.Relinquish(ctx, ana.Account.ID) }
		events, err := s.dir.As(guest).Preview(s.ctx(), give)
		require.NoError(t, err)
		require.Empty(t, events, "the organization's log is not theirs to read")
		leave := func(ctx context.Context, s *tenancy.Session) error { return s.Leave(ctx, org) }
		member := s.join(ana, "mia", tenancy.StandardUser)
		events, err = s.dir.As(member).Preview(s.ctx(), leave)
		require.NoError(t, err)
		require.NotEmpty(t, events)
		for _, e := range events {
			require.Equal(t, userStream(member), e.Stream)
		}
		events, err = s.host.Preview(s.ctx(), func(ctx context.Context, p *tenancy.Platform) error {
			_, err := p.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("new@example.com"), Name: "New"})
			return err
		})
		require.NoError(t, err)
		require.NotEmpty(t, events)
	})
	t.Run("GEN-8 results and refusals are those of the real thing", func(t *testing.T) {
		s.unchanged(func() {
			_, err := owner.Preview(s.ctx(), func(ctx context.Context, s *tenancy.Session) error {
				_, err := s.RenameOrganization(ctx, ben.Organization.ID, "x")
				return err
			})
			refused(t, err, tenancy.CodeNotFound)
			require.Equal(t, "RenameOrganization", opOf(t, err))
		})
	})
	t.Run("GEN-8 a preview that was run again shows its last run", func(t *testing.T) {
		dir, err := tenancy.New(repeating{s.store}, nil)
		require.NoError(t, err)
		events, err := dir.As(ana.User.ID).Preview(s.ctx(), func(ctx context.Context, s *tenancy.Session) error {
			_, err := s.RenameOrganization(ctx, org, "Twice")
			return err
		})
		require.NoError(t, err)
		require.Len(t, events, 1)
	})
	t.Run("GEN-8 of nothing there is nothing to see", func(t *testing.T) {
		events, err := owner.Preview(s.ctx(), func(context.Context, *tenancy.Session) error { return nil })
		require.NoError(t, err)
		require.Empty(t, events)
	})
}
