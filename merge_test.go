package tenancy_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
)

// way is one of the three ways in which organizations merge.
type way string

const (
	invited  way = "by invitation"
	imported way = "by import"
	together way = "by the Owner of both"
)

var ways = []way{invited, imported, together}

// merging is a Prime with a live domain, and a Candidate whose Owner and some of whose people have an address on it.
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
	sent, err := m.as(m.ben.User.ID).InviteToAccount(m.ctx(), m.main, tenancy.NewAccountInvitation{Email: "gus@gus.example.com", Roles: tenancy.Roles(tenancy.Developer)})
	require.NoError(t, err)
	gus, err := m.host.SignUp(m.ctx(), tenancy.NewSignUp{Email: tenancy.Proven("gus@gus.example.com"), Name: "Gus", Secret: sent.Secret})
	require.NoError(t, err)
	m.gus = gus.User.ID
	m.domain = m.prove(m.ana.User.ID, m.prime, "corp.example")
	require.NoError(t, errOf(m.staff.SetImportEntitlement(m.ctx(), m.prime, tenancy.ImportEntitlement{On: true, Reference: "ticket-1"})))
	return m
}

func (s *scene) foundAt(name, email string) tenancy.SignedUp {
	s.Helper()
	return s.set.FoundAt(name, email)
}

// joinAt invites somebody new at an address to an organization, as Standard User, and signs them up with the secret.
func (s *scene) joinAt(by tenancy.UserID, org tenancy.OrganizationID, email string) tenancy.UserID {
	s.Helper()
	return s.set.Join(by, org, email, email, tenancy.StandardUser)
}

// invite has the Prime invite the Candidate's Owner.
func (m *merging) invite() {
	m.Helper()
	var err error
	m.sent, err = m.as(m.ana.User.ID).InviteUser(m.ctx(), m.prime, tenancy.NewInvitation{Email: m.benEmail(), Role: m.role})
	require.NoError(m, err)
}

func (m *merging) benEmail() string {
	m.Helper()
	user, _, err := m.host.User(m.ctx(), m.ben.User.ID)
	require.NoError(m, err)
	return user.Email.Reveal()
}

// asks is what PreviewMerge is asked about in this way of merging.
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

// merge merges in this way; an invitation that is to be accepted was sent before.
func (m *merging) merge() error {
	m.Helper()
	switch m.way {
	case together:
		_, err := m.as(m.ana.User.ID).MergeOrganizations(m.ctx(), m.prime, m.candidate)
		return err
	case imported:
		results, err := m.as(m.admin).ImportUsers(m.ctx(), m.prime, tenancy.UserImport{Emails: []string{m.benEmail()}})
		if err != nil {
			return err
		}
		return results[0].Err
	}
	_, err := m.accept()
	return err
}

// accept accepts the invitation, agreeing to the Terms that it shows.
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

// ready prepares the last thing before a merge: the invitation.
func (m *merging) ready() *merging {
	if m.way == invited {
		m.invite()
	}
	return m
}

// limit gives the Prime limits of its own.
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
	made, err := m.as(m.ben.User.ID).CreateOrganization(m.ctx(), tenancy.NewOrganization{Name: "Second", AllStay: true})
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

// recheck finds the records of some domains gone.
func (m *merging) recheck(gone ...string) {
	m.Helper()
	for _, domain := range gone {
		m.names.Publish("_tenancy." + domain)
	}
	_, err := m.host.RecheckDomains(m.ctx())
	require.NoError(m, err)
}

// Every refusal of a merge, in each of the three ways. All of them change nothing, and the preview says the same.
func TestMergeRefused(t *testing.T) {
	const none tenancy.Code = ""
	for _, row := range []struct {
		name    string
		codes   [3]tenancy.Code // in the order of ways; none: there is no such case
		unmet   tenancy.Code    // what a preview says; none: there is no preview
		prepare func(m *merging)
	}{
		{"MRG-1 the Prime's domain is not live", [3]tenancy.Code{tenancy.CodeNoLiveDomain, tenancy.CodeNoLiveDomain, tenancy.CodeNoLiveDomain}, tenancy.CodeNoLiveDomain,
			func(m *merging) { m.clock.Advance(8 * 24 * time.Hour); m.ready() }},
		{"MRG-1 the Prime's domain is lapsing", [3]tenancy.Code{tenancy.CodeNoLiveDomain, tenancy.CodeNoLiveDomain, tenancy.CodeNoLiveDomain}, tenancy.CodeNoLiveDomain,
			func(m *merging) { m.ready().recheck("corp.example") }},
		{"MRG-1 the Prime has no domain any more", [3]tenancy.Code{tenancy.CodeNoLiveDomain, tenancy.CodeNoLiveDomain, tenancy.CodeNoLiveDomain}, tenancy.CodeNoLiveDomain,
			func(m *merging) {
				require.NoError(m, m.ready().as(m.ana.User.ID).RemoveDomain(m.ctx(), m.domain))
			}},
		{"MRG-1 the Candidate has a verified domain", [3]tenancy.Code{tenancy.CodeCandidateDomain, tenancy.CodeCandidateDomain, tenancy.CodeCandidateDomain}, tenancy.CodeCandidateDomain,
			func(m *merging) { m.ready().prove(m.ben.User.ID, m.candidate, "candidate.example") }},
		{"MRG-1 the Candidate has a lapsing domain", [3]tenancy.Code{tenancy.CodeCandidateDomain, tenancy.CodeCandidateDomain, tenancy.CodeCandidateDomain}, tenancy.CodeCandidateDomain,
			func(m *merging) {
				m.ready().prove(m.ben.User.ID, m.candidate, "candidate.example")
				m.recheck("candidate.example")
			}},
		{"MRG-1 the Candidate's Owner is off the Prime's domains", [3]tenancy.Code{tenancy.CodeOwnerOffDomain, tenancy.CodeNotEligible, tenancy.CodeOwnerOffDomain}, tenancy.CodeOwnerOffDomain,
			func(m *merging) { m.offDomain(); m.ready() }},
		{"MRG-1 the Candidate's Owner is on an unproven domain of the Prime's", [3]tenancy.Code{tenancy.CodeOwnerOffDomain, tenancy.CodeNotEligible, tenancy.CodeOwnerOffDomain}, tenancy.CodeOwnerOffDomain,
			func(m *merging) {
				m.offDomain()
				_, err := m.ready().as(m.ana.User.ID).AddDomain(m.ctx(), m.prime, "else.example")
				require.NoError(m, err)
			}},
		{"MRG-1 one of two Candidates has a verified domain: none merges", [3]tenancy.Code{tenancy.CodeCandidateDomain, tenancy.CodeCandidateDomain, none}, tenancy.CodeCandidateDomain,
			func(m *merging) {
				second := m.secondCandidate()
				m.ready().prove(m.ben.User.ID, second, "second.example")
			}},
		{"USR-1 a member's domain is closed", [3]tenancy.Code{tenancy.CodeMergeClosed, tenancy.CodeMergeClosed, tenancy.CodeMergeClosed}, tenancy.CodeMergeClosed,
			func(m *merging) {
				m.joinAt(m.ben.User.ID, m.candidate, "zoe@zed.example")
				closed := m.prove(m.ana.User.ID, m.prime, "zed.example")
				require.NoError(m, errOf(m.ready().as(m.ana.User.ID).SetSignUpPolicy(m.ctx(), m.prime, tenancy.SignUpPolicyChange{Domain: closed, Policy: tenancy.PolicyClosed})))
			}},
		{"USR-1 the organization's policy closes the domain", [3]tenancy.Code{tenancy.CodeSignUpClosed, tenancy.CodeSignUpClosed, tenancy.CodeMergeClosed}, tenancy.CodeMergeClosed,
			func(m *merging) {
				require.NoError(m, errOf(m.ready().as(m.ana.User.ID).SetSignUpPolicy(m.ctx(), m.prime, tenancy.SignUpPolicyChange{Policy: tenancy.PolicyClosed})))
			}},
		{"MRG-10 one member too many", [3]tenancy.Code{tenancy.CodeMemberLimit, tenancy.CodeMemberLimit, tenancy.CodeMemberLimit}, tenancy.CodeMemberLimit,
			func(m *merging) {
				members, _ := m.ready().occupied()
				more := 2
				if m.way == together {
					more = 1
				}
				m.limit(tenancy.Limits{Members: members + more})
			}},
		{"MRG-10 one account too many", [3]tenancy.Code{tenancy.CodeAccountLimit, tenancy.CodeAccountLimit, tenancy.CodeAccountLimit}, tenancy.CodeAccountLimit,
			func(m *merging) {
				_, accounts := m.ready().occupied()
				m.limit(tenancy.Limits{Accounts: accounts + 1})
			}},
		{"MRG-10 two Candidates are too many together: none merges", [3]tenancy.Code{tenancy.CodeAccountLimit, tenancy.CodeAccountLimit, none}, tenancy.CodeAccountLimit,
			func(m *merging) {
				m.secondCandidate()
				_, accounts := m.ready().occupied()
				m.limit(tenancy.Limits{Accounts: accounts + 2})
			}},
		{"USR-15 the Owner is inactive", [3]tenancy.Code{none, tenancy.CodeNotEligible, none}, none,
			func(m *merging) {
				_, err := m.staff.DeactivateUser(m.ctx(), m.ben.User.ID)
				require.NoError(m, err)
			}},
		{"MRG-3 the Prime is not entitled to import", [3]tenancy.Code{none, tenancy.CodeNotEntitled, none}, none,
			func(m *merging) {
				require.NoError(m, errOf(m.staff.SetImportEntitlement(m.ctx(), m.prime, tenancy.ImportEntitlement{})))
			}},
		{"MRG-2 the invitation was revoked", [3]tenancy.Code{tenancy.CodeSettled, none, none}, none,
			func(m *merging) {
				require.NoError(m, m.ready().as(m.ana.User.ID).RevokeInvitation(m.ctx(), m.sent.ID))
			}},
		{"MRG-2 the invitation has expired", [3]tenancy.Code{tenancy.CodeExpired, none, none}, none,
			func(m *merging) { m.ready().clock.Advance(7 * 24 * time.Hour) }},
		{"MRG-2 whoever invited could not any more", [3]tenancy.Code{tenancy.CodeInviter, none, none}, none,
			func(m *merging) {
				var err error
				m.sent, err = m.as(m.admin).InviteUser(m.ctx(), m.prime, tenancy.NewInvitation{Email: "ben@corp.example"})
				require.NoError(m, err)
				require.NoError(m, errOf(m.as(m.ana.User.ID).SetOrganizationRole(m.ctx(), m.prime, m.admin, tenancy.StandardUser)))
			}},
		{"ORG-13 the Candidate is merged already", [3]tenancy.Code{none, none, tenancy.CodeMerged}, none,
			func(m *merging) { require.NoError(m, m.merge()) }},
		{"MRG-14 an Administrator of the Prime is not its Owner", [3]tenancy.Code{none, none, tenancy.CodeNotAllowed}, none,
			func(m *merging) { m.ana.User.ID = m.admin }},
		{"MRG-14 to the Owner of the Candidate alone the Prime is not there", [3]tenancy.Code{none, none, tenancy.CodeNotFound}, none,
			func(m *merging) { m.ana = m.found("zoe"); m.candidate = m.ana.Organization.ID }},
		{"MRG-14 to the Owner of the Prime alone the Candidate is not there", [3]tenancy.Code{none, none, tenancy.CodeNotFound}, none,
			func(m *merging) { m.candidate = m.found("zoe").Organization.ID }},
		{"MRG-1 the two are the same", [3]tenancy.Code{none, none, tenancy.CodeSameOrganization}, none,
			func(m *merging) { m.candidate = m.prime }},
		{"MRG-14 the Candidate was deleted", [3]tenancy.Code{none, none, tenancy.CodeNotFound}, none,
			func(m *merging) {
				require.NoError(m, m.as(m.ana.User.ID).DeleteOrganization(m.ctx(), m.candidate, tenancy.OrganizationDeletion{AccountsTo: m.prime}))
			}},
	} {
		for i, w := range ways {
			if row.codes[i] == none {
				continue
			}
			t.Run(fmt.Sprint(row.name, ", ", w), func(t *testing.T) {
				m := newMerging(t, w)
				row.prepare(m)
				m.unchanged(func() {
					if row.unmet != none {
						var codes []tenancy.Code
						for _, u := range m.preview().Unmet {
							codes = append(codes, u.Code)
						}
						require.Contains(t, codes, row.unmet)
					}
					refused(t, m.merge(), row.codes[i])
				})
				m.sound()
			})
		}
	}
}

// grants gives all account roles there are.
func (s *scene) grants() map[tenancy.Entry]tenancy.Record {
	s.Helper()
	all := s.everything()
	maps.DeleteFunc(all, func(_ tenancy.Entry, r tenancy.Record) bool { _, is := r.(tenancy.GrantRecord); return !is })
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

// What a merge does, in each of the three ways. Every one leaves a sound directory, and did what its preview said.
func TestMerge(t *testing.T) {
	for _, row := range []struct {
		name string
		run  func(m *merging, merge func())
	}{
		{"MRG-2 MRG-3 MRG-14 the Candidate's Owner has the role that the way gives", func(m *merging, merge func()) {
			m.role = tenancy.Administrator
			m.ready()
			merge()
			want := map[way]tenancy.OrganizationRole{invited: tenancy.Administrator, imported: tenancy.StandardUser, together: tenancy.Owner}[m.way]
			require.Equal(m, map[tenancy.OrganizationID]tenancy.OrganizationRole{m.prime: want}, m.ranks(m.ben.User.ID))
			require.Equal(m, m.ana.User.ID, m.ownerOf(m.prime))
		}},
		{"MRG-2 an invited Owner is a pending user until they accept", func(m *merging, merge func()) {
			m.ready()
			if m.way == invited {
				require.Len(m, m.list(m.as(m.ana.User.ID), m.prime, tenancy.UserQuery{Kind: tenancy.KindPending}), 1)
			}
			merge()
			require.Empty(m, m.list(m.as(m.ana.User.ID), m.prime, tenancy.UserQuery{Kind: tenancy.KindPending}))
		}},
		{"MRG-4 every other member becomes Standard User, Administrators too", func(m *merging, merge func()) {
			m.ready()
			merge()
			for _, user := range []tenancy.UserID{m.adam, m.mia} {
				require.Equal(m, map[tenancy.OrganizationID]tenancy.OrganizationRole{m.prime: tenancy.StandardUser}, m.ranks(user))
			}
			require.Empty(m, m.ranks(m.gus))
		}},
		{"MRG-5 the accounts become the Prime's, subaccounts and closed ones too; the record remains", func(m *merging, merge func()) {
			closed := m.account(m.ben.User.ID, m.candidate, "Closed")
			_, err := m.as(m.ben.User.ID).CloseAccount(m.ctx(), closed)
			require.NoError(m, err)
			m.ready()
			merge()
			for _, account := range []tenancy.AccountID{m.main, m.sub, m.work, closed} {
				require.Equal(m, m.prime, m.accountRecord(account).Organization)
			}
			gone, err := m.host.Organization(m.ctx(), m.candidate)
			require.NoError(m, err)
			require.Equal(m, tenancy.StateMerged, gone.State)
			require.Equal(m, m.prime, gone.MergedInto)
			require.Equal(m, m.clock.Now(), gone.Ended)
			require.Empty(m, items(m, m.host.Users(m.ctx(), m.candidate, tenancy.UserQuery{Kind: tenancy.KindManaged})))
		}},
		{"MRG-6 account roles are the same before and after", func(m *merging, merge func()) {
			m.assign(m.ben.User.ID, m.main, m.adam, tenancy.BillingManager)
			m.assign(m.ben.User.ID, m.work, m.ben.User.ID, tenancy.AccountAdministrator)
			m.assign(m.ben.User.ID, m.sub, m.mia, tenancy.Support)
			m.ready()
			before := m.grants()
			merge()
			require.Equal(m, before, m.grants())
		}},
		{"MRG-6 nobody gains access on the other side, but by managing the Prime", func(m *merging, merge func()) {
			primes := m.account(m.admin, m.prime, "Prime's")
			plain := m.joinAtPrime()
			m.ready()
			merge()
			for _, p := range tenancy.AccountTable() {
				m.can(m.adam, p, primes, tenancy.Decision{Why: tenancy.WhyUnreachable})
				m.can(m.mia, p, primes, tenancy.Decision{Why: tenancy.WhyUnreachable})
				m.can(plain, p, m.main, tenancy.Decision{Why: tenancy.WhyUnreachable})
			}
			m.can(m.admin, tenancy.ManageMembers, m.main, tenancy.Decision{Allowed: true, Why: tenancy.WhyOrganizationRole, OrganizationRole: tenancy.Administrator})
			m.can(m.adam, tenancy.ManageMembers, m.work, tenancy.Decision{Why: tenancy.WhyUnreachable})
		}},
		{"MRG-7 BIL-2 plan, billing, pricing, status, designation and phone stay, also without HIPAA entitlement", func(m *merging, merge func()) {
			m.entitle(m.candidate)
			m.designate(m.ben.User.ID, m.main)
			m.designate(m.ben.User.ID, m.sub)
			_, err := m.staff.VerifyPhone(m.ctx(), m.work, "+4912345678")
			require.NoError(m, err)
			_, err = m.staff.UpgradeAccount(m.ctx(), m.main)
			require.NoError(m, err)
			_, err = m.staff.InvoiceAccount(m.ctx(), m.main)
			require.NoError(m, err)
			_, err = m.staff.SetPricing(m.ctx(), m.work, "special")
			require.NoError(m, err)
			_, err = m.staff.SuspendAccount(m.ctx(), m.work)
			require.NoError(m, err)
			accounts := []tenancy.AccountID{m.main, m.sub, m.work}
			var before []tenancy.AccountRecord
			for _, a := range accounts {
				record := m.accountRecord(a)
				record.Organization = m.prime
				before = append(before, record)
			}
			m.ready()
			merge()
			for i, a := range accounts {
				require.Equal(m, before[i], m.accountRecord(a))
			}
		}},
		{"MRG-8 single sign-on of the Prime holds for the Candidate's users on its domain, exemptions end", func(m *merging, merge func()) {
			require.NoError(m, errOf(m.as(m.ben.User.ID).SetSSOExemption(m.ctx(), m.candidate, m.mia, tenancy.SSOExempt)))
			connection := m.enforce(m.ana.User.ID, m.prime, m.domain)
			m.ready()
			require.Zero(m, m.signsInThrough(m.mia))
			merge()
			require.Equal(m, connection, m.signsInThrough(m.mia))
			require.Zero(m, m.signsInThrough(m.adam))
			if m.way == together {
				require.Zero(m, m.signsInThrough(m.ben.User.ID))
			} else {
				require.Equal(m, connection, m.signsInThrough(m.ben.User.ID))
			}
		}},
		{"MRG-9 what waited in the Candidate ends: invitations, account requests, requests, connections, claims", func(m *merging, merge func()) {
			ben := m.as(m.ben.User.ID)
			domain := m.prove(m.ben.User.ID, m.candidate, "candidate.example")
			request, err := m.host.RequestInvitation(m.ctx(), tenancy.Proven("rita@candidate.example"))
			require.NoError(m, err)
			require.NoError(m, ben.RemoveDomain(m.ctx(), domain))
			_, err = ben.AddDomain(m.ctx(), m.candidate, "claim.example")
			require.NoError(m, err)
			_, err = ben.AddConnection(m.ctx(), m.candidate, "Own")
			require.NoError(m, err)
			invitation := m.invitation(m.ben.User.ID, m.candidate, "ivo@ivo.example")
			asked := m.asking(m.ben.User.ID, m.candidate, m.found("zoe").Account.ID)
			m.ready()
			plan := m.preview()
			merge()
			require.Equal(m, tenancy.StateRevoked, m.invitationState(invitation))
			require.Equal(m, tenancy.StateRevoked, m.invitationState(asked))
			require.Subset(m, plan.Revoked, []tenancy.InvitationID{invitation, asked})
			require.Equal(m, []tenancy.RequestID{request.ID}, plan.Settled)
			require.Equal(m, tenancy.StateSettled, m.record(tenancy.IndexRequests, tenancy.Key{ID: request.ID}).(tenancy.RequestRecord).State)
			require.Empty(m, items(m, m.host.Domains(m.ctx(), m.candidate, tenancy.DomainQuery{})))
			require.Empty(m, items(m, m.host.Connections(m.ctx(), m.candidate, tenancy.ConnectionQuery{})))
		}},
		{"MRG-9 invitations to the Candidate's accounts live on", func(m *merging, merge func()) {
			sent, err := m.as(m.ben.User.ID).InviteToAccount(m.ctx(), m.main, tenancy.NewAccountInvitation{Email: "ivo@ivo.example", Roles: tenancy.Roles(tenancy.Support)})
			require.NoError(m, err)
			m.ready()
			merge()
			require.Equal(m, tenancy.StatePending, m.invitationState(sent.ID))
			ivo, err := m.host.SignUp(m.ctx(), tenancy.NewSignUp{Email: tenancy.Proven("ivo@ivo.example"), Name: "Ivo", Secret: sent.Secret})
			require.NoError(m, err)
			require.Equal(m, tenancy.Roles(tenancy.Support), m.roles(m.main, ivo.User.ID))
		}},
		{"MRG-9 the Prime's invitations of who arrives are revoked, others stay", func(m *merging, merge func()) {
			arrives := m.invitation(m.ana.User.ID, m.prime, "mia@corp.example")
			stays := m.invitation(m.ana.User.ID, m.prime, "ivo@ivo.example")
			guest := m.invitation(m.ana.User.ID, m.prime, "gus@gus.example.com")
			m.ready()
			plan := m.preview()
			merge()
			require.Equal(m, []tenancy.InvitationID{arrives}, plan.Revoked)
			require.Equal(m, tenancy.StateRevoked, m.invitationState(arrives))
			require.Equal(m, tenancy.StatePending, m.invitationState(stays))
			require.Equal(m, tenancy.StatePending, m.invitationState(guest))
		}},
		{"MRG-9 the Prime's invitation of the Owner is accepted if it brought the merge about, else revoked", func(m *merging, merge func()) {
			if m.way == together {
				merge()
				return
			}
			m.invite()
			merge()
			want := map[way]tenancy.State{invited: tenancy.StateAccepted, imported: tenancy.StateRevoked}[m.way]
			require.Equal(m, want, m.invitationState(m.sent.ID))
		}},
		{"MRG-9 the Prime's requests for accounts that arrive are revoked, others stay", func(m *merging, merge func()) {
			arrives := m.asking(m.ana.User.ID, m.prime, m.work)
			stays := m.asking(m.ana.User.ID, m.prime, m.found("zoe").Account.ID)
			m.ready()
			plan := m.preview()
			merge()
			require.Equal(m, []tenancy.InvitationID{arrives}, plan.Revoked)
			require.Equal(m, tenancy.StateRevoked, m.invitationState(arrives))
			require.Equal(m, tenancy.StatePending, m.invitationState(stays))
		}},
		{"MRG-9 the request of who arrives is settled, others stay open", func(m *merging, merge func()) {
			var requests []tenancy.RequestID
			for _, email := range []string{"rita@corp.example", "rolf@corp.example"} {
				request, err := m.host.RequestInvitation(m.ctx(), tenancy.Proven(email))
				require.NoError(m, err)
				requests = append(requests, request.ID)
			}
			require.NoError(m, m.as(m.ana.User.ID).RemoveDomain(m.ctx(), m.domain))
			m.joinAt(m.ben.User.ID, m.candidate, "rita@corp.example")
			m.prove(m.ana.User.ID, m.prime, "corp.example")
			m.ready()
			plan := m.preview()
			merge()
			require.Equal(m, requests[:1], plan.Settled)
			require.Equal(m, tenancy.StateSettled, m.record(tenancy.IndexRequests, tenancy.Key{ID: requests[0]}).(tenancy.RequestRecord).State)
			require.Equal(m, tenancy.StateOpen, m.record(tenancy.IndexRequests, tenancy.Key{ID: requests[1]}).(tenancy.RequestRecord).State)
		}},
		{"MRG-10 what just fits is merged, an exceeded limit of the Prime's own members is no obstacle to none", func(m *merging, merge func()) {
			members, accounts := m.ready().occupied()
			arriving := 3
			if m.way == together {
				arriving = 2
			}
			m.limit(tenancy.Limits{Members: members + arriving, Accounts: accounts + 2, Subaccounts: 1})
			merge()
		}},
		{"MRG-12 a chain resolves to the survivor", func(m *merging, merge func()) {
			m.ready()
			merge()
			zed := m.foundAt("Zed", "zed@zed.example")
			ana := m.as(m.ana.User.ID)
			_, err := m.host.ChangeEmail(m.ctx(), m.ana.User.ID, tenancy.Proven("ana@zed.example"))
			require.NoError(m, err)
			require.NoError(m, ana.RemoveDomain(m.ctx(), m.domain))
			m.prove(zed.User.ID, zed.Organization.ID, "zed.example")
			sent, err := m.as(zed.User.ID).InviteUser(m.ctx(), zed.Organization.ID, tenancy.NewInvitation{Email: "ana@zed.example"})
			require.NoError(m, err)
			offer, err := ana.Invitation(m.ctx(), sent.Secret)
			require.NoError(m, err)
			_, err = ana.AcceptInvitation(m.ctx(), tenancy.Acceptance{Secret: sent.Secret, Terms: offer.Terms.Token})
			require.NoError(m, err)
			for _, org := range []tenancy.OrganizationID{m.candidate, m.prime} {
				record, err := m.host.Organization(m.ctx(), org)
				require.NoError(m, err)
				require.Equal(m, zed.Organization.ID, record.MergedInto)
				shown, err := m.as(m.mia).Organization(m.ctx(), org)
				require.NoError(m, err)
				require.Equal(m, zed.Organization.ID, shown.ID)
				require.NotEmpty(m, items(m, m.as(zed.User.ID).Events(m.ctx(), organizationStream(org), tenancy.EventQuery{})))
			}
		}},
		{"ORG-13 the merged ID is read as the survivor, and anything else with it is refused as merged", func(m *merging, merge func()) {
			m.ready()
			merge()
			for _, member := range []tenancy.UserID{m.ana.User.ID, m.admin, m.adam, m.mia, m.ben.User.ID} {
				shown, err := m.as(member).Organization(m.ctx(), m.candidate)
				require.NoError(m, err)
				require.Equal(m, m.prime, shown.ID)
			}
			_, err := m.as(m.gus).Organization(m.ctx(), m.candidate)
			refused(m, err, tenancy.CodeNotFound)
			m.unchanged(func() {
				_, err = m.as(m.ana.User.ID).RenameOrganization(m.ctx(), m.candidate, "New")
				refused(m, err, tenancy.CodeMerged)
				_, err = m.as(m.ana.User.ID).InviteUser(m.ctx(), m.candidate, tenancy.NewInvitation{Email: "new@new.example"})
				refused(m, err, tenancy.CodeMerged)
				refused(m, m.as(m.ana.User.ID).DeleteOrganization(m.ctx(), m.candidate, tenancy.OrganizationDeletion{}), tenancy.CodeMerged)
			})
		}},
		{"EVT-4 the merged log is the Prime's Owner's and Administrators' to read", func(m *merging, merge func()) {
			m.ready()
			merge()
			stream := organizationStream(m.candidate)
			for _, session := range []*tenancy.Session{m.as(m.ana.User.ID), m.as(m.admin), m.host.Session, m.staff.Session} {
				log := items(m, session.Events(m.ctx(), stream, tenancy.EventQuery{}))
				last, merged := log[len(log)-1].Data.(tenancy.OrganizationMerged)
				require.True(m, merged)
				require.Equal(m, tenancy.OrganizationMerged{Organization: m.candidate, Into: m.prime, Ended: m.instant(0)}, last)
			}
			refused(m, failure(m.as(m.mia).Events(m.ctx(), stream, tenancy.EventQuery{})), tenancy.CodeNotAllowed)
			refused(m, failure(m.as(m.gus).Events(m.ctx(), stream, tenancy.EventQuery{})), tenancy.CodeNotFound)
		}},
		{"MRG-1 all organizations of one Owner merge together", func(m *merging, merge func()) {
			if m.way == together {
				merge()
				return
			}
			second := m.secondCandidate()
			m.ready()
			plan := m.preview()
			merge()
			require.ElementsMatch(m, []tenancy.OrganizationID{m.candidate, second}, plan.Candidates)
			require.Len(m, m.ranks(m.ben.User.ID), 1)
			for _, org := range plan.Candidates {
				o, err := m.host.Organization(m.ctx(), org)
				require.NoError(m, err)
				require.Equal(m, m.prime, o.MergedInto)
			}
		}},
		{"MRG-14 another organization of the Owner's stays as it is", func(m *merging, merge func()) {
			if m.way != together {
				m.ready()
				merge()
				return
			}
			third := m.secondCandidate()
			merge()
			require.Equal(m, map[tenancy.OrganizationID]tenancy.OrganizationRole{m.prime: tenancy.Owner, third: tenancy.Owner}, m.ranks(m.ana.User.ID))
		}},
		{"USR-13 whom the Candidate made inactive stays so", func(m *merging, merge func()) {
			_, err := m.as(m.ben.User.ID).DeactivateUser(m.ctx(), m.adam)
			require.NoError(m, err)
			m.ready()
			merge()
			_, err = m.as(m.ana.User.ID).ReactivateUser(m.ctx(), m.adam)
			require.NoError(m, err)
		}},
	} {
		for _, w := range ways {
			t.Run(fmt.Sprint(row.name, ", ", w), func(t *testing.T) {
				m := newMerging(t, w)
				row.run(m, func() { m.asPreviewed() })
				m.sound()
			})
		}
	}
}

// joinAtPrime gives the Prime a Standard User.
func (m *merging) joinAtPrime() tenancy.UserID {
	m.Helper()
	return m.join(m.ana, "paul", tenancy.StandardUser)
}

// state is what a plan speaks of, as it is.
type state struct {
	ranks    map[tenancy.UserID]map[tenancy.OrganizationID]tenancy.OrganizationRole
	accounts map[tenancy.AccountID]tenancy.OrganizationID
	pending  map[tenancy.InvitationID]bool
	open     map[tenancy.RequestID]bool
}

func (s *scene) state() state {
	s.Helper()
	now := state{map[tenancy.UserID]map[tenancy.OrganizationID]tenancy.OrganizationRole{}, map[tenancy.AccountID]tenancy.OrganizationID{},
		map[tenancy.InvitationID]bool{}, map[tenancy.RequestID]bool{}}
	for _, record := range s.everything() {
		switch r := record.(type) {
		case tenancy.MembershipRecord:
			if now.ranks[r.User] == nil {
				now.ranks[r.User] = map[tenancy.OrganizationID]tenancy.OrganizationRole{}
			}
			now.ranks[r.User][r.Organization] = r.Role
		case tenancy.AccountRecord:
			now.accounts[r.ID] = r.Organization
		case tenancy.InvitationRecord:
			now.pending[r.ID] = r.State == tenancy.StatePending
		case tenancy.RequestRecord:
			now.open[r.ID] = r.State == tenancy.StateOpen
		}
	}
	return now
}

// asPreviewed merges, and wants that what happened is what the preview said, field by field (MRG-11).
func (m *merging) asPreviewed() {
	m.Helper()
	plan, before := m.preview(), m.state()
	if m.way == imported { // an invitation that is pending besides would be accepted, but is not
		var err error
		plan, err = m.as(m.admin).PreviewMerge(m.ctx(), m.prime, m.asks())
		require.NoError(m, err)
	}
	require.Empty(m, plan.Unmet)
	require.Empty(m, plan.Dissolved)
	require.NoError(m, m.merge())
	require.Equal(m, m.prime, plan.Prime)
	m.fulfilled(plan, before, m.state())
}

// fulfilled wants that the difference of two states is a plan's.
func (s *scene) fulfilled(plan tenancy.MergePlan, before, after state) {
	s.Helper()
	planned := map[tenancy.UserID]tenancy.MergedUser{}
	for _, u := range plan.Users {
		planned[u.User] = u
		require.Equal(s, before.ranks[u.User][u.Organization], u.Before)
		require.Equal(s, map[tenancy.OrganizationID]tenancy.OrganizationRole{plan.Prime: u.After}, onlyIn(after.ranks[u.User], plan.Prime))
		require.NotContains(s, after.ranks[u.User], u.Organization)
		require.Equal(s, *u.SSO, !s.signsInThrough(u.User).IsZero())
	}
	for user, ranks := range before.ranks {
		if _, is := planned[user]; !is {
			require.Equal(s, ranks, after.ranks[user])
		}
	}
	accounts := slices.Clone(plan.Accounts)
	for account, was := range before.accounts {
		if is := after.accounts[account]; is != was {
			if slices.Contains(plan.Dissolved, was) && !slices.Contains(accounts, account) {
				require.Zero(s, is) // ORG-10: closed ones are unmanaged
				require.NotZero(s, s.accountRecord(account).Closed)
				continue
			}
			require.Equal(s, plan.Prime, is)
			require.Contains(s, accounts, account)
			accounts = slices.DeleteFunc(accounts, func(a tenancy.AccountID) bool { return a == account })
		}
	}
	require.Empty(s, accounts)
	var revoked []tenancy.InvitationID
	for invitation, was := range before.pending {
		if was && !after.pending[invitation] && s.invitationState(invitation) == tenancy.StateRevoked {
			revoked = append(revoked, invitation)
		}
	}
	require.ElementsMatch(s, revoked, plan.Revoked)
	var settled []tenancy.RequestID
	for request, was := range before.open {
		if was && !after.open[request] {
			settled = append(settled, request)
		}
	}
	require.ElementsMatch(s, settled, plan.Settled)
	for _, org := range plan.Candidates {
		o, err := s.host.Organization(s.ctx(), org)
		require.NoError(s, err)
		want := tenancy.Organization{State: tenancy.StateMerged, MergedInto: plan.Prime}
		if slices.Contains(plan.Dissolved, org) {
			want = tenancy.Organization{State: tenancy.StateDeleted}
		}
		require.Equal(s, want, tenancy.Organization{State: o.State, MergedInto: o.MergedInto})
	}
}

func onlyIn(ranks map[tenancy.OrganizationID]tenancy.OrganizationRole, org tenancy.OrganizationID) map[tenancy.OrganizationID]tenancy.OrganizationRole {
	in := map[tenancy.OrganizationID]tenancy.OrganizationRole{}
	if role, is := ranks[org]; is {
		in[org] = role
	}
	return in
}

// dissolving is a Prime that invites the Owner of one-person organizations which can't merge: they have verified domains.
type dissolving struct {
	*scene
	ana    tenancy.SignedUp // Owner of the Prime, which has no domain
	ben    tenancy.SignedUp // alone in their organization
	sub    tenancy.AccountID
	closed tenancy.AccountID
	sent   tenancy.SentInvitation
}

func newDissolving(t *testing.T) *dissolving {
	t.Helper()
	d := &dissolving{}
	d.scene = newScene(t)
	d.ana, d.ben = d.found("ana"), d.found("ben")
	d.sub = d.subaccount(d.ben.User.ID, d.ben.Account.ID, "Branch")
	d.closed = d.account(d.ben.User.ID, d.ben.Organization.ID, "Closed")
	_, err := d.as(d.ben.User.ID).CloseAccount(d.ctx(), d.closed)
	require.NoError(t, err)
	d.sent = d.invited(d.ana, address("ben"))
	return d
}

func (d *dissolving) terms() tenancy.Terms {
	d.Helper()
	offer, err := d.as(d.ben.User.ID).Invitation(d.ctx(), d.sent.Secret)
	require.NoError(d, err)
	require.NotNil(d, offer.Terms)
	return *offer.Terms
}

// accept accepts, and wants what happens to be what previews said: whole to System, and of the Prime its name alone to who accepts (MRG-11).
func (d *dissolving) accept(terms tenancy.TermsToken) (tenancy.AcceptedInvitation, error) {
	d.Helper()
	plan, before := d.preview(d.host.Session), d.state()
	d.showsOutside(plan, d.preview(d.as(d.ben.User.ID)))
	accepted, err := d.as(d.ben.User.ID).AcceptInvitation(d.ctx(), tenancy.Acceptance{Secret: d.sent.Secret, Terms: terms})
	switch code := tenancy.CodeOf(err); {
	case code == tenancy.CodeTermsChanged:
	case err != nil:
		require.NotEmpty(d, plan.Unmet)
		require.Equal(d, plan.Unmet[0].Code, code)
	default:
		require.Empty(d, plan.Unmet)
		require.ElementsMatch(d, plan.Candidates, slices.Concat(accepted.Merged, accepted.Dissolved))
		require.Equal(d, plan.Dissolved, accepted.Dissolved)
		d.fulfilled(plan, before, d.state())
	}
	return accepted, err
}

func (d *dissolving) preview(as *tenancy.Session) tenancy.MergePlan {
	d.Helper()
	plan, err := as.PreviewMerge(d.ctx(), d.ana.Organization.ID, tenancy.MergeCandidate{Owner: d.ben.User.ID})
	require.NoError(d, err)
	return plan
}

// showsOutside wants what the invited Owner sees of a plan to be all but what follows from the Prime's settings and what is pending in it.
func (s *scene) showsOutside(plan, outside tenancy.MergePlan) {
	s.Helper()
	require.Subset(s, plan.Revoked, outside.Revoked)
	require.Subset(s, plan.Settled, outside.Settled)
	require.Len(s, outside.Unmet, min(len(plan.Unmet), 1))
	require.Subset(s, plan.Unmet[:len(outside.Unmet)], outside.Unmet)
	plan.Users = slices.Clone(plan.Users)
	for i := range plan.Users {
		plan.Users[i].SSO = nil
	}
	plan.Revoked, plan.Settled, plan.Unmet = outside.Revoked, outside.Settled, outside.Unmet
	require.Equal(s, plan, outside)
}

func TestDissolve(t *testing.T) {
	t.Run("USR-8 a one-person organization that does not meet the prerequisites is dissolved, as the Terms say", func(t *testing.T) {
		d := newDissolving(t)
		org := d.ben.Organization.ID
		terms := d.terms()
		require.Empty(t, terms.Merged)
		require.Empty(t, terms.Accounts)
		require.Equal(t, []tenancy.TermsOrganization{{ID: org, Name: d.ben.Organization.Name}}, terms.Dissolved)
		grants := d.grants()
		accepted, err := d.accept(terms.Token)
		require.NoError(t, err)
		require.Equal(t, []tenancy.OrganizationID{org}, accepted.Dissolved)
		require.Empty(t, accepted.Merged)
		require.Equal(t, grants, d.grants())
		require.Equal(t, map[tenancy.OrganizationID]tenancy.OrganizationRole{d.ana.Organization.ID: tenancy.StandardUser}, d.ranks(d.ben.User.ID))
		for _, account := range []tenancy.AccountID{d.ben.Account.ID, d.sub} {
			require.Equal(t, d.ana.Organization.ID, d.accountRecord(account).Organization)
		}
		require.Zero(t, d.accountRecord(d.closed).Organization) // ORG-10: closed ones are unmanaged
		d.sound()
	})
	t.Run("USR-8 the Terms are the invitee's alone to see", func(t *testing.T) {
		d := newDissolving(t)
		offer, err := d.host.Invitation(d.ctx(), d.sent.Secret)
		require.NoError(t, err)
		require.Nil(t, offer.Terms)
		_, err = d.as(d.ana.User.ID).Invitation(d.ctx(), d.sent.Secret)
		refused(t, err, tenancy.CodeNotFound)
	})
	t.Run("USR-8 what they did not agree to does not happen", func(t *testing.T) {
		d := newDissolving(t)
		agreed := d.terms().Token
		d.unchanged(func() {
			_, err := d.accept("")
			refused(t, err, tenancy.CodeTermsChanged)
		})
		d.prove(d.ana.User.ID, d.ana.Organization.ID, "ben.example.com") // now it would merge
		d.unchanged(func() {
			_, err := d.accept(agreed)
			refused(t, err, tenancy.CodeTermsChanged)
			var failed *tenancy.Error
			require.ErrorAs(t, err, &failed)
			require.Equal(t, d.terms(), *failed.Terms)
		})
		terms := d.terms()
		require.Empty(t, terms.Dissolved)
		accepted, err := d.accept(terms.Token)
		require.NoError(t, err)
		require.Equal(t, []tenancy.OrganizationID{d.ben.Organization.ID}, accepted.Merged)
		d.sound()
	})
	t.Run("USR-8 one of their organizations merges, the other one is dissolved", func(t *testing.T) {
		d := newDissolving(t)
		second := d.second(d.ben)
		d.prove(d.ana.User.ID, d.ana.Organization.ID, "ben.example.com")
		d.prove(d.ben.User.ID, second, "second.example")
		terms := d.terms()
		accepted, err := d.accept(terms.Token)
		require.NoError(t, err)
		require.Equal(t, []tenancy.OrganizationID{d.ben.Organization.ID}, accepted.Merged)
		require.Equal(t, []tenancy.OrganizationID{second}, accepted.Dissolved)
		require.Empty(t, items(t, d.host.Domains(d.ctx(), second, tenancy.DomainQuery{})))
		d.sound()
	})
	t.Run("USR-8 all or none: one with other members that can't merge stops those that could be dissolved", func(t *testing.T) {
		d := newDissolving(t)
		second := d.second(d.ben)
		d.joinAt(d.ben.User.ID, second, "sue@second.example")
		d.unchanged(func() {
			_, err := d.accept(d.terms().Token)
			refused(t, err, tenancy.CodeNoLiveDomain)
		})
	})
	t.Run("HIP-7 a designated account comes along from a dissolved one only into an entitled organization", func(t *testing.T) {
		d := newDissolving(t)
		d.entitle(d.ben.Organization.ID)
		d.designate(d.ben.User.ID, d.sub)
		d.unchanged(func() {
			_, err := d.accept(d.terms().Token)
			refused(t, err, tenancy.CodeHIPAADesignated)
			require.Equal(t, []tenancy.Unmet{{Organization: d.ben.Organization.ID, Code: tenancy.CodeHIPAADesignated}}, d.preview(d.host.Session).Unmet)
		})
		d.entitle(d.ana.Organization.ID)
		_, err := d.accept(d.terms().Token)
		require.NoError(t, err)
		require.NotZero(t, d.accountRecord(d.sub).Designated)
		d.sound()
	})
	t.Run("USR-1 a closed domain of the Prime's refuses its Owner, alone or not", func(t *testing.T) {
		d := newDissolving(t)
		domain := d.prove(d.ana.User.ID, d.ana.Organization.ID, "ben.example.com")
		require.NoError(t, errOf(d.as(d.ana.User.ID).SetSignUpPolicy(d.ctx(), d.ana.Organization.ID, tenancy.SignUpPolicyChange{Domain: domain, Policy: tenancy.PolicyClosed})))
		_, err := d.accept(d.terms().Token)
		refused(t, err, tenancy.CodeSignUpClosed)
		require.Equal(t, []tenancy.Unmet{{Code: tenancy.CodeSignUpClosed}}, d.preview(d.host.Session).Unmet)
	})
	t.Run("USR-6 whoever invited could not any more", func(t *testing.T) {
		d := newDissolving(t)
		admin := d.join(d.ana, "admin", tenancy.Administrator)
		var err error
		require.NoError(t, d.as(d.ana.User.ID).RevokeInvitation(d.ctx(), d.sent.ID))
		d.sent, err = d.as(admin).InviteUser(d.ctx(), d.ana.Organization.ID, tenancy.NewInvitation{Email: address("ben")})
		require.NoError(t, err)
		require.NoError(t, errOf(d.as(d.ana.User.ID).SetOrganizationRole(d.ctx(), d.ana.Organization.ID, admin, tenancy.StandardUser)))
		_, err = d.accept(d.terms().Token)
		refused(t, err, tenancy.CodeInviter)
		require.Equal(t, []tenancy.Unmet{{Code: tenancy.CodeInviter}}, d.preview(d.host.Session).Unmet)
	})
	t.Run("GEN-2 an Owner who is inactive can't accept", func(t *testing.T) {
		d := newDissolving(t)
		_, err := d.staff.DeactivateUser(d.ctx(), d.ben.User.ID)
		require.NoError(t, err)
		_, err = d.as(d.ben.User.ID).AcceptInvitation(d.ctx(), tenancy.Acceptance{Secret: d.sent.Secret})
		refused(t, err, tenancy.CodeActor)
		require.Equal(t, []tenancy.Unmet{{Code: tenancy.CodeActor}}, d.preview(d.host.Session).Unmet)
	})
	t.Run("USR-8 limits count what a dissolved one brings", func(t *testing.T) {
		d := newDissolving(t)
		require.NoError(t, errOf(d.staff.SetLimits(d.ctx(), d.ana.Organization.ID, &tenancy.Limits{Accounts: 1})))
		_, err := d.accept(d.terms().Token)
		refused(t, err, tenancy.CodeAccountLimit)
		require.NoError(t, errOf(d.staff.SetLimits(d.ctx(), d.ana.Organization.ID, &tenancy.Limits{Members: 1})))
		_, err = d.accept(d.terms().Token)
		refused(t, err, tenancy.CodeMemberLimit)
	})
	t.Run("USR-8 what is pending for a dissolved one ends, invitations to its accounts live on", func(t *testing.T) {
		d := newDissolving(t)
		own := d.invitation(d.ben.User.ID, d.ben.Organization.ID, "ivo@ivo.example")
		asked := d.asking(d.ana.User.ID, d.ana.Organization.ID, d.ben.Account.ID)
		to, err := d.as(d.ben.User.ID).InviteToAccount(d.ctx(), d.ben.Account.ID, tenancy.NewAccountInvitation{Email: "ivo@ivo.example", Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		_, err = d.accept(d.terms().Token)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateRevoked, d.invitationState(own))
		require.Equal(t, tenancy.StateRevoked, d.invitationState(asked))
		require.Equal(t, tenancy.StatePending, d.invitationState(to.ID))
		require.Equal(t, tenancy.StateAccepted, d.invitationState(d.sent.ID))
		d.sound()
	})
	t.Run("USR-8 by import nothing is dissolved", func(t *testing.T) {
		d := newDissolving(t)
		d.prove(d.ana.User.ID, d.ana.Organization.ID, "ben.example.com")
		d.prove(d.ben.User.ID, d.ben.Organization.ID, "own.example")
		require.NoError(t, errOf(d.staff.SetImportEntitlement(d.ctx(), d.ana.Organization.ID, tenancy.ImportEntitlement{On: true, Reference: "ticket-1"})))
		d.unchanged(func() {
			results, err := d.as(d.ana.User.ID).ImportUsers(d.ctx(), d.ana.Organization.ID, tenancy.UserImport{Emails: []string{address("ben")}})
			require.NoError(t, err)
			refused(t, results[0].Err, tenancy.CodeCandidateDomain)
			plan := d.preview(d.as(d.ana.User.ID))
			require.Empty(t, plan.Dissolved)
			require.Equal(t, []tenancy.Unmet{{Organization: d.ben.Organization.ID, Code: tenancy.CodeCandidateDomain}}, plan.Unmet)
			require.Equal(t, plan.Candidates, d.preview(d.host.Session).Dissolved) // an invitation is pending
			require.Empty(t, d.preview(d.host.Session).Unmet)
		})
	})
}

func TestPreviewMerge(t *testing.T) {
	byOwner := func(m *merging) tenancy.MergeCandidate { return tenancy.MergeCandidate{Owner: m.ben.User.ID} }
	byOrganization := func(m *merging) tenancy.MergeCandidate { return tenancy.MergeCandidate{Organization: m.candidate} }
	for _, row := range []struct {
		name  string
		way   way
		asks  func(m *merging) tenancy.MergeCandidate
		shown func(m *merging) []*tenancy.Session
		not   func(m *merging) []*tenancy.Session
	}{
		{"MRG-11 Operators and System", imported, byOwner,
			func(m *merging) []*tenancy.Session { return []*tenancy.Session{m.host.Session, m.staff.Session} }, nil},
		{"MRG-11 Operators and System, of an organization", imported, byOrganization,
			func(m *merging) []*tenancy.Session { return []*tenancy.Session{m.host.Session, m.staff.Session} },
			func(m *merging) []*tenancy.Session {
				return []*tenancy.Session{m.as(m.ana.User.ID), m.as(m.admin), m.as(m.ben.User.ID), m.as(m.adam), m.as(m.mia), m.as(m.gus)}
			}},
		{"MRG-11 the Prime's Owner and Administrators while they may import", imported, byOwner,
			func(m *merging) []*tenancy.Session {
				return []*tenancy.Session{m.as(m.ana.User.ID), m.as(m.admin)}
			},
			func(m *merging) []*tenancy.Session {
				return []*tenancy.Session{m.as(m.ben.User.ID), m.as(m.adam), m.as(m.mia), m.as(m.gus)}
			}},
		{"MRG-11 the Prime's Owner and Administrators not without entitlement", imported,
			func(m *merging) tenancy.MergeCandidate {
				require.NoError(m, errOf(m.staff.SetImportEntitlement(m.ctx(), m.prime, tenancy.ImportEntitlement{})))
				return byOwner(m)
			}, nil,
			func(m *merging) []*tenancy.Session {
				return []*tenancy.Session{m.as(m.ana.User.ID), m.as(m.admin)}
			}},
		{"MRG-11 the Prime's Owner and Administrators not of whom they may not import", imported,
			func(m *merging) tenancy.MergeCandidate { m.offDomain(); return byOwner(m) }, nil,
			func(m *merging) []*tenancy.Session {
				return []*tenancy.Session{m.as(m.ana.User.ID), m.as(m.admin)}
			}},
		{"MRG-11 the Candidate's Owner while invited", invited,
			func(m *merging) tenancy.MergeCandidate { m.invite(); return byOwner(m) },
			func(m *merging) []*tenancy.Session { return []*tenancy.Session{m.as(m.ben.User.ID)} },
			func(m *merging) []*tenancy.Session { return []*tenancy.Session{m.as(m.adam), m.as(m.mia)} }},
		{"MRG-11 the Candidate's Owner not when the invitation was declined", invited,
			func(m *merging) tenancy.MergeCandidate {
				m.invite()
				require.NoError(m, m.as(m.ben.User.ID).DeclineInvitation(m.ctx(), m.sent.Secret))
				return byOwner(m)
			}, nil,
			func(m *merging) []*tenancy.Session { return []*tenancy.Session{m.as(m.ben.User.ID)} }},
		{"MRG-11 the Candidate's Owner not when the invitation has expired", invited,
			func(m *merging) tenancy.MergeCandidate {
				m.invite()
				m.clock.Advance(7 * 24 * time.Hour)
				return byOwner(m)
			}, nil,
			func(m *merging) []*tenancy.Session {
				return []*tenancy.Session{m.as(m.ben.User.ID), m.as(m.ana.User.ID), m.as(m.admin)}
			}},
		{"MRG-11 the Owner of both", together, byOrganization,
			func(m *merging) []*tenancy.Session {
				return []*tenancy.Session{m.as(m.ana.User.ID), m.host.Session, m.staff.Session}
			},
			func(m *merging) []*tenancy.Session {
				return []*tenancy.Session{m.as(m.admin), m.as(m.adam), m.as(m.mia), m.as(m.gus)}
			}},
		{"MRG-11 who owns no organization is no Candidate", imported,
			func(m *merging) tenancy.MergeCandidate { return tenancy.MergeCandidate{Owner: m.gus} }, nil,
			func(m *merging) []*tenancy.Session { return []*tenancy.Session{m.host.Session, m.as(m.ana.User.ID)} }},
		{"MRG-11 nobody's ID", imported,
			func(m *merging) tenancy.MergeCandidate {
				m.invite()
				return tenancy.MergeCandidate{Owner: foreignID[tenancy.UserID]()}
			}, nil,
			func(m *merging) []*tenancy.Session { return []*tenancy.Session{m.host.Session, m.as(m.ana.User.ID)} }},
		{"MRG-11 a merged organization", together,
			func(m *merging) tenancy.MergeCandidate { require.NoError(m, m.merge()); return byOrganization(m) }, nil,
			func(m *merging) []*tenancy.Session { return []*tenancy.Session{m.host.Session, m.as(m.ana.User.ID)} }},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMerging(t, row.way)
			asks := row.asks(m)
			m.unchanged(func() {
				if row.shown != nil {
					for _, session := range row.shown(m) {
						plan, err := session.PreviewMerge(m.ctx(), m.prime, asks)
						require.NoError(t, err)
						require.Equal(t, []tenancy.OrganizationID{m.candidate}, plan.Candidates)
						require.Len(t, plan.Users, 3)
						require.Len(t, plan.Accounts, 3)
					}
				}
				if row.not != nil {
					for _, session := range row.not(m) {
						plan, err := session.PreviewMerge(m.ctx(), m.prime, asks)
						refused(t, err, tenancy.CodeNotFound)
						require.Zero(t, plan)
					}
				}
			})
		})
	}
	t.Run("MRG-11 the Candidate's Owner sees of the Prime its name only", func(t *testing.T) {
		m := newMerging(t, invited)
		m.invitation(m.ana.User.ID, m.prime, "mia@corp.example")
		m.asking(m.ana.User.ID, m.prime, m.work)
		own := m.invitation(m.ben.User.ID, m.candidate, "ivo@ivo.example")
		m.enforce(m.ana.User.ID, m.prime, m.domain)
		m.invite()
		ben := m.as(m.ben.User.ID)
		plan, err := ben.PreviewMerge(m.ctx(), m.prime, byOwner(m))
		require.NoError(t, err)
		require.Equal(t, "Ana Inc", plan.PrimeName.Reveal())
		require.Equal(t, []tenancy.InvitationID{own}, plan.Revoked)
		require.Len(t, m.preview().Revoked, 3)
		m.showsOutside(m.preview(), plan)
		for _, u := range plan.Users {
			require.Nil(t, u.SSO)
		}
	})
	t.Run("MRG-11 of what stands against it the Candidate's Owner is told what accepting tells them", func(t *testing.T) {
		m := newMerging(t, invited)
		m.invite()
		own := m.prove(m.ben.User.ID, m.candidate, "candidate.example")
		m.limit(tenancy.Limits{Members: 1, Accounts: 1})
		require.NoError(t, m.as(m.ana.User.ID).RemoveDomain(m.ctx(), m.domain))
		for _, lift := range []func(){
			func() { m.prove(m.ana.User.ID, m.prime, "corp.example") },
			func() { require.NoError(t, m.as(m.ben.User.ID).RemoveDomain(m.ctx(), own)) },
			func() { m.limit(tenancy.Limits{Accounts: 1}) },
			func() { m.limit(tenancy.Limits{}) },
		} {
			_, err := m.accept()
			plan, previewed := m.as(m.ben.User.ID).PreviewMerge(m.ctx(), m.prime, byOwner(m))
			require.NoError(t, previewed)
			require.Len(t, plan.Unmet, 1)
			refused(t, err, plan.Unmet[0].Code)
			m.showsOutside(m.preview(), plan)
			lift()
		}
		plan, err := m.as(m.ben.User.ID).PreviewMerge(m.ctx(), m.prime, byOwner(m))
		require.NoError(t, err)
		require.Empty(t, plan.Unmet)
	})
	t.Run("MRG-11 to Operators and System by Owner: accepting while an invitation is pending, else importing", func(t *testing.T) {
		m := newMerging(t, invited)
		own := m.prove(m.ben.User.ID, m.candidate, "candidate.example")
		for _, member := range []tenancy.UserID{m.adam, m.mia} {
			require.NoError(t, m.as(m.ben.User.ID).RemoveUser(m.ctx(), m.candidate, member, tenancy.Removal{AccountsTo: m.ben.User.ID}))
		}
		require.NoError(t, errOf(m.staff.SetImportEntitlement(m.ctx(), m.prime, tenancy.ImportEntitlement{})))
		role := func(as *tenancy.Session) tenancy.OrganizationRole {
			plan, err := as.PreviewMerge(m.ctx(), m.prime, byOwner(m))
			require.NoError(t, err)
			require.Len(t, plan.Users, 1)
			if len(plan.Dissolved) > 0 {
				require.Empty(t, plan.Unmet)
			} else {
				require.Equal(t, []tenancy.Unmet{{Organization: m.candidate, Code: tenancy.CodeCandidateDomain}}, plan.Unmet)
			}
			return plan.Users[0].After
		}
		require.Equal(t, tenancy.StandardUser, role(m.staff.Session), "an import, entitled or not")
		m.role = tenancy.Administrator
		m.invite()
		for _, as := range []*tenancy.Session{m.staff.Session, m.host.Session, m.as(m.ben.User.ID)} {
			require.Equal(t, tenancy.Administrator, role(as), "accepting")
		}
		require.NoError(t, errOf(m.staff.SetImportEntitlement(m.ctx(), m.prime, tenancy.ImportEntitlement{On: true, Reference: "ticket-1"})))
		require.Equal(t, tenancy.Administrator, role(m.host.Session), "accepting, though the Prime may import")
		require.Equal(t, tenancy.StandardUser, role(m.as(m.admin)), "the import")
		m.clock.Advance(7*24*time.Hour - 1)
		require.Equal(t, tenancy.Administrator, role(m.host.Session))
		m.clock.Advance(1)
		require.NoError(t, m.as(m.ben.User.ID).RemoveDomain(m.ctx(), own))
		plan := m.preview()
		require.Equal(t, tenancy.StandardUser, plan.Users[0].After, "the invitation has expired")
	})
	t.Run("MRG-14 by Organization it is what MergeOrganizations would do, invited or not", func(t *testing.T) {
		m := newMerging(t, invited)
		m.role = tenancy.Administrator
		m.invite()
		plan, err := m.host.PreviewMerge(m.ctx(), m.prime, byOrganization(m))
		require.NoError(t, err)
		require.Equal(t, []tenancy.Unmet{{Code: tenancy.CodeNotAllowed}}, plan.Unmet)
		require.Contains(t, plan.Revoked, m.sent.ID)
		for _, u := range plan.Users {
			require.Equal(t, tenancy.StandardUser, u.After)
		}
	})
	t.Run("MRG-14 an invitation to an address that the Prime's Owner has since is none that they could accept", func(t *testing.T) {
		m := newMerging(t, together)
		m.invitation(m.admin, m.prime, "anna@corp.example")
		_, err := m.host.ChangeEmail(m.ctx(), m.ana.User.ID, tenancy.Proven("anna@corp.example"))
		require.NoError(t, err)
		for _, as := range []*tenancy.Session{m.host.Session, m.as(m.ana.User.ID)} {
			plan, err := as.PreviewMerge(m.ctx(), m.prime, byOwner(m))
			require.NoError(t, err)
			require.Equal(t, tenancy.Owner, plan.Users[slices.IndexFunc(plan.Users, func(u tenancy.MergedUser) bool { return u.User == m.ana.User.ID })].After)
			require.Len(t, plan.Revoked, 1)
			require.Empty(t, plan.Unmet)
		}
		m.asPreviewed()
	})
	t.Run("MRG-1 the Prime has ended", func(t *testing.T) {
		m := newMerging(t, imported)
		require.NoError(t, m.as(m.ana.User.ID).DeleteOrganization(m.ctx(), m.prime, tenancy.OrganizationDeletion{}))
		require.Equal(t, tenancy.Unmet{Code: tenancy.CodeEnded}, m.preview().Unmet[0])
	})
	t.Run("MRG-11 every prerequisite that is not met, not only the first", func(t *testing.T) {
		m := newMerging(t, invited)
		m.offDomain()
		m.prove(m.ben.User.ID, m.candidate, "candidate.example")
		m.limit(tenancy.Limits{Members: 1, Accounts: 1})
		m.recheck("corp.example")
		require.Equal(t, []tenancy.Unmet{{Organization: m.candidate, Code: tenancy.CodeNoLiveDomain}, {Organization: m.candidate, Code: tenancy.CodeCandidateDomain},
			{Organization: m.candidate, Code: tenancy.CodeOwnerOffDomain}, {Code: tenancy.CodeMemberLimit}, {Code: tenancy.CodeAccountLimit}}, m.preview().Unmet)
	})
	t.Run("GEN-14 to whom it can't be shown nothing of the Candidates is read", func(t *testing.T) {
		m := newMerging(t, imported)
		counted := scenes.NewCounting(m.store)
		dir, err := tenancy.New(counted, &tenancy.Options{Now: m.clock.Now})
		require.NoError(t, err)
		for _, asks := range []tenancy.MergeCandidate{byOwner(m), byOrganization(m)} {
			for _, actor := range []tenancy.UserID{m.adam, m.mia, m.gus} {
				_, err := dir.As(actor).PreviewMerge(m.ctx(), m.prime, asks)
				refused(t, err, tenancy.CodeNotFound)
				require.Len(t, counted.Steps, 1)
			}
		}
		_, err = dir.As(m.admin).PreviewMerge(m.ctx(), m.prime, byOwner(m))
		require.NoError(t, err)
		require.LessOrEqual(t, len(counted.Steps), 4)
	})
	t.Run("GEN-4 what it never takes", func(t *testing.T) {
		m := newMerging(t, invited)
		_, err := m.host.PreviewMerge(m.ctx(), tenancy.OrganizationID{}, byOwner(m))
		refused(t, err, tenancy.CodeID)
		_, err = m.host.PreviewMerge(m.ctx(), m.prime, tenancy.MergeCandidate{})
		refused(t, err, tenancy.CodeInput)
		_, err = m.host.PreviewMerge(m.ctx(), m.prime, tenancy.MergeCandidate{Owner: m.ben.User.ID, Organization: m.candidate})
		refused(t, err, tenancy.CodeInput)
		_, err = m.host.PreviewMerge(m.ctx(), m.prime, tenancy.MergeCandidate{Organization: m.prime})
		refused(t, err, tenancy.CodeSameOrganization)
		_, err = m.host.PreviewMerge(m.ctx(), foreignID[tenancy.OrganizationID](), byOwner(m))
		refused(t, err, tenancy.CodeNotFound)
		_, err = m.as(m.ana.User.ID).MergeOrganizations(m.ctx(), tenancy.OrganizationID{}, m.candidate)
		refused(t, err, tenancy.CodeID)
		_, err = m.as(m.ana.User.ID).MergeOrganizations(m.ctx(), m.prime, tenancy.OrganizationID{})
		refused(t, err, tenancy.CodeID)
	})
}
