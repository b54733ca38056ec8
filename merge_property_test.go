package tenancy_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
)

// TestMergesOfAnyOrganizations merges random organizations in one of the three ways. What
// the plan said must happen and nothing else, also where Candidates are dissolved (MRG-11,
// USR-8), and what Can answers may change only where an organization's accounts are
// managed (MRG-6).
func TestMergesOfAnyOrganizations(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := newMerging(t, rapid.SampledFrom(ways).Draw(rt, "way"))
		m.role = rapid.SampledFrom([]tenancy.OrganizationRole{tenancy.StandardUser,
			tenancy.Administrator}).Draw(rt, "role")
		m.populate(rt)
		m.hinder(rt)
		m.ready()
		plan, err := m.planner().PreviewMerge(m.ctx(), m.prime, m.asks())
		require.NoError(rt, err)
		before, answers, accounts := m.state(), m.answers(), m.accountRecords()
		stored := m.everything()
		if m.way == invited {
			outside, err := m.as(m.ben.User.ID).PreviewMerge(m.ctx(), m.prime, m.asks())
			require.NoError(rt, err)
			m.showsOutside(plan, outside)
		} else {
			require.Empty(rt, plan.Dissolved)
		}
		if err := m.merge(); len(plan.Unmet) > 0 {
			require.Equal(rt, plan.Unmet[0].Code, tenancy.CodeOf(err))
			require.Equal(rt, stored, m.everything())
			return
		}
		require.NoError(rt, err)
		m.fulfilled(plan, before, m.state())
		m.sound()
		for id, was := range accounts {
			switch {
			case slices.Contains(plan.Accounts, id):
				was.Organization = m.prime
			case slices.Contains(plan.Dissolved, was.Organization):
				was.Organization = tenancy.OrganizationID{}
			}
			require.Equal(rt, was, m.accountRecord(id)) // MRG-7, BIL-2
		}
		m.compare(rt, answers)
	})
}

// planner returns the actor who asks for the preview: for an import the one who imports,
// since System would see that a pending invitation is accepted.
func (m *merging) planner() *tenancy.Session {
	if m.way == imported {
		return m.as(m.admin)
	}
	return m.host.Session
}

// populate adds people, accounts, roles, invitations and requests to the Prime, the
// Candidate and perhaps another organization of the Candidate's Owner.
func (m *merging) populate(rt *rapid.T) {
	m.Helper()
	sides := []struct {
		owner tenancy.UserID
		org   tenancy.OrganizationID
	}{{m.ana.User.ID, m.prime}, {m.ben.User.ID, m.candidate}}
	if rapid.Bool().Draw(rt, "second candidate") {
		second := m.secondCandidate()
		sides = append(sides, sides[1])
		sides[2].org = second
	}
	if m.way != together && rapid.Bool().Draw(rt, "alone in another candidate") {
		m.lone = m.another(m.ben, "Lone")
		sides = append(sides, sides[1])
		sides[len(sides)-1].org = m.lone
	}
	if rapid.Bool().Draw(rt, "alone in the candidate") {
		for _, member := range []tenancy.UserID{m.adam, m.mia} {
			require.NoError(m, m.as(m.ben.User.ID).RemoveUser(m.ctx(), m.candidate, member,
				tenancy.Removal{AccountsTo: m.ben.User.ID}))
		}
	}
	m.entitle(m.candidate)
	for i, side := range sides {
		if side.org == m.lone {
			continue
		}
		for n := range rapid.IntRange(0, 3).Draw(rt, "members") {
			user := m.joinAt(side.owner, side.org, fmt.Sprintf("user%d@side%d.example", n, i))
			role := rapid.SampledFrom([]tenancy.OrganizationRole{tenancy.StandardUser,
				tenancy.Administrator}).Draw(rt, "role")
			require.NoError(m, errOf(m.as(side.owner).SetOrganizationRole(m.ctx(), side.org, user, role)))
		}
	}
	for i, side := range sides {
		in := []tenancy.UserID{side.owner}
		for user := range m.host.Users(m.ctx(), side.org, tenancy.UserQuery{Kind: tenancy.KindManaged}) {
			in = append(in, user.User.ID)
		}
		for range rapid.IntRange(0, 3).Draw(rt, "accounts") {
			made, err := m.as(side.owner).CreateAccount(m.ctx(), side.org,
				tenancy.NewAccount{Name: "A", Owner: rapid.SampledFrom(in).Draw(rt, "owner")})
			require.NoError(m, err)
			m.furnish(rt, side.owner, side.org, made.ID, in)
		}
		if rapid.Bool().Draw(rt, "invitation") {
			m.invitation(side.owner, side.org, fmt.Sprintf("pending%d@pending.example", i))
		}
	}
	if rapid.Bool().Draw(rt, "account request") {
		m.asking(m.ana.User.ID, m.prime, rapid.SampledFrom([]tenancy.AccountID{m.work, m.main}).Draw(rt,
			"account"))
	}
	if rapid.Bool().Draw(rt, "invited besides") {
		m.invitation(m.ana.User.ID, m.prime, "mia@corp.example")
	}
	if rapid.Bool().Draw(rt, "single sign-on") {
		m.enforce(m.ana.User.ID, m.prime, m.domain)
	}
}

// furnish adds subaccounts and roles to an account, and draws its status and billing.
func (m *merging) furnish(
	rt *rapid.T, by tenancy.UserID, org tenancy.OrganizationID, account tenancy.AccountID, users []tenancy.UserID,
) {
	m.Helper()
	accounts := []tenancy.AccountID{account}
	for range rapid.IntRange(0, 2).Draw(rt, "subaccounts") {
		accounts = append(accounts, m.subaccount(by, account, "S"))
	}
	roles := []tenancy.AccountRole{tenancy.AccountAdministrator, tenancy.Developer, tenancy.BillingManager,
		tenancy.Support}
	for _, a := range accounts {
		user := rapid.SampledFrom(users).Draw(rt, "user")
		if m.accountRecord(a).Owner != user {
			m.assign(by, a, user, rapid.SampledFrom(roles).Draw(rt, "account role"))
		}
	}
	switch rapid.IntRange(0, 6).Draw(rt, "kind") {
	case 0:
		require.NoError(m, second(m.as(by).CloseAccount(m.ctx(), account)))
	case 1:
		require.NoError(m, second(m.staff.SuspendAccount(m.ctx(), account)))
	case 2:
		require.NoError(m, second(m.staff.UpgradeAccount(m.ctx(), account)))
		require.NoError(m, second(m.staff.InvoiceAccount(m.ctx(), account)))
	case 3:
		require.NoError(m, second(m.staff.SetPricing(m.ctx(), account, "special")))
		m.phone(account)
	case 4:
		m.entitle(org)
		m.designate(by, account)
	}
}

// hinder sometimes puts something in the merge's way.
func (m *merging) hinder(rt *rapid.T) {
	m.Helper()
	switch rapid.IntRange(0, 9).Draw(rt, "hindrance") {
	case 0:
		m.prove(m.ben.User.ID, m.candidate, "candidate.example")
	case 1:
		m.limit(tenancy.Limits{Members: rapid.IntRange(1, 12).Draw(rt, "members limit")})
	case 2:
		m.limit(tenancy.Limits{Accounts: rapid.IntRange(1, 12).Draw(rt, "accounts limit")})
	case 4, 5:
		if !m.lone.IsZero() {
			m.prove(m.ben.User.ID, m.lone, "lone.example")
		}
	case 6:
		if m.way == invited {
			m.offDomain()
		}
	case 3:
		zed := m.prove(m.ana.User.ID, m.prime, "side1.example")
		require.NoError(m, errOf(m.as(m.ana.User.ID).SetSignUpPolicy(m.ctx(), m.prime,
			tenancy.SignUpPolicyChange{Domain: zed, Policy: tenancy.PolicyClosed})))
	}
}

// accountRecords returns all accounts as they are stored.
func (s *scene) accountRecords() map[tenancy.AccountID]tenancy.AccountRecord {
	s.Helper()
	accounts := map[tenancy.AccountID]tenancy.AccountRecord{}
	for _, record := range s.everything() {
		if a, is := record.(tenancy.AccountRecord); is {
			accounts[a.ID] = a
		}
	}
	return accounts
}

// asked is a question to Can.
type asked struct {
	user       tenancy.UserID
	permission tenancy.Permission
	account    tenancy.AccountID
}

// answers returns what Can answers to every question there is.
func (s *scene) answers() map[asked]tenancy.Decision {
	s.Helper()
	answers := map[asked]tenancy.Decision{}
	var users []tenancy.UserID
	for _, record := range s.everything() {
		if user, is := record.(tenancy.UserRecord); is {
			users = append(users, user.ID)
		}
	}
	for account := range s.accountRecords() {
		for _, user := range users {
			for _, permission := range tenancy.AccountTable() {
				decision, err := s.host.Can(s.ctx(), user, permission, account)
				require.NoError(s, err)
				answers[asked{user, permission, account}] = decision
			}
		}
	}
	return answers
}

// compare compares the answers with those before. They must be the same where they rest on
// a role on the account, and must follow from the present organization roles where they
// rest on managing it.
func (m *merging) compare(rt *rapid.T, before map[asked]tenancy.Decision) {
	m.Helper()
	after, accounts := m.answers(), m.accountRecords()
	require.Len(rt, after, len(before))
	for question, was := range before {
		is := after[question]
		if is == was {
			continue
		}
		role, managing := m.ranks(question.user)[accounts[question.account].Organization]
		managing = managing && role != tenancy.StandardUser
		if is.Why == tenancy.WhyOrganizationRole {
			require.True(rt, managing)
			require.Equal(rt, role, is.OrganizationRole)
		}
		require.NotContains(rt, []tenancy.Why{tenancy.WhyGrant, tenancy.WhyParentGrant}, was.Why)
		require.NotContains(rt, []tenancy.Why{tenancy.WhyGrant, tenancy.WhyParentGrant}, is.Why)
		require.NotEqual(rt, accounts[question.account].Organization,
			tenancy.OrganizationID{}) // it is one of the two sides'
		if was.Why == tenancy.WhyUnreachable {
			require.True(rt, managing) // access is gained by managing the Prime alone
		}
	}
}
