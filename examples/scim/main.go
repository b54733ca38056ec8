// Program scim is a SCIM server over a file of SQLite: the directory of one company, whose
// identity provider is you. It prints what the requests of requests.sh need.
//
//	export GOWORK=off                 # in examples/scim, a module of its own
//	go run .                          # it needs a new scim.db each time
//	sh requests.sh                    # in another terminal, after the lines that it prints
//
// In a product the company's administrator adds the directory in the product's settings,
// and proves the domain by a record in DNS.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/scim"
	"github.com/add4b1c6/tenancy/sqlitestore"
)

func main() {
	file := flag.String("db", "scim.db", "the file of SQLite, which must not be there yet")
	address := flag.String("addr", "localhost:8080", "the address to listen on")
	flag.Parse()
	ctx := context.Background()

	if _, err := os.Stat(*file); err == nil {
		log.Fatal(*file, " is there already: remove it, or name another with -db")
	}
	store, err := sqlitestore.Open(ctx, *file, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	if err := store.Migrate(ctx); err != nil {
		log.Fatal(err)
	}
	dns := records{}
	dir, err := tenancy.New(store, &tenancy.Options{Resolver: dns})
	if err != nil {
		log.Fatal(err)
	}
	directory, err := company(ctx, dir, dns)
	if err != nil {
		log.Fatal(err)
	}
	handler, err := newHandler(dir, "http://"+*address)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("export SCIM=http://%s/scim/v2\nexport DIRECTORY=%s\nexport SECRET=%s\n",
		*address, directory.ID, directory.Secret.Reveal())
	server := &http.Server{
		Addr: *address, Handler: handler,
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 60 * time.Second,
	}
	log.Fatal(server.ListenAndServe())
}

// newHandler returns the handler. It prints the invitations that a product would mail.
func newHandler(dir *tenancy.Directory, url string) (http.Handler, error) {
	return scim.NewHandler(dir, &scim.Options{
		BaseURL: url,
		OnInvitation: func(_ context.Context, invitation tenancy.SentInvitation) {
			fmt.Println("mail to", invitation.Email.Reveal(), "with", invitation.Secret.Reveal())
		},
		Logger: slog.Default(),
	})
}

// company makes a company with the domain acme.com and a directory.
func company(ctx context.Context, dir *tenancy.Directory, dns records) (tenancy.DirectoryWithSecret, error) {
	ana, err := dir.System().SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana", Organization: "Acme"})
	if err != nil {
		return tenancy.DirectoryWithSecret{}, err
	}
	session := dir.As(ana.User.ID)
	domain, err := session.AddDomain(ctx, ana.Organization.ID, "acme.com")
	if err != nil {
		return tenancy.DirectoryWithSecret{}, err
	}
	dns[domain.RecordName] = domain.RecordValue
	if _, err := session.VerifyDomain(ctx, domain.ID); err != nil {
		return tenancy.DirectoryWithSecret{}, err
	}
	return session.AddDirectory(ctx, ana.Organization.ID, "Curl")
}

// records is a Resolver that finds what is published in it, in place of DNS.
type records map[string]string

func (r records) LookupTXT(_ context.Context, name string) ([]string, error) {
	if value, ok := r[name]; ok {
		return []string{value}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}
