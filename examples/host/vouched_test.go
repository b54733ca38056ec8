package main

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// vouched is a scene in which Ben is linked to the identity that his company's provider
// gives him, because the connection vouched for him.
type vouched struct {
	*scene
	ben     *browser
	owner   *tenancy.Session // Ana's
	org     tenancy.OrganizationID
	company *idp
	through url.Values
}

func newVouched(t *testing.T) vouched {
	t.Helper()
	s := newScene(t, "sqlite", t.TempDir()+"/host.db")
	ana := s.person("ana")
	org, _ := ana.organization()
	id := parse[tenancy.OrganizationID](t, org)
	as := s.host.dir.As(ana.user)
	sent, err := as.InviteUser(t.Context(), id, tenancy.NewInvitation{Email: "ben@acme.example"})
	require.NoError(t, err)
	domain, err := as.AddDomain(t.Context(), id, "acme.example")
	require.NoError(t, err)
	s.names.Publish(domain.RecordName, domain.RecordValue)
	_, err = as.VerifyDomain(t.Context(), domain.ID)
	require.NoError(t, err)
	connection, err := as.AddConnection(t.Context(), id, "Okta")
	require.NoError(t, err)
	company := newIDP(t)
	require.NoError(t, saveProvider(t.Context(), s.host.db, connection.ID, company.settings()))
	through := url.Values{"connection": {connection.ID.String()}}
	code, _ := ana.signIn(company, "ana", url.Values{"connection": through["connection"], "link": {"1"}})
	require.Equal(t, http.StatusOK, code)

	ben := s.browser()
	code, page := ben.signIn(company, "ben", url.Values{"connection": through["connection"], "secret": {sent.Secret.Reveal()}})
	require.Equal(t, http.StatusOK, code, page)
	ben.whoami()
	return vouched{s, ben, as, id, company, through}
}

// SSO-4: the provider of an organization that somebody has left, or whose Owner they have
// become, opens nothing of theirs any more.
func TestProviderOfAFormerOrganization(t *testing.T) {
	v := newVouched(t)

	// Ben leaves, changes address, and founds or joins something of his own.
	require.NoError(t, v.host.dir.As(v.ben.user).Leave(t.Context(), v.org))
	_, err := v.host.system.ChangeEmail(t.Context(), v.ben.user, tenancy.Proven("ben@private.example"))
	require.NoError(t, err)
	account, err := v.host.dir.As(v.ben.user).CreateAccount(t.Context(), tenancy.OrganizationID{}, tenancy.NewAccount{Name: "Private"})
	require.NoError(t, err)
	for range 3 {
		require.NoError(t, v.host.relay(t.Context()))
	}

	// Whoever runs acme's provider issues a token for Ben's subject.
	mallory := v.browser()
	code, _ := mallory.signIn(v.company, "ben", v.through)
	require.NotEqual(t, http.StatusOK, code)
	mallory.ask(http.StatusUnauthorized, "POST", "/accounts/"+account.ID.String()+"/deployments", nil)
}

// A new Owner is not the person whom a provider of an Administrator's says they are (SSO-4).
func TestProviderOfANewOwner(t *testing.T) {
	v := newVouched(t)
	_, err := v.owner.TransferOwnership(t.Context(), v.org, tenancy.NewOwner{User: v.ben.user})
	require.NoError(t, err)
	require.NoError(t, v.host.relay(t.Context()))
	mallory := v.browser()
	code, _ := mallory.signIn(v.company, "ben", v.through)
	require.NotEqual(t, http.StatusOK, code)
}
