package tenancy_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
)

const oneDay = 24 * time.Hour

// customer is a scene with an organization: an Owner, an Administrator and a Standard
// User, and the Owner's account.
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
		adam: s.join(ana, "adam", tenancy.Administrator), stan: s.join(ana, "stan", tenancy.StandardUser),
		other: s.found("olga")}
}

func (c *customer) as(user tenancy.UserID) *tenancy.Session { return c.dir.As(user) }

func (c *customer) invite(by tenancy.UserID, org tenancy.OrganizationID, email string) tenancy.SentInvitation {
	c.Helper()
	sent, err := c.as(by).InviteUser(c.ctx(), org, tenancy.NewInvitation{Email: email})
	require.NoError(c, err)
	return sent
}

func (c *customer) inviteTo(by tenancy.UserID, account tenancy.AccountID, email string,
	roles ...tenancy.AccountRole) tenancy.SentInvitation {
	c.Helper()
	sent, err := c.as(by).InviteToAccount(c.ctx(), account,
		tenancy.NewAccountInvitation{Email: email, Roles: tenancy.Roles(roles...)})
	require.NoError(c, err)
	return sent
}

func (c *customer) accept(by tenancy.UserID, sent tenancy.SentInvitation) error {
	_, err := c.as(by).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})
	return err
}

// loner returns a user in no organization and without accounts.
func (c *customer) loner(name string) tenancy.UserID {
	c.Helper()
	user := c.guest(c.other.User.ID, c.other.Account.ID, name, tenancy.Support)
	require.NoError(c, c.as(user).Relinquish(c.ctx(), c.other.Account.ID))
	return user
}

// state returns an invitation's state as the host lists it.
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

// happened returns what happened in a stream.
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

// foreignID returns an ID that nothing has.
func foreignID[I ~[16]byte]() I { return I{1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 9} }

func TestInviteUser(t *testing.T) {
	t.Run("USR-4 the invitee is pending for seven days, as Standard User, and the secret is given", func(t *testing.T) {
		c := newCustomer(t)
		sent := c.invite(c.adam, c.org, "Ben@Acme.example.com")
		now := c.clock.Now()
		require.Equal(t, tenancy.SentInvitation{Invitation: tenancy.Invitation{
			Role: tenancy.StandardUser,
			ID:   sent.ID, Organization: c.org, Email: sent.Email,
			Inviter: c.adam, InviterName: sent.InviterName,
			State: tenancy.StatePending, Created: now, Expires: now.Add(7 * oneDay),
		}, Secret: sent.Secret}, sent)
		require.Equal(t, "Ben@Acme.example.com", sent.Email.Reveal(), "ADR-1 as it was given")
		require.Equal(t, "adam", sent.InviterName.Reveal())
		require.Equal(t, tenancy.StatePending, c.state(sent.ID))
		require.Equal(t, tenancy.InvitationSent{Role: tenancy.StandardUser,
			Invitation: sent.ID, Kind: tenancy.InvitationToOrganization, Organization: c.org,
			Inviter: tenancy.Actor{User: c.adam}, Charged: c.ana,
			Created: tenancy.Instant(now.UnixMicro()), Expires: tenancy.Instant(now.Add(7 * oneDay).UnixMicro()),
		}, c.logged()[len(c.logged())-1])
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
		require.Equal(t, tenancy.InvitationRevoked{Invitation: old.ID,
			Settled: tenancy.Instant(c.clock.Now().UnixMicro())}, log[len(log)-2])
		require.IsType(t, tenancy.InvitationSent{}, log[len(log)-1])
	})
	t.Run("USR-4 a member's address is there already", func(t *testing.T) {
		c := newCustomer(t)
		c.unchanged(func() {
			for _, name := range []string{"ana", "adam", "stan"} {
				_, err := c.as(c.ana).InviteUser(c.ctx(), c.org,
					tenancy.NewInvitation{Email: strings.ToUpper(address(name))})
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
		for inviter, rank := range map[tenancy.UserID]tenancy.OrganizationRole{c.ana: tenancy.Owner,
			c.adam: tenancy.Administrator, c.stan: tenancy.StandardUser} {
			for i, offered := range []tenancy.OrganizationRole{"", tenancy.StandardUser, tenancy.Administrator, tenancy.Owner, "auditor"} {
				sent, err := c.as(inviter).InviteUser(c.ctx(), c.org,
					tenancy.NewInvitation{Email: fmt.Sprintf("%v-%d@example.com", rank, i), Role: offered})
				switch {
				case i >= 3:
					refused(t, err, tenancy.CodeRole)
				case rank == tenancy.StandardUser:
					refused(t, err, tenancy.CodeNotAllowed)
				default:
					require.NoError(t, err)
					require.Equal(t, cmp.Or(offered, tenancy.StandardUser), sent.Role, "zero is Standard User")
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
			require.Equal(t, strings.ReplaceAll(foreign.Error(), c.org.String(), ""),
				strings.ReplaceAll(absent.Error(), foreignID[tenancy.OrganizationID]().String(), ""))
			_, member := c.as(c.other.User.ID).InviteUser(c.ctx(), c.org,
				tenancy.NewInvitation{Email: address("ana")})
			require.Equal(t, foreign, member)
		})
	})
	t.Run("ROLE-8 neither Operator nor System invites", func(t *testing.T) {
		c := newCustomer(t)
		for _, p := range []*tenancy.Platform{c.host, c.staff} {
			_, err := p.InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: "ben@example.com"})
			refused(t, err, tenancy.CodeNotAllowed)
			_, err = p.InviteToAccount(c.ctx(), c.main,
				tenancy.NewAccountInvitation{Email: "ben@example.com", Roles: tenancy.Roles(tenancy.Support)})
			refused(t, err, tenancy.CodeNotAllowed)
		}
	})
	t.Run("GEN-14 bad input", func(t *testing.T) {
		c := newCustomer(t)
		c.unchanged(func() {
			for _, email := range []string{"", "ben", "@", "ben@", "a@b@example.com", "ben@exam\xffple.com",
				strings.Repeat("a", 1<<16) + "@example.com", "Ben <ben@example.com>"} {
				_, err := c.as(c.ana).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: email})
				refused(t, err, tenancy.CodeEmail)
				if email != "" {
					require.NotContains(t, err.Error(), email)
				}
				_, err = c.as(c.ana).InviteToAccount(c.ctx(), c.main,
					tenancy.NewAccountInvitation{Email: email, Roles: tenancy.Roles(tenancy.Support)})
				refused(t, err, tenancy.CodeEmail)
			}
			_, err := c.as(c.ana).InviteUser(c.ctx(), tenancy.OrganizationID{},
				tenancy.NewInvitation{Email: "ben@example.com"})
			refused(t, err, tenancy.CodeID)
			_, err = c.as(c.ana).InviteToAccount(c.ctx(), tenancy.AccountID{},
				tenancy.NewAccountInvitation{Email: "ben@example.com", Roles: tenancy.Roles(tenancy.Support)})
			refused(t, err, tenancy.CodeID)
			_, err = c.as(tenancy.UserID{}).InviteUser(c.ctx(), c.org,
				tenancy.NewInvitation{Email: "ben@example.com"})
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
		_, err = c.as(c.ana).InviteToAccount(c.ctx(), c.main,
			tenancy.NewAccountInvitation{Email: "ben@example.com", Roles: tenancy.Roles(tenancy.Support)})
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
		account, err := c.as(lea).CreateAccount(c.ctx(), tenancy.OrganizationID{},
			tenancy.NewAccount{Name: "Lea's"})
		require.NoError(t, err)
		c.inviteTo(c.ana, c.main, "ben@example.com", tenancy.Support)
		sent := c.inviteTo(lea, account.ID, "ben@example.com", tenancy.Support)
		require.Equal(t, lea, c.everything()[tenancy.Entry{Index: tenancy.IndexInvitations,
			Key: tenancy.Key{ID: sent.ID}}].(tenancy.InvitationRecord).Charged)
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
			require.Equal(t, tenancy.SentInvitation{Invitation: tenancy.Invitation{
				ID: sent.ID, Account: c.main, Email: sent.Email,
				Roles:   tenancy.Roles(tenancy.Developer, tenancy.BillingManager),
				Inviter: c.ana, InviterName: sent.InviterName,
				State: tenancy.StatePending, Created: now, Expires: now.Add(7 * oneDay),
			}, Secret: sent.Secret}, sent)
			require.Equal(t, address(name), sent.Email.Reveal())
			require.IsType(t, tenancy.InvitationSent{}, c.logged()[len(c.logged())-1])
		}
	})
	t.Run("ACC-7 who may", func(t *testing.T) {
		c := newCustomer(t)
		sub, err := c.as(c.ana).CreateSubaccount(c.ctx(), c.main, tenancy.NewSubaccount{Name: "sub"})
		require.NoError(t, err)
		for role, code := range map[tenancy.AccountRole]tenancy.Code{tenancy.AccountAdministrator: "",
			tenancy.Developer:      tenancy.CodeNotAllowed,
			tenancy.BillingManager: tenancy.CodeNotAllowed, tenancy.Support: tenancy.CodeNotAllowed} {
			guest := c.guest(c.ana, c.main, "g"+strings.ReplaceAll(string(role), "_", ""), role)
			for _, account := range []tenancy.AccountID{c.main, sub.ID} { // ACC-3
				_, err := c.as(guest).InviteToAccount(c.ctx(), account,
					tenancy.NewAccountInvitation{Email: string(role) + "@example.com", Roles: support})
				require.Equal(t, code, tenancy.CodeOf(err), role)
			}
		}
		// Adam manages the account without a role on it.
		c.inviteTo(c.adam, c.main, "ben@example.com", tenancy.AccountAdministrator)
		c.unchanged(func() {
			for _, stranger := range []tenancy.UserID{c.stan, c.other.User.ID} {
				_, foreign := c.as(stranger).InviteToAccount(c.ctx(), c.main,
					tenancy.NewAccountInvitation{Email: "bea@example.com", Roles: support})
				refused(t, foreign, tenancy.CodeNotFound)
			}
			_, err = c.as(c.ana).InviteToAccount(c.ctx(), c.other.Account.ID,
				tenancy.NewAccountInvitation{Email: "bea@example.com", Roles: support})
			refused(t, err, tenancy.CodeNotFound)
			_, err = c.as(c.ana).InviteToAccount(c.ctx(), foreignID[tenancy.AccountID](),
				tenancy.NewAccountInvitation{Email: "bea@example.com", Roles: support})
			refused(t, err, tenancy.CodeNotFound)
		})
	})
	t.Run("ACC-7 which roles", func(t *testing.T) {
		c := newCustomer(t, tenancy.Options{Roles: tenancy.RoleOptions{Permissions: []tenancy.Permission{"deploy"},
			Roles: map[tenancy.AccountRole][]tenancy.Permission{"deployer": {"deploy"},
				"auditor": {tenancy.ReadUsage}}}})
		for i, roles := range []tenancy.RoleSet{support, tenancy.Roles(tenancy.AccountAdministrator),
			tenancy.Roles(tenancy.Developer, tenancy.BillingManager, tenancy.Support),
			tenancy.Roles("deployer"), tenancy.Roles("deployer", "auditor", tenancy.Developer),
			tenancy.Roles("deployer,auditor")} {
			sent, err := c.as(c.ana).InviteToAccount(c.ctx(), c.main,
				tenancy.NewAccountInvitation{Email: fmt.Sprintf("b%d@example.com", i), Roles: roles})
			require.NoError(t, err)
			require.Equal(t, roles, sent.Roles)
			require.Equal(t, tenancy.Roles(roles.All()...), sent.Roles)
		}
		c.unchanged(func() {
			for _, roles := range []tenancy.RoleSet{{}, tenancy.Roles(tenancy.AccountOwner),
				tenancy.Roles(tenancy.AccountOwner, tenancy.Support),
				tenancy.Roles(tenancy.AccountAdministrator, tenancy.Support), tenancy.Roles("pilot"),
				tenancy.Roles("deployer", "pilot"),
				tenancy.Roles("deployer,owner"), tenancy.Roles(""), tenancy.Roles("deployer,"),
				tenancy.Roles(tenancy.AccountRole(strings.Repeat("x", 1<<16)))} {
				_, err := c.as(c.ana).InviteToAccount(c.ctx(), c.main,
					tenancy.NewAccountInvitation{Email: "ben@example.com", Roles: roles})
				refused(t, err, tenancy.CodeRoles)
			}
		})
	})
	t.Run("INV-8 one at a time, and an expired one is replaced", func(t *testing.T) {
		c := newCustomer(t)
		sent := c.inviteTo(c.ana, c.main, "ben@example.com", tenancy.Support)
		c.unchanged(func() {
			_, err := c.as(c.adam).InviteToAccount(c.ctx(), c.main,
				tenancy.NewAccountInvitation{Email: "Ben@example.com", Roles: support})
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
			_, err = c.as(c.ana).InviteToAccount(c.ctx(), c.main,
				tenancy.NewAccountInvitation{Email: "bea@example.com", Roles: support})
			refused(t, err, tenancy.CodeClosed)
		})
	})
}

func TestResendInvitation(t *testing.T) {
	t.Run("USR-10 it is settled as revoked, and a new one is sent by whoever resends", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent, err := c.as(c.ana).InviteUser(c.ctx(), c.org,
			tenancy.NewInvitation{Email: "Lea@lea.example.com", Role: tenancy.Administrator})
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
		for late, code := range map[time.Duration]tenancy.Code{0: "", 29*oneDay - time.Microsecond: "",
			29 * oneDay: tenancy.CodeExpired} {
			c := newCustomer(t)
			sent := c.invite(c.ana, c.org, "ben@example.com")
			c.clock.Advance(7*oneDay + late)
			_, err := c.as(c.ana).ResendInvitation(c.ctx(), sent.ID)
			require.Equal(t, code, tenancy.CodeOf(err), late)
		}
	})
	t.Run("USR-10 ACC-5 not to an account that was closed after it expired", func(t *testing.T) {
		c := newCustomer(t)
		sent := c.inviteTo(c.ana, c.main, "ben@example.com", tenancy.Support)
		c.clock.Advance(7 * oneDay)
		_, err := c.as(c.ana).CloseAccount(c.ctx(), c.main)
		require.NoError(t, err)
		c.unchanged(func() {
			_, err := c.as(c.ana).ResendInvitation(c.ctx(), sent.ID)
			refused(t, err, tenancy.CodeClosed)
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
			require.Equal(t, tenancy.InvitationRevoked{Invitation: sent.ID,
				Settled: tenancy.Instant(c.clock.Now().UnixMicro())}, c.logged()[len(c.logged())-1])
		}
	})
	t.Run("GEN-6 revoking a revoked one changes nothing, other settled ones are refused", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent := c.invite(c.ana, c.org, address("lea"))
		c.clock.Advance(8 * oneDay) // USR-10 an expired one can be revoked
		require.NoError(t, c.as(c.ana).RevokeInvitation(c.ctx(), sent.ID))
		c.unchanged(func() { require.NoError(t, c.as(c.adam).RevokeInvitation(c.ctx(), sent.ID)) })
		accepted, declined := c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support),
			c.invite(c.ana, c.org, address("lea"))
		require.NoError(t, c.accept(lea, accepted))
		require.NoError(t, c.as(lea).DeclineInvitation(c.ctx(), tenancy.Declination{Secret: declined.Secret}))
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
		sent, to := c.invite(c.ana, c.org, address("lea")),
			c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
		c.unchanged(func() {
			for _, by := range []tenancy.UserID{lea, c.stan, c.other.User.ID, developer, admin} {
				for _, invitation := range []tenancy.InvitationID{sent.ID, to.ID,
					foreignID[tenancy.InvitationID]()} {
					if by == admin && invitation == to.ID {
						continue
					}
					err := c.as(by).RevokeInvitation(c.ctx(), invitation)
					refused(t, err, tenancy.CodeNotFound)
					require.Equal(t, &tenancy.Error{Op: "RevokeInvitation", Subject: invitation.String(),
						Err: tenancy.CodeNotFound}, err)
					_, err = c.as(by).ResendInvitation(c.ctx(), invitation)
					require.Equal(t, &tenancy.Error{Op: "ResendInvitation", Subject: invitation.String(),
						Err: tenancy.CodeNotFound}, err)
				}
			}
		})
	})
	t.Run("ROLE-8 neither Operator nor System", func(t *testing.T) {
		c := newCustomer(t)
		for _, sent := range []tenancy.SentInvitation{c.invite(c.ana, c.org, "ben@example.com"),
			c.inviteTo(c.ana, c.main, "ben@example.com", tenancy.Support)} {
			c.unchanged(func() {
				for _, p := range []*tenancy.Platform{c.host, c.staff} {
					refused(t, p.RevokeInvitation(c.ctx(), sent.ID), tenancy.CodeNotAllowed)
					_, err := p.ResendInvitation(c.ctx(), sent.ID)
					refused(t, err, tenancy.CodeNotAllowed)
					refused(t, p.RevokeInvitation(c.ctx(), foreignID[tenancy.InvitationID]()),
						tenancy.CodeNotFound)
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
