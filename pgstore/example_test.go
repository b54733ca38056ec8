package pgstore_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/pgstore"
)

// exampleURL returns the connection string of an empty database.
func exampleURL() string {
	ctx := context.Background()
	admin, err := pgxpool.New(ctx, server.URL("postgres"))
	if err != nil {
		panic(err)
	}
	defer admin.Close()
	if _, err := admin.Exec(ctx, "DROP DATABASE IF EXISTS example"); err != nil {
		panic(err)
	}
	if _, err := admin.Exec(ctx, "CREATE DATABASE example"); err != nil {
		panic(err)
	}
	return server.URL("example")
}

// A directory in a database.
func Example() {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, exampleURL())
	if err != nil {
		panic(err)
	}
	defer pool.Close()
	store := pgstore.New(pool, nil)
	if err := store.Migrate(ctx); err != nil {
		panic(err)
	}
	dir, err := tenancy.New(store, nil)
	if err != nil {
		panic(err)
	}
	ana, err := dir.System().SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"),
		Name: "Ana", Organization: "Acme"})
	fmt.Println(ana.Organization.Name.Reveal(), err)

	// Output:
	// Acme <nil>
}

// The host's row and our operation commit together, or neither does.
func ExampleStore_Transact() {
	ctx := context.Background()
	pool, _ := pgxpool.New(ctx, exampleURL())
	defer pool.Close()
	_, _ = pool.Exec(ctx, "CREATE TABLE plans (organization text PRIMARY KEY, plan text NOT NULL)")
	store := pgstore.New(pool, nil)
	_ = store.Migrate(ctx)
	dir, _ := tenancy.New(store, nil)

	signUp := func(email, plan string) error {
		return store.Transact(ctx, func(ctx context.Context, tx pgx.Tx, joined tenancy.Store) error {
			made, err := dir.On(joined).System().SignUp(ctx,
				tenancy.NewSignUp{Email: tenancy.Proven(email), Name: "Ana"})
			if err != nil {
				return err
			}
			if plan == "" {
				return errors.New("no plan")
			}
			_, err = tx.Exec(ctx, "INSERT INTO plans VALUES ($1, $2)", made.Organization.ID, plan)
			return err
		})
	}
	fmt.Println(signUp("ana@acme.example", ""))
	_, err := dir.System().UserByEmail(ctx, "ana@acme.example")
	fmt.Println(errors.Is(err, tenancy.ErrNotFound))
	fmt.Println(signUp("ana@acme.example", "business"))
	var plan string
	_ = pool.QueryRow(ctx, "SELECT plan FROM plans").Scan(&plan)
	fmt.Println(plan)

	// Output:
	// no plan
	// true
	// <nil>
	// business
}

// signIn returns the user of a person whom an identity provider identifies by issuer
// and subject, never by address. The first time, it signs the person up. The host's row
// and the user are made in one transaction, so that no crash leaves one without the
// other, and calling signIn again is safe.
func signIn(ctx context.Context, dir *tenancy.Directory, store *pgstore.Store, issuer, subject string,
	email tenancy.ProvenEmail) (user tenancy.UserID, err error) {
	err = store.Transact(ctx, func(ctx context.Context, tx pgx.Tx, joined tenancy.Store) error {
		err := tx.QueryRow(ctx, "SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2", issuer,
			subject).Scan(&user)
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		made, err := dir.On(joined).System().SignUp(ctx, tenancy.NewSignUp{Email: email, Name: "Ana"})
		if err != nil {
			return err
		}
		user = made.User.ID
		_, err = tx.Exec(ctx, "INSERT INTO identities VALUES ($1, $2, $3)", issuer, subject, user)
		return err
	})
	return user, err
}

// A host signs people up so that a crash at any moment is harmless (USR-2).
func Example_signUp() {
	ctx := context.Background()
	pool, _ := pgxpool.New(ctx, exampleURL())
	defer pool.Close()
	_, _ = pool.Exec(ctx,
		"CREATE TABLE identities (issuer text, subject text, user_id text NOT NULL, PRIMARY KEY (issuer, subject))")
	store := pgstore.New(pool, nil)
	_ = store.Migrate(ctx)
	dir, _ := tenancy.New(store, nil)

	first, err := signIn(ctx, dir, store, "https://id.example", "248289761001",
		tenancy.Proven("ana@acme.example"))
	fmt.Println(err)
	again, err := signIn(ctx, dir, store, "https://id.example", "248289761001",
		tenancy.Proven("ana@acme.example"))
	fmt.Println(err, again == first)

	// Output:
	// <nil>
	// <nil> true
}
