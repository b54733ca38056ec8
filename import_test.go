package tenancy_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// importer is an organization that may import, with a live domain.
type importer struct {
	*scene
	ana    tenancy.SignedUp // the Owner
	org    tenancy.OrganizationID
	admin  tenancy.UserID
	domain tenancy.DomainID // corp.example
}

// newImporter returns one whose domain was proven after people signed up with addresses on
// it.
func newImporter(t *testing.T, people func(s *importer)) *importer {
	t.Helper()
	s := &importer{scene: newScene(t)}
	s.ana = s.found("ana")
	s.org = s.ana.Organization.ID
	s.admin = s.join(s.ana, "adam", tenancy.Administrator)
	if people != nil {
		people(s)
	}
	s.domain = s.prove(s.ana.User.ID, s.org, "corp.example")
	require.NoError(t, errOf(s.staff.SetImportEntitlement(s.ctx(), s.org,
		tenancy.ImportEntitlement{On: true, Reference: "ticket-1"})))
	return s
}

// independent signs up a user who is in no organization, with an unmanaged account of
// their own.
func (s *importer) independent(email string) (tenancy.UserID, tenancy.AccountID) {
	s.Helper()
	host := s.foundAt("Host", "host@"+strings.Replace(email, "@", ".", 1))
	sent, err := s.as(host.User.ID).InviteToAccount(s.ctx(), host.Account.ID,
		tenancy.NewAccountInvitation{Email: email, Roles: tenancy.Roles(tenancy.Support)})
	require.NoError(s, err)
	joined, err := s.host.SignUp(s.ctx(), tenancy.NewSignUp{Email: tenancy.Proven(email),
		Name: "Independent", Secret: sent.Secret})
	require.NoError(s, err)
	return joined.User.ID, s.account(joined.User.ID, tenancy.OrganizationID{}, "Own")
}

func (s *importer) imports(emails ...string) []tenancy.ImportedUser {
	s.Helper()
	results, err := s.as(s.admin).ImportUsers(s.ctx(), s.org, tenancy.UserImport{Emails: emails})
	require.NoError(s, err)
	require.Len(s, results, len(emails))
	for i, result := range results {
		require.Equal(s, emails[i], result.Email.Reveal())
		require.Equal(s, result.Err != nil, result.User.IsZero())
		if result.Err != nil { // GEN-4: like every refusal, and without the address
			require.Equal(s, &tenancy.Error{Op: "ImportUsers", Subject: s.org.String(),
				Err: tenancy.CodeOf(result.Err)}, result.Err)
		}
	}
	return results
}

func TestImportUsers(t *testing.T) {
	t.Run("USR-15 of each address whether it was imported and why not; one refusal stops no other", func(t *testing.T) {
		var ines, idle tenancy.UserID
		var own tenancy.AccountID
		var ben, cara tenancy.SignedUp
		s := newImporter(t, func(s *importer) {
			ines, own = s.independent("ines@corp.example")
			idle, _ = s.independent("idle@corp.example")
			s.independent("zed@closed.example")
			s.independent("off@off.example")
			ben, cara = s.foundAt("Ben", "ben@corp.example"), s.foundAt("Cara", "cara@corp.example")
			eve := s.found("eve")
			s.joinAt(eve.User.ID, eve.Organization.ID, "elsewhere@corp.example")
			s.joinAt(s.ana.User.ID, s.org, "member@corp.example")
		})
		closed := s.prove(s.ana.User.ID, s.org, "closed.example")
		require.NoError(t, errOf(s.as(s.ana.User.ID).SetSignUpPolicy(s.ctx(), s.org,
			tenancy.SignUpPolicyChange{Domain: closed, Policy: tenancy.PolicyClosed})))
		s.prove(cara.User.ID, cara.Organization.ID, "cara.example")
		_, err := s.staff.DeactivateUser(s.ctx(), idle)
		require.NoError(t, err)
		results := s.imports("nonsense", "Off@off.example", "nobody@corp.example", "nobody@off.example",
			"idle@corp.example", "zed@closed.example", "elsewhere@corp.example", "member@corp.example",
			"cara@corp.example", "ben@corp.example", "ines@corp.example", "INES@corp.example", "ben@corp.example")
		for i, want := range []tenancy.Code{tenancy.CodeEmail, tenancy.CodeNotEligible,
			tenancy.CodeNotEligible, tenancy.CodeNotEligible, tenancy.CodeNotEligible,
			tenancy.CodeSignUpClosed, tenancy.CodeManagedElsewhere, tenancy.CodeMember, tenancy.CodeCandidateDomain, "", "", tenancy.CodeMember, tenancy.CodeMember} {
			require.Equal(t, want, tenancy.CodeOf(results[i].Err), results[i].Email.Reveal())
		}
		require.Equal(t, tenancy.ImportedUser{Email: tenancy.NewPersonal("ben@corp.example"),
			User: ben.User.ID, Brought: []tenancy.OrganizationID{ben.Organization.ID}}, results[9])
		require.Equal(t, tenancy.ImportedUser{Email: tenancy.NewPersonal("ines@corp.example"), User: ines},
			results[10])
		for _, user := range []tenancy.UserID{ben.User.ID, ines} {
			require.Equal(t, map[tenancy.OrganizationID]tenancy.OrganizationRole{s.org: tenancy.StandardUser},
				s.ranks(user))
		}
		require.Equal(t, s.org, s.accountRecord(own).Organization) // USR-9
		s.sound()
	})
	t.Run("USR-15 what keeps an organization from importing keeps it from importing anybody", func(t *testing.T) {
		s := newImporter(t, nil)
		input := tenancy.UserImport{Emails: []string{"ines@corp.example"}}
		fails := func(session *tenancy.Session, org tenancy.OrganizationID, input tenancy.UserImport, code tenancy.Code) {
			t.Helper()
			s.unchanged(func() {
				results, err := session.ImportUsers(s.ctx(), org, input)
				refused(t, err, code)
				require.Empty(t, results)
			})
		}
		owner := s.as(s.ana.User.ID)
		fails(owner, tenancy.OrganizationID{}, input, tenancy.CodeID)
		fails(owner, s.org, tenancy.UserImport{}, tenancy.CodeInput)
		fails(owner, s.org, tenancy.UserImport{Emails: make([]string, 100_001)}, tenancy.CodeInput)
		fails(owner.Once(tenancy.NewOperationID()), s.org, input, tenancy.CodeInput)
		fails(owner, foreignID[tenancy.OrganizationID](), input, tenancy.CodeNotFound)
		fails(s.as(s.found("eve").User.ID), s.org, input, tenancy.CodeNotFound)
		fails(s.as(s.join(s.ana, "sam", tenancy.StandardUser)), s.org, input, tenancy.CodeNotAllowed)
		fails(s.host.Session, s.org, input, tenancy.CodeNotAllowed)
		fails(s.staff.Session, s.org, input, tenancy.CodeNotAllowed)
		s.clock.Advance(8 * 24 * time.Hour)
		fails(owner, s.org, input, tenancy.CodeNoLiveDomain)
		require.NoError(t, errOf(s.staff.SetImportEntitlement(s.ctx(), s.org, tenancy.ImportEntitlement{})))
		fails(owner, s.org, input, tenancy.CodeNotEntitled)
	})
	t.Run("USR-15 only the address's own live domain counts", func(t *testing.T) {
		s := newImporter(t,
			func(s *importer) { s.independent("una@unproven.example"); s.independent("sub@deep.corp.example") })
		_, err := s.as(s.ana.User.ID).AddDomain(s.ctx(), s.org, "unproven.example")
		require.NoError(t, err)
		for _, result := range s.imports("una@unproven.example", "sub@deep.corp.example") {
			refused(t, result.Err, tenancy.CodeNotEligible)
		}
	})
	t.Run("USR-15 whether to tell them is in the event; the host sends", func(t *testing.T) {
		for _, notify := range []bool{false, true} {
			var ines tenancy.UserID
			var ben tenancy.SignedUp
			s := newImporter(t, func(s *importer) {
				ines, _ = s.independent("ines@corp.example")
				ben = s.foundAt("Ben", "ben@corp.example")
			})
			_, err := s.as(s.ana.User.ID).ImportUsers(s.ctx(), s.org,
				tenancy.UserImport{Emails: []string{"ines@corp.example", "ben@corp.example"}, Notify: notify})
			require.NoError(t, err)
			var told []tenancy.EventData
			for _, e := range items(t, s.host.Events(s.ctx(), organizationStream(s.org), tenancy.EventQuery{})) {
				if data, is := e.Data.(tenancy.UserImported); is {
					require.Equal(t, "ImportUsers", e.Name)
					told = append(told, data)
				}
			}
			require.Equal(t, []tenancy.EventData{tenancy.UserImported{Organization: s.org, User: ines,
				Notify: notify},
				tenancy.UserImported{Organization: s.org, User: ben.User.ID, Notify: notify}}, told)
		}
	})
	t.Run("USR-15 the organization's pending invitation of somebody imported is revoked", func(t *testing.T) {
		s := newImporter(t, func(s *importer) { s.independent("ines@corp.example") })
		sent := s.invitation(s.ana.User.ID, s.org, "ines@corp.example")
		s.imports("ines@corp.example")
		require.Equal(t, tenancy.StateRevoked, s.invitationState(sent))
		s.sound()
	})
	t.Run("GEN-12 limits stop whom they must, in order", func(t *testing.T) {
		s := newImporter(t, func(s *importer) {
			for i := range 3 {
				s.independent(fmt.Sprintf("ines%d@corp.example", i))
			}
		})
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), s.org, &tenancy.Limits{Members: 4})))
		results := s.imports("ines0@corp.example", "ines1@corp.example", "ines2@corp.example")
		require.NoError(t, results[0].Err)
		require.NoError(t, results[1].Err)
		refused(t, results[2].Err, tenancy.CodeMemberLimit)
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), s.org, &tenancy.Limits{Accounts: 3})))
		refused(t, s.imports("ines2@corp.example")[0].Err, tenancy.CodeAccountLimit)
	})
	t.Run("USR-15 more addresses than go into one transaction, with duplicates in other batches", func(t *testing.T) {
		const many = 1010
		var emails []string
		s := newImporter(t, func(s *importer) {
			host := s.foundAt("Host", "host@host.example")
			for i := range many {
				email := fmt.Sprintf("user%d@corp.example", i)
				emails = append(emails, email)
				sent, err := s.as(host.User.ID).InviteToAccount(s.ctx(), host.Account.ID,
					tenancy.NewAccountInvitation{Email: email, Roles: tenancy.Roles(tenancy.Support)})
				require.NoError(s, err)
				_, err = s.host.SignUp(s.ctx(), tenancy.NewSignUp{Email: tenancy.Proven(email),
					Name: "User", Secret: sent.Secret})
				require.NoError(s, err)
			}
		})
		results := s.imports(append(emails, emails[0])...)
		for _, result := range results[:many] {
			require.NoError(t, result.Err)
		}
		refused(t, results[many].Err, tenancy.CodeMember)
		operations := map[tenancy.OperationID]int{}
		for _, e := range items(t, s.host.Events(s.ctx(), organizationStream(s.org), tenancy.EventQuery{})) {
			if _, is := e.Data.(tenancy.UserImported); is {
				operations[e.Operation]++
			}
		}
		require.Len(t, operations, 2)
		require.Empty(t, s.check(tenancy.CheckOptions{}))
	})
	t.Run("GEN-13 in a block it is part of the block", func(t *testing.T) {
		var ines tenancy.UserID
		var ben tenancy.SignedUp
		s := newImporter(t, func(s *importer) {
			ines, _ = s.independent("ines@corp.example")
			ben = s.foundAt("Ben", "ben@corp.example")
		})
		input := tenancy.UserImport{Emails: []string{"ines@corp.example", "ben@corp.example",
			"ines@corp.example"}}
		abandoned := errors.New("abandoned")
		inBlock := func(end error) error {
			return s.as(s.ana.User.ID).Atomically(s.ctx(), func(ctx context.Context, block *tenancy.Session) error {
				results, err := block.ImportUsers(ctx, s.org, input)
				if err != nil {
					return err
				}
				require.NoError(t, results[0].Err)
				require.NoError(t, results[1].Err)
				refused(t, results[2].Err, tenancy.CodeMember)
				return end
			})
		}
		s.unchanged(func() { require.ErrorIs(t, inBlock(abandoned), abandoned) })
		require.NoError(t, inBlock(nil))
		for _, user := range []tenancy.UserID{ines, ben.User.ID} {
			require.Equal(t, map[tenancy.OrganizationID]tenancy.OrganizationRole{s.org: tenancy.StandardUser},
				s.ranks(user))
		}
		s.sound()
	})
	t.Run("MRG-11 a preview of a block says what importing would do, and does nothing", func(t *testing.T) {
		s := newImporter(t, func(s *importer) { s.foundAt("Ben", "ben@corp.example") })
		s.unchanged(func() {
			events, err := s.as(s.ana.User.ID).
				Preview(s.ctx(), func(ctx context.Context, block *tenancy.Session) error {
					_, err := block.ImportUsers(ctx, s.org,
						tenancy.UserImport{Emails: []string{"ben@corp.example"}})
					return err
				})
			require.NoError(t, err)
			require.NotEmpty(t, events)
		})
	})
}

func TestImportableUsers(t *testing.T) {
	list := func(s *importer, session *tenancy.Session, query tenancy.ImportableUserQuery) []tenancy.ImportableUser {
		s.Helper()
		return items(s, session.ImportableUsers(s.ctx(), s.domain, query))
	}
	t.Run("GEN-15 whom importing would take, by ID, with how many organizations they own", func(t *testing.T) {
		var ben tenancy.SignedUp
		var ines tenancy.UserID
		s := newImporter(t, func(s *importer) {
			ines, _ = s.independent("ines@corp.example")
			s.independent("off@off.example")
			s.independent("sub@deep.corp.example")
			idle, _ := s.independent("idle@corp.example")
			_, err := s.staff.DeactivateUser(s.ctx(), idle)
			require.NoError(s, err)
			ben = s.foundAt("Ben", "Ben@corp.example")
			s.second(ben)
			eve := s.found("eve")
			s.joinAt(eve.User.ID, eve.Organization.ID, "elsewhere@corp.example")
			s.joinAt(s.ana.User.ID, s.org, "member@corp.example")
		})
		for _, session := range []*tenancy.Session{s.as(s.ana.User.ID), s.as(s.admin), s.host.Session, s.staff.Session} {
			found := list(s, session, tenancy.ImportableUserQuery{})
			require.Len(t, found, 2)
			emails, owns := map[tenancy.UserID]string{}, map[tenancy.UserID]int{}
			for _, user := range found {
				emails[user.User], owns[user.User] = user.Email.Reveal(), user.Owns
			}
			require.Equal(t, map[tenancy.UserID]string{ben.User.ID: "Ben@corp.example",
				ines: "ines@corp.example"}, emails)
			require.Equal(t, map[tenancy.UserID]int{ben.User.ID: 2, ines: 0}, owns)
			require.Negative(t, bytes.Compare(found[0].User[:], found[1].User[:]))
			require.Equal(t, found[1:], list(s, session,
				tenancy.ImportableUserQuery{After: found[0].Cursor()}))
			for _, user := range found {
				if user.Owns > 0 {
					_, err := s.as(s.admin).PreviewMerge(s.ctx(), s.org,
						tenancy.MergeCandidate{Owner: user.User})
					require.NoError(t, err) // MRG-11: the list gives the ID
				}
			}
		}
		for _, result := range s.imports("ben@corp.example", "ines@corp.example") {
			require.NoError(t, result.Err)
		}
		require.Empty(t, list(s, s.as(s.admin), tenancy.ImportableUserQuery{}))
	})
	t.Run("USR-15 nobody where the domain is closed", func(t *testing.T) {
		s := newImporter(t, func(s *importer) { s.independent("ines@corp.example") })
		require.Len(t, list(s, s.as(s.admin), tenancy.ImportableUserQuery{}), 1)
		require.NoError(t, errOf(s.as(s.ana.User.ID).SetSignUpPolicy(s.ctx(), s.org,
			tenancy.SignUpPolicyChange{Policy: tenancy.PolicyClosed})))
		refused(t, s.imports("ines@corp.example")[0].Err, tenancy.CodeSignUpClosed)
		require.Empty(t, list(s, s.as(s.admin), tenancy.ImportableUserQuery{}))
		require.NoError(t, errOf(s.as(s.ana.User.ID).SetSignUpPolicy(s.ctx(), s.org,
			tenancy.SignUpPolicyChange{Domain: s.domain, Policy: tenancy.PolicyAutomatic})))
		require.Len(t, list(s, s.as(s.admin), tenancy.ImportableUserQuery{}), 1)
	})
	t.Run("GEN-9 many pages", func(t *testing.T) {
		s := newImporter(t, nil)
		var records []tenancy.Record
		for i := range 250 {
			email := fmt.Sprintf("user%03d@corp.example", i)
			records = append(records, tenancy.UserRecord{ID: tenancy.UserID{1, byte(i), 6: 0x70, 8: 0x80},
				Created: 1, Personal: tenancy.UserPersonal{Email: tenancy.NewPersonal(email),
					Address: tenancy.NewPersonal(email), Name: tenancy.NewPersonal("User")}})
		}
		s.put(records...)
		found := list(s, s.as(s.admin), tenancy.ImportableUserQuery{})
		require.Len(t, found, 250)
		for i, user := range found {
			require.Equal(t, fmt.Sprintf("user%03d@corp.example", i), user.Email.Reveal())
		}
	})
	t.Run("GEN-15 whoever may not import may not look", func(t *testing.T) {
		s := newImporter(t, func(s *importer) { s.independent("ines@corp.example") })
		fails := func(session *tenancy.Session, domain tenancy.DomainID, code tenancy.Code) {
			t.Helper()
			refused(t, failure(session.ImportableUsers(s.ctx(), domain, tenancy.ImportableUserQuery{})), code)
		}
		fails(s.as(s.admin), tenancy.DomainID{}, tenancy.CodeID)
		fails(s.as(s.admin), foreignID[tenancy.DomainID](), tenancy.CodeNotFound)
		refused(t, failure(s.as(s.admin).ImportableUsers(s.ctx(), s.domain,
			tenancy.ImportableUserQuery{After: "nonsense"})), tenancy.CodeCursor)
		fails(s.as(s.found("eve").User.ID), s.domain, tenancy.CodeNotFound)
		fails(s.as(s.join(s.ana, "sam", tenancy.StandardUser)), s.domain, tenancy.CodeNotFound)
		unproven, err := s.as(s.admin).AddDomain(s.ctx(), s.org, "unproven.example")
		require.NoError(t, err)
		fails(s.as(s.admin), unproven.ID, tenancy.CodeNoLiveDomain)
		s.clock.Advance(8 * 24 * time.Hour)
		fails(s.as(s.admin), s.domain, tenancy.CodeNoLiveDomain)
		require.NoError(t, errOf(s.staff.SetImportEntitlement(s.ctx(), s.org, tenancy.ImportEntitlement{})))
		fails(s.as(s.admin), s.domain, tenancy.CodeNotEntitled)
	})
}

func TestSetImportEntitlement(t *testing.T) {
	on := tenancy.ImportEntitlement{On: true, Reference: "ticket-1"}
	t.Run("USR-15 an Operator turns it on, with a reference, and off", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		org := ana.Organization.ID
		for _, entitlement := range []tenancy.ImportEntitlement{on, {}} {
			require.Equal(t, [][]string{{"ImportEntitlementSet"}}, s.news(func() {
				require.NoError(t, errOf(s.staff.SetImportEntitlement(s.ctx(), org, entitlement)))
			}, organizationStream(org)))
			shown, err := s.as(ana.User.ID).Organization(s.ctx(), org)
			require.NoError(t, err)
			require.Equal(t, entitlement, shown.Settings.ImportEntitlement)
			s.unchanged(func() {
				require.NoError(t,
					errOf(s.staff.SetImportEntitlement(s.ctx(), org, entitlement)))
			}) // GEN-6
		}
		s.sound()
	})
	t.Run("USR-15 refused", func(t *testing.T) {
		s := newScene(t)
		org := s.found("ana").Organization.ID
		s.unchanged(func() {
			refused(t, errOf(s.staff.SetImportEntitlement(s.ctx(), tenancy.OrganizationID{}, on)),
				tenancy.CodeID)
			refused(t, errOf(s.staff.SetImportEntitlement(s.ctx(), org,
				tenancy.ImportEntitlement{On: true})), tenancy.CodeReference)
			refused(t, errOf(s.staff.SetImportEntitlement(s.ctx(), foreignID[tenancy.OrganizationID](),
				on)), tenancy.CodeNotFound)
			refused(t, errOf(s.host.SetImportEntitlement(s.ctx(), org, on)), tenancy.CodeNotAllowed)
		})
	})
}

func TestImportUsersReads(t *testing.T) {
	t.Run("GEN-5 nothing is read for an address off the live domains, whosever it is", func(t *testing.T) {
		s := newImporter(t, func(s *importer) {
			s.independent("ines@off.example")
			s.second(s.foundAt("Owen", "owen@off.example"))
			s.independent("una@unproven.example")
			s.independent("lea@lapsed.example")
		})
		_, err := s.as(s.ana.User.ID).AddDomain(s.ctx(), s.org, "unproven.example")
		require.NoError(t, err)
		asks := func(emails ...string) [][]tenancy.Index {
			steps, writes := s.readsOf(func(dir *tenancy.Directory) {
				results, err := dir.As(s.admin).ImportUsers(s.ctx(), s.org,
					tenancy.UserImport{Emails: emails})
				require.NoError(t, err)
				for _, result := range results {
					refused(t, result.Err, tenancy.CodeNotEligible)
				}
			})
			require.False(t, writes)
			return steps
		}
		nobody := asks("nobody@off.example")
		require.Len(t, nobody, 1)
		require.NotContains(t, nobody[0], tenancy.IndexUsersByAddress)
		require.Equal(t, nobody, asks("ines@off.example"))
		require.Equal(t, nobody, asks("owen@off.example"))
		require.Equal(t, nobody, asks("una@unproven.example", "nobody@unproven.example",
			"nobody@deep.corp.example"))
		s.prove(s.ana.User.ID, s.org, "lapsed.example")
		s.clock.Advance(8 * 24 * time.Hour)
		s.names.Publish("_tenancy.lapsed.example")
		_, err = s.host.RecheckDomains(s.ctx())
		require.NoError(t, err)
		require.Equal(t, nobody, asks("lea@lapsed.example"))
	})
	t.Run("USR-15 an address that is refused before any read keeps its place in the result", func(t *testing.T) {
		var ines, ida tenancy.UserID
		s := newImporter(t, func(s *importer) {
			ines, _ = s.independent("ines@corp.example")
			ida, _ = s.independent("ida@corp.example")
		})
		results := s.imports("x@off.example", "ines@corp.example", "nonsense", "y@off.example",
			"ida@corp.example")
		require.Equal(t, []tenancy.UserID{{}, ines, {}, {}, ida},
			[]tenancy.UserID{results[0].User, results[1].User,
				results[2].User, results[3].User, results[4].User})
	})
}
