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

	domain     tenancy.DomainID
	connection tenancy.ConnectionID
}

func newVouched(t *testing.T) vouched {
	t.Helper()
	return newVouchedAt(t, newScene(t, "sqlite", t.TempDir()+"/host.db"), newIDP(t))
}

// newVouchedAt is newVouched with a provider for the company.
func newVouchedAt(t *testing.T, s *scene, company *idp) vouched {
	t.Helper()
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
	require.NoError(t, saveProvider(t.Context(), s.host.db, connection.ID, company.settings()))
	through := url.Values{"connection": {connection.ID.String()}}
	code, _ := ana.signIn(company, "ana", url.Values{"connection": through["connection"], "link": {"1"}})
	require.Equal(t, http.StatusOK, code)

	ben := s.browser()
	code, page := ben.signIn(company, "ben", url.Values{"connection": through["connection"], "secret": {sent.Secret.Reveal()}})
	require.Equal(t, http.StatusOK, code, page)
	ben.whoami()
	return vouched{s, ben, as, id, company, through, domain.ID, connection.ID}
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
		require.NoError(t, v.host.do(t.Context(), "relay"))
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
	require.NoError(t, v.host.do(t.Context(), "relay"))
	mallory := v.browser()
	code, _ := mallory.signIn(v.company, "ben", v.through)
	require.NotEqual(t, http.StatusOK, code)
}

// SSO-4: an identity that a connection vouched for is asked about too where it comes through
// the host's own provider, since the company's provider is the same one.
func TestVouchedThroughTheHostsProvider(t *testing.T) {
	s := newScene(t, "sqlite", t.TempDir()+"/host.db")
	v := newVouchedAt(t, s, s.idp)
	again := v.browser()
	code, _ := again.signIn(s.idp, "ben", nil)
	require.Equal(t, http.StatusOK, code)
	again.whoami()
	require.Equal(t, v.ben.user, again.user)

	require.NoError(t, v.host.dir.As(v.ben.user).Leave(t.Context(), v.org))
	gone := v.browser()
	code, _ = gone.signIn(s.idp, "ben", nil)
	require.NotEqual(t, http.StatusOK, code)
	gone.ask(http.StatusUnauthorized, "GET", "/api/me", nil)
}
