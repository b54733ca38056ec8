package tenancy_test

import (
	"context"
	"fmt"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// A host asks before it does anything on an account. The reason tells its 404 from its
// 403.
func ExampleSession_Can() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	host := dir.System()
	ana, _ := host.SignUp(
		ctx,
		tenancy.NewSignUp{
			Email:        tenancy.Proven("ana@acme.example"),
			Name:         "Ana",
			Organization: "Acme",
			Account:      "Shop",
		},
	)
	sent, _ := dir.As(ana.User.ID).
		InviteToAccount(ctx, ana.Account.ID, tenancy.NewAccountInvitation{Email: "sam@help.example", Roles: tenancy.Roles(tenancy.Support)})
	sam, _ := host.SignUp(ctx,
		tenancy.NewSignUp{Email: tenancy.Proven("sam@help.example"), Name: "Sam", Secret: sent.Secret})

	for _, permission := range []tenancy.Permission{tenancy.ReadUsage, tenancy.Build} {
		d, err := host.Can(ctx, sam.User.ID, permission, ana.Account.ID)
		if err != nil {
			panic(err)
		}
		switch {
		case d.Allowed:
			fmt.Println(permission, "allowed by", d.Role)
		case d.Why == tenancy.WhyUnreachable:
			fmt.Println(permission, "404")
		default:
			fmt.Println(permission, "403", d.Why)
		}
	}
	// Output:
	// read_usage allowed by support
	// build 403 insufficient
}

// A user's role in an organization determines what they may do there.
func ExampleSession_CanInOrganization() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	ana, _ := dir.System().
		SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana", Organization: "Acme"})

	d, err := dir.As(ana.User.ID).CanInOrganization(ctx, ana.User.ID, tenancy.ManageDomains, ana.Organization.ID)
	fmt.Println(d.Allowed, d.Why, d.OrganizationRole, err)
	// Output: true organization_role owner <nil>
}

// A product has permissions and roles of its own beside the built-in ones.
func ExampleRoleOptions() {
	ctx := context.Background()
	dir, err := tenancy.New(memstore.New(), &tenancy.Options{Roles: tenancy.RoleOptions{
		Permissions: []tenancy.Permission{"deploy"},
		Roles: map[tenancy.AccountRole][]tenancy.Permission{
			"release_manager": {"deploy", tenancy.ReadUsage},
			tenancy.Developer: {"deploy"},
		},
	}})
	if err != nil {
		panic(err)
	}
	host := dir.System()
	ana, _ := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana"})
	sent, _ := dir.As(ana.User.ID).
		InviteToAccount(ctx, ana.Account.ID, tenancy.NewAccountInvitation{Email: "rae@acme.example", Roles: tenancy.Roles("release_manager")})
	rae, _ := host.SignUp(ctx,
		tenancy.NewSignUp{Email: tenancy.Proven("rae@acme.example"), Name: "Rae", Secret: sent.Secret})

	d, _ := host.Can(ctx, rae.User.ID, "deploy", ana.Account.ID)
	fmt.Println(d.Allowed, d.Role)
	d, _ = host.Can(ctx, rae.User.ID, tenancy.Build, ana.Account.ID)
	fmt.Println(d.Allowed, d.Why)
	// Output:
	// true release_manager
	// false insufficient
}

// A page asks once which of its buttons to show.
func ExampleSession_Permissions() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	host := dir.System()
	ana, _ := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana"})
	sent, _ := dir.As(ana.User.ID).InviteToAccount(ctx, ana.Account.ID,
		tenancy.NewAccountInvitation{Email: "sam@help.example", Roles: tenancy.Roles(tenancy.Developer)})
	sam, _ := host.SignUp(ctx,
		tenancy.NewSignUp{Email: tenancy.Proven("sam@help.example"), Name: "Sam", Secret: sent.Secret})

	may, err := dir.As(sam.User.ID).Permissions(ctx, sam.User.ID, ana.Account.ID)
	if err != nil {
		panic(err)
	}
	for _, button := range []tenancy.Permission{tenancy.Build, tenancy.Bill, tenancy.ManageMembers} {
		fmt.Println(button, may[button].Allowed)
	}
	// Output:
	// build true
	// bill false
	// manage_members false
}

// An organization's page asks once which of its buttons to show.
func ExampleSession_OrganizationPermissions() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	host := dir.System()
	ana, _ := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana", Organization: "Acme"})
	sent, _ := dir.As(ana.User.ID).InviteUser(ctx, ana.Organization.ID,
		tenancy.NewInvitation{Email: "ben@acme.example", Role: tenancy.Administrator})
	ben, _ := host.SignUp(ctx,
		tenancy.NewSignUp{Email: tenancy.Proven("ben@acme.example"), Name: "Ben", Secret: sent.Secret})

	may, err := dir.As(ben.User.ID).OrganizationPermissions(ctx, ben.User.ID, ana.Organization.ID)
	if err != nil {
		panic(err)
	}
	for _, button := range []tenancy.OrganizationPermission{
		tenancy.ManageUsers, tenancy.ReadLog, tenancy.TransferOwnership,
	} {
		fmt.Println(button, may[button].Allowed)
	}
	// Output:
	// manage_users true
	// read_log true
	// transfer_ownership false
}

// A list of accounts asks once which of them the user may build in. One that is not to
// be seen spoils nothing.
func ExampleSession_CanMany() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	host := dir.System()
	ana, _ := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana"})
	eve, _ := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("eve@evil.example"), Name: "Eve"})
	shop, _ := dir.As(ana.User.ID).CreateAccount(ctx, ana.Organization.ID, tenancy.NewAccount{Name: "Shop"})

	answers, err := dir.As(ana.User.ID).CanMany(ctx, ana.User.ID, tenancy.Build,
		[]tenancy.AccountID{ana.Account.ID, shop.ID, eve.Account.ID})
	if err != nil {
		panic(err)
	}
	for _, answer := range answers {
		fmt.Println(answer.Allowed, answer.Why)
	}
	// Output:
	// true grant
	// true grant
	// false unreachable
}

// A host adds an auditor, a user manager and a billing contact (ROLE-9). Each member has what
// their role names, and nobody gives what they do not have.
func ExampleOptions_organizationRoles() {
	ctx := context.Background()
	const payInvoices tenancy.OrganizationPermission = "pay_invoices"
	dir, err := tenancy.New(memstore.New(), &tenancy.Options{OrganizationRoles: tenancy.OrganizationRoleOptions{
		Permissions: []tenancy.OrganizationPermission{payInvoices},
		Roles: map[tenancy.OrganizationRole][]tenancy.OrganizationPermission{
			"auditor":         {tenancy.ViewUsers, tenancy.ViewAccounts, tenancy.ViewDomains, tenancy.ReadLog},
			"user_manager":    {tenancy.ManageUsers, tenancy.CreateAccounts},
			"billing_contact": {payInvoices},
		},
	}})
	if err != nil {
		panic(err)
	}
	host := dir.System()
	ana, _ := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana", Organization: "Acme"})
	org := ana.Organization.ID
	join := func(name string, role tenancy.OrganizationRole) tenancy.UserID {
		email := name + "@acme.example"
		sent, _ := dir.As(ana.User.ID).InviteUser(ctx, org, tenancy.NewInvitation{Email: email, Role: role})
		up, _ := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven(email), Name: name, Secret: sent.Secret})
		return up.User.ID
	}
	auditor, manager, contact := join("audrey", "auditor"), join("mia", "user_manager"), join("bill", "billing_contact")

	pays, _ := host.CanInOrganization(ctx, contact, payInvoices, org)
	fmt.Println("the billing contact pays:", pays.Allowed, pays.OrganizationRole)
	for user, err := range dir.As(auditor).Users(ctx, org, tenancy.UserQuery{Role: new(tenancy.OrganizationRole("billing_contact"))}) {
		fmt.Println("the auditor sees:", user.User.Name.Reveal(), err)
	}
	_, err = dir.As(auditor).DeactivateUser(ctx, contact)
	fmt.Println("and changes nothing:", tenancy.CodeOf(err))
	_, err = dir.As(manager).InviteUser(ctx, org, tenancy.NewInvitation{Email: "new@acme.example"})
	fmt.Println("the user manager invites a Standard User:", err)
	_, err = dir.As(manager).SetOrganizationRole(ctx, org, contact, "user_manager")
	fmt.Println("but does not touch who may do what they may not:", tenancy.CodeOf(err))
	// Output:
	// the billing contact pays: true billing_contact
	// the auditor sees: bill <nil>
	// and changes nothing: not_allowed
	// the user manager invites a Standard User: <nil>
	// but does not touch who may do what they may not: rank
}
