package sqlitestore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/sqlitestore"
)

// temporary names a file for an example.
func temporary() (path string, remove func()) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	return filepath.Join(dir, "directory.db"), func() { _ = os.RemoveAll(dir) }
}

// A directory in a file of its own.
func Example() {
	ctx := context.Background()
	path, remove := temporary()
	defer remove()

	store, err := sqlitestore.Open(ctx, path, nil)
	if err != nil {
		panic(err)
	}
	defer func() { _ = store.Close() }()
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
	path, remove := temporary()
	defer remove()
	db, _ := sqlitestore.OpenDB(ctx, path)
	defer func() { _ = db.Close() }()
	_, _ = db.ExecContext(ctx, "CREATE TABLE plans (organization BLOB PRIMARY KEY, plan TEXT NOT NULL)")
	store := sqlitestore.New(db, nil)
	defer func() { _ = store.Close() }()
	_ = store.Migrate(ctx)
	dir, _ := tenancy.New(store, nil)

	signUp := func(email, plan string) error {
		return store.Transact(ctx, func(ctx context.Context, tx *sql.Tx, store tenancy.Store) error {
			made, err := dir.On(store).System().SignUp(ctx,
				tenancy.NewSignUp{Email: tenancy.Proven(email), Name: "Ana"})
			if err != nil {
				return err
			}
			if plan == "" {
				return errors.New("no plan")
			}
			_, err = tx.ExecContext(ctx, "INSERT INTO plans VALUES (?, ?)", made.Organization.ID, plan)
			return err
		})
	}
	fmt.Println(signUp("ana@acme.example", ""))
	_, err := dir.System().UserByEmail(ctx, "ana@acme.example")
	fmt.Println(errors.Is(err, tenancy.ErrNotFound))
	fmt.Println(signUp("ana@acme.example", "business"))
	var plan string
	_ = db.QueryRowContext(ctx, "SELECT plan FROM plans").Scan(&plan)
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
func signIn(ctx context.Context, dir *tenancy.Directory, store *sqlitestore.Store, issuer, subject string,
	email tenancy.ProvenEmail) (user tenancy.UserID, err error) {
	err = store.Transact(ctx, func(ctx context.Context, tx *sql.Tx, joined tenancy.Store) error {
		err := tx.QueryRowContext(ctx, "SELECT user FROM identities WHERE issuer = ? AND subject = ?",
			issuer, subject).Scan(&user)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		made, err := dir.On(joined).System().SignUp(ctx, tenancy.NewSignUp{Email: email, Name: "Ana"})
		if err != nil {
			return err
		}
		user = made.User.ID
		_, err = tx.ExecContext(ctx, "INSERT INTO identities (issuer, subject, user) VALUES (?, ?, ?)",
			issuer, subject, user)
		return err
	})
	return user, err
}

// A host signs people up so that a crash at any moment is harmless (USR-2).
func Example_signUp() {
	ctx := context.Background()
	path, remove := temporary()
	defer remove()
	store, _ := sqlitestore.Open(ctx, path, nil)
	defer func() { _ = store.Close() }()
	_ = store.Migrate(ctx)
	dir, _ := tenancy.New(store, nil)
	_ = store.Transact(ctx, func(ctx context.Context, tx *sql.Tx, _ tenancy.Store) error {
		_, err := tx.ExecContext(ctx,
			"CREATE TABLE IF NOT EXISTS identities (issuer TEXT, subject TEXT, user BLOB NOT NULL, PRIMARY KEY (issuer, subject))")
		return err
	})

	first, err := signIn(ctx, dir, store, "https://id.example", "248289761001",
		tenancy.Proven("ana@acme.example"))
	fmt.Println(err)
	again, err := signIn(ctx, dir, store, "https://id.example", "248289761001",
		tenancy.Proven("ana@new.example"))
	fmt.Println(err, again == first)

	// Output:
	// <nil>
	// <nil> true
}

// A host's row refers to an organization and is joined with the library's. The column is
// a BLOB of 16 bytes, as the library's are. The zero ID is NULL, and NULL the zero ID.
func ExampleStore_join() {
	ctx := context.Background()
	path, remove := temporary()
	defer remove()
	store, _ := sqlitestore.Open(ctx, path, nil)
	defer func() { _ = store.Close() }()
	_ = store.Migrate(ctx)
	dir, _ := tenancy.New(store, nil)
	ana, _ := dir.System().SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana"})

	var organization, none tenancy.OrganizationID
	var state string
	err := store.Transact(ctx, func(ctx context.Context, tx *sql.Tx, _ tenancy.Store) error {
		if _, err := tx.ExecContext(ctx,
			"CREATE TABLE tickets (title TEXT, organization BLOB REFERENCES tenancy_organizations (id))"); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO tickets VALUES ('Invoice', ?), ('Outage', ?)",
			ana.Organization.ID, tenancy.OrganizationID{}); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, "SELECT organization FROM tickets WHERE title = 'Outage'").
			Scan(&none); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT o.id, o.state FROM tickets AS t
			JOIN tenancy_organizations AS o ON o.id = t.organization WHERE t.organization = ?`,
			ana.Organization.ID).Scan(&organization, &state)
	})
	fmt.Println(organization == ana.Organization.ID, state, none.IsZero(), err)

	// Output:
	// true active true <nil>
}
