package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// withUsers gives acme people of every kind: members with hostile names, one of whom owns
// accounts, somebody invited, somebody who asked, and somebody who can be imported.
func (s *site) withUsers() {
	members := s.withPeople()
	owner := s.As(s.acme.Owner)
	s.own(members[0], 3)
	_, err := owner.DeactivateUser(s.Context(), members[1])
	require.NoError(s, err)
	_, err = owner.InviteUser(s.Context(), s.acme.Organization, tenancy.NewInvitation{Email: "invited@elsewhere.example"})
	require.NoError(s, err)
	domains, _, err := tenancy.Collect(owner.Domains(s.Context(), s.acme.Organization, tenancy.DomainQuery{}), 1)
	require.NoError(s, err)
	s.importable(`Zoë "<b>"`, "zoe.importable@acme.example")
	_, err = s.Host.RequestInvitation(s.Context(), tenancy.Proven("asks@"+domains[0].Name))
	require.NoError(s, err)
}

// own gives a member accounts of their own in acme.
func (s *site) own(user tenancy.UserID, count int) (accounts []tenancy.AccountID) {
	for i := range count {
		made, err := s.As(s.acme.Owner).CreateAccount(s.Context(), s.acme.Organization,
			tenancy.NewAccount{Name: "Owned " + strings.Repeat("x", i%20), Owner: user})
		require.NoError(s, err)
		accounts = append(accounts, made.ID)
	}
	return accounts
}

// importable makes a user who can be imported: they change to an address on the domain.
func (s *site) importable(name, email string) tenancy.UserID {
	signed, err := s.Host.SignUp(s.Context(), tenancy.NewSignUp{
		Email: tenancy.Proven(tenancytest.Address("outside-" + strings.ToLower(email[:3]))), Name: name})
	require.NoError(s, err)
	s.policy(tenancy.PolicyAutomatic)
	_, err = s.Host.ChangeEmail(s.Context(), signed.User.ID, tenancy.Proven(email))
	require.NoError(s, err)
	s.policy(tenancy.PolicyInvitationOnly)
	return signed.User.ID
}

// member reads a membership of acme.
func (s *site) member(user tenancy.UserID) (tenancy.User, tenancy.Membership, error) {
	return s.Host.Member(s.Context(), s.acme.Organization, user)
}

// What happens to a member is done once, and can be read back (USR-13, GEN-15, SSO-3).
func TestMemberIsChanged(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.as(s.acme.Owner)
	path := s.in("users", s.acme.Member.String())
	owner.submit(owner.get(path), path+"/name", map[string]string{"name": hostile[0]}).says("The name was changed.")
	page := owner.get(path)
	page.says(hostile[0])
	page.wellMade()
	refused := owner.post(page, path+"/name", map[string]string{"name": " "})
	refused.refuses(tenancy.CodeName)
	owner.submit(page, path+"/exemption", nil).says("not required of this user any more")
	_, member, err := s.member(s.acme.Member)
	require.NoError(t, err)
	require.Equal(t, tenancy.SSOExempt, member.SSO)

	owner.submit(page, path+"/deactivation", nil).says("The organization deactivated them.")
	user, _, err := s.member(s.acme.Member)
	require.NoError(t, err)
	require.Equal(t, tenancy.StateInactive, user.State)
	back := owner.get(path)
	owner.submit(back, path+"/reactivation", nil).says("The user was reactivated.")
	owner.submit(owner.get(path), path+"/deactivation", nil)
	require.Equal(t, http.StatusSeeOther, owner.post(back, path+"/reactivation", nil).Status) // a second click
	user, _, err = s.member(s.acme.Member)
	require.NoError(t, err)
	require.Equal(t, tenancy.StateInactive, user.State)

	// What the platform holds, the organization does not lift, and the page does not say so.
	_, err = s.Staff.DeactivateUser(t.Context(), s.acme.Member)
	require.NoError(t, err)
	owner.submit(owner.get(path), path+"/reactivation", nil).says("They stay deactivated")
	require.NotContains(t, owner.get(path).actions(), path+"/reactivation")
}

// Nothing is offered that would surely be refused: of the Owner, of oneself, to a Standard
// User (ROLE-5, ROLE-8).
func TestPersonIsOfferedNothingInVain(t *testing.T) {
	s := newSite(t, console.Options{})
	administrator := s.as(s.acme.Administrator)
	require.Empty(t, administrator.get(s.in("users", s.acme.Owner.String())).actions())
	own := s.in("users", s.acme.Administrator.String())
	require.Equal(t, []string{own + "/name"}, administrator.get(own).actions())
	require.Contains(t, administrator.get(own).links(), s.in("leave"))
	require.NotContains(t, s.as(s.acme.Owner).get(s.in("users", s.acme.Owner.String())).links(), s.in("leave"))

	member := s.as(s.acme.Member)
	own = s.in("users", s.acme.Member.String())
	member.submit(member.get(own), own+"/name", map[string]string{"name": "Mine"}).says("Mine")
	for _, path := range []string{s.in("users"), s.in("users", s.acme.Owner.String()), s.in("invite"), s.in("import"), s.in("users", s.acme.Owner.String(), "removal")} {
		require.Equal(t, http.StatusForbidden, member.send(http.MethodGet, path, "").Status, path)
	}
	for _, end := range []string{"removal", "deletion"} {
		require.Equal(t, tenancy.CodeTheOwner.Status(), administrator.send(http.MethodGet, s.in("users", s.acme.Owner.String(), end), "").Status)
	}
}

// A person of another organization is not found, though the reader owns that too, and answers
// what a made-up one does (GEN-5). Neither is a service account a person.
func TestPersonBelongsToTheOrganization(t *testing.T) {
	s := newSite(t, console.Options{})
	second := s.second()
	elsewhere := s.Join(s.acme.Owner, second, "Elsewhere", "else@elsewhere.example", tenancy.StandardUser)
	robot, err := s.As(s.acme.Owner).CreateServiceAccount(t.Context(), s.acme.Organization, tenancy.NewServiceAccount{Name: "Robot"})
	require.NoError(t, err)
	foreign := s.Company("foreign").Member
	owner := s.as(s.acme.Owner)
	form := owner.get(s.in("users", s.acme.Member.String())).form(s.in("users", s.acme.Member.String()) + "/deactivation").Encode()
	for _, user := range []tenancy.UserID{elsewhere, foreign, robot.ID} {
		at := s.in("users", user.String())
		for _, page := range []string{"", "/removal", "/deletion"} {
			if user == robot.ID && page == "" {
				require.Equal(t, s.in("service-accounts", robot.ID.String()), owner.send(http.MethodGet, at, "").Header.Get("Location"))
				continue
			}
			made := owner.send(http.MethodGet, s.in("users", tenancy.UserID{15: 1}.String())+page, "")
			answer := owner.send(http.MethodGet, at+page, "")
			require.Equal(t, http.StatusNotFound, answer.Status, page)
			require.Equal(t, made.Body, answer.Body)
		}
		for _, action := range []string{"/deactivation", "/reactivation", "/name", "/role", "/exemption", "/removal", "/deletion"} {
			answer := owner.send(http.MethodPost, at+action, form)
			require.Equal(t, http.StatusNotFound, answer.Status, action)
		}
	}
	user, _, err := s.Host.User(t.Context(), elsewhere)
	require.NoError(t, err)
	require.Equal(t, tenancy.StateActive, user.State)
}

// A member who owns nothing is removed with one button, and a second click is done (USR-11).
func TestMemberIsRemoved(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.as(s.acme.Administrator)
	path := s.in("users", s.acme.Member.String(), "removal")
	page := owner.get(path)
	page.wellMade()
	owner.submit(page, path, nil).says("The user was removed from the organization.")
	_, _, err := s.member(s.acme.Member)
	require.ErrorIs(t, err, tenancy.CodeNotFound)
	again := owner.post(page, path, nil)
	require.Equal(t, http.StatusSeeOther, again.Status)
}

// Every account of a member who is removed needs an heir: one for all, or one for each; the
// Owner alone lets accounts leave (USR-11).
func TestAccountsGetHeirs(t *testing.T) {
	s := newSite(t, console.Options{})
	accounts := s.own(s.acme.Member, 300)
	sub, err := s.As(s.acme.Owner).CreateSubaccount(t.Context(), accounts[0], tenancy.NewSubaccount{Name: "Sub"})
	require.NoError(t, err)
	owner := s.as(s.acme.Owner)
	path := s.in("users", s.acme.Member.String(), "removal")
	page := owner.get(path)
	page.says("Accounts that they own: \u2068300\u2069")
	require.NotContains(t, page.actions(), path) // nobody gets them yet
	choice := path + "?heir=" + s.acme.Administrator.String()
	require.Contains(t, page.links(), choice)
	require.NotContains(t, page.links(), path+"?heir="+s.acme.Member.String())
	one := owner.get(choice)
	one.wellMade()
	one.says("All of their accounts pass to")
	require.LessOrEqual(t, one.Reads, mostReads)

	// Two heirs, and one account leaves with its owner.
	both := owner.get(choice + "&heir=" + s.acme.Owner.String() + "&heir=release")
	both.wellMade()
	owner.submit(both, path, map[string]string{accounts[1].String(): s.acme.Owner.String(), accounts[2].String(): "release"}).
		says("The user was removed from the organization.")
	for i, want := range map[int]tenancy.UserID{0: s.acme.Administrator, 1: s.acme.Owner, 2: s.acme.Member, 299: s.acme.Administrator} {
		account, err := s.Host.Account(t.Context(), accounts[i])
		require.NoError(t, err)
		require.Equal(t, want, account.Owner, i)
		require.Equal(t, i == 2, account.Organization.IsZero())
	}
	account, err := s.Host.Account(t.Context(), sub.ID)
	require.NoError(t, err)
	require.Equal(t, s.acme.Administrator, account.Owner)
}

// An Administrator lets no account leave, and is not offered it. A member is deleted for good
// with an heir, after which the name is gone (USR-14).
func TestMemberIsDeleted(t *testing.T) {
	s := newSite(t, console.Options{})
	accounts := s.own(s.acme.Member, 2)
	administrator := s.as(s.acme.Administrator)
	removal := s.in("users", s.acme.Member.String(), "removal")
	require.NotContains(t, administrator.get(removal).links(), removal+"?heir=release")
	require.Contains(t, s.as(s.acme.Owner).get(removal).links(), removal+"?heir=release")

	path := s.in("users", s.acme.Member.String(), "deletion")
	page := administrator.get(path + "?heir=" + s.acme.Administrator.String())
	page.says("This cannot be undone.")
	administrator.submit(page, path, nil).says("The user was deleted for good.")
	user, _, err := s.Host.User(t.Context(), s.acme.Member)
	require.NoError(t, err)
	require.Equal(t, tenancy.StateDeleted, user.State)
	account, err := s.Host.Account(t.Context(), accounts[1])
	require.NoError(t, err)
	require.Equal(t, s.acme.Administrator, account.Owner)
}

// An account that is subject to HIPAA, or has such a subaccount, cannot leave with its owner:
// it is not offered, and the page says why (HIP-7, USR-11). The accounts are named at once.
func TestDesignatedAccountsStay(t *testing.T) {
	s := newSite(t, console.Options{})
	accounts := s.own(s.acme.Member, 2)
	_, err := s.Staff.SetHIPAAEntitlement(t.Context(), s.acme.Organization, tenancy.HIPAAEntitlement{
		On: true, Reference: "baa-1", Executed: s.Clock.Now()})
	require.NoError(t, err)
	_, err = s.As(s.acme.Owner).EnableHIPAA(t.Context(), accounts[0])
	require.NoError(t, err)
	sub, err := s.As(s.acme.Owner).CreateSubaccount(t.Context(), accounts[0], tenancy.NewSubaccount{Name: "Sub"})
	require.NoError(t, err)
	_, err = s.As(s.acme.Owner).DisableHIPAA(t.Context(), accounts[0]) // the subaccount keeps its own
	require.NoError(t, err)
	owner, path := s.as(s.acme.Owner), s.in("users", s.acme.Member.String(), "removal")
	page := owner.get(path)
	page.says("Owned x")
	page.says("designated as subject to HIPAA: \u20681\u2069.")
	require.NotContains(t, page.links(), path+"?heir=release")
	require.NotContains(t, owner.get(path+"?heir=release").actions(), path)

	heir := s.acme.Administrator.String()
	require.Contains(t, owner.get(path+"?heir="+heir).links(), path+"?heir="+heir+"&heir=release")
	both := owner.get(path + "?heir=" + heir + "&heir=release")
	for account, choices := range map[tenancy.AccountID]int{accounts[0]: 1, accounts[1]: 2} {
		require.Len(t, both.all(func(n *html.Node) bool {
			return n.Data == "option" && attribute(n.Parent, "name") == account.String()
		}), choices)
	}
	owner.submit(both, path, map[string]string{accounts[1].String(): "release"}).says("The user was removed from the organization.")
	require.Equal(t, s.acme.Administrator, s.accountNow(sub.ID).Owner)
	require.Equal(t, s.acme.Member, s.accountNow(accounts[1]).Owner)
}

// An heir who can own no account is refused, with the heirs that were chosen (USR-11).
func TestHeirIsRefused(t *testing.T) {
	s := newSite(t, console.Options{})
	s.own(s.acme.Member, 1)
	heir := s.Join(s.acme.Owner, s.acme.Organization, "Heir", "heir@acme.example", tenancy.StandardUser)
	owner := s.as(s.acme.Owner)
	path := s.in("users", s.acme.Member.String(), "removal")
	page := owner.get(path + "?heir=" + heir.String())
	_, err := s.As(s.acme.Owner).DeactivateUser(t.Context(), heir)
	require.NoError(t, err)
	refused := owner.post(page, path, nil)
	refused.refuses(tenancy.CodeInactive)
	require.Equal(t, heir.String(), refused.form(path).Get("heir"))
}

// A member leaves, and is told what keeps them from it (USR-12).
func TestMemberLeaves(t *testing.T) {
	s := newSite(t, console.Options{})
	path := s.in("leave")
	require.NotContains(t, s.as(s.acme.Owner).get(path).actions(), path)
	member := s.as(s.acme.Member)
	page := member.get(path)
	accounts := s.own(s.acme.Member, 1)
	stays := member.get(path)
	require.NotContains(t, stays.actions(), path)
	stays.says("You own accounts in the organization")
	refused := member.post(page, path, nil)
	require.Equal(t, tenancy.CodeOwnsAccounts.Status(), refused.Status)
	_, err := s.As(s.acme.Owner).TransferAccount(t.Context(), accounts[0], s.acme.Owner)
	require.NoError(t, err)
	page = member.get(path)
	member.submit(page, path, nil).says("You have left the organization.")
	require.Equal(t, prefix+"/", member.post(page, path, nil).Header.Get("Location")) // a second click
}

// The list has each kind of people, of a role and a state, and says how many seats are taken
// (USR-16).
func TestUsersAreFiltered(t *testing.T) {
	s := newSite(t, console.Options{})
	s.withUsers()
	owner := s.as(s.acme.Owner)
	list := s.in("users")
	managed := owner.get(list)
	managed.says("Seats taken:")
	managed.says("deactivated take none.")
	owner.get(s.in()).says("Active users 5")
	managed.says(hostile[0])
	require.NotContains(t, managed.text(), "invited@elsewhere.example")
	administrators := owner.get(list + "?kind=managed&role=administrator")
	require.Contains(t, administrators.links(), s.in("users", s.acme.Administrator.String()))
	require.NotContains(t, administrators.links(), s.in("users", s.acme.Member.String()))
	inactive := owner.get(list + "?kind=managed&state=inactive")
	inactive.says(hostile[1])
	require.NotContains(t, inactive.links(), s.in("users", s.acme.Member.String()))
	require.Contains(t, owner.get(list+"?kind=independent").links(), s.in("users", s.acme.Guest.String()))
	owner.get(list + "?kind=pending").says("invited@elsewhere.example")
	owner.get(list + "?kind=requested").says("asks@acme.example")
	owner.get(list + "?kind=all&q=invited").says("invited@elsewhere.example")
	owner.get(list + "?kind=managed&q=nobodyatall").says("Nobody was found.")
}
