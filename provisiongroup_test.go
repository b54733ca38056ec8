package tenancy_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// kept is a scene in which a directory keeps a group.
type kept struct {
	*provisioned
	ben, cat tenancy.ProvisionedID // linked; Ben is in the group
	dan      tenancy.ProvisionedID // pending
	danIs    tenancy.UserID
	group    tenancy.ProvisionedGroup
	stream   tenancy.Stream
}

func newKept(t *testing.T, options ...tenancy.Options) *kept {
	t.Helper()
	k := &kept{provisioned: newProvisioned(t, options...)}
	k.danIs = k.outsider("dan").User.ID
	k.set(tenancy.PolicyAutomatic)
	k.ben, k.cat = k.provision("ben@acme.com").ID, k.provision("cat@acme.com").ID
	k.dan = k.provision("dan@acme.com").ID
	k.group = k.makes("Group", k.ben)
	k.stream = organizationStream(k.org)
	return k
}

// makes has the directory make a group.
func (k *kept) makes(name string, members ...tenancy.ProvisionedID) tenancy.ProvisionedGroup {
	k.Helper()
	made, err := k.idp.CreateProvisionedGroup(k.ctx(), tenancy.NewProvisionedGroup{Name: name, Members: members})
	require.NoError(k, err)
	return made
}

// updates has the directory change the group.
func (k *kept) updates(in tenancy.ProvisionedGroupUpdate) tenancy.ProvisionedGroup {
	k.Helper()
	done, err := k.idp.UpdateProvisionedGroup(k.ctx(), k.group.ID, in)
	require.NoError(k, err)
	return done
}

// said returns the events that a call appends to the organization's stream.
func (k *kept) said(call func()) []tenancy.EventData {
	k.Helper()
	return (&cast{scene: k.scene}).said(k.stream, call)
}

// inside returns the identities in a group as the directory reads them, and the users in it.
func (k *kept) inside(group tenancy.GroupID) (identities []tenancy.ProvisionedID, users []tenancy.UserID) {
	k.Helper()
	identities, err := k.idp.ProvisionedGroupMembers(k.ctx(), group, tenancy.ProvisionedID{})
	require.NoError(k, err)
	for _, m := range items(k, k.host.GroupMembers(k.ctx(), group, tenancy.GroupQuery{})) {
		users = append(users, m.User.ID)
	}
	return identities, users
}

// holds wants that some identities and no others are in a group, with the users of those that are linked.
func (k *kept) holds(group tenancy.GroupID, want ...tenancy.ProvisionedID) {
	k.Helper()
	var linked []tenancy.UserID
	for _, id := range want {
		if user := k.linkedTo(id); !user.IsZero() {
			linked = append(linked, user)
		}
	}
	identities, users := k.inside(group)
	require.ElementsMatch(k, want, identities)
	require.ElementsMatch(k, linked, users)
	seen, err := k.idp.ProvisionedGroup(k.ctx(), group)
	require.NoError(k, err)
	require.Equal(k, len(want), seen.Members)
	public, err := k.owner.Group(k.ctx(), group)
	require.NoError(k, err)
	require.Equal(k, len(linked), public.Members)
}

// suspends suspends the organization.
func (k *kept) suspends() {
	k.Helper()
	require.NoError(k, errOf(k.staff.SuspendOrganization(k.ctx(), k.org, "case/1")))
}

// ownerJoins makes the Owner one of the directory's people.
func (k *kept) ownerJoins() tenancy.ProvisionedID {
	k.Helper()
	require.NoError(k, errOf(k.host.ChangeEmail(k.ctx(), k.ana.User.ID, tenancy.Proven("ana@acme.com"))))
	owner := k.provision("ana@acme.com").ID
	require.Equal(k, k.ana.User.ID, k.linkedTo(owner))
	return owner
}

func TestCreateProvisionedGroup(t *testing.T) {
	t.Parallel()
	t.Run("PRV-9 GRP-1 a directory makes a group with linked and pending identities, each once", func(t *testing.T) {
		k := newKept(t)
		owner := k.ownerJoins()
		var made tenancy.ProvisionedGroup
		said := k.said(func() {
			var err error
			made, err = k.idp.CreateProvisionedGroup(k.ctx(), tenancy.NewProvisionedGroup{
				Name: " Support ", ExternalID: "00g-1", Members: []tenancy.ProvisionedID{k.dan, k.ben, owner, k.ben},
			})
			require.NoError(t, err)
		})
		require.Equal(t, tenancy.ProvisionedGroup{
			ID: made.ID, Directory: k.directory, Name: tenancy.NewPersonal("Support"), ExternalID: tenancy.NewPersonal("00g-1"),
			Members: 3, Version: 1, Created: k.clock.Now(), Changed: k.clock.Now(),
		}, made)
		require.Equal(t, []tenancy.EventData{
			tenancy.GroupCreated{Group: made.ID, Organization: k.org, Directory: k.directory, Created: k.instant(0)},
			tenancy.IdentitiesAddedToGroup{Group: made.ID, Identities: []tenancy.ProvisionedID{k.dan, k.ben, owner}},
			tenancy.UsersAddedToGroup{Group: made.ID, Users: []tenancy.UserID{k.linkedTo(k.ben), k.ana.User.ID}},
		}, said)
		k.holds(made.ID, k.dan, k.ben, owner)
		seen, err := k.owner.Group(k.ctx(), made.ID)
		require.NoError(t, err)
		require.Equal(t, k.directory, seen.Directory)
		require.Equal(t, "00g-1", seen.ExternalID.Reveal())
		k.sound()
	})
	t.Run("PRV-9 without members one event, and equal names are allowed", func(t *testing.T) {
		k := newKept(t)
		require.Len(t, k.said(func() { k.makes("Group") }), 1)
		k.sound()
	})
	t.Run("PRV-9 what a group cannot be made of", func(t *testing.T) {
		k := newKept(t)
		gone, foreign, sibling := k.gone(), k.foreign(), k.sibling()
		require.NoError(t, errOf(k.idp.CreateProvisionedGroup(k.ctx(), tenancy.NewProvisionedGroup{Name: "One", ExternalID: "g1"})))
		for _, tt := range []struct {
			in   tenancy.NewProvisionedGroup
			code tenancy.Code
		}{
			{tenancy.NewProvisionedGroup{Name: " "}, tenancy.CodeName},
			{tenancy.NewProvisionedGroup{Name: strings.Repeat("a", 65)}, tenancy.CodeName},
			{tenancy.NewProvisionedGroup{Name: "Two", ExternalID: strings.Repeat("a", 256)}, tenancy.CodeInput},
			{tenancy.NewProvisionedGroup{Name: "Two", ExternalID: "bad\x00"}, tenancy.CodeInput},
			{tenancy.NewProvisionedGroup{Name: "Two", Members: []tenancy.ProvisionedID{k.ben, {}}}, tenancy.CodeID},
			{tenancy.NewProvisionedGroup{Name: "Two", Members: []tenancy.ProvisionedID{k.ben, {1}}}, tenancy.CodeNotFound},
			{tenancy.NewProvisionedGroup{Name: "Two", Members: []tenancy.ProvisionedID{k.ben, gone}}, tenancy.CodeNotFound},
			{tenancy.NewProvisionedGroup{Name: "Two", Members: []tenancy.ProvisionedID{foreign.identity, k.ben}}, tenancy.CodeNotFound},
			{tenancy.NewProvisionedGroup{Name: "Two", Members: []tenancy.ProvisionedID{sibling.identity}}, tenancy.CodeNotFound},
			{tenancy.NewProvisionedGroup{Name: "Two", ExternalID: "g1"}, tenancy.CodeIdentityTaken},
		} {
			k.unchanged(func() { refused(t, errOf(k.idp.CreateProvisionedGroup(k.ctx(), tt.in)), tt.code) })
		}
	})
	t.Run("PRV-9 GEN-12 the limits on groups and on their members, pending ones too", func(t *testing.T) {
		k := newKept(t)
		require.NoError(t, errOf(k.staff.SetLimits(k.ctx(), k.org, &tenancy.Limits{Groups: 2, GroupMembers: 2})))
		in := tenancy.NewProvisionedGroup{Name: "Two", Members: []tenancy.ProvisionedID{k.ben, k.cat, k.dan}}
		k.unchanged(func() { refused(t, errOf(k.idp.CreateProvisionedGroup(k.ctx(), in)), tenancy.CodeGroupMemberLimit) })
		in.Members = []tenancy.ProvisionedID{k.ben, k.dan, k.ben}
		require.NoError(t, errOf(k.idp.CreateProvisionedGroup(k.ctx(), in)))
		k.unchanged(func() {
			refused(t, errOf(k.idp.CreateProvisionedGroup(k.ctx(), tenancy.NewProvisionedGroup{Name: "Three"})), tenancy.CodeGroupLimit)
		})
	})
	t.Run("PRV-9 ORG-15 none while the organization is suspended, whom the input names first", func(t *testing.T) {
		k := newKept(t)
		k.suspends()
		in := tenancy.NewProvisionedGroup{Name: "Two", Members: []tenancy.ProvisionedID{{1}}}
		refused(t, errOf(k.idp.CreateProvisionedGroup(k.ctx(), in)), tenancy.CodeNotFound)
		in.Members = nil
		k.unchanged(func() {
			refused(t, errOf(k.idp.CreateProvisionedGroup(k.ctx(), in)), tenancy.CodeOrganizationSuspended)
		})
	})
}

// elsewhere is another directory, what is in it, and a group of its own.
type elsewhere struct {
	idp      *tenancy.Provisioner
	identity tenancy.ProvisionedID
	group    tenancy.GroupID
}

func (k *kept) elsewhere(idp *tenancy.Provisioner, address string) (e elsewhere) {
	k.Helper()
	person, err := idp.Provision(k.ctx(), tenancy.NewProvisioned{UserName: address})
	require.NoError(k, err)
	group, err := idp.CreateProvisionedGroup(k.ctx(), tenancy.NewProvisionedGroup{
		Name: "Group", ExternalID: "theirs", Members: []tenancy.ProvisionedID{person.ID},
	})
	require.NoError(k, err)
	return elsewhere{idp, person.ID, group.ID}
}

// foreign is another organization's directory.
func (k *kept) foreign() elsewhere {
	k.Helper()
	k.verify(k.bea, "other.com")
	_, idp := k.addDirectory(k.as(k.bea.User.ID), k.bea.Organization.ID)
	return k.elsewhere(idp, "eve@other.com")
}

// sibling is another directory of the organization.
func (k *kept) sibling() elsewhere {
	k.Helper()
	_, idp := k.addDirectory(k.owner, k.org)
	return k.elsewhere(idp, "fay@acme.com")
}

// gone is an identity that was removed.
func (k *kept) gone() tenancy.ProvisionedID {
	k.Helper()
	id := k.provision("gil@acme.com").ID
	require.NoError(k, k.idp.Deprovision(k.ctx(), id, 0))
	return id
}

func TestUpdateProvisionedGroup(t *testing.T) {
	t.Parallel()
	t.Run("PRV-9 PRV-10 name, external ID and members are one operation and one version", func(t *testing.T) {
		k := newKept(t)
		k.clock.Advance(time.Minute)
		said := k.said(func() {
			done := k.updates(tenancy.ProvisionedGroupUpdate{
				Name: new(" New "), ExternalID: new("g9"), Members: &[]tenancy.ProvisionedID{k.cat, k.dan, k.cat},
			})
			require.Equal(t, tenancy.ProvisionedGroup{
				ID: k.group.ID, Directory: k.directory, Name: tenancy.NewPersonal("New"), ExternalID: tenancy.NewPersonal("g9"),
				Members: 2, Version: 2, Created: k.group.Created, Changed: k.clock.Now(),
			}, done)
		})
		require.Equal(t, []tenancy.EventData{
			tenancy.GroupRenamed{Group: k.group.ID, Changed: k.instant(0)},
			tenancy.IdentitiesRemovedFromGroup{Group: k.group.ID, Identities: []tenancy.ProvisionedID{k.ben}},
			tenancy.UsersRemovedFromGroup{Group: k.group.ID, Users: []tenancy.UserID{k.linkedTo(k.ben)}},
			tenancy.IdentitiesAddedToGroup{Group: k.group.ID, Identities: []tenancy.ProvisionedID{k.cat, k.dan}},
			tenancy.UsersAddedToGroup{Group: k.group.ID, Users: []tenancy.UserID{k.linkedTo(k.cat)}},
		}, said)
		k.holds(k.group.ID, k.cat, k.dan)
		k.sound()
	})
	t.Run("PRV-9 adding and removing, each one version, and the external ID is emptied", func(t *testing.T) {
		k := newKept(t)
		for i, in := range []struct {
			tenancy.ProvisionedGroupUpdate
			inside []tenancy.ProvisionedID
		}{
			{tenancy.ProvisionedGroupUpdate{Add: []tenancy.ProvisionedID{k.dan, k.ben, k.cat}}, []tenancy.ProvisionedID{k.ben, k.cat, k.dan}},
			{tenancy.ProvisionedGroupUpdate{Remove: []tenancy.ProvisionedID{k.cat, k.cat}}, []tenancy.ProvisionedID{k.ben, k.dan}},
			{tenancy.ProvisionedGroupUpdate{Remove: []tenancy.ProvisionedID{k.dan}}, []tenancy.ProvisionedID{k.ben}},
			{
				tenancy.ProvisionedGroupUpdate{Add: []tenancy.ProvisionedID{k.cat}, Remove: []tenancy.ProvisionedID{k.ben}},
				[]tenancy.ProvisionedID{k.cat},
			},
			{tenancy.ProvisionedGroupUpdate{Members: new([]tenancy.ProvisionedID(nil))}, nil},
			{tenancy.ProvisionedGroupUpdate{ExternalID: new("g9")}, nil},
			{tenancy.ProvisionedGroupUpdate{ExternalID: new("")}, nil},
		} {
			done := k.updates(in.ProvisionedGroupUpdate)
			require.Equal(t, i+2, done.Version)
			k.holds(k.group.ID, in.inside...)
		}
		k.sound()
	})
	t.Run("PRV-9 the members given come first, then who is added, then who is removed", func(t *testing.T) {
		k := newKept(t)
		k.updates(tenancy.ProvisionedGroupUpdate{
			Members: &[]tenancy.ProvisionedID{k.cat},
			Add:     []tenancy.ProvisionedID{k.dan, k.ben, {1}},
			Remove:  []tenancy.ProvisionedID{k.cat, k.ben, {1}},
		})
		k.holds(k.group.ID, k.dan)
		k.sound()
	})
	t.Run("GEN-6 what is so already is no change, no event and no version", func(t *testing.T) {
		k := newKept(t)
		gone, foreign := k.gone(), k.foreign()
		for _, in := range []tenancy.ProvisionedGroupUpdate{
			{},
			{Name: new(" Group "), ExternalID: new("")},
			{Add: []tenancy.ProvisionedID{k.ben, k.ben}},
			{Members: &[]tenancy.ProvisionedID{k.ben, k.ben}},
			{Remove: []tenancy.ProvisionedID{k.cat, k.dan, gone, foreign.identity, {1}}},
			{Version: 1, Add: []tenancy.ProvisionedID{k.cat}, Remove: []tenancy.ProvisionedID{k.cat}},
		} {
			k.unchanged(func() { require.Equal(t, k.group, k.updates(in)) })
		}
	})
	t.Run("PRV-9 what refuses", func(t *testing.T) {
		k := newKept(t)
		gone, foreign, sibling := k.gone(), k.foreign(), k.sibling()
		require.NoError(t, errOf(k.idp.CreateProvisionedGroup(k.ctx(), tenancy.NewProvisionedGroup{Name: "One", ExternalID: "g1"})))
		k.updates(tenancy.ProvisionedGroupUpdate{ExternalID: new("own")})
		one := func(id tenancy.ProvisionedID) []tenancy.ProvisionedID { return []tenancy.ProvisionedID{k.cat, id} }
		for _, tt := range []struct {
			in   tenancy.ProvisionedGroupUpdate
			code tenancy.Code
		}{
			{tenancy.ProvisionedGroupUpdate{Name: new("")}, tenancy.CodeName},
			{tenancy.ProvisionedGroupUpdate{ExternalID: new("bad\u202e")}, tenancy.CodeInput},
			{tenancy.ProvisionedGroupUpdate{Version: -1}, tenancy.CodeInput},
			{tenancy.ProvisionedGroupUpdate{Add: one(tenancy.ProvisionedID{})}, tenancy.CodeID},
			{tenancy.ProvisionedGroupUpdate{Remove: one(tenancy.ProvisionedID{})}, tenancy.CodeID},
			{tenancy.ProvisionedGroupUpdate{Members: new(one(tenancy.ProvisionedID{}))}, tenancy.CodeID},
			{tenancy.ProvisionedGroupUpdate{Add: one(tenancy.ProvisionedID{1})}, tenancy.CodeNotFound},
			{tenancy.ProvisionedGroupUpdate{Add: one(gone)}, tenancy.CodeNotFound},
			{tenancy.ProvisionedGroupUpdate{Add: one(foreign.identity)}, tenancy.CodeNotFound},
			{tenancy.ProvisionedGroupUpdate{Add: one(sibling.identity)}, tenancy.CodeNotFound},
			{tenancy.ProvisionedGroupUpdate{Members: new(one(tenancy.ProvisionedID{1}))}, tenancy.CodeNotFound},
			{tenancy.ProvisionedGroupUpdate{Members: new(one(gone))}, tenancy.CodeNotFound},
			{tenancy.ProvisionedGroupUpdate{Members: new(one(foreign.identity)), Version: 1}, tenancy.CodeNotFound},
			{tenancy.ProvisionedGroupUpdate{Members: new(one(sibling.identity)), Remove: one(k.ben)}, tenancy.CodeNotFound},
			{tenancy.ProvisionedGroupUpdate{Name: new("New"), Version: 1}, tenancy.CodeVersion},
			{tenancy.ProvisionedGroupUpdate{Version: 3}, tenancy.CodeVersion},
			{tenancy.ProvisionedGroupUpdate{ExternalID: new("g1")}, tenancy.CodeIdentityTaken},
		} {
			k.unchanged(func() { refused(t, errOf(k.idp.UpdateProvisionedGroup(k.ctx(), k.group.ID, tt.in)), tt.code) })
		}
		k.unchanged(func() { k.updates(tenancy.ProvisionedGroupUpdate{ExternalID: new("own"), Version: 2}) })
	})
	t.Run("PRV-9 GEN-12 the limit is on identities, as many as there are afterwards", func(t *testing.T) {
		k := newKept(t)
		require.NoError(t, errOf(k.staff.SetLimits(k.ctx(), k.org, &tenancy.Limits{GroupMembers: 1})))
		for _, in := range []tenancy.ProvisionedGroupUpdate{
			{Add: []tenancy.ProvisionedID{k.dan}},
			{Members: &[]tenancy.ProvisionedID{k.cat, k.dan}},
		} {
			k.unchanged(func() {
				refused(t, errOf(k.idp.UpdateProvisionedGroup(k.ctx(), k.group.ID, in)), tenancy.CodeGroupMemberLimit)
			})
		}
		k.updates(tenancy.ProvisionedGroupUpdate{Members: &[]tenancy.ProvisionedID{k.dan}})
		k.holds(k.group.ID, k.dan)
		require.NoError(t, errOf(k.staff.SetLimits(k.ctx(), k.org, nil)))
		k.updates(tenancy.ProvisionedGroupUpdate{Add: []tenancy.ProvisionedID{k.ben, k.cat}})
		require.NoError(t, errOf(k.staff.SetLimits(k.ctx(), k.org, &tenancy.Limits{GroupMembers: 1})))
		k.updates(tenancy.ProvisionedGroupUpdate{Remove: []tenancy.ProvisionedID{k.ben}}) // lowering removes nobody
		k.holds(k.group.ID, k.cat, k.dan)
	})
	t.Run("PRV-9 ORG-15 a suspended organization's group only loses identities", func(t *testing.T) {
		k := newKept(t)
		k.updates(tenancy.ProvisionedGroupUpdate{Add: []tenancy.ProvisionedID{k.cat, k.dan}})
		k.suspends()
		for _, in := range []tenancy.ProvisionedGroupUpdate{
			{Name: new("New")},
			{ExternalID: new("g9")},
			{Remove: []tenancy.ProvisionedID{k.ben}, Name: new("New")},
			{Members: &[]tenancy.ProvisionedID{k.ben}, ExternalID: new("g9")},
		} {
			k.unchanged(func() {
				refused(t, errOf(k.idp.UpdateProvisionedGroup(k.ctx(), k.group.ID, in)), tenancy.CodeOrganizationSuspended)
			})
		}
		k.updates(tenancy.ProvisionedGroupUpdate{Remove: []tenancy.ProvisionedID{k.ben}})
		k.holds(k.group.ID, k.cat, k.dan)
		k.unchanged(func() {
			in := tenancy.ProvisionedGroupUpdate{Add: []tenancy.ProvisionedID{k.ben}, Remove: []tenancy.ProvisionedID{k.cat}}
			refused(t, errOf(k.idp.UpdateProvisionedGroup(k.ctx(), k.group.ID, in)), tenancy.CodeOrganizationSuspended)
			in = tenancy.ProvisionedGroupUpdate{Add: []tenancy.ProvisionedID{{1}}}
			refused(t, errOf(k.idp.UpdateProvisionedGroup(k.ctx(), k.group.ID, in)), tenancy.CodeNotFound)
			k.updates(tenancy.ProvisionedGroupUpdate{Name: new("Group"), Add: []tenancy.ProvisionedID{k.cat}}) // is so
		})
		k.updates(tenancy.ProvisionedGroupUpdate{Members: &[]tenancy.ProvisionedID{k.dan}})
		k.holds(k.group.ID, k.dan)
		require.NoError(t, k.idp.DeleteProvisionedGroup(k.ctx(), k.group.ID, 0))
		k.sound()
	})
}

func TestDeleteProvisionedGroup(t *testing.T) {
	t.Parallel()
	t.Run("PRV-9 a group ends with its members and the roles that it gave", func(t *testing.T) {
		k := newKept(t)
		k.updates(tenancy.ProvisionedGroupUpdate{ExternalID: new("g9"), Add: []tenancy.ProvisionedID{k.dan}})
		other := k.makes("Other", k.ben, k.dan)
		k.groupRoles(k.ana.User.ID, k.group.ID, k.ana.Account.ID, tenancy.Support)
		k.unchanged(func() {
			refused(t, k.idp.DeleteProvisionedGroup(k.ctx(), k.group.ID, 1), tenancy.CodeVersion)
			refused(t, k.idp.DeleteProvisionedGroup(k.ctx(), k.group.ID, -1), tenancy.CodeInput)
			refused(t, k.idp.DeleteProvisionedGroup(k.ctx(), tenancy.GroupID{}, 0), tenancy.CodeID)
			refused(t, k.idp.DeleteProvisionedGroup(k.ctx(), tenancy.GroupID{1}, 0), tenancy.CodeNotFound)
		})
		said := k.said(func() { require.NoError(t, k.idp.DeleteProvisionedGroup(k.ctx(), k.group.ID, 2)) })
		require.Equal(t, []tenancy.EventData{tenancy.GroupDeleted{Group: k.group.ID}}, said)
		refused(t, k.idp.DeleteProvisionedGroup(k.ctx(), k.group.ID, 0), tenancy.CodeNotFound)
		require.Zero(t, k.accountRecord(k.ana.Account.ID).Groups)
		for _, id := range []tenancy.ProvisionedID{k.ben, k.dan} {
			groups, err := k.idp.ProvisionedGroupsOf(k.ctx(), id)
			require.NoError(t, err)
			require.Equal(t, []tenancy.ProvisionedGroup{other}, groups)
		}
		list, err := k.idp.ListProvisionedGroups(k.ctx(), tenancy.ProvisionedPage{})
		require.NoError(t, err)
		require.Equal(t, 1, list.Total)
		again, err := k.idp.CreateProvisionedGroup(k.ctx(), tenancy.NewProvisionedGroup{Name: "Group", ExternalID: "g9"})
		require.NoError(t, err)
		require.NotEqual(t, k.group.ID, again.ID)
		k.sound()
	})
}

// TestProvisionedGroupsApart wants that a directory reads and changes its own groups alone.
func TestProvisionedGroupsApart(t *testing.T) {
	t.Parallel()
	k := newKept(t)
	k.updates(tenancy.ProvisionedGroupUpdate{ExternalID: new("theirs")})
	own := k.scene.group(k.ana.User.ID, k.org, k.linkedTo(k.ben)) // an administrator's
	sibling, foreign := k.sibling(), k.foreign()
	for name, group := range map[string]tenancy.GroupID{
		"PRV-9 the organization's own":          own,
		"PRV-9 another directory's":             sibling.group,
		"PRV-9 GEN-5 another organization's":    foreign.group,
		"PRV-9 GEN-5 none":                      {1},
		"PRV-9 GEN-5 an ID of something else's": tenancy.GroupID(k.ben),
	} {
		t.Run(name, func(t *testing.T) {
			k.unchanged(func() {
				refused(t, errOf(k.idp.ProvisionedGroup(k.ctx(), group)), tenancy.CodeNotFound)
				refused(t, errOf(k.idp.ProvisionedGroupMembers(k.ctx(), group, tenancy.ProvisionedID{})), tenancy.CodeNotFound)
				refused(t, errOf(k.idp.InProvisionedGroup(k.ctx(), group, k.ben)), tenancy.CodeNotFound)
				refused(t, k.idp.DeleteProvisionedGroup(k.ctx(), group, 0), tenancy.CodeNotFound)
				for _, in := range []tenancy.ProvisionedGroupUpdate{
					{},
					{Name: new("New"), Version: 9},
					{Add: []tenancy.ProvisionedID{k.cat}, Remove: []tenancy.ProvisionedID{sibling.identity}},
					{Members: &[]tenancy.ProvisionedID{}},
				} {
					refused(t, errOf(k.idp.UpdateProvisionedGroup(k.ctx(), group, in)), tenancy.CodeNotFound)
				}
			})
		})
	}
	t.Run("PRV-9 identities of others are in none of its groups, and have none", func(t *testing.T) {
		for _, id := range []tenancy.ProvisionedID{sibling.identity, foreign.identity, {1}} {
			refused(t, errOf(k.idp.ProvisionedGroupsOf(k.ctx(), id)), tenancy.CodeNotFound)
			in, err := k.idp.InProvisionedGroup(k.ctx(), k.group.ID, id)
			require.NoError(t, err)
			require.False(t, in)
		}
	})
	t.Run("PRV-9 an external ID is unique in its directory alone, and lists are each one's own", func(t *testing.T) {
		for _, d := range []elsewhere{{k.idp, k.ben, k.group.ID}, sibling, foreign} {
			found, err := d.idp.ProvisionedGroupByExternalID(k.ctx(), "theirs")
			require.NoError(t, err)
			require.Equal(t, d.group, found.ID)
			named, err := d.idp.ProvisionedGroupsByName(k.ctx(), "GROUP")
			require.NoError(t, err)
			require.Equal(t, []tenancy.ProvisionedGroup{found}, named)
			list, err := d.idp.ListProvisionedGroups(k.ctx(), tenancy.ProvisionedPage{Count: 100})
			require.NoError(t, err)
			require.Equal(t, tenancy.ProvisionedGroupList{Items: named, Total: 1}, list)
		}
	})
	t.Run("PRV-1 who is no directory any longer is none", func(t *testing.T) {
		_, err := k.owner.RemoveDirectory(k.ctx(), k.directory, tenancy.DirectoryRemoval{})
		require.NoError(t, err)
		refused(t, errOf(k.idp.CreateProvisionedGroup(k.ctx(), tenancy.NewProvisionedGroup{Name: "New"})), tenancy.CodeActor)
		refused(t, errOf(k.idp.UpdateProvisionedGroup(k.ctx(), k.group.ID, tenancy.ProvisionedGroupUpdate{})), tenancy.CodeActor)
		refused(t, k.idp.DeleteProvisionedGroup(k.ctx(), k.group.ID, 0), tenancy.CodeActor)
		refused(t, errOf(k.idp.ListProvisionedGroups(k.ctx(), tenancy.ProvisionedPage{})), tenancy.CodeActor)
		malformed := k.dir.AsDirectory(tenancy.Secret{})
		refused(t, errOf(malformed.ProvisionedGroupsByName(k.ctx(), "Group")), tenancy.CodeActor)
	})
	k.sound()
}

// TestDirectoryGroup is what the organization's administrators may do to a group that a directory keeps.
func TestDirectoryGroup(t *testing.T) {
	t.Parallel()
	changes := func(s *tenancy.Session, k *kept) []error {
		user := k.linkedTo(k.cat)
		return []error{
			errOf(s.RenameGroup(k.ctx(), k.group.ID, "New")),
			errOf(s.AddToGroup(k.ctx(), k.group.ID, []tenancy.UserID{user})),
			errOf(s.RemoveFromGroup(k.ctx(), k.group.ID, []tenancy.UserID{user})),
			s.DeleteGroup(k.ctx(), k.group.ID),
		}
	}
	want := func(t *testing.T, k *kept, s *tenancy.Session, code tenancy.Code) {
		t.Helper()
		k.unchanged(func() {
			for _, err := range changes(s, k) {
				refused(t, err, code)
			}
		})
	}
	t.Run("GRP-2 PRV-9 nobody but the directory changes its name and members", func(t *testing.T) {
		k := newKept(t)
		standard := k.linkedTo(k.ben)
		require.NoError(t, errOf(k.enter("ben@acme.com", tenancy.Secret{})))
		want(t, k, k.owner, tenancy.CodeDirectoryGroup)
		want(t, k, k.as(standard), tenancy.CodeNotFound) // the right comes first
		want(t, k, k.as(k.bea.User.ID), tenancy.CodeNotFound)
		refused(t, errOf(k.owner.AddToGroup(k.ctx(), k.group.ID, []tenancy.UserID{{1}})), tenancy.CodeDirectoryGroup)
		k.suspends()
		want(t, k, k.owner, tenancy.CodeDirectoryGroup) // before the state
	})
	t.Run("GRP-2 PRV-9 a service account does not either", func(t *testing.T) {
		k := newKept(t)
		service, err := k.owner.CreateServiceAccount(k.ctx(), k.org, tenancy.NewServiceAccount{Name: "CI", Role: tenancy.Administrator})
		require.NoError(t, err)
		s, err := k.host.Authenticate(k.ctx(), k.keyOf(k.ana.User.ID, service.ID).Secret)
		require.NoError(t, err)
		k.unchanged(func() {
			for i, err := range changes(s, k) {
				refused(t, err, []tenancy.Code{
					tenancy.CodeDirectoryGroup, tenancy.CodeDirectoryGroup, tenancy.CodeDirectoryGroup, tenancy.CodeServiceAccount,
				}[i])
			}
		})
	})
	t.Run("GRP-2 PRV-9 its roles are given and taken by administrators, and hold for who is in it", func(t *testing.T) {
		k := newKept(t)
		account := k.ana.Account.ID
		k.groupRoles(k.ana.User.ID, k.group.ID, account, tenancy.Support)
		up, err := k.enter("ben@acme.com", tenancy.Secret{})
		require.NoError(t, err)
		can := func() tenancy.Decision {
			d, err := k.host.Can(k.ctx(), up.User.ID, tenancy.ReadUsage, account)
			require.NoError(t, err)
			return d
		}
		require.True(t, can().Allowed)
		require.Equal(t, k.group.ID, can().Group)
		k.updates(tenancy.ProvisionedGroupUpdate{Remove: []tenancy.ProvisionedID{k.ben}})
		require.False(t, can().Allowed)
		k.updates(tenancy.ProvisionedGroupUpdate{Add: []tenancy.ProvisionedID{k.ben}})
		require.True(t, can().Allowed)
		require.NoError(t, k.owner.RevokeGroupRoles(k.ctx(), k.group.ID, account))
		require.False(t, can().Allowed)
		k.sound()
	})
	t.Run("PRV-7 PRV-9 when the directory has ended the group is the organization's own", func(t *testing.T) {
		k := newKept(t)
		k.updates(tenancy.ProvisionedGroupUpdate{Add: []tenancy.ProvisionedID{k.dan}})
		other := k.makes("Other", k.ben)
		_, err := k.owner.RemoveDirectory(k.ctx(), k.directory, tenancy.DirectoryRemoval{})
		require.NoError(t, err)
		for _, g := range items(t, k.owner.Groups(k.ctx(), k.org, tenancy.GroupQuery{})) {
			require.Zero(t, g.Directory)
		}
		renamed, err := k.owner.RenameGroup(k.ctx(), k.group.ID, "New")
		require.NoError(t, err)
		require.Zero(t, renamed.Directory)
		k.scene.enter(k.ana.User.ID, k.group.ID, k.ana.User.ID)
		_, err = k.owner.RemoveFromGroup(k.ctx(), k.group.ID, []tenancy.UserID{k.linkedTo(k.ben)})
		require.NoError(t, err)
		k.sound()
		require.NoError(t, k.owner.DeleteGroup(k.ctx(), k.group.ID))
		require.NoError(t, k.owner.DeleteGroup(k.ctx(), other.ID))
		k.sound()
	})
	t.Run("PRV-8 PRV-9 in a merge the group becomes the Prime's own", func(t *testing.T) {
		k := newKept(t)
		require.NoError(t, k.owner.RemoveDomain(k.ctx(), k.acme.ID))
		prime := k.another(k.ana, "Prime")
		k.prove(k.ana.User.ID, prime, domainOf(address("ana")))
		require.NoError(t, errOf(k.owner.MergeOrganizations(k.ctx(), prime, k.org)))
		g, err := k.owner.Group(k.ctx(), k.group.ID)
		require.NoError(t, err)
		require.Zero(t, g.Directory)
		require.Equal(t, prime, g.Organization)
		require.Equal(t, 1, g.Members)
		refused(t, errOf(k.idp.ProvisionedGroup(k.ctx(), k.group.ID)), tenancy.CodeActor)
		k.scene.enter(k.ana.User.ID, k.group.ID, k.ana.User.ID)
		k.sound()
		require.NoError(t, k.owner.DeleteGroup(k.ctx(), k.group.ID))
		k.sound()
	})
	t.Run("PRV-8 PRV-9 groups end with their organization", func(t *testing.T) {
		k := newKept(t)
		k.updates(tenancy.ProvisionedGroupUpdate{Add: []tenancy.ProvisionedID{k.dan}})
		to := k.another(k.ana, "Second")
		require.NoError(t, k.owner.DeleteOrganization(k.ctx(), k.org, tenancy.OrganizationDeletion{AccountsTo: to}))
		refused(t, errOf(k.host.Group(k.ctx(), k.group.ID)), tenancy.CodeNotFound)
		refused(t, errOf(k.idp.ProvisionedGroup(k.ctx(), k.group.ID)), tenancy.CodeActor)
		k.sound()
	})
}

// TestProvisionedGroupFollows is who is in a directory's group as its people come and go.
func TestProvisionedGroupFollows(t *testing.T) {
	t.Parallel()
	t.Run("PRV-9 who is linked is in the group, which has no other version by that", func(t *testing.T) {
		k := newKept(t)
		done := k.updates(tenancy.ProvisionedGroupUpdate{Add: []tenancy.ProvisionedID{k.dan}})
		sent := items(t, k.owner.Invitations(k.ctx(), k.org, tenancy.InvitationQuery{}))
		require.Len(t, sent, 1)
		again, err := k.owner.ResendInvitation(k.ctx(), sent[0].ID)
		require.NoError(t, err)
		k.accepts(k.danIs, again.Secret)
		require.Equal(t, k.danIs, k.linkedTo(k.dan))
		k.holds(k.group.ID, k.ben, k.dan)
		seen, err := k.idp.ProvisionedGroup(k.ctx(), k.group.ID)
		require.NoError(t, err)
		require.Equal(t, done, seen)
		k.sound()
	})
	t.Run("GRP-4 PRV-8 PRV-9 who leaves is out of the group, and in it again when they are back", func(t *testing.T) {
		k := newKept(t)
		up, err := k.enter("ben@acme.com", tenancy.Secret{})
		require.NoError(t, err)
		require.NoError(t, k.as(up.User.ID).Leave(k.ctx(), k.org))
		require.True(t, k.linkedTo(k.ben).IsZero())
		k.holds(k.group.ID, k.ben)
		k.sound()
		sent, err := k.owner.InviteUser(k.ctx(), k.org, tenancy.NewInvitation{Email: "ben@acme.com", Role: tenancy.StandardUser})
		require.NoError(t, err)
		k.accepts(up.User.ID, sent.Secret)
		require.Equal(t, up.User.ID, k.linkedTo(k.ben))
		k.holds(k.group.ID, k.ben)
		k.sound()
	})
	t.Run("PRV-7 PRV-9 a removed identity leaves its groups, and comes back into none", func(t *testing.T) {
		k := newKept(t)
		k.updates(tenancy.ProvisionedGroupUpdate{Add: []tenancy.ProvisionedID{k.cat, k.dan}})
		user := k.linkedTo(k.ben)
		for i, id := range []tenancy.ProvisionedID{k.ben, k.dan} {
			require.NoError(t, k.idp.Deprovision(k.ctx(), id, 0))
			seen, err := k.idp.ProvisionedGroup(k.ctx(), k.group.ID)
			require.NoError(t, err)
			require.Equal(t, 3+i, seen.Version) // the directory reads another group
		}
		k.holds(k.group.ID, k.cat)
		refused(t, errOf(k.idp.ProvisionedGroupsOf(k.ctx(), k.ben)), tenancy.CodeNotFound)
		again := k.provision("ben@acme.com").ID
		require.Equal(t, user, k.linkedTo(again))
		k.holds(k.group.ID, k.cat)
		k.unchanged(func() { k.updates(tenancy.ProvisionedGroupUpdate{Remove: []tenancy.ProvisionedID{k.ben, again}}) })
		k.sound()
	})
	t.Run("PRV-5 PRV-9 who is parted from their identity by its address is out of the group", func(t *testing.T) {
		k := newKept(t)
		user := k.linkedTo(k.ben)
		require.NoError(t, k.idp.Deprovision(k.ctx(), k.dan, 0))
		require.NoError(t, errOf(k.idp.UpdateProvisioned(k.ctx(), k.ben, tenancy.ProvisionedUpdate{UserName: new("dan@acme.com")})))
		require.True(t, k.linkedTo(k.ben).IsZero())
		k.holds(k.group.ID, k.ben)
		_, _, err := k.owner.Member(k.ctx(), k.org, user)
		require.NoError(t, err) // they are a member still
		k.sound()
	})
	t.Run("USR-12 PRV-8 PRV-9 a deleted user's identity is in no group", func(t *testing.T) {
		k := newKept(t)
		up, err := k.enter("ben@acme.com", tenancy.Secret{})
		require.NoError(t, err)
		require.NoError(t, k.staff.DeleteUser(k.ctx(), up.User.ID, tenancy.UserDeletion{}))
		k.holds(k.group.ID)
		k.sound()
	})
}

// accepts has a user accept an invitation, with the Terms as they are.
func (k *kept) accepts(user tenancy.UserID, secret tenancy.Secret) {
	k.Helper()
	offer, err := k.as(user).Invitation(k.ctx(), secret)
	require.NoError(k, err)
	require.NoError(k, errOf(k.as(user).AcceptInvitation(k.ctx(), tenancy.Acceptance{Secret: secret, Terms: offer.Terms.Token})))
}

// TestProvisionedGroupRaces is what two calls at once do.
func TestProvisionedGroupRaces(t *testing.T) {
	t.Parallel()
	both := func(calls ...func() error) []error {
		errs := make([]error, len(calls))
		var wg sync.WaitGroup
		for i, call := range calls {
			wg.Go(func() { errs[i] = call() })
		}
		wg.Wait()
		return errs
	}
	t.Run("PRV-9 PRV-10 of two changes of one version one is done", func(t *testing.T) {
		k := newKept(t)
		change := func(id tenancy.ProvisionedID) func() error {
			return func() error {
				return errOf(k.idp.UpdateProvisionedGroup(k.ctx(), k.group.ID,
					tenancy.ProvisionedGroupUpdate{Add: []tenancy.ProvisionedID{id}, Version: 1}))
			}
		}
		errs := both(change(k.cat), change(k.dan))
		winner, loser := k.cat, errs[1]
		if errs[0] != nil {
			winner, loser = k.dan, errs[0]
		}
		refused(t, loser, tenancy.CodeVersion)
		k.holds(k.group.ID, k.ben, winner)
		k.sound()
	})
	t.Run("PRV-9 of two changes of whichever version both are done", func(t *testing.T) {
		k := newKept(t)
		add := func(id tenancy.ProvisionedID) func() error {
			return func() error {
				return errOf(k.idp.UpdateProvisionedGroup(k.ctx(), k.group.ID,
					tenancy.ProvisionedGroupUpdate{Add: []tenancy.ProvisionedID{id}}))
			}
		}
		require.Equal(t, []error{nil, nil}, both(add(k.cat), add(k.dan)))
		k.holds(k.group.ID, k.ben, k.cat, k.dan)
		k.sound()
	})
	t.Run("PRV-9 an identity that is removed while it is added is not in the group", func(t *testing.T) {
		k := newKept(t)
		errs := both(
			func() error { return k.idp.Deprovision(k.ctx(), k.cat, 0) },
			func() error {
				return errOf(k.idp.UpdateProvisionedGroup(k.ctx(), k.group.ID,
					tenancy.ProvisionedGroupUpdate{Add: []tenancy.ProvisionedID{k.cat}}))
			},
		)
		require.NoError(t, errs[0])
		if errs[1] != nil {
			refused(t, errs[1], tenancy.CodeNotFound)
		}
		k.holds(k.group.ID, k.ben)
		k.sound()
	})
	t.Run("PRV-9 of two groups of one external ID one is made", func(t *testing.T) {
		k := newKept(t)
		create := func() error {
			return errOf(k.idp.CreateProvisionedGroup(k.ctx(), tenancy.NewProvisionedGroup{Name: "New", ExternalID: "g9"}))
		}
		errs := both(create, create)
		if errs[0] == nil {
			errs[0] = errs[1]
		}
		refused(t, errs[0], tenancy.CodeIdentityTaken)
		k.sound()
	})
	t.Run("GEN-13 PRV-10 a change under one operation ID is done once", func(t *testing.T) {
		k := newKept(t)
		once := k.idp.Once(tenancy.NewOperationID())
		add := tenancy.ProvisionedGroupUpdate{Add: []tenancy.ProvisionedID{k.cat}}
		require.NoError(t, errOf(once.UpdateProvisionedGroup(k.ctx(), k.group.ID, add)))
		k.updates(tenancy.ProvisionedGroupUpdate{Remove: []tenancy.ProvisionedID{k.cat}})
		k.unchanged(func() {
			refused(t, errOf(once.UpdateProvisionedGroup(k.ctx(), k.group.ID, add)), tenancy.CodeAlreadyDone)
			refused(t, once.DeleteProvisionedGroup(k.ctx(), k.group.ID, 0), tenancy.CodeOperationTaken)
		})
		k.holds(k.group.ID, k.ben)
	})
}

func TestProvisionedGroupReads(t *testing.T) {
	t.Parallel()
	k := newKept(t)
	var ids []tenancy.GroupID
	for i := range 102 {
		k.clock.Advance(time.Millisecond) // so that IDs are in this order
		made, err := k.idp.CreateProvisionedGroup(k.ctx(), tenancy.NewProvisionedGroup{
			Name: "Straße", ExternalID: fmt.Sprint("G", i), Members: []tenancy.ProvisionedID{k.cat},
		})
		require.NoError(t, err)
		ids = append(ids, made.ID)
	}
	of := func(groups []tenancy.ProvisionedGroup) (of []tenancy.GroupID) {
		for _, g := range groups {
			of = append(of, g.ID)
		}
		return of
	}
	t.Run("PRV-10 by ID and by external ID, exactly", func(t *testing.T) {
		byID, err := k.idp.ProvisionedGroup(k.ctx(), ids[7])
		require.NoError(t, err)
		byExternal, err := k.idp.ProvisionedGroupByExternalID(k.ctx(), "G7")
		require.NoError(t, err)
		require.Equal(t, byID, byExternal)
		refused(t, errOf(k.idp.ProvisionedGroupByExternalID(k.ctx(), "g7")), tenancy.CodeNotFound)
		refused(t, errOf(k.idp.ProvisionedGroupByExternalID(k.ctx(), "")), tenancy.CodeNotFound)
		refused(t, errOf(k.idp.ProvisionedGroupByExternalID(k.ctx(), "\xff")), tenancy.CodeInput)
		refused(t, errOf(k.idp.ProvisionedGroup(k.ctx(), tenancy.GroupID{})), tenancy.CodeID)
	})
	t.Run("PRV-10 by name in any case, up to 100", func(t *testing.T) {
		for _, name := range []string{"Straße", " STRASSE ", "strasse"} {
			found, err := k.idp.ProvisionedGroupsByName(k.ctx(), name)
			require.NoError(t, err)
			require.Equal(t, ids[:100], of(found))
		}
		found, err := k.idp.ProvisionedGroupsByName(k.ctx(), "Stra")
		require.NoError(t, err)
		require.Empty(t, found)
		for _, name := range []string{"", "bad\x00", strings.Repeat("a", 65)} {
			refused(t, errOf(k.idp.ProvisionedGroupsByName(k.ctx(), name)), tenancy.CodeName)
		}
	})
	t.Run("PRV-10 a name that changes is found by the new one", func(t *testing.T) {
		k.updates(tenancy.ProvisionedGroupUpdate{Name: new("Café")})
		found, err := k.idp.ProvisionedGroupsByName(k.ctx(), "CAFÉ")
		require.NoError(t, err)
		require.Equal(t, []tenancy.GroupID{k.group.ID}, of(found))
		found, err = k.idp.ProvisionedGroupsByName(k.ctx(), "Group")
		require.NoError(t, err)
		require.Empty(t, found)
	})
	t.Run("PRV-10 a part of the list, and how many there are", func(t *testing.T) {
		inOrder := append([]tenancy.GroupID{k.group.ID}, ids...)
		for _, tt := range []struct {
			in   tenancy.ProvisionedPage
			want []tenancy.GroupID
		}{
			{tenancy.ProvisionedPage{}, nil},
			{tenancy.ProvisionedPage{Count: 2}, inOrder[:2]},
			{tenancy.ProvisionedPage{Start: 1, Count: 100}, inOrder[:100]},
			{tenancy.ProvisionedPage{Start: 101, Count: 100}, inOrder[100:]},
			{tenancy.ProvisionedPage{Start: 104, Count: 100}, nil},
		} {
			list, err := k.idp.ListProvisionedGroups(k.ctx(), tt.in)
			require.NoError(t, err)
			require.Equal(t, tt.want, of(list.Items))
			require.Equal(t, 103, list.Total)
		}
		for _, in := range []tenancy.ProvisionedPage{{Start: -1}, {Count: -1}, {Count: 101}} {
			refused(t, errOf(k.idp.ListProvisionedGroups(k.ctx(), in)), tenancy.CodeInput)
		}
	})
	t.Run("PRV-10 whose groups they are, and who is in one", func(t *testing.T) {
		groups, err := k.idp.ProvisionedGroupsOf(k.ctx(), k.cat)
		require.NoError(t, err)
		require.Equal(t, ids, of(groups))
		groups, err = k.idp.ProvisionedGroupsOf(k.ctx(), k.dan)
		require.NoError(t, err)
		require.Empty(t, groups)
		for id, want := range map[tenancy.ProvisionedID]bool{k.ben: true, k.cat: false, k.dan: false, {1}: false} {
			in, err := k.idp.InProvisionedGroup(k.ctx(), k.group.ID, id)
			require.NoError(t, err)
			require.Equal(t, want, in)
		}
		refused(t, errOf(k.idp.InProvisionedGroup(k.ctx(), k.group.ID, tenancy.ProvisionedID{})), tenancy.CodeID)
		refused(t, errOf(k.idp.InProvisionedGroup(k.ctx(), tenancy.GroupID{}, k.ben)), tenancy.CodeID)
		refused(t, errOf(k.idp.ProvisionedGroupsOf(k.ctx(), tenancy.ProvisionedID{})), tenancy.CodeID)
		refused(t, errOf(k.idp.ProvisionedGroupMembers(k.ctx(), tenancy.GroupID{}, k.ben)), tenancy.CodeID)
	})
	t.Run("ORG-15 PRV-10 reading goes on while the organization is suspended", func(t *testing.T) {
		k.suspends()
		require.NoError(t, errOf(k.idp.ProvisionedGroup(k.ctx(), k.group.ID)))
		require.NoError(t, errOf(k.idp.ListProvisionedGroups(k.ctx(), tenancy.ProvisionedPage{Count: 1})))
	})
	k.sound()
}

// crowd gives the organization so many more members, each of whom has an identity of the directory.
func (k *kept) crowd(n int) (identities []tenancy.ProvisionedID) {
	k.Helper()
	k.scene.set.Fill(k.org, n)
	var records []tenancy.Record
	for i := range n {
		var user tenancy.UserID
		copy(user[:], fmt.Sprintf("member %09d", i)) // as Fill has it
		address := tenancy.NewPersonal(fmt.Sprintf("crowd%d@acme.com", i))
		p := tenancy.ProvisionedRecord{
			ID: tenancy.ProvisionedID(user), Directory: k.directory, Organization: k.org, User: user, Version: 1,
			Personal: tenancy.ProvisionedPersonal{UserName: address, Address: address},
		}
		identities, records = append(identities, p.ID), append(records, p)
	}
	d, _ := stored[tenancy.DirectoryRecord](k.scene, tenancy.IndexDirectories, tenancy.Key{ID: k.directory})
	d.Identities += n
	k.put(append(records, d)...)
	return identities
}

// TestProvisionedGroupSize changes 10,000 members in one operation.
func TestProvisionedGroupSize(t *testing.T) {
	t.Parallel()
	const n = 10_000
	k := newKept(t)
	crowd := k.crowd(n)
	t.Run("PRV-9 10,000 come in one operation, with an event for identities and one for users", func(t *testing.T) {
		said := k.said(func() {
			require.Equal(t, n+1, k.updates(tenancy.ProvisionedGroupUpdate{Add: crowd}).Members)
		})
		require.Len(t, said, 2)
		require.Len(t, said[0].(tenancy.IdentitiesAddedToGroup).Identities, n)
		require.Len(t, said[1].(tenancy.UsersAddedToGroup).Users, n)
		k.unchanged(func() { k.updates(tenancy.ProvisionedGroupUpdate{Add: crowd}) })
	})
	t.Run("PRV-10 they are read in parts of 1,000", func(t *testing.T) {
		var read []tenancy.ProvisionedID
		for after := (tenancy.ProvisionedID{}); ; {
			part, err := k.idp.ProvisionedGroupMembers(k.ctx(), k.group.ID, after)
			require.NoError(t, err)
			require.LessOrEqual(t, len(part), 1000)
			if read = append(read, part...); len(part) == 0 {
				break
			}
			after = part[len(part)-1]
		}
		require.Equal(t, append([]tenancy.ProvisionedID{k.ben}, crowd...), read)
	})
	t.Run("PRV-9 and go in one, by replacing them", func(t *testing.T) {
		said := k.said(func() {
			done := k.updates(tenancy.ProvisionedGroupUpdate{Members: &[]tenancy.ProvisionedID{crowd[7], k.dan}})
			require.Equal(t, 2, done.Members)
		})
		require.Len(t, said, 3)
		require.Len(t, said[0].(tenancy.IdentitiesRemovedFromGroup).Identities, n)
		require.Len(t, said[1].(tenancy.UsersRemovedFromGroup).Users, n)
		k.holds(k.group.ID, crowd[7], k.dan)
	})
}
