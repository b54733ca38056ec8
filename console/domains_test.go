package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// withDomains gives acme a domain in every state: verified and live, verified and not found
// lately, lapsing, and not verified.
func (s *site) withDomains() {
	s.Helper()
	owner := s.As(s.acme.Owner)
	lapsing := s.Prove(s.acme.Owner, s.acme.Organization, "lapsing.example")
	s.Names.Remove(lapsing.RecordName)
	_, err := owner.VerifyDomain(s.Context(), lapsing.ID)
	require.NoError(s, err)
	s.Prove(s.acme.Owner, s.acme.Organization, "stale.example")
	s.Clock.Advance(8 * 24 * time.Hour)
	_, err = owner.VerifyDomain(s.Context(), s.acme.Domain)
	require.NoError(s, err)
	for _, name := range []string{"new.example", strings.Repeat("w", 63) + "." + strings.Repeat("x", 60) + ".example"} {
		added, err := owner.AddDomain(s.Context(), s.acme.Organization, name)
		require.NoError(s, err)
		_, err = owner.SetSignUpPolicy(s.Context(), s.acme.Organization,
			tenancy.SignUpPolicyChange{Domain: added.ID, Policy: tenancy.PolicyClosed})
		require.NoError(s, err)
	}
}

// A domain is added, verified by its record, and removed (DOM-1, DOM-2, DOM-5).
func TestDomainIsProven(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.as(s.acme.Owner)
	list := owner.get(s.in("domains"))
	for name, code := range map[string]tenancy.Code{
		"not a domain": tenancy.CodeDomainName, "gmail.com": tenancy.CodeMailProvider,
		"acme.example": tenancy.CodeDomainAdded, "co.uk": tenancy.CodeDomainReserved,
	} {
		refused := owner.post(list, s.in("domains"), map[string]string{"name": name})
		refused.refuses(code)
		require.Equal(t, name, refused.form(s.in("domains")).Get("name"))
	}
	page := owner.submit(list, s.in("domains"), map[string]string{"name": "New.example."})
	page.says("The domain was added.")
	at, _, _ := strings.Cut(page.path, "?")
	id, err := tenancy.ParseID[tenancy.DomainID](at[strings.LastIndex(at, "/")+1:])
	require.NoError(t, err)
	require.Equal(t, http.StatusSeeOther, owner.post(list, s.in("domains"), map[string]string{"name": "New.example."}).Status)
	d, err := s.As(s.acme.Owner).Domain(t.Context(), id)
	require.NoError(t, err)
	page.says(d.RecordName)
	page.says(d.RecordValue)

	owner.post(page, at+"/verification", nil).refuses(tenancy.CodeProofMissing)
	s.Names.Answer(tenancytest.Servfail)
	owner.post(page, at+"/verification", nil).refuses(tenancy.CodeResolver)
	s.Names.Answer(nil)
	s.Names.Publish(d.RecordName, d.RecordValue)
	owner.submit(page, at+"/verification", nil).says("The domain is verified.")
	require.Equal(t, http.StatusSeeOther, owner.post(page, at+"/verification", nil).Status) // looks again

	s.Names.Remove(d.RecordName) // DOM-4
	lapsing := owner.submit(owner.get(at), at+"/verification", nil)
	lapsing.says("The record was not found. Looked for just now.")
	lapsing.says("Record missing")
	lapsing.says("Can be lost from")

	removal := owner.get(at + "/removal")
	owner.submit(removal, at+"/removal", nil).says("The domain was removed.")
	_, err = s.Host.Domain(t.Context(), id)
	require.ErrorIs(t, err, tenancy.CodeNotFound)
	require.Equal(t, http.StatusSeeOther, owner.post(removal, at+"/removal", nil).Status)
	require.Equal(t, http.StatusNotFound, owner.send(http.MethodPost, at+"/removal", owner.blank()).Status)
}

// Whoever removes a domain that was never verified is told nothing of members.
func TestClaimIsRemoved(t *testing.T) {
	s := newSite(t, console.Options{})
	added, err := s.As(s.acme.Owner).AddDomain(t.Context(), s.acme.Organization, "new.example")
	require.NoError(t, err)
	owner, removal := s.as(s.acme.Owner), s.in("domains", added.ID.String(), "removal")
	owner.submit(owner.get(removal), removal, nil).says("It was not verified, so nothing else changes.")
}

// The organization has a sign-up policy, and a domain can have its own (DOM-6, USR-1).
func TestSignUpPolicyIsSet(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.as(s.acme.Owner)
	policies := func() (organization, domain tenancy.SignUpPolicy) {
		o, err := s.Host.Organization(t.Context(), s.acme.Organization)
		require.NoError(t, err)
		d, err := s.Host.Domain(t.Context(), s.acme.Domain)
		require.NoError(t, err)
		return o.Settings.SignUpPolicy, d.Policy
	}
	page := owner.get(s.in("sign-up"))
	require.Equal(t, "invitation_only", page.form(s.in("sign-up")).Get("policy"))
	owner.post(page, s.in("sign-up"), map[string]string{"policy": "open"}).refuses(tenancy.CodePolicy)
	owner.post(page, s.in("sign-up"), map[string]string{"policy": "inherited"}).refuses(tenancy.CodePolicy)
	owner.post(page, s.in("sign-up"), map[string]string{"policy": ""}).refuses(tenancy.CodePolicy)
	owner.submit(page, s.in("sign-up"), map[string]string{"policy": "automatic"}).says("The sign-up policy was changed.")

	at := s.in("domains", s.acme.Domain.String())
	domain := owner.get(at)
	require.Equal(t, "inherited", domain.form(at+"/sign-up").Get("policy"))
	domain.says("Use the organization's policy (now: \u2068Automatically\u2069)")
	owner.submit(domain, at+"/sign-up", map[string]string{"policy": "closed"}).says("policy of this domain was changed")
	organization, own := policies()
	require.Equal(t, tenancy.PolicyAutomatic, organization)
	require.Equal(t, tenancy.PolicyClosed, own)
	owner.get(s.in("sign-up")).says("This domain's own policy")
	owner.submit(owner.get(at), at+"/sign-up", map[string]string{"policy": "inherited"}).says("was changed")
	_, own = policies()
	require.Equal(t, tenancy.PolicyInherited, own)
	require.Equal(t, http.StatusSeeOther, owner.post(domain, at+"/sign-up", map[string]string{"policy": "closed"}).Status)
	_, own = policies()
	require.Equal(t, tenancy.PolicyInherited, own) // GEN-13
}

// A domain of another customer's is as one that was never there, also to somebody who is in
// both organizations (GEN-5). Who may not see domains is refused.
func TestDomainsOfOthers(t *testing.T) {
	s := newSite(t, console.Options{})
	other := s.Company("other")
	theirs := other.Domain.String()
	for _, page := range []string{"", "/removal"} {
		s.hidden(s.as(s.acme.Owner), s.in("domains", theirs)+page, s.in("domains", "DNffffffffffffffffffffffffffffffff")+page)
	}
	for _, path := range []string{"/removal", "/verification"} {
		require.Equal(t, http.StatusNotFound,
			s.as(s.acme.Owner).send(http.MethodPost, s.in("domains", theirs)+path, s.as(s.acme.Owner).blank()).Status)
	}
	p := s.as(s.acme.Owner).send(http.MethodPost, s.in("domains", theirs, "sign-up"), s.as(s.acme.Owner).blank()+"&policy=closed")
	require.Equal(t, http.StatusNotFound, p.Status)
	d, err := s.Host.Domain(t.Context(), other.Domain)
	require.NoError(t, err)
	require.Equal(t, tenancy.PolicyInherited, d.Policy)
	for _, path := range []string{"domains", "sign-up", "sso", "directories", "service-accounts"} {
		require.Equal(t, http.StatusForbidden, s.as(s.acme.Member).send(http.MethodGet, s.in(path), "").Status)
		if path != "sso" { // has no form of its own
			require.Equal(t, http.StatusForbidden, s.as(s.acme.Member).send(http.MethodPost, s.in(path), s.as(s.acme.Member).blank()).Status)
		}
		require.Equal(t, http.StatusNotFound, s.as(other.Owner).send(http.MethodGet, s.in(path), "").Status)
	}
}

// A host may hide each part (Options.Hide): its pages do not exist, and nothing leads there.
func TestAccessCanBeHidden(t *testing.T) {
	s := newSite(t, console.Options{Hide: []console.Part{console.PartDomains, console.PartServiceAccounts}})
	owner := s.as(s.acme.Owner)
	owner.crawl()
	for _, path := range []string{"domains", "sign-up", "sso", "directories", "service-accounts"} {
		require.Equal(t, http.StatusNotFound, owner.send(http.MethodGet, s.in(path), "").Status, path)
		require.NotContains(t, owner.get(s.in()).links(), s.in(path))
	}
}
