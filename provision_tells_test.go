package tenancy_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// TestProvisionTells: what a directory asks tells it nothing of whose an address is, and no
// user whom it made is in anybody's way.
func TestProvisionTells(t *testing.T) {
	inactive, active := false, true
	rename := func(to string) tenancy.ProvisionedUpdate { return tenancy.ProvisionedUpdate{UserName: &to} }
	t.Run("GEN-5 PRV-3 what is read does not tell whose an address off the domain is", func(t *testing.T) {
		s := newProvisioned(t)
		s.stranger("dan")
		done := s.provision("ben@acme.com")
		rot, err := s.owner.RotateDirectorySecret(s.ctx(), s.directory, tenancy.DirectoryRotation{})
		require.NoError(t, err)
		ask := func(email string, code tenancy.Code) [][]lookup {
			steps, err := lookups(s.scene, func(dir *tenancy.Directory) error {
				return errOf(dir.AsDirectory(rot.Secret).Provision(s.ctx(), tenancy.NewProvisioned{UserName: email}))
			})
			refused(t, err, code)
			return steps
		}
		t.Run("Provision", func(t *testing.T) {
			require.Equal(t, ask("nobody@example.com", tenancy.CodeOffDomain), ask(address("bea"), tenancy.CodeOffDomain))
		})
		t.Run("UpdateProvisioned", func(t *testing.T) {
			up := func(email string) [][]lookup {
				steps, err := lookups(s.scene, func(dir *tenancy.Directory) error {
					return errOf(dir.AsDirectory(rot.Secret).UpdateProvisioned(s.ctx(), done.ID, rename(email)))
				})
				refused(t, err, tenancy.CodeOffDomain)
				return steps
			}
			require.Equal(t, up("nobody@example.com"), up(address("bea")))
		})
	})
	t.Run("PRV-5 a closed domain refuses no linked user another address, whoever has it", func(t *testing.T) {
		s := newProvisioned(t)
		s.stranger("dan")
		one, two := s.provision("one@acme.com").ID, s.provision("two@acme.com").ID
		s.set(tenancy.PolicyClosed)
		require.NoError(t, errOf(s.idp.UpdateProvisioned(s.ctx(), one, rename("free@acme.com"))))
		require.NoError(t, errOf(s.idp.UpdateProvisioned(s.ctx(), two, rename("dan@acme.com"))))
		s.sound()
	})
	t.Run("PRV-5 the member limit refuses no linked user another address, whoever has it", func(t *testing.T) {
		s := newProvisioned(t)
		s.stranger("dan")
		one, two := s.provision("one@acme.com").ID, s.provision("two@acme.com").ID
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), s.org, &tenancy.Limits{Members: 3})))
		require.NoError(t, errOf(s.idp.UpdateProvisioned(s.ctx(), one, rename("free@acme.com"))))
		require.NoError(t, errOf(s.idp.UpdateProvisioned(s.ctx(), two, rename("dan@acme.com"))))
		s.sound()
	})
	t.Run("PRV-5 a hold is lifted where there is a seat, whoever has the address", func(t *testing.T) {
		s := newProvisioned(t)
		s.stranger("dan")
		one, two := s.provision("one@acme.com").ID, s.provision("two@acme.com").ID
		s.update(one, tenancy.ProvisionedUpdate{Active: &inactive})
		s.update(two, tenancy.ProvisionedUpdate{Active: &inactive})
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), s.org, &tenancy.Limits{Members: 1})))
		for id, to := range map[tenancy.ProvisionedID]string{one: "free@acme.com", two: "dan@acme.com"} {
			in := rename(to)
			in.Active = &active
			refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), id, in)), tenancy.CodeMemberLimit)
		}
	})
	t.Run("PRV-5 single sign-on is kept, whoever has the address", func(t *testing.T) {
		s := newProvisioned(t)
		s.verify(s.ana, "acme.org")
		connection, err := s.owner.AddConnection(s.ctx(), s.org, "IdP")
		require.NoError(t, err)
		require.NoError(t, errOf(s.host.MarkConnectionTested(s.ctx(), connection.ID)))
		require.NoError(t, errOf(s.owner.EnforceSSO(s.ctx(), s.acme.ID, connection.ID)))
		dan := s.stranger("dan")
		s.set(tenancy.PolicyClosed)
		require.NoError(t, errOf(s.host.ChangeEmail(s.ctx(), dan, tenancy.Proven("dan@acme.org"))))
		s.set(tenancy.PolicyAutomatic)
		id := s.provision("ben@acme.com").ID
		refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), id, rename("ben@acme.org"))), tenancy.CodeSSOAddress)
		refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), id, rename("dan@acme.org"))), tenancy.CodeSSOAddress)
	})
	t.Run("PRV-5 who proved another address keeps it, whoever has the new one", func(t *testing.T) {
		s := newProvisioned(t)
		s.stranger("dan")
		cat := s.member("cat")
		id := s.provision("cat@acme.com").ID
		require.NoError(t, errOf(s.host.ChangeEmail(s.ctx(), cat, tenancy.Proven("own@acme.com"))))
		refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), id, rename("free@acme.com"))), tenancy.CodeIdentityTaken)
		refused(t, errOf(s.idp.UpdateProvisioned(s.ctx(), id, rename("dan@acme.com"))), tenancy.CodeIdentityTaken)
	})
	t.Run("PRV-7 a closed domain refuses nobody who comes back, whoever has the address", func(t *testing.T) {
		s := newProvisioned(t)
		s.stranger("dan")
		for _, e := range []string{"cat", "eve"} {
			s.member(e)
			done, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: e + "@acme.com", ExternalID: e})
			require.NoError(t, err)
			require.NoError(t, s.idp.Deprovision(s.ctx(), done.ID, 0))
		}
		s.set(tenancy.PolicyClosed)
		require.NoError(t, errOf(s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "free@acme.com", ExternalID: "cat"})))
		require.NoError(t, errOf(s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "dan@acme.com", ExternalID: "eve"})))
		s.sound()
	})
	t.Run("PRV-7 a hold is lifted where there is a seat, whoever has the address", func(t *testing.T) {
		s := newProvisioned(t)
		s.stranger("dan")
		s.member("cat")
		done, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "cat@acme.com", ExternalID: "cat"})
		require.NoError(t, err)
		require.NoError(t, s.idp.Deprovision(s.ctx(), done.ID, 0))
		require.NoError(t, errOf(s.staff.SetLimits(s.ctx(), s.org, &tenancy.Limits{Members: 1})))
		for _, to := range []string{"free@acme.com", "dan@acme.com"} {
			s.unchanged(func() {
				refused(t, errOf(s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: to, ExternalID: "cat"})), tenancy.CodeMemberLimit)
			})
		}
	})
	t.Run("PRV-7 who proved another address keeps it, whoever has the new one", func(t *testing.T) {
		s := newProvisioned(t)
		s.stranger("dan")
		cat := s.member("cat")
		done, err := s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "cat@acme.com", ExternalID: "cat"})
		require.NoError(t, err)
		require.NoError(t, s.idp.Deprovision(s.ctx(), done.ID, 0))
		require.NoError(t, errOf(s.host.ChangeEmail(s.ctx(), cat, tenancy.Proven("own@acme.com"))))
		refused(t, errOf(s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "free@acme.com", ExternalID: "cat"})), tenancy.CodeIdentityTaken)
		refused(t, errOf(s.idp.Provision(s.ctx(), tenancy.NewProvisioned{UserName: "dan@acme.com", ExternalID: "cat"})), tenancy.CodeIdentityTaken)
	})
	t.Run("PRV-3 an unclaimed user of a suspended organization squats no address", func(t *testing.T) {
		s := newProvisioned(t)
		s.provision("ben@acme.com")
		require.NoError(t, s.owner.RemoveDomain(s.ctx(), s.acme.ID))
		require.NoError(t, errOf(s.staff.SuspendOrganization(s.ctx(), s.org, "T-1")))
		up, err := s.enter("ben@acme.com", tenancy.Secret{})
		require.NoError(t, err)
		require.Equal(t, tenancy.SignUpFounded, up.Result)
		s.sound()
	})
	t.Run("PRV-3 an unclaimed user ends with roles and groups", func(t *testing.T) {
		for _, how := range []string{"deleted", "removed", "domain"} {
			s := newProvisioned(t)
			done := s.provision("ben@acme.com")
			user := s.linkedTo(done.ID)
			require.NoError(t, errOf(s.owner.AssignRoles(s.ctx(), s.ana.Account.ID, user, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer), Until: new(s.clock.Now().Add(time.Hour))})))
			require.NoError(t, errOf(s.owner.AssignRoles(s.ctx(), s.ana.Account.ID, user, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Support)})))
			g, err := s.owner.CreateGroup(s.ctx(), s.org, tenancy.NewGroup{Name: "g"})
			require.NoError(t, err)
			require.NoError(t, errOf(s.owner.AddToGroup(s.ctx(), g.ID, []tenancy.UserID{user})))
			_, err = s.idp.CreateProvisionedGroup(s.ctx(), tenancy.NewProvisionedGroup{Name: "h", Members: []tenancy.ProvisionedID{done.ID}})
			require.NoError(t, err)
			switch how {
			case "deleted":
				require.NoError(t, s.owner.DeleteOrganization(s.ctx(), s.org, tenancy.OrganizationDeletion{}))
			case "removed":
				require.NoError(t, s.owner.RemoveUser(s.ctx(), s.org, user, tenancy.Removal{}))
			case "domain":
				require.NoError(t, s.owner.RemoveDomain(s.ctx(), s.acme.ID))
			}
			s.sound()
			up, err := s.enter("ben@acme.com", tenancy.Secret{})
			require.NoError(t, err, how)
			require.NotEqual(t, user, up.User.ID)
			s.sound()
		}
	})
	t.Run("PRV-10 a part of a list that starts far behind its end is empty", func(t *testing.T) {
		s := newProvisioned(t)
		s.provision("ben@acme.com")
		page, err := s.idp.ListProvisioned(s.ctx(), tenancy.ProvisionedPage{Start: math.MaxInt, Count: 100})
		require.NoError(t, err)
		require.Equal(t, 1, page.Total)
		require.Empty(t, page.Items)
		groups, err := s.idp.ListProvisionedGroups(s.ctx(), tenancy.ProvisionedPage{Start: math.MaxInt, Count: 100})
		require.NoError(t, err)
		require.Empty(t, groups.Items)
	})
	t.Run("PRV-3 an unclaimed Administrator can do nothing and is nobody's heir", func(t *testing.T) {
		s := newProvisioned(t)
		require.NoError(t, errOf(s.owner.InviteUser(s.ctx(), s.org, tenancy.NewInvitation{Email: "ben@acme.com", Role: tenancy.Administrator})))
		user := s.linkedTo(s.provision("ben@acme.com").ID)
		s.unchanged(func() {
			refused(t, errOf(s.owner.TransferOwnership(s.ctx(), s.org, tenancy.NewOwner{Email: "ben@acme.com"})), tenancy.CodeInactive)
			refused(t, errOf(s.owner.TransferOwnership(s.ctx(), s.org, tenancy.NewOwner{User: user})), tenancy.CodeInactive)
		})
		d, err := s.host.CanInOrganization(s.ctx(), user, tenancy.ViewOrganization, s.org)
		require.NoError(t, err)
		require.False(t, d.Allowed)
		perms, err := s.host.Permissions(s.ctx(), user, s.ana.Account.ID)
		require.NoError(t, err)
		for _, p := range perms {
			require.False(t, p.Allowed)
		}
	})
	t.Run("PRV-3 no invitation goes out to an address on a domain that is gone", func(t *testing.T) {
		s := newProvisioned(t)
		s.stranger("dan")
		done := s.provision("dan@acme.com")
		require.NoError(t, s.owner.RevokeInvitation(s.ctx(), done.Invitation.ID))
		require.NoError(t, s.owner.RemoveDomain(s.ctx(), s.acme.ID))
		require.Nil(t, s.update(done.ID, tenancy.ProvisionedUpdate{Names: &tenancy.ProvisionedNames{Display: "X"}}).Invitation)
	})
	t.Run("GEN-13 operation IDs are each directory's own", func(t *testing.T) {
		s := newProvisioned(t)
		_, other := s.addDirectory(s.owner, s.org)
		op := tenancy.NewOperationID()
		require.NoError(t, errOf(s.idp.Once(op).Provision(s.ctx(), tenancy.NewProvisioned{UserName: "ben@acme.com"})))
		require.NoError(t, errOf(other.Once(op).Provision(s.ctx(), tenancy.NewProvisioned{UserName: "cat@acme.com"})))
		require.NoError(t, errOf(s.owner.Once(op).RenameOrganization(s.ctx(), s.org, "x")))
	})
}
