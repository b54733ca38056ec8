package tenancy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// namesFound returns the names that a search finds, in the order of the list.
func (s *scene) namesFound(actor *tenancy.Session, org tenancy.OrganizationID, query tenancy.UserQuery) (names []string) {
	s.Helper()
	for _, u := range s.list(actor, org, query) {
		names = append(names, u.User.Name.Reveal())
	}
	return names
}

func TestSearchFollows(t *testing.T) {
	by := func(text string) tenancy.UserQuery { return tenancy.UserQuery{Search: text, Kind: tenancy.KindManaged} }
	t.Run("USR-16 SEC-35 a member is found from when they join until they leave, by the name they have", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		boss, org := s.as(ana.User.ID), ana.Organization.ID
		std := s.join(ana, "std", tenancy.StandardUser)
		require.Equal(t, []string{"std"}, s.namesFound(boss, org, by("STD@")))
		_, err := s.as(std).UpdateUser(t.Context(), std, tenancy.UserUpdate{Name: new("Zoë Ærø")})
		require.NoError(t, err)
		require.Equal(t, []string{"Zoë Ærø"}, s.namesFound(boss, org, by("æRø zo")))
		require.Empty(t, s.namesFound(boss, org, by("zoe")))
		_, err = s.host.ChangeEmail(t.Context(), std, tenancy.Proven("other@std.example.com"))
		require.NoError(t, err)
		require.Equal(t, []string{"Zoë Ærø"}, s.namesFound(boss, org, by("other@std")))
		require.Empty(t, s.namesFound(boss, org, by("std@")))
		require.NoError(t, boss.RemoveUser(t.Context(), org, std, tenancy.Removal{}))
		require.Empty(t, s.namesFound(boss, org, by("other")))
		s.sound()
	})
	t.Run("USR-16 members of a merged organization are found in the Prime", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		boss, org := s.as(ana.User.ID), ana.Organization.ID
		_, err := s.host.VerifyPhone(t.Context(), ana.Account.ID, "+15550100")
		require.NoError(t, err)
		second, err := boss.CreateOrganization(t.Context(), tenancy.NewOrganization{Name: "Second", AllStay: true})
		require.NoError(t, err)
		sent, err := boss.InviteUser(t.Context(), second.ID, tenancy.NewInvitation{Email: "far@far.example.com"})
		require.NoError(t, err)
		_, err = s.host.SignUp(t.Context(),
			tenancy.NewSignUp{Email: tenancy.Proven("far@far.example.com"), Name: "Far", Secret: sent.Secret})
		require.NoError(t, err)
		s.prove(ana.User.ID, org, "ana.example.com")
		require.Empty(t, s.namesFound(boss, org, by("far")))

		// Far has a role in the Prime, and somebody outside has one in both.
		account, err := boss.CreateAccount(t.Context(), second.ID, tenancy.NewAccount{Name: "Account"})
		require.NoError(t, err)
		s.guest(ana.User.ID, ana.Account.ID, "gus", tenancy.Support)
		for email, account := range map[string]tenancy.AccountID{
			"far@far.example.com": ana.Account.ID, "gus@gus.example.com": account.ID} {
			sent, err := boss.InviteToAccount(t.Context(), account,
				tenancy.NewAccountInvitation{Email: email, Roles: tenancy.Roles(tenancy.Support)})
			require.NoError(t, err)
			invitee, err := s.host.UserByEmail(t.Context(), email)
			require.NoError(t, err)
			_, err = s.as(invitee.ID).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: sent.Secret})
			require.NoError(t, err)
		}
		outside := func(text string) tenancy.UserQuery {
			return tenancy.UserQuery{Search: text, Kind: tenancy.KindIndependent}
		}
		require.Equal(t, []string{"Far"}, s.namesFound(boss, org, outside("far")))
		require.Equal(t, []string{"gus"}, s.namesFound(boss, org, outside("gus")))
		require.Equal(t, []string{"gus"}, s.namesFound(boss, second.ID, outside("gus")))
		_, err = boss.MergeOrganizations(t.Context(), org, second.ID)
		require.NoError(t, err)
		require.Equal(t, []string{"Far"}, s.namesFound(boss, org, by("far")))
		require.Equal(t, []string{"Far"}, s.namesFound(boss, second.ID, by("far")), "ORG-13 the merged one's ID is the Prime's")
		require.Empty(t, s.namesFound(boss, org, outside("far")))
		require.Equal(t, []string{"gus"}, s.namesFound(boss, org, outside("gus")))
		s.sound()
		require.NoError(t, boss.DeleteOrganization(t.Context(), org, tenancy.OrganizationDeletion{}))
		for at := range s.everything() {
			require.NotEqual(t, tenancy.IndexWords, at.Index, "a deleted organization has no words")
		}
		_, err = s.staff.RestoreOrganization(t.Context(), org)
		require.NoError(t, err)
		require.Equal(t, []string{"ana"}, s.namesFound(boss, org, by("ana")))
		s.sound()
	})
	t.Run("USR-16 an independent user is found while they have a role on an account and are no member", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		boss, org := s.as(ana.User.ID), ana.Organization.ID
		gus := s.guest(ana.User.ID, ana.Account.ID, "gus", tenancy.Support)
		found := func(text string, kind tenancy.Kind) bool {
			t.Helper()
			users := s.list(boss, org, tenancy.UserQuery{Search: text})
			require.Len(t, s.list(boss, org, tenancy.UserQuery{Search: text, Kind: kind}), len(users))
			require.LessOrEqual(t, len(users), 1)
			s.sound()
			return len(users) == 1
		}
		require.True(t, found("GUS", tenancy.KindIndependent))
		second, err := boss.CreateAccount(t.Context(), org, tenancy.NewAccount{Name: "Second"})
		require.NoError(t, err)
		sent, err := boss.InviteToAccount(t.Context(), second.ID,
			tenancy.NewAccountInvitation{Email: "gus@gus.example.com", Roles: tenancy.Roles(tenancy.Developer)})
		require.NoError(t, err)
		_, err = s.as(gus).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: sent.Secret})
		require.NoError(t, err)
		_, err = s.as(gus).UpdateUser(t.Context(), gus, tenancy.UserUpdate{Name: new("Gustav Mahler")})
		require.NoError(t, err)
		require.True(t, found("mahl gust", tenancy.KindIndependent))
		require.NoError(t, boss.RevokeRoles(t.Context(), ana.Account.ID, gus))
		require.True(t, found("mahler", tenancy.KindIndependent), "by the other account")
		_, err = boss.CloseAccount(t.Context(), second.ID)
		require.NoError(t, err)
		require.False(t, found("mahler", tenancy.KindIndependent))

		eve := s.guest(ana.User.ID, ana.Account.ID, "eve", tenancy.Support)
		require.True(t, found("eve", tenancy.KindIndependent))
		user, _, err := s.host.User(t.Context(), eve)
		require.NoError(t, err)
		toOrganization, err := boss.InviteUser(t.Context(), org, tenancy.NewInvitation{Email: user.Email.Reveal()})
		require.NoError(t, err)
		_, err = s.as(eve).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: toOrganization.Secret})
		require.NoError(t, err)
		require.True(t, found("eve", tenancy.KindManaged))
		require.NoError(t, boss.RemoveUser(t.Context(), org, eve, tenancy.Removal{}))
		require.False(t, found("eve", tenancy.KindManaged))
	})
	t.Run("USR-16 SEC-35 nothing of a deleted person stays", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		std := s.join(ana, "marker", tenancy.StandardUser)
		require.NoError(t, s.staff.DeleteUser(t.Context(), std, tenancy.UserDeletion{}))
		for _, record := range s.everything() {
			if w, ok := record.(tenancy.WordRecord); ok {
				require.NotContains(t, w.Personal.Word.Reveal(), "MARKER")
			}
		}
	})
	t.Run("GEN-5 SEC-35 a search finds nothing that the list does not show", func(t *testing.T) {
		s := newScene(t)
		ana, bob := s.found("ana"), s.found("bob")
		boss, org := s.as(ana.User.ID), ana.Organization.ID
		s.invited(ana, bob.User.Email.Reveal())
		require.Empty(t, s.list(boss, org, tenancy.UserQuery{Search: "bob Inc"}))
		pending := s.list(boss, org, tenancy.UserQuery{Search: "bob"})
		require.Len(t, pending, 1)
		require.Equal(t, tenancy.KindPending, pending[0].Kind)
		require.True(t, pending[0].User.Name.IsZero())
		std := s.join(ana, "std", tenancy.StandardUser)
		_, _, err := tenancy.Collect(s.as(std).Users(t.Context(), org, tenancy.UserQuery{Search: "ana"}), 1)
		refused(t, err, tenancy.CodeNotAllowed)
		_, _, err = tenancy.Collect(s.as(bob.User.ID).Users(t.Context(), org, tenancy.UserQuery{Search: "ana"}), 1)
		refused(t, err, tenancy.CodeNotFound)
	})
	t.Run("GEN-14 a text of up to 256 characters, in UTF-8", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		boss, org := s.as(ana.User.ID), ana.Organization.ID
		for text, want := range map[string]tenancy.Code{
			string(slices.Repeat([]rune("𐐀"), 256)): "", string(slices.Repeat([]rune("a"), 257)): tenancy.CodeInput,
			string(slices.Repeat([]rune("a "), 128)): "", "\xff": tenancy.CodeInput, "\x00": "", "@": "", "ana\x00": "",
		} {
			_, _, err := tenancy.Collect(boss.Users(t.Context(), org, tenancy.UserQuery{Search: text}), 1)
			if want == "" {
				require.NoError(t, err, "%q", text)
			} else {
				refused(t, err, want)
			}
		}
	})
}

// TestSearchPages searches an organization in which few have a word, and one in which so
// many have it that the search goes through the list, while members join and leave.
func TestSearchPages(t *testing.T) {
	s := newSceneOver(t, memstore.New())
	ours, theirs := s.found("ours"), s.found("theirs")
	const members = 2500 // more than a search reads of a word
	s.set.Crowd(ours, theirs, members)
	require.Empty(t, s.check(tenancy.CheckOptions{}), "the crowd is as the library makes it")
	boss, org := s.as(ours.User.ID), ours.Organization.ID
	for _, tt := range []struct {
		search string
		want   int
	}{
		{"common", members}, {"rare", 20}, {"common rare", 20}, {"0000 common", 100}, {"person", members},
		{"person17@crowd.ex", 1}, {"common nobody", 0}, {"nobody", 0}, {"00001 0000", 10}, {"p c", members},
	} {
		for _, size := range []int{7, 100, 333} {
			if size == 7 && tt.want > 1000 {
				continue
			}
			var seen []tenancy.UserID
			query := tenancy.UserQuery{Kind: tenancy.KindManaged, Search: tt.search}
			for {
				page, next, err := tenancy.Collect(boss.Users(t.Context(), org, query), size)
				require.NoError(t, err)
				for _, u := range page {
					seen = append(seen, u.User.ID)
				}
				if query.After = next; next == "" {
					break
				}
			}
			require.Len(t, seen, tt.want, "GEN-9 %q in pages of %d", tt.search, size)
			require.True(t, slices.IsSortedFunc(seen, func(a, b tenancy.UserID) int { return slices.Compare(a[:], b[:]) }))
			require.Len(t, slices.Compact(seen), tt.want, "each once")
		}
	}
	t.Run("GEN-9 whoever stays is seen once while others come and go", func(t *testing.T) {
		query := tenancy.UserQuery{Kind: tenancy.KindManaged, Search: "common"}
		seen, n := map[tenancy.UserID]int{}, 0
		for u, err := range boss.Users(t.Context(), org, query) {
			require.NoError(t, err)
			seen[u.User.ID]++
			if n++; n%400 == 0 {
				require.NoError(t, boss.RemoveUser(t.Context(), org, u.User.ID, tenancy.Removal{}))
				s.join(ours, fmt.Sprintf("new%d", n), tenancy.StandardUser)
			}
		}
		require.Len(t, seen, members)
		for _, times := range seen {
			require.Equal(t, 1, times)
		}
		require.Empty(t, s.check(tenancy.CheckOptions{}))
	})
}

// TestIndependentPages reads lists in which one account or one user has more entries than
// a page reads, in pages of several sizes (GEN-9).
func TestIndependentPages(t *testing.T) {
	s := newScene(t)
	ana, eve := s.found("ana"), s.found("eve")
	boss, org, support := s.as(ana.User.ID), ana.Organization.ID, tenancy.Roles(tenancy.Support)
	var records []tenancy.Record
	id := func(kind byte, n int) [16]byte { return [16]byte{kind, 15: byte(n), 14: byte(n >> 8)} }
	const members, subaccounts, wide, guests = 1100, 3, 230, 230
	shared := eve.Account.ID
	for n := range members { // of Ana's, with a role on one account of Eve's
		user := tenancy.UserRecord{ID: id(1, n+1), Created: 1}
		records = append(records, user, tenancy.MembershipRecord{Organization: org, User: user.ID, Since: 1},
			tenancy.GrantRecord{Account: shared, User: user.ID, Roles: support},
			tenancy.IndependentUserRecord{Organization: eve.Organization.ID, User: user.ID, Account: shared},
			tenancy.IndependentAccountRecord{Organization: org, Account: shared, User: user.ID})
	}
	for n := range subaccounts {
		records = append(records, tenancy.AccountRecord{ID: id(2, n+1), Owner: eve.User.ID, Organization: eve.Organization.ID,
			Parent: shared, Created: 1})
	}
	// A main account with more subaccounts than a page has, on which one member has a role,
	// and another with subaccounts on which one has a role, and not on the main account.
	for family, main := range []tenancy.AccountID{id(5, 1), id(6, 1)} {
		records = append(records, tenancy.AccountRecord{ID: main, Owner: eve.User.ID, Organization: eve.Organization.ID, Created: 1})
		on := []tenancy.AccountID{main}
		for n := range wide {
			sub := tenancy.AccountRecord{ID: id(7+byte(family), n+1), Owner: eve.User.ID, Organization: eve.Organization.ID,
				Parent: main, Created: 1}
			if records = append(records, sub); family == 1 {
				on = append(on, sub.ID)
			}
		}
		records = append(records, tenancy.GrantRecord{Account: main, User: eve.User.ID, Roles: tenancy.Roles(tenancy.AccountOwner)})
		for i, account := range on {
			parent := main
			if account == main {
				parent = tenancy.AccountID{}
			}
			if family == 1 && i == 0 {
				continue
			}
			user := tenancy.UserID(id(1, 1))
			records = append(records, tenancy.GrantRecord{Account: account, User: user, Roles: support},
				tenancy.IndependentUserRecord{Organization: eve.Organization.ID, User: user, Account: account},
				tenancy.IndependentAccountRecord{Organization: org, Account: account, Parent: parent, User: user})
		}
	}
	for n := range guests {
		user := tenancy.UserRecord{ID: id(3, n+1), Created: 1}
		records = append(records, user, tenancy.GrantRecord{Account: ana.Account.ID, User: user.ID, Roles: support},
			tenancy.IndependentUserRecord{Organization: org, User: user.ID, Account: ana.Account.ID})
	}
	busy := tenancy.UserRecord{ID: id(3, guests/2), Created: 1} // has a role on many accounts
	for n := range 1100 {
		account := tenancy.AccountRecord{ID: id(4, n+1), Owner: ana.User.ID, Organization: org, Created: 1}
		records = append(records, account,
			tenancy.GrantRecord{Account: account.ID, User: ana.User.ID, Roles: tenancy.Roles(tenancy.AccountOwner)},
			tenancy.GrantRecord{Account: account.ID, User: busy.ID, Roles: support},
			tenancy.IndependentUserRecord{Organization: org, User: busy.ID, Account: account.ID})
	}
	s.put(records...)
	s.set.Recount()
	require.Empty(t, s.check(tenancy.CheckOptions{}))
	for _, size := range []int{2, 100} {
		var users []tenancy.OrganizationUser
		query := tenancy.UserQuery{Kind: tenancy.KindIndependent}
		for {
			page, next, err := tenancy.Collect(boss.Users(t.Context(), org, query), size)
			require.NoError(t, err)
			users = append(users, page...)
			if query.After = next; next == "" {
				break
			}
		}
		require.Len(t, users, guests, "USR-16 in pages of %d", size)
		require.Len(t, users[guests/2-1].Grants, 1101)
		var accounts []tenancy.OrganizationAccount
		of := tenancy.AccountQuery{Kind: tenancy.KindIndependent}
		for {
			page, next, err := tenancy.Collect(boss.Accounts(t.Context(), org, of), size)
			require.NoError(t, err)
			accounts = append(accounts, page...)
			if of.After = next; next == "" {
				break
			}
		}
		require.Len(t, accounts, subaccounts+1+2*wide+1, "ACC-9 in pages of %d", size)
		seen := map[tenancy.AccountID]bool{}
		for _, a := range accounts {
			want := 1
			if a.ID == shared || a.ID[0] == 2 {
				want = members
			}
			require.Len(t, a.Members, want, "who has a role on the main account reaches its subaccounts")
			require.False(t, seen[a.ID], "each once")
			seen[a.ID] = true
		}
	}
}

// TestSearchManyWords wants each word of a search looked at, however many there are
// (USR-16).
func TestSearchManyWords(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	found, _, err := tenancy.Collect(c.as(c.owner).Users(c.ctx(), c.org,
		tenancy.UserQuery{Search: strings.Repeat("d ", 64) + "zzz"}), 1)
	require.NoError(t, err)
	require.Empty(t, found)
}
