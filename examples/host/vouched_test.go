package main

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// SSO-4: the provider of an organization that somebody has left, or whose Owner they have
// become, opens nothing of theirs any more.
func TestProviderOfAFormerOrganization(t *testing.T) {
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

	// Ben leaves, changes address, and founds or joins something of his own.
	require.NoError(t, s.host.dir.As(ben.user).Leave(t.Context(), id))
	_, err = s.host.system.ChangeEmail(t.Context(), ben.user, tenancy.Proven("ben@private.example"))
	require.NoError(t, err)
	account, err := s.host.dir.As(ben.user).CreateAccount(t.Context(), tenancy.OrganizationID{}, tenancy.NewAccount{Name: "Private"})
	require.NoError(t, err)
	for range 3 {
		require.NoError(t, s.host.relay(t.Context()))
	}

	// Whoever runs acme's provider issues a token for Ben's subject.
	mallory := s.browser()
	code, _ = mallory.signIn(company, "ben", through)
	require.NotEqual(t, http.StatusOK, code)
	mallory.ask(http.StatusUnauthorized, "POST", "/accounts/"+account.ID.String()+"/deployments", nil)
}

// A new Owner is not the person whom a provider of an Administrator's says they are (SSO-4).
func TestProviderOfANewOwner(t *testing.T) {
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
	_, err = as.TransferOwnership(t.Context(), id, tenancy.NewOwner{User: ben.user})
	require.NoError(t, err)
	require.NoError(t, s.host.relay(t.Context()))
	mallory := s.browser()
	code, _ = mallory.signIn(company, "ben", through)
	require.NotEqual(t, http.StatusOK, code)

}
