package tenancy_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/memstore"
)

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
				_, err = owner.Outcome(s.ctx(), tenancy.OperationID{}, s.clock.Now())
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

// errorList is an error of a type that cannot be compared.
type errorList []error

func (l errorList) Error() string { return fmt.Sprint(len(l), " errors") }

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
