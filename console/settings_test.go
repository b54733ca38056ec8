package console_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// The Owner and Administrators rename the organization, once for each form (ORG-7, GEN-13).
func TestOrganizationIsRenamedOnce(t *testing.T) {
	s := newSite(t, console.Options{})
	admin := s.as(s.acme.Administrator)
	page, action := admin.get(s.in("settings")), s.in("settings", "name")
	admin.submit(page, action, map[string]string{"name": "Acme & Söhne"}).says("The organization has a new name.")
	require.Equal(t, "Acme & Söhne", s.name())
	_, err := s.As(s.acme.Owner).RenameOrganization(t.Context(), s.acme.Organization, "Later")
	require.NoError(t, err)
	require.Equal(t, http.StatusSeeOther, admin.post(page, action, map[string]string{"name": "Acme & Söhne"}).Status)
	require.Equal(t, "Later", s.name())

	refused := admin.post(admin.get(s.in("settings")), action, map[string]string{"name": " "})
	refused.refuses(tenancy.CodeName)
	refused.wellMade()
	require.Equal(t, "true", attribute(refused.fieldOf(action, "name"), "aria-invalid"))
}

// name is the organization's name now.
func (s *site) name() string {
	org, err := s.Host.Organization(s.Context(), s.acme.Organization)
	require.NoError(s, err)
	return org.Name.Reveal()
}

// Whom the organization invites is set to what was chosen (USR-5), and back.
func TestInvitationPolicyIsSet(t *testing.T) {
	s := newSite(t, console.Options{})
	owner, action := s.as(s.acme.Owner), s.in("settings", "invitations")
	for value, policy := range map[string]tenancy.InvitationPolicy{
		"live_domains": tenancy.InviteLiveDomains, "anybody": tenancy.InviteAnybody,
	} {
		owner.submit(owner.get(s.in("settings")), action, map[string]string{"policy": value}).says("Whom the organization invites was changed.")
		org, err := s.Host.Organization(t.Context(), s.acme.Organization)
		require.NoError(t, err)
		require.Equal(t, policy, org.Settings.InvitationPolicy)
		require.Equal(t, value, owner.get(s.in("settings")).form(action).Get("policy"))
	}
	owner.post(owner.get(s.in("settings")), action, map[string]string{"policy": "emperor"}).refuses(tenancy.CodePolicy)
	none := owner.post(owner.get(s.in("settings")), action, map[string]string{"policy": ""})
	require.Equal(t, http.StatusBadRequest, none.Status)
	none.says("Choose one of these.")
}

// A Standard User sees the name and the ID, and nothing that could be changed (GEN-5).
func TestMemberSeesNoSettings(t *testing.T) {
	s := newSite(t, console.Options{})
	member := s.as(s.acme.Member)
	page := member.get(s.in("settings"))
	page.says(s.acme.Organization.String())
	require.Empty(t, page.actions())
	require.NotContains(t, page.text(), "Entitlements")
	refused := member.send(http.MethodPost, s.in("settings", "name"), member.blank()+"&name=Other")
	refused.refuses(tenancy.CodeNotAllowed)
}

// The limits are the organization's own, else the host's, with what is used (GEN-12).
func TestLimitsAreShown(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.as(s.acme.Owner)
	require.NotContains(t, owner.get(s.in("settings")).text(), "Limit")
	s.mount(console.Options{Limits: &tenancy.Limits{Members: 70}})
	owner.get(s.in("settings")).says("3 70")
	_, err := s.Staff.SetLimits(t.Context(), s.acme.Organization, &tenancy.Limits{Members: 3, Keys: 5})
	require.NoError(t, err)
	page := owner.get(s.in("settings"))
	page.says("3 Full 3")
	page.says("Keys of a service account Not counted 5")
}

// The Owner deletes the organization after typing its name; once (ORG-10, GEN-13).
func TestOrganizationIsDeleted(t *testing.T) {
	s := newSite(t, console.Options{})
	owner, action := s.as(s.acme.Owner), s.in("deletion")
	page := owner.get(s.in("deletion"))
	wrong := owner.post(page, action, map[string]string{"name": "acme"})
	require.Equal(t, http.StatusBadRequest, wrong.Status)
	wrong.says("This is not the name of the organization.")
	require.Equal(t, "acme", attribute(wrong.fieldOf(action, "name"), "value"))

	owner.submit(page, action, map[string]string{"name": s.name()}).says("The organization was deleted.")
	org, err := s.Host.Organization(t.Context(), s.acme.Organization)
	require.NoError(t, err)
	require.Equal(t, tenancy.StateDeleted, org.State)
	_, err = s.Staff.RestoreOrganization(t.Context(), s.acme.Organization)
	require.NoError(t, err)
	require.Equal(t, http.StatusSeeOther, owner.post(page, action, map[string]string{"name": s.name()}).Status)
	org, err = s.Host.Organization(t.Context(), s.acme.Organization)
	require.NoError(t, err)
	require.Equal(t, tenancy.StateActive, org.State)
}

// A second click while the organization is gone leads to the first page too.
func TestOrganizationIsDeletedBySecondClick(t *testing.T) {
	s := newSite(t, console.Options{})
	owner, action := s.as(s.acme.Owner), s.in("deletion")
	page, name := owner.get(s.in("deletion")), map[string]string{"name": s.name()}
	owner.submit(page, action, name)
	owner.submit(page, action, name).says("This form was sent before.")
}

// What stands against a deletion is said before there is a button: a designated account
// (ORG-10, HIP-7).
func TestDeletionSaysWhatStandsAgainstIt(t *testing.T) {
	s := newSite(t, console.Options{})
	_, err := s.Staff.SetHIPAAEntitlement(t.Context(), s.acme.Organization,
		tenancy.HIPAAEntitlement{On: true, Reference: "baa-1", Executed: tenancytestStart})
	require.NoError(t, err)
	_, err = s.As(s.acme.Owner).EnableHIPAA(t.Context(), s.acme.Account)
	require.NoError(t, err)
	page := s.as(s.acme.Owner).get(s.in("deletion"))
	page.says(tenancy.CodeHIPAADesignated.Sentence())
	require.Empty(t, page.actions())
	require.Contains(t, page.links(), s.in("accounts", s.acme.Account.String()))
	require.Contains(t, page.links(), s.in("hipaa"))
}

// An Owner of other organizations says which of them gets the accounts (ORG-10).
func TestDeletionPassesAccountsToAnotherOrganization(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.as(s.acme.Owner)
	second := s.second()
	page := owner.get(s.in("deletion"))
	require.Equal(t, second.String(), page.form(s.in("deletion")).Get("accounts_to"))
	owner.submit(page, s.in("deletion"), map[string]string{"name": s.name()}).says("The organization was deleted.")
	account, err := s.Host.Account(t.Context(), s.acme.Account)
	require.NoError(t, err)
	require.Equal(t, second, *account.Organization)
}

// Only the Owner deletes (ROLE-8), and another customer's organization is answered as one
// that is made up.
func TestOnlyTheOwnerDeletes(t *testing.T) {
	s := newSite(t, console.Options{})
	other := s.Company("other")
	for _, path := range []string{"settings", "deletion"} {
		theirs := s.as(s.acme.Owner).send(http.MethodGet, prefix+"/organizations/"+other.Organization.String()+"/"+path, "")
		none := s.as(s.acme.Owner).send(http.MethodGet, prefix+"/organizations/"+madeUp+"/"+path, "")
		require.Equal(t, http.StatusNotFound, theirs.Status)
		require.Equal(t, none.Body, theirs.Body)
	}
	s.as(s.acme.Administrator).send(http.MethodGet, s.in("deletion"), "").refuses(tenancy.CodeNotAllowed)
	s.mount(console.Options{Hide: []console.Part{console.PartDelete}})
	require.Equal(t, http.StatusNotFound, s.as(s.acme.Owner).send(http.MethodGet, s.in("deletion"), "").Status)
	require.NotContains(t, s.as(s.acme.Owner).get(s.in("settings")).links(), s.in("deletion"))
}
