package tenancy_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

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
			again, err := owner.Outcome(s.ctx(), id, s.clock.Now())
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
		_, err = s.dir.As(stranger.User.ID).Outcome(s.ctx(), id, s.clock.Now())
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
		own, err := owner.Outcome(s.ctx(), id, s.clock.Now())
		require.NoError(t, err)
		done, err := s.host.ActorOutcome(s.ctx(), actor, id, s.clock.Now())
		require.NoError(t, err)
		require.Equal(t, own, done)
		_, err = s.host.Outcome(s.ctx(), id, s.clock.Now())
		refused(t, err, tenancy.CodeNotFound)
		_, err = s.host.ActorOutcome(s.ctx(), actor, tenancy.NewOperationID(), s.clock.Now())
		refused(t, err, tenancy.CodeNotFound)
		require.Equal(t, "ActorOutcome", opOf(t, err))
		s.unchanged(func() {
			for _, asked := range []tenancy.Actor{actor, {Operator: "staff-1"}, {}} {
				_, err = s.staff.ActorOutcome(s.ctx(), asked, id, s.clock.Now())
				refused(t, err, tenancy.CodeNotAllowed)
			}
			_, err = s.host.ActorOutcome(s.ctx(), tenancy.Actor{User: ana.User.ID, Operator: "staff-1"}, id, s.clock.Now())
			refused(t, err, tenancy.CodeInput)
			_, err = s.host.ActorOutcome(s.ctx(), tenancy.Actor{Operator: "ana@example.com"}, id, s.clock.Now())
			refused(t, err, tenancy.CodeReference)
			_, err = s.host.ActorOutcome(s.ctx(), actor, tenancy.OperationID{}, s.clock.Now())
			refused(t, err, tenancy.CodeID)
			_, err = owner.Outcome(s.ctx(), tenancy.OperationID{}, s.clock.Now())
			refused(t, err, tenancy.CodeID)
		})
	})
	t.Run("GEN-13 everything an operation made is in its outcome", func(t *testing.T) {
		id := tenancy.NewOperationID()
		up, err := s.host.Once(id).
			SignUp(s.ctx(), tenancy.NewSignUp{Email: tenancy.Proven("mona@example.com"), Name: "Mona"})
		require.NoError(t, err)
		done, err := s.host.Outcome(s.ctx(), id, s.clock.Now())
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
		done, err = owner.Outcome(s.ctx(), id, s.clock.Now())
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
		done, err := s.dir.As(ana.User.ID).Outcome(s.ctx(), id, s.clock.Now())
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
			outcome, err := dir.As(ana.User.ID).Outcome(s.ctx(), e.Operation, e.Attempted)
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
			_, err = dir.As(ana.User.ID).Outcome(s.ctx(), e.Operation, e.Attempted)
			refused(t, err, tenancy.CodeNotFound)
			require.NotEqual(t, fence, s.operation(ana.User.ID, e.Operation),
				"every look puts a new fence over an old one")
			account, err := create(s, dir.As(ana.User.ID).Once(e.Operation), org)
			require.NoError(t, err, "unless the ID is given again")
			outcome, err = dir.As(ana.User.ID).Outcome(s.ctx(), e.Operation, e.Attempted)
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
		_, err := dir.As(ana.User.ID).Outcome(s.ctx(), tenancy.NewOperationID(), s.clock.Now())
		require.ErrorIs(t, err, ended)
		dir, _ = s.wavers(fate{lost: true})
		_, err = dir.As(ana.User.ID).Outcome(s.ctx(), tenancy.NewOperationID(), s.clock.Now())
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

// TestCheckInTransaction has Check refuse what it would not see (GEN-11).
func TestCheckInTransaction(t *testing.T) {
	t.Parallel()
	store := memstore.New()
	s := newSceneOver(t, store)
	ana := s.found("ana")
	check := func(ctx context.Context, dir *tenancy.Directory) (err error) {
		for _, err = range dir.Check(ctx, tenancy.CheckOptions{Replay: true}) {
			require.Error(t, err, "no violation")
		}
		return err
	}
	require.NoError(t, s.as(ana.User.ID).Atomically(t.Context(), func(ctx context.Context, _ *tenancy.Session) error {
		refused(t, check(ctx, s.dir), tenancy.CodeInTransaction)
		return nil
	}))
	require.NoError(t, store.Transact(t.Context(), func(ctx context.Context, _ memstore.Tx, joined tenancy.Store) error {
		refused(t, check(ctx, s.dir), tenancy.CodeInTransaction)
		require.NoError(t, check(ctx, s.dir.On(joined)))
		return nil
	}))
	require.NoError(t, check(t.Context(), s.dir))
}

// TestOnRefusedPanics has a panic of OnRefused come to the caller, and leave nothing behind
// (EVT-1).
func TestOnRefusedPanics(t *testing.T) {
	t.Parallel()
	panics := true
	s := newScene(t, tenancy.Options{OnRefused: func(context.Context, tenancy.Actor, error) {
		if panics {
			panic("told")
		}
	}})
	ana := s.found("ana")
	org := ana.Organization.ID
	refusal := func(ctx context.Context, as *tenancy.Session) error {
		return second(as.RenameOrganization(ctx, org, ""))
	}
	require.PanicsWithValue(t, "told", func() { _ = refusal(t.Context(), s.as(ana.User.ID)) })
	require.PanicsWithValue(t, "told", func() {
		_ = s.as(ana.User.ID).Atomically(t.Context(), func(ctx context.Context, as *tenancy.Session) error {
			require.NoError(t, second(as.RenameOrganization(ctx, org, "In the block")))
			refused(t, refusal(ctx, as), tenancy.CodeName)
			return nil
		})
	})
	panics = false
	o, err := s.as(ana.User.ID).Organization(t.Context(), org)
	require.NoError(t, err)
	require.Equal(t, "In the block", o.Name.Reveal(), "it was committed before")
	s.sound()
}
