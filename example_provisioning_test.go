package tenancy_test

import (
	"context"
	"fmt"
	"log"

	"github.com/add4b1c6/tenancy"
)

// Acme's administrator adds the company's Okta, and gives Okta the secret, which is shown
// this once.
func ExampleSession_AddDirectory() {
	ctx := context.Background()
	dir, ana, _ := acmeOnline(ctx)

	added, err := dir.As(ana.User.ID).AddDirectory(ctx, ana.Organization.ID, "Okta")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(added.Name.Reveal(), added.Secret)
	okta := dir.AsDirectory(added.Secret)
	fmt.Println(okta.Directory() == added.ID)
	// Output:
	// Okta [redacted]
	// true
}

// A request brings the secret, or a token that was made from it, in "Authorization:
// Bearer". What has no secret can do nothing: the host answers 401.
func ExampleDirectory_AsDirectory() {
	ctx := context.Background()
	dir, ana, _ := acmeOnline(ctx)
	added, err := dir.As(ana.User.ID).AddDirectory(ctx, ana.Organization.ID, "Okta")
	if err != nil {
		log.Fatal(err)
	}

	token, err := dir.AsDirectory(added.Secret).Token(ctx)
	if err != nil {
		log.Fatal(err)
	}
	bearer := token.Token.Reveal() // what the provider sends for an hour
	list, err := dir.AsDirectory(tenancy.ParseSecret(bearer)).ListProvisioned(ctx, tenancy.ProvisionedPage{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(list.Total)

	_, err = dir.AsDirectory(tenancy.ParseSecret("guessed")).ListProvisioned(ctx, tenancy.ProvisionedPage{})
	fmt.Println(tenancy.CodeOf(err), tenancy.CodeOf(err).Status())
	// Output:
	// 0
	// actor 401
}

// Acme's directory has Ben, whose address is on Acme's domain. He is a member at once, and
// the user is his when he signs up. When Ben goes, he is held, and nothing of his is
// deleted.
func ExampleProvisioner_Provision() {
	ctx := context.Background()
	dir, ana, _ := acmeOnline(ctx)
	owner := dir.As(ana.User.ID)
	added, err := owner.AddDirectory(ctx, ana.Organization.ID, "Okta")
	if err != nil {
		log.Fatal(err)
	}
	okta := dir.AsDirectory(added.Secret)

	ben, err := okta.Provision(ctx, tenancy.NewProvisioned{
		UserName: "ben@acme.com", ExternalID: "00u1", Names: tenancy.ProvisionedNames{Given: "Ben", Family: "Berg"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ben.UserName.Reveal(), ben.Active, "version", ben.Version)

	came, err := dir.System().SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ben@acme.com"), Name: "Benny"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(came.Result, came.User.Name.Reveal())

	if err := okta.Deprovision(ctx, ben.ID, ben.Version); err != nil {
		log.Fatal(err)
	}
	user, membership, err := owner.Member(ctx, ana.Organization.ID, came.User.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.State, user.Inactive.Directory, membership.Role)
	// Output:
	// ben@acme.com true version 1
	// claimed Ben Berg
	// inactive true standard_user
}

// A person whom a directory made a user signs in through the organization's connection for
// the first time: from then on they can do what their roles allow.
func ExamplePlatform_ReportSignIn() {
	ctx := context.Background()
	dir, ana, _ := acmeOnline(ctx)
	host, owner := dir.System(), dir.As(ana.User.ID)
	added, err := owner.AddDirectory(ctx, ana.Organization.ID, "Okta")
	if err != nil {
		log.Fatal(err)
	}
	if _, err := dir.AsDirectory(added.Secret).
		Provision(ctx, tenancy.NewProvisioned{UserName: "ben@acme.com"}); err != nil {
		log.Fatal(err)
	}
	connection, err := owner.AddConnection(ctx, ana.Organization.ID, "Okta")
	if err != nil {
		log.Fatal(err)
	}
	if _, err := host.MarkConnectionTested(ctx, connection.ID); err != nil {
		log.Fatal(err)
	}

	ben, err := host.ReportSignIn(ctx, connection.ID, "ben@acme.com")
	if err != nil {
		log.Fatal(err)
	}
	org, err := dir.As(ben.ID).Organization(ctx, ana.Organization.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ben.Unclaimed, org.Name.Reveal())
	// Output:
	// false Acme
}
