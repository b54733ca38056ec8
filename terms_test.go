package tenancy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

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
		for _, s := range []*tenancy.Session{c.as(c.ana), c.as(c.adam), c.as(c.stan), c.as(c.other.User.ID),
			c.staff.Session} {
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
				refused(t, c.host.DeclineInvitation(c.ctx(), tenancy.Declination{Secret: sent.Secret}), tenancy.CodeNotFound)
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

func TestTerms(t *testing.T) {
	// holder returns a user in no organization who owns two accounts, one of them with a subaccount.
	holder := func(c *customer) (user tenancy.UserID, accounts []tenancy.AccountID, sub tenancy.AccountID) {
		user = c.loner("lea")
		for _, name := range []string{"one", "two"} {
			account, err := c.as(user).CreateAccount(c.ctx(), tenancy.OrganizationID{},
				tenancy.NewAccount{Name: name})
			require.NoError(c, err)
			accounts = append(accounts, account.ID)
			c.clock.Advance(time.Millisecond) // so that IDs are in the order in which they were made
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
		accepted, err := c.as(lea).AcceptInvitation(c.ctx(),
			tenancy.Acceptance{Secret: sent.Secret, Terms: offer.Terms.Token})
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
		require.NotEqual(t, offer.Terms.Token, other.Terms.Token,
			"what was agreed to is what joining this organization brings along")
		changed := func(token tenancy.TermsToken) *tenancy.Terms {
			var terms *tenancy.Terms
			c.unchanged(func() {
				_, err := c.as(lea).AcceptInvitation(c.ctx(),
					tenancy.Acceptance{Secret: sent.Secret, Terms: token})
				refused(t, err, tenancy.CodeTermsChanged)
				terms = err.(*tenancy.Error).Terms
			})
			return terms
		}
		for _, token := range []tenancy.TermsToken{"", "x", other.Terms.Token, offer.Terms.Token + "=",
			tenancy.TermsToken(strings.Repeat("x", 1<<16))} {
			require.Equal(t, offer.Terms, changed(token))
		}
		more, err := c.as(lea).CreateAccount(c.ctx(), tenancy.OrganizationID{},
			tenancy.NewAccount{Name: "three"})
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
