package tenancy_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/add4b1c6/tenancy"
)

// acmeAndLabs is Acme with Ben, and Ana's second organization, in which she has no
// account yet.
func acmeAndLabs(ctx context.Context) (dir *tenancy.Directory, ana, ben tenancy.SignedUp, labs tenancy.OrganizationID) {
	dir, ana, ben = acmeWithBen(ctx)
	if _, err := dir.System().VerifyPhone(ctx, ana.Account.ID, "+15550001111"); err != nil {
		log.Fatal(err)
	}
	made, err := dir.As(ana.User.ID).CreateOrganization(ctx, tenancy.NewOrganization{Name: "Acme Labs", AllStay: true})
	if err != nil {
		log.Fatal(err)
	}
	return dir, ana, ben, made.ID
}

// A user who creates an organization owns it and brings their accounts along. They need
// an account with a verified phone number.
func ExampleSession_CreateOrganization() {
	ctx := context.Background()
	dir, ana := acme(ctx)
	s := dir.As(ana.User.ID)

	_, err := s.CreateOrganization(ctx, tenancy.NewOrganization{Name: "Acme Labs"})
	fmt.Println(errors.Is(err, tenancy.CodePhoneNeeded))

	if _, err := dir.System().VerifyPhone(ctx, ana.Account.ID, "+15550001111"); err != nil {
		log.Fatal(err)
	}
	labs, err := s.CreateOrganization(ctx, tenancy.NewOrganization{Name: "Acme Labs"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(labs.Name.Reveal(), len(labs.Accounts), labs.Settings.Owner == ana.User.ID)
	// Output:
	// true
	// Acme Labs 1 true
}

// An account that the input names stays in the organization it is in.
func ExampleSession_CreateOrganization_stay() {
	ctx := context.Background()
	dir, ana := acme(ctx)
	if _, err := dir.System().VerifyPhone(ctx, ana.Account.ID, "+15550001111"); err != nil {
		log.Fatal(err)
	}

	labs, err := dir.As(ana.User.ID).
		CreateOrganization(ctx, tenancy.NewOrganization{Name: "Acme Labs", Stay: []tenancy.AccountID{ana.Account.ID}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(labs.Name.Reveal(), len(labs.Accounts))
	// Output: Acme Labs 0
}

// A member sees the organization's name. Its settings are for the Owner and
// Administrators.
func ExampleSession_Organization() {
	ctx := context.Background()
	dir, ana, ben := acmeWithBen(ctx)

	for _, who := range []tenancy.SignedUp{ana, ben} {
		org, err := dir.As(who.User.ID).Organization(ctx, ana.Organization.ID)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(who.User.Name.Reveal(), "sees", org.Name.Reveal(), "and its settings:", org.Settings != nil)
	}
	// Output:
	// Ana sees Acme and its settings: true
	// Ben sees Acme and its settings: false
}

// After sign-in, a page shows the organizations that a user is in.
func ExampleSession_Organizations() {
	ctx := context.Background()
	dir, ana, _, _ := acmeAndLabs(ctx)

	for org, err := range dir.As(ana.User.ID).Organizations(ctx, tenancy.OrganizationQuery{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(org.Name.Reveal(), *org.Role)
	}
	// Unordered output:
	// Acme owner
	// Acme Labs owner
}

// The Owner and Administrators rename their organization.
func ExampleSession_RenameOrganization() {
	ctx := context.Background()
	dir, ana := acme(ctx)

	org, err := dir.As(ana.User.ID).RenameOrganization(ctx, ana.Organization.ID, "Acme International")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(org.Name.Reveal())
	// Output: Acme International
}

// The Owner makes another member Owner, and becomes Administrator unless the input says
// otherwise.
func ExampleSession_TransferOwnership() {
	ctx := context.Background()
	dir, ana, ben := acmeWithBen(ctx)

	org, err := dir.As(ana.User.ID).TransferOwnership(ctx, ana.Organization.ID, tenancy.NewOwner{Email: "ben@acme.com"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(org.Settings.Owner == ben.User.ID)
	for u, err := range dir.As(ben.User.ID).Users(ctx, org.ID, tenancy.UserQuery{Search: "ana"}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(u.User.Name.Reveal(), u.Role)
	}
	// Output:
	// true
	// Ana administrator
}

// The platform's staff gives an organization another Owner, since its own can no longer
// act. She leaves, and her accounts pass to him.
func ExamplePlatform_ReplaceOwner() {
	ctx := context.Background()
	dir, ana, ben := acmeWithBen(ctx)

	org, err := dir.Operator("support-7").ReplaceOwner(ctx, ana.Organization.ID, tenancy.OwnerReplacement{
		User: ben.User.ID, Previous: tenancy.PreviousLeaves, Reference: "ticket-4711",
	})
	if err != nil {
		log.Fatal(err)
	}
	account, err := dir.As(ben.User.ID).Account(ctx, ana.Account.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(org.Settings.Owner == ben.User.ID, account.Owner == ben.User.ID)
	// Output: true true
}

// An account moves to another organization of its owner. Nobody's access to it changes.
func ExampleSession_MoveAccount() {
	ctx := context.Background()
	dir, ana, _, labs := acmeAndLabs(ctx)

	account, err := dir.As(ana.User.ID).MoveAccount(ctx, ana.Account.ID, labs)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*account.Organization == labs)
	// Output: true
}

// A member becomes Administrator. The Owner's role is never given or taken this way.
func ExampleSession_SetOrganizationRole() {
	ctx := context.Background()
	dir, ana, ben := acmeWithBen(ctx)
	org := ana.Organization.ID

	if _, err := dir.As(ana.User.ID).SetOrganizationRole(ctx, org, ben.User.ID, tenancy.Administrator); err != nil {
		log.Fatal(err)
	}
	_, err := dir.As(ben.User.ID).SetOrganizationRole(ctx, org, ana.User.ID, tenancy.StandardUser)
	fmt.Println(errors.Is(err, tenancy.CodeTheOwner))
	// Output: true
}
