package tenancy_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

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
				_, err = other.Outcome(ctx, tenancy.NewOperationID(), s.clock.Now())
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
			_, err := p.Preview(ctx, func(context.Context, *tenancy.Platform) error { panic("it ran") })
			errs = append(errs, err)
			_, err = p.Outcome(ctx, tenancy.NewOperationID(), s.clock.Now())
			errs = append(errs, err)
			_, err = p.ActorOutcome(ctx, tenancy.Actor{}, tenancy.NewOperationID(), s.clock.Now())
			errs = append(errs, err)
			_, err = p.VerifyDomain(ctx, tenancy.DomainID{15: 1})
			errs = append(errs, err)
			_, err = p.RecheckDomains(ctx)
			errs = append(errs, err)
			_, err = p.Purge(ctx)
			errs = append(errs, err)
			_, err = p.RemoveDirectory(ctx, tenancy.DirectoryID{15: 1}, tenancy.DirectoryRemoval{})
			errs = append(errs, err)
			_, err = p.Relay(ctx, func(context.Context, tenancy.Event) error { panic("it ran") })
			return append(errs, err)
		}
		s.unchanged(func() {
			inside := func(ctx context.Context, p *tenancy.Platform) error {
				for i, err := range never(ctx, p) {
					require.Equal(t, tenancy.CodeInTransaction, tenancy.CodeOf(err), i)
				}
				refused(t, p.Atomically(ctx, func(context.Context, *tenancy.Platform) error { panic("it ran") }),
					tenancy.CodeInTransaction)
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
	t.Run("GEN-11 a session over a host's own transaction", func(t *testing.T) {
		ever := func(ctx context.Context, session *tenancy.Session, code tenancy.Code) {
			_, err := session.Organization(ctx, org)
			refused(t, err, code)
			_, err = session.RenameOrganization(ctx, org, "Refused")
			refused(t, err, code)
			refused(t, session.Atomically(ctx, func(context.Context, *tenancy.Session) error { panic("it ran") }), code)
		}
		s.unchanged(func() {
			ever(s.ctx(), owner.On(nil), tenancy.CodeInput)
			ever(s.ctx(), s.host.On(nil).Session, tenancy.CodeInput)
			ever(s.ctx(), s.dir.As(tenancy.UserID{}).On(s.store), tenancy.CodeActor)
			ever(s.ctx(), owner.Correlate("a b").On(nil), tenancy.CodeReference)
			require.NoError(t, owner.Atomically(s.ctx(), func(ctx context.Context, in *tenancy.Session) error {
				ever(ctx, in.On(s.store), tenancy.CodeInTransaction)
				ever(s.ctx(), in.On(s.store), tenancy.CodeInTransaction)
				ever(ctx, owner.On(s.store), tenancy.CodeInTransaction)
				return nil
			}))
		})
		s.damage(func(ctx context.Context, tx tenancy.Tx) error {
			_, err := s.staff.On(within{tx}).SetLimits(ctx, org, nil)
			require.NoError(t, err)
			refused(t, errOf(s.staff.On(within{tx}).Preview(ctx, func(context.Context, *tenancy.Platform) error { panic("it ran") })),
				tenancy.CodeInTransaction)
			return nil
		})
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

// waiting is a store whose transactions wait for their turn.
type waiting struct {
	tenancy.Store
	wait func()
}

func (w waiting) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	w.wait()
	return w.Store.Update(ctx, fn)
}

func TestTransactionTime(t *testing.T) {
	const hour = time.Hour
	t.Run("ACC-11 GEN-2 what ends while an operation waits for its turn has ended for it", func(t *testing.T) {
		c := newCast(t)
		c.assignUntil(c.owner, c.work, c.dan, c.clock.Now().Add(hour), tenancy.AccountAdministrator)
		rename := func(waits time.Duration) error {
			store := waiting{c.store, func() { c.clock.Advance(waits) }}
			dir, err := tenancy.New(store, &tenancy.Options{Now: c.clock.Now})
			require.NoError(t, err)
			return second(dir.As(c.dan).RenameAccount(c.ctx(), c.work, "Renamed"))
		}
		require.NoError(t, rename(hour-time.Microsecond))
		refused(t, rename(time.Microsecond), tenancy.CodeNotFound)
	})
	t.Run("ACC-11 GEN-11 a block has one time, for what it reads and for what it writes", func(t *testing.T) {
		c := newCast(t)
		c.assignUntil(c.owner, c.work, c.dan, c.clock.Now().Add(hour), tenancy.AccountAdministrator)
		can := func(ctx context.Context, s *tenancy.Session) bool {
			decided, err := s.Can(ctx, c.dan, tenancy.ManageMembers, c.work)
			require.NoError(t, err)
			many, err := s.CanMany(ctx, c.dan, tenancy.ManageMembers, []tenancy.AccountID{c.work})
			require.NoError(t, err)
			require.Equal(t, decided, many[0].Decision)
			return decided.Allowed
		}
		dan := c.as(c.dan)
		require.NoError(t, dan.Atomically(c.ctx(), func(ctx context.Context, s *tenancy.Session) error {
			c.clock.Advance(hour)
			require.True(t, can(ctx, s))
			_, err := s.Account(ctx, c.work)
			require.NoError(t, err)
			return second(s.RenameAccount(ctx, c.work, "Renamed"))
		}))
		require.False(t, can(c.ctx(), dan))
		refused(t, second(dan.RenameAccount(c.ctx(), c.work, "Late")), tenancy.CodeNotFound)
	})
}
