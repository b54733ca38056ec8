package tenancyhttp_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/tenancyhttp"
)

// renameOrganization takes the organization from the path and its name from the body.
func renameOrganization(r *http.Request, s *tenancy.Session, in struct {
	Org  tenancy.OrganizationID
	Name string
}) (any, error) {
	return s.RenameOrganization(r.Context(), in.Org, in.Name)
}

// listUsers takes what to list from the query: ?search=ben, or ?after= for the next page.
func listUsers(r *http.Request, s *tenancy.Session, in struct {
	Org tenancy.OrganizationID
	tenancy.UserQuery
}) (any, error) {
	return tenancyhttp.PageOf(s.Users(r.Context(), in.Org, in.UserQuery), 50)
}

// A service of two handlers. Who sends a request is the host's to say: here a header does.
func ExampleHandle() {
	dir, err := tenancy.New(memstore.New(), nil)
	if err != nil {
		log.Fatal(err)
	}
	ana, err := dir.System().SignUp(context.Background(), tenancy.NewSignUp{
		Email: tenancy.Proven("ana@acme.example"), Name: "Ana", Organization: "Acme",
	})
	if err != nil {
		log.Fatal(err)
	}
	api := tenancyhttp.New(func(r *http.Request) (*tenancy.Session, error) {
		if r.Header.Get("X-Signed-In") != "ana" {
			return nil, tenancyhttp.Problem{Code: "sign_in", Status: http.StatusUnauthorized, Title: "Sign in first."}
		}
		return dir.As(ana.User.ID), nil
	}, nil)
	mux := http.NewServeMux()
	mux.Handle("PATCH /organizations/{org}", tenancyhttp.Handle(api, renameOrganization))
	mux.Handle("GET /organizations/{org}/users", tenancyhttp.Handle(api, listUsers))

	ask := func(who, method, path, body string) {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("X-Signed-In", who)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		answer, _, _ := strings.Cut(w.Body.String(), `,"state"`)
		fmt.Println(w.Code, strings.ReplaceAll(answer, ana.Organization.ID.String(), "OR…"))
	}
	ask("ana", "PATCH", "/organizations/"+ana.Organization.ID.String(), `{"name":"Acme Works"}`)
	ask("ana", "PATCH", "/organizations/"+ana.Organization.ID.String(), `{"nmae":"Acme"}`)
	ask("ana", "PATCH", "/organizations/nonsense", `{"name":"Acme"}`)
	ask("eve", "GET", "/organizations/"+ana.Organization.ID.String()+"/users?search=ana", "")

	// Output:
	// 200 {"id":"OR…","name":"Acme Works"
	// 400 {"title":"This request is not valid.","status":400,"code":"input"}
	// 400 {"title":"This link or identifier is not valid.","status":400,"code":"id"}
	// 401 {"title":"Sign in first.","status":401,"code":"sign_in"}
}
