package console_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// An account is renamed, suspended and reactivated, once for each form (ACC-5).
func TestAccountIsChangedOnce(t *testing.T) {
	s := newSite(t, console.Options{})
	admin, path := s.as(s.acme.Administrator), s.in("accounts", s.acme.Account.String())
	page := admin.get(path)
	admin.twice(page, path+"/name", map[string]string{"name": hostileName}).says("The account was renamed.")
	require.Equal(t, hostileName, s.accountNow(s.acme.Account).Name.Reveal())
	refused := admin.post(admin.get(path), path+"/name", map[string]string{"name": "\x01"})
	refused.refuses(tenancy.CodeName)
	refused.wellMade()
	require.Equal(t, "true", attribute(refused.fieldOf(path+"/name", "name"), "aria-invalid"))

	require.NotContains(t, page.actions(), path+"/reactivation")
	admin.twice(page, path+"/suspension", nil).says("Your own people have suspended this account.")
	require.Equal(t, tenancy.StateSuspended, s.accountNow(s.acme.Account).State)
	page = admin.get(path)
	require.NotContains(t, page.actions(), path+"/suspension")
	admin.twice(page, path+"/reactivation", nil).says("The account was reactivated")
	require.Equal(t, tenancy.StateActive, s.accountNow(s.acme.Account).State)
}

// By whom an account is suspended is said, and only what the customer set can be lifted here.
func TestSuspensionsAreToldApart(t *testing.T) {
	s := newSite(t, console.Options{})
	a := s.withAccounts()
	_, err := s.Staff.SuspendAccount(t.Context(), s.acme.Account)
	require.NoError(t, err)
	owner := s.as(s.acme.Owner)
	page := owner.get(s.in("accounts", s.acme.Account.String()))
	page.says("The platform has suspended this account.")
	require.NotContains(t, page.text(), "Your own people")
	require.NotContains(t, page.actions(), s.in("accounts", s.acme.Account.String(), "reactivation"))

	below := owner.get(s.in("accounts", a.belowSuspended.String()))
	below.says("The main account is suspended")
	for _, action := range []string{"suspension", "reactivation"} {
		require.NotContains(t, below.actions(), s.in("accounts", a.belowSuspended.String(), action))
	}
	require.NotContains(t, below.links(), s.in("accounts", a.belowSuspended.String(), "closing"))

	closed := owner.get(s.in("accounts", a.closed.String()))
	closed.says("This account was closed for good")
	require.Empty(t, closed.actions())
	owner.get(s.in("accounts", a.suspended.String(), "subaccounts")).says("Reactivate it first.")
}

// An account is designated and undesignated (HIP-3), which is offered only with the agreement.
func TestAccountIsDesignated(t *testing.T) {
	s := newSite(t, console.Options{})
	admin, path := s.as(s.acme.Administrator), s.in("accounts", s.acme.Account.String())
	require.NotContains(t, admin.get(path).actions(), path+"/designation")
	_, err := s.Staff.SetHIPAAEntitlement(t.Context(), s.acme.Organization, tenancy.HIPAAEntitlement{
		On: true, Reference: "baa-1", Executed: s.Clock.Now()})
	require.NoError(t, err)
	admin.twice(admin.get(path), path+"/designation", nil).says("Designated since:")
	require.False(t, s.accountNow(s.acme.Account).HIPAA.IsZero())
	// The designation ends on a page that says what that means. The account and the report
	// lead to it.
	end := path + "/undesignation"
	for _, at := range []string{path, s.in("hipaa")} {
		page := admin.get(at)
		require.NotContains(t, page.actions(), end)
		require.Contains(t, page.links(), end)
	}
	page := admin.get(end)
	page.wellMade()
	page.says("take protected health information out first")
	admin.twice(page, end, nil).says("Not designated")
	require.Equal(t, http.StatusNotFound, admin.send(http.MethodGet, end, "").Status)
	require.True(t, s.accountNow(s.acme.Account).HIPAA.IsZero())

	hidden := newSite(t, console.Options{Hide: []console.Part{console.PartHIPAA}})
	require.NotContains(t, hidden.as(hidden.acme.Owner).get(hidden.in("accounts", hidden.acme.Account.String())).text(), "HIPAA")
}

// Subaccounts are listed and created (ACC-2).
func TestSubaccountIsCreatedOnce(t *testing.T) {
	s := newSite(t, console.Options{})
	owner, path := s.as(s.acme.Owner), s.in("accounts", s.acme.Account.String(), "subaccounts")
	owner.twice(owner.get(path), path, map[string]string{"name": "Europe"}).says("The subaccount was created.")
	require.Equal(t, 1, *s.accountNow(s.acme.Account).Subaccounts)
	owner.get(path).says("Europe")
	refused := owner.post(owner.get(path), path, map[string]string{"name": ""})
	refused.refuses(tenancy.CodeName)
	require.Equal(t, "true", attribute(refused.fieldOf(path, "name"), "aria-invalid"))
}

// Who has a role on an account and is no member reaches its page outside of any organization,
// and is offered what that role permits (ROLE-6).
func TestAccountOutsideOrganization(t *testing.T) {
	s := newSite(t, console.Options{})
	path := prefix + "/accounts/" + s.acme.Account.String()
	guest := s.as(s.acme.Guest)
	page := guest.get(path)
	page.says("Assigned on this account:")
	require.Empty(t, page.actions())
	require.NotContains(t, page.text(), "Access", "a tab that the guest may not see")
	require.Equal(t, http.StatusForbidden, guest.send(http.MethodGet, path+"/members", "").Status)
	require.Equal(t, http.StatusForbidden, guest.send(http.MethodGet, path+"/invitations", "").Status)

	_, err := s.As(s.acme.Owner).AssignRoles(t.Context(), s.acme.Account, s.acme.Guest,
		tenancy.Assignment{Roles: tenancy.Roles(tenancy.AccountAdministrator)})
	require.NoError(t, err)
	page = guest.get(path)
	guest.twice(page, path+"/name", map[string]string{"name": "By the guest"}).says("The account was renamed.")
	require.Equal(t, "By the guest", s.accountNow(s.acme.Account).Name.Reveal())
	require.NotContains(t, guest.get(path+"/members").links(), path+"/members/new", "a guest names nobody but those with a role")
	require.NotContains(t, page.links(), path+"/closing")

	// A member gets the page within the organization.
	require.Contains(t, s.as(s.acme.Member).get(path).links(), s.in())
}

// An account of a person's own, which no organization manages, has its page too.
func TestAccountOfNoOrganization(t *testing.T) {
	s := newSite(t, console.Options{})
	joined := s.Found("solo")
	require.NoError(t, s.As(joined.User.ID).DeleteOrganization(t.Context(), joined.Organization.ID, tenancy.OrganizationDeletion{}))
	solo, path := s.as(joined.User.ID), prefix+"/accounts/"+joined.Account.ID.String()
	page := solo.get(path)
	page.says("An account outside of any organization.")
	page.wellMade()
	require.NotContains(t, page.links(), path+"/transfer")
	require.Contains(t, solo.get(prefix+"/").links(), prefix+"/accounts/new")
	second := solo.twice(solo.get(prefix+"/accounts/new"), prefix+"/accounts/new", map[string]string{"name": "Second"})
	second.says("The account was created.")
	refused := solo.post(solo.get(prefix+"/accounts/new"), prefix+"/accounts/new", map[string]string{"name": ""})
	refused.refuses(tenancy.CodeName)
	require.Equal(t, http.StatusNotFound, s.as(s.acme.Member).send(http.MethodGet, prefix+"/accounts/new", "").Status)
	solo.twice(solo.get(path+"/closing"), path+"/closing", nil).says("The account was closed.")
	require.Equal(t, tenancy.StateClosed, s.accountNow(joined.Account.ID).State)
}

// In a suspended organization an account is shown, and nothing is offered but what only takes
// away (ORG-15).
func TestAccountOfSuspendedOrganization(t *testing.T) {
	s := newSite(t, console.Options{})
	_, err := s.Staff.SuspendOrganization(t.Context(), s.acme.Organization, "bill-1")
	require.NoError(t, err)
	owner, path := s.as(s.acme.Owner), s.in("accounts", s.acme.Account.String())
	page := owner.get(path)
	require.Equal(t, []string{path + "/suspension"}, page.actions())
	require.NotContains(t, page.links(), path+"/transfer")
	member := path + "/members/" + s.acme.Member.String()
	require.Empty(t, owner.get(member).actions())
	owner.twice(owner.get(member+"/removal"), member+"/removal", nil).says("The roles on the account were taken away.")
}

// An account is closed with its subaccounts, on a page of its own that says so (ACC-5).
func TestAccountIsClosed(t *testing.T) {
	s := newSite(t, console.Options{})
	a := s.withAccounts()
	owner, path := s.as(s.acme.Owner), s.in("accounts", a.hostile.String())
	require.NotContains(t, owner.get(path).actions(), path+"/closing")
	page := owner.get(path + "/closing")
	page.says("Its subaccount is closed with it.")
	owner.twice(page, path+"/closing", nil).says("The account was closed.")
	require.Equal(t, tenancy.StateClosed, s.accountNow(a.hostile).State)
	require.Equal(t, tenancy.StateClosed, s.accountNow(a.below).State)
	require.Equal(t, http.StatusNotFound, owner.send(http.MethodGet, path+"/closing", "").Status)
	require.Equal(t, http.StatusNotFound, s.as(s.acme.Member).send(http.MethodGet, s.in("accounts", s.acme.Account.String(), "closing"), "").Status)
}

// An account gets another owner, who was looked for and is named before it is done (ACC-6).
func TestAccountIsTransferred(t *testing.T) {
	s := newSite(t, console.Options{})
	owner, path := s.as(s.acme.Owner), s.in("accounts", s.acme.Account.String(), "transfer")
	to := path + "?to=" + s.acme.Member.String()
	require.Contains(t, owner.get(path+"?find=member").links(), to)
	page := owner.get(to)
	page.says("You stay as Administrator of the account.")
	owner.twice(page, path, nil).says("The account has a new owner.")
	require.Equal(t, s.acme.Member, s.accountNow(s.acme.Account).Owner)

	// The new owner does not manage the organization: they choose among who has a role there.
	member := s.as(s.acme.Member)
	choice := member.get(path)
	require.Contains(t, choice.links(), path+"?to="+s.acme.Owner.String())
	require.NotContains(t, choice.links(), path+"?to="+s.acme.Member.String())
	guest := member.get(path + "?to=" + s.acme.Guest.String())
	member.post(guest, path, nil).refuses(tenancy.CodeNotMember)
	member.submit(member.get(path+"?to="+s.acme.Owner.String()), path, nil).says("The account has a new owner.")
	require.Equal(t, s.acme.Owner, s.accountNow(s.acme.Account).Owner)

	rival := s.Company("rival")
	elsewhere := s.Join(s.acme.Owner, s.second(), "Elsewhere", "elsewhere@elsewhere.example", tenancy.StandardUser)
	none := path + "?to=" + tenancy.UserID{15: 1}.String()
	owner.alike(http.MethodGet, []string{path + "?to=" + rival.Owner.String(), path + "?to=nonsense", path + "?to=" + elsewhere.String()},
		[]string{none, none, none})
	require.Equal(t, http.StatusNotFound, s.as(s.acme.Guest).send(http.MethodGet, path, "").Status)
}

// The Owner moves an account of theirs to another organization of theirs (ORG-6).
func TestAccountIsMoved(t *testing.T) {
	s := newSite(t, console.Options{})
	owner, path := s.as(s.acme.Owner), s.in("accounts", s.acme.Account.String())
	require.NotContains(t, owner.get(path).links(), path+"/move", "there is no other organization yet")
	require.Equal(t, http.StatusNotFound, owner.send(http.MethodGet, path+"/move", "").Status)
	second := s.second()
	require.Contains(t, owner.get(path).links(), path+"/move")
	require.NotContains(t, s.as(s.acme.Administrator).get(path).links(), path+"/move")
	page := owner.get(path + "/move")
	refused := owner.post(page, path+"/move", map[string]string{"to": s.acme.Organization.String()})
	refused.refuses(tenancy.CodeSameOrganization)
	owner.twice(owner.get(path+"/move"), path+"/move", map[string]string{"to": second.String()}).says("The account was moved to this organization.")
	require.Equal(t, second, *s.accountNow(s.acme.Account).Organization)
}

// Temporary roles show their end, and the reader's own can be given up (ACC-8, ACC-11).
func TestRolesAreRelinquished(t *testing.T) {
	s := newSite(t, console.Options{})
	until := s.Clock.Now().Add(time.Hour)
	_, err := s.As(s.acme.Owner).AssignRoles(t.Context(), s.acme.Account, s.acme.Member,
		tenancy.Assignment{Roles: tenancy.Roles(tenancy.BillingManager), Until: &until})
	require.NoError(t, err)
	member, path := s.as(s.acme.Member), s.in("accounts", s.acme.Account.String())
	member.get(path).says("Temporary, assigned on this account: ")
	page := member.get(path + "/relinquishment")
	page.says("Developer, Billing Manager")
	member.twice(page, path+"/relinquishment", nil).says("You have given up your roles on the account.")
	require.Equal(t, http.StatusNotFound, member.send(http.MethodGet, path, "").Status)
	require.Equal(t, http.StatusNotFound, s.as(s.acme.Owner).send(http.MethodGet, path+"/relinquishment", "").Status)

	guest, outside := s.as(s.acme.Guest), prefix+"/accounts/"+s.acme.Account.String()+"/relinquishment"
	guest.twice(guest.get(outside), outside, nil).says("You have given up your roles on the account.")
}
