package tenancy_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
)

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
			func(m *merging) []*tenancy.Session {
				return []*tenancy.Session{m.host.Session,
					m.staff.Session}
			}, nil},
		{"MRG-11 Operators and System, of an organization", imported, byOrganization,
			func(m *merging) []*tenancy.Session {
				return []*tenancy.Session{m.host.Session,
					m.staff.Session}
			},
			func(m *merging) []*tenancy.Session {
				return []*tenancy.Session{m.as(m.ana.User.ID), m.as(m.admin), m.as(m.ben.User.ID),
					m.as(m.adam), m.as(m.mia), m.as(m.gus)}
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
				require.NoError(m, errOf(m.staff.SetImportEntitlement(m.ctx(), m.prime,
					tenancy.ImportEntitlement{})))
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
				require.NoError(m, m.as(m.ben.User.ID).DeclineInvitation(m.ctx(), tenancy.Declination{Secret: m.sent.Secret}))
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
			func(m *merging) []*tenancy.Session {
				return []*tenancy.Session{m.host.Session,
					m.as(m.ana.User.ID)}
			}},
		{"MRG-11 nobody's ID", imported,
			func(m *merging) tenancy.MergeCandidate {
				m.invite()
				return tenancy.MergeCandidate{Owner: foreignID[tenancy.UserID]()}
			}, nil,
			func(m *merging) []*tenancy.Session {
				return []*tenancy.Session{m.host.Session,
					m.as(m.ana.User.ID)}
			}},
		{"MRG-11 a merged organization", together,
			func(m *merging) tenancy.MergeCandidate {
				require.NoError(m,
					m.merge())
				return byOrganization(m)
			}, nil,
			func(m *merging) []*tenancy.Session {
				return []*tenancy.Session{m.host.Session,
					m.as(m.ana.User.ID)}
			}},
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
	t.Run(
		"MRG-11 of what stands against it the Candidate's Owner is told what accepting tells them",
		func(t *testing.T) {
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
		},
	)
	t.Run(
		"MRG-11 to Operators and System by Owner: accepting while an invitation is pending, else importing",
		func(t *testing.T) {
			m := newMerging(t, invited)
			own := m.prove(m.ben.User.ID, m.candidate, "candidate.example")
			for _, member := range []tenancy.UserID{m.adam, m.mia} {
				require.NoError(t, m.as(m.ben.User.ID).RemoveUser(m.ctx(), m.candidate, member,
					tenancy.Removal{AccountsTo: m.ben.User.ID}))
			}
			require.NoError(t, errOf(m.staff.SetImportEntitlement(m.ctx(), m.prime, tenancy.ImportEntitlement{})))
			role := func(as *tenancy.Session) tenancy.OrganizationRole {
				plan, err := as.PreviewMerge(m.ctx(), m.prime, byOwner(m))
				require.NoError(t, err)
				require.Len(t, plan.Users, 1)
				if len(plan.Dissolved) > 0 {
					require.Empty(t, plan.Unmet)
				} else {
					require.Equal(t, []tenancy.Unmet{{Organization: m.candidate,
						Code: tenancy.CodeCandidateDomain}}, plan.Unmet)
				}
				return plan.Users[0].After
			}
			require.Equal(t, tenancy.StandardUser, role(m.staff.Session), "an import, entitled or not")
			m.role = tenancy.Administrator
			m.invite()
			for _, as := range []*tenancy.Session{m.staff.Session, m.host.Session, m.as(m.ben.User.ID)} {
				require.Equal(t, tenancy.Administrator, role(as), "accepting")
			}
			require.NoError(t, errOf(m.staff.SetImportEntitlement(m.ctx(), m.prime,
				tenancy.ImportEntitlement{On: true, Reference: "ticket-1"})))
			require.Equal(t, tenancy.Administrator, role(m.host.Session),
				"accepting, though the Prime may import")
			require.Equal(t, tenancy.StandardUser, role(m.as(m.admin)), "the import")
			m.clock.Advance(7*24*time.Hour - 1)
			require.Equal(t, tenancy.Administrator, role(m.host.Session))
			m.clock.Advance(1)
			require.NoError(t, m.as(m.ben.User.ID).RemoveDomain(m.ctx(), own))
			plan := m.preview()
			require.Equal(t, tenancy.StandardUser, plan.Users[0].After, "the invitation has expired")
		},
	)
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
	t.Run(
		"MRG-14 an invitation to an address that the Prime's Owner has since is none that they could accept",
		func(t *testing.T) {
			m := newMerging(t, together)
			m.invitation(m.admin, m.prime, "anna@corp.example")
			_, err := m.host.ChangeEmail(m.ctx(), m.ana.User.ID, tenancy.Proven("anna@corp.example"))
			require.NoError(t, err)
			for _, as := range []*tenancy.Session{m.host.Session, m.as(m.ana.User.ID)} {
				plan, err := as.PreviewMerge(m.ctx(), m.prime, byOwner(m))
				require.NoError(t, err)
				require.Equal(t, tenancy.Owner,
					plan.Users[slices.IndexFunc(plan.Users,
						func(u tenancy.MergedUser) bool { return u.User == m.ana.User.ID })].After)
				require.Len(t, plan.Revoked, 1)
				require.Empty(t, plan.Unmet)
			}
			m.asPreviewed()
		},
	)
	t.Run("MRG-1 the Prime has ended", func(t *testing.T) {
		m := newMerging(t, imported)
		require.NoError(t, m.as(m.ana.User.ID).DeleteOrganization(m.ctx(), m.prime,
			tenancy.OrganizationDeletion{}))
		require.Equal(t, tenancy.Unmet{Code: tenancy.CodeEnded}, m.preview().Unmet[0])
	})
	t.Run("MRG-11 every prerequisite that is not met, not only the first", func(t *testing.T) {
		m := newMerging(t, invited)
		m.offDomain()
		m.prove(m.ben.User.ID, m.candidate, "candidate.example")
		m.limit(tenancy.Limits{Members: 1, Accounts: 1})
		m.recheck("corp.example")
		require.Equal(t, []tenancy.Unmet{{Organization: m.candidate, Code: tenancy.CodeNoLiveDomain},
			{Organization: m.candidate, Code: tenancy.CodeCandidateDomain},
			{Organization: m.candidate,
				Code: tenancy.CodeOwnerOffDomain}, {Code: tenancy.CodeMemberLimit}, {Code: tenancy.CodeAccountLimit}}, m.preview().Unmet)
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
		_, err = m.host.PreviewMerge(m.ctx(), m.prime, tenancy.MergeCandidate{Owner: m.ben.User.ID,
			Organization: m.candidate})
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

func TestPreviewMergeReads(t *testing.T) {
	m := newMerging(t, imported)
	require.NoError(t, errOf(m.staff.SetImportEntitlement(m.ctx(), m.prime,
		tenancy.ImportEntitlement{On: true, Reference: "t"})))
	eve := m.found("eve")
	m.second(eve)
	m.join(eve, "mo", tenancy.StandardUser)
	asks := func(actor tenancy.UserID, of tenancy.MergeCandidate) [][]tenancy.Index {
		steps, _ := m.readsOf(func(dir *tenancy.Directory) {
			_, err := dir.As(actor).PreviewMerge(t.Context(), m.prime, of)
			refused(t, err, tenancy.CodeNotFound)
		})
		return steps
	}
	t.Run(
		"GEN-5 the reads for an Owner who can't be imported do not tell whether the ID is somebody's",
		func(t *testing.T) {
			nobody := asks(m.admin, tenancy.MergeCandidate{Owner: foreignID[tenancy.UserID]()})
			require.Equal(t, nobody, asks(m.admin, tenancy.MergeCandidate{Owner: eve.User.ID}))
		},
	)
	t.Run("GEN-5 nor do those for another Owner's organization", func(t *testing.T) {
		for _, actor := range []tenancy.UserID{m.admin, m.ana.User.ID} {
			none := asks(actor, tenancy.MergeCandidate{Organization: foreignID[tenancy.OrganizationID]()})
			require.Equal(t, none, asks(actor, tenancy.MergeCandidate{Organization: eve.Organization.ID}))
		}
	})
	t.Run("GEN-14 who is not invited learns nothing of what is pending in the Prime", func(t *testing.T) {
		before := asks(eve.User.ID, tenancy.MergeCandidate{Owner: eve.User.ID})
		m.invitation(m.ana.User.ID, m.prime, address("mo"))
		m.invitation(m.ana.User.ID, m.prime, "somebody@else.example")
		require.Equal(t, before, asks(eve.User.ID, tenancy.MergeCandidate{Owner: eve.User.ID}))
	})
}

// state is the part of a directory that a plan is about.
type state struct {
	ranks    map[tenancy.UserID]map[tenancy.OrganizationID]tenancy.OrganizationRole
	accounts map[tenancy.AccountID]tenancy.OrganizationID
	pending  map[tenancy.InvitationID]bool
	open     map[tenancy.RequestID]bool
}

func (s *scene) state() state {
	s.Helper()
	now := state{map[tenancy.UserID]map[tenancy.OrganizationID]tenancy.OrganizationRole{},
		map[tenancy.AccountID]tenancy.OrganizationID{},
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

// asPreviewed merges, and requires that what happened is what the preview said, field by
// field (MRG-11).
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

// fulfilled requires that the difference of two states is a plan's.
func (s *scene) fulfilled(plan tenancy.MergePlan, before, after state) {
	s.Helper()
	planned := map[tenancy.UserID]tenancy.MergedUser{}
	for _, u := range plan.Users {
		planned[u.User] = u
		require.Equal(s, before.ranks[u.User][u.Organization], u.Before)
		require.Equal(s, map[tenancy.OrganizationID]tenancy.OrganizationRole{plan.Prime: u.After},
			onlyIn(after.ranks[u.User], plan.Prime))
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

func onlyIn(
	ranks map[tenancy.OrganizationID]tenancy.OrganizationRole, org tenancy.OrganizationID,
) map[tenancy.OrganizationID]tenancy.OrganizationRole {
	in := map[tenancy.OrganizationID]tenancy.OrganizationRole{}
	if role, is := ranks[org]; is {
		in[org] = role
	}
	return in
}
