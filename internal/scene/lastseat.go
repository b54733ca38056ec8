package scene

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// LastSeat lets three people accept an invitation, and one be reactivated, at once in an
// organization that has one seat left: one of them gets it (GEN-12, INV-15).
func LastSeat(t *testing.T, store tenancy.Store) {
	s := tenancytest.New(t, store, &tenancy.Options{InvitationsPerDay: -1})
	ana := s.Found("ana")
	cy := s.Join(ana.User.ID, ana.Organization.ID, "cy", "cy@cy.example.com", tenancy.StandardUser)
	for round := range 15 {
		if _, err := s.As(ana.User.ID).DeactivateUser(t.Context(), cy); err != nil {
			t.Fatal(err)
		}
		var secrets []tenancy.Secret
		var users []tenancy.UserID
		for i := range 3 {
			email := fmt.Sprintf("u%d-%d@x.example.com", round, i)
			u := s.FoundAt(fmt.Sprint("u", i), email)
			sent, err := s.As(ana.User.ID).InviteUser(t.Context(), ana.Organization.ID, tenancy.NewInvitation{Email: email})
			if err != nil {
				t.Fatal(err)
			}
			secrets, users = append(secrets, sent.Secret), append(users, u.User.ID)
		}
		org, err := s.Host.Organization(t.Context(), ana.Organization.ID)
		if err != nil {
			t.Fatal(err)
		}
		seats := org.Settings.Seats
		if _, err := s.Staff.SetLimits(t.Context(), ana.Organization.ID, &tenancy.Limits{Members: seats + 1}); err != nil {
			t.Fatal(err)
		}
		var won, full, other atomic.Int32
		var wg sync.WaitGroup
		note := func(err error) {
			switch {
			case err == nil:
				won.Add(1)
			case tenancy.CodeOf(err) == tenancy.CodeMemberLimit:
				full.Add(1)
			default:
				other.Add(1)
				t.Log(err)
			}
		}
		for i := range users {
			offer, err := s.As(users[i]).Invitation(t.Context(), secrets[i])
			if err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				_, err := s.As(users[i]).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: secrets[i], Terms: offer.Terms.Token})
				note(err)
			})
		}
		wg.Go(func() {
			_, err := s.As(ana.User.ID).ReactivateUser(t.Context(), cy)
			note(err)
		})
		wg.Wait()
		if won.Load() != 1 || full.Load() != 3 {
			t.Error(round, won.Load(), full.Load(), other.Load())
		}
		s.Sound()
	}
}
