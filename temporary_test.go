package tenancy_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// assignUntil gives a user temporary roles on an account.
func (c *cast) assignUntil(
	by tenancy.UserID, account tenancy.AccountID, user tenancy.UserID, until time.Time, roles ...tenancy.AccountRole,
) tenancy.Grant {
	c.Helper()
	grant, err := c.as(by).AssignRoles(c.ctx(), account, user, tenancy.Assignment{Roles: tenancy.Roles(roles...), Until: &until})
	require.NoError(c, err)
	return grant
}

// grantNow returns the temporary part of what is stored of a grant.
func (c *cast) storedGrant(account tenancy.AccountID, user tenancy.UserID) (tenancy.GrantRecord, bool) {
	c.Helper()
	return stored[tenancy.GrantRecord](c.scene, tenancy.IndexGrants, tenancy.Key{In: account, ID: user})
}

// helperFor invites somebody to an account for a time, and returns them.
func (c *cast) helperFor(
	by tenancy.UserID, account tenancy.AccountID, name string, lasting time.Duration, roles ...tenancy.AccountRole,
) tenancy.UserID {
	c.Helper()
	sent, err := c.as(by).InviteToAccount(c.ctx(), account,
		tenancy.NewAccountInvitation{Email: address(name), Roles: tenancy.Roles(roles...), For: &lasting})
	require.NoError(c, err)
	up, err := c.host.SignUp(c.ctx(), tenancy.NewSignUp{Email: tenancy.Proven(address(name)), Name: name, Secret: sent.Secret})
	require.NoError(c, err)
	return up.User.ID
}

func TestTemporaryRoles(t *testing.T) {
	t.Run("ACC-11 each of the two sets leaves the other", func(t *testing.T) {
		c := newCast(t)
		end := c.clock.Now().Add(time.Hour)
		said := c.said(organizationStream(c.org), func() {
			grant := c.assignUntil(c.cleo, c.work, c.gil, end, tenancy.Developer)
			require.Equal(t, tenancy.Grant{Account: c.work, User: c.gil, Roles: tenancy.Roles(tenancy.Support),
				Temporary: tenancy.Roles(tenancy.Developer), Until: end}, grant)
			grant, err := c.as(c.cleo).AssignRoles(c.ctx(), c.work, c.gil,
				tenancy.Assignment{Roles: tenancy.Roles(tenancy.BillingManager)})
			require.NoError(t, err)
			require.Equal(t, tenancy.Grant{Account: c.work, User: c.gil, Roles: tenancy.Roles(tenancy.BillingManager),
				Temporary: tenancy.Roles(tenancy.Developer), Until: end}, grant)
		})
		require.Equal(t, []tenancy.EventData{
			tenancy.TemporaryRolesAssigned{Account: c.work, User: c.gil, Roles: tenancy.Roles(tenancy.Developer),
				Until: tenancy.Instant(end.UnixMicro())},
			tenancy.RolesAssigned{Account: c.work, User: c.gil, Roles: tenancy.Roles(tenancy.BillingManager)},
		}, said)
		c.unchanged(func() { c.assignUntil(c.cleo, c.work, c.gil, end, tenancy.Developer) }) // GEN-6
		require.Len(t, c.said(organizationStream(c.org), func() {                            // another time is a change
			c.assignUntil(c.cleo, c.work, c.gil, end.Add(time.Microsecond), tenancy.Developer)
		}), 1)
	})
	t.Run("ACC-11 a time that is not in the future is invalid, and one that is too far", func(t *testing.T) {
		c := newCast(t)
		for _, until := range []time.Time{
			{}, c.clock.Now(), c.clock.Now().Add(-time.Second), time.Unix(0, 0), time.Unix(0, 1), time.Unix(1<<62, 0), time.Unix(-1<<62, 0),
			time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), c.clock.Now().Add(999 * time.Nanosecond),
		} {
			c.unchanged(func() {
				_, err := c.as(c.cleo).AssignRoles(c.ctx(), c.work, c.gil,
					tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer), Until: &until})
				refused(t, err, tenancy.CodeUntil)
			})
		}
		c.assignUntil(c.cleo, c.work, c.gil, c.clock.Now().Add(time.Microsecond), tenancy.Developer)
		c.assignUntil(c.cleo, c.work, c.gil, time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC), tenancy.Developer)
		for _, lasting := range []time.Duration{0, -1, -time.Hour, 999, -1 << 63} {
			c.unchanged(func() {
				refused(t, second(c.as(c.cleo).InviteToAccount(c.ctx(), c.work, tenancy.NewAccountInvitation{
					Email: address("new"), Roles: tenancy.Roles(tenancy.Support), For: &lasting})), tenancy.CodeUntil)
			})
		}
		c.helperFor(c.cleo, c.work, "new", 1<<63-1, tenancy.Support)
	})
	t.Run("ACC-11 each set is a set as in ACC-7, and the owner's grant is left alone", func(t *testing.T) {
		c := newCast(t)
		end := new(c.clock.Now().Add(time.Hour))
		for _, roles := range []tenancy.RoleSet{
			{}, tenancy.Roles(tenancy.AccountOwner), tenancy.Roles(tenancy.AccountAdministrator, tenancy.Support),
		} {
			refused(t, second(c.as(c.cleo).AssignRoles(c.ctx(), c.work, c.gil, tenancy.Assignment{Roles: roles, Until: end})), tenancy.CodeRoles)
		}
		refused(t, second(c.as(c.owner).AssignRoles(c.ctx(), c.work, c.cleo,
			tenancy.Assignment{Roles: tenancy.Roles(tenancy.Support), Until: end})), tenancy.CodeOwnerGrant)
	})
	t.Run("ACC-11 revoking and relinquishing take both", func(t *testing.T) {
		c := newCast(t)
		for _, take := range []func(tenancy.UserID) error{
			func(u tenancy.UserID) error { return c.as(c.cleo).RevokeRoles(c.ctx(), c.work, u) },
			func(u tenancy.UserID) error { return c.as(u).Relinquish(c.ctx(), c.work) },
		} {
			c.assign(c.owner, c.work, c.dan, tenancy.Support)
			c.assignUntil(c.owner, c.work, c.dan, c.clock.Now().Add(time.Hour), tenancy.Developer)
			require.NoError(t, take(c.dan))
			_, there := c.storedGrant(c.work, c.dan)
			require.False(t, there)
		}
	})
	t.Run("ACC-11 what has ended is not there to revoke, to relinquish and to keep", func(t *testing.T) {
		c := newCast(t)
		end := c.clock.Now().Add(time.Hour)
		c.assignUntil(c.owner, c.work, c.dan, end, tenancy.AccountAdministrator)
		c.clock.Advance(time.Hour)
		c.unchanged(func() {
			refused(t, c.as(c.owner).RevokeRoles(c.ctx(), c.work, c.dan), tenancy.CodeNoGrant)
			refused(t, c.as(c.cleo).RevokeRoles(c.ctx(), c.work, c.dan), tenancy.CodeNotFound)
			refused(t, c.as(c.dan).Relinquish(c.ctx(), c.work), tenancy.CodeNotFound)
			refused(t, second(c.as(c.cleo).AssignRoles(c.ctx(), c.work, c.dan,
				tenancy.Assignment{Roles: tenancy.Roles(tenancy.Support)})), tenancy.CodeNotFound)
		})
		c.assign(c.owner, c.work, c.dan, tenancy.Support)
		require.Equal(t, tenancy.Roles(tenancy.Support), c.reach(c.work, c.dan).Roles)
		require.Zero(t, c.reach(c.work, c.dan).DirectUntil)
	})
	t.Run("ACC-11 becoming the owner ends them", func(t *testing.T) {
		c := newCast(t)
		c.assignUntil(c.owner, c.work, c.dan, c.clock.Now().Add(time.Hour), tenancy.Developer)
		require.NoError(t, second(c.as(c.cleo).TransferAccount(c.ctx(), c.work, c.dan)))
		grant, _ := c.storedGrant(c.work, c.dan)
		require.Equal(t, tenancy.GrantRecord{Account: c.work, User: c.dan, Roles: tenancy.Roles(tenancy.AccountOwner)}, grant)
	})
	t.Run("ACC-11 GEN-10 an heir who had a temporary role, and is outside elsewhere, loses it with all that follows from it", func(t *testing.T) {
		c := newCast(t)
		c.secondOrganization() // to which the account is independent
		c.assignUntil(c.owner, c.work, c.owner, c.clock.Now().Add(time.Hour), tenancy.Developer)
		require.NoError(t, c.as(c.owner).RemoveUser(c.ctx(), c.org, c.cleo, tenancy.Removal{AccountsTo: c.owner}))
		grant, _ := c.storedGrant(c.work, c.owner)
		require.Equal(t, tenancy.GrantRecord{Account: c.work, User: c.owner, Roles: tenancy.Roles(tenancy.AccountOwner)}, grant)
		c.sound()
	})
	t.Run("ACC-11 closing, leaving, removal and deletion end them", func(t *testing.T) {
		for _, end := range []func(c *cast) error{
			func(c *cast) error { return second(c.as(c.cleo).CloseAccount(c.ctx(), c.work)) },
			func(c *cast) error { return c.as(c.dan).Leave(c.ctx(), c.org) },
			func(c *cast) error { return c.as(c.owner).RemoveUser(c.ctx(), c.org, c.dan, tenancy.Removal{}) },
			func(c *cast) error { return c.as(c.owner).DeleteUser(c.ctx(), c.dan, tenancy.UserDeletion{}) },
		} {
			c := newCast(t)
			c.assignUntil(c.owner, c.work, c.dan, c.clock.Now().Add(time.Hour), tenancy.Developer)
			require.NoError(t, end(c))
			_, there := c.storedGrant(c.work, c.dan)
			require.False(t, there)
		}
	})
	t.Run("ACC-11 Purge removes what has ended, and no answer changes", func(t *testing.T) {
		c := newCast(t)
		c.assignUntil(c.cleo, c.work, c.gil, c.clock.Now().Add(time.Hour), tenancy.Developer)
		c.assignUntil(c.owner, c.work, c.dan, c.clock.Now().Add(time.Hour), tenancy.Developer)
		c.assignUntil(c.owner, c.main, c.dan, c.clock.Now().Add(2*time.Hour), tenancy.Developer)
		c.clock.Advance(time.Hour - time.Microsecond)
		done, err := c.host.Purge(c.ctx())
		require.NoError(t, err)
		require.Zero(t, done.Grants)
		c.clock.Advance(time.Microsecond)
		before := c.picture(c.work)
		said := c.said(organizationStream(c.org), func() {
			done, err := c.host.Purge(c.ctx())
			require.NoError(t, err)
			require.Equal(t, 2, done.Grants)
		})
		require.ElementsMatch(t, []tenancy.EventData{
			tenancy.TemporaryRolesEnded{Account: c.work, User: c.gil}, tenancy.TemporaryRolesEnded{Account: c.work, User: c.dan},
		}, said)
		require.Equal(t, before, c.picture(c.work))
		_, there := c.storedGrant(c.work, c.dan)
		require.False(t, there)
		grant, _ := c.storedGrant(c.work, c.gil)
		require.Equal(t, tenancy.GrantRecord{Account: c.work, User: c.gil, Roles: tenancy.Roles(tenancy.Support)}, grant)
		again, err := c.host.Purge(c.ctx())
		require.NoError(t, err)
		require.Zero(t, again.Grants)
	})
	t.Run("ACC-11 GEN-5 GRP-2 whose roles have ended is to a group as who never had one", func(t *testing.T) {
		c := newCast(t)
		group := c.group(c.owner, c.org)
		users := []tenancy.UserID{c.helperFor(c.cleo, c.work, "hal", time.Hour, tenancy.Support)}
		refused(t, errOf(c.as(c.owner).AddToGroup(c.ctx(), group, users)), tenancy.CodeNotMember)
		require.NoError(t, errOf(c.as(c.owner).RemoveFromGroup(c.ctx(), group, users)))
		c.clock.Advance(time.Hour)
		refused(t, errOf(c.as(c.owner).AddToGroup(c.ctx(), group, users)), tenancy.CodeNotFound)
		refused(t, errOf(c.as(c.owner).RemoveFromGroup(c.ctx(), group, users)), tenancy.CodeNotFound)
	})
	t.Run("ACC-11 more than a page of them is purged", func(t *testing.T) {
		c := newCast(t)
		accounts := []tenancy.AccountID{}
		for range 105 {
			accounts = append(accounts, c.account(c.owner, c.org, "One of many"))
		}
		for _, account := range accounts {
			c.assignUntil(c.owner, account, c.dan, c.clock.Now().Add(time.Hour), tenancy.Support)
		}
		c.clock.Advance(time.Hour)
		done, err := c.host.Purge(c.ctx())
		require.NoError(t, err)
		require.Equal(t, 105, done.Grants)
	})
	t.Run("ACC-11 INV-13 what has ended and what it was given to have ended too", func(t *testing.T) {
		c := newCast(t)
		c.assignUntil(c.owner, c.work, c.dan, c.clock.Now().Add(time.Hour), tenancy.Developer)
		helper := c.helperFor(c.cleo, c.work, "hal", time.Hour, tenancy.Support)
		c.clock.Advance(time.Hour)
		c.sound()
		require.NoError(t, c.as(c.owner).DeleteUser(c.ctx(), c.dan, tenancy.UserDeletion{}))
		require.NoError(t, second(c.as(c.cleo).CloseAccount(c.ctx(), c.work)))
		require.NoError(t, c.as(c.owner).DeleteOrganization(c.ctx(), c.org, tenancy.OrganizationDeletion{}))
		c.sound()
		done, err := c.host.Purge(c.ctx())
		require.NoError(t, err)
		require.Equal(t, 2, done.Grants)
		_, there := c.storedGrant(c.work, helper)
		require.False(t, there)
	})
}

// reach returns how a user reaches an account, as Access shows it.
func (c *cast) reach(account tenancy.AccountID, user tenancy.UserID) tenancy.Reach {
	c.Helper()
	for _, r := range items(c.T, c.host.Access(c.ctx(), account, tenancy.ReachQuery{})) {
		if r.User == user {
			return r
		}
	}
	return tenancy.Reach{}
}

// picture is what reads return about an account and its people.
func (c *cast) picture(account tenancy.AccountID) []any {
	c.Helper()
	var seen []any
	owner := c.as(c.owner)
	for _, r := range items(c.T, owner.Access(c.ctx(), account, tenancy.ReachQuery{})) {
		seen = append(seen, r)
	}
	for _, u := range items(c.T, owner.Users(c.ctx(), c.org, tenancy.UserQuery{})) {
		seen = append(seen, u)
	}
	for _, user := range []tenancy.UserID{c.dan, c.gil, c.manager, c.cleo} {
		for _, r := range items(c.T, c.host.AccountsOf(c.ctx(), user, tenancy.AccountsOfQuery{})) {
			seen = append(seen, r)
		}
		may, err := c.host.Permissions(c.ctx(), user, account)
		require.NoError(c, err)
		seen = append(seen, may)
	}
	return seen
}

func TestTemporaryInvitations(t *testing.T) {
	accept := func(c *cast, user tenancy.UserID, name string, lasting *time.Duration, roles ...tenancy.AccountRole) tenancy.Grant {
		c.Helper()
		sent, err := c.as(c.cleo).InviteToAccount(c.ctx(), c.work,
			tenancy.NewAccountInvitation{Email: address(name), Roles: tenancy.Roles(roles...), For: lasting})
		require.NoError(c, err)
		c.clock.Advance(time.Hour)
		offer, err := c.as(user).Invitation(c.ctx(), sent.Secret)
		require.NoError(c, err)
		if lasting != nil {
			require.Equal(c, tenancy.Duration(*lasting), offer.RolesFor)
		}
		done, err := c.as(user).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})
		require.NoError(c, err)
		return *done.Granted
	}
	for _, row := range []struct {
		name    string
		roles   tenancy.RoleSet // that were there
		had     tenancy.RoleSet // the temporary ones that were there
		offered tenancy.AccountRole
		lasting time.Duration // zero: without an end
		then    tenancy.RoleSet
		now     tenancy.RoleSet
		renewed bool
	}{
		{"adds nothing to those without an end", tenancy.Roles(tenancy.Support), tenancy.RoleSet{}, tenancy.Developer, time.Hour,
			tenancy.Roles(tenancy.Support), tenancy.Roles(tenancy.Developer), true},
		{"replaces temporary ones", tenancy.Roles(tenancy.Support), tenancy.Roles(tenancy.BillingManager), tenancy.Developer, time.Hour,
			tenancy.Roles(tenancy.Support), tenancy.Roles(tenancy.Developer), true},
		{"replaces a temporary Administrator", tenancy.Roles(tenancy.Support), tenancy.Roles(tenancy.AccountAdministrator), tenancy.Developer, time.Hour,
			tenancy.Roles(tenancy.Support), tenancy.Roles(tenancy.Developer), true},
		{"without an end leaves temporary ones", tenancy.Roles(tenancy.Support), tenancy.Roles(tenancy.Developer), tenancy.BillingManager, 0,
			tenancy.Roles(tenancy.Support, tenancy.BillingManager), tenancy.Roles(tenancy.Developer), false},
		{"an Administrator stays just that", tenancy.Roles(tenancy.AccountAdministrator), tenancy.RoleSet{}, tenancy.Developer, time.Hour,
			tenancy.Roles(tenancy.AccountAdministrator), tenancy.RoleSet{}, false},
	} {
		t.Run("ACC-11 "+row.name, func(t *testing.T) {
			c := newCast(t)
			c.assign(c.cleo, c.work, c.gil, row.roles.All()...)
			old := c.clock.Now().Add(48 * time.Hour)
			if !row.had.IsZero() {
				c.assignUntil(c.cleo, c.work, c.gil, old, row.had.All()...)
			}
			var lasting *time.Duration
			if row.lasting != 0 {
				lasting = &row.lasting
			}
			want := tenancy.Grant{Account: c.work, User: c.gil, Roles: row.then, Temporary: row.now}
			switch got := accept(c, c.gil, "gil", lasting, row.offered); {
			case row.renewed:
				want.Until = c.clock.Now().Add(row.lasting)
				require.Equal(t, want, got)
			case !row.had.IsZero():
				want.Until = old
				require.Equal(t, want, got)
			default:
				require.Equal(t, want, got)
			}
		})
	}
	t.Run("ACC-11 the owner stays just that", func(t *testing.T) {
		c := newCast(t)
		got := accept(c, c.cleo, "cleo", new(time.Hour), tenancy.Developer)
		require.Equal(t, tenancy.Grant{Account: c.work, User: c.cleo, Roles: tenancy.Roles(tenancy.AccountOwner)}, got)
	})
	t.Run("ACC-11 the time runs from acceptance, also as they sign up", func(t *testing.T) {
		c := newCast(t)
		sent, err := c.as(c.cleo).InviteToAccount(c.ctx(), c.work,
			tenancy.NewAccountInvitation{Email: address("hal"), Roles: tenancy.Roles(tenancy.Support), For: new(time.Hour)})
		require.NoError(t, err)
		c.clock.Advance(3 * time.Hour)
		up, err := c.host.SignUp(c.ctx(), tenancy.NewSignUp{Email: tenancy.Proven(address("hal")), Name: "Hal", Secret: sent.Secret})
		require.NoError(t, err)
		require.Equal(t, c.clock.Now().Add(time.Hour), c.reach(c.work, up.User.ID).DirectUntil)
	})
	t.Run("ACC-11 resending keeps how long they last", func(t *testing.T) {
		c := newCast(t)
		sent, err := c.as(c.cleo).InviteToAccount(c.ctx(), c.work,
			tenancy.NewAccountInvitation{Email: address("hal"), Roles: tenancy.Roles(tenancy.Support), For: new(time.Hour)})
		require.NoError(t, err)
		again, err := c.as(c.cleo).ResendInvitation(c.ctx(), sent.ID)
		require.NoError(t, err)
		require.Equal(t, tenancy.Duration(time.Hour), again.RolesFor)
	})
}

func TestTemporaryManager(t *testing.T) {
	support := tenancy.Roles(tenancy.Support)
	for _, on := range []string{"the account", "its main account"} {
		t.Run("ACC-11 one who manages members by a temporary role on "+on, func(t *testing.T) {
			c := newCast(t)
			end := c.clock.Now().Add(2 * time.Hour)
			account := c.work
			if on == "its main account" {
				account = c.subaccount(c.cleo, c.work, "Part")
			}
			c.assignUntil(c.owner, c.work, c.dan, end, tenancy.AccountAdministrator)
			s := c.as(c.dan)
			assign := func(user tenancy.UserID, until *time.Time) error {
				return second(s.AssignRoles(c.ctx(), account, user, tenancy.Assignment{Roles: support, Until: until}))
			}
			invite := func(name string, lasting *time.Duration) error {
				return second(s.InviteToAccount(c.ctx(), account,
					tenancy.NewAccountInvitation{Email: address(name), Roles: support, For: lasting}))
			}
			c.unchanged(func() {
				refused(t, assign(c.gil, nil), tenancy.CodeOutlasts)
				refused(t, assign(c.gil, new(end.Add(time.Microsecond))), tenancy.CodeOutlasts)
				refused(t, assign(c.dan, new(end)), tenancy.CodeOneself)
				refused(t, assign(c.dan, nil), tenancy.CodeOneself)
				refused(t, invite("hal", nil), tenancy.CodeOutlasts)
				refused(t, invite("hal", new(2*time.Hour+time.Microsecond)), tenancy.CodeOutlasts)
				refused(t, invite("dan", new(time.Hour)), tenancy.CodeOneself)
				refused(t, invite("DAN", new(time.Hour)), tenancy.CodeOneself)
				refused(t, assign(tenancy.UserID{1}, nil), tenancy.CodeOutlasts) // before who is named is looked at
			})
			require.NoError(t, assign(c.gil, new(end)))
			require.NoError(t, invite("hal", new(2*time.Hour)))
			require.NoError(t, second(c.as(c.owner).AssignRoles(c.ctx(), c.work, c.dan,
				tenancy.Assignment{Roles: support})))
			refused(t, assign(c.gil, nil), tenancy.CodeOutlasts) // another role without an end, which does not manage members
			require.NoError(t, second(c.as(c.owner).AssignRoles(c.ctx(), c.work, c.dan,
				tenancy.Assignment{Roles: tenancy.Roles(tenancy.AccountAdministrator)})))
			require.NoError(t, assign(c.gil, nil))
			require.NoError(t, invite("una", nil))
		})
	}
	t.Run("ACC-11 an Administrator of the organization gives what they like", func(t *testing.T) {
		c := newCast(t)
		c.assignUntil(c.owner, c.work, c.admin, c.clock.Now().Add(time.Hour), tenancy.AccountAdministrator)
		c.assign(c.admin, c.work, c.admin, tenancy.Developer)
		c.assign(c.admin, c.work, c.gil, tenancy.Developer)
	})
	t.Run("ACC-11 resending is sending", func(t *testing.T) {
		c := newCast(t)
		c.assignUntil(c.owner, c.work, c.dan, c.clock.Now().Add(2*time.Hour), tenancy.AccountAdministrator)
		invite := func(name string) tenancy.InvitationID {
			sent, err := c.as(c.cleo).InviteToAccount(c.ctx(), c.work,
				tenancy.NewAccountInvitation{Email: address(name), Roles: support})
			require.NoError(t, err)
			return sent.ID
		}
		sent, own := invite("hal"), invite("dan")
		c.unchanged(func() {
			refused(t, second(c.as(c.dan).ResendInvitation(c.ctx(), sent)), tenancy.CodeOutlasts)
			refused(t, second(c.as(c.dan).ResendInvitation(c.ctx(), own)), tenancy.CodeOneself)
		})
		require.NoError(t, c.as(c.dan).RevokeInvitation(c.ctx(), sent)) // which gives nothing
	})
	t.Run("ACC-11 USR-6 decided again at acceptance: the inviter could still send it", func(t *testing.T) {
		for _, row := range []struct {
			name string
			wait time.Duration
			then func(c *cast)
			want tenancy.Code
		}{
			{"in time", time.Hour, func(*cast) {}, ""},
			{"a microsecond late", time.Hour + time.Microsecond, func(*cast) {}, tenancy.CodeInviter},
			{"the inviter's end came nearer", 0, func(c *cast) {
				c.assignUntil(c.owner, c.work, c.dan, c.clock.Now().Add(time.Hour-time.Microsecond), tenancy.AccountAdministrator)
			}, tenancy.CodeInviter},
			{"the inviter has no end now", 3 * time.Hour, func(c *cast) {
				c.assign(c.owner, c.work, c.dan, tenancy.AccountAdministrator)
			}, ""},
		} {
			t.Run(row.name, func(t *testing.T) {
				c := newCast(t)
				c.assignUntil(c.owner, c.work, c.dan, c.clock.Now().Add(2*time.Hour), tenancy.AccountAdministrator)
				sent, err := c.as(c.dan).InviteToAccount(c.ctx(), c.work,
					tenancy.NewAccountInvitation{Email: address("eve"), Roles: support, For: new(time.Hour)})
				require.NoError(t, err)
				row.then(c)
				c.clock.Advance(row.wait)
				offer, err := c.as(c.other).Invitation(c.ctx(), sent.Secret)
				require.NoError(t, err)
				require.Equal(t, row.want, offer.Refusal)
				listed := items(t, c.as(c.owner).AccountInvitations(c.ctx(), c.work, tenancy.InvitationQuery{State: tenancy.StatePending}))
				require.Len(t, listed, 1)
				require.Equal(t, row.want, listed[0].Refusal)
				_, err = c.as(c.other).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})
				if row.want == "" {
					require.NoError(t, err)
				} else {
					refused(t, err, row.want)
				}
			})
		}
	})
	t.Run("ACC-11 not to oneself by an address that became one's own", func(t *testing.T) {
		c := newCast(t)
		c.assignUntil(c.owner, c.work, c.dan, c.clock.Now().Add(3*time.Hour), tenancy.AccountAdministrator)
		sent, err := c.as(c.dan).InviteToAccount(c.ctx(), c.work,
			tenancy.NewAccountInvitation{Email: address("danny"), Roles: support, For: new(time.Hour)})
		require.NoError(t, err)
		require.NoError(t, second(c.host.ChangeEmail(c.ctx(), c.dan, tenancy.Proven(address("danny")))))
		c.unchanged(func() {
			refused(t, second(c.as(c.dan).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})), tenancy.CodeInviter)
		})
	})
}

// TestTemporaryCells calls every operation as somebody who has a role on the account, or on
// its main account, until a time: the microsecond before they are answered like somebody who
// has the role without an end, and from then on like somebody who has none (ACC-11).
func TestTemporaryCells(t *testing.T) {
	p := newPremises(t)
	owner := p.dir.As(p.founder.User.ID)
	sub, err := owner.CreateSubaccount(p.ctx(), p.account, tenancy.NewSubaccount{Name: "Part"})
	require.NoError(t, err)
	nobody := p.join(p.founder, "nemo", tenancy.StandardUser)
	end := p.clock.Now().Add(time.Hour)
	temporary := map[tenancy.AccountRole]tenancy.UserID{}
	lasting := map[tenancy.AccountRole]tenancy.UserID{}
	for _, role := range []tenancy.AccountRole{tenancy.AccountAdministrator, tenancy.Developer, tenancy.BillingManager, tenancy.Support} {
		temporary[role] = p.join(p.founder, "t"+string(role[:3]), tenancy.StandardUser)
		lasting[role] = p.join(p.founder, "l"+string(role[:3]), tenancy.StandardUser)
		for user, until := range map[tenancy.UserID]*time.Time{temporary[role]: &end, lasting[role]: nil} {
			_, err := owner.AssignRoles(p.ctx(), p.account, user, tenancy.Assignment{Roles: tenancy.Roles(role), Until: until})
			require.NoError(t, err)
		}
	}
	call := func(name string, user tenancy.UserID) (code tenancy.Code) {
		s := &tenancy.Platform{Session: p.dir.As(user)}
		if slices.Contains(alone, name) {
			return tenancy.CodeOf(calls[name](p.ctx(), s, p))
		}
		_, err := s.Preview(p.ctx(), func(ctx context.Context, s *tenancy.Platform) error {
			code = tenancy.CodeOf(calls[name](ctx, s, p))
			return nil
		})
		require.NoError(t, err)
		return code
	}
	names := slices.Sorted(maps.Keys(calls))
	same := func(t *testing.T, as func(tenancy.AccountRole) tenancy.UserID, except ...string) {
		for _, name := range names {
			for role, user := range temporary {
				if !slices.Contains(except, name) {
					require.Equal(t, call(name, as(role)), call(name, user), "%s as %s", name, role)
				}
			}
		}
	}
	differ := 0
	for _, name := range names {
		if call(name, lasting[tenancy.AccountAdministrator]) != call(name, nobody) {
			differ++
		}
	}
	require.Greater(t, differ, 10, "the operations in which a role counts")
	main := p.account
	at := func(name string, account tenancy.AccountID, as func(tenancy.AccountRole) tenancy.UserID, except ...string) {
		p.account, p.closing = account, account
		t.Run("ACC-11 "+name, func(t *testing.T) { same(t, as, except...) })
	}
	like := func(role tenancy.AccountRole) tenancy.UserID { return lasting[role] }
	none := func(tenancy.AccountRole) tenancy.UserID { return nobody }
	p.clock.Advance(time.Hour - time.Microsecond)
	at("before the end", main, like, "AssignRoles", "InviteToAccount")
	at("before the end, on a subaccount", sub.ID, like, "AssignRoles", "InviteToAccount")
	p.clock.Advance(time.Microsecond)
	at("at the end", main, none)
	at("at the end, on a subaccount", sub.ID, none)
	p.clock.Advance(time.Microsecond)
	at("after the end", main, none)
}

// TestTemporaryReads walks the reads that show who has a role, the microsecond before its
// end and at it (ACC-11).
func TestTemporaryReads(t *testing.T) {
	c := newCast(t)
	sub := c.subaccount(c.cleo, c.work, "Part")
	end := c.clock.Now().Add(time.Hour)
	guest := c.helperFor(c.cleo, c.work, "hal", time.Hour, tenancy.AccountAdministrator) // independent, by this alone
	c.assignUntil(c.owner, c.work, c.dan, end, tenancy.Developer)                        // a member
	sent, err := c.as(c.other).InviteToAccount(c.ctx(), c.eve.Account.ID,                // a member on an independent account
		tenancy.NewAccountInvitation{Email: address("dan"), Roles: tenancy.Roles(tenancy.Support), For: new(time.Hour)})
	require.NoError(t, err)
	require.NoError(t, second(c.as(c.dan).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})))
	owner, far := c.as(c.owner), c.eve.Account.ID

	look := func(want bool) {
		seen := func(err error) bool {
			if tenancy.CodeOf(err) != tenancy.CodeNotFound {
				require.NoError(t, err)
			}
			return err == nil
		}
		var until time.Time
		why := tenancy.WhyUnreachable
		if want {
			until, why = end, tenancy.WhyGrant
		}
		for _, s := range []*tenancy.Session{c.host.Session, c.staff.Session, c.as(c.dan)} {
			d, err := s.Can(c.ctx(), c.dan, tenancy.Build, c.work)
			require.NoError(t, err)
			require.Equal(t, want, d.Allowed)
			require.Equal(t, until, d.Until)
			require.Equal(t, why, d.Why)
			d, err = s.Can(c.ctx(), c.dan, tenancy.Build, sub)
			require.NoError(t, err)
			require.Equal(t, want, d.Allowed)
			require.Equal(t, until, d.Until)
			many, err := s.CanMany(c.ctx(), c.dan, tenancy.Build, []tenancy.AccountID{c.work, sub})
			require.NoError(t, err)
			require.Equal(t, []bool{want, want}, []bool{many[0].Allowed, many[1].Allowed})
			all, err := s.Permissions(c.ctx(), c.dan, sub)
			require.NoError(t, err)
			require.Equal(t, want, all[tenancy.ReadUsage].Allowed)
		}
		d, err := owner.Can(c.ctx(), guest, tenancy.Build, c.work)
		require.Equal(t, want, seen(err), "an independent user is seen by their role alone")
		require.Equal(t, want, d.Allowed)
		many, err := owner.CanMany(c.ctx(), guest, tenancy.Build, []tenancy.AccountID{c.work, c.main})
		require.NoError(t, err)
		require.Equal(t, want, seen(many[0].Err))
		require.Equal(t, want, seen(many[1].Err))
		require.Equal(t, want, seen(second(owner.Permissions(c.ctx(), guest, c.main))))
		require.Equal(t, want, seen(second(owner.CanInOrganization(c.ctx(), guest, tenancy.ReadLog, c.org))))
		require.Equal(t, want, seen(second(owner.OrganizationPermissions(c.ctx(), guest, c.org))))
		require.Equal(t, want, seen(second(c.as(c.dan).Account(c.ctx(), c.work))))
		require.Equal(t, want, seen(second(c.as(c.dan).Account(c.ctx(), sub))))
		require.Equal(t, want, seen(second(owner.Account(c.ctx(), far))), "an independent account")
		_, _, err = owner.User(c.ctx(), guest)
		require.Equal(t, want, seen(err))
		_, _, err = c.as(guest).User(c.ctx(), c.gil)
		require.Equal(t, want, seen(err), "an Administrator of the account sees who has a role there")
		_, _, err = c.as(c.cleo).User(c.ctx(), guest)
		require.Equal(t, want, seen(err))
		require.Equal(t, want, seen(failure(owner.AccountsOf(c.ctx(), guest, tenancy.AccountsOfQuery{}))))
		require.Equal(t, want, seen(failure(c.as(guest).Access(c.ctx(), c.work, tenancy.ReachQuery{}))))
		require.Equal(t, want, seen(failure(c.as(guest).AccountInvitations(c.ctx(), c.work, tenancy.InvitationQuery{}))))

		reaches := map[tenancy.AccountID]tenancy.Reach{}
		for _, r := range items(t, c.as(c.dan).AccountsOf(c.ctx(), c.dan, tenancy.AccountsOfQuery{})) {
			reaches[r.Account] = r
		}
		require.Equal(t, until, reaches[c.work].DirectUntil)
		require.Equal(t, until, reaches[sub].FromParentUntil)
		require.Equal(t, until, reaches[far].DirectUntil)
		require.Equal(t, want, len(reaches) == 3)
		require.Equal(t, want, !c.reach(c.work, guest).Roles.IsZero())
		require.Equal(t, want, !c.reach(sub, guest).Roles.IsZero())
		require.Equal(t, until, c.reach(sub, guest).FromParentUntil)

		independent := map[tenancy.UserID]tenancy.OrganizationUser{}
		var managed tenancy.OrganizationUser
		for _, u := range items(t, owner.Users(c.ctx(), c.org, tenancy.UserQuery{})) {
			if u.Kind == tenancy.KindIndependent {
				independent[u.User.ID] = u
			}
			if u.User.ID == c.dan {
				managed = u
			}
		}
		require.Equal(t, want, !independent[guest].User.ID.IsZero())
		require.Contains(t, independent, c.gil)
		require.Equal(t, want, len(managed.Grants) == 1)
		found := items(t, owner.Users(c.ctx(), c.org, tenancy.UserQuery{Search: "hal"}))
		require.Equal(t, want, len(found) == 1)
		outside := items(t, owner.Accounts(c.ctx(), c.org, tenancy.AccountQuery{Kind: tenancy.KindIndependent}))
		require.Equal(t, want, len(outside) == 1)
		if want {
			require.Equal(t, until, independent[guest].Grants[0].Until)
			require.Equal(t, until, managed.Grants[0].Until)
			require.Equal(t, until, outside[0].Members[0].Until)
		}
		require.Equal(t, want, c.namesIn(c.org, guest), "the log's names")
	}
	c.clock.Advance(time.Hour - time.Microsecond)
	look(true)
	c.clock.Advance(time.Microsecond)
	look(false)
	c.clock.Advance(time.Hour)
	look(false)
	require.NoError(t, second(c.host.Purge(c.ctx())))
	look(false)
}

// namesIn reports whether the log that the Owner reads has the name of a user.
func (c *cast) namesIn(org tenancy.OrganizationID, user tenancy.UserID) bool {
	c.Helper()
	for _, e := range items(c.T, c.as(c.owner).Events(c.ctx(), organizationStream(org), tenancy.EventQuery{})) {
		if !e.NameOf(user.String()).Name.IsZero() {
			return true
		}
	}
	return false
}

func TestTemporaryDecision(t *testing.T) {
	c := newCast(t)
	sub := c.subaccount(c.cleo, c.work, "Part")
	soon, late := c.clock.Now().Add(time.Hour), c.clock.Now().Add(2*time.Hour)
	can := func(user tenancy.UserID, p tenancy.Permission) tenancy.Decision {
		d, err := c.host.Can(c.ctx(), user, p, sub)
		require.NoError(t, err)
		return d
	}
	t.Run("ACC-11 of two ends the later one is named", func(t *testing.T) {
		c.assignUntil(c.owner, sub, c.dan, soon, tenancy.Developer)
		c.assignUntil(c.owner, c.work, c.dan, late, tenancy.Developer)
		require.Equal(t, tenancy.Decision{Allowed: true, Why: tenancy.WhyParentGrant, Role: tenancy.Developer, Account: c.work, Until: late},
			can(c.dan, tenancy.Build))
		c.assignUntil(c.owner, c.work, c.dan, soon, tenancy.Developer)
		require.Equal(t, tenancy.Decision{Allowed: true, Why: tenancy.WhyGrant, Role: tenancy.Developer, Account: sub, Until: soon},
			can(c.dan, tenancy.Build))
	})
	t.Run("ACC-11 what has no end is named first", func(t *testing.T) {
		c.assign(c.owner, c.work, c.dan, tenancy.Support)
		require.Equal(t, tenancy.Decision{Allowed: true, Why: tenancy.WhyParentGrant, Role: tenancy.Support, Account: c.work},
			can(c.dan, tenancy.ReadUsage))
		c.assignUntil(c.owner, sub, c.admin, soon, tenancy.AccountAdministrator)
		require.Equal(t, tenancy.Decision{Allowed: true, Why: tenancy.WhyOrganizationRole, OrganizationRole: tenancy.Administrator},
			can(c.admin, tenancy.ManageSettings))
		require.Equal(t, soon, can(c.admin, tenancy.Build).Until)
	})
	t.Run("ACC-11 what both sets permit", func(t *testing.T) {
		c.assign(c.cleo, c.work, c.gil, tenancy.BillingManager)
		c.assignUntil(c.cleo, c.work, c.gil, soon, tenancy.Developer)
		require.True(t, can(c.gil, tenancy.Bill).Allowed)
		require.True(t, can(c.gil, tenancy.Build).Allowed)
		c.clock.Advance(time.Hour)
		require.True(t, can(c.gil, tenancy.Bill).Allowed)
		require.Equal(t, tenancy.Decision{Why: tenancy.WhyInsufficient}, can(c.gil, tenancy.Build))
	})
}

func TestTemporaryClosedDomain(t *testing.T) {
	t.Run("ACC-11 USR-1 whose role has ended gets none on a closed domain", func(t *testing.T) {
		c := newCast(t)
		guest := c.helperFor(c.cleo, c.work, "hal", time.Hour, tenancy.Support)
		require.NoError(t, second(c.host.ChangeEmail(c.ctx(), guest, tenancy.Proven("hal@corp.example.com"))))
		domain := c.prove(c.owner, c.org, "corp.example.com")
		require.NoError(t, second(c.as(c.owner).SetSignUpPolicy(c.ctx(), c.org,
			tenancy.SignUpPolicyChange{Policy: tenancy.PolicyClosed, Domain: domain})))
		invite := func() error {
			return second(c.as(c.owner).InviteToAccount(c.ctx(), c.work,
				tenancy.NewAccountInvitation{Email: "hal@corp.example.com", Roles: tenancy.Roles(tenancy.Developer)}))
		}
		c.clock.Advance(time.Hour)
		c.unchanged(func() { refused(t, invite(), tenancy.CodeSignUpClosed) })
	})
}

func TestTemporaryLists(t *testing.T) {
	t.Run("ACC-11 GEN-9 pages of Access pass over what has ended", func(t *testing.T) {
		c := newCast(t)
		var people []tenancy.UserID
		for i := range 103 {
			people = append(people, c.helperFor(c.cleo, c.work, "p"+string(rune('a'+i/26))+string(rune('a'+i%26)), time.Hour, tenancy.Support))
		}
		require.Len(t, items(t, c.host.Access(c.ctx(), c.work, tenancy.ReachQuery{})), 106)
		c.clock.Advance(time.Hour)
		left := items(t, c.host.Access(c.ctx(), c.work, tenancy.ReachQuery{}))
		require.Len(t, left, 3)
		users := items(t, c.as(c.owner).Users(c.ctx(), c.org, tenancy.UserQuery{Kind: tenancy.KindIndependent}))
		require.Len(t, users, 2)
		require.NotEmpty(t, people)
	})
	t.Run("ACC-11 GEN-5 one lasting tie shows an independent account, however many have ended", func(t *testing.T) {
		c := newCast(t)
		for _, user := range []tenancy.UserID{c.dan, c.cleo} {
			seen, _, err := c.host.User(c.ctx(), user)
			require.NoError(t, err)
			sent, err := c.as(c.other).InviteToAccount(c.ctx(), c.eve.Account.ID, tenancy.NewAccountInvitation{
				Email: seen.Email.Reveal(), Roles: tenancy.Roles(tenancy.Support), For: new(time.Hour)})
			require.NoError(t, err)
			require.NoError(t, second(c.as(user).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})))
		}
		c.independent(c.admin)
		c.clock.Advance(2 * time.Hour)
		require.NoError(t, second(c.as(c.owner).Account(c.ctx(), c.eve.Account.ID)))
		require.NoError(t, c.as(c.admin).Relinquish(c.ctx(), c.eve.Account.ID))
		refused(t, second(c.as(c.owner).Account(c.ctx(), c.eve.Account.ID)), tenancy.CodeNotFound)
	})
}

func TestTemporaryCanAllocatesNothing(t *testing.T) {
	c := newCast(t)
	sub := c.subaccount(c.cleo, c.work, "Part")
	c.assign(c.owner, c.work, c.dan, tenancy.Support)
	c.assignUntil(c.owner, c.work, c.dan, c.clock.Now().Add(time.Hour), tenancy.Developer)
	s, ctx := c.as(c.dan), c.ctx()
	for _, moment := range []string{"before the end", "at the end"} {
		t.Run("ACC-11 GEN-7 "+moment, func(t *testing.T) {
			require.Zero(t, testing.AllocsPerRun(1000, func() {
				if d, err := s.Can(ctx, c.dan, tenancy.Build, sub); err != nil || d.Allowed != (moment == "before the end") {
					t.Error(d, err)
				}
			}))
		})
		c.clock.Advance(time.Hour)
	}
}

// TestTemporaryBesideOthers has temporary roles beside others, which say nothing of each
// other (ACC-11).
func TestTemporaryBesideOthers(t *testing.T) {
	t.Run("ACC-11 other roles with the same end", func(t *testing.T) {
		c := newCast(t)
		end := c.clock.Now().Add(time.Hour)
		c.assignUntil(c.owner, c.work, c.dan, end, tenancy.Support)
		said := c.said(organizationStream(c.org), func() { c.assignUntil(c.owner, c.work, c.dan, end, tenancy.Developer) })
		require.Equal(t, []tenancy.EventData{tenancy.TemporaryRolesAssigned{Account: c.work, User: c.dan,
			Roles: tenancy.Roles(tenancy.Developer), Until: tenancy.Instant(end.UnixMicro())}}, said)
		record, _ := c.storedGrant(c.work, c.dan)
		require.Equal(t, tenancy.Roles(tenancy.Developer), record.Temporary)
	})
	t.Run("ACC-11 a temporary manager's other role makes what they give last no longer", func(t *testing.T) {
		c := newCast(t)
		part := c.subaccount(c.cleo, c.work, "Part")
		end := c.clock.Now().Add(time.Hour)
		c.assignUntil(c.owner, c.work, c.dan, end, tenancy.AccountAdministrator)
		c.assignUntil(c.owner, part, c.dan, end.Add(time.Hour), tenancy.Support)
		give := func(until time.Time) error {
			return errOf(c.as(c.dan).AssignRoles(c.ctx(), part, c.gil,
				tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer), Until: &until}))
		}
		c.unchanged(func() { refused(t, give(end.Add(time.Microsecond)), tenancy.CodeOutlasts) })
		require.NoError(t, give(end))
	})
}
