package outbox_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"time"

	_ "modernc.org/sqlite"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/webhook/outbox"
)

// An invitation's mail. On a SQL store, Add is called within its Transact, with the
// transaction's exec, as the package's comment shows.
func Example() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	box := outbox.New(db, nil)
	if err := box.Migrate(ctx); err != nil {
		log.Fatal(err)
	}
	dir, err := tenancy.New(memstore.New(), nil)
	if err != nil {
		log.Fatal(err)
	}
	ana, err := dir.System().SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana"})
	if err != nil {
		log.Fatal(err)
	}

	sent, err := dir.As(ana.User.ID).InviteUser(ctx, ana.Organization.ID, tenancy.NewInvitation{Email: "ben@acme.example"})
	if err != nil {
		log.Fatal(err)
	}
	err = outbox.Add(ctx, db.ExecContext, outbox.Mail{
		ID: sent.ID.String(), To: sent.Email, Expires: sent.Expires,
		Subject: tenancy.NewPersonal("You are invited"),
		Body:    tenancy.NewPersonal("https://app.example/join?secret=" + sent.Secret.Reveal()),
	})
	if err != nil {
		log.Fatal(err)
	}

	n, err := box.Deliver(ctx, func(_ context.Context, m outbox.Mail) error { // your mail service
		fmt.Println("to", m.To.Reveal(), "about", m.Subject.Reveal())
		fmt.Println(m.Body, m.Expires.After(time.Now())) // no log shows a text of it
		return nil
	})
	fmt.Println(n, err)

	// Output:
	// to ben@acme.example about You are invited
	// [redacted] true
	// 1 <nil>
}
