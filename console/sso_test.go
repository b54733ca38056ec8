package console_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// withConnections gives acme connections, of which the first is tested and required on its
// domain.
func (s *site) withConnections() (made []tenancy.Connection) {
	s.Helper()
	for _, name := range hostile {
		c, err := s.As(s.acme.Owner).AddConnection(s.Context(), s.acme.Organization, name)
		require.NoError(s, err)
		made = append(made, c)
	}
	for _, c := range made[:2] {
		_, err := s.Host.MarkConnectionTested(s.Context(), c.ID)
		require.NoError(s, err)
	}
	_, err := s.As(s.acme.Owner).EnforceSSO(s.Context(), s.acme.Domain, made[0].ID)
	require.NoError(s, err)
	return made
}

// Single sign-on is required on a domain through a connection that the host has tested, and
// stops being required; a connection is removed only then (SSO-1).
func TestSSOIsRequired(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.as(s.acme.Owner)
	connections := owner.get(s.in("sso", "connections"))
	owner.post(connections, s.in("sso", "connections"), map[string]string{"name": ""}).refuses(tenancy.CodeName)
	owner.submit(connections, s.in("sso", "connections"), map[string]string{"name": hostile[0]}).says("The connection was added.")
	owner.submit(connections, s.in("sso", "connections"), map[string]string{"name": hostile[0]})
	found, _, err := tenancy.Collect(s.Host.Connections(t.Context(), s.acme.Organization, tenancy.ConnectionQuery{}), 10)
	require.NoError(t, err)
	require.Len(t, found, 1) // GEN-13
	id := found[0].ID

	at := s.in("sso", "domains", s.acme.Domain.String())
	owner.get(at).says("There is no tested connection")
	p := owner.send(http.MethodPost, at, owner.blank()+"&connection="+id.String())
	p.refuses(tenancy.CodeUntested)
	_, err = s.Host.MarkConnectionTested(t.Context(), id)
	require.NoError(t, err)
	page := owner.get(at)
	owner.post(page, at, map[string]string{"connection": "x"}).refuses(tenancy.CodeID)
	owner.submit(page, at, map[string]string{"connection": id.String()}).says("is required on this domain")
	required, err := s.Host.SignInRequirement(t.Context(), s.acme.Member)
	require.NoError(t, err)
	require.Equal(t, id, required.Connection)
	required, err = s.Host.SignInRequirement(t.Context(), s.acme.Owner) // SSO-3
	require.NoError(t, err)
	require.Zero(t, required)
	owner.get(s.in("domains", s.acme.Domain.String())).says("must sign in through")

	removal := s.in("sso", "connections", id.String(), "removal")
	blocked := owner.get(removal)
	blocked.says("so it cannot be removed")
	require.Contains(t, blocked.links(), at)
	require.Empty(t, blocked.actions())
	owner.send(http.MethodPost, removal, owner.blank()).refuses(tenancy.CodeEnforced)
	page = owner.get(at)
	owner.submit(page, at+"/end", nil).says("no longer required")
	require.Equal(t, http.StatusSeeOther, owner.post(page, at+"/end", nil).Status)
	gone := owner.get(removal)
	owner.submit(gone, removal, nil).says("The connection was removed.")
	require.Equal(t, http.StatusSeeOther, owner.post(gone, removal, nil).Status)
	_, err = s.Host.Connection(t.Context(), id)
	require.ErrorIs(t, err, tenancy.CodeNotFound)
}

// Connections and domains of others are as such that were never there (GEN-5).
func TestSSOOfOthers(t *testing.T) {
	s := newSite(t, console.Options{})
	other := s.Company("other")
	theirs, err := s.As(other.Owner).AddConnection(t.Context(), other.Organization, "x")
	require.NoError(t, err)
	_, err = s.Host.MarkConnectionTested(t.Context(), theirs.ID)
	require.NoError(t, err)
	owner := s.as(s.acme.Owner)
	s.hidden(owner, s.in("sso", "connections", theirs.ID.String(), "removal"),
		s.in("sso", "connections", "CNffffffffffffffffffffffffffffffff", "removal"))
	s.hidden(owner, s.in("sso", "domains", other.Domain.String()), s.in("sso", "domains", "DNffffffffffffffffffffffffffffffff"))
	for _, path := range []string{
		s.in("sso", "connections", theirs.ID.String(), "removal"), s.in("sso", "domains", other.Domain.String(), "end"),
	} {
		require.Equal(t, http.StatusNotFound, owner.send(http.MethodPost, path, owner.blank()).Status)
	}
	at := s.in("sso", "domains", s.acme.Domain.String())
	p := owner.send(http.MethodPost, at, owner.blank()+"&connection="+theirs.ID.String())
	require.Equal(t, http.StatusNotFound, p.Status)
	d, err := s.Host.Domain(t.Context(), s.acme.Domain)
	require.NoError(t, err)
	require.Zero(t, d.Connection)
}
