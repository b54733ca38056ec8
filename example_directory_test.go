package tenancy_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// Several operations become one: all of them happen, or none.
func ExampleSession_Atomically() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	ana, _ := dir.System().
		SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana", Organization: "Acme"})
	org := ana.Organization.ID

	errChanged := errors.New("somebody renamed it since you looked")
	rename := func(seen, name string) error {
		return dir.As(ana.User.ID).Atomically(ctx, func(ctx context.Context, s *tenancy.Session) error {
			now, err := s.Organization(ctx, org)
			if err != nil {
				return err
			}
			if now.Name.Reveal() != seen {
				return errChanged
			}
			_, err = s.RenameOrganization(ctx, org, name)
			return err
		})
	}
	fmt.Println(rename("Acme", "Acme Robots"))
	fmt.Println(rename("Acme", "Acme Toys"))
	// Output:
	// <nil>
	// somebody renamed it since you looked
}

// A preview shows what would happen.
func ExampleSession_Preview() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	ana, _ := dir.System().
		SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana", Organization: "Acme"})

	events, err := dir.As(ana.User.ID).Preview(ctx, func(ctx context.Context, s *tenancy.Session) error {
		_, err := s.CloseAccount(ctx, ana.Account.ID)
		return err
	})
	for _, e := range events {
		fmt.Println(tenancy.EventType(e.Data))
	}
	account, _ := dir.As(ana.User.ID).Account(ctx, ana.Account.ID)
	fmt.Println(account.State, err)
	// Output:
	// AccountClosed
	// active <nil>
}

// A call that is repeated with the same key is done once.
func ExampleSession_Once() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	ana, _ := dir.System().
		SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana", Organization: "Acme"})

	create := func() (tenancy.AccountID, error) {
		once := dir.As(ana.User.ID).Once(tenancy.OperationIDOf("idempotency-key", "7f1c"))
		account, err := once.CreateAccount(ctx, ana.Organization.ID, tenancy.NewAccount{Name: "Staging"})
		if done, ok := tenancy.OutcomeOf(err); ok {
			return done.Created.Accounts[0], nil
		}
		return account.ID, err
	}
	first, _ := create()
	second, err := create()
	fmt.Println(first == second, err)
	// Output: true <nil>
}

// After a crash or ErrAmbiguous, the host asks whether the operation was done.
func ExampleSession_Outcome() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	ana, _ := dir.System().
		SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana", Organization: "Acme"})
	s := dir.As(ana.User.ID)

	id, noted := tenancy.NewOperationID(), time.Now() // beside the host's own work before the call
	_, err := s.Outcome(ctx, id, noted)
	fmt.Println(errors.Is(err, tenancy.ErrNotFound))
	_, _ = s.Once(id).RenameOrganization(ctx, ana.Organization.ID, "Acme Robots")
	done, err := s.Outcome(ctx, id, noted)
	fmt.Println(done.Name, done.Events, err)
	// Output:
	// true
	// RenameOrganization 1 <nil>
}

// The host reads an organization's log and checks whether somebody changed it.
func ExampleSession_Events() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	ana, _ := dir.System().
		SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana", Organization: "Acme"})
	s, stream := dir.As(ana.User.ID), tenancy.Stream{Organization: ana.Organization.ID}
	head, _ := s.LogHead(ctx, stream) // kept where whoever could rewrite the store cannot

	_, _ = s.Correlate("ticket/42").RenameOrganization(ctx, ana.Organization.ID, "Acme Robots")
	for e, err := range s.Events(ctx, stream, tenancy.EventQuery{From: head.Sequence + 1}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(e.Sequence-head.Sequence, e.Name, tenancy.EventType(e.Data), e.Correlation)
	}
	for found, err := range s.VerifyLog(ctx, stream, head) {
		fmt.Println("tampered with:", found.Sequence, found.Reason, err)
	}
	// Output: 1 RenameOrganization OrganizationRenamed ticket/42
}

// An administrator reads what happened, the newest first, in words. A host that speaks
// another language gives a table of its own.
func ExampleLoggedEvent_RevealSentence() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	ana, _ := dir.System().
		SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana", Organization: "Acme"})
	s, stream := dir.As(ana.User.ID), tenancy.Stream{Organization: ana.Organization.ID}
	_, _ = s.RenameOrganization(ctx, ana.Organization.ID, "Acme Robots")

	german := tenancy.Sentences()
	german["OrganizationRenamed"] = "{actor} hat {Organization} umbenannt"
	query := tenancy.EventQuery{Backwards: true, Types: []string{"OrganizationRenamed", "MemberJoined"}}
	for e, err := range s.Events(ctx, stream, query) {
		if err != nil {
			panic(err)
		}
		fmt.Println(e.RevealSentence(nil))
		fmt.Println(e.RevealSentence(german))
	}
	// Output:
	// Ana renamed Acme Robots
	// Ana hat Acme Robots umbenannt
	// Ana joined Acme Robots as Owner
	// Ana joined Acme Robots as Owner
}

// Check examines everything in the store and applies the log again.
func ExampleDirectory_Check() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	_, _ = dir.System().
		SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana", Organization: "Acme"})

	violations := 0
	for v, err := range dir.Check(ctx, tenancy.CheckOptions{Replay: true}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(v.Rule, v.Subject, v.Detail)
		violations++
	}
	fmt.Println(violations, "violations")
	// Output: 0 violations
}
