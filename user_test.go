package tenancy_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

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
func (s *scene) assign(actor tenancy.UserID, account tenancy.AccountID, user tenancy.UserID, roles ...tenancy.AccountRole) {
	s.Helper()
	_, err := s.as(actor).AssignRoles(s.ctx(), account, user, tenancy.Roles(roles...))
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

func TestSignUpFounds(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	t.Run("ORG-1 a user, an account of theirs, an organization of theirs that holds both", func(t *testing.T) {
		require.Equal(t, tenancy.SignUpFounded, ana.Result)
		require.Equal(t, "ana Inc", ana.Organization.Name.Reveal())
		require.Equal(t, "ana main", ana.Account.Name.Reveal())
		require.Equal(t, ana.User.ID, ana.Account.Owner)
		require.Equal(t, ana.Organization.ID, *ana.Account.Organization)
		require.Equal(t, tenancy.Roles(tenancy.AccountOwner), s.roles(ana.Account.ID, ana.User.ID))
		require.Equal(t, tenancy.PlanTrial, ana.Account.Plan)
		user, memberships, err := s.as(ana.User.ID).User(s.ctx(), ana.User.ID)
		require.NoError(t, err)
		require.Equal(t, ana.User, user)
		require.Equal(t, tenancy.User{ID: ana.User.ID, Email: user.Email, Name: user.Name, State: tenancy.StateActive,
			Inactive: &tenancy.Inactivity{}, Created: s.clock.Now()}, user)
		require.Equal(t, []tenancy.Membership{{Organization: ana.Organization.ID, User: ana.User.ID, Role: tenancy.Owner,
			SSO: tenancy.SSOExempt, Since: s.clock.Now()}}, memberships)
	})
	t.Run("EVT-2 all of it stands in the organization's stream, none in the user's", func(t *testing.T) {
		require.Equal(t, []string{"UserCreated", "OrganizationCreated", "MemberJoined", "AccountCreated", "RolesAssigned"},
			s.log(ofOrganization(ana.Organization.ID), 1))
		require.Empty(t, s.log(ofUser(ana.User.ID), 1))
	})
	t.Run("USR-1 empty names of organization and account have defaults, and names are trimmed", func(t *testing.T) {
		made, err := s.staff.SignUp(t.Context(), tenancy.NewSignUp{Email: tenancy.Proven("Bo@Example.com"), Name: "  Bo \n"})
		require.NoError(t, err)
		require.Equal(t, "My organization", made.Organization.Name.Reveal())
		require.Equal(t, "My account", made.Account.Name.Reveal())
		require.Equal(t, "Bo", made.User.Name.Reveal())
		require.Equal(t, "Bo@Example.com", made.User.Email.Reveal())
	})
	t.Run("USR-1 a pending invitation is accepted by its secret alone, and lives on", func(t *testing.T) {
		sent := s.invited(ana, address("cy"))
		cy := s.found("cy")
		require.Equal(t, tenancy.SignUpFounded, cy.Result)
		require.Equal(t, tenancy.StatePending, s.invitationState(sent.ID))
	})
	t.Run("GEN-13 Outcome says what was made", func(t *testing.T) {
		op := tenancy.OperationIDOf("issuer", "subject-1")
		in := tenancy.NewSignUp{Email: tenancy.Proven("dee@example.com"), Name: "Dee"}
		dee, err := s.host.Once(op).SignUp(t.Context(), in)
		require.NoError(t, err)
		_, err = s.host.Once(op).SignUp(t.Context(), in)
		refused(t, err, tenancy.CodeAlreadyDone)
		done, _ := tenancy.OutcomeOf(err)
		require.Equal(t, tenancy.Created{Users: []tenancy.UserID{dee.User.ID}, Organizations: []tenancy.OrganizationID{dee.Organization.ID},
			Accounts: []tenancy.AccountID{dee.Account.ID}}, done.Created)
	})
}

func TestSignUpRefuses(t *testing.T) {
	s := newScene(t)
	s.found("ana")
	good := tenancy.NewSignUp{Email: tenancy.Proven("bo@example.com"), Name: "Bo"}
	try := func(code tenancy.Code, change func(*tenancy.NewSignUp)) {
		t.Helper()
		in := good
		change(&in)
		s.unchanged(func() {
			_, err := s.host.SignUp(t.Context(), in)
			refused(t, err, code)
		})
	}
	t.Run("INV-7 an address belongs to one user, however it is spelled", func(t *testing.T) {
		try(tenancy.CodeEmailTaken, func(in *tenancy.NewSignUp) { in.Email = tenancy.Proven("ANA@ana.Example.COM") })
	})
	t.Run("ADR-1 what is no address", func(t *testing.T) {
		for _, email := range []string{"", "ana", "a@b@c.com", "Ana <ana@example.com>", "a\xff@example.com", strings.Repeat("a", 1<<20) + "@example.com"} {
			try(tenancy.CodeEmail, func(in *tenancy.NewSignUp) { in.Email = tenancy.Proven(email) })
		}
	})
	t.Run("USR-1 a person's name is never empty", func(t *testing.T) {
		try(tenancy.CodeName, func(in *tenancy.NewSignUp) { in.Name = "" })
	})
	for what, name := range badNames {
		t.Run("section 3 a name is not "+what, func(t *testing.T) {
			try(tenancy.CodeName, func(in *tenancy.NewSignUp) { in.Name = name })
			try(tenancy.CodeName, func(in *tenancy.NewSignUp) { in.Organization = name })
			try(tenancy.CodeName, func(in *tenancy.NewSignUp) { in.Account = name })
		})
	}
	t.Run("GEN-14 a closed context changes nothing", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s.unchanged(func() {
			_, err := s.host.SignUp(ctx, good)
			require.ErrorIs(t, err, context.Canceled)
			require.Empty(t, tenancy.CodeOf(err))
		})
	})
	t.Run("EVT-3 an Operator is known by a Reference", func(t *testing.T) {
		_, err := s.dir.Operator("ana@example.com").SignUp(t.Context(), good)
		refused(t, err, tenancy.CodeReference)
	})
}

func TestSignUpRaces(t *testing.T) {
	s := newScene(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	t.Run("INV-7 of many who sign up with one address at once, one does", func(t *testing.T) {
		var wg sync.WaitGroup
		errs := make([]error, 16)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = s.host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("one@example.com"), Name: "One"})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				refused(t, err, tenancy.CodeEmailTaken)
			}
		}
		require.Equal(t, 1, won)
	})
}

func TestSignUpAccepts(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	boss := s.as(ana.User.ID)
	t.Run("USR-1 an organization's invitation in one step: no account, no organization of their own", func(t *testing.T) {
		sent, err := boss.InviteUser(t.Context(), ana.Organization.ID, tenancy.NewInvitation{Email: address("bo"), Role: tenancy.Administrator})
		require.NoError(t, err)
		var bo tenancy.SignedUp
		added := s.news(func() {
			bo, err = s.signUp("bo", sent.Secret)
			require.NoError(t, err)
		}, ofOrganization(ana.Organization.ID))
		require.Equal(t, tenancy.SignUpAccepted, bo.Result)
		require.Equal(t, ana.Organization.ID, bo.Organization.ID)
		require.Nil(t, bo.Account)
		require.Equal(t, tenancy.StateAccepted, s.invitationState(sent.ID))
		_, memberships, err := s.as(bo.User.ID).User(t.Context(), bo.User.ID)
		require.NoError(t, err)
		require.Len(t, memberships, 1)
		require.Equal(t, tenancy.Administrator, memberships[0].Role)
		require.Equal(t, [][]string{{"UserCreated", "InvitationAccepted", "MemberJoined"}}, added)
		require.Empty(t, s.log(ofUser(bo.User.ID), 1))
	})
	t.Run("USR-1 an account's invitation in one step: an independent user", func(t *testing.T) {
		sent, err := boss.InviteToAccount(t.Context(), ana.Account.ID, tenancy.NewAccountInvitation{Email: address("cy"), Roles: tenancy.Roles(tenancy.Developer)})
		require.NoError(t, err)
		var cy tenancy.SignedUp
		added := s.news(func() {
			cy, err = s.signUp("cy", sent.Secret)
			require.NoError(t, err)
		}, ofOrganization(ana.Organization.ID))
		require.Equal(t, tenancy.SignUpAccepted, cy.Result)
		require.Nil(t, cy.Organization)
		require.Equal(t, ana.Account.ID, cy.Account.ID)
		require.Equal(t, tenancy.Roles(tenancy.Developer), s.roles(ana.Account.ID, cy.User.ID))
		require.Equal(t, [][]string{{"InvitationAccepted", "RolesAssigned"}}, added)
		require.Equal(t, []string{"UserCreated"}, s.log(ofUser(cy.User.ID), 1))
	})
	t.Run("USR-1 a subaccount's too", func(t *testing.T) {
		sub, err := boss.CreateSubaccount(t.Context(), ana.Account.ID, tenancy.NewSubaccount{Name: "sub"})
		require.NoError(t, err)
		sent, err := boss.InviteToAccount(t.Context(), sub.ID, tenancy.NewAccountInvitation{Email: address("dee"), Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		dee, err := s.signUp("dee", sent.Secret)
		require.NoError(t, err)
		require.Equal(t, ana.Account.ID, *dee.Account.Parent)
	})
	t.Run("USR-6 other pending invitations to the address live on", func(t *testing.T) {
		other := s.found("other")
		a, b := s.invited(ana, address("eve")), s.invited(other, address("eve"))
		_, err := s.signUp("eve", a.Secret)
		require.NoError(t, err)
		require.Equal(t, tenancy.StatePending, s.invitationState(b.ID))
	})
}

func TestSignUpSecretRefused(t *testing.T) {
	dead := map[string]func(s *scene, ana tenancy.SignedUp) tenancy.Secret{
		"of nothing": func(s *scene, _ tenancy.SignedUp) tenancy.Secret { return tenancy.ParseSecret("x") },
		"over-long": func(s *scene, _ tenancy.SignedUp) tenancy.Secret {
			return tenancy.ParseSecret(strings.Repeat("\xff", 1<<20))
		},
		"somebody else's": func(s *scene, ana tenancy.SignedUp) tenancy.Secret {
			return s.invited(ana, "other@example.com").Secret
		},
		"revoked": func(s *scene, ana tenancy.SignedUp) tenancy.Secret {
			sent := s.invited(ana, address("bo"))
			require.NoError(s, s.as(ana.User.ID).RevokeInvitation(s.ctx(), sent.ID))
			return sent.Secret
		},
		"declined": func(s *scene, ana tenancy.SignedUp) tenancy.Secret {
			sent := s.invited(ana, address("bo"))
			require.NoError(s, s.host.DeclineInvitation(s.ctx(), sent.Secret))
			return sent.Secret
		},
		"expired": func(s *scene, ana tenancy.SignedUp) tenancy.Secret {
			sent := s.invited(ana, address("bo"))
			s.clock.Advance(7 * 24 * time.Hour)
			return sent.Secret
		},
		"used by somebody who is gone": func(s *scene, ana tenancy.SignedUp) tenancy.Secret {
			sent := s.invited(ana, address("bo"))
			bo, err := s.signUp("bo", sent.Secret)
			require.NoError(s, err)
			require.NoError(s, s.as(ana.User.ID).DeleteUser(s.ctx(), bo.User.ID, tenancy.UserDeletion{}))
			return sent.Secret
		},
		"of an inviter who left": func(s *scene, ana tenancy.SignedUp) tenancy.Secret {
			admin := s.join(ana, "admin", tenancy.Administrator)
			sent, err := s.as(admin).InviteUser(s.ctx(), ana.Organization.ID, tenancy.NewInvitation{Email: address("bo")})
			require.NoError(s, err)
			require.NoError(s, s.as(admin).Leave(s.ctx(), ana.Organization.ID))
			return sent.Secret
		},
		"of a closed account": func(s *scene, ana tenancy.SignedUp) tenancy.Secret {
			sent, err := s.as(ana.User.ID).InviteToAccount(s.ctx(), ana.Account.ID, tenancy.NewAccountInvitation{Email: address("bo"), Roles: tenancy.Roles(tenancy.Support)})
			require.NoError(s, err)
			_, err = s.as(ana.User.ID).CloseAccount(s.ctx(), ana.Account.ID)
			require.NoError(s, err)
			return sent.Secret
		},
	}
	for what, make := range dead {
		t.Run("USR-1 refused whole with a secret "+what, func(t *testing.T) {
			s := newScene(t)
			secret := make(s, s.found("ana"))
			s.unchanged(func() {
				_, err := s.signUp("bo", secret)
				refused(t, err, tenancy.CodeSecretRefused)
			})
		})
	}
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
	t.Run("GEN-5 who manages an account's members sees who has a role there, as Access shows them", func(t *testing.T) { s.colleagues(t) })
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
	require.NoError(t, s.as(owner).DeleteOrganization(t.Context(), founder.Organization.ID, tenancy.OrganizationDeletion{}))
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
				require.Equal(t, strings.ReplaceAll(absent.Error(), tenancy.UserID{1}.String(), guests[whom].String()), err.Error())
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
		require.Equal(t, []string{reach.Name.Reveal(), reach.Email.Reveal()}, []string{user.Name.Reveal(), user.Email.Reveal()})
	}
	_, err := admin.UpdateUser(t.Context(), std, tenancy.UserUpdate{Name: new("x")})
	refused(t, err, tenancy.CodeNotAllowed) // seen, and not theirs to change
	refused(t, failure(admin.AccountsOf(t.Context(), std, tenancy.ReachQuery{})), tenancy.CodeNotFound)
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
	t.Run("USR-2 an invited address is not in the directory", func(t *testing.T) {
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
		"GEN-14 a zero ID":                            {s.as(std), tenancy.UserID{}, rename("x"), tenancy.CodeID},
		"section 3 an empty name":                     {s.as(std), std, rename(""), tenancy.CodeName},
		"ROLE-5 nobody renames the Owner":             {s.as(admin), ana.User.ID, rename("x"), tenancy.CodeTheOwner},
		"GEN-6 not even to the name they have":        {s.as(admin), ana.User.ID, rename("Ana"), tenancy.CodeTheOwner},
		"GEN-5 an independent user is seen":           {s.as(admin), guest, rename("x"), tenancy.CodeNotAllowed},
		"GEN-5 a Standard User sees nobody":           {s.as(std), admin, rename("x"), tenancy.CodeNotFound},
		"GEN-5 absent":                                {s.as(admin), tenancy.UserID{1}, rename("x"), tenancy.CodeNotFound},
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

func TestRemoveUser(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	org, boss := ana.Organization.ID, s.as(ana.User.ID)
	admin := s.join(ana, "admin", tenancy.Administrator)

	t.Run("USR-11 the user lives on without the organization, and loses role, grants and invitations to its accounts", func(t *testing.T) {
		bo := s.join(ana, "bo", tenancy.StandardUser)
		other := s.found("other")
		closed := s.account(bo, org, "closed")
		_, err := s.as(bo).CloseAccount(t.Context(), closed)
		require.NoError(t, err)
		sub, err := boss.CreateSubaccount(t.Context(), ana.Account.ID, tenancy.NewSubaccount{Name: "sub"})
		require.NoError(t, err)
		for _, account := range []tenancy.AccountID{ana.Account.ID, sub.ID} {
			s.assign(ana.User.ID, account, bo, tenancy.Developer)
		}
		second := s.account(ana.User.ID, org, "second")
		invite := func(actor tenancy.UserID, account tenancy.AccountID) tenancy.SentInvitation {
			sent, err := s.as(actor).InviteToAccount(t.Context(), account, tenancy.NewAccountInvitation{Email: address("bo"), Roles: tenancy.Roles(tenancy.Support)})
			require.NoError(t, err)
			return sent
		}
		here, there := invite(ana.User.ID, second), invite(other.User.ID, other.Account.ID)
		_, err = s.as(bo).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: there.Secret})
		require.NoError(t, err)
		elsewhere := s.account(other.User.ID, other.Organization.ID, "elsewhere")
		alive := invite(other.User.ID, elsewhere)

		added := s.news(func() { require.NoError(t, s.as(admin).RemoveUser(t.Context(), org, bo, tenancy.Removal{})) },
			ofOrganization(org), ofUser(bo), ofOrganization(other.Organization.ID))
		require.ElementsMatch(t, []string{"RolesRevoked", "RolesRevoked", "RolesRevoked", "InvitationRevoked", "MemberLeft"}, added[0])
		require.Equal(t, [][]string{{"MemberLeft"}, nil}, added[1:])

		user, memberships, err := s.as(bo).User(t.Context(), bo)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateActive, user.State)
		require.Empty(t, memberships)
		for _, account := range []tenancy.AccountID{ana.Account.ID, sub.ID, closed} {
			require.Empty(t, s.roles(account, bo))
		}
		require.Equal(t, tenancy.Roles(tenancy.Support), s.roles(other.Account.ID, bo))
		require.Equal(t, tenancy.StateRevoked, s.invitationState(here.ID))
		require.Equal(t, tenancy.StatePending, s.invitationState(alive.ID))
		require.Equal(t, bo, s.accountRecord(closed).Owner, "INV-10 a closed account's owner never changes")
	})
	t.Run("USR-11 accounts they own pass to another active member, subaccounts along", func(t *testing.T) {
		cy := s.join(ana, "cy", tenancy.StandardUser)
		account := s.account(cy, org, "cy's")
		sub, err := s.as(cy).CreateSubaccount(t.Context(), account, tenancy.NewSubaccount{Name: "sub"})
		require.NoError(t, err)
		s.unchanged(func() { refused(t, boss.RemoveUser(t.Context(), org, cy, tenancy.Removal{}), tenancy.CodeOwnsAccounts) })
		require.NoError(t, s.as(admin).RemoveUser(t.Context(), org, cy, tenancy.Removal{AccountsTo: admin}))
		for _, id := range []tenancy.AccountID{account, sub.ID} {
			require.Equal(t, admin, s.accountRecord(id).Owner)
			require.Equal(t, org, s.accountRecord(id).Organization)
		}
		require.Empty(t, s.roles(account, cy))
		require.Equal(t, tenancy.Roles(tenancy.AccountOwner), s.roles(account, admin))
	})
	t.Run("USR-11 or leave with them, where the Owner says so", func(t *testing.T) {
		dee := s.join(ana, "dee", tenancy.StandardUser)
		account := s.account(dee, org, "dee's")
		s.assign(ana.User.ID, account, admin, tenancy.Developer)
		s.unchanged(func() {
			refused(t, s.as(admin).RemoveUser(t.Context(), org, dee, tenancy.Removal{Release: true}), tenancy.CodeRelease)
		})
		added := s.news(func() { require.NoError(t, boss.RemoveUser(t.Context(), org, dee, tenancy.Removal{Release: true})) },
			ofOrganization(org), ofUser(dee))
		require.Equal(t, [][]string{{"AccountReleased", "MemberLeft"}, {"AccountReleased", "MemberLeft"}}, added)
		require.True(t, s.accountRecord(account).Organization.IsZero())
		require.Equal(t, dee, s.accountRecord(account).Owner)
		require.Equal(t, tenancy.Roles(tenancy.AccountOwner), s.roles(account, dee))
		require.Equal(t, tenancy.Roles(tenancy.Developer), s.roles(account, admin), "USR-11 nobody else's access changes")
	})
	t.Run("USR-13 the organization's inactivity ends with the membership, an Operator's stays", func(t *testing.T) {
		eve := s.join(ana, "eve", tenancy.StandardUser)
		_, err := boss.DeactivateUser(t.Context(), eve)
		require.NoError(t, err)
		_, err = s.staff.DeactivateUser(t.Context(), eve)
		require.NoError(t, err)
		require.NoError(t, boss.RemoveUser(t.Context(), org, eve, tenancy.Removal{}))
		user, _, err := s.host.User(t.Context(), eve)
		require.NoError(t, err)
		require.Equal(t, &tenancy.Inactivity{Operator: true}, user.Inactive)
	})
}

func TestRemoveUserRefuses(t *testing.T) {
	s := newScene(t)
	ana, bob := s.found("ana"), s.found("bob")
	org, boss := ana.Organization.ID, s.as(ana.User.ID)
	admin, std := s.join(ana, "admin", tenancy.Administrator), s.join(ana, "std", tenancy.StandardUser)
	idle := s.join(ana, "idle", tenancy.StandardUser)
	_, err := boss.DeactivateUser(t.Context(), idle)
	require.NoError(t, err)
	guest := s.guest(ana.User.ID, ana.Account.ID, "guest", tenancy.Developer)
	owner := s.join(ana, "owner", tenancy.StandardUser)
	s.account(owner, org, "owned")
	to := func(user tenancy.UserID) tenancy.Removal { return tenancy.Removal{AccountsTo: user} }
	none := tenancy.Removal{}
	for what, try := range map[string]struct {
		actor *tenancy.Session
		org   tenancy.OrganizationID
		user  tenancy.UserID
		in    tenancy.Removal
		code  tenancy.Code
	}{
		"GEN-14 a zero organization":                  {boss, tenancy.OrganizationID{}, std, none, tenancy.CodeID},
		"GEN-14 a zero user":                          {boss, org, tenancy.UserID{}, none, tenancy.CodeID},
		"USR-11 accounts both ways":                   {boss, org, owner, tenancy.Removal{AccountsTo: std, Release: true}, tenancy.CodeInput},
		"USR-11 accounts to the one who goes":         {boss, org, owner, to(owner), tenancy.CodeInput},
		"GEN-5 another's organization":                {s.as(bob.User.ID), org, std, none, tenancy.CodeNotFound},
		"GEN-5 no organization":                       {boss, tenancy.OrganizationID{1}, std, none, tenancy.CodeNotFound},
		"ROLE-3 a Standard User":                      {s.as(std), org, admin, none, tenancy.CodeNotAllowed},
		"GEN-1 an Operator is nobody's Administrator": {s.staff.Session, org, std, none, tenancy.CodeNotAllowed},
		"GEN-1 nor is System":                         {s.host.Session, org, std, none, tenancy.CodeNotAllowed},
		"USR-11 an Administrator lets no account out": {s.as(admin), org, owner, tenancy.Removal{Release: true}, tenancy.CodeRelease},
		"USR-11 not even where there is none":         {s.as(admin), org, std, tenancy.Removal{Release: true}, tenancy.CodeRelease},
		"USR-11 not oneself":                          {s.as(admin), org, admin, none, tenancy.CodeOneself},
		"USR-11 not oneself, the Owner":               {boss, org, ana.User.ID, none, tenancy.CodeOneself},
		"ORG-9 not the Owner":                         {s.as(admin), org, ana.User.ID, none, tenancy.CodeTheOwner},
		"GEN-5 nobody":                                {boss, org, tenancy.UserID{1}, none, tenancy.CodeNotFound},
		"GEN-5 a stranger":                            {boss, org, bob.User.ID, none, tenancy.CodeNotFound},
		"GEN-5 accounts to nobody":                    {boss, org, owner, to(tenancy.UserID{1}), tenancy.CodeNotFound},
		"GEN-5 accounts to a stranger":                {boss, org, owner, to(bob.User.ID), tenancy.CodeNotFound},
		"USR-11 members only":                         {boss, org, guest, none, tenancy.CodeNotMember},
		"USR-11 accounts to no member":                {boss, org, owner, to(guest), tenancy.CodeNotMember},
		"USR-11 accounts to an inactive member":       {boss, org, owner, to(idle), tenancy.CodeInactive},
		"USR-11 no default for accounts":              {boss, org, owner, none, tenancy.CodeOwnsAccounts},
	} {
		t.Run(what, func(t *testing.T) {
			s.unchanged(func() { refused(t, try.actor.RemoveUser(t.Context(), try.org, try.user, try.in), try.code) })
		})
	}
	t.Run("HIP-7 a designated account does not leave", func(t *testing.T) {
		_, err := s.staff.SetHIPAAEntitlement(t.Context(), org, tenancy.HIPAAEntitlement{On: true, Reference: "addendum-1", Executed: s.clock.Now()})
		require.NoError(t, err)
		med := s.join(ana, "med", tenancy.StandardUser)
		account := s.account(med, org, "med's")
		_, err = boss.EnableHIPAA(t.Context(), account)
		require.NoError(t, err)
		s.unchanged(func() {
			refused(t, boss.RemoveUser(t.Context(), org, med, tenancy.Removal{Release: true}), tenancy.CodeHIPAADesignated)
		})
		require.NoError(t, boss.RemoveUser(t.Context(), org, med, to(std)))
	})
}

func TestLeave(t *testing.T) {
	s := newScene(t)
	ana, bob := s.found("ana"), s.found("bob")
	org := ana.Organization.ID
	for name, role := range map[string]tenancy.OrganizationRole{"admin": tenancy.Administrator, "std": tenancy.StandardUser} {
		t.Run("USR-12 a member leaves, and loses what a removed one does: "+role.String(), func(t *testing.T) {
			user := s.join(ana, name, role)
			s.assign(ana.User.ID, ana.Account.ID, user, tenancy.Developer)
			added := s.news(func() { require.NoError(t, s.as(user).Leave(t.Context(), org)) }, ofOrganization(org), ofUser(user))
			require.Equal(t, [][]string{{"RolesRevoked", "MemberLeft"}, {"MemberLeft"}}, added)
			require.Empty(t, s.roles(ana.Account.ID, user))
			s.unchanged(func() { refused(t, s.as(user).Leave(t.Context(), org), tenancy.CodeNotFound) })
		})
	}
	owner := s.join(ana, "owner", tenancy.StandardUser)
	s.account(owner, org, "owned")
	for what, try := range map[string]struct {
		actor *tenancy.Session
		org   tenancy.OrganizationID
		code  tenancy.Code
	}{
		"USR-12 the Owner may not":      {s.as(ana.User.ID), org, tenancy.CodeOwnerLeaves},
		"USR-12 nor who owns accounts":  {s.as(owner), org, tenancy.CodeOwnsAccounts},
		"GEN-5 no member":               {s.as(bob.User.ID), org, tenancy.CodeNotFound},
		"GEN-14 a zero ID":              {s.as(owner), tenancy.OrganizationID{}, tenancy.CodeID},
		"GEN-1 an Operator has nothing": {s.staff.Session, org, tenancy.CodeNotAllowed},
		"GEN-1 System has nothing":      {s.host.Session, org, tenancy.CodeNotAllowed},
	} {
		t.Run(what, func(t *testing.T) {
			s.unchanged(func() { refused(t, try.actor.Leave(t.Context(), try.org), try.code) })
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

func TestChangeEmail(t *testing.T) {
	s := newScene(t)
	ana, bob := s.found("ana"), s.found("bob")
	t.Run("USR-17 another address, for every membership as before", func(t *testing.T) {
		require.Equal(t, [][]string{{"UserEmailChanged"}, nil}, s.news(func() {
			user, err := s.host.ChangeEmail(t.Context(), ana.User.ID, tenancy.Proven("Ana@New.example.com"))
			require.NoError(t, err)
			require.Equal(t, "Ana@New.example.com", user.Email.Reveal())
			require.Equal(t, ana.User.Name, user.Name)
		}, ofOrganization(ana.Organization.ID), ofUser(ana.User.ID)))
		_, err := s.host.UserByEmail(t.Context(), address("ana"))
		refused(t, err, tenancy.CodeNotFound)
		user, err := s.host.UserByEmail(t.Context(), "ana@new.example.com")
		require.NoError(t, err)
		require.Equal(t, ana.User.ID, user.ID)
	})
	t.Run("USR-17 another spelling is a change", func(t *testing.T) {
		require.Equal(t, [][]string{{"UserEmailChanged"}}, s.news(func() {
			user, err := s.staff.ChangeEmail(t.Context(), ana.User.ID, tenancy.Proven("ana@new.example.com"))
			require.NoError(t, err)
			require.Equal(t, "ana@new.example.com", user.Email.Reveal())
		}, ofOrganization(ana.Organization.ID)))
	})
	t.Run("GEN-6 the same spelling is none", func(t *testing.T) {
		s.unchanged(func() {
			_, err := s.staff.ChangeEmail(t.Context(), ana.User.ID, tenancy.Proven("ana@new.example.com"))
			require.NoError(t, err)
		})
	})
	t.Run("USR-17 the old address is free, and pending invitations stay with it", func(t *testing.T) {
		guest := s.guest(ana.User.ID, ana.Account.ID, "guest", tenancy.Developer)
		sent := s.invited(ana, address("guest"))
		_, err := s.host.ChangeEmail(t.Context(), guest, tenancy.Proven("guest@new.example.com"))
		require.NoError(t, err)
		_, err = s.as(guest).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: sent.Secret})
		refused(t, err, tenancy.CodeNotFound)
		next, err := s.signUp("guest", sent.Secret)
		require.NoError(t, err)
		require.Equal(t, tenancy.SignUpAccepted, next.Result)
	})
	for what, try := range map[string]struct {
		user  tenancy.UserID
		email string
		code  tenancy.Code
	}{
		"INV-7 another's address": {ana.User.ID, "BOB@bob.example.com", tenancy.CodeEmailTaken},
		"GEN-5 nobody":            {tenancy.UserID{1}, "x@example.com", tenancy.CodeNotFound},
		"GEN-14 a zero ID":        {tenancy.UserID{}, "x@example.com", tenancy.CodeID},
		"ADR-1 no address":        {ana.User.ID, "ana", tenancy.CodeEmail},
	} {
		t.Run(what, func(t *testing.T) {
			s.unchanged(func() {
				_, err := s.host.ChangeEmail(t.Context(), try.user, tenancy.Proven(try.email))
				refused(t, err, try.code)
			})
		})
	}
	t.Run("USR-14 not of a deleted user", func(t *testing.T) {
		gone := s.guest(bob.User.ID, bob.Account.ID, "gone", tenancy.Developer)
		require.NoError(t, s.staff.DeleteUser(t.Context(), gone, tenancy.UserDeletion{}))
		_, err := s.host.ChangeEmail(t.Context(), gone, tenancy.Proven("x@example.com"))
		refused(t, err, tenancy.CodeNotFound)
	})
}

func TestDeleteUser(t *testing.T) {
	s := newScene(t)
	ana, bob := s.found("ana"), s.found("bob")
	org, boss := ana.Organization.ID, s.as(ana.User.ID)
	admin := s.join(ana, "admin", tenancy.Administrator)
	to := func(user tenancy.UserID) tenancy.UserDeletion { return tenancy.UserDeletion{AccountsTo: user} }
	gone := func(user tenancy.UserID) {
		t.Helper()
		record, memberships, err := s.host.User(t.Context(), user)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateDeleted, record.State)
		require.True(t, record.Email.IsZero())
		require.True(t, record.Name.IsZero())
		require.Empty(t, memberships)
		_, _, err = s.as(user).User(t.Context(), user)
		refused(t, err, tenancy.CodeActor)
	}

	t.Run("USR-14 a member by an Administrator: each thing is said in its own stream", func(t *testing.T) {
		bo := s.join(ana, "bo", tenancy.StandardUser)
		account := s.account(bo, org, "bo's")
		s.assign(ana.User.ID, ana.Account.ID, bo, tenancy.Developer)
		sent, err := s.as(bob.User.ID).InviteToAccount(t.Context(), bob.Account.ID, tenancy.NewAccountInvitation{Email: address("bo"), Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		_, err = s.as(bo).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: sent.Secret})
		require.NoError(t, err)
		own := s.guest(bo, account, "own", tenancy.Support)

		added := s.news(func() { require.NoError(t, s.as(admin).DeleteUser(t.Context(), bo, to(admin))) },
			ofOrganization(org), ofUser(bo), ofOrganization(bob.Organization.ID), ofUser(own))
		require.Equal(t, [][]string{{"AccountTransferred", "RolesRevoked", "RolesAssigned", "RolesRevoked", "MemberLeft"}, {"MemberLeft", "UserDeleted"},
			{"RolesRevoked"}, nil}, added)
		gone(bo)
		require.Equal(t, admin, s.accountRecord(account).Owner)
		for _, id := range []tenancy.AccountID{account, ana.Account.ID, bob.Account.ID} {
			require.Empty(t, s.roles(id, bo))
		}
		require.Equal(t, tenancy.Roles(tenancy.Support), s.roles(account, own))
		_, _, err = s.as(admin).User(t.Context(), bo)
		refused(t, err, tenancy.CodeNotFound)
	})
	t.Run("USR-14 the address is free at once, and its new holder inherits nothing", func(t *testing.T) {
		old := s.guest(ana.User.ID, ana.Account.ID, "cy", tenancy.Developer)
		require.NoError(t, s.as(old).DeleteUser(t.Context(), old, tenancy.UserDeletion{}))
		gone(old)
		cy := s.found("cy")
		require.NotEqual(t, old, cy.User.ID)
		require.Empty(t, s.roles(ana.Account.ID, cy.User.ID))
	})
	t.Run("USR-14 what is personal is gone from invitations in every state, and pending ones are revoked", func(t *testing.T) {
		var sent []tenancy.SentInvitation
		invite := func() tenancy.SentInvitation {
			made := s.invited(ana, address("quill"))
			sent = append(sent, made)
			return made
		}
		require.NoError(t, boss.RevokeInvitation(t.Context(), invite().ID))
		require.NoError(t, s.host.DeclineInvitation(t.Context(), invite().Secret))
		quill, err := s.signUp("quill", invite().Secret)
		require.NoError(t, err)
		require.NoError(t, boss.RemoveUser(t.Context(), org, quill.User.ID, tenancy.Removal{}))
		expired := s.invited(bob, address("quill"))
		s.clock.Advance(8 * 24 * time.Hour)
		pending := invite()
		toAccount, err := s.as(bob.User.ID).InviteToAccount(t.Context(), bob.Account.ID, tenancy.NewAccountInvitation{Email: address("quill"), Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		other := s.invited(ana, address("other"))

		added := s.news(func() { require.NoError(t, s.staff.DeleteUser(t.Context(), quill.User.ID, tenancy.UserDeletion{})) },
			ofOrganization(org), ofOrganization(bob.Organization.ID), ofUser(quill.User.ID))
		require.Equal(t, [][]string{{"InvitationRevoked"}, {"InvitationRevoked", "InvitationRevoked"}, {"UserDeleted"}}, added)
		for _, i := range append(sent, expired, toAccount) {
			record := s.record(tenancy.IndexInvitations, tenancy.Key{ID: i.ID}).(tenancy.InvitationRecord)
			require.Equal(t, tenancy.InvitationPersonal{}, record.Personal)
			require.NotEqual(t, tenancy.StatePending, record.State)
		}
		require.Equal(t, tenancy.StateRevoked, s.invitationState(pending.ID))
		require.Equal(t, tenancy.StatePending, s.invitationState(other.ID))
		for entry, record := range s.everything() {
			require.NotContains(t, fmt.Sprintf("%+v %+v", entry, record), "quill", "SEC a name or address is left")
		}
		_, err = s.signUp("quill", pending.Secret)
		refused(t, err, tenancy.CodeSecretRefused)
	})
	t.Run("USR-14 a user in no organization deletes themself, unmanaged accounts closed first", func(t *testing.T) {
		fay := s.guest(ana.User.ID, ana.Account.ID, "fay", tenancy.Developer)
		account := s.account(fay, tenancy.OrganizationID{}, "fay's")
		s.unchanged(func() {
			refused(t, s.as(fay).DeleteUser(t.Context(), fay, tenancy.UserDeletion{}), tenancy.CodeOwnsAccounts)
		})
		_, err := s.as(fay).CloseAccount(t.Context(), account)
		require.NoError(t, err)
		added := s.news(func() { require.NoError(t, s.as(fay).DeleteUser(t.Context(), fay, tenancy.UserDeletion{})) }, ofUser(fay), ofOrganization(org))
		require.Equal(t, [][]string{{"RolesRevoked", "UserDeleted"}, {"RolesRevoked"}}, added)
		gone(fay)
		require.Equal(t, fay, s.accountRecord(account).Owner, "INV-10")
	})
	t.Run("USR-14 an Operator names a user in no organization for unmanaged accounts", func(t *testing.T) {
		gus := s.guest(ana.User.ID, ana.Account.ID, "gus", tenancy.Developer)
		hal := s.guest(ana.User.ID, ana.Account.ID, "hal", tenancy.Developer)
		account := s.account(gus, tenancy.OrganizationID{}, "gus's")
		sub, err := s.as(gus).CreateSubaccount(t.Context(), account, tenancy.NewSubaccount{Name: "sub"})
		require.NoError(t, err)
		idle := s.guest(ana.User.ID, ana.Account.ID, "idle", tenancy.Developer)
		_, err = s.staff.DeactivateUser(t.Context(), idle)
		require.NoError(t, err)
		for heir, code := range map[tenancy.UserID]tenancy.Code{{}: tenancy.CodeOwnsAccounts, admin: tenancy.CodeManagedElsewhere,
			bob.User.ID: tenancy.CodeManagedElsewhere, idle: tenancy.CodeInactive, {1}: tenancy.CodeNotFound} {
			s.unchanged(func() { refused(t, s.staff.DeleteUser(t.Context(), gus, to(heir)), code) })
		}
		added := s.news(func() { require.NoError(t, s.staff.DeleteUser(t.Context(), gus, to(hal))) }, ofUser(gus), ofUser(hal))
		moved := []string{"AccountTransferred", "AccountTransferred", "RolesRevoked", "RolesAssigned"}
		require.Equal(t, [][]string{append(moved, "UserDeleted"), moved}, added)
		for _, id := range []tenancy.AccountID{account, sub.ID} {
			require.Equal(t, hal, s.accountRecord(id).Owner)
			require.True(t, s.accountRecord(id).Organization.IsZero())
		}
		require.Equal(t, tenancy.Roles(tenancy.AccountOwner), s.roles(account, hal))
	})
	t.Run("USR-14 an Operator deletes a member too, whose accounts pass to another", func(t *testing.T) {
		ivy := s.join(ana, "ivy", tenancy.StandardUser)
		account := s.account(ivy, org, "ivy's")
		require.NoError(t, s.staff.DeleteUser(t.Context(), ivy, to(ana.User.ID)))
		require.Equal(t, ana.User.ID, s.accountRecord(account).Owner)
	})
	t.Run("GEN-6 again is refused", func(t *testing.T) {
		jim := s.join(ana, "jim", tenancy.StandardUser)
		require.NoError(t, boss.DeleteUser(t.Context(), jim, tenancy.UserDeletion{}))
		s.unchanged(func() {
			refused(t, boss.DeleteUser(t.Context(), jim, tenancy.UserDeletion{}), tenancy.CodeNotFound)
			refused(t, s.staff.DeleteUser(t.Context(), jim, tenancy.UserDeletion{}), tenancy.CodeNotFound)
			refused(t, s.as(jim).DeleteUser(t.Context(), jim, tenancy.UserDeletion{}), tenancy.CodeActor)
			_, err := s.staff.DeactivateUser(t.Context(), jim)
			refused(t, err, tenancy.CodeNotFound)
		})
	})
	t.Run("GEN-13 what was made is one operation: all of it, or, in a preview, nothing", func(t *testing.T) {
		kim := s.join(ana, "kim", tenancy.StandardUser)
		s.unchanged(func() {
			events, err := boss.Preview(t.Context(), func(ctx context.Context, s *tenancy.Session) error {
				return s.DeleteUser(ctx, kim, tenancy.UserDeletion{})
			})
			require.NoError(t, err)
			require.Len(t, events, 1)
			require.Equal(t, tenancy.MemberLeft{Organization: org, User: kim}, events[0].Data)
		})
	})
}

func TestDeleteUserRefuses(t *testing.T) {
	s := newScene(t)
	ana, bob := s.found("ana"), s.found("bob")
	org, boss := ana.Organization.ID, s.as(ana.User.ID)
	admin, std := s.join(ana, "admin", tenancy.Administrator), s.join(ana, "std", tenancy.StandardUser)
	guest := s.guest(ana.User.ID, ana.Account.ID, "guest", tenancy.Developer)
	idle := s.join(ana, "idle", tenancy.StandardUser)
	_, err := boss.DeactivateUser(t.Context(), idle)
	require.NoError(t, err)
	owner := s.join(ana, "owner", tenancy.StandardUser)
	s.account(owner, org, "owned")
	to := func(user tenancy.UserID) tenancy.UserDeletion { return tenancy.UserDeletion{AccountsTo: user} }
	none := tenancy.UserDeletion{}
	for what, try := range map[string]struct {
		actor *tenancy.Session
		user  tenancy.UserID
		in    tenancy.UserDeletion
		code  tenancy.Code
	}{
		"GEN-14 a zero ID":                                 {boss, tenancy.UserID{}, none, tenancy.CodeID},
		"USR-14 accounts to the one who goes":              {boss, owner, to(owner), tenancy.CodeInput},
		"USR-14 oneself gives no accounts away":            {s.as(guest), guest, to(std), tenancy.CodeInput},
		"GEN-5 nobody":                                     {boss, tenancy.UserID{1}, none, tenancy.CodeNotFound},
		"GEN-5 nobody, for an Operator":                    {s.staff.Session, tenancy.UserID{1}, none, tenancy.CodeNotFound},
		"GEN-5 nobody, for System":                         {s.host.Session, tenancy.UserID{1}, none, tenancy.CodeNotFound},
		"GEN-5 a stranger":                                 {boss, bob.User.ID, none, tenancy.CodeNotFound},
		"GEN-5 a Standard User sees nobody":                {s.as(std), admin, none, tenancy.CodeNotFound},
		"GEN-5 accounts to nobody":                         {boss, owner, to(tenancy.UserID{1}), tenancy.CodeNotFound},
		"GEN-5 accounts to a stranger":                     {boss, owner, to(bob.User.ID), tenancy.CodeNotFound},
		"USR-14 a member does not delete themself":         {s.as(std), std, none, tenancy.CodeNotAllowed},
		"GEN-5 an independent user is seen":                {boss, guest, none, tenancy.CodeNotAllowed},
		"GEN-1 System does not":                            {s.host.Session, std, none, tenancy.CodeNotAllowed},
		"ROLE-5 Administrators don't manage themselves":    {s.as(admin), admin, none, tenancy.CodeOneself},
		"USR-14 an Owner is deleted by no Administrator":   {s.as(admin), ana.User.ID, none, tenancy.CodeOwnsOrganization},
		"USR-14 nor by themself":                           {boss, ana.User.ID, none, tenancy.CodeOwnsOrganization},
		"USR-14 nor by an Operator":                        {s.staff.Session, ana.User.ID, none, tenancy.CodeOwnsOrganization},
		"USR-14 managed accounts need a new owner":         {boss, owner, none, tenancy.CodeOwnsAccounts},
		"USR-14 for an Operator too":                       {s.staff.Session, owner, none, tenancy.CodeOwnsAccounts},
		"USR-14 who is a member":                           {boss, owner, to(guest), tenancy.CodeNotMember},
		"USR-14 of the same organization":                  {s.staff.Session, owner, to(bob.User.ID), tenancy.CodeNotMember},
		"USR-14 and active":                                {boss, owner, to(idle), tenancy.CodeInactive},
		"USR-14 whoever is named, if nothing is owned too": {boss, std, to(idle), tenancy.CodeInactive},
	} {
		t.Run(what, func(t *testing.T) {
			s.unchanged(func() { refused(t, try.actor.DeleteUser(t.Context(), try.user, try.in), try.code) })
		})
	}
}

// list gives all of a list of users.
func (s *scene) list(actor *tenancy.Session, org tenancy.OrganizationID, query tenancy.UserQuery) []tenancy.OrganizationUser {
	s.Helper()
	var all []tenancy.OrganizationUser
	for u, err := range actor.Users(s.ctx(), org, query) {
		require.NoError(s, err)
		all = append(all, u)
	}
	return all
}

func TestUsers(t *testing.T) {
	s := newScene(t)
	s.clock.Tick(time.Millisecond)
	ana, bob := s.found("ana"), s.found("bob")
	org, boss := ana.Organization.ID, s.as(ana.User.ID)
	admin, std := s.join(ana, "admin", tenancy.Administrator), s.join(ana, "std", tenancy.StandardUser)
	zoe := s.guest(ana.User.ID, ana.Account.ID, "zoe", tenancy.Developer)
	yan := s.guest(ana.User.ID, ana.Account.ID, "yan", tenancy.Support)
	s.assign(ana.User.ID, ana.Account.ID, std, tenancy.BillingManager)
	_, err := boss.DeactivateUser(t.Context(), std)
	require.NoError(t, err)
	one, two := s.invited(ana, "One@example.com"), s.invited(ana, "two@example.com")
	revoked := s.invited(ana, "three@example.com")
	require.NoError(t, boss.RevokeInvitation(t.Context(), revoked.ID))
	sub, err := boss.CreateSubaccount(t.Context(), ana.Account.ID, tenancy.NewSubaccount{Name: "sub"})
	require.NoError(t, err)
	s.assign(ana.User.ID, sub.ID, zoe, tenancy.BillingManager)
	closed := s.account(ana.User.ID, org, "closed")
	s.guest(ana.User.ID, closed, "late", tenancy.Support)
	_, err = boss.CloseAccount(t.Context(), closed)
	require.NoError(t, err)

	ids := func(users []tenancy.OrganizationUser) []string {
		var all []string
		for _, u := range users {
			switch u.Kind {
			case tenancy.KindPending:
				all = append(all, u.Invitation.String())
			case tenancy.KindRequested:
				all = append(all, u.Request.String())
			default:
				all = append(all, u.User.ID.String())
			}
		}
		return all
	}
	text := func(all ...interface{ String() string }) []string {
		var texts []string
		for _, id := range all {
			texts = append(texts, id.String())
		}
		return texts
	}
	all := s.list(boss, org, tenancy.UserQuery{})

	t.Run("USR-16 managed, independent, pending, each by ID", func(t *testing.T) {
		require.Equal(t, text(ana.User.ID, admin, std, zoe, yan, one.ID, two.ID), ids(all))
	})
	t.Run("USR-16 what each shows", func(t *testing.T) {
		require.Equal(t, tenancy.Owner, all[0].Role)
		require.Equal(t, tenancy.SSOExempt, all[0].SSO)
		require.Equal(t, tenancy.Administrator, all[1].Role)
		require.Equal(t, all[1].User.Created, all[1].Since)
		require.Equal(t, tenancy.StateInactive, all[2].User.State)
		require.Equal(t, []tenancy.Grant{{Account: ana.Account.ID, User: std, Roles: tenancy.Roles(tenancy.BillingManager)}}, all[2].Grants)
		require.Equal(t, "zoe", all[3].User.Name.Reveal())
		require.Equal(t, []tenancy.Grant{{Account: ana.Account.ID, User: zoe, Roles: tenancy.Roles(tenancy.Developer)},
			{Account: sub.ID, User: zoe, Roles: tenancy.Roles(tenancy.BillingManager)}}, all[3].Grants)
		require.Equal(t, "One@example.com", all[5].User.Email.Reveal())
		require.Equal(t, one.Expires, all[5].Expires)
	})
	t.Run("GEN-5 of independent users name and address alone, of pending ones the address", func(t *testing.T) {
		require.Equal(t, tenancy.User{ID: zoe, Email: all[3].User.Email, Name: all[3].User.Name}, all[3].User)
		require.Equal(t, tenancy.User{Email: all[5].User.Email}, all[5].User)
	})
	t.Run("GEN-5 what is reached through other organizations is not shown", func(t *testing.T) {
		sent, err := s.as(bob.User.ID).InviteToAccount(t.Context(), bob.Account.ID, tenancy.NewAccountInvitation{Email: address("zoe"), Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		_, err = s.as(zoe).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: sent.Secret})
		require.NoError(t, err)
		require.Equal(t, all, s.list(s.as(admin), org, tenancy.UserQuery{}))
	})
	t.Run("GEN-5 who manages an account's members sees who has a role there, as Access shows them", func(t *testing.T) { s.colleagues(t) })
	t.Run("GEN-5 Operators and System see all", func(t *testing.T) {
		for _, p := range []*tenancy.Platform{s.host, s.staff} {
			seen := s.list(p.Session, org, tenancy.UserQuery{})
			require.Equal(t, ids(all), ids(seen))
			require.Equal(t, tenancy.StateActive, seen[3].User.State)
		}
	})
	for what, filter := range map[string]struct {
		query tenancy.UserQuery
		want  []string
	}{
		"managed":               {tenancy.UserQuery{Kind: tenancy.KindManaged}, text(ana.User.ID, admin, std)},
		"independent":           {tenancy.UserQuery{Kind: tenancy.KindIndependent}, text(zoe, yan)},
		"pending":               {tenancy.UserQuery{Kind: tenancy.KindPending}, text(one.ID, two.ID)},
		"requested":             {tenancy.UserQuery{Kind: tenancy.KindRequested}, nil},
		"Standard Users":        {tenancy.UserQuery{Role: new(tenancy.StandardUser)}, text(std, one.ID, two.ID)},
		"Administrators":        {tenancy.UserQuery{Role: new(tenancy.Administrator)}, text(admin)},
		"the Owner":             {tenancy.UserQuery{Role: new(tenancy.Owner)}, text(ana.User.ID)},
		"active":                {tenancy.UserQuery{State: tenancy.StateActive}, text(ana.User.ID, admin)},
		"inactive":              {tenancy.UserQuery{State: tenancy.StateInactive}, text(std)},
		"prefix of the name":    {tenancy.UserQuery{Prefix: "ZO"}, text(zoe)},
		"prefix of the address": {tenancy.UserQuery{Prefix: "ONE@ex"}, text(one.ID)},
		"prefix of two":         {tenancy.UserQuery{Prefix: "a"}, text(ana.User.ID, admin)},
		"no prefix":             {tenancy.UserQuery{Prefix: "nobody"}, nil},
		"two filters":           {tenancy.UserQuery{Kind: tenancy.KindManaged, Prefix: "s"}, text(std)},
	} {
		t.Run("USR-16 filter: "+what, func(t *testing.T) {
			require.Equal(t, filter.want, ids(s.list(boss, org, filter.query)))
		})
	}
	t.Run("GEN-9 from any item on", func(t *testing.T) {
		for i, u := range all {
			require.Equal(t, ids(all[i+1:]), ids(s.list(boss, org, tenancy.UserQuery{After: u.Cursor()})))
		}
		page, next, err := tenancy.Collect(boss.Users(t.Context(), org, tenancy.UserQuery{}), 4)
		require.NoError(t, err)
		require.Equal(t, all[:4], page)
		page, next, err = tenancy.Collect(boss.Users(t.Context(), org, tenancy.UserQuery{After: next}), 4)
		require.NoError(t, err)
		require.Equal(t, all[4:], page)
		require.Empty(t, next)
	})
	t.Run("GEN-9 stable, whoever leaves or comes meanwhile", func(t *testing.T) {
		gone := s.join(ana, "gone", tenancy.StandardUser)
		var seen []string
		for u, err := range boss.Users(t.Context(), org, tenancy.UserQuery{Kind: tenancy.KindManaged}) {
			require.NoError(t, err)
			seen = append(seen, u.User.ID.String())
		}
		require.Equal(t, text(ana.User.ID, admin, std, gone), seen)
		last := s.list(boss, org, tenancy.UserQuery{Kind: tenancy.KindManaged})[3]
		require.NoError(t, boss.RemoveUser(t.Context(), org, gone, tenancy.Removal{}))
		came := s.join(ana, "came", tenancy.StandardUser)
		require.Equal(t, text(came), ids(s.list(boss, org, tenancy.UserQuery{Kind: tenancy.KindManaged, After: last.Cursor()})))
	})
	t.Run("USR-4 an expired invitation is no pending user", func(t *testing.T) {
		s.clock.Advance(7 * 24 * time.Hour)
		require.Empty(t, s.list(boss, org, tenancy.UserQuery{Kind: tenancy.KindPending}))
	})
	refuse := func(what string, actor *tenancy.Session, org tenancy.OrganizationID, query tenancy.UserQuery, code tenancy.Code) {
		t.Run(what, func(t *testing.T) {
			_, _, err := tenancy.Collect(actor.Users(t.Context(), org, query), 1)
			refused(t, err, code)
		})
	}
	query := tenancy.UserQuery{}
	refuse("ROLE-3 a Standard User", s.as(s.join(ana, "std2", tenancy.StandardUser)), org, query, tenancy.CodeNotAllowed)
	refuse("GEN-5 another's organization", s.as(bob.User.ID), org, query, tenancy.CodeNotFound)
	refuse("GEN-5 an independent user", s.as(zoe), org, query, tenancy.CodeNotFound)
	refuse("GEN-5 no organization", s.host.Session, tenancy.OrganizationID{1}, query, tenancy.CodeNotFound)
	refuse("GEN-14 a zero ID", boss, tenancy.OrganizationID{}, query, tenancy.CodeID)
	refuse("GEN-14 no kind", boss, org, tenancy.UserQuery{Kind: "x"}, tenancy.CodeInput)
	refuse("GEN-14 no state", boss, org, tenancy.UserQuery{State: tenancy.StateDeleted}, tenancy.CodeInput)
	refuse("GEN-14 no role", boss, org, tenancy.UserQuery{Role: new(tenancy.OrganizationRole(9))}, tenancy.CodeRole)
	refuse("GEN-14 an over-long prefix", boss, org, tenancy.UserQuery{Prefix: strings.Repeat("x", 1<<20)}, tenancy.CodeInput)
	refuse("GEN-14 a prefix that is no UTF-8", boss, org, tenancy.UserQuery{Prefix: "\xff"}, tenancy.CodeInput)
	refuse("GEN-14 no cursor", boss, org, tenancy.UserQuery{After: "x"}, tenancy.CodeCursor)
	refuse("GEN-14 another query's cursor", boss, org, tenancy.UserQuery{Kind: tenancy.KindManaged, After: all[0].Cursor()}, tenancy.CodeCursor)
	refuse("GEN-14 another organization's cursor", s.as(bob.User.ID), bob.Organization.ID, tenancy.UserQuery{After: all[0].Cursor()}, tenancy.CodeCursor)
	t.Run("GEN-14 a forged cursor", func(t *testing.T) {
		b, err := base64.RawURLEncoding.DecodeString(string(all[0].Cursor()))
		require.NoError(t, err)
		b[9] = 200
		_, _, err = tenancy.Collect(boss.Users(t.Context(), org, tenancy.UserQuery{After: tenancy.Cursor(base64.RawURLEncoding.EncodeToString(b))}), 1)
		refused(t, err, tenancy.CodeCursor)
	})
}

func TestUsersPages(t *testing.T) {
	s := newScene(t, tenancy.Options{InvitationsPerDay: -1})
	ana := s.found("ana")
	boss, org := s.as(ana.User.ID), ana.Organization.ID
	const many = 205
	for i := range many {
		s.join(ana, fmt.Sprintf("member%03d", i), tenancy.StandardUser)
		s.guest(ana.User.ID, ana.Account.ID, fmt.Sprintf("guest%03d", i), tenancy.Support)
		s.invited(ana, fmt.Sprintf("pending%03d@example.com", i))
	}
	t.Run("USR-16 pages within and across the kinds leave nobody out and show nobody twice", func(t *testing.T) {
		var seen []tenancy.OrganizationUser
		query := tenancy.UserQuery{}
		for {
			page, next, err := tenancy.Collect(boss.Users(t.Context(), org, query), 77)
			require.NoError(t, err)
			seen = append(seen, page...)
			if query.After = next; next == "" {
				break
			}
		}
		require.Equal(t, s.list(boss, org, tenancy.UserQuery{}), seen)
		counted := map[tenancy.Kind]int{}
		for _, u := range seen {
			counted[u.Kind]++
		}
		require.Equal(t, map[tenancy.Kind]int{tenancy.KindManaged: many + 1, tenancy.KindIndependent: many, tenancy.KindPending: many}, counted)
	})
	t.Run("USR-16 a filter goes over all pages", func(t *testing.T) {
		require.Len(t, s.list(boss, org, tenancy.UserQuery{Prefix: "pending204"}), 1)
		require.Len(t, s.list(boss, org, tenancy.UserQuery{Prefix: "member204"}), 1)
	})
}

func TestUsersWhoAskedToBeInvited(t *testing.T) {
	s := newScene(t)
	s.clock.Tick(time.Millisecond)
	ana := s.found("ana")
	boss, org := s.as(ana.User.ID), ana.Organization.ID
	domain := s.prove(ana.User.ID, org, "acme.com")
	var asked []tenancy.InvitationRequest
	for _, email := range []string{"Quill@acme.com", "quentin@acme.com", "quine@acme.com"} {
		request, err := s.host.RequestInvitation(t.Context(), tenancy.Proven(email))
		require.NoError(t, err)
		asked = append(asked, request)
	}
	require.NoError(t, boss.DismissRequest(t.Context(), asked[1].ID))

	t.Run("USR-16 open requests come last, the address alone", func(t *testing.T) {
		all := s.list(boss, org, tenancy.UserQuery{})
		require.Len(t, all, 3)
		require.Equal(t, tenancy.KindRequested, all[1].Kind)
		require.Equal(t, tenancy.User{Email: all[1].User.Email}, all[1].User)
		require.Equal(t, "Quill@acme.com", all[1].User.Email.Reveal())
		require.Equal(t, asked[0].ID, all[1].Request)
		require.Equal(t, asked[0].Expires, all[1].Expires)
		require.Equal(t, asked[2].ID, all[2].Request)
		found := s.list(boss, org, tenancy.UserQuery{Kind: tenancy.KindRequested, Prefix: "quin"})
		require.Len(t, found, 1)
		require.Equal(t, asked[2].ID, found[0].Request)
	})
	t.Run("USR-14 a deleted user's requests are settled, and hold no address", func(t *testing.T) {
		require.NoError(t, boss.RemoveDomain(t.Context(), domain))
		sent, err := boss.InviteToAccount(t.Context(), ana.Account.ID, tenancy.NewAccountInvitation{Email: "quill@acme.com", Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		quill, err := s.host.SignUp(t.Context(), tenancy.NewSignUp{Email: tenancy.Proven("quill@acme.com"), Name: "Quill", Secret: sent.Secret})
		require.NoError(t, err)
		require.Equal(t, [][]string{{"RolesRevoked", "RequestSettled"}}, s.news(func() {
			require.NoError(t, s.staff.DeleteUser(t.Context(), quill.User.ID, tenancy.UserDeletion{}))
		}, ofOrganization(org)))
		record := s.record(tenancy.IndexRequests, tenancy.Key{ID: asked[0].ID}).(tenancy.RequestRecord)
		require.Equal(t, tenancy.StateSettled, record.State)
		require.Equal(t, tenancy.RequestPersonal{}, record.Personal)
		require.Len(t, s.list(boss, org, tenancy.UserQuery{Kind: tenancy.KindRequested}), 1)
	})
	t.Run("USR-18 an expired request is open no more", func(t *testing.T) {
		s.clock.Advance(7 * 24 * time.Hour)
		require.Empty(t, s.list(boss, org, tenancy.UserQuery{Kind: tenancy.KindRequested}))
	})
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
	t.Run("GEN-5 an Administrator sees the Owner in their organization alone, Operators and the Owner in all", func(t *testing.T) {
		_, memberships, err := s.as(admin).User(t.Context(), ana.User.ID)
		require.NoError(t, err)
		require.Len(t, memberships, 1)
		require.Equal(t, org, memberships[0].Organization)
		for _, actor := range []*tenancy.Session{s.as(ana.User.ID), s.staff.Session} {
			_, memberships, err = actor.User(t.Context(), ana.User.ID)
			require.NoError(t, err)
			require.Len(t, memberships, 2)
		}
	})
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
			require.Equal(t, [][]string{{what}, {what}, nil}, s.news(func() { require.NoError(t, change()) }, streams...))
		}
	})
	t.Run("ORG-9 nobody but an Operator touches them", func(t *testing.T) {
		s.unchanged(func() {
			_, err := s.as(admin).UpdateUser(t.Context(), ana.User.ID, tenancy.UserUpdate{Name: new("x")})
			refused(t, err, tenancy.CodeTheOwner)
			_, err = s.as(admin).DeactivateUser(t.Context(), ana.User.ID)
			refused(t, err, tenancy.CodeTheOwner)
			refused(t, s.as(ana.User.ID).Leave(t.Context(), second), tenancy.CodeOwnerLeaves)
			refused(t, s.staff.DeleteUser(t.Context(), ana.User.ID, tenancy.UserDeletion{}), tenancy.CodeOwnsOrganization)
		})
	})
	t.Run("USR-11 a member of their other organization is no member of this one", func(t *testing.T) {
		bo := s.join(tenancy.SignedUp{User: ana.User, Organization: &tenancy.Organization{ID: second}}, "bo", tenancy.StandardUser)
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
			sent, err := s.as(other.User.ID).InviteToAccount(t.Context(), account, tenancy.NewAccountInvitation{Email: address(name), Roles: tenancy.Roles(tenancy.Support)})
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
