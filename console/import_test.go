package console_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// Users of a live domain are imported where the organization is entitled to it, those who were
// chosen or whose addresses were entered, with a result for each (USR-15).
func TestUsersAreImported(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.as(s.acme.Owner)
	owner.get(s.in("import")).says(tenancy.CodeNotEntitled.Sentence())
	require.NotContains(t, owner.get(s.in("users")).links(), s.in("import"))
	_, err := s.Staff.SetImportEntitlement(t.Context(), s.acme.Organization, tenancy.ImportEntitlement{On: true, Reference: "ticket/1"})
	require.NoError(t, err)
	zoe, ana, eve := s.importable("Zoë", "zoe@acme.example"), s.importable("Ana", "ana@acme.example"), s.importable("Eve", "eve@acme.example")
	require.Contains(t, owner.get(s.in("users")).links(), s.in("import"))
	first := owner.get(s.in("import"))
	domain := first.links()[slices.IndexFunc(first.links(), func(l string) bool { return strings.HasPrefix(l, s.in("import")+"/") })]
	page := owner.get(domain)
	page.wellMade()
	require.Equal(t, http.StatusUnprocessableEntity, owner.post(page, domain, nil).Status)
	owner.post(page, domain, map[string]string{"email": "zoe@acme.example"}).says("Imported: \u20681\u2069")
	_, _, err = s.member(zoe)
	require.NoError(t, err)
	_, _, err = s.member(ana)
	require.ErrorIs(t, err, tenancy.CodeNotFound)

	pasted := owner.post(first, s.in("import"), map[string]string{"emails": "ana@acme.example\nzoe@acme.example\nfar@off.example"})
	pasted.says("Imported: \u20681\u2069. Not imported: \u20682\u2069.")
	pasted.says(tenancy.CodeMember.Sentence())
	pasted.says("This address is on none of the organization's verified domains, or nobody has signed up with it.")

	// All of a page are those who bring no organization. An Owner's merges only if they are
	// chosen (MRG-3).
	other := s.Company("other")
	require.NoError(t, s.As(other.Owner).RemoveUser(t.Context(), other.Organization, other.Member, tenancy.Removal{}))
	s.policy(tenancy.PolicyAutomatic)
	_, err = s.Host.ChangeEmail(t.Context(), other.Member, tenancy.Proven("alone@acme.example"))
	require.NoError(t, err)
	owner.post(owner.get(domain), domain, map[string]string{"all": "yes"}).says("Imported: \u20681\u2069")
	_, _, err = s.member(other.Member)
	require.NoError(t, err)
	_, _, err = s.member(eve)
	require.ErrorIs(t, err, tenancy.CodeNotFound)
	owner.post(owner.get(domain), domain, map[string]string{"email": "eve@acme.example"}).says("Organizations that merged: \u20681\u2069")
	_, _, err = s.member(eve)
	require.NoError(t, err)
	owner.get(domain).says("There is nobody to import.")

	made := owner.send(http.MethodGet, s.in("import", tenancy.DomainID{15: 1}.String()), "")
	foreign := s.Company("foreign")
	theirs, _, err := tenancy.Collect(s.As(foreign.Owner).Domains(t.Context(), foreign.Organization, tenancy.DomainQuery{}), 1)
	require.NoError(t, err)
	answer := owner.send(http.MethodGet, s.in("import", theirs[0].ID.String()), "")
	require.Equal(t, http.StatusNotFound, answer.Status)
	require.Equal(t, made.Body, answer.Body)
}

// An import of many goes on from page to page, and says how far it is.
func TestImportGoesOn(t *testing.T) {
	s := newSite(t, console.Options{})
	_, err := s.Staff.SetImportEntitlement(t.Context(), s.acme.Organization, tenancy.ImportEntitlement{On: true, Reference: "ticket/1"})
	require.NoError(t, err)
	last := s.importable("Zoë", "zoe@acme.example")
	emails := strings.Join(numbered("off", 600), "\n") + "\nzoe@acme.example"
	owner := s.as(s.acme.Owner)
	first := owner.post(owner.get(s.in("import")), s.in("import"), map[string]string{"emails": emails, "notify": "yes"})
	first.says("\u2068500\u2069 of \u2068601\u2069 addresses are done.")
	require.Equal(t, "yes", first.form(s.in("import")).Get("notify"))
	second := owner.post(first, s.in("import"), nil)
	second.says("\u2068601\u2069 of \u2068601\u2069 addresses are done. Imported: \u20681\u2069. Not imported: \u2068600\u2069.")
	require.NotContains(t, second.actions(), s.in("import"))
	_, _, err = s.member(last)
	require.NoError(t, err)
}

// A merge is for good, so nobody's organization merges that was founded after the page was
// opened: the page is shown anew first (MRG-3).
func TestImportMergesWhatThePageSaid(t *testing.T) {
	s := newSite(t, console.Options{})
	_, err := s.Staff.SetImportEntitlement(t.Context(), s.acme.Organization, tenancy.ImportEntitlement{On: true, Reference: "ticket/1"})
	require.NoError(t, err)
	other := s.Company("other")
	require.NoError(t, s.As(other.Owner).RemoveUser(t.Context(), other.Organization, other.Member, tenancy.Removal{}))
	s.policy(tenancy.PolicyAutomatic)
	_, err = s.Host.ChangeEmail(t.Context(), other.Member, tenancy.Proven("alone@acme.example"))
	require.NoError(t, err)
	owner, domain := s.as(s.acme.Owner), s.in("import", s.acme.Domain.String())
	page := owner.get(domain)
	page.says("Accounts of their own, if any")
	made, err := s.As(other.Member).CreateAccount(t.Context(), tenancy.OrganizationID{}, tenancy.NewAccount{Name: "Alone"})
	require.NoError(t, err)
	_, err = s.Host.VerifyPhone(t.Context(), made.ID, "+491711234567")
	require.NoError(t, err)
	_, err = s.As(other.Member).CreateOrganization(t.Context(), tenancy.NewOrganization{Name: "Founded since"})
	require.NoError(t, err)
	chosen := map[string]string{"email": "alone@acme.example"}
	for _, changed := range []map[string]string{{"all": "yes"}, chosen} {
		var refused seen
		s.Unchanged(func() { refused = owner.post(page, domain, changed) })
		require.Equal(t, http.StatusConflict, refused.Status)
		refused.says("What this page said has changed since it was opened.")
		refused.says("Organizations that merge into yours: \u20681\u2069")
		refused.wellMade()
	}
	owner.post(owner.get(domain), domain, chosen).says("Organizations that merged: \u20681\u2069")
}
