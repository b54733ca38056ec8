package tenancy_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestProvisionOutsiders(t *testing.T) {
	t.Parallel()
	inactive, active := false, true
	t.Run("PRV-3 somebody outside is invited, and linked when they accept", func(t *testing.T) {
		s := newProvisioned(t)
		up := s.found("dan")
		require.NoError(t, s.as(up.User.ID).DeleteOrganization(s.ctx(), up.Organization.ID, tenancy.OrganizationDeletion{}))
		s.set(tenancy.PolicyClosed)
		require.NoError(t, errOf(s.host.ChangeEmail(s.ctx(), up.User.ID, tenancy.Proven("dan@acme.com"))))
		s.set(tenancy.PolicyAutomatic)
		done := s.provision("dan@acme.com")
		require.NotNil(t, done.Invitation)
		require.Zero(t, s.linkedTo(done.ID))
		require.NoError(t, s.accept(up.User.ID, done.Invitation.Secret))
		require.Equal(t, up.User.ID, s.linkedTo(done.ID))
		s.sound()
	})
	t.Run("PRV-3 an Owner of another organization is invited, and no directory brings about a merge", func(t *testing.T) {
		s := newProvisioned(t)
		dan := s.stranger("dan")
		done := s.provision("dan@acme.com")
		require.NotNil(t, done.Invitation)
		s.unchanged(func() { refused(t, s.accept(dan, done.Invitation.Secret), tenancy.CodeInviter) })
		again, err := s.owner.ResendInvitation(s.ctx(), done.Invitation.ID)
		require.NoError(t, err)
		require.NoError(t, s.accept(dan, again.Secret))
		require.Equal(t, dan, s.linkedTo(done.ID), "linked when they are a member by any path")
		s.sound()
	})
	t.Run("PRV-3 no second invitation while one is pending, and none beyond USR-10", func(t *testing.T) {
		s := newProvisioned(t)
		s.stranger("dan")
		require.NoError(t, errOf(s.owner.InviteUser(s.ctx(), s.org, tenancy.NewInvitation{Email: "dan@acme.com"})))
		done := s.provision("dan@acme.com")
		require.Nil(t, done.Invitation)
		s.stranger("eve")
		for range 5 {
			done = s.provision("eve@acme.com")
			require.NoError(t, s.idp.Deprovision(s.ctx(), done.ID, 0))
		}
		require.Nil(t, s.provision("eve@acme.com").Invitation)
	})
	t.Run("PRV-3 the answers tell nothing of who has the address", func(t *testing.T) {
		s := newProvisioned(t)
		s.stranger("dan")
		s.member("cat")
		views := map[string]tenancy.ProvisionedIdentity{}
		for _, name := range []string{"dan", "cat", "new"} {
			done := s.provision(name + "@acme.com").ProvisionedIdentity
			views[name] = done
			again, err := s.idp.Provisioned(s.ctx(), done.ID)
			require.NoError(t, err)
			require.Equal(t, done, again)
		}
		for _, name := range []string{"cat", "new"} {
			view := views[name]
			view.ID, view.UserName = views["dan"].ID, views["dan"].UserName
			require.Equal(t, views["dan"], view)
		}
	})
	t.Run("PRV-3 the organization's lists tell its administrators", func(t *testing.T) {
		s := newProvisioned(t)
		s.stranger("dan")
		cat := s.member("cat")
		dan, linked := s.provision("dan@acme.com"), s.provision("cat@acme.com")
		seen := map[tenancy.ProvisionedID]tenancy.UserID{}
		for _, p := range items(t, s.owner.ProvisionedUsers(s.ctx(), s.directory, tenancy.ProvisionedQuery{})) {
			seen[p.ID] = p.User
		}
		require.Equal(t, map[tenancy.ProvisionedID]tenancy.UserID{dan.ID: {}, linked.ID: cat}, seen)
	})
	t.Run("PRV-3 an address must be on a live domain of the organization", func(t *testing.T) {
		s := newProvisioned(t)
		done := s.provision("ben@acme.com")
		s.unchanged(func() {
			refused(t, errOf(s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "x@elsewhere.com"})), tenancy.CodeOffDomain)
			refused(t, errOf(s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "x"})), tenancy.CodeEmail)
		})
		s.clock.Advance(8 * day)
		s.unchanged(func() {
			refused(t, errOf(s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "x@acme.com"})), tenancy.CodeDomainLapsed)
			name := "y@acme.com"
			refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), done.ID, tenancy.ProvisionedUpdate{UserName: &name})), tenancy.CodeDomainLapsed)
		})
		s.update(done.ID, tenancy.ProvisionedUpdate{Active: &inactive, Names: &tenancy.ProvisionedNames{Display: "B"}})
		require.NoError(t, s.idp.Deprovision(s.ctx(), done.ID, 0))
	})
	t.Run("PRV-3 closed refuses who would join, and links a member", func(t *testing.T) {
		s := newProvisioned(t)
		cat := s.member("cat")
		s.stranger("dan")
		s.set(tenancy.PolicyClosed)
		s.unchanged(func() {
			for _, name := range []string{"new", "dan"} {
				refused(t, errOf(s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: name + "@acme.com"})), tenancy.CodeSignUpClosed)
			}
		})
		require.Equal(t, cat, s.linkedTo(s.provision("cat@acme.com").ID))
	})
	t.Run("PRV-3 the member limit is looked at as if they joined, and links a member", func(t *testing.T) {
		s := newProvisioned(t)
		cat := s.member("cat")
		s.stranger("dan")
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), s.org, &tenancy.Limits{Members: 2})))
		s.unchanged(func() {
			for _, name := range []string{"new", "dan"} {
				refused(t, errOf(s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: name + "@acme.com"})), tenancy.CodeMemberLimit)
			}
		})
		require.Equal(t, cat, s.linkedTo(s.provision("cat@acme.com").ID))
	})
	t.Run("GEN-12 directories and identities have limits", func(t *testing.T) {
		s := newProvisioned(t)
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), s.org, &tenancy.Limits{Directories: 1, Identities: 1})))
		refused(t, errOf(s.owner.AddDirectory(s.ctx(), s.org, "x")), tenancy.CodeDirectoryLimit)
		done := s.provision("ben@acme.com")
		refused(t, errOf(s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "x@acme.com"})), tenancy.CodeIdentityLimit)
		require.NoError(t, s.idp.Deprovision(s.ctx(), done.ID, 0))
		s.provision("x@acme.com")
		s.sound()
	})
	t.Run("PRV-2 an address and an external ID are one identity's in a directory", func(t *testing.T) {
		s := newProvisioned(t)
		_, other := s.addDirectory(s.owner, s.org)
		done, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "ben@acme.com", ExternalID: "e1"})
		require.NoError(t, err)
		second := s.provision("cat@acme.com")
		taken, external, own := "BEN@acme.com", "e1", "e2"
		s.unchanged(func() {
			refused(t, errOf(s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: taken})), tenancy.CodeIdentityTaken)
			refused(t, errOf(s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "x@acme.com", ExternalID: external})), tenancy.CodeIdentityTaken)
			refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), second.ID, tenancy.ProvisionedUpdate{UserName: &taken})), tenancy.CodeIdentityTaken)
			refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), second.ID, tenancy.ProvisionedUpdate{ExternalID: &external})), tenancy.CodeIdentityTaken)
			refused(t, errOf(other.Provision(s.ctx(), tenancy.NewProvisioned{UserName: taken})), tenancy.CodeIdentityTaken)
		})
		s.update(done.ID, tenancy.ProvisionedUpdate{ExternalID: &own})
		require.NoError(t, errOf(other.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "x@acme.com", ExternalID: own})))
		s.sound()
	})
	t.Run("PRV-2 names, and from which the user's name follows", func(t *testing.T) {
		s := newProvisioned(t)
		for i, row := range []struct {
			names tenancy.ProvisionedNames
			name  string
		}{
			{tenancy.ProvisionedNames{Display: " Ben B ", Formatted: "F", Given: "G", Family: "H"}, "Ben B"},
			{tenancy.ProvisionedNames{Formatted: "F", Given: "G", Family: "H"}, "F"},
			{tenancy.ProvisionedNames{Given: "G", Family: "H"}, "G H"},
			{tenancy.ProvisionedNames{Family: "H"}, "H"},
			{tenancy.ProvisionedNames{Display: "\u202e\n"}, string(rune('a'+4)) + "ddd"},
			{tenancy.ProvisionedNames{Display: "B\u202en\n"}, "Bn"},
			{tenancy.ProvisionedNames{Display: strings.Repeat("é", 255)}, strings.Repeat("é", 64)},
		} {
			local := string(rune('a'+i)) + "ddd"
			done, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: local + "@acme.com", Names: row.names, Attributes: `{"title":"x"}`})
			require.NoError(t, err)
			user := s.linkedTo(done.ID)
			require.Equal(t, row.name, s.nameOf(user))
			require.Equal(t, row.names.Display, done.Names.Display.Reveal())
			require.Equal(t, `{"title":"x"}`, done.Attributes.Reveal())
			s.update(done.ID, tenancy.ProvisionedUpdate{Names: &tenancy.ProvisionedNames{}})
			require.Equal(t, row.name, s.nameOf(user), "emptying leaves it")
			s.update(done.ID, tenancy.ProvisionedUpdate{Names: &tenancy.ProvisionedNames{Display: "New"}})
			require.Equal(t, "New", s.nameOf(user))
		}
		long := tenancy.ProvisionedNames{Given: strings.Repeat("x", 256)}
		s.unchanged(func() {
			for _, in := range []tenancy.NewProvisioned{
				{UserName: "n@acme.com", Names: long}, {UserName: "n@acme.com", ExternalID: strings.Repeat("x", 256)},
				{UserName: "n@acme.com", Attributes: strings.Repeat("x", 16<<10+1)}, {UserName: "n@acme.com", Attributes: "\x00"},
				{UserName: "n@acme.com", Names: tenancy.ProvisionedNames{Display: "\xff"}}, {UserName: "n@acme.com", ExternalID: "a\nb"},
			} {
				refused(t, errOf(s.idp.Provision(s.ctx(), in)), tenancy.CodeInput)
			}
		})
	})
	t.Run("PRV-3 an invited address gets the role that the invitation offers, as automatic does", func(t *testing.T) {
		s := newProvisioned(t)
		require.NoError(t, errOf(s.owner.InviteUser(s.ctx(), s.org, tenancy.NewInvitation{Email: "ben@acme.com", Role: tenancy.Administrator})))
		user := s.linkedTo(s.provision("ben@acme.com").ID)
		_, m, err := s.owner.Member(s.ctx(), s.org, user)
		require.NoError(t, err)
		require.Equal(t, tenancy.Administrator, m.Role)
		s.sound()
	})
	t.Run("PRV-3 an unclaimed user owns nothing and inherits nothing", func(t *testing.T) {
		s := newProvisioned(t)
		user := s.linkedTo(s.provision("ben@acme.com").ID)
		cat := s.member("cat")
		s.unchanged(func() {
			refused(t, errOf(s.owner.CreateAccount(s.ctx(), s.org, tenancy.NewAccount{Name: "a", Owner: user})), tenancy.CodeInactive)
			refused(t, errOf(s.owner.TransferAccount(s.ctx(), s.ana.Account.ID, user)), tenancy.CodeInactive)
			refused(t, s.owner.RemoveUser(s.ctx(), s.org, cat, tenancy.Removal{AccountsTo: user}), tenancy.CodeInactive)
			refused(t, errOf(s.staff.ReplaceOwner(s.ctx(), s.org, tenancy.OwnerReplacement{User: user, Reference: "T-1"})), tenancy.CodeInactive)
		})
		d, err := s.host.Can(s.ctx(), user, tenancy.Build, s.ana.Account.ID)
		require.NoError(t, err)
		require.False(t, d.Allowed)
	})
	t.Run("PRV-3 whoever signs up after the domain is gone gets no user that a directory made", func(t *testing.T) {
		s := newProvisioned(t)
		done := s.provision("ben@acme.com")
		user := s.linkedTo(done.ID)
		require.NoError(t, errOf(s.owner.AssignRoles(s.ctx(), s.ana.Account.ID, user, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})))
		require.NoError(t, s.owner.RemoveDomain(s.ctx(), s.acme.ID))
		require.NoError(t, errOf(s.as(s.bea.User.ID).InviteUser(s.ctx(), s.bea.Organization.ID, tenancy.NewInvitation{Email: "ben@acme.com"})))
		up, err := s.enter("ben@acme.com", tenancy.Secret{})
		require.NoError(t, err)
		require.Equal(t, tenancy.SignUpFounded, up.Result)
		require.NotEqual(t, user, up.User.ID)
		require.Len(t, up.Invitations, 1, "what was sent to the address is the person's")
		gone, _, err := s.host.User(s.ctx(), user)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateDeleted, gone.State)
		refused(t, errOf(s.idp.Provisioned(s.ctx(), done.ID)), tenancy.CodeNotFound)
		s.sound()
	})
	t.Run("PRV-3 System reports a sign-in that a connection vouches for", func(t *testing.T) {
		s := newProvisioned(t)
		user := s.linkedTo(s.provision("ben@acme.com").ID)
		connection, err := s.owner.AddConnection(s.ctx(), s.org, "IdP")
		require.NoError(t, err)
		s.unchanged(func() {
			refused(t, errOf(s.host.ReportSignIn(s.ctx(), connection.ID, "ben@acme.com")), tenancy.CodeUntested)
			refused(t, errOf(s.staff.ReportSignIn(s.ctx(), connection.ID, "ben@acme.com")), tenancy.CodeNotAllowed)
		})
		require.NoError(t, errOf(s.host.MarkConnectionTested(s.ctx(), connection.ID)))
		s.stranger("dan")
		s.unchanged(func() {
			refused(t, errOf(s.host.ReportSignIn(s.ctx(), connection.ID, "x@else.com")), tenancy.CodeNoLiveDomain)
			refused(t, errOf(s.host.ReportSignIn(s.ctx(), connection.ID, "x@acme.com")), tenancy.CodeNotFound)
			refused(t, errOf(s.host.ReportSignIn(s.ctx(), connection.ID, "dan@acme.com")), tenancy.CodeOwnsOrganization)
		})
		seen, err := s.host.ReportSignIn(s.ctx(), connection.ID, "BEN@acme.com")
		require.NoError(t, err)
		require.Equal(t, user, seen.ID)
		require.False(t, seen.Unclaimed)
		require.NoError(t, errOf(s.as(user).Organization(s.ctx(), s.org)))
		s.unchanged(func() { require.NoError(t, errOf(s.host.ReportSignIn(s.ctx(), connection.ID, "ben@acme.com"))) })
		s.sound()
	})
	t.Run("PRV-4 a pending identity that is inactive invites nobody, and its invitation cannot be accepted", func(t *testing.T) {
		s := newProvisioned(t)
		up := s.found("dan")
		require.NoError(t, s.as(up.User.ID).DeleteOrganization(s.ctx(), up.Organization.ID, tenancy.OrganizationDeletion{}))
		s.set(tenancy.PolicyClosed)
		require.NoError(t, errOf(s.host.ChangeEmail(s.ctx(), up.User.ID, tenancy.Proven("dan@acme.com"))))
		s.set(tenancy.PolicyAutomatic)
		done, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "dan@acme.com", Active: &inactive})
		require.NoError(t, err)
		require.Nil(t, done.Invitation)
		sent := s.update(done.ID, tenancy.ProvisionedUpdate{Active: &active}).Invitation
		require.NotNil(t, sent)
		require.Nil(t, s.update(done.ID, tenancy.ProvisionedUpdate{Active: &inactive}).Invitation)
		refused(t, s.accept(up.User.ID, sent.Secret), tenancy.CodeSettled)
		again, err := s.owner.InviteUser(s.ctx(), s.org, tenancy.NewInvitation{Email: "dan@acme.com"})
		require.NoError(t, err)
		require.NoError(t, s.accept(up.User.ID, again.Secret))
		require.Equal(t, up.User.ID, s.linkedTo(done.ID))
		require.Equal(t, tenancy.Inactivity{Directory: true}, s.inactivity(up.User.ID), "linking applies the hold")
		s.sound()
	})
	t.Run("PRV-3 a directory's invitation ends with the directory, and while the domain is not live", func(t *testing.T) {
		s := newProvisioned(t)
		up := s.found("dan")
		require.NoError(t, s.as(up.User.ID).DeleteOrganization(s.ctx(), up.Organization.ID, tenancy.OrganizationDeletion{}))
		s.set(tenancy.PolicyClosed)
		require.NoError(t, errOf(s.host.ChangeEmail(s.ctx(), up.User.ID, tenancy.Proven("dan@acme.com"))))
		s.set(tenancy.PolicyInvitationOnly)
		s.clock.Advance(6 * day)
		sent := s.provision("dan@acme.com").Invitation
		s.clock.Advance(2 * day)
		refused(t, s.accept(up.User.ID, sent.Secret), tenancy.CodeInviter)
		s.recheck()
		removed, err := s.owner.RemoveDirectory(s.ctx(), s.directory, tenancy.DirectoryRemoval{})
		require.NoError(t, err)
		require.Zero(t, removed)
		refused(t, s.accept(up.User.ID, sent.Secret), tenancy.CodeSettled)
		s.sound()
	})
}
