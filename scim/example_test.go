package scim_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/scim"
)

// records is a Resolver for the example: it finds what is published in it. In production
// leave Options.Resolver out, and the library asks DNS.
type records map[string]string

func (r records) LookupTXT(_ context.Context, name string) ([]string, error) {
	if value, ok := r[name]; ok {
		return []string{value}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// A company's administrator adds a directory, and the company's identity provider keeps its
// people from then on.
func ExampleNewHandler() {
	ctx := context.Background()
	dns := records{}
	dir, err := tenancy.New(memstore.New(), &tenancy.Options{Resolver: dns})
	if err != nil {
		log.Fatal(err)
	}
	ana, err := dir.System().
		SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana", Organization: "Acme"})
	if err != nil {
		log.Fatal(err)
	}
	session := dir.As(ana.User.ID)
	domain, err := session.AddDomain(ctx, ana.Organization.ID, "acme.com")
	if err != nil {
		log.Fatal(err)
	}
	dns[domain.RecordName] = domain.RecordValue
	if _, err := session.VerifyDomain(ctx, domain.ID); err != nil {
		log.Fatal(err)
	}
	okta, err := session.AddDirectory(ctx, ana.Organization.ID, "Okta")
	if err != nil {
		log.Fatal(err)
	}

	handler, err := scim.NewHandler(dir, &scim.Options{BaseURL: "https://app.example.com"})
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()

	// What Okta sends.
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/scim/v2/Users",
		strings.NewReader(`{"userName": "ben@acme.com", "name": {"givenName": "Ben", "familyName": "Silva"}, "active": true}`))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+okta.Secret.Reveal())
	request.Header.Set("Content-Type", "application/scim+json")
	response, err := server.Client().Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var user struct {
		UserName string `json:"userName"`
		Active   bool   `json:"active"`
	}
	if err := json.NewDecoder(response.Body).Decode(&user); err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.Status, user.UserName, user.Active)

	ben, err := dir.System().UserByEmail(ctx, "ben@acme.com")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ben.Name.Reveal())
	// Output:
	// 201 Created ben@acme.com true
	// Ben Silva
}
