package tenancy_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestAcceptInvitation(t *testing.T) {
	t.Run("USR-6 the invitee becomes a member with the role offered", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent, err := c.as(c.adam).InviteUser(c.ctx(), c.org,
			tenancy.NewInvitation{Email: address("lea"), Role: tenancy.Administrator})
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
		require.Equal(t, []tenancy.EventData{tenancy.InvitationAccepted{Invitation: sent.ID, User: lea, Settled: at},
			joined}, log[len(log)-2:])
		own := c.happened(tenancy.Stream{User: lea})
		require.Equal(t, joined, own[len(own)-1],
			"EVT-2 the user passes from their own stream to the organization's")
		c.invite(lea, c.org, "ben@example.com")
	})
	t.Run("SEC-7 the secret and the address are needed, both", func(t *testing.T) {
		c := newCustomer(t)
		lea, liz := c.loner("lea"), c.loner("liz")
		plus, err := c.host.SignUp(c.ctx(),
			tenancy.NewSignUp{Email: tenancy.Proven("lea+tag@lea.example.com"), Name: "Lea"})
		require.NoError(t, err)
		for _, sent := range []tenancy.SentInvitation{c.invite(c.ana, c.org, address("lea")),
			c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)} {
			c.unchanged(func() {
				var errs []error
				for _, wrong := range []*tenancy.Session{c.as(liz), c.as(plus.User.ID), c.as(c.ana),
					c.as(c.adam), c.as(c.stan), c.as(c.other.User.ID), c.host.Session, c.staff.Session} {
					_, err := wrong.AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})
					errs = append(errs, err)
				}
				for _, secret := range []tenancy.Secret{{}, tenancy.ParseSecret(""),
					tenancy.ParseSecret(sent.ID.String()), tenancy.ParseSecret("lea")} {
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
		for _, more := range []string{"=", " ", "\x00", "\n", "A", strings.Repeat("A", 21),
			strings.Repeat("A", 1<<16)} {
			forged = append(forged, text+more, more+text)
		}
		bits, err := base64.RawURLEncoding.DecodeString(text)
		require.NoError(t, err)
		hash := sha256.Sum256([]byte(text))
		forged = append(forged, fmt.Sprintf("%x", bits), string(bits),
			base64.StdEncoding.EncodeToString(bits)+"=", strings.ToUpper(text),
			fmt.Sprintf("%x", hash), base64.RawURLEncoding.EncodeToString(hash[:]))
		c.unchanged(func() {
			for _, text := range forged {
				secret := tenancy.ParseSecret(text)
				_, err := c.as(lea).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: secret})
				refused(t, err, tenancy.CodeNotFound)
				_, err = c.as(lea).Invitation(c.ctx(), secret)
				refused(t, err, tenancy.CodeNotFound)
				refused(t, c.host.DeclineInvitation(c.ctx(), tenancy.Declination{Secret: secret}), tenancy.CodeNotFound)
			}
		})
		require.NoError(t, c.accept(lea, tenancy.SentInvitation{Secret: tenancy.ParseSecret(text)}))
	})
	t.Run("SEC-8 it expires at exactly Expires, not a microsecond earlier", func(t *testing.T) {
		for _, early := range []time.Duration{1, 0} {
			c := newCustomer(t)
			lea := c.loner("lea")
			sent, to := c.invite(c.ana, c.org, address("lea")),
				c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
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
		sent, to := c.invite(c.ana, c.org, address("lea")),
			c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
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
		require.NoError(t, c.as(lea).DeclineInvitation(c.ctx(), tenancy.Declination{Secret: declined.Secret}))
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
	t.Run(
		"USR-8 who owns an organization with others in it brings it along, and can work in an account",
		func(t *testing.T) {
			c := newCustomer(t)
			c.join(c.other, "omar", tenancy.StandardUser)
			sent := c.invite(c.ana, c.org, address("olga"))
			c.unchanged(func() { refused(t, c.accept(c.other.User.ID, sent), tenancy.CodeNoLiveDomain) })
			require.NoError(t, c.accept(c.other.User.ID,
				c.inviteTo(c.ana, c.main, address("olga"), tenancy.Support)))
		},
	)
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

// errorOf returns the one of two errors that is not nil.
func errorOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func TestInviterAtAcceptance(t *testing.T) {
	// What becomes of the inviter, an Administrator of the organization, before the
	// invitation is accepted.
	fates := map[string]struct {
		befalls func(c *customer) error
		void    bool
	}{
		"nothing": {func(*customer) error { return nil }, false},
		"demoted": {func(c *customer) error {
			return errOf(c.as(c.ana).SetOrganizationRole(c.ctx(), c.org, c.adam, tenancy.StandardUser))
		}, true},
		"removed": {func(c *customer) error {
			return c.as(c.ana).RemoveUser(c.ctx(), c.org, c.adam,
				tenancy.Removal{})
		}, true},
		"left": {func(c *customer) error { return c.as(c.adam).Leave(c.ctx(), c.org) }, true},
		"made inactive": {func(c *customer) error {
			_, err := c.as(c.ana).DeactivateUser(c.ctx(), c.adam)
			return err
		}, true},
		"made inactive by an Operator": {func(c *customer) error {
			_, err := c.staff.DeactivateUser(c.ctx(), c.adam)
			return err
		}, true},
		"deleted": {func(c *customer) error {
			return c.as(c.ana).DeleteUser(c.ctx(), c.adam,
				tenancy.UserDeletion{})
		}, true},
		"made Owner": {func(c *customer) error {
			_, err := c.as(c.ana).TransferOwnership(c.ctx(), c.org, tenancy.NewOwner{User: c.adam})
			return err
		}, false},
		"demoted and promoted again": {func(c *customer) error {
			require.NoError(c, errOf(c.as(c.ana).SetOrganizationRole(c.ctx(), c.org, c.adam,
				tenancy.StandardUser)))
			return errOf(c.as(c.ana).SetOrganizationRole(c.ctx(), c.org, c.adam, tenancy.Administrator))
		}, false},
	}
	for name, fate := range fates {
		t.Run("USR-6 SEC-9 an inviter who is "+name, func(t *testing.T) {
			c := newCustomer(t)
			lea := c.loner("lea")
			invitations := []tenancy.SentInvitation{c.invite(c.adam, c.org, address("lea")),
				c.inviteTo(c.adam, c.main, address("lea"), tenancy.Support)}
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
		_, err := c.as(c.ana).AssignRoles(c.ctx(), c.main, guest, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})
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

func TestAcceptedRoles(t *testing.T) {
	administrator, developer, billing, support := tenancy.AccountAdministrator, tenancy.Developer,
		tenancy.BillingManager, tenancy.Support
	for _, row := range []struct {
		rule               string
		had, offered, then tenancy.RoleSet
	}{
		{"are those offered", tenancy.Roles(), tenancy.Roles(developer, support),
			tenancy.Roles(developer, support)},
		{"are added to those there", tenancy.Roles(developer), tenancy.Roles(billing),
			tenancy.Roles(developer, billing)},
		{"stay where they are there already", tenancy.Roles(developer, support), tenancy.Roles(support),
			tenancy.Roles(developer, support)},
		{"Administrator replaces others", tenancy.Roles(developer, support), tenancy.Roles(administrator),
			tenancy.Roles(administrator)},
		{"an Administrator stays just that", tenancy.Roles(administrator), tenancy.Roles(developer),
			tenancy.Roles(administrator)},
		{"of the host's own are added too", tenancy.Roles("auditor"), tenancy.Roles("deployer", developer),
			tenancy.Roles("auditor", "deployer", developer)},
	} {
		t.Run("ACC-7 roles "+row.rule, func(t *testing.T) {
			c := newCustomer(
				t,
				tenancy.Options{Roles: tenancy.RoleOptions{Roles: map[tenancy.AccountRole][]tenancy.Permission{
					"auditor": {tenancy.ReadUsage}, "deployer": {tenancy.Build}}}},
			)
			lea := c.loner("lea")
			if !row.had.IsZero() {
				require.NoError(t, c.accept(lea, c.inviteTo(c.ana, c.main, address("lea"), row.had.All()...)))
			}
			before := len(c.logged())
			sent := c.inviteTo(c.adam, c.main, address("lea"), row.offered.All()...)
			accepted, err := c.as(lea).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})
			require.NoError(t, err)
			require.Equal(t, row.then, accepted.Granted.Roles)
			require.Equal(t, row.then, c.granted(c.main, lea))
			want := []tenancy.EventData{tenancy.InvitationAccepted{Invitation: sent.ID, User: lea,
				Settled: tenancy.Instant(c.clock.Now().UnixMicro())}}
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

// granted returns the roles assigned to a user on an account.
func (c *customer) granted(account tenancy.AccountID, user tenancy.UserID) tenancy.RoleSet {
	grant, _ := c.everything()[tenancy.Entry{Index: tenancy.IndexGrants,
		Key: tenancy.Key{In: account, ID: user}}].(tenancy.GrantRecord)
	return grant.Roles
}

func TestDeclineInvitation(t *testing.T) {
	t.Run("USR-10 the secret alone is enough", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		for _, s := range []*tenancy.Session{c.as(lea), c.host.Session, c.as(c.other.User.ID)} {
			sent := c.invite(c.ana, c.org, address("lea"))
			require.NoError(t, s.DeclineInvitation(c.ctx(), tenancy.Declination{Secret: sent.Secret}))
			require.Equal(t, tenancy.StateDeclined, c.state(sent.ID))
			require.Equal(t, tenancy.InvitationDeclined{Invitation: sent.ID,
				Settled: tenancy.Instant(c.clock.Now().UnixMicro())}, c.logged()[len(c.logged())-1])
			c.unchanged(func() {
				refused(t, s.DeclineInvitation(c.ctx(), tenancy.Declination{Secret: sent.Secret}), tenancy.CodeSettled)
			})
		}
		to := c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
		require.NoError(t, c.host.DeclineInvitation(c.ctx(), tenancy.Declination{Secret: to.Secret}))
		require.Equal(t, tenancy.StateDeclined, c.state(to.ID))
	})
	t.Run("USR-10 an expired one can be declined", func(t *testing.T) {
		c := newCustomer(t)
		sent := c.invite(c.ana, c.org, "ben@example.com")
		c.clock.Advance(7 * oneDay)
		require.NoError(t, c.host.DeclineInvitation(c.ctx(), tenancy.Declination{Secret: sent.Secret}))
		require.Equal(t, tenancy.StateDeclined, c.state(sent.ID))
	})
	t.Run("ROLE-8 no Operator declines, with or without a secret", func(t *testing.T) {
		c := newCustomer(t)
		sent := c.invite(c.ana, c.org, "ben@example.com")
		c.unchanged(func() {
			known := c.staff.DeclineInvitation(c.ctx(), tenancy.Declination{Secret: sent.Secret})
			refused(t, known, tenancy.CodeNotAllowed)
			require.Equal(t, known, c.staff.DeclineInvitation(c.ctx(), tenancy.Declination{}))
			refused(t, c.host.DeclineInvitation(c.ctx(), tenancy.Declination{}), tenancy.CodeNotFound)
		})
	})
}
