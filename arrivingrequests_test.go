package tenancy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// An organization's requests for accounts that come to it are revoked (USR-6, ACC-4, ORG-6):
// also for subaccounts, for accounts that come with somebody who joins, and for those that
// come out of an organization that is deleted (ORG-10). Else its list would have an account both as managed and as pending.
func TestRequestsForArrivingAccountsEnd(t *testing.T) {
	dir, err := tenancy.New(memstore.New(),
		&tenancy.Options{Now: tenancytest.NewClock().Now, Random: tenancytest.Random()})
	require.NoError(t, err)
	ctx, system := t.Context(), dir.System()
	ana, err := system.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana"})
	require.NoError(t, err)
	asks, org := dir.As(ana.User.ID), ana.Organization.ID
	pending := func() (pending []tenancy.AccountID) {
		for item, err := range asks.Accounts(ctx, org, tenancy.AccountQuery{Kind: tenancy.KindPending}) {
			require.NoError(t, err)
			pending = append(pending, item.ID)
		}
		return pending
	}

	ben, err := system.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ben@beta.org"), Name: "Ben"})
	require.NoError(t, err)
	sub, err := dir.As(ben.User.ID).CreateSubaccount(ctx, ben.Account.ID, tenancy.NewSubaccount{Name: "Sub"})
	require.NoError(t, err)
	_, err = asks.AddAccount(ctx, org, sub.ID)
	require.NoError(t, err)
	request, err := asks.AddAccount(ctx, org, ben.Account.ID)
	require.NoError(t, err)
	require.Len(t, pending(), 2)
	_, err = dir.As(ben.User.ID).AcceptAccountRequest(ctx, request.ID)
	require.NoError(t, err)
	require.Empty(t, pending(), "accepted")

	sent, err := asks.InviteUser(ctx, org, tenancy.NewInvitation{Email: "eve@gamma.net", Role: tenancy.StandardUser})
	require.NoError(t, err)
	joined, err := system.SignUp(ctx,
		tenancy.NewSignUp{Email: tenancy.Proven("eve@gamma.net"), Name: "Eve", Secret: sent.Secret})
	require.NoError(t, err)
	eve := dir.As(joined.User.ID)
	require.NoError(t, eve.Leave(ctx, org))
	hers, err := eve.CreateAccount(ctx, tenancy.OrganizationID{}, tenancy.NewAccount{Name: "Hers"})
	require.NoError(t, err)
	below, err := eve.CreateSubaccount(ctx, hers.ID, tenancy.NewSubaccount{Name: "Below"})
	require.NoError(t, err)
	_, err = asks.AddAccount(ctx, org, below.ID)
	require.NoError(t, err)
	require.Equal(t, []tenancy.AccountID{below.ID}, pending())
	sent, err = asks.InviteUser(ctx, org, tenancy.NewInvitation{Email: "eve@gamma.net", Role: tenancy.StandardUser})
	require.NoError(t, err)
	offer, err := eve.Invitation(ctx, sent.Secret)
	require.NoError(t, err)
	_, err = eve.AcceptInvitation(ctx, tenancy.Acceptance{Secret: sent.Secret, Terms: offer.Terms.Token})
	require.NoError(t, err)
	require.Empty(t, pending(), "came along with somebody who joined")

	_, err = system.VerifyPhone(ctx, ana.Account.ID, "+15005550006")
	require.NoError(t, err)
	second, err := asks.CreateOrganization(ctx, tenancy.NewOrganization{Name: "Second"})
	require.NoError(t, err)
	asked := []tenancy.AccountID{ana.Account.ID, sub.ID}
	for _, account := range asked {
		_, err = asks.AddAccount(ctx, org, account)
		require.NoError(t, err)
	}
	_, err = asks.MoveAccount(ctx, ben.Account.ID, org)
	require.NoError(t, err)
	require.Equal(t, asked[:1], pending(), "moved with its subaccount")
	require.NoError(t, asks.DeleteOrganization(ctx, second.ID, tenancy.OrganizationDeletion{AccountsTo: org}))
	require.Empty(t, pending(), "came out of an organization that was deleted")
}
