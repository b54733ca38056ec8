package tenancy_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
)

func TestTransferOwnership(t *testing.T) {
	for name, tt := range map[string]struct {
		in       func(ben tenancy.UserID) tenancy.NewOwner
		previous tenancy.OrganizationRole
	}{
		"ORG-8 the previous Owner becomes Administrator": {
			func(ben tenancy.UserID) tenancy.NewOwner { return tenancy.NewOwner{User: ben} }, tenancy.Administrator},
		"ORG-8 or Standard User": {func(ben tenancy.UserID) tenancy.NewOwner {
			return tenancy.NewOwner{User: ben, Previous: tenancy.PreviousStandardUser}
		}, tenancy.StandardUser},
		"ORG-8 the input names the new one by address": {func(tenancy.UserID) tenancy.NewOwner {
			return tenancy.NewOwner{Email: "BEN@Ben.Example.com"}
		}, tenancy.Administrator},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			ana := s.found("ana")
			ben := s.join(ana, "ben", tenancy.StandardUser)
			org := ana.Organization.ID
			var shown tenancy.Organization
			added := s.news(func() {
				var err error
				shown, err = s.as(ana.User.ID).TransferOwnership(t.Context(), org, tt.in(ben))
				require.NoError(t, err)
			}, ofOrganization(org), ofUser(ana.User.ID), ofUser(ben))
			require.Equal(t, [][]string{{"OwnershipTransferred", "OrganizationRoleChanged",
				"OrganizationRoleChanged"}, nil, nil}, added)
			require.Equal(t, ben, s.ownerOf(org))
			require.Equal(t, tenancy.Owner, s.ranks(ben)[org])
			require.Equal(t, tt.previous, s.ranks(ana.User.ID)[org])
			require.Equal(t, ana.User.ID, s.accountRecord(ana.Account.ID).Owner, "no account changes hands")
			require.Equal(t, tt.previous == tenancy.Administrator, shown.Settings != nil,
				"GEN-5 what the actor may see now")
			_, err := s.as(ana.User.ID).TransferOwnership(t.Context(), org,
				tenancy.NewOwner{User: ana.User.ID})
			refused(t, err, tenancy.CodeNotAllowed)
		})
	}
	t.Run("ORG-8 who leaves loses what USR-11 says, and accounts they own pass to the new Owner", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		org := ana.Organization.ID
		ben := s.join(ana, "ben", tenancy.Administrator)
		sub := s.subaccount(ana.User.ID, ana.Account.ID, "Sub")
		bens := s.account(ben, org, "Ben's")
		s.assign(ben, bens, ana.User.ID, tenancy.Developer)
		shown, err := s.as(ana.User.ID).TransferOwnership(t.Context(), org,
			tenancy.NewOwner{User: ben, Previous: tenancy.PreviousLeaves})
		require.NoError(t, err)
		require.Nil(t, shown.Settings)
		require.Equal(t, ben, s.ownerOf(org))
		require.Empty(t, s.ranks(ana.User.ID))
		for _, account := range []tenancy.AccountID{ana.Account.ID, sub} {
			require.Equal(t, ben, s.accountRecord(account).Owner)
			require.Equal(t, org, s.accountRecord(account).Organization)
		}
		require.Equal(t, tenancy.Roles(tenancy.AccountOwner), s.roles(ana.Account.ID, ben))
		require.Zero(t, s.roles(ana.Account.ID, ana.User.ID))
		require.Zero(t, s.roles(bens, ana.User.ID))
		require.Equal(t, []string{"MemberLeft"}, s.log(ofUser(ana.User.ID), 1),
			"they are in no organization now")
	})
	t.Run("ORG-8 one who owns other organizations can only leave", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		org := ana.Organization.ID
		second := s.another(ana, "Second")
		ben := s.join(ana, "ben", tenancy.StandardUser)
		for _, previous := range []tenancy.PreviousOwner{tenancy.PreviousAdministrator, tenancy.PreviousStandardUser} {
			s.unchanged(func() {
				_, err := s.as(ana.User.ID).TransferOwnership(t.Context(), org,
					tenancy.NewOwner{User: ben, Previous: previous})
				refused(t, err, tenancy.CodeOwnsOrganization)
			})
		}
		_, err := s.as(ana.User.ID).MoveAccount(t.Context(), ana.Account.ID, second)
		require.NoError(t, err, "MoveAccount comes before")
		_, err = s.as(ana.User.ID).TransferOwnership(t.Context(), org,
			tenancy.NewOwner{User: ben, Previous: tenancy.PreviousLeaves})
		require.NoError(t, err)
		require.Equal(t, map[tenancy.OrganizationID]tenancy.OrganizationRole{second: tenancy.Owner},
			s.ranks(ana.User.ID))
		require.Equal(t, ana.User.ID, s.accountRecord(ana.Account.ID).Owner)
		require.Empty(t, s.log(ofUser(ana.User.ID), 1), "they are still in an organization")
	})
}

func TestTransferOwnershipRefuses(t *testing.T) {
	s := newScene(t)
	ana, eve := s.found("ana"), s.found("eve")
	org := ana.Organization.ID
	ada := s.join(ana, "ada", tenancy.Administrator)
	ben := s.join(ana, "ben", tenancy.StandardUser)
	idle := s.join(ana, "ida", tenancy.StandardUser)
	gil := s.guest(ana.User.ID, ana.Account.ID, "gil", tenancy.Developer)
	_, err := s.as(ana.User.ID).DeactivateUser(s.ctx(), idle)
	require.NoError(t, err)
	gone := s.join(ana, "gus", tenancy.StandardUser)
	require.NoError(t, s.as(ana.User.ID).DeleteUser(s.ctx(), gone, tenancy.UserDeletion{}))
	s.invited(ana, "new@new.example.com")
	for _, tt := range []struct {
		rule string
		who  *tenancy.Session
		org  tenancy.OrganizationID
		in   tenancy.NewOwner
		code tenancy.Code
	}{
		{"GEN-14 a zero organization", s.as(ana.User.ID), tenancy.OrganizationID{},
			tenancy.NewOwner{User: ben}, tenancy.CodeID},
		{"GEN-4 nobody named", s.as(ana.User.ID), org, tenancy.NewOwner{}, tenancy.CodeInput},
		{"GEN-4 named twice", s.as(ana.User.ID), org, tenancy.NewOwner{User: ben, Email: address("ben")},
			tenancy.CodeInput},
		{"GEN-4 no such Previous", s.as(ana.User.ID), org, tenancy.NewOwner{User: ben, Previous: 3},
			tenancy.CodeInput},
		{"ADR-1 no address", s.as(ana.User.ID), org, tenancy.NewOwner{Email: "ben"}, tenancy.CodeEmail},
		{"GEN-5 a stranger's organization", s.as(eve.User.ID), org, tenancy.NewOwner{User: eve.User.ID},
			tenancy.CodeNotFound},
		{"ORG-8 an Administrator", s.as(ada), org, tenancy.NewOwner{User: ada}, tenancy.CodeNotAllowed},
		{"ORG-8 a Standard User", s.as(ben), org, tenancy.NewOwner{User: ben}, tenancy.CodeNotAllowed},
		{"ORG-8 an Operator", s.staff.Session, org, tenancy.NewOwner{User: ben}, tenancy.CodeNotAllowed},
		{"ORG-8 System", s.host.Session, org, tenancy.NewOwner{User: ben}, tenancy.CodeNotAllowed},
		{"GEN-5 to a stranger", s.as(ana.User.ID), org, tenancy.NewOwner{User: eve.User.ID},
			tenancy.CodeNotFound},
		{"GEN-5 to a stranger by address", s.as(ana.User.ID), org, tenancy.NewOwner{Email: address("eve")},
			tenancy.CodeNotFound},
		{"GEN-5 to nobody", s.as(ana.User.ID), org, tenancy.NewOwner{User: tenancy.UserID(org)},
			tenancy.CodeNotFound},
		{"GEN-5 to an address of nobody's", s.as(ana.User.ID), org,
			tenancy.NewOwner{Email: "nobody@example.com"}, tenancy.CodeNotFound},
		{"GEN-5 to an independent user by address", s.as(ana.User.ID), org,
			tenancy.NewOwner{Email: address("gil")}, tenancy.CodeNotFound},
		{"GEN-5 to a pending user", s.as(ana.User.ID), org, tenancy.NewOwner{Email: "new@new.example.com"},
			tenancy.CodeNotFound},
		{"GEN-5 to a deleted user", s.as(ana.User.ID), org, tenancy.NewOwner{User: gone},
			tenancy.CodeNotFound},
		{"GEN-6 to who is it", s.as(ana.User.ID), org, tenancy.NewOwner{User: ana.User.ID},
			tenancy.CodeAlreadyOwner},
		{"ORG-8 to an independent user", s.as(ana.User.ID), org, tenancy.NewOwner{User: gil},
			tenancy.CodeNotMember},
		{"ORG-8 to an inactive member", s.as(ana.User.ID), org,
			tenancy.NewOwner{Email: address("ida"), Previous: tenancy.PreviousLeaves}, tenancy.CodeInactive},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			s.unchanged(func() {
				_, err := tt.who.TransferOwnership(t.Context(), tt.org, tt.in)
				refused(t, err, tt.code)
			})
		})
	}
	t.Run("ORG-9 SEC-11 no other operation changes the Owner", func(t *testing.T) {
		s.unchanged(func() {
			refused(t, errOf(s.as(ada).SetOrganizationRole(t.Context(), org, ana.User.ID,
				tenancy.StandardUser)), tenancy.CodeTheOwner)
			refused(t, s.as(ada).RemoveUser(t.Context(), org, ana.User.ID, tenancy.Removal{}),
				tenancy.CodeTheOwner)
			_, err := s.as(ada).DeactivateUser(t.Context(), ana.User.ID)
			refused(t, err, tenancy.CodeTheOwner)
			refused(t, s.as(ana.User.ID).Leave(t.Context(), org), tenancy.CodeOwnerLeaves)
			refused(t, s.staff.DeleteUser(t.Context(), ana.User.ID, tenancy.UserDeletion{}),
				tenancy.CodeOwnsOrganization)
		})
	})
}

func TestReplaceOwner(t *testing.T) {
	t.Run("ORG-14 an active member becomes Owner, of an Owner who cannot act", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		org := ana.Organization.ID
		ben := s.join(ana, "ben", tenancy.StandardUser)
		_, err := s.staff.DeactivateUser(t.Context(), ana.User.ID)
		require.NoError(t, err)
		shown, err := s.staff.ReplaceOwner(t.Context(), org,
			tenancy.OwnerReplacement{User: ben, Reference: "ticket-7"})
		require.NoError(t, err)
		require.Equal(t, ben, shown.Settings.Owner)
		require.Equal(t, tenancy.Owner, s.ranks(ben)[org])
		require.Equal(t, tenancy.Administrator, s.ranks(ana.User.ID)[org])
		events := logged(t, s.host.Events(t.Context(), ofOrganization(org), tenancy.EventQuery{}))
		require.Contains(t, eventData(events),
			tenancy.EventData(tenancy.OwnershipTransferred{Organization: org, Owner: ben,
				Reference: "ticket-7"}))
	})
	t.Run(
		"ORG-14 where no other member is active a user in no organization joins, with their accounts (USR-9)",
		func(t *testing.T) {
			s := newScene(t)
			ana := s.found("ana")
			org := ana.Organization.ID
			ida := s.join(ana, "ida", tenancy.StandardUser)
			_, err := s.as(ana.User.ID).DeactivateUser(t.Context(), ida)
			require.NoError(t, err)
			gil, own := s.loner(ana, "gil")
			sent := s.invited(ana, address("gil"))
			_, err = s.staff.ReplaceOwner(t.Context(), org, tenancy.OwnerReplacement{User: gil,
				Previous: tenancy.PreviousLeaves, Reference: "t"})
			require.NoError(t, err)
			require.Equal(t, gil, s.ownerOf(org))
			require.Equal(t, map[tenancy.OrganizationID]tenancy.OrganizationRole{org: tenancy.Owner},
				s.ranks(gil))
			require.Equal(t, org, s.accountRecord(own).Organization)
			require.Equal(t, gil, s.accountRecord(ana.Account.ID).Owner, "ORG-8")
			require.Equal(t, tenancy.Roles(tenancy.AccountOwner), s.roles(ana.Account.ID, gil))
			require.Empty(t, s.ranks(ana.User.ID))
			require.Equal(t, tenancy.StateRevoked, s.invitationState(sent.ID), "USR-6")
		},
	)
	t.Run("ORG-8 one who owns other organizations can only leave", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		ben := s.join(ana, "ben", tenancy.StandardUser)
		second := s.another(ana, "Second")
		s.unchanged(func() {
			_, err := s.staff.ReplaceOwner(t.Context(), ana.Organization.ID,
				tenancy.OwnerReplacement{User: ben, Reference: "t"})
			refused(t, err, tenancy.CodeOwnsOrganization)
		})
		_, err := s.staff.ReplaceOwner(t.Context(), ana.Organization.ID,
			tenancy.OwnerReplacement{User: ben, Previous: tenancy.PreviousLeaves, Reference: "t"})
		require.NoError(t, err)
		require.Equal(t, map[tenancy.OrganizationID]tenancy.OrganizationRole{second: tenancy.Owner},
			s.ranks(ana.User.ID))
	})
	t.Run("GEN-12 limits are looked at when somebody joins", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		org := ana.Organization.ID
		gil, _ := s.loner(ana, "gil")
		in := tenancy.OwnerReplacement{User: gil, Reference: "t"}
		require.NoError(t, errOf(s.staff.SetLimits(t.Context(), org, &tenancy.Limits{Members: 1})))
		s.unchanged(func() {
			_, err := s.staff.ReplaceOwner(t.Context(), org, in)
			refused(t, err, tenancy.CodeMemberLimit)
		})
		in.Previous = tenancy.PreviousLeaves
		require.NoError(t, errOf(s.staff.SetLimits(t.Context(), org,
			&tenancy.Limits{Members: 1, Accounts: 1})))
		s.unchanged(func() {
			_, err := s.staff.ReplaceOwner(t.Context(), org, in)
			refused(t, err, tenancy.CodeAccountLimit)
		})
		require.NoError(t, errOf(s.staff.SetLimits(t.Context(), org,
			&tenancy.Limits{Members: 1, Accounts: 2})))
		_, err := s.staff.ReplaceOwner(t.Context(), org, in)
		require.NoError(t, err, "as many come as leave")
	})
	t.Run("USR-1 nobody joins from a closed domain", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		gil, _ := s.loner(ana, "gil")
		domain := s.prove(ana.User.ID, ana.Organization.ID, "gil.example.com")
		require.NoError(t, errOf(s.as(ana.User.ID).SetSignUpPolicy(t.Context(), ana.Organization.ID,
			tenancy.SignUpPolicyChange{Domain: domain, Policy: tenancy.PolicyClosed})))
		s.unchanged(func() {
			_, err := s.staff.ReplaceOwner(t.Context(), ana.Organization.ID,
				tenancy.OwnerReplacement{User: gil, Reference: "t"})
			refused(t, err, tenancy.CodeSignUpClosed)
		})
	})
}

func eventData(events []tenancy.Event) (data []tenancy.EventData) {
	for _, e := range events {
		data = append(data, e.Data)
	}
	return data
}

func TestReplaceOwnerRefuses(t *testing.T) {
	s := newScene(t)
	ana, eve, dan := s.found("ana"), s.found("eve"), s.found("dan")
	org := ana.Organization.ID
	ben := s.join(ana, "ben", tenancy.StandardUser)
	ida := s.join(ana, "ida", tenancy.StandardUser)
	_, err := s.as(ana.User.ID).DeactivateUser(s.ctx(), ida)
	require.NoError(t, err)
	gil := s.guest(ana.User.ID, ana.Account.ID, "gil", tenancy.Developer)
	sam := s.guest(ana.User.ID, ana.Account.ID, "sam", tenancy.Developer)
	_, err = s.staff.DeactivateUser(s.ctx(), sam)
	require.NoError(t, err)
	gone := s.guest(ana.User.ID, ana.Account.ID, "gus", tenancy.Developer)
	require.NoError(t, s.staff.DeleteUser(s.ctx(), gone, tenancy.UserDeletion{}))
	require.NoError(t, s.as(dan.User.ID).DeleteOrganization(s.ctx(), dan.Organization.ID,
		tenancy.OrganizationDeletion{}))
	merged := s.another(eve, "Old")
	s.prove(eve.User.ID, eve.Organization.ID, "eve.example.com")
	_, err = s.as(eve.User.ID).MergeOrganizations(s.ctx(), eve.Organization.ID, merged)
	require.NoError(t, err)
	with := func(user tenancy.UserID) tenancy.OwnerReplacement {
		return tenancy.OwnerReplacement{User: user, Reference: "ticket-7"}
	}
	for _, tt := range []struct {
		rule string
		who  *tenancy.Platform
		org  tenancy.OrganizationID
		in   tenancy.OwnerReplacement
		code tenancy.Code
	}{
		{"GEN-14 a zero organization", s.staff, tenancy.OrganizationID{}, with(ben), tenancy.CodeID},
		{"GEN-14 a zero user", s.staff, org, with(tenancy.UserID{}), tenancy.CodeID},
		{"GEN-4 no such Previous", s.staff, org, tenancy.OwnerReplacement{User: ben, Previous: 3,
			Reference: "t"}, tenancy.CodeInput},
		{"EVT-3 no reference", s.staff, org, tenancy.OwnerReplacement{User: ben}, tenancy.CodeReference},
		{"EVT-3 a reference that is none", s.staff, org, tenancy.OwnerReplacement{User: ben,
			Reference: "ben@example.com"}, tenancy.CodeReference},
		{"GEN-5 no such organization", s.staff, tenancy.OrganizationID(ben), with(ben), tenancy.CodeNotFound},
		{"ORG-14 not System", s.host, org, with(ben), tenancy.CodeNotAllowed},
		{"GEN-5 no such user", s.staff, org, with(tenancy.UserID(org)), tenancy.CodeNotFound},
		{"GEN-5 a deleted user", s.staff, org, with(gone), tenancy.CodeNotFound},
		{"ORG-13 a merged organization", s.staff, merged, with(eve.User.ID), tenancy.CodeMerged},
		{"ORG-10 a deleted organization", s.staff, dan.Organization.ID, with(dan.User.ID), tenancy.CodeEnded},
		{"GEN-6 who is it", s.staff, org, with(ana.User.ID), tenancy.CodeAlreadyOwner},
		{"ORG-14 an inactive member", s.staff, org, with(ida), tenancy.CodeInactive},
		{"ORG-14 an inactive user", s.staff, org, with(sam), tenancy.CodeInactive},
		{"INV-5 a member of another organization", s.staff, org, with(eve.User.ID),
			tenancy.CodeManagedElsewhere},
		{"ORG-14 no member, though another one is active", s.staff, org, with(gil), tenancy.CodeOtherMember},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			s.unchanged(func() {
				_, err := tt.who.ReplaceOwner(t.Context(), tt.org, tt.in)
				refused(t, err, tt.code)
			})
		})
	}
}

// TestTransferOwnershipRace runs two transfers by the Owner at once (SEC-12). One comes first, and
// then they are no longer Owner.
func TestTransferOwnershipRace(t *testing.T) {
	for range 20 {
		s := newScene(t)
		ana := s.found("ana")
		org := ana.Organization.ID
		heirs := []tenancy.UserID{s.join(ana, "ben", tenancy.StandardUser),
			s.join(ana, "cat", tenancy.Administrator)}
		errs := make([]error, len(heirs))
		var wg sync.WaitGroup
		for i, heir := range heirs {
			wg.Go(func() {
				_, errs[i] = s.as(ana.User.ID).TransferOwnership(t.Context(), org,
					tenancy.NewOwner{User: heir})
			})
		}
		wg.Wait()
		won := slices.Index(errs, nil)
		require.GreaterOrEqual(t, won, 0, "ORG-8 one succeeds")
		refused(t, errs[1-won], tenancy.CodeNotAllowed)
		require.Equal(t, heirs[won], s.ownerOf(org))
		require.Equal(t, tenancy.Owner, s.ranks(heirs[won])[org])
		require.NotEqual(t, tenancy.Owner, s.ranks(heirs[1-won])[org], "INV-1 exactly one Owner")
		require.Equal(t, tenancy.Administrator, s.ranks(ana.User.ID)[org])
	}
}

// readsOf returns what a call reads in a store: the indexes that it asks, step by step,
// and whether it began to write.
func (s *scene) readsOf(call func(*tenancy.Directory)) (steps [][]tenancy.Index, writes bool) {
	s.Helper()
	tapped := &scenes.Tapped{Store: s.store, Call: func(call scenes.Call) error {
		writes = writes || call.Update
		if call.Method == "Read" {
			var asked []tenancy.Index
			for _, l := range call.Lookups {
				asked = append(asked, l.Index)
			}
			steps = append(steps, slices.Sorted(slices.Values(asked)))
		}
		return nil
	}}
	dir, err := tenancy.New(tapped, &tenancy.Options{Now: s.clock.Now})
	require.NoError(s, err)
	call(dir)
	return steps, writes
}

func TestTransferOwnershipReads(t *testing.T) {
	s := newScene(t)
	ana, eve := s.found("ana"), s.found("eve")
	org := ana.Organization.ID
	ben := s.join(ana, "ben", tenancy.StandardUser)
	s.join(ana, "ada", tenancy.Administrator)
	s.another(eve, "Second")
	s.join(eve, "mia", tenancy.StandardUser)
	s.guest(eve.User.ID, eve.Account.ID, "gus", tenancy.Developer)
	s.guest(ana.User.ID, ana.Account.ID, "gil", tenancy.Developer)
	asks := func(actor tenancy.UserID, email string, previous tenancy.PreviousOwner) [][]tenancy.Index {
		steps, _ := s.readsOf(func(dir *tenancy.Directory) {
			in := tenancy.NewOwner{Email: email, Previous: previous}
			_, err := dir.As(actor).TransferOwnership(t.Context(), org, in)
			want := tenancy.CodeNotFound
			if actor == ben {
				want = tenancy.CodeNotAllowed
			}
			refused(t, err, want)
		})
		return steps
	}
	t.Run("GEN-5 an address that is not a member's costs the same reads, whosever it is", func(t *testing.T) {
		for _, previous := range []tenancy.PreviousOwner{tenancy.PreviousAdministrator, tenancy.PreviousLeaves} {
			nobody := asks(ana.User.ID, "nobody@example.com", previous)
			for _, name := range []string{"eve", "mia", "gus", "gil"} {
				require.Equal(t, nobody, asks(ana.User.ID, address(name), previous), name)
			}
		}
	})
	t.Run("GEN-5 to those who may not transfer it, members' addresses cost the same as well", func(t *testing.T) {
		for name, actor := range map[string]tenancy.UserID{"eve": eve.User.ID, "ben": ben} {
			nobody := asks(actor, "nobody@example.com", tenancy.PreviousAdministrator)
			for _, other := range []string{"ana", "ada", "mia", "gil"} {
				others := asks(actor, address(other), tenancy.PreviousAdministrator)
				require.Equal(t, nobody, others, "%s asks about %s", name, other)
			}
		}
	})
}
