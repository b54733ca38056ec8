package scene

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// DirectoriesErased tests that nothing of what a directory says remains in a store once it
// has ended, or the organization, or the person (PRV-7, PRV-8, SEC-27). held returns those
// of some markers that are found in all that the store keeps.
func DirectoriesErased(t *testing.T, store tenancy.Store, held func(marks []string) []string) {
	for name, after := range map[string]struct {
		erase func(*said)
		left  func(*said) []string
	}{
		"PRV-7 the directory's removal": {func(s *said) {
			_, err := s.owner.RemoveDirectory(s.tb.Context(), s.directory, tenancy.DirectoryRemoval{})
			require.NoError(s.tb, err)
			s.purge()
		}, func(s *said) []string { return slices.Concat(s.people, s.groups) }},
		"PRV-8 the organization's deletion": {func(s *said) {
			require.NoError(s.tb, s.Staff.DeleteOrganization(s.tb.Context(), s.org, tenancy.OrganizationDeletion{}))
			s.Clock.Advance(29 * 24 * time.Hour)
			s.purge()
		}, func(s *said) []string { return s.people }},
		"PRV-8 a merge": {func(s *said) {
			prime, err := s.owner.CreateOrganization(s.tb.Context(),
				tenancy.NewOrganization{Name: "Prime", AllStay: true})
			require.NoError(s.tb, err)
			require.NoError(s.tb, s.owner.RemoveDomain(s.tb.Context(), s.verified)) // the Prime has its own
			s.Prove(s.founder, prime.ID, s.home)
			_, err = s.owner.MergeOrganizations(s.tb.Context(), prime.ID, s.org)
			require.NoError(s.tb, err)
			s.purge()
		}, func(s *said) []string { return slices.Concat(s.people, s.groups) }},
		"PRV-8 the deletion of everybody": {func(s *said) {
			for _, user := range append(s.users, s.forgotten) {
				require.NoError(s.tb, s.Staff.DeleteUser(s.tb.Context(), user, tenancy.UserDeletion{}))
			}
			require.NoError(s.tb, s.idp.Deprovision(s.tb.Context(), s.pending, 0))
		}, func(s *said) []string { return slices.Concat(s.groups, s.name) }},
		"PRV-8 a removed person leaves": {func(s *said) {
			require.NoError(s.tb, s.owner.RemoveUser(s.tb.Context(), s.org, s.forgotten, tenancy.Removal{}))
		}, func(s *said) []string { return slices.Concat(s.people, s.groups, s.name, s.kept) }},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSaid(New(t, store, tenancy.Options{Random: rand.Reader, InvitationsPerDay: -1}))
			all := slices.Concat(s.name, s.groups, s.people, s.kept, s.removed)
			require.ElementsMatch(t, all, held(all), "the search finds what is there")
			require.Empty(t, held(s.erased), "of a person whom it removed the names are still there")
			after.erase(s)
			require.ElementsMatch(t, after.left(s), held(slices.Concat(all, s.erased)))
			require.Empty(t, s.Check(tenancy.CheckOptions{Replay: true}))
		})
	}
}

// said is a directory all of whose texts carry markers. Three people are members: one who
// had joined before, one whom nobody has claimed, and one whom the directory has removed.
type said struct {
	*Scene
	founder   tenancy.UserID
	owner     *tenancy.Session
	org       tenancy.OrganizationID
	domain    string
	verified  tenancy.DomainID
	home      string // the domain of the Owner's address
	directory tenancy.DirectoryID
	idp       *tenancy.Provisioner
	users     []tenancy.UserID // of the first two
	forgotten tenancy.UserID
	pending   tenancy.ProvisionedID

	name    []string // the directory's
	groups  []string // names and external IDs of groups, which stay with the organization
	people  []string // addresses and names that are the users'
	kept    []string // other names, external IDs and attributes of identities
	removed []string // the external ID of the one that was removed
	erased  []string // other names and attributes of that one
}

func newSaid(scene *Scene) *said {
	s := &said{Scene: scene}
	s.tb.Helper()
	ctx, done := s.tb.Context(), func(err error) { s.tb.Helper(); require.NoError(s.tb, err) }
	founder := strings.ToLower(rand.Text())
	founded := s.Found(founder)
	s.founder, s.home = founded.User.ID, founder+".example.com"
	s.owner, s.org, s.domain = s.As(founded.User.ID), founded.Organization.ID, "of-"+founder+".example"
	outside := "out-" + founder + "@" + s.domain
	s.FoundAt("Outsider", outside)
	_, err := s.Host.VerifyPhone(ctx, founded.Account.ID, "+15550100")
	done(err)
	s.verified = s.Prove(founded.User.ID, s.org, s.domain).ID
	added, err := s.owner.AddDirectory(ctx, s.org, mark(&s.name))
	done(err)
	s.directory, s.idp = added.ID, s.Dir.AsDirectory(added.Secret)

	member := mark(&s.people) + "@" + s.domain
	s.users = append(s.users, s.Join(founded.User.ID, s.org, "Member", member, tenancy.StandardUser))
	linked := s.says(member, mark(&s.kept), &s.kept, &s.kept) // the member's own name stays
	unclaimed := s.says(mark(&s.people)+"@"+s.domain, mark(&s.people), &s.kept, &s.kept)
	removed := s.says(mark(&s.people)+"@"+s.domain, mark(&s.people), &s.removed, &s.erased)
	s.pending = s.says(outside, mark(&s.kept), &s.kept, &s.kept)
	for listed, err := range s.owner.ProvisionedUsers(ctx, s.directory, tenancy.ProvisionedQuery{}) {
		done(err)
		switch listed.ID {
		case unclaimed:
			s.users = append(s.users, listed.User)
		case removed:
			s.forgotten = listed.User
		}
	}
	_, err = s.idp.CreateProvisionedGroup(ctx, tenancy.NewProvisionedGroup{Name: mark(&s.groups),
		ExternalID: mark(&s.groups), Members: []tenancy.ProvisionedID{linked, unclaimed, removed, s.pending}})
	done(err)
	done(s.idp.Deprovision(ctx, removed, 0))
	return s
}

// mark returns a new marker, and keeps it.
func mark(in *[]string) string {
	*in = append(*in, "m"+strings.ToLower(rand.Text()))
	return (*in)[len(*in)-1]
}

// says has the directory say something of a person: all of it with markers.
func (s *said) says(address, name string, external, others *[]string) tenancy.ProvisionedID {
	s.tb.Helper()
	done, err := s.idp.Provision(s.tb.Context(), tenancy.NewProvisioned{UserName: address, ExternalID: mark(external),
		Names: tenancy.ProvisionedNames{Display: name, Formatted: mark(others), Given: mark(others),
			Family: mark(others)}, Attributes: `{"title":"` + mark(others) + `"}`})
	require.NoError(s.tb, err)
	return done.ID
}
