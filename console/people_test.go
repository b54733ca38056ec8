package console_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

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

// Many are invited at once, each by an operation of its own: what is refused stays in the
// form, and a second click invites and mails nobody twice (USR-4, GEN-13).
func TestManyAreInvited(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.as(s.acme.Owner)
	path := s.in("invite")
	page := owner.get(path)
	entered := map[string]string{"emails": "one@new.example, two@new.example\r\nno address\nmember@acme.example;one@new.example", "role": "administrator"}
	done := owner.post(page, path, entered)
	require.Equal(t, http.StatusOK, done.Status)
	done.wellMade()
	require.Len(t, s.sent, 2)
	require.Equal(t, tenancy.Administrator, s.sent[0].Role)
	done.says(tenancy.CodeEmail.Sentence())
	done.says(tenancy.CodeMember.Sentence())
	left := done.form(path)
	require.Equal(t, []string{"no", "address", "member@acme.example"}, strings.Fields(left.Get("emails")))
	require.Equal(t, "administrator", left.Get("role"))
	require.NotEqual(t, page.form(path).Get("operation"), left.Get("operation"))

	again := owner.post(page, path, entered)
	again.says("Invited by this form before.")
	require.Len(t, s.sent, 2)
	require.Equal(t, http.StatusUnprocessableEntity, owner.post(page, path, map[string]string{"emails": " ,\n"}).Status)
	many := strings.Join(numbered("many", 201), "\n")
	require.Equal(t, http.StatusUnprocessableEntity, owner.post(page, path, map[string]string{"emails": many}).Status)
	require.Len(t, s.sent, 2)
}

// numbered are addresses.
func numbered(name string, count int) (emails []string) {
	for i := range count {
		emails = append(emails, name+string(rune('a'+i/26))+string(rune('a'+i%26))+"@many.example")
	}
	return emails
}

// A mail that cannot be sent is said, and the invitation can be sent again (USR-10).
func TestMailThatFailsIsSaid(t *testing.T) {
	s := newSite(t, console.Options{})
	s.mailFails = errors.New("mail for one@new.example failed")
	owner := s.as(s.acme.Owner)
	path := s.in("invite")
	done := owner.post(owner.get(path), path, map[string]string{"emails": "one@new.example"})
	done.says("Invited, but the mail could not be sent.")
	actions := done.actions()
	resend := actions[slices.IndexFunc(actions, func(a string) bool { return strings.HasSuffix(a, "/resend") })]
	failed := owner.submit(done, resend, nil)
	failed.says("the mail could not be sent. Send it again.")
	s.mailFails = nil
	list := owner.get(s.in("users") + "?kind=pending")
	list.wellMade()
	resend = list.actions()[0]
	owner.submit(list, resend, nil).says("The invitation was sent again.")
	require.Len(t, s.sent, 3)
	owner.post(list, resend, nil)
	require.Len(t, s.sent, 3) // a second click mails nothing
}

// Invitations are revoked, and those of another organization are not found (USR-10, GEN-5).
func TestInvitationIsRevoked(t *testing.T) {
	s := newSite(t, console.Options{})
	second := s.second()
	sent, err := s.As(s.acme.Owner).InviteUser(t.Context(), second, tenancy.NewInvitation{Email: "second@new.example"})
	require.NoError(t, err)
	s.withUsers()
	owner := s.as(s.acme.Owner)
	list := owner.get(s.in("invitations"))
	list.wellMade()
	revoke := list.actions()[1]
	require.True(t, strings.HasSuffix(revoke, "/revocation"))
	form := list.form(revoke).Encode()
	for _, action := range []string{"/revocation", "/resend"} {
		made := owner.send(http.MethodPost, s.in("invitations", tenancy.InvitationID{15: 1}.String())+action, form)
		answer := owner.send(http.MethodPost, s.in("invitations", sent.ID.String())+action, form)
		require.Equal(t, http.StatusNotFound, answer.Status)
		require.Equal(t, made.Body, answer.Body)
	}
	owner.submit(list, revoke, nil).says("The invitation was revoked")
	require.Equal(t, http.StatusSeeOther, owner.post(list, revoke, nil).Status)
	require.NotContains(t, owner.get(s.in("invitations")+"?state=pending").actions(), revoke)
}

// Whoever asked to join is invited or dismissed, each settles the request (USR-18).
func TestRequestsAreAnswered(t *testing.T) {
	s := newSite(t, console.Options{})
	s.withUsers()
	_, err := s.Host.RequestInvitation(t.Context(), tenancy.Proven("asks.too@acme.example"))
	require.NoError(t, err)
	owner := s.as(s.acme.Owner)
	at := s.in("users") + "?kind=requested"
	list := owner.get(at)
	list.wellMade()
	var dismissal string
	for _, action := range list.actions() {
		if strings.HasSuffix(action, "/dismissal") {
			dismissal = action
			break
		}
	}
	owner.submit(list, dismissal, nil).says("The request was dismissed.")
	require.Equal(t, http.StatusSeeOther, owner.post(list, dismissal, nil).Status)
	left := owner.get(at)
	require.NotContains(t, left.actions(), dismissal)
	owner.post(left, s.in("invite"), nil).says("Invited.")
	require.Len(t, s.sent, 1)
	owner.get(at).says("There is nobody here.")
}

// Without mail the pages invite nobody.
func TestNobodyIsInvitedWithoutMail(t *testing.T) {
	s := newSite(t, console.Options{})
	s.withUsers()
	s.noMail = true
	s.mount(console.Options{})
	owner := s.as(s.acme.Owner)
	for _, path := range []string{"users?kind=pending", "users?kind=requested", "invitations", "users"} {
		page := owner.get(s.in(path))
		require.NotContains(t, page.links(), s.in("invite"))
		for _, action := range page.actions() {
			require.False(t, strings.HasSuffix(action, "/resend") || strings.HasSuffix(action, "/invite"), action)
		}
	}
	require.Equal(t, http.StatusNotFound, owner.send(http.MethodGet, s.in("invite"), "").Status)
}

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
	pasted.says(tenancy.CodeNotEligible.Sentence())
	owner.post(owner.get(domain), domain, map[string]string{"all": "yes"}).says("Imported: \u20681\u2069")
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

// A person founds an organization, and says which of their accounts stay where they are
// (ORG-3, ORG-4). A member whom an organization manages is not offered it (ORG-5).
func TestOrganizationIsFounded(t *testing.T) {
	s := newSite(t, console.Options{})
	path := prefix + "/organizations/new"
	require.NotContains(t, s.as(s.acme.Member).get(prefix+"/").links(), path)
	require.NotContains(t, s.as(s.acme.Member).get(path).actions(), path)
	owner := s.as(s.acme.Owner)
	page := owner.get(path)
	page.wellMade()
	refused := owner.post(page, path, map[string]string{"name": "Second"})
	refused.refuses(tenancy.CodePhoneNeeded)
	_, err := s.Host.VerifyPhone(t.Context(), s.acme.Account, "+15555550100")
	require.NoError(t, err)
	other := s.own(s.acme.Owner, 1)[0]
	refused = owner.post(page, path, map[string]string{"name": "", "stay": "chosen", "account": other.String()})
	refused.refuses(tenancy.CodeName)
	require.Equal(t, other.String(), refused.form(path).Get("account"))

	form := page.form(path)
	form.Set("name", "Second")
	form.Set("stay", "chosen")
	form.Set("account", s.acme.Account.String())
	made := owner.send(http.MethodPost, path, form.Encode())
	require.Equal(t, http.StatusSeeOther, made.Status)
	owner.get(made.Header.Get("Location")).says("The organization was created.")
	require.Equal(t, made.Header.Get("Location"), owner.send(http.MethodPost, path, form.Encode()).Header.Get("Location"))
	stayed, err := s.Host.Account(t.Context(), s.acme.Account)
	require.NoError(t, err)
	require.Equal(t, s.acme.Organization, *stayed.Organization)
	came, err := s.Host.Account(t.Context(), other)
	require.NoError(t, err)
	require.NotEqual(t, s.acme.Organization, *came.Organization)
}

// The owner of an account that an organization asks for sees what happens, and gives it
// (ACC-4). Nobody else finds the request.
func TestAccountIsGiven(t *testing.T) {
	s := newSite(t, console.Options{})
	zoe := s.Found("zoe")
	asked, err := s.As(s.acme.Owner).AddAccount(t.Context(), s.acme.Organization, zoe.Account.ID)
	require.NoError(t, err)
	reader := s.as(zoe.User.ID)
	path := prefix + "/account-requests/" + asked.ID.String()
	require.Contains(t, reader.get(prefix+"/").links(), path)
	page := reader.get(path)
	page.wellMade()
	made := s.as(s.acme.Owner).send(http.MethodGet, prefix+"/account-requests/"+tenancy.InvitationID{15: 1}.String(), "")
	require.Equal(t, made.Body, s.as(s.acme.Owner).send(http.MethodGet, path, "").Body)
	reader.submit(page, path, nil).says("The account belongs to the organization now.")
	account, err := s.Host.Account(t.Context(), zoe.Account.ID)
	require.NoError(t, err)
	require.Equal(t, s.acme.Owner, account.Owner)
	require.Equal(t, http.StatusSeeOther, reader.post(page, path, nil).Status)
}

// A person changes their own name, and deletes themself if they are in no organization and own
// no account (USR-14, GEN-15).
func TestPersonDeletesThemself(t *testing.T) {
	s := newSite(t, console.Options{})
	member := s.as(s.acme.Member)
	require.NotContains(t, member.get(prefix+"/profile").links(), prefix+"/profile/deletion")
	path := prefix + "/profile/deletion"
	require.NotContains(t, member.get(path).actions(), path)

	guest := s.as(s.acme.Guest)
	profile := guest.get(prefix + "/profile")
	guest.submit(profile, prefix+"/profile/name", map[string]string{"name": hostile[1]}).says("Your name was changed.")
	guest.get(prefix + "/").says(hostile[1])
	guest.post(profile, prefix+"/profile/name", map[string]string{"name": ""}).refuses(tenancy.CodeName)
	guest.post(guest.get(path), path, nil).says("You are deleted")
	user, _, err := s.Host.User(t.Context(), s.acme.Guest)
	require.NoError(t, err)
	require.Equal(t, tenancy.StateDeleted, user.State)
}

// Terms that changed are refused with the new ones, which are asked for again (USR-6, USR-8).
func TestTermsAreAskedForAgain(t *testing.T) {
	s := newSite(t, console.Options{})
	ana, err := s.Host.SignUp(t.Context(), tenancy.NewSignUp{Email: tenancy.Proven("ana@ana.example"), Name: "Ana", Account: "First"})
	require.NoError(t, err)
	sent, err := s.As(s.acme.Owner).InviteUser(t.Context(), s.acme.Organization, tenancy.NewInvitation{Email: "ana@ana.example"})
	require.NoError(t, err)
	reader := s.as(ana.User.ID)
	path := prefix + "/invitations/" + sent.ID.String()
	page := reader.get(path)
	page.wellMade()
	page.says("What accepting changes")
	before := page.form(path + "/acceptance").Get("terms")
	require.NotEmpty(t, before)
	again := reader.post(page, path+"/acceptance", map[string]string{"terms": "other"})
	require.Equal(t, tenancy.CodeTermsChanged.Status(), again.Status)
	again.says(tenancy.CodeTermsChanged.Sentence())
	require.Equal(t, before, again.form(path+"/acceptance").Get("terms"))
	reader.submit(again, path+"/acceptance", nil).says("You have accepted the invitation.")
	require.Equal(t, http.StatusSeeOther, reader.post(again, path+"/acceptance", nil).Status)
	_, _, err = s.member(ana.User.ID)
	require.NoError(t, err)

	// Whoever the invitation is not for finds nothing, as with a made-up one (GEN-5).
	other := s.as(s.acme.Guest)
	made := other.send(http.MethodGet, prefix+"/invitations/"+tenancy.InvitationID{15: 1}.String(), "")
	require.Equal(t, made.Body, other.send(http.MethodGet, path, "").Body)
}

// Why an invitation cannot be accepted is said instead of the button, and it can be declined
// (USR-7, USR-19).
func TestInvitationThatCannotBeAccepted(t *testing.T) {
	s := newSite(t, console.Options{})
	other := s.Company("other")
	sent, err := s.As(other.Owner).InviteUser(t.Context(), other.Organization, tenancy.NewInvitation{Email: "member@acme.example"})
	require.NoError(t, err)
	reader := s.as(s.acme.Member)
	path := prefix + "/invitations/" + sent.ID.String()
	require.Contains(t, reader.get(prefix+"/").links(), path)
	page := reader.get(path)
	page.says(tenancy.CodeManagedElsewhere.Sentence())
	require.NotContains(t, page.actions(), path+"/acceptance")
	reader.submit(page, path+"/declination", nil).says("You have declined the invitation.")
	reader.get(path).says("Declined")
}
