package storetest

import (
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
)

// serving is what is done about service accounts and their keys, which later steps act as
// and with.
func (m *machine) serving() map[string]func(*rapid.T) {
	create := func(rt *rapid.T) {
		org, in := m.org(rt), tenancy.NewServiceAccount{Name: m.name(rt)}
		in.Role = choose(m, rt, "role", append([]tenancy.OrganizationRole{"", "nonsense"}, ranks...))
		s := m.session(rt, m.ownerOf(org))
		m.did(rt, "CreateServiceAccount", func() error { return m.service(s, org, in) })
	}
	createKey := func(rt *rapid.T) {
		user, in := m.robot(rt), tenancy.NewKey{Name: m.name(rt)}
		if m.coin(rt, "expires") {
			in.Expires = m.clock.Now().Add(time.Duration(m.between(rt, "in hours", -1, 40)) * time.Hour)
		}
		s := m.session(rt, m.userBosses(user)...)
		m.did(rt, "CreateKey", func() error { return m.key(s, user, in) })
	}
	return map[string]func(*rapid.T){
		"CreateServiceAccount": create, "CreateServiceAccount 2": create,
		"CreateKey": createKey, "CreateKey 2": createKey,
		"Keys": func(rt *rapid.T) {
			user := m.robot(rt)
			s, q := m.session(rt, m.userBosses(user)...), tenancy.KeyQuery{}
			if m.between(rt, "bad cursor?", 0, 9) == 0 {
				q.After = "nonsense"
			}
			m.did(rt, "Keys", func() error { return drain(s.Keys(m.ctx, user, q)) })
		},
		"RevokeKey": func(rt *rapid.T) {
			key := drawID(m, rt, "key", m.keys)
			record, _ := lookUp[tenancy.KeyRecord](m, tenancy.IndexKeys, key)
			s := m.session(rt, m.userBosses(record.User)...)
			m.did(rt, "RevokeKey", func() error { return s.RevokeKey(m.ctx, key) })
		},
		"Authenticate": func(rt *rapid.T) {
			secret, p := pick(m, rt, "key's secret", m.keySecrets), m.platform(rt)
			if m.between(rt, "mistyped?", 0, 9) == 0 {
				secret = tenancy.ParseSecret(strings.ToLower(secret.Reveal()))
			}
			m.did(rt, "Authenticate", func() error { return m.authenticate(p, secret) })
		},
		"Users who are service accounts": func(rt *rapid.T) {
			org := m.org(rt)
			s := m.session(rt, m.ownerOf(org))
			m.did(rt, "Users", func() error {
				return drain(s.Users(m.ctx, org, tenancy.UserQuery{ServiceAccount: new(m.coin(rt, "services"))}))
			})
		},
	}
}

// service makes a service account, and keeps it.
func (m *machine) service(s *tenancy.Session, org tenancy.OrganizationID, in tenancy.NewServiceAccount) error {
	made, err := s.CreateServiceAccount(m.ctx, org, in)
	m.made(err, func() { m.users, m.services = append(m.users, made.ID), append(m.services, made.ID) })
	return err
}

// key makes a key, and keeps it and its secret.
func (m *machine) key(s *tenancy.Session, user tenancy.UserID, in tenancy.NewKey) error {
	made, err := s.CreateKey(m.ctx, user, in)
	m.made(err, func() { m.keys, m.keySecrets = append(m.keys, made.ID), append(m.keySecrets, made.Secret) })
	return err
}

// authenticate keeps the session of a key.
func (m *machine) authenticate(p *tenancy.Platform, secret tenancy.Secret) error {
	session, err := p.Authenticate(m.ctx, secret)
	m.made(err, func() { m.keySessions = append(m.keySessions, session) })
	return err
}

// robot draws a service account, and now and then anybody.
func (m *machine) robot(rt *rapid.T) tenancy.UserID {
	if m.between(rt, "anybody?", 0, 9) == 0 {
		return m.user(rt)
	}
	return drawID(m, rt, "service account", m.services)
}

// crew is a company with service accounts.
type crew struct {
	company
	robot  tenancy.UserID   // Administrator
	helper tenancy.UserID   // Standard User, with a role on the company's account
	as     *tenancy.Session // the robot, with a key
	ana    tenancy.UserID   // a person who is Standard User
}

// crew founds one; false: something was refused.
func (m *machine) crew(rt *rapid.T) (c crew, ok bool) {
	if c.company, ok = m.company(rt); !ok {
		return c, false
	}
	before, sessions := len(m.services), len(m.keySessions)
	for _, in := range []tenancy.NewServiceAccount{
		{Name: "Robot", Role: tenancy.Administrator}, {Name: "Helper"},
	} {
		m.try(rt, "CreateServiceAccount", m.service(c.owner, c.org, in))
	}
	if len(m.services) != before+2 {
		return c, false
	}
	c.robot, c.helper = m.services[before], m.services[before+1]
	m.try(rt, "AssignRoles",
		errOf(c.owner.AssignRoles(m.ctx, c.account, c.helper, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Support)})))
	m.try(rt, "CreateKey", m.key(c.owner, c.robot, tenancy.NewKey{Name: "Key"}))
	m.try(rt, "Authenticate", m.authenticate(m.dir.System(), m.keySecrets[len(m.keySecrets)-1]))
	if len(m.keySessions) == sessions {
		return c, false
	}
	c.as = m.keySessions[sessions]
	c.ana = m.hire(rt, c.company, c.name, tenancy.StandardUser)
	return c, !c.ana.IsZero()
}

// robotsWork has a service account do what its role may, and try what it may not (USR-20).
func (m *machine) robotsWork(rt *rapid.T) {
	c, ok := m.crew(rt)
	if !ok {
		return
	}
	ben := m.hire(rt, c.company, c.name, tenancy.Administrator)
	if ben.IsZero() {
		return
	}
	for _, role := range []tenancy.OrganizationRole{tenancy.Administrator, tenancy.StandardUser} {
		in := tenancy.NewInvitation{Email: m.newcomer(c.name), Role: role}
		sent, err := c.as.InviteUser(m.ctx, c.org, in)
		m.try(rt, "InviteUser", err)
		if err != nil {
			sent, err = c.owner.InviteUser(m.ctx, c.org, in)
			m.try(rt, "InviteUser", err)
		}
		if err == nil {
			m.invitations, m.secrets = append(m.invitations, sent.ID), append(m.secrets, keptSecret(sent.Secret, in.Email))
		}
		m.try(rt, "ResendInvitation", second(c.as.ResendInvitation(m.ctx, sent.ID)))
	}
	for _, user := range []tenancy.UserID{c.robot, c.helper, c.ana} {
		m.try(rt, "UpdateUser", second(c.as.UpdateUser(m.ctx, user, tenancy.UserUpdate{Name: new("Other")})))
		m.try(rt, "AssignRoles", errOf(c.as.AssignRoles(m.ctx, c.account, user, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})))
		m.try(rt, "Can", second(c.as.Can(m.ctx, user, tenancy.Build, c.account)))
	}
	group, err := c.as.CreateGroup(m.ctx, c.org, tenancy.NewGroup{Name: "Robots"})
	m.try(rt, "CreateGroup", err)
	if err == nil {
		for _, s := range []*tenancy.Session{c.as, c.owner} {
			m.try(rt, "AssignGroupRoles",
				errOf(s.AssignGroupRoles(m.ctx, group.ID, c.account, tenancy.Roles(tenancy.Support))))
			m.try(rt, "AddToGroup", second(s.AddToGroup(m.ctx, group.ID, []tenancy.UserID{c.helper, c.robot})))
		}
		m.try(rt, "AssignGroupRoles",
			errOf(c.as.AssignGroupRoles(m.ctx, group.ID, c.account, tenancy.Roles(tenancy.Developer))))
	}
	for _, owner := range []tenancy.UserID{{}, c.helper, ben} {
		a, err := c.as.CreateAccount(m.ctx, c.org, tenancy.NewAccount{Name: "Made", Owner: owner})
		m.try(rt, "CreateAccount", err)
		if err == nil {
			m.accounts = append(m.accounts, a.ID)
			m.try(rt, "TransferAccount", second(c.as.TransferAccount(m.ctx, a.ID, c.helper)))
		}
	}
	for _, user := range []tenancy.UserID{c.helper, ben, c.ana} {
		m.try(rt, "RemoveUser", c.as.RemoveUser(m.ctx, c.org, user, tenancy.Removal{}))
	}
	m.swept(rt, asPlatform(c.as), m.subjectsOf(rt, c.org), 0)
}

// robotsTended renames, deactivates and deletes service accounts, has them named where
// only persons count, and reaches their limits.
func (m *machine) robotsTended(rt *rapid.T) {
	c, ok := m.crew(rt)
	if !ok {
		return
	}
	staff, host := m.dir.Operator("staff"), m.dir.System()
	m.try(rt, "SetLimits", errOf(staff.SetLimits(m.ctx, c.org, &tenancy.Limits{ServiceAccounts: 2, Keys: 1})))
	m.try(rt, "CreateServiceAccount", m.service(c.owner, c.org, tenancy.NewServiceAccount{Name: "Third"}))
	m.try(rt, "CreateKey", m.key(c.owner, c.robot, tenancy.NewKey{Name: "Second"}))
	m.try(rt, "TransferOwnership", second(c.owner.TransferOwnership(m.ctx, c.org, tenancy.NewOwner{User: c.robot})))
	m.try(rt, "ReplaceOwner",
		second(staff.ReplaceOwner(m.ctx, c.org, tenancy.OwnerReplacement{User: c.robot, Reference: "t"})))
	m.try(rt, "ChangeEmail", second(host.ChangeEmail(m.ctx, c.robot, tenancy.Proven(m.newcomer("elsewhere.net")))))
	m.try(rt, "TransferAccount", second(c.owner.TransferAccount(m.ctx, c.account, c.robot)))
	m.try(rt, "SetSSOExemption", errOf(c.owner.SetSSOExemption(m.ctx, c.org, c.robot, tenancy.SSOExempt)))
	left, err := c.owner.CreateAccount(m.ctx, c.org, tenancy.NewAccount{Name: "Left", Owner: c.ana})
	m.try(rt, "CreateAccount", err)
	if err == nil {
		m.accounts = append(m.accounts, left.ID)
		m.try(rt, "AssignRoles", errOf(c.owner.AssignRoles(m.ctx, left.ID, c.helper, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Support)})))
	}
	m.try(rt, "DeleteUser", c.owner.DeleteUser(m.ctx, c.ana, tenancy.UserDeletion{AccountsTo: c.helper}))
	m.try(rt, "RemoveUser", c.owner.RemoveUser(m.ctx, c.org, c.ana, tenancy.Removal{AccountsTo: c.helper}))
	m.try(rt, "RemoveUser", c.owner.RemoveUser(m.ctx, c.org, c.ana, tenancy.Removal{Release: true}))
	m.try(rt, "DeactivateUser", second(c.owner.DeactivateUser(m.ctx, c.robot)))
	m.try(rt, "Authenticate", m.authenticate(host, m.keySecrets[len(m.keySecrets)-1]))
	m.try(rt, "User", third(c.as.User(m.ctx, c.robot)))
	m.try(rt, "ReactivateUser", second(c.owner.ReactivateUser(m.ctx, c.robot)))
	m.try(rt, "RevokeKey", c.owner.RevokeKey(m.ctx, m.keys[len(m.keys)-1]))
	m.try(rt, "Authenticate", m.authenticate(host, m.keySecrets[len(m.keySecrets)-1]))
	m.later(rt, 366*24*time.Hour)
	if m.coin(rt, "removed") {
		m.try(rt, "RemoveUser", c.owner.RemoveUser(m.ctx, c.org, c.helper, tenancy.Removal{}))
	} else {
		m.try(rt, "DeleteUser", staff.DeleteUser(m.ctx, c.helper, tenancy.UserDeletion{}))
	}
}

// robotsMove takes accounts out of an organization that has service accounts with roles on
// them, and then merges it or ends it.
func (m *machine) robotsMove(rt *rapid.T) {
	c, ok := m.crew(rt)
	if !ok {
		return
	}
	branch, err := c.owner.CreateAccount(m.ctx, c.org, tenancy.NewAccount{Name: "Branch"})
	m.try(rt, "CreateAccount", err)
	sub, err := c.owner.CreateSubaccount(m.ctx, c.account, tenancy.NewSubaccount{Name: "Sub"})
	m.try(rt, "CreateSubaccount", err)
	m.accounts = append(m.accounts, branch.ID, sub.ID)
	for _, a := range []tenancy.AccountID{branch.ID, sub.ID} {
		m.try(rt, "AssignRoles", errOf(c.owner.AssignRoles(m.ctx, a, c.robot, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})))
	}
	other, err := c.owner.CreateOrganization(m.ctx,
		tenancy.NewOrganization{Name: "Second", Stay: []tenancy.AccountID{branch.ID}})
	m.try(rt, "CreateOrganization", err)
	if err != nil {
		return
	}
	m.orgs = append(m.orgs, other.ID)
	m.try(rt, "CreateServiceAccount",
		m.service(c.owner, other.ID, tenancy.NewServiceAccount{Name: "Third", Role: tenancy.Administrator}))
	switch m.between(rt, "then", 0, 3) {
	case 0:
		m.prove(rt, c.owner, other.ID, "second-"+c.name)
		m.try(rt, "MergeOrganizations", second(c.owner.MergeOrganizations(m.ctx, other.ID, c.org)))
	case 1:
		m.try(rt, "DeleteOrganization",
			c.owner.DeleteOrganization(m.ctx, c.org, tenancy.OrganizationDeletion{AccountsTo: other.ID}))
		m.try(rt, "RestoreOrganization", second(m.dir.Operator("staff").RestoreOrganization(m.ctx, c.org)))
	case 2:
		m.try(rt, "MoveAccount", second(c.owner.MoveAccount(m.ctx, branch.ID, other.ID)))
	}
	m.try(rt, "User", third(c.as.User(m.ctx, c.robot)))
}

func third[A, B any](_ A, _ B, err error) error { return err }
