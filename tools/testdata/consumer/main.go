// Program consumer uses the library as a host does: every module at a version, nothing replaced. tools/release-check runs it.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/oteltenancy"
	"github.com/add4b1c6/tenancy/pgstore"
	"github.com/add4b1c6/tenancy/scim"
	"github.com/add4b1c6/tenancy/signin"
	"github.com/add4b1c6/tenancy/sqlitestore"
	"github.com/add4b1c6/tenancy/webhook"
)

func main() {
	ctx := context.Background()
	try(ctx, "memstore", memstore.New())

	dir, err := os.MkdirTemp("", "consumer")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file, err := sqlitestore.Open(ctx, filepath.Join(dir, "directory.db"), nil)
	if err != nil {
		log.Fatal(err)
	}
	if err := file.Migrate(ctx); err != nil {
		log.Fatal(err)
	}
	try(ctx, "sqlitestore", file)
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}

	// A pool connects when it is first used, so no server is needed to see that pgstore builds and links.
	pool, err := pgxpool.New(ctx, "host=/nowhere user=nobody")
	if err != nil {
		log.Fatal(err)
	}
	defer pool.Close()
	if _, err := tenancy.New(pgstore.New(pool, nil), nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println("pgstore")

	observer, err := oteltenancy.New(nil)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := tenancy.New(memstore.New(), &tenancy.Options{Observer: observer}); err != nil {
		log.Fatal(err)
	}
	fmt.Println("oteltenancy")
	if _, err := webhook.New(webhook.NewMemory(), nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println("webhook")
	if (signin.ElsewhereError{}).Error() == "" {
		log.Fatal("signin has no codes")
	}
	fmt.Println("signin")
	directory, err := tenancy.New(memstore.New(), nil)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := scim.NewHandler(directory, nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println("scim")
	nobody := func(*http.Request) (*tenancy.Session, error) { return nil, tenancy.CodeActor }
	if _, err := console.NewHandler(&console.Options{Session: nobody}); err != nil {
		log.Fatal(err)
	}
	fmt.Println("console")
}

// try signs a person up in a store, and prints the store's name.
func try(ctx context.Context, name string, store tenancy.Store) {
	dir, err := tenancy.New(store, nil)
	if err != nil {
		log.Fatal(err)
	}
	host := dir.System()
	ana, err := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana"})
	if err != nil {
		log.Fatal(err)
	}
	decision, err := host.Can(ctx, ana.User.ID, tenancy.Build, ana.Account.ID)
	if err != nil || !decision.Allowed {
		log.Fatal(name, ": ", decision, err)
	}
	fmt.Println(name)
}
