package scene

import (
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// Directory is an organization's directory, what it says of people, and a group that it
// keeps.
type Directory struct {
	*tenancy.Provisioner
	ID        tenancy.DirectoryID
	User      tenancy.UserID        // a member
	Linked    tenancy.ProvisionedID // to that user, in the group
	Unclaimed tenancy.ProvisionedID // to a member whom nobody has claimed and whom it holds inactive, in the group
	Pending   tenancy.ProvisionedID // in the group
	Removed   tenancy.ProvisionedID
	Group     tenancy.GroupID
}

// Directory adds a directory to an organization that has verified a domain, and has it say
// something of people with addresses there: of a member, of nobody yet, of one who was
// removed from the organization before, and of one whom it forgets again.
func (s *Scene) Directory(by tenancy.UserID, org tenancy.OrganizationID, domain string) (d Directory) {
	s.tb.Helper()
	ctx, done := s.tb.Context(), func(err error) { s.tb.Helper(); require.NoError(s.tb, err) }
	owner := s.As(by)
	d.User = s.Join(by, org, "Pat", "pat@"+domain, tenancy.StandardUser)
	removed := s.Join(by, org, "Rae", "rae@"+domain, tenancy.StandardUser)
	done(owner.RemoveUser(ctx, org, removed, tenancy.Removal{}))
	added, err := owner.AddDirectory(ctx, org, "Directory")
	done(err)
	added, err = owner.RotateDirectorySecret(ctx, added.ID, tenancy.DirectoryRotation{})
	done(err)
	d.ID, d.Provisioner = added.ID, s.Dir.AsDirectory(added.Secret)
	says := func(name string) tenancy.ProvisionedID {
		made, err := d.Provision(ctx, tenancy.NewProvisioned{UserName: name + "@" + domain, ExternalID: "x-" + name,
			Names:      tenancy.ProvisionedNames{Display: name, Formatted: name + " F.", Given: name, Family: "F."},
			Attributes: `{"title":"Engineer"}`})
		done(err)
		return made.ID
	}
	d.Linked, d.Unclaimed, d.Pending, d.Removed = says("pat"), says("quinn"), says("rae"), says("sam")
	inactive := false
	_, err = d.UpdateProvisioned(ctx, d.Unclaimed, tenancy.ProvisionedUpdate{Active: &inactive})
	done(err)
	done(d.Deprovision(ctx, d.Removed, 0))
	group, err := d.CreateProvisionedGroup(ctx, tenancy.NewProvisionedGroup{Name: "Everybody", ExternalID: "x-group",
		Members: []tenancy.ProvisionedID{d.Linked, d.Unclaimed, d.Pending}})
	done(err)
	d.Group = group.ID
	return d
}
