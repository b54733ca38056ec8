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

// twice sends a form twice, and requires that both lead to the same page (GEN-13). It returns
// that page.
func (b browser) twice(from seen, action string, changed map[string]string) seen {
	b.Helper()
	first := b.post(from, action, changed)
	require.Equal(b, http.StatusSeeOther, first.Status, first.text())
	second := b.post(from, action, changed)
	require.Equal(b, http.StatusSeeOther, second.Status, second.text())
	b.get(second.Header.Get("Location"))
	return b.get(first.Header.Get("Location"))
}

// alike requires that paths answer as those do that name what was made up.
func (b browser) alike(method string, theirs, madeUp []string) {
	b.Helper()
	operation := b.blank()
	for i := range theirs {
		got, want := b.send(method, theirs[i], operation), b.send(method, madeUp[i], operation)
		require.Equal(b, http.StatusNotFound, want.Status, madeUp[i])
		require.Equal(b, http.StatusNotFound, got.Status, theirs[i])
		require.Equal(b, want.Body, got.Body, theirs[i])
	}
}

// accountNow is an account as the host sees it.
func (s *site) accountNow(id tenancy.AccountID) tenancy.Account {
	s.Helper()
	account, err := s.Host.Account(s.Context(), id)
	require.NoError(s, err)
	return account
}

// accountsOf lists acme's accounts of a kind.
func (s *site) accountsOf(kind tenancy.Kind) (all []tenancy.OrganizationAccount) {
	s.Helper()
	for a, err := range s.Host.Accounts(s.Context(), s.acme.Organization, tenancy.AccountQuery{Kind: kind}) {
		require.NoError(s, err)
		all = append(all, a)
	}
	return all
}

// Any member creates an account and owns it; who manages accounts may name another owner
// (ACC-1).
func TestAccountIsCreatedOnce(t *testing.T) {
	s := newSite(t, console.Options{})
	s.Clock.Tick(time.Millisecond) // so that IDs are in the order in which they were made
	member, path := s.as(s.acme.Member), s.in("accounts", "new")
	page := member.get(path)
	require.NotContains(t, page.text(), "Choose another owner")
	before := len(s.accountsOf(tenancy.KindManaged))
	made := member.post(page, s.in("accounts", "new"), map[string]string{"name": hostileName})
	require.Equal(t, http.StatusSeeOther, made.Status)
	require.Equal(t, http.StatusSeeOther, member.post(page, s.in("accounts", "new"), map[string]string{"name": hostileName}).Status)
	all := s.accountsOf(tenancy.KindManaged)
	require.Len(t, all, before+1)
	created := all[len(all)-1]
	require.Equal(t, s.acme.Member, created.Account.Owner)
	require.Equal(t, hostileName, created.Name.Reveal())
	member.get(made.Header.Get("Location")).says("The account was created.")

	admin := s.as(s.acme.Administrator)
	choice := admin.get(s.in("accounts", "new", "owner"))
	to := path + "?owner=" + s.acme.Member.String()
	require.Contains(t, choice.links(), to)
	require.NotContains(t, choice.links(), path+"?owner="+s.acme.Administrator.String())
	admin.submit(admin.get(to), s.in("accounts", "new"), map[string]string{"name": "For the member"})
	all = s.accountsOf(tenancy.KindManaged)
	require.Equal(t, s.acme.Member, all[len(all)-1].Account.Owner)

	refused := admin.post(admin.get(to), s.in("accounts", "new"), map[string]string{"name": ""})
	refused.refuses(tenancy.CodeName)
	require.Equal(t, "true", attribute(refused.fieldOf(s.in("accounts", "new"), "name"), "aria-invalid"))
	require.Equal(t, s.acme.Member.String(), attribute(refused.fieldOf(s.in("accounts", "new"), "owner"), "value"))
}

// Who creates an account sees it, after a second click too: the list of all is not for
// everybody.
func TestAccountIsSeenByWhoCreatesIt(t *testing.T) {
	s := newSite(t, console.Options{})
	member, path := s.as(s.acme.Member), s.in("accounts", "new")
	member.twice(member.get(path), path, map[string]string{"name": "Mine"}).says("The account was created.")
}

// The list shows one kind of accounts, in one state or any (ACC-9).
func TestAccountsAreListedByKindAndState(t *testing.T) {
	s := newSite(t, console.Options{})
	a := s.withAccounts()
	owner, path := s.as(s.acme.Owner), s.in("accounts")
	links := func(query string) []string { return owner.get(path + query).links() }
	require.Contains(t, links(""), path+"/"+a.suspended.String())
	require.Contains(t, links(""), path+"/"+a.belowSuspended.String())
	require.NotContains(t, links("?state=active"), path+"/"+a.suspended.String())
	require.Contains(t, links("?state=suspended"), path+"/"+a.belowSuspended.String())
	require.Contains(t, links("?state=closed"), path+"/"+a.closed.String())
	require.NotContains(t, links("?state=closed"), path+"/"+a.suspended.String())
	owner.get(path).says("Subaccount of \u2068Suspended\u2069")
	owner.get(path + "?kind=independent").says("agency main")
	owner.get(path + "?kind=pending").says(a.other.Account.ID.String())
	require.NotContains(t, owner.get(path+"?kind=pending").text(), "outsider main") // only the ID is shown (ACC-4)
	require.Equal(t, http.StatusBadRequest, owner.send(http.MethodGet, path+"?kind=strange", "").Status)
	require.Equal(t, http.StatusForbidden, s.as(s.acme.Member).send(http.MethodGet, path, "").Status)
	require.Equal(t, http.StatusNotFound, s.as(s.acme.Guest).send(http.MethodGet, path, "").Status)
}

// An existing account is asked for by its ID, the answer does not tell whether there is one,
// and the request can be withdrawn (ACC-4, USR-10).
func TestAccountIsAskedFor(t *testing.T) {
	s := newSite(t, console.Options{})
	other := s.Found("other")
	admin, path := s.as(s.acme.Administrator), s.in("accounts", "add")
	madeUp := tenancy.AccountID{15: 7}
	for _, id := range []tenancy.AccountID{other.Account.ID, madeUp} {
		page := admin.get(path)
		admin.twice(page, path, map[string]string{"account": id.String()}).says("The account's owner is asked.")
	}
	asked := s.accountsOf(tenancy.KindPending)
	require.Len(t, asked, 2)
	again := admin.post(admin.get(path), path, map[string]string{"account": other.Account.ID.String()})
	again.refuses(tenancy.CodeAccountRequested)
	require.Equal(t, "true", attribute(again.fieldOf(path, "account"), "aria-invalid"))
	admin.post(admin.get(path), path, map[string]string{"account": "nonsense"}).refuses(tenancy.CodeID)
	admin.post(admin.get(path), path, map[string]string{"account": s.acme.Account.String()}).refuses(tenancy.CodeAccountManaged)

	list := admin.get(s.in("accounts") + "?kind=pending")
	for _, item := range asked { // the place of the second one in the list is gone then
		admin.twice(list, s.in("account-requests", item.Request.ID.String(), "withdrawal"), nil).says("The request was withdrawn.")
	}
	require.Empty(t, s.accountsOf(tenancy.KindPending))
	require.Equal(t, http.StatusForbidden, s.as(s.acme.Member).send(http.MethodGet, path, "").Status)
}

// A request of another organization, also of the same Owner's, is not found here.
func TestRequestOfAnotherOrganizationIsNotFound(t *testing.T) {
	s := newSite(t, console.Options{})
	second, other := s.second(), s.Found("other")
	mine, err := s.As(s.acme.Owner).AddAccount(t.Context(), second, other.Account.ID)
	require.NoError(t, err)
	rival := s.Company("rival")
	theirs, err := s.As(rival.Owner).AddAccount(t.Context(), rival.Organization, other.Account.ID)
	require.NoError(t, err)
	at := func(id tenancy.InvitationID) string { return s.in("account-requests", id.String(), "withdrawal") }
	none := at(tenancy.InvitationID{15: 1})
	s.Unchanged(func() {
		s.as(s.acme.Owner).alike(http.MethodPost, []string{at(mine.ID), at(theirs.ID)}, []string{none, none})
	})
}

// What is seen of an independent account is shown, and a member can be taken off it (ACC-8),
// but not the Owner.
func TestMemberIsTakenOffIndependentAccount(t *testing.T) {
	s := newSite(t, console.Options{})
	a := s.withAccounts()
	admin, path := s.as(s.acme.Administrator), s.in("accounts", a.independent.String())
	page := admin.get(path)
	page.says("agency main")
	require.Empty(t, page.actions())
	off := path + "/off/" + s.acme.Member.String()
	require.Contains(t, page.links(), off)
	admin.twice(admin.get(off), off, nil).says("The member was taken off the account.")
	for r, err := range s.Host.AccountsOf(t.Context(), s.acme.Member, tenancy.AccountsOfQuery{}) {
		require.NoError(t, err)
		require.NotEqual(t, a.independent, r.Account)
	}
	require.Equal(t, http.StatusNotFound, admin.send(http.MethodGet, path, "").Status)

	// Accounts of the organization's, and of nobody's that it may see, are not taken so.
	made := tenancy.AccountID{15: 1}.String()
	rival := s.Company("rival")
	none := s.in("accounts", made, "off", s.acme.Member.String())
	admin.alike(http.MethodGet, []string{
		s.in("accounts", s.acme.Account.String(), "off", s.acme.Member.String()),
		s.in("accounts", rival.Account.String(), "off", s.acme.Member.String()),
	}, []string{none, none})
}

// Nothing of another customer's account is to be found, whichever page or form is tried: it is
// the same answer as for an account that is made up (GEN-5).
func TestAccountOfAnotherCustomerIsNotFound(t *testing.T) {
	s := newSite(t, console.Options{})
	rival := s.Company("rival")
	second := s.second()
	mine, err := s.As(s.acme.Owner).CreateAccount(t.Context(), second, tenancy.NewAccount{Name: "Of the second"})
	require.NoError(t, err)
	owner := s.as(s.acme.Owner)
	user := s.acme.Member.String()
	at := func(account tenancy.AccountID, under func(...string) string) (gets, posts []string) {
		for _, p := range []string{"", "/subaccounts", "/members", "/members/new", "/members/" + user, "/members/" + user + "/removal",
			"/invitations", "/closing", "/transfer", "/move", "/relinquishment"} {
			gets = append(gets, under("accounts", account.String())+p)
		}
		for _, p := range []string{"/name", "/suspension", "/reactivation", "/designation", "/undesignation", "/subaccounts",
			"/members/" + user + "/roles", "/members/" + user + "/temporary", "/members/" + user + "/removal", "/relinquishment",
			"/closing", "/invitations"} {
			posts = append(posts, under("accounts", account.String())+p)
		}
		return gets, posts
	}
	outside := func(parts ...string) string { return prefix + "/" + strings.Join(parts, "/") }
	for name, c := range map[string]struct {
		account tenancy.AccountID
		under   func(...string) string
	}{
		"another customer's": {rival.Account, s.in}, "outside": {rival.Account, outside}, "of another organization of the reader's": {mine.ID, s.in},
	} {
		t.Run(name, func(t *testing.T) {
			owner := s.within(t).as(owner.user)
			gets, posts := at(c.account, c.under)
			noGets, noPosts := at(tenancy.AccountID{15: 1}, c.under)
			if c.account == mine.ID { // the Owner sees it as an independent one, since they have a role on it
				owner.get(gets[0]).says("An account outside this organization.")
				gets, noGets = gets[1:], noGets[1:]
			}
			owner.alike(http.MethodGet, gets, noGets)
			owner.Unchanged(func() { owner.alike(http.MethodPost, posts, noPosts) })
		})
	}
}
