package storetest

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
)

// set populates a directory before the random steps, or leaves it empty: two companies
// whose people have addresses on one domain, which one of them has verified, so that
// merging, importing, policies and single sign-on are within reach.
func (m *machine) set(rt *rapid.T) {
	if m.between(rt, "empty?", 0, 5) == 0 {
		return
	}
	host, staff := m.dir.System(), m.dir.Operator("staff")
	found := func(name, address string) tenancy.SignedUp {
		signed, err := host.SignUp(m.ctx, tenancy.NewSignUp{Email: tenancy.Proven(address), Name: name})
		must(rt, err)
		m.users = append(m.users, signed.User.ID)
		m.orgs = append(m.orgs, signed.Organization.ID)
		m.accounts = append(m.accounts, signed.Account.ID)
		return signed
	}
	join := func(founder tenancy.SignedUp, name, address string, role tenancy.OrganizationRole) {
		sent, err := m.dir.As(founder.User.ID).InviteUser(m.ctx, founder.Organization.ID,
			tenancy.NewInvitation{Email: address, Role: role})
		must(rt, err)
		signed, err := host.SignUp(m.ctx, tenancy.NewSignUp{Email: tenancy.Proven(address), Name: name,
			Secret: sent.Secret})
		must(rt, err)
		m.users = append(m.users, signed.User.ID)
	}
	ana, dee := found("Ana", "ana@acme.com"), found("Dee", "dee@acme.com")
	join(ana, "Ben", "ben@acme.com", tenancy.Administrator)
	join(ana, "Cy", "cy@beta.org", tenancy.StandardUser)
	if m.coin(rt, "dee is not alone") {
		join(dee, "Eve", choose(m, rt, "eve", []string{"eve@acme.com", "eve@beta.org"}), tenancy.StandardUser)
	}
	if m.coin(rt, "ana has two") {
		_, err := host.VerifyPhone(m.ctx, ana.Account.ID, "+15005550006")
		must(rt, err)
		second, err := m.dir.As(ana.User.ID).CreateOrganization(m.ctx,
			tenancy.NewOrganization{Name: "Second", AllStay: m.coin(rt, "all stay")})
		must(rt, err)
		m.orgs = append(m.orgs, second.ID)
	}
	m.proven(rt, ana, "acme.com")
	if m.between(rt, "dee has a domain", 0, 3) == 0 {
		m.proven(rt, dee, "beta.org")
	}
	must(rt, errOf(staff.SetImportEntitlement(m.ctx, ana.Organization.ID,
		tenancy.ImportEntitlement{On: true, Reference: "t-1"})))
	if m.coin(rt, "entitled") {
		must(rt, errOf(staff.SetHIPAAEntitlement(m.ctx, choose(m, rt, "which", m.orgs),
			tenancy.HIPAAEntitlement{On: true, Reference: "baa-1",
				Executed: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)})))
	}
	m.clock.Advance(25 * time.Hour)
	owner := m.dir.As(ana.User.ID)
	if m.between(rt, "policy", 0, 2) == 0 {
		must(rt, errOf(owner.SetSignUpPolicy(m.ctx, ana.Organization.ID,
			tenancy.SignUpPolicyChange{Policy: choose(m, rt, "which",
				[]tenancy.SignUpPolicy{tenancy.PolicyClosed, tenancy.PolicyAutomatic})})))
	}
	if m.between(rt, "single sign-on", 0, 2) == 0 {
		connection, err := owner.AddConnection(m.ctx, ana.Organization.ID, "Provider")
		must(rt, err)
		m.connections = append(m.connections, connection.ID)
		_, err = host.MarkConnectionTested(m.ctx, connection.ID)
		must(rt, err)
		_, err = owner.EnforceSSO(m.ctx, m.domains[0].ID, connection.ID)
		must(rt, err)
	}
	if m.between(rt, "limits", 0, 2) == 0 {
		must(rt, errOf(staff.SetLimits(m.ctx, ana.Organization.ID,
			&tenancy.Limits{Members: m.between(rt, "members", 0, 4), Accounts: m.between(rt, "accounts", 0, 2),
				TrialSubaccounts: 1})))
	}
	if m.coin(rt, "designated") {
		must(rt, errOf(staff.SetHIPAAEntitlement(m.ctx, dee.Organization.ID,
			tenancy.HIPAAEntitlement{On: true, Reference: "baa-2",
				Executed: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)})))
		_, err := m.dir.As(dee.User.ID).EnableHIPAA(m.ctx, dee.Account.ID)
		must(rt, err)
	}
	if m.coin(rt, "a directory") {
		must(rt, m.addDirectory(owner, ana.Organization.ID, "Okta"))
	}
	slices.Reverse(m.users)
}

// proven claims a domain and proves it.
func (m *machine) proven(rt *rapid.T, of tenancy.SignedUp, name string) {
	s := m.dir.As(of.User.ID)
	d, err := s.AddDomain(m.ctx, of.Organization.ID, name)
	must(rt, err)
	m.domains = append(m.domains, d)
	m.dns.Publish(d.RecordName, d.RecordValue)
	_, err = s.VerifyDomain(m.ctx, d.ID)
	must(rt, err)
}

func must(rt *rapid.T, err error) {
	if err != nil {
		rt.Fatalf("setting: %v", err)
	}
}
