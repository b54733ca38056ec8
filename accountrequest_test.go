package tenancy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// asker is an organization that asks for an account that somebody else owns.
type asker struct {
	*scene
	ana, eve tenancy.SignedUp // ana's organization asks; eve owns another, with the account asked for
	admin    tenancy.UserID   // Administrator of ana's
	std      tenancy.UserID   // Standard User of ana's
	dan      tenancy.UserID   // member of eve's, Developer on the account
	org      tenancy.OrganizationID
	account  tenancy.AccountID
	sub      tenancy.AccountID
}

func newAsker(t *testing.T, options ...tenancy.Options) *asker {
	t.Helper()
	s := newScene(t, options...)
	a := &asker{scene: s, ana: s.found("ana"), eve: s.found("eve")}
	a.org, a.account = a.ana.Organization.ID, a.eve.Account.ID
	a.admin, a.std = s.join(a.ana, "adam", tenancy.Administrator), s.join(a.ana, "stan", tenancy.StandardUser)
	a.dan = s.join(a.eve, "dan", tenancy.StandardUser)
	s.assign(a.eve.User.ID, a.account, a.dan, tenancy.Developer)
	a.sub = s.subaccount(a.eve.User.ID, a.account, "Branch")
	return a
}

// pending returns the pending accounts in the list of the organization that asks.
func (a *asker) pending() []tenancy.OrganizationAccount {
	a.Helper()
	return items(a, a.as(a.admin).Accounts(a.ctx(), a.org, tenancy.AccountQuery{Kind: tenancy.KindPending}))
}

// asked returns the requests that a user sees.
func (a *asker) asked(user tenancy.UserID) []tenancy.ListedAccountRequest {
	a.Helper()
	return items(a, a.as(user).AccountRequests(a.ctx(), user, tenancy.AccountRequestQuery{}))
}

func (a *asker) accept(user tenancy.UserID, request tenancy.InvitationID) error {
	_, err := a.as(user).AcceptAccountRequest(a.ctx(), request)
	return err
}

func TestAccountRequestAsked(t *testing.T) {
	t.Run("ACC-4 the Owner or an Administrator asks, nobody else", func(t *testing.T) {
		a := newAsker(t)
		for user, code := range map[tenancy.UserID]tenancy.Code{a.std: tenancy.CodeNotAllowed, a.eve.User.ID: tenancy.CodeNotFound} {
			a.unchanged(func() {
				_, err := a.as(user).AddAccount(t.Context(), a.org, a.account)
				refused(t, err, code)
			})
		}
		for _, platform := range []*tenancy.Platform{a.staff, a.host} {
			_, err := platform.AddAccount(t.Context(), a.org, a.account)
			refused(t, err, tenancy.CodeNotAllowed)
		}
		a.asking(a.ana.User.ID, a.org, a.account)
		a.asking(a.admin, a.org, a.sub)
		a.sound()
	})
	t.Run(
		"ACC-4 the answer is the same whether the ID exists or not, and shows only the ID until accepted",
		func(t *testing.T) {
			a := newAsker(t)
			for _, account := range []tenancy.AccountID{a.account, a.sub, foreignID[tenancy.AccountID]()} {
				got, err := a.as(a.admin).AddAccount(t.Context(), a.org, account)
				require.NoError(t, err)
				want := tenancy.AccountRequest{
					ID:               got.ID,
					Account:          account,
					Organization:     a.org,
					OrganizationName: got.OrganizationName,
					By:               tenancy.Actor{User: a.admin},
					ByName:           got.ByName,
					Expires:          a.clock.Now().Add(7 * day),
				}
				require.Equal(t, want, got)
				require.Equal(t, "ana Inc", got.OrganizationName.Reveal())
			}
			shown := a.pending()
			require.Len(t, shown, 3)
			for _, line := range shown {
				require.Equal(t, tenancy.KindPending, line.Kind)
				require.NotZero(t, line.ID)
				require.Empty(t, line.Name.Reveal())
				require.Empty(t, line.OwnerName.Reveal())
				require.Nil(t, line.Account)
				require.Empty(t, line.Members)
				_, err := a.as(a.admin).Account(t.Context(), line.ID)
				refused(t, err, tenancy.CodeNotFound)
			}
		},
	)
	t.Run("ACC-4 one outside the organization", func(t *testing.T) {
		a := newAsker(t)
		a.unchanged(func() {
			_, err := a.as(a.admin).AddAccount(t.Context(), a.org, a.ana.Account.ID)
			refused(t, err, tenancy.CodeAccountManaged)
		})
	})
	t.Run("ACC-4 whoever owns the account sees who asks, nobody else does", func(t *testing.T) {
		a := newAsker(t)
		asked := a.asking(a.admin, a.org, a.account)
		a.asking(a.admin, a.org, a.sub)
		seen := a.asked(a.eve.User.ID)
		require.Len(t, seen, 1, "a subaccount can't be given by itself")
		require.Equal(t, asked, seen[0].ID)
		require.Equal(t, a.account, seen[0].Account)
		require.Equal(t, "ana Inc", seen[0].OrganizationName.Reveal())
		require.Equal(t, "adam", seen[0].ByName.Reveal())
		require.Empty(t, a.asked(a.dan))
		refused(t,
			failure(a.as(a.ana.User.ID).AccountRequests(t.Context(), a.eve.User.ID, tenancy.AccountRequestQuery{})),
			tenancy.CodeNotFound)
		require.Len(t, items(t, a.staff.AccountRequests(t.Context(), a.eve.User.ID, tenancy.AccountRequestQuery{})), 1)
	})
	t.Run("ACC-4 asking, and what ends it, stand in the asker's stream alone", func(t *testing.T) {
		a := newAsker(t)
		said := a.news(func() { a.asking(a.admin, a.org, a.account) }, organizationStream(a.org),
			organizationStream(a.eve.Organization.ID), userStream(a.eve.User.ID))
		require.Equal(t, [][]string{{"InvitationSent"}, nil, nil}, said)
		a.clock.Advance(7 * day)
		said = a.news(func() { a.asking(a.admin, a.org, a.account) }, organizationStream(a.org),
			organizationStream(a.eve.Organization.ID), userStream(a.eve.User.ID))
		require.Equal(t, [][]string{{"InvitationRevoked", "InvitationSent"}, nil, nil}, said)
		said = a.news(func() {
			require.NoError(t,
				a.as(a.ana.User.ID).DeleteOrganization(t.Context(), a.org, tenancy.OrganizationDeletion{}))
		}, organizationStream(a.org), organizationStream(a.eve.Organization.ID), userStream(a.eve.User.ID))
		require.Contains(t, said[0], "InvitationRevoked")
		require.Empty(t, said[1])
		require.Empty(t, said[2])
		a.sound()
	})
	t.Run(
		"ACC-4 a second one for the same ID meanwhile exists already, whether the account does or not",
		func(t *testing.T) {
			a := newAsker(t)
			for _, account := range []tenancy.AccountID{a.account, foreignID[tenancy.AccountID]()} {
				first := a.asking(a.admin, a.org, account)
				a.unchanged(func() {
					_, err := a.as(a.ana.User.ID).AddAccount(t.Context(), a.org, account)
					refused(t, err, tenancy.CodeAccountRequested)
					var e *tenancy.Error
					require.ErrorAs(t, err, &e)
					require.Equal(t, first, e.Pending)
				})
			}
			third := a.found("olga")
			a.asking(third.User.ID, third.Organization.ID, a.account) // another organization may ask too
			require.Len(t, a.asked(a.eve.User.ID), 2)
		},
	)
	t.Run("ACC-4 GEN-9 the request returned is the one that both sides find in their lists", func(t *testing.T) {
		a := newAsker(t)
		made, err := a.as(a.admin).AddAccount(t.Context(), a.org, a.account)
		require.NoError(t, err)
		require.Equal(t, made, a.asked(a.eve.User.ID)[0].AccountRequest)
		require.Equal(t, made, *a.pending()[0].Request)
	})
	t.Run("ACC-4 the owner lets it expire", func(t *testing.T) {
		a := newAsker(t)
		request := a.asking(a.admin, a.org, a.account)
		a.clock.Advance(7*day - time.Microsecond)
		require.Len(t, a.asked(a.eve.User.ID), 1)
		a.clock.Advance(time.Microsecond)
		require.Empty(t, a.asked(a.eve.User.ID))
		a.unchanged(func() { refused(t, a.accept(a.eve.User.ID, request), tenancy.CodeExpired) })
		a.asking(a.admin, a.org, a.account)
	})
	t.Run("GEN-14 bad input", func(t *testing.T) {
		a := newAsker(t)
		a.unchanged(func() {
			_, err := a.as(a.admin).AddAccount(t.Context(), tenancy.OrganizationID{}, a.account)
			refused(t, err, tenancy.CodeID)
			_, err = a.as(a.admin).AddAccount(t.Context(), a.org, tenancy.AccountID{})
			refused(t, err, tenancy.CodeID)
			refused(t, a.accept(a.eve.User.ID, tenancy.InvitationID{}), tenancy.CodeID)
			refused(t, a.accept(a.eve.User.ID, foreignID[tenancy.InvitationID]()), tenancy.CodeNotFound)
			refused(t, failure(a.host.AccountRequests(t.Context(), tenancy.UserID{}, tenancy.AccountRequestQuery{})),
				tenancy.CodeID)
			refused(t, failure(a.host.AccountRequests(t.Context(), a.std, tenancy.AccountRequestQuery{After: "x"})),
				tenancy.CodeCursor)
		})
	})
}

func TestAccountRequestAccepted(t *testing.T) {
	t.Run(
		"ACC-4 the account alone moves: the Owner has it, the previous owner keeps Administrator, roles stay",
		func(t *testing.T) {
			a := newAsker(t)
			other := a.more()
			request := a.asking(a.admin, a.org, a.account)
			said := a.news(func() { require.NoError(t, a.accept(a.eve.User.ID, request)) }, organizationStream(a.org),
				organizationStream(a.eve.Organization.ID))
			require.Contains(t, said[0], "InvitationAccepted", "acceptance stands in both")
			require.Contains(t, said[1], "InvitationAccepted", "acceptance stands in both")
			for _, account := range []tenancy.AccountID{a.account, a.sub} {
				moved := a.accountRecord(account)
				require.Equal(t, a.org, moved.Organization)
				require.Equal(t, a.ana.User.ID, moved.Owner)
			}
			require.Equal(t, tenancy.Roles(tenancy.AccountOwner), a.roles(a.account, a.ana.User.ID))
			require.Equal(t, tenancy.Roles(tenancy.AccountAdministrator), a.roles(a.account, a.eve.User.ID))
			require.Equal(t, tenancy.Roles(tenancy.Developer), a.roles(a.account, a.dan))
			require.Equal(t, a.eve.Organization.ID, a.accountRecord(other).Organization, "no other account moves")
			require.Equal(t,
				map[tenancy.OrganizationID]tenancy.OrganizationRole{a.eve.Organization.ID: tenancy.Owner},
				a.ranks(a.eve.User.ID), "whoever is to join is invited")
			require.Equal(t,
				map[tenancy.OrganizationID]tenancy.OrganizationRole{a.eve.Organization.ID: tenancy.StandardUser},
				a.ranks(a.dan))
			require.Equal(t, tenancy.StateAccepted, a.invitationState(request))
			require.Empty(t, a.pending())
			a.sound()
			a.unchanged(func() {
				require.ErrorIs(t, a.accept(a.eve.User.ID, request), tenancy.CodeNotFound, "it is not theirs any more")
			})
		},
	)
	t.Run("ACC-4 an unmanaged account's owner gives it", func(t *testing.T) {
		a := newAsker(t)
		gil, own := a.loner(a.eve, "gil")
		request := a.asking(a.admin, a.org, own)
		require.NoError(t, a.accept(gil, request))
		require.Equal(t, a.ana.User.ID, a.accountRecord(own).Owner)
		require.Empty(t, a.ranks(gil))
		a.sound()
	})
	t.Run("ACC-4 the account's owner alone accepts", func(t *testing.T) {
		a := newAsker(t)
		request := a.asking(a.admin, a.org, a.account)
		a.unchanged(func() {
			refused(t, a.accept(a.dan, request), tenancy.CodeNotFound)
			refused(t, a.accept(a.ana.User.ID, request), tenancy.CodeNotAllowed)
			_, err := a.staff.AcceptAccountRequest(t.Context(), request)
			refused(t, err, tenancy.CodeNotAllowed)
			_, err = a.host.AcceptAccountRequest(t.Context(), request)
			refused(t, err, tenancy.CodeNotAllowed)
		})
	})
	t.Run("ACC-4 one managed by an organization that its owner does not own is not theirs to give", func(t *testing.T) {
		a := newAsker(t)
		work := a.scene.account(a.dan, a.eve.Organization.ID, "Work")
		request := a.asking(a.admin, a.org, work)
		require.Len(t, a.asked(a.dan), 1)
		a.unchanged(func() { refused(t, a.accept(a.dan, request), tenancy.CodeNotTheirs) })
	})
	t.Run("ACC-4 GEN-12 limits are looked at when it is accepted", func(t *testing.T) {
		a := newAsker(t)
		require.NoError(t, errOf(a.staff.SetLimits(t.Context(), a.org, &tenancy.Limits{Accounts: 1})))
		request := a.asking(a.admin, a.org, a.account)
		a.unchanged(func() { refused(t, a.accept(a.eve.User.ID, request), tenancy.CodeAccountLimit) })
		require.NoError(t, errOf(a.staff.SetLimits(t.Context(), a.org, &tenancy.Limits{Accounts: 2, Members: 1})))
		require.NoError(t, a.accept(a.eve.User.ID, request))
	})
	t.Run(
		"ACC-4 HIP-7 a designated one, or one with a designated subaccount, goes to an entitled organization alone",
		func(t *testing.T) {
			a := newAsker(t)
			a.entitle(a.eve.Organization.ID)
			a.designate(a.eve.User.ID, a.sub)
			request := a.asking(a.admin, a.org, a.account)
			a.unchanged(func() { refused(t, a.accept(a.eve.User.ID, request), tenancy.CodeHIPAADesignated) })
			a.entitle(a.org)
			require.NoError(t, a.accept(a.eve.User.ID, request))
			require.NotZero(t, a.accountRecord(a.sub).Designated)
			a.sound()
		},
	)
	t.Run("ACC-4 not for an inviter who may not ask any more", func(t *testing.T) {
		a := newAsker(t)
		request := a.asking(a.admin, a.org, a.account)
		require.NoError(t,
			errOf(a.as(a.ana.User.ID).SetOrganizationRole(t.Context(), a.org, a.admin, tenancy.StandardUser)))
		a.unchanged(func() { refused(t, a.accept(a.eve.User.ID, request), tenancy.CodeInviter) })
	})
	t.Run("ACC-4 not a closed one", func(t *testing.T) {
		a := newAsker(t)
		request := a.asking(a.admin, a.org, a.account)
		_, err := a.as(a.eve.User.ID).CloseAccount(t.Context(), a.account)
		require.NoError(t, err)
		require.Empty(t, a.asked(a.eve.User.ID))
		a.unchanged(func() { require.Error(t, a.accept(a.eve.User.ID, request)) })
	})
	t.Run("ACC-4 one that ended with the organization is not accepted", func(t *testing.T) {
		a := newAsker(t)
		request := a.asking(a.admin, a.org, a.account)
		require.NoError(t, a.staff.DeleteOrganization(t.Context(), a.org, tenancy.OrganizationDeletion{}))
		require.Empty(t, a.asked(a.eve.User.ID))
		a.unchanged(func() { refused(t, a.accept(a.eve.User.ID, request), tenancy.CodeSettled) })
	})
}

// more creates another account with the same owner in the same organization.
func (a *asker) more() tenancy.AccountID {
	a.Helper()
	return a.scene.account(a.eve.User.ID, a.eve.Organization.ID, "Other")
}

// INV-13: the Owner who asks for an account, and gets it, may have a role on it already,
// by which they are independent to its organization.
func TestAccountRequestOfWhoHasARole(t *testing.T) {
	for _, how := range []string{"without an end", "temporary", "ended"} {
		t.Run("ORG-6 ACC-11 a role "+how, func(t *testing.T) {
			c := emptyCast(t, tenancy.Options{})
			c.ana, c.eve = c.found("ana"), c.found("eve")
			ana, eve, account := c.ana.User.ID, c.eve.User.ID, c.eve.Account.ID
			ed := c.join(c.eve, "ed", tenancy.Administrator)
			in := tenancy.NewAccountInvitation{Email: address("ana"), Roles: tenancy.Roles(tenancy.Developer)}
			if how != "without an end" {
				in.For = new(time.Hour)
			}
			sent, err := c.as(eve).InviteToAccount(c.ctx(), account, in)
			require.NoError(t, err)
			require.NoError(t, second(c.as(ana).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})))
			if how == "ended" {
				c.clock.Advance(time.Hour)
			}
			asked, err := c.as(ana).AddAccount(c.ctx(), c.ana.Organization.ID, account)
			require.NoError(t, err)
			require.NoError(t, second(c.as(eve).AcceptAccountRequest(c.ctx(), asked.ID)))
			_, _, err = c.as(ed).User(c.ctx(), ana)
			refused(t, err, tenancy.CodeNotFound)
			require.Empty(t, items(t, c.as(ed).Users(c.ctx(), c.eve.Organization.ID,
				tenancy.UserQuery{Kind: tenancy.KindIndependent})))
			c.sound()
		})
	}
}
