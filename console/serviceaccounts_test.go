package console_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// withServiceAccounts gives acme service accounts, with keys in every state. It returns the
// first, and its keys.
func (s *site) withServiceAccounts() (first tenancy.UserID, keys []tenancy.CreatedKey) {
	s.Helper()
	owner := s.As(s.acme.Owner)
	for i, name := range hostile {
		made, err := owner.CreateServiceAccount(s.Context(), s.acme.Organization, tenancy.NewServiceAccount{Name: name})
		require.NoError(s, err)
		if i > 0 {
			_, err = owner.DeactivateUser(s.Context(), made.ID)
			require.NoError(s, err)
			continue
		}
		first = made.ID
		for _, ends := range []time.Time{{}, s.Clock.Now().Add(time.Hour), s.Clock.Now().AddDate(1, 0, 0)} {
			key, err := owner.CreateKey(s.Context(), first, tenancy.NewKey{Name: hostile[0], Expires: ends})
			require.NoError(s, err)
			keys = append(keys, key)
		}
		require.NoError(s, owner.RevokeKey(s.Context(), keys[2].ID))
		_, err = owner.AssignRoles(s.Context(), s.acme.Account, first, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(s, err)
	}
	return first, keys
}

// keysOf reads the keys of a service account.
func (s *site) keysOf(user tenancy.UserID) []tenancy.ListedKey {
	s.Helper()
	keys, _, err := tenancy.Collect(s.Host.Keys(s.Context(), user, tenancy.KeyQuery{}), 1000)
	require.NoError(s, err)
	return keys
}

// A service account is made, changed and deleted on its pages (USR-20).
func TestServiceAccountsArePut(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.as(s.acme.Owner)
	form := owner.get(s.in("service-accounts", "new"))
	owner.post(form, s.in("service-accounts"), map[string]string{"name": ""}).refuses(tenancy.CodeName)
	made := owner.submit(form, s.in("service-accounts"), map[string]string{"name": hostile[0]})
	made.says("The service account was created.")
	made.says(hostile[0])
	again := owner.submit(form, s.in("service-accounts"), map[string]string{"name": hostile[0]})
	require.Equal(t, s.in("service-accounts")+"?done=before", again.path)
	owner.get(s.in("service-accounts") + "?q=" + "alert").says("No service account was found.")
	var id tenancy.UserID
	for _, link := range again.links() {
		if rest, is := strings.CutPrefix(link, s.in("service-accounts")+"/US"); is {
			id, _ = tenancy.ParseID[tenancy.UserID]("US" + rest)
		}
	}
	user, member, err := s.Host.Member(t.Context(), s.acme.Organization, id)
	require.NoError(t, err)
	require.True(t, user.ServiceAccount)
	require.Equal(t, tenancy.StandardUser, member.Role)

	at := s.in("service-accounts", id.String())
	page := owner.get(at)
	owner.submit(page, at+"/name", map[string]string{"name": hostile[1]}).says("was renamed")
	owner.submit(page, at+"/role", map[string]string{"role": "administrator"}).says("role was changed")
	owner.submit(page, at+"/deactivation", nil).says("was deactivated")
	user, member, err = s.Host.Member(t.Context(), s.acme.Organization, id)
	require.NoError(t, err)
	require.Equal(t, tenancy.Administrator, member.Role)
	require.Equal(t, tenancy.StateInactive, user.State)
	require.Equal(t, hostile[1], user.Name.Reveal())
	owner.submit(owner.get(at), at+"/reactivation", nil).says("was reactivated")

	deletion := owner.get(at + "/deletion")
	owner.submit(deletion, at+"/deletion", nil).says("was deleted")
	_, _, err = s.Host.Member(t.Context(), s.acme.Organization, id)
	require.ErrorIs(t, err, tenancy.CodeNotFound)
	twice := owner.post(deletion, at+"/deletion", nil) // GEN-13
	require.Equal(t, http.StatusSeeOther, twice.Status)
}

// A key's secret is shown once, is in no URL, and holds until it is revoked (USR-22).
func TestKeyIsShownOnce(t *testing.T) {
	s := newSite(t, console.Options{})
	id, keys := s.withServiceAccounts()
	owner, at := s.as(s.acme.Owner), s.in("service-accounts", id.String())
	page := owner.get(at)
	owner.post(page, at+"/keys", map[string]string{"name": " "}).refuses(tenancy.CodeName)
	owner.post(page, at+"/keys", map[string]string{"name": "x", "life": "7"}).refuses(tenancy.CodeInput)
	page = owner.get(at)
	shown := owner.post(page, at+"/keys", map[string]string{"name": "Build server", "life": "30"})
	require.Equal(t, http.StatusOK, shown.Status)
	shown.wellMade()
	secret := textIn(shown.named("code")[0])
	shown.says("Authorization: Bearer " + secret)
	session, err := s.Host.Authenticate(t.Context(), tenancy.ParseSecret(secret))
	require.NoError(t, err)
	require.Equal(t, id, session.Actor().User)
	require.Equal(t, "no-store", shown.Header.Get("Cache-Control"))

	again := owner.submit(page, at+"/keys", map[string]string{"name": "Build server", "life": "30"})
	again.says("Its secret was shown once")
	require.NotContains(t, again.Body, secret)
	require.NotContains(t, owner.get(at).Body, secret)
	listed := s.keysOf(id)
	require.Len(t, listed, len(keys)+1)
	made := listed[slices.IndexFunc(listed, func(k tenancy.ListedKey) bool { return k.Name.Reveal() == "Build server" })]
	require.WithinDuration(t, time.Now().AddDate(0, 0, 30), made.Expires, time.Hour)

	path := at + "/keys/" + made.ID.String() + "/revocation"
	revocation := owner.get(path)
	revocation.says("Build server")
	owner.submit(revocation, path, nil).says("The key was revoked")
	_, err = s.Host.Authenticate(t.Context(), tenancy.ParseSecret(secret))
	require.ErrorIs(t, err, tenancy.CodeKey)
	require.Equal(t, http.StatusSeeOther, owner.post(revocation, path, nil).Status)
	owner.get(path).says("revoked already")

	ends := s.Clock.Now().Add(time.Hour)
	short, err := s.As(s.acme.Owner).CreateKey(t.Context(), id, tenancy.NewKey{Name: "Short", Expires: ends})
	require.NoError(t, err)
	path = at + "/keys/" + short.ID.String() + "/revocation"
	require.Contains(t, owner.get(at).links(), path)
	s.Clock.Advance(2 * time.Hour)
	require.NotContains(t, owner.get(at).links(), path, "what has ended is not revoked")
	ended := owner.get(path)
	ended.says("This key has ended")
	require.Empty(t, ended.actions())
}

// A page of keys leads to each of them, however many came before.
func TestKeyIsFoundFromItsPage(t *testing.T) {
	s := newSite(t, console.Options{})
	made, err := s.As(s.acme.Owner).CreateServiceAccount(t.Context(), s.acme.Organization, tenancy.NewServiceAccount{Name: "x"})
	require.NoError(t, err)
	for range 520 {
		_, err := s.As(s.acme.Owner).CreateKey(t.Context(), made.ID, tenancy.NewKey{Name: "k"})
		require.NoError(t, err)
	}
	owner := s.as(s.acme.Owner)
	page := owner.get(s.in("service-accounts", made.ID.String()))
	for next := true; next; {
		next = false
		for _, a := range page.named("a") {
			if attribute(a, "rel") == "next" {
				page, next = owner.get(attribute(a, "href")), true
				break
			}
		}
	}
	var last string
	for _, link := range page.links() {
		if strings.Contains(link, "/revocation") {
			last = link
		}
	}
	action, _, _ := strings.Cut(last, "?")
	revocation := owner.get(last)
	require.LessOrEqual(t, revocation.Reads, mostReads)
	owner.submit(revocation, action, nil).says("The key was revoked")
	keys := s.keysOf(made.ID)
	require.Equal(t, tenancy.StateRevoked, keys[519].State)
	require.Equal(t, tenancy.StateActive, keys[518].State)
}

// Who may not manage service accounts sees nothing of them, a person is none, and another
// customer's is as one that was never there (GEN-5).
func TestServiceAccountsOfOthers(t *testing.T) {
	s := newSite(t, console.Options{})
	id, keys := s.withServiceAccounts()
	other := s.Company("other")
	theirs, err := s.As(other.Owner).CreateServiceAccount(t.Context(), other.Organization, tenancy.NewServiceAccount{Name: "x"})
	require.NoError(t, err)
	key, err := s.As(other.Owner).CreateKey(t.Context(), theirs.ID, tenancy.NewKey{Name: "x"})
	require.NoError(t, err)
	// The reader is in both organizations, and still finds nothing of one in the other.
	both := s.Join(other.Owner, other.Organization, "both", "both@other.example", tenancy.Administrator)
	for _, reader := range []tenancy.UserID{s.acme.Owner, both} {
		b := s.as(reader)
		s.hidden(b, s.in("service-accounts", theirs.ID.String()), s.in("service-accounts", madeUpUser))
		s.hidden(b, s.in("service-accounts", s.acme.Member.String()), s.in("service-accounts", madeUpUser))
	}
	owner := s.as(s.acme.Owner)
	page := owner.get(s.in("service-accounts", id.String(), "keys", keys[0].ID.String(), "revocation"))
	form := page.form(s.in("service-accounts", id.String(), "keys", keys[0].ID.String(), "revocation")).Encode()
	for _, path := range []string{
		s.in("service-accounts", id.String(), "keys", key.ID.String(), "revocation"),
		s.in("service-accounts", theirs.ID.String(), "keys", key.ID.String(), "revocation"),
		s.in("service-accounts", theirs.ID.String(), "deletion"),
		s.in("service-accounts", s.acme.Member.String(), "deletion"),
	} {
		require.Equal(t, http.StatusNotFound, owner.send(http.MethodPost, path, form).Status)
	}
	for _, reader := range []tenancy.UserID{s.acme.Member, s.acme.Guest} {
		p := s.as(reader).send(http.MethodGet, s.in("service-accounts", id.String()), "")
		require.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, p.Status)
		require.NotContains(t, p.Body, "alert")
	}
	require.Equal(t, tenancy.StateActive, s.keysOf(theirs.ID)[0].State)
}

// madeUpUser is an ID that nobody has.
const madeUpUser = "USffffffffffffffffffffffffffffffff"

// hidden requires that two paths are answered as not found, in the same words.
func (s *site) hidden(b browser, path, madeUp string) {
	s.Helper()
	p, made := b.send(http.MethodGet, path, ""), b.send(http.MethodGet, madeUp, "")
	require.Equal(s, http.StatusNotFound, p.Status, path)
	require.Equal(s, made.Status, p.Status)
	require.Equal(s, made.Body, p.Body)
}
