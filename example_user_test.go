package tenancy_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// A person signs up and founds an organization. The host keys people by what its
// identity provider calls them, never by address. It derives the operation's ID from
// that, so that a second click, or a retry after a crash, makes no second user.
func ExamplePlatform_SignUp() {
	ctx := context.Background()
	dir, err := tenancy.New(memstore.New(), nil)
	if err != nil {
		log.Fatal(err)
	}
	once := tenancy.OperationIDOf("sign-up", "https://login.example.com", "subject-1")
	person := tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana", Organization: "Acme"}

	ana, err := dir.System().Once(once).SignUp(ctx, person)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ana.Result, ana.Organization.Name.Reveal(), ana.Account.Name.Reveal())

	_, err = dir.System().Once(once).SignUp(ctx, person)
	done, again := tenancy.OutcomeOf(err)
	fmt.Println(again, done.Created.Users[0] == ana.User.ID)
	// Output:
	// founded Acme My account
	// true true
}

// An invited person signs up with the secret from the mail. They are a member at once,
// and found nothing.
func ExamplePlatform_SignUp_invited() {
	ctx := context.Background()
	dir, ana := acme(ctx)
	invitation, err := dir.As(ana.User.ID).
		InviteUser(ctx, ana.Organization.ID, tenancy.NewInvitation{Email: "ben@acme.com"})
	if err != nil {
		log.Fatal(err)
	}

	ben, err := dir.System().SignUp(ctx, tenancy.NewSignUp{
		Email: tenancy.Proven("ben@acme.com"), Name: "Ben", Secret: tenancy.ParseSecret(invitation.Secret.Reveal()),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ben.Result, ben.Organization.Name.Reveal(), ben.Account == nil)
	// Output: accepted Acme true
}

// acme is a directory with Ana, who founded Acme.
func acme(ctx context.Context) (*tenancy.Directory, tenancy.SignedUp) {
	dir, err := tenancy.New(memstore.New(), nil)
	if err != nil {
		log.Fatal(err)
	}
	ana, err := dir.System().
		SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana", Organization: "Acme"})
	if err != nil {
		log.Fatal(err)
	}
	return dir, ana
}

// acmeWithBen is the same with Ben, a Standard User of it.
func acmeWithBen(ctx context.Context) (dir *tenancy.Directory, ana, ben tenancy.SignedUp) {
	dir, ana = acme(ctx)
	invitation, err := dir.As(ana.User.ID).
		InviteUser(ctx, ana.Organization.ID, tenancy.NewInvitation{Email: "ben@acme.com"})
	if err != nil {
		log.Fatal(err)
	}
	ben, err = dir.System().
		SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ben@acme.com"), Name: "Ben", Secret: invitation.Secret})
	if err != nil {
		log.Fatal(err)
	}
	return dir, ana, ben
}

// Everybody who looks at a user sees what they may see. The name is printed only where
// the program reveals it.
func ExampleSession_User() {
	ctx := context.Background()
	dir, ana, ben := acmeWithBen(ctx)

	user, memberships, err := dir.As(ana.User.ID).User(ctx, ben.User.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.Name, user.Name.Reveal(), user.State, memberships[0].Role)

	_, _, err = dir.As(ben.User.ID).User(ctx, ana.User.ID)
	fmt.Println(errors.Is(err, tenancy.ErrNotFound))
	// Output:
	// [redacted] Ben active standard_user
	// true
}

// An organization's users are its members, other people with a role on one of its
// accounts, and people who are invited.
func ExampleSession_Users() {
	ctx := context.Background()
	dir, ana, _ := acmeWithBen(ctx)
	s := dir.As(ana.User.ID)
	if _, err := s.InviteUser(ctx, ana.Organization.ID, tenancy.NewInvitation{Email: "cy@acme.com", Role: tenancy.Administrator}); err != nil {
		log.Fatal(err)
	}

	for user, err := range s.Users(ctx, ana.Organization.ID, tenancy.UserQuery{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(user.Kind, user.User.Email.Reveal(), user.Role)
	}

	page, next, err := tenancy.Collect(
		s.Users(ctx, ana.Organization.ID, tenancy.UserQuery{Kind: tenancy.KindManaged, Search: "be"}), 10)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(page), next == "")
	// Unordered output:
	// managed ana@acme.com owner
	// managed ben@acme.com standard_user
	// pending cy@acme.com administrator
	// 1 true
}

// A user changes their name.
func ExampleSession_UpdateUser() {
	ctx := context.Background()
	dir, _, ben := acmeWithBen(ctx)

	user, err := dir.As(ben.User.ID).UpdateUser(ctx, ben.User.ID, tenancy.UserUpdate{Name: new("Benjamin")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.Name.Reveal())
	// Output: Benjamin
}

// Somebody leaves the company: their accounts there pass to a colleague, and they are a
// user without an organization.
func ExampleSession_RemoveUser() {
	ctx := context.Background()
	dir, ana, ben := acmeWithBen(ctx)
	account, err := dir.As(ben.User.ID).CreateAccount(ctx, ana.Organization.ID, tenancy.NewAccount{Name: "Ben's"})
	if err != nil {
		log.Fatal(err)
	}
	s := dir.As(ana.User.ID)

	err = s.RemoveUser(ctx, ana.Organization.ID, ben.User.ID, tenancy.Removal{})
	fmt.Println(errors.Is(err, tenancy.CodeOwnsAccounts))

	if err := s.RemoveUser(ctx, ana.Organization.ID, ben.User.ID, tenancy.Removal{AccountsTo: ana.User.ID}); err != nil {
		log.Fatal(err)
	}
	account, err = s.Account(ctx, account.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(account.Owner == ana.User.ID)
	// Output:
	// true
	// true
}

// A member leaves by themself.
func ExampleSession_Leave() {
	ctx := context.Background()
	dir, ana, ben := acmeWithBen(ctx)

	if err := dir.As(ben.User.ID).Leave(ctx, ana.Organization.ID); err != nil {
		log.Fatal(err)
	}
	_, memberships, err := dir.As(ben.User.ID).User(ctx, ben.User.ID)
	fmt.Println(len(memberships), err)
	// Output: 0 <nil>
}

// An inactive user keeps everything and can do nothing, until they are active again.
func ExampleSession_DeactivateUser() {
	ctx := context.Background()
	dir, ana, ben := acmeWithBen(ctx)

	if _, err := dir.As(ana.User.ID).DeactivateUser(ctx, ben.User.ID); err != nil {
		log.Fatal(err)
	}
	_, _, err := dir.As(ben.User.ID).User(ctx, ben.User.ID)
	fmt.Println(errors.Is(err, tenancy.CodeActor))

	user, err := dir.As(ana.User.ID).ReactivateUser(ctx, ben.User.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.State)
	// Output:
	// true
	// active
}

// Deleting a user leaves nothing personal behind, and frees the address at once.
func ExampleSession_DeleteUser() {
	ctx := context.Background()
	dir, ana, ben := acmeWithBen(ctx)

	if err := dir.As(ana.User.ID).DeleteUser(ctx, ben.User.ID, tenancy.UserDeletion{}); err != nil {
		log.Fatal(err)
	}
	user, _, err := dir.System().User(ctx, ben.User.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.State, user.Email.IsZero(), user.Name.IsZero())

	_, err = dir.System().UserByEmail(ctx, "ben@acme.com")
	fmt.Println(errors.Is(err, tenancy.ErrNotFound))
	// Output:
	// deleted true true
	// true
}

// The host has proven another address to be the user's.
func ExamplePlatform_ChangeEmail() {
	ctx := context.Background()
	dir, _, ben := acmeWithBen(ctx)

	if _, err := dir.System().ChangeEmail(ctx, ben.User.ID, tenancy.Proven("ben@example.org")); err != nil {
		log.Fatal(err)
	}
	user, err := dir.Operator("support-7").UserByEmail(ctx, "Ben@Example.org")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.ID == ben.User.ID)
	// Output: true
}
