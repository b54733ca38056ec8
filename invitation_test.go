package tenancy_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
)

const oneDay = 24 * time.Hour

// customer is a scene with an organization: an Owner, an Administrator and a Standard User, and the Owner's account.
type customer struct {
	*scene
	ana   tenancy.UserID // the Owner
	adam  tenancy.UserID // an Administrator
	stan  tenancy.UserID // a Standard User
	org   tenancy.OrganizationID
	main  tenancy.AccountID
	other tenancy.SignedUp // another organization, whose Owner is Olga
}

func newCustomer(t *testing.T, options ...tenancy.Options) *customer {
	t.Helper()
	s := newScene(t, options...)
	ana := s.found("ana")
	return &customer{scene: s, ana: ana.User.ID, org: ana.Organization.ID, main: ana.Account.ID,
		adam: s.join(ana, "adam", tenancy.Administrator), stan: s.join(ana, "stan", tenancy.StandardUser), other: s.found("olga")}
}

func (c *customer) as(user tenancy.UserID) *tenancy.Session { return c.dir.As(user) }

func (c *customer) invite(by tenancy.UserID, org tenancy.OrganizationID, email string) tenancy.SentInvitation {
	c.Helper()
	sent, err := c.as(by).InviteUser(c.ctx(), org, tenancy.NewInvitation{Email: email})
	require.NoError(c, err)
	return sent
}

func (c *customer) inviteTo(by tenancy.UserID, account tenancy.AccountID, email string, roles ...tenancy.AccountRole) tenancy.SentInvitation {
	c.Helper()
	sent, err := c.as(by).InviteToAccount(c.ctx(), account, tenancy.NewAccountInvitation{Email: email, Roles: tenancy.Roles(roles...)})
	require.NoError(c, err)
	return sent
}

func (c *customer) accept(by tenancy.UserID, sent tenancy.SentInvitation) error {
	_, err := c.as(by).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})
	return err
}

// loner gives a user in no organization and without accounts.
func (c *customer) loner(name string) tenancy.UserID {
	c.Helper()
	user := c.guest(c.other.User.ID, c.other.Account.ID, name, tenancy.Support)
	require.NoError(c, c.as(user).Relinquish(c.ctx(), c.other.Account.ID))
	return user
}

// state gives an invitation's state as its organization's Owner lists it.
func (c *customer) state(invitation tenancy.InvitationID) tenancy.State {
	c.Helper()
	for i, err := range c.host.Invitations(c.ctx(), c.org, tenancy.InvitationQuery{}) {
		require.NoError(c, err)
		if i.ID == invitation {
			return i.State
		}
	}
	require.Fail(c, "not in the list")
	return ""
}

// happened gives what happened in a stream.
func (c *customer) happened(stream tenancy.Stream) []tenancy.EventData {
	c.Helper()
	var records []tenancy.EventRecord
	require.NoError(c, c.store.View(c.ctx(), func(ctx context.Context, tx tenancy.ReadTx) (err error) {
		records, err = tx.Events(ctx, stream, 1, 1000)
		return err
	}))
	return dataOf(c, records)
}

func (c *customer) logged() []tenancy.EventData {
	return c.happened(tenancy.Stream{Organization: c.org})
}

// foreignID gives an ID that nothing has.
func foreignID[I ~[16]byte]() I { return I{1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 9} }

func TestInviteUser(t *testing.T) {
	t.Run("USR-4 the invitee is pending for seven days, as Standard User, and the secret is given", func(t *testing.T) {
		c := newCustomer(t)
		sent := c.invite(c.adam, c.org, "Ben@Acme.example.com")
		now := c.clock.Now()
		require.Equal(t, tenancy.SentInvitation{Invitation: tenancy.Invitation{ID: sent.ID, Organization: c.org, Email: sent.Email, Inviter: c.adam,
			InviterName: sent.InviterName, State: tenancy.StatePending, Created: now, Expires: now.Add(7 * oneDay)}, Secret: sent.Secret}, sent)
		require.Equal(t, "Ben@Acme.example.com", sent.Email.Reveal(), "ADR-1 as it was given")
		require.Equal(t, "adam", sent.InviterName.Reveal())
		require.Equal(t, tenancy.StatePending, c.state(sent.ID))
		require.Equal(t, tenancy.InvitationSent{Invitation: sent.ID, Kind: tenancy.InvitationToOrganization, Organization: c.org,
			Inviter: tenancy.Actor{User: c.adam}, Charged: c.ana, Created: tenancy.Instant(now.UnixMicro()),
			Expires: tenancy.Instant(now.Add(7 * oneDay).UnixMicro())}, c.logged()[len(c.logged())-1])
	})
	t.Run("GEN-14 the secret is 256 bits, and its SHA-256 alone is stored", func(t *testing.T) {
		c := newCustomer(t)
		sent := c.invite(c.ana, c.org, "ben@example.com")
		bits, err := base64.RawURLEncoding.DecodeString(sent.Secret.Reveal())
		require.NoError(t, err)
		require.Len(t, bits, 32)
		found := false
		for _, record := range c.everything() {
			require.NotContains(t, fmt.Sprintf("%+v", record), sent.Secret.Reveal())
			if i, is := record.(tenancy.InvitationRecord); is && i.ID == sent.ID {
				found = i.Personal.Secret == sha256.Sum256([]byte(sent.Secret.Reveal()))
			}
		}
		require.True(t, found)
		require.NotEqual(t, sent.Secret, c.invite(c.ana, c.org, "bea@example.com").Secret)
		require.NotContains(t, fmt.Sprintf("%v %+v %#v", sent, sent, sent), sent.Secret.Reveal(), "SEC-26")
	})
	t.Run("USR-4 the life can be configured", func(t *testing.T) {
		c := newCustomer(t, tenancy.Options{InvitationLife: time.Hour})
		sent := c.invite(c.ana, c.org, "ben@example.com")
		require.Equal(t, time.Hour, sent.Expires.Sub(sent.Created))
	})
	t.Run("INV-8 a second one for the address is refused with the ID of the pending one", func(t *testing.T) {
		c := newCustomer(t)
		sent := c.invite(c.ana, c.org, "ben@example.com")
		for _, spelled := range []string{"ben@example.com", "BEN@Example.COM"} {
			c.unchanged(func() {
				_, err := c.as(c.adam).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: spelled})
				refused(t, err, tenancy.CodeInvitationPending)
				require.Equal(t, sent.ID, err.(*tenancy.Error).Pending)
			})
		}
		c.invite(c.ana, c.org, "ben+tag@example.com") // SEC-5 a plus-tag is another address
		c.invite(c.other.User.ID, c.other.Organization.ID, "ben@example.com")
		c.inviteTo(c.ana, c.main, "ben@example.com", tenancy.Developer)
	})
	t.Run("USR-4 an expired one is settled as revoked and replaced", func(t *testing.T) {
		c := newCustomer(t)
		old := c.invite(c.ana, c.org, "ben@example.com")
		c.clock.Advance(7*oneDay - time.Microsecond)
		_, err := c.as(c.ana).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: "ben@example.com"})
		refused(t, err, tenancy.CodeInvitationPending)
		c.clock.Advance(time.Microsecond)
		sent := c.invite(c.ana, c.org, "ben@example.com")
		require.Equal(t, tenancy.StateRevoked, c.state(old.ID))
		require.Equal(t, tenancy.StatePending, c.state(sent.ID))
		log := c.logged()
		require.Equal(t, tenancy.InvitationRevoked{Invitation: old.ID, Settled: tenancy.Instant(c.clock.Now().UnixMicro())}, log[len(log)-2])
		require.IsType(t, tenancy.InvitationSent{}, log[len(log)-1])
	})
	t.Run("USR-4 a member's address is there already", func(t *testing.T) {
		c := newCustomer(t)
		c.unchanged(func() {
			for _, name := range []string{"ana", "adam", "stan"} {
				_, err := c.as(c.ana).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: strings.ToUpper(address(name))})
				refused(t, err, tenancy.CodeMember)
			}
		})
	})
	t.Run("USR-4 inviting does not tell whether the address is a user's (SEC-15)", func(t *testing.T) {
		c := newCustomer(t)
		counted := scenes.NewCounting(c.store)
		dir, err := tenancy.New(counted, &tenancy.Options{Now: c.clock.Now})
		require.NoError(t, err)
		shape := func(email string) (tenancy.Invitation, []int) {
			sent, err := dir.As(c.ana).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: email})
			require.NoError(t, err)
			view := sent.Invitation
			view.ID, view.Email = tenancy.InvitationID{}, tenancy.Personal{}
			return view, counted.Steps
		}
		nobody, reads := shape("nobody@example.com")
		require.Len(t, reads, 2)
		c.guest(c.ana, c.main, "gus", tenancy.Developer)
		for _, name := range []string{"olga", "gus"} {
			view, steps := shape(address(name))
			require.Equal(t, nobody, view)
			require.Equal(t, reads, steps)
		}
	})
	t.Run("ROLE-5 SEC-10 who may offer which role", func(t *testing.T) {
		c := newCustomer(t)
		for inviter, rank := range map[tenancy.UserID]tenancy.OrganizationRole{c.ana: tenancy.Owner, c.adam: tenancy.Administrator, c.stan: tenancy.StandardUser} {
			for offered := range tenancy.OrganizationRole(5) {
				sent, err := c.as(inviter).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: fmt.Sprintf("%v-%d@example.com", rank, offered), Role: offered})
				switch {
				case offered >= tenancy.Owner:
					refused(t, err, tenancy.CodeRole)
				case rank == tenancy.StandardUser:
					refused(t, err, tenancy.CodeNotAllowed)
				default:
					require.NoError(t, err)
					require.Equal(t, offered, sent.Role)
				}
			}
		}
	})
	t.Run("GEN-5 who is no member finds no organization, there or not (SEC-14)", func(t *testing.T) {
		c := newCustomer(t)
		c.unchanged(func() {
			in := tenancy.NewInvitation{Email: "ben@example.com"}
			_, foreign := c.as(c.other.User.ID).InviteUser(c.ctx(), c.org, in)
			refused(t, foreign, tenancy.CodeNotFound)
			_, absent := c.as(c.other.User.ID).InviteUser(c.ctx(), foreignID[tenancy.OrganizationID](), in)
			refused(t, absent, tenancy.CodeNotFound)
			require.Equal(t, strings.ReplaceAll(foreign.Error(), c.org.String(), ""), strings.ReplaceAll(absent.Error(), foreignID[tenancy.OrganizationID]().String(), ""))
			_, member := c.as(c.other.User.ID).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: address("ana")})
			require.Equal(t, foreign, member)
		})
	})
	t.Run("ROLE-8 neither Operator nor System invites", func(t *testing.T) {
		c := newCustomer(t)
		for _, p := range []*tenancy.Platform{c.host, c.staff} {
			_, err := p.InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: "ben@example.com"})
			refused(t, err, tenancy.CodeNotAllowed)
			_, err = p.InviteToAccount(c.ctx(), c.main, tenancy.NewAccountInvitation{Email: "ben@example.com", Roles: tenancy.Roles(tenancy.Support)})
			refused(t, err, tenancy.CodeNotAllowed)
		}
	})
	t.Run("GEN-14 bad input", func(t *testing.T) {
		c := newCustomer(t)
		c.unchanged(func() {
			for _, email := range []string{"", "ben", "@", "ben@", "a@b@example.com", "ben@exam\xffple.com", strings.Repeat("a", 1<<16) + "@example.com", "Ben <ben@example.com>"} {
				_, err := c.as(c.ana).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: email})
				refused(t, err, tenancy.CodeEmail)
				if email != "" {
					require.NotContains(t, err.Error(), email)
				}
				_, err = c.as(c.ana).InviteToAccount(c.ctx(), c.main, tenancy.NewAccountInvitation{Email: email, Roles: tenancy.Roles(tenancy.Support)})
				refused(t, err, tenancy.CodeEmail)
			}
			_, err := c.as(c.ana).InviteUser(c.ctx(), tenancy.OrganizationID{}, tenancy.NewInvitation{Email: "ben@example.com"})
			refused(t, err, tenancy.CodeID)
			_, err = c.as(c.ana).InviteToAccount(c.ctx(), tenancy.AccountID{}, tenancy.NewAccountInvitation{Email: "ben@example.com", Roles: tenancy.Roles(tenancy.Support)})
			refused(t, err, tenancy.CodeID)
			_, err = c.as(tenancy.UserID{}).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: "ben@example.com"})
			refused(t, err, tenancy.CodeActor)
			closed, cancel := context.WithCancel(c.ctx())
			cancel()
			_, err = c.as(c.ana).InviteUser(closed, c.org, tenancy.NewInvitation{Email: "ben@example.com"})
			require.ErrorIs(t, err, context.Canceled)
		})
	})
	t.Run("GEN-13 a repeated call is told what the first one made, and not its secret", func(t *testing.T) {
		c := newCustomer(t)
		id := tenancy.NewOperationID()
		in := tenancy.NewInvitation{Email: "ben@example.com"}
		sent, err := c.as(c.ana).Once(id).InviteUser(c.ctx(), c.org, in)
		require.NoError(t, err)
		_, err = c.as(c.ana).Once(id).InviteUser(c.ctx(), c.org, in)
		refused(t, err, tenancy.CodeAlreadyDone)
		outcome, is := tenancy.OutcomeOf(err)
		require.True(t, is)
		require.Equal(t, []tenancy.InvitationID{sent.ID}, outcome.Created.Invitations)
		again, err := c.as(c.ana).ResendInvitation(c.ctx(), sent.ID)
		require.NoError(t, err)
		require.NotEqual(t, sent.Secret, again.Secret)
	})
}

func TestInvitationLimit(t *testing.T) {
	// again invites and revokes, so that nothing is pending.
	again := func(c *customer, email string) error {
		sent, err := c.as(c.ana).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: email})
		if err == nil {
			require.NoError(c, c.as(c.ana).RevokeInvitation(c.ctx(), sent.ID))
		}
		return err
	}
	t.Run("USR-10 at most five of both kinds to an address within 24 hours", func(t *testing.T) {
		c := newCustomer(t)
		require.NoError(t, again(c, "ben@example.com"))
		c.clock.Advance(time.Hour)
		for range 2 {
			require.NoError(t, again(c, "BEN@example.com"))
		}
		sent := c.inviteTo(c.adam, c.main, "ben@example.com", tenancy.Support)
		resent, err := c.as(c.ana).ResendInvitation(c.ctx(), sent.ID)
		require.NoError(t, err)
		c.unchanged(func() {
			refused(t, again(c, "ben@example.com"), tenancy.CodeMailLimit)
			_, err = c.as(c.ana).ResendInvitation(c.ctx(), resent.ID)
			refused(t, err, tenancy.CodeMailLimit)
		})
		require.NoError(t, c.as(c.ana).RevokeInvitation(c.ctx(), resent.ID))
		_, err = c.as(c.ana).InviteToAccount(c.ctx(), c.main, tenancy.NewAccountInvitation{Email: "ben@example.com", Roles: tenancy.Roles(tenancy.Support)})
		refused(t, err, tenancy.CodeMailLimit)
		require.NoError(t, again(c, "bea@example.com"))
		c.clock.Advance(23*time.Hour - time.Microsecond)
		refused(t, again(c, "ben@example.com"), tenancy.CodeMailLimit)
		c.clock.Advance(time.Microsecond) // the first one is 24 hours old
		require.NoError(t, again(c, "ben@example.com"))
		refused(t, again(c, "ben@example.com"), tenancy.CodeMailLimit)
	})
	t.Run("USR-10 each Owner has their own", func(t *testing.T) {
		c := newCustomer(t)
		for range 5 {
			require.NoError(t, again(c, "ben@example.com"))
		}
		refused(t, again(c, "ben@example.com"), tenancy.CodeMailLimit)
		c.invite(c.other.User.ID, c.other.Organization.ID, "ben@example.com")
		_, err := c.as(c.ana).TransferOwnership(c.ctx(), c.org, tenancy.NewOwner{User: c.adam})
		require.NoError(t, err)
		require.NoError(t, again(c, "ben@example.com"))
	})
	t.Run("USR-10 of an unmanaged account it is the account's owner", func(t *testing.T) {
		c := newCustomer(t, tenancy.Options{InvitationsPerDay: 1})
		lea := c.loner("lea")
		account, err := c.as(lea).CreateAccount(c.ctx(), tenancy.OrganizationID{}, tenancy.NewAccount{Name: "Lea's"})
		require.NoError(t, err)
		c.inviteTo(c.ana, c.main, "ben@example.com", tenancy.Support)
		sent := c.inviteTo(lea, account.ID, "ben@example.com", tenancy.Support)
		require.Equal(t, lea, c.everything()[tenancy.Entry{Index: tenancy.IndexInvitations, Key: tenancy.Key{ID: sent.ID}}].(tenancy.InvitationRecord).Charged)
		_, err = c.as(lea).ResendInvitation(c.ctx(), sent.ID)
		refused(t, err, tenancy.CodeMailLimit)
	})
	t.Run("USR-10 the limit can be lifted", func(t *testing.T) {
		c := newCustomer(t, tenancy.Options{InvitationsPerDay: -1})
		for range 20 {
			require.NoError(t, again(c, "ben@example.com"))
		}
	})
}

func TestInviteToAccount(t *testing.T) {
	support := tenancy.Roles(tenancy.Support)
	t.Run("ACC-7 the address is pending until it accepts, whoever has it", func(t *testing.T) {
		c := newCustomer(t)
		for _, name := range []string{"nobody", "olga", "stan", "adam", "ana"} {
			sent := c.inviteTo(c.ana, c.main, address(name), tenancy.Developer, tenancy.BillingManager)
			now := c.clock.Now()
			require.Equal(t, tenancy.SentInvitation{Invitation: tenancy.Invitation{ID: sent.ID, Account: c.main, Email: sent.Email,
				Roles: tenancy.Roles(tenancy.Developer, tenancy.BillingManager), Inviter: c.ana, InviterName: sent.InviterName,
				State: tenancy.StatePending, Created: now, Expires: now.Add(7 * oneDay)}, Secret: sent.Secret}, sent)
			require.Equal(t, address(name), sent.Email.Reveal())
			require.IsType(t, tenancy.InvitationSent{}, c.logged()[len(c.logged())-1])
		}
	})
	t.Run("ACC-7 who may", func(t *testing.T) {
		c := newCustomer(t)
		sub, err := c.as(c.ana).CreateSubaccount(c.ctx(), c.main, tenancy.NewSubaccount{Name: "sub"})
		require.NoError(t, err)
		for role, code := range map[tenancy.AccountRole]tenancy.Code{tenancy.AccountAdministrator: "", tenancy.Developer: tenancy.CodeNotAllowed,
			tenancy.BillingManager: tenancy.CodeNotAllowed, tenancy.Support: tenancy.CodeNotAllowed} {
			guest := c.guest(c.ana, c.main, "g"+strings.ReplaceAll(string(role), "_", ""), role)
			for _, account := range []tenancy.AccountID{c.main, sub.ID} { // ACC-3
				_, err := c.as(guest).InviteToAccount(c.ctx(), account, tenancy.NewAccountInvitation{Email: string(role) + "@example.com", Roles: support})
				require.Equal(t, code, tenancy.CodeOf(err), role)
			}
		}
		c.inviteTo(c.adam, c.main, "ben@example.com", tenancy.AccountAdministrator) // manages it without a role there
		c.unchanged(func() {
			for _, stranger := range []tenancy.UserID{c.stan, c.other.User.ID} {
				_, foreign := c.as(stranger).InviteToAccount(c.ctx(), c.main, tenancy.NewAccountInvitation{Email: "bea@example.com", Roles: support})
				refused(t, foreign, tenancy.CodeNotFound)
			}
			_, err = c.as(c.ana).InviteToAccount(c.ctx(), c.other.Account.ID, tenancy.NewAccountInvitation{Email: "bea@example.com", Roles: support})
			refused(t, err, tenancy.CodeNotFound)
			_, err = c.as(c.ana).InviteToAccount(c.ctx(), foreignID[tenancy.AccountID](), tenancy.NewAccountInvitation{Email: "bea@example.com", Roles: support})
			refused(t, err, tenancy.CodeNotFound)
		})
	})
	t.Run("ACC-7 which roles", func(t *testing.T) {
		c := newCustomer(t, tenancy.Options{Roles: tenancy.RoleOptions{Permissions: []tenancy.Permission{"deploy"},
			Roles: map[tenancy.AccountRole][]tenancy.Permission{"deployer": {"deploy"}, "auditor": {tenancy.ReadUsage}}}})
		for i, roles := range []tenancy.RoleSet{support, tenancy.Roles(tenancy.AccountAdministrator), tenancy.Roles(tenancy.Developer, tenancy.BillingManager, tenancy.Support),
			tenancy.Roles("deployer"), tenancy.Roles("deployer", "auditor", tenancy.Developer), tenancy.Roles("deployer,auditor")} {
			sent, err := c.as(c.ana).InviteToAccount(c.ctx(), c.main, tenancy.NewAccountInvitation{Email: fmt.Sprintf("b%d@example.com", i), Roles: roles})
			require.NoError(t, err)
			require.Equal(t, roles, sent.Roles)
			require.Equal(t, tenancy.Roles(roles.All()...), sent.Roles)
		}
		c.unchanged(func() {
			for _, roles := range []tenancy.RoleSet{{}, tenancy.Roles(tenancy.AccountOwner), tenancy.Roles(tenancy.AccountOwner, tenancy.Support),
				tenancy.Roles(tenancy.AccountAdministrator, tenancy.Support), tenancy.Roles("pilot"), tenancy.Roles("deployer", "pilot"),
				tenancy.Roles("deployer,owner"), tenancy.Roles(""), tenancy.Roles("deployer,"), tenancy.Roles(tenancy.AccountRole(strings.Repeat("x", 1<<16)))} {
				_, err := c.as(c.ana).InviteToAccount(c.ctx(), c.main, tenancy.NewAccountInvitation{Email: "ben@example.com", Roles: roles})
				refused(t, err, tenancy.CodeRoles)
			}
		})
	})
	t.Run("INV-8 one at a time, and an expired one is replaced", func(t *testing.T) {
		c := newCustomer(t)
		sent := c.inviteTo(c.ana, c.main, "ben@example.com", tenancy.Support)
		c.unchanged(func() {
			_, err := c.as(c.adam).InviteToAccount(c.ctx(), c.main, tenancy.NewAccountInvitation{Email: "Ben@example.com", Roles: support})
			refused(t, err, tenancy.CodeInvitationPending)
			require.Equal(t, sent.ID, err.(*tenancy.Error).Pending)
		})
		c.clock.Advance(7 * oneDay)
		again := c.inviteTo(c.adam, c.main, "Ben@example.com", tenancy.Developer)
		require.Equal(t, tenancy.StateRevoked, c.state(sent.ID))
		require.Equal(t, tenancy.StatePending, c.state(again.ID))
	})
	t.Run("ACC-5 a closed account takes none, a suspended one does", func(t *testing.T) {
		c := newCustomer(t)
		_, err := c.as(c.ana).SuspendAccount(c.ctx(), c.main)
		require.NoError(t, err)
		c.inviteTo(c.ana, c.main, "ben@example.com", tenancy.Support) // ROLE-6
		_, err = c.as(c.ana).CloseAccount(c.ctx(), c.main)
		require.NoError(t, err)
		c.unchanged(func() {
			_, err = c.as(c.ana).InviteToAccount(c.ctx(), c.main, tenancy.NewAccountInvitation{Email: "bea@example.com", Roles: support})
			refused(t, err, tenancy.CodeClosed)
		})
	})
}

func TestAcceptInvitation(t *testing.T) {
	t.Run("USR-6 the invitee becomes a member with the role offered", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent, err := c.as(c.adam).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: address("lea"), Role: tenancy.Administrator})
		require.NoError(t, err)
		c.clock.Advance(time.Hour)
		accepted, err := c.as(lea).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})
		require.NoError(t, err)
		want := sent.Invitation
		want.State, want.Settled = tenancy.StateAccepted, c.clock.Now()
		require.Equal(t, tenancy.AcceptedInvitation{Invitation: want}, accepted)
		at := tenancy.Instant(c.clock.Now().UnixMicro())
		joined := tenancy.MemberJoined{Organization: c.org, User: lea, Role: tenancy.Administrator, Since: at}
		log := c.logged()
		require.Equal(t, []tenancy.EventData{tenancy.InvitationAccepted{Invitation: sent.ID, Settled: at}, joined}, log[len(log)-2:])
		own := c.happened(tenancy.Stream{User: lea})
		require.Equal(t, joined, own[len(own)-1], "EVT-2 the user passes from their own stream to the organization's")
		c.invite(lea, c.org, "ben@example.com")
	})
	t.Run("SEC-7 the secret and the address are needed, both", func(t *testing.T) {
		c := newCustomer(t)
		lea, liz := c.loner("lea"), c.loner("liz")
		plus, err := c.host.SignUp(c.ctx(), tenancy.NewSignUp{Email: tenancy.Proven("lea+tag@lea.example.com"), Name: "Lea"})
		require.NoError(t, err)
		for _, sent := range []tenancy.SentInvitation{c.invite(c.ana, c.org, address("lea")), c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)} {
			c.unchanged(func() {
				var errs []error
				for _, wrong := range []*tenancy.Session{c.as(liz), c.as(plus.User.ID), c.as(c.ana), c.as(c.adam), c.as(c.stan), c.as(c.other.User.ID), c.host.Session, c.staff.Session} {
					_, err := wrong.AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})
					errs = append(errs, err)
				}
				for _, secret := range []tenancy.Secret{{}, tenancy.ParseSecret(""), tenancy.ParseSecret(sent.ID.String()), tenancy.ParseSecret("lea")} {
					_, err := c.as(lea).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: secret})
					errs = append(errs, err)
				}
				for _, err := range errs {
					refused(t, err, tenancy.CodeNotFound)
					require.Equal(t, errs[0], err, "SEC-15")
				}
			})
		}
	})
	t.Run("SEC-7 the address in another spelling is the same one", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		require.NoError(t, c.accept(lea, c.invite(c.ana, c.org, strings.ToUpper(address("lea")))))
	})
	t.Run("USR-6 whoever has the address now accepts, not who had it", func(t *testing.T) {
		c := newCustomer(t)
		lea, liz := c.loner("lea"), c.loner("liz")
		sent := c.invite(c.ana, c.org, address("lea"))
		_, err := c.host.ChangeEmail(c.ctx(), lea, tenancy.Proven("lea@new.example.com"))
		require.NoError(t, err)
		refused(t, c.accept(lea, sent), tenancy.CodeNotFound)
		_, err = c.host.ChangeEmail(c.ctx(), liz, tenancy.Proven(address("lea")))
		require.NoError(t, err)
		require.NoError(t, c.accept(liz, sent))
	})
	t.Run("SEC-8 no prefix, suffix or bit flip of a secret will do", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent := c.invite(c.ana, c.org, address("lea"))
		text := sent.Secret.Reveal()
		var forged []string
		for i := range len(text) {
			forged = append(forged, text[:i], text[i+1:], text[:i]+text[i+1:])
			for bit := range 8 {
				b := []byte(text)
				b[i] ^= 1 << bit
				forged = append(forged, string(b))
			}
		}
		for _, more := range []string{"=", " ", "\x00", "\n", "A", strings.Repeat("A", 21), strings.Repeat("A", 1<<16)} {
			forged = append(forged, text+more, more+text)
		}
		bits, err := base64.RawURLEncoding.DecodeString(text)
		require.NoError(t, err)
		hash := sha256.Sum256([]byte(text))
		forged = append(forged, fmt.Sprintf("%x", bits), string(bits), base64.StdEncoding.EncodeToString(bits)+"=", strings.ToUpper(text),
			fmt.Sprintf("%x", hash), base64.RawURLEncoding.EncodeToString(hash[:]))
		c.unchanged(func() {
			for _, text := range forged {
				secret := tenancy.ParseSecret(text)
				_, err := c.as(lea).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: secret})
				refused(t, err, tenancy.CodeNotFound)
				_, err = c.as(lea).Invitation(c.ctx(), secret)
				refused(t, err, tenancy.CodeNotFound)
				refused(t, c.host.DeclineInvitation(c.ctx(), secret), tenancy.CodeNotFound)
			}
		})
		require.NoError(t, c.accept(lea, tenancy.SentInvitation{Secret: tenancy.ParseSecret(text)}))
	})
	t.Run("SEC-8 it expires at exactly Expires, not a microsecond earlier", func(t *testing.T) {
		for _, early := range []time.Duration{1, 0} {
			c := newCustomer(t)
			lea := c.loner("lea")
			sent, to := c.invite(c.ana, c.org, address("lea")), c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
			c.clock.Advance(sent.Expires.Sub(c.clock.Now()) - early*time.Microsecond)
			if early > 0 {
				require.NoError(t, c.accept(lea, sent))
				require.NoError(t, c.accept(lea, to))
				continue
			}
			c.unchanged(func() {
				refused(t, c.accept(lea, sent), tenancy.CodeExpired)
				refused(t, c.accept(lea, to), tenancy.CodeExpired)
			})
			require.Equal(t, tenancy.StateExpired, c.state(sent.ID))
		}
	})
	t.Run("USR-6 once", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent, to := c.invite(c.ana, c.org, address("lea")), c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
		require.NoError(t, c.accept(lea, sent))
		require.NoError(t, c.accept(lea, to))
		c.unchanged(func() {
			refused(t, c.accept(lea, sent), tenancy.CodeSettled)
			refused(t, c.accept(lea, to), tenancy.CodeSettled)
		})
		require.NoError(t, c.as(c.ana).RemoveUser(c.ctx(), c.org, lea, tenancy.Removal{}))
		c.unchanged(func() { refused(t, c.accept(lea, sent), tenancy.CodeSettled) }) // SEC-8 no replay
	})
	t.Run("SEC-13 of many at once one is accepted", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent := c.invite(c.ana, c.org, address("lea"))
		var wg sync.WaitGroup
		results := make([]error, 8)
		for i := range results {
			wg.Go(func() { results[i] = c.accept(lea, sent) })
		}
		wg.Wait()
		won := 0
		for _, err := range results {
			if err == nil {
				won++
			} else {
				refused(t, err, tenancy.CodeSettled)
			}
		}
		require.Equal(t, 1, won)
	})
	t.Run("SEC-13 accepting and revoking at once, one wins", func(t *testing.T) {
		c := newCustomer(t)
		for i := range 20 {
			lea := c.loner(fmt.Sprintf("lea%d", i))
			sent := c.invite(c.ana, c.org, address(fmt.Sprintf("lea%d", i)))
			var wg sync.WaitGroup
			var accepted, revoked error
			wg.Go(func() { accepted = c.accept(lea, sent) })
			wg.Go(func() { revoked = c.as(c.ana).RevokeInvitation(c.ctx(), sent.ID) })
			wg.Wait()
			require.NotEqual(t, accepted == nil, revoked == nil)
			refused(t, errorOf(accepted, revoked), tenancy.CodeSettled)
		}
	})
	t.Run("USR-6 revoked and declined ones are settled", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		revoked := c.invite(c.ana, c.org, address("lea"))
		require.NoError(t, c.as(c.ana).RevokeInvitation(c.ctx(), revoked.ID))
		refused(t, c.accept(lea, revoked), tenancy.CodeSettled)
		declined := c.invite(c.ana, c.org, address("lea"))
		require.NoError(t, c.as(lea).DeclineInvitation(c.ctx(), declined.Secret))
		refused(t, c.accept(lea, declined), tenancy.CodeSettled)
		resent := c.invite(c.ana, c.org, address("lea"))
		again, err := c.as(c.ana).ResendInvitation(c.ctx(), resent.ID)
		require.NoError(t, err)
		refused(t, c.accept(lea, resent), tenancy.CodeSettled)
		require.NoError(t, c.accept(lea, again))
	})
	t.Run("ACC-5 closing the account settles it", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent := c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
		_, err := c.as(c.ana).CloseAccount(c.ctx(), c.main)
		require.NoError(t, err)
		refused(t, c.accept(lea, sent), tenancy.CodeSettled)
	})
	t.Run("USR-7 who is managed elsewhere can't join, and can work in an account", func(t *testing.T) {
		c := newCustomer(t)
		sent := c.invite(c.other.User.ID, c.other.Organization.ID, address("stan"))
		to := c.inviteTo(c.other.User.ID, c.other.Account.ID, address("stan"), tenancy.Support)
		c.unchanged(func() { refused(t, c.accept(c.stan, sent), tenancy.CodeManagedElsewhere) })
		require.NoError(t, c.accept(c.stan, to))
		require.NoError(t, c.as(c.stan).Leave(c.ctx(), c.org))
		require.NoError(t, c.accept(c.stan, sent))
	})
	t.Run("USR-8 who owns an organization with others in it brings it along or does not join, and can work in an account", func(t *testing.T) {
		c := newCustomer(t)
		c.join(c.other, "omar", tenancy.StandardUser)
		sent := c.invite(c.ana, c.org, address("olga"))
		c.unchanged(func() { refused(t, c.accept(c.other.User.ID, sent), tenancy.CodeNoLiveDomain) })
		require.NoError(t, c.accept(c.other.User.ID, c.inviteTo(c.ana, c.main, address("olga"), tenancy.Support)))
	})
	t.Run("USR-6 a member who comes to have the address is there already", func(t *testing.T) {
		c := newCustomer(t)
		sent := c.invite(c.ana, c.org, "new@example.com")
		_, err := c.host.ChangeEmail(c.ctx(), c.stan, tenancy.Proven("new@example.com"))
		require.NoError(t, err)
		c.unchanged(func() {
			refused(t, c.accept(c.stan, sent), tenancy.CodeMember)
			_, err = c.as(c.ana).ResendInvitation(c.ctx(), sent.ID)
			refused(t, err, tenancy.CodeMember)
		})
	})
	t.Run("GEN-2 an inactive invitee does nothing", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent := c.invite(c.ana, c.org, address("lea"))
		_, err := c.staff.DeactivateUser(c.ctx(), lea)
		require.NoError(t, err)
		c.unchanged(func() { refused(t, c.accept(lea, sent), tenancy.CodeActor) })
	})
	t.Run("GEN-14 a closed context", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent := c.invite(c.ana, c.org, address("lea"))
		closed, cancel := context.WithCancel(c.ctx())
		cancel()
		c.unchanged(func() {
			_, err := c.as(lea).AcceptInvitation(closed, tenancy.Acceptance{Secret: sent.Secret})
			require.ErrorIs(t, err, context.Canceled)
			require.Empty(t, tenancy.CategoryOf(err))
		})
	})
}

// errorOf gives the one of two errors that is there.
func errorOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func TestInviterAtAcceptance(t *testing.T) {
	// What becomes of the inviter, an Administrator of the organization, before an invitation of theirs is accepted.
	fates := map[string]struct {
		befalls func(c *customer) error
		void    bool
	}{
		"nothing": {func(*customer) error { return nil }, false},
		"demoted": {func(c *customer) error {
			return errOf(c.as(c.ana).SetOrganizationRole(c.ctx(), c.org, c.adam, tenancy.StandardUser))
		}, true},
		"removed": {func(c *customer) error { return c.as(c.ana).RemoveUser(c.ctx(), c.org, c.adam, tenancy.Removal{}) }, true},
		"left":    {func(c *customer) error { return c.as(c.adam).Leave(c.ctx(), c.org) }, true},
		"made inactive": {func(c *customer) error {
			_, err := c.as(c.ana).DeactivateUser(c.ctx(), c.adam)
			return err
		}, true},
		"made inactive by an Operator": {func(c *customer) error {
			_, err := c.staff.DeactivateUser(c.ctx(), c.adam)
			return err
		}, true},
		"deleted": {func(c *customer) error { return c.as(c.ana).DeleteUser(c.ctx(), c.adam, tenancy.UserDeletion{}) }, true},
		"made Owner": {func(c *customer) error {
			_, err := c.as(c.ana).TransferOwnership(c.ctx(), c.org, tenancy.NewOwner{User: c.adam})
			return err
		}, false},
		"demoted and promoted again": {func(c *customer) error {
			require.NoError(c, errOf(c.as(c.ana).SetOrganizationRole(c.ctx(), c.org, c.adam, tenancy.StandardUser)))
			return errOf(c.as(c.ana).SetOrganizationRole(c.ctx(), c.org, c.adam, tenancy.Administrator))
		}, false},
	}
	for name, fate := range fates {
		t.Run("USR-6 SEC-9 an inviter who is "+name, func(t *testing.T) {
			c := newCustomer(t)
			lea := c.loner("lea")
			invitations := []tenancy.SentInvitation{c.invite(c.adam, c.org, address("lea")), c.inviteTo(c.adam, c.main, address("lea"), tenancy.Support)}
			require.NoError(t, fate.befalls(c))
			for _, sent := range invitations {
				if !fate.void {
					require.NoError(t, c.accept(lea, sent))
					continue
				}
				c.unchanged(func() { refused(t, c.accept(lea, sent), tenancy.CodeInviter) })
				again, err := c.as(c.ana).ResendInvitation(c.ctx(), sent.ID)
				require.NoError(t, err, "USR-6 another who can may resend it")
				require.NoError(t, c.accept(lea, again))
			}
		})
	}
	t.Run("USR-6 SEC-9 an account's Administrator who is so no more", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		guest := c.guest(c.ana, c.main, "gus", tenancy.AccountAdministrator)
		sent := c.inviteTo(guest, c.main, address("lea"), tenancy.Support)
		_, err := c.as(c.ana).AssignRoles(c.ctx(), c.main, guest, tenancy.Roles(tenancy.Developer))
		require.NoError(t, err)
		refused(t, c.accept(lea, sent), tenancy.CodeInviter)
		require.NoError(t, c.as(c.ana).RevokeRoles(c.ctx(), c.main, guest))
		refused(t, c.accept(lea, sent), tenancy.CodeInviter)
	})
	t.Run("USR-6 an account's Administrator by its parent", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sub, err := c.as(c.ana).CreateSubaccount(c.ctx(), c.main, tenancy.NewSubaccount{Name: "sub"})
		require.NoError(t, err)
		guest := c.guest(c.ana, c.main, "gus", tenancy.AccountAdministrator)
		require.NoError(t, c.accept(lea, c.inviteTo(guest, sub.ID, address("lea"), tenancy.Support)))
	})
}

func TestTerms(t *testing.T) {
	// holder gives a user in no organization who owns two accounts, one of them with a subaccount.
	holder := func(c *customer) (user tenancy.UserID, accounts []tenancy.AccountID, sub tenancy.AccountID) {
		user = c.loner("lea")
		for _, name := range []string{"one", "two"} {
			account, err := c.as(user).CreateAccount(c.ctx(), tenancy.OrganizationID{}, tenancy.NewAccount{Name: name})
			require.NoError(c, err)
			accounts = append(accounts, account.ID)
			c.clock.Advance(time.Millisecond) // so that IDs are in the order of their making
		}
		child, err := c.as(user).CreateSubaccount(c.ctx(), accounts[0], tenancy.NewSubaccount{Name: "sub"})
		require.NoError(c, err)
		return user, accounts, child.ID
	}
	t.Run("USR-9 accounts the invitee owns become managed, as the Terms say", func(t *testing.T) {
		c := newCustomer(t)
		lea, accounts, sub := holder(c)
		sent := c.invite(c.ana, c.org, address("lea"))
		offer, err := c.as(lea).Invitation(c.ctx(), sent.Secret)
		require.NoError(t, err)
		require.Len(t, offer.Terms.Accounts, 2)
		for i, a := range offer.Terms.Accounts {
			require.Equal(t, accounts[i], a.ID)
			require.Equal(t, []string{"one", "two"}[i], a.Name.Reveal())
		}
		require.Empty(t, offer.Terms.Merged)
		require.Empty(t, offer.Terms.Dissolved)
		require.NotEmpty(t, offer.Terms.Token)
		accepted, err := c.as(lea).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret, Terms: offer.Terms.Token})
		require.NoError(t, err)
		require.Equal(t, accounts, accepted.Accounts)
		for _, id := range append(accounts, sub) {
			account, err := c.as(c.ana).Account(c.ctx(), id)
			require.NoError(t, err)
			require.Equal(t, c.org, *account.Organization)
			require.Equal(t, lea, account.Owner)
		}
	})
	t.Run("USR-6 Terms that were not agreed to are refused with those that hold", func(t *testing.T) {
		c := newCustomer(t)
		lea, accounts, _ := holder(c)
		sent := c.invite(c.ana, c.org, address("lea"))
		elsewhere := c.invite(c.other.User.ID, c.other.Organization.ID, address("lea"))
		offer, err := c.as(lea).Invitation(c.ctx(), sent.Secret)
		require.NoError(t, err)
		other, err := c.as(lea).Invitation(c.ctx(), elsewhere.Secret)
		require.NoError(t, err)
		require.NotEqual(t, offer.Terms.Token, other.Terms.Token, "what was agreed to is what joining this organization brings along")
		changed := func(token tenancy.TermsToken) *tenancy.Terms {
			var terms *tenancy.Terms
			c.unchanged(func() {
				_, err := c.as(lea).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret, Terms: token})
				refused(t, err, tenancy.CodeTermsChanged)
				terms = err.(*tenancy.Error).Terms
			})
			return terms
		}
		for _, token := range []tenancy.TermsToken{"", "x", other.Terms.Token, offer.Terms.Token + "=", tenancy.TermsToken(strings.Repeat("x", 1<<16))} {
			require.Equal(t, offer.Terms, changed(token))
		}
		more, err := c.as(lea).CreateAccount(c.ctx(), tenancy.OrganizationID{}, tenancy.NewAccount{Name: "three"})
		require.NoError(t, err)
		terms := changed(offer.Terms.Token)
		require.Len(t, terms.Accounts, 3)
		_, err = c.as(lea).CloseAccount(c.ctx(), more.ID)
		require.NoError(t, err)
		require.Equal(t, offer.Terms, changed(terms.Token))
		for _, id := range accounts {
			_, err = c.as(lea).CloseAccount(c.ctx(), id)
			require.NoError(t, err)
		}
		require.Equal(t, &tenancy.Terms{}, changed(offer.Terms.Token))
		require.NoError(t, c.accept(lea, sent), "USR-6 nothing is brought along: no token is needed")
	})
	t.Run("USR-6 an account's invitation brings nothing along", func(t *testing.T) {
		c := newCustomer(t)
		lea, accounts, _ := holder(c)
		sent := c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
		offer, err := c.as(lea).Invitation(c.ctx(), sent.Secret)
		require.NoError(t, err)
		require.Equal(t, &tenancy.Terms{}, offer.Terms)
		require.NoError(t, c.accept(lea, sent))
		account, err := c.as(lea).Account(c.ctx(), accounts[0])
		require.NoError(t, err)
		require.True(t, account.Organization.IsZero())
	})
}

func TestAcceptedRoles(t *testing.T) {
	administrator, developer, billing, support := tenancy.AccountAdministrator, tenancy.Developer, tenancy.BillingManager, tenancy.Support
	for _, row := range []struct {
		rule               string
		had, offered, then tenancy.RoleSet
	}{
		{"are those offered", tenancy.Roles(), tenancy.Roles(developer, support), tenancy.Roles(developer, support)},
		{"are added to those there", tenancy.Roles(developer), tenancy.Roles(billing), tenancy.Roles(developer, billing)},
		{"stay where they are there already", tenancy.Roles(developer, support), tenancy.Roles(support), tenancy.Roles(developer, support)},
		{"Administrator replaces others", tenancy.Roles(developer, support), tenancy.Roles(administrator), tenancy.Roles(administrator)},
		{"an Administrator stays just that", tenancy.Roles(administrator), tenancy.Roles(developer), tenancy.Roles(administrator)},
		{"of the host's own are added too", tenancy.Roles("auditor"), tenancy.Roles("deployer", developer), tenancy.Roles("auditor", "deployer", developer)},
	} {
		t.Run("ACC-7 roles "+row.rule, func(t *testing.T) {
			c := newCustomer(t, tenancy.Options{Roles: tenancy.RoleOptions{Roles: map[tenancy.AccountRole][]tenancy.Permission{
				"auditor": {tenancy.ReadUsage}, "deployer": {tenancy.Build}}}})
			lea := c.loner("lea")
			if !row.had.IsZero() {
				require.NoError(t, c.accept(lea, c.inviteTo(c.ana, c.main, address("lea"), row.had.All()...)))
			}
			before := len(c.logged())
			sent := c.inviteTo(c.adam, c.main, address("lea"), row.offered.All()...)
			accepted, err := c.as(lea).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})
			require.NoError(t, err)
			require.Equal(t, row.then, accepted.Granted)
			require.Equal(t, row.then, c.granted(c.main, lea))
			want := []tenancy.EventData{tenancy.InvitationAccepted{Invitation: sent.ID, Settled: tenancy.Instant(c.clock.Now().UnixMicro())}}
			if row.then != row.had {
				want = append(want, tenancy.RolesAssigned{Account: c.main, User: lea, Roles: row.then})
			}
			require.Equal(t, want, c.logged()[before+1:])
		})
	}
	t.Run("ACC-7 the Owner stays Owner", func(t *testing.T) {
		c := newCustomer(t)
		for _, roles := range []tenancy.RoleSet{tenancy.Roles(support), tenancy.Roles(administrator)} {
			require.NoError(t, c.accept(c.ana, c.inviteTo(c.adam, c.main, address("ana"), roles.All()...)))
			require.Equal(t, tenancy.Roles(tenancy.AccountOwner), c.granted(c.main, c.ana))
		}
	})
	t.Run("ACC-7 who accepts keeps what they have elsewhere", func(t *testing.T) {
		c := newCustomer(t)
		gus := c.guest(c.other.User.ID, c.other.Account.ID, "gus", developer)
		require.NoError(t, c.accept(gus, c.inviteTo(c.ana, c.main, address("gus"), support)))
		require.Equal(t, tenancy.Roles(developer), c.granted(c.other.Account.ID, gus))
		require.Equal(t, tenancy.Roles(support), c.granted(c.main, gus))
	})
	t.Run("ACC-3 a role on a subaccount alone", func(t *testing.T) {
		c := newCustomer(t)
		sub, err := c.as(c.ana).CreateSubaccount(c.ctx(), c.main, tenancy.NewSubaccount{Name: "sub"})
		require.NoError(t, err)
		gus := c.guest(c.ana, sub.ID, "gus", developer)
		require.Equal(t, tenancy.Roles(developer), c.granted(sub.ID, gus))
		require.Equal(t, tenancy.RoleSet{}, c.granted(c.main, gus))
	})
}

// roles gives the roles assigned to a user on an account.
func (c *customer) granted(account tenancy.AccountID, user tenancy.UserID) tenancy.RoleSet {
	grant, _ := c.everything()[tenancy.Entry{Index: tenancy.IndexGrants, Key: tenancy.Key{In: account, ID: user}}].(tenancy.GrantRecord)
	return grant.Roles
}

func TestInvitation(t *testing.T) {
	t.Run("USR-6 the invitee and System are shown what is offered", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent := c.invite(c.adam, c.org, address("lea"))
		to := c.inviteTo(c.adam, c.main, address("lea"), tenancy.Support)
		for _, s := range []*tenancy.Session{c.as(lea), c.host.Session} {
			offer, err := s.Invitation(c.ctx(), sent.Secret)
			require.NoError(t, err)
			require.Equal(t, sent.Invitation, offer.Invitation)
			require.Equal(t, "ana Inc", offer.OrganizationName.Reveal())
			require.True(t, offer.AccountName.IsZero())
			require.Equal(t, "adam", offer.InviterName.Reveal())
			offer, err = s.Invitation(c.ctx(), to.Secret)
			require.NoError(t, err)
			require.Equal(t, to.Invitation, offer.Invitation)
			require.Equal(t, "ana main", offer.AccountName.Reveal())
			require.True(t, offer.OrganizationName.IsZero(), "GEN-5 whose account it is is not offered")
			require.Equal(t, s == c.host.Session, offer.Terms == nil, "System is not shown the Terms")
		}
		ghost := c.invite(c.adam, c.org, "nobody@example.com")
		offer, err := c.host.Invitation(c.ctx(), ghost.Secret)
		require.NoError(t, err)
		require.Equal(t, "nobody@example.com", offer.Email.Reveal())
	})
	t.Run("USR-6 SEC-7 to anybody else it is not there", func(t *testing.T) {
		c := newCustomer(t)
		c.loner("lea")
		sent := c.invite(c.adam, c.org, address("lea"))
		var errs []error
		for _, s := range []*tenancy.Session{c.as(c.ana), c.as(c.adam), c.as(c.stan), c.as(c.other.User.ID), c.staff.Session} {
			_, err := s.Invitation(c.ctx(), sent.Secret)
			_, absent := s.Invitation(c.ctx(), tenancy.ParseSecret("x"))
			errs = append(errs, err, absent)
		}
		_, err := c.host.Invitation(c.ctx(), tenancy.Secret{})
		for _, err := range append(errs, err) {
			refused(t, err, tenancy.CodeNotFound)
			require.Equal(t, errs[0], err, "SEC-15")
		}
	})
	t.Run("USR-6 a settled one says so, without Terms", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent := c.invite(c.ana, c.org, address("lea"))
		for _, state := range []tenancy.State{tenancy.StatePending, tenancy.StateExpired, tenancy.StateRevoked} {
			offer, err := c.as(lea).Invitation(c.ctx(), sent.Secret)
			require.NoError(t, err)
			require.Equal(t, state, offer.State)
			require.Equal(t, state == tenancy.StatePending, offer.Terms != nil)
			if state == tenancy.StatePending {
				c.clock.Advance(7 * oneDay)
			} else {
				require.NoError(t, c.as(c.ana).RevokeInvitation(c.ctx(), sent.ID))
			}
		}
	})
	t.Run("ORG-11 30 days after it was settled or expired neither secret nor address is of use", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		expired := c.invite(c.ana, c.org, address("lea"))
		revoked := c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
		c.clock.Advance(7 * oneDay)
		require.NoError(t, c.as(c.ana).RevokeInvitation(c.ctx(), revoked.ID))
		c.clock.Advance(30*oneDay - time.Microsecond)
		for range 2 {
			for _, sent := range []tenancy.SentInvitation{expired, revoked} {
				_, shown := c.as(lea).Invitation(c.ctx(), sent.Secret)
				if c.clock.Now().Before(expired.Expires.Add(30 * oneDay)) {
					require.NoError(t, shown)
					continue
				}
				refused(t, shown, tenancy.CodeNotFound)
				refused(t, c.accept(lea, sent), tenancy.CodeNotFound)
				refused(t, c.host.DeclineInvitation(c.ctx(), sent.Secret), tenancy.CodeNotFound)
			}
			for _, i := range items(t, c.as(c.ana).Invitations(c.ctx(), c.org, tenancy.InvitationQuery{})) {
				if i.ID == expired.ID || i.ID == revoked.ID {
					require.Equal(t, !c.clock.Now().Before(expired.Expires.Add(30*oneDay)), i.Email.IsZero())
				}
			}
			c.clock.Advance(time.Microsecond)
		}
	})
}

func TestDeclineInvitation(t *testing.T) {
	t.Run("USR-10 the secret alone is enough", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		for _, s := range []*tenancy.Session{c.as(lea), c.host.Session, c.as(c.other.User.ID)} {
			sent := c.invite(c.ana, c.org, address("lea"))
			require.NoError(t, s.DeclineInvitation(c.ctx(), sent.Secret))
			require.Equal(t, tenancy.StateDeclined, c.state(sent.ID))
			require.Equal(t, tenancy.InvitationDeclined{Invitation: sent.ID, Settled: tenancy.Instant(c.clock.Now().UnixMicro())}, c.logged()[len(c.logged())-1])
			c.unchanged(func() { refused(t, s.DeclineInvitation(c.ctx(), sent.Secret), tenancy.CodeSettled) })
		}
		to := c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
		require.NoError(t, c.host.DeclineInvitation(c.ctx(), to.Secret))
		require.Equal(t, tenancy.StateDeclined, c.state(to.ID))
	})
	t.Run("USR-10 an expired one can be declined", func(t *testing.T) {
		c := newCustomer(t)
		sent := c.invite(c.ana, c.org, "ben@example.com")
		c.clock.Advance(7 * oneDay)
		require.NoError(t, c.host.DeclineInvitation(c.ctx(), sent.Secret))
		require.Equal(t, tenancy.StateDeclined, c.state(sent.ID))
	})
	t.Run("ROLE-8 no Operator declines, with or without a secret", func(t *testing.T) {
		c := newCustomer(t)
		sent := c.invite(c.ana, c.org, "ben@example.com")
		c.unchanged(func() {
			known := c.staff.DeclineInvitation(c.ctx(), sent.Secret)
			refused(t, known, tenancy.CodeNotAllowed)
			require.Equal(t, known, c.staff.DeclineInvitation(c.ctx(), tenancy.Secret{}))
			refused(t, c.host.DeclineInvitation(c.ctx(), tenancy.Secret{}), tenancy.CodeNotFound)
		})
	})
}

func TestRevokeInvitation(t *testing.T) {
	t.Run("USR-10 whoever could send it now revokes it", func(t *testing.T) {
		c := newCustomer(t)
		admin := c.guest(c.ana, c.main, "gus", tenancy.AccountAdministrator)
		for _, by := range []tenancy.UserID{c.ana, c.adam, admin} {
			to := c.inviteTo(c.ana, c.main, "ben@example.com", tenancy.Support)
			require.NoError(t, c.as(by).RevokeInvitation(c.ctx(), to.ID))
			require.Equal(t, tenancy.StateRevoked, c.state(to.ID))
		}
		for _, by := range []tenancy.UserID{c.ana, c.adam} {
			sent := c.invite(c.adam, c.org, "bea@example.com")
			require.NoError(t, c.as(by).RevokeInvitation(c.ctx(), sent.ID))
			require.Equal(t, tenancy.InvitationRevoked{Invitation: sent.ID, Settled: tenancy.Instant(c.clock.Now().UnixMicro())}, c.logged()[len(c.logged())-1])
		}
	})
	t.Run("GEN-6 revoking a revoked one changes nothing, other settled ones are refused", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent := c.invite(c.ana, c.org, address("lea"))
		c.clock.Advance(8 * oneDay) // USR-10 an expired one can be revoked
		require.NoError(t, c.as(c.ana).RevokeInvitation(c.ctx(), sent.ID))
		c.unchanged(func() { require.NoError(t, c.as(c.adam).RevokeInvitation(c.ctx(), sent.ID)) })
		accepted, declined := c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support), c.invite(c.ana, c.org, address("lea"))
		require.NoError(t, c.accept(lea, accepted))
		require.NoError(t, c.as(lea).DeclineInvitation(c.ctx(), declined.Secret))
		c.unchanged(func() {
			for _, settled := range []tenancy.SentInvitation{accepted, declined} {
				refused(t, c.as(c.ana).RevokeInvitation(c.ctx(), settled.ID), tenancy.CodeSettled)
				_, err := c.as(c.ana).ResendInvitation(c.ctx(), settled.ID)
				refused(t, err, tenancy.CodeSettled)
			}
			_, err := c.as(c.ana).ResendInvitation(c.ctx(), sent.ID)
			refused(t, err, tenancy.CodeSettled)
		})
	})
	t.Run("GEN-5 whoever could not send it finds none (SEC-14)", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		developer := c.guest(c.ana, c.main, "dev", tenancy.Developer)
		admin := c.guest(c.ana, c.main, "gus", tenancy.AccountAdministrator)
		sent, to := c.invite(c.ana, c.org, address("lea")), c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
		c.unchanged(func() {
			for _, by := range []tenancy.UserID{lea, c.stan, c.other.User.ID, developer, admin} {
				for _, invitation := range []tenancy.InvitationID{sent.ID, to.ID, foreignID[tenancy.InvitationID]()} {
					if by == admin && invitation == to.ID {
						continue
					}
					err := c.as(by).RevokeInvitation(c.ctx(), invitation)
					refused(t, err, tenancy.CodeNotFound)
					require.Equal(t, &tenancy.Error{Op: "RevokeInvitation", Subject: invitation.String(), Err: tenancy.CodeNotFound}, err)
					_, err = c.as(by).ResendInvitation(c.ctx(), invitation)
					require.Equal(t, &tenancy.Error{Op: "ResendInvitation", Subject: invitation.String(), Err: tenancy.CodeNotFound}, err)
				}
			}
		})
	})
	t.Run("ROLE-8 neither Operator nor System", func(t *testing.T) {
		c := newCustomer(t)
		for _, sent := range []tenancy.SentInvitation{c.invite(c.ana, c.org, "ben@example.com"), c.inviteTo(c.ana, c.main, "ben@example.com", tenancy.Support)} {
			c.unchanged(func() {
				for _, p := range []*tenancy.Platform{c.host, c.staff} {
					refused(t, p.RevokeInvitation(c.ctx(), sent.ID), tenancy.CodeNotAllowed)
					_, err := p.ResendInvitation(c.ctx(), sent.ID)
					refused(t, err, tenancy.CodeNotAllowed)
					refused(t, p.RevokeInvitation(c.ctx(), foreignID[tenancy.InvitationID]()), tenancy.CodeNotFound)
				}
			})
		}
	})
	t.Run("GEN-14 a zero ID", func(t *testing.T) {
		c := newCustomer(t)
		refused(t, c.as(c.ana).RevokeInvitation(c.ctx(), tenancy.InvitationID{}), tenancy.CodeID)
		_, err := c.as(c.ana).ResendInvitation(c.ctx(), tenancy.InvitationID{})
		refused(t, err, tenancy.CodeID)
	})
}

func TestResendInvitation(t *testing.T) {
	t.Run("USR-10 it is settled as revoked, and a new one is sent by whoever resends", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent, err := c.as(c.ana).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: "Lea@lea.example.com", Role: tenancy.Administrator})
		require.NoError(t, err)
		to := c.inviteTo(c.ana, c.main, address("lea"), tenancy.Developer, tenancy.Support)
		c.clock.Advance(oneDay)
		for _, old := range []tenancy.SentInvitation{sent, to} {
			again, err := c.as(c.adam).ResendInvitation(c.ctx(), old.ID)
			require.NoError(t, err)
			want := old.Invitation
			want.ID, want.Inviter, want.InviterName = again.ID, c.adam, again.InviterName
			want.Created, want.Expires = c.clock.Now(), c.clock.Now().Add(7*oneDay)
			require.Equal(t, want, again.Invitation)
			require.Equal(t, "adam", again.InviterName.Reveal())
			require.NotEqual(t, old.Secret, again.Secret)
			require.Equal(t, tenancy.StateRevoked, c.state(old.ID))
			log := c.logged()
			require.Equal(t, old.ID, log[len(log)-2].(tenancy.InvitationRevoked).Invitation)
			require.Equal(t, again.ID, log[len(log)-1].(tenancy.InvitationSent).Invitation)
			refused(t, c.accept(lea, old), tenancy.CodeSettled)
			require.NoError(t, c.accept(lea, again))
		}
	})
	t.Run("USR-10 one that expired less than 29 days ago", func(t *testing.T) {
		for late, code := range map[time.Duration]tenancy.Code{0: "", 29*oneDay - time.Microsecond: "", 29 * oneDay: tenancy.CodeExpired} {
			c := newCustomer(t)
			sent := c.invite(c.ana, c.org, "ben@example.com")
			c.clock.Advance(7*oneDay + late)
			_, err := c.as(c.ana).ResendInvitation(c.ctx(), sent.ID)
			require.Equal(t, code, tenancy.CodeOf(err), late)
		}
	})
}

func TestInvitations(t *testing.T) {
	t.Run("GEN-15 an organization's, then those to its accounts, in pages", func(t *testing.T) {
		c := newCustomer(t)
		c.clock.Advance(time.Millisecond) // IDs are in the order of their making
		sub, err := c.as(c.ana).CreateSubaccount(c.ctx(), c.main, tenancy.NewSubaccount{Name: "sub"})
		require.NoError(t, err)
		var toOrganization, toAccounts, toMain []tenancy.InvitationID
		for _, i := range items(t, c.host.Invitations(c.ctx(), c.org, tenancy.InvitationQuery{})) {
			toOrganization = append(toOrganization, i.ID) // those that made the scene
		}
		for i := range 230 {
			c.clock.Advance(time.Millisecond)
			email := fmt.Sprintf("b%d@example.com", i)
			toOrganization = append(toOrganization, c.invite(c.ana, c.org, email).ID)
			toMain = append(toMain, c.inviteTo(c.ana, c.main, email, tenancy.Support).ID)
		}
		toAccounts = append(toAccounts, toMain...)
		for i := range 45 {
			c.clock.Advance(time.Millisecond)
			account, err := c.as(c.ana).CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "more"})
			require.NoError(t, err)
			if i == 0 {
				toAccounts = append(toAccounts, c.inviteTo(c.ana, sub.ID, "sub@example.com", tenancy.Support).ID)
			}
			if i%7 == 0 {
				toAccounts = append(toAccounts, c.inviteTo(c.ana, account.ID, fmt.Sprintf("m%d@example.com", i), tenancy.Support).ID)
			}
		}
		c.invite(c.other.User.ID, c.other.Organization.ID, "b0@example.com")
		want := append(toOrganization, toAccounts...)
		for _, s := range []*tenancy.Session{c.as(c.adam), c.staff.Session, c.host.Session} {
			var got []tenancy.InvitationID
			for _, i := range items(t, s.Invitations(c.ctx(), c.org, tenancy.InvitationQuery{})) {
				got = append(got, i.ID)
				require.NotEmpty(t, i.InviterName.Reveal())
			}
			require.Equal(t, want, got)
		}
		for _, n := range []int{1, 97, 100} {
			if n == 1 && testing.Short() {
				continue
			}
			var got []tenancy.InvitationID
			query := tenancy.InvitationQuery{}
			for {
				page, next, err := tenancy.Collect(c.as(c.ana).Invitations(c.ctx(), c.org, query), n)
				require.NoError(t, err)
				for _, i := range page {
					got = append(got, i.ID)
				}
				if next == "" {
					break
				}
				query.After = next
			}
			require.Equal(t, want, got)
		}
		var got []tenancy.InvitationID
		for _, i := range items(t, c.as(c.ana).AccountInvitations(c.ctx(), c.main, tenancy.InvitationQuery{})) {
			got = append(got, i.ID)
		}
		require.Equal(t, toMain, got)
	})
	t.Run("GEN-9 a page ends within an account, and the next goes on there", func(t *testing.T) {
		c := newCustomer(t)
		more, err := c.as(c.ana).CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "more"})
		require.NoError(t, err)
		want := map[tenancy.InvitationID]bool{}
		for i := range 60 {
			for _, account := range []tenancy.AccountID{c.main, more.ID} {
				want[c.inviteTo(c.ana, account, fmt.Sprintf("b%d@example.com", i), tenancy.Support).ID] = true
			}
		}
		got := map[tenancy.InvitationID]bool{}
		for _, i := range items(t, c.as(c.ana).Invitations(c.ctx(), c.org, tenancy.InvitationQuery{State: tenancy.StatePending})) {
			got[i.ID] = true
		}
		require.Equal(t, want, got)
	})
	t.Run("GEN-15 a request for an account is no invitation", func(t *testing.T) {
		c := newCustomer(t)
		before := items(t, c.as(c.ana).Invitations(c.ctx(), c.org, tenancy.InvitationQuery{}))
		_, err := c.as(c.ana).AddAccount(c.ctx(), c.org, foreignID[tenancy.AccountID]())
		require.NoError(t, err)
		require.Equal(t, before, items(t, c.as(c.ana).Invitations(c.ctx(), c.org, tenancy.InvitationQuery{})))
	})
	t.Run("GEN-15 by state", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		expired := c.inviteTo(c.ana, c.main, "ben@example.com", tenancy.Support)
		c.clock.Advance(7 * oneDay)
		want := map[tenancy.State]tenancy.InvitationID{tenancy.StateExpired: expired.ID}
		for _, state := range []tenancy.State{tenancy.StateAccepted, tenancy.StateDeclined, tenancy.StateRevoked, tenancy.StatePending} {
			sent := c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
			want[state] = sent.ID
			switch state {
			case tenancy.StateAccepted:
				require.NoError(t, c.accept(lea, sent))
			case tenancy.StateDeclined:
				require.NoError(t, c.as(lea).DeclineInvitation(c.ctx(), sent.Secret))
			case tenancy.StateRevoked:
				require.NoError(t, c.as(c.ana).RevokeInvitation(c.ctx(), sent.ID))
			}
		}
		for state, invitation := range want {
			for _, list := range []iter.Seq2[tenancy.Invitation, error]{
				c.as(c.ana).AccountInvitations(c.ctx(), c.main, tenancy.InvitationQuery{State: state}),
				c.as(c.ana).Invitations(c.ctx(), c.org, tenancy.InvitationQuery{State: state}),
			} {
				var got []tenancy.InvitationID
				for _, i := range items(t, list) {
					require.Equal(t, state, i.State)
					if i.Account == c.main {
						got = append(got, i.ID)
					}
				}
				require.Equal(t, []tenancy.InvitationID{invitation}, got)
			}
		}
	})
	t.Run("GEN-5 who sees them", func(t *testing.T) {
		c := newCustomer(t)
		admin, developer := c.guest(c.ana, c.main, "gus", tenancy.AccountAdministrator), c.guest(c.ana, c.main, "dev", tenancy.Developer)
		all := tenancy.InvitationQuery{}
		for user, code := range map[tenancy.UserID]tenancy.Code{c.ana: "", c.adam: "", c.stan: tenancy.CodeNotAllowed, c.other.User.ID: tenancy.CodeNotFound,
			admin: tenancy.CodeNotFound, developer: tenancy.CodeNotFound} {
			require.Equal(t, code, tenancy.CodeOf(failure(c.as(user).Invitations(c.ctx(), c.org, all))))
		}
		for user, code := range map[tenancy.UserID]tenancy.Code{c.ana: "", c.adam: "", c.stan: tenancy.CodeNotFound, c.other.User.ID: tenancy.CodeNotFound,
			admin: "", developer: tenancy.CodeNotAllowed} {
			require.Equal(t, code, tenancy.CodeOf(failure(c.as(user).AccountInvitations(c.ctx(), c.main, all))))
		}
		refused(t, failure(c.staff.Invitations(c.ctx(), foreignID[tenancy.OrganizationID](), all)), tenancy.CodeNotFound)
		refused(t, failure(c.host.AccountInvitations(c.ctx(), foreignID[tenancy.AccountID](), all)), tenancy.CodeNotFound)
		for _, i := range items(t, c.as(admin).AccountInvitations(c.ctx(), c.main, all)) {
			require.Equal(t, c.main, i.Account)
		}
	})
	t.Run("GEN-14 bad input", func(t *testing.T) {
		c := newCustomer(t)
		to := c.inviteTo(c.ana, c.main, "ben@example.com", tenancy.Support)
		require.False(t, to.ID.IsZero())
		all := items(t, c.as(c.ana).Invitations(c.ctx(), c.org, tenancy.InvitationQuery{}))
		others := items(t, c.as(c.other.User.ID).Invitations(c.ctx(), c.other.Organization.ID, tenancy.InvitationQuery{}))
		require.Empty(t, others)
		refused(t, failure(c.as(c.ana).Invitations(c.ctx(), tenancy.OrganizationID{}, tenancy.InvitationQuery{})), tenancy.CodeID)
		refused(t, failure(c.as(c.ana).AccountInvitations(c.ctx(), tenancy.AccountID{}, tenancy.InvitationQuery{})), tenancy.CodeID)
		refused(t, failure(c.as(c.ana).Invitations(c.ctx(), c.org, tenancy.InvitationQuery{State: "gone"})), tenancy.CodeInput)
		refused(t, failure(c.as(c.ana).AccountInvitations(c.ctx(), c.main, tenancy.InvitationQuery{State: tenancy.StateClosed})), tenancy.CodeInput)
		cursor := all[0].Cursor()
		for _, query := range []tenancy.InvitationQuery{{After: "x"}, {After: cursor[1:]}, {State: tenancy.StatePending, After: cursor}, {After: to.Cursor()}} {
			refused(t, failure(c.as(c.ana).Invitations(c.ctx(), c.org, query)), tenancy.CodeCursor)
		}
		refused(t, failure(c.as(c.other.User.ID).Invitations(c.ctx(), c.other.Organization.ID, tenancy.InvitationQuery{After: cursor})), tenancy.CodeCursor)
		refused(t, failure(c.as(c.ana).AccountInvitations(c.ctx(), c.main, tenancy.InvitationQuery{After: cursor})), tenancy.CodeCursor)
	})
	t.Run("SEC-24 a forged cursor gives no right to another's account", func(t *testing.T) {
		c := newCustomer(t)
		c.inviteTo(c.other.User.ID, c.other.Account.ID, "secret@example.com", tenancy.Support)
		to := c.inviteTo(c.ana, c.main, "ben@example.com", tenancy.Support)
		var forged tenancy.Cursor
		for _, i := range items(t, c.as(c.ana).Invitations(c.ctx(), c.org, tenancy.InvitationQuery{})) {
			if i.ID == to.ID {
				b, err := base64.RawURLEncoding.DecodeString(string(i.Cursor()))
				require.NoError(t, err)
				copy(b[10:], c.other.Account.ID[:])
				clear(b[26:42])
				forged = tenancy.Cursor(base64.RawURLEncoding.EncodeToString(b))
			}
		}
		for _, i := range items(t, c.as(c.ana).Invitations(c.ctx(), c.org, tenancy.InvitationQuery{After: forged})) {
			require.NotEqual(t, c.other.Account.ID, i.Account)
		}
	})
	t.Run("GEN-9 the list goes on after an account has left", func(t *testing.T) {
		c := newCustomer(t)
		first := c.inviteTo(c.ana, c.main, "ben@example.com", tenancy.Support)
		c.clock.Advance(time.Millisecond)
		account, err := c.as(c.stan).CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "stan's"})
		require.NoError(t, err)
		second := c.inviteTo(c.ana, account.ID, "ben@example.com", tenancy.Support)
		c.clock.Advance(time.Millisecond)
		more, err := c.as(c.ana).CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "more"})
		require.NoError(t, err)
		third := c.inviteTo(c.ana, more.ID, "ben@example.com", tenancy.Support)
		pending := tenancy.InvitationQuery{State: tenancy.StatePending}
		page, next, err := tenancy.Collect(c.as(c.ana).Invitations(c.ctx(), c.org, pending), 2)
		require.NoError(t, err)
		require.Equal(t, []tenancy.InvitationID{first.ID, second.ID}, []tenancy.InvitationID{page[0].ID, page[1].ID})
		require.NoError(t, c.as(c.ana).RemoveUser(c.ctx(), c.org, c.stan, tenancy.Removal{Release: true}))
		pending.After = next
		rest := items(t, c.as(c.ana).Invitations(c.ctx(), c.org, pending))
		require.Len(t, rest, 1)
		require.Equal(t, third.ID, rest[0].ID)
	})
}

// TestInvitationSteps holds operations to the number of steps in which they read, heads of streams included.
func TestInvitationSteps(t *testing.T) {
	c := newCustomer(t)
	counted := scenes.NewCounting(c.store)
	dir, err := tenancy.New(counted, &tenancy.Options{Now: c.clock.Now, InvitationsPerDay: -1})
	require.NoError(t, err)
	ana, lea := dir.As(c.ana), dir.As(c.loner("lea"))
	in, to := tenancy.NewInvitation{Email: address("lea")}, tenancy.NewAccountInvitation{Email: address("lea"), Roles: tenancy.Roles(tenancy.Support)}
	steps := func(op string, want int, call func() error) {
		t.Helper()
		require.NoError(t, call(), op)
		require.LessOrEqual(t, len(counted.Steps), want, "%s: lookups of each step: %v", op, counted.Steps)
	}
	var sent, given tenancy.SentInvitation
	steps("InviteUser", 2, func() (err error) { sent, err = ana.InviteUser(c.ctx(), c.org, in); return })
	steps("ResendInvitation", 3, func() (err error) { sent, err = ana.ResendInvitation(c.ctx(), sent.ID); return })
	steps("Invitation", 2, func() error { _, err := lea.Invitation(c.ctx(), sent.Secret); return err })
	steps("AcceptInvitation", 2, func() error {
		_, err := lea.AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})
		return err
	})
	// That an account belongs to an organization is known a step later than the account.
	steps("InviteToAccount", 2, func() (err error) { given, err = ana.InviteToAccount(c.ctx(), c.main, to); return })
	steps("ResendInvitation", 3, func() (err error) { given, err = ana.ResendInvitation(c.ctx(), given.ID); return })
	steps("Invitation", 3, func() error { _, err := lea.Invitation(c.ctx(), given.Secret); return err })
	steps("AcceptInvitation", 3, func() error {
		_, err := lea.AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: given.Secret})
		return err
	})
	steps("InviteToAccount", 2, func() (err error) { given, err = ana.InviteToAccount(c.ctx(), c.main, to); return })
	steps("DeclineInvitation", 3, func() error { return lea.DeclineInvitation(c.ctx(), given.Secret) })
	steps("InviteToAccount", 2, func() (err error) { given, err = ana.InviteToAccount(c.ctx(), c.main, to); return })
	steps("RevokeInvitation", 3, func() error { return ana.RevokeInvitation(c.ctx(), given.ID) })
	steps("Invitations", 3, func() error { return failure(ana.Invitations(c.ctx(), c.org, tenancy.InvitationQuery{})) })
	steps("AccountInvitations", 2, func() error { return failure(ana.AccountInvitations(c.ctx(), c.main, tenancy.InvitationQuery{})) })
}
