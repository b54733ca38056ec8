package reference

import (
	"time"

	"github.com/add4b1c6/tenancy"
)

// What the machine calls and compares: on every side, and in the model.

func (m *machine) signUp(by Actor, in tenancy.NewSignUp, email string, via sent) (tenancy.SignedUp, bool) {
	in.Email = tenancy.Proven(email)
	signed, ok := do(m, "SignUp", by,
		func(s *side) (tenancy.SignedUp, error) { return s.platform(by).SignUp(m.ctx, in) },
		func(r tenancy.SignedUp) Answer {
			made := MadeBySignUp{User: r.User.ID}
			if r.Result == tenancy.SignUpFounded {
				made.Organization, made.Account = r.Organization.ID, r.Account.ID
			}
			return m.model.SignUp(by, in, email, via.id, made)
		},
		func(r tenancy.SignedUp) any {
			essence := signedUp{Result: r.Result, Accepted: r.Accepted}
			if r.Organization != nil {
				essence.Organization = r.Organization.ID
			}
			if r.Account != nil {
				essence.Account = r.Account.ID
			}
			for _, i := range r.Invitations {
				essence.Invitations = append(essence.Invitations, i.ID)
			}
			return essence
		})
	return signed, ok
}

func (m *machine) changeEmail(by Actor, user tenancy.UserID, email string) {
	do(m, "ChangeEmail", by,
		func(s *side) (struct{}, error) {
			return errOf(s.platform(by).ChangeEmail(m.ctx, user, tenancy.Proven(email)))
		},
		func(struct{}) Answer { return m.model.ChangeEmail(by, user, email) }, nil)
}

// entering is how people and organizations come to be.
func (m *machine) entering() map[string]func() {
	signUp := func() {
		in := tenancy.NewSignUp{Name: m.name()}
		if m.oneIn("named?", 3) {
			in.Organization, in.Account = m.name(), m.name()
		}
		m.signUp(m.host(), in, m.address(), sent{})
	}
	invited := func() {
		in, via := tenancy.NewSignUp{Name: m.name()}, m.letter(false)
		if m.oneIn("by ID?", 3) {
			in.Invitation = via.id
		} else {
			in.Secret = via.secret
		}
		address := via.address
		if m.oneIn("another address?", 8) {
			address = m.address()
		}
		if m.oneIn("both?", 30) {
			in.Invitation, in.Secret = via.id, via.secret
		}
		m.signUp(m.host(), in, address, via)
	}
	return map[string]func(){
		"SignUp": signUp, "SignUp 2": signUp, "SignUp invited": invited, "SignUp invited 2": invited,
		"RequestInvitation": func() {
			by, email := m.host(), m.address()
			do(m, "RequestInvitation", by,
				func(s *side) (tenancy.InvitationRequest, error) {
					return s.platform(by).RequestInvitation(m.ctx, tenancy.Proven(email))
				},
				func(r tenancy.InvitationRequest) Answer { return m.model.RequestInvitation(by, email, r.ID) }, nil)
		},
		"DismissRequest": func() {
			id := anyOf(m, "request", keysOf(m.model.Requests))
			by := m.actor(m.rulers(m.model.Requests[id].Organization)...)
			do(m, "DismissRequest", by,
				func(s *side) (struct{}, error) { return only(s.session(by).DismissRequest(m.ctx, id)) },
				func(struct{}) Answer { return m.model.DismissRequest(by, id) }, nil)
		},
		"ChangeEmail": func() { m.changeEmail(m.host(), m.user(), m.address()) },
		"UpdateUser": func() {
			user := m.user()
			by := m.actor(m.bosses(user)...)
			var in tenancy.UserUpdate
			if name := m.name(); !m.oneIn("nothing?", 10) {
				in.Name = &name
			}
			do(m, "UpdateUser", by,
				func(s *side) (struct{}, error) { return errOf(s.session(by).UpdateUser(m.ctx, user, in)) },
				func(struct{}) Answer { return m.model.UpdateUser(by, user, in.Name) }, nil)
		},
	}
}

func (m *machine) setSignUpPolicy(by Actor, org tenancy.OrganizationID, in tenancy.SignUpPolicyChange) {
	do(m, "SetSignUpPolicy", by,
		func(s *side) (struct{}, error) { return errOf(s.session(by).SetSignUpPolicy(m.ctx, org, in)) },
		func(struct{}) Answer { return m.model.SetSignUpPolicy(by, org, in) }, nil)
}

func (m *machine) setImport(by Actor, org tenancy.OrganizationID, in tenancy.ImportEntitlement) {
	do(m, "SetImportEntitlement", by,
		func(s *side) (struct{}, error) { return errOf(s.platform(by).SetImportEntitlement(m.ctx, org, in)) },
		func(struct{}) Answer { return m.model.SetImportEntitlement(by, org, in) }, nil)
}

func (m *machine) setHIPAA(by Actor, org tenancy.OrganizationID, in tenancy.HIPAAEntitlement) {
	do(m, "SetHIPAAEntitlement", by,
		func(s *side) (struct{}, error) { return errOf(s.platform(by).SetHIPAAEntitlement(m.ctx, org, in)) },
		func(struct{}) Answer { return m.model.SetHIPAAEntitlement(by, org, in) }, nil)
}

func (m *machine) suspend(by Actor, org tenancy.OrganizationID, why tenancy.Reference, on bool) {
	op := "ReactivateOrganization"
	if on {
		op = "SuspendOrganization"
	}
	do(m, op, by,
		func(s *side) (struct{}, error) {
			if on {
				return errOf(s.platform(by).SuspendOrganization(m.ctx, org, why))
			}
			return errOf(s.platform(by).ReactivateOrganization(m.ctx, org, why))
		},
		func(struct{}) Answer { return m.model.SuspendOrganization(by, org, why, on) }, nil)
}

// previous draws what becomes of the Owner.
func (m *machine) previous() tenancy.PreviousOwner {
	return choose(m, "previous", tenancy.PreviousAdministrator, tenancy.PreviousStandardUser, tenancy.PreviousLeaves,
		tenancy.PreviousLeaves, tenancy.PreviousLeaves+1)
}

func (m *machine) reference() tenancy.Reference {
	return choose[tenancy.Reference](m, "reference", "t-1", "t-1", "t-1", "t-1", "t-2", "", "t 1")
}

// organizations is what is done to organizations.
func (m *machine) organizations() map[string]func() {
	reactivate := func() {
		org := some(m, "organization", where(m.model.Organizations,
			func(_ tenancy.OrganizationID, o Organization) bool { return o.Suspended }), keysOf(m.model.Organizations))
		m.suspend(m.host(), org, m.reference(), false)
	}
	return map[string]func(){
		"CreateOrganization": m.createOrganization,
		"RenameOrganization": func() {
			org, name := m.org(), m.name()
			by := m.actor(m.rulers(org)...)
			do(m, "RenameOrganization", by,
				func(s *side) (struct{}, error) { return errOf(s.session(by).RenameOrganization(m.ctx, org, name)) },
				func(struct{}) Answer { return m.model.RenameOrganization(by, org, name) }, nil)
		},
		"TransferOwnership":   m.transferOwnership,
		"ReplaceOwner":        m.replaceOwner,
		"DeleteOrganization":  m.deleteOrganization,
		"RestoreOrganization": m.restoreOrganization,
		"SuspendOrganization": func() {
			if m.oneIn("suspend?", 3) {
				m.suspend(m.host(), m.org(), m.reference(), true)
			}
		},
		"ReactivateOrganization": reactivate, "ReactivateOrganization 2": reactivate,
		"SetLimits": m.setLimits,
		"SetImportEntitlement": func() {
			in := tenancy.ImportEntitlement{On: !m.oneIn("off?", 3), Reference: m.reference()}
			m.setImport(m.host(), m.org(), in)
		},
		"SetHIPAAEntitlement": func() {
			in := tenancy.HIPAAEntitlement{On: !m.oneIn("off?", 4), Reference: m.reference()}
			if !m.oneIn("undated?", 8) {
				in.Executed = executed
			}
			m.setHIPAA(m.host(), m.org(), in)
		},
		"SetSignUpPolicy": m.signUpPolicy, "SetSignUpPolicy 2": m.signUpPolicy,
		"SetInvitationPolicy": func() {
			org := m.org()
			policy := choose(m, "policy", tenancy.InviteAnybody, tenancy.InviteAnybody, tenancy.InviteLiveDomains, "nonsense")
			by := m.actor(m.rulers(org)...)
			do(m, "SetInvitationPolicy", by,
				func(s *side) (struct{}, error) { return errOf(s.session(by).SetInvitationPolicy(m.ctx, org, policy)) },
				func(struct{}) Answer { return m.model.SetInvitationPolicy(by, org, policy) }, nil)
		},
	}
}

func (m *machine) signUpPolicy() {
	org := m.org()
	in := tenancy.SignUpPolicyChange{Policy: choose(m, "policy", tenancy.PolicyInherited, tenancy.PolicyInvitationOnly,
		tenancy.PolicyAutomatic, tenancy.PolicyAutomatic, tenancy.PolicyClosed, tenancy.PolicyClosed, "nonsense")}
	if m.oneIn("of a domain?", 2) {
		in.Domain = anyOf(m, "domain", keysOf(m.model.Domains))
		if d, ok := m.model.Domains[in.Domain]; ok && !m.oneIn("another's?", 6) {
			org = d.Organization
		}
	}
	m.setSignUpPolicy(m.actor(m.rulers(org)...), org, in)
}

func (m *machine) createOrganization() {
	owners := where(m.model.Accounts, func(_ tenancy.AccountID, a Account) bool { return a.Phone != "" })
	var likely []tenancy.UserID
	for _, id := range owners {
		likely = append(likely, m.model.Accounts[id].Owner)
	}
	by := m.actor(likely...)
	in := tenancy.NewOrganization{Name: m.name(), AllStay: m.oneIn("all stay?", 3)}
	if m.oneIn("stay?", 3) {
		in.Stay = append(in.Stay, some(m, "stays", m.model.owned(by.User), keysOf(m.model.Accounts)))
	}
	do(m, "CreateOrganization", by,
		func(s *side) (tenancy.FoundedOrganization, error) { return s.session(by).CreateOrganization(m.ctx, in) },
		func(r tenancy.FoundedOrganization) Answer { return m.model.CreateOrganization(by, in, r.ID) },
		func(r tenancy.FoundedOrganization) any {
			essence := cameAlong{Ungrouped: r.Ungrouped}
			for _, a := range r.Accounts {
				essence.Accounts = append(essence.Accounts, a.ID)
			}
			return essence
		})
}

func (m *machine) transferOwnership() {
	org := m.org()
	in := tenancy.NewOwner{Previous: m.previous()}
	if m.oneIn("by address?", 3) {
		in.Email = m.addressOf(m.model.membersOf(org))
	} else {
		in.User = m.memberOf(org)
	}
	if m.oneIn("both?", 30) {
		in.User, in.Email = m.user(), m.address()
	}
	by := m.actor(m.rulers(org)...)
	m.say(org, in)
	do(m, "TransferOwnership", by,
		func(s *side) (struct{}, error) { return errOf(s.session(by).TransferOwnership(m.ctx, org, in)) },
		func(struct{}) Answer { return m.model.TransferOwnership(by, org, in) }, nil)
}

func (m *machine) replaceOwner() {
	org, by := m.org(), m.host()
	in := tenancy.OwnerReplacement{User: m.memberOf(org), Previous: m.previous(), Reference: m.reference()}
	if m.oneIn("in none?", 3) { // where no other member is active
		org = some(m, "alone", where(m.model.Organizations, func(id tenancy.OrganizationID, o Organization) bool {
			return o.State == tenancy.StateActive && m.model.alone(id)
		}), keysOf(m.model.Organizations))
		in.User = some(m, "in none", where(m.model.Users, func(id tenancy.UserID, u User) bool {
			return !u.Deleted && len(m.model.organizationsOf(id)) == 0
		}), m.users())
	}
	m.say(org, in)
	do(m, "ReplaceOwner", by,
		func(s *side) (struct{}, error) { return errOf(s.platform(by).ReplaceOwner(m.ctx, org, in)) },
		func(struct{}) Answer { return m.model.ReplaceOwner(by, org, in) }, nil)
}

func (m *machine) deleteOrganization() {
	if m.oneIn("spared?", 2) { // there would be too few
		return
	}
	org := m.org()
	var in tenancy.OrganizationDeletion
	if m.oneIn("accounts to?", 2) {
		owner := m.model.Organizations[org].Owner
		in.AccountsTo = some(m, "to", m.model.organizationsOf(owner), keysOf(m.model.Organizations))
	}
	by := m.actor(m.rulers(org)...)
	if m.oneIn("by an Operator?", 4) {
		by = Actor{Operator: "staff"}
	}
	m.say(org, in)
	do(m, "DeleteOrganization", by,
		func(s *side) (struct{}, error) { return only(s.session(by).DeleteOrganization(m.ctx, org, in)) },
		func(struct{}) Answer { return m.model.DeleteOrganization(by, org, in) }, nil)
}

func (m *machine) restoreOrganization() {
	org := some(m, "deleted", where(m.model.Organizations, func(_ tenancy.OrganizationID, o Organization) bool {
		return o.State == tenancy.StateDeleted
	}), keysOf(m.model.Organizations))
	by := m.host()
	do(m, "RestoreOrganization", by,
		func(s *side) (struct{}, error) { return errOf(s.platform(by).RestoreOrganization(m.ctx, org)) },
		func(struct{}) Answer { return m.model.RestoreOrganization(by, org) }, nil)
}

func (m *machine) setLimits() {
	org, by := m.org(), m.host()
	var limits *tenancy.Limits
	if m.oneIn("limited?", 2) {
		limits = &tenancy.Limits{}
		for _, limit := range []*int{&limits.Members, &limits.Accounts, &limits.Subaccounts, &limits.TrialSubaccounts,
			&limits.Domains, &limits.ServiceAccounts, &limits.Keys, &limits.Groups, &limits.GroupMembers,
			&limits.AccountGroups} {
			if m.oneIn("this?", 3) {
				*limit = m.between("limit", 1, 4)
			}
		}
		if m.oneIn("bad?", 20) {
			limits.Accounts = -1
		}
	}
	do(m, "SetLimits", by,
		func(s *side) (struct{}, error) { return errOf(s.platform(by).SetLimits(m.ctx, org, limits)) },
		func(struct{}) Answer { return m.model.SetLimits(by, org, limits) }, nil)
}

// memberships is what is done to members.
func (m *machine) memberships() map[string]func() {
	reactivate := func() {
		user := some(m, "held", where(m.model.Users, func(_ tenancy.UserID, u User) bool {
			return u.HeldByOperator || u.HeldByOrganization
		}), m.users())
		by := m.actor(m.bosses(user)...)
		if m.oneIn("by an Operator?", 3) {
			by = Actor{Operator: "staff"}
		}
		m.say(user)
		do(m, "ReactivateUser", by,
			func(s *side) (struct{}, error) { return errOf(s.session(by).ReactivateUser(m.ctx, user)) },
			func(struct{}) Answer { return m.model.ReactivateUser(by, user) }, nil)
	}
	return map[string]func(){
		"SetOrganizationRole": func() {
			org, role := m.org(), m.rank()
			user := m.memberOf(org)
			by := m.actor(m.rulers(org)...)
			m.say(org, user, role)
			do(m, "SetOrganizationRole", by,
				func(s *side) (struct{}, error) {
					return errOf(s.session(by).SetOrganizationRole(m.ctx, org, user, role))
				},
				func(struct{}) Answer { return m.model.SetOrganizationRole(by, org, user, role) }, nil)
		},
		"RemoveUser": m.removeUser, "RemoveUser 2": m.removeUser,
		"Leave": func() {
			user := m.user()
			org := some(m, "theirs", m.model.organizationsOf(user), keysOf(m.model.Organizations))
			by := m.actor(user)
			do(m, "Leave", by,
				func(s *side) (struct{}, error) { return only(s.session(by).Leave(m.ctx, org)) },
				func(struct{}) Answer { return m.model.Leave(by, org) }, nil)
		},
		"DeactivateUser": func() {
			user := m.user()
			by := m.actor(m.bosses(user)...)
			m.say(user)
			do(m, "DeactivateUser", by,
				func(s *side) (struct{}, error) { return errOf(s.session(by).DeactivateUser(m.ctx, user)) },
				func(struct{}) Answer { return m.model.DeactivateUser(by, user) }, nil)
		},
		"ReactivateUser": reactivate, "ReactivateUser 2": reactivate,
		"DeleteUser": m.deleteUser,
		"SetSSOExemption": func() {
			org, exempt := m.org(), m.oneIn("exempt?", 2)
			user := m.memberOf(org)
			by := m.actor(m.rulers(org)...)
			do(m, "SetSSOExemption", by,
				func(s *side) (struct{}, error) {
					return errOf(s.session(by).SetSSOExemption(m.ctx, org, user, tenancy.SSOExemption(exempt)))
				},
				func(struct{}) Answer { return m.model.SetSSOExemption(by, org, user, exempt) }, nil)
		},
	}
}

// heirs draws who gets the accounts of somebody.
func (m *machine) heirs(user tenancy.UserID, from []tenancy.UserID) (heirs []tenancy.Heir) {
	for _, id := range m.model.owned(user) {
		if m.oneIn("heir?", 4) {
			heirs = append(heirs, tenancy.Heir{Account: id, User: some(m, "heir", from, m.users())})
		}
	}
	if m.oneIn("wrong heir?", 12) {
		heirs = append(heirs, tenancy.Heir{Account: m.account(), User: m.user()})
	}
	return heirs
}

func (m *machine) removeUser() {
	org := m.org()
	user := m.memberOf(org)
	in := tenancy.Removal{Heirs: m.heirs(user, m.model.membersOf(org))}
	switch m.between("rest", 0, 3) {
	case 0:
		in.Release = true
	case 1, 2:
		in.AccountsTo = m.memberOf(org)
	}
	by := m.actor(m.rulers(org)...)
	m.say(org, user, in)
	do(m, "RemoveUser", by,
		func(s *side) (struct{}, error) { return only(s.session(by).RemoveUser(m.ctx, org, user, in)) },
		func(struct{}) Answer { return m.model.RemoveUser(by, org, user, in) }, nil)
}

func (m *machine) deleteUser() {
	user := m.user()
	fit := m.users()
	for _, org := range m.model.organizationsOf(user) {
		fit = m.model.membersOf(org)
	}
	in := tenancy.UserDeletion{Heirs: m.heirs(user, fit)}
	if m.oneIn("rest?", 2) {
		in.AccountsTo = some(m, "rest", fit, m.users())
	}
	by := m.actor(m.bosses(user)...)
	if m.oneIn("by an Operator?", 4) {
		by = Actor{Operator: "staff"}
	}
	m.say(user, in)
	do(m, "DeleteUser", by,
		func(s *side) (struct{}, error) { return only(s.session(by).DeleteUser(m.ctx, user, in)) },
		func(struct{}) Answer { return m.model.DeleteUser(by, user, in) }, nil)
}

// clockwise is a time of the machine's clock.
func (m *machine) in(d time.Duration) time.Time { return m.clock.Now().Add(d) }
