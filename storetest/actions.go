package storetest

import (
	"context"
	"errors"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/scene"
)

// stepsAtOnce is how many steps one of rapid's has: a run is longer than rapid's
// default, or it would seldom leave its setting.
const stepsAtOnce = 4

// actions are what a run draws from. Names with a number are the same action again,
// which is then drawn more often.
func (m *machine) actions() map[string]func(*rapid.T) {
	all := map[string]func(*rapid.T){}
	for _, some := range []map[string]func(*rapid.T){m.entering(), m.people(), m.organizations(), m.suspensions(), m.spaces(), m.grouping(), m.serving(), m.tending(), m.provisioning(), m.keeping(), m.joining(), m.offering(), m.names(), m.merging(), m.reading(), m.logging(), m.host()} {
		maps.Copy(all, some)
	}
	led := m.directed()
	maps.Copy(led, m.sweeping())
	maps.Copy(led, m.rare())
	names := slices.Sorted(maps.Keys(all))
	return map[string]func(*rapid.T){"": m.check, "steps": func(rt *rapid.T) {
		for n := range stepsAtOnce {
			if n > 0 {
				m.reached.step()
				m.stillHolds(rt, false)
			}
			m.tried = int(m.store.committed.Load())
			if m.coin(rt, "led?") {
				led[m.deal(rt, led)](rt)
			} else {
				all[choose(m, rt, "action", names)](rt)
			}
		}
	}}
}

// deal deals the next of the led steps: each comes once before any comes again.
func (m *machine) deal(rt *rapid.T, led map[string]func(*rapid.T)) string {
	if len(m.deck) == 0 {
		m.deck = slices.Sorted(maps.Keys(led))
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "deck"), 0))
		random.Shuffle(len(m.deck), func(i, j int) { m.deck[i], m.deck[j] = m.deck[j], m.deck[i] })
	}
	last := len(m.deck) - 1
	next := m.deck[last]
	m.deck = m.deck[:last]
	return next
}

// entering is how people and organizations come to be.
func (m *machine) entering() map[string]func(*rapid.T) {
	signUp := func(rt *rapid.T) {
		in := tenancy.NewSignUp{Email: tenancy.Proven(m.address(rt)), Name: m.name(rt), Organization: "Org"}
		p := m.platform(rt)
		m.did(rt, "SignUp", func() error { return m.signUp(p, in) })
	}
	withSecret := func(rt *rapid.T) {
		s := m.sent(rt)
		in := tenancy.NewSignUp{Email: tenancy.Proven(s.address), Name: "Two", Secret: s.secret}
		if m.between(rt, "other address?", 0, 9) == 0 {
			in.Email = tenancy.Proven(m.address(rt))
		}
		p := m.platform(rt)
		m.did(rt, "SignUp", func() error { return m.signUp(p, in) })
	}
	return map[string]func(*rapid.T){
		"SignUp": signUp, "SignUp 2": signUp, "SignUp with a secret": withSecret, "SignUp with a secret 2": withSecret,
		"CreateOrganization": func(rt *rapid.T) {
			in := tenancy.NewOrganization{Name: m.name(rt), AllStay: m.coin(rt, "all stay")}
			if m.coin(rt, "stay?") {
				in.Stay = []tenancy.AccountID{m.account(rt)}
			}
			s := m.session(rt)
			m.did(rt, "CreateOrganization", func() error {
				o, err := s.CreateOrganization(m.ctx, in)
				m.made(err, func() { m.orgs = append(m.orgs, o.ID) })
				return err
			})
		},
		"RequestInvitation": func(rt *rapid.T) {
			address, p := m.address(rt), m.platform(rt)
			m.did(rt, "RequestInvitation", func() error {
				q, err := p.RequestInvitation(m.ctx, tenancy.Proven(address))
				m.made(err, func() { m.requests = append(m.requests, q.ID) })
				return err
			})
		},
		"DismissRequest": func(rt *rapid.T) {
			q := m.request(rt)
			record, _ := lookUp[tenancy.RequestRecord](m, tenancy.IndexRequests, q)
			s := m.session(rt, m.ownerOf(record.Organization))
			m.did(rt, "DismissRequest", func() error { return s.DismissRequest(m.ctx, q) })
		},
		"a day": func(rt *rapid.T) {
			m.clock.Advance(
				choose(m, rt, "time",
					[]time.Duration{time.Hour, time.Hour, 25 * time.Hour, 8 * 24 * time.Hour, 31 * 24 * time.Hour}),
			)
			m.did(rt, "Purge",
				func() error { _, err := m.dir.System().Purge(m.ctx); return err }) // else INV-14 would say that it is overdue
			if m.coin(rt, "domains are rechecked") {
				m.did(rt, "RecheckDomains", func() error { _, err := m.dir.System().RecheckDomains(m.ctx); return err })
			}
		},
	}
}

func (m *machine) signUp(p *tenancy.Platform, in tenancy.NewSignUp) error {
	signed, err := p.SignUp(m.ctx, in)
	m.made(err, func() {
		m.users = append(m.users, signed.User.ID)
		if signed.Organization != nil && !slices.Contains(m.orgs, signed.Organization.ID) {
			m.orgs = append(m.orgs, signed.Organization.ID)
		}
		if signed.Account != nil && !slices.Contains(m.accounts, signed.Account.ID) {
			m.accounts = append(m.accounts, signed.Account.ID)
		}
	})
	return err
}

// made keeps what an operation made, unless it is rolled back or was refused.
func (m *machine) made(err error, keep func()) {
	if err == nil {
		keep()
	}
}

// people is what is done to members.
func (m *machine) people() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"SetOrganizationRole": func(rt *rapid.T) {
			org, user := m.org(rt), m.user(rt)
			role := choose(m, rt, "role", append([]tenancy.OrganizationRole{"", "stranger"}, ranks...))
			s := m.session(rt, m.ownerOf(org))
			m.did(rt, "SetOrganizationRole",
				func() error { return errOf(s.SetOrganizationRole(m.ctx, org, user, role)) })
		},
		"RemoveUser": func(rt *rapid.T) {
			user := m.user(rt)
			org := m.anyOrgOf(rt, user)
			in := tenancy.Removal{Release: m.coin(rt, "release"),
				Heirs: m.heirs(rt, user, func() tenancy.UserID { return m.memberOf(rt, org) })}
			if m.coin(rt, "heir?") {
				in.AccountsTo = m.user(rt)
			}
			s := m.session(rt, m.ownerOf(org))
			m.did(rt, "RemoveUser", func() error {
				err := s.RemoveUser(m.ctx, org, user, in)
				if err == nil && len(in.Heirs) > 0 {
					m.way(rt, "accounts left to heirs")
				}
				return err
			})
		},
		"Leave": func(rt *rapid.T) {
			user := m.user(rt)
			org := m.anyOrgOf(rt, user)
			s := m.session(rt, user)
			m.did(rt, "Leave", func() error { return s.Leave(m.ctx, org) })
		},
		"DeactivateUser": func(rt *rapid.T) {
			user := m.user(rt)
			s := m.session(rt, m.userBosses(user)...)
			m.did(rt, "DeactivateUser", func() error { _, err := s.DeactivateUser(m.ctx, user); return err })
		},
		"ReactivateUser": m.reactivate, "ReactivateUser 2": m.reactivate,
		"DeleteUser": func(rt *rapid.T) {
			user := m.user(rt)
			in := tenancy.UserDeletion{Heirs: m.heirs(rt, user, func() tenancy.UserID { return m.user(rt) })}
			if m.coin(rt, "heir?") {
				in.AccountsTo = m.user(rt)
			}
			s := m.session(rt, m.userBosses(user)...)
			m.did(rt, "DeleteUser", func() error {
				err := s.DeleteUser(m.ctx, user, in)
				if err == nil && len(in.Heirs) > 0 {
					m.way(rt, "accounts left to heirs")
				}
				return err
			})
		},
		"UpdateUser": func(rt *rapid.T) {
			user, name := m.user(rt), m.name(rt)
			s := m.session(rt, m.userBosses(user)...)
			m.did(rt, "UpdateUser",
				func() error { _, err := s.UpdateUser(m.ctx, user, tenancy.UserUpdate{Name: &name}); return err })
		},
		"ChangeEmail": func(rt *rapid.T) {
			user, address, p := m.user(rt), m.address(rt), m.platform(rt)
			m.did(rt, "ChangeEmail",
				func() error { _, err := p.ChangeEmail(m.ctx, user, tenancy.Proven(address)); return err })
		},
	}
}

func (m *machine) reactivate(rt *rapid.T) {
	user := m.user(rt)
	s := m.session(rt, m.userBosses(user)...)
	m.did(rt, "ReactivateUser", func() error { _, err := s.ReactivateUser(m.ctx, user); return err })
}

// memberOf draws a member of an organization; zero: none.
func (m *machine) memberOf(rt *rapid.T, org tenancy.OrganizationID) tenancy.UserID {
	members := m.listed(tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: org}, Limit: 20})
	if len(members) == 0 {
		return tenancy.UserID{}
	}
	return choose(m, rt, "member", members).(tenancy.MembershipRecord).User
}

// granted draws somebody who has a role on an account; zero: nobody.
func (m *machine) granted(rt *rapid.T, account tenancy.AccountID) tenancy.UserID {
	grants := m.listed(tenancy.Lookup{Index: tenancy.IndexGrants, Key: tenancy.Key{In: account}, Limit: 20})
	if len(grants) == 0 {
		return tenancy.UserID{}
	}
	return choose(m, rt, "granted", grants).(tenancy.GrantRecord).User
}

// listed reads a list beside the operations.
func (m *machine) listed(l tenancy.Lookup) (records []tenancy.Record) {
	_ = m.near.View(context.WithoutCancel(m.t.Context()), func(ctx context.Context, tx tenancy.ReadTx) error {
		answers, err := tx.Read(ctx, l)
		if err == nil {
			records = answers[0].Records
		}
		return err
	})
	return records
}

// anyOrgOf draws an organization, mostly one that the user is in.
func (m *machine) anyOrgOf(rt *rapid.T, user tenancy.UserID) tenancy.OrganizationID {
	var in []tenancy.OrganizationID
	for _, org := range m.orgs {
		_ = m.near.View(context.WithoutCancel(m.t.Context()), func(ctx context.Context, tx tenancy.ReadTx) error {
			answers, err := tx.Read(ctx,
				tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: org, ID: user}})
			if err == nil && answers[0].Record != nil {
				in = append(in, org)
			}
			return err
		})
	}
	if len(in) > 0 && m.between(rt, "their organization?", 0, 4) > 0 {
		return choose(m, rt, "their organization", in)
	}
	return m.org(rt)
}

// organizations is what is done to organizations.
func (m *machine) organizations() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"RenameOrganization": func(rt *rapid.T) {
			org, name := m.org(rt), m.name(rt)
			s := m.session(rt, m.ownerOf(org))
			m.did(rt, "RenameOrganization",
				func() error { _, err := s.RenameOrganization(m.ctx, org, name); return err })
		},
		"TransferOwnership": func(rt *rapid.T) {
			org := m.org(rt)
			in := tenancy.NewOwner{Previous: tenancy.PreviousOwner(m.between(rt, "previous", 0, 3))}
			if m.coin(rt, "by address?") {
				in.Email = m.address(rt)
			} else {
				in.User = m.user(rt)
			}
			s := m.session(rt, m.ownerOf(org))
			m.did(rt, "TransferOwnership", func() error { _, err := s.TransferOwnership(m.ctx, org, in); return err })
		},
		"ReplaceOwner": func(rt *rapid.T) {
			org, p := m.org(rt), m.platform(rt)
			in := tenancy.OwnerReplacement{
				User:      m.user(rt),
				Previous:  tenancy.PreviousOwner(m.between(rt, "previous", 0, 3)),
				Reference: "ticket-1",
			}
			m.did(rt, "ReplaceOwner", func() error { _, err := p.ReplaceOwner(m.ctx, org, in); return err })
		},
		"DeleteOrganization": func(rt *rapid.T) {
			org := m.org(rt)
			var in tenancy.OrganizationDeletion
			if m.coin(rt, "accounts to?") {
				in.AccountsTo = m.org(rt)
			}
			s := m.session(rt, m.ownerOf(org))
			m.did(rt, "DeleteOrganization", func() error { return s.DeleteOrganization(m.ctx, org, in) })
		},
		"RestoreOrganization": func(rt *rapid.T) {
			org, p := m.org(rt), m.platform(rt)
			m.did(rt, "RestoreOrganization", func() error { _, err := p.RestoreOrganization(m.ctx, org); return err })
		},
		"SetLimits": func(rt *rapid.T) {
			org, p := m.org(rt), m.platform(rt)
			var limits *tenancy.Limits
			if m.coin(rt, "limited?") {
				limits = &tenancy.Limits{
					Members:          m.between(rt, "members", -1, 3),
					Accounts:         m.between(rt, "accounts", 0, 3),
					Subaccounts:      m.between(rt, "subaccounts", 0, 1),
					TrialSubaccounts: m.between(rt, "on trial", 0, 1),
					Domains:          m.between(rt, "domains", 0, 1),
				}
			}
			m.did(rt, "SetLimits", func() error { return errOf(p.SetLimits(m.ctx, org, limits)) })
		},
		"SetImportEntitlement": m.entitle, "SetImportEntitlement 2": m.entitle,
		"SetHIPAAEntitlement": func(rt *rapid.T) {
			org, p := m.org(rt), m.platform(rt)
			in := tenancy.HIPAAEntitlement{
				On:        m.between(rt, "on", 0, 3) > 0,
				Reference: choose(m, rt, "reference", []tenancy.Reference{"baa-1", "baa-1", "baa-1", "b a a"}),
			}
			if m.between(rt, "dated?", 0, 9) > 0 {
				in.Executed = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
			}
			m.did(rt, "SetHIPAAEntitlement", func() error { return errOf(p.SetHIPAAEntitlement(m.ctx, org, in)) })
		},
		"SetSignUpPolicy": m.signUpPolicy, "SetSignUpPolicy 2": m.signUpPolicy,
		"SetInvitationPolicy": func(rt *rapid.T) {
			org := m.org(rt)
			policy := choose(
				m,
				rt,
				"policy",
				[]tenancy.InvitationPolicy{
					tenancy.InviteAnybody,
					tenancy.InviteLiveDomains,
					tenancy.InviteAnybody,
					"nonsense",
				},
			)
			s := m.session(rt, m.ownerOf(org))
			m.did(rt, "SetInvitationPolicy", func() error { return errOf(s.SetInvitationPolicy(m.ctx, org, policy)) })
		},
	}
}

func (m *machine) entitle(rt *rapid.T) {
	org, p := m.org(rt), m.platform(rt)
	in := tenancy.ImportEntitlement{
		On:        m.between(rt, "on", 0, 4) > 0,
		Reference: choose(m, rt, "reference", []tenancy.Reference{"t-1", "t-1", "t-1", ""}),
	}
	m.did(rt, "SetImportEntitlement", func() error { return errOf(p.SetImportEntitlement(m.ctx, org, in)) })
}

func (m *machine) signUpPolicy(rt *rapid.T) {
	org := m.org(rt)
	in := tenancy.SignUpPolicyChange{
		Policy: choose(
			m,
			rt,
			"policy",
			[]tenancy.SignUpPolicy{tenancy.PolicyInherited, tenancy.PolicyInvitationOnly, tenancy.PolicyAutomatic,
				tenancy.PolicyAutomatic, tenancy.PolicyClosed, tenancy.PolicyClosed, "nonsense"},
		),
	}
	if m.coin(rt, "of a domain?") {
		in.Domain = m.domain(rt)
		if record, err := lookUp[tenancy.DomainRecord](m, tenancy.IndexDomains, in.Domain); err == nil &&
			m.between(rt, "its organization?", 0, 4) > 0 {
			org = record.Organization
		}
	}
	s := m.session(rt, m.ownerOf(org))
	m.did(rt, "SetSignUpPolicy", func() error { return errOf(s.SetSignUpPolicy(m.ctx, org, in)) })
}

// spaces is what is done to accounts.
func (m *machine) spaces() map[string]func(*rapid.T) {
	one := func(op string, call func(*tenancy.Session, tenancy.AccountID) error) func(*rapid.T) {
		return func(rt *rapid.T) {
			account := m.account(rt)
			s := m.session(rt, m.accountOwners(account)...)
			m.did(rt, op, func() error { return call(s, account) })
		}
	}
	platform := func(op string, call func(*tenancy.Platform, tenancy.AccountID) error) func(*rapid.T) {
		return func(rt *rapid.T) {
			account, p := m.account(rt), m.platform(rt)
			m.did(rt, op, func() error { return call(p, account) })
		}
	}
	verify := platform("VerifyPhone", func(p *tenancy.Platform, a tenancy.AccountID) error {
		_, err := p.VerifyPhone(m.ctx, a, "+15005550006")
		return err
	})
	assign := func(rt *rapid.T) {
		account, user := m.account(rt), m.user(rt)
		in := tenancy.Assignment{Roles: m.roles(rt), Until: m.until(rt)}
		s := m.session(rt, m.accountOwners(account)...)
		m.did(rt, "AssignRoles", func() error { _, err := s.AssignRoles(m.ctx, account, user, in); return err })
	}
	create := func(rt *rapid.T) {
		org := m.org(rt)
		if m.between(rt, "unmanaged?", 0, 3) == 0 {
			org = tenancy.OrganizationID{}
		}
		in := tenancy.NewAccount{Name: m.name(rt)}
		if m.between(rt, "for somebody?", 0, 2) == 0 {
			in.Owner = m.user(rt)
		}
		s := m.session(rt, m.ownerOf(org))
		m.did(rt, "CreateAccount", func() error {
			a, err := s.CreateAccount(m.ctx, org, in)
			m.made(err, func() { m.accounts = append(m.accounts, a.ID) })
			return err
		})
	}
	sub := func(rt *rapid.T) {
		account, name := m.account(rt), m.name(rt)
		s := m.session(rt, m.accountOwners(account)...)
		m.did(rt, "CreateSubaccount", func() error {
			a, err := s.CreateSubaccount(m.ctx, account, tenancy.NewSubaccount{Name: name})
			m.made(err, func() { m.accounts = append(m.accounts, a.ID) })
			return err
		})
	}
	return map[string]func(*rapid.T){
		"CreateAccount": create, "CreateAccount 2": create, "CreateSubaccount": sub, "CreateSubaccount 2": sub,
		"RenameAccount": func(rt *rapid.T) {
			account, name := m.account(rt), m.name(rt)
			s := m.session(rt, m.accountOwners(account)...)
			m.did(rt, "RenameAccount", func() error { _, err := s.RenameAccount(m.ctx, account, name); return err })
		},
		"SuspendAccount": one("SuspendAccount", func(s *tenancy.Session, a tenancy.AccountID) error {
			_, err := s.SuspendAccount(m.ctx, a)
			return err
		}),
		"ReactivateAccount": one("ReactivateAccount", func(s *tenancy.Session, a tenancy.AccountID) error {
			_, err := s.ReactivateAccount(m.ctx, a)
			return err
		}),
		"CloseAccount": one("CloseAccount", func(s *tenancy.Session, a tenancy.AccountID) error {
			_, err := s.CloseAccount(m.ctx, a)
			return err
		}),
		"TransferAccount": func(rt *rapid.T) {
			account, user := m.account(rt), m.user(rt)
			s := m.session(rt, m.accountOwners(account)...)
			m.did(rt, "TransferAccount", func() error { _, err := s.TransferAccount(m.ctx, account, user); return err })
		},
		"MoveAccount": func(rt *rapid.T) {
			account, org := m.account(rt), m.org(rt)
			s := m.session(rt, m.accountOwners(account)...)
			m.did(rt, "MoveAccount", func() error { _, err := s.MoveAccount(m.ctx, account, org); return err })
		},
		"AssignRoles": assign, "AssignRoles 2": assign,
		"RevokeRoles": func(rt *rapid.T) {
			account, user := m.account(rt), m.user(rt)
			s := m.session(rt, append(m.accountOwners(account), m.userBosses(user)...)...)
			m.did(rt, "RevokeRoles", func() error { return s.RevokeRoles(m.ctx, account, user) })
		},
		"Relinquish": one("Relinquish",
			func(s *tenancy.Session, a tenancy.AccountID) error { return s.Relinquish(m.ctx, a) }),
		"Relinquish by anybody": func(rt *rapid.T) {
			account := m.account(rt)
			s := m.session(rt)
			m.did(rt, "Relinquish", func() error { return s.Relinquish(m.ctx, account) })
		},
		"VerifyPhone": verify, "VerifyPhone 2": verify,
		"VerifyPhone badly": platform("VerifyPhone", func(p *tenancy.Platform, a tenancy.AccountID) error {
			_, err := p.VerifyPhone(m.ctx, a, "+0")
			return err
		}),
		"UpgradeAccount": platform("UpgradeAccount", func(p *tenancy.Platform, a tenancy.AccountID) error {
			_, err := p.UpgradeAccount(m.ctx, a)
			return err
		}),
		"InvoiceAccount": platform("InvoiceAccount", func(p *tenancy.Platform, a tenancy.AccountID) error {
			_, err := p.InvoiceAccount(m.ctx, a)
			return err
		}),
		"SetPricing": func(rt *rapid.T) {
			account, p := m.account(rt), m.platform(rt)
			text := choose(m, rt, "pricing", []string{"", "tier-1", "bad\x00"})
			m.did(rt, "SetPricing", func() error { _, err := p.SetPricing(m.ctx, account, text); return err })
		},
		"EnableHIPAA": one("EnableHIPAA", func(s *tenancy.Session, a tenancy.AccountID) error {
			_, err := s.EnableHIPAA(m.ctx, a)
			return err
		}),
		"DisableHIPAA": one("DisableHIPAA", func(s *tenancy.Session, a tenancy.AccountID) error {
			_, err := s.DisableHIPAA(m.ctx, a)
			return err
		}),
		"AddAccount": func(rt *rapid.T) {
			org, account := m.org(rt), m.account(rt)
			s := m.session(rt, m.ownerOf(org))
			m.did(rt, "AddAccount", func() error {
				q, err := s.AddAccount(m.ctx, org, account)
				m.made(err, func() { m.invitations = append(m.invitations, q.ID) })
				return err
			})
		},
		"AcceptAccountRequest": m.acceptRequest, "AcceptAccountRequest 2": m.acceptRequest,
	}
}

func (m *machine) acceptRequest(rt *rapid.T) {
	var asked []tenancy.InvitationID
	for _, id := range m.invitations {
		if i, err := lookUp[tenancy.InvitationRecord](m, tenancy.IndexInvitations, id); err == nil &&
			i.Kind == tenancy.InvitationOfAccount {
			asked = append(asked, id)
		}
	}
	request := drawID(m, rt, "asked", asked)
	record, _ := lookUp[tenancy.InvitationRecord](m, tenancy.IndexInvitations, request)
	s := m.session(rt, append(m.accountOwners(record.Account), m.ownerOf(record.Organization))...)
	m.did(rt, "AcceptAccountRequest", func() error { _, err := s.AcceptAccountRequest(m.ctx, request); return err })
}

func (m *machine) roles(rt *rapid.T) tenancy.RoleSet {
	return choose(m, rt, "roles", []tenancy.RoleSet{
		tenancy.Roles(
			tenancy.Developer), tenancy.Roles(tenancy.AccountAdministrator), tenancy.Roles(tenancy.BillingManager, tenancy.Support),
		tenancy.Roles(
			"releaser"), tenancy.Roles(tenancy.AccountOwner), tenancy.Roles(), tenancy.Roles("nobody named this"),
	})
}

// joining is inviting, accepting and what else becomes of invitations.
func (m *machine) joining() map[string]func(*rapid.T) {
	keep := func(address string, i tenancy.SentInvitation) {
		m.invitations = append(m.invitations, i.ID)
		m.secrets = append(m.secrets, sent{i.Secret, address})
	}
	invite := func(rt *rapid.T) {
		org, address := m.org(rt), m.address(rt)
		role := choose(m, rt, "role", append([]tenancy.OrganizationRole{""}, ranks...))
		s := m.session(rt, m.ownerOf(org))
		m.did(rt, "InviteUser", func() error {
			i, err := s.InviteUser(m.ctx, org, tenancy.NewInvitation{Email: address, Role: role})
			m.made(err, func() { keep(address, i) })
			return err
		})
	}
	toAccount := func(rt *rapid.T) {
		account, address := m.account(rt), m.address(rt)
		in := tenancy.NewAccountInvitation{Email: address, Roles: m.roles(rt), For: m.lasting(rt)}
		s := m.session(rt, m.accountOwners(account)...)
		m.did(rt, "InviteToAccount", func() error {
			i, err := s.InviteToAccount(m.ctx, account, in)
			m.made(err, func() { keep(address, i) })
			return err
		})
	}
	accept := func(rt *rapid.T) {
		i := m.sent(rt)
		s := m.session(rt, m.userOf(i.address))
		agree := m.between(rt, "agree?", 0, 5) > 0
		m.did(rt, "AcceptInvitation", func() error {
			in := tenancy.Acceptance{Secret: i.secret}
			if agree {
				if offer, err := s.Invitation(m.ctx, i.secret); err == nil && offer.Terms != nil {
					in.Terms = offer.Terms.Token
				}
			}
			_, err := s.AcceptInvitation(m.ctx, in)
			return err
		})
	}
	inviterOf := func(id tenancy.InvitationID) []tenancy.UserID {
		i, err := lookUp[tenancy.InvitationRecord](m, tenancy.IndexInvitations, id)
		if err != nil {
			return nil
		}
		return []tenancy.UserID{i.Inviter.User, m.ownerOf(i.Organization)}
	}
	again := func(rt *rapid.T) { // the same address, until it is too often
		org, address := m.org(rt), m.address(rt)
		s := m.session(rt, m.ownerOf(org))
		for range 6 {
			var i tenancy.SentInvitation
			m.did(rt, "InviteUser", func() (err error) {
				i, err = s.InviteUser(m.ctx, org, tenancy.NewInvitation{Email: address})
				m.made(err, func() { keep(address, i) })
				return err
			})
			if !i.ID.IsZero() && m.coin(rt, "resend") {
				m.did(rt, "ResendInvitation", func() error {
					sent, err := s.ResendInvitation(m.ctx, i.ID)
					m.made(err, func() { i = sent; keep(address, i) })
					return err
				})
			}
			if !i.ID.IsZero() {
				m.did(rt, "RevokeInvitation", func() error { return s.RevokeInvitation(m.ctx, i.ID) })
			}
		}
	}
	toAccountAgain := func(rt *rapid.T) {
		account, address := m.account(rt), m.address(rt)
		s := m.session(rt, m.accountOwners(account)...)
		for range 6 {
			var i tenancy.SentInvitation
			m.did(rt, "InviteToAccount", func() (err error) {
				i, err = s.InviteToAccount(m.ctx, account,
					tenancy.NewAccountInvitation{Email: address, Roles: tenancy.Roles(tenancy.Support)})
				m.made(err, func() { keep(address, i) })
				return err
			})
			if !i.ID.IsZero() && m.coin(rt, "revoke") {
				m.did(rt, "RevokeInvitation", func() error { return s.RevokeInvitation(m.ctx, i.ID) })
			}
		}
	}
	return map[string]func(*rapid.T){
		"invite again": again, "invite to an account again": toAccountAgain,
		"InviteUser": invite, "InviteUser 2": invite, "InviteUser 3": invite, "InviteToAccount": toAccount, "InviteToAccount 2": toAccount,
		"AcceptInvitation": accept, "AcceptInvitation 2": accept, "AcceptInvitation 3": accept,
		"DeclineInvitation": func(rt *rapid.T) {
			i := m.sent(rt)
			s := m.session(rt, m.userOf(i.address))
			m.did(rt, "DeclineInvitation", func() error { return s.DeclineInvitation(m.ctx, tenancy.Declination{Secret: i.secret}) })
		},
		"RevokeInvitation": func(rt *rapid.T) {
			id := m.invitation(rt)
			s := m.session(rt, inviterOf(id)...)
			m.did(rt, "RevokeInvitation", func() error { return s.RevokeInvitation(m.ctx, id) })
		},
		"ResendInvitation": func(rt *rapid.T) {
			id := m.invitation(rt)
			s := m.session(rt, inviterOf(id)...)
			m.did(rt, "ResendInvitation", func() error {
				i, err := s.ResendInvitation(m.ctx, id)
				m.made(err, func() { keep(i.Email.Reveal(), i) })
				return err
			})
		},
	}
}

// names is what is done with domains, connections and single sign-on.
func (m *machine) names() map[string]func(*rapid.T) {
	ownerOfDomain := func(id tenancy.DomainID) tenancy.UserID {
		d, _ := lookUp[tenancy.DomainRecord](m, tenancy.IndexDomains, id)
		return m.ownerOf(d.Organization)
	}
	add := func(rt *rapid.T) {
		org := m.org(rt)
		name := choose(
			m,
			rt,
			"domain name",
			[]string{
				"acme.com",
				"ACME.com.",
				"beta.org",
				"one.acme.com",
				"acme.com",
				"beta.org",
				"gmail.com",
				"co.uk",
				"not a domain",
			},
		)
		s := m.session(rt, m.ownerOf(org))
		m.did(rt, "AddDomain", func() error {
			d, err := s.AddDomain(m.ctx, org, name)
			m.made(err, func() { m.domains = append(m.domains, d) })
			return err
		})
	}
	verify := func(rt *rapid.T) {
		domain := m.domain(rt)
		m.publish(rt, domain)
		s := m.session(rt, ownerOfDomain(domain))
		m.did(rt, "VerifyDomain", func() error { _, err := s.VerifyDomain(m.ctx, domain); return err })
		m.dns.Answer(nil)
	}
	enforce := func(rt *rapid.T) {
		domain := m.domain(rt)
		d, _ := lookUp[tenancy.DomainRecord](m, tenancy.IndexDomains, domain)
		connection := m.connection(rt)
		for _, id := range m.connections {
			if c, err := lookUp[tenancy.ConnectionRecord](m, tenancy.IndexConnections, id); err == nil &&
				c.Organization == d.Organization &&
				m.coin(rt, "this?") {
				connection = id
			}
		}
		s := m.session(rt, ownerOfDomain(domain))
		m.did(rt, "EnforceSSO", func() error { _, err := s.EnforceSSO(m.ctx, domain, connection); return err })
	}
	return map[string]func(*rapid.T){
		"AddDomain": add, "AddDomain 2": add, "VerifyDomain": verify, "VerifyDomain 2": verify, "VerifyDomain 3": verify,
		"EnforceSSO": enforce, "EnforceSSO 2": enforce,
		"RemoveDomain": func(rt *rapid.T) {
			domain := m.domain(rt)
			s := m.session(rt, ownerOfDomain(domain))
			m.did(rt, "RemoveDomain", func() error { return s.RemoveDomain(m.ctx, domain) })
		},
		"StopEnforcingSSO": func(rt *rapid.T) {
			domain := m.domain(rt)
			s := m.session(rt, ownerOfDomain(domain))
			m.did(rt, "StopEnforcingSSO", func() error { _, err := s.StopEnforcingSSO(m.ctx, domain); return err })
		},
		"RecheckDomains": func(rt *rapid.T) {
			m.publish(rt, m.domain(rt))
			p := m.platform(rt)
			m.did(rt, "RecheckDomains", func() error { _, err := p.RecheckDomains(m.ctx); return err })
			m.dns.Answer(nil)
		},
		"AddConnection": func(rt *rapid.T) {
			org, name := m.org(rt), m.name(rt)
			s := m.session(rt, m.ownerOf(org))
			m.did(rt, "AddConnection", func() error {
				c, err := s.AddConnection(m.ctx, org, name)
				m.made(err, func() { m.connections = append(m.connections, c.ID) })
				return err
			})
		},
		"RemoveConnection": func(rt *rapid.T) {
			id := m.connection(rt)
			c, _ := lookUp[tenancy.ConnectionRecord](m, tenancy.IndexConnections, id)
			s := m.session(rt, m.ownerOf(c.Organization))
			m.did(rt, "RemoveConnection", func() error { return s.RemoveConnection(m.ctx, id) })
		},
		"MarkConnectionTested": func(rt *rapid.T) {
			id, p := m.connection(rt), m.platform(rt)
			m.did(rt, "MarkConnectionTested", func() error { _, err := p.MarkConnectionTested(m.ctx, id); return err })
		},
		"SetSSOExemption": func(rt *rapid.T) {
			user := m.user(rt)
			org := m.anyOrgOf(rt, user)
			s := m.session(rt, m.ownerOf(org))
			exempt := tenancy.SSOExemption(m.coin(rt, "exempt"))
			m.did(rt, "SetSSOExemption", func() error { return errOf(s.SetSSOExemption(m.ctx, org, user, exempt)) })
		},
	}
}

// publish changes what the name server says of a domain: mostly it has the record then.
func (m *machine) publish(rt *rapid.T, id tenancy.DomainID) {
	draw := m.between(rt, "name server", 0, 9)
	m.dns.Answer(nil)
	if draw == 0 {
		m.dns.Answer(scene.Servfail)
	}
	for _, d := range m.domains {
		if d.ID == id && draw > 2 {
			m.dns.Publish(d.RecordName, "v=spf1 -all", d.RecordValue)
		} else if d.ID == id && draw > 0 {
			m.dns.Publish(d.RecordName)
		}
	}
}

// merging is merging and importing.
func (m *machine) merging() map[string]func(*rapid.T) {
	imports := func(rt *rapid.T) {
		org := m.org(rt)
		in := tenancy.UserImport{Emails: []string{m.address(rt), m.address(rt)}, Notify: m.coin(rt, "notify")}
		s := m.session(rt, m.ownerOf(org))
		m.did(rt, "ImportUsers", func() error {
			results, err := s.ImportUsers(m.ctx, org, in)
			for _, item := range results {
				if item.Err != nil {
					m.reached.refused("ImportUsers", tenancy.CodeOf(item.Err))
				}
			}
			return err
		})
	}
	merge := func(rt *rapid.T) {
		prime, candidate := m.org(rt), m.org(rt)
		for _, org := range m.orgs {
			if org != prime && m.ownerOf(org) == m.ownerOf(prime) && m.coin(rt, "of the same Owner") {
				candidate = org
			}
		}
		s := m.session(rt, m.ownerOf(prime), m.ownerOf(candidate))
		m.did(rt, "MergeOrganizations",
			func() error { _, err := s.MergeOrganizations(m.ctx, prime, candidate); return err })
	}
	return map[string]func(*rapid.T){
		"ImportUsers": imports, "ImportUsers 2": imports, "MergeOrganizations": merge, "MergeOrganizations 2": merge,
		"PreviewMerge": func(rt *rapid.T) {
			prime := m.org(rt)
			var of tenancy.MergeCandidate
			if m.coin(rt, "by owner?") {
				of.Owner = m.user(rt)
			} else {
				of.Organization = m.org(rt)
			}
			s := m.session(rt, m.ownerOf(prime), of.Owner)
			m.did(rt, "PreviewMerge", func() error { _, err := s.PreviewMerge(m.ctx, prime, of); return err })
		},
		"ImportableUsers": func(rt *rapid.T) {
			domain := m.domain(rt)
			d, _ := lookUp[tenancy.DomainRecord](m, tenancy.IndexDomains, domain)
			s := m.session(rt, m.ownerOf(d.Organization), m.memberOf(rt, d.Organization))
			after := choose(m, rt, "after", []tenancy.Cursor{"", "", "", "nonsense"})
			m.did(rt, "ImportableUsers", func() error {
				return drain(s.ImportableUsers(m.ctx, domain, tenancy.ImportableUserQuery{After: after}))
			})
		},
	}
}

func drain[T any](list iter.Seq2[T, error]) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// reading reads everything there is to read, as anybody; a cursor of another list among
// it.
func (m *machine) reading() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"read an organization": func(rt *rapid.T) {
			org := m.org(rt)
			after := choose(m, rt, "after", []tenancy.Cursor{"", "", "", "nonsense"})
			s := m.session(rt, m.ownerOf(org), m.memberOf(rt, org))
			m.did(rt, "Organization", func() error { _, err := s.Organization(m.ctx, org); return err })
			state := choose(m, rt, "state", []tenancy.State{"", "", "", "nonsense"})
			role := choose(
				m,
				rt,
				"role",
				[]*tenancy.OrganizationRole{
					nil,
					nil,
					nil,
					new(tenancy.Administrator),
					new(tenancy.OrganizationRole("nonsense")),
				},
			)
			m.did(rt, "Users", func() error {
				return drain(s.Users(m.ctx, org, tenancy.UserQuery{After: after, Role: role, State: state}))
			})
			m.did(rt, "Accounts",
				func() error { return drain(s.Accounts(m.ctx, org, tenancy.AccountQuery{After: after, State: state})) })
			m.did(rt, "Invitations", func() error {
				return drain(s.Invitations(m.ctx, org, tenancy.InvitationQuery{After: after, State: state}))
			})
			m.did(rt, "Domains",
				func() error { return drain(s.Domains(m.ctx, org, tenancy.DomainQuery{After: after})) })
			m.did(rt, "Connections",
				func() error { return drain(s.Connections(m.ctx, org, tenancy.ConnectionQuery{After: after})) })
			m.did(rt, "HIPAAReport",
				func() error { return drain(s.HIPAAReport(m.ctx, org, tenancy.HIPAAQuery{After: after})) })
			user := m.user(rt)
			permission := choose(m, rt, "permission",
				[]tenancy.OrganizationPermission{tenancy.ViewOrganization, tenancy.ManageUsers, "nonsense"})
			m.did(rt, "CanInOrganization",
				func() error { _, err := s.CanInOrganization(m.ctx, user, permission, org); return err })
			m.everyInOrganization(rt, s, user, org)
			m.readLog(rt, s, tenancy.Stream{Organization: org})
		},
		"read a user": func(rt *rapid.T) {
			user := m.user(rt)
			after := choose(m, rt, "after", []tenancy.Cursor{"", "", "", "nonsense"})
			s := m.session(rt, m.userBosses(user)...)
			m.did(rt, "User", func() error { _, _, err := s.User(m.ctx, user); return err })
			m.did(rt, "Organizations", func() error {
				return drain(
					s.Organizations(
						m.ctx,
						tenancy.OrganizationQuery{
							User:  user,
							After: after,
							State: choose(m, rt, "state", []tenancy.State{"", "", "nonsense"}),
						},
					),
				)
			})
			m.did(rt, "AccountsOf",
				func() error { return drain(s.AccountsOf(m.ctx, user, tenancy.AccountsOfQuery{After: after})) })
			m.did(rt, "AccountsOf", func() error {
				return drain(s.AccountsOf(m.ctx, user, tenancy.AccountsOfQuery{Organization: m.org(rt)}))
			})
			m.did(rt, "AccountRequests",
				func() error { return drain(s.AccountRequests(m.ctx, user, tenancy.AccountRequestQuery{After: after})) })
			m.readLog(rt, s, tenancy.Stream{User: user})
			p, address := m.platform(rt), m.address(rt)
			m.did(rt, "UserByEmail", func() error { _, err := p.UserByEmail(m.ctx, address); return err })
			m.did(rt, "SignInRequirement", func() error { _, err := p.SignInRequirement(m.ctx, user); return err })
		},
		"read an account": func(rt *rapid.T) {
			account := m.account(rt)
			after := choose(m, rt, "after", []tenancy.Cursor{"", "", "", "nonsense"})
			s := m.session(rt, append(m.accountOwners(account), m.granted(rt, account))...)
			m.did(rt, "Account", func() error { _, err := s.Account(m.ctx, account); return err })
			m.did(rt, "Access",
				func() error { return drain(s.Access(m.ctx, account, tenancy.ReachQuery{After: after})) })
			m.did(rt, "AccountInvitations", func() error {
				return drain(s.AccountInvitations(m.ctx, account, tenancy.InvitationQuery{After: after}))
			})
			user := m.user(rt)
			permission := choose(m, rt, "permission",
				[]tenancy.Permission{tenancy.Build, tenancy.ManageMembers, "deploy", "nonsense"})
			m.did(rt, "Can", func() error { _, err := s.Can(m.ctx, user, permission, account); return err })
			m.manyAtOnce(rt, s, user, permission, account)
		},
		"read a secret": func(rt *rapid.T) {
			i := m.sent(rt)
			s := m.session(rt, m.userOf(i.address))
			m.did(rt, "Invitation", func() error { _, err := s.Invitation(m.ctx, i.secret); return err })
		},
	}
}

func (m *machine) readLog(rt *rapid.T, s *tenancy.Session, stream tenancy.Stream) {
	after := choose(m, rt, "after in the log", []tenancy.Cursor{"", "", "", "nonsense"})
	m.did(rt, "Events", func() error { return drain(s.Events(m.ctx, stream, tenancy.EventQuery{After: after})) })
	m.did(rt, "LogHead", func() error { _, err := s.LogHead(m.ctx, stream); return err })
	m.did(rt, "VerifyLog", func() error {
		for tampering, err := range s.VerifyLog(m.ctx, stream) {
			if err != nil {
				return err
			}
			rt.Fatalf("after %s: %v", m.last, tampering)
		}
		return nil
	})
}

// host is what a host does around operations: operation IDs, blocks, previews, timers.
func (m *machine) host() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"Purge": func(rt *rapid.T) {
			p := m.platform(rt)
			m.did(rt, "Purge", func() error { _, err := p.Purge(m.ctx); return err })
		},
		"Relay": func(rt *rapid.T) {
			p := m.platform(rt)
			m.did(rt, "Relay", func() error {
				_, err := p.Relay(m.ctx, func(context.Context, tenancy.Event) error { return nil })
				return err
			})
		},
		"Once": func(rt *rapid.T) {
			org, name := m.org(rt), m.name(rt)
			operation := tenancy.OperationIDOf(choose(m, rt, "key", []string{"a", "b", "c"}))
			s := m.session(rt, m.ownerOf(org)).Once(operation)
			if m.coin(rt, "rename?") {
				m.did(rt, "RenameOrganization",
					func() error { _, err := s.RenameOrganization(m.ctx, org, name); return err })
			} else {
				m.did(rt, "AddConnection", func() error {
					c, err := s.AddConnection(m.ctx, org, name)
					m.made(err, func() { m.connections = append(m.connections, c.ID) })
					return err
				})
			}
		},
		"ActorOutcome": func(rt *rapid.T) {
			operation := choose(
				m,
				rt,
				"key",
				[]tenancy.OperationID{
					tenancy.OperationIDOf("a"),
					tenancy.OperationIDOf("b"),
					tenancy.OperationIDOf("c"),
					{},
				},
			)
			actor := choose(m, rt, "whose",
				[]tenancy.Actor{{User: m.user(rt)}, {}, {Operator: "staff"}, {Operator: "no operator"}})
			p := m.platform(rt)
			m.last = "ActorOutcome"
			if _, err := p.ActorOutcome(m.ctx, actor, operation, m.attempted(rt)); err == nil {
				m.reached.done("ActorOutcome")
			}
		},
		"Outcome": func(rt *rapid.T) {
			operation := choose(
				m,
				rt,
				"key",
				[]tenancy.OperationID{
					tenancy.OperationIDOf("a"),
					tenancy.OperationIDOf("b"),
					tenancy.OperationIDOf("c"),
					{},
				},
			)
			s := m.session(rt)
			m.last = "Outcome"
			if _, err := s.Outcome(m.ctx, operation, m.attempted(rt)); err == nil {
				m.reached.done("Outcome")
			}
		},
		"Atomically": m.block,
		"Preview":    m.preview,
	}
}

// errStop rolls a block back.
var errStop = errors.New("stop")

// within runs some random actions with a block's sessions; what they made is forgotten
// unless keep says so.
func (m *machine) within(rt *rapid.T, s *tenancy.Session, p *tenancy.Platform) {
	m.in, m.inPlatform = s, p
	outer := m.ctx
	defer func() { m.in, m.inPlatform, m.ctx = nil, nil, outer }()
	some := []map[string]func(*rapid.T){m.people(), m.organizations(), m.spaces(), m.joining(), m.grouping(), m.tending()}
	for range m.between(rt, "operations in the block", 1, 3) {
		actions := choose(m, rt, "actions", some)
		actions[choose(m, rt, "action", slices.Sorted(maps.Keys(actions)))](rt)
	}
}

func (m *machine) block(rt *rapid.T) {
	org := m.org(rt)
	outer := m.session(rt, m.ownerOf(org))
	commit := m.coin(rt, "commit")
	changed := m.watch()
	saved := *m
	m.last = "Atomically"
	err := outer.Atomically(m.ctx, func(ctx context.Context, s *tenancy.Session) error {
		ctx, m.ctx = m.ctx, ctx
		defer func() { m.ctx = ctx }()
		m.within(rt, s, &tenancy.Platform{Session: s})
		if !commit {
			return errStop
		}
		return nil
	})
	if err == nil {
		m.reached.done("Atomically")
		return
	}
	m.users, m.orgs, m.accounts, m.invitations, m.secrets, m.domains, m.connections, m.requests, m.groups,
		m.services, m.keys, m.keySecrets, m.keySessions, m.idps =
		saved.users, saved.orgs, saved.accounts, saved.invitations, saved.secrets, saved.domains, saved.connections, saved.requests, saved.groups,
		saved.services, saved.keys, saved.keySecrets, saved.keySessions, saved.idps
	if !errors.Is(err, errStop) && tenancy.CodeOf(err) == "" {
		rt.Fatalf("Atomically: %v", err)
	}
	if changed() {
		rt.Fatalf("a block that returned an error changed something")
	}
}

func (m *machine) preview(rt *rapid.T) {
	org := m.org(rt)
	outer := m.session(rt, m.ownerOf(org))
	changed := m.watch()
	saved := *m
	m.last = "Preview"
	_, err := outer.Preview(m.ctx, func(ctx context.Context, s *tenancy.Session) error {
		ctx, m.ctx = m.ctx, ctx
		defer func() { m.ctx = ctx }()
		m.within(rt, s, &tenancy.Platform{Session: s})
		return nil
	})
	m.users, m.orgs, m.accounts, m.invitations, m.secrets, m.domains, m.connections, m.requests, m.groups,
		m.services, m.keys, m.keySecrets, m.keySessions, m.idps =
		saved.users, saved.orgs, saved.accounts, saved.invitations, saved.secrets, saved.domains, saved.connections, saved.requests, saved.groups,
		saved.services, saved.keys, saved.keySecrets, saved.keySessions, saved.idps
	if err == nil {
		m.reached.done("Preview")
	} else if tenancy.CodeOf(err) == "" {
		rt.Fatalf("Preview: %v", err)
	}
	if changed() {
		rt.Fatalf("a preview changed something")
	}
}

// attempted draws when an operation was attempted: now mostly, or so long ago that it is
// forgotten, or at a time that cannot be.
func (m *machine) attempted(rt *rapid.T) time.Time {
	now := m.clock.Now()
	return choose(m, rt, "attempted", []time.Time{now, now, now.Add(-89 * 24 * time.Hour),
		now.Add(-90 * 24 * time.Hour), {}, now.Add(2 * time.Hour)})
}
