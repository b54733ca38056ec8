package console_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// reach is how somebody reaches an account, as the host sees it. Its roles are empty if they
// have none.
func (s *site) reach(account tenancy.AccountID, user tenancy.UserID) tenancy.Reach {
	s.Helper()
	for r, err := range s.Host.Access(s.Context(), account, tenancy.ReachQuery{}) {
		require.NoError(s, err)
		if r.User == user {
			return r
		}
	}
	return tenancy.Reach{}
}

// A member's roles are set, once for each form, and the boxes show those that they have (ACC-7).
func TestRolesAreAssignedOnce(t *testing.T) {
	s := newSite(t, console.Options{AccountRoles: []tenancy.AccountRole{"auditor"}})
	admin, members := s.as(s.acme.Administrator), s.in("accounts", s.acme.Account.String(), "members")
	require.Contains(t, admin.get(members+"/new?find=administrator").links(), members+"/"+s.acme.Administrator.String())
	path := members + "/" + s.acme.Member.String()
	page := admin.get(path)
	require.Equal(t, []string{"developer"}, page.form(path + "/roles")["roles"])
	require.Empty(t, page.form(path + "/temporary")["roles"])
	page.says("auditor")
	admin.twice(page, path+"/roles", map[string]string{"roles": "support"}).says("The roles on the account were changed.")
	require.Equal(t, tenancy.Roles(tenancy.Support), s.reach(s.acme.Account, s.acme.Member).Direct)

	// Administrator is given alone (ACC-7), and what was chosen stays chosen.
	values := admin.get(path).form(path + "/roles")
	values["roles"] = []string{"administrator", "developer"}
	refused := admin.send(http.MethodPost, path+"/roles", values.Encode())
	require.Equal(t, tenancy.CodeRoles.Status(), refused.Status)
	refused.says("Administrator is given alone.")
	require.Contains(t, refused.Body, `id="f-roles-roles-problem"`)
	refused.wellMade()
	require.Equal(t, []string{"administrator", "developer"}, refused.form(path + "/roles")["roles"])
	require.Empty(t, refused.form(path + "/temporary")["roles"])
	values["roles"] = nil
	admin.send(http.MethodPost, path+"/roles", values.Encode()).says("Choose at least one role.")
	values["roles"] = []string{"owner"}
	admin.send(http.MethodPost, path+"/roles", values.Encode()).refuses(tenancy.CodeRoles)
	require.Equal(t, tenancy.Roles(tenancy.Support), s.reach(s.acme.Account, s.acme.Member).Direct)
}

// Temporary roles have an end, which is in the future (ACC-11). They leave the others as they
// are.
func TestTemporaryRolesAreAssigned(t *testing.T) {
	s := newSite(t, console.Options{})
	admin, path := s.as(s.acme.Administrator), s.in("accounts", s.acme.Account.String(), "members", s.acme.Member.String())
	end := s.Clock.Now().Add(26 * time.Hour).Truncate(time.Minute)
	in := map[string]string{"roles": "billing_manager", "until": end.Format("2006-01-02T15:04")}
	admin.twice(admin.get(path), path+"/temporary", in).says("Ends:")
	reach := s.reach(s.acme.Account, s.acme.Member)
	require.Equal(t, tenancy.Roles(tenancy.BillingManager), reach.DirectTemporary)
	require.Equal(t, end, reach.DirectUntil)
	// The list says so on a phone too: it does not leave that column out.
	cells := admin.get(s.in("accounts", s.acme.Account.String(), "members")).all(func(n *html.Node) bool {
		return n.Data == "td" && strings.Contains(textIn(n), "Temporary, assigned")
	})
	require.Len(t, cells, 1)
	require.Empty(t, attribute(cells[0], "class"))
	require.Equal(t, tenancy.Roles(tenancy.Developer), reach.Direct)
	form := admin.get(path).form(path + "/temporary")
	require.Equal(t, in["until"], form.Get("until"))
	require.Equal(t, []string{"billing_manager"}, form["roles"])
	for _, until := range []string{"", "nonsense", "2020-01-01T00:00"} {
		refused := admin.post(admin.get(path), path+"/temporary", map[string]string{"roles": "support", "until": until})
		refused.refuses(tenancy.CodeUntil)
		require.Equal(t, "true", attribute(refused.fieldOf(path+"/temporary", "until"), "aria-invalid"))
		require.Equal(t, until, refused.form(path+"/temporary").Get("until"))
	}
}

// Who manages an account's members only until some time gives temporary roles alone, which end
// no later, and none to themself (ACC-11).
func TestTemporaryAdministratorGivesTemporaryRoles(t *testing.T) {
	s := newSite(t, console.Options{})
	end := s.Clock.Now().Add(48 * time.Hour)
	_, err := s.As(s.acme.Owner).AssignRoles(t.Context(), s.acme.Account, s.acme.Guest,
		tenancy.Assignment{Roles: tenancy.Roles(tenancy.AccountAdministrator), Until: &end})
	require.NoError(t, err)
	guest, account := s.as(s.acme.Guest), prefix+"/accounts/"+s.acme.Account.String()
	path := account + "/members/" + s.acme.Member.String()
	page := guest.get(path)
	require.Equal(t, []string{path + "/temporary"}, page.actions())
	page.says("Your own role here is temporary")
	guest.post(page, path+"/temporary", map[string]string{"roles": "support", "until": "2026-02-01T00:00"}).refuses(tenancy.CodeOutlasts)
	guest.submit(guest.get(path), path+"/temporary", map[string]string{"roles": "support", "until": "2026-01-02T00:00"}).
		says("The roles on the account were changed.")
	require.Empty(t, guest.get(account+"/members/"+s.acme.Guest.String()).actions())
	// An invitation offers no roles without an end.
	require.Equal(t, "8h0m0s", guest.get(account+"/invitations").form(account+"/invitations").Get("for"))
}

// Who manages an account's members by a group alone changes no roles of their own (GRP-3).
func TestGroupAdministratorGivesNothingToThemself(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.As(s.acme.Owner)
	made, err := owner.CreateGroup(t.Context(), s.acme.Organization, tenancy.NewGroup{Name: "Leads"})
	require.NoError(t, err)
	_, err = owner.AssignGroupRoles(t.Context(), made.ID, s.acme.Account, tenancy.Roles(tenancy.AccountAdministrator))
	require.NoError(t, err)
	_, err = owner.AddToGroup(t.Context(), made.ID, []tenancy.UserID{s.acme.Member})
	require.NoError(t, err)
	member, members := s.as(s.acme.Member), s.in("accounts", s.acme.Account.String(), "members")
	self := member.get(members + "/" + s.acme.Member.String())
	require.Empty(t, self.actions())
	self.says("By the group")
	other := members + "/" + s.acme.Guest.String()
	member.submit(member.get(other), other+"/roles", map[string]string{"roles": "developer"}).says("The roles on the account were changed.")
	require.Equal(t, http.StatusNotFound, member.send(http.MethodGet, members+"/"+s.acme.Administrator.String(), "").Status)
}

// Roles are taken away on a page of its own, which says what stays (ACC-7). The owner's are not.
func TestRolesAreRevoked(t *testing.T) {
	s := newSite(t, console.Options{})
	admin, members := s.as(s.acme.Administrator), s.in("accounts", s.acme.Account.String(), "members")
	path := members + "/" + s.acme.Member.String()
	require.NotContains(t, admin.get(path).actions(), path+"/removal")
	page := admin.get(path + "/removal")
	page.says("They lose these roles at once")
	admin.twice(page, path+"/removal", nil).says("The roles on the account were taken away.")
	require.True(t, s.reach(s.acme.Account, s.acme.Member).Roles.IsZero())
	require.Equal(t, http.StatusNotFound, admin.send(http.MethodGet, path+"/removal", "").Status)

	owner := admin.get(members + "/" + s.acme.Owner.String())
	require.Empty(t, owner.actions())
	require.NotContains(t, owner.links(), members+"/"+s.acme.Owner.String()+"/removal")
	rival := s.Company("rival")
	none := members + "/" + tenancy.UserID{15: 1}.String()
	admin.alike(http.MethodGet, []string{members + "/" + rival.Owner.String(), members + "/nonsense"}, []string{none, none})
}

// A page about somebody in a long list is found by their place in it.
func TestMemberOfLongList(t *testing.T) {
	s := newSite(t, console.Options{})
	s.Clock.Tick(time.Millisecond)
	owner := s.As(s.acme.Owner)
	for range 60 {
		made, err := owner.CreateServiceAccount(t.Context(), s.acme.Organization, tenancy.NewServiceAccount{Name: "Robot", Role: tenancy.StandardUser})
		require.NoError(t, err)
		_, err = owner.AssignRoles(t.Context(), s.acme.Account, made.ID, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
	}
	admin, path := s.as(s.acme.Administrator), s.in("accounts", s.acme.Account.String(), "members")
	found := 0
	for next := path; next != ""; {
		page := admin.get(next)
		next = ""
		for _, link := range page.links() {
			if len(link) > len(path) && link[:len(path)+3] == path+"/US" {
				found++
				require.LessOrEqual(t, admin.get(link).Reads, mostReads)
			}
		}
		for _, a := range page.named("a") {
			if attribute(a, "rel") == "next" {
				next = attribute(a, "href")
			}
		}
	}
	require.Equal(t, 63, found, "the owner, the member, the guest, and the service accounts")
}

// Somebody is invited to an account with roles that last a time, and the mail goes through the
// host (ACC-7, ACC-11). What could not be mailed is said.
func TestInvitationToAccountIsSentOnce(t *testing.T) {
	s := newSite(t, console.Options{})
	owner, path := s.as(s.acme.Owner), s.in("accounts", s.acme.Account.String(), "invitations")
	page := owner.get(path)
	in := map[string]string{"email": "new@elsewhere.example", "roles": "developer", "for": "24h0m0s"}
	owner.twice(page, path, in).says("The invitation was sent.")
	require.Len(t, s.sent, 1)
	require.Equal(t, tenancy.Roles(tenancy.Developer), s.sent[0].Roles)
	require.Equal(t, tenancy.Duration(24*time.Hour), s.sent[0].RolesFor)
	require.NotContains(t, owner.get(path).Body, s.sent[0].Secret.Reveal())

	for field, c := range map[string]struct {
		code tenancy.Code
		in   map[string]string
	}{
		"email": {tenancy.CodeInvitationPending, in},
		"roles": {tenancy.CodeRoles, map[string]string{"email": "x@elsewhere.example", "roles": "owner", "for": "0s"}},
		"for":   {tenancy.CodeUntil, map[string]string{"email": "x@elsewhere.example", "roles": "support", "for": "-5h"}},
	} {
		refused := owner.post(owner.get(path), path, c.in)
		refused.refuses(c.code)
		refused.wellMade()
		require.Contains(t, refused.Body, `id="f-invitations-`+field+`-problem"`)
		require.Equal(t, c.in["email"], attribute(refused.fieldOf(path, "email"), "value"))
	}
	require.Len(t, s.sent, 1)
	none := owner.post(owner.get(path), path, map[string]string{"email": "x@elsewhere.example"})
	none.says("Choose at least one role.")
	require.Contains(t, none.Body, `id="f-invitations-roles-problem"`)

	s.mailFails = errors.New("no mail today")
	owner.submit(owner.get(path), path, map[string]string{"email": "unlucky@elsewhere.example", "roles": "support"}).
		says("The invitation was made, but could not be sent.")
}

// Somebody who gives themself less sees the account afterwards, and not the list of who has
// access, which may be refused to them now.
func TestWhoGivesThemselfLessSeesTheAccount(t *testing.T) {
	s := newSite(t, console.Options{})
	account := s.Found("outsider")
	sent, err := s.As(account.User.ID).InviteToAccount(t.Context(), account.Account.ID,
		tenancy.NewAccountInvitation{Email: tenancytest.Address("acme-guest"), Roles: tenancy.Roles(tenancy.AccountAdministrator)})
	require.NoError(t, err)
	_, err = s.As(s.acme.Guest).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: sent.Secret})
	require.NoError(t, err)
	guest, path := s.as(s.acme.Guest), prefix+"/accounts/"+account.Account.ID.String()
	own := path + "/members/" + s.acme.Guest.String()
	guest.submit(guest.get(own), own+"/roles", map[string]string{"roles": "support"}).says("The roles on the account were changed.")
	require.Equal(t, http.StatusForbidden, guest.send(http.MethodGet, path+"/members", "").Status)
}

// An invitation is sent again or revoked where it belongs, and nowhere else (USR-10).
func TestInvitationToAccountIsResentAndRevoked(t *testing.T) {
	s := newSite(t, console.Options{})
	a := s.withAccounts()
	owner, path := s.as(s.acme.Owner), s.in("accounts", s.acme.Account.String(), "invitations")
	page := owner.get(path)
	page.says("invited@elsewhere.example")
	owner.twice(page, path+"/"+a.invited[0].String()+"/resending", nil).says("The invitation was sent.")
	require.Len(t, s.sent, 1)
	require.NotEqual(t, a.invited[0], s.sent[0].ID)
	owner.twice(page, path+"/"+a.invited[1].String()+"/revocation", nil).says("The invitation was revoked.")
	require.NotContains(t, owner.get(path).text(), "another@elsewhere.example")
	owner.get(path + "?state=revoked").says("another@elsewhere.example")

	// One that has expired is sent again, and there is nothing to revoke.
	s.Clock.Advance(10 * 24 * time.Hour)
	expired := owner.get(path + "?state=expired").actions()
	require.Contains(t, expired, path+"/"+s.sent[0].ID.String()+"/resending")
	require.NotContains(t, expired, path+"/"+s.sent[0].ID.String()+"/revocation")

	// Of another account of the same Owner's, and of another customer's.
	mine, err := s.As(s.acme.Owner).InviteToAccount(t.Context(), a.hostile, tenancy.NewAccountInvitation{
		Email: "third@elsewhere.example", Roles: tenancy.Roles(tenancy.Support)})
	require.NoError(t, err)
	rival := s.Company("rival")
	theirs, err := s.As(rival.Owner).InviteToAccount(t.Context(), rival.Account, tenancy.NewAccountInvitation{
		Email: "third@elsewhere.example", Roles: tenancy.Roles(tenancy.Support)})
	require.NoError(t, err)
	made := tenancy.InvitationID{15: 1}.String()
	for _, action := range []string{"resending", "revocation"} {
		none := path + "/" + made + "/" + action
		s.Unchanged(func() {
			owner.alike(http.MethodPost, []string{path + "/" + mine.ID.String() + "/" + action, path + "/" + theirs.ID.String() + "/" + action},
				[]string{none, none})
		})
	}
	require.NoError(t, s.As(s.acme.Owner).RevokeInvitation(t.Context(), mine.ID)) // which nobody sends again
	none := path + "/" + made + "/resending"
	owner.alike(http.MethodPost, []string{path + "/" + mine.ID.String() + "/resending"}, []string{none})
	require.Equal(t, http.StatusForbidden, s.as(s.acme.Member).send(http.MethodGet, path, "").Status)
}
