package tenancy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// TestMergeRefused has every refusal of a merge, in each of the three ways (SEC-16). None of them
// changes anything, and the preview has the same reasons.
func TestMergeRefused(t *testing.T) {
	const none tenancy.Code = ""
	for _, row := range []struct {
		name    string
		codes   [3]tenancy.Code // in the order of ways; none: there is no such case
		unmet   tenancy.Code    // what a preview says; none: there is no preview
		prepare func(m *merging)
	}{
		{"MRG-1 the Prime's domain is not live", [3]tenancy.Code{tenancy.CodeNoLiveDomain,
			tenancy.CodeNoLiveDomain, tenancy.CodeNoLiveDomain}, tenancy.CodeNoLiveDomain,
			func(m *merging) { m.clock.Advance(8 * 24 * time.Hour); m.ready() }},
		{"MRG-1 the Prime's domain is lapsing", [3]tenancy.Code{tenancy.CodeNoLiveDomain,
			tenancy.CodeNoLiveDomain, tenancy.CodeNoLiveDomain}, tenancy.CodeNoLiveDomain,
			func(m *merging) { m.ready().recheck("corp.example") }},
		{"MRG-1 the Prime has no domain any more", [3]tenancy.Code{tenancy.CodeNoLiveDomain,
			tenancy.CodeNoLiveDomain, tenancy.CodeNoLiveDomain}, tenancy.CodeNoLiveDomain,
			func(m *merging) {
				require.NoError(m, m.ready().as(m.ana.User.ID).RemoveDomain(m.ctx(), m.domain))
			}},
		{"MRG-1 the Candidate has a verified domain", [3]tenancy.Code{tenancy.CodeCandidateDomain,
			tenancy.CodeCandidateDomain, tenancy.CodeCandidateDomain}, tenancy.CodeCandidateDomain,
			func(m *merging) { m.ready().prove(m.ben.User.ID, m.candidate, "candidate.example") }},
		{"MRG-1 the Candidate has a lapsing domain", [3]tenancy.Code{tenancy.CodeCandidateDomain,
			tenancy.CodeCandidateDomain, tenancy.CodeCandidateDomain}, tenancy.CodeCandidateDomain,
			func(m *merging) {
				m.ready().prove(m.ben.User.ID, m.candidate, "candidate.example")
				m.recheck("candidate.example")
			}},
		{"MRG-1 the Candidate's Owner is off the Prime's domains",
			[3]tenancy.Code{tenancy.CodeOwnerOffDomain, tenancy.CodeNotEligible,
				tenancy.CodeOwnerOffDomain}, tenancy.CodeOwnerOffDomain,
			func(m *merging) { m.offDomain(); m.ready() }},
		{"MRG-1 the Candidate's Owner is on an unproven domain of the Prime's",
			[3]tenancy.Code{tenancy.CodeOwnerOffDomain, tenancy.CodeNotEligible,
				tenancy.CodeOwnerOffDomain}, tenancy.CodeOwnerOffDomain,
			func(m *merging) {
				m.offDomain()
				_, err := m.ready().as(m.ana.User.ID).AddDomain(m.ctx(), m.prime, "else.example")
				require.NoError(m, err)
			}},
		{"MRG-1 one of two Candidates has a verified domain: none merges",
			[3]tenancy.Code{tenancy.CodeCandidateDomain, tenancy.CodeCandidateDomain, none},
			tenancy.CodeCandidateDomain,
			func(m *merging) {
				second := m.secondCandidate()
				m.ready().prove(m.ben.User.ID, second, "second.example")
			}},
		{"USR-1 a member's domain is closed", [3]tenancy.Code{tenancy.CodeMergeClosed,
			tenancy.CodeMergeClosed, tenancy.CodeMergeClosed}, tenancy.CodeMergeClosed,
			func(m *merging) {
				m.joinAt(m.ben.User.ID, m.candidate, "zoe@zed.example")
				closed := m.prove(m.ana.User.ID, m.prime, "zed.example")
				require.NoError(m, errOf(m.ready().as(m.ana.User.ID).SetSignUpPolicy(m.ctx(), m.prime,
					tenancy.SignUpPolicyChange{Domain: closed, Policy: tenancy.PolicyClosed})))
			}},
		{"USR-1 the organization's policy closes the domain",
			[3]tenancy.Code{tenancy.CodeSignUpClosed, tenancy.CodeSignUpClosed, tenancy.CodeMergeClosed},
			tenancy.CodeMergeClosed,
			func(m *merging) {
				require.NoError(m, errOf(m.ready().as(m.ana.User.ID).SetSignUpPolicy(m.ctx(), m.prime,
					tenancy.SignUpPolicyChange{Policy: tenancy.PolicyClosed})))
			}},
		{"MRG-10 one member too many", [3]tenancy.Code{tenancy.CodeMemberLimit, tenancy.CodeMemberLimit,
			tenancy.CodeMemberLimit}, tenancy.CodeMemberLimit,
			func(m *merging) {
				members, _ := m.ready().occupied()
				more := 2
				if m.way == together {
					more = 1
				}
				m.limit(tenancy.Limits{Members: members + more})
			}},
		{"MRG-10 one account too many", [3]tenancy.Code{tenancy.CodeAccountLimit, tenancy.CodeAccountLimit,
			tenancy.CodeAccountLimit}, tenancy.CodeAccountLimit,
			func(m *merging) {
				_, accounts := m.ready().occupied()
				m.limit(tenancy.Limits{Accounts: accounts + 1})
			}},
		{"MRG-10 two Candidates are too many together: none merges",
			[3]tenancy.Code{tenancy.CodeAccountLimit, tenancy.CodeAccountLimit, none},
			tenancy.CodeAccountLimit,
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
		{"MRG-3 the Prime is not entitled to import", [3]tenancy.Code{none, tenancy.CodeNotEntitled, none},
			none,
			func(m *merging) {
				require.NoError(m, errOf(m.staff.SetImportEntitlement(m.ctx(), m.prime,
					tenancy.ImportEntitlement{})))
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
				m.sent, err = m.as(m.admin).InviteUser(m.ctx(), m.prime,
					tenancy.NewInvitation{Email: "ben@corp.example"})
				require.NoError(m, err)
				require.NoError(m, errOf(m.as(m.ana.User.ID).SetOrganizationRole(m.ctx(), m.prime, m.admin,
					tenancy.StandardUser)))
			}},
		{"ORG-13 the Candidate is merged already", [3]tenancy.Code{none, none, tenancy.CodeMerged}, none,
			func(m *merging) { require.NoError(m, m.merge()) }},
		{"MRG-14 an Administrator of the Prime is not its Owner",
			[3]tenancy.Code{none, none, tenancy.CodeNotAllowed}, none,
			func(m *merging) { m.ana.User.ID = m.admin }},
		{"MRG-14 to the Owner of the Candidate alone the Prime is not there",
			[3]tenancy.Code{none, none, tenancy.CodeNotFound}, none,
			func(m *merging) { m.ana = m.found("zoe"); m.candidate = m.ana.Organization.ID }},
		{"MRG-14 to the Owner of the Prime alone the Candidate is not there",
			[3]tenancy.Code{none, none, tenancy.CodeNotFound}, none,
			func(m *merging) { m.candidate = m.found("zoe").Organization.ID }},
		{"MRG-1 the two are the same", [3]tenancy.Code{none, none, tenancy.CodeSameOrganization}, none,
			func(m *merging) { m.candidate = m.prime }},
		{"MRG-14 the Candidate was deleted", [3]tenancy.Code{none, none, tenancy.CodeNotFound}, none,
			func(m *merging) {
				require.NoError(m, m.as(m.ana.User.ID).DeleteOrganization(m.ctx(), m.candidate,
					tenancy.OrganizationDeletion{AccountsTo: m.prime}))
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

// TestMerge has what a merge does, in each of the three ways. Each leaves a sound
// directory, and has done what its preview said.
func TestMerge(t *testing.T) {
	for _, row := range []struct {
		name string
		run  func(m *merging, merge func())
	}{
		{"MRG-2 MRG-3 MRG-14 the Candidate's Owner has the role that the way gives", func(m *merging, merge func()) {
			m.role = tenancy.Administrator
			m.ready()
			merge()
			want := map[way]tenancy.OrganizationRole{invited: tenancy.Administrator,
				imported: tenancy.StandardUser, together: tenancy.Owner}[m.way]
			require.Equal(m, map[tenancy.OrganizationID]tenancy.OrganizationRole{m.prime: want},
				m.ranks(m.ben.User.ID))
			require.Equal(m, m.ana.User.ID, m.ownerOf(m.prime))
		}},
		{"MRG-2 an invited Owner is a pending user until they accept", func(m *merging, merge func()) {
			m.ready()
			if m.way == invited {
				require.Len(m, m.list(m.as(m.ana.User.ID), m.prime,
					tenancy.UserQuery{Kind: tenancy.KindPending}), 1)
			}
			merge()
			require.Empty(m, m.list(m.as(m.ana.User.ID), m.prime,
				tenancy.UserQuery{Kind: tenancy.KindPending}))
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
			require.Empty(m, items(m, m.host.Users(m.ctx(), m.candidate,
				tenancy.UserQuery{Kind: tenancy.KindManaged})))
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
			m.can(m.admin, tenancy.ManageMembers, m.main, tenancy.Decision{Allowed: true,
				Why: tenancy.WhyOrganizationRole, OrganizationRole: tenancy.Administrator})
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
			require.NoError(m, errOf(m.as(m.ben.User.ID).SetSSOExemption(m.ctx(), m.candidate, m.mia,
				tenancy.SSOExempt)))
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
			require.Equal(m, tenancy.StateSettled, m.record(tenancy.IndexRequests,
				tenancy.Key{ID: request.ID}).(tenancy.RequestRecord).State)
			require.Empty(m, items(m, m.host.Domains(m.ctx(), m.candidate, tenancy.DomainQuery{})))
			require.Empty(m, items(m, m.host.Connections(m.ctx(), m.candidate, tenancy.ConnectionQuery{})))
		}},
		{"MRG-9 invitations to the Candidate's accounts live on", func(m *merging, merge func()) {
			sent, err := m.as(m.ben.User.ID).InviteToAccount(m.ctx(), m.main,
				tenancy.NewAccountInvitation{Email: "ivo@ivo.example", Roles: tenancy.Roles(tenancy.Support)})
			require.NoError(m, err)
			m.ready()
			merge()
			require.Equal(m, tenancy.StatePending, m.invitationState(sent.ID))
			ivo, err := m.host.SignUp(m.ctx(), tenancy.NewSignUp{Email: tenancy.Proven("ivo@ivo.example"),
				Name: "Ivo", Secret: sent.Secret})
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
			want := map[way]tenancy.State{invited: tenancy.StateAccepted,
				imported: tenancy.StateRevoked}[m.way]
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
			require.Equal(m, tenancy.StateSettled, m.record(tenancy.IndexRequests,
				tenancy.Key{ID: requests[0]}).(tenancy.RequestRecord).State)
			require.Equal(m, tenancy.StateOpen, m.record(tenancy.IndexRequests,
				tenancy.Key{ID: requests[1]}).(tenancy.RequestRecord).State)
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
			sent, err := m.as(zed.User.ID).InviteUser(m.ctx(), zed.Organization.ID,
				tenancy.NewInvitation{Email: "ana@zed.example"})
			require.NoError(m, err)
			offer, err := ana.Invitation(m.ctx(), sent.Secret)
			require.NoError(m, err)
			_, err = ana.AcceptInvitation(m.ctx(), tenancy.Acceptance{Secret: sent.Secret,
				Terms: offer.Terms.Token})
			require.NoError(m, err)
			for _, org := range []tenancy.OrganizationID{m.candidate, m.prime} {
				record, err := m.host.Organization(m.ctx(), org)
				require.NoError(m, err)
				require.Equal(m, zed.Organization.ID, record.MergedInto)
				shown, err := m.as(m.mia).Organization(m.ctx(), org)
				require.NoError(m, err)
				require.Equal(m, zed.Organization.ID, shown.ID)
				require.NotEmpty(m, items(m, m.as(zed.User.ID).Events(m.ctx(), organizationStream(org),
					tenancy.EventQuery{})))
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
				_, err = m.as(m.ana.User.ID).InviteUser(m.ctx(), m.candidate,
					tenancy.NewInvitation{Email: "new@new.example"})
				refused(m, err, tenancy.CodeMerged)
				refused(m, m.as(m.ana.User.ID).DeleteOrganization(m.ctx(), m.candidate,
					tenancy.OrganizationDeletion{}), tenancy.CodeMerged)
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
				require.Equal(m, tenancy.OrganizationMerged{Organization: m.candidate, Into: m.prime,
					Ended: m.instant(0)}, last)
			}
			refused(m, failure(m.as(m.mia).Events(m.ctx(), stream, tenancy.EventQuery{})),
				tenancy.CodeNotAllowed)
			refused(m, failure(m.as(m.gus).Events(m.ctx(), stream, tenancy.EventQuery{})),
				tenancy.CodeNotFound)
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
			require.Equal(m, map[tenancy.OrganizationID]tenancy.OrganizationRole{m.prime: tenancy.Owner,
				third: tenancy.Owner}, m.ranks(m.ana.User.ID))
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
