package tenancy_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/memstore"
)

// as gives what a user can do.
func (s *scene) as(user tenancy.UserID) *tenancy.Session { return s.dir.As(user) }

// signUp signs somebody up with an invitation's secret.
func (s *scene) signUp(name string, secret tenancy.Secret) (tenancy.SignedUp, error) {
	return s.host.SignUp(s.ctx(), tenancy.NewSignUp{Email: tenancy.Proven(address(name)), Name: name, Secret: secret})
}

// invited invites somebody to the founder's organization.
func (s *scene) invited(founder tenancy.SignedUp, email string) tenancy.SentInvitation {
	s.Helper()
	sent, err := s.as(founder.User.ID).InviteUser(s.ctx(), founder.Organization.ID, tenancy.NewInvitation{Email: email})
	require.NoError(s, err)
	return sent
}

// account makes an account in an organization that a member owns; without an organization, an unmanaged one.
func (s *scene) account(owner tenancy.UserID, org tenancy.OrganizationID, name string) tenancy.AccountID {
	s.Helper()
	made, err := s.as(owner).CreateAccount(s.ctx(), org, tenancy.NewAccount{Name: name})
	require.NoError(s, err)
	return made.ID
}

// assign gives a user roles on an account.
func (s *scene) assign(
	actor tenancy.UserID, account tenancy.AccountID, user tenancy.UserID, roles ...tenancy.AccountRole,
) {
	s.Helper()
	_, err := s.as(actor).AssignRoles(s.ctx(), account, user, tenancy.Assignment{Roles: tenancy.Roles(roles...)})
	require.NoError(s, err)
}

// log gives the types of a stream's events from a number on.
func (s *scene) log(stream tenancy.Stream, from int) []string {
	s.Helper()
	var types []string
	require.NoError(s, s.store.View(context.Background(), func(ctx context.Context, tx tenancy.ReadTx) error {
		events, err := tx.Events(ctx, stream, uint64(from), 1000)
		for _, e := range events {
			types = append(types, e.Type)
		}
		return err
	}))
	return types
}

// news gives what a call adds to streams, in their order.
func (s *scene) news(call func(), streams ...tenancy.Stream) [][]string {
	s.Helper()
	var before []int
	for _, stream := range streams {
		before = append(before, len(s.log(stream, 1)))
	}
	call()
	var added [][]string
	for i, stream := range streams {
		added = append(added, s.log(stream, before[i]+1))
	}
	return added
}

// record gives a record by its identity; nil: absent.
func (s *scene) record(index tenancy.Index, key tenancy.Key) tenancy.Record {
	s.Helper()
	var record tenancy.Record
	require.NoError(s, s.store.View(context.Background(), func(ctx context.Context, tx tenancy.ReadTx) error {
		answers, err := tx.Read(ctx, tenancy.Lookup{Index: index, Key: key})
		record = answers[0].Record
		return err
	}))
	return record
}

func (s *scene) accountRecord(id tenancy.AccountID) tenancy.AccountRecord {
	s.Helper()
	return s.record(tenancy.IndexAccounts, tenancy.Key{ID: id}).(tenancy.AccountRecord)
}

// roles gives a user's roles on an account.
func (s *scene) roles(account tenancy.AccountID, user tenancy.UserID) tenancy.RoleSet {
	s.Helper()
	g, _ := s.record(tenancy.IndexGrants, tenancy.Key{In: account, ID: user}).(tenancy.GrantRecord)
	return g.Roles
}

// invitationState gives an invitation's stored state.
func (s *scene) invitationState(id tenancy.InvitationID) tenancy.State {
	s.Helper()
	return s.record(tenancy.IndexInvitations, tenancy.Key{ID: id}).(tenancy.InvitationRecord).State
}

func ofOrganization(org tenancy.OrganizationID) tenancy.Stream {
	return tenancy.Stream{Organization: org}
}

func ofUser(user tenancy.UserID) tenancy.Stream { return tenancy.Stream{User: user} }

// badNames are no names (section 3).
var badNames = map[string]string{
	"over 64 characters":    strings.Repeat("é", 65),
	"white space":           " \t ",
	"invalid UTF-8":         "a\xffb",
	"a control character":   "a\x00b",
	"a line separator":      "a\u2028b",
	"a bidirectional one":   "a\u202eb",
	"a very long text":      strings.Repeat("x", 1<<20),
	"64 characters and two": strings.Repeat("x", 66),
}

func TestUser(t *testing.T) {
	s := newScene(t)
	ana, bob := s.found("ana"), s.found("bob")
	admin, std := s.join(ana, "admin", tenancy.Administrator), s.join(ana, "std", tenancy.StandardUser)
	guest := s.guest(ana.User.ID, ana.Account.ID, "guest", tenancy.Developer)
	s.assign(ana.User.ID, ana.Account.ID, std, tenancy.AccountAdministrator)
	t.Run("GEN-5 one sees oneself", func(t *testing.T) {
		user, memberships, err := s.as(guest).User(t.Context(), guest)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateActive, user.State)
		require.Empty(t, memberships)
	})
	t.Run("GEN-5 Owner and Administrators see members", func(t *testing.T) {
		for _, actor := range []tenancy.UserID{ana.User.ID, admin} {
			user, memberships, err := s.as(actor).User(t.Context(), std)
			require.NoError(t, err)
			require.Equal(t, address("std"), user.Email.Reveal())
			require.NotNil(t, user.Inactive)
			require.Len(t, memberships, 1)
		}
		_, _, err := s.as(admin).User(t.Context(), ana.User.ID)
		require.NoError(t, err)
	})
	t.Run("GEN-5 they see an independent user by name and address alone", func(t *testing.T) {
		user, memberships, err := s.as(admin).User(t.Context(), guest)
		require.NoError(t, err)
		require.Equal(t, "guest", user.Name.Reveal())
		require.Equal(t, tenancy.User{ID: guest, Email: user.Email, Name: user.Name}, user)
		require.Empty(t, memberships)
	})
	t.Run("GEN-5 of an independent user's own organization they see nothing", func(t *testing.T) {
		sent, err := s.as(ana.User.ID).InviteToAccount(t.Context(), ana.Account.ID,
			tenancy.NewAccountInvitation{Email: address("bob"), Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		_, err = s.as(bob.User.ID).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: sent.Secret})
		require.NoError(t, err)
		user, memberships, err := s.as(admin).User(t.Context(), bob.User.ID)
		require.NoError(t, err)
		require.Empty(t, user.State)
		require.Empty(t, memberships)
	})
	t.Run("GEN-5 everybody else is as absent", func(t *testing.T) {
		cy := s.found("cy")
		for actor, user := range map[tenancy.UserID]tenancy.UserID{std: admin, guest: ana.User.ID, cy.User.ID: ana.User.ID, ana.User.ID: cy.User.ID} {
			_, _, err := s.as(actor).User(t.Context(), user)
			refused(t, err, tenancy.CodeNotFound)
			_, _, absent := s.as(actor).User(t.Context(), tenancy.UserID{1})
			refused(t, absent, tenancy.CodeNotFound)
		}
	})
	t.Run("GEN-5 roles on a closed account show nobody", func(t *testing.T) {
		dan := s.found("dan")
		closed := s.account(dan.User.ID, dan.Organization.ID, "closed")
		late := s.guest(dan.User.ID, closed, "late", tenancy.Support)
		_, err := s.as(dan.User.ID).CloseAccount(t.Context(), closed)
		require.NoError(t, err)
		_, _, err = s.as(dan.User.ID).User(t.Context(), late)
		refused(t, err, tenancy.CodeNotFound)
	})
	t.Run("GEN-5 who manages an account's members sees who has a role there, as Access shows them",
		func(t *testing.T) { s.colleagues(t) })
	t.Run("GEN-5 Operators and System see all", func(t *testing.T) {
		for _, p := range []*tenancy.Platform{s.host, s.staff} {
			user, memberships, err := p.User(t.Context(), ana.User.ID)
			require.NoError(t, err)
			require.Equal(t, ana.User, user)
			require.Len(t, memberships, 1)
			user, _, err = p.User(t.Context(), guest)
			require.NoError(t, err)
			require.Equal(t, tenancy.StateActive, user.State)
			_, _, err = p.User(t.Context(), tenancy.UserID{1})
			refused(t, err, tenancy.CodeNotFound)
		}
	})
	t.Run("GEN-14 a zero ID", func(t *testing.T) {
		_, _, err := s.host.User(t.Context(), tenancy.UserID{})
		refused(t, err, tenancy.CodeID)
	})
	t.Run("GEN-2 nobody inactive, deleted or unknown looks", func(t *testing.T) {
		_, err := s.staff.DeactivateUser(t.Context(), bob.User.ID)
		require.NoError(t, err)
		for _, actor := range []tenancy.UserID{bob.User.ID, {1}, {}} {
			_, _, err := s.as(actor).User(t.Context(), bob.User.ID)
			refused(t, err, tenancy.CodeActor)
		}
	})
}

// colleagues has people look at each other who have nothing in common but roles on accounts: an unmanaged one of the first, and its subaccounts.
func (s *scene) colleagues(t *testing.T) {
	founder := s.found("max")
	owner, main := founder.User.ID, founder.Account.ID
	require.NoError(t,
		s.as(owner).DeleteOrganization(t.Context(), founder.Organization.ID, tenancy.OrganizationDeletion{}))
	east, west := s.subaccount(owner, main, "east"), s.subaccount(owner, main, "west")
	guests := map[string]tenancy.UserID{"owner": owner}
	for name, role := range map[string]tenancy.AccountRole{"admin": tenancy.AccountAdministrator, "developer": tenancy.Developer,
		"billing": tenancy.BillingManager, "support": tenancy.Support} {
		for at, account := range map[string]tenancy.AccountID{"": main, "east ": east, "west ": west} {
			guests[at+name] = s.guest(owner, account, strings.ReplaceAll(at+name, " ", "-")+"-of-max", role)
		}
	}
	sees := func(who, whom string) bool {
		where := func(name string) string { at, _, _ := strings.Cut(name, " "); return at }
		administers := who == "owner" || strings.HasSuffix(who, "admin")
		apart := strings.Contains(who, " ") && strings.Contains(whom, " ") && where(who) != where(whom)
		return who == whom || administers && !apart
	}
	look := func(who, whom string) (tenancy.User, error) {
		user, memberships, err := s.as(guests[who]).User(t.Context(), guests[whom])
		require.True(t, who == whom || len(memberships) == 0)
		return user, err
	}
	for who := range guests {
		_, _, absent := s.as(guests[who]).User(t.Context(), tenancy.UserID{1})
		refused(t, absent, tenancy.CodeNotFound)
		for whom := range guests {
			user, err := look(who, whom)
			switch {
			case !sees(who, whom):
				refused(t, err, tenancy.CodeNotFound)
				require.Zero(t, user)
				require.Equal(t,
					strings.ReplaceAll(absent.Error(), tenancy.UserID{1}.String(), guests[whom].String()),
					err.Error())
			case who != whom:
				require.NoError(t, err, "%s of %s", who, whom)
				require.Equal(t, tenancy.User{ID: guests[whom], Email: user.Email, Name: user.Name}, user)
				require.NotEmpty(t, user.Email.Reveal())
			}
		}
	}
	admin, std := s.as(guests["admin"]), guests["support"]
	seen := items(t, admin.Access(t.Context(), main, tenancy.ReachQuery{}))
	require.Len(t, seen, 5)
	for _, reach := range seen {
		user, _, err := admin.User(t.Context(), reach.User)
		require.NoError(t, err)
		require.Equal(t, []string{reach.Name.Reveal(), reach.Email.Reveal()},
			[]string{user.Name.Reveal(), user.Email.Reveal()})
	}
	_, err := admin.UpdateUser(t.Context(), std, tenancy.UserUpdate{Name: new("x")})
	refused(t, err, tenancy.CodeNotAllowed) // seen, and not theirs to change
	refused(t, failure(admin.AccountsOf(t.Context(), std, tenancy.AccountsOfQuery{})), tenancy.CodeNotFound)
	require.NoError(t, s.as(owner).RevokeRoles(t.Context(), main, std))
	_, err = look("admin", "support")
	refused(t, err, tenancy.CodeNotFound)
	s.assign(owner, main, guests["admin"], tenancy.Developer)
	_, err = look("admin", "developer")
	refused(t, err, tenancy.CodeNotFound)
	require.NoError(t, second(s.as(owner).CloseAccount(t.Context(), main)))
	_, err = look("owner", "developer")
	refused(t, err, tenancy.CodeNotFound)
}

func TestUserByEmail(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	t.Run("GEN-15 by address, however it is spelled", func(t *testing.T) {
		for _, p := range []*tenancy.Platform{s.host, s.staff} {
			user, err := p.UserByEmail(t.Context(), "ANA@Ana.example.com")
			require.NoError(t, err)
			require.Equal(t, ana.User, user)
		}
	})
	t.Run("USR-2 SEC-1 an invited address is not in the directory", func(t *testing.T) {
		s.invited(ana, "bo@example.com")
		_, err := s.host.UserByEmail(t.Context(), "bo@example.com")
		refused(t, err, tenancy.CodeNotFound)
	})
	t.Run("ADR-1 what is no address", func(t *testing.T) {
		_, err := s.host.UserByEmail(t.Context(), "ana")
		refused(t, err, tenancy.CodeEmail)
	})
}

func TestPlatformOfAUser(t *testing.T) {
	s := newScene(t)
	ana, bob := s.found("ana"), s.found("bob")
	p := tenancy.Platform{Session: s.as(ana.User.ID)}
	t.Run("GEN-1 a user who is given the host's operations is refused them, and learns nothing", func(t *testing.T) {
		s.unchanged(func() {
			_, err := p.SignUp(t.Context(), tenancy.NewSignUp{Email: tenancy.Proven("x@example.com"), Name: "X"})
			refused(t, err, tenancy.CodeNotAllowed)
			for _, email := range []string{address("bob"), "nobody@example.com"} {
				_, err = p.UserByEmail(t.Context(), email)
				refused(t, err, tenancy.CodeNotAllowed)
			}
			_, err = p.ChangeEmail(t.Context(), ana.User.ID, tenancy.Proven("x@example.com"))
			refused(t, err, tenancy.CodeNotAllowed)
			_, err = p.ChangeEmail(t.Context(), bob.User.ID, tenancy.Proven("x@example.com"))
			refused(t, err, tenancy.CodeNotFound)
		})
	})
}

func TestUpdateUser(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	admin, std := s.join(ana, "admin", tenancy.Administrator), s.join(ana, "std", tenancy.StandardUser)
	guest := s.guest(ana.User.ID, ana.Account.ID, "guest", tenancy.Developer)
	rename := func(name string) tenancy.UserUpdate { return tenancy.UserUpdate{Name: new(name)} }
	t.Run("GEN-15 one renames oneself, Owner and Administrators rename members", func(t *testing.T) {
		for actor, user := range map[tenancy.UserID]tenancy.UserID{std: std, ana.User.ID: admin, admin: std, guest: guest} {
			changed, err := s.as(actor).UpdateUser(t.Context(), user, rename(" by "+actor.String()[:32]))
			require.NoError(t, err)
			require.Equal(t, "by "+actor.String()[:32], changed.Name.Reveal())
		}
		changed, err := s.as(ana.User.ID).UpdateUser(t.Context(), ana.User.ID, rename("Ana"))
		require.NoError(t, err)
		require.Equal(t, "Ana", changed.Name.Reveal())
	})
	t.Run("EVT-2 it stands in the organization's stream, or, in none, in the user's", func(t *testing.T) {
		require.Equal(t, [][]string{{"UserUpdated"}, nil}, s.news(func() {
			_, err := s.as(std).UpdateUser(t.Context(), std, rename("Std"))
			require.NoError(t, err)
		}, ofOrganization(ana.Organization.ID), ofUser(std)))
		require.Equal(t, [][]string{nil, {"UserUpdated"}}, s.news(func() {
			_, err := s.as(guest).UpdateUser(t.Context(), guest, rename("Guest"))
			require.NoError(t, err)
		}, ofOrganization(ana.Organization.ID), ofUser(guest)))
	})
	t.Run("GEN-6 the name one has, or none, changes nothing", func(t *testing.T) {
		for _, in := range []tenancy.UserUpdate{rename("Std"), {}} {
			s.unchanged(func() {
				changed, err := s.as(admin).UpdateUser(t.Context(), std, in)
				require.NoError(t, err)
				require.Equal(t, "Std", changed.Name.Reveal())
			})
		}
	})
	refusals := map[string]struct {
		actor *tenancy.Session
		user  tenancy.UserID
		in    tenancy.UserUpdate
		code  tenancy.Code
	}{
		"GEN-14 a zero ID":                     {s.as(std), tenancy.UserID{}, rename("x"), tenancy.CodeID},
		"section 3 an empty name":              {s.as(std), std, rename(""), tenancy.CodeName},
		"ROLE-5 nobody renames the Owner":      {s.as(admin), ana.User.ID, rename("x"), tenancy.CodeTheOwner},
		"GEN-6 not even to the name they have": {s.as(admin), ana.User.ID, rename("Ana"), tenancy.CodeTheOwner},
		"GEN-5 an independent user is seen":    {s.as(admin), guest, rename("x"), tenancy.CodeNotAllowed},
		"GEN-5 a Standard User sees nobody":    {s.as(std), admin, rename("x"), tenancy.CodeNotFound},
		"GEN-5 absent": {
			s.as(admin),
			tenancy.UserID{1},
			rename("x"),
			tenancy.CodeNotFound,
		},
		"GEN-1 an Operator is nobody's Administrator": {s.staff.Session, std, rename("x"), tenancy.CodeNotAllowed},
		"GEN-1 nor is System":                         {s.host.Session, std, rename("x"), tenancy.CodeNotAllowed},
	}
	for what, try := range refusals {
		t.Run(what, func(t *testing.T) {
			s.unchanged(func() {
				_, err := try.actor.UpdateUser(t.Context(), try.user, try.in)
				refused(t, err, try.code)
			})
		})
	}
	for what, name := range badNames {
		t.Run("section 3 a name is not "+what, func(t *testing.T) {
			_, err := s.as(std).UpdateUser(t.Context(), std, rename(name))
			refused(t, err, tenancy.CodeName)
		})
	}
}

func TestActivity(t *testing.T) {
	s := newScene(t)
	ana, bob := s.found("ana"), s.found("bob")
	boss := s.as(ana.User.ID)
	admin, admin2 := s.join(ana, "admin", tenancy.Administrator), s.join(ana, "admin2", tenancy.Administrator)
	std := s.join(ana, "std", tenancy.StandardUser)
	guest := s.guest(ana.User.ID, ana.Account.ID, "guest", tenancy.Developer)
	s.assign(ana.User.ID, ana.Account.ID, std, tenancy.Developer)
	t.Run("USR-13 inactive users keep membership and grants and can do nothing", func(t *testing.T) {
		require.Equal(t, [][]string{{"UserDeactivated"}, nil}, s.news(func() {
			user, err := s.as(admin).DeactivateUser(t.Context(), std)
			require.NoError(t, err)
			require.Equal(t, tenancy.StateInactive, user.State)
			require.Equal(t, &tenancy.Inactivity{Organization: true}, user.Inactive)
		}, ofOrganization(ana.Organization.ID), ofUser(std)))
		_, memberships, err := boss.User(t.Context(), std)
		require.NoError(t, err)
		require.Len(t, memberships, 1)
		require.Equal(t, tenancy.Roles(tenancy.Developer), s.roles(ana.Account.ID, std))
		refused(t, s.as(std).Leave(t.Context(), ana.Organization.ID), tenancy.CodeActor)
	})
	t.Run("GEN-6 again changes nothing", func(t *testing.T) {
		s.unchanged(func() {
			_, err := boss.DeactivateUser(t.Context(), std)
			require.NoError(t, err)
			_, err = s.staff.ReactivateUser(t.Context(), std)
			require.NoError(t, err)
		})
	})
	t.Run("USR-13 the organization's and an Operator's are two, and each lifts its own", func(t *testing.T) {
		steps := []struct {
			act  func(context.Context, tenancy.UserID) (tenancy.User, error)
			want tenancy.Inactivity
		}{
			{s.staff.DeactivateUser, tenancy.Inactivity{Organization: true, Operator: true}},
			{boss.ReactivateUser, tenancy.Inactivity{Operator: true}},
			{boss.ReactivateUser, tenancy.Inactivity{Operator: true}},
			{boss.DeactivateUser, tenancy.Inactivity{Organization: true, Operator: true}},
			{s.staff.ReactivateUser, tenancy.Inactivity{Organization: true}},
			{s.as(admin2).ReactivateUser, tenancy.Inactivity{}},
		}
		for _, step := range steps {
			user, err := step.act(t.Context(), std)
			require.NoError(t, err)
			require.Equal(t, &step.want, user.Inactive)
			require.Equal(t, step.want == tenancy.Inactivity{}, user.State == tenancy.StateActive)
		}
	})
	t.Run("USR-13 an Operator deactivates anybody, an Owner too", func(t *testing.T) {
		for _, user := range []tenancy.UserID{bob.User.ID, guest} {
			_, err := s.staff.DeactivateUser(t.Context(), user)
			require.NoError(t, err)
			_, _, err = s.as(user).User(t.Context(), user)
			refused(t, err, tenancy.CodeActor)
			_, err = s.staff.ReactivateUser(t.Context(), user)
			require.NoError(t, err)
		}
	})
	t.Run("ROLE-5 Administrators manage Administrators", func(t *testing.T) {
		_, err := s.as(admin).DeactivateUser(t.Context(), admin2)
		require.NoError(t, err)
		_, err = s.as(admin).ReactivateUser(t.Context(), admin2)
		require.NoError(t, err)
	})
	for what, try := range map[string]struct {
		actor *tenancy.Session
		user  tenancy.UserID
		code  tenancy.Code
	}{
		"USR-13 not the Owner":                   {s.as(admin), ana.User.ID, tenancy.CodeTheOwner},
		"USR-13 not oneself":                     {s.as(admin), admin, tenancy.CodeOneself},
		"USR-13 not oneself, the Owner":          {boss, ana.User.ID, tenancy.CodeOneself},
		"USR-13 not oneself, the Standard User":  {s.as(std), std, tenancy.CodeNotAllowed},
		"USR-13 for members, no independent one": {boss, guest, tenancy.CodeNotAllowed},
		"GEN-5 a Standard User sees nobody":      {s.as(std), admin, tenancy.CodeNotFound},
		"GEN-5 a stranger":                       {boss, bob.User.ID, tenancy.CodeNotFound},
		"GEN-5 nobody":                           {boss, tenancy.UserID{1}, tenancy.CodeNotFound},
		"GEN-5 nobody, for an Operator":          {s.staff.Session, tenancy.UserID{1}, tenancy.CodeNotFound},
		"GEN-1 System does not":                  {s.host.Session, std, tenancy.CodeNotAllowed},
		"GEN-14 a zero ID":                       {boss, tenancy.UserID{}, tenancy.CodeID},
	} {
		t.Run(what, func(t *testing.T) {
			s.unchanged(func() {
				_, err := try.actor.DeactivateUser(t.Context(), try.user)
				refused(t, err, try.code)
				_, err = try.actor.ReactivateUser(t.Context(), try.user)
				refused(t, err, try.code)
			})
		})
	}
}

// second gives an Owner another organization.
func (s *scene) second(owner tenancy.SignedUp) tenancy.OrganizationID {
	s.Helper()
	_, err := s.host.VerifyPhone(s.ctx(), owner.Account.ID, "+4312345678")
	require.NoError(s, err)
	made, err := s.as(owner.User.ID).CreateOrganization(s.ctx(), tenancy.NewOrganization{Name: "second", AllStay: true})
	require.NoError(s, err)
	return made.Organization.ID
}

func TestOwnerOfSeveral(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	admin := s.join(ana, "admin", tenancy.Administrator)
	org, second := ana.Organization.ID, s.second(ana)
	t.Run(
		"GEN-5 an Administrator sees the Owner in their organization alone, Operators and the Owner in all",
		func(t *testing.T) {
			_, memberships, err := s.as(admin).User(t.Context(), ana.User.ID)
			require.NoError(t, err)
			require.Len(t, memberships, 1)
			require.Equal(t, org, memberships[0].Organization)
			for _, actor := range []*tenancy.Session{s.as(ana.User.ID), s.staff.Session} {
				_, memberships, err = actor.User(t.Context(), ana.User.ID)
				require.NoError(t, err)
				require.Len(t, memberships, 2)
			}
		},
	)
	t.Run("EVT-2 what changes of them stands in the streams of all", func(t *testing.T) {
		streams := []tenancy.Stream{ofOrganization(org), ofOrganization(second), ofUser(ana.User.ID)}
		for what, change := range map[string]func() error{
			"UserUpdated": func() error {
				_, err := s.as(ana.User.ID).UpdateUser(t.Context(), ana.User.ID, tenancy.UserUpdate{Name: new("Ana")})
				return err
			},
			"UserEmailChanged": func() error {
				_, err := s.host.ChangeEmail(t.Context(), ana.User.ID, tenancy.Proven("ana@new.example.com"))
				return err
			},
		} {
			require.Equal(t, [][]string{{what}, {what}, nil},
				s.news(func() { require.NoError(t, change()) }, streams...))
		}
	})
	t.Run("ORG-9 nobody but an Operator touches them", func(t *testing.T) {
		s.unchanged(func() {
			_, err := s.as(admin).UpdateUser(t.Context(), ana.User.ID, tenancy.UserUpdate{Name: new("x")})
			refused(t, err, tenancy.CodeTheOwner)
			_, err = s.as(admin).DeactivateUser(t.Context(), ana.User.ID)
			refused(t, err, tenancy.CodeTheOwner)
			refused(t, s.as(ana.User.ID).Leave(t.Context(), second), tenancy.CodeOwnerLeaves)
			refused(t, s.staff.DeleteUser(t.Context(), ana.User.ID, tenancy.UserDeletion{}),
				tenancy.CodeOwnsOrganization)
		})
	})
	t.Run("USR-11 a member of their other organization is no member of this one", func(t *testing.T) {
		bo := s.join(tenancy.SignedUp{User: ana.User, Organization: &tenancy.Organization{ID: second}}, "bo",
			tenancy.StandardUser)
		s.unchanged(func() {
			refused(t, s.as(ana.User.ID).RemoveUser(t.Context(), org, bo, tenancy.Removal{}), tenancy.CodeNotMember)
			refused(t, s.as(admin).RemoveUser(t.Context(), org, bo, tenancy.Removal{}), tenancy.CodeNotFound)
		})
	})
}

func TestUserSteps(t *testing.T) {
	counted := scenes.NewCounting(memstore.New())
	s := newSceneOver(t, counted)
	ana, other := s.found("ana"), s.found("other")
	require.Len(t, counted.Steps, 2, "SignUp: the address; the head of a stream that nobody could ask for")
	org, boss := ana.Organization.ID, s.as(ana.User.ID)
	sub, err := boss.CreateSubaccount(t.Context(), ana.Account.ID, tenancy.NewSubaccount{Name: "sub"})
	require.NoError(t, err)
	sent := s.invited(ana, address("in"))
	_, err = s.signUp("in", sent.Secret)
	require.NoError(t, err)
	require.Len(t, counted.Steps, 2, "SignUp with an organization's secret")
	guest := s.guest(ana.User.ID, sub.ID, "guest", tenancy.Developer)
	require.LessOrEqual(t, len(counted.Steps), 4, "SignUp with a subaccount's secret")
	// full is a member who owns an account, has roles here and elsewhere, and is invited.
	full := func(name string) tenancy.UserID {
		user := s.join(ana, name, tenancy.StandardUser)
		s.account(user, org, name)
		s.assign(ana.User.ID, sub.ID, user, tenancy.Developer)
		for _, accepts := range []bool{true, false} {
			account := s.account(other.User.ID, other.Organization.ID, name)
			sent, err := s.as(other.User.ID).
				InviteToAccount(t.Context(), account, tenancy.NewAccountInvitation{Email: address(name), Roles: tenancy.Roles(tenancy.Support)})
			require.NoError(t, err)
			if accepts {
				_, err = s.as(user).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: sent.Secret})
				require.NoError(t, err)
			}
		}
		return user
	}
	heir, one, two := s.join(ana, "heir", tenancy.StandardUser), full("one"), full("two")
	admin := s.guest(ana.User.ID, ana.Account.ID, "admin", tenancy.AccountAdministrator)
	leaver := s.join(ana, "leaver", tenancy.StandardUser)
	s.assign(ana.User.ID, sub.ID, leaver, tenancy.Developer)
	for _, op := range []struct {
		name string
		most int
		call func() error
	}{
		{"User", 2, func() error { _, _, err := boss.User(t.Context(), one); return err }},
		{"User, an independent one", 2, func() error { _, _, err := boss.User(t.Context(), guest); return err }},
		{"User with a role on an account", 3, func() error { _, _, err := s.as(admin).User(t.Context(), guest); return err }},
		{"UpdateUser of oneself", 2, func() error {
			_, err := s.as(guest).UpdateUser(t.Context(), guest, tenancy.UserUpdate{Name: new("x")})
			return err
		}},
		{"UpdateUser", 2, func() error {
			_, err := boss.UpdateUser(t.Context(), one, tenancy.UserUpdate{Name: new("x")})
			return err
		}},
		{"ChangeEmail", 2, func() error {
			_, err := s.host.ChangeEmail(t.Context(), heir, tenancy.Proven("x@example.com"))
			return err
		}},
		{"DeactivateUser", 2, func() error { _, err := boss.DeactivateUser(t.Context(), leaver); return err }},
		{"ReactivateUser", 2, func() error { _, err := s.as(ana.User.ID).ReactivateUser(t.Context(), leaver); return err }},
		{"Leave", 2, func() error { return s.as(leaver).Leave(t.Context(), org) }},
		{"RemoveUser", 3, func() error { return boss.RemoveUser(t.Context(), org, one, tenancy.Removal{AccountsTo: heir}) }},
		{"DeleteUser", 4, func() error { return boss.DeleteUser(t.Context(), two, tenancy.UserDeletion{AccountsTo: heir}) }},
	} {
		t.Run(op.name, func(t *testing.T) {
			require.NoError(t, op.call())
			require.LessOrEqual(t, len(counted.Steps), op.most)
		})
	}
}
