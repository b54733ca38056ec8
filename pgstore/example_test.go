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
	_, _ = pool.Exec(ctx, "CREATE TABLE plans (organization uuid PRIMARY KEY, plan text NOT NULL)")
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
		"CREATE TABLE identities (issuer text, subject text, user_id uuid NOT NULL, PRIMARY KEY (issuer, subject))")
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

// A host's row refers to an organization and is joined with the library's. The column is
// a uuid, as the library's are. The zero ID is NULL, and NULL the zero ID.
func ExampleStore_join() {
	ctx := context.Background()
	pool, _ := pgxpool.New(ctx, exampleURL())
	defer pool.Close()
	store := pgstore.New(pool, nil)
	_ = store.Migrate(ctx)
	dir, _ := tenancy.New(store, nil)
	ana, _ := dir.System().SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana"})

	_, _ = pool.Exec(ctx, "CREATE TABLE tickets (title text, organization uuid REFERENCES tenancy_organizations (id))")
	_, err := pool.Exec(ctx, "INSERT INTO tickets VALUES ('Invoice', $1), ('Outage', $2)", ana.Organization.ID,
		tenancy.OrganizationID{})
	fmt.Println(err)
	var organization, none tenancy.OrganizationID
	var state string
	err = pool.QueryRow(ctx, `SELECT o.id, o.state FROM tickets AS t
		JOIN tenancy_organizations AS o ON o.id = t.organization WHERE t.organization = $1`, ana.Organization.ID).
		Scan(&organization, &state)
	fmt.Println(organization == ana.Organization.ID, state, err)
	err = pool.QueryRow(ctx, "SELECT organization FROM tickets WHERE title = 'Outage'").Scan(&none)
	fmt.Println(none.IsZero(), err)

	// Output:
	// <nil>
	// true active <nil>
	// true <nil>
}

// Through PgBouncer a host's own queries may have to run in a mode in which the driver
// does not ask the server for the types of parameters. RegisterIDs tells it.
func ExampleRegisterIDs() {
	ctx := context.Background()
	config, _ := pgxpool.ParseConfig(exampleURL())
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		pgstore.RegisterIDs(conn.TypeMap())
		return nil
	}
	pool, _ := pgxpool.NewWithConfig(ctx, config)
	defer pool.Close()

	_, _ = pool.Exec(ctx, "CREATE TABLE plans (organization uuid PRIMARY KEY)")
	id, _ := tenancy.ParseID[tenancy.OrganizationID]("OR0190b2c3d4e5f60718293a4b5c6d7e8f")
	_, err := pool.Exec(ctx, "INSERT INTO plans VALUES ($1)", id)
	fmt.Println(err)

	// Output:
	// <nil>
}
