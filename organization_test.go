package tenancy_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
)

// phone verifies a phone number of an account.
func (s *scene) phone(account tenancy.AccountID) {
	s.Helper()
	_, err := s.host.VerifyPhone(s.ctx(), account, "+15550001111")
	require.NoError(s, err)
}

// another creates a founder's second organization, to which none of their accounts comes.
func (s *scene) another(founder tenancy.SignedUp, name string) tenancy.OrganizationID {
	s.Helper()
	s.phone(founder.Account.ID)
	s.clock.Advance(time.Millisecond) // so that its ID comes after the first one's
	made, err := s.as(founder.User.ID).CreateOrganization(s.ctx(),
		tenancy.NewOrganization{Name: name, AllStay: true})
	require.NoError(s, err)
	return made.ID
}

// subaccount creates a subaccount as a user who may.
func (s *scene) subaccount(actor tenancy.UserID, parent tenancy.AccountID, name string) tenancy.AccountID {
	s.Helper()
	made, err := s.as(actor).CreateSubaccount(s.ctx(), parent, tenancy.NewSubaccount{Name: name})
	require.NoError(s, err)
	return made.ID
}

// loner signs up a user who is in no organization in the end, with an unmanaged account of
// their own.
func (s *scene) loner(founder tenancy.SignedUp, name string) (tenancy.UserID, tenancy.AccountID) {
	s.Helper()
	user := s.guest(founder.User.ID, founder.Account.ID, name, tenancy.Developer)
	return user, s.account(user, tenancy.OrganizationID{}, name+" own")
}

// entitle lets an organization designate accounts.
func (s *scene) entitle(org tenancy.OrganizationID) {
	s.Helper()
	require.NoError(s, errOf(s.staff.SetHIPAAEntitlement(s.ctx(), org,
		tenancy.HIPAAEntitlement{On: true, Reference: "baa-1", Executed: s.clock.Now()})))
}

// designate designates an account of an entitled organization.
func (s *scene) designate(actor tenancy.UserID, account tenancy.AccountID) {
	s.Helper()
	_, err := s.as(actor).EnableHIPAA(s.ctx(), account)
	require.NoError(s, err)
}

// ranks returns a user's roles in their organizations.
func (s *scene) ranks(user tenancy.UserID) map[tenancy.OrganizationID]tenancy.OrganizationRole {
	s.Helper()
	_, memberships, err := s.host.User(s.ctx(), user)
	require.NoError(s, err)
	ranks := map[tenancy.OrganizationID]tenancy.OrganizationRole{}
	for _, m := range memberships {
		ranks[m.Organization] = m.Role
	}
	return ranks
}

// ownerOf returns the Owner that an organization names.
func (s *scene) ownerOf(org tenancy.OrganizationID) tenancy.UserID {
	s.Helper()
	o, err := s.host.Organization(s.ctx(), org)
	require.NoError(s, err)
	return o.Settings.Owner
}

func TestCreateOrganization(t *testing.T) {
	t.Run("ORG-3 the creator becomes Owner", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		s.phone(ana.Account.ID)
		made, err := s.as(ana.User.ID).CreateOrganization(s.ctx(),
			tenancy.NewOrganization{Name: "  Second\t"})
		require.NoError(t, err)
		require.Equal(t, "Second", made.Name.Reveal())
		require.Equal(t, tenancy.StateActive, made.State)
		require.Equal(t, s.clock.Now(), made.Created)
		require.Zero(t, made.Ended)
		require.Equal(t, &tenancy.OrganizationSettings{Owner: ana.User.ID,
			SignUpPolicy: tenancy.PolicyInvitationOnly, Seats: 1, Accounts: 1}, made.Settings)
		require.Equal(
			t,
			map[tenancy.OrganizationID]tenancy.OrganizationRole{
				ana.Organization.ID: tenancy.Owner,
				made.ID:             tenancy.Owner,
			},
			s.ranks(ana.User.ID),
		)
	})
	t.Run(
		"ORG-4 every main account the creator owns comes, subaccounts along, and nobody's access changes",
		func(t *testing.T) {
			s := newScene(t)
			ana := s.found("ana")
			ben := s.join(ana, "ben", tenancy.StandardUser)
			s.clock.Advance(time.Millisecond)
			second := s.account(ana.User.ID, ana.Organization.ID, "Second")
			sub := s.subaccount(ana.User.ID, ana.Account.ID, "Sub")
			bens := s.account(ben, ana.Organization.ID, "Ben's")
			closed := s.account(ana.User.ID, ana.Organization.ID, "Closed")
			_, err := s.as(ana.User.ID).CloseAccount(s.ctx(), closed)
			require.NoError(t, err)
			s.assign(ana.User.ID, ana.Account.ID, ben, tenancy.Developer)
			s.assign(ana.User.ID, sub, ben, tenancy.Support)
			s.phone(second)

			made, err := s.as(ana.User.ID).CreateOrganization(s.ctx(), tenancy.NewOrganization{Name: "New"})
			require.NoError(t, err)
			var came []tenancy.AccountID
			for _, a := range made.Accounts {
				came = append(came, a.ID)
				require.Equal(t, made.ID, *a.Organization)
				require.NotNil(t, a.Private)
			}
			require.Equal(t, []tenancy.AccountID{ana.Account.ID, sub, second}, came,
				"main accounts by ID, each followed by its subaccounts")
			for _, id := range came {
				require.Equal(t, made.ID, s.accountRecord(id).Organization)
				require.Equal(t, ana.User.ID, s.accountRecord(id).Owner)
			}
			for _, id := range []tenancy.AccountID{bens, closed} {
				require.Equal(t, ana.Organization.ID, s.accountRecord(id).Organization)
			}
			require.Equal(t, tenancy.Roles(tenancy.Developer), s.roles(ana.Account.ID, ben))
			require.Equal(t, tenancy.Roles(tenancy.Support), s.roles(sub, ben))
			require.Equal(t, tenancy.Roles(tenancy.AccountOwner), s.roles(second, ana.User.ID))
		},
	)
	t.Run("ORG-4 the input names accounts to leave in their organization", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		second := s.account(ana.User.ID, ana.Organization.ID, "Second")
		s.phone(second)
		made, err := s.as(ana.User.ID).CreateOrganization(s.ctx(),
			tenancy.NewOrganization{Name: "New", Stay: []tenancy.AccountID{second, second}})
		require.NoError(t, err)
		require.Len(t, made.Accounts, 1)
		require.Equal(t, ana.Account.ID, made.Accounts[0].ID)
		require.Equal(t, ana.Organization.ID, s.accountRecord(second).Organization)
	})
	t.Run("ORG-4 or all of them", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		s.phone(ana.Account.ID)
		made, err := s.as(ana.User.ID).CreateOrganization(s.ctx(),
			tenancy.NewOrganization{Name: "New", AllStay: true})
		require.NoError(t, err)
		require.Empty(t, made.Accounts)
		require.Equal(t, ana.Organization.ID, s.accountRecord(ana.Account.ID).Organization)
	})
	for name, in := range map[string]func(tenancy.AccountID) tenancy.NewOrganization{
		"named": func(a tenancy.AccountID) tenancy.NewOrganization {
			return tenancy.NewOrganization{Name: "New", Stay: []tenancy.AccountID{a}}
		},
		"all": func(tenancy.AccountID) tenancy.NewOrganization {
			return tenancy.NewOrganization{Name: "New", AllStay: true}
		},
	} {
		t.Run("ORG-4 an unmanaged one always comes: "+name, func(t *testing.T) {
			s := newScene(t)
			ana := s.found("ana")
			gil, own := s.loner(ana, "gil")
			sub := s.subaccount(gil, own, "Sub")
			s.phone(own)
			var made tenancy.FoundedOrganization
			added := s.news(func() {
				var err error
				made, err = s.as(gil).CreateOrganization(s.ctx(), in(own))
				require.NoError(t, err)
			}, ofUser(gil))
			require.Equal(t, [][]string{{"MemberJoined", "AccountManaged", "AccountManaged"}}, added)
			require.Len(t, made.Accounts, 2)
			require.Equal(t, made.ID, s.accountRecord(own).Organization)
			require.Equal(t, made.ID, s.accountRecord(sub).Organization)
			require.Equal(t, []string{"OrganizationCreated", "MemberJoined", "AccountManaged",
				"AccountManaged"}, s.log(ofOrganization(made.ID), 1))
		})
	}
	t.Run("GEN-12 a new organization starts with whatever its Owner brings", func(t *testing.T) {
		s := newScene(t, tenancy.Options{Limits: &tenancy.Limits{Accounts: 1, Members: 1}})
		ana := s.found("ana")
		gil, own := s.loner(ana, "gil")
		s.account(gil, tenancy.OrganizationID{}, "More")
		s.phone(own)
		made, err := s.as(gil).CreateOrganization(s.ctx(), tenancy.NewOrganization{Name: "New"})
		require.NoError(t, err)
		require.Len(t, made.Accounts, 2)
	})
	t.Run("EVT-1 neither organization's log names the other", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		s.phone(ana.Account.ID)
		var made tenancy.FoundedOrganization
		added := s.news(func() {
			var err error
			made, err = s.as(ana.User.ID).CreateOrganization(s.ctx(), tenancy.NewOrganization{Name: "New"})
			require.NoError(t, err)
		}, ofOrganization(ana.Organization.ID), ofUser(ana.User.ID))
		require.Equal(t, [][]string{{"AccountReleased"}, nil}, added)
		require.Equal(t, []string{"OrganizationCreated", "MemberJoined", "AccountManaged"},
			s.log(ofOrganization(made.ID), 1))
	})
	t.Run("GEN-13 the outcome names what was made", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		s.phone(ana.Account.ID)
		operation := tenancy.OperationIDOf("second organization")
		made, err := s.as(ana.User.ID).Once(operation).CreateOrganization(s.ctx(),
			tenancy.NewOrganization{Name: "New"})
		require.NoError(t, err)
		_, err = s.as(ana.User.ID).Once(operation).CreateOrganization(s.ctx(),
			tenancy.NewOrganization{Name: "New"})
		refused(t, err, tenancy.CodeAlreadyDone)
		outcome, _ := tenancy.OutcomeOf(err)
		require.Equal(t, []tenancy.OrganizationID{made.ID}, outcome.Created.Organizations)
	})
}

func TestCreateOrganizationRefuses(t *testing.T) {
	s := newScene(t)
	ana, eve := s.found("ana"), s.found("eve")
	s.phone(ana.Account.ID)
	sub := s.subaccount(ana.User.ID, ana.Account.ID, "Sub")
	gone := s.account(ana.User.ID, ana.Organization.ID, "Gone")
	_, err := s.as(ana.User.ID).CloseAccount(s.ctx(), gone)
	require.NoError(t, err)
	admin := s.join(ana, "ada", tenancy.Administrator)
	ben := s.join(ana, "ben", tenancy.StandardUser)
	s.phone(s.account(ben, ana.Organization.ID, "Ben's"))
	gil, own := s.loner(ana, "gil")
	paused := s.found("pia")
	s.phone(paused.Account.ID)
	_, err = s.as(paused.User.ID).SuspendAccount(s.ctx(), paused.Account.ID)
	require.NoError(t, err)
	ended := s.found("eli")
	s.phone(ended.Account.ID)
	s.account(ended.User.ID, ended.Organization.ID, "No phone")
	_, err = s.as(ended.User.ID).CloseAccount(s.ctx(), ended.Account.ID)
	require.NoError(t, err)
	stay := func(accounts ...tenancy.AccountID) tenancy.NewOrganization {
		return tenancy.NewOrganization{Name: "New", Stay: accounts}
	}
	for _, tt := range []struct {
		rule string
		who  *tenancy.Session
		in   tenancy.NewOrganization
		code tenancy.Code
	}{
		{"section 3 no name", s.as(ana.User.ID), tenancy.NewOrganization{}, tenancy.CodeName},
		{"section 3 a zero ID in Stay", s.as(ana.User.ID), stay(ana.Account.ID, tenancy.AccountID{}),
			tenancy.CodeID},
		{"GEN-4 Stay beside AllStay", s.as(ana.User.ID), tenancy.NewOrganization{Name: "New",
			Stay: []tenancy.AccountID{ana.Account.ID}, AllStay: true}, tenancy.CodeInput},
		{"GEN-2 an unknown user", s.as(tenancy.UserID(ana.Account.ID)), stay(), tenancy.CodeActor},
		{"GEN-1 System", s.host.Session, stay(), tenancy.CodeNotAllowed},
		{"GEN-1 an Operator", s.staff.Session, stay(), tenancy.CodeNotAllowed},
		{"ORG-4 another's account in Stay", s.as(ana.User.ID), stay(eve.Account.ID), tenancy.CodeNotFound},
		{"ORG-4 an unknown account in Stay", s.as(ana.User.ID), stay(tenancy.AccountID(ana.User.ID)),
			tenancy.CodeNotFound},
		{"ORG-4 a subaccount in Stay", s.as(ana.User.ID), stay(sub), tenancy.CodeNotFound},
		{"ORG-4 a closed account in Stay", s.as(ana.User.ID), stay(gone), tenancy.CodeNotFound},
		{"GEN-5 NotFound comes before the state", s.as(ben), stay(eve.Account.ID), tenancy.CodeNotFound},
		{"ORG-5 an Administrator", s.as(admin), stay(), tenancy.CodeManaged},
		{"ORG-5 a Standard User", s.as(ben), stay(), tenancy.CodeManaged},
		{"ORG-2 no phone number", s.as(gil), stay(own), tenancy.CodePhoneNeeded},
		{"ORG-2 no account", s.as(s.guest(ana.User.ID, ana.Account.ID, "zoe", tenancy.Support)), stay(),
			tenancy.CodePhoneNeeded},
		{"ORG-2 the account with the phone is suspended", s.as(paused.User.ID), stay(),
			tenancy.CodePhoneNeeded},
		{"ORG-2 the account with the phone is closed", s.as(ended.User.ID), stay(), tenancy.CodePhoneNeeded},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			s.unchanged(func() {
				_, err := tt.who.CreateOrganization(t.Context(), tt.in)
				refused(t, err, tt.code)
			})
		})
	}
	t.Run("section 3 names", func(t *testing.T) {
		for what, name := range badNames {
			_, err := s.as(ana.User.ID).CreateOrganization(t.Context(), tenancy.NewOrganization{Name: name})
			require.Equal(t, tenancy.CodeName, tenancy.CodeOf(err), what)
		}
	})
	t.Run("HIP-7 a designated account, or one with a designated subaccount, does not come", func(t *testing.T) {
		s.entitle(ana.Organization.ID)
		s.designate(ana.User.ID, sub)
		s.unchanged(func() {
			_, err := s.as(ana.User.ID).CreateOrganization(t.Context(), tenancy.NewOrganization{Name: "New"})
			refused(t, err, tenancy.CodeHIPAADesignated)
		})
		made, err := s.as(ana.User.ID).CreateOrganization(t.Context(), stay(ana.Account.ID))
		require.NoError(t, err, "it may stay")
		require.Empty(t, made.Accounts)
	})
}

func TestOrganization(t *testing.T) {
	s := newScene(t)
	ana, eve := s.found("ana"), s.found("eve")
	ada := s.join(ana, "ada", tenancy.Administrator)
	ben := s.join(ana, "ben", tenancy.StandardUser)
	gil := s.guest(ana.User.ID, ana.Account.ID, "gil", tenancy.Developer)
	org := ana.Organization.ID

	t.Run("GEN-5 Owner, Administrators, Operators and System see the settings", func(t *testing.T) {
		for _, who := range []*tenancy.Session{s.as(ana.User.ID), s.as(ada), s.host.Session, s.staff.Session} {
			o, err := who.Organization(t.Context(), org)
			require.NoError(t, err)
			require.Equal(t, "ana Inc", o.Name.Reveal())
			require.Equal(t, ana.User.ID, o.Settings.Owner)
			require.Nil(t, o.Settings.Limits, "none of its own")
		}
	})
	t.Run("GEN-5 a Standard User sees the name, and no settings", func(t *testing.T) {
		o, err := s.as(ben).Organization(t.Context(), org)
		require.NoError(t, err)
		require.Equal(t, "ana Inc", o.Name.Reveal())
		require.Nil(t, o.Settings)
	})
	t.Run("GEN-5 to anybody else it is as if absent", func(t *testing.T) {
		for _, who := range []tenancy.UserID{eve.User.ID, gil} {
			_, err := s.as(who).Organization(t.Context(), org)
			refused(t, err, tenancy.CodeNotFound)
			absent := tenancy.OrganizationID(gil)
			_, other := s.as(who).Organization(t.Context(), absent)
			require.Equal(t, strings.ReplaceAll(err.Error(), org.String(), absent.String()), other.Error())
		}
	})
	t.Run("GEN-14 a zero ID", func(t *testing.T) {
		_, err := s.as(ana.User.ID).Organization(t.Context(), tenancy.OrganizationID{})
		refused(t, err, tenancy.CodeID)
	})
	t.Run("GEN-12 limits of its own are shown", func(t *testing.T) {
		require.NoError(t, errOf(s.staff.SetLimits(t.Context(), eve.Organization.ID,
			&tenancy.Limits{Members: 3})))
		o, err := s.as(eve.User.ID).Organization(t.Context(), eve.Organization.ID)
		require.NoError(t, err)
		require.Equal(t, &tenancy.Limits{Members: 3}, o.Settings.Limits)
	})
	t.Run(
		"ORG-13 a merged organization's ID gives the survivor to its members, itself to Operators and System",
		func(t *testing.T) {
			old := s.another(ana, "Old")
			s.prove(ana.User.ID, org, "ana.example.com")
			_, err := s.as(ana.User.ID).MergeOrganizations(t.Context(), org, old)
			require.NoError(t, err)
			for _, who := range []tenancy.UserID{ana.User.ID, ben} {
				o, err := s.as(who).Organization(t.Context(), old)
				require.NoError(t, err)
				require.Equal(t, org, o.ID)
				require.Equal(t, tenancy.StateActive, o.State)
				require.Equal(t, who == ana.User.ID, o.Settings != nil)
			}
			_, err = s.as(eve.User.ID).Organization(t.Context(), old)
			refused(t, err, tenancy.CodeNotFound)
			for _, who := range []*tenancy.Session{s.host.Session, s.staff.Session} {
				o, err := who.Organization(t.Context(), old)
				require.NoError(t, err)
				require.Equal(t, old, o.ID)
				require.Equal(t, tenancy.StateMerged, o.State)
				require.Equal(t, org, o.MergedInto)
				require.Equal(t, s.clock.Now(), o.Ended)
			}
		},
	)
	t.Run("ORG-11 the name of one that ended is given for 30 days", func(t *testing.T) {
		require.NoError(t, s.as(eve.User.ID).DeleteOrganization(t.Context(), eve.Organization.ID,
			tenancy.OrganizationDeletion{}))
		s.clock.Advance(30*24*time.Hour - time.Microsecond)
		o, err := s.host.Organization(t.Context(), eve.Organization.ID)
		require.NoError(t, err)
		require.Equal(t, "eve Inc", o.Name.Reveal())
		require.Equal(t, tenancy.StateDeleted, o.State)
		s.clock.Advance(time.Microsecond)
		o, err = s.host.Organization(t.Context(), eve.Organization.ID)
		require.NoError(t, err)
		require.True(t, o.Name.IsZero())
		_, err = s.as(eve.User.ID).Organization(t.Context(), eve.Organization.ID)
		refused(t, err, tenancy.CodeNotFound)
	})
}

func TestRenameOrganization(t *testing.T) {
	s := newScene(t)
	ana, eve := s.found("ana"), s.found("eve")
	org := ana.Organization.ID
	ada := s.join(ana, "ada", tenancy.Administrator)
	ben := s.join(ana, "ben", tenancy.StandardUser)
	for name, who := range map[string]tenancy.UserID{"Owner": ana.User.ID, "Administrator": ada} {
		t.Run("ORG-7 "+name, func(t *testing.T) {
			var renamed tenancy.Organization
			added := s.news(func() {
				var err error
				renamed, err = s.as(who).RenameOrganization(t.Context(), org, " Name by "+name+" ")
				require.NoError(t, err)
			}, ofOrganization(org))
			require.Equal(t, "Name by "+name, renamed.Name.Reveal())
			require.Equal(t, [][]string{{"OrganizationRenamed"}}, added)
		})
	}
	t.Run("ORG-7 a name need not be unique", func(t *testing.T) {
		_, err := s.as(ana.User.ID).RenameOrganization(t.Context(), org, "eve Inc")
		require.NoError(t, err)
	})
	t.Run("GEN-6 the name it has changes nothing", func(t *testing.T) {
		s.unchanged(func() {
			renamed, err := s.as(ada).RenameOrganization(t.Context(), org, "eve Inc ")
			require.NoError(t, err)
			require.Equal(t, "eve Inc", renamed.Name.Reveal())
		})
	})
	for _, tt := range []struct {
		rule string
		who  *tenancy.Session
		org  tenancy.OrganizationID
		name string
		code tenancy.Code
	}{
		{"GEN-14 a zero ID", s.as(ana.User.ID), tenancy.OrganizationID{}, "New", tenancy.CodeID},
		{"section 3 a name of white space", s.as(ana.User.ID), org, " \n", tenancy.CodeName},
		{"section 3 a name that is no UTF-8", s.as(ana.User.ID), org, "a\xff", tenancy.CodeName},
		{"section 3 a long name", s.as(ana.User.ID), org, strings.Repeat("x", 65), tenancy.CodeName},
		{"GEN-5 another's", s.as(eve.User.ID), org, "New", tenancy.CodeNotFound},
		{"GEN-5 unknown", s.as(eve.User.ID), tenancy.OrganizationID(ben), "New", tenancy.CodeNotFound},
		{"ROLE-3 a Standard User", s.as(ben), org, "New", tenancy.CodeNotAllowed},
		{"GEN-6 the right is checked first", s.as(ben), org, "eve Inc", tenancy.CodeNotAllowed},
		{"GEN-1 an Operator", s.staff.Session, org, "New", tenancy.CodeNotAllowed},
		{"GEN-1 System", s.host.Session, org, "New", tenancy.CodeNotAllowed},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			s.unchanged(func() {
				_, err := tt.who.RenameOrganization(t.Context(), tt.org, tt.name)
				refused(t, err, tt.code)
			})
		})
	}
}

// TestOrganizationContext checks that nothing changes with a context that has ended.
func TestOrganizationContext(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	second := s.another(ana, "Second")
	ben := s.join(ana, "ben", tenancy.StandardUser)
	org := ana.Organization.ID
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range map[string]func(*tenancy.Session) error{
		"CreateOrganization": func(s *tenancy.Session) error {
			_, err := s.CreateOrganization(ended, tenancy.NewOrganization{Name: "New"})
			return err
		},
		"Organization": func(s *tenancy.Session) error {
			_, err := s.Organization(ended, org)
			return err
		},
		"Organizations": func(s *tenancy.Session) error {
			return failure(s.Organizations(ended,
				tenancy.OrganizationQuery{}))
		},
		"RenameOrganization": func(s *tenancy.Session) error {
			_, err := s.RenameOrganization(ended, org, "New")
			return err
		},
		"TransferOwnership": func(s *tenancy.Session) error {
			_, err := s.TransferOwnership(ended, org, tenancy.NewOwner{User: ben,
				Previous: tenancy.PreviousLeaves})
			return err
		},
		"MoveAccount": func(s *tenancy.Session) error {
			_, err := s.MoveAccount(ended, ana.Account.ID, second)
			return err
		},
		"SetOrganizationRole": func(s *tenancy.Session) error {
			return errOf(s.SetOrganizationRole(ended, org, ben, tenancy.Administrator))
		},
	} {
		t.Run("GEN-14 "+name, func(t *testing.T) {
			s.unchanged(func() { require.ErrorIs(t, call(s.as(ana.User.ID)), context.Canceled) })
		})
	}
	t.Run("GEN-14 ReplaceOwner", func(t *testing.T) {
		s.unchanged(func() {
			_, err := s.staff.ReplaceOwner(ended, org, tenancy.OwnerReplacement{User: ben,
				Previous: tenancy.PreviousLeaves, Reference: "t"})
			require.ErrorIs(t, err, context.Canceled)
		})
	})
}

// TestOrganizationSteps checks in how many steps operations read, heads of streams
// included.
func TestOrganizationSteps(t *testing.T) {
	s := newScene(t)
	counted := scenes.NewCounting(s.store)
	dir, err := tenancy.New(counted, &tenancy.Options{Now: s.clock.Now})
	require.NoError(t, err)
	ana, dan := s.found("ana"), s.found("dan")
	ben, cat := s.join(ana, "ben", tenancy.StandardUser), s.join(ana, "cat", tenancy.StandardUser)
	org, second := ana.Organization.ID, s.another(ana, "Second")
	steps := func(op string, want int, call func() error) {
		t.Helper()
		require.NoError(t, call(), op)
		require.LessOrEqual(t, len(counted.Steps), want, "%s: lookups of each step: %v", op, counted.Steps)
	}
	as := func(user tenancy.UserID) *tenancy.Session { return dir.As(user) }
	// The head of the new organization's stream is read last.
	steps("CreateOrganization", 3, func() error {
		_, err := as(ana.User.ID).CreateOrganization(t.Context(), tenancy.NewOrganization{Name: "Third"})
		return err
	})
	steps("Organization", 1, func() error {
		_,
			err := as(ana.User.ID).Organization(t.Context(), org)
		return err
	})
	steps("Organizations", 2,
		func() error {
			return failure(as(ana.User.ID).Organizations(t.Context(),
				tenancy.OrganizationQuery{}))
		})
	steps("RenameOrganization", 1, func() error {
		_,
			err := as(ana.User.ID).RenameOrganization(t.Context(), org, "New")
		return err
	})
	steps("MoveAccount", 2, func() error {
		_,
			err := as(ana.User.ID).MoveAccount(t.Context(), ana.Account.ID, second)
		return err
	})
	steps("SetOrganizationRole", 1, func() error {
		return errOf(as(ana.User.ID).SetOrganizationRole(t.Context(), org, ben, tenancy.Administrator))
	})
	// What an Owner loses who leaves is known two steps after their ID.
	steps("TransferOwnership", 3, func() error {
		_, err := as(ana.User.ID).TransferOwnership(t.Context(), org,
			tenancy.NewOwner{Email: address("ben"), Previous: tenancy.PreviousLeaves})
		return err
	})
	steps("TransferOwnership", 2, func() error {
		_, err := as(ben).TransferOwnership(t.Context(), org, tenancy.NewOwner{User: cat})
		return err
	})
	steps("ReplaceOwner", 2, func() error {
		_, err := dir.Operator("staff-1").ReplaceOwner(t.Context(), org,
			tenancy.OwnerReplacement{User: ben, Reference: "t"})
		return err
	})
	// Here the organization's record names the Owner, and the new one brings all that is theirs.
	gil, _ := s.loner(dan, "gil")
	_, err = s.as(cat).InviteToAccount(t.Context(), s.account(cat, org, "Cat's"),
		tenancy.NewAccountInvitation{Email: address("dan"), Roles: tenancy.Roles(tenancy.Support)})
	require.NoError(t, err)
	steps("ReplaceOwner", 4, func() error {
		_, err := dir.Operator("staff-1").ReplaceOwner(t.Context(), dan.Organization.ID,
			tenancy.OwnerReplacement{User: gil, Previous: tenancy.PreviousLeaves, Reference: "t"})
		return err
	})
}
