package tenancy_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

func Example() {
	ctx := context.Background()
	dir, err := tenancy.New(memstore.New(), nil) // nil: documented defaults
	if err != nil {
		log.Fatal(err)
	}
	host := dir.System() // what the host does itself; make it once

	// Ana signs in for the first time. The host keys people by their provider's issuer
	// and subject, never by address. It notes an operation ID in that row before it
	// calls. If it crashes now, it calls again with the same ID, and she is not signed
	// up twice.
	row := struct {
		Issuer, Subject string
		SignUp          tenancy.OperationID
		User            tenancy.UserID
	}{"https://id.example", "248289761001", tenancy.NewOperationID(), tenancy.UserID{}}
	ana, err := host.Once(row.SignUp).SignUp(ctx, tenancy.NewSignUp{
		Email: tenancy.Proven("ana@acme.example"), Name: "Ana", Organization: "Acme", Account: "Production",
	})
	if err != nil {
		log.Fatal(err)
	}
	row.User = ana.User.ID

	// Her session invites Ben. The host puts the secret into a mail to that address.
	invitation, err := dir.As(row.User).InviteUser(ctx, ana.Organization.ID, tenancy.NewInvitation{
		Email: "ben@acme.example", Role: tenancy.Administrator,
	})
	if err != nil {
		log.Fatal(err)
	}

	// Ben follows it and signs in. Signing up with the secret accepts the invitation.
	ben, err := host.SignUp(ctx, tenancy.NewSignUp{
		Email: tenancy.Proven("ben@acme.example"), Name: "Ben", Secret: invitation.Secret,
	})
	if err != nil {
		log.Fatal(err)
	}

	// Before the host does something in an account, it asks. An Administrator manages
	// the account's members, but has no role to build in it.
	for _, permission := range []tenancy.Permission{tenancy.ManageMembers, tenancy.Build} {
		d, err := host.Can(ctx, ben.User.ID, permission, ana.Account.ID)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(permission, d.Allowed, d.Why)
	}

	// A refusal has a category for the host's status and a code for its sentence.
	err = dir.As(ben.User.ID).RemoveUser(ctx, ana.Organization.ID, ana.User.ID, tenancy.Removal{})
	fmt.Println(errors.Is(err, tenancy.ErrPermissionDenied), tenancy.CodeOf(err) == tenancy.CodeTheOwner)

	// Output:
	// manage_members true organization_role
	// build false insufficient
	// true true
}
