package tenancy_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// way is one of the three ways in which organizations merge.
type way string

const (
	invited  way = "by invitation"
	imported way = "by import"
	together way = "by the Owner of both"
)

var ways = []way{invited, imported, together}

// merging is a Prime with a live domain, and a Candidate. The Candidate's Owner and some
// of its members have an address on the domain.
type merging struct {
	*scene
	way       way
	ana       tenancy.SignedUp // Owner of the Prime
	admin     tenancy.UserID   // its Administrator
	prime     tenancy.OrganizationID
	domain    tenancy.DomainID // corp.example, the Prime's
	ben       tenancy.SignedUp // Owner of the Candidate; merged together it is ana
	candidate tenancy.OrganizationID
	main      tenancy.AccountID // ben's in the Candidate
	sub       tenancy.AccountID
	adam      tenancy.UserID // Administrator of the Candidate, off the domain
	mia       tenancy.UserID // Standard User of the Candidate, on the domain
	work      tenancy.AccountID
	lone      tenancy.OrganizationID // of ben's too, without another member, if there is one
	gus       tenancy.UserID         // in no organization, Developer on main
	role      tenancy.OrganizationRole
	sent      tenancy.SentInvitation
}

func newMerging(t *testing.T, w way) *merging {
	t.Helper()
	m := &merging{way: w}
	m.scene = newScene(t)
	m.ana = m.foundAt("Ana", "ana@corp.example")
	m.prime = m.ana.Organization.ID
	m.admin = m.join(m.ana, "prima", tenancy.Administrator)
	if w == together {
		m.candidate = m.another(m.ana, "Candidate")
		m.ben = tenancy.SignedUp{User: m.ana.User, Organization: &tenancy.Organization{ID: m.candidate}}
		m.main = m.account(m.ana.User.ID, m.candidate, "Main")
	} else {
		m.ben = m.foundAt("Ben", "ben@corp.example")
		m.candidate, m.main = m.ben.Organization.ID, m.ben.Account.ID
	}
	m.sub = m.subaccount(m.ben.User.ID, m.main, "Branch")
	m.adam = m.join(m.ben, "adam", tenancy.Administrator)
	m.mia = m.joinAt(m.ben.User.ID, m.candidate, "mia@corp.example")
	m.work = m.account(m.mia, m.candidate, "Work")
	sent, err := m.as(m.ben.User.ID).InviteToAccount(m.ctx(), m.main,
		tenancy.NewAccountInvitation{Email: "gus@gus.example.com", Roles: tenancy.Roles(tenancy.Developer)})
	require.NoError(t, err)
	gus, err := m.host.SignUp(m.ctx(), tenancy.NewSignUp{Email: tenancy.Proven("gus@gus.example.com"),
		Name: "Gus", Secret: sent.Secret})
	require.NoError(t, err)
	m.gus = gus.User.ID
	m.domain = m.prove(m.ana.User.ID, m.prime, "corp.example")
	require.NoError(t, errOf(m.staff.SetImportEntitlement(m.ctx(), m.prime,
		tenancy.ImportEntitlement{On: true, Reference: "ticket-1"})))
	return m
}

func (s *scene) foundAt(name, email string) tenancy.SignedUp {
	s.Helper()
	return s.set.FoundAt(name, email)
}

// joinAt invites an address to an organization as Standard User, and signs up a person
// with the secret.
func (s *scene) joinAt(by tenancy.UserID, org tenancy.OrganizationID, email string) tenancy.UserID {
	s.Helper()
	return s.set.Join(by, org, email, email, tenancy.StandardUser)
}

// invite has the Prime invite the Candidate's Owner.
func (m *merging) invite() {
	m.Helper()
	var err error
	m.sent, err = m.as(m.ana.User.ID).InviteUser(m.ctx(), m.prime,
		tenancy.NewInvitation{Email: m.benEmail(), Role: m.role})
	require.NoError(m, err)
}

func (m *merging) benEmail() string {
	m.Helper()
	user, _, err := m.host.User(m.ctx(), m.ben.User.ID)
	require.NoError(m, err)
	return user.Email.Reveal()
}

// asks returns the input of PreviewMerge for this way of merging.
func (m *merging) asks() tenancy.MergeCandidate {
	if m.way == together {
		return tenancy.MergeCandidate{Organization: m.candidate}
	}
	return tenancy.MergeCandidate{Owner: m.ben.User.ID}
}

func (m *merging) preview() tenancy.MergePlan {
	m.Helper()
	plan, err := m.host.PreviewMerge(m.ctx(), m.prime, m.asks())
	require.NoError(m, err)
	return plan
}

// merge merges in this way. An invitation that is to be accepted was sent before.
func (m *merging) merge() error {
	m.Helper()
	switch m.way {
	case together:
		_, err := m.as(m.ana.User.ID).MergeOrganizations(m.ctx(), m.prime, m.candidate)
		return err
	case imported:
		results, err := m.as(m.admin).ImportUsers(m.ctx(), m.prime,
			tenancy.UserImport{Emails: []string{m.benEmail()}})
		if err != nil {
			return err
		}
		return results[0].Err
	}
	_, err := m.accept()
	return err
}

// accept accepts the invitation and agrees to the Terms that it shows.
func (m *merging) accept() (tenancy.AcceptedInvitation, error) {
	m.Helper()
	ben := m.as(m.ben.User.ID)
	offer, err := ben.Invitation(m.ctx(), m.sent.Secret)
	require.NoError(m, err)
	var agreed tenancy.TermsToken
	if offer.Terms != nil {
		agreed = offer.Terms.Token
	}
	return ben.AcceptInvitation(m.ctx(), tenancy.Acceptance{Secret: m.sent.Secret, Terms: agreed})
}

// ready sends the invitation, if the merge needs one.
func (m *merging) ready() *merging {
	if m.way == invited {
		m.invite()
	}
	return m
}

// limit sets limits of the Prime's own.
func (m *merging) limit(limits tenancy.Limits) {
	m.Helper()
	require.NoError(m, errOf(m.staff.SetLimits(m.ctx(), m.prime, &limits)))
}

func (m *merging) occupied() (members, accounts int) {
	for range m.host.Users(m.ctx(), m.prime, tenancy.UserQuery{Kind: tenancy.KindManaged}) {
		members++
	}
	for a := range m.host.Accounts(m.ctx(), m.prime, tenancy.AccountQuery{Kind: tenancy.KindManaged}) {
		if a.Account.Parent.IsZero() && a.Account.State != tenancy.StateClosed {
			accounts++
		}
	}
	return members, accounts
}

// secondCandidate gives the Candidate's Owner another organization, with a member.
func (m *merging) secondCandidate() tenancy.OrganizationID {
	m.Helper()
	m.phone(m.main)
	made, err := m.as(m.ben.User.ID).CreateOrganization(m.ctx(),
		tenancy.NewOrganization{Name: "Second", AllStay: true})
	require.NoError(m, err)
	m.joinAt(m.ben.User.ID, made.ID, "sue@second.example")
	m.account(m.ben.User.ID, made.ID, "Second's")
	return made.ID
}

// offDomain gives the Candidate's Owner an address on another domain.
func (m *merging) offDomain() {
	m.Helper()
	_, err := m.host.ChangeEmail(m.ctx(), m.ben.User.ID, tenancy.Proven("ben@else.example"))
	require.NoError(m, err)
}

// recheck takes away the records of some domains, and rechecks all domains.
func (m *merging) recheck(gone ...string) {
	m.Helper()
	for _, domain := range gone {
		m.names.Publish("_tenancy." + domain)
	}
	_, err := m.host.RecheckDomains(m.ctx())
	require.NoError(m, err)
}

// grants returns all account roles there are.
func (s *scene) grants() map[tenancy.Entry]tenancy.Record {
	s.Helper()
	all := s.everything()
	maps.DeleteFunc(all, func(_ tenancy.Entry, r tenancy.Record) bool {
		_,
			is := r.(tenancy.GrantRecord)
		return !is
	})
	return all
}

func (s *scene) invitation(by tenancy.UserID, org tenancy.OrganizationID, email string) tenancy.InvitationID {
	s.Helper()
	sent, err := s.as(by).InviteUser(s.ctx(), org, tenancy.NewInvitation{Email: email})
	require.NoError(s, err)
	return sent.ID
}

// asking has an organization ask for an account.
func (s *scene) asking(by tenancy.UserID, org tenancy.OrganizationID, account tenancy.AccountID) tenancy.InvitationID {
	s.Helper()
	asked, err := s.as(by).AddAccount(s.ctx(), org, account)
	require.NoError(s, err)
	return asked.ID
}

// enforce requires single sign-on on a domain.
func (s *scene) enforce(by tenancy.UserID, org tenancy.OrganizationID, domain tenancy.DomainID) tenancy.ConnectionID {
	s.Helper()
	connection, err := s.as(by).AddConnection(s.ctx(), org, "Corp")
	require.NoError(s, err)
	_, err = s.host.MarkConnectionTested(s.ctx(), connection.ID)
	require.NoError(s, err)
	_, err = s.as(by).EnforceSSO(s.ctx(), domain, connection.ID)
	require.NoError(s, err)
	return connection.ID
}

func (s *scene) signsInThrough(user tenancy.UserID) tenancy.ConnectionID {
	s.Helper()
	requirement, err := s.host.SignInRequirement(s.ctx(), user)
	require.NoError(s, err)
	return requirement.Connection
}

// joinAtPrime signs up a Standard User of the Prime.
func (m *merging) joinAtPrime() tenancy.UserID {
	m.Helper()
	return m.join(m.ana, "paul", tenancy.StandardUser)
}
