package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/add4b1c6/tenancy"
)

// operator is the member of the host's staff who acts in the history.
const operator tenancy.OperatorID = "ops-17"

// story is the history of the organizations, as it is told.
type story struct {
	*demo
	ctx   context.Context
	rosa  *tenancy.Session
	org   tenancy.OrganizationID
	users map[string]tenancy.UserID // by what is before the @ of their address
}

// failure is what ends a story.
type failure struct{ err error }

// must is a value of the story, which goes on only without an error.
func must[T any](value T, err error) T {
	done(err)
	return value
}

func done(err error) {
	if err != nil {
		panic(failure{err})
	}
}

// seed makes the organizations, over the fourteen months before now.
func (d *demo) seed(ctx context.Context, big int) (err error) {
	defer d.clock.set(0)
	defer func() {
		if told := recover(); told != nil {
			ended, is := told.(failure)
			if !is {
				panic(told)
			}
			err = ended.err
		}
	}()
	s := &story{demo: d, ctx: ctx, users: map[string]tenancy.UserID{}}
	s.founding()
	s.peopleJoin()
	s.crowd(big)
	accounts := s.accounts()
	s.groups(accounts)
	s.serviceAccounts(accounts)
	s.hipaa(accounts)
	s.directory()
	s.labs()
	s.others(accounts)
	s.lately(accounts)
	return nil
}

// at is an address of the company.
func at(name string) string { return name + "@northwind.example" }

// found signs somebody up who founds an organization.
func (s *story) found(email, name, org, account string) tenancy.SignedUp {
	return must(s.host.SignUp(s.ctx, tenancy.NewSignUp{Email: tenancy.Proven(email), Name: name, Organization: org, Account: account}))
}

// founding is the company's first day, and people who signed up on their own before its
// domain was verified, so that it can import them.
func (s *story) founding() {
	s.clock.set(430)
	for _, name := range []string{"Kofi Mensah", "Ingrid Solheim", "Pavel Dvořák"} {
		first, _, _ := strings.Cut(strings.ToLower(name), " ")
		s.found(at(first), name, name, "Trial")
	}
	s.clock.set(425)
	rosa := s.found(owner, "Rosa Vega", "Northwind Traders", "Production")
	s.rosa, s.org = s.dir.As(rosa.User.ID), rosa.Organization.ID
	s.users["rosa"], s.users["production"] = rosa.User.ID, tenancy.UserID(rosa.Account.ID)
	must(s.host.VerifyPhone(s.ctx, rosa.Account.ID, "+15550100100"))
	s.verify("northwind.example")
	must(s.rosa.SetSignUpPolicy(s.ctx, s.org, tenancy.SignUpPolicyChange{Policy: tenancy.PolicyAutomatic}))
}

// verify adds a domain of the company, publishes its record and verifies it.
func (s *story) verify(name string) tenancy.Domain {
	domain := must(s.rosa.AddDomain(s.ctx, s.org, name))
	s.dns.publish(domain.RecordName, domain.RecordValue)
	return must(s.rosa.VerifyDomain(s.ctx, domain.ID))
}

// peopleJoin lets the company's people sign up. Their domain makes them members.
func (s *story) peopleJoin() {
	s.clock.set(420)
	s.recheck()
	for _, w := range workers {
		joined := must(s.host.SignUp(s.ctx, tenancy.NewSignUp{Email: tenancy.Proven(at(w.email)), Name: w.name}))
		s.users[w.email] = joined.User.ID
		if w.role != tenancy.StandardUser {
			must(s.rosa.SetOrganizationRole(s.ctx, s.org, joined.User.ID, w.role))
		}
	}
	s.clock.set(200)
	must(s.rosa.DeactivateUser(s.ctx, s.users["viktor.hansson"]))
	must(s.as("tomas.oliveira").DeactivateUser(s.ctx, s.users["xavier.moreau"]))
	done(s.rosa.RemoveUser(s.ctx, s.org, s.users["willem.devries"], tenancy.Removal{}))
	delete(s.users, "willem.devries")
}

// together is how many people of the crowd join in one transaction.
const together = 500

// crowd lets many more people sign up.
func (s *story) crowd(n int) {
	s.clock.set(180)
	s.recheck()
	for first := 0; first < n; first += together {
		done(s.host.Atomically(s.ctx, func(ctx context.Context, host *tenancy.Platform) error {
			for i := first; i < min(first+together, n); i++ {
				w := workers[i%len(workers)]
				if _, err := host.SignUp(ctx, tenancy.NewSignUp{
					Email: tenancy.Proven(at(fmt.Sprintf("%s.%d", w.email, i+1))), Name: fmt.Sprintf("%s %d", w.name, i+1),
				}); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

func (s *story) as(name string) *tenancy.Session { return s.dir.As(s.users[name]) }

// recheck is what a product does daily: it keeps the domains live, and purges.
func (s *story) recheck() { done(s.daily(s.ctx)) }

// accounts makes the company's accounts, and returns them by their names.
func (s *story) accounts() map[string]tenancy.AccountID {
	s.clock.set(170)
	found := map[string]tenancy.AccountID{"Production": tenancy.AccountID(s.users["production"])}
	for _, a := range []struct{ name, owner string }{
		{"Staging", "jonas.lindqvist"}, {"Patient records", "amara.okafor"}, {"Marketing site", "zoe.vandenberghe"},
		{"Data warehouse", "priya.raman"}, {"Legacy billing", "rosa"}, {"Old sandbox", "rosa"}, {"חשבון תל אביב", "noa.levi"},
		{"An account with a name that somebody chose to be very long", "luca.bianchi"},
	} {
		found[a.name] = must(s.rosa.CreateAccount(s.ctx, s.org, tenancy.NewAccount{Name: a.name, Owner: s.users[a.owner]})).ID
	}
	for _, sub := range []struct{ of, name string }{
		{"Production", "Europe"}, {"Production", "Americas"}, {"Production", "Asia"},
		{"Patient records", "Clinic North"}, {"Patient records", "Clinic South"}, {"Data warehouse", "Experiments"},
	} {
		found[sub.name] = must(s.rosa.CreateSubaccount(s.ctx, found[sub.of], tenancy.NewSubaccount{Name: sub.name})).ID
	}
	must(s.host.UpgradeAccount(s.ctx, found["Production"]))
	assign := func(account, user string, roles ...tenancy.AccountRole) {
		must(s.rosa.AssignRoles(s.ctx, found[account], s.users[user], tenancy.Assignment{Roles: tenancy.Roles(roles...)}))
	}
	assign("Production", "mei-ling.chen", tenancy.Developer)
	assign("Production", "jonas.lindqvist", tenancy.AccountAdministrator)
	assign("Production", "charlotte.dubois", tenancy.Developer, tenancy.BillingManager)
	assign("Marketing site", "mei-ling.chen", tenancy.AccountAdministrator)
	assign("Marketing site", "omar.haddad", tenancy.Support)
	assign("Data warehouse", "bobby", tenancy.Developer, tenancy.Support)
	must(s.rosa.CloseAccount(s.ctx, found["Old sandbox"]))
	must(s.rosa.SuspendAccount(s.ctx, found["Legacy billing"]))
	return found
}

// groups makes groups with roles on accounts.
func (s *story) groups(accounts map[string]tenancy.AccountID) {
	s.clock.set(150)
	for _, g := range []struct {
		name    string
		members []string
		account string
		role    tenancy.AccountRole
	}{
		{"Developers", []string{"mei-ling.chen", "luca.bianchi", "jun.park", "nikhil.desai", "yuki.tanaka", "omar.haddad"}, "Staging", tenancy.Developer},
		{"Finance", []string{"charlotte.dubois", "paola.ferrari"}, "Production", tenancy.BillingManager},
		{"On call", []string{"jonas.lindqvist", "priya.raman", "wolfeschlegelsteinhausenbergerdorff"}, "Production", tenancy.Support},
		{"Newcomers", nil, "", ""},
	} {
		group := must(s.rosa.CreateGroup(s.ctx, s.org, tenancy.NewGroup{Name: g.name}))
		var members []tenancy.UserID
		for _, name := range g.members {
			members = append(members, s.users[name])
		}
		if members != nil {
			must(s.rosa.AddToGroup(s.ctx, group.ID, members))
			must(s.rosa.AssignGroupRoles(s.ctx, group.ID, accounts[g.account], tenancy.Roles(g.role)))
		}
	}
}

// serviceAccounts makes programs that act, with their keys.
func (s *story) serviceAccounts(accounts map[string]tenancy.AccountID) {
	s.clock.set(120)
	deploy := must(s.rosa.CreateServiceAccount(s.ctx, s.org, tenancy.NewServiceAccount{Name: "Deployment"}))
	must(s.rosa.AssignRoles(s.ctx, accounts["Production"], deploy.ID, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)}))
	old := must(s.rosa.CreateKey(s.ctx, deploy.ID, tenancy.NewKey{Name: "First runner"}))
	must(s.rosa.CreateKey(s.ctx, deploy.ID, tenancy.NewKey{Name: "Trial", Expires: time.Now().AddDate(0, 0, -60)}))
	must(s.rosa.CreateKey(s.ctx, deploy.ID, tenancy.NewKey{Name: "Runner", Expires: time.Now().AddDate(0, 0, 20)}))
	done(s.rosa.RevokeKey(s.ctx, old.ID))
	export := must(s.rosa.CreateServiceAccount(s.ctx, s.org, tenancy.NewServiceAccount{Name: "Nightly export", Role: tenancy.Administrator}))
	must(s.rosa.CreateKey(s.ctx, export.ID, tenancy.NewKey{Name: "Warehouse"}))
}

// hipaa designates an account. Its subaccounts were made before that, so they are gaps.
func (s *story) hipaa(accounts map[string]tenancy.AccountID) {
	s.clock.set(100)
	staff := s.dir.Operator(operator)
	must(staff.SetHIPAAEntitlement(s.ctx, s.org, tenancy.HIPAAEntitlement{On: true, Reference: "baa-2041", Executed: time.Now().AddDate(0, 0, -101)}))
	must(s.rosa.EnableHIPAA(s.ctx, accounts["Patient records"]))
	must(s.rosa.EnableHIPAA(s.ctx, accounts["Clinic North"]))
	must(staff.SetImportEntitlement(s.ctx, s.org, tenancy.ImportEntitlement{On: true, Reference: "ticket-5521"}))
	must(staff.SetLimits(s.ctx, s.org, &tenancy.Limits{Domains: 20, Accounts: 50, ServiceAccounts: 10}))
}

// directory lets the company's identity provider keep people, and enforces its single
// sign-on.
func (s *story) directory() {
	s.clock.set(60)
	s.recheck()
	added := must(s.rosa.AddDirectory(s.ctx, s.org, "Okta"))
	okta := s.dir.AsDirectory(added.Secret)
	var engineers []tenancy.ProvisionedID
	for i, name := range []string{"jun.park", "yuki.tanaka", "nadia.rahman", "rahul.mehta", "asta.lund", "bo.karlsson"} {
		given, family, _ := strings.Cut(name, ".")
		kept := must(okta.Provision(s.ctx, tenancy.NewProvisioned{
			UserName: at(name), ExternalID: fmt.Sprintf("00u%d", i),
			Names: tenancy.ProvisionedNames{Given: strings.ToUpper(given[:1]) + given[1:], Family: strings.ToUpper(family[:1]) + family[1:]},
		}))
		engineers = append(engineers, kept.ID)
	}
	must(okta.Provision(s.ctx, tenancy.NewProvisioned{UserName: at("kofi")}))
	must(okta.Provision(s.ctx, tenancy.NewProvisioned{UserName: at("rania.mansour"), Active: new(false)}))
	must(okta.CreateProvisionedGroup(s.ctx, tenancy.NewProvisionedGroup{Name: "Okta engineers", Members: engineers}))
	must(s.rosa.AddDirectory(s.ctx, s.org, "Entra, on trial"))

	connection := must(s.rosa.AddConnection(s.ctx, s.org, "Okta"))
	must(s.host.MarkConnectionTested(s.ctx, connection.ID))
	must(s.rosa.AddConnection(s.ctx, s.org, "Entra, on trial"))
	for domain, err := range s.rosa.Domains(s.ctx, s.org, tenancy.DomainQuery{}) {
		done(err)
		must(s.rosa.EnforceSSO(s.ctx, domain.ID, connection.ID))
		break
	}
	must(s.rosa.SetSSOExemption(s.ctx, s.org, s.users["tomas.oliveira"], tenancy.SSOExempt))
}

// labs is a second organization of the Owner's, which can be merged into the first.
func (s *story) labs() {
	s.clock.set(50)
	labs := must(s.rosa.CreateOrganization(s.ctx, tenancy.NewOrganization{Name: "Northwind Labs", AllStay: true}))
	must(s.rosa.CreateAccount(s.ctx, labs.ID, tenancy.NewAccount{Name: "Prototype"}))
	for _, who := range []struct{ email, name string }{{"lab1@labs.example", "Adaeze Obi"}, {"lab2@labs.example", "Björn Dahl"}, {"lab3@labs.example", "Carmen Ruiz"}} {
		sent := must(s.rosa.InviteUser(s.ctx, labs.ID, tenancy.NewInvitation{Email: who.email}))
		must(s.host.SignUp(s.ctx, tenancy.NewSignUp{Email: tenancy.Proven(who.email), Name: who.name, Secret: sent.Secret}))
	}
	must(s.rosa.CreateGroup(s.ctx, labs.ID, tenancy.NewGroup{Name: "Developers"}))
}

// others are the people outside the company.
func (s *story) others(accounts map[string]tenancy.AccountID) {
	s.clock.set(40)
	eve := s.found("eve@elsewhere.example", "Eve Sommer", "Elsewhere", "Main")
	sent := must(s.rosa.InviteToAccount(s.ctx, accounts["Production"],
		tenancy.NewAccountInvitation{Email: "sam@agency.example", Roles: tenancy.Roles(tenancy.Support)}))
	must(s.host.SignUp(s.ctx, tenancy.NewSignUp{Email: tenancy.Proven("sam@agency.example"), Name: "Sam Okoye", Secret: sent.Secret}))
	s.clock.set(2)
	ines := s.found("ines@duarte.example", "Ines Duarte", "Duarte Consulting", "Clients")
	must(s.rosa.AddAccount(s.ctx, s.org, eve.Account.ID))
	must(s.dir.As(eve.User.ID).AddAccount(s.ctx, eve.Organization.ID, ines.Account.ID))
}

// lately is the last days: what is pending, and what lapses.
func (s *story) lately(accounts map[string]tenancy.AccountID) {
	s.clock.set(20)
	s.invite("never.answered@partner.example", tenancy.StandardUser) // it has expired
	lapsing := s.verify("nordwind.example")
	s.clock.set(5)
	s.dns.publish(lapsing.RecordName, "")
	s.recheck()
	must(s.rosa.AddDomain(s.ctx, s.org, "northwind-shop.example"))
	s.verify("northwind-labs.example")
	must(s.rosa.SetSignUpPolicy(s.ctx, s.org, tenancy.SignUpPolicyChange{Policy: tenancy.PolicyInvitationOnly}))
	s.clock.set(2)
	for i := range 9 {
		s.invite(fmt.Sprintf("candidate%d@partner.example", i+1), tenancy.StandardUser)
	}
	s.invite("ines@duarte.example", tenancy.StandardUser)
	s.invite("sam@agency.example", tenancy.Administrator)
	for _, name := range []string{"temp.worker", "new.joiner"} {
		must(s.host.RequestInvitation(s.ctx, tenancy.Proven(at(name))))
	}
	s.clock.set(1)
	s.recheck()
	until := time.Now().AddDate(0, 0, 10)
	must(s.rosa.AssignRoles(s.ctx, accounts["Production"], s.users["priya.raman"],
		tenancy.Assignment{Roles: tenancy.Roles(tenancy.AccountAdministrator), Until: &until}))
	month := 30 * 24 * time.Hour
	must(s.rosa.InviteToAccount(s.ctx, accounts["Data warehouse"],
		tenancy.NewAccountInvitation{Email: "auditor@audit.example", Roles: tenancy.Roles(tenancy.Support), For: &month}))
}

func (s *story) invite(email string, role tenancy.OrganizationRole) {
	sent := must(s.rosa.InviteUser(s.ctx, s.org, tenancy.NewInvitation{Email: email, Role: role}))
	done(s.mails.send(s.ctx, sent))
}
