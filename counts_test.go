package tenancy_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/memstore"
)

// has wants that an organization has so many seats taken and so many accounts, and that
// all counts are right, in the records and by the log (INV-15).
func (s *scene) has(org tenancy.OrganizationID, seats, accounts int) {
	s.Helper()
	shown, err := s.staff.Organization(s.ctx(), org)
	require.NoError(s, err)
	require.Equal(s, []int{seats, accounts}, []int{shown.Settings.Seats, shown.Settings.Accounts},
		"seats and accounts")
	s.sound()
}

// divided wants that a main account has so many subaccounts.
func (s *scene) divided(account tenancy.AccountID, subaccounts int) {
	s.Helper()
	shown, err := s.staff.Account(s.ctx(), account)
	require.NoError(s, err)
	require.Equal(s, new(subaccounts), shown.Subaccounts)
	s.sound()
}

func TestCounts(t *testing.T) {
	t.Run("INV-15 members come and go", func(t *testing.T) {
		s := newScene(t)
		ana, eve := s.found("ana"), s.found("eve")
		org, owner := ana.Organization.ID, s.as(ana.User.ID)
		require.Equal(t, 1, ana.Organization.Settings.Seats, "what SignUp returns is as it is then")
		require.Equal(t, 1, ana.Organization.Settings.Accounts)
		s.has(org, 1, 1)
		ben := s.join(ana, "ben", tenancy.StandardUser)
		s.has(org, 2, 1)
		gil, _ := s.loner(eve, "gil")
		sent := s.invited(ana, address("gil"))
		s.has(org, 2, 1)
		offer, err := s.as(gil).Invitation(s.ctx(), sent.Secret)
		require.NoError(t, err)
		require.NoError(t, errOf(s.as(gil).AcceptInvitation(s.ctx(),
			tenancy.Acceptance{Secret: sent.Secret, Terms: offer.Terms.Token})))
		s.has(org, 3, 2) // with the account that gil owns
		s.prove(ana.User.ID, org, "auto.example")
		require.NoError(t, errOf(owner.SetSignUpPolicy(s.ctx(), org,
			tenancy.SignUpPolicyChange{Policy: tenancy.PolicyAutomatic})))
		auto, err := s.host.SignUp(s.ctx(), tenancy.NewSignUp{Email: tenancy.Proven("a@auto.example"), Name: "A"})
		require.NoError(t, err)
		require.Equal(t, 4, auto.Organization.Settings.Seats)
		s.has(org, 4, 2)
		require.NoError(t, s.as(auto.User.ID).Leave(s.ctx(), org))
		s.has(org, 3, 2)
		require.NoError(t, owner.RemoveUser(s.ctx(), org, gil, tenancy.Removal{Release: true}))
		s.has(org, 2, 1)
		require.NoError(t, owner.DeleteUser(s.ctx(), ben, tenancy.UserDeletion{}))
		s.has(org, 1, 1)
		s.has(eve.Organization.ID, 1, 1)
	})
	t.Run("INV-15 the organization's hold frees a seat, an Operator's none", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		org, owner := ana.Organization.ID, s.as(ana.User.ID)
		ben, carl := s.join(ana, "ben", tenancy.StandardUser), s.join(ana, "carl", tenancy.StandardUser)
		for range 2 { // GEN-6: the second time nothing changes
			require.NoError(t, errOf(owner.DeactivateUser(s.ctx(), ben)))
			s.has(org, 2, 1)
		}
		require.NoError(t, errOf(s.staff.DeactivateUser(s.ctx(), ben)))
		s.has(org, 2, 1)
		require.NoError(t, errOf(owner.ReactivateUser(s.ctx(), ben)))
		s.has(org, 3, 1)
		require.NoError(t, errOf(s.staff.ReactivateUser(s.ctx(), ben)))
		s.has(org, 3, 1)
		require.NoError(t, errOf(s.staff.DeactivateUser(s.ctx(), ana.User.ID)))
		s.has(org, 3, 1)
		require.NoError(t, errOf(s.staff.ReactivateUser(s.ctx(), ana.User.ID)))
		for _, user := range []tenancy.UserID{ben, carl} {
			require.NoError(t, errOf(owner.DeactivateUser(s.ctx(), user)))
		}
		s.has(org, 1, 1)
		require.NoError(t, owner.RemoveUser(s.ctx(), org, ben, tenancy.Removal{}))
		s.has(org, 1, 1)
		require.NoError(t, owner.DeleteUser(s.ctx(), carl, tenancy.UserDeletion{}))
		s.has(org, 1, 1)
	})
	t.Run("USR-15 who is managed by an organization cannot be imported by another", func(t *testing.T) {
		s := newScene(t)
		ana, eve := s.found("ana"), s.found("eve")
		org, owner := ana.Organization.ID, s.as(ana.User.ID)
		managed := func(want bool, users ...tenancy.UserID) {
			t.Helper()
			for _, user := range users {
				require.Equal(t, want, s.record(tenancy.IndexUsers, tenancy.Key{ID: user}).(tenancy.UserRecord).Managed)
			}
			s.sound()
		}
		ben, carl := s.join(ana, "ben", tenancy.StandardUser), s.join(ana, "carl", tenancy.Administrator)
		managed(false, ana.User.ID, eve.User.ID)
		managed(true, ben, carl)
		require.NoError(t, errOf(owner.TransferOwnership(s.ctx(), org, tenancy.NewOwner{User: ben})))
		managed(false, ben)
		managed(true, ana.User.ID)
		require.NoError(t, s.as(ben).RemoveUser(s.ctx(), org, ana.User.ID, tenancy.Removal{AccountsTo: ben}))
		managed(false, ana.User.ID)
		require.NoError(t, s.as(carl).Leave(s.ctx(), org))
		managed(false, carl)
		dan := s.join(eve, "dan", tenancy.StandardUser)
		require.NoError(t, s.as(eve.User.ID).DeleteOrganization(s.ctx(), eve.Organization.ID, tenancy.OrganizationDeletion{}))
		managed(false, dan, eve.User.ID)
	})
	t.Run("INV-15 accounts are made, handed on, moved and closed", func(t *testing.T) {
		s := newScene(t)
		ana, eve := s.found("ana"), s.found("eve")
		org, owner := ana.Organization.ID, s.as(ana.User.ID)
		ben := s.join(ana, "ben", tenancy.StandardUser)
		work := s.account(ben, org, "Work")
		s.has(org, 2, 2)
		first, second := s.subaccount(ben, work, "First"), s.subaccount(ben, work, "Second")
		s.divided(work, 2)
		s.has(org, 2, 2)
		sub, err := owner.Account(s.ctx(), first)
		require.NoError(t, err)
		require.Nil(t, sub.Subaccounts, "a subaccount has none")
		require.NoError(t, errOf(owner.CloseAccount(s.ctx(), first)))
		s.divided(work, 1)
		require.NoError(t, errOf(owner.SuspendAccount(s.ctx(), work)))
		require.NoError(t, errOf(owner.TransferAccount(s.ctx(), work, ana.User.ID)))
		s.has(org, 2, 2)
		other := s.another(ana, "Other")
		s.has(other, 1, 0)
		require.NoError(t, errOf(owner.MoveAccount(s.ctx(), work, other)))
		s.has(org, 2, 1)
		s.has(other, 1, 1)
		s.divided(work, 1)
		made, err := owner.CreateOrganization(s.ctx(), tenancy.NewOrganization{Name: "Third",
			Stay: []tenancy.AccountID{ana.Account.ID}})
		require.NoError(t, err)
		require.Equal(t, 1, made.Settings.Accounts)
		s.has(made.ID, 1, 1)
		s.has(other, 1, 0)
		closed, err := owner.CloseAccount(s.ctx(), work)
		require.NoError(t, err)
		require.Equal(t, new(int), closed.Subaccounts)
		s.has(made.ID, 1, 0)
		require.Equal(t, tenancy.StateClosed, s.accountRecord(second).State())
		request := s.asking(ana.User.ID, org, eve.Account.ID)
		s.has(org, 2, 1)
		require.NoError(t, errOf(s.as(eve.User.ID).AcceptAccountRequest(s.ctx(), request)))
		s.has(org, 2, 2)
		s.has(eve.Organization.ID, 1, 0)
	})
	t.Run("INV-15 an organization ends and is restored", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		org := ana.Organization.ID
		ben, carl := s.join(ana, "ben", tenancy.StandardUser), s.join(ana, "carl", tenancy.StandardUser)
		s.account(ben, org, "Ben's")
		s.account(carl, org, "Carl's")
		require.NoError(t, errOf(s.as(ana.User.ID).DeactivateUser(s.ctx(), ben)))
		s.has(org, 2, 3)
		require.NoError(t, s.staff.DeleteOrganization(s.ctx(), org, tenancy.OrganizationDeletion{}))
		s.has(org, 0, 0)
		restored, err := s.staff.RestoreOrganization(s.ctx(), org)
		require.NoError(t, err)
		require.Equal(t, 1, restored.Settings.Seats)
		s.has(org, 1, 2) // ana's own, and ben's, which passed to her
	})
	t.Run("INV-15 an organization ends whose accounts go to another", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		other := s.another(ana, "Other")
		s.account(ana.User.ID, other, "There")
		require.NoError(t, s.as(ana.User.ID).DeleteOrganization(s.ctx(), other,
			tenancy.OrganizationDeletion{AccountsTo: ana.Organization.ID}))
		s.has(other, 0, 0)
		s.has(ana.Organization.ID, 1, 2)
	})
	t.Run("INV-15 another Owner, from inside and from outside", func(t *testing.T) {
		s := newScene(t)
		ana, eve := s.found("ana"), s.found("eve")
		org := ana.Organization.ID
		gil, _ := s.loner(eve, "gil")
		require.NoError(t, errOf(s.staff.ReplaceOwner(s.ctx(), org,
			tenancy.OwnerReplacement{User: gil, Previous: tenancy.PreviousLeaves, Reference: "t"})))
		s.has(org, 1, 2)
		gone := tenancy.SignedUp{User: tenancy.User{ID: gil}, Organization: ana.Organization}
		ben := s.join(gone, "ben", tenancy.StandardUser)
		require.NoError(t, errOf(s.as(gil).TransferOwnership(s.ctx(), org, tenancy.NewOwner{User: ben})))
		s.has(org, 2, 2)
	})
	for _, w := range ways {
		t.Run("INV-15 MRG-5 a merge adds up "+string(w), func(t *testing.T) {
			m := newMerging(t, w)
			prime, err := m.staff.Organization(m.ctx(), m.prime)
			require.NoError(t, err)
			require.NoError(t, errOf(m.as(m.ben.User.ID).DeactivateUser(m.ctx(), m.adam)))
			candidate, err := m.staff.Organization(m.ctx(), m.candidate)
			require.NoError(t, err)
			require.Equal(t, []int{2, 2}, []int{candidate.Settings.Seats, candidate.Settings.Accounts})
			arriving := 2
			if w == together {
				arriving = 1 // the Owner of both has a seat there already
			}
			seats := prime.Settings.Seats + arriving
			m.ready()
			m.limit(tenancy.Limits{Members: seats - 1})
			m.unchanged(func() { refused(t, m.merge(), tenancy.CodeMemberLimit) })
			m.limit(tenancy.Limits{Members: seats}) // MRG-10: adam, who is held inactive, takes no seat
			require.NoError(t, m.merge())
			m.has(m.prime, seats, prime.Settings.Accounts+2)
			m.has(m.candidate, 0, 0)
			m.divided(m.main, 1)
			require.NoError(t, second(m.staff.SetLimits(m.ctx(), m.prime, nil)))
			require.NoError(t, errOf(m.as(m.ana.User.ID).ReactivateUser(m.ctx(), m.adam)))
			m.has(m.prime, seats+1, prime.Settings.Accounts+2)
		})
	}
	t.Run("INV-15 USR-8 an organization is dissolved", func(t *testing.T) {
		m := newMerging(t, invited)
		prime, err := m.staff.Organization(m.ctx(), m.prime)
		require.NoError(t, err)
		eve := m.found("eve")
		sent := m.invited(m.ana, address("eve"))
		accept := func() (tenancy.AcceptedInvitation, error) {
			offer, err := m.as(eve.User.ID).Invitation(m.ctx(), sent.Secret)
			require.NoError(t, err)
			return m.as(eve.User.ID).AcceptInvitation(m.ctx(),
				tenancy.Acceptance{Secret: sent.Secret, Terms: offer.Terms.Token})
		}
		held := m.join(eve, "held", tenancy.StandardUser)
		require.NoError(t, errOf(m.as(eve.User.ID).DeactivateUser(m.ctx(), held)))
		m.has(eve.Organization.ID, 1, 1)
		_, err = accept()
		refused(t, err, tenancy.CodeOwnerOffDomain) // a member without a seat is a member: eve is not alone
		require.NoError(t, m.as(eve.User.ID).RemoveUser(m.ctx(), eve.Organization.ID, held, tenancy.Removal{}))
		accepted, err := accept()
		require.NoError(t, err)
		require.Equal(t, []tenancy.OrganizationID{eve.Organization.ID}, accepted.Dissolved)
		m.has(eve.Organization.ID, 0, 0)
		m.has(m.prime, prime.Settings.Seats+1, prime.Settings.Accounts+1)
	})
	t.Run("INV-15 an import of several at once", func(t *testing.T) {
		s := newImporter(t, func(s *importer) {
			for n := range 3 {
				s.independent(fmt.Sprintf("u%d@corp.example", n))
			}
		})
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), s.org, &tenancy.Limits{Members: 4})))
		results := s.imports("u0@corp.example", "u1@corp.example", "u0@corp.example", "u2@corp.example")
		refused(t, results[2].Err, tenancy.CodeMember)
		refused(t, results[3].Err, tenancy.CodeMemberLimit)
		s.has(s.org, 4, 3)
	})
	t.Run("INV-15 GEN-11 operations in one block, a preview and a refusal", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		org := ana.Organization.ID
		ben := s.join(ana, "ben", tenancy.StandardUser)
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), org, &tenancy.Limits{Accounts: 2})))
		require.NoError(t, s.as(ana.User.ID).Atomically(s.ctx(), func(ctx context.Context, in *tenancy.Session) error {
			require.NoError(t, errOf(in.CreateAccount(ctx, org, tenancy.NewAccount{Name: "x"})))
			_, err := in.CreateAccount(ctx, org, tenancy.NewAccount{Name: "y"})
			refused(t, err, tenancy.CodeAccountLimit)
			return errOf(in.DeactivateUser(ctx, ben))
		}))
		s.has(org, 1, 2)
		_, err := s.as(ana.User.ID).Preview(s.ctx(), func(ctx context.Context, in *tenancy.Session) error {
			return errOf(in.ReactivateUser(ctx, ben))
		})
		require.NoError(t, err)
		s.has(org, 1, 2)
	})
}

func TestSeats(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	org, owner := ana.Organization.ID, s.as(ana.User.ID)
	ben := s.join(ana, "ben", tenancy.StandardUser)
	sent := s.invited(ana, address("carl"))
	require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), org, &tenancy.Limits{Members: 2})))
	carl := func() error { return errOf(s.signUp("carl", sent.Secret)) }
	t.Run("GEN-12 an Operator's hold frees no seat", func(t *testing.T) {
		require.NoError(t, errOf(s.staff.DeactivateUser(s.ctx(), ben)))
		s.unchanged(func() { refused(t, carl(), tenancy.CodeMemberLimit) })
		require.NoError(t, errOf(s.staff.ReactivateUser(s.ctx(), ben)))
	})
	t.Run("GEN-12 the organization's hold frees one", func(t *testing.T) {
		require.NoError(t, errOf(owner.DeactivateUser(s.ctx(), ben)))
		require.NoError(t, carl())
		s.has(org, 2, 1)
	})
	t.Run("GEN-12 lifting it takes one again, and is checked", func(t *testing.T) {
		s.unchanged(func() {
			_, err := owner.ReactivateUser(s.ctx(), ben)
			refused(t, err, tenancy.CodeMemberLimit)
		})
	})
	t.Run("GEN-12 an Operator's hold takes none when it is lifted", func(t *testing.T) {
		require.NoError(t, errOf(s.staff.DeactivateUser(s.ctx(), ben)))
		require.NoError(t, errOf(s.staff.ReactivateUser(s.ctx(), ben)))
		s.has(org, 2, 1)
	})
	t.Run("GEN-6 reactivating a member who has a seat is not checked", func(t *testing.T) {
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), org, &tenancy.Limits{Members: 1})))
		s.unchanged(func() { require.NoError(t, errOf(owner.ReactivateUser(s.ctx(), s.memberNamed(org, "carl")))) })
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), org, &tenancy.Limits{Members: 2})))
	})
	t.Run("GEN-12 a member without a seat leaves a full organization", func(t *testing.T) {
		require.NoError(t, owner.RemoveUser(s.ctx(), org, ben, tenancy.Removal{}))
		s.has(org, 2, 1)
	})
	t.Run("GEN-12 with room it is lifted", func(t *testing.T) {
		held := s.memberNamed(org, "carl")
		require.NoError(t, errOf(owner.DeactivateUser(s.ctx(), held)))
		require.NoError(t, errOf(owner.ReactivateUser(s.ctx(), held)))
		s.has(org, 2, 1)
	})
}

// memberNamed returns the member of an organization with a name.
func (s *scene) memberNamed(org tenancy.OrganizationID, name string) tenancy.UserID {
	s.Helper()
	for u, err := range s.host.Users(s.ctx(), org, tenancy.UserQuery{Kind: tenancy.KindManaged}) {
		require.NoError(s, err)
		if u.User.Name.Reveal() == name {
			return u.User.ID
		}
	}
	s.Fatal("there is none")
	return tenancy.UserID{}
}

// TestCountsShown checks who sees the counts (GEN-5, GEN-12).
func TestCountsShown(t *testing.T) {
	s := newScene(t)
	ana, eve := s.found("ana"), s.found("eve")
	org := ana.Organization.ID
	ben := s.join(ana, "ben", tenancy.StandardUser)
	admin := s.join(ana, "adam", tenancy.Administrator)
	for _, by := range []tenancy.UserID{ana.User.ID, admin} {
		shown, err := s.as(by).Organization(s.ctx(), org)
		require.NoError(t, err)
		require.Equal(t, []int{3, 1}, []int{shown.Settings.Seats, shown.Settings.Accounts})
	}
	shown, err := s.as(ben).Organization(s.ctx(), org)
	require.NoError(t, err)
	require.Nil(t, shown.Settings, "GEN-5 a member sees none")
	s.subaccount(ana.User.ID, ana.Account.ID, "Branch")
	s.assign(ana.User.ID, ana.Account.ID, ben, tenancy.Developer)
	for _, by := range []tenancy.UserID{ana.User.ID, admin, ben} {
		account, err := s.as(by).Account(s.ctx(), ana.Account.ID)
		require.NoError(t, err)
		require.Equal(t, new(1), account.Subaccounts)
	}
	other := s.join(eve, "otto", tenancy.StandardUser)
	s.subaccount(eve.User.ID, eve.Account.ID, "Branch")
	asked, err := s.as(eve.User.ID).InviteToAccount(s.ctx(), eve.Account.ID,
		tenancy.NewAccountInvitation{Email: address("ben"), Roles: tenancy.Roles(tenancy.Support)})
	require.NoError(t, err)
	require.NoError(t, errOf(s.as(ben).AcceptInvitation(s.ctx(), tenancy.Acceptance{Secret: asked.Secret})))
	independent, err := s.as(admin).Account(s.ctx(), eve.Account.ID)
	require.NoError(t, err)
	require.Nil(t, independent.Subaccounts, "GEN-5 of an independent account only the name is seen")
	_, err = s.as(other).Account(s.ctx(), ana.Account.ID)
	refused(t, err, tenancy.CodeNotFound)
}

// TestNothingIsCounted checks that no operation that a limit may refuse asks a store to
// count what may be many, or lists an organization's members or accounts (GEN-12).
func TestNothingIsCounted(t *testing.T) {
	limits := &tenancy.Limits{Members: 100, Accounts: 100, Subaccounts: 100, TrialSubaccounts: 100, Domains: 7}
	store := &scenes.Tapped{Store: memstore.New(), Answer: func(l tenancy.Lookup, _ *tenancy.Answer) {
		switch {
		case l.Count:
			require.Equal(t, tenancy.IndexDomainsIn, l.Index)
			require.LessOrEqual(t, l.Limit, 7)
		case l.Limit > 2:
			require.NotContains(t, []tenancy.Index{tenancy.IndexMembers,
				tenancy.IndexOpenSubaccountsOf, tenancy.IndexAccountsIn}, l.Index)
		}
	}}
	s := newSceneOver(t, store, tenancy.Options{Limits: limits})
	ana := s.found("ana")
	org, owner := ana.Organization.ID, s.as(ana.User.ID)
	ben := s.join(ana, "ben", tenancy.StandardUser)
	s.account(ben, org, "Work")
	s.subaccount(ana.User.ID, ana.Account.ID, "Branch")
	s.prove(ana.User.ID, org, "corp.example")
	require.NoError(t, errOf(owner.DeactivateUser(s.ctx(), ben)))
	require.NoError(t, errOf(owner.ReactivateUser(s.ctx(), ben)))
	require.NoError(t, errOf(owner.SetSignUpPolicy(s.ctx(), org,
		tenancy.SignUpPolicyChange{Policy: tenancy.PolicyAutomatic})))
	_, err := s.host.SignUp(s.ctx(), tenancy.NewSignUp{Email: tenancy.Proven("a@corp.example"), Name: "A"})
	require.NoError(t, err)
}
