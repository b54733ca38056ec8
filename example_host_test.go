package tenancy_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// identity is how a host knows a person: by its provider's issuer and subject.
type identity struct{ issuer, subject string }

// signIn is a host's row for an identity.
type signIn struct {
	operation tenancy.OperationID // noted before signing up
	user      tenancy.UserID      // zero: not signed up yet
}

// signUp returns the user of an identity, and signs them up the first time. It is safe
// to call again after a crash at any point.
func signUp(
	ctx context.Context, host *tenancy.Platform, rows map[identity]signIn, who identity, email tenancy.ProvenEmail,
) (tenancy.UserID, error) {
	row := rows[who]
	if row.operation.IsZero() {
		row.operation = tenancy.NewOperationID()
		rows[who] = row // in a database: commit this first
	}
	if row.user.IsZero() {
		made, err := host.Once(row.operation).SignUp(ctx, tenancy.NewSignUp{Email: email, Name: "Ana"})
		row.user = made.User.ID
		if before, done := tenancy.OutcomeOf(err); done {
			row.user = before.Created.Users[0]
		} else if err != nil {
			return tenancy.UserID{}, err
		}
		rows[who] = row
	}
	return row.user, nil
}

// A host that crashed between signing a person up and noting their user finds them again
// by the operation ID (USR-2, GEN-13).
func Example_signUp() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	rows, ana := map[identity]signIn{}, identity{"https://id.example", "248289761001"}

	first, err := signUp(ctx, dir.System(), rows, ana, tenancy.Proven("ana@acme.example"))
	fmt.Println(err)
	rows[ana] = signIn{operation: rows[ana].operation} // the crash: the row does not have the user
	again, err := signUp(ctx, dir.System(), rows, ana, tenancy.Proven("ana@acme.example"))
	fmt.Println(err, again == first)

	// Output:
	// <nil>
	// <nil> true
}

// A page that somebody edited is written only if nothing changed since they opened it.
// Reading, comparing and writing are one transaction (GEN-11).
func Example_compareAndSet() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	ana, _ := dir.System().
		SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana", Account: "Test"})

	errStale := errors.New("somebody else has changed it: look again")
	rename := func(shown, name string) error {
		return dir.As(ana.User.ID).Atomically(ctx, func(ctx context.Context, s *tenancy.Session) error {
			account, err := s.Account(ctx, ana.Account.ID)
			if err != nil {
				return err
			}
			if account.Name.Reveal() != shown {
				return errStale
			}
			_, err = s.RenameAccount(ctx, ana.Account.ID, name)
			return err
		})
	}
	fmt.Println(rename("Test", "Staging"))
	fmt.Println(rename("Test", "Production"))

	// Output:
	// <nil>
	// somebody else has changed it: look again
}

// A confirmation page shows what a click would do. It runs the real operations and rolls
// them back (GEN-8).
func Example_preview() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	ana, _ := dir.System().SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana"})
	s := dir.As(ana.User.ID)
	_, _ = s.CreateSubaccount(ctx, ana.Account.ID, tenancy.NewSubaccount{Name: "Test"})
	_, _ = s.InviteToAccount(ctx, ana.Account.ID,
		tenancy.NewAccountInvitation{Email: "ben@acme.example", Roles: tenancy.Roles(tenancy.Developer)})

	events, err := s.Preview(ctx, func(ctx context.Context, s *tenancy.Session) error {
		_, err := s.CloseAccount(ctx, ana.Account.ID)
		return err
	})
	for _, e := range events {
		fmt.Println(tenancy.EventType(e.Data))
	}
	account, _ := s.Account(ctx, ana.Account.ID)
	fmt.Println(err, account.State)

	// Output:
	// AccountClosed
	// InvitationRevoked
	// AccountClosed
	// <nil> active
}

// A list is shown page by page. Collect reads one page and says where the next begins
// (GEN-9).
func ExampleCollect() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	ana, _ := dir.System().SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana"})
	s, org := dir.As(ana.User.ID), ana.Organization.ID
	for _, name := range []string{"ben", "cy", "dee"} {
		_, _ = s.InviteUser(ctx, org, tenancy.NewInvitation{Email: name + "@acme.example"})
	}

	var after tenancy.Cursor // what the page's link to the next one carries
	for {
		page, next, err := tenancy.Collect(s.Users(ctx, org, tenancy.UserQuery{After: after}), 3)
		fmt.Println(len(page), err)
		if after = next; after == "" {
			break
		}
	}

	// Output:
	// 3 <nil>
	// 1 <nil>
}
