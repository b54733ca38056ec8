package tenancy_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// TestOperationLife checks how long operation IDs are remembered (GEN-13).
func TestOperationLife(t *testing.T) {
	for _, o := range []tenancy.Options{{OperationLife: -1}, {OperationLife: 7*24*time.Hour - 1}} {
		_, err := tenancy.New(memstore.New(), &o)
		refused(t, err, tenancy.CodeOption)
	}
	for _, life := range []time.Duration{0, 7 * 24 * time.Hour, math.MaxInt64} {
		s := newScene(t)
		dir, err := tenancy.New(s.store, &tenancy.Options{Now: s.clock.Now, OperationLife: life})
		require.NoError(t, err)
		owner, id := dir.As(s.found("ana").User.ID), tenancy.OperationIDOf("one")
		begun := s.clock.Now()
		_, err = owner.Outcome(s.ctx(), id, begun)
		refused(t, err, tenancy.CodeNotFound)
		if life == math.MaxInt64 {
			s.clock.Advance(100 * 365 * 24 * time.Hour)
			_, err = owner.Outcome(s.ctx(), id, begun)
			refused(t, err, tenancy.CodeNotFound)
			continue
		}
		if life == 0 {
			life = 90 * 24 * time.Hour
		}
		s.clock.Advance(life - time.Microsecond)
		_, err = owner.Outcome(s.ctx(), id, begun)
		refused(t, err, tenancy.CodeNotFound)
		s.clock.Advance(time.Microsecond)
		_, err = owner.Outcome(s.ctx(), id, begun)
		refused(t, err, tenancy.CodeForgotten)
	}
}

// TestForgotten lets time pass over operation IDs.
func TestForgotten(t *testing.T) {
	const life = 90 * 24 * time.Hour
	s := newScene(t)
	ana := s.found("ana")
	org, owner := ana.Organization.ID, s.dir.As(ana.User.ID)
	id := tenancy.OperationIDOf("one")
	begun := s.clock.Now()
	done := func() error {
		_, err := owner.Once(id).RenameOrganization(s.ctx(), org, "Once")
		return err
	}
	require.NoError(t, done())
	t.Run("GEN-13 when it was attempted", func(t *testing.T) {
		now := s.clock.Now()
		s.unchanged(func() {
			for _, at := range []time.Time{{}, now.Add(time.Hour + 1), time.Unix(1<<60, 0)} {
				_, err := owner.Outcome(s.ctx(), id, at)
				refused(t, err, tenancy.CodeInput)
				_, err = s.host.ActorOutcome(s.ctx(), tenancy.Actor{User: ana.User.ID}, id, at)
				refused(t, err, tenancy.CodeInput)
			}
			for _, at := range []time.Time{time.Unix(-1<<60, 0), now.Add(-life)} {
				_, err := owner.Outcome(s.ctx(), id, at)
				refused(t, err, tenancy.CodeForgotten)
				_, err = s.host.ActorOutcome(s.ctx(), tenancy.Actor{User: ana.User.ID}, id, at)
				refused(t, err, tenancy.CodeForgotten)
				_, err = s.staff.ActorOutcome(s.ctx(), tenancy.Actor{User: ana.User.ID}, id, at)
				refused(t, err, tenancy.CodeNotAllowed)
			}
			for _, at := range []time.Time{now, now.Add(time.Hour), now.Add(-life + 1000)} {
				out, err := owner.Outcome(s.ctx(), id, at)
				require.NoError(t, err)
				require.Equal(t, "RenameOrganization", out.Name)
			}
		})
	})
	t.Run("GEN-13 Outcome forgets an hour before the ID can be used again", func(t *testing.T) {
		s.clock.Advance(life)
		s.unchanged(func() {
			_, err := owner.Outcome(s.ctx(), id, begun)
			refused(t, err, tenancy.CodeForgotten)
			refused(t, done(), tenancy.CodeAlreadyDone)
		})
		s.clock.Advance(time.Hour - time.Microsecond)
		refused(t, done(), tenancy.CodeAlreadyDone)
	})
	t.Run("GEN-13 given again later it is another operation, whether Purge ran or not", func(t *testing.T) {
		s.clock.Advance(time.Microsecond)
		again := s.clock.Now()
		_, err := owner.Outcome(s.ctx(), id, begun)
		refused(t, err, tenancy.CodeForgotten)
		_, err = owner.Once(id).CreateAccount(s.ctx(), org, tenancy.NewAccount{Name: "Another"})
		require.NoError(t, err, "of another name, which is no conflict")
		out, err := owner.Outcome(s.ctx(), id, again)
		require.NoError(t, err)
		require.Equal(t, "CreateAccount", out.Name)
		require.Equal(t, again.UTC(), out.Time)
		refused(t, done(), tenancy.CodeOperationTaken)
	})
	t.Run("GEN-13 Purge removes what is forgotten, of every actor, and nothing else", func(t *testing.T) {
		s.clock.Advance(life + time.Hour - time.Microsecond)
		_, err := s.host.Purge(s.ctx())
		require.NoError(t, err)
		require.NotZero(t, s.operation(ana.User.ID, id))
		s.clock.Advance(time.Microsecond)
		purged, err := s.host.Purge(s.ctx())
		require.NoError(t, err)
		require.Equal(t, 1, purged.Operations)
		for _, record := range s.everything() {
			if o, ok := record.(tenancy.OperationRecord); ok {
				require.NotEqual(t, id, o.ID)
			}
		}
		purged, err = s.host.Purge(s.ctx())
		require.NoError(t, err)
		require.Zero(t, purged)
	})
	t.Run("GEN-13 Purge removes more than a batch, fences too", func(t *testing.T) {
		const many = 2500
		old, young := s.instant(-life-time.Hour), s.instant(-life-time.Hour+time.Microsecond)
		for n := range many {
			o := tenancy.OperationRecord{Actor: tenancy.Actor{User: ana.User.ID}, Time: old, Fence: n%2 == 0}
			binary.BigEndian.PutUint32(o.ID[:], uint32(n+1))
			binary.BigEndian.PutUint32(o.Call[:], uint32(n+1))
			switch n % 3 {
			case 0:
				o.Actor = tenancy.Actor{Operator: "staff"}
			case 1:
				o.Actor = tenancy.Actor{}
			}
			if n == many-1 {
				o.Time = young
			}
			s.put(o)
		}
		purged, err := s.host.Purge(s.ctx())
		require.NoError(t, err)
		require.Equal(t, tenancy.Purged{Operations: many - 1}, purged)
	})
	t.Run("GEN-13 an unknown commit under an ID that was forgotten is settled", func(t *testing.T) {
		for _, landed := range []bool{true, false} {
			again := tenancy.NewOperationID()
			_, err := owner.Once(again).RenameOrganization(s.ctx(), org, "First")
			require.NoError(t, err)
			s.clock.Advance(life + time.Hour)
			dir, w := s.wavers(fate{lost: !landed, landed: landed})
			before := s.head(org).Sequence
			_, err = dir.As(ana.User.ID).Once(again).RenameOrganization(s.ctx(), org, "Second")
			require.NoError(t, err)
			if landed {
				require.Equal(t, 1, w.runs-1, "and one that settles")
			}
			require.Equal(t, before+1, s.head(org).Sequence, "done once")
			out, err := owner.Outcome(s.ctx(), again, s.clock.Now())
			require.NoError(t, err)
			require.Equal(t, 1, out.Events)
		}
	})
	t.Run("GEN-13 an ambiguous error says when it was attempted", func(t *testing.T) {
		down := fate{before: tenancy.CodeAmbiguous}
		dir, _ := s.wavers(fate{lost: true}, down)
		_, err := dir.As(ana.User.ID).RenameOrganization(s.ctx(), org, "Unknown")
		var e *tenancy.Error
		require.ErrorAs(t, err, &e)
		refused(t, err, tenancy.CodeAmbiguous)
		require.Equal(t, s.clock.Now().UTC(), e.Attempted)
		_, err = owner.Outcome(s.ctx(), e.Operation, e.Attempted)
		refused(t, err, tenancy.CodeNotFound)
		s.clock.Advance(life)
		_, err = owner.Outcome(s.ctx(), e.Operation, e.Attempted)
		refused(t, err, tenancy.CodeForgotten)
	})
	t.Run("GEN-13 a purge of IDs alone whose commit is unknown", func(t *testing.T) {
		for _, landed := range []bool{true, false} {
			_, err := owner.RenameOrganization(s.ctx(), org, "Purged "+time.Duration(s.head(org).Sequence).String())
			require.NoError(t, err)
			s.clock.Advance(life + time.Hour)
			dir, _ := s.wavers(fate{lost: !landed, landed: landed})
			purged, err := dir.System().Purge(s.ctx())
			require.NoError(t, err)
			require.NotZero(t, purged.Operations)
			for _, record := range s.everything() {
				_, is := record.(tenancy.OperationRecord)
				require.False(t, is)
			}
		}
	})
	t.Run("GEN-13 the log of an ID that was given twice explains the state", func(t *testing.T) {
		twice := tenancy.NewOperationID()
		other := s.another(ana, "Other")
		for range 2 {
			_, err := owner.Once(twice).MoveAccount(s.ctx(), ana.Account.ID, other)
			require.NoError(t, err)
			s.clock.Advance(life + time.Hour)
			_, err = owner.MoveAccount(s.ctx(), ana.Account.ID, org)
			require.NoError(t, err)
		}
	})
	s.sound()
}

// TestCreated has an outcome name all that its operation made, whatever kind of thing it is
// (GEN-13).
func TestCreated(t *testing.T) {
	t.Parallel()
	plain := newTenantOver(t, memstore.New())
	var named tenancy.Created // by all of them
	for _, e := range errands {
		t.Run("GEN-13 "+e.String(), func(t *testing.T) {
			c := plain.apart(t)
			if e.given != nil {
				e.given(c)
			}
			before, made, told := c.identified(), map[string]bool{}, map[string]bool{}
			_, err := c.run(e, e.by, c.names)
			require.NoError(t, err)
			for id, record := range c.identified() {
				o, operation := record.(tenancy.OperationRecord)
				switch {
				case before[id] != nil:
				case operation:
					out, err := c.host.ActorOutcome(t.Context(), o.Actor, o.ID, c.clock.Now())
					require.NoError(t, err)
					outcome, all := reflect.ValueOf(out.Created), reflect.ValueOf(&named).Elem()
					for i := range outcome.NumField() {
						all.Field(i).Set(reflect.AppendSlice(all.Field(i), outcome.Field(i)))
						for _, id := range outcome.Field(i).Seq2() {
							told[fmt.Sprint(id)] = true
						}
					}
				default:
					made[id] = true
				}
			}
			require.Equal(t, made, told)
		})
	}
	for field, ids := range reflect.ValueOf(named).Fields() {
		require.NotZero(t, ids.Len(), "no errand makes %s", field.Name)
	}
}

// identified gives the records that have an ID, by it. Events, which have one too, are in
// no list of records.
func (s *scene) identified() map[string]tenancy.Record {
	s.Helper()
	found := map[string]tenancy.Record{}
	for _, record := range s.everything() {
		if id := reflect.ValueOf(record).FieldByName("ID"); id.IsValid() {
			found[fmt.Sprint(id)] = record
		}
	}
	return found
}
