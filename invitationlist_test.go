package tenancy_test

import (
	"encoding/base64"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestInvitations(t *testing.T) {
	t.Run("GEN-15 a listed invitation is the one that was sent, with its place in the list", func(t *testing.T) {
		c := newCustomer(t)
		listed := func(list iter.Seq2[tenancy.ListedInvitation, error]) map[tenancy.InvitationID]tenancy.Invitation {
			all := map[tenancy.InvitationID]tenancy.Invitation{}
			for _, i := range items(t, list) {
				require.NotEmpty(t, i.Cursor())
				all[i.ID] = i.Invitation
			}
			return all
		}
		sent := c.invite(c.adam, c.org, "ben@example.com")
		given := c.inviteTo(c.adam, c.main, "ben@example.com", tenancy.Support)
		all := listed(c.as(c.ana).Invitations(c.ctx(), c.org, tenancy.InvitationQuery{}))
		require.Equal(t, sent.Invitation, all[sent.ID])
		require.Equal(t, given.Invitation, all[given.ID])
		all = listed(c.as(c.ana).AccountInvitations(c.ctx(), c.main, tenancy.InvitationQuery{}))
		require.Equal(t, given.Invitation, all[given.ID])
		again, err := c.as(c.ana).ResendInvitation(c.ctx(), sent.ID)
		require.NoError(t, err)
		all = listed(c.as(c.ana).Invitations(c.ctx(), c.org, tenancy.InvitationQuery{}))
		require.Equal(t, again.Invitation, all[again.ID])
	})
	t.Run("GEN-15 an organization's, then those to its accounts, in pages", func(t *testing.T) {
		c := newCustomer(t)
		c.clock.Advance(time.Millisecond) // so that IDs are in the order in which they were made
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
				toAccounts = append(toAccounts,
					c.inviteTo(c.ana, account.ID, fmt.Sprintf("m%d@example.com", i), tenancy.Support).ID)
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
		for _, i := range items(t, c.as(c.ana).Invitations(c.ctx(), c.org,
			tenancy.InvitationQuery{State: tenancy.StatePending})) {
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
		for _, state := range []tenancy.State{tenancy.StateAccepted, tenancy.StateDeclined,
			tenancy.StateRevoked, tenancy.StatePending} {
			sent := c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
			want[state] = sent.ID
			switch state {
			case tenancy.StateAccepted:
				require.NoError(t, c.accept(lea, sent))
			case tenancy.StateDeclined:
				require.NoError(t, c.as(lea).DeclineInvitation(c.ctx(), tenancy.Declination{Secret: sent.Secret}))
			case tenancy.StateRevoked:
				require.NoError(t, c.as(c.ana).RevokeInvitation(c.ctx(), sent.ID))
			}
		}
		for state, invitation := range want {
			for _, list := range []iter.Seq2[tenancy.ListedInvitation, error]{
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
		admin, developer := c.guest(c.ana, c.main, "gus", tenancy.AccountAdministrator),
			c.guest(c.ana, c.main, "dev", tenancy.Developer)
		all := tenancy.InvitationQuery{}
		for user, code := range map[tenancy.UserID]tenancy.Code{c.ana: "", c.adam: "",
			c.stan: tenancy.CodeNotAllowed, c.other.User.ID: tenancy.CodeNotFound,
			admin: tenancy.CodeNotFound, developer: tenancy.CodeNotFound} {
			require.Equal(t, code, tenancy.CodeOf(failure(c.as(user).Invitations(c.ctx(), c.org, all))))
		}
		for user, code := range map[tenancy.UserID]tenancy.Code{c.ana: "", c.adam: "",
			c.stan: tenancy.CodeNotFound, c.other.User.ID: tenancy.CodeNotFound,
			admin: "", developer: tenancy.CodeNotAllowed} {
			require.Equal(t, code, tenancy.CodeOf(failure(c.as(user).AccountInvitations(c.ctx(), c.main, all))))
		}
		refused(t, failure(c.staff.Invitations(c.ctx(), foreignID[tenancy.OrganizationID](), all)),
			tenancy.CodeNotFound)
		refused(t, failure(c.host.AccountInvitations(c.ctx(), foreignID[tenancy.AccountID](), all)),
			tenancy.CodeNotFound)
		for _, i := range items(t, c.as(admin).AccountInvitations(c.ctx(), c.main, all)) {
			require.Equal(t, c.main, i.Account)
		}
	})
	t.Run("GEN-14 bad input", func(t *testing.T) {
		c := newCustomer(t)
		c.inviteTo(c.ana, c.main, "ben@example.com", tenancy.Support)
		all := items(t, c.as(c.ana).Invitations(c.ctx(), c.org, tenancy.InvitationQuery{}))
		others := items(t, c.as(c.other.User.ID).Invitations(c.ctx(), c.other.Organization.ID,
			tenancy.InvitationQuery{}))
		require.Empty(t, others)
		refused(t, failure(c.as(c.ana).Invitations(c.ctx(), tenancy.OrganizationID{},
			tenancy.InvitationQuery{})), tenancy.CodeID)
		refused(t, failure(c.as(c.ana).AccountInvitations(c.ctx(), tenancy.AccountID{},
			tenancy.InvitationQuery{})), tenancy.CodeID)
		refused(t, failure(c.as(c.ana).Invitations(c.ctx(), c.org, tenancy.InvitationQuery{State: "gone"})),
			tenancy.CodeInput)
		refused(t, failure(c.as(c.ana).AccountInvitations(c.ctx(), c.main,
			tenancy.InvitationQuery{State: tenancy.StateClosed})), tenancy.CodeInput)
		cursor := all[0].Cursor()
		for _, query := range []tenancy.InvitationQuery{{After: "x"}, {After: cursor[1:]},
			{State: tenancy.StatePending, After: cursor}} {
			refused(t, failure(c.as(c.ana).Invitations(c.ctx(), c.org, query)), tenancy.CodeCursor)
		}
		refused(t, failure(c.as(c.other.User.ID).Invitations(c.ctx(), c.other.Organization.ID,
			tenancy.InvitationQuery{After: cursor})), tenancy.CodeCursor)
		refused(t, failure(c.as(c.ana).AccountInvitations(c.ctx(), c.main,
			tenancy.InvitationQuery{After: cursor})), tenancy.CodeCursor)
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
		for _, i := range items(t, c.as(c.ana).Invitations(c.ctx(), c.org,
			tenancy.InvitationQuery{After: forged})) {
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
		require.Equal(t, []tenancy.InvitationID{first.ID, second.ID},
			[]tenancy.InvitationID{page[0].ID, page[1].ID})
		require.NoError(t, c.as(c.ana).RemoveUser(c.ctx(), c.org, c.stan, tenancy.Removal{Release: true}))
		pending.After = next
		rest := items(t, c.as(c.ana).Invitations(c.ctx(), c.org, pending))
		require.Len(t, rest, 1)
		require.Equal(t, third.ID, rest[0].ID)
	})
}
