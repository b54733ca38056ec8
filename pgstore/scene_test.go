package pgstore_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
)

// scene is an organization with people in it, made by operations.
type scene struct {
	t        testing.TB
	set      *scenes.Scene
	dir      *tenancy.Directory
	number   int // of names that were given out
	owner    tenancy.UserID
	org      tenancy.OrganizationID
	account  tenancy.AccountID
	operator *tenancy.Platform
	domain   bool // example.com is the organization's
}

// newScene founds an organization with an Owner and an account.
func newScene(t testing.TB, store tenancy.Store) *scene {
	set := scenes.New(t, store, tenancy.Options{InvitationsPerDay: -1, Now: time.Now, Random: rand.Reader})
	s := &scene{t: t, set: set, dir: set.Dir, operator: set.Staff}
	ana := s.signUp()
	s.owner, s.org, s.account = ana.User.ID, ana.Organization.ID, ana.Account.ID
	return s
}

// email returns an address that nobody has.
func (s *scene) email() string {
	s.number++
	return fmt.Sprintf("person%d@example.com", s.number)
}

func (s *scene) signUp() tenancy.SignedUp {
	s.t.Helper()
	return s.set.FoundAt("Somebody", s.email())
}

// invited returns a user who signed up and was invited, and the invitation. Accepting
// it brings nothing along, since the user has left what they founded.
func (s *scene) invited(role tenancy.OrganizationRole) (tenancy.UserID, tenancy.SentInvitation) {
	s.t.Helper()
	who := s.signUp()
	ctx, guest := s.t.Context(), s.dir.As(who.User.ID)
	_, err := guest.CloseAccount(ctx, who.Account.ID)
	require.NoError(s.t, err)
	require.NoError(s.t, guest.DeleteOrganization(ctx, who.Organization.ID, tenancy.OrganizationDeletion{}))
	invitation, err := s.dir.As(s.owner).InviteUser(ctx, s.org,
		tenancy.NewInvitation{Email: fmt.Sprintf("person%d@example.com", s.number), Role: role})
	require.NoError(s.t, err)
	return who.User.ID, invitation
}

// member returns a user who has accepted an invitation.
func (s *scene) member(role tenancy.OrganizationRole) tenancy.UserID {
	s.t.Helper()
	user, invitation := s.invited(role)
	_, err := s.dir.As(user).AcceptInvitation(s.t.Context(), tenancy.Acceptance{Secret: invitation.Secret})
	require.NoError(s.t, err)
	return user
}

// candidate puts an organization with members and accounts. The scene's Owner owns it,
// and it can be merged into the scene's. It is put as records, since so many operations
// take long.
func (s *scene) candidate(store tenancy.Store, users, accounts int) tenancy.OrganizationID {
	s.t.Helper()
	s.number++
	made := s.number
	id := func(kind byte, n int) (id [16]byte) {
		copy(id[:], fmt.Sprintf("%c%04d %08d", kind, made, n))
		return id
	}
	org := tenancy.OrganizationID(id('o', 0))
	records := []tenancy.Record{
		tenancy.OrganizationRecord{ID: org, Owner: s.owner, State: tenancy.StateActive, Created: 1,
			Seats: users + 1, Accounts: accounts},
		tenancy.MembershipRecord{Organization: org, User: s.owner, Role: tenancy.Owner, Since: 1},
	}
	if !s.domain {
		s.domain = true
		records = append(records, tenancy.DomainRecord{ID: id('d', 0), Organization: s.org,
			State: tenancy.StateVerified, Found: tenancy.Instant(time.Now().UnixMicro()),
			Verified: 1, Created: 1, Personal: tenancy.DomainPersonal{Name: "example.com"}})
	}
	records = append(records, s.follow(org)...)
	for i := range users {
		email := fmt.Sprintf("member%d.%d@example.com", made, i)
		user := tenancy.UserRecord{ID: id('u', i), Managed: true, Created: 1,
			Personal: tenancy.UserPersonal{Email: tenancy.NewPersonal(email),
				Address: tenancy.NewPersonal(email), Name: tenancy.NewPersonal("Somebody")}}
		records = append(records, user, tenancy.MembershipRecord{Organization: org, User: user.ID, Role: tenancy.StandardUser, Since: 1})
		records = append(records, scenes.Words(user, org, false)...)
		if i < accounts {
			account := tenancy.AccountRecord{ID: id('a', i), Owner: user.ID, Organization: org, Created: 1}
			records = append(records, account,
				tenancy.GrantRecord{Account: account.ID, User: user.ID,
					Roles: tenancy.Roles(tenancy.AccountOwner)})
		}
	}
	require.NoError(s.t, store.Update(s.t.Context(),
		func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, records...) }))
	return org
}

// follow returns what follows from the Owner's membership of another organization: their
// words there, and that accounts on which they have a role are independent to it.
func (s *scene) follow(org tenancy.OrganizationID) []tenancy.Record {
	s.t.Helper()
	owner := tenancy.UserRecord{ID: s.owner}
	user, _, err := s.dir.System().User(s.t.Context(), s.owner)
	require.NoError(s.t, err)
	owner.Personal = tenancy.UserPersonal{Name: user.Name, Address: user.Email}
	records := scenes.Words(owner, org, false)
	for reach, err := range s.dir.System().AccountsOf(s.t.Context(), s.owner, tenancy.AccountsOfQuery{}) {
		require.NoError(s.t, err)
		if !reach.Direct.IsZero() {
			records = append(records, tenancy.IndependentAccountRecord{Organization: org, Account: reach.Account, User: s.owner})
		}
	}
	return records
}

// loners puts users who are in no organization, and returns their addresses.
func (s *scene) loners(store tenancy.Store, n int) (emails []string) {
	s.t.Helper()
	var records []tenancy.Record
	for range n {
		email := s.email()
		user := tenancy.UserRecord{Created: 1,
			Personal: tenancy.UserPersonal{Email: tenancy.NewPersonal(email),
				Address: tenancy.NewPersonal(email), Name: tenancy.NewPersonal("Somebody")}}
		copy(user.ID[:], fmt.Sprintf("loner %09d", s.number))
		records, emails = append(records, user), append(emails, email)
	}
	require.NoError(s.t, store.Update(s.t.Context(),
		func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, records...) }))
	return emails
}

// sound requires that every invariant holds, and that the log explains the records if
// operations made all of them.
func (s *scene) sound() {
	s.t.Helper()
	require.Empty(s.t, s.set.Check(tenancy.CheckOptions{Replay: !s.domain}))
}

// errOf returns the error of an operation whose result does not matter.
func errOf[T any](_ T, err error) error { return err }
