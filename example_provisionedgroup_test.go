package tenancy_test

import (
	"context"
	"fmt"

	"github.com/add4b1c6/tenancy"
)

// A directory says who is in a group, and the organization's administrators say what the
// group may do.
func ExampleProvisioner_CreateProvisionedGroup() {
	ctx := context.Background()
	dir, ana, _ := acmeOnline(ctx)
	owner := dir.As(ana.User.ID)
	added, err := owner.AddDirectory(ctx, ana.Organization.ID, "Okta")
	if err != nil {
		panic(err)
	}
	okta := dir.AsDirectory(added.Secret) // the host reads the secret from each request
	ben, err := okta.Provision(ctx, tenancy.NewProvisioned{UserName: "ben@acme.com"})
	if err != nil {
		panic(err)
	}
	support, err := okta.CreateProvisionedGroup(ctx, tenancy.NewProvisionedGroup{
		Name: "Support", ExternalID: "00g1", Members: []tenancy.ProvisionedID{ben.ID},
	})
	fmt.Println(support.Name.Reveal(), support.Members, support.Version, err)

	_, err = owner.AssignGroupRoles(ctx, support.ID, ana.Account.ID, tenancy.Roles(tenancy.Support))
	fmt.Println(err)
	_, err = owner.RenameGroup(ctx, support.ID, "Help")
	fmt.Println(tenancy.CodeOf(err))

	support, err = okta.UpdateProvisionedGroup(ctx, support.ID, tenancy.ProvisionedGroupUpdate{
		Name: new("Help"), Remove: []tenancy.ProvisionedID{ben.ID}, Version: support.Version,
	})
	fmt.Println(support.Name.Reveal(), support.Members, support.Version, err)
	// Output:
	// Support 1 1 <nil>
	// <nil>
	// directory_group
	// Help 0 2 <nil>
}
