package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// withDirectories gives acme directories. The first keeps a person who is linked, one who is
// held inactive, and one who waits.
func (s *site) withDirectories() tenancy.DirectoryWithSecret {
	s.Helper()
	var first tenancy.DirectoryWithSecret
	for i, name := range hostile {
		made, err := s.As(s.acme.Owner).AddDirectory(s.Context(), s.acme.Organization, name)
		require.NoError(s, err)
		if i == 0 {
			first = made
		}
	}
	s.policy(tenancy.PolicyClosed) // somebody with an address of acme's is to be outside
	s.FoundAt("outside", "outside@acme.example")
	s.policy(tenancy.PolicyInvitationOnly)
	keeps := s.Dir.AsDirectory(first.Secret)
	for i, address := range []string{"linked@acme.example", "held@acme.example", "outside@acme.example"} {
		_, err := keeps.Provision(s.Context(), tenancy.NewProvisioned{
			UserName: address, Names: tenancy.ProvisionedNames{Display: hostile[i]}, Active: new(i != 1),
		})
		require.NoError(s, err)
	}
	return first
}

// policy sets acme's sign-up policy.
func (s *site) policy(policy tenancy.SignUpPolicy) {
	s.Helper()
	_, err := s.As(s.acme.Owner).SetSignUpPolicy(s.Context(), s.acme.Organization, tenancy.SignUpPolicyChange{Policy: policy})
	require.NoError(s, err)
}

// A directory's secret is shown once when it is made and when it is renewed, and ends with the
// directory (PRV-1, PRV-7).
func TestDirectoryIsKept(t *testing.T) {
	s := newSite(t, console.Options{SCIM: "https://app.example.com/scim/v2"})
	owner := s.as(s.acme.Owner)
	list := owner.get(s.in("directories"))
	owner.post(list, s.in("directories"), map[string]string{"name": ""}).refuses(tenancy.CodeName)
	shown := owner.post(list, s.in("directories"), map[string]string{"name": "Okta"})
	require.Equal(t, http.StatusOK, shown.Status)
	shown.wellMade()
	shown.says("https://app.example.com/scim/v2")
	first := secretOn(shown)
	keeps := s.Dir.AsDirectory(first)
	_, err := keeps.Provision(t.Context(), tenancy.NewProvisioned{UserName: "new@acme.example"})
	require.NoError(t, err)
	again := owner.submit(list, s.in("directories"), map[string]string{"name": "Okta"})
	again.says("Its secret was shown once")
	require.NotContains(t, again.Body, first.Reveal())

	at := s.in("directories", keeps.Directory().String())
	page := owner.get(at)
	page.says("new@acme.example")
	page.says("Linked")
	require.NotContains(t, page.Body, first.Reveal())
	owner.post(page, at+"/secret", map[string]string{"previous": "1000"}).refuses(tenancy.CodeInput)
	renewed := owner.post(page, at+"/secret", map[string]string{"previous": "1"})
	require.Equal(t, http.StatusOK, renewed.Status)
	second := secretOn(renewed)
	owner.submit(page, at+"/secret", map[string]string{"previous": "1"}).says("was shown once")
	for _, secret := range []tenancy.Secret{first, second} {
		_, err := s.Dir.AsDirectory(secret).ListProvisioned(t.Context(), tenancy.ProvisionedPage{})
		require.NoError(t, err)
	}
	s.Clock.Advance(2 * time.Hour)
	_, err = s.Dir.AsDirectory(first).ListProvisioned(t.Context(), tenancy.ProvisionedPage{})
	require.ErrorIs(t, err, tenancy.CodeActor)
	_, err = s.Dir.AsDirectory(second).ListProvisioned(t.Context(), tenancy.ProvisionedPage{})
	require.NoError(t, err)

	removal := owner.get(at + "/removal")
	owner.submit(removal, at+"/removal", map[string]string{"lift": "yes"}).says("The directory was removed.")
	_, err = s.Dir.AsDirectory(second).ListProvisioned(t.Context(), tenancy.ProvisionedPage{})
	require.ErrorIs(t, err, tenancy.CodeActor)
	require.Equal(t, http.StatusSeeOther, owner.post(removal, at+"/removal", nil).Status) // goes on with what is left
	require.Equal(t, http.StatusNotFound, owner.send(http.MethodPost, at+"/removal", owner.blank()).Status)
}

// secretOn is the directory's secret that a page shows.
func secretOn(p seen) tenancy.Secret {
	p.t.Helper()
	for _, code := range p.named("code") {
		if strings.Contains(textIn(code), "_ds_") {
			return tenancy.ParseSecret(textIn(code))
		}
	}
	require.Fail(p.t, "no secret", p.path)
	return tenancy.Secret{}
}

// The people whom a directory deactivated stay so when it is removed, unless that is asked
// (PRV-4, PRV-7).
func TestHoldsStayWithoutDirectory(t *testing.T) {
	s := newSite(t, console.Options{})
	made := s.withDirectories()
	owner, at := s.as(s.acme.Owner), s.in("directories", made.ID.String())
	page := owner.get(at)
	page.says("held@acme.example")
	page.says("Deactivated by the provider")
	page.says("Waits")
	owner.submit(owner.get(at+"/removal"), at+"/removal", nil).says("stay deactivated")
}

// Directories of others are as such that were never there (GEN-5).
func TestDirectoriesOfOthers(t *testing.T) {
	s := newSite(t, console.Options{})
	other := s.Company("other")
	theirs, err := s.As(other.Owner).AddDirectory(t.Context(), other.Organization, "x")
	require.NoError(t, err)
	owner, at := s.as(s.acme.Owner), s.in("directories", theirs.ID.String())
	for _, page := range []string{"", "/removal"} {
		s.hidden(owner, at+page, s.in("directories", "DRffffffffffffffffffffffffffffffff")+page)
	}
	require.Equal(t, http.StatusNotFound, owner.send(http.MethodPost, at+"/removal", owner.blank()).Status)
	require.Equal(t, http.StatusNotFound, owner.send(http.MethodPost, at+"/secret", owner.blank()+"&previous=1").Status)
	_, err = s.Dir.AsDirectory(theirs.Secret).ListProvisioned(t.Context(), tenancy.ProvisionedPage{})
	require.NoError(t, err)
}
