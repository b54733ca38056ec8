package storetest

import (
	"time"

	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
)

// until draws when roles end: mostly never, or in the past, soon, or late.
func (m *machine) until(rt *rapid.T) *time.Time {
	now := m.clock.Now()
	return choose(m, rt, "until", []*time.Time{
		nil, nil, nil, new(now.Add(-time.Hour)), new(now.Add(time.Hour)), new(now.Add(40 * 24 * time.Hour)),
	})
}

// lasting draws for how long roles last after acceptance.
func (m *machine) lasting(rt *rapid.T) *time.Duration {
	return choose(m, rt, "lasting", []*time.Duration{
		nil, nil, nil, new(time.Duration(0)), new(time.Hour), new(40 * 24 * time.Hour),
	})
}

// companyTemporary gives somebody temporary roles, by which they manage an account's
// members, and has them give what they may and may not give. Then the roles end (ACC-11).
func (m *machine) companyTemporary(rt *rapid.T) {
	c, ok := m.company(rt)
	if !ok {
		return
	}
	helper, other := m.hire(rt, c, "elsewhere.net", tenancy.StandardUser), m.hire(rt, c, "elsewhere.net", tenancy.StandardUser)
	guest, address, ok := m.outsider(rt, "elsewhere.net")
	if helper.IsZero() || other.IsZero() || !ok {
		return
	}
	manages, support := tenancy.Roles(tenancy.AccountAdministrator), tenancy.Roles(tenancy.Support)
	now := m.clock.Now()
	soon, end, late := new(now.Add(time.Hour)), new(now.Add(2*time.Hour)), new(now.Add(3*time.Hour))
	assign := func(s *tenancy.Session, user tenancy.UserID, roles tenancy.RoleSet, until *time.Time) {
		m.try(rt, "AssignRoles", second(s.AssignRoles(m.ctx, c.account, user,
			tenancy.Assignment{Roles: roles, Until: until})))
	}
	invite := func(s *tenancy.Session, address string, lasting *time.Duration) tenancy.SentInvitation {
		sent, err := s.InviteToAccount(m.ctx, c.account,
			tenancy.NewAccountInvitation{Email: address, Roles: support, For: lasting})
		m.try(rt, "InviteToAccount", err)
		if err == nil {
			m.invitations, m.secrets = append(m.invitations, sent.ID), append(m.secrets, keptSecret(sent.Secret, address))
		}
		return sent
	}
	assign(c.owner, other, support, nil)
	assign(c.owner, helper, manages, end)
	assign(c.owner, helper, manages, new(now))
	s := m.dir.As(helper)
	for _, until := range []*time.Time{nil, soon, end, late} {
		assign(s, other, support, until)
		assign(s, helper, support, until)
	}
	record, err := lookUp[tenancy.UserRecord](m, tenancy.IndexUsers, helper)
	if err != nil {
		return
	}
	own := record.Personal.Address.Reveal()
	invite(s, own, new(time.Hour))
	m.try(rt, "ResendInvitation", second(s.ResendInvitation(m.ctx, invite(c.owner, own, nil).ID)))
	endless := invite(c.owner, m.newcomer("elsewhere.net"), nil)
	m.try(rt, "ResendInvitation", second(s.ResendInvitation(m.ctx, endless.ID)))
	for _, lasting := range []*time.Duration{nil, new(time.Duration(0)), new(3 * time.Hour), new(time.Hour)} {
		if sent := invite(s, address, lasting); !sent.ID.IsZero() {
			m.try(rt, "AcceptInvitation", second(m.dir.As(guest).AcceptInvitation(m.ctx, tenancy.Acceptance{Secret: sent.Secret})))
		}
	}
	assign(c.owner, helper, tenancy.Roles("lead"), end)
	m.try(rt, "TransferAccount", second(s.TransferAccount(m.ctx, c.account, other)))
	m.try(rt, "TransferAccount", second(s.TransferAccount(m.ctx, c.account, helper)))
	m.clock.Advance(2 * time.Hour)
	assign(s, other, support, late)
	if g, err := c.owner.CreateGroup(m.ctx, c.org, tenancy.NewGroup{Name: "Leads"}); err == nil {
		m.try(rt, "AddToGroup", second(c.owner.AddToGroup(m.ctx, g.ID, []tenancy.UserID{helper})))
		m.try(rt, "AssignGroupRoles", second(c.owner.AssignGroupRoles(m.ctx, g.ID, c.account, tenancy.Roles("lead"))))
		m.try(rt, "RevokeRoles", s.RevokeRoles(m.ctx, c.account, helper))
		m.try(rt, "TransferAccount", second(s.TransferAccount(m.ctx, c.account, helper)))
	}
	m.try(rt, "Relinquish", s.Relinquish(m.ctx, c.account))
	m.try(rt, "RevokeRoles", c.owner.RevokeRoles(m.ctx, c.account, helper))
	if m.coin(rt, "owner") {
		m.try(rt, "TransferAccount", second(c.owner.TransferAccount(m.ctx, c.account, helper)))
	}
	if m.coin(rt, "purged") {
		m.try(rt, "Purge", second(m.dir.System().Purge(m.ctx)))
	}
}
