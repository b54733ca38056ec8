package reference

import (
	"github.com/add4b1c6/tenancy"
)

func (m *machine) createAccount(by Actor, org tenancy.OrganizationID, in tenancy.NewAccount) (tenancy.Account, bool) {
	return do(m, "CreateAccount", by,
		func(s *side) (tenancy.Account, error) { return s.session(by).CreateAccount(m.ctx, org, in) },
		func(r tenancy.Account) Answer { return m.model.CreateAccount(by, org, in, r.ID) }, nil)
}

func (m *machine) createSubaccount(by Actor, parent tenancy.AccountID, name string) {
	do(m, "CreateSubaccount", by,
		func(s *side) (tenancy.Account, error) {
			return s.session(by).CreateSubaccount(m.ctx, parent, tenancy.NewSubaccount{Name: name})
		},
		func(r tenancy.Account) Answer { return m.model.CreateSubaccount(by, parent, name, r.ID) }, nil)
}

func (m *machine) verifyPhone(by Actor, account tenancy.AccountID, number string) {
	do(m, "VerifyPhone", by,
		func(s *side) (struct{}, error) { return errOf(s.platform(by).VerifyPhone(m.ctx, account, number)) },
		func(struct{}) Answer { return m.model.VerifyPhone(by, account, number) }, nil)
}

// accounts is what is done to accounts.
func (m *machine) accounts() map[string]func() {
	// one is an operation on an account, which whoever has it mostly calls
	one := func(op string, call func(*tenancy.Session, tenancy.AccountID) error,
		model func(Actor, tenancy.AccountID) Answer) func() {
		return func() {
			account := m.account()
			by := m.actor(m.holders(account)...)
			do(m, op, by, func(s *side) (struct{}, error) { return only(call(s.session(by), account)) },
				func(struct{}) Answer { return model(by, account) }, nil)
		}
	}
	host := func(op string, call func(*tenancy.Platform, tenancy.AccountID) error,
		model func(Actor, tenancy.AccountID) Answer) func() {
		return func() {
			account, by := m.account(), m.host()
			do(m, op, by, func(s *side) (struct{}, error) { return only(call(s.platform(by), account)) },
				func(struct{}) Answer { return model(by, account) }, nil)
		}
	}
	second := func(_ tenancy.Account, err error) error { return err }
	create := func() {
		org := m.org()
		in := tenancy.NewAccount{Name: m.name()}
		by := m.actor(m.rulers(org)...)
		switch {
		case m.oneIn("unmanaged?", 4):
			org = tenancy.OrganizationID{}
			by = m.actor(where(m.model.Users, func(id tenancy.UserID, u User) bool {
				return !u.Deleted && len(m.model.organizationsOf(id)) == 0
			})...)
		case m.oneIn("for somebody?", 3):
			in.Owner = m.memberOf(org)
		}
		m.createAccount(by, org, in)
	}
	sub := func() {
		account := m.account()
		m.createSubaccount(m.actor(m.holders(account)...), account, m.name())
	}
	reactivate := one("ReactivateAccount",
		func(s *tenancy.Session, a tenancy.AccountID) error { return second(s.ReactivateAccount(m.ctx, a)) },
		func(by Actor, a tenancy.AccountID) Answer { return m.model.SuspendAccount(by, a, false) })
	enable := one("EnableHIPAA",
		func(s *tenancy.Session, a tenancy.AccountID) error { return second(s.EnableHIPAA(m.ctx, a)) },
		func(by Actor, a tenancy.AccountID) Answer { return m.model.EnableHIPAA(by, a) })
	return map[string]func(){
		"CreateAccount": create, "CreateAccount 2": create, "CreateSubaccount": sub, "CreateSubaccount 2": sub,
		"RenameAccount": func() {
			account, name := m.account(), m.name()
			by := m.actor(m.holders(account)...)
			do(m, "RenameAccount", by,
				func(s *side) (struct{}, error) { return errOf(s.session(by).RenameAccount(m.ctx, account, name)) },
				func(struct{}) Answer { return m.model.RenameAccount(by, account, name) }, nil)
		},
		"SuspendAccount": one("SuspendAccount",
			func(s *tenancy.Session, a tenancy.AccountID) error { return second(s.SuspendAccount(m.ctx, a)) },
			func(by Actor, a tenancy.AccountID) Answer { return m.model.SuspendAccount(by, a, true) }),
		"ReactivateAccount": reactivate, "ReactivateAccount 2": reactivate,
		"CloseAccount": one("CloseAccount",
			func(s *tenancy.Session, a tenancy.AccountID) error { return second(s.CloseAccount(m.ctx, a)) },
			func(by Actor, a tenancy.AccountID) Answer { return m.model.CloseAccount(by, a) }),
		"TransferAccount": func() {
			account := m.account()
			to := m.memberOf(m.model.Accounts[account].Organization)
			by := m.actor(m.holders(account)...)
			m.say(account, to)
			do(m, "TransferAccount", by,
				func(s *side) (struct{}, error) { return errOf(s.session(by).TransferAccount(m.ctx, account, to)) },
				func(struct{}) Answer { return m.model.TransferAccount(by, account, to) }, nil)
		},
		"MoveAccount": func() {
			account := m.account()
			owner := m.model.Accounts[account].Owner
			org := some(m, "to", m.model.organizationsOf(owner), keysOf(m.model.Organizations))
			by := m.actor(owner, owner, m.model.Organizations[org].Owner)
			do(m, "MoveAccount", by,
				func(s *side) (struct{}, error) { return errOf(s.session(by).MoveAccount(m.ctx, account, org)) },
				func(struct{}) Answer { return m.model.MoveAccount(by, account, org) }, nil)
		},
		"VerifyPhone": func() {
			m.verifyPhone(m.host(), m.account(), choose(m, "phone", "+15005550006", "+15005550006", "+4930123456", "+0"))
		},
		"UpgradeAccount": host("UpgradeAccount",
			func(p *tenancy.Platform, a tenancy.AccountID) error { return second(p.UpgradeAccount(m.ctx, a)) },
			func(by Actor, a tenancy.AccountID) Answer { return m.model.UpgradeAccount(by, a) }),
		"InvoiceAccount": host("InvoiceAccount",
			func(p *tenancy.Platform, a tenancy.AccountID) error { return second(p.InvoiceAccount(m.ctx, a)) },
			func(by Actor, a tenancy.AccountID) Answer { return m.model.InvoiceAccount(by, a) }),
		"SetPricing": func() {
			text := choose(m, "pricing", "", "tier-1", "bad\x00")
			host("SetPricing",
				func(p *tenancy.Platform, a tenancy.AccountID) error { return second(p.SetPricing(m.ctx, a, text)) },
				func(by Actor, a tenancy.AccountID) Answer { return m.model.SetPricing(by, a, text) })()
		},
		"EnableHIPAA": enable, "EnableHIPAA 2": enable,
		"DisableHIPAA": one("DisableHIPAA",
			func(s *tenancy.Session, a tenancy.AccountID) error { return second(s.DisableHIPAA(m.ctx, a)) },
			func(by Actor, a tenancy.AccountID) Answer { return m.model.DisableHIPAA(by, a) }),
	}
}

// roleGiving is what gives and takes roles on accounts, and asks for accounts.
func (m *machine) roleGiving() map[string]func() {
	assign := func() {
		account := m.account()
		user := m.memberOf(m.model.Accounts[account].Organization)
		if m.oneIn("a holder?", 3) {
			user = some(m, "holder", m.holders(account), m.users())
		}
		in := tenancy.Assignment{Roles: m.roles(), Until: m.until()}
		by := m.actor(m.holders(account)...)
		m.say(account, user, in)
		do(m, "AssignRoles", by,
			func(s *side) (struct{}, error) { return errOf(s.session(by).AssignRoles(m.ctx, account, user, in)) },
			func(struct{}) Answer { return m.model.AssignRoles(by, account, user, in) }, nil)
	}
	revoke := func() {
		account := m.account()
		user := some(m, "holder", m.holders(account), m.users())
		by := m.actor(append(m.holders(account), m.bosses(user)...)...)
		m.say(account, user)
		do(m, "RevokeRoles", by,
			func(s *side) (struct{}, error) { return only(s.session(by).RevokeRoles(m.ctx, account, user)) },
			func(struct{}) Answer { return m.model.RevokeRoles(by, account, user) }, nil)
	}
	accept := func() {
		id := some(m, "request", where(m.model.Invitations, func(_ tenancy.InvitationID, i Invitation) bool {
			return i.Kind == tenancy.InvitationOfAccount && m.model.pending(i)
		}), keysOf(m.model.Invitations))
		i := m.model.Invitations[id]
		owner := m.model.Accounts[i.Account].Owner
		by := m.actor(owner, owner, owner, m.model.Organizations[i.Organization].Owner)
		do(m, "AcceptAccountRequest", by,
			func(s *side) (struct{}, error) { return errOf(s.session(by).AcceptAccountRequest(m.ctx, id)) },
			func(struct{}) Answer { return m.model.AcceptAccountRequest(by, id) }, nil)
	}
	return map[string]func(){
		"AssignRoles": assign, "AssignRoles 2": assign, "AssignRoles 3": assign,
		"RevokeRoles": revoke,
		"Relinquish": func() {
			account := m.account()
			by := m.actor(m.holders(account)...)
			do(m, "Relinquish", by,
				func(s *side) (struct{}, error) { return only(s.session(by).Relinquish(m.ctx, account)) },
				func(struct{}) Answer { return m.model.Relinquish(by, account) }, nil)
		},
		"AddAccount": func() {
			org, account := m.org(), m.account()
			by := m.actor(m.rulers(org)...)
			do(m, "AddAccount", by,
				func(s *side) (tenancy.AccountRequest, error) { return s.session(by).AddAccount(m.ctx, org, account) },
				func(r tenancy.AccountRequest) Answer { return m.model.AddAccount(by, org, account, r.ID) }, nil)
		},
		"AcceptAccountRequest": accept, "AcceptAccountRequest 2": accept,
	}
}
