package tenancy_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// losing is a store whose next commits are lost: Update answers CodeAmbiguous, after it
// applied them or instead of it.
type losing struct {
	tenancy.Store
	plan []byte // for each Update: 'a' applied and lost, 'n' not applied and lost, 'x' unreachable, 'o' well
}

var errRollback = errors.New("roll back")

func (s *losing) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	step := byte('o')
	if len(s.plan) > 0 {
		step, s.plan = s.plan[0], s.plan[1:]
	}
	switch step {
	case 'a':
		if err := s.Store.Update(ctx, fn); err != nil {
			return err
		}
		return fmt.Errorf("lost: %w", tenancy.CodeAmbiguous)
	case 'n':
		var given error
		err := s.Store.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
			if given = fn(ctx, tx); given != nil {
				return given
			}
			return errRollback
		})
		if given != nil {
			return given
		}
		if !errors.Is(err, errRollback) {
			return err
		}
		return fmt.Errorf("lost: %w", tenancy.CodeAmbiguous)
	case 'x':
		return errors.New("unreachable")
	}
	return s.Store.Update(ctx, fn)
}

// TestLostCommits loses commits in every pattern of up to four Updates, of single
// operations and of blocks, with Once and without. Each comes about at most once, and what
// the caller is told is true (GEN-13).
func TestLostCommits(t *testing.T) {
	var plans []string
	for _, a := range []string{"a", "n"} {
		plans = append(plans, a)
		for _, b := range []string{"o", "a", "n", "x"} {
			plans = append(plans, a+b)
			for _, c := range []string{"a", "n", "x"} {
				plans = append(plans, a+b+c)
				for _, d := range []string{"a", "n", "x"} {
					plans = append(plans, a+b+c+d)
				}
			}
		}
	}
	for _, plan := range plans {
		for _, how := range []string{"single", "once", "block", "block once", "noop", "noop once", "block empty once"} {
			t.Run("GEN-13 "+plan+" "+how, func(t *testing.T) {
				store := &losing{Store: memstore.New()}
				told := 0
				s := newSceneOver(t, store,
					tenancy.Options{OnRefused: func(context.Context, tenancy.Actor, error) { told++ }})
				ana := s.found("ana")
				org := ana.Organization.ID
				id := tenancy.NewOperationID()
				as := s.as(ana.User.ID)
				rename := func(ctx context.Context, as *tenancy.Session, name string) error {
					_, err := as.RenameOrganization(ctx, org, name)
					return err
				}
				if how == "noop" || how == "noop once" {
					require.NoError(t, rename(t.Context(), as, "fresh"))
				}
				count := s.eventsOf(org)
				told = 0
				store.plan = []byte(plan)
				var err error
				runs := 0
				switch how {
				case "single", "noop":
					err = rename(t.Context(), as, "fresh")
				case "once", "noop once":
					err = rename(t.Context(), as.Once(id), "fresh")
				case "block":
					err = as.Atomically(t.Context(),
						func(ctx context.Context, as *tenancy.Session) error { runs++; return rename(ctx, as, "fresh") })
				case "block once":
					err = as.Once(id).
						Atomically(t.Context(), func(ctx context.Context, as *tenancy.Session) error { runs++; return rename(ctx, as, "fresh") })
				case "block empty once":
					err = as.Once(id).
						Atomically(t.Context(), func(ctx context.Context, as *tenancy.Session) error { runs++; return nil })
				}
				store.plan = nil
				o, _ := s.host.Organization(t.Context(), org)
				did := o.Name.Reveal() == "fresh"
				after := s.eventsOf(org)
				want := 1
				if how == "noop" || how == "noop once" || how == "block empty once" {
					want = 0
				}
				switch {
				case err == nil:
					require.True(t, did || want == 0)
					require.Equal(t, count+want, after, "exactly once")
					require.Zero(t, told)
				case errors.Is(err, tenancy.CodeAmbiguous):
					require.Equal(t, 1, told)
					var e *tenancy.Error
					require.ErrorAs(t, err, &e)
					require.False(t, e.Operation.IsZero())
					out, oerr := as.Outcome(t.Context(), e.Operation, e.Attempted)
					if want == 1 {
						require.Equal(t, did, oerr == nil, "%v", oerr)
						if did {
							require.Equal(t, want, out.Events)
						}
					}
				case errors.Is(err, tenancy.CodeBusy):
					require.Equal(t, 1, told)
				default:
					require.Contains(t, err.Error(), "unreachable")
				}
				// With Once the same call again was done before, or is done now, and once.
				if how == "once" || how == "block once" || how == "noop once" || how == "block empty once" {
					var again error
					switch how {
					case "once", "noop once":
						again = rename(t.Context(), as.Once(id), "fresh")
					case "block once":
						again = as.Once(id).
							Atomically(t.Context(), func(ctx context.Context, as *tenancy.Session) error { return rename(ctx, as, "fresh") })
					default:
						again = as.Once(id).
							Atomically(t.Context(), func(ctx context.Context, as *tenancy.Session) error { return nil })
					}
					if err == nil {
						require.ErrorIs(t, again, tenancy.ErrAlreadyDone)
					} else if again != nil {
						require.ErrorIs(t, again, tenancy.ErrAlreadyDone)
					}
					require.LessOrEqual(t, s.eventsOf(org), count+want)
					o, _ = s.host.Organization(t.Context(), org)
					require.Equal(t, want == 1 || how != "block empty once", o.Name.Reveal() == "fresh")
				}
				s.sound()
			})
		}
	}
}

func (s *scene) eventsOf(org tenancy.OrganizationID) (n int) {
	for _, err := range s.host.Events(s.Context(), tenancy.Stream{Organization: org}, tenancy.EventQuery{}) {
		require.NoError(s, err)
		n++
	}
	return n
}

// TestBlockPanics has a caller's function panic: nothing of the block stands, no lock is
// left, and the block's session is refused from then on (GEN-11).
func TestBlockPanics(t *testing.T) {
	told := 0
	s := newScene(t, tenancy.Options{OnRefused: func(context.Context, tenancy.Actor, error) { told++ }})
	ana := s.found("ana")
	org := ana.Organization.ID
	as := s.as(ana.User.ID)
	var leaked *tenancy.Session
	var leakedCtx context.Context
	for name, run := range map[string]func(){
		"atomically": func() {
			_ = as.Atomically(t.Context(), func(ctx context.Context, b *tenancy.Session) error {
				leaked, leakedCtx = b, ctx
				_, err := b.RenameOrganization(ctx, org, "panicked")
				require.NoError(t, err)
				_, err = b.RenameOrganization(ctx, org, "")
				require.Error(t, err)
				panic("mine")
			})
		},
		"preview": func() {
			_, _ = as.Preview(t.Context(), func(ctx context.Context, b *tenancy.Session) error {
				leaked, leakedCtx = b, ctx
				_, err := b.RenameOrganization(ctx, org, "panicked")
				require.NoError(t, err)
				panic("mine")
			})
		},
		"relay": func() { _, _ = s.host.Relay(t.Context(), func(context.Context, tenancy.Event) error { panic("mine") }) },
	} {
		t.Run("GEN-11 "+name, func(t *testing.T) {
			before := s.everything()
			func() {
				defer func() { _ = recover() }()
				run()
			}()
			if name != "relay" {
				_, err := leaked.RenameOrganization(leakedCtx, org, "late")
				refused(t, err, tenancy.CodeInTransaction)
				_, err = leaked.RenameOrganization(t.Context(), org, "late")
				refused(t, err, tenancy.CodeInTransaction)
				_, err = leaked.Organization(leakedCtx, org)
				refused(t, err, tenancy.CodeInTransaction)
				require.Equal(t, before, s.everything())
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			_, err := as.UpdateUser(ctx, ana.User.ID, tenancy.UserUpdate{})
			require.NotErrorIs(t, err, context.DeadlineExceeded, "no lock is left")
			_, err = as.RenameOrganization(ctx, org, "ana Inc")
			require.NoError(t, err)
		})
	}
}

// TestBlockErrors returns errors of all kinds from a block: they come back as they came,
// nothing stands, and nobody is told of a refusal that was none (GEN-11, GEN-8).
func TestBlockErrors(t *testing.T) {
	var told []error
	s := newScene(t,
		tenancy.Options{OnRefused: func(_ context.Context, _ tenancy.Actor, err error) { told = append(told, err) }})
	ana := s.found("ana")
	org := ana.Organization.ID
	as := s.as(ana.User.ID)
	for name, given := range map[string]error{
		"a code":            tenancy.CodeBusy,
		"ambiguous":         tenancy.CodeAmbiguous,
		"wrapped ambiguous": fmt.Errorf("x: %w", tenancy.CodeAmbiguous),
		"an *Error":         &tenancy.Error{Op: "Mine", Err: tenancy.CodeNotFound},
		"canceled":          context.Canceled,
		"joined":            errors.Join(io.EOF, tenancy.CodeActor),
	} {
		t.Run("GEN-11 "+name, func(t *testing.T) {
			before := s.everything()
			told = nil
			runs := 0
			err := as.Once(tenancy.NewOperationID()).
				Atomically(t.Context(), func(ctx context.Context, b *tenancy.Session) error {
					runs++
					_, err := b.RenameOrganization(ctx, org, "x"+name)
					require.NoError(t, err)
					return given
				})
			require.True(t, err == given, "as it came: %v", err)
			require.Equal(t, 1, runs)
			require.Empty(t, told)
			require.Equal(t, before, s.everything())
			ev, err := as.Preview(t.Context(), func(ctx context.Context, b *tenancy.Session) error {
				_, err := b.RenameOrganization(ctx, org, "y"+name)
				require.NoError(t, err)
				return given
			})
			require.True(t, err == given, "as it came: %v", err)
			require.Nil(t, ev)
			require.Empty(t, told)
			require.Equal(t, before, s.everything())
		})
	}
	t.Run("GEN-11 a refusal returned from fn is told once and comes as it came", func(t *testing.T) {
		told = nil
		var inner error
		err := as.Atomically(t.Context(), func(ctx context.Context, b *tenancy.Session) error {
			_, inner = b.RenameOrganization(ctx, org, "")
			return inner
		})
		require.True(t, err == inner)
		require.Len(t, told, 1)
		told = nil
		_, err = as.Preview(t.Context(), func(ctx context.Context, b *tenancy.Session) error {
			_, inner = b.RenameOrganization(ctx, org, "")
			return inner
		})
		require.True(t, err == inner)
		require.Len(t, told, 1)
	})
	t.Run("GEN-11 nested in every way", func(t *testing.T) {
		told = nil
		err := as.Atomically(t.Context(), func(ctx context.Context, b *tenancy.Session) error {
			refused(t, b.Atomically(ctx, func(context.Context, *tenancy.Session) error { return nil }),
				tenancy.CodeInTransaction)
			_, err := b.Preview(ctx, func(context.Context, *tenancy.Session) error { return nil })
			refused(t, err, tenancy.CodeInTransaction)
			refused(t, as.Atomically(ctx, func(context.Context, *tenancy.Session) error { return nil }),
				tenancy.CodeInTransaction)
			_, err = as.Outcome(ctx, tenancy.NewOperationID(), s.clock.Now())
			refused(t, err, tenancy.CodeInTransaction)
			_, err = as.RenameOrganization(ctx, org, "x")
			refused(t, err, tenancy.CodeInTransaction)
			_, err = b.Once(tenancy.NewOperationID()).RenameOrganization(ctx, org, "x")
			refused(t, err, tenancy.CodeInTransaction)
			for _, err := range as.Users(ctx, org, tenancy.UserQuery{}) {
				refused(t, err, tenancy.CodeInTransaction)
			}
			_, err = s.dir.As(ana.User.ID).Organization(ctx, org)
			refused(t, err, tenancy.CodeInTransaction)
			_, err = s.host.RecheckDomains(ctx)
			refused(t, err, tenancy.CodeInTransaction)
			_, err = s.host.Purge(ctx)
			refused(t, err, tenancy.CodeInTransaction)
			_, err = s.host.Relay(ctx, func(context.Context, tenancy.Event) error { return nil })
			refused(t, err, tenancy.CodeInTransaction)
			_, err = b.VerifyDomain(ctx, tenancy.DomainID{1})
			refused(t, err, tenancy.CodeInTransaction)
			return nil
		})
		require.NoError(t, err)
		require.Len(t, told, 12, "each refusal once")
	})
	t.Run("GEN-11 a context that ends in between", func(t *testing.T) {
		for _, swallow := range []bool{false, true} {
			for _, preview := range []bool{false, true} {
				before := s.everything()
				told = nil
				ctx, cancel := context.WithCancel(t.Context())
				fn := func(inner context.Context, b *tenancy.Session) error {
					_, err := b.RenameOrganization(inner, org, "ended")
					require.NoError(t, err)
					cancel()
					_, err = b.RenameOrganization(inner, org, "ended 2")
					require.ErrorIs(t, err, context.Canceled)
					_, err = b.Organization(inner, org)
					require.ErrorIs(t, err, context.Canceled)
					if swallow {
						return nil
					}
					return err
				}
				var err error
				if preview {
					_, err = as.Preview(ctx, fn)
				} else {
					err = as.Atomically(ctx, fn)
				}
				require.ErrorIs(t, err, context.Canceled)
				require.Empty(t, told)
				require.Equal(t, before, s.everything())
			}
		}
	})
	t.Run("GEN-11 a context of one call that ends sticks", func(t *testing.T) {
		before := s.everything()
		err := as.Atomically(t.Context(), func(ctx context.Context, b *tenancy.Session) error {
			short, cancel := context.WithCancel(ctx)
			cancel()
			_, err := b.RenameOrganization(short, org, "x")
			require.ErrorIs(t, err, context.Canceled)
			_, err = b.RenameOrganization(ctx, org, "y")
			require.ErrorIs(t, err, context.Canceled)
			return nil
		})
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, before, s.everything())
	})
	t.Run("GEN-11 a block's session with the outer context", func(t *testing.T) {
		err := as.Atomically(t.Context(), func(ctx context.Context, b *tenancy.Session) error {
			_, err := b.RenameOrganization(t.Context(), org, "outer")
			return err
		})
		require.NoError(t, err, "part of the block")
	})
}

// brokenRandom is a source of randomness that fails after some reads.
type brokenRandom struct{ left int }

func (b *brokenRandom) Read(p []byte) (int, error) {
	if b.left--; b.left < 0 {
		return 0, errors.New("no entropy")
	}
	for i := range p {
		p[i] = byte(b.left*7 + i)
	}
	return len(p), nil
}

// TestFailingRandomness has the source of randomness fail after each number of draws: the
// operation fails, and has changed nothing (GEN-3).
func TestFailingRandomness(t *testing.T) {
	for left := range 24 {
		for _, how := range []string{"single", "block", "preview", "swallowed"} {
			r := &brokenRandom{left: 1000}
			s := newScene(t, tenancy.Options{Random: r})
			ana := s.found("ana")
			as := s.as(ana.User.ID)
			before := s.everything()
			r.left = left
			invite := func(ctx context.Context, as *tenancy.Session) error {
				_, err := as.InviteUser(ctx, ana.Organization.ID, tenancy.NewInvitation{Email: "x@y.example.com"})
				return err
			}
			var err error
			var swallowed error
			switch how {
			case "single":
				err = invite(t.Context(), as)
			case "block":
				err = as.Atomically(t.Context(), invite)
			case "preview":
				_, err = as.Preview(t.Context(), invite)
			case "swallowed":
				err = as.Atomically(t.Context(), func(ctx context.Context, as *tenancy.Session) error {
					swallowed = invite(ctx, as)
					return nil
				})
			}
			if err != nil || how == "preview" {
				require.Equal(t, before, s.everything(), "%d %s", left, how)
			}
			if swallowed != nil {
				require.Error(t, err)
			}
			if left < 4 {
				require.Error(t, err, "%d %s", left, how)
			}
			r.left = 100000
			s.sound()
		}
	}
}

// TestLostPurges loses commits of a Purge that only removes records: no operation record
// tells of it, so what it removed must be gone (GEN-13, USR-21).
func TestLostPurges(t *testing.T) {
	t.Parallel()
	for _, plan := range []string{"a", "n", "aa", "an", "na", "nn", "nnna", "nnnn"} {
		t.Run("GEN-13 "+plan, func(t *testing.T) {
			store := &losing{Store: memstore.New()}
			s := newSceneOver(t, store, tenancy.Options{FormerMembersFor: time.Hour})
			ana := s.found("ana")
			ben := s.join(ana, "ben", tenancy.StandardUser)
			require.NoError(t, s.as(ben).Leave(t.Context(), ana.Organization.ID))
			s.clock.Advance(time.Hour)
			events := s.eventsOf(ana.Organization.ID)
			store.plan = []byte(plan)
			purged, err := s.host.Purge(t.Context())
			require.NoError(t, err)
			require.Equal(t, tenancy.Purged{FormerMembers: 1}, purged)
			_, kept := s.kept(ana.Organization.ID, ben)
			require.False(t, kept)
			require.Equal(t, events, s.eventsOf(ana.Organization.ID))
			s.sound()
		})
	}
}
