package storetest

import (
	"context"

	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
)

// grouping is what is done with groups.
func (m *machine) grouping() map[string]func(*rapid.T) {
	add := func(rt *rapid.T) {
		group, s := m.groupAndBoss(rt)
		users := m.someUsers(rt, group)
		m.did(rt, "AddToGroup", func() error { return second(s.AddToGroup(m.ctx, group, users)) })
	}
	assign := func(rt *rapid.T) {
		group, s := m.groupAndBoss(rt)
		account, roles := m.accountFor(rt, group), m.roles(rt)
		m.did(rt, "AssignGroupRoles",
			func() error { return second(s.AssignGroupRoles(m.ctx, group, account, roles)) })
	}
	create := func(rt *rapid.T) {
		org, in := m.org(rt), tenancy.NewGroup{Name: m.name(rt)}
		in.ExternalID = choose(m, rt, "external ID", []string{"", "x-1", "x-1", "bad\x00"})
		s := m.session(rt, m.ownerOf(org))
		m.did(rt, "CreateGroup", func() error {
			g, err := s.CreateGroup(m.ctx, org, in)
			m.made(err, func() { m.groups = append(m.groups, g.ID) })
			return err
		})
	}
	return map[string]func(*rapid.T){
		"CreateGroup": create, "AddToGroup": add, "AddToGroup 2": add, "AssignGroupRoles": assign,
		"AssignGroupRoles 2": assign,
		"RenameGroup": func(rt *rapid.T) {
			group, s := m.groupAndBoss(rt)
			name := m.name(rt)
			m.did(rt, "RenameGroup", func() error { return second(s.RenameGroup(m.ctx, group, name)) })
		},
		"DeleteGroup": func(rt *rapid.T) {
			group, s := m.groupAndBoss(rt)
			m.did(rt, "DeleteGroup", func() error { return s.DeleteGroup(m.ctx, group) })
		},
		"RemoveFromGroup": func(rt *rapid.T) {
			group, s := m.groupAndBoss(rt)
			users := m.someUsers(rt, group)
			m.did(rt, "RemoveFromGroup", func() error { return second(s.RemoveFromGroup(m.ctx, group, users)) })
		},
		"RevokeGroupRoles": func(rt *rapid.T) {
			group, s := m.groupAndBoss(rt)
			account := m.accountFor(rt, group)
			m.did(rt, "RevokeGroupRoles", func() error { return s.RevokeGroupRoles(m.ctx, group, account) })
		},
		"read groups": func(rt *rapid.T) {
			group, s := m.groupAndBoss(rt)
			user, org := m.user(rt), m.org(rt)
			query := tenancy.GroupQuery{After: choose(m, rt, "after", []tenancy.Cursor{"", "", "nonsense"})}
			m.did(rt, "Group", func() error { return second(s.Group(m.ctx, group)) })
			m.did(rt, "Groups", func() error { return drain(s.Groups(m.ctx, org, query)) })
			m.did(rt, "GroupMembers", func() error { return drain(s.GroupMembers(m.ctx, group, query)) })
			m.did(rt, "GroupAccounts", func() error { return drain(s.GroupAccounts(m.ctx, group, query)) })
			m.did(rt, "GroupsOf", func() error { return drain(s.GroupsOf(m.ctx, user, query)) })
		},
	}
}

// groupAndBoss draws a group, and who acts on it: often the Owner of its organization.
func (m *machine) groupAndBoss(rt *rapid.T) (tenancy.GroupID, *tenancy.Session) {
	group := m.group(rt)
	g, _ := lookUp[tenancy.GroupRecord](m, tenancy.IndexGroups, group)
	return group, m.session(rt, m.ownerOf(g.Organization))
}

// someUsers draws who is put into a group or taken out of it: mostly members of its
// organization.
func (m *machine) someUsers(rt *rapid.T, group tenancy.GroupID) (users []tenancy.UserID) {
	g, _ := lookUp[tenancy.GroupRecord](m, tenancy.IndexGroups, group)
	for range m.between(rt, "how many", 0, 3) {
		if user := m.subordinate(rt, g.Organization); !user.IsZero() && m.between(rt, "other?", 0, 5) > 0 {
			users = append(users, user)
		} else {
			users = append(users, m.user(rt))
		}
	}
	return users
}

// accountFor draws an account on which a group gets or loses roles: mostly one of its
// organization.
func (m *machine) accountFor(rt *rapid.T, group tenancy.GroupID) tenancy.AccountID {
	g, err := lookUp[tenancy.GroupRecord](m, tenancy.IndexGroups, group)
	if err == nil && m.between(rt, "other account?", 0, 4) > 0 {
		if own := m.openIn(g.Organization); len(own) > 0 {
			return choose(m, rt, "of the organization", own).ID
		}
	}
	return m.account(rt)
}

// companyGroups goes through the life of a company's groups, up to every limit.
func (m *machine) companyGroups(rt *rapid.T) {
	c, ok := m.company(rt)
	if !ok {
		return
	}
	staff, roles := m.dir.Operator("staff"), tenancy.Roles(tenancy.Support)
	member, other := m.hire(rt, c, "elsewhere.net", tenancy.StandardUser), m.hire(rt, c, c.name, tenancy.StandardUser)
	if member.IsZero() || other.IsZero() {
		return
	}
	first, again := m.groupOf(rt, c), m.groupOf(rt, c)
	m.try(rt, "SetLimits",
		errOf(staff.SetLimits(m.ctx, c.org, &tenancy.Limits{Groups: 2, GroupMembers: 1, AccountGroups: 1})))
	_ = m.groupOf(rt, c)
	enter := func(users ...tenancy.UserID) {
		m.try(rt, "AddToGroup", second(c.owner.AddToGroup(m.ctx, first, users)))
	}
	enter(member, other)
	enter(member)
	enter(other)
	m.try(rt, "AssignGroupRoles", second(c.owner.AssignGroupRoles(m.ctx, first, c.account, roles)))
	m.try(rt, "AssignGroupRoles", second(c.owner.AssignGroupRoles(m.ctx, again, c.account, roles)))
	m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, c.org, nil)))
	m.try(rt, "Relinquish", m.dir.As(member).Relinquish(m.ctx, c.account))
	m.try(rt, "RevokeRoles", c.owner.RevokeRoles(m.ctx, c.account, member))
	guest, home, ok := m.outsider(rt, "elsewhere.net")
	if ok {
		m.guestOf(rt, c, guest, home)
		enter(guest)
	}
	for _, s := range []*tenancy.Session{m.dir.As(member), m.dir.System().Session} {
		m.swept(rt, asPlatform(s), m.groupSubjects(rt, c, first), onGroup)
	}
	m.swept(rt, asPlatform(c.owner), m.groupSubjects(rt, c, first).malformed(), onGroup)
	x := m.groupSubjects(rt, c, first)
	x.account = tenancy.AccountID(m.unknown(rt))
	m.swept(rt, asPlatform(c.owner), x, onGroup&^reads)
	switch m.between(rt, "how it ends", 0, 4) {
	case 0:
		m.try(rt, "Leave", m.dir.As(member).Leave(m.ctx, c.org))
	case 1:
		m.try(rt, "CloseAccount", second(c.owner.CloseAccount(m.ctx, c.account)))
		m.try(rt, "AssignGroupRoles", second(c.owner.AssignGroupRoles(m.ctx, again, c.account, roles)))
	case 2:
		m.try(rt, "DeleteOrganization", c.owner.DeleteOrganization(m.ctx, c.org, tenancy.OrganizationDeletion{}))
	case 3:
		m.try(rt, "CreateOrganization",
			second(c.owner.CreateOrganization(m.ctx, tenancy.NewOrganization{Name: "Second"})))
	default:
		m.try(rt, "DeleteGroup", c.owner.DeleteGroup(m.ctx, again))
	}
}

// groupOf makes a group of a company.
func (m *machine) groupOf(rt *rapid.T, c company) tenancy.GroupID {
	g, err := c.owner.CreateGroup(m.ctx, c.org, tenancy.NewGroup{Name: "Group"})
	m.try(rt, "CreateGroup", err)
	if err == nil {
		m.groups = append(m.groups, g.ID)
	}
	return g.ID
}

// guestOf gives somebody in no organization a role on a company's account.
func (m *machine) guestOf(rt *rapid.T, c company, guest tenancy.UserID, address string) {
	sent, err := c.owner.InviteToAccount(m.ctx, c.account,
		tenancy.NewAccountInvitation{Email: address, Roles: tenancy.Roles(tenancy.Support)})
	m.try(rt, "InviteToAccount", err)
	if err == nil {
		m.invitations = append(m.invitations, sent.ID)
		m.try(rt, "AcceptInvitation",
			second(m.dir.As(guest).AcceptInvitation(m.ctx, tenancy.Acceptance{Secret: sent.Secret})))
	}
}

// groupSubjects are a company's group, and what operations on it name.
func (m *machine) groupSubjects(rt *rapid.T, c company, group tenancy.GroupID) subjects {
	x := m.subjectsOf(rt, c.org)
	x.group, x.account = group, c.account
	return x
}

// groupSweeps has a call of each operation on groups. What ends the group comes last.
var groupSweeps = []sweep{
	{"Group", reads | onGroup, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.Group(ctx, x.group))
	}},
	{"Groups", reads | takesText | onGroup, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.Groups(ctx, x.org, tenancy.GroupQuery{After: x.after}))
	}},
	{"GroupMembers", reads | takesText | onGroup, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.GroupMembers(ctx, x.group, tenancy.GroupQuery{After: x.after}))
	}},
	{"GroupAccounts", reads | takesText | onGroup, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.GroupAccounts(ctx, x.group, tenancy.GroupQuery{After: x.after}))
	}},
	{"GroupsOf", reads | takesText | onGroup, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.GroupsOf(ctx, x.user, tenancy.GroupQuery{After: x.after}))
	}},
	{"CreateGroup", takesText | onGroup, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.CreateGroup(ctx, x.org, tenancy.NewGroup{Name: x.name}))
	}},
	{"CreateGroup", takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.CreateGroup(ctx, x.org, tenancy.NewGroup{Name: "One", ExternalID: x.name}))
	}},
	{"RenameGroup", takesText | onGroup, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.RenameGroup(ctx, x.group, x.name))
	}},
	{"AddToGroup", onGroup, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.AddToGroup(ctx, x.group, []tenancy.UserID{x.user}))
	}},
	{"AddToGroup", onGroup, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.AddToGroup(ctx, x.group, nil))
	}},
	{"AssignGroupRoles", takesText | onGroup, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.AssignGroupRoles(ctx, x.group, x.account, x.roles))
	}},
	{"RevokeGroupRoles", onGroup, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return p.RevokeGroupRoles(ctx, x.group, x.account)
	}},
	{"RevokeGroupRoles", onGroup, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return p.RevokeGroupRoles(ctx, x.group, x.account)
	}},
	{"RemoveFromGroup", onGroup, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.RemoveFromGroup(ctx, x.group, []tenancy.UserID{x.user}))
	}},
	{"RemoveFromGroup", onGroup, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.RemoveFromGroup(ctx, x.group, nil))
	}},
	{"DeleteGroup", onGroup, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return p.DeleteGroup(ctx, x.group)
	}},
}
