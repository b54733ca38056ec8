package tenancy_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// keptFirm is an organization whose directory keeps somebody of each kind, and a group. It
// has had another directory, which was removed.
type keptFirm struct {
	*provisioned
	cat               tenancy.UserID        // a member
	linked            tenancy.ProvisionedID // hers, in the group
	ben               tenancy.UserID        // made by the directory, unclaimed
	unclaimed         tenancy.ProvisionedID // his
	pending           tenancy.ProvisionedID // of somebody outside
	owners            tenancy.ProvisionedID // the Owner's
	removed           tenancy.ProvisionedID // of a member still
	group             tenancy.GroupID       // which the directory keeps
	ended             tenancy.DirectoryID
	endedHad          tenancy.ProvisionedID
	gone              tenancy.OrganizationID // which has ended
	ownersAddress     string
	outsider, another tenancy.UserID // dan, with the pending identity's address; a member with none
}

func newKeptFirm(t *testing.T) *keptFirm {
	f := &keptFirm{provisioned: newProvisioned(t)}
	up, err := f.enter("cat@acme.com", tenancy.Secret{})
	require.NoError(t, err)
	f.cat = up.User.ID
	up, err = f.enter("fay@acme.com", tenancy.Secret{})
	require.NoError(t, err)
	f.another = up.User.ID
	f.outsider = f.covered.outsider("dan").User.ID
	f.set(tenancy.PolicyAutomatic)
	in := tenancy.NewProvisioned{UserName: "cat@acme.com", ExternalID: "x-1", Attributes: "{}"}
	done, err := f.idp.Provision(f.ctx(), in)
	require.NoError(t, err)
	f.linked = done.ID
	f.unclaimed, f.pending = f.provision("ben@acme.com").ID, f.provision("dan@acme.com").ID
	f.ben = f.linkedTo(f.unclaimed)
	f.removed = f.provision("eva@acme.com").ID
	require.NoError(t, f.idp.Deprovision(f.ctx(), f.removed, 0))
	f.ownersAddress = "ana@acme.com"
	require.NoError(t, errOf(f.host.ChangeEmail(f.ctx(), f.ana.User.ID, tenancy.Proven(f.ownersAddress))))
	f.owners = f.provision(f.ownersAddress).ID
	var idp *tenancy.Provisioner
	f.ended, idp = f.addDirectory(f.owner, f.org)
	done, err = idp.Provision(f.ctx(), tenancy.NewProvisioned{UserName: "gil@acme.com"})
	require.NoError(t, err)
	f.endedHad = done.ID
	require.NoError(t, errOf(f.owner.RemoveDirectory(f.ctx(), f.ended, tenancy.DirectoryRemoval{})))
	zoe := f.found("zoe")
	f.gone = zoe.Organization.ID
	require.NoError(t, f.as(zoe.User.ID).DeleteOrganization(f.ctx(), f.gone, tenancy.OrganizationDeletion{}))
	f.set(tenancy.PolicyAutomatic)
	f.provisioned.sound()
	f.group = tenancy.GroupID{15: 1}
	d, o := f.directoryRecord(f.directory), f.organizationRecord()
	d.Groups, o.Groups = 1, 1
	f.put(d, o, tenancy.GroupMemberRecord{Group: f.group, User: f.cat},
		tenancy.GroupRecord{ID: f.group, Organization: f.org, Directory: f.directory, Version: 1, Members: 1, Identities: 2},
		tenancy.ProvisionedMemberRecord{Group: f.group, Identity: f.linked},
		tenancy.ProvisionedMemberRecord{Group: f.group, Identity: f.pending})
	require.Empty(t, f.check(tenancy.CheckOptions{}))
	return f
}

func (f *keptFirm) directoryRecord(id tenancy.DirectoryID) tenancy.DirectoryRecord {
	r, ok := stored[tenancy.DirectoryRecord](f.scene, tenancy.IndexDirectories, tenancy.Key{ID: id})
	require.True(f, ok)
	return r
}

func (f *keptFirm) organizationRecord() tenancy.OrganizationRecord {
	r, ok := stored[tenancy.OrganizationRecord](f.scene, tenancy.IndexOrganizations, tenancy.Key{ID: f.org})
	require.True(f, ok)
	return r
}

func (f *keptFirm) userRecord(id tenancy.UserID) tenancy.UserRecord {
	r, ok := stored[tenancy.UserRecord](f.scene, tenancy.IndexUsers, tenancy.Key{ID: id})
	require.True(f, ok)
	return r
}

// change changes an identity behind the library's back.
func (f *keptFirm) change(id tenancy.ProvisionedID, change func(*tenancy.ProvisionedRecord)) {
	r, ok := stored[tenancy.ProvisionedRecord](f.scene, tenancy.IndexProvisioned, tenancy.Key{ID: id})
	require.True(f, ok)
	change(&r)
	f.put(r)
}

// lose deletes a record behind the library's back.
func (f *keptFirm) lose(record tenancy.Record) {
	f.damage(func(ctx context.Context, tx tenancy.Tx) error { return tx.Delete(ctx, record) })
}

// TestCheckDirectories damages directories, and what they say of people, by hand, and wants
// Check to find it.
func TestCheckDirectories(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule, detail string
		damage       func(*keptFirm)
	}{
		"INV-9 a directory of an organization that has ended": {"INV-9", "it lives, and its organization has ended", func(f *keptFirm) {
			f.put(tenancy.DirectoryRecord{ID: tenancy.DirectoryID{15: 1}, Organization: f.gone})
		}},
		"INV-9 an organization that has ended, and its directory": {"INV-9", "it has ended, and has directories", func(f *keptFirm) {
			f.put(tenancy.DirectoryRecord{ID: tenancy.DirectoryID{15: 1}, Organization: f.gone})
		}},
		"INV-15 a number of directories": {"INV-15", "it says another number of directories", func(f *keptFirm) {
			o := f.organizationRecord()
			o.Directories++
			f.put(o)
		}},
		"INV-15 a number of identities": {"INV-15", "it says another number of identities", func(f *keptFirm) {
			d := f.directoryRecord(f.directory)
			d.Identities--
			f.put(d)
		}},
		"INV-15 a number of groups of a directory": {"INV-15", "it says another number of groups", func(f *keptFirm) {
			d := f.directoryRecord(f.directory)
			d.Groups++
			f.put(d)
		}},
		"INV-15 a number of identities in a group": {"INV-15", "it says another number of identities", func(f *keptFirm) {
			f.lose(tenancy.ProvisionedMemberRecord{Group: f.group, Identity: f.pending})
		}},
		"INV-15 a directory that was removed, and counts": {"INV-15", "it was removed, and counts something", func(f *keptFirm) {
			d := f.directoryRecord(f.ended)
			d.Identities = 1
			f.put(d)
		}},
		"INV-14 a directory that was purged": {"INV-14", "it was purged, and something that it said of people is still there", func(f *keptFirm) {
			d := f.directoryRecord(f.ended)
			d.Purged = 1
			f.put(d)
		}},
		"PRV-1 a directory that was removed, and has a name": {"PRV-1", "it was removed, and its name or a secret is still there", func(f *keptFirm) {
			d := f.directoryRecord(f.ended)
			d.Personal.Name = tenancy.NewPersonal("Okta")
			f.put(d)
		}},
		"PRV-2 an identity of no directory": {"PRV-2", "it is of no directory", func(f *keptFirm) {
			f.change(f.pending, func(p *tenancy.ProvisionedRecord) { p.Directory = tenancy.DirectoryID{15: 1} })
		}},
		"PRV-2 an identity of another organization": {"PRV-2", "it is not of its directory's organization", func(f *keptFirm) {
			f.change(f.pending, func(p *tenancy.ProvisionedRecord) { p.Organization = f.bea.Organization.ID })
		}},
		"PRV-2 an address that is not canonical": {"PRV-2", "its address is not in canonical form", func(f *keptFirm) {
			f.change(f.pending, func(p *tenancy.ProvisionedRecord) { p.Personal.Address = tenancy.NewPersonal("Dan@acme.com") })
		}},
		"PRV-2 no member": {"PRV-2", "its user is not a member of its organization", func(f *keptFirm) {
			f.lose(tenancy.MembershipRecord{Organization: f.org, User: f.cat})
		}},
		"PRV-2 two identities of a user": {"PRV-2", "another identity of the organization is linked to its user", func(f *keptFirm) {
			f.change(f.pending, func(p *tenancy.ProvisionedRecord) { p.User = f.cat })
		}},
		"PRV-3 pending, and a member has its address": {"PRV-3", "it is pending, and a member whom no directory keeps has its address", func(f *keptFirm) {
			f.put(tenancy.MembershipRecord{Organization: f.org, User: f.outsider, Role: tenancy.StandardUser})
		}},
		"PRV-3 unclaimed, and owns an account": {"PRV-3", "nobody has claimed the user, who owns an account", func(f *keptFirm) {
			f.put(tenancy.AccountRecord{ID: tenancy.AccountID{15: 1}, Organization: f.org, Owner: f.ben})
		}},
		"PRV-3 unclaimed, and owns an organization": {"PRV-3", "nobody has claimed the user, who owns an organization", func(f *keptFirm) {
			f.put(tenancy.MembershipRecord{Organization: f.org, User: f.ben, Role: tenancy.Owner})
		}},
		"PRV-4 held, and no member": {"PRV-4", "a directory holds inactive who is no member", func(f *keptFirm) {
			f.lose(tenancy.MembershipRecord{Organization: f.org, User: f.another})
			u := f.userRecord(f.another)
			u.InactiveDirectory = true
			f.put(u)
		}},
		"PRV-4 an Owner who is held": {"PRV-4", "a directory holds an Owner inactive", func(f *keptFirm) {
			u := f.userRecord(f.ana.User.ID)
			u.InactiveDirectory = true
			f.put(u)
		}},
		"PRV-4 inactive, and nobody is held": {"PRV-4", "it is inactive, and its directory does not hold its user, or it is the Owner's", func(f *keptFirm) {
			f.change(f.linked, func(p *tenancy.ProvisionedRecord) { p.Inactive = true })
		}},
		"PRV-4 inactive, and the Owner's": {"PRV-4", "it is inactive, and its directory does not hold its user, or it is the Owner's", func(f *keptFirm) {
			u := f.userRecord(f.ana.User.ID)
			u.InactiveDirectory = true
			f.put(u)
			f.change(f.owners, func(p *tenancy.ProvisionedRecord) { p.Inactive = true })
		}},
		"PRV-8 removed, and keeps a name": {"PRV-8", "it was removed, and keeps more than an address and an external ID", func(f *keptFirm) {
			f.change(f.removed, func(p *tenancy.ProvisionedRecord) { p.Personal.Display = tenancy.NewPersonal("Eva") })
		}},
		"PRV-8 removed, and no member": {"PRV-8", "it was removed, and its user is no member", func(f *keptFirm) {
			f.lose(tenancy.MembershipRecord{Organization: f.org, User: f.linkedTo(f.removed)})
		}},
		"PRV-9 removed, and in a group": {"PRV-9", "it was removed, and is in a group", func(f *keptFirm) {
			f.put(tenancy.ProvisionedMemberRecord{Group: f.group, Identity: f.removed})
		}},
		"PRV-9 in a group, and the user is not": {"PRV-9", "an identity is in a group, and its user is not", func(f *keptFirm) {
			f.lose(tenancy.GroupMemberRecord{Group: f.group, User: f.cat})
		}},
		"PRV-9 a user whom the directory has not put into its group": {"PRV-9", "a user is in a group that a directory keeps, which has not put them there", func(f *keptFirm) {
			f.put(tenancy.GroupMemberRecord{Group: f.group, User: f.ben})
		}},
		"PRV-9 another directory's identity in a group": {"PRV-9", "what a group has is no identity of the directory that keeps it", func(f *keptFirm) {
			f.put(tenancy.ProvisionedMemberRecord{Group: f.group, Identity: f.endedHad})
		}},
		"PRV-9 a group of another organization": {"PRV-9", "it is not of the organization of the directory that keeps it", func(f *keptFirm) {
			f.put(tenancy.GroupRecord{ID: f.group, Organization: f.bea.Organization.ID, Directory: f.directory})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newKeptFirm(t)
			c.damage(f)
			var found []string
			for _, v := range f.check(tenancy.CheckOptions{}) {
				found = append(found, v.Rule+" "+v.Detail)
			}
			require.Contains(t, found, c.rule+" "+c.detail)
		})
	}
	t.Run("PRV-8 what a directory says that has ended is nothing", func(t *testing.T) {
		t.Parallel()
		f := newKeptFirm(t)
		f.change(f.endedHad, func(p *tenancy.ProvisionedRecord) { p.User, p.Inactive = f.outsider, true })
		d := f.directoryRecord(f.directory)
		d.Removed, d.Identities, d.Groups, d.Personal = 1, 0, 0, tenancy.DirectoryPersonal{}
		o := f.organizationRecord()
		o.Directories = 0
		f.put(d, o, tenancy.GroupMemberRecord{Group: f.group, User: f.ben})
		f.lose(tenancy.GroupMemberRecord{Group: f.group, User: f.cat})
		require.Empty(t, f.check(tenancy.CheckOptions{}))
	})
	for name, damage := range map[string]func(*keptFirm) string{
		"a directory": func(f *keptFirm) string {
			d := tenancy.DirectoryRecord{ID: tenancy.DirectoryID{15: 1}, Organization: f.org}
			f.put(d)
			return d.ID.String()
		},
		"an identity": func(f *keptFirm) string {
			p := tenancy.ProvisionedRecord{ID: tenancy.ProvisionedID{15: 1}, Directory: f.directory}
			f.put(p)
			return p.ID.String()
		},
		"an identity's link": func(f *keptFirm) string {
			f.change(f.pending, func(p *tenancy.ProvisionedRecord) { p.User = f.another })
			return f.pending.String()
		},
		"an identity in a group": func(f *keptFirm) string {
			f.put(tenancy.ProvisionedMemberRecord{Group: f.group, Identity: f.owners})
			return f.group.String() + " " + f.owners.String()
		},
	} {
		t.Run("INV-13 "+name+" that the log does not explain", func(t *testing.T) {
			t.Parallel()
			f := newKeptFirm(t)
			subject := damage(f)
			require.True(t, slices.ContainsFunc(f.check(tenancy.CheckOptions{Replay: true}),
				func(v tenancy.Violation) bool { return v.Rule == "INV-13" && v.Subject == subject }))
		})
	}
}
