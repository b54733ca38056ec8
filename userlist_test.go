package tenancy_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// list gives all of a list of users.
func (s *scene) list(
	actor *tenancy.Session, org tenancy.OrganizationID, query tenancy.UserQuery,
) []tenancy.OrganizationUser {
	s.Helper()
	var all []tenancy.OrganizationUser
	for u, err := range actor.Users(s.ctx(), org, query) {
		require.NoError(s, err)
		all = append(all, u)
	}
	return all
}

func TestUsers(t *testing.T) {
	s := newScene(t)
	s.clock.Tick(time.Millisecond)
	ana, bob := s.found("ana"), s.found("bob")
	org, boss := ana.Organization.ID, s.as(ana.User.ID)
	admin, std := s.join(ana, "admin", tenancy.Administrator), s.join(ana, "std", tenancy.StandardUser)
	zoe := s.guest(ana.User.ID, ana.Account.ID, "zoe", tenancy.Developer)
	yan := s.guest(ana.User.ID, ana.Account.ID, "yan", tenancy.Support)
	s.assign(ana.User.ID, ana.Account.ID, std, tenancy.BillingManager)
	_, err := boss.DeactivateUser(t.Context(), std)
	require.NoError(t, err)
	one, two := s.invited(ana, "One@example.com"), s.invited(ana, "two@example.com")
	revoked := s.invited(ana, "three@example.com")
	require.NoError(t, boss.RevokeInvitation(t.Context(), revoked.ID))
	sub, err := boss.CreateSubaccount(t.Context(), ana.Account.ID, tenancy.NewSubaccount{Name: "sub"})
	require.NoError(t, err)
	s.assign(ana.User.ID, sub.ID, zoe, tenancy.BillingManager)
	closed := s.account(ana.User.ID, org, "closed")
	s.guest(ana.User.ID, closed, "late", tenancy.Support)
	_, err = boss.CloseAccount(t.Context(), closed)
	require.NoError(t, err)

	ids := func(users []tenancy.OrganizationUser) []string {
		var all []string
		for _, u := range users {
			switch u.Kind {
			case tenancy.KindPending:
				all = append(all, u.Invitation.String())
			case tenancy.KindRequested:
				all = append(all, u.Request.String())
			default:
				all = append(all, u.User.ID.String())
			}
		}
		return all
	}
	text := func(all ...interface{ String() string }) []string {
		var texts []string
		for _, id := range all {
			texts = append(texts, id.String())
		}
		return texts
	}
	all := s.list(boss, org, tenancy.UserQuery{})

	t.Run("USR-16 managed, independent, pending, each by ID", func(t *testing.T) {
		require.Equal(t, text(ana.User.ID, admin, std, zoe, yan, one.ID, two.ID), ids(all))
	})
	t.Run("USR-16 what each shows", func(t *testing.T) {
		require.Equal(t, tenancy.Owner, all[0].Role)
		require.Equal(t, tenancy.SSOExempt, all[0].SSO)
		require.Equal(t, tenancy.Administrator, all[1].Role)
		require.Equal(t, all[1].User.Created, all[1].Since)
		require.Equal(t, tenancy.StateInactive, all[2].User.State)
		require.Equal(t,
			[]tenancy.Grant{{Account: ana.Account.ID, User: std, Roles: tenancy.Roles(tenancy.BillingManager)}},
			all[2].Grants)
		require.Equal(t, "zoe", all[3].User.Name.Reveal())
		require.Equal(t, []tenancy.Grant{{Account: ana.Account.ID, User: zoe, Roles: tenancy.Roles(tenancy.Developer)},
			{Account: sub.ID, User: zoe, Roles: tenancy.Roles(tenancy.BillingManager)}}, all[3].Grants)
		require.Equal(t, "One@example.com", all[5].User.Email.Reveal())
		require.Equal(t, one.Expires, all[5].Expires)
	})
	t.Run("GEN-5 of independent users name and address alone, of pending ones the address", func(t *testing.T) {
		require.Equal(t, tenancy.User{ID: zoe, Email: all[3].User.Email, Name: all[3].User.Name}, all[3].User)
		require.Equal(t, tenancy.User{Email: all[5].User.Email}, all[5].User)
	})
	t.Run("GEN-5 what is reached through other organizations is not shown", func(t *testing.T) {
		sent, err := s.as(bob.User.ID).
			InviteToAccount(t.Context(), bob.Account.ID, tenancy.NewAccountInvitation{Email: address("zoe"), Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		_, err = s.as(zoe).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: sent.Secret})
		require.NoError(t, err)
		require.Equal(t, all, s.list(s.as(admin), org, tenancy.UserQuery{}))
	})
	t.Run("GEN-5 who manages an account's members sees who has a role there, as Access shows them",
		func(t *testing.T) { s.colleagues(t) })
	t.Run("GEN-5 Operators and System see all", func(t *testing.T) {
		for _, p := range []*tenancy.Platform{s.host, s.staff} {
			seen := s.list(p.Session, org, tenancy.UserQuery{})
			require.Equal(t, ids(all), ids(seen))
			require.Equal(t, tenancy.StateActive, seen[3].User.State)
		}
	})
	for what, filter := range map[string]struct {
		query tenancy.UserQuery
		want  []string
	}{
		"managed":               {tenancy.UserQuery{Kind: tenancy.KindManaged}, text(ana.User.ID, admin, std)},
		"independent":           {tenancy.UserQuery{Kind: tenancy.KindIndependent}, text(zoe, yan)},
		"pending":               {tenancy.UserQuery{Kind: tenancy.KindPending}, text(one.ID, two.ID)},
		"requested":             {tenancy.UserQuery{Kind: tenancy.KindRequested}, nil},
		"Standard Users":        {tenancy.UserQuery{Role: new(tenancy.StandardUser)}, text(std, one.ID, two.ID)},
		"Administrators":        {tenancy.UserQuery{Role: new(tenancy.Administrator)}, text(admin)},
		"the Owner":             {tenancy.UserQuery{Role: new(tenancy.Owner)}, text(ana.User.ID)},
		"active":                {tenancy.UserQuery{State: tenancy.StateActive}, text(ana.User.ID, admin)},
		"inactive":              {tenancy.UserQuery{State: tenancy.StateInactive}, text(std)},
		"prefix of the name":    {tenancy.UserQuery{Search: "ZO"}, text(zoe)},
		"prefix of the address": {tenancy.UserQuery{Search: "ONE@ex"}, text(one.ID)},
		"prefix of two":         {tenancy.UserQuery{Search: "a"}, text(ana.User.ID, admin)},
		"no prefix":             {tenancy.UserQuery{Search: "nobody"}, nil},
		"two filters":           {tenancy.UserQuery{Kind: tenancy.KindManaged, Search: "s"}, text(std)},
	} {
		t.Run("USR-16 filter: "+what, func(t *testing.T) {
			require.Equal(t, filter.want, ids(s.list(boss, org, filter.query)))
		})
	}
	t.Run("GEN-9 from any item on", func(t *testing.T) {
		for i, u := range all {
			require.Equal(t, ids(all[i+1:]), ids(s.list(boss, org, tenancy.UserQuery{After: u.Cursor()})))
		}
		page, next, err := tenancy.Collect(boss.Users(t.Context(), org, tenancy.UserQuery{}), 4)
		require.NoError(t, err)
		require.Equal(t, all[:4], page)
		page, next, err = tenancy.Collect(boss.Users(t.Context(), org, tenancy.UserQuery{After: next}), 4)
		require.NoError(t, err)
		require.Equal(t, all[4:], page)
		require.Empty(t, next)
	})
	t.Run("GEN-9 stable, whoever leaves or comes meanwhile", func(t *testing.T) {
		gone := s.join(ana, "gone", tenancy.StandardUser)
		var seen []string
		for u, err := range boss.Users(t.Context(), org, tenancy.UserQuery{Kind: tenancy.KindManaged}) {
			require.NoError(t, err)
			seen = append(seen, u.User.ID.String())
		}
		require.Equal(t, text(ana.User.ID, admin, std, gone), seen)
		last := s.list(boss, org, tenancy.UserQuery{Kind: tenancy.KindManaged})[3]
		require.NoError(t, boss.RemoveUser(t.Context(), org, gone, tenancy.Removal{}))
		came := s.join(ana, "came", tenancy.StandardUser)
		require.Equal(t, text(came),
			ids(s.list(boss, org, tenancy.UserQuery{Kind: tenancy.KindManaged, After: last.Cursor()})))
	})
	t.Run("USR-4 an expired invitation is no pending user", func(t *testing.T) {
		s.clock.Advance(7 * 24 * time.Hour)
		require.Empty(t, s.list(boss, org, tenancy.UserQuery{Kind: tenancy.KindPending}))
	})
	refuse := func(what string, actor *tenancy.Session, org tenancy.OrganizationID, query tenancy.UserQuery, code tenancy.Code) {
		t.Run(what, func(t *testing.T) {
			_, _, err := tenancy.Collect(actor.Users(t.Context(), org, query), 1)
			refused(t, err, code)
		})
	}
	query := tenancy.UserQuery{}
	refuse("ROLE-3 a Standard User", s.as(s.join(ana, "std2", tenancy.StandardUser)), org, query,
		tenancy.CodeNotAllowed)
	refuse("GEN-5 another's organization", s.as(bob.User.ID), org, query, tenancy.CodeNotFound)
	refuse("GEN-5 an independent user", s.as(zoe), org, query, tenancy.CodeNotFound)
	refuse("GEN-5 no organization", s.host.Session, tenancy.OrganizationID{1}, query, tenancy.CodeNotFound)
	refuse("GEN-14 a zero ID", boss, tenancy.OrganizationID{}, query, tenancy.CodeID)
	refuse("GEN-14 no kind", boss, org, tenancy.UserQuery{Kind: "x"}, tenancy.CodeInput)
	refuse("GEN-14 no state", boss, org, tenancy.UserQuery{State: tenancy.StateDeleted}, tenancy.CodeInput)
	refuse("GEN-14 no role", boss, org, tenancy.UserQuery{Role: new(tenancy.OrganizationRole("nonsense"))}, tenancy.CodeRole)
	refuse("GEN-14 an over-long prefix", boss, org, tenancy.UserQuery{Search: strings.Repeat("x", 1<<20)},
		tenancy.CodeInput)
	refuse("GEN-14 a prefix that is no UTF-8", boss, org, tenancy.UserQuery{Search: "\xff"}, tenancy.CodeInput)
	refuse("GEN-14 no cursor", boss, org, tenancy.UserQuery{After: "x"}, tenancy.CodeCursor)
	refuse("GEN-14 another query's cursor", boss, org,
		tenancy.UserQuery{Kind: tenancy.KindManaged, After: all[0].Cursor()}, tenancy.CodeCursor)
	refuse("GEN-14 another organization's cursor", s.as(bob.User.ID), bob.Organization.ID,
		tenancy.UserQuery{After: all[0].Cursor()}, tenancy.CodeCursor)
	t.Run("GEN-14 a forged cursor", func(t *testing.T) {
		b, err := base64.RawURLEncoding.DecodeString(string(all[0].Cursor()))
		require.NoError(t, err)
		b[9] = 200
		_, _, err = tenancy.Collect(
			boss.Users(t.Context(), org,
				tenancy.UserQuery{After: tenancy.Cursor(base64.RawURLEncoding.EncodeToString(b))}),
			1,
		)
		refused(t, err, tenancy.CodeCursor)
	})
}

func TestUsersPages(t *testing.T) {
	s := newScene(t, tenancy.Options{InvitationsPerDay: -1})
	ana := s.found("ana")
	boss, org := s.as(ana.User.ID), ana.Organization.ID
	const many = 205
	for i := range many {
		s.join(ana, fmt.Sprintf("member%03d", i), tenancy.StandardUser)
		s.guest(ana.User.ID, ana.Account.ID, fmt.Sprintf("guest%03d", i), tenancy.Support)
		s.invited(ana, fmt.Sprintf("pending%03d@example.com", i))
	}
	t.Run("USR-16 pages within and across the kinds leave nobody out and show nobody twice", func(t *testing.T) {
		var seen []tenancy.OrganizationUser
		query := tenancy.UserQuery{}
		for {
			page, next, err := tenancy.Collect(boss.Users(t.Context(), org, query), 77)
			require.NoError(t, err)
			seen = append(seen, page...)
			if query.After = next; next == "" {
				break
			}
		}
		require.Equal(t, s.list(boss, org, tenancy.UserQuery{}), seen)
		counted := map[tenancy.Kind]int{}
		for _, u := range seen {
			counted[u.Kind]++
		}
		require.Equal(
			t,
			map[tenancy.Kind]int{
				tenancy.KindManaged:     many + 1,
				tenancy.KindIndependent: many,
				tenancy.KindPending:     many,
			},
			counted,
		)
	})
	t.Run("USR-16 a filter goes over all pages", func(t *testing.T) {
		require.Len(t, s.list(boss, org, tenancy.UserQuery{Search: "pending204"}), 1)
		require.Len(t, s.list(boss, org, tenancy.UserQuery{Search: "member204"}), 1)
	})
}

func TestUsersWhoAskedToBeInvited(t *testing.T) {
	s := newScene(t)
	s.clock.Tick(time.Millisecond)
	ana := s.found("ana")
	boss, org := s.as(ana.User.ID), ana.Organization.ID
	domain := s.prove(ana.User.ID, org, "acme.com")
	var asked []tenancy.InvitationRequest
	for _, email := range []string{"Quill@acme.com", "quentin@acme.com", "quine@acme.com"} {
		request, err := s.host.RequestInvitation(t.Context(), tenancy.Proven(email))
		require.NoError(t, err)
		asked = append(asked, request)
	}
	require.NoError(t, boss.DismissRequest(t.Context(), asked[1].ID))

	t.Run("USR-16 open requests come last, the address alone", func(t *testing.T) {
		all := s.list(boss, org, tenancy.UserQuery{})
		require.Len(t, all, 3)
		require.Equal(t, tenancy.KindRequested, all[1].Kind)
		require.Equal(t, tenancy.User{Email: all[1].User.Email}, all[1].User)
		require.Equal(t, "Quill@acme.com", all[1].User.Email.Reveal())
		require.Equal(t, asked[0].ID, all[1].Request)
		require.Equal(t, asked[0].Expires, all[1].Expires)
		require.Equal(t, asked[2].ID, all[2].Request)
		found := s.list(boss, org, tenancy.UserQuery{Kind: tenancy.KindRequested, Search: "quin"})
		require.Len(t, found, 1)
		require.Equal(t, asked[2].ID, found[0].Request)
	})
	t.Run("USR-14 a deleted user's requests are settled, and hold no address", func(t *testing.T) {
		require.NoError(t, boss.RemoveDomain(t.Context(), domain))
		sent, err := boss.InviteToAccount(t.Context(), ana.Account.ID,
			tenancy.NewAccountInvitation{Email: "quill@acme.com", Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		quill, err := s.host.SignUp(t.Context(),
			tenancy.NewSignUp{Email: tenancy.Proven("quill@acme.com"), Name: "Quill", Secret: sent.Secret})
		require.NoError(t, err)
		require.Equal(t, [][]string{{"RolesRevoked", "RequestSettled"}}, s.news(func() {
			require.NoError(t, s.staff.DeleteUser(t.Context(), quill.User.ID, tenancy.UserDeletion{}))
		}, ofOrganization(org)))
		record := s.record(tenancy.IndexRequests, tenancy.Key{ID: asked[0].ID}).(tenancy.RequestRecord)
		require.Equal(t, tenancy.StateSettled, record.State)
		require.Equal(t, tenancy.RequestPersonal{}, record.Personal)
		require.Len(t, s.list(boss, org, tenancy.UserQuery{Kind: tenancy.KindRequested}), 1)
	})
	t.Run("USR-18 an expired request is open no more", func(t *testing.T) {
		s.clock.Advance(7 * 24 * time.Hour)
		require.Empty(t, s.list(boss, org, tenancy.UserQuery{Kind: tenancy.KindRequested}))
	})
}

// TestUsersSearch wants that whatever a list shows of somebody finds them when it is typed, and in another case too
// (USR-16).
func TestUsersSearch(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	boss, org := s.as(ana.User.ID), ana.Organization.ID
	s.prove(ana.User.ID, org, "xn--mnchen-3ya.example")
	// member signs somebody up with an invitation to the organization.
	member := func(name, email string) {
		sent := s.invited(ana, email)
		_, err := s.host.SignUp(t.Context(),
			tenancy.NewSignUp{Email: tenancy.Proven(email), Name: name, Secret: sent.Secret})
		require.NoError(t, err)
	}
	member("Σοφός", "Sofos@bücher.example")
	member("ΣΟΦΟΣ", "sofos@χώρος.example")
	member("Élodie Æsir", "elodie@xn--bcher-kva.example")
	member(strings.Repeat("𐐀", 64), "deseret@example.com")
	s.invited(ana, "Pending@straße.example")
	_, err := s.host.RequestInvitation(t.Context(), tenancy.Proven("Asked@münchen.example"))
	require.NoError(t, err)

	all := s.list(boss, org, tenancy.UserQuery{})
	require.Len(t, all, 7)
	finds := func(u tenancy.OrganizationUser, prefix string) bool {
		for _, found := range s.list(boss, org, tenancy.UserQuery{Kind: u.Kind, Search: prefix}) {
			if found.User.ID == u.User.ID && found.Invitation == u.Invitation && found.Request == u.Request {
				return true
			}
		}
		return false
	}
	for _, u := range all {
		for _, text := range []string{u.User.Name.Reveal(), u.User.Email.Reveal()} {
			for _, typed := range []string{text, strings.ToLower(text), strings.ToUpper(text), strings.ToUpper(strings.ToLower(text))} {
				if strings.EqualFold(typed, text) { // "ß" in upper case is two letters, and another text
					require.True(t, finds(u, typed), "%s by %s", text, typed)
				}
			}
		}
	}
	for what, tt := range map[string]struct {
		prefix string
		found  int
	}{
		"USR-16 the address as it is shown":             {"sofos@bücher", 1},
		"USR-16 in capitals":                            {"SOFOS@BÜCHER.EXAMPLE", 1},
		"USR-16 in its canonical form":                  {"sofos@xn--bcher-kva", 1},
		"USR-16 in its canonical form, in capitals":     {"SOFOS@XN--BCHER-KVA", 1},
		"USR-16 a name that ends in sigma, in capitals": {"ΣΟΦΟΣ", 1},
		"USR-16 a name with a final sigma, without it":  {"σοφός", 1},
		"USR-16 with another sigma":                     {"ςΟΦΌσ", 1},
		"USR-16 an accent makes a difference":           {"elo", 1}, // by the address alone
		"USR-16 of a pending user":                      {"PENDING@STRAßE", 1},
		"USR-16 of somebody who asked":                  {"asked@MÜNCHEN", 1},
		"USR-16 a text that none begins with":           {"bücher", 0},
	} {
		t.Run(what, func(t *testing.T) {
			require.Len(t, s.list(boss, org, tenancy.UserQuery{Search: tt.prefix}), tt.found)
		})
	}
}
