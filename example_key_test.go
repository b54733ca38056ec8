package tenancy_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/tenancyhttp"
)

// withKey is middleware for a customer's programs. It hands the session that the request's
// key gives to a handler. What the key may not do, the session's operations refuse.
func withKey(
	platform *tenancy.Platform, next func(http.ResponseWriter, *http.Request, *tenancy.Session),
) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") {
			secret = ""
		}
		session, err := platform.Authenticate(r.Context(), tenancy.ParseSecret(secret))
		if err != nil {
			refuse(w, err)
			return
		}
		next(w, r, session)
	})
}

// refuse answers with the status and the sentence of an error: 401 for CodeKey and
// CodeActor.
func refuse(w http.ResponseWriter, err error) {
	problem := tenancyhttp.ProblemOf(err)
	if problem.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	tenancyhttp.WriteProblem(w, problem)
}

// A customer's program calls the host's API with the key of a service account.
func ExamplePlatform_Authenticate() {
	ctx := context.Background()
	dir, ana := acme(ctx)
	owner := dir.As(ana.User.ID)
	deploys, err := owner.CreateServiceAccount(ctx, ana.Organization.ID, tenancy.NewServiceAccount{Name: "Deploys"})
	if err != nil {
		panic(err)
	}
	_, err = owner.AssignRoles(ctx, ana.Account.ID, deploys.ID,
		tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})
	if err != nil {
		panic(err)
	}
	key, err := owner.CreateKey(ctx, deploys.ID, tenancy.NewKey{Name: "CI"}) // its secret is shown this once
	if err != nil {
		panic(err)
	}

	api := withKey(dir.System(), func(w http.ResponseWriter, r *http.Request, s *tenancy.Session) {
		account, err := s.Account(r.Context(), ana.Account.ID)
		if err != nil {
			refuse(w, err)
			return
		}
		tenancyhttp.WriteJSON(w, http.StatusOK, account)
	})
	get := func(secret string) {
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/account", nil)
		r.Header.Set("Authorization", "Bearer "+secret)
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	get(key.Secret.Reveal())
	get("acme_sk_guessed")
	if err := owner.RevokeKey(ctx, key.ID); err != nil {
		panic(err)
	}
	get(key.Secret.Reveal())
	// Output:
	// 200
	// 401
	// 401
}
