package tenancy_test

import (
	"context"
	"fmt"

	"github.com/add4b1c6/tenancy"
)

// A group gives everybody in it the same roles, on as many accounts as it has roles on, and
// takes them back from those who leave it.
func ExampleSession_AssignGroupRoles() {
	ctx := context.Background()
	dir, ana, ben := acmeWithBen(ctx)
	owner, shop := dir.As(ana.User.ID), ana.Account.ID

	support, _ := owner.CreateGroup(ctx, ana.Organization.ID, tenancy.NewGroup{Name: "Support"})
	if _, err := owner.AssignGroupRoles(ctx, support.ID, shop, tenancy.Roles(tenancy.Support)); err != nil {
		panic(err)
	}
	if _, err := owner.AddToGroup(ctx, support.ID, []tenancy.UserID{ben.User.ID}); err != nil {
		panic(err)
	}
	d, err := dir.System().Can(ctx, ben.User.ID, tenancy.ReadUsage, shop)
	fmt.Println(d.Allowed, d.Why, d.Role, d.Group == support.ID, err)

	if _, err := owner.RemoveFromGroup(ctx, support.ID, []tenancy.UserID{ben.User.ID}); err != nil {
		panic(err)
	}
	d, err = dir.System().Can(ctx, ben.User.ID, tenancy.ReadUsage, shop)
	fmt.Println(d.Allowed, d.Why, err)
	// Output:
	// true group support true <nil>
	// false unreachable <nil>
}

// A person's page lists the groups that they are in.
func ExampleSession_GroupsOf() {
	ctx := context.Background()
	dir, ana, ben := acmeWithBen(ctx)
	owner := dir.As(ana.User.ID)
	for _, name := range []string{"Support", "On call"} {
		group, err := owner.CreateGroup(ctx, ana.Organization.ID, tenancy.NewGroup{Name: name})
		if err != nil {
			panic(err)
		}
		if _, err := owner.AddToGroup(ctx, group.ID, []tenancy.UserID{ben.User.ID}); err != nil {
			panic(err)
		}
	}
	for group, err := range dir.As(ben.User.ID).GroupsOf(ctx, ben.User.ID, tenancy.GroupQuery{}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(group.Name.Reveal())
	}
	// Unordered output:
	// Support
	// On call
}
