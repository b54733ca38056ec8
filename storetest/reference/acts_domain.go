package reference

import (
	"slices"
	"time"

	"github.com/add4b1c6/tenancy"
)

// badDomains are names that nobody can claim, and the code of each (DOM-1).
var badDomains = map[string]tenancy.Code{
	"":              tenancy.CodeDomainName,
	"a b.com":       tenancy.CodeDomainName,
	"ａcme.com":      tenancy.CodeDomainName,
	"192.0.2.1":     tenancy.CodeDomainName,
	"localhost":     tenancy.CodeDomainReserved,
	"co.uk":         tenancy.CodeDomainReserved,
	"a.local":       tenancy.CodeDomainReserved,
	"gmail.com":     tenancy.CodeMailProvider,
	"GMAIL.com":     tenancy.CodeMailProvider,
	"host.internal": tenancy.CodeDomainReserved,
}

func (m *machine) addDomain(by Actor, org tenancy.OrganizationID, name string) (tenancy.Domain, bool) {
	bad, isBad := badDomains[name]
	_ = isBad
	d, ok := do(m, "AddDomain", by,
		func(s *side) (tenancy.Domain, error) { return s.session(by).AddDomain(m.ctx, org, name) },
		func(r tenancy.Domain) Answer { return m.model.AddDomain(by, org, name, bad, r.ID) }, nil)
	if ok {
		m.zone.records[d.ID] = d
	}
	return d, ok
}

func (m *machine) verifyDomain(by Actor, id tenancy.DomainID) {
	do(m, "VerifyDomain", by,
		func(s *side) (struct{}, error) { return errOf(s.session(by).VerifyDomain(m.ctx, id)) },
		func(struct{}) Answer { return m.model.VerifyDomain(by, id) }, nil)
}

// domain draws a domain.
func (m *machine) domain() tenancy.DomainID { return anyOf(m, "domain", keysOf(m.model.Domains)) }

// domainsAndSSO is what is done to domains and connections.
func (m *machine) domainsAndSSO() map[string]func() {
	add := func() {
		org := m.org()
		name := choose(m, "domain's name", append(slices.Clone(domains), "ACME.com", "beta.org.")...)
		if m.oneIn("bad domain?", 12) {
			bad := []string{}
			for name := range badDomains {
				bad = append(bad, name)
			}
			slices.Sort(bad)
			name = choose(m, "bad domain", bad...)
		}
		if d, ok := m.addDomain(m.actor(m.rulers(org)...), org, name); ok {
			m.zone.published[d.ID] = !m.oneIn("not published?", 4)
		}
	}
	verify := func() {
		id := m.domain()
		m.verifyDomain(m.actor(m.rulers(m.model.Domains[id].Organization)...), id)
	}
	enforce := func() {
		id := some(m, "verified", where(m.model.Domains, func(_ tenancy.DomainID, d Domain) bool {
			return d.State == tenancy.StateVerified
		}), keysOf(m.model.Domains))
		org := m.model.Domains[id].Organization
		connection := some(m, "connection", where(m.model.Connections, func(_ tenancy.ConnectionID, c Connection) bool {
			return c.Organization == org
		}), keysOf(m.model.Connections))
		by := m.actor(m.rulers(org)...)
		if m.oneIn("tested?", 2) {
			m.markTested(Actor{System: true}, connection)
		}
		do(m, "EnforceSSO", by,
			func(s *side) (struct{}, error) { return errOf(s.session(by).EnforceSSO(m.ctx, id, connection)) },
			func(struct{}) Answer { return m.model.EnforceSSO(by, id, connection) }, nil)
	}
	return map[string]func(){
		"AddDomain": add, "AddDomain 2": add, "VerifyDomain": verify, "VerifyDomain 2": verify,
		"RemoveDomain": func() {
			if !m.oneIn("remove?", 3) {
				return
			}
			id := m.domain()
			by := m.actor(m.rulers(m.model.Domains[id].Organization)...)
			do(m, "RemoveDomain", by,
				func(s *side) (struct{}, error) { return only(s.session(by).RemoveDomain(m.ctx, id)) },
				func(struct{}) Answer { return m.model.RemoveDomain(by, id) }, nil)
		},
		"name servers": func() {
			id := m.domain()
			m.zone.published[id] = !m.oneIn("missing?", 4)
			name := choose(m, "server", domains...)
			m.zone.fails[name] = m.oneIn("fails?", 4)
		},
		"RecheckDomains": func() { m.recheck(m.host()) },
		"Purge":          func() { m.purge(m.host()) },
		"AddConnection": func() {
			org, name := m.org(), m.name()
			by := m.actor(m.rulers(org)...)
			do(m, "AddConnection", by,
				func(s *side) (tenancy.Connection, error) { return s.session(by).AddConnection(m.ctx, org, name) },
				func(r tenancy.Connection) Answer { return m.model.AddConnection(by, org, name, r.ID) }, nil)
		},
		"RemoveConnection": func() {
			id := anyOf(m, "connection", keysOf(m.model.Connections))
			by := m.actor(m.rulers(m.model.Connections[id].Organization)...)
			do(m, "RemoveConnection", by,
				func(s *side) (struct{}, error) { return only(s.session(by).RemoveConnection(m.ctx, id)) },
				func(struct{}) Answer { return m.model.RemoveConnection(by, id) }, nil)
		},
		"MarkConnectionTested": func() { m.markTested(m.host(), anyOf(m, "connection", keysOf(m.model.Connections))) },
		"EnforceSSO":           enforce, "EnforceSSO 2": enforce,
		"StopEnforcingSSO": func() {
			id := m.domain()
			by := m.actor(m.rulers(m.model.Domains[id].Organization)...)
			do(m, "StopEnforcingSSO", by,
				func(s *side) (struct{}, error) { return errOf(s.session(by).StopEnforcingSSO(m.ctx, id)) },
				func(struct{}) Answer { return m.model.StopEnforcingSSO(by, id) }, nil)
		},
		"VouchesFor": m.vouches,
	}
}

func (m *machine) markTested(by Actor, id tenancy.ConnectionID) {
	do(m, "MarkConnectionTested", by,
		func(s *side) (struct{}, error) { return errOf(s.platform(by).MarkConnectionTested(m.ctx, id)) },
		func(struct{}) Answer { return m.model.MarkConnectionTested(by, id) }, nil)
}

func (m *machine) vouches() {
	by, id := m.host(), anyOf(m, "connection", keysOf(m.model.Connections))
	email := m.addressOf(m.people())
	do(m, "VouchesFor", by,
		func(s *side) (tenancy.Vouching, error) { return s.platform(by).VouchesFor(m.ctx, id, email) },
		func(got tenancy.Vouching) Answer {
			answer := m.model.VouchesFor(by, id, email)
			if want, ok := answer.Result.(vouched); ok {
				answer.Result = nil
				no := !got.Vouched && slices.Contains(want.Why, got.Why) && got.User.IsZero()
				yes := got.Vouched && want.Why == nil && got.User == want.User && got.Why == ""
				if !no && !yes {
					m.fail("vouching is %+v, and in the model %+v", got, want)
				}
			}
			return answer
		}, nil)
}

// grouping is what is done to groups.
func (m *machine) grouping() map[string]func() {
	group := func() tenancy.GroupID { return anyOf(m, "group", keysOf(m.model.Groups)) }
	users := func(org tenancy.OrganizationID) (users []tenancy.UserID) {
		for range m.between("users", 0, 3) {
			users = append(users, m.memberOf(org))
		}
		return users
	}
	create := func() {
		org := m.org()
		in := tenancy.NewGroup{Name: m.name(), ExternalID: choose(m, "external", "", "g-1", "bad\x00")}
		by := m.actor(m.rulers(org)...)
		do(m, "CreateGroup", by,
			func(s *side) (tenancy.Group, error) { return s.session(by).CreateGroup(m.ctx, org, in) },
			func(r tenancy.Group) Answer { return m.model.CreateGroup(by, org, in, r.ID) }, nil)
	}
	add := func() {
		id := group()
		org := m.model.Groups[id].Organization
		by, in := m.actor(m.rulers(org)...), users(org)
		do(m, "AddToGroup", by,
			func(s *side) (struct{}, error) { return errOf(s.session(by).AddToGroup(m.ctx, id, in)) },
			func(struct{}) Answer { return m.model.AddToGroup(by, id, in) }, nil)
	}
	assign := func() {
		id, roles := group(), m.roles()
		org := m.model.Groups[id].Organization
		account := some(m, "account", where(m.model.Accounts, func(_ tenancy.AccountID, a Account) bool {
			return a.Organization == org
		}), keysOf(m.model.Accounts))
		by := m.actor(m.rulers(org)...)
		do(m, "AssignGroupRoles", by,
			func(s *side) (struct{}, error) {
				return errOf(s.session(by).AssignGroupRoles(m.ctx, id, account, roles))
			},
			func(struct{}) Answer { return m.model.AssignGroupRoles(by, id, account, roles) }, nil)
	}
	return map[string]func(){
		"CreateGroup": create, "AddToGroup": add, "AddToGroup 2": add,
		"AssignGroupRoles": assign, "AssignGroupRoles 2": assign,
		"RenameGroup": func() {
			id, name := group(), m.name()
			by := m.actor(m.rulers(m.model.Groups[id].Organization)...)
			do(m, "RenameGroup", by,
				func(s *side) (struct{}, error) { return errOf(s.session(by).RenameGroup(m.ctx, id, name)) },
				func(struct{}) Answer { return m.model.RenameGroup(by, id, name) }, nil)
		},
		"DeleteGroup": func() {
			id := group()
			by := m.actor(m.rulers(m.model.Groups[id].Organization)...)
			do(m, "DeleteGroup", by,
				func(s *side) (struct{}, error) { return only(s.session(by).DeleteGroup(m.ctx, id)) },
				func(struct{}) Answer { return m.model.DeleteGroup(by, id) }, nil)
		},
		"RemoveFromGroup": func() {
			id := group()
			org := m.model.Groups[id].Organization
			by, in := m.actor(m.rulers(org)...), users(org)
			do(m, "RemoveFromGroup", by,
				func(s *side) (struct{}, error) { return errOf(s.session(by).RemoveFromGroup(m.ctx, id, in)) },
				func(struct{}) Answer { return m.model.RemoveFromGroup(by, id, in) }, nil)
		},
		"RevokeGroupRoles": func() {
			id, account := group(), m.account()
			for at := range m.model.GroupRoles {
				if at.Group == id && at.Account.String() < account.String() {
					account = at.Account
				}
			}
			by := m.actor(m.rulers(m.model.Groups[id].Organization)...)
			do(m, "RevokeGroupRoles", by,
				func(s *side) (struct{}, error) { return only(s.session(by).RevokeGroupRoles(m.ctx, id, account)) },
				func(struct{}) Answer { return m.model.RevokeGroupRoles(by, id, account) }, nil)
		},
	}
}

// serving is what is done to service accounts and keys.
func (m *machine) serving() map[string]func() {
	service := func() tenancy.UserID {
		return some(m, "service account", where(m.model.Users, func(_ tenancy.UserID, u User) bool {
			return u.ServiceAccount && !u.Deleted
		}), m.users())
	}
	key := func() {
		user, name := service(), m.name()
		in := tenancy.NewKey{Name: name}
		switch m.between("expires", 0, 5) {
		case 0:
			in.Expires = m.in(-time.Hour)
		case 1:
			in.Expires = m.in(48 * time.Hour)
		}
		expires := tenancy.Instant(0)
		if !in.Expires.IsZero() {
			expires = instant(in.Expires)
		}
		by := m.actor(m.bosses(user)...)
		created, ok := do(m, "CreateKey", by,
			func(s *side) (tenancy.CreatedKey, error) { return s.session(by).CreateKey(m.ctx, user, in) },
			func(r tenancy.CreatedKey) Answer { return m.model.CreateKey(by, user, name, expires, 0, r.ID) }, nil)
		if ok {
			m.keySecrets = append(m.keySecrets, created)
		}
	}
	return map[string]func(){
		"CreateServiceAccount": func() {
			org := m.org()
			in := tenancy.NewServiceAccount{Name: m.name(), Role: m.rank()}
			by := m.actor(m.rulers(org)...)
			do(m, "CreateServiceAccount", by,
				func(s *side) (tenancy.User, error) { return s.session(by).CreateServiceAccount(m.ctx, org, in) },
				func(r tenancy.User) Answer { return m.model.CreateServiceAccount(by, org, in, r.ID) }, nil)
		},
		"CreateKey": key,
		"RevokeKey": func() {
			id := anyOf(m, "key", keysOf(m.model.Keys))
			by := m.actor(m.bosses(m.model.Keys[id].User)...)
			do(m, "RevokeKey", by,
				func(s *side) (struct{}, error) { return only(s.session(by).RevokeKey(m.ctx, id)) },
				func(struct{}) Answer { return m.model.RevokeKey(by, id) }, nil)
		},
		"Authenticate": func() {
			by := Actor{System: true}
			if m.oneIn("another?", 6) {
				by = m.host()
			}
			secret, id := tenancy.ParseSecret("forged"), tenancy.KeyID{}
			if len(m.keySecrets) > 0 {
				made := choose(m, "key", m.keySecrets...)
				secret, id = made.Secret, made.ID
			}
			_, ok := do(m, "Authenticate", by,
				func(s *side) (struct{}, error) {
					session, err := s.platform(by).Authenticate(m.ctx, secret)
					if err == nil {
						s.keys[id] = session
					}
					return struct{}{}, err
				},
				func(struct{}) Answer { return m.model.Authenticate(by, id) }, nil)
			actor := Actor{User: m.model.Keys[id].User, Key: id}
			if ok && !slices.Contains(m.sessions, actor) {
				m.sessions = append(m.sessions, actor)
			}
		},
	}
}
