package reference

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
)

// stepsAtOnce is how many steps one of rapid's has: a run is longer than rapid's default, or
// it would seldom leave its setting.
const stepsAtOnce = 8

// Run is one run of random operations over fresh stores, which are compared with the model,
// and with each other, after each: for rapid.Check, or rapid.MakeFuzz.
func Run(tb testing.TB, reached *Reached, open func() []Store) func(*rapid.T) {
	return run(tb, reached, "", open)
}

// RunWithout is Run with a model that a rule is taken out of: one of Mutants.
func RunWithout(tb testing.TB, reached *Reached, rule string, open func() []Store) func(*rapid.T) {
	return run(tb, reached, rule, open)
}

func run(tb testing.TB, reached *Reached, mutant string, open func() []Store) func(*rapid.T) {
	return func(rt *rapid.T) {
		m := newMachine(tb, rt, reached, mutant, open())
		actions := m.actions()
		names := slices.Sorted(maps.Keys(actions))
		for range 3 {
			m.company()
		}
		rt.Repeat(map[string]func(*rapid.T){"": func(*rapid.T) {}, "steps": func(*rapid.T) {
			for range stepsAtOnce {
				actions[m.deal(names)]()
			}
		}})
		m.decisions()
	}
}

// deal deals the next action: each comes once before any comes again.
func (m *machine) deal(names []string) string {
	if len(m.deck) == 0 {
		m.deck = slices.Clone(names)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(m.rt, "deck"), 0))
		random.Shuffle(len(m.deck), func(i, j int) { m.deck[i], m.deck[j] = m.deck[j], m.deck[i] })
	}
	last := len(m.deck) - 1
	next := m.deck[last]
	m.deck = m.deck[:last]
	return next
}

// actions is the one map of what a run draws from. Names with a number are the same action
// again, which is then drawn more often.
func (m *machine) actions() map[string]func() {
	all := map[string]func(){}
	for _, some := range []map[string]func(){m.entering(), m.organizations(), m.memberships(), m.accounts(),
		m.roleGiving(), m.inviting(), m.merging(), m.domainsAndSSO(), m.grouping(), m.serving()} {
		maps.Copy(all, some)
	}
	all["time"], all["time 2"] = m.time, m.time
	all["company"] = m.company
	all["decisions"] = m.decisions
	return all
}

// time moves the clock, now and then to the moment at which something ends.
func (m *machine) time() {
	var ends []tenancy.Instant
	for _, id := range keysOf(m.model.Invitations) {
		ends = append(ends, m.model.Invitations[id].Expires)
	}
	for _, g := range m.model.Grants {
		ends = append(ends, g.Until)
	}
	for _, id := range keysOf(m.model.Domains) {
		ends = append(ends, m.model.Domains[id].Lapses, m.model.Domains[id].Found+domainLive)
	}
	slices.Sort(ends)
	now := instant(m.clock.Now())
	ends = slices.DeleteFunc(ends, func(end tenancy.Instant) bool { return end <= now })
	if len(ends) > 0 && m.oneIn("to an end?", 3) {
		m.clock.Set(ends[0].Time())
	} else {
		m.clock.Advance(choose(m, "time", time.Minute, time.Minute, time.Hour+time.Second, 25*time.Hour,
			3*24*time.Hour, 8*24*time.Hour, 31*24*time.Hour))
	}
	m.model.Now = instant(m.clock.Now())
	if m.oneIn("purge?", 2) {
		m.purge(Actor{System: true})
	}
	if m.oneIn("recheck?", 2) {
		m.recheck(Actor{System: true})
	}
}

func (m *machine) purge(by Actor) {
	do(m, "Purge", by,
		func(s *side) (tenancy.Purged, error) { return s.platform(by).Purge(m.ctx) },
		func(tenancy.Purged) Answer { return m.model.Purge(by) },
		func(p tenancy.Purged) any { // temporary roles that have ended are as if not there
			p.Operations, p.Grants = 0, 0
			return p
		})
}

func (m *machine) recheck(by Actor) {
	do(m, "RecheckDomains", by,
		func(s *side) (tenancy.Rechecked, error) { return s.platform(by).RecheckDomains(m.ctx) },
		func(tenancy.Rechecked) Answer { return m.model.RecheckDomains(by) },
		func(r tenancy.Rechecked) any { return r })
}

// company founds an organization that has much of what rules are about: a live domain,
// entitlements, members, and accounts.
func (m *machine) company() {
	system, operator := Actor{System: true}, Actor{Operator: "staff"}
	domain := choose(m, "company's domain", domains...)
	signed, ok := m.signUp(system, tenancy.NewSignUp{Name: "Boss"}, m.newcomer("elsewhere.net"), sent{})
	if !ok || signed.Result != tenancy.SignUpFounded {
		return
	}
	boss, org := Actor{User: signed.User.ID}, signed.Organization.ID
	m.verifyPhone(system, signed.Account.ID, "+15005550006")
	if d, ok := m.addDomain(boss, org, domain); ok && !m.oneIn("unproven?", 4) {
		m.zone.published[d.ID] = true
		m.verifyDomain(boss, d.ID)
		m.setSignUpPolicy(boss, org, tenancy.SignUpPolicyChange{Policy: tenancy.PolicyAutomatic})
	}
	m.setImport(operator, org, tenancy.ImportEntitlement{On: true, Reference: "t-1"})
	if m.oneIn("entitled?", 2) {
		m.setHIPAA(operator, org, tenancy.HIPAAEntitlement{On: true, Reference: "b-1", Executed: executed})
	}
	for range m.between("hired", 0, 3) {
		role := choose(m, "hired as", tenancy.StandardUser, tenancy.Administrator, "people", "keeper", "auditor")
		m.hire(boss, org, m.newcomer(choose(m, "hired at", domain, "elsewhere.net")), role)
	}
	if a, ok := m.createAccount(boss, org, tenancy.NewAccount{Name: "Main"}); ok {
		m.createSubaccount(boss, a.ID, "Sub")
	}
}

var executed = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// newcomer returns an address that nobody has, if there is one left.
func (m *machine) newcomer(domain string) string {
	first := m.between("newcomer", 0, len(names)-1)
	for i := range names {
		address := names[(first+i)%len(names)] + "@" + domain
		if _, taken := m.model.userAt(address); !taken {
			return address
		}
	}
	return "new" + choose(m, "newer", "a", "b", "c", "d", "e", "f", "g", "h") + "@" + domain
}

// hire invites somebody and lets them sign up with the invitation.
func (m *machine) hire(by Actor, org tenancy.OrganizationID, address string, role tenancy.OrganizationRole) {
	if i, ok := m.inviteUser(by, org, tenancy.NewInvitation{Email: address, Role: role}); ok {
		m.signUp(Actor{System: true}, tenancy.NewSignUp{Name: "New", Secret: i.secret}, address, i)
	}
}

// decisions compares what Can says of every user, account and permission, and what
// CanInOrganization says of every organization (GEN-7), as System is answered.
func (m *machine) decisions() {
	m.model.Now = instant(m.clock.Now())
	users, accounts := keysOf(m.model.Users), keysOf(m.model.Accounts)
	s := choose(m, "decided by", m.sides...)
	system := s.dir.System()
	for _, user := range users {
		for _, account := range accounts {
			all, err := system.Permissions(m.ctx, user, account)
			if err != nil {
				m.fail("Permissions: %v", err)
			}
			for right, got := range all {
				if want := m.model.Can(user, right, account); !want.same(got) {
					m.fail("%s of %v on %v is\n  %+v, and in the model\n  %+v", right, user, account, got, want)
				}
			}
		}
		for _, org := range keysOf(m.model.Organizations) {
			all, err := system.OrganizationPermissions(m.ctx, user, org)
			if err != nil {
				m.fail("OrganizationPermissions: %v", err)
			}
			for right, got := range all {
				if want := m.model.CanInOrganization(user, right, org); !want.same(got) {
					m.fail("%s of %v in %v is\n  %+v, and in the model\n  %+v", right, user, org, got, want)
				}
			}
		}
		got, err := system.SignInRequirement(m.ctx, user)
		if want := m.model.Requirement(user); m.model.exists(user) && (err != nil || got != want) {
			m.fail("the sign-in of %v is %+v (%v), and in the model %+v", user, got, err, want)
		}
	}
	for _, op := range []string{"Can", "Permissions", "CanInOrganization", "OrganizationPermissions",
		"SignInRequirement"} {
		m.reached.note(op, "")
	}
}

// same reports whether a decision is one that the model allows.
func (c Can) same(d tenancy.Decision) bool {
	role := d.Role == "" && c.Roles == nil || slices.Contains(c.Roles, d.Role)
	until := c.Until == 0 && d.Until.IsZero() || c.Until != 0 && instant(d.Until) == c.Until
	return c.Allowed == d.Allowed && c.Why == d.Why && role && c.Account == d.Account && c.Group == d.Group &&
		c.Rank == d.OrganizationRole && until
}
