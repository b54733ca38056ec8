package tenancy_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestUpdateProvisioned(t *testing.T) {
	t.Parallel()
	inactive, active := false, true
	rename := func(to string) tenancy.ProvisionedUpdate { return tenancy.ProvisionedUpdate{UserName: &to} }
	t.Run("PRV-4 the three holds are three", func(t *testing.T) {
		s := newProvisioned(t)
		cat := s.member("cat")
		id := s.provision("cat@acme.com").ID
		require.NoError(t, errOf(s.owner.DeactivateUser(s.ctx(), cat)))
		seen, err := s.idp.Provisioned(s.ctx(), id)
		require.NoError(t, err)
		require.True(t, seen.Active, "it reports its own hold alone")
		s.update(id, tenancy.ProvisionedUpdate{Active: &inactive})
		require.NoError(t, errOf(s.staff.DeactivateUser(s.ctx(), cat)))
		require.Equal(t, tenancy.Inactivity{Organization: true, Operator: true, Directory: true}, s.inactivity(cat))
		s.unchanged(func() { s.update(id, tenancy.ProvisionedUpdate{}) })
		require.NoError(t, errOf(s.owner.ReactivateUser(s.ctx(), cat)))
		require.Equal(t, tenancy.Inactivity{Operator: true, Directory: true}, s.inactivity(cat), "the organization lifts its own")
		s.update(id, tenancy.ProvisionedUpdate{Active: &active})
		require.Equal(t, tenancy.Inactivity{Operator: true}, s.inactivity(cat))
		s.sound()
	})
	t.Run("PRV-4 lifting a hold takes a seat", func(t *testing.T) {
		s := newProvisioned(t)
		cat := s.member("cat")
		id := s.provision("cat@acme.com").ID
		s.update(id, tenancy.ProvisionedUpdate{Active: &inactive})
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), s.org, &tenancy.Limits{Members: 1})))
		s.unchanged(func() {
			refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), id, tenancy.ProvisionedUpdate{Active: &active})), tenancy.CodeMemberLimit)
		})
		require.NoError(t, errOf(s.owner.DeactivateUser(s.ctx(), cat)))
		s.update(id, tenancy.ProvisionedUpdate{Active: &active})
		refused(t, errOf(s.owner.ReactivateUser(s.ctx(), cat)), tenancy.CodeMemberLimit)
		s.sound()
	})
	t.Run("USR-13 the organization lifts a directory's hold once no directory keeps the user", func(t *testing.T) {
		s := newProvisioned(t)
		cat := s.member("cat")
		id := s.provision("cat@acme.com").ID
		s.update(id, tenancy.ProvisionedUpdate{Active: &inactive})
		s.unchanged(func() { require.NoError(t, errOf(s.owner.ReactivateUser(s.ctx(), cat))) })
		require.NoError(t, s.idp.Deprovision(s.ctx(), id, 0))
		require.NoError(t, errOf(s.owner.ReactivateUser(s.ctx(), cat)))
		require.Zero(t, s.inactivity(cat))
		s.sound()
	})
	t.Run("PRV-5 the address of a linked user follows if it was the identity's own", func(t *testing.T) {
		s := newProvisioned(t)
		done := s.provision("ben@acme.com")
		user := s.linkedTo(done.ID)
		s.update(done.ID, rename("Ben.New@acme.com"))
		require.Equal(t, "Ben.New@acme.com", s.emailOf(user))
		again, err := s.idp.ProvisionedByUserName(s.ctx(), "ben.new@ACME.com")
		require.NoError(t, err)
		require.Equal(t, done.ID, again.ID)
		require.Equal(t, 2, again.Version)
		refused(t, errOf(s.idp.ProvisionedByUserName(s.ctx(), "ben@acme.com")), tenancy.CodeNotFound)
		s.sound()
	})
	t.Run("PRV-5 who proved another address keeps it", func(t *testing.T) {
		s := newProvisioned(t)
		cat := s.member("cat")
		id := s.provision("cat@acme.com").ID
		require.NoError(t, errOf(s.host.ChangeEmail(s.ctx(), cat, tenancy.Proven("own@acme.com"))))
		s.unchanged(func() {
			refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), id, rename("x@acme.com"))), tenancy.CodeIdentityTaken)
		})
		s.update(id, rename("own@acme.com"))
		require.Equal(t, cat, s.linkedTo(id))
		s.sound()
	})
	t.Run("PRV-5 another member's address is taken, and an outsider's leaves the identity pending", func(t *testing.T) {
		s := newProvisioned(t)
		cat := s.member("cat")
		s.member("eve")
		s.stranger("dan")
		id := s.provision("cat@acme.com").ID
		s.unchanged(func() {
			refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), id, rename("eve@acme.com"))), tenancy.CodeEmailTaken)
			refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), id, rename("eve@else.com"))), tenancy.CodeOffDomain)
			refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), id, rename("eve"))), tenancy.CodeEmail)
		})
		require.NotNil(t, s.update(id, rename("dan@acme.com")).Invitation)
		require.Zero(t, s.linkedTo(id))
		require.Equal(t, "cat@acme.com", s.emailOf(cat))
		require.True(t, s.isMember(cat))
		s.update(id, rename("cat@acme.com"))
		require.Equal(t, cat, s.linkedTo(id), "a pending identity is linked to the member who has its address")
		s.sound()
	})
	t.Run("PRV-5 single sign-on is kept", func(t *testing.T) {
		s := newProvisioned(t)
		s.verify(s.ana, "acme.org")
		connection, err := s.owner.AddConnection(s.ctx(), s.org, "IdP")
		require.NoError(t, err)
		require.NoError(t, errOf(s.host.MarkConnectionTested(s.ctx(), connection.ID)))
		require.NoError(t, errOf(s.owner.EnforceSSO(s.ctx(), s.acme.ID, connection.ID)))
		id := s.provision("ben@acme.com").ID
		refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), id, rename("ben@acme.org"))), tenancy.CodeSSOAddress)
	})
	t.Run("PRV-5 a pending identity that gets an address which nobody has makes a member", func(t *testing.T) {
		s := newProvisioned(t)
		s.stranger("dan")
		done := s.provision("dan@acme.com")
		s.update(done.ID, rename("new@acme.com"))
		user := s.linkedTo(done.ID)
		require.True(t, s.isMember(user))
		revoked, err := s.owner.InvitationByID(s.ctx(), done.Invitation.ID)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateRevoked, revoked.State)
		s.sound()
	})
	t.Run("PRV-6 of the Owner nothing follows", func(t *testing.T) {
		s := newProvisioned(t)
		require.NoError(t, errOf(s.host.ChangeEmail(s.ctx(), s.ana.User.ID, tenancy.Proven("ana@acme.com"))))
		name := s.nameOf(s.ana.User.ID)
		done, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "ana@acme.com", Active: &inactive, Names: tenancy.ProvisionedNames{Display: "X"}})
		require.NoError(t, err)
		require.True(t, done.Active, "for the Owner it stands as active")
		require.Equal(t, s.ana.User.ID, s.linkedTo(done.ID))
		s.update(done.ID, tenancy.ProvisionedUpdate{Names: &tenancy.ProvisionedNames{Display: "Y"}})
		require.Equal(t, name, s.nameOf(s.ana.User.ID))
		s.unchanged(func() {
			refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), done.ID, tenancy.ProvisionedUpdate{Active: &inactive})), tenancy.CodeTheOwner)
			refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), done.ID, rename("x@acme.com"))), tenancy.CodeTheOwner)
			refused(t, s.idp.Deprovision(s.ctx(), done.ID, 0), tenancy.CodeTheOwner)
		})
		require.Zero(t, s.inactivity(s.ana.User.ID))
		s.sound()
	})
	t.Run("PRV-10 a version that is not the identity's is refused", func(t *testing.T) {
		s := newProvisioned(t)
		id := s.provision("ben@acme.com").ID
		s.unchanged(func() {
			refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), id, tenancy.ProvisionedUpdate{Version: 2, Active: &inactive})), tenancy.CodeVersion)
			refused(t, s.idp.Deprovision(s.ctx(), id, 2), tenancy.CodeVersion)
			refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), id, tenancy.ProvisionedUpdate{Version: -1})), tenancy.CodeInput)
			refused(t, s.idp.Deprovision(s.ctx(), id, -1), tenancy.CodeInput)
		})
		require.Equal(t, 2, s.update(id, tenancy.ProvisionedUpdate{Version: 1, Active: &inactive}).Version)
		s.unchanged(func() { require.Equal(t, 2, s.update(id, tenancy.ProvisionedUpdate{Active: &inactive}).Version) })
		require.NoError(t, s.idp.Deprovision(s.ctx(), id, 2))
	})
	t.Run("PRV-10 each change is done once", func(t *testing.T) {
		s := newProvisioned(t)
		op := tenancy.NewOperationID()
		require.NoError(t, errOf(s.idp.Once(op).Provision(s.ctx(), tenancy.NewProvisioned{UserName: "ben@acme.com"})))
		refused(t, errOf(s.idp.Once(op).Provision(s.ctx(), tenancy.NewProvisioned{UserName: "ben@acme.com"})), tenancy.CodeAlreadyDone)
	})
	t.Run("PRV-10 reads are exact, and the list is by offset", func(t *testing.T) {
		s := newProvisioned(t)
		var ids []tenancy.ProvisionedID
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			done, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: name + "@acme.com", ExternalID: "E" + name})
			require.NoError(t, err)
			ids = append(ids, done.ID)
		}
		third := ids[2]
		require.NoError(t, s.idp.Deprovision(s.ctx(), ids[1], 0))
		ids = slices.SortedFunc(slices.Values(append(ids[:1], ids[2:]...)),
			func(a, b tenancy.ProvisionedID) int { return bytes.Compare(a[:], b[:]) })
		for _, row := range []struct {
			start, count, from, to int
		}{{0, 100, 0, 4}, {1, 2, 0, 2}, {2, 2, 1, 3}, {4, 100, 3, 4}, {5, 10, 4, 4}, {1, 0, 0, 0}} {
			page, err := s.idp.ListProvisioned(s.ctx(), tenancy.ProvisionedPage{Start: row.start, Count: row.count})
			require.NoError(t, err)
			require.Equal(t, 4, page.Total)
			var got []tenancy.ProvisionedID
			for _, p := range page.Items {
				got = append(got, p.ID)
			}
			require.Equal(t, append([]tenancy.ProvisionedID(nil), ids[row.from:row.to]...), got, row)
		}
		for _, in := range []tenancy.ProvisionedPage{{Start: -1}, {Count: -1}, {Count: 101}} {
			refused(t, errOf(s.idp.ListProvisioned(s.ctx(), in)), tenancy.CodeInput)
		}
		got, err := s.idp.ProvisionedByExternalID(s.ctx(), "Ec")
		require.NoError(t, err)
		require.Equal(t, third, got.ID)
		for _, external := range []string{"ec", "Eb", ""} {
			refused(t, errOf(s.idp.ProvisionedByExternalID(s.ctx(), external)), tenancy.CodeNotFound)
		}
		refused(t, errOf(s.idp.ProvisionedByUserName(s.ctx(), "no address")), tenancy.CodeEmail)
		refused(t, errOf(s.idp.Provisioned(s.ctx(), tenancy.ProvisionedID{})), tenancy.CodeID)
	})
	t.Run("ORG-15 while the organization is suspended the directory holds and deprovisions, and no more", func(t *testing.T) {
		s := newProvisioned(t)
		cat := s.member("cat")
		id, second := s.provision("cat@acme.com").ID, s.provision("ben@acme.com").ID
		require.NoError(t, errOf(s.staff.SuspendOrganization(s.ctx(), s.org, "T-1")))
		s.unchanged(func() {
			refused(t, errOf(s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "x@acme.com"})), tenancy.CodeOrganizationSuspended)
			refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), id, tenancy.ProvisionedUpdate{Names: &tenancy.ProvisionedNames{Display: "X"}})), tenancy.CodeOrganizationSuspended)
			refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), id, tenancy.ProvisionedUpdate{Active: &inactive, Names: &tenancy.ProvisionedNames{Display: "X"}})), tenancy.CodeOrganizationSuspended)
		})
		s.update(id, tenancy.ProvisionedUpdate{Active: &inactive})
		require.Equal(t, tenancy.Inactivity{Directory: true}, s.inactivity(cat))
		refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), id, tenancy.ProvisionedUpdate{Active: &active})), tenancy.CodeOrganizationSuspended)
		require.NoError(t, s.idp.Deprovision(s.ctx(), second, 0))
		require.NoError(t, errOf(s.owner.RotateDirectorySecret(s.ctx(), s.directory, tenancy.DirectoryRotation{})))
		require.NoError(t, errOf(s.owner.RemoveDirectory(s.ctx(), s.directory, tenancy.DirectoryRemoval{})))
		s.sound()
	})
}

func TestDeprovision(t *testing.T) {
	t.Parallel()
	inactive, active := false, true
	t.Run("PRV-7 the person is held, the identity is gone, and nothing of the user's is", func(t *testing.T) {
		s := newProvisioned(t)
		cat := s.member("cat")
		account, err := s.owner.CreateAccount(s.ctx(), s.org, tenancy.NewAccount{Name: "a", Owner: cat})
		require.NoError(t, err)
		id := s.provision("cat@acme.com").ID
		require.NoError(t, s.idp.Deprovision(s.ctx(), id, 0))
		require.Equal(t, tenancy.Inactivity{Directory: true}, s.inactivity(cat))
		refused(t, errOf(s.idp.Provisioned(s.ctx(), id)), tenancy.CodeNotFound)
		refused(t, s.idp.Deprovision(s.ctx(), id, 0), tenancy.CodeNotFound)
		page, err := s.idp.ListProvisioned(s.ctx(), tenancy.ProvisionedPage{Count: 10})
		require.NoError(t, err)
		require.Zero(t, page)
		owns, err := s.owner.Account(s.ctx(), account.ID)
		require.NoError(t, err)
		require.Equal(t, cat, owns.Owner)
		s.sound()
	})
	t.Run("PRV-7 provisioning again makes a new identity, and the hold is as it says", func(t *testing.T) {
		s := newProvisioned(t)
		cat := s.member("cat")
		id := s.provision("cat@acme.com").ID
		require.NoError(t, s.idp.Deprovision(s.ctx(), id, 0))
		again := s.provision("cat@acme.com")
		require.NotEqual(t, id, again.ID)
		require.Equal(t, cat, s.linkedTo(again.ID))
		require.Zero(t, s.inactivity(cat))
		refused(t, errOf(s.idp.Provisioned(s.ctx(), id)), tenancy.CodeNotFound)
		require.NoError(t, s.idp.Deprovision(s.ctx(), again.ID, 0))
		_, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "cat@acme.com", Active: &inactive})
		require.NoError(t, err)
		require.Equal(t, tenancy.Inactivity{Directory: true}, s.inactivity(cat))
		s.sound()
	})
	t.Run("PRV-7 an external ID links the user of a removed identity where nobody has the address", func(t *testing.T) {
		s := newProvisioned(t)
		cat := s.member("cat")
		done, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "cat@acme.com", ExternalID: "e"})
		require.NoError(t, err)
		require.NoError(t, s.idp.Deprovision(s.ctx(), done.ID, 0))
		again, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "married@acme.com", ExternalID: "e"})
		require.NoError(t, err)
		require.Equal(t, cat, s.linkedTo(again.ID))
		require.Equal(t, "married@acme.com", s.emailOf(cat))
		require.Zero(t, s.inactivity(cat))
		s.sound()
	})
	t.Run("PRV-7 an external ID links nobody where somebody has the address, or who left", func(t *testing.T) {
		s := newProvisioned(t)
		cat, eve := s.member("cat"), s.member("eve")
		done, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "cat@acme.com", ExternalID: "e"})
		require.NoError(t, err)
		require.NoError(t, s.idp.Deprovision(s.ctx(), done.ID, 0))
		again, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "eve@acme.com", ExternalID: "e"})
		require.NoError(t, err)
		require.Equal(t, eve, s.linkedTo(again.ID))
		require.NoError(t, s.idp.Deprovision(s.ctx(), again.ID, 0))
		require.NoError(t, s.owner.RemoveUser(s.ctx(), s.org, cat, tenancy.Removal{}))
		require.NoError(t, s.owner.RemoveUser(s.ctx(), s.org, eve, tenancy.Removal{}))
		third, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "third@acme.com", ExternalID: "e"})
		require.NoError(t, err)
		require.NotContains(t, []tenancy.UserID{cat, eve, {}}, s.linkedTo(third.ID))
		s.sound()
	})
	t.Run("PRV-7 a pending identity ends with the directory's invitation", func(t *testing.T) {
		s := newProvisioned(t)
		s.stranger("dan")
		done := s.provision("dan@acme.com")
		require.NoError(t, s.idp.Deprovision(s.ctx(), done.ID, 0))
		i, err := s.owner.InvitationByID(s.ctx(), done.Invitation.ID)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateRevoked, i.State)
		s.sound()
	})
	t.Run("PRV-8 who leaves or is removed is pending again, and nobody brings them back at once", func(t *testing.T) {
		s := newProvisioned(t)
		cat, eve := s.member("cat"), s.member("eve")
		one, two := s.provision("cat@acme.com").ID, s.provision("eve@acme.com").ID
		s.update(two, tenancy.ProvisionedUpdate{Active: &inactive})
		require.NoError(t, s.as(cat).Leave(s.ctx(), s.org))
		require.NoError(t, s.owner.RemoveUser(s.ctx(), s.org, eve, tenancy.Removal{}))
		require.Zero(t, s.linkedTo(one))
		require.Zero(t, s.linkedTo(two))
		require.Zero(t, s.inactivity(eve), "a directory's hold ends with the membership (USR-13)")
		require.Nil(t, s.update(two, tenancy.ProvisionedUpdate{Active: &active}).Invitation)
		s.sound()
		sent, err := s.owner.InviteUser(s.ctx(), s.org, tenancy.NewInvitation{Email: "cat@acme.com"})
		require.NoError(t, err)
		require.NoError(t, s.accept(cat, sent.Secret))
		require.Equal(t, cat, s.linkedTo(one))
		s.sound()
	})
	t.Run("PRV-8 nothing personal of a removed identity outlasts the membership", func(t *testing.T) {
		s := newProvisioned(t)
		cat := s.member("cat")
		done, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "cat@acme.com", ExternalID: "e",
			Names: tenancy.ProvisionedNames{Display: "Cat"}, Attributes: "x"})
		require.NoError(t, err)
		require.NoError(t, s.idp.Deprovision(s.ctx(), done.ID, 0))
		kept, _ := stored[tenancy.ProvisionedRecord](s.scene, tenancy.IndexProvisioned, tenancy.Key{ID: done.ID})
		require.Equal(t, tenancy.ProvisionedPersonal{Address: tenancy.NewPersonal("cat@acme.com"), ExternalID: tenancy.NewPersonal("e")}, kept.Personal)
		require.NoError(t, s.owner.RemoveUser(s.ctx(), s.org, cat, tenancy.Removal{}))
		_, there := stored[tenancy.ProvisionedRecord](s.scene, tenancy.IndexProvisioned, tenancy.Key{ID: done.ID})
		require.False(t, there)
		s.sound()
	})
	t.Run("PRV-8 deleting a user removes their identity", func(t *testing.T) {
		s := newProvisioned(t)
		cat := s.member("cat")
		id := s.provision("cat@acme.com").ID
		require.NoError(t, s.owner.DeleteUser(s.ctx(), cat, tenancy.UserDeletion{}))
		_, there := stored[tenancy.ProvisionedRecord](s.scene, tenancy.IndexProvisioned, tenancy.Key{ID: id})
		require.False(t, there)
		s.sound()
	})
	t.Run("PRV-7 removing the directory lifts holds if that is asked and there is room", func(t *testing.T) {
		for _, lift := range []bool{false, true} {
			s := newProvisioned(t)
			var held []tenancy.UserID
			for _, name := range []string{"a", "b", "c"} {
				held = append(held, s.member(name))
				done, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: name + "@acme.com", Active: &inactive})
				require.NoError(t, err)
				if name == "c" {
					require.NoError(t, s.idp.Deprovision(s.ctx(), done.ID, 0))
				}
			}
			require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), s.org, &tenancy.Limits{Members: 2})))
			done, err := s.owner.RemoveDirectory(s.ctx(), s.directory, tenancy.DirectoryRemoval{LiftHolds: lift})
			require.NoError(t, err)
			if !lift {
				require.Equal(t, tenancy.RemovedDirectory{Held: 2}, done)
			} else {
				require.Equal(t, tenancy.RemovedDirectory{Lifted: 1, Held: 1}, done)
			}
			require.Equal(t, tenancy.Inactivity{Directory: !lift}, s.inactivity(held[0]))
			require.Equal(t, tenancy.Inactivity{Directory: true}, s.inactivity(held[2]), "whom the directory had removed")
			s.sound()
			again, err := s.owner.RemoveDirectory(s.ctx(), s.directory, tenancy.DirectoryRemoval{})
			require.NoError(t, err, "it can be called again")
			require.Equal(t, done.Held, again.Held)
			purged, err := s.host.Purge(s.ctx())
			require.NoError(t, err)
			require.Equal(t, 3, purged.Identities)
			s.sound()
			require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), s.org, nil)))
			for _, user := range held {
				require.NoError(t, errOf(s.owner.ReactivateUser(s.ctx(), user)))
				require.Zero(t, s.inactivity(user))
			}
		}
	})
	t.Run("PRV-8 directories end with their organization, and Purge forgets what they said", func(t *testing.T) {
		s := newProvisioned(t)
		cat := s.member("cat")
		s.stranger("dan")
		id := s.provision("cat@acme.com").ID
		s.update(id, tenancy.ProvisionedUpdate{Active: &inactive})
		s.provision("dan@acme.com")
		s.provision("new@acme.com")
		require.NoError(t, s.owner.DeleteOrganization(s.ctx(), s.org, tenancy.OrganizationDeletion{}))
		require.Zero(t, s.inactivity(cat))
		refused(t, errOf(s.idp.Provisioned(s.ctx(), id)), tenancy.CodeActor)
		s.sound()
		purged, err := s.host.Purge(s.ctx())
		require.NoError(t, err)
		require.Equal(t, 3, purged.Identities)
		s.sound()
	})
	t.Run("PRV-8 in a merge the Candidate's directories end, holds stay, and the Prime's pending identities are linked", func(t *testing.T) {
		s := newProvisioned(t)
		s.member("kit")
		dan := s.stranger("dan")
		danOrg := s.organizationOf(dan)
		held := s.join(tenancy.SignedUp{User: tenancy.User{ID: dan}, Organization: &tenancy.Organization{ID: danOrg}}, "held", tenancy.StandardUser)
		require.NoError(t, errOf(s.host.ChangeEmail(s.ctx(), held, tenancy.Proven("held@acme.com"))))
		mine, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "held@acme.com", Active: &inactive})
		require.NoError(t, err)
		require.Zero(t, s.linkedTo(mine.ID))
		sent, err := s.owner.InviteUser(s.ctx(), s.org, tenancy.NewInvitation{Email: "dan@acme.com"})
		require.NoError(t, err)
		require.NoError(t, s.accept(dan, sent.Secret))
		require.True(t, s.isMember(held))
		require.Equal(t, held, s.linkedTo(mine.ID))
		require.Equal(t, tenancy.Inactivity{Directory: true}, s.inactivity(held))
		s.sound()
	})
}

// organizationOf returns the organization of which a user is the Owner.
func (s *provisioned) organizationOf(user tenancy.UserID) tenancy.OrganizationID {
	s.Helper()
	_, memberships, err := s.host.User(s.ctx(), user)
	require.NoError(s, err)
	return memberships[0].Organization
}
