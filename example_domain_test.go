package tenancy_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// records is a Resolver for examples: it finds what is published in it. In production
// leave Options.Resolver out, and the library asks DNS.
type records map[string]string

func (r records) LookupTXT(_ context.Context, name string) ([]string, error) {
	if value, ok := r[name]; ok {
		return []string{value}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// acmeOnline is a directory with Ana, whose organization has acme.com verified.
func acmeOnline(ctx context.Context) (*tenancy.Directory, tenancy.SignedUp, tenancy.Domain) {
	dns := records{}
	dir, err := tenancy.New(memstore.New(), &tenancy.Options{Resolver: dns})
	if err != nil {
		log.Fatal(err)
	}
	ana, err := dir.System().
		SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana", Organization: "Acme"})
	if err != nil {
		log.Fatal(err)
	}
	domain, err := dir.As(ana.User.ID).AddDomain(ctx, ana.Organization.ID, "acme.com")
	if err != nil {
		log.Fatal(err)
	}
	dns[domain.RecordName] = domain.RecordValue
	if domain, err = dir.As(ana.User.ID).VerifyDomain(ctx, domain.ID); err != nil {
		log.Fatal(err)
	}
	return dir, ana, domain
}

// An organization claims its domain and proves it with a TXT record. The host has the
// record looked up again every day.
func ExampleSession_VerifyDomain() {
	ctx := context.Background()
	dns := records{}
	dir, err := tenancy.New(memstore.New(), &tenancy.Options{Resolver: dns, Product: "hosting"})
	if err != nil {
		log.Fatal(err)
	}
	ana, err := dir.System().
		SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana", Organization: "Acme"})
	if err != nil {
		log.Fatal(err)
	}

	domain, err := dir.As(ana.User.ID).AddDomain(ctx, ana.Organization.ID, "Acme.com")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(domain.Name, domain.State, domain.RecordName)

	_, err = dir.As(ana.User.ID).VerifyDomain(ctx, domain.ID)
	fmt.Println(errors.Is(err, tenancy.CodeProofMissing))

	dns[domain.RecordName] = domain.RecordValue // what the organization publishes
	domain, err = dir.As(ana.User.ID).VerifyDomain(ctx, domain.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(domain.State, domain.Live)

	checked, err := dir.System().RecheckDomains(ctx) // daily
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(checked.Found)
	// Output:
	// acme.com unverified _hosting.acme.com
	// true
	// verified true
	// 1
}

// A person who signs up with an address on the domain joins its organization.
func ExampleSession_SetSignUpPolicy() {
	ctx := context.Background()
	dir, ana, _ := acmeOnline(ctx)
	ben := tenancy.NewSignUp{Email: tenancy.Proven("ben@acme.com"), Name: "Ben"}

	_, err := dir.System().SignUp(ctx, ben)
	fmt.Println(errors.Is(err, tenancy.CodeInvitationOnly)) // the default

	_, err = dir.As(ana.User.ID).
		SetSignUpPolicy(ctx, ana.Organization.ID, tenancy.SignUpPolicyChange{Policy: tenancy.PolicyAutomatic})
	if err != nil {
		log.Fatal(err)
	}
	joined, err := dir.System().SignUp(ctx, ben)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(joined.Result, joined.Organization.Name.Reveal())
	// Output:
	// true
	// joined Acme
}

// Members with an address on the domain sign in through the organization's identity
// provider. The host asks at every sign-in.
func ExampleSession_EnforceSSO() {
	ctx := context.Background()
	dir, ana, domain := acmeOnline(ctx)
	owner := dir.As(ana.User.ID)
	invitation, err := owner.InviteUser(ctx, ana.Organization.ID, tenancy.NewInvitation{Email: "ben@acme.com"})
	if err != nil {
		log.Fatal(err)
	}
	ben, err := dir.System().
		SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ben@acme.com"), Name: "Ben", Secret: invitation.Secret})
	if err != nil {
		log.Fatal(err)
	}

	connection, err := owner.AddConnection(ctx, ana.Organization.ID, "Acme's provider")
	if err != nil {
		log.Fatal(err)
	}
	if _, err := dir.System().MarkConnectionTested(ctx, connection.ID); err != nil { // the host, once somebody has signed in through it
		log.Fatal(err)
	}
	if _, err := owner.EnforceSSO(ctx, domain.ID, connection.ID); err != nil {
		log.Fatal(err)
	}

	for _, user := range []tenancy.UserID{ana.User.ID, ben.User.ID} {
		required, err := dir.System().SignInRequirement(ctx, user)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(required.Connection == connection.ID) // the Owner is always exempt
	}
	// Output:
	// false
	// true
}

// Ben signed up with one provider, and now comes through the company's. The host keys
// people by issuer and subject, and does not know this pair yet. It asks whether the
// connection vouches for the address that the provider reports, and only then links the
// second identity to the user who has the address.
func ExamplePlatform_VouchesFor() {
	ctx := context.Background()
	dir, ana, _ := acmeOnline(ctx)
	host, owner := dir.System(), dir.As(ana.User.ID)

	type identity struct{ issuer, subject string } // a row of the host's
	identities := map[identity]tenancy.UserID{}

	// First he signs up with a provider that proves his address.
	invitation, err := owner.InviteUser(ctx, ana.Organization.ID, tenancy.NewInvitation{Email: "ben@acme.com"})
	if err != nil {
		log.Fatal(err)
	}
	ben, err := host.SignUp(ctx,
		tenancy.NewSignUp{Email: tenancy.Proven("ben@acme.com"), Name: "Ben", Invitation: invitation.ID})
	if err != nil {
		log.Fatal(err)
	}
	identities[identity{"https://mail.example", "1017"}] = ben.User.ID

	// Then Acme connects a provider of its own, which the host has seen work.
	connection, err := owner.AddConnection(ctx, ana.Organization.ID, "Acme's provider")
	if err != nil {
		log.Fatal(err)
	}
	if _, err := host.MarkConnectionTested(ctx, connection.ID); err != nil {
		log.Fatal(err)
	}

	// Somebody signs in through it. The provider says who it is, and which address they
	// have.
	signIn := func(subject, email string) {
		who := identity{"https://sso.acme.com", subject}
		if user, known := identities[who]; known {
			fmt.Println(email, "is signed in", user == ben.User.ID)
			return
		}
		vouching, err := host.VouchesFor(ctx, connection.ID, email)
		switch {
		case err != nil:
			log.Fatal(err)
		case !vouching.Vouched:
			fmt.Println(email, "is not linked:", vouching.Why)
		case vouching.User.IsZero():
			fmt.Println(email, "may sign up")
		default:
			identities[who] = vouching.User
			fmt.Println(email, "is linked")
		}
	}
	signIn("42", "ben@acme.com")
	signIn("42", "ben@acme.com")
	signIn("43", "new@acme.com")
	signIn("44", "somebody@elsewhere.com") // whatever the provider says
	// Output:
	// ben@acme.com is linked
	// ben@acme.com is signed in true
	// new@acme.com may sign up
	// somebody@elsewhere.com is not linked: no_live_domain
}
