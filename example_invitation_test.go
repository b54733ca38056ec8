package tenancy_test

import (
	"context"
	"fmt"
	"log"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

func ExampleSession_InviteUser() {
	ctx := context.Background()
	dir, err := tenancy.New(memstore.New(), nil)
	if err != nil {
		log.Fatal(err)
	}
	host := dir.System()
	ana, err := host.SignUp(ctx,
		tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana", Organization: "Acme"})
	if err != nil {
		log.Fatal(err)
	}
	sent, err := dir.As(ana.User.ID).
		InviteUser(ctx, ana.Organization.ID, tenancy.NewInvitation{Email: "ben@acme.com", Role: tenancy.Administrator})
	if err != nil {
		log.Fatal(err)
	}
	// The host mails the secret. It is returned only this once, since only its hash is
	// stored.
	mail := func(to, secret string) { fmt.Println("mail to", to, "with a secret of", len(secret), "characters") }
	mail(sent.Email.Reveal(), sent.Secret.Reveal())

	// Ben follows the link, proves his address to the host, and signs up with the
	// secret.
	offer, err := host.Invitation(ctx, tenancy.ParseSecret(sent.Secret.Reveal()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(offer.InviterName.Reveal(), "of", offer.OrganizationName.Reveal(), "invites", offer.Email.Reveal(),
		"as", offer.Role)
	ben, err := host.SignUp(ctx,
		tenancy.NewSignUp{Email: tenancy.Proven("ben@acme.com"), Name: "Ben", Secret: sent.Secret})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ben.Result, ben.Organization.Name.Reveal())
	// Output:
	// mail to ben@acme.com with a secret of 43 characters
	// Ana of Acme invites ben@acme.com as administrator
	// accepted Acme
}

func ExampleSession_AcceptInvitation() {
	ctx := context.Background()
	dir, err := tenancy.New(memstore.New(), nil)
	if err != nil {
		log.Fatal(err)
	}
	host := dir.System()
	ana, err := host.SignUp(ctx,
		tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana", Organization: "Acme", Account: "Shop"})
	if err != nil {
		log.Fatal(err)
	}
	s := dir.As(ana.User.ID)

	// Ben works for Ana in one account, and has an account of his own, outside any
	// organization.
	sent, err := s.InviteToAccount(ctx, ana.Account.ID,
		tenancy.NewAccountInvitation{Email: "ben@example.com", Roles: tenancy.Roles(tenancy.Developer)})
	if err != nil {
		log.Fatal(err)
	}
	signedUp, err := host.SignUp(ctx,
		tenancy.NewSignUp{Email: tenancy.Proven("ben@example.com"), Name: "Ben", Secret: sent.Secret})
	if err != nil {
		log.Fatal(err)
	}
	ben := dir.As(signedUp.User.ID)
	if _, err = ben.CreateAccount(ctx, tenancy.OrganizationID{}, tenancy.NewAccount{Name: "Ben's blog"}); err != nil {
		log.Fatal(err)
	}

	// Now he is invited to join, and is shown what that brings along. The token says
	// what he agreed to.
	if sent, err = s.InviteUser(ctx, ana.Organization.ID, tenancy.NewInvitation{Email: "ben@example.com"}); err != nil {
		log.Fatal(err)
	}
	offer, err := ben.Invitation(ctx, sent.Secret)
	if err != nil {
		log.Fatal(err)
	}
	for _, account := range offer.Terms.Accounts {
		fmt.Println(account.Name.Reveal(), "will belong to", offer.OrganizationName.Reveal())
	}
	_, err = ben.AcceptInvitation(ctx, tenancy.Acceptance{Secret: sent.Secret})
	fmt.Println(tenancy.CodeOf(err))
	accepted, err := ben.AcceptInvitation(ctx, tenancy.Acceptance{Secret: sent.Secret, Terms: offer.Terms.Token})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(accepted.State, "with", len(accepted.Accounts), "account")
	// Output:
	// Ben's blog will belong to Acme
	// terms_changed
	// accepted with 1 account
}

func ExampleSession_ResendInvitation() {
	ctx := context.Background()
	dir, err := tenancy.New(memstore.New(), nil)
	if err != nil {
		log.Fatal(err)
	}
	ana, err := dir.System().SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana"})
	if err != nil {
		log.Fatal(err)
	}
	s, org := dir.As(ana.User.ID), ana.Organization.ID
	first, err := s.InviteUser(ctx, org, tenancy.NewInvitation{Email: "ben@acme.com"})
	if err != nil {
		log.Fatal(err)
	}
	// Inviting twice is refused. The error names the invitation that is pending, so that
	// it can be sent again or revoked.
	_, err = s.InviteUser(ctx, org, tenancy.NewInvitation{Email: "Ben@acme.com"})
	if refused, is := err.(*tenancy.Error); is {
		fmt.Println(tenancy.CodeOf(err), refused.Pending == first.ID)
	}
	if _, err = s.ResendInvitation(ctx, first.ID); err != nil {
		log.Fatal(err)
	}
	for invitation, err := range s.Invitations(ctx, org, tenancy.InvitationQuery{State: tenancy.StatePending}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(invitation.Email.Reveal(), invitation.State)
	}
	// Output:
	// invitation_pending true
	// ben@acme.com pending
}

func ExampleSession_DeclineInvitation() {
	ctx := context.Background()
	dir, err := tenancy.New(memstore.New(), nil)
	if err != nil {
		log.Fatal(err)
	}
	host := dir.System()
	ana, err := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana"})
	if err != nil {
		log.Fatal(err)
	}
	sent, err := dir.As(ana.User.ID).InviteUser(ctx, ana.Organization.ID, tenancy.NewInvitation{Email: "ben@acme.com"})
	if err != nil {
		log.Fatal(err)
	}
	// The link in the mail is enough to decline. Nobody has to sign up for that.
	fmt.Println(host.DeclineInvitation(ctx, tenancy.Declination{Secret: sent.Secret}))
	fmt.Println(host.DeclineInvitation(ctx, tenancy.Declination{Secret: sent.Secret}))
	// Output:
	// <nil>
	// tenancy: DeclineInvitation: settled
}

// Who is signed in needs no mail: they see what they are invited to, and accept it by its
// ID.
func ExampleSession_InvitationsTo() {
	ctx := context.Background()
	dir, err := tenancy.New(memstore.New(), nil)
	if err != nil {
		log.Fatal(err)
	}
	host := dir.System()
	signUp := func(email, name, organization string) tenancy.SignedUp {
		signed, err := host.SignUp(ctx,
			tenancy.NewSignUp{Email: tenancy.Proven(email), Name: name, Organization: organization})
		if err != nil {
			log.Fatal(err)
		}
		return signed
	}
	ana, ben := signUp("ana@acme.com", "Ana", "Acme"), signUp("ben@ben.com", "Ben", "Ben's")
	if _, err := dir.As(ana.User.ID).InviteUser(ctx, ana.Organization.ID,
		tenancy.NewInvitation{Email: "ben@ben.com"}); err != nil {
		log.Fatal(err)
	}

	session := dir.As(ben.User.ID)
	for offer, err := range session.InvitationsTo(ctx, ben.User.ID, tenancy.OfferQuery{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s of %s invites you", offer.InviterName.Reveal(), offer.OrganizationName.Reveal())
		for _, o := range offer.Terms.Dissolved {
			fmt.Printf("; %s ends", o.Name.Reveal())
		}
		fmt.Println()
		if offer.Refusal != "" {
			continue // the page says why, and offers no button
		}
		accepted, err := session.AcceptInvitation(ctx,
			tenancy.Acceptance{Invitation: offer.ID, Terms: offer.Terms.Token})
		fmt.Println(accepted.State, len(accepted.Dissolved), err)
	}
	// Output:
	// Ana of Acme invites you; Ben's ends
	// accepted 1 <nil>
}
