package tenancy_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/memstore"
)

// firm is an organization with people in and around it, and a group with one of them.
type firm struct {
	*scene
	tenancy.SignedUp // the founder
	org              tenancy.OrganizationID
	owner, admin     tenancy.UserID
	ben, cy          tenancy.UserID // Standard Users; Ben is in the group
	guest            tenancy.UserID // an independent user
	main, sub, other tenancy.AccountID
	group            tenancy.GroupID // without roles
	stream           tenancy.Stream
}

func newFirm(t *testing.T, options ...tenancy.Options) *firm {
	t.Helper()
	f := &firm{scene: newScene(t, options...)}
	f.SignedUp = f.found("ana")
	f.org, f.owner, f.main = f.Organization.ID, f.User.ID, f.Account.ID
	f.admin = f.join(f.SignedUp, "adi", tenancy.Administrator)
	f.ben, f.cy = f.join(f.SignedUp, "ben", tenancy.StandardUser), f.join(f.SignedUp, "cy", tenancy.StandardUser)
	f.guest = f.scene.guest(f.owner, f.main, "gus", tenancy.Support)
	f.sub, f.other = f.subaccount(f.owner, f.main, "Part"), f.account(f.owner, f.org, "Other")
	f.group = f.scene.group(f.owner, f.org, f.ben)
	f.stream = organizationStream(f.org)
	return f
}

// said returns the events that a call appends to a stream.
func (f *firm) said(stream tenancy.Stream, call func()) []tenancy.EventData {
	return (&cast{scene: f.scene}).said(stream, call)
}

// domainOf returns the domain of an address.
func domainOf(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return domain
}

// copyOf returns a copy of a store in memory.
func copyOf(t *testing.T, of *memstore.Store) *memstore.Store {
	store, err := of.Copy(t.Context())
	require.NoError(t, err)
	return store
}

// gives has the Owner give the group roles on an account.
func (f *firm) gives(account tenancy.AccountID, roles ...tenancy.AccountRole) {
	f.Helper()
	f.groupRoles(f.owner, f.group, account, roles...)
}

// members returns who is in the group.
func (f *firm) members() (users []tenancy.UserID) {
	f.Helper()
	for _, m := range items(f, f.host.GroupMembers(f.ctx(), f.group, tenancy.GroupQuery{})) {
		users = append(users, m.User.ID)
	}
	return users
}

func TestGroup(t *testing.T) {
	t.Run("GRP-1 a group has a name and an external ID, and equal ones are allowed", func(t *testing.T) {
		f := newFirm(t)
		in := tenancy.NewGroup{Name: "  Support ", ExternalID: "00g-1"}
		first, err := f.as(f.admin).CreateGroup(f.ctx(), f.org, in)
		require.NoError(t, err)
		require.Equal(t, "Support", first.Name.Reveal())
		require.Equal(t, "00g-1", first.ExternalID.Reveal())
		require.Equal(t, f.org, first.Organization)
		require.Zero(t, first.Members)
		second, err := f.as(f.owner).CreateGroup(f.ctx(), f.org, in)
		require.NoError(t, err)
		require.NotEqual(t, first.ID, second.ID)
		shown, err := f.as(f.admin).Group(f.ctx(), first.ID)
		require.NoError(t, err)
		require.Equal(t, first, shown)
	})
	t.Run("GRP-1 a bad name or external ID", func(t *testing.T) {
		f := newFirm(t)
		for in, code := range map[tenancy.NewGroup]tenancy.Code{
			{Name: " "}:                          tenancy.CodeName,
			{Name: "bad\u202e"}:                  tenancy.CodeName,
			{Name: "One", ExternalID: "bad\x00"}: tenancy.CodeInput,
			{Name: "One", ExternalID: "\xff"}:    tenancy.CodeInput,
			{Name: "One", ExternalID: strings.Repeat("\u00e9", 256)}: tenancy.CodeInput,
		} {
			f.unchanged(func() { refused(t, errOf(f.as(f.owner).CreateGroup(f.ctx(), f.org, in)), code) })
		}
		require.NoError(t, errOf(f.as(f.owner).CreateGroup(f.ctx(), f.org,
			tenancy.NewGroup{Name: "One", ExternalID: strings.Repeat("\u00e9", 255)})))
	})
	t.Run("GRP-1 only members are in a group", func(t *testing.T) {
		f := newFirm(t)
		stranger := f.found("zoe").User.ID
		for user, code := range map[tenancy.UserID]tenancy.Code{
			f.guest: tenancy.CodeNotMember, stranger: tenancy.CodeNotFound, {1}: tenancy.CodeNotFound, {}: tenancy.CodeID,
		} {
			f.unchanged(func() {
				refused(t, errOf(f.as(f.owner).AddToGroup(f.ctx(), f.group, []tenancy.UserID{f.cy, user})), code)
			})
		}
	})
	t.Run("GRP-2 all users of a call or none, in one event, each once", func(t *testing.T) {
		f := newFirm(t)
		said := f.said(f.stream, func() {
			g, err := f.as(f.admin).AddToGroup(f.ctx(), f.group, []tenancy.UserID{f.cy, f.ben, f.cy, f.admin})
			require.NoError(t, err)
			require.Equal(t, 3, g.Members)
		})
		require.Equal(t, []tenancy.EventData{
			tenancy.UsersAddedToGroup{Group: f.group, Users: []tenancy.UserID{f.cy, f.admin}},
		}, said)
		f.unchanged(func() { f.enter(f.owner, f.group, f.cy) }) // GEN-6
		said = f.said(f.stream, func() {
			g, err := f.as(f.admin).RemoveFromGroup(f.ctx(), f.group, []tenancy.UserID{f.ben, f.owner, f.cy})
			require.NoError(t, err)
			require.Equal(t, 1, g.Members)
		})
		require.Equal(t, []tenancy.EventData{
			tenancy.UsersRemovedFromGroup{Group: f.group, Users: []tenancy.UserID{f.ben, f.cy}},
		}, said)
		f.unchanged(func() {
			require.NoError(t, errOf(f.as(f.admin).RemoveFromGroup(f.ctx(), f.group, []tenancy.UserID{f.ben})))
		})
		require.Equal(t, []tenancy.UserID{f.admin}, f.members())
	})
	t.Run("GRP-2 1 to 1,000 users", func(t *testing.T) {
		f := newFirm(t)
		for _, users := range [][]tenancy.UserID{nil, {}, make([]tenancy.UserID, 1001)} {
			f.unchanged(func() {
				refused(t, errOf(f.as(f.owner).AddToGroup(f.ctx(), f.group, users)), tenancy.CodeInput)
				refused(t, errOf(f.as(f.owner).RemoveFromGroup(f.ctx(), f.group, users)), tenancy.CodeInput)
			})
		}
	})
	t.Run("GRP-2 it is renamed and deleted", func(t *testing.T) {
		f := newFirm(t)
		f.gives(f.main, tenancy.Developer)
		said := f.said(f.stream, func() {
			g, err := f.as(f.admin).RenameGroup(f.ctx(), f.group, "New")
			require.NoError(t, err)
			require.Equal(t, "New", g.Name.Reveal())
		})
		require.Equal(t, []tenancy.EventData{tenancy.GroupRenamed{Group: f.group}}, said)
		f.unchanged(func() { require.NoError(t, errOf(f.as(f.owner).RenameGroup(f.ctx(), f.group, " New "))) })
		f.can(f.ben, tenancy.Build, f.main, tenancy.Decision{Allowed: true, Why: tenancy.WhyGroup, Role: tenancy.Developer,
			Account: f.main, Group: f.group})
		said = f.said(f.stream, func() { require.NoError(t, f.as(f.admin).DeleteGroup(f.ctx(), f.group)) })
		require.Equal(t, []tenancy.EventData{tenancy.GroupDeleted{Group: f.group}}, said)
		f.can(f.ben, tenancy.Build, f.main, tenancy.Decision{Why: tenancy.WhyUnreachable})
		refused(t, f.as(f.owner).DeleteGroup(f.ctx(), f.group), tenancy.CodeNotFound)
		require.Empty(t, items(t, f.as(f.ben).GroupsOf(f.ctx(), f.ben, tenancy.GroupQuery{})))
		require.Zero(t, f.accountRecord(f.main).Groups)
		f.sound()
	})
	t.Run("GRP-2 roles as in ACC-7, on the organization's open accounts", func(t *testing.T) {
		f := newFirm(t)
		assign := func(by tenancy.UserID, account tenancy.AccountID, roles ...tenancy.AccountRole) error {
			return errOf(f.as(by).AssignGroupRoles(f.ctx(), f.group, account, tenancy.Roles(roles...)))
		}
		for _, roles := range [][]tenancy.AccountRole{
			nil, {tenancy.AccountOwner}, {tenancy.AccountAdministrator, tenancy.Support}, {"nobody named this"},
		} {
			f.unchanged(func() { refused(t, assign(f.owner, f.main, roles...), tenancy.CodeRoles) })
		}
		zoe := f.found("zoe")
		for _, account := range []tenancy.AccountID{zoe.Account.ID, {1}} {
			f.unchanged(func() {
				refused(t, assign(f.owner, account, tenancy.Support), tenancy.CodeNotFound)
				refused(t, f.as(f.owner).RevokeGroupRoles(f.ctx(), f.group, account), tenancy.CodeNotFound)
			})
		}
		f.unchanged(func() { refused(t, f.as(f.owner).RevokeGroupRoles(f.ctx(), f.group, f.main), tenancy.CodeNoGrant) })
		said := f.said(f.stream, func() {
			require.NoError(t, assign(f.admin, f.sub, tenancy.BillingManager, tenancy.Developer))
			require.NoError(t, assign(f.admin, f.sub, tenancy.AccountAdministrator))
			require.NoError(t, assign(f.admin, f.sub, tenancy.AccountAdministrator)) // GEN-6
			require.NoError(t, f.as(f.admin).RevokeGroupRoles(f.ctx(), f.group, f.sub))
		})
		require.Equal(t, []tenancy.EventData{
			tenancy.GroupRolesAssigned{Group: f.group, Account: f.sub,
				Roles: tenancy.Roles(tenancy.Developer, tenancy.BillingManager)},
			tenancy.GroupRolesAssigned{Group: f.group, Account: f.sub,
				Roles: tenancy.Roles(tenancy.AccountAdministrator)},
			tenancy.GroupRolesRevoked{Group: f.group, Account: f.sub},
		}, said)
		require.NoError(t, errOf(f.as(f.owner).CloseAccount(f.ctx(), f.other)))
		f.unchanged(func() { refused(t, assign(f.owner, f.other, tenancy.Support), tenancy.CodeClosed) })
	})
	t.Run("GRP-2 who may: the Owner and Administrators", func(t *testing.T) {
		f := newFirm(t)
		zoe := f.found("zoe").User.ID
		for by, code := range map[tenancy.UserID]tenancy.Code{
			f.ben: tenancy.CodeNotAllowed, f.guest: tenancy.CodeNotFound, zoe: tenancy.CodeNotFound,
		} {
			s := f.as(by)
			f.unchanged(func() {
				refused(t, errOf(s.CreateGroup(f.ctx(), f.org, tenancy.NewGroup{Name: "One"})), code)
				there := tenancy.CodeNotFound // Ben does not see the group (GEN-5)
				refused(t, errOf(s.RenameGroup(f.ctx(), f.group, "One")), there)
				refused(t, s.DeleteGroup(f.ctx(), f.group), there)
				refused(t, errOf(s.AddToGroup(f.ctx(), f.group, []tenancy.UserID{f.cy})), there)
				refused(t, errOf(s.RemoveFromGroup(f.ctx(), f.group, []tenancy.UserID{f.ben})), there)
				refused(t, errOf(s.AssignGroupRoles(f.ctx(), f.group, f.main, tenancy.Roles(tenancy.Support))), there)
				refused(t, s.RevokeGroupRoles(f.ctx(), f.group, f.main), there)
				refused(t, failure(s.Groups(f.ctx(), f.org, tenancy.GroupQuery{})), code)
				refused(t, failure(s.GroupMembers(f.ctx(), f.group, tenancy.GroupQuery{})), there)
				refused(t, failure(s.GroupAccounts(f.ctx(), f.group, tenancy.GroupQuery{})), there)
				refused(t, errOf(s.Group(f.ctx(), f.group)), tenancy.CodeNotFound)
			})
		}
	})
	t.Run("GEN-12 limits on groups, their members, and groups on one account", func(t *testing.T) {
		f := newFirm(t)
		require.NoError(t, errOf(f.staff.SetLimits(f.ctx(), f.org,
			&tenancy.Limits{Groups: 2, GroupMembers: 2, AccountGroups: 1})))
		more := f.scene.group(f.owner, f.org)
		f.gives(f.main, tenancy.Support)
		f.unchanged(func() {
			refused(t, errOf(f.as(f.owner).CreateGroup(f.ctx(), f.org, tenancy.NewGroup{Name: "One"})),
				tenancy.CodeGroupLimit)
			refused(t, errOf(f.as(f.owner).AddToGroup(f.ctx(), f.group, []tenancy.UserID{f.ben, f.cy, f.admin})),
				tenancy.CodeGroupMemberLimit)
			refused(t, errOf(f.as(f.owner).AssignGroupRoles(f.ctx(), more, f.main, tenancy.Roles(tenancy.Support))),
				tenancy.CodeAccountGroupLimit)
		})
		f.enter(f.owner, f.group, f.ben, f.cy)
		f.gives(f.main, tenancy.Developer)
		f.groupRoles(f.owner, more, f.sub, tenancy.Support)
		require.NoError(t, f.as(f.owner).DeleteGroup(f.ctx(), f.group))
		f.scene.group(f.owner, f.org)
		f.groupRoles(f.owner, more, f.main, tenancy.Support)
		f.sound()
	})
}

func TestGroupRoles(t *testing.T) {
	t.Run("GRP-3 the union of grant and groups, on the account and its main account", func(t *testing.T) {
		f := newFirm(t)
		again := f.scene.group(f.owner, f.org, f.ben)
		f.gives(f.main, tenancy.Support)
		f.groupRoles(f.owner, again, f.sub, tenancy.BillingManager)
		by := func(why tenancy.Why, role tenancy.AccountRole, account tenancy.AccountID, group tenancy.GroupID) tenancy.Decision {
			return tenancy.Decision{Allowed: true, Why: why, Role: role, Account: account, Group: group}
		}
		f.can(f.ben, tenancy.ReadUsage, f.main, by(tenancy.WhyGroup, tenancy.Support, f.main, f.group))
		f.can(f.ben, tenancy.ReadUsage, f.sub, by(tenancy.WhyGroup, tenancy.BillingManager, f.sub, again))
		f.can(f.ben, tenancy.Bill, f.sub, by(tenancy.WhyGroup, tenancy.BillingManager, f.sub, again))
		f.can(f.ben, tenancy.Bill, f.main, tenancy.Decision{Why: tenancy.WhyInsufficient})
		require.NoError(t, f.as(f.owner).RevokeGroupRoles(f.ctx(), again, f.sub))
		f.can(f.ben, tenancy.ReadUsage, f.sub, by(tenancy.WhyParentGroup, tenancy.Support, f.main, f.group))
		f.assign(f.owner, f.sub, f.ben, tenancy.Developer)
		f.can(f.ben, tenancy.ReadUsage, f.sub, tenancy.Decision{Allowed: true, Why: tenancy.WhyGrant,
			Role: tenancy.Developer, Account: f.sub})
		f.can(f.cy, tenancy.ReadUsage, f.sub, tenancy.Decision{Why: tenancy.WhyUnreachable})
		require.Equal(t, tenancy.Roles(tenancy.Developer), f.roles(f.sub, f.ben), "nothing is copied into the grant")
	})
	t.Run("GRP-3 Permissions, CanMany and asking about others agree with Can", func(t *testing.T) {
		f := newFirm(t)
		f.gives(f.main, tenancy.AccountAdministrator)
		f.enter(f.owner, f.group, f.cy)
		for _, asker := range []*tenancy.Session{f.host.Session, f.as(f.ben), f.as(f.owner), f.as(f.cy)} {
			all, err := asker.Permissions(f.ctx(), f.ben, f.sub)
			require.NoError(t, err)
			for p, d := range all {
				want, err := f.host.Can(f.ctx(), f.ben, p, f.sub)
				require.NoError(t, err)
				require.Equal(t, want, d, p)
				many, err := asker.CanMany(f.ctx(), f.ben, p, []tenancy.AccountID{f.sub, f.main})
				require.NoError(t, err)
				require.Equal(t, want, many[0].Decision)
				require.Equal(t, want.Allowed, many[1].Allowed)
			}
		}
	})
	t.Run("GRP-3 ACC-9 Access and AccountsOf say through which group", func(t *testing.T) {
		f := newFirm(t)
		f.gives(f.main, tenancy.Support)
		f.assign(f.owner, f.sub, f.ben, tenancy.Developer)
		through := []tenancy.ReachGroup{{Group: f.group, Name: tenancy.NewPersonal("Group"), Account: f.main,
			Roles: tenancy.Roles(tenancy.Support)}}
		var found int
		for _, reach := range items(t, f.as(f.owner).Access(f.ctx(), f.sub, tenancy.ReachQuery{})) {
			if reach.User == f.ben {
				found++
				require.Equal(t, tenancy.Roles(tenancy.Developer, tenancy.Support), reach.Roles)
				require.Equal(t, tenancy.Roles(tenancy.Developer), reach.Direct)
				require.Equal(t, through, reach.Groups)
			}
		}
		require.Equal(t, 1, found)
		of := items(t, f.as(f.ben).AccountsOf(f.ctx(), f.ben, tenancy.AccountsOfQuery{}))
		require.Len(t, of, 2)
		for _, reach := range of {
			require.Equal(t, through, reach.Groups)
		}
	})
	t.Run("GRP-3 what a group gives is neither given up nor taken member by member", func(t *testing.T) {
		f := newFirm(t)
		f.gives(f.main, tenancy.Support)
		for _, account := range []tenancy.AccountID{f.main, f.sub} {
			f.unchanged(func() {
				refused(t, f.as(f.ben).Relinquish(f.ctx(), account), tenancy.CodeGroupRole)
				refused(t, f.as(f.owner).RevokeRoles(f.ctx(), account, f.ben), tenancy.CodeGroupRole)
				refused(t, f.as(f.owner).RevokeRoles(f.ctx(), account, f.cy), tenancy.CodeNoGrant)
			})
		}
		f.assign(f.owner, f.main, f.ben, tenancy.Developer)
		require.NoError(t, f.as(f.ben).Relinquish(f.ctx(), f.main))
		f.can(f.ben, tenancy.ReadUsage, f.main, tenancy.Decision{Allowed: true, Why: tenancy.WhyGroup,
			Role: tenancy.Support, Account: f.main, Group: f.group})
	})
	t.Run("GRP-3 ACC-7 who manages an account's members by a group manages them, and not themself", func(t *testing.T) {
		f := newFirm(t)
		f.gives(f.main, tenancy.AccountAdministrator)
		ben := f.as(f.ben)
		f.assign(f.ben, f.main, f.guest, tenancy.Developer)
		require.NoError(t, errOf(ben.RenameAccount(f.ctx(), f.main, "New")))
		f.unchanged(func() {
			refused(t, errOf(ben.AssignRoles(f.ctx(), f.main, f.ben,
				tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})), tenancy.CodeOneself)
			refused(t, errOf(ben.InviteToAccount(f.ctx(), f.main,
				tenancy.NewAccountInvitation{Email: address("ben"), Roles: tenancy.Roles(tenancy.Developer)})),
				tenancy.CodeOneself)
			refused(t, errOf(ben.AssignRoles(f.ctx(), f.main, f.cy,
				tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})), tenancy.CodeNotFound)
		})
		f.enter(f.owner, f.group, f.cy) // now Cy has a role there
		f.assign(f.ben, f.main, f.cy, tenancy.Developer)
		seen, _, err := ben.User(f.ctx(), f.cy)
		require.NoError(t, err)
		require.Equal(t, f.cy, seen.ID)
		f.assign(f.owner, f.main, f.ben, tenancy.AccountAdministrator)
		f.assign(f.ben, f.main, f.ben, tenancy.AccountAdministrator)
	})
	t.Run("GRP-4 a user's groups are shown to themself and to those who manage the users", func(t *testing.T) {
		f := newFirm(t)
		zoe := f.found("zoe").User.ID
		for _, by := range []*tenancy.Session{f.as(f.ben), f.as(f.owner), f.as(f.admin), f.host.Session, f.staff.Session} {
			of := items(t, by.GroupsOf(f.ctx(), f.ben, tenancy.GroupQuery{}))
			require.Len(t, of, 1)
			require.Equal(t, f.group, of[0].Group)
			require.Equal(t, "Group", of[0].Name.Reveal())
		}
		for _, by := range []tenancy.UserID{f.cy, f.guest, zoe} {
			refused(t, failure(f.as(by).GroupsOf(f.ctx(), f.ben, tenancy.GroupQuery{})), tenancy.CodeNotFound)
		}
		require.Empty(t, items(t, f.as(f.owner).GroupsOf(f.ctx(), f.guest, tenancy.GroupQuery{})))
	})
	t.Run("GRP-5 stable pages", func(t *testing.T) {
		f := newFirm(t)
		require.NoError(t, errOf(f.staff.SetLimits(f.ctx(), f.org, &tenancy.Limits{})))
		for range 130 {
			f.groupRoles(f.owner, f.scene.group(f.owner, f.org, f.ben), f.main, tenancy.Support)
		}
		query := tenancy.GroupQuery{}
		groups := items(t, f.as(f.owner).Groups(f.ctx(), f.org, query))
		require.Len(t, groups, 131)
		require.Len(t, items(t, f.as(f.owner).Groups(f.ctx(), f.org, tenancy.GroupQuery{After: groups[99].Cursor()})), 31)
		of := items(t, f.as(f.ben).GroupsOf(f.ctx(), f.ben, query))
		require.Len(t, of, 131)
		require.Len(t, items(t, f.as(f.ben).GroupsOf(f.ctx(), f.ben, tenancy.GroupQuery{After: of[120].Cursor()})), 10)
		on := items(t, f.as(f.owner).GroupAccounts(f.ctx(), groups[1].ID, query))
		require.Len(t, on, 1)
		require.Equal(t, f.main, on[0].Account)
		require.Equal(t, "ana main", on[0].Name.Reveal())
		reach := items(t, f.as(f.owner).Access(f.ctx(), f.main, tenancy.ReachQuery{}))
		for _, r := range reach {
			require.Equal(t, r.User == f.ben, len(r.Groups) == 130)
		}
	})
}

// TestGroupsByHostRoles checks who may change a group by a role of the host's: one that
// manages users, and accounts too where the group has roles on some.
func TestGroupsByHostRoles(t *testing.T) {
	s := newScene(t, withRoles(map[tenancy.OrganizationRole][]tenancy.OrganizationPermission{
		"hr":     {tenancy.ManageUsers, tenancy.CreateAccounts},
		"deputy": {tenancy.ManageUsers, tenancy.ManageAccounts, tenancy.CreateAccounts},
	}))
	ana := s.found("ana")
	org := ana.Organization.ID
	hr, deputy := s.join(ana, "hr", "hr"), s.join(ana, "deputy", "deputy")
	ben, boss := s.join(ana, "ben", tenancy.StandardUser), s.join(ana, "boss", tenancy.Administrator)
	bare, roled := s.group(hr, org), s.group(ana.User.ID, org)
	s.groupRoles(ana.User.ID, roled, ana.Account.ID, tenancy.Support)
	writes := map[string]func(s *tenancy.Session, group tenancy.GroupID, user tenancy.UserID) error{
		"AddToGroup": func(as *tenancy.Session, group tenancy.GroupID, user tenancy.UserID) error {
			return errOf(as.AddToGroup(s.ctx(), group, []tenancy.UserID{user}))
		},
		"RemoveFromGroup": func(as *tenancy.Session, group tenancy.GroupID, user tenancy.UserID) error {
			return errOf(as.RemoveFromGroup(s.ctx(), group, []tenancy.UserID{user}))
		},
		"RenameGroup": func(as *tenancy.Session, group tenancy.GroupID, _ tenancy.UserID) error {
			return errOf(as.RenameGroup(s.ctx(), group, "Renamed"))
		},
	}
	for name, write := range writes {
		t.Run("GRP-2 ROLE-9 "+name, func(t *testing.T) {
			require.NoError(t, write(s.as(hr), bare, ben))
			refused(t, write(s.as(hr), roled, ben), tenancy.CodeNotAllowed)
			require.NoError(t, write(s.as(deputy), roled, ben))
			if name != "RenameGroup" {
				for _, group := range []tenancy.GroupID{bare, roled} {
					refused(t, write(s.as(deputy), group, boss), tenancy.CodeRank)
					refused(t, write(s.as(deputy), group, ana.User.ID), tenancy.CodeRank)
				}
			}
			refused(t, write(s.as(ben), bare, ben), tenancy.CodeNotFound)
		})
	}
	t.Run("GRP-2 ROLE-9 DeleteGroup takes nobody out whom RemoveFromGroup would not", func(t *testing.T) {
		group := s.group(ana.User.ID, org, ana.User.ID, boss, ben)
		refused(t, s.as(hr).DeleteGroup(s.ctx(), group), tenancy.CodeRank)
		require.NoError(t, errOf(s.as(boss).RemoveFromGroup(s.ctx(), group, []tenancy.UserID{ana.User.ID, boss})))
		refused(t, s.as(hr).DeleteGroup(s.ctx(), group), tenancy.CodeRank)
		require.NoError(t, errOf(s.as(hr).RemoveFromGroup(s.ctx(), group, []tenancy.UserID{ben})))
		require.NoError(t, s.as(hr).DeleteGroup(s.ctx(), group))
		require.NoError(t, s.as(boss).DeleteGroup(s.ctx(), s.group(ana.User.ID, org, ana.User.ID)))
	})
	t.Run("GRP-2 ROLE-9 AssignGroupRoles takes both permissions, and a role that covers every member's", func(t *testing.T) {
		give := func(user tenancy.UserID) error {
			return errOf(s.as(user).AssignGroupRoles(s.ctx(), bare, ana.Account.ID, tenancy.Roles(tenancy.Support)))
		}
		refused(t, give(hr), tenancy.CodeNotAllowed)
		require.NoError(t, give(deputy))
		s.sound()
	})
}

func TestGroupsEnd(t *testing.T) {
	leavings := map[string]func(f *firm){
		"Leave": func(f *firm) { require.NoError(f, f.as(f.ben).Leave(f.ctx(), f.org)) },
		"RemoveUser": func(f *firm) {
			require.NoError(f, f.as(f.owner).RemoveUser(f.ctx(), f.org, f.ben, tenancy.Removal{}))
		},
		"DeleteUser": func(f *firm) {
			require.NoError(f, f.as(f.owner).DeleteUser(f.ctx(), f.ben, tenancy.UserDeletion{}))
		},
	}
	for name, leave := range leavings {
		t.Run("GRP-4 "+name+" ends group memberships", func(t *testing.T) {
			f := newFirm(t)
			f.gives(f.main, tenancy.Support)
			f.enter(f.owner, f.group, f.cy)
			said := f.said(f.stream, func() { leave(f) })
			require.Contains(t, said, tenancy.UsersRemovedFromGroup{Group: f.group, Users: []tenancy.UserID{f.ben}})
			require.Equal(t, []tenancy.UserID{f.cy}, f.members())
			d, err := f.host.Can(f.ctx(), f.ben, tenancy.ReadUsage, f.main)
			require.NoError(t, err)
			require.False(t, d.Allowed)
			f.sound()
		})
	}
	t.Run("GRP-4 ORG-8 an Owner who hands the organization over and leaves is in none of its groups", func(t *testing.T) {
		f := newFirm(t)
		f.enter(f.owner, f.group, f.owner)
		require.NoError(t, errOf(f.as(f.owner).TransferOwnership(f.ctx(), f.org,
			tenancy.NewOwner{User: f.admin, Previous: tenancy.PreviousLeaves})))
		require.Equal(t, []tenancy.UserID{f.ben}, f.members())
		f.sound()
	})
	t.Run("GRP-4 inactive members stay", func(t *testing.T) {
		f := newFirm(t)
		require.NoError(t, errOf(f.as(f.owner).DeactivateUser(f.ctx(), f.ben)))
		require.Equal(t, []tenancy.UserID{f.ben}, f.members())
		require.NoError(t, errOf(f.as(f.owner).DeactivateUser(f.ctx(), f.cy)))
		f.enter(f.owner, f.group, f.cy)
	})
	t.Run("GRP-4 a closed account loses its groups' roles, and so do its subaccounts", func(t *testing.T) {
		f := newFirm(t)
		f.gives(f.main, tenancy.Support)
		f.gives(f.sub, tenancy.Developer)
		f.gives(f.other, tenancy.Developer)
		require.NoError(t, errOf(f.as(f.owner).CloseAccount(f.ctx(), f.main)))
		on := items(t, f.as(f.owner).GroupAccounts(f.ctx(), f.group, tenancy.GroupQuery{}))
		require.Len(t, on, 1)
		require.Equal(t, f.other, on[0].Account)
		f.sound()
	})
	t.Run("GRP-4 ORG-4 ORG-6 an account that leaves loses its groups' roles", func(t *testing.T) {
		f := newFirm(t)
		f.phone(f.main)
		f.gives(f.main, tenancy.Support)
		f.gives(f.sub, tenancy.Developer)
		f.gives(f.other, tenancy.Developer)
		f.assign(f.owner, f.main, f.ben, tenancy.Developer)
		made, err := f.as(f.owner).CreateOrganization(f.ctx(),
			tenancy.NewOrganization{Name: "Second", Stay: []tenancy.AccountID{f.other}})
		require.NoError(t, err)
		f.can(f.ben, tenancy.Build, f.main, tenancy.Decision{Allowed: true, Why: tenancy.WhyGrant,
			Role: tenancy.Developer, Account: f.main})
		require.Zero(t, f.accountRecord(f.main).Groups)
		require.Equal(t, []tenancy.AccountID{f.main, f.sub}, made.Ungrouped)
		require.NoError(t, errOf(f.as(f.owner).MoveAccount(f.ctx(), f.other, made.ID)))
		require.Empty(t, items(t, f.as(f.owner).GroupAccounts(f.ctx(), f.group, tenancy.GroupQuery{})))
		require.Equal(t, []tenancy.UserID{f.ben}, f.members())
		f.sound()
	})
	t.Run("GRP-4 USR-11 an account that leaves with a removed user", func(t *testing.T) {
		f := newFirm(t)
		bens := f.account(f.ben, f.org, "Bens")
		f.gives(bens, tenancy.Support)
		require.NoError(t, f.as(f.owner).RemoveUser(f.ctx(), f.org, f.ben, tenancy.Removal{Release: true}))
		require.Zero(t, f.accountRecord(bens).Groups)
		f.sound()
	})
	t.Run("GRP-4 ACC-4 an account that is given to another organization", func(t *testing.T) {
		f := newFirm(t)
		f.gives(f.other, tenancy.Support)
		zoe := f.found("zoe")
		asked, err := f.as(zoe.User.ID).AddAccount(f.ctx(), zoe.Organization.ID, f.other)
		require.NoError(t, err)
		require.NoError(t, errOf(f.as(f.owner).AcceptAccountRequest(f.ctx(), asked.ID)))
		require.Zero(t, f.accountRecord(f.other).Groups)
		f.sound()
	})
	t.Run("GRP-4 ORG-10 the organization's end ends its groups, without events of each", func(t *testing.T) {
		f := newFirm(t)
		f.gives(f.main, tenancy.Support)
		f.enter(f.owner, f.group, f.cy)
		said := f.said(f.stream, func() {
			require.NoError(t, f.as(f.owner).DeleteOrganization(f.ctx(), f.org, tenancy.OrganizationDeletion{}))
		})
		require.Len(t, said, 1)
		for _, record := range f.everything() {
			switch record := record.(type) {
			case tenancy.GroupRecord, tenancy.GroupMemberRecord, tenancy.GroupRolesRecord:
				require.Fail(t, "a group is left", record)
			case tenancy.AccountRecord:
				require.Zero(t, record.Groups)
			}
		}
		f.sound()
		require.NoError(t, errOf(f.staff.RestoreOrganization(f.ctx(), f.org)))
		require.Empty(t, items(t, f.as(f.owner).Groups(f.ctx(), f.org, tenancy.GroupQuery{})))
		f.sound()
	})
	t.Run("GRP-4 ORG-10 accounts that go to another organization of the Owner's", func(t *testing.T) {
		f := newFirm(t)
		f.phone(f.main)
		second := f.another(f.SignedUp, "Second")
		f.gives(f.main, tenancy.Support)
		f.enter(f.owner, f.group, f.cy)
		require.NoError(t, errOf(f.as(f.owner).DeactivateUser(f.ctx(), f.cy))) // leaves first
		require.NoError(t, f.as(f.owner).DeleteOrganization(f.ctx(), f.org, tenancy.OrganizationDeletion{AccountsTo: second}))
		require.Zero(t, f.accountRecord(f.main).Groups)
		f.sound()
	})
	t.Run("GRP-4 MRG-6 in a merge groups go along, with members and roles", func(t *testing.T) {
		f := newFirm(t)
		f.phone(f.main)
		prime := f.another(f.SignedUp, "Prime")
		f.prove(f.owner, prime, domainOf(address("ana")))
		own := f.scene.group(f.owner, prime)
		f.gives(f.main, tenancy.Support)
		f.enter(f.owner, f.group, f.owner, f.cy)
		permissions := func() (all []map[tenancy.Permission]tenancy.Decision) {
			for _, user := range []tenancy.UserID{f.ben, f.cy, f.guest, f.owner} {
				for _, account := range []tenancy.AccountID{f.main, f.sub, f.other} {
					of, err := f.host.Permissions(f.ctx(), user, account)
					require.NoError(t, err)
					all = append(all, of)
				}
			}
			return all
		}
		before := permissions()
		require.NoError(t, errOf(f.as(f.owner).MergeOrganizations(f.ctx(), prime, f.org)))
		require.Equal(t, before, permissions())
		require.ElementsMatch(t, []tenancy.UserID{f.owner, f.ben, f.cy}, f.members())
		g, err := f.as(f.owner).Group(f.ctx(), f.group)
		require.NoError(t, err)
		require.Equal(t, prime, g.Organization)
		require.Len(t, items(t, f.as(f.owner).Groups(f.ctx(), prime, tenancy.GroupQuery{})), 2)
		o, err := f.as(f.owner).Organization(f.ctx(), prime)
		require.NoError(t, err)
		require.Equal(t, 2, o.Settings.Groups)
		require.NoError(t, f.as(f.owner).DeleteGroup(f.ctx(), own))
		f.sound()
	})
	t.Run("GRP-4 MRG-10 a merge looks at the limit on groups", func(t *testing.T) {
		f := newFirm(t)
		f.phone(f.main)
		prime := f.another(f.SignedUp, "Prime")
		f.prove(f.owner, prime, domainOf(address("ana")))
		f.scene.group(f.owner, prime)
		require.NoError(t, errOf(f.staff.SetLimits(f.ctx(), prime, &tenancy.Limits{Groups: 1})))
		f.unchanged(func() {
			refused(t, errOf(f.as(f.owner).MergeOrganizations(f.ctx(), prime, f.org)), tenancy.CodeGroupLimit)
		})
		plan, err := f.as(f.owner).PreviewMerge(f.ctx(), prime, tenancy.MergeCandidate{Organization: f.org})
		require.NoError(t, err)
		require.Equal(t, []tenancy.Unmet{{Code: tenancy.CodeGroupLimit}}, plan.Unmet)
	})
	t.Run("GRP-4 USR-8 the groups of an organization that is dissolved end", func(t *testing.T) {
		s := newScene(t)
		ana, zoe := s.found("ana"), s.found("zoe")
		group := s.group(zoe.User.ID, zoe.Organization.ID, zoe.User.ID)
		s.groupRoles(zoe.User.ID, group, zoe.Account.ID, tenancy.Support)
		sent := s.invited(ana, address("zoe"))
		offer, err := s.as(zoe.User.ID).Invitation(s.ctx(), sent.Secret)
		require.NoError(t, err)
		require.Equal(t, 1, offer.Terms.Dissolved[0].Groups)
		require.NoError(t, errOf(s.as(zoe.User.ID).AcceptInvitation(s.ctx(),
			tenancy.Acceptance{Secret: sent.Secret, Terms: offer.Terms.Token})))
		require.Zero(t, s.accountRecord(zoe.Account.ID).Groups)
		refused(t, errOf(s.host.Group(s.ctx(), group)), tenancy.CodeNotFound)
		s.sound()
	})
}

// TestGroupRolesModel compares decisions with a naive model: the union of what grants and
// groups give (GRP-3).
func TestGroupRolesModel(t *testing.T) {
	f := newFirm(t)
	copied := f.store.(*memstore.Store)
	users, accounts := []tenancy.UserID{f.ben, f.cy}, []tenancy.AccountID{f.main, f.sub, f.other}
	roles := []tenancy.AccountRole{tenancy.Developer, tenancy.BillingManager, tenancy.Support}
	rapid.Check(t, func(rt *rapid.T) {
		s := *f.scene
		s.store = copyOf(t, copied)
		var err error
		s.dir, err = tenancy.New(s.store, &tenancy.Options{Now: s.clock.Now})
		require.NoError(rt, err)
		groups := []tenancy.GroupID{f.group}
		owner, ctx := s.dir.As(f.owner), t.Context()
		for range 2 {
			made, err := owner.CreateGroup(ctx, f.org, tenancy.NewGroup{Name: "More"})
			require.NoError(rt, err)
			groups = append(groups, made.ID)
		}
		type at struct {
			who     any
			account tenancy.AccountID
		}
		in := map[tenancy.GroupID]map[tenancy.UserID]bool{}
		for _, g := range groups {
			in[g] = map[tenancy.UserID]bool{f.ben: g == f.group}
		}
		gives := map[at]tenancy.RoleSet{}
		rt.Repeat(map[string]func(*rapid.T){
			"": func(rt *rapid.T) {
				for _, user := range users {
					for _, account := range accounts {
						want := tenancy.RoleSet{}
						for _, on := range []tenancy.AccountID{account, f.main} {
							if on == f.main && account == f.other {
								continue
							}
							all := append(want.All(), gives[at{user, on}].All()...)
							for _, g := range groups {
								if in[g][user] {
									all = append(all, gives[at{g, on}].All()...)
								}
							}
							want = tenancy.Roles(all...)
						}
						for permission, has := range map[tenancy.Permission][]tenancy.AccountRole{
							tenancy.Build: {tenancy.Developer}, tenancy.Bill: {tenancy.BillingManager}, tenancy.ReadUsage: roles,
						} {
							allowed := false
							for _, role := range has {
								allowed = allowed || want.Has(role)
							}
							d, err := s.dir.System().Can(ctx, user, permission, account)
							require.NoError(rt, err)
							require.Equal(rt, allowed, d.Allowed, "%s of %s on %s", permission, user, account)
							if !d.Group.IsZero() {
								require.True(rt, in[d.Group][user])
								require.True(rt, gives[at{d.Group, d.Account}].Has(d.Role))
							}
						}
					}
				}
			},
			"in": func(rt *rapid.T) {
				g, u := rapid.SampledFrom(groups).Draw(rt, "group"), rapid.SampledFrom(users).Draw(rt, "user")
				_, err := owner.AddToGroup(ctx, g, []tenancy.UserID{u})
				require.NoError(rt, err)
				in[g][u] = true
			},
			"out": func(rt *rapid.T) {
				g, u := rapid.SampledFrom(groups).Draw(rt, "group"), rapid.SampledFrom(users).Draw(rt, "user")
				_, err := owner.RemoveFromGroup(ctx, g, []tenancy.UserID{u})
				require.NoError(rt, err)
				in[g][u] = false
			},
			"group": func(rt *rapid.T) {
				g, a := rapid.SampledFrom(groups).Draw(rt, "group"), rapid.SampledFrom(accounts).Draw(rt, "account")
				set := tenancy.Roles(rapid.SampledFrom(roles).Draw(rt, "role"))
				_, err := owner.AssignGroupRoles(ctx, g, a, set)
				require.NoError(rt, err)
				gives[at{g, a}] = set
			},
			"no group": func(rt *rapid.T) {
				g, a := rapid.SampledFrom(groups).Draw(rt, "group"), rapid.SampledFrom(accounts).Draw(rt, "account")
				err := owner.RevokeGroupRoles(ctx, g, a)
				require.Equal(rt, gives[at{g, a}].IsZero(), err != nil)
				delete(gives, at{g, a})
			},
			"grant": func(rt *rapid.T) {
				u, a := rapid.SampledFrom(users).Draw(rt, "user"), rapid.SampledFrom(accounts).Draw(rt, "account")
				set := tenancy.Roles(rapid.SampledFrom(roles).Draw(rt, "role"))
				_, err := owner.AssignRoles(ctx, a, u, tenancy.Assignment{Roles: set})
				require.NoError(rt, err)
				gives[at{u, a}] = set
			},
		})
	})
}

// TestGroupRaces runs what does not go together at the same time. Whoever comes first, the
// invariants hold, and nobody is left with what the other took away.
func TestGroupRaces(t *testing.T) {
	race := func(t *testing.T, f *firm, calls ...func() error) {
		var wg sync.WaitGroup
		errs := make([]error, len(calls))
		for i, call := range calls {
			wg.Go(func() { errs[i] = call() })
		}
		wg.Wait()
		for _, err := range errs {
			require.True(t, err == nil || tenancy.CodeOf(err) != "", err)
		}
		f.sound()
	}
	for n := range 8 {
		t.Run(fmt.Sprint("GRP-4 a member is added while they leave ", n), func(t *testing.T) {
			f := newFirm(t)
			race(t, f, func() error { return f.as(f.cy).Leave(context.Background(), f.org) },
				func() error {
					return errOf(f.as(f.owner).AddToGroup(context.Background(), f.group, []tenancy.UserID{f.cy}))
				})
			require.Equal(t, []tenancy.UserID{f.ben}, f.members())
		})
		t.Run(fmt.Sprint("GRP-4 roles are given while the account is closed ", n), func(t *testing.T) {
			f := newFirm(t)
			race(t, f, func() error { return errOf(f.as(f.owner).CloseAccount(context.Background(), f.other)) },
				func() error {
					return errOf(f.as(f.admin).AssignGroupRoles(context.Background(), f.group, f.other,
						tenancy.Roles(tenancy.Support)))
				})
			require.Empty(t, items(t, f.host.GroupAccounts(f.ctx(), f.group, tenancy.GroupQuery{})))
		})
		t.Run(fmt.Sprint("GRP-2 a member is added while the group is deleted ", n), func(t *testing.T) {
			f := newFirm(t)
			race(t, f, func() error { return f.as(f.owner).DeleteGroup(context.Background(), f.group) },
				func() error {
					return errOf(f.as(f.admin).AddToGroup(context.Background(), f.group, []tenancy.UserID{f.cy}))
				})
			require.Empty(t, items(t, f.host.GroupsOf(f.ctx(), f.cy, tenancy.GroupQuery{})))
		})
	}
}

// TestLargeGroup wants that a group of many members and with roles on many accounts ends
// with as many calls to the store as one of one, and that what it gives is right
// (GRP-2, GRP-4).
func TestLargeGroup(t *testing.T) {
	members, accounts := 100_000, 1_000
	if testing.Short() {
		members, accounts = 5_000, 100
	}
	f := newFirm(t)
	f.fill(members, accounts)
	d, err := f.host.Can(f.ctx(), largeID(members), tenancy.Build, largeID(accounts))
	require.NoError(t, err)
	require.Equal(t, tenancy.Decision{Allowed: true, Why: tenancy.WhyGroup, Role: tenancy.Developer,
		Account: largeID(accounts), Group: f.group}, d)
	small, large := f.scene.group(f.owner, f.org, f.ben), f.group
	f.groupRoles(f.owner, small, f.main, tenancy.Support)
	var calls [2]int
	for i, group := range []tenancy.GroupID{small, large} {
		tapped := &scenes.Tapped{Store: f.store, Call: func(scenes.Call) error { calls[i]++; return nil }}
		dir, err := tenancy.New(tapped, &tenancy.Options{Now: f.clock.Now})
		require.NoError(t, err)
		require.NoError(t, dir.As(f.owner).DeleteGroup(f.ctx(), group))
	}
	require.Equal(t, calls[0], calls[1])
	d, err = f.host.Can(f.ctx(), largeID(members), tenancy.Build, largeID(accounts))
	require.NoError(t, err)
	require.Equal(t, tenancy.Decision{Why: tenancy.WhyUnreachable}, d)
	require.Zero(t, f.accountRecord(largeID(accounts)).Groups)
	for _, record := range f.everything() {
		_, inside := record.(tenancy.GroupMemberRecord)
		require.False(t, inside)
	}
}

// TestManyGroupsOnOneAccount has 1,000 groups with roles on one account, where the limit
// is off (GRP-3, GEN-12).
func TestManyGroupsOnOneAccount(t *testing.T) {
	const groups = 1_000
	f := newFirm(t)
	require.NoError(t, errOf(f.staff.SetLimits(f.ctx(), f.org, &tenancy.Limits{})))
	var records []tenancy.Record
	for n := range groups {
		records = append(records,
			tenancy.GroupRecord{ID: largeID(n + 1), Organization: f.org, Created: 1, Members: 1},
			tenancy.GroupMemberRecord{Group: largeID(n + 1), User: f.cy},
			tenancy.GroupRolesRecord{Account: f.other, Group: largeID(n + 1), Roles: tenancy.Roles(tenancy.Support)})
	}
	a := f.accountRecord(f.other)
	a.Groups = groups
	o := f.record(tenancy.IndexOrganizations, tenancy.Key{ID: f.org}).(tenancy.OrganizationRecord)
	o.Groups += groups
	f.put(append(records, a, o)...)
	f.can(f.cy, tenancy.ReadUsage, f.other, tenancy.Decision{Allowed: true, Why: tenancy.WhyGroup,
		Role: tenancy.Support, Account: f.other, Group: largeID(1)})
	f.gives(f.other, tenancy.Developer)
	refused(t, errOf(f.as(f.ben).RenameAccount(f.ctx(), f.other, "New")), tenancy.CodeNotAllowed)
	for _, reach := range items(t, f.as(f.owner).Access(f.ctx(), f.other, tenancy.ReachQuery{})) {
		require.Equal(t, reach.User == f.cy, len(reach.Groups) == groups)
	}
	require.Empty(t, f.check(tenancy.CheckOptions{})) // no event made these groups
	require.NoError(t, errOf(f.as(f.owner).CloseAccount(f.ctx(), f.other)))
	require.Zero(t, f.accountRecord(f.other).Groups)
	require.Empty(t, f.check(tenancy.CheckOptions{}))
}

// largeID returns the n-th ID of a large group's people and accounts.
func largeID(n int) (id [16]byte) {
	binary.BigEndian.PutUint64(id[8:], uint64(n))
	id[0] = 1
	return id
}

// fill writes many members of the firm's group, and many accounts on which it has roles.
func (f *firm) fill(members, accounts int) {
	f.Helper()
	o := f.record(tenancy.IndexOrganizations, tenancy.Key{ID: f.org}).(tenancy.OrganizationRecord)
	g := f.record(tenancy.IndexGroups, tenancy.Key{ID: f.group}).(tenancy.GroupRecord)
	o.Seats, o.Accounts, g.Members = o.Seats+members, o.Accounts+accounts, g.Members+members
	records := []tenancy.Record{o, g}
	for n := 1; n <= members; n++ {
		records = append(records, tenancy.UserRecord{ID: largeID(n), Created: 1, Managed: true},
			tenancy.MembershipRecord{Organization: f.org, User: largeID(n), Role: tenancy.StandardUser, Since: 1},
			tenancy.GroupMemberRecord{Group: f.group, User: largeID(n)})
	}
	for n := 1; n <= accounts; n++ {
		records = append(records,
			tenancy.AccountRecord{ID: largeID(n), Owner: f.owner, Organization: f.org, Created: 1, Groups: 1},
			tenancy.GrantRecord{Account: largeID(n), User: f.owner, Roles: tenancy.Roles(tenancy.AccountOwner)},
			tenancy.GroupRolesRecord{Account: largeID(n), Group: f.group, Roles: tenancy.Roles(tenancy.Developer)})
	}
	f.put(records...)
}

// TestGuestsByHostRoles names independent users, who have no rank, by a role of the host's
// that has to cover everybody's (ROLE-9).
func TestGuestsByHostRoles(t *testing.T) {
	f := newFirm(t, withRoles(map[tenancy.OrganizationRole][]tenancy.OrganizationPermission{
		"hr": {tenancy.ManageUsers, tenancy.CreateAccounts},
	}))
	hr := f.as(f.join(f.SignedUp, "hr", "hr"))
	t.Run("GRP-2 ROLE-9 an independent user is no member, and in no group", func(t *testing.T) {
		f.unchanged(func() {
			refused(t, errOf(hr.AddToGroup(f.ctx(), f.group, []tenancy.UserID{f.guest})), tenancy.CodeNotMember)
			require.NoError(t, errOf(hr.RemoveFromGroup(f.ctx(), f.group, []tenancy.UserID{f.guest}))) // GEN-6
		})
	})
}
