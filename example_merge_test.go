package tenancy_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// acmeAndBranch is a directory with two organizations: Acme, which has proven
// acme.example, and Branch, whose founder has an address on that domain.
func acmeAndBranch(ctx context.Context) (dir *tenancy.Directory, acme, branch tenancy.SignedUp) {
	records := records{} // stands in for DNS
	dir, err := tenancy.New(memstore.New(), &tenancy.Options{Resolver: records})
	if err != nil {
		log.Fatal(err)
	}
	host := dir.System()
	for email, signedUp := range map[string]*tenancy.SignedUp{"ana@acme.example": &acme, "ben@acme.example": &branch} {
		if *signedUp, err = host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven(email), Name: email}); err != nil {
			log.Fatal(err)
		}
	}
	domain, err := dir.As(acme.User.ID).AddDomain(ctx, acme.Organization.ID, "acme.example")
	if err != nil {
		log.Fatal(err)
	}
	records[domain.RecordName] = domain.RecordValue // Acme publishes it
	if _, err = dir.As(acme.User.ID).VerifyDomain(ctx, domain.ID); err != nil {
		log.Fatal(err)
	}
	return dir, acme, branch
}

// The Owner of another organization is shown what they would bring along, and accepts an
// invitation. Their organization merges into the one that invited them.
func ExampleSession_AcceptInvitation_merge() {
	ctx := context.Background()
	dir, acme, branch := acmeAndBranch(ctx)
	ben := dir.As(branch.User.ID)
	sent, err := dir.As(acme.User.ID).
		InviteUser(ctx, acme.Organization.ID, tenancy.NewInvitation{Email: "ben@acme.example", Role: tenancy.Administrator})
	if err != nil {
		log.Fatal(err)
	}

	plan, err := ben.PreviewMerge(ctx, acme.Organization.ID, tenancy.MergeCandidate{Owner: branch.User.ID})
	if err != nil {
		log.Fatal(err)
	}
	for _, user := range plan.Users {
		fmt.Println("from", user.Before, "to", user.After)
	}
	fmt.Println(len(plan.Accounts), "account, and against it:", len(plan.Unmet))

	offer, err := ben.Invitation(ctx, sent.Secret) // the page that asks whether they agree
	if err != nil {
		log.Fatal(err)
	}
	accepted, err := ben.AcceptInvitation(ctx, tenancy.Acceptance{Secret: sent.Secret, Terms: offer.Terms.Token})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(accepted.Merged), "organization merged")
	// Output:
	// from owner to administrator
	// 1 account, and against it: 0
	// 1 organization merged
}

// An entitled organization imports people on its domain without asking them.
func ExampleSession_ImportUsers() {
	ctx := context.Background()
	dir, acme, _ := acmeAndBranch(ctx)
	_, err := dir.Operator("staff-1").
		SetImportEntitlement(ctx, acme.Organization.ID, tenancy.ImportEntitlement{On: true, Reference: "ticket-1"})
	if err != nil {
		log.Fatal(err)
	}
	results, err := dir.As(acme.User.ID).
		ImportUsers(ctx, acme.Organization.ID, tenancy.UserImport{Emails: []string{"ben@acme.example", "eve@else.example"}})
	if err != nil {
		log.Fatal(err)
	}
	for _, result := range results {
		fmt.Println(result.Email.Reveal(), "brings", len(result.Brought), "and is refused:",
			errors.Is(result.Err, tenancy.CodeNotEligible))
	}
	// Output:
	// ben@acme.example brings 1 and is refused: false
	// eve@else.example brings 0 and is refused: true
}

// The list shows whom ImportUsers could import, and how many organizations each person
// would bring.
func ExampleSession_ImportableUsers() {
	ctx := context.Background()
	dir, acme, _ := acmeAndBranch(ctx)
	_, err := dir.Operator("staff-1").
		SetImportEntitlement(ctx, acme.Organization.ID, tenancy.ImportEntitlement{On: true, Reference: "ticket-1"})
	if err != nil {
		log.Fatal(err)
	}
	ana := dir.As(acme.User.ID)
	for domain, err := range ana.Domains(ctx, acme.Organization.ID, tenancy.DomainQuery{}) {
		if err != nil {
			log.Fatal(err)
		}
		for user, err := range ana.ImportableUsers(ctx, domain.ID, tenancy.ImportableUserQuery{}) {
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(user.Email.Reveal(), "owns", user.Owns)
		}
	}
	// Output: ben@acme.example owns 1
}

// The Owner of two organizations merges them into one.
func ExampleSession_MergeOrganizations() {
	ctx := context.Background()
	dir, acme, _ := acmeAndBranch(ctx)
	ana := dir.As(acme.User.ID)
	if _, err := dir.System().VerifyPhone(ctx, acme.Account.ID, "+15550001111"); err != nil {
		log.Fatal(err)
	}
	labs, err := ana.CreateOrganization(ctx, tenancy.NewOrganization{Name: "Labs", AllStay: true})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := ana.MergeOrganizations(ctx, acme.Organization.ID, labs.ID); err != nil {
		log.Fatal(err)
	}
	shown, err := ana.Organization(ctx, labs.ID) // its ID stands for the survivor now
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(shown.ID == acme.Organization.ID)
	// Output: true
}
